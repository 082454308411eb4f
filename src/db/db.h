/* Databases behind one small interface: SQLite, PostgreSQL, and a driver that fails on request.
 *
 * A Db is one connection and belongs to one thread at a time. A statement is a constant, generated
 * from a .sql file by tools/sqlgen (see db/README.md) or made at run time by form/ddl only; it is
 * prepared once a connection and cached by its name.
 *
 * Invariants
 *  1. Parameters are always bound. No text from outside reaches SQL.
 *  2. One portable SQL text. Types differ only through the {type} words of migrations.
 *  3. Text compares by byte order (COLLATE "C") in both engines; dates are ISO text; UUIDs compare
 * as bytes; so equal queries give equal rows in equal order.
 *  4. A statement that reads persons carries {scope:...}; it can be run only with a DbScope. */
#pragma once

#include "base/uuid.h"

typedef enum { DB_SQLITE, DB_POSTGRES } DbEngine;

typedef enum {
    DB_INTEGER, /* int64; also booleans as 0 and 1 */
    DB_DECIMAL,
    DB_TEXT,
    DB_DATE,
    DB_UUID,
    DB_INSTANT, /* int64 milliseconds */
    DB_BYTES,
} DbType;

typedef struct DbValue {
    DbType type;
    bool is_null;
    union {
        int64_t integer;
        double decimal;
        Str text; /* DB_TEXT, DB_BYTES */
        Date date;
        Uuid uuid;
        Instant instant;
    } as;
} DbValue;

typedef struct {
    const char *name;
    DbType type;
    bool is_nullable;
} DbColumn;

typedef struct DbStatement {
    const char *name; /* unique in the program */
    const char *sql;  /* :name parameters, {scope:kind alias} */
    const DbColumn *in;
    size_t in_n;
    const DbColumn *out;
    size_t out_n;
    bool is_scoped;
    bool is_streamed; /* many rows: PostgreSQL reads through a cursor, so a transaction must be open
                       */
    bool may_scan;    /* `-- scan: reason`: it may read the whole of a big table */
    uint64_t text_hash; /* of sql, by which a prepared statement is found again; 0: by the text.
                           Who changes the sql of a copy changes this too */
} DbStatement;

/* What the caller may see, bound to the parameters of {scope:...} (access/scope decides the
 * values). The area range narrows; when by_facility, membership of the facility's catchment
 * decides. Beside the areas: relations to single persons. */
typedef struct DbScope {
    Str area_from;  /* inclusive */
    Str area_after; /* exclusive */
    bool by_facility;
    Str facility;
    Str works_at, holder; /* who holds relations: a facility, an account */
    int64_t relations;    /* the kinds that count, as bits; 0: none */
    Date day;             /* on which they must be in force */
    Str classes; /* sensitivity classes, as ",,hiv,tb,": the empty one first; "*": every one */
} DbScope;

typedef struct Db Db;

/* "path/to/file.db", ":memory:" or "postgresql://...". read_only refuses every write. */
typedef struct {
    Str url;
    bool read_only;
    bool is_server; /* no statement takes longer than the limit in postgres_texts.sql */
} DbOptions;

/* On failure *reterr_message (in arena) says why, for the operator. */
Err db_open(const DbOptions *options, Arena *arena, Db **ret_db, Str *reterr_message) MUST_CHECK;
void db_close(Db *db); /* accepts NULL */
DbEngine db_engine(const Db *db);
/* The driver's words on the last failure of this connection; never contains parameter values. */
Str db_last_message(const Db *db);

/* What the database is: for whoever looks after it. */
typedef struct DbDescription {
    DbEngine engine;
    Str version;       /* of the engine */
    int64_t bytes;     /* of tables and indexes */
    int64_t migration; /* number of the newest one that was run */
} DbDescription;
Err db_describe(Db *db, Arena *arena, DbDescription *ret_description) MUST_CHECK;

/* Whether the database server's own log may show values of rows: PostgreSQL's does in the details
 * of failures and of slow statements, unless it is told to be terse. */
Err db_log_tells_values(Db *db, Arena *arena, bool *ret_tells) MUST_CHECK;

/* Registers the fixed text of {scope:kind alias}; `$` in it stands for the alias and :scope_from,
 * :scope_after, :scope_by_facility, :scope_facility, :scope_works_at, :scope_holder,
 * :scope_relations, :scope_day, :scope_classes for the values of DbScope. At start; the same text
 * may come again.
 */
void db_register_scope(const char *kind, const char *predicate);

typedef struct DbRows {
    Db *db;
    const DbStatement *statement;
    struct DbCursor *cursor; /* the driver's; NULL when closed */
} DbRows;

/* in: statement->in_n values in order. scope: NULL unless the statement is scoped. */
Err db_run(Db *db, const DbStatement *statement, const DbScope *scope, const DbValue *in,
           int64_t *ret_changed) MUST_CHECK; /* ret_changed may be NULL */
