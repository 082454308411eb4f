/* What the files evaluate*.c share. */
#pragma once

#include "engine/obligations/evaluate.h"

/* The last day of what has none. */
#define FAR_DAY (date_from_ymd(9999, 12, 31))

typedef struct Evaluation {
    const Rule *rule;
    const SubjectFacts *facts;
    const Evidence *rows; /* every kind */
    size_t n;
    const Spell *spells;
    size_t spell_n;
    Date horizon;
    Arena *arena;
    ObligationOutcomes *outcomes;
} Evaluation;

void evaluate_every(Evaluation *evaluation);
void evaluate_windows(Evaluation *evaluation);
void evaluate_after(Evaluation *evaluation);
void evaluate_doses(Evaluation *evaluation);
void evaluate_deadlines(Evaluation *evaluation);
void evaluate_coverage(Evaluation *evaluation);

static inline bool is_before(Date a, Date b)
{
    return date_compare(a, b) < 0;
}

static inline Date days_before(Date date, Span span)
{
    return date_add_days(date_add_months(date, -span.months), -span.days);
}

/* Whether what begins on the day belongs to this edition of the rule. */
bool rule_is_valid_on(const Rule *rule, Date day);
/* Puts waivers of the item on an outcome that is not met. */
void waivers_apply(const Evaluation *evaluation, ObligationOutcome *outcome);
/* The spell that the days overlap, the first; NULL: none. */
const Spell *spell_of(const Evaluation *evaluation, Date first, Date last);
/* Ends an outcome with the age of its spell, and appends it when it is owed: met, or not left
 * during. False when it is not owed. */
bool outcome_push(Evaluation *evaluation, ObligationOutcome *outcome);

/* A window to be met: deadlines and windows alike. */
typedef struct Window {
    ObligationOutcome outcome;
    bool is_met;
} Window;
typedef VEC(Window) Windows;
/* Lets each record that counts meet one of the windows (ascending by opens_on): the first in which
 * it is on time, else the first that is still open; or every one that is open, when many. */
void windows_meet(const Evaluation *evaluation, Windows *windows, bool many);
void windows_push(Evaluation *evaluation, Windows *windows);
