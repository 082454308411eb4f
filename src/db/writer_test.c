/* Group commit: who fails, fails alone; who is answered, is stored. On both engines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/os_file.h"
#include "base/os_thread.h"
#include "db/db_fault.h"
#include "db/db_test_files_embed.h"
#include "db/db_test_sql.h"
#include "db/migrate.h"
#include "db/writer.h"
#include "support/pg_cluster.h"

enum {
    CALLERS = 16,
    CALLS = 25,
};

static Arena process; /* of the whole program */
static PgCluster cluster;

typedef struct {
    Arena arena;
    Str url;
    Str folder; /* of the SQLite file */
    Writer *writer;
    DbFault *fault; /* around the writer's connection */
} Fixture;

static Err wrap(Db *db, void *arg)
{
    Fixture *fixture = arg;
    fixture->fault = db_fault_wrap(db, &fixture->arena);
    return OK;
}

static int open_fixture(void **state, Fixture *fixture)
{
    Db *db = NULL;
    int applied = 0;
    Str message = {NULL, 0}, sql = {NULL, 0};
    DbOptions options = {.url = fixture->url};
    assert_int_equal(db_open(&options, &fixture->arena, &db, &message), OK);
    assert_int_equal(migrate_up(db, &fixture->arena, &applied, &message), OK);
    assert_int_equal(
        migrate_expand(db_engine(db), &fixture->arena, embed_db_test_files[0].content, &sql), OK);
    assert_int_equal(db_script(db, sql), OK);
    db_close(db);
    assert_int_equal(writer_start(&options, &fixture->arena, &fixture->writer, &message), OK);
    assert_int_equal(writer_run(fixture->writer, wrap, fixture), OK);
    *state = fixture;
    return 0;
}

static int open_sqlite(void **state)
{
    Fixture *fixture = arena_new(&process, Fixture);
    arena_init(&fixture->arena, MIB(16));
    assert_int_equal(
        os_folder_make_temporary(&fixture->arena, STR("writer-test"), &fixture->folder), OK);
    fixture->url = os_path_join(&fixture->arena, fixture->folder, STR("w.db"));
    return open_fixture(state, fixture);
}

static int open_postgres(void **state)
{
    Fixture *fixture = arena_new(&process, Fixture);
    arena_init(&fixture->arena, MIB(16));
    fixture->url = pg_cluster_database(&cluster, &process, "writer");
    return open_fixture(state, fixture);
}

static int close_fixture(void **state)
{
    Fixture *fixture = *state;
    if (fixture->writer != NULL)
        writer_stop(fixture->writer);
    if (fixture->folder.n > 0)
        assert_int_equal(os_folder_remove(&fixture->arena, fixture->folder), OK);
    arena_done(&fixture->arena);
    return 0;
}

static int64_t count_pairs(Fixture *fixture)
{
    Db *db = NULL;
    Str message = {NULL, 0};
    DbOptions options = {.url = fixture->url, .read_only = true};
    PairCountRow row = {-1};
    assert_int_equal(db_open(&options, &fixture->arena, &db, &message), OK);
    assert_int_equal(pair_count(db, &fixture->arena, &row), OK);
    db_close(db);
    return row.n;
}

/* Works. */

static Err insert_pair(Db *db, void *arg)
{
    return pair_insert(db, arg, NULL);
}

/* Inserts two rows and then fails: neither may stay. */
static Err insert_and_fail(Db *db, void *arg)
{
    PairInsertIn in = *(PairInsertIn *)arg;
    TRY(pair_insert(db, &in, NULL));
    in.n++;
    TRY(pair_insert(db, &in, NULL));
    return ERR_INVALID;
}

/* Ten rows, without asking after each. */
static Err put_ten(Db *db, void *arg)
{
    PairPutIn in = *(PairPutIn *)arg;
    for (int i = 0; i < 10; i++, in.n++)
        TRY(pair_put(db, &in));
    return OK;
}

/* Holds the writer inside a group until it is let go, so that a group can be filled. */
typedef struct {
    Mutex mutex;
    Condition changed;
    bool is_held, may_go;
} Gate;

static Err wait_at_gate(Db *db, void *arg)
{
    (void)db;
    Gate *gate = arg;
    MUTEX_HOLD(&gate->mutex);
    gate->is_held = true;
    condition_wake_all(&gate->changed);
    while (!gate->may_go)
        condition_wait(&gate->changed, &gate->mutex);
    return OK;
}

