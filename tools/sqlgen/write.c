/* Writes the C of statements: structs, constants and the functions that run them. */
#include "sqlgen.h"

static const char *const type_constants[TYPE_COUNT] = {
    [TYPE_INTEGER] = "DB_INTEGER", [TYPE_DECIMAL] = "DB_DECIMAL", [TYPE_TEXT] = "DB_TEXT",
    [TYPE_DATE] = "DB_DATE",       [TYPE_UUID] = "DB_UUID",       [TYPE_INSTANT] = "DB_INSTANT",
    [TYPE_BYTES] = "DB_BYTES",
};

static const char *const c_types[TYPE_COUNT] = {
    [TYPE_INTEGER] = "int64_t", [TYPE_DECIMAL] = "double", [TYPE_TEXT] = "Str",
    [TYPE_DATE] = "Date",       [TYPE_UUID] = "Uuid",      [TYPE_INSTANT] = "Instant",
    [TYPE_BYTES] = "Str",
};

static const char *const union_members[TYPE_COUNT] = {
    [TYPE_INTEGER] = "integer", [TYPE_DECIMAL] = "decimal", [TYPE_TEXT] = "text",
    [TYPE_DATE] = "date",       [TYPE_UUID] = "uuid",       [TYPE_INSTANT] = "instant",
    [TYPE_BYTES] = "text",
};

/* Members whose absence cannot be told from the value. */
static bool needs_flag(const Column *column)
{
    return column->is_nullable
           && (column->type == TYPE_INTEGER || column->type == TYPE_DECIMAL
               || column->type == TYPE_INSTANT);
}

static void put_pascal(Buf *out, Str name)
{
    bool is_upper = true;
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        if (c != '_')
            buf_put_char(out, is_upper && c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c);
        is_upper = c == '_';
    }
}

static void put_struct(Buf *out, Str name, const char *suffix, const Columns *columns)
{
    if (columns->n == 0)
        return;
    buf_put_c(out, "typedef struct {\n");
    for (size_t i = 0; i < columns->n; i++) {
        const Column *column = &columns->items[i];
        if (needs_flag(column))
            buf_printf(out, "    bool has_%.*s;\n", STR_ARG(column->name));
        buf_printf(out, "    %s %.*s;%s\n", c_types[column->type], STR_ARG(column->name),
                   column->is_nullable ? " /* may be absent */" : "");
    }
    buf_put_c(out, "} ");
    put_pascal(out, name);
    buf_printf(out, "%s;\n", suffix);
}

static void put_in_parameter(Buf *out, const Statement *statement)
{
    if (statement->in.n == 0)
        return;
    buf_put_c(out, ", const ");
    put_pascal(out, statement->name);
    buf_put_c(out, "In *in");
}

static bool is_list(const Statement *statement)
{
    return statement->kind == KIND_MANY || statement->kind == KIND_STREAM;
}

/* The prototype of the one function, or of the first of the two of a list. */
static void put_prototype(Buf *out, const Statement *statement)
{
    bool is_run = statement->kind == KIND_RUN, is_later = statement->kind == KIND_LATER;
    buf_printf(out, "Err %.*s%s(Db *db%s", STR_ARG(statement->name),
               is_list(statement) ? "_open" : "",
               statement->is_scoped ? ", const DbScope *scope" : "");
    if (!is_run && !is_later && !is_list(statement))
        buf_put_c(out, ", Arena *arena");
    put_in_parameter(out, statement);
    if (is_later) {
        buf_put_char(out, ')');
    } else if (is_run) {
        buf_put_c(out, ", int64_t *ret_changed)");
    } else if (is_list(statement)) {
        buf_put_c(out, ", DbRows *ret_rows)");
    } else {
        buf_put_c(out, ", ");
        put_pascal(out, statement->name);
        buf_printf(out, "Row *ret_row%s)",
                   statement->kind == KIND_MAYBE ? ", bool *ret_found" : "");
    }
}

static void put_ahead_prototype(Buf *out, const Statement *statement)
{
    buf_printf(out, "void %.*s_ahead(Db *db%s", STR_ARG(statement->name),
               statement->is_scoped ? ", const DbScope *scope" : "");
    put_in_parameter(out, statement);
    buf_put_char(out, ')');
}

static void put_next_prototype(Buf *out, const Statement *statement)
{
    buf_printf(out, "Err %.*s_next(DbRows *rows, Arena *arena, ", STR_ARG(statement->name));
    put_pascal(out, statement->name);
    buf_put_c(out, "Row *ret_row, bool *ret_has_row)");
}

