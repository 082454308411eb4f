/* Paper: a form as the paper that it is on, filled in or blank, as a PDF.
 *
 * Rows are the fields in the order of the declaration, sections stand at the left, and each visit
 * is a column, as many as the form has on paper (Form.paper_visits). A field of one code has its
 * numbered options and one box, of several codes a few boxes (the national specification, 2017, the
 * instructions for filling in, prints them so); the text that an option asks for stands behind it;
 * a target stands behind its value ("62 / 60"). What is not on paper (Form fields with off_paper)
 * and retired fields are left out. On each page: title, whose it is, which record, page of pages.
 *
 * Invariants
 *  1. Pure layout: nothing is read but what is given. The same sheet gives the same bytes on the
 *     same fonts.
 *  2. Every answer of the visits that is on paper stands on the sheet whole: a row too long for a
 *     page goes on on the next. */
#pragma once

#include "base/buf.h"
#include "form/form.h"

/* A column. */
typedef struct PaperVisit {
    const FormAnswers *answers;
    Date happened_on;
    Str facility, performer; /* names */
    Str note;                /* "voided", "amended": beside the day; or empty */
} PaperVisit;

typedef struct Paper {
    const Form *form;
    Lang lang;
    const PaperVisit *visits; /* from left to right; none: blank columns */
    size_t visit_n;
    /* of whom: label and value; none on a blank one */
    Str name;
    Str number;       /* the record number as printed, "103-00027", or empty */
    const Str *facts; /* "sex: female" ... under the name */
    size_t fact_n;
    Str footer; /* which record, printed by whom and when */
    Instant made_at;
} Paper;

/* ERR_NOT_FOUND: the machine has no font for the title of the form. */
Err paper_print(const Paper *paper, Arena *arena, Buf *out) MUST_CHECK;
