/* catchment records. */
#include "cli/commands.h"

#include "cli/json_lines.h"
#include "engine/records/answers_json.h"
#include "engine/records/records.h"

enum { RECORDS_MOST = 100000 };

static void put_text(JsonOut *json, const char *key, Str text)
{
    json_key_c(json, key);
    if (text.n == 0)
        json_null(json);
    else
        json_text(json, text);
}

static void put_uuid(JsonOut *json, const char *key, Uuid id)
{
    json_key_c(json, key);
    if (uuid_is_nil(id))
        json_null(json);
    else
        json_uuid(json, id);
}

static Err put_record(Cx *cx, const Record *record)
{
    JsonLine line;
    json_line_begin(&line, cx->arena);
    JsonOut *json = &line.json;
    put_uuid(json, "record", record->id);
    put_text(json, "form", record->form);
    put_text(json, "form_version", record->form_version);
    json_key_c(json, "happened_on");
    json_date(json, record->happened_on);
    put_text(json, "facility", record->facility);
    put_uuid(json, "performed_by", record->performed_by);
    put_uuid(json, "recorded_by", record->recorded_by);
    put_uuid(json, "amends", record->amends);
    json_key_c(json, "is_ended");
    json_bool(json, record->is_ended);
    put_uuid(json, "amended_by", record->amended_by);
    put_text(json, "end_reason", record->end_reason);
    const Form *form = pack_form(cx->packs, record->form);
    json_key_c(json, "answers");
    if (form == NULL || record->answers == NULL)
        json_null(json);
    else
        answers_to_json(form, record->answers, json);
    return json_line_end(&line);
}

/* A day before today answers with what was known at its end. */
static Err records_run(Cli *cli)
{
    Cx *cx = cli->cx;
    Uuid resident = UUID_NIL;
    if (uuid_parse(cli_value(cli, "resident"), &resident) != OK) {
        cli_say("catchment records: --resident wants the id that `due` prints");
        return ERR_USAGE;
    }
    char today[DATE_TEXT_SIZE];
    if (!date_is_none(cli->on) && date_compare(cli->on, cx->today) > 0)
        return cx_fail(cx, ERR_USAGE, TEXT_DAY_AHEAD, STR("--on"), 1,
                       str_from_c(date_format(cx->today, today)));
    cx->as_of = cli->on;
    const Record *records = NULL;
    size_t n = 0;
    TRY(record_timeline_whole(cx, resident, RECORDS_MOST, &records, &n));
    for (size_t i = 0; i < n; i++) {
        ArenaMark mark = arena_mark(cx->arena);
        TRY(put_record(cx, &records[i]));
        arena_reset_to(cx->arena, mark);
    }
    return OK;
}

const Command cmd_records = {
    .name = "records",
    .summary = "the records of one resident, newest first: one JSON object a line",
    .needs = CLI_DATABASE,
    .options =
        (const CliOption[]){
            {"resident", "ID", NULL, true, "the resident"},
            {"on", "DATE", NULL, false, "as they were known at the end of this day"},
            {"json", NULL, NULL, false, "JSON lines (the only form there is)"},
            {0},
        },
    .run = records_run,
};
