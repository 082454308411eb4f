/* catchment upgrade: brings a database to this program and to the packs given, for all its places;
 * says first what that changes. With --dry-run it only says it, and changes nothing. */
#include "app/app.h"

#include "cli/commands.h"
#include "cli/json_lines.h"
#include "core/place.h"
#include "db/migrate.h"
#include "engine/obligations/obligations.h"

typedef struct {
    Cli *cli;
    App *app;
    Cx cx;
    size_t said;
} Plan;

static JsonOut *begin(Plan *plan, JsonLine *line, const char *change)
{
    json_line_begin(line, plan->cli->arena);
    json_key_c(&line->json, "change");
    json_text_c(&line->json, change);
    plan->said++;
    return &line->json;
}

static void put(JsonOut *json, const char *key, Str text)
{
    json_key_c(json, key);
    if (text.n == 0)
        json_null(json);
    else
        json_text(json, text);
}

static Err say_migrations(Plan *plan, size_t *ret_n)
{
    const Str *names = NULL;
    Str message = {0};
    Err err = migrate_pending(plan->app->db, plan->cli->arena, &names, ret_n, &message);
    if (err != OK)
        cli_say("%.*s", STR_ARG(message));
    TRY(err);
    for (size_t i = 0; i < *ret_n; i++) {
        JsonLine line;
        put(begin(plan, &line, "migration"), "name", names[i]);
        TRY(json_line_end(&line));
    }
    return OK;
}

static Err say_packs(Plan *plan)
{
    const AppPackChange *changes = NULL;
    size_t n = 0;
    TRY(app_packs_pending(&plan->cx, &changes, &n));
    for (size_t i = 0; i < n; i++) {
        JsonLine line;
        JsonOut *json = begin(plan, &line, "pack");
        put(json, "pack", changes[i].pack);
        put(json, "from", changes[i].from);
        put(json, "to", changes[i].to);
        if (changes[i].to.n > 0 && str_equals(changes[i].from, changes[i].to))
            TRY(cli_say_text(plan->cli, OK, changes[i].pack, TEXT_PACK_VERSION_SAME, 1,
                             changes[i].to));
        TRY(json_line_end(&line));
    }
    return OK;
}

static Err say_tables(Plan *plan)
{
    const RecordTableChange *changes = NULL;
    size_t n = 0;
    TRY(record_tables_pending(&plan->cx, &changes, &n));
    for (size_t i = 0; i < n; i++) {
        JsonLine line;
        bool is_column = changes[i].column.n > 0, is_table = changes[i].form.n > 0;
        JsonOut *json = begin(plan, &line, is_column ? "column" : is_table ? "table" : "views");
        if (is_table)
            put(json, "form", changes[i].form);
        if (is_column)
            put(json, "field", changes[i].column);
        TRY(json_line_end(&line));
    }
    return OK;
}

static Err say_rules(Plan *plan, Str place)
{
    static const char *const kinds[] = {[OBLIGATION_RULE_NEW] = "new",
                                        [OBLIGATION_RULE_CHANGED] = "changed",
                                        [OBLIGATION_RULE_GONE] = "gone"};
    const ObligationRuleChange *changes = NULL;
    size_t n = 0;
    Cx cx = plan->cx;
    cx.place = place;
    TRY(obligation_rules_pending(&cx, &changes, &n));
    for (size_t i = 0; i < n; i++) {
        JsonLine line;
        JsonOut *json = begin(plan, &line, "rule");
        put(json, "place", place);
        put(json, "program", changes[i].program);
        put(json, "rule", changes[i].rule);
        put(json, "what", str_from_c(kinds[changes[i].kind]));
        json_key_c(json, "subjects_at_most");
        json_integer(json, changes[i].subjects);
        TRY(json_line_end(&line));
    }
    return OK;
}

static Err say_content(Plan *plan)
{
    const Place *places = NULL;
    size_t n = 0;
    TRY(place_list(&plan->cx, &places, &n));
    TRY(say_packs(plan));
    TRY(say_tables(plan));
    for (size_t i = 0; i < n; i++)
        TRY(say_rules(plan, places[i].code));
    return OK;
}

static void say_text(Cli *cli, TextId text)
{
    cli_say("%.*s", STR_ARG(wording_in(text_fill(cli->arena, text, NULL, 0), app_lang())));
}

/* *ret_said: how many changes there are. */
static Err say_plan(Cli *cli, App *app, size_t *ret_said)
{
    Plan plan = {.cli = cli, .app = app, .cx = app_system_cx(app, cli->arena)};
    size_t migration_n = 0;
    TRY(say_migrations(&plan, &migration_n));
    Err err = say_content(&plan);
    if (err == ERR_DB && migration_n > 0) { /* its tables are still to come */
        plan.cx.problem_n = 0;
        err = OK;
        say_text(cli, TEXT_UPGRADE_LATER);
    }
    if (err != OK)
        cli_say_problems(&plan.cx);
    *ret_said = plan.said;
    return err;
}

static Err upgrade_run(Cli *cli)
{
    App app;
    size_t said = 0;
    AppOptions options = {
        .db_url = cli_value(cli, "db"),
        .packs = APP_PACKS_COMPARED,
        .packs_directory = cli_value(cli, "packs"),
        .keys_file = cli_value(cli, "keys"),
        .on = DATE_NONE,
    };
    TRY(app_open(&options, &app));
    Err err = say_plan(cli, &app, &said);
    app_close(&app);
    if (err == OK && said == 0)
        say_text(cli, TEXT_UPGRADE_NONE);
    if (err != OK || said == 0 || cli_switch(cli, "dry-run"))
        return err == OK ? OK : ERR_CONFLICT;
    options.packs = APP_PACKS_APPLIED_TO_ALL;
    TRY(app_open(&options, &app));
    app_close(&app);
    return OK;
}

const Command cmd_upgrade = {
    .name = "upgrade",
    .summary = "bring a database to this program and these packs, and say what changes",
    .needs = CLI_NOTHING,
    .options =
        (const CliOption[]){
            {"db", "URL", NULL, true, "SQLite file or postgresql:// address"},
            {"packs", "FOLDER", NULL, false, "the packs"},
            {"keys", "FILE", NULL, false, "the key file"},
            {"dry-run", NULL, NULL, false, "only say what would change"},
            {0},
        },
    .run = upgrade_run,
};
