/* Tests of sealed answers on SQLite and PostgreSQL: each record shows its own, and what is known of
 * the resident is what his newest current records say. */
#include "access/access.h"
#include "engine/records/records_bulk.h"
#include "engine/records/records_fixture.h"
#include "engine/subjects/subjects.h"

static void assert_text(Str found, const char *expected)
{
    if (!str_equals_c(found, expected))
        print_error("found '%.*s', not '%s'\n", STR_ARG(found), expected);
    assert_true(str_equals_c(found, expected));
}

static void visit(Fixture *f, unsigned n, const char *day, const char *phone)
{
    RecordDraft draft = draft_of(f, n, day, 140);
    draft.answers->values[PHONE] = phone == NULL ? EXPR_ABSENT : text(phone);
    assert_int_equal(submit(f, draft), OK);
}

static void amend(Fixture *f, unsigned n, unsigned amended, const char *day, const char *phone)
{
    RecordDraft draft = amendment_of(f, n, amended, day, 141);
    draft.answers->values[PHONE] = text(phone);
    assert_int_equal(submit(f, draft), OK);
}

static void assert_phone(Fixture *f, const char *expected)
{
    assert_text(known_of(f, f->resident, "phone"), expected);
}

static void each_record_shows_its_own_sealed_answers(void **state)
{
    Fixture *f = *state;
    f->fields[PHONE].is_in_lists = true;
    f->fields[SBP].is_in_lists = false; /* no other field is */
    use_set(f);
    visit(f, 10, "2025-02-01", "13911112222");
    visit(f, 11, "2025-02-10", "13733334444");
    set_day(f, "2025-03-05");
    amend(f, 12, 11, "2025-02-10", "13755556666");
    assert_text(phone_of(f, 10), "13911112222");
    assert_text(phone_of(f, 11), "13733334444");
    assert_text(phone_of(f, 12), "13755556666");
    const Record *records;
    size_t n;
    assert_int_equal(record_timeline(&f->cx, f->resident, 2, &records, &n), OK);
    assert_int_equal(n, 2); /* one more lies beyond the limit */
    assert_text(records[0].answers->values[PHONE].as.text, "13755556666");
    assert_text(records[1].answers->values[PHONE].as.text, "13733334444");
    assert_true(records[1].is_ended);
    f->cx.as_of = day_of("2025-03-04");
    assert_int_equal(record_timeline(&f->cx, f->resident, 9, &records, &n), OK);
    assert_int_equal(n, 2);
    assert_false(records[0].is_ended);
    assert_text(records[0].answers->values[PHONE].as.text, "13733334444");
    assert_text(records[1].answers->values[PHONE].as.text, "13911112222");
}

static void voiding_brings_back_what_the_record_before_said(void **state)
{
    Fixture *f = *state;
    visit(f, 10, "2025-02-01", "13911112222");
    visit(f, 11, "2025-02-10", "13733334444");
    assert_phone(f, "13733334444");
    assert_int_equal(record_void(&f->cx, id_of(11), STR("录错人")), OK);
    assert_phone(f, "13911112222");
    assert_true(is_found_by(f, "13911112222") && is_found_by(f, "2222"));
    assert_false(is_found_by(f, "13733334444") || is_found_by(f, "4444"));
    assert_text(phone_of(f, 11), "13733334444"); /* the voided one still tells what it said */
}

static void voiding_the_only_record_brings_back_what_was_registered(void **state)
{
    Fixture *f = *state;
    visit(f, 10, "2025-02-01", "13911112222");
    amend(f, 11, 10, "2025-02-01", "13733334444");
    assert_phone(f, "13733334444");
    assert_false(is_found_by(f, "13800000000"));
    assert_int_equal(record_void(&f->cx, id_of(11), STR("录错人")), OK);
    assert_phone(f, "13800000000");
    assert_true(is_found_by(f, "13800000000"));
    assert_false(is_found_by(f, "13733334444") || is_found_by(f, "13911112222"));
    visit(f, 12, "2025-02-01", NULL); /* asked and not answered */
    assert_phone(f, "");
    assert_false(is_found_by(f, "13800000000"));
    assert_int_equal(record_void(&f->cx, id_of(12), STR("漏填")), OK);
    assert_phone(f, "13800000000");
}

static void an_older_record_says_nothing_of_today_until_it_is_the_newest(void **state)
{
    Fixture *f = *state;
    visit(f, 10, "2025-02-10", "13911112222");
    visit(f, 11, "2025-02-01", "13733334444");
    assert_phone(f, "13911112222");
    amend(f, 12, 11, "2025-02-01", "13755556666");
    assert_phone(f, "13911112222");
    amend(f, 13, 10, "2025-01-20", "13777778888"); /* the newest turns out to be older */
    assert_phone(f, "13755556666");
    assert_true(is_found_by(f, "13755556666"));
    assert_false(is_found_by(f, "13777778888"));
}

