/* The SQLite driver.
 *
 * Invariants
 *  1. A statement is prepared once and kept by its name; a statement that is open already is
 *     prepared again for the second user and both are kept.
 *  2. WAL and synchronous=FULL: a commit that has returned survives loss of power.
 *  3. Nobody loads extensions, and double-quoted text is not a literal. */
#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "base/map.h"
#include "base/os_thread.h"
#include "db/db_functions.h"
#include "db/db_int.h"
#include "db/sqlite_memory_sql.h"
#include "db/sqlite_settings_sql.h"
#include "db/sqlite_texts_sql.h"

enum {
    BUSY_MS = 10000,
    STEP_COUNT = STEP_ROLLBACK_TO + 1,
    RECENT_COUNT = 256, /* a power of two */
    PIECE_BYTES = 1200,
    PIECES = 500,
};

typedef struct Prepared Prepared;

/* The cursor lies inside the statement that it reads. */
typedef struct {
    DbCursor head;
    const DbStatement *statement; /* of the running call */
    Prepared *prepared;
    bool is_done;
} SqliteCursor;

struct Prepared {
    SqliteCursor cursor;
    sqlite3_stmt *handle;
    Str sql; /* as written by the caller: a changed text under one name is prepared again */
    uint64_t text_hash;
    size_t out_n;
    bool is_open;
    Prepared *next; /* of the same name */
};

typedef struct {
    sqlite3 *handle;
    Arena arena;
    Map prepared; /* by name */
    struct {
        const DbStatement *statement;
        Prepared *prepared;
    } recent[RECENT_COUNT]; /* by address, to be compared: another statement may come to lie there
                             */
    sqlite3_stmt *steps[STEP_COUNT];
    sqlite3_stmt *bulk;
    bool is_read_only;
    char message[DB_MESSAGE_SIZE];
} Sqlite;

static Err err_of(int code)
{
    switch (code) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
    case SQLITE_CONSTRAINT_FOREIGNKEY: return ERR_CONFLICT;
    case SQLITE_CONSTRAINT_NOTNULL:
    case SQLITE_CONSTRAINT_CHECK:
    case SQLITE_CONSTRAINT_DATATYPE: return ERR_INVALID;
    default: break;
    }
    switch (code & 0xff) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE: return OK;
    case SQLITE_FULL: return ERR_FULL;
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return ERR_BUSY;
    case SQLITE_READONLY: return ERR_FORBIDDEN;
    case SQLITE_NOMEM:
    case SQLITE_TOOBIG: return ERR_LIMIT;
    case SQLITE_INTERRUPT: return ERR_TIMEOUT;
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN: return ERR_IO;
    default: return ERR_DB;
    }
}

/* Keeps the words of the failure; they name tables and columns, never values. */
static Err fail(Sqlite *sqlite, const char *where)
{
    int code = sqlite3_extended_errcode(sqlite->handle);
    Err err = err_of(code);
    if (err == ERR_IO && sqlite3_system_errno(sqlite->handle) == ENOSPC)
        err = ERR_FULL;
    snprintf(sqlite->message, sizeof sqlite->message, "%s: %s (SQLite %d)", where,
             sqlite3_errmsg(sqlite->handle), code);
    return err == OK ? ERR_DB : err;
}

static Err fail_with(Sqlite *sqlite, const DbStatement *statement, const char *column,
                     const char *why)
{
    snprintf(sqlite->message, sizeof sqlite->message, "%s: %s%s%s", statement->name, column,
             column[0] == '\0' ? "" : " ", why);
    return ERR_INTERNAL;
}

static Err prepare(Sqlite *sqlite, const DbStatement *statement, Prepared **ret_prepared)
{
    const char *sql = NULL, *why = NULL;
    if (db_expand(statement, '?', &sqlite->arena, &sql, &why) != OK)
        return fail_with(sqlite, statement, "", why);
    sqlite3_stmt *handle = NULL;
    int code =
        sqlite3_prepare_v3(sqlite->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &handle, NULL);
    if (code != SQLITE_OK)
        return fail(sqlite, statement->name);
    if (handle == NULL
        || (statement->out_n > 0 && (size_t)sqlite3_column_count(handle) != statement->out_n)) {
        sqlite3_finalize(handle);
        return fail_with(sqlite, statement, "", "has another number of columns than declared");
    }
    Prepared *prepared = arena_new(&sqlite->arena, Prepared);
    prepared->handle = handle;
    prepared->sql = str_copy(&sqlite->arena, str_from_c(statement->sql));
    prepared->text_hash = statement->text_hash;
    prepared->out_n = statement->out_n;
    prepared->cursor.prepared = prepared;
    prepared->cursor.head.values = arena_array(&sqlite->arena, DbValue, statement->out_n);
    *ret_prepared = prepared;
    return OK;
}

