/* Who was at work on a day, where the asking one sees it: in a post and not on leave. */
#include "access/access.h"
#include "base/vec.h"
#include "engine/subjects/places.h"
#include "engine/subjects/places_sql.h"

Err staff_present(Cx *cx, Date day, const Staff **ret_staff, size_t *ret_n)
{
    const Date as_of = cx->as_of;
    const Staff *staff = NULL;
    size_t n = 0;
    cx->as_of = day;
    Err err = staff_list(cx, cx->actor->facility, &staff, &n);
    cx->as_of = as_of;
    TRY(err);
    VEC(Staff) present = {0};
    for (size_t i = 0; i < n; i++) {
        if (date_is_none(staff[i].away_from))
            VEC_PUSH(cx->arena, &present, staff[i]);
    }
    *ret_staff = present.items;
    *ret_n = present.n;
    return OK;
}

Err staff_is_present(Cx *cx, Uuid id, Date day, Str facility, bool *ret_is_present)
{
    VEC(Str) posts = {0};
    {
        CLEANUP(db_rows_close) DbRows rows = {0};
        const StaffPresentAtIn in = {.place = cx->place, .staff_id = id, .day = day};
        TRY(staff_present_at_open(cx->db, &in, &rows));
        for (;;) {
            StaffPresentAtRow row;
            bool has_row = false;
            TRY(staff_present_at_next(&rows, cx->arena, &row, &has_row));
            if (!has_row)
                break;
            if (str_is_empty(facility) || str_equals(row.facility, facility))
                VEC_PUSH(cx->arena, &posts, row.facility);
        }
    }
    bool is_below = false;
    for (size_t i = 0; i < posts.n && !is_below; i++)
        TRY(access_is_below(cx, posts.items[i], &is_below));
    *ret_is_present = is_below;
    return OK;
}

Err staff_name(Cx *cx, Uuid id, Str *ret_name)
{
    const StaffByIdIn in = {.place = cx->place, .id = id};
    StaffByIdRow row;
    bool found = false;
    TRY(staff_by_id(cx->db, cx->arena, &in, &row, &found));
    *ret_name = found ? row.name : (Str){0};
    return OK;
}
