/* The PostgreSQL driver, over libpq.
 *
 * Invariants
 *  1. A statement is prepared once a connection and kept by its name; parameters and results are
 *     binary.
 *  2. A :stream statement is read through a cursor in the open transaction, so that other
 *     statements may run in between; every other result is taken whole.
 *  3. A lost connection is opened again when the next transaction, or statement outside one,
 *     begins; never within a transaction.
 *  4. Messages name SQLSTATE, table and constraint; the server's own sentence only where it cannot
 *     contain a value. */
#include <libpq-fe.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "db/db_postgres_connection.h"
#include "db/db_postgres_int.h"
#include "db/postgres_settings_sql.h"
#include "db/postgres_texts_sql.h"

enum {
    CURSOR_ROWS = 1000, /* fetched at a time */
    COPY_FLUSH = 1 << 16,
    COPY_MOST = 64 << 20,  /* one row */
    PLAN_AGAIN_FIRST = 64, /* statements */
    PLAN_AGAIN_EVERY = 1 << 14,
};

typedef struct {
    char slot[DB_POSTGRES_SLOT];
} Slot;

typedef struct PgPrepared {
    char name[16]; /* on the server */
    Str sql;       /* as written by the caller */
    uint64_t text_hash;
    const char *text;
    size_t parameter_n;
    const char **values;
    int *lengths;
    int *formats;
    Oid *types;
    Slot *slots;
    bool is_on_server;
} PgPrepared;

typedef struct PgCursor {
    DbCursor head;
    const DbStatement *statement;
    PGresult *result;
    int row, row_n;
    size_t value_capacity;
    bool is_streamed, is_last; /* of a stream: nothing more to fetch */
    char name[16];
    struct PgCursor *next_free;
} PgCursor;

static Err fail_with(Pg *pg, const DbStatement *statement, const char *column, const char *why)
{
    snprintf(pg->message, sizeof pg->message, "%s: %s%s%s", statement->name, column,
             column[0] == '\0' ? "" : " ", why);
    return ERR_INTERNAL;
}

static Err say(Pg *pg, const DbStatement *statement)
{
    return pg_finish(pg, PQexec(pg->handle, statement->sql), statement->name);
}

static Err script(void *connection, const char *sql)
{
    Pg *pg = connection;
    pg_ahead_drop(pg);
    TRY(pg_settle(pg));
    return pg_finish(pg, PQexec(pg->handle, sql), "script");
}

static Err set_up(Pg *pg)
{
    for (size_t i = 0; i < postgres_settings_statements_n; i++)
        TRY(say(pg, postgres_settings_statements[i]));
    if (pg->is_limited)
        TRY(say(pg, &sql_postgres_limit_time));
    if (!pg->is_read_only)
        return say(pg, &sql_postgres_plan_once);
    TRY(say(pg, &sql_postgres_refuse_writes));
    return say(pg, &sql_postgres_read_one_state);
}

static void forget_prepared(Pg *pg)
{
    for (size_t i = 0; i < pg->prepared.n; i++)
        ((PgPrepared *)pg->prepared.entries[i].value)->is_on_server = false;
}

/* Outside a transaction: a lost connection is opened again. */
static Err ensure_connected(Pg *pg)
{
    if (pg->in_transaction || PQstatus(pg->handle) == CONNECTION_OK)
        return OK;
    forget_prepared(pg);
    pg->ahead_come_n = pg->ahead_n; /* what was asked ahead is gone too */
    pg_ahead_drop(pg);
    PQreset(pg->handle);
    if (PQstatus(pg->handle) != CONNECTION_OK)
        return pg_fail(pg, NULL, "connect");
    return set_up(pg);
}

