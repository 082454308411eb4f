/* Every permission there is. Routes name one each; roles in the packs list those that they hold. */
#pragma once

/* NULL-terminated. */
extern const char *const access_permissions[];
