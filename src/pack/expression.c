/* Expressions inside packs: which names they may read, and where exactly they are wrong. */
#include "pack/pack_int.h"

#include "base/utf8.h"
#include "expr/expr_functions.h"

/* What the compiler asked for and did not get. */
typedef struct NameWatch {
    Loader *loader;
    const ExpressionPlace *place;
    const LoadPack *from;
    ExprScope names;
    FormNames form_names;
    Str failed;
    const Declared *unreached; /* a parameter of a pack that is not needed */
    bool is_outside_facts;     /* a parameter among the facts of a resident */
    bool is_outside_forms;     /* a table that a rule looks up */
    bool is_table_wrong;       /* a table that is declared and itself wrong */
} NameWatch;

static const char *const context_names[] = {
    "happened_on",          "today", "subject.sex", "subject.birth_date", "subject.programs",
    "previous.happened_on", NULL};

/* What `where` of a program's `who` may read. */
static const char *const fact_names[FACT_SLOT_N + 1] = {"subject.sex", "subject.birth_date", NULL};

static const Form *form_of(const ExpressionPlace *place)
{
    return place->form->compiled;
}

static bool find_fact(Str name, ExprName *ret_name)
{
    for (uint32_t i = 0; i < FACT_SLOT_N; i++) {
        if (!str_equals_c(name, fact_names[i]))
            continue;
        *ret_name = (ExprName){.type = i == FACT_SLOT_SEX ? EXPR_TEXT : EXPR_DATE, .slot = i};
        return true;
    }
    return false;
}

static size_t field_of_name(const Form *form, Str name)
{
    Str id = str_has_prefix(name, STR("previous.")) ? str_slice(name, 9, name.n) : name;
    for (size_t i = 0; i < form->field_n; i++) {
        if (str_equals(form->fields[i].id, id))
            return i;
    }
    return SIZE_MAX;
}

static bool is_outside_rules(Str name)
{
    return str_has_prefix(name, STR("previous.")) || str_has_prefix(name, STR("subject."))
           || str_equals_c(name, "today");
}

/* The parameter's index in the form; what the form did not name so far is added. */
static size_t parameter_of_form(Loader *loader, Declared *declared,
                                const PolicyParameter *parameter)
{
    Form *form = declared->compiled;
    for (size_t i = 0; i < form->parameter_n; i++) {
        if (str_equals(form->parameters[i].id, parameter->id))
            return i;
    }
    VEC_PUSH(loader->arena, &declared->parameters, parameter->by_day);
    form->parameters = declared->parameters.items;
    form->parameter_n = declared->parameters.n;
    form->slot_n++;
    return form->parameter_n - 1;
}

static bool find_parameter(NameWatch *watch, Str name, ExprName *ret_name)
{
    Declared *declared =
        declared_find(watch->loader, DECLARED_PARAMETER, str_slice(name, 1, name.n));
    if (declared == NULL || declared->compiled == NULL)
        return false;
    if (!watch->from->needs_blind && !pack_reaches(watch->from, declared->file->pack)) {
        watch->unreached = declared;
        return false;
    }
    if (watch->place->form == NULL) {
        watch->is_outside_facts = true;
        return false;
    }
    const PolicyParameter *parameter = declared->compiled;
    size_t at = parameter_of_form(watch->loader, watch->place->form, parameter);
    *ret_name = (ExprName){.type = parameter->value.type,
                           .slot = form_slot_parameter(form_of(watch->place), at)};
    return true;
}

/* The form keeps each table that it looks up. */
static void keep_table(Loader *loader, Declared *declared, const ExprTable *table)
{
    Form *form = declared->compiled;
    for (size_t i = 0; i < form->table_n; i++) {
        if (form->tables[i] == table)
            return;
    }
    VEC_PUSH(loader->arena, &declared->tables, table);
    form->tables = declared->tables.items;
    form->table_n = declared->tables.n;
}

static const ExprTable *find_table(void *context, Str id)
{
    NameWatch *watch = context;
    Declared *declared = declared_find(watch->loader, DECLARED_TABLE, id);
    watch->is_table_wrong =
        declared == NULL ? watch->loader->is_blind[DECLARED_TABLE] : declared->compiled == NULL;
    if (declared == NULL || declared->compiled == NULL)
        return NULL;
    if (!watch->from->needs_blind && !pack_reaches(watch->from, declared->file->pack)) {
        watch->unreached = declared;
        watch->failed = id;
        return NULL;
    }
    if (watch->place->form == NULL || watch->place->is_rule) {
        watch->is_outside_forms = true;
        watch->failed = id;
        return NULL;
    }
    const LookupTable *lookup = declared->compiled;
    keep_table(watch->loader, watch->place->form, &lookup->table);
    return &lookup->table;
}

