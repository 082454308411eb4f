/* The form of personal information on SQLite and PostgreSQL with the national pack: what it
 * refuses, what it keeps of a person, and what amending and voiding do to that. Persons are
 * invented, prefix 9966 is unassigned. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "access/access.h"
#include "core/keys.h"
#include "core/place.h"
#include "db/migrate.h"
#include "demo/answers.h"
#include "engine/records/records.h"
#include "engine/subjects/subjects.h"
#include "pack/pack.h"
#include "support/both_engines.h"

typedef struct {
    Arena arena;
    Db *db;
    PackSet *packs;
    Cx cx;
    Rng rng;
    Uuid person;
    const Form *form;
} Fixture;

static void live_on(Fixture *f, Date on)
{
    f->cx.today = on;
    f->cx.now = instant_of_date(on, 8, 0);
}

static void add_person(Fixture *f)
{
    f->person = rng_uuid(&f->rng, f->cx.now);
    const Resident resident = {.id = f->person,
                               .sex = STR("1"),
                               .birth_date = test_day("1976-07-04"),
                               .area = STR("000000001201"),
                               .name = STR("测试"),
                               .registered_on = test_day("2020-01-01"),
                               .died_on = DATE_NONE,
                               .left_on = DATE_NONE};
    assert_int_equal(place_put(&f->cx, STR("测试县"), STR("Test county")), OK);
    assert_int_equal(resident_add(&f->cx, &resident), OK);
}

static int set_up(void **state)
{
    static Fixture fixture;
    Fixture *f = &fixture;
    *f = (Fixture){.rng = rng_stream(3, 1, 4)};
    arena_init(&f->arena, MIB(256));
    both_engines_open("personal_information", &f->arena, &f->db, &f->cx);
    f->cx.packs = f->packs = both_engines_packs(&f->arena);
    record_forms_prepare(f->packs);
    record_set_hooks(NULL);
    f->form = pack_form(f->packs, STR("personal_information"));
    live_on(f, test_day("2025-03-03"));
    assert_int_equal(record_tables_update(&f->cx), OK);
    add_person(f);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    Fixture *f = *state;
    db_close(f->db);
    pack_set_close(f->packs);
    arena_done(&f->arena);
    return 0;
}

typedef struct {
    const char *number, *name, *on;
    Uuid amends;
} Sheet;

/* The form filled in with a number that is right, then the wanted one in its place. */
static RecordDraft draft_of(Fixture *f, const Sheet *sheet)
{
    const FormContext context = {.happened_on = test_day(sheet->on),
                                 .today = f->cx.today,
                                 .subject_sex = STR("1"),
                                 .subject_birth_date = test_day("1976-07-04"),
                                 .previous_happened_on = DATE_NONE};
    Filling filling = filling_begin(f->form, context, &f->rng, &f->arena);
    filling_text(&filling, "name", str_from_c(sheet->name));
    filling_text(&filling, "sex", STR("1"));
    filling_date(&filling, "birth_date", test_day("1976-07-04"));
    filling_text(&filling, "id_type", STR("01"));
    filling_text(&filling, "id_number", STR("99660119760704003X"));
    filling_text(&filling, "contact_name", STR("测试丁"));
    filling_text(&filling, "address", STR("测试村1号"));
    filling_text(&filling, "operation", STR("1"));
    filling_text(&filling, "trauma", STR("1"));
    filling_text(&filling, "transfusion", STR("1"));
    filling_text(&filling, "hereditary_disease", STR("1"));
    Str issue = {0};
    Err err = filling_end(&filling, &issue);
    if (err != OK)
        print_message("%.*s\n", STR_ARG(issue));
    assert_int_equal(err, OK);
    FormAnswers *answers = arena_new(&f->arena, FormAnswers);
    *answers = filling.answers;
    answers->values[form_find_field(f->form, STR("id_number"))] =
        (ExprValue){.type = EXPR_TEXT, .as.text = str_from_c(sheet->number)};
    return (RecordDraft){.id = rng_uuid(&f->rng, f->cx.now),
                         .form = f->form->id,
                         .subject = f->person,
                         .happened_on = test_day(sheet->on),
                         .facility = STR("V1"),
                         .answers = answers,
                         .amends = sheet->amends,
                         .reason = uuid_is_nil(sheet->amends) ? (Str){0} : STR("录入有误")};
}

