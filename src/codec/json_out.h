/* JSON out: a streaming writer. Commas, quotes and escapes are its work, so what it writes is
 * always well-formed; calls in a wrong order (a value without its key, a key twice in a row, an end
 * without its begin) are faults of ours, caught by DCHECK. The size is bounded by the Buf. */
#pragma once

#include "base/buf.h"
#include "base/date.h"
#include "base/uuid.h"

enum { JSON_OUT_DEPTH = 32 };

typedef struct JsonOut {
    Buf *buf;
    unsigned depth;
    bool has_value[JSON_OUT_DEPTH + 1]; /* a comma is due, by depth */
    bool is_object[JSON_OUT_DEPTH + 1];
    bool has_key; /* a key waits for its value */
} JsonOut;

JsonOut json_out(Buf *buf);
/* Everything that was begun was ended. */
bool json_out_is_whole(const JsonOut *out);

void json_object_begin(JsonOut *out);
void json_object_end(JsonOut *out);
void json_array_begin(JsonOut *out);
void json_array_end(JsonOut *out);
void json_key(JsonOut *out, Str key);
void json_key_c(JsonOut *out, const char *key);

void json_text(JsonOut *out, Str text); /* valid UTF-8 */
void json_text_c(JsonOut *out, const char *text);
/* An object of two texts, in one go: answers are full of wordings. */
void json_two_texts(JsonOut *out, const char *first_key, Str first, const char *second_key,
                    Str second);
void json_integer(JsonOut *out, int64_t value);
/* The shortest digits that read back the same; an integral value has neither point nor exponent
 * (below 1e15). Not finite: null. */
void json_decimal(JsonOut *out, double value);
void json_bool(JsonOut *out, bool value);
void json_null(JsonOut *out);
void json_date(JsonOut *out, Date date); /* null for DATE_NONE */
void json_instant(JsonOut *out, Instant instant);
void json_uuid(JsonOut *out, Uuid uuid); /* null for the nil one */
/* Members that stand in the document already, to be written again: in another object of the same
 * document, with the same bytes. A part begins and ends in one object, between members. */
typedef struct JsonPart {
    size_t at, n; /* in the Buf */
} JsonPart;
JsonPart json_part_begin(const JsonOut *out);
void json_part_end(const JsonOut *out, JsonPart *part);
void json_part_again(JsonOut *out, JsonPart part);
/* Text that is JSON already, made by a JsonOut. */
void json_raw(JsonOut *out, Str json);