/* The same fields, but that the details keep the address, sealed, where they are asked. */
static void use_two_forms(Fixture *f)
{
    FormField *fields = arena_array(&f->arena, FormField, FIELD_N);
    for (size_t i = 0; i < FIELD_N; i++)
        fields[i] = f->fields[i];
    fields[DETAILS].keeps = STR("address");
    fields[DETAILS].is_sealed = true;
    Form *form = arena_new(&f->arena, Form);
    *form = f->form;
    form->id = STR("call");
    form->fields = fields;
    f->also = form;
    use_set(f);
    assert_int_equal(record_tables_update(&f->cx), OK);
}

static void call(Fixture *f, unsigned n, const char *day, const char *phone, const char *address)
{
    RecordDraft draft = draft_of(f, n, day, 140);
    draft.form = STR("call");
    draft.answers->values[PHONE] = text(phone);
    draft.answers->values[MODE] = text(address == NULL ? "1" : "03");
    if (address != NULL && address[0] != '\0')
        draft.answers->values[DETAILS] = text(address);
    assert_int_equal(submit(f, draft), OK);
}

static void of_two_forms_the_newest_record_that_was_asked_says_the_fact(void **state)
{
    Fixture *f = *state;
    use_two_forms(f);
    visit(f, 10, "2025-02-01", "13911112222");
    call(f, 20, "2025-02-10", "13733334444", NULL);
    call(f, 21, "2025-02-05", "13755556666", "测试村2号");
    assert_phone(f, "13733334444");
    assert_text(known_of(f, f->resident, "address"), "测试村2号"); /* call 20 was not asked */
    assert_int_equal(record_void(&f->cx, id_of(20), STR("重复")), OK);
    assert_phone(f, "13755556666");
    visit(f, 11, "2025-02-06", "13777778888");
    assert_phone(f, "13777778888");
    assert_text(known_of(f, f->resident, "address"), "测试村2号");
    call(f, 22, "2025-02-20", "13700000000", "");
    assert_text(known_of(f, f->resident, "address"), ""); /* asked, and not answered */
    assert_int_equal(record_void(&f->cx, id_of(22), STR("重复")), OK);
    assert_int_equal(record_void(&f->cx, id_of(21), STR("重复")), OK);
    assert_int_equal(record_void(&f->cx, id_of(11), STR("重复")), OK);
    assert_phone(f, "13911112222");
    assert_text(known_of(f, f->resident, "address"), "");
}

static void declare_call(Fixture *f, const char *class)
{
    Form *form = arena_new(&f->arena, Form);
    *form = *f->also;
    form->sensitivity = str_from_c(class);
    f->also = form;
    use_set(f);
    f->actor.scope.classes = STR(",,mental,");
    assert_int_equal(record_tables_update(&f->cx), OK);
}

static void the_register_takes_no_fact_from_a_form_while_it_is_sensitive(void **state)
{
    Fixture *f = *state;
    use_two_forms(f);
    visit(f, 10, "2025-02-01", "13911112222");
    call(f, 20, "2025-02-10", "13733334444", "测试村2号");
    assert_phone(f, "13733334444");
    declare_call(f, "mental");
    assert_phone(f, "13911112222");
    assert_text(known_of(f, f->resident, "address"), "");
    assert_false(is_found_by(f, "13733334444"));
    call(f, 21, "2025-02-11", "13755556666", NULL);
    assert_phone(f, "13911112222");
    visit(f, 11, "2025-02-05", "13777778888");
    assert_phone(f, "13777778888");
    RecordFactsReport report;
    assert_int_equal(record_facts_verify(&f->cx, &report), OK);
    assert_int_equal(report.wrong, 0);
    declare_call(f, "");
    assert_phone(f, "13755556666");
    assert_text(known_of(f, f->resident, "address"), "测试村2号");
}

static void a_record_out_of_sight_cannot_be_ended_nor_its_facts_changed(void **state)
{
    Fixture *f = *state;
    f->cx.actor = access_system_actor();
    RecordDraft draft = draft_of(f, 10, "2025-02-01", 140);
    draft.subject = f->other;
    draft.answers->values[PHONE] = text("13911112222");
    assert_int_equal(submit(f, draft), OK);
    f->cx.actor = &f->actor;
    assert_int_equal(record_void(&f->cx, id_of(10), STR("录错人")), ERR_NOT_FOUND);
    RecordDraft amendment = amendment_of(f, 11, 10, "2025-02-01", 141);
    amendment.subject = f->other;
    amendment.answers->values[PHONE] = text("13733334444");
    assert_int_equal(submit(f, amendment), ERR_NOT_FOUND);
    amendment.subject = f->resident; /* of one's own: the record is not to be seen */
    assert_int_equal(submit(f, amendment), ERR_NOT_FOUND);
    Record record;
    assert_int_equal(record_open(&f->cx, id_of(10), &record), ERR_NOT_FOUND);
    assert_text(known_of(f, f->other, "phone"), "13911112222");
    assert_phone(f, "13800000000");
}

