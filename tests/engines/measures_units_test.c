/* Measures about organisations on SQLite and PostgreSQL, with a pack that stands here: after random
 * records, amendments, voids, spells of facilities, posts, catchments, projects and changed
 * parameters what is stored equals a run over all, the list behind a number is as long as the
 * number says, and a merged facility keeps its past. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "access/access.h"
#include "core/place.h"
#include "demo/answers.h"
#include "engine/measures/measures_int.h"
#include "engine/policy/policy_values.h"
#include "engine/subjects/places.h"
#include "engine/subjects/registers.h"
#include "support/both_engines.h"

enum {
    CLINICS = 3,
    DOCTORS = 4,
    ROUNDS = 128, /* of a few changes, so that what is stale often is so for one reason */
    ROUND_MOST = 3,
    ROUNDS_A_LIST = 16,
    RECENT = 8, /* records that somebody amends or voids: what nobody reads moves no number */
    RECORDS_MOST = 1000
};

typedef struct {
    Arena arena;
    Db *db;
    PackSet *packs;
    Cx cx;
    Rng rng;
    Uuid doctors[DOCTORS], projects[2], leagues[2];
    Uuid records[RECORDS_MOST];
    size_t record_n;
    uint64_t made;
    Uuid amends; /* the next record amends this one; or nil */
} Fixture;

static const RecordHook record_hooks[] = {record_register_hook, measure_record_hook, NULL};
static const SubjectHook subject_hooks[] = {measure_subject_hook, NULL};
static const char *const clinics[CLINICS] = {"V1", "V2", "V3"};
static const char *const villages[] = {"000000001201", "000000001202", "000000002201"};

#define MEASURE_HEAD(id)                                                                           \
 "measure: " id "\ntitle: {zh: 指标, en: Measure}\nsource: habit\ndirection: up\n"               \
 "denominator: {zh: 分母, en: All}\nnumerator: {zh: 分子, en: Some}\nperiods: [year, month]\n"

#define LEAGUE_FORM                                                                                      \
 "form: league\ntitle: {zh: 联盟, en: League}\nsubject: league\nsource: habit\n"                       \
 "register:\n  name: league_name\n  owner: led_by\n  code: league_no\n  from: begun_on\n"                \
 "  until: done_on\n  members: {rows: membership, facility: member, from: joined_on, until: left_on}\n"  \
 "sections:\n  - id: a\n    title: {zh: 甲, en: A}\n    fields:\n"                                      \
 "      - {id: league_name, type: text, label: {zh: 名称, en: Name}, required: true}\n"                \
 "      - {id: league_no, type: text, label: {zh: 编号, en: Number}, required: true}\n"                \
 "      - {id: led_by, type: facility, label: {zh: 机构, en: Facility}, required: true}\n"             \
 "      - {id: begun_on, type: date, label: {zh: 起, en: From}, required: true}\n"                      \
 "      - {id: done_on, type: date, label: {zh: 止, en: Until}}\n"                                      \
 "      - id: membership\n        type: rows\n        label: {zh: 成员, en: Members}\n        rows:\n" \
 "          - {id: member, type: facility, label: {zh: 机构, en: Facility}, required: true}\n"         \
 "          - {id: joined_on, type: date, label: {zh: 加入, en: Joined}, required: true}\n"            \
 "          - {id: left_on, type: date, label: {zh: 退出, en: Left}}\n"

static void live_on(Fixture *f, Date on)
{
    f->cx.today = on;
    f->cx.now = instant_of_date(on, 8, 0);
    f->cx.now.ms += (int64_t)(++f->made % 500) * 60000;
    f->cx.problem_n = 0;
}

static Facility clinic(const char *code, const char *area)
{
    return (Facility){.code = str_from_c(code),
                      .name = STR("测试卫生室"),
                      .kind = STR("village_clinic"),
                      .level = 5,
                      .parent = STR("T1"),
                      .area = str_from_c(area),
                      .licence_to = DATE_NONE,
                      .valid_from = test_day("2020-01-01"),
                      .valid_to = DATE_NONE};
}

static Err answer_for(Cx *cx, const char *facility, const char *area, Date from)
{
    return subject_catchment_add(cx, &(Catchment){.facility = str_from_c(facility),
                                                  .area = str_from_c(area),
                                                  .valid_from = from,
                                                  .valid_to = DATE_NONE});
}

static Err make_village(Cx *cx, size_t i)
{
    const Area area = {.code = str_from_c(villages[i]),
                       .parent = str_slice(str_from_c(villages[i]), 0, 9),
                       .level = 5,
                       .name = STR("测试村")};
    const Facility facility = clinic(clinics[i], villages[i]);
    TRY(subject_area_add(cx, &area));
    TRY(subject_facility_add(cx, &facility));
    return answer_for(cx, clinics[i], villages[i], test_day("2020-01-01"));
}

