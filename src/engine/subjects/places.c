/* Where subjects belong: areas, facilities, catchments, households. What a change of facilities or
 * catchments means for sight is told to access in the same write. */
#include "access/access.h"
#include "engine/subjects/subjects_int.h"
#include "engine/subjects/subjects_sql.h"

static Date asked_day(const Cx *cx)
{
    return date_is_none(cx->as_of) ? cx->today : cx->as_of;
}

static Err read_areas(Cx *cx, const Area **ret_areas, size_t *ret_n)
{
    VEC(Area) areas = {0};
    CLEANUP(db_rows_close) DbRows rows = {0};
    AreaAllIn in = {.place = cx->place};
    TRY(area_all_open(cx->db, &in, &rows));
    for (;;) {
        AreaAllRow row;
        bool has_row = false;
        TRY(area_all_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            break;
        VEC_PUSH(cx->arena, &areas,
                 (Area){row.code, row.parent, row.level, row.name, row.name_en, row.kind});
    }
    *ret_areas = areas.items;
    *ret_n = areas.n;
    return OK;
}

Err subject_areas(Cx *cx, const Area **ret_areas, size_t *ret_n)
{
    Err err = read_areas(cx, ret_areas, ret_n);
    return err == OK ? OK : cx_fail_db(cx, err);
}

Err subject_area_name(Cx *cx, Str code, Wording *ret_name)
{
    const AreaByCodeIn in = {.place = cx->place, .code = code};
    AreaByCodeRow row;
    bool found = false;
    Err err = area_by_code(cx->db, cx->arena, &in, &row, &found);
    if (err != OK)
        return cx_fail_db(cx, err);
    *ret_name = found ? (Wording){row.name, row.name_en} : (Wording){code, {0}};
    return OK;
}

/* Columns that are never NULL take the empty text. */
static Str text_or_empty(Str text)
{
    return text.p == NULL ? STR("") : text;
}

static Err write_area(Cx *cx, void *arg)
{
    const Area *area = arg;
    AreaWriteIn in = {.place = cx->place,
                      .code = area->code,
                      .parent = text_or_empty(area->parent),
                      .level = area->level,
                      .name = area->name,
                      .name_en = text_or_empty(area->name_en),
                      .kind = text_or_empty(area->kind)};
    return area_write(cx->db, &in, NULL);
}

Err subject_area_add(Cx *cx, const Area *area)
{
    Area copy = *area;
    return cx_write(cx, write_area, &copy);
}

static Err read_facilities(Cx *cx, const Facility **ret_facilities, size_t *ret_n)
{
    VEC(Facility) facilities = {0};
    CLEANUP(db_rows_close) DbRows rows = {0};
    FacilityInForceIn in = {.place = cx->place, .day = asked_day(cx)};
    TRY(facility_in_force_open(cx->db, &in, &rows));
    for (;;) {
        FacilityInForceRow row;
        bool has_row = false;
        TRY(facility_in_force_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            break;
        VEC_PUSH(cx->arena, &facilities,
                 (Facility){.code = row.code,
                            .name = row.name,
                            .name_en = row.name_en,
                            .kind = row.kind,
                            .level = row.level,
                            .parent = row.parent,
                            .valid_from = row.valid_from,
                            .valid_to = row.valid_to});
    }
    *ret_facilities = facilities.items;
    *ret_n = facilities.n;
    return OK;
}

Err subject_facilities(Cx *cx, const Facility **ret_facilities, size_t *ret_n)
{
    Err err = read_facilities(cx, ret_facilities, ret_n);
    return err == OK ? OK : cx_fail_db(cx, err);
}

static Err write_facility(Cx *cx, void *arg)
{
    const Facility *facility = arg;
    FacilityWriteIn in = {.place = cx->place,
                          .code = facility->code,
                          .name = facility->name,
                          .name_en = text_or_empty(facility->name_en),
                          .kind = facility->kind,
                          .level = facility->level,
                          .parent = text_or_empty(facility->parent),
                          .valid_from = facility->valid_from,
                          .valid_to = facility->valid_to};
    TRY(facility_write(cx->db, &in, NULL));
    return access_areas_forget(cx);
}

Err subject_facility_add(Cx *cx, const Facility *facility)
{
    Facility copy = *facility;
    return cx_write(cx, write_facility, &copy);
}

static Err write_catchment(Cx *cx, void *arg)
{
    const Catchment *catchment = arg;
    CatchmentWriteIn in = {.place = cx->place,
                           .facility = catchment->facility,
                           .area_code = catchment->area,
                           .valid_from = catchment->valid_from,
                           .valid_to = catchment->valid_to};
    TRY(catchment_write(cx->db, &in, NULL));
    return access_areas_forget(cx);
}

Err subject_catchment_add(Cx *cx, const Catchment *catchment)
{
    Catchment copy = *catchment;
    return cx_write(cx, write_catchment, &copy);
}

static Err read_catchments(Cx *cx, const Catchment **ret_catchments, size_t *ret_n)
{
    VEC(Catchment) catchments = {0};
    CLEANUP(db_rows_close) DbRows rows = {0};
    CatchmentInForceIn in = {.place = cx->place, .day = asked_day(cx)};
    TRY(catchment_in_force_open(cx->db, &in, &rows));
    for (;;) {
        CatchmentInForceRow row;
        bool has_row = false;
        TRY(catchment_in_force_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            break;
        VEC_PUSH(cx->arena, &catchments,
                 (Catchment){row.facility, row.area_code, row.valid_from, row.valid_to});
    }
    *ret_catchments = catchments.items;
    *ret_n = catchments.n;
    return OK;
}

Err subject_catchments(Cx *cx, const Catchment **ret_catchments, size_t *ret_n)
{
    Err err = read_catchments(cx, ret_catchments, ret_n);
    return err == OK ? OK : cx_fail_db(cx, err);
}

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

typedef struct {
    const Str *items;
    size_t n;
} Codes;

static Err read_own(Cx *cx, Str facility, Date day, Codes *ret_codes)
{
    VEC(Str) codes = {0};
    CLEANUP(db_rows_close) DbRows rows = {0};
    CatchmentAreaOfFacilityIn in = {.place = cx->place, .facility = facility, .day = day};
    TRY(catchment_area_of_facility_open(cx->db, &in, &rows));
    for (;;) {
        CatchmentAreaOfFacilityRow row;
        bool has_row = false;
        TRY(catchment_area_of_facility_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            break;
        VEC_PUSH(cx->arena, &codes, row.area_code);
    }
    *ret_codes = (Codes){codes.items, codes.n};
    return OK;
}

static Err read_below(Cx *cx, Str facility, Date day, Codes *ret_codes)
{
    VEC(Str) codes = {0};
    CLEANUP(db_rows_close) DbRows rows = {0};
    CatchmentAreaBelowIn in = {.place = cx->place, .facility = facility, .day = day};
    TRY(catchment_area_below_open(cx->db, &in, &rows));
    for (;;) {
        CatchmentAreaBelowRow row;
        bool has_row = false;
        TRY(catchment_area_below_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            break;
        VEC_PUSH(cx->arena, &codes, row.area_code);
    }
    *ret_codes = (Codes){codes.items, codes.n};
    return OK;
}

Err subject_catchment_areas(Cx *cx, Str facility, bool below, Date day, const Str **ret_codes,
                            size_t *ret_n)
{
    Codes codes = {0};
    Err err = below ? read_below(cx, facility, day, &codes) : read_own(cx, facility, day, &codes);
    if (err != OK)
        return cx_fail_db(cx, err);
    *ret_codes = codes.items;
    *ret_n = codes.n;
    return OK;
}
