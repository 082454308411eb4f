/* A share of units reached in each period: the townships of the county, the villages of a
 * catchment, facilities of some kinds.
 *
 *  1. Asked of are the units that are in force on the last day of the period, within the subject's
 *     catchment of that day where the rule says so. Nothing is owed when there are none.
 *  2. A visit names one unit. Of a unit that has become another one since, the other is reached.
 *  3. Coverage belongs to a round: the visits of a period with one number, all of them where the
 *     rule names no field. Two visits to a unit count once. The period is met when one round has
 *     reached the share; the visit that did so meets it. */
#include "engine/obligations/evaluate_int.h"

#include <math.h>

#include "engine/subjects/registers.h"

/* A share of units is a whole number of them: 0.3 of 10 are 3, whatever the rounding of 0.3. */
#define SHARE_SLACK 1e-9
enum { SUCCESSION_MOST = 8 };

typedef struct {
    const CoverageUnit **items;
    size_t n;
} Units;

static bool holds(Date from, Date to, Date day)
{
    return !is_before(day, from) && (date_is_none(to) || !is_before(to, day));
}

static bool is_of_kind(const Rule *rule, const CoverageUnit *unit)
{
    if (rule->units != UNITS_FACILITIES)
        return unit->kind.n == 0 && unit->level == (rule->units == UNITS_VILLAGES ? 5 : 4);
    for (size_t i = 0; i < rule->unit_kind_n; i++) {
        if (str_equals(rule->unit_kinds[i], unit->kind))
            return true;
    }
    return false;
}

/* Codes are prefixes: the unit lies in an area of the catchment, or one of its areas in the unit.
 */
static bool is_in_catchment(const CoverageWorld *world, const CoverageUnit *unit, Date day)
{
    for (size_t i = 0; i < world->catchment_n; i++) {
        const CoverageCatchment *own = &world->catchments[i];
        bool is_met = unit->kind.n > 0 ? str_equals(own->facility, unit->code)
                                       : own->area.n > 0
                                             && (str_has_prefix(own->area, unit->code)
                                                 || str_has_prefix(unit->code, own->area));
        if (is_met && holds(own->valid_from, own->valid_to, day))
            return true;
    }
    return false;
}

static Units units_on(const Evaluation *evaluation, Date day)
{
    const CoverageWorld *world = evaluation->facts->world;
    const Rule *rule = evaluation->rule;
    Units units = {0};
    if (world == NULL)
        return units;
    units.items = arena_array(evaluation->arena, const CoverageUnit *, world->unit_n + 1);
    for (size_t i = 0; i < world->unit_n; i++) {
        const CoverageUnit *unit = &world->units[i];
        if (is_of_kind(rule, unit) && holds(unit->valid_from, unit->valid_to, day)
            && (!rule->is_within_catchment || is_in_catchment(world, unit, day)))
            units.items[units.n++] = unit;
    }
    return units;
}

static size_t find_unit(const Units *units, Str code)
{
    for (size_t i = 0; i < units->n; i++) {
        if (str_equals(units->items[i]->code, code))
            return i;
    }
    return SIZE_MAX;
}

/* Marks the unit, or what it has become by the day. */
static void cover(const CoverageWorld *world, const Units *units, Str code, Date day, int depth,
                  bool *is_covered)
{
    size_t at = find_unit(units, code);
    if (at != SIZE_MAX) {
        is_covered[at] = true;
        return;
    }
    for (size_t i = 0; i < world->successor_n && depth < SUCCESSION_MOST; i++) {
        const CoverageSuccessor *next = &world->successors[i];
        if (str_equals(next->code, code) && !is_before(day, next->from))
            cover(world, units, next->successor, day, depth + 1, is_covered);
    }
}

typedef struct {
    Evaluation *evaluation;
    const Spell *spell;
    Period period;
    Units units;
    double needed;
    Date last; /* of the period within the spell */
} Asked;

static bool is_read(const Asked *asked, const Evidence *row)
{
    return row->kind == EVIDENCE_VISIT && row->is_counted
           && period_has(asked->period, row->happened_on)
           && !is_before(row->happened_on, asked->spell->from)
           && (date_is_none(asked->spell->after)
               || is_before(row->happened_on, asked->spell->after));
}

/* The first record by which a round reached the share, or NULL; its marks go to is_covered. */
static const Evidence *walk_round(const Asked *asked, int32_t round, bool *is_covered,
                                  size_t *ret_covered)
{
    const Evaluation *evaluation = asked->evaluation;
    const Evidence *reached = NULL;
    *ret_covered = 0;
    for (size_t i = 0; i < evaluation->n; i++) {
        const Evidence *row = &evaluation->rows[i];
        if (!is_read(asked, row) || row->detail != round)
            continue;
        cover(evaluation->facts->world, &asked->units, row->unit, period_last(asked->period), 0,
              is_covered);
        *ret_covered = 0;
        for (size_t u = 0; u < asked->units.n; u++)
            *ret_covered += is_covered[u];
        if (reached == NULL && (double)*ret_covered >= asked->needed)
            reached = row;
    }
    return reached;
}

