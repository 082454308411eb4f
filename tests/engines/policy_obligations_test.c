/* What a place says about parameters changes what is owed from its day on, on SQLite and PostgreSQL
 * with the national pack. Persons are invented. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "access/access.h"
#include "core/keys.h"
#include "core/place.h"
#include "db/migrate.h"
#include "engine/obligations/explain.h"
#include "engine/obligations/obligations.h"
#include "engine/policy/policy_values.h"
#include "engine/subjects/subjects.h"
#include "support/both_engines.h"

typedef struct {
    Arena arena;
    Db *db;
    PackSet *packs;
    Cx cx;
    Uuid person;
} Fixture;

static const PolicyHook policy_hooks[] = {obligation_policy_hook, NULL};

static void live_on(Fixture *f, Date on)
{
    f->cx.today = on;
    f->cx.now = instant_of_date(on, 8, 0);
    f->cx.problem_n = 0;
}

static Err make_place(Cx *cx, void *arg)
{
    Fixture *f = arg;
    const Area area = {
        .code = STR("000000001201"), .parent = STR("000000001"), .level = 5, .name = STR("测试村")};
    TRY(place_put(cx, STR("测试县"), STR("Test county")));
    TRY(subject_area_add(cx, &area));
    f->person = cx_new_id(cx);
    const Resident resident = {
        .id = f->person,
        .sex = STR("2"),
        .birth_date = test_day("1970-03-01"),
        .area = area.code,
        .name = STR("测试"),
        .registered_on = test_day("2020-01-01"),
        .died_on = DATE_NONE,
        .left_on = DATE_NONE,
    };
    TRY(resident_add(cx, &resident));
    return obligation_rules_update(cx);
}

static int set_up(void **state)
{
    static Fixture fixture;
    Fixture *f = &fixture;
    *f = (Fixture){0};
    arena_init(&f->arena, MIB(256));
    both_engines_open("policy_duties", &f->arena, &f->db, &f->cx);
    f->cx.packs = f->packs = both_engines_packs(&f->arena);
    record_forms_prepare(f->packs);
    policy_set_hooks(policy_hooks);
    live_on(f, test_day("2025-06-30"));
    assert_int_equal(record_tables_update(&f->cx), OK);
    assert_int_equal(cx_write(&f->cx, make_place, f), OK);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    Fixture *f = *state;
    policy_set_hooks(NULL);
    db_close(f->db);
    pack_set_close(f->packs);
    arena_done(&f->arena);
    return 0;
}

static void set_parameter(Fixture *f, Str id, const char *value, Date from)
{
    const PolicyChange change = {.parameter = id,
                                 .value = str_from_c(value),
                                 .source = STR("测试县文件 第一条"),
                                 .from = from,
                                 .is_ended = value[0] == '\0'};
    assert_int_equal(policy_set(&f->cx, &change), OK);
}

static void assert_texts_equal(Str a, Str b)
{
    if (!str_equals(a, b))
        print_message("one: %.*s\nother: %.*s\n", STR_ARG(a), STR_ARG(b));
    assert_true(str_equals(a, b));
}

static void assert_nothing_differs(Fixture *f)
{
    ObligationRecompute result = {0};
    assert_int_equal(obligation_settle(&f->cx), OK);
    assert_int_equal(obligation_verify(&f->cx, &result), OK);
    assert_int_equal(result.written, 0);
    assert_int_equal(result.deleted, 0);
}

/* Years in which the person owes the exam of the elderly. */
static Str elderly_years(Fixture *f, Date on)
{
    const ObligationLine *lines = NULL;
    size_t n = 0;
    Buf buf;
    buf_init(&buf, &f->arena, KIB(4));
    assert_int_equal(obligation_of(&f->cx, f->person, on, &lines, &n), OK);
    for (size_t i = 0; i < n; i++) {
        int year = 0, month = 0, of_month = 0;
        date_to_ymd(lines[i].obligation.closes_on, &year, &month, &of_month);
        if (str_equals_c(lines[i].obligation.rule->program->id, "elderly"))
            buf_printf(&buf, "%d ", year);
    }
    return buf_str(&buf);
}

/* Born in 1970: 56 in 2026. */
static void a_parameter_of_a_place_changes_what_is_owed_from_its_day(void **state)
{
    Fixture *f = *state;
    live_on(f, test_day("2025-06-30"));
    assert_int_equal(obligation_settle(&f->cx), OK);
    assert_texts_equal(elderly_years(f, f->cx.today), STR(""));
    live_on(f, test_day("2025-07-01"));
    set_parameter(f, STR("elderly_from"), "55y", test_day("2026-01-01"));
    assert_nothing_differs(f);
    assert_texts_equal(elderly_years(f, f->cx.today), STR("2026 "));
    assert_texts_equal(elderly_years(f, test_day("2025-06-30")), STR("")); /* as then known */
    live_on(f, test_day("2027-02-01"));
    set_parameter(f, STR("elderly_from"), "", test_day("2028-01-01"));
    assert_nothing_differs(f);
    assert_texts_equal(elderly_years(f, test_day("2028-03-01")), STR("2026 2027 "));
    ObligationExplanation told;
    assert_int_equal(obligation_explain(&f->cx, f->person, STR("elderly"), STR("exam"),
                                        test_day("2027-02-01"), &told),
                     OK);
    assert_true(told.is_member);
    f->cx.place = STR("000009");
    f->cx.policy = NULL;
    const Policy *other = NULL;
    assert_int_equal(policy_of(&f->cx, &other), OK);
    assert_int_equal(policy_parameter(other, STR("elderly_from"))->step_n, 1);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(a_parameter_of_a_place_changes_what_is_owed_from_its_day,
                                    set_up, tear_down),
};

int main(void)
{
    return BOTH_ENGINES_RUN("policy and what is owed", tests);
}
