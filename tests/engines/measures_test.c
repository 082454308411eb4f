/* Measures of the national pack on SQLite and PostgreSQL: after random records, amendments, voids,
 * moves, merges, deaths and changed parameters what is stored equals a run over everybody, and the
 * list behind a number is as long as the number says. Persons are invented. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "access/access.h"
#include "base/buf.h"
#include "base/os_file.h"
#include "base/os_thread.h"
#include "core/keys.h"
#include "core/place.h"
#include "db/migrate.h"
#include "db/plans.h"
#include "demo/answers.h"
#include "engine/measures/measures_int.h"
#include "engine/policy/policy_values.h"
#include "engine/subjects/places.h"
#include "engine/subjects/residents.h"
#include "support/both_engines.h"

enum {
    PEOPLE = 7,
    RESTING = 2,
    ROUNDS = 32, /* of a few changes, so that most of those who are stale are so for one reason */
    ROUND_MOST = 4,
    RECENT = 12,   /* records that somebody amends or voids: what nobody reads moves no number */
    CHANGES = 900, /* then these at once */
    RECORDS_MOST = 4000,
    EVENINGS = 12,
    EVENING_CHANGES = 10,
};

typedef struct {
    Arena arena;
    Db *db, *other; /* other: only where two processes count */
    Str folder;
    PackSet *packs;
    Cx cx;
    Rng rng;
    Uuid people[PEOPLE];
    size_t rests; /* from here on nothing happens to RESTING of them; PEOPLE: to all it may */
    Uuid records[RECORDS_MOST];
    size_t record_n;
    uint64_t made;
    Date birth;
    const Form *registration, *followup, *personal;
} Fixture;

static const RecordHook record_hooks[] = {measure_record_hook, NULL};
static const ResidentHook resident_hooks[] = {record_resident_hook, measure_resident_hook, NULL};

static void live_on(Fixture *f, Date on)
{
    f->cx.today = on;
    f->cx.now = instant_of_date(on, 8, 0);
    f->cx.now.ms += (int64_t)(++f->made % 500) * 60000;
    f->cx.problem_n = 0;
}

static Err make_village(Cx *cx, Str code, Str clinic)
{
    const Area area = {.code = code, .parent = STR("000000001"), .level = 5, .name = STR("测试村")};
    const Facility facility = {.code = clinic,
                               .name = STR("测试卫生站"),
                               .kind = STR("village_clinic"),
                               .level = 5,
                               .parent = STR("T1"),
                               .valid_from = test_day("2020-01-01"),
                               .valid_to = DATE_NONE};
    TRY(subject_area_add(cx, &area));
    TRY(subject_facility_add(cx, &facility));
    return subject_catchment_add(cx, &(Catchment){.facility = clinic,
                                                  .area = code,
                                                  .valid_from = test_day("2020-01-01"),
                                                  .valid_to = DATE_NONE});
}

static Err make_place(Cx *cx, void *arg)
{
    Fixture *f = arg;
    const Facility township = {.code = STR("T1"),
                               .name = STR("测试卫生院"),
                               .kind = STR("township_centre"),
                               .level = 4,
                               .valid_from = test_day("2020-01-01"),
                               .valid_to = DATE_NONE};
    TRY(place_put(cx, STR("测试县"), STR("Test county")));
    TRY(subject_facility_add(cx, &township));
    TRY(make_village(cx, STR("000000001201"), STR("V1")));
    TRY(make_village(cx, STR("000000001202"), STR("V2")));
    for (size_t i = 0; i < PEOPLE; i++) {
        const Resident resident = {
            .id = rng_uuid(&f->rng, f->cx.now),
            .sex = i % 2 == 0 ? STR("1") : STR("2"),
            .birth_date = date_add_months(test_day("1955-03-01"), (int)i * 20),
            .area = i % 3 == 0 ? STR("000000001202") : STR("000000001201"),
            .name = str_printf(&f->arena, "测试%c", (char)('A' + i)),
            .registered_on = date_add_days(test_day("2024-06-01"), (int)i * 30),
            .died_on = DATE_NONE,
            .left_on = DATE_NONE};
        f->people[i] = resident.id;
        TRY(resident_add(cx, &resident));
    }
    return access_areas_rebuild(cx);
}

