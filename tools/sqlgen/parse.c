/* Reads the blocks of a .sql file. One pass over the text; offsets become line and column only when
 * there is something to say. */
#include "sqlgen.h"

#include <stdio.h>

const char *const column_type_words[TYPE_COUNT] = {
    [TYPE_INTEGER] = "integer", [TYPE_DECIMAL] = "decimal", [TYPE_TEXT] = "text",
    [TYPE_DATE] = "date",       [TYPE_UUID] = "uuid",       [TYPE_INSTANT] = "instant",
    [TYPE_BYTES] = "bytes",
};

static const char *const kind_words[] = {"one", "maybe", "many", "stream", "run", "later"};

/* Names that C would not take as members. */
static const char *const c_words[] = {
    "auto",     "break",    "case",   "char",   "const",   "continue", "default", "do",
    "double",   "else",     "enum",   "extern", "float",   "for",      "goto",    "if",
    "inline",   "int",      "long",   "return", "short",   "signed",   "sizeof",  "static",
    "register", "restrict", "struct", "switch", "typedef", "union",    "void",    "while",
    "unsigned", "volatile", "bool",   "true",   "false",
};

void source_init(Source *source, Arena *arena, const char *path, Str text)
{
    *source = (Source){.arena = arena, .path = path, .text = text};
    buf_init(&source->problems, arena, MIB(1));
}

void source_problem(Source *source, size_t at, const char *format, ...)
{
    size_t line = 1, column = 1;
    for (size_t i = 0; i < at && i < source->text.n; i++) {
        column++;
        if (source->text.p[i] == '\n') {
            line++;
            column = 1;
        }
    }
    char message[512];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    buf_printf(&source->problems, "%s:%zu:%zu: %s\n", source->path, line, column, message);
}

