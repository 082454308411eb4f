/* The list of permissions, by what they open. */
#include "access/permissions.h"

#include <stddef.h>

const char *const access_permissions[] = {
    "session.own", /* one's own session and password */
    "areas.read",  /* the division tree */
    "areas.write",         "facilities.read",  "facilities.write",
    "catchments.read", /* who answers for which area */
    "catchments.write",    "staff.read",       "staff.write",
    "forms.read",          "obligations.read", /* due lists and their reasons */
    "obligations.waive",                      /* sparing somebody what is owed, or putting it off */
    "residents.read",                         /* opening a person */
    "residents.reveal",                       /* the ID and telephone number whole, with a reason */
    "residents.search",    "residents.write", /* a person and what happens to one */
    "residents.merge",                        /* duplicates, merging and taking apart */
    "residents.grant",                        /* letting others see a person for a time */
    "residents.account",                      /* accounts for residents themselves */
    "residents.own",                          /* whom the account is for: itself, its children */
    "residents.sync",                         /* keeping whom one sees on a phone of one's own */
    "residents.emergency", /* opening somebody out of sight by the exact number */
    "emergencies.review",  /* at the own facility and below */
    "records.read",        "records.write",    "records.void",
    "records.void_own", /* what one wrote oneself, while the form takes records of that day */
    "records.backdate", /* later than a form allows, with a reason */
    "tables.read",      /* the records of a form in a table, without identity where so purposed */
    "tables.export",    /* the same as a file */
    "worklists.export", /* who is owed what, by name, as a file */
    "accounts.manage",  /* those below the own facility, of roles that the own role manages */
    "measures.read",    /* numbers of the areas in sight */
    "measures.check",   /* finding a hit of a data-quality rule right as it is */
    "policy.read",         "policy.write", /* what parameters are in this place */
    "plans.read",          "plans.write",  /* how far each clause is; what units say of it */
    "places.compare",                      /* the members of a place above others, side by side */
    "scores.freeze",                       /* a bulletin: how units stand, frozen */
    "metrics.read",        "audit.read",       NULL,
};
