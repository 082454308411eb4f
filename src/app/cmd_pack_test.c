/* catchment pack test: runs the tests that packs carry, through the same forms and engines as the
 * server, on an empty database (in memory unless --db names one). */
#include "app/app.h"

#include "cli/commands.h"
#include "core/place.h"
#include "engine/measures/measures.h"
#include "engine/obligations/obligations.h"
#include "engine/obligations/waivers.h"
#include "engine/subjects/registers.h"
#include "engine/subjects/subjects.h"
#include "pack/pack_tests.h"

/* The county of the tests is nobody's. */
#define TEST_PLACE    STR("000000")
#define TEST_AREA     STR("000000001201")
#define TEST_HOSPITAL STR("000000G01")
#define TEST_CENTRE   STR("000000G02")
enum { TOWNSHIP_N = 22 };
/* Tests about numbers only name no day. */
#define DAY_WITHOUT_ONE date_from_ymd(2025, 6, 30)

typedef struct {
    Cli *cli;
    App *app;
    int64_t passed, failed;
    const PackTest *test;
    Date day;        /* of this test */
    bool has_failed; /* this test */
    Uuid resident;   /* or another subject */
    int facility_n;  /* made so far: each test about a facility has its own */
    Uuid *records;   /* of this test, in its order */
} Run;

static void say(Run *run, uint32_t line, Str message)
{
    cli_say("%.*s:%u: %.*s: %.*s", STR_ARG(run->test->file), (unsigned)line,
            STR_ARG(run->test->name), STR_ARG(message));
    run->has_failed = true;
}

static Str day_text(Arena *arena, Date date)
{
    char text[DATE_TEXT_SIZE];
    return str_copy(arena, str_from_c(date_format(date, text)));
}

static Cx cx_on(Run *run, Arena *arena, Date day)
{
    Cx cx = app_system_cx(run->app, arena);
    cx.place = TEST_PLACE;
    cx.today = day;
    cx.now = instant_of_date(day, 12, 0);
    return cx;
}

static void check_identities(Run *run, Arena *arena)
{
    for (size_t i = 0; i < run->test->identity_n; i++) {
        const PackTestIdentity *wanted = &run->test->identities[i];
        IdentityNumber number = {.birth_date = DATE_NONE};
        IdentityFault fault = identity_number_read(wanted->number, run->day, &number);
        const char *fault_name = identity_fault_name(fault);
        if (!str_equals_c(wanted->fault, fault_name)) {
            say(run, wanted->line,
                str_printf(arena, "%.*s: fault \"%s\"", STR_ARG(wanted->number), fault_name));
            continue;
        }
        if (fault != IDENTITY_OK)
            continue;
        if (!str_equals_c(wanted->stored, number.number)
            || date_compare(wanted->birth_date, number.birth_date) != 0
            || !str_equals(wanted->sex, number.sex)
            || wanted->is_area_unknown != number.area_unknown)
            say(run, wanted->line,
                str_printf(arena, "%s born %.*s sex %.*s", number.number,
                           STR_ARG(day_text(arena, number.birth_date)), STR_ARG(number.sex)));
    }
}

static void check_record_numbers(Run *run, Arena *arena)
{
    static const char *const kinds[] = {"neighbourhood", "village", "other"};
    for (size_t i = 0; i < run->test->record_number_n; i++) {
        const PackTestRecordNumber *wanted = &run->test->record_numbers[i];
        Str number = {0};
        Err err = record_number_make(wanted->county, wanted->township, wanted->committee,
                                     wanted->serial, arena, &number);
        const char *kind = kinds[committee_kind(wanted->committee)];
        bool is_right = wanted->number.n == 0
                        || (err == OK && str_equals(number, wanted->number)
                            && str_equals(record_number_printed(number, arena), wanted->printed));
        if (!is_right || !str_equals_c(wanted->kind, kind))
            say(run, wanted->line, str_printf(arena, "%.*s %s", STR_ARG(number), kind));
    }
}

static Err add_test_staff(Cx *cx, Str facility, size_t number, const PackTestStaff *test)
{
    const Staff staff = {.id = cx_new_id(cx),
                         .code = str_printf(cx->arena, "%.*s-%zu", STR_ARG(facility), number + 1),
                         .name = STR("测试"),
                         .birth_date = DATE_NONE,
                         .qualification = test->qualification,
                         .education = test->education,
                         .facility = facility,
                         .post = test->post,
                         .valid_from = PLACE_BEGINNING,
                         .valid_to = DATE_NONE};
    return staff_add(cx, &staff);
}

