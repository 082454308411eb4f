/* What a set of packs promises: the packs of this repository load, their tests of forms pass, and
 * what stands in them is compiled as declared. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/os_file.h"
#include "base/vec.h"
#include "pack/offers.h"
#include "pack/pack_tests.h"

static const char *const permissions[] = {"session.own",
                                          "areas.read",
                                          "areas.write",
                                          "facilities.read",
                                          "facilities.write",
                                          "catchments.read",
                                          "catchments.write",
                                          "staff.read",
                                          "staff.write",
                                          "forms.read",
                                          "obligations.read",
                                          "obligations.waive",
                                          "residents.read",
                                          "residents.search",
                                          "residents.reveal",
                                          "residents.write",
                                          "residents.merge",
                                          "residents.grant",
                                          "residents.emergency",
                                          "emergencies.review",
                                          "records.read",
                                          "records.write",
                                          "records.void",
                                          "records.backdate",
                                          "tables.read",
                                          "tables.export",
                                          "worklists.export",
                                          "accounts.manage",
                                          "policy.read",
                                          "policy.write",
                                          "metrics.read",
                                          "audit.read",
                                          "measures.read",
                                          "places.compare",
                                          "measures.check",
                                          "plans.read",
                                          "plans.write",
                                          "scores.freeze",
                                          "residents.account",
                                          "residents.own",
                                          "residents.sync",
                                          "records.void_own",
                                          NULL};

typedef struct Fixture {
    Arena arena;
    PackSet *set;
} Fixture;

static void open_packs(Fixture *fixture, Str folder)
{
    arena_init(&fixture->arena, MIB(64));
    const PackMistake *mistakes = NULL;
    size_t n = 0;
    Err err = pack_set_open(folder, permissions, &fixture->arena, &fixture->set, &mistakes, &n);
    for (size_t i = 0; i < n; i++)
        print_message("%.*s:%u:%u: %.*s (%.*s)\n", STR_ARG(mistakes[i].file), mistakes[i].line,
                      mistakes[i].column, STR_ARG(mistakes[i].text.en),
                      STR_ARG(mistakes[i].fix.en));
    assert_int_equal(err, OK);
}

static int open_own_packs(void **state)
{
    static Fixture fixture;
    open_packs(&fixture, STR(PACKS));
    *state = &fixture;
    return 0;
}

static int close_packs(void **state)
{
    Fixture *fixture = *state;
    pack_set_close(fixture->set);
    arena_done(&fixture->arena);
    return 0;
}

static void assert_text(Str text, const char *wanted)
{
    assert_int_equal(text.n, strlen(wanted));
    assert_memory_equal(text.p, wanted, text.n);
}

static void the_tests_of_our_packs_pass_at_their_forms(void **state)
{
    Fixture *fixture = *state;
    const PackTestFailure *failures = NULL;
    size_t n = 0;
    pack_tests_run_forms(fixture->set, &fixture->arena, &failures, &n);
    for (size_t i = 0; i < n; i++)
        print_message("%.*s:%u: %.*s: %.*s\n", STR_ARG(failures[i].test->file), failures[i].line,
                      STR_ARG(failures[i].test->name), STR_ARG(failures[i].message.en));
    assert_int_equal(n, 0);
    assert_true(fixture->set->test_n > 50);
}

static void a_test_that_expects_something_else_fails(void **state)
{
    Fixture *fixture = *state;
    PackTestRecord record = {0};
    PackTest test = {0};
    for (size_t i = 0; i < fixture->set->test_n; i++) {
        if (!str_equals_c(fixture->set->tests[i].number, "WC-29") || test.record_n > 0)
            continue;
        test = fixture->set->tests[i];
        record = test.records[0];
    }
    assert_int_equal(test.record_n, 1);
    Str advice = STR("emergency");
    record.advice = &advice;
    record.advice_n = 1;
    PackTestValue class = record.suggested[0];
    class.value.as.text = STR("2");
    record.suggested = &class;
    record.suggested_n = 1;
    test.records = &record;
    PackSet set = *fixture->set;
    set.tests = &test;
    set.test_n = 1;
    const PackTestFailure *failures = NULL;
    size_t n = 0;
    pack_tests_run_forms(&set, &fixture->arena, &failures, &n);
    assert_int_equal(n, 2);
    assert_text(failures[0].message.en, "class should be 2 and is 1");
    assert_text(failures[1].message.en, "the advice should be [emergency] and is []");
}

static void the_worked_cases_are_all_there(void **state)
{
    Fixture *fixture = *state;
    static const char *const numbers[] = {
        "WC-01", "WC-02", "WC-03", "WC-04", "WC-05", "WC-06", "WC-07", "WC-08", "WC-09", "WC-10",
        "WC-27", "WC-28", "WC-29", "WC-30", "WC-31", "WC-32", "WC-33", "WC-34", "WC-35", "WC-38"};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        bool is_there = false;
        for (size_t j = 0; j < fixture->set->test_n; j++)
            is_there = is_there || str_equals_c(fixture->set->tests[j].number, numbers[i]);
        if (!is_there)
            fail_msg("%s is missing", numbers[i]);
    }
}

static void the_hypertension_rule_is_compiled_as_written(void **state)
{
    Fixture *fixture = *state;
    const Program *program = pack_program(fixture->set, STR("hypertension"));
    assert_non_null(program);
    assert_int_equal(program->rule_n, 2); /* the visit, and the yearly exam */
    const Rule *rule = program->rules[0];
    assert_int_equal(rule->key, 0x210b8983); /* stands in tables */
    assert_int_equal(rule->every, PERIOD_QUARTER);
    assert_int_equal(rule->notice_days, 14);
    assert_ptr_equal(rule->evidence, pack_form(fixture->set, STR("hypertension_followup")));
    assert_ptr_equal(rule->first_form, pack_form(fixture->set, STR("hypertension_registration")));
    assert_text(rule->first_form->fields[rule->first_field].id, "first_followup_on");
    assert_text(rule->evidence->fields[rule->sooner_field].id, "next_followup_on");
    assert_int_equal(expr_type(rule->sooner_latest), EXPR_DATE);
    assert_text(program->tag.zh, "高");
    assert_ptr_equal(fixture->set->rules[rule->number], rule);
}

