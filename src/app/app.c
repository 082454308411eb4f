/* Opening and closing what a process works with. */
#include "app/app.h"

#include "access/access.h"
#include "base/os_file.h"
#include "cli/cli.h"
#include "core/place.h"
#include "db/migrate.h"
#include "engine/obligations/obligations.h"

Lang app_lang(void)
{
    return text_lang();
}

Cx app_system_cx(App *app, Arena *arena)
{
    Cx cx = {
        .arena = arena,
        .db = app->db,
        .writer = app->writer,
        .packs = app->packs,
        .keys = app->keys,
        .actor = access_system_actor(),
        .place = app->place,
        .now = place_now(app->fixed_day),
        .is_day_chosen = app->is_day_chosen,
        .as_of = DATE_NONE,
        .lang = app->lang,
    };
    cx.today = date_of_instant(cx.now);
    return cx;
}

bool app_is_file(Str db_url)
{
    return !str_has_prefix(db_url, STR("postgres")) && !str_equals_c(db_url, ":memory:");
}

Str app_keys_file(Str given, Str db_url, Arena *arena)
{
    if (given.n > 0)
        return given;
    return app_is_file(db_url) ? str_printf(arena, "%.*s.keys", STR_ARG(db_url))
                               : STR("catchment.keys");
}

/* In front of a message: what named the thing that it is about. */
static Str colon(App *app, Str where)
{
    return where.n == 0 ? where : str_printf(&app->arena, "%.*s: ", STR_ARG(where));
}

static Err open_keys(App *app, const AppOptions *options)
{
    if (str_equals(options->db_url, STR(":memory:"))) {
        app->keys = keys_make(&app->arena);
        return OK;
    }
    Str file = app_keys_file(options->keys_file, options->db_url, &app->arena);
    Str where = colon(app, options->keys_where);
    uint32_t line = 0;
    Err err = keys_open(file, &app->arena, &app->keys, &line);
    if (err == ERR_NOT_FOUND && options->makes_database)
        err = keys_create(file, &app->arena, &app->keys);
    if (err == ERR_NOT_FOUND)
        cli_say("%.*sthere is no key file %.*s; without it no name can be read (--keys FILE)",
                STR_ARG(where), STR_ARG(file));
    else if (err != OK)
        cli_say("%.*sthe key file %.*s cannot be used: %s (line %u)", STR_ARG(where), STR_ARG(file),
                err_title_en(err), (unsigned)line);
    return err;
}

/* Only what applies packs brings the schema up to date. */
static Err check_schema(App *app)
{
    const Str *names = NULL;
    size_t n = 0;
    Str message = {0};
    Err err = migrate_pending(app->db, &app->arena, &names, &n, &message);
    if (err != OK)
        cli_say("the database cannot be used: %.*s", STR_ARG(message));
    if (err != OK || n == 0)
        return err;
    Cx cx = app_system_cx(app, &app->arena);
    err = cx_fail(&cx, ERR_CONFLICT, TEXT_DATABASE_OLDER, (Str){0}, 1, names[0]);
    cli_say_problems(&cx);
    return err;
}

static Err open_database(App *app, const AppOptions *options)
{
    bool is_file = app_is_file(options->db_url);
    Str where = colon(app, options->db_where);
    if (is_file && !options->makes_database && !os_file_exists(options->db_url)) {
        cli_say("%.*sthere is no database %.*s: catchment init makes one", STR_ARG(where),
                STR_ARG(options->db_url));
        return ERR_NOT_FOUND;
    }
    if (is_file && !os_file_exists(options->db_url)) /* nobody else on the machine reads it */
        TRY(os_file_create(options->db_url, (Str){0}, 0600));
    Str message = {0};
    int applied = 0;
    app->db_options = (DbOptions){.url = str_copy(&app->arena, options->db_url),
                                  .read_only = options->packs == APP_PACKS_COMPARED};
    Err err = db_open(&app->db_options, &app->arena, &app->db, &message);
    if (err == OK
        && (options->packs == APP_PACKS_APPLIED || options->packs == APP_PACKS_APPLIED_TO_ALL))
        err = migrate_up(app->db, &app->arena, &applied, &message);
    if (err != OK)
        cli_say("%.*sthe database cannot be opened: %.*s", STR_ARG(where), STR_ARG(message));
    return err == OK && options->packs == APP_PACKS_HELD ? check_schema(app) : err;
}

