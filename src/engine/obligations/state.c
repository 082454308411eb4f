/* An obligation's state on a day, from its dates alone. */
#include "engine/obligations/evaluate_int.h"

ObligationState obligation_state(const Obligation *obligation, Date day)
{
    if (!date_is_none(obligation->met_on) && date_compare(obligation->met_on, day) <= 0)
        return OBLIGATION_MET;
    if (!date_is_none(obligation->waived_on) && date_compare(obligation->waived_on, day) <= 0)
        return OBLIGATION_WAIVED;
    if (date_compare(day, obligation->opens_on) < 0)
        return !date_is_none(obligation->spared_on) && date_compare(obligation->spared_on, day) <= 0
                   ? OBLIGATION_WAIVED
                   : OBLIGATION_CLOSED;
    if (date_compare(day, obligation->closes_on) > 0)
        return OBLIGATION_MISSED;
    if (date_compare(day, obligation->due_on) > 0)
        return OBLIGATION_OVERDUE;
    int left = date_days_between(day, obligation->due_on);
    return left <= obligation->rule->notice_days ? OBLIGATION_DUE : OBLIGATION_OPEN;
}

const char *obligation_state_name(ObligationState state)
{
    static const char *const names[] = {"closed", "open",   "due",   "overdue",
                                        "met",    "missed", "waived"};
    return names[state];
}

bool obligation_state_parse(Str name, ObligationState *ret_state)
{
    for (int state = OBLIGATION_CLOSED; state < OBLIGATION_STATE_N; state++) {
        if (str_equals_c(name, obligation_state_name((ObligationState)state))) {
            *ret_state = (ObligationState)state;
            return true;
        }
    }
    return false;
}

Wording obligation_title(const Obligation *obligation)
{
    const Rule *rule = obligation->rule;
    return obligation->item == 0 ? rule->title : rule->items[obligation->item - 1].line;
}

Date obligation_last_day(const Obligation *obligation)
{
    bool is_open = date_compare(obligation->closes_on, FAR_DAY) == 0;
    return is_open ? DATE_NONE : obligation->closes_on;
}

Date obligation_spared_until(const Obligation *obligation)
{
    if (date_is_none(obligation->spared_on) || !date_is_none(obligation->waived_on))
        return DATE_NONE;
    return date_add_days(obligation->opens_on, -1);
}

Str obligation_due_time(const Obligation *obligation, char out[OBLIGATION_TIME_SIZE])
{
    if (obligation->due_minute < 0)
        return (Str){0};
    int hours = obligation->due_minute / 60 % 24, minutes = obligation->due_minute % 60;
    const char text[OBLIGATION_TIME_SIZE] = {
        (char)('0' + hours / 10),   (char)('0' + hours % 10),   ':',
        (char)('0' + minutes / 10), (char)('0' + minutes % 10), '\0'};
    for (size_t i = 0; i < OBLIGATION_TIME_SIZE; i++)
        out[i] = text[i];
    return str_from_c(out);
}

Str obligation_item(const Obligation *obligation)
{
    const Rule *rule = obligation->rule;
    return obligation->item == 0 ? STR("") : rule->items[obligation->item - 1].id;
}
