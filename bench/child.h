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
