/* What every database promises, and that both keep the promise alike. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/num.h"
#include "base/period.h"
#include "db/db_fault.h"
#include "db/db_test_files_embed.h"
#include "db/db_test_sql.h"
#include "db/migrate.h"
#include "support/pg_cluster.h"

static Arena process; /* of the whole program */
static PgCluster cluster;

/* One open, migrated database with the test tables. */
typedef struct {
    Arena arena;
    Db *db;
    Str url;
} Fixture;

static void assert_ok(const Fixture *fixture, Err err)
{
    if (err != OK)
        print_error("%s: %.*s\n", err_name(err), STR_ARG(db_last_message(fixture->db)));
    assert_int_equal(err, OK);
}

static Db *open_url(Arena *arena, Str url, bool read_only)
{
    Db *db = NULL;
    Str message = {NULL, 0};
    DbOptions options = {.url = url, .read_only = read_only};
    if (db_open(&options, arena, &db, &message) != OK)
        fail_msg("%.*s", STR_ARG(message));
    return db;
}

static void prepare(Fixture *fixture)
{
    int applied = 0;
    Str message = {NULL, 0}, sql = {NULL, 0};
    if (migrate_up(fixture->db, &fixture->arena, &applied, &message) != OK)
        fail_msg("%.*s", STR_ARG(message));
    assert_int_equal(migrate_expand(db_engine(fixture->db), &fixture->arena,
                                    embed_db_test_files[0].content, &sql),
                     OK);
    assert_ok(fixture, db_script(fixture->db, sql));
}

static int open_fixture(void **state, Str url)
{
    Fixture *fixture = arena_new(&process, Fixture);
    arena_init(&fixture->arena, MIB(64));
    fixture->url = url;
    fixture->db = open_url(&fixture->arena, url, false);
    prepare(fixture);
    *state = fixture;
    return 0;
}

static int open_sqlite(void **state)
{
    return open_fixture(state, STR(":memory:"));
}

static int open_postgres(void **state)
{
    return open_fixture(state, pg_cluster_database(&cluster, &process, "db"));
}

static int close_fixture(void **state)
{
    Fixture *fixture = *state;
    db_close(fixture->db);
    arena_done(&fixture->arena);
    return 0;
}

static Uuid uuid_of(unsigned n)
{
    Uuid uuid = {{1}};
    uuid.bytes[15] = (uint8_t)n;
    uuid.bytes[14] = (uint8_t)(n >> 8);
    return uuid;
}

static Date day(const char *text)
{
    Date date = DATE_NONE;
    assert_int_equal(date_parse(str_from_c(text), &date), OK);
    return date;
}

static void insert_pairs(Fixture *fixture, const char *place, int64_t from, int64_t to)
{
    for (int64_t n = from; n < to; n++) {
        PairInsertIn in = {str_from_c(place), n};
        assert_ok(fixture, pair_insert(fixture->db, &in, NULL));
    }
}

static int64_t count_pairs(Fixture *fixture)
{
    PairCountRow row = {-1};
    assert_ok(fixture, pair_count(fixture->db, &fixture->arena, &row));
    return row.n;
}

static void every_type_comes_back_as_it_went_in(void **state)
{
    Fixture *fixture = *state;
    ItemInsertIn in = {.id = uuid_of(7),
                       .place = STR("片区 'quoted' \"x\" \\ :n {scope:a b}"),
                       .has_n = true,
                       .n = INT64_MIN,
                       .has_x = true,
                       .x = 0.1 + 0.2,
                       .day = day("2024-02-29"),
                       .has_made_at = true,
                       .made_at = {-1},
                       .raw = {"\0\xff\1", 3}};
    int64_t changed = 0;
    assert_ok(fixture, item_insert(fixture->db, &in, &changed));
    assert_int_equal(changed, 1);
    ItemByIdIn key = {uuid_of(7)};
    ItemByIdRow row;
    assert_ok(fixture, item_by_id(fixture->db, &fixture->arena, &key, &row));
    assert_true(uuid_equals(row.id, in.id));
    assert_true(str_equals(row.place, in.place));
    assert_true(row.has_n && row.n == INT64_MIN);
    assert_true(row.has_x && memcmp(&row.x, &in.x, sizeof row.x) == 0);
    assert_int_equal(row.day.days, in.day.days);
    assert_true(row.has_made_at && row.made_at.ms == -1);
    assert_true(str_equals(row.raw, in.raw));
}

