/* Evaluation of any rule: the spells of its program, its schedule, waivers. */
#include "engine/obligations/evaluate_int.h"

#include <stdlib.h>

Date rule_horizon(Date today)
{
    int year = 0, month = 0, day = 0;
    date_to_ymd(today, &year, &month, &day);
    return date_from_ymd(year + 1, 1, 1);
}

/* ---- who ---- */

typedef struct {
    Date from, until; /* DATE_NONE: no end */
    bool is_empty;
} AgeDays;

static AgeDays age_days(const Program *program, const SubjectFacts *facts)
{
    AgeDays days = {DATE_NONE, DATE_NONE, false};
    if (!program->has_age_from && !program->has_age_before)
        return days;
    if (date_is_none(facts->birth_date))
        return (AgeDays){.is_empty = true};
    if (program->has_age_from) {
        days.from = date_add_span(facts->birth_date, program->age_from);
        if (program->is_age_of_year)
            days.from = period_of(PERIOD_YEAR, days.from).first;
    }
    if (program->has_age_before)
        days.until = date_add_days(date_add_span(facts->birth_date, program->age_before), -1);
    return days;
}

static bool facts_hold(const Program *program, const SubjectFacts *facts, Arena *arena)
{
    if (program->where == NULL)
        return true;
    ExprValue slots[FACT_SLOT_N] = {EXPR_ABSENT, EXPR_ABSENT};
    if (!str_is_empty(facts->sex))
        slots[FACT_SLOT_SEX] = (ExprValue){.type = EXPR_TEXT, .as.text = facts->sex};
    if (!date_is_none(facts->birth_date))
        slots[FACT_SLOT_BIRTH_DATE] = (ExprValue){.type = EXPR_DATE, .as.date = facts->birth_date};
    return expr_holds(program->where, slots, arena);
}

static void add_spell(const AgeDays *age, Spell spell, Arena *arena, Spells *spells)
{
    spell.from = date_max(spell.from, age->from);
    spell.until = age->until;
    bool is_too_old = !date_is_none(spell.until) && is_before(spell.until, spell.from);
    bool is_over = !date_is_none(spell.after) && !is_before(spell.from, spell.after);
    if (!is_too_old && !is_over)
        VEC_PUSH(arena, spells, spell);
}

/* Everybody of whom age and facts hold, until the first leaving. */
static void spell_of_facts(const SubjectFacts *facts, const AgeDays *age, const Evidence *evidence,
                           size_t n, Arena *arena, Spells *spells)
{
    Date after = facts->gone_on;
    for (size_t i = 0; i < n; i++) {
        if (evidence[i].kind == EVIDENCE_LEAVE)
            after = date_min(after, evidence[i].happened_on);
    }
    Date from = date_max(facts->registered_on, facts->birth_date);
    if (!date_is_none(from))
        add_spell(age, (Spell){from, after, DATE_NONE, NULL}, arena, spells);
}

/* From the first to the last day that the register says, or until the subject leaves before. */
static void spell_of_register(const SubjectFacts *facts, const Evidence *evidence, size_t n,
                              Arena *arena, Spells *spells)
{
    const Evidence *enter = NULL;
    Date after = facts->gone_on;
    for (size_t i = 0; i < n; i++) {
        if (evidence[i].kind == EVIDENCE_ENTER && enter == NULL)
            enter = &evidence[i];
        if (evidence[i].kind == EVIDENCE_LEAVE)
            after = date_min(after, evidence[i].happened_on);
    }
    Date from = facts->registered_on;
    if (enter != NULL && !date_is_none(from) && (date_is_none(after) || is_before(from, after)))
        VEC_PUSH(arena, spells, (Spell){from, after, DATE_NONE, enter});
}

