/* Scores (scores/ID.yaml): which measures weigh how much, from which number to which. */
#include "pack/pack_int.h"
#include "pack/score.h"

static const double POINTS_FULL = 100;
static const int64_t CAP_MOST = 200;
static const int64_t LEVEL_FIRST = 3, LEVEL_LAST = 5;

/* Two numbers that are both written here differ; those of parameters are looked at when scored. */
static void check_span(Reader *reader, const Yaml *item, const ScoreItem *found)
{
    bool is_known = found->floor.parameter == NULL && found->target.parameter == NULL;
    bool is_a_point =
        found->floor.value >= found->target.value && found->floor.value <= found->target.value;
    if (is_known && is_a_point)
        MISTAKE_PLAIN(reader->loader, reader->file, item->at, MISTAKE_SCORE_SPAN);
}

static const Measure *read_measure(Reader *reader, const Yaml *item, const Score *score)
{
    const Yaml *name = read_key(item, "measure");
    if (name == NULL)
        return NULL;
    const Declared *declared = refer_to(reader, name, DECLARED_MEASURE, MISTAKE_MEASURE_UNKNOWN);
    const Measure *measure = declared == NULL ? NULL : declared->compiled;
    if (measure != NULL && (measure->periods & (1U << score->kind)) == 0)
        MISTAKE_AT(reader->loader, reader->file, name->at, MISTAKE_SCORE_PERIOD, same(measure->id),
                   same(period_kind_name(score->kind)));
    if (measure != NULL && measure_sensitivity(measure).n > 0)
        MISTAKE_AT(reader->loader, reader->file, name->at, MISTAKE_SCORE_SENSITIVE,
                   same(measure->id), same(measure_sensitivity(measure)));
    return measure;
}

/* One side of a limit, and what the total is then at most. */
static void load_gate(Reader *reader, const Yaml *map, ScoreGate *gate)
{
    static const char *const keys[] = {"total_most", "at_least", "at_most", NULL};
    if (map == NULL || !read_map(reader, map, keys, 1))
        return;
    const Yaml *least = read_key(map, "at_least"), *most = read_key(map, "at_most");
    gate->is_there = true;
    gate->is_most = least == NULL;
    if ((least == NULL) == (most == NULL)) {
        MISTAKE_PLAIN(reader->loader, reader->file, map->at, MISTAKE_SCORE_GATE);
        return;
    }
    (void)load_number(reader, gate->is_most ? most : least, &gate->at);
    (void)load_number(reader, read_key(map, "total_most"), &gate->total_most);
}

static void load_item(Reader *reader, const Yaml *map, const Score *score, ScoreItem *item)
{
    static const char *const keys[] = {"measure", "weight", "target", "floor", "cap", "gate", NULL};
    *item = (ScoreItem){.cap = POINTS_FULL};
    if (!read_map(reader, map, keys, 3))
        return;
    const Yaml *floor = read_key(map, "floor"), *weight = read_key(map, "weight"),
               *target = read_key(map, "target");
    item->measure = read_measure(reader, map, score);
    bool is_read = target != NULL && load_number(reader, target, &item->target)
                   && (floor == NULL || load_number(reader, floor, &item->floor));
    load_gate(reader, read_key(map, "gate"), &item->gate);
    if (weight != NULL && load_number(reader, weight, &item->weight)
        && item->weight.parameter == NULL
        && (item->weight.value < 0 || (item->weight.value <= 0 && !item->gate.is_there)))
        MISTAKE_AT(reader->loader, reader->file, weight->at, MISTAKE_SCORE_WEIGHT,
                   same(weight->text));
    if (read_key(map, "cap") != NULL)
        item->cap = (double)read_whole(reader, map, "cap", (int64_t)POINTS_FULL, CAP_MOST,
                                       (int64_t)POINTS_FULL);
    if (is_read)
        check_span(reader, map, item);
}

static const char *const LINES[] = {"at_least", "below", "last"};

Str score_line_name(ScoreLine line)
{
    return str_from_c(LINES[line]);
}

bool score_line_parse(Str name, ScoreLine *ret_line)
{
    for (size_t i = 0; i < sizeof LINES / sizeof *LINES; i++)
        if (str_equals_c(name, LINES[i])) {
            *ret_line = (ScoreLine)i;
            return true;
        }
    return false;
}

/* Each the measure of an item, and once. */
static void load_ties(Reader *reader, const Yaml *list, Score *score)
{
    Map seen;
    if (list == NULL || !read_list(reader, list, "ties", true))
        return;
    map_init(&seen, &reader->loader->work);
    Str *ties = arena_array(reader->loader->arena, Str, list->n);
    Str *names = arena_array(&reader->loader->work, Str, score->item_n + 1);
    size_t name_n = 0;
    for (size_t i = 0; i < score->item_n; i++)
        if (score->items[i].measure != NULL)
            names[name_n++] = score->items[i].measure->id;
    for (const Yaml *tie = list->first; tie != NULL; tie = tie->next) {
        Str id = read_scalar(reader, tie);
        size_t at = 0;
        while (at < name_n && !str_equals(names[at], id))
            at++;
        if (at == name_n) {
            MISTAKE_AT(reader->loader, reader->file, tie->at, MISTAKE_CHOICE_UNKNOWN, same(id),
                       same(STR("ties")), choice_fix(reader->loader, id, names, name_n));
            continue;
        }
        note_id_once(reader, tie, &seen, id);
        ties[score->tie_n++] = names[at];
    }
    score->ties = ties;
}

