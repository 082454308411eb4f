/* Words that the writer and the readers of the wire share. */
#pragma once

#include "base/cells.h"
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
