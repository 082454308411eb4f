/* See obligations_model.h: doses, days of every year, sums and counts. */
#include "obligations_model_int.h"

enum { SHOT_N = 4, KIND_N = 2 };

/* ---- doses ---- */

/* What was given so far. */
typedef struct {
    int n[KIND_N + 1];
    Date last, last_of[KIND_N + 1], on[SHOT_N + 1];
    Date not_before; /* a dose that was not given was owed until then */
    bool is_stuck;   /* one is owed without end */
} Given;

/* A dose as it is when its turn comes. Months of age; 0: none. */
typedef struct {
    int kind, from, due, before;
    Date wait;
    bool is_left_out;
} Shot;

static Date days_after(Date day, int days)
{
    return none(day) ? DATE_NONE : date_add_days(day, days);
}

/* As the packs of the test say. */
static Shot shot_of(const ModelPack *pack, int item, const Given *given)
{
    Shot shot = {.wait = DATE_NONE};
    switch (item) {
    case 1:
        shot = (Shot){1, pack->shot_from, pack->shot_from + 1, pack->shot_before, DATE_NONE, false};
        break;
    case 2:
        shot = (Shot){1,
                      pack->shot_from + 2,
                      0,
                      pack->shot_before,
                      days_after(given->last, pack->shot_gap),
                      false};
        break;
    case 3:
        shot = (Shot){2, 8, 0, 36, days_after(given->last_of[1], 60), given->n[1] == 0};
        if (given->n[1] == 1) {
            shot.from = 10;
            shot.wait = days_after(given->on[1], 90);
        }
        break;
    default:
        shot = (Shot){2, 14, 15, 0, DATE_NONE, false};
        if (!none(given->on[3]))
            shot.wait = date_add_months(given->on[3], 6);
    }
    return shot;
}

/* The earliest of the kind that no dose before has taken. */
static const Paper *next_paper(const Asking *asking, const bool *is_taken, int kind)
{
    for (size_t i = 0; i < asking->papers.n; i++) {
        const Paper *paper = &asking->papers.items[i];
        if (paper->form == MODEL_SHOT && paper->code == kind && !is_taken[i])
            return paper;
    }
    return NULL;
}

static void give(Given *given, int item, int kind, Date on)
{
    given->n[kind]++;
    given->last_of[kind] = given->on[item] = on;
    given->last = none(given->last) || earlier(given->last, on) ? on : given->last;
}

static void put_shot(Asking *asking, const Stays *stays, ModelLine line)
{
    bool is_met = line.met_by != MODEL_NOTHING;
    if (earlier(asking->horizon, line.opens)
        || (!is_met && !model_is_in(stays->items, line.closes)))
        return;
    if (!is_met)
        model_spare(asking, &line);
    model_put(asking, line);
}

static Date shot_due(const Asking *asking, const Shot *shot, const ModelLine *line)
{
    Date by_age = shot->due == 0 ? DATE_NONE : date_add_months(asking->born, shot->due);
    bool is_by_age = !none(by_age) && !earlier(by_age, line->opens);
    Date due = is_by_age ? by_age : date_add_days(line->opens, asking->pack->shot_grace);
    return earlier(line->closes, due) ? line->closes : due;
}

void model_ask_shots(Asking *asking, const Stays *stays)
{
    Given given = {.last = DATE_NONE, .not_before = DATE_NONE};
    bool *is_taken = arena_array(asking->arena, bool, asking->papers.n + 1);
    for (int i = 0; i <= KIND_N; i++)
        given.last_of[i] = DATE_NONE;
    for (int i = 0; i <= SHOT_N; i++)
        given.on[i] = DATE_NONE;
    for (int item = 1; item <= SHOT_N; item++) {
        const Shot shot = shot_of(asking->pack, item, &given);
        if (shot.is_left_out)
            continue;
        ModelLine line = model_line_of(asking, MODEL_SHOTS, item);
        line.opens = date_max(date_add_months(asking->born, shot.from), shot.wait);
        line.opens = date_max(line.opens, given.not_before);
        line.closes = shot.before == 0
                          ? model_far_day()
                          : date_add_days(date_add_months(asking->born, shot.before), -1);
        const Paper *paper = next_paper(asking, is_taken, shot.kind);
        if (paper != NULL && !earlier(line.closes, paper->on)) {
            model_meet(&line, paper);
            is_taken[paper - asking->papers.items] = true;
            give(&given, item, shot.kind, paper->on);
        } else if (given.is_stuck || earlier(line.closes, line.opens)) {
            continue;
        }
        line.due = shot_due(asking, &shot, &line);
        put_shot(asking, stays, line);
        if (line.met_by != MODEL_NOTHING)
            continue;
        given.is_stuck = shot.before == 0;
        if (shot.before != 0)
            given.not_before = date_add_days(line.closes, 1);
    }
}

