/* Measures (measures/ID.yaml) and the SELECT beside each (the same stem, .sql). */
#include "pack/pack_int.h"

#include "base/period.h"
#include "base/utf8.h"

static const YamlPlace top = {1, 1};

/* ---- the file beside it ---- */

static LoadFile *find_select(const LoadFile *declaration, Str in_pack)
{
    const LoadPack *pack = declaration->pack;
    for (size_t i = 0; i < pack->file_n; i++) {
        if (str_equals(pack->files[i].in_pack, in_pack))
            return &pack->files[i];
    }
    return NULL;
}

static Str select_name(Loader *loader, const LoadFile *declaration)
{
    Str stem = str_slice(declaration->in_pack, 0, declaration->in_pack.n - STR(".yaml").n);
    return str_printf(loader->mistake_arena, "%.*s.sql", STR_ARG(stem));
}

static void read_select(Loader *loader, const Declared *declared, Measure *measure,
                        bool parameters_blind)
{
    Str name = select_name(loader, declared->file);
    LoadFile *file = find_select(declared->file, name);
    if (file == NULL) {
        MISTAKE_AT(loader, declared->file, declared->at, MISTAKE_MEASURE_SELECT_MISSING,
                   same(name));
        return;
    }
    file->is_used = true;
    measure->file = file->path;
    measure->sql = file->text;
    if (file->text.n > 0 && measure->subject.n > 0)
        check_measure_text(loader, file, measure, parameters_blind);
    measure->sql_hash = str_hash(measure->sql); /* with the codes of groups written out */
}

void note_unused_selects(Loader *loader)
{
    for (size_t i = 0; i < loader->packs.n; i++) {
        LoadPack *pack = loader->packs.items[i];
        for (size_t j = 0; j < pack->file_n; j++) {
            LoadFile *file = &pack->files[j];
            if (!file->is_used && str_has_suffix(file->in_pack, STR(".sql"))
                && !loader->is_blind[DECLARED_MEASURE])
                MISTAKE_AT(loader, file, top, MISTAKE_MEASURE_SELECT_UNUSED, same(file->in_pack));
        }
    }
}

/* ---- the declaration ---- */

static void read_periods(Reader *reader, const Yaml *map, Measure *measure)
{
    const Yaml *list = read_key(map, "periods");
    if (!read_list(reader, list, "periods", true))
        return;
    for (const Yaml *item = list->first; item != NULL; item = item->next) {
        PeriodKind kind = PERIOD_WEEK;
        Str text = read_scalar(reader, item);
        if (text.n == 0)
            continue;
        if (period_kind_parse(text, &kind) != OK || kind == PERIOD_WEEK)
            MISTAKE_AT(reader->loader, reader->file, item->at, MISTAKE_MEASURE_PERIOD, same(text));
        else
            measure->periods |= 1U << kind;
    }
}

/* Residents unless it says otherwise; empty where it says it wrongly. */
static void read_whom(Reader *reader, const Yaml *map, Measure *measure)
{
    static const char *const values[] = {"ratio", "count", NULL};
    const Yaml *subject = read_key(map, "subject");
    measure->subject = subject == NULL ? STR("resident") : read_subject(reader, map);
    if (str_equals_c(measure->subject, "household")) {
        MISTAKE_AT(reader->loader, reader->file, subject->at, MISTAKE_MEASURE_SUBJECT,
                   same(measure->subject));
        measure->subject = (Str){0};
    }
    measure->is_count =
        read_key(map, "value") != NULL && read_choice(reader, map, "value", values) == 1;
    measure->has_amounts = read_true(reader, map, "amounts");
    if (measure->has_amounts && str_equals_c(measure->subject, "resident"))
        MISTAKE_AT(reader->loader, reader->file, read_key(map, "amounts")->at,
                   MISTAKE_MEASURE_AMOUNTS, same(measure->subject));
}

/* False when one of them is not known. */
static bool read_parameters(Reader *reader, const Yaml *map, Measure *measure)
{
    const Yaml *list = read_key(map, "parameters");
    if (list == NULL || !read_list(reader, list, "parameters", true))
        return list == NULL;
    const PolicyParameter **parameters =
        arena_array(reader->loader->arena, const PolicyParameter *, list->n);
    for (const Yaml *item = list->first; item != NULL; item = item->next) {
        Declared *found = refer_to(reader, item, DECLARED_PARAMETER, MISTAKE_PARAMETER_UNKNOWN);
        if (found != NULL && found->compiled != NULL)
            parameters[measure->parameter_n++] = found->compiled;
    }
    measure->parameters = parameters;
    return measure->parameter_n == list->n;
}

/* One class a measure, so that one word says who sees its numbers. */
static void check_classes(Reader *reader, const Declared *declared, const Measure *measure)
{
    Str class = measure_sensitivity(measure);
    for (size_t i = 0; i < measure->form_n; i++) {
        Str other = measure->forms[i]->sensitivity;
        if (other.n > 0 && !str_equals(other, class))
            MISTAKE_AT(reader->loader, reader->file, declared->at, MISTAKE_SENSITIVITY_MIXED,
                       same(measure->id), same(class), same(other));
    }
}

/* ---- the formula of a standard: a sentence with its parameters as $id ---- */

