/* The pipeline of a connection to PostgreSQL: statements whose answers nobody waits for.
 *
 * Invariants
 *  1. What is run later is sent without waiting. Whatever else is said to the server goes behind it
 *     and takes its answers first; the first failure among them is the failure of that call.
 *  2. Beside that the connection is never in pipeline mode. */
#include <libpq-fe.h>
#include <stdio.h>

#include "db/db_postgres_connection.h"
#include "db/db_postgres_int.h"
#include "db/postgres_texts_sql.h"

static const char *field(const PGresult *result, int which)
{
    const char *text = PQresultErrorField(result, which);
    return text == NULL ? "" : text;
}

Err pg_fail(Pg *pg, const PGresult *result, const char *where)
{
    const char *state = field(result, PG_DIAG_SQLSTATE);
    if (state[0] == '\0' || PQstatus(pg->handle) == CONNECTION_BAD) {
        snprintf(pg->message, sizeof pg->message, "%s: the connection to PostgreSQL was lost",
                 where);
        return ERR_DB;
    }
    snprintf(pg->message, sizeof pg->message, "%s: SQLSTATE %s %s %s %s %s", where, state,
             field(result, PG_DIAG_TABLE_NAME), field(result, PG_DIAG_COLUMN_NAME),
             field(result, PG_DIAG_CONSTRAINT_NAME),
             db_postgres_is_safe(state) ? field(result, PG_DIAG_MESSAGE_PRIMARY) : "");
    return db_postgres_err(state);
}

Err pg_finish(Pg *pg, PGresult *result, const char *where)
{
    ExecStatusType status = PQresultStatus(result);
    Err err =
        status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK ? OK : pg_fail(pg, result, where);
    PQclear(result);
    return err;
}

/* Takes the answer of the next statement of the pipeline. NULL: the connection is gone. */
static PGresult *next_answer(Pg *pg)
{
    PGresult *result = PQgetResult(pg->handle);
    PGresult *end = result == NULL ? NULL : PQgetResult(pg->handle);
    PQclear(end); /* NULL, unless the connection is gone */
    return result;
}

Err pg_end_pipeline(Pg *pg, PGresult **ret_last)
{
    Err err = PQpipelineSync(pg->handle) == 1 ? OK : pg_fail(pg, NULL, "pipeline");
    for (int i = 0; i < pg->later_n; i++) {
        PGresult *result = next_answer(pg);
        if (err == OK)
            err = pg_finish(pg, result, pg->later[i]); /* of NULL: lost */
        else
            PQclear(result);
        if (result == NULL)
            break;
    }
    if (ret_last != NULL)
        *ret_last = next_answer(pg);
    PGresult *sync = PQgetResult(pg->handle);
    if (err == OK && PQresultStatus(sync) != PGRES_PIPELINE_SYNC)
        err = pg_fail(pg, NULL, "pipeline");
    PQclear(sync);
    pg->later_n = 0;
    if (PQexitPipelineMode(pg->handle) != 1 && err == OK)
        err = pg_fail(pg, NULL, "pipeline");
    return err;
}

Err pg_settle(Pg *pg)
{
    Err late = pg->late;
    pg->late = OK;
    TRY(late);
    return pg->later_n == 0 ? OK : pg_end_pipeline(pg, NULL);
}

Err pg_enter_pipeline(Pg *pg)
{
    if (pg->late != OK || pg->later_n == PG_LATER_MOST)
        TRY(pg_settle(pg));
    bool is_in = pg->later_n > 0 || PQenterPipelineMode(pg->handle) == 1;
    return is_in ? OK : pg_fail(pg, NULL, "pipeline");
}

/* Puts a step into the pipeline, which is entered. */
static Err send_step(Pg *pg, const DbStatement *statement)
{
    TRY(pg_enter_pipeline(pg));
    int sent = PQsendQueryParams(pg->handle, statement->sql, 0, NULL, NULL, NULL, NULL, 1);
    return sent == 1 ? OK : pg_fail(pg, NULL, statement->name);
}

Err pg_savepoint(Pg *pg)
{
    TRY(send_step(pg, &sql_postgres_savepoint));
    pg->later[pg->later_n++] = sql_postgres_savepoint.name;
    return OK;
}

Err pg_release(Pg *pg)
{
    PGresult *result = NULL;
    TRY(send_step(pg, &sql_postgres_release));
    Err err = pg_end_pipeline(pg, &result);
    if (err == OK)
        return pg_finish(pg, result, sql_postgres_release.name);
    PQclear(result);
    return err;
}
