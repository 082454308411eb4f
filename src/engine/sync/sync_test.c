/* Runs of a phone's copy without records: who is in it, what the next one sends and drops. The text
 * of a bundle is the test's own: the name. */
#include "engine/sync/sync.h"

#include "base/vec.h"
#include "core/keys.h"
#include "core/place.h"
#include "db/migrate.h"
#include "engine/subjects/residents.h"
#include "engine/sync/sync_sql.h"
#include "support/pg_cluster.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { PEOPLE = 120 }; /* several batches */

#define VILLAGE   STR("996601101201")
#define ELSEWHERE STR("996601101202")

static Arena process;
static PgCluster cluster;
static bool is_postgres;

typedef struct {
    Arena arena;
    PackSet *packs;
    Role role;
    Actor actor;
    Uuid people[PEOPLE];
    Device phone;
    Str suffix; /* behind the name, in the text of everybody */
    Cx cx;
} Fixture;

static void add_resident(Fixture *f, size_t at)
{
    Resident resident = {.id = cx_new_id(&f->cx),
                         .sex = STR("1"),
                         .birth_date = date_from_ymd(1958, 3, 12),
                         .area = VILLAGE,
                         .name = str_printf(&f->arena, "测试%zu", at),
                         .registered_on = date_from_ymd(2024, 5, 1),
                         .died_on = DATE_NONE,
                         .left_on = DATE_NONE};
    f->people[at] = resident.id;
    assert_int_equal(resident_add(&f->cx, &resident), OK);
}

static void add_village(Cx *cx, Str code)
{
    const Area area = {.code = code,
                       .parent = STR("996601101"),
                       .level = 5,
                       .name = STR("某村"),
                       .name_en = STR("Village"),
                       .kind = STR("")};
    assert_int_equal(subject_area_add(cx, &area), OK);
}

static void open_packs(Fixture *f)
{
    static const char text[] =
        "pack: p\nversion: 1.0.0\ntitle: {zh: 包, en: Pack}\n"
        "sources:\n  - {key: habit, title: {zh: 惯例, en: Habit}, edition: none}\n";
    const PackFile files[] = {{STR("p/pack.yaml"), str_from_c(text)}};
    const PackMistake *mistakes = NULL;
    size_t n = 0;
    assert_int_equal(pack_set_open_files(files, 1, NULL, &f->arena, &f->packs, &mistakes, &n), OK);
    record_forms_prepare(f->packs);
    f->role = (Role){.id = STR("village_doctor"),
                     .title = {STR("乡村医生"), STR("Village doctor")},
                     .sight = SIGHT_CATCHMENT,
                     .sees_persons = true};
    map_put(&f->packs->roles, f->role.id, &f->role);
}

/* Who sees the village, and may keep it. */
static void become_doctor(Fixture *f)
{
    static const Str permissions[] = {{"residents.sync", 14},
                                      {"residents.read", 14},
                                      {"residents.write", 15},
                                      {"records.read", 12},
                                      {"obligations.read", 16}};
    f->actor = (Actor){.account = cx_new_id(&f->cx),
                       .login = STR("doctor"),
                       .role = STR("village_doctor"),
                       .facility = STR("V1"),
                       .sees_persons = true,
                       .permissions = permissions,
                       .permission_n = 5};
    f->actor.scope = (DbScope){
        .area_from = VILLAGE, .area_after = ELSEWHERE, .facility = STR(""), .classes = STR(",,")};
    f->actor.sight = f->actor.scope;
    const Account account = {.id = f->actor.account,
                             .login = STR("doctor"),
                             .name = STR("某人"),
                             .role = f->actor.role,
                             .facility = f->actor.facility};
    f->cx.actor = access_system_actor();
    assert_int_equal(account_add(&f->cx, &account, STR("")), OK);
    f->actor = sync_actor(&f->actor);
    f->cx.actor = &f->actor;
}

