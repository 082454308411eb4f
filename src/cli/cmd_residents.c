/* catchment resident ...: registering, what happens to a resident, duplicates, merging. */
#include "cli/commands.h"

#include "base/vec.h"
#include "cli/json_lines.h"
#include "engine/records/records.h"
#include "engine/subjects/residents.h"

/* The value of an option as an id; false: it was not given and need not be. */
static Err uuid_option(Cli *cli, const char *option, Uuid *ret_id)
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

static Err put_id(Cx *cx, const char *key, Uuid id, const char *more, Str text)
{
    JsonLine line;
    json_line_begin(&line, cx->arena);
    json_key_c(&line.json, key);
    json_uuid(&line.json, id);
    if (more != NULL) {
        json_key_c(&line.json, more);
        json_text(&line.json, text);
    }
    return json_line_end(&line);
}

static const Str *confirmed_keys(Cli *cli, size_t *ret_n)
{
    VEC(Str) keys = {0};
    Str rest = cli_value(cli, "confirmed"), key = {0};
    while (str_cut(&rest, ' ', &key)) {
        if (key.n > 0)
            VEC_PUSH(cli->arena, &keys, key);
    }
    *ret_n = keys.n;
    return keys.items;
}

static Err add_run(Cli *cli)
{
    Cx *cx = cli->cx;
    ResidentDraft draft = {.mother_name = cli_value(cli, "mother-name")};
    Resident *resident = &draft.resident;
    Resident stored;
    bool was_known = false;
    TRY(uuid_option(cli, "id", &resident->id));
    TRY(uuid_option(cli, "household", &resident->household));
    TRY(date_option(cli, "birth-date", &resident->birth_date));
    TRY(cli_integer(cli, "birth-year", 0, 9999, &resident->birth_year));
    if (uuid_is_nil(resident->id))
        resident->id = cx_new_id(cx);
    resident->name = cli_value(cli, "name");
    resident->sex = cli_value(cli, "sex");
    resident->area = cli_value(cli, "area");
    resident->id_type = cli_value(cli, "id-type");
    resident->id_number = cli_value(cli, "id-number");
    resident->phone = cli_value(cli, "phone");
    resident->address = cli_value(cli, "address");
    resident->relation = cli_value(cli, "relation");
    resident->registered_on = DATE_NONE;
    draft.confirmed = confirmed_keys(cli, &draft.confirmed_n);
    TRY(resident_register(cx, &draft, &stored, &was_known));
    return put_id(cx, "resident", stored.id, "record_number", stored.record_number);
}

const Command cmd_resident_add = {
    .name = "resident add",
    .summary = "register a resident",
    .personal = "name mother-name id-number phone address",
    .needs = CLI_DATABASE,
    .options =
        (const CliOption[]){
            {"id", "ID", NULL, false, "of the resident; a new one otherwise"},
            {"area", "CODE", NULL, true, "the village or grid"},
            {"name", "TEXT", NULL, false, "the name"},
            {"mother-name", "TEXT", NULL, false, "names a newborn that has no name yet"},
            {"sex", "CODE", NULL, false, "0, 1, 2 or 9 (GB/T 2261.1)"},
            {"birth-date", "DATE", NULL, false, "the date of birth"},
            {"birth-year", "YEAR", "0", false, "where only the year is known"},
            {"id-type", "CODE", NULL, false, "kind of document (WS 364 CV02.01.101)"},
            {"id-number", "TEXT", NULL, false, "its number"},
            {"phone", "TEXT", NULL, false, "the own phone"},
            {"address", "TEXT", NULL, false, "the present address"},
            {"household", "ID", NULL, false, "the household"},
            {"relation", "CODE", NULL, false, "to its head"},
            {"confirmed", "KEYS", NULL, false,
             "questions about the identity card that were answered, as they are named, in quotes"},
            {0},
        },
    .run = add_run,
};

static Err event_run(Cli *cli, ResidentEventKind kind, Str area, Str note)
{
    ResidentEvent event = {.kind = kind, .area = area, .note = note, .id = cx_new_id(cli->cx)};
    TRY(uuid_option(cli, "resident", &event.resident));
    TRY(date_option(cli, "day", &event.happened_on));
    TRY(resident_event_add(cli->cx, &event));
    return put_id(cli->cx, "event", event.id, NULL, (Str){0});
}

