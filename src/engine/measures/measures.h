/* Measures: what packs count over the records, by village and period, with the rows behind each
 * number.
 *
 * A measure is a SELECT of a pack whose rows are its denominator: whom (or which record) it counts,
 * in which period, living where, and whether the numerator has it too. The rows are stored, and
 * summed by village; every number is a sum of these sums. A measure about organisations is the
 * same, its rows summed by the desk of the facility (subject_desk) or by the area.
 *
 * Invariants
 *  1. A stored row follows from the period, the records and the life of its subject; from the day
 *     of asking only in that a stay becomes a residence (is_permanent), and whoever reaches that
 * day is made anew on it.
 *  2. Whoever changes a subject marks him stale in the same transaction; a sum changes with its
 *     rows. So stored numbers equal those of a run over everybody (measure_verify), and the list
 *     behind a number is as long as the number says.
 *  3. A parameter is read as it is on the period's first day: what a place says from a day on holds
 *     for periods that begin then or later, never for one that has begun.
 *  4. A village belongs to what answered for it on the last day of the period, so the past of a
 *     merged facility stays.
 *  5. Nobody who reads waits for the whole county: what is not made yet is made in steps by the
 *     server's job, and the answer says that it is not complete. */
#pragma once

#include "base/period.h"
#include "core/cx.h"
#include "engine/records/records.h"
#include "engine/subjects/subjects.h"
#include "pack/pack.h"

typedef enum {
    MEASURE_BY_AREA,     /* county, townships, villages */
    MEASURE_BY_FACILITY, /* a facility with all that stand below it */
    MEASURE_BY_GROUP,    /* what a register form names members of, with all below these */
} MeasureUnits;

typedef struct MeasureValue {
    Str unit; /* code of the area or facility */
    Wording name;
    int64_t level; /* 3 county, 4 township, 5 village; of groups 3 */
    Period period;
    int64_t denominator, numerator;
    int64_t checked; /* with_checked: hits that somebody found right */
    bool is_count;   /* of a measure whose value is the numerator */
    /* What a standard asks for: of one subject alone (measure_of). */
    bool has_required;
    double required;
} MeasureValue;
/* The share, or the numerator. NULL (false) when the denominator is 0. Never rounded. */
bool measure_ratio(const MeasureValue *value, double *ret_ratio);

typedef struct MeasureAsk {
    const Measure *measure;
    Period first, last; /* of one kind that the measure has; first may be last */
    MeasureUnits units;
    Str group;       /* of groups: the kind of subject that they are */
    Str unit;        /* this unit only; empty: all in sight */
    bool is_patient; /* settles all of it first: for the command line */
    bool with_checked;
} MeasureAsk;

/* Units by the name that commands and addresses have for them: area (or empty), facility, or a kind
 * of subject whose register form has members. ERR_INVALID with a problem that names those. */
Err measure_by(Cx *cx, Str by, MeasureAsk *ask) MUST_CHECK;
Str measure_by_kinds(Cx *cx);            /* what it may be: "area, facility, community" */
bool measure_is_group(const Form *form); /* whether its register has members */
/* The groups of a kind that are in force on a day, by code: unit, name and level. */
Err measure_groups(Cx *cx, Str kind, Date day, const MeasureValue **ret_groups,
                   size_t *ret_n) MUST_CHECK;

typedef struct MeasureAnswer {
    const MeasureValue *values; /* by period, level, unit; units that count nobody are not there */
    size_t n;
    bool is_made;     /* else the last period is counted for the first time, and says nothing yet */
    bool is_complete; /* else rows of some people are still to be made */
} MeasureAnswer;

/* The numbers of the areas in sight; of facilities, those whose whole number is in sight, and none
 * above the asking one's own. Kept are at most 36 months, 20 quarters, 10 half years and 10 years
 * before the running one: earlier ones are told like those before the register, without values. On
 * a past day (cx->as_of) made from the records as they were known then, without storing anything.
 * ERR_INVALID when the measure has no such period. */
Err measure_read(Cx *cx, const MeasureAsk *ask, MeasureAnswer *ret_answer) MUST_CHECK;
/* Several at one moment: what is recorded meanwhile is in all of them or in none. */
Err measure_read_together(Cx *cx, const MeasureAsk *asks, size_t n,
                          MeasureAnswer *ret_answers) MUST_CHECK;

/* In the measure's unit: of a hundred for %, of a thousand for ‰, of ten thousand for ‱, else the
 * ratio itself, or the numerator where that is its value. NULL (false) when the denominator is 0.
 * Never rounded, and equal to a target when the share is exactly that. */
bool measure_number(const Measure *measure, int64_t denominator, int64_t numerator,
                    double *ret_number);

/* How a standard is reckoned in a period, which has the numbers of its first day. */
typedef struct MeasureFormulaNumber {
    const PolicyParameter *parameter;
    Str value;
} MeasureFormulaNumber;
typedef struct MeasureFormula {
    Wording filled; /* the measure's own with the numbers in place of each $id; empty without one */
    const MeasureFormulaNumber *numbers; /* of all parameters that the measure reads */
    size_t number_n;
} MeasureFormula;
Err measure_formula(Cx *cx, const Measure *measure, Date day,
                    MeasureFormula *ret_formula) MUST_CHECK;

