/* Size budgets. A function is found by its braces in the first column, as clang-format puts them.
 */
#include <stdlib.h>

#include "check.h"

enum {
    FUNCTION_MOST = 80,
    FUNCTION_P95_MOST = 50,
    FILE_LINES_MOST = 800,
};

typedef VEC(size_t) Lengths;

/* What of the line is known while going down a file. */
typedef struct {
    size_t head; /* first line of the paragraph that may be a function's head */
    size_t body; /* line of the opening brace; 0 outside */
    Str name;
} Place;

/* The name before the first parenthesis. */
static Str name_in(Str line)
{
    size_t end = str_find_char(line, '(', 0);
    if (end == SIZE_MAX)
        return (Str){0};
    size_t start = end;
    while (start > 0 && check_is_word_byte(line.p[start - 1]))
        start--;
    return str_slice(line, start, end);
}

static void end_function(Check *check, const CheckSource *source, const Place *place, size_t line,
                         Lengths *lengths)
{
    size_t length = line - place->head + 1;
    VEC_PUSH(check->arena, lengths, length);
    if (length > FUNCTION_MOST)
        check_report(check, source->path, place->head, "%.*s has %zu lines, at most %d may be",
                     STR_ARG(place->name), length, FUNCTION_MOST);
}

static void check_functions(Check *check, const CheckSource *source, Lengths *lengths)
{
    Str rest = source->code, line = {0};
    Place place = {0};
    for (size_t number = 1; check_next_line(&rest, &line); number++) {
        if (place.body > 0) {
            if (!str_has_prefix(line, STR("}")))
                continue;
            end_function(check, source, &place, number, lengths);
            place = (Place){0};
        } else if (str_equals(line, STR("{")) && place.head > 0) {
            place.body = number;
        } else if (str_trim(line).n == 0 || line.p[0] == '#' || line.p[0] == '}') {
            place = (Place){0};
        } else if (place.head == 0) {
            place.head = number;
            place.name = name_in(line);
        } else if (place.name.n == 0) {
            place.name = name_in(line);
        }
    }
}

static int compare_sizes(const void *a, const void *b)
{
    size_t x = *(const size_t *)a, y = *(const size_t *)b;
    return (x > y) - (x < y);
}

static bool has_budget(const CheckSource *source)
{
    return source->is_c || str_has_suffix(source->path, STR(".ts"))
           || str_has_suffix(source->path, STR(".vue"));
}

static void check_file(Check *check, const CheckSource *source)
{
    size_t lines = 0;
    Str rest = source->text, line = {0};
    while (check_next_line(&rest, &line))
        lines++;
    if (lines > FILE_LINES_MOST)
        check_report(check, source->path, lines, "the file has %zu lines, at most %d may be", lines,
                     FILE_LINES_MOST);
}

void check_sizes(Check *check)
{
    Lengths lengths = {0};
    for (size_t i = 0; i < check->sources.n; i++) {
        const CheckSource *source = &check->sources.items[i];
        if (has_budget(source))
            check_file(check, source);
        if (source->is_c)
            check_functions(check, source, &lengths);
    }
    if (lengths.n == 0)
        return;
    qsort(lengths.items, lengths.n, sizeof *lengths.items, compare_sizes);
    size_t p95 = lengths.items[(lengths.n - 1) * 95 / 100];
    if (p95 > FUNCTION_P95_MOST)
        check_report(check, STR("src"), 0, "95 %% of functions have up to %zu lines, not %d", p95,
                     FUNCTION_P95_MOST);
}
