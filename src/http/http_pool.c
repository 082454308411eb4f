/* The pool of worker threads, see http_int.h: a ring of exchanges under one mutex. */
#include "base/os_thread.h"
#include "http/http_int.h"

struct HttpPool {
    HttpPoolOptions options;
    Thread *threads;
    HttpExchange **ring;
    unsigned first, n;
    bool is_stopping;
    Mutex mutex;
    Condition filled;
};

static HttpExchange *take(HttpPool *pool)
{
    MUTEX_HOLD(&pool->mutex);
    while (pool->n == 0 && !pool->is_stopping)
        condition_wait(&pool->filled, &pool->mutex);
    if (pool->n == 0)
        return NULL;
    HttpExchange *exchange = pool->ring[pool->first];
    pool->first = (pool->first + 1) % pool->options.most;
    pool->n--;
    return exchange;
}

static void pool_run(void *context)
{
    HttpPool *pool = context;
    const HttpPoolOptions *options = &pool->options;
    void *worker =
        options->worker_start != NULL ? options->worker_start(options->worker_context) : NULL;
    for (HttpExchange *exchange = take(pool); exchange != NULL; exchange = take(pool))
        options->run(options->run_context, exchange, worker);
    if (options->worker_stop != NULL)
        options->worker_stop(options->worker_context, worker);
}

Err http_pool_start(const HttpPoolOptions *options, Arena *arena, HttpPool **ret_pool)
{
    HttpPool *pool = arena_new(arena, HttpPool);
    pool->options = *options;
    pool->threads = arena_array(arena, Thread, options->threads);
    pool->ring = arena_array(arena, HttpExchange *, options->most);
    mutex_init(&pool->mutex);
    condition_init(&pool->filled);
    for (unsigned i = 0; i < options->threads; i++) {
        Err err = thread_start(&pool->threads[i], pool_run, pool);
        if (err != OK) {
            http_pool_stop(pool);
            return err;
        }
    }
    *ret_pool = pool;
    return OK;
}

bool http_pool_push(HttpPool *pool, HttpExchange *exchange)
{
    MUTEX_HOLD(&pool->mutex);
    if (pool->is_stopping || pool->n == pool->options.most)
        return false;
    pool->ring[(pool->first + pool->n) % pool->options.most] = exchange;
    pool->n++;
    condition_wake_one(&pool->filled);
    return true;
}

void http_pool_stop(HttpPool *pool)
{
    mutex_lock(&pool->mutex);
    pool->is_stopping = true;
    condition_wake_all(&pool->filled);
    mutex_unlock(&pool->mutex);
    for (unsigned i = 0; i < pool->options.threads; i++)
        thread_join(&pool->threads[i]);
    condition_done(&pool->filled);
    mutex_done(&pool->mutex);
}
