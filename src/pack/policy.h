/* The policy of a place: what the parameters of the packs are there from day to day, and the rules
 * with those numbers in them. Pure: what the place has said is handed in.
 *
 * A place says: from this day on the parameter is so much, or again what the packs say. Days before
 * keep what they had. A rule whose numbers change has an edition for each stretch of days: what
 * begins on those days belongs to it (Rule.valid_from, valid_until). */
#pragma once

#include "pack/pack.h"

/* What the place has said, in this order; a later entry for the same day replaces the earlier. */
typedef struct PolicyEntry {
    Str parameter;
    Date from;
    bool is_ended; /* as in the packs again */
    ExprValue value;
} PolicyEntry;

typedef struct PolicyEditions {
    const Rule *const *rules; /* ascending by day; editions of one rule, all with its key */
    size_t n;
} PolicyEditions;

typedef struct Policy {
    const PackSet *set;
    const FormParameter *parameters;   /* of PackSet.policy, in its order */
    const FormParameter *const *forms; /* of PackSet.forms: the parameters of each */
    const PolicyEditions *editions;    /* by Rule.number */
} Policy;

/* Lives in arena. Entries that name no parameter of the set, or have another type, are left out. */
const Policy *policy_build(const PackSet *set, const PolicyEntry *entries, size_t n, Arena *arena);
/* In the form's order: FormContext.parameters, form_wire_write. */
const FormParameter *policy_of_form(const Policy *policy, const Form *form);
/* Values by day; NULL when the packs have no such parameter. */
const FormParameter *policy_parameter(const Policy *policy, Str id);
/* The rule as it is for what begins on a day. */
const Rule *policy_rule_on(const Policy *policy, const Rule *rule, Date day);
/* Whether a rule has the parameter among its numbers. */
bool policy_is_of_rule(const Rule *rule, Str parameter);

/* What a text is: a date, a whole number, a decimal, or else text. */
ExprValue policy_value_of_text(Str text);
/* A whole number widened; everything else as it is. */
ExprValue policy_as_decimal(ExprValue value);
/* Always, when the parameter has no range. */
bool policy_is_in_range(const PolicyParameter *parameter, ExprValue value);
/* Whether every number of a rule that the parameter is could be the value. */
bool policy_fits_rules(const PolicyParameter *parameter, ExprValue value);
