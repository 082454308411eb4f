/* Evaluation over the typed tree. Logic is three-valued: absent is unknown. Nothing here can fail.
 */
#include "expr/expr_int.h"

#include <math.h>
#include <string.h>

typedef struct {
    const ExprValue *slots;
    Arena *scratch;
} Run;

static ExprValue evaluate(const Run *run, const ExprNode *node);

static ExprValue logic(bool value)
{
    return (ExprValue){.type = EXPR_LOGIC, .as.logic = value};
}

static ExprValue negated_if(bool is_negated, ExprValue value)
{
    if (is_negated && value.type == EXPR_LOGIC)
        value.as.logic = !value.as.logic;
    return value;
}

static ExprValue widened(ExprValue value)
{
    if (value.type == EXPR_INTEGER)
        return (ExprValue){.type = EXPR_DECIMAL, .as.decimal = (double)value.as.integer};
    return value;
}

/* What a slot holds must be of the type it was declared with; anything else counts as absent. */
static ExprValue read_slot(const Run *run, const ExprNode *node)
{
    ExprValue value = run->slots[node->slot];
    if (node->type == EXPR_DECIMAL)
        value = widened(value);
    if (value.type != node->type || (value.type == EXPR_DECIMAL && !isfinite(value.as.decimal))
        || (value.type == EXPR_DATE && date_is_none(value.as.date))
        || (value.type == EXPR_CODES && value.as.codes.n == 0))
        return EXPR_ABSENT;
    return value;
}

/* AND stops at FALSE, OR at TRUE; an unknown part makes the rest unknown. */
static ExprValue evaluate_chain(const Run *run, const ExprNode *node)
{
    bool stop = node->kind == NODE_OR;
    bool has_unknown = false;
    for (size_t i = 0; i < node->n; i++) {
        ExprValue part = evaluate(run, node->arguments[i]);
        if (part.type == EXPR_NULL)
            has_unknown = true;
        else if (part.as.logic == stop)
            return part;
    }
    return has_unknown ? EXPR_ABSENT : logic(!stop);
}

static bool is_true_of(Symbol symbol, int order)
{
    if (symbol == SYMBOL_EQUAL)
        return order == 0;
    if (symbol == SYMBOL_UNEQUAL)
        return order != 0;
    if (symbol == SYMBOL_LESS)
        return order < 0;
    if (symbol == SYMBOL_LESS_EQUAL)
        return order <= 0;
    return symbol == SYMBOL_GREATER ? order > 0 : order >= 0;
}

static ExprValue compare(Symbol symbol, ExprValue a, ExprValue b)
{
    if (a.type == EXPR_NULL || b.type == EXPR_NULL)
        return EXPR_ABSENT;
    return logic(is_true_of(symbol, expr_value_compare(a, b)));
}

static ExprValue evaluate_in(const Run *run, const ExprNode *node)
{
    ExprValue value = evaluate(run, node->arguments[0]);
    if (value.type == EXPR_NULL)
        return EXPR_ABSENT;
    bool has_unknown = false;
    for (size_t i = 1; i < node->n; i++) {
        ExprValue item = evaluate(run, node->arguments[i]);
        if (item.type == EXPR_NULL)
            has_unknown = true;
        else if (expr_value_compare(value, item) == 0)
            return logic(!node->is_negated);
    }
    return has_unknown ? EXPR_ABSENT : logic(node->is_negated);
}

static ExprValue evaluate_between(const Run *run, const ExprNode *node)
{
    ExprValue value = evaluate(run, node->arguments[0]);
    ExprValue low = compare(SYMBOL_GREATER_EQUAL, value, evaluate(run, node->arguments[1]));
    ExprValue high = compare(SYMBOL_LESS_EQUAL, value, evaluate(run, node->arguments[2]));
    bool is_outside =
        (low.type == EXPR_LOGIC && !low.as.logic) || (high.type == EXPR_LOGIC && !high.as.logic);
    if (is_outside)
        return logic(node->is_negated);
    if (low.type == EXPR_NULL || high.type == EXPR_NULL)
        return EXPR_ABSENT;
    return logic(!node->is_negated);
}

