/* With how good data a bulletin was made: what the rules of data quality said of the forms that its
 * measures read, of the whole place and of each unit. Counted at the moment of the points, frozen
 * with them, and held back where it would tell of few people. */
#include "base/map.h"
#include "engine/scores/scores_int.h"

/* ---- which rules ---- */

static bool reads(const Score *score, const Form *form)
{
    for (size_t i = 0; i < score->item_n; i++) {
        const Measure *measure = score->items[i].measure;
        for (size_t f = 0; f < measure->form_n; f++)
            if (measure->forms[f] == form)
                return true;
    }
    return false;
}

void score_quality_rules(Cx *cx, const Score *score, ScoreRules *rules)
{
    for (size_t i = 0; i < cx->packs->measures.n; i++) {
        const Measure *rule = cx->packs->measures.entries[i].value;
        bool is_asked = false;
        for (size_t f = 0; f < rule->form_n && !is_asked; f++)
            is_asked = reads(score, rule->forms[f]);
        /* A bulletin is published. */
        if (rule->is_quality && is_asked && (rule->periods & (1U << score->kind)) != 0
            && measure_sensitivity(rule).n == 0)
            VEC_PUSH(cx->arena, rules, rule);
    }
}

/* ---- counting ---- */

static ScoreQualityCount count_of(const MeasureValue *value)
{
    return value == NULL ? (ScoreQualityCount){0}
                         : (ScoreQualityCount){.records = value->denominator,
                                               .hits = value->numerator,
                                               .checked = value->checked};
}

static ScoreQualityCount *counts_of(Cx *cx, ScoreUnit *unit, size_t n)
{
    if (unit->quality == NULL)
        unit->quality = arena_array(cx->arena, ScoreQualityCount, n);
    return (ScoreQualityCount *)(uintptr_t)unit->quality;
}

void score_quality_take(Cx *cx, const ScoreRules *rules, const MeasureAnswer *answers,
                        ScoreTable *table)
{
    ScoreQuality *quality = arena_array(cx->arena, ScoreQuality, rules->n + 1);
    bool is_made = true;
    for (size_t i = 0; i < rules->n; i++) {
        const MeasureAnswer *whole = &answers[2 * i], *units = &answers[2 * i + 1];
        Map by_code;
        quality[i] = (ScoreQuality){.measure = rules->items[i]->id,
                                    .title = rules->items[i]->title,
                                    .is_complete = whole->is_complete && units->is_complete,
                                    .whole = count_of(whole->n > 0 ? whole->values : NULL)};
        is_made = is_made && whole->is_made && units->is_made;
        map_init(&by_code, cx->arena);
        for (size_t v = 0; v < units->n; v++)
            map_put(&by_code, units->values[v].unit, (void *)(uintptr_t)&units->values[v]);
        for (size_t u = 0; u < table->unit_n; u++) {
            ScoreUnit *unit = (ScoreUnit *)(uintptr_t)&table->units[u];
            counts_of(cx, unit, rules->n)[i] = count_of(map_get(&by_code, unit->unit));
        }
    }
    table->has_quality = true;
    table->is_quality_made = is_made;
    table->quality = quality;
    table->quality_n = rules->n;
}

/* ---- kept ---- */

static Err put(Cx *cx, Uuid bulletin, size_t position, const ScoreQuality *quality, Str unit,
               const ScoreQualityCount *count)
{
    const ScoreBulletinQualityPutIn in = {.place = cx->place,
                                          .bulletin_id = bulletin,
                                          .position = (int64_t)position,
                                          .unit = unit,
                                          .measure = quality->measure,
                                          .title = quality->title.zh,
                                          .title_en = quality->title.en,
                                          .is_complete = quality->is_complete,
                                          .records = count->records,
                                          .hits = count->hits,
                                          .checked = count->checked};
    return score_bulletin_quality_put(cx->db, &in);
}

Err score_quality_put(Cx *cx, Uuid bulletin, const ScoreTable *table)
{
    for (size_t i = 0; i < table->quality_n; i++) {
        const ScoreQuality *quality = &table->quality[i];
        TRY(put(cx, bulletin, i, quality, STR(""), &quality->whole));
        for (size_t u = 0; u < table->unit_n; u++)
            TRY(put(cx, bulletin, i, quality, table->units[u].unit, &table->units[u].quality[i]));
    }
    return OK;
}

