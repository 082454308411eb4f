/* The small tables that the demo county is made from (data/ *.csv, inside the program). */
#pragma once

#include "base/str.h"

typedef struct {
    double cells[4];
} NumberRow;

typedef struct {
    const NumberRow *rows;
    size_t n;
} NumberTable;

/* Numbers only, after a heading line. */
NumberTable table_numbers(const char *file, Arena *arena);
/* The text of a data file. */
Str table_text(const char *file);
