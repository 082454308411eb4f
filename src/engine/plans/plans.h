/* How far a place is from each clause of a plan. pack/plan.h is the document; here its clauses get
 * states, from what is recorded, and units write what they have done.
 *
 * Invariants
 *  1. Nothing is typed in to make a clause look well: the state of a clause is computed from what
 *     its answers name. A milestone alone is said by a person, with evidence, a day and a name.
 *  2. A clause is answered when everything that it names has an engine and there is data; in part
 *     when some of it has. That its number is in force answers only a clause that asks no more.
 *  3. Entries are only added; one said in error is ended with a reason. Each is in the audit.
 *  4. Numbers are those of the asking account's sight.
 *  5. A past day is told as it was known on its evening; what it said is kept and does not change.
 *     A clause whose day has passed is judged by the number of that day. */
#pragma once

#include "codec/json_out.h"
#include "core/cx.h"
#include "engine/measures/measures.h"
#include "pack/plan.h"

/* From the worst to the best; a clause is as its worst answer that has a state. */
typedef enum {
    PLAN_STATE_BEHIND,
    PLAN_STATE_AT_RISK,
    PLAN_STATE_NO_DATA,
    PLAN_STATE_ON_TRACK,
    PLAN_STATE_NOT_DUE,
    PLAN_STATE_MET,
    PLAN_STATE_WATCHED,    /* numbers are there, and nothing is asked of them: no verdict */
    PLAN_STATE_UNANSWERED, /* no engine answers */
    PLAN_STATE_N,
} PlanState;

/* Why an answer has its state; numbers of PlanAnswered say how much. */
typedef enum {
    PLAN_REASON_NO_ENGINE,
    PLAN_REASON_REACHED,     /* the milestone, on reached_on */
    PLAN_REASON_NOT_REACHED, /* nothing has been said yet */
    PLAN_REASON_IN_FORCE,    /* the parameter has a value: number */
    PLAN_REASON_REGISTERED,  /* entries in force: number */
    PLAN_REASON_REGISTER_EMPTY,
    PLAN_REASON_OVERDUE, /* owed: number of `of` are overdue */
    PLAN_REASON_IN_TIME, /* owed: `of`, none overdue */
    PLAN_REASON_NOTHING_OWED,
    PLAN_REASON_NOT_TOLD, /* numbers that the asking one may not know */
    /* Of measures: */
    PLAN_REASON_COUNTS_NOBODY,   /* the denominator is 0 */
    PLAN_REASON_BEING_COUNTED,   /* not made yet */
    PLAN_REASON_WATCHED,         /* no target */
    PLAN_REASON_TARGET_MET,      /* number meets low (and high) */
    PLAN_REASON_TARGET_NOT_MET,  /* nor is there a path, or its day has passed */
    PLAN_REASON_ON_PATH,         /* number is at least expected */
    PLAN_REASON_BELOW_PATH,      /* number is below expected */
    PLAN_REASON_MET_LAST_PERIOD, /* the running period says nothing yet; period is the last one */
    PLAN_REASON_NOT_MET_LAST_PERIOD,
    PLAN_REASON_PERIOD_RUNNING, /* and there was none before */
    PLAN_REASON_PART_ONLY,      /* counts in the whole place, of which the asking one sees a part */
    PLAN_REASON_MET_ON_DAY,     /* on judged_on, which has passed: number was there */
    PLAN_REASON_MISSED_ON_DAY,
    PLAN_REASON_N,
} PlanReason;

typedef struct PlanAnswered {
    const PlanAnswer *answer;
    PlanState state;
    PlanReason reason;
    bool has_number;
    double number, of; /* of a measure: number in its unit; of is 0 */
    bool has_target;
    double low, high; /* the target's numbers as they are on its day; high of PLAN_BETWEEN alone */
    /* Of a measure: */
    Period period;
    int64_t denominator, numerator;
    bool has_expected;
    double expected; /* on the path to the target, on the day asked */
    /* Its own day, which has passed: number, period and the two counts are of that day, and `now`
     * is what they are on the day asked. DATE_NONE: judged by the day asked. */
    Date judged_on;
    bool has_now;
    double now;
    int64_t now_denominator, now_numerator;
    Period now_period;
    Date reached_on; /* of a milestone; DATE_NONE */
    Str evidence;
} PlanAnswered;

