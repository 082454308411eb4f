/* A driver that fails on request, around the driver of an open Db: for tests of what the program
 * does when the database fails. */
#pragma once

#include "db/db.h"

typedef enum {
    DB_FAULT_STATEMENT, /* db_run, db_run_later, db_query, db_script, db_bulk_row */
    DB_FAULT_LATER,     /* db_run_later says OK, and what follows fails until a rollback */
    DB_FAULT_NEXT,      /* db_next */
    DB_FAULT_BEGIN,
    DB_FAULT_COMMIT,
    DB_FAULT_SAVEPOINT,
    DB_FAULT_RELEASE,
    DB_FAULT_COUNT,
} DbFaultPoint;

typedef struct DbFault DbFault;

/* The Db works as before until something is ordered. The DbFault lives as long as the Db. */
DbFault *db_fault_wrap(Db *db, Arena *arena);
/* The nth call of that kind from now (1 is the next) does nothing and returns err, once. ends: the
 * database is to have ended the transaction, as on a full disk or a lost connection. */
void db_fault_order(DbFault *fault, DbFaultPoint point, uint64_t nth, Err err, bool ends);
/* How many calls of that kind have been made since the wrapping. */
uint64_t db_fault_count(const DbFault *fault, DbFaultPoint point);