static int set_up(void **state)
{
    static Fixture fixture;
    Fixture *f = &fixture;
    *f = (Fixture){.suffix = STR("")};
    arena_init(&f->arena, MIB(64));
    open_packs(f);
    Str message = {0};
    int applied = 0;
    Db *db = NULL;
    DbOptions options = {.url = is_postgres ? pg_cluster_database(&cluster, &process, "sync")
                                            : STR(":memory:")};
    assert_int_equal(db_open(&options, &f->arena, &db, &message), OK);
    assert_int_equal(migrate_up(db, &f->arena, &applied, &message), OK);
    f->cx = (Cx){.arena = &f->arena,
                 .db = db,
                 .packs = f->packs,
                 .keys = keys_make(&f->arena),
                 .actor = access_system_actor(),
                 .place = STR("996601"),
                 .today = date_from_ymd(2025, 6, 30),
                 .as_of = DATE_NONE,
                 .now = instant_of_date(date_from_ymd(2025, 6, 30), 9, 0)};
    assert_int_equal(place_put(&f->cx, STR("甲县"), STR("County A")), OK);
    add_village(&f->cx, VILLAGE);
    add_village(&f->cx, ELSEWHERE);
    for (size_t i = 0; i < PEOPLE; i++)
        add_resident(f, i);
    become_doctor(f);
    assert_int_equal(device_register(&f->cx, STR("手机"), (Str){0}, &f->phone), OK);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    Fixture *f = *state;
    f->cx.actor = access_system_actor();
    assert_int_equal(audit_flush(&f->cx), OK);
    db_close(f->cx.db);
    pack_set_close(f->packs);
    arena_done(&f->arena);
    return 0;
}

/* Everything but the end. */
static void send(Fixture *f, SyncRun *run)
{
    const SyncBundle *bundles = NULL;
    const SyncDrop *drops = NULL;
    size_t n = 0;
    do {
        assert_int_equal(sync_next(&f->cx, run, &bundles, &n), OK);
        for (size_t i = 0; i < n; i++) {
            Str text = str_printf(&f->arena, "%.*s%.*s", STR_ARG(bundles[i].resident->name),
                                  STR_ARG(f->suffix));
            (void)sync_take(&f->cx, run, &bundles[i], text);
        }
    } while (n > 0);
    do
        assert_int_equal(sync_drops(&f->cx, run, &drops, &n), OK);
    while (n > 0);
}

static SyncRun sync_from(Fixture *f, int64_t sequence)
{
    SyncRun run = {0};
    assert_int_equal(sync_begin(&f->cx, f->phone.id, sequence, &run), OK);
    send(f, &run);
    assert_int_equal(sync_end(&f->cx, &run), OK);
    return run;
}

static void event(Fixture *f, size_t at, ResidentEventKind kind, Str area)
{
    const ResidentEvent one = {.id = cx_new_id(&f->cx),
                               .resident = f->people[at],
                               .kind = kind,
                               .happened_on = f->cx.today,
                               .area = area};
    const Actor *before = f->cx.actor;
    f->cx.actor = access_system_actor();
    assert_int_equal(resident_event_add(&f->cx, &one), OK);
    f->cx.actor = before;
}

static void statements_fit_the_tables(void **state)
{
    Fixture *f = *state;
    Str faults = STR("");
    Err err = db_check_statements(f->cx.db, sync_statements, sync_statements_n, &f->arena, &faults);
    if (err != OK)
        print_error("%.*s\n", STR_ARG(faults));
    assert_int_equal(err, OK);
}

static void a_first_copy_has_everybody_and_the_next_only_who_differs(void **state)
{
    Fixture *f = *state;
    SyncRun run = sync_from(f, 0);
    assert_true(run.is_whole);
    assert_int_equal(run.sent, PEOPLE);
    run = sync_from(f, run.sequence);
    assert_false(run.is_whole);
    assert_int_equal(run.sent, 0);
    assert_int_equal(run.dropped, 0);
    f->suffix = STR(" 另");
    run = sync_from(f, run.sequence);
    assert_int_equal(run.sent, PEOPLE);
    run = sync_from(f, run.sequence);
    assert_int_equal(run.sent, 0);
}

static void who_goes_is_dropped_with_the_reason(void **state)
{
    Fixture *f = *state;
    SyncRun run = sync_from(f, 0);
    event(f, 3, RESIDENT_MOVED, ELSEWHERE);
    event(f, 70, RESIDENT_DIED, STR(""));
    event(f, 110, RESIDENT_LEFT, STR(""));
    assert_int_equal(sync_begin(&f->cx, f->phone.id, run.sequence, &run), OK);
    SyncRun sent = run;
    send(f, &sent);
    assert_int_equal(sent.dropped, 3);
    run.people_at = run.people_n;
    const SyncDrop *drops = NULL;
    size_t n = 0;
    int seen = 0;
    for (;;) {
        assert_int_equal(sync_drops(&f->cx, &run, &drops, &n), OK);
        if (n == 0)
            break;
        for (size_t i = 0; i < n; i++) {
            SyncWhy wanted = uuid_equals(drops[i].id, f->people[70]) ? SYNC_DIED : SYNC_MOVED;
            assert_int_equal(drops[i].why, wanted);
            seen++;
        }
    }
    assert_int_equal(seen, 3);
    assert_int_equal(sync_end(&f->cx, &sent), OK);
    assert_int_equal(sync_from(f, sent.sequence).dropped, 0);
}