static bool has_same_text(const Prepared *one, const DbStatement *statement)
{
    return statement->text_hash != 0 ? one->text_hash == statement->text_hash
                                     : str_equals_c(one->sql, statement->sql);
}

/* Forgets the texts that a name had before, as far as nobody reads them. */
static Prepared *drop_outdated(Prepared *list, const DbStatement *statement)
{
    Prepared *kept = NULL;
    while (list != NULL) {
        Prepared *next = list->next;
        if (!list->is_open && !has_same_text(list, statement)) {
            sqlite3_finalize(list->handle);
            list->handle = NULL; /* those recently used may name it still */
        } else {
            list->next = kept;
            kept = list;
        }
        list = next;
    }
    return kept;
}

static bool is_usable(const Prepared *one, const DbStatement *statement)
{
    return one->handle != NULL && !one->is_open && one->out_n == statement->out_n
           && has_same_text(one, statement);
}

static Err find_named(Sqlite *sqlite, const DbStatement *statement, Prepared **ret_prepared)
{
    Str name = str_from_c(statement->name);
    Prepared *list = map_get(&sqlite->prepared, name);
    for (Prepared *one = list; one != NULL; one = one->next) {
        if (is_usable(one, statement)) {
            *ret_prepared = one;
            return OK;
        }
    }
    Prepared *prepared = NULL;
    TRY(prepare(sqlite, statement, &prepared));
    prepared->next = drop_outdated(list, statement);
    map_put(&sqlite->prepared, str_copy(&sqlite->arena, name), prepared);
    *ret_prepared = prepared;
    return OK;
}

static Err find_prepared(Sqlite *sqlite, const DbStatement *statement, Prepared **ret_prepared)
{
    size_t at = ((uintptr_t)statement / sizeof(void *)) & (RECENT_COUNT - 1);
    Prepared *recent = sqlite->recent[at].prepared;
    if (sqlite->recent[at].statement == statement && is_usable(recent, statement)) {
        *ret_prepared = recent;
        return OK;
    }
    TRY(find_named(sqlite, statement, ret_prepared));
    sqlite->recent[at].statement = statement;
    sqlite->recent[at].prepared = *ret_prepared;
    return OK;
}

/* keep: how long text and bytes live. */
static int bind_value(sqlite3_stmt *handle, int at, const DbValue *value,
                      sqlite3_destructor_type keep)
{
    if (value->is_null)
        return sqlite3_bind_null(handle, at);
    Str text = value->as.text;
    char date[DATE_TEXT_SIZE];
    switch (value->type) {
    case DB_INTEGER: return sqlite3_bind_int64(handle, at, value->as.integer);
    case DB_INSTANT: return sqlite3_bind_int64(handle, at, value->as.instant.ms);
    case DB_DECIMAL: return sqlite3_bind_double(handle, at, value->as.decimal);
    case DB_TEXT:
        return sqlite3_bind_text64(handle, at, text.n == 0 ? "" : text.p, text.n, keep,
                                   SQLITE_UTF8);
    case DB_BYTES: return sqlite3_bind_blob64(handle, at, text.n == 0 ? "" : text.p, text.n, keep);
    case DB_UUID: return sqlite3_bind_blob(handle, at, value->as.uuid.bytes, 16, keep);
    case DB_DATE:
        return sqlite3_bind_text(handle, at, date_format(value->as.date, date), DATE_TEXT_SIZE - 1,
                                 SQLITE_TRANSIENT);
    }
    return SQLITE_MISUSE;
}

/* Nothing of the call is left behind. */
static Err fail_binding(Sqlite *sqlite, sqlite3_stmt *handle, const DbCall *call)
{
    Err err = fail(sqlite, call->statement->name);
    sqlite3_clear_bindings(handle);
    return err;
}

