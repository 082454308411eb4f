/* Tests of records on SQLite and PostgreSQL: submitting, amending, voiding, reading, past days,
 * tables that grow, and a database that fails. The forms are built here; persons are invented. */
#include "engine/records/records.h"

#include "access/access.h"
#include "base/vec.h"
#include "core/keys.h"
#include "core/place.h"
#include "db/db_fault.h"
#include "db/migrate.h"
#include "engine/records/answers_json.h"
#include "engine/records/records_bulk.h"
#include "engine/records/records_sql.h"
#include "engine/records/records_test_sql.h"
#include "engine/subjects/subjects.h"
#include "pack/pack.h"
#include "support/pg_cluster.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { FIELD_MOST = 12 };

typedef struct Fixture {
    Arena arena;
    Cx cx;
    PackSet set;
    FormField fields[FIELD_MOST];
    Form form;
    Actor actor;
    DbFault *fault;
    Uuid resident, other;
} Fixture;

static PgCluster cluster;
static Arena cluster_arena;
static Fixture fixture;

static Uuid id_of(unsigned n)
{
    Uuid id = {{0x01, 0x90, 0, 0, 0, 0, 0x70, 0, 0x80}};
    id.bytes[14] = (uint8_t)(n >> 8);
    id.bytes[15] = (uint8_t)n;
    return id;
}

static Date day_of(const char *text)
{
    Date day = DATE_NONE;
    assert_int_equal(date_parse(str_from_c(text), &day), OK);
    return day;
}

static void set_day(Fixture *f, const char *text)
{
    f->cx.today = day_of(text);
    f->cx.now = instant_of_date(f->cx.today, 9, 0);
}

static const CodeOption modes_options[] = {
    {.code = {"1", 1}}, {.code = {"2", 1}}, {.code = {"03", 2}}};
static const CodeList modes = {.id = {"modes", 5}, .options = modes_options, .option_n = 3};
static const FormField drug_fields[] = {
    {.id = {"name", 4}, .type = FIELD_TEXT, .length_most = 50},
    {.id = {"times", 5}, .type = FIELD_INTEGER},
    {.id = {"dose", 4}, .type = FIELD_DECIMAL, .places = 2},
};

enum {
    NOTE,
    SBP,
    WEIGHT,
    NEXT_ON,
    MODE,
    SYMPTOMS,
    DRUGS,
    LAST_SBP,
    ORDER,
    PHONE,
    DETAILS,
    FIELD_N
};

static const Expr *compile(Fixture *f, size_t readable_n, const char *text, ExprType wanted)
{
    FormNames names = {.fields = f->fields, .field_n = FIELD_N, .readable_n = readable_n};
    ExprScope scope = form_scope(&names);
    Expr *expr = NULL;
    ExprProblem problem;
    assert_int_equal(expr_compile(&f->arena, str_from_c(text), &scope, wanted, &expr, &problem),
                     OK);
    return expr;
}

static void make_form(Fixture *f)
{
    const FormField fields[FIELD_N] = {
        [NOTE] = {.id = STR("note"), .type = FIELD_TEXT, .length_most = 4000, .is_multiline = true},
        [SBP] = {.id = STR("sbp"),
                 .type = FIELD_INTEGER,
                 .unit = STR("mmHg"),
                 .has_range = true,
                 .range = {40, 300},
                 .has_usual = true,
                 .usual = {80, 200}},
        [WEIGHT] = {.id = STR("weight"), .type = FIELD_DECIMAL, .places = 1},
        [NEXT_ON] = {.id = STR("next_on"), .type = FIELD_DATE},
        [MODE] = {.id = STR("mode"), .type = FIELD_CODE, .codes = &modes},
        [SYMPTOMS] = {.id = STR("symptoms"), .type = FIELD_CODES, .codes = &modes},
        [DRUGS] = {.id = STR("drugs"),
                   .type = FIELD_ROWS,
                   .rows = drug_fields,
                   .row_field_n = 3,
                   .row_most = 5},
        [LAST_SBP] = {.id = STR("last_sbp"), .type = FIELD_INTEGER},
        [ORDER] = {.id = STR("order"), .type = FIELD_TEXT, .length_most = 10},
        [PHONE] = {.id = STR("phone"),
                   .type = FIELD_TEXT,
                   .length_most = 20,
                   .keeps = STR("phone"),
                   .is_sealed = true},
        [DETAILS] = {.id = STR("details"), .type = FIELD_TEXT, .length_most = 10},
    };
    for (size_t i = 0; i < FIELD_N; i++)
        f->fields[i] = fields[i];
    f->fields[LAST_SBP].computed = compile(f, LAST_SBP, "previous.sbp", EXPR_INTEGER);
    f->fields[DETAILS].shown_if = compile(f, DETAILS, "mode = '03'", EXPR_LOGIC);
    f->form = (Form){.id = STR("visit"),
                     .pack = STR("test"),
                     .version = STR("1.0.0"),
                     .subject = STR("resident"),
                     .fields = f->fields,
                     .field_n = FIELD_N,
                     .slot_n = 2 * FIELD_N + FORM_SLOT_CONTEXT_N};
}

/* A set with the form as it now stands. */
static void use_set(Fixture *f)
{
    arena_done(&f->set.arena);
    f->set = (PackSet){0};
    arena_init(&f->set.arena, MIB(8));
    map_init(&f->set.forms, &f->set.arena);
    map_init(&f->set.roles, &f->set.arena);
    Form *form = arena_new(&f->set.arena, Form);
    *form = f->form;
    map_put(&f->set.forms, form->id, form);
    record_forms_prepare(&f->set);
    f->cx.packs = &f->set;
}

