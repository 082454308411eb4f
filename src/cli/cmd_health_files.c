/* catchment health files. */
#include "cli/commands.h"

#include "cli/json_lines.h"
#include "engine/records/records.h"

static Err files_run(Cli *cli)
{
    Cx *cx = cli->cx;
    RecordFiles files;
    const Uuid *ids = NULL;
    size_t n = 0;
    Str area = cli_value(cli, "area");
    TRY(record_files_count(cx, area, &files));
    JsonLine line;
    json_line_begin(&line, cx->arena);
    json_key_c(&line.json, "residents");
    json_integer(&line.json, files.residents);
    json_key_c(&line.json, "files");
    json_integer(&line.json, files.files);
    json_key_c(&line.json, "percent");
    if (files.residents == 0)
        json_null(&line.json);
    else
        json_decimal(&line.json, record_files_percent(files));
    TRY(json_line_end(&line));
    if (!cli_switch(cli, "missing"))
        return OK;
    TRY(record_files_missing(cx, area, &ids, &n));
    for (size_t i = 0; i < n; i++) {
        json_line_begin(&line, cx->arena);
        json_key_c(&line.json, "resident");
        json_uuid(&line.json, ids[i]);
        TRY(json_line_end(&line));
    }
    return OK;
}

const Command cmd_health_files = {
    .name = "health files",
    .summary = "how many residents have a health record, of all who live here or in an area",
    .needs = CLI_DATABASE,
    .options =
        (const CliOption[]){
            {"area", "CODE", NULL, false, "a county, township, village or grid"},
            {"missing", NULL, NULL, false, "also those who have none, the first 200"},
            {0},
        },
    .run = files_run,
};
