/* CSV: a state machine over the text; cells without doubled quotes are not copied. */
#include "codec/csv.h"

#include <string.h>

#include "base/utf8.h"
#include "base/vec.h"

#define WORDING(zh_text, en_text)                                                                  \
 ((Wording){{"" zh_text, sizeof(zh_text) - 1}, {"" en_text, sizeof(en_text) - 1}})

typedef VEC(Str) CellList;

static const Str byte_order_mark = {"\xef\xbb\xbf", 3};

CsvReader csv_read(Str text, CsvLimits limits)
{
    if (str_has_prefix(text, byte_order_mark))
        text = str_slice(text, 3, text.n);
    return (CsvReader){.rest = text, .limits = limits, .line = 1};
}

static Err fail(CsvReader *reader, CsvFault *fault, size_t column, Err err, Wording message)
{
    *fault = (CsvFault){reader->row, column, reader->line, message};
    reader->rest = (Str){0};
    return err;
}

/* A quoted cell without its quotes, doubled ones made single. */
static Str unquote(Arena *arena, Str raw)
{
    if (str_find_char(raw, '"', 0) == SIZE_MAX)
        return raw;
    char *text = arena_array(arena, char, raw.n);
    size_t n = 0;
    for (size_t i = 0; i < raw.n; i++) {
        text[n++] = raw.p[i];
        if (raw.p[i] == '"')
            i++;
    }
    return (Str){text, n};
}

/* At the opening quote; leaves the reader after the closing one. */
static Err take_quoted(CsvReader *reader, Arena *arena, size_t column, Str *ret_cell,
                       CsvFault *fault)
{
    size_t at = 1;
    size_t lines = 0;
    for (;; at++) {
        if (at >= reader->rest.n)
            return fail(reader, fault, column, ERR_MALFORMED,
                        WORDING("引号没有结束", "the quotation mark is never closed"));
        lines += reader->rest.p[at] == '\n';
        if (reader->rest.p[at] != '"')
            continue;
        if (at + 1 < reader->rest.n && reader->rest.p[at + 1] == '"')
            at++;
        else
            break;
    }
    *ret_cell = unquote(arena, str_slice(reader->rest, 1, at));
    reader->rest = str_slice(reader->rest, at + 1, reader->rest.n);
    reader->line += lines;
    return OK;
}

static bool is_separator(char c)
{
    return c == ',' || c == '\r' || c == '\n';
}

/* Up to the comma or line end; quotes inside stand for themselves. */
static Str take_plain(CsvReader *reader)
{
    size_t at = 0;
    while (at < reader->rest.n && !is_separator(reader->rest.p[at]))
        at++;
    Str cell = str_slice(reader->rest, 0, at);
    reader->rest = str_slice(reader->rest, at, reader->rest.n);
    return cell;
}

static Err take_cell(CsvReader *reader, Arena *arena, size_t column, Str *ret_cell, CsvFault *fault)
{
    if (reader->rest.n > 0 && reader->rest.p[0] == '"')
        TRY(take_quoted(reader, arena, column, ret_cell, fault));
    else
        *ret_cell = take_plain(reader);
    if (ret_cell->n > reader->limits.cell_bytes || arena->is_over)
        return fail(reader, fault, column, ERR_LIMIT,
                    WORDING("单元格内容过长", "the cell is too long"));
    if (!utf8_is_valid(*ret_cell))
        return fail(reader, fault, column, ERR_MALFORMED,
                    WORDING("不是有效的 UTF-8 编码（请另存为 CSV UTF-8）",
                            "not valid UTF-8 (save as CSV UTF-8)"));
    if (ret_cell->n > 0 && memchr(ret_cell->p, '\0', ret_cell->n) != NULL)
        return fail(reader, fault, column, ERR_MALFORMED,
                    WORDING("不接受空字符 U+0000", "the character U+0000 is not accepted"));
    return OK;
}

/* After a cell: a comma (*ret_more) or the end of the row. */
static Err take_separator(CsvReader *reader, size_t column, bool *ret_more, CsvFault *fault)
{
    Str rest = reader->rest;
    *ret_more = rest.n > 0 && rest.p[0] == ',';
    size_t n = rest.n == 0 ? 0 : 1;
    if (rest.n > 0 && rest.p[0] == '\r') {
        n = 2;
        if (rest.n < 2 || rest.p[1] != '\n')
            return fail(reader, fault, column, ERR_MALFORMED,
                        WORDING("回车符后须为换行符", "a carriage return without a line feed"));
    } else if (rest.n > 0 && !*ret_more && rest.p[0] != '\n') {
        return fail(reader, fault, column, ERR_MALFORMED,
                    WORDING("引号结束后还有多余内容", "there is more after the closing quote"));
    }
    reader->rest = str_slice(rest, n, rest.n);
    reader->line += n > 0 && !*ret_more;
    return OK;
}

Err csv_next_row(CsvReader *reader, Arena *arena, bool *ret_has, CsvRow *ret_row,
                 CsvFault *reterr_fault)
{
    if (reader->rest.n == 0) {
        *ret_has = false;
        return OK;
    }
    reader->row++;
    size_t first_line = reader->line;
    CellList cells = {0};
    bool has_more = true;
    while (has_more) {
        if (cells.n == reader->limits.cells)
            return fail(reader, reterr_fault, cells.n + 1, ERR_LIMIT,
                        WORDING("列数过多", "too many columns"));
        Str cell = {0};
        TRY(take_cell(reader, arena, cells.n + 1, &cell, reterr_fault));
        TRY(take_separator(reader, cells.n + 1, &has_more, reterr_fault));
        VEC_PUSH(arena, &cells, cell);
    }
    *ret_row = (CsvRow){cells.items, cells.n, reader->row, first_line};
    *ret_has = true;
    return OK;
}

CsvWriter csv_write(Buf *buf)
{
    return (CsvWriter){.buf = buf};
}

static bool needs_quotes(Str cell)
{
    if (cell.n == 0)
        return false;
    if (cell.p[0] == ' ' || str_has_prefix(cell, byte_order_mark) || cell.p[cell.n - 1] == ' ')
        return true;
    for (size_t i = 0; i < cell.n; i++)
        if (cell.p[i] == ',' || cell.p[i] == '"' || cell.p[i] == '\r' || cell.p[i] == '\n')
            return true;
    return false;
}

void csv_put(CsvWriter *writer, Str cell)
{
    if (writer->has_cell)
        buf_put_char(writer->buf, ',');
    writer->has_cell = true;
    if (!needs_quotes(cell)) {
        buf_put(writer->buf, cell);
        return;
    }
    buf_put_char(writer->buf, '"');
    for (Str rest = cell; rest.n > 0;) {
        size_t quote = str_find_char(rest, '"', 0);
        buf_put(writer->buf, str_slice(rest, 0, quote));
        if (quote == SIZE_MAX)
            break;
        buf_put(writer->buf, STR("\"\""));
        rest = str_slice(rest, quote + 1, rest.n);
    }
    buf_put_char(writer->buf, '"');
}

void csv_end_row(CsvWriter *writer)
{
    buf_put(writer->buf, STR("\r\n"));
    writer->has_cell = false;
}
