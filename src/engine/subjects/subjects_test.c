/* Tests of subjects: who sees whom, what is sealed, how residents are found, on both databases. Two
 * townships, three village clinics, four invented residents. */
#include "access/access.h"
#include "core/core_sql.h"
#include "core/keys.h"
#include "core/place.h"
#include "db/migrate.h"
#include "engine/subjects/places_sql.h"
#include "engine/subjects/residents.h"
#include "engine/subjects/subjects_int.h"
#include "engine/subjects/subjects_sql.h"
#include "engine/subjects/subjects_test_sql.h"
#include "pack/pack.h"
#include "support/pg_cluster.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define VILLAGE_1  STR("996601101201")
#define VILLAGE_2  STR("996601101202")
#define STREET_1   STR("996601101001")
#define VILLAGE_3  STR("996601102201")
#define TOWNSHIP_1 STR("T1")

static Arena process;
static PgCluster cluster;
static bool is_postgres;

enum { PEOPLE = 4, ROLES = 4 };

typedef struct {
    Arena arena;
    PackSet packs;
    Role roles[ROLES];
    Actor actor;
    Resident people[PEOPLE];
    Cx cx;
} Fixture;

static Fixture *fixture_of(void **state)
{
    return *state;
}

static void put_role(Fixture *fixture, size_t at, const char *id, RoleSight sight,
                     bool sees_persons)
{
    fixture->roles[at] = (Role){.id = str_from_c(id), .sight = sight, .sees_persons = sees_persons};
    map_put(&fixture->packs.roles, fixture->roles[at].id, &fixture->roles[at]);
}

static void add_facility(Cx *cx, Str code, Str parent, int64_t level)
{
    Facility facility = {.code = code,
                         .name = code,
                         .name_en = code,
                         .kind = STR("clinic"),
                         .level = level,
                         .parent = parent,
                         .valid_from = date_from_ymd(2020, 1, 1),
                         .valid_to = DATE_NONE};
    assert_int_equal(subject_facility_add(cx, &facility), OK);
}

static void add_catchment(Cx *cx, Str facility, Str area, Date from, Date to)
{
    Catchment catchment = {.facility = facility, .area = area, .valid_from = from, .valid_to = to};
    assert_int_equal(subject_catchment_add(cx, &catchment), OK);
}

static void make_places(Cx *cx)
{
    Date from = date_from_ymd(2020, 1, 1);
    add_facility(cx, STR("C"), STR(""), 3);
    add_facility(cx, TOWNSHIP_1, STR("C"), 4);
    add_facility(cx, STR("T2"), STR("C"), 4);
    add_facility(cx, STR("V1"), TOWNSHIP_1, 5);
    add_facility(cx, STR("V2"), TOWNSHIP_1, 5);
    add_facility(cx, STR("V3"), STR("T2"), 5);
    add_catchment(cx, STR("V1"), VILLAGE_1, from, DATE_NONE);
    add_catchment(cx, STR("V2"), VILLAGE_2, from, DATE_NONE);
    add_catchment(cx, STR("V3"), VILLAGE_3, from, DATE_NONE);
    add_catchment(cx, TOWNSHIP_1, STREET_1, from, DATE_NONE);
}

static Resident person(Cx *cx, Str name, Str area, Str id_number, Str phone, Str record_number)
{
    return (Resident){.id = cx_new_id(cx),
                      .record_number = record_number,
                      .sex = STR("1"),
                      .birth_date = date_from_ymd(1958, 3, 12),
                      .area = area,
                      .name = name,
                      .id_type = STR("01"),
                      .id_number = id_number,
                      .phone = phone,
                      .address = STR("红星路8号"),
                      .registered_on = date_from_ymd(2024, 5, 1),
                      .died_on = DATE_NONE,
                      .left_on = DATE_NONE};
}

static void make_people(Fixture *fixture)
{
    Cx *cx = &fixture->cx;
    fixture->people[0] = person(cx, STR("王小明"), VILLAGE_1, STR("996601195803120011"),
                                STR("13800004321"), STR("99660110120100001"));
    fixture->people[1] = person(cx, STR("单雄信"), VILLAGE_2, STR("99660119760704003X"),
                                STR("13900001111"), STR("99660110120200001"));
    fixture->people[2] = person(cx, STR("欧阳小明"), VILLAGE_3, STR("996601202402290020"), STR(""),
                                STR("99660110220100001"));
    fixture->people[3] =
        person(cx, STR("王伟"), STREET_1, STR(""), STR("075266660011"), STR("99660110100100001"));
    for (size_t i = 0; i < PEOPLE; i++)
        assert_int_equal(resident_add(cx, &fixture->people[i]), OK);
}