static void a_phone_that_missed_a_copy_gets_everything(void **state)
{
    Fixture *f = *state;
    SyncRun first = sync_from(f, 0);
    SyncRun missed = sync_from(f, first.sequence);
    SyncRun whole = sync_from(f, first.sequence);
    assert_true(whole.is_whole);
    assert_int_equal(whole.sent, PEOPLE);
    assert_true(whole.sequence > missed.sequence);
    assert_false(sync_from(f, whole.sequence).is_whole);
    /* The server has gone back to an older database: no number comes a second time. */
    SyncRun ahead = sync_from(f, 1000);
    assert_true(ahead.is_whole);
    assert_int_equal(ahead.sequence, 1001);
}

static void what_is_broken_off_leaves_everything_as_it_was(void **state)
{
    Fixture *f = *state;
    SyncRun run = sync_from(f, 0), broken = {0};
    f->suffix = STR(" 另");
    assert_int_equal(sync_begin(&f->cx, f->phone.id, run.sequence, &broken), OK);
    send(f, &broken);
    assert_int_equal(broken.sent, PEOPLE);
    f->suffix = STR("");
    run = sync_from(f, run.sequence);
    assert_false(run.is_whole);
    assert_int_equal(run.sent, 0);
}

static void of_two_runs_at_once_the_later_one_has_no_end(void **state)
{
    Fixture *f = *state;
    SyncRun one = {0}, two = {0};
    assert_int_equal(sync_begin(&f->cx, f->phone.id, 0, &one), OK);
    assert_int_equal(sync_begin(&f->cx, f->phone.id, 0, &two), OK);
    send(f, &one);
    send(f, &two);
    assert_int_equal(sync_end(&f->cx, &one), OK);
    assert_int_equal(sync_end(&f->cx, &two), ERR_CONFLICT);
    assert_int_equal(sync_from(f, one.sequence).sent, 0);
}

static void who_goes_while_it_runs_is_not_in_it(void **state)
{
    Fixture *f = *state;
    SyncRun run = {0};
    assert_int_equal(sync_begin(&f->cx, f->phone.id, 0, &run), OK);
    event(f, 60, RESIDENT_MOVED, ELSEWHERE);
    send(f, &run);
    assert_int_equal(run.sent, PEOPLE - 1);
    assert_int_equal(sync_end(&f->cx, &run), OK);
    run = sync_from(f, run.sequence);
    assert_int_equal(run.sent, 0);
    assert_int_equal(run.dropped, 0);
}

static void only_the_owner_of_a_phone_in_use_is_answered(void **state)
{
    Fixture *f = *state;
    SyncRun run = {0};
    assert_int_equal(sync_begin(&f->cx, cx_new_id(&f->cx), 0, &run), ERR_NOT_FOUND);
    assert_int_equal(sync_begin(&f->cx, f->phone.id, -1, &run), ERR_INVALID);
    Uuid own = f->actor.account;
    f->actor.account = cx_new_id(&f->cx);
    assert_int_equal(sync_begin(&f->cx, f->phone.id, 0, &run), ERR_NOT_FOUND);
    f->actor.account = own;
    assert_int_equal(sync_begin(&f->cx, f->phone.id, 0, &run), OK);
    send(f, &run);
    assert_int_equal(device_revoke(&f->cx, f->phone.id), OK);
    assert_int_equal(sync_end(&f->cx, &run), ERR_CONFLICT);
    assert_int_equal(sync_begin(&f->cx, f->phone.id, 0, &run), ERR_FORBIDDEN);
    assert_int_equal(device_admit(&f->cx, f->phone.id), ERR_FORBIDDEN);
}

static void every_permission_of_what_is_in_a_copy_is_asked_for(void **state)
{
    Fixture *f = *state;
    SyncRun run = {0};
    static const Str all[] = {{"residents.sync", 14},
                              {"residents.read", 14},
                              {"records.read", 12},
                              {"obligations.read", 16}};
    enum { ALL = sizeof all / sizeof *all };
    for (size_t without = 0; without <= ALL; without++) {
        Str some[ALL];
        size_t n = 0;
        for (size_t i = 0; i < ALL; i++) {
            if (i != without)
                some[n++] = all[i];
        }
        f->actor.permissions = some;
        f->actor.permission_n = n;
        Err wanted = without < ALL ? ERR_FORBIDDEN : OK;
        assert_int_equal(sync_begin(&f->cx, f->phone.id, 0, &run), wanted);
    }
}