typedef struct {
    Writer *writer;
    WriterWork work;
    void *arg;
    Err result;
    Thread thread;
} Call;

static void make_call(void *context)
{
    Call *call = context;
    call->result = writer_run(call->writer, call->work, call->arg);
}

static void start_call(Call *call)
{
    assert_int_equal(thread_start(&call->thread, make_call, call), OK);
}

/* Holds the writer, queues the calls, and lets all of them go as one group. */
static void run_as_group(Fixture *fixture, Call *calls, size_t n)
{
    Gate gate = {.is_held = false};
    mutex_init(&gate.mutex);
    condition_init(&gate.changed);
    Call holder = {.writer = fixture->writer, .work = wait_at_gate, .arg = &gate};
    start_call(&holder);
    mutex_lock(&gate.mutex);
    while (!gate.is_held)
        condition_wait(&gate.changed, &gate.mutex);
    mutex_unlock(&gate.mutex);
    for (size_t i = 0; i < n; i++) {
        calls[i].writer = fixture->writer;
        start_call(&calls[i]);
    }
    while (writer_stats(fixture->writer).queued < n)
        continue; /* until every thread has put its work down */
    mutex_lock(&gate.mutex);
    gate.may_go = true;
    condition_wake_all(&gate.changed);
    mutex_unlock(&gate.mutex);
    thread_join(&holder.thread);
    for (size_t i = 0; i < n; i++)
        thread_join(&calls[i].thread);
    condition_done(&gate.changed);
    mutex_done(&gate.mutex);
}

static void waiting_works_share_one_commit(void **state)
{
    Fixture *fixture = *state;
    Call calls[CALLERS] = {{0}};
    PairInsertIn in[CALLERS];
    uint64_t before = db_fault_count(fixture->fault, DB_FAULT_COMMIT);
    for (int i = 0; i < CALLERS; i++) {
        in[i] = (PairInsertIn){STR("a"), i};
        calls[i] = (Call){.work = insert_pair, .arg = &in[i]};
    }
    run_as_group(fixture, calls, CALLERS);
    for (int i = 0; i < CALLERS; i++)
        assert_int_equal(calls[i].result, OK);
    assert_int_equal(db_fault_count(fixture->fault, DB_FAULT_COMMIT) - before, 1);
    assert_int_equal(count_pairs(fixture), CALLERS);
}

static void a_failing_work_is_rolled_back_alone(void **state)
{
    Fixture *fixture = *state;
    PairInsertIn in[] = {{STR("a"), 0}, {STR("a"), 10}, {STR("a"), 20}, {STR("a"), 0}};
    Call calls[] = {{.work = insert_pair, .arg = &in[0]},
                    {.work = insert_and_fail, .arg = &in[1]},
                    {.work = insert_pair, .arg = &in[2]}};
    run_as_group(fixture, calls, 3);
    assert_int_equal(calls[0].result, OK);
    assert_int_equal(calls[1].result, ERR_INVALID);
    assert_int_equal(calls[2].result, OK);
    assert_int_equal(writer_run(fixture->writer, insert_pair, &in[3]), ERR_CONFLICT);
    assert_int_equal(count_pairs(fixture), 2);
    assert_int_equal(writer_stats(fixture->writer).failed, 2);
}

static void a_failed_commit_fails_the_whole_group_and_stores_nothing(void **state)
{
    Fixture *fixture = *state;
    PairInsertIn in[] = {{STR("a"), 0}, {STR("a"), 1}, {STR("a"), 2}};
    Call calls[] = {{.work = insert_pair, .arg = &in[0]},
                    {.work = insert_pair, .arg = &in[1]},
                    {.work = insert_pair, .arg = &in[2]}};
    db_fault_order(fixture->fault, DB_FAULT_COMMIT, 1, ERR_FULL, false);
    run_as_group(fixture, calls, 3);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(calls[i].result, ERR_FULL);
    assert_int_equal(count_pairs(fixture), 0);
    assert_int_equal(writer_run(fixture->writer, insert_pair, &in[0]), OK);
    assert_int_equal(count_pairs(fixture), 1);
}