void program_spells(const Program *program, const SubjectFacts *facts, const Evidence *evidence,
                    size_t n, Arena *arena, Spells *spells)
{
    AgeDays age = age_days(program, facts);
    if (age.is_empty || !facts_hold(program, facts, arena))
        return;
    if (program->enrolled_by == NULL) {
        spell_of_facts(facts, &age, evidence, n, arena, spells);
        return;
    }
    if (program->is_by_register) {
        spell_of_register(facts, evidence, n, arena, spells);
        return;
    }
    const Evidence *enter = NULL;
    for (size_t i = 0; i < n; i++) {
        const Evidence *row = &evidence[i];
        if (row->kind == EVIDENCE_ENTER && enter == NULL)
            enter = row;
        if (row->kind != EVIDENCE_LEAVE || enter == NULL)
            continue;
        Date after = date_min(row->happened_on, facts->gone_on);
        add_spell(&age, (Spell){enter->happened_on, after, DATE_NONE, enter}, arena, spells);
        enter = NULL;
    }
    if (enter != NULL)
        add_spell(&age, (Spell){enter->happened_on, facts->gone_on, DATE_NONE, enter}, arena,
                  spells);
}

const Spell *spell_of(const Evaluation *evaluation, Date first, Date last)
{
    for (size_t i = 0; i < evaluation->spell_n; i++) {
        const Spell *spell = &evaluation->spells[i];
        Date until = date_min(last, spell->until);
        bool is_after = !date_is_none(spell->after) && !is_before(first, spell->after);
        if (!is_after && !is_before(until, first) && !is_before(until, spell->from))
            return spell;
    }
    return NULL;
}

bool rule_is_valid_on(const Rule *rule, Date day)
{
    return (date_is_none(rule->valid_from) || !is_before(day, rule->valid_from))
           && (date_is_none(rule->valid_until) || !is_before(rule->valid_until, day));
}

/* ---- waivers ---- */

/* A waiver of one obligation knows it by its last day; of those that end with the subject's age, or
 * never, it is the one that was open then. */
static bool is_about(const Evidence *waiver, const Obligation *obligation)
{
    if (waiver->detail != 0 && waiver->detail != (int32_t)obligation->item)
        return false;
    return date_is_none(waiver->spares_on)
           || (date_compare(waiver->spares_on, obligation->closes_on) == 0
               && !is_before(waiver->happened_on, obligation->opens_on));
}

static void due_no_earlier(ObligationOutcome *outcome, Date day, DueReason reason, Uuid waiver)
{
    Obligation *obligation = &outcome->obligation;
    if (!is_before(obligation->due_on, day))
        return;
    obligation->due_on = day;
    obligation->due_minute = -1;
    outcome->reason = reason;
    outcome->reason_record = waiver;
}

static void postpone(ObligationOutcome *outcome, const Evidence *waiver)
{
    const Obligation *obligation = &outcome->obligation;
    Date day = date_min(waiver->next_on, obligation->closes_on);
    if (is_before(obligation->due_on, day))
        outcome->waiver = waiver->record;
    due_no_earlier(outcome, day, DUE_POSTPONED, waiver->record);
}

/* scheduled_on: when it opens by the schedule. Of one that was spared before it opened no day is
 * owed, also when it opens earlier now than it did then. */
static void spare(ObligationOutcome *outcome, const Evidence *waiver, Date scheduled_on)
{
    Obligation *obligation = &outcome->obligation;
    Date from =
        waiver->is_counted ? date_min(waiver->happened_on, scheduled_on) : waiver->happened_on;
    Date until = date_is_none(waiver->next_on) ? FAR_DAY : waiver->next_on;
    if (is_before(until, obligation->opens_on))
        return;
    /* days spared before that reach up to these go on */
    bool goes_on = !date_is_none(obligation->spared_on) && !is_before(obligation->opens_on, from);
    if (!goes_on)
        obligation->spared_on = from;
    outcome->waiver = waiver->record;
    if (!is_before(until, obligation->closes_on)) {
        obligation->waived_on = obligation->spared_on;
        return;
    }
    obligation->opens_on = date_add_days(until, 1);
    due_no_earlier(outcome, obligation->opens_on, DUE_AFTER_WAIVER, waiver->record);
}