static Uuid add_resident(Fixture *f, unsigned n, const char *area)
{
    Resident resident = {.id = id_of(n),
                         .sex = STR("2"),
                         .birth_date = day_of("1950-03-01"),
                         .area = str_from_c(area),
                         .name = STR("测试甲"),
                         .phone = STR("13800000000"),
                         .registered_on = day_of("2020-01-01"),
                         .died_on = DATE_NONE,
                         .left_on = DATE_NONE};
    assert_int_equal(resident_add(&f->cx, &resident), OK);
    return resident.id;
}

static int set_up(void **state)
{
    static const Str permissions[] = {
        {"records.read", 12}, {"records.write", 13}, {"records.void", 12}};
    Fixture *f = &fixture;
    bool is_postgres = *(const DbEngine *)*state == DB_POSTGRES;
    *f = (Fixture){0};
    arena_init(&f->arena, MIB(64));
    arena_init(&f->set.arena, MIB(1));
    Str message = {0};
    int applied = 0;
    Db *db = NULL;
    DbOptions options = {.url = is_postgres ? pg_cluster_database(&cluster, &f->arena, "records")
                                            : STR(":memory:")};
    assert_int_equal(db_open(&options, &f->arena, &db, &message), OK);
    assert_int_equal(migrate_up(db, &f->arena, &applied, &message), OK);
    f->fault = db_fault_wrap(db, &f->arena);
    f->actor = (Actor){.account = id_of(900),
                       .login = STR("doctor"),
                       .facility = STR("C1"),
                       .scope = {.area_from = STR("996601001"),
                                 .area_after = STR("996601002"),
                                 .facility = STR("")},
                       .sees_persons = true,
                       .permissions = permissions,
                       .permission_n = 3};
    f->cx = (Cx){.arena = &f->arena,
                 .db = db,
                 .place = STR("996601"),
                 .as_of = DATE_NONE,
                 .keys = keys_make(&f->arena),
                 .actor = access_system_actor()};
    set_day(f, "2025-03-01");
    assert_int_equal(place_put(&f->cx, STR("测试县"), STR("Test")), OK);
    make_form(f);
    use_set(f);
    assert_int_equal(record_tables_update(&f->cx), OK);
    f->resident = add_resident(f, 1, "996601001001");
    f->other = add_resident(f, 2, "996601002001");
    f->cx.actor = &f->actor;
    record_set_hooks(NULL);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    Fixture *f = *state;
    db_close(f->cx.db);
    arena_done(&f->set.arena);
    arena_done(&f->arena);
    return 0;
}

static ExprValue number(int64_t n)
{
    return (ExprValue){.type = EXPR_INTEGER, .as.integer = n};
}

static ExprValue text(const char *s)
{
    return (ExprValue){.type = EXPR_TEXT, .as.text = str_from_c(s)};
}

static const Str two_codes[] = {{"2", 1}, {"03", 2}};

static RecordDraft draft_of(Fixture *f, unsigned n, const char *day, int64_t sbp)
{
    FormAnswers *answers = arena_new(&f->arena, FormAnswers);
    form_answers_init(answers, &f->form, &f->arena);
    answers->values[SBP] = number(sbp);
    answers->values[MODE] = text("1");
    answers->values[SYMPTOMS] = (ExprValue){.type = EXPR_CODES, .as.codes = {two_codes, 2}};
    return (RecordDraft){.id = id_of(n),
                         .form = STR("visit"),
                         .subject = f->resident,
                         .happened_on = day_of(day),
                         .answers = answers};
}

static Err submit(Fixture *f, RecordDraft draft)
{
    RecordReceipt receipt;
    return record_submit(&f->cx, &draft, &receipt);
}

static const char *problem_key(const Fixture *f)
{
    return f->cx.problem_n == 0 ? "" : f->cx.problems[f->cx.problem_n - 1].key;
}

static TestRecordCountRow count(Fixture *f)
{
    TestRecordCountRow row = {0};
    const TestRecordCountIn in = {.place = f->cx.place};
    assert_int_equal(test_record_count(f->cx.db, &f->arena, &in, &row), OK);
    return row;
}

