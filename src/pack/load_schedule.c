/* When a rule owes: its one schedule. Doses have a file of their own. */
#include "pack/pack_int.h"

#include "base/num.h"

static void note_scalar(Reader *reader, const Yaml *value, MistakeKind kind)
{
    MISTAKE_AT(reader->loader, reader->file, value->at, kind,
               same(value->kind == YAML_SCALAR ? value->text : STR("…")));
}

/* A number, or the value of a $parameter. */
static bool read_amount(Reader *reader, const Yaml *value, double *ret_amount,
                        const PolicyParameter **ret_parameter)
{
    if (value->kind != YAML_SCALAR)
        return false;
    if (!str_has_prefix(value->text, STR("$")))
        return num_parse_double(value->text, ret_amount) == OK;
    const PolicyParameter *parameter = *ret_parameter = read_parameter(reader, value);
    if (parameter == NULL) { /* noted, or not knowable */
        *ret_amount = 1;
        return true;
    }
    *ret_amount = parameter->value.type == EXPR_INTEGER   ? (double)parameter->value.as.integer
                  : parameter->value.type == EXPR_DECIMAL ? parameter->value.as.decimal
                                                          : 0;
    return true;
}

static void read_needed(Reader *reader, const Yaml *value, Rule *rule)
{
    double amount = 0;
    bool is_count = rule->tally == TALLY_COUNT;
    const PolicyParameter *parameter = NULL;
    bool is_read = read_amount(reader, value, &amount, &parameter) && amount > 0;
    if (parameter != NULL)
        note_number(reader, parameter, is_count ? PARAMETER_OF_COUNT : PARAMETER_OF_AMOUNT,
                    &rule->needed);
    MistakeKind kind = is_count ? MISTAKE_PERIOD_COUNT : MISTAKE_PERIOD_AMOUNT;
    if (is_count)
        is_read = is_read && amount <= 1000 && amount >= 1 && amount - (double)(int)amount <= 0;
    if (!is_read)
        note_scalar(reader, value, kind);
    rule->needed = is_read ? amount : 1;
}

static bool is_one_of(Str key, const char *const *keys)
{
    for (size_t i = 0; keys[i] != NULL; i++) {
        if (str_equals_c(key, keys[i]))
            return true;
    }
    return false;
}

/* The one key of the map that is none of `others`: a period and how much in it. */
static void read_period(Reader *reader, const Yaml *map, const char *const *others, Rule *rule)
{
    Loader *loader = reader->loader;
    const Yaml *found = NULL;
    size_t n = 0;
    for (const Yaml *entry = map->kind == YAML_MAP ? map->first : NULL; entry != NULL;
         entry = entry->next) {
        if (is_one_of(entry->key, others))
            continue;
        found = entry;
        n++;
    }
    if (n != 1) {
        MISTAKE_AT(loader, reader->file, map->at, MISTAKE_PERIOD_SHAPE, same(map->key));
        return;
    }
    if (period_kind_parse(found->key, &rule->every) != OK)
        MISTAKE_AT(loader, reader->file, found->key_at, MISTAKE_PERIOD_UNKNOWN, same(found->key));
    read_needed(reader, found, rule);
}

static ExpressionPlace record_place(Declared *form)
{
    const Form *compiled = form->compiled;
    return (ExpressionPlace){
        .form = form, .readable_n = compiled == NULL ? 0 : compiled->field_n, .is_rule = true};
}

/* ---- so much in each period ---- */

static void read_every(RuleReader *rules, const Yaml *every)
{
    static const char *const none[] = {NULL};
    read_period(rules->reader, every, none, rules->rule);
}

static void read_count(RuleReader *rules, const Yaml *count)
{
    static const char *const others[] = {"where", "distinct", NULL};
    read_period(rules->reader, count, others, rules->rule);
    if (rules->evidence == NULL || count->kind != YAML_MAP)
        return;
    ExpressionPlace place = record_place(rules->evidence);
    rules->rule->tally_where = read_expression(rules->reader, count, "where", &place, EXPR_LOGIC);
    rules->rule->unit_field =
        read_field_name(rules->reader, count, "distinct", rules->evidence, WANTS_TEXT);
}

