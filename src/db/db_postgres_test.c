/* What is PostgreSQL's alone: plans of a connection that writes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "db/db.h"
#include "db/db_test_files_embed.h"
#include "db/db_test_sql.h"
#include "db/migrate.h"
#include "support/pg_cluster.h"

static Arena process;
static PgCluster cluster;

static int open_database(void **state)
{
    Db *db = NULL;
    int applied = 0;
    Str message = {NULL, 0}, sql = {NULL, 0};
    DbOptions options = {.url = pg_cluster_database(&cluster, &process, "db_postgres")};
    assert_int_equal(db_open(&options, &process, &db, &message), OK);
    assert_int_equal(migrate_up(db, &process, &applied, &message), OK);
    assert_int_equal(migrate_expand(DB_POSTGRES, &process, embed_db_test_files[0].content, &sql),
                     OK);
    assert_int_equal(db_script(db, sql), OK);
    *state = db;
    return 0;
}

static int close_database(void **state)
{
    db_close(*state);
    return 0;
}

/* Divides by zero when the table was read whole so often in this transaction. */
static Err assume_fewer_scans(Db *db, int most)
{
    return db_script(db, str_printf(&process,
                                    "SELECT 1 / (CASE WHEN seq_scan < %d THEN 1 ELSE 0 END) "
                                    "FROM pg_stat_xact_user_tables WHERE relname = 'item'",
                                    most));
}

static void plans_follow_a_table_that_was_empty(void **state)
{
    enum { LOOKUPS = 600 };
    Db *db = *state;
    assert_int_equal(db_script(db, STR("ANALYZE item")), OK);
    assert_int_equal(db_begin(db), OK);
    for (int i = 0; i < LOOKUPS; i++) {
        ItemFindIn in = {{{1, 2, (uint8_t)i}}};
        ItemFindRow row;
        bool is_found = true;
        if (i == 1) /* the first look-up was planned */
            assert_int_equal(
                db_script(
                    db,
                    STR("INSERT INTO item (id, place) SELECT gen_random_uuid(), 'a' FROM generate_series(1, 5000)")),
                OK);
        assert_int_equal(item_find(db, &process, &in, &row, &is_found), OK);
        assert_false(is_found);
    }
    assert_int_equal(assume_fewer_scans(db, LOOKUPS / 2), OK);
    assert_int_equal(db_commit(db), OK);
}

static int stop_cluster(void **state)
{
    (void)state;
    pg_cluster_drop(&cluster, &process, "db_postgres");
    pg_cluster_stop(&cluster, &process);
    return 0;
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        {"plans follow a table that was empty", plans_follow_a_table_that_was_empty, open_database,
         close_database, NULL},
    };
    arena_init(&process, MIB(64));
    cluster = pg_cluster_start(&process);
    int failed = cmocka_run_group_tests_name("db_postgres", tests, NULL, stop_cluster);
    arena_done(&process);
    return failed;
}
