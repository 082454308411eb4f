/* sqlgen: makes typed C of the named statements in a .sql file (grammar: src/db/README.md).
 *
 *     sqlgen subjects.sql engine/subjects subjects_sql.h subjects_sql.c */
#include <stdio.h>

#include "base/utf8.h"
#include "sqlgen.h"

enum {
    SOURCE_MOST = 4 << 20,
    EXIT_PROBLEMS = 1,
    EXIT_USAGE = 2,
};

static bool read_file(Arena *arena, const char *path, Str *ret_text)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return false;
    char *bytes = arena_alloc(arena, SOURCE_MOST);
    size_t n = fread(bytes, 1, SOURCE_MOST, file);
    bool is_good = ferror(file) == 0 && n < SOURCE_MOST;
    fclose(file);
    *ret_text = (Str){bytes, n};
    return is_good;
}

static bool write_file(const char *path, const Buf *buf)
{
    FILE *file = fopen(path, "wb");
    if (file == NULL)
        return false;
    bool is_good = !buf->is_over && fwrite(buf->p, 1, buf->n, file) == buf->n;
    return fclose(file) == 0 && is_good;
}

/* "subjects" of "../src/engine/subjects/subjects.sql" */
static Str stem_of(const char *path)
{
    Str rest = str_from_c(path), part = {NULL, 0};
    while (str_cut(&rest, '/', &part))
        continue;
    return str_has_suffix(part, STR(".sql")) ? str_slice(part, 0, part.n - 4) : part;
}

static int generate(Arena *arena, char **arguments)
{
    Source source;
    Str text = {NULL, 0};
    if (!read_file(arena, arguments[0], &text) || !utf8_is_valid(text)) {
        fprintf(stderr, "%s: cannot be read as UTF-8 text\n", arguments[0]);
        return EXIT_PROBLEMS;
    }
    source_init(&source, arena, arguments[0], text);
    Statements statements = statements_parse(&source);
    if (source.problems.n > 0) {
        fprintf(stderr, "%.*s", STR_ARG(buf_str(&source.problems)));
        return EXIT_PROBLEMS;
    }
    Buf header, code;
    buf_init(&header, arena, MIB(16));
    buf_init(&code, arena, MIB(16));
    Str stem = stem_of(arguments[0]);
    statements_write_header(&header, stem, &statements);
    statements_write_source(&code, stem, str_from_c(arguments[1]), &statements);
    if (!write_file(arguments[2], &header) || !write_file(arguments[3], &code)) {
        fprintf(stderr, "%s: cannot be written\n", arguments[2]);
        return EXIT_PROBLEMS;
    }
    return 0;
}

int main(int n, char **arguments)
{
    if (n != 5) {
        fprintf(stderr, "usage: sqlgen FILE.sql FOLDER OUT.h OUT.c\n");
        return EXIT_USAGE;
    }
    Arena arena;
    arena_init(&arena, MIB(256));
    int status = generate(&arena, arguments + 1);
    arena_done(&arena);
    return status;
}
