/* Sizes of what is delivered. */
#include "base/os_file.h"
#include "bench/bench.h"

static Err add_size(Report *report, const char *work, Str path, double most)
{
    uint64_t size = 0;
    TRY(os_file_size(path, &size));
    report_add(report, (BenchLine){.work = work,
                                   .engine = "-",
                                   .unit = "KB",
                                   .value = (double)size / 1000,
                                   .value_most = most});
    return OK;
}

Err work_program(const BenchOptions *options, Report *report)
{
    TRY(add_size(report, "program file", options->program, 12000));
    return add_size(report, "form.wasm, not packed", options->module, 0);
}
