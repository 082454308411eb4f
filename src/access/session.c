/* Sessions: log-in with lock-out, finding and closing.
 *
 * A token is 32 random bytes; only its SHA-256 is stored, so the table gives nobody a session.
 * Failures are counted by a keyed hash of what was typed as login and of the peer's address: a
 * password typed into the wrong field is not kept, and an unknown login locks like a known one. */
#include "access/access_int.h"
#include "access/access_sql.h"
#include "access/limits.h"
#include "base/encoding.h"
#include "base/os_random.h"

typedef struct {
    Token token;
    int64_t most;
} Counter;

static Counter counter_of(Cx *cx, const char *kind, Str text, int64_t most)
{
    Str data = str_printf(cx->arena, "login-%s:%.*s", kind, STR_ARG(text));
    return (Counter){keys_token(cx->keys, data), most};
}

static Str token_str(const Token *token)
{
    return (Str){(const char *)token->bytes, TOKEN_SIZE};
}

static Err read_failures(Cx *cx, const Counter *counter, AccessFailureByTokenRow *ret_row)
{
    AccessFailureByTokenIn in = {.place = cx->place, .subject_token = token_str(&counter->token)};
    bool is_found = false;
    return access_failure_by_token(cx->db, cx->arena, &in, ret_row, &is_found);
}

static Err refuse_when_locked(Cx *cx, const Counter *counters, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        AccessFailureByTokenRow row = {0};
        TRY(read_failures(cx, &counters[i], &row));
        if (row.locked_until.ms <= cx->now.ms)
            continue;
        int64_t minute = row.locked_until.ms / ACCESS_MINUTE_MS + 8 * 60; /* China is UTC+8 */
        Str until = str_printf(cx->arena, "%02d:%02d", (int)(minute / 60 % 24), (int)(minute % 60));
        return cx_fail(cx, ERR_RATE, TEXT_LOGIN_LOCKED, (Str){0}, 1, until);
    }
    return OK;
}

static Err count_failure(Cx *cx, const Counter *counter)
{
    AccessFailureByTokenRow row = {0};
    TRY(read_failures(cx, counter, &row));
    int64_t lock_ms = LOGIN_LOCK_MINUTES * ACCESS_MINUTE_MS;
    bool is_recent = cx->now.ms - row.last_at.ms < lock_ms;
    AccessFailureWriteIn in = {.place = cx->place,
                               .subject_token = token_str(&counter->token),
                               .failures = is_recent ? row.failures + 1 : 1,
                               .last_at = cx->now};
    if (in.failures >= counter->most) {
        in.locked_until = (Instant){cx->now.ms + lock_ms};
        in.failures = 0; /* counted anew after the lock */
    }
    return access_failure_write(cx->db, &in, NULL);
}

typedef struct {
    Counter counters[2];
    AccessAccountByLoginRow account;
    Str token_hash;
    Instant expires_at;
    Str new_hash; /* the password at today's cost; empty when it is already */
} Login;

static Err note_failure(Cx *cx, void *arg)
{
    const Login *login = arg;
    for (size_t i = 0; i < 2; i++)
        TRY(count_failure(cx, &login->counters[i]));
    AuditEntry entry = {.action = STR("session.refuse"), .object = login->account.id};
    return audit_add(cx, &entry);
}

static Err store_session(Cx *cx, void *arg)
{
    const Login *login = arg;
    /* Attempts that ran beside this one may have locked the login meanwhile. */
    TRY(refuse_when_locked(cx, login->counters, 2));
    AccessFailureRemoveIn clear = {.place = cx->place,
                                   .subject_token = token_str(&login->counters[0].token)};
    TRY(access_failure_remove(cx->db, &clear, NULL));
    AccessSessionRemoveExpiredIn expired = {.place = cx->place, .now = cx->now};
    TRY(access_session_remove_expired(cx->db, &expired, NULL));
    if (login->new_hash.n > 0) {
        AccessAccountRehashIn password = {
            .place = cx->place, .id = login->account.id, .password_hash = login->new_hash};
        TRY(access_account_rehash(cx->db, &password, NULL));
    }
    AccessSessionInsertIn in = {.place = cx->place,
                                .token_hash = login->token_hash,
                                .account = login->account.id,
                                .opened_at = cx->now,
                                .expires_at = login->expires_at};
    TRY(access_session_insert(cx->db, &in, NULL));
    AuditEntry entry = {.action = STR("session.open"), .object = login->account.id};
    return audit_add(cx, &entry);
}

Str session_token_hash(Arena *arena, Str token)
{
    Sha256 hash = sha256_of(token);
    return str_copy(arena, (Str){(const char *)hash.bytes, SHA256_SIZE});
}

static Str csrf_of_token(Arena *arena, Str token)
{
    Sha256 hash = sha256_of(str_printf(arena, "csrf:%.*s", STR_ARG(token)));
    return base64url_encode(arena, (Str){(const char *)hash.bytes, SHA256_SIZE});
}

