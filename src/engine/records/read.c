/* Reading records: one by id, a subject's timeline, the previous one, each of a form.
 *
 * Headers are read through a scoped statement. A timeline then reads what lists show of the
 * answers, or all of them, with one statement for each form (and its child tables) among its
 * records, however many there are. */
#include "access/access.h"
#include "engine/records/records_int.h"
#include "engine/records/records_sql.h"
#include "engine/subjects/registers.h"

#include <stdlib.h>

enum { FORMS_TEXT_MOST = 64 * 1024 };

Date record_known_on(const Cx *cx)
{
    return date_is_none(cx->as_of) ? date_from_ymd(9999, 12, 31) : cx->as_of;
}

/* The same columns in every statement of headers. */
#define SAME_HEADER(row)                                                                           \
 {                                                                                                 \
  (row).id, (row).subject_id, (row).happened_on, (row).rev, (row).form_version, (row).facility,    \
      (row).performed_by, (row).recorded_by, (row).recorded_at, (row).amends, (row).form,          \
      (row).is_ended, (row).amended_by, (row).reason, (row).has_ended_at, (row).ended_at           \
 }

static Record take_header(const RecordHeaderByIdRow *row)
{
    return (Record){.id = row->id,
                    .rev = row->rev,
                    .form = row->form,
                    .form_version = row->form_version,
                    .subject = row->subject_id,
                    .facility = row->facility,
                    .performed_by = row->performed_by,
                    .recorded_by = row->recorded_by,
                    .happened_on = row->happened_on,
                    .recorded_at = row->recorded_at,
                    .amends = row->amends,
                    .is_ended = row->is_ended != 0,
                    .amended_by = row->amended_by,
                    .end_reason = row->reason,
                    .ended_at = row->ended_at};
}

/* Each facility is asked once. */
static Err name_facilities(Cx *cx, Record *records, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        size_t same = 0;
        while (!str_equals(records[same].facility, records[i].facility))
            same++;
        bool found = same < i;
        RecordFacilityNameRow row = {records[same].facility_name, records[same].facility_name_en};
        if (!found) {
            const RecordFacilityNameIn in = {cx->place, records[i].facility};
            TRY(record_facility_name(cx->db, cx->arena, &in, &row, &found));
        }
        if (found) {
            records[i].facility_name = row.name;
            records[i].facility_name_en = row.name_en;
        }
    }
    return OK;
}

Err record_header_find(Cx *cx, Uuid id, bool *ret_found, Str *ret_form, Record *ret_record)
{
    const RecordHeaderByIdIn in = {.place = cx->place, .id = id, .known_on = record_known_on(cx)};
    RecordHeaderByIdRow row;
    bool found;
    TRY(record_header_by_id(cx->db, access_scope(cx), cx->arena, &in, &row, &found));
    if (!found) {
        const RecordHeaderOfOtherByIdIn same = {in.place, in.id, in.known_on,
                                                cx->actor->is_system || cx->actor->sees_persons};
        RecordHeaderOfOtherByIdRow other;
        TRY(record_header_of_other_by_id(cx->db, access_sight(cx), cx->arena, &same, &other,
                                         &found));
        row = (RecordHeaderByIdRow)SAME_HEADER(other);
    }
    if (found) {
        *ret_record = take_header(&row);
        *ret_form = row.form;
        TRY(name_facilities(cx, ret_record, 1));
    }
    *ret_found = found;
    return OK;
}

Err record_subject_not_found(Cx *cx, Uuid id)
{
    char text[UUID_TEXT_SIZE];
    return cx_fail(cx, ERR_NOT_FOUND, TEXT_NOT_FOUND, (Str){0}, 1,
                   str_copy(cx->arena, str_from_c(uuid_format(id, text))));
}

