/* Managing accounts: what an administrator may do, and nothing beyond his own organisation and the
 * roles that his own role manages. Every change reads the account again inside the write. */
#include "access/access_int.h"
#include "access/access_sql.h"
#include "access/limits.h"
#include "base/vec.h"
#include "pack/pack.h"

static bool manages_role(const Cx *cx, Str role)
{
    if (cx->actor->is_system)
        return true;
    const Role *own = pack_role(cx->packs, cx->actor->role);
    return own != NULL && role_manages(own, role);
}

Err account_require_managed(Cx *cx, Str role, Str facility)
{
    TRY(access_require_below(cx, STR("accounts.manage"), facility, STR("/facility")));
    if (pack_role(cx->packs, role) == NULL)
        return cx_fail(cx, ERR_INVALID, TEXT_ROLE_UNKNOWN, STR("/role"), 1, role);
    if (!manages_role(cx, role))
        return cx_fail(cx, ERR_FORBIDDEN, TEXT_ROLE_NOT_MANAGED, STR("/role"), 1, role);
    return OK;
}

Err account_is_managed(Cx *cx, const Account *account, bool *ret_is_managed)
{
    bool is_below = false;
    if (access_may(cx->actor, STR("accounts.manage")) && manages_role(cx, account->role)
        && !uuid_equals(account->id, cx->actor->account))
        TRY(access_is_below(cx, account->facility, &is_below));
    *ret_is_managed = is_below;
    return OK;
}

/* The account, when the actor manages it. */
static Err open_managed(Cx *cx, Uuid id, Account *ret_account)
{
    TRY(access_require(cx, STR("accounts.manage")));
    Account account;
    TRY(account_open(cx, id, &account));
    if (uuid_equals(id, cx->actor->account))
        return cx_fail(cx, ERR_FORBIDDEN, TEXT_ACCOUNT_OWN, (Str){0}, 0);
    bool is_below = false;
    TRY(access_is_below(cx, account.facility, &is_below));
    if (!is_below) /* like one that does not exist */
        return cx_fail(cx, ERR_NOT_FOUND, TEXT_NOT_FOUND, (Str){0}, 1, STR("account"));
    TRY(account_require_managed(cx, account.role, account.facility));
    *ret_account = account;
    return OK;
}

typedef VEC(Account) Accounts;

