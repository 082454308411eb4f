/* catchment init: makes the database, its keys and its place. */
#include "cli/commands.h"

#include "core/place.h"
#include "engine/records/records.h"
#include "engine/subjects/subjects.h"

static Err init_work(Cx *cx, void *arg)
{
    const Cli *cli = arg;
    Str name = cli_value(cli, "name"), name_en = cli_value(cli, "name-en");
    TRY(place_put(cx, name, name_en));
    const Area county = {.code = cx->place, .level = 3, .name = name, .name_en = name_en};
    return subject_area_add(cx, &county);
}

static Err init_run(Cli *cli)
{
    if (cli->cx->place.n != 6) {
        cli_say("catchment init: --place wants the county's 6-digit division code");
        return ERR_USAGE;
    }
    return cx_write(cli->cx, init_work, cli);
}

const Command cmd_init = {
    .name = "init",
    .summary = "make a database with its key file and its county",
    .needs = CLI_DATABASE,
    .makes_database = true,
    .options =
        (const CliOption[]){
            {"name", "TEXT", NULL, true, "the county's name"},
            {"name-en", "TEXT", "", false, "its name in English"},
            {0},
        },
    .run = init_run,
};
