/* Inside of form: limits and the wording of issues. */
#pragma once

#include "form/form.h"

/* Whole numbers up to here are exact in JSON and in a browser. */
#define FORM_NUMBER_MOST 9007199254740991

bool form_place_is_in_row(FormPlace place);
/* The field or sub-field at a place. */
const FormField *form_field_at(const Form *form, FormPlace place);
/* The value at a place, or NULL outside the rows that exist. */
ExprValue *form_value_at(const FormAnswers *answers, FormPlace place);
/* "sbp", "drugs.0.dose". */
Str form_place_key(const Form *form, FormPlace place, Arena *arena);
/* How messages call it: the label, with the line for a sub-field. */
Wording form_place_label(const Form *form, FormPlace place, Arena *arena);

Wording form_message_required(const FormField *field, Wording label, Arena *arena);
Wording form_message_type(const FormField *field, Wording label, Arena *arena);
Wording form_message_range(const double range[2], Wording unit, Wording label, Arena *arena);
Wording form_message_usual(const FormField *field, double value, Wording label, Arena *arena);
Wording form_message_code(Str code, Wording label, Arena *arena);
Wording form_message_repeated(Str code, Wording label, Arena *arena);
Wording form_message_exclusive(const CodeOption *option, Wording label, Arena *arena);
Wording form_message_length(size_t most, size_t n, Wording label, Arena *arena);
Wording form_message_rows(size_t most, size_t n, Wording label, Arena *arena);
Wording form_message_files(size_t most, size_t n, Wording label, Arena *arena);

/* No value at all, or text of blanks only. */
bool form_value_is_blank(ExprValue value);
bool form_text_is_clean(Str text, bool is_multiline);
/* Integers become decimals in a decimal field and whole decimals integers in an integer field;
 * empty texts, sets and dates become absent. */
ExprValue form_value_settled(const FormField *field, ExprValue value);
/* Whether a settled value is of the field's type, decimals kept included. Absent is of any type. */
bool form_value_fits(const FormField *field, ExprValue value);

/* Appends the issues of what is shown to *result and says which may pass. */
void form_judge(const Form *form, const FormAnswers *answers, const ExprValue *slots, Arena *arena,
                FormResult *result);