/* Which are about it is asked of its days as the schedule gave them. */
void waivers_apply(const Evaluation *evaluation, ObligationOutcome *outcome)
{
    const Obligation scheduled = outcome->obligation;
    for (size_t i = 0; i < evaluation->n; i++) {
        const Evidence *row = &evaluation->rows[i];
        if (row->kind != EVIDENCE_WAIVER || !date_is_none(outcome->obligation.waived_on)
            || is_before(scheduled.closes_on, row->happened_on) || !is_about(row, &scheduled))
            continue;
        if (row->is_capped)
            postpone(outcome, row);
        else
            spare(outcome, row, scheduled.opens_on);
    }
}

/* ---- windows: what is common to those of a list and to deadlines ---- */

bool outcome_push(Evaluation *evaluation, ObligationOutcome *outcome)
{
    Obligation *obligation = &outcome->obligation;
    bool is_met = !date_is_none(obligation->met_on);
    const Spell *spell = spell_of(evaluation, obligation->opens_on, obligation->closes_on);
    if (spell != NULL && !date_is_none(spell->until)) {
        obligation->closes_on = date_min(obligation->closes_on, spell->until);
        obligation->due_on = date_min(obligation->due_on, spell->until);
    }
    /* again: who left during it and came back before its end is in on its last day */
    bool is_in = false;
    for (size_t i = 0; i < evaluation->spell_n; i++) {
        const Spell *one = &evaluation->spells[i];
        is_in = is_in
                || (!is_before(obligation->closes_on, one->from)
                    && (date_is_none(one->after) || is_before(obligation->closes_on, one->after))
                    && (date_is_none(one->until) || !is_before(one->until, obligation->closes_on)));
    }
    if (!is_met && !is_in)
        return false;
    if (spell != NULL && spell->enter != NULL)
        outcome->enrolled_by = spell->enter->record;
    if (!is_met)
        waivers_apply(evaluation, outcome);
    VEC_PUSH(evaluation->arena, evaluation->outcomes, *outcome);
    return true;
}

static void meet(Window *window, const Evidence *visit)
{
    window->is_met = true;
    window->outcome.obligation.met_by = visit->record;
    window->outcome.obligation.met_on = visit->happened_on;
    window->outcome.obligation.done = window->outcome.obligation.needed;
}

static bool is_within(Date day, Date first, Date last)
{
    return !is_before(day, first) && !is_before(last, day);
}

static void meet_one(Windows *windows, const Evidence *visit)
{
    Window *found = NULL;
    for (size_t i = 0; i < windows->n; i++) {
        Window *window = &windows->items[i];
        const Obligation *obligation = &window->outcome.obligation;
        if (window->is_met)
            continue;
        if (is_within(visit->happened_on, obligation->opens_on, obligation->due_on)) {
            meet(window, visit);
            return;
        }
        if (found == NULL
            && is_within(visit->happened_on, obligation->opens_on, obligation->closes_on))
            found = window;
    }
    if (found != NULL)
        meet(found, visit);
}

void windows_meet(const Evaluation *evaluation, Windows *windows, bool many)
{
    for (size_t i = 0; i < evaluation->n; i++) {
        const Evidence *visit = &evaluation->rows[i];
        if (visit->kind != EVIDENCE_VISIT || !visit->is_counted)
            continue;
        if (!many) {
            meet_one(windows, visit);
            continue;
        }
        for (size_t j = 0; j < windows->n; j++) {
            Window *window = &windows->items[j];
            const Obligation *obligation = &window->outcome.obligation;
            if (!window->is_met
                && is_within(visit->happened_on, obligation->opens_on, obligation->closes_on))
                meet(window, visit);
        }
    }
}

void windows_push(Evaluation *evaluation, Windows *windows)
{
    for (size_t i = 0; i < windows->n; i++)
        (void)outcome_push(evaluation, &windows->items[i].outcome);
}

/* ---- any rule ---- */

static int outcome_compare(const void *left, const void *right)
{
    const Obligation *a = &((const ObligationOutcome *)left)->obligation;
    const Obligation *b = &((const ObligationOutcome *)right)->obligation;
    if (a->item != b->item)
        return a->item < b->item ? -1 : 1;
    int order = date_compare(a->closes_on, b->closes_on);
    if (order == 0)
        order = date_compare(b->met_on, a->met_on); /* what is met stays */
    return order != 0 ? order : uuid_compare(a->met_by, b->met_by);
}

