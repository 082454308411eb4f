/* Turns of a job, and the thread that runs a table of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/os_thread.h"
#include "job/job.h"

enum { NS_PER_MS = 1000000, STEPS = 5 };

static Err no_step(Cx *cx, bool *ret_has_more)
{
    (void)cx;
    *ret_has_more = false;
    return OK;
}

static const Job resting = {"resting", 60000, no_step, 0};

static void a_job_goes_on_at_once_or_rests(void **state)
{
    (void)state;
    JobTurn turn = job_turn_after(&resting, (JobTurn){0}, OK, true, 70);
    assert_int_equal(turn.next_ns, 70);
    turn = job_turn_after(&resting, turn, OK, false, 70);
    assert_int_equal(turn.next_ns, 70 + (int64_t)60000 * NS_PER_MS);
}

static void a_failing_job_waits_twice_as_long_each_time(void **state)
{
    (void)state;
    JobTurn turn = {0};
    for (int64_t wait = JOB_BACK_OFF_LEAST_MS; wait < JOB_BACK_OFF_MOST_MS; wait *= 2) {
        turn = job_turn_after(&resting, turn, ERR_BUSY, true, 0);
        assert_int_equal(turn.next_ns, wait * NS_PER_MS);
    }
    for (int i = 0; i < 3; i++)
        turn = job_turn_after(&resting, turn, ERR_BUSY, false, 0);
    assert_int_equal(turn.next_ns, (int64_t)JOB_BACK_OFF_MOST_MS * NS_PER_MS);
    turn = job_turn_after(&resting, turn, OK, true, 0);
    assert_int_equal(turn.back_off_ms, 0);
}

/* Counts on its own: the test waits until all are done. */
static struct {
    Mutex mutex;
    Condition changed;
    int steps;
    bool has_failed;
} seen;

static Err counted_step(Cx *cx, bool *ret_has_more)
{
    assert_true(cx->arena != NULL && cx->today.days > 0);
    MUTEX_HOLD(&seen.mutex);
    seen.steps++;
    *ret_has_more = seen.steps < STEPS;
    condition_wake_all(&seen.changed);
    return OK;
}

static Err failing_step(Cx *cx, bool *ret_has_more)
{
    (void)cx;
    MUTEX_HOLD(&seen.mutex);
    seen.has_failed = true;
    *ret_has_more = true;
    condition_wake_all(&seen.changed);
    return ERR_IO;
}

static Instant test_now(void *context, Str place)
{
    (void)place;
    (void)context;
    return instant_of_date(date_from_ymd(2025, 6, 30), 8, 0);
}

static void steps_run_until_there_is_no_more_and_stop_cleanly(void **state)
{
    (void)state;
    const Job jobs[] = {{"failing", 1000, failing_step, 0}, {"counting", 60000, counted_step, 0}};
    const JobsOptions options = {.jobs = jobs, .job_n = 2, .now = test_now};
    Arena arena = {0};
    arena_init(&arena, MIB(1));
    mutex_init(&seen.mutex);
    condition_init(&seen.changed);
    Jobs *running = NULL;
    assert_int_equal(jobs_start(&options, &arena, &running), OK);
    mutex_lock(&seen.mutex);
    while (seen.steps < STEPS || !seen.has_failed)
        condition_wait(&seen.changed, &seen.mutex);
    mutex_unlock(&seen.mutex);
    assert_int_equal(jobs_count(running), 2);
    assert_string_equal(jobs_stats(running, 1).name, "counting");
    jobs_stop(running);
    assert_int_equal(seen.steps, STEPS);
    arena_done(&arena);
    condition_done(&seen.changed);
    mutex_done(&seen.mutex);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_job_goes_on_at_once_or_rests),
        cmocka_unit_test(a_failing_job_waits_twice_as_long_each_time),
        cmocka_unit_test(steps_run_until_there_is_no_more_and_stop_cleanly),
    };
    return cmocka_run_group_tests_name("job", tests, NULL, NULL);
}
