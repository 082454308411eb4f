/* answers_sql: the statements that write and read the answer tables of a form, as text. Pure.
 *
 * Parameters are :place, :record_id, :f0, :f1 ... of inserts, and those of AnswersWhich of reads.
 * What a read gives: the header (ANSWERS_HEADER columns, in that order), then the answers. What a
 * read of a child table gives: id, subject_id, happened_on, then code, or row_no and the
 * sub-fields; in the order of the main read, so that the two can be merged. Reads for lists give
 * only the fields that lists show: ANSWERS_LISTED behind the id, ANSWERS_LATEST and its FEW behind
 * id, subject_id and happened_on. The earlier record, for expressions, is its id, its day and the
 * fields that they read. */
#pragma once

#include "form/ddl.h"

typedef enum {
    ANSWERS_OF_RECORD,  /* :place :id */
    ANSWERS_OF_SUBJECT, /* :place :subject :form: ended ones too */
    ANSWERS_LISTED,     /* :place :subject :form: ended ones too; no child table */
    ANSWERS_PREVIOUS, /* :place :subject :form :day :before_id :not_id :known_on; no child table */
    ANSWERS_EACH,     /* :place :form :known_on {scope:resident person}: by subject, ended too */
    ANSWERS_PAGE,     /* :place :form :from_day :to_day :before_day :before_id :last_day :last_id
                         :facility :served_from :served_to :area_from :area_to :most {scope:area person}
                         {scope:form r}:     current ones before the record (before_day, before_id),
                         newest     first */
    ANSWERS_OF_MANY,  /* :place :r0 ... :r99 (records or NULL); not the header but the id alone */
    ANSWERS_LATEST,   /* :place :form :s0 ... :s49 (subjects or NULL): of today; no child table */
    ANSWERS_LATEST_FEW, /* the same of :s0 ... :s9: most forms of a list have a few lines */
} AnswersWhich;

enum {
    ANSWERS_HEADER_N = 10,
    ANSWERS_SHORT_HEADER_N = 3,
    ANSWERS_END_N = 4,
    ANSWERS_LATEST_MOST = 50,
    ANSWERS_FEW_MOST = 10,
    ANSWERS_MANY_MOST = 100,
};

/* Fields with a column in the form's own table, in order; of a child with rows its sub-fields. */
void answers_fields(const Form *form, const FormField *child, Arena *arena,
                    const size_t **ret_fields, size_t *ret_n);
/* Those of them that lists show. */
void answers_listed(const Form *form, Arena *arena, const size_t **ret_fields, size_t *ret_n);
/* Fields with a child table, in order. */
void answers_children(const Form *form, Arena *arena, const size_t **ret_fields, size_t *ret_n);

Str answers_sql_insert(const Form *form, const FormField *child, Arena *arena);
Str answers_sql_read(const Form *form, const FormField *child, AnswersWhich which, Arena *arena);
/* The record of ANSWERS_PREVIOUS, with the same parameters: id, happened_on, and these fields of
 * the own table. */
Str answers_sql_earlier(const Form *form, const size_t *fields, size_t n, Arena *arena);
