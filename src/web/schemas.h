/* Pieces of schemas that several route entries share, as text to be put together (notation:
 * route.h). Each stands for what one function writes, named beside it. */
#pragma once

#include "web/route.h"

/* person_brief_write */
#define SCHEMA_PERSON_MEMBERS                                                                      \
 "id: uuid, name?: text, sex?: text, birth_date?: date, age?: integer, area?: text, area_name?: "  \
 "text, area_name_en?: text"

/* subject_brief_write */
#define SCHEMA_SUBJECT_MEMBERS                                                                     \
 "id: uuid, kind: text, kind_title?: wording, code?: text, name: wording"

/* facility_named_write */
#define SCHEMA_FACILITY "{code: text, name: text, name_en?: text}"

#define SCHEMA_COUNTS_MEMBERS "overdue: integer, due: integer, open: integer"

/* web_json_obligation */
#define SCHEMA_OBLIGATION_MEMBERS                                                                  \
 "program: text, program_title: wording, obligation: text, title: wording, item?: text, form: "    \
 "text, opens_on: date, due_on: date, closes_on?: date, due_at?: text, done: number, needed: "     \
 "number, state: closed|open|due|overdue|met|missed|waived, days_late: integer, met_by?: uuid, "   \
 "met_on?: date, waived_on?: date, waived_until?: date"
#define SCHEMA_OBLIGATION "{" SCHEMA_OBLIGATION_MEMBERS "}"

/* web_json_reasons, behind an obligation */
#define SCHEMA_EXPLAINED "{" SCHEMA_OBLIGATION_MEMBERS SCHEMA_REASONS "}"
#define SCHEMA_EXPLAINED_AT_VISIT                                                                  \
 "{" SCHEMA_OBLIGATION_MEMBERS ", visit?: integer" SCHEMA_REASONS "}"
#define SCHEMA_REASONS                                                                             \
 ", why: [{rule: text, source?: text, source_title: wording, records: [uuid], text: wording}], "   \
 "waiver?: uuid"

/* What record_write_history writes. */
#define SCHEMA_CHANGES "[{field: text, label?: wording, before?: wording, after?: wording}]"

/* record_write_summary */
#define SCHEMA_SUMMARY "[{field: text, label: wording, text: wording}]"

/* The header that record_write and record_write_chain begin with. */
#define SCHEMA_RECORD_MEMBERS                                                                      \
 "id: uuid, form: text, form_title: wording, form_version: text, subject: uuid, happened_on: "     \
 "date, recorded_at: instant, facility?: text, facility_name?: wording, performed_by?: uuid, "     \
 "amends?: uuid, is_ended: bool, amended_by?: uuid, end_reason?: text, performed_by_name?: text, " \
 "recorded_by?: uuid, recorded_by_name?: text, files?: integer"
