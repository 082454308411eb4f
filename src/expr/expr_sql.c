/* The same expression as SQL for SQLite and PostgreSQL. Everything is enclosed in parentheses, so
 * precedence plays no part. The differences it bridges:
 *  - integer overflow: an error in PostgreSQL, a decimal in SQLite; ours is NULL. Where bounds do
 * not exclude it, PostgreSQL calculates in numeric and clamps, SQLite takes int_of of the result;
 *  - division by zero: an error in PostgreSQL; a decimal that no whole number holds: in both;
 *  - least, greatest: PostgreSQL ignores NULL; ours is NULL, as SQLite's min and max;
 *  - text order and case: COLLATE "C" in PostgreSQL;
 *  - literals: PostgreSQL reads 1.5 as numeric and 5 as a 32-bit integer.
 * Decimals beyond 1e308 are an error in PostgreSQL and infinite in SQLite; ours is NULL. Values
 * that forms accept stay far below. SQLite's parser keeps a stack of 100: NEST_MOST stays below it.
 */
#include "expr/expr_int.h"

enum { NEST_MOST = 16 };

typedef struct {
    ExprDialect dialect;
    void (*column)(void *context, uint32_t slot, Buf *out);
    void *context;
    Buf *out;
    int nest;
    Err err;
} Writer;

static void write_node(Writer *writer, const ExprNode *node);

static bool is_postgres(const Writer *writer)
{
    return writer->dialect == EXPR_POSTGRES;
}

/* Text of ours, whose parentheses count as nesting. */
static void put(Writer *writer, const char *text)
{
    for (const char *c = text; *c != '\0'; c++)
        writer->nest += (*c == '(') - (*c == ')');
    if (writer->nest > NEST_MOST && writer->err == OK)
        writer->err = ERR_LIMIT;
    buf_put_c(writer->out, text);
}

/* By engine: SQLite first. */
static void put_for(Writer *writer, const char *sqlite, const char *postgres)
{
    put(writer, is_postgres(writer) ? postgres : sqlite);
}

static const char *sql_type(const Writer *writer, ExprType type)
{
    switch (type) {
    case EXPR_LOGIC: return is_postgres(writer) ? "boolean" : "INTEGER";
    case EXPR_INTEGER: return is_postgres(writer) ? "bigint" : "INTEGER";
    case EXPR_DECIMAL: return is_postgres(writer) ? "double precision" : "REAL";
    case EXPR_NULL:
    case EXPR_TEXT:
    case EXPR_DATE:
    case EXPR_CODES: break;
    }
    return is_postgres(writer) ? "text" : "TEXT";
}

static void write_text(Writer *writer, Str text)
{
    buf_put_char(writer->out, '\'');
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '\'')
            buf_put_char(writer->out, '\'');
        buf_put_char(writer->out, text.p[i]);
    }
    buf_put_char(writer->out, '\'');
}

static void write_cast(Writer *writer, Str text, ExprType type)
{
    buf_printf(writer->out, "CAST(%.*s AS %s)", STR_ARG(text), sql_type(writer, type));
}

static void write_literal(Writer *writer, const ExprNode *node)
{
    char day[DATE_TEXT_SIZE];
    Str text = {0};
    switch (node->literal.type) {
    case EXPR_NULL:
        if (is_postgres(writer) && node->type != EXPR_NULL)
            write_cast(writer, STR("NULL"), node->type);
        else
            put(writer, "NULL");
        return;
    case EXPR_TEXT: write_text(writer, node->literal.as.text); return;
    case EXPR_DATE: write_text(writer, str_from_c(date_format(node->literal.as.date, day))); return;
    case EXPR_LOGIC:
    case EXPR_INTEGER:
    case EXPR_DECIMAL:
    case EXPR_CODES: break;
    }
    text = expr_literal_text(writer->out->arena, node->literal);
    if (is_postgres(writer) && node->type != EXPR_LOGIC)
        write_cast(writer, text, node->type);
    else
        buf_put(writer->out, text);
}

/* A whole number next to a comparison stays as it is, so that indexes serve. */
static void write_operand(Writer *writer, const ExprNode *node)
{
    if (node->kind == NODE_LITERAL && node->literal.type == EXPR_INTEGER)
        buf_put(writer->out, expr_literal_text(writer->out->arena, node->literal));
    else
        write_node(writer, node);
}

