/* Numbers of past days: which are needed, their making in short steps, and reading them.
 *
 * A past day is asked of each source (a measure, or a rule) once, from the records as they were
 * known on its evening, and what it says is kept by area for ever. So an answer of last year is the
 * same next year, whatever is recorded, merged or changed in the packs since; and whoever sees a
 * part of the place reads the same rows. Steps read outside the writer's transaction and write what
 * they found only when nobody else has made it in between.
 *
 * What is asked of a page stays small: a day before the place's first record is never made, a place
 * above never asks in its members, and nothing new is wanted while some days wait. What fails is
 * put off and stops nothing else. */
#include "engine/plans/plans_int.h"

#include "access/access.h"
#include "base/map.h"
#include "base/os_log.h"
#include "core/place.h"

#include <stdlib.h>

enum {
    PEOPLE_A_STEP = 20000,
    DAYS_WAITING_MOST = 8, /* more are not begun before some are done */
    DAY_WIDTH = 10,
    RETRY_MS = 60 * 60 * 1000
};

static const Str first_setting = {"plans.first_record", sizeof "plans.first_record" - 1};

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

/* The day of the place's first record; before it a day says nothing, for ever. DATE_NONE: not
 * looked for yet (read_first does, in the job). */
static Err first_day(Cx *cx, Date *ret_day)
{
    Str text = {0};
    PlanDayAnyRecordRow row;
    bool has_records = false;
    TRY(setting_get(cx, first_setting, &text));
    *ret_day = DATE_NONE;
    if (text.n > 0)
        return date_parse(text, ret_day);
    TRY(plan_day_any_record(cx->db, cx->arena, &(PlanDayAnyRecordIn){cx->place}, &row,
                            &has_records));
    if (!has_records)
        *ret_day = cx->today;
    return OK;
}

static Err settle_early(Facts *facts)
{
    Date first = DATE_NONE;
    TRY(first_day(facts->cx, &first));
    for (size_t i = 0; i < facts->needs.n && !date_is_none(first); i++) {
        DayNeed *one = &facts->needs.items[i];
        if (date_compare(one->day, first) >= 0)
            continue;
        facts->made_n += !one->is_made;
        one->is_wanted = one->is_made = true;
    }
    return OK;
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
        PlanDayStatesRow *kept = arena_new(cx->arena, PlanDayStatesRow);
        *kept = row;
        map_put(&states, key_of(cx, row.day, row.source), kept);
    }
    size_t wanted = 0;
    facts->made_n = 0;
    for (size_t i = 0; i < facts->needs.n; i++) {
        DayNeed *one = &facts->needs.items[i];
        const PlanDayStatesRow *kept = map_get(&states, key_of(cx, one->day, one->source));
        one->is_wanted = kept != NULL;
        one->is_made = kept != NULL && kept->is_done == 1;
        one->is_kept = one->is_made;
        one->kind = kept != NULL ? (PeriodKind)kept->period_kind : PERIOD_YEAR;
        one->after = kept != NULL ? kept->after_key : STR("");
        wanted += one->is_wanted;
        facts->made_n += one->is_made;
    }
    db_rows_close(&rows);
    return wanted < facts->needs.n ? settle_early(facts) : OK;
}

static bool is_end_of_month(Date day)
{
    return date_compare(day, period_last(period_of(PERIOD_MONTH, day))) == 0;
}

static Err want_work(Cx *cx, void *arg)
{
    const Facts *facts = arg;
    for (size_t i = 0; i < facts->needs.n; i++) {
        const DayNeed *one = &facts->needs.items[i];
        if (!one->is_wanted)
            TRY(plan_day_want(
                cx->db, &(PlanDayWantIn){.place = cx->place,
                                         .day = one->day,
                                         .source = one->source,
                                         .is_asked = facts->is_single || !is_end_of_month(one->day),
                                         .retry_at = {0}}));
    }
    return OK;
}