/* ---- days of every year ---- */

static const struct {
    int month, day;
} report_days[] = {{3, 20}, {11, 20}};
enum { REPORT_DAY_N = sizeof report_days / sizeof *report_days };

static Date report_day(int year, int at)
{
    return at < 0 ? report_day(year - 1, REPORT_DAY_N - 1)
                  : date_from_ymd(year, report_days[at].month, report_days[at].day);
}

static int year_of(Date day)
{
    int year, month, of_month;
    date_to_ymd(day, &year, &month, &of_month);
    return year;
}

/* Whoever is in on the day owes it; who leaves in the time in which a late record still counts has
 * until he leaves. */
static void put_report(Asking *asking, const Stays *stays, ModelLine line)
{
    const Stay *in = NULL;
    for (size_t i = 0; i < stays->n && in == NULL; i++) {
        if (model_is_in(&stays->items[i], line.due))
            in = &stays->items[i];
    }
    if (in == NULL && line.met_by == MODEL_NOTHING)
        return;
    if (in != NULL && !none(in->after) && !earlier(line.closes, in->after))
        line.closes = date_add_days(in->after, -1);
    if (line.met_by == MODEL_NOTHING)
        model_spare(asking, &line);
    model_put(asking, line);
}

void model_ask_reports(Asking *asking, const Stays *stays)
{
    const ModelPack *pack = asking->pack;
    VEC(ModelLine) lines = {0};
    if (stays->n == 0)
        return;
    int last = year_of(asking->horizon) + 1;
    for (int year = year_of(stays->items[0].from); year <= last; year++) {
        for (int at = 0; at < REPORT_DAY_N; at++) {
            ModelLine line = model_line_of(asking, MODEL_REPORT, 0);
            line.due = report_day(year, at);
            line.opens = pack->report_opens > 0 ? date_add_days(line.due, -pack->report_opens)
                                                : date_add_days(report_day(year, at - 1), 1);
            line.closes = date_add_days(line.due, pack->report_late);
            if (!earlier(asking->horizon, line.opens))
                VEC_PUSH(asking->arena, &lines, line);
        }
    }
    for (size_t i = 0; i < asking->papers.n; i++) {
        const Paper *paper = &asking->papers.items[i];
        ModelLine *found =
            paper->form == MODEL_EXAM ? model_window(lines.items, lines.n, paper) : NULL;
        if (found != NULL)
            model_meet(found, paper);
    }
    for (size_t i = 0; i < lines.n; i++)
        put_report(asking, stays, lines.items[i]);
}

/* ---- sums and counts ---- */

/* What a visit adds. */
static int adds(const Asking *asking, ModelRule rule, const Paper *paper)
{
    if (paper->form != MODEL_VISIT)
        return 0;
    if (rule == MODEL_SUM)
        return paper->amount;
    return paper->amount >= asking->pack->count_least ? 1 : 0;
}

static ModelLine sum_of(Asking *asking, ModelRule rule, const Stay *in, Date begins, int months)
{
    ModelLine line = model_line_of(asking, rule, 0);
    line.opens = begins;
    line.due = line.closes = date_add_days(date_add_months(begins, months), -1);
    line.needed = rule == MODEL_SUM ? asking->pack->sum_needed : 2;
    for (size_t i = 0; i < asking->papers.n && line.met_by == MODEL_NOTHING; i++) {
        const Paper *paper = &asking->papers.items[i];
        int more = adds(asking, rule, paper);
        if (more == 0 || earlier(paper->on, begins) || earlier(line.closes, paper->on)
            || !model_is_in(in, paper->on))
            continue;
        int done = line.done + more;
        if (done >= line.needed)
            model_meet(&line, paper);
        line.done = done;
    }
    return line;
}

/* From the period after the entry; a period is answered for once. */
static void ask_sum(Asking *asking, ModelRule rule, const Stays *stays, int months)
{
    Date answered = DATE_NONE;
    for (size_t s = 0; s < stays->n; s++) {
        const Stay *in = &stays->items[s];
        Date before = answered;
        Date begins = date_add_months(model_period_first(in->from, months), months);
        for (; !earlier(asking->horizon, begins) && (none(in->after) || earlier(begins, in->after));
             begins = date_add_months(begins, months)) {
            ModelLine line = sum_of(asking, rule, in, begins, months);
            bool is_met = line.met_by != MODEL_NOTHING;
            if ((!is_met && !model_is_in(in, line.closes))
                || (!none(before) && !earlier(before, line.closes)))
                continue;
            if (!is_met)
                model_spare(asking, &line);
            model_put(asking, line);
            answered = line.closes;
        }
    }
}

void model_ask_sums(Asking *asking, const Stays *stays)
{
    ask_sum(asking, MODEL_SUM, stays, 6);
    ask_sum(asking, MODEL_COUNT, stays, 3);
}
