/* The division tree: asking it, and what is wrong with it on a day. */
#include "engine/subjects/places_int.h"

#include <stdlib.h>

#include "access/access.h"
#include "base/map.h"
#include "base/vec.h"
#include "engine/subjects/places_sql.h"
#include "engine/subjects/registers.h"

typedef VEC(Area) Areas;

static Area area_of(const AreaSpellAllRow *row)
{
    return (Area){.code = row->code,
                  .parent = row->parent,
                  .level = row->level,
                  .name = row->name,
                  .name_en = row->name_en,
                  .kind = row->kind,
                  .valid_from = row->valid_from,
                  .valid_to = row->valid_to};
}

static Err read_areas(Cx *cx, Areas *areas)
{
    CLEANUP(db_rows_close) DbRows rows = {0};
    AreaInForceIn in = {.place = cx->place, .day = place_day(cx)};
    TRY(area_in_force_open(cx->db, &in, &rows));
    for (;;) {
        AreaInForceRow row;
        bool has_row = false;
        TRY(area_in_force_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        const AreaSpellAllRow same = {row.code,    row.parent, row.level,      row.name,
                                      row.name_en, row.kind,   row.valid_from, row.valid_to};
        VEC_PUSH(cx->arena, areas, area_of(&same));
    }
}

static Err read_known(Cx *cx, Areas *areas)
{
    CLEANUP(db_rows_close) DbRows rows = {0};
    AreaKnownIn in = {.place = cx->place, .day = place_day(cx)};
    TRY(area_known_open(cx->db, &in, &rows));
    for (;;) {
        AreaKnownRow row;
        bool has_row = false;
        TRY(area_known_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        const AreaSpellAllRow same = {row.code,    row.parent, row.level,      row.name,
                                      row.name_en, row.kind,   row.valid_from, row.valid_to};
        VEC_PUSH(cx->arena, areas, area_of(&same));
    }
}

static Err read_spells(Cx *cx, Areas *areas)
{
    CLEANUP(db_rows_close) DbRows rows = {0};
    AreaSpellAllIn in = {.place = cx->place};
    TRY(area_spell_all_open(cx->db, &in, &rows));
    for (;;) {
        AreaSpellAllRow row;
        bool has_row = false;
        TRY(area_spell_all_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        VEC_PUSH(cx->arena, areas, area_of(&row));
    }
}

static Err give(Cx *cx, Err err, const Areas *areas, const Area **ret_areas, size_t *ret_n)
{
    if (err != OK)
        return cx_fail_db(cx, err);
    *ret_areas = areas->items;
    *ret_n = areas->n;
    return OK;
}

Err subject_areas(Cx *cx, const Area **ret_areas, size_t *ret_n)
{
    Areas areas = {0};
    Err err = read_areas(cx, &areas);
    return give(cx, err, &areas, ret_areas, ret_n);
}

Err subject_areas_known(Cx *cx, const Area **ret_areas, size_t *ret_n)
{
    Areas areas = {0};
    Err err = read_known(cx, &areas);
    return give(cx, err, &areas, ret_areas, ret_n);
}

Err area_spells(Cx *cx, const Area **ret_areas, size_t *ret_n)
{
    Areas areas = {0};
    Err err = read_spells(cx, &areas);
    return give(cx, err, &areas, ret_areas, ret_n);
}

bool area_is_there(const Area *spells, size_t n, Str code, Date day)
{
    for (size_t i = 0; i < n; i++) {
        if (str_equals(spells[i].code, code) && date_compare(spells[i].valid_from, day) <= 0
            && (date_is_none(spells[i].valid_to) || date_compare(spells[i].valid_to, day) >= 0))
            return true;
    }
    return false;
}

Err subject_area_name(Cx *cx, Str code, Wording *ret_name)
{
    const AreaByCodeIn in = {.place = cx->place, .code = code, .day = place_day(cx)};
    AreaByCodeRow row;
    bool found = false;
    Err err = area_by_code(cx->db, cx->arena, &in, &row, &found);
    if (err != OK)
        return cx_fail_db(cx, err);
    *ret_name = found ? (Wording){row.name, row.name_en} : (Wording){code, {0}};
    return OK;
}

enum { NAME_BATCH = 10 };

/* Of different codes, NAME_BATCH at most. */
static Err read_names(Cx *cx, const Str *codes, size_t n, AreaNames *names)
{
    Str c[NAME_BATCH] = {0};
    for (size_t i = 0; i < n; i++)
        c[i] = codes[i];
    const AreaNameBatchIn in = {cx->place, place_day(cx), c[0], c[1], c[2], c[3],
                                c[4],      c[5],          c[6], c[7], c[8], c[9]};
    CLEANUP(db_rows_close) DbRows rows = {0};
    TRY(area_name_batch_open(cx->db, &in, &rows));
    for (;;) {
        AreaNameBatchRow row;
        bool has_row = false;
        TRY(area_name_batch_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        Wording *name = arena_new(cx->arena, Wording);
        *name = (Wording){row.name, row.name_en};
        map_put(&names->names, row.code, name);
    }
}

Err subject_area_names(Cx *cx, const Str *codes, size_t n, AreaNames *ret_names)
{
    Map asked;
    Str batch[NAME_BATCH];
    size_t batch_n = 0;
    map_init(&asked, cx->arena);
    map_init(&ret_names->names, cx->arena);
    for (size_t i = 0; i < n; i++) {
        if (codes[i].n == 0 || map_has(&asked, codes[i]))
            continue;
        map_put(&asked, codes[i], NULL);
        batch[batch_n++] = codes[i];
        Err err = batch_n == NAME_BATCH ? read_names(cx, batch, batch_n, ret_names) : OK;
        if (err != OK)
            return cx_fail_db(cx, err);
        batch_n %= NAME_BATCH;
    }
    Err err = batch_n > 0 ? read_names(cx, batch, batch_n, ret_names) : OK;
    return err == OK ? OK : cx_fail_db(cx, err);
}

Wording area_name(const AreaNames *names, Str code)
{
    const Wording *name = map_get(&names->names, code);
    return name == NULL ? (Wording){code, {0}} : *name;
}

static Err write_area(Cx *cx, void *arg)
{
    const Area *area = arg;
    AreaWriteIn in = {.place = cx->place,
                      .code = area->code,
                      .parent = place_text(area->parent),
                      .level = area->level,
                      .name = area->name,
                      .name_en = place_text(area->name_en),
                      .kind = place_text(area->kind),
                      .valid_from = PLACE_BEGINNING,
                      .valid_to = DATE_NONE};
    TRY(area_write(cx->db, &in, NULL));
    TRY(subject_areas_follow(cx, area->code));
    return access_areas_forget(cx);
}

Err subject_area_add(Cx *cx, const Area *area)
{
    Area copy = *area;
    return cx_write(cx, write_area, &copy);
}

/* ---- the check ---- */

const char *area_fault_name(AreaFault fault)
{
    static const char *const names[] = {"gap",     "overlap",   "ended",
                                        "divided", "not_known", "orphaned"};
    return names[fault];
}

typedef struct {
    const Area *area;  /* in force, or NULL */
    Str facility;      /* that answers for it, or empty */
    size_t below;      /* areas in it */
    size_t successors; /* that it became */
    bool is_known;
} Standing;

typedef struct {
    Cx *cx;
    Map standings; /* code -> Standing * */
    VEC(AreaFinding) findings;
} Check;

static Standing *standing_of(Check *check, Str code)
{
    Standing *standing = map_get(&check->standings, code);
    if (standing != NULL)
        return standing;
    standing = arena_new(check->cx->arena, Standing);
    *standing = (Standing){0};
    map_put(&check->standings, code, standing);
    return standing;
}

static void note(Check *check, AreaFault fault, Str area, Str facility, int64_t people)
{
    VEC_PUSH(check->cx->arena, &check->findings, (AreaFinding){fault, area, facility, people});
}

static Err check_tree(Check *check)
{
    Cx *cx = check->cx;
    const Area *areas = NULL;
    size_t n = 0;
    TRY(subject_areas_known(cx, &areas, &n));
    for (size_t i = 0; i < n; i++) {
        Standing *standing = standing_of(check, areas[i].code);
        bool is_there =
            date_is_none(areas[i].valid_to) || date_compare(areas[i].valid_to, place_day(cx)) >= 0;
        standing->is_known = true;
        standing->area = is_there ? &areas[i] : NULL;
        if (is_there && areas[i].parent.n > 0)
            standing_of(check, areas[i].parent)->below++;
    }
    CLEANUP(db_rows_close) DbRows rows = {0};
    AreaSuccessorAllIn in = {.place = cx->place, .day = place_day(cx)};
    TRY(area_successor_all_open(cx->db, &in, &rows));
    for (;;) {
        AreaSuccessorAllRow row;
        bool has_row = false;
        TRY(area_successor_all_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        standing_of(check, row.code)->successors++;
    }
}

static Err check_covered(Check *check)
{
    Cx *cx = check->cx;
    CLEANUP(db_rows_close) DbRows rows = {0};
    CatchmentCoveredIn in = {.place = cx->place, .day = place_day(cx)};
    TRY(catchment_covered_open(cx->db, &in, &rows));
    for (;;) {
        CatchmentCoveredRow row;
        bool has_row = false;
        TRY(catchment_covered_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        Standing *standing = standing_of(check, row.area_code);
        if (standing->facility.n > 0 && standing->area != NULL)
            note(check, AREA_OVERLAP, row.area_code, row.facility, 0);
        standing->facility = row.facility;
    }
}

static Err check_orphans(Check *check)
{
    Cx *cx = check->cx;
    const Facility *facilities = NULL;
    const Catchment *catchments = NULL;
    size_t n = 0, catchment_n = 0;
    TRY(subject_facilities(cx, &facilities, &n));
    TRY(subject_catchments(cx, &catchments, &catchment_n));
    Map there;
    map_init(&there, cx->arena);
    for (size_t i = 0; i < n; i++)
        map_put(&there, facilities[i].code, &check->standings);
    for (size_t i = 0; i < catchment_n; i++) {
        if (!map_has(&there, catchments[i].facility))
            note(check, AREA_ORPHANED, catchments[i].area, catchments[i].facility, 0);
    }
    return OK;
}

static void check_people_of(Check *check, Str code, int64_t people)
{
    const Standing *standing = map_get(&check->standings, code);
    if (standing == NULL || !standing->is_known)
        note(check, AREA_NOT_KNOWN, code, STR(""), people);
    else if (standing->area == NULL && standing->successors != 1)
        note(check, AREA_ENDED, code, STR(""), people);
    else if (standing->area != NULL && standing->below > 0)
        note(check, AREA_DIVIDED, code, STR(""), people);
}

static Err check_people(Check *check)
{
    Cx *cx = check->cx;
    CLEANUP(db_rows_close) DbRows rows = {0};
    AreaPeopleIn in = {.place = cx->place};
    TRY(area_people_open(cx->db, &in, &rows));
    for (;;) {
        AreaPeopleRow row;
        bool has_row = false;
        TRY(area_people_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        check_people_of(check, row.area_code, row.people);
    }
}

static int by_area(const void *left, const void *right)
{
    const AreaFinding *a = left, *b = right;
    int order = str_compare(a->area, b->area);
    if (order == 0)
        order = (a->fault > b->fault) - (a->fault < b->fault);
    return order != 0 ? order : str_compare(a->facility, b->facility);
}

static Err check_all(Check *check)
{
    TRY(check_tree(check));
    TRY(check_covered(check));
    TRY(check_orphans(check));
    TRY(check_people(check));
    for (size_t i = 0; i < check->standings.n; i++) {
        const Standing *standing = check->standings.entries[i].value;
        if (standing->area != NULL && standing->below == 0 && standing->facility.n == 0)
            note(check, AREA_GAP, check->standings.entries[i].key, STR(""), 0);
    }
    if (check->findings.n > 0)
        qsort(check->findings.items, check->findings.n, sizeof *check->findings.items, by_area);
    return OK;
}

Err subject_areas_check(Cx *cx, const AreaFinding **ret_findings, size_t *ret_n)
{
    Check check = {.cx = cx};
    map_init(&check.standings, cx->arena);
    Err err = check_all(&check);
    if (err != OK)
        return cx_fail_db(cx, err);
    *ret_findings = check.findings.items;
    *ret_n = check.findings.n;
    return OK;
}
