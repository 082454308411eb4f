/* Days of every year: each opens on the day after the one before, or as long before as the rule
 * says. Whoever is in on the day owes it; who leaves in the time after it in which a late record
 * still counts has missed it. */
#include "engine/obligations/evaluate_int.h"

static Date deadline_on(const Rule *rule, int year, size_t at)
{
    return date_from_ymd(year, rule->deadlines[at] / 100, rule->deadlines[at] % 100);
}

static Date deadline_before(const Rule *rule, int year, size_t at)
{
    return at > 0 ? deadline_on(rule, year, at - 1)
                  : deadline_on(rule, year - 1, rule->deadline_n - 1);
}

static void add_deadline(const Evaluation *evaluation, int year, size_t at, Windows *windows)
{
    const Rule *rule = evaluation->rule;
    int shift = rule->is_day_late ? -1 : 0;
    Date due = date_add_days(deadline_on(rule, year, at), shift);
    Date opens = rule->has_opens ? days_before(due, rule->opens_before)
                                 : date_add_days(deadline_before(rule, year, at), shift + 1);
    if (!rule_is_valid_on(rule, opens) || is_before(evaluation->horizon, opens))
        return;
    Window window = {.outcome = {.obligation = {.subject = evaluation->facts->subject,
                                                .rule = rule,
                                                .opens_on = opens,
                                                .due_on = due,
                                                .due_minute = -1,
                                                .closes_on = date_add_span(due, rule->late),
                                                .needed = 1,
                                                .met_on = DATE_NONE,
                                                .waived_on = DATE_NONE,
                                                .spared_on = DATE_NONE},
                                 .reason = DUE_DEADLINE}};
    VEC_PUSH(evaluation->arena, windows, window);
}

void evaluate_deadlines(Evaluation *evaluation)
{
    int first = 0, last = 0, month = 0, day = 0;
    date_to_ymd(evaluation->spells[0].from, &first, &month, &day);
    date_to_ymd(evaluation->horizon, &last, &month, &day);
    Windows windows = {0};
    for (int year = first; year <= last + 1; year++) {
        for (size_t i = 0; i < evaluation->rule->deadline_n; i++)
            add_deadline(evaluation, year, i, &windows);
    }
    windows_meet(evaluation, &windows, false);
    size_t kept = 0;
    for (size_t i = 0; i < windows.n; i++) {
        Obligation *obligation = &windows.items[i].outcome.obligation;
        const Spell *spell = spell_of(evaluation, obligation->due_on, obligation->due_on);
        if (spell == NULL && !windows.items[i].is_met)
            continue;
        if (spell != NULL && !date_is_none(spell->after)
            && !is_before(obligation->closes_on, spell->after))
            obligation->closes_on = date_add_days(spell->after, -1);
        windows.items[kept++] = windows.items[i];
    }
    windows.n = kept;
    windows_push(evaluation, &windows);
}