static void absent_values_come_back_absent_and_empty_text_is_not_absent(void **state)
{
    Fixture *fixture = *state;
    ItemInsertIn in = {.id = uuid_of(8), .place = {NULL, 0}, .day = DATE_NONE};
    assert_ok(fixture, item_insert(fixture->db, &in, NULL));
    ItemByIdIn key = {uuid_of(8)};
    ItemByIdRow row;
    assert_ok(fixture, item_by_id(fixture->db, &fixture->arena, &key, &row));
    assert_true(row.place.p != NULL && row.place.n == 0);
    assert_false(row.has_n || row.has_x || row.has_made_at);
    assert_true(date_is_none(row.day));
    assert_null(row.raw.p);
    EchoRow echo_row;
    EchoIn nothing = {.has_n = false};
    assert_ok(fixture, echo(fixture->db, &fixture->arena, &nothing, &echo_row));
    assert_true(echo_row.t.p == NULL && !echo_row.has_n && !echo_row.has_x);
    EchoIn empty = {.t = {"", 0}};
    assert_ok(fixture, echo(fixture->db, &fixture->arena, &empty, &echo_row));
    assert_true(echo_row.t.p != NULL && echo_row.t.n == 0);
}

static void a_missing_row_is_an_error_for_one_and_not_for_maybe(void **state)
{
    Fixture *fixture = *state;
    ItemByIdIn key = {uuid_of(999)};
    ItemByIdRow row;
    assert_int_equal(item_by_id(fixture->db, &fixture->arena, &key, &row), ERR_NOT_FOUND);
    ItemFindIn find = {uuid_of(999)};
    ItemFindRow found_row;
    bool found = true;
    assert_ok(fixture, item_find(fixture->db, &fixture->arena, &find, &found_row, &found));
    assert_false(found);
}

static void an_insert_can_return_its_row_and_is_stored(void **state)
{
    Fixture *fixture = *state;
    ItemReturningIn in = {uuid_of(3), STR("r"), 21};
    ItemReturningRow row;
    assert_ok(fixture, item_returning(fixture->db, &fixture->arena, &in, &row));
    assert_int_equal(row.twice, 42);
    ItemFindIn find = {uuid_of(3)};
    ItemFindRow found_row;
    bool found = false;
    assert_ok(fixture, item_find(fixture->db, &fixture->arena, &find, &found_row, &found));
    assert_true(found);
}

static void text_sorts_by_its_bytes(void **state)
{
    static const char *const sorted[] = {"",   "A",  "Z", "a",  "a b", "a-b",
                                         "aB", "ab", "é", "中", "𝄞"};
    Fixture *fixture = *state;
    size_t n = sizeof sorted / sizeof *sorted;
    for (size_t i = 0; i < n; i++) {
        ItemInsertIn in = {.id = uuid_of((unsigned)i), .day = DATE_NONE};
        in.place = str_from_c(sorted[(i * 7) % n]);
        assert_ok(fixture, item_insert(fixture->db, &in, NULL));
    }
    CLEANUP(db_rows_close) DbRows rows = {0};
    assert_ok(fixture, item_list_open(fixture->db, &rows));
    for (size_t i = 0; i <= n; i++) {
        ItemListRow row;
        bool has_row = false;
        assert_ok(fixture, item_list_next(&rows, &fixture->arena, &row, &has_row));
        assert_int_equal(has_row, i < n);
        if (has_row)
            assert_true(str_equals_c(row.place, sorted[i]));
    }
}

static void a_list_stays_at_its_end(void **state)
{
    Fixture *fixture = *state;
    insert_pairs(fixture, "a", 0, 1);
    assert_ok(fixture, db_begin(fixture->db));
    CLEANUP(db_rows_close) DbRows rows = {0};
    PairStreamIn in = {STR("a")};
    PairStreamRow row;
    bool has_row = false;
    assert_ok(fixture, pair_stream_open(fixture->db, &in, &rows));
    assert_ok(fixture, pair_stream_next(&rows, &fixture->arena, &row, &has_row));
    assert_true(has_row);
    for (int i = 0; i < 3; i++) {
        assert_ok(fixture, pair_stream_next(&rows, &fixture->arena, &row, &has_row));
        assert_false(has_row);
    }
}