/* Those about organisations are tested in measures_units_test.c. */
static void keep_measures_of_people(Fixture *f)
{
    Map kept;
    map_init(&kept, &f->arena);
    for (size_t i = 0; i < f->packs->measures.n; i++) {
        Measure *measure = f->packs->measures.entries[i].value;
        if (!measure_is_of_units(measure))
            map_put(&kept, measure->id, measure);
    }
    f->packs->measures = kept;
}

static void begin(Fixture *f, bool is_twice)
{
    *f = (Fixture){.rng = rng_stream(7, 3, 1), .birth = DATE_NONE, .rests = PEOPLE};
    arena_init(&f->arena, MIB(1024));
    if (is_twice)
        both_engines_open_twice("measures", &f->arena, &f->folder, &f->db, &f->other, &f->cx);
    else
        both_engines_open("measures", &f->arena, &f->db, &f->cx);
    f->cx.packs = f->packs = both_engines_packs(&f->arena);
    keep_measures_of_people(f);
    record_forms_prepare(f->packs);
    f->registration = pack_form(f->packs, STR("hypertension_registration"));
    f->followup = pack_form(f->packs, STR("hypertension_followup"));
    f->personal = pack_form(f->packs, STR("personal_information"));
    record_set_hooks(record_hooks);
    resident_set_hooks(resident_hooks);
    live_on(f, test_day("2024-12-20"));
    assert_int_equal(record_tables_update(&f->cx), OK);
    assert_int_equal(cx_write(&f->cx, make_place, f), OK);
}

static Fixture fixture;

static int set_up(void **state)
{
    begin(&fixture, false);
    *state = &fixture;
    return 0;
}

static int set_up_twice(void **state)
{
    begin(&fixture, true);
    *state = &fixture;
    return 0;
}

static int tear_down(void **state)
{
    Fixture *f = *state;
    db_close(f->db);
    if (f->other != NULL) {
        db_close(f->other);
        assert_int_equal(os_folder_remove(&f->arena, f->folder), OK);
    }
    pack_set_close(f->packs);
    arena_done(&f->arena);
    return 0;
}

/* ---- doing things ---- */

static bool does_rest(const Fixture *f, Uuid person)
{
    bool is_one = false;
    for (size_t i = 0; f->rests < PEOPLE && i < RESTING; i++)
        is_one = is_one || uuid_equals(f->people[(f->rests + i) % PEOPLE], person);
    return is_one;
}

static Uuid somebody(Fixture *f)
{
    size_t at = (size_t)rng_between(&f->rng, 0, PEOPLE - 1);
    while (does_rest(f, f->people[at]))
        at = (at + 1) % PEOPLE;
    return f->people[at];
}

static Err submit(Fixture *f, const Form *form, Uuid person, Date on, Uuid amends)
{
    live_on(f, f->cx.today);
    Resident resident;
    if (resident_open(&f->cx, person, &resident) != OK)
        return ERR_INVALID;
    const FormContext context = {.happened_on = on,
                                 .today = f->cx.today,
                                 .subject_sex = resident.sex,
                                 .subject_birth_date = resident.birth_date,
                                 .previous_happened_on = DATE_NONE};
    Filling filling = filling_begin(form, context, &f->rng, &f->arena);
    filling_text(&filling, "hypertension_kind", STR("1"));
    filling_date(&filling, "diagnosed_on", date_add_days(on, -30));
    filling_text(&filling, "mode", rng_between(&f->rng, 0, 3) == 0 ? STR("3") : STR("1"));
    filling_integer(&filling, "sbp", rng_between(&f->rng, 120, 160));
    filling_integer(&filling, "dbp", 80);
    if (form == f->followup) {
        filling_codes(&filling, "symptoms", STR("1"));
        filling_codes(&filling, "critical_signs", STR("1"));
    }
    if (form == f->personal)
        filling_date(&filling, "birth_date",
                     date_is_none(f->birth) ? resident.birth_date : f->birth);
    Str issue = {0};
    if (filling_end(&filling, &issue) != OK)
        return ERR_INVALID;
    RecordDraft draft = {.id = rng_uuid(&f->rng, f->cx.now),
                         .form = form->id,
                         .subject = person,
                         .happened_on = on,
                         .facility = STR("V1"),
                         .amends = amends,
                         .reason = uuid_is_nil(amends) ? (Str){0} : STR("更正"),
                         .answers = &filling.answers};
    RecordReceipt receipt;
    Err err = record_submit(&f->cx, &draft, &receipt);
    if (err == OK && f->record_n < RECORDS_MOST)
        f->records[f->record_n++] = draft.id;
    return err;
}