static Err open_work(Cx *cx, Uuid id, Record *ret_record)
{
    bool found;
    Str form_id;
    Record record;
    TRY(record_header_find(cx, id, &found, &form_id, &record));
    if (!found)
        return record_subject_not_found(cx, id);
    const RecordForm *form = record_form_find(cx, form_id);
    if (form == NULL)
        return cx_fail(cx, ERR_NOT_FOUND, TEXT_RECORD_FORM_UNKNOWN, (Str){0}, 1, form_id);
    TRY(record_answers_read(cx, form, &record));
    if (uuid_is_nil(record.amends))
        TRY(record_reason_find(cx, id, &record.reason));
    TRY(audit_add(cx, &(AuditEntry){.action = STR("record.open"),
                                    .subject = record.subject,
                                    .object = id,
                                    .detail = form_id}));
    *ret_record = record;
    return OK;
}

Err record_open(Cx *cx, Uuid id, Record *ret_record)
{
    TRY(access_require(cx, STR("records.read")));
    Err err = open_work(cx, id, ret_record);
    return err == OK ? OK : cx_fail_db(cx, err);
}

/* Records by id, while their answers come in. */
static Str id_key(const Uuid *id)
{
    return (Str){(const char *)id->bytes, sizeof id->bytes};
}

/* What lists show of all records of one form in the list; by_id finds them there. A form that shows
 * nothing in lists is not read. */
static Err read_listed(Cx *cx, const RecordForm *form, Uuid subject, const Map *by_id)
{
    if (form->listed_n == 0)
        return OK;
    const DbValue in[3] = {db_text(cx->place), db_uuid(subject), db_text(form->form->id)};
    CLEANUP(db_rows_close) DbRows rows = {0};
    TRY(db_query(cx->db, &form->listed_of_subject, NULL, in, &rows));
    for (;;) {
        bool has_row;
        TRY(db_next(&rows, &has_row));
        if (!has_row)
            return OK;
        Uuid id = db_column(&rows, 0).as.uuid;
        Record *record = map_get(by_id, id_key(&id));
        if (record != NULL) /* otherwise it is beyond the limit of the list */
            record->answers = record_listed_take(form, &rows, 1, cx->arena);
    }
}

/* What lists show, of each form among the records. */
static void ask_listed_ahead(Cx *cx, Uuid subject, const Record *records, size_t n)
{
    Map asked;
    map_init(&asked, cx->arena);
    for (size_t i = 0; i < n; i++) {
        if (map_has(&asked, records[i].form))
            continue;
        map_put(&asked, records[i].form, NULL);
        const RecordForm *form = record_form_find(cx, records[i].form);
        if (form == NULL || form->listed_n == 0)
            continue;
        const DbValue in[3] = {db_text(cx->place), db_uuid(subject), db_text(form->form->id)};
        db_ahead(cx->db, &form->listed_of_subject, NULL, in);
    }
}

/* The newest first. */
static int header_compare(const void *left, const void *right)
{
    const Record *a = left, *b = right;
    int order = date_compare(b->happened_on, a->happened_on);
    return order != 0 ? order : uuid_compare(b->id, a->id);
}

static RecordHeaderOfSubjectIn headers_in(const Cx *cx, Uuid subject)
{
    return (RecordHeaderOfSubjectIn){
        .place = cx->place, .subject = subject, .known_on = record_known_on(cx)};
}

void record_timeline_ahead(Cx *cx, Uuid subject)
{
    const RecordHeaderOfSubjectIn in = headers_in(cx, subject);
    record_header_of_subject_ahead(cx->db, access_scope(cx), &in);
}

/* A subject's records are few: they are put in order here, which costs less than in the database,
 * where whole rows would be copied. */
