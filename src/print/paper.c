/* Places the rows of a paper on pages. Walked twice: the first walk only counts the pages. */
#include "print/paper.h"

#include "core/texts.h"
#include "print/canvas.h"
#include "print/paper_int.h"

#define MARGIN      34.0
#define BOTTOM      (CANVAS_HEIGHT - MARGIN - 14)
#define WIDE        (CANVAS_WIDTH - 2 * MARGIN)
#define PAD         2.5
#define SIZE        8.0
#define SIZE_LEAST  4.0
#define BOX         9.5
#define SIGNED_HIGH 26.0

typedef struct {
    const Paper *paper;
    Arena *arena;
    Canvas *canvas;
    bool is_drawing; /* false: the pages are counted */
    PaperRows rows;
    size_t columns;
    double section_wide, label_wide, column_wide;
    double y;
    int page, page_n;
    double section_from; /* where the section that is being placed begins on this page */
} Walk;

static Str said(Walk *walk, TextId id, const Str *arguments, size_t n)
{
    return wording_in(text_fill(walk->arena, id, arguments, n), walk->paper->lang);
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
        canvas_line(walk->canvas, x0, y0, x1, y1, 0.5);
}

/* The number in boxes, as forms have it: 3 and 5 digits. */
static void place_number(Walk *walk)
{
    Str number = paper_number(walk->paper);
    double x = CANVAS_WIDTH - MARGIN - (double)number.n * (BOX + 1.5);
    Str label = said(walk, TEXT_PRINT_NUMBER, NULL, 0);
    if (!walk->is_drawing || number.n == 0)
        return;
    double wide = canvas_text_width(walk->canvas, label, SIZE + 1);
    canvas_text(walk->canvas, x - wide - 6, walk->y, wide + 2, SIZE + 1, CANVAS_LEFT, label);
    for (size_t i = 0; i < number.n; i++, x += BOX + 1.5) {
        Str digit = str_slice(number, i, i + 1);
        if (str_equals_c(digit, "-"))
            canvas_line(walk->canvas, x + 2, walk->y + BOX / 2, x + BOX - 2, walk->y + BOX / 2,
                        0.8);
        else
            canvas_box(walk->canvas, x, walk->y, BOX, SIZE, str_trim(digit));
    }
}

static void place_footer(Walk *walk)
{
    const Str numbers[] = {str_printf(walk->arena, "%d", walk->page),
                           str_printf(walk->arena, "%d", walk->page_n)};
    double y = CANVAS_HEIGHT - MARGIN;
    text(walk, MARGIN, y, WIDE * 0.8, SIZE - 1.5, CANVAS_LEFT, walk->paper->footer);
    text(walk, MARGIN, y, WIDE, SIZE - 1.5, CANVAS_RIGHT, said(walk, TEXT_PRINT_PAGE, numbers, 2));
}

static double text_high(Walk *walk, Str s, double size, double width)
{
    return canvas_text_height(walk->canvas, s, size, width);
}

static void place_facts(Walk *walk)
{
    Str facts = str_join(walk->arena, walk->paper->facts, walk->paper->fact_n, STR("    "));
    text(walk, MARGIN, walk->y, WIDE, SIZE, CANVAS_LEFT, facts);
    walk->y += text_high(walk, facts, SIZE, WIDE) + (facts.n > 0 ? 4 : 0);
}

static void begin_page(Walk *walk)
{
    const Paper *paper = walk->paper;
    Str title = paper->form->paper.n > 0 && paper->lang == LANG_ZH
                    ? paper->form->paper
                    : wording_in(paper->form->title, paper->lang);
    walk->page++;
    walk->y = MARGIN;
    double size = walk->page == 1 ? 15 : 10;
    text(walk, MARGIN, walk->y, WIDE, size, CANVAS_CENTRE, title);
    walk->y += text_high(walk, title, size, WIDE) + 8;
    Str name = str_printf(walk->arena, "%.*s %.*s", STR_ARG(said(walk, TEXT_PRINT_NAME, NULL, 0)),
                          STR_ARG(paper->name.n > 0 ? paper->name : STR("__________")));
    double wide = paper_number(paper).n > 0 ? WIDE * 0.6 : WIDE;
    text(walk, MARGIN, walk->y, wide, SIZE + 1, CANVAS_LEFT, name);
    place_number(walk);
    walk->y += text_high(walk, name, SIZE + 1, wide) + 4;
    if (walk->page == 1)
        place_facts(walk);
    place_footer(walk);
    line(walk, MARGIN, walk->y, MARGIN + WIDE, walk->y);
    walk->section_from = walk->y;
}

