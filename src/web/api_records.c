/* /api/records: submitting, reading, amending, voiding; and what a form needs to know before it is
 * filled in. */
#include "web/records_json.h"

#include "engine/obligations/obligations.h"
#include "engine/records/answers_json.h"
#include "engine/records/attachments.h"
#include "engine/subjects/places.h"
#include "engine/subjects/residents.h"
#include "web/problem.h"
#include "web/schemas.h"

enum {
    BODY_MOST = 256 * 1024,
    REASON_BODY_MOST = 8 * 1024,
    PAGE_USUAL = 30,
    PAGE_MOST = 100,
};

static Err read_uuid(Cx *cx, const Json *body, const char *key, bool is_required, Uuid *ret)
{
    const Json *member = json_get(body, str_from_c(key));
    *ret = UUID_NIL;
    if (member == NULL && !is_required)
        return OK;
    Str text = {0};
    TRY(web_body_text(cx, body, key, &text));
    if (uuid_parse(text, ret) == OK)
        return OK;
    return cx_fail(cx, ERR_INVALID, TEXT_FIELD_TYPE, str_printf(cx->arena, "/%s", key), 2,
                   str_from_c(key), STR("UUID"));
}

static Err read_day(Cx *cx, const Json *body, const char *key, Date *ret)
{
    Str text = {0};
    TRY(web_body_text(cx, body, key, &text));
    if (date_parse(text, ret) == OK)
        return OK;
    return cx_fail(cx, ERR_INVALID, TEXT_FIELD_TYPE, str_printf(cx->arena, "/%s", key), 2,
                   str_from_c(key), STR("YYYY-MM-DD"));
}

static Err read_draft(Cx *cx, const Json *body, RecordDraft *draft, FormAnswers *answers)
{
    TRY(read_uuid(cx, body, "id", true, &draft->id));
    TRY(web_body_text(cx, body, "form", &draft->form));
    TRY(web_body_optional_text(cx, body, "form_version", &draft->form_version));
    TRY(read_uuid(cx, body, "subject", true, &draft->subject));
    TRY(read_day(cx, body, "happened_on", &draft->happened_on));
    TRY(read_uuid(cx, body, "performed_by", false, &draft->performed_by));
    TRY(web_body_optional_text(cx, body, "facility", &draft->facility));
    TRY(read_uuid(cx, body, "amends", false, &draft->amends));
    TRY(web_body_optional_text(cx, body, "reason", &draft->reason));
    const Form *form = pack_form(cx->packs, draft->form);
    if (form == NULL)
        return cx_fail(cx, ERR_INVALID, TEXT_RECORD_FORM_UNKNOWN, STR("/form"), 1, draft->form);
    TRY(answers_from_json(cx, form, json_get(body, STR("answers")), answers));
    TRY(answers_confirmed_from_json(cx, json_get(body, STR("confirmed")), answers));
    draft->answers = answers;
    return OK;
}

static void write_advice(JsonOut *out, const FormAdvice *const *advice, size_t n)
{
    json_key_c(out, "advice");
    json_array_begin(out);
    for (size_t i = 0; i < n; i++) {
        json_object_begin(out);
        web_json_text(out, "id", advice[i]->id);
        web_json_wording(out, "message", advice[i]->message);
        web_json_text(out, "proposes", advice[i]->proposes);
        web_json_text(out, "urgency", advice[i]->urgency);
        json_key_c(out, "follow_up_days");
        json_integer(out, advice[i]->follow_up_days);
        json_object_end(out);
    }
    json_array_end(out);
}

/* What is owed to the subject now: open, due, overdue, and the next one to open. */
static Err write_owed(Cx *cx, JsonOut *out, Uuid subject)
{
    const ObligationLine *lines = NULL;
    size_t n = 0;
    TRY(obligation_of(cx, subject, cx->today, &lines, &n));
    json_key_c(out, "obligations");
    json_array_begin(out);
    const Rule *answered = NULL;
    for (size_t i = 0; i < n; i++) {
        ObligationState state = lines[i].state;
        if (state == OBLIGATION_MET || state == OBLIGATION_MISSED
            || !obligation_is_shown(&lines[i], &answered))
            continue;
        json_object_begin(out);
        web_json_obligation(out, NULL, &lines[i], cx->today);
        json_object_end(out);
    }
    json_array_end(out);
    return OK;
}

static bool is_named(const Cx *cx, const char *key)
{
    for (size_t i = 0; i < cx->problem_n; i++) {
        if (cx->problems[i].key != NULL && str_equals_c(str_from_c(key), cx->problems[i].key))
            return true;
    }
    return false;
}

