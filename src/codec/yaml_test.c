/* YAML in: what the subset holds, what it refuses, and where it says so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "codec/yaml.h"

static Arena arena;

static int set_up(void **state)
{
    (void)state;
    arena_init(&arena, MIB(16));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

static const Yaml *parsed(const char *text)
{
    Yaml *yaml = NULL;
    YamlFaults faults = {0};
    assert_int_equal(yaml_parse(&arena, str_from_c(text), YAML_LIMITS_DEFAULT, &yaml, &faults), OK);
    assert_int_equal(faults.n, 0);
    return yaml;
}

/* The faults as "line:column line:column ...". */
static const char *places(const char *text)
{
    Yaml *yaml = NULL;
    YamlFaults faults = {0};
    assert_int_equal(yaml_parse(&arena, str_from_c(text), YAML_LIMITS_DEFAULT, &yaml, &faults),
                     ERR_MALFORMED);
    Buf buf;
    buf_init(&buf, &arena, KIB(4));
    for (size_t i = 0; i < faults.n; i++) {
        const YamlFault *fault = &faults.items[i];
        assert_true(fault->message.zh.n > 0 && fault->message.en.n > 0);
        buf_printf(&buf, "%s%d:%d", i == 0 ? "" : " ", fault->at.line, fault->at.column);
    }
    return str_to_c(&arena, buf_str(&buf));
}

static void assert_place(YamlPlace at, int line, int column)
{
    assert_int_equal(at.line, line);
    assert_int_equal(at.column, column);
}

static void every_scalar_is_the_text_that_stands_there(void **state)
{
    (void)state;
    const Yaml *yaml = parsed("a: no\nb: 01\nc: ~\nd: 1_000\ne: 0x1f\nf: 2025-06-30\ng: null\n");
    static const char *const texts[] = {"no", "01", "~", "1_000", "0x1f", "2025-06-30", "null"};
    const Yaml *entry = yaml->first;
    for (size_t i = 0; i < 7; i++, entry = entry->next) {
        assert_true(str_equals_c(entry->text, texts[i]));
        assert_false(entry->is_quoted);
    }
    assert_null(entry);
}

static void absent_differs_from_empty_text(void **state)
{
    (void)state;
    const Yaml *yaml = parsed("a:\nb: ''\nc:\n  - \n");
    assert_true(yaml_is_absent(yaml_get(yaml, STR("a"))));
    assert_false(yaml_is_absent(yaml_get(yaml, STR("b"))));
    assert_true(yaml_is_absent(yaml_get(yaml, STR("c"))->first));
    assert_true(yaml_is_absent(yaml_get(yaml, STR("none"))));
    assert_true(yaml_is_absent(parsed("# nothing but a comment\n")));
    assert_true(yaml_is_absent(parsed("")));
}

static void every_piece_knows_its_place(void **state)
{
    (void)state;
    const Yaml *yaml = parsed("form: x\n"
                              "\"标题\": {zh: '高 血', en: \"H\"}\n"
                              "fields:\n"
                              "  - id: a\n"
                              "    check: |\n"
                              "\n"
                              "      a > 1\n");
    const Yaml *title = yaml_get(yaml, STR("标题"));
    assert_place(title->key_at, 2, 1);
    assert_true(title->key_is_quoted);
    assert_place(title->at, 2, 7);
    assert_place(title->first->at, 2, 12);
    assert_place(title->first->text_at, 2, 13);
    assert_place(title->first->next->key_at, 2, 19);
    const Yaml *field = yaml_get(yaml, STR("fields"))->first;
    assert_place(field->at, 4, 5);
    const Yaml *check = yaml_get(field, STR("check"));
    assert_place(check->key_at, 5, 5);
    assert_place(check->at, 5, 12);
    assert_true(check->is_quoted);
    assert_true(str_equals_c(check->text, "\na > 1\n"));
    assert_string_equal(str_to_c(&arena, yaml_path(&arena, check)), "fields[0].check");
    assert_string_equal(str_to_c(&arena, yaml_path(&arena, title->first)), "标题.zh");
    assert_string_equal(str_to_c(&arena, yaml_path(&arena, yaml)), "");
}

