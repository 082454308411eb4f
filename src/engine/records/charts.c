/* See charts.h. */
#include "engine/records/charts.h"

#include "access/access.h"
#include "engine/records/records_int.h"
#include "engine/records/records_sql.h"

/* Every form that some chart reads, once. */
static void find_forms(Cx *cx, const Str **ret_forms, size_t *ret_n)
{
    Map forms;
    map_init(&forms, cx->arena);
    for (size_t i = 0; i < cx->packs->charts.n; i++) {
        const Chart *chart = cx->packs->charts.entries[i].value;
        for (size_t j = 0; j < chart->line_n; j++) {
            for (size_t k = 0; k < chart->lines[j].field_n; k++)
                map_put(&forms, chart->lines[j].fields[k].form->id, NULL);
        }
    }
    Str *ids = arena_array(cx->arena, Str, forms.n + 1);
    for (size_t i = 0; i < forms.n; i++)
        ids[i] = forms.entries[i].key;
    *ret_forms = ids;
    *ret_n = forms.n;
}

/* The first of the line's fields that the record has a value for. */
static bool value_of(const ChartLine *line, const Record *record, double *ret_value)
{
    for (size_t i = 0; record->answers != NULL && i < line->field_n; i++) {
        if (!str_equals(line->fields[i].form->id, record->form))
            continue;
        ExprValue value = record->answers->values[line->fields[i].field];
        if (value.type != EXPR_INTEGER && value.type != EXPR_DECIMAL)
            continue;
        *ret_value = value.type == EXPR_INTEGER ? (double)value.as.integer : value.as.decimal;
        return true;
    }
    return false;
}

/* Records come newest first. */
static RecordChartLine make_line(Arena *arena, const ChartLine *line, const Record *records,
                                 size_t n)
{
    RecordChartValue *values = arena_array(arena, RecordChartValue, n + 1);
    size_t value_n = 0;
    for (size_t i = n; i > 0; i--) {
        const Record *record = &records[i - 1];
        double value = 0;
        if (value_of(line, record, &value))
            values[value_n++] = (RecordChartValue){record->happened_on, value, record->id};
    }
    return (RecordChartLine){line, values, value_n};
}

static void make_charts(Cx *cx, const Record *records, size_t n, RecordCharts *charts)
{
    const Map *all = &cx->packs->charts;
    RecordChart *made = arena_array(cx->arena, RecordChart, all->n + 1);
    for (size_t i = 0; i < all->n; i++) {
        const Chart *chart = all->entries[i].value;
        RecordChartLine *lines = arena_array(cx->arena, RecordChartLine, chart->line_n + 1);
        bool has_value = false;
        for (size_t j = 0; j < chart->line_n; j++) {
            lines[j] = make_line(cx->arena, &chart->lines[j], records, n);
            has_value = has_value || lines[j].value_n > 0;
        }
        if (has_value)
            made[charts->chart_n++] = (RecordChart){chart, lines};
    }
    charts->charts = made;
}

static Err read_person(Cx *cx, Uuid subject, RecordCharts *charts)
{
    const RecordSubjectIn in = {.place = cx->place, .subject = subject};
    RecordSubjectRow row;
    bool found = false;
    TRY(record_subject(cx->db, access_scope(cx), cx->arena, &in, &row, &found));
    if (!found)
        return record_subject_not_found(cx, subject);
    *charts = (RecordCharts){.sex = row.sex, .birth_date = row.birth_date};
    return OK;
}

Err record_charts(Cx *cx, Uuid subject, RecordCharts *ret_charts)
{
    RecordPage page = {.after_day = DATE_NONE, .most = RECORD_CHART_MOST};
    const Record *records = NULL;
    size_t n = 0;
    TRY(access_require(cx, STR("records.read")));
    Err err = read_person(cx, subject, ret_charts);
    if (err != OK)
        return cx_fail_db(cx, err);
    find_forms(cx, &page.forms, &page.form_n);
    if (page.form_n > 0)
        TRY(record_timeline_plain(cx, subject, &page, &records, &n));
    make_charts(cx, records, n, ret_charts);
    return OK;
}
