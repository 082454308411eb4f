/* JSON in and out: trees, places of faults, typed members, escapes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "codec/json.h"
#include "codec/json_out.h"

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

static const Json *parsed(const char *text)
{
    Json *json = NULL;
    JsonFault fault = {0};
    assert_int_equal(json_parse(&arena, str_from_c(text), JSON_LIMITS_DEFAULT, &json, &fault), OK);
    return json;
}

static JsonFault refused(Str text, Err expected)
{
    Json *json = NULL;
    JsonFault fault = {0};
    assert_int_equal(json_parse(&arena, text, JSON_LIMITS_DEFAULT, &json, &fault), expected);
    assert_true(fault.message.zh.n > 0 && fault.message.en.n > 0);
    return fault;
}

static void assert_text(Str s, const char *expected)
{
    assert_string_equal(str_to_c(&arena, s), expected);
}

static void a_tree_keeps_order_and_kinds(void **state)
{
    (void)state;
    const Json *json = parsed(" {\"b\": [1, -2.5e1, true, null, \"王\\u00e9\\ud83d\\ude00\"],"
                              " \"a\": {}} ");
    assert_int_equal(json->n, 2);
    assert_text(json->first->key, "b");
    assert_text(json->first->next->key, "a");
    const Json *items = json_get(json, STR("b"));
    assert_int_equal(items->n, 5);
    assert_int_equal(json_at(items, 0)->integer, 1);
    assert_true(json_at(items, 1)->kind == JSON_DECIMAL);
    assert_true(fabs(json_at(items, 1)->decimal + 25.0) < 1e-12);
    assert_true(json_at(items, 2)->boolean);
    assert_true(json_is(json_at(items, 3), JSON_NULL));
    assert_text(json_at(items, 4)->text, "王é😀");
    assert_null(json_at(items, 5));
    assert_null(json_get(json, STR("c")));
    assert_null(json_get(items, STR("b")));
    assert_null(json_at(json, 0));
}

static void integers_fit_64_bits_or_are_refused(void **state)
{
    (void)state;
    assert_true(parsed("-9223372036854775808")->integer == INT64_MIN);
    assert_true(parsed("9007199254740993")->integer == 9007199254740993);
    refused(STR("9223372036854775808"), ERR_LIMIT);
    refused(STR("1e999"), ERR_LIMIT);
}

static void typed_members_tell_absent_from_wrong(void **state)
{
    (void)state;
    const Json *json = parsed("{\"text\":\"x\",\"n\":3,\"null\":null,\"day\":\"2025-06-30\","
                              "\"id\":\"0190163d-8694-739b-aea5-966c26f8ad91\",\"yes\":true}");
    Str text = {0};
    int64_t integer = 0;
    double decimal = 0;
    bool boolean = false;
    Date date = DATE_NONE;
    Uuid uuid = UUID_NIL;
    assert_int_equal(json_get_text(json, STR("text"), &text), OK);
    assert_int_equal(json_get_text(json, STR("n"), &text), ERR_INVALID);
    assert_int_equal(json_get_text(json, STR("null"), &text), ERR_NOT_FOUND);
    assert_int_equal(json_get_text(json, STR("none"), &text), ERR_NOT_FOUND);
    assert_int_equal(json_get_integer(json, STR("n"), &integer), OK);
    assert_int_equal(integer, 3);
    assert_int_equal(json_get_decimal(json, STR("n"), &decimal), OK);
    assert_true(fabs(decimal - 3.0) < 1e-12);
    assert_int_equal(json_get_decimal(json, STR("text"), &decimal), ERR_INVALID);
    assert_int_equal(json_get_bool(json, STR("yes"), &boolean), OK);
    assert_true(boolean);
    assert_int_equal(json_get_date(json, STR("day"), &date), OK);
    assert_int_equal(date.days, date_from_ymd(2025, 6, 30).days);
    assert_int_equal(json_get_date(json, STR("text"), &date), ERR_INVALID);
    assert_int_equal(json_get_uuid(json, STR("id"), &uuid), OK);
    assert_int_equal(json_get_uuid(json, STR("text"), &uuid), ERR_INVALID);
}

static void a_pointer_names_the_way_down(void **state)
{
    (void)state;
    const Json *json = parsed("{\"a/b\":[0,{\"m~n\":{\"\":1}}]}");
    assert_text(json_pointer(&arena, json), "");
    const Json *inner = json_get(json_at(json->first, 1), STR("m~n"));
    assert_text(json_pointer(&arena, inner->first), "/a~1b/1/m~0n/");
}

static void faults_have_line_and_column_in_characters(void **state)
{
    (void)state;
    JsonFault fault = refused(STR("{\"王\": 1,\n \"王王\" 2}"), ERR_MALFORMED);
    assert_int_equal(fault.line, 2);
    assert_int_equal(fault.column, 7);
    fault = refused(STR("[1,\n2,]"), ERR_MALFORMED);
    assert_int_equal(fault.line, 2);
    assert_int_equal(fault.column, 3);
    fault = refused(STR("[\"a"), ERR_MALFORMED);
    assert_int_equal(fault.column, 4);
    fault = refused(STR("[\"\xff\"]"), ERR_MALFORMED);
    assert_int_equal(fault.column, 3);
}

static void strict_rules_refuse_equal_names_and_nul(void **state)
{
    (void)state;
    JsonFault fault = refused(STR("{\"a\":1,\"b\":2,\"\\u0061\":3}"), ERR_MALFORMED);
    assert_int_equal(fault.column, 14);
    refused(STR("[\"\\u0000\"]"), ERR_MALFORMED);
    JsonLimits lax = {100, 4, JSON_LAX};
    Json *json = NULL;
    assert_int_equal(
        json_parse(&arena, STR("{\"a\":{\"x\":1},\"b\":2,\"a\":\"\\u0000\"}"), lax, &json, &fault),
        OK);
    assert_int_equal(json->n, 2);
    assert_int_equal(json_get(json, STR("a"))->kind, JSON_TEXT);
    assert_int_equal(json_get(json, STR("a"))->text.n, 1);
    assert_int_equal(json_get(json, STR("a"))->n, 0);
}

static void many_members_are_found_and_compared(void **state)
{
    (void)state;
    Buf buf;
    buf_init(&buf, &arena, MIB(1));
    JsonOut out = json_out(&buf);
    json_object_begin(&out);
    for (int i = 0; i < 5000; i++) {
        json_key(&out, str_printf(&arena, "member %d", i));
        json_integer(&out, i);
    }
    json_object_end(&out);
    const Json *json = parsed(str_to_c(&arena, buf_str(&buf)));
    assert_int_equal(json->n, 5000);
    assert_int_equal(json_get(json, STR("member 4321"))->integer, 4321);
    buf.n--; /* over the closing brace */
    buf_put(&buf, STR(",\"member 3\":0}"));
    refused(buf_str(&buf), ERR_MALFORMED);
}