static Err employ(Fixture *f, size_t i, const char *facility, const char *qualification, Date from)
{
    const Staff staff = {.id = f->doctors[i],
                         .code = str_printf(&f->arena, "S%zu", i),
                         .name = STR("测试医生"),
                         .birth_date = DATE_NONE,
                         .qualification = str_from_c(qualification),
                         .facility = str_from_c(facility),
                         .post = STR("village_doctor"),
                         .valid_from = from,
                         .valid_to = DATE_NONE};
    return staff_add(&f->cx, &staff);
}

static Err make_place(Cx *cx, void *arg)
{
    Fixture *f = arg;
    Facility township = clinic("T1", "000000001");
    township.kind = STR("township_centre");
    township.level = 4;
    township.parent = STR("");
    TRY(place_put(cx, STR("测试县"), STR("Test county")));
    TRY(subject_facility_add(cx, &township));
    for (size_t i = 0; i < CLINICS; i++)
        TRY(make_village(cx, i));
    for (size_t i = 0; i < DOCTORS; i++) {
        f->doctors[i] = rng_uuid(&f->rng, f->cx.now);
        TRY(employ(f, i, clinics[i % CLINICS], i % 2 == 0 ? "physician" : "village_doctor",
                   test_day("2020-01-01")));
    }
    for (size_t i = 0; i < 2; i++)
        f->projects[i] = rng_uuid(&f->rng, f->cx.now);
    for (size_t i = 0; i < 2; i++)
        f->leagues[i] = rng_uuid(&f->rng, f->cx.now);
    return access_areas_rebuild(cx);
}