static Err read_headers(Cx *cx, Uuid subject, size_t most, Record **ret_records, size_t *ret_n)
{
    const RecordHeaderOfSubjectIn in = headers_in(cx, subject);
    VEC(Record) records = {0};
    CLEANUP(db_rows_close) DbRows rows = {0};
    TRY(record_header_of_subject_open(cx->db, access_scope(cx), &in, &rows));
    for (;;) {
        RecordHeaderOfSubjectRow row;
        bool has_row;
        TRY(record_header_of_subject_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            break;
        const RecordHeaderByIdRow same = SAME_HEADER(row);
        VEC_PUSH(cx->arena, &records, take_header(&same));
    }
    if (records.n > 1)
        qsort(records.items, records.n, sizeof *records.items, header_compare);
    if (records.n > most)
        records.n = most;
    *ret_records = records.items;
    *ret_n = records.n;
    return OK;
}

/* Ids between commas, as the statement of a page takes them. */
static Str joined_forms(Cx *cx, const RecordPage *page)
{
    Buf forms;
    buf_init(&forms, cx->arena, FORMS_TEXT_MOST);
    for (size_t i = 0; i < page->form_n; i++) {
        buf_put_c(&forms, ",");
        buf_put(&forms, page->forms[i]);
    }
    if (page->form_n > 0)
        buf_put_c(&forms, ",");
    return page->form_n == 0 ? STR("") : buf_str(&forms);
}

static Err read_page(Cx *cx, Uuid subject, const RecordPage *page, Record **ret_records,
                     size_t *ret_n)
{
    bool is_first = date_is_none(page->after_day);
    const RecordHeaderPageIn in = {.place = cx->place,
                                   .subject = subject,
                                   .known_on = record_known_on(cx),
                                   .after_day =
                                       is_first ? date_from_ymd(9999, 12, 31) : page->after_day,
                                   .after_id = page->after_id,
                                   .forms = joined_forms(cx, page),
                                   .with_ended = page->with_ended,
                                   .most = (int64_t)page->most};
    VEC(Record) records = {0};
    CLEANUP(db_rows_close) DbRows rows = {0};
    TRY(record_header_page_open(cx->db, access_scope(cx), &in, &rows));
    for (;;) {
        RecordHeaderPageRow row;
        bool has_row;
        TRY(record_header_page_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            break;
        const RecordHeaderByIdRow same = SAME_HEADER(row);
        VEC_PUSH(cx->arena, &records, take_header(&same));
    }
    TRY(name_facilities(cx, records.items, records.n));
    *ret_records = records.items;
    *ret_n = records.n;
    return OK;
}

static Err read_page_of_other(Cx *cx, Uuid subject, const RecordPage *page, Record **ret_records,
                              size_t *ret_n)
{
    bool is_first = date_is_none(page->after_day);
    const RecordHeaderOfOtherIn in = {
        .place = cx->place,
        .subject = subject,
        .known_on = record_known_on(cx),
        .after_day = is_first ? date_from_ymd(9999, 12, 31) : page->after_day,
        .after_id = page->after_id,
        .forms = joined_forms(cx, page),
        .with_ended = page->with_ended,
        .most = (int64_t)page->most,
        .sees_persons = cx->actor->is_system || cx->actor->sees_persons};
    VEC(Record) records = {0};
    CLEANUP(db_rows_close) DbRows rows = {0};
    TRY(record_header_of_other_open(cx->db, access_sight(cx), &in, &rows));
    for (;;) {
        RecordHeaderOfOtherRow row;
        bool has_row;
        TRY(record_header_of_other_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            break;
        const RecordHeaderByIdRow same = SAME_HEADER(row);
        VEC_PUSH(cx->arena, &records, take_header(&same));
    }
    TRY(name_facilities(cx, records.items, records.n));
    *ret_records = records.items;
    *ret_n = records.n;
    return OK;
}

/* No records: of somebody in sight, or is nobody in sight? */
static Err require_subject(Cx *cx, Uuid subject, bool *ret_is_resident)
{
    const RecordSubjectIn in = {.place = cx->place, .subject = subject};
    RecordSubjectRow ignored;
    bool found;
    TRY(record_subject(cx->db, access_scope(cx), cx->arena, &in, &ignored, &found));
    *ret_is_resident = found;
    if (found)
        return OK;
    Subject other;
    TRY(subject_find(cx, subject, &found, &other));
    return found ? OK : record_subject_not_found(cx, subject);
}

/* Every record has answers: none, where lists show none; its own, where sealed ones follow. */
static void give_empty(Cx *cx, const RecordForm *form, Record *records, size_t n)
{
    FormAnswers *empty = NULL;
    for (size_t i = 0; i < n; i++) {
        if (records[i].answers != NULL || !str_equals(records[i].form, form->form->id))
            continue;
        if (empty == NULL || form->lists_sealed) {
            empty = arena_new(cx->arena, FormAnswers);
            form_answers_init(empty, form->form, cx->arena);
        }
        records[i].answers = empty;
    }
}

static Err read_child(Cx *cx, const RecordTable *child, const DbValue *in, const Map *by_id)
{
    CLEANUP(db_rows_close) DbRows rows = {0};
    TRY(db_query(cx->db, &child->of_subject, NULL, in, &rows));
    for (;;) {
        bool has_row;
        TRY(db_next(&rows, &has_row));
        if (!has_row)
            return OK;
        Uuid id = db_column(&rows, 0).as.uuid;
        const Record *record = map_get(by_id, id_key(&id));
        if (record != NULL && record->answers != NULL)
            record_child_take(child, &rows, cx->arena, record->answers);
    }
}

/* What the form's own table has, of all records of one form in the list. */
static Err read_own(Cx *cx, const RecordForm *form, const DbValue *in, const Map *by_id)
{
    CLEANUP(db_rows_close) DbRows rows = {0};
    TRY(db_query(cx->db, &form->own.of_subject, NULL, in, &rows));
    for (;;) {
        bool has_row;
        TRY(db_next(&rows, &has_row));
        if (!has_row)
            return OK;
        Uuid id = db_column(&rows, 0).as.uuid;
        Record *record = map_get(by_id, id_key(&id));
        Record read;
        if (record == NULL)
            continue;
        record_row_take(form, &rows, cx->arena, &read);
        record->answers = read.answers;
    }
}

/* All answers but sealed ones, of all records of one form in the list. */
static Err read_whole(Cx *cx, const RecordForm *form, Uuid subject, const Map *by_id)
{
    const DbValue in[3] = {db_text(cx->place), db_uuid(subject), db_text(form->form->id)};
    TRY(read_own(cx, form, in, by_id));
    for (size_t i = 0; i < form->child_n; i++)
        TRY(read_child(cx, &form->children[i], in, by_id));
    return OK;
}

static void put_by_id(Record *records, size_t n, Map *by_id, Map *forms)
{
    for (size_t i = 0; i < n; i++) {
        map_put(by_id, id_key(&records[i].id), &records[i]);
        map_put(forms, records[i].form, NULL);
    }
}

static Err read_plain(Cx *cx, Uuid subject, Record *records, size_t n)
{
    Map by_id;
    Map forms;
    map_init(&by_id, cx->arena);
    map_init(&forms, cx->arena);
    put_by_id(records, n, &by_id, &forms);
    for (size_t i = 0; i < forms.n; i++) {
        const RecordForm *form = record_form_find(cx, forms.entries[i].key);
        if (form == NULL)
            continue;
        const DbValue in[3] = {db_text(cx->place), db_uuid(subject), db_text(form->form->id)};
        TRY(read_own(cx, form, in, &by_id));
    }
    return OK;
}

static Err read_forms(Cx *cx, Uuid subject, bool whole, Record *records, size_t n)
{
    Map by_id;
    Map forms;
    map_init(&by_id, cx->arena);
    map_init(&forms, cx->arena);
    put_by_id(records, n, &by_id, &forms);
    bool has_sealed = false, has_attachments = false;
    for (size_t i = 0; i < forms.n; i++) {
        const RecordForm *form = record_form_find(cx, forms.entries[i].key);
        if (form == NULL)
            continue; /* its pack is gone: header without answers */
        TRY((whole ? read_whole : read_listed)(cx, form, subject, &by_id));
        give_empty(cx, form, records, n);
        has_attachments = has_attachments || form->has_attachments;
        has_sealed = has_sealed || (whole ? form->has_sealed : form->lists_sealed);
    }
    if (has_attachments)
        TRY(record_attachments_count(cx, subject, &by_id));
    return has_sealed ? record_sealed_read_all(cx, subject, &by_id, whole) : OK;
}

static Err timeline_work(Cx *cx, Uuid subject, bool whole, size_t most, const Record **ret_records,
                         size_t *ret_n)
{
    Record *records;
    size_t n;
    TRY(read_headers(cx, subject, most, &records, &n));
    if (!whole)
        ask_listed_ahead(cx, subject, records, n);
    TRY(name_facilities(cx, records, n));
    bool is_resident = true;
    if (n == 0)
        TRY(require_subject(cx, subject, &is_resident));
    if (!is_resident) {
        const RecordPage all = {.after_day = DATE_NONE, .with_ended = true, .most = most};
        TRY(read_page_of_other(cx, subject, &all, &records, &n));
    }
    TRY(read_forms(cx, subject, whole, records, n));
    TRY(audit_add(cx, &(AuditEntry){.action = STR("record.timeline"), .subject = subject}));
    *ret_records = records;
    *ret_n = n;
    return OK;
}

static Err timeline(Cx *cx, Uuid subject, bool whole, size_t most, const Record **ret_records,
                    size_t *ret_n)
{
    TRY(access_require(cx, STR("records.read")));
    Err err = timeline_work(cx, subject, whole, most, ret_records, ret_n);
    return err == OK ? OK : cx_fail_db(cx, err);
}

Err record_timeline(Cx *cx, Uuid subject, size_t most, const Record **ret_records, size_t *ret_n)
{
    return timeline(cx, subject, false, most, ret_records, ret_n);
}

Err record_timeline_whole(Cx *cx, Uuid subject, size_t most, const Record **ret_records,
                          size_t *ret_n)
{
    return timeline(cx, subject, true, most, ret_records, ret_n);
}

static Err page_work(Cx *cx, Uuid subject, const RecordPage *page, bool is_plain,
                     const Record **ret_records, size_t *ret_n)
{
    Record *records;
    size_t n;
    bool is_resident = true;
    TRY(access_require(cx, STR("records.read")));
    TRY(read_page(cx, subject, page, &records, &n));
    if (n == 0)
        TRY(require_subject(cx, subject, &is_resident));
    if (!is_resident)
        TRY(read_page_of_other(cx, subject, page, &records, &n));
    TRY(is_plain ? read_plain(cx, subject, records, n)
                 : read_forms(cx, subject, false, records, n));
    TRY(audit_add(cx, &(AuditEntry){.action = STR("record.timeline"), .subject = subject}));
    *ret_records = records;
    *ret_n = n;
    return OK;
}

Err record_timeline_page(Cx *cx, Uuid subject, const RecordPage *page, const Record **ret_records,
                         size_t *ret_n)
{
    Err err = page_work(cx, subject, page, false, ret_records, ret_n);
    return err == OK ? OK : cx_fail_db(cx, err);
}

Err record_timeline_plain(Cx *cx, Uuid subject, const RecordPage *page, const Record **ret_records,
                          size_t *ret_n)
{
    Err err = page_work(cx, subject, page, true, ret_records, ret_n);
    return err == OK ? OK : cx_fail_db(cx, err);
}

static void bind_previous(const Cx *cx, const RecordForm *form, const PreviousOf *of, DbValue *in)
{
    in[0] = db_text(cx->place);
    in[1] = db_uuid(of->subject);
    in[2] = db_text(form->form->id);
    in[3] = db_date(of->day);
    in[4] = db_uuid(of->before_id);
    in[5] = db_uuid(of->not_id);
    in[6] = db_date(record_known_on(cx));
}

void record_earlier_ahead(Cx *cx, const RecordForm *form, const PreviousOf *of)
{
    DbValue in[PREVIOUS_IN_N];
    bind_previous(cx, form, of, in);
    db_ahead(cx->db, &form->earlier, NULL, in);
}

Err record_earlier_find(Cx *cx, const RecordForm *form, const PreviousOf *of, Date *ret_happened_on,
                        const ExprValue **ret_values)
{
    DbValue in[PREVIOUS_IN_N];
    bind_previous(cx, form, of, in);
    FormAnswers answers;
    Uuid id = UUID_NIL;
    {
        CLEANUP(db_rows_close) DbRows rows = {0};
        bool found;
        TRY(db_query(cx->db, &form->earlier, NULL, in, &rows));
        TRY(db_next(&rows, &found));
        *ret_happened_on = found ? db_column(&rows, 1).as.date : DATE_NONE;
        *ret_values = NULL;
        if (!found)
            return OK;
        id = db_column(&rows, 0).as.uuid;
        form_answers_init(&answers, form->form, cx->arena);
        for (size_t i = 0; i < form->earlier_n; i++) {
            size_t field = form->earlier_fields[i];
            answers.values[field] = record_value_from_db(
                &form->form->fields[field], db_column(&rows, EARLIER_HEADER_N + i), cx->arena);
        }
    }
    TRY(record_children_read(cx, form, id, false, &answers));
    *ret_values = answers.values;
    return OK;
}

static Err read_previous(Cx *cx, const RecordForm *form, const PreviousOf *of, bool *ret_found,
                         Record *ret_record)
{
    DbValue in[PREVIOUS_IN_N];
    bind_previous(cx, form, of, in);
    {
        CLEANUP(db_rows_close) DbRows rows = {0};
        TRY(db_query(cx->db, &form->own.previous, NULL, in, &rows));
        TRY(db_next(&rows, ret_found));
        if (!*ret_found)
            return OK;
        record_row_take(form, &rows, cx->arena, ret_record);
    }
    return record_children_read(cx, form, ret_record->id, true, ret_record->answers);
}

static Err previous_work(Cx *cx, const RecordForm *form, const PreviousOf *of, bool *ret_found,
                         Record *ret_record)
{
    const RecordSubjectIn in = {.place = cx->place, .subject = of->subject};
    RecordSubjectRow ignored;
    bool found;
    TRY(record_subject(cx->db, access_scope(cx), cx->arena, &in, &ignored, &found));
    if (!form->is_about_resident) {
        bool is_known = false;
        TRY(record_other_find(cx, form->form, of->subject, &found, &is_known));
    }
    if (!found)
        return record_subject_not_found(cx, of->subject);
    bool sees_form = false;
    TRY(access_sees_class_of(cx, of->subject, form->form->sensitivity, &sees_form));
    *ret_found = false;
    return sees_form ? read_previous(cx, form, of, ret_found, ret_record) : OK;
}

static Err find_previous(Cx *cx, const Form *form, const PreviousOf *of, bool *ret_found,
                         Record *ret_record)
{
    const RecordForm *found = record_form_find(cx, form->id);
    ENSURE(found != NULL);
    Err err = previous_work(cx, found, of, ret_found, ret_record);
    return err == OK ? OK : cx_fail_db(cx, err);
}

Err record_previous(Cx *cx, const Form *form, Uuid subject, Date day, Uuid before_id,
                    bool *ret_found, Record *ret_record)
{
    const PreviousOf of = {subject, day, before_id, UUID_NIL};
    return find_previous(cx, form, &of, ret_found, ret_record);
}

Err record_previous_amending(Cx *cx, const Form *form, Uuid subject, Date day, Uuid amended,
                             bool *ret_found, Record *ret_record)
{
    const PreviousOf of = {subject, day, amended, amended};
    return find_previous(cx, form, &of, ret_found, ret_record);
}
