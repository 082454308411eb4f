/* Records as JSON. Of a form that the packs no longer have, the header alone is known. */
#include "web/records_json.h"

#include "engine/records/answers_json.h"
#include "pack/pack.h"

bool json_parts_again(const JsonParts *parts, JsonOut *out, const void *of, uint32_t item)
{
    for (size_t i = 0; parts != NULL && i < parts->kept.n; i++) {
        const JsonKept *kept = &parts->kept.items[i];
        if (kept->of != of || kept->item != item)
            continue;
        json_part_again(out, kept->part);
        return true;
    }
    return false;
}

void json_parts_keep(JsonParts *parts, const JsonOut *out, const void *of, uint32_t item,
                     JsonPart begun)
{
    if (parts == NULL)
        return;
    json_part_end(out, &begun);
    VEC_PUSH(parts->arena, &parts->kept, (JsonKept){of, item, begun});
}

static void write_label(JsonOut *out, JsonParts *parts, const FormField *field)
{
    if (json_parts_again(parts, out, field, 0))
        return;
    JsonPart part = json_part_begin(out);
    web_json_text(out, "field", field->id);
    web_json_wording(out, "label", field->label);
    json_parts_keep(parts, out, field, 0, part);
}

static Err reference_name(Cx *cx, PerformerNames *names, Str kind, Str code, Wording *ret_name)
{
    for (size_t i = 0; i < names->references.n; i++) {
        const ReferenceName *known = &names->references.items[i];
        if (str_equals(known->code, code) && str_equals(known->kind, kind)) {
            *ret_name = known->name;
            return OK;
        }
    }
    TRY(subject_name_of(cx, kind, code, ret_name));
    VEC_PUSH(cx->arena, &names->references, (ReferenceName){kind, code, *ret_name});
    return OK;
}

/* One value in words; what refers to somebody else by that one's name. */
static Err value_words(Cx *cx, PerformerNames *names, const FormField *field, ExprValue value,
                       Wording *ret_words)
{
    *ret_words = record_value_wording(cx->arena, field, value);
    return field->refers_to.n == 0 || ret_words->zh.n == 0
               ? OK
               : reference_name(cx, names, field->refers_to, ret_words->zh, ret_words);
}

static Err write_reference(Cx *cx, JsonOut *out, const FormField *field, ExprValue value,
                           PerformerNames *names)
{
    Str code = record_value_wording(cx->arena, field, value).zh;
    if (field->refers_to.n == 0 || code.n == 0)
        return OK;
    Wording name = {0};
    TRY(reference_name(cx, names, field->refers_to, code, &name));
    json_object_begin(out);
    web_json_text(out, "kind", field->refers_to);
    web_json_text(out, "code", code);
    web_json_wording(out, "name", name);
    json_object_end(out);
    return OK;
}

Err record_write_references(Cx *cx, JsonOut *out, const Record *record, PerformerNames *names)
{
    const Form *form = pack_form(cx->packs, record->form);
    json_key_c(out, "references");
    json_array_begin(out);
    for (size_t i = 0; form != NULL && record->answers != NULL && i < form->field_n; i++) {
        const FormField *field = &form->fields[i];
        if (field->type != FIELD_CODES && field->type != FIELD_ROWS)
            TRY(write_reference(cx, out, field, record->answers->values[i], names));
        const FormRows *rows = field->type == FIELD_ROWS ? &record->answers->rows[i] : NULL;
        for (size_t r = 0; rows != NULL && r < rows->n; r++)
            for (size_t j = 0; j < field->row_field_n; j++)
                TRY(write_reference(cx, out, &field->rows[j], rows->rows[r].values[j], names));
    }
    json_array_end(out);
    return OK;
}

Err record_write_summary(Cx *cx, JsonOut *out, PerformerNames *names, const char *key,
                         const Form *form, const FormAnswers *answers)
{
    json_key_c(out, key);
    json_array_begin(out);
    for (size_t i = 0; i < form->field_n; i++) {
        const FormField *field = &form->fields[i];
        if (!field->is_in_lists)
            continue;
        if (form_type_is_set(field->type))
            continue; /* lists show single values */
        Wording text = {0};
        TRY(value_words(cx, names, field, answers->values[i], &text));
        if (text.zh.n == 0)
            continue;
        json_object_begin(out);
        write_label(out, names->parts, field);
        web_json_wording(out, "text", text);
        json_object_end(out);
    }
    json_array_end(out);
    return OK;
}

static void write_facility(JsonOut *out, const Record *record)
{
    web_json_text(out, "facility", record->facility);
    if (record->facility_name.p != NULL)
        web_json_wording(out, "facility_name",
                         (Wording){record->facility_name, record->facility_name_en});
}