static void other_statements_run_while_a_stream_is_read(void **state)
{
    Fixture *fixture = *state;
    assert_ok(fixture, db_begin(fixture->db));
    insert_pairs(fixture, "a", 0, 2500);
    insert_pairs(fixture, "b", 0, 3);
    CLEANUP(db_rows_close) DbRows outer = {0};
    PairStreamIn in_a = {STR("a")}, in_b = {STR("b")};
    assert_ok(fixture, pair_stream_open(fixture->db, &in_a, &outer));
    int64_t seen = 0;
    for (bool has_row = true; has_row;) {
        PairStreamRow row;
        assert_ok(fixture, pair_stream_next(&outer, &fixture->arena, &row, &has_row));
        if (!has_row)
            break;
        assert_int_equal(row.n, seen);
        seen++;
        if (seen % 500 != 0)
            continue;
        CLEANUP(db_rows_close) DbRows inner = {0}; /* the same statement, open twice */
        assert_ok(fixture, pair_stream_open(fixture->db, &in_b, &inner));
        bool has_inner = false;
        PairStreamRow inner_row;
        assert_ok(fixture, pair_stream_next(&inner, &fixture->arena, &inner_row, &has_inner));
        assert_true(has_inner && str_equals_c(inner_row.place, "b"));
        insert_pairs(fixture, "c", seen, seen + 1);
    }
    assert_int_equal(seen, 2500);
    assert_ok(fixture, db_commit(fixture->db));
    assert_int_equal(count_pairs(fixture), 2508);
}

static void a_parameter_may_stand_twice_and_changed_rows_are_counted(void **state)
{
    Fixture *fixture = *state;
    insert_pairs(fixture, "a", 0, 10);
    PairMoveIn in = {.place = STR("a"), .by = 100, .most = 4};
    int64_t changed = -1;
    assert_ok(fixture, pair_move(fixture->db, &in, &changed));
    assert_int_equal(changed, 4);
    assert_ok(fixture, pair_move(fixture->db, &in, &changed));
    assert_int_equal(changed, 0);
}

static void a_second_row_under_a_key_is_a_conflict(void **state)
{
    Fixture *fixture = *state;
    insert_pairs(fixture, "secret", 1, 2);
    PairInsertIn in = {STR("secret"), 1};
    assert_int_equal(pair_insert(fixture->db, &in, NULL), ERR_CONFLICT);
    Str message = db_last_message(fixture->db);
    assert_int_not_equal(message.n, 0);
    assert_int_equal(str_find(message, STR("secret"), 0), SIZE_MAX);
}

static void a_null_where_none_may_be_is_an_error_not_a_zero(void **state)
{
    Fixture *fixture = *state;
    ItemInsertIn in = {.id = uuid_of(1), .place = STR("a"), .day = DATE_NONE};
    assert_ok(fixture, item_insert(fixture->db, &in, NULL));
    CLEANUP(db_rows_close) DbRows rows = {0};
    ItemWrongNullRow row;
    bool has_row = false;
    assert_ok(fixture, item_wrong_null_open(fixture->db, &rows));
    assert_int_equal(item_wrong_null_next(&rows, &fixture->arena, &row, &has_row), ERR_INTERNAL);
}

static void text_with_a_nul_character_is_refused(void **state)
{
    Fixture *fixture = *state;
    PairInsertIn in = {{"a\0b", 3}, 1};
    assert_int_equal(pair_insert(fixture->db, &in, NULL), ERR_INVALID);
    assert_int_equal(count_pairs(fixture), 0);
}

static void a_rolled_back_transaction_leaves_nothing(void **state)
{
    Fixture *fixture = *state;
    assert_ok(fixture, db_begin(fixture->db));
    insert_pairs(fixture, "a", 0, 5);
    assert_true(db_in_transaction(fixture->db));
    db_rollback(fixture->db);
    assert_false(db_in_transaction(fixture->db));
    assert_int_equal(count_pairs(fixture), 0);
}

static void a_failure_in_a_savepoint_is_undone_alone(void **state)
{
    Fixture *fixture = *state;
    assert_ok(fixture, db_begin(fixture->db));
    insert_pairs(fixture, "a", 0, 1);
    assert_ok(fixture, db_savepoint(fixture->db));
    insert_pairs(fixture, "b", 0, 1);
    PairInsertIn again = {STR("a"), 0};
    assert_int_equal(pair_insert(fixture->db, &again, NULL), ERR_CONFLICT);
    db_rollback_to_savepoint(fixture->db);
    assert_ok(fixture, db_savepoint(fixture->db));
    insert_pairs(fixture, "c", 0, 1);
    assert_ok(fixture, db_release(fixture->db));
    assert_ok(fixture, db_commit(fixture->db));
    assert_int_equal(count_pairs(fixture), 2);
}

