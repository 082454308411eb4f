/* catchment serve: the server. */
#include "app/app.h"
#include "app/jobs.h"
#include "app/routes.h"
#include "app/settings.h"

#include "access/access.h"
#include "base/os_log.h"
#include "base/os_process.h"
#include "cli/commands.h"
#include "core/place.h"
#include "demo/demo.h"
#include "web/web.h"

#ifdef WITH_UI
# include "ui_embed.h"
#endif

static Instant server_now(void *context, Str place)
{
    const App *app = context;
    for (size_t i = 0; i < app->place_n; i++)
        if (str_equals(app->places[i], place))
            return place_now(app->fixed_days[i]);
    return place_now(app->fixed_day);
}

static Err server_db_open(void *context, Arena *arena, Db **ret_db, Str *reterr_message)
{
    const App *app = context;
    DbOptions options = app->db_options;
    options.read_only = true;
    return db_open(&options, arena, ret_db, reterr_message);
}

static void server_db_close(void *context, Db *db)
{
    (void)context;
    db_close(db);
}

static const WebDemoAccount *web_demo_accounts(Arena *arena, size_t *ret_n)
{
    const DemoAccount *guided = demo_accounts(arena, ret_n);
    WebDemoAccount *accounts = arena_array(arena, WebDemoAccount, *ret_n);
    for (size_t i = 0; i < *ret_n; i++)
        accounts[i] =
            (WebDemoAccount){guided[i].login, guided[i].password, guided[i].title, guided[i].hint};
    return accounts;
}

static WebOptions web_options(Cli *cli, App *app, Jobs *jobs, uint16_t port, unsigned workers)
{
    WebOptions options = {
        .address = cli_value(cli, "address"),
        .port = port,
        .workers = workers,
        .tls_certificate_file = cli_value(cli, "tls-cert"),
        .tls_key_file = cli_value(cli, "tls-key"),
        .trusted_proxy = cli_value(cli, "trusted-proxy"),
        .routes = app_routes,
        .route_n = app_route_n,
#ifdef WITH_UI
        .files = embed_ui,
        .file_n = embed_ui_n,
#endif
        .packs = app->packs,
        .keys = app->keys,
        .writer = app->writer,
        .jobs = jobs,
        .places = app->places,
        .place_n = app->place_n,
        .lang = LANG_ZH,
        .context = app,
        .now = server_now,
        .is_day_chosen = app->is_day_chosen,
        .db_open = server_db_open,
        .db_close = server_db_close,
    };
    options.demo_accounts = web_demo_accounts(cli->arena, &options.demo_account_n);
    return options;
}

static Err serve_until_stopped(Cli *cli, App *app, Jobs *jobs, uint16_t port, unsigned workers)
{
    WebOptions options = web_options(cli, app, jobs, port, workers);
    Web *web = NULL;
    Str message = {0};
    Err err = web_start(&options, cli->arena, &web, &message);
    if (err != OK) {
        cli_say("the server cannot start: %.*s", STR_ARG(message));
        return err;
    }
    err = cli_put(str_printf(cli->arena, "listening %.*s\n", STR_ARG(web_url(web, cli->arena))));
    if (err == OK)
        err = cli_flush();
    if (err == OK)
        os_stop_wait();
    web_stop(web);
    return err;
}

/* Jobs read through a connection of their own, which is closed behind them. */
static Err serve_with_jobs(Cli *cli, App *app, uint16_t port, unsigned workers)
{
    Db *db = NULL;
    Str message = {0};
    Err err = server_db_open(app, cli->arena, &db, &message);
    if (err != OK) {
        cli_say("the database cannot be opened: %.*s", STR_ARG(message));
        return err;
    }
    JobsOptions options = {.jobs = app_jobs,
                           .job_n = app_job_n,
                           .like = app_system_cx(app, cli->arena),
                           .places = app->places,
                           .place_n = app->place_n,
                           .context = app,
                           .now = server_now};
    options.like.db = db;
    Jobs *jobs = NULL;
    err = jobs_start(&options, cli->arena, &jobs);
    if (err == OK)
        err = serve_until_stopped(cli, app, jobs, port, workers);
    else
        cli_say("the system has no more threads");
    jobs_stop(jobs);
    db_close(db);
    return err;
}

static Err refresh_areas(const App *app, Cx *cx)
{
    for (size_t i = 0; i < app->place_n; i++) {
        TRY(place_live_in(cx, app->places[i]));
        TRY(access_areas_refresh(cx));
    }
    return OK;
}

static Err serve_place(Cli *cli, App *app, uint16_t port, unsigned workers)
{
    if (app->place_n == 0) {
        cli_say("the database holds no place yet: catchment init or catchment demo makes one");
        return ERR_NOT_FOUND;
    }
    TRY(app_start_writer(app));
    Cx cx = app_system_cx(app, cli->arena);
    Err err = refresh_areas(app, &cx);
    if (err == OK)
        err = audit_flusher_start(&cx);
    if (err == OK)
        err = serve_with_jobs(cli, app, port, workers);
    else
        cli_say_problems(&cx);
    audit_flusher_stop();
    return err;
}

static Err set_log_level(const Cli *cli)
{
    static const char *const names[] = {"error", "warn", "info", "debug"};
    Str level = cli_value(cli, "log-level");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (str_equals_c(level, names[i])) {
            os_log_set_level((LogLevel)i);
            return OK;
        }
    }
    return cli_say_text(cli, ERR_USAGE, (Str){0}, TEXT_CONFIG_CHOICE, 3, STR("--log-level"),
                        STR("error warn info debug"), level);
}

/* Before anything is opened or changed: a second server started by mistake applies no packs. */
static Err check_start(Cli *cli)
{
    Findings findings = {0};
    Err err = OK;
    settings_check_start(cli, &findings);
    for (size_t i = 0; i < findings.n; i++) {
        const Finding *finding = &findings.items[i];
        if (finding->state != FINDING_FAIL)
            continue;
        err = err == OK ? finding->err : err;
        cli_say("%.*s%s%.*s", STR_ARG(finding->where), finding->where.n > 0 ? ": " : "",
                STR_ARG(wording_in(finding->text, app_lang())));
    }
    return err;
}

static Err serve_run(Cli *cli)
{
    int64_t port = 0, workers = 0;
    TRY(cli_integer(cli, "port", 0, 65535, &port));
    if (cli_value(cli, "workers").n > 0)
        TRY(cli_integer(cli, "workers", 1, SETTINGS_WORKERS_MOST, &workers));
    TRY(set_log_level(cli));
    App app;
    AppOptions options = {
        .db_url = cli_value(cli, "db"),
        .db_where = cli_where(cli, "db"),
        .packs = APP_PACKS_APPLIED,
        .packs_directory = cli_value(cli, "packs"),
        .keys_file = cli_value(cli, "keys"),
        .keys_where = cli_where(cli, "keys"),
        .place = cli_value(cli, "place"),
        .takes_several = true,
        .on = cli->on,
    };
    TRY(check_start(cli));
    os_stop_prepare();
    TRY(app_open(&options, &app));
    Err err = serve_place(cli, &app, (uint16_t)port, (unsigned)workers);
    app_close(&app);
    return err;
}

const Command cmd_serve = {
    .name = "serve",
    .summary = "serve a database over HTTP, with the web UI",
    .needs = CLI_NOTHING, /* opens the database itself: its writer has a thread of its own */
    .options =
        (const CliOption[]){
            SETTINGS_SERVE_OPTIONS(true),
            {"on", "DATE", NULL, false, "live on this day instead of the clock's"},
            {0},
        },
    .run = serve_run,
};
