/* Opening and closing what a process works with. */
#include "app/app.h"

#include "access/access.h"
#include "access/permissions.h"
#include "base/os_clock.h"
#include "base/os_file.h"
#include "base/os_process.h"
#include "cli/cli.h"
#include "core/place.h"
#include "db/migrate.h"
#include "engine/obligations/obligations.h"

static Lang lang_of_environment(void)
{
    Str lang = os_environment("LC_ALL");
    if (lang.n == 0)
        lang = os_environment("LANG");
    return str_has_prefix(lang, STR("zh")) ? LANG_ZH : LANG_EN;
}

Instant app_now(Date fixed_day)
{
    Instant now = os_clock_now();
    if (date_is_none(fixed_day))
        return now;
    int64_t in_day = now.ms - instant_of_date(date_of_instant(now), 0, 0).ms;
    return (Instant){instant_of_date(fixed_day, 0, 0).ms + in_day};
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
        .now = app_now(app->fixed_day),
        .as_of = DATE_NONE,
        .lang = app->lang,
    };
    cx.today = date_of_instant(cx.now);
    return cx;
}

Str app_packs_directory(Str given, Arena *arena)
{
    if (given.n > 0)
        return given;
    Str named = os_environment("CATCHMENT_PACKS");
    if (named.n > 0)
        return str_copy(arena, named);
    return os_folder_exists(STR("packs")) ? STR("packs") : STR("/usr/share/catchment/packs");
}

static void say_mistake(const PackMistake *mistake, Lang lang)
{
    cli_say("%.*s:%u:%u: %.*s (%.*s)", STR_ARG(mistake->file), (unsigned)mistake->line,
            (unsigned)mistake->column, STR_ARG(wording_in(mistake->text, lang)),
            STR_ARG(wording_in(mistake->fix, lang)));
}

Err app_load_packs(Str directory, Arena *arena, PackSet **ret_packs)
{
    const PackMistake *mistakes = NULL;
    size_t n = 0;
    Err err = pack_set_open(directory, access_permissions, arena, ret_packs, &mistakes, &n);
    for (size_t i = 0; err == ERR_PACK && i < n; i++)
        say_mistake(&mistakes[i], lang_of_environment());
    if (err != OK && err != ERR_PACK)
        cli_say("the packs in %.*s cannot be read: %s", STR_ARG(directory), err_title_en(err));
    if (err == OK)
        record_forms_prepare(*ret_packs);
    return err;
}

static Str default_keys_file(Str db_url, Arena *arena)
{
    bool is_file = !str_has_prefix(db_url, STR("postgres"));
    return is_file ? str_printf(arena, "%.*s.keys", STR_ARG(db_url)) : STR("catchment.keys");
}

static Err open_keys(App *app, const AppOptions *options)
{
    if (str_equals(options->db_url, STR(":memory:"))) {
        app->keys = keys_make(&app->arena);
        return OK;
    }
    Str file = options->keys_file.n > 0 ? options->keys_file
                                        : default_keys_file(options->db_url, &app->arena);
    uint32_t line = 0;
    Err err = keys_open(file, &app->arena, &app->keys, &line);
    if (err == ERR_NOT_FOUND && options->makes_database)
        err = keys_create(file, &app->arena, &app->keys);
    if (err == ERR_NOT_FOUND)
        cli_say("there is no key file %.*s; without it no name can be read (--keys FILE)",
                STR_ARG(file));
    else if (err != OK)
        cli_say("the key file %.*s cannot be used: %s (line %u)", STR_ARG(file), err_title_en(err),
                (unsigned)line);
    return err;
}

