/* Typing: every node gets one settled type when it is made, with the conversions written into the
 * tree, so that evaluation and SQL meet equal types only. Bounds of integers are kept beside, so
 * that SQL needs no guard where no overflow is possible. */
#include "expr/expr_int.h"

#include "base/num.h"
#include "base/period.h"

enum { QUOTE_MOST = 40 };

bool expr_fail(Compiler *compiler, uint32_t from, Wording message)
{
    if (compiler->has_failed)
        return false;
    compiler->has_failed = true;
    uint32_t column = 1;
    for (uint32_t i = 0; i < from && i < compiler->text.n; i++)
        column += ((unsigned char)compiler->text.p[i] & 0xC0) != 0x80;
    compiler->problem = (ExprProblem){column, message.en, message.zh};
    return false;
}

Str expr_quote(Compiler *compiler, uint32_t from, uint32_t to)
{
    Str source = str_slice(compiler->text, from, to);
    if (source.n <= QUOTE_MOST)
        return source;
    size_t n = QUOTE_MOST;
    while (n > 0 && ((unsigned char)source.p[n] & 0xC0) == 0x80)
        n--;
    return str_printf(compiler->arena, "%.*s…", STR_ARG(str_slice(source, 0, n)));
}

static Str quote(Compiler *compiler, const ExprNode *node)
{
    return expr_quote(compiler, node->from, node->to);
}

ExprNode *expr_node_new(Compiler *compiler, NodeKind kind, ExprType type, uint32_t from,
                        uint32_t to)
{
    if (++compiler->node_n > EXPR_NODE_MOST) {
        FAIL(compiler, from, "表达式过长：请拆成几个计算字段",
             "the expression is too long: split it into several computed fields");
        return NULL;
    }
    ExprNode *node = arena_new(compiler->arena, ExprNode);
    *node = (ExprNode){.kind = kind, .type = type, .from = from, .to = to};
    return node;
}

bool expr_node_take(Compiler *compiler, ExprNode *node, ExprNode *const *arguments, size_t n)
{
    node->arguments = arena_array(compiler->arena, ExprNode *, n);
    for (size_t i = 0; i < n; i++)
        node->arguments[i] = arguments[i];
    node->n = n;
    return true;
}

static bool is_number(ExprType type)
{
    return type == EXPR_INTEGER || type == EXPR_DECIMAL;
}

static bool is_text_literal(const ExprNode *node)
{
    return node->kind == NODE_LITERAL && node->type == EXPR_TEXT;
}

static Wording both(Str text)
{
    return (Wording){text, text};
}

/* What to write so that the node becomes of the wanted type. */
static Wording hint_for_text(Compiler *compiler, const ExprNode *node, ExprType wanted)
{
    double number = 0;
    Date date = DATE_NONE;
    Str text = is_text_literal(node) ? node->literal.as.text : (Str){0};
    if (is_number(wanted) && num_parse_double(text, &number) == OK)
        return both(text);
    if (wanted == EXPR_DATE && date_parse(text, &date) == OK)
        return both(str_printf(compiler->arena, "DATE '%.*s'", STR_ARG(text)));
    if (wanted == EXPR_DATE)
        return both(STR("DATE '2025-06-30'"));
    if (wanted == EXPR_LOGIC)
        return both(str_printf(compiler->arena, "%.*s = '1'", STR_ARG(quote(compiler, node))));
    return (Wording){0};
}