static Err make_prepared(Pg *pg, const DbStatement *statement, PgPrepared **ret_prepared)
{
    const char *text = NULL, *why = NULL;
    if (db_expand(statement, '$', &pg->arena, &text, &why) != OK)
        return fail_with(pg, statement, "", why);
    size_t n = statement->in_n + (statement->is_scoped ? DB_SCOPE_PARAMETERS : 0);
    PgPrepared *prepared = arena_new(&pg->arena, PgPrepared);
    prepared->text = text;
    prepared->sql = str_copy(&pg->arena, str_from_c(statement->sql));
    prepared->text_hash = statement->text_hash;
    prepared->parameter_n = n;
    prepared->values = arena_array(&pg->arena, const char *, n);
    prepared->lengths = arena_array(&pg->arena, int, n);
    prepared->formats = arena_array(&pg->arena, int, n);
    prepared->types = arena_array(&pg->arena, Oid, n);
    prepared->slots = arena_array(&pg->arena, Slot, n);
    DbValue scope[DB_SCOPE_PARAMETERS];
    db_scope_values(&(DbScope){0}, scope); /* for their types */
    for (size_t i = 0; i < n; i++) {
        bool is_in = i < statement->in_n;
        prepared->formats[i] = 1;
        prepared->types[i] =
            db_postgres_type(is_in ? statement->in[i].type : scope[i - statement->in_n].type);
    }
    snprintf(prepared->name, sizeof prepared->name, "s%zu", ++pg->prepared_n);
    *ret_prepared = prepared;
    return OK;
}

static Err find_prepared(Pg *pg, const DbStatement *statement, PgPrepared **ret_prepared)
{
    Str name = str_from_c(statement->name);
    PgPrepared *prepared = map_get(&pg->prepared, name);
    bool is_same = prepared != NULL
                   && (statement->text_hash != 0 ? prepared->text_hash == statement->text_hash
                                                 : str_equals_c(prepared->sql, statement->sql));
    if (!is_same) {
        PgPrepared *old = prepared;
        TRY(make_prepared(pg, statement, &prepared));
        if (old != NULL && old->is_on_server) {
            char drop[48];
            snprintf(drop, sizeof drop, "DEALLOCATE %s", old->name);
            TRY(script(pg, drop));
        }
        map_put(&pg->prepared, str_copy(&pg->arena, name), prepared);
    }
    *ret_prepared = prepared;
    return OK;
}

static Err put_on_server(Pg *pg, const DbStatement *statement, PgPrepared *prepared)
{
    if (prepared->is_on_server)
        return OK;
    TRY(pg_settle(pg));
    TRY(pg_finish(pg,
                  PQprepare(pg->handle, prepared->name, prepared->text, (int)prepared->parameter_n,
                            prepared->types),
                  statement->name));
    prepared->is_on_server = true;
    return OK;
}

static Err bind_value(Pg *pg, PgPrepared *prepared, size_t at, const DbValue *value)
{
    Str bytes = {NULL, 0};
    if (!value->is_null)
        db_postgres_encode(value, prepared->slots[at].slot, &bytes);
    if (bytes.n > INT_MAX) {
        snprintf(pg->message, sizeof pg->message, "a value is too long");
        return ERR_LIMIT;
    }
    prepared->values[at] = value->is_null ? NULL : bytes.p;
    prepared->lengths[at] = (int)bytes.n;
    return OK;
}

static Err bind_call(Pg *pg, PgPrepared *prepared, const DbCall *call)
{
    size_t in_n = call->statement->in_n;
    for (size_t i = 0; i < in_n; i++)
        TRY(bind_value(pg, prepared, i, &call->in[i]));
    if (call->scope == NULL)
        return OK;
    DbValue values[DB_SCOPE_PARAMETERS];
    db_scope_values(call->scope, values);
    for (size_t i = 0; i < DB_SCOPE_PARAMETERS; i++)
        TRY(bind_value(pg, prepared, in_n + i, &values[i]));
    return OK;
}

/* Whenever as many statements again have been run, so that plans grow with tables that were empty;
 * in the long run every PLAN_AGAIN_EVERY, which costs nothing. */
static Err plan_again(Pg *pg)
{
    pg->plan_again_at += pg->run_n < PLAN_AGAIN_EVERY ? pg->run_n : PLAN_AGAIN_EVERY;
    TRY(pg_settle(pg));
    return say(pg, &sql_postgres_plan_again);
}

