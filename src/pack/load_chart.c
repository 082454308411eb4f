/* Charts (charts/NAME.yaml): which numbers of which forms are drawn over time, with which limits.
 */
#include "pack/pack_int.h"

enum { CHART_AGE_MOST = 150 };

/* ---- lines ---- */

/* A number of the form that is kept as it is, in the chart's unit; one that is not known is not
 * judged. */
static bool is_drawn(const FormField *field, Wording unit)
{
    bool is_number = field->type == FIELD_INTEGER || field->type == FIELD_DECIMAL;
    bool is_judged = field->unit.zh.n > 0 && field->unit.en.n > 0 && unit.zh.n > 0;
    return is_number && !field->is_sealed && (!is_judged || str_equals(field->unit.zh, unit.zh));
}

/* "form.field" */
static bool read_field(Reader *reader, const Yaml *scalar, const Chart *chart, ChartField *ret)
{
    Loader *loader = reader->loader;
    Str rest = read_scalar(reader, scalar), id = {0};
    if (scalar->kind != YAML_SCALAR)
        return false;
    if (!str_cut(&rest, '.', &id) || rest.n == 0) {
        MISTAKE_AT(loader, reader->file, scalar->at, MISTAKE_CHART_FIELD_SHAPE, same(scalar->text));
        return false;
    }
    Yaml form = *scalar, field = *scalar;
    form.text = id;
    field.text = rest;
    const Declared *declared = refer_to(reader, &form, DECLARED_FORM, MISTAKE_FORM_UNKNOWN);
    size_t at = declared == NULL ? SIZE_MAX : refer_to_field(reader, &field, declared);
    if (at == SIZE_MAX || !declared->fields[at].is_type_known)
        return false;
    *ret = (ChartField){declared->compiled, at};
    bool is_of_person = ret->form->subject.n == 0 || str_equals_c(ret->form->subject, "resident");
    if (is_of_person && is_drawn(&ret->form->fields[at], chart->unit))
        return true;
    MISTAKE_AT(loader, reader->file, scalar->at, MISTAKE_CHART_FIELD, same(scalar->text),
               chart->unit);
    return false;
}

static void read_line(Reader *reader, const Yaml *item, const Chart *chart, ChartLine *line)
{
    static const char *const keys[] = {"title", "fields", NULL};
    if (!read_map(reader, item, keys, 2))
        return;
    line->title = read_wording(reader, item, "title");
    const Yaml *list = read_key(item, "fields");
    if (!read_list(reader, list, "fields", true))
        return;
    ChartField *fields = arena_array(reader->loader->arena, ChartField, list->n + 1);
    for (const Yaml *entry = list->first; entry != NULL; entry = entry->next) {
        if (read_field(reader, entry, chart, &fields[line->field_n]))
            line->field_n++;
    }
    line->fields = fields;
}

static void read_lines(Reader *reader, const Yaml *map, Chart *chart)
{
    const Yaml *list = read_key(map, "lines");
    if (!read_list(reader, list, "lines", true))
        return;
    ChartLine *lines = arena_array(reader->loader->arena, ChartLine, list->n + 1);
    for (const Yaml *item = list->first; item != NULL; item = item->next)
        read_line(reader, item, chart, &lines[chart->line_n++]);
    chart->lines = lines;
}

/* ---- limits ---- */

static void read_limit(Reader *reader, const Yaml *item, Chart *chart, ChartLimit *limit)
{
    static const char *const keys[] = {"at", "age_from", "age_before", NULL};
    if (!read_map(reader, item, keys, 1))
        return;
    const Yaml *at = read_key(item, "at");
    if (at == NULL || at->kind != YAML_SCALAR)
        return;
    if (!str_has_prefix(at->text, STR("$"))) {
        MISTAKE_AT(reader->loader, reader->file, at->at, MISTAKE_PARAMETER_EXPECTED,
                   same(at->text));
        return;
    }
    *limit = (ChartLimit){
        .parameter = read_parameter(reader, at),
        .age_from = (int32_t)read_whole(reader, item, "age_from", 0, CHART_AGE_MOST, 0),
        .age_before =
            (int32_t)read_whole(reader, item, "age_before", 1, CHART_AGE_MOST, CHART_AGE_MOST + 1)};
    if (limit->parameter == NULL)
        return;
    ExprType type = limit->parameter->value.type;
    bool is_number = type == EXPR_INTEGER || type == EXPR_DECIMAL;
    if (chart->unit.zh.n == 0
        || (is_number && str_equals(limit->parameter->unit, chart->unit.zh))) {
        chart->limit_n++;
        return;
    }
    MISTAKE_AT(reader->loader, reader->file, at->at, MISTAKE_CHART_LIMIT, same(at->text),
               chart->unit);
}

static void read_limits(Reader *reader, const Yaml *map, Chart *chart)
{
    const Yaml *list = read_key(map, "limits");
    if (list == NULL || !read_list(reader, list, "limits", true))
        return;
    ChartLimit *limits = arena_array(reader->loader->arena, ChartLimit, list->n + 1);
    for (const Yaml *item = list->first; item != NULL; item = item->next)
        read_limit(reader, item, chart, &limits[chart->limit_n]);
    chart->limits = limits;
}

/* A table by sex and month with the columns low and high. */
static bool is_band(const ExprTable *table)
{
    return table->key_n == 2 && table->keys[0].type == EXPR_TEXT
           && str_equals_c(table->keys[0].id, "sex") && table->keys[1].type == EXPR_INTEGER
           && str_equals_c(table->keys[1].id, "month") && table->column_n == 2
           && str_equals_c(table->columns[0], "low") && str_equals_c(table->columns[1], "high");
}

static void read_band(Reader *reader, const Yaml *map, Chart *chart)
{
    const Yaml *name = read_key(map, "band");
    if (name == NULL)
        return;
    const Declared *declared = refer_to(reader, name, DECLARED_TABLE, MISTAKE_BAND_UNKNOWN);
    if (declared == NULL || declared->compiled == NULL)
        return;
    const LookupTable *table = declared->compiled;
    if (is_band(&table->table))
        chart->band = table;
    else
        MISTAKE_AT(reader->loader, reader->file, name->at, MISTAKE_BAND_SHAPE, same(name->text));
}

void load_chart(Loader *loader, Declared *declared)
{
    static const char *const keys[] = {"id", "title", "unit", "lines", "band", "limits", NULL};
    Reader reader = {loader, declared->file};
    const Yaml *map = declared->yaml;
    if (!read_map(&reader, map, keys, 4))
        return;
    Chart *chart = arena_new(loader->arena, Chart);
    *chart = (Chart){.id = str_copy(loader->arena, declared->id),
                     .title = read_wording(&reader, map, "title"),
                     .unit = read_unit(&reader, map, "unit")};
    read_lines(&reader, map, chart);
    read_band(&reader, map, chart);
    read_limits(&reader, map, chart);
    declared->compiled = chart;
}
