/* States of clauses. Everything that answers is read once for the whole plan, then each clause
 * looks its own up: a plan of a hundred clauses costs a handful of statements. */
#include "engine/plans/plans_int.h"

#include "access/access.h"

static const char *const state_names[PLAN_STATE_N] = {
    "behind", "at_risk", "no_data", "on_track", "not_due", "met", "watched", "unanswered",
};
static const char *const reason_names[PLAN_REASON_N] = {
    "no_engine",
    "reached",
    "not_reached",
    "in_force",
    "registered",
    "register_empty",
    "overdue",
    "in_time",
    "nothing_owed",
    "not_told",
    "counts_nobody",
    "being_counted",
    "watched",
    "target_met",
    "target_not_met",
    "on_path",
    "below_path",
    "met_last_period",
    "not_met_last_period",
    "period_running",
    "part_only",
    "met_on_day",
    "missed_on_day",
};

const char *plan_state_name(PlanState state)
{
    return state_names[state];
}

const char *plan_reason_name(PlanReason reason)
{
    return reason_names[reason];
}

/* ---- finding ---- */

Err plan_find(Cx *cx, Str id, const Plan **ret_plan)
{
    *ret_plan = pack_plan(cx->packs, id);
    return *ret_plan != NULL ? OK
                             : cx_fail(cx, ERR_NOT_FOUND, TEXT_PLAN_UNKNOWN, STR("/plan"), 1, id);
}

bool plan_is_elsewhere(const Cx *cx, const Plan *plan)
{
    return plan->place.n > 0 && !str_equals(plan->place, cx->place);
}

Err plan_clause_find(Cx *cx, const Plan *plan, Str id, const PlanClause **ret_clause)
{
    for (size_t s = 0; s < plan->section_n; s++) {
        const PlanSection *section = &plan->sections[s];
        for (size_t i = 0; i < section->clause_n; i++) {
            if (!str_equals(section->clauses[i].id, id))
                continue;
            *ret_clause = &section->clauses[i];
            return OK;
        }
    }
    return cx_fail(cx, ERR_NOT_FOUND, TEXT_PLAN_CLAUSE_UNKNOWN, STR("/clause"), 1, id);
}

/* ---- what answers ---- */

