/* Group commit. A group begins with the first work that waits and takes in what arrives until the
 * queue is empty or the group is full; then one commit makes all of it durable.
 *
 * Invariants
 *  1. The connection is used by the writer's thread only.
 *  2. A work lies on the stack of its caller, who waits until is_done is set under the mutex; it is
 *     not touched after that. */
#include "db/writer.h"

#include "base/os_thread.h"
#include "db/db_int.h"

enum {
    QUEUE_MOST = 1024,
    GROUP_MOST = 256,
};

typedef struct {
    WriterWork run;
    void *arg;
    Err result;
    bool is_done;
    Condition done;
} Work;

struct Writer {
    Db *db;
    Thread thread;
    Mutex mutex; /* of all below */
    Condition arrived;
    Work *queue[QUEUE_MOST]; /* a ring */
    size_t first, n;
    bool is_stopping;
    WriterStats stats;
};

static Work *take_waiting(Writer *writer)
{
    MUTEX_HOLD(&writer->mutex);
    if (writer->n == 0)
        return NULL;
    Work *work = writer->queue[writer->first];
    writer->first = (writer->first + 1) % QUEUE_MOST;
    writer->n--;
    return work;
}

/* false: stopping, and nothing is left to do. */
static bool wait_for_work(Writer *writer)
{
    MUTEX_HOLD(&writer->mutex);
    while (writer->n == 0 && !writer->is_stopping)
        condition_wait(&writer->arrived, &writer->mutex);
    return writer->n > 0;
}

/* In a savepoint of its own: fails alone. */
static Err run_work(Db *db, const Work *work)
{
    TRY(db_savepoint(db));
    Err err = work->run(db, work->arg);
    if (err == OK)
        err = db_release(db);
    if (err != OK)
        db_rollback_to_savepoint(db);
    return err;
}

static size_t run_group(Writer *writer, Work **group)
{
    Db *db = writer->db;
    Err err = db_begin(db);
    size_t n = 0;
    for (Work *work = take_waiting(writer); work != NULL; work = take_waiting(writer)) {
        group[n++] = work;
        work->result = err == OK ? run_work(db, work) : err;
        if (err == OK && db->doomed != OK)
            break; /* the transaction is gone; who still waits gets a new one */
        if (n == GROUP_MOST)
            break;
    }
    if (err != OK)
        return n;
    err = db_commit(db);
    for (size_t i = 0; err != OK && i < n; i++) {
        if (group[i]->result == OK)
            group[i]->result = err;
    }
    return n;
}

static void answer(Writer *writer, Work **group, size_t n)
{
    MUTEX_HOLD(&writer->mutex);
    writer->stats.works += n;
    writer->stats.groups++;
    for (size_t i = 0; i < n; i++) {
        if (group[i]->result != OK)
            writer->stats.failed++;
        group[i]->is_done = true;
        condition_wake_one(&group[i]->done);
    }
}

static void run_thread(void *context)
{
    Writer *writer = context;
    Work *group[GROUP_MOST];
    while (wait_for_work(writer)) {
        size_t n = run_group(writer, group);
        answer(writer, group, n);
    }
}

Err writer_start(const DbOptions *options, Arena *arena, Writer **ret_writer, Str *reterr_message)
{
    Writer *writer = arena_new(arena, Writer);
    TRY(db_open(options, arena, &writer->db, reterr_message));
    mutex_init(&writer->mutex);
    condition_init(&writer->arrived);
    Err err = thread_start(&writer->thread, run_thread, writer);
    if (err != OK) {
        *reterr_message = STR("the system has no more threads");
        db_close(writer->db);
        condition_done(&writer->arrived);
        mutex_done(&writer->mutex);
        return err;
    }
    *ret_writer = writer;
    return OK;
}

void writer_stop(Writer *writer)
{
    mutex_lock(&writer->mutex);
    writer->is_stopping = true;
    condition_wake_all(&writer->arrived);
    mutex_unlock(&writer->mutex);
    thread_join(&writer->thread);
    db_close(writer->db);
}

Err writer_run(Writer *writer, WriterWork run, void *arg)
{
    Work work = {.run = run, .arg = arg};
    mutex_lock(&writer->mutex);
    if (writer->is_stopping || writer->n == QUEUE_MOST) {
        mutex_unlock(&writer->mutex);
        return ERR_BUSY;
    }
    condition_init(&work.done);
    writer->queue[(writer->first + writer->n) % QUEUE_MOST] = &work;
    writer->n++;
    if (writer->n == 1)
        condition_wake_one(&writer->arrived);
    while (!work.is_done)
        condition_wait(&work.done, &writer->mutex);
    mutex_unlock(&writer->mutex);
    condition_done(&work.done);
    return work.result;
}

WriterStats writer_stats(Writer *writer)
{
    MUTEX_HOLD(&writer->mutex);
    WriterStats stats = writer->stats;
    stats.queued = writer->n;
    return stats;
}
