/* Rows are gathered a table at a time, because PostgreSQL copies into one table at a time, and sent
 * when enough of them wait, in the order of their keys; the headers go first. */
#include "engine/records/records_bulk.h"

#include <stdlib.h>

#include "core/core_sql.h"
#include "engine/records/records_int.h"

enum {
    WAITING_MOST = 16000, /* records: tens of megabytes of rows */
    MEMORY_MOST = MIB(256),
    HEADER_N = 15,
    END_N = 8,
    SEALED_N = 4,
};

static const DbColumn header_columns[HEADER_N] = {
    {"place", DB_TEXT, false},          {"id", DB_UUID, false},
    {"rev", DB_INTEGER, false},         {"form", DB_TEXT, false},
    {"form_version", DB_TEXT, false},   {"subject_kind", DB_TEXT, false},
    {"subject_id", DB_UUID, false},     {"facility", DB_TEXT, false},
    {"performed_by", DB_UUID, false},   {"recorded_by", DB_UUID, false},
    {"happened_on", DB_DATE, false},    {"recorded_on", DB_DATE, false},
    {"recorded_at", DB_INSTANT, false}, {"amends", DB_UUID, true},
    {"content_hash", DB_BYTES, false},
};
static const DbColumn end_columns[END_N] = {
    {"place", DB_TEXT, false},    {"record_id", DB_UUID, false},   {"rev", DB_INTEGER, false},
    {"ended_on", DB_DATE, false}, {"ended_at", DB_INSTANT, false}, {"amended_by", DB_UUID, true},
    {"reason", DB_TEXT, false},   {"ended_by", DB_UUID, false},
};
static const DbColumn sealed_columns[SEALED_N] = {
    {"place", DB_TEXT, false},
    {"subject_id", DB_UUID, false},
    {"record_id", DB_UUID, false},
    {"content", DB_BYTES, false},
};

/* Rows of one table that wait. */
typedef struct Waiting {
    const char *table;
    const DbColumn *columns;
    size_t column_n;
    VEC(DbValue *) rows;
} Waiting;

struct RecordBulk {
    Cx *cx;
    Arena memory; /* the waiting rows */
    int64_t first_rev, rev;
    size_t record_n;
    Waiting header, end, sealed;
    Map tables; /* name -> Waiting * */
};

static void begin_waiting(RecordBulk *bulk)
{
    arena_reset(&bulk->memory);
    bulk->record_n = 0;
    bulk->header = (Waiting){.table = "record", .columns = header_columns, .column_n = HEADER_N};
    bulk->end = (Waiting){.table = "record_end", .columns = end_columns, .column_n = END_N};
    bulk->sealed =
        (Waiting){.table = "record_sealed", .columns = sealed_columns, .column_n = SEALED_N};
    map_init(&bulk->tables, &bulk->memory);
}

Err record_bulk_begin(Cx *cx, RecordBulk **ret_bulk)
{
    DCHECK(db_in_transaction(cx->db));
    RecordBulk *bulk = arena_new(cx->arena, RecordBulk);
    bulk->cx = cx;
    PlaceRevAdvanceRow row;
    const PlaceRevAdvanceIn in = {.place = cx->place, .by = 0};
    Err err = place_rev_advance(cx->db, cx->arena, &in, &row);
    if (err != OK)
        return cx_fail_db(cx, err);
    bulk->first_rev = bulk->rev = row.rev;
    arena_init(&bulk->memory, MEMORY_MOST);
    begin_waiting(bulk);
    *ret_bulk = bulk;
    return OK;
}

/* Every table begins with the place, then the id of the record or of its subject. */
static int compare_rows(const void *left, const void *right)
{
    const DbValue *a = *(DbValue *const *)left, *b = *(DbValue *const *)right;
    return uuid_compare(a[1].as.uuid, b[1].as.uuid);
}

