/* A form's records as a table: pages of the current ones, newest first, and the same as CSV.
 *
 * Invariants
 *  1. Who sees persons gets those in sight with who they are; who sees rows without identity gets
 *     those of the areas in sight, with codes and numbers only, and nothing of a sensitive form.
 *  2. Sealed answers are never in it.
 *  3. A page costs a few statements, however many records it has; pages are read one after the
 *     other, each of its own moment. */
#pragma once

#include "base/buf.h"
#include "engine/records/records.h"

typedef struct RecordTablePage {
    Date from, until; /* days of service, both included; DATE_NONE: any */
    Str facility;     /* that served; empty: any */
    Uuid performer;   /* who served; nil: anybody */
    Str area;         /* code of the area, or the first digits of one, where the person lives */
    Date before_day;  /* the record that ended the page before; DATE_NONE: from the newest */
    Uuid before_id;
    size_t most;
} RecordTablePage;

enum { RECORD_TABLE_MOST = 200 };

/* "60-69", "90+": of whom nobody is to know. Empty when the date is not known. */
Str record_age_group(Arena *arena, Date birth, Date on);
/* Needs tables.read. Answers that the caller may not see are absent. ERR_NOT_FOUND for a form that
 * he may not see. No audit entry of its own. */
Err record_table_page(Cx *cx, const Form *form, const RecordTablePage *page,
                      const Record **ret_records, size_t *ret_n) MUST_CHECK;
/* Else about organisations: their rows tell which. */
bool record_table_is_of_persons(const Form *form);
/* Whether the field has a column for who asks. */
bool record_table_shows(const Cx *cx, const FormField *field);

/* Exporting: head, then pages until one is empty. */
typedef struct RecordExport {
    const Form *form;
    RecordTablePage page; /* moves on by itself */
    int64_t n;            /* rows so far */
} RecordExport;
/* Needs tables.export; leaves an audit entry with the conditions, durable before the first row. */
Err record_export_begin(Cx *cx, RecordExport *export) MUST_CHECK;
/* A byte order mark, by which spreadsheets know UTF-8, and the names of the columns. */
void record_export_head(const Cx *cx, const RecordExport *export, Buf *out);
/* Nothing written: it has ended, and an audit entry says how many rows it had. */
Err record_export_next(Cx *cx, RecordExport *export, Buf *out) MUST_CHECK;
