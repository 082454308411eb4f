/* catchment measure: what the measures of the packs say of this place, or how far they are from the
 * targets of a plan. catchment measures verify:
 * whether what is stored equals a run over everybody. */
#include "cli/commands.h"

#include "cli/json_lines.h"
#include "engine/measures/measures.h"
#include "engine/plans/plans.h"

static void put_number(JsonOut *out, const char *key, int64_t number)
{
    json_key_c(out, key);
    json_integer(out, number);
}

static void put_decimal_or_null(JsonOut *out, const char *key, bool is_there, double number)
{
    json_key_c(out, key);
    if (is_there)
        json_decimal(out, number);
    else
        json_null(out);
}

/* In the unit that people read it in: 38.5 of "%". */
static void put_number_of(JsonOut *out, const Measure *measure, bool is_there, double number)
{
    put_decimal_or_null(out, "value", is_there, number);
    json_put_text(out, "value_unit", measure->unit);
}

static Err put_value(Cli *cli, const Measure *measure, const MeasureValue *value)
{
    JsonLine line;
    double number = 0;
    char name[PERIOD_NAME_SIZE];
    json_line_begin(&line, cli->arena);
    json_put_text(&line.json, "measure", measure->id);
    json_put_text(&line.json, "title", measure->title.zh);
    json_put_text(&line.json, "period", str_from_c(period_name(value->period, name)));
    json_put_text(&line.json, "unit", value->unit);
    json_put_text(&line.json, "unit_name", value->name.zh);
    put_number(&line.json, "level", value->level);
    put_number(&line.json, "denominator", value->denominator);
    put_number(&line.json, "numerator", value->numerator);
    bool has_number = measure_number(measure, value->denominator, value->numerator, &number);
    put_number_of(&line.json, measure, has_number, number);
    return json_line_end(&line);
}

static Err put_case(Cli *cli, const Measure *measure, const MeasureCase *one)
{
    JsonLine line;
    json_line_begin(&line, cli->arena);
    json_put_text(&line.json, "measure", measure->id);
    json_key_c(&line.json, "subject");
    json_uuid(&line.json, one->subject);
    json_key_c(&line.json, "record");
    json_uuid(&line.json, measure->grain == GRAIN_RECORD ? one->counted : UUID_NIL);
    json_put_text(&line.json, "area", one->area);
    if (measure_is_of_units(measure)) {
        json_put_text(&line.json, "code", one->code);
        json_put_text(&line.json, "name", one->name.zh);
        json_put_text(&line.json, "facility", one->at);
    }
    if (one->has_required) {
        json_key_c(&line.json, "required");
        json_decimal(&line.json, one->required);
        json_key_c(&line.json, "actual");
        json_decimal(&line.json, one->actual);
        if (measure->required_unit.zh.n > 0)
            json_put_text(&line.json, "required_unit", measure->required_unit.zh);
    }
    json_key_c(&line.json, "in_numerator");
    json_bool(&line.json, one->in_numerator);
    return json_line_end(&line);
}

static Err put_cases(Cli *cli, const MeasureAsk *ask)
{
    enum { PAGE = 1000 };
    MeasureCaseFilter filter = {
        .measure = ask->measure, .period = ask->first, .area = ask->unit, .most = PAGE};
    for (size_t n = PAGE; n == PAGE;) {
        const MeasureCase *cases = NULL;
        TRY(measure_cases(cli->cx, &filter, &cases, &n));
        for (size_t i = 0; i < n; i++)
            TRY(put_case(cli, ask->measure, &cases[i]));
        if (n > 0)
            filter.after = cases[n - 1];
    }
    return OK;
}

static Err put_measure(Cli *cli, const MeasureAsk *ask)
{
    MeasureAnswer answer;
    TRY(measure_read(cli->cx, ask, &answer));
    if (cli_switch(cli, "list"))
        return put_cases(cli, ask);
    for (size_t i = 0; i < answer.n; i++)
        TRY(put_value(cli, ask->measure, &answer.values[i]));
    return OK;
}

/* "2025", or "2025-01..2025-12". */
static Err read_periods(const Cli *cli, MeasureAsk *ask)
{
    Str text = cli_value(cli, "period");
    size_t dots = str_find(text, STR(".."), 0);
    Str first = str_slice(text, 0, dots == SIZE_MAX ? text.n : dots);
    Str last = dots == SIZE_MAX ? first : str_slice(text, dots + 2, text.n);
    if (period_parse(first, &ask->first) == OK && period_parse(last, &ask->last) == OK
        && ask->first.kind == ask->last.kind
        && date_compare(ask->first.first, ask->last.first) <= 0)
        return OK;
    return cli_say_text(cli, ERR_USAGE, STR("catchment measure"), TEXT_MEASURE_PERIOD_SHAPE, 0);
}

