/* Clocks. The only place that reads them: everything else is given the day or the instant. */
#pragma once

#include "base/date.h"

/* Wall clock, for what is stored and shown. */
Instant os_clock_now(void);
/* Nanoseconds that never run backwards, for measuring and waiting. */
int64_t os_clock_monotonic_ns(void);
/* Processor time used by this process so far. */
int64_t os_clock_cpu_ns(void);
