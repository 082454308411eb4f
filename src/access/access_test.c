/* Tests of access: log-in, lock-out, sessions, roles, and the audit chain, on both databases. */
#include "access/access_int.h"
#include "access/access_sql.h"
#include "access/access_test_sql.h"
#include "access/audit_sql.h"
#include "access/limits.h"
#include "base/encoding.h"
#include "base/os_file.h"
#include "core/core_sql.h"
#include "core/place.h"
#include "db/migrate.h"
#include "pack/pack.h"
#include "support/pg_cluster.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static Arena process;
static PgCluster cluster;
static bool is_postgres; /* which database the running group uses */

typedef struct {
    Arena arena;
    PackSet packs;
    Role roles[4];
    Cx cx;
} Fixture;

static Fixture *fixture_of(void **state)
{
    return *state;
}

static void put_role(Fixture *fixture, size_t at, const char *id, RoleSight sight,
                     bool sees_persons)
{
    static const Str permissions[] = {{"records.write", 13}};
    fixture->roles[at] = (Role){.id = str_from_c(id),
                                .title = {STR("岗位"), STR("Post")},
                                .sight = sight,
                                .sees_persons = sees_persons,
                                .permissions = permissions,
                                .permission_n = 1};
    map_put(&fixture->packs.roles, fixture->roles[at].id, &fixture->roles[at]);
}

static int set_up(void **state)
{
    static Fixture fixture;
    fixture = (Fixture){0};
    arena_init(&fixture.arena, MIB(64));
    map_init(&fixture.packs.roles, &fixture.arena);
    put_role(&fixture, 0, "village_doctor", SIGHT_CATCHMENT, true);
    put_role(&fixture, 1, "commission", SIGHT_PLACE, false);
    Str message = {0};
    int applied = 0;
    Db *db = NULL;
    DbOptions options = {.url = is_postgres ? pg_cluster_database(&cluster, &process, "access")
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
    *state = &fixture;
    return 0;
}

static int tear_down(void **state)
{
    Fixture *fixture = fixture_of(state);
    assert_int_equal(audit_flush(&fixture->cx), OK);
    db_close(fixture->cx.db);
    arena_done(&fixture->arena);
    return 0;
}

#define PASSWORD STR("correct horse")

static Account add_account(Cx *cx, Str login)
{
    Account account = {.id = cx_new_id(cx),
                       .login = login,
                       .name = STR("李医生"),
                       .role = STR("village_doctor"),
                       .facility = STR("V01")};
    assert_int_equal(account_add(cx, &account, PASSWORD), OK);
    return account;
}

static Err log_in(Cx *cx, Str login, Str password, Session *ret_session)
{
    Account account;
    return session_open(cx, login, password, STR("10.0.0.1"), ret_session, &account);
}

static void later(Cx *cx, int64_t minutes)
{
    cx->now.ms += minutes * ACCESS_MINUTE_MS;
}

static void every_statement_prepares_and_has_the_columns_it_declares(void **state)
{
    Cx *cx = &fixture_of(state)->cx;
    const struct {
        const DbStatement *const *statements;
        size_t n;
    } files[] = {{core_statements, core_statements_n},
                 {access_statements, access_statements_n},
                 {audit_statements, audit_statements_n}};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        Str faults = {0};
        Err err = db_check_statements(cx->db, files[i].statements, files[i].n, cx->arena, &faults);
        if (err != OK)
            print_error("%.*s\n", STR_ARG(faults));
        assert_int_equal(err, OK);
    }
}

static void a_right_password_opens_a_session_that_is_found_again(void **state)
{
    Cx *cx = &fixture_of(state)->cx;
    Account account = add_account(cx, STR("v01"));
    Session session;
    Session found;
    Account who;
    assert_int_equal(log_in(cx, STR("v01"), PASSWORD, &session), OK);
    assert_int_equal(session_find(cx, session.token, &found, &who), OK);
    assert_true(uuid_equals(who.id, account.id));
    assert_true(str_equals(who.facility, account.facility));
    assert_true(str_equals(found.csrf, session.csrf));
    assert_false(str_equals(session.csrf, session.token));
    assert_int_equal(session.expires_at.ms - cx->now.ms, SESSION_LIFE_MINUTES * ACCESS_MINUTE_MS);
}

