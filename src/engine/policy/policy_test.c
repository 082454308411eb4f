/* Saying what parameters are in a place, on SQLite and PostgreSQL, with packs that stand here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "access/access.h"
#include "core/keys.h"
#include "core/place.h"
#include "db/migrate.h"
#include "engine/policy/policy_values.h"
#include "support/both_engines.h"

static int hook_calls;

typedef struct {
    Arena arena;
    Db *db;
    PackSet *packs;
    Cx cx;
} Fixture;

static Err hook(Cx *cx, const PolicyParameter *parameter)
{
    (void)cx;
    (void)parameter;
    hook_calls++;
    return OK;
}

static const PolicyHook hooks[] = {hook, NULL};

static void live_on(Fixture *f, const char *text)
{
    f->cx.today = test_day(text);
    f->cx.now = instant_of_date(f->cx.today, 8, 0);
    f->cx.problem_n = 0;
}

static int set_up(void **state)
{
    static Fixture fixture;
    Fixture *f = &fixture;
    *f = (Fixture){0};
    arena_init(&f->arena, MIB(64));
    both_engines_open("policy", &f->arena, &f->db, &f->cx);
    const PackFile pack_files[] = {
        {STR("p/pack.yaml"),
         STR("pack: p\nversion: 1.0.0\ntitle: {zh: 包, en: Pack}\n"
             "sources:\n  - {key: habit, title: {zh: 惯例, en: Habit}, edition: none}\n")},
        {STR("p/policy/numbers.yaml"),
         STR("parameters:\n"
             "  - id: limit\n    title: {zh: 上限, en: Limit}\n    unit: mmHg\n    value: 140\n"
             "    range: [100, 200]\n    source: habit\n"
             "    values: [{from: 2026-01-01, value: 130, source: habit}]\n"
             "  - id: share\n    title: {zh: 比例, en: Share}\n    value: 0.5\n    source: habit\n"
             "  - id: percent\n    title: {zh: 率, en: Percent}\n    unit: '%'\n    value: 90\n    source: "
             "habit\n"
             "  - id: growth\n    title: {zh: 增幅, en: Growth}\n    unit: '%'\n    value: -3\n    range: [-50, "
             "200]\n    source: habit\n")},
    };
    f->packs = both_engines_pack_files(&f->arena, pack_files, 2);
    policy_set_hooks(hooks);
    hook_calls = 0;
    f->cx.packs = f->packs;
    live_on(f, "2025-06-30");
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

static Err say(Fixture *f, const char *parameter, const char *value, const char *from)
{
    const PolicyChange change = {.parameter = str_from_c(parameter),
                                 .value = value == NULL ? (Str){0} : str_from_c(value),
                                 .source = STR("县文件 第三条"),
                                 .from = test_day(from),
                                 .is_ended = value == NULL};
    f->cx.problem_n = 0;
    return policy_set(&f->cx, &change);
}

static int64_t limit_on(Fixture *f, const char *on, const char *known)
{
    const Policy *policy = NULL;
    assert_int_equal(policy_known_on(&f->cx, test_day(known), &policy), OK);
    return form_parameter_on(policy_parameter(policy, STR("limit")), test_day(on)).as.integer;
}

static void a_value_holds_from_its_day_and_the_one_before_keeps_its_days(void **state)
{
    Fixture *f = *state;
    assert_int_equal(limit_on(f, "2025-12-31", "2025-06-30"), 140);
    assert_int_equal(limit_on(f, "2026-01-01", "2025-06-30"), 130);
    assert_int_equal(say(f, "limit", "120", "2025-07-01"), OK);
    assert_int_equal(say(f, "limit", "125", "2025-10-01"), OK);
    assert_int_equal(say(f, "limit", NULL, "2025-11-01"), OK);
    assert_int_equal(hook_calls, 3);
    static const struct {
        const char *on;
        int64_t value;
    } wanted[] = {{"2025-06-30", 140}, {"2025-07-01", 120}, {"2025-09-30", 120},
                  {"2025-10-01", 125}, {"2025-10-31", 125}, {"2025-11-01", 140},
                  {"2026-01-01", 130}};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        assert_int_equal(limit_on(f, wanted[i].on, "2025-06-30"), wanted[i].value);
}

static void a_past_day_knows_what_was_said_by_then(void **state)
{
    Fixture *f = *state;
    live_on(f, "2025-07-10");
    assert_int_equal(say(f, "limit", "120", "2025-08-01"), OK);
    live_on(f, "2025-08-02");
    assert_int_equal(limit_on(f, "2025-08-01", "2025-07-09"), 140);
    assert_int_equal(limit_on(f, "2025-08-01", "2025-07-10"), 120);
}

static void what_the_parameter_cannot_be_is_refused(void **state)
{
    Fixture *f = *state;
    assert_int_equal(say(f, "limit", "abc", "2025-07-01"), ERR_INVALID);
    assert_int_equal(say(f, "limit", "130.5", "2025-07-01"), ERR_INVALID);
    assert_int_equal(say(f, "limit", "99", "2025-07-01"), ERR_INVALID);
    assert_int_equal(say(f, "limit", "120", "2025-06-30"), ERR_INVALID);
    assert_int_equal(say(f, "limits", "120", "2025-07-01"), ERR_NOT_FOUND);
    const PolicyChange bare = {.parameter = STR("limit"), .value = STR("120"), .from = DATE_NONE};
    assert_int_equal(policy_set(&f->cx, &bare), ERR_INVALID);
    const PolicyChange in_kpa = {.parameter = STR("limit"),
                                 .value = STR("120"),
                                 .unit = STR("kPa"),
                                 .source = STR("x"),
                                 .from = DATE_NONE};
    assert_int_equal(policy_set(&f->cx, &in_kpa), ERR_INVALID);
    assert_int_equal(say(f, "share", "1", "2025-07-01"), OK); /* a whole number is a decimal too */
    assert_int_equal(hook_calls, 1);
    const PolicyValue *said = NULL;
    size_t n = 0;
    assert_int_equal(policy_history(&f->cx, &said, &n), OK);
    assert_int_equal(n, 1);
}