typedef struct PlanClauseState {
    const PlanSection *section;
    const PlanClause *clause;
    PlanState state;
    bool is_partly; /* some of its answers have no engine yet */
    const PlanAnswered *answers;
    size_t answer_n;
    int64_t entry_n; /* entries in force */
} PlanClauseState;

/* What answers clauses, read once for however many plans: of today, or of a past day as it was
 * known on its evening (ERR_INVALID of a day to come). Duties are read only for who may read them
 * (obligations.read). Numbers of past days that nobody has asked for before are wanted from then on
 * and made by the server's job; is_patient: made at once, for the command line. ERR_CONFLICT of a
 * past day that nobody has asked for while others wait, or that is asked for from a place above. */
typedef struct PlanFacts PlanFacts;
Err plan_facts_read(Cx *cx, Date on, bool is_patient, const PlanFacts **ret_facts) MUST_CHECK;
/* How many numbers of past days are needed, and made already. */
void plan_facts_progress(const PlanFacts *facts, int64_t *ret_made, int64_t *ret_wanted);
/* Of the measures that the asking one may know today, how many have been counted at all. */
void plan_facts_counted(const PlanFacts *facts, int64_t *ret_counted, int64_t *ret_measures);
/* One step of making them; has_more: call again. The server's jobs: the second one keeps the end of
 * the month before. */
Err plan_day_step(Cx *cx, bool *ret_has_more) MUST_CHECK;
Err plan_day_keep_step(Cx *cx, bool *ret_has_more) MUST_CHECK;
/* A measure on a past day by unit, for its own page: made, kept and waited for like the numbers
 * that clauses are judged by. Kept are the period of the asked kind that holds the day and the one
 * before. */
typedef struct PlanDayMeasure {
    MeasureAnswer answer;    /* is_complete: it is made; else it says nothing yet */
    bool is_early;           /* nothing was recorded here by then */
    int64_t counted, people; /* while it is being made: how many have been asked */
} PlanDayMeasure;
/* ERR_INVALID of today, a day to come or another period; ERR_CONFLICT as plan_facts_read. */
Err plan_day_measure(Cx *cx, Date on, const MeasureAsk *ask, PlanDayMeasure *ret) MUST_CHECK;
/* What a measure's number says of an answer (PLAN_ANSWER_MEASURE), on a day of the total's period
 * or its last: for one unit as for the whole place. */
void plan_measure_judge(const PlanFacts *facts, const Plan *plan, const PlanClause *clause,
                        const MeasureTotal *total, Date on, PlanAnswered *answered);
/* Every clause of the plan in its order, on the day of the facts. plan_warning_days (policy) before
 * its day a clause that is not there yet is at risk. */
Err plan_states(Cx *cx, const PlanFacts *facts, const Plan *plan,
                const PlanClauseState **ret_states, size_t *ret_n) MUST_CHECK;
/* Whether nothing that answers these clauses is still being counted. */
bool plan_is_complete(const PlanFacts *facts, const PlanClauseState *states, size_t n);
/* ERR_NOT_FOUND with a problem that names it. */
Err plan_find(Cx *cx, Str id, const Plan **ret_plan) MUST_CHECK;
Err plan_clause_find(Cx *cx, const Plan *plan, Str id, const PlanClause **ret_clause) MUST_CHECK;
const char *plan_state_name(PlanState state);
const char *plan_reason_name(PlanReason reason);

/* ---- what is said of them: pages, files and paper say the same ---- */

Wording plan_state_wording(Arena *arena, PlanState state);
/* The name of what answers. */
Wording plan_answer_title(Arena *arena, const PlanAnswer *answer);
/* Why it has its state, with its numbers: "2025 is 61.5%, below the 64 expected by then". */
Wording plan_answer_why(Arena *arena, const PlanAnswered *answered);
/* "at least 62%"; empty without a target. */
Wording plan_bound_wording(Arena *arena, const PlanAnswered *answered);
/* The same with its yearly steps and its day: "at least 62% · 2027-12-31". */
Wording plan_target_wording(Arena *arena, const PlanAnswered *answered);
/* A share to one decimal, else two, and to more where fewer would tell another verdict on the
 * target (or NULL), or all or nothing of a share that is neither. */
