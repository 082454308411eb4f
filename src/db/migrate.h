/* Migrations: src/db/migrations/NNNN_area_what.sql, forward only, embedded in the program.
 *
 * One text for both engines; the words {uuid} {text} {integer} {decimal} {date} {instant} {bytes}
 * become column types, {table} at the end of CREATE TABLE becomes STRICT or STRICT, WITHOUT ROWID
 * ({clustered}) on SQLite and nothing on PostgreSQL. Each file runs in its own transaction and is
 * noted in schema_migration with its hash; a changed file is refused. */
#pragma once

#include "db/db.h"

/* Brings the schema to the newest version and installs the helper functions (age_years, add_months,
 * days_between, period_start, round_to, int_of, ratio). *ret_applied counts the files run. */
Err migrate_up(Db *db, Arena *arena, int *ret_applied, Str *reterr_message) MUST_CHECK;
/* ERR_CONFLICT when the database is newer or older than this program. */
Err migrate_check(Db *db, Arena *arena, Str *reterr_message) MUST_CHECK;

/* The names of the migrations that migrate_up would run; ERR_CONFLICT when the database is not of
 * this program. */
Err migrate_pending(Db *db, Arena *arena, const Str **ret_names, size_t *ret_n,
                    Str *reterr_message) MUST_CHECK;

/* Puts the column types and table options of the engine for the {words}, and leaves out what is for
 * the other engine: for DDL made at run time. ERR_INVALID for a word that does not exist. */
Err migrate_expand(DbEngine engine, Arena *arena, Str text, Str *ret_sql) MUST_CHECK;