/* A facility of the tests, or the id of what a register form is to create. */
static Err add_test_subject(Run *run, Arena *arena)
{
    Cx cx = cx_on(run, arena, run->day);
    bool is_facility = str_equals_c(run->test->subject, "facility");
    run->facility_n += is_facility;
    if (!is_facility) {
        run->resident = cx_new_id(&cx);
        return OK;
    }
    const Str code = str_printf(arena, "000000T%03d", run->facility_n);
    const Facility facility = {.code = code,
                               .name = code,
                               .name_en = STR(""),
                               .kind =
                                   run->test->kind.n > 0 ? run->test->kind : STR("shared_centre"),
                               .level = 3,
                               .parent = TEST_HOSPITAL,
                               .valid_from = PLACE_BEGINNING,
                               .valid_to = DATE_NONE};
    run->resident = subject_id_of(TEST_PLACE, STR("facility"), code);
    TRY(subject_facility_add(&cx, &facility));
    for (size_t i = 0; i < run->test->staff_n; i++)
        TRY(add_test_staff(&cx, code, i, &run->test->staff[i]));
    return OK;
}

static Err add_test_resident(Run *run, Arena *arena)
{
    Cx cx = cx_on(run, arena, run->day);
    if (run->test->subject.n > 0)
        return add_test_subject(run, arena);
    run->resident = cx_new_id(&cx);
    const Resident resident = {
        .id = run->resident,
        .sex = run->test->sex,
        .birth_date = run->test->birth_date,
        .area = TEST_AREA,
        .name = STR("测试"),
        .registered_on = run->test->registered_on,
        .died_on = run->test->died_on,
        .left_on = run->test->left_on,
    };
    return resident_add(&cx, &resident);
}

static FormAnswers copy_answers(const Form *form, const FormAnswers *answers, Arena *arena)
{
    FormAnswers copy;
    form_answers_init(&copy, form, arena);
    for (size_t i = 0; i < form->field_n; i++) {
        copy.values[i] = answers->values[i];
        copy.rows[i] = answers->rows[i];
    }
    return copy;
}

/* A doctor who has read the question and goes on: every soft problem is confirmed. */
static bool confirm_soft(const Cx *cx, FormAnswers *answers, Arena *arena)
{
    Str *confirmed = arena_array(arena, Str, cx->problem_n);
    for (size_t i = 0; i < cx->problem_n; i++) {
        if (!cx->problems[i].is_soft)
            return false;
        confirmed[i] = cx->problems[i].confirm;
    }
    answers->confirmed = confirmed;
    answers->confirmed_n = cx->problem_n;
    return cx->problem_n > 0;
}

static bool expects_refusal(const PackTestRecord *record)
{
    for (size_t i = 0; i < record->issue_n; i++) {
        if (record->issues[i].is_hard)
            return true;
    }
    return false;
}

/* One record a minute, so that ids of one day stand in the order of the file. */
static void submit_record(Run *run, size_t at, Arena *arena)
{
    const PackTestRecord *record = &run->test->records[at];
    Cx cx = cx_on(run, arena, record->on);
    cx.now.ms += (int64_t)at * 60000;
    FormAnswers answers = copy_answers(record->form, &record->answers, arena);
    RecordDraft draft = {.id = cx_new_id(&cx),
                         .form = record->form->id,
                         .subject = run->resident,
                         .happened_on = record->on,
                         .facility = TEST_HOSPITAL,
                         .answers = &answers};
    RecordReceipt receipt;
    run->records[at] = draft.id;
    Err err = record_submit(&cx, &draft, &receipt);
    if (err == ERR_INVALID && confirm_soft(&cx, &answers, arena)) {
        cx.problem_n = 0;
        err = record_submit(&cx, &draft, &receipt);
    }
    if (expects_refusal(record) == (err == ERR_INVALID))
        return;
    Str problem = cx.problem_n > 0 ? cx.problems[0].text.zh : str_from_c(err_name(err));
    say(run, record->line, str_printf(arena, "submitting: %.*s", STR_ARG(problem)));
}

static Err void_record(Run *run, size_t at, Arena *arena)
{
    const PackTestRecord *record = &run->test->records[at];
    if (date_is_none(record->voided_on))
        return OK;
    Cx cx = cx_on(run, arena, record->voided_on);
    return record_void(&cx, run->records[at], STR("测试"));
}

