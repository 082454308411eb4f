/* Forms (forms/NAME.yaml): sections and fields. First every field's id and type, then what refers
 * to other fields, so that a mistake in one field makes no noise at another. */
#include "pack/pack_int.h"

#include "base/num.h"
#include "form/ddl.h"

enum {
    TEXT_LENGTH_DEFAULT = 200,
    TEXT_LENGTH_MOST = 10000,
    ROWS_DEFAULT = 20,
    ROWS_MOST = 200,
    PAPER_VISITS_MOST = 6,
    FILE_AGE_MOST = 150,
    FILES_DEFAULT = 4,
    FILES_MOST = 20,
    KILOBYTES_DEFAULT = 2048,
    KILOBYTES_MOST = 5120, /* what one request may carry */
};

static const char *const type_names[] = {"text",  "integer", "decimal",    "date", "code",
                                         "codes", "rows",    "attachment", NULL};
static const char *const field_keys[] = {
    "id",        "type",     "label",     "hint",      "unit",      "places",    "range",  "usual",
    "codes",     "required", "shown_if",  "computed",  "suggested", "target_of", "keeps",  "sealed",
    "retired",   "carried",  "multiline", "length",    "in_lists",  "loinc",     "source", "rows",
    "rows_most", "files",    "kilobytes", "off_paper", "level",     NULL};

enum {
    TEXT = 1,
    INTEGER = 2,
    DECIMAL = 4,
    DATE = 8,
    CODE = 16,
    CODES = 32,
    ROWS = 64,
    FILES = 128,
    ALL = 255,
};

/* Which types a key goes with, and whether a column of rows may have it. */
static const struct {
    const char *key;
    int types;
    bool is_for_columns;
} key_uses[] = {
    {"unit", INTEGER | DECIMAL, true},
    {"places", DECIMAL, true},
    {"range", INTEGER | DECIMAL, true},
    {"usual", INTEGER | DECIMAL, true},
    {"codes", CODE | CODES, true},
    {"length", TEXT, true},
    {"multiline", TEXT, true},
    {"rows", ROWS, false},
    {"rows_most", ROWS, false},
    {"files", FILES, false},
    {"kilobytes", FILES, false},
    {"computed", ALL & ~ROWS & ~CODES & ~FILES, false},
    {"suggested", ALL & ~ROWS & ~CODES & ~FILES, false},
    {"target_of", ALL & ~ROWS & ~FILES, false},
    {"keeps", TEXT | CODE | DATE, false},
    {"sealed", TEXT, false},
    {"shown_if", ALL, false},
    {"carried", ALL & ~FILES, false},
    {"in_lists", ALL & ~ROWS & ~FILES, false},
    {"loinc", ALL & ~ROWS & ~FILES, true},
    {"off_paper", ALL, false},
};

/* The facts of a resident that a field may keep; the first ones are sealed. */
static const char *const facts[] = {"name",
                                    "id_number",
                                    "phone",
                                    "address",
                                    "contact_name",
                                    "contact_phone",
                                    "registered_address",
                                    "father_name",
                                    "father_phone",
                                    "mother_name",
                                    "mother_phone",
                                    "sex",
                                    "birth_date",
                                    "id_type",
                                    NULL};
enum { SEALED_FACT_N = 11 };

/* ---- one field ---- */

static void check_keys_of_type(Reader *reader, const Yaml *map, FieldType type, bool is_column)
{
    for (size_t i = 0; i < sizeof key_uses / sizeof key_uses[0]; i++) {
        const Yaml *value = read_key(map, key_uses[i].key);
        if (value == NULL)
            continue;
        Wording key = same(str_from_c(key_uses[i].key));
        if (is_column && !key_uses[i].is_for_columns)
            MISTAKE_AT(reader->loader, reader->file, value->key_at, MISTAKE_KEY_NOT_IN_ROWS, key);
        else if ((key_uses[i].types & (1 << type)) == 0)
            MISTAKE_AT(reader->loader, reader->file, value->key_at, MISTAKE_KEY_NOT_FOR_TYPE, key,
                       same(str_from_c(type_names[type])));
    }
}

static void read_ranges(Reader *reader, const Yaml *map, FormField *field)
{
    Loader *loader = reader->loader;
    field->has_range = read_range(reader, map, "range", field->range);
    field->has_usual = read_range(reader, map, "usual", field->usual);
    if (!field->has_range || !field->has_usual)
        return;
    if (field->usual[0] < field->range[0] || field->usual[1] > field->range[1])
        MISTAKE_AT(loader, reader->file, read_key(map, "usual")->at, MISTAKE_USUAL_OUTSIDE_RANGE,
                   number_words(loader, field->usual[0]), number_words(loader, field->usual[1]),
                   number_words(loader, field->range[0]), number_words(loader, field->range[1]));
}