static void a_record_comes_back_as_it_was_submitted(void **state)
{
    Fixture *f = *state;
    RecordDraft draft = draft_of(f, 10, "2025-02-28", 140);
    FormAnswers *answers = draft.answers;
    answers->values[NOTE] = text("第一行\n'; DROP TABLE record; -- \"\\ 😀");
    answers->values[WEIGHT] = (ExprValue){.type = EXPR_DECIMAL, .as.decimal = 61.5};
    answers->values[NEXT_ON] = (ExprValue){.type = EXPR_DATE, .as.date = day_of("2025-05-01")};
    answers->values[ORDER] = text("x");
    answers->rows[DRUGS].rows = arena_array(&f->arena, FormRow, 2);
    answers->rows[DRUGS].n = 2;
    for (size_t i = 0; i < 2; i++)
        answers->rows[DRUGS].rows[i].values = arena_array(&f->arena, ExprValue, 3);
    answers->rows[DRUGS].rows[0].values[0] = text("甲药");
    answers->rows[DRUGS].rows[0].values[2] = (ExprValue){.type = EXPR_DECIMAL, .as.decimal = 2.5};
    answers->rows[DRUGS].rows[1].values[1] = number(3);
    RecordReceipt receipt;
    assert_int_equal(record_submit(&f->cx, &draft, &receipt), OK);
    assert_false(receipt.was_known);
    assert_true(receipt.rev > 0);
    Record record;
    assert_int_equal(record_open(&f->cx, draft.id, &record), OK);
    const ExprValue *values = record.answers->values;
    assert_true(str_equals_c(values[NOTE].as.text, "第一行\n'; DROP TABLE record; -- \"\\ 😀"));
    assert_int_equal(values[SBP].as.integer, 140);
    assert_true(values[WEIGHT].as.decimal > 61.49 && values[WEIGHT].as.decimal < 61.51);
    assert_int_equal(values[NEXT_ON].as.date.days, day_of("2025-05-01").days);
    assert_true(str_equals_c(values[MODE].as.text, "1"));
    assert_int_equal(values[SYMPTOMS].as.codes.n, 2);
    assert_true(str_equals_c(values[SYMPTOMS].as.codes.items[0], "03"));
    assert_int_equal(record.answers->rows[DRUGS].n, 2);
    assert_true(str_equals_c(record.answers->rows[DRUGS].rows[0].values[0].as.text, "甲药"));
    assert_int_equal(record.answers->rows[DRUGS].rows[0].values[1].type, EXPR_NULL);
    assert_int_equal(record.answers->rows[DRUGS].rows[1].values[1].as.integer, 3);
    assert_int_equal(values[LAST_SBP].type, EXPR_NULL);
    assert_true(uuid_equals(record.recorded_by, f->actor.account));
    assert_true(str_equals_c(record.facility, "C1"));
    assert_true(str_equals_c(record.form_version, "1.0.0"));
}

static void hidden_answers_and_computed_ones_from_outside_are_not_stored(void **state)
{
    Fixture *f = *state;
    RecordDraft draft = draft_of(f, 10, "2025-02-28", 140);
    draft.answers->values[DETAILS] = text("x");
    draft.answers->values[LAST_SBP] = number(99);
    assert_int_equal(submit(f, draft), OK);
    Record record;
    assert_int_equal(record_open(&f->cx, draft.id, &record), OK);
    assert_int_equal(record.answers->values[DETAILS].type, EXPR_NULL);
    assert_int_equal(record.answers->values[LAST_SBP].type, EXPR_NULL);
}

static void the_same_submission_again_is_answered_like_the_first(void **state)
{
    Fixture *f = *state;
    assert_int_equal(submit(f, draft_of(f, 10, "2025-02-28", 140)), OK);
    RecordDraft again = draft_of(f, 10, "2025-02-28", 140);
    static const Str turned[] = {{"03", 2}, {"2", 1}};
    again.answers->values[SYMPTOMS].as.codes.items = turned;
    set_day(f, "2025-03-05");
    RecordReceipt receipt;
    assert_int_equal(record_submit(&f->cx, &again, &receipt), OK);
    assert_true(receipt.was_known);
    assert_int_equal(f->cx.problem_n, 0);
    assert_int_equal(count(f).records, 1);
    assert_int_equal(count(f).codes, 2);
}

static void other_content_under_a_known_id_is_a_conflict(void **state)
{
    Fixture *f = *state;
    assert_int_equal(submit(f, draft_of(f, 10, "2025-02-28", 140)), OK);
    assert_int_equal(submit(f, draft_of(f, 10, "2025-02-28", 141)), ERR_CONFLICT);
    assert_string_equal(problem_key(f), "RECORD_CONFLICT");
    f->actor.account = id_of(901); /* the same from somebody else */
    assert_int_equal(submit(f, draft_of(f, 10, "2025-02-28", 140)), ERR_CONFLICT);
    assert_int_equal(count(f).records, 1);
}

static void persons_out_of_sight_are_not_found(void **state)
{
    Fixture *f = *state;
    RecordDraft draft = draft_of(f, 10, "2025-02-28", 140);
    draft.subject = f->other;
    assert_int_equal(submit(f, draft), ERR_NOT_FOUND);
    draft.subject = id_of(77);
    assert_int_equal(submit(f, draft), ERR_NOT_FOUND);
    assert_int_equal(count(f).records, 0);
    f->cx.actor = access_system_actor();
    draft.subject = f->other;
    assert_int_equal(submit(f, draft), OK);
    f->cx.actor = &f->actor;
    Record record;
    const Record *records;
    size_t n;
    bool found;
    assert_int_equal(record_open(&f->cx, draft.id, &record), ERR_NOT_FOUND);
    assert_int_equal(record_void(&f->cx, draft.id, STR("x")), ERR_NOT_FOUND);
    assert_int_equal(record_timeline(&f->cx, f->other, 10, &records, &n), ERR_NOT_FOUND);
    assert_int_equal(record_previous(&f->cx, &f->form, f->other, day_of("2025-03-01"), UUID_NIL,
                                     &found, &record),
                     ERR_NOT_FOUND);
}

static void who_performed_it_must_be_an_account(void **state)
{
    Fixture *f = *state;
    RecordDraft draft = draft_of(f, 10, "2025-02-28", 140);
    draft.performed_by = id_of(555);
    assert_int_equal(submit(f, draft), ERR_NOT_FOUND);
    draft.performed_by = f->actor.account;
    assert_int_equal(submit(f, draft), OK);
}

static void a_role_without_the_permission_is_refused(void **state)
{
    Fixture *f = *state;
    f->actor.permission_n = 1;
    assert_int_equal(submit(f, draft_of(f, 10, "2025-02-28", 140)), ERR_FORBIDDEN);
    assert_int_equal(record_void(&f->cx, id_of(10), STR("x")), ERR_FORBIDDEN);
}

