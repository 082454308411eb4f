/* So much in each calendar period: every, count, sum.
 *
 *  1. Owed from the period after the enrolment, or from that of the enrolment itself when the rule
 *     says so or the enrolment sets a date in it. Of a whole first period also records before the
 *     enrolment count.
 *  2. Records that count, in the period, meet the period's obligation; nothing else does.
 *  3. due_on is the earlier of the period's last day and the date that the last visit set (already
 *     capped by the rule; visits that do not count, such as telephone visits, set dates too).
 *  4. A period that ends unmet is missed. Where visits set dates, its due_on passes to the next
 *     period, which is then overdue from its first day: one line, not two.
 *  5. A period is answered for once: who leaves after the visit of a period and comes back in it
 *     owes from the next one.
 *  6. A date that lies before the period opens the obligation early: notice_days before that date,
 *     but after the visit that set it.
 *
 * The walk keeps one date (`asked`) with the reason for it: what the last visit, or the last missed
 * period, asks of the next one. */
#include "engine/obligations/evaluate_int.h"

/* The date that the next visit is asked for by, and who asked. */
typedef struct {
    Date on;
    DueReason reason;
    Uuid record;
    Date set_on; /* day of the visit that set it */
} Asked;

typedef struct {
    Evaluation *evaluation;
    const Rule *rule;
    const Spell *spell;
    size_t at; /* next row to read */
    Asked asked;
    bool carries;    /* the period before ended unmet */
    Date done_until; /* last day of the periods that an earlier spell has answered for */
} Walk;

static Asked asked_by(const Evidence *row)
{
    if (row == NULL || date_is_none(row->next_on))
        return (Asked){.on = DATE_NONE};
    DueReason reason = row->kind == EVIDENCE_ENTER ? DUE_FIRST_DATE
                       : row->is_capped            ? DUE_NEXT_CAPPED
                                                   : DUE_NEXT_DATE;
    return (Asked){row->next_on, reason, row->record, row->happened_on};
}

/* The first day whose visits count. */
static Date counts_from(const Walk *walk)
{
    Date from = walk->spell->from;
    return walk->rule->first_period == FIRST_WHOLE_PERIOD ? period_of(walk->rule->every, from).first
                                                          : from;
}

/* The next visit of the spell before `after`, or NULL. */
static const Evidence *next_visit(Walk *walk, Date after)
{
    const Evaluation *evaluation = walk->evaluation;
    after = date_min(after, walk->spell->after);
    Date from = counts_from(walk);
    for (; walk->at < evaluation->n; walk->at++) {
        const Evidence *row = &evaluation->rows[walk->at];
        if (!is_before(row->happened_on, after))
            return NULL;
        if (row->kind != EVIDENCE_VISIT || is_before(row->happened_on, from))
            continue;
        walk->at++;
        return row;
    }
    return NULL;
}

static Date opening(const Walk *walk, Period period)
{
    const Asked *asked = &walk->asked;
    if (walk->carries || date_is_none(asked->on) || !is_before(asked->on, period.first))
        return date_max(period.first, walk->spell->from);
    Date noticed = date_add_days(asked->on, -walk->rule->notice_days);
    return date_max(noticed, date_add_days(asked->set_on, 1));
}

static ObligationOutcome outcome_of(const Walk *walk, Period period)
{
    Date last = date_min(period_last(period), walk->spell->until);
    const Evidence *enter = walk->spell->enter;
    bool is_asked = !date_is_none(walk->asked.on) && is_before(walk->asked.on, last);
    ObligationOutcome outcome = {
        .obligation = {.subject = walk->evaluation->facts->subject,
                       .rule = walk->rule,
                       .opens_on = opening(walk, period),
                       .due_on = is_asked ? walk->asked.on : last,
                       .due_minute = -1,
                       .closes_on = last,
                       .needed = walk->rule->needed,
                       .met_on = DATE_NONE,
                       .waived_on = DATE_NONE,
                       .spared_on = DATE_NONE},
        .reason = !is_asked       ? DUE_PERIOD_END
                  : walk->carries ? DUE_CARRIED
                                  : walk->asked.reason,
        .reason_record = is_asked ? walk->asked.record : UUID_NIL,
        .enrolled_by = enter == NULL ? UUID_NIL : enter->record,
    };
    return outcome;
}

/* What a visit that counts adds. */
static double counted(const Walk *walk, const Evidence *visit)
{
    return walk->rule->tally == TALLY_SUM ? visit->amount : 1;
}

static void set_dates(Walk *walk, const Evidence *visit)
{
    if (visit->is_counted || !date_is_none(visit->next_on))
        walk->asked = asked_by(visit);
}

