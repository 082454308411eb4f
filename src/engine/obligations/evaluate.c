/* The periodic rule. The walk keeps one date (`asked`) with the reason for it: what the last visit,
 * or the last missed period, asks of the next one. */
#include "engine/obligations/evaluate.h"

/* A stretch of enrolment: from the day of entering to the day before leaving. */
typedef struct {
    const Evidence *enter;
    Date after; /* first day that no longer belongs to it; DATE_NONE: open */
} Spell;

/* The date that the next visit is asked for by, and who asked. */
typedef struct {
    Date on;
    DueReason reason;
    Uuid record;
    Date set_on; /* day of the visit that set it */
} Asked;

typedef struct {
    const Rule *rule;
    Uuid subject;
    const Evidence *visits; /* every row; kinds other than VISIT are skipped */
    size_t n;
    size_t at; /* next row to read */
    Spell spell;
    Asked asked;
    bool carries;    /* the period before ended unmet */
    Date done_until; /* last day of the periods that an earlier spell has answered for */
} Walk;

Date rule_horizon(Date today)
{
    int year = 0, month = 0, day = 0;
    date_to_ymd(today, &year, &month, &day);
    return date_from_ymd(year + 1, 1, 1);
}

static bool is_before(Date a, Date b)
{
    return date_compare(a, b) < 0;
}

static Asked asked_by(const Evidence *row)
{
    if (date_is_none(row->next_on))
        return (Asked){.on = DATE_NONE};
    DueReason reason = row->kind == EVIDENCE_ENTER ? DUE_FIRST_DATE
                       : row->is_capped            ? DUE_NEXT_CAPPED
                                                   : DUE_NEXT_DATE;
    return (Asked){row->next_on, reason, row->record, row->happened_on};
}

/* The next visit of the spell before `after`, or NULL. */
static const Evidence *next_visit(Walk *walk, Date after)
{
    after = date_min(after, walk->spell.after);
    for (; walk->at < walk->n; walk->at++) {
        const Evidence *row = &walk->visits[walk->at];
        if (!is_before(row->happened_on, after))
            return NULL;
        if (row->kind != EVIDENCE_VISIT
            || is_before(row->happened_on, walk->spell.enter->happened_on))
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
        return date_max(period.first, walk->spell.enter->happened_on);
    Date noticed = date_add_days(asked->on, -walk->rule->notice_days);
    return date_max(noticed, date_add_days(asked->set_on, 1));
}

static ObligationOutcome outcome_of(const Walk *walk, Period period)
{
    Date last = period_last(period);
    bool is_asked = !date_is_none(walk->asked.on) && is_before(walk->asked.on, last);
    ObligationOutcome outcome = {
        .obligation = {.subject = walk->subject,
                       .rule = walk->rule,
                       .opens_on = opening(walk, period),
                       .due_on = is_asked ? walk->asked.on : last,
                       .closes_on = last,
                       .met_on = DATE_NONE},
        .reason = !is_asked       ? DUE_PERIOD_END
                  : walk->carries ? DUE_CARRIED
                                  : walk->asked.reason,
        .reason_record = is_asked ? walk->asked.record : UUID_NIL,
        .enrolled_by = walk->spell.enter->record,
    };
    return outcome;
}

/* Reads the visits of one owed period and appends its outcome. */
static void walk_period(Walk *walk, Period period, Arena *arena, ObligationOutcomes *outcomes)
{
    ObligationOutcome outcome = outcome_of(walk, period);
    bool is_met = false;
    for (const Evidence *visit; (visit = next_visit(walk, period.after)) != NULL;) {
        if (!is_met && visit->is_counted) {
            is_met = true;
            outcome.obligation.met_by = visit->record;
            outcome.obligation.met_on = visit->happened_on;
            walk->asked = asked_by(visit);
            continue;
        }
        if (visit->is_counted || !date_is_none(visit->next_on))
            walk->asked = asked_by(visit);
        if (!is_met && !date_is_none(visit->next_on)) {
            Date opens_on = outcome.obligation.opens_on;
            walk->carries = false; /* the visit's date replaces the one passed on */
            outcome = outcome_of(walk, period);
            outcome.obligation.opens_on = opens_on;
        }
    }
    walk->carries = !is_met;
    if (!is_met) {
        /* what was owed by its due day stays owed by it */
        walk->asked = (Asked){outcome.obligation.due_on, DUE_CARRIED, outcome.reason_record,
                              outcome.obligation.due_on};
    }
    Date after = walk->spell.after;
    bool left_during = !date_is_none(after) && !is_before(outcome.obligation.closes_on, after);
    bool is_done = !date_is_none(walk->done_until)
                   && !is_before(walk->done_until, outcome.obligation.closes_on);
    if ((is_met || !left_during) && !is_done)
        VEC_PUSH(arena, outcomes, outcome);
}

/* Visits between enrolment and the first owed period set dates but owe nothing. */
static Period first_owed(Walk *walk)
{
    const Evidence *enter = walk->spell.enter;
    Period period = period_of(walk->rule->every, enter->happened_on);
    walk->asked = asked_by(enter);
    if (!date_is_none(enter->next_on) && is_before(enter->next_on, period.after))
        return period;
    for (const Evidence *visit; (visit = next_visit(walk, period.after)) != NULL;) {
        if (visit->is_counted || !date_is_none(visit->next_on))
            walk->asked = asked_by(visit);
    }
    return period_next(period);
}

static void walk_spell(Walk *walk, Date horizon, Arena *arena, ObligationOutcomes *outcomes)
{
    walk->at = 0;
    walk->carries = false;
    walk->done_until =
        outcomes->n == 0 ? DATE_NONE : outcomes->items[outcomes->n - 1].obligation.closes_on;
    for (Period period = first_owed(walk); date_compare(period.first, horizon) <= 0;
         period = period_next(period)) {
        if (!date_is_none(walk->spell.after) && !is_before(period.first, walk->spell.after))
            break;
        walk_period(walk, period, arena, outcomes);
    }
}

void rule_evaluate(const Rule *rule, Uuid subject, const Evidence *evidence, size_t n, Date gone_on,
                   Date horizon, Arena *arena, ObligationOutcomes *outcomes)
{
    Walk walk = {.rule = rule, .subject = subject, .visits = evidence, .n = n};
    const Evidence *enter = NULL;
    for (size_t i = 0; i < n; i++) {
        const Evidence *row = &evidence[i];
        if (row->kind == EVIDENCE_ENTER && enter == NULL)
            enter = row;
        if (row->kind == EVIDENCE_LEAVE && enter != NULL) {
            walk.spell = (Spell){enter, date_min(row->happened_on, gone_on)};
            walk_spell(&walk, horizon, arena, outcomes);
            enter = NULL;
        }
    }
    if (enter == NULL)
        return;
    walk.spell = (Spell){enter, gone_on};
    walk_spell(&walk, horizon, arena, outcomes);
}