static Instant expiry(const Cx *cx)
{
    return (Instant){cx->now.ms + SESSION_LIFE_MINUTES * ACCESS_MINUTE_MS};
}

static Err start_session(Cx *cx, Login *login, Session *ret_session)
{
    char bytes[SESSION_TOKEN_BYTES];
    os_random_bytes(bytes, sizeof bytes);
    Str token = base64url_encode(cx->arena, (Str){bytes, sizeof bytes});
    login->token_hash = session_token_hash(cx->arena, token);
    login->expires_at = expiry(cx);
    TRY(cx_write(cx, store_session, login));
    *ret_session = (Session){.token = token,
                             .csrf = csrf_of_token(cx->arena, token),
                             .account = login->account.id,
                             .expires_at = login->expires_at};
    return OK;
}

Err session_open(Cx *cx, Str login_text, Str password, Str peer, Session *ret_session,
                 Account *ret_account)
{
    Login login = {.counters = {counter_of(cx, "account", login_text, LOGIN_FAILURES_ACCOUNT),
                                counter_of(cx, "peer", peer, LOGIN_FAILURES_PEER)}};
    Err err = refuse_when_locked(cx, login.counters, 2);
    bool is_found = false;
    AccessAccountByLoginIn in = {.login = login_text};
    if (err == OK)
        err = access_account_by_login(cx->db, cx->arena, &in, &login.account, &is_found);
    if (err != OK)
        return cx_fail_db(cx, err);
    AccessAccountByLoginRow *account = &login.account;
    bool may_enter = is_found && account->is_disabled == 0 && str_equals(account->place, cx->place);
    bool is_right = false;
    TRY(password_test(cx, password, is_found ? account->password_hash : (Str){0}, &is_right));
    if (!may_enter || !is_right) {
        TRY(cx_write(cx, note_failure, &login));
        return cx_fail(cx, ERR_UNAUTHENTICATED, TEXT_LOGIN_WRONG, (Str){0}, 0);
    }
    if (password_needs_rehash(account->password_hash))
        TRY(password_make(cx, password, &login.new_hash));
    TRY(start_session(cx, &login, ret_session));
    *ret_account = (Account){.id = account->id,
                             .login = account->login,
                             .name = account->name,
                             .role = account->role,
                             .facility = account->facility,
                             .must_change = account->must_change != 0};
    return OK;
}

static Err extend_session(Cx *cx, void *arg)
{
    AccessSessionExtendIn in = {
        .place = cx->place, .token_hash = *(const Str *)arg, .expires_at = expiry(cx)};
    return access_session_extend(cx->db, &in, NULL);
}

Err session_find(Cx *cx, Str token, Session *ret_session, Account *ret_account)
{
    Str token_hash = session_token_hash(cx->arena, token);
    AccessSessionByTokenIn in = {.place = cx->place, .token_hash = token_hash};
    AccessSessionByTokenRow row;
    bool is_found = false;
    Err err = access_session_by_token(cx->db, cx->arena, &in, &row, &is_found);
    if (err != OK)
        return cx_fail_db(cx, err);
    if (!is_found || row.is_disabled != 0)
        return cx_fail(cx, ERR_UNAUTHENTICATED, TEXT_LOGIN_REQUIRED, (Str){0}, 0);
    if (row.expires_at.ms <= cx->now.ms)
        return cx_fail(cx, ERR_UNAUTHENTICATED, TEXT_SESSION_EXPIRED, (Str){0}, 0);
    Instant longest = expiry(cx);
    if (longest.ms - row.expires_at.ms >= SESSION_RENEW_MINUTES * ACCESS_MINUTE_MS) {
        TRY(cx_write(cx, extend_session, &token_hash));
        row.expires_at = longest;
    }
    *ret_session = (Session){.token = token,
                             .csrf = csrf_of_token(cx->arena, token),
                             .account = row.account,
                             .device = row.device,
                             .expires_at = row.expires_at};
    *ret_account = (Account){.id = row.account,
                             .login = row.login,
                             .name = row.name,
                             .role = row.role,
                             .facility = row.facility,
                             .purpose = row.purpose,
                             .must_change = row.must_change != 0};
    return OK;
}

static Err remove_session(Cx *cx, void *arg)
{
    AccessSessionRemoveIn in = {.place = cx->place, .token_hash = *(const Str *)arg};
    int64_t removed = 0;
    TRY(access_session_remove(cx->db, &in, &removed));
    if (removed == 0)
        return OK;
    AuditEntry entry = {.action = STR("session.close")};
    return audit_add(cx, &entry);
}

Err session_close(Cx *cx, Str token)
{
    Str token_hash = session_token_hash(cx->arena, token);
    return cx_write(cx, remove_session, &token_hash);
}

