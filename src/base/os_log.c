/* A log line is built on the stack of a small arena and leaves in one write. */
#include "base/os_log.h"

#include <math.h>
#include <stdatomic.h>
#include <unistd.h>

#include "base/num.h"
#include "base/os_clock.h"

enum {
    WORD_MOST = 160,
    LINE_MOST = 4096, /* up to PIPE_BUF a write to a pipe is not mixed with another */
};

static atomic_int level_set = LOG_INFO;

void os_log_set_level(LogLevel level)
{
    atomic_store(&level_set, (int)level);
}

static const char *level_name(LogLevel level)
{
    switch (level) {
    case LOG_ERROR: return "error";
    case LOG_WARN: return "warn";
    case LOG_INFO: return "info";
    case LOG_DEBUG: return "debug";
    }
    return "info";
}

static bool is_word_byte(char c)
{
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))
        return true;
    return c != '\0' && str_find_char(STR("_-./:{}="), c, 0) != SIZE_MAX;
}

static void put_word(Buf *out, Str word)
{
    buf_put_char(out, '"');
    for (size_t i = 0; i < word.n && i < WORD_MOST; i++)
        buf_put_char(out, is_word_byte(word.p[i]) ? word.p[i] : '?');
    buf_put_char(out, '"');
}

static void put_decimal(Buf *out, double value)
{
    char text[NUM_TEXT_SIZE];
    buf_put_c(out, isfinite(value) ? num_format_double(value, text) : "null");
}

static void put_value(Buf *out, const LogField *field)
{
    char id[UUID_TEXT_SIZE];
    char day[DATE_TEXT_SIZE];
    switch (field->kind) {
    case LOG_KIND_INTEGER: buf_printf(out, "%lld", (long long)field->value.integer); break;
    case LOG_KIND_DECIMAL: put_decimal(out, field->value.decimal); break;
    case LOG_KIND_BOOL: buf_put_c(out, field->value.boolean ? "true" : "false"); break;
    case LOG_KIND_WORD: put_word(out, field->value.word); break;
    case LOG_KIND_ID: put_word(out, str_from_c(uuid_format(field->value.id, id))); break;
    case LOG_KIND_DATE: put_word(out, str_from_c(date_format(field->value.date, day))); break;
    case LOG_KIND_ERR: put_word(out, str_from_c(err_name(field->value.err))); break;
    }
}

void os_log_format(Buf *out, Instant at, LogLevel level, const char *event, const LogField *fields)
{
    char time[INSTANT_TEXT_SIZE];
    buf_printf(out, "{\"at\":\"%s\",\"level\":\"%s\",\"event\":\"%s\"", instant_format(at, time),
               level_name(level), event);
    for (const LogField *field = fields; field->name != NULL; field++) {
        buf_printf(out, ",\"%s\":", field->name);
        put_value(out, field);
    }
    buf_put(out, STR("}\n"));
}

void os_log_write(LogLevel level, const char *event, const LogField *fields)
{
    if ((int)level > atomic_load(&level_set))
        return;
    Arena arena;
    arena_init(&arena, KIB(64));
    Buf line;
    buf_init(&line, &arena, LINE_MOST);
    os_log_format(&line, os_clock_now(), level, event, fields);
    Str text = buf_str(&line);
    /* A log that cannot be written has nobody to be told. */
    ssize_t written = write(STDERR_FILENO, text.p, text.n);
    (void)written;
    arena_done(&arena);
}