static Err update_sealed(Cx *cx, void *arg)
{
    (void)arg;
    const TestSealedUpdateIn in = {.place = cx->place, .from_id = id_of(10), .to_id = id_of(11)};
    return test_sealed_update(cx->db, &in, NULL);
}

static Err delete_sealed(Cx *cx, void *arg)
{
    (void)arg;
    return test_sealed_delete(cx->db, &(TestSealedDeleteIn){cx->place}, NULL);
}

/* As if the database were of a version without its triggers. */
static void drop_triggers(Fixture *f)
{
    static const char *const scripts[] = {
        "DROP TRIGGER record_sealed_no_update; DROP TRIGGER record_sealed_no_delete;",
        "DROP TRIGGER append_only ON record_sealed;"};
    assert_int_equal(db_script(f->cx.db, str_from_c(scripts[db_engine(f->cx.db) == DB_POSTGRES])),
                     OK);
}

static void what_is_stored_is_unreadable_bound_to_its_record_and_never_changed(void **state)
{
    Fixture *f = *state;
    visit(f, 10, "2025-02-01", "13911112222");
    visit(f, 11, "2025-02-10", "13733334444");
    {
        CLEANUP(db_rows_close) DbRows rows = {0};
        const TestSealedRawIn in = {.place = f->cx.place};
        assert_int_equal(test_sealed_raw_open(f->cx.db, &in, &rows), OK);
        for (size_t n = 0;; n++) {
            TestSealedRawRow row;
            bool has_row;
            assert_int_equal(test_sealed_raw_next(&rows, &f->arena, &row, &has_row), OK);
            if (!has_row) {
                assert_int_equal(n, 2);
                break;
            }
            assert_true(str_find(row.content, STR("phone"), 0) == SIZE_MAX);
            assert_true(str_find(row.content, STR("13"), 0) == SIZE_MAX
                        || str_find(row.content, STR("2222"), 0) == SIZE_MAX);
        }
    }
    assert_int_not_equal(cx_write(&f->cx, update_sealed, NULL), OK);
    assert_int_not_equal(cx_write(&f->cx, delete_sealed, NULL), OK);
    assert_int_equal(count(f).sealed, 2);
    drop_triggers(f);
    assert_int_equal(cx_write(&f->cx, update_sealed, NULL), OK);
    Record record;
    assert_int_equal(record_open(&f->cx, id_of(10), &record), OK);
    assert_int_not_equal(record_open(&f->cx, id_of(11), &record), OK); /* moved: does not open */
}

static Err bulk_work(Cx *cx, void *arg)
{
    Fixture *f = arg;
    RecordBulk *rows;
    TRY(record_bulk_begin(cx, &rows));
    for (unsigned i = 0; i < 3; i++) {
        RecordDraft draft = draft_of(f, 10 + i, "2025-01-01", 140);
        draft.answers->values[PHONE] = text(i == 0 ? "13911112222" : "13733334444");
        const Record record = {.id = draft.id,
                               .form = draft.form,
                               .subject = draft.subject,
                               .facility = STR("C1"),
                               .performed_by = id_of(900),
                               .recorded_by = id_of(900),
                               .happened_on = date_add_days(draft.happened_on, (int)i),
                               .recorded_at = instant_of_date(day_of("2025-02-20"), 8, 0),
                               .answers = draft.answers};
        TRY(record_bulk_add(rows, &record, STR("")));
    }
    return record_bulk_end(rows);
}

static void records_made_many_at_once_keep_theirs_too(void **state)
{
    Fixture *f = *state;
    assert_int_equal(cx_write(&f->cx, bulk_work, f), OK);
    assert_text(phone_of(f, 10), "13911112222");
    assert_text(phone_of(f, 11), "13733334444");
    assert_int_equal(record_void(&f->cx, id_of(12), STR("重复")), OK);
    assert_phone(f, "13733334444");
    assert_int_equal(record_void(&f->cx, id_of(11), STR("重复")), OK);
    assert_phone(f, "13911112222");
    assert_true(is_found_by(f, "13911112222"));
    assert_false(is_found_by(f, "13733334444"));
}

/* Back to what an earlier version stored: nothing with the records, other facts with the resident.
 */
