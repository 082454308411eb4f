/* Places the rows of a report on pages. Walked twice: the first walk only counts the pages. */
#include "print/report.h"

#include "base/num.h"
#include "core/texts.h"
#include "print/canvas.h"

#define WIDE_PAGE  CANVAS_HEIGHT /* the page lies on its side */
#define HIGH_PAGE  CANVAS_WIDTH
#define MARGIN     34.0
#define WIDE       (WIDE_PAGE - 2 * MARGIN)
#define BOTTOM     (HIGH_PAGE - MARGIN - 14)
#define PAD        3.0
#define SIZE       8.5
#define SIZE_SMALL 7.0
#define SIZE_TITLE 15.0

typedef struct {
    const Report *report;
    Arena *arena;
    Canvas *canvas;
    bool is_drawing; /* false: the pages are counted */
    double scale;    /* points for a character of a column's width */
    double y;
    int page, page_n;
} Walk;

Str report_cell_text(const ReportCell *cell, Arena *arena)
{
    char day[DATE_TEXT_SIZE];
    switch (cell->kind) {
    case REPORT_TEXT:
        return cell->mark.n == 0
                   ? cell->text
                   : str_printf(arena, "%.*s %.*s", STR_ARG(cell->mark), STR_ARG(cell->text));
    case REPORT_NUMBER:
        return cell->text.n > 0
                   ? cell->text
                   : str_printf(arena, "%.*f%.*s", cell->decimals,
                                num_round(cell->number, cell->decimals), STR_ARG(cell->unit));
    case REPORT_DATE:
        return date_is_none(cell->date) ? (Str){0}
                                        : str_copy(arena, str_from_c(date_format(cell->date, day)));
    case REPORT_EMPTY: break;
    }
    return (Str){0};
}

static void text(Walk *walk, double x, double y, double width, double size, CanvasAlign align,
                 Str s)
{
    if (walk->is_drawing)
        canvas_text(walk->canvas, x, y, width, size, align, s);
}

static void line(Walk *walk, double x0, double y0, double x1, double y1)
{
    if (walk->is_drawing)
        canvas_line(walk->canvas, x0, y0, x1, y1, 0.4);
}

static void ground(Walk *walk, double high)
{
    if (walk->is_drawing)
        canvas_ground(walk->canvas, MARGIN, walk->y, WIDE, high);
}

static double column_wide(const Walk *walk, const ReportColumn *column)
{
    return column->is_off_paper ? 0 : column->wide * walk->scale;
}

static void place_footer(Walk *walk)
{
    const Str numbers[] = {str_printf(walk->arena, "%d", walk->page),
                           str_printf(walk->arena, "%d", walk->page_n)};
    Str page = wording_in(text_fill(walk->arena, TEXT_PRINT_PAGE, numbers, 2), walk->report->lang);
    double y = HIGH_PAGE - MARGIN;
    text(walk, MARGIN, y, WIDE * 0.6, SIZE_SMALL, CANVAS_LEFT, walk->report->footer);
    text(walk, MARGIN, y, WIDE, SIZE_SMALL, CANVAS_CENTRE, walk->report->notice);
    text(walk, MARGIN, y, WIDE, SIZE_SMALL, CANVAS_RIGHT, page);
}

/* Texts of a row: of the titles, or of the cells. */
static double texts_high(Walk *walk, const Str *texts)
{
    double high = 0;
    for (size_t i = 0; i < walk->report->column_n; i++) {
        double wide = column_wide(walk, &walk->report->columns[i]);
        double of_text =
            wide <= 0 ? 0 : canvas_text_height(walk->canvas, texts[i], SIZE, wide - 2 * PAD);
        high = of_text > high ? of_text : high;
    }
    return high + 2 * PAD;
}

static void place_texts(Walk *walk, const Str *texts, double high)
{
    double x = MARGIN;
    for (size_t i = 0; i < walk->report->column_n; i++) {
        const ReportColumn *column = &walk->report->columns[i];
        double wide = column_wide(walk, column);
        if (wide <= 0)
            continue;
        text(walk, x + PAD, walk->y + PAD, wide - 2 * PAD, SIZE,
             column->is_right ? CANVAS_RIGHT : CANVAS_LEFT, texts[i]);
        line(walk, x, walk->y, x, walk->y + high);
        x += wide;
    }
    line(walk, MARGIN + WIDE, walk->y, MARGIN + WIDE, walk->y + high);
    line(walk, MARGIN, walk->y + high, MARGIN + WIDE, walk->y + high);
    walk->y += high;
}

static void place_titles(Walk *walk)
{
    Str *titles = arena_array(walk->arena, Str, walk->report->column_n + 1);
    for (size_t i = 0; i < walk->report->column_n; i++)
        titles[i] = walk->report->columns[i].title;
    double high = texts_high(walk, titles);
    ground(walk, high);
    line(walk, MARGIN, walk->y, MARGIN + WIDE, walk->y);
    place_texts(walk, titles, high);
}

/* The head of a page without the titles of the columns. */
static void begin_head(Walk *walk)
{
    const Report *report = walk->report;
    walk->page++;
    walk->y = MARGIN - 6;
    double size = walk->page == 1 ? SIZE_TITLE : SIZE + 1;
    text(walk, MARGIN, walk->y, WIDE, SIZE + 1, CANVAS_RIGHT, report->notice);
    double wide = WIDE - 140;
    text(walk, MARGIN + 70, walk->y, wide, size, CANVAS_CENTRE, report->title);
    walk->y += canvas_text_height(walk->canvas, report->title, size, wide) + 6;
    place_footer(walk);
}

