/* What two pack sets declare otherwise: packs, forms, their fields, parameters. Pure. What rules
 * make of it for people is engine/obligations/diff.h. */
#pragma once

#include "pack/pack.h"

typedef enum {
    PACK_DIFFERS, /* a pack: its version, or its text under the same version */
    FORM_DIFFERS,
    FIELD_DIFFERS,
    PARAMETER_DIFFERS,
} PackDiffers;

typedef struct PackDifference {
    PackDiffers kind;
    const char *what;  /* "new", "gone"; of a pack "version", or "text" under the same version;
                          of a field "type", "unit", "retired";
                          of a parameter "value" */
    Str id;            /* of the pack, form or parameter */
    Str field;         /* of FIELD_DIFFERS: "drugs", "drugs.name" */
    Str before, after; /* version, type, unit or values; empty: none */
    bool is_refused;   /* no database takes it: a field's type and unit stay */
} PackDifference;

/* In the order of PackDiffers, each in the order of the sets: what is new in its place in `after`,
 * what is gone behind it. */
void pack_sets_compare(const PackSet *before, const PackSet *after, Arena *arena,
                       const PackDifference **ret_differences, size_t *ret_n);
