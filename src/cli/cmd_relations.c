/* catchment relations grant, end, list: why somebody sees a person who lives elsewhere, given by
 * hand where no engine does it: contracts, referrals, worklists, cards, samples of an inspection.
 */
#include "cli/commands.h"

#include "access/access.h"
#include "cli/facility.h"
#include "cli/json_lines.h"
#include "engine/subjects/residents.h"

static Err wrong(const Cli *cli, const char *option)
{
    cli_say("catchment %s: --%s %.*s cannot be used", cli->command->name, option,
            STR_ARG(cli_value(cli, option)));
    return ERR_USAGE;
}

static Err read_kind(const Cli *cli, RelationKind *ret_kind)
{
    if (relation_kind_parse(cli_value(cli, "kind"), ret_kind))
        return OK;
    return wrong(cli, "kind");
}

static Err read_resident(Cli *cli, Uuid *ret_id)
{
    Resident resident;
    if (uuid_parse(cli_value(cli, "resident"), ret_id) != OK)
        return wrong(cli, "resident");
    TRY(resident_open(cli->cx, *ret_id, &resident));
    *ret_id = resident.id;
    return OK;
}

/* A facility or an account holds it. */
static Err read_holder(Cli *cli, Relation *relation)
{
    Str login = cli_value(cli, "login");
    relation->facility = cli_value(cli, "facility");
    if ((login.n > 0) == (relation->facility.n > 0)) {
        cli_say("catchment relations grant: name --facility or --login");
        return ERR_USAGE;
    }
    if (login.n == 0)
        return facility_require(cli->cx, relation->facility);
    Account account;
    TRY(account_find(cli->cx, login, &account));
    relation->account = account.id;
    return OK;
}

static Err read_class(Cli *cli, Relation *relation)
{
    relation->class = cli_value(cli, "class");
    const CodeList *list = map_get(&cli->packs->codes, STR("sensitivity"));
    bool is_known = relation->class.n == 0;
    for (size_t i = 0; list != NULL && i < list->option_n; i++)
        is_known = is_known || str_equals(list->options[i].code, relation->class);
    return is_known ? OK : wrong(cli, "class");
}

static Err grant_work(Cx *cx, void *arg)
{
    return relation_grant(cx, arg);
}

static Err grant_run(Cli *cli)
{
    Relation relation = {.from = cli->cx->today};
    Str from = cli_value(cli, "from"), source = cli_value(cli, "source");
    TRY(read_kind(cli, &relation.kind));
    TRY(read_holder(cli, &relation));
    TRY(read_class(cli, &relation));
    if (from.n > 0 && date_parse(from, &relation.from) != OK)
        return wrong(cli, "from");
    if (date_parse(cli_value(cli, "until"), &relation.until) != OK)
        return wrong(cli, "until");
    relation.source = cx_new_id(cli->cx);
    if (source.n > 0 && uuid_parse(source, &relation.source) != OK)
        return wrong(cli, "source");
    TRY(read_resident(cli, &relation.subject));
    TRY(cx_write(cli->cx, grant_work, &relation));
    JsonLine line;
    json_line_begin(&line, cli->arena);
    json_key_c(&line.json, "source");
    json_uuid(&line.json, relation.source);
    return json_line_end(&line);
}

const Command cmd_relations_grant = {
    .name = "relations grant",
    .summary = "let a facility or an account see one resident for a time",
    .needs = CLI_DATABASE,
    .options =
        (const CliOption[]){
            {"resident", "ID", NULL, true, "who is seen"},
            {"kind", "KIND", NULL, true, "treating, contract, referral, worklist, sample or card"},
            {"until", "DAY", NULL, true, "the last day"},
            {"facility", "CODE", NULL, false, "who sees: those who work there"},
            {"login", "LOGIN", NULL, false, "who sees: one account"},
            {"from", "DAY", NULL, false, "the first day (default: today)"},
            {"class", "CLASS", NULL, false, "the sensitivity class that it opens"},
            {"source", "ID", NULL, false,
             "what it comes from, by which it ends (default: a new id, which is printed)"},
            {0},
        },
    .run = grant_run,
};

typedef struct {
    Uuid source;
    Date last_day;
} Ending;

static Err end_work(Cx *cx, void *arg)
{
    const Ending *ending = arg;
    return relation_end(cx, ending->source, ending->last_day);
}

static Err end_run(Cli *cli)
{
    Ending ending = {.last_day = date_add_days(cli->cx->today, -1)};
    Str last = cli_value(cli, "last-day");
    if (uuid_parse(cli_value(cli, "source"), &ending.source) != OK)
        return wrong(cli, "source");
    if (last.n > 0 && date_parse(last, &ending.last_day) != OK)
        return wrong(cli, "last-day");
    return cx_write(cli->cx, end_work, &ending);
}

const Command cmd_relations_end = {
    .name = "relations end",
    .summary = "end all relations that come from one source",
    .needs = CLI_DATABASE,
    .options =
        (const CliOption[]){
            {"source", "ID", NULL, true, "what relations grant printed"},
            {"last-day", "DAY", NULL, false, "the last day (default: yesterday)"},
            {0},
        },
    .run = end_run,
};

static Err print_relation(Cli *cli, const RelationInfo *relation)
{
    char from[DATE_TEXT_SIZE], until[DATE_TEXT_SIZE];
    JsonLine line;
    json_line_begin(&line, cli->arena);
    json_put_text(&line.json, "holder", relation->holder);
    json_put_text(&line.json, "kind", str_from_c(relation_kind_name(relation->kind)));
    json_put_text(&line.json, "class", relation->class);
    json_key_c(&line.json, "source");
    json_uuid(&line.json, relation->source);
    json_put_text(&line.json, "from", str_from_c(date_format(relation->from, from)));
    json_put_text(&line.json, "until", str_from_c(date_format(relation->until, until)));
    return json_line_end(&line);
}

static Err list_run(Cli *cli)
{
    Uuid id = UUID_NIL;
    const RelationInfo *relations = NULL;
    size_t n = 0;
    TRY(read_resident(cli, &id));
    TRY(relation_list(cli->cx, id, &relations, &n));
    for (size_t i = 0; i < n; i++)
        TRY(print_relation(cli, &relations[i]));
    return OK;
}

const Command cmd_relations_list = {
    .name = "relations list",
    .summary = "the relations to one resident, ended ones too",
    .needs = CLI_DATABASE,
    .options = (const CliOption[]){{"resident", "ID", NULL, true, "who is seen"}, {0}},
    .run = list_run,
};
