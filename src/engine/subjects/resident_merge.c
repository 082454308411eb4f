/* Which entries of the register are one person. A merge keeps one entry under another; nothing else
 * of the entry changes but that it is found where the person lives. Merges form trees: every entry
 * of one is kept under its root directly, and taking an entry out takes out what was merged into
 * it. */
#include "access/access.h"
#include "base/vec.h"
#include "engine/subjects/residents_sql.h"
#include "engine/subjects/subjects_int.h"

typedef struct Merging {
    Uuid merged, survivor;
    Str reason;
} Merging;

typedef VEC(Uuid) Ids;

Err resident_merged(Cx *cx, Uuid person, const Uuid **ret_ids, size_t *ret_n)
{
    Ids ids = {0};
    CLEANUP(db_rows_close) DbRows rows = {0};
    ResidentMergedWithIn in = {.place = cx->place, .person = person};
    TRY(resident_merged_with_open(cx->db, &in, &rows));
    for (;;) {
        ResidentMergedWithRow row;
        bool has_row = false;
        TRY(resident_merged_with_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            break;
        VEC_PUSH(cx->arena, &ids, row.id);
    }
    *ret_ids = ids.items;
    *ret_n = ids.n;
    return OK;
}

typedef VEC(ResidentEntry) Entries;

static Err read_entries(Cx *cx, Uuid person, Entries *entries)
{
    CLEANUP(db_rows_close) DbRows rows = {0};
    ResidentEntryRowsIn in = {.place = cx->place, .person = person};
    TRY(resident_entry_rows_open(cx->db, &in, &rows));
    for (;;) {
        ResidentEntryRowsRow row;
        bool has_row = false;
        TRY(resident_entry_rows_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        ResidentEntry entry = {.id = row.id,
                               .sex = row.sex,
                               .birth_date = row.birth_date,
                               .registered_on = row.registered_on,
                               .merged_at = row.merged_at,
                               .merged_by = row.merged_by,
                               .reason = row.reason};
        if (row.name.p != NULL)
            TRY(resident_unseal(cx, row.id, "name", row.name, &entry.name));
        VEC_PUSH(cx->arena, entries, entry);
    }
}

Err resident_entries(Cx *cx, Uuid person, const ResidentEntry **ret_entries, size_t *ret_n)
{
    Entries entries = {0};
    TRY(access_require(cx, STR("residents.merge")));
    TRY(resident_require(cx, &person, STR("/id")));
    Err err = read_entries(cx, person, &entries);
    if (err != OK)
        return cx_fail_db(cx, err);
    *ret_entries = entries.items;
    *ret_n = entries.n;
    return audit_add(cx, &(AuditEntry){.action = STR("resident.entries"), .subject = person});
}

static Err read_below(Cx *cx, Uuid id, Ids *ids)
{
    CLEANUP(db_rows_close) DbRows rows = {0};
    ResidentMergeBelowIn in = {.place = cx->place, .id = id};
    TRY(resident_merge_below_open(cx->db, &in, &rows));
    for (;;) {
        ResidentMergeBelowRow row;
        bool has_row = false;
        TRY(resident_merge_below_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        VEC_PUSH(cx->arena, ids, row.id);
    }
}

/* The entry is kept under the person, and found where the person lives. */
static Err keep_under(Cx *cx, Uuid id, Uuid person, Str area)
{
    ResidentState state;
    TRY(resident_life_begin(cx, id));
    TRY(resident_state_by_events(cx, id, &state));
    state.area = area;
    return resident_state_apply(cx, id, &state, person);
}

static Err area_of(Cx *cx, Uuid id, Str *ret_area)
{
    ResidentStateIn in = {.place = cx->place, .id = id};
    ResidentStateRow row;
    bool is_found = false;
    TRY(resident_state(cx->db, cx->arena, &in, &row, &is_found));
    ENSURE(is_found);
    *ret_area = row.area_code;
    return OK;
}

static Err keep_all_under(Cx *cx, Uuid root, const Ids *below, Uuid person)
{
    Str area;
    TRY(area_of(cx, person, &area));
    if (!uuid_equals(root, person))
        TRY(keep_under(cx, root, person, area));
    for (size_t i = 0; i < below->n; i++)
        TRY(keep_under(cx, below->items[i], person, area));
    return OK;
}

/* An entry that is kept under another already cannot be merged again before it is taken out. */
static Err require_own(Cx *cx, Uuid id, Str where)
{
    Uuid person = id;
    TRY(resident_require(cx, &person, where));
    return uuid_equals(person, id) ? OK : cx_fail(cx, ERR_CONFLICT, TEXT_RESIDENT_MERGED, where, 0);
}

static Err audit_merge(Cx *cx, const char *action, Uuid subject, Uuid object)
{
    AuditEntry entry = {.action = str_from_c(action), .subject = subject, .object = object};
    return audit_add(cx, &entry);
}

static Err merge_work(Cx *cx, void *arg)
{
    const Merging *merging = arg;
    Ids below = {0};
    int64_t rev = 0;
    TRY(resident_rev_next(cx, &rev)); /* one merge at a time, with several servers too */
    Uuid person = merging->merged;
    TRY(resident_require(cx, &person, STR("/id")));
    if (uuid_equals(person, merging->survivor) && !uuid_equals(person, merging->merged))
        return OK; /* merged already, by a request that was sent twice */
    TRY(require_own(cx, merging->merged, STR("/id")));
    TRY(require_own(cx, merging->survivor, STR("/into")));
    ResidentMergeInsertIn in = {.place = cx->place,
                                .id = cx_new_id(cx),
                                .merged_id = merging->merged,
                                .survivor_id = merging->survivor,
                                .merged_at = cx->now,
                                .merged_by = cx->actor->account,
                                .reason = merging->reason};
    TRY(read_below(cx, merging->merged, &below));
    TRY(resident_merge_insert(cx->db, &in, NULL));
    TRY(keep_all_under(cx, merging->merged, &below, merging->survivor));
    TRY(resident_changed(cx, merging->survivor, merging->merged));
    return audit_merge(cx, "resident.merge", merging->survivor, merging->merged);
}

static Err merge_begin(Cx *cx, Merging *merging)
{
    TRY(access_require(cx, STR("residents.merge")));
    merging->reason = str_trim(merging->reason);
    return merging->reason.n > 0
               ? OK
               : cx_fail(cx, ERR_INVALID, TEXT_REASON_REQUIRED, STR("/reason"), 0);
}

Err resident_merge(Cx *cx, Uuid merged, Uuid survivor, Str reason)
{
    Merging merging = {merged, survivor, reason};
    TRY(merge_begin(cx, &merging));
    if (uuid_equals(merged, survivor))
        return cx_fail(cx, ERR_INVALID, TEXT_RESIDENT_MERGE_SELF, STR("/into"), 0);
    return cx_write(cx, merge_work, &merging);
}

static Err unmerge_work(Cx *cx, void *arg)
{
    const Merging *merging = arg;
    Ids below = {0};
    ResidentState state;
    int64_t rev = 0, changed = 0;
    TRY(resident_rev_next(cx, &rev));
    Uuid person = merging->merged;
    TRY(resident_require(cx, &person, STR("/id")));
    ResidentMergeUndoIn in = {.place = cx->place,
                              .merged_id = merging->merged,
                              .undone_at = cx->now,
                              .undone_by = cx->actor->account,
                              .undo_reason = merging->reason};
    TRY(resident_merge_undo(cx->db, &in, &changed));
    if (changed == 0)
        return cx_fail(cx, ERR_CONFLICT, TEXT_RESIDENT_NOT_MERGED, STR("/id"), 0);
    TRY(read_below(cx, merging->merged, &below));
    TRY(resident_state_by_events(cx, merging->merged, &state));
    TRY(resident_state_apply(cx, merging->merged, &state, UUID_NIL));
    TRY(keep_all_under(cx, merging->merged, &below, merging->merged));
    TRY(resident_changed(cx, merging->merged, person));
    return audit_merge(cx, "resident.unmerge", person, merging->merged);
}

Err resident_unmerge(Cx *cx, Uuid merged, Str reason)
{
    Merging merging = {.merged = merged, .reason = reason};
    TRY(merge_begin(cx, &merging));
    return cx_write(cx, unmerge_work, &merging);
}
