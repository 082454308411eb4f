/* Jobs: what the server does without being asked. One thread with a table of jobs, one connection
 * that reads, and the writer like everybody else.
 *
 * Invariants
 *  1. A step is short: it holds the writer for some milliseconds, and whoever else writes gets a
 * turn between two steps.
 *  2. Steps may be repeated: a job keeps what it has done in the database, in the step's
 *     transaction. Nothing is lost when the process ends between two steps.
 *  3. A job that fails waits twice as long each time, up to JOB_BACK_OFF_MOST_MS, and stops no
 * other.
 */
#pragma once

#include "core/cx.h"

/* One short step. has_more: call again at once; else the job rests for rest_ms. */
typedef Err (*JobStep)(Cx *cx, bool *ret_has_more);

typedef struct Job {
    const char *name; /* lower_snake, in metrics and log */
    int64_t rest_ms;
    JobStep step;
    int64_t first_ms; /* from the start to its first turn */
} Job;

enum {
    JOB_BACK_OFF_LEAST_MS = 1000,
    JOB_BACK_OFF_MOST_MS = 5 * 60 * 1000,
};

/* When a job runs next. Times are points of os_clock_monotonic_ns. */
typedef struct JobTurn {
    int64_t next_ns;
    int64_t back_off_ms; /* 0: the last step succeeded */
} JobTurn;
JobTurn job_turn_after(const Job *job, JobTurn turn, Err err, bool has_more, int64_t now_ns);

typedef struct JobStats {
    const char *name;
    uint64_t steps, failures;
    uint64_t total_ns;
} JobStats;

typedef struct JobsOptions {
    const Job *jobs;
    size_t job_n;
    Cx like; /* what every step's Cx takes over; its db is used by the jobs' thread alone */
    const Str *places; /* each job runs in each of them; none: in that of like */
    size_t place_n;
    void *context; /* of now */
    Instant (*now)(void *context, Str place);
} JobsOptions;

typedef struct Jobs Jobs;

Err jobs_start(const JobsOptions *options, Arena *arena, Jobs **ret_jobs) MUST_CHECK;
/* A running step is finished first. Accepts NULL. */
void jobs_stop(Jobs *jobs);
/* Any thread. The nth job of the table. */
JobStats jobs_stats(Jobs *jobs, size_t n);
size_t jobs_count(const Jobs *jobs);
