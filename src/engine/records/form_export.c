/* A form's records as CSV, see form_table.h. Codes stand with their labels; what a spreadsheet
 * would take for a formula is marked as text. */
#include "access/access.h"
#include "access/limits.h"
#include "base/num.h"
#include "base/vec.h"
#include "codec/csv.h"
#include "engine/records/form_table.h"
#include "engine/records/records_int.h"
#include "engine/subjects/registers.h"
#include "engine/subjects/subjects.h"

enum {
    ROWS_A_PIECE = 100,
    CELL_MOST = 64 * 1024,
};

static void put_safely(CsvWriter *writer, Arena *arena, Str text)
{
    static const char dangerous[] = "=+-@\t\r";
    bool is_formula = false;
    for (size_t i = 0; text.n > 0 && i < sizeof dangerous - 1; i++)
        is_formula = is_formula || text.p[0] == dangerous[i];
    csv_put(writer, is_formula ? str_printf(arena, "'%.*s", STR_ARG(text)) : text);
}

static void put_code(const FormField *field, Lang lang, Str code, Buf *out)
{
    buf_put(out, code);
    for (size_t i = 0; field->codes != NULL && i < field->codes->option_n; i++) {
        if (!str_equals(field->codes->options[i].code, code))
            continue;
        buf_put_char(out, ' ');
        buf_put(out, wording_in(field->codes->options[i].label, lang));
    }
}

static void put_value(const FormField *field, Lang lang, ExprValue value, Buf *out)
{
    if (field->type == FIELD_CODE && value.type == EXPR_TEXT) {
        put_code(field, lang, value.as.text, out);
        return;
    }
    if (value.type != EXPR_CODES) {
        buf_put(out, form_value_to_text(value, out->arena));
        return;
    }
    for (size_t i = 0; i < value.as.codes.n; i++) {
        if (i > 0)
            buf_put_c(out, "; ");
        put_code(field, lang, value.as.codes.items[i], out);
    }
}

static void put_lines(const FormField *field, Lang lang, const FormRows *rows, Buf *out)
{
    for (size_t i = 0; i < rows->n; i++) {
        if (i > 0)
            buf_put_c(out, "; ");
        for (size_t j = 0; j < field->row_field_n; j++) {
            if (j > 0)
                buf_put_c(out, " / ");
            put_value(&field->rows[j], lang, rows->rows[i].values[j], out);
        }
    }
}

static void put_answer(Cx *cx, CsvWriter *writer, const Form *form, size_t at,
                       const FormAnswers *answers)
{
    const FormField *field = &form->fields[at];
    Buf cell;
    buf_init(&cell, cx->arena, CELL_MOST);
    if (field->type == FIELD_ROWS)
        put_lines(field, cx->lang, &answers->rows[at], &cell);
    else
        put_value(field, cx->lang, answers->values[at], &cell);
    bool is_number = field->type == FIELD_INTEGER || field->type == FIELD_DECIMAL;
    if (is_number)
        csv_put(writer, buf_str(&cell));
    else
        put_safely(writer, cx->arena, buf_str(&cell));
}

static Str date_text(Cx *cx, Date date)
{
    char text[DATE_TEXT_SIZE];
    return date_is_none(date) ? (Str){0} : str_copy(cx->arena, str_from_c(date_format(date, text)));
}

static void put_wording(const Cx *cx, CsvWriter *writer, TextId text)
{
    csv_put(writer, wording_in(text_fill(cx->arena, text, NULL, 0), cx->lang));
}

void record_export_head(const Cx *cx, const RecordExport *export, Buf *out)
{
    static const TextId of_persons[] = {TEXT_EXPORT_RECORD, TEXT_EXPORT_NAME,
                                        TEXT_EXPORT_BIRTH_DATE};
    buf_put_c(out, "\xef\xbb\xbf");
    CsvWriter writer = csv_write(out);
    put_wording(cx, &writer, TEXT_EXPORT_DAY);
    bool is_of_persons = record_table_is_of_persons(export->form);
    if (!is_of_persons)
        put_wording(cx, &writer, TEXT_EXPORT_NAME);
    for (size_t i = 0; i < 3 && is_of_persons && !cx->actor->sees_rows; i++)
        put_wording(cx, &writer, of_persons[i]);
    if (is_of_persons && cx->actor->sees_rows)
        put_wording(cx, &writer, TEXT_EXPORT_AGE_GROUP);
    if (is_of_persons) {
        put_wording(cx, &writer, TEXT_EXPORT_SEX);
        put_wording(cx, &writer, TEXT_EXPORT_AREA);
    }
    put_wording(cx, &writer, TEXT_EXPORT_FACILITY);
    for (size_t i = 0; i < export->form->field_n; i++) {
        const FormField *field = &export->form->fields[i];
        if (!record_table_shows(cx, field))
            continue;
        Str label = wording_in(field->label, cx->lang), unit = wording_in(field->unit, cx->lang);
        if (unit.n > 0)
            label = str_printf(cx->arena, "%.*s (%.*s)", STR_ARG(label), STR_ARG(unit));
        put_safely(&writer, cx->arena, label);
    }
    csv_end_row(&writer);
}

