/* Clocks of POSIX. */
#include "base/os_clock.h"

#include <time.h>

static struct timespec read_clock(clockid_t clock)
{
    struct timespec now = {0};
    ENSURE(clock_gettime(clock, &now) == 0);
    return now;
}

Instant os_clock_now(void)
{
    struct timespec now = read_clock(CLOCK_REALTIME);
    return (Instant){(int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000};
}

int64_t os_clock_monotonic_ns(void)
{
    struct timespec now = read_clock(CLOCK_MONOTONIC);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t os_clock_cpu_ns(void)
{
    struct timespec now = read_clock(CLOCK_PROCESS_CPUTIME_ID);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}
