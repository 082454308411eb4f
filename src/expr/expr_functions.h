/* The functions of expressions: one table with their types, their meaning and their SQL. README.md
 * lists the same functions for pack authors. */
#pragma once

#include "expr/expr.h"

enum { EXPR_ARGUMENT_MOST = 20 };

typedef enum {
    EXPR_FN_ABS,
    EXPR_FN_COALESCE,
    EXPR_FN_NULLIF,
    EXPR_FN_LEAST,
    EXPR_FN_GREATEST,
    EXPR_FN_ROUND,
    EXPR_FN_FLOOR,
    EXPR_FN_CEIL,
    EXPR_FN_INT_OF,
    EXPR_FN_RATIO,
    EXPR_FN_LENGTH,
    EXPR_FN_LOWER,
    EXPR_FN_UPPER,
    EXPR_FN_SUBSTR,
    EXPR_FN_HAS,
    EXPR_FN_HAS_ANY,
    EXPR_FN_COUNT,
    EXPR_FN_AGE_YEARS,
    EXPR_FN_AGE_MONTHS,
    EXPR_FN_ADD_DAYS,
    EXPR_FN_ADD_MONTHS,
    EXPR_FN_DAYS_BETWEEN,
    EXPR_FN_YEAR,
    EXPR_FN_MONTH,
    EXPR_FN_PERIOD_START,
    EXPR_FN_IDENTITY_FAULT,
    EXPR_FN_IDENTITY_BIRTH_DATE,
    EXPR_FN_IDENTITY_SEX,
    EXPR_FN_LOOKUP, /* never called: a node of its own */
    EXPR_FN_N,
} ExprFunctionId;

/* What an argument must be. */
typedef enum {
    EXPR_TAKES_NOTHING,
    EXPR_TAKES_NUMBER,  /* integer or decimal, as it is */
    EXPR_TAKES_DECIMAL, /* an integer is widened */
    EXPR_TAKES_INTEGER,
    EXPR_TAKES_TEXT,
    EXPR_TAKES_DATE,
    EXPR_TAKES_CODES,
    EXPR_TAKES_SAME,        /* all such arguments have one type */
    EXPR_TAKES_ORDERED,     /* the same, and of a type that has an order */
    EXPR_TAKES_PLACES,      /* a literal 0 to 10 */
    EXPR_TAKES_POSITION,    /* a literal from 1 */
    EXPR_TAKES_LENGTH,      /* a literal from 0 */
    EXPR_TAKES_CODE,        /* a text literal */
    EXPR_TAKES_PERIOD_KIND, /* 'week', 'month', 'quarter', 'half' or 'year' */
} ExprTakes;

typedef struct ExprFunction {
    ExprFunctionId id;
    const char *name;
    const char *usage;  /* "round(number) or round(number, places)" */
    ExprTakes takes[3]; /* the last one holds for all further arguments */
    uint8_t least, most;
    ExprType result; /* EXPR_NULL: the type of the first argument */
    uint64_t bound;  /* magnitude of an integer result; 0: that of the arguments */
} ExprFunction;

/* name in any case; NULL when there is none. */
const ExprFunction *expr_function_find(Str name);
const ExprFunction *expr_function_at(size_t index); /* index < EXPR_FN_N */

/* arguments are evaluated values of the types that the table asks for. */
ExprValue expr_function_call(const ExprFunction *function, const ExprValue *arguments, size_t n,
                             Arena *scratch);
