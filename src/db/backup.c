/* Copying databases: SQLite's own copy of a file, and table by table between the engines. */
#include "db/backup.h"

#include "base/buf.h"
#include "base/vec.h"
#include "db/backup_postgres_sql.h"
#include "db/backup_sql.h"
#include "db/backup_sqlite_sql.h"
#include "db/db_int.h"
#include "db/integrity_sql.h"

Err db_backup_file(Db *from, Str path)
{
    BackupIntoFileIn in = {.path = path};
    return backup_into_file(from, &in, NULL);
}

Err db_backup_settle(Db *sqlite)
{
    return db_script(sqlite, str_from_c(sql_backup_settle.sql));
}

/* false for a type that no migration and no form makes. */
static bool type_of(Str name, DbType *ret)
{
    static const struct {
        const char *name;
        DbType type;
    } types[] = {{"int8", DB_INTEGER},  {"float8", DB_DECIMAL}, {"text", DB_TEXT},
                 {"iso_date", DB_DATE}, {"uuid", DB_UUID},      {"bytea", DB_BYTES}};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (str_equals_c(name, types[i].name)) {
            *ret = types[i].type;
            return true;
        }
    }
    return false;
}

typedef VEC(DbColumn) Columns;
typedef VEC(DbTable) Tables;

static void end_table(Arena *arena, Tables *tables, Str name, Columns *columns)
{
    if (columns->n > 0)
        VEC_PUSH(arena, tables, (DbTable){str_to_c(arena, name), columns->items, columns->n});
    *columns = (Columns){0};
}

Err db_backup_tables(Db *postgres, Arena *arena, const DbTable **ret_tables, size_t *ret_n)
{
    Tables tables = {0};
    Columns columns = {0};
    Str table = {0};
    CLEANUP(db_rows_close) DbRows rows = {0};
    TRY(backup_columns_open(postgres, &rows));
    for (;;) {
        BackupColumnsRow row;
        bool has_row = false;
        TRY(backup_columns_next(&rows, arena, &row, &has_row));
        if (!has_row || !str_equals(row.table_name, table))
            end_table(arena, &tables, table, &columns);
        if (!has_row)
            break;
        table = row.table_name;
        DbType type;
        if (!type_of(row.type_name, &type))
            return ERR_INTERNAL;
        VEC_PUSH(arena, &columns,
                 (DbColumn){str_to_c(arena, row.column_name), type, row.is_nullable != 0});
    }
    *ret_tables = tables.items;
    *ret_n = tables.n;
    return OK;
}

Err db_backup_names(Db *sqlite, Arena *arena, const Str **ret_names, size_t *ret_n)
{
    VEC(Str) names = {0};
    CLEANUP(db_rows_close) DbRows rows = {0};
    TRY(backup_table_names_open(sqlite, &rows));
    for (;;) {
        BackupTableNamesRow row;
        bool has_row = false;
        TRY(backup_table_names_next(&rows, arena, &row, &has_row));
        if (!has_row)
            break;
        VEC_PUSH(arena, &names, row.name);
    }
    *ret_names = names.items;
    *ret_n = names.n;
    return OK;
}

static Err copy_rows(DbRows *rows, const DbTable *table, DbBulk *bulk, DbValue *values,
                     int64_t *ret_rows)
{
    for (int64_t n = 0;; n++) {
        bool has_row = false;
        TRY(db_next(rows, &has_row));
        if (!has_row) {
            *ret_rows = n;
            return OK;
        }
        for (size_t i = 0; i < table->column_n; i++)
            values[i] = db_column(rows, i);
        TRY(db_bulk_row(bulk, values));
    }
}

/* Reads the whole table, on PostgreSQL through a cursor. */
static Err open_table(Db *from, const DbTable *table, Arena *arena, DbStatement *ret_read,
                      DbRows *ret_rows)
{
    Buf sql;
    buf_init(&sql, arena, KIB(256));
    db_put_bulk(&sql, sql_backup_read.sql, table->name, table->columns, table->column_n, '?');
    *ret_read = (DbStatement){
        .name = str_to_c(arena, str_printf(arena, "whole %s", table->name)),
        .sql = str_to_c(arena, buf_str(&sql)),
        .out = table->columns,
        .out_n = table->column_n,
        .is_streamed = true,
        .may_scan = true,
    };
    return db_query(from, ret_read, NULL, NULL, ret_rows);
}

Err db_backup_copy(Db *from, Db *to, const DbTable *table, Arena *arena, int64_t *ret_rows)
{
    DbStatement read;
    DbBulk *bulk = NULL;
    CLEANUP(db_rows_close) DbRows rows = {0};
    TRY(open_table(from, table, arena, &read, &rows));
    TRY(db_bulk_begin(to, arena, table->name, table->columns, table->column_n, &bulk));
    TRY(copy_rows(&rows, table, bulk, arena_array(arena, DbValue, table->column_n), ret_rows));
    return db_bulk_end(bulk);
}

static Err read_table(Db *db, const DbTable *table, Arena *arena)
{
    DbStatement read;
    CLEANUP(db_rows_close) DbRows rows = {0};
    TRY(open_table(db, table, arena, &read, &rows));
    for (bool has_row = true; has_row;)
        TRY(db_next(&rows, &has_row));
    return OK;
}

static Err read_tables(Db *db, Arena *arena)
{
    const DbTable *tables = NULL;
    size_t n = 0;
    TRY(db_backup_tables(db, arena, &tables, &n));
    for (size_t i = 0; i < n; i++)
        TRY(read_table(db, &tables[i], arena));
    return OK;
}

static Err check_postgres(Db *db, Arena *arena, Str *ret_fault)
{
    TRY(db_begin(db));
    if (read_tables(db, arena) != OK)
        *ret_fault = str_copy(arena, db_last_message(db));
    db_rollback(db);
    return OK;
}

static Err check_sqlite(Db *db, Arena *arena, Str *ret_fault)
{
    CLEANUP(db_rows_close) DbRows rows = {0};
    Err err = sqlite_integrity_open(db, &rows);
    for (bool has_row = true; err == OK && has_row;) {
        SqliteIntegrityRow row;
        err = sqlite_integrity_next(&rows, arena, &row, &has_row);
        if (err == OK && has_row && !str_equals_c(row.integrity_check, "ok"))
            *ret_fault = row.integrity_check;
    }
    if (err == ERR_DB) /* so damaged that it cannot be checked */
        *ret_fault = str_copy(arena, db_last_message(db));
    return err == ERR_DB ? OK : err;
}

Err db_integrity(Db *db, Arena *arena, Str *ret_fault)
{
    *ret_fault = (Str){0};
    return db_engine(db) == DB_SQLITE ? check_sqlite(db, arena, ret_fault)
                                      : check_postgres(db, arena, ret_fault);
}