static void a_scope_narrows_what_a_statement_gives(void **state)
{
    Fixture *fixture = *state;
    insert_pairs(fixture, "4413", 1, 3);
    insert_pairs(fixture, "4414", 1, 3);
    insert_pairs(fixture, "45", 1, 3);
    DbScope scope = {.area_from = STR("4413"), .area_after = STR("4415")};
    DbScope by_facility = {.by_facility = true, .facility = STR("45")};
    PairScopedIn in = {2};
    const struct {
        const DbScope *scope;
        int n;
    } cases[] = {{&scope, 2}, {&by_facility, 1}};
    for (size_t i = 0; i < 2; i++) {
        CLEANUP(db_rows_close) DbRows rows = {0};
        assert_ok(fixture, pair_scoped_open(fixture->db, cases[i].scope, &in, &rows));
        int n = 0;
        for (bool has_row = true; has_row; n++) {
            PairScopedRow row;
            assert_ok(fixture, pair_scoped_next(&rows, &fixture->arena, &row, &has_row));
        }
        assert_int_equal(n - 1, cases[i].n);
    }
}

static void sums_and_means_have_the_declared_types(void **state)
{
    Fixture *fixture = *state;
    ItemSumsRow row;
    assert_ok(fixture, item_sums(fixture->db, &fixture->arena, &row));
    assert_false(row.has_total || row.has_mean);
    static const int64_t values[] = {9999, 10000, -7, 123456789012345};
    for (unsigned i = 0; i < 4; i++) {
        ItemInsertIn in = {.id = uuid_of(i), .has_n = true, .n = values[i], .day = DATE_NONE};
        assert_ok(fixture, item_insert(fixture->db, &in, NULL));
    }
    assert_ok(fixture, item_sums(fixture->db, &fixture->arena, &row));
    assert_int_equal(row.total, 123456789032337);
    assert_true(row.mean > 30864197258084.24 && row.mean < 30864197258084.26);
    assert_true(row.small > 0.06249 && row.small < 0.06251);
}

static void many_rows_go_in_at_once(void **state)
{
    static const DbColumn columns[] = {{"id", DB_UUID, false},  {"place", DB_TEXT, false},
                                       {"n", DB_INTEGER, true}, {"x", DB_DECIMAL, true},
                                       {"day", DB_DATE, true},  {"made_at", DB_INSTANT, true},
                                       {"raw", DB_BYTES, true}};
    Fixture *fixture = *state;
    DbBulk *bulk = NULL;
    assert_ok(fixture, db_begin(fixture->db));
    assert_ok(fixture, db_bulk_begin(fixture->db, &fixture->arena, "item", columns, 7, &bulk));
    for (unsigned i = 0; i < 5000; i++) {
        DbValue values[] = {db_uuid(uuid_of(i)),
                            db_text(STR("一")),
                            i % 2 == 0 ? db_integer(i) : db_null(DB_INTEGER),
                            db_decimal(i / 4.0),
                            i % 3 == 0 ? db_date(day("2025-06-30")) : db_date(DATE_NONE),
                            db_instant((Instant){i}),
                            db_bytes(STR("\1\2"))};
        assert_ok(fixture, db_bulk_row(bulk, values));
    }
    assert_ok(fixture, db_bulk_end(bulk));
    assert_ok(fixture, db_commit(fixture->db));
    ItemByIdIn key = {uuid_of(4999)};
    ItemByIdRow row;
    assert_ok(fixture, item_by_id(fixture->db, &fixture->arena, &key, &row));
    assert_true(!row.has_n && str_equals_c(row.place, "一") && date_is_none(row.day));
    assert_true(row.made_at.ms == 4999 && str_equals_c(row.raw, "\1\2"));
    ItemSumsRow sums;
    assert_ok(fixture, item_sums(fixture->db, &fixture->arena, &sums));
    assert_int_equal(sums.total, 6247500);
}

static void an_abandoned_bulk_leaves_nothing_and_the_connection_works(void **state)
{
    static const DbColumn columns[] = {{"place", DB_TEXT, false}, {"n", DB_INTEGER, false}};
    Fixture *fixture = *state;
    DbBulk *bulk = NULL;
    assert_ok(fixture, db_begin(fixture->db));
    assert_ok(fixture, db_bulk_begin(fixture->db, &fixture->arena, "pair", columns, 2, &bulk));
    DbValue values[] = {db_text(STR("a")), db_integer(1)};
    assert_ok(fixture, db_bulk_row(bulk, values));
    db_rollback(fixture->db);
    assert_int_equal(count_pairs(fixture), 0);
    assert_ok(fixture, db_begin(fixture->db));
    assert_ok(fixture, db_bulk_begin(fixture->db, &fixture->arena, "pair", columns, 2, &bulk));
    assert_ok(fixture, db_bulk_row(bulk, values));
    Err err = db_bulk_row(bulk, values); /* SQLite knows at once, PostgreSQL at the end */
    if (err == OK)
        err = db_bulk_end(bulk);
    assert_int_equal(err, ERR_CONFLICT);
    db_rollback(fixture->db);
    assert_int_equal(count_pairs(fixture), 0);
}

