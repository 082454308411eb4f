/* Records and obligations as members of an answer, shared by the handlers of several areas. */
#pragma once

#include "engine/obligations/obligations.h"
#include "engine/records/records.h"
#include "web/route.h"

/* Members of an object that has been begun: the dates and the state of a line. */
void web_json_obligation(JsonOut *out, const ObligationLine *line, Date on);
/* "why": [...] */
void web_json_reasons(JsonOut *out, const ObligationLine *line);

/* Members of an object that has been begun: the header, and the answers or a summary of those
 * fields that lists show. */
Err record_write(Cx *cx, JsonOut *out, const Record *record, bool with_answers) MUST_CHECK;
/* "last": [{field, label, text}] of the fields that lists show. */
void record_write_summary(Cx *cx, JsonOut *out, const char *key, const Form *form,
                          const FormAnswers *answers);
