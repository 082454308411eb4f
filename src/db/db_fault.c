/* Counts every call, fails the ordered ones, and passes the others on. */
#include "db/db_fault.h"

#include "db/db_int.h"

typedef struct {
    uint64_t calls;
    uint64_t fails_at; /* 0: nothing ordered */
    Err err;
    bool ends;
} Point;

struct DbFault {
    const DbDriver *inner;
    void *connection;
    DbDriver driver; /* ours, with the engine of the inner one */
    Point points[DB_FAULT_COUNT];
    bool has_failed;
    bool is_ended; /* the transaction, as ordered */
    Err late;      /* of what was to be done later; until a rollback */
};

static Err meet(DbFault *fault, DbFaultPoint which)
{
    Point *point = &fault->points[which];
    fault->has_failed = fault->late != OK;
    if (which != DB_FAULT_LATER)
        TRY(fault->late);
    if (++point->calls != point->fails_at)
        return OK;
    point->fails_at = 0;
    fault->has_failed = true;
    fault->is_ended = point->ends;
    return point->err;
}

static void close_both(void *connection)
{
    DbFault *fault = connection;
    fault->inner->close(fault->connection);
}

static Err run(void *connection, const DbCall *call, int64_t *ret_changed)
{
    DbFault *fault = connection;
    TRY(meet(fault, DB_FAULT_STATEMENT));
    return fault->inner->run(fault->connection, call, ret_changed);
}

static Err run_later(void *connection, const DbCall *call)
{
    DbFault *fault = connection;
    TRY(meet(fault, DB_FAULT_STATEMENT));
    fault->late = meet(fault, DB_FAULT_LATER);
    return fault->late == OK ? fault->inner->run_later(fault->connection, call) : OK;
}

static Err query(void *connection, const DbCall *call, DbCursor **ret_cursor)
{
    DbFault *fault = connection;
    TRY(meet(fault, DB_FAULT_STATEMENT));
    return fault->inner->query(fault->connection, call, ret_cursor);
}

static Err next(void *connection, DbCursor *cursor, bool *ret_has_row)
{
    DbFault *fault = connection;
    TRY(meet(fault, DB_FAULT_NEXT));
    return fault->inner->next(fault->connection, cursor, ret_has_row);
}

static void cursor_close(void *connection, DbCursor *cursor)
{
    DbFault *fault = connection;
    fault->inner->cursor_close(fault->connection, cursor);
}

static Err step(void *connection, DbStep which)
{
    DbFault *fault = connection;
    switch (which) {
    case STEP_BEGIN_STATE:
    case STEP_BEGIN: TRY(meet(fault, DB_FAULT_BEGIN)); break;
    case STEP_COMMIT: TRY(meet(fault, DB_FAULT_COMMIT)); break;
    case STEP_SAVEPOINT: TRY(meet(fault, DB_FAULT_SAVEPOINT)); break;
    case STEP_RELEASE: TRY(meet(fault, DB_FAULT_RELEASE)); break;
    case STEP_ROLLBACK:
        fault->is_ended = false;
        fault->late = OK;
        break;
    case STEP_ROLLBACK_TO: fault->late = OK; break;
    }
    return fault->inner->step(fault->connection, which);
}

static bool has_transaction(void *connection)
{
    DbFault *fault = connection;
    return !fault->is_ended && fault->inner->has_transaction(fault->connection);
}

static Err script(void *connection, const char *sql)
{
    DbFault *fault = connection;
    TRY(meet(fault, DB_FAULT_STATEMENT));
    return fault->inner->script(fault->connection, sql);
}

static Err bulk_begin(void *connection, Arena *arena, const char *table, const DbColumn *columns,
                      size_t column_n, void **ret_bulk)
{
    DbFault *fault = connection;
    return fault->inner->bulk_begin(fault->connection, arena, table, columns, column_n, ret_bulk);
}

static Err bulk_row(void *connection, void *bulk, const DbValue *values)
{
    DbFault *fault = connection;
    TRY(meet(fault, DB_FAULT_STATEMENT));
    return fault->inner->bulk_row(fault->connection, bulk, values);
}

static Err bulk_end(void *connection, void *bulk)
{
    DbFault *fault = connection;
    return fault->inner->bulk_end(fault->connection, bulk);
}

static Str message(const void *connection)
{
    const DbFault *fault = connection;
    return fault->has_failed ? STR("failed as ordered") : fault->inner->message(fault->connection);
}

static void check(void *connection, const DbStatement *statement, Buf *faults)
{
    DbFault *fault = connection;
    fault->inner->check(fault->connection, statement, faults);
}

DbFault *db_fault_wrap(Db *db, Arena *arena)
{
    DbFault *fault = arena_new(arena, DbFault);
    fault->inner = db->driver;
    fault->connection = db->connection;
    fault->driver = (DbDriver){
        .engine = db->driver->engine,
        .close = close_both,
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
    db->driver = &fault->driver;
    db->connection = fault;
    return fault;
}

void db_fault_order(DbFault *fault, DbFaultPoint point, uint64_t nth, Err err, bool ends)
{
    Point *ordered = &fault->points[point];
    ordered->fails_at = ordered->calls + nth;
    ordered->err = err;
    ordered->ends = ends;
}

uint64_t db_fault_count(const DbFault *fault, DbFaultPoint point)
{
    return fault->points[point].calls;
}
