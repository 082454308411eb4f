/* bench: runs every work on every engine and size asked for. Started by script/bench. */
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "base/os_file.h"
#include "base/os_process.h"
#include "bench/bench.h"
#include "support/pg_cluster.h"

static const struct {
    const char *name;
    Err (*run)(Bench *bench);
} works[] = {
    {"recompute", work_recompute}, {"record", work_record},     {"search", work_search},
    {"http", work_http},           {"writes", work_writes},     {"catchments", work_catchments},
    {"clinic", work_clinic},       {"measures", work_measures}, {"plans", work_plans},
    {"phone", work_phone},         {"sync", work_sync}};
enum { WORK_N = sizeof works / sizeof *works };
_Static_assert((size_t)WORK_N == (size_t)BENCH_WORKS, "a place for each work in the options");

static Err run_works(Bench *bench)
{
    TRY(bench_county_make(bench));
    Err first = OK;
    for (size_t i = 0; i < WORK_N; i++) {
        if (!bench->options->has_work[i])
            continue;
        Err err = works[i].run(bench); /* the others are still worth knowing */
        first = first == OK ? err : first;
    }
    bench_county_close(bench);
    return first;
}

static Err run_county(const BenchOptions *options, Report *report, DbEngine engine, Str url,
                      int64_t residents)
{
    Str folder = {0};
    Arena arena = {0};
    arena_init(&arena, MIB(2048));
    Err err = os_folder_make_temporary(&arena, STR("catchment-bench"), &folder);
    if (err == OK) {
        Bench bench = {.options = options,
                       .report = report,
                       .arena = &arena,
                       .engine = engine,
                       .residents = residents};
        bench.url = url.n > 0 ? url : os_path_join(&arena, folder, STR("county.db"));
        bench.keys_file = os_path_join(&arena, folder, STR("county.keys"));
        err = run_works(&bench);
        if (os_folder_remove(&arena, folder) != OK)
            fprintf(stderr, "bench: %.*s was not removed\n", STR_ARG(folder));
    }
    arena_done(&arena);
    return err;
}

static Err run_postgres(const BenchOptions *options, Report *report)
{
    PgCluster cluster = pg_cluster_start_durable(report->arena);
    Err err = OK;
    for (size_t i = 0; err == OK && i < options->size_n; i++) {
        Str url = pg_cluster_database(&cluster, report->arena, "bench");
        err = run_county(options, report, DB_POSTGRES, url, options->sizes[i]);
        pg_cluster_drop(&cluster, report->arena, "bench");
    }
    pg_cluster_stop(&cluster, report->arena);
    return err;
}

static Err run(const BenchOptions *options, Report *report)
{
    report_head();
    TRY(work_program(options, report));
    Err err = OK;
    for (size_t i = 0; err == OK && options->has_engine[DB_SQLITE] && i < options->size_n; i++)
        err = run_county(options, report, DB_SQLITE, (Str){0}, options->sizes[i]);
    if (err == OK && options->has_engine[DB_POSTGRES])
        err = run_postgres(options, report);
    report_growth(report);
    if (options->json.n == 0)
        return err;
    Str machine = str_printf(report->arena, "%u processors", os_processor_count());
    Err written = report_write(report, options->json, machine);
    return err == OK ? written : err;
}

/* ---- the command line ---- */

static Err read_sizes(Str rest, BenchOptions *options)
{
    Str word = {0};
    options->size_n = 0;
    while (str_cut(&rest, ',', &word)) {
        int64_t size = 0;
        TRY(num_parse_i64(word, &size));
        if (size < 1000 || size > 2000000 || options->size_n == 8)
            return ERR_USAGE;
        options->sizes[options->size_n++] = size;
    }
    return OK;
}

static Err read_engines(Str rest, BenchOptions *options)
{
    Str word = {0};
    options->has_engine[DB_SQLITE] = options->has_engine[DB_POSTGRES] = false;
    while (str_cut(&rest, ',', &word)) {
        if (!str_equals_c(word, "sqlite") && !str_equals_c(word, "postgresql"))
            return ERR_USAGE;
        options->has_engine[str_equals_c(word, "sqlite") ? DB_SQLITE : DB_POSTGRES] = true;
    }
    return OK;
}

static Err read_works(Str rest, BenchOptions *options)
{
    Str word = {0};
    memset(options->has_work, 0, sizeof options->has_work);
    while (str_cut(&rest, ',', &word)) {
        size_t at = 0;
        while (at < WORK_N && !str_equals_c(word, works[at].name))
            at++;
        if (at == WORK_N)
            return ERR_USAGE;
        options->has_work[at] = true;
    }
    return OK;
}

static Err read_option(Str name, Str value, BenchOptions *options)
{
    if (str_equals_c(name, "--sizes"))
        return read_sizes(value, options);
    if (str_equals_c(name, "--engines"))
        return read_engines(value, options);
    if (str_equals_c(name, "--works"))
        return read_works(value, options);
    const struct {
        const char *name;
        Str *target;
    } texts[] = {{"--json", &options->json},
                 {"--program", &options->program},
                 {"--module", &options->module},
                 {"--packs", &options->packs}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (!str_equals_c(name, texts[i].name))
            continue;
        *texts[i].target = value;
        return OK;
    }
    return ERR_USAGE;
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "floor-server") == 0)
        return floor_server_main(argc, argv);
    BenchOptions options = {
        .program = STR("build/catchment"),
        .module = STR("build/src/form/wasm/form.wasm"),
        .packs = STR("packs"),
        .sizes = {10000, 100000},
        .size_n = 2,
        .has_engine = {[DB_SQLITE] = true, [DB_POSTGRES] = true},
    };
    for (size_t i = 0; i < WORK_N; i++)
        options.has_work[i] = true;
    Err err = argc % 2 == 1 ? OK : ERR_USAGE;
    for (int i = 1; err == OK && i + 1 < argc; i += 2)
        err = read_option(str_from_c(argv[i]), str_from_c(argv[i + 1]), &options);
    if (err != OK) {
        fprintf(stderr, "bench: the command line is not understood (script/bench --help)\n");
        return 64;
    }
    Arena arena;
    arena_init(&arena, MIB(64));
    Report report = {.arena = &arena};
    err = run(&options, &report);
    arena_done(&arena);
    return err == OK ? 0 : 1;
}