Str plan_number_text(Arena *arena, double number, const PlanAnswered *target, Str unit);
/* How many decimals, not fewer than `least`, the number must be shown with not to look as if it met
 * a target that it misses. */
int plan_number_decimals(double number, const PlanAnswered *target, int least);
/* The answer that makes the clause's state; NULL when it names none. */
const PlanAnswered *plan_deciding(const PlanClauseState *state);

/* How many clauses have an answer, and which engine the others wait for. */
typedef struct PlanCoverage {
    int64_t clauses, answered, partly; /* partly: some of its answers have no engine */
    int64_t states[PLAN_STATE_N];
    int64_t
        waiting[PLAN_ENGINE_N]; /* not or partly answered, by the engine that is missing first */
} PlanCoverage;
void plan_coverage(const PlanClauseState *states, size_t n, PlanCoverage *ret_coverage);

/* ---- over time ---- */

/* A measure's number in a period, closed or running, beside where it should have been. */
typedef struct PlanPoint {
    Period period;
    bool is_running;
    bool has_number;
    double number;
    int64_t denominator, numerator;
    bool has_expected;
    double expected;  /* on the path, at the period's end or today */
    bool has_target;  /* one that holds in periods of this kind */
    double low, high; /* as they were at the period's end or are today; high of PLAN_BETWEEN */
    bool is_met;
} PlanPoint;
/* An answer's numbers by periods of one kind, the earliest first, from the first that counts. */
typedef struct PlanTrend {
    const PlanAnswer *answer;
    PeriodKind kind;
    bool is_judged;   /* the kind that the clause is judged by */
    bool has_target;  /* its points may have one */
    bool is_complete; /* else some of it is still being counted */
    const PlanPoint *points;
    size_t n;
} PlanTrend;
/* Of each measure that answers the clause and each kind of period that it has, as known today.
 * Facts of today. */
Err plan_trends(Cx *cx, const PlanFacts *facts, const Plan *plan, const PlanClause *clause,
                const PlanTrend **ret_trends, size_t *ret_n) MUST_CHECK;

/* The JSON of a point, the same on pages and from the command. */
void plan_point_write(JsonOut *out, const PlanTrend *trend, const PlanPoint *point);

/* Where a measure's number should be by a plan, in periods of one kind, the earliest first. */
typedef enum {
    PLAN_PATH_LEVEL,  /* one number, whenever it is looked at */
    PLAN_PATH_EVEN,   /* in a running period the share of it that the days make up */
    PLAN_PATH_LINEAR, /* straight from the plan's first day */
    PLAN_PATH_YEARLY, /* so much above the year before */
    PLAN_PATH_STAGES, /* more by later days of the plan, straight between */
    PLAN_PATH_N,
} PlanPathShape;
typedef struct PlanPathPoint {
    Period period;
    bool has_expected; /* the plan asks something of the period */
    double expected;   /* in the measure's unit */
    bool has_high;     /* of PLAN_BETWEEN: expected is its low end */
    double high;
} PlanPathPoint;
typedef struct PlanPath {
    const Plan *plan;
    const PlanClause *clause; /* of stages: of the last day */
    const PlanAnswer *answer;
    PlanPathShape shape;
    const PlanPathPoint *points;
    size_t point_n;
} PlanPath;
typedef struct PlanPathAsk {
    const Measure *measure;
    Period last; /* of a kind that the measure has */
    size_t n;    /* so many periods, the last included */
} PlanPathAsk;
/* What each plan asks of the measure in all that is in sight, today: plans of this place first. */
Err plan_paths(Cx *cx, const PlanPathAsk *ask, const PlanPath **ret_paths,
               size_t *ret_n) MUST_CHECK;
const char *plan_path_name(PlanPathShape shape);
/* Of another place, kept to compare with. */
bool plan_is_elsewhere(const Cx *cx, const Plan *plan);