static PackSet *open_packs(Arena *arena)
{
    const PackFile pack_files[] = {
        {STR("p/pack.yaml"),
         STR("pack: p\nversion: 1.0.0\ntitle: {zh: 包, en: Pack}\n"
             "sources:\n  - {key: habit, title: {zh: 惯例, en: Habit}, edition: none}\n")},
        {STR("p/policy/numbers.yaml"),
         STR("parameters:\n"
             "  - id: beds_per_thousand\n    title: {zh: 床位, en: Beds}\n    value: 2\n"
             "    source: habit\n")},
        {STR("p/forms/premises.yaml"),
         STR("form: premises\ntitle: {zh: 房屋, en: Premises}\nsubject: facility\nsource: habit\n"
             "sections:\n  - id: a\n    title: {zh: 甲, en: A}\n    fields:\n"
             "      - {id: served, type: integer, label: {zh: 服务人口, en: Served}, required: true}\n"
             "      - {id: beds, type: integer, label: {zh: 床位, en: Beds}}\n")},
        {STR("p/forms/project.yaml"),
         STR("form: project\ntitle: {zh: 项目, en: Project}\nsubject: project\nsource: habit\n"
             "register: {name: project_name, owner: built_by, from: begun_on, until: done_on}\n"
             "sections:\n  - id: a\n    title: {zh: 甲, en: A}\n    fields:\n"
             "      - {id: project_name, type: text, label: {zh: 名称, en: Name}, required: true}\n"
             "      - {id: built_by, type: facility, label: {zh: 机构, en: Facility}, required: true}\n"
             "      - {id: begun_on, type: date, label: {zh: 起, en: From}, required: true}\n"
             "      - {id: done_on, type: date, label: {zh: 止, en: Until}}\n")},
        {STR("p/forms/league.yaml"), STR(LEAGUE_FORM)},
        {STR("p/measures/licence.yaml"),
         STR(MEASURE_HEAD("licence") "unit: '%'\ngrain: subject\nsubject: facility\n")},
        {STR("p/measures/licence.sql"),
         STR("SELECT f.subject_id, f.period, f.code AS unit, f.subject_id AS counted,"
             " 1 AS in_denominator, CASE WHEN f.licence_no <> ''"
             " AND (f.licence_to IS NULL OR f.licence_to >= f.last_on) THEN 1 ELSE 0 END AS in_numerator"
             " FROM facility f WHERE f.kind = 'village_clinic'")},
        {STR("p/measures/beds.yaml"),
         STR(MEASURE_HEAD(
             "beds") "unit: '%'\ngrain: subject\nsubject: facility\n"
                     "parameters: [beds_per_thousand]\nrequired_unit: m2\n"
                     "formula: {zh: 每千人 $beds_per_thousand 张, en: '$beds_per_thousand per 1,000'}\n")},
        {STR("p/measures/beds.sql"),
         STR("WITH newest AS (SELECT f.subject_id, f.period, f.code, p.beds,"
             " (p.served + 999) / 1000 * :beds_per_thousand AS required,"
             " row_number() OVER (PARTITION BY f.subject_id, f.period"
             " ORDER BY p.happened_on DESC, p.record_id DESC) AS nth"
             " FROM facility f JOIN v_premises p ON p.place = :place AND p.subject_id = f.subject_id"
             " AND p.happened_on <= f.last_on)"
             " SELECT n.subject_id, n.period, n.code AS unit, n.subject_id AS counted,"
             " 1 AS in_denominator, CASE WHEN n.beds >= n.required THEN 1 ELSE 0 END AS in_numerator,"
             " n.required AS required, n.beds AS actual FROM newest n WHERE n.nth = 1")},
        {STR("p/measures/bed_rate.yaml"),
         STR(MEASURE_HEAD("bed_rate") "unit: '‰'\ngrain: subject\nsubject: facility\n"
                                      "amounts: true\n")},
        {STR("p/measures/bed_rate.sql"),
         STR("SELECT f.subject_id, f.period, f.code AS unit, f.subject_id AS counted,"
             " p.served AS in_denominator, p.beds AS in_numerator FROM facility f"
             " JOIN newest n ON n.subject_id = f.subject_id AND n.period = f.period"
             " AND n.form = 'premises'"
             " JOIN v_premises p ON p.place = :place AND p.record_id = n.record_id")},
        {STR("p/measures/licensed_doctors.yaml"),
         STR(MEASURE_HEAD("licensed_doctors") "unit: '%'\ngrain: subject\nsubject: staff\n")},
        {STR("p/measures/licensed_doctors.sql"),
         STR("SELECT s.subject_id, s.period, s.facility AS unit, s.subject_id AS counted,"
             " 1 AS in_denominator,"
             " CASE WHEN s.qualification = 'physician' THEN 1 ELSE 0 END AS in_numerator"
             " FROM staff s WHERE s.post = 'village_doctor'")},
        {STR("p/measures/served.yaml"),
         STR(MEASURE_HEAD("served") "unit: '%'\ngrain: subject\nsubject: area\n")},
        {STR("p/measures/served.sql"),
         STR("SELECT a.subject_id, a.period, a.code AS unit, a.subject_id AS counted,"
             " 1 AS in_denominator, CASE WHEN EXISTS (SELECT 1 FROM catchment c"
             " JOIN facility f ON f.period = c.period AND f.code = c.facility"
             " WHERE c.period = a.period AND c.area_code = a.code AND f.status = 'active')"
             " THEN 1 ELSE 0 END AS in_numerator FROM area a WHERE a.level = 5")},
        {STR("p/measures/projects_done.yaml"),
         STR(MEASURE_HEAD(
             "projects_done") "unit: 个\ngrain: subject\nsubject: project\nvalue: count\n")},
        {STR("p/measures/projects_done.sql"),
         STR("SELECT r.subject_id, r.period, r.facility AS unit, r.subject_id AS counted,"
             " 1 AS in_denominator, CASE WHEN r.valid_to >= r.period AND r.valid_to <= r.last_on"
             " THEN 1 ELSE 0 END AS in_numerator FROM registered r")},
    };
    return both_engines_pack_files(arena, pack_files, sizeof pack_files / sizeof *pack_files);
}

static int set_up(void **state)
{
    static Fixture fixture;
    Fixture *f = &fixture;
    *f = (Fixture){.rng = rng_stream(7, 4, 1)};
    arena_init(&f->arena, MIB(256));
    both_engines_open("measures_units", &f->arena, &f->db, &f->cx);
    f->cx.packs = f->packs = open_packs(&f->arena);
    record_forms_prepare(f->packs);
    record_set_hooks(record_hooks);
    subject_set_hooks(subject_hooks);
    live_on(f, test_day("2024-11-20"));
    assert_int_equal(record_tables_update(&f->cx), OK);
    assert_int_equal(cx_write(&f->cx, make_place, f), OK);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    Fixture *f = *state;
    subject_set_hooks(NULL);
    db_close(f->db);
    pack_set_close(f->packs);
    arena_done(&f->arena);
    return 0;
}

/* ---- doing things ---- */

static Filling begin(Fixture *f, const char *form, Date on)
{
    const FormContext context = {
        .happened_on = on, .today = f->cx.today, .previous_happened_on = DATE_NONE};
    live_on(f, f->cx.today);
    return filling_begin(pack_form(f->packs, str_from_c(form)), context, &f->rng, &f->arena);
}

