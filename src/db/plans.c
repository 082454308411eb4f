/* Writes the fixed statistics of sqlite_plans.sql where they are missing or others. */
#include "db/plans.h"

#include "base/vec.h"
#include "db/postgres_plans_sql.h"
#include "db/sqlite_plans_sql.h"

typedef VEC(PlanStatisticWantedRow) Wanted;

static Err read_wanted(Db *db, Arena *arena, Wanted *wanted, bool *ret_is_current)
{
    CLEANUP(db_rows_close) DbRows rows = {0};
    TRY(plan_statistic_wanted_open(db, &rows));
    bool is_current = true;
    for (;;) {
        PlanStatisticWantedRow row;
        bool has_row = false;
        TRY(plan_statistic_wanted_next(&rows, arena, &row, &has_row));
        if (!has_row)
            break;
        is_current = is_current && row.is_known != 0;
        VEC_PUSH(arena, wanted, row);
    }
    *ret_is_current = is_current;
    return OK;
}

/* Without the table of statistics nothing can be compared with it. */
static Err is_current(Db *db, Arena *arena, bool *ret_is_current)
{
    PlanHasStatisticsRow has;
    TRY(plan_has_statistics(db, arena, &has));
    *ret_is_current = false;
    Wanted wanted = {0};
    return has.n == 0 ? OK : read_wanted(db, arena, &wanted, ret_is_current);
}

static Err write_all(Db *db, Arena *arena)
{
    TRY(plan_statistics_load(db, NULL)); /* makes their table */
    Wanted wanted = {0};
    bool ignored = false;
    TRY(read_wanted(db, arena, &wanted, &ignored));
    TRY(plan_statistics_clear(db, NULL));
    for (size_t i = 0; i < wanted.n; i++) {
        const PlanStatisticWantedRow *row = &wanted.items[i];
        PlanStatisticInsertIn in = {row->table_name, row->key_name, row->numbers};
        TRY(plan_statistic_insert(db, &in, NULL));
    }
    return plan_statistics_load(db, NULL);
}

static Err write_in_transaction(Db *db, Arena *arena)
{
    if (db_in_transaction(db))
        return write_all(db, arena);
    TRY(db_begin(db));
    Err err = write_all(db, arena);
    if (err == OK)
        err = db_commit(db);
    if (err != OK)
        db_rollback(db);
    return err;
}

Err db_plans_update(Db *db)
{
    if (db_engine(db) != DB_SQLITE)
        return OK;
    Arena arena = {0};
    arena_init(&arena, MIB(4));
    bool has_all = false;
    Err err = is_current(db, &arena, &has_all);
    if (err == OK && !has_all)
        err = write_in_transaction(db, &arena);
    arena_done(&arena);
    return err;
}

Err db_plans_learn(Db *db)
{
    return db_engine(db) == DB_POSTGRES ? plan_learn(db, NULL) : OK;
}
