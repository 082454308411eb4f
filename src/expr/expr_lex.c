/* Tokens. Names are ASCII; keywords in any case. What a person writes from the habit of another
 * language (==, &&, "text", full-width signs) gets a message that says what to write here. */
#include "expr/expr_int.h"

#include "base/num.h"

#include <string.h>

static const struct {
    const char *word;
    Keyword keyword;
} keywords[] = {
    {"or", KEYWORD_OR},     {"and", KEYWORD_AND},     {"not", KEYWORD_NOT},
    {"is", KEYWORD_IS},     {"null", KEYWORD_NULL},   {"in", KEYWORD_IN},
    {"case", KEYWORD_CASE}, {"when", KEYWORD_WHEN},   {"between", KEYWORD_BETWEEN},
    {"then", KEYWORD_THEN}, {"else", KEYWORD_ELSE},   {"end", KEYWORD_END},
    {"true", KEYWORD_TRUE}, {"false", KEYWORD_FALSE},
};

/* Longer signs first. */
static const struct {
    const char *sign;
    Symbol symbol;
} symbols[] = {
    {"<>", SYMBOL_UNEQUAL}, {"<=", SYMBOL_LESS_EQUAL}, {">=", SYMBOL_GREATER_EQUAL},
    {"||", SYMBOL_CONCAT},  {"=", SYMBOL_EQUAL},       {"<", SYMBOL_LESS},
    {">", SYMBOL_GREATER},  {"+", SYMBOL_PLUS},        {"-", SYMBOL_MINUS},
    {"*", SYMBOL_TIMES},    {"/", SYMBOL_DIVIDE},      {"(", SYMBOL_OPEN},
    {")", SYMBOL_CLOSE},    {",", SYMBOL_COMMA},
};