static Err happen(Fixture *f, Uuid person, ResidentEventKind kind, Date on)
{
    static const char *const areas[] = {"000000001201", "000000001202"};
    live_on(f, f->cx.today);
    const ResidentEvent event = {
        .id = rng_uuid(&f->rng, f->cx.now),
        .resident = person,
        .kind = kind,
        .happened_on = on,
        .area = kind == RESIDENT_MOVED ? str_from_c(areas[rng_between(&f->rng, 0, 1)]) : (Str){0}};
    return resident_event_add(&f->cx, &event);
}

static Err take_back_event(Fixture *f, Uuid person)
{
    const ResidentEvent *events = NULL;
    size_t n = 0;
    live_on(f, f->cx.today);
    TRY(resident_history(&f->cx, person, &events, &n));
    return n < 2 ? OK : resident_event_void(&f->cx, person, events[n - 1].id, STR("错"));
}

static Err change_record(Fixture *f, Date on, bool is_void)
{
    Record record;
    if (f->record_n == 0)
        return OK;
    size_t recent = f->record_n < RECENT ? f->record_n : RECENT;
    Uuid id = f->records[f->record_n - (size_t)rng_between(&f->rng, 1, (int64_t)recent)];
    live_on(f, f->cx.today);
    TRY(record_open(&f->cx, id, &record));
    if (does_rest(f, record.subject))
        return OK;
    if (is_void)
        return record_void(&f->cx, id, STR("录错"));
    return submit(f, pack_form(f->packs, record.form), record.subject, on, id);
}

static Err change_parameter(Fixture *f)
{
    static const char *const parameters[] = {"hypertension_visits_a_year",
                                             "permanent_residence_months"};
    static const char *const values[] = {"1", "2", "3", "4", "6"};
    const PolicyChange change = {.parameter = str_from_c(parameters[rng_between(&f->rng, 0, 1)]),
                                 .value = str_from_c(values[rng_between(&f->rng, 0, 4)]),
                                 .source = STR("测试县文件 第一条"),
                                 .from =
                                     date_add_days(f->cx.today, (int)rng_between(&f->rng, 1, 60))};
    live_on(f, f->cx.today);
    return policy_set(&f->cx, &change);
}

/* What a later look at an evening must give too: nothing that the register keeps without a date. */
static Err dated_change(Fixture *f)
{
    Uuid person = somebody(f);
    Date on = date_add_days(f->cx.today, -(int)rng_between(&f->rng, 0, 20));
    switch (rng_between(&f->rng, 0, 9)) {
    case 0:
    case 1: return submit(f, f->registration, person, on, UUID_NIL);
    case 2:
    case 3:
    case 4: return submit(f, f->followup, person, on, UUID_NIL);
    case 5: return happen(f, person, RESIDENT_MOVED, on);
    case 6: return happen(f, person, (ResidentEventKind)rng_between(&f->rng, 3, 5), on);
    case 7: return take_back_event(f, person);
    case 8: return change_record(f, on, true);
    default: return submit(f, f->personal, person, on, UUID_NIL);
    }
}

static Err random_change(Fixture *f)
{
    Uuid a = somebody(f), b = somebody(f);
    Date on = date_add_days(f->cx.today, -(int)rng_between(&f->rng, 0, 20));
    Err err = OK;
    live_on(f, f->cx.today);
    switch (rng_between(&f->rng, 0, 9)) {
    case 0: return resident_merge(&f->cx, a, b, STR("重复建档"));
    case 1: return resident_unmerge(&f->cx, a, STR("不是同一人"));
    case 2: return change_record(f, on, false);
    case 3: return change_parameter(f);
    case 4:
        f->birth = date_add_days(test_day("1950-03-01"), (int)rng_between(&f->rng, 0, 9000));
        err = submit(f, f->personal, a, on, UUID_NIL);
        f->birth = DATE_NONE;
        return err;
    default: return dated_change(f);
    }
}

