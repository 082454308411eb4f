/* The inside of db: what a driver is. Private to this folder.
 *
 * A driver keeps everything of a connection behind `connection`. It knows no transactions beyond
 * sending their steps: db.c refuses what must not be sent. */
#pragma once

#include "base/buf.h"
#include "db/db.h"

typedef enum {
    STEP_BEGIN,
    STEP_BEGIN_STATE,
    STEP_COMMIT,
    STEP_ROLLBACK,
    STEP_SAVEPOINT,
    STEP_RELEASE,
    STEP_ROLLBACK_TO,
} DbStep;

/* One execution of a statement. */
typedef struct {
    const DbStatement *statement;
    const DbScope *scope; /* NULL unless the statement is scoped */
    const DbValue *in;
} DbCall;

/* An open result; a driver's own cursor starts with it. values: out_n values of the current row. */
typedef struct DbCursor {
    DbValue *values;
} DbCursor;

typedef struct DbDriver {
    DbEngine engine;
    void (*close)(void *connection);
    Err (*run)(void *connection, const DbCall *call, int64_t *ret_changed);
    /* As db_run_later: done at once, or sent and asked about by the next call of another kind. */
    Err (*run_later)(void *connection, const DbCall *call);
    Err (*query)(void *connection, const DbCall *call, DbCursor **ret_cursor);
    /* As db_ahead and db_ahead_end; NULL: asking ahead gains nothing. */
    void (*ahead)(void *connection, const DbCall *call);
    void (*ahead_end)(void *connection);
    Err (*next)(void *connection, DbCursor *cursor, bool *ret_has_row);
    void (*cursor_close)(void *connection, DbCursor *cursor);
    Err (*step)(void *connection, DbStep step);
    /* false when the database itself has ended the transaction (disk full, connection lost). */
    bool (*has_transaction)(void *connection);
    Err (*script)(void *connection, const char *sql);
    Err (*bulk_begin)(void *connection, Arena *arena, const char *table, const DbColumn *columns,
                      size_t column_n, void **ret_bulk);
    Err (*bulk_row)(void *connection, void *bulk, const DbValue *values);
    Err (*bulk_end)(void *connection, void *bulk);
    Str (*message)(const void *connection);
    /* Adds a line for each difference between the declared and the real statement. */
    void (*check)(void *connection, const DbStatement *statement, Buf *faults);
} DbDriver;

typedef struct KeptValue {
    const DbKept *kind; /* NULL: none */
    bool is_written;
    _Alignas(16) unsigned char bytes[DB_KEPT_SIZE];
} KeptValue;

struct Db {
    const DbDriver *driver;
    void *connection;
    bool in_transaction;
    bool in_savepoint;
    KeptValue kept[DB_KEPT_MOST];
    KeptValue kept_before[DB_KEPT_MOST]; /* at the savepoint */
    Err doomed; /* why the open transaction can only be rolled back; OK otherwise */
};

enum {
    DB_MESSAGE_SIZE = 512,
    DB_SCOPE_PARAMETERS = 9,
    DB_CONNECTION_MEMORY = 64 << 20,
};

/* The text with parameters as mark (? or $) and number: those of `in` from 1, those of the scope
 * after them. *reterr_why is constant text. */
Err db_expand(const DbStatement *statement, char mark, Arena *arena, const char **ret_sql,
              const char **reterr_why) MUST_CHECK;
/* The values behind the parameters of the scope, in their order. */
void db_scope_values(const DbScope *scope, DbValue ret_values[DB_SCOPE_PARAMETERS]);
/* Fills bulk_table, bulk_columns and bulk_values of the text; values are numbered behind the mark.
 */
void db_put_bulk(Buf *out, const char *text, const char *table, const DbColumn *columns,
                 size_t column_n, char mark);
/* Table and column names that a driver puts into SQL: lower case, digits, underscore. */
bool db_is_name(const char *name);

Err db_sqlite_open(const DbOptions *options, Arena *arena, Db *db, Str *reterr_message) MUST_CHECK;
Err db_postgres_open(const DbOptions *options, Arena *arena, Db *db,
                     Str *reterr_message) MUST_CHECK;
