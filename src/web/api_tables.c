/* /api/forms/{id}/records: a form's records as a table, by pages or as CSV. */
#include "access/limits.h"
#include "base/encoding.h"
#include "core/keys.h"
#include "engine/records/answers_json.h"
#include "engine/records/form_table.h"
#include "engine/subjects/subjects.h"
#include "web/person.h"
#include "web/records_json.h"
#include "web/schemas.h"

enum {
    PAGE_USUAL = 50,
};

#define CURSOR_BOUND STR("tables.after")

static Err read_form(Cx *cx, const HttpRequest *request, const Form **ret_form)
{
    Str id = http_parameter(request, "id");
    *ret_form = pack_form(cx->packs, id);
    return *ret_form != NULL
               ? OK
               : cx_fail(cx, ERR_NOT_FOUND, TEXT_RECORD_FORM_UNKNOWN, (Str){0}, 1, id);
}

/* Without identity lists are by township, the finest that they tell. */
static Err read_filter(Cx *cx, const HttpRequest *request, RecordTablePage *page)
{
    *page = (RecordTablePage){.before_day = DATE_NONE,
                              .facility = http_query(request, "facility"),
                              .area = http_query(request, "area")};
    TRY(web_area_of_rows(cx, page->area));
    bool asks_one = http_query(request, "performer").n > 0;
    if (cx->actor->sees_rows && asks_one)
        return cx_fail(cx, ERR_INVALID, TEXT_ROWS_OF_ONE, STR("performer"), 0);
    if (asks_one)
        TRY(web_query_uuid(cx, request, "performer", &page->performer));
    TRY(web_query_date(cx, request, "from", DATE_NONE, &page->from));
    return web_query_date(cx, request, "until", DATE_NONE, &page->until);
}

/* "2025-06-30 <id>" of the last record, sealed: to who sees no persons it would name one. */
static Err read_after(Cx *cx, const HttpRequest *request, RecordTablePage *page)
{
    Str text = http_query(request, "after"), bytes = {0}, plain = {0}, day = {0};
    if (text.n == 0)
        return OK;
    bool is_good = base64url_decode(cx->arena, text, &bytes) == OK
                   && keys_unseal(cx->keys, cx->arena, CURSOR_BOUND, bytes, &plain) == OK
                   && str_cut(&plain, ' ', &day) && date_parse(day, &page->before_day) == OK
                   && uuid_parse(plain, &page->before_id) == OK;
    return is_good ? OK
                   : cx_fail(cx, ERR_INVALID, TEXT_PARAMETER_WRONG, STR("after"), 3, STR("after"),
                             text, STR("next"));
}

static Str after_text(Cx *cx, const Record *last)
{
    char day[DATE_TEXT_SIZE], id[UUID_TEXT_SIZE];
    Str plain = str_printf(cx->arena, "%s %s", date_format(last->happened_on, day),
                           uuid_format(last->id, id));
    return base64url_encode(cx->arena, keys_seal(cx->keys, cx->arena, CURSOR_BOUND, plain));
}

static void write_person(Cx *cx, JsonOut *out, const Record *record, const ResidentBrief *who)
{
    json_key_c(out, "resident");
    json_object_begin(out);
    if (cx->actor->sees_rows) {
        web_json_text(out, "sex", who->sex);
        web_json_text(out, "age_group",
                      record_age_group(cx->arena, who->birth_date, record->happened_on));
        web_json_text(out, "area", str_slice(who->area, 0, ROWS_AREA_DIGITS));
    } else {
        person_resident_write(out, who, record->happened_on);
    }
    json_object_end(out);
}

/* Whom the record is about. */
static void write_whom(Cx *cx, JsonOut *out, const Record *record, const ResidentBrief *person,
                       const Subject *subject)
{
    if (subject == NULL) {
        write_person(cx, out, record, person);
        return;
    }
    json_key_c(out, "subject");
    subject_brief_write(cx, out, subject);
}

static Err write_records(Cx *cx, JsonOut *out, const Form *form, const Record *records, size_t n)
{
    const ResidentBrief *people = NULL;
    const Subject *subjects = NULL;
    bool is_of_persons = record_table_is_of_persons(form);
    PerformerNames names = {0};
    Uuid *ids = arena_array(cx->arena, Uuid, n + 1);
    for (size_t i = 0; i < n; i++)
        ids[i] = records[i].subject;
    if (is_of_persons)
        TRY(resident_briefs(cx, ids, n, &people));
    else
        TRY(subject_briefs(cx, ids, n, &subjects));
    json_key_c(out, "records");
    json_array_begin(out);
    for (size_t i = 0; i < n; i++) {
        json_object_begin(out);
        write_whom(cx, out, &records[i], is_of_persons ? &people[i] : NULL,
                   is_of_persons ? NULL : &subjects[i]);
        web_json_date(out, "happened_on", records[i].happened_on);
        web_json_text(out, "facility", records[i].facility);
        if (!cx->actor->sees_rows) {
            json_key_c(out, "id");
            json_uuid(out, records[i].id);
            TRY(record_write_performer(cx, out, &records[i], &names));
        }
        json_key_c(out, "answers");
        answers_to_json(form, records[i].answers, out);
        json_object_end(out);
    }
    json_array_end(out);
    return OK;
}