static void a_transaction_that_ends_midway_takes_nobody_along_half(void **state)
{
    Fixture *fixture = *state;
    PairInsertIn in[] = {{STR("a"), 0}, {STR("a"), 1}, {STR("a"), 2}, {STR("a"), 3}};
    Call calls[] = {{.work = insert_pair, .arg = &in[0]},
                    {.work = insert_pair, .arg = &in[1]},
                    {.work = insert_pair, .arg = &in[2]},
                    {.work = insert_pair, .arg = &in[3]}};
    db_fault_order(fixture->fault, DB_FAULT_STATEMENT, 3, ERR_FULL, true);
    run_as_group(fixture, calls, 4);
    int stored = 0;
    for (size_t i = 0; i < 4; i++) {
        assert_true(calls[i].result == OK || calls[i].result == ERR_FULL);
        stored += calls[i].result == OK ? 1 : 0;
    }
    assert_int_equal(stored, 1); /* the one that was still waiting, in the next group */
    assert_int_equal(count_pairs(fixture), stored);
}

static void every_failing_step_is_reported_and_stores_nothing(void **state)
{
    static const DbFaultPoint points[] = {DB_FAULT_BEGIN, DB_FAULT_SAVEPOINT, DB_FAULT_STATEMENT,
                                          DB_FAULT_RELEASE, DB_FAULT_COMMIT};
    Fixture *fixture = *state;
    PairInsertIn in = {STR("a"), 0};
    for (size_t i = 0; i < sizeof points / sizeof *points; i++) {
        db_fault_order(fixture->fault, points[i], 1, ERR_IO, false);
        assert_int_equal(writer_run(fixture->writer, insert_pair, &in), ERR_IO);
        assert_int_equal(count_pairs(fixture), 0);
    }
    assert_int_equal(writer_run(fixture->writer, insert_pair, &in), OK);
}

static void stopping_finishes_what_is_queued_and_takes_nothing_more(void **state)
{
    Fixture *fixture = *state;
    Gate gate = {.is_held = false};
    mutex_init(&gate.mutex);
    condition_init(&gate.changed);
    Call holder = {.writer = fixture->writer, .work = wait_at_gate, .arg = &gate};
    start_call(&holder);
    mutex_lock(&gate.mutex);
    while (!gate.is_held)
        condition_wait(&gate.changed, &gate.mutex);
    mutex_unlock(&gate.mutex);
    PairInsertIn in[] = {{STR("a"), 0}, {STR("a"), 1}};
    Call calls[2];
    for (size_t i = 0; i < 2; i++) {
        calls[i] = (Call){.writer = fixture->writer, .work = insert_pair, .arg = &in[i]};
        start_call(&calls[i]);
    }
    while (writer_stats(fixture->writer).queued < 2)
        continue;
    mutex_lock(&gate.mutex);
    gate.may_go = true;
    condition_wake_all(&gate.changed);
    mutex_unlock(&gate.mutex);
    writer_stop(fixture->writer);
    thread_join(&holder.thread);
    for (size_t i = 0; i < 2; i++) {
        thread_join(&calls[i].thread);
        assert_int_equal(calls[i].result, OK);
    }
    assert_int_equal(writer_run(fixture->writer, insert_pair, &in[0]), ERR_BUSY);
    fixture->writer = NULL;
    assert_int_equal(count_pairs(fixture), 2);
    condition_done(&gate.changed);
    mutex_done(&gate.mutex);
}

static void what_is_done_later_fails_its_own_work_alone(void **state)
{
    Fixture *fixture = *state;
    PairPutIn in[] = {{STR("a"), 0}, {STR("a"), 15}, {STR("a"), 9}, {STR("a"), 30}};
    Call calls[4];
    for (size_t i = 0; i < 4; i++)
        calls[i] = (Call){.work = put_ten, .arg = &in[i]};
    assert_int_equal(writer_run(fixture->writer, put_ten, &in[0]), OK);
    run_as_group(fixture, calls + 1, 3); /* 9 is there already */
    assert_int_equal(calls[1].result, OK);
    assert_int_equal(calls[2].result, ERR_CONFLICT);
    assert_int_equal(calls[3].result, OK);
    assert_int_equal(count_pairs(fixture), 30);
    db_fault_order(fixture->fault, DB_FAULT_LATER, 7, ERR_FULL, false);
    in[0].n = 100;
    assert_int_equal(writer_run(fixture->writer, put_ten, &in[0]), ERR_FULL);
    assert_int_equal(count_pairs(fixture), 30);
    assert_int_equal(writer_run(fixture->writer, put_ten, &in[0]), OK);
    assert_int_equal(count_pairs(fixture), 40);
}

