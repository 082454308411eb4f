/* Filling a database with very many rows in one transaction: the demo county.
 *
 * In a new file SQLite would write each page twice, first into its log and then into the file, and
 * look up each page that it reads again in a log of gigabytes. It is therefore filled without that
 * log: pages that were not there before need no copy, so they go to their place at once. The old
 * pages, few as they are, are kept beside the file until the commit, so that whoever opens it after
 * a crash finds what was there before the transaction; nothing else is waited for less than
 * otherwise.
 *
 * Indexes of tables that are filled are made at once when the rows are in, on both engines: rows
 * come person by person, and each index would be touched everywhere all the time. */
#pragma once

#include "db/db.h"

typedef struct DbLoad {
    Arena *arena;
    const Str *indexes; /* the texts that make what was dropped */
    size_t index_n;
} DbLoad;

/* Before and after the transaction, on its connection, which has the database to itself: no log,
 * and pages kept in memory up to a part of the machine's. db_load_close also after a failure. */
Err db_load_open(Db *db) MUST_CHECK;
Err db_load_close(Db *db) MUST_CHECK;

/* Within the transaction, while the tables are empty; and before they are read by anything but
 * their keys. PostgreSQL keeps others out of the tables until the commit. */
Err db_load_begin(Db *db, Arena *arena, const char *const *tables, size_t n,
                  DbLoad *ret_load) MUST_CHECK;
Err db_load_end(Db *db, DbLoad *load) MUST_CHECK;