static Wording hint_for(Compiler *compiler, const ExprNode *node, ExprType wanted)
{
    Arena *arena = compiler->arena;
    Str source = quote(compiler, node);
    if (node->type == EXPR_CODES)
        return both(wanted == EXPR_INTEGER || wanted == EXPR_DECIMAL
                        ? str_printf(arena, "count(%.*s)", STR_ARG(source))
                        : str_printf(arena, "has(%.*s, '1')", STR_ARG(source)));
    if (node->type == EXPR_TEXT)
        return hint_for_text(compiler, node, wanted);
    if (is_number(node->type) && wanted == EXPR_TEXT && node->kind == NODE_LITERAL)
        return both(str_printf(arena, "'%.*s'", STR_ARG(source)));
    if (node->type == EXPR_DECIMAL && wanted == EXPR_INTEGER)
        return both(str_printf(arena, "int_of(%.*s)", STR_ARG(source)));
    if (node->type == EXPR_INTEGER && wanted == EXPR_LOGIC && node->kind == NODE_LITERAL)
        return both(node->literal.as.integer == 0 ? STR("FALSE") : STR("TRUE"));
    if (is_number(node->type) && wanted == EXPR_LOGIC)
        return both(str_printf(arena, "%.*s > 0", STR_ARG(source)));
    if (node->type == EXPR_DATE && wanted == EXPR_LOGIC)
        return both(str_printf(arena, "%.*s IS NOT NULL", STR_ARG(source)));
    if (node->type == EXPR_DATE && is_number(wanted))
        return (Wording){STR("days_between(起, 止) 得到天数"),
                         STR("days_between(from, to) for a number of days")};
    if (node->type == EXPR_LOGIC && is_number(wanted))
        return both(str_printf(arena, "CASE WHEN %.*s THEN 1 ELSE 0 END", STR_ARG(source)));
    return (Wording){0};
}

static bool fail_with_hint(Compiler *compiler, uint32_t from, Wording message, Wording hint)
{
    if (hint.zh.n > 0)
        message = (Wording){
            str_printf(compiler->arena, "%.*s：请写 %.*s", STR_ARG(message.zh), STR_ARG(hint.zh)),
            str_printf(compiler->arena, "%.*s: write %.*s", STR_ARG(message.en), STR_ARG(hint.en))};
    return expr_fail(compiler, from, message);
}

static bool fail_wanted(Compiler *compiler, const ExprNode *node, ExprType wanted)
{
    Arena *arena = compiler->arena;
    Str source = quote(compiler, node);
    Wording is = expr_type_wording(node->type);
    Wording want = expr_type_wording(wanted);
    Wording message = {str_printf(arena, "这里需要%.*s，而 %.*s 是%.*s", STR_ARG(want.zh),
                                  STR_ARG(source), STR_ARG(is.zh)),
                       str_printf(arena, "%.*s is wanted here and %.*s is %.*s", STR_ARG(want.en),
                                  STR_ARG(source), STR_ARG(is.en))};
    return fail_with_hint(compiler, node->from, message, hint_for(compiler, node, wanted));
}

/* Two parts that must be of one type; the literal one is the one to change. */
static bool fail_pair(Compiler *compiler, const ExprNode *a, const ExprNode *b)
{
    const ExprNode *changed = b->kind == NODE_LITERAL || a->kind != NODE_LITERAL ? b : a;
    const ExprNode *kept = changed == b ? a : b;
    if (kept->type == EXPR_CODES && changed->type != EXPR_CODES) {
        const ExprNode *other = kept;
        kept = changed;
        changed = other;
    }
    Arena *arena = compiler->arena;
    Wording ta = expr_type_wording(a->type);
    Wording tb = expr_type_wording(b->type);
    Str sa = quote(compiler, a);
    Str sb = quote(compiler, b);
    Wording message = {str_printf(arena, "%.*s 是%.*s，%.*s 是%.*s", STR_ARG(sa), STR_ARG(ta.zh),
                                  STR_ARG(sb), STR_ARG(tb.zh)),
                       str_printf(arena, "%.*s is %.*s and %.*s is %.*s", STR_ARG(sa),
                                  STR_ARG(ta.en), STR_ARG(sb), STR_ARG(tb.en))};
    Wording hint = hint_for(compiler, changed, kept->type);
    if (hint.zh.n > 0)
        return fail_with_hint(compiler, changed->from, message, hint);
    return expr_fail(
        compiler, changed->from,
        (Wording){str_printf(arena, "%.*s：两者必须是同一种类型", STR_ARG(message.zh)),
                  str_printf(arena, "%.*s: both must be of one type", STR_ARG(message.en))});
}

bool expr_coerce(Compiler *compiler, ExprNode **node, ExprType wanted)
{
    ExprNode *given = *node;
    if (given->type == wanted)
        return true;
    if (given->type == EXPR_NULL) {
        given->type = wanted;
        return true;
    }
    if (given->type != EXPR_INTEGER || wanted != EXPR_DECIMAL)
        return fail_wanted(compiler, given, wanted);
    if (given->kind == NODE_LITERAL) {
        given->type = EXPR_DECIMAL;
        if (given->literal.type == EXPR_INTEGER)
            given->literal =
                (ExprValue){.type = EXPR_DECIMAL, .as.decimal = (double)given->literal.as.integer};
        return true;
    }
    ExprNode *wide = expr_node_new(compiler, NODE_WIDEN, EXPR_DECIMAL, given->from, given->to);
    if (wide == NULL || !expr_node_take(compiler, wide, &given, 1))
        return false;
    *node = wide;
    return true;
}

