/* Years in a row: how long each unit has stood above or below a line, or among the last. Years are
 * read from the newest back, no further than some unit's row goes on. */
#include "engine/scores/scores_int.h"

#include "base/map.h"
#include "engine/policy/policy_values.h"

typedef struct Streaks {
    Cx *cx;
    const Score *score;
    bool is_patient;
    const Policy *policy;
    ScoreTable *table;
    ScoreStreakNow *now;
    bool *is_open; /* of each unit and streak */
    const ScoreBulletin *bulletins;
    size_t bulletin_n;
} Streaks;

typedef enum { YEAR_ALIKE, YEAR_OTHER, YEAR_SILENT } YearSays;

/* One that was frozen while the year still ran tells of a part of it. */
static const ScoreBulletin *bulletin_of(const Streaks *streaks, Period year)
{
    char name[PERIOD_NAME_SIZE];
    (void)period_name(year, name);
    for (size_t i = 0; i < streaks->bulletin_n; i++) {
        const ScoreBulletin *bulletin = &streaks->bulletins[i];
        if (str_equals_c(bulletin->period, name)
            && date_compare(bulletin->frozen_on, period_last(year)) > 0)
            return bulletin;
    }
    return NULL;
}

static Err read_year(Streaks *streaks, Period year, ScoreTable *ret_then)
{
    ScoreBulletin bulletin;
    const ScoreBulletin *frozen = bulletin_of(streaks, year);
    if (frozen != NULL)
        return score_bulletin_read(streaks->cx, frozen->id, &bulletin, ret_then);
    if (date_compare(year.first, streaks->table->period.first) == 0)
        *ret_then = *streaks->table;
    else
        TRY(score_read(streaks->cx, streaks->score, year, streaks->is_patient, ret_then));
    streaks->table->is_streak_complete =
        streaks->table->is_streak_complete && ret_then->is_complete;
    return OK;
}

/* The rank from which on units are among the last: those with a rank come first, in its order. */
static int64_t last_rank(const ScoreTable *then, double last)
{
    size_t ranked = 0;
    while (ranked < then->unit_n && then->units[ranked].rank > 0)
        ranked++;
    if (ranked == 0 || last < 1)
        return INT64_MAX;
    return last >= (double)ranked ? 1 : then->units[ranked - (size_t)last].rank;
}

static YearSays say(const ScoreStreak *streak, const ScoreTable *then, double at,
                    const ScoreUnit *unit)
{
    if (unit == NULL || !unit->has_total)
        return YEAR_SILENT;
    bool is_alike =
        streak->line == SCORE_AT_LEAST ? score_shown(unit) >= at : score_shown(unit) < at;
    if (streak->line == SCORE_LAST) {
        if (!then->is_ranked || !then->is_whole)
            return YEAR_SILENT;
        is_alike = unit->rank >= last_rank(then, at);
    }
    return is_alike ? YEAR_ALIKE : YEAR_OTHER;
}

/* Counts one year for a streak of all units; whether the row of any goes on. */
static bool count(Streaks *streaks, size_t which, const ScoreTable *then, const Map *by_code)
{
    char name[PERIOD_NAME_SIZE];
    const ScoreStreakNow *now = &streaks->now[which];
    bool goes_on = false;
    double at = 0;
    bool is_told = score_number(streaks->policy, now->declared->at, then->period.first, &at);
    for (size_t u = 0; u < streaks->table->unit_n; u++) {
        const ScoreUnit *unit = &streaks->table->units[u];
        ScoreUnitStreak *row = (ScoreUnitStreak *)(uintptr_t)&unit->streaks[which];
        bool *is_open = &streaks->is_open[u * streaks->score->streak_n + which];
        if (!*is_open)
            continue;
        YearSays says =
            is_told ? say(now->declared, then, at, map_get(by_code, unit->unit)) : YEAR_SILENT;
        row->years += says == YEAR_ALIKE;
        row->is_reached = row->years == now->years;
        if (says == YEAR_SILENT)
            row->gap = str_copy(streaks->cx->arena, str_from_c(period_name(then->period, name)));
        *is_open = says == YEAR_ALIKE && !row->is_reached;
        goes_on = goes_on || *is_open;
    }
    return goes_on;
}

static Err count_years(Streaks *streaks, Period year)
{
    for (bool goes_on = true; goes_on; year = period_previous(year)) {
        ScoreTable then;
        Map by_code;
        TRY(read_year(streaks, year, &then));
        map_init(&by_code, streaks->cx->arena);
        for (size_t i = 0; i < then.unit_n; i++)
            map_put(&by_code, then.units[i].unit, (void *)(uintptr_t)&then.units[i]);
        goes_on = false;
        for (size_t i = 0; i < streaks->score->streak_n; i++)
            goes_on = count(streaks, i, &then, &by_code) || goes_on;
    }
    return OK;
}

