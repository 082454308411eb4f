/* Answers as JSON, the same for the API and the command line: an object with a member a field.
 * integer and decimal: numbers; text and code: text; date: "2025-06-30"; several codes: an array of
 * text; rows: an array of objects. Absent and null: not answered. */
#pragma once

#include "codec/json.h"
#include "codec/json_out.h"
#include "engine/records/records.h"

/* A value of the wrong kind is kept as a fault, which form_evaluate makes an issue of its field
 * among the others. What has no field (an unknown member, no object at all) is ERR_INVALID with a
 * problem at its JSON pointer, all of them at once. ret_answers is made here. */
Err answers_from_json(Cx *cx, const Form *form, const Json *json,
                      FormAnswers *ret_answers) MUST_CHECK;
/* The array of keys that the person confirmed; NULL: none. */
Err answers_confirmed_from_json(Cx *cx, const Json *json, FormAnswers *answers) MUST_CHECK;
/* Answered fields only, in the form's order. */
void answers_to_json(const Form *form, const FormAnswers *answers, JsonOut *out);
