/* Compiling: checks of the whole text, the tree, the folded text and the list of slots. */
#include "expr/expr_int.h"

#include "base/utf8.h"

static bool check_text(Compiler *compiler)
{
    size_t valid = utf8_valid_prefix(compiler->text);
    if (valid < compiler->text.n)
        return FAIL(compiler, (uint32_t)valid, "不是合法的 UTF-8 文本", "this is not valid UTF-8");
    return true;
}

static int compare_slots(uint32_t a, uint32_t b)
{
    return (a > b) - (a < b);
}

/* Insertion sort and removal of repetitions: an expression names few things. */
static size_t settle_slots(uint32_t *slots, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        uint32_t slot = slots[i];
        size_t at = i;
        for (; at > 0 && compare_slots(slots[at - 1], slot) > 0; at--)
            slots[at] = slots[at - 1];
        slots[at] = slot;
    }
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (kept == 0 || slots[kept - 1] != slots[i])
            slots[kept++] = slots[i];
    }
    return kept;
}

static Str fold_text(Compiler *compiler)
{
    if (compiler->folds.n == 0)
        return str_copy(compiler->arena, compiler->text);
    VEC(Str) parts = {0};
    size_t at = 0;
    for (size_t i = 0; i < compiler->folds.n; i++) {
        Fold fold = compiler->folds.items[i];
        VEC_PUSH(compiler->arena, &parts, str_slice(compiler->text, at, fold.from));
        VEC_PUSH(compiler->arena, &parts, fold.literal);
        at = fold.to;
    }
    VEC_PUSH(compiler->arena, &parts, str_slice(compiler->text, at, compiler->text.n));
    return str_join(compiler->arena, parts.items, parts.n, (Str){0});
}

Err expr_compile(Arena *arena, Str text, const ExprScope *scope, ExprType wanted, Expr **ret_expr,
                 ExprProblem *reterr_problem)
{
    Compiler compiler = {.arena = arena, .text = text, .scope = scope};
    ExprNode *root = NULL;
    if (text.n > EXPR_TEXT_MOST) {
        compiler.text = str_slice(text, 0, 0);
        FAIL(&compiler, 0, "表达式过长：最多 4000 字节",
             "the expression is too long: at most 4000 bytes");
    } else if (check_text(&compiler)) {
        root = expr_parse(&compiler);
    }
    if (root != NULL && wanted != EXPR_NULL && !expr_coerce(&compiler, &root, wanted))
        root = NULL;
    if (root == NULL || compiler.has_failed) {
        *reterr_problem = compiler.problem;
        return ERR_INVALID;
    }
    Expr *expr = arena_new(arena, Expr);
    expr->text = fold_text(&compiler);
    expr->root = root;
    expr->slots = compiler.slots.items;
    expr->slot_n = settle_slots(compiler.slots.items, compiler.slots.n);
    *ret_expr = expr;
    return OK;
}

ExprType expr_type(const Expr *expr)
{
    return expr->root->type;
}

Str expr_text(const Expr *expr)
{
    return expr->text;
}

const uint32_t *expr_slots(const Expr *expr, size_t *ret_n)
{
    *ret_n = expr->slot_n;
    return expr->slots;
}
