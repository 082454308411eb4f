/* Kinds of subjects: those that every county has, and those that a pack declares by a form with
 * `register:`, whose records create, change and end the subjects of its kind. */
#include "pack/pack_int.h"

static const char *const built_in[] = {"resident", "household", "facility", "staff", "area", NULL};
/* What a field can refer to besides declared kinds. */
static const char *const referred[] = {"facility", "area", "staff", NULL};

static bool is_among(Str name, const char *const *names)
{
    for (size_t i = 0; names[i] != NULL; i++) {
        if (str_equals_c(name, names[i]))
            return true;
    }
    return false;
}

bool pack_kind_is_built_in(Str kind)
{
    return is_among(kind, built_in);
}

void declare_register(Loader *loader, Declared *declared)
{
    const Yaml *map = declared->yaml;
    if (map->kind != YAML_MAP || yaml_get(map, STR("register")) == NULL)
        return;
    const Yaml *subject = yaml_get(map, STR("subject"));
    if (subject == NULL || subject->kind != YAML_SCALAR)
        return;
    if (map_has(&loader->kinds, subject->text))
        MISTAKE_AT(loader, declared->file, subject->at, MISTAKE_REGISTER_TWICE,
                   same(subject->text));
    else if (pack_kind_is_built_in(subject->text))
        MISTAKE_AT(loader, declared->file, subject->at, MISTAKE_REGISTER_BUILT_IN,
                   same(subject->text));
    else
        map_put(&loader->kinds, subject->text, declared);
}

static bool is_declared(Reader *reader, const Yaml *scalar)
{
    const Declared *declared = map_get(&reader->loader->kinds, scalar->text);
    if (declared == NULL)
        return false;
    const LoadPack *from = reader->file->pack;
    if (!from->needs_blind && !pack_reaches(from, declared->file->pack))
        MISTAKE_AT(reader->loader, reader->file, scalar->at, MISTAKE_NEED_MISSING,
                   same(scalar->text), same(declared->file->pack->folder));
    return true;
}

static const Str *kind_names(Reader *reader, size_t *ret_n)
{
    const Map *kinds = &reader->loader->kinds;
    Str *names = arena_array(&reader->loader->work, Str, kinds->n + sizeof built_in);
    size_t n = 0;
    for (; built_in[n] != NULL; n++)
        names[n] = str_from_c(built_in[n]);
    for (size_t i = 0; i < kinds->n; i++)
        names[n++] = kinds->entries[i].key;
    *ret_n = n;
    return names;
}

Str read_subject(Reader *reader, const Yaml *map)
{
    const Yaml *value = read_key(map, "subject");
    if (value == NULL)
        return (Str){0};
    Str kind = read_scalar(reader, value);
    if (value->kind != YAML_SCALAR)
        return (Str){0};
    if (pack_kind_is_built_in(kind) || is_declared(reader, value))
        return kind;
    size_t n = 0;
    const Str *names = kind_names(reader, &n);
    MISTAKE_AT(reader->loader, reader->file, value->at, MISTAKE_CHOICE_UNKNOWN, same(kind),
               same(STR("subject")), choice_fix(reader->loader, kind, names, n));
    return (Str){0};
}

Str read_referred(Reader *reader, const Yaml *type)
{
    if (type->kind != YAML_SCALAR)
        return (Str){0};
    bool is_known = is_among(type->text, referred) || is_declared(reader, type);
    return is_known ? str_copy(reader->loader->arena, type->text) : (Str){0};
}

/* ---- the register of a form ---- */

static size_t read_register_field(Reader *reader, const Yaml *map, const char *key,
                                  Declared *declared, const char *wanted)
{
    const Yaml *value = read_key(map, key);
    if (value == NULL)
        return SIZE_MAX;
    size_t at = refer_to_field(reader, value, declared);
    if (at == SIZE_MAX || !declared->fields[at].is_type_known)
        return SIZE_MAX;
    const FormField *field = &((const Form *)declared->compiled)->fields[at];
    bool wants_date = str_equals_c(str_from_c(wanted), "date");
    bool wants_facility = str_equals_c(str_from_c(wanted), "facility");
    bool fits = wants_date       ? field->type == FIELD_DATE
                : wants_facility ? str_equals_c(field->refers_to, "facility")
                                 : field->type == FIELD_TEXT && field->refers_to.n == 0;
    if (fits && !field->is_retired && !field->is_sealed)
        return at;
    MISTAKE_AT(reader->loader, reader->file, value->at, MISTAKE_REGISTER_FIELD, same(value->text),
               same(str_from_c(wanted)));
    return SIZE_MAX;
}

/* A column of the rows that name the members. */
static size_t read_column(Reader *reader, const Yaml *map, const char *key, const FormField *rows)
{
    const Yaml *value = read_key(map, key);
    bool wants_date = !str_equals_c(str_from_c(key), "facility");
    if (value == NULL || value->kind != YAML_SCALAR)
        return SIZE_MAX;
    for (size_t i = 0; i < rows->row_field_n; i++) {
        const FormField *field = &rows->rows[i];
        bool fits =
            wants_date ? field->type == FIELD_DATE : str_equals_c(field->refers_to, "facility");
        if (str_equals(field->id, value->text) && fits && !field->is_retired)
            return i;
    }
    MISTAKE_AT(reader->loader, reader->file, value->at, MISTAKE_REGISTER_FIELD, same(value->text),
               same(wants_date ? STR("date") : STR("facility")));
    return SIZE_MAX;
}

static void load_members(Reader *reader, const Yaml *map, Declared *declared, const Form *form,
                         FormRegister *registers)
{
    static const char *const keys[] = {"rows", "facility", "from", "until", NULL};
    registers->members = SIZE_MAX;
    if (map == NULL || !read_map(reader, map, keys, 4))
        return;
    const Yaml *value = read_key(map, "rows");
    size_t at = value == NULL ? SIZE_MAX : refer_to_field(reader, value, declared);
    if (at == SIZE_MAX || !declared->fields[at].is_type_known)
        return;
    const FormField *rows = &form->fields[at];
    if (rows->type != FIELD_ROWS || rows->is_retired) {
        MISTAKE_AT(reader->loader, reader->file, value->at, MISTAKE_REGISTER_FIELD,
                   same(value->text), same(STR("rows")));
        return;
    }
    registers->member = read_column(reader, map, "facility", rows);
    registers->member_from = read_column(reader, map, "from", rows);
    registers->member_until = read_column(reader, map, "until", rows);
    registers->members = at;
}

void load_register(Reader *reader, const Yaml *map, Declared *declared, Form *form)
{
    static const char *const keys[] = {"name", "owner", "code", "from", "until", "members", NULL};
    const Yaml *value = read_key(map, "register");
    if (value == NULL || !read_map(reader, value, keys, 2))
        return;
    FormRegister *registers = arena_new(reader->loader->arena, FormRegister);
    registers->name = read_register_field(reader, value, "name", declared, "text");
    registers->owner = read_register_field(reader, value, "owner", declared, "facility");
    registers->code = read_register_field(reader, value, "code", declared, "text");
    registers->from = read_register_field(reader, value, "from", declared, "date");
    registers->until = read_register_field(reader, value, "until", declared, "date");
    load_members(reader, read_key(value, "members"), declared, form, registers);
    form->registers = registers;
    bool is_first = !map_has(&reader->loader->set->subjects, form->subject);
    if (form->subject.n > 0 && is_first && !pack_kind_is_built_in(form->subject))
        map_put(&reader->loader->set->subjects, form->subject, form);
}
