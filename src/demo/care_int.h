/* What the files about care share: one person's history while it is drawn, and how a record of it
 * is written. Each part draws from streams of its own, so that one does not disturb another. */
#pragma once

#include "demo/answers.h"
#include "demo/demo_int.h"
#include "engine/obligations/waivers.h"
#include "engine/records/records_bulk.h"

enum { CARE_CHILD_FORM_N = 3, CARE_KEPT_N = 5, CARE_PROGRAM_N = 2 };

struct DemoCare {
    Demo *demo;
    RecordBulk *records;
    EvidenceBulk *evidence;
    const Form *personal, *registration, *followup;
    const Form *diabetes_registration, *diabetes_followup;        /* NULL: the packs have none */
    const Form *exam;                                             /* NULL likewise */
    const Form *notice, *newborn, *child[CARE_CHILD_FORM_N];      /* NULL likewise */
    const Form *screening, *pregnancy, *handbook, *pregnancy_end; /* NULL likewise */
    const Form *hypertension_leave, *diabetes_leave;              /* NULL likewise */
    NumberTable growth;
    Arena arena; /* of one person */
    Arena kept;  /* of waivers */
    VEC(Waiver) waivers;
};

/* What is made of the first few who are managed in a clinic that is shown; others by chance. */
typedef enum {
    ODDITY_NONE,
    ODDITY_MISTYPED, /* a weight that nobody has, and that the form allows */
    ODDITY_REFUSES,  /* waived for good */
    ODDITY_AWAY,     /* put off quarter by quarter */
    ODDITY_AMENDED,
    ODDITY_VOIDED,
    ODDITY_TWICE,      /* each visit is typed in twice */
    ODDITY_TYPED_LATE, /* and weeks after it */
} CareOddity;

/* The newest current record of a form, which the next one reads. */
typedef struct Kept {
    const Form *form;
    const FormAnswers *answers;
    Date on;
} Kept;

/* One person's history while it is drawn. */
typedef struct History {
    DemoCare *care;
    const DemoPerson *person;
    Rng rng;
    double sbp, dbp, height, weight; /* usual for this person */
    int64_t cigarettes, alcohol;
    double glucose; /* fasting, usual for this person */
    bool has_hypertension;
    Date managed_since;  /* with hypertension, or DATE_NONE */
    Date diabetes_since; /* managed with diabetes, or DATE_NONE */
    Date registers_on;   /* with hypertension, whether the county knows it yet or not */
    Date
        next[CARE_PROGRAM_N]; /* agreed for hypertension and for diabetes; DATE_NONE: nothing yet */
    CareOddity oddity;
    Date spared_from, spared_to; /* not visited; spared_to: DATE_NONE is for good */
    Kept kept[CARE_KEPT_N];
} History;

typedef struct {
    Uuid id, amends;
    Instant recorded_at;
    Str reason;
    bool ends; /* known by the day: amended or voided at ended_at */
    Instant ended_at;
} Writing;

/* Whether the county's last day is not before it. */
bool care_is_known(const DemoCare *care, Instant at);
/* When a record of that day was entered. */
Instant care_evening(Rng *rng, Date day);
Filling care_begin(History *history, const Form *form, Date happened_on, Date recorded_on);
Err care_write(History *history, Filling *filling, const Writing *writing) MUST_CHECK;
/* The same, entered on the evening of its day and never ended. */
Err care_write_simple(History *history, Filling *filling) MUST_CHECK;

/* A record about somebody who is no resident: written at the facility, on the evening of its day.
 */
typedef struct {
    Uuid subject;
    Str facility;
    Uuid writer;
} CareAbout;
Err care_about(DemoCare *care, Filling *filling, const CareAbout *about) MUST_CHECK;

/* Of who answers for the person on the day. */
double care_timeliness(const History *history, Date on);
/* Whether the guided village doctor answers for the person: mothers and screening wait for nobody
 * there, so that the list begins with visits. */
bool care_is_guided(const History *history);
bool care_is_here(const History *history, Date on);
/* The record is the newest of its form. */
void care_keep(History *history, const Filling *filling, Date on);
/* The share of an age that has a disease, from 0 to 1: rows of age_from, age_to, per 100. */
double care_prevalence(const NumberTable *table, const DemoPerson *person);
/* The day that a visit sets for the next one; DATE_NONE when none. */
Date care_next_date(const Filling *filling);
/* Whether somebody managed since then, or never, is on the day. */
bool care_is_managed(Date since, Date on);
/* Registers with hypertension who was found by screening, and the visits that follow. */
Err care_hypertension_found(History *history, Date on) MUST_CHECK;
/* A hospital of the county, and its department. */
Str care_hospital(const History *history, const char *department);

/* Before a visit is written: whether the doctor refers whose value is outside the target a second
 * time in a row, or whose complication is new, and says so. control and last_control: codes of the
 * form. */
typedef struct CareReferral {
    const char *control, *last_control, *department;
} CareReferral;
Err care_refer(History *history, Filling *filling, const CareReferral *referral) MUST_CHECK;

/* Draws whether the person has diabetes and writes the registration; a first visit may be agreed.
 */
Err care_diabetes_register(History *history, Date *ret_first) MUST_CHECK;
Err care_diabetes_visit(History *history, Date on, Date recorded_on, Date *ret_next) MUST_CHECK;

/* Yearly exams of the elderly and of those managed with hypertension or diabetes. */
void care_exams_begin(DemoCare *care);
Err care_exams(History *history) MUST_CHECK;
/* Blood pressure of those over 35 who are not managed. */
void care_screening_begin(DemoCare *care);
Err care_screening(History *history) MUST_CHECK;
/* Registration, handbook and end of a pregnancy. */
void care_mothers_begin(DemoCare *care);
Err care_mother(History *history) MUST_CHECK;
/* Draws whether and when visits are waived or put off, and keeps it for care_spared_end. */
Err care_spare(History *history) MUST_CHECK;
Err care_spared_end(DemoCare *care) MUST_CHECK;
/* Leaving the programs of who died or moved away. */
Err care_leave(History *history) MUST_CHECK;
/* Newborn visits and checks of children. */
void care_children_begin(DemoCare *care);
Err care_child(History *history) MUST_CHECK;