static void read_code_list(Reader *reader, const Yaml *map, FormField *field)
{
    if (field->type != FIELD_CODE && field->type != FIELD_CODES)
        return;
    const Yaml *value = yaml_get(map, STR("codes"));
    if (value == NULL && !read_is_misspelled(reader, map, field_keys, "codes"))
        MISTAKE_AT(reader->loader, reader->file, map->at, MISTAKE_CODES_NEEDED,
                   same(str_from_c(type_names[field->type])));
    if (yaml_is_absent(value))
        return;
    Declared *list = refer_to(reader, value, DECLARED_CODES, MISTAKE_CODES_UNKNOWN);
    field->codes = list == NULL ? NULL : list->compiled;
}

static void read_keeps(Reader *reader, const Yaml *map, FormField *field)
{
    Loader *loader = reader->loader;
    field->is_sealed = read_true(reader, map, "sealed");
    size_t fact = SIZE_MAX;
    const Yaml *value = read_key(map, "keeps");
    if (value != NULL) {
        field->keeps = read_scalar(reader, value);
        for (size_t i = 0; facts[i] != NULL; i++)
            fact = str_equals_c(field->keeps, facts[i]) ? i : fact;
        if (fact == SIZE_MAX && field->keeps.n > 0)
            MISTAKE_AT(loader, reader->file, value->at, MISTAKE_FACT_UNKNOWN, same(field->keeps),
                       choice_fix_c(loader, field->keeps, facts));
    }
    if (value == NULL && field->is_sealed)
        MISTAKE_PLAIN(loader, reader->file, read_key(map, "sealed")->key_at,
                      MISTAKE_SEALED_WITHOUT_KEEPS);
    if (fact < SEALED_FACT_N && yaml_get(map, STR("sealed")) == NULL)
        MISTAKE_AT(loader, reader->file, value->at, MISTAKE_FACT_MUST_BE_SEALED,
                   same(field->keeps));
}

static void check_reference(Reader *reader, const Yaml *map, Str type)
{
    static const char *const others[] = {"length", "multiline", "keeps", "sealed", NULL};
    for (size_t i = 0; others[i] != NULL; i++) {
        const Yaml *value = read_key(map, others[i]);
        if (value != NULL)
            MISTAKE_AT(reader->loader, reader->file, value->key_at, MISTAKE_KEY_NOT_FOR_TYPE,
                       same(str_from_c(others[i])), same(type));
    }
}

/* LOINC: digits, a hyphen and the check digit, which makes the sum of its digits, each other one
 * from the right doubled, a multiple of ten (Mod 10). */
static bool is_loinc(Str text)
{
    enum { DIGITS_MOST = 7 };
    if (text.n < 3 || text.n > DIGITS_MOST + 2 || text.p[text.n - 2] != '-')
        return false;
    int sum = 0;
    bool is_doubled = false;
    for (size_t i = text.n; i-- > 0;) {
        if (i == text.n - 2)
            continue;
        if (text.p[i] < '0' || text.p[i] > '9')
            return false;
        int digit = text.p[i] - '0';
        int counted = is_doubled ? digit * 2 : digit;
        sum += counted > 9 ? counted - 9 : counted;
        is_doubled = !is_doubled;
    }
    return sum % 10 == 0;
}

static Str read_loinc(Reader *reader, const Yaml *map)
{
    const Yaml *scalar = read_key(map, "loinc");
    Str code = read_text(reader, map, "loinc");
    if (scalar != NULL && code.n > 0 && !is_loinc(code))
        MISTAKE_AT(reader->loader, reader->file, scalar->at, MISTAKE_LOINC, same(code));
    return code;
}

/* Of which level an area must be. */
static int read_level(Reader *reader, const Yaml *map, Str refers_to)
{
    enum { LEVEL_FIRST = 3 };
    static const char *const levels[] = {"county", "township", "village", "grid", NULL};
    const Yaml *value = read_key(map, "level");
    if (value == NULL)
        return 0;
    if (!str_equals_c(refers_to, "area")) {
        MISTAKE_AT(reader->loader, reader->file, value->key_at, MISTAKE_KEY_NOT_FOR_TYPE,
                   same(STR("level")), same(read_scalar(reader, read_key(map, "type"))));
        return 0;
    }
    size_t at = read_choice(reader, map, "level", levels);
    return at == SIZE_MAX ? 0 : LEVEL_FIRST + (int)at;
}