static bool is_readable(const NameWatch *watch, Str name)
{
    const ExpressionPlace *place = watch->place;
    if (place->is_rule && is_outside_rules(name))
        return false;
    size_t field = field_of_name(form_of(place), name);
    if (field == SIZE_MAX)
        return true;
    const FormField *found = &form_of(place)->fields[field];
    /* A sealed value is at hand while it is entered; stored, it is sealed. */
    bool is_stored_only = place->is_rule || str_has_prefix(name, STR("previous."));
    return place->form->fields[field].is_type_known && !found->is_retired
           && !(found->is_sealed && is_stored_only);
}

static bool find_name(void *context, Str name, ExprName *ret_name)
{
    NameWatch *watch = context;
    bool is_found =
        str_has_prefix(name, STR("$")) ? find_parameter(watch, name, ret_name)
        : watch->place->form == NULL
            ? find_fact(name, ret_name)
            : is_readable(watch, name) && watch->names.find(watch->names.context, name, ret_name);
    if (!is_found)
        watch->failed = name;
    return is_found;
}

static void note_parameter(Reader *reader, YamlPlace at, Str name)
{
    Loader *loader = reader->loader;
    Str id = str_slice(name, 1, name.n);
    if (loader->is_blind[DECLARED_PARAMETER]
        || declared_find(loader, DECLARED_PARAMETER, id) != NULL)
        return;
    size_t n = 0;
    const Str *names = declared_names(loader, DECLARED_PARAMETER, &n);
    Wording fix = choice_fix(loader, id, names, n);
    Str near = nearest_name(&loader->work, id, names, n);
    if (near.n > 0)
        fix = (Wording){str_printf(loader->mistake_arena, "改为 $%.*s", STR_ARG(near)),
                        str_printf(loader->mistake_arena, "write $%.*s", STR_ARG(near))};
    MISTAKE_AT(loader, reader->file, at, MISTAKE_PARAMETER_UNKNOWN, same(name), fix);
}

static void note_unknown_name(Reader *reader, YamlPlace at, const NameWatch *watch)
{
    Loader *loader = reader->loader;
    if (watch->place->form->fields_blind)
        return;
    const Form *form = form_of(watch->place);
    bool is_previous = str_has_prefix(watch->failed, STR("previous."));
    VEC(Str) names = {0};
    size_t readable = is_previous ? form->field_n : watch->place->readable_n;
    for (size_t i = 0; i < readable; i++) {
        if (form->fields[i].id.n > 0)
            VEC_PUSH(&loader->work, &names,
                     str_printf(&loader->work, "%s%.*s", is_previous ? "previous." : "",
                                STR_ARG(form->fields[i].id)));
    }
    for (size_t i = 0; context_names[i] != NULL && !watch->place->is_rule; i++)
        VEC_PUSH(&loader->work, &names, str_from_c(context_names[i]));
    MISTAKE_AT(loader, reader->file, at, MISTAKE_NAME_UNKNOWN, same(watch->failed),
               choice_fix(loader, watch->failed, names.items, names.n));
}

/* Says why a name could not be read; nothing when the reason is a mistake elsewhere. */
static void note_name(Reader *reader, YamlPlace at, const NameWatch *watch)
{
    Loader *loader = reader->loader;
    const ExpressionPlace *place = watch->place;
    Wording name = same(watch->failed);
    if (watch->unreached != NULL) {
        MISTAKE_AT(loader, reader->file, at, MISTAKE_NEED_MISSING, name,
                   same(watch->unreached->file->pack->folder));
        return;
    }
    if (watch->is_outside_forms) {
        MISTAKE_AT(loader, reader->file, at, MISTAKE_LOOKUP_IN_RULES, name);
        return;
    }
    if (watch->is_outside_facts) {
        MISTAKE_AT(loader, reader->file, at, MISTAKE_PARAMETER_OF_FACTS, name);
        return;
    }
    if (str_has_prefix(watch->failed, STR("$"))) {
        note_parameter(reader, at, watch->failed);
        return;
    }
    if (place->form == NULL) {
        MISTAKE_AT(loader, reader->file, at, MISTAKE_NAME_UNKNOWN, name,
                   choice_fix_c(loader, watch->failed, fact_names));
        return;
    }
    if (place->is_rule && is_outside_rules(watch->failed)) {
        MISTAKE_AT(loader, reader->file, at, MISTAKE_NAME_NOT_IN_RULES, name);
        return;
    }
    size_t field = field_of_name(form_of(place), watch->failed);
    if (field == SIZE_MAX) {
        note_unknown_name(reader, at, watch);
        return;
    }
    const FormField *found = &form_of(place)->fields[field];
    if (!place->form->fields[field].is_type_known)
        return;
    if (found->is_retired)
        MISTAKE_AT(loader, reader->file, at, MISTAKE_NAME_RETIRED, name);
    else if (found->type == FIELD_ROWS
             || (found->is_sealed
                 && (place->is_rule || str_has_prefix(watch->failed, STR("previous.")))))
        MISTAKE_AT(loader, reader->file, at, MISTAKE_NAME_ROWS, name);
    else if (field == place->readable_n)
        MISTAKE_AT(loader, reader->file, at, MISTAKE_NAME_OWN, name);
    else
        MISTAKE_AT(loader, reader->file, at, MISTAKE_NAME_LATER, name);
}