static void impossible_days_are_refused(void **state)
{
    Fixture *f = *state;
    assert_int_equal(submit(f, draft_of(f, 10, "2025-03-02", 140)), ERR_INVALID);
    assert_string_equal(problem_key(f), "RECORD_IN_FUTURE");
    assert_int_equal(submit(f, draft_of(f, 10, "1950-02-28", 140)), ERR_INVALID);
    assert_string_equal(problem_key(f), "RECORD_BEFORE_BIRTH");
    assert_int_equal(submit(f, draft_of(f, 10, "1950-03-01", 140)), OK);
}

static void hard_issues_refuse_and_soft_ones_ask(void **state)
{
    Fixture *f = *state;
    assert_int_equal(submit(f, draft_of(f, 10, "2025-02-28", 301)), ERR_INVALID);
    assert_true(str_equals_c(f->cx.problems[0].where, "/answers/sbp"));
    assert_false(f->cx.problems[0].is_soft);
    f->cx.problem_n = 0;
    RecordDraft draft = draft_of(f, 10, "2025-02-28", 210);
    assert_int_equal(submit(f, draft), ERR_INVALID);
    assert_int_equal(f->cx.problem_n, 1);
    assert_true(f->cx.problems[0].is_soft);
    draft.answers->confirmed = &f->cx.problems[0].confirm;
    draft.answers->confirmed_n = 1;
    assert_int_equal(submit(f, draft), OK);
}

static RecordDraft amendment_of(Fixture *f, unsigned n, unsigned amended, const char *day,
                                int64_t sbp)
{
    RecordDraft draft = draft_of(f, n, day, sbp);
    draft.amends = id_of(amended);
    draft.reason = STR("写错了");
    return draft;
}

static void amending_keeps_the_original(void **state)
{
    Fixture *f = *state;
    assert_int_equal(submit(f, draft_of(f, 10, "2025-02-28", 140)), OK);
    assert_int_equal(submit(f, amendment_of(f, 11, 10, "2025-02-27", 150)), OK);
    RecordDraft again = amendment_of(f, 11, 10, "2025-02-27", 150);
    RecordReceipt receipt;
    assert_int_equal(record_submit(&f->cx, &again, &receipt), OK);
    assert_true(receipt.was_known);
    const Record *records;
    size_t n;
    assert_int_equal(record_timeline(&f->cx, f->resident, 10, &records, &n), OK);
    assert_int_equal(n, 2);
    assert_true(uuid_equals(records[0].id, id_of(10)));
    assert_true(records[0].is_ended);
    assert_true(uuid_equals(records[0].amended_by, id_of(11)));
    assert_true(str_equals_c(records[0].end_reason, "写错了"));
    assert_int_equal(records[0].answers->values[SBP].as.integer, 140);
    assert_int_equal(records[0].answers->values[SYMPTOMS].as.codes.n, 2);
    assert_false(records[1].is_ended);
    assert_true(uuid_equals(records[1].amends, id_of(10)));
    assert_int_equal(records[1].answers->values[SBP].as.integer, 150);
    assert_int_equal(submit(f, amendment_of(f, 12, 10, "2025-02-27", 155)), ERR_CONFLICT);
    assert_string_equal(problem_key(f), "RECORD_ENDED");
    assert_int_equal(count(f).records, 2);
}

static void an_amendment_needs_a_reason_and_the_same_person(void **state)
{
    Fixture *f = *state;
    assert_int_equal(submit(f, draft_of(f, 10, "2025-02-28", 140)), OK);
    RecordDraft draft = amendment_of(f, 11, 10, "2025-02-28", 150);
    draft.reason = STR("  ");
    assert_int_equal(submit(f, draft), ERR_INVALID);
    assert_string_equal(problem_key(f), "REASON_REQUIRED");
    f->cx.actor = access_system_actor();
    draft = amendment_of(f, 11, 10, "2025-02-28", 150);
    draft.subject = f->other;
    assert_int_equal(submit(f, draft), ERR_INVALID);
    assert_string_equal(problem_key(f), "RECORD_AMENDS_OTHER");
    assert_int_equal(submit(f, amendment_of(f, 11, 99, "2025-02-28", 150)), ERR_NOT_FOUND);
}

static void voiding_ends_a_record_once_and_needs_a_reason(void **state)
{
    Fixture *f = *state;
    assert_int_equal(submit(f, draft_of(f, 10, "2025-02-28", 140)), OK);
    assert_int_equal(record_void(&f->cx, id_of(10), STR(" ")), ERR_INVALID);
    assert_int_equal(record_void(&f->cx, id_of(10), STR("重复")), OK);
    assert_int_equal(record_void(&f->cx, id_of(10), STR("重复")), ERR_CONFLICT);
    Record record;
    assert_int_equal(record_open(&f->cx, id_of(10), &record), OK);
    assert_true(record.is_ended);
    assert_true(uuid_is_nil(record.amended_by));
    assert_true(str_equals_c(record.end_reason, "重复"));
}