static int set_up(void **state)
{
    static Fixture fixture;
    fixture = (Fixture){0};
    arena_init(&fixture.arena, MIB(64));
    map_init(&fixture.packs.roles, &fixture.arena);
    put_role(&fixture, 0, "village_doctor", SIGHT_CATCHMENT, true);
    put_role(&fixture, 1, "township", SIGHT_TREE, true);
    put_role(&fixture, 2, "hospital", SIGHT_PLACE, true);
    put_role(&fixture, 3, "commission", SIGHT_PLACE, false);
    Str message = {0};
    int applied = 0;
    Db *db = NULL;
    DbOptions options = {.url = is_postgres ? pg_cluster_database(&cluster, &process, "subjects")
                                            : STR(":memory:")};
    assert_int_equal(db_open(&options, &fixture.arena, &db, &message), OK);
    assert_int_equal(migrate_up(db, &fixture.arena, &applied, &message), OK);
    fixture.cx = (Cx){.arena = &fixture.arena,
                      .db = db,
                      .packs = &fixture.packs,
                      .keys = keys_make(&fixture.arena),
                      .actor = access_system_actor(),
                      .place = STR("996601"),
                      .today = date_from_ymd(2025, 6, 30),
                      .as_of = DATE_NONE,
                      .now = instant_of_date(date_from_ymd(2025, 6, 30), 9, 0)};
    assert_int_equal(place_put(&fixture.cx, STR("甲县"), STR("County A")), OK);
    make_places(&fixture.cx);
    make_people(&fixture);
    *state = &fixture;
    return 0;
}

static int tear_down(void **state)
{
    Fixture *fixture = fixture_of(state);
    fixture->cx.actor = access_system_actor();
    assert_int_equal(audit_flush(&fixture->cx), OK);
    db_close(fixture->cx.db);
    arena_done(&fixture->arena);
    return 0;
}

static void become(Fixture *fixture, const char *role, Str facility)
{
    Account account = {
        .id = cx_new_id(&fixture->cx), .role = str_from_c(role), .facility = facility};
    assert_int_equal(access_actor(&fixture->cx, &account, &fixture->actor), OK);
    fixture->cx.actor = &fixture->actor;
}

/* The last digits of the townships and villages seen, in order: "101001 101201 ". */
static Str seen(Cx *cx)
{
    Str all = STR("");
    CLEANUP(db_rows_close) DbRows rows = {0};
    ResidentInScopeIn in = {.place = cx->place};
    assert_int_equal(resident_in_scope_open(cx->db, access_scope(cx), &in, &rows), OK);
    for (;;) {
        ResidentInScopeRow row;
        bool has_row = false;
        assert_int_equal(resident_in_scope_next(&rows, cx->arena, &row, &has_row), OK);
        if (!has_row)
            return all;
        all = str_printf(cx->arena, "%.*s%.*s ", STR_ARG(all),
                         STR_ARG(str_slice(row.record_number, 6, 12)));
    }
}

static void assert_seen(Cx *cx, const char *expected)
{
    Str all = seen(cx);
    assert_string_equal(str_to_c(cx->arena, all), expected);
}

static void every_statement_prepares_and_has_the_columns_it_declares(void **state)
{
    Cx *cx = &fixture_of(state)->cx;
    Str faults = {0};
    Err err =
        db_check_statements(cx->db, subjects_statements, subjects_statements_n, cx->arena, &faults);
    if (err == OK)
        err =
            db_check_statements(cx->db, places_statements, places_statements_n, cx->arena, &faults);
    if (err != OK)
        print_error("%.*s\n", STR_ARG(faults));
    assert_int_equal(err, OK);
}

static void a_village_doctor_sees_the_own_villages_only(void **state)
{
    Fixture *fixture = fixture_of(state);
    become(fixture, "village_doctor", STR("V1"));
    assert_seen(&fixture->cx, "101201 ");
    become(fixture, "village_doctor", STR("V3"));
    assert_seen(&fixture->cx, "102201 ");
}