static void the_token_itself_is_not_in_the_database(void **state)
{
    Cx *cx = &fixture_of(state)->cx;
    add_account(cx, STR("v01"));
    Session session;
    assert_int_equal(log_in(cx, STR("v01"), PASSWORD, &session), OK);
    Str bytes;
    CountSessionsWithTokenRow row;
    assert_int_equal(base64url_decode(cx->arena, session.token, &bytes), OK);
    assert_int_equal(bytes.n, SESSION_TOKEN_BYTES);
    Str candidates[] = {session.token, bytes};
    for (size_t i = 0; i < 2; i++) {
        CountSessionsWithTokenIn in = {.token = candidates[i]};
        assert_int_equal(count_sessions_with_token(cx->db, cx->arena, &in, &row), OK);
        assert_int_equal(row.sessions, 0);
    }
    Sha256 hash = sha256_of(session.token);
    CountSessionsWithTokenIn in = {.token = {(const char *)hash.bytes, SHA256_SIZE}};
    assert_int_equal(count_sessions_with_token(cx->db, cx->arena, &in, &row), OK);
    assert_int_equal(row.sessions, 1);
}

static void a_wrong_password_and_an_unknown_login_give_the_same_answer(void **state)
{
    Cx *cx = &fixture_of(state)->cx;
    add_account(cx, STR("v01"));
    Session session;
    assert_int_equal(log_in(cx, STR("v01"), STR("wrong password"), &session), ERR_UNAUTHENTICATED);
    assert_int_equal(log_in(cx, STR("nobody"), PASSWORD, &session), ERR_UNAUTHENTICATED);
    assert_int_equal(cx->problem_n, 2);
    assert_true(str_equals(cx->problems[0].text.zh, cx->problems[1].text.zh));
}

static void five_wrong_passwords_lock_the_account_for_a_quarter_of_an_hour(void **state)
{
    Cx *cx = &fixture_of(state)->cx;
    add_account(cx, STR("v01"));
    Session session;
    for (int i = 0; i < LOGIN_FAILURES_ACCOUNT; i++)
        assert_int_equal(log_in(cx, STR("v01"), STR("wrong password"), &session),
                         ERR_UNAUTHENTICATED);
    assert_int_equal(log_in(cx, STR("v01"), PASSWORD, &session), ERR_RATE);
    assert_true(str_equals_c(cx->problems[cx->problem_n - 1].text.en,
                             "Too many failed logins; try again after 09:15"));
    later(cx, LOGIN_LOCK_MINUTES - 1);
    assert_int_equal(log_in(cx, STR("v01"), PASSWORD, &session), ERR_RATE);
    later(cx, 1);
    assert_int_equal(log_in(cx, STR("v01"), PASSWORD, &session), OK);
}

static void an_unknown_login_locks_like_a_known_one(void **state)
{
    Cx *cx = &fixture_of(state)->cx;
    Session session;
    for (int i = 0; i < LOGIN_FAILURES_ACCOUNT; i++)
        assert_int_equal(log_in(cx, STR("nobody"), PASSWORD, &session), ERR_UNAUTHENTICATED);
    assert_int_equal(log_in(cx, STR("nobody"), PASSWORD, &session), ERR_RATE);
}

static void a_right_password_forgets_the_failures_before_it(void **state)
{
    Cx *cx = &fixture_of(state)->cx;
    add_account(cx, STR("v01"));
    Session session;
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < LOGIN_FAILURES_ACCOUNT - 1; i++)
            assert_int_equal(log_in(cx, STR("v01"), STR("wrong password"), &session),
                             ERR_UNAUTHENTICATED);
        assert_int_equal(log_in(cx, STR("v01"), PASSWORD, &session), OK);
    }
}

static void one_address_is_locked_after_failures_over_many_logins(void **state)
{
    Cx *cx = &fixture_of(state)->cx;
    add_account(cx, STR("v01"));
    Session session;
    for (int i = 0; i < LOGIN_FAILURES_PEER; i++) {
        Str login = str_printf(cx->arena, "guess%d", i);
        assert_int_equal(log_in(cx, login, PASSWORD, &session), ERR_UNAUTHENTICATED);
    }
    Account account;
    assert_int_equal(log_in(cx, STR("v01"), PASSWORD, &session), ERR_RATE);
    assert_int_equal(session_open(cx, STR("v01"), PASSWORD, STR("10.0.0.2"), &session, &account),
                     OK);
}

