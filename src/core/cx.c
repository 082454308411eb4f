/* Cx: problems, durable writes, new ids.
 *
 * A write runs work on a copy of the Cx whose db is the connection that may write; the problems
 * that work records are copied back, whatever became of the write. */
#include "core/cx.h"

#include "base/os_log.h"
#include "base/os_random.h"

enum { ARGUMENTS_MOST = 10, PROBLEMS_FIRST = 8 };

void problem_add(Cx *cx, Problem problem)
{
    if (cx->problem_n >= CX_PROBLEMS_MOST)
        return;
    if (cx->problem_n == cx->problem_capacity) {
        size_t capacity = cx->problem_capacity == 0 ? PROBLEMS_FIRST : cx->problem_capacity * 2;
        cx->problems = arena_grow(cx->arena, cx->problems, cx->problem_n * sizeof *cx->problems,
                                  capacity * sizeof *cx->problems);
        cx->problem_capacity = capacity;
    }
    cx->problems[cx->problem_n++] = problem;
}

Err cx_fail(Cx *cx, Err err, TextId text, Str where, int argument_n, ...)
{
    Str arguments[ARGUMENTS_MOST];
    ENSURE(argument_n >= 0 && argument_n <= ARGUMENTS_MOST);
    va_list list;
    va_start(list, argument_n);
    for (int i = 0; i < argument_n; i++)
        arguments[i] = va_arg(list, Str);
    va_end(list);
    problem_add(cx, (Problem){.err = err,
                              .key = text_name(text),
                              .text = text_fill(cx->arena, text, arguments, (size_t)argument_n),
                              .where = where});
    return err;
}

/* The codes by which storage says that it failed; the others speak of the content. */
static bool is_of_storage(Err err)
{
    return err == ERR_DB || err == ERR_IO || err == ERR_FULL || err == ERR_TIMEOUT
           || err == ERR_BUSY || err == ERR_INTERNAL;
}

Err cx_fail_db(Cx *cx, Err err)
{
    if (!is_of_storage(err))
        return err;
    for (size_t i = 0; i < cx->problem_n; i++) { /* an inner function has told it already */
        if (cx->problems[i].err == err)
            return err;
    }
    LOG(LOG_ERROR, "database failed", LOG_ERR("error", err), LOG_WORD("request", cx->request_id),
        LOG_WORD("said", cx->db == NULL ? STR("") : db_last_message(cx->db)));
    return cx_fail(cx, err, err == ERR_FULL ? TEXT_DISK_FULL : TEXT_DATABASE_FAILED, (Str){0}, 0);
}

typedef struct {
    Cx cx;
    CxWork work;
    void *arg;
} Write;

static Err run_write(Db *db, void *arg)
{
    Write *write = arg;
    write->cx.db = db;
    return write->work(&write->cx, write->arg);
}

static Err run_directly(Write *write, Db *db)
{
    if (db_in_transaction(db))
        return run_write(db, write);
    TRY(db_begin(db));
    Err err = run_write(db, write);
    if (err == OK)
        err = db_commit(db);
    if (err != OK)
        db_rollback(db);
    return err;
}

Err cx_snapshot_begin(Cx *cx)
{
    DCHECK(!cx->has_snapshot && !cx->is_writing);
    if (db_engine(cx->db) != DB_SQLITE || db_in_transaction(cx->db))
        return OK;
    Err err = db_begin(cx->db);
    cx->has_snapshot = err == OK;
    return err == OK ? OK : cx_fail_db(cx, err);
}

/* A commit, not a rollback: a row that is still being read is read to its end. */
void cx_snapshot_end(Cx *cx)
{
    if (cx->has_snapshot && db_commit(cx->db) != OK)
        LOG(LOG_ERROR, "reading did not end", LOG_WORD("said", db_last_message(cx->db)));
    if (cx->db != NULL)
        db_ahead_end(cx->db);
    cx->has_snapshot = false;
}

Err cx_moment_begin(Cx *cx, bool *ret_is_begun)
{
    *ret_is_begun = false;
    if (db_in_transaction(cx->db))
        return OK;
    Err err = db_begin_state(cx->db);
    *ret_is_begun = err == OK;
    return err == OK ? OK : cx_fail_db(cx, err);
}

void cx_moment_end(Cx *cx, bool is_begun)
{
    if (is_begun && db_commit(cx->db) != OK)
        LOG(LOG_ERROR, "reading did not end", LOG_WORD("said", db_last_message(cx->db)));
}

static Err write_now(Cx *cx, CxWork work, void *arg)
{
    Write write = {.cx = *cx, .work = work, .arg = arg};
    write.cx.is_writing = true;
    write.cx.policy = NULL; /* as it is now, not as it was before the write */
    Err err = cx->writer != NULL ? writer_run(cx->writer, run_write, &write)
                                 : run_directly(&write, cx->db);
    cx->problems = write.cx.problems;
    cx->problem_n = write.cx.problem_n;
    cx->problem_capacity = write.cx.problem_capacity;
    return err == OK ? OK : cx_fail_db(cx, err);
}

Err cx_write(Cx *cx, CxWork work, void *arg)
{
    if (cx->is_writing)
        return work(cx, arg);
    bool had_snapshot = cx->has_snapshot;
    cx_snapshot_end(cx);
    Err err = write_now(cx, work, arg);
    Err begun = had_snapshot ? cx_snapshot_begin(cx) : OK; /* sees what was written */
    return err != OK ? err : begun;
}

Uuid cx_new_id(Cx *cx)
{
    uint8_t random[UUID_RANDOM_SIZE];
    os_random_bytes(random, sizeof random);
    return uuid_v7(cx->now, random);
}