static Err move_run(Cli *cli)
{
    return event_run(cli, RESIDENT_MOVED, cli_value(cli, "to"), (Str){0});
}

const Command cmd_resident_move = {
    .name = "resident move",
    .summary = "a resident lives in another village from a day on",
    .needs = CLI_DATABASE,
    .options =
        (const CliOption[]){
            {"resident", "ID", NULL, true, "the resident"},
            {"to", "CODE", NULL, true, "the village or grid"},
            {"day", "DATE", NULL, true, "the first day there"},
            {0},
        },
    .run = move_run,
};

static Err leave_run(Cli *cli)
{
    return event_run(cli, RESIDENT_LEFT, (Str){0}, cli_value(cli, "note"));
}

const Command cmd_resident_leave = {
    .name = "resident leave",
    .summary = "a resident has left the county",
    .needs = CLI_DATABASE,
    .options =
        (const CliOption[]){
            {"resident", "ID", NULL, true, "the resident"},
            {"day", "DATE", NULL, true, "the day"},
            {"note", "TEXT", NULL, false, "where to"},
            {0},
        },
    .run = leave_run,
};

static Err return_run(Cli *cli)
{
    return event_run(cli, RESIDENT_RETURNED, cli_value(cli, "to"), (Str){0});
}

const Command cmd_resident_return = {
    .name = "resident return",
    .summary = "a resident who had left is back",
    .needs = CLI_DATABASE,
    .options =
        (const CliOption[]){
            {"resident", "ID", NULL, true, "the resident"},
            {"day", "DATE", NULL, true, "the day"},
            {"to", "CODE", NULL, false, "the village or grid, if another one"},
            {0},
        },
    .run = return_run,
};

static Err death_run(Cli *cli)
{
    return event_run(cli, RESIDENT_DIED, (Str){0}, cli_value(cli, "cause"));
}

const Command cmd_resident_death = {
    .name = "resident death",
    .summary = "a resident has died",
    .needs = CLI_DATABASE,
    .options =
        (const CliOption[]){
            {"resident", "ID", NULL, true, "the resident"},
            {"day", "DATE", NULL, true, "the day"},
            {"cause", "TEXT", NULL, false, "the cause"},
            {0},
        },
    .run = death_run,
};

static Err correct_run(Cli *cli)
{
    Uuid resident, event;
    TRY(uuid_option(cli, "resident", &resident));
    TRY(uuid_option(cli, "event", &event));
    return resident_event_void(cli->cx, resident, event, cli_value(cli, "reason"));
}

const Command cmd_resident_correct = {
    .name = "resident correct",
    .summary = "take back a move, leaving, return or death that was noted wrongly",
    .needs = CLI_DATABASE,
    .options =
        (const CliOption[]){
            {"resident", "ID", NULL, true, "the resident"},
            {"event", "ID", NULL, true, "as `resident history` prints it"},
            {"reason", "TEXT", NULL, true, "why"},
            {0},
        },
    .run = correct_run,
};

static Err history_run(Cli *cli)
{
    Cx *cx = cli->cx;
    Uuid resident;
    const ResidentEvent *events = NULL;
    size_t n = 0;
    TRY(uuid_option(cli, "resident", &resident));
    TRY(resident_history(cx, resident, &events, &n));
    for (size_t i = 0; i < n; i++) {
        JsonLine line;
        json_line_begin(&line, cx->arena);
        json_key_c(&line.json, "event");
        json_uuid(&line.json, events[i].id);
        json_key_c(&line.json, "kind");
        json_text(&line.json, str_from_c(resident_event_name(events[i].kind)));
        json_key_c(&line.json, "happened_on");
        json_date(&line.json, events[i].happened_on);
        json_key_c(&line.json, "area");
        json_text(&line.json, events[i].area);
        json_key_c(&line.json, "is_ended");
        json_bool(&line.json, events[i].is_ended);
        TRY(json_line_end(&line));
    }
    return OK;
}

const Command cmd_resident_history = {
    .name = "resident history",
    .summary = "what happened to a resident: one JSON object a line",
    .needs = CLI_DATABASE,
    .options =
        (const CliOption[]){
            {"resident", "ID", NULL, true, "the resident"},
            {0},
        },
    .run = history_run,
};