bool expr_unify(Compiler *compiler, ExprNode **nodes, size_t n, ExprType *ret_type)
{
    const ExprNode *model = NULL;
    ExprType type = EXPR_NULL;
    for (size_t i = 0; i < n; i++) {
        if (nodes[i]->type == EXPR_NULL)
            continue;
        if (model != NULL && nodes[i]->type != type
            && !(is_number(type) && is_number(nodes[i]->type)))
            return fail_pair(compiler, model, nodes[i]);
        if (model == NULL || nodes[i]->type == EXPR_DECIMAL)
            type = nodes[i]->type;
        if (model == NULL)
            model = nodes[i];
    }
    for (size_t i = 0; i < n && type != EXPR_NULL; i++) {
        if (!expr_coerce(compiler, &nodes[i], type))
            return false;
    }
    *ret_type = type;
    return true;
}

static bool has_order(ExprType type)
{
    return is_number(type) || type == EXPR_TEXT || type == EXPR_DATE;
}

static bool require_comparable(Compiler *compiler, ExprNode **nodes, size_t n, ExprType type,
                               bool needs_order)
{
    if (type == EXPR_NULL)
        return FAIL(compiler, nodes[0]->from, "只比较 NULL 没有意义：结果总是未知",
                    "comparing only NULLs makes no sense: the result is always unknown");
    if (type == EXPR_CODES) {
        Wording hint = hint_for(compiler, nodes[0], EXPR_LOGIC);
        return fail_with_hint(
            compiler, nodes[0]->from,
            (Wording){STR("多选代码不能直接比较"), STR("sets of codes cannot be compared")}, hint);
    }
    if (needs_order && !has_order(type))
        return FAIL(compiler, nodes[0]->from, "条件之间没有大小：只能用 = 或 <>",
                    "conditions have no order: only = and <> compare them");
    return n > 0;
}

ExprNode *expr_make_compare(Compiler *compiler, Symbol symbol, ExprNode *left, ExprNode *right)
{
    ExprNode *pair[2] = {left, right};
    bool is_equality = symbol == SYMBOL_EQUAL || symbol == SYMBOL_UNEQUAL;
    ExprNode *null = left->type == EXPR_NULL ? left : right;
    if (null->type == EXPR_NULL && is_equality && left->type != right->type) {
        Str other = quote(compiler, null == left ? right : left);
        const char *is = symbol == SYMBOL_EQUAL ? "IS NULL" : "IS NOT NULL";
        expr_fail(compiler, null->from,
                  (Wording){str_printf(compiler->arena, "与 NULL 比较永远不成立：请写 %.*s %s",
                                       STR_ARG(other), is),
                            str_printf(compiler->arena,
                                       "a comparison with NULL never holds: write %.*s %s",
                                       STR_ARG(other), is)});
        return NULL;
    }
    ExprType type = EXPR_NULL;
    if (!expr_unify(compiler, pair, 2, &type)
        || !require_comparable(compiler, pair, 2, type, !is_equality))
        return NULL;
    ExprNode *node = expr_node_new(compiler, NODE_COMPARE, EXPR_LOGIC, left->from, compiler->end);
    if (node == NULL || !expr_node_take(compiler, node, pair, 2))
        return NULL;
    node->symbol = symbol;
    return node;
}

static uint64_t bound_of(Symbol symbol, uint64_t a, uint64_t b)
{
    uint64_t bound = UINT64_MAX;
    bool is_over = false;
    if (a == UINT64_MAX || b == UINT64_MAX)
        return UINT64_MAX;
    if (symbol == SYMBOL_TIMES)
        is_over = __builtin_mul_overflow(a, b, &bound);
    else if (symbol == SYMBOL_DIVIDE)
        bound = a;
    else
        is_over = __builtin_add_overflow(a, b, &bound);
    return is_over || bound > (uint64_t)INT64_MAX ? UINT64_MAX : bound;
}

