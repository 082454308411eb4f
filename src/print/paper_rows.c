/* Which rows a form has on paper, and what stands in each of their cells. */
#include "base/num.h"
#include "core/texts.h"
#include "print/paper_int.h"

enum {
    OPTIONS_MOST = 40,        /* longer lists are not printed, only what was chosen */
    OPTIONS_MOST_NARROW = 14, /* where several visits stand side by side */
    BOXES_BLANK = 3,          /* of several codes, on paper */
    BLANK_LINES = 3,          /* of a table without rows */
    TEXT_MOST = 1 << 16,
};

typedef struct {
    const Paper *paper;
    const Form *form;
    Arena *arena;
    PaperRows rows;
} Rows;

static Str word(Rows *rows, TextId id)
{
    return wording_in(text_fill(rows->arena, id, NULL, 0), rows->paper->lang);
}

size_t paper_columns(const Paper *paper)
{
    return paper->visit_n > 0 ? paper->visit_n : (size_t)paper->form->paper_visits;
}

/* The field whose option asks for this one, or SIZE_MAX. */
static size_t asked_by(const Form *form, size_t details)
{
    for (size_t i = 0; i < form->field_n; i++) {
        const CodeList *codes = form->fields[i].codes;
        for (size_t k = 0; codes != NULL && k < codes->option_n; k++)
            if (str_equals(codes->options[k].details, form->fields[details].id))
                return i;
    }
    return SIZE_MAX;
}

static bool is_listed(const Paper *paper, const FormField *field)
{
    size_t most = paper_columns(paper) > 1 ? OPTIONS_MOST_NARROW : OPTIONS_MOST;
    return field->codes != NULL && field->codes->option_n <= most;
}

static bool has_row(const Paper *paper, size_t i)
{
    const Form *form = paper->form;
    const FormField *field = &form->fields[i];
    if (field->is_retired || field->is_off_paper)
        return false;
    if (field->target_of.n > 0) {
        size_t base = form_find_field(form, field->target_of);
        return base == SIZE_MAX || form->fields[base].is_retired || form->fields[base].is_off_paper;
    }
    size_t asking = asked_by(form, i);
    return asking == SIZE_MAX || form->fields[asking].is_retired
           || form->fields[asking].is_off_paper || !is_listed(paper, &form->fields[asking]);
}

static size_t target_of(const Form *form, size_t base)
{
    for (size_t i = 0; i < form->field_n; i++)
        if (!form->fields[i].is_retired
            && str_equals(form->fields[i].target_of, form->fields[base].id))
            return i;
    return SIZE_MAX;
}

static ExprValue value_of(const FormAnswers *answers, size_t field)
{
    return answers == NULL ? EXPR_ABSENT : answers->values[field];
}

static bool is_chosen(ExprValue value, Str code)
{
    if (value.type == EXPR_TEXT)
        return str_equals(value.as.text, code);
    for (size_t i = 0; value.type == EXPR_CODES && i < value.as.codes.n; i++)
        if (str_equals(value.as.codes.items[i], code))
            return true;
    return false;
}

static void put_option(Rows *rows, const CodeOption *option, Buf *text)
{
    Str label = wording_in(option->label, rows->paper->lang);
    if (text->n > 0)
        buf_put_c(text, "  ");
    buf_printf(text, "%.*s\u00a0%.*s", STR_ARG(option->code), STR_ARG(label));
}

/* What was chosen, with its words. */
static Str chosen_text(Rows *rows, const FormField *field, ExprValue value)
{
    Buf text;
    buf_init(&text, rows->arena, TEXT_MOST);
    for (size_t i = 0; i < field->codes->option_n; i++)
        if (is_chosen(value, field->codes->options[i].code))
            put_option(rows, &field->codes->options[i], &text);
    return buf_str(&text);
}