static bool is_of_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* Whether a function is called there that does not exist; it is noted then. */
static bool note_function(Reader *reader, YamlPlace at, Str text, size_t column)
{
    Loader *loader = reader->loader;
    uint32_t code = 0;
    for (size_t i = 1; i < column && utf8_next(&text, &code); i++)
        continue;
    size_t n = 0;
    while (n < text.n && is_of_name(text.p[n]))
        n++;
    Str name = str_slice(text, 0, n);
    bool is_call = n > 0 && str_has_prefix(str_trim(str_slice(text, n, text.n)), STR("("));
    if (!is_call || expr_function_find(name) != NULL)
        return false;
    VEC(Str) names = {0};
    for (size_t i = 0; i < EXPR_FN_N; i++)
        VEC_PUSH(&loader->work, &names, str_from_c(expr_function_at(i)->name));
    MISTAKE_AT(loader, reader->file, at, MISTAKE_FUNCTION_UNKNOWN, same(name),
               choice_fix(loader, name, names.items, names.n));
    return true;
}

const Expr *compile_expression(Reader *reader, const Yaml *scalar, const ExpressionPlace *place,
                               ExprType wanted)
{
    Loader *loader = reader->loader;
    if (scalar->kind != YAML_SCALAR) {
        MISTAKE_PLAIN(loader, reader->file, scalar->at, MISTAKE_TEXT_EXPECTED);
        return NULL;
    }
    bool is_of_facts = place->form == NULL;
    if (!is_of_facts && form_of(place) == NULL)
        return NULL;
    NameWatch watch = {.loader = loader, .place = place, .from = reader->file->pack};
    if (!is_of_facts)
        watch.form_names = (FormNames){.fields = form_of(place)->fields,
                                       .field_n = form_of(place)->field_n,
                                       .readable_n = place->readable_n};
    watch.names = form_scope(&watch.form_names);
    ExprScope scope = {&watch, find_name, find_table};
    Expr *expr = NULL;
    ExprProblem problem = {0};
    if (expr_compile(loader->arena, scalar->text, &scope, wanted, &expr, &problem) == OK) {
        if (!is_of_facts)
            check_literals(reader, scalar, place);
        return expr;
    }
    YamlPlace at = scalar_place(reader->file, scalar, problem.column == 0 ? 0 : problem.column - 1);
    if (watch.failed.n > 0)
        note_name(reader, at, &watch);
    else if (!watch.is_table_wrong && !note_function(reader, at, scalar->text, problem.column))
        MISTAKE_AT(loader, reader->file, at, MISTAKE_EXPRESSION,
                   (Wording){problem.message_zh, problem.message});
    return NULL;
}

const Expr *read_expression(Reader *reader, const Yaml *map, const char *key,
                            const ExpressionPlace *place, ExprType wanted)
{
    const Yaml *value = read_key(map, key);
    return value == NULL ? NULL : compile_expression(reader, value, place, wanted);
}

size_t refer_to_field(Reader *reader, const Yaml *scalar, const Declared *declared)
{
    Loader *loader = reader->loader;
    Str id = read_scalar(reader, scalar);
    const Form *form = declared->compiled;
    if (scalar->kind != YAML_SCALAR || form == NULL)
        return SIZE_MAX;
    VEC(Str) names = {0};
    for (size_t i = 0; i < form->field_n; i++) {
        if (form->fields[i].id.n > 0 && str_equals(form->fields[i].id, id))
            return i;
        if (form->fields[i].id.n > 0)
            VEC_PUSH(&loader->work, &names, form->fields[i].id);
    }
    if (!declared->fields_blind)
        MISTAKE_AT(loader, reader->file, scalar->at, MISTAKE_FIELD_UNKNOWN, same(id),
                   same(form->id), choice_fix(loader, id, names.items, names.n));
    return SIZE_MAX;
}