static void the_previous_record_is_the_newest_current_one_before(void **state)
{
    Fixture *f = *state;
    assert_int_equal(submit(f, draft_of(f, 10, "2025-01-10", 110)), OK);
    assert_int_equal(submit(f, draft_of(f, 20, "2025-02-10", 120)), OK);
    assert_int_equal(submit(f, draft_of(f, 30, "2025-02-10", 130)), OK);
    bool found;
    Record record;
    assert_int_equal(record_open(&f->cx, id_of(30), &record), OK);
    assert_int_equal(record.answers->values[LAST_SBP].as.integer, 120); /* same day, smaller id */
    assert_int_equal(record_previous(&f->cx, &f->form, f->resident, day_of("2025-02-10"), id_of(20),
                                     &found, &record),
                     OK);
    assert_true(found && uuid_equals(record.id, id_of(10)));
    assert_int_equal(record.answers->values[SYMPTOMS].as.codes.n, 2);
    assert_int_equal(record_void(&f->cx, id_of(20), STR("x")), OK);
    assert_int_equal(record_previous(&f->cx, &f->form, f->resident, day_of("2025-02-10"), id_of(30),
                                     &found, &record),
                     OK);
    assert_true(found && uuid_equals(record.id, id_of(10)));
    /* An amendment never takes what it amends for its previous one. */
    assert_int_equal(submit(f, amendment_of(f, 40, 10, "2025-02-20", 111)), OK);
    assert_int_equal(record_open(&f->cx, id_of(40), &record), OK);
    assert_int_equal(record.answers->values[LAST_SBP].as.integer, 130);
    assert_int_equal(record_previous(&f->cx, &f->form, f->resident, day_of("2025-01-01"), UUID_NIL,
                                     &found, &record),
                     OK);
    assert_false(found);
}

static size_t viewed(Fixture *f, int64_t *ret_first_sbp, int64_t *ret_symptoms)
{
    CLEANUP(db_rows_close) DbRows rows = {0};
    const TestViewVisitIn in = {.place = f->cx.place};
    assert_int_equal(test_view_visit_open(f->cx.db, &in, &rows), OK);
    for (size_t n = 0;; n++) {
        TestViewVisitRow row;
        bool has_row;
        assert_int_equal(test_view_visit_next(&rows, &f->arena, &row, &has_row), OK);
        if (!has_row)
            return n;
        if (n == 0) {
            *ret_first_sbp = row.sbp;
            *ret_symptoms = row.symptoms;
        }
    }
}

static void views_of_a_past_day_show_what_was_known_then(void **state)
{
    Fixture *f = *state;
    set_day(f, "2025-03-01");
    assert_int_equal(submit(f, draft_of(f, 10, "2025-02-01", 110)), OK);
    set_day(f, "2025-03-10");
    assert_int_equal(submit(f, amendment_of(f, 11, 10, "2025-02-01", 111)), OK);
    set_day(f, "2025-03-20");
    assert_int_equal(submit(f, draft_of(f, 12, "2025-02-02", 120)), OK);
    int64_t sbp = 0;
    int64_t symptoms = 0;
    assert_int_equal(viewed(f, &sbp, &symptoms), 2);
    assert_int_equal(sbp, 111);
    assert_int_equal(record_views_as_of(&f->cx, day_of("2025-03-09")), OK);
    assert_int_equal(viewed(f, &sbp, &symptoms), 1);
    assert_int_equal(sbp, 110);
    assert_int_equal(symptoms, 2);
    assert_int_equal(record_views_as_of(&f->cx, day_of("2025-02-28")), OK);
    assert_int_equal(viewed(f, &sbp, &symptoms), 0);
    TestViewRecordRow row;
    const TestViewRecordIn in = {.place = f->cx.place};
    assert_int_equal(test_view_record(f->cx.db, &f->arena, &in, &row), OK);
    assert_int_equal(row.n, 0);
    assert_int_equal(record_views_current(&f->cx), OK);
    assert_int_equal(viewed(f, &sbp, &symptoms), 2);
    assert_int_equal(test_view_record(f->cx.db, &f->arena, &in, &row), OK);
    assert_int_equal(row.n, 2);
    f->cx.as_of = day_of("2025-03-09");
    Record record;
    assert_int_equal(record_open(&f->cx, id_of(10), &record), OK);
    assert_false(record.is_ended);
    assert_int_equal(record_open(&f->cx, id_of(11), &record), ERR_NOT_FOUND);
}

static void rows_are_never_changed_or_deleted(void **state)
{
    Fixture *f = *state;
    assert_int_equal(submit(f, draft_of(f, 10, "2025-02-28", 140)), OK);
    assert_int_equal(record_void(&f->cx, id_of(10), STR("x")), OK);
    Db *db = f->cx.db;
    Str place = f->cx.place;
    assert_int_not_equal(test_record_update(db, &(TestRecordUpdateIn){place}, NULL), OK);
    assert_int_not_equal(test_record_delete(db, &(TestRecordDeleteIn){place}, NULL), OK);
    assert_int_not_equal(test_record_end_update(db, &(TestRecordEndUpdateIn){place}, NULL), OK);
    assert_int_not_equal(test_record_end_delete(db, &(TestRecordEndDeleteIn){place}, NULL), OK);
    assert_int_not_equal(test_answer_update(db, &(TestAnswerUpdateIn){place}, NULL), OK);
    assert_int_not_equal(test_answer_delete(db, &(TestAnswerDeleteIn){place}, NULL), OK);
    assert_int_equal(count(f).records, 1);
    assert_int_equal(count(f).codes, 2);
}

