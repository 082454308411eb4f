/* check: the rules of this repository that a machine can watch.
 *
 * check_run reads the tree below a root and collects breaches, each with its file and line. The
 * rules are grouped by what they look at, a file each; the lists that they go by stand at the top
 * of those files, in layers.txt and in stems.txt. */
#pragma once

#include "base/str.h"
#include "base/vec.h"

typedef struct {
    size_t line; /* from 1 */
    Str text;    /* without quotes */
} CheckLiteral;

/* A file of the tree. For C, `code` is the text with comments and the insides of literals blanked,
 * of the same length. */
typedef struct CheckSource {
    Str path; /* below the root */
    Str text;
    Str code;
    VEC(CheckLiteral) literals;
    bool is_c;    /* .c, .h, .def */
    bool is_test; /* x_test.c, what x_fixture.[ch] lend it, or below tests/ */
} CheckSource;

typedef struct {
    Str path;
    size_t line; /* 0: the file or tree as a whole */
    Str message;
} CheckBreach;

typedef VEC(CheckBreach) CheckBreaches;

typedef struct Check {
    Arena *arena;
    Str root;
    VEC(CheckSource) sources; /* in byte order of their paths */
    CheckBreaches breaches;
} Check;

/* Breaches come sorted by file and line. ERR_NOT_FOUND, ERR_IO: the tree cannot be read. */
Err check_run(Arena *arena, Str root, CheckBreaches *ret_breaches) MUST_CHECK;

void check_report(Check *check, Str path, size_t line, const char *format, ...) PRINTF_LIKE(4, 5);
/* NULL when there is none. */
const CheckSource *check_find(const Check *check, Str path);

/* Fills code and literals. */
void check_scan(Check *check, CheckSource *source);
/* Goes over the lines of a text: false after the last. */
bool check_next_line(Str *rest, Str *ret_line);
/* A name (letters, digits, _) that begins at `at`. */
Str check_word_at(Str text, size_t at);
bool check_is_word_byte(char c);

/* The rules. */
void check_layers(Check *check);
void check_calls(Check *check);
void check_sizes(Check *check);
void check_writing(Check *check);
void check_statements(Check *check);
void check_stems(Check *check);
