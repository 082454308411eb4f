/* Programs (programs/NAME.yaml): who is in, when they leave, and what is owed. */
#include "pack/pack_int.h"

#include "base/num.h"
#include "base/utf8.h"

Form *read_form_of_program(Reader *reader, const Program *program, const Yaml *scalar,
                           Declared **ret_declared)
{
    Loader *loader = reader->loader;
    Declared *declared = refer_to(reader, scalar, DECLARED_FORM, MISTAKE_FORM_UNKNOWN);
    if (declared == NULL || declared->compiled == NULL)
        return NULL;
    Form *form = declared->compiled;
    *ret_declared = declared;
    if (form->program.n > 0 && program->id.n > 0 && !str_equals(form->program, program->id))
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
        return read_form_of_program(reader, program, value, ret_declared);
    if (!read_map(reader, value, keys, 1))
        return NULL;
    const Yaml *name = read_key(value, "form");
    const Form *form =
        name == NULL ? NULL : read_form_of_program(reader, program, name, ret_declared);
    if (form == NULL)
        return NULL;
    ExpressionPlace place = {.form = *ret_declared, .readable_n = form->field_n, .is_rule = true};
    *ret_where = read_expression(reader, value, "where", &place, EXPR_LOGIC);
    return form;
}

static bool is_wanted(FieldType type, WantedField wanted)
{
    switch (wanted) {
    case WANTS_DATE: return type == FIELD_DATE;
    case WANTS_NUMBER: return type == FIELD_INTEGER || type == FIELD_DECIMAL;
    case WANTS_TEXT: return type == FIELD_TEXT || type == FIELD_CODE;
    }
    return false;
}

size_t read_field_name(Reader *reader, const Yaml *map, const char *key, Declared *declared,
                       WantedField wanted)
{
    static const MistakeKind others[] = {
        [WANTS_DATE] = MISTAKE_FIELD_NOT_DATE,
        [WANTS_NUMBER] = MISTAKE_FIELD_NOT_NUMBER,
        [WANTS_TEXT] = MISTAKE_FIELD_NOT_TEXT,
    };
    const Yaml *value = read_key(map, key);
    if (value == NULL || declared == NULL)
        return SIZE_MAX;
    size_t at = refer_to_field(reader, value, declared);
    if (at == SIZE_MAX || !declared->fields[at].is_type_known)
        return SIZE_MAX;
    const FormField *field = &((const Form *)declared->compiled)->fields[at];
    bool is_usable = is_wanted(field->type, wanted);
    if (is_usable && !field->is_retired && !field->is_sealed)
        return at;
    MISTAKE_AT(reader->loader, reader->file, value->at,
               is_usable ? MISTAKE_FIELD_NOT_STORED : others[wanted], same(value->text));
    return SIZE_MAX;
}

void note_id_once(Reader *reader, const Yaml *scalar, Map *seen, Str id)
{
    Loader *loader = reader->loader;
    const Yaml *before = map_get(seen, id);
    if (before != NULL)
        MISTAKE_AT(loader, reader->file, scalar->at, MISTAKE_ID_DUPLICATE, same(id),
                   same(str_printf(loader->mistake_arena, "%.*s:%d", STR_ARG(reader->file->path),
                                   before->at.line)));
    Yaml *entry = arena_new(&loader->work, Yaml);
    *entry = *scalar;
    map_put(seen, id, entry);
}

/* Stands in tables: never change it. */
static uint32_t key_of(Str program, Str rule, Date valid_from)
{
    uint64_t hash = str_hash(program) * 31 + str_hash(rule);
    if (!date_is_none(valid_from))
        hash = hash * 31 + (uint64_t)(int64_t)valid_from.days;
    return (uint32_t)(hash ^ (hash >> 32));
}

static void read_valid(Reader *reader, const Yaml *item, Rule *rule)
{
    static const char *const keys[] = {"from", "until", NULL};
    const Yaml *valid = read_key(item, "valid");
    if (valid == NULL || !read_map(reader, valid, keys, 0))
        return;
    rule->valid_from = read_date(reader, valid, "from");
    rule->valid_until = read_date(reader, valid, "until");
    if (!date_is_none(rule->valid_from) && !date_is_none(rule->valid_until)
        && date_compare(rule->valid_from, rule->valid_until) > 0)
        MISTAKE_PLAIN(reader->loader, reader->file, read_key(valid, "until")->at,
                      MISTAKE_VALID_REVERSED);
}

/* One rule as it stands in the file. */
typedef struct LoadRule {
    const Yaml *item;
    Rule *rule;
} LoadRule;
typedef VEC(LoadRule) LoadRules;

static bool is_disjoint(const Rule *a, const Rule *b)
{
    bool a_first = !date_is_none(a->valid_until) && !date_is_none(b->valid_from)
                   && date_compare(a->valid_until, b->valid_from) < 0;
    bool b_first = !date_is_none(b->valid_until) && !date_is_none(a->valid_from)
                   && date_compare(b->valid_until, a->valid_from) < 0;
    return a_first || b_first;
}