/* Of the day that is asked for itself, nothing has been wanted so far. */
static bool is_new_day(const Facts *facts)
{
    bool is_needed = false;
    for (size_t i = 0; i < facts->needs.n; i++) {
        const DayNeed *one = &facts->needs.items[i];
        if (date_compare(one->day, facts->on) != 0)
            continue;
        if (one->is_wanted)
            return false;
        is_needed = true;
    }
    return is_needed && facts->is_past;
}

/* Whether the asking one may add to the work of the place now; why not, when he asks for that day.
 */
static Err may_want(Facts *facts, bool *ret_may)
{
    Cx *cx = facts->cx;
    char text[DATE_TEXT_SIZE];
    PlanDayUnfinishedRow waiting = {0};
    Str day = str_copy(cx->arena, str_from_c(date_format(facts->on, text)));
    bool is_guest = cx->actor->home.n > 0;
    *ret_may = !is_guest;
    if (!is_guest && !cx->actor->is_system) {
        const PlanDayUnfinishedIn in = {cx->place, cx->today};
        TRY(plan_day_unfinished(cx->db, cx->arena, &in, &waiting));
        *ret_may = waiting.n < DAYS_WAITING_MOST;
    }
    if (*ret_may || !is_new_day(facts))
        return OK;
    return is_guest ? cx_fail(cx, ERR_CONFLICT, TEXT_PLAN_DAY_NOT_KEPT, STR("on"), 1, day)
                    : cx_fail(cx, ERR_CONFLICT, TEXT_PLAN_DAYS_WAITING, STR("on"), 2, day,
                              str_printf(cx->arena, "%lld", (long long)waiting.n));
}

static Err want(Facts *facts)
{
    bool may = false;
    size_t wanted = 0;
    for (size_t i = 0; i < facts->needs.n; i++)
        wanted += facts->needs.items[i].is_wanted;
    if (wanted == facts->needs.n)
        return OK;
    TRY(may_want(facts, &may));
    size_t problem_n = facts->cx->problem_n;
    if (!may)
        return OK;
    if (cx_write(facts->cx, want_work, facts) != OK) {
        facts->cx->problem_n = problem_n; /* then it is not made yet; the log has it */
        return OK;
    }
    for (size_t i = 0; i < facts->needs.n; i++)
        facts->needs.items[i].is_wanted = true;
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
    bool is_lost;    /* somebody was faster: nothing of it is kept */
    bool is_dropped; /* no pack can make it, or not as it was begun */
    PeriodKind kind;
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
                                     .is_done = step->is_done,
                                     .period_kind = step->kind};
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

/* A measure in its longest period, or in that of the kind behind the sign. */
static const Measure *measure_of_source(const Cx *cx, Str source, Date day, PeriodKind *ret_kind)
{
    size_t at = str_find_char(source, PLAN_DAY_KIND_SIGN, 0);
    const Measure *measure = pack_measure(cx->packs, str_slice(source, 0, at));
    if (measure != NULL)
        *ret_kind = measure_longest(measure, day).kind;
    for (int one = PERIOD_MONTH; at < source.n && one <= PERIOD_YEAR; one++)
        if (str_equals(str_slice(source, at + 1, source.n), period_kind_name((PeriodKind)one)))
            *ret_kind = (PeriodKind)one;
    return measure;
}

