/* The readers against public test suites: JSONTestSuite, yaml-test-suite, csv-spectrum and the big
 * list of naughty strings. They lie outside the repository, in the folder named by the environment
 * variable CATCHMENT_EXTERNAL or beside the checkout; where they are absent, the tests are skipped
 * and say so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "base/cells.h"
#include "base/os_file.h"
#include "base/os_process.h"
#include "codec/csv.h"
#include "codec/json.h"
#include "codec/json_out.h"
#include "codec/yaml.h"

static Arena arena;
static Str suites;

static int set_up(void **state)
{
    (void)state;
    arena_init(&arena, MIB(256));
    Str external = os_environment("CATCHMENT_EXTERNAL");
    if (external.n == 0)
        external = STR(SOURCE_ROOT "/../shared/external");
    suites = os_path_join(&arena, external, STR("robustness"));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

/* A path inside the suites; the running test is skipped when it is not there. */
static Str required(const char *path)
{
    Str full = os_path_join(&arena, suites, str_from_c(path));
    if (!os_file_exists(full) && !os_folder_exists(full)) {
        print_message("skipped: %s is not here\n", str_to_c(&arena, full));
        skip();
    }
    return full;
}

static Str contents(Str folder, Str name)
{
    Str text = {0};
    assert_int_equal(os_file_read(&arena, os_path_join(&arena, folder, name), MIB(4), &text), OK);
    return text;
}

static const JsonLimits wide = {MIB(4), 1000, JSON_LAX};

static Err parse_json(Str text, JsonRules rules, Json **ret_json)
{
    JsonFault fault = {0};
    JsonLimits limits = wide;
    limits.rules = rules;
    Err err = json_parse(&arena, text, limits, ret_json, &fault);
    assert_true(err == OK || (fault.line > 0 && fault.column > 0 && fault.message.zh.n > 0));
    return err;
}

/* The four that a strict reader refuses although the grammar allows them. */
static bool is_ambiguous(Str name)
{
    return str_has_prefix(name, STR("y_object_duplicated_key"))
           || str_equals(name, STR("y_object_escaped_null_in_key.json"))
           || str_equals(name, STR("y_string_null_escape.json"));
}

static void json_that_is_right_is_read_and_wrong_refused(void **state)
{
    (void)state;
    Str folder = required("json-test-suite/test_parsing");
    OsEntries files = {0};
    assert_int_equal(os_folder_list(&arena, folder, &files), OK);
    size_t right = 0, wrong = 0, ambiguous = 0;
    for (size_t i = 0; i < files.n; i++) {
        Str name = files.items[i].name;
        Str text = contents(folder, name);
        Json *json = NULL;
        Err lax = parse_json(text, JSON_LAX, &json);
        Err strict = parse_json(text, JSON_STRICT, &json);
        bool is_right = str_has_prefix(name, STR("y_"));
        bool is_wrong = str_has_prefix(name, STR("n_"));
        right += is_right && lax == OK;
        wrong += is_wrong && lax != OK && strict != OK;
        ambiguous += is_ambiguous(name) && strict != OK;
        if ((is_right && lax != OK) || (is_wrong && (lax == OK || strict == OK))
            || (is_right && (strict != OK) != is_ambiguous(name)))
            fail_msg("%s: lax %s, strict %s", str_to_c(&arena, name), err_name(lax),
                     err_name(strict));
    }
    assert_int_equal(right, 95);
    assert_int_equal(wrong, 188);
    assert_int_equal(ambiguous, 4);
}

static void write_value(JsonOut *out, const Json *json)
{
    switch (json->kind) {
    case JSON_NULL: json_null(out); break;
    case JSON_BOOL: json_bool(out, json->boolean); break;
    case JSON_INTEGER: json_integer(out, json->integer); break;
    case JSON_DECIMAL: json_decimal(out, json->decimal); break;
    case JSON_TEXT: json_text(out, json->text); break;
    case JSON_ARRAY:
        json_array_begin(out);
        for (const Json *each = json->first; each != NULL; each = each->next)
            write_value(out, each);
        json_array_end(out);
        break;
    case JSON_OBJECT:
        json_object_begin(out);
        for (const Json *each = json->first; each != NULL; each = each->next) {
            json_key(out, each->key);
            write_value(out, each);
        }
        json_object_end(out);
        break;
    }
}

static Str written(const Json *json)
{
    Buf buf;
    buf_init(&buf, &arena, MIB(1));
    JsonOut out = json_out(&buf);
    write_value(&out, json);
    assert_true(json_out_is_whole(&out) && !buf.is_over);
    return buf_str(&buf);
}

static size_t rewrite_all(Str folder)
{
    OsEntries files = {0};
    assert_int_equal(os_folder_list(&arena, folder, &files), OK);
    size_t count = 0;
    for (size_t i = 0; i < files.n; i++) {
        Json *json = NULL, *again = NULL;
        JsonFault fault = {0};
        JsonLimits limits = {MIB(4), JSON_OUT_DEPTH, JSON_STRICT};
        if (json_parse(&arena, contents(folder, files.items[i].name), limits, &json, &fault) != OK)
            continue;
        Str text = written(json);
        assert_int_equal(parse_json(text, JSON_STRICT, &again), OK);
        assert_true(str_equals(written(again), text));
        count++;
    }
    return count;
}

static void what_was_read_is_written_and_read_the_same(void **state)
{
    (void)state;
    assert_in_range(rewrite_all(required("json-test-suite/test_parsing")), 91, 200);
    assert_in_range(rewrite_all(required("json-test-suite/test_transform")), 8, 22);
}

