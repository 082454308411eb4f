/* An obligation's state on a day, from its dates alone. */
#include "engine/obligations/obligations.h"

ObligationState obligation_state(const Obligation *obligation, Date day)
{
    if (!date_is_none(obligation->met_on) && date_compare(obligation->met_on, day) <= 0)
        return OBLIGATION_MET;
    if (date_compare(day, obligation->opens_on) < 0)
        return OBLIGATION_CLOSED;
    if (date_compare(day, obligation->closes_on) > 0)
        return OBLIGATION_MISSED;
    if (date_compare(day, obligation->due_on) > 0)
        return OBLIGATION_OVERDUE;
    int left = date_days_between(day, obligation->due_on);
    return left <= obligation->rule->notice_days ? OBLIGATION_DUE : OBLIGATION_OPEN;
}

const char *obligation_state_name(ObligationState state)
{
    static const char *const names[] = {"closed", "open", "due", "overdue", "met", "missed"};
    return names[state];
}

bool obligation_state_parse(Str name, ObligationState *ret_state)
{
    for (int state = OBLIGATION_CLOSED; state <= OBLIGATION_MISSED; state++) {
        if (str_equals_c(name, obligation_state_name((ObligationState)state))) {
            *ret_state = (ObligationState)state;
            return true;
        }
    }
    return false;
}
