/* JSON in: text to a tree in an arena.
 *
 * Grammar of RFC 8259, strictly; UTF-8 checked. JSON_STRICT (what the API takes) refuses besides
 * what different readers understand differently: equal names in one object, and U+0000 in a text.
 * JSON_LAX takes both (of equal names the last counts). Integers without '.' and exponent that do
 * not fit 64 bits, decimals that are not finite, and lone surrogates are refused by both. */
#pragma once

#include "base/date.h"
#include "base/map.h"
#include "base/uuid.h"
#include "base/wording.h"

typedef enum {
    JSON_NULL,
    JSON_BOOL,
    JSON_INTEGER,
    JSON_DECIMAL,
    JSON_TEXT,
    JSON_ARRAY,
    JSON_OBJECT,
} JsonKind;

typedef enum { JSON_STRICT, JSON_LAX } JsonRules;

typedef struct Json Json;

struct Json {
    JsonKind kind;
    bool boolean;
    int64_t integer; /* of JSON_INTEGER */
    double decimal;  /* of JSON_DECIMAL, and of JSON_INTEGER as far as a double holds it */
    Str text;
    /* Members or items, in order. */
    Json *first;
    Json *last;
    size_t n;
    Map *index; /* of objects with many members; use json_get */
    /* Where it stands. */
    Json *parent; /* NULL for the whole document */
    Json *next;
    Str key;         /* in an object */
    size_t position; /* in an array, from 0 */
};

typedef struct {
    size_t bytes;
    unsigned depth; /* of arrays and objects; [] is 1 */
    JsonRules rules;
} JsonLimits;

#define JSON_LIMITS_DEFAULT ((JsonLimits){MIB(1), 64, JSON_STRICT})

typedef struct {
    size_t line;   /* from 1 */
    size_t column; /* in characters, from 1 */
    Wording message;
} JsonFault;

/* Keeps pointing into `text`. ERR_MALFORMED, or ERR_LIMIT when it is too long, too deep, or the
 * arena went over; *reterr_fault tells where and what. */
Err json_parse(Arena *arena, Str text, JsonLimits limits, Json **ret_json,
               JsonFault *reterr_fault) MUST_CHECK;

/* NULL when it is no object or has no such member. */
const Json *json_get(const Json *object, Str key);
/* NULL when it is no array or too short. */
const Json *json_at(const Json *array, size_t position);
bool json_is(const Json *json, JsonKind kind); /* false for NULL */

/* A typed member. ERR_NOT_FOUND: absent or null; ERR_INVALID: of another kind. */
Err json_get_text(const Json *object, Str key, Str *ret) MUST_CHECK;
Err json_get_integer(const Json *object, Str key, int64_t *ret) MUST_CHECK;
Err json_get_decimal(const Json *object, Str key, double *ret) MUST_CHECK; /* integers too */
Err json_get_bool(const Json *object, Str key, bool *ret) MUST_CHECK;
Err json_get_date(const Json *object, Str key, Date *ret) MUST_CHECK;
Err json_get_uuid(const Json *object, Str key, Uuid *ret) MUST_CHECK;

/* RFC 6901: "/fields/0/id"; "" for the whole document. */
Str json_pointer(Arena *arena, const Json *json);
