/* The writer: one thread and one connection a database that do every write, in groups.
 *
 * Waiting requests share one transaction and one fsync, each in its own savepoint: a work that
 * fails is rolled back alone, and nobody is answered before the commit is durable. When the commit
 * fails, every work of the group fails with that error. */
#pragma once

#include "db/db.h"

typedef struct Writer Writer;

/* Runs on the writer's thread with its connection, inside a savepoint. Whatever it allocates for
 * its caller it takes from the caller's arena: the caller waits. */
typedef Err (*WriterWork)(Db *db, void *arg);

Err writer_start(const DbOptions *options, Arena *arena, Writer **ret_writer,
                 Str *reterr_message) MUST_CHECK;
/* Works that are queued are finished first. */
void writer_stop(Writer *writer);
/* Blocks until the work is durable or has failed. ERR_BUSY when the queue is full or stopping. */
Err writer_run(Writer *writer, WriterWork work, void *arg) MUST_CHECK;

typedef struct {
    uint64_t works, groups, failed;
    uint64_t queued; /* now */
} WriterStats;
WriterStats writer_stats(Writer *writer);