static void a_new_field_is_a_new_column(void **state)
{
    Fixture *f = *state;
    assert_int_equal(submit(f, draft_of(f, 10, "2025-02-28", 140)), OK);
    f->fields[FIELD_N] =
        (FormField){.id = STR("waist"), .type = FIELD_DECIMAL, .unit = STR("cm"), .places = 1};
    f->form.field_n = FIELD_N + 1;
    f->form.version = STR("1.1.0");
    /* The slots of `previous` move with the number of fields: without expressions, none is read. */
    f->fields[LAST_SBP].computed = NULL;
    f->fields[DETAILS].shown_if = NULL;
    f->form.slot_n = 2 * (FIELD_N + 1) + FORM_SLOT_CONTEXT_N;
    use_set(f);
    assert_int_equal(record_tables_update(&f->cx), OK);
    RecordDraft draft = draft_of(f, 11, "2025-02-28", 141);
    draft.answers->values[FIELD_N] = (ExprValue){.type = EXPR_DECIMAL, .as.decimal = 80.5};
    assert_int_equal(submit(f, draft), OK);
    CLEANUP(db_rows_close) DbRows rows = {0};
    assert_int_equal(test_added_column_open(f->cx.db, &(TestAddedColumnIn){f->cx.place}, &rows),
                     OK);
    bool has_row = true;
    size_t filled = 0;
    size_t n = 0;
    for (;;) {
        TestAddedColumnRow row;
        assert_int_equal(test_added_column_next(&rows, &f->arena, &row, &has_row), OK);
        if (!has_row)
            break;
        n++;
        filled += row.has_waist;
    }
    assert_int_equal(n, 2);
    assert_int_equal(filled, 1);
    Record record;
    assert_int_equal(record_open(&f->cx, id_of(10), &record), OK);
    assert_true(str_equals_c(record.form_version, "1.0.0"));
    assert_int_equal(record.answers->values[FIELD_N].type, EXPR_NULL);
}

static void a_changed_type_or_unit_is_refused_and_changes_nothing(void **state)
{
    Fixture *f = *state;
    f->fields[WEIGHT].type = FIELD_INTEGER;
    f->fields[SBP].unit = STR("kPa");
    f->fields[ORDER].id = STR("happened_on");
    f->fields[LAST_SBP].computed = NULL;
    use_set(f);
    assert_int_equal(record_tables_update(&f->cx), ERR_PACK);
    assert_int_equal(f->cx.problem_n, 3);
    assert_string_equal(f->cx.problems[0].key, "FORM_FIELD_UNIT_CHANGED");
    assert_string_equal(f->cx.problems[1].key, "FORM_FIELD_TYPE_CHANGED");
    assert_true(str_equals_c(f->cx.problems[1].where, "visit/weight"));
    assert_string_equal(f->cx.problems[2].key, "FORM_FIELD_RESERVED");
    make_form(f);
    use_set(f);
    assert_int_equal(record_tables_update(&f->cx), OK);
    assert_int_equal(submit(f, draft_of(f, 10, "2025-02-28", 140)), OK);
}

static void sealed_answers_live_in_the_resident_only(void **state)
{
    Fixture *f = *state;
    RecordDraft draft = draft_of(f, 10, "2025-02-28", 140);
    draft.answers->values[PHONE] = text("13911112222");
    assert_int_equal(submit(f, draft), OK);
    ResidentFact fact = {.fact = STR("phone")};
    assert_int_equal(resident_facts(&f->cx, f->resident, &fact, 1), OK);
    assert_true(str_equals_c(fact.text, "13911112222"));
    Record record;
    assert_int_equal(record_open(&f->cx, id_of(10), &record), OK);
    assert_true(str_equals_c(record.answers->values[PHONE].as.text, "13911112222"));
    /* An older visit that is added later does not say what is known now. */
    draft = draft_of(f, 11, "2025-01-28", 140);
    draft.answers->values[PHONE] = text("13700000000");
    assert_int_equal(submit(f, draft), OK);
    assert_int_equal(resident_facts(&f->cx, f->resident, &fact, 1), OK);
    assert_true(str_equals_c(fact.text, "13911112222"));
}

static size_t hook_calls;
static bool hook_had_ended;

static Err count_hook(Cx *cx, const RecordChange *change)
{
    assert_true(cx->is_writing);
    hook_calls++;
    hook_had_ended = change->ended != NULL && change->ended->answers->values[SBP].as.integer == 140;
    return OK;
}

static Err failing_hook(Cx *cx, const RecordChange *change)
{
    (void)change;
    return cx_fail(cx, ERR_CONFLICT, TEXT_NOT_FOUND, (Str){0}, 1, STR("x"));
}

static void hooks_run_in_the_same_write(void **state)
{
    Fixture *f = *state;
    static const RecordHook counting[] = {count_hook, NULL};
    static const RecordHook failing[] = {failing_hook, NULL};
    hook_calls = 0;
    record_set_hooks(counting);
    assert_int_equal(submit(f, draft_of(f, 10, "2025-02-28", 140)), OK);
    assert_int_equal(hook_calls, 1);
    assert_false(hook_had_ended);
    assert_int_equal(submit(f, amendment_of(f, 11, 10, "2025-02-28", 141)), OK);
    assert_int_equal(hook_calls, 2);
    assert_true(hook_had_ended);
    record_set_hooks(failing);
    assert_int_equal(submit(f, draft_of(f, 12, "2025-02-28", 140)), ERR_CONFLICT);
    assert_int_equal(record_void(&f->cx, id_of(11), STR("x")), ERR_CONFLICT);
    assert_int_equal(count(f).records, 2);
    assert_int_equal(count(f).ends, 1);
    record_set_hooks(NULL);
}

static void whichever_statement_fails_nothing_is_half_stored(void **state)
{
    Fixture *f = *state;
    assert_int_equal(submit(f, draft_of(f, 10, "2025-02-28", 140)), OK);
    TestRecordCountRow before = count(f);
    unsigned n = 1;
    for (;; n++) {
        assert_true(n < 100);
        f->cx.problem_n = 0;
        db_fault_order(f->fault, DB_FAULT_STATEMENT, n, ERR_FULL, n % 2 == 0);
        Err err = submit(f, amendment_of(f, 11, 10, "2025-02-28", 141));
        if (err == OK)
            break;
        assert_int_equal(err, ERR_FULL);
        assert_string_equal(problem_key(f), "DISK_FULL");
        TestRecordCountRow now = count(f);
        assert_int_equal(now.records, before.records);
        assert_int_equal(now.ends, before.ends);
        assert_int_equal(now.answers, before.answers);
        assert_int_equal(now.codes, before.codes);
    }
    assert_true(n > 6);
    db_fault_order(f->fault, DB_FAULT_STATEMENT, UINT64_MAX, OK,
                   false); /* the last one is undone */
    TestRecordCountRow now = count(f);
    assert_int_equal(now.records, 2);
    assert_int_equal(now.ends, 1);
    assert_int_equal(now.codes, 4);
}

