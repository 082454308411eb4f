/* What other engines do when a fact of a resident changes that they read. */
#include "engine/subjects/subjects_int.h"

static const ResidentHook *installed_hooks;

void resident_set_hooks(const ResidentHook *hooks)
{
    installed_hooks = hooks;
}

Err resident_changed(Cx *cx, Uuid resident, Uuid filed_from)
{
    const ResidentChange change = {.resident = resident, .filed_from = filed_from};
    for (const ResidentHook *hook = installed_hooks; hook != NULL && *hook != NULL; hook++)
        TRY((*hook)(cx, &change));
    return OK;
}

Err resident_hooks_run(Cx *cx, Uuid resident)
{
    return resident_changed(cx, resident, UUID_NIL);
}