static const char *symbol_text(Symbol symbol)
{
    if (symbol == SYMBOL_PLUS)
        return "+";
    if (symbol == SYMBOL_MINUS)
        return "-";
    return symbol == SYMBOL_TIMES ? "*" : "/";
}

static bool fail_arithmetic(Compiler *compiler, Symbol symbol, const ExprNode *node)
{
    Arena *arena = compiler->arena;
    Wording type = expr_type_wording(node->type);
    Str source = quote(compiler, node);
    Wording message = {str_printf(arena, "%s 只计算数字，而 %.*s 是%.*s", symbol_text(symbol),
                                  STR_ARG(source), STR_ARG(type.zh)),
                       str_printf(arena, "%s takes numbers and %.*s is %.*s", symbol_text(symbol),
                                  STR_ARG(source), STR_ARG(type.en))};
    Wording hint = hint_for(compiler, node, EXPR_INTEGER);
    if (node->type == EXPR_DATE && symbol == SYMBOL_PLUS)
        hint = both(str_printf(arena, "add_days(%.*s, 1)", STR_ARG(source)));
    if (node->type == EXPR_TEXT && symbol == SYMBOL_PLUS && hint.zh.n == 0)
        hint = (Wording){STR("|| 来连接文本"), STR("|| to join texts")};
    return fail_with_hint(compiler, node->from, message, hint);
}

static ExprNode *make_concat(Compiler *compiler, ExprNode *pair[2])
{
    if (!expr_coerce(compiler, &pair[0], EXPR_TEXT) || !expr_coerce(compiler, &pair[1], EXPR_TEXT))
        return NULL;
    ExprNode *node = expr_node_new(compiler, NODE_CONCAT, EXPR_TEXT, pair[0]->from, pair[1]->to);
    return node != NULL && expr_node_take(compiler, node, pair, 2) ? node : NULL;
}

ExprNode *expr_make_arithmetic(Compiler *compiler, Symbol symbol, ExprNode *left, ExprNode *right)
{
    ExprNode *pair[2] = {left, right};
    if (symbol == SYMBOL_CONCAT)
        return make_concat(compiler, pair);
    for (size_t i = 0; i < 2; i++) {
        if (pair[i]->type != EXPR_NULL && !is_number(pair[i]->type)) {
            fail_arithmetic(compiler, symbol, pair[i]);
            return NULL;
        }
    }
    ExprType type = EXPR_NULL;
    if (!expr_unify(compiler, pair, 2, &type))
        return NULL;
    if (type == EXPR_NULL) {
        FAIL(compiler, left->from, "只用 NULL 计算没有意义",
             "calculating only with NULL makes no sense");
        return NULL;
    }
    ExprNode *node = expr_node_new(compiler, NODE_ARITHMETIC, type, left->from, right->to);
    if (node == NULL || !expr_node_take(compiler, node, pair, 2))
        return NULL;
    node->symbol = symbol;
    node->bound = bound_of(symbol, pair[0]->bound, pair[1]->bound);
    return node;
}

ExprNode *expr_make_in(Compiler *compiler, ExprNode **nodes, size_t n, bool is_negated)
{
    if (n < 2) {
        FAIL(compiler, nodes[0]->from, "IN 的括号里没有内容", "the list of IN is empty");
        return NULL;
    }
    ExprType type = EXPR_NULL;
    if (!expr_unify(compiler, nodes, n, &type)
        || !require_comparable(compiler, nodes, n, type, false))
        return NULL;
    ExprNode *node = expr_node_new(compiler, NODE_IN, EXPR_LOGIC, nodes[0]->from, compiler->end);
    if (node == NULL || !expr_node_take(compiler, node, nodes, n))
        return NULL;
    node->is_negated = is_negated;
    return node;
}

ExprNode *expr_make_between(Compiler *compiler, ExprNode *nodes[3], bool is_negated)
{
    ExprType type = EXPR_NULL;
    if (!expr_unify(compiler, nodes, 3, &type)
        || !require_comparable(compiler, nodes, 3, type, true))
        return NULL;
    ExprNode *node =
        expr_node_new(compiler, NODE_BETWEEN, EXPR_LOGIC, nodes[0]->from, compiler->end);
    if (node == NULL || !expr_node_take(compiler, node, nodes, 3))
        return NULL;
    node->is_negated = is_negated;
    return node;
}

