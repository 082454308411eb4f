/* Values: names of types, order, equality, literals, and checked arithmetic. */
#include "expr/expr_int.h"

#include "base/num.h"

#include <math.h>

static const struct {
    const char *name;
    const char *zh;
    const char *en;
} types[] = {
    [EXPR_NULL] = {"null", "空值", "NULL"},
    [EXPR_LOGIC] = {"logic", "条件", "a condition"},
    [EXPR_INTEGER] = {"integer", "整数", "a whole number"},
    [EXPR_DECIMAL] = {"decimal", "小数", "a decimal number"},
    [EXPR_TEXT] = {"text", "文本", "text"},
    [EXPR_DATE] = {"date", "日期", "a date"},
    [EXPR_CODES] = {"codes", "多选代码", "a set of codes"},
};

const char *expr_type_name(ExprType type)
{
    return types[type].name;
}

Wording expr_type_wording(ExprType type)
{
    return (Wording){str_from_c(types[type].zh), str_from_c(types[type].en)};
}

static int compare_decimals(double a, double b)
{
    return (a > b) - (a < b);
}

static int compare_codes(ExprValue a, ExprValue b)
{
    if (a.as.codes.n != b.as.codes.n)
        return a.as.codes.n < b.as.codes.n ? -1 : 1;
    for (size_t i = 0; i < a.as.codes.n; i++) {
        int order = str_compare(a.as.codes.items[i], b.as.codes.items[i]);
        if (order != 0)
            return order < 0 ? -1 : 1;
    }
    return 0;
}

int expr_value_compare(ExprValue a, ExprValue b)
{
    switch (a.type) {
    case EXPR_LOGIC: return (int)a.as.logic - (int)b.as.logic;
    case EXPR_INTEGER: return (a.as.integer > b.as.integer) - (a.as.integer < b.as.integer);
    case EXPR_DECIMAL: return compare_decimals(a.as.decimal, b.as.decimal);
    case EXPR_TEXT: {
        int order = str_compare(a.as.text, b.as.text);
        return (order > 0) - (order < 0);
    }
    case EXPR_DATE: return date_compare(a.as.date, b.as.date);
    case EXPR_CODES: return compare_codes(a, b);
    case EXPR_NULL: break;
    }
    return 0;
}

bool expr_value_equals(ExprValue a, ExprValue b)
{
    return a.type == b.type && expr_value_compare(a, b) == 0;
}

static Str quoted(Arena *arena, Str text)
{
    Buf buf;
    buf_init(&buf, arena, text.n * 2 + 2);
    buf_put_char(&buf, '\'');
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '\'')
            buf_put_char(&buf, '\'');
        buf_put_char(&buf, text.p[i]);
    }
    buf_put_char(&buf, '\'');
    return buf_str(&buf);
}

static Str decimal_text(Arena *arena, double value)
{
    char out[NUM_TEXT_SIZE];
    Str text = str_from_c(num_format_double(value, out));
    bool is_decimal =
        str_find_char(text, '.', 0) != SIZE_MAX || str_find_char(text, 'e', 0) != SIZE_MAX;
    return str_printf(arena, "%.*s%s", STR_ARG(text), is_decimal ? "" : ".0");
}

static Str enclosed_when_negative(Arena *arena, Str text)
{
    return text.p[0] == '-' ? str_printf(arena, "(%.*s)", STR_ARG(text)) : text;
}

Str expr_literal_text(Arena *arena, ExprValue value)
{
    char out[DATE_TEXT_SIZE];
    switch (value.type) {
    case EXPR_LOGIC: return value.as.logic ? STR("TRUE") : STR("FALSE");
    case EXPR_INTEGER:
        return enclosed_when_negative(arena,
                                      str_printf(arena, "%lld", (long long)value.as.integer));
    case EXPR_DECIMAL: return enclosed_when_negative(arena, decimal_text(arena, value.as.decimal));
    case EXPR_TEXT: return quoted(arena, value.as.text);
    case EXPR_DATE: return str_printf(arena, "DATE '%s'", date_format(value.as.date, out));
    case EXPR_NULL:
    case EXPR_CODES: break;
    }
    return STR("NULL");
}

static ExprValue calculate_integers(Symbol symbol, int64_t a, int64_t b)
{
    ExprValue value = {.type = EXPR_INTEGER};
    bool is_fine = false;
    if (symbol == SYMBOL_PLUS)
        is_fine = num_add_i64(a, b, &value.as.integer);
    else if (symbol == SYMBOL_MINUS)
        is_fine = num_subtract_i64(a, b, &value.as.integer);
    else if (symbol == SYMBOL_TIMES)
        is_fine = num_multiply_i64(a, b, &value.as.integer);
    else if (b != 0 && !(a == INT64_MIN && b == -1)) {
        value.as.integer = a / b;
        is_fine = true;
    }
    return is_fine ? value : EXPR_ABSENT;
}

static bool is_zero(double value)
{
    return !(value < 0) && !(value > 0);
}

static ExprValue calculate_decimals(Symbol symbol, double a, double b)
{
    ExprValue value = {.type = EXPR_DECIMAL};
    if (symbol == SYMBOL_PLUS)
        value.as.decimal = a + b;
    else if (symbol == SYMBOL_MINUS)
        value.as.decimal = a - b;
    else if (symbol == SYMBOL_TIMES)
        value.as.decimal = a * b;
    else if (is_zero(b))
        return EXPR_ABSENT;
    else
        value.as.decimal = a / b;
    return isfinite(value.as.decimal) ? value : EXPR_ABSENT;
}

ExprValue expr_calculate(Symbol symbol, ExprValue a, ExprValue b)
{
    if (a.type == EXPR_INTEGER)
        return calculate_integers(symbol, a.as.integer, b.as.integer);
    return calculate_decimals(symbol, a.as.decimal, b.as.decimal);
}
