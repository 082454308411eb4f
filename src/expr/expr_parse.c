/* Recursive descent over the grammar of expr.h, by precedence: OR, AND, NOT, comparison, + - ||,
 * * /, sign, primary. Typing happens as each node is made (expr_type.c). A nesting counts once at
 * parentheses, NOT, sign, CASE and calls, so the C stack is bounded by EXPR_DEPTH_MOST. */
#include "expr/expr_int.h"

static ExprNode *parse_or(Compiler *compiler);
static ExprNode *parse_additive(Compiler *compiler);

typedef VEC(ExprNode *) Nodes;

static bool is_symbol(const Compiler *compiler, Symbol symbol)
{
    return compiler->token.kind == TOKEN_SYMBOL && compiler->token.symbol == symbol;
}

static bool is_keyword(const Compiler *compiler, Keyword keyword)
{
    return compiler->token.kind == TOKEN_KEYWORD && compiler->token.keyword == keyword;
}

static bool expect_keyword(Compiler *compiler, Keyword keyword, const char *word)
{
    if (is_keyword(compiler, keyword))
        return expr_advance(compiler);
    return expr_fail(compiler, compiler->token.from,
                     (Wording){str_printf(compiler->arena, "这里缺少 %s", word),
                               str_printf(compiler->arena, "%s is missing here", word)});
}

static bool expect_close(Compiler *compiler)
{
    if (is_symbol(compiler, SYMBOL_CLOSE))
        return expr_advance(compiler);
    return FAIL(compiler, compiler->token.from, "这里缺少右括号 )", ") is missing here");
}

static bool enter(Compiler *compiler)
{
    if (++compiler->depth <= EXPR_DEPTH_MOST)
        return true;
    return FAIL(compiler, compiler->token.from, "嵌套太深：请拆成几个计算字段",
                "nested too deeply: split it into several computed fields");
}

static ExprNode *leaf(Compiler *compiler, ExprValue value, uint32_t from)
{
    ExprNode *node = expr_node_new(compiler, NODE_LITERAL, value.type, from, compiler->token.to);
    if (node == NULL || !expr_advance(compiler))
        return NULL;
    node->literal = value;
    if (value.type == EXPR_INTEGER)
        node->bound =
            value.as.integer < 0 ? 0 - (uint64_t)value.as.integer : (uint64_t)value.as.integer;
    return node;
}

static ExprNode *parse_number(Compiler *compiler, bool is_negative, uint32_t from)
{
    Token token = compiler->token;
    if (token.kind == TOKEN_DECIMAL)
        return leaf(compiler,
                    (ExprValue){.type = EXPR_DECIMAL,
                                .as.decimal = is_negative ? 0.0 - token.decimal : token.decimal},
                    from);
    if (token.integer == INT64_MIN && !is_negative) {
        FAIL(compiler, from, "整数过大：最大 9223372036854775807",
             "the whole number is too large: at most 9223372036854775807");
        return NULL;
    }
    int64_t value = is_negative && token.integer != INT64_MIN ? -token.integer : token.integer;
    return leaf(compiler, (ExprValue){.type = EXPR_INTEGER, .as.integer = value}, from);
}

static ExprNode *parse_date(Compiler *compiler, uint32_t from)
{
    Date date = DATE_NONE;
    if (date_parse(compiler->token.text, &date) != OK) {
        FAIL(compiler, compiler->token.from, "没有这一天：日期写作 DATE '2025-06-30'",
             "there is no such day: a date is written DATE '2025-06-30'");
        return NULL;
    }
    return leaf(compiler, (ExprValue){.type = EXPR_DATE, .as.date = date}, from);
}

