/* Report: a table that leaves the program, with what it says of itself: whose it is, of which day,
 * from which source. One model, two files: a workbook for reckoning on (XLSX), and pages of A4 on
 * their side for the file and the notice board (PDF).
 *
 * Invariants
 *  1. Pure layout: nothing is read but what is given. The same report gives the same pages on the
 *     same fonts.
 *  2. What is a number is a number in the workbook, a day a day, and a text is never a formula,
 *     whatever it begins with.
 *  3. Every text stands on the pages whole: a row too long for a page goes on on the next.
 *  4. Nothing is told by colour alone; the pages have no colour. */
#pragma once

#include "base/buf.h"
#include "base/date.h"
#include "base/wording.h"

typedef enum { REPORT_EMPTY, REPORT_TEXT, REPORT_NUMBER, REPORT_DATE } ReportKind;

typedef struct ReportCell {
    ReportKind kind;
    Str text; /* of a number: how the pages say it; empty: by its decimals and unit */
    Str mark; /* a sign before a text on the pages */
    double number;
    int decimals; /* 0 to 6 */
    Str unit;     /* "%": stands behind the number, which is 61.5 and not 0.615 */
    Date date;
} ReportCell;

typedef struct ReportColumn {
    Str title;
    double wide;       /* in Latin characters; on the pages its share of the width */
    bool is_right;     /* numbers and days */
    bool is_off_paper; /* stands in the workbook alone */
} ReportColumn;

typedef struct ReportRow {
    const ReportCell *cells; /* one a column */
    size_t section;          /* of Report.sections; rows of a section stand together */
} ReportRow;

typedef struct ReportFact {
    Str label, value;
} ReportFact;

typedef struct Report {
    Lang lang;
    Str title;
    Str notice;              /* on every page and sheet: "demo data"; or empty */
    const ReportFact *facts; /* as of, source, unit ...; the first stands over the table */
    size_t fact_n;
    Str sheet, about;  /* names of the two sheets: the table, and its facts */
    Str section_title; /* of the column that names sections in the workbook */
    const Str *sections;
    size_t section_n; /* 0: the table is of one piece */
    const ReportColumn *columns;
    size_t column_n;
    const ReportRow *rows;
    size_t row_n;
    Str footer; /* who made it and when */
    Instant made_at;
} Report;

#define REPORT_WORKBOOK_MEDIA "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

/* ERR_LIMIT: larger than out takes; ERR_NOT_FOUND: the machine has no font for the title. */
Err report_pages(const Report *report, Arena *arena, Buf *out) MUST_CHECK;
/* ERR_LIMIT, or an error of the file in memory that the workbook is made in. */
Err report_workbook(const Report *report, Arena *arena, Buf *out) MUST_CHECK;

/* How the pages say a cell. */
Str report_cell_text(const ReportCell *cell, Arena *arena);
