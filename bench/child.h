/* A server as a process of its own, so that its memory and processor time are its own. */
#pragma once

#include "base/str.h"

typedef struct Child {
    int64_t pid;
    uint16_t port;
    double start_seconds; /* to its first line, "listening http://...:PORT" */
} Child;

/* arguments end with NULL. Its standard error goes nowhere. */
Err child_start(const char *const *arguments, Child *ret_child) MUST_CHECK;
void child_stop(Child *child); /* accepts a zeroed one */
/* Runs a command to its end: the first line that it said. ERR_NOT_FOUND when it ended with 3: what
 * it needs is not here. ERR_IO when it ended badly in another way. */
Err child_say(const char *const *arguments, Arena *arena, Str *ret_line) MUST_CHECK;