/* Every parameter is NULL before: lists of ids leave most of them so. */
static Err bind_call(Sqlite *sqlite, sqlite3_stmt *handle, const DbCall *call,
                     sqlite3_destructor_type keep)
{
    int at = 1;
    for (size_t i = 0; i < call->statement->in_n; i++, at++) {
        if (!call->in[i].is_null && bind_value(handle, at, &call->in[i], keep) != SQLITE_OK)
            return fail_binding(sqlite, handle, call);
    }
    if (call->scope == NULL)
        return OK;
    DbValue values[DB_SCOPE_PARAMETERS];
    db_scope_values(call->scope, values);
    int most = sqlite3_bind_parameter_count(handle);
    for (size_t i = 0; i < DB_SCOPE_PARAMETERS && at <= most; i++, at++) {
        if (bind_value(handle, at, &values[i], SQLITE_TRANSIENT) != SQLITE_OK)
            return fail_binding(sqlite, handle, call);
    }
    return OK;
}

static Err run(void *connection, const DbCall *call, int64_t *ret_changed)
{
    Sqlite *sqlite = connection;
    Prepared *prepared = NULL;
    TRY(find_prepared(sqlite, call->statement, &prepared));
    TRY(bind_call(sqlite, prepared->handle, call, SQLITE_STATIC));
    int code = SQLITE_ROW;
    while (code == SQLITE_ROW)
        code = sqlite3_step(prepared->handle);
    Err err = code == SQLITE_DONE ? OK : fail(sqlite, call->statement->name);
    if (err == OK)
        *ret_changed = sqlite3_changes64(sqlite->handle);
    sqlite3_reset(prepared->handle);
    sqlite3_clear_bindings(prepared->handle);
    return err;
}

static Err run_later(void *connection, const DbCall *call)
{
    int64_t ignored = 0;
    return run(connection, call, &ignored);
}

static Err query(void *connection, const DbCall *call, DbCursor **ret_cursor)
{
    Sqlite *sqlite = connection;
    Prepared *prepared = NULL;
    TRY(find_prepared(sqlite, call->statement, &prepared));
    TRY(bind_call(sqlite, prepared->handle, call, SQLITE_TRANSIENT));
    prepared->is_open = true;
    prepared->cursor.statement = call->statement;
    prepared->cursor.is_done = false;
    *ret_cursor = &prepared->cursor.head;
    return OK;
}

static Str bytes_of(sqlite3_value *stored)
{
    const void *p = sqlite3_value_blob(stored);
    int n = sqlite3_value_bytes(stored);
    return n == 0 ? (Str){"", 0} : (Str){p, (size_t)n};
}

/* false when the stored type is not the declared one. The column is looked up once: each of the
 * sqlite3_column functions would do so. Its value may be read as it stands, because the connection
 * is opened with NOMUTEX and used by one thread. */
static bool take_value(sqlite3_stmt *handle, int at, DbType type, DbValue *ret)
{
    sqlite3_value *value = sqlite3_column_value(handle, at);
    int stored = sqlite3_value_type(value);
    *ret = (DbValue){.type = type, .is_null = stored == SQLITE_NULL};
    if (type == DB_DATE)
        ret->as.date = DATE_NONE;
    if (stored == SQLITE_NULL)
        return true;
    switch (type) {
    case DB_INTEGER: ret->as.integer = sqlite3_value_int64(value); break;
    case DB_INSTANT: ret->as.instant.ms = sqlite3_value_int64(value); break;
    case DB_DECIMAL:
        ret->as.decimal = sqlite3_value_double(value);
        return stored == SQLITE_FLOAT || stored == SQLITE_INTEGER;
    case DB_TEXT: ret->as.text = bytes_of(value); return stored == SQLITE_TEXT;
    case DB_BYTES: ret->as.text = bytes_of(value); return stored == SQLITE_BLOB;
    case DB_DATE: return stored == SQLITE_TEXT && date_parse(bytes_of(value), &ret->as.date) == OK;
    case DB_UUID: {
        Str bytes = bytes_of(value);
        if (stored != SQLITE_BLOB || bytes.n != sizeof ret->as.uuid.bytes)
            return false;
        memcpy(ret->as.uuid.bytes, bytes.p, bytes.n);
        return true;
    }
    }
    return stored == SQLITE_INTEGER;
}

