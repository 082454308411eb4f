/* Every measure of the packs over the last twelve months, from nothing, and after 1,000 new
 * records. The floor writes everybody down once for each kind of period, runs the SELECT of each
 * measure once over all of them and its periods together, and reads its rows: it adds nothing up,
 * compares and stores nothing. */
#include "bench/bench.h"
#include "engine/measures/measures_int.h"
#include "engine/records/records.h"

enum { RECORDS = 1000, MONTHS = 12 };

static const PeriodKind kinds[] = {PERIOD_MONTH, PERIOD_QUARTER, PERIOD_HALF, PERIOD_YEAR};
enum { KIND_N = sizeof kinds / sizeof *kinds };

static bool has_kind(const Measure *measure, PeriodKind kind)
{
    return (measure->periods & (1U << kind)) != 0;
}

static Period first_of(const Cx *cx, PeriodKind kind)
{
    return period_of(kind, date_add_months(cx->today, -MONTHS));
}

/* Each measure in each kind of period that it has, from the one that was running twelve months ago:
 * whoever asks for an earlier period wants it kept from then on. */
static Err want_all(Bench *bench)
{
    Cx cx = app_system_cx(&bench->app, bench->arena);
    const Map *measures = &cx.packs->measures;
    for (size_t i = 0; i < measures->n; i++) {
        const Measure *measure = measures->entries[i].value;
        for (size_t k = 0; k < KIND_N; k++) {
            if (!has_kind(measure, kinds[k]))
                continue;
            ArenaMark mark = arena_mark(bench->arena);
            MeasureAnswer answer;
            const MeasureAsk ask = {.measure = measure,
                                    .first = first_of(&cx, kinds[k]),
                                    .last = period_of(kinds[k], cx.today)};
            TRY(measure_read(&cx, &ask, &answer));
            arena_reset_to(bench->arena, mark);
        }
    }
    return OK;
}

/* The measures of one kind of period. */
static Err run_bare(Cx *cx, PeriodKind kind)
{
    const Map *measures = &cx->packs->measures;
    MeasureRun run = {.kind = kind,
                      .first = first_of(cx, kind).first,
                      .last = period_of(kind, cx->today).first,
                      .from = UUID_NIL,
                      .upto = EVERY_UUID_END};
    TRY(run_people(cx, &run));
    for (size_t i = 0; i < measures->n; i++) {
        ArenaMark mark = arena_mark(cx->arena);
        MeasureRows rows = {0};
        run.measure = measures->entries[i].value;
        run.is_written = !measure_is_of_units(run.measure);
        if (has_kind(run.measure, kind))
            TRY(run_measure(cx, &run, &rows));
        arena_reset_to(cx->arena, mark);
    }
    return OK;
}

static Err run_all_bare(Bench *bench, double *ret_cpu)
{
    Cx cx = app_system_cx(&bench->app, bench->arena);
    Cost start = meter_now(&bench->meter);
    for (size_t k = 0; k < KIND_N; k++) {
        TRY(db_begin(cx.db));
        Err err = run_bare(&cx, kinds[k]);
        db_rollback(cx.db);
        TRY(err);
    }
    *ret_cpu = meter_since(&bench->meter, start).cpu;
    return OK;
}

static Err settle(Bench *bench, Cost *ret_cost)
{
    Cx cx = app_system_cx(&bench->app, bench->arena);
    Cost start = meter_now(&bench->meter);
    TRY(measure_settle(&cx));
    *ret_cost = meter_since(&bench->meter, start);
    return OK;
}

static void report_all(Bench *bench, Cost cost, double floor)
{
    BenchLine line = bench_line(bench, "every measure, 12 months, from nothing", "CPU s");
    line.value = cost.cpu;
    line.wall = cost.wall;
    line.floor = floor;
    line.ratio_most = 2;
    line.value_most = 60;
    line.value_residents = 1200000;
    line.grows = true;
    Cx cx = app_system_cx(&bench->app, bench->arena);
    line.note = str_printf(bench->report->arena, "%zu measures", cx.packs->measures.n);
    report_add(bench->report, line);
}

static Err submit_records(Bench *bench)
{
    RecordDraft *drafts = NULL;
    TRY(bench_drafts(bench, 90, RECORDS, &drafts));
    Cx cx = app_system_cx(&bench->app, bench->arena);
    return bench_submit(&cx, drafts, RECORDS);
}

/* The floor comes last: PostgreSQL keeps the plans that it makes for everybody at once, and would
 * take them for the few whom a step asks. No other connection of the product asks for both. */
static Err measure_all(Bench *bench)
{
    Cost all, changed;
    double floor = 0;
    TRY(want_all(bench));
    TRY(settle(bench, &all));
    TRY(submit_records(bench));
    TRY(settle(bench, &changed));
    TRY(run_all_bare(bench, &floor));
    report_all(bench, all, floor);
    BenchLine line = bench_line(bench, "every measure after 1,000 new records", "CPU s");
    line.value = changed.cpu;
    line.wall = changed.wall;
    line.value_most = 2;
    line.value_residents = 1200000;
    report_add(bench->report, line);
    return OK;
}

Err work_measures(Bench *bench)
{
    ArenaMark mark = arena_mark(bench->arena);
    Err err = measure_all(bench);
    arena_reset_to(bench->arena, mark);
    return err == OK ? OK : bench_fail(bench, "measures", err);
}
