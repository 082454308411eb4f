/* Tables that expressions look numbers up in: finding a row by its keys, and compiling a lookup. */
#include "expr/expr_int.h"

size_t expr_table_rows(const ExprTable *table)
{
    size_t n = 1;
    for (size_t i = 0; i < table->key_n; i++)
        n *= table->keys[i].n;
    return n;
}

static size_t find_number(const ExprTableKey *key, double number)
{
    size_t low = 0, high = key->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (key->numbers[middle] < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low < key->n && key->numbers[low] <= number ? low : SIZE_MAX;
}

size_t expr_table_find_key(const ExprTableKey *key, ExprValue value)
{
    if (value.type == EXPR_INTEGER)
        return find_number(key, (double)value.as.integer);
    if (value.type == EXPR_DECIMAL)
        return find_number(key, value.as.decimal);
    for (size_t i = 0; value.type == EXPR_TEXT && i < key->n; i++) {
        if (str_equals(key->texts[i], value.as.text))
            return i;
    }
    return SIZE_MAX;
}

ExprValue expr_lookup(const ExprNode *node, const ExprValue *keys)
{
    const ExprTable *table = node->table;
    size_t row = 0;
    for (size_t i = 0; i < table->key_n; i++) {
        size_t at = expr_table_find_key(&table->keys[i], keys[i]);
        if (at == SIZE_MAX)
            return EXPR_ABSENT;
        row = row * table->keys[i].n + at;
    }
    return (ExprValue){.type = EXPR_DECIMAL,
                       .as.decimal = table->cells[row * table->column_n + node->column]};
}

static bool is_text(const ExprNode *node)
{
    return node->kind == NODE_LITERAL && node->literal.type == EXPR_TEXT;
}

static const ExprTable *find_table(Compiler *compiler, const ExprNode *node)
{
    const ExprScope *scope = compiler->scope;
    Str id = node->literal.as.text;
    const ExprTable *table =
        scope == NULL || scope->find_table == NULL ? NULL : scope->find_table(scope->context, id);
    if (table == NULL)
        expr_fail(
            compiler, node->from,
            (Wording){str_printf(compiler->arena, "没有名为 %.*s 的对照表：请在 tables/ 中定义",
                                 STR_ARG(id)),
                      str_printf(compiler->arena, "there is no table %.*s: define it in tables/",
                                 STR_ARG(id))});
    return table;
}

static size_t find_column(Compiler *compiler, const ExprTable *table, const ExprNode *node)
{
    for (size_t i = 0; i < table->column_n; i++) {
        if (str_equals(table->columns[i], node->literal.as.text))
            return i;
    }
    Str known = str_join(compiler->arena, table->columns, table->column_n, STR(", "));
    expr_fail(compiler, node->from,
              (Wording){str_printf(compiler->arena, "对照表 %.*s 没有这一列：可用 %.*s",
                                   STR_ARG(table->id), STR_ARG(known)),
                        str_printf(compiler->arena, "table %.*s has no such column: use %.*s",
                                   STR_ARG(table->id), STR_ARG(known))});
    return SIZE_MAX;
}

static bool settle_keys(Compiler *compiler, const ExprTable *table, uint32_t from, ExprNode **keys,
                        size_t n)
{
    if (n != table->key_n)
        return expr_fail(
            compiler, from,
            (Wording){str_printf(compiler->arena, "对照表 %.*s 要按 %zu 个键查找",
                                 STR_ARG(table->id), table->key_n),
                      str_printf(compiler->arena, "table %.*s is looked up by %zu keys",
                                 STR_ARG(table->id), table->key_n)});
    for (size_t i = 0; i < n; i++) {
        if (!expr_coerce(compiler, &keys[i], table->keys[i].type))
            return false;
    }
    return true;
}

ExprNode *expr_make_lookup(Compiler *compiler, Token name, ExprNode **nodes, size_t n)
{
    for (size_t i = 0; i < 2; i++) {
        if (is_text(nodes[i]))
            continue;
        FAIL(compiler, nodes[i]->from, "对照表和列的名称要直接写成文本：例如 'low'",
             "the names of the table and the column must be written as text: for example 'low'");
        return NULL;
    }
    const ExprTable *table = find_table(compiler, nodes[0]);
    size_t column = table == NULL ? SIZE_MAX : find_column(compiler, table, nodes[1]);
    if (column == SIZE_MAX || !settle_keys(compiler, table, name.from, nodes + 2, n - 2))
        return NULL;
    ExprNode *node = expr_node_new(compiler, NODE_LOOKUP, EXPR_DECIMAL, name.from, compiler->end);
    if (node == NULL || !expr_node_take(compiler, node, nodes + 2, n - 2))
        return NULL;
    node->table = table;
    node->column = column;
    return node;
}
