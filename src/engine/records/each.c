/* Every record of a form, in subject order, in the memory of one record: the form's own table
 * and its child tables are read at once, in the same order, and merged. */
#include "access/access.h"
#include "engine/records/records_int.h"

typedef struct {
    const RecordTable *table;
    DbRows rows;
    bool has_row;
} Stream;

typedef struct {
    Cx *cx;
    const RecordForm *form;
    Stream own;
    Stream *children;
    RecordVisit visit;
    void *arg;
} Each;

static void close_streams(Each *each)
{
    db_rows_close(&each->own.rows);
    for (size_t i = 0; each->children != NULL && i < each->form->child_n; i++)
        db_rows_close(&each->children[i].rows);
}

static Err open_stream(Cx *cx, const RecordTable *table, const DbValue *in, Stream *ret_stream)
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
static Err merge_child(Each *each, Stream *child, const Record *record, FormAnswers *answers)
{
    while (child->has_row) {
        int order = compare_places(&child->rows, record);
        if (order > 0)
            break;
        if (order == 0)
            record_child_take(child->table, &child->rows, each->cx->arena, answers);
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

static Err visit_all(Each *each)
{
    Cx *cx = each->cx;
    ArenaMark mark = arena_mark(cx->arena);
    while (each->own.has_row) {
        Record record;
        record_row_take(each->form, &each->own.rows, cx->arena, &record);
        take_end(each->own.table, &each->own.rows, cx->arena, &record);
        FormAnswers answers = *record.answers;
        for (size_t i = 0; i < each->form->child_n; i++)
            TRY(merge_child(each, &each->children[i], &record, &answers));
        record.answers = &answers;
        size_t problem_n = cx->problem_n;
        TRY(each->visit(cx, &record, each->arg));
        if (cx->problem_n == problem_n) /* problems live in the arena too */
            arena_reset_to(cx->arena, mark);
        TRY(db_next(&each->own.rows, &each->own.has_row));
    }
    return OK;
}

static Err run_each(Each *each)
{
    Cx *cx = each->cx;
    const DbValue in[3] = {db_text(cx->place), db_text(each->form->form->id),
                           db_date(record_known_on(cx))};
    each->children = arena_array(cx->arena, Stream, each->form->child_n);
    TRY(open_stream(cx, &each->form->own, in, &each->own));
    for (size_t i = 0; i < each->form->child_n; i++)
        TRY(open_stream(cx, &each->form->children[i], in, &each->children[i]));
    return visit_all(each);
}

Err record_each(Cx *cx, const Form *form, RecordVisit visit, void *arg)
{
    Each each = {.cx = cx, .form = record_form_find(cx, form->id), .visit = visit, .arg = arg};
    ENSURE(each.form != NULL);
    bool begins = !db_in_transaction(cx->db);
    if (begins) {
        Err err = db_begin(cx->db);
        if (err != OK)
            return cx_fail_db(cx, err);
    }
    Err err = run_each(&each);
    close_streams(&each);
    if (begins && err == OK)
        err = db_commit(cx->db);
    else if (begins)
        db_rollback(cx->db);
    return err == OK ? OK : cx_fail_db(cx, err);
}