/* ---- against the targets of a plan ---- */

static Err put_judged(Cli *cli, const PlanClause *clause, const MeasureValue *value,
                      const PlanAnswered *answered)
{
    JsonLine line;
    char name[PERIOD_NAME_SIZE];
    json_line_begin(&line, cli->arena);
    json_put_text(&line.json, "clause", clause->id);
    json_put_text(&line.json, "measure", answered->answer->measure->id);
    json_put_text(&line.json, "unit", value->unit);
    json_put_text(&line.json, "unit_name", value->name.zh);
    json_put_text(&line.json, "period", str_from_c(period_name(answered->period, name)));
    put_number(&line.json, "denominator", answered->denominator);
    put_number(&line.json, "numerator", answered->numerator);
    put_number_of(&line.json, answered->answer->measure, answered->has_number, answered->number);
    put_decimal_or_null(&line.json, "target", answered->has_target, answered->low);
    if (answered->answer->target.compare == PLAN_BETWEEN)
        put_decimal_or_null(&line.json, "target_high", answered->has_target, answered->high);
    put_decimal_or_null(&line.json, "expected", answered->has_expected, answered->expected);
    json_put_text(&line.json, "state", str_from_c(plan_state_name(answered->state)));
    json_put_text(&line.json, "reason", str_from_c(plan_reason_name(answered->reason)));
    return json_line_end(&line);
}

/* The value of the unit in the period before, where it is among those of both periods. */
static MeasureTotal total_of(const Measure *measure, const MeasureAnswer *answer,
                             const MeasureValue *value)
{
    MeasureTotal total = {.measure = measure,
                          .period = value->period,
                          .is_made = true,
                          .sums = {{value->denominator, value->numerator}}};
    Date before = period_previous(value->period).first;
    for (size_t i = 0; i < answer->n; i++) {
        const MeasureValue *other = &answer->values[i];
        if (date_compare(other->period.first, before) != 0 || !str_equals(other->unit, value->unit))
            continue;
        total.sums[1] = (MeasureSum){other->denominator, other->numerator};
    }
    return total;
}

/* facts NULL: only counts what there is to judge. */
static Err judge_units(Cli *cli, const PlanFacts *facts, const Plan *plan, const PlanClause *clause,
                       const PlanAnswer *named, MeasureAsk ask, size_t *judged_n)
{
    MeasureAnswer answer;
    const Period period = ask.first;
    Date last = period_last(period);
    if (named->kind != PLAN_ANSWER_MEASURE || (named->measure->periods & (1U << period.kind)) == 0)
        return OK;
    ask.measure = named->measure;
    ask.first = period_previous(period);
    ask.last = period;
    TRY(measure_read(cli->cx, &ask, &answer));
    for (size_t i = 0; i < answer.n; i++) {
        const MeasureValue *value = &answer.values[i];
        if (date_compare(value->period.first, period.first) != 0)
            continue;
        ++*judged_n;
        if (facts == NULL)
            continue;
        const MeasureTotal total = total_of(named->measure, &answer, value);
        PlanAnswered answered = {.answer = named, .reached_on = DATE_NONE, .judged_on = DATE_NONE};
        plan_measure_judge(facts, plan, clause, &total, date_min(last, cli->cx->today), &answered);
        TRY(put_judged(cli, clause, value, &answered));
    }
    return OK;
}

static Err judge_clauses(Cli *cli, const PlanFacts *facts, const Plan *plan, const MeasureAsk *ask,
                         size_t *judged_n)
{
    for (size_t s = 0; s < plan->section_n; s++) {
        for (size_t i = 0; i < plan->sections[s].clause_n; i++) {
            const PlanClause *clause = &plan->sections[s].clauses[i];
            for (size_t a = 0; a < clause->answer_n; a++)
                TRY(judge_units(cli, facts, plan, clause, &clause->answers[a], *ask, judged_n));
        }
    }
    return OK;
}

/* Silence would look like an answer: what has no line is told by the option that is wrong. */
static Err refuse_nothing(Cli *cli, const Plan *plan, const MeasureAsk *ask)
{
    char period[PERIOD_NAME_SIZE];
    MeasureAsk of_all = *ask;
    size_t n = 0;
    of_all.unit = (Str){0};
    if (ask->unit.n > 0)
        TRY(judge_clauses(cli, NULL, plan, &of_all, &n));
    return n > 0 ? cx_fail(cli->cx, ERR_NOT_FOUND, TEXT_NOT_FOUND, STR("unit"), 1, ask->unit)
                 : cx_fail(cli->cx, ERR_INVALID, TEXT_PLAN_PERIOD, STR("period"), 1,
                           str_from_c(period_name(ask->first, period)));
}

