/* How units stand today: each measure read once for all units, then points, totals, ranks. */
#include "engine/scores/scores_int.h"

#include "access/access.h"
#include "base/map.h"
#include "base/num.h"
#include "engine/policy/policy_values.h"
#include "engine/subjects/places.h"

#include <stdlib.h>

static const double POINTS_FULL = 100;
enum { SHOWN_PLACES = 2 };

double score_points(double number, double floor, double target, double cap)
{
    double span = target - floor;
    if (span >= 0 && span <= 0)
        return 0;
    double points = POINTS_FULL * (number - floor) / span;
    return points < 0 ? 0 : points > cap ? cap : points;
}

static double weights_of(const ScoreUnit *unit)
{
    double sum = 0;
    for (size_t i = 0; i < unit->part_n; i++)
        sum += unit->parts[i].has_points ? unit->parts[i].weight : 0;
    return sum;
}

double score_lost(const ScoreUnit *unit, const ScorePart *part)
{
    if (!part->has_points || part->points >= POINTS_FULL)
        return 0;
    return part->weight / weights_of(unit) * (POINTS_FULL - part->points);
}

Err score_find(Cx *cx, Str id, const Score **ret_score)
{
    *ret_score = pack_score(cx->packs, id);
    return *ret_score != NULL ? OK
                              : cx_fail(cx, ERR_NOT_FOUND, TEXT_NOT_FOUND, STR("/score"), 1, id);
}

/* ---- reading ---- */

typedef struct Reading {
    Cx *cx;
    const Score *score;
    Period period;
    const Policy *policy;
    VEC(ScoreUnit) units;
    Map by_code; /* position + 1 */
    bool is_patient, is_complete;
} Reading;

bool score_number(const Policy *policy, PlanNumber number, Date day, double *ret_value)
{
    *ret_value = number.value;
    return number.parameter == NULL || policy_number_on(policy, number.parameter, day, ret_value);
}

static bool number_of(const Reading *reading, PlanNumber number, double *ret_value)
{
    return score_number(reading->policy, number, reading->period.first, ret_value);
}

static double weight_of(const Reading *reading, const ScoreItem *item)
{
    double weight = 0;
    return number_of(reading, item->weight, &weight) && weight > 0 ? weight : 0;
}

static ScoreUnit *unit_of(Reading *reading, const MeasureValue *value)
{
    size_t at = (size_t)(uintptr_t)map_get(&reading->by_code, value->unit);
    if (at == 0) {
        const Score *score = reading->score;
        ScorePart *parts = arena_array(reading->cx->arena, ScorePart, score->item_n + 1);
        for (size_t i = 0; i < score->item_n; i++)
            parts[i] = (ScorePart){.measure = score->items[i].measure->id,
                                   .weight = weight_of(reading, &score->items[i])};
        const ScoreUnit unit = {
            .unit = value->unit, .name = value->name, .parts = parts, .part_n = score->item_n};
        VEC_PUSH(reading->cx->arena, &reading->units, unit);
        at = reading->units.n;
        map_put(&reading->by_code, value->unit, (void *)(uintptr_t)at);
    }
    return &reading->units.items[at - 1];
}

static bool is_running(const Reading *reading)
{
    return date_compare(reading->cx->today, period_last(reading->period)) < 0;
}

static double share_of_period(const Reading *reading)
{
    double all = (double)date_days_between(reading->period.first, reading->period.after);
    double gone = (double)date_days_between(reading->period.first, reading->cx->today) + 1;
    return gone < all ? gone / all : 1;
}

/* Half a year says little of what a whole one asks. */
static void hold_against_gate(const Reading *reading, const ScoreItem *item, double number,
                              ScorePart *part)
{
    double at = 0;
    bool grows = item->measure->growth == GROWTH_EVEN || item->measure->growth == GROWTH_LATE;
    if (!number_of(reading, item->gate.at, &at)
        || !number_of(reading, item->gate.total_most, &part->gate.total_most)
        || (grows && is_running(reading)))
        return;
    part->gate.is_there = true;
    part->gate.is_shut = item->gate.is_most ? number > at : number < at;
}

static void fill_part(const Reading *reading, const ScoreItem *item, const MeasureValue *value,
                      ScorePart *part)
{
    const Measure *measure = item->measure;
    double number = 0;
    part->denominator = value->denominator;
    part->numerator = value->numerator;
    bool is_told = number_of(reading, item->floor, &part->floor)
                   && number_of(reading, item->target, &part->target)
                   && (measure->growth != GROWTH_LATE || !is_running(reading));
    if (measure->growth == GROWTH_EVEN)
        part->target = part->floor + (part->target - part->floor) * share_of_period(reading);
    bool is_span = part->target > part->floor || part->target < part->floor;
    bool has_number = measure_number(measure, value->denominator, value->numerator, &number);
    part->has_points = has_number && is_told && is_span && part->weight > 0;
    if (part->has_points)
        part->points = score_points(number, part->floor, part->target, item->cap);
    if (has_number && item->gate.is_there)
        hold_against_gate(reading, item, number, part);
}