static Err make_ready(Pg *pg, const DbCall *call, PgPrepared **ret_prepared)
{
    ENSURE(!pg->is_copying);
    if (pg->late != OK)
        TRY(pg_settle(pg));
    TRY(ensure_connected(pg));
    if (!pg->is_read_only && ++pg->run_n == pg->plan_again_at)
        TRY(plan_again(pg));
    TRY(find_prepared(pg, call->statement, ret_prepared));
    TRY(put_on_server(pg, call->statement, *ret_prepared));
    return bind_call(pg, *ret_prepared, call);
}

/* Puts it into the pipeline, which is entered. */
static Err send(Pg *pg, const DbCall *call, const PgPrepared *prepared)
{
    int sent = PQsendQueryPrepared(pg->handle, prepared->name, (int)prepared->parameter_n,
                                   prepared->values, prepared->lengths, prepared->formats, 1);
    return sent == 1 ? OK : pg_fail(pg, NULL, call->statement->name);
}

static PgBound bound_of(const PgPrepared *prepared)
{
    return (PgBound){prepared->values, prepared->lengths, prepared->parameter_n};
}

/* Waits for the answer, and for all that was sent before. */
static Err ask(Pg *pg, const DbCall *call, const PgPrepared *prepared, PGresult **ret_result)
{
    const PgBound bound = bound_of(prepared);
    TRY(pg_ahead_take(pg, call->statement, &bound, ret_result));
    if (*ret_result != NULL)
        return OK;
    if (pg_is_piping(pg)) {
        TRY(send(pg, call, prepared));
        Err err = pg_end_pipeline(pg, ret_result);
        if (err != OK || PQresultStatus(*ret_result) != PGRES_PIPELINE_ABORTED)
            return err;
        PQclear(*ret_result); /* something that was asked ahead has failed, which is nobody's */
    }
    *ret_result = PQexecPrepared(pg->handle, prepared->name, (int)prepared->parameter_n,
                                 prepared->values, prepared->lengths, prepared->formats, 1);
    return OK;
}