static void a_changed_text_under_the_same_name_is_prepared_anew(void **state)
{
    static const DbColumn out[] = {{"n", DB_INTEGER, false}};
    Fixture *fixture = *state;
    for (int i = 0; i < 8; i++) {
        const char *sql = i % 2 == 0 ? "VALUES (1)" : "VALUES (2)";
        DbStatement statement = {.name = "changing", .sql = sql, .out = out, .out_n = 1};
        statement.text_hash = i < 4 ? 0 : str_hash(str_from_c(sql));
        CLEANUP(db_rows_close) DbRows rows = {0};
        bool has_row = false;
        assert_ok(fixture, db_query(fixture->db, &statement, NULL, NULL, &rows));
        assert_ok(fixture, db_next(&rows, &has_row));
        assert_int_equal(db_column(&rows, 0).as.integer, i % 2 + 1);
    }
}

static void all_statements_have_the_columns_that_they_declare(void **state)
{
    Fixture *fixture = *state;
    Str message = {NULL, 0};
    if (db_check_statements(fixture->db, db_test_statements, db_test_statements_n, &fixture->arena,
                            &message)
        != OK)
        fail_msg("%.*s", STR_ARG(message));
}

static void a_wrongly_declared_column_is_found(void **state)
{
    static const DbColumn out[] = {{"n", DB_TEXT, false}, {"plaice", DB_TEXT, false}};
    static const DbStatement wrong = {
        .name = "wrong", .sql = "SELECT n, place FROM pair", .out = out, .out_n = 2};
    static const DbStatement *const list[] = {&wrong};
    Fixture *fixture = *state;
    Str message = {NULL, 0};
    assert_int_equal(db_check_statements(fixture->db, list, 1, &fixture->arena, &message),
                     ERR_INTERNAL);
    assert_int_not_equal(str_find(message, STR("plaice"), 0), SIZE_MAX);
    assert_int_not_equal(str_find(message, STR("wrong: n "), 0), SIZE_MAX);
}

static void a_fault_comes_at_the_ordered_call_and_once(void **state)
{
    Fixture *fixture = *state;
    DbFault *fault = db_fault_wrap(fixture->db, &fixture->arena);
    db_fault_order(fault, DB_FAULT_STATEMENT, 2, ERR_FULL, false);
    PairInsertIn in = {STR("a"), 1};
    assert_ok(fixture, pair_insert(fixture->db, &in, NULL));
    in.n = 2;
    assert_int_equal(pair_insert(fixture->db, &in, NULL), ERR_FULL);
    assert_ok(fixture, pair_insert(fixture->db, &in, NULL));
    assert_int_equal(db_fault_count(fault, DB_FAULT_STATEMENT), 3);
    assert_int_equal(count_pairs(fixture), 2);
}

static void a_transaction_that_the_database_ended_takes_no_more_statements(void **state)
{
    Fixture *fixture = *state;
    DbFault *fault = db_fault_wrap(fixture->db, &fixture->arena);
    assert_ok(fixture, db_begin(fixture->db));
    insert_pairs(fixture, "a", 0, 1);
    db_fault_order(fault, DB_FAULT_STATEMENT, 1, ERR_FULL, true);
    PairInsertIn in = {STR("a"), 1};
    assert_int_equal(pair_insert(fixture->db, &in, NULL), ERR_FULL);
    assert_int_equal(pair_insert(fixture->db, &in, NULL), ERR_FULL);
    assert_int_equal(db_commit(fixture->db), ERR_FULL);
    assert_false(db_in_transaction(fixture->db));
    assert_int_equal(count_pairs(fixture), 0);
}

static void a_failed_commit_leaves_nothing(void **state)
{
    Fixture *fixture = *state;
    DbFault *fault = db_fault_wrap(fixture->db, &fixture->arena);
    db_fault_order(fault, DB_FAULT_COMMIT, 1, ERR_IO, false);
    assert_ok(fixture, db_begin(fixture->db));
    insert_pairs(fixture, "a", 0, 1);
    assert_int_equal(db_commit(fixture->db), ERR_IO);
    assert_int_equal(count_pairs(fixture), 0);
}

static void migrating_again_changes_nothing_and_the_check_agrees(void **state)
{
    Fixture *fixture = *state;
    Str message = {NULL, 0};
    int applied = -1;
    assert_ok(fixture, migrate_up(fixture->db, &fixture->arena, &applied, &message));
    assert_int_equal(applied, 0);
    assert_ok(fixture, migrate_check(fixture->db, &fixture->arena, &message));
}

