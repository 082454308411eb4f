/* Reading sheets: header, cells by kind, and where a mistake stands. */
#include "core/sheet.h"

#include "base/num.h"
#include "base/vec.h"
#include "codec/csv.h"

#include <stdarg.h>

enum { SHEET_COLUMNS_MOST = 64 };

static Str place_of(Cx *cx, size_t line, Str column)
{
    return str_printf(cx->arena, "%zu:%.*s", line, STR_ARG(column));
}

static Str cell_place(Cx *cx, const SheetTable *sheet, const SheetRow *row, size_t column)
{
    const char *name = sheet->columns[column].name;
    return sheet->is_json ? str_printf(cx->arena, "/rows/%zu/%s", row->line, name)
                          : place_of(cx, row->line, str_from_c(name));
}

void sheet_fault(Cx *cx, const SheetTable *sheet, SheetRow *row, size_t column, TextId text,
                 int argument_n, ...)
{
    Str arguments[4];
    va_list list;
    va_start(list, argument_n);
    for (int i = 0; i < argument_n; i++)
        arguments[i] = va_arg(list, Str);
    va_end(list);
    Problem problem = {.err = ERR_INVALID,
                       .key = text_name(text),
                       .text = text_fill(cx->arena, text, arguments, (size_t)argument_n),
                       .where = cell_place(cx, sheet, row, column)};
    problem_add(cx, problem);
    row->is_bad = true;
}

void sheet_retell(Cx *cx, const SheetTable *sheet, SheetRow *row, size_t from)
{
    for (size_t i = from; i < cx->problem_n; i++) {
        size_t column = 0;
        for (size_t c = 0; c < sheet->column_n; c++) {
            if (str_equals(cx->problems[i].where,
                           str_printf(cx->arena, "/%s", sheet->columns[c].name)))
                column = c;
        }
        cx->problems[i].where = cell_place(cx, sheet, row, column);
    }
    row->is_bad = true;
}

Err sheet_verdict(const SheetTable *sheet)
{
    for (size_t i = 0; i < sheet->n; i++) {
        if (sheet->rows[i].is_bad)
            return ERR_INVALID;
    }
    return OK;
}

/* Position in the file of each column, SIZE_MAX when it is absent. */
static Err read_header(Cx *cx, const SheetTable *sheet, const CsvRow *row, size_t *at)
{
    Err err = OK;
    for (size_t c = 0; c < sheet->column_n; c++)
        at[c] = SIZE_MAX;
    for (size_t i = 0; i < row->n; i++) {
        Str name = str_trim(row->cells[i]);
        size_t c = 0;
        while (c < sheet->column_n && !str_equals_c(name, sheet->columns[c].name)
               && !str_equals_c(name, sheet->columns[c].zh))
            c++;
        if (c == sheet->column_n)
            err =
                cx_fail(cx, ERR_INVALID, TEXT_SHEET_COLUMN_UNKNOWN, place_of(cx, 1, name), 1, name);
        else if (at[c] != SIZE_MAX)
            err = cx_fail(cx, ERR_INVALID, TEXT_SHEET_COLUMN_TWICE, place_of(cx, 1, name), 1, name);
        else
            at[c] = i;
    }
    for (size_t c = 0; c < sheet->column_n; c++) {
        Str name = str_from_c(sheet->columns[c].name);
        if (at[c] == SIZE_MAX && sheet->columns[c].is_required)
            err = cx_fail(cx, ERR_INVALID, TEXT_SHEET_COLUMN_MISSING, place_of(cx, 1, name), 2,
                          name, str_from_c(sheet->columns[c].zh));
    }
    return err;
}

static void read_cell(Cx *cx, const SheetTable *sheet, SheetRow *row, size_t c, Date *date,
                      int64_t *whole)
{
    const SheetColumn *column = &sheet->columns[c];
    Str text = row->texts[c];
    if (text.n == 0) {
        if (column->is_required)
            sheet_fault(cx, sheet, row, c, TEXT_SHEET_REQUIRED, 1, str_from_c(column->zh));
        return;
    }
    if (column->kind == SHEET_DATE && date_parse(text, date) != OK)
        sheet_fault(cx, sheet, row, c, TEXT_SHEET_DATE, 1, text);
    if (column->kind == SHEET_WHOLE && num_parse_i64(text, whole) != OK)
        sheet_fault(cx, sheet, row, c, TEXT_SHEET_WHOLE, 1, text);
}

static SheetRow empty_row(Cx *cx, const SheetTable *sheet, size_t line, Str **ret_texts,
                          Date **ret_dates, int64_t **ret_wholes)
{
    Str *texts = arena_array(cx->arena, Str, sheet->column_n);
    Date *dates = arena_array(cx->arena, Date, sheet->column_n);
    int64_t *wholes = arena_array(cx->arena, int64_t, sheet->column_n);
    for (size_t c = 0; c < sheet->column_n; c++) {
        texts[c] = STR("");
        dates[c] = DATE_NONE;
        wholes[c] = 0;
    }
    *ret_texts = texts;
    *ret_dates = dates;
    *ret_wholes = wholes;
    return (SheetRow){.line = line, .texts = texts, .dates = dates, .wholes = wholes};
}

