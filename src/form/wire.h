/* The wire: declarations, answers and results as text, between server, browser and module. The
 * lines are listed in README.md. Reading copies what it keeps into the arena. */
#pragma once

#include "base/buf.h"
#include "form/form.h"

enum { FORM_WIRE_VERSION = 1 };

/* Where and why a text is refused. */
typedef struct {
    size_t line; /* from 1 */
    Wording message;
} FormWireProblem;

/* parameters: of the place, in the form's order, each with its values by day; NULL: the form's own.
 */
void form_wire_write(const Form *form, const FormParameter *parameters, Buf *out);
/* Compiles the declaration again. ERR_INVALID with the first mistake. */
Err form_wire_read(Str text, Arena *arena, Form **ret_form,
                   FormWireProblem *reterr_problem) MUST_CHECK;

/* What a person entered, and around it. *ret_context starts empty: dates DATE_NONE, no previous. */
Err form_wire_read_answers(const Form *form, Str text, Arena *arena, FormContext *ret_context,
                           FormAnswers *ret_answers, FormWireProblem *reterr_problem) MUST_CHECK;
void form_wire_write_answers(const Form *form, const FormContext *context,
                             const FormAnswers *answers, Buf *out);

/* answers: after form_evaluate. */
void form_wire_write_result(const Form *form, const FormAnswers *answers, const FormResult *result,
                            Buf *out);
void form_wire_write_problem(const FormWireProblem *problem, Buf *out);
