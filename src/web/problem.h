/* Problem documents: RFC 9457 in the caller's language, with both wordings inside. */
#pragma once

#include "codec/json_out.h"
#include "core/cx.h"
#include "http/http.h"

/* Writes the document for err and what was recorded; takes its status from err unless one is set.
 */
void problem_write(HttpResponse *response, Lang lang, Err err, const Problem *problems,
                   size_t problem_n, Str request_id);
/* The same without its end, for members that a handler adds; it ends the object. */
JsonOut problem_begin(HttpResponse *response, Lang lang, Err err, const Problem *problems,
                      size_t problem_n, Str request_id);