static void must_be_an_answer(Err err)
{
    assert_true(err == OK || err == ERR_INVALID || err == ERR_CONFLICT || err == ERR_NOT_FOUND);
}

/* ---- looking ---- */

/* Memory since then, with what the cx keeps in it. */
static void forget(Fixture *f, ArenaMark mark)
{
    f->cx.policy = NULL;
    f->cx.problems = NULL;
    f->cx.problem_n = f->cx.problem_capacity = 0;
    arena_reset_to(&f->arena, mark);
}

static void assert_stored_is_cold(Fixture *f)
{
    MeasureVerification result;
    assert_int_equal(measure_settle(&f->cx), OK);
    assert_int_equal(measure_verify(&f->cx, &result), OK);
    assert_int_equal(result.wrong_rows, 0);
    assert_int_equal(result.wrong_sums, 0);
    f->cx.problem_n = 0;
}

static void count_list(Fixture *f, const Measure *measure, const MeasureValue *value,
                       MeasureUnits units)
{
    const MeasureCaseFilter filter = {.measure = measure,
                                      .period = value->period,
                                      .area = units == MEASURE_BY_AREA ? value->unit : STR(""),
                                      .facility =
                                          units == MEASURE_BY_FACILITY ? value->unit : STR(""),
                                      .most = 1000};
    const MeasureCase *cases = NULL;
    size_t n = 0;
    int64_t hits = 0;
    assert_int_equal(measure_cases(&f->cx, &filter, &cases, &n), OK);
    for (size_t i = 0; i < n; i++)
        hits += cases[i].in_numerator;
    assert_int_equal(n, value->denominator);
    assert_int_equal(hits, value->numerator);
}

static Period year_of(Date on)
{
    return period_of(PERIOD_YEAR, on);
}

static MeasureAnswer numbers(Fixture *f, const Measure *measure, MeasureUnits units)
{
    const Period period = measure_longest(measure, f->cx.today);
    const MeasureAsk ask = {.measure = measure,
                            .first = period_previous(period),
                            .last = period,
                            .units = units,
                            .is_patient = true};
    MeasureAnswer answer;
    assert_int_equal(measure_read(&f->cx, &ask, &answer), OK);
    assert_true(answer.is_complete);
    return answer;
}

/* The number that plans read in one statement is the county's, of this year and the one before. */
static void assert_total(Fixture *f, const Measure *measure, const MeasureAnswer *answer)
{
    const MeasureTotal *totals = NULL;
    size_t n = 0, at = 0;
    int64_t sums[2][2] = {{0}};
    Period year = year_of(f->cx.today);
    const MeasureTotalsAsk ask = {.day = f->cx.today, .period = {.first = DATE_NONE}, .earlier = 1};
    assert_int_equal(measure_totals(&f->cx, &ask, &totals, &n), OK);
    while (at < n && totals[at].measure != measure)
        at++;
    assert_true(at < n);
    for (size_t i = 0; i < answer->n; i++) {
        if (answer->values[i].level != 3)
            continue;
        int64_t *sum = sums[date_compare(answer->values[i].period.first, year.first) == 0];
        sum[0] += answer->values[i].denominator;
        sum[1] += answer->values[i].numerator;
    }
    assert_true(totals[at].is_made);
    assert_int_equal(totals[at].sums[0].denominator, sums[1][0]);
    assert_int_equal(totals[at].sums[0].numerator, sums[1][1]);
    assert_int_equal(totals[at].sums[1].denominator, sums[0][0]);
    assert_int_equal(totals[at].sums[1].numerator, sums[0][1]);
}

static size_t assert_lists_are_numbers(Fixture *f, MeasureUnits units)
{
    size_t counted = 0;
    for (size_t i = 0; i < f->packs->measures.n; i++) {
        const Measure *measure = f->packs->measures.entries[i].value;
        MeasureAnswer answer = numbers(f, measure, units);
        if (units == MEASURE_BY_AREA && measure_longest(measure, f->cx.today).kind == PERIOD_YEAR)
            assert_total(f, measure, &answer);
        for (size_t j = 0; j < answer.n; j++) {
            count_list(f, measure, &answer.values[j], units);
            counted += (size_t)answer.values[j].numerator;
        }
    }
    return counted;
}

