/* What PostgreSQL does otherwise: plans of a connection that writes; and what is asked ahead, which
 * SQLite answers alike. */
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

static Str url; /* of the open database */

static int open_at(void **state, Str at)
{
    Db *db = NULL;
    int applied = 0;
    Str message = {NULL, 0}, sql = {NULL, 0};
    url = at;
    DbOptions options = {.url = url};
    assert_int_equal(db_open(&options, &process, &db, &message), OK);
    assert_int_equal(migrate_up(db, &process, &applied, &message), OK);
    assert_int_equal(migrate_expand(db_engine(db), &process, embed_db_test_files[0].content, &sql),
                     OK);
    assert_int_equal(db_script(db, sql), OK);
    *state = db;
    return 0;
}

static int open_database(void **state)
{
    return open_at(state, pg_cluster_database(&cluster, &process, "db_postgres"));
}

static int open_memory(void **state)
{
    return open_at(state, STR(":memory:"));
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

static void assert_ok(const Db *db, Err err)
{
    if (err != OK)
        print_error("%s: %.*s\n", err_name(err), STR_ARG(db_last_message(db)));
    assert_int_equal(err, OK);
}

static Uuid uuid_of(unsigned n)
{
    return (Uuid){{1, 2, 3, (uint8_t)n}};
}

static int64_t count_pairs(Db *db)
{
    PairCountRow row = {-1};
    assert_ok(db, pair_count(db, &process, &row));
    return row.n;
}

static int64_t first_at(Db *db, const char *place)
{
    CLEANUP(db_rows_close) DbRows rows = {0};
    const ItemByPlaceIn in = {str_from_c(place)};
    ItemByPlaceRow row = {0};
    bool has_row = false;
    assert_ok(db, item_by_place_open(db, &in, &rows));
    assert_ok(db, item_by_place_next(&rows, &process, &row, &has_row));
    return has_row ? row.n : -1;
}

static void ask_ahead(Db *db, const char *place)
{
    const ItemByPlaceIn in = {str_from_c(place)};
    item_by_place_ahead(db, &in);
}

static void put_item(Db *db, unsigned id, const char *place, int64_t n)
{
    const ItemInsertIn in = {
        .id = uuid_of(id), .place = str_from_c(place), .has_n = true, .n = n, .day = DATE_NONE};
    assert_ok(db, item_insert(db, &in, NULL));
}

/* Twice: what the connection has not prepared yet waits for its turn. */
static void what_is_asked_ahead_is_answered_as_in_its_turn(void **state)
{
    Db *db = *state;
    put_item(db, 1, "a", 10);
    put_item(db, 2, "b", 20);
    for (int i = 0; i < 2; i++) {
        ask_ahead(db, "a");
        ask_ahead(db, "b");
        ask_ahead(db, "b"); /* nobody takes the second */
        assert_int_equal(count_pairs(db), 0);
        assert_int_equal(first_at(db, "b"), 20);
        assert_int_equal(first_at(db, "c"), -1);
        assert_int_equal(first_at(db, "a"), 10);
        assert_int_equal(first_at(db, "a"), 10);
    }
    db_ahead_end(db);
    for (unsigned i = 0; i < 100; i++) /* more than there is room for */
        ask_ahead(db, i % 2 == 0 ? "a" : "b");
    assert_int_equal(first_at(db, "b"), 20);
    assert_int_equal(first_at(db, "a"), 10);
    ask_ahead(db, "a");
    put_item(db, 3, "a", 5); /* what is written is seen */
    assert_int_equal(first_at(db, "a"), 5);
}

static void what_is_asked_ahead_goes_with_what_is_done_later(void **state)
{
    Db *db = *state;
    const PairPutIn put = {STR("a"), 1};
    put_item(db, 1, "a", 10);
    assert_int_equal(first_at(db, "a"), 10);
    assert_ok(db, db_begin(db));
    assert_ok(db, db_savepoint(db));
    assert_ok(db, pair_put(db, &put));
    ask_ahead(db, "a");
    ask_ahead(db, "b");
    assert_int_equal(count_pairs(db), 1);
    ask_ahead(db, "a");
    assert_int_equal(first_at(db, "a"), 10);
    assert_ok(db, db_release(db));
    ask_ahead(db, "a");
    assert_ok(db, db_commit(db));
    assert_int_equal(first_at(db, "a"), 10);
    assert_int_equal(count_pairs(db), 1);
}

static void a_failure_of_what_is_asked_ahead_is_told_in_its_turn(void **state)
{
    Db *db = *state;
    FunctionTextDayIn good = {STR("2025-06-30")}, bad = {STR("2025-02-30")};
    FunctionTextDayRow row;
    put_item(db, 1, "a", 10);
    assert_int_equal(first_at(db, "a"), 10);
    assert_ok(db, function_text_day(db, &process, &good, &row));
    for (int in_transaction = 0; in_transaction < 2; in_transaction++) {
        bool is_told_by_any = in_transaction == 1 && db_engine(db) == DB_POSTGRES;
        if (in_transaction == 1)
            assert_ok(db, db_begin(db));
        function_text_day_ahead(db, &bad);
        ask_ahead(db, "a");
        if (is_told_by_any) { /* the transaction has failed with it */
            PairCountRow pairs;
            assert_int_not_equal(pair_count(db, &process, &pairs), OK);
        } else {
            assert_int_equal(count_pairs(db), 0);
            assert_int_equal(first_at(db, "a"), 10);
            assert_int_not_equal(function_text_day(db, &process, &bad, &row), OK);
        }
        db_rollback(db);
        assert_int_equal(first_at(db, "a"), 10);
        assert_ok(db, function_text_day(db, &process, &good, &row));
    }
}

static int64_t items_at(Db *db, Str place)
{
    CLEANUP(db_rows_close) DbRows rows = {0};
    const ItemByPlaceIn in = {place};
    int64_t n = -1;
    assert_int_equal(item_by_place_open(db, &in, &rows), OK);
    for (bool has_row = true; has_row; n++) {
        ItemByPlaceRow row;
        assert_int_equal(item_by_place_next(&rows, &process, &row, &has_row), OK);
    }
    return n;
}

/* So it was asked with the first question, and what nobody took is dropped. */
static void what_is_asked_ahead_is_as_old_as_the_first_question(void **state)
{
    Db *db = *state, *other = NULL;
    Str message = {NULL, 0};
    const Str place = STR("ahead");
    const ItemByPlaceIn in = {place};
    ItemSumsRow sums;
    DbOptions options = {.url = url};
    assert_int_equal(db_open(&options, &process, &other, &message), OK);
    assert_int_equal(items_at(db, place), 0);
    for (int i = 0; i < 2; i++) {
        item_by_place_ahead(db, &in);
        item_by_place_ahead(db, &in);
        assert_int_equal(item_sums(db, &process, &sums), OK);
        Str insert = str_printf(&process,
                                "INSERT INTO item (id, place, n) "
                                "VALUES (gen_random_uuid(), 'ahead', %d)",
                                i);
        assert_int_equal(db_script(other, insert), OK);
        assert_int_equal(items_at(db, place), i);
        db_ahead_end(db);
        assert_int_equal(items_at(db, place), i + 1);
    }
    db_close(other);
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
#define ON_BOTH(test)                                                                              \
 {#test " (sqlite)", test, open_memory, close_database, NULL},                                     \
 {                                                                                                 \
#  test " (postgres)", test, open_database, close_database, NULL                                   \
 }
    static const struct CMUnitTest tests[] = {
        ON_BOTH(what_is_asked_ahead_is_answered_as_in_its_turn),
        ON_BOTH(what_is_asked_ahead_goes_with_what_is_done_later),
        ON_BOTH(a_failure_of_what_is_asked_ahead_is_told_in_its_turn),
        {"plans follow a table that was empty", plans_follow_a_table_that_was_empty, open_database,
         close_database, NULL},
        {"what is asked ahead is as old as the first question",
         what_is_asked_ahead_is_as_old_as_the_first_question, open_database, close_database, NULL},
    };
    arena_init(&process, MIB(64));
    cluster = pg_cluster_start(&process);
    int failed = cmocka_run_group_tests_name("db_postgres", tests, NULL, stop_cluster);
    arena_done(&process);
    return failed;
}
