/* Grid service: how far it covers, and who is the doctor of an address. */
#include "engine/subjects/grid.h"

#include "base/vec.h"
#include "core/cx.h"
#include "engine/subjects/places_int.h"
#include "engine/subjects/places_sql.h"

enum {
    CENTRE_LEVEL = 4,
    CLINIC_LEVEL = 5,
    VILLAGE_LEVEL = 5, /* of areas */
    CODE_LEAST = 9,    /* digits from which an address may be a code */
};

Str area_name_stem(Str name)
{
    static const char *const suffixes[] = {
        "社区居民委员会", "村民委员会", "居民委员会社区", "居民委员会", "村委会", "居委会", "社区"};
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        Str suffix = str_from_c(suffixes[i]);
        if (name.n > suffix.n && str_has_suffix(name, suffix))
            return str_slice(name, 0, name.n - suffix.n);
    }
    return name;
}

/* ---- what is in force on the day ---- */

typedef struct Grid {
    Cx *cx;
    const Area *areas; /* by code */
    size_t area_n;
    const Facility *facilities; /* by code */
    size_t facility_n;
    Map catchments; /* area code -> const Catchment * */
    Map doctors;    /* area code -> the first const CatchmentDoctor * of it */
    const CatchmentDoctor *all_doctors;
    size_t all_doctor_n;
    Map facility_by_code, area_by_code, has_below; /* has_below: codes with areas in them */
    const Staff *staff;                            /* when doctors are asked for */
    size_t staff_n;
} Grid;

/* Maps hold plain pointers; nothing here writes through them. */
static void *known(const void *item)
{
    return (void *)(uintptr_t)item;
}

static Err read_grid(Grid *grid)
{
    Cx *cx = grid->cx;
    const Catchment *catchments = NULL;
    size_t n = 0;
    TRY(subject_areas(cx, &grid->areas, &grid->area_n));
    TRY(subject_facilities(cx, &grid->facilities, &grid->facility_n));
    TRY(subject_catchments(cx, &catchments, &n));
    TRY(subject_catchment_doctors(cx, &grid->all_doctors, &grid->all_doctor_n));
    Map *maps[] = {&grid->catchments, &grid->doctors, &grid->facility_by_code, &grid->area_by_code,
                   &grid->has_below};
    for (size_t i = 0; i < sizeof maps / sizeof *maps; i++)
        map_init(maps[i], cx->arena);
    for (size_t i = 0; i < n; i++)
        map_put(&grid->catchments, catchments[i].area, known(&catchments[i]));
    for (size_t i = grid->all_doctor_n; i > 0; i--)
        map_put(&grid->doctors, grid->all_doctors[i - 1].area, known(&grid->all_doctors[i - 1]));
    for (size_t i = 0; i < grid->facility_n; i++)
        map_put(&grid->facility_by_code, grid->facilities[i].code, known(&grid->facilities[i]));
    for (size_t i = 0; i < grid->area_n; i++) {
        map_put(&grid->area_by_code, grid->areas[i].code, known(&grid->areas[i]));
        map_put(&grid->has_below, grid->areas[i].parent, known(&grid->areas[i]));
    }
    return OK;
}

/* Who answers for the area: whoever has it, or the nearest area that it lies in. */
static const Catchment *answering(const Grid *grid, Str code)
{
    for (;;) {
        const Catchment *catchment = map_get(&grid->catchments, code);
        const Area *area = map_get(&grid->area_by_code, code);
        if (catchment != NULL || area == NULL || area->parent.n == 0)
            return catchment;
        code = area->parent;
    }
}

static const Area *township_of(const Grid *grid, const Area *area)
{
    while (area != NULL && area->level >= VILLAGE_LEVEL)
        area = map_get(&grid->area_by_code, area->parent);
    return area != NULL && area->level == VILLAGE_LEVEL - 1 ? area : NULL;
}

/* Where the facility stands, or the nearest one above it that says where; NULL: none does. */
static const Area *township_of_facility(const Grid *grid, const Facility *facility)
{
    enum { DEPTH_MOST = 8 };
    for (int depth = 0; facility != NULL && depth < DEPTH_MOST; depth++) {
        if (facility->area.n > 0)
            return township_of(grid, map_get(&grid->area_by_code, facility->area));
        facility = map_get(&grid->facility_by_code, facility->parent);
    }
    return NULL;
}

static bool is_named(const Grid *grid, const Catchment *catchment)
{
    for (size_t i = 0; i < grid->all_doctor_n && catchment != NULL; i++) {
        const CatchmentDoctor *doctor = &grid->all_doctors[i];
        if (str_equals(doctor->area, catchment->area)
            && str_equals(doctor->facility, catchment->facility))
            return true;
    }
    return false;
}

/* ---- coverage ---- */