static Err make_measured(Cx *cx, Step *step)
{
    PeriodKind kind = PERIOD_YEAR;
    const Measure *measure = measure_of_source(cx, step->source, step->day, &kind);
    MeasureKnownPage *page = arena_new(cx->arena, MeasureKnownPage);
    Cx then = *cx;
    if (measure != NULL && step->after.n == 0)
        step->kind = kind;
    step->is_dropped = measure == NULL || (measure->periods & (1U << step->kind)) == 0;
    if (step->is_dropped)
        return OK;
    Period last = period_of(step->kind, step->day);
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

/* Where the step ends: before the area with which it would be of too many people. A single area is
 * never parted. */
static Err area_behind(Cx *cx, Str after, Str *ret_before, bool *ret_is_last)
{
    CLEANUP(db_rows_close) DbRows rows = {0};
    int64_t people = 0;
    *ret_before = STR("~");
    *ret_is_last = true;
    TRY(plan_day_areas_open(cx->db, &(PlanDayAreasIn){cx->place, after}, &rows));
    for (;;) {
        PlanDayAreasRow row;
        bool has_row = false;
        TRY(plan_day_areas_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        if (people > 0 && people + row.n > PEOPLE_A_STEP) {
            *ret_before = row.area_code;
            *ret_is_last = false;
            return OK;
        }
        people += row.n;
    }
}

static bool has_rule(const PackSet *packs, Str source)
{
    for (size_t i = 0; i < packs->rule_n; i++) {
        Str program = packs->rules[i]->program->id, rule = packs->rules[i]->id;
        if (source.n == program.n + 1 + rule.n && str_has_prefix(source, program)
            && str_has_suffix(source, rule) && source.p[program.n] == '/')
            return true;
    }
    return false;
}

static Err make_owed(Cx *cx, Step *step)
{
    step->is_dropped = !has_rule(cx->packs, step->source);
    if (step->is_dropped)
        return OK;
    CLEANUP(db_rows_close) DbRows rows = {0};
    VEC(Str) sources = {0};
    const PlanDayRulesIn in = {cx->place, step->day, step->after, cx->now};
    TRY(plan_day_rules_open(cx->db, &in, &rows));
    for (bool has_row = true; has_row;) {
        PlanDayRulesRow row;
        TRY(plan_day_rules_next(&rows, cx->arena, &row, &has_row));
        if (has_row && has_rule(cx->packs, row.source))
            VEC_PUSH(cx->arena, &sources, row.source);
    }
    db_rows_close(&rows);
    step->sources = sources.items;
    step->source_n = sources.n;
    TRY(area_behind(cx, step->after, &step->next, &step->is_done));
    return obligation_known(cx, step->day, step->after, step->next, &step->owed, &step->owed_n);
}

/* ---- a step, and one that fails ---- */

static Err put_off_work(Cx *cx, void *arg)
{
    const Step *step = arg;
    for (size_t i = 0; i < step->source_n; i++) {
        const PlanDayPutOffIn in = {.place = cx->place,
                                    .day = step->day,
                                    .source = step->sources[i],
                                    .retry_at = {cx->now.ms + RETRY_MS}};
        TRY(plan_day_put_off(cx->db, &in));
    }
    return OK;
}

static Err drop_work(Cx *cx, void *arg)
{
    const Step *step = arg;
    TRY(plan_day_drop(cx->db, &(PlanDayDropIn){cx->place, step->day, step->source}));
    return plan_day_number_drop(cx->db, &(PlanDayNumberDropIn){cx->place, step->day, step->source});
}

static Err take(Cx *cx, Step *step)
{
    TRY(is_rule(step->source) ? make_owed(cx, step) : make_measured(cx, step));
    Err err = cx_write(cx, step->is_dropped ? drop_work : store_work, step);
    return step->is_lost ? OK : err; /* the next step reads how far it is */
}

static Err first_work(Cx *cx, void *arg)
{
    char text[DATE_TEXT_SIZE];
    const Date *first = arg;
    TRY(setting_put(cx, first_setting, str_from_c(date_format(*first, text))));
    return plan_day_drop_before(cx->db, &(PlanDayDropBeforeIn){cx->place, *first});
}

/* Once a place: what was asked of earlier days before is forgotten. */
static Err find_first(Cx *cx, bool *ret_found)
{
    Date first = DATE_NONE;
    PlanDayFirstRecordRow row = {.recorded_on = DATE_NONE};
    TRY(first_day(cx, &first));
    *ret_found = date_is_none(first);
    if (!*ret_found)
        return OK;
    TRY(plan_day_first_record(cx->db, cx->arena, &(PlanDayFirstRecordIn){cx->place}, &row,
                              ret_found));
    return *ret_found ? cx_write(cx, first_work, &row.recorded_on) : OK;
}

Err plan_day_step(Cx *cx, bool *ret_has_more)
{
    PlanDayNextRow row;
    *ret_has_more = false;
    ENSURE(cx->actor->is_system);
    const PlanDayNextIn in = {cx->place, cx->today, cx->now};
    Err err = plan_day_next(cx->db, cx->arena, &in, &row, ret_has_more);
    if (err != OK)
        return cx_fail_db(cx, err);
    if (!*ret_has_more)
        return OK;
    bool is_found = false;
    err = find_first(cx, &is_found);
    if (err != OK || is_found)
        return err == OK ? OK : cx_fail_db(cx, err);
    size_t problem_n = cx->problem_n;
    Step step = {.day = row.day,
                 .source = row.source,
                 .after = row.after_key,
                 .kind = (PeriodKind)row.period_kind,
                 .next = STR("")};
    step.sources = &step.source;
    step.source_n = 1;
    err = take(cx, &step);
    if (err == OK || err == ERR_BUSY)
        return err;
    LOG(LOG_ERROR, "number of a past day failed", LOG_WORD("source", step.source));
    cx->problem_n = problem_n;
    err = cx_write(cx, put_off_work, &step);
    return err == OK ? OK : cx_fail_db(cx, err);
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

/* Else (the database was busy, or nothing was recorded yet) there is nothing to go on from. */
static bool is_wanted(const Facts *facts)
{
    for (size_t i = 0; i < facts->needs.n; i++)
        if (!facts->needs.items[i].is_wanted)
            return false;
    return facts->needs.n > 0;
}

/* Goes on from the newest month that is kept: a server that stood still makes up for it. */
Err plan_day_keep_step(Cx *cx, bool *ret_has_more)
{
    const PlanFacts *facts = NULL;
    *ret_has_more = false;
    if (cx->packs->plans.n == 0)
        return OK;
    PlanDayLastKeptRow kept;
    bool is_kept = false;
    Period last = period_previous(period_of(PERIOD_MONTH, cx->today)), month = last;
    Err err =
        plan_day_last_kept(cx->db, cx->arena, &(PlanDayLastKeptIn){cx->place}, &kept, &is_kept);
    if (err != OK)
        return cx_fail_db(cx, err);
    if (is_kept)
        month = period_next(period_of(PERIOD_MONTH, kept.day));
    if (date_compare(month.first, last.first) > 0)
        month = last; /* what packs have asked for since */
    TRY(plan_days_read(cx, period_last(month), false, &facts));
    *ret_has_more = date_compare(month.first, last.first) < 0 && is_wanted(facts);
    return OK;
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

static Err make_kept(Facts *facts, bool is_patient)
{
    TRY(read_states(facts));
    TRY(want(facts));
    if (is_patient && facts->made_n < facts->needs.n) {
        TRY(settle(facts->cx));
        TRY(read_states(facts));
    }
    return OK;
}

Err plan_day_need(Cx *cx, Date day, Str source, bool is_patient, DayNeed *ret_need)
{
    Facts facts = {.cx = cx, .on = day, .is_past = true, .is_single = true};
    VEC_PUSH(cx->arena, &facts.needs, ((DayNeed){.day = day, .source = source}));
    TRY(make_kept(&facts, is_patient));
    *ret_need = facts.needs.items[0];
    return OK;
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
    Err err = make_kept(facts, is_patient);
    if (err == OK)
        err = read_sums(facts);
    return err == OK ? OK : cx_fail_db(cx, err);
}

static const DayNeed *need_of(const Facts *facts, Date day, Str source)
{
    const DayNeed wanted = {.day = day, .source = source};
    return facts->needs.n == 0 ? NULL
                               : bsearch(&wanted, facts->needs.items, facts->needs.n,
                                         sizeof *facts->needs.items, compare_needs);
}

bool plan_day_is_made(const Facts *facts, Date day, Str source)
{
    const DayNeed *found = need_of(facts, day, source);
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
    const DayNeed *found = need_of(facts, day, measure->id);
    bool is_kept = found != NULL && found->is_kept;
    Period period = is_kept ? period_of(found->kind, day) : measure_longest(measure, day);
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