static Err merge_run(Cli *cli)
{
    Uuid merged, survivor;
    TRY(uuid_option(cli, "resident", &merged));
    TRY(uuid_option(cli, "into", &survivor));
    return resident_merge(cli->cx, merged, survivor, cli_value(cli, "reason"));
}

const Command cmd_resident_merge = {
    .name = "resident merge",
    .summary = "keep an entry of the register under another: the two are one person",
    .needs = CLI_DATABASE,
    .options =
        (const CliOption[]){
            {"resident", "ID", NULL, true, "the entry that is a duplicate"},
            {"into", "ID", NULL, true, "the entry that stays"},
            {"reason", "TEXT", NULL, true, "why"},
            {0},
        },
    .run = merge_run,
};

static Err unmerge_run(Cli *cli)
{
    Uuid merged;
    TRY(uuid_option(cli, "resident", &merged));
    return resident_unmerge(cli->cx, merged, cli_value(cli, "reason"));
}

const Command cmd_resident_unmerge = {
    .name = "resident unmerge",
    .summary = "take an entry out again that was merged wrongly, with its records",
    .needs = CLI_DATABASE,
    .options =
        (const CliOption[]){
            {"resident", "ID", NULL, true, "the entry that was merged"},
            {"reason", "TEXT", NULL, true, "why"},
            {0},
        },
    .run = unmerge_run,
};

static Err put_match(Cx *cx, const ResidentMatch *match)
{
    JsonLine line;
    json_line_begin(&line, cx->arena);
    json_key_c(&line.json, "first");
    json_uuid(&line.json, match->first);
    json_key_c(&line.json, "second");
    json_uuid(&line.json, match->second);
    json_key_c(&line.json, "score");
    json_integer(&line.json, match->score);
    json_key_c(&line.json, "reasons");
    json_array_begin(&line.json);
    for (int64_t reason = 1; reason < (1 << MATCH_KINDS); reason *= 2) {
        if ((match->reasons & reason) != 0)
            json_text(&line.json, str_from_c(resident_match_name(reason)));
    }
    json_array_end(&line.json);
    return json_line_end(&line);
}

static Err duplicates_run(Cli *cli)
{
    const ResidentMatch *matches = NULL;
    size_t n = 0;
    TRY(resident_matches(cli->cx, cli_value(cli, "area"), &matches, &n));
    for (size_t i = 0; i < n; i++)
        TRY(put_match(cli->cx, &matches[i]));
    return OK;
}

const Command cmd_resident_duplicates = {
    .name = "resident duplicates",
    .summary = "entries that may be one person, the likeliest first: one JSON object a line",
    .needs = CLI_DATABASE,
    .options =
        (const CliOption[]){
            {"area", "CODE", NULL, false, "one of the two lives in this township or village"},
            {0},
        },
    .run = duplicates_run,
};

static Err unplaced_run(Cli *cli)
{
    const Uuid *ids = NULL;
    size_t n = 0;
    TRY(residents_unplaced(cli->cx, &ids, &n));
    for (size_t i = 0; i < n; i++)
        TRY(put_id(cli->cx, "resident", ids[i], NULL, (Str){0}));
    return OK;
}

const Command cmd_resident_unplaced = {
    .name = "resident unplaced",
    .summary = "residents in no village or grid that there is: one JSON object a line",
    .needs = CLI_DATABASE,
    .options = (const CliOption[]){{0}},
    .run = unplaced_run,
};

static Err refile_run(Cli *cli)
{
    Cx *cx = cli->cx;
    Uuid record, subject, new_id = cx_new_id(cx);
    RecordReceipt receipt;
    TRY(uuid_option(cli, "record", &record));
    TRY(uuid_option(cli, "to", &subject));
    TRY(record_refile(cx, record, new_id, subject, cli_value(cli, "reason"), &receipt));
    return put_id(cx, "record", new_id, NULL, (Str){0});
}

const Command cmd_records_refile = {
    .name = "record refile",
    .summary = "void a record that was filed about the wrong person and write it for the right one",
    .needs = CLI_DATABASE,
    .options =
        (const CliOption[]){
            {"record", "ID", NULL, true, "the record"},
            {"to", "ID", NULL, true, "the right resident"},
            {"reason", "TEXT", NULL, true, "why"},
            {0},
        },
    .run = refile_run,
};
