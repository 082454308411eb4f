/* Rows taken out of the database and put back by a bare prepared insert: what floors write. */
#pragma once

#include "db/db.h"

typedef struct Rows {
    const DbStatement *put; /* takes the columns of a row in order */
    size_t n, capacity;
    DbValue *values; /* n times put->in_n */
} Rows;

/* Appends what read gives, from the column `skip` on, behind the values `first` (first_n). */
Err rows_read(Rows *rows, Db *db, Arena *arena, const DbStatement *read, const DbValue *in,
              const DbValue *first, size_t first_n, size_t skip) MUST_CHECK;
DbValue *rows_add(Rows *rows, Arena *arena);
/* Those before `until`, from `from` on; one prepared statement a row. */
Err rows_put(const Rows *rows, Db *db, size_t from, size_t until) MUST_CHECK;
