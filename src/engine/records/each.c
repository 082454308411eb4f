/* Every record of a form, in subject order, in the memory of one record: the form's own table
 * and its child tables are read at once, in the same order, and merged. */
#include "access/access.h"
#include "engine/records/records_int.h"

typedef struct {
    const RecordTable *table;
    DbRows rows;
    bool has_row;
} Stream;

struct RecordStream {
    const RecordForm *form;
    Stream own;
    Stream *children;
};

static Err open_table(Cx *cx, const RecordTable *table, const DbValue *in, Stream *ret_stream)
{
    ret_stream->table = table;
    TRY(db_query(cx->db, &table->each, access_scope(cx), in, &ret_stream->rows));
    return db_next(&ret_stream->rows, &ret_stream->has_row);
}

/* The order of both reads: subject, day, id. */
static int compare_places(const DbRows *child, const Record *record)
{
    int order = uuid_compare(db_column(child, 1).as.uuid, record->subject);
    if (order == 0)
        order = date_compare(db_column(child, 2).as.date, record->happened_on);
    return order != 0 ? order : uuid_compare(db_column(child, 0).as.uuid, record->id);
}

/* Rows of records that the main read does not give (another snapshot) are passed over. */
static Err merge_child(Arena *arena, Stream *child, const Record *record, FormAnswers *answers)
{
    while (child->has_row) {
        int order = compare_places(&child->rows, record);
        if (order > 0)
            break;
        if (order == 0)
            record_child_take(child->table, &child->rows, arena, answers);
        TRY(db_next(&child->rows, &child->has_row));
    }
    return OK;
}

static void take_end(const RecordTable *own, const DbRows *rows, Arena *arena, Record *record)
{
    size_t at = ANSWERS_HEADER_N + own->field_n;
    record->is_ended = db_column(rows, at).as.integer != 0;
    if (!record->is_ended)
        return;
    DbValue amended_by = db_column(rows, at + 1);
    record->amended_by = amended_by.is_null ? UUID_NIL : amended_by.as.uuid;
    record->end_reason = str_copy(arena, db_column(rows, at + 2).as.text);
    record->ended_at = db_column(rows, at + 3).as.instant;
}

static Err open_tables(Cx *cx, RecordStream *stream)
{
    const RecordForm *form = stream->form;
    const DbValue in[3] = {db_text(cx->place), db_text(form->form->id),
                           db_date(record_known_on(cx))};
    stream->children = arena_array(cx->arena, Stream, form->child_n);
    TRY(open_table(cx, &form->own, in, &stream->own));
    for (size_t i = 0; i < form->child_n; i++)
        TRY(open_table(cx, &form->children[i], in, &stream->children[i]));
    return OK;
}

static Err open_stream(Cx *cx, const RecordForm *form, RecordStream **ret_stream)
{
    RecordStream *stream = arena_new(cx->arena, RecordStream);
    *stream = (RecordStream){.form = form};
    Err err = open_tables(cx, stream);
    if (err != OK)
        record_stream_close(stream);
    else
        *ret_stream = stream;
    return err;
}

Err record_stream_open(Cx *cx, Str form, RecordStream **ret_stream)
{
    const Form *stored = NULL;
    Err err = record_form_stored(cx, form, &stored);
    if (err == OK)
        *ret_stream = NULL;
    if (err == OK && stored != NULL)
        err = open_stream(cx, record_form_make(cx->arena, stored), ret_stream);
    return err == OK ? OK : cx_fail_db(cx, err);
}

void record_stream_close(RecordStream *stream)
{
    if (stream == NULL)
        return;
    db_rows_close(&stream->own.rows);
    for (size_t i = 0; stream->children != NULL && i < stream->form->child_n; i++)
        db_rows_close(&stream->children[i].rows);
}

const Form *record_stream_form(const RecordStream *stream)
{
    return stream->form->form;
}

bool record_stream_subject(const RecordStream *stream, Uuid *ret_subject)
{
    if (stream->own.has_row)
        *ret_subject = db_column(&stream->own.rows, 1).as.uuid;
    return stream->own.has_row;
}

Err record_stream_take(RecordStream *stream, Arena *arena, Record *ret_record)
{
    Record record;
    FormAnswers *answers = arena_new(arena, FormAnswers);
    record_row_take(stream->form, &stream->own.rows, arena, &record);
    take_end(stream->own.table, &stream->own.rows, arena, &record);
    *answers = *record.answers;
    for (size_t i = 0; i < stream->form->child_n; i++)
        TRY(merge_child(arena, &stream->children[i], &record, answers));
    record.answers = answers;
    *ret_record = record;
    return db_next(&stream->own.rows, &stream->own.has_row);
}

/* ---- all of a form ---- */

static Err visit_all(Cx *cx, RecordStream *stream, RecordVisit visit, void *arg)
{
    ArenaMark mark = arena_mark(cx->arena);
    Uuid subject = UUID_NIL;
    while (record_stream_subject(stream, &subject)) {
        Record record;
        TRY(record_stream_take(stream, cx->arena, &record));
        size_t problem_n = cx->problem_n;
        TRY(visit(cx, &record, arg));
        if (cx->problem_n == problem_n) /* problems live in the arena too */
            arena_reset_to(cx->arena, mark);
    }
    return OK;
}

Err record_each(Cx *cx, const Form *form, RecordVisit visit, void *arg)
{
    const RecordForm *found = record_form_find(cx, form->id);
    RecordStream *stream = NULL;
    ENSURE(found != NULL);
    bool begins = !db_in_transaction(cx->db);
    if (begins) {
        Err err = db_begin(cx->db);
        if (err != OK)
            return cx_fail_db(cx, err);
    }
    Err err = open_stream(cx, found, &stream);
    if (err == OK)
        err = visit_all(cx, stream, visit, arg);
    record_stream_close(stream);
    if (begins && err == OK)
        err = db_commit(cx->db);
    else if (begins)
        db_rollback(cx->db);
    return err == OK ? OK : cx_fail_db(cx, err);
}