Err session_count(Cx *cx, int64_t *ret_n)
{
    AccessSessionCountIn in = {.place = cx->place, .now = cx->now};
    AccessSessionCountRow row;
    Err err = access_session_count(cx->db, cx->arena, &in, &row);
    if (err != OK)
        return cx_fail_db(cx, err);
    *ret_n = row.sessions;
    return OK;
}

Uuid session_id(Str token)
{
    Sha256 hash = sha256_of(token);
    Uuid id = UUID_NIL;
    for (size_t i = 0; i < sizeof id.bytes; i++)
        id.bytes[i] = hash.bytes[i];
    return id;
}

Err session_unlock(Cx *cx, Str login)
{
    Counter counter = counter_of(cx, "account", login, LOGIN_FAILURES_ACCOUNT);
    AccessFailureRemoveIn in = {.place = cx->place, .subject_token = token_str(&counter.token)};
    return access_failure_remove(cx->db, &in, NULL);
}

Err session_end_others(Cx *cx, Uuid account, Str keep_hash)
{
    AccessSessionRemoveOthersIn in = {.place = cx->place, .account = account, .keep = keep_hash};
    return access_session_remove_others(cx->db, &in, NULL);
}

typedef struct {
    Counter counter;
    Uuid account;
    Str login, token_hash, new_hash;
} PasswordChange;

static Err note_wrong_password(Cx *cx, void *arg)
{
    const PasswordChange *change = arg;
    TRY(count_failure(cx, &change->counter));
    AuditEntry entry = {.action = STR("password.refuse"), .object = change->account};
    return audit_add(cx, &entry);
}

static Err store_password(Cx *cx, void *arg)
{
    const PasswordChange *change = arg;
    AccessAccountSetPasswordIn in = {.place = cx->place,
                                     .id = change->account,
                                     .password_hash = change->new_hash,
                                     .must_change = 0};
    TRY(access_account_set_password(cx->db, &in, NULL));
    TRY(session_unlock(cx, change->login));
    TRY(session_end_others(cx, change->account, change->token_hash));
    AuditEntry entry = {.action = STR("password.change"), .object = change->account};
    return audit_add(cx, &entry);
}

/* What a new password must not be, whatever its length. */
static Err check_new_password(Cx *cx, Str login, Str password, Str new_password)
{
    if (str_equals(password, new_password))
        return cx_fail(cx, ERR_INVALID, TEXT_PASSWORD_SAME, STR("/new_password"), 0);
    if (str_equals(str_lower(cx->arena, login), str_lower(cx->arena, new_password)))
        return cx_fail(cx, ERR_INVALID, TEXT_PASSWORD_LOGIN, STR("/new_password"), 0);
    return OK;
}

Err session_change_password(Cx *cx, Str token, Str password, Str new_password)
{
    PasswordChange change = {.account = cx->actor->account, .login = cx->actor->login};
    change.counter = counter_of(cx, "account", change.login, LOGIN_FAILURES_ACCOUNT);
    change.token_hash = session_token_hash(cx->arena, token);
    TRY(check_new_password(cx, change.login, password, new_password));
    Err err = refuse_when_locked(cx, &change.counter, 1);
    AccessAccountByLoginIn in = {.login = change.login};
    AccessAccountByLoginRow account;
    bool is_found = false;
    if (err == OK)
        err = access_account_by_login(cx->db, cx->arena, &in, &account, &is_found);
    if (err != OK)
        return cx_fail_db(cx, err);
    bool is_right = false;
    TRY(password_test(cx, password, is_found ? account.password_hash : (Str){0}, &is_right));
    if (!is_right) {
        TRY(cx_write(cx, note_wrong_password, &change));
        return cx_fail(cx, ERR_INVALID, TEXT_PASSWORD_WRONG, STR("/password"), 0);
    }
    TRY(password_make(cx, new_password, &change.new_hash));
    return cx_write(cx, store_password, &change);
}

typedef struct {
    Uuid account;
    Str token_hash, purpose;
} PurposeChoice;

static Err store_purpose(Cx *cx, void *arg)
{
    const PurposeChoice *choice = arg;
    AccessSessionSetPurposeIn in = {
        .place = cx->place, .token_hash = choice->token_hash, .purpose = choice->purpose};
    TRY(access_session_set_purpose(cx->db, &in, NULL));
    AuditEntry entry = {
        .action = STR("session.purpose"), .object = choice->account, .detail = choice->purpose};
    return audit_add(cx, &entry);
}

Err session_choose_purpose(Cx *cx, Str token, Account *account, Str purpose)
{
    const Role *role = pack_role(cx->packs, account->role);
    for (size_t i = 0; role != NULL && i < role->purpose_n; i++) {
        if (!str_equals(role->purposes[i].name, purpose))
            continue;
        PurposeChoice choice = {account->id, session_token_hash(cx->arena, token), purpose};
        account->purpose = purpose;
        return cx_write(cx, store_purpose, &choice);
    }
    return cx_fail(cx, ERR_INVALID, TEXT_PURPOSE_UNKNOWN, STR("/purpose"), 1, purpose);
}
