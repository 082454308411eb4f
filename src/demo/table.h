/* The small tables that the demo county is made from (data/ *.csv, inside the program). */
#pragma once

#include "base/str.h"
#include "codec/csv.h"

typedef struct {
    double cells[4];
} NumberRow;

typedef struct {
    const NumberRow *rows;
    size_t n;
} NumberTable;

/* Numbers only, after a heading line. */
NumberTable table_numbers(const char *file, Arena *arena);
/* Each row after the heading line, in order. */
typedef void TableTake(void *arg, const CsvRow *row);
void table_each(const char *file, Arena *arena, TableTake *take, void *arg);
/* The text of a data file. */
Str table_text(const char *file);
