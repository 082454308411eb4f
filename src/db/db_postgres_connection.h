/* An open connection to PostgreSQL, for the files of the driver: its state, how it fails, and what
 * is in its pipeline. */
#pragma once

#include "base/map.h"
#include "db/db_int.h"

enum { PG_LATER_MOST = 64 }; /* sent without an answer */

struct pg_conn; /* of libpq: PGconn and PGresult */
struct pg_result;

typedef struct Pg {
    struct pg_conn *handle;
    Arena arena;
    Map prepared;
    size_t prepared_n;
    struct PgCursor *free_cursors;
    uint64_t cursor_n;
    const char *later[PG_LATER_MOST]; /* what is in the pipeline, by its names */
    int later_n;
    uint64_t run_n, plan_again_at; /* statements so far; plans are made anew behind so many */
    Err late;                      /* a failure that there was nobody to tell of yet */
    bool in_transaction;           /* as far as we have begun it */
    bool is_copying;
    bool is_read_only;
    bool is_limited;
    char message[DB_MESSAGE_SIZE];
} Pg;

/* Notes what has failed. result may be NULL: the connection itself. */
Err pg_fail(Pg *pg, const struct pg_result *result, const char *where) MUST_CHECK;
/* Frees the result and says whether it is one of success. */
Err pg_finish(Pg *pg, struct pg_result *result, const char *where) MUST_CHECK;

/* Before anything is said that does not go into the pipeline: ends it. */
Err pg_settle(Pg *pg) MUST_CHECK;
/* Before something is sent into the pipeline. */
Err pg_enter_pipeline(Pg *pg) MUST_CHECK;
/* Ends the pipeline. ret_last: NULL, or the answer of one statement more, which was sent behind
 * those that count; to be freed, also on failure. */
Err pg_end_pipeline(Pg *pg, struct pg_result **ret_last) MUST_CHECK;
/* Sends the step into the pipeline. */
Err pg_savepoint(Pg *pg) MUST_CHECK;
/* Behind all that belongs to it, whose answers it takes. */
Err pg_release(Pg *pg) MUST_CHECK;
