/* Finds the command that was typed, opens what it needs, runs it. */
#include "access/access.h"
#include "app/app.h"
#include "app/commands.h"

#include <stdio.h>

static void say_failure(Cli *cli, Err err)
{
    if (cli->cx != NULL && cli->cx->problem_n > 0)
        cli_say_problems(cli->cx);
    else if (err != ERR_USAGE && err != ERR_PACK && err != ERR_CONFLICT)
        cli_say("catchment %s: %s", cli->command->name, err_title_en(err));
}

static Err run_on_database(Cli *cli)
{
    App app;
    AppOptions options = {
        .db_url = cli->db_url,
        .packs = cli->command->makes_database ? APP_PACKS_APPLIED : APP_PACKS_HELD,
        .packs_directory = cli_value(cli, "packs"),
        .keys_file = cli_value(cli, "keys"),
        .place = cli_value(cli, "place"),
        .on = DATE_NONE,
        .makes_database = cli->command->makes_database,
        .takes_several = cli->command->makes_database,
    };
    TRY(app_open(&options, &app));
    Cx cx = app_system_cx(&app, cli->arena);
    cli->cx = &cx;
    cli->packs = app.packs;
    Err err = cli->command->run(cli);
    if (err == OK && cli->command->makes_database)
        err = app_made(&app, DATE_NONE);
    Err flushed =
        audit_flush(&cx); /* what was looked at is written down, also by a failed command */
    err = err == OK ? flushed : err;
    if (err != OK)
        say_failure(cli, err);
    cli->cx = NULL;
    app_close(&app);
    return err;
}

static Err run_on_packs(Cli *cli)
{
    PackSet *packs = NULL;
    TRY(app_load_packs(cli->packs_directory, cli->arena, &packs));
    cli->packs = packs;
    Err err = cli->command->run(cli);
    if (err != OK)
        say_failure(cli, err);
    pack_set_close(packs);
    return err;
}

static Err run(Cli *cli)
{
    cli->packs_directory = app_packs_directory(
        cli->command->needs == CLI_NOTHING ? (Str){0} : cli_value(cli, "packs"), cli->arena);
    switch (cli->command->needs) {
    case CLI_DATABASE: return run_on_database(cli);
    case CLI_PACKS: return run_on_packs(cli);
    case CLI_NOTHING: break;
    }
    Err err = cli->command->run(cli);
    if (err != OK)
        say_failure(cli, err);
    return err;
}

static int help(int argc, char **argv)
{
    int words = 0;
    const Command *command = cli_find(app_commands, app_command_n, argc, argv, &words);
    if (command != NULL)
        cli_help_command(command);
    else
        cli_help(app_commands, app_command_n);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc < 2 || str_equals_c(STR("help"), argv[1]) || str_equals_c(STR("--help"), argv[1]))
        return help(argc < 2 ? 0 : argc - 2, argv + 2);
    if (str_equals_c(STR("--version"), argv[1])) {
        printf("catchment %s\n", CATCHMENT_VERSION);
        return 0;
    }
    int words = 0;
    const Command *command = cli_find(app_commands, app_command_n, argc - 1, argv + 1, &words);
    if (command == NULL) {
        cli_say("catchment: there is no command %s; catchment help lists them", argv[1]);
        return err_exit_code(ERR_USAGE);
    }
    for (int i = words + 1; i < argc; i++) {
        if (!str_equals_c(STR("--help"), argv[i]))
            continue;
        cli_help_command(command);
        return 0;
    }
    Arena arena;
    arena_init(&arena, MIB(512));
    Cli cli = {.arena = &arena, .on = DATE_NONE};
    Err err = cli_parse(&cli, command, argc - 1 - words, argv + 1 + words);
    if (err == OK)
        err = run(&cli);
    if (err == OK && fflush(stdout) != 0)
        err = ERR_IO;
    arena_done(&arena);
    return err_exit_code(err);
}
