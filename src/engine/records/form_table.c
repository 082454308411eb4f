/* Pages of a form's records, see form_table.h: its own table by day and id, then each child table
 * over the same stretch. */
#include "engine/records/form_table.h"

#include "access/access.h"
#include "engine/records/records_int.h"

#include <string.h>

bool record_table_shows(const Cx *cx, const FormField *field)
{
    if (field->is_sealed)
        return false;
    if (!cx->actor->sees_rows)
        return true;
    bool is_plain = field->type == FIELD_CODE || field->type == FIELD_CODES
                    || field->type == FIELD_INTEGER || field->type == FIELD_DECIMAL;
    return is_plain && str_is_empty(field->keeps);
}

bool record_table_is_of_persons(const Form *form)
{
    return str_equals_c(form->subject, "resident");
}

static Uuid last_id(void)
{
    Uuid id;
    memset(id.bytes, 0xff, sizeof id.bytes);
    return id;
}

/* Sought behind the record that ended the page before, up to the last one (nil: to the end). */
static void bind(const Cx *cx, const RecordForm *form, const RecordTablePage *page,
                 const Record *last, DbValue *in)
{
    Date first_day = date_from_ymd(1, 1, 1), end = date_from_ymd(9999, 12, 31);
    in[0] = db_text(cx->place);
    in[1] = db_text(form->form->id);
    in[2] = db_date(date_is_none(page->from) ? first_day : page->from);
    in[3] = db_date(date_is_none(page->until) ? end : page->until);
    in[4] = db_date(date_is_none(page->before_day) ? end : page->before_day);
    in[5] = db_uuid(page->before_id);
    in[6] = db_date(last == NULL ? first_day : last->happened_on);
    in[7] = db_uuid(last == NULL ? UUID_NIL : last->id);
    in[8] = db_text(str_is_empty(page->facility) ? STR("") : page->facility);
    in[9] = db_uuid(page->performer);
    in[10] = db_uuid(uuid_is_nil(page->performer) ? last_id() : page->performer);
    in[11] = db_text(str_is_empty(page->area) ? STR("") : page->area);
    in[12] = db_text(str_printf(cx->arena, "%.*s~", STR_ARG(page->area)));
    in[13] = db_integer((int64_t)page->most);
}

static Err read_own(Cx *cx, const RecordForm *form, const DbValue *in, const Record **ret_records,
                    size_t *ret_n)
{
    VEC(Record) records = {0};
    CLEANUP(db_rows_close) DbRows rows = {0};
    TRY(db_query(cx->db, &form->own.page, access_rows(cx), in, &rows));
    for (;;) {
        bool has_row = false;
        Record record;
        TRY(db_next(&rows, &has_row));
        if (!has_row)
            break;
        record_row_take(form, &rows, cx->arena, &record);
        VEC_PUSH(cx->arena, &records, record);
    }
    *ret_records = records.items;
    *ret_n = records.n;
    return OK;
}

static Err read_child(Cx *cx, const RecordTable *child, const DbValue *in, const Map *by_id)
{
    CLEANUP(db_rows_close) DbRows rows = {0};
    TRY(db_query(cx->db, &child->page, access_rows(cx), in, &rows));
    for (;;) {
        bool has_row = false;
        TRY(db_next(&rows, &has_row));
        if (!has_row)
            return OK;
        Uuid id = db_column(&rows, 0).as.uuid;
        const Record *record = map_get(by_id, (Str){(const char *)id.bytes, sizeof id.bytes});
        if (record != NULL)
            record_child_take(child, &rows, cx->arena, record->answers);
    }
}

static Err read_page(Cx *cx, const RecordForm *form, const RecordTablePage *page,
                     const Record **ret_records, size_t *ret_n)
{
    DbValue in[PAGE_IN_N];
    const Record *records = NULL;
    size_t n = 0;
    bind(cx, form, page, NULL, in);
    TRY(read_own(cx, form, in, &records, &n));
    Map by_id;
    map_init(&by_id, cx->arena);
    for (size_t i = 0; i < n; i++)
        map_put(&by_id, (Str){(const char *)records[i].id.bytes, sizeof records[i].id.bytes},
                (void *)(uintptr_t)&records[i]);
    if (n > 0)
        bind(cx, form, page, &records[n - 1], in);
    for (size_t i = 0; i < form->child_n && n > 0; i++) {
        if (record_table_shows(cx, form->children[i].child))
            TRY(read_child(cx, &form->children[i], in, &by_id));
    }
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < form->form->field_n; k++) {
            if (!record_table_shows(cx, &form->form->fields[k]))
                records[i].answers->values[k] = EXPR_ABSENT;
        }
    }
    *ret_records = records;
    *ret_n = n;
    return OK;
}

Err record_table_page(Cx *cx, const Form *form, const RecordTablePage *page,
                      const Record **ret_records, size_t *ret_n)
{
    TRY(access_require(cx, STR("tables.read")));
    bool is_closed = cx->actor->sees_rows ? !str_is_empty(form->sensitivity)
                                          : !access_sees_class(cx, form->sensitivity);
    if (is_closed)
        return cx_fail(cx, ERR_NOT_FOUND, TEXT_RECORD_FORM_UNKNOWN, (Str){0}, 1, form->id);
    const RecordForm *found = record_form_find(cx, form->id);
    ENSURE(found != NULL && page->most <= RECORD_TABLE_MOST);
    Err err = read_page(cx, found, page, ret_records, ret_n);
    return err == OK ? OK : cx_fail_db(cx, err);
}