/* A connection of the test's own. */
static Db *open_own(Fixture *fixture)
{
    Db *db = NULL;
    Str message = {NULL, 0};
    DbOptions options = {.url = fixture->url};
    assert_int_equal(db_open(&options, &fixture->arena, &db, &message), OK);
    return db;
}

static Err put_pairs(Db *db, const char *place, int64_t from, int64_t to)
{
    for (PairPutIn in = {str_from_c(place), from}; in.n < to; in.n++)
        TRY(pair_put(db, &in));
    return OK;
}

static int64_t count_in(Fixture *fixture, Db *db)
{
    PairCountRow row = {-1};
    assert_int_equal(pair_count(db, &fixture->arena, &row), OK);
    return row.n;
}

static void what_is_done_later_is_there_for_whoever_asks(void **state)
{
    Fixture *fixture = *state;
    Db *db = open_own(fixture);
    assert_int_equal(db_begin(db), OK);
    assert_int_equal(put_pairs(db, "a", 0, 500), OK); /* more than are ever under way */
    assert_int_equal(count_in(fixture, db), 500);
    assert_int_equal(put_pairs(db, "a", 500, 503), OK);
    assert_int_equal(db_savepoint(db), OK);
    assert_int_equal(put_pairs(db, "b", 0, 3), OK);
    db_rollback_to_savepoint(db);
    assert_int_equal(put_pairs(db, "c", 0, 3), OK);
    DbBulk *bulk = NULL;
    static const DbColumn columns[] = {{"place", DB_TEXT, false}, {"n", DB_INTEGER, false}};
    const DbValue row[] = {db_text(STR("d")), db_integer(1)};
    assert_int_equal(db_bulk_begin(db, &fixture->arena, "pair", columns, 2, &bulk), OK);
    assert_int_equal(db_bulk_row(bulk, row), OK);
    assert_int_equal(db_bulk_end(bulk), OK);
    assert_int_equal(put_pairs(db, "e", 0, 1), OK);
    assert_int_equal(db_script(db, STR("DELETE FROM pair WHERE place = 'e'")), OK);
    assert_int_equal(put_pairs(db, "f", 0, 2), OK);
    assert_int_equal(db_commit(db), OK);
    assert_int_equal(count_in(fixture, db), 509);
    assert_int_equal(db_begin(db), OK);
    assert_int_equal(put_pairs(db, "g", 0, 2), OK);
    db_rollback(db);
    assert_int_equal(count_in(fixture, db), 509);
    db_close(db);
}

/* Inserts what is there already, later; then asks for something else. The first error. */
static Err put_again_and(Db *db, Fixture *fixture, Err (*next)(Db *, Fixture *))
{
    TRY(put_pairs(db, "a", 0, 1));
    return next(db, fixture);
}

static Err ask_for_one(Db *db, Fixture *fixture)
{
    PairCountRow row;
    return pair_count(db, &fixture->arena, &row);
}

static Err change_some(Db *db, Fixture *fixture)
{
    (void)fixture;
    PairInsertIn in = {STR("z"), 1};
    return pair_insert(db, &in, NULL);
}

static Err open_stream(Db *db, Fixture *fixture)
{
    (void)fixture;
    CLEANUP(db_rows_close) DbRows rows = {0};
    PairStreamIn in = {STR("a")};
    return pair_stream_open(db, &in, &rows);
}

static Err run_script(Db *db, Fixture *fixture)
{
    (void)fixture;
    return db_script(db, STR("DELETE FROM pair WHERE place = 'nobody'"));
}

static Err only_commit(Db *db, Fixture *fixture)
{
    (void)fixture;
    return db_commit(db);
}

static Err add_many(Db *db, Fixture *fixture)
{
    (void)fixture;
    return put_pairs(db, "y", 0, 500);
}