/* The left side of something that looks at the order of text. */
static void write_ordered(Writer *writer, const ExprNode *node)
{
    write_operand(writer, node);
    if (is_postgres(writer) && node->type == EXPR_TEXT)
        put(writer, " COLLATE \"C\"");
}

static void write_list(Writer *writer, const ExprNode *node, size_t first, const char *between)
{
    for (size_t i = first; i < node->n; i++) {
        if (i > first)
            put(writer, between);
        write_operand(writer, node->arguments[i]);
    }
}

static void write_compare(Writer *writer, const ExprNode *node)
{
    static const char *const signs[] = {
        [SYMBOL_EQUAL] = " = ",       [SYMBOL_UNEQUAL] = " <> ", [SYMBOL_LESS] = " < ",
        [SYMBOL_LESS_EQUAL] = " <= ", [SYMBOL_GREATER] = " > ",  [SYMBOL_GREATER_EQUAL] = " >= ",
    };
    put(writer, "(");
    if (node->symbol == SYMBOL_EQUAL || node->symbol == SYMBOL_UNEQUAL)
        write_operand(writer, node->arguments[0]);
    else
        write_ordered(writer, node->arguments[0]);
    put(writer, signs[node->symbol]);
    write_operand(writer, node->arguments[1]);
    put(writer, ")");
}

static void write_in(Writer *writer, const ExprNode *node)
{
    put(writer, "(");
    write_operand(writer, node->arguments[0]);
    put(writer, node->is_negated ? " NOT IN (" : " IN (");
    write_list(writer, node, 1, ", ");
    put(writer, "))");
}

static void write_between(Writer *writer, const ExprNode *node)
{
    put(writer, "(");
    write_ordered(writer, node->arguments[0]);
    put(writer, node->is_negated ? " NOT BETWEEN " : " BETWEEN ");
    write_list(writer, node, 1, " AND ");
    put(writer, ")");
}

static const char *sign_of(Symbol symbol)
{
    if (symbol == SYMBOL_PLUS)
        return " + ";
    if (symbol == SYMBOL_MINUS)
        return " - ";
    return symbol == SYMBOL_TIMES ? " * " : " / ";
}

static void write_divisor(Writer *writer, const ExprNode *node)
{
    put_for(writer, "", "NULLIF(");
    write_node(writer, node);
    put_for(writer, "", ", 0)");
}

/* NULL outside 64 bits: a value beyond is clamped to the first number outside, which is made NULL.
 * LEAST and GREATEST ignore NULL, so an unknown value too ends at the limit and becomes NULL. */
static void write_guarded_postgres(Writer *writer, const ExprNode *node)
{
    bool is_division = node->symbol == SYMBOL_DIVIDE;
    put(writer, "CAST(NULLIF(NULLIF(LEAST(GREATEST(");
    put(writer, is_division ? "div(CAST(" : "CAST(");
    write_node(writer, node->arguments[0]);
    put(writer, " AS numeric)");
    put(writer, is_division ? ", NULLIF(" : sign_of(node->symbol));
    put(writer, "CAST(");
    write_node(writer, node->arguments[1]);
    put(writer, is_division ? " AS numeric), 0))" : " AS numeric)");
    put(writer, ", -9223372036854775809), 9223372036854775808)");
    put(writer, ", -9223372036854775809), 9223372036854775808) AS bigint)");
}

static bool is_guarded(const ExprNode *node)
{
    return node->type == EXPR_INTEGER
           && (node->bound == UINT64_MAX
               || (node->symbol == SYMBOL_DIVIDE && node->arguments[0]->bound == UINT64_MAX));
}

static bool is_sum(const ExprNode *node)
{
    return node->symbol == SYMBOL_PLUS || node->symbol == SYMBOL_MINUS;
}

static void write_arithmetic_bare(Writer *writer, const ExprNode *node);

/* A chain of sums, or of products, needs no parentheses: all engines group from the left. */
static void write_left(Writer *writer, const ExprNode *node)
{
    const ExprNode *left = node->arguments[0];
    if (left->kind == NODE_ARITHMETIC && !is_guarded(left) && is_sum(left) == is_sum(node))
        write_arithmetic_bare(writer, left);
    else
        write_node(writer, left);
}

