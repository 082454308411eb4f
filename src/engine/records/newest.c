/* The newest records of some people with their answers, for copies: headers by one statement, then
 * the answers of each form among them; and the answers of records that somebody else has found. */
#include "access/access.h"
#include "engine/records/records_int.h"
#include "engine/records/records_sql.h"

enum { SUBJECTS_AT_ONCE = 50 };

typedef VEC(Record) Records;

static Str id_key(const Uuid *id)
{
    return (Str){(const char *)id->bytes, sizeof id->bytes};
}

/* Of at most SUBJECTS_AT_ONCE. */
static Err read_headers(Cx *cx, const Uuid *subjects, size_t n, size_t each, Records *records)
{
    Uuid p[SUBJECTS_AT_ONCE];
    for (size_t i = 0; i < SUBJECTS_AT_ONCE; i++)
        p[i] = i < n ? subjects[i] : UUID_NIL;
    const RecordNewestOfPeopleIn in = {
        cx->place, (int64_t)each, p[0],  p[1],  p[2],  p[3],  p[4],  p[5],  p[6],  p[7],  p[8],
        p[9],      p[10],         p[11], p[12], p[13], p[14], p[15], p[16], p[17], p[18], p[19],
        p[20],     p[21],         p[22], p[23], p[24], p[25], p[26], p[27], p[28], p[29], p[30],
        p[31],     p[32],         p[33], p[34], p[35], p[36], p[37], p[38], p[39], p[40], p[41],
        p[42],     p[43],         p[44], p[45], p[46], p[47], p[48], p[49]};
    CLEANUP(db_rows_close) DbRows rows = {0};
    TRY(record_newest_of_people_open(cx->db, access_scope(cx), &in, &rows));
    for (;;) {
        RecordNewestOfPeopleRow row;
        bool has_row = false;
        TRY(record_newest_of_people_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        if (record_form_find(cx, row.form) == NULL)
            continue; /* its pack is gone */
        VEC_PUSH(cx->arena, records,
                 ((Record){.id = row.id,
                           .form = row.form,
                           .form_version = row.form_version,
                           .subject = row.subject_id,
                           .facility = row.facility,
                           .performed_by = row.performed_by,
                           .happened_on = row.happened_on,
                           .recorded_at = row.recorded_at,
                           .amends = row.amends}));
    }
}

/* Of at most ANSWERS_MANY_MOST records. */
static Err read_own(Cx *cx, const RecordTable *own, const DbValue *in, const Map *by_id)
{
    CLEANUP(db_rows_close) DbRows rows = {0};
    TRY(db_query(cx->db, &own->of_many, NULL, in, &rows));
    for (;;) {
        bool has_row = false;
        TRY(db_next(&rows, &has_row));
        if (!has_row)
            return OK;
        Uuid id = db_column(&rows, 0).as.uuid;
        const Record *record = map_get(by_id, id_key(&id));
        for (size_t i = 0; record != NULL && i < own->field_n; i++)
            record->answers->values[own->fields[i]] = record_value_from_db(
                &own->parts[own->fields[i]], db_column(&rows, 1 + i), cx->arena);
    }
}

static Err read_child(Cx *cx, const RecordTable *child, const DbValue *in, const Map *by_id)
{
    CLEANUP(db_rows_close) DbRows rows = {0};
    TRY(db_query(cx->db, &child->of_many, NULL, in, &rows));
    for (;;) {
        bool has_row = false;
        TRY(db_next(&rows, &has_row));
        if (!has_row)
            return OK;
        Uuid id = db_column(&rows, 0).as.uuid;
        const Record *record = map_get(by_id, id_key(&id));
        if (record != NULL)
            record_child_take_at(child, &rows, 1, cx->arena, record->answers);
    }
}

static Err read_answers(Cx *cx, const RecordForm *form, const Record *const *of_form, size_t n,
                        const Map *by_id)
{
    for (size_t from = 0; from < n; from += ANSWERS_MANY_MOST) {
        DbValue in[1 + ANSWERS_MANY_MOST] = {db_text(cx->place)};
        for (size_t i = 0; i < ANSWERS_MANY_MOST; i++)
            in[1 + i] = from + i < n ? db_uuid(of_form[from + i]->id) : db_null(DB_UUID);
        TRY(read_own(cx, &form->own, in, by_id));
        for (size_t i = 0; i < form->child_n; i++)
            TRY(read_child(cx, &form->children[i], in, by_id));
    }
    return OK;
}

/* Each form once, in the order in which the forms come first. */
static Err read_forms(Cx *cx, Records *records)
{
    Map by_id;
    map_init(&by_id, cx->arena);
    const Record **of_form = arena_array(cx->arena, const Record *, records->n + 1);
    for (size_t i = 0; i < records->n; i++) {
        Record *record = &records->items[i];
        FormAnswers *answers = arena_new(cx->arena, FormAnswers);
        form_answers_init(answers, record_form_find(cx, record->form)->form, cx->arena);
        record->answers = answers;
        map_put(&by_id, id_key(&record->id), record);
    }
    bool *is_read = arena_array(cx->arena, bool, records->n + 1);
    for (size_t first = 0; first < records->n; first++) {
        size_t n = 0;
        for (size_t i = first; i < records->n && !is_read[first]; i++)
            if (str_equals(records->items[i].form, records->items[first].form))
                of_form[n++] = &records->items[i];
        if (n == 0)
            continue;
        for (size_t i = first; i < records->n; i++)
            is_read[i] =
                is_read[i] || str_equals(records->items[i].form, records->items[first].form);
        TRY(read_answers(cx, record_form_find(cx, records->items[first].form), of_form, n, &by_id));
    }
    return OK;
}

Err record_newest(Cx *cx, const Uuid *subjects, size_t n, size_t each, const Record **ret_records,
                  size_t *ret_n)
{
    TRY(access_require(cx, STR("records.read")));
    Records records = {0};
    Err err = OK;
    for (size_t from = 0; err == OK && from < n; from += SUBJECTS_AT_ONCE) {
        size_t some = n - from < SUBJECTS_AT_ONCE ? n - from : SUBJECTS_AT_ONCE;
        err = read_headers(cx, subjects + from, some, each, &records);
    }
    if (err == OK)
        err = read_forms(cx, &records);
    if (err != OK)
        return cx_fail_db(cx, err);
    *ret_records = records.items;
    *ret_n = records.n;
    return OK;
}

Err record_answers_of(Cx *cx, Str form, const Uuid *ids, size_t n, const Record **ret_records)
{
    Records records = {0};
    bool is_known = record_form_find(cx, form) != NULL;
    for (size_t i = 0; i < n; i++)
        VEC_PUSH(cx->arena, &records, ((Record){.id = ids[i], .form = form}));
    Err err = is_known ? read_forms(cx, &records) : ERR_NOT_FOUND;
    *ret_records = records.items;
    return err == OK ? OK : cx_fail_db(cx, err);
}