/* A facility, an area, a member of staff or a declared subject is kept as text: its code or id. */
static bool read_type(Reader *reader, const Yaml *map, FieldType *ret_type, Str *ret_refers_to)
{
    const Yaml *value = read_key(map, "type");
    *ret_refers_to = (Str){0};
    if (value == NULL)
        return false;
    *ret_refers_to = read_referred(reader, value);
    if (ret_refers_to->n > 0) {
        *ret_type = FIELD_TEXT;
        check_reference(reader, map, *ret_refers_to);
        return true;
    }
    Str text = read_scalar(reader, value);
    for (size_t i = 0; type_names[i] != NULL; i++) {
        if (str_equals_c(text, type_names[i])) {
            *ret_type = (FieldType)i;
            return true;
        }
    }
    if (value->kind == YAML_SCALAR)
        MISTAKE_AT(reader->loader, reader->file, value->at, MISTAKE_TYPE_UNKNOWN, same(text),
                   choice_fix_c(reader->loader, text, type_names));
    return false;
}

static void read_files(Reader *reader, const Yaml *map, FormField *field)
{
    int64_t files = read_whole(reader, map, "files", 1, FILES_MOST, FILES_DEFAULT);
    int64_t size = read_whole(reader, map, "kilobytes", 1, KILOBYTES_MOST, KILOBYTES_DEFAULT);
    if (field->type != FIELD_ATTACHMENT)
        return;
    field->row_most = (size_t)files;
    field->kilobytes_most = (size_t)size;
}

/* What stands in the field alone; expressions and references to other fields come later. */
static void read_field(Reader *reader, const Yaml *map, FormField *field, LoadField *note)
{
    note->yaml = map;
    if (!read_map(reader, map, field_keys, 3))
        return;
    note->is_type_known = read_type(reader, map, &field->type, &field->refers_to);
    if (note->is_type_known)
        field->area_level = read_level(reader, map, field->refers_to);
    field->label = read_wording(reader, map, "label");
    field->hint = read_wording(reader, map, "hint");
    field->unit = read_unit(reader, map, "unit");
    field->places = (int)read_whole(reader, map, "places", 0, 6, 0);
    field->length_most =
        (size_t)read_whole(reader, map, "length", 1, TEXT_LENGTH_MOST, TEXT_LENGTH_DEFAULT);
    field->is_retired = read_true(reader, map, "retired");
    field->is_carried = read_true(reader, map, "carried");
    field->is_multiline = read_true(reader, map, "multiline");
    field->is_in_lists = read_true(reader, map, "in_lists");
    field->is_off_paper = read_true(reader, map, "off_paper");
    field->loinc = read_loinc(reader, map);
    field->source = read_source(reader, map);
    field->row_most = (size_t)read_whole(reader, map, "rows_most", 1, ROWS_MOST, ROWS_DEFAULT);
    if (!note->is_type_known)
        return;
    read_files(reader, map, field);
    check_keys_of_type(reader, map, field->type, note->is_column);
    read_ranges(reader, map, field);
    read_code_list(reader, map, field);
    read_keeps(reader, map, field);
}

/* The text field that an option (其他) asks for stands in this form, or among the same columns. */
static void check_details(Reader *reader, const Yaml *map, const FormField *field,
                          const FormField *others, size_t n)
{
    for (size_t i = 0; field->codes != NULL && i < field->codes->option_n; i++) {
        const CodeOption *option = &field->codes->options[i];
        bool is_there = option->details.n == 0;
        for (size_t j = 0; j < n && !is_there; j++)
            is_there = str_equals(others[j].id, option->details);
        if (!is_there)
            MISTAKE_AT(reader->loader, reader->file, read_key(map, "codes")->at,
                       MISTAKE_DETAILS_UNKNOWN, same(field->codes->id), same(option->code),
                       same(option->details));
    }
}

/* ---- rows ---- */

/* What the tables and views of forms cannot be called. */
static void check_reserved(Reader *reader, YamlPlace at, Str id, MistakeKind kind, bool is_reserved)
{
    if (str_find(id, STR("__"), 0) != SIZE_MAX)
        MISTAKE_AT(reader->loader, reader->file, at, MISTAKE_ID_UNDERSCORES, same(id));
    else if (is_reserved)
        MISTAKE_AT(reader->loader, reader->file, at, kind, same(id));
}

