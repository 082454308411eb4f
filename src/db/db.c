/* Dispatch to the driver, and the state of the transaction. Knows no database. */
#include "db/db.h"

#include <string.h>

#include "db/db_int.h"

Err db_open(const DbOptions *options, Arena *arena, Db **ret_db, Str *reterr_message)
{
    Db *db = arena_new(arena, Db);
    bool is_postgres = str_has_prefix(options->url, STR("postgresql://"))
                       || str_has_prefix(options->url, STR("postgres://"));
    if (is_postgres)
        TRY(db_postgres_open(options, arena, db, reterr_message));
    else
        TRY(db_sqlite_open(options, arena, db, reterr_message));
    *ret_db = db;
    return OK;
}

void db_close(Db *db)
{
    if (db == NULL || db->driver == NULL)
        return;
    if (db->in_transaction)
        db_rollback(db);
    db->driver->close(db->connection);
    db->driver = NULL;
}

DbEngine db_engine(const Db *db)
{
    return db->driver->engine;
}

Str db_last_message(const Db *db)
{
    return db->driver->message(db->connection);
}

bool db_in_transaction(const Db *db)
{
    return db->in_transaction;
}

/* Notes that the database has ended the transaction: the rest of it must not run on its own. */
static Err note(Db *db, Err err)
{
    if (err != OK && db->in_transaction && db->doomed == OK
        && !db->driver->has_transaction(db->connection))
        db->doomed = err;
    return err;
}

static Err check_call(Db *db, const DbStatement *statement, const DbScope *scope, const DbValue *in)
{
    ENSURE((scope != NULL) == statement->is_scoped);
    TRY(db->doomed);
    for (size_t i = 0; i < statement->in_n; i++) {
        const DbValue *value = &in[i];
        DCHECK(value->type == statement->in[i].type);
        if (value->type == DB_TEXT && !value->is_null && value->as.text.n > 0
            && memchr(value->as.text.p, 0, value->as.text.n) != NULL)
            return ERR_INVALID;
    }
    return OK;
}

Err db_run(Db *db, const DbStatement *statement, const DbScope *scope, const DbValue *in,
           int64_t *ret_changed)
{
    TRY(check_call(db, statement, scope, in));
    DbCall call = {statement, scope, in};
    int64_t changed = 0;
    TRY(note(db, db->driver->run(db->connection, &call, &changed)));
    if (ret_changed != NULL)
        *ret_changed = changed;
    return OK;
}

Err db_run_later(Db *db, const DbStatement *statement, const DbScope *scope, const DbValue *in)
{
    ENSURE(db->in_transaction);
    TRY(check_call(db, statement, scope, in));
    DbCall call = {statement, scope, in};
    return note(db, db->driver->run_later(db->connection, &call));
}

Err db_query(Db *db, const DbStatement *statement, const DbScope *scope, const DbValue *in,
             DbRows *ret_rows)
{
    TRY(check_call(db, statement, scope, in));
    ENSURE(!statement->is_streamed || db->in_transaction);
    DbCall call = {statement, scope, in};
    DbCursor *cursor = NULL;
    TRY(note(db, db->driver->query(db->connection, &call, &cursor)));
    *ret_rows = (DbRows){db, statement, cursor};
    return OK;
}

void db_ahead(Db *db, const DbStatement *statement, const DbScope *scope, const DbValue *in)
{
    if (db->driver->ahead == NULL || check_call(db, statement, scope, in) != OK)
        return;
    DbCall call = {statement, scope, in};
    db->driver->ahead(db->connection, &call);
}

void db_ahead_end(Db *db)
{
    if (db->driver->ahead_end != NULL)
        db->driver->ahead_end(db->connection);
}

Err db_next(DbRows *rows, bool *ret_has_row)
{
    Db *db = rows->db;
    ENSURE(rows->cursor != NULL);
    TRY(db->doomed);
    return note(db, db->driver->next(db->connection, rows->cursor, ret_has_row));
}

DbValue db_column(const DbRows *rows, size_t column)
{
    DCHECK(column < rows->statement->out_n);
    return rows->cursor->values[column];
}

void db_rows_close(DbRows *rows)
{
    if (rows->cursor == NULL)
        return;
    rows->db->driver->cursor_close(rows->db->connection, rows->cursor);
    rows->cursor = NULL;
}

const void *db_kept(const Db *db, const DbKept *kind)
{
    for (size_t i = 0; i < DB_KEPT_MOST; i++) {
        if (db->kept[i].kind == kind)
            return db->kept[i].bytes;
    }
    return NULL;
}

void db_keep(Db *db, const DbKept *kind, const void *value, size_t n)
{
    ENSURE(db->in_transaction && n <= DB_KEPT_SIZE);
    size_t at = 0;
    while (at < DB_KEPT_MOST && db->kept[at].kind != kind && db->kept[at].kind != NULL)
        at++;
    ENSURE(at < DB_KEPT_MOST);
    db->kept[at].kind = kind;
    db->kept[at].is_written = kind->write == NULL;
    memcpy(db->kept[at].bytes, value, n);
}

