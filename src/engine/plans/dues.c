/* What falls due by which day, and whether it is done: the months of a plan, and what somebody is
 * reminded of. Derived from the plan, its states, entries and duties whenever it is asked.
 *
 * A clause that organisations' duties answer falls due when they do. What recurs otherwise falls
 * due on the last day of each of its periods: the last one that has passed is judged by what was
 * reached or counted in it, the running one by the clause's state, later ones only wait. */
#include "engine/plans/plans_int.h"

#include <stdlib.h>

enum { MONTHS_AHEAD = 12 };

static const char *const state_names[PLAN_DUE_N] = {"overdue", "untold", "soon",
                                                    "later",   "missed", "done"};

typedef struct Dues {
    Facts facts; /* with the entries of the plan at hand */
    const Plan *plan;
    Date first, last; /* days looked at */
    const ObligationDue *duties;
    size_t duty_n;
    VEC(PlanDue) items;
} Dues;

const char *plan_due_state_name(PlanDueState state)
{
    return state_names[state];
}

Err plan_soon_days(Cx *cx, Date day, int64_t *ret_days)
{
    return policy_days_before(cx, STR("plan_soon_days"), day, ret_days);
}

/* ---- whose ---- */

static bool is_own(const Cx *cx, const PlanClause *clause)
{
    for (size_t i = 0; i < clause->owner_n; i++)
        for (size_t r = 0; r < clause->owners[i]->role_n; r++)
            if (str_equals(clause->owners[i]->roles[r], cx->actor->role))
                return true;
    return false;
}

static PlanDue *add(Dues *dues, const PlanClauseState *state, const PlanAnswer *answer, Date day)
{
    const PlanDue due = {.plan = dues->plan,
                         .clause = state,
                         .answer = answer,
                         .day = day,
                         .is_own = is_own(dues->facts.cx, state->clause)};
    VEC_PUSH(dues->facts.cx->arena, &dues->items, due);
    return &dues->items.items[dues->items.n - 1];
}

/* ---- whether it is done ---- */

static PlanDueState waiting(const Dues *dues, Date day)
{
    return plan_is_near(dues->facts.on, day, dues->facts.soon_days) ? PLAN_DUE_SOON
                                                                    : PLAN_DUE_LATER;
}

static bool has_passed(const Dues *dues, Date day)
{
    return date_compare(day, dues->facts.on) < 0;
}

static PlanDueState by_state(const Dues *dues, PlanState state, bool is_partly, Date day)
{
    if (state == PLAN_STATE_MET)
        return PLAN_DUE_DONE;
    if (!has_passed(dues, day))
        return waiting(dues, day);
    if (state == PLAN_STATE_BEHIND || state == PLAN_STATE_AT_RISK)
        return PLAN_DUE_OVERDUE;
    return state == PLAN_STATE_ON_TRACK && !is_partly ? PLAN_DUE_DONE : PLAN_DUE_UNTOLD;
}

/* Of a period that is over. A number of it does not change by doing more; a milestone can still be
 * reached. */
static PlanDueState answer_in(const Dues *dues, const PlanClause *clause, const PlanAnswer *answer,
                              Period period)
{
    const Facts *facts = &dues->facts;
    MeasureTotal total;
    if (answer->kind == PLAN_ANSWER_MILESTONE)
        return plan_reached(facts, clause, answer, &period) != NULL ? PLAN_DUE_DONE
                                                                    : PLAN_DUE_OVERDUE;
    bool is_counted = answer->kind == PLAN_ANSWER_MEASURE
                      && (answer->target.compare != PLAN_NO_TARGET || answer->target.has_yearly)
                      && plan_total_find(facts, answer->measure, &total)
                      && date_compare(period_previous(total.period).first, period.first) == 0
                      && period_previous(total.period).kind == period.kind;
    if (!is_counted)
        return PLAN_DUE_UNTOLD;
    PlanAnswered answered = {.answer = answer, .reached_on = DATE_NONE, .judged_on = DATE_NONE};
    total.period = period;
    total.sums[0] = total.sums[1];
    total.sums[1] = (MeasureSum){0}; /* of two years ago nothing was read */
    plan_measure_judge(facts, dues->plan, clause, &total, period_last(period), &answered);
    return answered.state == PLAN_STATE_MET       ? PLAN_DUE_DONE
           : answered.state == PLAN_STATE_NO_DATA ? PLAN_DUE_UNTOLD
                                                  : PLAN_DUE_MISSED;
}

