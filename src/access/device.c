/* Phones: registering, tying sessions to them, revoking. Owns access_device. Whom a phone holds is
 * the business of engine/sync; here stands whose it is and whether it may go on. */
#include "access/access_int.h"
#include "access/access_sql.h"
#include "access/limits.h"
#include "base/utf8.h"
#include "base/vec.h"

static const DeviceHook *installed_hooks;

void device_set_hooks(const DeviceHook *hooks)
{
    installed_hooks = hooks;
}

static Err run_hooks(Cx *cx, Uuid account)
{
    for (const DeviceHook *hook = installed_hooks; hook != NULL && *hook != NULL; hook++)
        TRY((*hook)(cx, account));
    return OK;
}

static Err not_found(Cx *cx)
{
    return cx_fail(cx, ERR_NOT_FOUND, TEXT_NOT_FOUND, STR("/device"), 1, STR("device"));
}

static Err read_device(Cx *cx, Uuid id, bool *ret_found, Device *ret_device)
{
    const AccessDeviceByIdIn in = {.place = cx->place, .id = id};
    AccessDeviceByIdRow row;
    TRY(access_device_by_id(cx->db, cx->arena, &in, &row, ret_found));
    if (*ret_found)
        *ret_device = (Device){.id = id,
                               .account = row.account,
                               .login = STR(""),
                               .name = row.name,
                               .registered_at = row.registered_at,
                               .sequence = row.sequence,
                               .was_synced = row.has_synced_at,
                               .synced_at = row.synced_at,
                               .is_revoked = row.has_revoked_at};
    return OK;
}

static Err refuse_revoked(Cx *cx)
{
    return cx_fail(cx, ERR_FORBIDDEN, TEXT_DEVICE_REVOKED, (Str){0}, 0);
}

Err device_admit(Cx *cx, Uuid id)
{
    bool found = false;
    Device device = {0};
    Err err = read_device(cx, id, &found, &device);
    if (err != OK)
        return cx_fail_db(cx, err);
    return found && device.is_revoked ? refuse_revoked(cx) : OK;
}

Err device_require_in_use(Cx *cx, Uuid id)
{
    const AccessDeviceInUseIn in = {.place = cx->place, .id = id};
    AccessDeviceInUseRow row;
    bool found = false;
    Err err = access_device_in_use(cx->db, cx->arena, &in, &row, &found);
    if (err != OK)
        return cx_fail_db(cx, err);
    return found ? OK : refuse_revoked(cx);
}

Err device_open(Cx *cx, Uuid id, Device *ret_device)
{
    bool found = false;
    Err err = read_device(cx, id, &found, ret_device);
    if (err != OK)
        return cx_fail_db(cx, err);
    if (!found || !uuid_equals(ret_device->account, cx->actor->account))
        return not_found(cx);
    return ret_device->is_revoked ? refuse_revoked(cx) : OK;
}

/* ---- registering ---- */

typedef struct {
    Device *device;
    Str token;
} Registering;

static Err tie_session(Cx *cx, Str token, Uuid device)
{
    const AccessSessionSetDeviceIn in = {
        .place = cx->place, .token_hash = session_token_hash(cx->arena, token), .device = device};
    return access_session_set_device(cx->db, &in, NULL);
}

static Err register_work(Cx *cx, void *arg)
{
    const Registering *registering = arg;
    const Device *device = registering->device;
    const AccessDeviceCountActiveIn count = {.place = cx->place, .account = device->account};
    AccessDeviceCountActiveRow row;
    TRY(access_device_count_active(cx->db, cx->arena, &count, &row));
    if (row.n >= DEVICES_MOST)
        return cx_fail(cx, ERR_CONFLICT, TEXT_DEVICES_FULL, (Str){0}, 1,
                       str_printf(cx->arena, "%d", DEVICES_MOST));
    const AccessDeviceInsertIn in = {.place = cx->place,
                                     .id = device->id,
                                     .account = device->account,
                                     .name = device->name,
                                     .registered_at = device->registered_at};
    TRY(access_device_insert(cx->db, &in, NULL));
    if (registering->token.n > 0)
        TRY(tie_session(cx, registering->token, device->id));
    return audit_add(cx, &(AuditEntry){.action = STR("device.register"), .object = in.id});
}

Err device_register(Cx *cx, Str name, Str token, Device *ret_device)
{
    TRY(access_require(cx, STR("residents.sync")));
    Str trimmed = str_trim(name);
    if (trimmed.n == 0 || utf8_length(trimmed) > DEVICE_NAME_MOST)
        return cx_fail(cx, ERR_INVALID, TEXT_DEVICE_NAME, STR("/name"), 1,
                       str_printf(cx->arena, "%d", DEVICE_NAME_MOST));
    Device device = {.id = cx_new_id(cx),
                     .account = cx->actor->account,
                     .login = cx->actor->login,
                     .name = trimmed,
                     .registered_at = cx->now};
    Registering registering = {&device, token};
    TRY(cx_write(cx, register_work, &registering));
    *ret_device = device;
    return OK;
}

