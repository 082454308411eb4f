/* Accounts: who may log in, with which role at which facility. */
#include "access/access_int.h"
#include "access/access_sql.h"
#include "base/vec.h"

typedef struct {
    const Account *account;
    Str password_hash;
} NewAccount;

static Err insert_account(Cx *cx, void *arg)
{
    const NewAccount *new = arg;
    const Account *account = new->account;
    AccessAccountByLoginIn login = {.login = account->login};
    AccessAccountByLoginRow row;
    bool is_found = false;
    TRY(access_account_by_login(cx->db, cx->arena, &login, &row, &is_found));
    if (is_found)
        return cx_fail(cx, ERR_CONFLICT, TEXT_LOGIN_TAKEN, STR("/login"), 1, account->login);
    AccessAccountInsertIn in = {.place = cx->place,
                                .id = account->id,
                                .login = account->login,
                                .name = account->name,
                                .role = account->role,
                                .facility = account->facility,
                                .password_hash = new->password_hash,
                                .is_disabled = account->is_disabled ? 1 : 0,
                                .created_at = cx->now,
                                .must_change = account->must_change ? 1 : 0};
    TRY(access_account_insert(cx->db, &in, NULL));
    AuditEntry entry = {
        .action = STR("account.add"), .object = account->id, .detail = account->role};
    return audit_add(cx, &entry);
}

Err account_add(Cx *cx, const Account *account, Str password)
{
    NewAccount new = {.account = account, .password_hash = STR("")};
    if (password.n > 0)
        TRY(password_make(cx, password, &new.password_hash));
    return cx_write(cx, insert_account, &new);
}

Err account_login_is_free(Cx *cx, Str login, bool *ret_is_free)
{
    AccessAccountByLoginIn in = {.login = login};
    AccessAccountByLoginRow row;
    bool is_found = false;
    Err err = access_account_by_login(cx->db, cx->arena, &in, &row, &is_found);
    *ret_is_free = !is_found;
    return err == OK ? OK : cx_fail_db(cx, err);
}

Err account_add_hashed(Cx *cx, const Account *account, Str password_hash)
{
    NewAccount new = {.account = account, .password_hash = password_hash};
    return cx_write(cx, insert_account, &new);
}

static Err read_accounts(Cx *cx, const Account **ret_accounts, size_t *ret_n)
{
    VEC(Account) accounts = {0};
    CLEANUP(db_rows_close) DbRows rows = {0};
    AccessAccountAllIn in = {.place = cx->place};
    TRY(access_account_all_open(cx->db, &in, &rows));
    for (;;) {
        AccessAccountAllRow row;
        bool has_row = false;
        TRY(access_account_all_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            break;
        VEC_PUSH(cx->arena, &accounts,
                 (Account){.id = row.id,
                           .login = row.login,
                           .name = row.name,
                           .role = row.role,
                           .facility = row.facility,
                           .is_disabled = row.is_disabled != 0,
                           .must_change = row.must_change != 0});
    }
    *ret_accounts = accounts.items;
    *ret_n = accounts.n;
    return OK;
}

Err account_list(Cx *cx, const Account **ret_accounts, size_t *ret_n)
{
    Err err = read_accounts(cx, ret_accounts, ret_n);
    return err == OK ? OK : cx_fail_db(cx, err);
}

Err account_open(Cx *cx, Uuid id, Account *ret_account)
{
    AccessAccountByIdIn in = {.place = cx->place, .id = id};
    AccessAccountByIdRow row;
    bool is_found = false;
    Err err = access_account_by_id(cx->db, cx->arena, &in, &row, &is_found);
    if (err != OK)
        return cx_fail_db(cx, err);
    if (!is_found)
        return cx_fail(cx, ERR_NOT_FOUND, TEXT_NOT_FOUND, (Str){0}, 1, STR("account"));
    *ret_account = (Account){.id = row.id,
                             .login = row.login,
                             .name = row.name,
                             .role = row.role,
                             .facility = row.facility,
                             .is_disabled = row.is_disabled != 0,
                             .must_change = row.must_change != 0};
    return OK;
}

Err account_find(Cx *cx, Str login, Account *ret_account)
{
    AccessAccountByLoginIn in = {.login = login};
    AccessAccountByLoginRow row;
    bool is_found = false;
    Err err = access_account_by_login(cx->db, cx->arena, &in, &row, &is_found);
    if (err != OK)
        return cx_fail_db(cx, err);
    if (!is_found || !str_equals(row.place, cx->place))
        return cx_fail(cx, ERR_NOT_FOUND, TEXT_NOT_FOUND, (Str){0}, 1, login);
    *ret_account = (Account){.id = row.id,
                             .login = row.login,
                             .name = row.name,
                             .role = row.role,
                             .facility = row.facility,
                             .is_disabled = row.is_disabled != 0,
                             .must_change = row.must_change != 0};
    return OK;
}

static Err read_counts(Cx *cx, const AccountCount **ret_counts, size_t *ret_n)
{
    VEC(AccountCount) counts = {0};
    CLEANUP(db_rows_close) DbRows rows = {0};
    AccessAccountCountsIn in = {.place = cx->place};
    TRY(access_account_counts_open(cx->db, &in, &rows));
    for (;;) {
        AccessAccountCountsRow row;
        bool has_row = false;
        TRY(access_account_counts_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            break;
        VEC_PUSH(cx->arena, &counts, (AccountCount){row.role, row.accounts, row.disabled});
    }
    *ret_counts = counts.items;
    *ret_n = counts.n;
    return OK;
}

Err account_counts(Cx *cx, const AccountCount **ret_counts, size_t *ret_n)
{
    Err err = read_counts(cx, ret_counts, ret_n);
    return err == OK ? OK : cx_fail_db(cx, err);
}