/* A parameter, or a whole number that is written here. */
static void load_whole(Reader *reader, const Yaml *map, const char *key, int64_t least,
                       int64_t most, PlanNumber *number)
{
    const Yaml *value = read_key(map, key);
    if (value != NULL && value->kind == YAML_SCALAR && str_has_prefix(value->text, STR("$")))
        (void)load_number(reader, value, number);
    else
        number->value = (double)read_whole(reader, map, key, least, most, least);
}

static void load_streak(Reader *reader, const Yaml *map, ScoreStreak *streak)
{
    static const char *const keys[] = {"years", "then", "at_least", "below", "last", NULL};
    enum { YEARS_LEAST = 2, LAST_MOST = 1000 };
    size_t line_n = 0;
    *streak = (ScoreStreak){0};
    if (!read_map(reader, map, keys, 2))
        return;
    streak->then = read_wording(reader, map, "then");
    load_whole(reader, map, "years", YEARS_LEAST, SCORE_YEARS_MOST, &streak->years);
    for (size_t i = 0; i < sizeof LINES / sizeof *LINES; i++) {
        const Yaml *value = read_key(map, LINES[i]);
        if (value == NULL)
            continue;
        line_n++;
        streak->line = (ScoreLine)i;
        if (streak->line == SCORE_LAST)
            load_whole(reader, map, LINES[i], 1, LAST_MOST, &streak->at);
        else
            (void)load_number(reader, value, &streak->at);
    }
    if (line_n != 1)
        MISTAKE_PLAIN(reader->loader, reader->file, map->at, MISTAKE_SCORE_LINE);
}

static void load_streaks(Reader *reader, const Yaml *list, Score *score)
{
    if (list == NULL || !read_list(reader, list, "in_a_row", true))
        return;
    if (score->kind != PERIOD_YEAR)
        MISTAKE_AT(reader->loader, reader->file, list->at, MISTAKE_SCORE_YEARS,
                   same(period_kind_name(score->kind)));
    ScoreStreak *streaks = arena_array(reader->loader->arena, ScoreStreak, list->n);
    for (const Yaml *map = list->first; map != NULL; map = map->next)
        load_streak(reader, map, &streaks[score->streak_n++]);
    score->streaks = streaks;
}

/* A kind whose register form has members. */
static Str read_group(Reader *reader, const Yaml *value)
{
    const Declared *kind =
        value->kind == YAML_SCALAR ? map_get(&reader->loader->kinds, value->text) : NULL;
    const Form *form = kind == NULL ? NULL : kind->compiled;
    if (form != NULL && form->registers != NULL && form->registers->members != SIZE_MAX
        && pack_reaches(reader->file->pack, kind->file->pack))
        return str_copy(reader->loader->arena, value->text);
    MISTAKE_AT(reader->loader, reader->file, value->at, MISTAKE_SCORE_GROUP, same(value->text));
    return (Str){0};
}

void load_score(Loader *loader, Declared *declared)
{
    static const char *const keys[] = {"score",   "title",    "source", "level", "period", "items",
                                       "remarks", "in_a_row", "ties",   "by",    NULL};
    static const char *const kinds[] = {"month", "quarter", "half", "year", NULL};
    Reader reader = {loader, declared->file};
    const Yaml *map = declared->yaml;
    if (!read_map(&reader, map, keys, 6))
        return;
    Score *score = arena_new(loader->arena, Score);
    *score = (Score){.id = str_copy(loader->arena, declared->id),
                     .pack = declared->file->pack->pack->id,
                     .title = read_wording(&reader, map, "title"),
                     .source = read_source(&reader, map)};
    if (read_key(map, "remarks") != NULL)
        score->remarks = read_wording(&reader, map, "remarks");
    score->level = read_whole(&reader, map, "level", LEVEL_FIRST, LEVEL_LAST, LEVEL_FIRST);
    const Yaml *by = read_key(map, "by"), *level = read_key(map, "level");
    if (by != NULL && level != NULL && score->level != LEVEL_FIRST) /* groups are of the county */
        MISTAKE_AT(reader.loader, reader.file, level->at, MISTAKE_SCORE_GROUP_LEVEL,
                   same(level->text));
    else if (by != NULL)
        score->group = read_group(&reader, by);
    size_t kind = read_choice(&reader, map, "period", kinds);
    score->kind = kind == SIZE_MAX ? PERIOD_YEAR : (PeriodKind)(PERIOD_MONTH + kind);
    const Yaml *list = read_key(map, "items");
    if (!read_list(&reader, list, "items", true))
        return;
    ScoreItem *items = arena_array(loader->arena, ScoreItem, list->n);
    for (const Yaml *item = list->first; item != NULL; item = item->next)
        load_item(&reader, item, score, &items[score->item_n++]);
    score->items = items;
    load_ties(&reader, read_key(map, "ties"), score);
    load_streaks(&reader, read_key(map, "in_a_row"), score);
    declared->compiled = score;
}

const Score *pack_score(const PackSet *set, Str id)
{
    return map_get(&set->scores, id);
}