static Err submit(Fixture *f, Filling *filling, const char *form, Uuid subject, Date on)
{
    Str issue = {0};
    RecordReceipt receipt;
    if (filling_end(filling, &issue) != OK)
        return ERR_INVALID;
    RecordDraft draft = {.id = rng_uuid(&f->rng, f->cx.now),
                         .form = str_from_c(form),
                         .subject = subject,
                         .happened_on = on,
                         .facility = STR("T1"),
                         .amends = f->amends,
                         .reason = uuid_is_nil(f->amends) ? (Str){0} : STR("更正"),
                         .answers = &filling->answers};
    Err err = record_submit(&f->cx, &draft, &receipt);
    if (err == OK && f->record_n < RECORDS_MOST)
        f->records[f->record_n++] = draft.id;
    return err;
}

/* beds below 0: nobody wrote them down. */
static Err equip(Fixture *f, const char *facility, int64_t served, int64_t beds, Date on)
{
    Filling filling = begin(f, "premises", on);
    filling_integer(&filling, "served", served);
    if (beds >= 0)
        filling_integer(&filling, "beds", beds);
    return submit(f, &filling, "premises",
                  subject_id_of(f->cx.place, STR("facility"), str_from_c(facility)), on);
}

static Err run_project(Fixture *f, size_t i, const char *facility, Date on, Date done)
{
    Filling filling = begin(f, "project", on);
    filling_text(&filling, "project_name", STR("建设项目"));
    filling_text(&filling, "built_by", str_from_c(facility));
    filling_date(&filling, "begun_on", test_day("2024-01-01"));
    if (!date_is_none(done))
        filling_date(&filling, "done_on", done);
    return submit(f, &filling, "project", f->projects[i], on);
}

/* Led by one clinic, with V2 from one day to another (DATE_NONE: it is no member, or has no end).
 */
static Err unite(Fixture *f, size_t i, const char *lead, Date joined, Date left)
{
    Filling filling = begin(f, "league", f->cx.today);
    const FormRegister *registers = filling.form->registers;
    FormRows *rows = &filling.answers.rows[registers->members];
    filling_text(&filling, "league_name", STR("联盟"));
    filling_text(&filling, "league_no", i == 0 ? STR("A") : STR("B"));
    filling_text(&filling, "led_by", str_from_c(lead));
    filling_date(&filling, "begun_on", test_day("2022-01-01"));
    if (!date_is_none(joined)) {
        ExprValue *cells = arena_array(&f->arena, ExprValue, 3);
        cells[registers->member] = (ExprValue){.type = EXPR_TEXT, .as.text = STR("V2")};
        cells[registers->member_from] = (ExprValue){.type = EXPR_DATE, .as.date = joined};
        if (!date_is_none(left))
            cells[registers->member_until] = (ExprValue){.type = EXPR_DATE, .as.date = left};
        rows->rows = arena_new(&f->arena, FormRow);
        rows->rows[0].values = cells;
        rows->n = 1;
    }
    return submit(f, &filling, "league", f->leagues[i], f->cx.today);
}

static Err change_clinic(Fixture *f, const char *code, Date from)
{
    static const char *const licences[] = {"", "证1", "证2"};
    Facility facility = clinic(code, villages[rng_between(&f->rng, 0, CLINICS - 1)]);
    facility.valid_from = from;
    facility.licence_no = str_from_c(licences[rng_between(&f->rng, 0, 2)]);
    facility.licence_to = rng_chance(&f->rng, 0.5) ? date_add_days(from, 40) : DATE_NONE;
    facility.status = rng_chance(&f->rng, 0.3) ? STR("suspended") : STR("active");
    if (rng_chance(&f->rng, 0.2))
        facility.parent = STR("");
    if (rng_chance(&f->rng, 0.2))
        facility.area = STR("");
    live_on(f, f->cx.today);
    return subject_facility_add(&f->cx, &facility);
}

static Uuid any_record(Fixture *f)
{
    size_t recent = f->record_n < RECENT ? f->record_n : RECENT;
    return recent == 0 ? UUID_NIL
                       : f->records[f->record_n - (size_t)rng_between(&f->rng, 1, (int64_t)recent)];
}

static Err void_any(Fixture *f)
{
    live_on(f, f->cx.today);
    return f->record_n == 0 ? OK : record_void(&f->cx, any_record(f), STR("录错"));
}

static Err equip_at_random(Fixture *f, const char *facility, Date on)
{
    int64_t served = rng_between(&f->rng, 1, 4000);
    return equip(f, facility, served, rng_between(&f->rng, -1, 8), on);
}

