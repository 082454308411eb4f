/* A report as a workbook: the table with its titles kept in sight, and a second sheet with what the
 * report says of itself. The only place that knows libxlsxwriter.
 *
 * The library writes to files; they stand in a folder in memory, so that no name reaches a disk. */
#include "print/report.h"

#include "base/os_file.h"

#include <stdio.h>
#include <string.h>

#include <xlsxwriter.h>

enum {
    TITLE_ROW,
    HEAD_ROW,
    FIRST_ROW,
    SHEET_NAME_MOST = 31, /* characters, by the format */
    TEXT_MOST = 32767,    /* characters in a cell, by the format */
    NUMBER_FORMATS = 24,  /* kinds of decimals and units in one report */
    FORMAT_SIZE = 48,
};

typedef struct {
    char text[FORMAT_SIZE];
    lxw_format *format;
} NumberFormat;

typedef struct {
    const Report *report;
    Arena *arena;
    lxw_workbook *book;
    lxw_format *title, *head, *wrapped, *date;
    NumberFormat numbers[NUMBER_FORMATS];
    size_t number_n;
} Book;

/* As many whole characters as there may be. */
static const char *clipped(Arena *arena, Str text, size_t most)
{
    size_t at = 0, n = 0;
    while (at < text.n && n < most) {
        unsigned char first = (unsigned char)text.p[at];
        at += first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
        n += first < 0xf0 ? 1 : 2; /* the format counts UTF-16 */
    }
    return str_to_c(arena, str_slice(text, 0, at));
}

static const char *sheet_name(Arena *arena, Str name)
{
    char *out = arena_array(arena, char, name.n + 1);
    for (size_t i = 0; i < name.n; i++)
        out[i] = name.p[i] != '\0' && strchr("[]:*?/\\'", name.p[i]) != NULL ? ' ' : name.p[i];
    return clipped(arena, (Str){out, name.n}, SHEET_NAME_MOST);
}

static void put_text(Book *book, lxw_worksheet *sheet, size_t row, size_t column, Str text,
                     lxw_format *format)
{
    if (text.n > 0)
        (void)worksheet_write_string(sheet, (lxw_row_t)row, (lxw_col_t)column,
                                     clipped(book->arena, text, TEXT_MOST), format);
}

/* NULL: more kinds than a report has; the number is written plainly. */
static lxw_format *number_format(Book *book, const ReportCell *cell)
{
    char text[FORMAT_SIZE];
    int n =
        snprintf(text, sizeof text, "%.*f%s%.*s%s", cell->decimals, 0.0,
                 cell->unit.n > 0 ? "\"" : "", STR_ARG(cell->unit), cell->unit.n > 0 ? "\"" : "");
    if (n < 0 || (size_t)n >= sizeof text)
        return NULL;
    for (size_t i = 0; i < book->number_n; i++)
        if (strcmp(book->numbers[i].text, text) == 0)
            return book->numbers[i].format;
    if (book->number_n == NUMBER_FORMATS)
        return NULL;
    NumberFormat *made = &book->numbers[book->number_n++];
    memcpy(made->text, text, (size_t)n + 1);
    made->format = workbook_add_format(book->book);
    format_set_num_format(made->format, made->text);
    format_set_align(made->format, LXW_ALIGN_VERTICAL_TOP);
    return made->format;
}

static void put_cell(Book *book, lxw_worksheet *sheet, size_t row, size_t column,
                     const ReportCell *cell)
{
    lxw_row_t at = (lxw_row_t)row;
    lxw_col_t in = (lxw_col_t)column;
    lxw_datetime day = {0};
    switch (cell->kind) {
    case REPORT_TEXT: put_text(book, sheet, row, column, cell->text, book->wrapped); break;
    case REPORT_NUMBER:
        (void)worksheet_write_number(sheet, at, in, cell->number, number_format(book, cell));
        break;
    case REPORT_DATE:
        if (date_is_none(cell->date))
            break;
        date_to_ymd(cell->date, &day.year, &day.month, &day.day);
        (void)worksheet_write_datetime(sheet, at, in, &day, book->date);
        break;
    case REPORT_EMPTY: break;
    }
}

/* "Title (as of 2025-06-30) demo data" */
static Str head_line(const Book *book)
{
    const Report *report = book->report;
    Str first = report->fact_n > 0
                    ? str_printf(book->arena, "  %.*s %.*s", STR_ARG(report->facts[0].label),
                                 STR_ARG(report->facts[0].value))
                    : (Str){0};
    Str notice = report->notice.n > 0 ? str_printf(book->arena, "  %.*s", STR_ARG(report->notice))
                                      : (Str){0};
    return str_printf(book->arena, "%.*s%.*s%.*s", STR_ARG(report->title), STR_ARG(first),
                      STR_ARG(notice));
}

static void set_paper(Book *book, lxw_worksheet *sheet)
{
    worksheet_set_landscape(sheet);
    worksheet_set_paper(sheet, 9); /* A4 */
    worksheet_fit_to_pages(sheet, 1, 0);
    if (book->report->notice.n > 0)
        (void)worksheet_set_header(
            sheet, str_printf(book->arena, "&C%.*s", STR_ARG(book->report->notice)).p);
    (void)worksheet_set_footer(sheet, "&R&P / &N");
}

