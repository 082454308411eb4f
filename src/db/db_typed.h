/* What generated statements use to pass values that may be absent and to take text. */
#pragma once

#include "db/db.h"

static inline DbValue db_text_or_null(Str value)
{
    return (DbValue){.type = DB_TEXT, .is_null = value.p == NULL, .as.text = value};
}
static inline DbValue db_bytes_or_null(Str value)
{
    return (DbValue){.type = DB_BYTES, .is_null = value.p == NULL, .as.text = value};
}
static inline DbValue db_integer_or_null(bool has, int64_t value)
{
    return (DbValue){.type = DB_INTEGER, .is_null = !has, .as.integer = value};
}
static inline DbValue db_decimal_or_null(bool has, double value)
{
    return (DbValue){.type = DB_DECIMAL, .is_null = !has, .as.decimal = value};
}
static inline DbValue db_instant_or_null(bool has, Instant value)
{
    return (DbValue){.type = DB_INSTANT, .is_null = !has, .as.instant = value};
}
static inline DbValue db_uuid_or_null(Uuid value)
{
    return (DbValue){.type = DB_UUID, .is_null = uuid_is_nil(value), .as.uuid = value};
}
/* A copy in the arena; NULL has p == NULL, the empty text has not. */
static inline Str db_text_take(Arena *arena, DbValue value)
{
    if (value.is_null)
        return (Str){NULL, 0};
    return value.as.text.n == 0 ? (Str){"", 0} : str_copy(arena, value.as.text);
}