static void give_waiver(Run *run, const PackTestWaiver *wanted, Arena *arena)
{
    Cx cx = cx_on(run, arena, wanted->on);
    cx.now = instant_of_date(wanted->on, 20, 0); /* behind the records of the day */
    bool is_put_off = !date_is_none(wanted->put_off_to), was_known = false;
    const Waiver waiver = {.id = cx_new_id(&cx),
                           .resident = run->resident,
                           .kind = is_put_off ? WAIVER_POSTPONE : WAIVER_WAIVE,
                           .program = wanted->program->id,
                           .rule = wanted->rule,
                           .item = wanted->item,
                           .is_whole = !is_put_off && wanted->item.n == 0,
                           .closes_on = DATE_NONE,
                           .until = is_put_off ? wanted->put_off_to : wanted->until,
                           .reason = wanted->reason,
                           .note = wanted->note};
    Err err = waiver_give(&cx, &waiver, &was_known);
    Str problem = cx.problem_n > 0 ? cx.problems[0].text.zh : str_from_c(err_name(err));
    if (err != OK)
        say(run, wanted->line, str_printf(arena, "sparing: %.*s", STR_ARG(problem)));
}

/* Those given before the day, each once. */
static void give_waivers(Run *run, Date before, Date *given, Arena *arena)
{
    for (size_t i = 0; i < run->test->waiver_n; i++) {
        Date on = run->test->waivers[i].on;
        if (date_compare(on, before) < 0 && date_compare(on, *given) >= 0)
            give_waiver(run, &run->test->waivers[i], arena);
    }
    *given = date_max(*given, before);
}

static bool is_listed(ObligationState state)
{
    return state == OBLIGATION_OPEN || state == OBLIGATION_DUE || state == OBLIGATION_OVERDUE;
}

static bool is_amount(double a, double b)
{
    return !(a < b) && !(b < a);
}

static bool line_fits(const ObligationLine *line, const PackTestObligation *wanted)
{
    const Obligation *obligation = &line->obligation;
    return obligation->rule->program == wanted->program
           && str_equals(obligation->rule->id, wanted->rule)
           && str_equals_c(wanted->state, obligation_state_name(line->state))
           && (wanted->item.n == 0 || str_equals(wanted->item, obligation_item(obligation)))
           && (date_is_none(wanted->closes_on)
               || date_compare(wanted->closes_on, obligation->closes_on) == 0)
           && (wanted->due_minute < 0 || wanted->due_minute == obligation->due_minute)
           && (!wanted->has_done
               || (is_amount(wanted->done, obligation->done)
                   && is_amount(wanted->needed, obligation->needed)))
           && (!wanted->has_flags || wanted->flags == line->flags)
           && (date_is_none(wanted->opens_on)
               || date_compare(wanted->opens_on, obligation->opens_on) == 0)
           && (date_is_none(wanted->due_on)
               || date_compare(wanted->due_on, obligation->due_on) == 0)
           && (date_is_none(wanted->met_on)
               || date_compare(wanted->met_on, obligation->met_on) == 0);
}

static Str lines_text(const ObligationLine *lines, size_t n, Arena *arena)
{
    Buf buf;
    buf_init(&buf, arena, KIB(16));
    for (size_t i = 0; i < n; i++) {
        const Obligation *obligation = &lines[i].obligation;
        Str item = obligation_item(obligation);
        buf_printf(&buf, "%s%.*s%s%.*s %s opens %s due %s closes %s", i == 0 ? "" : "; ",
                   STR_ARG(obligation->rule->id), item.n == 0 ? "" : " ", STR_ARG(item),
                   obligation_state_name(lines[i].state),
                   str_to_c(arena, day_text(arena, obligation->opens_on)),
                   str_to_c(arena, day_text(arena, obligation->due_on)),
                   str_to_c(arena, day_text(arena, obligation->closes_on)));
        if (!date_is_none(obligation->met_on))
            buf_printf(&buf, " met %s", str_to_c(arena, day_text(arena, obligation->met_on)));
        if (obligation->due_minute >= 0)
            buf_printf(&buf, " at %02d:%02d", (int)obligation->due_minute / 60,
                       (int)obligation->due_minute % 60);
        if (lines[i].flags != 0)
            buf_printf(&buf, " flags %u", (unsigned)lines[i].flags);
    }
    return buf_str(&buf);
}

