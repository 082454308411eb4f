/* Tables of numbers (tables/NAME.yaml, their rows in a CSV file beside it). The declaration lists
 * the values of each key, so that a row that is missing is known. */
#include "pack/pack_int.h"

#include "base/num.h"
#include "base/utf8.h"
#include "codec/csv.h"

#include <math.h>

typedef struct TableReader {
    Reader *reader; /* of the declaration, then of the rows */
    ExprTableKey keys[EXPR_KEY_MOST];
    ExprTable table;
    double *cells;
    size_t *lines; /* of each row; 0: none yet */
} TableReader;

/* [1, 2] */
static bool read_texts(Reader *reader, const Yaml *list, ExprTableKey *key)
{
    if (!read_list(reader, list, "values", true))
        return false;
    Str *texts = arena_array(reader->loader->arena, Str, list->n);
    for (const Yaml *item = list->first; item != NULL; item = item->next) {
        texts[key->n] = read_scalar(reader, item);
        if (texts[key->n].n == 0)
            return false;
        for (size_t i = 0; i < key->n; i++) {
            if (!str_equals(texts[i], texts[key->n]))
                continue;
            MISTAKE_AT(reader->loader, reader->file, item->at, MISTAKE_ID_DUPLICATE, same(texts[i]),
                       same(key->id));
            return false;
        }
        key->n++;
    }
    key->texts = texts;
    return key->n > 0;
}

/* from, to, step: whole numbers, or decimals when the step is one. */
static bool read_steps(Reader *reader, const Yaml *item, ExprTableKey *key)
{
    double from = 0, to = 0, step = 1;
    const Yaml *last = read_key(item, "to"), *by = read_key(item, "step");
    if (!read_number(reader, read_key(item, "from"), &from))
        return false;
    if (last == NULL) {
        MISTAKE_AT(reader->loader, reader->file, item->at, MISTAKE_KEY_MISSING, same(STR("to")));
        return false;
    }
    if (!read_number(reader, last, &to) || (by != NULL && !read_number(reader, by, &step)))
        return false;
    double n = step > 0 ? (to - from) / step : -1;
    if (n < 0 || n >= EXPR_ROW_MOST || fabs(n - round(n)) > 1e-6) {
        MISTAKE_AT(reader->loader, reader->file, last->at, MISTAKE_LOOKUP_RANGE,
                   number_words(reader->loader, from), number_words(reader->loader, to),
                   number_words(reader->loader, step));
        return false;
    }
    bool is_whole = floor(from) >= from && floor(step) >= step;
    key->type = is_whole ? EXPR_INTEGER : EXPR_DECIMAL;
    key->n = (size_t)round(n) + 1;
    double *numbers = arena_array(reader->loader->arena, double, key->n);
    for (size_t i = 0; i < key->n; i++)
        numbers[i] = num_round(from + (double)i * step, 6);
    key->numbers = numbers;
    return true;
}

static bool read_key_values(TableReader *tables, const Yaml *item)
{
    static const char *const keys[] = {"id", "values", "from", "to", "step", NULL};
    Reader *reader = tables->reader;
    ExprTable *table = &tables->table;
    if (!read_map(reader, item, keys, 1))
        return false;
    ExprTableKey key = {.type = EXPR_TEXT, .id = read_id(reader, item, "id")};
    const Yaml *values = read_key(item, "values");
    read_either(reader, item, keys, "values", "from");
    if (key.id.n == 0 || (values == NULL) == (read_key(item, "from") == NULL)
        || !(values != NULL ? read_texts(reader, values, &key) : read_steps(reader, item, &key)))
        return false;
    if (table->key_n == EXPR_KEY_MOST || expr_table_rows(table) * key.n > EXPR_ROW_MOST) {
        MISTAKE_AT(reader->loader, reader->file, item->at, MISTAKE_LOOKUP_KEY_MANY,
                   number_words(reader->loader, EXPR_KEY_MOST),
                   number_words(reader->loader, EXPR_ROW_MOST));
        return false;
    }
    tables->keys[table->key_n++] = key;
    return true;
}

static bool read_columns(TableReader *tables, const Yaml *list)
{
    Reader *reader = tables->reader;
    if (!read_list(reader, list, "columns", true) || list->n > EXPR_COLUMN_MOST)
        return false;
    Str *columns = arena_array(reader->loader->arena, Str, list->n);
    for (const Yaml *item = list->first; item != NULL; item = item->next) {
        columns[tables->table.column_n] = read_scalar(reader, item);
        if (columns[tables->table.column_n++].n == 0)
            return false;
    }
    tables->table.columns = columns;
    return tables->table.column_n > 0;
}

