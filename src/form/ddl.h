/* ddl: the tables and views of forms, as SQL text. Pure: it writes text, engine/records runs it.
 *
 * A form f has the table answer_f: place, record_id, then a typed column a field (integer, decimal,
 * text, date). A several-choice field x has answer_f__x: place, record_id, code. A field x of rows
 * has answer_f__x: place, record_id, row_no, then a column a sub-field. The published views v_f and
 * v_f__x join them with `record` and show what is current, or what was known at the end of a day.
 *
 * Invariants
 *  1. Types only: ranges, codes and required-ness are judged by form_evaluate.
 *  2. Tables only grow. A field's type or unit never changes; a sealed field has no column.
 *  3. Names come from checked identifiers and are always quoted; nothing else enters the text.
 *  4. Rows are never updated or deleted: triggers refuse it. */
#pragma once

#include "base/vec.h"
#include "form/form.h"

typedef enum { DDL_SQLITE, DDL_POSTGRES } DdlEngine;

/* What stands behind each field that has a column or a child table. */
typedef struct DdlColumn {
    Str name; /* "sbp", or "drugs.name" for a sub-field */
    Str type; /* ddl_type_name */
    Str unit;
    size_t field;
    size_t row_field; /* SIZE_MAX for a field itself */
    bool is_computed; /* a field itself that nobody enters */
} DdlColumn;

/* A column as it was made before. */
typedef struct DdlKnown {
    Str name, type, unit;
    bool was_entered, was_computed; /* neither: it was not noted */
} DdlKnown;

typedef enum {
    DDL_FITS,
    DDL_TYPE_CHANGED,
    DDL_UNIT_CHANGED,
    DDL_BECAME_COMPUTED, /* a record's hash is of what is entered, by today's forms */
    DDL_BECAME_ENTERED,
    DDL_NAME_RESERVED, /* the header has a column of this name */
    DDL_ROWS_NESTED,   /* a sub-field with several choices or rows */
} DdlFault;

Str ddl_type_name(FieldType type); /* "integer", "codes" ... */
/* Names that the header of a record takes in v_<form>, and those with "__", which parts a form from
 * its child table: no field may have one. */
bool ddl_name_is_reserved(Str name);
/* Names whose v_<name> an engine publishes, and those with "__": no form may have one. */
bool ddl_form_is_reserved(Str id);

/* Table and view names; at most 63 bytes, which is what PostgreSQL keeps: a longer one is cut and
 * ends in a hash of the whole. child: a several-choice field or rows; NULL for the form's own. */
Str ddl_table(const Form *form, const FormField *child, Arena *arena);
Str ddl_view(const Form *form, const FormField *child, Arena *arena);

/* In field order; sealed fields are left out. */
void ddl_columns(const Form *form, Arena *arena, const DdlColumn **ret_columns, size_t *ret_n);
/* Whether a column may stand beside what was made before under its name (NULL: nothing). */
DdlFault ddl_fault(const Form *form, const DdlColumn *column, const DdlKnown *known);

/* Creates the form's table when there is none, and what `is_new` says is missing (one a column). */
void ddl_put_tables(const Form *form, DdlEngine engine, const DdlColumn *columns, size_t n,
                    const bool *is_new, bool is_new_form, Buf *out);
/* Makes the views of the current records anew, on PostgreSQL also those of a past day (schema
 * as_of). Those of a new form take no other view's place: they fail instead. */
void ddl_put_views(const Form *form, DdlEngine engine, bool is_new_form, Buf *out);
/* Lets the connection's views show a past day, or the current records again. */
void ddl_put_as_of(const Form *const *forms, size_t n, DdlEngine engine, Date day, Buf *out);
void ddl_put_current(const Form *const *forms, size_t n, DdlEngine engine, Buf *out);

/* "name", quoted. */
void ddl_put_name(Buf *out, Str name);
