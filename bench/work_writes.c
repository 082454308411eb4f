/* Durable writes through the writer: 1, 8 and 64 callers in a closed loop, each submitting records
 * and waiting for each to be durable; beside the same call 1,000 to a transaction. */
#include "base/os_clock.h"
#include "base/os_thread.h"
#include "bench/bench.h"
#include "bench_sql.h"
#include "engine/records/records.h"

enum {
    CALLERS_MOST = 64,
    TOGETHER = 1000,
};

typedef struct {
    Bench *bench;
    RecordDraft *drafts;
    size_t n;
    Thread thread;
    Err err;
} Caller;

static void run_caller(void *context)
{
    Caller *caller = context;
    Arena arena = {0};
    arena_init(&arena, MIB(64));
    for (size_t i = 0; caller->err == OK && i < caller->n; i++) {
        Cx cx = app_system_cx(&caller->bench->app, &arena);
        cx.db = NULL; /* nothing is read outside the writer */
        RecordReceipt receipt;
        caller->err = record_submit(&cx, &caller->drafts[i], &receipt);
        arena_reset(&arena);
    }
    arena_done(&arena);
}

static Err flush_wal(Db *db, void *arg)
{
    BenchWalFlushRow row;
    return bench_wal_flush(db, arg, &row);
}

static Err count_syncs(Bench *bench, double *ret_syncs)
{
    *ret_syncs = (double)measure_syncs();
    if (bench->engine == DB_SQLITE)
        return OK;
    BenchWalSyncsRow row;
    TRY(writer_run(bench->app.writer, flush_wal, bench->arena));
    TRY(bench_wal_syncs(bench->app.db, bench->arena, &row));
    *ret_syncs = (double)row.n;
    return OK;
}

/* ---- 1,000 in one transaction ---- */

static Err measure_together(Bench *bench, double *ret_rate)
{
    RecordDraft *drafts = NULL;
    TRY(bench_drafts(bench, 2, TOGETHER, &drafts));
    Cx cx = app_system_cx(&bench->app, bench->arena);
    int64_t start = os_clock_monotonic_ns();
    TRY(bench_submit(&cx, drafts, TOGETHER));
    *ret_rate = TOGETHER / ((double)(os_clock_monotonic_ns() - start) / 1e9);
    BenchLine line = bench_line(bench, "durable writes, 1,000 to a transaction", "rec/s");
    line.value = *ret_rate;
    report_add(bench->report, line);
    return OK;
}

/* ---- callers that wait ---- */

static Err run_callers(Bench *bench, Caller *callers, size_t n)
{
    Err err = OK;
    for (size_t i = 0; err == OK && i < n; i++)
        err = thread_start(&callers[i].thread, run_caller, &callers[i]);
    for (size_t i = 0; i < n; i++) {
        thread_join(&callers[i].thread);
        if (err == OK)
            err = callers[i].err;
    }
    (void)bench;
    return err;
}

static Err measure_callers(Bench *bench, size_t n, size_t each, double together)
{
    Caller callers[CALLERS_MOST];
    RecordDraft *drafts = NULL;
    TRY(bench_drafts(bench, 10 + n, n * each, &drafts));
    for (size_t i = 0; i < n; i++)
        callers[i] = (Caller){.bench = bench, .drafts = drafts + i * each, .n = each};
    double syncs_before, syncs;
    TRY(count_syncs(bench, &syncs_before));
    WriterStats before = writer_stats(bench->app.writer);
    int64_t start = os_clock_monotonic_ns();
    TRY(run_callers(bench, callers, n));
    double wall = (double)(os_clock_monotonic_ns() - start) / 1e9;
    WriterStats after = writer_stats(bench->app.writer);
    TRY(count_syncs(bench, &syncs));
    BenchLine line = bench_line(bench,
                                n == 1   ? "durable writes, 1 caller"
                                : n == 8 ? "durable writes, 8 callers"
                                         : "durable writes, 64 callers",
                                "rec/s");
    line.value = (double)(n * each) / wall;
    line.floor = together;
    line.ratio_least = n == CALLERS_MOST ? 0.5 : 0;
    line.note = str_printf(bench->report->arena, "%.1f a transaction",
                           (double)(n * each) / (double)(after.groups - before.groups));
    report_add(bench->report, line);
    if (n != CALLERS_MOST)
        return OK;
    line = bench_line(bench, "records per fsync, 64 callers", "rec");
    line.value = (double)(n * each) / (syncs - syncs_before);
    line.value_least = 10;
    report_add(bench->report, line);
    return OK;
}

Err work_writes(Bench *bench)
{
    double together = 0;
    TRY(app_start_writer(&bench->app));
    Err err = measure_together(bench, &together);
    if (err == OK)
        err = measure_callers(bench, 1, 300, together);
    if (err == OK)
        err = measure_callers(bench, 8, 120, together);
    if (err == OK)
        err = measure_callers(bench, CALLERS_MOST, 40, together);
    writer_stop(bench->app.writer);
    bench->app.writer = NULL;
    return err == OK ? OK : bench_fail(bench, "durable writes", err);
}
