/* One JSON object a line on standard output, the form in which commands answer programs. */
#pragma once

#include "codec/json_out.h"

typedef struct JsonLine {
    Buf buf;
    JsonOut json;
} JsonLine;

/* Begins the line and its object. */
void json_line_begin(JsonLine *line, Arena *arena);
/* Ends the object and prints the line. */
Err json_line_end(JsonLine *line) MUST_CHECK;