/* Of a third of the measures: of other ones each evening. */
static Str picture(Fixture *f, size_t evening)
{
    Buf buf;
    buf_init(&buf, &f->arena, MIB(1));
    for (size_t i = evening % 3; i < f->packs->measures.n; i += 3) {
        const Measure *measure = f->packs->measures.entries[i].value;
        MeasureAnswer answer = numbers(f, measure, MEASURE_BY_AREA);
        for (size_t j = 0; j < answer.n; j++) {
            const MeasureValue *value = &answer.values[j];
            buf_printf(&buf, "%.*s %d %.*s %lld/%lld\n", STR_ARG(measure->id),
                       (int)value->period.first.days, STR_ARG(value->unit),
                       (long long)value->numerator, (long long)value->denominator);
        }
    }
    assert_false(buf.is_over);
    return buf_str(&buf);
}

/* ---- tests ---- */

static void statements_have_the_declared_columns(void **state)
{
    Fixture *f = *state;
    Str message = {0};
    assert_int_equal(db_begin(f->db), OK);
    assert_int_equal(run_scratch(&f->cx), OK);
    assert_int_equal(db_commit(f->db), OK);
    assert_int_equal(
        db_check_statements(f->db, measures_statements, measures_statements_n, &f->arena, &message),
        OK);
    assert_int_equal(measure_check(&f->cx), OK);
}

static size_t change_much(Fixture *f, size_t changes)
{
    size_t done = 0;
    for (size_t i = 0; i < changes; i++) {
        Err err = random_change(f);
        must_be_an_answer(err);
        done += err == OK;
        if (i % 100 == 0) /* a minute of life, in which autovacuum counts rows */
            assert_int_equal(db_plans_learn(f->db), OK);
    }
    return done;
}

static void refreshed_numbers_equal_a_cold_run_and_their_lists(void **state)
{
    Fixture *f = *state;
    size_t done = change_much(f, PEOPLE * ROUND_MOST);
    for (size_t i = 0; i < ROUNDS; i++) {
        ArenaMark mark = arena_mark(&f->arena);
        assert_stored_is_cold(f); /* of the day alone: nobody is stale but by what comes now */
        f->rests = (size_t)rng_between(&f->rng, 0, PEOPLE - 1);
        done += change_much(f, (size_t)rng_between(&f->rng, 1, ROUND_MOST));
        assert_stored_is_cold(f);
        forget(f, mark);
        if (i % 4 == 3)
            live_on(f, date_add_days(f->cx.today, (int)rng_between(&f->rng, 0, 90)));
    }
    f->rests = PEOPLE;
    done += change_much(f, CHANGES);
    assert_stored_is_cold(f);
    assert_true(done > (ROUNDS + CHANGES) / 3);
    assert_true(assert_lists_are_numbers(f, MEASURE_BY_AREA) > ROUNDS);
    assert_true(assert_lists_are_numbers(f, MEASURE_BY_FACILITY) > 0);
}

static void a_past_day_has_the_numbers_of_its_evening(void **state)
{
    Fixture *f = *state;
    Date days[EVENINGS];
    Str evenings[EVENINGS];
    for (size_t i = 0; i < EVENINGS; i++) {
        for (size_t j = 0; j < EVENING_CHANGES; j++)
            must_be_an_answer(dated_change(f));
        days[i] = f->cx.today;
        evenings[i] = picture(f, i);
        live_on(f, date_add_days(f->cx.today, (int)rng_between(&f->rng, 1, 15)));
    }
    for (size_t i = 0; i < EVENINGS; i++) {
        Date today = f->cx.today;
        f->cx.policy = NULL;
        f->cx.today = f->cx.as_of = days[i];
        Str looked_back = picture(f, i);
        f->cx.as_of = DATE_NONE;
        f->cx.today = today;
        if (!str_equals(evenings[i], looked_back))
            print_error("evening %zu\n%.*s\nlooked back\n%.*s\n", i, STR_ARG(evenings[i]),
                        STR_ARG(looked_back));
        assert_true(str_equals(evenings[i], looked_back));
    }
}

static const MeasureValue *value_of(const MeasureAnswer *answer, const char *unit, Date on)
{
    for (size_t i = 0; i < answer->n; i++) {
        if (str_equals_c(answer->values[i].unit, unit) && period_has(answer->values[i].period, on))
            return &answer->values[i];
    }
    return NULL;
}