/* ---- rows ---- */

static size_t width(const ExprTable *table)
{
    return table->key_n + table->column_n;
}

/* The character at which the cell begins, as long as no cell before it is quoted. */
static YamlPlace cell_place(const CsvRow *row, size_t cell)
{
    size_t column = 1;
    for (size_t i = 0; i < cell; i++)
        column += utf8_length(row->cells[i]) + 1;
    return (YamlPlace){(int)row->line, (int)column};
}

static Str header_name(const ExprTable *table, size_t i)
{
    return i < table->key_n ? table->keys[i].id : table->columns[i - table->key_n];
}

static bool is_header(TableReader *tables, const CsvRow *row)
{
    const ExprTable *table = &tables->table;
    Loader *loader = tables->reader->loader;
    Str *names = arena_array(loader->mistake_arena, Str, width(table));
    bool is_right = row->n == width(table);
    for (size_t i = 0; i < width(table); i++) {
        names[i] = header_name(table, i);
        is_right = is_right && str_equals(row->cells[i], names[i]);
    }
    if (!is_right)
        MISTAKE_AT(loader, tables->reader->file, cell_place(row, 0), MISTAKE_LOOKUP_HEADER,
                   same(str_join(loader->mistake_arena, names, width(table), STR(","))));
    return is_right;
}

static ExprValue key_value(const ExprTableKey *key, Str cell)
{
    double number = 0;
    if (key->type == EXPR_TEXT)
        return (ExprValue){.type = EXPR_TEXT, .as.text = cell};
    if (num_parse_double(cell, &number) != OK)
        return EXPR_ABSENT;
    return (ExprValue){.type = EXPR_DECIMAL, .as.decimal = number};
}

/* The row's place in the table; SIZE_MAX when a key is wrong, which is noted. */
static size_t row_of(TableReader *tables, const CsvRow *row)
{
    const ExprTable *table = &tables->table;
    size_t at = 0;
    for (size_t i = 0; i < table->key_n; i++) {
        const ExprTableKey *key = &table->keys[i];
        size_t found = expr_table_find_key(key, key_value(key, row->cells[i]));
        if (found == SIZE_MAX) {
            MISTAKE_AT(tables->reader->loader, tables->reader->file, cell_place(row, i),
                       MISTAKE_LOOKUP_KEY, same(row->cells[i]), same(key->id));
            return SIZE_MAX;
        }
        at = at * key->n + found;
    }
    return at;
}

static Str keys_text(const ExprTable *table, size_t row, Arena *arena)
{
    Str parts[EXPR_KEY_MOST] = {{0}};
    for (size_t i = table->key_n; i > 0; i--) {
        const ExprTableKey *key = &table->keys[i - 1];
        char text[NUM_TEXT_SIZE];
        size_t at = row % key->n;
        Str value = key->type == EXPR_TEXT ? key->texts[at]
                                           : str_from_c(num_format_double(key->numbers[at], text));
        parts[i - 1] = str_printf(arena, "%.*s %.*s", STR_ARG(key->id), STR_ARG(value));
        row /= key->n;
    }
    return str_join(arena, parts, table->key_n, STR(", "));
}

static bool read_row(TableReader *tables, const CsvRow *row)
{
    const ExprTable *table = &tables->table;
    Loader *loader = tables->reader->loader;
    LoadFile *file = tables->reader->file;
    if (row->n != width(table)) {
        MISTAKE_AT(loader, file, cell_place(row, 0), MISTAKE_LOOKUP_CELLS,
                   same(str_printf(loader->mistake_arena, "%zu", row->n)),
                   same(str_printf(loader->mistake_arena, "%zu", width(table))));
        return false;
    }
    size_t at = row_of(tables, row);
    if (at == SIZE_MAX)
        return false;
    if (tables->lines[at] > 0) {
        MISTAKE_AT(loader, file, cell_place(row, 0), MISTAKE_LOOKUP_ROW_DUPLICATE,
                   same(keys_text(table, at, loader->mistake_arena)),
                   same(str_printf(loader->mistake_arena, "%zu", tables->lines[at])));
        return false;
    }
    tables->lines[at] = row->line;
    bool is_sound = true;
    for (size_t i = 0; i < table->column_n; i++) {
        Str cell = row->cells[table->key_n + i];
        if (num_parse_double(cell, &tables->cells[at * table->column_n + i]) == OK)
            continue;
        is_sound = false;
        MISTAKE_AT(loader, file, cell_place(row, table->key_n + i), MISTAKE_LOOKUP_NUMBER,
                   same(cell));
    }
    return is_sound;
}