static Wording place_of(Reader *reader, const Yaml *item)
{
    return same(str_printf(reader->loader->mistake_arena, "%.*s:%d", STR_ARG(reader->file->path),
                           read_key(item, "id")->at.line));
}

/* The same id again is another edition, when their days are apart. */
static void check_edition(Reader *reader, const LoadRules *before, const LoadRule *added)
{
    const Rule *rule = added->rule;
    for (size_t i = 0; i < before->n; i++) {
        const LoadRule *other = &before->items[i];
        if (!str_equals(other->rule->id, rule->id) || is_disjoint(other->rule, rule))
            continue;
        bool are_editions =
            read_key(added->item, "valid") != NULL || read_key(other->item, "valid") != NULL;
        MISTAKE_AT(reader->loader, reader->file, read_key(added->item, "id")->at,
                   are_editions ? MISTAKE_EDITIONS_OVERLAP : MISTAKE_ID_DUPLICATE, same(rule->id),
                   place_of(reader, other->item));
        return;
    }
}

/* Who owes it: a facility that the subject's register names. */
static void read_owner(Reader *reader, const Program *program, const Yaml *item, Rule *rule)
{
    const Yaml *value = read_key(item, "owner");
    if (value == NULL || program->subject.n == 0)
        return;
    Str owner = read_scalar(reader, value);
    const Form *registers = map_get(&reader->loader->set->subjects, program->subject);
    VEC(Str) names = {0};
    for (size_t i = 0; registers != NULL && i < registers->field_n; i++) {
        const FormField *field = &registers->fields[i];
        if (str_equals_c(field->refers_to, "facility"))
            VEC_PUSH(&reader->loader->work, &names, field->id);
        if (str_equals_c(field->refers_to, "facility") && str_equals(field->id, owner))
            rule->owner = owner;
    }
    if (rule->owner.n == 0 && value->kind == YAML_SCALAR)
        MISTAKE_AT(reader->loader, reader->file, value->at, MISTAKE_OWNER_UNKNOWN, same(owner),
                   choice_fix(reader->loader, owner, names.items, names.n));
}

static Rule *read_rule(Reader *reader, const Program *program, Declared *enrolment, const Yaml *who,
                       const Yaml *item)
{
    static const char *const keys[] = {
        "id",     "title",    "evidence",   "remarks",    "source",    "every",  "count", "sum",
        "first",  "windows",  "after_last", "doses",      "deadlines", "sooner", "late",  "valid",
        "notice", "coverage", "owner",      "day_itself", "opens",     "alone",  NULL};
    Loader *loader = reader->loader;
    if (!read_map(reader, item, keys, 5))
        return NULL;
    Rule *rule = arena_new(loader->arena, Rule);
    *rule = (Rule){.id = read_id(reader, item, "id"),
                   .program = program,
                   .title = read_wording(reader, item, "title"),
                   .remarks = read_wording(reader, item, "remarks"),
                   .source = read_source(reader, item),
                   .valid_from = DATE_NONE,
                   .valid_until = DATE_NONE,
                   .needed = 1,
                   .tally_field = SIZE_MAX,
                   .unit_field = SIZE_MAX,
                   .round_field = SIZE_MAX,
                   .first_form = program->enrolled_by,
                   .first_field = SIZE_MAX,
                   .sooner_field = SIZE_MAX,
                   .anchor = {.field = SIZE_MAX, .time_field = SIZE_MAX}};
    RuleNumbers numbers = {0};
    for (size_t i = 0; i < program->number_n; i++)
        VEC_PUSH(loader->arena, &numbers, program->numbers[i]);
    loader->numbers = &numbers;
    (void)read_days(reader, item, "notice", PARAMETER_OF_NOTICE, &rule->notice_days);
    rule->is_alone = read_true(reader, item, "alone");
    read_valid(reader, item, rule);
    rule->key = key_of(program->id, rule->id, rule->valid_from);
    RuleReader rules = {.reader = reader,
                        .program = program,
                        .who = who,
                        .item = item,
                        .keys = keys,
                        .enrolment = enrolment,
                        .rule = rule};
    rule->evidence =
        read_records(reader, program, item, "evidence", &rule->evidence_where, &rules.evidence);
    read_schedule(&rules);
    read_owner(reader, program, item, rule);
    rule->numbers = numbers.items;
    rule->number_n = numbers.n;
    loader->numbers = NULL;
    return rule;
}

