/* Series of doses: `doses` of a rule. */
#include "pack/pack_int.h"

/* Kinds and ids of the doses read so far, for what refers to them. */
typedef struct DoseReader {
    RuleReader *rules;
    const Str *kinds;
    const Expr **kind_where;
    size_t kind_n;
    bool kinds_blind;
    RuleItem *items;
    size_t item_n; /* read so far */
    Map seen;
} DoseReader;

static const Str only_kind = {"dose", sizeof "dose" - 1};

static size_t kind_of(const DoseReader *doses, Str name)
{
    for (size_t i = 0; i < doses->kind_n; i++) {
        if (str_equals(doses->kinds[i], name))
            return i;
    }
    return SIZE_MAX;
}

static size_t dose_of(const DoseReader *doses, Str id)
{
    for (size_t i = 0; i < doses->item_n; i++) {
        if (str_equals(doses->items[i].id, id))
            return i;
    }
    return SIZE_MAX;
}

static size_t refer_to_kind(DoseReader *doses, YamlPlace at, Str name)
{
    Loader *loader = doses->rules->reader->loader;
    size_t kind = kind_of(doses, name);
    if (kind == SIZE_MAX && !doses->kinds_blind)
        MISTAKE_AT(loader, doses->rules->reader->file, at, MISTAKE_KIND_UNKNOWN, same(name),
                   choice_fix(loader, name, doses->kinds, doses->kind_n));
    return kind;
}

static void read_kinds(DoseReader *doses, const Yaml *kinds)
{
    RuleReader *rules = doses->rules;
    Loader *loader = rules->reader->loader;
    if (kinds == NULL) {
        Str *names = arena_array(loader->arena, Str, 1);
        names[0] = only_kind;
        doses->kinds = names;
        doses->kind_where = arena_array(loader->arena, const Expr *, 1);
        doses->kind_n = 1;
        return;
    }
    if (kinds->kind != YAML_MAP) {
        MISTAKE_PLAIN(loader, rules->reader->file, kinds->at, MISTAKE_MAP_EXPECTED);
        doses->kinds_blind = true;
        return;
    }
    Str *names = arena_array(loader->arena, Str, kinds->n);
    doses->kind_where = arena_array(loader->arena, const Expr *, kinds->n);
    for (const Yaml *entry = kinds->first; entry != NULL; entry = entry->next) {
        names[doses->kind_n] = str_copy(loader->arena, entry->key);
        if (rules->evidence != NULL && rules->evidence->compiled != NULL) {
            const Form *form = rules->evidence->compiled;
            ExpressionPlace place = {
                .form = rules->evidence, .readable_n = form->field_n, .is_rule = true};
            doses->kind_where[doses->kind_n] =
                compile_expression(rules->reader, entry, &place, EXPR_LOGIC);
        }
        doses->kind_n++;
    }
    doses->kinds = names;
}

static void read_since(DoseReader *doses, const Yaml *entry, DoseInterval *interval)
{
    Loader *loader = doses->rules->reader->loader;
    size_t kind = kind_of(doses, entry->key), dose = dose_of(doses, entry->key);
    *interval = (DoseInterval){.since = kind != SIZE_MAX ? INTERVAL_KIND : INTERVAL_ITEM,
                               .of = kind != SIZE_MAX ? kind : dose};
    if (interval->of == SIZE_MAX && !doses->kinds_blind) {
        VEC(Str) names = {0};
        for (size_t i = 0; i < doses->kind_n; i++)
            VEC_PUSH(&loader->work, &names, doses->kinds[i]);
        for (size_t i = 0; i < doses->item_n; i++)
            VEC_PUSH(&loader->work, &names, doses->items[i].id);
        MISTAKE_AT(loader, doses->rules->reader->file, entry->key_at, MISTAKE_INTERVAL_UNKNOWN,
                   same(entry->key), choice_fix(loader, entry->key, names.items, names.n));
    }
    (void)read_span_of(doses->rules->reader, entry, SPAN_WITHOUT_HOURS, &interval->span);
}

/* `28d`, or `{kind: 28d, dose_1: 4m}`. */
static void read_intervals(DoseReader *doses, const Yaml *map, DoseCase *into)
{
    const Yaml *value = read_key(map, "interval");
    if (value == NULL)
        return;
    Arena *arena = doses->rules->reader->loader->arena;
    size_t n = value->kind == YAML_MAP ? value->n : 1;
    DoseInterval *intervals = arena_array(arena, DoseInterval, n);
    if (value->kind != YAML_MAP) {
        intervals[0].since = INTERVAL_LAST;
        (void)read_span_of(doses->rules->reader, value, SPAN_WITHOUT_HOURS, &intervals[0].span);
    } else {
        size_t at = 0;
        for (const Yaml *entry = value->first; entry != NULL; entry = entry->next)
            read_since(doses, entry, &intervals[at++]);
    }
    into->has_interval = true;
    into->intervals = intervals;
    into->interval_n = n;
}

