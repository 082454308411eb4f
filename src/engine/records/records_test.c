/* Tests of records on SQLite and PostgreSQL: submitting, amending, voiding, reading, and a database
 * that fails. The forms are built in records_fixture.c; persons are invented. */
#include "access/access.h"
#include "base/os_thread.h"
#include "core/place.h"
#include "engine/records/records_fixture.h"
#include "engine/records/records_int.h"
#include "engine/subjects/subjects.h"

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

static void keep_version(Fixture *f, const char *version)
{
    const PackVersion kept = {f->form.pack, str_from_c(version), str_from_c(version), NULL, 0};
    assert_int_equal(pack_version_keep(&f->cx, &kept), OK);
}

static RecordDraft draft_under(Fixture *f, unsigned n, int64_t sbp, const char *version)
{
    RecordDraft draft = draft_of(f, n, "2025-02-28", sbp);
    draft.form_version = str_from_c(version);
    return draft;
}

static void what_was_filled_in_before_an_upgrade_is_not_lost(void **state)
{
    Fixture *f = *state;
    keep_version(f, "1.0.0");
    assert_int_equal(submit(f, draft_under(f, 10, 140, "1.0.0")), OK);
    f->form.version = STR("2.0.0");
    use_set(f);
    keep_version(f, "2.0.0");
    RecordReceipt receipt;
    RecordDraft again = draft_under(f, 10, 140, "1.0.0");
    assert_int_equal(record_submit(&f->cx, &again, &receipt), OK);
    assert_true(receipt.was_known);
    again = draft_under(f, 10, 140, "2.0.0");
    assert_int_equal(record_submit(&f->cx, &again, &receipt), ERR_CONFLICT);
    for (int i = 0; i < 2; i++) { /* open over the upgrade, and sent twice */
        RecordDraft late = draft_under(f, 11, 150, "1.0.0");
        assert_int_equal(record_submit(&f->cx, &late, &receipt), OK);
        assert_int_equal(receipt.was_known, i == 1);
    }
    Record record;
    assert_int_equal(record_open(&f->cx, id_of(11), &record), OK);
    assert_true(str_equals_c(record.form_version, "2.0.0"));
    assert_int_equal(submit(f, draft_under(f, 12, 301, "1.0.0")), ERR_INVALID);
    assert_int_equal(submit(f, draft_under(f, 12, 140, "1.5.0")), ERR_INVALID);
    assert_string_equal(problem_key(f), "RECORD_FORM_VERSION");
    assert_int_equal(count(f).records, 2);
}

static void a_repeated_submission_is_advised_like_the_first(void **state)
{
    Fixture *f = *state;
    const FormAdvice advice = {
        .id = STR("rising"),
        .when = compile(f, FIELD_N, "previous.sbp < sbp and today >= happened_on", EXPR_LOGIC),
    };
    f->form.advice = &advice;
    f->form.advice_n = 1;
    use_set(f);
    assert_int_equal(submit(f, draft_of(f, 10, "2025-02-01", 120)), OK);
    RecordDraft draft = draft_of(f, 11, "2025-02-28", 140),
                again = draft_of(f, 11, "2025-02-28", 140);
    RecordReceipt first, second;
    assert_int_equal(record_submit(&f->cx, &draft, &first), OK);
    assert_int_equal(first.advice_n, 1);
    set_day(f, "2025-03-05"); /* what the world has learnt since does not count */
    assert_int_equal(record_void(&f->cx, id_of(10), STR("x")), OK);
    assert_int_equal(record_submit(&f->cx, &again, &second), OK);
    assert_true(second.was_known && second.sees_subject);
    assert_int_equal(second.advice_n, 1);
    assert_true(str_equals_c(second.advice[0]->id, "rising"));
    f->actor.scope.area_from = STR("996601002");
    f->actor.scope.area_after = STR("996601003");
    again = draft_of(f, 11, "2025-02-28", 140);
    assert_int_equal(record_submit(&f->cx, &again, &second), OK);
    assert_true(second.was_known);
    assert_false(second.sees_subject);
    assert_int_equal(second.advice_n, 0);
    assert_int_equal(f->cx.problem_n, 0);
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
    assert_false(records[1].is_ended);
    assert_true(uuid_equals(records[1].amends, id_of(10)));
    assert_int_equal(records[1].answers->values[SBP].as.integer, 150);
    Record first;
    assert_int_equal(record_open(&f->cx, id_of(10), &first), OK);
    assert_int_equal(first.answers->values[SBP].as.integer, 140);
    assert_int_equal(first.answers->values[SYMPTOMS].as.codes.n, 2);
    assert_int_equal(submit(f, amendment_of(f, 12, 10, "2025-02-27", 155)), ERR_CONFLICT);
    assert_string_equal(problem_key(f), "RECORD_ENDED");
    assert_int_equal(count(f).records, 2);
}