static MeasureAsk ask_of(const Reading *reading, const Measure *measure)
{
    return (MeasureAsk){.measure = measure,
                        .first = reading->period,
                        .last = reading->period,
                        .units =
                            reading->score->group.n > 0 ? MEASURE_BY_GROUP : MEASURE_BY_FACILITY,
                        .group = reading->score->group,
                        .is_patient = reading->is_patient};
}

static void take_item(Reading *reading, size_t at, const MeasureAnswer *answer)
{
    const ScoreItem *item = &reading->score->items[at];
    reading->is_complete = reading->is_complete && answer->is_complete;
    for (size_t i = 0; i < answer->n; i++) {
        const MeasureValue *value = &answer->values[i];
        if (value->level != reading->score->level)
            continue;
        const ScoreUnit *unit = unit_of(reading, value);
        fill_part(reading, item, value, (ScorePart *)(uintptr_t)&unit->parts[at]);
    }
}

/* The items, and behind them of each rule what it says of the whole place and of each facility: all
 * at one moment, so a record that comes in between is in all of them or in none. */
static Err read_measures(Reading *reading, const ScoreRules *rules,
                         const MeasureAnswer **ret_of_rules)
{
    Cx *cx = reading->cx;
    const Score *score = reading->score;
    size_t n = score->item_n + 2 * rules->n;
    MeasureAsk *asks = arena_array(cx->arena, MeasureAsk, n + 1);
    MeasureAnswer *answers = arena_array(cx->arena, MeasureAnswer, n + 1);
    for (size_t i = 0; i < score->item_n; i++)
        asks[i] = ask_of(reading, score->items[i].measure);
    for (size_t i = 0; i < rules->n; i++) {
        MeasureAsk *both = &asks[score->item_n + 2 * i];
        both[0] = both[1] = ask_of(reading, rules->items[i]);
        both[0].units = MEASURE_BY_AREA;
        both[0].unit = cx->place;
        both[0].with_checked = both[1].with_checked = true;
    }
    TRY(measure_read_together(cx, asks, n, answers));
    for (size_t i = 0; i < score->item_n; i++)
        take_item(reading, i, &answers[i]);
    *ret_of_rules = answers + score->item_n;
    return OK;
}

/* ---- totals and ranks ---- */

void score_add_up(ScoreUnit *unit)
{
    double weights = weights_of(unit), sum = 0;
    for (size_t i = 0; i < unit->part_n; i++)
        sum += unit->parts[i].has_points ? unit->parts[i].weight * unit->parts[i].points : 0;
    unit->has_total = weights > 0;
    unit->total = unit->has_total ? sum / weights : 0;
    for (size_t i = 0; i < unit->part_n; i++) {
        const ScoreGateNow *gate = &unit->parts[i].gate;
        if (gate->is_shut && unit->total > gate->total_most)
            unit->total = gate->total_most;
    }
}

double score_shown(const ScoreUnit *unit)
{
    return unit->has_total ? num_round(unit->total, SHOWN_PLACES) : -1;
}

/* The points of a measure that decides between equal totals; -1 where it has none, or they are not
 * told. */
static double tie_points(const ScoreUnit *unit, Str measure)
{
    for (size_t i = 0; i < unit->part_n; i++) {
        const ScorePart *part = &unit->parts[i];
        if (str_equals(part->measure, measure))
            return part->has_points && part->few == FEW_NONE ? num_round(part->points, SHOWN_PLACES)
                                                             : -1;
    }
    return -1;
}

/* The better first; 0 where nothing told parts them. */
static int compare_standing(const ScoreTable *table, const ScoreUnit *a, const ScoreUnit *b)
{
    double first = score_shown(a), second = score_shown(b);
    int order = (first < second) - (first > second);
    for (size_t i = 0; i < table->tie_n && order == 0 && a->has_total; i++) {
        first = tie_points(a, table->ties[i]);
        second = tie_points(b, table->ties[i]);
        order = (first < second) - (first > second);
    }
    return order;
}

static int compare_units(const void *left, const void *right, void *table)
{
    const ScoreUnit *a = left, *b = right;
    int order = compare_standing(table, a, b);
    return order != 0 ? order : str_compare(a->unit, b->unit);
}

/* Between the ranks by the share, as percentiles are made of n values in n - 1 steps. */
static double total_at(const ScoreUnit *units, size_t n, double share)
{
    double at = share * (double)(n - 1);
    size_t below = (size_t)at;
    double low = score_shown(&units[n - 1 - below]);
    double high = below + 1 < n ? score_shown(&units[n - 2 - below]) : low;
    return low + (high - low) * (at - (double)below);
}

