/* Random bytes from the operating system, good enough for keys. Blocks only before the machine's
 * generator is ready; ends the process when the system has none. */
#pragma once

#include "base/uuid.h"

void os_random_bytes(void *ret, size_t n);
/* A new version 7 identifier of this moment. */
Uuid os_random_uuid(void);