static ExprValue calculate(const Run *run, const ExprNode *node)
{
    ExprValue a = evaluate(run, node->arguments[0]);
    ExprValue b = evaluate(run, node->arguments[1]);
    if (a.type == EXPR_NULL || b.type == EXPR_NULL)
        return EXPR_ABSENT;
    return expr_calculate(node->symbol, a, b);
}

static ExprValue concatenate(const Run *run, const ExprNode *node)
{
    ExprValue a = evaluate(run, node->arguments[0]);
    ExprValue b = evaluate(run, node->arguments[1]);
    if (a.type == EXPR_NULL || b.type == EXPR_NULL)
        return EXPR_ABSENT;
    Str parts[2] = {a.as.text, b.as.text};
    return (ExprValue){.type = EXPR_TEXT, .as.text = str_join(run->scratch, parts, 2, (Str){0})};
}

static ExprValue evaluate_case(const Run *run, const ExprNode *node)
{
    size_t pairs_end = node->has_else ? node->n - 1 : node->n;
    size_t first = node->has_operand ? 1 : 0;
    ExprValue operand = node->has_operand ? evaluate(run, node->arguments[0]) : EXPR_ABSENT;
    for (size_t i = first; i < pairs_end; i += 2) {
        ExprValue when = evaluate(run, node->arguments[i]);
        if (node->has_operand)
            when = compare(SYMBOL_EQUAL, operand, when);
        if (when.type == EXPR_LOGIC && when.as.logic)
            return evaluate(run, node->arguments[i + 1]);
    }
    return node->has_else ? evaluate(run, node->arguments[node->n - 1]) : EXPR_ABSENT;
}

static ExprValue evaluate_call(const Run *run, const ExprNode *node)
{
    ExprValue arguments[EXPR_ARGUMENT_MOST];
    for (size_t i = 0; i < node->n; i++)
        arguments[i] = evaluate(run, node->arguments[i]);
    return expr_function_call(node->function, arguments, node->n, run->scratch);
}

static ExprValue evaluate_lookup(const Run *run, const ExprNode *node)
{
    ExprValue keys[EXPR_KEY_MOST];
    for (size_t i = 0; i < node->n; i++)
        keys[i] = evaluate(run, node->arguments[i]);
    return expr_lookup(node, keys);
}

static ExprValue evaluate(const Run *run, const ExprNode *node)
{
    switch (node->kind) {
    case NODE_LITERAL: return node->literal;
    case NODE_SLOT: return read_slot(run, node);
    case NODE_WIDEN: return widened(evaluate(run, node->arguments[0]));
    case NODE_NOT: return negated_if(true, evaluate(run, node->arguments[0]));
    case NODE_AND:
    case NODE_OR: return evaluate_chain(run, node);
    case NODE_COMPARE:
        return compare(node->symbol, evaluate(run, node->arguments[0]),
                       evaluate(run, node->arguments[1]));
    case NODE_IS_NULL:
        return logic((evaluate(run, node->arguments[0]).type == EXPR_NULL) != node->is_negated);
    case NODE_IN: return evaluate_in(run, node);
    case NODE_BETWEEN: return evaluate_between(run, node);
    case NODE_ARITHMETIC: return calculate(run, node);
    case NODE_CONCAT: return concatenate(run, node);
    case NODE_CASE: return evaluate_case(run, node);
    case NODE_CALL: return evaluate_call(run, node);
    case NODE_LOOKUP: return evaluate_lookup(run, node);
    }
    return EXPR_ABSENT;
}

ExprValue expr_evaluate(const Expr *expr, const ExprValue *slots, Arena *scratch)
{
    Run run = {slots, scratch};
    return evaluate(&run, expr->root);
}

bool expr_holds(const Expr *expr, const ExprValue *slots, Arena *scratch)
{
    ExprValue value = expr_evaluate(expr, slots, scratch);
    return value.type == EXPR_LOGIC && value.as.logic;
}