static void a_merged_clinic_keeps_its_past(void **state)
{
    Fixture *f = *state;
    const Measure *measure = pack_measure(f->packs, STR("health_record_rate"));
    live_on(f, test_day("2026-02-10"));
    const Facility merged = {.code = STR("V2"),
                             .name = STR("测试卫生站"),
                             .kind = STR("village_clinic"),
                             .level = 5,
                             .parent = STR("T1"),
                             .valid_from = test_day("2020-01-01"),
                             .valid_to = test_day("2025-12-31"),
                             .merged_into = STR("V1")};
    assert_int_equal(subject_facility_add(&f->cx, &merged), OK);
    MeasureAnswer answer = numbers(f, measure, MEASURE_BY_FACILITY);
    const MeasureValue *past = value_of(&answer, "V2", test_day("2025-06-01"));
    const MeasureValue *whole = value_of(&answer, "T1", test_day("2025-06-01"));
    const MeasureValue *now = value_of(&answer, "V1", test_day("2026-01-01"));
    assert_non_null(past);
    assert_non_null(whole);
    assert_non_null(now);
    assert_int_equal(past->denominator, 3);
    assert_int_equal(whole->denominator, PEOPLE);
    assert_int_equal(now->denominator, PEOPLE);
    assert_null(value_of(&answer, "V2", test_day("2026-01-01")));
    for (size_t i = 0; i < answer.n; i++)
        count_list(f, measure, &answer.values[i], MEASURE_BY_FACILITY);
}

static void an_older_period_is_made_when_somebody_asks(void **state)
{
    Fixture *f = *state;
    const Measure *measure = pack_measure(f->packs, STR("health_record_rate"));
    live_on(f, test_day("2027-03-01"));
    assert_int_equal(measure_settle(&f->cx), OK);
    MeasureAsk ask = {.measure = measure,
                      .first = year_of(test_day("2025-01-01")),
                      .last = year_of(test_day("2025-01-01"))};
    MeasureAnswer answer;
    assert_int_equal(measure_read(&f->cx, &ask, &answer), OK);
    assert_false(answer.is_made || answer.is_complete); /* and nobody waited for it */
    assert_int_equal(answer.n, 0);
    assert_int_equal(measure_settle(&f->cx), OK);
    assert_int_equal(measure_read(&f->cx, &ask, &answer), OK);
    assert_true(answer.is_made && answer.is_complete);
    assert_int_equal(answer.values[0].denominator, PEOPLE);
    assert_stored_is_cold(f);
}

/* Residents came in 2024 at the earliest. */
static void periods_before_the_register_or_too_far_back_are_not_made(void **state)
{
    Fixture *f = *state;
    const Measure *measure = pack_measure(f->packs, STR("health_record_rate"));
    const char *const todays[] = {"2049-03-01", "2027-03-01"};
    const char *const firsts[] = {"2039-01-01", "2024-01-01"};
    const int64_t periods[] = {11, 4};
    for (size_t i = 0; i < 2; i++) {
        MeasureAsk ask = {.measure = measure, .first = year_of(test_day("0001-01-01"))};
        MeasureAnswer answer;
        int64_t counties = 0;
        live_on(f, test_day(todays[i]));
        ask.last = year_of(f->cx.today);
        assert_int_equal(measure_read(&f->cx, &ask, &answer), OK);
        assert_int_equal(measure_settle(&f->cx), OK);
        assert_int_equal(measure_read(&f->cx, &ask, &answer), OK);
        assert_true(answer.is_complete);
        for (size_t j = 0; j < answer.n; j++)
            counties += answer.values[j].level == 3;
        assert_int_equal(counties, periods[i]);
        assert_int_equal(answer.values[0].period.first.days, test_day(firsts[i]).days);
    }
}

