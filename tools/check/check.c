/* Reads the tree, runs the rules, sorts what they found. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/os_file.h"

enum { FILE_MOST = 16 * 1024 * 1024 };

void check_report(Check *check, Str path, size_t line, const char *format, ...)
{
    char message[512];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(message, sizeof message, format, args);
    va_end(args);
    ENSURE(n >= 0);
    CheckBreach breach = {path, line, str_copy(check->arena, str_from_c(message))};
    VEC_PUSH(check->arena, &check->breaches, breach);
}

const CheckSource *check_find(const Check *check, Str path)
{
    for (size_t i = 0; i < check->sources.n; i++)
        if (str_equals(check->sources.items[i].path, path))
            return &check->sources.items[i];
    return NULL;
}

bool check_next_line(Str *rest, Str *ret_line)
{
    if (rest->n == 0)
        return false;
    size_t end = str_find_char(*rest, '\n', 0);
    *ret_line = str_slice(*rest, 0, end);
    *rest = end == SIZE_MAX ? (Str){0} : str_slice(*rest, end + 1, rest->n);
    return true;
}

bool check_is_word_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

Str check_word_at(Str text, size_t at)
{
    size_t end = at;
    while (end < text.n && check_is_word_byte(text.p[end]))
        end++;
    return str_slice(text, at, end);
}

static bool has_one_of(Str path, const char *const *endings, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (str_has_suffix(path, str_from_c(endings[i])))
            return true;
    return false;
}

static bool is_wanted(Str path)
{
    static const char *const endings[] = {".c",   ".h",  ".def", ".sql",  ".ts",
                                          ".vue", ".md", ".txt", ".yaml", "meson.build"};
    return has_one_of(path, endings, sizeof endings / sizeof *endings)
           && str_find(path, STR("node_modules/"), 0) == SIZE_MAX
           && str_find(path, STR("/dist/"), 0) == SIZE_MAX;
}

static Err read_folder(Check *check, const char *folder)
{
    Str top = str_from_c(folder);
    OsEntries files = {0};
    Str full = os_path_join(check->arena, check->root, top);
    if (!os_folder_exists(full))
        return OK;
    TRY(os_folder_list_all(check->arena, full, &files));
    static const char *const test_endings[] = {"_test.c", "_fixture.c", "_fixture.h"};
    static const char *const c_endings[] = {".c", ".h", ".def"};
    for (size_t i = 0; i < files.n; i++) {
        if (!is_wanted(files.items[i].name))
            continue;
        CheckSource source = {.path = os_path_join(check->arena, top, files.items[i].name)};
        TRY(os_file_read(check->arena, os_path_join(check->arena, check->root, source.path),
                         FILE_MOST, &source.text));
        source.is_c = has_one_of(source.path, c_endings, 3);
        source.is_test =
            has_one_of(source.path, test_endings, 3) || str_has_prefix(source.path, STR("tests/"));
        if (source.is_c)
            check_scan(check, &source);
        VEC_PUSH(check->arena, &check->sources, source);
    }
    return OK;
}

static int compare_breaches(const void *a, const void *b)
{
    const CheckBreach *x = a, *y = b;
    int order = str_compare(x->path, y->path);
    if (order == 0)
        order = (x->line > y->line) - (x->line < y->line);
    return order != 0 ? order : str_compare(x->message, y->message);
}

/* A folder that holds what is installed or built is never read. */
Err check_run(Arena *arena, Str root, CheckBreaches *ret_breaches)
{
    static const char *const folders[] = {"bench", "src", "tests", "tools", "ui/src"};
    Check check = {.arena = arena, .root = root};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        TRY(read_folder(&check, folders[i]));
    check_layers(&check);
    check_calls(&check);
    check_sizes(&check);
    check_writing(&check);
    check_statements(&check);
    check_stems(&check);
    if (check.breaches.n > 0)
        qsort(check.breaches.items, check.breaches.n, sizeof *check.breaches.items,
              compare_breaches);
    *ret_breaches = check.breaches;
    return OK;
}
