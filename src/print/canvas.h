/* Canvas: A4 pages of a PDF: texts in a column of given width, lines, small boxes with a code in
 * them. The only place that knows cairo and pango.
 *
 * Lengths are points (1/72 inch) from the upper left corner of the page. Texts are plain, of any
 * script that the fonts of the machine have; they stay texts in the file, so that it can be
 * searched. The same calls give the same bytes with the same fonts. A canvas belongs to one
 * thread. */
#pragma once

#include "base/buf.h"
#include "base/date.h"

#define CANVAS_WIDTH  595.28
#define CANVAS_HEIGHT 841.89

typedef struct Canvas Canvas;
typedef enum { CANVAS_LEFT, CANVAS_CENTRE, CANVAS_RIGHT } CanvasAlign;

/* out receives the file when the canvas is ended. title and made_at stand in its properties. */
Canvas *canvas_begin(Arena *arena, Buf *out, Str title, Instant made_at);
/* Its pages lie on their side, CANVAS_HEIGHT wide; before anything is drawn. */
void canvas_landscape(Canvas *canvas);
/* What follows is on a new page. */
void canvas_page(Canvas *canvas);
/* ERR_LIMIT: the file is larger than out takes; ERR_IO: drawing failed. Frees the canvas in any
 * case. */
Err canvas_end(Canvas *canvas) MUST_CHECK;

/* The height that a text needs in a column, and drawing it there. Breaks between words, and where a
 * word is wider than the column inside it. */
double canvas_text_height(Canvas *canvas, Str text, double size, double width);
/* How many bytes of the text fill whole lines that fit into that height: at least one line. */
size_t canvas_text_fits(Canvas *canvas, Str text, double size, double width, double height);
/* The width of a text on one line. */
double canvas_text_width(Canvas *canvas, Str text, double size);
void canvas_text(Canvas *canvas, double x, double y, double width, double size, CanvasAlign align,
                 Str text);
/* Whether the fonts of the machine have every character of the text. */
bool canvas_has_glyphs(Canvas *canvas, Str text);
void canvas_line(Canvas *canvas, double x0, double y0, double x1, double y1, double weight);
/* A square of that side with a short text in its middle. */
void canvas_box(Canvas *canvas, double x, double y, double side, double size, Str text);
/* A rectangle of light grey, for what stands on it next. */
void canvas_ground(Canvas *canvas, double x, double y, double width, double height);
