/* Private to print/: what stands in which row of a paper, before anything is placed. */
#pragma once

#include "base/vec.h"
#include "print/paper.h"

/* What one visit has in a row. */
typedef struct PaperCell {
    Str text;
    const Str *boxes; /* the codes in them; empty ones are to be filled in by hand */
    size_t box_n;
} PaperCell;

#define PAPER_NO_SECTION UINT32_MAX

typedef struct PaperRow {
    uint32_t section; /* index, or PAPER_NO_SECTION: over the width of section and label */
    Str label;
    const PaperCell *cells; /* one a column */
    bool is_signed;         /* room for a signature */
} PaperRow;

typedef VEC(PaperRow) PaperRows;

/* Columns: the visits, or as many blank ones as the form has on paper. */
size_t paper_columns(const Paper *paper);
/* Day, fields, who served, signatures. */
PaperRows paper_rows(const Paper *paper, Arena *arena);
/* What stands in the boxes of the number, "103-00027": blanks to be filled in by hand where a
 * resident has none; empty on papers about organisations. */
Str paper_number(const Paper *paper);