static void a_township_sees_its_own_areas_and_those_below_it(void **state)
{
    Fixture *fixture = fixture_of(state);
    become(fixture, "township", TOWNSHIP_1);
    assert_seen(&fixture->cx, "101001 101201 101202 ");
    become(fixture, "township", STR("T2"));
    assert_seen(&fixture->cx, "102201 ");
    become(fixture, "village_doctor", TOWNSHIP_1); /* a post of the centre with its own catchment */
    assert_seen(&fixture->cx, "101001 ");
}

static void a_county_hospital_sees_everybody_and_the_commission_nobody(void **state)
{
    Fixture *fixture = fixture_of(state);
    become(fixture, "hospital", STR("C"));
    assert_seen(&fixture->cx, "101001 101201 101202 102201 ");
    become(fixture, "commission", STR("C"));
    assert_seen(&fixture->cx, "");
    fixture->cx.actor = NULL;
    assert_seen(&fixture->cx, "");
}

static void a_catchment_that_ended_or_has_not_begun_gives_no_sight(void **state)
{
    Fixture *fixture = fixture_of(state);
    Cx *cx = &fixture->cx;
    Date from = date_from_ymd(2020, 1, 1);
    add_catchment(cx, STR("V1"), VILLAGE_1, from, date_from_ymd(2025, 6, 29));
    add_catchment(cx, STR("V2"), VILLAGE_1, date_from_ymd(2025, 7, 1), DATE_NONE);
    become(fixture, "village_doctor", STR("V1"));
    assert_seen(cx, "");
    become(fixture, "village_doctor", STR("V2"));
    assert_seen(cx, "101202 ");
    cx->today = date_from_ymd(2025, 7, 1); /* the new day rebuilds by itself */
    become(fixture, "village_doctor", STR("V2"));
    assert_seen(cx, "101201 101202 ");
}

static void a_catchment_between_others_is_not_seen_by_its_neighbours(void **state)
{
    Fixture *fixture = fixture_of(state);
    Cx *cx = &fixture->cx;
    /* V3 answers for an area before and one after those of township 1: the range alone would show
     * all. */
    add_catchment(cx, STR("V3"), STR("996601100001"), date_from_ymd(2020, 1, 1), DATE_NONE);
    become(fixture, "village_doctor", STR("V3"));
    assert_seen(cx, "102201 ");
}

static void a_record_is_seen_by_those_who_see_its_resident(void **state)
{
    Fixture *fixture = fixture_of(state);
    Cx *cx = &fixture->cx;
    RawRecordInsertIn in = {.place = cx->place,
                            .id = cx_new_id(cx),
                            .subject_id = fixture->people[0].id,
                            .day = cx->today,
                            .hash = STR("hash")};
    assert_int_equal(raw_record_insert(cx->db, &in, NULL), OK);
    const struct {
        const char *role;
        Str facility;
        int64_t records;
    } cases[] = {{"village_doctor", STR("V1"), 1},
                 {"village_doctor", STR("V2"), 0},
                 {"township", STR("T1"), 1},
                 {"township", STR("T2"), 0},
                 {"commission", STR("C"), 0}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        become(fixture, cases[i].role, cases[i].facility);
        RecordInScopeIn count = {.place = cx->place};
        RecordInScopeRow row;
        assert_int_equal(record_in_scope(cx->db, access_scope(cx), cx->arena, &count, &row), OK);
        assert_int_equal(row.records, cases[i].records);
    }
}

static void catchments_below_a_facility_are_listed_as_of_a_day(void **state)
{
    Cx *cx = &fixture_of(state)->cx;
    const Str *codes = NULL;
    size_t n = 0;
    assert_int_equal(subject_catchment_areas(cx, TOWNSHIP_1, true, cx->today, &codes, &n), OK);
    assert_int_equal(n, 3);
    assert_true(str_equals(codes[0], STREET_1));
    assert_int_equal(subject_catchment_areas(cx, TOWNSHIP_1, false, cx->today, &codes, &n), OK);
    assert_int_equal(n, 1);
    assert_int_equal(
        subject_catchment_areas(cx, TOWNSHIP_1, true, date_from_ymd(2019, 12, 31), &codes, &n), OK);
    assert_int_equal(n, 0);
    const Catchment *catchments = NULL;
    assert_int_equal(subject_catchments(cx, &catchments, &n), OK);
    assert_int_equal(n, 4);
}