static void a_past_day_is_never_stored(void **state)
{
    Fixture *f = *state;
    const Measure *measure = pack_measure(f->packs, STR("health_record_rate"));
    assert_stored_is_cold(f);
    live_on(f, test_day("2025-03-01"));
    assert_stored_is_cold(f);
    assert_int_equal(submit(f, f->personal, f->people[0], f->cx.today, UUID_NIL), OK);
    f->cx.as_of = test_day("2025-01-01");
    const MeasureCaseFilter filter = {
        .measure = measure, .period = year_of(f->cx.today), .most = 100};
    const MeasureCase *cases = NULL;
    size_t n = 0;
    assert_int_equal(measure_cases(&f->cx, &filter, &cases, &n), OK);
    assert_int_equal(measure_settle(&f->cx), ERR_INTERNAL);
    f->cx.as_of = DATE_NONE;
    f->cx.problem_n = 0;
    assert_stored_is_cold(f);
}

static MeasureAnswer read_year(Fixture *f, const Measure *measure)
{
    const MeasureAsk ask = {
        .measure = measure, .first = year_of(f->cx.today), .last = year_of(f->cx.today)};
    MeasureAnswer answer;
    assert_int_equal(measure_read(&f->cx, &ask, &answer), OK);
    return answer;
}

/* Whatever day is begun, the database says another one. */
static const char another_process_sqlite[] =
    "CREATE TRIGGER another AFTER UPDATE ON place_setting WHEN new.setting_key = 'measures.day'"
    " BEGIN UPDATE place_setting SET setting_value = '2001-01-01'"
    " WHERE place = new.place AND setting_key = new.setting_key; END";
static const char another_process_postgres[] =
    "CREATE FUNCTION another() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    " new.setting_value := '2001-01-01'; RETURN new; END $$;"
    "CREATE TRIGGER another BEFORE UPDATE ON place_setting FOR EACH ROW"
    " WHEN (new.setting_key = 'measures.day') EXECUTE FUNCTION another()";

static void who_waits_is_told_when_another_process_counts_for_another_day(void **state)
{
    Fixture *f = *state;
    live_on(f, test_day("2025-03-01"));
    assert_int_equal(measure_settle(&f->cx), OK);
    assert_int_equal(
        db_script(f->db, str_from_c(both_engines_is_postgres() ? another_process_postgres
                                                               : another_process_sqlite)),
        OK);
    live_on(f, test_day("2025-03-02"));
    assert_int_equal(measure_settle(&f->cx), ERR_BUSY);
    assert_string_equal(f->cx.problems[0].key, "MEASURE_COUNTED_ELSEWHERE");
    f->cx.problem_n = 0;
}

/* Its SELECT overflows once somebody is counted. */
static void a_measure_that_fails_does_not_stop_the_others(void **state)
{
    Fixture *f = *state;
    Measure *broken = NULL;
    for (size_t i = 0; i < f->packs->measures.n && broken == NULL; i++) {
        Measure *measure = f->packs->measures.entries[i].value;
        bool is_yearly =
            (measure->periods & (1U << PERIOD_YEAR)) != 0 && !measure_is_of_units(measure);
        if (measure->parameter_n == 0 && is_yearly
            && !str_equals_c(measure->id, "health_record_rate"))
            broken = measure;
    }
    assert_non_null(broken);
    broken->sql = STR("SELECT p.subject_id, p.period, p.subject_id AS counted, p.area_code AS unit,"
                      " 1 AS in_denominator, abs(-9223372036854775807 - p.is_here) AS in_numerator"
                      " FROM person p");
    broken->sql_hash = str_hash(broken->sql);
    live_on(f, test_day("2025-03-01"));
    assert_int_equal(measure_settle(&f->cx), ERR_DB); /* who waits for all of it is told */
    f->cx.problem_n = 0;
    const Measure *sound = pack_measure(f->packs, STR("health_record_rate"));
    assert_true(read_year(f, sound).is_complete);
    assert_false(read_year(f, broken).is_complete);
    assert_int_equal(submit(f, f->personal, f->people[0], f->cx.today, UUID_NIL), OK);
    assert_true(read_year(f, sound).is_complete);
    assert_false(read_year(f, broken).is_complete);
    assert_int_equal(f->cx.problem_n, 0);
    MeasureVerification result;
    assert_int_equal(measure_verify(&f->cx, &result), OK);
    assert_int_equal(result.wrong_rows + result.wrong_sums, 0);
}

static size_t listed(Fixture *f, const char *id)
{
    const MeasureCaseFilter filter = {.measure = pack_measure(f->packs, str_from_c(id)),
                                      .period = year_of(f->cx.today),
                                      .most = 100};
    const MeasureCase *cases = NULL;
    size_t n = 0;
    assert_int_equal(measure_cases(&f->cx, &filter, &cases, &n), OK);
    return n;
}

