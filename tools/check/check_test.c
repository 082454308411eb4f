/* The checker itself: every rule finds the breach planted for it, and nothing in a good tree. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/buf.h"
#include "base/os_file.h"
#include "check.h"

static Arena arena;
static Str root;

static void put(const char *path, const char *text)
{
    Str full = os_path_join(&arena, root, str_from_c(path));
    size_t end = full.n;
    while (full.p[end - 1] != '/')
        end--;
    assert_int_equal(os_folder_make(str_slice(full, 0, end - 1)), OK);
    assert_int_equal(os_file_write(full, str_from_c(text), 0644), OK);
}

static void put_head(const char *path, const char *text)
{
    put(path, str_to_c(&arena, str_printf(&arena, "/* A file. */\n%s", text)));
}

/* A good tree in a folder of its own. */
static int set_up(void **state)
{
    (void)state;
    arena_init(&arena, MIB(64));
    if (os_folder_make_temporary(&arena, STR("catchment-check"), &root) != OK)
        return -1;
    put("layers.txt", "# who may include whom\nbase : pure\nos : base\ndb : base os\n"
                      "engine/things : base db\nengine/owed : base db engine/things\n"
                      "web : base engine/*\napp : *\n");
    put("stems.txt", "# stems\nthings : engine test web\n");
    put_head("src/base/str.h", "#pragma once\n#include <stddef.h>\n");
    put_head("src/base/arena.c", "#include <stdlib.h>\nvoid *p;\n\nvoid f(void)\n{\n"
                                 "    p = malloc(1);\n}\n");
    put_head("src/base/os_clock.c", "#include <time.h>\n#include \"base/str.h\"\n");
    put_head("src/db/db.h", "#include \"base/str.h\"\n#include \"base/os_clock.h\"\n");
    put_head("src/db/db_sqlite.c", "#include <sqlite3.h>\n#include \"db/db_int.h\"\n");
    put_head("src/engine/things/things.c",
             "#include \"db/db.h\"\n"
             "static const char *a = \"see http://example.org // not a comment \\\" TODOS\";\n"
             "static const char b = '\"'; /* malloc( in a comment */\n"
             "static const char *c = \"malloc(1) DELETE\";\nvoid g(Thing *t)\n{\n"
             "    t->free(t);\n    record_time(t);\n}\n");
    put_head("src/engine/things/things_test.c", "#include <unistd.h>\n"
                                                "#include \"base/os_clock.h\"\n");
    put("src/engine/things/README.md", "# things\n");
    put("src/engine/things/meson.build", "# sources\n");
    put_head("src/web/api_things.c", "#include \"engine/things/things.h\"\n");
    put_head("src/main.c", "#include \"app/app.h\"\n");
    put_head("src/app/app.c", "#include \"web/web.h\"\n#include \"engine/things/things.h\"\n");
    put("src/engine/things/things.sql",
        "-- Things.\n\n-- name: thing_of :one\nSELECT r.id FROM v_record r\n"
        "WHERE {scope:record r};\n\n-- name: thing_all :many\n-- unscoped: a count\n"
        "SELECT 1 FROM resident;\n\n-- name: thing_other :many\nSELECT 1 FROM record_end;\n");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    Err err = os_folder_remove(&arena, root);
    arena_done(&arena);
    return err == OK ? 0 : -1;
}

/* All breaches, a line each. */
static const char *found(void)
{
    CheckBreaches breaches = {0};
    assert_int_equal(check_run(&arena, root, &breaches), OK);
    Buf buf;
    buf_init(&buf, &arena, MIB(1));
    for (size_t i = 0; i < breaches.n; i++)
        buf_printf(&buf, "%.*s:%zu: %.*s\n", STR_ARG(breaches.items[i].path),
                   breaches.items[i].line, STR_ARG(breaches.items[i].message));
    return str_to_c(&arena, buf_str(&buf));
}

/* Exactly one breach, at this place, whose message has this in it. */
static void assert_breach(const char *place, const char *part)
{
    const char *all = found();
    const char *end = strchr(all, '\n');
    if (strncmp(all, place, strlen(place)) != 0 || strstr(all, part) == NULL || end == NULL
        || end[1] != '\0')
        fail_msg("wanted one breach at %s with \"%s\", found:\n%s", place, part, all);
}

