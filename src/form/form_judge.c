/* Issues: one a field or cell, in field order, then the checks. */
#include "base/utf8.h"
#include "base/vec.h"
#include "form/form_int.h"

typedef struct {
    const Form *form;
    const FormAnswers *answers;
    Arena *arena;
    FormResult *result;
    VEC(FormIssue) issues;
} Judge;

static bool is_confirmed(const FormAnswers *answers, Str key)
{
    for (size_t i = 0; i < answers->confirmed_n; i++) {
        if (str_equals(answers->confirmed[i], key))
            return true;
    }
    return false;
}

static void add_issue(Judge *judge, FormIssue issue)
{
    issue.is_confirmed = !issue.is_hard && is_confirmed(judge->answers, issue.key);
    judge->result->has_hard = judge->result->has_hard || issue.is_hard;
    judge->result->has_unconfirmed =
        judge->result->has_unconfirmed || (!issue.is_hard && !issue.is_confirmed);
    VEC_PUSH(judge->arena, &judge->issues, issue);
}

static void refuse(Judge *judge, FormPlace place, FormIssueKind kind, Wording message)
{
    add_issue(judge, (FormIssue){.kind = kind,
                                 .is_hard = true,
                                 .key = form_place_key(judge->form, place, judge->arena),
                                 .field = place.field,
                                 .row = place.row,
                                 .row_field = place.row_field,
                                 .message = message});
}

static bool has_fault(const FormAnswers *answers, FormPlace place)
{
    for (const FormFault *fault = answers->fault; fault != NULL; fault = fault->older) {
        if (fault->field == place.field && fault->row == place.row
            && fault->row_field == place.row_field)
            return true;
    }
    return false;
}

static const CodeOption *find_option(const CodeList *codes, Str code)
{
    for (size_t i = 0; codes != NULL && i < codes->option_n; i++) {
        if (str_equals(codes->options[i].code, code))
            return &codes->options[i];
    }
    return NULL;
}

static void judge_codes(Judge *judge, FormPlace place, Wording label, const Str *codes, size_t n)
{
    const CodeList *list = form_field_at(judge->form, place)->codes;
    const CodeOption *exclusive = NULL;
    for (size_t i = 0; i < n; i++) {
        const CodeOption *option = find_option(list, codes[i]);
        if (option == NULL) {
            refuse(judge, place, ISSUE_CODE, form_message_code(codes[i], label, judge->arena));
            return;
        }
        for (size_t k = 0; k < i; k++) {
            if (str_equals(codes[k], codes[i])) {
                refuse(judge, place, ISSUE_CODE,
                       form_message_repeated(codes[i], label, judge->arena));
                return;
            }
        }
        if (option->is_exclusive && exclusive == NULL)
            exclusive = option;
    }
    if (exclusive != NULL && n > 1)
        refuse(judge, place, ISSUE_EXCLUSIVE,
               form_message_exclusive(exclusive, label, judge->arena));
}

/* Whether the files are there is for who stores the answers. */
static void judge_files(Judge *judge, FormPlace place, Wording label, const Str *names, size_t n)
{
    const FormField *field = form_field_at(judge->form, place);
    bool is_right = true;
    for (size_t i = 0; i < n && is_right; i++) {
        is_right = form_is_file_name(names[i]);
        for (size_t k = 0; k < i; k++)
            is_right = is_right && !str_equals(names[k], names[i]);
    }
    if (!is_right)
        refuse(judge, place, ISSUE_TYPE, form_message_type(field, label, judge->arena));
    else if (field->row_most > 0 && n > field->row_most)
        refuse(judge, place, ISSUE_ROWS,
               form_message_files(field->row_most, n, label, judge->arena));
}

static void judge_number(Judge *judge, FormPlace place, Wording label, double value)
{
    static const double widest[2] = {-(double)FORM_NUMBER_MOST, (double)FORM_NUMBER_MOST};
    const FormField *field = form_field_at(judge->form, place);
    const double *range = field->has_range ? field->range : widest;
    if (value < range[0] || value > range[1]) {
        refuse(judge, place, ISSUE_RANGE,
               form_message_range(range, field->unit, label, judge->arena));
        return;
    }
    if (!field->has_usual || (value >= field->usual[0] && value <= field->usual[1]))
        return;
    Str key = form_place_key(judge->form, place, judge->arena);
    add_issue(judge, (FormIssue){.kind = ISSUE_USUAL,
                                 .key = str_printf(judge->arena, "%.*s:usual", STR_ARG(key)),
                                 .field = place.field,
                                 .row = place.row,
                                 .row_field = place.row_field,
                                 .message = form_message_usual(field, value, label, judge->arena)});
}

