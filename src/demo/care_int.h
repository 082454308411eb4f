/* What the files about care share: one person's history while it is drawn, and how a record of it
 * is written. Each part draws from streams of its own, so that one does not disturb another. */
#pragma once

#include "demo/answers.h"
#include "demo/demo_int.h"
#include "engine/obligations/obligations.h"
#include "engine/records/records_bulk.h"

enum { CARE_CHILD_FORM_N = 3, CARE_KEPT_N = 3, CARE_PROGRAM_N = 2 };

struct DemoCare {
    Demo *demo;
    RecordBulk *records;
    EvidenceBulk *evidence;
    const Form *personal, *registration, *followup;
    const Form *diabetes_registration, *diabetes_followup;   /* NULL: the packs have none */
    const Form *exam;                                        /* NULL likewise */
    const Form *notice, *newborn, *child[CARE_CHILD_FORM_N]; /* NULL likewise */
    NumberTable growth;
    Arena arena; /* of one person */
};

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

/* The record is the newest of its form. */
void care_keep(History *history, const Filling *filling, Date on);
/* The share of an age that has a disease, from 0 to 1: rows of age_from, age_to, per 100. */
double care_prevalence(const NumberTable *table, const DemoPerson *person);
/* The day that a visit sets for the next one; DATE_NONE when none. */
Date care_next_date(const Filling *filling);
/* Whether somebody managed since then, or never, is on the day. */
bool care_is_managed(Date since, Date on);

/* Draws whether the person has diabetes and writes the registration; a first visit may be agreed.
 */
Err care_diabetes_register(History *history, Date *ret_first) MUST_CHECK;
Err care_diabetes_visit(History *history, Date on, Date recorded_on, Date *ret_next) MUST_CHECK;

/* Yearly exams of the elderly and of those managed with hypertension or diabetes. */
void care_exams_begin(DemoCare *care);
Err care_exams(History *history) MUST_CHECK;
/* Newborn visits and checks of children. */
void care_children_begin(DemoCare *care);
Err care_child(History *history) MUST_CHECK;
