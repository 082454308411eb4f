/* The bench: what the product's work costs beside what its floor costs, in the same run.
 *
 * A floor is the least that the work could do: code here that uses the driver directly, on the same
 * tables with the same rows. README.md says of each line what its floor does. Nothing here asserts
 * a time: lines that miss their budget are printed as such. */
#pragma once

#include "app/app.h"
#include "bench/child.h"
#include "bench/measure.h"
#include "bench/report.h"

enum { BENCH_WORKS = 11 };

/* What the command line said. */
typedef struct BenchOptions {
    Str program, module, packs; /* build/catchment, form.wasm, the packs' folder */
    Str json;                   /* file, or empty */
    int64_t sizes[8];
    size_t size_n;
    bool has_engine[2];         /* by DbEngine */
    bool has_work[BENCH_WORKS]; /* in the order of main.c */
} BenchOptions;

/* One county in one database, opened. */
typedef struct Bench {
    const BenchOptions *options;
    Report *report;
    Arena *arena; /* of this county */
    App app;
    Str url, keys_file;
    DbEngine engine;
    int64_t residents;
    Meter meter;
} Bench;

const char *bench_engine_name(DbEngine engine);
/* A line about this county: engine and residents filled in. */
BenchLine bench_line(const Bench *bench, const char *work, const char *unit);
/* Says the database's own words on standard error and gives err back. */
Err bench_fail(Bench *bench, const char *what, Err err);

/* Makes the county of the size and opens it; adds the line of its making. */
Err bench_county_make(Bench *bench) MUST_CHECK;
void bench_county_close(Bench *bench);
/* The product's server on that county, on a port of its own. */
Err bench_server(const Bench *bench, Child *ret_server) MUST_CHECK;
/* The village doctor of the demo, whose areas in sight are brought up to date. */
typedef struct Account Account;
Err bench_doctor(Bench *bench, Account *ret_account) MUST_CHECK;

/* The lines, each adding its own to the report. */
Err work_recompute(Bench *bench) MUST_CHECK;
Err work_record(Bench *bench) MUST_CHECK;
Err work_writes(Bench *bench) MUST_CHECK;
Err work_catchments(Bench *bench) MUST_CHECK;
Err work_search(Bench *bench) MUST_CHECK;
Err work_http(Bench *bench) MUST_CHECK;   /* also start and memory of the server */
Err work_clinic(Bench *bench) MUST_CHECK; /* takes a minute */
Err work_measures(Bench *bench) MUST_CHECK;
Err work_plans(Bench *bench) MUST_CHECK;
Err work_phone(Bench *bench) MUST_CHECK;
Err work_sync(Bench *bench) MUST_CHECK; /* widens a doctor's sight: the last */
Err work_program(const BenchOptions *options, Report *report) MUST_CHECK;

/* Follow-up visits today of people who are managed: valid answers, ids of their own. */
typedef struct RecordDraft RecordDraft;
Err bench_drafts(Bench *bench, uint64_t stream, size_t n, RecordDraft **ret_drafts) MUST_CHECK;
/* Submits them in one transaction. */
Err bench_submit(Cx *cx, RecordDraft *drafts, size_t n) MUST_CHECK;

/* bench floor-server URL PLACE READS BYTES: answers /floor after so many point reads. */
int floor_server_main(int argc, char **argv);