static Err performer_name(Cx *cx, PerformerNames *names, Uuid id, Str *ret_name)
{
    for (size_t i = 0; i < names->accounts.n; i++) {
        if (uuid_equals(names->accounts.items[i].id, id)) {
            *ret_name = names->accounts.items[i].name;
            return OK;
        }
    }
    Account account = {.id = id};
    TRY(record_performer_name(cx, id, &account.name));
    VEC_PUSH(cx->arena, &names->accounts, account);
    *ret_name = account.name;
    return OK;
}

Err record_write_performer(Cx *cx, JsonOut *out, const Record *record, PerformerNames *names)
{
    Str name = {0};
    json_key_c(out, "performed_by");
    json_uuid(out, record->performed_by);
    if (!uuid_is_nil(record->performed_by))
        TRY(performer_name(cx, names, record->performed_by, &name));
    web_json_text(out, "performed_by_name", name);
    return OK;
}

static void write_form(JsonOut *out, JsonParts *parts, const Record *record, const Form *form)
{
    if (form != NULL && json_parts_again(parts, out, form, 0))
        return;
    JsonPart part = json_part_begin(out);
    web_json_text(out, "form", record->form);
    web_json_wording(out, "form_title",
                     form == NULL ? (Wording){record->form, record->form} : form->title);
    if (form != NULL)
        json_parts_keep(parts, out, form, 0, part);
}

static Err write_header(Cx *cx, JsonOut *out, const Record *record, const Form *form,
                        PerformerNames *names)
{
    json_key_c(out, "id");
    json_uuid(out, record->id);
    write_form(out, names->parts, record, form);
    web_json_text(out, "form_version", record->form_version);
    json_key_c(out, "subject");
    json_uuid(out, record->subject);
    web_json_date(out, "happened_on", record->happened_on);
    json_key_c(out, "recorded_at");
    json_instant(out, record->recorded_at);
    write_facility(out, record);
    json_key_c(out, "performed_by");
    json_uuid(out, record->performed_by);
    json_key_c(out, "recorded_by");
    json_uuid(out, record->recorded_by);
    json_key_c(out, "amends");
    json_uuid(out, record->amends);
    json_key_c(out, "is_ended");
    json_bool(out, record->is_ended);
    json_key_c(out, "amended_by");
    json_uuid(out, record->amended_by);
    web_json_text(out, "end_reason", record->end_reason);
    if (record->attachment_n > 0) {
        json_key_c(out, "files");
        json_integer(out, record->attachment_n);
    }
    if (uuid_is_nil(record->performed_by))
        return OK;
    Str name = {0};
    TRY(performer_name(cx, names, record->performed_by, &name));
    web_json_text(out, "performed_by_name", name);
    TRY(performer_name(cx, names, record->recorded_by, &name));
    web_json_text(out, "recorded_by_name", name);
    return OK;
}

static void write_differences(JsonOut *out, const RecordVersion *version)
{
    json_key_c(out, "changes");
    json_array_begin(out);
    for (size_t i = 0; i < version->difference_n; i++) {
        const RecordDifference *one = &version->differences[i];
        json_object_begin(out);
        web_json_text(out, "field", one->what);
        if (one->label.zh.n > 0)
            web_json_wording(out, "label", one->label);
        if (one->before.zh.n > 0)
            web_json_wording(out, "before", one->before);
        if (one->after.zh.n > 0)
            web_json_wording(out, "after", one->after);
        json_object_end(out);
    }
    json_array_end(out);
}

Err record_write_history(Cx *cx, JsonOut *out, const RecordVersion *versions, size_t n)
{
    PerformerNames names = {0};
    json_key_c(out, "versions");
    json_array_begin(out);
    for (size_t i = 0; i < n; i++) {
        const Record *record = &versions[i].record;
        json_object_begin(out);
        TRY(write_header(cx, out, record, pack_form(cx->packs, record->form), &names));
        web_json_text(out, "reason", versions[i].reason);
        write_differences(out, &versions[i]);
        json_object_end(out);
    }
    json_array_end(out);
    return OK;
}

Err record_write_chain(Cx *cx, JsonOut *out, const Record *record, PerformerNames *names)
{
    const Record *versions = NULL;
    size_t n = 0;
    TRY(record_chain(cx, record, &versions, &n));
    json_key_c(out, "chain");
    json_array_begin(out);
    for (size_t i = 0; i < n; i++) {
        const Form *form = pack_form(cx->packs, versions[i].form);
        json_object_begin(out);
        TRY(write_header(cx, out, &versions[i], form, names));
        json_object_end(out);
    }
    json_array_end(out);
    return OK;
}

Err record_write(Cx *cx, JsonOut *out, const Record *record, PerformerNames *names,
                 bool with_answers)
{
    const Form *form = pack_form(cx->packs, record->form);
    TRY(write_header(cx, out, record, form, names));
    if (form == NULL) {
        json_key_c(out, "summary");
        json_array_begin(out);
        json_array_end(out);
        return OK;
    }
    TRY(record_write_summary(cx, out, names, "summary", form, record->answers));
    if (with_answers) {
        json_key_c(out, "answers");
        answers_to_json(form, record->answers, out);
    }
    return OK;
}
