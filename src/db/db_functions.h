/* The helper functions of statements (README.md lists them), as SQLite runs them; what
 * functions_postgres.sql says is the same, and a test compares the two. Private to this folder. */
#pragma once

#include "db/db.h"

enum { DB_FUNCTION_ARGUMENTS_MOST = 2 };

typedef struct {
    const char *name;
    int argument_n;
    /* in: integers, decimals and texts, never NULL. ret is NULL when left alone. ERR_INVALID: a
     * text that is no date, or a number out of range. */
    Err (*run)(const DbValue *in, DbValue *ret);
} DbFunction;

extern const DbFunction db_functions[];
extern const size_t db_functions_n;