static void a_timeline_holds_what_lists_show_and_where_it_was(void **state)
{
    Fixture *f = *state;
    Facility clinic = {.code = STR("C1"),
                       .name = STR("测试卫生站"),
                       .name_en = STR("Test clinic"),
                       .kind = STR("village"),
                       .valid_from = day_of("2020-01-01"),
                       .valid_to = day_of("2020-12-31")}; /* closed since, and still named */
    assert_int_equal(subject_facility_add(&f->cx, &clinic), OK);
    const Record *records;
    size_t n;
    assert_int_equal(record_timeline(&f->cx, f->resident, 10, &records, &n), OK);
    assert_int_equal(n, 0);
    assert_int_equal(submit(f, draft_of(f, 10, "2025-02-28", 140)), OK);
    assert_int_equal(record_timeline(&f->cx, f->resident, 10, &records, &n), OK);
    assert_int_equal(n, 1);
    assert_int_equal(records[0].answers->values[SBP].as.integer, 140);
    assert_int_equal(records[0].answers->values[SYMPTOMS].type, EXPR_NULL);
    assert_int_equal(records[0].answers->values[NOTE].type, EXPR_NULL);
    assert_true(str_equals_c(records[0].facility_name, "测试卫生站"));
    assert_true(str_equals_c(records[0].facility_name_en, "Test clinic"));
    clinic.name = STR("测试新站"); /* under another name since: the record comes once */
    clinic.valid_from = day_of("2021-01-01");
    clinic.valid_to = DATE_NONE;
    assert_int_equal(subject_facility_add(&f->cx, &clinic), OK);
    assert_int_equal(record_timeline(&f->cx, f->resident, 10, &records, &n), OK);
    assert_int_equal(n, 1);
    assert_true(str_equals_c(records[0].facility_name, "测试新站"));
    const RecordPage page = {.after_day = DATE_NONE, .with_ended = true, .most = 10};
    assert_int_equal(record_timeline_page(&f->cx, f->resident, &page, &records, &n), OK);
    assert_int_equal(n, 1);
    assert_true(str_equals_c(records[0].facility_name, "测试新站"));
    f->fields[SBP].is_in_lists = false; /* nothing in lists: answers that are all absent */
    f->form.version = STR("1.1.0");
    use_set(f);
    assert_int_equal(record_timeline(&f->cx, f->resident, 10, &records, &n), OK);
    assert_int_equal(records[0].answers->values[SBP].type, EXPR_NULL);
}