/* Whether its numbers may be told: of what follows from sensitive forms to who sees persons of its
 * class only, few of a kind could be recognised. */
bool measure_is_told(const Cx *cx, const Measure *measure);

enum { MEASURE_EARLIER_MOST = 11 };
typedef struct MeasureSum {
    int64_t denominator, numerator;
} MeasureSum;
/* What a measure says of all in sight together, in a period and in those before it. */
typedef struct MeasureTotal {
    const Measure *measure;
    Period period;
    bool is_made;     /* else it is still being counted, and says nothing yet */
    bool is_complete; /* the periods before are made too, and nobody is stale */
    int64_t checked;  /* of the period: hits of the numerator that somebody found right */
    MeasureSum sums[MEASURE_EARLIER_MOST + 1]; /* [0] of the period, [1] of the one before, ... */
} MeasureTotal;
typedef struct MeasureTotalsAsk {
    Date day;      /* its longest period that holds this day ... */
    Period period; /* ... or this one (first not DATE_NONE), of the measures that have its kind */
    int earlier;   /* so many before it, at most MEASURE_EARLIER_MOST */
    const Measure *only; /* NULL: of every measure */
} MeasureTotalsAsk;
/* Of every measure that may be told, or of one, by stored sums in one statement: some stale people
 * first, as measure_read, and what is not kept yet is wanted. On today only, where cx->as_of is
 * DATE_NONE. */
Err measure_totals(Cx *cx, const MeasureTotalsAsk *ask, const MeasureTotal **ret_totals,
                   size_t *ret_n) MUST_CHECK;
Period measure_longest(const Measure *measure, Date day);
/* First day of the earliest period of the kind that is kept, see measure_read. */
Err measure_earliest(Cx *cx, PeriodKind kind, Date *ret_first) MUST_CHECK;
/* The first day that any record it reads tells of, today at the latest: a period that ended before
 * says that nobody recorded, not that nobody did. DATE_NONE: it reads none. */
Err measure_recorded_from(Cx *cx, const Measure *measure, Date *ret_day) MUST_CHECK;

/* What a file or a bulletin, which go where no sight reaches, does not tell of a number. */
typedef enum {
    FEW_NONE,       /* all of it is told */
    FEW_ALL,        /* it counts fewer people than the place writes out (policy_few_below) */
    FEW_SHARE,      /* sensitive: so few are in the numerator, or are not */
    FEW_WITH_OTHERS /* it would give away what is held back of others */
} MeasureFew;
/* A number that is marked is held back whole. NULL: nothing is known of the measure any more, so as
 * if it were sensitive. */
MeasureFew measure_few(const Measure *measure, int64_t few_below, int64_t denominator,
                       int64_t numerator);
/* Of a table of units; parents: the unit whose sum has the row, or empty. few: what is marked
 * already stays so. */
void measure_few_rows(Arena *arena, const Measure *measure, int64_t few_below,
                      const MeasureValue *values, const Str *parents, size_t n, MeasureFew *few);

/* What it said of some thousand people, as known on cx->as_of, by area or desk: for whoever keeps
 * the numbers of a past day. The system's own; runs the SELECT, so not in the writer's transaction.
 */
typedef struct MeasureKnownSum {
    Date period; /* its first day */
    Str area;
    MeasureSum sum;
} MeasureKnownSum;
typedef struct MeasureKnownAsk {
    const Measure *measure;
    Period first, last; /* of one kind that the measure has */
    Uuid after;         /* people behind this one; UUID_NIL: from the beginning */
} MeasureKnownAsk;
typedef struct MeasureKnownPage {
    const MeasureKnownSum *sums;
    size_t n;
    Uuid last; /* ask again behind it while has_more */
    bool has_more;
} MeasureKnownPage;
Err measure_known(Cx *cx, const MeasureKnownAsk *ask, MeasureKnownPage *ret_page) MUST_CHECK;
/* The areas and desks whose numbers the asking one may know, for stored numbers by area. */
const DbScope *measure_sight(Cx *cx);
/* Such numbers by unit, with names and facilities as on cx->as_of: what measure_read would say
 * then.
 */
typedef struct MeasureKnownUnits {
    const MeasureAsk *ask;
    const MeasureKnownSum *sums; /* in sight */
    size_t n;
    const MeasureKnownSum *beyond; /* of people who live out of sight, for who sees a part */
    size_t beyond_n;
} MeasureKnownUnits;
Err measure_known_units(Cx *cx, const MeasureKnownUnits *known,
                        MeasureAnswer *ret_answer) MUST_CHECK;
/* ERR_INVALID when the measure has no such period. */
Err measure_ask_check(Cx *cx, const MeasureAsk *ask) MUST_CHECK;

