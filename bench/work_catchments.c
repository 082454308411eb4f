/* Giving a whole township's areas to another facility while somebody records visits: the longest
 * that a record waits for the writer, beside the longest of as many records without the change. */
#include <sched.h>
#include <stdatomic.h>

#include "base/os_clock.h"
#include "base/os_thread.h"
#include "bench/bench.h"
#include "engine/records/records.h"
#include "engine/subjects/places.h"

enum { RECORDS = 200 };

/* Records one visit after another, at least so many as there are drafts or until told to stop. */
typedef struct {
    Bench *bench;
    RecordDraft *drafts;
    atomic_bool is_begun, is_over;
    size_t least, done;
    double longest; /* ms */
    Thread thread;
    Err err;
} Neighbour;

static void run_neighbour(void *context)
{
    Neighbour *neighbour = context;
    Arena arena = {0};
    arena_init(&arena, MIB(64));
    for (size_t i = 0; neighbour->err == OK && i < RECORDS; i++) {
        if (i >= neighbour->least && atomic_load(&neighbour->is_over))
            break;
        Cx cx = app_system_cx(&neighbour->bench->app, &arena);
        cx.db = NULL; /* nothing is read outside the writer */
        RecordReceipt receipt;
        int64_t start = os_clock_monotonic_ns();
        neighbour->err = record_submit(&cx, &neighbour->drafts[i], &receipt);
        double waited = (double)(os_clock_monotonic_ns() - start) / 1e6;
        neighbour->longest = waited > neighbour->longest ? waited : neighbour->longest;
        neighbour->done++;
        atomic_store(&neighbour->is_begun, true);
        arena_reset(&arena);
    }
    atomic_store(&neighbour->is_begun, true);
    arena_done(&arena);
}

/* Every area of the township that has most of them, from tomorrow on its centre's own. */
static Err plan_changes(Cx *cx, const CatchmentChange **ret_changes, size_t *ret_n)
{
    const Facility *facilities = NULL;
    const Catchment *catchments = NULL;
    size_t facility_n = 0, n = 0, most = 0;
    TRY(subject_facilities(cx, &facilities, &facility_n));
    TRY(subject_catchments(cx, &catchments, &n));
    const Facility *largest = NULL;
    const Facility **townships = arena_array(cx->arena, const Facility *, n);
    size_t *held = arena_array(cx->arena, size_t, facility_n);
    for (size_t i = 0; i < n; i++) {
        townships[i] = facility_township(facilities, facility_n, catchments[i].facility);
        size_t at = townships[i] == NULL ? 0 : (size_t)(townships[i] - facilities);
        if (townships[i] != NULL && ++held[at] > most) {
            most = held[at];
            largest = townships[i];
        }
    }
    CatchmentChange *changes = arena_array(cx->arena, CatchmentChange, most);
    *ret_n = 0;
    for (size_t i = 0; i < n; i++) {
        if (largest == NULL || townships[i] != largest)
            continue;
        Catchment catchment = catchments[i];
        catchment.facility = largest->code;
        catchment.valid_from = date_add_days(cx->today, 1);
        changes[(*ret_n)++] = (CatchmentChange){.catchment = catchment};
    }
    *ret_changes = changes;
    return *ret_n > 0 ? OK : ERR_NOT_FOUND;
}

/* The neighbour's longest wait, in ms; with changes, while they are made. */
static Err measure(Bench *bench, uint64_t stream, const CatchmentChange *changes, size_t n,
                   double *ret_longest, size_t *ret_done)
{
    Neighbour neighbour = {.bench = bench, .least = n == 0 ? RECORDS / 4 : 1};
    TRY(bench_drafts(bench, stream, RECORDS, &neighbour.drafts));
    TRY(thread_start(&neighbour.thread, run_neighbour, &neighbour));
    while (!atomic_load(&neighbour.is_begun))
        sched_yield();
    Cx cx = app_system_cx(&bench->app, bench->arena);
    Err err = n == 0 ? OK : subject_catchments_change(&cx, changes, n);
    atomic_store(&neighbour.is_over, true);
    thread_join(&neighbour.thread);
    *ret_longest = neighbour.longest;
    *ret_done = neighbour.done;
    return err == OK ? neighbour.err : err;
}

static Err compare(Bench *bench)
{
    const CatchmentChange *changes = NULL;
    size_t n = 0, done = 0;
    Cx cx = app_system_cx(&bench->app, bench->arena);
    TRY(plan_changes(&cx, &changes, &n));
    BenchLine line = bench_line(bench, "record beside a township's change, longest", "ms");
    TRY(measure(bench, 80, NULL, 0, &line.floor, &done));
    TRY(measure(bench, 81, changes, n, &line.value, &done));
    line.value_most = 50;
    line.note = str_printf(bench->report->arena, "%zu areas; %zu records meanwhile", n, done);
    report_add(bench->report, line);
    return OK;
}

Err work_catchments(Bench *bench)
{
    TRY(app_start_writer(&bench->app));
    Err err = compare(bench);
    writer_stop(bench->app.writer);
    bench->app.writer = NULL;
    return err == OK ? OK : bench_fail(bench, "a township's catchments", err);
}