static void write_columns(Cx *cx, JsonOut *out, const Form *form)
{
    json_key_c(out, "fields");
    json_array_begin(out);
    for (size_t i = 0; i < form->field_n; i++) {
        if (record_table_shows(cx, &form->fields[i]))
            json_text(out, form->fields[i].id);
    }
    json_array_end(out);
}

static Err form_records_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    const Form *form = NULL;
    RecordTablePage page;
    int64_t limit = 0;
    const Record *records = NULL;
    size_t n = 0;
    TRY(read_form(cx, request, &form));
    TRY(read_filter(cx, request, &page));
    TRY(read_after(cx, request, &page));
    TRY(web_query_limit(cx, request, RECORD_TABLE_MOST - 1, PAGE_USUAL, &limit));
    page.most = (size_t)limit + 1;
    TRY(record_table_page(cx, form, &page, &records, &n));
    size_t shown = n > (size_t)limit ? (size_t)limit : n;
    JsonOut out = web_json(response);
    json_object_begin(&out);
    write_columns(cx, &out, form);
    TRY(write_records(cx, &out, form, records, shown));
    web_json_text(&out, "next", n > shown ? after_text(cx, &records[shown - 1]) : (Str){0});
    json_object_end(&out);
    return audit_add(cx, &(AuditEntry){.action = STR("list.records"),
                                       .detail = str_printf(cx->arena, "form=%.*s n=%zu",
                                                            STR_ARG(form->id), shown)});
}

#define FILTER_MEMBERS "from?: date, until?: date, facility?: text, area?: text, performer?: uuid"

const Route route_form_records = {
    .method = HTTP_GET,
    .path = "/api/forms/{id}/records",
    .handler = form_records_get,
    .permit = "tables.read",
    .persons = ROUTE_PERSONS_LIST,
    .query = "{" FILTER_MEMBERS ", after?: text, limit?: integer}",
    .out = "{fields: [text], records: [{subject?: {" SCHEMA_SUBJECT_MEMBERS
           "}, resident?: {id?: uuid, name?: text, sex?: text, birth_date?: "
           "date, age?: integer, age_group?: text, area?: text, area_name?: text, area_name_en?: "
           "text}, happened_on: date, facility?: text, id?: uuid, performed_by?: uuid, "
           "performed_by_name?: text, answers: answers}], next?: text}",
    .title = {"一种表单的现行记录，分页，可按日期、机构、地区筛选",
              "The current records of a form, by pages, of days, a facility or an area"},
};

typedef struct {
    WebStream stream;
    const HttpRequest *request;
    RecordExport export;
    bool has_head;
} Export;

static Err export_piece(void *state, Buf *out)
{
    Export *export = state;
    Cx *cx = web_stream_begin(export->request, &export->stream);
    if (!export->has_head)
        record_export_head(cx, &export->export, out);
    export->has_head = true;
    Err err = record_export_next(cx, &export->export, out);
    web_stream_end(export->request, &export->stream);
    return err;
}

static Err form_records_csv_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    char day[DATE_TEXT_SIZE];
    Export *export = arena_new(cx->arena, Export);
    export->request = request;
    TRY(read_form(cx, request, &export->export.form));
    TRY(read_filter(cx, request, &export->export.page));
    TRY(record_export_begin(cx, &export->export));
    web_stream_keep(cx, &export->stream);
    response->content_type = STR("text/csv; charset=utf-8");
    response->stream = export_piece;
    response->stream_state = export;
    http_set_header(response, "Content-Disposition",
                    str_printf(cx->arena, "attachment; filename=\"%.*s-%s.csv\"",
                               STR_ARG(export->export.form->id), date_format(cx->today, day)));
    return OK;
}

const Route route_form_records_csv = {
    .method = HTTP_GET,
    .path = "/api/forms/{id}/records.csv",
    .handler = form_records_csv_get,
    .permit = "tables.export",
    .persons = ROUTE_PERSONS_LIST,
    .query = "{" FILTER_MEMBERS "}",
    .out_media = "text/csv",
    .title = {"把一种表单的现行记录导出为 CSV", "The current records of a form as CSV"},
};
