/* JSON lines on standard output. */
#include "cli/json_lines.h"

#include "cli/cli.h"

void json_line_begin(JsonLine *line, Arena *arena)
{
    buf_init(&line->buf, arena, MIB(4));
    line->json = json_out(&line->buf);
    json_object_begin(&line->json);
}

Err json_line_end(JsonLine *line)
{
    json_object_end(&line->json);
    buf_put_char(&line->buf, '\n');
    if (line->buf.is_over)
        return ERR_LIMIT;
    return cli_put(buf_str(&line->buf));
}

void json_put_text(JsonOut *json, const char *key, Str text)
{
    json_key_c(json, key);
    json_text(json, text);
}

void json_put_text_or_null(JsonOut *json, const char *key, Str text)
{
    json_key_c(json, key);
    if (text.n == 0)
        json_null(json);
    else
        json_text(json, text);
}
