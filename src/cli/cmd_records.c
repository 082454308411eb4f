/* catchment records. */
#include "cli/commands.h"

#include "cli/json_lines.h"
#include "engine/records/answers_json.h"
#include "engine/records/form_table.h"
#include "engine/records/records.h"

enum { RECORDS_MOST = 100000, PIECE_MOST = 4 * 1024 * 1024 };

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
    json_put_text_or_null(json, "form", record->form);
    json_put_text_or_null(json, "form_version", record->form_version);
    json_key_c(json, "happened_on");
    json_date(json, record->happened_on);
    json_put_text_or_null(json, "facility", record->facility);
    put_uuid(json, "performed_by", record->performed_by);
    put_uuid(json, "recorded_by", record->recorded_by);
    put_uuid(json, "amends", record->amends);
    json_key_c(json, "is_ended");
    json_bool(json, record->is_ended);
    put_uuid(json, "amended_by", record->amended_by);
    json_put_text_or_null(json, "end_reason", record->end_reason);
    const Form *form = pack_form(cx->packs, record->form);
    json_key_c(json, "answers");
    if (form == NULL || record->answers == NULL)
        json_null(json);
    else
        answers_to_json(form, record->answers, json);
    return json_line_end(&line);
}

static void put_wording(JsonOut *json, const char *key, Wording wording)
{
    json_key_c(json, key);
    json_object_begin(json);
    json_put_text_or_null(json, "zh", wording.zh);
    json_put_text_or_null(json, "en", wording_in(wording, LANG_EN));
    json_object_end(json);
}

static Err put_version(Cx *cx, const RecordVersion *version)
{
    const Record *record = &version->record;
    JsonLine line;
    json_line_begin(&line, cx->arena);
    JsonOut *json = &line.json;
    put_uuid(json, "record", record->id);
    json_key_c(json, "happened_on");
    json_date(json, record->happened_on);
    json_key_c(json, "recorded_at");
    json_instant(json, record->recorded_at);
    put_uuid(json, "performed_by", record->performed_by);
    put_uuid(json, "recorded_by", record->recorded_by);
    json_put_text_or_null(json, "reason", version->reason);
    json_key_c(json, "is_ended");
    json_bool(json, record->is_ended);
    json_key_c(json, "changes");
    json_array_begin(json);
    for (size_t i = 0; i < version->difference_n; i++) {
        const RecordDifference *one = &version->differences[i];
        json_object_begin(json);
        json_put_text_or_null(json, "field", one->what);
        put_wording(json, "label", one->label);
        put_wording(json, "before", one->before);
        put_wording(json, "after", one->after);
        json_object_end(json);
    }
    json_array_end(json);
    return json_line_end(&line);
}

static Err history_run(Cli *cli)
{
    Uuid id = UUID_NIL;
    const RecordVersion *versions = NULL;
    size_t n = 0;
    if (uuid_parse(cli_value(cli, "history"), &id) != OK) {
        cli_say("catchment records: --history wants the id of a record");
        return ERR_USAGE;
    }
    TRY(record_history(cli->cx, id, &versions, &n));
    for (size_t i = 0; i < n; i++)
        TRY(put_version(cli->cx, &versions[i]));
    return OK;
}

/* A day before today answers with what was known at its end. */
static Err records_run(Cli *cli)
{
    Cx *cx = cli->cx;
    Uuid resident = UUID_NIL;
    if (cli_value(cli, "history").n > 0)
        return history_run(cli);
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
            {"resident", "ID", NULL, false, "the resident"},
            {"history", "RECORD", NULL, false,
             "instead: the versions of one record and what each changed, oldest first"},
            {"on", "DATE", NULL, false, "as they were known at the end of this day"},
            {0},
        },
    .run = records_run,
};

static Err read_day(const Cli *cli, const char *option, Date *ret_day)
{
    Str text = cli_value(cli, option);
    *ret_day = DATE_NONE;
    if (text.n == 0 || date_parse(text, ret_day) == OK)
        return OK;
    cli_say("catchment records export: --%s wants a day, written 2025-06-30", option);
    return ERR_USAGE;
}

static Err export_run(Cli *cli)
{
    Cx *cx = cli->cx;
    Str form = cli_value(cli, "form");
    RecordExport export = {.form = pack_form(cx->packs, form),
                           .page = {.before_day = DATE_NONE,
                                    .facility = cli_value(cli, "facility"),
                                    .area = cli_value(cli, "area")}};
    if (export.form == NULL)
        return cx_fail(cx, ERR_NOT_FOUND, TEXT_RECORD_FORM_UNKNOWN, STR("--form"), 1, form);
    TRY(read_day(cli, "from", &export.page.from));
    TRY(read_day(cli, "to", &export.page.until));
    TRY(record_export_begin(cx, &export));
    for (bool has_head = false, has_more = true; has_more;) {
        ArenaMark mark = arena_mark(cx->arena);
        Buf piece;
        buf_init(&piece, cx->arena, PIECE_MOST);
        if (!has_head)
            record_export_head(cx, &export, &piece);
        int64_t before = export.n;
        TRY(record_export_next(cx, &export, &piece));
        has_more = export.n > before;
        has_head = true;
        TRY(cli_put(buf_str(&piece)));
        arena_reset_to(cx->arena, mark);
    }
    return OK;
}

const Command cmd_records_export = {
    .name = "records export",
    .summary = "the current records of a form as CSV, newest first, with who they are about",
    .needs = CLI_DATABASE,
    .options =
        (const CliOption[]){
            {"form", "FORM", NULL, true, "the form"},
            {"from", "DATE", NULL, false, "served on this day or later"},
            {"to", "DATE", NULL, false, "served on this day or earlier"},
            {"facility", "CODE", NULL, false, "served by this facility"},
            {"area", "CODE", NULL, false, "of people who live in this area (or the first digits)"},
            {0},
        },
    .run = export_run,
};