/* Who stands alike shares a rank, and the next one counts them all. */
static void rank(ScoreTable *table)
{
    static const double QUARTER = 0.25;
    ScoreUnit *units = (ScoreUnit *)(uintptr_t)table->units;
    size_t n = 0;
    for (; n < table->unit_n && units[n].has_total; n++) {
        const ScoreUnit *above = n == 0 ? NULL : &units[n - 1];
        bool is_tied = above != NULL && compare_standing(table, &units[n], above) == 0;
        units[n].rank = is_tied ? above->rank : (int64_t)n + 1;
    }
    table->has_spread = n >= SCORE_SPREAD_LEAST;
    for (size_t i = 0; i < n && table->has_spread; i++)
        units[i].quarter = (units[i].rank - 1) * 4 / (int64_t)n + 1;
    for (int i = 0; i < 3 && table->has_spread; i++)
        table->quartiles[i] = total_at(units, n, QUARTER * (i + 1));
}

void score_rank(ScoreTable *table)
{
    ScoreUnit *units = (ScoreUnit *)(uintptr_t)table->units;
    for (size_t i = 0; i < table->unit_n; i++)
        units[i].rank = units[i].quarter = 0;
    if (table->unit_n > 1)
        qsort_r(units, table->unit_n, sizeof *units, compare_units, table);
    table->has_spread = false;
    if (table->is_ranked)
        rank(table);
}

static bool is_in_place(const Cx *cx)
{
    return !access_sight(cx)->by_facility;
}

/* The whole place, or what stands at or below the asking one's own facility. */
static bool is_in_sight(const Cx *cx, const Facility *facilities, size_t n,
                        const Facility *facility)
{
    enum { STEPS_MOST = 8 };
    bool is_it = is_in_place(cx);
    for (int steps = 0; facility != NULL && !is_it && steps < STEPS_MOST; steps++) {
        const Facility *above = NULL;
        is_it = str_equals(facility->code, cx->actor->facility);
        for (size_t i = 0; i < n && !is_it && above == NULL; i++)
            if (facility->parent.n > 0 && str_equals(facilities[i].code, facility->parent))
                above = &facilities[i];
        facility = above;
    }
    return is_it;
}

/* Groups stand in the tree of nobody, so who sees a part of the place sees those alone that
 * measures tell him of. */
static Err add_groups(Reading *reading, Date day)
{
    const MeasureValue *groups = NULL;
    size_t n = 0;
    TRY(measure_groups(reading->cx, reading->score->group, day, &groups, &n));
    for (size_t i = 0; i < n && is_in_place(reading->cx); i++)
        (void)unit_of(reading, &groups[i]);
    return OK;
}

/* Units in sight of which no measure counts anything stand there too: without a total, they are
 * what the coverage lacks. */
static Err add_uncounted(Reading *reading)
{
    const Facility *facilities = NULL;
    size_t n = 0;
    Cx then = *reading->cx;
    then.as_of = date_min(period_last(reading->period), then.today);
    if (reading->score->group.n > 0)
        return add_groups(reading, then.as_of);
    TRY(subject_facilities(&then, &facilities, &n));
    for (size_t i = 0; i < n; i++) {
        const MeasureValue unit = {.unit = facilities[i].code,
                                   .name = {facilities[i].name, facilities[i].name_en}};
        if (facilities[i].level == reading->score->level
            && is_in_sight(reading->cx, facilities, n, &facilities[i]))
            (void)unit_of(reading, &unit);
    }
    return OK;
}

static Err is_rankable(const Reading *reading, bool *ret_is)
{
    int64_t least = 0;
    size_t scored = 0;
    TRY(policy_whole_on(reading->cx, STR("score_coverage_least"), reading->period.first, &least));
    for (size_t i = 0; i < reading->units.n; i++)
        scored += reading->units.items[i].has_total;
    *ret_is = scored > 0 && (is_in_place(reading->cx) || reading->units.n > 1)
              && (int64_t)scored * 100 >= least * (int64_t)reading->units.n;
    return OK;
}

/* rules: empty, or the note on the data is read too. */
static Err read_table(Reading *reading, const ScoreRules *rules, ScoreTable *ret_table)
{
    Cx *cx = reading->cx;
    const MeasureAnswer *of_rules = NULL;
    map_init(&reading->by_code, cx->arena);
    TRY(policy_of(cx, &reading->policy));
    TRY(read_measures(reading, rules, &of_rules));
    TRY(add_uncounted(reading));
    for (size_t i = 0; i < reading->units.n; i++)
        score_add_up(&reading->units.items[i]);
    *ret_table = (ScoreTable){.period = reading->period,
                              .is_complete = reading->is_complete,
                              .is_whole = is_in_place(cx),
                              .units = reading->units.items,
                              .unit_n = reading->units.n,
                              .ties = reading->score->ties,
                              .tie_n = reading->score->tie_n};
    TRY(is_rankable(reading, &ret_table->is_ranked));
    score_rank(ret_table);
    score_quality_take(cx, rules, of_rules, ret_table);
    return OK;
}

