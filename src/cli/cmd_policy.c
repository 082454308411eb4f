/* catchment policy list|history|set|end: what the parameters of the packs are in this place. */
#include "cli/commands.h"

#include <math.h>

#include "cli/json_lines.h"
#include "engine/policy/policy_values.h"

static void put_date(JsonOut *out, const char *key, Date date)
{
    char text[DATE_TEXT_SIZE];
    json_key_c(out, key);
    if (date_is_none(date))
        json_null(out);
    else
        json_text_c(out, date_format(date, text));
}

static void put_steps(JsonOut *out, const FormParameter *parameter, Arena *arena)
{
    json_key_c(out, "values");
    json_array_begin(out);
    for (size_t i = 0; i < parameter->step_n; i++) {
        json_object_begin(out);
        put_date(out, "from", parameter->steps[i].from);
        json_put_text(out, "value", form_value_to_text(parameter->steps[i].value, arena));
        json_object_end(out);
    }
    json_array_end(out);
}

/* What a place may set; one number: at least that. */
static void put_range(JsonOut *out, const PolicyParameter *parameter)
{
    if (!parameter->has_range)
        return;
    json_key_c(out, "range");
    json_array_begin(out);
    json_decimal(out, parameter->range[0]);
    if (isfinite(parameter->range[1]))
        json_decimal(out, parameter->range[1]);
    json_array_end(out);
}

static Err policy_list_run(Cli *cli)
{
    const Policy *policy = NULL;
    Date day = date_is_none(cli->on) ? cli->cx->today : cli->on;
    TRY(policy_known_on(cli->cx, day, &policy));
    for (size_t i = 0; i < cli->packs->policy.n; i++) {
        const PolicyParameter *parameter = cli->packs->policy.entries[i].value;
        const FormParameter *by_day = policy_parameter(policy, parameter->id);
        JsonLine line;
        json_line_begin(&line, cli->arena);
        json_put_text(&line.json, "parameter", parameter->id);
        json_put_text(&line.json, "title", parameter->title.zh);
        json_put_text(&line.json, "value",
                      form_value_to_text(form_parameter_on(by_day, day), cli->arena));
        json_put_text(&line.json, "unit", parameter->unit);
        json_put_text(&line.json, "pack_source", parameter->source);
        json_put_text(&line.json, "confidence",
                      pack_source_confidence(cli->packs, parameter->pack, parameter->source));
        put_range(&line.json, parameter);
        put_steps(&line.json, by_day, cli->arena);
        TRY(json_line_end(&line));
    }
    return OK;
}

const Command cmd_policy_list = {
    .name = "policy list",
    .summary = "list the parameters of the packs with their values in this place on --on",
    .needs = CLI_DATABASE,
    .options = (const CliOption[]){{"on", "DATE", NULL, false, "the day asked for (today)"}, {0}},
    .run = policy_list_run,
};

static Err policy_history_run(Cli *cli)
{
    const PolicyValue *values = NULL;
    size_t n = 0;
    Str asked = cli_value(cli, "parameter");
    TRY(policy_history(cli->cx, &values, &n));
    for (size_t i = 0; i < n; i++) {
        if (asked.n > 0 && !str_equals(asked, values[i].parameter))
            continue;
        JsonLine line;
        json_line_begin(&line, cli->arena);
        json_put_text(&line.json, "parameter", values[i].parameter);
        put_date(&line.json, "from", values[i].from);
        json_key_c(&line.json, "value");
        if (values[i].is_ended)
            json_null(&line.json);
        else
            json_text(&line.json, values[i].value);
        json_put_text(&line.json, "source", values[i].source);
        put_date(&line.json, "set_on", values[i].set_on);
        json_put_text(&line.json, "set_by", values[i].set_by);
        TRY(json_line_end(&line));
    }
    return OK;
}

const Command cmd_policy_history = {
    .name = "policy history",
    .summary = "list what this place has ever said about parameters, oldest first",
    .needs = CLI_DATABASE,
    .options = (const CliOption[]){{"parameter", "ID", NULL, false, "of this parameter only"}, {0}},
    .run = policy_history_run,
};

static Err change(Cli *cli, bool is_ended)
{
    PolicyChange said = {.parameter = cli_value(cli, "parameter"),
                         .source = cli_value(cli, "source"),
                         .from = DATE_NONE,
                         .is_ended = is_ended};
    Str from = cli_value(cli, "from");
    if (!is_ended) {
        said.value = cli_value(cli, "value");
        said.unit = cli_value(cli, "unit");
    }
    if (from.n > 0 && date_parse(from, &said.from) != OK) {
        cli_say("catchment policy: --from is a day, written 2026-01-01");
        return ERR_USAGE;
    }
    return policy_set(cli->cx, &said);
}

static Err policy_set_run(Cli *cli)
{
    return change(cli, false);
}

static Err policy_end_run(Cli *cli)
{
    return change(cli, true);
}

const Command cmd_policy_set = {
    .name = "policy set",
    .summary = "give a parameter another value in this place from a day on",
    .needs = CLI_DATABASE,
    .options =
        (const CliOption[]){
            {"parameter", "ID", NULL, true, "of the packs, without $"},
            {"value", "VALUE", NULL, true, "of the parameter's type and within its range"},
            {"unit", "UNIT", NULL, false, "refused when it is not the parameter's"},
            {"from", "DAY", NULL, false, "the first day, tomorrow at the earliest (tomorrow)"},
            {"source", "TEXT", NULL, true, "document and clause"},
            {0},
        },
    .run = policy_set_run,
};

const Command cmd_policy_end = {
    .name = "policy end",
    .summary = "let a parameter be as in the packs again from a day on",
    .needs = CLI_DATABASE,
    .options =
        (const CliOption[]){
            {"parameter", "ID", NULL, true, "of the packs, without $"},
            {"from", "DAY", NULL, false, "the first day, tomorrow at the earliest (tomorrow)"},
            {"source", "TEXT", NULL, true, "document and clause"},
            {0},
        },
    .run = policy_end_run,
};
