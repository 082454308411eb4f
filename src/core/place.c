/* Place, settings and pack versions: the statements of core.sql as functions. */
#include "core/place.h"

#include <stddef.h>
#include <string.h>

#include "base/os_clock.h"
#include "base/vec.h"
#include "core/core_sql.h"

Err place_open(Cx *cx, Place *ret_place)
{
    PlaceByCodeRow row;
    bool is_found = false;
    Err err =
        place_by_code(cx->db, cx->arena, &(PlaceByCodeIn){.place = cx->place}, &row, &is_found);
    if (err != OK)
        return cx_fail_db(cx, err);
    if (!is_found)
        return cx_fail(cx, ERR_NOT_FOUND, TEXT_NOT_FOUND, STR("place"), 1, cx->place);
    *ret_place =
        (Place){.code = row.code, .name = row.name, .name_en = row.name_en, .rev = row.rev};
    return OK;
}

static Err read_places(Cx *cx, const Place **ret_places, size_t *ret_n)
{
    VEC(Place) places = {0};
    CLEANUP(db_rows_close) DbRows rows = {0};
    TRY(place_all_open(cx->db, &rows));
    for (;;) {
        PlaceAllRow row;
        bool has_row = false;
        TRY(place_all_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            break;
        VEC_PUSH(
            cx->arena, &places,
            (Place){.code = row.code, .name = row.name, .name_en = row.name_en, .rev = row.rev});
    }
    *ret_places = places.items;
    *ret_n = places.n;
    return OK;
}

Err place_list(Cx *cx, const Place **ret_places, size_t *ret_n)
{
    Err err = read_places(cx, ret_places, ret_n);
    return err == OK ? OK : cx_fail_db(cx, err);
}

Err place_database(Cx *cx, DbDescription *ret_description)
{
    Err err = db_describe(cx->db, cx->arena, ret_description);
    return err == OK ? OK : cx_fail_db(cx, err);
}

typedef struct {
    Str key; /* or the name */
    Str value;
} TextPair;

static Err write_place(Cx *cx, void *arg)
{
    const TextPair *names = arg;
    PlaceWriteIn in = {.place = cx->place, .name = names->key, .name_en = names->value};
    return place_write(cx->db, &in, NULL);
}

Err place_put(Cx *cx, Str name, Str name_en)
{
    TextPair names = {name, name_en};
    return cx_write(cx, write_place, &names);
}

Err setting_get(Cx *cx, Str key, Str *ret_value)
{
    PlaceSettingByKeyIn in = {.place = cx->place, .setting_key = key};
    PlaceSettingByKeyRow row;
    bool is_found = false;
    Err err = place_setting_by_key(cx->db, cx->arena, &in, &row, &is_found);
    if (err != OK)
        return cx_fail_db(cx, err);
    *ret_value = is_found ? row.setting_value : (Str){0};
    return OK;
}

static Err write_setting(Cx *cx, void *arg)
{
    const TextPair *pair = arg;
    PlaceSettingWriteIn in = {
        .place = cx->place, .setting_key = pair->key, .setting_value = pair->value};
    return place_setting_write(cx->db, &in, NULL);
}

Err setting_put(Cx *cx, Str key, Str value)
{
    TextPair pair = {key, value};
    return cx_write(cx, write_setting, &pair);
}

Err place_fixed_day(Cx *cx, Date *ret_day)
{
    Str day = {0};
    TRY(setting_get(cx, STR("day"), &day));
    *ret_day = DATE_NONE;
    return day.n == 0 ? OK : date_parse(day, ret_day);
}

Instant place_now(Date fixed_day)
{
    Instant now = os_clock_now();
    if (date_is_none(fixed_day))
        return now;
    int64_t in_day = now.ms - instant_of_date(date_of_instant(now), 0, 0).ms;
    return (Instant){instant_of_date(fixed_day, 0, 0).ms + in_day};
}

Err place_live_in(Cx *cx, Str place)
{
    Date day = DATE_NONE;
    cx->place = place;
    cx->policy = NULL;
    if (cx->is_day_chosen)
        return OK;
    TRY(place_fixed_day(cx, &day));
    cx->now = place_now(day);
    cx->today = date_of_instant(cx->now);
    return OK;
}

static Err keep_version(Cx *cx, void *arg)
{
    const PackVersion *version = arg;
    PackVersionInsertIn in = {.place = cx->place,
                              .pack = version->pack,
                              .hash = version->hash,
                              .version = version->version,
                              .loaded_at = cx->now};
    int64_t changed = 0;
    TRY(pack_version_insert(cx->db, &in, &changed));
    if (changed == 0)
        return OK;
    for (size_t i = 0; i < version->file_n; i++) {
        PackFileInsertIn file = {.place = cx->place,
                                 .pack = version->pack,
                                 .hash = version->hash,
                                 .path = version->files[i].path,
                                 .content = version->files[i].text};
        TRY(pack_file_insert(cx->db, &file, NULL));
    }
    return OK;
}

Err pack_version_keep(Cx *cx, const PackVersion *version)
{
    PackVersionByHashIn in = {.place = cx->place, .pack = version->pack, .hash = version->hash};
    PackVersionByHashRow row;
    bool is_found = false;
    Err err = pack_version_by_hash(cx->db, cx->arena, &in, &row, &is_found);
    if (err != OK)
        return cx_fail_db(cx, err);
    PackVersion copy = *version;
    return is_found ? OK : cx_write(cx, keep_version, &copy);
}

static Err read_files(Cx *cx, Str pack, Str hash, PackVersion *version)
{
    VEC(PackVersionFile) files = {0};
    CLEANUP(db_rows_close) DbRows rows = {0};
    PackFileOfVersionIn in = {.place = cx->place, .pack = pack, .hash = hash};
    TRY(pack_file_of_version_open(cx->db, &in, &rows));
    for (;;) {
        PackFileOfVersionRow row;
        bool has_row = false;
        TRY(pack_file_of_version_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            break;
        VEC_PUSH(cx->arena, &files, (PackVersionFile){.path = row.path, .text = row.content});
    }
    version->files = files.items;
    version->file_n = files.n;
    return OK;
}

Err pack_version_open(Cx *cx, Str pack, Str hash, PackVersion *ret_version)
{
    PackVersionByHashIn in = {.place = cx->place, .pack = pack, .hash = hash};
    PackVersionByHashRow row;
    bool is_found = false;
    PackVersion version = {.pack = pack, .hash = hash};
    Err err = pack_version_by_hash(cx->db, cx->arena, &in, &row, &is_found);
    if (err == OK && !is_found)
        return cx_fail(cx, ERR_NOT_FOUND, TEXT_NOT_FOUND, STR("pack_version"), 1, hash);
    if (err == OK)
        err = read_files(cx, pack, hash, &version);
    if (err != OK)
        return cx_fail_db(cx, err);
    version.version = row.version;
    *ret_version = version;
    return OK;
}

Cx cx_of_database(const Cx *cx)
{
    Cx database = *cx;
    database.place = STR("");
    return database;
}

static const Str setting_packs = {"packs", sizeof "packs" - 1};

/* One line a pack: id, version, hash. */
Err pack_applied_list(Cx *cx, const PackApplied **ret_packs, size_t *ret_n)
{
    VEC(PackApplied) packs = {0};
    Cx database = cx_of_database(cx);
    Str rest = {0}, line = {0};
    TRY(setting_get(&database, setting_packs, &rest));
    while (str_cut(&rest, '\n', &line)) {
        PackApplied pack = {0};
        if (str_cut(&line, ' ', &pack.pack) && str_cut(&line, ' ', &pack.version)) {
            pack.hash = line;
            VEC_PUSH(cx->arena, &packs, pack);
        }
    }
    *ret_packs = packs.items;
    *ret_n = packs.n;
    return OK;
}

Err pack_applied_put(Cx *cx, const PackApplied *packs, size_t n)
{
    Str *lines = arena_array(cx->arena, Str, n + 1);
    for (size_t i = 0; i < n; i++)
        lines[i] = str_printf(cx->arena, "%.*s %.*s %.*s", STR_ARG(packs[i].pack),
                              STR_ARG(packs[i].version), STR_ARG(packs[i].hash));
    Cx database = cx_of_database(cx);
    return setting_put(&database, setting_packs, str_join(cx->arena, lines, n, STR("\n")));
}

Err pack_version_kept_at(Cx *cx, Str pack, Str hash, Instant *ret_at)
{
    PackVersionByHashIn in = {.place = cx->place, .pack = pack, .hash = hash};
    PackVersionByHashRow row;
    bool is_found = false;
    Err err = pack_version_by_hash(cx->db, cx->arena, &in, &row, &is_found);
    if (err != OK)
        return cx_fail_db(cx, err);
    if (!is_found)
        return cx_fail(cx, ERR_NOT_FOUND, TEXT_NOT_FOUND, STR("pack_version"), 1, hash);
    *ret_at = row.loaded_at;
    return OK;
}

/* ---- revs ---- */

enum { PLACE_MOST = 16, REVS_MOST = 256 };

/* Revs that the transaction has taken and not used. */
typedef struct {
    char place[PLACE_MOST];
    size_t place_n;
    int64_t next, after; /* after: the first that is not its own */
    int64_t taken;       /* at once, the last time */
} Revs;

static const DbKept kept_revs = {NULL};

Err place_rev_take(Cx *cx, int64_t *ret_rev)
{
    const void *kept = db_kept(cx->db, &kept_revs);
    Revs revs = {.place_n = cx->place.n};
    ENSURE(cx->place.n <= PLACE_MOST);
    memcpy(revs.place, cx->place.p, cx->place.n);
    if (kept != NULL && memcmp(kept, &revs, offsetof(Revs, next)) == 0)
        memcpy(&revs, kept, sizeof revs);
    if (revs.next == revs.after) {
        revs.taken = revs.taken == 0 ? 1 : revs.taken < REVS_MOST ? revs.taken * 2 : REVS_MOST;
        PlaceRevAdvanceRow row;
        TRY(place_rev_advance(cx->db, cx->arena, &(PlaceRevAdvanceIn){cx->place, revs.taken},
                              &row));
        revs.after = row.rev + 1;
        revs.next = revs.after - revs.taken;
    }
    *ret_rev = revs.next++;
    db_keep(cx->db, &kept_revs, &revs, sizeof revs);
    return OK;
}
