/* Numbers of past days: which are needed, their making in short steps, and reading them.
 *
 * A past day is asked of each source (a measure, or a rule) once, from the records as they were
 * known on its evening, and what it says is kept by area for ever. So an answer of last year is the
 * same next year, whatever is recorded, merged or changed in the packs since; and whoever sees a
 * part of the place reads the same rows. Steps read outside the writer's transaction and write what
 * they found only when nobody else has made it in between. */
#include "engine/plans/plans_int.h"

#include "access/access.h"
#include "base/map.h"
#include "engine/subjects/places.h"

#include <stdlib.h>

enum { AREAS_A_STEP = 8, DAY_WIDTH = 10 };

/* ---- which are needed ---- */

static bool is_rule(Str source)
{
    return str_find_char(source, '/', 0) != SIZE_MAX;
}

static Str key_of(Cx *cx, Date day, Str source)
{
    return str_printf(cx->arena, "%d %.*s", (int)day.days, STR_ARG(source));
}

static void need(Facts *facts, Map *seen, Date day, Str source)
{
    Str key = key_of(facts->cx, day, source);
    if (map_has(seen, key))
        return;
    map_put(seen, key, facts);
    VEC_PUSH(facts->cx->arena, &facts->needs, ((DayNeed){.day = day, .source = source}));
}

static void need_answer(Facts *facts, Map *seen, const PlanClause *clause, const PlanAnswer *answer)
{
    bool is_kept = answer->kind == PLAN_ANSWER_MEASURE || answer->kind == PLAN_ANSWER_OBLIGATION;
    if (is_kept && facts->is_past)
        need(facts, seen, facts->on, answer->id);
    Date day = plan_deciding_day(clause, answer, facts->on);
    if (!date_is_none(day))
        need(facts, seen, day, answer->id);
}

static void collect_needs(Facts *facts)
{
    const PackSet *packs = facts->cx->packs;
    Map seen;
    map_init(&seen, facts->cx->arena);
    for (size_t p = 0; p < packs->plans.n; p++) {
        const Plan *plan = packs->plans.entries[p].value;
        for (size_t s = 0; s < plan->section_n; s++)
            for (size_t i = 0; i < plan->sections[s].clause_n; i++) {
                const PlanClause *clause = &plan->sections[s].clauses[i];
                for (size_t a = 0; a < clause->answer_n; a++)
                    need_answer(facts, &seen, clause, &clause->answers[a]);
            }
    }
}

/* Each day once, ten characters each. */
static Str days_of(const Facts *facts)
{
    Buf buf;
    Date last = DATE_NONE;
    buf_init(&buf, facts->cx->arena, (facts->needs.n + 1) * DAY_WIDTH + 1);
    for (size_t i = 0; i < facts->needs.n; i++) {
        char text[DATE_TEXT_SIZE];
        if (date_compare(facts->needs.items[i].day, last) != 0)
            buf_put_c(&buf, date_format(facts->needs.items[i].day, text));
        last = facts->needs.items[i].day;
    }
    ENSURE(!buf.is_over);
    return buf_str(&buf);
}

static int compare_needs(const void *left, const void *right)
{
    const DayNeed *a = left, *b = right;
    int order = date_compare(a->day, b->day);
    return order == 0 ? str_compare(a->source, b->source) : order;
}

