/* Tests of core: problems, writes, keys, settings. */
#include "core/keys.h"
#include "core/place.h"

#include "base/os_file.h"
#include "core/core_sql.h"
#include "db/migrate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

typedef struct {
    Arena arena;
    Cx cx;
} Fixture;

static Fixture *fixture_of(void **state)
{
    return *state;
}

static int set_up(void **state)
{
    static Fixture fixture;
    fixture = (Fixture){0};
    arena_init(&fixture.arena, MIB(16));
    Str message = {0};
    int applied = 0;
    Db *db = NULL;
    DbOptions options = {.url = STR(":memory:")};
    assert_int_equal(db_open(&options, &fixture.arena, &db, &message), OK);
    assert_int_equal(migrate_up(db, &fixture.arena, &applied, &message), OK);
    fixture.cx = (Cx){.arena = &fixture.arena,
                      .db = db,
                      .place = STR("996601"),
                      .today = date_from_ymd(2025, 6, 30),
                      .now = instant_of_date(date_from_ymd(2025, 6, 30), 9, 0)};
    *state = &fixture;
    return 0;
}

static int tear_down(void **state)
{
    Fixture *fixture = fixture_of(state);
    db_close(fixture->cx.db);
    arena_done(&fixture->arena);
    return 0;
}

static void assert_text(Str s, const char *expected)
{
    assert_true(str_equals_c(s, expected));
}

static void a_text_has_its_arguments_filled_in_in_both_languages(void **state)
{
    Arena *arena = &fixture_of(state)->arena;
    Wording text =
        text_fill(arena, TEXT_NOT_PERMITTED, (Str[]){STR("村医"), STR("records.write")}, 2);
    assert_text(text.zh, "您的岗位（村医）没有“records.write”权限");
    assert_text(text.en, "Your role (村医) lacks the permission \"records.write\"");
    assert_string_equal(text_name(TEXT_NOT_PERMITTED), "NOT_PERMITTED");
}

static void an_argument_that_looks_like_a_place_holder_is_not_filled_in_again(void **state)
{
    Arena *arena = &fixture_of(state)->arena;
    Wording text = text_fill(arena, TEXT_NOT_PERMITTED, (Str[]){STR("{1}"), STR("x")}, 2);
    assert_text(text.en, "Your role ({1}) lacks the permission \"x\"");
}

static void failing_collects_the_problem_and_gives_the_code_back(void **state)
{
    Cx *cx = &fixture_of(state)->cx;
    assert_int_equal(cx_fail(cx, ERR_NOT_FOUND, TEXT_NOT_FOUND, STR("/id"), 1, STR("x1")),
                     ERR_NOT_FOUND);
    assert_int_equal(cx->problem_n, 1);
    assert_int_equal(cx->problems[0].err, ERR_NOT_FOUND);
    assert_string_equal(cx->problems[0].key, "NOT_FOUND");
    assert_text(cx->problems[0].text.en, "Not found: x1");
    assert_text(cx->problems[0].where, "/id");
}

static void no_more_than_the_most_problems_are_kept(void **state)
{
    Cx *cx = &fixture_of(state)->cx;
    for (int i = 0; i < CX_PROBLEMS_MOST + 5; i++)
        problem_add(cx, (Problem){.err = ERR_INVALID, .key = "X"});
    assert_int_equal(cx->problem_n, CX_PROBLEMS_MOST);
}

static Err put_and_fail(Cx *cx, void *arg)
{
    (void)arg;
    assert_true(cx->is_writing);
    TRY(place_put(cx, STR("甲县"), STR("County A")));
    return cx_fail(cx, ERR_CONFLICT, TEXT_RECORD_CONFLICT, (Str){0}, 0);
}

static void a_write_that_fails_leaves_nothing_and_brings_its_problems_back(void **state)
{
    Cx *cx = &fixture_of(state)->cx;
    assert_int_equal(cx_write(cx, put_and_fail, NULL), ERR_CONFLICT);
    assert_false(cx->is_writing);
    assert_int_equal(cx->problem_n, 1);
    Place place;
    assert_int_equal(place_open(cx, &place), ERR_NOT_FOUND);
}

static Err put_and_set(Cx *cx, void *arg)
{
    (void)arg;
    TRY(place_put(cx, STR("甲县"), STR("County A")));
    return setting_put(cx, STR("is_demo"), STR("1"));
}