static void sealed_facts_have_no_other_home(void **state)
{
    Fixture *fixture = *state;
    const Form *form = pack_form(fixture->set, STR("personal_information"));
    static const char *const sealed[] = {"name",          "id_number", "phone",
                                         "contact_phone", "address",   "registered_address"};
    for (size_t i = 0; i < sizeof sealed / sizeof sealed[0]; i++) {
        size_t field = form_find_field(form, str_from_c(sealed[i]));
        assert_true(field != SIZE_MAX);
        assert_true(form->fields[field].is_sealed);
        assert_text(form->fields[field].keeps, sealed[i]);
    }
}

static void people_who_only_count_see_no_persons(void **state)
{
    Fixture *fixture = *state;
    const Role *commission = pack_role(fixture->set, STR("county_commission"));
    const Role *doctor = pack_role(fixture->set, STR("village_doctor"));
    assert_false(commission->sees_persons);
    assert_int_equal(commission->sight, SIGHT_PLACE);
    assert_true(doctor->sees_persons);
    assert_int_equal(doctor->sight, SIGHT_CATCHMENT);
    assert_null(pack_role(fixture->set, STR("nobody")));
}

static void ethnic_groups_come_from_their_table(void **state)
{
    Fixture *fixture = *state;
    const CodeList *list = map_get(&fixture->set->codes, STR("ethnic_group"));
    assert_int_equal(list->option_n, 58);
    assert_text(list->options[0].code, "01");
    assert_text(list->options[0].label.zh, "汉族");
}

static void a_source_is_worded_with_its_document(void **state)
{
    Fixture *fixture = *state;
    Wording wording =
        pack_source_wording(fixture->set, STR("county"), STR("convention 岗位"), &fixture->arena);
    assert_text(wording.zh, "本规则包的约定（由县确认）（1） 岗位");
    wording = pack_source_wording(fixture->set, STR("county"), STR("unheard of"), &fixture->arena);
    assert_text(wording.en, "unheard of");
    assert_text(pack_source_confidence(fixture->set, STR("county"), STR("convention 岗位")),
                "check");
    assert_text(pack_source_confidence(fixture->set, STR("national-2017"), STR("gbt-2261.1 表1")),
                "sure");
}

static void packs_are_loaded_after_what_they_need(void **state)
{
    (void)state;
    Fixture fixture = {0};
    arena_init(&fixture.arena, MIB(16));
    const PackMistake *mistakes = NULL;
    size_t n = 0;
    assert_int_equal(
        pack_set_open(STR(TESTS_PACKS "/good"), NULL, &fixture.arena, &fixture.set, &mistakes, &n),
        OK);
    assert_int_equal(fixture.set->pack_n, 3);
    assert_text(fixture.set->packs[0].id, "alpha");
    assert_text(fixture.set->packs[1].id, "beta");
    assert_text(fixture.set->packs[1].version, "2.1.0");
    assert_int_equal(fixture.set->packs[1].need_n, 1);
    assert_int_equal(fixture.set->packs[0].hash.n, 64);
    assert_int_not_equal(str_compare(fixture.set->packs[0].hash, fixture.set->packs[1].hash), 0);
    pack_set_close(fixture.set);
    arena_done(&fixture.arena);
}