static Err next(void *connection, DbCursor *cursor, bool *ret_has_row)
{
    Sqlite *sqlite = connection;
    SqliteCursor *open = (SqliteCursor *)cursor;
    const DbStatement *statement = open->statement;
    sqlite3_stmt *handle = open->prepared->handle;
    int code = open->is_done ? SQLITE_DONE : sqlite3_step(handle);
    if (code == SQLITE_DONE) {
        open->is_done = true; /* another step would begin anew */
        sqlite3_reset(handle);
        *ret_has_row = false;
        return OK;
    }
    if (code != SQLITE_ROW)
        return fail(sqlite, statement->name);
    for (size_t i = 0; i < statement->out_n; i++) {
        const DbColumn *column = &statement->out[i];
        DbValue *value = &cursor->values[i];
        if (!take_value(handle, (int)i, column->type, value))
            return fail_with(sqlite, statement, column->name, "is not of the declared type");
        if (value->is_null && !column->is_nullable)
            return fail_with(sqlite, statement, column->name, "is NULL");
    }
    *ret_has_row = true;
    return OK;
}

static void cursor_close(void *connection, DbCursor *cursor)
{
    (void)connection;
    SqliteCursor *open = (SqliteCursor *)cursor;
    sqlite3_reset(open->prepared->handle);
    sqlite3_clear_bindings(open->prepared->handle);
    open->prepared->is_open = false;
}

static void end_bulk(Sqlite *sqlite)
{
    sqlite3_finalize(sqlite->bulk);
    sqlite->bulk = NULL;
}

static Err step(void *connection, DbStep which)
{
    static const DbStatement *const texts[STEP_COUNT] = {
        [STEP_BEGIN] = &sql_sqlite_begin,
        [STEP_BEGIN_STATE] = &sql_sqlite_begin_read,
        [STEP_COMMIT] = &sql_sqlite_commit,
        [STEP_ROLLBACK] = &sql_sqlite_rollback,
        [STEP_SAVEPOINT] = &sql_sqlite_savepoint,
        [STEP_RELEASE] = &sql_sqlite_release,
        [STEP_ROLLBACK_TO] = &sql_sqlite_rollback_to,
    };
    Sqlite *sqlite = connection;
    bool is_reading = which == STEP_BEGIN && sqlite->is_read_only;
    const char *text = is_reading ? sql_sqlite_begin_read.sql : texts[which]->sql;
    if (which == STEP_ROLLBACK) {
        end_bulk(sqlite);
        if (sqlite3_get_autocommit(sqlite->handle) != 0)
            return OK;
    }
    sqlite3_stmt **handle = &sqlite->steps[which];
    if (*handle == NULL
        && sqlite3_prepare_v3(sqlite->handle, text, -1, SQLITE_PREPARE_PERSISTENT, handle, NULL)
               != SQLITE_OK)
        return fail(sqlite, text);
    Err err = sqlite3_step(*handle) == SQLITE_DONE ? OK : fail(sqlite, text);
    sqlite3_reset(*handle);
    if (err == OK && which == STEP_ROLLBACK_TO) /* the savepoint itself stays open in SQL */
        return step(sqlite, STEP_RELEASE);
    return err;
}

static bool has_transaction(void *connection)
{
    Sqlite *sqlite = connection;
    return sqlite3_get_autocommit(sqlite->handle) == 0;
}

static Err script(void *connection, const char *sql)
{
    Sqlite *sqlite = connection;
    return sqlite3_exec(sqlite->handle, sql, NULL, NULL, NULL) == SQLITE_OK
               ? OK
               : fail(sqlite, "script");
}

typedef struct {
    size_t column_n;
} SqliteBulk;

static Err bulk_begin(void *connection, Arena *arena, const char *table, const DbColumn *columns,
                      size_t column_n, void **ret_bulk)
{
    Sqlite *sqlite = connection;
    ENSURE(sqlite->bulk == NULL);
    Buf sql;
    buf_init(&sql, arena, KIB(256));
    db_put_bulk(&sql, sql_sqlite_bulk.sql, table, columns, column_n, '?');
    if (sqlite3_prepare_v2(sqlite->handle, sql.p, (int)sql.n, &sqlite->bulk, NULL) != SQLITE_OK)
        return fail(sqlite, table);
    SqliteBulk *bulk = arena_new(arena, SqliteBulk);
    bulk->column_n = column_n;
    *ret_bulk = bulk;
    return OK;
}