static const struct {
    const char *sign;
    const char *zh;
    const char *en;
} habits[] = {
    {"==", "“==”不是运算符：请写 =", "== is no operator: write ="},
    {"!=", "“!=”不是运算符：请写 <>", "!= is no operator: write <>"},
    {"&&", "“&&”不是运算符：请写 AND", "&& is no operator: write AND"},
    {"!", "“!”不是运算符：请写 NOT", "! is no operator: write NOT"},
    {"%", "没有取余运算", "there is no remainder operator"},
    {"\"", "文本要用单引号：请写 'text'", "text stands in single quotes: write 'text'"},
    {"--", "表达式里没有注释", "an expression has no comments"},
    {"/*", "表达式里没有注释", "an expression has no comments"},
    {";", "表达式不用分号结尾：请删去", "an expression ends without ;: remove it"},
    {"（", "全角括号：请写半角 (", "full-width sign: write ("},
    {"）", "全角括号：请写半角 )", "full-width sign: write )"},
    {"，", "全角逗号：请写半角 ,", "full-width sign: write ,"},
    {"＝", "全角等号：请写半角 =", "full-width sign: write ="},
    {"＜", "全角小于号：请写半角 <", "full-width sign: write <"},
    {"＞", "全角大于号：请写半角 >", "full-width sign: write >"},
    {"≥", "请写 >=", "write >= instead of ≥"},
    {"≤", "请写 <=", "write <= instead of ≤"},
    {"≠", "请写 <>", "write <> instead of ≠"},
    {"‘", "全角引号：请写半角 '", "curly quote: write '"},
    {"’", "全角引号：请写半角 '", "curly quote: write '"},
    {"“", "文本要用半角单引号：请写 'text'", "text stands in single quotes: write 'text'"},
    {"　", "全角空格：请改用半角空格", "full-width space: write a plain space"},
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static char byte_at(const Compiler *compiler, uint32_t at)
{
    return at < compiler->text.n ? compiler->text.p[at] : '\0';
}

static uint32_t skip_digits(const Compiler *compiler, uint32_t at)
{
    while (is_digit(byte_at(compiler, at)))
        at++;
    return at;
}

static bool read_number(Compiler *compiler)
{
    Token *token = &compiler->token;
    uint32_t at = skip_digits(compiler, token->from);
    token->kind = TOKEN_INTEGER;
    if (byte_at(compiler, at) == '.') {
        if (!is_digit(byte_at(compiler, at + 1)))
            return FAIL(compiler, at, "小数点后面要有数字：例如 1.0",
                        "a digit must follow the point: write for example 1.0");
        token->kind = TOKEN_DECIMAL;
        at = skip_digits(compiler, at + 1);
    }
    if (byte_at(compiler, at) == 'e' || byte_at(compiler, at) == 'E') {
        uint32_t sign = byte_at(compiler, at + 1) == '-' || byte_at(compiler, at + 1) == '+';
        if (is_digit(byte_at(compiler, at + 1 + sign))) {
            token->kind = TOKEN_DECIMAL;
            at = skip_digits(compiler, at + 1 + sign);
        }
    }
    if (is_letter(byte_at(compiler, at)))
        return FAIL(compiler, token->from, "名称不能以数字开头",
                    "a name cannot begin with a digit");
    token->to = at;
    Str digits = str_slice(compiler->text, token->from, at);
    while (digits.n > 1 && digits.p[0] == '0' && is_digit(digits.p[1]))
        digits = str_slice(digits, 1, digits.n);
    Err err = token->kind == TOKEN_INTEGER ? num_parse_i64(digits, &token->integer)
                                           : num_parse_double(digits, &token->decimal);
    /* The smallest integer is read with its minus sign by the parser. */
    if (err != OK && str_equals_c(digits, "9223372036854775808")) {
        token->integer = INT64_MIN;
        return true;
    }
    if (err != OK)
        return FAIL(compiler, token->from, "数字过大或位数过多",
                    "the number is too large or too long");
    return true;
}

/* The byte of the closing quote, or the end of the text. */
static uint32_t find_closing_quote(const Compiler *compiler, uint32_t at)
{
    for (; at < compiler->text.n; at++) {
        if (compiler->text.p[at] != '\'')
            continue;
        if (byte_at(compiler, at + 1) != '\'')
            return at;
        at++;
    }
    return (uint32_t)compiler->text.n;
}

static bool read_text(Compiler *compiler)
{
    Token *token = &compiler->token;
    uint32_t close = find_closing_quote(compiler, token->from + 1);
    if (close == compiler->text.n)
        return FAIL(compiler, token->from, "文本没有结束：缺少单引号 '（文本中的单引号写两个 ''）",
                    "the text does not end: a ' is missing (a ' inside text is written '')");
    token->kind = TOKEN_TEXT;
    token->to = close + 1;
    char *out = arena_alloc(compiler->arena, close - token->from);
    size_t n = 0;
    for (uint32_t at = token->from + 1; at < close; at++) {
        char c = compiler->text.p[at];
        if ((unsigned char)c < 0x20 || c == 0x7f)
            return FAIL(compiler, at, "文本里不能有控制字符（换行、制表符等）",
                        "text in an expression cannot hold control characters");
        if (c == '\'')
            at++;
        out[n++] = c;
    }
    token->text = (Str){out, n};
    return true;
}

static Keyword find_keyword(Compiler *compiler, Str word)
{
    if (word.n > 7)
        return KEYWORD_NONE;
    Str lower = str_lower(compiler->arena, word);
    for (size_t i = 0; i < sizeof keywords / sizeof keywords[0]; i++) {
        if (str_equals_c(lower, keywords[i].word))
            return keywords[i].keyword;
    }
    return KEYWORD_NONE;
}

/* name, name.name or $name */
static bool read_name(Compiler *compiler)
{
    Token *token = &compiler->token;
    uint32_t at = token->from;
    token->kind = byte_at(compiler, at) == '$' ? TOKEN_PARAMETER : TOKEN_NAME;
    if (token->kind == TOKEN_PARAMETER)
        at++;
    if (!is_letter(byte_at(compiler, at)))
        return FAIL(compiler, token->from, "$ 后面要写参数名",
                    "the name of a parameter must follow $");
    while (is_letter(byte_at(compiler, at)) || is_digit(byte_at(compiler, at))
           || (byte_at(compiler, at) == '.' && is_letter(byte_at(compiler, at + 1))))
        at++;
    token->to = at;
    token->text = str_slice(compiler->text, token->from, at);
    if (token->kind == TOKEN_NAME)
        token->keyword = find_keyword(compiler, token->text);
    if (token->keyword != KEYWORD_NONE)
        token->kind = TOKEN_KEYWORD;
    return true;
}

static bool read_symbol(Compiler *compiler)
{
    Token *token = &compiler->token;
    Str rest = str_slice(compiler->text, token->from, compiler->text.n);
    for (size_t i = 0; i < sizeof habits / sizeof habits[0]; i++) {
        if (str_has_prefix(rest, str_from_c(habits[i].sign)))
            return expr_fail(compiler, token->from,
                             (Wording){str_from_c(habits[i].zh), str_from_c(habits[i].en)});
    }
    for (size_t i = 0; i < sizeof symbols / sizeof symbols[0]; i++) {
        Str sign = str_from_c(symbols[i].sign);
        if (str_has_prefix(rest, sign)) {
            token->kind = TOKEN_SYMBOL;
            token->symbol = symbols[i].symbol;
            token->to = token->from + (uint32_t)sign.n;
            return true;
        }
    }
    if ((unsigned char)rest.p[0] >= 0x80)
        return FAIL(compiler, token->from,
                    "这里不能出现这个字：名称只用英文字母、数字和下划线，文本要放在单引号里",
                    "this character cannot stand here: names use a-z, 0-9 and _, and text stands "
                    "in single quotes");
    return FAIL(compiler, token->from, "这里不能出现这个字符", "this character cannot stand here");
}

bool expr_advance(Compiler *compiler)
{
    compiler->end = compiler->token.to;
    uint32_t at = compiler->at;
    while (at < compiler->text.n && memchr(" \t\r\n", compiler->text.p[at], 4) != NULL)
        at++;
    compiler->token = (Token){.kind = TOKEN_END, .from = at, .to = at};
    if (at == compiler->text.n)
        return true;
    char c = compiler->text.p[at];
    bool is_read = false;
    if (is_digit(c))
        is_read = read_number(compiler);
    else if (c == '\'')
        is_read = read_text(compiler);
    else if (is_letter(c) || c == '$')
        is_read = read_name(compiler);
    else
        is_read = read_symbol(compiler);
    compiler->at = compiler->token.to;
    return is_read;
}