static Str nested(size_t n)
{
    char *text = arena_array(&arena, char, n * 2);
    memset(text, '[', n);
    memset(text + n, ']', n);
    return (Str){text, n * 2};
}

static void depth_size_and_memory_are_bounded(void **state)
{
    (void)state;
    Json *json = NULL;
    JsonFault fault = {0};
    JsonLimits limits = {MIB(1), 64, JSON_STRICT};
    assert_int_equal(json_parse(&arena, nested(64), limits, &json, &fault), OK);
    assert_int_equal(json_parse(&arena, nested(65), limits, &json, &fault), ERR_LIMIT);
    assert_int_equal(fault.column, 65);
    assert_int_equal(json_parse(&arena, nested(100000), limits, &json, &fault), ERR_LIMIT);
    limits.bytes = 10;
    assert_int_equal(json_parse(&arena, nested(6), limits, &json, &fault), ERR_LIMIT);
    Arena small;
    arena_init(&small, KIB(16));
    char *zeros = arena_array(&arena, char, 2001);
    for (size_t i = 0; i < 2000; i++)
        zeros[i] = i % 2 == 0 ? ',' : '0';
    zeros[0] = '[';
    zeros[2000] = ']';
    assert_int_equal(json_parse(&small, (Str){zeros, 2001}, JSON_LIMITS_DEFAULT, &json, &fault),
                     ERR_LIMIT);
    arena_reset(&small);
    assert_int_equal(json_parse(&small, STR("[0,0]"), JSON_LIMITS_DEFAULT, &json, &fault), OK);
    arena_done(&small);
}