static void an_area_or_facility_is_read_as_it_was_written(void **state)
{
    Cx *cx = &fixture_of(state)->cx;
    Area area = {.code = VILLAGE_1,
                 .parent = STR("996601101"),
                 .level = 5,
                 .name = STR("甲村"),
                 .name_en = STR("Village A"),
                 .kind = STR("220")};
    assert_int_equal(subject_area_add(cx, &area), OK);
    const Area *areas = NULL;
    const Facility *facilities = NULL;
    size_t n = 0;
    assert_int_equal(subject_areas(cx, &areas, &n), OK);
    assert_int_equal(n, 1);
    assert_true(str_equals(areas[0].parent, area.parent) && str_equals(areas[0].kind, area.kind));
    Wording name = {0};
    assert_int_equal(subject_area_name(cx, area.code, &name), OK);
    assert_true(str_equals(name.zh, area.name) && str_equals(name.en, area.name_en));
    assert_int_equal(subject_area_name(cx, STR("999"), &name), OK);
    assert_true(str_equals_c(name.zh, "999") && name.en.n == 0);
    assert_int_equal(subject_facilities(cx, &facilities, &n), OK);
    assert_int_equal(n, 6);
    cx->as_of = date_from_ymd(2019, 12, 31);
    assert_int_equal(subject_facilities(cx, &facilities, &n), OK);
    assert_int_equal(n, 0);
}

static bool has_text(Str stored, Str plain)
{
    return stored.p != NULL && str_find(stored, plain, 0) != SIZE_MAX;
}

static void sealed_columns_cannot_be_read_in_the_raw_table(void **state)
{
    Fixture *fixture = fixture_of(state);
    Cx *cx = &fixture->cx;
    CLEANUP(db_rows_close) DbRows rows = {0};
    assert_int_equal(raw_resident_open(cx->db, &rows), OK);
    size_t n = 0;
    for (bool has_row = true; has_row;) {
        RawResidentRow row;
        assert_int_equal(raw_resident_next(&rows, cx->arena, &row, &has_row), OK);
        if (!has_row)
            break;
        n++;
        const Str stored[] = {row.name, row.id_type, row.id_number, row.phone, row.address};
        for (size_t column = 0; column < 5; column++) {
            for (size_t i = 0; i < PEOPLE; i++) {
                const Resident *resident = &fixture->people[i];
                assert_false(has_text(stored[column], resident->name));
                assert_false(has_text(stored[column], resident->address));
                assert_false(resident->phone.n > 0 && has_text(stored[column], resident->phone));
                assert_false(resident->id_number.n > 0
                             && has_text(stored[column], resident->id_number));
            }
        }
    }
    assert_int_equal(n, PEOPLE);
}

static void a_sealed_name_moved_to_another_resident_does_not_open(void **state)
{
    Fixture *fixture = fixture_of(state);
    Cx *cx = &fixture->cx;
    RawSwapNamesIn in = {.from_id = fixture->people[0].id, .to_id = fixture->people[1].id};
    assert_int_equal(raw_swap_names(cx->db, &in, NULL), OK);
    Resident resident;
    assert_int_equal(resident_open(cx, fixture->people[0].id, &resident), OK);
    assert_int_not_equal(resident_open(cx, fixture->people[1].id, &resident), OK);
}

static void opening_gives_the_facts_to_those_in_sight_and_one_audit_entry(void **state)
{
    Fixture *fixture = fixture_of(state);
    Cx *cx = &fixture->cx;
    int64_t before = 0;
    int64_t after = 0;
    int64_t broken_at = 0;
    Resident resident;
    become(fixture, "village_doctor", STR("V1"));
    assert_int_equal(audit_verify(cx, &before, &broken_at), OK);
    assert_int_equal(resident_open(cx, fixture->people[0].id, &resident), OK);
    assert_true(str_equals(resident.name, STR("王小明")));
    assert_true(str_equals(resident.phone, STR("13800004321")));
    assert_true(str_equals(resident.address, STR("红星路8号")));
    assert_int_equal(resident_open(cx, fixture->people[1].id, &resident), ERR_NOT_FOUND);
    assert_int_equal(resident_open(cx, cx_new_id(cx), &resident), ERR_NOT_FOUND);
    assert_true(str_equals(cx->problems[0].text.zh, cx->problems[1].text.zh));
    assert_int_equal(audit_flush(cx), OK);
    assert_int_equal(audit_verify(cx, &after, &broken_at), OK);
    assert_int_equal(broken_at, 0);
    assert_int_equal(after, before + 1);
}

static int64_t token_count(Cx *cx)
{
    RawTokenCountRow row;
    assert_int_equal(raw_token_count(cx->db, cx->arena, &row), OK);
    return row.tokens;
}

