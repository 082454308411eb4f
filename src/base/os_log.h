/* Log: one event a line, JSON on standard error.
 *
 *     LOG(LOG_INFO, "server started", LOG_INTEGER("port", 8080), LOG_WORD("database", kind));
 *
 * Fields are typed and there is none for free text, so that personal data cannot slip in: LOG_WORD
 * takes names of ours (routes, codes, file names); any byte that is not an ASCII letter, digit or
 * one of  _ - . / : { } =  is printed as '?', and at most 160 bytes are. Event and field names are
 * literals. Levels: ERROR someone must act; WARN tolerated; INFO the life of the process; DEBUG.
 * Thread-safe: a line is one write. */
#pragma once

#include "base/buf.h"
#include "base/date.h"
#include "base/uuid.h"

typedef enum { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG } LogLevel;

typedef enum {
    LOG_KIND_INTEGER,
    LOG_KIND_DECIMAL,
    LOG_KIND_BOOL,
    LOG_KIND_WORD,
    LOG_KIND_ID,
    LOG_KIND_DATE,
    LOG_KIND_ERR,
} LogKind;

typedef struct LogField {
    const char *name; /* a literal */
    LogKind kind;
    union {
        int64_t integer;
        double decimal;
        bool boolean;
        Str word;
        Uuid id;
        Date date;
        Err err;
    } value;
} LogField;

#define LOG_INTEGER(name, n) ((LogField){"" name, LOG_KIND_INTEGER, {.integer = (int64_t)(n)}})
#define LOG_DECIMAL(name, x) ((LogField){"" name, LOG_KIND_DECIMAL, {.decimal = (x)}})
#define LOG_BOOL(name, b)    ((LogField){"" name, LOG_KIND_BOOL, {.boolean = (b)}})
#define LOG_WORD(name, s)    ((LogField){"" name, LOG_KIND_WORD, {.word = (s)}})
#define LOG_ID(name, uuid)   ((LogField){"" name, LOG_KIND_ID, {.id = (uuid)}})
#define LOG_DATE(name, day)  ((LogField){"" name, LOG_KIND_DATE, {.date = (day)}})
#define LOG_ERR(name, error) ((LogField){"" name, LOG_KIND_ERR, {.err = (error)}})

/* LOG(level, "event", fields...); nothing is computed into text below the level that is set. */
#define LOG(level, ...)             LOG_PICK(level, __VA_ARGS__, LOG_END)
#define LOG_END                     ((LogField){0})
#define LOG_PICK(level, event, ...) os_log_write((level), "" event, (const LogField[]){__VA_ARGS__})

/* fields: ended by one without a name. */
void os_log_write(LogLevel level, const char *event, const LogField *fields);
/* INFO until set. */
void os_log_set_level(LogLevel level);
/* The line that os_log_write would print at that instant, with its newline. */
void os_log_format(Buf *out, Instant at, LogLevel level, const char *event, const LogField *fields);
