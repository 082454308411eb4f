/* Windows from an anchor, each an obligation of its own. */
#include "engine/obligations/evaluate_int.h"

typedef struct {
    Date on;
    int32_t minute; /* of the day, or -1 */
    Uuid record;    /* nil: birth or facts */
} Anchor;

enum { MINUTES_OF_DAY = 24 * 60 };

static void set_due(Obligation *obligation, const Anchor *anchor, Span due)
{
    obligation->due_on = date_add_span(anchor->on, due);
    obligation->due_minute = -1;
    if (due.hours == 0 || anchor->minute < 0)
        return;
    int minutes = anchor->minute + due.hours * 60;
    obligation->due_on = date_add_days(anchor->on, minutes / MINUTES_OF_DAY);
    obligation->due_minute = minutes % MINUTES_OF_DAY;
}

static void add_list(const Evaluation *evaluation, const Anchor *anchor, Windows *windows)
{
    const Rule *rule = evaluation->rule;
    for (size_t i = 0; i < rule->item_n; i++) {
        const RuleItem *item = &rule->items[i];
        Window window = {
            .outcome = {.obligation = {.subject = evaluation->facts->subject,
                                       .rule = rule,
                                       .item = (uint32_t)i + 1,
                                       .opens_on = date_add_span(anchor->on, item->opens),
                                       .closes_on = date_add_span(anchor->on, item->closes),
                                       .needed = 1,
                                       .met_on = DATE_NONE,
                                       .waived_on = DATE_NONE,
                                       .spared_on = DATE_NONE},
                        .reason = DUE_WINDOW,
                        .reason_record = anchor->record}};
        Obligation *obligation = &window.outcome.obligation;
        set_due(obligation, anchor, item->due);
        obligation->closes_on = date_max(obligation->closes_on, obligation->due_on);
        if (rule_is_valid_on(rule, obligation->opens_on)
            && !is_before(evaluation->horizon, obligation->opens_on))
            VEC_PUSH(evaluation->arena, windows, window);
    }
}

static Anchor birth_of(const Evaluation *evaluation)
{
    return (Anchor){evaluation->facts->birth_date, -1, UUID_NIL};
}

static Anchor enrolment_of(const Spell *spell)
{
    return (Anchor){spell->from, -1, spell->enter == NULL ? UUID_NIL : spell->enter->record};
}

/* The newest event while in the program; of whom no form enrols, the newest at all. */
static const Evidence *newest_event(const Evaluation *evaluation, const Spell *spell)
{
    const Evidence *found = NULL;
    for (size_t i = 0; i < evaluation->n; i++) {
        const Evidence *row = &evaluation->rows[i];
        bool is_early = spell->enter != NULL && is_before(row->happened_on, spell->from);
        bool is_late = !date_is_none(spell->after) && !is_before(row->happened_on, spell->after);
        if (row->kind == EVIDENCE_ANCHOR && !is_early && !is_late)
            found = row;
    }
    return found;
}

static Anchor event_of(const Evidence *row)
{
    return (Anchor){row->next_on, row->detail, row->record};
}

static Anchor anchor_of(const Evaluation *evaluation, const Spell *spell)
{
    const RuleAnchor *anchor = &evaluation->rule->anchor;
    AnchorKind kind = anchor->kind;
    if (kind == ANCHOR_RECORD) {
        const Evidence *event = newest_event(evaluation, spell);
        if (event != NULL)
            return event_of(event);
        if (!anchor->has_other)
            return (Anchor){.on = DATE_NONE};
        kind = anchor->other;
    }
    return kind == ANCHOR_BIRTH ? birth_of(evaluation) : enrolment_of(spell);
}

void evaluate_windows(Evaluation *evaluation)
{
    const RuleAnchor *anchor = &evaluation->rule->anchor;
    bool is_each = anchor->kind == ANCHOR_RECORD && anchor->is_each;
    Windows windows = {0};
    for (size_t i = 0; is_each && i < evaluation->n; i++) {
        if (evaluation->rows[i].kind != EVIDENCE_ANCHOR)
            continue;
        Anchor event = event_of(&evaluation->rows[i]);
        add_list(evaluation, &event, &windows);
    }
    Date before = DATE_NONE;
    for (size_t i = 0; !is_each && i < evaluation->spell_n; i++) {
        Anchor from = anchor_of(evaluation, &evaluation->spells[i]);
        /* spells with one anchor share its windows */
        if (date_is_none(from.on) || date_compare(from.on, before) == 0)
            continue;
        before = from.on;
        add_list(evaluation, &from, &windows);
    }
    windows_meet(evaluation, &windows, is_each);
    windows_push(evaluation, &windows);
}