static void wrong_yaml_is_refused_and_none_breaks_the_reader(void **state)
{
    (void)state;
    Str text = contents(required("yaml-test-suite"), STR("yaml-test-suite.json"));
    Json *suite = NULL;
    assert_int_equal(parse_json(text, JSON_STRICT, &suite), OK);
    size_t cases = 0, refused = 0, read = 0;
    for (const Json *entry = suite->first; entry != NULL; entry = entry->next) {
        const Json *list = json_get(entry, STR("cases"));
        for (const Json *each = list->first; each != NULL; each = each->next) {
            Str yaml_text = {0};
            bool must_fail = false;
            assert_int_equal(json_get_text(each, STR("yaml"), &yaml_text), OK);
            (void)!json_get_bool(each, STR("fail"), &must_fail);
            Yaml *yaml = NULL;
            YamlFaults faults = {0};
            Err err = yaml_parse(&arena, yaml_text, YAML_LIMITS_DEFAULT, &yaml, &faults);
            assert_true((err == OK) == (faults.n == 0));
            if (must_fail && err == OK)
                fail_msg("accepted: %s", str_to_c(&arena, entry->first->text));
            refused += must_fail && err != OK;
            read += err == OK;
            cases++;
        }
    }
    assert_int_equal(cases, 402);
    assert_int_equal(refused, 94);
    assert_true(read >= 180);
}

/* Every row below the first is an object under the names of the first. One file of the suite is a
 * single object, and its telephone number is not that of its CSV. */
static void assert_row_is(const CsvRow *head, const CsvRow *row, const Json *expected)
{
    assert_int_equal(row->n, head->n);
    assert_int_equal(expected->n, head->n);
    for (size_t i = 0; i < row->n; i++) {
        Str value = {0};
        assert_int_equal(json_get_text(expected, head->cells[i], &value), OK);
        if (str_equals(head->cells[i], STR("Contact Phone Number")))
            continue;
        assert_true(str_equals(row->cells[i], value));
    }
}

static void every_csv_of_the_spectrum_is_read_right(void **state)
{
    (void)state;
    Str folder = required("csv-spectrum/csvs");
    OsEntries files = {0};
    assert_int_equal(os_folder_list(&arena, folder, &files), OK);
    assert_int_equal(files.n, 12);
    for (size_t i = 0; i < files.n; i++) {
        Str stem = str_slice(files.items[i].name, 0, files.items[i].name.n - 4);
        Str name = str_printf(&arena, "csv-spectrum/json/%.*s.json", STR_ARG(stem));
        Json *expected = NULL;
        assert_int_equal(parse_json(contents(suites, name), JSON_STRICT, &expected), OK);
        CsvReader reader = csv_read(contents(folder, files.items[i].name), CSV_LIMITS_DEFAULT);
        CsvRow head = {0}, row = {0};
        CsvFault fault = {0};
        bool has = false;
        assert_int_equal(csv_next_row(&reader, &arena, &has, &head, &fault), OK);
        const Json *object = expected->kind == JSON_ARRAY ? expected->first : expected;
        while (csv_next_row(&reader, &arena, &has, &row, &fault) == OK && has) {
            assert_non_null(object);
            assert_row_is(&head, &row, object);
            object = object->next;
        }
        assert_int_equal(fault.row, 0);
        assert_null(object);
    }
}

static void assert_survives(Str text)
{
    Buf buf;
    buf_init(&buf, &arena, MIB(1));
    JsonOut out = json_out(&buf);
    json_array_begin(&out);
    json_text(&out, text);
    json_array_end(&out);
    Json *json = NULL;
    assert_int_equal(parse_json(buf_str(&buf), JSON_STRICT, &json), OK);
    assert_true(str_equals(json->first->text, text));

    buf_clear(&buf);
    CellsWriter cells = cells_write(&buf);
    cells_put(&cells, text);
    cells_end_line(&cells);
    CellsReader reader = cells_read(buf_str(&buf));
    Str back = {0};
    assert_true(cells_next_line(&reader) && cells_next_cell(&reader, &arena, &back));
    assert_true(str_equals(back, text));

    buf_clear(&buf);
    CsvWriter csv = csv_write(&buf);
    csv_put(&csv, text);
    csv_end_row(&csv);
    CsvReader rows = csv_read(buf_str(&buf), CSV_LIMITS_DEFAULT);
    CsvRow row = {0};
    CsvFault fault = {0};
    bool has = false;
    assert_int_equal(csv_next_row(&rows, &arena, &has, &row, &fault), OK);
    assert_true(has && row.n == 1 && str_equals(row.cells[0], text));
}

static void naughty_strings_survive_every_format(void **state)
{
    (void)state;
    Json *list = NULL;
    assert_int_equal(parse_json(contents(required("blns"), STR("blns.json")), JSON_STRICT, &list),
                     OK);
    assert_int_equal(list->n, 515);
    for (const Json *each = list->first; each != NULL; each = each->next)
        assert_survives(each->text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_that_is_right_is_read_and_wrong_refused),
        cmocka_unit_test(what_was_read_is_written_and_read_the_same),
        cmocka_unit_test(wrong_yaml_is_refused_and_none_breaks_the_reader),
        cmocka_unit_test(every_csv_of_the_spectrum_is_read_right),
        cmocka_unit_test(naughty_strings_survive_every_format),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
