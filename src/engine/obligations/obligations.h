/* Obligations: who is owed which service, by whom, by when, and which record met it.
 *
 * Invariants
 *  1. A stored row does not depend on the clock or the map: subject, rule, opens_on, due_on,
 *     closes_on, met_by. State comes from the dates and the day asked for, the owner from the
 * catchment in force.
 *  2. obligation_evidence is the narrow table that rules read: one row a record and rule, in
 * subject order. A record recomputes its own subject in its own transaction.
 *  3. Stored rows equal a full recomputation at any time (catchment doctor checks it).
 *  4. A day in the past is answered with what was known at the end of it. */
#pragma once

#include "core/cx.h"
#include "engine/records/records.h"
#include "pack/pack.h"

typedef enum {
    OBLIGATION_CLOSED, /* window not yet open */
    OBLIGATION_OPEN,
    OBLIGATION_DUE, /* within the rule's notice before due_on */
    OBLIGATION_OVERDUE,
    OBLIGATION_MET,
    OBLIGATION_MISSED,
} ObligationState;

typedef struct Obligation {
    Uuid subject;
    const Rule *rule;
    Date opens_on, due_on, closes_on; /* closes_on: the last day that counts */
    Uuid met_by;                      /* record, or nil */
    Date met_on;
} Obligation;

ObligationState obligation_state(const Obligation *obligation, Date day);
const char *obligation_state_name(ObligationState state); /* "open", "due", "overdue" ... */
bool obligation_state_parse(Str name, ObligationState *ret_state);

/* One reason of an obligation's dates. */
typedef struct ObligationReason {
    const Rule *rule;
    Str source;
    const Uuid *records;
    size_t record_n;
    Wording text;
} ObligationReason;
