/* catchment areas, facilities, catchments, staff: listing, checking and importing. */
#include "cli/commands.h"

#include "base/os_file.h"
#include "cli/json_lines.h"
#include "codec/csv.h"
#include "engine/subjects/residents.h"
#include "engine/subjects/subjects.h"

static void put_date(JsonOut *json, const char *key, Date date)
{
    char text[DATE_TEXT_SIZE];
    json_put_text_or_null(json, key,
                          date_is_none(date) ? (Str){0} : str_from_c(date_format(date, text)));
}

static Err put_facility(Cx *cx, const Facility *facility, const Catchment *catchments, size_t n)
{
    JsonLine line;
    json_line_begin(&line, cx->arena);
    JsonOut *json = &line.json;
    json_put_text_or_null(json, "code", facility->code);
    json_put_text_or_null(json, "name", facility->name);
    json_put_text_or_null(json, "kind", facility->kind);
    json_key_c(json, "level");
    json_integer(json, facility->level);
    json_put_text_or_null(json, "parent", facility->parent);
    json_put_text_or_null(json, "area", facility->area);
    json_put_text_or_null(json, "ownership", facility->ownership);
    json_put_text_or_null(json, "status", facility->status);
    put_date(json, "valid_from", facility->valid_from);
    put_date(json, "valid_to", facility->valid_to);
    json_key_c(json, "areas");
    json_array_begin(json);
    for (size_t i = 0; i < n; i++) {
        if (str_equals(catchments[i].facility, facility->code))
            json_text(json, catchments[i].area);
    }
    json_array_end(json);
    return json_line_end(&line);
}

static Err facilities_run(Cli *cli)
{
    Cx *cx = cli->cx;
    const Facility *facilities = NULL;
    const Catchment *catchments = NULL;
    size_t n = 0, catchment_n = 0;
    cx->as_of = cli->on;
    TRY(subject_facilities(cx, &facilities, &n));
    TRY(subject_catchments(cx, &catchments, &catchment_n));
    for (size_t i = 0; i < n; i++) {
        ArenaMark mark = arena_mark(cx->arena);
        TRY(put_facility(cx, &facilities[i], catchments, catchment_n));
        arena_reset_to(cx->arena, mark);
    }
    return OK;
}

const Command cmd_facilities = {
    .name = "facilities",
    .summary = "every facility in force with its own catchment: one JSON object a line",
    .needs = CLI_DATABASE,
    .options =
        (const CliOption[]){
            {"on", "DATE", NULL, false, "as it is on this day; today when absent"},
            {0},
        },
    .run = facilities_run,
};

/* ---- areas ---- */

static Err put_area(Cx *cx, const Area *area)
{
    JsonLine line;
    json_line_begin(&line, cx->arena);
    JsonOut *json = &line.json;
    json_put_text_or_null(json, "code", area->code);
    json_put_text_or_null(json, "parent", area->parent);
    json_key_c(json, "level");
    json_integer(json, area->level);
    json_put_text_or_null(json, "name", area->name);
    json_put_text_or_null(json, "name_en", area->name_en);
    put_date(json, "valid_from", area->valid_from);
    put_date(json, "valid_to", area->valid_to);
    return json_line_end(&line);
}

static Err areas_run(Cli *cli)
{
    Cx *cx = cli->cx;
    const Area *areas = NULL;
    size_t n = 0;
    cx->as_of = cli->on;
    TRY(subject_areas(cx, &areas, &n));
    for (size_t i = 0; i < n; i++) {
        ArenaMark mark = arena_mark(cx->arena);
        TRY(put_area(cx, &areas[i]));
        arena_reset_to(cx->arena, mark);
    }
    return OK;
}

const Command cmd_areas = {
    .name = "areas",
    .summary = "the division tree as it is on the day (--on): one JSON object a line",
    .needs = CLI_DATABASE,
    .options =
        (const CliOption[]){
            {"on", "DATE", NULL, false, "as it is on this day; today when absent"},
            {0},
        },
    .run = areas_run,
};

static Err areas_check_run(Cli *cli)
{
    Cx *cx = cli->cx;
    const AreaFinding *findings = NULL;
    size_t n = 0;
    cx->as_of = cli->on;
    TRY(subject_areas_check(cx, &findings, &n));
    for (size_t i = 0; i < n; i++) {
        JsonLine line;
        json_line_begin(&line, cx->arena);
        json_put_text_or_null(&line.json, "fault", str_from_c(area_fault_name(findings[i].fault)));
        json_put_text_or_null(&line.json, "area", findings[i].area);
        json_put_text_or_null(&line.json, "facility", findings[i].facility);
        json_key_c(&line.json, "people");
        json_integer(&line.json, findings[i].people);
        TRY(json_line_end(&line));
    }
    return n == 0 ? OK : ERR_CONFLICT;
}

const Command cmd_areas_check = {
    .name = "areas check",
    .summary =
        "areas that nobody or more than one facility answers for, and people who are in no area",
    .needs = CLI_DATABASE,
    .options =
        (const CliOption[]){
            {"on", "DATE", NULL, false, "as it is on this day; today when absent"},
            {0},
        },
    .run = areas_check_run,
};

/* ---- imports ---- */

enum { SHEET_BYTES_MOST = 64 * 1024 * 1024 };

static Err read_sheet(Cli *cli, SheetShape shape, SheetTable *ret_sheet)
{
    Str text = {0};
    if (cli->operand_n != 1)
        return cx_fail(cli->cx, ERR_USAGE, TEXT_FIELD_REQUIRED, (Str){0}, 1, STR("FILE.csv"));
    Err err = os_file_read(cli->arena, cli->operands[0], SHEET_BYTES_MOST, &text);
    if (err != OK)
        return cx_fail(cli->cx, err, TEXT_SHEET_UNREADABLE, (Str){0}, 1, cli->operands[0]);
    return sheet_read(cli->cx, text, shape, ret_sheet);
}

