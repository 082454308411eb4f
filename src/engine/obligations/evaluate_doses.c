/* A series of doses. Only the next one is owed: the list is walked in its order, each dose taking
 * the earliest record of its kind that no dose before it took. What is not given any more from some
 * age on gives way to the next of the list.
 *
 * Of a rule with editions each has its own reckoning, and by it a dose may open on another day. Who
 * owes it: the first edition whose reckoning opens it before the edition ends. What an older one
 * would open after its end, and the newer one before its beginning, opens with the newer one. */
#include "engine/obligations/evaluate_int.h"

typedef struct {
    Evaluation *evaluation;
    const Rule *rule;
    bool *is_taken; /* rows */
    int32_t *given; /* by kind */
    Date *last_of_kind;
    Date *given_on;  /* by item */
    Date last;       /* dose of the series */
    Date floor;      /* nothing opens before: a dose before it was still owed */
    bool is_blocked; /* a dose before is owed without end: only given ones follow */
    Date *opens;     /* by item, where an edition is only asked when its doses open; else NULL */
} Series;

static void walk(Evaluation *evaluation, const Rule *rule, Date *opens);

static bool case_fits(const Series *series, const DoseCase *one)
{
    for (size_t i = 0; one->given != NULL && i < series->rule->kind_n; i++) {
        if (one->given[i] >= 0 && one->given[i] != series->given[i])
            return false;
    }
    return true;
}

/* The dose as declared, with what the first fitting case replaces. */
static DoseCase dose_case(const Series *series, const RuleItem *item)
{
    DoseCase dose = item->dose;
    for (size_t i = 0; i < item->catch_up_n; i++) {
        const DoseCase *one = &item->catch_up[i];
        if (!case_fits(series, one))
            continue;
        dose.is_skipped = one->is_skipped;
        if (one->has_min_age)
            dose.min_age = one->min_age;
        if (one->has_due_age)
            dose.due_age = one->due_age;
        if (one->has_before_age)
            dose.before_age = one->before_age;
        dose.has_due_age = dose.has_due_age || one->has_due_age;
        dose.has_before_age = dose.has_before_age || one->has_before_age;
        if (one->has_interval) {
            dose.intervals = one->intervals;
            dose.interval_n = one->interval_n;
        }
        break;
    }
    return dose;
}

/* The first day on which every interval has passed; DATE_NONE: no interval to wait for. */
static Date interval_end(const Series *series, const DoseCase *dose)
{
    Date end = DATE_NONE;
    for (size_t i = 0; i < dose->interval_n; i++) {
        const DoseInterval *interval = &dose->intervals[i];
        Date since = interval->since == INTERVAL_LAST   ? series->last
                     : interval->since == INTERVAL_KIND ? series->last_of_kind[interval->of]
                                                        : series->given_on[interval->of];
        if (!date_is_none(since))
            end = date_max(end, date_add_span(since, interval->span));
    }
    return end;
}

static size_t next_record(const Series *series, size_t kind)
{
    const Evaluation *evaluation = series->evaluation;
    for (size_t i = 0; i < evaluation->n; i++) {
        const Evidence *row = &evaluation->rows[i];
        if (row->kind == EVIDENCE_VISIT && row->is_counted && !series->is_taken[i]
            && row->detail == (int32_t)kind)
            return i;
    }
    return SIZE_MAX;
}

static void take(Series *series, size_t at, size_t item, ObligationOutcome *outcome, Date of_age,
                 Date of_interval)
{
    const Evidence *row = &series->evaluation->rows[at];
    Date on = row->happened_on;
    size_t kind = series->rule->items[item].kind;
    series->is_taken[at] = true;
    series->given[kind]++;
    series->last_of_kind[kind] = on;
    series->given_on[item] = on;
    series->last = date_max(series->last, on);
    outcome->obligation.met_by = row->record;
    outcome->obligation.met_on = on;
    outcome->obligation.done = 1;
    if (is_before(on, of_age))
        outcome->flags |= OBLIGATION_FLAG_AGE_TOO_YOUNG;
    if (!date_is_none(of_interval) && is_before(on, of_interval))
        outcome->flags |= OBLIGATION_FLAG_INTERVAL_TOO_SHORT;
}

static void set_due(const Series *series, const DoseCase *dose, ObligationOutcome *outcome)
{
    Obligation *obligation = &outcome->obligation;
    Date by_age = dose->has_due_age
                      ? date_add_span(series->evaluation->facts->birth_date, dose->due_age)
                      : DATE_NONE;
    bool is_by_age = !date_is_none(by_age) && !is_before(by_age, obligation->opens_on);
    Date due = is_by_age ? by_age : date_add_span(obligation->opens_on, series->rule->grace);
    obligation->due_on = date_min(due, obligation->closes_on);
    outcome->reason = is_by_age ? DUE_DOSE_AGE : DUE_DOSE_CATCH_UP;
}

/* ---- editions ---- */

typedef enum {
    NO_EDITION,    /* none has it open */
    TOO_LATE,      /* one has, after its end */
    OWNED_EARLIER, /* one owes it */
} EarlierEditions;

static size_t find_item(const Rule *rule, Str id)
{
    size_t at = 0;
    while (at < rule->item_n && !str_equals(rule->items[at].id, id))
        at++;
    return at;
}

static bool is_edition_before(const Rule *one, const Rule *rule)
{
    return one != rule && str_equals(one->id, rule->id) && one->schedule == SCHEDULE_DOSES
           && !date_is_none(one->valid_until) && !date_is_none(rule->valid_from)
           && is_before(one->valid_until, rule->valid_from);
}

