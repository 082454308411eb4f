/* Reads a plan in each member of the place, as plan_states does there, and ranks them. */
#include "engine/plans/comparison.h"

#include "access/access.h"

static void count_held(PlanComparedPlace *place)
{
    const int64_t *states = place->coverage.states;
    place->held = states[PLAN_STATE_MET] + states[PLAN_STATE_ON_TRACK];
    place->judged = place->held + states[PLAN_STATE_AT_RISK] + states[PLAN_STATE_BEHIND];
}

static Err read_place(Cx *inner, const Plan *plan, bool is_patient, PlanComparedPlace *place)
{
    const PlanFacts *facts = NULL;
    Actor actor = {0};
    size_t n = 0;
    TRY(access_member_enter(inner, place->place, &actor));
    TRY(plan_facts_read(inner, inner->today, is_patient, &facts));
    TRY(plan_states(inner, facts, plan, &place->states, &n));
    plan_coverage(place->states, n, &place->coverage);
    place->is_complete = plan_is_complete(facts, place->states, n);
    count_held(place);
    return OK;
}

/* Held of judged, compared as fractions. */
static bool is_better(const PlanComparedPlace *a, const PlanComparedPlace *b)
{
    return a->judged > 0 && (b->judged == 0 || a->held * b->judged > b->held * a->judged);
}

static void rank_places(PlanComparedPlace *places, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        places[i].rank = places[i].judged > 0 ? 1 : 0;
        for (size_t j = 0; j < n && places[i].rank > 0; j++)
            places[i].rank += is_better(&places[j], &places[i]);
    }
}

Err plan_compare(Cx *cx, const Plan *plan, bool is_patient, PlanComparison *ret_comparison)
{
    const PlaceMember *members = NULL;
    size_t n = 0;
    TRY(access_require(cx, STR("places.compare")));
    TRY(access_members(cx, &members, &n));
    PlanComparedPlace *places = arena_array(cx->arena, PlanComparedPlace, n + 1);
    for (size_t i = 0; i < n; i++) {
        Cx inner = *cx;
        places[i] = (PlanComparedPlace){.place = members[i].place, .name = members[i].name};
        Err err = read_place(&inner, plan, is_patient, &places[i]);
        cx->problems = inner.problems;
        cx->problem_n = inner.problem_n;
        cx->problem_capacity = inner.problem_capacity;
        TRY(err);
    }
    rank_places(places, n);
    *ret_comparison = (PlanComparison){.places = places, .place_n = n, .clause_n = plan->clause_n};
    return OK;
}

/* ---- one answer among the places ---- */

static const PlanAnswered *answered_of(const PlanComparison *comparison, size_t place,
                                       size_t clause, size_t answer)
{
    DCHECK(clause < comparison->clause_n);
    DCHECK(answer < comparison->places[place].states[clause].answer_n);
    return &comparison->places[place].states[clause].answers[answer];
}

static MeasureDirection direction_of(const PlanAnswer *answer)
{
    if (answer->measure == NULL || answer->measure->is_count)
        return DIRECTION_NONE;
    switch (answer->target.compare) {
    case PLAN_AT_LEAST:
    case PLAN_ABOVE: return DIRECTION_UP;
    case PLAN_AT_MOST:
    case PLAN_BELOW: return DIRECTION_DOWN;
    case PLAN_NO_TARGET: return answer->measure->direction;
    case PLAN_EXACTLY:
    case PLAN_BETWEEN:
    case PLAN_COMPARE_N: break;
    }
    return DIRECTION_NONE;
}

int64_t plan_compared_rank(const PlanComparison *comparison, size_t place, size_t clause,
                           size_t answer)
{
    const PlanAnswered *own = answered_of(comparison, place, clause, answer);
    MeasureDirection direction = direction_of(own->answer);
    if (direction == DIRECTION_NONE || !own->has_number)
        return 0;
    int64_t rank = 1, compared = 0;
    for (size_t i = 0; i < comparison->place_n; i++) {
        const PlanAnswered *other = answered_of(comparison, i, clause, answer);
        if (!other->has_number)
            continue;
        compared++;
        rank +=
            direction == DIRECTION_UP ? other->number > own->number : other->number < own->number;
    }
    return compared > 1 ? rank : 0;
}

bool plan_compared_has(const PlanComparison *comparison, size_t clause, size_t answer)
{
    for (size_t i = 0; i < comparison->place_n; i++)
        if (answered_of(comparison, i, clause, answer)->state != PLAN_STATE_UNANSWERED)
            return true;
    return false;
}
