/* Expressions: the expression part of SQL, typed when compiled, evaluated over slots.
 *
 * Operators: OR, AND, NOT, = <> < <= > >=, IS [NOT] NULL, [NOT] IN (...), [NOT] BETWEEN, + - * /,
 * unary -, CASE (both forms), parentheses; literals 1, 1.5, 'text', DATE '2025-06-30', NULL, TRUE,
 * FALSE; names a, a.b and $parameter; the functions of expr_functions.h (README.md lists them).
 *
 * Invariants
 *  1. Three-valued logic as in SQL; a condition holds only when it is TRUE.
 *  2. Typed at compile time: no implicit text-number conversion, logic only where a condition is
 *     expected; integer widens to decimal. What does not type is a problem with its column.
 *  3. No clock, no random, no regular expressions. Division by zero is NULL; integer / integer is
 *     integer division truncating toward zero; integer overflow is NULL; round is decimal, half
 *     away from zero.
 *  4. Length and depth are bounded (EXPR_TEXT_MOST, EXPR_DEPTH_MOST, EXPR_NODE_MOST). Evaluation
 *     neither allocates outside the scratch arena nor fails.
 *  5. expr_sql gives a text that SQLite and PostgreSQL evaluate to the same value, or refuses.
 *  6. A lookup reads a table that the scope names when compiling; the table outlives the Expr. */
#pragma once

#include "base/buf.h"
#include "base/date.h"

enum {
    EXPR_TEXT_MOST = 4000, /* bytes */
    EXPR_DEPTH_MOST = 60,
    EXPR_NODE_MOST = 1000, /* operators, names and literals */
    EXPR_KEY_MOST = 4,     /* keys of a table */
    EXPR_ROW_MOST = 10000, /* rows of a table */
    EXPR_COLUMN_MOST = 20, /* columns of numbers */
};

typedef enum {
    EXPR_NULL, /* the type of a bare NULL; as a value: absent */
    EXPR_LOGIC,
    EXPR_INTEGER,
    EXPR_DECIMAL,
    EXPR_TEXT,
    EXPR_DATE,
    EXPR_CODES, /* a set of codes: the answer to a several-choice field */
} ExprType;

typedef struct ExprValue {
    ExprType type; /* EXPR_NULL when absent */
    union {
        bool logic;
        int64_t integer;
        double decimal;
        Str text;
        Date date;
        struct {
            const Str *items;
            size_t n;
        } codes;
    } as;
} ExprValue;

#define EXPR_ABSENT ((ExprValue){.type = EXPR_NULL})

/* What a name means: a slot read at evaluation, or a constant ($parameters) put in at compile time.
 * most: the magnitude that integers of the slot cannot exceed; 0 when unknown. Knowing it keeps the
 * SQL of sums and products plain (no guard against overflow). */
typedef struct {
    ExprType type;
    bool is_constant;
    ExprValue constant;
    uint32_t slot;
    uint64_t most;
} ExprName;

/* A table of numbers: lookup('id', 'column', key, ...) reads one. Every combination of keys has a
 * row; the last key runs fastest. */
typedef struct ExprTableKey {
    Str id;
    ExprType type;         /* EXPR_TEXT, EXPR_INTEGER or EXPR_DECIMAL */
    const Str *texts;      /* n of them, or */
    const double *numbers; /* n of them, ascending */
    size_t n;
} ExprTableKey;

typedef struct ExprTable {
    Str id;
    const ExprTableKey *keys;
    size_t key_n;
    const Str *columns;
    size_t column_n;
    const double *cells; /* column_n a row */
} ExprTable;

/* How many rows it has. */
size_t expr_table_rows(const ExprTable *table);
/* Position of a key among its own; SIZE_MAX when it is none of them. */
size_t expr_table_find_key(const ExprTableKey *key, ExprValue value);

/* Resolves names for one kind of expression. name is as written: "sbp", "previous.sbp", and with
 * its sign "$parameter". A constant must have a value. */
typedef struct ExprScope {
    void *context;
    bool (*find)(void *context, Str name, ExprName *ret_name);
    /* NULL when nothing looks up tables. Gives NULL for a table that it does not know. */
    const ExprTable *(*find_table)(void *context, Str id);
} ExprScope;

/* Where and why a text does not compile; column counts characters from 1. */
typedef struct {
    uint32_t column;
    Str message;    /* English, for the pack author: what is wrong */
    Str message_zh; /* the same in Chinese */
} ExprProblem;

typedef struct Expr Expr;

/* wanted: EXPR_NULL takes any type; EXPR_DECIMAL takes integer too. The result lives in arena and
 * keeps a copy of the text. ERR_INVALID with *reterr_problem on any mistake. */
Err expr_compile(Arena *arena, Str text, const ExprScope *scope, ExprType wanted, Expr **ret_expr,
                 ExprProblem *reterr_problem) MUST_CHECK;

ExprType expr_type(const Expr *expr);
/* The text with every constant put in: it compiles again in a scope without parameters. */
Str expr_text(const Expr *expr);
/* Every slot the expression reads, each once, ascending. */
const uint32_t *expr_slots(const Expr *expr, size_t *ret_n);

ExprValue expr_evaluate(const Expr *expr, const ExprValue *slots, Arena *scratch);
/* TRUE only: false for FALSE and for unknown. */
bool expr_holds(const Expr *expr, const ExprValue *slots, Arena *scratch);

typedef enum { EXPR_SQLITE, EXPR_POSTGRES } ExprDialect;
/* Writes the expression as SQL; column writes the SQL text of a slot (logic: a column of 0 and 1).
 * The helper functions of db/README.md must exist. EXPR_CODES slots are written through their child
 * table and are refused here (ERR_INVALID), as are the identity_ functions, which no database has;
 * ERR_LIMIT when the text nests deeper than a database parses. */
Err expr_sql(const Expr *expr, ExprDialect dialect,
             void (*column)(void *context, uint32_t slot, Buf *out), void *context,
             Buf *out) MUST_CHECK;

bool expr_value_equals(ExprValue a, ExprValue b);
const char *expr_type_name(ExprType type);
