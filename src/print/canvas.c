/* Owns the surface of cairo and one layout of pango, which every text passes through. */
#include "print/canvas.h"

#include <cairo-pdf.h>
#include <pango/pangocairo.h>

/* Whichever of these the machine has: all have the characters of Chinese forms. */
#define FONTS "Noto Sans CJK SC, Source Han Sans SC, WenQuanYi Zen Hei, SimSun, sans-serif"

struct Canvas {
    Buf *out;
    cairo_surface_t *surface;
    cairo_t *cairo;
    PangoLayout *layout;
    PangoFontDescription *font;
};

static cairo_status_t keep(void *closure, const unsigned char *bytes, unsigned n)
{
    Buf *out = closure;
    buf_put(out, (Str){(const char *)bytes, n});
    return out->is_over ? CAIRO_STATUS_WRITE_ERROR : CAIRO_STATUS_SUCCESS;
}

Canvas *canvas_begin(Arena *arena, Buf *out, Str title, Instant made_at)
{
    char when[INSTANT_TEXT_SIZE];
    Canvas *canvas = arena_new(arena, Canvas);
    canvas->out = out;
    canvas->surface = cairo_pdf_surface_create_for_stream(keep, out, CANVAS_WIDTH, CANVAS_HEIGHT);
    cairo_pdf_surface_set_metadata(canvas->surface, CAIRO_PDF_METADATA_TITLE,
                                   str_printf(arena, "%.*s", STR_ARG(title)).p);
    cairo_pdf_surface_set_metadata(canvas->surface, CAIRO_PDF_METADATA_CREATE_DATE,
                                   instant_format(made_at, when));
    canvas->cairo = cairo_create(canvas->surface);
    canvas->layout = pango_cairo_create_layout(canvas->cairo);
    canvas->font = pango_font_description_from_string(FONTS);
    pango_layout_set_wrap(canvas->layout, PANGO_WRAP_WORD_CHAR);
    /* A unit or a code that is broken gets no hyphen, which would read as a part of it. */
    PangoAttrList *attributes = pango_attr_list_new();
    pango_attr_list_insert(attributes, pango_attr_insert_hyphens_new(FALSE));
    pango_layout_set_attributes(canvas->layout, attributes);
    pango_attr_list_unref(attributes);
    return canvas;
}

void canvas_landscape(Canvas *canvas)
{
    cairo_pdf_surface_set_size(canvas->surface, CANVAS_HEIGHT, CANVAS_WIDTH);
}

void canvas_page(Canvas *canvas)
{
    cairo_show_page(canvas->cairo);
}

Err canvas_end(Canvas *canvas)
{
    cairo_surface_finish(canvas->surface);
    bool is_whole = cairo_surface_status(canvas->surface) == CAIRO_STATUS_SUCCESS
                    && cairo_status(canvas->cairo) == CAIRO_STATUS_SUCCESS && !canvas->out->is_over;
    pango_font_description_free(canvas->font);
    g_object_unref(canvas->layout);
    cairo_destroy(canvas->cairo);
    cairo_surface_destroy(canvas->surface);
    return canvas->out->is_over ? ERR_LIMIT : is_whole ? OK : ERR_IO;
}

/* width below 0: one line. */
static void lay(Canvas *canvas, Str text, double size, double width, CanvasAlign align)
{
    static const PangoAlignment aligns[] = {PANGO_ALIGN_LEFT, PANGO_ALIGN_CENTER,
                                            PANGO_ALIGN_RIGHT};
    pango_font_description_set_absolute_size(canvas->font, size * PANGO_SCALE);
    pango_layout_set_font_description(canvas->layout, canvas->font);
    pango_layout_set_width(canvas->layout, width < 0 ? -1 : (int)(width * PANGO_SCALE));
    pango_layout_set_alignment(canvas->layout, aligns[align]);
    pango_layout_set_text(canvas->layout, text.n == 0 ? "" : text.p, (int)text.n);
}

double canvas_text_height(Canvas *canvas, Str text, double size, double width)
{
    int height = 0;
    if (text.n == 0)
        return 0;
    lay(canvas, text, size, width, CANVAS_LEFT);
    pango_layout_get_size(canvas->layout, NULL, &height);
    return (double)height / PANGO_SCALE;
}

size_t canvas_text_fits(Canvas *canvas, Str text, double size, double width, double height)
{
    lay(canvas, text, size, width, CANVAS_LEFT);
    PangoLayoutIter *line = pango_layout_get_iter(canvas->layout);
    size_t fits = 0;
    do {
        int bottom = 0;
        const PangoLayoutLine *of = pango_layout_iter_get_line_readonly(line);
        pango_layout_iter_get_line_yrange(line, NULL, &bottom);
        if (fits > 0 && (double)bottom / PANGO_SCALE > height)
            break;
        fits = (size_t)(of->start_index + of->length);
    } while (pango_layout_iter_next_line(line));
    pango_layout_iter_free(line);
    return fits;
}

double canvas_text_width(Canvas *canvas, Str text, double size)
{
    int width = 0;
    lay(canvas, text, size, -1, CANVAS_LEFT);
    pango_layout_get_size(canvas->layout, &width, NULL);
    return (double)width / PANGO_SCALE;
}

void canvas_text(Canvas *canvas, double x, double y, double width, double size, CanvasAlign align,
                 Str text)
{
    if (text.n == 0)
        return;
    lay(canvas, text, size, width, align);
    cairo_move_to(canvas->cairo, x, y);
    pango_cairo_show_layout(canvas->cairo, canvas->layout);
}

bool canvas_has_glyphs(Canvas *canvas, Str text)
{
    lay(canvas, text, 10, -1, CANVAS_LEFT);
    return pango_layout_get_unknown_glyphs_count(canvas->layout) == 0;
}

void canvas_line(Canvas *canvas, double x0, double y0, double x1, double y1, double weight)
{
    cairo_set_line_width(canvas->cairo, weight);
    cairo_move_to(canvas->cairo, x0, y0);
    cairo_line_to(canvas->cairo, x1, y1);
    cairo_stroke(canvas->cairo);
}

void canvas_box(Canvas *canvas, double x, double y, double side, double size, Str text)
{
    cairo_set_line_width(canvas->cairo, 0.6);
    cairo_rectangle(canvas->cairo, x, y, side, side);
    cairo_stroke(canvas->cairo);
    double height = canvas_text_height(canvas, text, size, side);
    canvas_text(canvas, x, y + (side - height) / 2, side, size, CANVAS_CENTRE, text);
}

void canvas_ground(Canvas *canvas, double x, double y, double width, double height)
{
    cairo_set_source_rgb(canvas->cairo, 0.92, 0.92, 0.92);
    cairo_rectangle(canvas->cairo, x, y, width, height);
    cairo_fill(canvas->cairo);
    cairo_set_source_rgb(canvas->cairo, 0, 0, 0);
}