static void need_key(Reader *reader, const Yaml *map, const char *key)
{
    if (map->kind == YAML_MAP && yaml_get(map, str_from_c(key)) == NULL)
        MISTAKE_AT(reader->loader, reader->file, map->at, MISTAKE_KEY_MISSING,
                   same(str_from_c(key)));
}

static void read_sum(RuleReader *rules, const Yaml *sum)
{
    static const char *const others[] = {"of", NULL};
    rules->rule->tally = TALLY_SUM;
    read_period(rules->reader, sum, others, rules->rule);
    need_key(rules->reader, sum, "of");
    rules->rule->tally_field =
        read_field_name(rules->reader, sum, "of", rules->evidence, WANTS_NUMBER);
}

/* ---- a share of units in each period ---- */

/* townships, villages, or {facilities: [kinds]}; what the field that names a unit refers to. */
static const char *read_units(Reader *reader, const Yaml *coverage, Rule *rule)
{
    static const char *const names[] = {"townships", "villages", NULL};
    static const char *const keys[] = {"facilities", NULL};
    const Yaml *of = read_key(coverage, "of");
    if (of == NULL || of->kind != YAML_MAP) {
        size_t kind = of == NULL ? SIZE_MAX : read_choice(reader, coverage, "of", names);
        rule->units = kind == 1 ? UNITS_VILLAGES : UNITS_TOWNSHIPS;
        return "area";
    }
    rule->units = UNITS_FACILITIES;
    if (!read_map(reader, of, keys, 1))
        return "facility";
    const Yaml *list = read_key(of, "facilities");
    if (list == NULL || !read_list(reader, list, "facilities", true))
        return "facility";
    Str *kinds = arena_array(reader->loader->arena, Str, list->n);
    for (const Yaml *entry = list->first; entry != NULL; entry = entry->next)
        kinds[rule->unit_kind_n++] = read_scalar(reader, entry);
    rule->unit_kinds = kinds;
    return "facility";
}

static void read_coverage(RuleReader *rules, const Yaml *coverage)
{
    static const char *const others[] = {"of", "unit", "round", "within", NULL};
    static const char *const within[] = {"catchment", NULL};
    Reader *reader = rules->reader;
    Rule *rule = rules->rule;
    rule->schedule = SCHEDULE_COVERAGE;
    rule->tally = TALLY_SUM;
    read_period(reader, coverage, others, rule);
    need_key(reader, coverage, "of");
    need_key(reader, coverage, "unit");
    if (coverage->kind != YAML_MAP)
        return;
    if (rule->needed > 1)
        note_scalar(reader, coverage, MISTAKE_COVERAGE_SHARE);
    const char *wanted = read_units(reader, coverage, rule);
    rule->is_within_catchment = read_key(coverage, "within") != NULL
                                && read_choice(reader, coverage, "within", within) == 0;
    rule->unit_field = read_field_name(reader, coverage, "unit", rules->evidence, WANTS_TEXT);
    rule->round_field = read_field_name(reader, coverage, "round", rules->evidence, WANTS_NUMBER);
    if (rule->unit_field != SIZE_MAX && rule->evidence != NULL
        && !str_equals_c(rule->evidence->fields[rule->unit_field].refers_to, wanted))
        MISTAKE_AT(reader->loader, reader->file, read_key(coverage, "unit")->at,
                   MISTAKE_FIELD_NOT_REFERENCE, same(read_key(coverage, "unit")->text),
                   same(str_from_c(wanted)));
}

/* A date of the form that enrols. */
static void read_first_field(RuleReader *rules, const Yaml *first)
{
    static const char *const keys[] = {"field", NULL};
    Reader *reader = rules->reader;
    if (!read_map(reader, first, keys, 1))
        return;
    const Yaml *who = rules->who;
    if (who != NULL && who->kind == YAML_MAP && yaml_get(who, STR("enrolled_by")) == NULL)
        MISTAKE_PLAIN(reader->loader, reader->file, first->at, MISTAKE_FIRST_WITHOUT_FORM);
    rules->rule->first_field =
        read_field_name(reader, first, "field", rules->enrolment, WANTS_DATE);
}

