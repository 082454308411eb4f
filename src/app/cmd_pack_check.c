/* catchment pack check. A set with mistakes never gets as far as running: loading says them all.
 * What is left are the measures, of which a database knows more than their words. */
#include "app/app.h"

#include "cli/cli.h"
#include "cli/commands.h"

static Err check_run(Cli *cli)
{
    TRY(app_packs_check(cli->packs));
    for (size_t i = 0; i < cli->packs->pack_n; i++) {
        const Pack *pack = &cli->packs->packs[i];
        cli_say("%.*s %.*s: no mistakes", STR_ARG(pack->id), STR_ARG(pack->version));
    }
    cli_say("%zu forms, %zu programs, %zu rules, %zu measures, %zu code lists, %zu roles",
            cli->packs->forms.n, cli->packs->programs.n, cli->packs->rule_n, cli->packs->measures.n,
            cli->packs->codes.n, cli->packs->roles.n);
    return OK;
}

const Command cmd_pack_check = {
    .name = "pack check",
    .summary = "check every pack: each mistake once, with its line, column and remedy",
    .needs = CLI_PACKS,
    .run = check_run,
};