/* Whether the column is known well enough for answers to be judged by it. */
static bool read_column(Reader *reader, const Yaml *item, FormField *column,
                        const FormField *before, size_t before_n)
{
    LoadField note = {.is_column = true};
    column->id = item->kind == YAML_MAP ? read_id(reader, item, "id") : (Str){0};
    read_field(reader, item, column, &note);
    if (item->kind != YAML_MAP)
        return false;
    bool is_known = column->id.n > 0 && note.is_type_known && column->type != FIELD_ROWS
                    && !form_type_is_set(column->type);
    column->is_required = read_true(reader, item, "required");
    if (note.is_type_known && (column->type == FIELD_ROWS || form_type_is_set(column->type)))
        MISTAKE_AT(reader->loader, reader->file, read_key(item, "type")->at,
                   MISTAKE_TYPE_NOT_IN_ROWS, same(str_from_c(type_names[column->type])));
    if (column->id.n > 0)
        check_reserved(reader, read_key(item, "id")->at, column->id, MISTAKE_ID_RESERVED,
                       ddl_name_is_reserved(column->id));
    for (size_t i = 0; i < before_n && column->id.n > 0; i++) {
        if (!str_equals(before[i].id, column->id))
            continue;
        is_known = false;
        MISTAKE_AT(reader->loader, reader->file, read_key(item, "id")->at, MISTAKE_ID_DUPLICATE,
                   same(column->id), same(STR("rows")));
    }
    return is_known;
}

static void read_rows(Reader *reader, const Yaml *map, FormField *field, LoadField *note)
{
    const Yaml *list = yaml_get(map, STR("rows"));
    if (list == NULL && !read_is_misspelled(reader, map, field_keys, "rows"))
        MISTAKE_AT(reader->loader, reader->file, map->at, MISTAKE_KEY_MISSING, same(STR("rows")));
    note->rows_blind = true;
    if (yaml_is_absent(list) || !read_list(reader, list, "rows", true))
        return;
    note->rows_blind = false;
    FormField *columns = arena_array(reader->loader->arena, FormField, list->n + 1);
    size_t n = 0;
    for (const Yaml *item = list->first; item != NULL; item = item->next, n++)
        note->rows_blind |= !read_column(reader, item, &columns[n], columns, n);
    size_t at = 0;
    for (const Yaml *item = list->first; item != NULL; item = item->next)
        check_details(reader, item, &columns[at++], columns, n);
    field->rows = columns;
    field->row_field_n = n;
}

/* ---- what a field says about others ---- */

static void read_required(Reader *reader, const Yaml *map, FormField *field,
                          const ExpressionPlace *place)
{
    const Yaml *value = read_key(map, "required");
    if (value == NULL)
        return;
    if (value->kind == YAML_SCALAR && str_equals_c(value->text, "false"))
        return;
    if (value->kind == YAML_SCALAR && str_equals_c(value->text, "true"))
        field->is_required = true;
    else
        field->required_if = compile_expression(reader, value, place, EXPR_LOGIC);
}

static void check_computed(Reader *reader, const Yaml *map)
{
    static const char *const conflicts[] = {"required", "suggested", "carried", "keeps",
                                            "sealed",   "range",     "usual",   NULL};
    for (size_t i = 0; conflicts[i] != NULL; i++) {
        const Yaml *value = read_key(map, conflicts[i]);
        if (value != NULL)
            MISTAKE_AT(reader->loader, reader->file, value->key_at, MISTAKE_COMPUTED_CONFLICT,
                       same(str_from_c(conflicts[i])));
    }
}

