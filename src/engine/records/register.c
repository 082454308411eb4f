/* Records about others than residents: whether the subject is in sight, whether what fields name is
 * there, and what the records of a register form make of their subject. */
#include "access/access.h"
#include "engine/records/records_int.h"
#include "engine/subjects/registers.h"

Err record_other_find(Cx *cx, const Form *form, Uuid id, bool *ret_found, bool *ret_is_known)
{
    Subject subject;
    Str kind = {0};
    TRY(subject_find(cx, id, ret_found, &subject));
    *ret_is_known = *ret_found;
    if (*ret_found && !str_equals(subject.kind, form->subject))
        return cx_fail(cx, ERR_INVALID, TEXT_RECORD_SUBJECT_KIND, STR("/subject"), 2, form->id,
                       form->subject);
    if (*ret_found)
        return OK;
    TRY(subject_kind_of(cx, id, &kind));
    *ret_is_known = kind.n > 0;
    return OK;
}

static Str text_at(const FormAnswers *answers, size_t field)
{
    ExprValue value = field == SIZE_MAX ? EXPR_ABSENT : answers->values[field];
    return value.type == EXPR_TEXT ? value.as.text : STR("");
}

static Date date_at(const FormAnswers *answers, size_t field)
{
    ExprValue value = field == SIZE_MAX ? EXPR_ABSENT : answers->values[field];
    return value.type == EXPR_DATE ? value.as.date : DATE_NONE;
}

/* Codes are prefixes: 6 digits of a county, three more a level (engine/subjects/places.h). */
static Err check_level(Cx *cx, const FormField *field, Str code, Str where)
{
    enum { LEVEL_COUNTY = 3, DIGITS = 3, ABOVE = 1 };
    static const TextId texts[] = {TEXT_REFERENCE_NO_COUNTY, TEXT_REFERENCE_NO_TOWNSHIP,
                                   TEXT_REFERENCE_NO_VILLAGE, TEXT_REFERENCE_NO_GRID};
    if (field->area_level == 0 || (int)(code.n / DIGITS) + ABOVE == field->area_level)
        return OK;
    return cx_fail(cx, ERR_INVALID, texts[field->area_level - LEVEL_COUNTY], where, 1, code);
}

static Err check_reference(Cx *cx, const FormField *field, ExprValue value, Date day, Str where)
{
    bool is_there = true;
    if (field->refers_to.n == 0 || value.type != EXPR_TEXT)
        return OK;
    TRY(subject_is_there(cx, field->refers_to, value.as.text, day, &is_there));
    if (!is_there)
        return cx_fail(cx, ERR_INVALID, TEXT_REFERENCE_UNKNOWN, where, 1, value.as.text);
    return check_level(cx, field, value.as.text, where);
}

static Err check_rows(Cx *cx, const FormField *field, const FormRows *rows, Date day)
{
    for (size_t r = 0; r < rows->n; r++) {
        for (size_t c = 0; c < field->row_field_n; c++)
            TRY(check_reference(cx, &field->rows[c], rows->rows[r].values[c], day,
                                str_printf(cx->arena, "/answers/%.*s/%zu/%.*s", STR_ARG(field->id),
                                           r, STR_ARG(field->rows[c].id))));
    }
    return OK;
}

static Err check_owner(Cx *cx, const Form *form, const FormAnswers *answers)
{
    size_t owner = form->registers->owner;
    Str facility = text_at(answers, owner);
    Str where = str_printf(cx->arena, "/answers/%.*s", STR_ARG(form->fields[owner].id));
    bool is_below = false;
    if (facility.n > 0)
        TRY(access_is_below(cx, facility, &is_below));
    return is_below ? OK : cx_fail(cx, ERR_INVALID, TEXT_SUBJECT_OWNER, where, 0);
}

Err record_references_check(Cx *cx, const Form *form, const RecordDraft *draft)
{
    const FormAnswers *answers = draft->answers;
    for (size_t i = 0; i < form->field_n; i++) {
        const FormField *field = &form->fields[i];
        if (field->type == FIELD_ROWS)
            TRY(check_rows(cx, field, &answers->rows[i], draft->happened_on));
        else
            TRY(check_reference(cx, field, answers->values[i], draft->happened_on,
                                str_printf(cx->arena, "/answers/%.*s", STR_ARG(field->id))));
    }
    return form->registers == NULL ? OK : check_owner(cx, form, answers);
}

static Err put_entry(Cx *cx, const Form *form, const Record *record)
{
    const FormRegister *registers = form->registers;
    const FormAnswers *answers = record->answers;
    SubjectParty *parties = arena_array(cx->arena, SubjectParty, form->field_n + 1);
    size_t n = 0;
    parties[n++] = (SubjectParty){STR(""), text_at(answers, registers->owner), STR("")};
    for (size_t i = 0; i < form->field_n; i++) {
        Str facility = text_at(answers, i);
        if (str_equals_c(form->fields[i].refers_to, "facility") && facility.n > 0)
            parties[n++] = (SubjectParty){form->fields[i].id, facility, STR("")};
    }
    Date from = date_at(answers, registers->from);
    const SubjectEntry entry = {.subject = record->subject,
                                .record = record->id,
                                .kind = form->subject,
                                .code = text_at(answers, registers->code),
                                .name = text_at(answers, registers->name),
                                .happened_on = record->happened_on,
                                .recorded_on = date_of_instant(record->recorded_at),
                                .valid_from = date_is_none(from) ? record->happened_on : from,
                                .valid_to = date_at(answers, registers->until),
                                .parties = parties,
                                .party_n = n};
    return subject_entry_put(cx, &entry);
}

Err record_register_hook(Cx *cx, const RecordChange *change)
{
    if (change->form->registers == NULL)
        return OK;
    if (change->ended != NULL)
        TRY(subject_entry_end(cx, change->ended->subject, change->ended->id,
                              date_of_instant(cx->now)));
    return change->added == NULL ? OK : put_entry(cx, change->form, change->added);
}
