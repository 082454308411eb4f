/* Pack sets that somebody names: a folder of packs, or what the database holds with one pack in
 * another version. Loading one changes nothing. */
#include "app/app.h"

#include "base/os_file.h"
#include "base/vec.h"
#include "cli/cli.h"
#include "core/core_sql.h"
#include "core/place.h"

#include <stdlib.h>

enum { FILE_MOST = MIB(1) }; /* as packs are loaded */

typedef VEC(PackFile) Files;

static Err add_kept(Cx *cx, Str pack, Str hash, Files *files)
{
    PackVersion version;
    TRY(pack_version_open(cx, pack, hash, &version));
    for (size_t i = 0; i < version.file_n; i++)
        VEC_PUSH(cx->arena, files,
                 ((PackFile){str_printf(cx->arena, "%.*s/%.*s", STR_ARG(pack),
                                        STR_ARG(version.files[i].path)),
                             version.files[i].text}));
    return OK;
}

/* The files of a folder that holds one pack. */
static Err add_folder(Cx *cx, Str folder, Str pack, Files *files)
{
    OsEntries entries = {0};
    TRY(os_folder_list_all(cx->arena, folder, &entries));
    for (size_t i = 0; i < entries.n; i++) {
        PackFile file = {.path = str_printf(cx->arena, "%.*s/%.*s", STR_ARG(pack),
                                            STR_ARG(entries.items[i].name))};
        if (entries.items[i].is_folder)
            continue;
        TRY(os_file_read(cx->arena, os_path_join(cx->arena, folder, entries.items[i].name),
                         FILE_MOST, &file.text));
        VEC_PUSH(cx->arena, files, file);
    }
    return OK;
}

static Err add_version(Cx *cx, Str pack, Str version, Files *files)
{
    const PackVersionSeenIn in = {cx->place, pack, version};
    PackVersionSeenRow row;
    bool found = false;
    Err err = pack_version_seen(cx->db, cx->arena, &in, &row, &found);
    if (err != OK)
        return cx_fail_db(cx, err);
    return found
               ? add_kept(cx, pack, row.hash, files)
               : cx_fail(cx, ERR_NOT_FOUND, TEXT_PACK_VERSION_UNKNOWN, (Str){0}, 2, pack, version);
}

/* Every pack that the database works with, but this one. */
static Err add_others(Cx *cx, Str pack, Files *files)
{
    const PackApplied *held = NULL;
    size_t n = 0;
    TRY(pack_applied_list(cx, &held, &n));
    for (size_t i = 0; i < n; i++) {
        if (!str_equals(held[i].pack, pack))
            TRY(add_kept(cx, held[i].pack, held[i].hash, files));
    }
    return OK;
}

static int compare_files(const void *a, const void *b)
{
    return str_compare(((const PackFile *)a)->path, ((const PackFile *)b)->path);
}

static Err open_files(Str named, Files *files, Arena *arena, PackSet **ret_packs)
{
    if (files->n > 1)
        qsort(files->items, files->n, sizeof *files->items, compare_files);
    return app_open_pack_files(named, files->items, files->n, arena, ret_packs);
}

static Str without_slash(Str path)
{
    while (path.n > 1 && path.p[path.n - 1] == '/')
        path.n--;
    return path;
}

static Str last_part(Str path)
{
    size_t from = path.n;
    while (from > 0 && path.p[from - 1] != '/')
        from--;
    return str_slice(path, from, path.n);
}

Err app_load_named(Cx *cx, Str named, Arena *arena, PackSet **ret_packs)
{
    Files files = {0};
    Str version = named, pack = {0};
    Str folder = without_slash(named);
    if (str_equals_c(named, "installed"))
        return app_load_held(cx, arena, ret_packs);
    if (os_file_exists(os_path_join(cx->arena, folder, STR("pack.yaml")))) {
        pack = last_part(folder);
        TRY(add_folder(cx, folder, pack, &files));
    } else if (os_folder_exists(folder)) {
        return app_load_packs(folder, arena, ret_packs);
    } else if (str_cut(&version, '@', &pack) && version.n > 0) {
        TRY(add_version(cx, pack, version, &files));
    } else {
        return cx_fail(cx, ERR_NOT_FOUND, TEXT_PACKS_NOT_THERE, (Str){0}, 1, named);
    }
    TRY(add_others(cx, pack, &files));
    return open_files(named, &files, arena, ret_packs);
}
