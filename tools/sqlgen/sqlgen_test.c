/* What sqlgen makes of good statements, and what it says about faulty ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sqlgen.h"

static Arena arena;

static int begin(void **state)
{
    (void)state;
    arena_init(&arena, MIB(16));
    return 0;
}

static int end(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

static Statements parse(const char *text, Str *ret_problems)
{
    Source source;
    source_init(&source, &arena, "x.sql", str_from_c(text));
    Statements statements = statements_parse(&source);
    *ret_problems = buf_str(&source.problems);
    return statements;
}

static Str problems_of(const char *text)
{
    Str problems = {NULL, 0};
    parse(text, &problems);
    return problems;
}

static void assert_has(Str text, const char *part)
{
    if (str_find(text, str_from_c(part), 0) == SIZE_MAX)
        fail_msg("'%s' is not in:\n%.*s", part, STR_ARG(text));
}

static void a_statement_is_read_with_its_columns_and_without_comments(void **state)
{
    (void)state;
    Str problems = {NULL, 0};
    Statements statements = parse("-- Purpose.\n"
                                  "-- name: resident_by_id :maybe\n"
                                  "-- in: place text, id uuid,\n"
                                  "-- in: day date?\n"
                                  "-- out: n integer?\n"
                                  "-- why this is so\n"
                                  "SELECT n -- note: not :this; and {that}\n"
                                  "FROM r WHERE place = :place AND id = :id AND d = :day\n"
                                  "    AND x <> ':no;' AND :day IS NULL AND {scope:resident r};\n",
                                  &problems);
    assert_int_equal(problems.n, 0);
    assert_int_equal(statements.n, 1);
    const Statement *statement = &statements.items[0];
    assert_true(str_equals_c(statement->name, "resident_by_id"));
    assert_int_equal(statement->kind, KIND_MAYBE);
    assert_int_equal(statement->in.n, 3);
    assert_int_equal(statement->in.items[2].type, TYPE_DATE);
    assert_true(statement->in.items[2].is_nullable && !statement->in.items[1].is_nullable);
    assert_true(statement->is_scoped);
    assert_int_equal(str_find(statement->sql, STR("note"), 0), SIZE_MAX);
    assert_has(statement->sql, "x <> ':no;' AND :day IS NULL");
    assert_true(str_has_suffix(statement->sql, STR("{scope:resident r}")));
}

static void each_fault_is_said_once_at_its_place(void **state)
{
    static const struct {
        const char *text;
        const char *problem;
    } cases[] = {
        {"-- name: a :oops\n-- out: n integer\nSELECT n FROM t;",
         "x.sql:1:10: write '-- name: lower_snake :one|:maybe|:many|:stream|:run|:later'\n"},
        {"-- name: A :run\nDELETE FROM t;",
         "x.sql:1:10: write '-- name: lower_snake :one|:maybe|:many|:stream|:run|:later'\n"},
        {"-- name: a :run\n-- in: x text, y strange\nDELETE FROM t WHERE x = :x;",
         "x.sql:2:16: 'y' needs a type: integer, decimal, text, date, uuid, instant or bytes\n"},
        {"-- name: a :run\n-- in: int integer\nDELETE FROM t;",
         "x.sql:2:8: 'int' is no name: lower case, not a word of C\n"},
        {"-- name: a :run\n-- in: x text, x text\nDELETE FROM t WHERE x = :x;",
         "x.sql:2:16: 'x' is declared twice\n"},
        {"-- name: a :run\nDELETE FROM t WHERE x = :x;",
         "x.sql:2:25: :x is not declared in '-- in:'\n"},
        {"-- name: a :run\n-- in: x text\nDELETE FROM t;",
         "x.sql:2:8: :x is declared but not used\n"},
        {"-- name: a :one\n-- out: n integer\nSELECT  * FROM t;",
         "x.sql:3:9: name the columns instead of *\n"},
        {"-- name: a :one\n-- out: n integer\nSELECT t.* FROM t;",
         "x.sql:3:10: name the columns instead of *\n"},
        {"-- name: a :one\n-- out: n integer\nSELECT 1::bigint AS n;",
         "x.sql:3:9: write CAST(x AS type) for ::\n"},
        {"-- name: a :run\nDELETE FROM t WHERE x = ?1;",
         "x.sql:2:25: a parameter is written :name\n"},
        {"-- name: a :run\nDELETE FROM t WHERE {scope:resident};",
         "x.sql:2:21: in braces stands only {scope:kind alias}\n"},
        {"-- name: a :run\n-- out: n integer\nDELETE FROM t;",
         "x.sql:1:10: :run gives no rows: leave '-- out:' away\n"},
        {"-- name: a :many\nSELECT n FROM t;", "x.sql:1:10: '-- out:' is missing\n"},
        {"-- name: a :later\n-- out: n integer\nDELETE FROM t;",
         "x.sql:1:10: :later gives no rows: leave '-- out:' away\n"},
        {"-- name: a :run\nDELETE FROM t", "x.sql:2:1: the statement has no ';'\n"},
        {"-- name: a :run\n-- name: b :run\nDELETE FROM t;", "x.sql:1:10: 'a' has no text\n"},
        {"-- name: a :run\nDELETE FROM t;\n-- name: a :run\nDELETE FROM t;",
         "x.sql:3:10: there is a statement 'a' already\n"},
        {"DELETE FROM t;", "x.sql:1:1: SQL stands below a '-- name:' line\n"},
        {"-- in: x text\n", "x.sql:1:1: this line belongs below a '-- name:' line\n"},
        {"-- name: a :run\n-- unscoped:\nDELETE FROM t;", "x.sql:2:1: say the reason\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Str problems = problems_of(cases[i].text);
        if (!str_equals_c(problems, cases[i].problem))
            fail_msg("%s\ngave\n%.*swanted\n%s", cases[i].text, STR_ARG(problems),
                     cases[i].problem);
    }
}

static void counting_with_a_star_is_no_fault(void **state)
{
    (void)state;
    Str problems =
        problems_of("-- name: a :one\n-- out: n integer\nSELECT count(*) * 2 AS n FROM t;");
    assert_int_equal(problems.n, 0);
}

static void the_code_has_types_functions_and_the_list(void **state)
{
    (void)state;
    Str problems = {NULL, 0};
    Statements statements =
        parse("-- name: person_list :stream\n-- in: n integer?\n"
              "-- out: name text, day date?\n"
              "SELECT name, day FROM \"p\" p WHERE n = :n AND {scope:p p};\n"
              "-- name: person_drop :run\n-- scan: all of them\nDELETE FROM p;\n"
              "-- name: person_put :later\n-- in: n integer\nINSERT INTO p (n) VALUES (:n);\n"
              "-- name: person_of :maybe\n-- in: n integer\n-- out: n integer\n"
              "-- ahead: a page\nSELECT n FROM p WHERE n = :n AND {scope:p p};\n",
              &problems);
    Buf header, code;
    buf_init(&header, &arena, MIB(1));
    buf_init(&code, &arena, MIB(1));
    statements_write_header(&header, STR("people"), &statements);
    statements_write_source(&code, STR("people"), STR("engine/people"), &statements);
    assert_has(buf_str(&header), "    bool has_n;\n    int64_t n;");
    assert_has(buf_str(&header), "} PersonListRow;");
    assert_has(buf_str(&header), "Err person_list_open(Db *db, const DbScope *scope, "
                                 "const PersonListIn *in, DbRows *ret_rows) MUST_CHECK;");
    assert_has(buf_str(&header), "Err person_drop(Db *db, int64_t *ret_changed) MUST_CHECK;");
    assert_has(buf_str(&header), "Err person_put(Db *db, const PersonPutIn *in) MUST_CHECK;");
    assert_has(buf_str(&code), "return db_run_later(db, &sql_person_put, NULL, values);");
    assert_has(buf_str(&header), "void person_of_ahead(Db *db, const DbScope *scope, "
                                 "const PersonOfIn *in);");
    assert_has(buf_str(&code), "    db_ahead(db, &sql_person_of, scope, values);");
    assert_has(buf_str(&header), "extern const DbStatement *const people_statements[];");
    assert_has(buf_str(&code), "#include \"engine/people/people_sql.h\"");
    assert_has(buf_str(&code), "FROM \\\"p\\\" p WHERE");
    assert_has(buf_str(&code), ".is_streamed = true,\n    .may_scan = false");
    assert_has(buf_str(&code), ".is_streamed = false,\n    .may_scan = true");
    assert_has(buf_str(&code), "people_statements_n = 4;");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_statement_is_read_with_its_columns_and_without_comments),
        cmocka_unit_test(each_fault_is_said_once_at_its_place),
        cmocka_unit_test(counting_with_a_star_is_no_fault),
        cmocka_unit_test(the_code_has_types_functions_and_the_list),
    };
    return cmocka_run_group_tests_name("sqlgen", tests, begin, end);
}
