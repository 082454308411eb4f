/* Environment, size and stop signals of this process. */
#include "base/os_process.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/num.h"
#include "base/os_file.h"

Str os_environment(const char *name)
{
    return str_from_c(getenv(name));
}

uint64_t os_process_id(void)
{
    return (uint64_t)getpid();
}

uint64_t os_memory_size(void)
{
    long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
    return pages < 0 || size < 0 ? 0 : (uint64_t)pages * (uint64_t)size;
}

unsigned os_processor_count(void)
{
    cpu_set_t processors;
    CPU_ZERO(&processors);
    if (sched_getaffinity(0, sizeof processors, &processors) != 0)
        return 1;
    int count = CPU_COUNT(&processors);
    return count < 1 ? 1 : (unsigned)count;
}

/* The number of kB on a line such as "RssAnon:     1234 kB", or 0. */
static uint64_t kilobytes_of(Str line, Str name)
{
    if (!str_has_prefix(line, name))
        return 0;
    Str number = str_trim(str_slice(line, name.n, line.n));
    number = str_slice(number, 0, str_find_char(number, ' ', 0));
    int64_t value = 0;
    return num_parse_i64(number, &value) == OK && value > 0 ? (uint64_t)value : 0;
}

uint64_t os_process_memory(void)
{
    Arena arena;
    arena_init(&arena, KIB(64));
    uint64_t kilobytes = 0;
    Str text = {0}, line = {0};
    if (os_file_read(&arena, STR("/proc/self/status"), KIB(32), &text) == OK)
        while (str_cut(&text, '\n', &line))
            kilobytes += kilobytes_of(line, STR("RssAnon:")) + kilobytes_of(line, STR("RssShmem:"));
    arena_done(&arena);
    return kilobytes * 1024;
}

static sigset_t stop_signals(void)
{
    sigset_t signals;
    ENSURE(sigemptyset(&signals) == 0);
    ENSURE(sigaddset(&signals, SIGINT) == 0);
    ENSURE(sigaddset(&signals, SIGTERM) == 0);
    return signals;
}

void os_stop_prepare(void)
{
    sigset_t signals = stop_signals();
    ENSURE(pthread_sigmask(SIG_BLOCK, &signals, NULL) == 0);
    ENSURE(signal(SIGPIPE, SIG_IGN) != SIG_ERR);
}

void os_stop_wait(void)
{
    sigset_t signals = stop_signals();
    int got = 0;
    int code = 0;
    do
        code = sigwait(&signals, &got);
    while (code == EINTR);
    ENSURE(code == 0);
}

void os_stop_request(void)
{
    ENSURE(kill(getpid(), SIGTERM) == 0);
}