static void a_whole_timeline_holds_every_answer_of_every_version(void **state)
{
    static const Str three_codes[] = {{"1", 1}, {"2", 1}, {"03", 2}};
    Fixture *f = *state;
    RecordDraft draft = draft_of(f, 10, "2025-02-28", 140);
    draft.answers->values[NOTE] = text("多喝水");
    draft.answers->values[PHONE] = text("13911112222");
    FormRow drugs[2];
    for (size_t i = 0; i < 2; i++)
        drugs[i].values = arena_array(&f->arena, ExprValue, 3);
    drugs[0].values[0] = text("硝苯地平");
    drugs[1].values[0] = text("二甲双胍");
    draft.answers->rows[DRUGS] = (FormRows){drugs, 2};
    assert_int_equal(submit(f, draft), OK);
    draft = amendment_of(f, 11, 10, "2025-02-27", 150);
    draft.answers->values[SYMPTOMS].as.codes.items = three_codes;
    draft.answers->values[SYMPTOMS].as.codes.n = 3;
    assert_int_equal(submit(f, draft), OK);
    const Record *records;
    size_t n;
    assert_int_equal(record_timeline_whole(&f->cx, f->resident, 10, &records, &n), OK);
    assert_int_equal(n, 2);
    assert_true(records[0].is_ended);
    assert_true(str_equals_c(records[0].answers->values[NOTE].as.text, "多喝水"));
    assert_true(str_equals_c(records[0].answers->values[PHONE].as.text, "13911112222"));
    assert_int_equal(records[0].answers->values[SYMPTOMS].as.codes.n, 2);
    assert_int_equal(records[0].answers->rows[DRUGS].n, 2);
    assert_true(
        str_equals_c(records[0].answers->rows[DRUGS].rows[1].values[0].as.text, "二甲双胍"));
    assert_int_equal(records[1].answers->values[SYMPTOMS].as.codes.n, 3);
    assert_int_equal(records[1].answers->values[SBP].as.integer, 150);
    assert_int_equal(records[1].answers->values[NOTE].type, EXPR_NULL);
    assert_int_equal(records[1].answers->rows[DRUGS].n, 0);
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
    assert_int_equal(record_void(&f->cx, id_of(10), STR(" 重复")), OK); /* the same sent again */
    assert_int_equal(count(f).ends, 1);
    assert_int_equal(record_void(&f->cx, id_of(10), STR("写错")), ERR_CONFLICT);
    assert_string_equal(problem_key(f), "RECORD_ENDED");
    Uuid account = f->actor.account;
    f->actor.account = id_of(901);
    assert_int_equal(record_void(&f->cx, id_of(10), STR("重复")), ERR_CONFLICT);
    f->actor.account = account;
    assert_int_equal(submit(f, draft_of(f, 20, "2025-02-28", 140)), OK);
    assert_int_equal(submit(f, amendment_of(f, 21, 20, "2025-02-28", 141)), OK);
    assert_int_equal(record_void(&f->cx, id_of(20), STR("写错了")), ERR_CONFLICT);
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

static void the_latest_current_records_of_many_come_at_once(void **state)
{
    Fixture *f = *state;
    enum { MANY = 250 };
    Uuid subjects[MANY];
    for (unsigned i = 0; i < MANY; i++)
        subjects[i] = id_of(1000 + i);
    subjects[3] = f->resident;
    subjects[7] = f->other;
    subjects[MANY - 1] = f->resident;
    const Record *latest = NULL;
    assert_int_equal(record_latest(&f->cx, &f->form, subjects, MANY, &latest), OK);
    assert_true(uuid_is_nil(latest[3].id));
    assert_int_equal(submit(f, draft_of(f, 10, "2025-01-10", 110)), OK);
    assert_int_equal(submit(f, draft_of(f, 30, "2025-02-10", 130)), OK);
    assert_int_equal(submit(f, draft_of(f, 20, "2025-02-10", 120)), OK);
    assert_int_equal(record_latest(&f->cx, &f->form, subjects, MANY, &latest), OK);
    for (size_t i = 0; i < MANY; i++)
        assert_int_equal(uuid_is_nil(latest[i].id), i != 3 && i != MANY - 1);
    assert_true(uuid_equals(latest[3].id, id_of(30))); /* same day, greater id */
    assert_true(uuid_equals(latest[MANY - 1].id, id_of(30)));
    assert_int_equal(latest[3].happened_on.days, day_of("2025-02-10").days);
    assert_int_equal(latest[3].answers->values[SBP].as.integer, 130);
    assert_int_equal(record_void(&f->cx, id_of(30), STR("x")), OK);
    assert_int_equal(submit(f, amendment_of(f, 40, 20, "2025-02-10", 121)), OK);
    assert_int_equal(record_latest(&f->cx, &f->form, subjects, MANY, &latest), OK);
    assert_true(uuid_equals(latest[3].id, id_of(40)));
    assert_int_equal(latest[3].answers->values[SBP].as.integer, 121);
    for (size_t n = 4; n <= 11; n++) { /* few have a statement of their own */
        assert_int_equal(record_latest(&f->cx, &f->form, subjects, n, &latest), OK);
        for (size_t i = 0; i < n; i++)
            assert_int_equal(uuid_is_nil(latest[i].id), i != 3);
        assert_true(uuid_equals(latest[3].id, id_of(40)));
        assert_int_equal(latest[3].answers->values[SBP].as.integer, 121);
    }
}

enum { HISTORY = 40000, HISTORY_EACH = 40 };

static DbBulk *bulk_into(Fixture *f, const char *table, const DbColumn *columns, size_t n)
{
    DbBulk *bulk = NULL;
    assert_int_equal(db_bulk_begin(f->cx.db, &f->arena, table, columns, n, &bulk), OK);
    return bulk;
}

/* Forty records each of a thousand others, straight into the tables. */
static void add_history(Fixture *f)
{
    static const DbColumn header[] = {
        {"place", DB_TEXT, false},          {"id", DB_UUID, false},
        {"rev", DB_INTEGER, false},         {"form", DB_TEXT, false},
        {"form_version", DB_TEXT, false},   {"subject_kind", DB_TEXT, false},
        {"subject_id", DB_UUID, false},     {"facility", DB_TEXT, false},
        {"performed_by", DB_UUID, false},   {"recorded_by", DB_UUID, false},
        {"happened_on", DB_DATE, false},    {"recorded_on", DB_DATE, false},
        {"recorded_at", DB_INSTANT, false}, {"content_hash", DB_BYTES, false}};
    static const DbColumn own[] = {{"place", DB_TEXT, false}, {"record_id", DB_UUID, false}};
    const Date day = day_of("2024-06-01");
    const DbValue place = db_text(f->cx.place), empty = db_text(STR("")), who = db_uuid(id_of(1));
    assert_int_equal(db_begin(f->cx.db), OK);
    DbBulk *bulk = bulk_into(f, "record", header, sizeof header / sizeof *header);
    for (unsigned i = 0; i < HISTORY; i++) {
        const DbValue subject = db_uuid(id_of(1000 + i / HISTORY_EACH));
        const DbValue happened = db_date((Date){day.days + (int32_t)(i % HISTORY_EACH)});
        const DbValue row[] = {place,
                               db_uuid(id_of(10000 + i)),
                               db_integer(100000 + i),
                               db_text(f->form.id),
                               empty,
                               empty,
                               subject,
                               empty,
                               who,
                               who,
                               happened,
                               happened,
                               db_instant(f->cx.now),
                               db_bytes(STR("x"))};
        assert_int_equal(db_bulk_row(bulk, row), OK);
    }
    assert_int_equal(db_bulk_end(bulk), OK);
    bulk = bulk_into(f, str_to_c(&f->arena, ddl_table(&f->form, NULL, &f->arena)), own, 2);
    for (unsigned i = 0; i < HISTORY; i++)
        assert_int_equal(db_bulk_row(bulk, (DbValue[]){place, db_uuid(id_of(10000 + i))}), OK);
    assert_int_equal(db_bulk_end(bulk), OK);
    assert_int_equal(db_commit(f->cx.db), OK);
    assert_int_equal(db_script(f->cx.db, STR("ANALYZE")), OK);
}

static Str plan_of_latest(Fixture *f, const RecordForm *form)
{
    static const DbColumn of_sqlite[] = {{"id", DB_INTEGER, false},
                                         {"parent", DB_INTEGER, false},
                                         {"notused", DB_INTEGER, false},
                                         {"detail", DB_TEXT, false}};
    static const DbColumn of_postgres[] = {{"QUERY PLAN", DB_TEXT, false}};
    bool is_postgres = db_engine(f->cx.db) == DB_POSTGRES;
    DbStatement explain = form->latest;
    explain.name = "plan of the latest records";
    explain.text_hash = 0;
    explain.sql = str_to_c(&f->arena, str_printf(&f->arena, "EXPLAIN %s %s",
                                                 is_postgres ? "" : "QUERY PLAN", explain.sql));
    explain.out = is_postgres ? of_postgres : of_sqlite;
    explain.out_n = is_postgres ? 1 : 4;
    DbValue in[2 + ANSWERS_LATEST_MOST] = {db_text(f->cx.place), db_text(f->form.id)};
    for (unsigned i = 0; i < ANSWERS_LATEST_MOST; i++)
        in[2 + i] = db_uuid(id_of(1000 + i));
    Buf plan;
    buf_init(&plan, &f->arena, KIB(64));
    CLEANUP(db_rows_close) DbRows rows = {0};
    assert_int_equal(db_query(f->cx.db, &explain, NULL, in, &rows), OK);
    for (;;) {
        bool has_row = false;
        assert_int_equal(db_next(&rows, &has_row), OK);
        if (!has_row)
            return buf_str(&plan);
        Str line = db_column(&rows, explain.out_n - 1).as.text;
        buf_printf(&plan, "%.*s\n", STR_ARG(line));
    }
}

static bool has_text(Str text, const char *part)
{
    return str_find(text, str_from_c(part), 0) != SIZE_MAX;
}

/* Fifty people, their newest records: never through all that is written, in either engine. */
static void the_latest_records_are_looked_up_one_by_one(void **state)
{
    Fixture *f = *state;
    add_history(f);
    const RecordForm *form = record_form_find(&f->cx, f->form.id);
    Str plan = plan_of_latest(f, form);
    bool is_postgres = db_engine(f->cx.db) == DB_POSTGRES;
    bool is_good = is_postgres ? has_text(plan, "record_by_subject on record n")
                                     && !has_text(plan, "Seq Scan on record r ")
                                     && !has_text(plan, "Seq Scan on record n ")
                                     && !has_text(plan, "Seq Scan on answer")
                               : has_text(plan, "SEARCH n USING COVERING INDEX record_by_subject")
                                     && has_text(plan, "SEARCH r USING PRIMARY KEY")
                                     && has_text(plan, "SEARCH a USING PRIMARY KEY");
    if (!is_good)
        print_message("%.*s", STR_ARG(plan));
    assert_true(is_good);
}

enum { DEVICE_N = 8 };

/* One of several devices that send at the same moment; each has its own memory, as a request has.
 */
typedef struct {
    Thread thread;
    Arena arena;
    Cx cx;
    RecordDraft draft;
    Err err;
    bool was_known;
} SendingDevice;

static void send_draft(void *context)
{
    SendingDevice *device = context;
    RecordReceipt receipt = {0};
    device->err = record_submit(&device->cx, &device->draft, &receipt);
    device->was_known = receipt.was_known;
}

/* same: all send one record; otherwise each sends its own amendment of record 10. */
static void send_from_all(Fixture *f, SendingDevice *devices, bool same)
{
    for (unsigned i = 0; i < DEVICE_N; i++) {
        SendingDevice *device = &devices[i];
        *device = (SendingDevice){.cx = f->cx};
        arena_init(&device->arena, MIB(4));
        device->cx.arena = &device->arena;
        device->cx.problems = NULL;
        device->cx.problem_n = device->cx.problem_capacity = 0;
        device->draft = same ? draft_of(f, 10, "2025-02-28", 140)
                             : amendment_of(f, 20 + i, 10, "2025-02-28", 150);
    }
    for (unsigned i = 0; i < DEVICE_N; i++)
        assert_int_equal(thread_start(&devices[i].thread, send_draft, &devices[i]), OK);
    for (unsigned i = 0; i < DEVICE_N; i++) {
        thread_join(&devices[i].thread);
        arena_done(&devices[i].arena);
    }
}

static void what_several_devices_send_at_once_is_stored_once(void **state)
{
    Fixture *f = *state;
    Str message;
    DbOptions options = {.url = f->url};
    assert_int_equal(writer_start(&options, &f->arena, &f->cx.writer, &message), OK);
    static SendingDevice devices[DEVICE_N];
    send_from_all(f, devices, true);
    size_t known = 0;
    for (size_t i = 0; i < DEVICE_N; i++) {
        assert_int_equal(devices[i].err, OK);
        known += devices[i].was_known;
    }
    assert_int_equal(known, DEVICE_N - 1);
    send_from_all(f, devices, false);
    size_t conflicts = 0;
    for (size_t i = 0; i < DEVICE_N; i++)
        conflicts += devices[i].err == ERR_CONFLICT;
    writer_stop(f->cx.writer);
    f->cx.writer = NULL;
    assert_int_equal(conflicts, DEVICE_N - 1);
    assert_int_equal(count(f).records, 2);
    assert_int_equal(count(f).ends, 1);
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
    RecordDraft first = draft_of(f, 10, "2025-02-28", 140);
    first.answers->values[PHONE] = text("13911112222");
    assert_int_equal(submit(f, first), OK);
    TestRecordCountRow before = count(f);
    unsigned n = 1;
    for (;; n++) {
        assert_true(n < 100);
        f->cx.problem_n = 0;
        db_fault_order(f->fault, DB_FAULT_STATEMENT, n, ERR_FULL, n % 2 == 0);
        RecordDraft amendment = amendment_of(f, 11, 10, "2025-02-28", 141);
        amendment.answers->values[PHONE] = text("13733334444");
        Err err = submit(f, amendment);
        if (err == OK)
            break;
        assert_int_equal(err, ERR_FULL);
        assert_string_equal(problem_key(f), "DISK_FULL");
        TestRecordCountRow now = count(f);
        assert_int_equal(now.records, before.records);
        assert_int_equal(now.ends, before.ends);
        assert_int_equal(now.answers, before.answers);
        assert_int_equal(now.codes, before.codes);
        assert_int_equal(now.sealed, before.sealed);
        assert_true(str_equals_c(known_of(f, f->resident, "phone"), "13911112222"));
        assert_true(is_found_by(f, "13911112222") && !is_found_by(f, "13733334444"));
    }
    assert_true(n > 12);
    db_fault_order(f->fault, DB_FAULT_STATEMENT, UINT64_MAX, OK,
                   false); /* the last one is undone */
    assert_true(str_equals_c(known_of(f, f->resident, "phone"), "13733334444"));
    assert_true(is_found_by(f, "13733334444") && !is_found_by(f, "13911112222"));
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(a_record_comes_back_as_it_was_submitted),
        ON_BOTH(hidden_answers_and_computed_ones_from_outside_are_not_stored),
        ON_BOTH(the_same_submission_again_is_answered_like_the_first),
        ON_BOTH(what_was_filled_in_before_an_upgrade_is_not_lost),
        ON_BOTH(a_repeated_submission_is_advised_like_the_first),
        ON_BOTH(other_content_under_a_known_id_is_a_conflict),
        ON_BOTH(persons_out_of_sight_are_not_found),
        ON_BOTH(who_performed_it_must_be_an_account),
        ON_BOTH(a_role_without_the_permission_is_refused),
        ON_BOTH(impossible_days_are_refused),
        ON_BOTH(hard_issues_refuse_and_soft_ones_ask),
        ON_BOTH(amending_keeps_the_original),
        ON_BOTH(a_timeline_holds_what_lists_show_and_where_it_was),
        ON_BOTH(a_whole_timeline_holds_every_answer_of_every_version),
        ON_BOTH(an_amendment_needs_a_reason_and_the_same_person),
        ON_BOTH(voiding_ends_a_record_once_and_needs_a_reason),
        ON_BOTH(the_previous_record_is_the_newest_current_one_before),
        ON_BOTH(the_latest_current_records_of_many_come_at_once),
        ON_BOTH(the_latest_records_are_looked_up_one_by_one),
        ON_BOTH(what_several_devices_send_at_once_is_stored_once),
        ON_BOTH(hooks_run_in_the_same_write),
        ON_BOTH(whichever_statement_fails_nothing_is_half_stored),
        ON_BOTH(a_failed_commit_stores_nothing),
        ON_BOTH(texts_come_back_or_are_refused),
    };
    return cmocka_run_group_tests(tests, start_cluster, stop_cluster);
}
