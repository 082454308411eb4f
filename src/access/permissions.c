/* The list of permissions, by what they open. */
#include "access/permissions.h"

#include <stddef.h>

const char *const access_permissions[] = {
    "session.own",      /* one's own session, the areas, facilities and forms that every screen needs */
    "obligations.read", /* due lists and their reasons */
    "residents.read",   /* opening a person */
    "residents.search",
    "residents.write", /* registering a person */
    "records.read",
    "records.write",
    "records.void",
    "accounts.manage",
    "metrics.read",
    "audit.read",
    NULL,
};
