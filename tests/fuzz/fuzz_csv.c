/* CSV: rows that were read are written and read again the same. */
#include "base/vec.h"
#include "codec/csv.h"

typedef VEC(CsvRow) Rows;

static Err read_all(Arena *arena, Str text, Rows *rows)
{
    CsvReader reader = csv_read(text, (CsvLimits){100, KIB(8)});
    for (;;) {
        CsvRow row = {0};
        CsvFault fault = {0};
        bool has = false;
        Err err = csv_next_row(&reader, arena, &has, &row, &fault);
        if (err != OK)
            ENSURE(fault.row > 0 && fault.column > 0 && fault.line > 0 && fault.message.zh.n > 0);
        if (err != OK || !has)
            return err;
        ENSURE(row.n > 0);
        VEC_PUSH(arena, rows, row);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    Arena arena;
    arena_init(&arena, MIB(64));
    Rows rows = {0}, again = {0};
    if (read_all(&arena, (Str){(const char *)data, n}, &rows) == OK) {
        Buf buf;
        buf_init(&buf, &arena, MIB(16));
        CsvWriter writer = csv_write(&buf);
        for (size_t i = 0; i < rows.n; i++) {
            for (size_t j = 0; j < rows.items[i].n; j++)
                csv_put(&writer, rows.items[i].cells[j]);
            csv_end_row(&writer);
        }
        ENSURE(read_all(&arena, buf_str(&buf), &again) == OK && again.n == rows.n);
        for (size_t i = 0; i < rows.n; i++) {
            ENSURE(rows.items[i].n == again.items[i].n);
            for (size_t j = 0; j < rows.items[i].n; j++)
                ENSURE(str_equals(rows.items[i].cells[j], again.items[i].cells[j]));
        }
    }
    arena_done(&arena);
    return 0;
}
