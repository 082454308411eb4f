/* Why a line is owed and due when it is: the rule with its source, and the record that set the
 * date. */
#include "engine/obligations/obligations_int.h"

#include "base/num.h"

static Str day_text(Cx *cx, Date date)
{
    char text[DATE_TEXT_SIZE];
    return str_copy(cx->arena, str_from_c(date_format(date, text)));
}

static TextId text_of_reason(DueReason reason)
{
    static const TextId texts[] = {
        [DUE_PERIOD_END] = TEXT_WHY_PERIOD_END,   [DUE_NEXT_DATE] = TEXT_WHY_NEXT_DATE,
        [DUE_NEXT_CAPPED] = TEXT_WHY_NEXT_CAPPED, [DUE_FIRST_DATE] = TEXT_WHY_FIRST_DATE,
        [DUE_CARRIED] = TEXT_WHY_CARRIED,         [DUE_WINDOW] = TEXT_WHY_WINDOW,
        [DUE_AFTER_ENTER] = TEXT_WHY_AFTER_ENTER, [DUE_AFTER_LAST] = TEXT_WHY_AFTER_LAST,
        [DUE_DOSE_AGE] = TEXT_WHY_DOSE_AGE,       [DUE_DOSE_CATCH_UP] = TEXT_WHY_DOSE_CATCH_UP,
        [DUE_DEADLINE] = TEXT_WHY_DEADLINE,       [DUE_AFTER_WAIVER] = TEXT_WHY_AFTER_WAIVER,
        [DUE_POSTPONED] = TEXT_WHY_POSTPONED,
    };
    return texts[reason];
}

/* The reasons of one line, while they are put together. */
typedef struct {
    Cx *cx;
    const ObligationOutcome *outcome;
    Str rule;
    Str arguments[4]; /* period, due day, last day, first day */
    VEC(ObligationReason) list;
} Reasons;

static void add(Reasons *reasons, Uuid record, Wording text)
{
    Uuid *records = arena_new(reasons->cx->arena, Uuid);
    records[0] = record;
    ObligationReason reason = {.rule = reasons->rule,
                               .source = reasons->outcome->obligation.rule->source,
                               .records = records,
                               .record_n = uuid_is_nil(record) ? 0 : 1,
                               .text = text};
    VEC_PUSH(reasons->cx->arena, &reasons->list, reason);
}

static void add_text(Reasons *reasons, Uuid record, TextId text)
{
    add(reasons, record, text_fill(reasons->cx->arena, text, reasons->arguments, 4));
}

static void add_day(Reasons *reasons, Uuid record, TextId text, Date day)
{
    const Str arguments[] = {day_text(reasons->cx, day)};
    add(reasons, record, text_fill(reasons->cx->arena, text, arguments, 1));
}

static void add_days(Reasons *reasons, Uuid record, TextId text, Date first, Date last)
{
    const Str arguments[] = {day_text(reasons->cx, first), day_text(reasons->cx, last)};
    add(reasons, record, text_fill(reasons->cx->arena, text, arguments, 2));
}

static Str amount_text(Cx *cx, double amount)
{
    char text[NUM_TEXT_SIZE];
    return str_copy(cx->arena, str_from_c(num_format_double(amount, text)));
}

static void add_done(Reasons *reasons)
{
    const Obligation *obligation = &reasons->outcome->obligation;
    Arena *arena = reasons->cx->arena;
    if (!(obligation->needed > 1))
        return;
    const Str arguments[] = {amount_text(reasons->cx, obligation->done),
                             amount_text(reasons->cx, obligation->needed)};
    add(reasons, UUID_NIL, text_fill(arena, TEXT_WHY_DONE, arguments, 2));
}

/* Covered and missing, with the names of those that are missing. */
static void add_coverage(Reasons *reasons)
{
    enum { NAMES_MOST = KIB(16) };
    const Coverage *coverage = reasons->outcome->coverage;
    Arena *arena = reasons->cx->arena;
    Buf zh, en;
    buf_init(&zh, arena, NAMES_MOST);
    buf_init(&en, arena, NAMES_MOST);
    for (size_t i = 0; i < coverage->missing_n; i++) {
        const CoverageUnit *unit = coverage->missing[i];
        buf_put(&zh, i == 0 ? STR("") : STR("、"));
        buf_put(&zh, unit->name.zh);
        buf_put(&en, i == 0 ? STR("") : STR(", "));
        buf_put(&en, wording_in(unit->name, LANG_EN));
    }
    double share = (double)coverage->covered * 100 / (double)coverage->total;
    const Str counts[] = {str_printf(arena, "%zu", coverage->covered),
                          str_printf(arena, "%zu", coverage->total),
                          amount_text(reasons->cx, num_round(share, 1)),
                          amount_text(reasons->cx, reasons->outcome->obligation.needed)};
    add(reasons, UUID_NIL, text_fill(arena, TEXT_WHY_COVERAGE, counts, 4));
    Wording missing = {buf_str(&zh), buf_str(&en)};
    if (coverage->missing_n > 0)
        add(reasons, UUID_NIL,
            (Wording){text_fill(arena, TEXT_WHY_NOT_COVERED, &missing.zh, 1).zh,
                      text_fill(arena, TEXT_WHY_NOT_COVERED, &missing.en, 1).en});
}

void outcome_explain(Cx *cx, const ObligationOutcome *outcome, ObligationLine *line)
{
    const Obligation *obligation = &outcome->obligation;
    const Rule *rule = obligation->rule;
    char name[PERIOD_NAME_SIZE];
    Period period = period_of(rule->every, obligation->closes_on);
    Reasons reasons = {.cx = cx, .outcome = outcome, .rule = rule_name(rule, cx->arena)};
    reasons.arguments[0] = str_copy(cx->arena, str_from_c(period_name(period, name)));
    reasons.arguments[1] = day_text(cx, obligation->due_on);
    reasons.arguments[2] = day_text(cx, obligation->closes_on);
    reasons.arguments[3] = day_text(cx, obligation->opens_on);
    add(&reasons, outcome->enrolled_by, rule->remarks);
    bool is_by_waiver = outcome->reason == DUE_AFTER_WAIVER || outcome->reason == DUE_POSTPONED;
    add_text(&reasons, is_by_waiver ? UUID_NIL : outcome->reason_record,
             text_of_reason(outcome->reason));
    if (outcome->coverage != NULL)
        add_coverage(&reasons);
    else
        add_done(&reasons);
    if (!date_is_none(obligation->met_on))
        add_day(&reasons, obligation->met_by, TEXT_WHY_MET, obligation->met_on);
    if ((outcome->flags & OBLIGATION_FLAG_AGE_TOO_YOUNG) != 0)
        add_text(&reasons, obligation->met_by, TEXT_WHY_AGE_TOO_YOUNG);
    if ((outcome->flags & OBLIGATION_FLAG_INTERVAL_TOO_SHORT) != 0)
        add_text(&reasons, obligation->met_by, TEXT_WHY_INTERVAL_TOO_SHORT);
    if (!date_is_none(obligation->waived_on))
        add_day(&reasons, UUID_NIL, TEXT_WHY_WAIVED, obligation->waived_on);
    else if (!date_is_none(obligation->spared_on))
        add_days(&reasons, UUID_NIL, TEXT_WHY_SPARED, obligation->spared_on,
                 obligation_spared_until(obligation));
    line->flags = outcome->flags;
    line->waiver = outcome->waiver;
    line->why = reasons.list.items;
    line->why_n = reasons.list.n;
}