/* False when it names something else. */
static bool check_named(Reader *reader, const Yaml *scalar, const Measure *measure, bool *is_named)
{
    Str text = scalar->text, name = {0};
    bool is_good = true;
    for (size_t at = 0; measure_formula_next(text, &at, &name);) {
        bool is_known = false;
        for (size_t i = 0; i < measure->parameter_n; i++) {
            bool is_it = str_equals(measure->parameters[i]->id, name);
            is_named[i] |= is_it;
            is_known |= is_it;
        }
        is_good &= is_known;
        size_t from = utf8_length(str_slice(text, 0, at - name.n - 1));
        if (!is_known)
            MISTAKE_AT(reader->loader, reader->file, scalar_place(reader->file, scalar, from),
                       MISTAKE_MEASURE_FORMULA_NAME, same(name));
    }
    return is_good;
}

/* Each language names every parameter that the measure reads, and no other. */
static void check_formula(Reader *reader, const Yaml *formula, const Measure *measure)
{
    for (const Yaml *words = formula->first; words != NULL; words = words->next) {
        bool *is_named = arena_array(&reader->loader->work, bool, measure->parameter_n + 1);
        bool is_good = words->kind == YAML_SCALAR && check_named(reader, words, measure, is_named);
        for (size_t i = 0; is_good && i < measure->parameter_n; i++)
            if (!is_named[i])
                MISTAKE_AT(reader->loader, reader->file, words->at, MISTAKE_MEASURE_FORMULA_SILENT,
                           same(measure->parameters[i]->id));
    }
}

/* A standard says how it is reckoned and in which unit; a unit without a standard is of nothing. */
static void read_formula(Reader *reader, const Declared *declared, const char *const *keys,
                         bool parameters_blind, Measure *measure)
{
    const Yaml *map = declared->yaml, *formula = read_key(map, "formula"),
               *unit = read_key(map, "required_unit");
    if (formula != NULL)
        measure->formula = read_wording(reader, map, "formula");
    if (measure->formula.zh.n > 0 && !parameters_blind)
        check_formula(reader, formula, measure);
    measure->required_unit = read_unit(reader, map, "required_unit");
    if (unit != NULL && measure->sql.n > 0 && !measure->is_standard)
        MISTAKE_PLAIN(reader->loader, reader->file, unit->at, MISTAKE_MEASURE_REQUIRED_UNIT);
    static const char *const wanted[] = {"formula", "required_unit"};
    for (size_t i = 0; measure->is_standard && i < 2; i++)
        if (read_key(map, wanted[i]) == NULL && !read_is_misspelled(reader, map, keys, wanted[i]))
            MISTAKE_AT(reader->loader, reader->file, declared->at, MISTAKE_MEASURE_FORMULA_MISSING,
                       same(str_from_c(wanted[i])));
}

void load_measure(Loader *loader, Declared *declared)
{
    static const char *const keys[] = {"measure",   "title",         "source",      "grain",
                                       "periods",   "numerator",     "denominator", "unit",
                                       "direction", "parameters",    "quality",     "remarks",
                                       "growth",    "subject",       "value",       "amounts",
                                       "formula",   "required_unit", NULL};
    static const char *const grains[] = {"subject", "record", NULL};
    static const char *const directions[] = {"none", "up", "down", NULL};
    static const char *const growths[] = {"none", "even", "late", NULL};
    Reader reader = {loader, declared->file};
    const Yaml *map = declared->yaml;
    /* A count may go without a unit. */
    bool is_count = map->kind == YAML_MAP && yaml_get(map, STR("value")) != NULL;
    if (!read_map(&reader, map, keys, is_count ? 7 : 8))
        return;
    Measure *measure = arena_new(loader->arena, Measure);
    *measure = (Measure){.id = str_copy(loader->arena, declared->id),
                         .pack = declared->file->pack->pack->id,
                         .title = read_wording(&reader, map, "title"),
                         .numerator = read_wording(&reader, map, "numerator"),
                         .denominator = read_wording(&reader, map, "denominator"),
                         .unit = read_text(&reader, map, "unit"),
                         .source = read_source(&reader, map),
                         .is_quality = read_true(&reader, map, "quality")};
    if (read_key(map, "remarks") != NULL)
        measure->remarks = read_wording(&reader, map, "remarks");
    size_t grain = read_choice(&reader, map, "grain", grains);
    size_t direction = read_choice(&reader, map, "direction", directions);
    measure->grain = grain == 1 ? GRAIN_RECORD : GRAIN_SUBJECT;
    size_t growth = read_choice(&reader, map, "growth", growths);
    measure->growth = growth == SIZE_MAX ? GROWTH_NONE : (MeasureGrowth)growth;
    measure->direction = direction == SIZE_MAX ? DIRECTION_NONE : (MeasureDirection)direction;
    read_periods(&reader, map, measure);
    read_whom(&reader, map, measure);
    bool is_known = read_parameters(&reader, map, measure);
    read_select(loader, declared, measure, !is_known);
    read_formula(&reader, declared, keys, !is_known, measure);
    check_classes(&reader, declared, measure);
    declared->compiled = measure;
}

bool measure_formula_next(Str text, size_t *at, Str *ret_name)
{
    size_t from = str_find_char(text, '$', *at);
    if (from == SIZE_MAX)
        return false;
    size_t end = from + 1;
    while (end < text.n
           && ((text.p[end] >= 'a' && text.p[end] <= 'z') || text.p[end] == '_'
               || (text.p[end] >= '0' && text.p[end] <= '9')))
        end++;
    *ret_name = str_slice(text, from + 1, end);
    *at = end;
    return true;
}

bool measure_is_of_units(const Measure *measure)
{
    return !str_equals_c(measure->subject, "resident");
}

Str measure_sensitivity(const Measure *measure)
{
    Str class = {0};
    for (size_t i = 0; i < measure->form_n && class.n == 0; i++)
        class = measure->forms[i]->sensitivity;
    return class;
}