static void the_refused_parts_are_all_reported(void **state)
{
    (void)state;
    assert_string_equal(places("form: &x hyp\n"
                               "form: 3\n"
                               "\"form\": 4\n"
                               "title: *x\n"
                               "[a, b]: 3\n"
                               "<<: {a: b}\n"
                               "t: !!int 3\n"
                               "list: &l\n"
                               "  - !x y\n"),
                        "1:7 2:1 3:1 4:8 5:1 6:1 7:4 8:7 9:5");
}

static void a_value_of_a_refused_key_is_left_out_quietly(void **state)
{
    (void)state;
    assert_string_equal(places("a: 1\na: {b: {c: [1, 2]}, b: 3}\nd: 1\nd: 2\n"), "2:1 2:21 4:1");
}

static void one_document_without_directives(void **state)
{
    (void)state;
    assert_int_equal(parsed("---\na: 1\n...\n")->n, 1);
    assert_string_equal(places("a: 1\n---\nb: 2\n"), "2:1");
    assert_string_equal(places("%YAML 1.2\n---\na: 1\n"), "1:1");
    assert_string_equal(places("%TAG !e! tag:example.com,2000:\n---\na: 1\n"), "1:1");
}

static void bytes_are_checked_before_anything_else(void **state)
{
    (void)state;
    assert_string_equal(places("a: 王\nb: \xff\n"), "2:4");
    assert_string_equal(places("a: \x07\n"), "1:4");
    assert_string_equal(places("a: 1\n? b\n: 2\n"), "2:1");
    assert_string_equal(places("a: {b: 1, ? c : 2}\n"), "1:11");
    assert_int_equal(parsed("a: b? c?\nd: 'really ? yes'\n")->n, 2);
    assert_int_equal(parsed("\xef\xbb\xbf"
                            "a: 1\r\nb: 2\r\n")
                         ->n,
                     2);
}

static void a_second_colon_is_explained(void **state)
{
    (void)state;
    Yaml *yaml = NULL;
    YamlFaults faults = {0};
    assert_int_equal(
        yaml_parse(&arena, STR("a: 1\nlabel: 一: 二\n"), YAML_LIMITS_DEFAULT, &yaml, &faults),
        ERR_MALFORMED);
    assert_int_equal(faults.n, 1);
    assert_place(faults.items[0].at, 2, 9);
    assert_true(str_find(faults.items[0].message.en, STR("quote"), 0) != SIZE_MAX);
}

static Err parse_nested(size_t n, unsigned depth)
{
    Buf buf;
    buf_init(&buf, &arena, MIB(1));
    for (size_t i = 0; i < n; i++)
        buf_put_char(&buf, '[');
    for (size_t i = 0; i < n; i++)
        buf_put_char(&buf, ']');
    Yaml *yaml = NULL;
    YamlFaults faults = {0};
    Err err = yaml_parse(&arena, buf_str(&buf), (YamlLimits){MIB(1), depth}, &yaml, &faults);
    assert_int_equal(faults.n, err == OK ? 0 : 1);
    return err;
}

static void depth_and_size_are_bounded(void **state)
{
    (void)state;
    assert_int_equal(parse_nested(8, 8), OK);
    assert_int_equal(parse_nested(9, 8), ERR_LIMIT);
    assert_int_equal(parse_nested(60, 64), OK);
    assert_int_not_equal(parse_nested(100, 1000), OK);
    assert_int_not_equal(parse_nested(100000, 1000), OK);
    Yaml *yaml = NULL;
    YamlFaults faults = {0};
    assert_int_equal(yaml_parse(&arena, STR("a: 12345678"), (YamlLimits){10, 8}, &yaml, &faults),
                     ERR_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_scalar_is_the_text_that_stands_there),
        cmocka_unit_test(absent_differs_from_empty_text),
        cmocka_unit_test(every_piece_knows_its_place),
        cmocka_unit_test(the_refused_parts_are_all_reported),
        cmocka_unit_test(a_value_of_a_refused_key_is_left_out_quietly),
        cmocka_unit_test(one_document_without_directives),
        cmocka_unit_test(bytes_are_checked_before_anything_else),
        cmocka_unit_test(a_second_colon_is_explained),
        cmocka_unit_test(depth_and_size_are_bounded),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
