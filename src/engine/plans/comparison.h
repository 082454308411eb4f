/* A plan in the members of a place above them (a city's counties), side by side: each clause as it
 * stands in each county, judged by what that county says of the parameters, and how the counties
 * rank.
 *
 * Invariants
 *  1. Every state and number is what plan_states says inside of the member to the same role:
 * nothing is judged here.
 *  2. Ranks go by unrounded numbers, equal ones share a rank (1, 2, 2, 4). Only shares are ranked,
 *     in the direction of the target, else of the measure: counts of counties of different size
 *     are not.
 *  3. All members are looked at on the asking place's day. */
#pragma once

#include "engine/plans/plans.h"

typedef struct PlanComparedPlace {
    Str place;
    Wording name;
    const PlanClauseState *states; /* of every clause, in the plan's order */
    PlanCoverage coverage;
    int64_t held, judged; /* clauses met or on track, of those that are held against something */
    int64_t rank;         /* by held of judged; 0: nothing is judged */
    bool is_complete;     /* else some numbers are still being counted */
} PlanComparedPlace;

typedef struct PlanComparison {
    const PlanComparedPlace *places; /* by code */
    size_t place_n;
    size_t clause_n;
} PlanComparison;

/* Needs places.compare. */
/* is_patient: as in plan_facts_read, in each member; for the command line. */
Err plan_compare(Cx *cx, const Plan *plan, bool is_patient,
                 PlanComparison *ret_comparison) MUST_CHECK;
/* How the nth place stands in an answer of a clause among all; 0: it is not ranked. */
int64_t plan_compared_rank(const PlanComparison *comparison, size_t place, size_t clause,
                           size_t answer);
/* Whether any place has something to say of it. */
bool plan_compared_has(const PlanComparison *comparison, size_t clause, size_t answer);