/* Whether an earlier visit of the period that counts was of the same unit. */
static bool is_repeated(const Walk *walk, Period period, const Evidence *visit)
{
    const Evidence *rows = walk->evaluation->rows;
    if (walk->rule->unit_field == SIZE_MAX)
        return false;
    for (const Evidence *row = visit; row-- > rows && !is_before(row->happened_on, period.first);)
        if (row->kind == EVIDENCE_VISIT && row->is_counted
            && !is_before(row->happened_on, walk->spell->from)
            && str_equals(row->unit, visit->unit))
            return true;
    return false;
}

/* Reads the visits of the period; true when they meet it. */
static bool read_visits(Walk *walk, Period period, ObligationOutcome *outcome)
{
    bool is_met = false;
    for (const Evidence *visit; (visit = next_visit(walk, period.after)) != NULL;) {
        double done = outcome->obligation.done;
        bool is_counted = visit->is_counted && !is_repeated(walk, period, visit);
        if (!is_met && is_counted)
            done = outcome->obligation.done += counted(walk, visit);
        set_dates(walk, visit);
        if (!is_met && is_counted && done >= outcome->obligation.needed) {
            is_met = true;
            outcome->obligation.met_by = visit->record;
            outcome->obligation.met_on = visit->happened_on;
            continue;
        }
        if (!is_met && !date_is_none(visit->next_on)) {
            Date opens_on = outcome->obligation.opens_on;
            walk->carries = false; /* the visit's date replaces the one passed on */
            *outcome = outcome_of(walk, period);
            outcome->obligation.opens_on = opens_on;
            outcome->obligation.done = done;
        }
    }
    return is_met;
}

static void pass_on(Walk *walk, const ObligationOutcome *outcome)
{
    bool sets_dates = walk->rule->sooner_field != SIZE_MAX;
    bool is_waived = !date_is_none(outcome->obligation.waived_on);
    walk->carries = sets_dates && !is_waived;
    walk->asked = (Asked){.on = DATE_NONE};
    if (walk->carries) /* what was owed by its due day stays owed by it */
        walk->asked = (Asked){outcome->obligation.due_on, DUE_CARRIED, outcome->reason_record,
                              outcome->obligation.due_on};
}

static void walk_period(Walk *walk, Period period)
{
    ObligationOutcome outcome = outcome_of(walk, period);
    bool is_met = read_visits(walk, period, &outcome);
    if (is_met) {
        walk->carries = false;
    } else {
        waivers_apply(walk->evaluation, &outcome);
        pass_on(walk, &outcome);
    }
    Date after = walk->spell->after;
    bool left_during = !date_is_none(after) && !is_before(outcome.obligation.closes_on, after);
    bool is_done = !date_is_none(walk->done_until)
                   && !is_before(walk->done_until, outcome.obligation.closes_on);
    if ((is_met || !left_during) && !is_done && rule_is_valid_on(walk->rule, period.first))
        VEC_PUSH(walk->evaluation->arena, walk->evaluation->outcomes, outcome);
}

/* Visits between enrolment and the first owed period set dates but owe nothing. */
static Period first_owed(Walk *walk)
{
    const Evidence *enter = walk->spell->enter;
    Period period = period_of(walk->rule->every, walk->spell->from);
    walk->asked = asked_by(enter);
    bool is_asked = !date_is_none(walk->asked.on) && is_before(walk->asked.on, period.after);
    if (is_asked || walk->rule->first_period != FIRST_NEXT_PERIOD)
        return period;
    for (const Evidence *visit; (visit = next_visit(walk, period.after)) != NULL;)
        set_dates(walk, visit);
    return period_next(period);
}

static bool is_past(const Spell *spell, Date first)
{
    return (!date_is_none(spell->after) && !is_before(first, spell->after))
           || (!date_is_none(spell->until) && is_before(spell->until, first));
}

void evaluate_every(Evaluation *evaluation)
{
    Walk walk = {.evaluation = evaluation, .rule = evaluation->rule, .done_until = DATE_NONE};
    size_t first = evaluation->outcomes->n;
    for (size_t i = 0; i < evaluation->spell_n; i++) {
        const ObligationOutcomes *outcomes = evaluation->outcomes;
        walk.spell = &evaluation->spells[i];
        walk.at = 0;
        walk.carries = false;
        walk.done_until = outcomes->n == first
                              ? DATE_NONE
                              : outcomes->items[outcomes->n - 1].obligation.closes_on;
        for (Period period = first_owed(&walk); date_compare(period.first, evaluation->horizon) <= 0
                                                && !is_past(walk.spell, period.first);
             period = period_next(period))
            walk_period(&walk, period);
    }
}
