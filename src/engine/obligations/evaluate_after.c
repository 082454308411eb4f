/* After the last: the next is due some time after the last record that counts. It stays owed until
 * a record meets it or the subject leaves; a met one closes on the day that met it. */
#include "engine/obligations/evaluate_int.h"

typedef struct {
    Date due_on; /* DATE_NONE: nothing is owed until another record */
    Date opens_on;
    DueReason reason;
    Uuid record;
} Next;

static Next first_of(const Evaluation *evaluation, const Spell *spell)
{
    const Rule *rule = evaluation->rule;
    const Evidence *enter = spell->enter;
    bool has_date = enter != NULL && !date_is_none(enter->next_on);
    Next next = {.due_on =
                     has_date ? enter->next_on : date_add_span(spell->from, rule->first_after),
                 .opens_on = spell->from,
                 .reason = has_date ? DUE_FIRST_DATE : DUE_AFTER_ENTER,
                 .record = enter == NULL ? UUID_NIL : enter->record};
    return next;
}

static Date opening(const Rule *rule, Date earliest, Date due)
{
    return rule->has_opens ? date_max(earliest, days_before(due, rule->opens_before)) : earliest;
}

static void push(Evaluation *evaluation, const Spell *spell, const Next *next,
                 const Evidence *visit)
{
    const Rule *rule = evaluation->rule;
    Date opens = opening(rule, next->opens_on, next->due_on);
    if (visit != NULL)
        opens = date_min(opens, visit->happened_on);
    if (!rule_is_valid_on(rule, opens) || is_before(evaluation->horizon, opens))
        return;
    ObligationOutcome outcome = {
        .obligation = {.subject = evaluation->facts->subject,
                       .rule = rule,
                       .opens_on = opens,
                       .due_on = next->due_on,
                       .due_minute = -1,
                       .closes_on = visit != NULL ? visit->happened_on : FAR_DAY,
                       .needed = 1,
                       .done = visit != NULL,
                       .met_by = visit != NULL ? visit->record : UUID_NIL,
                       .met_on = visit != NULL ? visit->happened_on : DATE_NONE,
                       .waived_on = DATE_NONE,
                       .spared_on = DATE_NONE},
        .reason = next->reason,
        .reason_record = next->record,
        .enrolled_by = spell->enter == NULL ? UUID_NIL : spell->enter->record};
    (void)outcome_push(evaluation, &outcome);
}

static void walk_spell(Evaluation *evaluation, const Spell *spell)
{
    Next next = first_of(evaluation, spell);
    Date last_on = DATE_NONE;
    for (size_t i = 0; i < evaluation->n; i++) {
        const Evidence *row = &evaluation->rows[i];
        if (!date_is_none(spell->after) && !is_before(row->happened_on, spell->after))
            break;
        if (row->kind != EVIDENCE_VISIT || !row->is_counted
            || is_before(row->happened_on, spell->from))
            continue;
        bool is_same_day = !date_is_none(last_on) && date_compare(row->happened_on, last_on) == 0;
        if (!date_is_none(next.due_on) && !is_same_day)
            push(evaluation, spell, &next, row);
        last_on = row->happened_on;
        next =
            (Next){row->next_on, date_add_days(row->happened_on, 1), DUE_AFTER_LAST, row->record};
    }
    /* of a spell that has ended nothing is owed, in another one neither */
    if (!date_is_none(next.due_on) && date_is_none(spell->after))
        push(evaluation, spell, &next, NULL);
}

void evaluate_after(Evaluation *evaluation)
{
    for (size_t i = 0; i < evaluation->spell_n; i++)
        walk_spell(evaluation, &evaluation->spells[i]);
}
