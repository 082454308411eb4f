/* Many records at once: import and the demo county.
 *
 * The caller has judged the answers (form_evaluate) and answers for the subject; nothing is asked
 * again. Rows go through db_bulk, sealed answers too. Hooks do not run and the residents' facts are
 * left alone: derived tables are rebuilt afterwards, residents are written by subjects, with the
 * facts that their newest records say. Runs inside cx_write, and ends before any other record is
 * written in it. */
#pragma once

#include "engine/records/records.h"

typedef struct RecordBulk RecordBulk;

Err record_bulk_begin(Cx *cx, RecordBulk **ret_bulk) MUST_CHECK;
/* Everything but rev, which is given here; nothing empty stands for the actor. recorded_at gives
 * the day from which the record is known. A record that amends ends the amended one at its own
 * recorded_at (reason in `reason`); is_ended, amended_by, end_reason and ended_at are not read.
 * Everything is copied. */
Err record_bulk_add(RecordBulk *bulk, const Record *record, Str reason) MUST_CHECK;
/* Voids a record that was added before, in this bulk or another; ended_at is not before it. */
Err record_bulk_void(RecordBulk *bulk, Uuid id, Uuid ended_by, Instant ended_at,
                     Str reason) MUST_CHECK;
Err record_bulk_end(RecordBulk *bulk) MUST_CHECK;
