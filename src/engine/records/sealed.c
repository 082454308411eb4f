/* Sealed answers, and the facts of a person that follow from them.
 *
 * What a record says of its subject stands sealed in record_sealed, one text a record: for each
 * field that keeps a fact and was asked its id, the fact (empty when it has the field's name) and
 * the answer, each ended by NUL, which no answer contains. Unsealed fields that keep a fact (sex,
 * date of birth) are in it as well: an answer left empty clears its fact, one that was not asked
 * says nothing, and the answer's column does not tell the two apart. So what is known of a person
 * now is read from these texts alone, whatever packs are loaded. */
#include "core/keys.h"
#include "core/place.h"
#include "engine/records/records_int.h"
#include "engine/records/records_sql.h"
#include "engine/subjects/subjects.h"

enum {
    CONTENT_MOST = MIB(1),
    ADOPT_MOST = 500, /* records a transaction */
};

static Str associated(Cx *cx, Uuid subject, Uuid id)
{
    char subject_text[UUID_TEXT_SIZE], id_text[UUID_TEXT_SIZE];
    return str_printf(cx->arena, "record_sealed %s %s", uuid_format(subject, subject_text),
                      uuid_format(id, id_text));
}

static void put_part(Buf *content, Str part)
{
    DCHECK(str_find_char(part, '\0', 0) == SIZE_MAX);
    buf_put(content, part);
    buf_put_char(content, '\0');
}

static void put_fact(Buf *content, const FormField *field, Str text)
{
    put_part(content, field->id);
    put_part(content, str_equals(field->keeps, field->id) ? (Str){0} : field->keeps);
    put_part(content, text);
}

bool record_sealed_part(Str *content, SealedPart *ret_part)
{
    if (!str_cut(content, '\0', &ret_part->field) || !str_cut(content, '\0', &ret_part->fact)
        || !str_cut(content, '\0', &ret_part->text))
        return false;
    if (ret_part->fact.n == 0)
        ret_part->fact = ret_part->field;
    return true;
}

/* Without the form's judgement: what is answered or always asked. */
static bool is_asked(const FormField *field, ExprValue value)
{
    return value.type != EXPR_NULL || (field->shown_if == NULL && !field->is_retired);
}

static Str seal(Cx *cx, Uuid subject, Uuid id, const Buf *content)
{
    ENSURE(!content->is_over);
    return keys_seal(cx->keys, cx->arena, associated(cx, subject, id), buf_str(content));
}

Str record_sealed_content(Cx *cx, const RecordForm *form, const Record *record,
                          const bool *is_shown)
{
    if (!form->keeps_facts)
        return (Str){0};
    const Form *declared = form->form;
    Buf content;
    buf_init(&content, cx->arena, CONTENT_MOST);
    for (size_t i = 0; i < declared->field_n; i++) {
        const FormField *field = &declared->fields[i];
        ExprValue value = record->answers->values[i];
        bool says = is_shown != NULL ? is_shown[i] : is_asked(field, value);
        if (!str_is_empty(field->keeps) && says)
            put_fact(&content, field, form_value_to_text(value, cx->arena));
    }
    return content.n == 0 ? (Str){0} : seal(cx, record_whom_of(record), record->id, &content);
}

static Err write_sealed(Cx *cx, Uuid subject, Uuid id, Str content)
{
    const RecordSealedWriteIn in = {
        .place = cx->place, .subject_id = subject, .record_id = id, .content = content};
    return record_sealed_write(cx->db, &in, NULL);
}

Err record_sealed_insert(Cx *cx, const RecordForm *form, const Record *record, const bool *is_shown)
{
    Str content = record_sealed_content(cx, form, record, is_shown);
    return content.n == 0 ? OK : write_sealed(cx, record_whom_of(record), record->id, content);
}

Err record_sealed_open(Cx *cx, Uuid entry, Uuid id, Str sealed, Str *ret_content)
{
    return keys_unseal(cx->keys, cx->arena, associated(cx, entry, id), sealed, ret_content);
}

/* A text that no longer fits the field's type is shown as not answered. */
static Err take_answers(Cx *cx, const RecordForm *form, const Record *record, Uuid whom, Str sealed,
                        bool listed)
{
    Str content;
    TRY(record_sealed_open(cx, whom, record->id, sealed, &content));
    for (SealedPart part; record_sealed_part(&content, &part);) {
        size_t field = form_find_field(form->form, part.field);
        if (field == SIZE_MAX || !form->form->fields[field].is_sealed || part.text.n == 0
            || (listed && !form->form->fields[field].is_in_lists))
            continue;
        Wording ignored;
        ExprValue value = EXPR_ABSENT;
        if (form_value_from_text(&form->form->fields[field], part.text, cx->arena, &value, &ignored)
            == OK)
            record->answers->values[field] = value;
    }
    return OK;
}

Err record_sealed_read(Cx *cx, const RecordForm *form, const Record *record)
{
    if (!form->has_sealed)
        return OK;
    const RecordSealedOfRecordIn in = {.place = cx->place, .record_id = record->id};
    RecordSealedOfRecordRow row;
    bool found;
    TRY(record_sealed_of_record(cx->db, cx->arena, &in, &row, &found));
    return found ? take_answers(cx, form, record, row.subject_id, row.content, false) : OK;
}

