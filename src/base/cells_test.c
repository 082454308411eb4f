/* Cells and the encodings of bytes: what is written is what is read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/cells.h"
#include "base/encoding.h"

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

static void assert_str(Str s, Str expected)
{
    assert_int_equal(s.n, expected.n);
    if (s.n > 0)
        assert_memory_equal(s.p, expected.p, s.n);
}

static void any_text_is_one_cell(void **state)
{
    (void)state;
    const Str cells[] = {STR(""),       STR("a\tb"),    STR("\\"),   STR("\\t"),
                         STR("\n\r\n"), STR("王\t\\n"), STR("a\0b"), STR("")};
    Buf buf;
    buf_init(&buf, &arena, KIB(4));
    CellsWriter writer = cells_write(&buf);
    for (size_t i = 0; i < 8; i++) {
        cells_put(&writer, cells[i]);
        if (i == 4)
            cells_end_line(&writer);
    }
    cells_end_line(&writer);
    CellsReader reader = cells_read(buf_str(&buf));
    Str cell = {0};
    for (size_t i = 0; i < 8; i++) {
        if (i == 0 || i == 5)
            assert_true(cells_next_line(&reader));
        assert_true(cells_next_cell(&reader, &arena, &cell));
        assert_str(cell, cells[i]);
    }
    assert_false(cells_next_cell(&reader, &arena, &cell));
    assert_false(cells_next_line(&reader));
    assert_false(reader.is_malformed);
    assert_int_equal(reader.line_number, 2);
}

static void a_line_without_cells_is_one_empty_cell(void **state)
{
    (void)state;
    CellsReader reader = cells_read(STR("\n\t\n"));
    Str cell = STR("x");
    assert_true(cells_next_line(&reader));
    assert_true(cells_next_cell(&reader, &arena, &cell));
    assert_str(cell, STR(""));
    assert_false(cells_next_cell(&reader, &arena, &cell));
    assert_true(cells_next_line(&reader));
    assert_true(cells_next_cell(&reader, &arena, &cell));
    assert_true(cells_next_cell(&reader, &arena, &cell));
    assert_false(cells_next_cell(&reader, &arena, &cell));
}

static void lines_may_be_left_half_read(void **state)
{
    (void)state;
    CellsReader reader = cells_read(STR("a\tb\nc\n"));
    Str cell = {0};
    assert_true(cells_next_line(&reader));
    assert_true(cells_next_line(&reader));
    assert_true(cells_next_cell(&reader, &arena, &cell));
    assert_str(cell, STR("c"));
}

static void malformed_cells_stop_the_reading(void **state)
{
    (void)state;
    const Str wrong[] = {STR("a"), STR("\\x\n"), STR("a\\\n"), STR("a\rb\n"), STR("a\nb")};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        CellsReader reader = cells_read(wrong[i]);
        Str cell = {0};
        while (cells_next_line(&reader))
            while (cells_next_cell(&reader, &arena, &cell))
                continue;
        assert_true(reader.is_malformed);
    }
}

static void numbers_are_written_as_plain_text(void **state)
{
    (void)state;
    Buf buf;
    buf_init(&buf, &arena, KIB(4));
    CellsWriter writer = cells_write(&buf);
    cells_put_integer(&writer, INT64_MIN);
    cells_put_integer(&writer, 0);
    cells_put_decimal(&writer, 19.1);
    cells_end_line(&writer);
    assert_str(buf_str(&buf), STR("-9223372036854775808\t0\t19.1\n"));
}

static void bytes_survive_hexadecimal_and_base64url(void **state)
{
    (void)state;
    char bytes[256];
    for (int i = 0; i < 256; i++)
        bytes[i] = (char)i;
    for (size_t n = 0; n <= sizeof bytes; n++) {
        Str all = {bytes, n}, back = {0};
        assert_int_equal(hex_decode(&arena, hex_encode(&arena, all), &back), OK);
        assert_str(back, all);
        assert_int_equal(base64url_decode(&arena, base64url_encode(&arena, all), &back), OK);
        assert_str(back, all);
    }
    assert_str(base64url_encode(&arena, STR("\xfb\xff\xbf")), STR("-_-_"));
    assert_str(base64url_encode(&arena, STR("foob")), STR("Zm9vYg"));
}

static void only_canonical_encodings_are_read(void **state)
{
    (void)state;
    Str back = {0};
    assert_int_equal(hex_decode(&arena, STR("abc"), &back), ERR_MALFORMED);
    assert_int_equal(hex_decode(&arena, STR("0g"), &back), ERR_MALFORMED);
    assert_int_equal(base64url_decode(&arena, STR("Zm9vYg=="), &back), ERR_MALFORMED);
    assert_int_equal(base64url_decode(&arena, STR("Zm9vYh"), &back), ERR_MALFORMED);
    assert_int_equal(base64url_decode(&arena, STR("Zm9vY"), &back), ERR_MALFORMED);
    assert_int_equal(base64url_decode(&arena, STR("Zm+v"), &back), ERR_MALFORMED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_text_is_one_cell),
        cmocka_unit_test(a_line_without_cells_is_one_empty_cell),
        cmocka_unit_test(lines_may_be_left_half_read),
        cmocka_unit_test(malformed_cells_stop_the_reading),
        cmocka_unit_test(numbers_are_written_as_plain_text),
        cmocka_unit_test(bytes_survive_hexadecimal_and_base64url),
        cmocka_unit_test(only_canonical_encodings_are_read),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