static Err open_database(App *app, const AppOptions *options)
{
    bool is_file = !str_has_prefix(options->db_url, STR("postgres"))
                   && !str_equals(options->db_url, STR(":memory:"));
    if (is_file && !options->makes_database && !os_file_exists(options->db_url)) {
        cli_say("there is no database %.*s", STR_ARG(options->db_url));
        return ERR_NOT_FOUND;
    }
    if (is_file && !os_file_exists(options->db_url)) /* nobody else on the machine reads it */
        TRY(os_file_create(options->db_url, (Str){0}, 0600));
    Str message = {0};
    int applied = 0;
    app->db_options = (DbOptions){.url = str_copy(&app->arena, options->db_url)};
    Err err = db_open(&app->db_options, &app->arena, &app->db, &message);
    if (err == OK)
        err = migrate_up(app->db, &app->arena, &applied, &message);
    if (err != OK)
        cli_say("the database cannot be opened: %.*s", STR_ARG(message));
    return err;
}

/* The place that was named, or the only one; a new database has none yet. */
static Err choose_place(App *app, const AppOptions *options)
{
    app->place = str_copy(&app->arena, options->place);
    app->fixed_day = options->on;
    Cx cx = app_system_cx(app, &app->arena);
    const Place *places = NULL;
    size_t n = 0;
    TRY(place_list(&cx, &places, &n));
    if (options->place.n == 0 && n == 1)
        app->place = places[0].code;
    if (app->place.n == 0 && n > 1) {
        cli_say("the database holds several places; name one with --place CODE");
        return ERR_USAGE;
    }
    if (app->place.n == 0 || n == 0 || !date_is_none(options->on))
        return OK;
    cx.place = app->place;
    Str day = {0};
    TRY(setting_get(&cx, STR("day"), &day));
    return day.n == 0 ? OK : date_parse(day, &app->fixed_day);
}

static Err keep_packs_of_place(Cx *cx)
{
    for (size_t i = 0; i < cx->packs->pack_n; i++) {
        const Pack *pack = &cx->packs->packs[i];
        PackVersionFile *files = arena_array(cx->arena, PackVersionFile, pack->file_n);
        for (size_t j = 0; j < pack->file_n; j++)
            files[j] = (PackVersionFile){pack->files[j].path, pack->files[j].text};
        const PackVersion version = {pack->id, pack->version, pack->hash, files, pack->file_n};
        TRY(pack_version_keep(cx, &version));
    }
    return OK;
}

Err app_keep_packs(Cx *cx)
{
    const Place *places = NULL;
    size_t n = 0;
    TRY(place_list(cx, &places, &n));
    for (size_t i = 0; i < n; i++) {
        Cx of_place = *cx;
        of_place.place = places[i].code;
        TRY(keep_packs_of_place(&of_place));
    }
    return OK;
}

static Err update_derived(App *app)
{
    Arena arena = {0};
    arena_init(&arena, MIB(256));
    Cx cx = app_system_cx(app, &arena);
    Err err = record_tables_update(&cx);
    if (err == OK)
        err = app_keep_packs(&cx);
    if (err == OK && app->place.n > 0) {
        Place place;
        err = place_open(&cx, &place);
        if (err == OK)
            err = obligation_rules_update(&cx);
        else if (err == ERR_NOT_FOUND)
            err = OK; /* the command is about to make the place */
    }
    if (err != OK)
        cli_say_problems(&cx);
    arena_done(&arena);
    return err;
}

static Err open_all(App *app, const AppOptions *options)
{
    Str directory = app_packs_directory(options->packs_directory, &app->arena);
    TRY(app_load_packs(directory, &app->arena, &app->packs));
    access_register_scopes();
    record_set_hooks(app_record_hooks);
    TRY(open_keys(app, options));
    TRY(open_database(app, options));
    TRY(choose_place(app, options));
    return update_derived(app);
}

Err app_open(const AppOptions *options, App *ret_app)
{
    *ret_app = (App){.fixed_day = DATE_NONE, .lang = lang_of_environment()};
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
    if (app->packs != NULL)
        pack_set_close(app->packs);
    arena_done(&app->arena);
    *app = (App){.fixed_day = DATE_NONE};
}
