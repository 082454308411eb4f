/* /api/forms: the declarations by which the browser shows a form and judges it as the server does.
 */
#include "engine/policy/policy_values.h"
#include "form/form.h"
#include "form/wire.h"
#include "pack/offers.h"
#include "web/route.h"

static const char *field_type_name(FieldType type)
{
    static const char *const names[] = {
        [FIELD_TEXT] = "text",       [FIELD_INTEGER] = "integer",
        [FIELD_DECIMAL] = "decimal", [FIELD_DATE] = "date",
        [FIELD_CODE] = "code",       [FIELD_CODES] = "codes",
        [FIELD_ROWS] = "rows",       [FIELD_ATTACHMENT] = "attachment",
    };
    return names[type];
}

static void put_header(JsonOut *out, const Form *form)
{
    web_json_text(out, "id", form->id);
    web_json_wording(out, "title", form->title);
    web_json_text(out, "version", form->version);
    web_json_text(out, "program", form->program);
    web_json_text(out, "subject", form->subject);
    json_key_c(out, "registers");
    json_bool(out, form->registers != NULL);
}

enum { WIRE_MOST = 512 * 1024 };

static bool sees_class(const void *who, Str class)
{
    return access_sees_class(who, class);
}

/* Whom each form is for, as the browser's form module reads it (pack/offers.h). */
static Err put_offers(Cx *cx, JsonOut *out)
{
    Buf wire;
    Form offers;
    const Policy *policy = NULL;
    buf_init(&wire, cx->arena, WIRE_MOST);
    TRY(policy_of(cx, &policy));
    pack_offers(policy, cx->today, sees_class, cx, cx->arena, &offers);
    form_wire_write(&offers, NULL, &wire);
    if (wire.is_over)
        return ERR_LIMIT;
    web_json_text(out, "offers", buf_str(&wire));
    return OK;
}

static Err forms_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    (void)request;
    JsonOut out = web_json(response);
    json_object_begin(&out);
    TRY(put_offers(cx, &out));
    json_key_c(&out, "forms");
    json_array_begin(&out);
    for (size_t i = 0; i < cx->packs->forms.n; i++) {
        const Form *form = cx->packs->forms.entries[i].value;
        if (!access_sees_class(cx, form->sensitivity))
            continue;
        json_object_begin(&out);
        put_header(&out, form);
        json_key_c(&out, "opens_file");
        json_bool(&out, form->opens_file);
        if (form->opens_file_below > 0)
            web_json_integer(&out, "opens_file_below", form->opens_file_below);
        json_object_end(&out);
    }
    json_array_end(&out);
    json_object_end(&out);
    return OK;
}

const Route route_forms = {
    .method = HTTP_GET,
    .path = "/api/forms",
    .handler = forms_get,
    .permit = "forms.read",
    .out = "{forms: [{id: text, title: wording, version: text, program?: text, subject: text, "
           "registers: bool, opens_file: bool, opens_file_below?: number}], offers?: text}",
    .title = {"表单目录", "The forms"},
};

static void put_range(JsonOut *out, const char *key, const double range[2])
{
    json_key_c(out, key);
    json_array_begin(out);
    json_decimal(out, range[0]);
    json_decimal(out, range[1]);
    json_array_end(out);
}

static void put_flag(JsonOut *out, const char *key, bool flag)
{
    if (!flag)
        return;
    json_key_c(out, key);
    json_bool(out, true);
}

static void put_options(JsonOut *out, const CodeList *list)
{
    json_key_c(out, "options");
    json_array_begin(out);
    for (size_t i = 0; i < list->option_n; i++) {
        const CodeOption *option = &list->options[i];
        json_object_begin(out);
        web_json_text(out, "code", option->code);
        web_json_wording(out, "label", option->label);
        put_flag(out, "exclusive", option->is_exclusive);
        if (option->details.n > 0)
            web_json_text(out, "details", option->details);
        json_object_end(out);
    }
    json_array_end(out);
}

/* What a value may be. */
static void put_bounds(JsonOut *out, const FormField *field)
{
    if (field->unit.zh.n > 0)
        web_json_wording(out, "unit", field->unit);
    if (field->type == FIELD_DECIMAL) {
        json_key_c(out, "places");
        json_integer(out, field->places);
    }
    if (field->length_most > 0) {
        json_key_c(out, "length");
        json_integer(out, (int64_t)field->length_most);
    }
    if (field->has_range)
        put_range(out, "range", field->range);
    if (field->has_usual)
        put_range(out, "usual", field->usual);
    if (field->codes != NULL)
        put_options(out, field->codes);
}

