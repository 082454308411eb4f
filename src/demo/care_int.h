/* What the files about care share: one person's history while it is drawn, and how a record of it
 * is written. Each part draws from streams of its own, so that one does not disturb another. */
#pragma once

#include "demo/answers.h"
#include "demo/demo_int.h"
#include "engine/obligations/obligations.h"
#include "engine/records/records_bulk.h"

enum { CARE_CHILD_FORM_N = 3 };

struct DemoCare {
    Demo *demo;
    RecordBulk *records;
    EvidenceBulk *evidence;
    const Form *personal, *registration, *followup;
    const Form *exam;                                        /* NULL: the packs have none */
    const Form *notice, *newborn, *child[CARE_CHILD_FORM_N]; /* NULL likewise */
    NumberTable growth;
    Arena arena; /* of one person */
};

/* One person's history while it is drawn. */
typedef struct History {
    DemoCare *care;
    const DemoPerson *person;
    Rng rng;
    double sbp, dbp, height, weight; /* usual for this person */
    int64_t cigarettes, alcohol;
    Date managed_since;          /* with hypertension, or DATE_NONE */
    const Form *previous_form;   /* of the newest record that the next one may read */
    const FormAnswers *previous; /* which is current */
    Date previous_on;
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

/* Yearly exams of the elderly and of those managed with hypertension. */
void care_exams_begin(DemoCare *care);
Err care_exams(History *history) MUST_CHECK;
/* Newborn visits and checks of children. */
void care_children_begin(DemoCare *care);
Err care_child(History *history) MUST_CHECK;
