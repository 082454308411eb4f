/* Evaluating one rule for one subject: from evidence to obligations. Pure: no database, no clock.
 *
 * A periodic rule owes one service in each calendar period, sooner when the last visit says so:
 *
 *  1. Enrolment opens a spell, leaving (or dying, moving away) ends it. Owed from the period after
 *     the enrolment; from the period of the enrolment itself when the enrolment sets a date in it.
 *  2. A record that counts, in the period, meets the period's obligation; nothing else does.
 *  3. due_on is the earlier of the period's last day and the date that the last visit set (already
 *     capped by the rule; visits that do not count, such as telephone visits, set dates too).
 *  4. A period that ends unmet is missed; its due_on passes to the next period, which is then
 * overdue from its first day: one line, not two.
 *  5. A period is answered for once: who leaves after the visit of a period and comes back in it
 * owes from the next one.
 *  6. A date that lies before the period opens the obligation early: notice_days before that date,
 *     but after the visit that set it. */
#pragma once

#include "base/vec.h"
#include "engine/obligations/obligations.h"

typedef enum {
    EVIDENCE_ENTER, /* enrols; next_on is the first date, when one was set */
    EVIDENCE_LEAVE,
    EVIDENCE_VISIT, /* is_counted: meets the obligation; next_on: the date it sets */
} EvidenceKind;

/* One row of obligation_evidence. */
typedef struct Evidence {
    Uuid record;
    Date happened_on;
    EvidenceKind kind;
    bool is_counted;
    bool is_capped; /* the date entered was later than the rule allows */
    Date next_on;
} Evidence;

typedef enum {
    DUE_PERIOD_END,  /* nothing sets a date: the period's last day */
    DUE_NEXT_DATE,   /* the date that a visit set */
    DUE_NEXT_CAPPED, /* the latest date that the rule allows after that visit */
    DUE_FIRST_DATE,  /* the date that the enrolment set */
    DUE_CARRIED,     /* passed on from a missed period */
} DueReason;

typedef struct ObligationOutcome {
    Obligation obligation;
    DueReason reason;
    Uuid reason_record; /* the visit or enrolment that set the date; nil for DUE_PERIOD_END */
    Uuid enrolled_by;
} ObligationOutcome;

typedef VEC(ObligationOutcome) ObligationOutcomes;

/* evidence: of this subject and rule, in force, ascending by (happened_on, record). gone_on: the
 * day the subject died or left, or DATE_NONE. horizon: periods that begin after it are not
 * generated. Appends to *outcomes, ascending by period. */
void rule_evaluate(const Rule *rule, Uuid subject, const Evidence *evidence, size_t n, Date gone_on,
                   Date horizon, Arena *arena, ObligationOutcomes *outcomes);

/* The last first-day of a period that is generated on a day: 1 January of the next year. */
Date rule_horizon(Date today);