/* Rows have no rows, so this goes one level deep. */
static void put_field(JsonOut *out, const Form *form, const FormField *field)
{
    json_object_begin(out);
    web_json_text(out, "id", field->id);
    json_key_c(out, "type");
    json_text_c(out, field_type_name(field->type));
    web_json_wording(out, "label", field->label);
    if (field->hint.zh.n > 0)
        web_json_wording(out, "hint", field->hint);
    if (field->section < form->section_n)
        web_json_text(out, "section", form->sections[field->section].id);
    put_bounds(out, field);
    put_flag(out, "required", field->is_required);
    put_flag(out, "computed", field->computed != NULL);
    put_flag(out, "suggested", field->suggested != NULL);
    put_flag(out, "conditional", field->shown_if != NULL);
    put_flag(out, "carried", field->is_carried);
    put_flag(out, "multiline", field->is_multiline);
    put_flag(out, "retired", field->is_retired);
    if (field->target_of.n > 0)
        web_json_text(out, "target_of", field->target_of);
    if (field->type == FIELD_ATTACHMENT) {
        json_key_c(out, "files_most");
        json_integer(out, (int64_t)field->row_most);
        json_key_c(out, "kilobytes_most");
        json_integer(out, (int64_t)field->kilobytes_most);
    }
    if (field->type == FIELD_ROWS) {
        json_key_c(out, "rows_most");
        json_integer(out, (int64_t)field->row_most);
        json_key_c(out, "rows");
        json_array_begin(out);
        for (size_t i = 0; i < field->row_field_n; i++)
            put_field(out, form, &field->rows[i]);
        json_array_end(out);
    }
    json_object_end(out);
}

static void put_definition(JsonOut *out, const Form *form)
{
    json_key_c(out, "definition");
    json_object_begin(out);
    json_key_c(out, "sections");
    json_array_begin(out);
    for (size_t i = 0; i < form->section_n; i++) {
        json_object_begin(out);
        web_json_text(out, "id", form->sections[i].id);
        web_json_wording(out, "title", form->sections[i].title);
        json_object_end(out);
    }
    json_array_end(out);
    json_key_c(out, "fields");
    json_array_begin(out);
    for (size_t i = 0; i < form->field_n; i++)
        put_field(out, form, &form->fields[i]);
    json_array_end(out);
    json_object_end(out);
}

/* Always the version in force: fields are retired, never removed, so that records of every older
 * version can be read by it. */
static Err form_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    Str id = http_parameter(request, "id"), version = http_query(request, "version");
    const Form *form = pack_form(cx->packs, id);
    if (form == NULL)
        return cx_fail(cx, ERR_NOT_FOUND, TEXT_RECORD_FORM_UNKNOWN, STR("id"), 1, id);
    Buf wire;
    buf_init(&wire, cx->arena, WIRE_MOST);
    const FormParameter *parameters = NULL;
    TRY(policy_form(cx, form, &parameters));
    form_wire_write(form, parameters, &wire);
    if (wire.is_over)
        return ERR_LIMIT;
    JsonOut out = web_json(response);
    json_object_begin(&out);
    put_header(&out, form);
    json_key_c(&out, "is_version_asked");
    json_bool(&out, version.n == 0 || str_equals(version, form->version));
    web_json_text(&out, "source", form->source);
    put_definition(&out, form);
    web_json_text(&out, "wire", buf_str(&wire));
    json_object_end(&out);
    return OK;
}

/* put_field */
#define FIELD_MEMBERS                                                                                     \
 "id: text, type: text|integer|decimal|date|code|codes|rows|attachment, label: wording, hint?: wording, " \
 "section?: text, unit?: wording, places?: integer, length?: integer, range?: [number], "                 \
 "usual?: [number], options?: [{code: text, label: wording, exclusive?: bool, details?: text}], "         \
 "required?: bool, computed?: bool, suggested?: bool, conditional?: bool, carried?: bool, "               \
 "multiline?: bool, retired?: bool, target_of?: text"

const Route route_form = {
    .method = HTTP_GET,
    .path = "/api/forms/{id}",
    .handler = form_get,
    .permit = "forms.read",
    .query = "{version?: text}",
    .out =
        "{id: text, title: wording, version: text, program?: text, subject: text, "
        "registers: bool, is_version_asked: bool, source?: text, definition: {sections: [{id: text, title: "
        "wording}], fields: [{" FIELD_MEMBERS
        ", files_most?: integer, kilobytes_most?: integer, rows_most?: integer, rows?: [{" FIELD_MEMBERS
        "}]}]}, wire: text}",
    .title = {"一种表单的定义", "The declaration of a form"},
};
