/* What the planner of the database believes of the tables.
 *
 * SQLite plans by statistics that nobody gathers here: every key begins with the place, which has
 * one value, so that without statistics "place = ?" looks like a good way into any table, and with
 * gathered ones a plan would depend on the day it was made. Therefore fixed numbers are written for
 * every key: the plans of a full county, from the empty database on. sqlite_plans.sql has the
 * numbers; tests/plans reads the plans of every statement. */
#pragma once

#include "db/db.h"

/* After tables or indexes were made. One cheap read when nothing is new. Nothing on PostgreSQL,
 * whose autovacuum keeps statistics up. */
Err db_plans_update(Db *db) MUST_CHECK;
/* After very many rows were written at once: PostgreSQL counts them now rather than in a minute. */
Err db_plans_learn(Db *db) MUST_CHECK;
