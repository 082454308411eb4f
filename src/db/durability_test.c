/* What has been acknowledged is there after loss of power, kill -9 and an immediate stop; a full
 * disk is said so, and nothing is half stored. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/os_file.h"
#include "base/os_thread.h"
#include "db/db_test_files_embed.h"
#include "db/db_test_sql.h"
#include "db/migrate.h"
#include "db/writer.h"
#include "support/pg_cluster.h"
#include "support/test_vfs.h"

enum {
    CALLERS = 8,
    ACKS_BEFORE_FAULT = 120,
    ROWS_MOST = 20000, /* a caller */
    POWER_CUTS = 12,
};

typedef struct {
    Arena arena;
    Str folder;
    Str url;
} Fixture;

static Db *open_url(Fixture *fixture)
{
    Db *db = NULL;
    Str message = {NULL, 0};
    DbOptions options = {.url = fixture->url};
    if (db_open(&options, &fixture->arena, &db, &message) != OK)
        fail_msg("%.*s", STR_ARG(message));
    return db;
}

static void prepare(Fixture *fixture)
{
    int applied = 0;
    Str message = {NULL, 0}, sql = {NULL, 0};
    Db *db = open_url(fixture);
    assert_int_equal(migrate_up(db, &fixture->arena, &applied, &message), OK);
    assert_int_equal(
        migrate_expand(db_engine(db), &fixture->arena, embed_db_test_files[0].content, &sql), OK);
    assert_int_equal(db_script(db, sql), OK);
    db_close(db);
}

static int open_file(void **state)
{
    static Fixture fixture;
    arena_init(&fixture.arena, MIB(64));
    test_vfs_clear();
    assert_int_equal(os_folder_make_temporary(&fixture.arena, STR("durability"), &fixture.folder),
                     OK);
    fixture.url = os_path_join(&fixture.arena, fixture.folder, STR("d.db"));
    prepare(&fixture);
    *state = &fixture;
    return 0;
}

static int close_file(void **state)
{
    Fixture *fixture = *state;
    assert_int_equal(os_folder_remove(&fixture->arena, fixture->folder), OK);
    arena_done(&fixture->arena);
    return 0;
}

/* Callers that write rows (place "c", numbers of their own) and note each that was acknowledged. */
typedef struct {
    Writer *writer;
    atomic_int *acks;
    int number;
    int acked; /* rows 0 to acked - 1 */
    int pipe;  /* tells each acknowledged number, or -1 */
    Err last;
    Thread thread;
} Caller;

static Err insert_pair(Db *db, void *arg)
{
    return pair_insert(db, arg, NULL);
}

static void write_until_failure(void *context)
{
    Caller *caller = context;
    for (int i = 0; i < ROWS_MOST; i++) {
        int32_t n = caller->number * ROWS_MOST + i;
        PairInsertIn in = {STR("c"), n};
        caller->last = writer_run(caller->writer, insert_pair, &in);
        if (caller->last != OK)
            return;
        caller->acked = i + 1;
        atomic_fetch_add(caller->acks, 1);
        if (caller->pipe >= 0 && write(caller->pipe, &n, sizeof n) != sizeof n)
            return;
    }
}

static Writer *start_writer(Fixture *fixture)
{
    Writer *writer = NULL;
    Str message = {NULL, 0};
    DbOptions options = {.url = fixture->url};
    if (writer_start(&options, &fixture->arena, &writer, &message) != OK)
        fail_msg("%.*s", STR_ARG(message));
    return writer;
}

static void start_callers(Caller *callers, Writer *writer, atomic_int *acks, int first, int pipe)
{
    atomic_store(acks, 0);
    for (int i = 0; i < CALLERS; i++) {
        callers[i] =
            (Caller){.writer = writer, .acks = acks, .number = first + i, .pipe = pipe, .last = OK};
        ENSURE(thread_start(&callers[i].thread, write_until_failure, &callers[i]) == OK);
    }
}

static void wait_for_acks(const atomic_int *acks)
{
    while (atomic_load(acks) < ACKS_BEFORE_FAULT)
        sched_yield();
}

typedef struct {
    bool *seen;
    size_t n;
} Seen;