static void adding_a_resident_again_is_answered_like_the_first_time(void **state)
{
    Fixture *fixture = fixture_of(state);
    Cx *cx = &fixture->cx;
    int64_t tokens = token_count(cx);
    Place before;
    Place after;
    assert_int_equal(place_open(cx, &before), OK);
    assert_int_equal(resident_add(cx, &fixture->people[0]), OK);
    assert_int_equal(place_open(cx, &after), OK);
    assert_int_equal(token_count(cx), tokens);
    assert_int_equal(before.rev, after.rev);
    Resident other = fixture->people[0];
    other.phone = STR("13800000000");
    assert_int_equal(resident_add(cx, &other), ERR_CONFLICT);
    assert_string_equal(cx->problems[0].key, "RESIDENT_CONFLICT");
}

static void a_resident_outside_the_catchment_cannot_be_registered(void **state)
{
    Fixture *fixture = fixture_of(state);
    Cx *cx = &fixture->cx;
    become(fixture, "village_doctor", STR("V1"));
    int64_t tokens = token_count(cx);
    Resident stranger = person(cx, STR("赵六"), VILLAGE_2, STR(""), STR(""), STR(""));
    assert_int_equal(resident_add(cx, &stranger), ERR_FORBIDDEN);
    assert_int_equal(token_count(cx), tokens);
    stranger.area = VILLAGE_1;
    assert_int_equal(resident_add(cx, &stranger), OK);
}

/* ---- search ---- */

/* The names found, in order, each followed by a space. */
static Str found(Cx *cx, Str query)
{
    const Resident *residents = NULL;
    size_t n = 0;
    Str all = STR("");
    assert_int_equal(resident_search(cx, query, &residents, &n), OK);
    for (size_t i = 0; i < n; i++)
        all = str_printf(cx->arena, "%.*s%.*s ", STR_ARG(all), STR_ARG(residents[i].name));
    return all;
}

static void assert_found(Cx *cx, const char *query, const char *expected)
{
    assert_string_equal(str_to_c(cx->arena, found(cx, str_from_c(query))), expected);
}

static void a_resident_is_found_by_name_or_a_part_of_it(void **state)
{
    Cx *cx = &fixture_of(state)->cx;
    assert_found(cx, "王小明", "王小明 ");
    assert_found(cx, "王", "王伟 王小明 ");
    assert_found(cx, " 小 明 ", "王小明 欧阳小明 ");
    assert_found(cx, "明", "王小明 欧阳小明 ");
    assert_found(cx, "阳小", "欧阳小明 ");
    assert_found(cx, "王明", ""); /* not at consecutive positions */
    assert_found(cx, "李", "");
    assert_found(cx, "  ", "");
}

static void a_resident_is_found_by_pinyin_initials_with_the_surname_reading(void **state)
{
    Cx *cx = &fixture_of(state)->cx;
    assert_found(cx, "wxm", "王小明 ");
    assert_found(cx, "WX", "王小明 ");
    assert_found(cx, "w", "王伟 王小明 ");
    assert_found(cx, "sxx", "单雄信 ");
    assert_found(cx, "dxx", "单雄信 ");
    assert_found(cx, "oyxm", "欧阳小明 ");
    assert_found(cx, "xm", "");
}

static void a_resident_is_found_by_numbers_whole_or_their_last_four(void **state)
{
    Cx *cx = &fixture_of(state)->cx;
    assert_found(cx, "996601195803120011", "王小明 ");
    assert_found(cx, "996601 19760704 003x", "单雄信 ");
    assert_found(cx, "003X", "单雄信 ");
    assert_found(cx, "996601580312001", "王小明 "); /* the old form of 15 digits */
    assert_found(cx, "138-0000-4321", "王小明 ");
    assert_found(cx, "4321", "王小明 ");
    assert_found(cx, "0011", "王小明 王伟 "); /* of an identity number, of a phone */
    assert_found(cx, "99660110220100001", "欧阳小明 ");
    assert_found(cx, "1380000", "");
    assert_found(cx, "432", "");
}

static void a_search_finds_nobody_outside_the_callers_sight(void **state)
{
    Fixture *fixture = fixture_of(state);
    become(fixture, "village_doctor", STR("V1"));
    assert_found(&fixture->cx, "小明", "王小明 ");
    assert_found(&fixture->cx, "003X", "");
    assert_found(&fixture->cx, "99660110220100001", "");
    become(fixture, "commission", STR("C"));
    assert_found(&fixture->cx, "王", "");
}