static Err make_older(Cx *cx, void *arg)
{
    (void)arg;
    TRY(test_sealed_delete(cx->db, &(TestSealedDeleteIn){cx->place}, NULL));
    const TestSettingForgetIn forgotten = {.setting_key = STR("record_sealed visit")};
    return test_setting_forget(cx->db, &forgotten, NULL);
}

static void a_database_of_an_earlier_version_is_brought_up_once(void **state)
{
    Fixture *f = *state;
    assert_int_equal(record_sealed_adopt(&f->cx), OK);
    visit(f, 10, "2025-02-01", "13911112222");
    visit(f, 11, "2025-02-10", "13733334444");
    visit(f, 12, "2025-02-20", "13755556666");
    assert_int_equal(record_void(&f->cx, id_of(12), STR("重复")), OK);
    drop_triggers(f);
    assert_int_equal(cx_write(&f->cx, make_older, NULL), OK);
    assert_text(phone_of(f, 11), "");
    assert_int_equal(record_sealed_adopt(&f->cx), OK);
    assert_int_equal(count(f).sealed, 1);
    assert_text(phone_of(f, 11), "13733334444"); /* the newest that is current */
    assert_text(phone_of(f, 10), "");            /* nowhere kept */
    assert_int_equal(record_sealed_adopt(&f->cx), OK);
    assert_int_equal(count(f).sealed, 1);
    visit(f, 13, "2025-02-25", "13777778888");
    assert_int_equal(record_void(&f->cx, id_of(13), STR("重复")), OK);
    assert_phone(f, "13733334444");
}

static Err many_subjects(Cx *cx, void *arg)
{
    Fixture *f = arg;
    RecordBulk *rows;
    TRY(record_bulk_begin(cx, &rows));
    for (unsigned i = 0; i < 1100; i++) {
        RecordDraft draft = draft_of(f, 3000 + i, "2025-01-01", 140);
        const Record record = {.id = draft.id,
                               .form = draft.form,
                               .subject = id_of(10000 + i),
                               .facility = STR("C1"),
                               .performed_by = id_of(900),
                               .recorded_by = id_of(900),
                               .happened_on = draft.happened_on,
                               .recorded_at = instant_of_date(day_of("2025-02-20"), 8, 0),
                               .answers = draft.answers};
        TRY(record_bulk_add(rows, &record, STR("")));
    }
    TRY(record_bulk_end(rows));
    Resident *residents = arena_array(cx->arena, Resident, 1100);
    for (unsigned i = 0; i < 1100; i++)
        residents[i] = (Resident){.id = id_of(10000 + i),
                                  .sex = STR("2"),
                                  .birth_date = day_of("1950-03-01"),
                                  .area = STR("996601001001"),
                                  .name = STR("测试乙"),
                                  .phone = str_printf(cx->arena, "1390000%04u", i),
                                  .registered_on = day_of("2020-01-01"),
                                  .died_on = DATE_NONE,
                                  .left_on = DATE_NONE};
    return resident_add_many(cx, residents, 1100);
}

static void more_than_one_transaction_holds_are_brought_up_all(void **state)
{
    Fixture *f = *state;
    assert_int_equal(cx_write(&f->cx, many_subjects, f), OK);
    drop_triggers(f);
    assert_int_equal(cx_write(&f->cx, make_older, NULL), OK);
    /* Broken off on the way, it goes on where it stood. */
    db_fault_order(f->fault, DB_FAULT_COMMIT, 2, ERR_FULL, false);
    assert_int_equal(record_sealed_adopt(&f->cx), ERR_FULL);
    assert_int_equal(count(f).sealed, 500);
    assert_int_equal(record_sealed_adopt(&f->cx), OK);
    assert_int_equal(count(f).sealed, 1100);
    assert_text(phone_of(f, 3000), "13900000000");
    assert_text(phone_of(f, 4099), "13900001099");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(each_record_shows_its_own_sealed_answers),
        ON_BOTH(voiding_brings_back_what_the_record_before_said),
        ON_BOTH(voiding_the_only_record_brings_back_what_was_registered),
        ON_BOTH(an_older_record_says_nothing_of_today_until_it_is_the_newest),
        ON_BOTH(of_two_forms_the_newest_record_that_was_asked_says_the_fact),
        ON_BOTH(the_register_takes_no_fact_from_a_form_while_it_is_sensitive),
        ON_BOTH(a_record_out_of_sight_cannot_be_ended_nor_its_facts_changed),
        ON_BOTH(what_is_stored_is_unreadable_bound_to_its_record_and_never_changed),
        ON_BOTH(records_made_many_at_once_keep_theirs_too),
        ON_BOTH(a_database_of_an_earlier_version_is_brought_up_once),
        ON_BOTH(more_than_one_transaction_holds_are_brought_up_all),
    };
    return cmocka_run_group_tests(tests, start_cluster, stop_cluster);
}