static void write_arithmetic_bare(Writer *writer, const ExprNode *node)
{
    write_left(writer, node);
    put(writer, sign_of(node->symbol));
    if (node->symbol == SYMBOL_DIVIDE)
        write_divisor(writer, node->arguments[1]);
    else
        write_node(writer, node->arguments[1]);
}

/* What overflows becomes a decimal in SQLite: only a whole number is the result. */
static void write_guarded_sqlite(Writer *writer, const ExprNode *node)
{
    writer->nest += 2; /* a SELECT takes more room in the parser than its parentheses */
    put(writer, "(SELECT CASE typeof(expr_value) WHEN 'integer' THEN expr_value END FROM (SELECT ");
    write_arithmetic_bare(writer, node);
    put(writer, " AS expr_value))");
    writer->nest -= 2;
}

static void write_arithmetic(Writer *writer, const ExprNode *node)
{
    if (is_guarded(node) && is_postgres(writer)) {
        write_guarded_postgres(writer, node);
    } else if (is_guarded(node)) {
        write_guarded_sqlite(writer, node);
    } else {
        put(writer, "(");
        write_arithmetic_bare(writer, node);
        put(writer, ")");
    }
}

static void write_case(Writer *writer, const ExprNode *node)
{
    size_t pairs_end = node->has_else ? node->n - 1 : node->n;
    size_t first = node->has_operand ? 1 : 0;
    writer->nest++; /* CASE takes twice the room of parentheses */
    put(writer, "(CASE");
    if (node->has_operand) {
        put(writer, " ");
        write_node(writer, node->arguments[0]);
    }
    for (size_t i = first; i < pairs_end; i += 2) {
        put(writer, " WHEN ");
        write_node(writer, node->arguments[i]);
        put(writer, " THEN ");
        write_node(writer, node->arguments[i + 1]);
    }
    if (node->has_else) {
        put(writer, " ELSE ");
        write_node(writer, node->arguments[node->n - 1]);
    }
    put(writer, " END)");
    writer->nest--;
}

static void write_call(Writer *writer, const ExprNode *node, const char *name)
{
    put(writer, name);
    put(writer, "(");
    for (size_t i = 0; i < node->n; i++) {
        put(writer, i > 0 ? ", " : "");
        write_node(writer, node->arguments[i]);
    }
    put(writer, ")");
}

/* PostgreSQL's LEAST ignores NULL: the smallest of a list that is complete, instead. */
static void write_extreme(Writer *writer, const ExprNode *node, const char *name)
{
    if (!is_postgres(writer)) {
        write_call(writer, node, name);
        return;
    }
    put(writer, "(SELECT CASE WHEN count(expr_value) = ");
    buf_printf(writer->out, "%zu THEN %s", node->n, name);
    put(writer, "(expr_value");
    put(writer,
        node->type == EXPR_TEXT ? " COLLATE \"C\") END FROM (VALUES (" : ") END FROM (VALUES (");
    for (size_t i = 0; i < node->n; i++) {
        put(writer, i > 0 ? "), (" : "");
        write_node(writer, node->arguments[i]);
    }
    put(writer, ")) AS expr_list(expr_value))");
}

/* name(argument), with what stands around it in either engine. */
static void write_around(Writer *writer, const ExprNode *argument, const char *before,
                         const char *after)
{
    put(writer, before);
    write_node(writer, argument);
    put(writer, after);
}

/* A decimal to a whole number; NULL outside 64 bits. SQLite's CAST ends at the limits, which no
 * decimal below them reaches. */
static void write_truncated(Writer *writer, const ExprNode *argument, const char *function)
{
    put_for(writer, "nullif(nullif(CAST(", "CAST(NULLIF(NULLIF(LEAST(GREATEST(");
    put(writer, function);
    put(writer, "(");
    write_node(writer, argument);
    put_for(writer, ") AS INTEGER), 9223372036854775807), -9223372036854775808)",
            "), CAST(-9223372036854775808 AS double precision)), "
            "CAST(9223372036854775808 AS double precision)), "
            "CAST(-9223372036854775808 AS double precision)), "
            "CAST(9223372036854775808 AS double precision)) AS bigint)");
}

