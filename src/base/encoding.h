/* Bytes as text: hexadecimal and base64url (RFC 4648 §5, without padding). */
#pragma once

#include "base/str.h"

Str hex_encode(Arena *arena, Str bytes); /* lower case */
/* Either case; ERR_MALFORMED for anything that is not pairs of digits. */
Err hex_decode(Arena *arena, Str text, Str *ret_bytes) MUST_CHECK;
Str base64url_encode(Arena *arena, Str bytes);
/* Strict: no padding, no spaces, unused bits zero; so every text that is accepted is the one that
 * base64url_encode gives. ERR_MALFORMED. */
Err base64url_decode(Arena *arena, Str text, Str *ret_bytes) MUST_CHECK;
