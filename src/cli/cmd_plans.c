/* catchment plan list|show|coverage|trend|changes|months|note: plans, how far each clause is, and
 * what is said of them. */
#include "cli/commands.h"

#include "cli/json_lines.h"
#include "engine/plans/plans.h"

static void put_date(JsonOut *out, const char *key, Date date)
{
    json_key_c(out, key);
    if (date_is_none(date))
        json_null(out);
    else
        json_date(out, date);
}

static void put_count(JsonOut *out, const char *key, int64_t n)
{
    json_key_c(out, key);
    json_integer(out, n);
}

static void put_decimal(JsonOut *out, const char *key, double number)
{
    json_key_c(out, key);
    json_decimal(out, number);
}

static Err list_run(Cli *cli)
{
    for (size_t i = 0; i < cli->packs->plans.n; i++) {
        const Plan *plan = cli->packs->plans.entries[i].value;
        JsonLine line;
        json_line_begin(&line, cli->arena);
        json_put_text(&line.json, "plan", plan->id);
        json_put_text(&line.json, "title", wording_in(plan->title, cli->cx->lang));
        json_put_text(&line.json, "place", plan->place);
        put_date(&line.json, "from", plan->from);
        put_date(&line.json, "until", plan->until);
        put_count(&line.json, "clauses", (int64_t)plan->clause_n);
        TRY(json_line_end(&line));
    }
    return OK;
}

const Command cmd_plan_list = {
    .name = "plan list",
    .summary = "list the plans of the packs",
    .needs = CLI_DATABASE,
    .options = (const CliOption[]){{0}},
    .run = list_run,
};

static Date day_asked(const Cli *cli)
{
    return date_is_none(cli->on) ? cli->cx->today : cli->on;
}

static Err one_plan(Cli *cli, const PlanClauseState **ret_states, size_t *ret_n)
{
    const Plan *plan = NULL;
    TRY(plan_find(cli->cx, cli_value(cli, "plan"), &plan));
    const PlanFacts *facts = NULL;
    TRY(plan_facts_read(cli->cx, day_asked(cli), true, &facts));
    return plan_states(cli->cx, facts, plan, ret_states, ret_n);
}

static void put_answer(JsonOut *out, const PlanAnswered *answered)
{
    json_object_begin(out);
    json_put_text(out, "by", str_from_c(plan_answers[answered->answer->kind]));
    json_put_text(out, "id", answered->answer->id);
    json_put_text(out, "state", str_from_c(plan_state_name(answered->state)));
    json_put_text(out, "reason", str_from_c(plan_reason_name(answered->reason)));
    if (answered->answer->measure != NULL && answered->has_number) {
        put_decimal(out, "value", answered->number);
        put_count(out, "denominator", answered->denominator);
        put_count(out, "numerator", answered->numerator);
        if (answered->has_expected)
            put_decimal(out, "expected", answered->expected);
    } else if (answered->has_number) {
        json_key_c(out, "number");
        json_decimal(out, answered->number);
        json_key_c(out, "of");
        json_decimal(out, answered->of);
    }
    if (!date_is_none(answered->judged_on)) {
        put_date(out, "judged_on", answered->judged_on);
        json_key_c(out, "now");
        if (answered->has_now)
            json_decimal(out, answered->now);
        else
            json_null(out);
    }
    if (answered->has_target)
        put_decimal(out, "target", answered->low);
    if (!date_is_none(answered->reached_on))
        put_date(out, "reached_on", answered->reached_on);
    json_object_end(out);
}

static Err show_run(Cli *cli)
{
    const PlanClauseState *states = NULL;
    size_t n = 0;
    Str asked = cli_value(cli, "clause");
    TRY(one_plan(cli, &states, &n));
    for (size_t i = 0; i < n; i++) {
        const PlanClauseState *state = &states[i];
        if (asked.n > 0 && !str_equals(asked, state->clause->id))
            continue;
        JsonLine line;
        json_line_begin(&line, cli->arena);
        json_put_text(&line.json, "clause", state->clause->id);
        json_put_text(&line.json, "title", wording_in(state->clause->title, cli->cx->lang));
        json_put_text(&line.json, "state", str_from_c(plan_state_name(state->state)));
        put_date(&line.json, "due", state->clause->due);
        json_put_text(&line.json, "owner",
                      state->clause->owner_n > 0
                          ? wording_in(state->clause->owners[0]->title, cli->cx->lang)
                          : (Str){0});
        json_key_c(&line.json, "answers");
        json_array_begin(&line.json);
        for (size_t a = 0; a < state->answer_n; a++)
            put_answer(&line.json, &state->answers[a]);
        json_array_end(&line.json);
        TRY(json_line_end(&line));
    }
    return OK;
}

