/* Inside of engine/plans. */
#pragma once

#include "base/vec.h"
#include "engine/obligations/obligations.h"
#include "engine/plans/plans.h"
#include "engine/plans/plans_sql.h"
#include "engine/policy/policy_values.h"

/* A number of a past day that something is judged by. */
typedef struct DayNeed {
    Date day;
    Str source; /* a measure, "measure@kind of period", or "program/rule" */
    bool is_wanted, is_made;
    bool is_kept;    /* made, with what was counted */
    PeriodKind kind; /* of a measure that is made: the periods that were kept then */
    Str after;       /* how far its making has come */
} DayNeed;

struct PlanFacts {
    Cx *cx;
    Date on;
    bool is_past;
    bool is_single; /* one number that somebody asks for by itself */
    const Policy *policy;
    int64_t warning_days;   /* before its day an open clause is at risk; or POLICY_UNSAID */
    int64_t soon_days;      /* before its day what is asked for is due soon; or POLICY_UNSAID */
    int64_t path_tolerance; /* percent of the path */
    bool knows_owed;
    const ObligationCount *owed;
    size_t owed_n;
    bool knows_measured;
    const MeasureTotal *measured;
    size_t measured_n;
    VEC(PlanRegisterCountsRow) registers;
    /* days.c: of past days, by day and source, and what is kept of them. */
    VEC(DayNeed) needs;
    size_t made_n;
    VEC(PlanDaySumsRow) sums;
    /* Of the plan that is being judged. */
    const PlanEntry *entries;
    size_t entry_n;
};
typedef struct PlanFacts Facts;

/* plans.c. Whether the day is that near; never with POLICY_UNSAID. */
bool plan_is_near(Date on, Date day, int64_t days_before);
/* What is not there yet: by its day. */
PlanState plan_waiting(const Facts *facts, Date due, Date on);
/* The parameters as they are on facts->on. */
Err plan_parameters_read(PlanFacts *facts) MUST_CHECK;
/* What is encouraged is never a failure. */
void plan_soften(const PlanClause *clause, PlanAnswered *answered);

/* The period of what recurs that holds the day; false: the clause is asked for once. */
bool plan_period_on(const PlanClause *clause, Date day, Period *ret_period);
/* When the milestone was reached; within the period, where there is one (NULL: whenever). */
const PlanEntry *plan_reached(const Facts *facts, const PlanClause *clause,
                              const PlanAnswer *answer, const Period *period);

/* days.c. What past days are needed on the day, and the kept numbers of them. */
Err plan_days_read(Cx *cx, Date on, bool is_patient, const PlanFacts **ret_facts) MUST_CHECK;
/* A number by itself: wanted from now on, and how far it is. */
Err plan_day_need(Cx *cx, Date day, Str source, bool is_patient, DayNeed *ret_need) MUST_CHECK;
enum { PLAN_DAY_KIND_SIGN = '@' }; /* in a source: of another kind than its longest periods */
bool plan_day_is_made(const Facts *facts, Date day, Str source);
MeasureTotal plan_day_total(const Facts *facts, Date day, const Measure *measure);
MeasureSum plan_day_owed(const Facts *facts, Date day, Str source);

/* numbers.c. */
/* The day whose number decides a measure's answer on `on`: its own day once that has passed;
 * DATE_NONE: the number of `on` itself. */
Date plan_deciding_day(const PlanClause *clause, const PlanAnswer *answer, Date on);
bool plan_is_upward(PlanCompare compare);
/* A part of the place cannot have what the plan counts in the whole of it. */
bool plan_is_part(const Facts *facts, const Measure *measure);
/* trend.c. Whether a target of the longest periods is one of this kind too. */
bool plan_holds_in(const Facts *facts, const Measure *measure, PeriodKind kind);
/* What all in sight have of it on facts->on; false: not told to the asking one. */
bool plan_total_find(const Facts *facts, const Measure *measure, MeasureTotal *ret_total);
/* Whether the number meets the answer's target, and where it should be on the day. */
bool plan_meets(const PlanAnswered *answered, double number);
void plan_expect(const Plan *plan, const PlanClause *clause, const MeasureTotal *total, Date on,
                 PlanAnswered *answered);
/* The target as it is on its own day; without one as it was on the day that is judged, the last of
 * its period or the day asked: a number said later asks nothing of what is over. */
void plan_target_read(const Facts *facts, const PlanClause *clause, Date judged,
                      PlanAnswered *answered);
void plan_measure_answer(const Facts *facts, const Plan *plan, const PlanClause *clause,
                         PlanAnswered *answered);
