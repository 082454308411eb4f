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

static void load_item(Reader *reader, const Yaml *map, const Score *score, ScoreItem *item)
{
    static const char *const keys[] = {"measure", "weight", "target", "floor", "cap", NULL};
    *item = (ScoreItem){.cap = POINTS_FULL};
    if (!read_map(reader, map, keys, 3))
        return;
    const Yaml *floor = read_key(map, "floor"), *weight = read_key(map, "weight"),
               *target = read_key(map, "target");
    item->measure = read_measure(reader, map, score);
    bool is_read = target != NULL && load_number(reader, target, &item->target)
                   && (floor == NULL || load_number(reader, floor, &item->floor));
    if (weight != NULL && load_number(reader, weight, &item->weight)
        && item->weight.parameter == NULL && item->weight.value <= 0)
        MISTAKE_AT(reader->loader, reader->file, weight->at, MISTAKE_SCORE_WEIGHT,
                   same(weight->text));
    if (read_key(map, "cap") != NULL)
        item->cap = (double)read_whole(reader, map, "cap", (int64_t)POINTS_FULL, CAP_MOST,
                                       (int64_t)POINTS_FULL);
    if (is_read)
        check_span(reader, map, item);
}

void load_score(Loader *loader, Declared *declared)
{
    static const char *const keys[] = {"score",  "title", "source",  "level",
                                       "period", "items", "remarks", NULL};
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
    size_t kind = read_choice(&reader, map, "period", kinds);
    score->kind = kind == SIZE_MAX ? PERIOD_YEAR : (PeriodKind)(PERIOD_MONTH + kind);
    const Yaml *list = read_key(map, "items");
    if (!read_list(&reader, list, "items", true))
        return;
    ScoreItem *items = arena_array(loader->arena, ScoreItem, list->n);
    for (const Yaml *item = list->first; item != NULL; item = item->next)
        load_item(&reader, item, score, &items[score->item_n++]);
    score->items = items;
    declared->compiled = score;
}

const Score *pack_score(const PackSet *set, Str id)
{
    return map_get(&set->scores, id);
}