/* "1 well  2 headache  10 other: dizzy" */
static Str options_text(Rows *rows, const FormField *field, const FormAnswers *answers,
                        ExprValue value)
{
    Buf text;
    if (!is_listed(rows->paper, field))
        return chosen_text(rows, field, value);
    buf_init(&text, rows->arena, TEXT_MOST);
    for (size_t i = 0; i < field->codes->option_n; i++) {
        const CodeOption *option = &field->codes->options[i];
        put_option(rows, option, &text);
        size_t details =
            option->details.n == 0 ? SIZE_MAX : form_find_field(rows->form, option->details);
        if (details == SIZE_MAX)
            continue;
        ExprValue told = value_of(answers, details);
        bool is_told = is_chosen(value, option->code) && told.type == EXPR_TEXT;
        buf_printf(&text, "\uff1a%.*s", STR_ARG(is_told ? told.as.text : STR("______")));
    }
    return buf_str(&text);
}

static size_t codes_of(ExprValue value, const Str **ret_codes)
{
    *ret_codes = value.type == EXPR_CODES ? value.as.codes.items : NULL;
    return value.type == EXPR_TEXT ? 1 : value.type == EXPR_CODES ? value.as.codes.n : 0;
}

/* Behind those that the cell has. */
static void put_boxes(Rows *rows, const FormField *field, ExprValue value, PaperCell *cell)
{
    const Str *codes;
    size_t filled = codes_of(value, &codes);
    size_t usual = field->type == FIELD_CODE ? 1 : BOXES_BLANK;
    size_t n = filled > usual ? filled : usual;
    Str *boxes = arena_array(rows->arena, Str, cell->box_n + n);
    for (size_t i = 0; i < cell->box_n; i++)
        boxes[i] = cell->boxes[i];
    for (size_t i = 0; i < filled; i++)
        boxes[cell->box_n + i] = codes == NULL ? value.as.text : codes[i];
    cell->boxes = boxes;
    cell->box_n += n;
}

static Str plain_text(Rows *rows, const FormField *field, ExprValue value)
{
    if (field->type != FIELD_ATTACHMENT)
        return form_value_to_text(value, rows->arena);
    Str n = str_printf(rows->arena, "%zu", value.type == EXPR_CODES ? value.as.codes.n : 0);
    return wording_in(text_fill(rows->arena, TEXT_PRINT_FILES, &n, 1), rows->paper->lang);
}

/* A value inside a line: codes with their words. */
static Str inline_text(Rows *rows, const FormField *field, ExprValue value)
{
    return field->codes != NULL ? chosen_text(rows, field, value) : plain_text(rows, field, value);
}

/* A line a row: "name: amlodipine  dose: 5 mg"; on a blank paper lines to write on. */
static Str table_text(Rows *rows, const FormField *field, const FormRows *table)
{
    Buf text;
    buf_init(&text, rows->arena, TEXT_MOST);
    size_t n = table == NULL ? BLANK_LINES : table->n;
    for (size_t i = 0; i < n; i++) {
        buf_printf(&text, "%s%zu.", i > 0 ? "\n" : "", i + 1);
        for (size_t k = 0; k < field->row_field_n; k++) {
            const FormField *column = &field->rows[k];
            Str value =
                table == NULL ? STR("______") : inline_text(rows, column, table->rows[i].values[k]);
            if (value.n == 0)
                continue;
            buf_printf(&text, " %.*s\uff1a%.*s",
                       STR_ARG(wording_in(column->label, rows->paper->lang)), STR_ARG(value));
            if (table != NULL && column->unit.zh.n > 0)
                buf_printf(&text, " %.*s", STR_ARG(wording_in(column->unit, rows->paper->lang)));
        }
    }
    return buf_str(&text);
}

