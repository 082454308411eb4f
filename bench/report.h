/* The report: one line a figure, printed as a table and written as JSON; and how the cost of a
 * resident grows from size to size. */
#pragma once

#include "base/str.h"
#include "base/vec.h"

/* Zero stands for "none" in every number but value. Whichever way is better, ratio is value divided
 * by floor. */
typedef struct BenchLine {
    const char *work;
    const char *engine; /* "-": of the program, not of a database */
    int64_t residents;
    const char *unit;
    double value, floor;
    double ratio_most, ratio_least; /* budget of the ratio */
    double value_most, value_least; /* budget of the value */
    int64_t value_residents;        /* the value's budget holds from this size on; 0: always */
    bool grows;                     /* the whole county's work: growth is judged a resident */
    double wall;                    /* seconds by the clock, where value is processor time */
    Str note;
} BenchLine;

typedef struct Report {
    Arena *arena;
    VEC(BenchLine) lines;
} Report;

/* Prints the line at once. */
void report_add(Report *report, BenchLine line);
void report_head(void);
/* By how much more a resident costs at a larger size than at the smallest, beside the floor's. */
void report_growth(const Report *report);
Err report_write(const Report *report, Str path, Str machine) MUST_CHECK;