/* Takes every second node from first on, gives them one type, and puts them back. */
static bool unify_every_second(Compiler *compiler, ExprNode **nodes, size_t first, size_t n,
                               ExprNode *extra, ExprNode **ret_extra, ExprType *ret_type)
{
    VEC(ExprNode *) picked = {0};
    for (size_t i = first; i < n; i += 2)
        VEC_PUSH(compiler->arena, &picked, nodes[i]);
    if (extra != NULL)
        VEC_PUSH(compiler->arena, &picked, extra);
    if (!expr_unify(compiler, picked.items, picked.n, ret_type))
        return false;
    size_t k = 0;
    for (size_t i = first; i < n; i += 2)
        nodes[i] = picked.items[k++];
    if (extra != NULL)
        *ret_extra = picked.items[k];
    return true;
}

static bool settle_case_conditions(Compiler *compiler, ExprNode **nodes, size_t pairs_end,
                                   bool has_operand)
{
    if (has_operand) {
        ExprType type = EXPR_NULL;
        return unify_every_second(compiler, nodes, 1, pairs_end, nodes[0], &nodes[0], &type)
               && require_comparable(compiler, nodes, 1, type, false);
    }
    for (size_t i = 0; i < pairs_end; i += 2) {
        if (!expr_coerce(compiler, &nodes[i], EXPR_LOGIC))
            return false;
    }
    return true;
}

ExprNode *expr_make_case(Compiler *compiler, ExprNode **nodes, size_t n, bool has_operand,
                         bool has_else, uint32_t from)
{
    size_t pairs_end = has_else ? n - 1 : n;
    size_t first = has_operand ? 1 : 0;
    ExprType type = EXPR_NULL;
    if (!settle_case_conditions(compiler, nodes, pairs_end, has_operand)
        || !unify_every_second(compiler, nodes, first + 1, pairs_end,
                               has_else ? nodes[n - 1] : NULL, &nodes[n - 1], &type))
        return NULL;
    if (type == EXPR_NULL || type == EXPR_CODES) {
        FAIL(compiler, from, "CASE 的结果必须是一个值，不能都是 NULL，也不能是多选代码",
             "the results of CASE must be values, not all NULL and no sets of codes");
        return NULL;
    }
    ExprNode *node = expr_node_new(compiler, NODE_CASE, type, from, compiler->end);
    if (node == NULL || !expr_node_take(compiler, node, nodes, n))
        return NULL;
    node->has_operand = has_operand;
    node->has_else = has_else;
    for (size_t i = first + 1; i < pairs_end; i += 2)
        node->bound = nodes[i]->bound > node->bound ? nodes[i]->bound : node->bound;
    if (has_else && nodes[n - 1]->bound > node->bound)
        node->bound = nodes[n - 1]->bound;
    return node;
}

static bool is_literal_between(const ExprNode *node, int64_t low, int64_t high)
{
    return node->kind == NODE_LITERAL && node->literal.type == EXPR_INTEGER
           && node->literal.as.integer >= low && node->literal.as.integer <= high;
}

static bool is_period_kind(const ExprNode *node)
{
    PeriodKind kind = PERIOD_YEAR;
    return is_text_literal(node) && node->literal.type == EXPR_TEXT
           && period_kind_parse(node->literal.as.text, &kind) == OK;
}

/* The arguments that must be literals, so that every database takes them alike. */
static bool settle_constant(Compiler *compiler, ExprNode *node, ExprTakes takes)
{
    if (takes == EXPR_TAKES_PLACES)
        return is_literal_between(node, 0, 10)
               || FAIL(compiler, node->from, "小数位数要直接写成 0 到 10 的整数",
                       "the places must be written as a whole number from 0 to 10");
    if (takes == EXPR_TAKES_POSITION)
        return is_literal_between(node, 1, 1000000)
               || FAIL(compiler, node->from, "起始位置要直接写成从 1 起的整数",
                       "the position must be written as a whole number from 1");
    if (takes == EXPR_TAKES_LENGTH)
        return is_literal_between(node, 0, 1000000)
               || FAIL(compiler, node->from, "字数要直接写成从 0 起的整数",
                       "the length must be written as a whole number from 0");
    if (takes == EXPR_TAKES_CODE)
        return (is_text_literal(node) && node->literal.type == EXPR_TEXT)
               || FAIL(compiler, node->from, "代码要直接写成文本：例如 '1'",
                       "the code must be written as text: for example '1'");
    return is_period_kind(node)
           || FAIL(compiler, node->from,
                   "周期要直接写成 'week'、'month'、'quarter'、'half' 或 'year'",
                   "the period must be written as 'week', 'month', 'quarter', 'half' or 'year'");
}

