/* What the planner of the database believes of the tables.
 *
 * SQLite plans by statistics that nobody gathers here: every key begins with the place, which has
 * one value, so that without statistics "place = ?" looks like a good way into any table, and with
 * gathered ones a plan would depend on the day it was made. Therefore fixed numbers are written for
 * every key: the plans of a full county, from the empty database on. sqlite_plans.sql has the
 * numbers; tests/plans reads the plans of every statement. */
#pragma once

#include "base/buf.h"
#include "db/db.h"

/* After tables or indexes were made. One cheap read when nothing is new. Nothing on PostgreSQL,
 * whose autovacuum keeps statistics up. */
Err db_plans_update(Db *db) MUST_CHECK;
/* After very many rows were written at once: PostgreSQL counts them now rather than in a minute. */
Err db_plans_learn(Db *db) MUST_CHECK;

/* How SQLite would run a statement. Said, one a line, is what would take as long as the county is
 * large: a walk through all of a table that grows with people, or through all rows of a place; and
 * more walks inside one another than `walks` (0: as many as it likes), which is where something is
 * not joined. Nothing on PostgreSQL, whose plans follow from what its tables hold. */
typedef struct DbPlanLook {
    const DbStatement *statement;
    const DbScope *scope; /* or NULL */
    bool is_paged; /* asked page by page of everybody: a filter made of a table is a walk too */
    bool may_walk; /* through one table, as large as it is */
    size_t walks;
} DbPlanLook;
Err db_plans_look(Db *db, Arena *arena, const DbPlanLook *look, Buf *faults) MUST_CHECK;
