/* Records and obligations as members of an answer, shared by the handlers of several areas. */
#pragma once

#include "engine/subjects/places.h"
#include "engine/subjects/registers.h"

#include "base/vec.h"
#include "engine/obligations/obligations.h"
#include "engine/records/records.h"
#include "engine/subjects/subjects.h"
#include "web/route.h"

/* Members that occur again and again in one answer (titles, labels) are made once and copied. */
typedef struct JsonKept {
    const void *of;
    uint32_t item;
    JsonPart part;
} JsonKept;
typedef struct JsonParts {
    Arena *arena;
    VEC(JsonKept) kept;
} JsonParts;
/* Writes what was kept for `of` (something of the packs) and item; false: nothing was, or parts is
 * NULL. */
bool json_parts_again(const JsonParts *parts, JsonOut *out, const void *of, uint32_t item);
/* Ends the part and keeps it. */
void json_parts_keep(JsonParts *parts, const JsonOut *out, const void *of, uint32_t item,
                     JsonPart begun);

/* Members of an object that has been begun: the dates and the state of a line. */
void web_json_obligation(JsonOut *out, JsonParts *parts, const ObligationLine *line, Date on);
/* "visit": how many things one visit can do, this one among them; nothing below two. */
void web_json_visit(JsonOut *out, size_t together);
/* Whether a screen shows the line: what was and what is; of what is not open yet the next one of a
 * rule, when nothing of that rule is open. Call in the order of the list; *answered begins as NULL.
 */
bool obligation_is_shown(const ObligationLine *line, const Rule **answered);
/* "why": [{rule, source, source_title, records, text}], and "waiver" where there is one */
void web_json_reasons(Cx *cx, JsonOut *out, JsonParts *parts, const ObligationLine *line);

/* Whoever performed the records of one answer, and what their answers refer to: each is looked up
 * once. Begins empty. */
typedef struct ReferenceName {
    Str kind, code;
    Wording name;
} ReferenceName;
typedef struct PerformerNames {
    VEC(Account) accounts;
    VEC(ReferenceName) references;
    JsonParts *parts; /* of the answer, or NULL */
} PerformerNames;

/* Members: who performed it. */
Err record_write_performer(Cx *cx, JsonOut *out, const Record *record,
                           PerformerNames *names) MUST_CHECK;
/* Members of an object that has been begun: the header, a summary of those fields that lists show,
 * and the answers. */
Err record_write(Cx *cx, JsonOut *out, const Record *record, PerformerNames *names,
                 bool with_answers) MUST_CHECK;
/* "chain": [{id, happened_on, recorded_at, performed_by_name, is_ended, end_reason ...}] */
Err record_write_chain(Cx *cx, JsonOut *out, const Record *record,
                       PerformerNames *names) MUST_CHECK;
/* "versions": [{header, reason, changes: [{field, label, before, after}]}] */
Err record_write_history(Cx *cx, JsonOut *out, const RecordVersion *versions, size_t n) MUST_CHECK;
/* key: [{field, label, text}] of the fields that lists show. */
Err record_write_summary(Cx *cx, JsonOut *out, PerformerNames *names, const char *key,
                         const Form *form, const FormAnswers *answers) MUST_CHECK;
/* "references": [{kind, code, name}] of what the answers of a record refer to. */
Err record_write_references(Cx *cx, JsonOut *out, const Record *record,
                            PerformerNames *names) MUST_CHECK;
/* A subject that is no resident, in few words: an object. */
void subject_brief_write(Cx *cx, JsonOut *out, const Subject *subject);

/* Facilities in force by name, for answers that name several. */
typedef struct FacilityNames {
    const Facility *facilities;
    size_t n;
} FacilityNames;
Err facility_names_read(Cx *cx, FacilityNames *ret_names) MUST_CHECK;
/* {code, name, name_en?} of a desk or a code; null where no such facility is in force. */
void facility_named_write(JsonOut *out, const FacilityNames *names, Str desk);
