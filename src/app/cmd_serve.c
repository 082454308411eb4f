/* catchment serve: the server. */
#include "app/app.h"
#include "app/jobs.h"
#include "app/routes.h"

#include "access/access.h"
#include "base/os_process.h"
#include "cli/commands.h"
#include "demo/demo.h"
#include "web/web.h"

#ifdef WITH_UI
# include "ui_embed.h"
#endif

static Instant server_now(void *context)
{
    const App *app = context;
    return app_now(app->fixed_day);
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

static const WebDemoAccount *web_demo_accounts(Arena *arena)
{
    WebDemoAccount *accounts = arena_array(arena, WebDemoAccount, demo_account_n);
    for (size_t i = 0; i < demo_account_n; i++)
        accounts[i] =
            (WebDemoAccount){str_from_c(demo_accounts[i].login),
                             str_from_c(demo_accounts[i].password), demo_accounts[i].title};
    return accounts;
}

static WebOptions web_options(Cli *cli, App *app, Jobs *jobs, uint16_t port)
{
    WebOptions options = {
        .address = cli_value(cli, "address"),
        .port = port,
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
        .place = app->place,
        .lang = LANG_ZH,
        .demo_accounts = web_demo_accounts(cli->arena),
        .demo_account_n = demo_account_n,
        .context = app,
        .now = server_now,
        .db_open = server_db_open,
        .db_close = server_db_close,
    };
    return options;
}

static Err serve_until_stopped(Cli *cli, App *app, Jobs *jobs, uint16_t port)
{
    WebOptions options = web_options(cli, app, jobs, port);
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
static Err serve_with_jobs(Cli *cli, App *app, uint16_t port)
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
                           .context = app,
                           .now = server_now};
    options.like.db = db;
    Jobs *jobs = NULL;
    err = jobs_start(&options, cli->arena, &jobs);
    if (err == OK)
        err = serve_until_stopped(cli, app, jobs, port);
    else
        cli_say("the system has no more threads");
    jobs_stop(jobs);
    db_close(db);
    return err;
}

static Err serve_place(Cli *cli, App *app, uint16_t port)
{
    if (app->place.n == 0) {
        cli_say("the database holds no place yet: catchment init or catchment demo makes one");
        return ERR_NOT_FOUND;
    }
    TRY(app_start_writer(app));
    Cx cx = app_system_cx(app, cli->arena);
    Err err = access_areas_refresh(&cx);
    if (err == OK)
        err = audit_flusher_start(&cx);
    if (err == OK)
        err = serve_with_jobs(cli, app, port);
    else
        cli_say_problems(&cx);
    audit_flusher_stop();
    return err;
}

static Err serve_run(Cli *cli)
{
    int64_t port = 0;
    TRY(cli_integer(cli, "port", 0, 65535, &port));
    App app;
    AppOptions options = {
        .db_url = cli_value(cli, "db"),
        .packs = APP_PACKS_APPLIED,
        .packs_directory = cli_value(cli, "packs"),
        .keys_file = cli_value(cli, "keys"),
        .place = cli_value(cli, "place"),
        .on = cli->on,
    };
    os_stop_prepare();
    TRY(app_open(&options, &app));
    Err err = serve_place(cli, &app, (uint16_t)port);
    app_close(&app);
    return err;
}

const Command cmd_serve = {
    .name = "serve",
    .summary = "serve a database over HTTP, with the web UI",
    .needs = CLI_NOTHING, /* opens the database itself: its writer has a thread of its own */
    .options =
        (const CliOption[]){
            {"db", "URL", NULL, true, "SQLite file or postgresql:// address"},
            {"packs", "FOLDER", NULL, false, "the packs"},
            {"keys", "FILE", NULL, false, "the key file"},
            {"place", "CODE", NULL, false, "6-digit county code"},
            {"on", "DATE", NULL, false, "live on this day instead of the clock's"},
            {"address", "ADDRESS", "127.0.0.1", false, "where to listen"},
            {"port", "N", "8080", false, "0 takes any free port"},
            {"trusted-proxy", "ADDRESS", NULL, false,
             "proxy whose last X-Forwarded-For entry is the caller's address"},
            {"tls-cert", "FILE", NULL, false, "certificate (PEM); with --tls-key"},
            {"tls-key", "FILE", NULL, false, "its private key (PEM)"},
            {0},
        },
    .run = serve_run,
};
