/* The copy of a phone: a village doctor's whole sight, first by one phone, then by a hundred at
 * once, then again when nothing has changed, from the real server; beside the same rows, selected
 * by the same statements, written as JSON arrays and packed alike. */
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "access/access.h"
#include "bench/bench.h"
#include "bench/child.h"
#include "bench/load.h"
#include "bench_sql.h"
#include "codec/json_out.h"
#include "demo/demo.h"
#include "demo/rng.h"
#include "engine/obligations/obligations_sql.h"
#include "engine/records/records_int.h"
#include "engine/records/records_sql.h"
#include "engine/subjects/subjects_sql.h"
#include "engine/sync/sync.h"
#include "engine/sync/sync_sql.h"
#include "http/http_int.h"

enum {
    PHONES = 100,
    PEOPLE_AT_ONCE = 50,
    ROUND = 200,            /* people whose answers are read together */
    RECORDS_WANTED = 10000, /* as near below it as whole villages come */
    FORMS_MOST = 64,
};

typedef struct {
    Bench *bench;
    Account account;
    Child server;
    Str cookie, csrf;
    Uuid phones[PHONES];
    size_t people, records;
    double floor_cpu; /* seconds */
} Sync;

/* ---- the doctor and a sight of the size wanted ---- */

/* Other areas than the doctor's own are what he sees, and phones of his are put into the table. */
static Err widen_work(Cx *cx, void *arg)
{
    Sync *sync = arg;
    Rng rng = rng_stream((uint64_t)sync->bench->residents, 98, 0);
    const Str sights[] = {str_printf(cx->arena, "%.*s/own", STR_ARG(sync->account.facility)),
                          str_printf(cx->arena, "@%.*s-1/own", STR_ARG(sync->account.facility))};
    for (size_t i = 0; i < 2; i++) {
        TRY(bench_sight_clear(cx->db, &(BenchSightClearIn){cx->place, sights[i]}, NULL));
        TRY(bench_sight_add(
            cx->db, &(BenchSightAddIn){cx->place, sights[i], SYNC_RECORDS_EACH, RECORDS_WANTED},
            NULL));
    }
    for (size_t i = 0; i < PHONES; i++) {
        sync->phones[i] = rng_uuid(&rng, cx->now);
        const BenchDeviceAddIn in = {cx->place, sync->phones[i], sync->account.id, cx->now};
        TRY(bench_device_add(cx->db, &in, NULL));
    }
    return OK;
}

/* ---- the floor ---- */

typedef struct {
    Db *db;
    Arena *arena;
    Buf plain, packed;
    HttpGzip *gzip;
} Floor;

static void put_value(JsonOut *out, DbValue value)
{
    if (value.is_null) {
        json_null(out);
        return;
    }
    switch (value.type) {
    case DB_INTEGER: json_integer(out, value.as.integer); return;
    case DB_INSTANT: json_instant(out, value.as.instant); return;
    case DB_DECIMAL: json_decimal(out, value.as.decimal); return;
    case DB_DATE: json_date(out, value.as.date); return;
    case DB_UUID: json_uuid(out, value.as.uuid); return;
    case DB_TEXT: json_text(out, value.as.text); return;
    case DB_BYTES: json_integer(out, (int64_t)value.as.text.n); return; /* sealed */
    }
}

typedef VEC(Uuid) Ids;

/* Each row as an array. forms, ids: of headers, by form; NULL otherwise. */
static Err put_rows(Floor *floor, const DbStatement *statement, const DbScope *scope,
                    const DbValue *in, const PackSet *packs, Ids *by_form)
{
    CLEANUP(db_rows_close) DbRows rows = {0};
    TRY(db_query(floor->db, statement, scope, in, &rows));
    for (;;) {
        bool has_row = false;
        TRY(db_next(&rows, &has_row));
        if (!has_row)
            return OK;
        JsonOut out = json_out(&floor->plain);
        json_array_begin(&out);
        for (size_t i = 0; i < statement->out_n; i++)
            put_value(&out, db_column(&rows, i));
        json_array_end(&out);
        for (size_t f = 0; by_form != NULL && f < packs->record_forms->form_n; f++)
            if (str_equals(packs->record_forms->forms[f]->id, db_column(&rows, 2).as.text))
                VEC_PUSH(floor->arena, &by_form[f], db_column(&rows, 0).as.uuid);
    }
}