static void put_table(Book *book)
{
    const Report *report = book->report;
    lxw_worksheet *sheet =
        workbook_add_worksheet(book->book, sheet_name(book->arena, report->sheet));
    size_t before = report->section_n > 0 ? 1 : 0, columns = report->column_n + before;
    put_text(book, sheet, TITLE_ROW, 0, head_line(book), book->title);
    if (before > 0) {
        (void)worksheet_set_column(sheet, 0, 0, 22, NULL);
        put_text(book, sheet, HEAD_ROW, 0, report->section_title, book->head);
    }
    for (size_t i = 0; i < report->column_n; i++) {
        (void)worksheet_set_column(sheet, (lxw_col_t)(i + before), (lxw_col_t)(i + before),
                                   report->columns[i].wide, NULL);
        put_text(book, sheet, HEAD_ROW, i + before, report->columns[i].title, book->head);
    }
    for (size_t r = 0; r < report->row_n; r++) {
        const ReportRow *row = &report->rows[r];
        if (before > 0)
            put_text(book, sheet, FIRST_ROW + r, 0, report->sections[row->section], book->wrapped);
        for (size_t i = 0; i < report->column_n; i++)
            put_cell(book, sheet, FIRST_ROW + r, i + before, &row->cells[i]);
    }
    worksheet_freeze_panes(sheet, FIRST_ROW, (lxw_col_t)(before + 1));
    (void)worksheet_repeat_rows(sheet, TITLE_ROW, HEAD_ROW);
    if (report->row_n > 0 && columns > 0)
        (void)worksheet_autofilter(sheet, HEAD_ROW, 0, (lxw_row_t)(HEAD_ROW + report->row_n),
                                   (lxw_col_t)(columns - 1));
    set_paper(book, sheet);
}

static void put_about(Book *book)
{
    const Report *report = book->report;
    lxw_worksheet *sheet =
        workbook_add_worksheet(book->book, sheet_name(book->arena, report->about));
    size_t row = 1;
    (void)worksheet_set_column(sheet, 0, 0, 18, NULL);
    (void)worksheet_set_column(sheet, 1, 1, 80, NULL);
    put_text(book, sheet, 0, 0, report->title, book->title);
    if (report->notice.n > 0)
        put_text(book, sheet, row++, 0, report->notice, book->title);
    for (size_t i = 0; i < report->fact_n; i++, row++) {
        put_text(book, sheet, row, 0, report->facts[i].label, book->head);
        put_text(book, sheet, row, 1, report->facts[i].value, book->wrapped);
    }
    put_text(book, sheet, row, 1, report->footer, book->wrapped);
    set_paper(book, sheet);
}

static void make_formats(Book *book)
{
    book->title = workbook_add_format(book->book);
    format_set_bold(book->title);
    format_set_font_size(book->title, 13);
    book->head = workbook_add_format(book->book);
    format_set_bold(book->head);
    format_set_text_wrap(book->head);
    format_set_bg_color(book->head, 0xE8ECEF);
    format_set_bottom(book->head, LXW_BORDER_THIN);
    format_set_align(book->head, LXW_ALIGN_VERTICAL_TOP);
    book->wrapped = workbook_add_format(book->book);
    format_set_text_wrap(book->wrapped);
    format_set_align(book->wrapped, LXW_ALIGN_VERTICAL_TOP);
    book->date = workbook_add_format(book->book);
    format_set_num_format(book->date, "yyyy-mm-dd");
    format_set_align(book->date, LXW_ALIGN_VERTICAL_TOP);
}

/* The library takes texts that it does not change as char *. */
static char *lent(Arena *arena, Str text)
{
    char *copy = arena_array(arena, char, text.n + 1);
    if (text.n > 0)
        memcpy(copy, text.p, text.n);
    return copy;
}

static Err write_book(const Report *report, Arena *arena, Str folder, Str path)
{
    lxw_workbook_options options = {.tmpdir = lent(arena, folder)};
    Book book = {.report = report,
                 .arena = arena,
                 .book = workbook_new_opt(str_to_c(arena, path), &options)};
    if (book.book == NULL)
        return ERR_IO;
    lxw_doc_properties properties = {.title = lent(arena, report->title),
                                     .created = (time_t)(report->made_at.ms / 1000)};
    (void)workbook_set_properties(book.book, &properties);
    make_formats(&book);
    put_table(&book);
    put_about(&book);
    return workbook_close(book.book) == LXW_NO_ERROR ? OK : ERR_IO;
}

Err report_workbook(const Report *report, Arena *arena, Buf *out)
{
    Str folder = {0}, bytes = {0};
    TRY(os_folder_make_in_memory(arena, STR("catchment-file"), &folder));
    Str path = os_path_join(arena, folder, STR("book.xlsx"));
    Err err = write_book(report, arena, folder, path);
    if (err == OK)
        err = os_file_read(arena, path, out->ceiling, &bytes);
    Err removed = os_folder_remove(arena, folder);
    TRY(err);
    buf_put(out, bytes);
    return out->is_over ? ERR_LIMIT : removed;
}