static void a_session_ends_when_unused_and_lives_on_when_used(void **state)
{
    Cx *cx = &fixture_of(state)->cx;
    add_account(cx, STR("v01"));
    Session used;
    Session unused;
    Session found;
    Account who;
    assert_int_equal(log_in(cx, STR("v01"), PASSWORD, &used), OK);
    assert_int_equal(log_in(cx, STR("v01"), PASSWORD, &unused), OK);
    later(cx, SESSION_LIFE_MINUTES - 1);
    assert_int_equal(session_find(cx, used.token, &found, &who), OK);
    assert_int_equal(found.expires_at.ms - cx->now.ms, SESSION_LIFE_MINUTES * ACCESS_MINUTE_MS);
    later(cx, 1);
    assert_int_equal(session_find(cx, unused.token, &found, &who), ERR_UNAUTHENTICATED);
    assert_string_equal(cx->problems[cx->problem_n - 1].key, "SESSION_EXPIRED");
    assert_int_equal(session_find(cx, used.token, &found, &who), OK);
}

static void a_closed_session_is_gone(void **state)
{
    Cx *cx = &fixture_of(state)->cx;
    add_account(cx, STR("v01"));
    Session session;
    Session found;
    Account who;
    assert_int_equal(log_in(cx, STR("v01"), PASSWORD, &session), OK);
    assert_int_equal(session_close(cx, session.token), OK);
    assert_int_equal(session_find(cx, session.token, &found, &who), ERR_UNAUTHENTICATED);
    assert_int_equal(session_find(cx, STR("made up"), &found, &who), ERR_UNAUTHENTICATED);
}

static void a_disabled_account_opens_nothing(void **state)
{
    Cx *cx = &fixture_of(state)->cx;
    Account account = {.id = cx_new_id(cx),
                       .login = STR("old"),
                       .name = STR("已离职"),
                       .role = STR("village_doctor"),
                       .facility = STR("V01"),
                       .is_disabled = true};
    Session session;
    assert_int_equal(account_add(cx, &account, PASSWORD), OK);
    assert_int_equal(log_in(cx, STR("old"), PASSWORD, &session), ERR_UNAUTHENTICATED);
}

/* As somebody who may keep a copy; without a token on no session. */
static Uuid register_phone(Cx *cx, const Account *account, Str token)
{
    static const Str permissions[] = {{"residents.sync", 14}};
    const Actor actor = {.account = account->id,
                         .login = account->login,
                         .permissions = permissions,
                         .permission_n = 1};
    const Actor *before = cx->actor;
    Device phone;
    cx->actor = &actor;
    assert_int_equal(device_register(cx, STR("手机"), token, &phone), OK);
    cx->actor = before;
    return phone.id;
}

static void let_sync(Fixture *fixture, size_t role)
{
    static const Str permissions[] = {{"records.write", 13}, {"residents.sync", 14}};
    fixture->roles[role].permissions = permissions;
    fixture->roles[role].permission_n = 2;
}

static Uuid hooked_account;
static int hooked;

static Err note_hook(Cx *cx, Uuid account)
{
    assert_true(cx->is_writing);
    hooked_account = account;
    hooked++;
    return OK;
}

static void disabling_an_account_revokes_its_phones(void **state)
{
    static const DeviceHook hooks[] = {note_hook, NULL};
    Cx *cx = &fixture_of(state)->cx;
    Account account = add_account(cx, STR("v01")), other = add_account(cx, STR("v02"));
    Uuid one = register_phone(cx, &account, (Str){0}), two = register_phone(cx, &account, (Str){0});
    Uuid others = register_phone(cx, &other, (Str){0});
    assert_int_equal(device_revoke(cx, two), OK);
    assert_int_equal(device_require_in_use(cx, one), OK);
    assert_int_equal(device_require_in_use(cx, two), ERR_FORBIDDEN);
    device_set_hooks(hooks);
    hooked = 0;
    assert_int_equal(account_set_disabled(cx, account.id, true), OK);
    assert_int_equal(hooked, 1);
    assert_true(uuid_equals(hooked_account, account.id));
    assert_int_equal(account_set_disabled(cx, account.id, false), OK);
    device_set_hooks(NULL);
    assert_int_equal(hooked, 1);
    assert_int_equal(device_admit(cx, one), ERR_FORBIDDEN); /* for good: it has erased itself */
    assert_int_equal(device_require_in_use(cx, one), ERR_FORBIDDEN);
    assert_int_equal(device_admit(cx, others), OK);
    CLEANUP(db_rows_close) DbRows rows = {0};
    EntryByActionIn in = {.action = STR("device.revoke")};
    EntryByActionRow row;
    bool has_row = false, is_told = false;
    assert_int_equal(entry_by_action_open(cx->db, &in, &rows), OK);
    do {
        assert_int_equal(entry_by_action_next(&rows, cx->arena, &row, &has_row), OK);
        is_told = is_told || (has_row && str_equals_c(row.detail, "phones 1"));
    } while (has_row);
    assert_true(is_told);
}