/* Somebody else was faster: the answer shows what stands there now, as far as it may be seen. */
static Err answer_ended(Cx *cx, HttpResponse *response, Uuid amends)
{
    const RecordVersion *versions = NULL;
    const size_t problem_n = cx->problem_n;
    size_t n = 0;
    PerformerNames names = {0};
    if (record_history(cx, amends, &versions, &n) != OK || n == 0) {
        cx->problem_n = problem_n;
        return ERR_CONFLICT;
    }
    JsonOut out =
        problem_begin(response, cx->lang, ERR_CONFLICT, cx->problems, problem_n, cx->request_id);
    json_key_c(&out, "current");
    json_object_begin(&out);
    TRY(record_write(cx, &out, &versions[n - 1].record, &names, true));
    web_json_text(&out, "reason", versions[n - 1].reason);
    json_object_end(&out);
    json_object_end(&out);
    return OK;
}

static Err records_post(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    const Json *body = NULL;
    RecordDraft draft = {0};
    FormAnswers answers = {0};
    TRY(web_body(cx, request, &body));
    TRY(read_draft(cx, body, &draft, &answers));
    RecordReceipt receipt = {0};
    Err err = record_submit(cx, &draft, &receipt);
    if (err == ERR_CONFLICT && !uuid_is_nil(draft.amends) && is_named(cx, "RECORD_ENDED"))
        return answer_ended(cx, response, draft.amends);
    TRY(err);
    response->status = receipt.was_known ? 200 : 201;
    JsonOut out = web_json(response);
    json_object_begin(&out);
    json_key_c(&out, "id");
    json_uuid(&out, receipt.id);
    json_key_c(&out, "rev");
    json_integer(&out, receipt.rev);
    json_key_c(&out, "was_known");
    json_bool(&out, receipt.was_known);
    write_advice(&out, receipt.advice, receipt.advice_n);
    if (receipt.sees_subject) {
        TRY(resident_person(cx, &draft.subject));
        TRY(write_owed(cx, &out, draft.subject));
    } else {
        json_key_c(&out, "obligations");
        json_array_begin(&out);
        json_array_end(&out);
    }
    json_object_end(&out);
    return OK;
}

const Route route_records_post = {
    .method = HTTP_POST,
    .path = "/api/records",
    .handler = records_post,
    .permit = "records.write",
    .body_most = BODY_MOST,
    .in = "{id: uuid, form: text, form_version?: text, subject: uuid, happened_on: date, answers?: "
          "answers, confirmed?: [text], performed_by?: uuid, facility?: text, "
          "amends?: uuid, reason?: text}",
    .out = "{id: uuid, rev: integer, was_known: bool, advice: [{id: text, message: wording, "
           "proposes?: text, urgency?: text, follow_up_days: integer}], "
           "obligations: [" SCHEMA_OBLIGATION "]}",
    .may_create = true,
    .title = {"提交记录或更正", "Submit a record, or an amendment of one"},
};

static Err write_attachments(Cx *cx, JsonOut *out, Uuid record)
{
    const Attachment *list = NULL;
    size_t n = 0;
    TRY(attachment_list(cx, record, &list, &n));
    json_key_c(out, "attachments");
    json_array_begin(out);
    for (size_t i = 0; i < n; i++) {
        json_object_begin(out);
        web_json_text(out, "field", list[i].field);
        web_json_text(out, "hash", list[i].hash);
        web_json_text(out, "type", media_type(list[i].kind));
        json_key_c(out, "bytes");
        json_integer(out, list[i].bytes);
        json_object_end(out);
    }
    json_array_end(out);
    return OK;
}

static Err record_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    Uuid id = UUID_NIL;
    TRY(web_parameter_uuid(cx, request, "id", &id));
    Record record;
    TRY(record_open(cx, id, &record));
    PerformerNames names = {0};
    JsonOut out = web_json(response);
    json_object_begin(&out);
    TRY(record_write(cx, &out, &record, &names, true));
    const Form *form = pack_form(cx->packs, record.form);
    web_json_text(&out, "subject_kind", form == NULL ? STR("resident") : form->subject);
    TRY(record_write_references(cx, &out, &record, &names));
    web_json_text(&out, "reason", record.reason);
    bool may_void = false;
    if (form != NULL && !record.is_ended)
        TRY(record_may_void(cx, form, &record, &may_void));
    json_key_c(&out, "may_void");
    json_bool(&out, may_void);
    TRY(write_attachments(cx, &out, id));
    TRY(record_write_chain(cx, &out, &record, &names));
    json_object_end(&out);
    return OK;
}