static Err amend_any(Fixture *f, Date on)
{
    Record record;
    Uuid id = any_record(f);
    live_on(f, f->cx.today);
    if (f->record_n == 0)
        return OK;
    TRY(record_open(&f->cx, id, &record));
    f->amends = id;
    Err err = ERR_INVALID;
    for (size_t i = 0; i < CLINICS; i++) {
        Str code = str_from_c(clinics[i]);
        if (uuid_equals(record.subject, subject_id_of(f->cx.place, STR("facility"), code)))
            err = equip_at_random(f, clinics[i], on);
    }
    for (size_t i = 0; i < 2; i++) {
        if (uuid_equals(record.subject, f->projects[i]))
            err = run_project(f, i, clinics[rng_between(&f->rng, 0, CLINICS - 1)], on, on);
    }
    f->amends = UUID_NIL;
    return err;
}

static Err change_parameter(Fixture *f)
{
    static const char *const values[] = {"1", "2", "3"};
    const PolicyChange change = {.parameter = STR("beds_per_thousand"),
                                 .value = str_from_c(values[rng_between(&f->rng, 0, 2)]),
                                 .source = STR("测试县文件 第一条"),
                                 .from =
                                     date_add_days(f->cx.today, (int)rng_between(&f->rng, 1, 60))};
    live_on(f, f->cx.today);
    return policy_set(&f->cx, &change);
}

static Err random_change(Fixture *f)
{
    static const char *const qualifications[] = {"physician", "village_doctor"};
    const char *facility = clinics[rng_between(&f->rng, 0, CLINICS - 1)];
    Date on = date_add_days(f->cx.today, -(int)rng_between(&f->rng, 0, 20));
    switch (rng_between(&f->rng, 0, 8)) {
    case 0:
    case 1: return equip_at_random(f, facility, on);
    case 2: return change_clinic(f, facility, on);
    case 3:
        return employ(f, (size_t)rng_between(&f->rng, 0, DOCTORS - 1), facility,
                      qualifications[rng_between(&f->rng, 0, 1)], on);
    case 4:
        return run_project(f, (size_t)rng_between(&f->rng, 0, 1), facility, on,
                           rng_chance(&f->rng, 0.5) ? on : DATE_NONE);
    case 5: return answer_for(&f->cx, facility, villages[rng_between(&f->rng, 0, 2)], on);
    case 6: return amend_any(f, on);
    case 7: return change_parameter(f);
    default: return void_any(f);
    }
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
}

static Period year_of(Date on)
{
    return period_of(PERIOD_YEAR, on);
}

static MeasureAnswer numbers(Fixture *f, const char *measure, MeasureUnits units)
{
    const MeasureAsk ask = {.group = STR("league"),
                            .measure = pack_measure(f->packs, str_from_c(measure)),
                            .first = period_previous(year_of(f->cx.today)),
                            .last = year_of(f->cx.today),
                            .units = units,
                            .is_patient = true};
    MeasureAnswer answer;
    assert_int_equal(measure_read(&f->cx, &ask, &answer), OK);
    assert_true(answer.is_complete);
    return answer;
}

static const MeasureValue *value_of(const MeasureAnswer *answer, const char *unit, Date on)
{
    for (size_t i = 0; i < answer->n; i++) {
        if (str_equals_c(answer->values[i].unit, unit) && period_has(answer->values[i].period, on))
            return &answer->values[i];
    }
    return NULL;
}

static const MeasureCase *list_of(Fixture *f, const char *measure, Period period, Str area,
                                  Str facility, size_t *ret_n)
{
    const MeasureCaseFilter filter = {.measure = pack_measure(f->packs, str_from_c(measure)),
                                      .period = period,
                                      .area = area,
                                      .facility = facility,
                                      .most = 100};
    const MeasureCase *cases = NULL;
    assert_int_equal(measure_cases(&f->cx, &filter, &cases, ret_n), OK);
    return cases;
}

static size_t count_lists(Fixture *f, MeasureUnits units)
{
    size_t counted = 0;
    for (size_t i = 0; i < f->packs->measures.n; i++) {
        const Measure *measure = f->packs->measures.entries[i].value;
        MeasureAnswer answer = numbers(f, str_to_c(&f->arena, measure->id), units);
        for (size_t j = 0; j < answer.n; j++) {
            const MeasureValue *value = &answer.values[j];
            bool by_area = units == MEASURE_BY_AREA;
            size_t n = 0;
            int64_t rows = 0, hits = 0;
            const MeasureCase *cases =
                list_of(f, str_to_c(&f->arena, measure->id), value->period,
                        by_area ? value->unit : STR(""), by_area ? STR("") : value->unit, &n);
            for (size_t k = 0; k < n; k++) {
                rows += measure->has_amounts ? (int64_t)cases[k].required : 1;
                hits += measure->has_amounts ? (int64_t)cases[k].actual : cases[k].in_numerator;
            }
            assert_int_equal(rows, value->denominator);
            assert_int_equal(hits, value->numerator);
            counted += n;
        }
    }
    return counted;
}

