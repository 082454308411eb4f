/* Tests of relations: they open single persons beside the areas, on both databases. Three villages
 * with a clinic and an invented resident each; person 2 lives in village 3. */
#include "access/access.h"
#include "core/keys.h"
#include "core/place.h"
#include "db/migrate.h"
#include "engine/subjects/subjects_int.h"
#include "engine/subjects/subjects_test_sql.h"
#include "pack/pack.h"
#include "support/pg_cluster.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static Arena process;
static PgCluster cluster;
static bool is_postgres;

typedef struct {
    Arena arena;
    PackSet packs;
    Role roles[2];
    Actor actor;
    Uuid people[3];
    Cx cx;
} Fixture;

static Fixture *fixture_of(void **state)
{
    return *state;
}

static void serve(Cx *cx, Str facility, Str area, Date until)
{
    Catchment catchment = {.facility = facility,
                           .area = area,
                           .valid_from = date_from_ymd(2020, 1, 1),
                           .valid_to = until};
    assert_int_equal(subject_catchment_add(cx, &catchment), OK);
}

static void make_village(Fixture *fixture, size_t at, Str clinic, Str area, Str name)
{
    Cx *cx = &fixture->cx;
    Facility facility = {.code = clinic,
                         .name = clinic,
                         .name_en = clinic,
                         .kind = STR("clinic"),
                         .level = 5,
                         .parent = STR(""),
                         .valid_from = date_from_ymd(2020, 1, 1),
                         .valid_to = DATE_NONE};
    assert_int_equal(subject_facility_add(cx, &facility), OK);
    serve(cx, clinic, area, DATE_NONE);
    Resident resident = {.id = cx_new_id(cx),
                         .record_number = str_printf(cx->arena, "%.*s00001", STR_ARG(area)),
                         .sex = STR("1"),
                         .birth_date = date_from_ymd(1958, 3, 12),
                         .area = area,
                         .name = name,
                         .registered_on = date_from_ymd(2024, 5, 1),
                         .died_on = DATE_NONE,
                         .left_on = DATE_NONE};
    assert_int_equal(resident_add(cx, &resident), OK);
    fixture->people[at] = resident.id;
}

