/* Evaluating one rule for one subject: from evidence and facts to obligations. Pure: no database,
 * no clock. A file a kind of schedule: evaluate_<kind>.c.
 *
 * One notion for every rule:
 *
 *  1. Who: spells, the stretches of days on which the subject is in the program. Enrolment opens
 * one, leaving ends it; without a form, age and facts do, from the day the register knows the
 *     subject. Dying and moving away end every spell.
 *  2. Schedule: what is owed when, each with its first day, its due day and the last day that
 * counts. What begins before or after the rule's own days (`valid`) belongs to another edition.
 *  3. Evidence: records that count; each meets at most one obligation of a rule.
 *  4. What the subject left during is not owed; what age ends, ends with it and is owed until then.
 *  5. A waiver spares its days: what closes in them is waived, anything else opens, and is due at
 *     the earliest, on the day after. What is put off is due on another day, its last at most. */
#pragma once

#include "base/vec.h"
#include "engine/obligations/obligations.h"

typedef enum {
    EVIDENCE_ENTER, /* enrols; next_on is the first date, when one was set */
    EVIDENCE_LEAVE,
    EVIDENCE_VISIT,  /* is_counted: meets the obligation; next_on: the date it sets */
    EVIDENCE_ANCHOR, /* windows are counted from next_on; detail: minute of that day, or -1 */
    EVIDENCE_WAIVER, /* from happened_on until next_on (none: for good); detail: item, or 0;
                        is_capped: put off until next_on */
} EvidenceKind;

/* One row of obligation_evidence. */
typedef struct Evidence {
    Uuid record;
    Date happened_on;
    EvidenceKind kind;
    bool is_counted; /* of a waiver: of one obligation, given before it opened */
    bool is_capped;  /* the date entered was later than the rule allows */
    Date next_on;
    int32_t detail; /* of a visit: the kind of dose, or the round */
    double amount;  /* of a visit: what a sum adds */
    Date spares_on; /* of a waiver: closes_on of the one obligation that it is about; DATE_NONE:
                       all. Unset in evidence of another kind */
    Str unit;       /* of a visit: what it covers, or what counts once; else empty */
} Evidence;

/* Something that a coverage is a share of, over a span of days. */
typedef struct CoverageUnit {
    Str code;
    Wording name;
    Str kind;      /* of a facility; empty: an area */
    int64_t level; /* of an area: 4 township, 5 village */
    Date valid_from, valid_to;
} CoverageUnit;

/* A unit became another one on the day: merged, split, given another code. */
typedef struct CoverageSuccessor {
    Str code, successor;
    Date from;
} CoverageSuccessor;

/* A facility answers for an area over a span of days. */
typedef struct CoverageCatchment {
    Str facility, area;
    Date valid_from, valid_to;
} CoverageCatchment;

/* The places that coverage is asked of; each in the order of codes. */
typedef struct CoverageWorld {
    const CoverageUnit *units;
    size_t unit_n;
    const CoverageSuccessor *successors;
    size_t successor_n;
    const CoverageCatchment *catchments; /* of the subject and of what stands below it */
    size_t catchment_n;
} CoverageWorld;

/* What rules read of a subject beside its records. */
typedef struct SubjectFacts {
    Uuid subject;
    Str area;
    Str sex;
    Date birth_date;
    Date registered_on;
    Date gone_on; /* died or moved away, or DATE_NONE; of others the day after the last */
    Str kind;
    const struct SubjectParty *parties; /* of others than residents: who owes */
    size_t party_n;
    const CoverageWorld *world; /* NULL: no rule with evidence asks for coverage */
} SubjectFacts;

typedef enum {
    DUE_PERIOD_END,    /* nothing sets a date: the period's last day */
    DUE_NEXT_DATE,     /* the date that a visit set */
    DUE_NEXT_CAPPED,   /* the latest date that the rule allows after that visit */
    DUE_FIRST_DATE,    /* the date that the enrolment set */
    DUE_CARRIED,       /* passed on from a missed period */
    DUE_WINDOW,        /* the window's due day */
    DUE_AFTER_ENTER,   /* so long after the enrolment */
    DUE_AFTER_LAST,    /* so long after the last record */
    DUE_DOSE_AGE,      /* the age of the dose */
    DUE_DOSE_CATCH_UP, /* as soon as the dose can be given */
    DUE_DEADLINE,      /* a day of every year */
    DUE_AFTER_WAIVER,  /* the day after a waiver ends */
    DUE_POSTPONED,     /* the day it was put off to */
} DueReason;

/* How far the best round of a period came. */
typedef struct Coverage {
    size_t covered, total;
    int32_t round;
    const CoverageUnit *const *missing; /* not covered in it, by code */
    size_t missing_n;
} Coverage;

typedef struct ObligationOutcome {
    Obligation obligation;
    DueReason reason;
    Uuid reason_record;       /* what set the date: visit, enrolment, event, waiver; or nil */
    Uuid enrolled_by;         /* nil: by age or facts */
    Uuid waiver;              /* nil: none */
    uint32_t flags;           /* OBLIGATION_FLAG_... */
    const Coverage *coverage; /* of such a rule */
} ObligationOutcome;

typedef VEC(ObligationOutcome) ObligationOutcomes;

/* evidence: of this subject and rule, in force, ascending by (happened_on, record). horizon: what
 * begins after it is not generated. Appends to *outcomes, ascending by (item, closes_on); no two
 * have the same. */
void rule_evaluate(const Rule *rule, const SubjectFacts *facts, const Evidence *evidence, size_t n,
                   Date horizon, Arena *arena, ObligationOutcomes *outcomes);

/* The same for editions of one rule, ascending by their days: what begins on a day belongs to the
 * edition of that day. A window or dose that opens under two of them belongs to the earlier. */
void rule_evaluate_editions(const Rule *const *editions, size_t edition_n,
                            const SubjectFacts *facts, const Evidence *evidence, size_t n,
                            Date horizon, Arena *arena, ObligationOutcomes *outcomes);

/* A stretch of days in the program. */
typedef struct Spell {
    Date from;
    Date after;            /* first day that no longer belongs to it; DATE_NONE: open */
    Date until;            /* the last day by age; DATE_NONE: none */
    const Evidence *enter; /* NULL: by age or facts */
} Spell;
typedef VEC(Spell) Spells;
/* Ascending; evidence as above. */
void program_spells(const Program *program, const SubjectFacts *facts, const Evidence *evidence,
                    size_t n, Arena *arena, Spells *spells);

/* The last first-day of a period that is generated on a day: 1 January of the next year. */
Date rule_horizon(Date today);