const Command cmd_plan_show = {
    .name = "plan show",
    .summary = "how far each clause of a plan is on a day, and what says so",
    .needs = CLI_DATABASE,
    .options =
        (const CliOption[]){{"plan", "ID", NULL, true, "of the packs (plan list)"},
                            {"clause", "NUMBER", NULL, false, "this clause only"},
                            {"on", "DATE", NULL, false, "as it was known at the end of a past day"},
                            {0}},
    .run = show_run,
};

static Err cover(Cli *cli, const PlanFacts *facts, const Plan *plan)
{
    const PlanClauseState *states = NULL;
    size_t n = 0;
    PlanCoverage coverage;
    TRY(plan_states(cli->cx, facts, plan, &states, &n));
    plan_coverage(states, n, &coverage);
    JsonLine line;
    json_line_begin(&line, cli->arena);
    json_put_text(&line.json, "plan", plan->id);
    json_put_text(&line.json, "document", wording_in(plan->title, cli->cx->lang));
    put_count(&line.json, "clauses", coverage.clauses);
    put_count(&line.json, "answered", coverage.answered);
    put_count(&line.json, "partly", coverage.partly);
    json_key_c(&line.json, "states");
    json_object_begin(&line.json);
    for (int state = 0; state < PLAN_STATE_N; state++)
        put_count(&line.json, plan_state_name((PlanState)state), coverage.states[state]);
    json_object_end(&line.json);
    json_key_c(&line.json, "waiting_for");
    json_object_begin(&line.json);
    for (size_t i = 0; i < PLAN_ENGINE_N; i++)
        if (coverage.waiting[i] > 0)
            put_count(&line.json, plan_engines[i], coverage.waiting[i]);
    json_object_end(&line.json);
    return json_line_end(&line);
}

static Err coverage_run(Cli *cli)
{
    Str asked = cli_value(cli, "plan");
    const Plan *only = NULL;
    const PlanFacts *facts = NULL;
    TRY(plan_facts_read(cli->cx, day_asked(cli), true, &facts));
    if (asked.n > 0)
        TRY(plan_find(cli->cx, asked, &only));
    for (size_t i = 0; i < cli->packs->plans.n; i++) {
        const Plan *plan = cli->packs->plans.entries[i].value;
        if (only == NULL || only == plan)
            TRY(cover(cli, facts, plan));
    }
    return OK;
}

const Command cmd_plan_coverage = {
    .name = "plan coverage",
    .summary = "how many clauses are answered by data, and which engine the others wait for",
    .needs = CLI_DATABASE,
    .options =
        (const CliOption[]){{"plan", "ID", NULL, false, "this plan only"},
                            {"on", "DATE", NULL, false, "as it was known at the end of a past day"},
                            {0}},
    .run = coverage_run,
};

/* ---- over time ---- */

static Err put_trend(Cli *cli, const PlanTrend *trend)
{
    JsonLine line;
    json_line_begin(&line, cli->arena);
    json_put_text(&line.json, "measure", trend->answer->id);
    json_put_text(&line.json, "kind", period_kind_name(trend->kind));
    json_key_c(&line.json, "is_judged");
    json_bool(&line.json, trend->is_judged);
    json_key_c(&line.json, "points");
    json_array_begin(&line.json);
    for (size_t i = 0; i < trend->n; i++)
        plan_point_write(&line.json, trend, &trend->points[i]);
    json_array_end(&line.json);
    return json_line_end(&line);
}

