/* Room for a large transaction, and indexes made after the rows. */
#include "db/load.h"

#include "base/os_process.h"
#include "base/vec.h"
#include "db/plans.h"
#include "db/postgres_load_sql.h"
#include "db/sqlite_load_sql.h"

/* From here on a quarter of the memory is three gigabytes. */
#define LARGE_MACHINE (UINT64_C(12) << 30)

typedef VEC(Str) Texts;

static Err has_file(Db *db, bool *ret_has_file)
{
    Arena arena = {0};
    arena_init(&arena, MIB(1));
    SqliteLoadFileRow row;
    Err err = sqlite_load_file(db, &arena, &row);
    *ret_has_file = err == OK && row.file.n > 0;
    arena_done(&arena);
    return err;
}

Err db_load_open(Db *db)
{
    if (db_engine(db) != DB_SQLITE)
        return OK;
    bool is_large = os_memory_size() >= LARGE_MACHINE, is_file = false;
    TRY(is_large ? sqlite_load_large_cache(db, NULL) : sqlite_load_cache(db, NULL));
    TRY(has_file(db, &is_file));
    return is_file ? sqlite_load_without_log(db, NULL) : OK;
}

Err db_load_close(Db *db)
{
    bool is_file = false;
    if (db_engine(db) != DB_SQLITE)
        return OK;
    TRY(has_file(db, &is_file));
    return is_file ? sqlite_load_with_log(db, NULL) : OK;
}

static Err read_sqlite(Db *db, Arena *arena, Str table, Texts *drops, Texts *makes)
{
    CLEANUP(db_rows_close) DbRows rows = {0};
    TRY(sqlite_load_indexes_open(db, &(SqliteLoadIndexesIn){table}, &rows));
    for (;;) {
        SqliteLoadIndexesRow row;
        bool has_row = false;
        TRY(sqlite_load_indexes_next(&rows, arena, &row, &has_row));
        if (!has_row)
            return OK;
        VEC_PUSH(arena, drops, row.drops);
        VEC_PUSH(arena, makes, row.makes);
    }
}

static Err read_postgres(Db *db, Arena *arena, Str table, Texts *drops, Texts *makes)
{
    CLEANUP(db_rows_close) DbRows rows = {0};
    TRY(postgres_load_indexes_open(db, &(PostgresLoadIndexesIn){table}, &rows));
    for (;;) {
        PostgresLoadIndexesRow row;
        bool has_row = false;
        TRY(postgres_load_indexes_next(&rows, arena, &row, &has_row));
        if (!has_row)
            return OK;
        VEC_PUSH(arena, drops, row.drops);
        VEC_PUSH(arena, makes, row.makes);
    }
}

Err db_load_begin(Db *db, Arena *arena, const char *const *tables, size_t n, DbLoad *ret_load)
{
    Texts drops = {0}, makes = {0};
    const bool is_sqlite = db_engine(db) == DB_SQLITE;
    if (!is_sqlite)
        TRY(postgres_load_memory(db, NULL));
    for (size_t i = 0; i < n; i++) {
        const Str table = str_from_c(tables[i]);
        TRY(is_sqlite ? read_sqlite(db, arena, table, &drops, &makes)
                      : read_postgres(db, arena, table, &drops, &makes));
    }
    for (size_t i = 0; i < drops.n; i++)
        TRY(db_script(db, drops.items[i]));
    *ret_load = (DbLoad){.arena = arena, .indexes = makes.items, .index_n = makes.n};
    return OK;
}

Err db_load_end(Db *db, DbLoad *load)
{
    for (size_t i = 0; i < load->index_n; i++)
        TRY(db_script(db, load->indexes[i]));
    load->index_n = 0;
    return db_plans_update(db); /* what SQLite believes of an index goes with it */
}