static Err put_answers(Floor *floor, const RecordForm *form, const Ids *ids, Str place)
{
    for (size_t from = 0; from < ids->n; from += ANSWERS_MANY_MOST) {
        DbValue in[1 + ANSWERS_MANY_MOST] = {db_text(place)};
        for (size_t i = 0; i < ANSWERS_MANY_MOST; i++)
            in[1 + i] = from + i < ids->n ? db_uuid(ids->items[from + i]) : db_null(DB_UUID);
        TRY(put_rows(floor, &form->own.of_many, NULL, in, NULL, NULL));
        for (size_t i = 0; i < form->child_n; i++)
            TRY(put_rows(floor, &form->children[i].of_many, NULL, in, NULL, NULL));
    }
    return OK;
}

/* head_n values before the ids. */
static Err put_people(Floor *floor, Cx *cx, const DbStatement *statement, DbValue first,
                      size_t head_n, const Uuid *ids, size_t n, Ids *by_form)
{
    for (size_t from = 0; from < n; from += PEOPLE_AT_ONCE) {
        DbValue in[2 + PEOPLE_AT_ONCE] = {db_text(cx->place), first};
        for (size_t i = 0; i < PEOPLE_AT_ONCE; i++)
            in[head_n + i] = db_uuid(from + i < n ? ids[from + i] : UUID_NIL);
        const DbScope *scope = statement->is_scoped ? access_scope(cx) : NULL;
        TRY(put_rows(floor, statement, scope, in, cx->packs, by_form));
    }
    return OK;
}

static Err put_round(Floor *floor, Cx *cx, const Uuid *ids, size_t n, size_t *records)
{
    Ids by_form[FORMS_MOST] = {0};
    const DbValue none = db_integer(0);
    ENSURE(cx->packs->record_forms->form_n <= FORMS_MOST);
    buf_clear(&floor->plain);
    TRY(put_people(floor, cx, &sql_resident_by_id_batch, none, 1, ids, n, NULL));
    TRY(put_people(floor, cx, &sql_obligation_rows_of_people, db_date(date_from_ymd(2024, 1, 1)), 2,
                   ids, n, NULL));
    TRY(put_people(floor, cx, &sql_obligation_enrolment_rows_of_people, none, 1, ids, n, NULL));
    TRY(put_people(floor, cx, &sql_record_newest_of_people, db_integer(4), 2, ids, n, by_form));
    for (size_t f = 0; f < cx->packs->record_forms->form_n; f++) {
        *records += by_form[f].n;
        Str id = cx->packs->record_forms->forms[f]->id;
        TRY(put_answers(floor, record_form_find(cx, id), &by_form[f], cx->place));
    }
    buf_clear(&floor->packed);
    bool is_packed = http_gzip_piece(floor->gzip, buf_str(&floor->plain), false, &floor->packed);
    return is_packed && !floor->plain.is_over ? OK : ERR_LIMIT;
}

