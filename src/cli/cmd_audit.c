/* catchment audit list: what was done, by whom, newest first. */
#include "cli/commands.h"

#include "access/access.h"
#include "cli/json_lines.h"

static Err print_line(Cli *cli, const AuditLine *line)
{
    JsonLine out;
    json_line_begin(&out, cli->arena);
    json_key_c(&out.json, "at");
    json_instant(&out.json, line->at);
    json_key_c(&out.json, "login");
    if (line->login.n > 0)
        json_text(&out.json, line->login);
    else
        json_null(&out.json);
    json_key_c(&out.json, "action");
    json_text(&out.json, line->entry.action);
    json_key_c(&out.json, "subject");
    json_uuid(&out.json, line->entry.subject);
    json_key_c(&out.json, "object");
    json_uuid(&out.json, line->entry.object);
    json_key_c(&out.json, "detail");
    json_text(&out.json, line->entry.detail);
    return json_line_end(&out);
}

static Err read_day(const Cli *cli, const char *option, Date fallback, Date *ret_day)
{
    Str text = cli_value(cli, option);
    *ret_day = fallback;
    if (text.n == 0 || date_parse(text, ret_day) == OK)
        return OK;
    cli_say("catchment audit list: --%s %.*s is no day", option, STR_ARG(text));
    return ERR_USAGE;
}

static Err read_filter(Cli *cli, AuditFilter *filter)
{
    Str person = cli_value(cli, "person"), login = cli_value(cli, "account");
    if (person.n > 0 && uuid_parse(person, &filter->person) != OK) {
        cli_say("catchment audit list: --person %.*s is no id", STR_ARG(person));
        return ERR_USAGE;
    }
    if (login.n > 0) {
        Account account;
        TRY(account_find(cli->cx, login, &account));
        filter->account = account.id;
    }
    TRY(read_day(cli, "until", cli->cx->today, &filter->until));
    Date first = person.n > 0 ? date_from_ymd(2000, 1, 1) : filter->until;
    TRY(read_day(cli, "from", first, &filter->from));
    filter->before_at = (Instant){INT64_MAX};
    return cli_integer(cli, "limit", 1, 100000, &filter->most);
}

static Err audit_list_run(Cli *cli)
{
    AuditFilter filter = {0};
    const AuditLine *lines = NULL;
    size_t n = 0;
    TRY(read_filter(cli, &filter));
    TRY(audit_lines(cli->cx, &filter, &lines, &n));
    for (size_t i = 0; i < n; i++)
        TRY(print_line(cli, &lines[i]));
    return OK;
}

const Command cmd_audit_list = {
    .name = "audit list",
    .summary = "what was done and by whom, newest first",
    .needs = CLI_DATABASE,
    .options =
        (const CliOption[]){
            {"person", "ID", NULL, false, "what was done to one resident"},
            {"account", "LOGIN", NULL, false, "what one account did"},
            {"from", "DAY", NULL, false, "the first day (default: the last one; of a person: any)"},
            {"until", "DAY", NULL, false, "the last day (default: today)"},
            {"limit", "N", "1000", false, "at most so many lines"},
            {0},
        },
    .run = audit_list_run,
};