static void a_phone_stays_with_a_post_that_may_sync_and_no_other(void **state)
{
    Fixture *fixture = fixture_of(state);
    Cx *cx = &fixture->cx;
    put_role(fixture, 2, "town_doctor", SIGHT_TREE, true);
    let_sync(fixture, 0);
    let_sync(fixture, 2);
    Account account = add_account(cx, STR("v01"));
    Uuid phone = register_phone(cx, &account, (Str){0});
    assert_int_equal(account_set_post(cx, account.id, STR("town_doctor"), STR("T01")), OK);
    assert_int_equal(device_admit(cx, phone), OK);
    assert_int_equal(account_set_post(cx, account.id, STR("commission"), STR("T01")), OK);
    assert_int_equal(device_admit(cx, phone), ERR_FORBIDDEN);
}

static void a_session_stays_tied_to_the_phone_that_it_was_first_used_on(void **state)
{
    Cx *cx = &fixture_of(state)->cx;
    Account account = add_account(cx, STR("v01")), who;
    Session session, found;
    assert_int_equal(log_in(cx, STR("v01"), PASSWORD, &session), OK);
    Uuid first = register_phone(cx, &account, session.token);
    Uuid second = register_phone(cx, &account, (Str){0});
    assert_int_equal(device_take_session(cx, second, &session), OK); /* as it was read before */
    assert_int_equal(session_find(cx, session.token, &found, &who), OK);
    assert_true(uuid_equals(found.device, first));
    assert_int_equal(device_take_session(cx, second, &found), OK);
    assert_int_equal(device_revoke(cx, first), OK);
    assert_int_equal(session_find(cx, session.token, &found, &who), ERR_UNAUTHENTICATED);
    assert_int_equal(log_in(cx, STR("v01"), PASSWORD, &session), OK);
    assert_int_equal(device_take_session(cx, second, &session), OK);
    assert_int_equal(session_find(cx, session.token, &found, &who), OK);
    assert_true(uuid_equals(found.device, second));
}

static void a_login_is_taken_once_and_a_short_password_is_refused(void **state)
{
    Cx *cx = &fixture_of(state)->cx;
    Account account = add_account(cx, STR("v01"));
    account.id = cx_new_id(cx);
    assert_int_equal(account_add(cx, &account, PASSWORD), ERR_CONFLICT);
    account.login = STR("v02");
    assert_int_equal(account_add(cx, &account, STR("1234567")), ERR_INVALID);
    const Account *accounts = NULL;
    size_t n = 0;
    assert_int_equal(account_list(cx, &accounts, &n), OK);
    assert_int_equal(n, 1);
}

static void permissions_come_from_the_role_and_refusals_name_it(void **state)
{
    Cx *cx = &fixture_of(state)->cx;
    Account account = add_account(cx, STR("v01"));
    Actor actor;
    assert_int_equal(access_actor(cx, &account, &actor), OK);
    cx->actor = &actor;
    assert_int_equal(access_require(cx, STR("records.write")), OK);
    assert_int_equal(access_require(cx, STR("accounts.write")), ERR_FORBIDDEN);
    assert_true(str_equals_c(cx->problems[0].text.zh, "您的岗位（岗位）没有“accounts.write”权限"));
    cx->actor = NULL;
    assert_int_equal(access_require(cx, STR("records.write")), ERR_UNAUTHENTICATED);
    account.role = STR("nothing");
    assert_int_equal(access_actor(cx, &account, &actor), ERR_FORBIDDEN);
}

static void a_role_without_persons_and_a_facility_without_areas_see_nobody(void **state)
{
    Cx *cx = &fixture_of(state)->cx;
    Account account = add_account(cx, STR("v01"));
    Actor actor;
    assert_int_equal(access_actor(cx, &account, &actor), OK);
    assert_true(str_equals(actor.scope.area_from, actor.scope.area_after));
    account.role = STR("commission");
    assert_int_equal(access_actor(cx, &account, &actor), OK);
    assert_false(actor.sees_persons);
    assert_true(str_equals(actor.scope.area_from, actor.scope.area_after));
}