/* ---- tests ---- */

static void the_database_takes_every_measure(void **state)
{
    Fixture *f = *state;
    assert_int_equal(measure_check(&f->cx), OK);
}

static void refreshed_numbers_equal_a_cold_run_and_their_lists(void **state)
{
    Fixture *f = *state;
    size_t counted = 0, tried = 0, done = 0;
    for (size_t i = 0; i < ROUNDS; i++) {
        ArenaMark mark = arena_mark(&f->arena);
        size_t changes = (size_t)rng_between(&f->rng, 1, ROUND_MOST);
        for (size_t j = 0; j < changes; j++) {
            Err err = random_change(f);
            assert_true(err == OK || err == ERR_INVALID || err == ERR_CONFLICT);
            done += err == OK;
        }
        tried += changes;
        assert_stored_is_cold(f);
        bool is_over = i % ROUNDS_A_LIST == ROUNDS_A_LIST - 1;
        if (is_over)
            counted += count_lists(f, MEASURE_BY_AREA) + count_lists(f, MEASURE_BY_FACILITY);
        forget(f, mark);
        if (is_over)
            live_on(f, date_add_days(f->cx.today, (int)rng_between(&f->rng, 0, 60)));
    }
    assert_true(counted > ROUNDS && done > tried / 2);
}

/* Each change alone is seen by the next reader. */
static void every_kind_of_change_is_seen_at_once(void **state)
{
    Fixture *f = *state;
    Date on = f->cx.today;
    Facility licensed = clinic("V1", villages[0]);
    assert_int_equal(measure_settle(&f->cx), OK);
    licensed.licence_no = STR("证1");
    assert_int_equal(subject_facility_add(&f->cx, &licensed), OK);
    MeasureAnswer answer = numbers(f, "licence", MEASURE_BY_FACILITY);
    assert_int_equal(value_of(&answer, "T1", on)->numerator, 1);
    assert_int_equal(employ(f, 1, "V2", "physician", test_day("2020-01-01")), OK);
    answer = numbers(f, "licensed_doctors", MEASURE_BY_FACILITY);
    assert_int_equal(value_of(&answer, "T1", on)->numerator, 3);
    assert_int_equal(run_project(f, 0, "V3", on, on), OK);
    answer = numbers(f, "projects_done", MEASURE_BY_AREA);
    double number = 0;
    assert_true(measure_ratio(value_of(&answer, "000000002", on), &number));
    assert_true(number >= 1 && number <= 1);
    assert_stored_is_cold(f);
}

/* The first step finds the measures to make. */
static int64_t found_by_a_step(Fixture *f)
{
    bool has_more = false;
    int64_t n = 0;
    assert_int_equal(measure_settle_step(&f->cx, &has_more), OK);
    assert_true(has_more);
    assert_int_equal(stale_count(&f->cx, &n), OK);
    return n;
}

static int steps_to_the_end(Fixture *f)
{
    int n = 0;
    for (bool has_more = true; has_more; n++)
        assert_int_equal(measure_settle_step(&f->cx, &has_more), OK);
    return n;
}

static void a_record_makes_the_measures_anew_that_read_its_form(void **state)
{
    Fixture *f = *state;
    const Facility changed = clinic("V1", villages[1]);
    assert_int_equal(measure_settle(&f->cx), OK);
    assert_int_equal(steps_to_the_end(f), 1); /* which finds nothing */
    assert_int_equal(equip(f, "V1", 1000, 2, f->cx.today), OK);
    assert_int_equal(found_by_a_step(f), 2 * 2); /* two, in both kinds of periods */
    assert_int_equal(steps_to_the_end(f), 2);    /* both together */
    assert_stored_is_cold(f);
    assert_int_equal(subject_facility_add(&f->cx, &changed), OK);
    assert_int_equal(found_by_a_step(f), 2 * (int64_t)f->packs->measures.n);
    assert_stored_is_cold(f);
}

/* 1,001 people need two thousands' worth of beds. */
static void a_standard_says_what_is_required_and_what_is_there(void **state)
{
    Fixture *f = *state;
    size_t n = 0;
    assert_int_equal(equip(f, "V1", 1000, 2, f->cx.today), OK);
    assert_int_equal(equip(f, "V2", 1001, 3, f->cx.today), OK);
    MeasureAnswer answer = numbers(f, "beds", MEASURE_BY_FACILITY);
    const MeasureValue *all = value_of(&answer, "T1", f->cx.today);
    assert_int_equal(all->denominator, 2);
    assert_int_equal(all->numerator, 1);
    const MeasureCase *cases = list_of(f, "beds", year_of(f->cx.today), STR(""), STR("V2"), &n);
    assert_int_equal(n, 1);
    assert_true(cases[0].has_required && !cases[0].in_numerator);
    assert_int_equal((int)cases[0].required, 4);
    assert_int_equal((int)cases[0].actual, 3);
    assert_true(str_equals_c(cases[0].code, "V2") && cases[0].name.zh.n > 0);
}