/* Whether every row was read; a row that is itself wrong is not said to be missing. */
static bool read_rows(TableReader *tables)
{
    Loader *loader = tables->reader->loader;
    LoadFile *file = tables->reader->file;
    CsvReader csv = csv_read(file->text, CSV_LIMITS_DEFAULT);
    bool is_sound = true;
    for (;;) {
        bool has_row = false;
        CsvRow row = {0};
        CsvFault fault = {0};
        if (csv_next_row(&csv, loader->arena, &has_row, &row, &fault) != OK) {
            MISTAKE_AT(loader, file, ((YamlPlace){(int)fault.line, 1}), MISTAKE_CSV, fault.message);
            return false;
        }
        if (!has_row)
            return is_sound;
        bool is_right = row.row == 1 ? is_header(tables, &row) : read_row(tables, &row);
        if (row.row == 1 && !is_right)
            return false;
        is_sound = is_sound && is_right;
    }
}

static bool is_complete(TableReader *tables, Reader *reader, const Yaml *named)
{
    size_t missing = 0, first = 0;
    for (size_t i = expr_table_rows(&tables->table); i > 0; i--) {
        if (tables->lines[i - 1] > 0)
            continue;
        missing++;
        first = i - 1;
    }
    Arena *arena = reader->loader->mistake_arena;
    if (missing > 0)
        MISTAKE_AT(reader->loader, reader->file, named->at, MISTAKE_LOOKUP_ROW_MISSING,
                   same(keys_text(&tables->table, first, arena)),
                   same(str_printf(arena, "%zu", missing)));
    return missing == 0;
}

static bool read_table(TableReader *tables, const Yaml *map)
{
    Reader *reader = tables->reader;
    Arena *arena = reader->loader->arena;
    const Yaml *keys = read_key(map, "keys"), *columns = read_key(map, "columns");
    const Yaml *named = read_key(map, "table");
    bool is_sound = keys != NULL && columns != NULL && named != NULL;
    LoadFile *file = named == NULL ? NULL : find_csv(reader, named);
    if (!is_sound || !read_list(reader, keys, "keys", true))
        return false;
    tables->table.keys = tables->keys;
    for (const Yaml *item = keys->first; item != NULL && is_sound; item = item->next)
        is_sound = read_key_values(tables, item);
    if (!is_sound || !read_columns(tables, columns) || file == NULL)
        return false;
    size_t row_n = expr_table_rows(&tables->table);
    tables->cells = arena_array(arena, double, row_n * tables->table.column_n);
    tables->lines = arena_array(&reader->loader->work, size_t, row_n);
    tables->table.cells = tables->cells;
    Reader rows = {reader->loader, file};
    tables->reader = &rows;
    is_sound = read_rows(tables);
    tables->reader = reader;
    return is_sound && is_complete(tables, reader, named);
}

void load_table(Loader *loader, Declared *declared)
{
    static const char *const keys[] = {"id", "title", "source", "keys", "columns", "table", NULL};
    Reader reader = {loader, declared->file};
    const Yaml *map = declared->yaml;
    if (!read_map(&reader, map, keys, 6))
        return;
    LookupTable *lookup = arena_new(loader->arena, LookupTable);
    *lookup = (LookupTable){.title = read_wording(&reader, map, "title"),
                            .pack = declared->file->pack->pack->id,
                            .source = read_source(&reader, map)};
    TableReader tables = {.reader = &reader,
                          .table = {.id = str_copy(loader->arena, declared->id)}};
    if (!read_table(&tables, map))
        return;
    ExprTableKey *kept = arena_array(loader->arena, ExprTableKey, tables.table.key_n);
    for (size_t i = 0; i < tables.table.key_n; i++)
        kept[i] = tables.keys[i];
    lookup->table = tables.table;
    lookup->table.keys = kept;
    declared->compiled = lookup;
}