static void a_search_gives_at_most_fifty(void **state)
{
    Cx *cx = &fixture_of(state)->cx;
    for (int i = 0; i < 60; i++) {
        Resident resident = person(cx, STR("钱多"), VILLAGE_1, STR(""), STR(""), STR(""));
        assert_int_equal(resident_add(cx, &resident), OK);
    }
    const Resident *residents = NULL;
    size_t n = 0;
    assert_int_equal(resident_search(cx, STR("钱"), &residents, &n), OK);
    assert_int_equal(n, 50);
}

static void a_name_longer_than_is_asked_at_once_is_compared_whole(void **state)
{
    Cx *cx = &fixture_of(state)->cx;
    const char *names[] = {"买买提江·阿卜杜热", "买买提江·阿布都"};
    for (size_t i = 0; i < 2; i++) {
        Resident resident = person(cx, str_from_c(names[i]), VILLAGE_1, STR(""), STR(""), STR(""));
        assert_int_equal(resident_add(cx, &resident), OK);
    }
    assert_found(cx, "买买提江•阿布", "买买提江·阿布都 ");
    assert_found(cx, "买买提江阿布", "");
}

static Err keep(Cx *cx, void *arg)
{
    const ResidentFact facts[] = {{STR("name"), STR("王大明")},
                                  {STR("phone"), STR("")},
                                  {STR("birth_date"), STR("1959-04-01")},
                                  {STR("id_number"), STR("996601195803120011")}};
    return resident_keep(cx, *(const Uuid *)arg, facts, 4);
}

static void facts_that_forms_keep_are_sealed_searchable_and_read_back(void **state)
{
    Fixture *fixture = fixture_of(state);
    Cx *cx = &fixture->cx;
    Uuid id = fixture->people[0].id;
    assert_int_equal(cx_write(cx, keep, &id), OK);
    assert_found(cx, "王小明", "");
    assert_found(cx, "4321", "");
    assert_found(cx, "大明", "王大明 ");
    assert_found(cx, "996601195803120011", "王大明 ");
    ResidentFact facts[] = {{.fact = STR("name")},
                            {.fact = STR("phone")},
                            {.fact = STR("birth_date")},
                            {.fact = STR("address")},
                            {.fact = STR("contact_phone")}};
    assert_int_equal(resident_facts(cx, id, facts, 5), OK);
    assert_true(str_equals_c(facts[0].text, "王大明"));
    assert_int_equal(facts[1].text.n, 0);
    assert_true(str_equals_c(facts[2].text, "1959-04-01"));
    assert_true(str_equals(facts[3].text, fixture->people[0].address));
    assert_int_equal(facts[4].text.n, 0); /* stands in records only */
}

static Err keep_nothing(Cx *cx, void *arg)
{
    return resident_keep(cx, *(const Uuid *)arg, NULL, 0);
}

static void facts_that_no_record_says_any_more_are_those_registered(void **state)
{
    Fixture *fixture = fixture_of(state);
    Cx *cx = &fixture->cx;
    const Resident *registered = &fixture->people[0];
    Uuid id = registered->id;
    assert_int_equal(cx_write(cx, keep, &id), OK);
    assert_int_equal(cx_write(cx, keep, &id), OK); /* what was first known is kept, not the last */
    assert_int_equal(cx_write(cx, keep_nothing, &id), OK);
    Resident now;
    assert_int_equal(resident_open(cx, id, &now), OK);
    assert_true(str_equals(now.name, registered->name));
    assert_true(str_equals(now.phone, registered->phone));
    assert_true(str_equals(now.id_number, registered->id_number));
    assert_int_equal(date_compare(now.birth_date, registered->birth_date), 0);
    assert_found(cx, "王小明", "王小明 ");
    assert_found(cx, "大明", "");
}

static Err keep_number(Cx *cx, void *arg)
{
    const Resident *wanted = arg;
    const ResidentFact facts[] = {{STR("id_type"), wanted->id_type},
                                  {STR("id_number"), wanted->id_number}};
    return resident_keep(cx, wanted->id, facts, 2);
}

static void assert_kept(Cx *cx, Uuid id, const char *type, const char *number, const char *expected)
{
    Resident wanted = {.id = id, .id_type = str_from_c(type), .id_number = str_from_c(number)};
    assert_int_equal(cx_write(cx, keep_number, &wanted), OK);
    ResidentFact fact = {.fact = STR("id_number")};
    assert_int_equal(resident_facts(cx, id, &fact, 1), OK);
    assert_string_equal(str_to_c(cx->arena, fact.text), expected);
}

