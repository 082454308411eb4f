/* What each version of a record changed in the one before it, in words. */
#include "access/access.h"
#include "base/num.h"
#include "base/vec.h"
#include "engine/records/records_int.h"

enum { WORDS_MOST = 1024 * 1024 };

typedef VEC(RecordVersion) Versions;
typedef VEC(RecordDifference) Differences;

static Wording same(Str text)
{
    return (Wording){text, text};
}

static Wording label_of_code(const FormField *field, Str code)
{
    for (size_t i = 0; field->codes != NULL && i < field->codes->option_n; i++) {
        if (str_equals(field->codes->options[i].code, code))
            return field->codes->options[i].label;
    }
    return same(code);
}

static Wording with_unit(Arena *arena, const FormField *field, Str number)
{
    if (field->unit.zh.n == 0)
        return same(str_copy(arena, number));
    Str unit_en = wording_in(field->unit, LANG_EN);
    const Str zh[] = {number, field->unit.zh}, en[] = {number, unit_en};
    return (Wording){str_join(arena, zh, 2, STR(" ")), str_join(arena, en, 2, STR(" "))};
}

/* Both languages grow together; parts in between are parted. */
typedef struct {
    Buf zh, en;
} Words;

static void words_add(Words *words, Wording part, const char *parted_by)
{
    if (part.zh.n == 0)
        return;
    if (words->zh.n > 0) {
        buf_put_c(&words->zh, parted_by);
        buf_put_c(&words->en, parted_by);
    }
    buf_put(&words->zh, part.zh);
    buf_put(&words->en, wording_in(part, LANG_EN));
}

static Wording words_end(const Words *words)
{
    return (Wording){buf_str(&words->zh), buf_str(&words->en)};
}

static Words words_begin(Arena *arena)
{
    Words words;
    buf_init(&words.zh, arena, WORDS_MOST);
    buf_init(&words.en, arena, WORDS_MOST);
    return words;
}

/* How many, and enough of their names to see that others are meant. */
static Wording files_wording(Arena *arena, ExprValue value)
{
    Words words = words_begin(arena);
    size_t n = value.as.codes.n;
    for (size_t i = 0; i < n; i++)
        words_add(&words, same(str_slice(value.as.codes.items[i], 0, RECORD_FILE_SHORT)), ", ");
    Wording names = words_end(&words);
    return (Wording){
        str_printf(arena, "%zu 个文件（%.*s）", n, STR_ARG(names.zh)),
        str_printf(arena, "%zu file%s (%.*s)", n, n == 1 ? "" : "s", STR_ARG(names.en))};
}

static Wording codes_wording(Arena *arena, const FormField *field, ExprValue value)
{
    Words words = words_begin(arena);
    for (size_t i = 0; i < value.as.codes.n; i++)
        words_add(&words, label_of_code(field, value.as.codes.items[i]), "; ");
    return words_end(&words);
}

Wording record_value_wording(Arena *arena, const FormField *field, ExprValue value)
{
    char number[NUM_TEXT_SIZE], day[DATE_TEXT_SIZE];
    switch (value.type) {
    case EXPR_TEXT:
        return field->type == FIELD_CODE ? label_of_code(field, value.as.text)
                                         : same(value.as.text);
    case EXPR_INTEGER:
        return with_unit(arena, field, str_printf(arena, "%lld", (long long)value.as.integer));
    case EXPR_DECIMAL:
        return with_unit(arena, field, str_from_c(num_format_double(value.as.decimal, number)));
    case EXPR_DATE: return with_unit(arena, field, str_from_c(date_format(value.as.date, day)));
    case EXPR_CODES:
        return field->type == FIELD_ATTACHMENT ? files_wording(arena, value)
                                               : codes_wording(arena, field, value);
    case EXPR_LOGIC:
    case EXPR_NULL: break;
    }
    return (Wording){0};
}

static Wording rows_wording(Arena *arena, const FormField *field, const FormRows *rows)
{
    Words lines = words_begin(arena);
    for (size_t i = 0; i < rows->n; i++) {
        Words cells = words_begin(arena);
        for (size_t j = 0; j < field->row_field_n; j++)
            words_add(&cells, record_value_wording(arena, &field->rows[j], rows->rows[i].values[j]),
                      " ");
        words_add(&lines, words_end(&cells), "; ");
    }
    return words_end(&lines);
}

static Wording answer_wording(Arena *arena, const Form *form, size_t field,
                              const FormAnswers *answers)
{
    const FormField *of = &form->fields[field];
    return of->type == FIELD_ROWS ? rows_wording(arena, of, &answers->rows[field])
                                  : record_value_wording(arena, of, answers->values[field]);
}

static void note(Arena *arena, Differences *list, Str what, Wording label, Wording before,
                 Wording after)
{
    if (str_equals(before.zh, after.zh))
        return;
    VEC_PUSH(arena, list, ((RecordDifference){what, label, before, after}));
}

static Err note_header(Cx *cx, const Record *older, const Record *newer, Differences *list)
{
    char before[DATE_TEXT_SIZE], after[DATE_TEXT_SIZE];
    note(cx->arena, list, STR("happened_on"), (Wording){0},
         same(str_copy(cx->arena, str_from_c(date_format(older->happened_on, before)))),
         same(str_copy(cx->arena, str_from_c(date_format(newer->happened_on, after)))));
    if (uuid_equals(older->performed_by, newer->performed_by))
        return OK;
    Str was, is;
    TRY(record_performer_name(cx, older->performed_by, &was));
    TRY(record_performer_name(cx, newer->performed_by, &is));
    note(cx->arena, list, STR("performed_by"), (Wording){0}, same(was), same(is));
    return OK;
}

static Err compare(Cx *cx, const Form *form, const Record *older, RecordVersion *version)
{
    Differences list = {0};
    TRY(note_header(cx, older, &version->record, &list));
    for (size_t i = 0; i < form->field_n; i++)
        note(cx->arena, &list, form->fields[i].id, form->fields[i].label,
             answer_wording(cx->arena, form, i, older->answers),
             answer_wording(cx->arena, form, i, version->record.answers));
    version->differences = list.items;
    version->difference_n = list.n;
    return OK;
}

static Err history_work(Cx *cx, const Record *record, const RecordForm *form, Versions *versions)
{
    const Record *chain = NULL;
    size_t n = 0;
    TRY(record_chain(cx, record, &chain, &n));
    for (size_t i = 0; i < n; i++) {
        RecordVersion version = {.record = chain[i]};
        TRY(record_answers_read(cx, form, &version.record));
        if (i > 0)
            version.reason = chain[i - 1].end_reason;
        if (i == 0)
            TRY(record_reason_find(cx, version.record.id, &version.reason));
        else
            TRY(compare(cx, form->form, &versions->items[i - 1].record, &version));
        VEC_PUSH(cx->arena, versions, version);
    }
    return OK;
}

Err record_history(Cx *cx, Uuid id, const RecordVersion **ret_versions, size_t *ret_n)
{
    Record record = {0};
    TRY(record_open(cx, id, &record));
    const RecordForm *form = record_form_find(cx, record.form);
    ENSURE(form != NULL); /* record_open has answers */
    Versions versions = {0};
    Err err = history_work(cx, &record, form, &versions);
    if (err != OK)
        return cx_fail_db(cx, err);
    *ret_versions = versions.items;
    *ret_n = versions.n;
    return OK;
}