static void a_database_with_a_changed_or_unknown_migration_is_refused(void **state)
{
    static const struct {
        const char *spoil;
        const char *says;
    } cases[] = {
        {"UPDATE schema_migration SET hash = name::bytea WHERE version = 1", "not the one"},
        {"INSERT INTO schema_migration VALUES (9999, '9999_future', '')", "newer than"},
    };
    Fixture *fixture = *state;
    bool is_sqlite = db_engine(fixture->db) == DB_SQLITE;
    for (size_t i = 0; i < 2; i++) {
        const char *spoil = cases[i].spoil;
        if (is_sqlite)
            spoil = i == 0 ? "UPDATE schema_migration SET hash = x'00' WHERE version = 1"
                           : "INSERT INTO schema_migration VALUES (9999, '9999_future', x'')";
        Str message = {NULL, 0};
        int applied = 0;
        assert_ok(fixture, db_begin(fixture->db));
        assert_ok(fixture, db_script(fixture->db, str_from_c(spoil)));
        assert_int_equal(migrate_check(fixture->db, &fixture->arena, &message), ERR_CONFLICT);
        assert_int_not_equal(str_find(message, str_from_c(cases[i].says), 0), SIZE_MAX);
        db_rollback(fixture->db);
        assert_ok(fixture, migrate_up(fixture->db, &fixture->arena, &applied, &message));
    }
}

static void text_for_the_other_engine_is_left_out(void **state)
{
    Fixture *fixture = *state;
    EngineNameRow row;
    assert_ok(fixture, engine_name(fixture->db, &fixture->arena, &row));
    assert_true(
        str_equals_c(row.name, db_engine(fixture->db) == DB_SQLITE ? "sqlite" : "postgres"));
    Str sql = {NULL, 0};
    assert_int_equal(migrate_expand(DB_SQLITE, &fixture->arena, STR("x {strange}"), &sql),
                     ERR_INVALID);
}

static void a_text_that_is_no_date_is_an_error_to_date_functions(void **state)
{
    static const char *const wrong[] = {"", "2025", "2025-02-30", "30.06.2025", "x"};
    Fixture *fixture = *state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        FunctionTextDayIn in = {str_from_c(wrong[i])};
        FunctionTextDayRow row;
        assert_int_not_equal(function_text_day(fixture->db, &fixture->arena, &in, &row), OK);
    }
}

static void check_dates(Fixture *fixture, Date birth, Date other, int64_t n)
{
    FunctionDatesIn in = {birth, other, true, n};
    FunctionDatesRow row;
    assert_ok(fixture, function_dates(fixture->db, &fixture->arena, &in, &row));
    assert_int_equal(row.years, date_age_years(birth, other));
    assert_int_equal(row.months, date_age_months(birth, other));
    assert_int_equal(row.days, date_days_between(birth, other));
    assert_int_equal(row.later.days, date_add_days(birth, (int)n).days);
    assert_int_equal(row.month_later.days, date_add_months(birth, (int)n).days);
}

static void date_functions_agree_with_the_calendar(void **state)
{
    static const char *const days[] = {"1900-02-28", "1960-02-29", "1999-12-31", "2000-02-29",
                                       "2024-01-31", "2024-02-29", "2024-03-01", "2024-03-31",
                                       "2025-02-28", "2025-06-30", "2025-08-31", "2100-02-28"};
    static const int64_t shifts[] = {-800, -13, -12, -1, 0, 1, 6, 11, 12, 25, 366};
    Fixture *fixture = *state;
    size_t n = sizeof days / sizeof *days;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++)
            check_dates(fixture, day(days[i]), day(days[j]), shifts[(i * n + j) % 11]);
    }
    for (int i = 0; i < 800; i++)
        check_dates(fixture, date_add_days(day("2023-12-25"), i),
                    date_add_days(day("2026-03-02"), -i), shifts[i % 11]);
    FunctionDatesIn far = {day("9999-12-31"), DATE_NONE, true, 1};
    FunctionDatesRow row;
    assert_ok(fixture, function_dates(fixture->db, &fixture->arena, &far, &row));
    assert_true(date_is_none(row.later) && date_is_none(row.month_later) && !row.has_years);
    FunctionDatesIn none = {DATE_NONE, day("2025-01-01"), false, 0};
    assert_ok(fixture, function_dates(fixture->db, &fixture->arena, &none, &row));
    assert_true(date_is_none(row.later) && !row.has_days && !row.has_months && !row.has_years);
}

