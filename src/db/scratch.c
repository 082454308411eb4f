/* Tables of one connection, for what a transaction reads many times and nobody keeps. */
#include "db/db_int.h"
#include "db/scratch_sql.h"

enum { SCRATCH_SQL_MOST = 16 * 1024 };

/* Dates come out of tables that have looked at them: nobody looks again. */
static const char *type_of(DbEngine engine, DbType type)
{
    static const char *const types[][2] = {
        [DB_INTEGER] = {"INTEGER", "bigint"},
        [DB_DECIMAL] = {"REAL", "double precision"},
        [DB_TEXT] = {"TEXT", "text COLLATE \"C\""},
        [DB_DATE] = {"TEXT", "text COLLATE \"C\""},
        [DB_UUID] = {"BLOB", "uuid"},
        [DB_INSTANT] = {"INTEGER", "bigint"},
        [DB_BYTES] = {"BLOB", "bytea"},
    };
    return types[type][engine == DB_POSTGRES];
}

static void put_index(const char *table, const DbColumn *columns, size_t key_n, Buf *sql)
{
    if (key_n == 0)
        return;
    buf_printf(sql, "CREATE INDEX IF NOT EXISTS \"%s_key\" ON \"%s\" (", table, table);
    for (size_t i = 0; i < key_n; i++)
        buf_printf(sql, "%s\"%s\"", i == 0 ? "" : ", ", columns[i].name);
    buf_put_c(sql, ");\n");
}

static Err make(Db *db, Arena *arena, const char *table, const DbColumn *columns, size_t column_n,
                size_t key_n)
{
    DbEngine engine = db_engine(db);
    Buf sql;
    buf_init(&sql, arena, SCRATCH_SQL_MOST);
    buf_printf(&sql, "CREATE TEMP TABLE IF NOT EXISTS \"%s\" (", table);
    for (size_t i = 0; i < column_n; i++)
        buf_printf(&sql, "%s\"%s\" %s", i == 0 ? "" : ", ", columns[i].name,
                   type_of(engine, columns[i].type));
    /* PostgreSQL gives the room of deleted rows back with the transaction only. */
    buf_put_c(&sql, engine == DB_POSTGRES ? ") ON COMMIT DELETE ROWS;\n" : ");\n");
    put_index(table, columns, key_n, &sql);
    ENSURE(!sql.is_over);
    return db_script(db, buf_str(&sql));
}

/* As plans.h says: SQLite's plans follow from fixed numbers. They are told once, for every
 * statement is planned anew after that. */
static Err tell_rows(Db *db, const char *table)
{
    TRY(scratch_statistics_load(db, NULL));
    TRY(scratch_statistics_put(db, &(ScratchStatisticsPutIn){str_from_c(table)}, NULL));
    return scratch_statistics_load(db, NULL);
}

Err db_scratch(Db *db, Arena *arena, const char *table, const DbColumn *columns, size_t column_n,
               size_t key_n)
{
    ENSURE(db->in_transaction && column_n > 0 && key_n <= column_n && db_is_name(table));
    for (size_t i = 0; i < column_n; i++)
        ENSURE(db_is_name(columns[i].name));
    if (db_engine(db) == DB_POSTGRES) {
        TRY(make(db, arena, table, columns, column_n, key_n));
    } else {
        ScratchIsThereRow row;
        TRY(scratch_is_there(db, arena, &(ScratchIsThereIn){str_from_c(table)}, &row));
        if (row.n == 0) {
            TRY(make(db, arena, table, columns, column_n, key_n));
            TRY(tell_rows(db, table));
        }
    }
    return db_script(db, str_printf(arena, "DELETE FROM \"%s\";", table));
}