static double boxes_wide(const PaperCell *cell)
{
    return cell->box_n == 0 ? 0 : (double)cell->box_n * (BOX + 2.5) + 2;
}

/* Boxes that would leave no room for the options stand under them. */
static bool boxes_are_below(const Walk *walk, const PaperCell *cell)
{
    return cell->box_n > 0 && cell->text.n > 0 && boxes_wide(cell) > walk->column_wide * 0.4;
}

static double cell_wide(const Walk *walk, const PaperCell *cell)
{
    return walk->column_wide - 2 * PAD - (boxes_are_below(walk, cell) ? 0 : boxes_wide(cell));
}

static double cell_high(Walk *walk, const PaperCell *cell)
{
    double high = text_high(walk, cell->text, SIZE, cell_wide(walk, cell));
    if (boxes_are_below(walk, cell))
        return high + BOX + 3;
    return cell->box_n > 0 && high < BOX + 1 ? BOX + 1 : high;
}

static void place_cell(Walk *walk, const PaperCell *cell, double x, double high)
{
    double y = walk->y + PAD;
    text(walk, x + PAD, y, cell_wide(walk, cell), SIZE, CANVAS_LEFT, cell->text);
    double box_x = x + walk->column_wide - boxes_wide(cell);
    double box_y = walk->y + high - BOX - PAD;
    for (size_t i = 0; i < cell->box_n && walk->is_drawing; i++)
        canvas_box(walk->canvas, box_x + (double)i * (BOX + 2.5), box_y, BOX, SIZE - 1.5,
                   cell->boxes[i]);
}

static double label_of_row_wide(const Walk *walk, const PaperRow *row)
{
    return walk->label_wide + (row->section == PAPER_NO_SECTION ? walk->section_wide : 0) - 2 * PAD;
}

static double row_high(Walk *walk, const PaperRow *row)
{
    double high = text_high(walk, row->label, SIZE, label_of_row_wide(walk, row));
    for (size_t i = 0; i < walk->columns; i++) {
        double of_cell = cell_high(walk, &row->cells[i]);
        high = of_cell > high ? of_cell : high;
    }
    high += 2 * PAD;
    return row->is_signed && high < SIGNED_HIGH ? SIGNED_HIGH : high;
}

/* The title of the section beside its rows on this page, and the lines around them. */
static void end_section(Walk *walk, uint32_t section)
{
    if (section == PAPER_NO_SECTION || walk->y <= walk->section_from)
        return;
    Str title = wording_in(walk->paper->form->sections[section].title, walk->paper->lang);
    double high = walk->y - walk->section_from, size = SIZE;
    while (size > SIZE_LEAST && text_high(walk, title, size, walk->section_wide - 4) > high)
        size -= 0.5;
    double needed = text_high(walk, title, size, walk->section_wide - 4);
    text(walk, MARGIN + 2, walk->section_from + (high > needed ? (high - needed) / 2 : 0),
         walk->section_wide - 4, size, CANVAS_CENTRE, title);
    line(walk, MARGIN + walk->section_wide, walk->section_from, MARGIN + walk->section_wide,
         walk->y);
    line(walk, MARGIN, walk->y, MARGIN + walk->section_wide, walk->y);
}

static void place_lines(Walk *walk, const PaperRow *row, double high)
{
    double left = row->section == PAPER_NO_SECTION ? MARGIN : MARGIN + walk->section_wide;
    double x = MARGIN + walk->section_wide + walk->label_wide;
    line(walk, MARGIN, walk->y, MARGIN, walk->y + high);
    line(walk, left, walk->y + high, MARGIN + WIDE, walk->y + high);
    for (size_t i = 0; i <= walk->columns; i++, x += walk->column_wide)
        line(walk, x, walk->y, x, walk->y + high);
}