static size_t held_n(Fixture *f, Uuid device)
{
    CLEANUP(db_rows_close) DbRows rows = {0};
    const SyncHeldAllIn in = {f->cx.place, device};
    size_t n = 0;
    assert_int_equal(sync_held_all_open(f->cx.db, &in, &rows), OK);
    for (bool has_row = true; has_row; n += has_row) {
        SyncHeldAllRow row;
        assert_int_equal(sync_held_all_next(&rows, &f->arena, &row, &has_row), OK);
    }
    return n;
}

static void a_run_ends_in_its_midst_when_the_phone_is_revoked_or_the_account_disabled(void **state)
{
    Fixture *f = *state;
    const SyncBundle *bundles = NULL;
    Device other;
    SyncRun run = {0}, second = {0};
    size_t n = 0;
    assert_int_equal(device_register(&f->cx, STR("另一部"), (Str){0}, &other), OK);
    assert_int_equal(sync_begin(&f->cx, f->phone.id, 0, &run), OK);
    assert_int_equal(sync_begin(&f->cx, other.id, 0, &second), OK);
    assert_int_equal(sync_next(&f->cx, &run, &bundles, &n), OK);
    assert_int_equal(device_revoke(&f->cx, f->phone.id), OK);
    assert_int_equal(sync_next(&f->cx, &run, &bundles, &n), ERR_FORBIDDEN);
    assert_int_equal(sync_next(&f->cx, &second, &bundles, &n), OK);
    f->cx.actor = access_system_actor();
    assert_int_equal(account_set_disabled(&f->cx, f->actor.account, true), OK);
    f->cx.actor = &f->actor;
    assert_int_equal(sync_next(&f->cx, &second, &bundles, &n), ERR_FORBIDDEN);
}

static void what_a_revoked_phone_held_is_forgotten_and_no_other(void **state)
{
    static const DeviceHook hooks[] = {sync_device_hook, NULL};
    Fixture *f = *state;
    Device first = f->phone, other;
    assert_int_equal(device_register(&f->cx, STR("另一部"), (Str){0}, &other), OK);
    (void)sync_from(f, 0);
    f->phone = other;
    (void)sync_from(f, 0);
    assert_int_equal(held_n(f, first.id), PEOPLE);
    device_set_hooks(hooks);
    assert_int_equal(device_revoke(&f->cx, first.id), OK);
    assert_int_equal(held_n(f, first.id), 0);
    assert_int_equal(held_n(f, other.id), PEOPLE);
    f->cx.actor = access_system_actor();
    assert_int_equal(account_set_disabled(&f->cx, f->actor.account, true), OK);
    device_set_hooks(NULL);
    assert_int_equal(held_n(f, other.id), 0);
}

static void a_copy_leaves_relations_and_sensitive_classes_out(void **state)
{
    (void)state;
    const Actor actor = {.scope = {.relations = RELATION_TREATING | RELATION_EMERGENCY,
                                   .classes = STR(",,hiv,tb,")}};
    const Actor part = sync_actor(&actor);
    assert_int_equal(part.scope.relations, 0);
    assert_true(str_equals_c(part.scope.classes, ",,"));
    assert_true(str_equals_c(part.sight.classes, ",,"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

static int run_group(const char *name, bool on_postgres)
{
    const struct CMUnitTest tests[] = {
        TEST(statements_fit_the_tables),
        TEST(a_first_copy_has_everybody_and_the_next_only_who_differs),
        TEST(who_goes_is_dropped_with_the_reason),
        TEST(a_phone_that_missed_a_copy_gets_everything),
        TEST(what_is_broken_off_leaves_everything_as_it_was),
        TEST(of_two_runs_at_once_the_later_one_has_no_end),
        TEST(who_goes_while_it_runs_is_not_in_it),
        TEST(only_the_owner_of_a_phone_in_use_is_answered),
        TEST(every_permission_of_what_is_in_a_copy_is_asked_for),
        TEST(a_run_ends_in_its_midst_when_the_phone_is_revoked_or_the_account_disabled),
        TEST(what_a_revoked_phone_held_is_forgotten_and_no_other),
        TEST(a_copy_leaves_relations_and_sensitive_classes_out),
    };
    is_postgres = on_postgres;
    return cmocka_run_group_tests_name(name, tests, NULL, NULL);
}

int main(void)
{
    arena_init(&process, MIB(64));
    access_register_scopes();
    int failed = run_group("sync on sqlite", false);
    cluster = pg_cluster_start(&process);
    failed += run_group("sync on postgres", true);
    pg_cluster_stop(&cluster, &process);
    arena_done(&process);
    return failed;
}
