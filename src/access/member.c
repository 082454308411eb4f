/* Places above others: a city looks at the numbers of its counties. Owns place_member.
 *
 * Nothing of a member is copied: whoever looks is put into the member, with the actor that his
 * account would be there. */
#include "access/access_int.h"
#include "access/access_sql.h"
#include "base/vec.h"
#include "core/place.h"
#include "pack/pack.h"

Err account_place(Cx *cx, Str login, Str *ret_place)
{
    const AccessAccountByLoginIn in = {.login = login};
    AccessAccountByLoginRow row;
    bool is_found = false;
    Err err = access_account_by_login(cx->db, cx->arena, &in, &row, &is_found);
    *ret_place = err == OK && is_found ? row.place : (Str){0};
    return err == OK ? OK : cx_fail_db(cx, err);
}

Err session_place(Cx *cx, Str token, Str *ret_place)
{
    const AccessSessionPlaceIn in = {.token_hash = session_token_hash(cx->arena, token)};
    AccessSessionPlaceRow row;
    bool is_found = false;
    Err err = access_session_place(cx->db, cx->arena, &in, &row, &is_found);
    *ret_place = err == OK && is_found ? row.place : (Str){0};
    return err == OK ? OK : cx_fail_db(cx, err);
}

static Err is_member(Cx *cx, Str member, bool *ret_is)
{
    const AccessMemberOfIn in = {.place = cx->place, .member = member};
    AccessMemberOfRow row;
    Err err = access_member_of(cx->db, cx->arena, &in, &row, ret_is);
    return err == OK ? OK : cx_fail_db(cx, err);
}

Err access_member_enter(Cx *cx, Str member, Actor *ret_actor)
{
    const Actor *actor = cx->actor;
    const Role *role = actor->is_system ? NULL : pack_role(cx->packs, actor->role);
    bool may_enter = actor->is_system
                     || (role != NULL && role->sight == SIGHT_PLACE && !role->sees_persons
                         && role->relations == 0 && access_may(actor, STR("places.compare")));
    bool is_below = false;
    if (may_enter)
        TRY(is_member(cx, member, &is_below));
    if (!is_below)
        return cx_fail(cx, ERR_FORBIDDEN, TEXT_PLACE_NOT_BELOW, (Str){0}, 1, member);
    Str home = cx->place;
    TRY(place_live_in(cx, str_copy(cx->arena, member)));
    if (actor->is_system)
        return OK;
    const Account account = {.id = actor->account,
                             .login = actor->login,
                             .role = actor->role,
                             .facility = actor->facility,
                             .purpose = actor->purpose};
    TRY(access_actor(cx, &account, ret_actor));
    ret_actor->home = home;
    cx->actor = ret_actor;
    return OK;
}

static Err read_members(Cx *cx, const PlaceMember **ret_members, size_t *ret_n)
{
    VEC(PlaceMember) members = {0};
    CLEANUP(db_rows_close) DbRows rows = {0};
    TRY(access_members_of_open(cx->db, &(AccessMembersOfIn){.place = cx->place}, &rows));
    for (;;) {
        AccessMembersOfRow row;
        bool has_row = false;
        TRY(access_members_of_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            break;
        VEC_PUSH(cx->arena, &members, (PlaceMember){row.member, {row.name, row.name_en}});
    }
    *ret_members = members.items;
    *ret_n = members.n;
    return OK;
}

Err access_members(Cx *cx, const PlaceMember **ret_members, size_t *ret_n)
{
    Err err = read_members(cx, ret_members, ret_n);
    return err == OK ? OK : cx_fail_db(cx, err);
}

static Err add_work(Cx *cx, void *arg)
{
    const Str *member = arg;
    int64_t added = 0;
    TRY(access_member_insert(cx->db, &(AccessMemberInsertIn){cx->place, *member}, &added));
    return added == 0
               ? OK
               : audit_add(cx, &(AuditEntry){.action = STR("place.member"), .detail = *member});
}

Err access_member_add(Cx *cx, Str member)
{
    return cx_write(cx, add_work, &member);
}