/* ---- audit ---- */

static void add_entries(Cx *cx, int n)
{
    for (int i = 0; i < n; i++) {
        AuditEntry entry = {.action = STR("resident.open"),
                            .subject = cx_new_id(cx),
                            .detail = str_printf(cx->arena, "number=%d", i)};
        assert_int_equal(audit_add(cx, &entry), OK);
    }
    assert_int_equal(audit_flush(cx), OK);
}

static void unlock(Cx *cx)
{
    if (is_postgres) {
        assert_int_equal(tamper_unlock_postgres(cx->db, NULL), OK);
        return;
    }
    assert_int_equal(tamper_unlock_update(cx->db, NULL), OK);
    assert_int_equal(tamper_unlock_delete(cx->db, NULL), OK);
}

static AuditReport prove(Cx *cx)
{
    AuditReport report = {0};
    assert_int_equal(audit_prove(cx, &report), OK);
    return report;
}

static void reads_are_queued_and_written_down_by_a_flush(void **state)
{
    Cx *cx = &fixture_of(state)->cx;
    Actor actor = {.account = cx_new_id(cx),
                   .login = STR("v01"),
                   .home = STR("4413"),
                   .purpose = STR("research")};
    cx->actor = &actor;
    AuditEntry entry = {.action = STR("list.obligations"), .detail = STR("state=overdue found=3")};
    assert_int_equal(audit_add(cx, &entry), OK);
    assert_int_equal(prove(cx).entries, 0);
    assert_int_equal(audit_flush(cx), OK);
    assert_int_equal(prove(cx).entries, 1);
    CLEANUP(db_rows_close) DbRows rows = {0};
    EntryByActionIn in = {.action = entry.action};
    EntryByActionRow row;
    bool has_row = false;
    assert_int_equal(entry_by_action_open(cx->db, &in, &rows), OK);
    assert_int_equal(entry_by_action_next(&rows, cx->arena, &row, &has_row), OK);
    assert_true(has_row);
    assert_true(uuid_equals(row.account, actor.account));
    assert_true(str_equals_c(row.detail, "state=overdue found=3 [4413 v01] [research]"));
}

static void more_reads_than_the_queue_holds_are_all_written_down(void **state)
{
    Cx *cx = &fixture_of(state)->cx;
    add_entries(cx, AUDIT_QUEUE_MOST + 10);
    AuditReport report = prove(cx);
    assert_int_equal(report.fault, AUDIT_WHOLE);
    assert_int_equal(report.entries, AUDIT_QUEUE_MOST + 10);
    assert_true(report.checkpoints > 0); /* the chain signed its heads by itself */
}

static void a_place_that_cannot_be_written_makes_no_other_wait_for_ever(void **state)
{
    Cx *cx = &fixture_of(state)->cx;
    AuditEntry entry = {.action = STR("resident.open"), .subject = cx_new_id(cx)};
    Cx barred = *cx;
    barred.place = STR("999999");
    const TamperPutInTheWayIn in_the_way = {
        .place = barred.place, .writer = audit_writer(), .at = cx->now, .hash = STR("none")};
    assert_int_equal(tamper_put_in_the_way(cx->db, &in_the_way, NULL), OK);
    AuditState waits;
    Err err = OK;
    while ((err = audit_add(&barred, &entry)) == OK)
        continue;
    assert_int_equal(audit_state(&barred, &waits), OK);
    assert_int_equal(waits.queued, AUDIT_QUEUE_MOST);
    assert_int_not_equal(err, ERR_BUSY); /* its own failure is told as it is */
    assert_int_equal(audit_add(cx, &entry), ERR_BUSY);
    assert_int_equal(cx->problem_n, 1);
    assert_string_equal(cx->problems[0].key, "AUDIT_FULL");
    unlock(cx);
    assert_int_equal(tamper_clear_the_way(cx->db, NULL), OK);
    assert_int_equal(audit_add(cx, &entry), OK); /* writes some of the other's */
    assert_int_equal(audit_flush(&barred), OK);
    assert_int_equal(prove(&barred).entries, AUDIT_QUEUE_MOST);
    assert_int_equal(audit_flush(cx), OK);
    assert_int_equal(prove(cx).entries, 1);
}

static Err add_and_fail(Cx *cx, void *arg)
{
    (void)arg;
    AuditEntry entry = {.action = STR("record.submit")};
    TRY(audit_add(cx, &entry));
    return ERR_INVALID;
}