static Err read_below(Cx *cx, const AccessAccountBelowIn *in, Accounts *accounts)
{
    CLEANUP(db_rows_close) DbRows rows = {0};
    TRY(access_account_below_open(cx->db, in, &rows));
    for (;;) {
        AccessAccountBelowRow row;
        bool has_row = false;
        TRY(access_account_below_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        VEC_PUSH(cx->arena, accounts,
                 (Account){.id = row.id,
                           .login = row.login,
                           .name = row.name,
                           .role = row.role,
                           .facility = row.facility,
                           .is_disabled = row.is_disabled != 0,
                           .must_change = row.must_change != 0});
    }
}

Err account_list_below(Cx *cx, Str facility, Str after, int64_t most, const Account **ret_accounts,
                       size_t *ret_n)
{
    TRY(access_require(cx, STR("accounts.manage")));
    Str top = facility;
    bool is_below = false;
    if (top.n == 0) {
        TRY(access_is_below(cx, STR(""), &is_below)); /* who sees the whole place: all of it */
        top = is_below ? STR("") : cx->actor->facility;
    } else {
        TRY(access_require_below(cx, STR("accounts.manage"), top, STR("facility")));
    }
    AccessAccountBelowIn in = {.place = cx->place,
                               .facility = top,
                               .day = cx->today,
                               .after = after.p == NULL ? STR("") : after,
                               .most = most};
    Accounts accounts = {0};
    Err err = read_below(cx, &in, &accounts);
    if (err != OK)
        return cx_fail_db(cx, err);
    *ret_accounts = accounts.items;
    *ret_n = accounts.n;
    return OK;
}

Err account_first_password(Cx *cx, Str *ret_password, Str *ret_hash)
{
    Str password = password_first(cx->arena);
    TRY(password_make(cx, password, ret_hash));
    *ret_password = password;
    return OK;
}

Err account_create(Cx *cx, const Account *account, Str *ret_password)
{
    TRY(account_require_managed(cx, account->role, account->facility));
    Account copy = *account;
    copy.must_change = true;
    Str password, hash;
    TRY(account_first_password(cx, &password, &hash));
    TRY(account_add_hashed(cx, &copy, hash));
    *ret_password = password;
    return OK;
}

typedef struct {
    Uuid id;
    Str password_hash;
    bool is_disabled;
    Str role, facility;
} Change;

static Err note_change(Cx *cx, const char *action, Uuid account, Str detail)
{
    AuditEntry entry = {.action = str_from_c(action), .object = account, .detail = detail};
    return audit_add(cx, &entry);
}

static Err reset_work(Cx *cx, void *arg)
{
    const Change *change = arg;
    Account account;
    TRY(open_managed(cx, change->id, &account));
    AccessAccountSetPasswordIn in = {.place = cx->place,
                                     .id = change->id,
                                     .password_hash = change->password_hash,
                                     .must_change = 1};
    TRY(access_account_set_password(cx->db, &in, NULL));
    TRY(session_unlock(cx, account.login));
    TRY(session_end_others(cx, change->id, STR("")));
    return note_change(cx, "account.reset", change->id, STR(""));
}

Err account_reset_password(Cx *cx, Uuid id, Str *ret_password)
{
    Account account;
    TRY(open_managed(cx, id, &account)); /* before a hash is paid for */
    Change change = {.id = id};
    Str password;
    TRY(account_first_password(cx, &password, &change.password_hash));
    TRY(cx_write(cx, reset_work, &change));
    *ret_password = password;
    return OK;
}

static Err disable_work(Cx *cx, void *arg)
{
    const Change *change = arg;
    Account account;
    TRY(open_managed(cx, change->id, &account));
    AccessAccountSetDisabledIn in = {
        .place = cx->place, .id = change->id, .is_disabled = change->is_disabled ? 1 : 0};
    TRY(access_account_set_disabled(cx->db, &in, NULL));
    if (change->is_disabled) {
        TRY(session_end_others(cx, change->id, STR("")));
        TRY(device_revoke_all(cx, change->id));
    }
    return note_change(cx, change->is_disabled ? "account.disable" : "account.enable", change->id,
                       STR(""));
}

Err account_set_disabled(Cx *cx, Uuid id, bool is_disabled)
{
    Change change = {.id = id, .is_disabled = is_disabled};
    return cx_write(cx, disable_work, &change);
}

/* Whoever has the role may keep a copy on a phone. */
static bool role_syncs(const Cx *cx, Str id)
{
    const Role *role = pack_role(cx->packs, id);
    for (size_t i = 0; role != NULL && i < role->permission_n; i++) {
        if (str_equals_c(role->permissions[i], "residents.sync"))
            return true;
    }
    return false;
}

static Err post_work(Cx *cx, void *arg)
{
    const Change *change = arg;
    Account account;
    TRY(open_managed(cx, change->id, &account));
    TRY(account_require_managed(cx, change->role, change->facility));
    AccessAccountSetPostIn in = {
        .place = cx->place, .id = change->id, .role = change->role, .facility = change->facility};
    TRY(access_account_set_post(cx->db, &in, NULL));
    TRY(session_end_others(cx, change->id, STR("")));
    if (!role_syncs(cx, change->role))
        TRY(device_revoke_all(cx, change->id));
    TRY(access_areas_forget(cx));
    return note_change(
        cx, "account.post", change->id,
        str_printf(cx->arena, "%.*s at %.*s", STR_ARG(change->role), STR_ARG(change->facility)));
}

Err account_set_post(Cx *cx, Uuid id, Str role, Str facility)
{
    Change change = {.id = id, .role = role, .facility = facility};
    return cx_write(cx, post_work, &change);
}

static SessionInfo info_of(const AccessSessionOfAccountRow *row)
{
    SessionInfo info = {.opened_at = row->opened_at,
                        .used_at = {row->expires_at.ms - SESSION_LIFE_MINUTES * ACCESS_MINUTE_MS},
                        .expires_at = row->expires_at};
    for (size_t i = 0; i < sizeof info.id.bytes; i++)
        info.id.bytes[i] = (unsigned char)row->token_hash.p[i];
    return info;
}

typedef struct {
    SessionInfo info;
    Str token_hash;
} Listed;
typedef VEC(Listed) ListedSessions;

static Err read_sessions(Cx *cx, Uuid account, ListedSessions *sessions)
{
    CLEANUP(db_rows_close) DbRows rows = {0};
    AccessSessionOfAccountIn in = {.place = cx->place, .account = account, .now = cx->now};
    TRY(access_session_of_account_open(cx->db, &in, &rows));
    for (;;) {
        AccessSessionOfAccountRow row;
        bool has_row = false;
        TRY(access_session_of_account_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        VEC_PUSH(cx->arena, sessions, (Listed){info_of(&row), row.token_hash});
    }
}

Err account_require_own(Cx *cx, Uuid account)
{
    Account managed;
    bool is_own = !cx->actor->is_system && uuid_equals(account, cx->actor->account);
    return is_own ? OK : open_managed(cx, account, &managed);
}

Err session_list(Cx *cx, Uuid account, const SessionInfo **ret_sessions, size_t *ret_n)
{
    TRY(account_require_own(cx, account));
    ListedSessions listed = {0};
    Err err = read_sessions(cx, account, &listed);
    if (err != OK)
        return cx_fail_db(cx, err);
    SessionInfo *sessions = arena_array(cx->arena, SessionInfo, listed.n + 1);
    for (size_t i = 0; i < listed.n; i++)
        sessions[i] = listed.items[i].info;
    *ret_sessions = sessions;
    *ret_n = listed.n;
    return OK;
}

typedef struct {
    Uuid account, id;
} Revoke;

static Err revoke_work(Cx *cx, void *arg)
{
    const Revoke *revoke = arg;
    TRY(account_require_own(cx, revoke->account));
    ListedSessions listed = {0};
    TRY(read_sessions(cx, revoke->account, &listed));
    bool is_all = uuid_is_nil(revoke->id);
    int64_t removed = 0;
    for (size_t i = 0; i < listed.n; i++) {
        if (!is_all && !uuid_equals(listed.items[i].info.id, revoke->id))
            continue;
        AccessSessionRemoveIn in = {.place = cx->place, .token_hash = listed.items[i].token_hash};
        TRY(access_session_remove(cx->db, &in, NULL));
        removed++;
    }
    if (removed == 0 && !is_all)
        return cx_fail(cx, ERR_NOT_FOUND, TEXT_NOT_FOUND, (Str){0}, 1, STR("session"));
    return note_change(cx, "session.revoke", revoke->account,
                       str_printf(cx->arena, "%lld", (long long)removed));
}

Err session_revoke(Cx *cx, Uuid account, Uuid id)
{
    Revoke revoke = {account, id};
    return cx_write(cx, revoke_work, &revoke);
}
