/* Measuring: processor time of this process and of the database's, the wall clock, synced files,
 * statements. Processor time is what ratios are made of: it hardly moves when others use the
 * machine. */
#pragma once

#include "db/db.h"

typedef struct Meter {
    int64_t backend; /* process id of PostgreSQL's side of the connection; 0: none */
} Meter;

typedef struct Cost {
    double cpu, wall; /* seconds */
} Cost;

Err meter_open(Db *db, Arena *arena, Meter *ret_meter) MUST_CHECK;
Cost meter_now(const Meter *meter);
Cost meter_since(const Meter *meter, Cost start);

/* Processor time of another process with all its threads, in seconds. */
double process_cpu(int64_t pid);
/* RssAnon + RssShmem of another process, in bytes. */
double process_memory(int64_t pid);

/* fsync and fdatasync calls of this process so far: SQLite's. */
uint64_t measure_syncs(void);
/* Statements run through db by this thread so far. */
uint64_t measure_statements(void);

double median(double *values, size_t n); /* sorts */
/* share 0 to 1, nearest rank; sorts. */
double percentile(double *values, size_t n, double share);