/* Neighbours in the table come one after the other: each page is looked up and touched once. */
static Err send_waiting(Cx *cx, const Waiting *waiting)
{
    if (waiting->rows.n == 0)
        return OK;
    DCHECK(waiting->columns[1].type == DB_UUID);
    ArenaMark mark = arena_mark(cx->arena);
    qsort(waiting->rows.items, waiting->rows.n, sizeof *waiting->rows.items, compare_rows);
    DbBulk *rows;
    TRY(db_bulk_begin(cx->db, cx->arena, waiting->table, waiting->columns, waiting->column_n,
                      &rows));
    for (size_t i = 0; i < waiting->rows.n; i++)
        TRY(db_bulk_row(rows, waiting->rows.items[i]));
    TRY(db_bulk_end(rows));
    arena_reset_to(cx->arena, mark);
    return OK;
}

static Err send_all(RecordBulk *bulk)
{
    TRY(send_waiting(bulk->cx, &bulk->header));
    TRY(send_waiting(bulk->cx, &bulk->end));
    TRY(send_waiting(bulk->cx, &bulk->sealed));
    for (size_t i = 0; i < bulk->tables.n; i++)
        TRY(send_waiting(bulk->cx, bulk->tables.entries[i].value));
    begin_waiting(bulk);
    return OK;
}

/* The bulk's memory is its own: it ends with it, also on failure. */
static Err send_or_end(RecordBulk *bulk)
{
    Err err = send_all(bulk);
    if (err == OK)
        return OK;
    arena_done(&bulk->memory);
    return cx_fail_db(bulk->cx, err);
}

static DbValue *add_row(RecordBulk *bulk, Waiting *waiting)
{
    DbValue *row = arena_array(&bulk->memory, DbValue, waiting->column_n);
    VEC_PUSH(&bulk->memory, &waiting->rows, row);
    return row;
}

static DbValue kept_text(RecordBulk *bulk, Str text)
{
    return db_text(str_copy(&bulk->memory, text));
}

static DbValue uuid_or_null(Uuid id)
{
    return uuid_is_nil(id) ? db_null(DB_UUID) : db_uuid(id);
}

/* The waiting rows of an answer table. Its columns are those of the insert, by their names in it.
 */
static Waiting *waiting_of(RecordBulk *bulk, const RecordTable *table)
{
    Str name = str_from_c(table->name);
    Waiting *waiting = map_get(&bulk->tables, name);
    if (waiting != NULL)
        return waiting;
    waiting = arena_new(&bulk->memory, Waiting);
    *waiting =
        (Waiting){.table = table->name, .columns = table->columns, .column_n = table->insert.in_n};
    map_put(&bulk->tables, name, waiting);
    return waiting;
}

static DbValue kept_value(RecordBulk *bulk, const FormField *field, ExprValue value)
{
    DbValue kept = record_value_to_db(field, value);
    if (kept.type == DB_TEXT && !kept.is_null)
        kept.as.text = str_copy(&bulk->memory, kept.as.text);
    return kept;
}

static DbValue *add_answer_row(RecordBulk *bulk, const RecordTable *table, Uuid id)
{
    DbValue *row = add_row(bulk, waiting_of(bulk, table));
    row[0] = db_text(bulk->cx->place);
    row[1] = db_uuid(id);
    return row + 2;
}

static void add_child(RecordBulk *bulk, const RecordTable *child, Uuid id,
                      const FormAnswers *answers)
{
    if (form_type_is_set(child->child->type)) {
        ExprValue value = answers->values[child->child_field];
        for (size_t i = 0; value.type == EXPR_CODES && i < value.as.codes.n; i++)
            add_answer_row(bulk, child, id)[0] = kept_text(bulk, value.as.codes.items[i]);
        return;
    }
    const FormRows *rows = &answers->rows[child->child_field];
    for (size_t i = 0; i < rows->n; i++) {
        DbValue *row = add_answer_row(bulk, child, id);
        *row++ = db_integer((int64_t)i);
        for (size_t j = 0; j < child->field_n; j++)
            row[j] = kept_value(bulk, &child->parts[j], rows->rows[i].values[j]);
    }
}

static void add_answers(RecordBulk *bulk, const RecordForm *form, const Record *record)
{
    const RecordTable *own = &form->own;
    DbValue *row = add_answer_row(bulk, own, record->id);
    for (size_t i = 0; i < own->field_n; i++) {
        size_t field = own->fields[i];
        row[i] = kept_value(bulk, &own->parts[field], record->answers->values[field]);
    }
    for (size_t i = 0; i < form->child_n; i++)
        add_child(bulk, &form->children[i], record->id, record->answers);
}

