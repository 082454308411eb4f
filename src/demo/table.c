/* Reading the embedded tables. They are ours, so a fault in one is a fault of ours. */
#include "demo/table.h"

#include "base/num.h"
#include "base/vec.h"
#include "codec/csv.h"
#include "demo/demo_data_embed.h"

Str table_text(const char *file)
{
    for (size_t i = 0; i < embed_demo_data_n; i++) {
        if (str_equals_c(embed_demo_data[i].name, file))
            return embed_demo_data[i].content;
    }
    ENSURE(false);
}

NumberTable table_numbers(const char *file, Arena *arena)
{
    CsvReader reader = csv_read(table_text(file), CSV_LIMITS_DEFAULT);
    VEC(NumberRow) rows = {0};
    for (;;) {
        CsvRow row;
        CsvFault fault;
        bool has_row = false;
        ENSURE(csv_next_row(&reader, arena, &has_row, &row, &fault) == OK);
        if (!has_row)
            break;
        if (row.row == 1)
            continue;
        NumberRow numbers = {0};
        for (size_t i = 0; i < row.n && i < 4; i++)
            ENSURE(num_parse_double(row.cells[i], &numbers.cells[i]) == OK);
        VEC_PUSH(arena, &rows, numbers);
    }
    return (NumberTable){rows.items, rows.n};
}