static EarlierEditions earlier_editions(Series *series, Str item);

/* What one edition says of the item: as earlier_editions, with itself. */
static EarlierEditions ask_edition(const Series *series, const Rule *rule, Str item)
{
    Evaluation *evaluation = series->evaluation;
    size_t at = find_item(rule, item);
    if (at == rule->item_n)
        return NO_EDITION;
    Date *opens = arena_array(evaluation->arena, Date, rule->item_n);
    for (size_t i = 0; i < rule->item_n; i++)
        opens[i] = DATE_NONE;
    walk(evaluation, rule, opens);
    if (date_is_none(opens[at]))
        return NO_EDITION;
    if (is_before(rule->valid_until, opens[at]))
        return TOO_LATE;
    Series asked = {.evaluation = evaluation, .rule = rule};
    bool is_early = !date_is_none(rule->valid_from) && is_before(opens[at], rule->valid_from);
    EarlierEditions before = earlier_editions(&asked, item);
    return is_early && before == NO_EDITION ? NO_EDITION : OWNED_EARLIER;
}

/* The records are those of the edition that asks; kinds of dose have the same order in all. */
static EarlierEditions earlier_editions(Series *series, Str item)
{
    const Program *program = series->rule->program;
    EarlierEditions found = NO_EDITION;
    for (size_t i = 0; i < program->rule_n && found != OWNED_EARLIER; i++) {
        const Rule *one = program->rules[i];
        if (!is_edition_before(one, series->rule) || one->kind_n != series->rule->kind_n)
            continue;
        EarlierEditions said = ask_edition(series, one, item);
        found = said == NO_EDITION ? found : said;
    }
    return found;
}

static void push(Series *series, size_t at, ObligationOutcome *outcome)
{
    const Rule *rule = series->rule;
    Obligation *obligation = &outcome->obligation;
    Date opens = obligation->opens_on;
    if (series->opens != NULL) {
        series->opens[at] = opens;
        return;
    }
    bool is_over = !date_is_none(rule->valid_until) && is_before(rule->valid_until, opens);
    if (is_over || is_before(series->evaluation->horizon, opens))
        return;
    EarlierEditions earlier =
        date_is_none(rule->valid_from) ? NO_EDITION : earlier_editions(series, rule->items[at].id);
    bool is_early = !date_is_none(rule->valid_from) && is_before(opens, rule->valid_from);
    if (earlier == OWNED_EARLIER || (is_early && earlier == NO_EDITION))
        return;
    if (is_early && date_is_none(obligation->met_on)) {
        if (is_before(obligation->closes_on, rule->valid_from))
            return;
        obligation->opens_on = rule->valid_from;
        obligation->due_on = date_max(obligation->due_on, rule->valid_from);
    }
    (void)outcome_push(series->evaluation, outcome);
}

/* ---- walking ---- */

static void walk_dose(Series *series, size_t at)
{
    const RuleItem *item = &series->rule->items[at];
    const DoseCase dose = dose_case(series, item);
    const Date birth = series->evaluation->facts->birth_date;
    if (dose.is_skipped)
        return;
    Date of_age = date_add_span(birth, dose.min_age), of_interval = interval_end(series, &dose);
    ObligationOutcome outcome = {
        .obligation = {.subject = series->evaluation->facts->subject,
                       .rule = series->rule,
                       .item = (uint32_t)at + 1,
                       .opens_on = date_max(date_max(of_age, of_interval), series->floor),
                       .due_minute = -1,
                       .closes_on = dose.has_before_age
                                        ? date_add_days(date_add_span(birth, dose.before_age), -1)
                                        : FAR_DAY,
                       .needed = 1,
                       .met_on = DATE_NONE,
                       .waived_on = DATE_NONE,
                       .spared_on = DATE_NONE}};
    size_t record = next_record(series, item->kind);
    bool is_given =
        record != SIZE_MAX
        && !is_before(outcome.obligation.closes_on, series->evaluation->rows[record].happened_on);
    if (is_given)
        take(series, record, at, &outcome, of_age, of_interval);
    else if (series->is_blocked
             || is_before(outcome.obligation.closes_on, outcome.obligation.opens_on))
        return;
    set_due(series, &dose, &outcome);
    push(series, at, &outcome);
    if (is_given)
        return;
    if (dose.has_before_age)
        series->floor = date_add_days(outcome.obligation.closes_on, 1);
    else
        series->is_blocked = true;
}

static void walk(Evaluation *evaluation, const Rule *rule, Date *opens)
{
    Arena *arena = evaluation->arena;
    Series series = {.evaluation = evaluation,
                     .rule = rule,
                     .is_taken = arena_array(arena, bool, evaluation->n + 1),
                     .given = arena_array(arena, int32_t, rule->kind_n),
                     .last_of_kind = arena_array(arena, Date, rule->kind_n),
                     .given_on = arena_array(arena, Date, rule->item_n),
                     .last = DATE_NONE,
                     .floor = DATE_NONE,
                     .opens = opens};
    for (size_t i = 0; i < rule->kind_n; i++)
        series.last_of_kind[i] = DATE_NONE;
    for (size_t i = 0; i < rule->item_n; i++)
        series.given_on[i] = DATE_NONE;
    for (size_t i = 0; i < rule->item_n; i++)
        walk_dose(&series, i);
}

void evaluate_doses(Evaluation *evaluation)
{
    if (!date_is_none(evaluation->facts->birth_date))
        walk(evaluation, evaluation->rule, NULL);
}