static void the_select_of_a_measure_has_the_codes_of_the_groups_that_it_names(void **state)
{
    (void)state;
    Fixture fixture = {0};
    open_packs(&fixture, STR(TESTS_PACKS "/good"));
    const Measure *measure = pack_measure(fixture.set, STR("visited"));
    Str wanted = STR("    WHERE v.place = :place AND v.mode IN ('2', '1')\n    GROUP BY");
    assert_int_not_equal(str_find(measure->sql, wanted, 0), SIZE_MAX);
    assert_int_equal(str_find_char(measure->sql, '{', 0), SIZE_MAX);
    assert_int_not_equal(str_find(measure->sql, STR("ON s.subject_id = p.subject_id"), 0),
                         SIZE_MAX); /* what stands behind it too */
    pack_set_close(fixture.set);
    arena_done(&fixture.arena);
}

static void a_folder_that_is_not_there_is_an_error_and_no_mistake(void **state)
{
    (void)state;
    Arena arena;
    arena_init(&arena, MIB(1));
    PackSet *set = NULL;
    const PackMistake *mistakes = NULL;
    size_t n = 7;
    assert_int_equal(pack_set_open(STR(TESTS_PACKS "/nowhere"), NULL, &arena, &set, &mistakes, &n),
                     ERR_NOT_FOUND);
    assert_null(set);
    assert_int_equal(n, 0);
    arena_done(&arena);
}

static void a_file_beyond_the_limit_is_a_mistake(void **state)
{
    (void)state;
    Arena arena;
    arena_init(&arena, MIB(16));
    Str folder = {0};
    assert_int_equal(os_folder_make_temporary(&arena, STR("packs"), &folder), OK);
    Str pack = os_path_join(&arena, folder, STR("big"));
    assert_int_equal(os_folder_make(pack), OK);
    Str text = {arena_alloc(&arena, MIB(1) + 1), MIB(1) + 1};
    assert_int_equal(os_file_write(os_path_join(&arena, pack, STR("pack.yaml")), text, 0600), OK);
    PackSet *set = NULL;
    const PackMistake *mistakes = NULL;
    size_t n = 0;
    assert_int_equal(pack_set_open(folder, NULL, &arena, &set, &mistakes, &n), ERR_PACK);
    assert_int_equal(n, 1);
    assert_string_equal(mistakes[0].kind, "FILE_TOO_LARGE");
    assert_int_equal(os_folder_remove(&arena, folder), OK);
    arena_done(&arena);
}

/* What the database keeps of a version gives the same packs again, in the same order. */
static void kept_files_give_the_same_packs(void **state)
{
    (void)state;
    Fixture fixture = {0};
    open_packs(&fixture, STR(TESTS_PACKS "/good"));
    VEC(PackFile) files = {0};
    for (size_t i = 0; i < fixture.set->pack_n; i++) {
        const Pack *pack = &fixture.set->packs[i];
        for (size_t j = 0; j < pack->file_n; j++)
            VEC_PUSH(&fixture.arena, &files,
                     (PackFile){str_printf(&fixture.arena, "%.*s/%.*s", STR_ARG(pack->id),
                                           STR_ARG(pack->files[j].path)),
                                pack->files[j].text});
    }
    PackSet *again = NULL;
    const PackMistake *mistakes = NULL;
    size_t n = 0;
    assert_int_equal(
        pack_set_open_files(files.items, files.n, NULL, &fixture.arena, &again, &mistakes, &n), OK);
    assert_int_equal(again->pack_n, fixture.set->pack_n);
    for (size_t i = 0; i < again->pack_n; i++) {
        assert_true(str_equals(again->packs[i].id, fixture.set->packs[i].id));
        assert_true(str_equals(again->packs[i].hash, fixture.set->packs[i].hash));
    }
    pack_set_close(again);
    pack_set_close(fixture.set);
    arena_done(&fixture.arena);
}

/* ---- whom a form is for ---- */

static bool sees_all(const void *who, Str class)
{
    (void)who;
    (void)class;
    return true;
}

static bool sees_no_classes(const void *who, Str class)
{
    (void)who;
    return class.n == 0;
}

