/* catchment user add; catchment audit verify. */
#include "cli/commands.h"

#include "access/access.h"
#include "base/os_file.h"
#include "cli/facility.h"
#include "cli/json_lines.h"

enum { PASSWORD_BYTES_MOST = 1024 };

/* From a file, so that it stands neither in the shell's history nor in the process list. */
static Err read_password(Cli *cli, Str *ret_password)
{
    Str file = cli_value(cli, "password-file"), text = {0};
    Err err = os_file_read(cli->arena, file, PASSWORD_BYTES_MOST, &text);
    if (err != OK) {
        cli_say("catchment user add: cannot read %.*s", STR_ARG(file));
        return err;
    }
    *ret_password = str_trim(text);
    return OK;
}

/* With a first password of ours, which is printed once and opens nothing but its own change. */
static Err add_first(Cli *cli, const Account *account)
{
    Str password = {0};
    TRY(account_create(cli->cx, account, &password));
    JsonLine line;
    json_line_begin(&line, cli->arena);
    json_key_c(&line.json, "login");
    json_text(&line.json, account->login);
    json_key_c(&line.json, "first_password");
    json_text(&line.json, password);
    return json_line_end(&line);
}

static Err user_add_run(Cli *cli)
{
    Str password = {0};
    bool has_password = cli_value(cli, "password-file").n > 0;
    if (has_password)
        TRY(read_password(cli, &password));
    Account account = {
        .id = cx_new_id(cli->cx),
        .login = cli_value(cli, "login"),
        .name = cli_value(cli, "name"),
        .role = cli_value(cli, "role"),
        .facility = cli_value(cli, "facility"),
    };
    const Role *role = pack_role(cli->packs, account.role);
    if (role == NULL) {
        cli_say("catchment user add: the packs have no role %.*s", STR_ARG(account.role));
        return ERR_USAGE;
    }
    /* who sees the whole place may work anywhere: the first accounts come before the facilities */
    if (role->sight != SIGHT_PLACE)
        TRY(facility_require(cli->cx, account.facility));
    return has_password ? account_add(cli->cx, &account, password) : add_first(cli, &account);
}

const Command cmd_access_user_add = {
    .name = "user add",
    .summary = "add an account",
    .needs = CLI_DATABASE,
    .options =
        (const CliOption[]){
            {"login", "NAME", NULL, true, "what is typed to log in"},
            {"name", "TEXT", NULL, true, "the name shown"},
            {"role", "ID", NULL, true, "a role of the packs"},
            {"facility", "CODE", NULL, true, "where the account works"},
            {"password-file", "FILE", NULL, false,
             "a file that holds the password (default: a first password is made and printed once)"},
            {0},
        },
    .run = user_add_run,
};

static Err audit_verify_run(Cli *cli)
{
    int64_t entries = 0, broken_at = 0;
    TRY(audit_verify(cli->cx, &entries, &broken_at));
    JsonLine line;
    json_line_begin(&line, cli->arena);
    json_key_c(&line.json, "entries");
    json_integer(&line.json, entries);
    json_key_c(&line.json, "broken_at");
    if (broken_at == 0)
        json_null(&line.json);
    else
        json_integer(&line.json, broken_at);
    TRY(json_line_end(&line));
    if (broken_at == 0)
        return OK;
    cli_say("the audit chain is broken at entry %lld", (long long)broken_at);
    return ERR_CONFLICT;
}

const Command cmd_access_audit_verify = {
    .name = "audit verify",
    .summary = "recompute the audit chain and say where it does not fit",
    .needs = CLI_DATABASE,
    .run = audit_verify_run,
};
