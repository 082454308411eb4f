/* Inside of expr: the typed tree, the reader of tokens, and how mistakes are recorded. */
#pragma once

#include "base/vec.h"
#include "base/wording.h"
#include "expr/expr_functions.h"

typedef enum {
    NODE_LITERAL,
    NODE_SLOT,
    NODE_WIDEN, /* integer to decimal */
    NODE_NOT,
    NODE_AND, /* two or more arguments */
    NODE_OR,
    NODE_COMPARE,
    NODE_IS_NULL,
    NODE_IN,      /* argument 0 in the others */
    NODE_BETWEEN, /* argument 0 between 1 and 2 */
    NODE_ARITHMETIC,
    NODE_CONCAT,
    NODE_CASE, /* [operand,] when, then, when, then ..., [else] */
    NODE_CALL,
    NODE_LOOKUP, /* the arguments are keys */
} NodeKind;

typedef enum {
    SYMBOL_NONE,
    SYMBOL_EQUAL,
    SYMBOL_UNEQUAL,
    SYMBOL_LESS,
    SYMBOL_LESS_EQUAL,
    SYMBOL_GREATER,
    SYMBOL_GREATER_EQUAL,
    SYMBOL_PLUS,
    SYMBOL_MINUS,
    SYMBOL_TIMES,
    SYMBOL_DIVIDE,
    SYMBOL_CONCAT,
    SYMBOL_OPEN,
    SYMBOL_CLOSE,
    SYMBOL_COMMA,
} Symbol;

typedef struct ExprNode ExprNode;
struct ExprNode {
    NodeKind kind;
    ExprType type;     /* EXPR_NULL: a bare NULL whose type nothing has settled yet */
    Symbol symbol;     /* NODE_COMPARE, NODE_ARITHMETIC */
    bool is_negated;   /* IS NOT NULL, NOT IN, NOT BETWEEN */
    bool has_operand;  /* CASE x WHEN */
    bool has_else;     /* CASE ... ELSE */
    bool is_enclosed;  /* stood in parentheses */
    uint32_t from, to; /* bytes of the text */
    uint32_t slot;
    uint64_t bound; /* magnitude of an integer; UINT64_MAX when unknown */
    ExprValue literal;
    const ExprFunction *function;
    const ExprTable *table; /* NODE_LOOKUP, and which of its columns */
    size_t column;
    ExprNode **arguments;
    size_t n;
};

struct Expr {
    Str text;
    const ExprNode *root;
    const uint32_t *slots;
    size_t slot_n;
};

typedef enum {
    TOKEN_END,
    TOKEN_INTEGER,
    TOKEN_DECIMAL,
    TOKEN_TEXT,
    TOKEN_NAME,
    TOKEN_PARAMETER,
    TOKEN_SYMBOL,
    TOKEN_KEYWORD,
} TokenKind;

typedef enum {
    KEYWORD_NONE,
    KEYWORD_OR,
    KEYWORD_AND,
    KEYWORD_NOT,
    KEYWORD_IS,
    KEYWORD_NULL,
    KEYWORD_IN,
    KEYWORD_BETWEEN,
    KEYWORD_CASE,
    KEYWORD_WHEN,
    KEYWORD_THEN,
    KEYWORD_ELSE,
    KEYWORD_END,
    KEYWORD_TRUE,
    KEYWORD_FALSE,
} Keyword;

typedef struct {
    TokenKind kind;
    uint32_t from, to; /* bytes of the text */
    Symbol symbol;
    Keyword keyword;
    Str text; /* TOKEN_TEXT: without quotes; names and parameters as written */
    int64_t integer;
    double decimal;
} Token;

/* A constant that stood for a name: folded into the kept text. */
typedef struct {
    uint32_t from, to;
    Str literal;
} Fold;

typedef struct {
    Arena *arena;
    Str text;
    const ExprScope *scope;
    uint32_t at;  /* bytes read */
    Token token;  /* the one to look at */
    uint32_t end; /* of the token before it */
    uint32_t depth;
    uint32_t node_n;
    bool has_failed;
    ExprProblem problem;
    VEC(Fold) folds;
    VEC(uint32_t) slots;
} Compiler;

/* Records the first mistake only. from is a byte of the text. Always false. */
bool expr_fail(Compiler *compiler, uint32_t from, Wording message);
#define FAIL(compiler, from, zh, en) expr_fail((compiler), (from), (Wording){STR(zh), STR(en)})
/* The source of a node, shortened, for messages. */
Str expr_quote(Compiler *compiler, uint32_t from, uint32_t to);
Wording expr_type_wording(ExprType type);

/* Reads the next token into compiler->token. */
bool expr_advance(Compiler *compiler) MUST_CHECK;

/* NULL after a mistake. */
ExprNode *expr_parse(Compiler *compiler);

/* Typing: each makes a node of settled type from its parts, or records the mistake. */
ExprNode *expr_node_new(Compiler *compiler, NodeKind kind, ExprType type, uint32_t from,
                        uint32_t to);
bool expr_node_take(Compiler *compiler, ExprNode *node, ExprNode *const *arguments,
                    size_t n) MUST_CHECK;
/* Gives *node the wanted type, widening when it must. */
bool expr_coerce(Compiler *compiler, ExprNode **node, ExprType wanted) MUST_CHECK;
/* Gives all nodes one type; *ret_type is EXPR_NULL when all are bare NULLs. */
bool expr_unify(Compiler *compiler, ExprNode **nodes, size_t n, ExprType *ret_type) MUST_CHECK;
ExprNode *expr_make_compare(Compiler *compiler, Symbol symbol, ExprNode *left, ExprNode *right);
ExprNode *expr_make_arithmetic(Compiler *compiler, Symbol symbol, ExprNode *left, ExprNode *right);
ExprNode *expr_make_in(Compiler *compiler, ExprNode **nodes, size_t n, bool is_negated);
ExprNode *expr_make_between(Compiler *compiler, ExprNode *nodes[3], bool is_negated);
ExprNode *expr_make_case(Compiler *compiler, ExprNode **nodes, size_t n, bool has_operand,
                         bool has_else, uint32_t from);
ExprNode *expr_make_call(Compiler *compiler, Token name, ExprNode **nodes, size_t n);
/* nodes: table, column, keys (expr_table.c). */
ExprNode *expr_make_lookup(Compiler *compiler, Token name, ExprNode **nodes, size_t n);
/* keys are evaluated; absent when one is, or when there is no such row. */
ExprValue expr_lookup(const ExprNode *node, const ExprValue *keys);

/* Order of two present values of one type: -1, 0 or 1. */
int expr_value_compare(ExprValue a, ExprValue b);
/* How a constant is written inside an expression. */
Str expr_literal_text(Arena *arena, ExprValue value);
/* Checked integers and finite decimals; absent on overflow and division by zero. */
ExprValue expr_calculate(Symbol symbol, ExprValue a, ExprValue b);
