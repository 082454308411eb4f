/* CSV in and out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "codec/csv.h"

static Arena arena;

static int set_up(void **state)
{
    (void)state;
    arena_init(&arena, MIB(4));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

static CsvRow next_row(CsvReader *reader)
{
    CsvRow row = {0};
    CsvFault fault = {0};
    bool has = false;
    assert_int_equal(csv_next_row(reader, &arena, &has, &row, &fault), OK);
    assert_true(has);
    return row;
}

static void assert_end(CsvReader *reader)
{
    CsvRow row = {0};
    CsvFault fault = {0};
    bool has = true;
    assert_int_equal(csv_next_row(reader, &arena, &has, &row, &fault), OK);
    assert_false(has);
}

static void rows_end_with_either_line_end(void **state)
{
    (void)state;
    CsvReader reader = csv_read(STR("\xef\xbb\xbf"
                                    "a,b\r\n1,\n\n,x"),
                                CSV_LIMITS_DEFAULT);
    CsvRow row = next_row(&reader);
    assert_int_equal(row.n, 2);
    assert_true(str_equals_c(row.cells[0], "a"));
    row = next_row(&reader);
    assert_int_equal(row.n, 2);
    assert_true(str_is_empty(row.cells[1]));
    row = next_row(&reader);
    assert_int_equal(row.n, 1);
    assert_int_equal(row.line, 3);
    row = next_row(&reader);
    assert_true(str_equals_c(row.cells[1], "x"));
    assert_int_equal(row.row, 4);
    assert_end(&reader);
    assert_end(&reader);
}

static void quotes_inside_plain_cells_stand_for_themselves(void **state)
{
    (void)state;
    CsvReader reader = csv_read(STR("36'37.8\"N,b\"\"\n"), CSV_LIMITS_DEFAULT);
    CsvRow row = next_row(&reader);
    assert_true(str_equals_c(row.cells[0], "36'37.8\"N"));
    assert_true(str_equals_c(row.cells[1], "b\"\""));
}

static void quoted_cells_hold_anything(void **state)
{
    (void)state;
    CsvReader reader = csv_read(STR("\"a,\"\"b\"\"\r\nc\",\"\"\nd"), CSV_LIMITS_DEFAULT);
    CsvRow row = next_row(&reader);
    assert_int_equal(row.n, 2);
    assert_true(str_equals_c(row.cells[0], "a,\"b\"\r\nc"));
    assert_true(str_is_empty(row.cells[1]));
    row = next_row(&reader);
    assert_int_equal(row.row, 2);
    assert_int_equal(row.line, 3);
}

typedef struct {
    Str text;
    size_t row, column, line;
    Err err;
} Refused;

static void faults_name_row_column_and_line(void **state)
{
    (void)state;
    const Refused cases[] = {
        {STR("\"a\nb\"\nc,\"d\"e\n"), 2, 2, 3, ERR_MALFORMED},
        {STR("a\n\"b"), 2, 1, 2, ERR_MALFORMED},
        {STR("a\rb"), 1, 1, 1, ERR_MALFORMED},
        {STR("a,\xb0\xa1\n"), 1, 2, 1, ERR_MALFORMED},
        {STR("a,b\0c\n"), 1, 2, 1, ERR_MALFORMED},
        {STR("1,2,3,4\n"), 1, 4, 1, ERR_LIMIT},
        {STR("1,abcdefghijk\n"), 1, 2, 1, ERR_LIMIT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CsvReader reader = csv_read(cases[i].text, (CsvLimits){3, 10});
        CsvRow row = {0};
        CsvFault fault = {0};
        bool has = true;
        Err err = OK;
        while (err == OK && has)
            err = csv_next_row(&reader, &arena, &has, &row, &fault);
        assert_int_equal(err, cases[i].err);
        assert_int_equal(fault.row, cases[i].row);
        assert_int_equal(fault.column, cases[i].column);
        assert_int_equal(fault.line, cases[i].line);
        assert_true(fault.message.zh.n > 0 && fault.message.en.n > 0);
        assert_end(&reader);
    }
}

static void what_is_written_reads_back(void **state)
{
    (void)state;
    const Str cells[] = {STR("plain"), STR("a,b"),    STR("say \"hi\""), STR("line\r\nend"),
                         STR(""),      STR(" blank"), STR("\""),         STR("王")};
    Buf buf;
    buf_init(&buf, &arena, KIB(4));
    CsvWriter writer = csv_write(&buf);
    for (size_t i = 0; i < 8; i++) {
        csv_put(&writer, cells[i]);
        if (i == 3)
            csv_end_row(&writer);
    }
    csv_end_row(&writer);
    CsvReader reader = csv_read(buf_str(&buf), CSV_LIMITS_DEFAULT);
    for (size_t i = 0; i < 8; i += 4) {
        CsvRow row = next_row(&reader);
        assert_int_equal(row.n, 4);
        for (size_t j = 0; j < 4; j++)
            assert_true(str_equals(row.cells[j], cells[i + j]));
    }
    assert_end(&reader);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_end_with_either_line_end),
        cmocka_unit_test(quotes_inside_plain_cells_stand_for_themselves),
        cmocka_unit_test(quoted_cells_hold_anything),
        cmocka_unit_test(faults_name_row_column_and_line),
        cmocka_unit_test(what_is_written_reads_back),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