static void a_failed_commit_stores_nothing(void **state)
{
    Fixture *f = *state;
    db_fault_order(f->fault, DB_FAULT_COMMIT, 1, ERR_FULL, true);
    assert_int_equal(submit(f, draft_of(f, 10, "2025-02-28", 140)), ERR_FULL);
    assert_int_equal(count(f).records, 0);
    assert_int_equal(submit(f, draft_of(f, 10, "2025-02-28", 140)), OK);
}

static void texts_come_back_or_are_refused(void **state)
{
    Fixture *f = *state;
    static const char *const naughty[] = {"undefined",
                                          "NULL",
                                          "' OR 1=1 --",
                                          "\"; DROP TABLE record; --",
                                          "\\x00",
                                          "%s%n",
                                          "${x}",
                                          "田中さんにあげて下さい",
                                          "Ω≈ç√∫",
                                          "👩🏽‍⚕️",
                                          "e\xCC\x81",
                                          "\xE2\x80\xAE rtl",
                                          " lead and trail "};
    for (unsigned i = 0; i < sizeof naughty / sizeof *naughty; i++) {
        RecordDraft draft = draft_of(f, 100 + i, "2025-02-28", 140);
        draft.answers->values[NOTE] = text(naughty[i]);
        assert_int_equal(submit(f, draft), OK);
        Record record;
        assert_int_equal(record_open(&f->cx, draft.id, &record), OK);
        assert_true(str_equals_c(record.answers->values[NOTE].as.text, naughty[i]));
    }
    int64_t stored = count(f).records;
    RecordDraft draft = draft_of(f, 200, "2025-02-28", 140);
    draft.answers->values[NOTE] = (ExprValue){.type = EXPR_TEXT, .as.text = {"a\0b", 3}};
    assert_int_equal(submit(f, draft), ERR_INVALID);
    assert_int_equal(count(f).records, stored);
}

typedef struct {
    size_t n, ended, symptoms, drugs;
    Date last;
    bool is_sorted;
} Seen;

static Err see(Cx *cx, const Record *record, void *arg)
{
    (void)cx;
    Seen *seen = arg;
    seen->is_sorted = seen->is_sorted && date_compare(seen->last, record->happened_on) <= 0;
    seen->last = record->happened_on;
    seen->n++;
    seen->ended += record->is_ended;
    seen->symptoms += record->answers->values[SYMPTOMS].as.codes.n;
    seen->drugs += record->answers->rows[DRUGS].n;
    return OK;
}

typedef struct {
    Fixture *f;
    unsigned n;
} Bulk;

static Err bulk_work(Cx *cx, void *arg)
{
    Bulk *bulk = arg;
    RecordBulk *rows;
    TRY(record_bulk_begin(cx, &rows));
    for (unsigned i = 0; i < bulk->n; i++) {
        RecordDraft draft = draft_of(bulk->f, 1000 + i, "2025-01-01", (int64_t)(100 + i % 90));
        FormRows *drugs = &draft.answers->rows[DRUGS];
        drugs->rows = arena_array(cx->arena, FormRow, 1);
        drugs->rows[0].values = arena_array(cx->arena, ExprValue, 3);
        drugs->rows[0].values[0] = text("乙药");
        drugs->n = 1;
        const Record record = {.id = draft.id,
                               .form = draft.form,
                               .subject = draft.subject,
                               .facility = STR("C1"),
                               .performed_by = id_of(900),
                               .recorded_by = id_of(900),
                               .happened_on = date_add_days(draft.happened_on, (int)(i % 50)),
                               .recorded_at = instant_of_date(day_of("2025-02-20"), 8, 0),
                               .amends = i == 7 ? id_of(1003) : UUID_NIL,
                               .answers = draft.answers};
        TRY(record_bulk_add(rows, &record, i == 7 ? STR("更正") : STR("")));
    }
    TRY(record_bulk_void(rows, id_of(1001), id_of(900), instant_of_date(day_of("2025-02-21"), 8, 0),
                         STR("重复")));
    return record_bulk_end(rows);
}

static void many_records_at_once_read_like_single_ones(void **state)
{
    Fixture *f = *state;
    Bulk bulk = {f, 9000};
    assert_int_equal(cx_write(&f->cx, bulk_work, &bulk), OK);
    TestRecordCountRow rows = count(f);
    assert_int_equal(rows.records, 9000);
    assert_int_equal(rows.ends, 2);
    assert_int_equal(rows.codes, 18000);
    assert_int_equal(rows.drugs, 9000);
    assert_int_equal(submit(f, draft_of(f, 10, "2025-02-28", 140)), OK);
    Record record;
    assert_int_equal(record_open(&f->cx, id_of(10), &record), OK);
    assert_true(record.rev > 9000);
    Seen seen = {.last = DATE_NONE, .is_sorted = true};
    assert_int_equal(record_each(&f->cx, &f->form, see, &seen), OK);
    assert_int_equal(seen.n, 9001);
    assert_int_equal(seen.ended, 2);
    assert_int_equal(seen.symptoms, 18002);
    assert_int_equal(seen.drugs, 9000);
    assert_true(seen.is_sorted);
}