Err record_sealed_read_all(Cx *cx, Uuid subject, const Map *by_id, bool whole)
{
    const RecordSealedOfSubjectIn in = {.place = cx->place, .subject = subject};
    CLEANUP(db_rows_close) DbRows rows = {0};
    TRY(record_sealed_of_subject_open(cx->db, &in, &rows));
    for (;;) {
        RecordSealedOfSubjectRow row;
        bool has_row;
        TRY(record_sealed_of_subject_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        Str key = {(const char *)row.record_id.bytes, sizeof row.record_id.bytes};
        const Record *record = map_get(by_id, key);
        const RecordForm *form = record == NULL ? NULL : record_form_find(cx, record->form);
        if (form != NULL && (whole ? form->has_sealed : form->lists_sealed))
            TRY(take_answers(cx, form, record, row.subject_id, row.content, !whole));
    }
}

/* ---- what is known of the person now ---- */

typedef VEC(ResidentFact) Facts;

static bool has_fact(const Facts *facts, Str fact)
{
    for (size_t i = 0; i < facts->n; i++) {
        if (str_equals(facts->items[i].fact, fact))
            return true;
    }
    return false;
}

static Err read_facts(Cx *cx, Uuid subject, Facts *facts)
{
    const RecordSealedCurrentIn in = {.place = cx->place, .subject = subject};
    CLEANUP(db_rows_close) DbRows rows = {0};
    TRY(record_sealed_current_open(cx->db, &in, &rows));
    for (;;) {
        RecordSealedCurrentRow row;
        bool has_row;
        TRY(record_sealed_current_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        Str content;
        TRY(record_sealed_open(cx, row.subject_id, row.record_id, row.content, &content));
        for (SealedPart part; record_sealed_part(&content, &part);) {
            if (!has_fact(facts, part.fact)) /* the newest record says it */
                VEC_PUSH(cx->arena, facts, (ResidentFact){part.fact, part.text});
        }
    }
}

Err record_facts_are_right(Cx *cx, Uuid subject, bool *ret_are_right)
{
    Facts facts = {0};
    TRY(read_facts(cx, subject, &facts));
    return resident_is_kept(cx, subject, facts.items, facts.n, ret_are_right);
}

Err record_facts_derive(Cx *cx, Uuid subject)
{
    Facts facts = {0};
    TRY(read_facts(cx, subject, &facts));
    return resident_keep(cx, subject, facts.items, facts.n);
}

/* ---- databases of versions that kept sealed answers with the resident only ---- */

typedef struct {
    const RecordForm *form;
    Uuid after; /* subjects up to this one are done */
    bool has_more;
} Adoption;

/* What is known of the resident is what his newest record of the form says. */
static Err adopt_record(Cx *cx, const RecordForm *form, const RecordSealedMissingRow *row)
{
    const Form *declared = form->form;
    ResidentFact *facts = arena_array(cx->arena, ResidentFact, declared->field_n);
    size_t n = 0;
    for (size_t i = 0; i < declared->field_n; i++) {
        if (!str_is_empty(declared->fields[i].keeps))
            facts[n++].fact = declared->fields[i].keeps;
    }
    TRY(resident_facts(cx, row->subject_id, facts, n));
    Buf content;
    buf_init(&content, cx->arena, CONTENT_MOST);
    n = 0;
    for (size_t i = 0; i < declared->field_n; i++) {
        if (!str_is_empty(declared->fields[i].keeps))
            put_fact(&content, &declared->fields[i], facts[n++].text);
    }
    return write_sealed(cx, row->subject_id, row->id, seal(cx, row->subject_id, row->id, &content));
}

static Err adopt_some(Cx *cx, void *arg)
{
    Adoption *adoption = arg;
    RecordSealedMissingRow *missing = arena_array(cx->arena, RecordSealedMissingRow, ADOPT_MOST);
    size_t n = 0;
    {
        const RecordSealedMissingIn in = {.place = cx->place,
                                          .form = adoption->form->form->id,
                                          .after = adoption->after,
                                          .most = ADOPT_MOST};
        CLEANUP(db_rows_close) DbRows rows = {0};
        TRY(record_sealed_missing_open(cx->db, &in, &rows));
        for (bool has_row = true; n < ADOPT_MOST; n++) {
            TRY(record_sealed_missing_next(&rows, cx->arena, &missing[n], &has_row));
            if (!has_row)
                break;
        }
    }
    for (size_t i = 0; i < n; i++)
        TRY(adopt_record(cx, adoption->form, &missing[i]));
    adoption->has_more = n == ADOPT_MOST;
    if (n > 0)
        adoption->after = missing[n - 1].subject_id;
    return OK;
}

static Err adopt_form(Cx *cx, const RecordForm *form)
{
    const Place *places = NULL;
    size_t n = 0;
    TRY(place_list(cx, &places, &n));
    for (size_t i = 0; i < n; i++) {
        Cx of_place = *cx;
        of_place.place = places[i].code;
        Adoption adoption = {.form = form, .has_more = true};
        while (adoption.has_more) {
            ArenaMark mark = arena_mark(cx->arena);
            TRY(cx_write(&of_place, adopt_some, &adoption));
            arena_reset_to(cx->arena, mark);
        }
    }
    return OK;
}

Err record_sealed_adopt(Cx *cx)
{
    const struct RecordForms *forms = cx->packs->record_forms;
    Cx database = *cx; /* the setting is the database's: of no place */
    database.place = STR("");
    for (size_t i = 0; i < forms->form_n; i++) {
        const RecordForm *form = record_form_find(cx, forms->forms[i]->id);
        if (!form->keeps_facts)
            continue;
        Str key = str_printf(cx->arena, "record_sealed %.*s", STR_ARG(form->form->id));
        Str done;
        TRY(setting_get(&database, key, &done));
        if (done.n > 0)
            continue;
        TRY(adopt_form(cx, form));
        TRY(setting_put(&database, key, STR("1")));
    }
    return OK;
}