static void read_target(Reader *reader, const Yaml *map, const Declared *declared, size_t index)
{
    const Yaml *value = read_key(map, "target_of");
    if (value == NULL)
        return;
    Loader *loader = reader->loader;
    Form *form = declared->compiled;
    FormField *fields = loader->fields;
    fields[index].target_of = read_scalar(reader, value);
    if (value->kind != YAML_SCALAR)
        return;
    size_t other = form_find_field(form, fields[index].target_of);
    if (other == index) {
        MISTAKE_AT(loader, reader->file, value->at, MISTAKE_TARGET_SELF, same(fields[index].id));
    } else if (other == SIZE_MAX) {
        VEC(Str) names = {0};
        for (size_t i = 0; i < form->field_n; i++)
            if (fields[i].id.n > 0 && i != index)
                VEC_PUSH(&loader->work, &names, fields[i].id);
        if (!declared->fields_blind)
            MISTAKE_AT(loader, reader->file, value->at, MISTAKE_TARGET_UNKNOWN,
                       same(fields[index].target_of),
                       choice_fix(loader, fields[index].target_of, names.items, names.n));
    } else if (declared->fields[index].is_type_known && declared->fields[other].is_type_known
               && fields[index].type != fields[other].type) {
        MISTAKE_AT(loader, reader->file, value->at, MISTAKE_TARGET_TYPE, same(fields[other].id),
                   same(str_from_c(type_names[fields[other].type])),
                   same(str_from_c(type_names[fields[index].type])));
    }
}

static void link_field(Reader *reader, Declared *declared, size_t index)
{
    Loader *loader = reader->loader;
    Form *form = declared->compiled;
    FormField *field = &loader->fields[index];
    const LoadField *note = &declared->fields[index];
    const Yaml *map = note->yaml;
    if (map->kind != YAML_MAP)
        return;
    ExpressionPlace place = {.form = declared, .readable_n = index};
    field->shown_if = read_expression(reader, map, "shown_if", &place, EXPR_LOGIC);
    if (yaml_get(map, STR("computed")) != NULL)
        check_computed(reader, map);
    else
        read_required(reader, map, field, &place);
    read_target(reader, map, declared, index);
    if (!declared->fields_blind)
        check_details(reader, map, field, form->fields, form->field_n);
    if (!note->is_type_known)
        return;
    if (field->type == FIELD_ROWS)
        read_rows(reader, map, field, &declared->fields[index]);
    if (field->type == FIELD_ROWS || form_type_is_set(field->type))
        return;
    ExprType wanted = form_field_expr_type(field->type);
    field->computed = read_expression(reader, map, "computed", &place, wanted);
    if (field->computed == NULL)
        field->suggested = read_expression(reader, map, "suggested", &place, wanted);
}

/* ---- sections ---- */

typedef struct FieldList {
    VEC(FormField) fields;
    VEC(LoadField) notes;
    VEC(FormSection) sections;
} FieldList;

static void note_field_id(Reader *reader, Declared *declared, const FieldList *list,
                          const Yaml *item, FormField *field)
{
    Loader *loader = reader->loader;
    field->id = item->kind == YAML_MAP ? read_id(reader, item, "id") : (Str){0};
    if (field->id.n == 0) {
        declared->fields_blind = true;
        return;
    }
    YamlPlace at = read_key(item, "id")->at;
    check_reserved(reader, at, field->id, MISTAKE_ID_RESERVED,
                   ddl_name_is_reserved(field->id) || str_equals_c(field->id, "today"));
    for (size_t i = 0; i < list->fields.n; i++) {
        if (!str_equals(list->fields.items[i].id, field->id))
            continue;
        int line = read_key(list->notes.items[i].yaml, "id")->at.line;
        MISTAKE_AT(
            loader, reader->file, at, MISTAKE_ID_DUPLICATE, same(field->id),
            same(str_printf(loader->mistake_arena, "%.*s:%d", STR_ARG(reader->file->path), line)));
        field->id = (Str){0};
        return;
    }
}

static void read_section(Reader *reader, Declared *declared, const Yaml *map, FieldList *list)
{
    static const char *const keys[] = {"id", "title", "fields", NULL};
    Loader *loader = reader->loader;
    if (!read_map(reader, map, keys, 3)) {
        declared->fields_blind = true;
        return;
    }
    FormSection section = {read_id(reader, map, "id"), read_wording(reader, map, "title")};
    for (size_t i = 0; i < list->sections.n && section.id.n > 0; i++) {
        if (str_equals(list->sections.items[i].id, section.id))
            MISTAKE_AT(loader, reader->file, read_key(map, "id")->at, MISTAKE_ID_DUPLICATE,
                       same(section.id), same(STR("sections")));
    }
    VEC_PUSH(loader->arena, &list->sections, section);
    const Yaml *items = read_key(map, "fields");
    if (!read_list(reader, items, "fields", true)) {
        declared->fields_blind = true;
        return;
    }
    for (const Yaml *item = items->first; item != NULL; item = item->next) {
        FormField field = {.section = (uint32_t)(list->sections.n - 1)};
        LoadField note = {0};
        note_field_id(reader, declared, list, item, &field);
        read_field(reader, item, &field, &note);
        VEC_PUSH(loader->arena, &list->fields, field);
        VEC_PUSH(&loader->work, &list->notes, note);
    }
}

