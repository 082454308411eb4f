/* What-if of other packs: whom another pack set would owe what. The evidence of both sets is made
 * of the records as they come, in memory; evaluation is the one that stored rows come from, so that
 * what is said here is what an upgrade does. Nothing is written.
 *
 * Only rules whose signature differs are computed: the others owe alike. Two lines are the same
 * line when person, program, rule and item are, and their dates agree; else when they close on one
 * day; else when the item has a name or their days overlap. Editions of a rule are one rule here.
 */
#pragma once

#include "engine/obligations/obligations.h"

/* A rule of which people may owe otherwise. */
typedef struct RuleDifference {
    Str program, rule;
    const Rule *before, *after; /* an edition of it; NULL: the set has none */
} RuleDifference;

typedef struct ObligationSets {
    const PackSet *before, *after; /* with record_forms_prepare */
    const RuleDifference *rules;   /* by program and rule */
    size_t rule_n;
} ObligationSets;
void obligation_sets_compare(const PackSet *before, const PackSet *after, Arena *arena,
                             ObligationSets *ret_sets);

typedef enum {
    OBLIGATION_GAINED,
    OBLIGATION_LOST,
    OBLIGATION_MOVED,    /* its dates */
    OBLIGATION_RESTATED, /* dates alike: met, progress, waiver, days of notice */
    OBLIGATION_CHANGE_N,
} ObligationChange;
const char *
obligation_change_name(ObligationChange change); /* "gained", "lost", "moved", "state" */

typedef struct ObligationDifference {
    ObligationChange change;
    const RuleDifference *rule; /* of ObligationSets.rules */
    Uuid subject;
    Str area, item;
    const ObligationLine *before, *after; /* NULL: not owed; without reasons */
} ObligationDifference;

typedef struct ObligationDiffOptions {
    Date on;        /* the day of the states */
    bool with_past; /* also what was over before that day on both sides */
} ObligationDiffOptions;

/* Visits every difference, subjects ascending. What visit allocates in cx->arena is gone some
 * thousand subjects later. Streams: memory does not grow with the county. In one transaction of
 * cx->db, begun here unless there is one. */
typedef Err (*ObligationDiffVisit)(Cx *cx, const ObligationDifference *difference, void *arg);
Err obligation_diff(Cx *cx, const ObligationSets *sets, const ObligationDiffOptions *options,
                    ObligationDiffVisit visit, void *arg) MUST_CHECK;
