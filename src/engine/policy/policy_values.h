/* The policy of a place: dated values of the packs' parameters, each with its source, said by the
 * place itself. pack/policy.h is what is built of them.
 *
 * Invariants
 *  1. Rows are only added. A value begins tomorrow at the earliest, so whatever was judged on a day
 *     is judged alike for ever; what it replaces stays with its days.
 *  2. A value has the type of the parameter, lies in its range, and could stand in every rule that
 *     the parameter stands in.
 *  3. Two places in one database do not know of each other. */
#pragma once

#include "core/cx.h"
#include "pack/policy.h"

/* The policy now known for cx->place. Asked for once a Cx, and again in each write. */
Err policy_of(Cx *cx, const Policy **ret_policy) MUST_CHECK;
/* As it was known at the end of a day. */
Err policy_known_on(Cx *cx, Date day, const Policy **ret_policy) MUST_CHECK;
/* Asks ahead (db.h) whether anything was said since the cached one. */
void policy_ahead(Cx *cx);
/* The parameters of the form there, for FormContext and form_wire_write. */
Err policy_form(Cx *cx, const Form *form, const FormParameter **ret_parameters) MUST_CHECK;

/* What a parameter is there on a day, for engines that judge by one; absent when the packs have no
 * such parameter. */
Err policy_value_on(Cx *cx, Str id, Date day, ExprValue *ret_value) MUST_CHECK;
/* The same as a whole number; 0 when it is none. */
Err policy_whole_on(Cx *cx, Str id, Date day, int64_t *ret_number) MUST_CHECK;

/* Below how many people a number is not written out in what is published (parameter few_below;
 * SMALL_COUNT where no pack has it). */
Err policy_few_below(Cx *cx, Date day, int64_t *ret_n) MUST_CHECK;

/* The same of days before something's day; POLICY_UNSAID where no pack says how many, and then
 * nothing is judged by how near its day is. */
enum { POLICY_UNSAID = -1 };
Err policy_days_before(Cx *cx, Str id, Date day, int64_t *ret_n) MUST_CHECK;

/* The number of a parameter in a policy; false when it has none on that day. */
bool policy_number_on(const Policy *policy, const PolicyParameter *parameter, Date day,
                      double *ret_number);

/* One thing that the place has said. */
typedef struct PolicyValue {
    int64_t seq;
    Str parameter;
    Date from;
    bool is_ended; /* as in the packs again */
    Str value;
    Str source;
    Date set_on;
    Instant set_at;
    Str set_by; /* name of the account; empty: the command line */
} PolicyValue;
/* Everything ever said, in that order. */
Err policy_history(Cx *cx, const PolicyValue **ret_values, size_t *ret_n) MUST_CHECK;

typedef struct PolicyChange {
    Str parameter;
    Str value;  /* text of the parameter's type; empty with is_ended */
    Str unit;   /* of the value; empty, or the parameter's */
    Str source; /* document and clause */
    Date from;  /* DATE_NONE: tomorrow */
    bool is_ended;
} PolicyChange;
/* One write, with its audit entry; runs the hooks. */
Err policy_set(Cx *cx, const PolicyChange *change) MUST_CHECK;

/* What other engines do when a place has changed a parameter, in the same write. */
typedef Err (*PolicyHook)(Cx *cx, const PolicyParameter *parameter);
void policy_set_hooks(const PolicyHook *hooks); /* NULL-terminated */
