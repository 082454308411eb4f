/* What other engines do when a fact of a resident changes that they read. */
#include "engine/subjects/subjects.h"

static const ResidentHook *installed_hooks;

void resident_set_hooks(const ResidentHook *hooks)
{
    installed_hooks = hooks;
}

Err resident_hooks_run(Cx *cx, Uuid resident)
{
    for (const ResidentHook *hook = installed_hooks; hook != NULL && *hook != NULL; hook++)
        TRY((*hook)(cx, resident));
    return OK;
}
