/* The process and its surroundings. */
#pragma once

#include "base/str.h"

/* The empty Str when it is not set. */
Str os_environment(const char *name);
uint64_t os_process_id(void);
/* Processors this process may run on, at least 1. */
unsigned os_processor_count(void);
/* RssAnon + RssShmem in bytes: what this program costs the machine. 0 when the system does not say.
 */
uint64_t os_process_memory(void);
/* The machine's memory in bytes; 0 when the system does not say. */
uint64_t os_memory_size(void);

/* To be called before the first thread starts: SIGINT and SIGTERM then reach nobody but
 * os_stop_wait, and SIGPIPE is ignored. */
void os_stop_prepare(void);
/* Waits for SIGINT or SIGTERM. */
void os_stop_wait(void);
/* As if the process had got SIGTERM. */
void os_stop_request(void);