static bool is_word_start(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_word(char c)
{
    return is_word_start(c) || (c >= '0' && c <= '9');
}

static bool is_lower_name(Str s)
{
    if (s.n == 0 || s.n > 60 || s.p[0] < 'a' || s.p[0] > 'z')
        return false;
    for (size_t i = 0; i < s.n; i++) {
        if (!is_word(s.p[i]) || (s.p[i] >= 'A' && s.p[i] <= 'Z'))
            return false;
    }
    return true;
}

static size_t offset_of(const Source *source, Str part)
{
    return (size_t)(part.p - source->text.p);
}

static Column *find_column(Columns *columns, Str name)
{
    for (size_t i = 0; i < columns->n; i++) {
        if (str_equals(columns->items[i].name, name))
            return &columns->items[i];
    }
    return NULL;
}

static bool is_c_word(Str name)
{
    for (size_t i = 0; i < sizeof c_words / sizeof *c_words; i++) {
        if (str_equals_c(name, c_words[i]))
            return true;
    }
    return false;
}

/* "birth_date date?" */
static void parse_column(Source *source, Str text, Columns *columns)
{
    text = str_trim(text);
    Str name = text, type = {NULL, 0};
    size_t space = str_find_char(text, ' ', 0);
    if (space != SIZE_MAX) {
        name = str_slice(text, 0, space);
        type = str_trim(str_slice(text, space, text.n));
    }
    Column column = {.name = name, .type = TYPE_COUNT, .at = offset_of(source, text)};
    if (str_has_suffix(type, STR("?"))) {
        column.is_nullable = true;
        type.n--;
    }
    for (int i = 0; i < TYPE_COUNT; i++) {
        if (str_equals_c(type, column_type_words[i]))
            column.type = (ColumnType)i;
    }
    if (!is_lower_name(name) || is_c_word(name))
        source_problem(source, column.at, "'%.*s' is no name: lower case, not a word of C",
                       STR_ARG(name));
    else if (column.type == TYPE_COUNT)
        source_problem(source, column.at,
                       "'%.*s' needs a type: integer, decimal, text, date, uuid, instant or bytes",
                       STR_ARG(name));
    else if (find_column(columns, name) != NULL)
        source_problem(source, column.at, "'%.*s' is declared twice", STR_ARG(name));
    else
        VEC_PUSH(source->arena, columns, column);
}

static void parse_columns(Source *source, Str list, Columns *columns)
{
    Str rest = str_trim(list), part = {NULL, 0};
    if (rest.n > 0 && rest.p[rest.n - 1] == ',')
        rest.n--;
    while (str_cut(&rest, ',', &part))
        parse_column(source, part, columns);
}

/* "resident_by_id :one" */
static void parse_name(Source *source, Str text, Statements *statements)
{
    Str rest = str_trim(text), name = {NULL, 0};
    Statement statement = {.at = offset_of(source, rest)};
    bool has_kind = false;
    if (str_cut(&rest, ':', &name)) {
        statement.name = str_trim(name);
        Str kind = str_trim(rest);
        for (size_t i = 0; i < sizeof kind_words / sizeof *kind_words; i++) {
            if (str_equals_c(kind, kind_words[i])) {
                statement.kind = (StatementKind)i;
                has_kind = true;
            }
        }
    }
    if (!is_lower_name(statement.name) || !has_kind)
        source_problem(source, statement.at,
                       "write '-- name: lower_snake :one|:maybe|:many|:stream|:run|:later'");
    for (size_t i = 0; i < statements->n; i++) {
        if (str_equals(statements->items[i].name, statement.name))
            source_problem(source, statement.at, "there is a statement '%.*s' already",
                           STR_ARG(statement.name));
    }
    VEC_PUSH(source->arena, statements, statement);
}

static bool take_key(Str comment, const char *key, Str *ret_rest)
{
    Str prefix = str_from_c(key);
    if (!str_has_prefix(comment, prefix))
        return false;
    *ret_rest = str_slice(comment, prefix.n, comment.n);
    return true;
}

typedef struct {
    Source *source;
    Statements statements;
    Statement *open; /* header read, text not yet */
    size_t at;
} Parser;

static void note_reason(Statement *statement, bool is_scan, bool is_ahead)
{
    statement->may_scan = statement->may_scan || is_scan;
    statement->is_ahead = statement->is_ahead || is_ahead;
}

static void parse_comment(Parser *parser, Str line)
{
    Source *source = parser->source;
    size_t at = offset_of(source, line);
    Str comment = str_trim(str_slice(line, 2, line.n)), rest = {NULL, 0};
    if (take_key(comment, "name:", &rest)) {
        if (parser->open != NULL)
            source_problem(source, parser->open->at, "'%.*s' has no text",
                           STR_ARG(parser->open->name));
        parse_name(source, rest, &parser->statements);
        parser->open = &parser->statements.items[parser->statements.n - 1];
        return;
    }
    bool is_in = take_key(comment, "in:", &rest), is_out = take_key(comment, "out:", &rest);
    bool is_scan = take_key(comment, "scan:", &rest);
    bool is_ahead = take_key(comment, "ahead:", &rest);
    bool is_reason = is_scan || is_ahead || take_key(comment, "unscoped:", &rest);
    if (!is_in && !is_out && !is_reason)
        return;
    if (parser->open == NULL)
        source_problem(source, at, "this line belongs below a '-- name:' line");
    else if (is_reason && str_trim(rest).n == 0)
        source_problem(source, at, "say the reason");
    else if (is_ahead && parser->open->kind > KIND_MANY)
        source_problem(source, at, "only :one, :maybe and :many are asked ahead");
    else if (is_reason)
        note_reason(parser->open, is_scan, is_ahead);
    else
        parse_columns(source, rest, is_in ? &parser->open->in : &parser->open->out);
}

static size_t word_end(Str text, size_t at)
{
    while (at < text.n && is_word(text.p[at]))
        at++;
    return at;
}

/* The end of a quoted piece that starts at `at`, after its closing quote. */
static size_t quoted_end(Source *source, size_t at)
{
    size_t end = str_find_char(source->text, source->text.p[at], at + 1);
    if (end == SIZE_MAX) {
        source_problem(source, at, "the quote is not closed");
        return source->text.n;
    }
    return end + 1;
}

static size_t parse_parameter(Parser *parser, size_t at)
{
    Source *source = parser->source;
    if (at + 1 < source->text.n && source->text.p[at + 1] == ':') {
        source_problem(source, at, "write CAST(x AS type) for ::");
        return at + 2;
    }
    size_t end = word_end(source->text, at + 1);
    Str name = str_slice(source->text, at + 1, end);
    Column *column = find_column(&parser->open->in, name);
    if (column == NULL)
        source_problem(source, at, ":%.*s is not declared in '-- in:'", STR_ARG(name));
    else
        column->is_used = true;
    return end;
}

/* {scope:kind alias} */
static size_t parse_scope(Parser *parser, size_t at)
{
    Source *source = parser->source;
    size_t close = str_find_char(source->text, '}', at);
    Str inside = str_slice(source->text, at + 1, close == SIZE_MAX ? at + 1 : close);
    Str rest = {NULL, 0}, kind = {NULL, 0};
    if (!take_key(inside, "scope:", &rest) || !str_cut(&rest, ' ', &kind) || !is_lower_name(kind)
        || !is_lower_name(rest))
        source_problem(source, at, "in braces stands only {scope:kind alias}");
    parser->open->is_scoped = true;
    return close == SIZE_MAX ? at + 1 : close + 1;
}

static void check_star(Parser *parser, size_t at, Str last_word)
{
    Arena *arena = parser->source->arena;
    bool is_after_dot = at > 0 && parser->source->text.p[at - 1] == '.';
    if (is_after_dot || str_equals(str_lower(arena, last_word), STR("select")))
        source_problem(parser->source, at, "name the columns instead of *");
}

/* One piece of SQL from `at`: its end. Comments give nothing to out. */
static size_t parse_piece(Parser *parser, size_t at, Str *last_word, Buf *out)
{
    Str text = parser->source->text;
    char c = text.p[at];
    size_t end = at + 1;
    if (c == '-' && end < text.n && text.p[end] == '-') {
        size_t line_end = str_find_char(text, '\n', at);
        end = line_end == SIZE_MAX ? text.n : line_end;
        Str comment = str_trim(str_slice(text, at + 2, end)), rest = {NULL, 0};
        if (take_key(comment, "name:", &rest))
            source_problem(parser->source, at, "the statement before has no ';'");
        return end;
    }
    if (is_word_start(c)) {
        end = word_end(text, at);
        *last_word = str_slice(text, at, end);
    } else if (c == '\'' || c == '"') {
        end = quoted_end(parser->source, at);
    } else if (c == ':') {
        end = parse_parameter(parser, at);
    } else if (c == '{') {
        end = parse_scope(parser, at);
    } else if (c == '*') {
        check_star(parser, at, *last_word);
    } else if (c == '?' || c == '$') {
        source_problem(parser->source, at, "a parameter is written :name");
    }
    if (c != ' ' && c != '\n' && !is_word_start(c))
        *last_word = (Str){NULL, 0};
    buf_put(out, str_slice(text, at, end));
    return end;
}

static void check_statement(Source *source, const Statement *statement)
{
    for (size_t i = 0; i < statement->in.n; i++) {
        const Column *column = &statement->in.items[i];
        if (!column->is_used)
            source_problem(source, column->at, ":%.*s is declared but not used",
                           STR_ARG(column->name));
    }
    bool gives_rows = statement->kind != KIND_RUN && statement->kind != KIND_LATER;
    if (!gives_rows && statement->out.n > 0)
        source_problem(source, statement->at, ":%s gives no rows: leave '-- out:' away",
                       kind_words[statement->kind]);
    if (gives_rows && statement->out.n == 0)
        source_problem(source, statement->at, "'-- out:' is missing");
}

/* The text from parser->at to its semicolon. */
static void parse_text(Parser *parser)
{
    Source *source = parser->source;
    size_t start = parser->at;
    Buf sql;
    buf_init(&sql, source->arena, MIB(1));
    Str last_word = {NULL, 0};
    size_t at = start;
    while (at < source->text.n && source->text.p[at] != ';')
        at = parse_piece(parser, at, &last_word, &sql);
    if (at >= source->text.n)
        source_problem(source, start, "the statement has no ';'");
    parser->open->sql = str_trim(str_copy(source->arena, buf_str(&sql)));
    check_statement(source, parser->open);
    parser->open = NULL;
    parser->at = at + 1;
}

Statements statements_parse(Source *source)
{
    Parser parser = {.source = source};
    Str text = source->text;
    while (parser.at < text.n) {
        size_t line_end = str_find_char(text, '\n', parser.at);
        size_t end = line_end == SIZE_MAX ? text.n : line_end;
        Str line = str_trim(str_slice(text, parser.at, end));
        if (line.n == 0 || str_has_prefix(line, STR("--"))) {
            if (line.n > 0)
                parse_comment(&parser, line);
            parser.at = end + 1;
        } else if (parser.open == NULL) {
            source_problem(source, offset_of(source, line), "SQL stands below a '-- name:' line");
            parser.at = end + 1;
        } else {
            parse_text(&parser);
        }
    }
    if (parser.open != NULL)
        source_problem(source, parser.open->at, "'%.*s' has no text", STR_ARG(parser.open->name));
    return parser.statements;
}