static void write_whole(Writer *writer, const ExprNode *node)
{
    const ExprNode *argument = node->arguments[0];
    ExprFunctionId id = node->function->id;
    if (argument->type == EXPR_INTEGER)
        write_node(writer, argument);
    else if (id == EXPR_FN_INT_OF)
        write_truncated(writer, argument, "trunc");
    else
        write_truncated(writer, argument, id == EXPR_FN_FLOOR ? "floor" : "ceil");
}

static void write_substr(Writer *writer, const ExprNode *node)
{
    put(writer, "substr(");
    write_node(writer, node->arguments[0]);
    for (size_t i = 1; i < node->n; i++)
        buf_printf(writer->out, ", %lld", (long long)node->arguments[i]->literal.as.integer);
    put(writer, ")");
}

static void write_round(Writer *writer, const ExprNode *node)
{
    put(writer, "round_to(");
    write_node(writer, node->arguments[0]);
    long long places = node->n == 2 ? (long long)node->arguments[1]->literal.as.integer : 0;
    buf_printf(writer->out, ", %lld", places);
    put(writer, ")");
}

static void write_absolute(Writer *writer, const ExprNode *node)
{
    bool guarded = node->type == EXPR_INTEGER && node->bound == UINT64_MAX;
    write_around(writer, node->arguments[0], guarded ? "abs(NULLIF(" : "abs(",
                 !guarded              ? ")"
                 : is_postgres(writer) ? ", CAST(-9223372036854775808 AS bigint)))"
                                       : ", -9223372036854775808))");
}

/* A whole number in PostgreSQL is made a bigint whatever the function gives. */
static void write_integer_call(Writer *writer, const ExprNode *node)
{
    put_for(writer, "", "CAST(");
    write_call(writer, node, node->function->name);
    put_for(writer, "", " AS bigint)");
}

static void write_function(Writer *writer, const ExprNode *node)
{
    const ExprNode *first = node->arguments[0];
    switch (node->function->id) {
    case EXPR_FN_ABS: write_absolute(writer, node); break;
    case EXPR_FN_LEAST: write_extreme(writer, node, "min"); break;
    case EXPR_FN_GREATEST: write_extreme(writer, node, "max"); break;
    case EXPR_FN_ROUND: write_round(writer, node); break;
    case EXPR_FN_FLOOR:
    case EXPR_FN_CEIL:
    case EXPR_FN_INT_OF: write_whole(writer, node); break;
    case EXPR_FN_LOWER:
        write_around(writer, first, "lower(", is_postgres(writer) ? " COLLATE \"C\")" : ")");
        break;
    case EXPR_FN_UPPER:
        write_around(writer, first, "upper(", is_postgres(writer) ? " COLLATE \"C\")" : ")");
        break;
    case EXPR_FN_SUBSTR: write_substr(writer, node); break;
    case EXPR_FN_YEAR:
        write_around(writer, first, "CAST(substr(",
                     is_postgres(writer) ? ", 1, 4) AS bigint)" : ", 1, 4) AS INTEGER)");
        break;
    case EXPR_FN_MONTH:
        write_around(writer, first, "CAST(substr(",
                     is_postgres(writer) ? ", 6, 2) AS bigint)" : ", 6, 2) AS INTEGER)");
        break;
    case EXPR_FN_LENGTH:
    case EXPR_FN_AGE_YEARS:
    case EXPR_FN_AGE_MONTHS:
    case EXPR_FN_DAYS_BETWEEN: write_integer_call(writer, node); break;
    case EXPR_FN_COALESCE:
    case EXPR_FN_NULLIF:
    case EXPR_FN_RATIO:
    case EXPR_FN_ADD_DAYS:
    case EXPR_FN_ADD_MONTHS:
    case EXPR_FN_PERIOD_START: write_call(writer, node, node->function->name); break;
    case EXPR_FN_HAS:
    case EXPR_FN_HAS_ANY:
    case EXPR_FN_COUNT:
    case EXPR_FN_IDENTITY_FAULT:
    case EXPR_FN_IDENTITY_BIRTH_DATE:
    case EXPR_FN_IDENTITY_SEX:
    case EXPR_FN_LOOKUP:
    case EXPR_FN_N: writer->err = ERR_INVALID; break;
    }
}

static void write_slot(Writer *writer, const ExprNode *node)
{
    if (node->type == EXPR_CODES)
        writer->err = ERR_INVALID;
    put(writer, node->type == EXPR_LOGIC ? "(" : "");
    writer->column(writer->context, node->slot, writer->out);
    put(writer, node->type == EXPR_LOGIC ? " <> 0)" : "");
}

