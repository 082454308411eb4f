/* Tests of the tables of records on SQLite and PostgreSQL: past days, append only, fields that are
 * added or changed, many records at once, JSON. */
#include "engine/records/answers_json.h"
#include "engine/records/attachments_sql.h"
#include "engine/records/records_bulk.h"
#include "engine/records/records_fixture.h"
#include "engine/records/records_sql.h"

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
    RecordDraft older = draft_of(f, 10, "2025-02-28", 140);
    older.form_version = STR("1.0.0");
    assert_int_equal(submit(f, older), OK);
    f->fields[FIELD_N] = (FormField){
        .id = STR("waist"), .type = FIELD_DECIMAL, .unit = {STR("cm"), STR("cm")}, .places = 1};
    f->form.field_n = FIELD_N + 1;
    f->form.version = STR("1.1.0");
    /* The slots of `previous` move with the number of fields: without expressions, none is read. */
    f->fields[LAST_SBP].computed = NULL;
    f->fields[LAST_SBP].id = STR("typed_sbp"); /* entered now: another field */
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
    /* Sent again by a device that heard no answer, it is known; a new one of a version that was
     * never loaded here is refused. */
    RecordReceipt receipt;
    RecordDraft again = draft_of(f, 10, "2025-02-28", 140);
    again.form_version = STR("1.0.0");
    assert_int_equal(record_submit(&f->cx, &again, &receipt), OK);
    assert_true(receipt.was_known);
    again.id = id_of(12);
    assert_int_equal(submit(f, again), ERR_INVALID);
    assert_string_equal(problem_key(f), "RECORD_FORM_VERSION");
}

static bool is_told(const Fixture *f, const char *key, const char *where)
{
    for (size_t i = 0; i < f->cx.problem_n; i++) {
        if (strcmp(f->cx.problems[i].key, key) == 0 && str_equals_c(f->cx.problems[i].where, where))
            return true;
    }
    return false;
}

static void a_changed_type_or_unit_is_refused_and_changes_nothing(void **state)
{
    Fixture *f = *state;
    f->fields[WEIGHT].type = FIELD_INTEGER;
    f->fields[SBP].unit.zh = STR("kPa");
    f->fields[ORDER].id = STR("happened_on");
    f->fields[LAST_SBP].computed = NULL;
    use_set(f);
    assert_int_equal(record_tables_update(&f->cx), ERR_PACK);
    assert_int_equal(f->cx.problem_n, 4);
    assert_true(is_told(f, "FORM_FIELD_UNIT_CHANGED", "visit/sbp"));
    assert_true(is_told(f, "FORM_FIELD_TYPE_CHANGED", "visit/weight"));
    assert_true(is_told(f, "FORM_FIELD_RESERVED", "visit/happened_on"));
    assert_true(is_told(f, "FORM_FIELD_ENTERED", "visit/last_sbp"));
    make_form(f);
    use_set(f);
    assert_int_equal(record_tables_update(&f->cx), OK);
    assert_int_equal(submit(f, draft_of(f, 10, "2025-02-28", 140)), OK);
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

static void run_script(Fixture *f, const char *sqlite, const char *postgres)
{
    bool is_postgres = db_engine(f->cx.db) == DB_POSTGRES;
    assert_int_equal(db_script(f->cx.db, str_from_c(is_postgres ? postgres : sqlite)), OK);
}

static void assert_proved(Fixture *f, int64_t records, int64_t changed, int64_t without_answers)
{
    RecordVerification proof;
    assert_int_equal(record_verify(&f->cx, &proof), OK);
    assert_int_equal(proof.records, records);
    assert_int_equal(proof.changed, changed);
    assert_int_equal(proof.without_answers, without_answers);
    if (changed > 0)
        assert_true(uuid_equals(proof.first, id_of(12)));
}

/* With the reasons: of an original, and of an amendment, which stands where the amended ended. */
static void records_are_proved_by_what_was_sent(void **state)
{
    Fixture *f = *state;
    assert_proved(f, 0, 0, 0);
    RecordDraft late = draft_of(f, 13, "2025-02-03", 120);
    late.reason = STR("补录");
    assert_int_equal(submit(f, draft_of(f, 10, "2025-02-28", 140)), OK);
    assert_int_equal(submit(f, draft_of(f, 11, "2025-02-01", 130)), OK);
    assert_int_equal(submit(f, amendment_of(f, 12, 10, "2025-02-28", 141)), OK);
    assert_int_equal(submit(f, late), OK);
    assert_int_equal(record_void(&f->cx, id_of(11), STR("重复")), OK);
    assert_proved(f, 4, 0, 0);
    run_script(f, "DROP TRIGGER answer_visit_no_update; DROP TRIGGER answer_visit_no_delete;",
               "DROP TRIGGER append_only ON answer_visit;");
    run_script(f, "UPDATE answer_visit SET sbp = 142 WHERE sbp = 141",
               "UPDATE answer_visit SET sbp = 142 WHERE sbp = 141");
    assert_proved(f, 4, 1, 0);
    run_script(f, "DELETE FROM answer_visit WHERE sbp IN (120, 140)",
               "DELETE FROM answer_visit WHERE sbp IN (120, 140)");
    assert_proved(f, 2, 1, 2);
}

static void every_statement_prepares_and_gives_what_it_declares(void **state)
{
    Fixture *f = *state;
    Str message = {0};
    Err err = db_check_statements(f->cx.db, records_statements, records_statements_n, &f->arena,
                                  &message);
    if (err == OK)
        err = db_check_statements(f->cx.db, attachments_statements, attachments_statements_n,
                                  &f->arena, &message);
    if (err != OK)
        print_message("%.*s\n", STR_ARG(message));
    assert_int_equal(err, OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(views_of_a_past_day_show_what_was_known_then),
        ON_BOTH(rows_are_never_changed_or_deleted),
        ON_BOTH(a_new_field_is_a_new_column),
        ON_BOTH(a_changed_type_or_unit_is_refused_and_changes_nothing),
        ON_BOTH(many_records_at_once_read_like_single_ones),
        ON_BOTH(answers_go_through_json_and_mistakes_name_their_place),
        ON_BOTH(records_are_proved_by_what_was_sent),
        ON_BOTH(every_statement_prepares_and_gives_what_it_declares),
    };
    return cmocka_run_group_tests(tests, start_cluster, stop_cluster);
}