static void periods_start_where_the_calendar_says(void **state)
{
    static const char *const kinds[] = {"week", "month", "quarter", "half", "year"};
    Fixture *fixture = *state;
    for (int i = 0; i < 750; i++) {
        Date date = date_add_days(day(i % 2 == 0 ? "2023-12-25" : "1899-01-01"), i);
        PeriodKind kind = (PeriodKind)(i % 5);
        FunctionPeriodIn in = {str_from_c(kinds[kind]), date};
        FunctionPeriodRow row;
        assert_ok(fixture, function_period(fixture->db, &fixture->arena, &in, &row));
        assert_int_equal(row.first.days, period_of(kind, date).first.days);
    }
    FunctionPeriodRow row;
    FunctionPeriodIn strange = {STR("decade"), day("2025-01-01")};
    assert_ok(fixture, function_period(fixture->db, &fixture->arena, &strange, &row));
    assert_true(date_is_none(row.first));
}

static void check_number(Fixture *fixture, double x, int64_t places, double y)
{
    FunctionNumbersIn in = {true, x, true, places, true, y};
    FunctionNumbersRow row;
    assert_ok(fixture, function_numbers(fixture->db, &fixture->arena, &in, &row));
    double rounded = places >= 0 && places <= 10 ? num_round(x, (int)places) : x;
    assert_memory_equal(&row.rounded, &rounded, sizeof rounded);
    bool is_zero = !(y < 0 || y > 0);
    assert_int_equal(row.has_quotient, !is_zero);
    double quotient = is_zero ? 0 : x / y;
    if (!is_zero)
        assert_memory_equal(&row.quotient, &quotient, sizeof quotient);
    assert_int_equal(row.whole, (int64_t)x);
    assert_int_equal(row.flag, x > y ? 1 : 0);
}

static void numbers_round_and_divide_alike(void **state)
{
    static const double values[] = {0,      2.675, 1.005,
                                    -2.675, 0.5,   1.5,
                                    -0.5,   2.5,   24.2214533,
                                    1e14,   1e15,  123456789.987654321,
                                    1e-9,   0.1,   0.15,
                                    0.25,   0.35,  1.0 / 3,
                                    99.995, 1e-30, 72.449999999999,
                                    -1e-5,  3e10,  18.5};
    Fixture *fixture = *state;
    size_t n = sizeof values / sizeof *values;
    for (size_t i = 0; i < n; i++) {
        for (int64_t places = -1; places <= 11; places++)
            check_number(fixture, values[i], places, values[(i + (size_t)(places + 1)) % n]);
    }
    for (int i = 0; i < 2000; i++)
        check_number(fixture, (i * 7919 % 100003) / 1000.0, i % 4, i % 17 / 8.0);
    FunctionNumbersRow row;
    FunctionNumbersIn none = {.has_places = true, .places = 2};
    assert_ok(fixture, function_numbers(fixture->db, &fixture->arena, &none, &row));
    assert_false(row.has_rounded || row.has_quotient || row.has_whole || row.has_flag);
    FunctionNumbersIn no_places = {.has_x = true, .x = 1.25};
    assert_ok(fixture, function_numbers(fixture->db, &fixture->arena, &no_places, &row));
    assert_false(row.has_rounded || row.has_flag);
}

static void a_read_only_connection_refuses_every_write(void **state)
{
    Fixture *fixture = *state;
    Str url = fixture->url;
    if (db_engine(fixture->db) == DB_SQLITE)
        return; /* durability_test.c does it with a file: memory is not shared */
    Db *reader = open_url(&fixture->arena, url, true);
    PairInsertIn in = {STR("a"), 1};
    assert_int_equal(pair_insert(reader, &in, NULL), ERR_FORBIDDEN);
    PairCountRow row;
    assert_int_equal(pair_count(reader, &fixture->arena, &row), OK);
    db_close(reader);
}

static void postgres_refuses_to_commit_what_has_failed(void **state)
{
    Fixture *fixture = *state;
    insert_pairs(fixture, "a", 0, 1);
    assert_ok(fixture, db_begin(fixture->db));
    insert_pairs(fixture, "b", 0, 1);
    PairInsertIn in = {STR("a"), 0};
    assert_int_equal(pair_insert(fixture->db, &in, NULL), ERR_CONFLICT);
    assert_int_equal(db_commit(fixture->db), ERR_DB);
    assert_int_equal(count_pairs(fixture), 1);
}

/* Divides by zero when the setting has another value. */
static Err assume_time_limit(Fixture *fixture, Db *db, const char *limit)
{
    return db_script(db, str_printf(&fixture->arena,
                                    "SELECT 1 / (CASE WHEN current_setting('statement_timeout') = "
                                    "'%s' THEN 1 ELSE 0 END)",
                                    limit));
}

