/* catchment grid coverage, catchment grid doctor. */
#include "cli/commands.h"

#include "cli/json_lines.h"
#include "engine/subjects/grid.h"

static void put_number(JsonOut *json, const char *key, int64_t number)
{
    json_key_c(json, key);
    json_integer(json, number);
}

static Err put_level(Cx *cx, const char *what, const GridLevel *level)
{
    JsonLine line;
    json_line_begin(&line, cx->arena);
    json_put_text_or_null(&line.json, "units_of", str_from_c(what));
    put_number(&line.json, "covered", (int64_t)level->covered);
    put_number(&line.json, "units", (int64_t)level->units);
    return json_line_end(&line);
}

static Err coverage_run(Cli *cli)
{
    Cx *cx = cli->cx;
    GridCoverage coverage;
    cx->as_of = cli->on;
    TRY(grid_coverage(cx, &coverage));
    TRY(put_level(cx, "centres", &coverage.levels[0]));
    TRY(put_level(cx, "clinics", &coverage.levels[1]));
    for (size_t i = 0; i < coverage.missing_n; i++) {
        JsonLine line;
        json_line_begin(&line, cx->arena);
        json_put_text_or_null(&line.json, "missing", coverage.missing[i]->code);
        json_put_text_or_null(&line.json, "name", coverage.missing[i]->name);
        TRY(json_line_end(&line));
    }
    for (size_t i = 0; i < coverage.gap_n; i++) {
        JsonLine line;
        json_line_begin(&line, cx->arena);
        json_put_text_or_null(&line.json, "gap", coverage.gaps[i].area->code);
        json_put_text_or_null(&line.json, "name", coverage.gaps[i].area->name);
        put_number(&line.json, "people", coverage.gaps[i].people);
        TRY(json_line_end(&line));
    }
    return OK;
}

const Command cmd_grid_coverage = {
    .name = "grid coverage",
    .summary = "how many centres and clinics answer for areas with a doctor by name, which do not, "
               "and which areas nobody does",
    .needs = CLI_DATABASE,
    .options =
        (const CliOption[]){
            {"on", "DATE", NULL, false, "as it is on this day; today when absent"},
            {0},
        },
    .run = coverage_run,
};

static Err put_match(Cx *cx, const GridMatch *match)
{
    JsonLine line;
    json_line_begin(&line, cx->arena);
    JsonOut *json = &line.json;
    json_put_text_or_null(json, "area", match->area->code);
    json_put_text_or_null(json, "name", match->area->name);
    json_put_text_or_null(json, "township",
                          match->township == NULL ? (Str){0} : match->township->name);
    json_put_text_or_null(json, "facility",
                          match->facility == NULL ? (Str){0} : match->facility->code);
    json_put_text_or_null(json, "facility_name",
                          match->facility == NULL ? (Str){0} : match->facility->name);
    json_key_c(json, "doctors");
    json_array_begin(json);
    for (size_t i = 0; i < match->doctor_n; i++) {
        json_object_begin(json);
        json_put_text_or_null(json, "name", match->doctors[i].name);
        json_key_c(json, "is_away");
        json_bool(json, match->doctors[i].is_away);
        json_put_text_or_null(json, "substitute", match->doctors[i].substitute);
        json_object_end(json);
    }
    json_array_end(json);
    return json_line_end(&line);
}

static Err doctor_run(Cli *cli)
{
    Cx *cx = cli->cx;
    const GridMatch *matches = NULL;
    size_t n = 0;
    if (cli->operand_n != 1)
        return cx_fail(cx, ERR_USAGE, TEXT_FIELD_REQUIRED, (Str){0}, 1, STR("ADDRESS"));
    cx->as_of = cli->on;
    TRY(grid_find(cx, cli->operands[0], &matches, &n));
    for (size_t i = 0; i < n; i++)
        TRY(put_match(cx, &matches[i]));
    return n > 0 ? OK : ERR_NOT_FOUND;
}

const Command cmd_grid_doctor = {
    .name = "grid doctor",
    .summary = "who answers for an address, or for the area of a code",
    .operand = "ADDRESS",
    .needs = CLI_DATABASE,
    .options =
        (const CliOption[]){
            {"on", "DATE", NULL, false, "as it is on this day; today when absent"},
            {0},
        },
    .run = doctor_run,
};
