/* Inside of engine/plans. */
#pragma once

#include "base/vec.h"
#include "engine/obligations/obligations.h"
#include "engine/plans/plans.h"
#include "engine/plans/plans_sql.h"
#include "engine/policy/policy_values.h"

struct PlanFacts {
    Cx *cx;
    const Policy *policy;
    int64_t warning_days;
    int64_t path_tolerance; /* percent of the path */
    bool knows_owed;
    const ObligationCount *owed;
    size_t owed_n;
    bool knows_measured;
    const MeasureTotal *measured;
    size_t measured_n;
    VEC(PlanRegisterCountsRow) registers;
    /* Of the plan that is being judged. */
    const PlanEntry *entries;
    size_t entry_n;
};
typedef struct PlanFacts Facts;

/* plans.c. What is not there yet: by its day. */
PlanState plan_waiting(const Facts *facts, Date due, Date on);
/* What is encouraged is never a failure. */
void plan_soften(const PlanClause *clause, PlanAnswered *answered);

/* numbers.c. */
void plan_target_read(const Facts *facts, const PlanClause *clause, PlanAnswered *answered);
void plan_measure_answer(const Facts *facts, const Plan *plan, const PlanClause *clause,
                         PlanAnswered *answered);
/* Whether the number reaches what is asked. */
bool plan_meets(const PlanAnswered *answered, double number);