static void an_entry_of_a_write_that_fails_is_not_in_the_chain(void **state)
{
    Cx *cx = &fixture_of(state)->cx;
    add_entries(cx, 2);
    assert_int_equal(cx_write(cx, add_and_fail, NULL), ERR_INVALID);
    add_entries(cx, 1);
    AuditReport report = prove(cx);
    assert_int_equal(report.fault, AUDIT_WHOLE);
    assert_int_equal(report.entries, 3);
}

static void the_database_refuses_to_change_or_remove_entries(void **state)
{
    Cx *cx = &fixture_of(state)->cx;
    add_entries(cx, 2);
    TamperChangeIn change = {.seq = 1, .detail = STR("x")};
    TamperRemoveIn removal = {.seq = 1};
    assert_int_not_equal(tamper_change(cx->db, &change, NULL), OK);
    assert_int_not_equal(tamper_remove(cx->db, &removal, NULL), OK);
    assert_int_equal(prove(cx).fault, AUDIT_WHOLE);
}

static void a_changed_entry_is_found(void **state)
{
    Cx *cx = &fixture_of(state)->cx;
    add_entries(cx, 5);
    unlock(cx);
    TamperChangeIn in = {.seq = 3, .detail = STR("number=7")};
    assert_int_equal(tamper_change(cx->db, &in, NULL), OK);
    AuditReport report = prove(cx);
    assert_int_equal(report.fault, AUDIT_ENTRY_CHANGED);
    assert_int_equal(report.broken_at, 3);
    int64_t entries = 0;
    int64_t broken_at = 0;
    assert_int_equal(audit_verify(cx, &entries, &broken_at), OK);
    assert_int_equal(broken_at, 3);
}

/* The hash of an entry is no secret; the one after it tells, or the head. */
static void a_changed_entry_with_its_hash_made_new_is_found(void **state)
{
    Cx *cx = &fixture_of(state)->cx;
    add_entries(cx, 3);
    unlock(cx);
    AuditEntryPageIn page = {.place = cx->place, .writer = audit_writer(), .after_seq = 1};
    AuditEntryPageRow row;
    bool has_row = false;
    DbRows rows = {0};
    assert_int_equal(audit_entry_page_open(cx->db, &page, &rows), OK);
    assert_int_equal(audit_entry_page_next(&rows, cx->arena, &row, &has_row), OK);
    db_rows_close(&rows);
    AuditLink link = {
        .writer = page.writer,
        .seq = 2,
        .row = {row.at, row.account, {row.action, row.subject_id, row.object_id, STR("forged")}},
        .previous_hash = row.previous_hash};
    Sha256 hash = audit_link_hash(cx->arena, cx->place, &link);
    TamperRehashIn in = {
        .seq = 2, .detail = STR("forged"), .hash = {(const char *)hash.bytes, SHA256_SIZE}};
    assert_int_equal(tamper_rehash(cx->db, &in, NULL), OK);
    AuditReport report = prove(cx);
    assert_int_equal(report.fault, AUDIT_ENTRY_CHANGED);
    assert_int_equal(report.broken_at, 3);
}

static void a_removed_entry_is_found(void **state)
{
    Cx *cx = &fixture_of(state)->cx;
    add_entries(cx, 5);
    unlock(cx);
    TamperRemoveIn in = {.seq = 3};
    assert_int_equal(tamper_remove(cx->db, &in, NULL), OK);
    AuditReport report = prove(cx);
    assert_int_equal(report.fault, AUDIT_ENTRY_MISSING);
    assert_int_equal(report.seq, 3);
    assert_int_equal(report.broken_at, 3);
}

static void a_chain_whose_end_was_cut_off_is_found(void **state)
{
    Cx *cx = &fixture_of(state)->cx;
    add_entries(cx, 5);
    unlock(cx);
    TamperRemoveFromIn in = {.seq = 4};
    assert_int_equal(tamper_remove_from(cx->db, &in, NULL), OK);
    AuditReport report = prove(cx);
    assert_int_equal(report.fault, AUDIT_ENTRY_MISSING);
    assert_int_equal(report.seq, 4);
    in.seq = 1;
    assert_int_equal(tamper_remove_from(cx->db, &in, NULL), OK);
    report = prove(cx);
    assert_int_equal(report.fault, AUDIT_ENTRY_MISSING);
    assert_int_equal(report.seq, 1);
}

