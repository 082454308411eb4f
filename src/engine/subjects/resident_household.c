/* Who lives together, and who lives nowhere that there is. */
#include "access/access.h"
#include "base/vec.h"
#include "engine/subjects/residents_sql.h"
#include "engine/subjects/subjects_int.h"

typedef struct Household {
    Uuid id;
    Str area;
    Date day;
} Household;

typedef VEC(HouseholdMember) Members;

static Err area_of(Cx *cx, Uuid id, bool *ret_found, Str *ret_area)
{
    ResidentHouseholdOfIn in = {.place = cx->place, .id = id};
    ResidentHouseholdOfRow row;
    TRY(resident_household_of(cx->db, cx->arena, &in, &row, ret_found));
    if (*ret_found)
        *ret_area = row.area_code;
    return OK;
}

static Err add_work(Cx *cx, void *arg)
{
    const Household *household = arg;
    Str area;
    bool is_known = false;
    TRY(area_of(cx, household->id, &is_known, &area));
    if (is_known)
        return str_equals(area, household->area)
                   ? OK
                   : cx_fail(cx, ERR_CONFLICT, TEXT_HOUSEHOLD_ELSEWHERE, STR("/id"), 0);
    TRY(resident_area_check(cx, household->area));
    TRY(subject_household_add(cx, household->id, household->area));
    AuditEntry entry = {.action = STR("household.add"), .object = household->id};
    return audit_add(cx, &entry);
}

Err household_add(Cx *cx, Uuid id, Str area)
{
    TRY(access_require(cx, STR("residents.write")));
    Household household = {.id = id, .area = area};
    return cx_write(cx, add_work, &household);
}

static Err read_members(Cx *cx, Uuid id, Members *members)
{
    CLEANUP(db_rows_close) DbRows rows = {0};
    ResidentHouseholdMemberIn in = {.place = cx->place, .household_id = id};
    TRY(resident_household_member_open(cx->db, access_scope(cx), &in, &rows));
    for (;;) {
        ResidentHouseholdMemberRow row;
        bool has_row = false;
        TRY(resident_household_member_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        VEC_PUSH(cx->arena, members,
                 (HouseholdMember){row.id, row.relation.p == NULL ? STR("") : row.relation});
    }
}

static Err not_found(Cx *cx)
{
    return cx_fail(cx, ERR_NOT_FOUND, TEXT_NOT_FOUND, STR("/id"), 1, STR("household"));
}

Err household_open(Cx *cx, Uuid id, Str *ret_area, const HouseholdMember **ret_members,
                   size_t *ret_n)
{
    TRY(access_require(cx, STR("residents.read")));
    Members members = {0};
    bool is_found = false;
    Str area = STR("");
    Err err = area_of(cx, id, &is_found, &area);
    if (err == OK && is_found)
        err = read_members(cx, id, &members);
    if (err != OK)
        return cx_fail_db(cx, err);
    if (members.n == 0) /* nobody in sight: the same answer as for none */
        return not_found(cx);
    AuditEntry entry = {.action = STR("household.open"), .object = id};
    TRY(audit_add(cx, &entry));
    *ret_area = area;
    *ret_members = members.items;
    *ret_n = members.n;
    return OK;
}

static Err require_all(Cx *cx, Uuid id, size_t seen)
{
    ResidentHouseholdSizeIn in = {.place = cx->place, .household_id = id};
    ResidentHouseholdSizeRow row;
    TRY(resident_household_size(cx->db, cx->arena, &in, &row));
    if (seen == 0)
        return not_found(cx);
    return row.members == (int64_t)seen
               ? OK
               : cx_fail(cx, ERR_CONFLICT, TEXT_HOUSEHOLD_OUT_OF_SIGHT, STR("/id"), 0);
}

static Err move_work(Cx *cx, void *arg)
{
    const Household *household = arg;
    Members members = {0};
    TRY(read_members(cx, household->id, &members));
    TRY(require_all(cx, household->id, members.n));
    TRY(subject_household_add(cx, household->id, household->area));
    for (size_t i = 0; i < members.n; i++) {
        const ResidentEvent event = {.id = cx_new_id(cx),
                                     .resident = members.items[i].resident,
                                     .kind = RESIDENT_MOVED,
                                     .happened_on = household->day,
                                     .area = household->area,
                                     .household = household->id,
                                     .relation = members.items[i].relation};
        TRY(resident_event_add(cx, &event));
    }
    AuditEntry entry = {.action = STR("household.move"), .object = household->id};
    return audit_add(cx, &entry);
}

Err household_move(Cx *cx, Uuid id, Str area, Date day)
{
    TRY(access_require(cx, STR("residents.write")));
    Household household = {id, area, day};
    return cx_write(cx, move_work, &household);
}

Err residents_unplaced(Cx *cx, const Uuid **ret_ids, size_t *ret_n)
{
    TRY(access_require(cx, STR("residents.search")));
    VEC(Uuid) ids = {0};
    CLEANUP(db_rows_close) DbRows rows = {0};
    ResidentUnplacedIn in = {.place = cx->place, .day = cx->today, .most = RESIDENTS_UNPLACED_MOST};
    Err err = resident_unplaced_open(cx->db, access_scope(cx), &in, &rows);
    for (bool has_row = true; err == OK && has_row;) {
        ResidentUnplacedRow row;
        err = resident_unplaced_next(&rows, cx->arena, &row, &has_row);
        if (err == OK && has_row)
            VEC_PUSH(cx->arena, &ids, row.id);
    }
    if (err != OK)
        return cx_fail_db(cx, err);
    AuditEntry entry = {.action = STR("list.unplaced"),
                        .detail = str_printf(cx->arena, "found=%zu", ids.n)};
    TRY(audit_add(cx, &entry));
    *ret_ids = ids.items;
    *ret_n = ids.n;
    return OK;
}