typedef struct {
    Str token;
    Uuid device;
} Tie;

static Err take_work(Cx *cx, void *arg)
{
    const Tie *tie = arg;
    const AccessSessionTakeDeviceIn in = {.place = cx->place,
                                          .token_hash = session_token_hash(cx->arena, tie->token),
                                          .device = tie->device};
    return access_session_take_device(cx->db, &in, NULL);
}

Err device_take_session(Cx *cx, Uuid id, const Session *session)
{
    bool found = false;
    Device device = {0};
    if (!uuid_is_nil(session->device))
        return OK;
    Err err = read_device(cx, id, &found, &device);
    if (err != OK)
        return cx_fail_db(cx, err);
    if (!found || device.is_revoked || !uuid_equals(device.account, session->account))
        return OK;
    Tie tie = {session->token, id};
    return cx_write(cx, take_work, &tie);
}

/* ---- looking after them ---- */

static Err read_list(Cx *cx, Uuid account, const Device **ret_devices, size_t *ret_n)
{
    VEC(Device) devices = {0};
    CLEANUP(db_rows_close) DbRows rows = {0};
    const AccessDeviceListIn in = {.place = cx->place, .account = account, .nobody = UUID_NIL};
    TRY(access_device_list_open(cx->db, &in, &rows));
    for (;;) {
        AccessDeviceListRow row;
        bool has_row = false;
        TRY(access_device_list_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            break;
        VEC_PUSH(cx->arena, &devices,
                 (Device){.id = row.id,
                          .account = row.account,
                          .login = row.login,
                          .name = row.name,
                          .registered_at = row.registered_at,
                          .was_synced = row.has_synced_at,
                          .synced_at = row.synced_at,
                          .is_revoked = row.has_revoked_at});
    }
    *ret_devices = devices.items;
    *ret_n = devices.n;
    return OK;
}

Err device_list(Cx *cx, Uuid account, const Device **ret_devices, size_t *ret_n)
{
    if (!uuid_is_nil(account) || !cx->actor->is_system)
        TRY(account_require_own(cx, account));
    Err err = read_list(cx, account, ret_devices, ret_n);
    return err == OK ? OK : cx_fail_db(cx, err);
}

/* Of an account out of reach: like one that is not there. */
static Err require_device(Cx *cx, Uuid id, Device *ret_device)
{
    bool found = false;
    size_t problem_n = cx->problem_n;
    TRY(read_device(cx, id, &found, ret_device));
    Err err = found ? account_require_own(cx, ret_device->account) : ERR_NOT_FOUND;
    if (err != ERR_NOT_FOUND && err != ERR_FORBIDDEN)
        return err;
    cx->problem_n = problem_n;
    return not_found(cx);
}

static Err revoke_work(Cx *cx, void *arg)
{
    const Uuid *id = arg;
    Device device = {0};
    TRY(require_device(cx, *id, &device));
    const AccessDeviceRevokeIn in = {
        .place = cx->place, .id = *id, .revoked_at = cx->now, .revoked_by = cx->actor->account};
    int64_t revoked = 0;
    TRY(access_device_revoke(cx->db, &in, &revoked));
    if (revoked == 0)
        return OK;
    const AccessSessionRemoveOfDeviceIn sessions = {
        .place = cx->place, .account = device.account, .device = *id};
    int64_t ended = 0;
    TRY(access_session_remove_of_device(cx->db, &sessions, &ended));
    TRY(run_hooks(cx, device.account));
    return audit_add(
        cx, &(AuditEntry){.action = STR("device.revoke"),
                          .object = *id,
                          .detail = str_printf(cx->arena, "sessions %lld", (long long)ended)});
}

Err device_revoke(Cx *cx, Uuid id)
{
    return cx_write(cx, revoke_work, &id);
}

Err device_revoke_all(Cx *cx, Uuid account)
{
    DCHECK(cx->is_writing);
    const AccessDeviceRevokeAllIn in = {.place = cx->place,
                                        .account = account,
                                        .revoked_at = cx->now,
                                        .revoked_by = cx->actor->account};
    int64_t revoked = 0;
    TRY(access_device_revoke_all(cx->db, &in, &revoked));
    if (revoked == 0)
        return OK;
    TRY(run_hooks(cx, account));
    return audit_add(
        cx, &(AuditEntry){.action = STR("device.revoke"),
                          .object = account,
                          .detail = str_printf(cx->arena, "phones %lld", (long long)revoked)});
}

Err device_synced(Cx *cx, Uuid id, int64_t before, int64_t sequence)
{
    DCHECK(cx->is_writing);
    const AccessDeviceSetSequenceIn in = {
        .place = cx->place, .id = id, .before = before, .sequence = sequence, .synced_at = cx->now};
    int64_t changed = 0;
    TRY(access_device_set_sequence(cx->db, &in, &changed));
    return changed == 1 ? OK : cx_fail(cx, ERR_CONFLICT, TEXT_SYNC_AGAIN, (Str){0}, 0);
}
