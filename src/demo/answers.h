/* Filling in a form as a person would: what matters is set by field id, everything else that the
 * form requires is filled in by its type, and suggestions are taken over. */
#pragma once

#include "demo/rng.h"
#include "form/form.h"

typedef struct Filling {
    const Form *form;
    FormContext context;
    FormAnswers answers;
    Rng *rng;
    Arena *arena;
} Filling;

Filling filling_begin(const Form *form, FormContext context, Rng *rng, Arena *arena);
/* A field that the form does not have is left alone: counties change their forms. */
void filling_text(Filling *filling, const char *field, Str value); /* text and single codes */
void filling_integer(Filling *filling, const char *field, int64_t value);
void filling_decimal(Filling *filling, const char *field, double value);
void filling_date(Filling *filling, const char *field, Date value);
void filling_codes(Filling *filling, const char *field, Str code);
/* Those of the field's list whose bit is set: 1 the first, 2 the second, 4 the third. */
void filling_code_set(Filling *filling, const char *field, unsigned bits);
/* Every code that is not set becomes the first of its list, which forms print for "normal"; of
 * several-choice fields the one that says "none", if there is one. */
void filling_normal(Filling *filling);
/* Fills the rest and evaluates. ERR_INVALID when the form still refuses: *reterr_issue says why. */
Err filling_end(Filling *filling, Str *reterr_issue) MUST_CHECK;