static Err read_registers_known(Facts *facts)
{
    Cx *cx = facts->cx;
    CLEANUP(db_rows_close) DbRows rows = {0};
    const PlanRegisterCountsKnownIn in = {cx->place, facts->on};
    TRY(plan_register_counts_known_open(cx->db, access_sight(cx), &in, &rows));
    for (;;) {
        PlanRegisterCountsKnownRow row;
        bool has_row = false;
        TRY(plan_register_counts_known_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        VEC_PUSH(cx->arena, &facts->registers, ((PlanRegisterCountsRow){row.kind, row.n}));
    }
}

static Err read_registers(Facts *facts)
{
    Cx *cx = facts->cx;
    CLEANUP(db_rows_close) DbRows rows = {0};
    const PlanRegisterCountsIn in = {cx->place, cx->today};
    TRY(plan_register_counts_open(cx->db, access_sight(cx), &in, &rows));
    for (;;) {
        PlanRegisterCountsRow row;
        bool has_row = false;
        TRY(plan_register_counts_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        VEC_PUSH(cx->arena, &facts->registers, row);
    }
}

Err plan_parameters_read(Facts *facts)
{
    Cx then = *facts->cx;
    if (facts->is_past) { /* as known then */
        then.as_of = facts->on;
        then.policy = NULL;
    }
    TRY(policy_of(&then, &facts->policy));
    TRY(policy_days_before(&then, STR("plan_warning_days"), facts->on, &facts->warning_days));
    TRY(plan_soon_days(&then, facts->on, &facts->soon_days));
    return policy_whole_on(&then, STR("plan_path_tolerance"), facts->on, &facts->path_tolerance);
}

/* Of today: what is stored and kept right. Of a past day days.c has it. */
static Err read_current(Facts *facts, bool is_patient)
{
    Cx *cx = facts->cx;
    if (is_patient)
        TRY(measure_settle(cx));
    if (facts->knows_measured)
        TRY(measure_totals(
            cx, &(MeasureTotalsAsk){.day = cx->today, .period = {.first = DATE_NONE}, .earlier = 1},
            &facts->measured, &facts->measured_n));
    if (facts->knows_owed)
        TRY(obligation_counts(cx, cx->today, (Str){0}, &facts->owed, &facts->owed_n));
    return OK;
}

Err plan_facts_read(Cx *cx, Date on, bool is_patient, const PlanFacts **ret_facts)
{
    const PlanFacts *kept = NULL;
    char text[DATE_TEXT_SIZE];
    if (date_compare(on, cx->today) > 0)
        return cx_fail(cx, ERR_INVALID, TEXT_PLAN_DAY, STR("on"), 1,
                       str_from_c(date_format(cx->today, text)));
    TRY(plan_days_read(cx, on, is_patient, &kept));
    Facts *facts = arena_new(cx->arena, Facts);
    *facts = *kept;
    TRY(plan_parameters_read(facts));
    Err err = facts->is_past ? read_registers_known(facts) : read_registers(facts);
    if (err != OK)
        return cx_fail_db(cx, err);
    facts->knows_measured = cx->actor->is_system || access_may(cx->actor, STR("measures.read"));
    facts->knows_owed = cx->actor->is_system || access_may(cx->actor, STR("obligations.read"));
    if (!facts->is_past)
        TRY(read_current(facts, is_patient));
    *ret_facts = facts;
    return OK;
}

/* ---- the answers ---- */

static bool is_in_force(const PlanEntry *entry)
{
    return date_is_none(entry->ended_on); /* plan_entries tells them as known on the day */
}

bool plan_is_near(Date on, Date day, int64_t days_before)
{
    return days_before != POLICY_UNSAID
           && date_compare(on, date_add_days(day, -(int)days_before)) >= 0;
}

PlanState plan_waiting(const Facts *facts, Date due, Date on)
{
    if (date_is_none(due))
        return PLAN_STATE_NO_DATA;
    if (date_compare(on, due) > 0)
        return PLAN_STATE_BEHIND;
    return plan_is_near(on, due, facts->warning_days) ? PLAN_STATE_AT_RISK : PLAN_STATE_NOT_DUE;
}

bool plan_period_on(const PlanClause *clause, Date day, Period *ret_period)
{
    static const struct {
        const char *every;
        PeriodKind kind;
    } kinds[] = {{"month", PERIOD_MONTH},
                 {"quarter", PERIOD_QUARTER},
                 {"half_year", PERIOD_HALF},
                 {"year", PERIOD_YEAR}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (!str_equals_c(clause->every, kinds[i].every))
            continue;
        *ret_period = period_of(kinds[i].kind, day);
        return true;
    }
    return false;
}

const PlanEntry *plan_reached(const Facts *facts, const PlanClause *clause,
                              const PlanAnswer *answer, const Period *period)
{
    for (size_t i = 0; i < facts->entry_n; i++) {
        const PlanEntry *entry = &facts->entries[i];
        if (entry->kind == PLAN_ENTRY_MILESTONE && is_in_force(entry)
            && str_equals(entry->clause, clause->id) && str_equals(entry->milestone, answer->id)
            && (period == NULL || period_has(*period, entry->happened_on)))
            return entry;
    }
    return NULL;
}

/* What recurs is reached anew in each period, until its last day; what recurs until a day, in the
 * periods that have begun by then. */
static void answer_milestone(const Facts *facts, const PlanClause *clause, PlanAnswered *answered)
{
    const PlanAnswer *answer = answered->answer;
    Period period;
    Date due = date_is_none(answer->target.by) ? clause->due : answer->target.by;
    bool recurs = plan_period_on(clause, facts->on, &period);
    if (recurs && !date_is_none(due) && date_compare(due, period.first) < 0)
        recurs = plan_period_on(clause, due, &period);
    const PlanEntry *entry = plan_reached(facts, clause, answer, recurs ? &period : NULL);
    if (entry != NULL) {
        answered->state = PLAN_STATE_MET;
        answered->reason = PLAN_REASON_REACHED;
        answered->reached_on = entry->happened_on;
        answered->evidence = entry->evidence;
        return;
    }
    if (recurs && (date_is_none(due) || date_compare(period_last(period), due) < 0))
        due = period_last(period);
    answered->reason = PLAN_REASON_NOT_REACHED;
    answered->state = plan_waiting(facts, due, facts->on);
}

static void answer_policy(const Facts *facts, PlanAnswered *answered)
{
    const FormParameter *parameter = policy_parameter(facts->policy, answered->answer->id);
    ExprValue value = parameter == NULL ? EXPR_ABSENT : form_parameter_on(parameter, facts->on);
    answered->reason = PLAN_REASON_IN_FORCE;
    answered->state = value.type == EXPR_NULL ? PLAN_STATE_NO_DATA : PLAN_STATE_MET;
    answered->has_number = value.type == EXPR_INTEGER || value.type == EXPR_DECIMAL;
    answered->number = value.type == EXPR_INTEGER   ? (double)value.as.integer
                       : value.type == EXPR_DECIMAL ? value.as.decimal
                                                    : 0;
}

static void answer_register(const Facts *facts, PlanAnswered *answered)
{
    for (size_t i = 0; i < facts->registers.n; i++)
        if (str_equals(facts->registers.items[i].kind, answered->answer->form->subject))
            answered->number = (double)facts->registers.items[i].n;
    bool is_kept = answered->number > 0;
    answered->has_number = true;
    answered->state = is_kept ? PLAN_STATE_ON_TRACK : PLAN_STATE_NO_DATA;
    answered->reason = is_kept ? PLAN_REASON_REGISTERED : PLAN_REASON_REGISTER_EMPTY;
}

static void count_owed(const Facts *facts, PlanAnswered *answered)
{
    const Rule *rule = answered->answer->rule;
    if (facts->is_past) {
        MeasureSum sum = plan_day_owed(facts, facts->on, answered->answer->id);
        answered->number = (double)sum.numerator;
        answered->of = (double)sum.denominator;
    }
    for (size_t i = 0; i < facts->owed_n; i++) {
        const ObligationCount *count = &facts->owed[i];
        if (count->rule->program != rule->program || !str_equals(count->rule->id, rule->id))
            continue; /* editions of one rule count together */
        answered->number += (double)count->overdue;
        answered->of += (double)(count->overdue + count->due + count->open);
    }
}

static void answer_obligation(const Facts *facts, PlanAnswered *answered)
{
    answered->state = PLAN_STATE_NO_DATA;
    answered->reason = PLAN_REASON_NOT_TOLD;
    if (!facts->knows_owed || rule_sensitivity(answered->answer->rule).n > 0)
        return;
    if (facts->is_past && !plan_day_is_made(facts, facts->on, answered->answer->id)) {
        answered->reason = PLAN_REASON_BEING_COUNTED;
        return;
    }
    count_owed(facts, answered);
    answered->has_number = answered->of > 0;
    answered->state = answered->number > 0 ? PLAN_STATE_BEHIND
                      : answered->of > 0   ? PLAN_STATE_ON_TRACK
                                           : PLAN_STATE_NO_DATA;
    answered->reason = answered->number > 0 ? PLAN_REASON_OVERDUE
                       : answered->of > 0   ? PLAN_REASON_IN_TIME
                                            : PLAN_REASON_NOTHING_OWED;
}

void plan_soften(const PlanClause *clause, PlanAnswered *answered)
{
    bool is_failing = answered->state == PLAN_STATE_BEHIND || answered->state == PLAN_STATE_AT_RISK;
    if (clause->force == PLAN_ENCOURAGED && is_failing)
        answered->state = PLAN_STATE_NOT_DUE;
}

static PlanAnswered answer_of(const Facts *facts, const Plan *plan, const PlanClause *clause,
                              const PlanAnswer *answer)
{
    PlanAnswered answered = {.answer = answer,
                             .state = PLAN_STATE_UNANSWERED,
                             .reason = PLAN_REASON_NO_ENGINE,
                             .reached_on = DATE_NONE,
                             .judged_on = DATE_NONE};
    plan_target_read(facts, clause, facts->on, &answered);
    switch (answer->kind) {
    case PLAN_ANSWER_MEASURE: plan_measure_answer(facts, plan, clause, &answered); break;
    case PLAN_ANSWER_MILESTONE: answer_milestone(facts, clause, &answered); break;
    case PLAN_ANSWER_POLICY: answer_policy(facts, &answered); break;
    case PLAN_ANSWER_REGISTER: answer_register(facts, &answered); break;
    case PLAN_ANSWER_OBLIGATION: answer_obligation(facts, &answered); break;
    case PLAN_ANSWER_MEASURE_WANTED:
    case PLAN_ANSWER_ENGINE:
    case PLAN_ANSWER_N: break;
    }
    plan_soften(clause, &answered);
    return answered;
}

/* That a number is in force says nothing of what it is for: it answers only a clause that asks for
 * nothing else. */
static bool counts(const PlanClause *clause, const PlanAnswer *answer)
{
    if (answer->kind != PLAN_ANSWER_POLICY)
        return true;
    for (size_t i = 0; i < clause->answer_n; i++)
        if (clause->answers[i].kind != PLAN_ANSWER_POLICY)
            return false;
    return true;
}

static void judge(const Facts *facts, const Plan *plan, PlanClauseState *state)
{
    const PlanClause *clause = state->clause;
    PlanAnswered *answers = arena_array(facts->cx->arena, PlanAnswered, clause->answer_n + 1);
    bool has_unanswered = false;
    state->state = PLAN_STATE_UNANSWERED;
    for (size_t i = 0; i < clause->answer_n; i++) {
        answers[i] = answer_of(facts, plan, clause, &clause->answers[i]);
        if (!counts(clause, &clause->answers[i]))
            continue;
        has_unanswered = has_unanswered || answers[i].state == PLAN_STATE_UNANSWERED;
        if (answers[i].state < state->state)
            state->state = answers[i].state;
    }
    state->answers = answers;
    state->answer_n = clause->answer_n;
    state->is_partly = has_unanswered && state->state != PLAN_STATE_UNANSWERED;
    if (state->is_partly && state->state == PLAN_STATE_MET)
        state->state = PLAN_STATE_ON_TRACK; /* the rest of it is not known */
    for (size_t i = 0; i < facts->entry_n; i++)
        if (is_in_force(&facts->entries[i]) && str_equals(facts->entries[i].clause, clause->id))
            state->entry_n++;
}

Err plan_states(Cx *cx, const PlanFacts *facts, const Plan *plan,
                const PlanClauseState **ret_states, size_t *ret_n)
{
    Facts of_plan = *facts;
    TRY(plan_entries(cx, plan, (Str){0}, facts->on, &of_plan.entries, &of_plan.entry_n));
    PlanClauseState *states = arena_array(cx->arena, PlanClauseState, plan->clause_n + 1);
    size_t n = 0;
    for (size_t s = 0; s < plan->section_n; s++) {
        for (size_t i = 0; i < plan->sections[s].clause_n; i++) {
            states[n] = (PlanClauseState){.section = &plan->sections[s],
                                          .clause = &plan->sections[s].clauses[i]};
            judge(&of_plan, plan, &states[n++]);
        }
    }
    *ret_states = states;
    *ret_n = n;
    return OK;
}

void plan_facts_counted(const PlanFacts *facts, int64_t *ret_counted, int64_t *ret_measures)
{
    *ret_counted = 0;
    for (size_t i = 0; i < facts->measured_n; i++)
        *ret_counted += facts->measured[i].is_made;
    *ret_measures = (int64_t)facts->measured_n;
}

/* The stored sums of today: whether all of the measure is in them. */
static bool is_whole(const PlanFacts *facts, const Measure *measure)
{
    for (size_t i = 0; i < facts->measured_n; i++)
        if (facts->measured[i].measure == measure)
            return facts->measured[i].is_made && facts->measured[i].is_complete;
    return true; /* not told to the asking one */
}

bool plan_is_complete(const PlanFacts *facts, const PlanClauseState *states, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t a = 0; a < states[i].answer_n; a++) {
            const PlanAnswered *answered = &states[i].answers[a];
            if (answered->reason == PLAN_REASON_BEING_COUNTED)
                return false;
            if (answered->answer->kind == PLAN_ANSWER_MEASURE
                && !is_whole(facts, answered->answer->measure))
                return false;
        }
    return true;
}

/* ---- coverage ---- */

/* The engine that a clause waits for: of its first answer that has none. */
static size_t engine_of(const PlanClauseState *state)
{
    const PlanAnswer *answer = NULL;
    for (size_t i = 0; answer == NULL && i < state->answer_n; i++)
        if (state->answers[i].state == PLAN_STATE_UNANSWERED)
            answer = state->answers[i].answer;
    for (size_t i = 0; answer != NULL && plan_engines[i] != NULL; i++)
        if (str_equals_c(answer->id, plan_engines[i]))
            return i;
    return 0; /* an indicator */
}

void plan_coverage(const PlanClauseState *states, size_t n, PlanCoverage *ret_coverage)
{
    PlanCoverage coverage = {.clauses = (int64_t)n};
    for (size_t i = 0; i < n; i++) {
        const PlanClauseState *state = &states[i];
        coverage.states[state->state]++;
        bool says_something =
            state->state != PLAN_STATE_NO_DATA && state->state != PLAN_STATE_UNANSWERED;
        coverage.partly += says_something && state->is_partly;
        coverage.answered += says_something && !state->is_partly;
        if (state->state == PLAN_STATE_UNANSWERED || (says_something && state->is_partly))
            coverage.waiting[engine_of(state)]++;
    }
    *ret_coverage = coverage;
}
