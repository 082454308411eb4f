/* Starting and stopping one process. */
#include "bench/child.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/num.h"
#include "base/os_clock.h"

static void become(const char *const *arguments, int output)
{
    int nowhere = open("/dev/null", O_RDWR);
    dup2(nowhere, STDIN_FILENO);
    dup2(nowhere, STDERR_FILENO);
    dup2(output, STDOUT_FILENO);
    char *copy[24];
    size_t n = 0;
    for (; arguments[n] != NULL && n < 23; n++)
        memcpy(&copy[n], &arguments[n], sizeof copy[n]); /* execv does not write them */
    copy[n] = NULL;
    execv(copy[0], copy);
    _exit(127);
}

enum { LINE_MOST = 256, LACKING = 3 };

static Err read_line(int input, char line[static LINE_MOST], size_t *ret_n)
{
    size_t n = 0;
    while (n < LINE_MOST && (n == 0 || line[n - 1] != '\n')) {
        ssize_t got = read(input, line + n, LINE_MOST - n);
        if (got <= 0)
            return ERR_IO;
        n += (size_t)got;
    }
    *ret_n = n;
    return OK;
}

/* The number behind the last colon of the line. */
static Err read_port(int input, uint16_t *ret_port)
{
    char line[LINE_MOST];
    size_t n = 0;
    TRY(read_line(input, line, &n));
    size_t colon = n;
    while (colon > 0 && line[colon - 1] != ':')
        colon--;
    int64_t port = 0;
    TRY(num_parse_i64(str_trim((Str){line + colon, n - colon}), &port));
    *ret_port = (uint16_t)port;
    return OK;
}

Err child_start(const char *const *arguments, Child *ret_child)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return ERR_IO;
    int64_t start = os_clock_monotonic_ns();
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0)
        become(arguments, ends[1]);
    close(ends[1]);
    Child child = {.pid = pid};
    Err err = pid < 0 ? ERR_IO : read_port(ends[0], &child.port);
    child.start_seconds = (double)(os_clock_monotonic_ns() - start) / 1e9;
    close(ends[0]);
    if (err != OK)
        child_stop(&child);
    else
        *ret_child = child;
    return err;
}

void child_stop(Child *child)
{
    if (child->pid <= 0)
        return;
    kill((pid_t)child->pid, SIGTERM);
    waitpid((pid_t)child->pid, NULL, 0);
    *child = (Child){0};
}

Err child_say(const char *const *arguments, Arena *arena, Str *ret_line)
{
    int ends[2], status = 0;
    char line[LINE_MOST];
    size_t n = 0;
    if (pipe2(ends, O_CLOEXEC) != 0)
        return ERR_IO;
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0)
        become(arguments, ends[1]);
    close(ends[1]);
    Err err = pid < 0 ? ERR_IO : read_line(ends[0], line, &n);
    close(ends[0]);
    if (pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status)
        && WEXITSTATUS(status) == LACKING)
        return ERR_NOT_FOUND;
    TRY(err);
    *ret_line = str_copy(arena, str_trim((Str){line, n}));
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? OK : ERR_IO;
}
