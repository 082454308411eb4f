/* Catchments: which facility, team and doctors answer for which area, from when to when. */
#include "engine/subjects/places_int.h"

#include "access/access.h"
#include "base/map.h"
#include "base/vec.h"
#include "engine/subjects/places_sql.h"
#include "engine/subjects/registers.h"

static Err write_catchment(Cx *cx, void *arg)
{
    const Catchment *catchment = arg;
    CatchmentWriteIn in = {.place = cx->place,
                           .facility = catchment->facility,
                           .area_code = catchment->area,
                           .valid_from = catchment->valid_from,
                           .valid_to = catchment->valid_to,
                           .team = place_text(catchment->team)};
    TRY(catchment_write(cx->db, &in, NULL));
    TRY(subject_hooks_run(cx, UUID_NIL, STR("catchment")));
    return access_areas_forget(cx);
}

Err subject_catchment_add(Cx *cx, const Catchment *catchment)
{
    Catchment copy = *catchment;
    return cx_write(cx, write_catchment, &copy);
}

typedef VEC(Catchment) Catchments;
typedef VEC(CatchmentDoctor) Doctors;

static Err read_catchments(Cx *cx, Date day, Catchments *catchments)
{
    CLEANUP(db_rows_close) DbRows rows = {0};
    CatchmentInForceIn in = {.place = cx->place, .day = day};
    TRY(catchment_in_force_open(cx->db, &in, &rows));
    for (;;) {
        CatchmentInForceRow row;
        bool has_row = false;
        TRY(catchment_in_force_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        VEC_PUSH(cx->arena, catchments,
                 (Catchment){row.facility, row.area_code, row.valid_from, row.valid_to, row.team});
    }
}

Err subject_catchments(Cx *cx, const Catchment **ret_catchments, size_t *ret_n)
{
    Catchments catchments = {0};
    Err err = read_catchments(cx, place_day(cx), &catchments);
    if (err != OK)
        return cx_fail_db(cx, err);
    *ret_catchments = catchments.items;
    *ret_n = catchments.n;
    return OK;
}

static Err read_doctors(Cx *cx, Doctors *doctors)
{
    CLEANUP(db_rows_close) DbRows rows = {0};
    CatchmentDoctorInForceIn in = {.place = cx->place, .day = place_day(cx)};
    TRY(catchment_doctor_in_force_open(cx->db, &in, &rows));
    for (;;) {
        CatchmentDoctorInForceRow row;
        bool has_row = false;
        TRY(catchment_doctor_in_force_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        VEC_PUSH(cx->arena, doctors,
                 (CatchmentDoctor){row.facility, row.area_code, row.staff_id, row.code, row.name,
                                   row.valid_from, row.valid_to});
    }
}

Err subject_catchment_doctors(Cx *cx, const CatchmentDoctor **ret_doctors, size_t *ret_n)
{
    Doctors doctors = {0};
    Err err = read_doctors(cx, &doctors);
    if (err != OK)
        return cx_fail_db(cx, err);
    *ret_doctors = doctors.items;
    *ret_n = doctors.n;
    return OK;
}

typedef VEC(Str) Codes;
typedef VEC(CoveredArea) Covered;

static Err read_covered(Cx *cx, Date day, Covered *covered)
{
    CLEANUP(db_rows_close) DbRows rows = {0};
    CatchmentCoveredIn in = {.place = cx->place, .day = day};
    TRY(catchment_covered_open(cx->db, &in, &rows));
    for (;;) {
        CatchmentCoveredRow row;
        bool has_row = false;
        TRY(catchment_covered_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        VEC_PUSH(cx->arena, covered, ((CoveredArea){row.facility, row.area_code, row.team}));
    }
}

Err subject_catchments_covered(Cx *cx, Date day, const CoveredArea **ret_areas, size_t *ret_n)
{
    Covered covered = {0};
    Err err = read_covered(cx, day, &covered);
    if (err != OK)
        return cx_fail_db(cx, err);
    *ret_areas = covered.items;
    *ret_n = covered.n;
    return OK;
}

static Err codes_covered(Cx *cx, Str top, bool below, Date day, Codes *codes)
{
    const Facility *facilities = NULL;
    size_t n = 0;
    Covered covered = {0};
    Cx on_day = *cx;
    on_day.as_of = day;
    TRY(subject_facilities(&on_day, &facilities, &n));
    TRY(read_covered(cx, day, &covered));
    for (size_t i = 0; i < covered.n; i++) {
        const CoveredArea *area = &covered.items[i];
        bool is_wanted = below ? facility_stands_below(facilities, n, area->facility, top)
                               : str_equals(area->facility, top);
        bool is_new = codes->n == 0 || !str_equals(codes->items[codes->n - 1], area->area);
        if (is_wanted && is_new) /* they come by area */
            VEC_PUSH(cx->arena, codes, area->area);
    }
    return OK;
}

Err subject_catchment_areas(Cx *cx, Str facility, bool below, Date day, const Str **ret_codes,
                            size_t *ret_n)
{
    Codes codes = {0};
    Err err = codes_covered(cx, facility, below, day, &codes);
    if (err != OK)
        return cx_fail_db(cx, err);
    *ret_codes = codes.items;
    *ret_n = codes.n;
    return OK;
}

/* ---- changing ---- */

static Err change_one(Cx *cx, const CatchmentChange *change)
{
    const Catchment *catchment = &change->catchment;
    CatchmentCloseIn close = {
        .place = cx->place, .area_code = catchment->area, .valid_from = catchment->valid_from};
    CatchmentDoctorCloseIn doctors = {
        .place = cx->place, .area_code = catchment->area, .valid_from = catchment->valid_from};
    TRY(catchment_close(cx->db, &close, NULL));
    TRY(catchment_doctor_close(cx->db, &doctors, NULL));
    Catchment copy = *catchment;
    TRY(write_catchment(cx, &copy));
    for (size_t i = 0; i < change->doctor_n; i++) {
        CatchmentDoctorWriteIn in = {.place = cx->place,
                                     .area_code = catchment->area,
                                     .facility = catchment->facility,
                                     .staff_id = change->doctors[i],
                                     .valid_from = catchment->valid_from,
                                     .valid_to = catchment->valid_to};
        TRY(catchment_doctor_write(cx->db, &in, NULL));
    }
    return OK;
}

typedef struct {
    const CatchmentChange *changes;
    size_t n;
} Batch;

static Err change_batch(Cx *cx, void *arg)
{
    const Batch *batch = arg;
    for (size_t i = 0; i < batch->n; i++)
        TRY(change_one(cx, &batch->changes[i]));
    AuditEntry entry = {.action = STR("catchments.put"),
                        .detail = str_printf(cx->arena, "%zu rows", batch->n)};
    return audit_add(cx, &entry);
}

Err subject_catchments_change(Cx *cx, const CatchmentChange *changes, size_t n)
{
    for (size_t at = 0; at < n; at += CATCHMENT_BATCH) {
        Batch batch = {changes + at, n - at < CATCHMENT_BATCH ? n - at : CATCHMENT_BATCH};
        TRY(cx_write(cx, change_batch, &batch));
    }
    return OK;
}

/* ---- sheets ---- */

enum { AREA, FACILITY, FROM, TO, TEAM, DOCTORS, COLUMNS };

static const SheetColumn columns[COLUMNS] = {
    {"area", "区划", SHEET_TEXT, true},         {"facility", "机构", SHEET_TEXT, true},
    {"valid_from", "开始日", SHEET_DATE, true}, {"valid_to", "结束日", SHEET_DATE, false},
    {"team", "团队", SHEET_TEXT, false},        {"doctors", "医生编号", SHEET_TEXT, false},
};

const SheetShape subject_catchments_shape = {columns, COLUMNS};

typedef struct {
    Cx *cx;
    SheetTable sheet;
    const Area *areas;
    size_t area_n;
    const Facility *facilities;
    size_t facility_n;
    Map staff; /* code -> Uuid * */
    VEC(CatchmentChange) changes;
} Import;

static void fault(Import *import, SheetRow *row, size_t column, TextId text, Str argument)
{
    sheet_fault(import->cx, &import->sheet, row, column, text, 1, argument);
}

static Err read_staff(Import *import)
{
    Cx *cx = import->cx;
    CLEANUP(db_rows_close) DbRows rows = {0};
    StaffCodeAllIn in = {.place = cx->place};
    TRY(staff_code_all_open(cx->db, &in, &rows));
    for (;;) {
        StaffCodeAllRow row;
        bool has_row = false;
        TRY(staff_code_all_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        Uuid *id = arena_new(cx->arena, Uuid);
        *id = row.id;
        map_put(&import->staff, row.code, id);
    }
}

static void take_row(Import *import, SheetRow *row)
{
    Cx *cx = import->cx;
    Date from = row->dates[FROM];
    const Str *words = NULL;
    size_t n = place_words(cx->arena, row->texts[DOCTORS], &words);
    Uuid *doctors = arena_array(cx->arena, Uuid, n + 1);
    if (!area_is_there(import->areas, import->area_n, row->texts[AREA], from))
        fault(import, row, AREA, TEXT_AREA_UNKNOWN, row->texts[AREA]);
    if (!facility_is_there(import->facilities, import->facility_n, row->texts[FACILITY], from))
        fault(import, row, FACILITY, TEXT_FACILITY_UNKNOWN, row->texts[FACILITY]);
    for (size_t i = 0; i < n; i++) {
        const Uuid *id = map_get(&import->staff, words[i]);
        if (id == NULL)
            fault(import, row, DOCTORS, TEXT_STAFF_UNKNOWN, words[i]);
        else
            doctors[i] = *id;
    }
    sheet_check_span(cx, &import->sheet, row, FROM, TO);
    if (row->is_bad)
        return;
    const Catchment catchment = {row->texts[FACILITY], row->texts[AREA], from, row->dates[TO],
                                 row->texts[TEAM]};
    VEC_PUSH(cx->arena, &import->changes, (CatchmentChange){catchment, doctors, n});
}

static bool days_meet(const SheetRow *a, const SheetRow *b)
{
    return (date_is_none(a->dates[TO]) || date_compare(b->dates[FROM], a->dates[TO]) <= 0)
           && (date_is_none(b->dates[TO]) || date_compare(a->dates[FROM], b->dates[TO]) <= 0);
}

/* An earlier row of the same area that begins the same day, or has an end and goes on into this
 * one; a row without an end is ended by the next. */
static void check_twins(Import *import, SheetRow *row)
{
    for (SheetRow *other = import->sheet.rows; other < row && !row->is_bad; other++) {
        if (other->is_bad || !str_equals(other->texts[AREA], row->texts[AREA]))
            continue;
        bool is_ended = date_is_none(other->dates[TO])
                        && date_compare(other->dates[FROM], row->dates[FROM]) < 0;
        if (!is_ended && days_meet(other, row))
            fault(import, row, AREA, TEXT_SHEET_TWICE,
                  str_printf(import->cx->arena, "%zu", other->line));
    }
}

static Err read_holders(Cx *cx, Str area, Date day, Codes *codes)
{
    CLEANUP(db_rows_close) DbRows rows = {0};
    CatchmentHeldIn in = {.place = cx->place, .area_code = area, .day = day};
    TRY(catchment_held_open(cx->db, &in, &rows));
    for (;;) {
        CatchmentHeldRow row;
        bool has_row = false;
        TRY(catchment_held_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        VEC_PUSH(cx->arena, codes, row.facility);
    }
}

static Err read_neighbours(Cx *cx, Str area, Date day, Codes *codes)
{
    enum { TOWNSHIP_DIGITS = 9 };
    CLEANUP(db_rows_close) DbRows rows = {0};
    CatchmentNeighbourIn in = {
        .place = cx->place, .township = str_slice(area, 0, TOWNSHIP_DIGITS), .day = day};
    TRY(catchment_neighbour_open(cx->db, &in, &rows));
    for (;;) {
        CatchmentNeighbourRow row;
        bool has_row = false;
        TRY(catchment_neighbour_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        VEC_PUSH(cx->arena, codes, row.facility);
    }
}

/* Nobody takes an area from others, nor gives it to them. What nobody answers for is taken only in
 * townships where the own facilities answer for something, or by who sees the whole place. */
static Err check_reach(Import *import, SheetRow *row)
{
    Cx *cx = import->cx;
    bool is_below = false;
    if (cx->actor->is_system)
        return OK;
    TRY(access_is_below(cx, row->texts[FACILITY], &is_below));
    if (!is_below) {
        fault(import, row, FACILITY, TEXT_NOT_BELOW, row->texts[FACILITY]);
        return OK;
    }
    Codes others = {0};
    TRY(read_holders(cx, row->texts[AREA], row->dates[FROM], &others));
    bool is_free = others.n == 0, is_near = false;
    if (is_free)
        TRY(read_neighbours(cx, row->texts[AREA], row->dates[FROM], &others));
    for (size_t i = 0; i < others.n && !row->is_bad; i++) {
        TRY(access_is_below(cx, others.items[i], &is_below));
        is_near |= is_below;
        if (!is_free && !is_below)
            fault(import, row, AREA, TEXT_NOT_BELOW, others.items[i]);
    }
    TRY(access_is_below(cx, STR(""), &is_below)); /* who sees the whole place */
    if (is_free && !is_near && !is_below)
        fault(import, row, AREA, TEXT_AREA_NOT_NEAR, row->texts[AREA]);
    return OK;
}

static Err check_all(Import *import)
{
    Cx *cx = import->cx;
    SheetTable *sheet = &import->sheet;
    TRY(area_spells(cx, &import->areas, &import->area_n));
    TRY(facility_spells(cx, &import->facilities, &import->facility_n));
    TRY(read_staff(import));
    for (size_t i = 0; i < sheet->n; i++) {
        SheetRow *row = &sheet->rows[i];
        if (!row->is_bad)
            take_row(import, row);
        check_twins(import, row);
        if (!row->is_bad)
            TRY(check_reach(import, row));
    }
    return sheet_verdict(sheet);
}

Err subject_catchments_put(Cx *cx, const SheetTable *sheet, bool is_dry_run)
{
    TRY(access_require(cx, STR("catchments.write")));
    Import import = {.cx = cx, .sheet = *sheet};
    map_init(&import.staff, cx->arena);
    Err err = check_all(&import);
    if (err != OK)
        return cx_fail_db(cx, err);
    return is_dry_run ? OK : subject_catchments_change(cx, import.changes.items, import.changes.n);
}
