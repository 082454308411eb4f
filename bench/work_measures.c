/* Every measure of the packs over the last twelve months, from nothing, and after 1,000 new
 * records. The floor runs the SELECT of each measure once for all its periods together, and reads
 * its rows: it adds nothing up, compares and stores nothing. */
#include "bench/bench.h"
#include "engine/measures/measures_int.h"
#include "engine/records/records.h"

enum { RECORDS = 1000, MONTHS = 12 };

static const PeriodKind kinds[] = {PERIOD_MONTH, PERIOD_QUARTER, PERIOD_HALF, PERIOD_YEAR};
enum { KIND_N = sizeof kinds / sizeof *kinds };

typedef Err MeasureStep(Cx *cx, const Measure *measure, Period first, Period last);

/* Each measure in each kind of period that it has, from the one that was running twelve months ago.
 */
static Err each_measure(Bench *bench, MeasureStep *step)
{
    Cx cx = app_system_cx(&bench->app, bench->arena);
    const Map *measures = &cx.packs->measures;
    for (size_t i = 0; i < measures->n; i++) {
        const Measure *measure = measures->entries[i].value;
        for (size_t k = 0; k < KIND_N; k++) {
            if ((measure->periods & (1U << kinds[k])) == 0)
                continue;
            ArenaMark mark = arena_mark(bench->arena);
            Period first = period_of(kinds[k], date_add_months(cx.today, -MONTHS));
            TRY(step(&cx, measure, first, period_of(kinds[k], cx.today)));
            arena_reset_to(bench->arena, mark);
        }
    }
    return OK;
}

/* Whoever asks for an earlier period wants it kept from then on. */
static Err want(Cx *cx, const Measure *measure, Period first, Period last)
{
    MeasureAnswer answer;
    return measure_read(cx, &(MeasureAsk){.measure = measure, .first = first, .last = last},
                        &answer);
}

static Err run_bare(Cx *cx, const Measure *measure, Period first, Period last)
{
    MeasureRows rows = {0};
    return run_measure(cx,
                       &(MeasureRun){.measure = measure,
                                     .kind = first.kind,
                                     .first = first.first,
                                     .last = last.first,
                                     .from = UUID_NIL,
                                     .upto = EVERY_UUID_END},
                       &rows);
}

static Err settle(Bench *bench, Cost *ret_cost)
{
    Cx cx = app_system_cx(&bench->app, bench->arena);
    Cost start = meter_now(&bench->meter);
    TRY(measure_settle(&cx));
    *ret_cost = meter_since(&bench->meter, start);
    return OK;
}

static Err measure_all(Bench *bench)
{
    Cost cost;
    TRY(each_measure(bench, want));
    TRY(settle(bench, &cost));
    BenchLine line = bench_line(bench, "every measure, 12 months, from nothing", "CPU s");
    line.value = cost.cpu;
    line.wall = cost.wall;
    Cost start = meter_now(&bench->meter);
    TRY(each_measure(bench, run_bare));
    line.floor = meter_since(&bench->meter, start).cpu;
    line.ratio_most = 2;
    line.value_most = 60;
    line.value_residents = 1200000;
    line.grows = true;
    Cx cx = app_system_cx(&bench->app, bench->arena);
    line.note = str_printf(bench->report->arena, "%zu measures", cx.packs->measures.n);
    report_add(bench->report, line);
    return OK;
}

static Err measure_changed(Bench *bench)
{
    RecordDraft *drafts = NULL;
    Cost cost;
    TRY(bench_drafts(bench, 90, RECORDS, &drafts));
    Cx cx = app_system_cx(&bench->app, bench->arena);
    TRY(bench_submit(&cx, drafts, RECORDS));
    TRY(settle(bench, &cost));
    BenchLine line = bench_line(bench, "every measure after 1,000 new records", "CPU s");
    line.value = cost.cpu;
    line.wall = cost.wall;
    line.value_most = 2;
    line.value_residents = 1200000;
    report_add(bench->report, line);
    return OK;
}

Err work_measures(Bench *bench)
{
    ArenaMark mark = arena_mark(bench->arena);
    Err err = measure_all(bench);
    if (err == OK)
        err = measure_changed(bench);
    arena_reset_to(bench->arena, mark);
    return err == OK ? OK : bench_fail(bench, "measures", err);
}
