/* Words that the writer and the readers of the wire share. */
#pragma once

#include "base/cells.h"
#include "base/vec.h"
#include "form/form_int.h"
#include "form/wire.h"

enum { WIRE_CELL_MOST = 12 };

/* One line taken apart; a line may have more cells than are kept (codes). */
typedef struct {
    Arena *arena;
    CellsReader cells;
    Str cell[WIRE_CELL_MOST];
    size_t n; /* of cell */
} WireLine;

/* Tables while they are read (wire_table.c). */
typedef struct WireTables {
    VEC(const ExprTable *) list;
    ExprTable *open; /* the last of them, with its arrays */
    ExprTableKey *keys;
    Str *columns;
} WireTables;

const char *wire_type_name(FieldType type);
bool wire_type_find(Str name, FieldType *ret_type);
const char *wire_context_name(FormSlot slot);

/* Refuses text that is no UTF-8. */
Err wire_begin(WireLine *line, Arena *arena, Str text, FormWireProblem *reterr_problem) MUST_CHECK;
/* The next line, its first WIRE_CELL_MOST cells taken; the others stay in line->cells. */
bool wire_next(WireLine *line);
/* Whether the text ended as it should. */
Err wire_end(const WireLine *line, FormWireProblem *reterr_problem) MUST_CHECK;
Err wire_fail(size_t line, Wording message, FormWireProblem *reterr_problem) MUST_CHECK;

void wire_put_line(CellsWriter *writer, const char *word, const Str *cells, size_t n);
void wire_put_value(CellsWriter *writer, const char *word, Str field, ExprValue value);

/* A line of a table: its id, one of its keys, one of its columns. False when it is wrong. */
bool wire_read_table(WireTables *tables, WireLine *line);
bool wire_read_key(WireTables *tables, WireLine *line);
bool wire_read_numbers(WireTables *tables, WireLine *line);