/* The same inside a transaction, where nobody asks how many rows it changes: PostgreSQL is sent it
 * without being waited for, and does it in its order. Its failure is then that of one of the next
 * calls, at the latest of db_release or db_commit: whoever is told OK by them has all of it. So
 * this is for what may not fail for the content's sake: after a failure only the rollback is left.
 */
Err db_run_later(Db *db, const DbStatement *statement, const DbScope *scope,
                 const DbValue *in) MUST_CHECK;
Err db_query(Db *db, const DbStatement *statement, const DbScope *scope, const DbValue *in,
             DbRows *ret_rows) MUST_CHECK;
/* Says what will be asked soon with the same values: PostgreSQL is then asked all of it with the
 * first question, in one round trip, and db_query takes the answer; SQLite has no way to go, so
 * nothing happens. An answer is as old as the first question behind it: a write, a step of a
 * transaction and db_ahead_end drop those that nobody has taken. Outside a transaction what fails
 * is asked again when its turn comes; inside one its failure is that of the next call, as with
 * db_run_later. Not for streams, and not for what writes. */
void db_ahead(Db *db, const DbStatement *statement, const DbScope *scope, const DbValue *in);
void db_ahead_end(Db *db);
Err db_next(DbRows *rows, bool *ret_has_row) MUST_CHECK;
/* Text is borrowed until the next db_next. */
DbValue db_column(const DbRows *rows, size_t column);
void db_rows_close(DbRows *rows); /* accepts zeroed and closed rows */

Err db_begin(Db *db) MUST_CHECK; /* SQLite: BEGIN IMMEDIATE unless read-only */
/* For reading: what follows sees the state of its first statement, whoever writes meanwhile, also
 * on a connection that may write. */
Err db_begin_state(Db *db) MUST_CHECK;
Err db_commit(Db *db) MUST_CHECK;
void db_rollback(Db *db);
Err db_savepoint(Db *db) MUST_CHECK; /* one level, inside a transaction */
Err db_release(Db *db) MUST_CHECK;
void db_rollback_to_savepoint(Db *db);
bool db_in_transaction(const Db *db);

/* What the works of one transaction advance in turn, such as the head of a chain, held beside it:
 * it goes back with the savepoint and is gone with the transaction. write, unless NULL, puts it
 * into its row once, before the commit, instead of every work. A kind is told by its address. */
typedef struct DbKept {
    Err (*write)(Db *db, const void *value);
} DbKept;
enum { DB_KEPT_SIZE = 128, DB_KEPT_MOST = 4 };
const void *db_kept(const Db *db, const DbKept *kind); /* NULL: nothing is kept */
void db_keep(Db *db, const DbKept *kind, const void *value, size_t n);
/* Before somebody reads the rows within the transaction. */
Err db_kept_write(Db *db) MUST_CHECK;

/* Several statements without parameters (DDL, migrations, PRAGMA, SET). */
Err db_script(Db *db, Str sql) MUST_CHECK;

/* Many rows into one table, fast: COPY on PostgreSQL, one prepared insert on SQLite. Inside a
 * transaction. columns gives names and types in order. */
typedef struct DbBulk DbBulk;
Err db_bulk_begin(Db *db, Arena *arena, const char *table, const DbColumn *columns, size_t column_n,
                  DbBulk **ret_bulk) MUST_CHECK;
Err db_bulk_row(DbBulk *bulk, const DbValue *values) MUST_CHECK;
Err db_bulk_end(DbBulk *bulk) MUST_CHECK;

/* An empty table of this connection alone, for the rest of the transaction: what many statements of
 * it read is written down once. Statements name it like any other table; the first key_n columns
 * are an index, none when it is 0. */
Err db_scratch(Db *db, Arena *arena, const char *table, const DbColumn *columns, size_t column_n,
               size_t key_n) MUST_CHECK;

/* For tests: prepares the statements and compares their declared columns with the real ones
 * (number, names, and types as far as the engine tells them). Says every fault, one a line. */
Err db_check_statements(Db *db, const DbStatement *const *statements, size_t n, Arena *arena,
                        Str *reterr_message) MUST_CHECK;

static inline DbValue db_null(DbType type)
{
    return (DbValue){.type = type, .is_null = true};
}
static inline DbValue db_integer(int64_t value)
{
    return (DbValue){.type = DB_INTEGER, .as.integer = value};
}
static inline DbValue db_decimal(double value)
{
    return (DbValue){.type = DB_DECIMAL, .as.decimal = value};
}
static inline DbValue db_text(Str value)
{
    return (DbValue){.type = DB_TEXT, .as.text = value};
}
static inline DbValue db_bytes(Str value)
{
    return (DbValue){.type = DB_BYTES, .as.text = value};
}
static inline DbValue db_uuid(Uuid value)
{
    return (DbValue){.type = DB_UUID, .as.uuid = value};
}
static inline DbValue db_instant(Instant value)
{
    return (DbValue){.type = DB_INSTANT, .as.instant = value};
}
static inline DbValue db_date(Date value) /* DATE_NONE is null */
{
    return (DbValue){.type = DB_DATE, .is_null = date_is_none(value), .as.date = value};
}