static Err add_small_x_at_once(Cx *cx, void *arg)
{
    return resident_add_many(cx, arg, 1);
}

static void an_identity_number_is_stored_in_its_form_of_eighteen_characters(void **state)
{
    Fixture *fixture = fixture_of(state);
    Cx *cx = &fixture->cx;
    Uuid id = fixture->people[0].id;
    assert_kept(cx, id, "01", "99660119760704004x", "99660119760704004x"); /* wrong: as it is */
    assert_kept(cx, id, "01", "996601620815003", "996601196208150034");
    assert_found(cx, "996601196208150034", "王小明 ");
    assert_found(cx, "996601620815003", "王小明 ");
    assert_found(cx, "0034", "王小明 ");
    assert_found(cx, "5003", "");
    assert_kept(cx, id, "03", "996601620815003", "996601620815003"); /* a passport's */
    assert_found(cx, "5003", "王小明 ");
    assert_found(cx, "0034", "");

    Resident added = person(cx, STR("赵小六"), VILLAGE_1, STR("996601620815003"), STR(""), STR(""));
    assert_int_equal(resident_add(cx, &added), OK);
    assert_int_equal(resident_add(cx, &added), OK); /* again the same */
    assert_found(cx, "0034", "赵小六 ");
    Resident bulk =
        person(cx, STR("赵小七"), VILLAGE_1, STR("99660119760704003x"), STR(""), STR(""));
    assert_int_equal(cx_write(cx, add_small_x_at_once, &bulk), OK);
    Resident stored;
    assert_int_equal(resident_open(cx, bulk.id, &stored), OK);
    assert_true(str_equals_c(stored.id_number, "99660119760704003X"));
}

static void people_of_a_list_come_in_its_order(void **state)
{
    Fixture *fixture = fixture_of(state);
    Cx *cx = &fixture->cx;
    Uuid ids[120];
    for (size_t i = 0; i < 120; i++)
        ids[i] = fixture->people[(i * 7) % PEOPLE].id;
    ids[119] = cx_new_id(cx); /* not there */
    const ResidentBrief *briefs = NULL;
    assert_int_equal(resident_briefs(cx, ids, 120, &briefs), OK);
    for (size_t i = 0; i < 119; i++) {
        const Resident *person = &fixture->people[(i * 7) % PEOPLE];
        assert_true(str_equals(briefs[i].name, person->name));
        assert_true(str_equals(briefs[i].sex, person->sex));
        assert_true(str_equals(briefs[i].area, person->area));
        assert_int_equal(date_compare(briefs[i].birth_date, person->birth_date), 0);
    }
    assert_int_equal(briefs[119].name.n, 0);
    assert_true(uuid_is_nil(briefs[119].id));
}

typedef struct {
    Resident *items;
    size_t n;
} Crowd;

static Err add_crowd(Cx *cx, void *arg)
{
    const Crowd *crowd = arg;
    CLEANUP(resident_bulk_close) ResidentBulk *bulk = NULL;
    TRY(resident_bulk_open(cx, &bulk));
    TRY(resident_bulk_add(bulk, crowd->items, 100)); /* in two parts */
    TRY(resident_bulk_add(bulk, crowd->items + 100, crowd->n - 100));
    return resident_bulk_end(bulk);
}

static Err add_bad_area(Cx *cx, void *arg)
{
    Resident resident = *(const Resident *)arg;
    resident.id = cx_new_id(cx);
    resident.record_number = STR("");
    resident.area = STR("9966011012010000");
    return resident_add_many(cx, &resident, 1);
}

static void a_part_that_fails_leaves_nothing_of_the_whole(void **state)
{
    Fixture *fixture = fixture_of(state);
    int64_t tokens = token_count(&fixture->cx);
    assert_int_equal(cx_write(&fixture->cx, add_bad_area, &fixture->people[0]), ERR_INVALID);
    assert_int_equal(token_count(&fixture->cx), tokens);
    assert_seen(&fixture->cx, "101001 101201 101202 102201 ");
}