static void a_good_tree_has_no_breach(void **state)
{
    (void)state;
    assert_string_equal(found(), "");
}

static void an_include_against_the_layers_is_found(void **state)
{
    (void)state;
    put_head("src/engine/things/more.c", "\n#include \"engine/owed/owed.h\"\n");
    assert_breach("src/engine/things/more.c:3:", "may not include engine/owed");
}

static void a_pure_folder_may_not_reach_the_system(void **state)
{
    (void)state;
    put_head("src/base/more.c", "#include \"base/os_clock.h\"\n");
    assert_breach("src/base/more.c:2:", "base may not include os");
}

static void an_include_without_a_layer_is_found(void **state)
{
    (void)state;
    put_head("src/db/more.c", "#include \"nowhere/more.h\"\n");
    assert_breach("src/db/more.c:2:", "no such layer");
}

static void an_include_by_a_bare_name_is_found(void **state)
{
    (void)state;
    put_head("src/db/more.c", "#include \"db.h\"\n");
    assert_breach("src/db/more.c:2:", "paths are from src/");
}

static void a_private_header_stays_in_its_folder(void **state)
{
    (void)state;
    put_head("src/engine/things/more.c", "#include \"db/db_int.h\"\n");
    assert_breach("src/engine/things/more.c:2:", "private");
}

static void a_library_is_known_to_one_file(void **state)
{
    (void)state;
    put_head("src/db/more.c", "#include <sqlite3.h>\n");
    assert_breach("src/db/more.c:2:", "src/db/db_sqlite.c only");
}

static void a_system_header_stays_at_the_edge(void **state)
{
    (void)state;
    put_head("src/db/more.c", "#include <unistd.h>\n");
    assert_breach("src/db/more.c:2:", "<unistd.h>");
}

static void a_banned_call_is_found(void **state)
{
    (void)state;
    put_head("src/db/more.c", "void f(void)\n{\n    free (0);\n}\n");
    assert_breach("src/db/more.c:4:", "free is not called here");
}

static void the_clock_is_read_at_the_edge_only(void **state)
{
    (void)state;
    put_head("src/db/more.c", "long f(void)\n{\n    return time(NULL);\n}\n");
    assert_breach("src/db/more.c:4:", "now is a parameter");
}

static const char *lines_of(const char *line, size_t n)
{
    Buf buf;
    buf_init(&buf, &arena, MIB(1));
    for (size_t i = 0; i < n; i++)
        buf_put_c(&buf, line);
    return str_to_c(&arena, buf_str(&buf));
}

static void a_long_function_is_found(void **state)
{
    (void)state;
    const char *body = lines_of("    x++;\n", 77);
    put_head("src/db/more.c",
             str_to_c(&arena,
                      str_printf(&arena, "int x;\n\nint f(int a,\n      int b)\n{\n%s}\n", body)));
    assert_breach("src/db/more.c:4:", "f has 81 lines");
}

static void many_middling_functions_are_found(void **state)
{
    (void)state;
    Buf buf;
    buf_init(&buf, &arena, MIB(1));
    for (int i = 0; i < 10; i++)
        buf_printf(&buf, "int f%d(void)\n{\n%s}\n\n", i, lines_of("    x++;\n", 57));
    put_head("src/db/more.c", str_to_c(&arena, buf_str(&buf)));
    assert_breach("src:0:", "60 lines");
}

static void a_long_file_is_found(void **state)
{
    (void)state;
    put("ui/src/desk.vue", lines_of("<p></p>\n", 801));
    assert_breach("ui/src/desk.vue:801:", "801 lines");
}

static void a_line_comment_is_found(void **state)
{
    (void)state;
    put_head("src/db/more.c", "int x; // why\n");
    assert_breach("src/db/more.c:2:", "/* */");
}

static void a_note_to_self_is_found(void **state)
{
    (void)state;
    put_head("src/db/more.c", "int x; /* TODO later */\n");
    assert_breach("src/db/more.c:2:", "TODO");
}