static void the_writer_escapes_by_itself(void **state)
{
    (void)state;
    Buf buf;
    buf_init(&buf, &arena, KIB(4));
    JsonOut out = json_out(&buf);
    json_object_begin(&out);
    json_key(&out, STR("a\"\\"));
    json_text(&out, STR("\x01\b\f\n\r\t\x1f/<王>\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xaa\x7f"));
    json_key_c(&out, "b");
    json_array_begin(&out);
    json_decimal(&out, 19.1);
    json_decimal(&out, 100000000.0);
    json_decimal(&out, -0.0);
    json_decimal(&out, (double)NAN);
    json_integer(&out, INT64_MIN);
    json_bool(&out, false);
    json_null(&out);
    json_date(&out, date_from_ymd(2025, 6, 30));
    json_date(&out, DATE_NONE);
    json_instant(&out, (Instant){0});
    json_uuid(&out, UUID_NIL);
    json_raw(&out, STR("{}"));
    json_array_begin(&out);
    json_array_end(&out);
    json_array_end(&out);
    assert_false(json_out_is_whole(&out));
    json_object_end(&out);
    assert_true(json_out_is_whole(&out));
    assert_text(
        buf_str(&buf),
        "{\"a\\\"\\\\\":\"\\u0001\\b\\f\\n\\r\\t\\u001f/<王>\\u2028\\u2029\xe2\x80\xaa\x7f\","
        "\"b\":[19.1,100000000,0,null,-9223372036854775808,false,null,\"2025-06-30\",null,"
        "\"1970-01-01T00:00:00.000Z\",null,{},[]]}");
}

static Str written(Str text)
{
    Buf *buf = arena_new(&arena, Buf);
    buf_init(buf, &arena, 4096);
    JsonOut out = json_out(buf);
    json_text(&out, text);
    return buf_str(buf);
}

/* Texts of every length up to a few blocks, with one byte to escape at every place. */
static void escapes_are_found_wherever_they_stand(void **state)
{
    (void)state;
    static const struct {
        const char *raw, *escaped;
    } marks[] = {{"\"", "\\\""},
                 {"\n", "\\n"},
                 {"\xe2\x80\xa9", "\\u2029"},
                 {"\xe2\x80\x93", "\xe2\x80\x93"}};
    for (int n = 0; n <= 50; n++) {
        for (int at = 0; at <= n; at++) {
            for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
                Str before = str_printf(&arena, "%.*s", at,
                                        "0123456789 0123456789 0123456789 0123456789 012345");
                Str after = str_printf(&arena, "%.*s", n - at,
                                       "abcdefghijklmnopqrstuvwxyz~}|{^]_[ABCDEFGHIJKLMNOPQ");
                Str raw =
                    str_printf(&arena, "%.*s%s%.*s", STR_ARG(before), marks[i].raw, STR_ARG(after));
                Str wanted = str_printf(&arena, "\"%.*s%s%.*s\"", STR_ARG(before), marks[i].escaped,
                                        STR_ARG(after));
                assert_true(str_equals(written(raw), wanted));
            }
        }
    }
}

static void two_texts_are_an_object_like_any_other(void **state)
{
    (void)state;
    Buf buf;
    buf_init(&buf, &arena, 4096);
    JsonOut out = json_out(&buf);
    json_array_begin(&out);
    json_two_texts(&out, "zh", STR("收缩压"), "en", STR("Systolic"));
    json_two_texts(&out, "zh", STR("\"引\""), "en", STR("a\\b"));
    json_two_texts(&out, "zh", STR(""), "en", STR("x"));
    json_object_begin(&out);
    json_key_c(&out, "unit");
    json_two_texts(&out, "zh", STR("次"), "en", STR("times"));
    json_key_c(&out, "n");
    json_integer(&out, 1);
    json_object_end(&out);
    json_array_end(&out);
    assert_true(json_out_is_whole(&out));
    assert_true(str_equals_c(
        buf_str(&buf),
        "[{\"zh\":\"收缩压\",\"en\":\"Systolic\"},{\"zh\":\"\\\"引\\\"\",\"en\":\"a\\\\b\"},"
        "{\"zh\":\"\",\"en\":\"x\"},{\"unit\":{\"zh\":\"次\",\"en\":\"times\"},\"n\":1}]"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tree_keeps_order_and_kinds),
        cmocka_unit_test(integers_fit_64_bits_or_are_refused),
        cmocka_unit_test(typed_members_tell_absent_from_wrong),
        cmocka_unit_test(a_pointer_names_the_way_down),
        cmocka_unit_test(faults_have_line_and_column_in_characters),
        cmocka_unit_test(strict_rules_refuse_equal_names_and_nul),
        cmocka_unit_test(many_members_are_found_and_compared),
        cmocka_unit_test(depth_size_and_memory_are_bounded),
        cmocka_unit_test(the_writer_escapes_by_itself),
        cmocka_unit_test(escapes_are_found_wherever_they_stand),
        cmocka_unit_test(two_texts_are_an_object_like_any_other),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