static void writes_inside_a_write_join_it(void **state)
{
    Cx *cx = &fixture_of(state)->cx;
    assert_int_equal(cx_write(cx, put_and_set, NULL), OK);
    Place place;
    assert_int_equal(place_open(cx, &place), OK);
    assert_text(place.name, "甲县");
    assert_text(place.name_en, "County A");
    Str value;
    assert_int_equal(setting_get(cx, STR("is_demo"), &value), OK);
    assert_text(value, "1");
    assert_int_equal(setting_get(cx, STR("day"), &value), OK);
    assert_int_equal(value.n, 0);
}

static Err put_colour(Cx *cx, void *arg)
{
    return setting_put(cx, STR("colour"), *(const Str *)arg);
}

static Str colour_of(Cx *cx)
{
    Str colour = {0};
    assert_int_equal(setting_get(cx, STR("colour"), &colour), OK);
    return colour;
}

/* As in the server: a connection that reads, a writer, and another process that writes. */
static void a_snapshot_reads_one_state_until_its_own_write(void **state)
{
    Arena *arena = &fixture_of(state)->arena;
    Str folder = {0}, message = {0}, blue = STR("blue"), red = STR("red"), green = STR("green");
    Db *writing = NULL;
    int applied = 0;
    assert_int_equal(os_folder_make_temporary(arena, STR("core"), &folder), OK);
    DbOptions options = {.url = os_path_join(arena, folder, STR("snapshot.db"))};
    assert_int_equal(db_open(&options, arena, &writing, &message), OK);
    assert_int_equal(migrate_up(writing, arena, &applied, &message), OK);
    Cx cx = fixture_of(state)->cx, other = cx;
    other.db = writing;
    assert_int_equal(cx_write(&other, put_colour, &blue), OK);
    assert_int_equal(writer_start(&options, arena, &cx.writer, &message), OK);
    options.read_only = true;
    assert_int_equal(db_open(&options, arena, &cx.db, &message), OK);

    assert_int_equal(cx_snapshot_begin(&cx), OK);
    assert_text(colour_of(&cx), "blue");
    assert_int_equal(cx_write(&other, put_colour, &red), OK);
    assert_text(colour_of(&cx), "blue");
    assert_int_equal(cx_write(&cx, put_colour, &green), OK);
    assert_text(colour_of(&cx), "green");
    assert_int_equal(cx_write(&other, put_colour, &red), OK);
    assert_text(colour_of(&cx), "green");
    cx_snapshot_end(&cx);
    assert_text(colour_of(&cx), "red");

    writer_stop(cx.writer);
    db_close(cx.db);
    db_close(writing);
    assert_int_equal(os_folder_remove(arena, folder), OK);
}

static void the_commit_order_of_a_place_rises_by_one(void **state)
{
    Cx *cx = &fixture_of(state)->cx;
    assert_int_equal(cx_write(cx, put_and_set, NULL), OK);
    PlaceRevNextRow row;
    PlaceRevNextIn in = {.place = cx->place};
    assert_int_equal(place_rev_next(cx->db, cx->arena, &in, &row), OK);
    assert_int_equal(row.rev, 1);
    assert_int_equal(place_rev_next(cx->db, cx->arena, &in, &row), OK);
    assert_int_equal(row.rev, 2);
    assert_int_equal(cx_write(cx, put_and_set, NULL), OK);
    Place place;
    assert_int_equal(place_open(cx, &place), OK);
    assert_int_equal(place.rev, 2);
}

static void a_pack_version_is_kept_once_with_its_text(void **state)
{
    Cx *cx = &fixture_of(state)->cx;
    PackVersionFile files[] = {{STR("forms/a.yaml"), STR("form: a")},
                               {STR("pack.yaml"), STR("id: p")}};
    PackVersion version = {STR("p"), STR("1.0.0"), STR("abc"), files, 2};
    assert_int_equal(pack_version_keep(cx, &version), OK);
    assert_int_equal(pack_version_keep(cx, &version), OK);
    PackVersion found;
    assert_int_equal(pack_version_open(cx, STR("p"), STR("abc"), &found), OK);
    assert_text(found.version, "1.0.0");
    assert_int_equal(found.file_n, 2);
    assert_text(found.files[0].path, "forms/a.yaml");
    assert_text(found.files[1].text, "id: p");
    assert_int_equal(pack_version_open(cx, STR("p"), STR("abd"), &found), ERR_NOT_FOUND);
}