static ExprNode *constant(Compiler *compiler, Token name, ExprValue value)
{
    if (value.type == EXPR_NULL || value.type == EXPR_CODES) {
        FAIL(compiler, name.from, "这个参数没有可用的值", "this parameter has no value to use");
        return NULL;
    }
    ExprNode *node = expr_node_new(compiler, NODE_LITERAL, value.type, name.from, name.to);
    if (node == NULL)
        return NULL;
    node->literal = value;
    if (value.type == EXPR_TEXT)
        node->literal.as.text = str_copy(compiler->arena, value.as.text);
    if (value.type == EXPR_INTEGER)
        node->bound =
            value.as.integer < 0 ? 0 - (uint64_t)value.as.integer : (uint64_t)value.as.integer;
    Fold fold = {name.from, name.to, expr_literal_text(compiler->arena, value)};
    VEC_PUSH(compiler->arena, &compiler->folds, fold);
    return node;
}

static ExprNode *unknown_name(Compiler *compiler, Token name)
{
    Arena *arena = compiler->arena;
    Wording message = {
        str_printf(arena, "这里没有名为 %.*s 的内容：请检查拼写；字段只能读取排在它前面的字段",
                   STR_ARG(name.text)),
        str_printf(arena,
                   "nothing is called %.*s here: check the spelling; a field can read only fields "
                   "that stand before it",
                   STR_ARG(name.text))};
    if (name.kind == TOKEN_PARAMETER)
        message = (Wording){
            str_printf(arena, "没有名为 %.*s 的参数：请在 policy/ 中定义", STR_ARG(name.text)),
            str_printf(arena, "there is no parameter %.*s: define it in policy/",
                       STR_ARG(name.text))};
    expr_fail(compiler, name.from, message);
    return NULL;
}

static ExprNode *resolve_name(Compiler *compiler, Token name)
{
    ExprName found = {0};
    if (compiler->scope == NULL || compiler->scope->find == NULL
        || !compiler->scope->find(compiler->scope->context, name.text, &found))
        return unknown_name(compiler, name);
    if (found.is_constant)
        return constant(compiler, name, found.constant);
    ExprNode *node = expr_node_new(compiler, NODE_SLOT, found.type, name.from, name.to);
    if (node == NULL)
        return NULL;
    node->slot = found.slot;
    node->bound = found.most == 0 ? UINT64_MAX : found.most;
    VEC_PUSH(compiler->arena, &compiler->slots, found.slot);
    return node;
}

/* Arguments up to the closing parenthesis; the opening one is read. */
static bool parse_list(Compiler *compiler, Nodes *nodes)
{
    if (is_symbol(compiler, SYMBOL_CLOSE))
        return expr_advance(compiler);
    for (;;) {
        ExprNode *node = parse_or(compiler);
        if (node == NULL)
            return false;
        VEC_PUSH(compiler->arena, nodes, node);
        if (!is_symbol(compiler, SYMBOL_COMMA))
            return expect_close(compiler);
        if (!expr_advance(compiler))
            return false;
    }
}

static ExprNode *parse_call(Compiler *compiler, Token name)
{
    Nodes nodes = {0};
    if (!enter(compiler) || !expr_advance(compiler) || !parse_list(compiler, &nodes))
        return NULL;
    compiler->depth--;
    return expr_make_call(compiler, name, nodes.items, nodes.n);
}

static ExprNode *parse_name(Compiler *compiler)
{
    Token name = compiler->token;
    if (!expr_advance(compiler))
        return NULL;
    if (name.kind == TOKEN_NAME && compiler->token.kind == TOKEN_TEXT
        && str_equals_c(str_lower(compiler->arena, name.text), "date"))
        return parse_date(compiler, name.from);
    if (name.kind == TOKEN_NAME && is_symbol(compiler, SYMBOL_OPEN))
        return parse_call(compiler, name);
    return resolve_name(compiler, name);
}