static int set_up(void **state)
{
    static Fixture fixture;
    fixture = (Fixture){0};
    arena_init(&fixture.arena, MIB(64));
    map_init(&fixture.packs.roles, &fixture.arena);
    fixture.roles[0] =
        (Role){.id = STR("village_doctor"), .sight = SIGHT_CATCHMENT, .sees_persons = true};
    fixture.roles[1] = (Role){.id = STR("commission"), .sight = SIGHT_PLACE};
    for (size_t i = 0; i < 2; i++)
        map_put(&fixture.packs.roles, fixture.roles[i].id, &fixture.roles[i]);
    Str message = {0};
    int applied = 0;
    Db *db = NULL;
    DbOptions options = {.url = is_postgres ? pg_cluster_database(&cluster, &process, "relations")
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
    make_village(&fixture, 0, STR("V1"), STR("996601101201"), STR("王小明"));
    make_village(&fixture, 1, STR("V2"), STR("996601101202"), STR("单雄信"));
    make_village(&fixture, 2, STR("V3"), STR("996601102201"), STR("欧阳小明"));
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

static Err grant_work(Cx *cx, void *arg)
{
    return relation_grant(cx, arg);
}

static Relation relation_to(Fixture *fixture, RelationKind kind, Str facility)
{
    return (Relation){.kind = kind,
                      .subject = fixture->people[2],
                      .facility = facility,
                      .source = cx_new_id(&fixture->cx),
                      .from = fixture->cx.today,
                      .until = date_add_days(fixture->cx.today, 30)};
}

static void give(Fixture *fixture, Relation relation)
{
    fixture->cx.actor = access_system_actor();
    assert_int_equal(cx_write(&fixture->cx, grant_work, &relation), OK);
}

static void give_roles_relations(Fixture *fixture)
{
    fixture->roles[0].relations = RELATION_TREATING | RELATION_REFERRAL;
    fixture->roles[1].relations = RELATION_SAMPLE;
}

static size_t found(Cx *cx, Str query)
{
    const Resident *residents = NULL;
    size_t n = 0;
    assert_int_equal(resident_search(cx, query, &residents, &n), OK);
    return n;
}

static void a_relation_opens_one_person_and_only_while_it_is_in_force(void **state)
{
    Fixture *fixture = fixture_of(state);
    Cx *cx = &fixture->cx;
    give_roles_relations(fixture);
    become(fixture, "village_doctor", STR("V1"));
    assert_seen(cx, "101201 ");
    assert_int_equal(found(cx, STR("欧阳小明")), 0);
    give(fixture, relation_to(fixture, RELATION_REFERRAL, STR("V1")));
    become(fixture, "village_doctor", STR("V1"));
    assert_seen(cx, "101201 102201 ");
    assert_int_equal(found(cx, STR("欧阳小明")), 1);
    assert_int_equal(found(cx, STR("小明")), 2);
    assert_int_equal(found(cx, STR("单雄信")), 0);
    become(fixture, "village_doctor", STR("V2"));
    assert_seen(cx, "101202 ");
    assert_int_equal(found(cx, STR("欧阳小明")), 0);
    cx->today = date_add_days(cx->today, 30);
    become(fixture, "village_doctor", STR("V1"));
    assert_seen(cx, "101201 102201 ");
    cx->today = date_add_days(cx->today, 1);
    become(fixture, "village_doctor", STR("V1"));
    assert_seen(cx, "101201 ");
    assert_int_equal(found(cx, STR("欧阳小明")), 0);
}

static void a_relation_counts_for_the_roles_that_name_its_kind_only(void **state)
{
    Fixture *fixture = fixture_of(state);
    Cx *cx = &fixture->cx;
    give_roles_relations(fixture);
    give(fixture, relation_to(fixture, RELATION_CONTRACT, STR("V1")));
    give(fixture, relation_to(fixture, RELATION_REFERRAL, STR("C")));
    become(fixture, "village_doctor", STR("V1"));
    assert_seen(cx, "101201 ");
    become(fixture, "commission", STR("C"));
    assert_seen(cx, "");
    give(fixture, relation_to(fixture, RELATION_SAMPLE, STR("C")));
    become(fixture, "commission", STR("C"));
    assert_seen(cx, "102201 ");
    Resident resident;
    assert_int_equal(resident_open(cx, fixture->people[2], &resident), OK);
    assert_int_equal(resident_open(cx, fixture->people[0], &resident), ERR_NOT_FOUND);
}

static Err end_work(Cx *cx, void *arg)
{
    const Relation *relation = arg;
    return relation_end(cx, relation->source, date_add_days(cx->today, -1));
}

static void a_relation_of_an_account_is_not_its_colleagues_and_ends_with_its_source(void **state)
{
    Fixture *fixture = fixture_of(state);
    Cx *cx = &fixture->cx;
    give_roles_relations(fixture);
    Relation relation = relation_to(fixture, RELATION_SAMPLE, STR("C"));
    become(fixture, "commission", STR("C"));
    relation.account = fixture->actor.account;
    give(fixture, relation);
    become(fixture, "commission", STR("C"));
    assert_seen(cx, "");
    Account account = {.id = relation.account, .role = STR("commission"), .facility = STR("C")};
    assert_int_equal(access_actor(cx, &account, &fixture->actor), OK);
    cx->actor = &fixture->actor;
    assert_seen(cx, "102201 ");
    assert_int_equal(cx_write(cx, end_work, &relation), OK);
    assert_seen(cx, "");
}

static Err treat_work(Cx *cx, void *arg)
{
    return relation_treat(cx, *(const Uuid *)arg, 365);
}

static void who_treats_a_person_still_sees_him_when_the_areas_have_changed(void **state)
{
    Fixture *fixture = fixture_of(state);
    Cx *cx = &fixture->cx;
    give_roles_relations(fixture);
    become(fixture, "village_doctor", STR("V3"));
    for (int i = 0; i < 2; i++) /* once more changes nothing */
        assert_int_equal(cx_write(cx, treat_work, &fixture->people[2]), OK);
    cx->actor = access_system_actor();
    cx->today = date_add_days(cx->today, 1);
    serve(cx, STR("V3"), STR("996601102201"), cx->today);
    cx->today = date_add_days(cx->today, 1);
    become(fixture, "village_doctor", STR("V3"));
    assert_seen(cx, "102201 ");
    become(fixture, "village_doctor", STR("V2"));
    assert_seen(cx, "101202 ");
    cx->actor = access_system_actor();
    assert_int_equal(cx_write(cx, treat_work, &fixture->people[1]), OK);
    become(fixture, "village_doctor", STR("V3"));
    assert_seen(cx, "102201 ");
}

static size_t own(Cx *cx, OwnResident *ret_first)
{
    const OwnResident *residents = NULL;
    size_t n = 0;
    assert_int_equal(resident_own(cx, &residents, &n), OK);
    if (n > 0)
        *ret_first = residents[0];
    return n;
}

static void an_account_of_a_resident_sees_whom_it_is_for_and_follows_a_merge(void **state)
{
    static const Str permissions[] = {{"residents.own", 13}, {"residents.read", 14}};
    Fixture *fixture = fixture_of(state);
    Cx *cx = &fixture->cx;
    fixture->roles[0] = (Role){.id = STR("village_doctor"),
                               .sight = SIGHT_NONE,
                               .relations = RELATION_SELF | RELATION_GUARDIAN,
                               .permissions = permissions,
                               .permission_n = 2};
    Relation relation = relation_to(fixture, RELATION_SELF, STR("V1"));
    cx->actor = access_system_actor();
    assert_int_equal(cx_write(cx, grant_work, &relation), ERR_INVALID); /* of no facility */
    become(fixture, "village_doctor", STR("V1"));
    OwnResident first;
    assert_int_equal(own(cx, &first), 0);
    assert_seen(cx, "");
    relation.account = fixture->actor.account;
    give(fixture, relation);
    Account account = {
        .id = relation.account, .role = STR("village_doctor"), .facility = STR("V1")};
    assert_int_equal(access_actor(cx, &account, &fixture->actor), OK);
    cx->actor = &fixture->actor;
    assert_seen(cx, "102201 ");
    assert_int_equal(own(cx, &first), 1);
    assert_true(uuid_equals(first.who.id, fixture->people[2]));
    assert_true(str_equals_c(first.who.name, "欧阳小明"));
    cx->actor = access_system_actor();
    assert_int_equal(
        resident_merge(cx, fixture->people[2], fixture->people[0], STR("同一个人，登记了两次")),
        OK);
    cx->actor = &fixture->actor;
    assert_seen(cx, "101201 102201 "); /* both entries, one person */
    assert_int_equal(own(cx, &first), 1);
    assert_true(uuid_equals(first.who.id, fixture->people[0]));
    cx->today = date_add_days(cx->today, 31);
    assert_int_equal(access_actor(cx, &account, &fixture->actor), OK);
    assert_int_equal(own(cx, &first), 0);
    assert_seen(cx, "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

static int run_group(const char *name, bool on_postgres)
{
    const struct CMUnitTest relations[] = {
        TEST(an_account_of_a_resident_sees_whom_it_is_for_and_follows_a_merge),
        TEST(a_relation_opens_one_person_and_only_while_it_is_in_force),
        TEST(a_relation_counts_for_the_roles_that_name_its_kind_only),
        TEST(a_relation_of_an_account_is_not_its_colleagues_and_ends_with_its_source),
        TEST(who_treats_a_person_still_sees_him_when_the_areas_have_changed),
    };
    is_postgres = on_postgres;
    return cmocka_run_group_tests_name(name, relations, NULL, NULL);
}

int main(void)
{
    arena_init(&process, MIB(64));
    access_register_scopes();
    int failed = run_group("relations on sqlite", false);
    cluster = pg_cluster_start(&process);
    failed += run_group("relations on postgres", true);
    pg_cluster_stop(&cluster, &process);
    arena_done(&process);
    return failed;
}