static bool settle_argument(Compiler *compiler, ExprNode **node, ExprTakes takes)
{
    switch (takes) {
    case EXPR_TAKES_NUMBER:
        return is_number((*node)->type) || expr_coerce(compiler, node, EXPR_DECIMAL);
    case EXPR_TAKES_DECIMAL: return expr_coerce(compiler, node, EXPR_DECIMAL);
    case EXPR_TAKES_INTEGER: return expr_coerce(compiler, node, EXPR_INTEGER);
    case EXPR_TAKES_TEXT: return expr_coerce(compiler, node, EXPR_TEXT);
    case EXPR_TAKES_DATE: return expr_coerce(compiler, node, EXPR_DATE);
    case EXPR_TAKES_CODES:
        if ((*node)->kind == NODE_SLOT && (*node)->type == EXPR_CODES)
            return true;
        return FAIL(
            compiler, (*node)->from, "这里要写一个多选字段；单选字段请用 = 或 IN 比较",
            "a several-choice field is wanted here; a single code is compared with = or IN");
    case EXPR_TAKES_SAME:
    case EXPR_TAKES_ORDERED:
    case EXPR_TAKES_NOTHING: return true;
    case EXPR_TAKES_PLACES:
    case EXPR_TAKES_POSITION:
    case EXPR_TAKES_LENGTH:
    case EXPR_TAKES_CODE:
    case EXPR_TAKES_PERIOD_KIND: return settle_constant(compiler, *node, takes);
    }
    return true;
}

static ExprTakes takes_at(const ExprFunction *function, size_t i)
{
    size_t last = 2;
    while (last > 0 && function->takes[last] == EXPR_TAKES_NOTHING)
        last--;
    return function->takes[i < last ? i : last];
}

static bool settle_arguments(Compiler *compiler, const ExprFunction *function, ExprNode **nodes,
                             size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!settle_argument(compiler, &nodes[i], takes_at(function, i)))
            return false;
    }
    if (function->takes[0] != EXPR_TAKES_SAME && function->takes[0] != EXPR_TAKES_ORDERED)
        return true;
    ExprType type = EXPR_NULL;
    return expr_unify(compiler, nodes, n, &type)
           && require_comparable(compiler, nodes, n, type,
                                 function->takes[0] == EXPR_TAKES_ORDERED);
}

static ExprNode *fail_call(Compiler *compiler, Token name, const ExprFunction *function)
{
    Arena *arena = compiler->arena;
    if (function == NULL)
        expr_fail(compiler, name.from,
                  (Wording){str_printf(arena, "没有函数 %.*s", STR_ARG(name.text)),
                            str_printf(arena, "there is no function %.*s", STR_ARG(name.text))});
    else
        expr_fail(
            compiler, name.from,
            (Wording){str_printf(arena, "参数个数不对：请写 %s", function->usage),
                      str_printf(arena, "wrong number of arguments: write %s", function->usage)});
    return NULL;
}

ExprNode *expr_make_call(Compiler *compiler, Token name, ExprNode **nodes, size_t n)
{
    const ExprFunction *function = expr_function_find(name.text);
    if (function == NULL || n < function->least || n > function->most)
        return fail_call(compiler, name, function);
    if (function->id == EXPR_FN_LOOKUP)
        return expr_make_lookup(compiler, name, nodes, n);
    if (!settle_arguments(compiler, function, nodes, n))
        return NULL;
    ExprType type = function->result == EXPR_NULL ? nodes[0]->type : function->result;
    ExprNode *node = expr_node_new(compiler, NODE_CALL, type, name.from, compiler->end);
    if (node == NULL || !expr_node_take(compiler, node, nodes, n))
        return NULL;
    node->function = function;
    node->bound = function->bound;
    for (size_t i = 0; i < n && function->bound == 0; i++)
        node->bound = nodes[i]->bound > node->bound ? nodes[i]->bound : node->bound;
    return node;
}