static Err execute(Pg *pg, const DbCall *call, PGresult **ret_result)
{
    PgPrepared *prepared = NULL;
    PGresult *result = NULL;
    TRY(make_ready(pg, call, &prepared));
    Err err = ask(pg, call, prepared, &result);
    ExecStatusType status = PQresultStatus(result);
    if (err == OK && status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        err = pg_fail(pg, result, call->statement->name);
    if (err == OK)
        *ret_result = result;
    else
        PQclear(result);
    return err;
}

static Err run(void *connection, const DbCall *call, int64_t *ret_changed)
{
    PGresult *result = NULL;
    pg_ahead_drop(connection);
    TRY(execute(connection, call, &result));
    int64_t changed = 0;
    if (num_parse_i64(str_from_c(PQcmdTuples(result)), &changed) != OK)
        changed = 0;
    PQclear(result);
    *ret_changed = changed;
    return OK;
}

static Err run_later(void *connection, const DbCall *call)
{
    Pg *pg = connection;
    PgPrepared *prepared = NULL;
    pg_ahead_drop(pg);
    TRY(make_ready(pg, call, &prepared));
    TRY(pg_enter_pipeline(pg));
    TRY(send(pg, call, prepared));
    pg->later[pg->later_n++] = call->statement->name;
    return OK;
}

/* A statement that this connection has not prepared yet waits for its turn: preparing it would be a
 * round trip of its own. */
static void ahead(void *connection, const DbCall *call)
{
    Pg *pg = connection;
    const PgPrepared *known = map_get(&pg->prepared, str_from_c(call->statement->name));
    PgPrepared *prepared = NULL;
    if (call->statement->is_streamed || known == NULL || !known->is_on_server
        || PQstatus(pg->handle) != CONNECTION_OK)
        return;
    if (find_prepared(pg, call->statement, &prepared) != OK || !prepared->is_on_server
        || bind_call(pg, prepared, call) != OK || !pg_ahead_enter(pg))
        return;
    const PgBound bound = bound_of(prepared);
    if (send(pg, call, prepared) == OK)
        pg_ahead_note(pg, call->statement, &bound);
    else if (!pg_is_piping(pg))
        PQexitPipelineMode(pg->handle);
}

static void ahead_end(void *connection)
{
    pg_ahead_drop(connection);
}

/* Types of the result, once for all of its rows. */
static Err check_result(Pg *pg, const DbStatement *statement, const PGresult *result)
{
    if ((size_t)PQnfields(result) != statement->out_n)
        return fail_with(pg, statement, "", "has another number of columns than declared");
    for (size_t i = 0; i < statement->out_n; i++) {
        if (!db_postgres_can_give(PQftype(result, (int)i), statement->out[i].type))
            return fail_with(pg, statement, statement->out[i].name, "is not of the declared type");
    }
    return OK;
}

static PgCursor *take_cursor(Pg *pg, const DbStatement *statement)
{
    PgCursor *cursor = pg->free_cursors;
    if (cursor == NULL)
        cursor = arena_new(&pg->arena, PgCursor);
    else
        pg->free_cursors = cursor->next_free;
    DbValue *values = cursor->head.values;
    size_t capacity = cursor->value_capacity;
    if (capacity < statement->out_n) {
        capacity = statement->out_n < 32 ? 32 : statement->out_n;
        values = arena_array(&pg->arena, DbValue, capacity);
    }
    *cursor = (PgCursor){.head.values = values, .value_capacity = capacity, .row = -1};
    cursor->statement = statement;
    return cursor;
}

static void give_cursor_back(Pg *pg, PgCursor *cursor)
{
    PQclear(cursor->result);
    cursor->result = NULL;
    cursor->next_free = pg->free_cursors;
    pg->free_cursors = cursor;
}

static Err declare(Pg *pg, const DbCall *call, PgCursor *cursor)
{
    ENSURE(!pg->is_copying);
    PgPrepared *prepared = NULL;
    TRY(pg_settle(pg));
    TRY(find_prepared(pg, call->statement, &prepared));
    TRY(bind_call(pg, prepared, call));
    snprintf(cursor->name, sizeof cursor->name, "c%llu", (unsigned long long)++pg->cursor_n);
    Arena scratch;
    arena_init(&scratch, MIB(2));
    Str text =
        str_printf(&scratch, "DECLARE %s NO SCROLL CURSOR FOR %s", cursor->name, prepared->text);
    PGresult *result =
        PQexecParams(pg->handle, str_to_c(&scratch, text), (int)prepared->parameter_n,
                     prepared->types, prepared->values, prepared->lengths, prepared->formats, 1);
    arena_done(&scratch);
    return pg_finish(pg, result, call->statement->name);
}

static Err query(void *connection, const DbCall *call, DbCursor **ret_cursor)
{
    Pg *pg = connection;
    PgCursor *cursor = take_cursor(pg, call->statement);
    Err err = OK;
    cursor->is_streamed = call->statement->is_streamed;
    if (cursor->is_streamed) {
        err = declare(pg, call, cursor);
    } else {
        err = execute(pg, call, &cursor->result);
        if (err == OK)
            err = check_result(pg, call->statement, cursor->result);
        if (err == OK)
            cursor->row_n = PQntuples(cursor->result);
    }
    if (err != OK) {
        give_cursor_back(pg, cursor);
        return err;
    }
    *ret_cursor = &cursor->head;
    return OK;
}

static Err fetch(Pg *pg, PgCursor *cursor)
{
    ENSURE(!pg->is_copying);
    TRY(pg_settle(pg));
    char text[64];
    snprintf(text, sizeof text, "FETCH %d FROM %s", CURSOR_ROWS, cursor->name);
    PQclear(cursor->result);
    cursor->result = PQexecParams(pg->handle, text, 0, NULL, NULL, NULL, NULL, 1);
    if (PQresultStatus(cursor->result) != PGRES_TUPLES_OK)
        return pg_fail(pg, cursor->result, cursor->statement->name);
    TRY(check_result(pg, cursor->statement, cursor->result));
    cursor->row = 0;
    cursor->row_n = PQntuples(cursor->result);
    cursor->is_last = cursor->row_n < CURSOR_ROWS;
    return OK;
}

static Err take_row(Pg *pg, PgCursor *cursor)
{
    const DbStatement *statement = cursor->statement;
    const PGresult *result = cursor->result;
    for (size_t i = 0; i < statement->out_n; i++) {
        const DbColumn *column = &statement->out[i];
        DbValue *value = &cursor->head.values[i];
        int at = (int)i;
        if (PQgetisnull(result, cursor->row, at) != 0) {
            *value = db_null(column->type);
            if (column->type == DB_DATE)
                value->as.date = DATE_NONE;
            if (!column->is_nullable)
                return fail_with(pg, statement, column->name, "is NULL");
            continue;
        }
        Str bytes = {PQgetvalue(result, cursor->row, at),
                     (size_t)PQgetlength(result, cursor->row, at)};
        if (!db_postgres_decode(PQftype(result, at), bytes, column->type, value))
            return fail_with(pg, statement, column->name, "is not of the declared type");
    }
    return OK;
}

static Err next(void *connection, DbCursor *head, bool *ret_has_row)
{
    Pg *pg = connection;
    PgCursor *cursor = (PgCursor *)head;
    if (cursor->row < cursor->row_n)
        cursor->row++;
    if (cursor->row >= cursor->row_n && cursor->is_streamed && !cursor->is_last)
        TRY(fetch(pg, cursor));
    if (cursor->row >= cursor->row_n) {
        *ret_has_row = false;
        return OK;
    }
    TRY(take_row(pg, cursor));
    *ret_has_row = true;
    return OK;
}

static void cursor_close(void *connection, DbCursor *head)
{
    Pg *pg = connection;
    PgCursor *cursor = (PgCursor *)head;
    if (cursor->is_streamed && pg->late == OK)
        pg->late = pg_settle(pg); /* told by the next call */
    if (cursor->is_streamed && PQtransactionStatus(pg->handle) == PQTRANS_INTRANS) {
        char text[32];
        snprintf(text, sizeof text, "CLOSE %s", cursor->name);
        PQclear(PQexec(pg->handle, text));
    }
    give_cursor_back(pg, cursor);
}

/* Ends the pipeline, and a COPY that its user has left; what they did is being rolled back. */
static void abandon_rest(Pg *pg)
{
    Err ignored = pg_settle(pg); /* what the rollback undoes */
    (void)ignored;
    if (!pg->is_copying)
        return;
    pg->is_copying = false;
    if (PQputCopyEnd(pg->handle, "abandoned") != 1)
        return;
    for (PGresult *result = PQgetResult(pg->handle); result != NULL;
         result = PQgetResult(pg->handle))
        PQclear(result);
}

static Err begin(Pg *pg, const DbStatement *text)
{
    TRY(pg_settle(pg));
    TRY(ensure_connected(pg));
    Err err = say(pg, text);
    if (err != OK && PQstatus(pg->handle) == CONNECTION_BAD) { /* it was lost while idle */
        TRY(ensure_connected(pg));
        err = say(pg, text);
    }
    pg->in_transaction = err == OK;
    return err;
}

static Err commit(Pg *pg)
{
    TRY(pg_settle(pg));
    PGTransactionStatusType status = PQtransactionStatus(pg->handle);
    if (status != PQTRANS_INTRANS) { /* COMMIT would roll back and say nothing */
        snprintf(pg->message, sizeof pg->message, "COMMIT: a statement of it has failed");
        return ERR_DB;
    }
    TRY(say(pg, &sql_postgres_commit));
    pg->in_transaction = false;
    return OK;
}

static Err step(void *connection, DbStep which)
{
    Pg *pg = connection;
    pg_ahead_drop(pg);
    switch (which) {
    case STEP_BEGIN: return begin(pg, &sql_postgres_begin);
    case STEP_BEGIN_STATE: return begin(pg, &sql_postgres_begin_state);
    case STEP_COMMIT: return commit(pg);
    case STEP_ROLLBACK:
        abandon_rest(pg);
        pg->in_transaction = false;
        if (PQtransactionStatus(pg->handle) == PQTRANS_IDLE)
            return OK;
        return say(pg, &sql_postgres_rollback);
    case STEP_SAVEPOINT: return pg_savepoint(pg);
    case STEP_RELEASE: return pg_release(pg);
    case STEP_ROLLBACK_TO: abandon_rest(pg); return script(pg, "ROLLBACK TO work; RELEASE work");
    }
    return ERR_INTERNAL;
}

static bool has_transaction(void *connection)
{
    Pg *pg = connection;
    PGTransactionStatusType status = PQtransactionStatus(pg->handle);
    return status != PQTRANS_IDLE && status != PQTRANS_UNKNOWN;
}

typedef struct {
    Buf rows;
    size_t column_n;
} PgBulk;

static Err bulk_flush(Pg *pg, PgBulk *bulk)
{
    if (bulk->rows.is_over) {
        snprintf(pg->message, sizeof pg->message, "bulk: a row is too long");
        return ERR_LIMIT;
    }
    int sent = PQputCopyData(pg->handle, bulk->rows.p, (int)bulk->rows.n);
    buf_clear(&bulk->rows);
    return sent == 1 ? OK : pg_fail(pg, NULL, "bulk");
}

static Err bulk_begin(void *connection, Arena *arena, const char *table, const DbColumn *columns,
                      size_t column_n, void **ret_bulk)
{
    Pg *pg = connection;
    ENSURE(!pg->is_copying);
    pg_ahead_drop(pg);
    TRY(pg_settle(pg));
    Buf sql;
    buf_init(&sql, arena, KIB(256));
    db_put_bulk(&sql, sql_postgres_bulk.sql, table, columns, column_n, '$');
    PGresult *result = PQexec(pg->handle, str_to_c(arena, buf_str(&sql)));
    if (PQresultStatus(result) != PGRES_COPY_IN) {
        Err err = pg_fail(pg, result, table);
        PQclear(result);
        return err;
    }
    PQclear(result);
    pg->is_copying = true;
    PgBulk *bulk = arena_new(arena, PgBulk);
    buf_init(&bulk->rows, arena, COPY_MOST);
    bulk->column_n = column_n;
    db_postgres_copy_begin(&bulk->rows);
    *ret_bulk = bulk;
    return OK;
}

static Err bulk_row(void *connection, void *state, const DbValue *values)
{
    PgBulk *bulk = state;
    db_postgres_copy_row(&bulk->rows, values, bulk->column_n);
    return bulk->rows.n < COPY_FLUSH ? OK : bulk_flush(connection, bulk);
}

static Err bulk_end(void *connection, void *state)
{
    Pg *pg = connection;
    PgBulk *bulk = state;
    db_postgres_copy_end(&bulk->rows);
    TRY(bulk_flush(pg, bulk));
    pg->is_copying = false;
    if (PQputCopyEnd(pg->handle, NULL) != 1)
        return pg_fail(pg, NULL, "bulk");
    Err err = OK;
    for (PGresult *result = PQgetResult(pg->handle); result != NULL;
         result = PQgetResult(pg->handle)) {
        Err one = pg_finish(pg, result, "bulk");
        err = err == OK ? one : err;
    }
    return err;
}

static Str message(const void *connection)
{
    return str_from_c(((const Pg *)connection)->message);
}

static void check_columns(const DbStatement *statement, const PGresult *description, Buf *faults)
{
    if ((size_t)PQnfields(description) != statement->out_n) {
        buf_printf(faults, "%s: %d columns, declared %zu\n", statement->name,
                   PQnfields(description), statement->out_n);
        return;
    }
    for (size_t i = 0; i < statement->out_n; i++) {
        const DbColumn *column = &statement->out[i];
        const char *name = PQfname(description, (int)i);
        Oid oid = PQftype(description, (int)i);
        if (strcmp(name, column->name) != 0)
            buf_printf(faults, "%s: column %zu is %s, declared %s\n", statement->name, i + 1, name,
                       column->name);
        if (!db_postgres_can_give(oid, column->type))
            buf_printf(faults, "%s: %s has type %u\n", statement->name, column->name, oid);
    }
}

static void check(void *connection, const DbStatement *statement, Buf *faults)
{
    Pg *pg = connection;
    PgPrepared *prepared = NULL;
    Err err = pg_settle(pg);
    if (err == OK)
        err = ensure_connected(pg);
    if (err == OK)
        err = find_prepared(pg, statement, &prepared);
    if (err == OK)
        err = put_on_server(pg, statement, prepared);
    if (err != OK) {
        buf_printf(faults, "%s\n", pg->message);
        return;
    }
    PGresult *description = PQdescribePrepared(pg->handle, prepared->name);
    check_columns(statement, description, faults);
    PQclear(description);
}

static void close_connection(void *connection)
{
    Pg *pg = connection;
    pg_ahead_drop(pg);
    PQfinish(pg->handle);
    arena_done(&pg->ahead_arena);
    arena_done(&pg->arena);
}

static const DbDriver postgres_driver = {
    .engine = DB_POSTGRES,
    .close = close_connection,
    .run = run,
    .run_later = run_later,
    .query = query,
    .ahead = ahead,
    .ahead_end = ahead_end,
    .next = next,
    .cursor_close = cursor_close,
    .step = step,
    .has_transaction = has_transaction,
    .script = script,
    .bulk_begin = bulk_begin,
    .bulk_row = bulk_row,
    .bulk_end = bulk_end,
    .message = message,
    .check = check,
};

/* A server that is gone is noticed within a minute; what the address says goes before. */
static PGconn *connect_to(const char *url)
{
    static const struct {
        const char *key, *value;
    } defaults[] = {
        {"connect_timeout", "10"},     {"keepalives", "1"},       {"keepalives_idle", "30"},
        {"keepalives_interval", "10"}, {"keepalives_count", "3"}, {"tcp_user_timeout", "30000"},
    };
    enum { DEFAULT_N = sizeof defaults / sizeof *defaults };
    const char *keys[DEFAULT_N + 2] = {NULL}, *values[DEFAULT_N + 2] = {NULL};
    for (size_t i = 0; i < DEFAULT_N; i++) {
        keys[i] = defaults[i].key;
        values[i] = defaults[i].value;
    }
    keys[DEFAULT_N] = "dbname";
    values[DEFAULT_N] = url;
    return PQconnectdbParams(keys, values, 1);
}

/* Warnings of the server are not for our terminal. */
static void ignore_notice(void *context, const char *text)
{
    (void)context;
    (void)text;
}

Err db_postgres_open(const DbOptions *options, Arena *arena, Db *db, Str *reterr_message)
{
    Pg *pg = arena_new(arena, Pg);
    arena_init(&pg->arena, DB_CONNECTION_MEMORY);
    arena_init(&pg->ahead_arena, DB_CONNECTION_MEMORY);
    map_init(&pg->prepared, &pg->arena);
    pg->is_read_only = options->read_only;
    pg->plan_again_at = PLAN_AGAIN_FIRST;
    pg->is_limited = options->is_server && !options->read_only;
    pg->handle = connect_to(str_to_c(arena, options->url));
    if (PQstatus(pg->handle) != CONNECTION_OK) {
        *reterr_message = str_trim(str_copy(arena, str_from_c(PQerrorMessage(pg->handle))));
        close_connection(pg);
        return ERR_DB;
    }
    PQsetNoticeProcessor(pg->handle, ignore_notice, NULL);
    Err err = set_up(pg);
    if (err != OK) {
        *reterr_message = str_copy(arena, message(pg));
        close_connection(pg);
        return err;
    }
    *db = (Db){.driver = &postgres_driver, .connection = pg};
    return OK;
}