static Err keep_places(App *app, Cx *cx, const Place *places, size_t n, Date on)
{
    Str *codes = arena_array(&app->arena, Str, n);
    Date *days = arena_array(&app->arena, Date, n);
    for (size_t i = 0; i < n; i++) {
        cx->place = codes[i] = str_copy(&app->arena, places[i].code);
        days[i] = on;
        if (date_is_none(on))
            TRY(place_fixed_day(cx, &days[i]));
    }
    app->places = codes;
    app->fixed_days = days;
    app->place_n = n;
    return OK;
}

/* The place that was named, or the only one; a new database has none yet. */
static Err choose_place(App *app, Str named, Date on, bool takes_several)
{
    app->place = str_copy(&app->arena, named);
    app->fixed_day = on;
    app->is_day_chosen = !date_is_none(on);
    Cx cx = app_system_cx(app, &app->arena);
    const Place *places = NULL;
    size_t n = 0;
    TRY(place_list(&cx, &places, &n));
    if (named.n == 0 && n == 1)
        app->place = places[0].code;
    if (app->place.n == 0 && n > 1 && takes_several)
        return keep_places(app, &cx, places, n, on);
    if (app->place.n == 0 && n > 1) {
        cli_say("the database holds several places; name one with --place CODE");
        return ERR_USAGE;
    }
    if (app->place.n == 0 || n == 0)
        return OK;
    const Place own = {.code = app->place};
    TRY(keep_places(app, &cx, &own, 1, on));
    app->fixed_day = app->fixed_days[0];
    return OK;
}

Err app_made(App *app, Date on)
{
    Str named = app->place;
    TRY(choose_place(app, named, on, true));
    return app->place.n == 0 ? app_packs_apply_to_all(app) : app_packs_apply(app);
}

static Err open_all(App *app, const AppOptions *options)
{
    bool applies = options->packs != APP_PACKS_HELD;
    Str directory = app_packs_directory(options->packs_directory, &app->arena);
    if (applies) /* before anything is made: packs with mistakes change nothing */
        TRY(app_load_packs(directory, &app->arena, &app->packs));
    access_register_scopes();
    record_set_hooks(app_record_hooks);
    record_set_programs(obligation_programs_on);
    record_set_reading(&obligation_record_reading);
    resident_set_hooks(app_resident_hooks);
    policy_set_hooks(app_policy_hooks);
    subject_set_hooks(app_subject_hooks);
    device_set_hooks(app_device_hooks);
    TRY(open_keys(app, options));
    TRY(open_database(app, options));
    if (options->packs == APP_PACKS_APPLIED_TO_ALL)
        return app_packs_apply_to_all(app);
    if (options->packs == APP_PACKS_COMPARED)
        return OK;
    TRY(choose_place(app, options->place, options->on, options->takes_several));
    if (applies)
        return app->place_n > 1 ? app_packs_apply_to_all(app) : app_packs_apply(app);
    return app_packs_take_held(app, options->packs_directory);
}

Err app_open(const AppOptions *options, App *ret_app)
{
    *ret_app = (App){.fixed_day = DATE_NONE, .lang = app_lang()};
    arena_init(&ret_app->arena, MIB(64));
    Err err = open_all(ret_app, options);
    if (err != OK)
        app_close(ret_app);
    return err;
}

Err app_start_writer(App *app)
{
    Str message = {0};
    DbOptions options = app->db_options;
    options.is_server = true;
    Err err = writer_start(&options, &app->arena, &app->writer, &message);
    if (err != OK)
        cli_say("the writer cannot start: %.*s", STR_ARG(message));
    return err;
}

void app_close(App *app)
{
    if (app->writer != NULL)
        writer_stop(app->writer);
    db_close(app->db);
    pack_set_close(app->packs);
    arena_done(&app->arena);
    *app = (App){.fixed_day = DATE_NONE};
}