void statements_write_header(Buf *out, Str stem, const Statements *statements)
{
    buf_printf(out, "/* Made by sqlgen from %.*s.sql. */\n#pragma once\n\n", STR_ARG(stem));
    buf_put_c(out, "#include \"db/db.h\"\n");
    for (size_t i = 0; i < statements->n; i++) {
        const Statement *statement = &statements->items[i];
        buf_put_char(out, '\n');
        put_struct(out, statement->name, "In", &statement->in);
        put_struct(out, statement->name, "Row", &statement->out);
        buf_printf(out, "extern const DbStatement sql_%.*s;\n", STR_ARG(statement->name));
        put_prototype(out, statement);
        buf_put_c(out, " MUST_CHECK;\n");
        if (is_list(statement)) {
            put_next_prototype(out, statement);
            buf_put_c(out, " MUST_CHECK;\n");
        }
        if (statement->is_ahead) {
            put_ahead_prototype(out, statement);
            buf_put_c(out, ";\n");
        }
    }
    buf_printf(out,
               "\nextern const DbStatement *const %.*s_statements[];\n"
               "extern const size_t %.*s_statements_n;\n",
               STR_ARG(stem), STR_ARG(stem));
}

static void put_columns(Buf *out, Str name, const char *suffix, const Columns *columns)
{
    if (columns->n == 0)
        return;
    buf_printf(out, "static const DbColumn %.*s_%s[] = {\n", STR_ARG(name), suffix);
    for (size_t i = 0; i < columns->n; i++) {
        const Column *column = &columns->items[i];
        buf_printf(out, "    {\"%.*s\", %s, %s},\n", STR_ARG(column->name),
                   type_constants[column->type], column->is_nullable ? "true" : "false");
    }
    buf_put_c(out, "};\n");
}

static void put_c_string(Buf *out, Str text)
{
    Str rest = text, line = {NULL, 0};
    while (str_cut(&rest, '\n', &line)) {
        line = str_trim(line);
        if (line.n == 0)
            continue;
        buf_put_c(out, "           \"");
        for (size_t i = 0; i < line.n; i++) {
            if (line.p[i] == '"' || line.p[i] == '\\')
                buf_put_char(out, '\\');
            buf_put_char(out, line.p[i]);
        }
        buf_put_c(out, "\\n\"\n");
    }
}

static void put_statement(Buf *out, const Statement *statement)
{
    Str name = statement->name;
    put_columns(out, name, "in", &statement->in);
    put_columns(out, name, "out", &statement->out);
    buf_printf(out, "const DbStatement sql_%.*s = {\n    .name = \"%.*s\",\n    .sql =\n",
               STR_ARG(name), STR_ARG(name));
    put_c_string(out, statement->sql);
    buf_put_c(out, "    ,\n");
    if (statement->in.n > 0)
        buf_printf(out, "    .in = %.*s_in, .in_n = %zu,\n", STR_ARG(name), statement->in.n);
    if (statement->out.n > 0)
        buf_printf(out, "    .out = %.*s_out, .out_n = %zu,\n", STR_ARG(name), statement->out.n);
    buf_printf(
        out,
        "    .is_scoped = %s,\n    .is_streamed = %s,\n    .may_scan = %s,\n"
        "    .text_hash = 0x%016llxU,\n};\n\n",
        statement->is_scoped ? "true" : "false", statement->kind == KIND_STREAM ? "true" : "false",
        statement->may_scan ? "true" : "false", (unsigned long long)str_hash(statement->sql));
}

static void put_bind(Buf *out, const Statement *statement)
{
    if (statement->in.n == 0)
        return;
    buf_printf(out, "static void %.*s_bind(const ", STR_ARG(statement->name));
    put_pascal(out, statement->name);
    buf_put_c(out, "In *in, DbValue *values)\n{\n");
    for (size_t i = 0; i < statement->in.n; i++) {
        const Column *column = &statement->in.items[i];
        const char *word = column_type_words[column->type];
        bool is_plain = !column->is_nullable || column->type == TYPE_DATE;
        buf_printf(out, "    values[%zu] = db_%s%s(", i, word, is_plain ? "" : "_or_null");
        if (needs_flag(column))
            buf_printf(out, "in->has_%.*s, ", STR_ARG(column->name));
        buf_printf(out, "in->%.*s);\n", STR_ARG(column->name));
    }
    buf_put_c(out, "}\n\n");
}

