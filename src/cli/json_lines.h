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
/* A member of the line. */
void json_put_text(JsonOut *json, const char *key, Str text);
void json_put_text_or_null(JsonOut *json, const char *key, Str text); /* null when it is empty */
