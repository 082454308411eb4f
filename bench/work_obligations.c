/* Recompute every obligation, from nothing and when nothing has changed. The floor reads the same
 * columns of people and evidence in subject order; then it bulk-inserts the rows that the product
 * made, or reads them where they are stored: who does not compare them cannot know that nothing has
 * changed. */
#include "bench/bench.h"
#include "bench/rows.h"
#include "bench_sql.h"
#include "engine/obligations/obligations.h"

enum {
    ROUNDS = 3,
    LARGE = 500000, /* from so many residents on one round is enough */
    COLUMN_N = 15,
};

static Err empty_table(Bench *bench)
{
    Db *db = bench->app.db;
    TRY(db_begin(db));
    Err err = bench->engine == DB_SQLITE ? bench_obligation_empty(db, NULL)
                                         : bench_obligation_truncate(db, NULL);
    if (err == OK)
        return db_commit(db);
    db_rollback(db);
    return err;
}

static Err recompute(Bench *bench, Cost *ret_cost, ObligationRecompute *ret_result)
{
    Arena arena = {0};
    arena_init(&arena, MIB(512));
    Cx cx = app_system_cx(&bench->app, &arena);
    Cost start = meter_now(&bench->meter);
    Err err = obligation_recompute(&cx, ret_result);
    *ret_cost = meter_since(&bench->meter, start);
    arena_done(&arena);
    return err;
}

static Err read_all(Bench *bench, const DbStatement *read)
{
    CLEANUP(db_rows_close) DbRows rows = {0};
    const DbValue in[] = {db_text(bench->app.place)};
    TRY(db_query(bench->app.db, read, NULL, in, &rows));
    for (bool has_row = true; has_row;)
        TRY(db_next(&rows, &has_row));
    return OK;
}

static Err insert_rows(Bench *bench, const Rows *rows)
{
    DbBulk *bulk = NULL;
    Db *db = bench->app.db;
    TRY(db_bulk_begin(db, bench->arena, "obligation", sql_bench_obligation_put.in, COLUMN_N,
                      &bulk));
    for (size_t i = 0; i < rows->n; i++)
        TRY(db_bulk_row(bulk, &rows->values[i * COLUMN_N]));
    return db_bulk_end(bulk);
}

/* rows NULL: they are read, not written. */
static Err floor_once(Bench *bench, const Rows *rows, Cost *ret_cost)
{
    ArenaMark mark = arena_mark(bench->arena);
    Cost start = meter_now(&bench->meter);
    TRY(db_begin(bench->app.db));
    Err err = read_all(bench, &sql_bench_people_all);
    if (err == OK)
        err = read_all(bench, &sql_bench_evidence_all);
    if (err == OK)
        err = rows != NULL ? insert_rows(bench, rows) : read_all(bench, &sql_bench_obligation_all);
    if (err == OK)
        err = db_commit(bench->app.db);
    if (err != OK)
        db_rollback(bench->app.db);
    *ret_cost = meter_since(&bench->meter, start);
    arena_reset_to(bench->arena, mark);
    return err;
}

static Err take_rows(Bench *bench, Rows *rows)
{
    TRY(db_begin(bench->app.db));
    const DbValue in[] = {db_text(bench->app.place)};
    Err err =
        rows_read(rows, bench->app.db, bench->arena, &sql_bench_obligation_all, in, NULL, 0, 0);
    db_rollback(bench->app.db);
    return err;
}

typedef struct {
    double cpu[ROUNDS], wall[ROUNDS];
} Costs;

static BenchLine line_of(Bench *bench, const char *work, Costs *product, Costs *floor, size_t n)
{
    BenchLine line = bench_line(bench, work, "CPU s");
    line.value = median(product->cpu, n);
    line.wall = median(product->wall, n);
    line.floor = median(floor->cpu, n);
    line.grows = true;
    line.value_residents = 1200000;
    return line;
}

static Err measure_all(Bench *bench, size_t rounds)
{
    Costs product, floor;
    Rows rows = {.put = &sql_bench_obligation_put};
    ObligationRecompute result = {0};
    for (size_t i = 0; i < rounds; i++) {
        Cost cost;
        TRY(empty_table(bench));
        TRY(recompute(bench, &cost, &result));
        product.cpu[i] = cost.cpu;
        product.wall[i] = cost.wall;
        if (rows.n == 0)
            TRY(take_rows(bench, &rows));
        TRY(empty_table(bench));
        TRY(floor_once(bench, &rows, &cost));
        floor.cpu[i] = cost.cpu;
        floor.wall[i] = cost.wall;
    }
    BenchLine line = line_of(bench, "recompute every obligation", &product, &floor, rounds);
    line.ratio_most = 2;
    line.value_most = 20;
    line.note = str_printf(bench->report->arena, "%lld evidence rows, %lld written",
                           (long long)result.evidence, (long long)result.written);
    report_add(bench->report, line);
    return OK;
}

static Err measure_unchanged(Bench *bench, size_t rounds)
{
    Costs product, floor;
    for (size_t i = 0; i < rounds; i++) {
        Cost cost;
        ObligationRecompute result = {0};
        TRY(recompute(bench, &cost, &result));
        ENSURE(result.written == 0 && result.deleted == 0); /* the floor wrote the same rows */
        product.cpu[i] = cost.cpu;
        product.wall[i] = cost.wall;
        TRY(floor_once(bench, NULL, &cost));
        floor.cpu[i] = cost.cpu;
        floor.wall[i] = cost.wall;
    }
    BenchLine line = line_of(bench, "recompute when nothing has changed", &product, &floor, rounds);
    line.ratio_most = 3;
    line.value_most = 8;
    report_add(bench->report, line);
    return OK;
}

Err work_recompute(Bench *bench)
{
    size_t rounds = bench->residents >= LARGE ? 1 : ROUNDS;
    ArenaMark mark = arena_mark(bench->arena);
    Err err = measure_all(bench, rounds);
    arena_reset_to(bench->arena, mark);
    if (err == OK)
        err = measure_unchanged(bench, rounds);
    return err == OK ? OK : bench_fail(bench, "recompute", err);
}
