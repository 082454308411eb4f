/* The packs that an App works with: a directory's, applied to the database, or those that the
 * database holds. The setting "packs" names the set that tables, views and rules were made for; it
 * is written last, so that what was cut short is seen and done again. */
#include "app/app.h"

#include "access/access.h"
#include "access/permissions.h"
#include "base/os_file.h"
#include "base/os_process.h"
#include "base/vec.h"
#include "cli/cli.h"
#include "core/place.h"
#include "db/migrate.h"
#include "engine/measures/measures.h"
#include "engine/obligations/obligations.h"

#include <stdlib.h>

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

static Err take_set(Err err, const PackMistake *mistakes, size_t n, Str from, PackSet *packs)
{
    for (size_t i = 0; err == ERR_PACK && i < n; i++)
        say_mistake(&mistakes[i], app_lang());
    if (err != OK && err != ERR_PACK)
        cli_say("the packs in %.*s cannot be read: %s", STR_ARG(from), err_title_en(err));
    if (err == OK)
        record_forms_prepare(packs);
    return err;
}

Err app_load_packs(Str directory, Arena *arena, PackSet **ret_packs)
{
    const PackMistake *mistakes = NULL;
    size_t n = 0;
    Err err = pack_set_open(directory, access_permissions, arena, ret_packs, &mistakes, &n);
    return take_set(err, mistakes, n, directory, *ret_packs);
}

Err app_open_pack_files(Str from, const PackFile *files, size_t n, Arena *arena,
                        PackSet **ret_packs)
{
    const PackMistake *mistakes = NULL;
    size_t mistake_n = 0;
    Err err =
        pack_set_open_files(files, n, access_permissions, arena, ret_packs, &mistakes, &mistake_n);
    return take_set(err, mistakes, mistake_n, from, *ret_packs);
}

/* ---- comparing ---- */

static const PackApplied *find_applied(const PackApplied *packs, size_t n, Str id)
{
    for (size_t i = 0; i < n; i++) {
        if (str_equals(packs[i].pack, id))
            return &packs[i];
    }
    return NULL;
}

Err app_packs_pending(Cx *cx, const AppPackChange **ret_changes, size_t *ret_n)
{
    VEC(AppPackChange) changes = {0};
    const PackApplied *held = NULL;
    size_t n = 0;
    TRY(pack_applied_list(cx, &held, &n));
    for (size_t i = 0; i < cx->packs->pack_n; i++) {
        const Pack *pack = &cx->packs->packs[i];
        const PackApplied *before = find_applied(held, n, pack->id);
        if (before == NULL || !str_equals(before->hash, pack->hash))
            VEC_PUSH(cx->arena, &changes,
                     (AppPackChange){pack->id, before == NULL ? (Str){0} : before->version,
                                     pack->version});
    }
    for (size_t i = 0; i < n; i++) {
        bool is_there = false;
        for (size_t j = 0; j < cx->packs->pack_n; j++)
            is_there = is_there || str_equals(cx->packs->packs[j].id, held[i].pack);
        if (!is_there)
            VEC_PUSH(cx->arena, &changes, (AppPackChange){held[i].pack, held[i].version, {0}});
    }
    *ret_changes = changes.items;
    *ret_n = changes.n;
    return OK;
}

static Err differ(Cx *cx, TextId text, const AppPackChange *changes, size_t n)
{
    Err err = OK;
    for (size_t i = 0; i < n; i++) {
        const AppPackChange *change = &changes[i];
        err = cx_fail(cx, ERR_CONFLICT, text, change->pack, 2,
                      change->from.n == 0 ? STR("-") : change->from,
                      change->to.n == 0 ? STR("-") : change->to);
    }
    return err;
}

/* ---- applying ---- */

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

static Err put_applied(Cx *cx, const AppPackChange *changes, size_t n)
{
    if (n == 0)
        return OK;
    PackApplied *applied = arena_array(cx->arena, PackApplied, cx->packs->pack_n + 1);
    for (size_t i = 0; i < cx->packs->pack_n; i++)
        applied[i] = (PackApplied){cx->packs->packs[i].id, cx->packs->packs[i].version,
                                   cx->packs->packs[i].hash};
    TRY(pack_applied_put(cx, applied, cx->packs->pack_n));
    for (size_t i = 0; i < n && cx->place.n > 0; i++) {
        const AuditEntry entry = {.action = STR("packs.apply"),
                                  .detail =
                                      str_printf(cx->arena, "%.*s %.*s", STR_ARG(changes[i].pack),
                                                 STR_ARG(changes[i].to))};
        TRY(audit_add(cx, &entry));
    }
    return audit_flush(cx);
}

/* The rules of every place given; each place lives in its own day. */
static Err update_places(App *app, Cx *cx, const Place *places, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        Cx of_place = *cx;
        of_place.place = places[i].code;
        TRY(keep_packs_of_place(&of_place));
        bool is_own = str_equals(places[i].code, app->place);
        if (app->place.n > 0 && !is_own)
            continue;
        TRY(place_live_in(&of_place, places[i].code));
        TRY(subject_registers_follow(&of_place));
        TRY(obligation_rules_update(&of_place));
    }
    return OK;
}

/* Tables with what the measures of these packs read, which the database must take too: else nothing
 * is changed. */
static Err take_tables(Cx *cx, void *arg)
{
    const bool *is_changed = arg;
    TRY(record_tables_update(cx));
    return *is_changed ? measure_check(cx) : OK;
}

