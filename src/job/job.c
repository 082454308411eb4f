/* The thread of the jobs: runs the step that is due first, notes its next turn, waits. */
#include "job/job.h"

#include "base/os_clock.h"
#include "base/os_log.h"
#include "base/os_thread.h"

enum { NS_PER_MS = 1000000 };

struct Jobs {
    JobsOptions options;
    JobTurn *turns; /* of the thread alone: the jobs of the first place, of the second, ... */
    size_t turn_n;
    Thread thread;
    Mutex mutex; /* of all below */
    Condition wake;
    bool is_stopping;
    JobStats *stats;
};

JobTurn job_turn_after(const Job *job, JobTurn turn, Err err, bool has_more, int64_t now_ns)
{
    if (err == OK)
        return (JobTurn){now_ns + (has_more ? 0 : job->rest_ms * NS_PER_MS), 0};
    int64_t wait_ms = turn.back_off_ms == 0 ? JOB_BACK_OFF_LEAST_MS : turn.back_off_ms * 2;
    if (wait_ms > JOB_BACK_OFF_MOST_MS)
        wait_ms = JOB_BACK_OFF_MOST_MS;
    return (JobTurn){now_ns + wait_ms * NS_PER_MS, wait_ms};
}

static void note(Jobs *jobs, size_t at, Err err, int64_t took_ns)
{
    MUTEX_HOLD(&jobs->mutex);
    jobs->stats[at].steps++;
    jobs->stats[at].failures += err != OK;
    jobs->stats[at].total_ns += (uint64_t)took_ns;
}

static void run_step(Jobs *jobs, size_t at, Arena *arena)
{
    const JobsOptions *options = &jobs->options;
    const Job *job = &options->jobs[at % options->job_n];
    Cx cx = options->like;
    cx.arena = arena;
    if (options->place_n > 0)
        cx.place = options->places[at / options->job_n];
    cx.now = options->now(options->context, cx.place);
    cx.today = date_of_instant(cx.now);
    bool has_more = false;
    int64_t began = os_clock_monotonic_ns();
    Err err = job->step(&cx, &has_more);
    int64_t ended = os_clock_monotonic_ns();
    if (err != OK)
        LOG(LOG_ERROR, "job failed", LOG_WORD("job", str_from_c(job->name)), LOG_ERR("error", err));
    jobs->turns[at] = job_turn_after(job, jobs->turns[at], err, has_more, ended);
    note(jobs, at % options->job_n, err, ended - began);
    arena_reset(arena);
}

static size_t first_due(const Jobs *jobs)
{
    size_t first = 0;
    for (size_t i = 1; i < jobs->turn_n; i++) {
        if (jobs->turns[i].next_ns < jobs->turns[first].next_ns)
            first = i;
    }
    return first;
}

/* false: it is time to stop. */
static bool wait_until(Jobs *jobs, int64_t due_ns)
{
    MUTEX_HOLD(&jobs->mutex);
    while (!jobs->is_stopping && condition_wait_until(&jobs->wake, &jobs->mutex, due_ns))
        continue;
    return !jobs->is_stopping;
}

static void run_thread(void *context)
{
    Jobs *jobs = context;
    Arena arena;
    arena_init(&arena, MIB(64));
    for (;;) {
        size_t at = first_due(jobs);
        if (!wait_until(jobs, jobs->turns[at].next_ns))
            break;
        run_step(jobs, at, &arena);
    }
    arena_done(&arena);
}

Err jobs_start(const JobsOptions *options, Arena *arena, Jobs **ret_jobs)
{
    ENSURE(options->job_n > 0);
    Jobs *jobs = arena_new(arena, Jobs);
    jobs->options = *options;
    jobs->turn_n = options->job_n * (options->place_n > 0 ? options->place_n : 1);
    jobs->turns = arena_array(arena, JobTurn, jobs->turn_n);
    jobs->stats = arena_array(arena, JobStats, options->job_n);
    int64_t now_ns = os_clock_monotonic_ns();
    for (size_t i = 0; i < options->job_n; i++)
        jobs->stats[i].name = options->jobs[i].name;
    for (size_t i = 0; i < jobs->turn_n; i++)
        jobs->turns[i].next_ns = now_ns + options->jobs[i % options->job_n].first_ms * NS_PER_MS;
    mutex_init(&jobs->mutex);
    condition_init(&jobs->wake);
    Err err = thread_start(&jobs->thread, run_thread, jobs);
    if (err != OK) {
        condition_done(&jobs->wake);
        mutex_done(&jobs->mutex);
        return err;
    }
    *ret_jobs = jobs;
    return OK;
}

void jobs_stop(Jobs *jobs)
{
    if (jobs == NULL)
        return;
    mutex_lock(&jobs->mutex);
    jobs->is_stopping = true;
    condition_wake_all(&jobs->wake);
    mutex_unlock(&jobs->mutex);
    thread_join(&jobs->thread);
    condition_done(&jobs->wake);
    mutex_done(&jobs->mutex);
}

JobStats jobs_stats(Jobs *jobs, size_t n)
{
    DCHECK(n < jobs->options.job_n);
    MUTEX_HOLD(&jobs->mutex);
    return jobs->stats[n];
}

size_t jobs_count(const Jobs *jobs)
{
    return jobs->options.job_n;
}