const Route route_record = {
    .method = HTTP_GET,
    .path = "/api/records/{id}",
    .handler = record_get,
    .permit = "records.read",
    .out =
        "{" SCHEMA_RECORD_MEMBERS ", summary: " SCHEMA_SUMMARY
        ", answers?: answers, subject_kind: text, references: [{kind: text, code: text, "
        "name: wording}], reason?: text, may_void: bool, attachments: [{field: text, hash: text, type: text, "
        "bytes: integer}], chain: [{" SCHEMA_RECORD_MEMBERS "}]}",
    .title = {"一条记录及其内容", "One record with its answers"},
};

static Err record_history_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    Uuid id = UUID_NIL;
    const RecordVersion *versions = NULL;
    size_t n = 0;
    TRY(web_parameter_uuid(cx, request, "id", &id));
    TRY(record_history(cx, id, &versions, &n));
    JsonOut out = web_json(response);
    json_object_begin(&out);
    TRY(record_write_history(cx, &out, versions, n));
    json_object_end(&out);
    return OK;
}

const Route route_record_history = {
    .method = HTTP_GET,
    .path = "/api/records/{id}/history",
    .handler = record_history_get,
    .permit = "records.read",
    .out = "{versions: [{" SCHEMA_RECORD_MEMBERS ", reason?: text, changes: " SCHEMA_CHANGES "}]}",
    .title = {"一条记录的各个版本及改动", "The versions of a record, and what each changed"},
};

/* The forms asked for: one, or those of a program; whether there are any. */
static Err read_forms(Cx *cx, const HttpRequest *request, RecordPage *page)
{
    Str form = http_query(request, "form"), program = http_query(request, "program");
    VEC(Str) forms = {0};
    if (form.n == 0 && program.n == 0)
        return OK;
    const Program *declared = program.n == 0 ? NULL : pack_program(cx->packs, program);
    for (size_t i = 0; i < cx->packs->forms.n; i++) {
        const Form *one = cx->packs->forms.entries[i].value;
        if ((form.n == 0 || str_equals(one->id, form))
            && (program.n == 0 || (declared != NULL && obligation_program_reads(declared, one))))
            VEC_PUSH(cx->arena, &forms, one->id);
    }
    if (forms.n == 0)
        return cx_fail(cx, ERR_INVALID, TEXT_RECORD_FORM_UNKNOWN, STR("form"), 1,
                       form.n > 0 ? form : program);
    page->forms = forms.items;
    page->form_n = forms.n;
    return OK;
}

/* "2025-06-30 <id>": the day and the record that ended the page before. */
static Err read_after(Cx *cx, const HttpRequest *request, RecordPage *page)
{
    Str after = http_query(request, "after"), day = {0};
    if (after.n == 0)
        return OK;
    if (!str_cut(&after, ' ', &day) || date_parse(day, &page->after_day) != OK
        || uuid_parse(after, &page->after_id) != OK)
        return cx_fail(cx, ERR_INVALID, TEXT_FIELD_TYPE, STR("after"), 2, STR("after"),
                       STR("YYYY-MM-DD UUID"));
    return OK;
}

static void write_next(Cx *cx, JsonOut *out, const Record *last)
{
    char day[DATE_TEXT_SIZE], id[UUID_TEXT_SIZE];
    Str next = last == NULL ? (Str){0}
                            : str_printf(cx->arena, "%s %s", date_format(last->happened_on, day),
                                         uuid_format(last->id, id));
    web_json_text(out, "next", next);
}

static Err resident_records_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    Uuid id = UUID_NIL;
    RecordPage page = {.after_day = DATE_NONE};
    int64_t limit = 0, ended = 0;
    const Record *records = NULL;
    size_t n = 0;
    TRY(web_parameter_uuid(cx, request, "id", &id));
    TRY(web_query_limit(cx, request, PAGE_MOST, PAGE_USUAL, &limit));
    TRY(web_query_integer(cx, request, "ended", 0, 1, 0, &ended));
    TRY(read_forms(cx, request, &page));
    TRY(read_after(cx, request, &page));
    page.with_ended = ended == 1;
    page.most = (size_t)limit + 1;
    TRY(resident_person(cx, &id));
    TRY(record_timeline_page(cx, id, &page, &records, &n));
    size_t shown = n > (size_t)limit ? (size_t)limit : n;
    PerformerNames names = {0};
    JsonOut out = web_json(response);
    json_object_begin(&out);
    json_key_c(&out, "records");
    json_array_begin(&out);
    for (size_t i = 0; i < shown; i++) {
        json_object_begin(&out);
        TRY(record_write(cx, &out, &records[i], &names, false));
        json_object_end(&out);
    }
    json_array_end(&out);
    write_next(cx, &out, n > shown ? &records[shown - 1] : NULL);
    json_object_end(&out);
    return OK;
}