static void a_key_file_is_made_once_for_its_owner_only_and_opens_again(void **state)
{
    Arena *arena = &fixture_of(state)->arena;
    Str folder;
    assert_int_equal(os_folder_make_temporary(arena, STR("core-test-"), &folder), OK);
    Str path = os_path_join(arena, folder, STR("county.keys"));
    const Keys *made = NULL;
    const Keys *opened = NULL;
    uint32_t line = 0;
    assert_int_equal(keys_open(path, arena, &opened, &line), ERR_NOT_FOUND);
    assert_int_equal(keys_create(path, arena, &made), OK);
    assert_int_equal(keys_create(path, arena, &made), ERR_CONFLICT);
    assert_int_equal(keys_open(path, arena, &opened, &line), OK);
    Str sealed = keys_seal(made, arena, STR("resident.name 1"), STR("王小明"));
    Str plain;
    assert_int_equal(keys_unseal(opened, arena, STR("resident.name 1"), sealed, &plain), OK);
    assert_text(plain, "王小明");
    assert_int_not_equal(keys_unseal(opened, arena, STR("resident.name 2"), sealed, &plain), OK);
    assert_memory_equal(keys_token(made, STR("a")).bytes, keys_token(opened, STR("a")).bytes,
                        TOKEN_SIZE);
    Signature signature = keys_sign(made, STR("heads"));
    assert_true(signature_is_right(keys_verify_key(opened), STR("heads"), &signature));
    assert_int_equal(os_folder_remove(arena, folder), OK);
}

#define HEX32 "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

static void a_key_file_that_is_not_whole_is_refused_with_its_line(void **state)
{
    Arena *arena = &fixture_of(state)->arena;
    const struct {
        Str text;
        uint32_t line;
    } cases[] = {
        {STR(""), 0},
        {STR("something else\n"), 1},
        {STR("catchment-keys 1\nseal 1 00\n"), 2},
        {STR("catchment-keys 1\nseal 0 " HEX32 "\n"), 2},
        {STR("catchment-keys 1\nseal 2 " HEX32 "\nseal 1 " HEX32 "\n"), 3},
        {STR("catchment-keys 1\nseal 1 " HEX32 "\nother 1 " HEX32 "\n"), 3},
        {STR("catchment-keys 1\nseal 1 " HEX32 "\ntoken 1 " HEX32 "\n"), 3},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const Keys *keys = NULL;
        uint32_t line = 99;
        assert_int_equal(keys_parse(cases[i].text, arena, &keys, &line), ERR_MALFORMED);
        assert_int_equal(line, cases[i].line);
    }
}

static void an_older_seal_key_still_opens_and_the_newest_seals(void **state)
{
    Arena *arena = &fixture_of(state)->arena;
    const Keys *old = NULL;
    const Keys *both = NULL;
    uint32_t line = 0;
    Str one = STR("catchment-keys 1\nseal 1 " HEX32 "\ntoken 1 " HEX32 "\naudit 1 " HEX32 "\n");
    assert_int_equal(keys_parse(one, arena, &old, &line), OK);
    Str rotated =
        str_printf(arena, "catchment-keys 1\nseal 1 %s\nseal 2 ff%.62s\ntoken 1 %s\naudit 1 %s\n",
                   HEX32, HEX32, HEX32, HEX32);
    assert_int_equal(keys_parse(rotated, arena, &both, &line), OK);
    Str plain;
    Str by_old = keys_seal(old, arena, STR("a"), STR("x"));
    Str by_both = keys_seal(both, arena, STR("a"), STR("x"));
    assert_int_equal(keys_unseal(both, arena, STR("a"), by_old, &plain), OK);
    assert_int_equal(keys_unseal(old, arena, STR("a"), by_both, &plain), ERR_NOT_FOUND);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_text_has_its_arguments_filled_in_in_both_languages),
        TEST(an_argument_that_looks_like_a_place_holder_is_not_filled_in_again),
        TEST(failing_collects_the_problem_and_gives_the_code_back),
        TEST(no_more_than_the_most_problems_are_kept),
        TEST(a_write_that_fails_leaves_nothing_and_brings_its_problems_back),
        TEST(writes_inside_a_write_join_it),
        TEST(a_snapshot_reads_one_state_until_its_own_write),
        TEST(the_commit_order_of_a_place_rises_by_one),
        TEST(a_pack_version_is_kept_once_with_its_text),
        TEST(a_key_file_is_made_once_for_its_owner_only_and_opens_again),
        TEST(a_key_file_that_is_not_whole_is_refused_with_its_line),
        TEST(an_older_seal_key_still_opens_and_the_newest_seals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