static PaperCell cell_of(Rows *rows, size_t i, const FormAnswers *answers)
{
    const FormField *field = &rows->form->fields[i];
    ExprValue value = value_of(answers, i);
    PaperCell cell = {0};
    if (field->type == FIELD_ROWS) {
        cell.text = table_text(rows, field, answers == NULL ? NULL : &answers->rows[i]);
    } else if (field->codes != NULL) {
        cell.text = options_text(rows, field, answers, value);
        put_boxes(rows, field, value, &cell);
    } else if (answers != NULL && (value.type != EXPR_NULL || field->type == FIELD_ATTACHMENT)) {
        cell.text = plain_text(rows, field, value);
    }
    size_t target = target_of(rows->form, i);
    if (target == SIZE_MAX)
        return cell;
    if (field->codes != NULL) {
        put_boxes(rows, &rows->form->fields[target], value_of(answers, target), &cell);
        return cell;
    }
    Str aim = plain_text(rows, &rows->form->fields[target], value_of(answers, target));
    if (cell.text.n > 0 || aim.n > 0 || answers == NULL)
        cell.text = str_printf(rows->arena, "%.*s / %.*s", STR_ARG(cell.text), STR_ARG(aim));
    return cell;
}

static Str label_of(Rows *rows, size_t i)
{
    const FormField *field = &rows->form->fields[i];
    Str label = wording_in(field->label, rows->paper->lang);
    if (target_of(rows->form, i) != SIZE_MAX)
        label = str_printf(rows->arena, "%.*s / %.*s", STR_ARG(label),
                           STR_ARG(word(rows, TEXT_PRINT_TARGET)));
    if (field->unit.zh.n == 0)
        return label;
    return str_printf(rows->arena, "%.*s\uff08%.*s\uff09", STR_ARG(label),
                      STR_ARG(wording_in(field->unit, rows->paper->lang)));
}

static void add_field(Rows *rows, size_t i)
{
    size_t n = paper_columns(rows->paper);
    PaperCell *cells = arena_array(rows->arena, PaperCell, n);
    for (size_t k = 0; k < n; k++)
        cells[k] =
            cell_of(rows, i, rows->paper->visit_n == 0 ? NULL : rows->paper->visits[k].answers);
    VEC_PUSH(rows->arena, &rows->rows,
             ((PaperRow){rows->form->fields[i].section, label_of(rows, i), cells, false}));
}

typedef enum { OF_DAY, OF_FACILITY, OF_PERFORMER, OF_SIGNATURE } HeadKind;

static Str head_text(Rows *rows, const PaperVisit *visit, HeadKind kind)
{
    char day[DATE_TEXT_SIZE];
    switch (kind) {
    case OF_DAY:
        date_format(visit->happened_on, day);
        return visit->note.n == 0
                   ? str_copy(rows->arena, str_from_c(day))
                   : str_printf(rows->arena, "%s\uff08%.*s\uff09", day, STR_ARG(visit->note));
    case OF_FACILITY: return visit->facility;
    case OF_PERFORMER: return visit->performer;
    case OF_SIGNATURE: break;
    }
    return (Str){0};
}

static void add_head(Rows *rows, TextId label, HeadKind kind, bool is_signed)
{
    size_t n = paper_columns(rows->paper);
    PaperCell *cells = arena_array(rows->arena, PaperCell, n);
    for (size_t k = 0; k < n && rows->paper->visit_n > 0; k++)
        cells[k].text = head_text(rows, &rows->paper->visits[k], kind);
    VEC_PUSH(rows->arena, &rows->rows,
             ((PaperRow){PAPER_NO_SECTION, word(rows, label), cells, is_signed}));
}

PaperRows paper_rows(const Paper *paper, Arena *arena)
{
    Rows rows = {.paper = paper, .form = paper->form, .arena = arena};
    add_head(&rows, TEXT_PRINT_DAY, OF_DAY, false);
    for (size_t i = 0; i < paper->form->field_n; i++)
        if (has_row(paper, i))
            add_field(&rows, i);
    add_head(&rows, TEXT_PRINT_FACILITY, OF_FACILITY, false);
    add_head(&rows, TEXT_PRINT_PERFORMER, OF_PERFORMER, false);
    add_head(&rows, TEXT_PRINT_SIGNED, OF_SIGNATURE, true);
    add_head(&rows, TEXT_PRINT_SIGNED_RESIDENT, OF_SIGNATURE, true);
    return rows.rows;
}

Str paper_number(const Paper *paper)
{
    bool is_blank = paper->number.n == 0 && str_equals_c(paper->form->subject, "resident");
    return is_blank ? STR("   -     ") : paper->number;
}
