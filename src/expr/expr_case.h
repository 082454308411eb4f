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

/* The tables that cases may look up: `growth` by sex ('1', '2') and month (0, 1, 3), `by_length` by
 * length (45.0, 45.5), each with the columns `low` and `high`. For ExprScope.find_table. */
const ExprTable *expr_case_table(void *context, Str id);

/* Evaluates the line and writes what came out as one line: `value`, type, text, or `problem`,
 * column, message en, message zh. ERR_MALFORMED when the line itself is no case. */
Err expr_case_run(Str line, Arena *arena, Buf *out) MUST_CHECK;