static void put_take(Buf *out, const Statement *statement)
{
    if (statement->out.n == 0)
        return;
    buf_printf(out, "static void %.*s_take(const DbRows *rows, Arena *arena, ",
               STR_ARG(statement->name));
    put_pascal(out, statement->name);
    buf_put_c(out, "Row *ret_row)\n{\n    (void)arena;\n    DbValue value;\n");
    for (size_t i = 0; i < statement->out.n; i++) {
        const Column *column = &statement->out.items[i];
        Str name = column->name;
        buf_printf(out, "    value = db_column(rows, %zu);\n", i);
        if (needs_flag(column))
            buf_printf(out, "    ret_row->has_%.*s = !value.is_null;\n", STR_ARG(name));
        if (column->type == TYPE_TEXT || column->type == TYPE_BYTES)
            buf_printf(out, "    ret_row->%.*s = db_text_take(arena, value);\n", STR_ARG(name));
        else
            buf_printf(out, "    ret_row->%.*s = value.as.%s;\n", STR_ARG(name),
                       union_members[column->type]);
    }
    buf_put_c(out, "}\n\n");
}

static void put_values(Buf *out, const Statement *statement)
{
    if (statement->in.n == 0)
        return;
    buf_printf(out, "    DbValue values[%zu];\n    %.*s_bind(in, values);\n", statement->in.n,
               STR_ARG(statement->name));
}

static void put_call(Buf *out, const char *function, const Statement *statement)
{
    buf_printf(out, "%s(db, &sql_%.*s, %s, %s", function, STR_ARG(statement->name),
               statement->is_scoped ? "scope" : "NULL", statement->in.n > 0 ? "values" : "NULL");
}

static void put_ahead_function(Buf *out, const Statement *statement)
{
    put_ahead_prototype(out, statement);
    buf_put_c(out, "\n{\n");
    put_values(out, statement);
    buf_put_c(out, "    ");
    put_call(out, "db_ahead", statement);
    buf_put_c(out, ");\n}\n\n");
}

static void put_list_functions(Buf *out, const Statement *statement)
{
    put_prototype(out, statement);
    buf_put_c(out, "\n{\n");
    put_values(out, statement);
    buf_put_c(out, "    return ");
    put_call(out, "db_query", statement);
    buf_put_c(out, ", ret_rows);\n}\n\n");
    put_next_prototype(out, statement);
    buf_printf(out,
               "\n{\n    bool has_row = false;\n    TRY(db_next(rows, &has_row));\n"
               "    if (has_row)\n        %.*s_take(rows, arena, ret_row);\n"
               "    *ret_has_row = has_row;\n    return OK;\n}\n\n",
               STR_ARG(statement->name));
}

static void put_function(Buf *out, const Statement *statement)
{
    put_prototype(out, statement);
    buf_put_c(out, "\n{\n");
    put_values(out, statement);
    bool is_later = statement->kind == KIND_LATER;
    if (is_later || statement->kind == KIND_RUN) {
        buf_put_c(out, "    return ");
        put_call(out, is_later ? "db_run_later" : "db_run", statement);
        buf_put_c(out, is_later ? ");\n}\n\n" : ", ret_changed);\n}\n\n");
        return;
    }
    buf_put_c(out, "    CLEANUP(db_rows_close) DbRows rows = {0};\n    TRY(");
    put_call(out, "db_query", statement);
    buf_put_c(out, ", &rows));\n    bool has_row = false;\n    TRY(db_next(&rows, &has_row));\n");
    Str name = statement->name;
    if (statement->kind == KIND_ONE) {
        buf_printf(out,
                   "    if (!has_row)\n        return ERR_NOT_FOUND;\n"
                   "    %.*s_take(&rows, arena, ret_row);\n    return OK;\n}\n\n",
                   STR_ARG(name));
        return;
    }
    buf_put_c(out, "    *ret_row = (");
    put_pascal(out, name);
    buf_printf(out,
               "Row){0};\n    if (has_row)\n        %.*s_take(&rows, arena, ret_row);\n"
               "    *ret_found = has_row;\n    return OK;\n}\n\n",
               STR_ARG(name));
}

void statements_write_source(Buf *out, Str stem, Str folder, const Statements *statements)
{
    buf_printf(out, "/* Made by sqlgen from %.*s.sql. */\n#include \"%.*s/%.*s_sql.h\"\n\n",
               STR_ARG(stem), STR_ARG(folder), STR_ARG(stem));
    buf_put_c(out, "#include \"db/db_typed.h\"\n\n");
    for (size_t i = 0; i < statements->n; i++) {
        const Statement *statement = &statements->items[i];
        put_statement(out, statement);
        put_bind(out, statement);
        put_take(out, statement);
        if (is_list(statement))
            put_list_functions(out, statement);
        else
            put_function(out, statement);
        if (statement->is_ahead)
            put_ahead_function(out, statement);
    }
    buf_printf(out, "const DbStatement *const %.*s_statements[] = {\n", STR_ARG(stem));
    for (size_t i = 0; i < statements->n; i++)
        buf_printf(out, "    &sql_%.*s,\n", STR_ARG(statements->items[i].name));
    buf_printf(out, "};\nconst size_t %.*s_statements_n = %zu;\n", STR_ARG(stem), statements->n);
}
