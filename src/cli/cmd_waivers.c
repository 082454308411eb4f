/* catchment obligations waive|postpone|unwaive|waivers. */
#include "cli/commands.h"

#include "cli/json_lines.h"
#include "engine/obligations/waivers.h"
#include "engine/subjects/subjects.h"

static Err id_option(Cli *cli, const char *option, Uuid *ret_id)
{
    Str text = cli_value(cli, option);
    *ret_id = UUID_NIL;
    if (text.n == 0 || uuid_parse(text, ret_id) == OK)
        return OK;
    cli_say("catchment %s: --%s wants an id", cli->command->name, option);
    return ERR_USAGE;
}

static Err date_option(Cli *cli, const char *option, Date *ret_date)
{
    Str text = cli_value(cli, option);
    *ret_date = DATE_NONE;
    if (text.n == 0 || date_parse(text, ret_date) == OK)
        return OK;
    cli_say("catchment %s: --%s wants YYYY-MM-DD", cli->command->name, option);
    return ERR_USAGE;
}

static Err give_run(Cli *cli, WaiverKind kind)
{
    Cx *cx = cli->cx;
    Waiver waiver = {.kind = kind,
                     .item = cli_value(cli, "item"),
                     .is_whole = cli_switch(cli, "whole-rule"),
                     .reason = cli_value(cli, "reason"),
                     .note = cli_value(cli, "note")};
    bool was_known = false;
    TRY(id_option(cli, "id", &waiver.id));
    TRY(id_option(cli, "resident", &waiver.resident));
    TRY(date_option(cli, "closes-on", &waiver.closes_on));
    TRY(date_option(cli, kind == WAIVER_POSTPONE ? "to" : "until", &waiver.until));
    waiver.rule = cli_value(cli, "rule");
    if (!str_cut(&waiver.rule, '/', &waiver.program) || waiver.rule.n == 0) {
        cli_say("catchment %s: --rule wants PROGRAM/RULE", cli->command->name);
        return ERR_USAGE;
    }
    if (uuid_is_nil(waiver.id))
        waiver.id = cx_new_id(cx);
    TRY(waiver_give(cx, &waiver, &was_known));
    JsonLine line;
    json_line_begin(&line, cx->arena);
    json_key_c(&line.json, "waiver");
    json_uuid(&line.json, waiver.id);
    return json_line_end(&line);
}

static Err waive_run(Cli *cli)
{
    return give_run(cli, WAIVER_WAIVE);
}

static Err postpone_run(Cli *cli)
{
    return give_run(cli, WAIVER_POSTPONE);
}

#define REASONS "refuses, away, unreachable, contraindicated or other"
#define COMMON_OPTIONS                                                                             \
 {"resident", "ID", NULL, true, "the resident"},                                                   \
     {"rule", "PROGRAM/RULE", NULL, true, "what is owed, as `due` prints it"},                     \
     {"item", "ID", NULL, false, "its window or dose"},                                            \
     {"closes-on", "DATE", NULL, false,                                                            \
      "the one that ends on this day (default: the first owed)"},                                  \
     {"whole-rule", NULL, NULL, false, "whatever of the rule falls in these days, not one"},       \
     {"reason", "REASON", NULL, true, REASONS},                                                    \
     {"note", "TEXT", NULL, false, "more about it; needed for other"},                             \
 {                                                                                                 \
  "id", "ID", NULL, false, "of the waiver; a new one otherwise"                                    \
 }

const Command cmd_obligations_waive = {
    .name = "obligations waive",
    .summary = "spare a resident what is owed, until a day or for good",
    .needs = CLI_DATABASE,
    .options =
        (const CliOption[]){
            COMMON_OPTIONS,
            {"until", "DATE", NULL, false, "the last day spared (default: for good)"},
            {0},
        },
    .run = waive_run,
};

const Command cmd_obligations_postpone = {
    .name = "obligations postpone",
    .summary = "put off what a resident is owed to a later day",
    .needs = CLI_DATABASE,
    .options =
        (const CliOption[]){
            COMMON_OPTIONS,
            {"to", "DATE", NULL, true, "the day on which it is due instead"},
            {0},
        },
    .run = postpone_run,
};

static Err unwaive_run(Cli *cli)
{
    Uuid resident, waiver;
    TRY(id_option(cli, "resident", &resident));
    TRY(id_option(cli, "waiver", &waiver));
    return waiver_end(cli->cx, resident, waiver, cli_value(cli, "reason"));
}

const Command cmd_obligations_unwaive = {
    .name = "obligations unwaive",
    .summary = "take back a waiver or a postponement: it is owed again",
    .needs = CLI_DATABASE,
    .options =
        (const CliOption[]){
            {"resident", "ID", NULL, true, "the resident"},
            {"waiver", "ID", NULL, true, "as `obligations waivers` prints it"},
            {"reason", "TEXT", NULL, true, "why"},
            {0},
        },
    .run = unwaive_run,
};

static Err put_waiver(Cx *cx, const Waiver *waiver)
{
    JsonLine line;
    json_line_begin(&line, cx->arena);
    JsonOut *json = &line.json;
    json_key_c(json, "waiver");
    json_uuid(json, waiver->id);
    json_key_c(json, "kind");
    json_text_c(json, waiver->kind == WAIVER_POSTPONE ? "postpone" : "waive");
    json_key_c(json, "program");
    json_text(json, waiver->program);
    json_key_c(json, "obligation");
    json_text(json, waiver->rule);
    json_key_c(json, "item");
    json_text(json, waiver->item);
    json_key_c(json, "whole_rule");
    json_bool(json, waiver->is_whole);
    json_key_c(json, "closes_on");
    json_date(json, waiver->closes_on);
    json_key_c(json, "from");
    json_date(json, waiver->from);
    json_key_c(json, "until");
    json_date(json, waiver->until);
    json_key_c(json, "reason");
    json_text(json, waiver->reason);
    json_key_c(json, "note");
    json_text(json, waiver->note);
    json_key_c(json, "given_at");
    json_instant(json, waiver->given_at);
    json_key_c(json, "given_by");
    json_uuid(json, waiver->given_by);
    json_key_c(json, "is_ended");
    json_bool(json, waiver->is_ended);
    json_key_c(json, "end_reason");
    json_text(json, waiver->end_reason);
    return json_line_end(&line);
}

static Err waivers_run(Cli *cli)
{
    Cx *cx = cli->cx;
    Uuid id;
    Resident resident;
    const Waiver *waivers = NULL;
    size_t n = 0;
    TRY(id_option(cli, "resident", &id));
    TRY(resident_open(cx, id, &resident));
    if (!date_is_none(cli->on) && date_compare(cli->on, cx->today) < 0)
        cx->as_of = cli->on;
    TRY(waivers_of(cx, resident.id, &waivers, &n));
    for (size_t i = 0; i < n; i++)
        TRY(put_waiver(cx, &waivers[i]));
    return OK;
}

const Command cmd_obligations_waivers = {
    .name = "obligations waivers",
    .summary = "what a resident was spared, and what was put off: one JSON object a line",
    .needs = CLI_DATABASE,
    .options =
        (const CliOption[]){
            {"resident", "ID", NULL, true, "the resident"},
            {"on", "DATE", NULL, false, "as known at the end of this day (default: today)"},
            {0},
        },
    .run = waivers_run,
};