static SheetRow read_row(Cx *cx, const SheetTable *sheet, const CsvRow *cells, size_t header_n,
                         const size_t *at)
{
    Str *texts = NULL;
    Date *dates = NULL;
    int64_t *wholes = NULL;
    SheetRow row = empty_row(cx, sheet, cells->line, &texts, &dates, &wholes);
    for (size_t c = 0; c < sheet->column_n; c++)
        texts[c] = at[c] < cells->n ? str_trim(cells->cells[at[c]]) : STR("");
    if (cells->n != header_n) {
        Str have = str_printf(cx->arena, "%zu", cells->n);
        Str want = str_printf(cx->arena, "%zu", header_n);
        sheet_fault(cx, sheet, &row, 0, TEXT_SHEET_CELLS, 2, have, want);
        return row;
    }
    for (size_t c = 0; c < sheet->column_n; c++)
        read_cell(cx, sheet, &row, c, &dates[c], &wholes[c]);
    return row;
}

static Err next_row(Cx *cx, CsvReader *reader, bool *ret_has, CsvRow *ret_row)
{
    CsvFault fault;
    Err err = csv_next_row(reader, cx->arena, ret_has, ret_row, &fault);
    if (err == OK)
        return OK;
    Problem problem = {.err = err,
                       .key = "SHEET",
                       .text = fault.message,
                       .where = str_printf(cx->arena, "%zu:%zu", fault.line, fault.column)};
    problem_add(cx, problem);
    return err;
}

static bool is_blank(const CsvRow *row)
{
    return row->n == 1 && str_trim(row->cells[0]).n == 0;
}

Err sheet_read(Cx *cx, Str text, SheetShape shape, SheetTable *ret_sheet)
{
    ENSURE(shape.n <= SHEET_COLUMNS_MOST);
    SheetTable sheet = {.columns = shape.columns, .column_n = shape.n};
    VEC(SheetRow) rows = {0};
    size_t at[SHEET_COLUMNS_MOST];
    CsvReader reader = csv_read(text, CSV_LIMITS_DEFAULT);
    CsvRow row;
    bool has_row = false;
    TRY(next_row(cx, &reader, &has_row, &row));
    if (!has_row)
        return cx_fail(cx, ERR_INVALID, TEXT_SHEET_EMPTY, STR("1:1"), 0);
    TRY(read_header(cx, &sheet, &row, at));
    size_t header_n = row.n;
    for (;;) {
        TRY(next_row(cx, &reader, &has_row, &row));
        if (!has_row)
            break;
        if (!is_blank(&row))
            VEC_PUSH(cx->arena, &rows, read_row(cx, &sheet, &row, header_n, at));
    }
    sheet.rows = rows.items;
    sheet.n = rows.n;
    *ret_sheet = sheet;
    return OK;
}

static size_t column_named(const SheetTable *sheet, Str name)
{
    size_t c = 0;
    while (c < sheet->column_n && !str_equals_c(name, sheet->columns[c].name))
        c++;
    return c;
}

/* False: neither text nor whole number. */
static bool text_of_json(Cx *cx, const Json *value, Str *ret_text)
{
    if (value->kind == JSON_INTEGER)
        *ret_text = str_printf(cx->arena, "%lld", (long long)value->integer);
    else if (value->kind == JSON_TEXT)
        *ret_text = str_trim(value->text);
    return value->kind == JSON_INTEGER || value->kind == JSON_TEXT || value->kind == JSON_NULL;
}

static SheetRow read_object(Cx *cx, const SheetTable *sheet, size_t line, const Json *object)
{
    Str *texts = NULL;
    Date *dates = NULL;
    int64_t *wholes = NULL;
    SheetRow row = empty_row(cx, sheet, line, &texts, &dates, &wholes);
    for (const Json *member = object->first; member != NULL; member = member->next) {
        size_t c = column_named(sheet, member->key);
        if (c == sheet->column_n)
            sheet_fault(cx, sheet, &row, 0, TEXT_SHEET_COLUMN_UNKNOWN, 1, member->key);
        else if (!text_of_json(cx, member, &texts[c]))
            sheet_fault(cx, sheet, &row, c, TEXT_FIELD_TYPE, 2, member->key, STR("text"));
    }
    for (size_t c = 0; c < sheet->column_n; c++)
        read_cell(cx, sheet, &row, c, &dates[c], &wholes[c]);
    return row;
}

Err sheet_read_json(Cx *cx, const Json *list, SheetShape shape, SheetTable *ret_sheet)
{
    SheetTable sheet = {.columns = shape.columns, .column_n = shape.n, .is_json = true};
    VEC(SheetRow) rows = {0};
    if (list == NULL || list->kind != JSON_ARRAY || list->first == NULL)
        return cx_fail(cx, ERR_INVALID, TEXT_FIELD_REQUIRED, STR("/rows"), 1, STR("rows"));
    for (const Json *item = list->first; item != NULL; item = item->next) {
        if (item->kind != JSON_OBJECT)
            return cx_fail(cx, ERR_INVALID, TEXT_FIELD_REQUIRED, STR("/rows"), 1, STR("rows"));
        SheetRow row = read_object(cx, &sheet, rows.n, item);
        VEC_PUSH(cx->arena, &rows, row);
    }
    sheet.rows = rows.items;
    sheet.n = rows.n;
    *ret_sheet = sheet;
    return OK;
}