static Uuid submitted(Fixture *f, Sheet sheet)
{
    RecordDraft draft = draft_of(f, &sheet);
    RecordReceipt receipt;
    f->cx.problem_n = 0;
    Err err = record_submit(&f->cx, &draft, &receipt);
    for (size_t i = 0; err != OK && i < f->cx.problem_n; i++)
        print_message("%.*s: %.*s\n", STR_ARG(f->cx.problems[i].where),
                      STR_ARG(f->cx.problems[i].text.en));
    assert_int_equal(err, OK);
    return draft.id;
}

static void assert_fact(Fixture *f, const char *name, const char *expected)
{
    ResidentFact fact = {.fact = str_from_c(name)};
    assert_int_equal(resident_facts(&f->cx, f->person, &fact, 1), OK);
    assert_string_equal(str_to_c(&f->arena, fact.text), expected);
}

/* What a sheet itself says, whatever is known by now. */
static void assert_sheet(Fixture *f, Uuid id, const char *name)
{
    Record record;
    assert_int_equal(record_open(&f->cx, id, &record), OK);
    size_t field = form_find_field(f->form, STR("name"));
    assert_string_equal(str_to_c(&f->arena, record.answers->values[field].as.text), name);
}

static void assert_found(Fixture *f, const char *query, bool expected)
{
    const Resident *residents = NULL;
    size_t n = 0;
    assert_int_equal(resident_search(&f->cx, str_from_c(query), &residents, &n), OK);
    assert_int_equal(n, expected ? 1 : 0);
    assert_true(n == 0 || uuid_equals(residents[0].id, f->person));
}

static void assert_refused(Fixture *f, const char *number, const char *words)
{
    RecordDraft draft =
        draft_of(f, &(Sheet){.number = number, .name = "测试甲", .on = "2025-03-03"});
    RecordReceipt receipt;
    f->cx.problem_n = 0;
    assert_int_equal(record_submit(&f->cx, &draft, &receipt), ERR_INVALID);
    assert_true(f->cx.problem_n >= 1);
    const Problem *problem = &f->cx.problems[0];
    assert_string_equal(str_to_c(&f->arena, problem->where), "/answers/id_number");
    assert_false(problem->is_soft);
    assert_true(str_find(problem->text.en, str_from_c(words), 0) != SIZE_MAX);
    Record record;
    assert_int_equal(record_open(&f->cx, draft.id, &record), ERR_NOT_FOUND);
    assert_fact(f, "id_number", "");
}

static void a_wrong_number_is_refused_at_its_field_with_what_is_wrong(void **state)
{
    Fixture *f = *state;
    assert_refused(f, "996601197607040031", "check character");
    assert_refused(f, "996601197613040031", "date of birth");
    assert_refused(f, "99660119760704X030", "digits only");
    assert_refused(f, "99660119760704003", "18 characters");
    assert_found(f, "996601197607040031", false);
}

static void a_small_x_and_an_old_number_are_stored_and_found_in_one_form(void **state)
{
    Fixture *f = *state;
    Sheet sheet = {.number = "99660119760704003x", .name = "测试甲", .on = "2025-03-03"};
    Uuid first = submitted(f, sheet);
    assert_fact(f, "id_number", "99660119760704003X");
    Record record;
    assert_int_equal(record_open(&f->cx, first, &record), OK);
    size_t field = form_find_field(f->form, STR("id_number"));
    /* The record shows what was written. */
    assert_true(str_equals_c(record.answers->values[field].as.text, "99660119760704003x"));
    assert_found(f, "99660119760704003X", true);
    assert_found(f, "99660119760704003x", true);
    assert_found(f, "003x", true);
    live_on(f, test_day("2025-03-04"));
    sheet = (Sheet){.number = "996601760704003", .name = "测试甲", .on = "2025-03-04"};
    submitted(f, sheet);
    assert_fact(f, "id_number", "99660119760704003X");
    assert_found(f, "996601760704003", true);
    assert_found(f, "4003", false);
}