static Err trend_run(Cli *cli)
{
    const Plan *plan = NULL;
    const PlanClause *clause = NULL;
    const PlanFacts *facts = NULL;
    const PlanTrend *trends = NULL;
    size_t n = 0;
    TRY(plan_find(cli->cx, cli_value(cli, "plan"), &plan));
    TRY(plan_clause_find(cli->cx, plan, cli_value(cli, "clause"), &clause));
    TRY(plan_facts_read(cli->cx, cli->cx->today, true, &facts));
    TRY(plan_trends(cli->cx, facts, plan, clause, &trends, &n)); /* wants what is not kept yet */
    TRY(measure_settle(cli->cx));
    TRY(plan_trends(cli->cx, facts, plan, clause, &trends, &n));
    for (size_t i = 0; i < n; i++)
        TRY(put_trend(cli, &trends[i]));
    return OK;
}

const Command cmd_plan_trend = {
    .name = "plan trend",
    .summary = "the numbers of a clause by period, beside its target and path",
    .needs = CLI_DATABASE,
    .options = (const CliOption[]){{"plan", "ID", NULL, true, "of the packs (plan list)"},
                                   {"clause", "NUMBER", NULL, true, "of the plan"},
                                   {0}},
    .run = trend_run,
};

static void put_number_or_null(JsonOut *out, const char *key, bool has_number, double number)
{
    json_key_c(out, key);
    if (has_number)
        json_decimal(out, number);
    else
        json_null(out);
}

static Err put_change(Cli *cli, const PlanClauseChange *change)
{
    JsonLine line;
    json_line_begin(&line, cli->arena);
    json_put_text(&line.json, "clause", change->now->clause->id);
    json_put_text(&line.json, "change", str_from_c(plan_change_name(change->change)));
    json_put_text(&line.json, "then", str_from_c(plan_state_name(change->then->state)));
    json_put_text(&line.json, "now", str_from_c(plan_state_name(change->now->state)));
    json_key_c(&line.json, "answers");
    json_array_begin(&line.json);
    for (size_t i = 0; i < change->answer_n; i++) {
        const PlanAnswerChange *answer = &change->answers[i];
        if (!answer->has_then && !answer->has_now)
            continue;
        json_object_begin(&line.json);
        json_put_text(&line.json, "id", answer->now->answer->id);
        put_number_or_null(&line.json, "then", answer->has_then, answer->number_then);
        put_number_or_null(&line.json, "now", answer->has_now, answer->number_now);
        put_number_or_null(&line.json, "difference", answer->has_difference, answer->difference);
        json_object_end(&line.json);
    }
    json_array_end(&line.json);
    return json_line_end(&line);
}

static Err changes_run(Cli *cli)
{
    const Plan *plan = NULL;
    const PlanFacts *then = NULL, *now = NULL;
    const PlanClauseChange *changes = NULL;
    size_t n = 0;
    Date from = DATE_NONE;
    if (date_parse(cli_value(cli, "with"), &from) != OK) {
        cli_say("catchment plan changes: --with is a day, written 2026-01-01");
        return ERR_USAGE;
    }
    TRY(plan_find(cli->cx, cli_value(cli, "plan"), &plan));
    TRY(plan_changes_check(cli->cx, from, day_asked(cli)));
    TRY(plan_facts_read(cli->cx, from, true, &then));
    TRY(plan_facts_read(cli->cx, day_asked(cli), true, &now));
    TRY(plan_changes(cli->cx, then, now, plan, &changes, &n));
    for (size_t i = 0; i < n; i++)
        TRY(put_change(cli, &changes[i]));
    return OK;
}

const Command cmd_plan_changes = {
    .name = "plan changes",
    .summary = "each clause on two days, what got worse first",
    .needs = CLI_DATABASE,
    .options = (const CliOption[]){{"plan", "ID", NULL, true, "of the packs (plan list)"},
                                   {"with", "DATE", NULL, true, "the earlier day"},
                                   {"on", "DATE", NULL, false, "the later day; today when absent"},
                                   {0}},
    .run = changes_run,
};

/* ---- what falls due ---- */