const Route route_resident_records = {
    .method = HTTP_GET,
    .path = "/api/residents/{id}/records",
    .handler = resident_records_get,
    .permit = "records.read",
    .query = "{form?: text, program?: text, ended?: integer, after?: text, limit?: integer}",
    .out = "{records: [{" SCHEMA_RECORD_MEMBERS ", summary: " SCHEMA_SUMMARY "}], next?: text}",
    .title = {"居民的全部记录，分页，可按表单或项目筛选",
              "All records of a person, by pages, of a form or a program"},
};

static Err record_void_post(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    Uuid id = UUID_NIL;
    const Json *body = NULL;
    Str reason = {0};
    TRY(web_parameter_uuid(cx, request, "id", &id));
    TRY(web_body(cx, request, &body));
    TRY(web_body_text(cx, body, "reason", &reason));
    Record record;
    TRY(record_open(cx, id, &record));
    TRY(record_void(cx, id, reason));
    JsonOut out = web_json(response);
    json_object_begin(&out);
    json_key_c(&out, "id");
    json_uuid(&out, id);
    TRY(write_owed(cx, &out, record.subject));
    json_object_end(&out);
    return OK;
}

const Route route_record_void = {
    .method = HTTP_POST,
    .path = "/api/records/{id}/void",
    .handler = record_void_post,
    .permit = "records.void_own",
    .body_most = REASON_BODY_MOST,
    .in = "{reason: text}",
    .out = "{id: uuid, obligations: [" SCHEMA_OBLIGATION "]}",
    .title = {"作废记录", "Void a record"},
};

static Err record_refile_post(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    Uuid id = UUID_NIL, new_id = UUID_NIL, subject = UUID_NIL;
    const Json *body = NULL;
    Str reason = {0};
    RecordReceipt receipt;
    TRY(web_parameter_uuid(cx, request, "id", &id));
    TRY(web_body(cx, request, &body));
    TRY(read_uuid(cx, body, "id", true, &new_id));
    TRY(read_uuid(cx, body, "subject", true, &subject));
    TRY(web_body_text(cx, body, "reason", &reason));
    TRY(record_refile(cx, id, new_id, subject, reason, &receipt));
    JsonOut out = web_json(response);
    json_object_begin(&out);
    json_key_c(&out, "id");
    json_uuid(&out, receipt.id);
    TRY(resident_person(cx, &subject));
    TRY(write_owed(cx, &out, subject));
    json_object_end(&out);
    return OK;
}

const Route route_record_refile = {
    .method = HTTP_POST,
    .path = "/api/records/{id}/refile",
    .handler = record_refile_post,
    .permit = "records.void_own",
    .body_most = REASON_BODY_MOST,
    .in = "{id: uuid, subject: uuid, reason: text}",
    .out = "{id: uuid, obligations: [" SCHEMA_OBLIGATION "]}",
    .title = {"把记到别人名下的记录改记给本人",
              "File a record anew that was about the wrong person"},
};

static Err find_previous(Cx *cx, const Form *form, Uuid subject, Date on, Uuid amends,
                         bool *ret_found, Record *ret_previous)
{
    if (!uuid_is_nil(amends))
        return record_previous_amending(cx, form, subject, on, amends, ret_found, ret_previous);
    /* the largest id: everything of that day counts as before a record that is yet to be made */
    Uuid last = UUID_NIL;
    for (size_t i = 0; i < sizeof last.bytes; i++)
        last.bytes[i] = 0xff;
    return record_previous(cx, form, subject, on, last, ret_found, ret_previous);
}

static Err write_previous(Cx *cx, JsonOut *out, const Form *form, Uuid subject, Date on,
                          Uuid amends)
{
    bool found = false;
    Record previous;
    TRY(find_previous(cx, form, subject, on, amends, &found, &previous));
    json_key_c(out, "previous");
    if (!found) {
        json_null(out);
        return OK;
    }
    json_object_begin(out);
    json_key_c(out, "id");
    json_uuid(out, previous.id);
    web_json_date(out, "happened_on", previous.happened_on);
    json_key_c(out, "answers");
    answers_to_json(form, previous.answers, out);
    json_object_end(out);
    return OK;
}