static Seen read_rows(Fixture *fixture, size_t most)
{
    Seen seen = {arena_array(&fixture->arena, bool, most), most};
    Db *db = open_url(fixture);
    assert_int_equal(db_begin(db), OK);
    DbRows rows = {0};
    PairStreamIn in = {STR("c")};
    assert_int_equal(pair_stream_open(db, &in, &rows), OK);
    for (;;) {
        PairStreamRow row;
        bool has_row = false;
        assert_int_equal(pair_stream_next(&rows, &fixture->arena, &row, &has_row), OK);
        if (!has_row)
            break;
        assert_in_range(row.n, 0, most - 1);
        seen.seen[row.n] = true;
    }
    db_rows_close(&rows);
    db_rollback(db);
    db_close(db);
    return seen;
}

static void assert_whole(Fixture *fixture)
{
    static const DbColumn out[] = {{"integrity_check", DB_TEXT, false}};
    static const DbStatement check = {
        .name = "integrity_check", .sql = "PRAGMA integrity_check", .out = out, .out_n = 1};
    Db *db = open_url(fixture);
    DbRows rows = {0};
    bool has_row = false;
    assert_int_equal(db_query(db, &check, NULL, NULL, &rows), OK);
    assert_int_equal(db_next(&rows, &has_row), OK);
    assert_true(str_equals_c(db_column(&rows, 0).as.text, "ok"));
    db_rows_close(&rows);
    db_close(db);
}

static void assert_acked_are_there(Fixture *fixture, const Caller *callers)
{
    size_t most = (size_t)(callers[CALLERS - 1].number + 1) * ROWS_MOST;
    Seen seen = read_rows(fixture, most);
    for (int i = 0; i < CALLERS; i++) {
        for (int row = 0; row < callers[i].acked; row++)
            assert_true(seen.seen[callers[i].number * ROWS_MOST + row]);
    }
}

static int64_t count_pairs(Fixture *fixture)
{
    PairCountRow row = {-1};
    Db *db = open_url(fixture);
    assert_int_equal(pair_count(db, &fixture->arena, &row), OK);
    db_close(db);
    return row.n;
}

static void acknowledged_rows_survive_loss_of_power(void **state)
{
    Fixture *fixture = *state;
    for (int cut = 0; cut < POWER_CUTS; cut++) {
        Caller callers[CALLERS];
        atomic_int acks;
        Writer *writer = start_writer(fixture);
        start_callers(callers, writer, &acks, cut * CALLERS, -1);
        wait_for_acks(&acks);
        test_vfs_cut_power();
        for (int i = 0; i < CALLERS; i++) {
            thread_join(&callers[i].thread);
            assert_int_not_equal(callers[i].last, OK);
        }
        writer_stop(writer);
        test_vfs_restart((uint64_t)cut);
        assert_whole(fixture);
        assert_acked_are_there(fixture, callers);
    }
}

static void every_group_is_synced_before_it_is_answered(void **state)
{
    Fixture *fixture = *state;
    Writer *writer = start_writer(fixture);
    for (int i = 0; i < 50; i++) {
        PairInsertIn in = {STR("c"), i};
        uint64_t before = test_vfs_syncs();
        assert_int_equal(writer_run(writer, insert_pair, &in), OK);
        assert_true(test_vfs_syncs() > before);
    }
    writer_stop(writer);
}

/* 200 rows in one work: more than one page, so that a full disk can meet it midway. */
static Err insert_many(Db *db, void *arg)
{
    const int *first = arg;
    for (int i = 0; i < 200; i++) {
        PairInsertIn in = {STR("many rows that fill some pages of the file"), *first + i};
        TRY(pair_insert(db, &in, NULL));
    }
    return OK;
}

static void a_full_disk_is_said_so_and_nothing_is_half_stored(void **state)
{
    Fixture *fixture = *state;
    Writer *writer = start_writer(fixture);
    int64_t stored = 0;
    int full = 0;
    for (uint64_t nth = 1; nth <= 40; nth++) {
        int first = (int)nth * 1000;
        test_vfs_fill_after(nth);
        Err err = writer_run(writer, insert_many, &first);
        assert_true(err == OK || err == ERR_FULL);
        full += err == ERR_FULL ? 1 : 0;
        stored += err == OK ? 200 : 0;
        test_vfs_fill_after(0);
        assert_int_equal(count_pairs(fixture), stored);
        first += 500; /* there is room again */
        assert_int_equal(writer_run(writer, insert_many, &first), OK);
        stored += 200;
    }
    assert_true(full > 5);
    writer_stop(writer);
    assert_int_equal(count_pairs(fixture), stored);
    assert_whole(fixture);
}