Err db_kept_write(Db *db)
{
    for (size_t i = 0; i < DB_KEPT_MOST; i++) {
        KeptValue *kept = &db->kept[i];
        if (kept->kind == NULL || kept->is_written)
            continue;
        TRY(kept->kind->write(db, kept->bytes));
        kept->is_written = true;
    }
    return OK;
}

static void forget_kept(Db *db)
{
    for (size_t i = 0; i < DB_KEPT_MOST; i++)
        db->kept[i].kind = NULL;
}

static Err begin(Db *db, DbStep step)
{
    ENSURE(!db->in_transaction);
    TRY(db->driver->step(db->connection, step));
    db->in_transaction = true;
    db->in_savepoint = false;
    db->doomed = OK;
    return OK;
}

Err db_begin(Db *db)
{
    return begin(db, STEP_BEGIN);
}

Err db_begin_state(Db *db)
{
    return begin(db, STEP_BEGIN_STATE);
}

Err db_commit(Db *db)
{
    ENSURE(db->in_transaction && !db->in_savepoint);
    Err err = db->doomed;
    if (err == OK)
        err = db_kept_write(db);
    if (err == OK)
        err = db->driver->step(db->connection, STEP_COMMIT);
    if (err != OK) {
        db_rollback(db);
        return err;
    }
    forget_kept(db);
    db->in_transaction = false;
    return OK;
}

void db_rollback(Db *db)
{
    if (!db->in_transaction)
        return;
    Err ignored = db->driver->step(db->connection, STEP_ROLLBACK);
    (void)ignored; /* when it cannot be sent, the connection is gone and the transaction with it */
    forget_kept(db);
    db->in_transaction = false;
    db->in_savepoint = false;
    db->doomed = OK;
}

Err db_savepoint(Db *db)
{
    ENSURE(db->in_transaction && !db->in_savepoint);
    TRY(db->doomed);
    TRY(note(db, db->driver->step(db->connection, STEP_SAVEPOINT)));
    memcpy(db->kept_before, db->kept, sizeof db->kept);
    db->in_savepoint = true;
    return OK;
}

Err db_release(Db *db)
{
    ENSURE(db->in_savepoint);
    TRY(db->doomed);
    TRY(note(db, db->driver->step(db->connection, STEP_RELEASE)));
    db->in_savepoint = false;
    return OK;
}

void db_rollback_to_savepoint(Db *db)
{
    ENSURE(db->in_savepoint);
    db->in_savepoint = false;
    memcpy(db->kept, db->kept_before, sizeof db->kept);
    if (db->doomed != OK)
        return;
    Err err = db->driver->step(db->connection, STEP_ROLLBACK_TO);
    if (err != OK)
        db->doomed = err; /* what the savepoint covered would be committed with the rest */
}

Err db_script(Db *db, Str sql)
{
    TRY(db->doomed);
    Arena arena;
    arena_init(&arena, sql.n + KIB(4));
    Err err = db->driver->script(db->connection, str_to_c(&arena, sql));
    arena_done(&arena);
    return note(db, err);
}

struct DbBulk {
    Db *db;
    void *state;
};

Err db_bulk_begin(Db *db, Arena *arena, const char *table, const DbColumn *columns, size_t column_n,
                  DbBulk **ret_bulk)
{
    ENSURE(db->in_transaction && column_n > 0 && db_is_name(table));
    for (size_t i = 0; i < column_n; i++)
        ENSURE(db_is_name(columns[i].name));
    TRY(db->doomed);
    DbBulk *bulk = arena_new(arena, DbBulk);
    bulk->db = db;
    TRY(note(
        db, db->driver->bulk_begin(db->connection, arena, table, columns, column_n, &bulk->state)));
    *ret_bulk = bulk;
    return OK;
}

Err db_bulk_row(DbBulk *bulk, const DbValue *values)
{
    Db *db = bulk->db;
    TRY(db->doomed);
    return note(db, db->driver->bulk_row(db->connection, bulk->state, values));
}

Err db_bulk_end(DbBulk *bulk)
{
    Db *db = bulk->db;
    TRY(db->doomed);
    return note(db, db->driver->bulk_end(db->connection, bulk->state));
}

Err db_check_statements(Db *db, const DbStatement *const *statements, size_t n, Arena *arena,
                        Str *reterr_message)
{
    Buf faults;
    buf_init(&faults, arena, MIB(1));
    for (size_t i = 0; i < n; i++)
        db->driver->check(db->connection, statements[i], &faults);
    if (faults.n == 0)
        return OK;
    *reterr_message = buf_str(&faults);
    return ERR_INTERNAL;
}