static Err bulk_row(void *connection, void *state, const DbValue *values)
{
    Sqlite *sqlite = connection;
    const SqliteBulk *bulk = state;
    for (size_t i = 0; i < bulk->column_n; i++) {
        if (bind_value(sqlite->bulk, (int)i + 1, &values[i], SQLITE_STATIC) != SQLITE_OK)
            return fail(sqlite, "bulk");
    }
    Err err = sqlite3_step(sqlite->bulk) == SQLITE_DONE ? OK : fail(sqlite, "bulk");
    sqlite3_reset(sqlite->bulk);
    return err;
}

static Err bulk_end(void *connection, void *state)
{
    (void)state;
    end_bulk(connection);
    return OK;
}

static Str message(const void *connection)
{
    return str_from_c(((const Sqlite *)connection)->message);
}

/* Whether a column that was declared with the SQL type `real` can give `type`. */
static bool can_give(const char *real, DbType type)
{
    if (real == NULL) /* an expression */
        return true;
    switch (type) {
    case DB_INTEGER:
    case DB_INSTANT: return strcmp(real, "INTEGER") == 0;
    case DB_DECIMAL: return strcmp(real, "REAL") == 0;
    case DB_TEXT:
    case DB_DATE: return strcmp(real, "TEXT") == 0;
    case DB_UUID:
    case DB_BYTES: return strcmp(real, "BLOB") == 0;
    }
    return false;
}

static void check(void *connection, const DbStatement *statement, Buf *faults)
{
    Sqlite *sqlite = connection;
    Prepared *prepared = NULL;
    if (find_prepared(sqlite, statement, &prepared) != OK) {
        buf_printf(faults, "%s\n", sqlite->message);
        return;
    }
    for (size_t i = 0; i < statement->out_n; i++) {
        const DbColumn *column = &statement->out[i];
        const char *name = sqlite3_column_name(prepared->handle, (int)i);
        if (name == NULL || strcmp(name, column->name) != 0)
            buf_printf(faults, "%s: column %zu is %s, declared %s\n", statement->name, i + 1,
                       name == NULL ? "?" : name, column->name);
        const char *real = sqlite3_column_decltype(prepared->handle, (int)i);
        if (!can_give(real, column->type))
            buf_printf(faults, "%s: %s is stored as %s\n", statement->name, column->name, real);
    }
}

static void close_connection(void *connection)
{
    Sqlite *sqlite = connection;
    for (size_t i = 0; i < sqlite->prepared.n; i++) {
        for (Prepared *one = sqlite->prepared.entries[i].value; one != NULL; one = one->next)
            sqlite3_finalize(one->handle);
    }
    for (size_t i = 0; i < STEP_COUNT; i++)
        sqlite3_finalize(sqlite->steps[i]);
    end_bulk(sqlite);
    sqlite3_close_v2(sqlite->handle);
    arena_done(&sqlite->arena);
}

