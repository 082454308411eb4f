/* Copies of a whole database, for backup, restore and moving from one engine to the other.
 *
 * A backup is an SQLite database file, also that of a PostgreSQL database: both engines have the
 * same tables. It shows one state of the database, that of the moment when the copy began; others
 * may write meanwhile. */
#pragma once

#include "db/db.h"

/* Copies an SQLite database into a new file (or one that is empty), which has no free pages and
 * needs no log beside it. Not inside a transaction; the caller makes the file durable. */
Err db_backup_file(Db *from, Str path) MUST_CHECK;

typedef struct DbTable {
    const char *name;
    const DbColumn *columns;
    size_t column_n;
} DbTable;

/* Every table of a PostgreSQL database with its columns, by name; schema_migration is left out. */
Err db_backup_tables(Db *postgres, Arena *arena, const DbTable **ret_tables,
                     size_t *ret_n) MUST_CHECK;
/* The names of the tables of an SQLite database; schema_migration is left out. */
Err db_backup_names(Db *sqlite, Arena *arena, const Str **ret_names, size_t *ret_n) MUST_CHECK;
/* Writes every row of the table of `from` into that of `to`, which is empty. Inside a transaction
 * of both. */
Err db_backup_copy(Db *from, Db *to, const DbTable *table, Arena *arena,
                   int64_t *ret_rows) MUST_CHECK;
/* Whether the files of the database are whole: SQLite's own check of tables and indexes; of
 * PostgreSQL every row of every table is read, which shows unreadable pages. An empty *ret_fault
 * says that nothing was found. Not inside a transaction. */
Err db_integrity(Db *db, Arena *arena, Str *ret_fault) MUST_CHECK;
/* The SQLite file needs no log beside it any more: it can be read on its own. */
Err db_backup_settle(Db *sqlite) MUST_CHECK;
