/* Reading a plan with all its clauses, as its page does: numbers of measures and duties, registers,
 * parameters, and the judgement of each clause. Measures are settled before. */
#include "base/os_clock.h"
#include "bench/bench.h"
#include "engine/measures/measures.h"
#include "engine/plans/plans.h"

enum { READS = 100 };

static Err read_plan(Bench *bench, Arena *arena, const Plan *plan, size_t *ret_clauses)
{
    Cx cx = app_system_cx(&bench->app, arena);
    const PlanFacts *facts = NULL;
    const PlanClauseState *states = NULL;
    TRY(plan_facts_read(&cx, cx.today, false, &facts));
    return plan_states(&cx, facts, plan, &states, ret_clauses);
}

static Err measure(Bench *bench)
{
    double times[READS];
    Arena arena = {0};
    size_t clauses = 0, n = bench->app.packs->plans.n;
    Err err = n > 0 ? OK : ERR_NOT_FOUND;
    Cost begun = meter_now(&bench->meter);
    arena_init(&arena, MIB(64));
    for (size_t i = 0; err == OK && i < READS; i++) {
        int64_t start = os_clock_monotonic_ns();
        err = read_plan(bench, &arena, bench->app.packs->plans.entries[i % n].value, &clauses);
        times[i] = (double)(os_clock_monotonic_ns() - start) / 1e6;
        arena_reset(&arena);
    }
    arena_done(&arena);
    Cost cost = meter_since(&bench->meter, begun);
    BenchLine line = bench_line(bench, "a plan with all its clauses", "ms p95");
    line.value = percentile(times, READS, 0.95);
    line.value_most = 100;
    line.note = str_printf(bench->report->arena, "p50 %.2f ms, CPU %.2f ms a read",
                           percentile(times, READS, 0.5), cost.cpu / READS * 1e3);
    if (err == OK)
        report_add(bench->report, line);
    return err;
}

Err work_plans(Bench *bench)
{
    ArenaMark mark = arena_mark(bench->arena);
    Cx cx = app_system_cx(&bench->app, bench->arena);
    Err err = measure_settle(&cx);
    if (err == OK)
        err = measure(bench);
    arena_reset_to(bench->arena, mark);
    return err == OK ? OK : bench_fail(bench, "plans", err);
}