static void residents_added_at_once_are_like_those_added_alone(void **state)
{
    Cx *cx = &fixture_of(state)->cx;
    Crowd crowd = {arena_array(cx->arena, Resident, 2500), 2500};
    for (size_t i = 0; i < crowd.n; i++) {
        Str number = str_printf(cx->arena, "996601101203%05zu", i + 1);
        Str name = i == 2400 ? STR("孙悟空") : STR("周一");
        crowd.items[i] = person(cx, name, VILLAGE_2, STR(""), STR("13600002400"), number);
    }
    assert_int_equal(cx_write(cx, add_crowd, &crowd), OK);
    assert_found(cx, "swk", "孙悟空 ");
    assert_found(cx, "99660110120302401", "孙悟空 ");
    Resident resident;
    assert_int_equal(resident_open(cx, crowd.items[2400].id, &resident), OK);
    assert_true(str_equals(resident.address, STR("红星路8号")));
    assert_int_equal(resident_add(cx, &crowd.items[2400]), OK); /* the same content */
}

/* More than a step derives, all of one rev; the first and the last share telephone and birth date.
 */
static void pairs_are_found_among_many_who_came_together(void **state)
{
    Cx *cx = &fixture_of(state)->cx;
    Crowd crowd = {arena_array(cx->arena, Resident, 450), 450};
    for (size_t i = 0; i < crowd.n; i++)
        crowd.items[i] = person(cx, str_printf(cx->arena, "周%zu", i), VILLAGE_2, STR(""),
                                str_printf(cx->arena, "1370000%04zu", i % 449), STR(""));
    assert_int_equal(cx_write(cx, add_crowd, &crowd), OK);
    for (size_t round = 0; round < 2; round++) {
        const ResidentMatch *matches = NULL;
        size_t n = 0;
        bool has_more = true;
        assert_int_equal(resident_matches(cx, VILLAGE_2, &matches, &n), OK);
        assert_int_equal(n, 1 + round);
        assert_int_equal(resident_matches_step(cx, &has_more), OK);
        assert_false(has_more); /* nothing is derived twice */
        crowd.items[200].id = cx_new_id(cx);
        assert_int_equal(resident_add(cx, &crowd.items[200]), OK);
    }
}

static int run_group(const char *name, bool on_postgres)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest subjects[] = {
        TEST(every_statement_prepares_and_has_the_columns_it_declares),
        TEST(a_village_doctor_sees_the_own_villages_only),
        TEST(a_township_sees_its_own_areas_and_those_below_it),
        TEST(a_county_hospital_sees_everybody_and_the_commission_nobody),
        TEST(a_catchment_that_ended_or_has_not_begun_gives_no_sight),
        TEST(a_catchment_between_others_is_not_seen_by_its_neighbours),
        TEST(a_record_is_seen_by_those_who_see_its_resident),
        TEST(catchments_below_a_facility_are_listed_as_of_a_day),
        TEST(an_area_or_facility_is_read_as_it_was_written),
        TEST(sealed_columns_cannot_be_read_in_the_raw_table),
        TEST(a_sealed_name_moved_to_another_resident_does_not_open),
        TEST(opening_gives_the_facts_to_those_in_sight_and_one_audit_entry),
        TEST(adding_a_resident_again_is_answered_like_the_first_time),
        TEST(a_resident_outside_the_catchment_cannot_be_registered),
        TEST(a_resident_is_found_by_name_or_a_part_of_it),
        TEST(a_resident_is_found_by_pinyin_initials_with_the_surname_reading),
        TEST(a_resident_is_found_by_numbers_whole_or_their_last_four),
        TEST(a_search_finds_nobody_outside_the_callers_sight),
        TEST(a_search_gives_at_most_fifty),
        TEST(a_name_longer_than_is_asked_at_once_is_compared_whole),
        TEST(facts_that_forms_keep_are_sealed_searchable_and_read_back),
        TEST(facts_that_no_record_says_any_more_are_those_registered),
        TEST(an_identity_number_is_stored_in_its_form_of_eighteen_characters),
        TEST(people_of_a_list_come_in_its_order),
        TEST(residents_added_at_once_are_like_those_added_alone),
        TEST(a_part_that_fails_leaves_nothing_of_the_whole),
        TEST(pairs_are_found_among_many_who_came_together),
    };
    is_postgres = on_postgres;
    return cmocka_run_group_tests_name(name, subjects, NULL, NULL);
}

int main(void)
{
    arena_init(&process, MIB(64));
    access_register_scopes();
    int failed = run_group("subjects on sqlite", false);
    cluster = pg_cluster_start(&process);
    failed += run_group("subjects on postgres", true);
    pg_cluster_stop(&cluster, &process);
    arena_done(&process);
    return failed;
}