/* From what got worse to what got better. */
typedef enum {
    PLAN_CHANGE_WORSE,        /* of state */
    PLAN_CHANGE_NUMBER_WORSE, /* in the same state */
    PLAN_CHANGE_UNKNOWN,      /* no state or no number on one of the days */
    PLAN_CHANGE_SAME,
    PLAN_CHANGE_NUMBER_BETTER,
    PLAN_CHANGE_BETTER,
    PLAN_CHANGE_N,
} PlanChange;
typedef struct PlanAnswerChange {
    const PlanAnswered *then, *now;
    bool has_then, has_now, has_difference;
    double number_then, number_now; /* of each day, also where a passed day decides */
    double difference;              /* now less then, unrounded */
    int worth;                      /* of the difference: 1 better, -1 worse, 0 neither */
} PlanAnswerChange;
typedef struct PlanClauseChange {
    const PlanClauseState *then, *now;
    PlanChange change;
    const PlanAnswerChange *answers;
    size_t answer_n;
} PlanClauseChange;
/* ERR_INVALID that names `with` when it is the later one of the two days. */
Err plan_changes_check(Cx *cx, Date with, Date on) MUST_CHECK;
/* Every clause on two days, sorted by what got worse; the facts are of these days. */
Err plan_changes(Cx *cx, const PlanFacts *then, const PlanFacts *now, const Plan *plan,
                 const PlanClauseChange **ret_changes, size_t *ret_n) MUST_CHECK;
const char *plan_change_name(PlanChange change);

/* ---- what falls due ---- */

typedef enum {
    PLAN_DUE_OVERDUE, /* its day has passed, and it can still be done */
    PLAN_DUE_UNTOLD,  /* its day has passed, and nothing says whether it is done */
    PLAN_DUE_SOON,    /* within plan_soon_days; never where no pack has them */
    PLAN_DUE_LATER,
    PLAN_DUE_MISSED, /* its time is over, and it was not done */
    PLAN_DUE_DONE,
    PLAN_DUE_N,
} PlanDueState;

/* A day by which a clause asks for something: its own, that of a target, the end of each period of
 * what recurs, or the days on which duties that answer it fall due. */
typedef struct PlanDue {
    const Plan *plan;
    const PlanClauseState *clause;
    const PlanAnswer *answer; /* whose day it is; NULL: of the clause */
    Date day;
    bool has_period; /* of what recurs: what it is for */
    Period period;
    PlanDueState state;
    bool has_counts; /* of duties of organisations */
    int64_t owed, done;
    bool is_own; /* the asking one's role works for one of its units */
} PlanDue;

/* Within how many days something is due soon; POLICY_UNSAID where no pack says it. */
Err plan_soon_days(Cx *cx, Date day, int64_t *ret_days) MUST_CHECK;

/* Of a plan, or (NULL) of every plan of this place and of no place; facts of today. The last day
 * that has passed of what recurs, and those of the year to come, within the plan; by day, then
 * clause. Nothing is stored: what is due follows from the plan and the records. */
Err plan_dues(Cx *cx, const PlanFacts *facts, const Plan *plan, const PlanDue **ret_dues,
              size_t *ret_n) MUST_CHECK;
const char *plan_due_state_name(PlanDueState state);
Wording plan_due_state_wording(Arena *arena, PlanDueState state);

/* ---- entries ---- */

typedef enum {
    PLAN_ENTRY_PROGRESS,
    PLAN_ENTRY_DECISION,
    PLAN_ENTRY_MILESTONE,
    PLAN_ENTRY_N,
} PlanEntryKind;
extern const char *const plan_entry_kinds[]; /* NULL-terminated */

typedef struct PlanEntry {
    Uuid id;
    Str plan, clause;
    PlanEntryKind kind;
    Str milestone; /* of PLAN_ENTRY_MILESTONE */
    Date happened_on;
    Str note;     /* at most 1,000 characters; a progress or decision needs one */
    Str evidence; /* at most 200 characters; a milestone needs it */
    /* Filled in when read. */
    Str facility;
    Str written_by; /* name of the account; empty: the command line */
    Date written_on;
    Date ended_on; /* DATE_NONE: in force */
    Str end_reason;
} PlanEntry;

/* Newest first, as known on the day; those that were ended among them. */
Err plan_entries(Cx *cx, const Plan *plan, Str clause, Date on, const PlanEntry **ret_entries,
                 size_t *ret_n) MUST_CHECK;
/* The same id and content again is answered like the first time. */
Err plan_entry_add(Cx *cx, const PlanEntry *entry) MUST_CHECK;
Err plan_entry_end(Cx *cx, Uuid id, Str reason) MUST_CHECK;