/* CASE [operand] WHEN ... THEN ... [ELSE ...] END */
static ExprNode *parse_case(Compiler *compiler)
{
    Nodes nodes = {0};
    uint32_t from = compiler->token.from;
    if (!enter(compiler) || !expr_advance(compiler))
        return NULL;
    bool has_operand = !is_keyword(compiler, KEYWORD_WHEN);
    ExprNode *node = NULL;
    if (has_operand) {
        if ((node = parse_or(compiler)) == NULL)
            return NULL;
        VEC_PUSH(compiler->arena, &nodes, node);
    }
    do {
        if (!expect_keyword(compiler, KEYWORD_WHEN, "WHEN") || (node = parse_or(compiler)) == NULL)
            return NULL;
        VEC_PUSH(compiler->arena, &nodes, node);
        if (!expect_keyword(compiler, KEYWORD_THEN, "THEN") || (node = parse_or(compiler)) == NULL)
            return NULL;
        VEC_PUSH(compiler->arena, &nodes, node);
    } while (is_keyword(compiler, KEYWORD_WHEN));
    bool has_else = is_keyword(compiler, KEYWORD_ELSE);
    if (has_else) {
        if (!expr_advance(compiler) || (node = parse_or(compiler)) == NULL)
            return NULL;
        VEC_PUSH(compiler->arena, &nodes, node);
    }
    if (!expect_keyword(compiler, KEYWORD_END, "END"))
        return NULL;
    compiler->depth--;
    return expr_make_case(compiler, nodes.items, nodes.n, has_operand, has_else, from);
}

static ExprNode *parse_enclosed(Compiler *compiler)
{
    uint32_t from = compiler->token.from;
    if (!enter(compiler) || !expr_advance(compiler))
        return NULL;
    ExprNode *node = parse_or(compiler);
    if (node == NULL || !expect_close(compiler))
        return NULL;
    compiler->depth--;
    node->is_enclosed = true;
    node->from = from;
    node->to = compiler->end;
    return node;
}

static ExprNode *parse_keyword(Compiler *compiler)
{
    Token token = compiler->token;
    if (token.keyword == KEYWORD_CASE)
        return parse_case(compiler);
    if (token.keyword == KEYWORD_NULL)
        return leaf(compiler, EXPR_ABSENT, token.from);
    if (token.keyword == KEYWORD_TRUE || token.keyword == KEYWORD_FALSE) {
        bool is_true = token.keyword == KEYWORD_TRUE;
        return leaf(compiler, (ExprValue){.type = EXPR_LOGIC, .as.logic = is_true}, token.from);
    }
    FAIL(compiler, token.from, "这里应该是一个值：字段、数字、'文本' 或括号",
         "a value is wanted here: a field, a number, 'text' or parentheses");
    return NULL;
}

static ExprNode *parse_primary(Compiler *compiler)
{
    Token token = compiler->token;
    switch (token.kind) {
    case TOKEN_INTEGER:
    case TOKEN_DECIMAL: return parse_number(compiler, false, token.from);
    case TOKEN_TEXT:
        return leaf(compiler, (ExprValue){.type = EXPR_TEXT, .as.text = token.text}, token.from);
    case TOKEN_NAME:
    case TOKEN_PARAMETER: return parse_name(compiler);
    case TOKEN_KEYWORD: return parse_keyword(compiler);
    case TOKEN_SYMBOL:
        if (token.symbol == SYMBOL_OPEN)
            return parse_enclosed(compiler);
        break;
    case TOKEN_END: break;
    }
    FAIL(compiler, token.from, "这里应该是一个值：字段、数字、'文本' 或括号",
         "a value is wanted here: a field, a number, 'text' or parentheses");
    return NULL;
}

/* A sign belongs to the number behind it; before anything else it is a subtraction from 0. */
static ExprNode *parse_sign(Compiler *compiler)
{
    if (!is_symbol(compiler, SYMBOL_MINUS))
        return parse_primary(compiler);
    uint32_t from = compiler->token.from;
    if (!enter(compiler) || !expr_advance(compiler))
        return NULL;
    compiler->depth--;
    if (compiler->token.kind == TOKEN_INTEGER || compiler->token.kind == TOKEN_DECIMAL)
        return parse_number(compiler, true, from);
    compiler->depth++;
    ExprNode *right = parse_sign(compiler);
    ExprNode *zero = expr_node_new(compiler, NODE_LITERAL, EXPR_INTEGER, from, from + 1);
    if (right == NULL || zero == NULL)
        return NULL;
    compiler->depth--;
    zero->literal = (ExprValue){.type = EXPR_INTEGER};
    return expr_make_arithmetic(compiler, SYMBOL_MINUS, zero, right);
}

