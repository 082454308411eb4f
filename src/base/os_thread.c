/* POSIX threads. Conditions wait on the monotonic clock, so that a corrected wall clock wakes
 * nobody early or late. */
#include "base/os_thread.h"

#include <errno.h>
#include <time.h>

void mutex_init(Mutex *mutex)
{
    ENSURE(pthread_mutex_init(&mutex->inner, NULL) == 0);
}

void mutex_done(Mutex *mutex)
{
    ENSURE(pthread_mutex_destroy(&mutex->inner) == 0);
}

void mutex_lock(Mutex *mutex)
{
    ENSURE(pthread_mutex_lock(&mutex->inner) == 0);
}

void mutex_unlock(Mutex *mutex)
{
    ENSURE(pthread_mutex_unlock(&mutex->inner) == 0);
}

Mutex *mutex_hold(Mutex *mutex)
{
    mutex_lock(mutex);
    return mutex;
}

void mutex_release(Mutex **mutex)
{
    mutex_unlock(*mutex);
}

void condition_init(Condition *condition)
{
    pthread_condattr_t attributes;
    ENSURE(pthread_condattr_init(&attributes) == 0);
    ENSURE(pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0);
    ENSURE(pthread_cond_init(&condition->inner, &attributes) == 0);
    pthread_condattr_destroy(&attributes);
}

void condition_done(Condition *condition)
{
    ENSURE(pthread_cond_destroy(&condition->inner) == 0);
}

void condition_wait(Condition *condition, Mutex *mutex)
{
    ENSURE(pthread_cond_wait(&condition->inner, &mutex->inner) == 0);
}

bool condition_wait_until(Condition *condition, Mutex *mutex, int64_t monotonic_ns)
{
    struct timespec until = {.tv_sec = (time_t)(monotonic_ns / 1000000000),
                             .tv_nsec = (long)(monotonic_ns % 1000000000)};
    int code = pthread_cond_timedwait(&condition->inner, &mutex->inner, &until);
    ENSURE(code == 0 || code == ETIMEDOUT);
    return code == 0;
}

void condition_wake_one(Condition *condition)
{
    ENSURE(pthread_cond_signal(&condition->inner) == 0);
}

void condition_wake_all(Condition *condition)
{
    ENSURE(pthread_cond_broadcast(&condition->inner) == 0);
}

/* What a new thread is told; it takes its copy before thread_start returns. */
typedef struct {
    void (*run)(void *context);
    void *context;
    Mutex mutex;
    Condition taken;
    bool is_taken;
} ThreadStart;

static void *thread_main(void *argument)
{
    ThreadStart *start = argument;
    mutex_lock(&start->mutex);
    void (*run)(void *) = start->run;
    void *context = start->context;
    start->is_taken = true;
    condition_wake_one(&start->taken);
    mutex_unlock(&start->mutex); /* start is not touched after this */
    run(context);
    return NULL;
}

Err thread_start(Thread *thread, void (*run)(void *context), void *context)
{
    ThreadStart start = {.run = run, .context = context};
    mutex_init(&start.mutex);
    condition_init(&start.taken);
    int code = pthread_create(&thread->inner, NULL, thread_main, &start);
    ENSURE(code == 0 || code == EAGAIN);
    if (code == 0) {
        mutex_lock(&start.mutex);
        while (!start.is_taken)
            condition_wait(&start.taken, &start.mutex);
        mutex_unlock(&start.mutex);
    }
    condition_done(&start.taken);
    mutex_done(&start.mutex);
    thread->is_running = code == 0;
    return code == 0 ? OK : ERR_BUSY;
}

void thread_join(Thread *thread)
{
    if (!thread->is_running)
        return;
    ENSURE(pthread_join(thread->inner, NULL) == 0);
    thread->is_running = false;
}

void semaphore_init(Semaphore *semaphore, unsigned most)
{
    ENSURE(most > 0);
    semaphore->held = 0;
    semaphore->most = most;
    mutex_init(&semaphore->mutex);
    condition_init(&semaphore->freed);
}

void semaphore_done(Semaphore *semaphore)
{
    condition_done(&semaphore->freed);
    mutex_done(&semaphore->mutex);
}

void semaphore_take(Semaphore *semaphore)
{
    MUTEX_HOLD(&semaphore->mutex);
    while (semaphore->held == semaphore->most)
        condition_wait(&semaphore->freed, &semaphore->mutex);
    semaphore->held++;
}

bool semaphore_try(Semaphore *semaphore)
{
    MUTEX_HOLD(&semaphore->mutex);
    if (semaphore->held == semaphore->most)
        return false;
    semaphore->held++;
    return true;
}

bool semaphore_take_until(Semaphore *semaphore, int64_t monotonic_ns)
{
    MUTEX_HOLD(&semaphore->mutex);
    while (semaphore->held == semaphore->most)
        if (!condition_wait_until(&semaphore->freed, &semaphore->mutex, monotonic_ns)
            && semaphore->held == semaphore->most)
            return false;
    semaphore->held++;
    return true;
}

void semaphore_give(Semaphore *semaphore)
{
    MUTEX_HOLD(&semaphore->mutex);
    ENSURE(semaphore->held > 0);
    semaphore->held--;
    condition_wake_one(&semaphore->freed);
}