static Err apply_work(App *app, Cx *cx, bool to_all)
{
    const Place *places = NULL;
    const AppPackChange *changes = NULL;
    const PackApplied *held = NULL;
    size_t n = 0, change_n = 0, held_n = 0;
    TRY(place_list(cx, &places, &n));
    TRY(app_packs_pending(cx, &changes, &change_n));
    TRY(pack_applied_list(cx, &held, &held_n));
    size_t others = 0;
    for (size_t i = 0; i < n; i++)
        others += !str_equals(places[i].code, app->place);
    if (!to_all && others > 0 && held_n > 0 && change_n > 0)
        return differ(cx, TEXT_PACKS_SHARED, changes, change_n);
    bool is_changed = change_n > 0;
    if (is_changed && db_engine(cx->db) != DB_SQLITE)
        TRY(app_packs_check(app->packs));
    TRY(cx_write(cx, take_tables, &is_changed));
    TRY(record_sealed_adopt(cx));
    TRY(update_places(app, cx, places, n));
    cx->place = cx->place.n == 0 && n > 0 ? places[0].code : cx->place;
    return put_applied(cx, changes, change_n);
}

static Err apply(App *app, bool to_all)
{
    Arena arena = {0};
    arena_init(&arena, MIB(256));
    Cx cx = app_system_cx(app, &arena);
    Err err = apply_work(app, &cx, to_all);
    if (err != OK)
        cli_say_problems(&cx);
    arena_done(&arena);
    return err;
}

/* In memory, where nothing else is: what SQLite says of the measures. */
static Err check_in_memory(App *app, const PackSet *packs)
{
    Str message = {0};
    int applied = 0;
    bool is_changed = true;
    app->db_options = (DbOptions){.url = STR(":memory:")};
    Err err = db_open(&app->db_options, &app->arena, &app->db, &message);
    if (err == OK)
        err = migrate_up(app->db, &app->arena, &applied, &message);
    if (err != OK) {
        cli_say("%.*s", STR_ARG(message));
        return err;
    }
    Cx cx = app_system_cx(app, &app->arena);
    cx.packs = packs;
    err = cx_write(&cx, take_tables, &is_changed);
    if (err != OK)
        cli_say_problems(&cx);
    return err;
}

Err app_packs_check(const PackSet *packs)
{
    App app = {.fixed_day = DATE_NONE, .lang = app_lang()};
    arena_init(&app.arena, MIB(64));
    Err err = check_in_memory(&app, packs);
    app_close(&app);
    return err;
}

Err app_packs_apply(App *app)
{
    return apply(app, false);
}

Err app_packs_apply_to_all(App *app)
{
    return apply(app, true);
}

/* ---- taking what the database holds ---- */

static int compare_files(const void *a, const void *b)
{
    return str_compare(((const PackFile *)a)->path, ((const PackFile *)b)->path);
}

static Err read_held(Cx *cx, const PackApplied *held, size_t n, const PackFile **ret_files,
                     size_t *ret_n)
{
    VEC(PackFile) files = {0};
    for (size_t i = 0; i < n; i++) {
        PackVersion version;
        TRY(pack_version_open(cx, held[i].pack, held[i].hash, &version));
        for (size_t j = 0; j < version.file_n; j++)
            VEC_PUSH(cx->arena, &files,
                     (PackFile){str_printf(cx->arena, "%.*s/%.*s", STR_ARG(held[i].pack),
                                           STR_ARG(version.files[j].path)),
                                version.files[j].text});
    }
    qsort(files.items, files.n, sizeof *files.items, compare_files);
    *ret_files = files.items;
    *ret_n = files.n;
    return OK;
}

Err app_load_held(Cx *cx, Arena *arena, PackSet **ret_packs)
{
    const PackApplied *held = NULL;
    const PackFile *files = NULL;
    size_t held_n = 0, n = 0;
    TRY(pack_applied_list(cx, &held, &held_n));
    if (held_n == 0)
        return cx_fail(cx, ERR_CONFLICT, TEXT_UPGRADE_NEEDED, (Str){0}, 0);
    TRY(read_held(cx, held, held_n, &files, &n));
    Err err = app_open_pack_files(STR("the database"), files, n, arena, ret_packs);
    return err == ERR_PACK ? cx_fail(cx, err, TEXT_PACKS_HELD_WRONG, (Str){0}, 0) : err;
}

/* Tables and rules were made for these packs by this version of the program. */
static Err check_held(Cx *cx)
{
    const AppPackChange *changes = NULL;
    const RecordTableChange *tables = NULL;
    const ObligationRuleChange *rules = NULL;
    size_t n = 0, table_n = 0, rule_n = 0;
    TRY(app_packs_pending(cx, &changes, &n));
    if (n > 0)
        return differ(cx, TEXT_PACKS_DIFFER, changes, n);
    TRY(record_tables_pending(cx, &tables, &table_n));
    TRY(obligation_rules_pending(cx, &rules, &rule_n));
    if (table_n + rule_n > 0)
        return cx_fail(cx, ERR_CONFLICT, TEXT_UPGRADE_NEEDED, (Str){0}, 0);
    return OK;
}

static Err take_held(App *app, Cx *cx, Str given_directory)
{
    Place place;
    if (cx->place.n == 0)
        return cx_fail(cx, ERR_NOT_FOUND, TEXT_PLACE_NONE, (Str){0}, 0);
    TRY(place_open(cx, &place));
    if (given_directory.n == 0)
        TRY(app_load_held(cx, &app->arena, &app->packs));
    else
        TRY(app_load_packs(given_directory, &app->arena, &app->packs));
    cx->packs = app->packs;
    return check_held(cx);
}

Err app_packs_take_held(App *app, Str given_directory)
{
    Arena arena = {0};
    arena_init(&arena, MIB(256));
    Cx cx = app_system_cx(app, &arena);
    Err err = take_held(app, &cx, given_directory);
    if (err != OK)
        cli_say_problems(&cx);
    arena_done(&arena);
    return err;
}