static bool is_of_unit(const PlanClause *clause, Str unit)
{
    for (size_t i = 0; i < clause->owner_n; i++)
        if (str_equals(clause->owners[i]->id, unit))
            return true;
    return unit.n == 0;
}

static Str owners_text(Cli *cli, const PlanClause *clause)
{
    Str *names = arena_array(cli->arena, Str, clause->owner_n + 1);
    for (size_t i = 0; i < clause->owner_n; i++)
        names[i] = wording_in(clause->owners[i]->title, cli->cx->lang);
    return str_join(cli->arena, names, clause->owner_n, STR(" · "));
}

static Err put_due(Cli *cli, const PlanDue *due)
{
    JsonLine line;
    char period[PERIOD_NAME_SIZE];
    const PlanClause *clause = due->clause->clause;
    json_line_begin(&line, cli->arena);
    put_date(&line.json, "day", due->day);
    json_put_text(&line.json, "state", str_from_c(plan_due_state_name(due->state)));
    json_put_text(&line.json, "clause", clause->id);
    json_put_text(&line.json, "title", wording_in(clause->title, cli->cx->lang));
    json_put_text(&line.json, "owner", owners_text(cli, clause));
    if (due->has_period)
        json_put_text(&line.json, "period", str_from_c(period_name(due->period, period)));
    if (due->answer != NULL)
        json_put_text(&line.json, "answer", due->answer->id);
    if (due->has_counts) {
        put_count(&line.json, "owed", due->owed);
        put_count(&line.json, "done", due->done);
    }
    return json_line_end(&line);
}

static Err months_run(Cli *cli)
{
    const Plan *plan = NULL;
    const PlanFacts *facts = NULL;
    const PlanDue *dues = NULL;
    size_t n = 0;
    TRY(plan_find(cli->cx, cli_value(cli, "plan"), &plan));
    TRY(plan_facts_read(cli->cx, cli->cx->today, true, &facts));
    TRY(plan_dues(cli->cx, facts, plan, &dues, &n));
    for (size_t i = 0; i < n; i++)
        if (is_of_unit(dues[i].clause->clause, cli_value(cli, "owner")))
            TRY(put_due(cli, &dues[i]));
    return OK;
}

const Command cmd_plan_months = {
    .name = "plan months",
    .summary = "what falls due by which day, whose it is, and whether it is done",
    .needs = CLI_DATABASE,
    .options = (const CliOption[]){{"plan", "ID", NULL, true, "of the packs (plan list)"},
                                   {"owner", "UNIT", NULL, false, "of this unit of the plan only"},
                                   {0}},
    .run = months_run,
};

/* A milestone when --milestone is given, otherwise progress. */
static Err note_run(Cli *cli)
{
    Str on = cli_value(cli, "happened-on");
    PlanEntry entry = {.id = cx_new_id(cli->cx),
                       .plan = cli_value(cli, "plan"),
                       .clause = cli_value(cli, "clause"),
                       .milestone = cli_value(cli, "milestone"),
                       .note = cli_value(cli, "note"),
                       .evidence = cli_value(cli, "evidence"),
                       .happened_on = cli->cx->today};
    entry.kind = entry.milestone.n > 0 ? PLAN_ENTRY_MILESTONE : PLAN_ENTRY_PROGRESS;
    if (on.n > 0 && date_parse(on, &entry.happened_on) != OK) {
        cli_say("catchment plan: --happened-on is a day, written 2026-01-01");
        return ERR_USAGE;
    }
    return plan_entry_add(cli->cx, &entry);
}

const Command cmd_plan_note = {
    .name = "plan note",
    .summary = "say what was done for a clause, or that a milestone is reached",
    .needs = CLI_DATABASE,
    .options = (const CliOption[]){{"plan", "ID", NULL, true, "of the packs (plan list)"},
                                   {"clause", "NUMBER", NULL, true, "of the plan"},
                                   {"milestone", "ID", NULL, false, "of the clause: it is reached"},
                                   {"happened-on", "DAY", NULL, false, "today when left out"},
                                   {"note", "TEXT", NULL, false, "what was done"},
                                   {"evidence", "TEXT", NULL, false, "what proves it"},
                                   {0}},
    .run = note_run,
};