Str record_age_group(Arena *arena, Date birth, Date on)
{
    if (date_is_none(birth))
        return (Str){0};
    int tens = date_age_years(birth, on) / 10;
    return tens >= 9 ? STR("90+") : str_printf(arena, "%d-%d", 10 * tens, 10 * tens + 9);
}

/* The village with its name; of rows without identity the township's code. */
static Str area_text(Cx *cx, const ResidentBrief *who)
{
    if (cx->actor->sees_rows)
        return str_slice(who->area, 0, ROWS_AREA_DIGITS);
    Str name = cx->lang == LANG_EN && who->area_name_en.n > 0 ? who->area_name_en : who->area_name;
    return str_printf(cx->arena, "%.*s %.*s", STR_ARG(who->area), STR_ARG(name));
}

static Str facility_text(Cx *cx, const Facility *facilities, size_t n, Str code)
{
    for (size_t i = 0; i < n; i++) {
        if (!str_equals(facilities[i].code, code))
            continue;
        bool is_en = cx->lang == LANG_EN && facilities[i].name_en.n > 0;
        Str name = is_en ? facilities[i].name_en : facilities[i].name;
        return str_printf(cx->arena, "%.*s %.*s", STR_ARG(code), STR_ARG(name));
    }
    return code;
}

static void put_person(Cx *cx, CsvWriter *writer, const Record *record, const ResidentBrief *who)
{
    char id[UUID_TEXT_SIZE];
    if (cx->actor->sees_rows) {
        csv_put(writer, record_age_group(cx->arena, who->birth_date, record->happened_on));
    } else {
        csv_put(writer, str_copy(cx->arena, str_from_c(uuid_format(record->id, id))));
        put_safely(writer, cx->arena, who->name);
        csv_put(writer, date_text(cx, who->birth_date));
    }
    csv_put(writer, who->sex);
    put_safely(writer, cx->arena, area_text(cx, who));
}

static Err put_rows(Cx *cx, const RecordExport *export, const Record *records, size_t n, Buf *out)
{
    const ResidentBrief *people = NULL;
    const Subject *subjects = NULL;
    bool is_of_persons = record_table_is_of_persons(export->form);
    const Facility *facilities = NULL;
    size_t facility_n = 0;
    Uuid *ids = arena_array(cx->arena, Uuid, n + 1);
    for (size_t i = 0; i < n; i++)
        ids[i] = records[i].subject;
    if (is_of_persons)
        TRY(resident_briefs(cx, ids, n, &people));
    else
        TRY(subject_briefs(cx, ids, n, &subjects));
    TRY(subject_facilities(cx, &facilities, &facility_n));
    CsvWriter writer = csv_write(out);
    for (size_t i = 0; i < n; i++) {
        csv_put(&writer, date_text(cx, records[i].happened_on));
        if (is_of_persons)
            put_person(cx, &writer, &records[i], &people[i]);
        else
            put_safely(&writer, cx->arena, wording_in(subjects[i].name, cx->lang));
        put_safely(&writer, cx->arena,
                   facility_text(cx, facilities, facility_n, records[i].facility));
        for (size_t k = 0; k < export->form->field_n; k++) {
            if (record_table_shows(cx, &export->form->fields[k]))
                put_answer(cx, &writer, export->form, k, records[i].answers);
        }
        csv_end_row(&writer);
    }
    return OK;
}

Err record_export_begin(Cx *cx, RecordExport *export)
{
    TRY(access_require(cx, STR("tables.export")));
    const RecordTablePage *page = &export->page;
    const Record *ignored = NULL;
    size_t n = 0;
    RecordTablePage probe = *page;
    probe.most = 1;
    export->page.most = ROWS_A_PIECE;
    export->n = 0;
    TRY(record_table_page(cx, export->form, &probe, &ignored, &n));
    const AuditEntry entry = {
        .action = STR("export.records"),
        .detail = str_printf(cx->arena, "form=%.*s from=%.*s until=%.*s facility=%.*s area=%.*s",
                             STR_ARG(export->form->id), STR_ARG(date_text(cx, page->from)),
                             STR_ARG(date_text(cx, page->until)), STR_ARG(page->facility),
                             STR_ARG(page->area))};
    TRY(audit_add(cx, &entry));
    return audit_flush(cx);
}

Err record_export_next(Cx *cx, RecordExport *export, Buf *out)
{
    const Record *records = NULL;
    size_t n = 0;
    TRY(record_table_page(cx, export->form, &export->page, &records, &n));
    if (n == 0)
        return audit_add(cx, &(AuditEntry){.action = STR("export.records.end"),
                                           .detail = str_printf(cx->arena, "form=%.*s n=%lld",
                                                                STR_ARG(export->form->id),
                                                                (long long)export->n)});
    TRY(put_rows(cx, export, records, n, out));
    export->page.before_day = records[n - 1].happened_on;
    export->page.before_id = records[n - 1].id;
    export->n += (int64_t)n;
    return out->is_over ? ERR_LIMIT : OK;
}