static void a_head_set_back_without_the_keys_is_found(void **state)
{
    Cx *cx = &fixture_of(state)->cx;
    add_entries(cx, 5);
    unlock(cx);
    AuditEntryHashIn find = {.place = cx->place, .writer = audit_writer(), .seq = 3};
    AuditEntryHashRow third;
    bool is_found = false;
    assert_int_equal(audit_entry_hash(cx->db, cx->arena, &find, &third, &is_found), OK);
    TamperRemoveFromIn cut = {.seq = 4};
    TamperHeadIn head = {.seq = 3, .hash = third.hash};
    assert_int_equal(tamper_remove_from(cx->db, &cut, NULL), OK);
    assert_int_equal(tamper_head(cx->db, &head, NULL), OK);
    assert_int_equal(prove(cx).fault, AUDIT_HEAD_WRONG);
}

static void an_inserted_entry_is_found(void **state)
{
    Cx *cx = &fixture_of(state)->cx;
    add_entries(cx, 3);
    TamperCopyEntryIn in = {.from_seq = 3, .to_seq = 4};
    assert_int_equal(tamper_copy_entry(cx->db, &in, NULL), OK);
    assert_int_equal(prove(cx).broken_at, 4);
    assert_int_not_equal(prove(cx).fault, AUDIT_WHOLE);
}

static void a_whole_chain_that_is_gone_is_found_by_a_checkpoint(void **state)
{
    Cx *cx = &fixture_of(state)->cx;
    add_entries(cx, 3);
    assert_int_equal(audit_checkpoint(cx), OK);
    unlock(cx);
    assert_int_equal(tamper_remove_chain(cx->db, NULL), OK);
    assert_int_equal(tamper_remove_heads(cx->db, NULL), OK);
    AuditReport report = prove(cx);
    assert_int_equal(report.fault, AUDIT_CHECKPOINT_WRONG);
    assert_int_not_equal(report.broken_at, 0);
}

static void a_checkpoint_that_was_changed_is_found(void **state)
{
    Cx *cx = &fixture_of(state)->cx;
    add_entries(cx, 3);
    assert_int_equal(audit_checkpoint(cx), OK);
    add_entries(cx, 1);
    assert_int_equal(audit_checkpoint(cx), OK);
    AuditReport report = prove(cx);
    assert_int_equal(report.fault, AUDIT_WHOLE);
    assert_int_equal(report.checkpoints, 2);
    assert_int_equal(tamper_checkpoint(cx->db, NULL), OK);
    assert_int_equal(prove(cx).fault, AUDIT_CHECKPOINT_WRONG);
}

static void the_chain_is_not_proved_with_the_keys_of_another_place(void **state)
{
    Cx *cx = &fixture_of(state)->cx;
    add_entries(cx, 3);
    cx->keys = keys_make(cx->arena);
    assert_int_equal(prove(cx).fault, AUDIT_HEAD_WRONG);
}

static void a_long_detail_is_cut_between_characters(void **state)
{
    Cx *cx = &fixture_of(state)->cx;
    Str detail = STR("");
    for (int i = 0; i < 70; i++) /* three bytes each */
        detail = str_printf(cx->arena, "%.*s词", STR_ARG(detail));
    AuditEntry entry = {.action = STR("list.obligations"), .detail = detail};
    assert_int_equal(audit_add(cx, &entry), OK);
    assert_int_equal(audit_flush(cx), OK);
    AuditReport report = prove(cx);
    assert_int_equal(report.fault, AUDIT_WHOLE);
    assert_int_equal(report.entries, 1);
}

