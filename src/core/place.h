/* The place that a Cx works in: its row, its settings, and the pack versions that it has seen.
 *
 * rev is the place's commit order; records take the next one with place_rev_take.
 * Setting keys are words of the program, such as "is_demo" and "day" (the fixed day of a demo
 * county). */
#pragma once

#include "core/cx.h"

typedef struct Place {
    Str code; /* GB/T 2260 */
    Str name;
    Str name_en;
    int64_t rev;
} Place;

/* ERR_NOT_FOUND when the database does not hold cx->place. */
Err place_open(Cx *cx, Place *ret_place) MUST_CHECK;
/* Every place in the database; a command that names none takes the only one. */
Err place_list(Cx *cx, const Place **ret_places, size_t *ret_n) MUST_CHECK;
/* Makes cx->place, or gives it new names; rev is left alone. */
Err place_put(Cx *cx, Str name, Str name_en) MUST_CHECK;

/* The empty Str when it was never set. */
Err setting_get(Cx *cx, Str key, Str *ret_value) MUST_CHECK;
Err setting_put(Cx *cx, Str key, Str value) MUST_CHECK;

/* The day that the place lives in instead of the clock's; DATE_NONE: by the clock. */
Err place_fixed_day(Cx *cx, Date *ret_day) MUST_CHECK;
/* Now, on that day instead of the clock's; the clock's for DATE_NONE. */
Instant place_now(Date fixed_day);
/* From here on cx works in the place, in the day that the place lives in. What two processes count
 * for a place they count for one day. */
Err place_live_in(Cx *cx, Str place) MUST_CHECK;

/* The database that holds the place. */
Err place_database(Cx *cx, DbDescription *ret_description) MUST_CHECK;

typedef struct PackVersionFile {
    Str path;
    Str text;
} PackVersionFile;

typedef struct PackVersion {
    Str pack;
    Str version;
    Str hash; /* of all files, hexadecimal */
    const PackVersionFile *files;
    size_t file_n;
} PackVersion;

/* Keeps the text of a pack version; nothing happens when this hash was kept before. */
Err pack_version_keep(Cx *cx, const PackVersion *version) MUST_CHECK;
/* When it was first kept; ERR_NOT_FOUND when it never was. */
Err pack_version_kept_at(Cx *cx, Str pack, Str hash, Instant *ret_at) MUST_CHECK;
/* The files of a version that was kept, in path order; ERR_NOT_FOUND otherwise. */
Err pack_version_open(Cx *cx, Str pack, Str hash, PackVersion *ret_version) MUST_CHECK;

/* One pack of the set that the database's tables, views and rules were made for. All places of a
 * database share one set. */
typedef struct PackApplied {
    Str pack;
    Str version;
    Str hash;
} PackApplied;

/* In the order in which they were put; none for a database that has had none. */
Err pack_applied_list(Cx *cx, const PackApplied **ret_packs, size_t *ret_n) MUST_CHECK;
Err pack_applied_put(Cx *cx, const PackApplied *packs, size_t n) MUST_CHECK;
/* A Cx for the settings of the database, which belong to no place. */
Cx cx_of_database(const Cx *cx);

/* The next rev, inside a write. A transaction that asks again takes more of them at a time, so that
 * a group of records does not write the place's row for each; what it does not use stays unused. */
Err place_rev_take(Cx *cx, int64_t *ret_rev) MUST_CHECK;
