/* Cells: the text between the browser and the WebAssembly module.
 *
 * A document is lines, each ended by \n; a line is one or more cells separated by \t. Inside a cell
 * backslash, tab, newline and carriage return are written \\ \t \n \r. Every text of any content is
 * one cell, so writing and reading give back the same cells. */
#pragma once

#include "base/buf.h"

typedef struct CellsReader {
    Str rest;           /* lines not yet begun */
    Str line;           /* cells of the current line not yet read */
    size_t line_number; /* of the current line, from 1; 0 before the first */
    bool has_cell;
    bool is_malformed; /* a wrong escape, a bare \r, or a last line without its end */
} CellsReader;

CellsReader cells_read(Str document);
/* Goes to the next line, also when cells of this one are left; false at the end, or when the
 * document is malformed: test is_malformed once, at the end. */
bool cells_next_line(CellsReader *reader);
/* false after the last cell of the line. The text points into the document when it has no escapes,
 * into the arena otherwise. */
bool cells_next_cell(CellsReader *reader, Arena *arena, Str *ret_cell);

typedef struct CellsWriter {
    Buf *buf;
    bool has_cell; /* the current line has one already */
} CellsWriter;

CellsWriter cells_write(Buf *buf);
void cells_put(CellsWriter *writer, Str cell);
void cells_put_integer(CellsWriter *writer, int64_t value);
void cells_put_decimal(CellsWriter *writer, double value);
/* A line without a cell is written as one empty cell. */
void cells_end_line(CellsWriter *writer);
