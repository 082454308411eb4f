/* Programs (programs/NAME.yaml): who is in, when they leave, and what is owed. */
#include "pack/pack_int.h"

#include "base/num.h"
#include "base/utf8.h"

static Form *form_of_program(Reader *reader, const Program *program, const Yaml *scalar,
                             Declared **ret_declared)
{
    Loader *loader = reader->loader;
    Declared *declared = refer_to(reader, scalar, DECLARED_FORM, MISTAKE_FORM_UNKNOWN);
    if (declared == NULL || declared->compiled == NULL)
        return NULL;
    Form *form = declared->compiled;
    *ret_declared = declared;
    bool is_program_known =
        declared->yaml->kind == YAML_MAP
        && (form->program.n > 0 || yaml_get(declared->yaml, STR("program")) == NULL);
    if (is_program_known && program->id.n > 0 && !str_equals(form->program, program->id))
        MISTAKE_AT(loader, reader->file, scalar->at, MISTAKE_FORM_OTHER_PROGRAM, same(form->id),
                   same(program->id));
    else if (form->subject.n > 0 && program->subject.n > 0
             && !str_equals(form->subject, program->subject))
        MISTAKE_AT(loader, reader->file, scalar->at, MISTAKE_FORM_OTHER_SUBJECT, same(form->id),
                   same(form->subject), same(program->subject));
    return form;
}

/* `key: form` or `key: {form: …, where: …}`. */
static const Form *read_records(Reader *reader, const Program *program, const Yaml *map,
                                const char *key, const Expr **ret_where, Declared **ret_declared)
{
    static const char *const keys[] = {"form", "where", NULL};
    const Yaml *value = read_key(map, key);
    if (value == NULL)
        return NULL;
    if (value->kind == YAML_SCALAR)
        return form_of_program(reader, program, value, ret_declared);
    if (!read_map(reader, value, keys, 1))
        return NULL;
    const Yaml *name = read_key(value, "form");
    const Form *form = name == NULL ? NULL : form_of_program(reader, program, name, ret_declared);
    if (form == NULL)
        return NULL;
    ExpressionPlace place = {.form = *ret_declared, .readable_n = form->field_n, .is_rule = true};
    *ret_where = read_expression(reader, value, "where", &place, EXPR_LOGIC);
    return form;
}

/* A date field of a form, named under `field`. */
static size_t read_date_field(Reader *reader, const Yaml *map, Declared *declared)
{
    const Yaml *value = read_key(map, "field");
    if (value == NULL || declared == NULL)
        return SIZE_MAX;
    size_t field = refer_to_field(reader, value, declared);
    if (field == SIZE_MAX || !declared->fields[field].is_type_known)
        return SIZE_MAX;
    const Form *form = declared->compiled;
    if (form->fields[field].type != FIELD_DATE) {
        MISTAKE_AT(reader->loader, reader->file, value->at, MISTAKE_FIELD_NOT_DATE,
                   same(value->text));
        return SIZE_MAX;
    }
    if (form->fields[field].is_retired) {
        MISTAKE_AT(reader->loader, reader->file, value->at, MISTAKE_FIELD_NOT_STORED,
                   same(value->text));
        return SIZE_MAX;
    }
    return field;
}

static void read_every(Reader *reader, const Yaml *map, Rule *rule)
{
    Loader *loader = reader->loader;
    const Yaml *every = read_key(map, "every");
    if (every == NULL)
        return;
    if (every->kind != YAML_MAP || every->n != 1) {
        MISTAKE_PLAIN(loader, reader->file, every->at, MISTAKE_PERIOD_SHAPE);
        return;
    }
    const Yaml *count = every->first;
    if (period_kind_parse(count->key, &rule->every) != OK)
        MISTAKE_AT(loader, reader->file, count->key_at, MISTAKE_PERIOD_UNKNOWN, same(count->key));
    int64_t n = 0;
    if (count->kind != YAML_SCALAR || num_parse_i64(count->text, &n) != OK || n != 1)
        MISTAKE_AT(loader, reader->file, count->at, MISTAKE_PERIOD_COUNT, same(count->key));
}

static void read_sooner(Reader *reader, const Yaml *map, Declared *evidence, Rule *rule)
{
    static const char *const keys[] = {"field", "where", "latest", NULL};
    const Yaml *sooner = read_key(map, "sooner");
    if (sooner == NULL || !read_map(reader, sooner, keys, 1))
        return;
    rule->sooner_field = read_date_field(reader, sooner, evidence);
    if (evidence == NULL)
        return;
    const Form *form = evidence->compiled;
    ExpressionPlace place = {.form = evidence, .readable_n = form->field_n, .is_rule = true};
    rule->sooner_where = read_expression(reader, sooner, "where", &place, EXPR_LOGIC);
    rule->sooner_latest = read_expression(reader, sooner, "latest", &place, EXPR_DATE);
}

static void note_rule_id(Reader *reader, const Yaml *item, Map *seen, Str id)
{
    Loader *loader = reader->loader;
    const Yaml *before = map_get(seen, id);
    if (before != NULL)
        MISTAKE_AT(loader, reader->file, read_key(item, "id")->at, MISTAKE_ID_DUPLICATE, same(id),
                   same(str_printf(loader->mistake_arena, "%.*s:%d", STR_ARG(reader->file->path),
                                   read_key(before, "id")->at.line)));
    Yaml *entry = arena_new(&loader->work, Yaml);
    *entry = *item;
    map_put(seen, id, entry);
}

