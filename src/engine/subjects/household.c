/* Households: where one lives. */
#include "engine/subjects/subjects_int.h"
#include "engine/subjects/subjects_sql.h"

typedef struct {
    Uuid id;
    Str area;
} Household;

static Err write_household(Cx *cx, void *arg)
{
    const Household *household = arg;
    HouseholdWriteIn in = {.place = cx->place, .id = household->id, .area_code = household->area};
    return household_write(cx->db, &in, NULL);
}

Err subject_household_add(Cx *cx, Uuid id, Str area)
{
    Household household = {id, area};
    return cx_write(cx, write_household, &household);
}