static void turn_head(Walk *walk)
{
    if (walk->is_drawing)
        canvas_page(walk->canvas);
    begin_head(walk);
}

/* What of it the page has no room for goes on on the next, a line a page at the least. */
static void place_fact(Walk *walk, Str fact)
{
    while (walk->y + canvas_text_height(walk->canvas, fact, SIZE, WIDE) > BOTTOM) {
        size_t n = canvas_text_fits(walk->canvas, fact, SIZE, WIDE, BOTTOM - walk->y);
        text(walk, MARGIN, walk->y, WIDE, SIZE, CANVAS_LEFT, str_slice(fact, 0, n));
        fact = str_slice(fact, n, fact.n);
        if (fact.n == 0)
            return;
        turn_head(walk);
    }
    text(walk, MARGIN, walk->y, WIDE, SIZE, CANVAS_LEFT, fact);
    walk->y += canvas_text_height(walk->canvas, fact, SIZE, WIDE) + 1.5;
}

static void place_facts(Walk *walk)
{
    const Report *report = walk->report;
    for (size_t i = 0; i < report->fact_n; i++) {
        Str fact = str_printf(walk->arena, report->lang == LANG_ZH ? "%.*s：%.*s" : "%.*s: %.*s",
                              STR_ARG(report->facts[i].label), STR_ARG(report->facts[i].value));
        place_fact(walk, fact);
    }
    walk->y += 5;
}

static void begin_page(Walk *walk)
{
    begin_head(walk);
    if (walk->page == 1)
        place_facts(walk);
    place_titles(walk);
}

static void turn_page(Walk *walk)
{
    if (walk->is_drawing)
        canvas_page(walk->canvas);
    begin_page(walk);
}

/* As much of each text as the page has room for; the rest stays in the texts. False: nothing was
 * left, or no column is wide enough for it. */
static bool place_part(Walk *walk, Str *texts)
{
    const Report *report = walk->report;
    double room = BOTTOM - walk->y - 2 * PAD;
    size_t taken = 0;
    Str *parts = arena_array(walk->arena, Str, report->column_n + 1);
    for (size_t i = 0; i < report->column_n; i++) {
        double wide = column_wide(walk, &report->columns[i]) - 2 * PAD;
        size_t n = texts[i].n == 0 || wide <= 0
                       ? 0
                       : canvas_text_fits(walk->canvas, texts[i], SIZE, wide, room);
        parts[i] = str_slice(texts[i], 0, n);
        texts[i] = str_slice(texts[i], n, texts[i].n);
        taken += n;
    }
    if (taken == 0)
        return false;
    place_texts(walk, parts, texts_high(walk, parts));
    return true;
}

static void place_section(Walk *walk, Str title)
{
    double high = canvas_text_height(walk->canvas, title, SIZE + 1, WIDE - 2 * PAD) + 2 * PAD;
    ground(walk, high);
    text(walk, MARGIN + PAD, walk->y + PAD, WIDE - 2 * PAD, SIZE + 1, CANVAS_LEFT, title);
    line(walk, MARGIN, walk->y, MARGIN, walk->y + high);
    line(walk, MARGIN + WIDE, walk->y, MARGIN + WIDE, walk->y + high);
    line(walk, MARGIN, walk->y + high, MARGIN + WIDE, walk->y + high);
    walk->y += high;
}

static void place_row(Walk *walk, const ReportRow *row, bool begins_section)
{
    const Report *report = walk->report;
    Str *texts = arena_array(walk->arena, Str, report->column_n + 1);
    for (size_t i = 0; i < report->column_n; i++)
        texts[i] = report_cell_text(&row->cells[i], walk->arena);
    Str section = begins_section ? report->sections[row->section] : (Str){0};
    double head = begins_section ? canvas_text_height(walk->canvas, section, SIZE + 1, WIDE) : 0;
    /* A section's title never stands alone at the foot of a page. */
    if (walk->y + head + 2 * PAD + texts_high(walk, texts) > BOTTOM)
        turn_page(walk);
    if (begins_section)
        place_section(walk, section);
    while (walk->y + texts_high(walk, texts) > BOTTOM && place_part(walk, texts))
        turn_page(walk);
    place_texts(walk, texts, texts_high(walk, texts));
}

static void place_rows(Walk *walk)
{
    const Report *report = walk->report;
    walk->page = 0;
    begin_page(walk);
    for (size_t i = 0; i < report->row_n; i++) {
        bool begins = report->section_n > 0
                      && (i == 0 || report->rows[i].section != report->rows[i - 1].section);
        place_row(walk, &report->rows[i], begins);
    }
}

Err report_pages(const Report *report, Arena *arena, Buf *out)
{
    Walk walk = {.report = report,
                 .arena = arena,
                 .canvas = canvas_begin(arena, out, report->title, report->made_at)};
    double all = 0;
    for (size_t i = 0; i < report->column_n; i++)
        all += report->columns[i].is_off_paper ? 0 : report->columns[i].wide;
    walk.scale = all > 0 ? WIDE / all : 0;
    canvas_landscape(walk.canvas);
    bool has_font = canvas_has_glyphs(walk.canvas, report->title);
    place_rows(&walk);
    walk.page_n = walk.page;
    walk.is_drawing = true;
    place_rows(&walk);
    Err err = canvas_end(walk.canvas);
    return has_font ? err : ERR_NOT_FOUND;
}