static Err read_people(Cx *cx, Ids *people)
{
    CLEANUP(db_rows_close) DbRows rows = {0};
    TRY(sync_people_open(cx->db, access_scope(cx), &(SyncPeopleIn){cx->place}, &rows));
    for (;;) {
        SyncPeopleRow row;
        bool has_row = false;
        TRY(sync_people_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        VEC_PUSH(cx->arena, people, row.id);
    }
}

static Err run_floor(Sync *sync)
{
    Cx cx = app_system_cx(&sync->bench->app, sync->bench->arena);
    Actor actor = {0};
    TRY(access_actor(&cx, &sync->account, &actor));
    cx.actor = &actor;
    Ids people = {0};
    const Meter own = {0}; /* as of the server: without PostgreSQL's side */
    Cost start = meter_now(&own);
    sync->records = 0;
    TRY(read_people(&cx, &people));
    Floor floor = {.db = cx.db, .arena = cx.arena, .gzip = http_gzip_begin(cx.arena)};
    buf_init(&floor.plain, cx.arena, MIB(16));
    buf_init(&floor.packed, cx.arena, MIB(16));
    for (size_t from = 0; from < people.n; from += ROUND) {
        ArenaMark mark = arena_mark(cx.arena);
        size_t n = people.n - from < ROUND ? people.n - from : ROUND;
        Floor round = floor; /* what it takes is given back */
        TRY(put_round(&round, &cx, people.items + from, n, &sync->records));
        arena_reset_to(cx.arena, mark);
    }
    sync->people = people.n;
    sync->floor_cpu = meter_since(&own, start).cpu;
    return OK;
}

/* ---- the server ---- */

static Str request_of(Sync *sync, Uuid phone, int64_t sequence)
{
    Arena *arena = sync->bench->arena;
    char id[UUID_TEXT_SIZE];
    Str body = str_printf(arena, "{\"device\": \"%s\", \"sequence\": %lld}", uuid_format(phone, id),
                          (long long)sequence);
    return str_printf(arena,
                      "POST /api/sync HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
                      "Accept-Encoding: gzip\r\nCookie: session=%.*s\r\nX-CSRF: %.*s\r\n"
                      "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%.*s",
                      STR_ARG(sync->cookie), STR_ARG(sync->csrf), body.n, STR_ARG(body));
}

/* Reads all answers to their ends; each must be whole: the last chunk has come. */
static Err hear_all(struct pollfd *sockets, size_t n, double *bytes)
{
    char tails[PHONES][5] = {0};
    char heard[64 * 1024];
    size_t open = n;
    *bytes = 0;
    while (open > 0) {
        if (poll(sockets, n, 120 * 1000) <= 0)
            return ERR_TIMEOUT;
        for (size_t i = 0; i < n; i++) {
            if (sockets[i].fd < 0 || (sockets[i].revents & (POLLIN | POLLHUP | POLLERR)) == 0)
                continue;
            ssize_t got = recv(sockets[i].fd, heard, sizeof heard, 0);
            if (got < 0)
                return ERR_IO;
            if (got == 0) {
                close(sockets[i].fd);
                sockets[i].fd = -1;
                open--;
            }
            *bytes += (double)got;
            size_t kept = (size_t)got < 5 ? (size_t)got : 5;
            memmove(tails[i], tails[i] + kept, 5 - kept);
            memcpy(tails[i] + 5 - kept, heard + (size_t)got - kept, kept);
        }
    }
    for (size_t i = 0; i < n; i++)
        if (memcmp(tails[i], "0\r\n\r\n", 5) != 0)
            return ERR_INTERNAL;
    return OK;
}

typedef struct {
    double cpu, wall, bytes;
} Answered;

static Err ask(Sync *sync, size_t phones, int64_t sequence, Answered *ret)
{
    struct pollfd sockets[PHONES];
    double cpu = process_cpu(sync->server.pid);
    Meter none = {0};
    Cost start = meter_now(&none);
    for (size_t i = 0; i < phones; i++) {
        sockets[i] = (struct pollfd){.events = POLLIN};
        TRY(load_open(sync->server.port, request_of(sync, sync->phones[i], sequence),
                      &sockets[i].fd));
    }
    TRY(hear_all(sockets, phones, &ret->bytes));
    ret->wall = meter_since(&none, start).wall;
    ret->cpu = process_cpu(sync->server.pid) - cpu;
    return OK;
}

static void add_line(Sync *sync, const char *work, const char *unit, double value, double floor,
                     double most, double bytes)
{
    BenchLine line = bench_line(sync->bench, work, unit);
    line.value = value;
    line.floor = floor;
    line.ratio_most = floor > 0 ? 3 : 0;
    line.value_most = most;
    line.note =
        str_printf(sync->bench->report->arena, "%zu people, %zu records, %.1f MB packed in all",
                   sync->people, sync->records, bytes / 1e6);
    report_add(sync->bench->report, line);
}

static Err measure(Sync *sync)
{
    Answered one = {0}, again = {0}, all = {0};
    TRY(ask(sync, 1, 0, &one)); /* what is stale is computed, and pages are read */
    TRY(ask(sync, 1, 0, &one));
    add_line(sync, "first sync of a phone", "CPU ms", one.cpu * 1000, sync->floor_cpu * 1000, 0,
             one.bytes);
    TRY(ask(sync, 1, 2, &again));
    add_line(sync, "sync when nothing has changed", "CPU ms", again.cpu * 1000, 0, 0, again.bytes);
    TRY(ask(sync, PHONES, 0, &all));
    add_line(sync, "first sync of 100 phones at once", "CPU s", all.cpu, sync->floor_cpu * PHONES,
             0, all.bytes);
    add_line(sync, "first sync of 100 phones at once, by the clock", "s", all.wall, 0, 20,
             all.bytes);
    BenchLine line = bench_line(sync->bench, "memory of the server after 100 syncs", "MB");
    line.value = process_memory(sync->server.pid) / 1e6;
    line.value_most = 256;
    report_add(sync->bench->report, line);
    return OK;
}

Err work_sync(Bench *bench)
{
    Sync sync = {.bench = bench};
    Cx cx = app_system_cx(&bench->app, bench->arena);
    Err err = bench_doctor(sync.bench, &sync.account);
    if (err == OK)
        err = cx_write(&cx, widen_work, &sync);
    if (err == OK)
        err = run_floor(&sync);
    if (err == OK)
        err = run_floor(&sync); /* warm */
    if (err == OK)
        err = bench_server(bench, &sync.server);
    if (err == OK)
        err = load_log_in(sync.server.port, DEMO_DOCTOR_LOGIN, DEMO_PASSWORD, sync.bench->arena,
                          &sync.cookie, &sync.csrf);
    if (err == OK)
        err = measure(&sync);
    child_stop(&sync.server);
    return err == OK ? OK : bench_fail(bench, "syncing phones", err);
}
