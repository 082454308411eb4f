/* Grid service: each centre and clinic answers for areas, with a doctor by name, and every address
 * is in exactly one of them.
 *
 * Invariants
 *  1. A facility is in grid service on a day when it, or one below it, answers that day for an area
 *     for which a doctor is named. Centres are level 4, clinics and stations level 5.
 *  2. An address is looked up by the names that stand in it; nobody's address is read. */
#pragma once

#include "engine/subjects/places.h"

typedef struct GridLevel {
    int64_t level; /* of facilities: 4 or 5 */
    size_t units, covered;
} GridLevel;

/* An area without areas in it for which nobody answers, or no doctor is named. */
typedef struct GridGap {
    const Area *area;
    int64_t people; /* registered in it, living and here */
} GridGap;

/* A township: its last areas (villages, or the grids in them) and its clinics. */
typedef struct GridTown {
    const Area *area;
    size_t areas, areas_covered;
    size_t clinics, clinics_covered; /* a clinic whose place nobody declares is in none */
    int64_t people;                  /* in its gaps */
} GridTown;

enum { GRID_LEVEL_N = 2 };

typedef struct GridCoverage {
    GridLevel levels[GRID_LEVEL_N];
    const Facility *const *missing; /* units that are not covered, by level and code */
    size_t missing_n;
    const GridGap *gaps; /* by code */
    size_t gap_n;
    const GridTown *towns; /* by code */
    size_t town_n;
} GridCoverage;

/* On the asked day. Reads no person; people are counted in gaps only. */
Err grid_coverage(Cx *cx, GridCoverage *ret_coverage) MUST_CHECK;

typedef enum {
    GRID_COVERED,
    GRID_NAMELESS, /* a facility answers for it, and names no doctor */
    GRID_GAP,      /* nobody answers for it */
} GridState;

const char *grid_state_name(GridState state);

/* One of the last areas, and who answers for it. */
typedef struct GridPlace {
    const Area *area;
    const Facility *facility; /* NULL: nobody, or one that is not in force */
    const Str *doctors;
    size_t doctor_n;
    GridState state;
} GridPlace;

/* Those of a township (or another area that has areas in it), by code, on the asked day.
 * ERR_NOT_FOUND when there is no such area. */
Err grid_areas(Cx *cx, Str township, const GridPlace **ret_places, size_t *ret_n) MUST_CHECK;

typedef struct GridDoctor {
    Str name;
    Str substitute; /* who stands in on the asked day; empty: nobody */
    bool is_away;
} GridDoctor;

/* One area that an address may mean, and who answers for it. */
typedef struct GridMatch {
    const Area *area;
    const Area *township;     /* NULL: none above it */
    const Facility *facility; /* NULL: nobody answers for it */
    const GridDoctor *doctors;
    size_t doctor_n;
} GridMatch;

enum { GRID_MATCH_MOST = 20 };

/* The areas whose names stand in the address (or whose code it begins with), the longest names
 * only, and those of a township that it names too when there are such; by code. */
Err grid_find(Cx *cx, Str address, const GridMatch **ret_matches, size_t *ret_n) MUST_CHECK;

/* A village's name as people say it: without "village committee". */
Str area_name_stem(Str name);
