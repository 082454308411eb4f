/* Numbers from and to text, whole-string and without locale, and checked arithmetic. */
#pragma once

#include "base/str.h"

enum { NUM_TEXT_SIZE = 32 };

/* Optional '-', digits, nothing else, no leading zeros but "0"; refused when it does not fit. */
Err num_parse_i64(Str s, int64_t *ret) MUST_CHECK;
/* JSON's number grammar; refused when it is not finite. */
Err num_parse_double(Str s, double *ret) MUST_CHECK;
/* The shortest text that reads back as the same double; integral values without a point. */
const char *num_format_double(double value, char out[NUM_TEXT_SIZE]);
/* false on overflow, *ret unwritten. */
bool num_add_i64(int64_t a, int64_t b, int64_t *ret);
bool num_subtract_i64(int64_t a, int64_t b, int64_t *ret);
bool num_multiply_i64(int64_t a, int64_t b, int64_t *ret);
/* Decimal rounding, half away from zero, on the shortest decimal text of the value: 2.675 to two
 * places is 2.68, as a person reads it. places 0 to 10. */
double num_round(double value, int places);