static void turn_page(Walk *walk, const PaperRow *row)
{
    end_section(walk, row->section);
    if (walk->is_drawing)
        canvas_page(walk->canvas);
    begin_page(walk);
}

static void place_row(Walk *walk, const PaperRow *row, double high)
{
    double x = MARGIN + (row->section == PAPER_NO_SECTION ? 0 : walk->section_wide);
    text(walk, x + PAD, walk->y + PAD, label_of_row_wide(walk, row), SIZE, CANVAS_LEFT, row->label);
    for (size_t i = 0; i < walk->columns; i++)
        place_cell(walk, &row->cells[i],
                   MARGIN + walk->section_wide + walk->label_wide + (double)i * walk->column_wide,
                   high);
    place_lines(walk, row, high);
    walk->y += high;
}

/* As much of each text as the page has room for; the rest stays in the cells, and the boxes. */
static void place_part(Walk *walk, const PaperRow *row, PaperCell *cells)
{
    double room = BOTTOM - walk->y - 2 * PAD, high = 0;
    PaperCell *parts = arena_array(walk->arena, PaperCell, walk->columns);
    for (size_t i = 0; i < walk->columns; i++) {
        double wide = cell_wide(walk, &cells[i]);
        size_t n = cells[i].text.n == 0
                       ? 0
                       : canvas_text_fits(walk->canvas, cells[i].text, SIZE, wide, room);
        parts[i].text = str_slice(cells[i].text, 0, n);
        cells[i].text = str_slice(cells[i].text, n, cells[i].text.n);
        double of_part = text_high(walk, parts[i].text, SIZE, wide);
        high = of_part > high ? of_part : high;
    }
    PaperRow part = *row;
    part.cells = parts;
    place_row(walk, &part, high + 2 * PAD);
}

static void place(Walk *walk, const PaperRow *row)
{
    double high = row_high(walk, row);
    if (walk->y + high <= BOTTOM) {
        place_row(walk, row, high);
        return;
    }
    turn_page(walk, row);
    PaperRow rest = *row;
    PaperCell *cells = arena_array(walk->arena, PaperCell, walk->columns);
    for (size_t i = 0; i < walk->columns; i++)
        cells[i] = row->cells[i];
    rest.cells = cells;
    while (walk->y + (high = row_high(walk, &rest)) > BOTTOM) {
        place_part(walk, &rest, cells);
        turn_page(walk, &rest);
    }
    place_row(walk, &rest, high);
}

static void place_rows(Walk *walk)
{
    uint32_t section = PAPER_NO_SECTION;
    walk->page = 0;
    begin_page(walk);
    for (size_t i = 0; i < walk->rows.n; i++) {
        const PaperRow *row = &walk->rows.items[i];
        if (row->section != section) {
            end_section(walk, section);
            section = row->section;
            walk->section_from = walk->y;
        }
        place(walk, row);
    }
    end_section(walk, section);
}

Err paper_print(const Paper *paper, Arena *arena, Buf *out)
{
    Walk walk = {.paper = paper,
                 .arena = arena,
                 .canvas = canvas_begin(arena, out, wording_in(paper->form->title, paper->lang),
                                        paper->made_at),
                 .rows = paper_rows(paper, arena),
                 .columns = paper_columns(paper)};
    bool has_font = canvas_has_glyphs(walk.canvas, paper->form->title.zh);
    walk.section_wide = paper->lang == LANG_EN ? 52 : 21;
    walk.label_wide = walk.columns > 1 ? 92 : 150;
    walk.column_wide = (WIDE - walk.section_wide - walk.label_wide) / (double)walk.columns;
    place_rows(&walk);
    walk.page_n = walk.page;
    walk.is_drawing = true;
    place_rows(&walk);
    Err err = canvas_end(walk.canvas);
    return has_font ? err : ERR_NOT_FOUND;
}
