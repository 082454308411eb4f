/* Problem documents: RFC 9457 in the caller's language, with both wordings inside. */
#pragma once

#include "core/cx.h"
#include "http/http.h"

/* Writes the document for err and what was recorded; takes its status from err unless one is set.
 */
void problem_write(HttpResponse *response, Lang lang, Err err, const Problem *problems,
                   size_t problem_n, Str request_id);