static Err judge_plan(Cli *cli, const MeasureAsk *ask)
{
    const Plan *plan = NULL;
    const PlanFacts *facts = NULL;
    size_t n = 0;
    TRY(plan_find(cli->cx, cli_value(cli, "plan"), &plan));
    TRY(plan_facts_read(cli->cx, cli->cx->today, false, &facts));
    TRY(judge_clauses(cli, facts, plan, ask, &n));
    return n > 0 ? OK : refuse_nothing(cli, plan, ask);
}

/* A plan is judged today, in one period. */
static Err check_plan_options(Cli *cli, const MeasureAsk *ask)
{
    bool is_alone = date_is_none(cli->on) && cli_value(cli, "measure").n == 0
                    && !cli_switch(cli, "list")
                    && date_compare(ask->first.first, ask->last.first) == 0;
    if (cli_value(cli, "plan").n == 0 || is_alone)
        return OK;
    return cli_say_text(cli, ERR_USAGE, STR("catchment measure"), TEXT_MEASURE_PLAN_OPTIONS, 0);
}

static Err measure_run(Cli *cli)
{
    Cx *cx = cli->cx;
    char today[DATE_TEXT_SIZE];
    Str id = cli_value(cli, "measure"), by = cli_value(cli, "by");
    MeasureAsk ask = {.unit = cli_value(cli, "unit"), .is_patient = true};
    TRY(read_periods(cli, &ask));
    TRY(check_plan_options(cli, &ask));
    if (measure_by(cx, by, &ask) != OK) {
        cx->problem_n = 0; /* it is said for the command line */
        return cli_say_text(cli, ERR_USAGE, STR("catchment measure"), TEXT_MEASURE_BY, 1,
                            measure_by_kinds(cx));
    }
    if (!date_is_none(cli->on) && date_compare(cli->on, cx->today) > 0)
        return cx_fail(cx, ERR_INVALID, TEXT_PLAN_DAY, STR("on"), 1,
                       str_from_c(date_format(cx->today, today)));
    if (cli_switch(cli, "list") && (!date_is_none(cli->on) || ask.units != MEASURE_BY_AREA))
        return cli_say_text(cli, ERR_USAGE, (Str){0}, TEXT_MEASURE_LIST, 1,
                            date_is_none(cli->on) ? str_printf(cx->arena, "--by %.*s", STR_ARG(by))
                                                  : STR("--on"));
    if (!date_is_none(cli->on) && date_compare(cli->on, cx->today) < 0)
        cx->as_of = cli->on;
    if (cli_value(cli, "plan").n > 0)
        return judge_plan(cli, &ask);
    if (id.n > 0 && pack_measure(cli->packs, id) == NULL)
        return cx_fail(cx, ERR_NOT_FOUND, TEXT_NOT_FOUND, STR("measure"), 1, id);
    for (size_t i = 0; i < cli->packs->measures.n; i++) {
        ask.measure = cli->packs->measures.entries[i].value;
        bool has_period = (ask.measure->periods & (1U << ask.first.kind)) != 0;
        if (id.n > 0 ? str_equals(ask.measure->id, id) : has_period)
            TRY(put_measure(cli, &ask));
    }
    return OK;
}

const Command cmd_measure = {
    .name = "measure",
    .summary = "what the measures of the packs say of this place, by unit and period",
    .needs = CLI_DATABASE,
    .options =
        (const CliOption[]){
            {"measure", "ID", NULL, false, "this one (all that have such a period)"},
            {"plan", "ID", NULL, false,
             "each clause that a measure answers, with target and state"},
            {"period", "PERIOD", NULL, true, "2025, 2025H1, 2025Q1, 2025-01, or first..last"},
            {"unit", "CODE", NULL, false, "this area or facility (all)"},
            {"by", "KIND", "area", false,
             "area, facility, or a kind whose register names members, as community"},
            {"list", NULL, NULL, false, "the rows behind the numbers of one period"},
            {"on", "DATE", NULL, false, "as it was known at the end of a past day"},
            {0},
        },
    .run = measure_run,
};

static Err verify_run(Cli *cli)
{
    MeasureVerification result;
    TRY(measure_settle(cli->cx));
    TRY(measure_verify(cli->cx, &result));
    JsonLine line;
    json_line_begin(&line, cli->arena);
    put_number(&line.json, "rows", result.rows);
    put_number(&line.json, "wrong_rows", result.wrong_rows);
    put_number(&line.json, "wrong_sums", result.wrong_sums);
    TRY(json_line_end(&line));
    return result.wrong_rows + result.wrong_sums == 0 ? OK : ERR_CONFLICT;
}

const Command cmd_measures_verify = {
    .name = "measures verify",
    .summary = "compare what is stored of measures with a run over everybody",
    .needs = CLI_DATABASE,
    .options = (const CliOption[]){{0}},
    .run = verify_run,
};