static Err read_states(Facts *facts)
{
    Cx *cx = facts->cx;
    Map states;
    CLEANUP(db_rows_close) DbRows rows = {0};
    map_init(&states, cx->arena);
    TRY(plan_day_states_open(cx->db, &(PlanDayStatesIn){cx->place, days_of(facts)}, &rows));
    for (;;) {
        PlanDayStatesRow row;
        bool has_row = false;
        TRY(plan_day_states_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            break;
        map_put(&states, key_of(cx, row.day, row.source), (void *)(uintptr_t)(1 + row.is_done));
    }
    facts->made_n = 0;
    for (size_t i = 0; i < facts->needs.n; i++) {
        DayNeed *one = &facts->needs.items[i];
        uintptr_t state = (uintptr_t)map_get(&states, key_of(cx, one->day, one->source));
        one->is_wanted = state > 0;
        one->is_made = state == 2;
        facts->made_n += one->is_made;
    }
    return OK;
}

static Err want_work(Cx *cx, void *arg)
{
    const Facts *facts = arg;
    for (size_t i = 0; i < facts->needs.n; i++) {
        const DayNeed *one = &facts->needs.items[i];
        if (!one->is_wanted)
            TRY(plan_day_want(cx->db, &(PlanDayWantIn){cx->place, one->day, one->source}));
    }
    return OK;
}

static Err want(Facts *facts)
{
    size_t wanted = 0, problem_n = facts->cx->problem_n;
    for (size_t i = 0; i < facts->needs.n; i++)
        wanted += facts->needs.items[i].is_wanted;
    if (wanted < facts->needs.n && cx_write(facts->cx, want_work, facts) != OK)
        facts->cx->problem_n = problem_n; /* then it is not made yet; the log has it */
    return OK;
}

/* ---- making them ---- */

/* One step: what it read, to be written where nobody was faster. */
typedef struct Step {
    Date day;
    Str source, after;
    Str *sources; /* of rules all that have come as far */
    size_t source_n;
    Str next; /* where the next step goes on */
    bool is_done;
    bool is_lost; /* somebody was faster: nothing of it is kept */
    const MeasureKnownPage *measured;
    const ObligationKnown *owed;
    size_t owed_n;
} Step;

static Err put_number(Cx *cx, const Step *step, Str source, Date period, Str area, MeasureSum sum)
{
    const PlanDayNumberAddIn in = {.place = cx->place,
                                   .day = step->day,
                                   .source = source,
                                   .period = period,
                                   .area_code = area,
                                   .denominator = sum.denominator,
                                   .numerator = sum.numerator};
    return plan_day_number_add(cx->db, &in);
}

static bool is_of(const Step *step, Str source)
{
    for (size_t i = 0; i < step->source_n; i++)
        if (str_equals(step->sources[i], source))
            return true;
    return false;
}

static Err put_owed(Cx *cx, const Step *step)
{
    for (size_t i = 0; i < step->owed_n; i++) {
        const ObligationKnown *known = &step->owed[i];
        Str source = str_printf(cx->arena, "%.*s/%.*s", STR_ARG(known->rule->program->id),
                                STR_ARG(known->rule->id));
        if (is_of(step, source))
            TRY(put_number(cx, step, source, step->day, known->area,
                           (MeasureSum){known->owed, known->overdue}));
    }
    return OK;
}

static Err store_work(Cx *cx, void *arg)
{
    Step *step = arg;
    for (size_t i = 0; i < step->source_n; i++) {
        int64_t changed = 0;
        const PlanDayAdvanceIn in = {.place = cx->place,
                                     .day = step->day,
                                     .source = step->sources[i],
                                     .after_key = step->after,
                                     .next_key = step->next,
                                     .is_done = step->is_done};
        TRY(plan_day_advance(cx->db, &in, &changed));
        if (changed == 0) {
            step->is_lost = true;
            return i == 0 ? OK : ERR_BUSY; /* nothing of it is written */
        }
    }
    for (size_t i = 0; step->measured != NULL && i < step->measured->n; i++) {
        const MeasureKnownSum *sum = &step->measured->sums[i];
        TRY(put_number(cx, step, step->source, sum->period, sum->area, sum->sum));
    }
    return put_owed(cx, step);
}

static Err make_measured(Cx *cx, Step *step)
{
    const Measure *measure = pack_measure(cx->packs, step->source);
    MeasureKnownPage *page = arena_new(cx->arena, MeasureKnownPage);
    Cx then = *cx;
    step->is_done = true;
    if (measure == NULL)
        return OK; /* no pack has it any more */
    PlanDayHasRecordsRow first;
    bool has_records = false;
    TRY(plan_day_has_records(cx->db, cx->arena, &(PlanDayHasRecordsIn){cx->place, step->day},
                             &first, &has_records));
    if (!has_records)
        return OK; /* nobody kept records here yet: it says nothing of the day */
    Period last = measure_longest(measure, step->day);
    MeasureKnownAsk ask = {.measure = measure, .first = period_previous(last), .last = last};
    if (step->after.n > 0 && uuid_parse(step->after, &ask.after) != OK)
        return ERR_INTERNAL;
    then.as_of = step->day;
    then.policy = NULL; /* as known then */
    TRY(measure_known(&then, &ask, page));
    char text[UUID_TEXT_SIZE];
    step->measured = page;
    step->is_done = !page->has_more;
    step->next = str_copy(cx->arena, str_from_c(uuid_format(page->last, text)));
    return OK;
}

/* Where the step ends: behind some areas, by their codes. */
static Err area_behind(Cx *cx, Str after, Str *ret_before, bool *ret_is_last)
{
    const Area *areas = NULL;
    size_t n = 0, at = 0;
    TRY(subject_areas_known(cx, &areas, &n));
    while (at < n && str_compare(areas[at].code, after) <= 0)
        at++;
    *ret_is_last = at + AREAS_A_STEP >= n;
    *ret_before = *ret_is_last ? STR("~") : areas[at + AREAS_A_STEP].code;
    return OK;
}

static Err make_owed(Cx *cx, Step *step)
{
    CLEANUP(db_rows_close) DbRows rows = {0};
    VEC(Str) sources = {0};
    const PlanDayRulesIn in = {cx->place, step->day, step->after};
    TRY(plan_day_rules_open(cx->db, &in, &rows));
    for (bool has_row = true; has_row;) {
        PlanDayRulesRow row;
        TRY(plan_day_rules_next(&rows, cx->arena, &row, &has_row));
        if (has_row)
            VEC_PUSH(cx->arena, &sources, row.source);
    }
    db_rows_close(&rows);
    step->sources = sources.items;
    step->source_n = sources.n;
    TRY(area_behind(cx, step->after, &step->next, &step->is_done));
    return obligation_known(cx, step->day, step->after, step->next, &step->owed, &step->owed_n);
}

Err plan_day_step(Cx *cx, bool *ret_has_more)
{
    PlanDayNextRow row;
    *ret_has_more = false;
    Err err = plan_day_next(cx->db, cx->arena, &(PlanDayNextIn){cx->place}, &row, ret_has_more);
    if (err != OK)
        return cx_fail_db(cx, err);
    if (!*ret_has_more)
        return OK;
    Step step = {.day = row.day, .source = row.source, .after = row.after_key, .next = STR("")};
    step.sources = &step.source;
    step.source_n = 1;
    ENSURE(cx->actor->is_system && date_compare(step.day, cx->today) < 0);
    TRY(is_rule(step.source) ? make_owed(cx, &step) : make_measured(cx, &step));
    err = cx_write(cx, store_work, &step);
    return err == OK || step.is_lost ? OK
                                     : cx_fail_db(cx, err); /* the next step reads how far it is */
}

static Err settle(Cx *cx)
{
    for (bool has_more = true; has_more;) {
        ArenaMark mark = arena_mark(cx->arena);
        TRY(plan_day_step(cx, &has_more));
        arena_reset_to(cx->arena, mark);
    }
    return OK;
}

/* ---- the end of each month ---- */

Err plan_day_keep_step(Cx *cx, bool *ret_has_more)
{
    const PlanFacts *facts = NULL;
    *ret_has_more = false;
    if (cx->packs->plans.n == 0)
        return OK;
    Date last = period_last(period_previous(period_of(PERIOD_MONTH, cx->today)));
    return plan_days_read(cx, last, false, &facts);
}

/* ---- reading them ---- */

static Err add_sums(Facts *facts, DbRows *rows)
{
    for (;;) {
        PlanDaySumsRow row;
        bool has_row = false;
        TRY(plan_day_sums_next(rows, facts->cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        VEC_PUSH(facts->cx->arena, &facts->sums, row);
    }
}

/* Each in the sight that it is told in: numbers of measures, and duties. */
static Err read_sums(Facts *facts)
{
    Cx *cx = facts->cx;
    const DbScope duties = access_scope_of_duties(cx);
    PlanDaySumsIn in = {cx->place, days_of(facts), 0};
    CLEANUP(db_rows_close) DbRows measured = {0};
    CLEANUP(db_rows_close) DbRows owed = {0};
    TRY(plan_day_sums_open(cx->db, measure_sight(cx), &in, &measured));
    TRY(add_sums(facts, &measured));
    in.of_rules = 1;
    TRY(plan_day_sums_open(cx->db, &duties, &in, &owed));
    return add_sums(facts, &owed);
}

static Err read_kept(Facts *facts, bool is_patient)
{
    TRY(read_states(facts));
    TRY(want(facts));
    if (is_patient && facts->made_n < facts->needs.n) {
        TRY(settle(facts->cx));
        TRY(read_states(facts));
    }
    return read_sums(facts);
}

Err plan_days_read(Cx *cx, Date on, bool is_patient, const PlanFacts **ret_facts)
{
    Facts *facts = arena_new(cx->arena, Facts);
    *facts = (Facts){.cx = cx, .on = on, .is_past = date_compare(on, cx->today) < 0};
    *ret_facts = facts;
    collect_needs(facts);
    if (facts->needs.n == 0)
        return OK;
    qsort(facts->needs.items, facts->needs.n, sizeof *facts->needs.items, compare_needs);
    Err err = read_kept(facts, is_patient);
    return err == OK ? OK : cx_fail_db(cx, err);
}

bool plan_day_is_made(const Facts *facts, Date day, Str source)
{
    const DayNeed wanted = {.day = day, .source = source};
    const DayNeed *found = facts->needs.n == 0
                               ? NULL
                               : bsearch(&wanted, facts->needs.items, facts->needs.n,
                                         sizeof *facts->needs.items, compare_needs);
    return found != NULL && found->is_made;
}

static MeasureSum sum_of(const Facts *facts, Date day, Str source, Date period)
{
    for (size_t i = 0; i < facts->sums.n; i++) {
        const PlanDaySumsRow *row = &facts->sums.items[i];
        if (date_compare(row->day, day) == 0 && date_compare(row->period, period) == 0
            && str_equals(row->source, source))
            return (MeasureSum){row->denominator, row->numerator};
    }
    return (MeasureSum){0};
}

MeasureTotal plan_day_total(const Facts *facts, Date day, const Measure *measure)
{
    Period period = measure_longest(measure, day);
    return (MeasureTotal){.measure = measure,
                          .period = period,
                          .is_made = plan_day_is_made(facts, day, measure->id),
                          .sums = {sum_of(facts, day, measure->id, period.first),
                                   sum_of(facts, day, measure->id, period_previous(period).first)}};
}

MeasureSum plan_day_owed(const Facts *facts, Date day, Str source)
{
    return sum_of(facts, day, source, day);
}

void plan_facts_progress(const PlanFacts *facts, int64_t *ret_made, int64_t *ret_wanted)
{
    *ret_made = (int64_t)facts->made_n;
    *ret_wanted = (int64_t)facts->needs.n;
}