static void read_first(RuleReader *rules)
{
    static const char *const periods[] = {"next_period", "this_period", "whole_period", NULL};
    Rule *rule = rules->rule;
    rule->first_period =
        rules->program->enrolled_by == NULL ? FIRST_THIS_PERIOD : FIRST_NEXT_PERIOD;
    const Yaml *first = read_key(rules->item, "first");
    if (first == NULL)
        return;
    if (first->kind == YAML_MAP) {
        read_first_field(rules, first);
        return;
    }
    size_t period = read_choice(rules->reader, rules->item, "first", periods);
    if (period != SIZE_MAX)
        rule->first_period = (FirstPeriod)period;
}

static void read_sooner(RuleReader *rules)
{
    static const char *const keys[] = {"field", "where", "latest", NULL};
    Reader *reader = rules->reader;
    Rule *rule = rules->rule;
    const Yaml *sooner = read_key(rules->item, "sooner");
    if (sooner == NULL || !read_map(reader, sooner, keys, 1))
        return;
    rule->sooner_field = read_field_name(reader, sooner, "field", rules->evidence, WANTS_DATE);
    if (rules->evidence == NULL)
        return;
    ExpressionPlace place = record_place(rules->evidence);
    rule->sooner_where = read_expression(reader, sooner, "where", &place, EXPR_LOGIC);
    rule->sooner_latest = read_expression(reader, sooner, "latest", &place, EXPR_DATE);
}

/* ---- windows ---- */

static void note_anchor_of_others(RuleReader *rules, const Yaml *at)
{
    Str subject = rules->program->subject;
    if (subject.n > 0 && !str_equals_c(subject, "resident"))
        MISTAKE_AT(rules->reader->loader, rules->reader->file, at->at, MISTAKE_AGE_OF_OTHERS,
                   same(subject));
}

static bool read_anchor_name(RuleReader *rules, const Yaml *value, AnchorKind *ret_kind)
{
    Str name = value->kind == YAML_SCALAR ? value->text : STR("…");
    bool is_birth = str_equals_c(name, "birth");
    if (!is_birth && !str_equals_c(name, "enrolment")) {
        note_scalar(rules->reader, value, MISTAKE_ANCHOR_UNKNOWN);
        return false;
    }
    if (is_birth)
        note_anchor_of_others(rules, value);
    *ret_kind = is_birth ? ANCHOR_BIRTH : ANCHOR_ENROLMENT;
    return true;
}

static void read_anchor(RuleReader *rules, const Yaml *anchor)
{
    static const char *const keys[] = {"form", "field", "where", "time", "each", "else", NULL};
    Reader *reader = rules->reader;
    RuleAnchor *into = &rules->rule->anchor;
    if (anchor->kind != YAML_MAP) {
        (void)read_anchor_name(rules, anchor, &into->kind);
        return;
    }
    into->kind = ANCHOR_RECORD;
    if (!read_map(reader, anchor, keys, 2))
        return;
    into->is_each = read_true(reader, anchor, "each");
    const Yaml *other = read_key(anchor, "else");
    into->has_other = other != NULL && read_anchor_name(rules, other, &into->other);
    Declared *form = NULL;
    const Yaml *name = read_key(anchor, "form");
    if (name == NULL || read_form_of_program(reader, rules->program, name, &form) == NULL)
        return;
    into->form = form->compiled;
    ExpressionPlace place = record_place(form);
    into->where = read_expression(reader, anchor, "where", &place, EXPR_LOGIC);
    into->field = read_field_name(reader, anchor, "field", form, WANTS_DATE);
    into->time_field = read_field_name(reader, anchor, "time", form, WANTS_TEXT);
}

void read_item_head(RuleReader *rules, const Yaml *entry, Map *seen, RuleItem *item)
{
    item->id = read_id(rules->reader, entry, "id");
    item->title = read_wording(rules->reader, entry, "title");
    Arena *arena = rules->reader->loader->arena;
    const Wording *rule = &rules->rule->title;
    item->line.zh = str_printf(arena, "%.*s %.*s", STR_ARG(rule->zh), STR_ARG(item->title.zh));
    if (rule->en.n > 0 && item->title.en.n > 0)
        item->line.en = str_printf(arena, "%.*s: %.*s", STR_ARG(rule->en), STR_ARG(item->title.en));
    if (item->id.n > 0)
        note_id_once(rules->reader, read_key(entry, "id"), seen, item->id);
}