/* Whether the answers' table has the column; leaves nothing behind. */
static bool has_column(Fixture *f, Str column)
{
    assert_int_equal(db_begin(f->db), OK);
    Err err = db_script(
        f->db, str_printf(&f->arena,
                          "CREATE TABLE probe AS SELECT a.%.*s FROM answer_personal_information a",
                          STR_ARG(column)));
    db_rollback(f->db);
    return err == OK;
}

static void sealed_facts_have_no_column_beside_the_answers(void **state)
{
    Fixture *f = *state;
    size_t sealed_n = 0;
    assert_true(has_column(f, STR("sex")));
    assert_true(has_column(f, STR("residence_type")));
    for (size_t i = 0; i < f->form->field_n; i++) {
        if (!f->form->fields[i].is_sealed)
            continue;
        sealed_n++;
        assert_false(has_column(f, f->form->fields[i].id));
    }
    assert_int_equal(sealed_n, 7);
}

static void amending_the_newest_sheet_sets_its_facts(void **state)
{
    Fixture *f = *state;
    Uuid older =
        submitted(f, (Sheet){.number = "99660119760704003X", .name = "测试甲", .on = "2025-03-01"});
    Uuid newer =
        submitted(f, (Sheet){.number = "99660119760704003X", .name = "测试乙", .on = "2025-03-02"});
    assert_fact(f, "name", "测试乙");
    submitted(f, (Sheet){.number = "99660119760704003X",
                         .name = "测试戊",
                         .on = "2025-03-01",
                         .amends = older});
    assert_fact(f, "name", "测试乙"); /* an older sheet does not say what is known now */
    submitted(f, (Sheet){.number = "99660119760704003X",
                         .name = "测试丙",
                         .on = "2025-03-02",
                         .amends = newer});
    assert_fact(f, "name", "测试丙");
    assert_found(f, "测试丙", true);
    assert_found(f, "测试乙", false);
    assert_sheet(f, older, "测试甲");
    assert_sheet(f, newer, "测试乙");
}

static void voiding_brings_back_the_earlier_sheet(void **state)
{
    Fixture *f = *state;
    Uuid older =
        submitted(f, (Sheet){.number = "99660119760704003X", .name = "测试甲", .on = "2025-03-01"});
    Uuid newer =
        submitted(f, (Sheet){.number = "996601760704005", .name = "赵钱孙", .on = "2025-03-03"});
    assert_fact(f, "name", "赵钱孙");
    assert_found(f, "ZQS", true);
    assert_int_equal(record_void(&f->cx, newer, STR("录错人")), OK);
    assert_fact(f, "name", "测试甲");
    assert_fact(f, "id_number", "99660119760704003X");
    assert_found(f, "测试甲", true);
    assert_found(f, "003X", true);
    assert_found(f, "赵钱孙", false);
    assert_found(f, "ZQS", false);
    assert_sheet(f, newer, "赵钱孙");
    assert_int_equal(record_void(&f->cx, older, STR("录错人")), OK);
    assert_fact(f, "name", "测试"); /* as registered, without a number */
    assert_fact(f, "id_number", "");
    assert_found(f, "99660119760704003X", false);
    /* A sheet of a day before the voided ones is now the newest. */
    submitted(f, (Sheet){.number = "99660119760704003X", .name = "测试己", .on = "2025-02-02"});
    assert_fact(f, "name", "测试己");
    assert_found(f, "测试己", true);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(a_wrong_number_is_refused_at_its_field_with_what_is_wrong,
                                    set_up, tear_down),
    cmocka_unit_test_setup_teardown(a_small_x_and_an_old_number_are_stored_and_found_in_one_form,
                                    set_up, tear_down),
    cmocka_unit_test_setup_teardown(sealed_facts_have_no_column_beside_the_answers, set_up,
                                    tear_down),
    cmocka_unit_test_setup_teardown(amending_the_newest_sheet_sets_its_facts, set_up, tear_down),
    cmocka_unit_test_setup_teardown(voiding_brings_back_the_earlier_sheet, set_up, tear_down),
};

int main(void)
{
    return BOTH_ENGINES_RUN("personal information", tests);
}