static Str formula_on(Fixture *f, Date day)
{
    MeasureFormula formula;
    assert_int_equal(measure_formula(&f->cx, pack_measure(f->packs, STR("beds")), day, &formula),
                     OK);
    assert_int_equal(formula.number_n, 1);
    return formula.filled.zh;
}

static void a_formula_has_the_numbers_that_the_place_has_on_the_day(void **state)
{
    Fixture *f = *state;
    Date tomorrow = date_add_days(f->cx.today, 1);
    const PolicyChange change = {.parameter = STR("beds_per_thousand"),
                                 .value = STR("3"),
                                 .source = STR("县文件"),
                                 .from = tomorrow};
    assert_int_equal(policy_set(&f->cx, &change), OK);
    assert_true(str_equals_c(formula_on(f, f->cx.today), "每千人 2 张"));
    assert_true(str_equals_c(formula_on(f, tomorrow), "每千人 3 张"));
}

/* 11 beds for 2,000 people are 5.50 of a thousand, though one clinic alone has fewer. */
static void amounts_are_added_up_and_not_counted_as_one(void **state)
{
    Fixture *f = *state;
    double number = 0;
    assert_int_equal(equip(f, "V1", 1500, 8, f->cx.today), OK);
    assert_int_equal(equip(f, "V2", 500, 3, f->cx.today), OK);
    assert_int_equal(equip(f, "V3", 0, 7, f->cx.today), OK); /* nobody: left out */
    const Measure *measure = pack_measure(f->packs, STR("bed_rate"));
    MeasureAnswer answer = numbers(f, "bed_rate", MEASURE_BY_FACILITY);
    const MeasureValue *first = value_of(&answer, "T1", f->cx.today);
    assert_int_equal(first->denominator, 2000);
    assert_int_equal(first->numerator, 11);
    assert_true(measure_number(measure, first->denominator, first->numerator, &number));
    assert_true(number >= 5.5 && number <= 5.5);
    assert_int_equal(equip(f, "V1", 1500, 7, f->cx.today), OK);
    answer = numbers(f, "bed_rate", MEASURE_BY_FACILITY);
    assert_int_equal(value_of(&answer, "T1", f->cx.today)->numerator, 10);
    assert_int_equal(equip(f, "V3", 900, -1, f->cx.today), OK); /* not known, so not none */
    answer = numbers(f, "bed_rate", MEASURE_BY_FACILITY);
    assert_int_equal(value_of(&answer, "T1", f->cx.today)->denominator, 2000);
    assert_int_equal(equip(f, "V2", 500, 500, f->cx.today), OK); /* nothing is left of it */
    const MeasureCaseFilter left = {.measure = measure,
                                    .period = year_of(f->cx.today),
                                    .facility = STR("T1"),
                                    .only_rest = true,
                                    .most = 100};
    const MeasureCase *cases = NULL;
    size_t n = 0;
    assert_int_equal(measure_cases(&f->cx, &left, &cases, &n), OK);
    assert_int_equal(n, 1);
    assert_true(str_equals_c(cases[0].code, "V1"));
    assert_stored_is_cold(f);
}

static void a_licence_that_runs_out_counts_until_its_last_day(void **state)
{
    Fixture *f = *state;
    Facility licensed = clinic("V1", villages[0]);
    licensed.licence_no = STR("证1");
    licensed.licence_to = test_day("2025-03-31");
    assert_int_equal(subject_facility_add(&f->cx, &licensed), OK);
    const char *const days[] = {"2025-03-31", "2025-04-01"};
    for (int i = 0; i < 2; i++) {
        live_on(f, test_day(days[i]));
        MeasureAnswer answer = numbers(f, "licence", MEASURE_BY_FACILITY);
        assert_int_equal(value_of(&answer, "V1", f->cx.today)->numerator, i == 0 ? 1 : 0);
    }
}

static void a_merged_facility_keeps_its_past(void **state)
{
    Fixture *f = *state;
    live_on(f, test_day("2026-02-10"));
    Facility merged = clinic("V2", villages[1]);
    merged.licence_no = STR("证2");
    merged.valid_to = test_day("2025-12-31");
    merged.merged_into = STR("V1");
    assert_int_equal(subject_facility_add(&f->cx, &merged), OK);
    MeasureAnswer answer = numbers(f, "licence", MEASURE_BY_FACILITY);
    Date before = test_day("2025-06-01"), now = f->cx.today;
    assert_int_equal(value_of(&answer, "V2", before)->numerator, 1);
    assert_int_equal(value_of(&answer, "T1", before)->denominator, CLINICS);
    assert_null(value_of(&answer, "V2", now));
    assert_int_equal(value_of(&answer, "T1", now)->denominator, CLINICS - 1);
    count_lists(f, MEASURE_BY_FACILITY);
}

