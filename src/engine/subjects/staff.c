/* Staff: who works where, and who stands in for whom. Phones and identity numbers are sealed. */
#include "engine/subjects/staff_int.h"

#include "access/access.h"
#include "base/vec.h"
#include "core/keys.h"
#include "engine/subjects/places_int.h"
#include "engine/subjects/places_sql.h"
#include "engine/subjects/registers.h"

typedef VEC(Staff) StaffRows;

static Err read_staff(Cx *cx, StaffRows *staff)
{
    CLEANUP(db_rows_close) DbRows rows = {0};
    StaffInForceIn in = {.place = cx->place, .day = place_day(cx)};
    TRY(staff_in_force_open(cx->db, &in, &rows));
    for (;;) {
        StaffInForceRow row;
        bool has_row = false;
        TRY(staff_in_force_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        VEC_PUSH(cx->arena, staff,
                 (Staff){.id = row.id,
                         .code = row.code,
                         .name = row.name,
                         .sex = row.sex,
                         .birth_date = row.birth_date,
                         .qualification = row.qualification,
                         .licence_no = row.licence_no,
                         .licence_to = row.licence_to,
                         .title = row.title,
                         .education = row.education,
                         .facility = row.facility,
                         .post = row.post,
                         .employment = row.employment,
                         .valid_from = row.valid_from,
                         .valid_to = row.valid_to,
                         .away_from = row.away_from,
                         .away_to = row.away_to,
                         .substitute = row.substitute_id});
    }
}

Err staff_list(Cx *cx, Str facility, const Staff **ret_staff, size_t *ret_n)
{
    StaffRows staff = {0};
    const Facility *facilities = NULL;
    size_t n = 0, kept = 0;
    TRY(subject_facilities(cx, &facilities, &n));
    Err err = read_staff(cx, &staff);
    if (err != OK)
        return cx_fail_db(cx, err);
    for (size_t i = 0; i < staff.n; i++) {
        if (facility.n == 0
            || facility_stands_below(facilities, n, staff.items[i].facility, facility))
            staff.items[kept++] = staff.items[i];
    }
    *ret_staff = staff.items;
    *ret_n = kept;
    return OK;
}

static Str sealed(Cx *cx, Uuid id, const char *column, Str plain)
{
    char text[UUID_TEXT_SIZE];
    if (plain.n == 0)
        return (Str){0};
    Str associated = str_printf(cx->arena, "staff.%s %s", column, uuid_format(id, text));
    return keys_seal(cx->keys, cx->arena, associated, plain);
}

Err staff_store(Cx *cx, const Staff *staff)
{
    StaffWriteIn in = {.place = cx->place,
                       .id = staff->id,
                       .code = staff->code,
                       .name = staff->name,
                       .sex = place_text(staff->sex),
                       .birth_date = staff->birth_date,
                       .qualification = place_text(staff->qualification),
                       .licence_no = place_text(staff->licence_no),
                       .licence_to = staff->licence_no.n == 0 ? DATE_NONE : staff->licence_to,
                       .title = place_text(staff->title),
                       .education = place_text(staff->education),
                       .phone = sealed(cx, staff->id, "phone", staff->phone),
                       .id_number = sealed(cx, staff->id, "id_number", staff->id_number)};
    TRY(staff_write(cx->db, &in, NULL));
    StaffPostWriteIn post = {.place = cx->place,
                             .staff_id = staff->id,
                             .facility = staff->facility,
                             .valid_from = staff->valid_from,
                             .valid_to = staff->valid_to,
                             .post = place_text(staff->post),
                             .employment = place_text(staff->employment)};
    TRY(staff_post_write(cx->db, &post, NULL));
    TRY(subject_staff_follow(cx, staff->code));
    TRY(subject_hooks_run(cx, staff->id, STR("staff"))); /* of post and licence it does not tell */
    return access_areas_forget(cx);
}

static Err store_work(Cx *cx, void *arg)
{
    return staff_store(cx, arg);
}

Err staff_add(Cx *cx, const Staff *staff)
{
    Staff copy = *staff;
    return cx_write(cx, store_work, &copy);
}

/* ---- leave ---- */

/* Whether a member of staff is there, and works below the asking one's facility on the day. */
static Err check_reach(Cx *cx, Uuid id, Date day, Str where)
{
    StaffByIdIn in = {.place = cx->place, .id = id};
    StaffByIdRow staff;
    bool is_found = false, is_below = cx->actor->is_system;
    TRY(staff_by_id(cx->db, cx->arena, &in, &staff, &is_found));
    if (is_found && !is_below) {
        CLEANUP(db_rows_close) DbRows rows = {0};
        StaffFacilityOfIn posts = {.place = cx->place, .staff_id = id, .day = day};
        TRY(staff_facility_of_open(cx->db, &posts, &rows));
        for (;;) {
            StaffFacilityOfRow row;
            bool has_row = false;
            TRY(staff_facility_of_next(&rows, cx->arena, &row, &has_row));
            if (!has_row || is_below)
                break;
            TRY(access_is_below(cx, row.facility, &is_below));
        }
    }
    if (is_found && is_below)
        return OK;
    char text[UUID_TEXT_SIZE];
    return cx_fail(cx, ERR_NOT_FOUND, TEXT_STAFF_UNKNOWN, where, 1,
                   str_copy(cx->arena, str_from_c(uuid_format(id, text))));
}

static Err check_free(Cx *cx, const StaffLeave *leave)
{
    CLEANUP(db_rows_close) DbRows rows = {0};
    StaffLeaveMeetingIn in = {.place = cx->place,
                              .staff_id = leave->staff,
                              .valid_from = leave->valid_from,
                              .valid_to = leave->valid_to};
    TRY(staff_leave_meeting_open(cx->db, &in, &rows));
    StaffLeaveMeetingRow row;
    bool has_row = false;
    TRY(staff_leave_meeting_next(&rows, cx->arena, &row, &has_row));
    if (!has_row)
        return OK;
    char text[DATE_TEXT_SIZE];
    return cx_fail(cx, ERR_CONFLICT, TEXT_STAFF_LEAVE_OVERLAPS, STR("/valid_from"), 1,
                   str_copy(cx->arena, str_from_c(date_format(row.valid_from, text))));
}

static Err check_leave(Cx *cx, const StaffLeave *leave)
{
    char first[DATE_TEXT_SIZE], last[DATE_TEXT_SIZE];
    if (date_compare(leave->valid_to, leave->valid_from) < 0)
        return cx_fail(cx, ERR_INVALID, TEXT_SPAN_WRONG, STR("/valid_to"), 2,
                       str_from_c(date_format(leave->valid_from, first)),
                       str_from_c(date_format(leave->valid_to, last)));
    if (uuid_equals(leave->staff, leave->substitute))
        return cx_fail(cx, ERR_INVALID, TEXT_STAFF_SUBSTITUTE_SELF, STR("/substitute"), 0);
    TRY(check_reach(cx, leave->staff, leave->valid_from, STR("/staff")));
    if (!uuid_is_nil(leave->substitute))
        TRY(check_reach(cx, leave->substitute, leave->valid_from, STR("/substitute")));
    return check_free(cx, leave);
}

static Err leave_work(Cx *cx, void *arg)
{
    const StaffLeave *leave = arg;
    TRY(check_leave(cx, leave));
    StaffLeaveWriteIn in = {.place = cx->place,
                            .staff_id = leave->staff,
                            .valid_from = leave->valid_from,
                            .valid_to = leave->valid_to,
                            .substitute_id = leave->substitute};
    TRY(staff_leave_write(cx->db, &in, NULL));
    TRY(access_areas_forget(cx));
    AuditEntry entry = {.action = STR("staff.leave"), .object = leave->staff};
    return audit_add(cx, &entry);
}

Err staff_leave_put(Cx *cx, const StaffLeave *leave)
{
    TRY(access_require(cx, STR("staff.write")));
    StaffLeave copy = *leave;
    return cx_write(cx, leave_work, &copy);
}