/* Whether the form is for somebody of that age in days, sex and programs. */
static bool is_for(Fixture *fixture, const Form *offers, const char *form, int days,
                   const char *sex, const char *program)
{
    const Date today = date_from_ymd(2025, 6, 30);
    const Str programs[] = {str_from_c(program)};
    const FormContext context = {.happened_on = today,
                                 .today = today,
                                 .subject_sex = str_from_c(sex),
                                 .subject_birth_date =
                                     days < 0 ? DATE_NONE : date_add_days(today, -days),
                                 .subject_programs = programs,
                                 .subject_program_n = programs[0].n > 0,
                                 .previous_happened_on = DATE_NONE};
    FormAnswers answers;
    FormResult result;
    form_answers_init(&answers, offers, &fixture->arena);
    form_evaluate(offers, &context, &answers, &fixture->arena, &result);
    for (size_t i = 0; i < result.issue_n; i++) {
        if (str_equals_c(result.issues[i].key, form))
            return false;
    }
    return true;
}

static void a_form_is_for_whom_its_checks_and_programs_could_want(void **state)
{
    Fixture *fixture = *state;
    enum { YEAR = 366, MAN = 40 * YEAR };
    Form offers;
    const Policy *policy = policy_build(fixture->set, NULL, 0, &fixture->arena);
    const Date today = date_from_ymd(2025, 6, 30);
    pack_offers(policy, today, sees_all, NULL, &fixture->arena, &offers);
    const struct {
        const char *form;
        int days; /* -1: the date of birth is not known */
        const char *sex, *program;
        bool is_for;
    } cases[] = {
        {"hypertension_registration", MAN, "1", "", true},
        {"hypertension_registration", MAN, "1", "hypertension", false},
        {"hypertension_registration", 34 * 365, "1", "", false},
        {"hypertension_registration", -1, "1", "", true},
        {"hypertension_followup", MAN, "1", "", false},
        {"hypertension_followup", MAN, "1", "hypertension", true},
        {"hypertension_leave", MAN, "1", "hypertension", true},
        {"diabetes_followup", MAN, "1", "hypertension", false},
        {"health_exam", MAN, "1", "", false},
        {"health_exam", MAN, "1", "hypertension", true},
        {"health_exam", 66 * YEAR, "1", "", true},
        {"pregnancy_registration", MAN, "1", "", false},
        {"pregnancy_registration", MAN, "2", "", true},
        {"pregnancy_handbook", MAN, "2", "", false},
        {"newborn_notice", 3, "1", "", true},
        {"newborn_notice", 40, "1", "", false},
        {"newborn_visit", 40, "1", "", true}, /* opens the health record, below 7 */
        {"newborn_visit", 8 * YEAR, "1", "", false},
        {"infant_exam", 100, "2", "", true},
        {"infant_exam", 400, "2", "", false},
        {"preschool_exam", 5 * YEAR, "2", "", true},
        {"preschool_exam", 400, "2", "", false},
        {"personal_information", 400, "2", "", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bool is =
            is_for(fixture, &offers, cases[i].form, cases[i].days, cases[i].sex, cases[i].program);
        if (is != cases[i].is_for)
            fail_msg("%s at %d days, sex %s, in '%s'", cases[i].form, cases[i].days, cases[i].sex,
                     cases[i].program);
    }
    /* what somebody does not see is not told of */
    pack_offers(policy, today, sees_no_classes, NULL, &fixture->arena, &offers);
    for (size_t i = 0; i < offers.check_n; i++) {
        const Form *form = pack_form(fixture->set, offers.checks[i].id);
        assert_int_equal(form->sensitivity.n, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_tests_of_our_packs_pass_at_their_forms),
        cmocka_unit_test(a_test_that_expects_something_else_fails),
        cmocka_unit_test(the_worked_cases_are_all_there),
        cmocka_unit_test(the_hypertension_rule_is_compiled_as_written),
        cmocka_unit_test(sealed_facts_have_no_other_home),
        cmocka_unit_test(people_who_only_count_see_no_persons),
        cmocka_unit_test(ethnic_groups_come_from_their_table),
        cmocka_unit_test(a_source_is_worded_with_its_document),
        cmocka_unit_test(packs_are_loaded_after_what_they_need),
        cmocka_unit_test(the_select_of_a_measure_has_the_codes_of_the_groups_that_it_names),
        cmocka_unit_test(a_folder_that_is_not_there_is_an_error_and_no_mistake),
        cmocka_unit_test(a_file_beyond_the_limit_is_a_mistake),
        cmocka_unit_test(kept_files_give_the_same_packs),
        cmocka_unit_test(a_form_is_for_whom_its_checks_and_programs_could_want),
    };
    return cmocka_run_group_tests_name("pack", tests, open_own_packs, close_packs);
}