static void read_ages(DoseReader *doses, const Yaml *map, DoseCase *into)
{
    Reader *reader = doses->rules->reader;
    into->has_min_age = read_span(reader, map, "min_age", &into->min_age);
    into->has_due_age = read_span(reader, map, "due_age", &into->due_age);
    into->has_before_age = read_span(reader, map, "before_age", &into->before_age);
    if (into->has_min_age && into->has_before_age
        && span_compare(into->min_age, into->before_age) >= 0)
        MISTAKE_PLAIN(reader->loader, reader->file, read_key(map, "before_age")->at,
                      MISTAKE_AGE_EMPTY);
    read_intervals(doses, map, into);
}

static void read_given(DoseReader *doses, const Yaml *given, DoseCase *into)
{
    Reader *reader = doses->rules->reader;
    if (given->kind != YAML_MAP) {
        MISTAKE_PLAIN(reader->loader, reader->file, given->at, MISTAKE_MAP_EXPECTED);
        return;
    }
    int32_t *counts = arena_array(reader->loader->arena, int32_t, doses->kind_n + 1);
    for (size_t i = 0; i < doses->kind_n; i++)
        counts[i] = -1;
    for (const Yaml *entry = given->first; entry != NULL; entry = entry->next) {
        size_t kind = refer_to_kind(doses, entry->key_at, entry->key);
        int64_t n =
            read_whole(reader, given, str_to_c(&reader->loader->work, entry->key), 0, 50, 0);
        if (kind != SIZE_MAX)
            counts[kind] = (int32_t)n;
    }
    into->given = counts;
}

static void read_catch_up(DoseReader *doses, const Yaml *list, RuleItem *item)
{
    static const char *const keys[] = {"given",      "skip",     "min_age", "due_age",
                                       "before_age", "interval", NULL};
    Reader *reader = doses->rules->reader;
    if (list == NULL || !read_list(reader, list, "catch_up", true))
        return;
    DoseCase *cases = arena_array(reader->loader->arena, DoseCase, list->n);
    size_t n = 0;
    for (const Yaml *entry = list->first; entry != NULL; entry = entry->next) {
        if (!read_map(reader, entry, keys, 1))
            continue;
        const Yaml *given = read_key(entry, "given");
        if (given != NULL)
            read_given(doses, given, &cases[n]);
        cases[n].is_skipped = read_true(reader, entry, "skip");
        read_ages(doses, entry, &cases[n]);
        n++;
    }
    item->catch_up = cases;
    item->catch_up_n = n;
}

static void read_dose(DoseReader *doses, const Yaml *entry)
{
    static const char *const keys[] = {"id",         "title",    "min_age",  "kind", "due_age",
                                       "before_age", "interval", "catch_up", NULL};
    RuleReader *rules = doses->rules;
    if (!read_map(rules->reader, entry, keys, 3))
        return;
    RuleItem *item = &doses->items[doses->item_n];
    read_item_head(rules, entry, &doses->seen, item);
    const Yaml *kind = read_key(entry, "kind");
    if (kind != NULL)
        item->kind = refer_to_kind(doses, kind->at, read_scalar(rules->reader, kind));
    else if (doses->kind_n > 1)
        MISTAKE_AT(rules->reader->loader, rules->reader->file, entry->at, MISTAKE_KEY_MISSING,
                   same(STR("kind")));
    read_ages(doses, entry, &item->dose);
    read_catch_up(doses, read_key(entry, "catch_up"), item);
    doses->item_n++;
}

void read_doses(RuleReader *rules, const Yaml *map)
{
    static const char *const keys[] = {"list", "kinds", "grace", NULL};
    Reader *reader = rules->reader;
    Rule *rule = rules->rule;
    rule->schedule = SCHEDULE_DOSES;
    Str subject = rules->program->subject;
    if (subject.n > 0 && !str_equals_c(subject, "resident"))
        MISTAKE_AT(reader->loader, reader->file, map->at, MISTAKE_AGE_OF_OTHERS, same(subject));
    if (!read_map(reader, map, keys, 1))
        return;
    DoseReader doses = {.rules = rules};
    map_init(&doses.seen, &reader->loader->work);
    read_kinds(&doses, read_key(map, "kinds"));
    (void)read_span(reader, map, "grace", &rule->grace);
    const Yaml *list = read_key(map, "list");
    if (list != NULL && read_list(reader, list, "list", true)) {
        doses.items = arena_array(reader->loader->arena, RuleItem, list->n + 1);
        for (const Yaml *entry = list->first; entry != NULL; entry = entry->next)
            read_dose(&doses, entry);
    }
    rule->items = doses.items;
    rule->item_n = doses.item_n;
    rule->kinds = doses.kinds;
    rule->kind_where = doses.kind_where;
    rule->kind_n = doses.kind_n;
}