static void two_places_do_not_know_of_each_other(void **state)
{
    Fixture *f = *state;
    assert_int_equal(say(f, "limit", "120", "2025-07-01"), OK);
    f->cx.place = STR("000002");
    f->cx.policy = NULL;
    assert_int_equal(limit_on(f, "2025-07-01", "2025-06-30"), 140);
    assert_int_equal(say(f, "limit", "110", "2025-07-01"), OK);
    assert_int_equal(limit_on(f, "2025-07-01", "2025-06-30"), 110);
    f->cx.place = STR("000000");
    f->cx.policy = NULL;
    assert_int_equal(limit_on(f, "2025-07-01", "2025-06-30"), 120);
}

static void what_was_said_is_never_changed(void **state)
{
    Fixture *f = *state;
    assert_int_equal(say(f, "limit", "120", "2025-07-01"), OK);
    assert_int_equal(say(f, "limit", "125", "2025-07-01"), OK);
    assert_int_equal(limit_on(f, "2025-07-01", "2025-06-30"), 125);
    const PolicyValue *said = NULL;
    size_t n = 0;
    assert_int_equal(policy_history(&f->cx, &said, &n), OK);
    assert_int_equal(n, 2);
    assert_true(str_equals_c(said[0].value, "120"));
    assert_int_not_equal(db_script(f->db, STR("UPDATE policy_value SET value = '1'")), OK);
}

static void a_share_is_one_of_a_hundred_and_a_count_is_not_below_nothing(void **state)
{
    Fixture *f = *state;
    static const struct {
        const char *parameter, *value;
        Err err;
    } wanted[] = {{"percent", "-1", ERR_INVALID},
                  {"percent", "101", ERR_INVALID},
                  {"percent", "1000000000", ERR_INVALID},
                  {"percent", "0", OK},
                  {"percent", "100", OK},
                  {"share", "-0.1", ERR_INVALID},
                  {"share", "1000000.5", OK},
                  {"growth", "-50", OK},
                  {"growth", "150", OK},
                  {"growth", "-51", ERR_INVALID}};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        assert_int_equal(say(f, wanted[i].parameter, wanted[i].value, "2025-07-01"), wanted[i].err);
        if (wanted[i].err != OK)
            assert_true(str_equals_c(f->cx.problems[0].where, "/value"));
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(a_share_is_one_of_a_hundred_and_a_count_is_not_below_nothing,
                                    set_up, tear_down),
    cmocka_unit_test_setup_teardown(a_value_holds_from_its_day_and_the_one_before_keeps_its_days,
                                    set_up, tear_down),
    cmocka_unit_test_setup_teardown(a_past_day_knows_what_was_said_by_then, set_up, tear_down),
    cmocka_unit_test_setup_teardown(what_the_parameter_cannot_be_is_refused, set_up, tear_down),
    cmocka_unit_test_setup_teardown(two_places_do_not_know_of_each_other, set_up, tear_down),
    cmocka_unit_test_setup_teardown(what_was_said_is_never_changed, set_up, tear_down),
};

int main(void)
{
    return BOTH_ENGINES_RUN("policy", tests);
}
