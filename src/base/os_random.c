/* The kernel's generator. */
#include "base/os_random.h"

#include <errno.h>
#include <sys/random.h>

#include "base/os_clock.h"

void os_random_bytes(void *ret, size_t n)
{
    unsigned char *at = ret;
    while (n > 0) {
        ssize_t got = getrandom(at, n, 0);
        if (got < 0 && errno == EINTR)
            continue;
        ENSURE(got > 0);
        at += got;
        n -= (size_t)got;
    }
}

Uuid os_random_uuid(void)
{
    uint8_t random[UUID_RANDOM_SIZE];
    os_random_bytes(random, sizeof random);
    return uuid_v7(os_clock_now(), random);
}
