/* Worklists at a desk: what is owed, spared and done in the areas in sight, by village, clinic,
 * doctor, team, program, rule and state; sorted and paged by the database. Whoever asks sees
 * persons: rows without identity are a matter of obligation_list_counted.
 *
 * Invariants
 *  1. A number of WorklistTotals is how many rows the list has that is asked with it.
 *  2. Who answers for an area is asked of the same rows that decide sights (v_access_area), on
 *     today: a substitute answers for what the absent one does. A team answers, on today too, for
 *     what its catchments cover. */
#pragma once

#include "base/map.h"
#include "base/vec.h"
#include "engine/obligations/obligations.h"

typedef struct WorklistFilter {
    Date on;    /* today or later */
    Date since; /* done since this day */
    Str area;   /* code of a village, or of a town for its villages; empty: every area in sight */
    Str program, rule; /* ids; a rule is one of the program */
    Str facility;      /* code of a clinic that answers; or empty */
    Str doctor;        /* code of a member of staff who answers by name; or empty */
    Str team;
    bool states[OBLIGATION_STATE_N]; /* overdue, due, open, waived; met: done */
    Str sort; /* due, area, service, age, done; "-" before it: the other way round */
    size_t skip, most;
} WorklistFilter;

bool worklist_sort_is_known(Str sort);
/* The name of a state in worklists: obligation_state_name, and "done". */
bool worklist_state_parse(Str name, ObligationState *ret_state);
const char *worklist_state_name(ObligationState state);

/* obligations.read, and persons in sight: ERR_FORBIDDEN otherwise. */
Err worklist_list(Cx *cx, const WorklistFilter *filter, const ObligationLine **ret_lines,
                  size_t *ret_n) MUST_CHECK;

typedef struct WorklistCount {
    Str key;           /* id or code */
    const Rule *rule;  /* of programs (any rule of it) and rules */
    Str name, name_en; /* of areas, facilities, doctors */
    Str under;         /* of areas: the township's code; of doctors: the facility's */
    int64_t n;         /* of the states asked for */
    int64_t overdue;   /* of these */
} WorklistCount;
typedef VEC(WorklistCount) WorklistFacet;

/* Of each dimension how many rows there are of each value, under the other parts of the filter. */
typedef struct WorklistTotals {
    int64_t n; /* of the filter as it is */
    int64_t states[OBLIGATION_STATE_N];
    WorklistFacet programs, rules, areas, facilities, doctors, teams;
} WorklistTotals;
Err worklist_totals(Cx *cx, const WorklistFilter *filter, WorklistTotals *ret_totals) MUST_CHECK;

/* Who answers for areas. */
typedef struct WorklistAnswering {
    Map facilities, doctors; /* by area: text of names, the first by code */
} WorklistAnswering;
Err worklist_answering_read(Cx *cx, WorklistAnswering *ret_answering) MUST_CHECK;
/* The doctor by name, where there is none the facility; empty when nobody answers. */
Str worklist_answers(const WorklistAnswering *answering, Str area);

/* ---- views ---- */

enum { WORKLIST_VIEWS_MOST = 50, WORKLIST_NAME_MOST = 60, WORKLIST_FILTER_MOST = 2000 };

typedef struct WorklistView {
    Uuid id;
    bool is_own, is_shared;
    Str name;
    Str filter; /* lines of key=value */
} WorklistView;

/* One's own, and those that others at the own facility share; by name. */
Err worklist_view_list(Cx *cx, const WorklistView **ret_views, size_t *ret_n) MUST_CHECK;
/* Keeps a view of the asking account under its id; again: changes it, and shares it where the
 * account works now. ERR_NOT_FOUND when the id is somebody else's. */
Err worklist_view_keep(Cx *cx, const WorklistView *view) MUST_CHECK;
Err worklist_view_drop_own(Cx *cx, Uuid id) MUST_CHECK;
