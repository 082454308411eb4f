/* Bulletins: a ranking copied as it stands, so that it can be read and compared for ever. */
#include "engine/scores/scores_int.h"

#include "access/access.h"
#include "base/utf8.h"

enum { NOTE_MOST = 200 };

typedef struct Freezing {
    const Score *score;
    Period period;
    const ScoreTable *table;
    Uuid id;
    Str note;
} Freezing;

static Err put_unit(Cx *cx, const Freezing *freezing, const ScoreUnit *unit)
{
    const ScoreBulletinUnitPutIn in = {.place = cx->place,
                                       .bulletin_id = freezing->id,
                                       .unit = unit->unit,
                                       .name = unit->name.zh,
                                       .name_en = unit->name.en,
                                       .rank = unit->rank,
                                       .total = unit->total,
                                       .has_total = unit->has_total};
    TRY(score_bulletin_unit_put(cx->db, &in));
    for (size_t i = 0; i < unit->part_n; i++) {
        const ScorePart *part = &unit->parts[i];
        const ScoreBulletinItemPutIn item = {.place = cx->place,
                                             .bulletin_id = freezing->id,
                                             .unit = unit->unit,
                                             .position = (int64_t)i,
                                             .measure = part->measure,
                                             .weight = part->weight,
                                             .floor = part->floor,
                                             .target = part->target,
                                             .denominator = part->denominator,
                                             .numerator = part->numerator,
                                             .points = part->points,
                                             .has_points = part->has_points,
                                             .total_most = part->gate.total_most,
                                             .has_total_most = part->gate.is_there,
                                             .is_shut = part->gate.is_shut};
        TRY(score_bulletin_item_put(cx->db, &item));
    }
    return OK;
}

/* "national-2017 1.0.0" */
Str score_packs(Cx *cx, const Score *score)
{
    for (size_t i = 0; i < cx->packs->pack_n; i++) {
        const Pack *pack = &cx->packs->packs[i];
        if (str_equals(pack->id, score->pack))
            return str_printf(cx->arena, "%.*s %.*s", STR_ARG(pack->id), STR_ARG(pack->version));
    }
    return score->pack;
}

static Str period_text(Cx *cx, Period period)
{
    char name[PERIOD_NAME_SIZE];
    return str_copy(cx->arena, str_from_c(period_name(period, name)));
}

/* Whether it is frozen already: the same again, or another one under its id. */
static Err look_up(Cx *cx, const Freezing *freezing, bool *ret_is_known)
{
    ScoreBulletinByIdRow old;
    Str period = period_text(cx, freezing->period), note = str_trim(freezing->note);
    TRY(score_bulletin_by_id(cx->db, cx->arena, &(ScoreBulletinByIdIn){cx->place, freezing->id},
                             &old, ret_is_known));
    bool is_same = !*ret_is_known
                   || (str_equals(old.score, freezing->score->id) && str_equals(old.period, period)
                       && str_equals(old.note, note));
    return is_same ? OK : cx_fail(cx, ERR_CONFLICT, TEXT_PLAN_ENTRY_ID, (Str){0}, 0);
}

static Err freeze_work(Cx *cx, void *arg)
{
    const Freezing *freezing = arg;
    const Score *score = freezing->score;
    bool is_known = false;
    Str period = period_text(cx, freezing->period), note = str_trim(freezing->note);
    TRY(look_up(cx, freezing, &is_known));
    if (is_known)
        return OK;
    const ScoreBulletinPutIn in = {
        .place = cx->place,
        .id = freezing->id,
        .score = score->id,
        .period = period,
        .note = note,
        .packs = score_packs(cx, score),
        .is_ranked = freezing->table->is_ranked,
        .has_quality = freezing->table->has_quality,
        .ties = str_join(cx->arena, freezing->table->ties, freezing->table->tie_n, STR(" ")),
        .frozen_by = cx->actor->account,
        .frozen_on = cx->today,
        .frozen_at = cx->now};
    TRY(score_bulletin_put(cx->db, &in, NULL));
    for (size_t i = 0; i < freezing->table->unit_n; i++)
        TRY(put_unit(cx, freezing, &freezing->table->units[i]));
    TRY(score_quality_put(cx, freezing->id, freezing->table));
    TRY(score_streaks_put(cx, freezing->id, freezing->table));
    const AuditEntry entry = {
        .action = STR("scores.freeze"),
        .detail = str_printf(cx->arena, "%.*s %.*s", STR_ARG(score->id), STR_ARG(period))};
    return audit_add(cx, &entry);
}

Err score_freeze(Cx *cx, const Score *score, Period period, Uuid id, Str note)
{
    ScoreTable table;
    if (utf8_length(str_trim(note)) > NOTE_MOST)
        return cx_fail(cx, ERR_INVALID, TEXT_PLAN_ENTRY_TEXT, STR("/note"), 1,
                       str_printf(cx->arena, "%d", NOTE_MOST));
    if (access_sight(cx)->by_facility)
        return cx_fail(cx, ERR_FORBIDDEN, TEXT_SCORE_WHOLE, (Str){0}, 0);
    Freezing freezing = {score, period, &table, id, note};
    bool is_known = false;
    TRY(look_up(cx, &freezing, &is_known));
    if (is_known)
        return OK;
    if (date_compare(period.first, cx->today) > 0)
        return cx_fail(cx, ERR_INVALID, TEXT_MEASURE_PERIOD, STR("/period"), 2, score->id,
                       period_text(cx, period));
    TRY(score_read_noted(cx, score, period, cx->actor->is_system, &table));
    if (!table.is_complete || !table.is_quality_made)
        return cx_fail(cx, ERR_BUSY, TEXT_SCORE_COUNTING, (Str){0}, 0);
    TRY(score_streaks(cx, score, cx->actor->is_system, &table));
    return cx_write(cx, freeze_work, &freezing);
}