static void a_failure_of_what_is_done_later_is_never_lost(void **state)
{
    static Err (*const nexts[])(Db *, Fixture *) = {ask_for_one, change_some, open_stream,
                                                    run_script,  only_commit, add_many};
    Fixture *fixture = *state;
    Db *db = open_own(fixture);
    PairInsertIn in = {STR("a"), 0};
    assert_int_equal(pair_insert(db, &in, NULL), OK);
    for (size_t i = 0; i < sizeof nexts / sizeof *nexts; i++) {
        assert_int_equal(db_begin(db), OK);
        assert_int_equal(put_again_and(db, fixture, nexts[i]), ERR_CONFLICT);
        assert_true(str_find(db_last_message(db), STR("pair"), 0) != SIZE_MAX);
        if (db_in_transaction(db))
            db_rollback(db);
        assert_int_equal(count_in(fixture, db), 1);
    }
    db_close(db);
}

static void a_failure_behind_a_stream_is_told_when_it_was_closed(void **state)
{
    Fixture *fixture = *state;
    Db *db = open_own(fixture);
    PairInsertIn in = {STR("a"), 0};
    PairStreamIn stream = {STR("a")};
    DbRows rows = {0};
    assert_int_equal(pair_insert(db, &in, NULL), OK);
    assert_int_equal(db_begin(db), OK);
    assert_int_equal(pair_stream_open(db, &stream, &rows), OK);
    Err err = put_pairs(db, "a", 0, 1);
    db_rows_close(&rows);
    if (err == OK)
        err = put_pairs(db, "b", 0, 1);
    assert_int_equal(err, ERR_CONFLICT);
    db_rollback(db);
    assert_int_equal(count_in(fixture, db), 1);
    db_close(db);
}

typedef struct {
    Writer *writer;
    int number;
    int stored;
    Thread thread;
} Caller;

static void write_many(void *context)
{
    Caller *caller = context;
    for (int i = 0; i < CALLS; i++) {
        PairInsertIn in = {STR("m"), caller->number * CALLS + i};
        if (writer_run(caller->writer, insert_pair, &in) == OK)
            caller->stored++;
    }
}

static void many_callers_are_all_served(void **state)
{
    Fixture *fixture = *state;
    Caller callers[CALLERS] = {{0}};
    for (int i = 0; i < CALLERS; i++) {
        callers[i] = (Caller){.writer = fixture->writer, .number = i};
        assert_int_equal(thread_start(&callers[i].thread, write_many, &callers[i]), OK);
    }
    for (int i = 0; i < CALLERS; i++) {
        thread_join(&callers[i].thread);
        assert_int_equal(callers[i].stored, CALLS);
    }
    assert_int_equal(count_pairs(fixture), CALLERS * CALLS);
    WriterStats stats = writer_stats(fixture->writer);
    assert_int_equal(stats.works, CALLERS * CALLS + 1);
    assert_true(stats.groups <= stats.works && stats.queued == 0);
}

#define ON_BOTH(test)                                                                              \
 {#test " (sqlite)", test, open_sqlite, close_fixture, NULL},                                      \
 {                                                                                                 \
#  test " (postgres)", test, open_postgres, close_fixture, NULL                                    \
 }

static int stop_cluster(void **state)
{
    (void)state;
    pg_cluster_drop(&cluster, &process, "writer");
    pg_cluster_stop(&cluster, &process);
    return 0;
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        ON_BOTH(waiting_works_share_one_commit),
        ON_BOTH(a_failing_work_is_rolled_back_alone),
        ON_BOTH(a_failed_commit_fails_the_whole_group_and_stores_nothing),
        ON_BOTH(a_transaction_that_ends_midway_takes_nobody_along_half),
        ON_BOTH(every_failing_step_is_reported_and_stores_nothing),
        ON_BOTH(stopping_finishes_what_is_queued_and_takes_nothing_more),
        ON_BOTH(many_callers_are_all_served),
        ON_BOTH(what_is_done_later_fails_its_own_work_alone),
        ON_BOTH(what_is_done_later_is_there_for_whoever_asks),
        ON_BOTH(a_failure_of_what_is_done_later_is_never_lost),
        ON_BOTH(a_failure_behind_a_stream_is_told_when_it_was_closed),
    };
    arena_init(&process, MIB(16));
    db_register_scope("test", "$.place = :scope_facility");
    cluster = pg_cluster_start(&process);
    int failed = cmocka_run_group_tests_name("writer", tests, NULL, stop_cluster);
    arena_done(&process);
    return failed;
}