/* Of a period that is over; what was missed is worse than what cannot be told. */
static int badness(PlanDueState state)
{
    static const int ranks[PLAN_DUE_N] = {
        [PLAN_DUE_OVERDUE] = 3, [PLAN_DUE_MISSED] = 2, [PLAN_DUE_UNTOLD] = 1};
    return ranks[state];
}

/* As the worst of its answers; numbers in force say nothing. */
static PlanDueState clause_in(const Dues *dues, const PlanClause *clause, Period period)
{
    PlanDueState state = PLAN_DUE_N;
    for (size_t i = 0; i < clause->answer_n; i++) {
        if (clause->answers[i].kind == PLAN_ANSWER_POLICY)
            continue;
        PlanDueState one = answer_in(dues, clause, &clause->answers[i], period);
        if (state == PLAN_DUE_N || badness(one) > badness(state))
            state = one;
    }
    bool is_missed = state == PLAN_DUE_OVERDUE || state == PLAN_DUE_MISSED;
    return state == PLAN_DUE_N || (is_missed && clause->force == PLAN_ENCOURAGED) ? PLAN_DUE_UNTOLD
                                                                                  : state;
}

/* ---- which days ---- */

static bool is_duty_of(const PlanClause *clause, const Rule *rule, const PlanAnswer **ret_answer)
{
    for (size_t i = 0; i < clause->answer_n; i++) {
        const Rule *named = clause->answers[i].rule;
        if (clause->answers[i].kind != PLAN_ANSWER_OBLIGATION || named->program != rule->program
            || !str_equals(named->id, rule->id) || rule_sensitivity(named).n > 0)
            continue;
        *ret_answer = &clause->answers[i];
        return true;
    }
    return false;
}

static bool is_within(const Plan *plan, Date day)
{
    return (date_is_none(plan->from) || date_compare(day, plan->from) >= 0)
           && (date_is_none(plan->until) || date_compare(day, plan->until) <= 0);
}

/* Whether any of them falls due in these days. */
static bool add_duties(Dues *dues, const PlanClauseState *state)
{
    size_t before = dues->items.n;
    for (size_t i = 0; i < dues->duty_n; i++) {
        const ObligationDue *duty = &dues->duties[i];
        const PlanAnswer *answer = NULL;
        if (!is_within(dues->plan, duty->day) || !is_duty_of(state->clause, duty->rule, &answer))
            continue;
        PlanDue *due = add(dues, state, answer, duty->day);
        int64_t undone = duty->owed - duty->done;
        due->has_counts = true;
        due->owed = duty->owed;
        due->done = duty->done;
        due->has_period = plan_period_on(state->clause, duty->day, &due->period);
        due->state = undone == 0                   ? PLAN_DUE_DONE
                     : undone == duty->closed      ? PLAN_DUE_MISSED
                     : has_passed(dues, duty->day) ? PLAN_DUE_OVERDUE
                                                   : waiting(dues, duty->day);
    }
    return dues->items.n > before;
}

static void add_period(Dues *dues, const PlanClauseState *state, Period period)
{
    Date due_on = state->clause->due, day = period_last(period);
    if (!date_is_none(due_on) && date_compare(due_on, day) < 0)
        day = due_on;
    if (!is_within(dues->plan, day))
        return;
    PlanDue *due = add(dues, state, NULL, day);
    due->has_period = true;
    due->period = period;
    due->state = has_passed(dues, day) ? clause_in(dues, state->clause, period)
                 : period_has(period, dues->facts.on)
                     ? by_state(dues, state->state, state->is_partly, day)
                     : waiting(dues, day);
}