/* The numbers of the newest year, and a row of no years for every unit. */
static void begin(Streaks *streaks, Period newest)
{
    const Score *score = streaks->score;
    ScoreTable *table = streaks->table;
    for (size_t i = 0; i < score->streak_n; i++) {
        ScoreStreakNow *now = &streaks->now[i];
        double years = 0;
        *now = (ScoreStreakNow){.declared = &score->streaks[i]};
        if (score_number(streaks->policy, now->declared->years, newest.first, &years) && years >= 1
            && years <= SCORE_YEARS_MOST)
            now->years = (int64_t)years;
        (void)score_number(streaks->policy, now->declared->at, newest.first, &now->at);
    }
    for (size_t u = 0; u < table->unit_n; u++) {
        ScoreUnit *unit = (ScoreUnit *)(uintptr_t)&table->units[u];
        unit->streaks = arena_array(streaks->cx->arena, ScoreUnitStreak, score->streak_n);
        for (size_t i = 0; i < score->streak_n; i++)
            streaks->is_open[u * score->streak_n + i] = streaks->now[i].years > 0;
    }
    table->streaks_to = newest;
    table->streaks = streaks->now;
    table->streak_n = score->streak_n;
    table->is_streak_complete = true;
}

Err score_streaks(Cx *cx, const Score *score, bool is_patient, ScoreTable *table)
{
    Streaks streaks = {.cx = cx, .score = score, .is_patient = is_patient, .table = table};
    bool is_over = date_compare(cx->today, period_last(table->period)) > 0;
    Period newest = is_over ? table->period : period_previous(period_of(PERIOD_YEAR, cx->today));
    if (score->streak_n == 0 || table->unit_n == 0)
        return OK;
    TRY(policy_of(cx, &streaks.policy));
    TRY(score_bulletins(cx, score->id, &streaks.bulletins, &streaks.bulletin_n));
    streaks.now = arena_array(cx->arena, ScoreStreakNow, score->streak_n);
    streaks.is_open = arena_array(cx->arena, bool, table->unit_n * score->streak_n);
    begin(&streaks, newest);
    return count_years(&streaks, newest);
}

/* ---- kept with a bulletin ---- */

Err score_streaks_put(Cx *cx, Uuid bulletin, const ScoreTable *table)
{
    char name[PERIOD_NAME_SIZE];
    for (size_t i = 0; i < table->streak_n; i++) {
        const ScoreStreakNow *now = &table->streaks[i];
        const ScoreBulletinLinePutIn line = {
            .place = cx->place,
            .bulletin_id = bulletin,
            .position = (int64_t)i,
            .upto = str_copy(cx->arena, str_from_c(period_name(table->streaks_to, name))),
            .line = score_line_name(now->declared->line),
            .line_at = now->at,
            .years = now->years,
            .then_zh = now->declared->then.zh,
            .then_en = now->declared->then.en,
            .is_complete = table->is_streak_complete};
        TRY(score_bulletin_line_put(cx->db, &line));
        for (size_t u = 0; u < table->unit_n; u++) {
            const ScoreUnitStreak *row = &table->units[u].streaks[i];
            const ScoreBulletinStreakPutIn in = {.place = cx->place,
                                                 .bulletin_id = bulletin,
                                                 .unit = table->units[u].unit,
                                                 .position = (int64_t)i,
                                                 .years = row->years,
                                                 .is_reached = row->is_reached,
                                                 .gap = row->gap.p == NULL ? STR("") : row->gap};
            TRY(score_bulletin_streak_put(cx->db, &in));
        }
    }
    return OK;
}

static Err read_lines(Cx *cx, Uuid bulletin, ScoreTable *table)
{
    VEC(ScoreStreakNow) lines = {0};
    CLEANUP(db_rows_close) DbRows rows = {0};
    TRY(score_bulletin_lines_open(cx->db, &(ScoreBulletinLinesIn){cx->place, bulletin}, &rows));
    for (;;) {
        ScoreBulletinLinesRow row;
        bool has_row = false;
        TRY(score_bulletin_lines_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            break;
        ScoreStreak *declared = arena_new(cx->arena, ScoreStreak);
        *declared = (ScoreStreak){.then = {row.then_zh, row.then_en}};
        bool is_line = score_line_parse(row.line, &declared->line);
        ENSURE(is_line);
        TRY(period_parse(row.upto, &table->streaks_to));
        table->is_streak_complete = row.is_complete == 1;
        VEC_PUSH(cx->arena, &lines, ((ScoreStreakNow){declared, row.years, row.line_at}));
    }
    table->streaks = lines.items;
    table->streak_n = lines.n;
    return OK;
}

Err score_streaks_read(Cx *cx, Uuid bulletin, ScoreTable *table)
{
    Map by_code;
    TRY(read_lines(cx, bulletin, table));
    map_init(&by_code, cx->arena);
    for (size_t u = 0; u < table->unit_n && table->streak_n > 0; u++) {
        ScoreUnit *unit = (ScoreUnit *)(uintptr_t)&table->units[u];
        unit->streaks = arena_array(cx->arena, ScoreUnitStreak, table->streak_n);
        map_put(&by_code, unit->unit, unit);
    }
    CLEANUP(db_rows_close) DbRows rows = {0};
    TRY(score_bulletin_streaks_open(cx->db, &(ScoreBulletinStreaksIn){cx->place, bulletin}, &rows));
    for (;;) {
        ScoreBulletinStreaksRow row;
        bool has_row = false;
        TRY(score_bulletin_streaks_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        const ScoreUnit *unit = map_get(&by_code, row.unit);
        if (unit != NULL && row.position < (int64_t)table->streak_n)
            ((ScoreUnitStreak *)(uintptr_t)unit->streaks)[row.position] =
                (ScoreUnitStreak){row.years, row.is_reached == 1, row.gap};
    }
}