static ExprNode *parse_multiplicative(Compiler *compiler)
{
    ExprNode *left = parse_sign(compiler);
    while (left != NULL
           && (is_symbol(compiler, SYMBOL_TIMES) || is_symbol(compiler, SYMBOL_DIVIDE))) {
        Symbol symbol = compiler->token.symbol;
        ExprNode *right = expr_advance(compiler) ? parse_sign(compiler) : NULL;
        left = right == NULL ? NULL : expr_make_arithmetic(compiler, symbol, left, right);
    }
    return left;
}

static ExprNode *parse_additive(Compiler *compiler)
{
    ExprNode *left = parse_multiplicative(compiler);
    while (left != NULL
           && (is_symbol(compiler, SYMBOL_PLUS) || is_symbol(compiler, SYMBOL_MINUS)
               || is_symbol(compiler, SYMBOL_CONCAT))) {
        Symbol symbol = compiler->token.symbol;
        ExprNode *right = expr_advance(compiler) ? parse_multiplicative(compiler) : NULL;
        left = right == NULL ? NULL : expr_make_arithmetic(compiler, symbol, left, right);
    }
    return left;
}

static ExprNode *parse_in(Compiler *compiler, ExprNode *left, bool is_negated)
{
    Nodes nodes = {0};
    VEC_PUSH(compiler->arena, &nodes, left);
    if (!expr_advance(compiler))
        return NULL;
    if (!is_symbol(compiler, SYMBOL_OPEN)) {
        FAIL(compiler, compiler->token.from, "IN 后面要写括号：例如 IN (1, 2)",
             "parentheses must follow IN: write for example IN (1, 2)");
        return NULL;
    }
    if (!enter(compiler) || !expr_advance(compiler) || !parse_list(compiler, &nodes))
        return NULL;
    compiler->depth--;
    return expr_make_in(compiler, nodes.items, nodes.n, is_negated);
}

static ExprNode *parse_between(Compiler *compiler, ExprNode *left, bool is_negated)
{
    ExprNode *nodes[3] = {left, NULL, NULL};
    if (!expr_advance(compiler) || (nodes[1] = parse_additive(compiler)) == NULL
        || !expect_keyword(compiler, KEYWORD_AND, "AND")
        || (nodes[2] = parse_additive(compiler)) == NULL)
        return NULL;
    return expr_make_between(compiler, nodes, is_negated);
}

static ExprNode *parse_is(Compiler *compiler, ExprNode *left)
{
    if (!expr_advance(compiler))
        return NULL;
    bool is_negated = is_keyword(compiler, KEYWORD_NOT);
    if (is_negated && !expr_advance(compiler))
        return NULL;
    if (!is_keyword(compiler, KEYWORD_NULL)) {
        FAIL(compiler, compiler->token.from, "IS 后面只能是 NULL 或 NOT NULL；比较请写 =",
             "only NULL or NOT NULL can follow IS; to compare write =");
        return NULL;
    }
    ExprNode *node =
        expr_node_new(compiler, NODE_IS_NULL, EXPR_LOGIC, left->from, compiler->token.to);
    if (node == NULL || !expr_advance(compiler) || !expr_node_take(compiler, node, &left, 1))
        return NULL;
    node->is_negated = is_negated;
    return node;
}

static bool is_comparison(const Compiler *compiler)
{
    return compiler->token.kind == TOKEN_SYMBOL && compiler->token.symbol >= SYMBOL_EQUAL
           && compiler->token.symbol <= SYMBOL_GREATER_EQUAL;
}

static ExprNode *parse_not_in(Compiler *compiler, ExprNode *left)
{
    if (!expr_advance(compiler))
        return NULL;
    if (is_keyword(compiler, KEYWORD_IN))
        return parse_in(compiler, left, true);
    if (is_keyword(compiler, KEYWORD_BETWEEN))
        return parse_between(compiler, left, true);
    FAIL(compiler, compiler->token.from, "这里 NOT 后面只能是 IN 或 BETWEEN",
         "only IN or BETWEEN can follow NOT here");
    return NULL;
}

