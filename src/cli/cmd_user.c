/* catchment user list, show, enable, disable, reset, sessions: the accounts of a place, managed
 * from the machine itself. Rules and audit are those of access/account_manage.c. */
#include "cli/commands.h"

#include "access/access.h"
#include "cli/json_lines.h"

enum { LIST_PAGE = 500 };

/* The account that is named by its login. */
static Err open_named(Cli *cli, Account *ret_account)
{
    if (cli->operand_n != 1) {
        cli_say("catchment %s: name one LOGIN; catchment user list shows them", cli->command->name);
        return ERR_USAGE;
    }
    return account_find(cli->cx, cli->operands[0], ret_account);
}

static void put_account(JsonOut *json, const Account *account)
{
    json_key_c(json, "login");
    json_text(json, account->login);
    json_key_c(json, "name");
    json_text(json, account->name);
    json_key_c(json, "role");
    json_text(json, account->role);
    json_key_c(json, "facility");
    json_text(json, account->facility);
    json_key_c(json, "is_disabled");
    json_bool(json, account->is_disabled);
    json_key_c(json, "must_change");
    json_bool(json, account->must_change);
}

static Err print_account(Cli *cli, const Account *account)
{
    JsonLine line;
    json_line_begin(&line, cli->arena);
    put_account(&line.json, account);
    return json_line_end(&line);
}

static Err user_list_run(Cli *cli)
{
    Str after = {0};
    for (;;) {
        const Account *accounts = NULL;
        size_t n = 0;
        TRY(account_list_below(cli->cx, cli_value(cli, "facility"), after, LIST_PAGE, &accounts,
                               &n));
        for (size_t i = 0; i < n; i++)
            TRY(print_account(cli, &accounts[i]));
        if (n < LIST_PAGE)
            return OK;
        after = accounts[n - 1].login;
    }
}

static void put_session(JsonOut *json, const SessionInfo *session)
{
    json_key_c(json, "session");
    json_uuid(json, session->id);
    json_key_c(json, "opened_at");
    json_instant(json, session->opened_at);
    json_key_c(json, "used_at");
    json_instant(json, session->used_at);
    json_key_c(json, "expires_at");
    json_instant(json, session->expires_at);
}

static Err user_show_run(Cli *cli)
{
    Account account;
    TRY(open_named(cli, &account));
    const SessionInfo *sessions = NULL;
    size_t n = 0;
    TRY(session_list(cli->cx, account.id, &sessions, &n));
    JsonLine line;
    json_line_begin(&line, cli->arena);
    put_account(&line.json, &account);
    json_key_c(&line.json, "id");
    json_uuid(&line.json, account.id);
    json_key_c(&line.json, "sessions");
    json_integer(&line.json, (int64_t)n);
    return json_line_end(&line);
}

static Err set_disabled(Cli *cli, bool is_disabled)
{
    Account account;
    TRY(open_named(cli, &account));
    TRY(account_set_disabled(cli->cx, account.id, is_disabled));
    account.is_disabled = is_disabled;
    return print_account(cli, &account);
}

static Err user_disable_run(Cli *cli)
{
    return set_disabled(cli, true);
}

static Err user_enable_run(Cli *cli)
{
    return set_disabled(cli, false);
}

static Err user_reset_run(Cli *cli)
{
    Account account;
    Str password = {0};
    TRY(open_named(cli, &account));
    TRY(account_reset_password(cli->cx, account.id, &password));
    JsonLine line;
    json_line_begin(&line, cli->arena);
    json_key_c(&line.json, "login");
    json_text(&line.json, account.login);
    json_key_c(&line.json, "first_password");
    json_text(&line.json, password);
    return json_line_end(&line);
}

static Err end_sessions(Cli *cli, Uuid account, Str which)
{
    Uuid session = {0}; /* nil: all */
    if (!str_equals_c(which, "all") && uuid_parse(which, &session) != OK) {
        cli_say("catchment user sessions: --end wants the id of a session, or all, not %.*s",
                STR_ARG(which));
        return ERR_USAGE;
    }
    return session_revoke(cli->cx, account, session);
}

static Err user_sessions_run(Cli *cli)
{
    Account account;
    TRY(open_named(cli, &account));
    Str which = cli_value(cli, "end");
    if (which.n > 0)
        TRY(end_sessions(cli, account.id, which));
    const SessionInfo *sessions = NULL;
    size_t n = 0;
    TRY(session_list(cli->cx, account.id, &sessions, &n));
    for (size_t i = 0; i < n; i++) {
        JsonLine line;
        json_line_begin(&line, cli->arena);
        put_session(&line.json, &sessions[i]);
        TRY(json_line_end(&line));
    }
    return OK;
}

const Command cmd_user_list = {
    .name = "user list",
    .summary = "the accounts, by login",
    .needs = CLI_DATABASE,
    .options =
        (const CliOption[]){
            {"facility", "CODE", NULL, false, "only those at the facility and below"},
            {0},
        },
    .run = user_list_run,
};

const Command cmd_user_show = {
    .name = "user show",
    .summary = "one account, with the number of its open sessions",
    .operand = "LOGIN",
    .needs = CLI_DATABASE,
    .run = user_show_run,
};

const Command cmd_user_disable = {
    .name = "user disable",
    .summary = "shut an account: its sessions end, nobody logs in as it",
    .operand = "LOGIN",
    .needs = CLI_DATABASE,
    .run = user_disable_run,
};

const Command cmd_user_enable = {
    .name = "user enable",
    .summary = "open an account again",
    .operand = "LOGIN",
    .needs = CLI_DATABASE,
    .run = user_enable_run,
};

const Command cmd_user_reset = {
    .name = "user reset",
    .summary = "a new first password, printed once; ends sessions and the lock after wrong ones",
    .operand = "LOGIN",
    .needs = CLI_DATABASE,
    .run = user_reset_run,
};

const Command cmd_user_sessions = {
    .name = "user sessions",
    .summary = "the open sessions of an account, newest first; --end ends them",
    .operand = "LOGIN",
    .needs = CLI_DATABASE,
    .options =
        (const CliOption[]){
            {"end", "ID", NULL, false, "end this one first; all: every one"},
            {0},
        },
    .run = user_sessions_run,
};