/* Stands in tables: never change it. */
static uint32_t key_of(Str program, Str rule)
{
    uint64_t hash = str_hash(program) * 31 + str_hash(rule);
    return (uint32_t)(hash ^ (hash >> 32));
}

static Rule *read_rule(Reader *reader, const Program *program, Declared *enrolment,
                       const Yaml *item, Map *seen)
{
    static const char *const keys[] = {"id",     "title",  "evidence", "every",  "remarks",
                                       "source", "notice", "first",    "sooner", NULL};
    static const char *const first_keys[] = {"field", NULL};
    Loader *loader = reader->loader;
    if (!read_map(reader, item, keys, 6))
        return NULL;
    Rule *rule = arena_new(loader->arena, Rule);
    *rule = (Rule){.id = read_id(reader, item, "id"),
                   .program = program,
                   .title = read_wording(reader, item, "title"),
                   .remarks = read_wording(reader, item, "remarks"),
                   .source = read_source(reader, item),
                   .valid_from = DATE_NONE,
                   .valid_until = DATE_NONE,
                   .schedule = SCHEDULE_EVERY,
                   .needed = 1,
                   .first_form = program->enrolled_by,
                   .first_field = SIZE_MAX,
                   .sooner_field = SIZE_MAX,
                   .notice_days = read_days(reader, item, "notice")};
    rule->key = key_of(program->id, rule->id);
    if (rule->id.n > 0)
        note_rule_id(reader, item, seen, rule->id);
    Declared *evidence = NULL;
    rule->evidence =
        read_records(reader, program, item, "evidence", &rule->evidence_where, &evidence);
    read_every(reader, item, rule);
    const Yaml *first = read_key(item, "first");
    if (first != NULL && read_map(reader, first, first_keys, 1))
        rule->first_field = read_date_field(reader, first, enrolment);
    read_sooner(reader, item, evidence, rule);
    return rule;
}

static void read_who(Reader *reader, const Yaml *map, Program *program, Declared **ret_enrolment)
{
    static const char *const keys[] = {"enrolled_by", "left_by", NULL};
    const Yaml *who = read_key(map, "who");
    if (who == NULL || !read_map(reader, who, keys, 1))
        return;
    Declared *leaving = NULL;
    program->enrolled_by =
        read_records(reader, program, who, "enrolled_by", &program->enrolled_where, ret_enrolment);
    program->left_by =
        read_records(reader, program, who, "left_by", &program->left_where, &leaving);
}

static void read_tag(Reader *reader, const Yaml *map, Program *program)
{
    enum { LETTERS_ZH = 2, LETTERS_EN = 4 };
    program->tag = read_wording(reader, map, "tag");
    const Yaml *tag = read_key(map, "tag");
    if (tag == NULL || tag->kind != YAML_MAP)
        return;
    if (utf8_length(program->tag.zh) > LETTERS_ZH)
        MISTAKE_AT(reader->loader, reader->file, read_key(tag, "zh")->at, MISTAKE_TAG_LENGTH,
                   same(program->tag.zh));
    if (utf8_length(program->tag.en) > LETTERS_EN)
        MISTAKE_AT(reader->loader, reader->file, read_key(tag, "en")->at, MISTAKE_TAG_LENGTH,
                   same(program->tag.en));
}

static void read_subject(Reader *reader, const Yaml *map, Program *program)
{
    static const char *const subjects[] = {"resident", "household", "facility", "staff",
                                           "team",     "area",      NULL};
    size_t subject = read_choice(reader, map, "subject", subjects);
    program->subject = subject == SIZE_MAX ? (Str){0} : str_from_c(subjects[subject]);
}

void load_program(Loader *loader, Declared *declared)
{
    static const char *const keys[] = {"program", "title", "tag",         "subject",
                                       "source",  "who",   "obligations", NULL};
    Reader reader = {loader, declared->file};
    const Yaml *map = declared->yaml;
    if (!read_map(&reader, map, keys, 7))
        return;
    Program *program = arena_new(loader->arena, Program);
    *program = (Program){.id = str_copy(loader->arena, declared->id),
                         .pack = declared->file->pack->pack->id,
                         .title = read_wording(&reader, map, "title"),
                         .source = read_source(&reader, map)};
    read_tag(&reader, map, program);
    read_subject(&reader, map, program);
    Declared *enrolment = NULL;
    read_who(&reader, map, program, &enrolment);
    const Yaml *list = read_key(map, "obligations");
    VEC(const Rule *) rules = {0};
    Map seen;
    map_init(&seen, &loader->work);
    if (read_list(&reader, list, "obligations", true)) {
        for (const Yaml *item = list->first; item != NULL; item = item->next) {
            Rule *rule = read_rule(&reader, program, enrolment, item, &seen);
            if (rule == NULL)
                continue;
            rule->number = (uint32_t)loader->rules.n;
            VEC_PUSH(loader->arena, &loader->rules, rule);
            VEC_PUSH(loader->arena, &rules, rule);
        }
    }
    program->rules = rules.items;
    program->rule_n = rules.n;
    declared->compiled = program;
}