static void answers_go_through_json_and_mistakes_name_their_place(void **state)
{
    Fixture *f = *state;
    static const char good[] =
        "{\"sbp\":140,\"weight\":61.5,\"next_on\":\"2025-05-01\",\"mode\":\"1\","
        "\"symptoms\":[\"2\",\"03\"],\"drugs\":[{\"name\":\"甲\",\"times\":2}]}";
    Json *json;
    JsonFault fault;
    FormAnswers answers;
    assert_int_equal(json_parse(&f->arena, str_from_c(good), JSON_LIMITS_DEFAULT, &json, &fault),
                     OK);
    assert_int_equal(answers_from_json(&f->cx, &f->form, json, &answers), OK);
    Buf buf;
    buf_init(&buf, &f->arena, KIB(64));
    JsonOut out = json_out(&buf);
    answers_to_json(&f->form, &answers, &out);
    assert_true(str_equals_c(buf_str(&buf), good));
    static const char bad[] = "{\"sbpp\":1,\"drugs\":[{\"nam\":1},2]}";
    assert_int_equal(json_parse(&f->arena, str_from_c(bad), JSON_LIMITS_DEFAULT, &json, &fault),
                     OK);
    assert_int_equal(answers_from_json(&f->cx, &f->form, json, &answers), ERR_INVALID);
    assert_int_equal(f->cx.problem_n, 3);
    assert_true(str_equals_c(f->cx.problems[0].where, "/sbpp"));
    assert_true(str_equals_c(f->cx.problems[1].where, "/drugs/0/nam"));
    assert_true(str_equals_c(f->cx.problems[2].where, "/drugs/1"));
    f->cx.problem_n = 0;
    static const char wrong[] = "{\"sbp\":\"140\",\"mode\":1,\"next_on\":\"2025-02-30\"}";
    assert_int_equal(json_parse(&f->arena, str_from_c(wrong), JSON_LIMITS_DEFAULT, &json, &fault),
                     OK);
    RecordDraft draft = draft_of(f, 10, "2025-02-28", 140);
    assert_int_equal(answers_from_json(&f->cx, &f->form, json, draft.answers), OK);
    assert_int_equal(submit(f, draft), ERR_INVALID);
    assert_int_equal(f->cx.problem_n, 3);
    assert_true(str_equals_c(f->cx.problems[0].where, "/answers/sbp"));
    assert_string_equal(f->cx.problems[0].key, "ANSWER_TYPE");
}

static void every_statement_prepares_and_gives_what_it_declares(void **state)
{
    Fixture *f = *state;
    Str message = {0};
    Err err = db_check_statements(f->cx.db, records_statements, records_statements_n, &f->arena,
                                  &message);
    if (err != OK)
        print_message("%.*s\n", STR_ARG(message));
    assert_int_equal(err, OK);
}

static int start_cluster(void **state)
{
    (void)state;
    arena_init(&cluster_arena, MIB(4));
    access_register_scopes();
    cluster = pg_cluster_start(&cluster_arena);
    return 0;
}

static int stop_cluster(void **state)
{
    (void)state;
    pg_cluster_stop(&cluster, &cluster_arena);
    arena_done(&cluster_arena);
    return 0;
}

static DbEngine sqlite_engine = DB_SQLITE;
static DbEngine postgres_engine = DB_POSTGRES;

#define ON_BOTH(test)                                                                              \
 {#test " (SQLite)", test, set_up, tear_down, &sqlite_engine},                                     \
 {                                                                                                 \
#  test " (PostgreSQL)", test, set_up, tear_down, &postgres_engine                                 \
 }

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(a_record_comes_back_as_it_was_submitted),
        ON_BOTH(hidden_answers_and_computed_ones_from_outside_are_not_stored),
        ON_BOTH(the_same_submission_again_is_answered_like_the_first),
        ON_BOTH(other_content_under_a_known_id_is_a_conflict),
        ON_BOTH(persons_out_of_sight_are_not_found),
        ON_BOTH(who_performed_it_must_be_an_account),
        ON_BOTH(a_role_without_the_permission_is_refused),
        ON_BOTH(impossible_days_are_refused),
        ON_BOTH(hard_issues_refuse_and_soft_ones_ask),
        ON_BOTH(amending_keeps_the_original),
        ON_BOTH(an_amendment_needs_a_reason_and_the_same_person),
        ON_BOTH(voiding_ends_a_record_once_and_needs_a_reason),
        ON_BOTH(the_previous_record_is_the_newest_current_one_before),
        ON_BOTH(views_of_a_past_day_show_what_was_known_then),
        ON_BOTH(rows_are_never_changed_or_deleted),
        ON_BOTH(a_new_field_is_a_new_column),
        ON_BOTH(a_changed_type_or_unit_is_refused_and_changes_nothing),
        ON_BOTH(sealed_answers_live_in_the_resident_only),
        ON_BOTH(hooks_run_in_the_same_write),
        ON_BOTH(whichever_statement_fails_nothing_is_half_stored),
        ON_BOTH(a_failed_commit_stores_nothing),
        ON_BOTH(texts_come_back_or_are_refused),
        ON_BOTH(many_records_at_once_read_like_single_ones),
        ON_BOTH(answers_go_through_json_and_mistakes_name_their_place),
        ON_BOTH(every_statement_prepares_and_gives_what_it_declares),
    };
    return cmocka_run_group_tests(tests, start_cluster, stop_cluster);
}
