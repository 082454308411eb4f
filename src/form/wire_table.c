/* Reading the tables of a declaration: `table`, then its keys, then its columns. A table is whole
 * at each column that is read, so nothing has to close it. */
#include "form/wire_int.h"

#include "base/num.h"

/* The cells from the fourth on; beyond WIRE_CELL_MOST they stand in the line still. */
static bool next_cell(WireLine *line, size_t *at, Str *ret_cell)
{
    if (*at < line->n) {
        *ret_cell = line->cell[(*at)++];
        return true;
    }
    return line->n == WIRE_CELL_MOST && cells_next_cell(&line->cells, line->arena, ret_cell);
}

bool wire_read_table(WireTables *tables, WireLine *line)
{
    if (line->n != 2)
        return false;
    ExprTable *table = arena_new(line->arena, ExprTable);
    tables->open = table;
    tables->keys = arena_array(line->arena, ExprTableKey, EXPR_KEY_MOST);
    tables->columns = arena_array(line->arena, Str, EXPR_COLUMN_MOST);
    *table = (ExprTable){.id = line->cell[1], .keys = tables->keys, .columns = tables->columns};
    VEC_PUSH(line->arena, &tables->list, table);
    return true;
}

static bool read_key_type(Str name, ExprType *ret_type)
{
    FieldType type = FIELD_TEXT;
    if (!wire_type_find(name, &type) || type > FIELD_DECIMAL)
        return false;
    *ret_type = type == FIELD_TEXT      ? EXPR_TEXT
                : type == FIELD_INTEGER ? EXPR_INTEGER
                                        : EXPR_DECIMAL;
    return true;
}

bool wire_read_key(WireTables *tables, WireLine *line)
{
    ExprTable *table = tables->open;
    ExprTableKey key = {.id = line->n < 4 ? (Str){0} : line->cell[1]};
    if (table == NULL || line->n < 4 || table->column_n > 0 || table->key_n == EXPR_KEY_MOST
        || !read_key_type(line->cell[2], &key.type))
        return false;
    VEC(Str) texts = {0};
    VEC(double) numbers = {0};
    size_t at = 3;
    Str cell = {0};
    while (next_cell(line, &at, &cell) && key.n < EXPR_ROW_MOST) {
        double number = 0;
        if (key.type == EXPR_TEXT)
            VEC_PUSH(line->arena, &texts, cell);
        else if (num_parse_double(cell, &number) != OK
                 || (key.n > 0 && number <= numbers.items[key.n - 1]))
            return false;
        else
            VEC_PUSH(line->arena, &numbers, number);
        key.n++;
    }
    key.texts = texts.items;
    key.numbers = numbers.items;
    if (expr_table_rows(table) * key.n > EXPR_ROW_MOST)
        return false;
    tables->keys[table->key_n++] = key;
    return true;
}

bool wire_read_numbers(WireTables *tables, WireLine *line)
{
    ExprTable *table = tables->open;
    if (table == NULL || line->n < 4 || table->key_n == 0 || table->column_n == EXPR_COLUMN_MOST)
        return false;
    size_t row_n = expr_table_rows(table), column_n = table->column_n;
    double *cells = arena_array(line->arena, double, row_n *(column_n + 1));
    size_t at = 2;
    for (size_t row = 0; row < row_n; row++) {
        Str cell = {0};
        for (size_t i = 0; i < column_n; i++)
            cells[row * (column_n + 1) + i] = table->cells[row * column_n + i];
        if (!next_cell(line, &at, &cell)
            || num_parse_double(cell, &cells[row * (column_n + 1) + column_n]) != OK)
            return false;
    }
    Str more = {0};
    tables->columns[table->column_n++] = line->cell[1];
    table->cells = cells;
    return !next_cell(line, &at, &more);
}
