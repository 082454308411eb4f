/* Threads and what they wait on: a thin typed face of POSIX threads. Misuse (unlocking what is not
 * held, joining twice) is a fault of ours and ends the process.
 *
 * Times are points of os_clock_monotonic_ns. */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

typedef struct Mutex {
    pthread_mutex_t inner;
} Mutex;

typedef struct Condition {
    pthread_cond_t inner;
} Condition;

typedef struct Thread {
    pthread_t inner;
    bool is_running; /* started and not yet joined */
} Thread;

/* At most `most` holders at a time; the others wait, or are turned away. */
typedef struct Semaphore {
    Mutex mutex;
    Condition freed;
    unsigned held;
    unsigned most;
} Semaphore;

void mutex_init(Mutex *mutex);
void mutex_done(Mutex *mutex);
void mutex_lock(Mutex *mutex);
void mutex_unlock(Mutex *mutex);
/* Locks now and unlocks at the end of the scope:  MUTEX_HOLD(&queue->mutex); */
#define MUTEX_HOLD(mutex) Mutex *mutex_held_ CLEANUP(mutex_release) UNUSED = mutex_hold(mutex)
Mutex *mutex_hold(Mutex *mutex);
void mutex_release(Mutex **mutex);

void condition_init(Condition *condition);
void condition_done(Condition *condition);
/* The mutex is held by the caller. Wakes may be spurious: test in a loop. */
void condition_wait(Condition *condition, Mutex *mutex);
/* false when the time has come. */
bool condition_wait_until(Condition *condition, Mutex *mutex, int64_t monotonic_ns);
void condition_wake_one(Condition *condition);
void condition_wake_all(Condition *condition);

/* `context` must outlive the thread. ERR_BUSY when the system has no more threads. */
Err thread_start(Thread *thread, void (*run)(void *context), void *context) MUST_CHECK;
/* Waits for its end; nothing to do for a zeroed or joined thread. */
void thread_join(Thread *thread);

void semaphore_init(Semaphore *semaphore, unsigned most);
void semaphore_done(Semaphore *semaphore);
void semaphore_take(Semaphore *semaphore);
bool semaphore_try(Semaphore *semaphore);
bool semaphore_take_until(Semaphore *semaphore, int64_t monotonic_ns);
void semaphore_give(Semaphore *semaphore);
