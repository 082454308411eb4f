/* Whom each form about residents is for, as the packs themselves say it.
 *
 * A form is not for somebody when one of its checks that read nothing but the person fails, or when
 * programs know the form and none of them could want it of this person now: who is not in it is
 * enrolled, who is in it is followed up (in windows from birth, while one is open) or leaves.
 * Nothing is refused by this; other forms stand behind these.
 *
 * Invariants
 *  1. What is not known about a person (a date of birth), and a check that looks up a table,
 *     excludes no form.
 *  2. A form that opens the health record needs no program. */
#pragma once

#include "pack/policy.h"

/* The conditions as a form without fields: a check for each form, by its id, that fails for whom
 * the form is not. So the form module of the browser answers for all of them at once, with and
 * without a network. sees: whether the asking person sees a sensitivity class; forms and programs
 * of others are not told of. The numbers are those of the policy today. */
void pack_offers(const Policy *policy, Date today, bool (*sees)(const void *who, Str class),
                 const void *who, Arena *arena, Form *ret_form);
