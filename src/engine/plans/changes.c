/* Two days of a plan side by side: what changed its state, what its number, and which way. Numbers
 * are compared as they are, never rounded. */
#include "engine/plans/plans_int.h"

#include <stdlib.h>

static const char *const change_names[PLAN_CHANGE_N] = {
    "worse", "number_worse", "unknown", "same", "number_better", "better",
};

const char *plan_change_name(PlanChange change)
{
    return change_names[change];
}

/* Which way is better: 1 up, -1 down, 0 neither. A target says so, else the measure. */
static int better_way(const PlanAnswer *answer)
{
    switch (answer->target.compare) {
    case PLAN_AT_LEAST:
    case PLAN_ABOVE: return 1;
    case PLAN_AT_MOST:
    case PLAN_BELOW: return -1;
    case PLAN_EXACTLY:
    case PLAN_BETWEEN: return 0;
    case PLAN_NO_TARGET:
    case PLAN_COMPARE_N: break;
    }
    if (answer->kind == PLAN_ANSWER_OBLIGATION)
        return -1; /* what is overdue */
    if (answer->measure == NULL)
        return answer->kind == PLAN_ANSWER_REGISTER;
    return answer->target.has_yearly || answer->measure->direction == DIRECTION_UP ? 1
           : answer->measure->direction == DIRECTION_DOWN                          ? -1
                                                                                   : 0;
}

/* Where a passed day decides, both days have its number: what it is on the day is asked here. */
static bool number_of(const PlanAnswered *answered, double *ret_number)
{
    bool is_of_day = date_is_none(answered->judged_on);
    *ret_number = is_of_day ? answered->number : answered->now;
    return is_of_day ? answered->has_number : answered->has_now;
}

static PlanAnswerChange change_of(const PlanAnswered *then, const PlanAnswered *now)
{
    PlanAnswerChange change = {.then = then, .now = now};
    change.has_then = number_of(then, &change.number_then);
    change.has_now = number_of(now, &change.number_now);
    change.has_difference = change.has_then && change.has_now;
    if (!change.has_difference)
        return change;
    change.difference = change.number_now - change.number_then;
    int way = better_way(then->answer);
    change.worth = change.difference > 0 ? way : change.difference < 0 ? -way : 0;
    return change;
}

static bool has_verdict(PlanState state)
{
    return state != PLAN_STATE_NO_DATA && state != PLAN_STATE_WATCHED
           && state != PLAN_STATE_UNANSWERED;
}

static PlanChange judge(const PlanClauseChange *clause)
{
    PlanState then = clause->then->state, now = clause->now->state;
    if (then != now && has_verdict(then) && has_verdict(now))
        return now < then ? PLAN_CHANGE_WORSE : PLAN_CHANGE_BETTER;
    if (then != now)
        return PLAN_CHANGE_UNKNOWN;
    int worth = 0;
    bool is_worse = false;
    for (size_t i = 0; i < clause->answer_n; i++) {
        is_worse = is_worse || clause->answers[i].worth < 0;
        worth += clause->answers[i].worth > 0;
    }
    return is_worse    ? PLAN_CHANGE_NUMBER_WORSE
           : worth > 0 ? PLAN_CHANGE_NUMBER_BETTER
                       : PLAN_CHANGE_SAME;
}

static double larger(double a, double b)
{
    return a > b ? a : b;
}

static double size_of(double number)
{
    return number < 0 ? -number : number;
}

/* The largest step, as a share of the number: what sorts clauses that changed alike. */
static double step_of(const PlanClauseChange *clause)
{
    double most = 0;
    for (size_t i = 0; i < clause->answer_n; i++) {
        const PlanAnswerChange *one = &clause->answers[i];
        double whole = larger(size_of(one->number_then), size_of(one->number_now));
        if (one->has_difference && one->worth < 0 && whole > 0)
            most = larger(most, size_of(one->difference) / whole);
    }
    return most;
}

static int compare_changes(const void *left, const void *right)
{
    const PlanClauseChange *a = left, *b = right;
    if (a->change != b->change)
        return a->change < b->change ? -1 : 1;
    int fallen_a = (int)a->then->state - (int)a->now->state;
    int fallen_b = (int)b->then->state - (int)b->now->state;
    if (a->change == PLAN_CHANGE_WORSE && fallen_a != fallen_b)
        return fallen_a > fallen_b ? -1 : 1;
    double step_a = step_of(a), step_b = step_of(b);
    if (step_a > step_b || step_a < step_b)
        return step_a > step_b ? -1 : 1;
    return a->now < b->now ? -1 : a->now > b->now; /* states stand in the document's order */
}

Err plan_changes_check(Cx *cx, Date with, Date on)
{
    char early[DATE_TEXT_SIZE], late[DATE_TEXT_SIZE];
    if (date_compare(with, on) <= 0)
        return OK;
    return cx_fail(cx, ERR_INVALID, TEXT_PLAN_DAYS_ORDER, STR("with"), 2,
                   str_from_c(date_format(with, early)), str_from_c(date_format(on, late)));
}

Err plan_changes(Cx *cx, const PlanFacts *then, const PlanFacts *now, const Plan *plan,
                 const PlanClauseChange **ret_changes, size_t *ret_n)
{
    const PlanClauseState *before = NULL, *after = NULL;
    size_t n = 0;
    TRY(plan_states(cx, then, plan, &before, &n));
    TRY(plan_states(cx, now, plan, &after, &n));
    PlanClauseChange *changes = arena_array(cx->arena, PlanClauseChange, n + 1);
    for (size_t i = 0; i < n; i++) {
        size_t answer_n = after[i].answer_n;
        PlanAnswerChange *answers = arena_array(cx->arena, PlanAnswerChange, answer_n + 1);
        for (size_t a = 0; a < answer_n; a++)
            answers[a] = change_of(&before[i].answers[a], &after[i].answers[a]);
        changes[i] = (PlanClauseChange){
            .then = &before[i], .now = &after[i], .answers = answers, .answer_n = answer_n};
        changes[i].change = judge(&changes[i]);
    }
    if (n > 1)
        qsort(changes, n, sizeof *changes, compare_changes);
    *ret_changes = changes;
    *ret_n = n;
    return OK;
}
