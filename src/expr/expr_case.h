/* One line of the shared cases: an expression, the names it reads, and what it gives. The same
 * lines run natively and in the browser's module (tests/shared/expressions.tsv).
 *
 * Cells: expression, expected type, expected text, then name, type, value for each name. Types are
 * those of expr_type_name; an absent value is an empty cell; codes are joined by commas. The
 * expected type `null` means absent; `problem` means that it does not compile, with the column as
 * text. */
#pragma once

#include "base/cells.h"
#include "expr/expr.h"

/* Evaluates the line and writes what came out as one line: `value`, type, text, or `problem`,
 * column, message en, message zh. ERR_MALFORMED when the line itself is no case. */
Err expr_case_run(Str line, Arena *arena, Buf *out) MUST_CHECK;
