/* A scanner of C that knows comments and literals and nothing else. A `//` comment is reported
 * here, where it is found. */
#include <string.h>

#include "check.h"

typedef struct {
    Check *check;
    CheckSource *source;
    char *code;
    size_t at;
    size_t line;
} Scan;

static bool is_here(const Scan *scan, const char *what)
{
    Str text = scan->source->text;
    return str_has_prefix(str_slice(text, scan->at, text.n), str_from_c(what));
}

/* Line ends stay, so that lines can be counted in the code as well. */
static void blank(Scan *scan)
{
    if (scan->source->text.p[scan->at] == '\n')
        scan->line++;
    else
        scan->code[scan->at] = ' ';
    scan->at++;
}

static void scan_comment(Scan *scan)
{
    while (scan->at < scan->source->text.n && !is_here(scan, "*/"))
        blank(scan);
    for (int i = 0; i < 2 && scan->at < scan->source->text.n; i++)
        blank(scan);
}

static void scan_line_comment(Scan *scan)
{
    check_report(scan->check, scan->source->path, scan->line, "comments are written /* */, not //");
    while (scan->at < scan->source->text.n && scan->source->text.p[scan->at] != '\n')
        blank(scan);
}

/* The quotes stay in the code, the inside goes to the list. */
static void scan_literal(Scan *scan)
{
    Str text = scan->source->text;
    char quote = text.p[scan->at++];
    size_t start = scan->at;
    size_t line = scan->line;
    while (scan->at < text.n && text.p[scan->at] != quote && text.p[scan->at] != '\n') {
        if (text.p[scan->at] == '\\' && scan->at + 1 < text.n)
            blank(scan);
        blank(scan);
    }
    if (quote == '"') {
        CheckLiteral literal = {line, str_slice(text, start, scan->at)};
        VEC_PUSH(scan->check->arena, &scan->source->literals, literal);
    }
    if (scan->at < text.n && text.p[scan->at] == quote)
        scan->at++;
}

/* An #include keeps its file name in the code: it is no literal. */
static bool is_include(const Scan *scan)
{
    Str text = scan->source->text;
    size_t start = scan->at;
    while (start > 0 && text.p[start - 1] != '\n')
        start--;
    return str_has_prefix(str_trim(str_slice(text, start, scan->at)), STR("#include"));
}

void check_scan(Check *check, CheckSource *source)
{
    Str text = source->text;
    Scan scan = {.check = check, .source = source, .line = 1};
    scan.code = arena_array(check->arena, char, text.n + 1);
    if (text.n > 0)
        memcpy(scan.code, text.p, text.n);
    while (scan.at < text.n) {
        char c = text.p[scan.at];
        if (c == '/' && is_here(&scan, "/*")) {
            scan_comment(&scan);
        } else if (c == '/' && is_here(&scan, "//") && !is_include(&scan)) {
            scan_line_comment(&scan);
        } else if ((c == '"' || c == '\'') && !is_include(&scan)) {
            scan_literal(&scan);
        } else {
            scan.line += c == '\n';
            scan.at++;
        }
    }
    source->code = (Str){scan.code, text.n};
}
