/* catchment init: makes the database, its keys and its place. */
#include "cli/commands.h"

#include "access/access.h"
#include "base/num.h"
#include "core/place.h"
#include "engine/records/records.h"
#include "engine/subjects/subjects.h"

/* They are places of this database. */
static Err add_members(Cx *cx, Str members)
{
    Str code = {0};
    while (members.n > 0 && str_cut(&members, ',', &code)) {
        Cx inner = *cx;
        Place member;
        inner.place = code;
        Err err = str_equals(code, cx->place) ? ERR_NOT_FOUND : place_open(&inner, &member);
        if (err == ERR_NOT_FOUND)
            return cx_fail(cx, err, TEXT_CONFIG_PLACE_MISSING, STR("--members"), 1, code);
        TRY(err);
        TRY(access_member_add(cx, code));
    }
    return OK;
}

static Err init_work(Cx *cx, void *arg)
{
    const Cli *cli = arg;
    Place before;
    Err err = place_open(cx, &before);
    if (err == OK)
        return cx_fail(cx, ERR_CONFLICT, TEXT_PLACE_EXISTS, STR("--place"), 2, cx->place,
                       before.name);
    if (err != ERR_NOT_FOUND)
        return err;
    cx->problem_n = 0;
    Str name = cli_value(cli, "name"), name_en = cli_value(cli, "name-en");
    TRY(place_put(cx, name, name_en));
    Str members = cli_value(cli, "members");
    const Area area = {
        .code = cx->place, .level = members.n > 0 ? 2 : 3, .name = name, .name_en = name_en};
    TRY(subject_area_add(cx, &area));
    return add_members(cx, members);
}

static Err init_run(Cli *cli)
{
    int64_t digits = 0;
    if (cli->cx->place.n != 6 || num_parse_i64(cli->cx->place, &digits) != OK || digits <= 0) {
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
            {"members", "CODES", "", false,
             "places of the database that it is above, parted by commas: a city's counties"},
            {0},
        },
    .run = init_run,
};