/* Days of its own that answers have, except `told`. */
static void add_targets(Dues *dues, const PlanClauseState *state, Date told)
{
    for (size_t i = 0; i < state->answer_n; i++) {
        Date day = state->answers[i].answer->target.by;
        if (!date_is_none(day) && date_compare(day, told) != 0)
            add(dues, state, state->answers[i].answer, day)->state =
                by_state(dues, state->answers[i].state, false, day);
    }
}

static void add_once(Dues *dues, const PlanClauseState *state)
{
    const PlanClause *clause = state->clause;
    if (!date_is_none(clause->due))
        add(dues, state, NULL, clause->due)->state =
            by_state(dues, state->state, state->is_partly, clause->due);
    add_targets(dues, state, clause->due);
}

/* What recurs until a day is owed for the periods that have begun by then. */
static void add_clause(Dues *dues, const PlanClauseState *state)
{
    Period period;
    Date due = state->clause->due;
    if (add_duties(dues, state)) {
        add_targets(dues, state, DATE_NONE);
        return;
    }
    bool recurs = plan_period_on(state->clause, dues->facts.on, &period);
    period = recurs ? period_previous(period) : period;
    if (!recurs || (!date_is_none(due) && date_compare(due, period.first) < 0)) {
        add_once(dues, state);
        return;
    }
    for (; date_compare(period_last(period), dues->last) <= 0
           && (date_is_none(due) || date_compare(period.first, due) <= 0);
         period = period_next(period))
        add_period(dues, state, period);
}

static int compare_numbers(int64_t left, int64_t right)
{
    return (left > right) - (left < right);
}

/* What is the clause's own before what is an answer's; editions of one rule on one day by what is
 * told of them. */
static int compare_dues(const void *left, const void *right)
{
    const PlanDue *a = left, *b = right;
    int order = date_compare(a->day, b->day);
    order = order == 0 ? str_compare(a->plan->id, b->plan->id) : order;
    order = order == 0 ? str_compare(a->clause->clause->id, b->clause->clause->id) : order;
    order = order == 0 ? (a->answer != NULL) - (b->answer != NULL) : order;
    order = order == 0 && a->answer != NULL ? str_compare(a->answer->id, b->answer->id) : order;
    order = order == 0 ? compare_numbers(a->owed, b->owed) : order;
    order = order == 0 ? compare_numbers(a->done, b->done) : order;
    return order == 0 ? (int)a->state - (int)b->state : order;
}

static Err add_plan(Dues *dues, const PlanFacts *facts, const Plan *plan)
{
    Cx *cx = facts->cx;
    const PlanClauseState *states = NULL;
    size_t n = 0;
    dues->plan = plan;
    dues->facts = *facts;
    TRY(plan_states(cx, facts, plan, &states, &n));
    TRY(plan_entries(cx, plan, (Str){0}, facts->on, &dues->facts.entries, &dues->facts.entry_n));
    for (size_t i = 0; i < n; i++)
        add_clause(dues, &states[i]);
    return OK;
}

Err plan_dues(Cx *cx, const PlanFacts *facts, const Plan *plan, const PlanDue **ret_dues,
              size_t *ret_n)
{
    Dues dues = {.facts = *facts};
    ENSURE(facts->cx == cx && !facts->is_past);
    Period month = period_of(PERIOD_MONTH, facts->on), earliest = month;
    for (int i = 0; i < MONTHS_AHEAD; i++) {
        month = period_next(month);
        earliest = period_previous(earliest);
    }
    dues.first = earliest.first;
    dues.last = period_last(month);
    if (facts->knows_owed)
        TRY(obligation_dues_of_others(cx, dues.first, dues.last, &dues.duties, &dues.duty_n));
    for (size_t i = 0; i < cx->packs->plans.n; i++) {
        const Plan *one = cx->packs->plans.entries[i].value;
        if (plan == NULL ? !plan_is_elsewhere(cx, one) : plan == one)
            TRY(add_plan(&dues, facts, one));
    }
    if (dues.items.n > 1)
        qsort(dues.items.items, dues.items.n, sizeof *dues.items.items, compare_dues);
    *ret_dues = dues.items.items;
    *ret_n = dues.items.n;
    return OK;
}