/* A file and the writer's thread, as in a server. */
static void a_server_writes_reads_down_with_its_flusher(void **state)
{
    Cx *cx = &fixture_of(state)->cx;
    Cx server = *cx;
    Str folder;
    Str message = {0};
    Writer *writer = NULL;
    Db *db = NULL;
    int applied = 0;
    assert_int_equal(os_folder_make_temporary(cx->arena, STR("access-test-"), &folder), OK);
    DbOptions options = {.url = is_postgres
                                    ? pg_cluster_database(&cluster, &process, "access_server")
                                    : os_path_join(cx->arena, folder, STR("county.db"))};
    assert_int_equal(db_open(&options, cx->arena, &db, &message), OK);
    assert_int_equal(migrate_up(db, cx->arena, &applied, &message), OK);
    assert_int_equal(writer_start(&options, cx->arena, &writer, &message), OK);
    server.db = db;
    server.writer = writer;
    assert_int_equal(place_put(&server, STR("甲县"), STR("County A")), OK);
    assert_int_equal(audit_flusher_start(&server), OK);
    add_account(&server, STR("v01"));
    Session session;
    assert_int_equal(log_in(&server, STR("v01"), STR("wrong password"), &session),
                     ERR_UNAUTHENTICATED);
    assert_int_equal(log_in(&server, STR("v01"), PASSWORD, &session), OK);
    AuditEntry entry = {.action = STR("resident.open"), .subject = cx_new_id(&server)};
    Cx barred = server; /* cannot be written, and keeps nobody else's from it */
    barred.place = STR("999999");
    const TamperPutInTheWayIn in_the_way = {
        .place = barred.place, .writer = audit_writer(), .at = server.now, .hash = STR("none")};
    assert_int_equal(tamper_put_in_the_way(db, &in_the_way, NULL), OK);
    AuditState before;
    assert_int_equal(audit_state(&barred, &before), OK);
    assert_int_equal(audit_add(&barred, &entry), OK);
    assert_int_equal(audit_add(&server, &entry), OK);
    audit_flusher_stop();
    AuditState waits, written;
    assert_int_equal(audit_state(&barred, &waits), OK);
    assert_int_equal(audit_state(&server, &written), OK);
    assert_int_equal(waits.queued, before.queued + 1);
    assert_int_equal(written.queued, 0);
    writer_stop(writer);
    AuditReport report = prove(&server);
    assert_int_equal(report.fault, AUDIT_WHOLE);
    assert_int_equal(report.entries, 4); /* account, refusal, session, opening */
    db_close(db);
    assert_int_equal(os_folder_remove(cx->arena, folder), OK);
}

static int run_group(const char *name, bool on_postgres)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest access[] = {
        TEST(every_statement_prepares_and_has_the_columns_it_declares),
        TEST(a_right_password_opens_a_session_that_is_found_again),
        TEST(the_token_itself_is_not_in_the_database),
        TEST(a_wrong_password_and_an_unknown_login_give_the_same_answer),
        TEST(five_wrong_passwords_lock_the_account_for_a_quarter_of_an_hour),
        TEST(an_unknown_login_locks_like_a_known_one),
        TEST(a_right_password_forgets_the_failures_before_it),
        TEST(one_address_is_locked_after_failures_over_many_logins),
        TEST(a_session_ends_when_unused_and_lives_on_when_used),
        TEST(a_closed_session_is_gone),
        TEST(a_disabled_account_opens_nothing),
        TEST(disabling_an_account_revokes_its_phones),
        TEST(a_phone_stays_with_a_post_that_may_sync_and_no_other),
        TEST(a_session_stays_tied_to_the_phone_that_it_was_first_used_on),
        TEST(a_login_is_taken_once_and_a_short_password_is_refused),
        TEST(permissions_come_from_the_role_and_refusals_name_it),
        TEST(a_role_without_persons_and_a_facility_without_areas_see_nobody),
        TEST(reads_are_queued_and_written_down_by_a_flush),
        TEST(more_reads_than_the_queue_holds_are_all_written_down),
        TEST(a_place_that_cannot_be_written_makes_no_other_wait_for_ever),
        TEST(an_entry_of_a_write_that_fails_is_not_in_the_chain),
        TEST(the_database_refuses_to_change_or_remove_entries),
        TEST(a_changed_entry_is_found),
        TEST(a_changed_entry_with_its_hash_made_new_is_found),
        TEST(a_removed_entry_is_found),
        TEST(a_chain_whose_end_was_cut_off_is_found),
        TEST(a_head_set_back_without_the_keys_is_found),
        TEST(an_inserted_entry_is_found),
        TEST(a_whole_chain_that_is_gone_is_found_by_a_checkpoint),
        TEST(a_checkpoint_that_was_changed_is_found),
        TEST(the_chain_is_not_proved_with_the_keys_of_another_place),
        TEST(a_long_detail_is_cut_between_characters),
        TEST(a_server_writes_reads_down_with_its_flusher),
    };
    is_postgres = on_postgres;
    return cmocka_run_group_tests_name(name, access, NULL, NULL);
}

int main(void)
{
    arena_init(&process, MIB(64));
    access_register_scopes();
    int failed = run_group("access on sqlite", false);
    cluster = pg_cluster_start(&process);
    failed += run_group("access on postgres", true);
    pg_cluster_stop(&cluster, &process);
    arena_done(&process);
    return failed;
}