static void postgres_limits_the_time_of_the_servers_writer_only(void **state)
{
    Fixture *fixture = *state;
    const DbOptions options[] = {{.url = fixture->url, .is_server = true},
                                 {.url = fixture->url},
                                 {.url = fixture->url, .is_server = true, .read_only = true}};
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        Db *db = NULL;
        Str message = {NULL, 0};
        assert_int_equal(db_open(&options[i], &fixture->arena, &db, &message), OK);
        assert_int_equal(assume_time_limit(fixture, db, i == 0 ? "1min" : "0"), OK);
        assert_int_not_equal(assume_time_limit(fixture, db, i == 0 ? "0" : "1min"), OK);
        db_close(db);
    }
}

static void postgres_refuses_a_text_that_is_no_date(void **state)
{
    static const char *const wrong[] = {"2025-02-30", "2025-6-30", "20250630", "2025-06-30 ", "x"};
    Fixture *fixture = *state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        Str sql = str_printf(&fixture->arena, "SELECT CAST('%s' AS iso_date)", wrong[i]);
        assert_int_not_equal(db_script(fixture->db, sql), OK);
    }
    assert_ok(fixture, db_script(fixture->db, STR("SELECT CAST('2025-06-30' AS iso_date)")));
}

#define ON_BOTH(test)                                                                              \
 {#test " (sqlite)", test, open_sqlite, close_fixture, NULL},                                      \
 {                                                                                                 \
#  test " (postgres)", test, open_postgres, close_fixture, NULL                                    \
 }
#define ON_POSTGRES(test)                                                                          \
 {                                                                                                 \
#  test, test, open_postgres, close_fixture, NULL                                                  \
 }

static int stop_cluster(void **state)
{
    (void)state;
    pg_cluster_drop(&cluster, &process, "db");
    pg_cluster_stop(&cluster, &process);
    return 0;
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        ON_BOTH(every_type_comes_back_as_it_went_in),
        ON_BOTH(absent_values_come_back_absent_and_empty_text_is_not_absent),
        ON_BOTH(a_missing_row_is_an_error_for_one_and_not_for_maybe),
        ON_BOTH(an_insert_can_return_its_row_and_is_stored),
        ON_BOTH(text_sorts_by_its_bytes),
        ON_BOTH(a_list_stays_at_its_end),
        ON_BOTH(other_statements_run_while_a_stream_is_read),
        ON_BOTH(a_parameter_may_stand_twice_and_changed_rows_are_counted),
        ON_BOTH(a_second_row_under_a_key_is_a_conflict),
        ON_BOTH(a_null_where_none_may_be_is_an_error_not_a_zero),
        ON_BOTH(text_with_a_nul_character_is_refused),
        ON_BOTH(a_rolled_back_transaction_leaves_nothing),
        ON_BOTH(a_failure_in_a_savepoint_is_undone_alone),
        ON_BOTH(a_scope_narrows_what_a_statement_gives),
        ON_BOTH(sums_and_means_have_the_declared_types),
        ON_BOTH(many_rows_go_in_at_once),
        ON_BOTH(an_abandoned_bulk_leaves_nothing_and_the_connection_works),
        ON_BOTH(a_changed_text_under_the_same_name_is_prepared_anew),
        ON_BOTH(all_statements_have_the_columns_that_they_declare),
        ON_BOTH(a_wrongly_declared_column_is_found),
        ON_BOTH(a_fault_comes_at_the_ordered_call_and_once),
        ON_BOTH(a_transaction_that_the_database_ended_takes_no_more_statements),
        ON_BOTH(a_failed_commit_leaves_nothing),
        ON_BOTH(migrating_again_changes_nothing_and_the_check_agrees),
        ON_BOTH(a_database_with_a_changed_or_unknown_migration_is_refused),
        ON_BOTH(text_for_the_other_engine_is_left_out),
        ON_BOTH(a_text_that_is_no_date_is_an_error_to_date_functions),
        ON_BOTH(date_functions_agree_with_the_calendar),
        ON_BOTH(periods_start_where_the_calendar_says),
        ON_BOTH(numbers_round_and_divide_alike),
        ON_BOTH(a_read_only_connection_refuses_every_write),
        ON_POSTGRES(postgres_refuses_to_commit_what_has_failed),
        ON_POSTGRES(postgres_limits_the_time_of_the_servers_writer_only),
        ON_POSTGRES(postgres_refuses_a_text_that_is_no_date),
    };
    arena_init(&process, MIB(16));
    db_register_scope("test", "CASE WHEN :scope_by_facility = 1 THEN $.place = :scope_facility "
                              "ELSE $.place >= :scope_from AND $.place < :scope_after END");
    cluster = pg_cluster_start(&process);
    int failed = cmocka_run_group_tests_name("db", tests, NULL, stop_cluster);
    arena_done(&process);
    return failed;
}
