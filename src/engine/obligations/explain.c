/* Why a line is owed and due when it is: the rule with its source, and the record that set the
 * date. */
#include "engine/obligations/obligations_int.h"

static Str day_text(Cx *cx, Date date)
{
    char text[DATE_TEXT_SIZE];
    return str_copy(cx->arena, str_from_c(date_format(date, text)));
}

static TextId text_of_reason(DueReason reason)
{
    switch (reason) {
    case DUE_PERIOD_END: return TEXT_WHY_PERIOD_END;
    case DUE_NEXT_DATE: return TEXT_WHY_NEXT_DATE;
    case DUE_NEXT_CAPPED: return TEXT_WHY_NEXT_CAPPED;
    case DUE_FIRST_DATE: return TEXT_WHY_FIRST_DATE;
    case DUE_CARRIED: return TEXT_WHY_CARRIED;
    }
    return TEXT_WHY_PERIOD_END;
}

static const Uuid *one_record(Cx *cx, Uuid record, size_t *ret_n)
{
    *ret_n = uuid_is_nil(record) ? 0 : 1;
    Uuid *records = arena_new(cx->arena, Uuid);
    records[0] = record;
    return records;
}

void outcome_explain(Cx *cx, const ObligationOutcome *outcome, ObligationLine *line)
{
    const Obligation *obligation = &outcome->obligation;
    const Rule *rule = obligation->rule;
    char name[PERIOD_NAME_SIZE];
    Period period = period_of(rule->every, obligation->closes_on);
    const Str arguments[] = {
        str_copy(cx->arena, str_from_c(period_name(period, name))),
        day_text(cx, obligation->due_on),
        day_text(cx, obligation->closes_on),
    };
    bool is_met = !date_is_none(obligation->met_on);
    size_t n = is_met ? 3 : 2;
    ObligationReason *why = arena_array(cx->arena, ObligationReason, n);
    Str rule_text = rule_name(rule, cx->arena);
    for (size_t i = 0; i < n; i++) {
        why[i].rule = rule_text;
        why[i].source = rule->source;
    }
    why[0].records = one_record(cx, outcome->enrolled_by, &why[0].record_n);
    why[0].text = rule->remarks;
    why[1].records = one_record(cx, outcome->reason_record, &why[1].record_n);
    why[1].text = text_fill(cx->arena, text_of_reason(outcome->reason), arguments, 3);
    if (is_met) {
        const Str met[] = {day_text(cx, obligation->met_on)};
        why[2].records = one_record(cx, obligation->met_by, &why[2].record_n);
        why[2].text = text_fill(cx->arena, TEXT_WHY_MET, met, 1);
    }
    line->why = why;
    line->why_n = n;
}