static void check_order(Reader *reader, const Yaml *entry, const char *early, const char *late,
                        Span a, Span b)
{
    if (span_compare(a, b) > 0)
        MISTAKE_AT(reader->loader, reader->file, read_key(entry, late)->at, MISTAKE_WINDOW_REVERSED,
                   same(str_from_c(late)), same(str_from_c(early)));
}

static void read_window(RuleReader *rules, const Yaml *entry, Map *seen, RuleItem *item)
{
    static const char *const keys[] = {"id", "title", "opens", "due", "closes", NULL};
    Reader *reader = rules->reader;
    if (!read_map(reader, entry, keys, 4))
        return;
    read_item_head(rules, entry, seen, item);
    const Yaml *due = read_key(entry, "due");
    bool opens = read_span(reader, entry, "opens", &item->opens);
    bool is_due = due != NULL && read_span_of(reader, due, SPAN_WITH_HOURS, &item->due);
    item->closes = (Span){item->due.months, item->due.days + (item->due.hours + 23) / 24, 0};
    if (opens && is_due)
        check_order(reader, entry, "opens", "due", item->opens, item->due);
    if (read_span(reader, entry, "closes", &item->closes) && is_due)
        check_order(reader, entry, "due", "closes", item->due, item->closes);
}

static void read_windows(RuleReader *rules, const Yaml *windows)
{
    static const char *const keys[] = {"anchor", "list", NULL};
    Reader *reader = rules->reader;
    Loader *loader = reader->loader;
    rules->rule->schedule = SCHEDULE_WINDOWS;
    if (!read_map(reader, windows, keys, 2))
        return;
    const Yaml *anchor = read_key(windows, "anchor"), *list = read_key(windows, "list");
    if (anchor != NULL)
        read_anchor(rules, anchor);
    if (list == NULL || !read_list(reader, list, "list", true))
        return;
    RuleItem *items = arena_array(loader->arena, RuleItem, list->n);
    size_t n = 0;
    Map seen;
    map_init(&seen, &loader->work);
    for (const Yaml *entry = list->first; entry != NULL; entry = entry->next)
        read_window(rules, entry, &seen, &items[n++]);
    rules->rule->items = items;
    rules->rule->item_n = n;
}

/* ---- after the last, deadlines ---- */

static void read_after_last(RuleReader *rules, const Yaml *after)
{
    static const char *const keys[] = {"next", "first", "opens", NULL};
    Reader *reader = rules->reader;
    Rule *rule = rules->rule;
    rule->schedule = SCHEDULE_AFTER;
    if (!read_map(reader, after, keys, 2))
        return;
    if (rules->evidence != NULL) {
        ExpressionPlace place = record_place(rules->evidence);
        rule->next = read_expression(reader, after, "next", &place, EXPR_DATE);
    }
    const Yaml *first = read_key(after, "first");
    if (first != NULL && first->kind == YAML_MAP)
        read_first_field(rules, first);
    else
        (void)read_span(reader, after, "first", &rule->first_after);
    rule->has_opens = read_span(reader, after, "opens", &rule->opens_before);
}

/* MM-DD of every year; 0 when it is none. */
static int32_t read_deadline(Reader *reader, const Yaml *entry)
{
    Str text = entry->kind == YAML_SCALAR ? entry->text : STR("");
    Date day = DATE_NONE;
    char full[DATE_TEXT_SIZE] = "2023-";
    if (text.n == 5) {
        for (size_t i = 0; i < 5; i++)
            full[5 + i] = text.p[i];
        full[10] = '\0';
    }
    int year = 0, month = 0, day_of_month = 0;
    if (text.n != 5 || date_parse(str_from_c(full), &day) != OK) {
        note_scalar(reader, entry, MISTAKE_DEADLINE_BAD);
        return 0;
    }
    date_to_ymd(day, &year, &month, &day_of_month);
    return month * 100 + day_of_month;
}