static void check_obligations(Run *run, Arena *arena)
{
    Cx cx = cx_on(run, arena, run->test->on);
    const ObligationLine *lines = NULL;
    size_t n = 0;
    if (obligation_of(&cx, run->resident, run->test->on, &lines, &n) != OK) {
        say(run, run->test->line, STR("the obligations cannot be read"));
        return;
    }
    for (size_t w = 0; w < run->test->obligation_n; w++) {
        bool found = false;
        for (size_t i = 0; i < n && !found; i++)
            found = line_fits(&lines[i], &run->test->obligations[w]);
        if (!found)
            say(run, run->test->obligations[w].line, lines_text(lines, n, arena));
    }
    for (size_t i = 0; i < n; i++) {
        bool is_expected = !is_listed(lines[i].state);
        for (size_t w = 0; w < run->test->obligation_n && !is_expected; w++)
            is_expected = line_fits(&lines[i], &run->test->obligations[w]);
        if (!is_expected)
            say(run, run->test->line,
                str_printf(arena, "not expected: %.*s", STR_ARG(lines_text(&lines[i], 1, arena))));
    }
}

/* On the day of the test: its records are written in the days before, and nothing is stored. */
static Err check_measures(Run *run, Arena *arena)
{
    Cx cx = cx_on(run, arena, run->day);
    for (size_t i = 0; i < run->test->measure_n; i++) {
        const PackTestMeasure *wanted = &run->test->measures[i];
        MeasureValue value;
        TRY(measure_of(&cx, wanted->measure, wanted->period, run->resident, &value));
        if (value.denominator != wanted->denominator || value.numerator != wanted->numerator)
            say(run, wanted->line,
                str_printf(arena, "%.*s: denominator %lld, numerator %lld",
                           STR_ARG(wanted->measure->id), (long long)value.denominator,
                           (long long)value.numerator));
        bool is_as_wanted = value.has_required && value.required >= wanted->required
                            && value.required <= wanted->required;
        if (wanted->has_required && !is_as_wanted)
            say(run, wanted->line,
                str_printf(arena, "%.*s: required %g", STR_ARG(wanted->measure->id),
                           value.required));
    }
    return OK;
}

static Err run_test(Run *run, const PackTest *test, bool forms_failed)
{
    Arena arena;
    arena_init(&arena, MIB(32));
    run->test = test;
    run->has_failed = forms_failed;
    run->day = date_is_none(test->on) ? DAY_WITHOUT_ONE : test->on;
    run->records = arena_array(&arena, Uuid, test->record_n + 1);
    check_identities(run, &arena);
    check_record_numbers(run, &arena);
    bool has_person = test->record_n > 0 || test->has_obligations || test->measure_n > 0;
    Err err = has_person ? add_test_resident(run, &arena) : OK;
    Date given = date_from_ymd(1, 1, 1);
    for (size_t i = 0; err == OK && i < test->record_n; i++) {
        give_waivers(run, test->records[i].on, &given, &arena);
        submit_record(run, i, &arena);
    }
    if (err == OK && has_person)
        give_waivers(run, date_from_ymd(9999, 12, 31), &given, &arena);
    for (size_t i = 0; err == OK && i < test->record_n; i++)
        err = void_record(run, i, &arena);
    if (err == OK && test->has_obligations)
        check_obligations(run, &arena);
    if (err == OK)
        err = check_measures(run, &arena);
    if (run->has_failed || err != OK)
        run->failed++;
    else
        run->passed++;
    arena_done(&arena);
    return err;
}

static Err make_facility(Cx *cx, Str code, Str name, Str parent)
{
    const Facility facility = {.code = code,
                               .name = name,
                               .name_en = STR(""),
                               .kind =
                                   parent.n == 0 ? STR("county_hospital") : STR("township_centre"),
                               .level = parent.n == 0 ? 3 : 4,
                               .parent = parent,
                               .valid_from = PLACE_BEGINNING,
                               .valid_to = DATE_NONE};
    return subject_facility_add(cx, &facility);
}

static Err make_staff(Cx *cx, Str code)
{
    const Staff staff = {.id = cx_new_id(cx),
                         .code = code,
                         .name = code,
                         .facility = TEST_CENTRE,
                         .birth_date = DATE_NONE,
                         .licence_to = DATE_NONE,
                         .valid_from = PLACE_BEGINNING,
                         .valid_to = DATE_NONE};
    return staff_add(cx, &staff);
}