static void judge_text(Judge *judge, FormPlace place, Wording label, Str text)
{
    const FormField *field = form_field_at(judge->form, place);
    size_t n = utf8_length(text);
    if (field->type == FIELD_CODE)
        judge_codes(judge, place, label, &text, 1);
    else if (field->length_most > 0 && n > field->length_most)
        refuse(judge, place, ISSUE_LENGTH,
               form_message_length(field->length_most, n, label, judge->arena));
}

static void judge_value(Judge *judge, FormPlace place, bool is_required)
{
    const FormField *field = form_field_at(judge->form, place);
    Wording label = form_place_label(judge->form, place, judge->arena);
    ExprValue value = form_answers_get(judge->answers, place);
    bool is_refused = field->computed == NULL && has_fault(judge->answers, place);
    if (is_refused || !form_value_fits(field, value)) {
        refuse(judge, place, ISSUE_TYPE, form_message_type(field, label, judge->arena));
        return;
    }
    if (form_value_is_blank(value) && is_required)
        refuse(judge, place, ISSUE_REQUIRED, form_message_required(field, label, judge->arena));
    else if (value.type == EXPR_INTEGER)
        judge_number(judge, place, label, (double)value.as.integer);
    else if (value.type == EXPR_DECIMAL)
        judge_number(judge, place, label, value.as.decimal);
    else if (value.type == EXPR_TEXT)
        judge_text(judge, place, label, value.as.text);
    else if (field->type == FIELD_ATTACHMENT && value.type == EXPR_CODES)
        judge_files(judge, place, label, value.as.codes.items, value.as.codes.n);
    else if (value.type == EXPR_CODES)
        judge_codes(judge, place, label, value.as.codes.items, value.as.codes.n);
}

static bool is_used_row(const Judge *judge, FormPlace place)
{
    size_t column_n = judge->form->fields[place.field].row_field_n;
    for (place.row_field = 0; place.row_field < column_n; place.row_field++) {
        if (form_answers_get(judge->answers, place).type != EXPR_NULL
            || has_fault(judge->answers, place))
            return true;
    }
    return false;
}

static void judge_row(Judge *judge, FormPlace place)
{
    const FormField *field = &judge->form->fields[place.field];
    for (place.row_field = 0; place.row_field < field->row_field_n; place.row_field++) {
        const FormField *column = &field->rows[place.row_field];
        if (!column->is_retired)
            judge_value(judge, place, column->is_required);
    }
}

static void judge_rows(Judge *judge, size_t at, bool is_required)
{
    const FormField *field = &judge->form->fields[at];
    Wording label = form_place_label(judge->form, FORM_FIELD(at), judge->arena);
    size_t used = 0;
    for (size_t r = 0; r < judge->answers->rows[at].n; r++) {
        if (!is_used_row(judge, (FormPlace){at, r, 0}))
            continue;
        used++;
        judge_row(judge, (FormPlace){at, r, 0});
    }
    if (has_fault(judge->answers, FORM_FIELD(at)))
        refuse(judge, FORM_FIELD(at), ISSUE_TYPE, form_message_type(field, label, judge->arena));
    else if (used == 0 && is_required)
        refuse(judge, FORM_FIELD(at), ISSUE_REQUIRED,
               form_message_required(field, label, judge->arena));
    else if (field->row_most > 0 && used > field->row_most)
        refuse(judge, FORM_FIELD(at), ISSUE_ROWS,
               form_message_rows(field->row_most, used, label, judge->arena));
}

static void judge_check(Judge *judge, const FormCheck *check)
{
    size_t field = check->field.n == 0 ? SIZE_MAX : form_find_field(judge->form, check->field);
    add_issue(judge, (FormIssue){.kind = ISSUE_CHECK,
                                 .is_hard = check->is_hard,
                                 .key = check->id,
                                 .field = field,
                                 .row = SIZE_MAX,
                                 .row_field = SIZE_MAX,
                                 .message = check->message});
}

void form_judge(const Form *form, const FormAnswers *answers, const ExprValue *slots, Arena *arena,
                FormResult *result)
{
    Judge judge = {.form = form, .answers = answers, .arena = arena, .result = result};
    for (size_t i = 0; i < form->field_n; i++) {
        if (!result->is_shown[i])
            continue;
        if (form->fields[i].type == FIELD_ROWS)
            judge_rows(&judge, i, result->is_required[i]);
        else
            judge_value(&judge, FORM_FIELD(i), result->is_required[i]);
    }
    for (size_t i = 0; i < form->check_n; i++) {
        if (expr_holds(form->checks[i].fails_when, slots, arena))
            judge_check(&judge, &form->checks[i]);
    }
    result->issues = judge.issues.items;
    result->issue_n = judge.issues.n;
}