static void read_age(Reader *reader, const Yaml *who, Program *program)
{
    static const char *const keys[] = {"from", "before", NULL};
    static const char *const turn_keys[] = {"age", "in", NULL};
    static const char *const periods[] = {"year", NULL};
    const Yaml *age = read_key(who, "age"), *turns = read_key(who, "turns");
    if (age != NULL && read_map(reader, age, keys, 0)) {
        program->has_age_from = read_span(reader, age, "from", &program->age_from);
        program->has_age_before = read_span(reader, age, "before", &program->age_before);
        if (program->has_age_before && span_compare(program->age_from, program->age_before) >= 0)
            MISTAKE_PLAIN(reader->loader, reader->file, read_key(age, "before")->at,
                          MISTAKE_AGE_EMPTY);
    }
    if (turns != NULL && read_map(reader, turns, turn_keys, 2)) {
        program->has_age_from = read_span(reader, turns, "age", &program->age_from);
        program->is_age_of_year = read_choice(reader, turns, "in", periods) == 0;
    }
    if (age != NULL && turns != NULL)
        MISTAKE_PLAIN(reader->loader, reader->file, turns->at, MISTAKE_AGE_TWICE);
}

static void read_who(Reader *reader, const Yaml *map, Program *program, Declared **ret_enrolment)
{
    static const char *const keys[] = {"enrolled_by", "left_by", "age", "turns", "where", NULL};
    static const char *const facts[] = {"age", "turns", "where", NULL};
    const Yaml *who = read_key(map, "who");
    if (who == NULL || !read_map(reader, who, keys, 0))
        return;
    const ExpressionPlace place = {.is_rule = true};
    size_t fact_n = 0;
    for (size_t i = 0; facts[i] != NULL; i++) {
        const Yaml *fact = read_key(who, facts[i]);
        fact_n += fact != NULL;
        if (fact != NULL && program->subject.n > 0 && !str_equals_c(program->subject, "resident"))
            MISTAKE_AT(reader->loader, reader->file, fact->at, MISTAKE_AGE_OF_OTHERS,
                       same(program->subject));
    }
    if (read_key(who, "enrolled_by") == NULL && fact_n == 0
        && !read_is_misspelled(reader, who, keys, "enrolled_by"))
        MISTAKE_PLAIN(reader->loader, reader->file, who->at, MISTAKE_WHO_EMPTY);
    read_age(reader, who, program);
    program->where = read_expression(reader, who, "where", &place, EXPR_LOGIC);
    Declared *leaving = NULL;
    program->enrolled_by =
        read_records(reader, program, who, "enrolled_by", &program->enrolled_where, ret_enrolment);
    program->is_by_register =
        program->enrolled_by != NULL && program->enrolled_by->registers != NULL;
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
    program->subject = read_subject(&reader, map);
    Declared *enrolment = NULL;
    RuleNumbers numbers = {0};
    loader->numbers = &numbers;
    read_who(&reader, map, program, &enrolment);
    loader->numbers = NULL;
    program->numbers = numbers.items;
    program->number_n = numbers.n;
    const Yaml *list = read_key(map, "obligations");
    VEC(const Rule *) rules = {0};
    LoadRules seen = {0};
    if (read_list(&reader, list, "obligations", true)) {
        for (const Yaml *item = list->first; item != NULL; item = item->next) {
            Rule *rule = read_rule(&reader, program, enrolment, read_key(map, "who"), item);
            if (rule == NULL)
                continue;
            const LoadRule added = {item, rule};
            if (rule->id.n > 0)
                check_edition(&reader, &seen, &added);
            VEC_PUSH(&loader->work, &seen, added);
            rule->number = (uint32_t)loader->rules.n;
            VEC_PUSH(loader->arena, &loader->rules, rule);
            VEC_PUSH(loader->arena, &rules, rule);
        }
    }
    program->rules = rules.items;
    program->rule_n = rules.n;
    declared->compiled = program;
}

static Str class_of(const Form *form)
{
    return form == NULL ? (Str){0} : form->sensitivity;
}

/* The forms whose records put somebody in or out. */
Str program_sensitivity(const Program *program)
{
    Str class = class_of(program->enrolled_by);
    return class.n > 0 ? class : class_of(program->left_by);
}

Str rule_sensitivity(const Rule *rule)
{
    const Form *forms[] = {rule->evidence, rule->anchor.form, rule->first_form};
    Str class = program_sensitivity(rule->program);
    for (size_t i = 0; i < sizeof forms / sizeof *forms && class.n == 0; i++)
        class = class_of(forms[i]);
    return class;
}

/* One class a rule, so that one word says who sees what follows from it. */
void check_sensitivity(Loader *loader)
{
    for (size_t i = 0; i < loader->rules.n; i++) {
        const Rule *rule = loader->rules.items[i];
        const Form *forms[] = {rule->program->enrolled_by, rule->program->left_by, rule->evidence,
                               rule->anchor.form, rule->first_form};
        const Declared *program = declared_find(loader, DECLARED_PROGRAM, rule->program->id);
        Str class = rule_sensitivity(rule);
        for (size_t j = 0; j < sizeof forms / sizeof *forms && program != NULL; j++) {
            Str other = class_of(forms[j]);
            if (other.n > 0 && !str_equals(other, class))
                MISTAKE_AT(loader, program->file, program->at, MISTAKE_SENSITIVITY_MIXED,
                           same(rule->id), same(class), same(other));
        }
    }
}
