/* How entries of the register stood at the end of a past day: where they lived, whether they were
 * here, under whom they were kept. Only those are read that something has changed since. */
#include "base/vec.h"
#include "core/keys.h"
#include "engine/subjects/residents_sql.h"
#include "engine/subjects/subjects_int.h"

typedef VEC(ResidentThen) Entries;

typedef struct Kept {
    Uuid entry, under;
} Kept;
typedef VEC(Kept) KeptList;

static Instant end_of(Date day)
{
    return instant_of_date(date_add_days(day, 1), 0, 0);
}

static bool is_before(Instant a, Instant b)
{
    return a.ms < b.ms;
}

/* What the row says of its event, when that was known by then. */
static void follow_row(ResidentThen *entry, const ResidentSinceRow *row, Instant since,
                       bool *has_events)
{
    ResidentEvent event = {.happened_on = row->happened_on, .area = row->event_area};
    if (row->kind.p == NULL || !resident_event_parse(row->kind, &event.kind))
        return;
    if (!*has_events) /* from here on the events say everything */
        entry->state = (ResidentState){.died_on = DATE_NONE, .left_on = DATE_NONE};
    *has_events = true;
    bool was_known = event.kind == RESIDENT_REGISTERED || is_before(row->recorded_at, since);
    bool was_ended = row->has_ended_at && is_before(row->ended_at, since);
    if (was_known && !was_ended)
        (void)resident_state_follow(&entry->state, &event);
}

static Err read_entries(Cx *cx, Instant since, Entries *entries)
{
    CLEANUP(db_rows_close) DbRows rows = {0};
    ResidentSinceIn in = {.place = cx->place, .since = since};
    TRY(resident_since_open(cx->db, &in, &rows));
    for (bool has_events = false;;) {
        ResidentSinceRow row;
        bool has_row = false;
        TRY(resident_since_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        if (entries->n == 0 || !uuid_equals(entries->items[entries->n - 1].entry, row.id)) {
            has_events = false;
            ResidentThen entry = {
                .entry = row.id,
                .person = row.id,
                .person_now = uuid_is_nil(row.merged_into) ? row.id : row.merged_into,
                .sex = row.sex,
                .birth_date = row.birth_date,
                .registered_on = row.registered_on,
                .state = {.area = row.area_code, .died_on = row.died_on, .left_on = row.left_on}};
            VEC_PUSH(cx->arena, entries, entry);
        }
        follow_row(&entries->items[entries->n - 1], &row, since, &has_events);
    }
}

static Err read_kept(Cx *cx, Instant since, KeptList *kept)
{
    CLEANUP(db_rows_close) DbRows rows = {0};
    ResidentMergeBeforeIn in = {.place = cx->place, .since = since};
    TRY(resident_merge_before_open(cx->db, &in, &rows));
    for (;;) {
        ResidentMergeBeforeRow row;
        bool has_row = false;
        TRY(resident_merge_before_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        VEC_PUSH(cx->arena, kept, (Kept){row.merged_id, row.survivor_id});
    }
}

static const Kept *find_kept(const KeptList *kept, Uuid entry)
{
    size_t low = 0, high = kept->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (uuid_compare(kept->items[middle].entry, entry) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < kept->n && uuid_equals(kept->items[low].entry, entry) ? &kept->items[low] : NULL;
}

const ResidentThen *resident_then_find(const ResidentThen *entries, size_t n, Uuid entry)
{
    size_t low = 0, high = n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (uuid_compare(entries[middle].entry, entry) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < n && uuid_equals(entries[low].entry, entry) ? &entries[low] : NULL;
}

Err residents_then(Cx *cx, Date day, const ResidentThen **ret_entries, size_t *ret_n)
{
    Entries entries = {0};
    KeptList kept = {0};
    TRY(read_entries(cx, end_of(day), &entries));
    TRY(read_kept(cx, end_of(day), &kept));
    for (size_t i = 0; i < entries.n; i++) {
        const Kept *under = find_kept(&kept, entries.items[i].entry);
        for (; under != NULL; under = find_kept(&kept, entries.items[i].person))
            entries.items[i].person = under->under;
    }
    *ret_entries = entries.items;
    *ret_n = entries.n;
    return OK;
}

Err residents_registered(Cx *cx, const ResidentRegistered **ret_facts, size_t *ret_n)
{
    VEC(ResidentRegistered) facts = {0};
    CLEANUP(db_rows_close) DbRows rows = {0};
    ResidentRegisteredFactsIn in = {.place = cx->place};
    TRY(resident_registered_facts_open(cx->db, &in, &rows));
    for (;;) {
        ResidentRegisteredFactsRow row;
        bool has_row = false;
        TRY(resident_registered_facts_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            break;
        ResidentRegistered known = {.entry = row.resident_id, .fact.fact = row.fact};
        TRY(keys_unseal(cx->keys, cx->arena,
                        resident_fact_associated(cx, row.resident_id, row.fact), row.content,
                        &known.fact.text));
        VEC_PUSH(cx->arena, &facts, known);
    }
    *ret_facts = facts.items;
    *ret_n = facts.n;
    return OK;
}