static _Noreturn void run_child(Fixture *fixture, int pipe)
{
    Caller callers[CALLERS];
    atomic_int acks;
    start_callers(callers, start_writer(fixture), &acks, 0, pipe);
    for (;;)
        pause();
}

static void acknowledged_rows_survive_kill(void **state)
{
    Fixture *fixture = *state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        close(ends[0]);
        run_child(fixture, ends[1]);
    }
    close(ends[1]);
    bool *acked = arena_array(&fixture->arena, bool, (size_t)CALLERS *ROWS_MOST);
    int32_t n = 0;
    int count = 0;
    while (read(ends[0], &n, sizeof n) == sizeof n) {
        acked[n] = true;
        if (++count == 3 * ACKS_BEFORE_FAULT)
            assert_int_equal(kill(child, SIGKILL), 0);
    }
    close(ends[0]);
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    assert_whole(fixture);
    Seen seen = read_rows(fixture, (size_t)CALLERS * ROWS_MOST);
    for (size_t i = 0; i < seen.n; i++)
        assert_true(seen.seen[i] || !acked[i]);
}

static void a_read_only_connection_refuses_every_write(void **state)
{
    Fixture *fixture = *state;
    Db *db = NULL;
    Str message = {NULL, 0};
    DbOptions options = {.url = fixture->url, .read_only = true};
    assert_int_equal(db_open(&options, &fixture->arena, &db, &message), OK);
    PairInsertIn in = {STR("c"), 1};
    assert_int_equal(pair_insert(db, &in, NULL), ERR_FORBIDDEN);
    db_close(db);
    assert_int_equal(count_pairs(fixture), 0);
}

static void a_file_that_is_no_database_is_refused(void **state)
{
    Fixture *fixture = *state;
    Str path = os_path_join(&fixture->arena, fixture->folder, STR("text.db"));
    Str text = str_printf(&fixture->arena, "%0600d", 1);
    assert_int_equal(os_file_write(path, text, 0600), OK);
    Db *db = NULL;
    Str message = {NULL, 0};
    DbOptions options = {.url = path};
    assert_int_not_equal(db_open(&options, &fixture->arena, &db, &message), OK);
    assert_int_not_equal(message.n, 0);
}

static void acknowledged_rows_survive_an_immediate_stop_of_postgres(void **state)
{
    (void)state;
    Fixture fixture = {.folder = {NULL, 0}};
    arena_init(&fixture.arena, MIB(64));
    PgCluster cluster = pg_cluster_start_durable(&fixture.arena);
    fixture.url = cluster.url;
    prepare(&fixture);
    Caller callers[CALLERS];
    atomic_int acks;
    Writer *writer = start_writer(&fixture);
    start_callers(callers, writer, &acks, 0, -1);
    wait_for_acks(&acks);
    pg_cluster_crash(&cluster, &fixture.arena);
    for (int i = 0; i < CALLERS; i++) {
        thread_join(&callers[i].thread);
        assert_int_equal(callers[i].last, ERR_DB);
    }
    PairInsertIn in = {STR("after"), 1};
    assert_int_equal(writer_run(writer, insert_pair, &in), ERR_DB);
    pg_cluster_resume(&cluster, &fixture.arena);
    assert_acked_are_there(&fixture, callers);
    assert_int_equal(writer_run(writer, insert_pair, &in), OK); /* connected again by itself */
    writer_stop(writer);
    pg_cluster_stop(&cluster, &fixture.arena);
    arena_done(&fixture.arena);
}

#define ON_FILE(test) cmocka_unit_test_setup_teardown(test, open_file, close_file)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        ON_FILE(acknowledged_rows_survive_loss_of_power),
        ON_FILE(every_group_is_synced_before_it_is_answered),
        ON_FILE(a_full_disk_is_said_so_and_nothing_is_half_stored),
        ON_FILE(acknowledged_rows_survive_kill),
        ON_FILE(a_read_only_connection_refuses_every_write),
        ON_FILE(a_file_that_is_no_database_is_refused),
        cmocka_unit_test(acknowledged_rows_survive_an_immediate_stop_of_postgres),
    };
    db_register_scope("test", "$.place = :scope_facility");
    test_vfs_install();
    return cmocka_run_group_tests_name("durability", tests, NULL, NULL);
}