/* Codes of the facilities that answer by name, and of all above them. */
static void mark_covered(const Grid *grid, Map *covered)
{
    for (size_t i = 0; i < grid->all_doctor_n; i++) {
        const CatchmentDoctor *doctor = &grid->all_doctors[i];
        const Catchment *catchment = map_get(&grid->catchments, doctor->area);
        if (catchment == NULL || !str_equals(catchment->facility, doctor->facility))
            continue;
        Str code = doctor->facility;
        while (code.n > 0 && !map_has(covered, code)) {
            const Facility *facility = map_get(&grid->facility_by_code, code);
            if (facility == NULL)
                break;
            map_put(covered, code, known(facility));
            code = facility->parent;
        }
    }
}

/* The last areas of the tree: an address is in one of them. */
static bool is_leaf(const Grid *grid, const Area *area)
{
    return area->level >= VILLAGE_LEVEL && !map_has(&grid->has_below, area->code);
}

typedef struct Towns {
    GridTown *items; /* in the order of the areas */
    size_t n;
    Map by_code;
} Towns;

static void find_towns(const Grid *grid, Towns *towns)
{
    Cx *cx = grid->cx;
    map_init(&towns->by_code, cx->arena);
    towns->items = arena_array(cx->arena, GridTown, grid->area_n + 1);
    for (size_t i = 0; i < grid->area_n; i++) {
        if (grid->areas[i].level != VILLAGE_LEVEL - 1)
            continue;
        GridTown *town = &towns->items[towns->n++];
        *town = (GridTown){.area = &grid->areas[i]};
        map_put(&towns->by_code, town->area->code, town);
    }
}

static GridTown *town_of(const Towns *towns, const Area *area)
{
    return area == NULL ? NULL : map_get(&towns->by_code, area->code);
}

/* By area code. Read once, and only when there is a gap. */
static Err read_people(Grid *grid, Map *people)
{
    Cx *cx = grid->cx;
    CLEANUP(db_rows_close) DbRows rows = {0};
    AreaPeopleIn in = {.place = cx->place};
    map_init(people, cx->arena);
    TRY(area_people_open(cx->db, &in, &rows));
    for (;;) {
        AreaPeopleRow *row = arena_new(cx->arena, AreaPeopleRow);
        bool has_row = false;
        TRY(area_people_next(&rows, cx->arena, row, &has_row));
        if (!has_row)
            return OK;
        map_put(people, row->area_code, row);
    }
}

static Err find_gaps(Grid *grid, const Towns *towns, GridCoverage *coverage)
{
    Cx *cx = grid->cx;
    VEC(GridGap) gaps = {0};
    Map people = {0};
    for (size_t i = 0; i < grid->area_n; i++) {
        const Area *area = &grid->areas[i];
        if (!is_leaf(grid, area))
            continue;
        GridTown *town = town_of(towns, township_of(grid, area));
        bool is_covered = is_named(grid, answering(grid, area->code));
        if (town != NULL) {
            town->areas++;
            town->areas_covered += is_covered;
        }
        if (is_covered)
            continue;
        if (gaps.n == 0)
            TRY(read_people(grid, &people));
        const AreaPeopleRow *row = map_get(&people, area->code);
        int64_t here = row == NULL ? 0 : row->people;
        VEC_PUSH(cx->arena, &gaps, ((GridGap){area, here}));
        if (town != NULL)
            town->people += here;
    }
    coverage->gaps = gaps.items;
    coverage->gap_n = gaps.n;
    return OK;
}

static void count_units(const Grid *grid, const Towns *towns, GridCoverage *coverage)
{
    Map covered;
    VEC(const Facility *) missing = {0};
    map_init(&covered, grid->cx->arena);
    mark_covered(grid, &covered);
    for (size_t at = 0; at < GRID_LEVEL_N; at++) {
        GridLevel *level = &coverage->levels[at];
        for (size_t i = 0; i < grid->facility_n; i++) {
            const Facility *facility = &grid->facilities[i];
            if (facility->level != level->level)
                continue;
            bool is_covered = map_has(&covered, facility->code);
            GridTown *town = facility->level != CLINIC_LEVEL
                                 ? NULL
                                 : town_of(towns, township_of_facility(grid, facility));
            level->units++;
            level->covered += is_covered;
            if (town != NULL) {
                town->clinics++;
                town->clinics_covered += is_covered;
            }
            if (!is_covered)
                VEC_PUSH(grid->cx->arena, &missing, facility);
        }
    }
    coverage->missing = missing.items;
    coverage->missing_n = missing.n;
}

Err grid_coverage(Cx *cx, GridCoverage *ret_coverage)
{
    Grid grid = {.cx = cx};
    Towns towns = {0};
    TRY(read_grid(&grid));
    find_towns(&grid, &towns);
    GridCoverage coverage = {.levels = {{.level = CENTRE_LEVEL}, {.level = CLINIC_LEVEL}},
                             .towns = towns.items,
                             .town_n = towns.n};
    count_units(&grid, &towns, &coverage);
    Err err = find_gaps(&grid, &towns, &coverage);
    if (err != OK)
        return cx_fail_db(cx, err);
    *ret_coverage = coverage;
    return OK;
}

/* ---- the areas of a township ---- */