/* Of equal items and last days one line is enough. */
static void drop_equals(ObligationOutcomes *outcomes, size_t first)
{
    size_t kept = first;
    for (size_t i = first; i < outcomes->n; i++) {
        const Obligation *one = &outcomes->items[i].obligation;
        const Obligation *last = kept > first ? &outcomes->items[kept - 1].obligation : NULL;
        if (last == NULL || last->item != one->item
            || date_compare(last->closes_on, one->closes_on) != 0)
            outcomes->items[kept++] = outcomes->items[i];
    }
    outcomes->n = kept;
}

void rule_evaluate(const Rule *rule, const SubjectFacts *facts, const Evidence *evidence, size_t n,
                   Date horizon, Arena *arena, ObligationOutcomes *outcomes)
{
    static void (*const schedules[])(Evaluation *) = {
        [SCHEDULE_EVERY] = evaluate_every,         [SCHEDULE_WINDOWS] = evaluate_windows,
        [SCHEDULE_AFTER] = evaluate_after,         [SCHEDULE_DOSES] = evaluate_doses,
        [SCHEDULE_DEADLINES] = evaluate_deadlines, [SCHEDULE_COVERAGE] = evaluate_coverage,
    };
    Spells spells = {0};
    program_spells(rule->program, facts, evidence, n, arena, &spells);
    if (spells.n == 0)
        return;
    size_t first = outcomes->n;
    Evaluation evaluation = {.rule = rule,
                             .facts = facts,
                             .rows = evidence,
                             .n = n,
                             .spells = spells.items,
                             .spell_n = spells.n,
                             .horizon = horizon,
                             .arena = arena,
                             .outcomes = outcomes};
    schedules[rule->schedule](&evaluation);
    if (outcomes->n - first > 1 && rule->schedule != SCHEDULE_EVERY) {
        qsort(outcomes->items + first, outcomes->n - first, sizeof *outcomes->items,
              outcome_compare);
        drop_equals(outcomes, first);
    }
}

/* Whether two editions owe one thing: a window of one event, a dose, a period. */
static bool is_same_line(ScheduleKind schedule, const ObligationOutcome *a,
                         const ObligationOutcome *b)
{
    const Obligation *x = &a->obligation, *y = &b->obligation;
    if (x->item != y->item)
        return false;
    return date_compare(x->closes_on, y->closes_on) == 0 || schedule == SCHEDULE_DOSES
           || (schedule == SCHEDULE_WINDOWS && uuid_equals(a->reason_record, b->reason_record));
}

/* Drops what earlier editions (before `after`) owe already. */
static void drop_owed_already(ObligationOutcomes *outcomes, size_t first, size_t after,
                              ScheduleKind schedule)
{
    size_t kept = after;
    for (size_t i = after; i < outcomes->n; i++) {
        bool is_owed = false;
        for (size_t j = first; j < after && !is_owed; j++)
            is_owed = is_same_line(schedule, &outcomes->items[i], &outcomes->items[j]);
        if (!is_owed)
            outcomes->items[kept++] = outcomes->items[i];
    }
    outcomes->n = kept;
}

void rule_evaluate_editions(const Rule *const *editions, size_t edition_n,
                            const SubjectFacts *facts, const Evidence *evidence, size_t n,
                            Date horizon, Arena *arena, ObligationOutcomes *outcomes)
{
    size_t first = outcomes->n;
    for (size_t i = 0; i < edition_n; i++) {
        size_t before = outcomes->n;
        Rule edition = *editions[i];
        /* A window that would open before this edition now, and after it by the one before, is
         * owed too: it is not to fall between them. */
        if (edition.schedule == SCHEDULE_WINDOWS || edition.schedule == SCHEDULE_DOSES)
            edition.valid_from = editions[0]->valid_from;
        rule_evaluate(&edition, facts, evidence, n, horizon, arena, outcomes);
        if (i > 0)
            drop_owed_already(outcomes, first, before, edition.schedule);
    }
}