static Err say_rows(Cli *cli, size_t n)
{
    JsonLine line;
    json_line_begin(&line, cli->arena);
    json_key_c(&line.json, "rows");
    json_integer(&line.json, (int64_t)n);
    json_key_c(&line.json, "stored");
    json_bool(&line.json, !cli_switch(cli, "dry-run"));
    return json_line_end(&line);
}

typedef Err (*PutRows)(Cx *cx, const SheetTable *sheet, bool is_dry_run);

static Err import(Cli *cli, SheetShape shape, PutRows put)
{
    SheetTable sheet;
    TRY(read_sheet(cli, shape, &sheet));
    TRY(put(cli->cx, &sheet, cli_switch(cli, "dry-run")));
    return say_rows(cli, sheet.n);
}

static const CliOption import_options[] = {
    {"dry-run", NULL, NULL, false, "look at every row, store none"},
    {0},
};

static Err areas_import_run(Cli *cli)
{
    return import(cli, subject_areas_shape, subject_areas_put);
}

const Command cmd_areas_import = {
    .name = "areas import",
    .summary = "take areas from a CSV file: new ones, splits, mergers, new names",
    .operand = "FILE.csv",
    .needs = CLI_DATABASE,
    .options = import_options,
    .run = areas_import_run,
};

static Err facilities_import_run(Cli *cli)
{
    return import(cli, subject_facilities_shape, subject_facilities_put);
}

const Command cmd_facilities_import = {
    .name = "facilities import",
    .summary = "take facilities from a CSV file",
    .operand = "FILE.csv",
    .needs = CLI_DATABASE,
    .options = import_options,
    .run = facilities_import_run,
};

static Err catchments_import_run(Cli *cli)
{
    return import(cli, subject_catchments_shape, subject_catchments_put);
}

const Command cmd_catchments_import = {
    .name = "catchments import",
    .summary = "take from a CSV file who answers for which area from which day",
    .operand = "FILE.csv",
    .needs = CLI_DATABASE,
    .options = import_options,
    .run = catchments_import_run,
};

/* By township, so that each sheet can be printed and handed over. */
static Err write_passwords(Cli *cli, const FirstPassword *passwords, size_t n)
{
    Buf buf;
    buf_init(&buf, cli->arena, SHEET_BYTES_MOST);
    CsvWriter writer = csv_write(&buf);
    const char *const header[] = {"township", "facility", "name", "login", "password"};
    for (size_t i = 0; i < sizeof header / sizeof *header; i++)
        csv_put(&writer, str_from_c(header[i]));
    csv_end_row(&writer);
    for (size_t i = 0; i < n; i++) {
        csv_put(&writer, passwords[i].township);
        csv_put(&writer, passwords[i].facility);
        csv_put(&writer, passwords[i].name);
        csv_put(&writer, passwords[i].login);
        csv_put(&writer, passwords[i].password);
        csv_end_row(&writer);
    }
    return os_file_write(cli_value(cli, "passwords"), buf_str(&buf), 0600);
}

typedef Err (*PutWithPasswords)(Cx *cx, const SheetTable *sheet, bool is_dry_run,
                                const FirstPassword **ret_passwords, size_t *ret_password_n);

static Err import_with_passwords(Cli *cli, SheetShape shape, PutWithPasswords put)
{
    SheetTable sheet;
    const FirstPassword *passwords = NULL;
    size_t n = 0;
    Str file = cli_value(cli, "passwords");
    bool is_dry_run = cli_switch(cli, "dry-run");
    TRY(read_sheet(cli, shape, &sheet));
    if (!is_dry_run && os_file_exists(file))
        return cx_fail(cli->cx, ERR_CONFLICT, TEXT_FILE_EXISTS, STR("--passwords"), 1, file);
    if (!is_dry_run) /* before a password is made that could not be told */
        TRY(os_file_create(file, STR(""), 0600));
    Err err = put(cli->cx, &sheet, is_dry_run, &passwords, &n);
    if (err == OK && !is_dry_run)
        err = write_passwords(cli, passwords, n);
    if (err != OK && !is_dry_run && os_file_remove(file) != OK)
        cli_say("catchment %s: cannot remove %.*s", cli->command->name, STR_ARG(file));
    return err == OK ? say_rows(cli, sheet.n) : err;
}

static const CliOption password_options[] = {
    {"passwords", "FILE", NULL, true, "new file for first passwords by township, mode 0600"},
    {"dry-run", NULL, NULL, false, "look at every row, store none"},
    {0},
};

static Err staff_import_run(Cli *cli)
{
    return import_with_passwords(cli, staff_shape, staff_put);
}

const Command cmd_staff_import = {
    .name = "staff import",
    .summary =
        "take staff and their accounts from a CSV file; first passwords go to a file of yours",
    .operand = "FILE.csv",
    .needs = CLI_DATABASE,
    .options = password_options,
    .run = staff_import_run,
};

static Err resident_accounts_run(Cli *cli)
{
    return import_with_passwords(cli, resident_accounts_shape, resident_accounts_put);
}

const Command cmd_resident_accounts = {
    .name = "resident accounts",
    .summary =
        "accounts for residents, or guardians of minors, from a CSV file; first passwords go to "
        "a file of yours",
    .operand = "FILE.csv",
    .needs = CLI_DATABASE,
    .options = password_options,
    .run = resident_accounts_run,
};