static void a_blank_at_the_end_is_found(void **state)
{
    (void)state;
    put_head("src/db/more.c", "int x; \n");
    assert_breach("src/db/more.c:2:", "blanks");
}

static void a_file_without_its_comment_is_found(void **state)
{
    (void)state;
    put("src/db/more.c", "int x;\n");
    assert_breach("src/db/more.c:1:", "comment");
}

static void sql_in_c_is_found(void **state)
{
    (void)state;
    put_head("src/db/more.c", "const char *a = \"x\",\n"
                              "           *b = \"SELECT 1\";\n");
    assert_breach("src/db/more.c:3:", "SQL belongs");
}

static void sql_may_be_built_where_tables_of_forms_are_made(void **state)
{
    (void)state;
    put("layers.txt", "base : pure\nos : base\ndb : base os\nform : base\n"
                      "engine/things : base db\nweb : base engine/*\napp : *\n");
    put_head("src/form/ddl.c", "const char *a = \"CREATE TABLE\";\n");
    assert_string_equal(found(), "");
}

static void a_statement_without_scope_is_found(void **state)
{
    (void)state;
    put("src/db/more.sql", "-- More.\n\n-- name: more_all :many\nSELECT 1\nFROM thing t JOIN\n"
                           "    v_resident r ON r.id = t.id;\n");
    assert_breach("src/db/more.sql:6:", "more_all reads v_resident");
}

static void an_exemption_needs_its_reason(void **state)
{
    (void)state;
    put("src/db/more.sql", "-- More.\n\n-- name: more_all :many\n-- unscoped:\n"
                           "SELECT 1 FROM record;\n");
    assert_breach("src/db/more.sql:5:", "more_all reads record");
}

static void a_scope_counts_for_its_own_statement_only(void **state)
{
    (void)state;
    put("src/db/more.sql", "-- More.\n\n-- name: more_one :one\n"
                           "SELECT 1 FROM record r WHERE {scope:record r};\n\n"
                           "-- name: more_all :many\nSELECT 1 FROM record;\n");
    assert_breach("src/db/more.sql:7:", "more_all");
}

static void a_missing_piece_of_a_stem_is_found(void **state)
{
    (void)state;
    put("stems.txt", "# stems\nthings : engine test web cli\n");
    assert_breach("stems.txt:2:", "things lacks its cli: src/cli/cmd_things.c");
}

static void an_unknown_stem_is_found(void **state)
{
    (void)state;
    put_head("src/web/api_other.c", "int x;\n");
    assert_breach("src/web/api_other.c:0:", "does not name other");
}

static void an_engine_without_readme_is_found(void **state)
{
    (void)state;
    assert_int_equal(os_file_remove(os_path_join(&arena, root, STR("src/engine/things/README.md"))),
                     OK);
    assert_breach("src/engine/things/README.md:0:", "README");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_good_tree_has_no_breach),
        TEST(an_include_against_the_layers_is_found),
        TEST(a_pure_folder_may_not_reach_the_system),
        TEST(an_include_without_a_layer_is_found),
        TEST(an_include_by_a_bare_name_is_found),
        TEST(a_private_header_stays_in_its_folder),
        TEST(a_library_is_known_to_one_file),
        TEST(a_system_header_stays_at_the_edge),
        TEST(a_banned_call_is_found),
        TEST(the_clock_is_read_at_the_edge_only),
        TEST(a_long_function_is_found),
        TEST(many_middling_functions_are_found),
        TEST(a_long_file_is_found),
        TEST(a_line_comment_is_found),
        TEST(a_note_to_self_is_found),
        TEST(a_blank_at_the_end_is_found),
        TEST(a_file_without_its_comment_is_found),
        TEST(sql_in_c_is_found),
        TEST(sql_may_be_built_where_tables_of_forms_are_made),
        TEST(a_statement_without_scope_is_found),
        TEST(an_exemption_needs_its_reason),
        TEST(a_scope_counts_for_its_own_statement_only),
        TEST(a_missing_piece_of_a_stem_is_found),
        TEST(an_unknown_stem_is_found),
        TEST(an_engine_without_readme_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