/* A row behind a number. */
typedef struct MeasureCase {
    Uuid subject;
    Uuid counted; /* the subject, or a record of his */
    Str area;
    Str sex;
    Date birth_date;
    bool in_numerator;
    /* Of the record that is counted, where records are: */
    Str form, facility;
    Uuid performed_by;
    Date happened_on, recorded_on;
    Date checked_on; /* somebody found it right as it is, for this reason; or DATE_NONE */
    Str reason;
    /* Of a measure about organisations; area is where the facility stands, sex and birth_date are
     * empty: */
    Str code;
    Wording name;
    Str at; /* the facility that answers; empty: the unit is an area */
    bool has_required;
    double required, actual;
} MeasureCase;
typedef struct MeasureCaseFilter {
    const Measure *measure;
    Period period;
    Str area; /* code or its beginning; empty: every area */
    bool only_numerator, only_rest;
    bool only_open, only_checked; /* not yet found right, or found right */
    Str facility;                 /* answers for the area at the period's end; empty: any */
    MeasureCase after;            /* zeroed: from the beginning */
    size_t most;
} MeasureCaseFilter;
/* Stored rows of the areas in sight, by area, subject and what is counted: those of persons, or
 * rows without identity (access_rows), that the asking one may see; of organisations, those in
 * sight, by code. */
Err measure_cases(Cx *cx, const MeasureCaseFilter *filter, const MeasureCase **ret_cases,
                  size_t *ret_n) MUST_CHECK;

/* What a measure asks of each organisation that it counts: those in the numerator meet it (where
 * less is better, those that are not). Not a standard: what is only counted or added up, what
 * counts records, rules of data quality, and what no direction is better of. */
bool measure_is_requirement(const Measure *measure);
typedef struct MeasureStandard {
    const Measure *measure;
    Period period; /* the longest of the measure that holds the day */
    bool is_met;
    bool is_final; /* else its period runs, and it grows until the end of it */
    bool has_required;
    double required, actual;
} MeasureStandard;
typedef struct MeasureStandards {
    /* What is not met first, then what may still be, then what is; each in the order of the packs.
     */
    const MeasureStandard *items;
    size_t n, met;
    bool is_complete; /* else some are still being made */
} MeasureStandards;
/* The standards that one organisation is held to on a day, from stored rows, where it is in sight:
 * the caller has opened it. Those that do not count it are not there. On today only, where
 * cx->as_of is DATE_NONE. */
Err measure_standards(Cx *cx, Uuid unit, Str kind, Date day,
                      MeasureStandards *ret_standards) MUST_CHECK;

/* A hit of a data-quality rule is right as it is, for a reason: kept, audited, never changed. The
 * number stays. ERR_NOT_FOUND when the record is not in sight or no hit, ERR_CONFLICT when it was
 * checked with another reason. Needs measures.check. */
Err measure_check_give(Cx *cx, const Measure *measure, Uuid record, Str reason) MUST_CHECK;

/* Whose records a data-quality rule names in a period: those with the most that are still to be
 * looked at first. */
typedef struct MeasureHits {
    Str facility;
    Uuid performed_by;
    Str performed_by_name; /* empty: of no account any more */
    int64_t hits, open;    /* open: nobody has found them right yet */
} MeasureHits;
Err measure_hits(Cx *cx, const Measure *measure, Period period, const MeasureHits **ret_hits,
                 size_t *ret_n) MUST_CHECK;

/* What the measure says of one person on cx->today, or as known on cx->as_of, without storing it:
 * how often he is counted. For tests of packs. */
Err measure_of(Cx *cx, const Measure *measure, Period period, Uuid subject,
               MeasureValue *ret_value) MUST_CHECK;

/* ---- keeping them right ---- */

/* Hooks of records, residents and other subjects: whoever they touch is stale; of organisations,
 * all of them. */
Err measure_record_hook(Cx *cx, const RecordChange *change) MUST_CHECK;
Err measure_resident_hook(Cx *cx, const ResidentChange *change) MUST_CHECK;
Err measure_subject_hook(Cx *cx, Uuid subject, Str kind) MUST_CHECK;

/* Makes some dozens of people's rows, or those of all organisations, in one short transaction.
 * has_more: call again. Nothing is done while another process makes rows. The server's job. */
Err measure_settle_step(Cx *cx, bool *ret_has_more) MUST_CHECK;
Err measure_settle(Cx *cx) MUST_CHECK; /* all of it */

typedef struct MeasureVerification {
    int64_t rows, wrong_rows, wrong_sums;
} MeasureVerification;
/* Compares what is stored with a run over everybody. Reads everything, writes nothing; people that
 * are stale are not settled before. */
Err measure_verify(Cx *cx, MeasureVerification *ret_result) MUST_CHECK;

/* Whether the database of cx takes the SELECT of every measure of the packs, and on SQLite whether
 * none of them would take as long as the county is large. ERR_PACK with a problem for each that it
 * does not take (on PostgreSQL the first), which names its file. Writes nothing that stays. */
Err measure_check(Cx *cx) MUST_CHECK;