static void write_chain(Writer *writer, const ExprNode *node, const char *between)
{
    put(writer, "(");
    for (size_t i = 0; i < node->n; i++) {
        put(writer, i > 0 ? between : "");
        write_node(writer, node->arguments[i]);
    }
    put(writer, ")");
}

static void write_concat_bare(Writer *writer, const ExprNode *node)
{
    if (node->arguments[0]->kind == NODE_CONCAT)
        write_concat_bare(writer, node->arguments[0]);
    else
        write_node(writer, node->arguments[0]);
    put(writer, " || ");
    write_node(writer, node->arguments[1]);
}

static void write_concat(Writer *writer, const ExprNode *node)
{
    put(writer, "(");
    write_concat_bare(writer, node);
    put(writer, ")");
}

static void write_cell(Writer *writer, double cell)
{
    const ExprNode node = {
        .kind = NODE_LITERAL,
        .type = EXPR_DECIMAL,
        .literal = {.type = EXPR_DECIMAL, .as.decimal = cell},
    };
    write_literal(writer, &node);
}

static void write_key(Writer *writer, const ExprTableKey *key, size_t at)
{
    ExprNode node = {.kind = NODE_LITERAL, .type = key->type};
    if (key->type == EXPR_TEXT)
        node.literal = (ExprValue){.type = EXPR_TEXT, .as.text = key->texts[at]};
    else if (key->type == EXPR_DECIMAL)
        node.literal = (ExprValue){.type = EXPR_DECIMAL, .as.decimal = key->numbers[at]};
    else
        node.literal = (ExprValue){.type = EXPR_INTEGER, .as.integer = (int64_t)key->numbers[at]};
    write_literal(writer, &node);
}

/* A choice a key, each within the one before. */
static void write_lookup(Writer *writer, const ExprNode *node, size_t at, size_t row)
{
    const ExprTable *table = node->table;
    if (at == table->key_n) {
        write_cell(writer, table->cells[row * table->column_n + node->column]);
        return;
    }
    const ExprTableKey *key = &table->keys[at];
    put(writer, "(CASE ");
    write_node(writer, node->arguments[at]);
    for (size_t i = 0; i < key->n && writer->err == OK; i++) {
        put(writer, " WHEN ");
        write_key(writer, key, i);
        put(writer, " THEN ");
        write_lookup(writer, node, at + 1, row * key->n + i);
    }
    put(writer, " END)");
}

static void write_node(Writer *writer, const ExprNode *node)
{
    if (writer->err != OK)
        return;
    switch (node->kind) {
    case NODE_LITERAL: write_literal(writer, node); break;
    case NODE_SLOT: write_slot(writer, node); break;
    case NODE_WIDEN:
        write_around(writer, node->arguments[0], "CAST(",
                     is_postgres(writer) ? " AS double precision)" : " AS REAL)");
        break;
    case NODE_NOT: write_around(writer, node->arguments[0], "(NOT ", ")"); break;
    case NODE_AND: write_chain(writer, node, " AND "); break;
    case NODE_OR: write_chain(writer, node, " OR "); break;
    case NODE_COMPARE: write_compare(writer, node); break;
    case NODE_IS_NULL:
        write_around(writer, node->arguments[0], "(",
                     node->is_negated ? " IS NOT NULL)" : " IS NULL)");
        break;
    case NODE_IN: write_in(writer, node); break;
    case NODE_BETWEEN: write_between(writer, node); break;
    case NODE_ARITHMETIC: write_arithmetic(writer, node); break;
    case NODE_CONCAT: write_concat(writer, node); break;
    case NODE_CASE: write_case(writer, node); break;
    case NODE_CALL: write_function(writer, node); break;
    case NODE_LOOKUP: write_lookup(writer, node, 0, 0); break;
    }
}

Err expr_sql(const Expr *expr, ExprDialect dialect,
             void (*column)(void *context, uint32_t slot, Buf *out), void *context, Buf *out)
{
    Writer writer = {.dialect = dialect, .column = column, .context = context, .out = out};
    write_node(&writer, expr->root);
    if (writer.err != OK)
        return writer.err;
    return out->is_over ? ERR_LIMIT : OK;
}