static void add_sealed(RecordBulk *bulk, const RecordForm *form, const Record *record)
{
    ArenaMark mark = arena_mark(bulk->cx->arena);
    Str content = record_sealed_content(bulk->cx, form, record, NULL);
    if (content.n > 0) {
        DbValue *row = add_row(bulk, &bulk->sealed);
        *row++ = db_text(bulk->cx->place);
        *row++ = db_uuid(record->subject);
        *row++ = db_uuid(record->id);
        *row = db_bytes(str_copy(&bulk->memory, content));
    }
    arena_reset_to(bulk->cx->arena, mark);
}

static void add_header(RecordBulk *bulk, const RecordForm *form, const Record *record,
                       const Sha256 *hash)
{
    DbValue *row = add_row(bulk, &bulk->header);
    *row++ = db_text(bulk->cx->place);
    *row++ = db_uuid(record->id);
    *row++ = db_integer(bulk->rev);
    *row++ = db_text(form->form->id);
    *row++ = kept_text(bulk, record->form_version);
    *row++ = db_text(form->form->subject);
    *row++ = db_uuid(record->subject);
    *row++ = kept_text(bulk, record->facility);
    *row++ = db_uuid(record->performed_by);
    *row++ = db_uuid(record->recorded_by);
    *row++ = db_date(record->happened_on);
    *row++ = db_date(date_of_instant(record->recorded_at));
    *row++ = db_instant(record->recorded_at);
    *row++ = uuid_or_null(record->amends);
    *row = db_bytes(str_copy(&bulk->memory, (Str){(const char *)hash->bytes, SHA256_SIZE}));
}

typedef struct {
    Uuid id, amended_by, ended_by;
    Instant ended_at;
    Str reason;
} BulkEnd;

static void add_end(RecordBulk *bulk, const BulkEnd *end)
{
    DbValue *row = add_row(bulk, &bulk->end);
    *row++ = db_text(bulk->cx->place);
    *row++ = db_uuid(end->id);
    *row++ = db_integer(bulk->rev);
    *row++ = db_date(date_of_instant(end->ended_at));
    *row++ = db_instant(end->ended_at);
    *row++ = uuid_or_null(end->amended_by);
    *row++ = kept_text(bulk, end->reason);
    *row = db_uuid(end->ended_by);
}

Err record_bulk_add(RecordBulk *bulk, const Record *record, Str reason)
{
    const RecordForm *form = record_form_find(bulk->cx, record->form);
    ENSURE(form != NULL);
    bulk->rev++;
    Record header = *record;
    if (str_is_empty(header.form_version))
        header.form_version = form->form->version;
    Sha256 content = record_content_hash(bulk->cx, form, &header, reason, record->answers);
    Sha256 hash = record_content_versioned(content, header.form_version);
    add_header(bulk, form, &header, &hash);
    add_answers(bulk, form, record);
    add_sealed(bulk, form, record);
    if (!uuid_is_nil(record->amends))
        add_end(bulk, &(BulkEnd){record->amends, record->id, record->recorded_by,
                                 record->recorded_at, reason});
    return ++bulk->record_n < WAITING_MOST ? OK : send_or_end(bulk);
}

Err record_bulk_void(RecordBulk *bulk, Uuid id, Uuid ended_by, Instant ended_at, Str reason)
{
    bulk->rev++;
    add_end(bulk, &(BulkEnd){id, UUID_NIL, ended_by, ended_at, reason});
    return ++bulk->record_n < WAITING_MOST ? OK : send_or_end(bulk);
}

Err record_bulk_end(RecordBulk *bulk)
{
    Cx *cx = bulk->cx;
    TRY(send_or_end(bulk));
    arena_done(&bulk->memory);
    PlaceRevAdvanceRow row;
    const PlaceRevAdvanceIn in = {.place = cx->place, .by = bulk->rev - bulk->first_rev};
    Err err = place_rev_advance(cx->db, cx->arena, &in, &row);
    DCHECK(err != OK || row.rev == bulk->rev);
    return err == OK ? OK : cx_fail_db(cx, err);
}
