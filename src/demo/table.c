/* Reading the embedded tables. They are ours, so a fault in one is a fault of ours. */
#include "demo/table.h"

#include "base/num.h"
#include "base/vec.h"
#include "demo/demo_data_embed.h"

Str table_text(const char *file)
{
    for (size_t i = 0; i < embed_demo_data_n; i++) {
        if (str_equals_c(embed_demo_data[i].name, file))
            return embed_demo_data[i].content;
    }
    ENSURE(false);
}

void table_each(const char *file, Arena *arena, TableTake *take, void *arg)
{
    CsvReader reader = csv_read(table_text(file), CSV_LIMITS_DEFAULT);
    for (;;) {
        CsvRow row;
        CsvFault fault;
        bool has_row = false;
        ENSURE(csv_next_row(&reader, arena, &has_row, &row, &fault) == OK);
        if (!has_row)
            return;
        if (row.row > 1)
            take(arg, &row);
    }
}

typedef struct {
    Arena *arena;
    VEC(NumberRow) rows;
} Numbers;

static void take_numbers(void *arg, const CsvRow *row)
{
    Numbers *numbers = arg;
    NumberRow one = {0};
    for (size_t i = 0; i < row->n && i < 4; i++)
        ENSURE(num_parse_double(row->cells[i], &one.cells[i]) == OK);
    VEC_PUSH(numbers->arena, &numbers->rows, one);
}

NumberTable table_numbers(const char *file, Arena *arena)
{
    Numbers numbers = {.arena = arena};
    table_each(file, arena, take_numbers, &numbers);
    return (NumberTable){numbers.rows.items, numbers.rows.n};
}
