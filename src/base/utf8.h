/* UTF-8: strict checking (no overlong forms, surrogates or values past U+10FFFF) and stepping. */
#pragma once

#include "base/str.h"

/* Bytes before the first fault; equals s.n when the text is valid. */
size_t utf8_valid_prefix(Str s);
bool utf8_is_valid(Str s);
/* Takes one character off *rest (valid UTF-8); false at the end. */
bool utf8_next(Str *rest, uint32_t *ret_code);
size_t utf8_length(Str s); /* in characters */
/* Bytes written, 1 to 4. code must be a scalar value. */
size_t utf8_encode(uint32_t code, char out[4]);
