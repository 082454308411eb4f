/* Sheets: tables that people send, as CSV or as JSON. The first row of CSV names the columns, in
 * any order, by their names in the program or in Chinese; in JSON they are members. Every cell is
 * looked at before anything is stored: each mistake is a problem of the Cx with the place
 * "line:column" or
 * "/rows/0/column", and rows with a mistake are left out of further checks, so that one mistake is
 * told once. */
#pragma once

#include "codec/json.h"
#include "core/cx.h"

typedef enum { SHEET_TEXT, SHEET_DATE, SHEET_WHOLE } SheetKind;

typedef struct SheetColumn {
    const char *name; /* as in answers of the API: "valid_from" */
    const char *zh;
    SheetKind kind;
    bool is_required;
} SheetColumn;

typedef struct SheetShape {
    const SheetColumn *columns;
    size_t n;
} SheetShape;

typedef struct SheetRow {
    size_t line;           /* in the file, from 1; of JSON: in the list, from 0 */
    const Str *texts;      /* by column, trimmed; empty when absent */
    const Date *dates;     /* DATE_NONE when absent */
    const int64_t *wholes; /* 0 when absent */
    bool is_bad;
} SheetRow;

typedef struct SheetTable {
    const SheetColumn *columns;
    size_t column_n;
    bool is_json;
    SheetRow *rows;
    size_t n;
} SheetTable;

/* ERR_MALFORMED with a problem when the text is no CSV, ERR_INVALID when the header is wrong. Cells
 * that are wrong make their row bad, not the call. */
Err sheet_read(Cx *cx, Str text, SheetShape shape, SheetTable *ret_sheet) MUST_CHECK;
/* rows: a list of objects. Members that are no column are refused. */
Err sheet_read_json(Cx *cx, const Json *rows, SheetShape shape, SheetTable *ret_sheet) MUST_CHECK;
/* Notes what is wrong with a cell and marks its row. */
void sheet_fault(Cx *cx, const SheetTable *sheet, SheetRow *row, size_t column, TextId text,
                 int argument_n, ...);
/* What was noted since the problem `from`, at a member as in "/facility", is said at that cell of
 * the row, or at its first one, and marks the row: for what has its own words of one row. */
void sheet_retell(Cx *cx, const SheetTable *sheet, SheetRow *row, size_t from);
/* ERR_INVALID when any row is bad. */
Err sheet_verdict(const SheetTable *sheet) MUST_CHECK;