typedef VEC(ScoreBulletinQualityRowsRow) Rows;

static Err read_rows(Cx *cx, Uuid bulletin, Rows *kept, size_t *ret_rule_n)
{
    CLEANUP(db_rows_close) DbRows rows = {0};
    *ret_rule_n = 0;
    TRY(score_bulletin_quality_rows_open(cx->db, &(ScoreBulletinQualityRowsIn){cx->place, bulletin},
                                         &rows));
    for (;;) {
        ScoreBulletinQualityRowsRow row;
        bool has_row = false;
        TRY(score_bulletin_quality_rows_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        VEC_PUSH(cx->arena, kept, row);
        *ret_rule_n = (size_t)row.position + 1;
    }
}

Err score_quality_read(Cx *cx, Uuid bulletin, ScoreTable *table)
{
    Rows rows = {0};
    size_t n = 0;
    Map by_code;
    TRY(read_rows(cx, bulletin, &rows, &n));
    ScoreQuality *quality = arena_array(cx->arena, ScoreQuality, n + 1);
    map_init(&by_code, cx->arena);
    for (size_t u = 0; u < table->unit_n; u++) {
        ScoreUnit *unit = (ScoreUnit *)(uintptr_t)&table->units[u];
        (void)counts_of(cx, unit, n + 1);
        map_put(&by_code, unit->unit, unit);
    }
    for (size_t i = 0; i < rows.n; i++) {
        const ScoreBulletinQualityRowsRow *row = &rows.items[i];
        const ScoreQualityCount count = {row->records, row->hits, row->checked, FEW_NONE};
        ScoreUnit *unit = map_get(&by_code, row->unit);
        if (row->unit.n == 0)
            quality[row->position] = (ScoreQuality){
                row->measure, {row->title, row->title_en}, row->is_complete == 1, count};
        else if (unit != NULL)
            counts_of(cx, unit, n + 1)[row->position] = count;
    }
    table->quality = quality;
    table->quality_n = n;
    return OK;
}

/* ---- few people ---- */

static MeasureFew part_few(const ScoreUnit *unit, Str measure)
{
    for (size_t i = 0; i < unit->part_n; i++)
        if (str_equals(unit->parts[i].measure, measure))
            return unit->parts[i].few;
    return FEW_NONE;
}

static void hold_back_rule(Cx *cx, ScoreTable *table, size_t rule)
{
    ScoreQuality *quality = (ScoreQuality *)(uintptr_t)&table->quality[rule];
    size_t n = table->unit_n + 1;
    MeasureValue *values = arena_array(cx->arena, MeasureValue, n);
    Str *parents = arena_array(cx->arena, Str, n);
    MeasureFew *few = arena_array(cx->arena, MeasureFew, n);
    const Str whole = STR("*");
    for (size_t u = 0; u < n; u++) {
        const ScoreUnit *unit = u < table->unit_n ? &table->units[u] : NULL;
        const ScoreQualityCount *count = unit == NULL ? &quality->whole : &unit->quality[rule];
        values[u] = (MeasureValue){.unit = unit == NULL ? whole : unit->unit,
                                   .period = table->period,
                                   .denominator = count->records,
                                   .numerator = count->hits};
        parents[u] = unit == NULL ? STR("") : whole;
        few[u] = unit == NULL ? FEW_NONE : part_few(unit, quality->measure);
    }
    measure_few_rows(cx->arena, pack_measure(cx->packs, quality->measure), table->few_below, values,
                     parents, n, few);
    for (size_t u = 0; u < table->unit_n; u++)
        counts_of(cx, (ScoreUnit *)(uintptr_t)&table->units[u], table->quality_n)[rule].few =
            few[u];
    quality->whole.few = few[table->unit_n];
}

void score_quality_hold_back(Cx *cx, ScoreTable *table)
{
    for (size_t i = 0; i < table->quality_n; i++)
        hold_back_rule(cx, table, i);
}