static Wording facility_wording(const Facility *facilities, size_t n, Str code)
{
    for (size_t i = 0; i < n; i++) {
        if (str_equals(facilities[i].code, code))
            return (Wording){facilities[i].name, facilities[i].name_en};
    }
    return (Wording){code, code};
}

/* Who may be said to have served that day, and how far back the form may go. */
static Err write_served(Cx *cx, JsonOut *out, const Form *form, Date on)
{
    const Staff *staff = NULL;
    const Facility *facilities = NULL;
    size_t n = 0, facility_n = 0;
    TRY(staff_present(cx, on, &staff, &n));
    TRY(subject_facilities(cx, &facilities, &facility_n));
    Date earliest = DATE_NONE;
    TRY(record_earliest(cx, form, &earliest));
    web_json_date(out, "earliest", earliest);
    json_key_c(out, "may_backdate");
    json_bool(out, access_may(cx->actor, STR("records.backdate")));
    json_key_c(out, "performers");
    json_array_begin(out);
    for (size_t i = 0; i < n; i++) {
        json_object_begin(out);
        json_key_c(out, "id");
        json_uuid(out, staff[i].id);
        web_json_text(out, "name", staff[i].name);
        web_json_text(out, "facility", staff[i].facility);
        web_json_wording(out, "facility_name",
                         facility_wording(facilities, facility_n, staff[i].facility));
        json_object_end(out);
    }
    json_array_end(out);
    return OK;
}

/* Only where the form asks, and no member at all otherwise: which programs somebody is in tells
 * what he has, and an empty list would tell that he is in none. */
static Err write_programs(Cx *cx, JsonOut *out, const Form *form, Uuid resident, Date on)
{
    const Str *ids = NULL;
    size_t n = 0;
    if (!form_reads_slot(form, form_slot(form, FORM_SLOT_SUBJECT_PROGRAMS)))
        return OK;
    TRY(obligation_programs_on(cx, resident, on, &ids, &n));
    json_key_c(out, "programs");
    json_array_begin(out);
    for (size_t i = 0; i < n; i++)
        json_text(out, ids[i]);
    json_array_end(out);
    return OK;
}

/* What the form's expressions read about the subject on a day: facts and the previous record; and
 * who may have served. */
static Err form_context_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    Uuid id = UUID_NIL;
    Uuid amends = UUID_NIL;
    Date on = DATE_NONE;
    const Form *form = pack_form(cx->packs, http_parameter(request, "id"));
    if (form == NULL)
        return cx_fail(cx, ERR_NOT_FOUND, TEXT_NOT_FOUND, (Str){0}, 1,
                       http_parameter(request, "id"));
    bool is_other = http_query(request, "subject").n > 0;
    TRY(web_query_uuid(cx, request, is_other ? "subject" : "resident", &id));
    TRY(web_query_date(cx, request, "on", cx->today, &on));
    if (http_query(request, "amends").n > 0)
        TRY(web_query_uuid(cx, request, "amends", &amends));
    Resident resident = {.id = id, .birth_date = DATE_NONE};
    if (!is_other)
        TRY(resident_open(cx, id, &resident));
    JsonOut out = web_json(response);
    json_object_begin(&out);
    web_json_date(&out, "happened_on", on);
    web_json_date(&out, "today", cx->today);
    json_key_c(&out, "subject");
    json_object_begin(&out);
    web_json_text(&out, "sex", resident.sex);
    web_json_date(&out, "birth_date", resident.birth_date);
    TRY(write_programs(cx, &out, form, resident.id, on));
    json_object_end(&out);
    if (is_other && form->registers != NULL) {
        json_key_c(&out, "previous"); /* the subject may be yet to be; a register reads none */
        json_null(&out);
    } else {
        TRY(write_previous(cx, &out, form, resident.id, on, amends));
    }
    TRY(write_served(cx, &out, form, on));
    json_object_end(&out);
    return OK;
}

const Route route_form_context = {
    .method = HTTP_GET,
    .path = "/api/forms/{id}/context",
    .handler = form_context_get,
    .permit = "records.write",
    .query = "{resident?: uuid, subject?: uuid, on?: date, amends?: uuid}",
    .out = "{happened_on: date, today: date, subject: {sex?: text, birth_date?: date, "
           "programs?: [text]}, previous?: "
           "{id: uuid, happened_on: date, answers: answers}, earliest?: date, may_backdate: bool, "
           "performers: [{id: uuid, name: text, facility: text, facility_name: wording}]}",
    .title = {"填表所需的既往情况", "What a form reads before it is filled in"},
};
