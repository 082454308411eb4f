/* Cells: reading finds escapes with one pass and copies only the cells that have some. */
#include "base/cells.h"

#include "base/num.h"

CellsReader cells_read(Str document)
{
    return (CellsReader){.rest = document};
}

bool cells_next_line(CellsReader *reader)
{
    reader->has_cell = false;
    if (reader->is_malformed || reader->rest.n == 0)
        return false;
    size_t end = str_find_char(reader->rest, '\n', 0);
    if (end == SIZE_MAX) {
        reader->is_malformed = true;
        return false;
    }
    reader->line = str_slice(reader->rest, 0, end);
    reader->rest = str_slice(reader->rest, end + 1, reader->rest.n);
    reader->line_number++;
    reader->has_cell = true;
    return true;
}

/* The character that the escape \c stands for, or 0. */
static char escaped(char c)
{
    switch (c) {
    case '\\': return '\\';
    case 't': return '\t';
    case 'n': return '\n';
    case 'r': return '\r';
    default: return '\0';
    }
}

static bool unescape(Arena *arena, Str raw, Str *ret_cell)
{
    char *text = arena_array(arena, char, raw.n);
    size_t n = 0;
    for (size_t i = 0; i < raw.n; i++) {
        char c = raw.p[i];
        if (c == '\r')
            return false;
        if (c == '\\') {
            i++;
            c = i < raw.n ? escaped(raw.p[i]) : '\0';
            if (c == '\0')
                return false;
        }
        text[n++] = c;
    }
    *ret_cell = (Str){text, n};
    return true;
}

bool cells_next_cell(CellsReader *reader, Arena *arena, Str *ret_cell)
{
    if (reader->is_malformed || !reader->has_cell)
        return false;
    size_t end = str_find_char(reader->line, '\t', 0);
    Str raw = str_slice(reader->line, 0, end);
    reader->has_cell = end != SIZE_MAX;
    if (reader->has_cell)
        reader->line = str_slice(reader->line, end + 1, reader->line.n);
    if (str_find_char(raw, '\\', 0) == SIZE_MAX && str_find_char(raw, '\r', 0) == SIZE_MAX) {
        *ret_cell = raw;
        return true;
    }
    reader->is_malformed = !unescape(arena, raw, ret_cell);
    return !reader->is_malformed;
}

CellsWriter cells_write(Buf *buf)
{
    return (CellsWriter){.buf = buf};
}

static const char *escape_of(char c)
{
    switch (c) {
    case '\\': return "\\\\";
    case '\t': return "\\t";
    case '\n': return "\\n";
    case '\r': return "\\r";
    default: return NULL;
    }
}

void cells_put(CellsWriter *writer, Str cell)
{
    if (writer->has_cell)
        buf_put_char(writer->buf, '\t');
    writer->has_cell = true;
    size_t from = 0;
    for (size_t i = 0; i < cell.n; i++) {
        const char *escape = escape_of(cell.p[i]);
        if (escape == NULL)
            continue;
        buf_put(writer->buf, str_slice(cell, from, i));
        buf_put_c(writer->buf, escape);
        from = i + 1;
    }
    buf_put(writer->buf, str_slice(cell, from, cell.n));
}

void cells_put_integer(CellsWriter *writer, int64_t value)
{
    /* Through unsigned, so that the smallest value has a magnitude. */
    char text[24];
    size_t at = sizeof text;
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do {
        text[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (value < 0)
        text[--at] = '-';
    cells_put(writer, (Str){text + at, sizeof text - at});
}

void cells_put_decimal(CellsWriter *writer, double value)
{
    char text[NUM_TEXT_SIZE];
    cells_put(writer, str_from_c(num_format_double(value, text)));
}

void cells_end_line(CellsWriter *writer)
{
    buf_put_char(writer->buf, '\n');
    writer->has_cell = false;
}
