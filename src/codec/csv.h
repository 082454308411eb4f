/* CSV: RFC 4180 in and out.
 *
 * In: rows end with LF or CRLF (the last may have none); a UTF-8 byte order mark is skipped; a
 * quoted cell may hold commas, quotes (doubled) and line ends; in a cell that does not begin with a
 * quote, quotes stand for themselves, as spreadsheets have it. Refused: bytes that are not UTF-8,
 * U+0000, text after a closing quote, a quote that never closes, a CR alone. Rows may differ in
 * length; CsvRow.n shows it. A line with nothing on it is a row of one empty cell. */
#pragma once

#include "base/buf.h"
#include "base/wording.h"

typedef struct {
    size_t cells;      /* in a row */
    size_t cell_bytes; /* in a cell */
} CsvLimits;

#define CSV_LIMITS_DEFAULT ((CsvLimits){1000, KIB(64)})

typedef struct CsvReader {
    Str rest;
    CsvLimits limits;
    size_t row;  /* of the last row read, from 1 */
    size_t line; /* of what comes next in the file, from 1; a quoted cell may span lines */
} CsvReader;

typedef struct {
    Str *cells;
    size_t n;
    size_t row;  /* from 1 */
    size_t line; /* on which it begins, from 1 */
} CsvRow;

typedef struct {
    size_t row;
    size_t column; /* the cell, from 1 */
    size_t line;
    Wording message;
} CsvFault;

CsvReader csv_read(Str text, CsvLimits limits);
/* *ret_has is false after the last row. Cells point into the text where they can, into the arena
 * otherwise. ERR_MALFORMED or ERR_LIMIT; nothing can be read after an error. */
Err csv_next_row(CsvReader *reader, Arena *arena, bool *ret_has, CsvRow *ret_row,
                 CsvFault *reterr_fault) MUST_CHECK;

typedef struct CsvWriter {
    Buf *buf;
    bool has_cell;
} CsvWriter;

CsvWriter csv_write(Buf *buf);
/* Quoted when it has to be: comma, quote, CR, LF, a space at an end, a byte order mark. */
void csv_put(CsvWriter *writer, Str cell);
void csv_end_row(CsvWriter *writer); /* CRLF */
