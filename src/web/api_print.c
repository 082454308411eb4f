/* /api/records/{id}/print and /api/forms/{id}/print: forms as the paper that they are on, a PDF.
 * It is given as a file: what /api answers is sandboxed, and no viewer opens in such a page.
 * Who may read a record may print it; with it the visits before it that are on the same paper. */
#include "engine/records/records.h"
#include "engine/subjects/registers.h"
#include "pack/pack.h"
#include "print/paper.h"
#include "web/web_int.h"

enum {
    PDF_MOST = 8 << 20,
    VISITS_MOST = 6,
};

static Str said(Cx *cx, TextId id, const Str *arguments, size_t n)
{
    return wording_in(text_fill(cx->arena, id, arguments, n), cx->lang);
}

static Err answer_pdf(Cx *cx, Paper *paper, HttpResponse *response)
{
    paper->lang = cx->lang;
    paper->made_at = cx->now;
    buf_init(&response->body, cx->arena, PDF_MOST);
    Err err = paper_print(paper, cx->arena, &response->body);
    if (err == ERR_NOT_FOUND)
        return cx_fail(cx, ERR_IO, TEXT_PRINT_FONT_MISSING, (Str){0}, 0);
    TRY(err);
    response->content_type = STR("application/pdf");
    http_set_header(
        response, "Content-Disposition",
        str_printf(cx->arena, "attachment; filename=\"%.*s.pdf\"", STR_ARG(paper->form->id)));
    return OK;
}

static Err fill_visit(Cx *cx, const Record *record, PaperVisit *visit)
{
    bool is_amended = record->is_ended && !uuid_equals(record->amended_by, UUID_NIL);
    *visit =
        (PaperVisit){.answers = record->answers,
                     .happened_on = record->happened_on,
                     .facility = wording_in(
                         (Wording){record->facility_name, record->facility_name_en}, cx->lang)};
    if (record->is_ended)
        visit->note = said(cx, is_amended ? TEXT_PRINT_AMENDED : TEXT_PRINT_VOIDED, NULL, 0);
    return record_performer_name(cx, record->performed_by, &visit->performer);
}

/* The visits before the last one that its paper has room for, oldest first, then the last. */
static Err gather_visits(Cx *cx, const Form *form, const Record *last, size_t most, Paper *paper)
{
    RecordPage page = {.after_day = last->happened_on,
                       .after_id = last->id,
                       .forms = &form->id,
                       .form_n = 1,
                       .most = most - 1};
    const Record *before = NULL;
    size_t n = 0;
    if (page.most > 0)
        TRY(record_timeline_page(cx, last->subject, &page, &before, &n));
    PaperVisit *visits = arena_array(cx->arena, PaperVisit, n + 1);
    for (size_t i = 0; i < n; i++) {
        Record record;
        TRY(record_open(cx, before[i].id, &record));
        TRY(fill_visit(cx, &record, &visits[n - 1 - i]));
    }
    TRY(fill_visit(cx, last, &visits[n]));
    paper->visits = visits;
    paper->visit_n = n + 1;
    return OK;
}

static Err tell_resident(Cx *cx, Uuid id, Paper *paper)
{
    Resident resident;
    Wording area = {0};
    char born[DATE_TEXT_SIZE];
    TRY(resident_open(cx, id, &resident));
    TRY(subject_area_name(cx, resident.area, &area));
    Str *facts = arena_array(cx->arena, Str, 2);
    if (!date_is_none(resident.birth_date)) {
        Str day = str_from_c(date_format(resident.birth_date, born));
        facts[paper->fact_n++] = said(cx, TEXT_PRINT_BORN, &day, 1);
    }
    Str place = wording_in(area, cx->lang);
    if (place.n > 0)
        facts[paper->fact_n++] = said(cx, TEXT_PRINT_AREA, &place, 1);
    paper->facts = facts;
    paper->name = resident.name;
    paper->number = record_number_printed(resident.record_number, cx->arena);
    return OK;
}

static Err tell_subject(Cx *cx, const Record *record, Paper *paper)
{
    bool is_found = false;
    Subject subject;
    if (str_equals_c(paper->form->subject, "resident"))
        return tell_resident(cx, record->subject, paper);
    TRY(subject_find(cx, record->subject, &is_found, &subject));
    if (is_found)
        paper->name = wording_in(subject.name, cx->lang);
    return OK;
}

static Err record_print_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    Uuid id = UUID_NIL;
    Record record;
    int64_t most = 0;
    char id_text[UUID_TEXT_SIZE], today[DATE_TEXT_SIZE];
    TRY(web_parameter_uuid(cx, request, "id", &id));
    TRY(record_open(cx, id, &record));
    const Form *form = pack_form(cx->packs, record.form);
    if (form == NULL)
        return cx_fail(cx, ERR_NOT_FOUND, TEXT_RECORD_FORM_UNKNOWN, (Str){0}, 1, record.form);
    TRY(web_query_integer(cx, request, "visits", 1, VISITS_MOST, form->paper_visits, &most));
    Paper paper = {.form = form};
    TRY(gather_visits(cx, form, &record, (size_t)most, &paper));
    TRY(tell_subject(cx, &record, &paper));
    const Str words[] = {str_from_c(uuid_format(record.id, id_text)), cx->actor->login,
                         str_from_c(date_format(cx->today, today))};
    paper.footer = said(cx, TEXT_PRINT_FOOTER, words, 3);
    TRY(answer_pdf(cx, &paper, response));
    return audit_add(
        cx, &(AuditEntry){.action = STR("record.print"), .subject = record.subject, .object = id});
}

const Route route_record_print = {
    .method = HTTP_GET,
    .path = "/api/records/{id}/print",
    .handler = record_print_get,
    .permit = "records.read",
    .query = "{visits?: integer}",
    .out_media = "application/pdf",
    .title = {"一条记录（及其前几次）按纸质表格打印成 PDF",
              "A record, and the visits before it, as the form on paper: a PDF"},
};

static Err form_print_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    Str id = http_parameter(request, "id");
    const Form *form = pack_form(cx->packs, id);
    if (form == NULL)
        return cx_fail(cx, ERR_NOT_FOUND, TEXT_RECORD_FORM_UNKNOWN, (Str){0}, 1, id);
    const Str words[] = {form->id, form->version};
    Paper paper = {.form = form, .footer = said(cx, TEXT_PRINT_FOOTER_BLANK, words, 2)};
    return answer_pdf(cx, &paper, response);
}

const Route route_form_print = {
    .method = HTTP_GET,
    .path = "/api/forms/{id}/print",
    .handler = form_print_get,
    .permit = "forms.read",
    .out_media = "application/pdf",
    .title = {"一种表单的空白纸质表格，PDF", "A blank form on paper: a PDF"},
};