static Err begin_reading(Cx *cx, const Score *score, Period period, bool is_patient,
                         Reading *ret_reading)
{
    char name[PERIOD_NAME_SIZE];
    *ret_reading = (Reading){
        .cx = cx, .score = score, .period = period, .is_patient = is_patient, .is_complete = true};
    return period.kind == score->kind
               ? OK
               : cx_fail(cx, ERR_INVALID, TEXT_MEASURE_PERIOD, STR("period"), 2, score->id,
                         str_from_c(period_name(period, name)));
}

Err score_read(Cx *cx, const Score *score, Period period, bool is_patient, ScoreTable *ret_table)
{
    Reading reading;
    const ScoreRules none = {0};
    TRY(begin_reading(cx, score, period, is_patient, &reading));
    TRY(read_table(&reading, &none, ret_table));
    ret_table->has_quality = false;
    return OK;
}

Err score_read_noted(Cx *cx, const Score *score, Period period, bool is_patient,
                     ScoreTable *ret_table)
{
    Reading reading;
    ScoreRules rules = {0};
    TRY(begin_reading(cx, score, period, is_patient, &reading));
    score_quality_rules(cx, score, &rules);
    return read_table(&reading, &rules, ret_table);
}

/* ---- few people ---- */

/* The part that weighs least among those that count for the total and are told. */
static ScorePart *least_told(const ScoreUnit *unit)
{
    ScorePart *least = NULL;
    for (size_t i = 0; i < unit->part_n; i++) {
        ScorePart *part = (ScorePart *)(uintptr_t)&unit->parts[i];
        bool is_told = part->has_points && part->few == FEW_NONE;
        if (is_told && (least == NULL || part->weight < least->weight))
            least = part;
    }
    return least;
}

/* What the total leaves over for the parts of few and those held back with them; of these few, how
 * little and how much it allows, as a share of all. */
static double share_allowed(const ScoreUnit *unit)
{
    double few = 0, others = 0, left = 0;
    for (size_t i = 0; i < unit->part_n; i++) {
        const ScorePart *part = &unit->parts[i];
        if (!part->has_points || part->few == FEW_NONE)
            continue;
        *(part->few == FEW_WITH_OTHERS ? &others : &few) += part->weight * POINTS_FULL;
        left += part->weight * part->points;
    }
    double low = left > others ? left - others : 0, high = left < few ? left : few;
    return few > 0 ? (high - low) / few : 1;
}

/* Other parts go with those of few until the total allows of these half of what there could be: of
 * less, so few people leave but one or two shares that fit. */
static void hold_back(Cx *cx, ScoreUnit *unit, int64_t few_below)
{
    static const double SHARE_LEAST = 0.5;
    bool is_any = false, is_gate = false;
    ScorePart *other = NULL;
    for (size_t i = 0; i < unit->part_n; i++) {
        ScorePart *part = (ScorePart *)(uintptr_t)&unit->parts[i];
        part->few = measure_few(pack_measure(cx->packs, part->measure), few_below,
                                part->denominator, part->numerator);
        is_any = is_any || (part->few != FEW_NONE && part->has_points);
        /* whether it is shut can be read off the total */
        is_gate = is_gate || (part->few != FEW_NONE && part->gate.is_there);
    }
    if (!is_any && !is_gate)
        return;
    while (!is_gate && share_allowed(unit) < SHARE_LEAST && (other = least_told(unit)) != NULL)
        other->few = FEW_WITH_OTHERS;
    unit->is_held = unit->has_total && (is_gate || least_told(unit) == NULL);
    unit->has_total = unit->has_total && !unit->is_held;
    unit->total = unit->has_total ? score_shown(unit) : 0; /* its further digits would tell more */
    for (size_t i = 0; i < unit->part_n && unit->is_held; i++) {
        ScorePart *part = (ScorePart *)(uintptr_t)&unit->parts[i];
        if (part->few == FEW_WITH_OTHERS)
            part->few = FEW_NONE; /* without a total nothing gives the few away */
    }
}

Err score_hold_back(Cx *cx, Date day, ScoreTable *table)
{
    ScoreUnit *units = (ScoreUnit *)(uintptr_t)table->units;
    TRY(policy_few_below(cx, day, &table->few_below));
    for (size_t i = 0; i < table->unit_n; i++)
        hold_back(cx, &units[i], table->few_below);
    score_rank(table);
    score_quality_hold_back(cx, table);
    return OK;
}