static ExprNode *parse_comparison(Compiler *compiler)
{
    ExprNode *left = parse_additive(compiler);
    if (left == NULL)
        return NULL;
    if (is_keyword(compiler, KEYWORD_IS))
        left = parse_is(compiler, left);
    else if (is_keyword(compiler, KEYWORD_IN))
        left = parse_in(compiler, left, false);
    else if (is_keyword(compiler, KEYWORD_BETWEEN))
        left = parse_between(compiler, left, false);
    else if (is_keyword(compiler, KEYWORD_NOT))
        left = parse_not_in(compiler, left);
    else if (is_comparison(compiler)) {
        Symbol symbol = compiler->token.symbol;
        ExprNode *right = expr_advance(compiler) ? parse_additive(compiler) : NULL;
        left = right == NULL ? NULL : expr_make_compare(compiler, symbol, left, right);
    }
    if (left != NULL && is_comparison(compiler)) {
        FAIL(compiler, compiler->token.from, "比较不能连写：请写 a < b AND b < c",
             "comparisons do not chain: write a < b AND b < c");
        return NULL;
    }
    return left;
}

static ExprNode *parse_not(Compiler *compiler)
{
    if (!is_keyword(compiler, KEYWORD_NOT))
        return parse_comparison(compiler);
    uint32_t from = compiler->token.from;
    if (!enter(compiler) || !expr_advance(compiler))
        return NULL;
    ExprNode *argument = parse_not(compiler);
    if (argument == NULL || !expr_coerce(compiler, &argument, EXPR_LOGIC))
        return NULL;
    compiler->depth--;
    ExprNode *node = expr_node_new(compiler, NODE_NOT, EXPR_LOGIC, from, argument->to);
    return node != NULL && expr_node_take(compiler, node, &argument, 1) ? node : NULL;
}

/* A chain of one connective is one node, so that a long list of conditions does not nest. */
static ExprNode *parse_chain(Compiler *compiler, Keyword keyword, NodeKind kind,
                             ExprNode *(*parse_part)(Compiler *))
{
    ExprNode *first = parse_part(compiler);
    if (first == NULL || !is_keyword(compiler, keyword))
        return first;
    Nodes nodes = {0};
    VEC_PUSH(compiler->arena, &nodes, first);
    while (is_keyword(compiler, keyword)) {
        ExprNode *part = expr_advance(compiler) ? parse_part(compiler) : NULL;
        if (part == NULL)
            return NULL;
        VEC_PUSH(compiler->arena, &nodes, part);
    }
    for (size_t i = 0; i < nodes.n; i++) {
        if (!expr_coerce(compiler, &nodes.items[i], EXPR_LOGIC))
            return NULL;
    }
    ExprNode *node = expr_node_new(compiler, kind, EXPR_LOGIC, first->from, compiler->end);
    return node != NULL && expr_node_take(compiler, node, nodes.items, nodes.n) ? node : NULL;
}

static ExprNode *parse_and(Compiler *compiler)
{
    return parse_chain(compiler, KEYWORD_AND, NODE_AND, parse_not);
}

static ExprNode *parse_or(Compiler *compiler)
{
    return parse_chain(compiler, KEYWORD_OR, NODE_OR, parse_and);
}

ExprNode *expr_parse(Compiler *compiler)
{
    if (!expr_advance(compiler))
        return NULL;
    if (compiler->token.kind == TOKEN_END) {
        FAIL(compiler, 0, "表达式是空的", "the expression is empty");
        return NULL;
    }
    ExprNode *root = parse_or(compiler);
    if (root == NULL)
        return NULL;
    if (compiler->token.kind == TOKEN_END)
        return root;
    FAIL(compiler, compiler->token.from, "表达式在此之前已经完整：此处缺少运算符，或有多余内容",
         "the expression is complete before this: an operator is missing, or this is too much");
    return NULL;
}