static const DbDriver sqlite_driver = {
    .engine = DB_SQLITE,
    .close = close_connection,
    .run = run,
    .run_later = run_later,
    .query = query,
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

/* false for a value that no function takes. */
static bool take_argument(sqlite3_value *value, DbValue *ret)
{
    switch (sqlite3_value_type(value)) {
    case SQLITE_INTEGER: *ret = db_integer(sqlite3_value_int64(value)); return true;
    case SQLITE_FLOAT: *ret = db_decimal(sqlite3_value_double(value)); return true;
    case SQLITE_TEXT: {
        const char *text = (const char *)sqlite3_value_text(value);
        *ret = db_text((Str){text, (size_t)sqlite3_value_bytes(value)});
        return true;
    }
    default: return false;
    }
}

static void give_result(sqlite3_context *context, const DbValue *value)
{
    char date[DATE_TEXT_SIZE];
    if (value->is_null)
        return;
    if (value->type == DB_INTEGER)
        sqlite3_result_int64(context, value->as.integer);
    else if (value->type == DB_DECIMAL)
        sqlite3_result_double(context, value->as.decimal);
    else
        sqlite3_result_text(context, date_format(value->as.date, date), DATE_TEXT_SIZE - 1,
                            SQLITE_TRANSIENT);
}

/* Runs any of db_functions, which SQLite hands back as user data. */
static void run_function(sqlite3_context *context, int n, sqlite3_value **values)
{
    const DbFunction *const *function = sqlite3_user_data(context);
    DbValue in[DB_FUNCTION_ARGUMENTS_MOST], result = db_null(DB_INTEGER);
    for (int i = 0; i < n; i++) {
        if (sqlite3_value_type(values[i]) == SQLITE_NULL)
            return;
        if (!take_argument(values[i], &in[i])) {
            sqlite3_result_error(context, "a function does not take bytes", -1);
            return;
        }
    }
    if ((*function)->run(in, &result) == OK)
        give_result(context, &result);
    else
        sqlite3_result_error(context, "a function was given what it does not take", -1);
}

static Err add_functions(Sqlite *sqlite)
{
    int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
    for (size_t i = 0; i < db_functions_n; i++) {
        const DbFunction **function = arena_new(&sqlite->arena, const DbFunction *);
        *function = &db_functions[i];
        if (sqlite3_create_function_v2(sqlite->handle, db_functions[i].name,
                                       db_functions[i].argument_n, flags, function, run_function,
                                       NULL, NULL, NULL)
            != SQLITE_OK)
            return fail(sqlite, db_functions[i].name);
    }
    return OK;
}

static Err run_all(Sqlite *sqlite, const DbStatement *const *statements, size_t n)
{
    for (size_t i = 0; i < n; i++)
        TRY(script(sqlite, statements[i]->sql));
    return OK;
}

static Err configure(Sqlite *sqlite)
{
    static const struct {
        int option, value;
    } settings[] = {
        {SQLITE_DBCONFIG_DEFENSIVE, 1},   {SQLITE_DBCONFIG_DQS_DML, 0},
        {SQLITE_DBCONFIG_DQS_DDL, 0},     {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
        {SQLITE_DBCONFIG_ENABLE_FKEY, 1}, {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
    };
    /* Small pieces that a statement needs while it runs come from here, not from malloc. */
    if (sqlite3_db_config(sqlite->handle, SQLITE_DBCONFIG_LOOKASIDE, NULL, PIECE_BYTES, PIECES)
        != SQLITE_OK)
        return fail(sqlite, "settings");
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        if (sqlite3_db_config(sqlite->handle, settings[i].option, settings[i].value, NULL)
            != SQLITE_OK)
            return fail(sqlite, "settings");
    }
    /* Waiting comes first: turning WAL on needs a lock for a moment. */
    sqlite3_busy_timeout(sqlite->handle, BUSY_MS);
    if (!sqlite->is_read_only)
        TRY(run_all(sqlite, sqlite_settings_statements, sqlite_settings_statements_n));
    TRY(run_all(sqlite, sqlite_memory_statements, sqlite_memory_statements_n));
    return add_functions(sqlite);
}

/* Before the first connection: SQLite counts no memory, which it does under one lock for all
 * threads. */
static void start_library(void)
{
    static Mutex gate = {PTHREAD_MUTEX_INITIALIZER};
    static bool is_started;
    MUTEX_HOLD(&gate);
    if (!is_started)
        sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    is_started = true;
}

Err db_sqlite_open(const DbOptions *options, Arena *arena, Db *db, Str *reterr_message)
{
    Sqlite *sqlite = arena_new(arena, Sqlite);
    start_library();
    arena_init(&sqlite->arena, DB_CONNECTION_MEMORY);
    map_init(&sqlite->prepared, &sqlite->arena);
    sqlite->is_read_only = options->read_only;
    bool is_memory = str_equals_c(options->url, ":memory:");
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    flags |= options->read_only && !is_memory ? SQLITE_OPEN_READONLY
                                              : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    Err err = OK;
    if (sqlite3_open_v2(str_to_c(arena, options->url), &sqlite->handle, flags, NULL) != SQLITE_OK)
        err = fail(sqlite, "open");
    if (err == OK)
        err = configure(sqlite);
    if (err == OK && is_memory && options->read_only)
        err = script(sqlite, sql_sqlite_refuse_writes.sql);
    if (err != OK) {
        *reterr_message = str_copy(arena, message(sqlite));
        close_connection(sqlite);
        return err;
    }
    *db = (Db){.driver = &sqlite_driver, .connection = sqlite};
    return OK;
}