static Coverage *coverage_of(const Asked *asked, int32_t round, size_t covered,
                             const bool *is_covered)
{
    Coverage *coverage = arena_new(asked->evaluation->arena, Coverage);
    const CoverageUnit **missing =
        arena_array(asked->evaluation->arena, const CoverageUnit *, asked->units.n + 1);
    *coverage = (Coverage){.covered = covered, .total = asked->units.n, .round = round};
    for (size_t u = 0; u < asked->units.n; u++) {
        if (!is_covered[u])
            missing[coverage->missing_n++] = asked->units.items[u];
    }
    coverage->missing = missing;
    return coverage;
}

static bool is_first_of_round(const Asked *asked, size_t at)
{
    const Evidence *rows = asked->evaluation->rows;
    for (size_t i = 0; i < at; i++) {
        if (is_read(asked, &rows[i]) && rows[i].detail == rows[at].detail)
            return false;
    }
    return true;
}

/* The first round to reach the share, else the one that came furthest. */
static void read_rounds(const Asked *asked, ObligationOutcome *outcome)
{
    const Evaluation *evaluation = asked->evaluation;
    const bool *none = arena_array(evaluation->arena, bool, asked->units.n + 1);
    outcome->coverage = coverage_of(asked, 0, 0, none);
    const Evidence *met = NULL;
    for (size_t i = 0; i < evaluation->n; i++) {
        if (!is_read(asked, &evaluation->rows[i]) || !is_first_of_round(asked, i))
            continue;
        bool *is_covered = arena_array(evaluation->arena, bool, asked->units.n + 1);
        size_t covered = 0;
        int32_t round = evaluation->rows[i].detail;
        const Evidence *reached = walk_round(asked, round, is_covered, &covered);
        bool is_earlier = reached != NULL && (met == NULL || reached < met);
        if (is_earlier || (met == NULL && covered > outcome->coverage->covered))
            outcome->coverage = coverage_of(asked, round, covered, is_covered);
        if (is_earlier)
            met = reached;
    }
    outcome->obligation.done = (double)outcome->coverage->covered;
    if (met != NULL) {
        outcome->obligation.met_by = met->record;
        outcome->obligation.met_on = met->happened_on;
    }
}

static void ask_period(Evaluation *evaluation, const Spell *spell, Period period)
{
    Asked asked = {.evaluation = evaluation,
                   .spell = spell,
                   .period = period,
                   .units = units_on(evaluation, period_last(period)),
                   .last = date_min(period_last(period), spell->until)};
    if (asked.units.n == 0 || !rule_is_valid_on(evaluation->rule, period.first))
        return;
    asked.needed = ceil(evaluation->rule->needed * (double)asked.units.n - SHARE_SLACK);
    ObligationOutcome outcome = {
        .obligation = {.subject = evaluation->facts->subject,
                       .rule = evaluation->rule,
                       .opens_on = date_max(period.first, spell->from),
                       .due_on = asked.last,
                       .due_minute = -1,
                       .closes_on = asked.last,
                       .needed = asked.needed,
                       .met_on = DATE_NONE,
                       .waived_on = DATE_NONE,
                       .spared_on = DATE_NONE},
        .reason = DUE_PERIOD_END,
        .enrolled_by = spell->enter == NULL ? UUID_NIL : spell->enter->record,
    };
    read_rounds(&asked, &outcome);
    bool is_met = !date_is_none(outcome.obligation.met_on);
    bool left_during = !date_is_none(spell->after) && !is_before(asked.last, spell->after);
    if (!is_met && left_during)
        return;
    if (!is_met)
        waivers_apply(evaluation, &outcome);
    VEC_PUSH(evaluation->arena, evaluation->outcomes, outcome);
}

void evaluate_coverage(Evaluation *evaluation)
{
    for (size_t i = 0; i < evaluation->spell_n; i++) {
        const Spell *spell = &evaluation->spells[i];
        Period period = period_of(evaluation->rule->every, spell->from);
        if (evaluation->rule->first_period == FIRST_NEXT_PERIOD)
            period = period_next(period);
        for (; date_compare(period.first, evaluation->horizon) <= 0
               && (date_is_none(spell->after) || is_before(period.first, spell->after));
             period = period_next(period))
            ask_period(evaluation, spell, period);
    }
}