static GridPlace place_of(Grid *grid, const Area *area)
{
    const Catchment *catchment = answering(grid, area->code);
    GridPlace place = {.area = area, .state = GRID_GAP};
    VEC(Str) doctors = {0};
    if (catchment == NULL)
        return place;
    place.facility = map_get(&grid->facility_by_code, catchment->facility);
    for (size_t i = 0; i < grid->all_doctor_n; i++) {
        const CatchmentDoctor *doctor = &grid->all_doctors[i];
        if (str_equals(doctor->area, catchment->area)
            && str_equals(doctor->facility, catchment->facility))
            VEC_PUSH(grid->cx->arena, &doctors, doctor->name);
    }
    place.doctors = doctors.items;
    place.doctor_n = doctors.n;
    place.state = doctors.n > 0 ? GRID_COVERED : GRID_NAMELESS;
    return place;
}

Err grid_areas(Cx *cx, Str township, const GridPlace **ret_places, size_t *ret_n)
{
    Grid grid = {.cx = cx};
    VEC(GridPlace) places = {0};
    TRY(read_grid(&grid));
    if (map_get(&grid.area_by_code, township) == NULL)
        return cx_fail(cx, ERR_NOT_FOUND, TEXT_NOT_FOUND, STR("area"), 1, township);
    for (size_t i = 0; i < grid.area_n; i++) {
        const Area *area = &grid.areas[i];
        if (is_leaf(&grid, area) && str_has_prefix(area->code, township))
            VEC_PUSH(cx->arena, &places, place_of(&grid, area));
    }
    *ret_places = places.items;
    *ret_n = places.n;
    return OK;
}

const char *grid_state_name(GridState state)
{
    static const char *const names[] = {"covered", "nameless", "gap"};
    return names[state];
}

/* ---- the doctor of an address ---- */

typedef struct Candidate {
    const Area *area, *township;
    size_t rank; /* longer names are surer; a named township decides */
} Candidate;

/* 0: the address does not mean it. */
static size_t rank_of(const Area *area, const Area *township, Str address)
{
    enum { TOWNSHIP_NAMED = 1000, CODE_GIVEN = 10000 };
    bool is_code = address.n >= CODE_LEAST && address.p[0] >= '0' && address.p[0] <= '9';
    if (is_code)
        return str_has_prefix(area->code, address) || str_has_prefix(address, area->code)
                   ? CODE_GIVEN + area->code.n
                   : 0;
    Str stem = area_name_stem(area->name);
    if (stem.n == 0 || str_find(address, stem, 0) == SIZE_MAX)
        return 0;
    bool is_there = township != NULL && str_find(address, township->name, 0) != SIZE_MAX;
    return stem.n + (is_there ? TOWNSHIP_NAMED : 0);
}

static Err put_doctors(Grid *grid, const Catchment *catchment, GridMatch *match)
{
    Cx *cx = grid->cx;
    VEC(GridDoctor) doctors = {0};
    if (grid->staff == NULL)
        TRY(staff_list(cx, STR(""), &grid->staff, &grid->staff_n));
    for (size_t i = 0; i < grid->all_doctor_n; i++) {
        const CatchmentDoctor *named = &grid->all_doctors[i];
        if (!str_equals(named->area, catchment->area)
            || !str_equals(named->facility, catchment->facility))
            continue;
        GridDoctor doctor = {.name = named->name};
        for (size_t k = 0; k < grid->staff_n; k++) {
            const Staff *staff = &grid->staff[k];
            if (!uuid_equals(staff->id, named->staff) || date_is_none(staff->away_from))
                continue;
            doctor.is_away = true;
            if (!uuid_is_nil(staff->substitute))
                TRY(staff_name(cx, staff->substitute, &doctor.substitute));
        }
        VEC_PUSH(cx->arena, &doctors, doctor);
    }
    match->doctors = doctors.items;
    match->doctor_n = doctors.n;
    return OK;
}

Err grid_find(Cx *cx, Str address, const GridMatch **ret_matches, size_t *ret_n)
{
    Grid grid = {.cx = cx};
    TRY(read_grid(&grid));
    VEC(Candidate) candidates = {0};
    size_t best = 1;
    address = str_trim(address);
    for (size_t i = 0; i < grid.area_n; i++) {
        const Area *area = &grid.areas[i];
        if (area->level < VILLAGE_LEVEL)
            continue;
        const Area *township = township_of(&grid, area);
        size_t rank = rank_of(area, township, address);
        best = rank > best ? rank : best;
        VEC_PUSH(cx->arena, &candidates, ((Candidate){area, township, rank}));
    }
    VEC(GridMatch) matches = {0};
    for (size_t i = 0; i < candidates.n && matches.n < GRID_MATCH_MOST; i++) {
        const Candidate *candidate = &candidates.items[i];
        if (candidate->rank < best)
            continue;
        GridMatch match = {.area = candidate->area, .township = candidate->township};
        const Catchment *catchment = answering(&grid, candidate->area->code);
        if (catchment != NULL) {
            match.facility = map_get(&grid.facility_by_code, catchment->facility);
            TRY(put_doctors(&grid, catchment, &match));
        }
        VEC_PUSH(cx->arena, &matches, match);
    }
    *ret_matches = matches.items;
    *ret_n = matches.n;
    return OK;
}