/* Rows that are gone come back where they are made anew. */
static void a_record_makes_only_the_measures_anew_that_read_its_form(void **state)
{
    Fixture *f = *state;
    live_on(f, test_day("2026-03-01"));
    assert_int_equal(measure_settle(&f->cx), OK);
    assert_int_equal(listed(f, "health_record_rate"), PEOPLE);
    assert_int_equal(
        db_script(f->db, STR("DELETE FROM measure_row; UPDATE measure_value SET denominator = 1")),
        OK);
    assert_int_equal(submit(f, f->followup, f->people[0], f->cx.today, UUID_NIL), OK);
    assert_int_equal(listed(f, "quality_bp_implausible"), 1);
    assert_int_equal(listed(f, "health_record_rate"), 0);
    assert_int_equal(submit(f, f->personal, f->people[0], f->cx.today, UUID_NIL), OK);
    assert_int_equal(listed(f, "health_record_rate"), 1);
    assert_int_equal(happen(f, f->people[1], RESIDENT_MOVED, f->cx.today), OK);
    assert_int_equal(listed(f, "health_record_rate"), 2);
}

typedef struct Process {
    Cx cx;
    Arena arena;
    Thread thread;
    Err err;
} Process;

static void count_all(void *context)
{
    Process *process = context;
    process->err = measure_settle(&process->cx);
}

static void begin_process(Fixture *f, Db *db, Process *process)
{
    *process = (Process){.cx = f->cx};
    arena_init(&process->arena, MIB(256));
    process->cx.arena = &process->arena;
    process->cx.db = db;
    process->cx.policy = NULL;
    assert_int_equal(thread_start(&process->thread, count_all, process), OK);
}

/* From nothing, then what has changed and the periods that have begun: a difference that both found
 * would be added to the sums twice. */
static void two_processes_that_count_at_the_same_time_count_each_thing_once(void **state)
{
    enum { TIMES = 4 };
    Fixture *f = *state;
    for (int i = 0; i < TIMES; i++) {
        Process here, there;
        for (int j = 0; j < 50; j++)
            must_be_an_answer(dated_change(f));
        begin_process(f, f->db, &here);
        begin_process(f, f->other, &there);
        thread_join(&here.thread);
        thread_join(&there.thread);
        assert_int_equal(here.err, OK);
        assert_int_equal(there.err, OK);
        arena_done(&here.arena);
        arena_done(&there.arena);
        MeasureVerification result;
        assert_int_equal(measure_verify(&f->cx, &result), OK);
        assert_true(result.rows > PEOPLE);
        assert_int_equal(result.wrong_rows + result.wrong_sums, 0);
        live_on(f, date_add_days(f->cx.today, 40));
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(statements_have_the_declared_columns, set_up, tear_down),
    cmocka_unit_test_setup_teardown(refreshed_numbers_equal_a_cold_run_and_their_lists, set_up,
                                    tear_down),
    cmocka_unit_test_setup_teardown(a_past_day_has_the_numbers_of_its_evening, set_up, tear_down),
    cmocka_unit_test_setup_teardown(a_merged_clinic_keeps_its_past, set_up, tear_down),
    cmocka_unit_test_setup_teardown(an_older_period_is_made_when_somebody_asks, set_up, tear_down),
    cmocka_unit_test_setup_teardown(periods_before_the_register_or_too_far_back_are_not_made,
                                    set_up, tear_down),
    cmocka_unit_test_setup_teardown(a_past_day_is_never_stored, set_up, tear_down),
    cmocka_unit_test_setup_teardown(who_waits_is_told_when_another_process_counts_for_another_day,
                                    set_up, tear_down),
    cmocka_unit_test_setup_teardown(a_record_makes_only_the_measures_anew_that_read_its_form,
                                    set_up, tear_down),
    cmocka_unit_test_setup_teardown(two_processes_that_count_at_the_same_time_count_each_thing_once,
                                    set_up_twice, tear_down),
    cmocka_unit_test_setup_teardown(a_measure_that_fails_does_not_stop_the_others, set_up,
                                    tear_down),
};

int main(void)
{
    return BOTH_ENGINES_RUN("measures", tests);
}
