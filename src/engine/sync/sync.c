/* One run: whom the phone is to hold, the bundles one batch after the other, who goes, and what is
 * noted of it at the end. */
#include "engine/sync/sync.h"

#include <stdlib.h>
#include <string.h>

#include "base/vec.h"
#include "core/keys.h"
#include "engine/sync/sync_sql.h"

enum { SEQUENCE_MOST = 1000000000, DROPS_AT_ONCE = 50 };

Actor sync_actor(const Actor *actor)
{
    Actor part = *actor;
    part.scope.relations = 0;
    part.scope.classes = part.sight.classes = STR(",,");
    return part;
}

/* ---- the beginning ---- */

static Err read_people(Cx *cx, SyncRun *run)
{
    VEC(SyncPerson) people = {0};
    CLEANUP(db_rows_close) DbRows rows = {0};
    TRY(sync_people_open(cx->db, access_scope(cx), &(SyncPeopleIn){cx->place}, &rows));
    for (;;) {
        SyncPeopleRow row;
        bool has_row = false;
        TRY(sync_people_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            break;
        VEC_PUSH(cx->arena, &people, ((SyncPerson){.id = row.id, .area = row.area_code}));
    }
    run->people = people.items;
    run->people_n = people.n;
    return OK;
}

static Err read_held(Cx *cx, SyncRun *run)
{
    VEC(SyncHeld) held = {0};
    CLEANUP(db_rows_close) DbRows rows = {0};
    TRY(sync_held_all_open(cx->db, &(SyncHeldAllIn){cx->place, run->device.id}, &rows));
    for (;;) {
        SyncHeldAllRow row;
        bool has_row = false;
        TRY(sync_held_all_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            break;
        SyncHeld one = {.subject = row.subject_id, .area = row.area_code};
        if (row.digest.n == TOKEN_SIZE)
            memcpy(one.digest.bytes, row.digest.p, TOKEN_SIZE);
        VEC_PUSH(cx->arena, &held, one);
    }
    run->held = held.items;
    run->held_n = held.n;
    return OK;
}

static Err note_begin(Cx *cx, void *arg)
{
    const SyncRun *run = arg;
    return audit_add(cx,
                     &(AuditEntry){.action = STR("residents.sync"),
                                   .object = run->device.id,
                                   .detail = str_printf(cx->arena, "%s sequence %lld people %zu",
                                                        run->is_whole ? "whole" : "delta",
                                                        (long long)run->sequence, run->people_n)});
}

static Err check_sequence(Cx *cx, int64_t sequence)
{
    if (sequence >= 0 && sequence <= SEQUENCE_MOST)
        return OK;
    return cx_fail(cx, ERR_INVALID, TEXT_FIELD_TYPE, STR("/sequence"), 2, STR("sequence"),
                   STR("integer"));
}

static Err read_run(Cx *cx, SyncRun *run)
{
    TRY(read_people(cx, run));
    return run->is_whole ? OK : read_held(cx, run);
}

static Date beginning_of_last_year(Date today)
{
    int year, month, day;
    date_to_ymd(today, &year, &month, &day);
    return date_from_ymd(year - 1, 1, 1);
}

Err sync_begin(Cx *cx, Uuid device, int64_t sequence, SyncRun *ret_run)
{
    SyncRun run = {0};
    TRY(access_require(cx, STR("residents.sync")));
    TRY(access_require(cx, STR("residents.read")));
    TRY(access_require(cx, STR("records.read")));
    TRY(access_require(cx, STR("obligations.read")));
    TRY(check_sequence(cx, sequence));
    TRY(device_open(cx, device, &run.device));
    run.is_whole = sequence == 0 || sequence != run.device.sequence;
    run.sequence = (sequence > run.device.sequence ? sequence : run.device.sequence) + 1;
    run.bundles_from = beginning_of_last_year(cx->today);
    TRY(obligation_settle_sight(cx));
    Err err = read_run(cx, &run);
    if (err != OK)
        return cx_fail_db(cx, err);
    if (run.people_n > SYNC_PEOPLE_MOST)
        return cx_fail(cx, ERR_CONFLICT, TEXT_SYNC_TOO_MANY, (Str){0}, 2,
                       str_printf(cx->arena, "%zu", run.people_n),
                       str_printf(cx->arena, "%d", SYNC_PEOPLE_MOST));
    TRY(cx_write(cx, note_begin, &run));
    *ret_run = run;
    return OK;
}

/* ---- bundles ---- */

typedef struct {
    Uuid ids[SYNC_BATCH];
    Resident residents[SYNC_BATCH];
    const Obligation *obligations;
    const PersonEnrolment *enrolments;
    const Record *records;
    size_t n, obligation_n, enrolment_n, record_n;
} Batch;

static Err read_batch(Cx *cx, const SyncRun *run, Batch *batch)
{
    for (size_t from = 0; from < batch->n; from += RESIDENT_BATCH) {
        size_t some = batch->n - from < RESIDENT_BATCH ? batch->n - from : RESIDENT_BATCH;
        TRY(resident_read_batch(cx, batch->ids + from, some, batch->residents + from));
    }
    TRY(obligation_of_people(cx, batch->ids, batch->n, run->bundles_from, &batch->obligations,
                             &batch->obligation_n));
    TRY(obligation_enrolments_of_people(cx, batch->ids, batch->n, &batch->enrolments,
                                        &batch->enrolment_n));
    return record_newest(cx, batch->ids, batch->n, SYNC_RECORDS_EACH, &batch->records,
                         &batch->record_n);
}

/* Each list is ascending by person, as the batch is. */
static SyncBundle bundle_of(const Batch *batch, size_t at, size_t *obligation, size_t *enrolment,
                            size_t *record)
{
    Uuid id = batch->ids[at];
    SyncBundle bundle = {
        .resident = &batch->residents[at],
        .obligations = batch->obligation_n == 0 ? NULL : batch->obligations + *obligation,
        .enrolments = batch->enrolment_n == 0 ? NULL : batch->enrolments + *enrolment,
        .records = batch->record_n == 0 ? NULL : batch->records + *record};
    for (; *obligation < batch->obligation_n
           && uuid_equals(batch->obligations[*obligation].subject, id);
         ++*obligation)
        bundle.obligation_n++;
    for (;
         *enrolment < batch->enrolment_n && uuid_equals(batch->enrolments[*enrolment].subject, id);
         ++*enrolment)
        bundle.enrolment_n++;
    for (; *record < batch->record_n && uuid_equals(batch->records[*record].subject, id); ++*record)
        bundle.record_n++;
    return bundle;
}

Err sync_next(Cx *cx, SyncRun *run, const SyncBundle **ret_bundles, size_t *ret_n)
{
    TRY(device_require_in_use(cx, run->device.id));
    Batch *batch = arena_new(cx->arena, Batch);
    SyncBundle *bundles = arena_array(cx->arena, SyncBundle, SYNC_BATCH);
    batch->n = run->people_n - run->people_at;
    if (batch->n > SYNC_BATCH)
        batch->n = SYNC_BATCH;
    for (size_t i = 0; i < batch->n; i++)
        batch->ids[i] = run->people[run->people_at + i].id;
    *ret_bundles = bundles;
    *ret_n = batch->n;
    if (batch->n == 0)
        return OK;
    TRY(cx_snapshot_begin(cx));
    Err err = read_batch(cx, run, batch);
    cx_snapshot_end(cx);
    if (err != OK)
        return cx_fail_db(cx, err);
    size_t obligation = 0, enrolment = 0, record = 0;
    for (size_t i = 0; i < batch->n; i++)
        bundles[i] = bundle_of(batch, i, &obligation, &enrolment, &record);
    return OK;
}

static int held_order(const void *left, const void *right)
{
    const SyncHeld *a = left, *b = right;
    return uuid_compare(a->subject, b->subject);
}

static const SyncHeld *find_held(const SyncRun *run, Uuid subject)
{
    const SyncHeld wanted = {.subject = subject};
    return run->held_n == 0 ? NULL
                            : bsearch(&wanted, run->held, run->held_n, sizeof wanted, held_order);
}

bool sync_take(Cx *cx, SyncRun *run, const SyncBundle *bundle, Str text)
{
    SyncPerson *person = &run->people[run->people_at++];
    if (uuid_is_nil(bundle->resident->id)) { /* has gone since the run began */
        person->is_gone = true;
        return false;
    }
    person->digest = keys_token(cx->keys, text);
    const SyncHeld *held = find_held(run, person->id);
    person->is_sent =
        held == NULL || memcmp(held->digest.bytes, person->digest.bytes, TOKEN_SIZE) != 0;
    run->sent += person->is_sent;
    return person->is_sent;
}

/* ---- who goes ---- */

const char *sync_why_name(SyncWhy why)
{
    static const char *const names[] = {"moved", "died", "merged", "out_of_sight"};
    return names[why];
}

static int person_order(const void *left, const void *right)
{
    const SyncPerson *a = left, *b = right;
    return uuid_compare(a->id, b->id);
}

static bool is_kept(const SyncRun *run, Uuid subject)
{
    const SyncPerson wanted = {.id = subject};
    const SyncPerson *found = run->people_n == 0 ? NULL
                                                 : bsearch(&wanted, run->people, run->people_n,
                                                           sizeof wanted, person_order);
    return found != NULL && !found->is_gone;
}

/* Whoever is no person of the register any more was merged with another. */
static Err read_gone(Cx *cx, const SyncHeld *const *held, size_t n, SyncDrop *drops)
{
    Uuid p[DROPS_AT_ONCE] = {0};
    for (size_t i = 0; i < n; i++) {
        p[i] = held[i]->subject;
        drops[i] = (SyncDrop){p[i], SYNC_MERGED};
    }
    const SyncGoneIn in = {cx->place, p[0],  p[1],  p[2],  p[3],  p[4],  p[5],  p[6],  p[7],
                           p[8],      p[9],  p[10], p[11], p[12], p[13], p[14], p[15], p[16],
                           p[17],     p[18], p[19], p[20], p[21], p[22], p[23], p[24], p[25],
                           p[26],     p[27], p[28], p[29], p[30], p[31], p[32], p[33], p[34],
                           p[35],     p[36], p[37], p[38], p[39], p[40], p[41], p[42], p[43],
                           p[44],     p[45], p[46], p[47], p[48], p[49]};
    CLEANUP(db_rows_close) DbRows rows = {0};
    TRY(sync_gone_open(cx->db, &in, &rows));
    for (;;) {
        SyncGoneRow row;
        bool has_row = false;
        TRY(sync_gone_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        for (size_t i = 0; i < n; i++) {
            if (!uuid_equals(row.id, p[i]))
                continue;
            bool lives_there = str_equals(row.area_code, held[i]->area);
            drops[i].why = !date_is_none(row.died_on)                   ? SYNC_DIED
                           : !date_is_none(row.left_on) || !lives_there ? SYNC_MOVED
                                                                        : SYNC_OUT_OF_SIGHT;
        }
    }
}

Err sync_drops(Cx *cx, SyncRun *run, const SyncDrop **ret_drops, size_t *ret_n)
{
    const SyncHeld *gone[DROPS_AT_ONCE];
    size_t n = 0;
    for (; run->held_at < run->held_n && n < DROPS_AT_ONCE; run->held_at++) {
        if (!is_kept(run, run->held[run->held_at].subject))
            gone[n++] = &run->held[run->held_at];
    }
    SyncDrop *drops = arena_array(cx->arena, SyncDrop, DROPS_AT_ONCE);
    Err err = n == 0 ? OK : read_gone(cx, gone, n, drops);
    if (err != OK)
        return cx_fail_db(cx, err);
    run->dropped += (int64_t)n;
    *ret_drops = drops;
    *ret_n = n;
    return OK;
}

/* ---- revoked phones ---- */

Err sync_device_hook(Cx *cx, Uuid account)
{
    const SyncHeldForgetIn in = {.place = cx->place, .account = account};
    return sync_held_forget(cx->db, &in, NULL);
}

/* ---- the end ---- */

static Str digest_str(const Token *digest)
{
    return (Str){(const char *)digest->bytes, TOKEN_SIZE};
}

static const DbColumn columns[] = {
    {"place", DB_TEXT, false},   {"device", DB_UUID, false},    {"subject_id", DB_UUID, false},
    {"digest", DB_BYTES, false}, {"area_code", DB_TEXT, false},
};

static Err note_whole(Cx *cx, const SyncRun *run)
{
    DbBulk *bulk = NULL;
    const SyncHeldClearIn clear = {.place = cx->place, .device = run->device.id};
    TRY(sync_held_clear(cx->db, &clear, NULL));
    TRY(db_bulk_begin(cx->db, cx->arena, "sync_held", columns, sizeof columns / sizeof *columns,
                      &bulk));
    for (size_t i = 0; i < run->people_n; i++) {
        const SyncPerson *person = &run->people[i];
        const DbValue values[] = {db_text(cx->place), db_uuid(run->device.id), db_uuid(person->id),
                                  db_bytes(digest_str(&person->digest)), db_text(person->area)};
        if (!person->is_gone)
            TRY(db_bulk_row(bulk, values));
    }
    return db_bulk_end(bulk);
}

static Err note_delta(Cx *cx, const SyncRun *run)
{
    for (size_t i = 0; i < run->people_n; i++) {
        const SyncPerson *person = &run->people[i];
        const SyncHeldPutIn in = {.place = cx->place,
                                  .device = run->device.id,
                                  .subject_id = person->id,
                                  .digest = digest_str(&person->digest),
                                  .area_code = person->area};
        if (person->is_sent)
            TRY(sync_held_put(cx->db, &in));
    }
    for (size_t i = 0; i < run->held_n; i++) {
        const SyncHeldRemoveIn in = {
            .place = cx->place, .device = run->device.id, .subject_id = run->held[i].subject};
        if (!is_kept(run, run->held[i].subject))
            TRY(sync_held_remove(cx->db, &in));
    }
    return OK;
}

static Err end_work(Cx *cx, void *arg)
{
    const SyncRun *run = arg;
    TRY(device_synced(cx, run->device.id, run->device.sequence, run->sequence));
    return run->is_whole ? note_whole(cx, run) : note_delta(cx, run);
}

Err sync_end(Cx *cx, SyncRun *run)
{
    DCHECK(run->people_at == run->people_n && run->held_at == run->held_n);
    return cx_write(cx, end_work, run);
}