static void check_facts_once(Reader *reader, const Declared *declared, const Form *form)
{
    for (size_t i = 0; i < form->field_n; i++) {
        for (size_t j = 0; j < i && form->fields[i].keeps.n > 0; j++) {
            if (str_equals(form->fields[i].keeps, form->fields[j].keeps))
                MISTAKE_AT(reader->loader, reader->file,
                           read_key(declared->fields[i].yaml, "keeps")->at, MISTAKE_FACT_TWICE,
                           same(form->fields[i].keeps), same(form->fields[j].id));
        }
    }
}

/* In how many days a record has to be made: a parameter, because counties differ. */
static Str read_within(Reader *reader, const Yaml *map)
{
    const Yaml *value = read_key(map, "recorded_within");
    int32_t ignored = 0;
    if (value == NULL)
        return (Str){0};
    if (value->kind != YAML_SCALAR || !str_has_prefix(value->text, STR("$"))) {
        MISTAKE_AT(reader->loader, reader->file, value->at, MISTAKE_PARAMETER_EXPECTED,
                   same(value->kind == YAML_SCALAR ? value->text : STR("…")));
        return (Str){0};
    }
    if (!read_parameter_days(reader, value, &ignored))
        return (Str){0};
    note_number(reader, read_parameter(reader, value), PARAMETER_OF_DAYS, NULL);
    return str_copy(reader->loader->arena, str_slice(value->text, 1, value->text.n));
}

static void read_head(Reader *reader, const Yaml *map, Form *form)
{
    form->title = read_wording(reader, map, "title");
    form->paper = read_text(reader, map, "paper");
    form->paper_visits = (int)read_whole(reader, map, "paper_visits", 1, PAPER_VISITS_MOST, 1);
    form->sensitivity = read_sensitivity(reader, read_key(map, "sensitivity"));
    form->within = read_within(reader, map);
    form->opens_file = read_true(reader, map, "opens_file");
    form->opens_file_below = (int)read_whole(reader, map, "opens_file_below", 1, FILE_AGE_MOST, 0);
    form->source = read_source(reader, map);
    form->subject = read_subject(reader, map);
    const Yaml *program = read_key(map, "program");
    if (program == NULL)
        return;
    Declared *declared = refer_to(reader, program, DECLARED_PROGRAM, MISTAKE_PROGRAM_UNKNOWN);
    form->program = declared == NULL ? (Str){0} : str_copy(reader->loader->arena, declared->id);
}

void load_form(Loader *loader, Declared *declared)
{
    static const char *const keys[] = {
        "form",        "title",           "subject",      "source",   "sections",
        "program",     "paper",           "paper_visits", "checks",   "advice",
        "sensitivity", "recorded_within", "opens_file",   "register", "opens_file_below",
        NULL};
    Reader reader = {loader, declared->file};
    const Yaml *map = declared->yaml;
    if (!read_map(&reader, map, keys, 5))
        return;
    if (declared->id.n > 0)
        check_reserved(&reader, declared->at, declared->id, MISTAKE_FORM_RESERVED,
                       ddl_form_is_reserved(declared->id));
    Form *form = arena_new(loader->arena, Form);
    form->id = str_copy(loader->arena, declared->id);
    form->pack = declared->file->pack->pack->id;
    form->version = declared->file->pack->pack->version;
    read_head(&reader, map, form);
    FieldList list = {0};
    const Yaml *sections = read_key(map, "sections");
    if (read_list(&reader, sections, "sections", true)) {
        for (const Yaml *item = sections->first; item != NULL; item = item->next)
            read_section(&reader, declared, item, &list);
    } else {
        declared->fields_blind = true;
    }
    form->sections = list.sections.items;
    form->section_n = list.sections.n;
    form->fields = list.fields.items;
    form->field_n = list.fields.n;
    form->slot_n = (uint32_t)(2 * form->field_n + FORM_SLOT_CONTEXT_N);
    declared->fields = list.notes.items;
    declared->compiled = form;
    loader->fields = list.fields.items;
    for (size_t i = 0; i < form->field_n; i++)
        link_field(&reader, declared, i);
    check_facts_once(&reader, declared, form);
    load_register(&reader, map, declared, form);
    load_form_judgement(&reader, declared, form);
    form->own_parameter_n = form->parameter_n;
}
