/* The register of facilities over time. What a change means for sight is told to access in the same
 * write. */
#include "engine/subjects/places_int.h"

#include "access/access.h"
#include "base/map.h"
#include "base/vec.h"
#include "engine/subjects/places_sql.h"
#include "engine/subjects/registers.h"

typedef VEC(Facility) Facilities;

static Facility facility_of(const FacilitySpellAllRow *row)
{
    return (Facility){.code = row->code,
                      .name = row->name,
                      .name_en = row->name_en,
                      .kind = row->kind,
                      .level = row->level,
                      .parent = row->parent,
                      .valid_from = row->valid_from,
                      .valid_to = row->valid_to,
                      .area = row->area_code,
                      .ownership = row->ownership,
                      .status = row->status,
                      .licence_no = row->licence_no,
                      .licence_to = row->licence_to,
                      .merged_into = row->merged_into};
}

static Err read_facilities(Cx *cx, Facilities *facilities)
{
    CLEANUP(db_rows_close) DbRows rows = {0};
    FacilityInForceIn in = {.place = cx->place, .day = place_day(cx)};
    TRY(facility_in_force_open(cx->db, &in, &rows));
    for (;;) {
        FacilityInForceRow row;
        bool has_row = false;
        TRY(facility_in_force_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        const FacilitySpellAllRow same = {
            row.code,   row.name,       row.name_en,    row.kind,       row.level,
            row.parent, row.valid_from, row.valid_to,   row.area_code,  row.ownership,
            row.status, row.licence_no, row.licence_to, row.merged_into};
        VEC_PUSH(cx->arena, facilities, facility_of(&same));
    }
}

static Err read_spells(Cx *cx, Facilities *facilities)
{
    CLEANUP(db_rows_close) DbRows rows = {0};
    FacilitySpellAllIn in = {.place = cx->place};
    TRY(facility_spell_all_open(cx->db, &in, &rows));
    for (;;) {
        FacilitySpellAllRow row;
        bool has_row = false;
        TRY(facility_spell_all_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        VEC_PUSH(cx->arena, facilities, facility_of(&row));
    }
}

Err subject_facilities(Cx *cx, const Facility **ret_facilities, size_t *ret_n)
{
    Facilities facilities = {0};
    Err err = read_facilities(cx, &facilities);
    if (err != OK)
        return cx_fail_db(cx, err);
    *ret_facilities = facilities.items;
    *ret_n = facilities.n;
    return OK;
}

Err facility_spells(Cx *cx, const Facility **ret_facilities, size_t *ret_n)
{
    Facilities facilities = {0};
    Err err = read_spells(cx, &facilities);
    if (err != OK)
        return cx_fail_db(cx, err);
    *ret_facilities = facilities.items;
    *ret_n = facilities.n;
    return OK;
}

static bool holds(const Facility *spell, Date day)
{
    return date_compare(spell->valid_from, day) <= 0
           && (date_is_none(spell->valid_to) || date_compare(spell->valid_to, day) >= 0);
}

static const Facility *find_on(const Facility *spells, size_t n, Str code, Date day)
{
    for (size_t i = 0; i < n; i++) {
        if (str_equals(spells[i].code, code) && holds(&spells[i], day))
            return &spells[i];
    }
    return NULL;
}

bool facility_is_there(const Facility *spells, size_t n, Str code, Date day)
{
    return find_on(spells, n, code, day) != NULL;
}

static const Facility *find(const Facility *facilities, size_t n, Str code)
{
    for (size_t i = 0; i < n; i++) {
        if (str_equals(facilities[i].code, code))
            return &facilities[i];
    }
    return NULL;
}

bool facility_stands_below(const Facility *facilities, size_t n, Str code, Str top)
{
    for (size_t steps = 0; steps <= n; steps++) {
        if (str_equals(code, top))
            return true;
        const Facility *facility = find(facilities, n, code);
        if (facility == NULL || facility->parent.n == 0)
            return false;
        code = facility->parent;
    }
    return false;
}

const Facility *facility_township(const Facility *facilities, size_t n, Str code)
{
    const Facility *facility = find(facilities, n, code);
    for (size_t steps = 0; steps <= n && facility != NULL && facility->level > 4; steps++) {
        const Facility *parent = find(facilities, n, facility->parent);
        if (parent == NULL)
            break;
        facility = parent;
    }
    return facility;
}

/* ---- writing ---- */

/* What the facility answered for when it ended passes to the one it became. */
static Err pass_on(Cx *cx, const Facility *facility)
{
    typedef VEC(CatchmentAfterRow) Left;
    Left left = {0};
    {
        CLEANUP(db_rows_close) DbRows rows = {0};
        CatchmentAfterIn in = {
            .place = cx->place, .facility = facility->code, .day = facility->valid_to};
        TRY(catchment_after_open(cx->db, &in, &rows));
        for (;;) {
            CatchmentAfterRow row;
            bool has_row = false;
            TRY(catchment_after_next(&rows, cx->arena, &row, &has_row));
            if (!has_row)
                break;
            VEC_PUSH(cx->arena, &left, row);
        }
    }
    Date from = date_add_days(facility->valid_to, 1);
    for (size_t i = 0; i < left.n; i++) {
        CatchmentCloseIn close = {
            .place = cx->place, .area_code = left.items[i].area_code, .valid_from = from};
        TRY(catchment_close(cx->db, &close, NULL));
        CatchmentWriteIn in = {.place = cx->place,
                               .facility = facility->merged_into,
                               .area_code = left.items[i].area_code,
                               .valid_from = from,
                               .valid_to = DATE_NONE,
                               .team = left.items[i].team};
        TRY(catchment_write(cx->db, &in, NULL));
    }
    return OK;
}

static Err write_facility(Cx *cx, void *arg)
{
    const Facility *facility = arg;
    FacilityCloseBeforeIn close = {
        .place = cx->place, .code = facility->code, .valid_from = facility->valid_from};
    TRY(facility_close_before(cx->db, &close, NULL));
    FacilityWriteIn in = {.place = cx->place,
                          .code = facility->code,
                          .name = facility->name,
                          .name_en = place_text(facility->name_en),
                          .kind = facility->kind,
                          .level = facility->level,
                          .parent = place_text(facility->parent),
                          .valid_from = facility->valid_from,
                          .valid_to = facility->valid_to,
                          .area_code = place_text(facility->area),
                          .ownership = place_text(facility->ownership),
                          .status = facility->status.n == 0 ? STR("active") : facility->status,
                          .licence_no = place_text(facility->licence_no),
                          .licence_to =
                              facility->licence_no.n == 0 ? DATE_NONE : facility->licence_to,
                          .merged_into = place_text(facility->merged_into)};
    TRY(facility_write(cx->db, &in, NULL));
    if (in.merged_into.n > 0 && !date_is_none(in.valid_to))
        TRY(pass_on(cx, facility));
    TRY(subject_facilities_follow(cx, facility->code));
    return access_areas_forget(cx);
}

Err subject_facility_add(Cx *cx, const Facility *facility)
{
    Facility copy = *facility;
    return cx_write(cx, write_facility, &copy);
}

/* ---- sheets ---- */

enum {
    CODE,
    NAME,
    NAME_EN,
    KIND,
    LEVEL,
    PARENT,
    AREA,
    OWNERSHIP,
    STATUS,
    LICENCE_NO,
    LICENCE_TO,
    FROM,
    TO,
    MERGED_INTO,
    COLUMNS
};

static const SheetColumn columns[COLUMNS] = {
    {"code", "编码", SHEET_TEXT, true},
    {"name", "名称", SHEET_TEXT, true},
    {"name_en", "英文名", SHEET_TEXT, false},
    {"kind", "类别", SHEET_TEXT, true},
    {"level", "级别", SHEET_WHOLE, true},
    {"parent", "上级机构", SHEET_TEXT, false},
    {"area", "所在区划", SHEET_TEXT, false},
    {"ownership", "举办形式", SHEET_TEXT, false},
    {"status", "状态", SHEET_TEXT, false},
    {"licence_no", "执业许可证号", SHEET_TEXT, false},
    {"licence_to", "许可证有效期至", SHEET_DATE, false},
    {"valid_from", "开始日", SHEET_DATE, true},
    {"valid_to", "结束日", SHEET_DATE, false},
    {"merged_into", "并入机构", SHEET_TEXT, false},
};

const SheetShape subject_facilities_shape = {columns, COLUMNS};

typedef struct {
    Cx *cx;
    SheetTable sheet;
    const Area *areas;
    size_t area_n;
    Facilities spells; /* stored, then those of good rows */
    size_t stored_n;
    Map bad; /* codes of rows that are wrong by themselves */
} Import;

static void fault(Import *import, SheetRow *row, size_t column, TextId text, Str argument)
{
    sheet_fault(import->cx, &import->sheet, row, column, text, 1, argument);
}

static Facility facility_of_row(const SheetRow *row)
{
    return (Facility){.code = row->texts[CODE],
                      .name = row->texts[NAME],
                      .name_en = row->texts[NAME_EN],
                      .kind = row->texts[KIND],
                      .level = row->wholes[LEVEL],
                      .parent = row->texts[PARENT],
                      .area = row->texts[AREA],
                      .ownership = row->texts[OWNERSHIP],
                      .status = row->texts[STATUS],
                      .licence_no = row->texts[LICENCE_NO],
                      .licence_to = row->dates[LICENCE_TO],
                      .valid_from = row->dates[FROM],
                      .valid_to = row->dates[TO],
                      .merged_into = row->texts[MERGED_INTO]};
}

static void check_row(Import *import, SheetRow *row)
{
    Cx *cx = import->cx;
    const SheetTable *sheet = &import->sheet;
    if (!place_code_is_good(row->texts[CODE]))
        fault(import, row, CODE, TEXT_FACILITY_CODE, row->texts[CODE]);
    sheet_check_code(cx, sheet, row, KIND, "facility_kind");
    sheet_check_code(cx, sheet, row, OWNERSHIP, "facility_ownership");
    sheet_check_code(cx, sheet, row, STATUS, "facility_status");
    if (row->wholes[LEVEL] < 3 || row->wholes[LEVEL] > 5)
        fault(import, row, LEVEL, TEXT_AREA_LEVEL, STR(""));
    sheet_check_span(cx, sheet, row, FROM, TO);
    if (row->texts[MERGED_INTO].n > 0 && date_is_none(row->dates[TO]))
        fault(import, row, TO, TEXT_FACILITY_MERGED_OPEN, STR(""));
    if (row->texts[AREA].n > 0
        && !area_is_there(import->areas, import->area_n, row->texts[AREA], row->dates[FROM]))
        fault(import, row, AREA, TEXT_AREA_UNKNOWN, row->texts[AREA]);
}

static void put_row(Import *import, const SheetRow *row)
{
    Facility facility = facility_of_row(row);
    Facilities *spells = &import->spells;
    for (size_t i = 0; i < spells->n; i++) {
        if (str_equals(spells->items[i].code, facility.code)
            && date_compare(spells->items[i].valid_from, facility.valid_from) == 0) {
            spells->items[i] = facility;
            return;
        }
    }
    VEC_PUSH(import->cx->arena, spells, facility);
}

/* The line of the earlier row of the same code and day; SIZE_MAX when there is none. */
static size_t line_of_twin(const Import *import, const SheetRow *row)
{
    for (const SheetRow *other = import->sheet.rows; other < row; other++) {
        if (!other->is_bad && str_equals(other->texts[CODE], row->texts[CODE])
            && date_compare(other->dates[FROM], row->dates[FROM]) == 0)
            return other->line;
    }
    return SIZE_MAX;
}

static void check_parent(Import *import, SheetRow *row)
{
    Str parent = row->texts[PARENT], code = row->texts[CODE];
    Date day = row->dates[FROM];
    const Facilities *spells = &import->spells;
    for (size_t steps = 0; parent.n > 0; steps++) {
        if (map_has(&import->bad, parent))
            return;
        if (str_equals(parent, code) || steps > spells->n) {
            fault(import, row, PARENT, TEXT_FACILITY_LOOP, code);
            return;
        }
        const Facility *above = find_on(spells->items, spells->n, parent, day);
        if (above == NULL) {
            if (steps == 0)
                fault(import, row, PARENT, TEXT_FACILITY_UNKNOWN, parent);
            return;
        }
        parent = above->parent;
    }
}

static void check_merger(Import *import, SheetRow *row)
{
    Str into = row->texts[MERGED_INTO];
    if (into.n == 0 || row->is_bad || map_has(&import->bad, into))
        return;
    if (str_equals(into, row->texts[CODE]))
        fault(import, row, MERGED_INTO, TEXT_FACILITY_LOOP, into);
    else if (!facility_is_there(import->spells.items, import->spells.n, into,
                                date_add_days(row->dates[TO], 1)))
        fault(import, row, MERGED_INTO, TEXT_FACILITY_UNKNOWN, into);
}

/* What is there must be below the own facility, and so must the parent that it gets. */
static Err check_reach(Import *import, SheetRow *row)
{
    Cx *cx = import->cx;
    bool is_below = false, parent_is_below = false;
    TRY(access_is_below(cx, row->texts[PARENT], &parent_is_below));
    is_below = parent_is_below;
    for (size_t i = 0; i < import->stored_n && is_below; i++) {
        if (str_equals(import->spells.items[i].code, row->texts[CODE])) {
            TRY(access_is_below(cx, row->texts[CODE], &is_below));
            break;
        }
    }
    if (!is_below)
        fault(import, row, parent_is_below ? CODE : PARENT, TEXT_NOT_BELOW,
              parent_is_below ? row->texts[CODE] : row->texts[PARENT]);
    return OK;
}

static Err check_all(Import *import)
{
    Cx *cx = import->cx;
    SheetTable *sheet = &import->sheet;
    const Facility *stored = NULL;
    TRY(area_spells(cx, &import->areas, &import->area_n));
    TRY(facility_spells(cx, &stored, &import->stored_n));
    for (size_t i = 0; i < import->stored_n; i++)
        VEC_PUSH(cx->arena, &import->spells, stored[i]);
    for (size_t i = 0; i < sheet->n; i++) {
        SheetRow *row = &sheet->rows[i];
        if (!row->is_bad)
            check_row(import, row);
        size_t twin = row->is_bad ? SIZE_MAX : line_of_twin(import, row);
        if (twin != SIZE_MAX)
            fault(import, row, CODE, TEXT_SHEET_TWICE, str_printf(cx->arena, "%zu", twin));
        if (row->is_bad)
            map_put(&import->bad, row->texts[CODE], import);
        else
            put_row(import, row);
    }
    for (size_t i = 0; i < sheet->n; i++) {
        SheetRow *row = &sheet->rows[i];
        if (!row->is_bad)
            check_parent(import, row);
        check_merger(import, row);
        if (!row->is_bad)
            TRY(check_reach(import, row));
    }
    return sheet_verdict(sheet);
}

static Err store_work(Cx *cx, void *arg)
{
    const Import *import = arg;
    for (size_t i = 0; i < import->sheet.n; i++) {
        Facility facility = facility_of_row(&import->sheet.rows[i]);
        TRY(write_facility(cx, &facility));
    }
    AuditEntry entry = {.action = STR("facilities.put"),
                        .detail = str_printf(cx->arena, "%zu rows", import->sheet.n)};
    return audit_add(cx, &entry);
}

Err subject_facilities_put(Cx *cx, const SheetTable *sheet, bool is_dry_run)
{
    TRY(access_require(cx, STR("facilities.write")));
    Import import = {.cx = cx, .sheet = *sheet};
    map_init(&import.bad, cx->arena);
    Err err = check_all(&import);
    if (err != OK)
        return cx_fail_db(cx, err);
    return is_dry_run ? OK : cx_write(cx, store_work, &import);
}