/* ---- reading ---- */

Err score_bulletins(Cx *cx, Str score, const ScoreBulletin **ret_bulletins, size_t *ret_n)
{
    CLEANUP(db_rows_close) DbRows rows = {0};
    VEC(ScoreBulletin) bulletins = {0};
    const ScoreBulletinRowsIn in = {cx->place, score.p == NULL ? STR("") : score};
    TRY(score_bulletin_rows_open(cx->db, &in, &rows));
    for (;;) {
        ScoreBulletinRowsRow row;
        bool has_row = false;
        TRY(score_bulletin_rows_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            break;
        VEC_PUSH(
            cx->arena, &bulletins,
            ((ScoreBulletin){row.id, row.score, row.period, row.note, row.packs, row.is_ranked == 1,
                             row.frozen_by, row.frozen_on, row.frozen_at}));
    }
    *ret_bulletins = bulletins.items;
    *ret_n = bulletins.n;
    return OK;
}

typedef VEC(ScoreUnit) Units;

static Err read_units(Cx *cx, Uuid id, Units *units)
{
    CLEANUP(db_rows_close) DbRows rows = {0};
    TRY(score_bulletin_units_open(cx->db, &(ScoreBulletinUnitsIn){cx->place, id}, &rows));
    for (;;) {
        ScoreBulletinUnitsRow row;
        bool has_row = false;
        TRY(score_bulletin_units_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        VEC_PUSH(cx->arena, units,
                 ((ScoreUnit){.unit = row.unit,
                              .name = {row.name, row.name_en},
                              .rank = row.rank,
                              .has_total = row.has_total,
                              .total = row.total}));
    }
}

/* Parts come by unit: those of one lie together. */
static Err read_parts(Cx *cx, Uuid id, Units *units)
{
    CLEANUP(db_rows_close) DbRows rows = {0};
    VEC(ScorePart) parts = {0};
    VEC(Str) owners = {0};
    TRY(score_bulletin_items_open(cx->db, &(ScoreBulletinItemsIn){cx->place, id}, &rows));
    for (;;) {
        ScoreBulletinItemsRow row;
        bool has_row = false;
        TRY(score_bulletin_items_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            break;
        VEC_PUSH(cx->arena, &owners, row.unit);
        VEC_PUSH(cx->arena, &parts,
                 ((ScorePart){row.measure,
                              row.weight,
                              row.floor,
                              row.target,
                              row.denominator,
                              row.numerator,
                              row.has_points,
                              row.points,
                              FEW_NONE,
                              {row.has_total_most, row.is_shut == 1, row.total_most}}));
    }
    for (size_t i = 0; i < units->n; i++) {
        ScoreUnit *unit = &units->items[i];
        size_t first = 0;
        while (first < parts.n && !str_equals(owners.items[first], unit->unit))
            first++;
        unit->parts = first < parts.n ? &parts.items[first] : NULL;
        while (first + unit->part_n < parts.n
               && str_equals(owners.items[first + unit->part_n], unit->unit))
            unit->part_n++;
    }
    return OK;
}

static void read_ties(Cx *cx, Str text, ScoreTable *table)
{
    VEC(Str) ties = {0};
    Str one = {0};
    while (text.n > 0 && str_cut(&text, ' ', &one))
        VEC_PUSH(cx->arena, &ties, one);
    table->ties = ties.items;
    table->tie_n = ties.n;
}

Err score_bulletin_read(Cx *cx, Uuid id, ScoreBulletin *ret_bulletin, ScoreTable *ret_table)
{
    ScoreBulletinByIdRow row;
    bool is_known = false;
    Units units = {0};
    TRY(score_bulletin_by_id(cx->db, cx->arena, &(ScoreBulletinByIdIn){cx->place, id}, &row,
                             &is_known));
    if (!is_known)
        return ERR_NOT_FOUND;
    *ret_bulletin = (ScoreBulletin){id,           row.score,          row.period,    row.note,
                                    row.packs,    row.is_ranked == 1, row.frozen_by, row.frozen_on,
                                    row.frozen_at};
    *ret_table = (ScoreTable){.is_complete = true,
                              .is_whole = true,
                              .is_ranked = row.is_ranked == 1,
                              .has_quality = row.has_quality == 1};
    TRY(period_parse(row.period, &ret_table->period));
    TRY(read_units(cx, id, &units));
    TRY(read_parts(cx, id, &units));
    ret_table->units = units.items;
    ret_table->unit_n = units.n;
    read_ties(cx, row.ties, ret_table);
    TRY(score_quality_read(cx, id, ret_table));
    TRY(score_streaks_read(cx, id, ret_table));
    return score_hold_back(cx, row.frozen_on, ret_table);
}