/* 000000001 to 000000022. */
static Err make_townships(Cx *cx)
{
    for (int i = 1; i <= TOWNSHIP_N; i++) {
        const Area area = {.code = str_printf(cx->arena, "000000%03d", i),
                           .parent = TEST_PLACE,
                           .level = 4,
                           .name = str_printf(cx->arena, "%d 乡", i)};
        TRY(subject_area_add(cx, &area));
    }
    return OK;
}

static Err make_place(Cx *cx, void *arg)
{
    (void)arg;
    const Area area = {.code = TEST_AREA, .parent = TEST_PLACE, .level = 5, .name = STR("测试村")};
    TRY(place_put(cx, STR("测试县"), STR("Test county")));
    TRY(subject_area_add(cx, &area));
    TRY(make_townships(cx));
    TRY(make_facility(cx, TEST_HOSPITAL, STR("测试县人民医院"), STR("")));
    TRY(make_facility(cx, TEST_CENTRE, STR("测试卫生院"), TEST_HOSPITAL));
    TRY(make_staff(cx, STR("000000S01")));
    TRY(make_staff(cx, STR("000000S02")));
    return obligation_rules_update(cx);
}

static bool is_asked_for(const Cli *cli, Str pack)
{
    for (size_t i = 0; i < cli->operand_n; i++) {
        Str path = cli->operands[i];
        while (str_has_suffix(path, STR("/")))
            path = str_slice(path, 0, path.n - 1);
        if (str_has_suffix(path, pack))
            return true;
    }
    return cli->operand_n == 0;
}

static Err run_tests(Run *run)
{
    const PackSet *packs = run->app->packs;
    const PackTestFailure *failures = NULL;
    size_t failure_n = 0, next = 0;
    Cx cx = cx_on(run, run->cli->arena, date_from_ymd(2025, 1, 1));
    TRY(cx_write(&cx, make_place, NULL));
    pack_tests_run_forms(packs, run->cli->arena, &failures, &failure_n);
    for (size_t i = 0; i < packs->test_n; i++) {
        const PackTest *test = &packs->tests[i];
        bool forms_failed = false;
        run->test = test;
        for (; next < failure_n && failures[next].test == test; next++) {
            if (is_asked_for(run->cli, test->pack))
                say(run, failures[next].line, wording_in(failures[next].message, run->app->lang));
            forms_failed = true;
        }
        if (is_asked_for(run->cli, test->pack))
            TRY(run_test(run, test, forms_failed));
    }
    return OK;
}

/* The folder that holds the packs named: packs/national-2017 -> packs. */
static Str folder_of(const Cli *cli)
{
    Str given = cli_value(cli, "packs");
    if (given.n > 0 || cli->operand_n == 0)
        return given;
    Str path = cli->operands[0];
    while (path.n > 1 && path.p[path.n - 1] == '/')
        path.n--;
    while (path.n > 0 && path.p[path.n - 1] != '/')
        path.n--;
    return path.n > 1 ? str_slice(path, 0, path.n - 1) : STR(".");
}

static Err pack_test_run(Cli *cli)
{
    App app;
    AppOptions options = {.db_url = cli_value(cli, "db"),
                          .packs = APP_PACKS_APPLIED,
                          .packs_directory = folder_of(cli),
                          .keys_file = cli_value(cli, "keys"),
                          .place = TEST_PLACE,
                          .on = date_from_ymd(2025, 1, 1),
                          .makes_database = true};
    TRY(app_open(&options, &app));
    Run run = {.cli = cli, .app = &app};
    Err err = run_tests(&run);
    if (err == OK)
        err = cli_put(str_printf(cli->arena, "%lld passed, %lld failed\n", (long long)run.passed,
                                 (long long)run.failed));
    app_close(&app);
    return err == OK && run.failed > 0 ? ERR_CONFLICT : err;
}

const Command cmd_pack_test = {
    .name = "pack test",
    .summary = "run the tests that the packs carry",
    .operand = "[PACK...]",
    .needs = CLI_NOTHING,
    .options =
        (const CliOption[]){
            {"packs", "FOLDER", NULL, false, "the packs"},
            {"db", "URL", ":memory:", false, "an empty database to run them on"},
            {"keys", "FILE", NULL, false, "its key file"},
            {0},
        },
    .run = pack_test_run,
};
