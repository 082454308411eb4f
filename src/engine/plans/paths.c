/* Where a measure's number should be, period by period, by each plan that asks something of it: for
 * the measure's own page. The path is that of the judged clause (plan_expect); several clauses of
 * one plan that ask for more by later days are stages of one path, straight between. */
#include "engine/plans/plans_int.h"

static const char *const shape_names[PLAN_PATH_N] = {"level", "even", "linear", "a_year", "stages"};

typedef struct Paths {
    const Facts *facts;
    MeasureTotal total; /* of the last period and those before it */
    const PlanPathAsk *ask;
    VEC(PlanPath) items;
} Paths;

const char *plan_path_name(PlanPathShape shape)
{
    return shape_names[shape];
}

static PlanPathShape shape_of(const Measure *measure, const PlanTarget *target)
{
    if (target->has_yearly)
        return PLAN_PATH_YEARLY;
    if (!plan_is_upward(target->compare))
        return PLAN_PATH_LEVEL;
    return target->is_linear                ? PLAN_PATH_LINEAR
           : measure->growth == GROWTH_EVEN ? PLAN_PATH_EVEN
                                            : PLAN_PATH_LEVEL;
}

static PlanPathPoint *points_new(const Paths *paths)
{
    PlanPathPoint *points = arena_array(paths->facts->cx->arena, PlanPathPoint, paths->ask->n + 1);
    Period period = paths->ask->last;
    for (size_t i = paths->ask->n; i > 0; i--, period = period_previous(period))
        points[i - 1] = (PlanPathPoint){.period = period};
    return points;
}

/* What lies before the plan is not its business. */
static bool is_before(const Plan *plan, Period period)
{
    return !date_is_none(plan->from) && date_compare(period_last(period), plan->from) < 0;
}

static void fill_point(const Paths *paths, const PlanPath *path, size_t back, PlanPathPoint *point)
{
    const Facts *facts = paths->facts;
    MeasureTotal then = {.measure = paths->ask->measure, .period = point->period, .is_made = true};
    if (back < MEASURE_EARLIER_MOST)
        then.sums[1] = paths->total.sums[back + 1];
    PlanAnswered answered = {.answer = path->answer};
    Date day = date_min(period_last(point->period), facts->on);
    plan_target_read(facts, path->clause, day, &answered);
    plan_expect(path->plan, path->clause, &then, day, &answered);
    point->has_expected = answered.has_expected || answered.has_target;
    point->expected = answered.has_expected ? answered.expected : answered.low;
    point->has_high = answered.has_target && path->answer->target.compare == PLAN_BETWEEN;
    point->high = answered.high;
}

/* Two clauses that ask for the same draw one line. */
static bool is_drawn(const Paths *paths, const PlanPath *path)
{
    for (size_t i = 0; i < paths->items.n; i++) {
        const PlanPath *other = &paths->items.items[i];
        bool is_same = other->plan == path->plan && other->shape == path->shape;
        for (size_t k = 0; is_same && k < path->point_n; k++) {
            const PlanPathPoint *a = &other->points[k], *b = &path->points[k];
            is_same = a->has_expected == b->has_expected && a->expected <= b->expected
                      && a->expected >= b->expected;
        }
        if (is_same)
            return true;
    }
    return false;
}

static void add_path(Paths *paths, PlanPath path)
{
    bool has_any = false;
    for (size_t i = 0; i < path.point_n; i++)
        has_any = has_any || path.points[i].has_expected;
    if (has_any && !is_drawn(paths, &path))
        VEC_PUSH(paths->facts->cx->arena, &paths->items, path);
}

static void add_answer(Paths *paths, const Plan *plan, const PlanClause *clause,
                       const PlanAnswer *answer)
{
    const Facts *facts = paths->facts;
    const PlanTarget *target = &answer->target;
    const Measure *measure = paths->ask->measure;
    PeriodKind kind = paths->ask->last.kind;
    PlanPathPoint *points = points_new(paths);
    const PlanPath path = {.plan = plan,
                           .clause = clause,
                           .answer = answer,
                           .shape = shape_of(measure, target),
                           .points = points,
                           .point_n = paths->ask->n};
    bool is_judged = measure_longest(measure, facts->on).kind == kind;
    bool holds = target->has_yearly
                     ? is_judged && !plan_is_part(facts, measure)
                     : target->compare != PLAN_NO_TARGET && plan_holds_in(facts, measure, kind);
    for (size_t i = 0; holds && i < path.point_n; i++)
        if (!is_before(plan, points[i].period))
            fill_point(paths, &path, path.point_n - 1 - i, &points[i]);
    add_path(paths, path);
}

/* ---- stages ---- */

typedef struct Stage {
    const PlanClause *clause;
    const PlanAnswer *answer;
    Date day;
    double low;
} Stage;
enum { STAGES_MOST = 12 };

