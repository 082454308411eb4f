/* Checks and advice of a form. */
#include "pack/pack_int.h"

typedef VEC(FormCheck) FormChecks;
typedef VEC(FormAdvice) FormAdvices;

/* The id of one entry of a list, each used once. seen: id -> its value in the tree. */
static Str read_own_id(Reader *reader, const Yaml *item, Map *seen)
{
    Loader *loader = reader->loader;
    Str id = read_id(reader, item, "id");
    if (id.n == 0)
        return id;
    const Yaml *value = read_key(item, "id");
    const YamlPlace *before = map_get(seen, id);
    if (before != NULL)
        MISTAKE_AT(loader, reader->file, value->at, MISTAKE_ID_DUPLICATE, same(id),
                   same(str_printf(loader->mistake_arena, "%.*s:%d", STR_ARG(reader->file->path),
                                   before->line)));
    YamlPlace *place = arena_new(&loader->work, YamlPlace);
    *place = value->at;
    map_put(seen, id, place);
    return id;
}

static bool read_mark(Reader *reader, const Yaml *map, const char *key)
{
    bool is_true = read_true(reader, map, key);
    const Yaml *value = read_key(map, key);
    if (!is_true && value != NULL && value->kind == YAML_SCALAR
        && str_equals_c(value->text, "false"))
        MISTAKE_AT(reader->loader, reader->file, value->at, MISTAKE_FALSE_MARK,
                   same(str_from_c(key)));
    return is_true;
}

static void read_check(Reader *reader, Declared *declared, const Yaml *item, Map *seen,
                       FormChecks *checks)
{
    static const char *const keys[] = {"id",   "fails_when", "message", "source",
                                       "hard", "soft",       "field",   NULL};
    const Form *form = declared->compiled;
    if (!read_map(reader, item, keys, 4))
        return;
    read_either(reader, item, keys, "hard", "soft");
    ExpressionPlace place = {.form = declared, .readable_n = form->field_n};
    FormCheck check = {.id = read_own_id(reader, item, seen),
                       .fails_when =
                           read_expression(reader, item, "fails_when", &place, EXPR_LOGIC),
                       .is_hard = read_mark(reader, item, "hard"),
                       .message = read_wording(reader, item, "message"),
                       .source = read_source(reader, item)};
    (void)read_mark(reader, item, "soft");
    const Yaml *field = read_key(item, "field");
    if (field != NULL && refer_to_field(reader, field, declared) != SIZE_MAX)
        check.field = read_scalar(reader, field);
    if (check.fails_when != NULL)
        VEC_PUSH(reader->loader->arena, checks, check);
}

static void read_proposal(Reader *reader, const Yaml *item, FormAdvice *advice)
{
    static const char *const keys[] = {"case", "urgency", NULL};
    static const char *const urgencies[] = {"emergency", "normal", NULL};
    const Yaml *propose = read_key(item, "propose");
    if (propose == NULL || !read_map(reader, propose, keys, 0))
        return;
    advice->proposes = read_id(reader, propose, "case");
    size_t urgency = read_choice(reader, propose, "urgency", urgencies);
    advice->urgency = urgency == SIZE_MAX ? (Str){0} : str_from_c(urgencies[urgency]);
    if (yaml_get(propose, STR("case")) == NULL
        && !read_is_misspelled(reader, propose, keys, "case"))
        MISTAKE_PLAIN(reader->loader, reader->file, propose->at, MISTAKE_URGENCY_WITHOUT_CASE);
}

static void read_follow_up(Reader *reader, const Yaml *item, const ExpressionPlace *place,
                           FormAdvice *advice)
{
    const Yaml *value = read_key(item, "follow_up_within");
    bool is_read =
        read_days(reader, item, "follow_up_within", PARAMETER_OF_DAYS, &advice->follow_up_days);
    if (is_read && str_has_prefix(value->text, STR("$")))
        advice->follow_up = compile_expression(reader, value, place, EXPR_INTEGER);
}

static void read_advice(Reader *reader, Declared *declared, const Yaml *item, Map *seen,
                        FormAdvices *list)
{
    static const char *const keys[] = {
        "id", "when", "message", "source", "propose", "follow_up_within", NULL};
    const Form *form = declared->compiled;
    if (!read_map(reader, item, keys, 4))
        return;
    ExpressionPlace place = {.form = declared, .readable_n = form->field_n};
    FormAdvice advice = {.id = read_own_id(reader, item, seen),
                         .when = read_expression(reader, item, "when", &place, EXPR_LOGIC),
                         .message = read_wording(reader, item, "message"),
                         .source = read_source(reader, item)};
    read_follow_up(reader, item, &place, &advice);
    read_proposal(reader, item, &advice);
    if (advice.when != NULL)
        VEC_PUSH(reader->loader->arena, list, advice);
}

void load_form_judgement(Reader *reader, Declared *declared, Form *form)
{
    const Yaml *checks = read_key(declared->yaml, "checks");
    const Yaml *advice = read_key(declared->yaml, "advice");
    FormChecks check_list = {0};
    FormAdvices advice_list = {0};
    Map seen;
    map_init(&seen, &reader->loader->work);
    if (read_list(reader, checks, "checks", false)) {
        for (const Yaml *item = checks->first; item != NULL; item = item->next)
            read_check(reader, declared, item, &seen, &check_list);
    }
    map_init(&seen, &reader->loader->work);
    if (read_list(reader, advice, "advice", false)) {
        for (const Yaml *item = advice->first; item != NULL; item = item->next)
            read_advice(reader, declared, item, &seen, &advice_list);
    }
    form->checks = check_list.items;
    form->check_n = check_list.n;
    form->advice = advice_list.items;
    form->advice_n = advice_list.n;
}
