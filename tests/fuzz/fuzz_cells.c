/* Cells: what was read without a fault is written byte for byte as it was. Encodings besides. */
#include "base/cells.h"
#include "base/encoding.h"

static void check_cells(Arena *arena, Str text)
{
    Buf buf;
    buf_init(&buf, arena, MIB(1));
    CellsWriter writer = cells_write(&buf);
    CellsReader reader = cells_read(text);
    Str cell = {0};
    while (cells_next_line(&reader)) {
        while (cells_next_cell(&reader, arena, &cell))
            cells_put(&writer, cell);
        if (!reader.is_malformed)
            cells_end_line(&writer);
    }
    ENSURE(reader.is_malformed || str_equals(buf_str(&buf), text));
}

static void check_encodings(Arena *arena, Str text)
{
    Str bytes = {0}, back = {0};
    if (base64url_decode(arena, text, &bytes) == OK)
        ENSURE(str_equals(base64url_encode(arena, bytes), text));
    ENSURE(base64url_decode(arena, base64url_encode(arena, text), &back) == OK);
    ENSURE(str_equals(back, text));
    if (hex_decode(arena, text, &bytes) == OK)
        ENSURE(str_equals(hex_encode(arena, bytes), str_lower(arena, text)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    Arena arena;
    arena_init(&arena, MIB(16));
    Str text = {(const char *)data, n};
    check_cells(&arena, text);
    check_encodings(&arena, text);
    arena_done(&arena);
    return 0;
}
