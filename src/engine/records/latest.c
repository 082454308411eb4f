/* The newest current record of many subjects at once, for lists. */
#include "access/access.h"
#include "engine/records/records_int.h"

/* A subject may be asked twice: then its row comes twice. Rows come in the order asked, or nearly.
 */
static void put_record(const Uuid *subjects, size_t n, size_t *next, const Record *record,
                       Record *records)
{
    for (size_t i = 0; i < n; i++) {
        size_t at = (*next + i) % n;
        if (!uuid_is_nil(records[at].id) || !uuid_equals(subjects[at], record->subject))
            continue;
        records[at] = *record;
        *next = at + 1;
        return;
    }
}

typedef struct {
    const DbStatement *statement;
    DbValue in[2 + ANSWERS_LATEST_MOST];
} Batch;

/* n: at most ANSWERS_LATEST_MOST. */
static void bind_batch(const Cx *cx, const RecordForm *form, const Uuid *subjects, size_t n,
                       Batch *batch)
{
    batch->statement = n <= ANSWERS_FEW_MOST ? &form->latest_few : &form->latest;
    batch->in[0] = db_text(cx->place);
    batch->in[1] = db_text(form->form->id);
    for (size_t i = 0; i < ANSWERS_LATEST_MOST; i++)
        batch->in[2 + i] = i < n ? db_uuid(subjects[i]) : db_null(DB_UUID);
}

static size_t batch_size(size_t n, size_t at)
{
    return n - at < ANSWERS_LATEST_MOST ? n - at : ANSWERS_LATEST_MOST;
}

static Err read_batch(Cx *cx, const RecordForm *form, const Uuid *subjects, size_t n,
                      Record *records)
{
    Batch batch;
    bind_batch(cx, form, subjects, n, &batch);
    size_t next = 0;
    CLEANUP(db_rows_close) DbRows rows = {0};
    TRY(db_query(cx->db, batch.statement, NULL, batch.in, &rows));
    for (;;) {
        bool has_row;
        TRY(db_next(&rows, &has_row));
        if (!has_row)
            return OK;
        const Record record = {
            .id = db_column(&rows, 0).as.uuid,
            .subject = db_column(&rows, 1).as.uuid,
            .form = form->form->id,
            .happened_on = db_column(&rows, 2).as.date,
            .answers = record_listed_take(form, &rows, ANSWERS_SHORT_HEADER_N, cx->arena)};
        put_record(subjects, n, &next, &record, records);
    }
}

Err record_latest(Cx *cx, const Form *form, const Uuid *subjects, size_t n,
                  const Record **ret_records)
{
    TRY(access_require(cx, STR("records.read")));
    const RecordForm *found = record_form_find(cx, form->id);
    ENSURE(found != NULL);
    Record *records = arena_array(cx->arena, Record, n);
    *ret_records = records;
    if (!access_sees_class(cx, form->sensitivity))
        n = 0;
    for (size_t at = 0; at < n; at += ANSWERS_LATEST_MOST) {
        Err err = read_batch(cx, found, subjects + at, batch_size(n, at), records + at);
        if (err != OK)
            return cx_fail_db(cx, err);
    }
    return OK;
}

void record_latest_ahead(Cx *cx, const Form *form, const Uuid *subjects, size_t n)
{
    const RecordForm *found = record_form_find(cx, form->id);
    if (found == NULL || !access_sees_class(cx, form->sensitivity))
        return;
    for (size_t at = 0; at < n; at += ANSWERS_LATEST_MOST) {
        Batch batch;
        bind_batch(cx, found, subjects + at, batch_size(n, at), &batch);
        db_ahead(cx->db, batch.statement, NULL, batch.in);
    }
}