static bool read_stage(const Paths *paths, const PlanClause *clause, const PlanAnswer *answer,
                       Stage *ret_stage)
{
    PlanAnswered answered = {.answer = answer};
    const PlanTarget *target = &answer->target;
    Date day = date_is_none(target->by) ? clause->due : target->by;
    bool is_plain = answer->kind == PLAN_ANSWER_MEASURE && answer->measure == paths->ask->measure
                    && !target->is_linear && !target->has_yearly && plan_is_upward(target->compare);
    if (!is_plain || date_is_none(day))
        return false;
    plan_target_read(paths->facts, clause, day, &answered);
    *ret_stage = (Stage){clause, answer, day, answered.low};
    return answered.has_target;
}

/* By days, each day once. */
static size_t read_stages(const Paths *paths, const Plan *plan, Stage *stages)
{
    size_t n = 0;
    for (size_t s = 0; s < plan->section_n; s++)
        for (size_t i = 0; i < plan->sections[s].clause_n; i++) {
            const PlanClause *clause = &plan->sections[s].clauses[i];
            for (size_t a = 0; a < clause->answer_n && n < STAGES_MOST; a++) {
                Stage stage;
                size_t at = 0;
                if (!read_stage(paths, clause, &clause->answers[a], &stage))
                    continue;
                while (at < n && date_compare(stages[at].day, stage.day) < 0)
                    at++;
                if (at < n && date_compare(stages[at].day, stage.day) == 0)
                    continue;
                for (size_t k = n++; k > at; k--)
                    stages[k] = stages[k - 1];
                stages[at] = stage;
            }
        }
    return n;
}

static double periods_from(Period first, Period period)
{
    int n = 0;
    for (; date_compare(first.first, period.first) < 0; n++)
        first = period_next(first);
    return n;
}

/* In whole periods: 85 in 2023 and 90 in 2025 make 87.5 of 2024. */
static double between(const Stage *low, const Stage *high, Period period)
{
    Period first = period_of(period.kind, low->day), last = period_of(period.kind, high->day);
    double all = periods_from(first, last);
    return all > 0 ? low->low + (high->low - low->low) * periods_from(first, period) / all
                   : high->low;
}

static void add_stages(Paths *paths, const Plan *plan, const Stage *stages, size_t n)
{
    PlanPathPoint *points = points_new(paths);
    for (size_t i = 0; i < paths->ask->n; i++) {
        Date last = period_last(points[i].period);
        size_t next = 0;
        while (next < n && date_compare(stages[next].day, last) < 0)
            next++;
        points[i].has_expected = !is_before(plan, points[i].period);
        points[i].expected = next == 0 ? stages[0].low
                             : next == n
                                 ? stages[n - 1].low
                                 : between(&stages[next - 1], &stages[next], points[i].period);
    }
    add_path(paths, (PlanPath){.plan = plan,
                               .clause = stages[n - 1].clause,
                               .answer = stages[n - 1].answer,
                               .shape = PLAN_PATH_STAGES,
                               .points = points,
                               .point_n = paths->ask->n});
}

static void add_plan(Paths *paths, const Plan *plan)
{
    const Measure *measure = paths->ask->measure;
    Stage stages[STAGES_MOST], unused;
    bool may_stage = measure->growth != GROWTH_EVEN
                     && plan_holds_in(paths->facts, measure, paths->ask->last.kind);
    size_t n = may_stage ? read_stages(paths, plan, stages) : 0;
    if (n > 1)
        add_stages(paths, plan, stages, n);
    for (size_t s = 0; s < plan->section_n; s++)
        for (size_t i = 0; i < plan->sections[s].clause_n; i++) {
            const PlanClause *clause = &plan->sections[s].clauses[i];
            for (size_t a = 0; a < clause->answer_n; a++) {
                const PlanAnswer *answer = &clause->answers[a];
                bool is_of_it = answer->kind == PLAN_ANSWER_MEASURE && answer->measure == measure;
                if (is_of_it && !(n > 1 && read_stage(paths, clause, answer, &unused)))
                    add_answer(paths, plan, clause, answer);
            }
        }
}

Err plan_paths(Cx *cx, const PlanPathAsk *ask, const PlanPath **ret_paths, size_t *ret_n)
{
    Facts facts = {.cx = cx, .on = cx->today};
    Paths paths = {.facts = &facts, .ask = ask};
    const MeasureTotal *totals = NULL;
    size_t total_n = 0;
    const MeasureTotalsAsk of_all = {.day = cx->today,
                                     .period = ask->last,
                                     .earlier = MEASURE_EARLIER_MOST,
                                     .only = ask->measure};
    TRY(plan_parameters_read(&facts));
    TRY(measure_totals(cx, &of_all, &totals, &total_n));
    if (total_n == 1)
        paths.total = totals[0];
    for (size_t i = 0; i < cx->packs->plans.n; i++) /* one's own first */
        if (!plan_is_elsewhere(cx, cx->packs->plans.entries[i].value))
            add_plan(&paths, cx->packs->plans.entries[i].value);
    for (size_t i = 0; i < cx->packs->plans.n; i++)
        if (plan_is_elsewhere(cx, cx->packs->plans.entries[i].value))
            add_plan(&paths, cx->packs->plans.entries[i].value);
    *ret_paths = paths.items.items;
    *ret_n = paths.items.n;
    return OK;
}
