/* Clocks come from base and from /proc; syncs and statements are counted on their way: our
 * fdatasync stands before the C library's, and the linker sends db_query and db_run through here
 * (--wrap in meson.build). */
#include "bench/measure.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/num.h"
#include "base/os_clock.h"
#include "bench_sql.h"

Err meter_open(Db *db, Arena *arena, Meter *ret_meter)
{
    *ret_meter = (Meter){0};
    if (db_engine(db) != DB_POSTGRES)
        return OK;
    BenchBackendRow row;
    TRY(bench_backend(db, arena, &row));
    ret_meter->backend = row.pid;
    return OK;
}

/* The file of a process in /proc; empty when it is gone. */
static Str process_file(int64_t pid, const char *name, char *buffer, size_t size)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%lld/%s", (long long)pid, name);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return (Str){0};
    ssize_t n = read(file, buffer, size);
    close(file);
    return (Str){buffer, n > 0 ? (size_t)n : 0};
}

static double number_of(Str word)
{
    int64_t value = 0;
    return num_parse_i64(word, &value) == OK ? (double)value : 0;
}

/* The first number of schedstat: nanoseconds on a processor, of the one thread of a backend. */
static double backend_cpu(int64_t pid)
{
    char buffer[256];
    Str rest = process_file(pid, "schedstat", buffer, sizeof buffer), word = {0};
    return str_cut(&rest, ' ', &word) ? number_of(word) / 1e9 : 0;
}

Cost meter_now(const Meter *meter)
{
    return (Cost){(double)os_clock_cpu_ns() / 1e9
                      + (meter->backend > 0 ? backend_cpu(meter->backend) : 0),
                  (double)os_clock_monotonic_ns() / 1e9};
}

Cost meter_since(const Meter *meter, Cost start)
{
    Cost now = meter_now(meter);
    return (Cost){now.cpu - start.cpu, now.wall - start.wall};
}

double process_cpu(int64_t pid)
{
    char buffer[1024];
    Str stat = process_file(pid, "stat", buffer, sizeof buffer), word = {0};
    size_t name_end = str_find_char(stat, ')', 0);
    if (name_end == SIZE_MAX)
        return 0;
    Str rest = str_slice(stat, name_end + 2, stat.n);
    double ticks = 0;
    for (int field = 3; field <= 15 && str_cut(&rest, ' ', &word); field++)
        ticks += field >= 14 ? number_of(word) : 0; /* utime and stime */
    return ticks / (double)sysconf(_SC_CLK_TCK);
}

double process_memory(int64_t pid)
{
    char buffer[4096];
    Str rest = process_file(pid, "status", buffer, sizeof buffer), line = {0};
    double kibibytes = 0;
    while (str_cut(&rest, '\n', &line)) {
        if (!str_has_prefix(line, STR("RssAnon:")) && !str_has_prefix(line, STR("RssShmem:")))
            continue;
        Str value = str_trim(str_slice(line, str_find_char(line, ':', 0) + 1, line.n));
        kibibytes += number_of(str_slice(value, 0, str_find_char(value, ' ', 0)));
    }
    return kibibytes * 1024;
}

/* ---- what passes by ---- */

static atomic_uint_fast64_t sync_n;
static _Thread_local uint64_t statement_n;

/* Instead of the C library's, also for SQLite. */
int fdatasync(int file)
{
    atomic_fetch_add(&sync_n, 1);
    return (int)syscall(SYS_fdatasync, file);
}

int fsync(int file)
{
    atomic_fetch_add(&sync_n, 1);
    return (int)syscall(SYS_fsync, file);
}

uint64_t measure_syncs(void)
{
    return atomic_load(&sync_n);
}

Err __real_db_query(Db *db, const DbStatement *statement, const DbScope *scope, const DbValue *in,
                    DbRows *ret_rows);
Err __wrap_db_query(Db *db, const DbStatement *statement, const DbScope *scope, const DbValue *in,
                    DbRows *ret_rows);
Err __real_db_run(Db *db, const DbStatement *statement, const DbScope *scope, const DbValue *in,
                  int64_t *ret_changed);
Err __wrap_db_run(Db *db, const DbStatement *statement, const DbScope *scope, const DbValue *in,
                  int64_t *ret_changed);

Err __wrap_db_query(Db *db, const DbStatement *statement, const DbScope *scope, const DbValue *in,
                    DbRows *ret_rows)
{
    statement_n++;
    return __real_db_query(db, statement, scope, in, ret_rows);
}

Err __wrap_db_run(Db *db, const DbStatement *statement, const DbScope *scope, const DbValue *in,
                  int64_t *ret_changed)
{
    statement_n++;
    return __real_db_run(db, statement, scope, in, ret_changed);
}

uint64_t measure_statements(void)
{
    return statement_n;
}

/* ---- many values ---- */

static int compare_numbers(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double median(double *values, size_t n)
{
    return percentile(values, n, 0.5);
}

double percentile(double *values, size_t n, double share)
{
    if (n == 0)
        return 0;
    qsort(values, n, sizeof *values, compare_numbers);
    double rank = share * (double)n;
    size_t at = (size_t)rank;
    return values[at < n ? at : n - 1];
}
