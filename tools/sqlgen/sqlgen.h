/* What a .sql file of named statements declares (grammar: src/db/README.md).
 *
 * Invariants
 *  1. Every :parameter of a statement is declared and every declared one is used.
 *  2. The sql text carries no comment and no final semicolon. */
#pragma once

#include "base/buf.h"
#include "base/vec.h"

typedef enum { KIND_ONE, KIND_MAYBE, KIND_MANY, KIND_STREAM, KIND_RUN, KIND_LATER } StatementKind;

/* In the order of DbType. */
typedef enum {
    TYPE_INTEGER,
    TYPE_DECIMAL,
    TYPE_TEXT,
    TYPE_DATE,
    TYPE_UUID,
    TYPE_INSTANT,
    TYPE_BYTES,
    TYPE_COUNT,
} ColumnType;

typedef struct {
    Str name;
    ColumnType type;
    bool is_nullable;
    bool is_used; /* by the text, for parameters */
    size_t at;    /* offset in the source, for problems */
} Column;

typedef VEC(Column) Columns;

typedef struct {
    Str name;
    StatementKind kind;
    Columns in;
    Columns out;
    Str sql;
    bool is_scoped;
    bool may_scan; /* a reason is given */
    bool is_ahead; /* may be asked ahead: what for is given */
    size_t at;
} Statement;

typedef VEC(Statement) Statements;

typedef struct {
    Arena *arena;
    const char *path; /* as problems name it */
    Str text;
    Buf problems; /* path:line:column: message, a line each */
} Source;

void source_init(Source *source, Arena *arena, const char *path, Str text);
/* Adds a problem. */
void source_problem(Source *source, size_t at, const char *format, ...) PRINTF_LIKE(3, 4);

/* Problems are collected in source; the result is of use only when there are none. */
Statements statements_parse(Source *source);

/* stem: "subjects" of subjects.sql; folder: "engine/subjects". */
void statements_write_header(Buf *out, Str stem, const Statements *statements);
void statements_write_source(Buf *out, Str stem, Str folder, const Statements *statements);

extern const char *const column_type_words[TYPE_COUNT];
