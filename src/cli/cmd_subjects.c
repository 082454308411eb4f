/* catchment facilities. */
#include "cli/commands.h"

#include "cli/json_lines.h"
#include "engine/subjects/subjects.h"

static void put_text(JsonOut *json, const char *key, Str text)
{
    json_key_c(json, key);
    if (text.n == 0)
        json_null(json);
    else
        json_text(json, text);
}

static Err put_facility(Cx *cx, const Facility *facility, const Catchment *catchments, size_t n)
{
    JsonLine line;
    json_line_begin(&line, cx->arena);
    JsonOut *json = &line.json;
    put_text(json, "code", facility->code);
    put_text(json, "name", facility->name);
    put_text(json, "kind", facility->kind);
    json_key_c(json, "level");
    json_integer(json, facility->level);
    put_text(json, "parent", facility->parent);
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
            {"json", NULL, NULL, false, "JSON lines (the only form there is)"},
            {0},
        },
    .run = facilities_run,
};