static void read_deadlines(RuleReader *rules, const Yaml *list)
{
    Reader *reader = rules->reader;
    Rule *rule = rules->rule;
    rule->schedule = SCHEDULE_DEADLINES;
    if (!read_list(reader, list, "deadlines", true))
        return;
    int32_t *days = arena_array(reader->loader->arena, int32_t, list->n);
    size_t n = 0;
    for (const Yaml *entry = list->first; entry != NULL; entry = entry->next) {
        int32_t day = read_deadline(reader, entry);
        if (day == 0)
            continue;
        if (n > 0 && day <= days[n - 1])
            note_scalar(reader, entry, MISTAKE_DEADLINE_ORDER);
        days[n++] = day;
    }
    rule->deadlines = days;
    rule->deadline_n = n;
    (void)read_span(reader, rules->item, "late", &rule->late);
    rule->has_opens = read_span(reader, rules->item, "opens", &rule->opens_before);
    const Yaml *day = read_key(rules->item, "day_itself");
    double counts = 1;
    const PolicyParameter *ignored = NULL;
    if (day != NULL && !read_amount(reader, day, &counts, &ignored))
        note_scalar(reader, day, MISTAKE_WHOLE_NUMBER_EXPECTED);
    rule->is_day_late = !(counts > 0);
}

/* ---- one of them ---- */

static void check_companions(RuleReader *rules, const char *schedule)
{
    static const struct {
        const char *key, *with;
    } companions[] = {{"first", "every"},
                      {"sooner", "every"},
                      {"late", "deadlines"},
                      {"day_itself", "deadlines"},
                      {"opens", "deadlines"}};
    static const char *const period_schedules[] = {"every", "count", "sum", "coverage", NULL};
    Reader *reader = rules->reader;
    for (size_t i = 0; i < sizeof companions / sizeof *companions; i++) {
        const Yaml *value = yaml_get(rules->item, str_from_c(companions[i].key));
        if (value == NULL)
            continue;
        bool is_period = i == 0 && is_one_of(str_from_c(schedule), period_schedules);
        if (!is_period && !str_equals_c(str_from_c(companions[i].with), schedule))
            MISTAKE_AT(reader->loader, reader->file, value->key_at, MISTAKE_KEY_NOT_FOR_SCHEDULE,
                       same(value->key), same(str_from_c(companions[i].with)));
        else if (rules->rule->needed > 1 && i < 2 && (i == 1 || value->kind == YAML_MAP))
            MISTAKE_AT(reader->loader, reader->file, value->key_at, MISTAKE_COUNT_NOT_ONE,
                       same(value->key));
    }
}

typedef struct {
    const char *key;
    void (*read)(RuleReader *rules, const Yaml *value);
} Schedule;

static const Schedule schedules[] = {
    {"every", read_every},         {"count", read_count},           {"sum", read_sum},
    {"windows", read_windows},     {"after_last", read_after_last}, {"doses", read_doses},
    {"deadlines", read_deadlines}, {"coverage", read_coverage},
};

enum { SCHEDULES = sizeof schedules / sizeof *schedules };

static const Schedule *schedule_of(Str key)
{
    for (size_t i = 0; i < SCHEDULES; i++) {
        if (str_equals_c(key, schedules[i].key))
            return &schedules[i];
    }
    return NULL;
}

static void note_missing(RuleReader *rules)
{
    for (size_t i = 0; i < SCHEDULES; i++) {
        if (read_is_misspelled(rules->reader, rules->item, rules->keys, schedules[i].key))
            return;
    }
    MISTAKE_PLAIN(rules->reader->loader, rules->reader->file, rules->item->at,
                  MISTAKE_SCHEDULE_MISSING);
}

void read_schedule(RuleReader *rules)
{
    const Schedule *found = NULL;
    for (const Yaml *entry = rules->item->first; entry != NULL; entry = entry->next) {
        const Schedule *schedule = schedule_of(entry->key);
        if (schedule != NULL && found != NULL)
            MISTAKE_AT(rules->reader->loader, rules->reader->file, entry->key_at,
                       MISTAKE_SCHEDULE_TWICE, same(str_from_c(found->key)), same(entry->key));
        if (schedule == NULL || found != NULL)
            continue;
        found = schedule;
        if (!yaml_is_absent(entry))
            schedule->read(rules, entry);
    }
    if (found == NULL) {
        note_missing(rules);
        return;
    }
    read_first(rules);
    read_sooner(rules);
    check_companions(rules, found->key);
}