static void assert_beds(const MeasureAnswer *answer, const char *unit, Date on, int64_t people,
                        int64_t beds)
{
    const MeasureValue *value = value_of(answer, unit, on);
    assert_non_null(value);
    assert_int_equal(value->denominator, people);
    assert_int_equal(value->numerator, beds);
}

/* V1 leads A, V3 leads B; V2 was of A for the whole of 2024, and is of B since. */
static void a_clinic_that_changed_its_group_leaves_its_earlier_periods_there(void **state)
{
    Fixture *f = *state;
    Date then = test_day("2024-12-31");
    assert_int_equal(equip(f, "V1", 1000, 1, f->cx.today), OK);
    assert_int_equal(equip(f, "V2", 1000, 2, f->cx.today), OK);
    assert_int_equal(equip(f, "V3", 1000, 4, f->cx.today), OK);
    assert_int_equal(unite(f, 0, "V1", test_day("2024-01-01"), DATE_NONE), OK);
    assert_int_equal(unite(f, 1, "V3", DATE_NONE, DATE_NONE), OK);
    MeasureAnswer answer = numbers(f, "bed_rate", MEASURE_BY_GROUP);
    assert_beds(&answer, "A", then, 2000, 3);
    assert_beds(&answer, "B", then, 1000, 4);
    live_on(f, test_day("2025-03-01"));
    assert_int_equal(unite(f, 0, "V1", test_day("2024-01-01"), then), OK);
    assert_int_equal(unite(f, 1, "V3", test_day("2025-01-01"), DATE_NONE), OK);
    answer = numbers(f, "bed_rate", MEASURE_BY_GROUP);
    assert_beds(&answer, "A", then, 2000, 3);
    assert_beds(&answer, "B", then, 1000, 4);
    assert_beds(&answer, "A", f->cx.today, 1000, 1);
    assert_beds(&answer, "B", f->cx.today, 2000, 6);
    f->cx.as_of = test_day("2025-02-01"); /* nobody had told of the change yet */
    answer = numbers(f, "bed_rate", MEASURE_BY_GROUP);
    assert_beds(&answer, "A", f->cx.today, 2000, 3);
    f->cx.as_of = DATE_NONE;
}

static void units_are_named_by_area_facility_or_a_kind_with_members(void **state)
{
    Fixture *f = *state;
    MeasureAsk ask = {0};
    assert_int_equal(measure_by(&f->cx, STR("league"), &ask), OK);
    assert_true(ask.units == MEASURE_BY_GROUP && str_equals_c(ask.group, "league"));
    assert_int_equal(measure_by(&f->cx, STR(""), &ask), OK);
    assert_true(ask.units == MEASURE_BY_AREA);
    assert_int_equal(measure_by(&f->cx, STR("project"), &ask), ERR_INVALID); /* has no members */
    f->cx.problem_n = 0;
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(the_database_takes_every_measure, set_up, tear_down),
    cmocka_unit_test_setup_teardown(refreshed_numbers_equal_a_cold_run_and_their_lists, set_up,
                                    tear_down),
    cmocka_unit_test_setup_teardown(every_kind_of_change_is_seen_at_once, set_up, tear_down),
    cmocka_unit_test_setup_teardown(a_record_makes_the_measures_anew_that_read_its_form, set_up,
                                    tear_down),
    cmocka_unit_test_setup_teardown(a_standard_says_what_is_required_and_what_is_there, set_up,
                                    tear_down),
    cmocka_unit_test_setup_teardown(a_formula_has_the_numbers_that_the_place_has_on_the_day, set_up,
                                    tear_down),
    cmocka_unit_test_setup_teardown(amounts_are_added_up_and_not_counted_as_one, set_up, tear_down),
    cmocka_unit_test_setup_teardown(a_licence_that_runs_out_counts_until_its_last_day, set_up,
                                    tear_down),
    cmocka_unit_test_setup_teardown(a_merged_facility_keeps_its_past, set_up, tear_down),
    cmocka_unit_test_setup_teardown(
        a_clinic_that_changed_its_group_leaves_its_earlier_periods_there, set_up, tear_down),
    cmocka_unit_test_setup_teardown(units_are_named_by_area_facility_or_a_kind_with_members, set_up,
                                    tear_down),
};

int main(void)
{
    return BOTH_ENGINES_RUN("measures_units", tests);
}
