/* See obligations_model.h. */
#include "obligations_model_int.h"

/* Days of notice of each rule, as the packs of the test say. */
static const int notice[MODEL_RULE_N] = {
    [MODEL_FOLLOWUP] = 14, [MODEL_CHECK] = 7, [MODEL_YEARLY] = 0, [MODEL_ELDERLY] = 30,
    [MODEL_FIRST] = 1,     [MODEL_REST] = 3,  [MODEL_SHOTS] = 10, [MODEL_REPORT] = 20,
    [MODEL_SUM] = 5,       [MODEL_COUNT] = 0,
};

Date model_far_day(void)
{
    return date_from_ymd(9999, 12, 31);
}

/* ---- the register ---- */

int model_root(const ModelHistory *history, int person)
{
    int kept_under[MODEL_PEOPLE];
    for (int i = 0; i < MODEL_PEOPLE; i++)
        kept_under[i] = i;
    for (size_t i = 0; i < history->n; i++) {
        const ModelEvent *event = &history->events[i];
        if (event->was_refused)
            continue;
        if (event->kind == HAPPENS_MERGE && kept_under[event->person] == event->person)
            kept_under[event->person] = event->other;
        if (event->kind == HAPPENS_UNMERGE)
            kept_under[event->person] = event->person;
    }
    while (kept_under[person] != person)
        person = kept_under[person];
    return person;
}

static bool is_merged(const ModelHistory *history, int person)
{
    return model_root(history, person) != person;
}

/* The first event that amends, voids, takes back or ends this one. */
static int ended_by(const ModelHistory *history, size_t at)
{
    for (size_t i = at + 1; i < history->n; i++) {
        const ModelEvent *event = &history->events[i];
        bool ends = event->kind == HAPPENS_AMEND || event->kind == HAPPENS_VOID
                    || event->kind == HAPPENS_TAKE_BACK || event->kind == HAPPENS_SPARE_END;
        if (ends && !event->was_refused && event->of == (int)at)
            return (int)i;
    }
    return MODEL_NOTHING;
}

static bool is_ended(const ModelHistory *history, size_t at)
{
    return ended_by(history, at) != MODEL_NOTHING;
}

static bool is_of_life(ModelKind kind)
{
    return kind >= HAPPENS_MOVE && kind <= HAPPENS_DIE;
}

typedef struct {
    int area;
    Date left_on, died_on;
    bool is_possible; /* each event can follow the one before it */
} Life;

static void live(Life *life, const ModelEvent *event)
{
    bool is_away = !none(life->left_on), is_dead = !none(life->died_on);
    if (event->kind == HAPPENS_MOVE)
        life->is_possible = life->is_possible && !is_away && !is_dead;
    if (event->kind == HAPPENS_LEAVE)
        life->is_possible = life->is_possible && !is_away && !is_dead;
    if (event->kind == HAPPENS_RETURN)
        life->is_possible = life->is_possible && is_away && !is_dead;
    if (event->kind == HAPPENS_DIE)
        life->is_possible = life->is_possible && !is_dead;
    if (event->kind == HAPPENS_MOVE || event->kind == HAPPENS_RETURN)
        life->area = event->area;
    if (event->kind == HAPPENS_RETURN)
        life->left_on = DATE_NONE;
    if (event->kind == HAPPENS_LEAVE)
        life->left_on = event->happened_on;
    if (event->kind == HAPPENS_DIE)
        life->died_on = event->happened_on;
}

/* By the days on which things happened; on one day in the order in which they were told. `more`
 * (or NULL) is told last, `without` (or MODEL_NOTHING) is not told. */
static Life life_of(const ModelHistory *history, int entry, const ModelEvent *more, int without)
{
    const ModelPerson *person = &history->people[entry];
    Life life = {person->area, DATE_NONE, DATE_NONE, true};
    Date first = DATE_NONE, last = DATE_NONE;
    for (size_t i = 0; i < history->n; i++) {
        first = date_min(first, history->events[i].happened_on);
        last = date_max(last, history->events[i].today);
    }
    first = more == NULL ? first : date_min(first, more->happened_on);
    last = more == NULL ? last : date_max(last, more->today);
    for (Date day = first; !none(day) && !earlier(last, day); day = date_add_days(day, 1)) {
        for (size_t i = 0; i < history->n; i++) {
            const ModelEvent *event = &history->events[i];
            if (is_of_life(event->kind) && !event->was_refused && event->filed_for == entry
                && event->happened_on.days == day.days && (int)i != without
                && !is_ended(history, i))
                live(&life, event);
        }
        if (more != NULL && more->happened_on.days == day.days)
            live(&life, more);
    }
    return life;
}

/* ---- records ---- */

/* In the order of the days on which they happened. */
static void read_papers(Asking *asking)
{
    const ModelHistory *history = asking->history;
    for (size_t i = 0; i < history->n; i++) {
        const ModelEvent *event = &history->events[i];
        bool is_record = event->kind == HAPPENS_RECORD || event->kind == HAPPENS_AMEND;
        if (!is_record || event->was_refused || is_ended(history, i)
            || model_root(history, event->filed_for) != asking->person)
            continue;
        Paper paper = {(int)i,        event->form,        event->code,
                       event->amount, event->happened_on, event->answer};
        VEC_PUSH(asking->arena, &asking->papers, paper);
        for (size_t at = asking->papers.n - 1;
             at > 0 && earlier(paper.on, asking->papers.items[at - 1].on); at--) {
            asking->papers.items[at] = asking->papers.items[at - 1];
            asking->papers.items[at - 1] = paper;
        }
    }
}

/* ---- waivers ---- */

static bool is_waiver(ModelKind kind)
{
    return kind >= HAPPENS_SPARE && kind <= HAPPENS_PUT_OFF;
}

/* Of one line alone it is known by the last day of it, and must have been open by then. */
static bool is_about(const ModelEvent *event, const ModelLine *line)
{
    if (event->rule != line->rule || earlier(line->closes, event->from))
        return false;
    return event->kind == HAPPENS_SPARE
           || (event->item == line->item && event->closes.days == line->closes.days
               && !earlier(event->from, line->opens));
}

typedef VEC(const ModelEvent *) Waivers;

/* Those about the line, by their first days. */
static Waivers waivers_of(const Asking *asking, const ModelLine *line)
{
    const ModelHistory *history = asking->history;
    Waivers waivers = {0};
    for (size_t i = 0; i < history->n; i++) {
        const ModelEvent *event = &history->events[i];
        if (!is_waiver(event->kind) || event->was_refused || is_ended(history, i)
            || model_root(history, event->filed_for) != asking->person || !is_about(event, line))
            continue;
        VEC_PUSH(asking->arena, &waivers, event);
        for (size_t at = waivers.n - 1; at > 0 && earlier(event->from, waivers.items[at - 1]->from);
             at--) {
            waivers.items[at] = waivers.items[at - 1];
            waivers.items[at - 1] = event;
        }
    }
    return waivers;
}

/* Stretches of days that are spared without a gap count as one; the last of them that touches the
 * line decides. What is put off is due on another day, its last at most. */
void model_spare(const Asking *asking, ModelLine *line)
{
    const Waivers waivers = waivers_of(asking, line);
    Date begin = DATE_NONE, end = DATE_NONE, put_off_to = DATE_NONE;
    for (size_t i = 0; i < waivers.n; i++) {
        const ModelEvent *event = waivers.items[i];
        Date until = none(event->until) ? model_far_day() : event->until;
        if (event->kind == HAPPENS_PUT_OFF) {
            put_off_to = date_max(put_off_to, date_min(until, line->closes));
            continue;
        }
        if (earlier(until, line->opens))
            continue;
        Date from = event->from;
        if (event->kind != HAPPENS_SPARE && earlier(event->today, from)) /* one, before it opened */
            from = date_min(from, line->opens);
        if (!none(begin) && !earlier(until, end) && !earlier(date_add_days(end, 1), from)) {
            end = until;
        } else if (none(begin) || earlier(date_add_days(end, 1), from)) {
            begin = from;
            end = until;
        }
    }
    line->due = date_max(line->due, put_off_to);
    if (none(begin))
        return;
    line->spared_on = begin;
    if (!earlier(end, line->closes)) {
        line->waived_on = begin;
        return;
    }
    line->opens = date_add_days(end, 1);
    line->due = date_max(line->due, line->opens);
}

/* ---- lines ---- */

ModelLine model_line_of(const Asking *asking, ModelRule rule, int item)
{
    return (ModelLine){.person = asking->person,
                       .rule = rule,
                       .item = item,
                       .met_by = MODEL_NOTHING,
                       .met_on = DATE_NONE,
                       .waived_on = DATE_NONE,
                       .spared_on = DATE_NONE,
                       .needed = 1,
                       .area = asking->area};
}

void model_meet(ModelLine *line, const Paper *paper)
{
    line->met_by = paper->event;
    line->met_on = paper->on;
    line->done = 1;
}

void model_put(Asking *asking, ModelLine line)
{
    VEC_PUSH(asking->arena, asking->lines, line);
}

bool model_is_in(const Stay *stay, Date day)
{
    return !earlier(day, stay->from) && (none(stay->after) || earlier(day, stay->after));
}

/* ---- who ---- */

static void stay(Asking *asking, Stay one, Stays *stays)
{
    one.after = date_min(one.after, asking->gone_on);
    if (none(one.after) || earlier(one.from, one.after))
        VEC_PUSH(asking->arena, stays, one);
}

static Stays chronic_stays(Asking *asking)
{
    Stays stays = {0};
    const Paper *entry = NULL;
    for (size_t i = 0; i < asking->papers.n; i++) {
        const Paper *paper = &asking->papers.items[i];
        if (paper->form == MODEL_ENTRY && entry == NULL
            && (!asking->pack->needs_kind || paper->code == 1))
            entry = paper;
        if (paper->form == MODEL_EXIT && entry != NULL
            && (!asking->pack->needs_why || paper->code == 1)) {
            stay(asking, (Stay){entry->on, paper->on, entry->answer}, &stays);
            entry = NULL;
        }
    }
    if (entry != NULL)
        stay(asking, (Stay){entry->on, DATE_NONE, entry->answer}, &stays);
    return stays;
}

static Stays everybody_from(Asking *asking, Date day)
{
    Stays stays = {0};
    stay(asking, (Stay){date_max(asking->here_from, day), DATE_NONE, DATE_NONE}, &stays);
    return stays;
}

/* ---- every ---- */

/* The first day of the calendar period of so many months in which the day lies. */
Date model_period_first(Date day, int months)
{
    int year, month, of_month;
    date_to_ymd(day, &year, &month, &of_month);
    return date_from_ymd(year, (month - 1) / months * months + 1, 1);
}

/* The exam of each period, for who is in: no dates are agreed. Periods of which an earlier stay has
 * answered are not asked for again. first_valid, last_valid: days on which a period may begin. */
static void ask_exams(Asking *asking, ModelRule rule, const Stays *stays, int months,
                      Date first_valid, Date last_valid)
{
    Date answered = DATE_NONE;
    for (size_t s = 0; s < stays->n; s++) {
        const Stay *in = &stays->items[s];
        Date begins = model_period_first(in->from, months), before = answered;
        for (; !earlier(asking->horizon, begins) && (none(in->after) || earlier(begins, in->after));
             begins = date_add_months(begins, months)) {
            ModelLine line = model_line_of(asking, rule, 0);
            line.opens = date_max(begins, in->from);
            line.due = line.closes = date_add_days(date_add_months(begins, months), -1);
            for (size_t i = 0; i < asking->papers.n && line.met_by == MODEL_NOTHING; i++) {
                const Paper *paper = &asking->papers.items[i];
                if (paper->form == MODEL_EXAM && model_is_in(in, paper->on)
                    && !earlier(paper->on, line.opens) && !earlier(line.closes, paper->on))
                    model_meet(&line, paper);
            }
            bool is_owed = line.met_by != MODEL_NOTHING || model_is_in(in, line.closes);
            bool is_valid = (none(first_valid) || !earlier(begins, first_valid))
                            && (none(last_valid) || !earlier(last_valid, begins));
            if (!is_owed || !is_valid || (!none(before) && !earlier(before, line.closes)))
                continue;
            if (line.met_by == MODEL_NOTHING)
                model_spare(asking, &line);
            model_put(asking, line);
            answered = line.closes;
        }
    }
}

/* Once in each year that begins until a day, then once in each half. */
static void ask_yearly(Asking *asking, const Stays *stays)
{
    Date until = asking->pack->year_until;
    ask_exams(asking, MODEL_YEARLY, stays, 12, DATE_NONE, until);
    ask_exams(asking, MODEL_YEARLY, stays, 6, date_add_days(until, 1), DATE_NONE);
}

static void ask_elderly(Asking *asking)
{
    Date birthday = date_add_months(asking->born, 12 * asking->pack->elderly_from);
    Stays stays = everybody_from(asking, model_period_first(birthday, 12));
    ask_exams(asking, MODEL_ELDERLY, &stays, 12, DATE_NONE, DATE_NONE);
}

/* ---- every, with dates that visits set ---- */

/* The day by which the next visit was asked for. */
typedef struct {
    Date on, set_on;
    bool is_passed_on; /* from a period that was missed */
} Asked;

static Date due_of(const Asked *asked, Date last)
{
    return none(asked->on) || earlier(last, asked->on) ? last : asked->on;
}

/* What a visit or call asks for: the day that it agrees, the latest that it may where it agrees
 * none or a later one. */
static Asked asked_by(const Asking *asking, const Paper *paper)
{
    Date latest = date_add_months(paper->on, asking->pack->latest_months);
    bool is_sooner = !none(paper->answer) && earlier(paper->answer, latest);
    return (Asked){is_sooner ? paper->answer : latest, paper->on, false};
}

/* The days of one quarter, one after another: what visits met and asked for. */
static void walk_quarter(Asking *asking, const Stay *in, Asked *asked, ModelLine *line)
{
    Date first = model_period_first(line->closes, 3);
    for (size_t i = 0; i < asking->papers.n; i++) {
        const Paper *paper = &asking->papers.items[i];
        if (paper->form != MODEL_VISIT || earlier(paper->on, first)
            || earlier(line->closes, paper->on) || !model_is_in(in, paper->on))
            continue;
        *asked = asked_by(asking, paper);
        if (line->met_by != MODEL_NOTHING)
            continue;
        if (paper->code == 1 || asking->pack->counts_call)
            model_meet(line, paper);
        else
            line->due = due_of(asked, line->closes);
    }
}

/* An agreed day before the quarter opens it by the days of notice, but after the visit that agreed
 * it; a missed quarter passes its day on without opening the next one early. */
static Date quarter_opens(const Asked *asked, const Stay *in, Date first)
{
    if (asked->is_passed_on || none(asked->on) || !earlier(asked->on, first))
        return date_max(first, in->from);
    return date_max(date_add_days(asked->on, -notice[MODEL_FOLLOWUP]),
                    date_add_days(asked->set_on, 1));
}

/* Quarters from the one after the entry, or from its own where a first day falls in it. */
static Date first_quarter(Asking *asking, const Stay *in, Asked *asked)
{
    Date first = model_period_first(in->from, 3), next = date_add_months(first, 3);
    *asked = (Asked){in->first_on, in->from, false};
    if (!none(asked->on) && earlier(asked->on, next))
        return first;
    ModelLine not_owed = model_line_of(asking, MODEL_FOLLOWUP, 0);
    not_owed.closes = date_add_days(next, -1);
    walk_quarter(asking, in, asked, &not_owed);
    return next;
}

static void ask_followups(Asking *asking, const Stays *stays)
{
    Date answered = DATE_NONE;
    for (size_t s = 0; s < stays->n; s++) {
        const Stay *in = &stays->items[s];
        Asked asked;
        Date first = first_quarter(asking, in, &asked), before = answered;
        for (; !earlier(asking->horizon, first) && (none(in->after) || earlier(first, in->after));
             first = date_add_months(first, 3)) {
            ModelLine line = model_line_of(asking, MODEL_FOLLOWUP, 0);
            line.closes = date_add_days(date_add_months(first, 3), -1);
            line.opens = quarter_opens(&asked, in, first);
            line.due = due_of(&asked, line.closes);
            walk_quarter(asking, in, &asked, &line);
            if (line.met_by == MODEL_NOTHING) {
                model_spare(asking, &line);
                asked = none(line.waived_on) ? (Asked){line.due, line.due, true}
                                             : (Asked){DATE_NONE, DATE_NONE, false};
            }
            bool is_owed = line.met_by != MODEL_NOTHING || model_is_in(in, line.closes);
            if (!is_owed || (!none(before) && !earlier(before, line.closes)))
                continue;
            model_put(asking, line);
            answered = line.closes;
        }
    }
}

/* ---- after_last ---- */

static void put_check(Asking *asking, ModelLine line)
{
    if (!earlier(asking->horizon, line.opens))
        model_put(asking, line);
}

static void ask_checks(Asking *asking, const Stays *stays)
{
    for (size_t s = 0; s < stays->n; s++) {
        const Stay *in = &stays->items[s];
        ModelLine line = model_line_of(asking, MODEL_CHECK, 0);
        line.due = date_add_days(in->from, 7);
        line.opens = date_max(in->from, date_add_days(line.due, -14));
        Date last = DATE_NONE;
        for (size_t i = 0; i < asking->papers.n; i++) {
            const Paper *paper = &asking->papers.items[i];
            if (paper->form != MODEL_VISIT || paper->code != 1 || !model_is_in(in, paper->on))
                continue;
            ModelLine met = line;
            met.opens = earlier(paper->on, met.opens) ? paper->on : met.opens;
            met.closes = paper->on;
            model_meet(&met, paper);
            if (none(last) || earlier(last, paper->on))
                put_check(asking, met);
            last = paper->on;
            line.due = date_add_months(paper->on, asking->pack->check_months);
            line.opens = date_max(date_add_days(paper->on, 1), date_add_days(line.due, -14));
        }
        line.closes = model_far_day();
        Date scheduled = line.opens;
        model_spare(asking, &line);
        if (none(in->after) && !earlier(asking->horizon, scheduled))
            model_put(asking, line);
    }
}

/* ---- windows ---- */

/* Nobody comes or goes by age here: one stay at most. A window is owed to who is in on its last
 * day, and one that a record met is told in any case. */
static void put_window(Asking *asking, const Stays *stays, ModelLine line)
{
    bool is_met = line.met_by != MODEL_NOTHING;
    if (earlier(asking->horizon, line.opens)
        || (!is_met && !model_is_in(stays->items, line.closes)))
        return;
    if (!is_met)
        model_spare(asking, &line);
    model_put(asking, line);
}

static ModelLine window_of(const Asking *asking, ModelRule rule, int item, Date day,
                           const int days[3])
{
    ModelLine line = model_line_of(asking, rule, item);
    line.opens = date_add_days(day, days[0]);
    line.due = date_add_days(day, days[1]);
    line.closes = date_add_days(day, days[2]);
    return line;
}

static bool is_within(Date day, Date first, Date last)
{
    return !earlier(day, first) && !earlier(last, day);
}

/* Each discharge asks for a visit; one visit may answer for several, and two of a day are one. */
static void ask_firsts(Asking *asking, const Stays *stays)
{
    size_t first = asking->lines->n;
    for (size_t i = 0; i < asking->papers.n; i++) {
        const Paper *event = &asking->papers.items[i];
        if (event->form != MODEL_DISCHARGE || none(event->answer))
            continue;
        const int days[3] = {0, 3, asking->pack->first_closes};
        ModelLine line = window_of(asking, MODEL_FIRST, 1, event->answer, days);
        bool is_told = false;
        for (size_t j = first; j < asking->lines->n; j++)
            is_told = is_told || asking->lines->items[j].closes.days == line.closes.days;
        for (size_t j = 0; j < asking->papers.n && line.met_by == MODEL_NOTHING; j++) {
            const Paper *paper = &asking->papers.items[j];
            if (paper->form == MODEL_VISIT && is_within(paper->on, line.opens, line.closes))
                model_meet(&line, paper);
        }
        if (!is_told)
            put_window(asking, stays, line);
    }
}

ModelLine *model_window(ModelLine *windows, size_t n, const Paper *paper)
{
    for (int pass = 0; pass < 2; pass++) {
        for (size_t w = 0; w < n; w++) {
            Date last = pass == 0 ? windows[w].due : windows[w].closes;
            if (windows[w].met_by == MODEL_NOTHING && is_within(paper->on, windows[w].opens, last))
                return &windows[w];
        }
    }
    return NULL;
}

static void ask_rest(Asking *asking, const Stays *stays)
{
    static const int days[2][3] = {{0, 10, 20}, {15, 25, 40}};
    const Paper *newest = NULL;
    for (size_t i = 0; i < asking->papers.n; i++) {
        const Paper *event = &asking->papers.items[i];
        if (event->form == MODEL_DISCHARGE && !none(event->answer)
            && (none(asking->gone_on) || earlier(event->on, asking->gone_on)))
            newest = event;
    }
    if (newest == NULL)
        return;
    ModelLine windows[2];
    for (int w = 0; w < 2; w++)
        windows[w] = window_of(asking, MODEL_REST, w + 1, newest->answer, days[w]);
    for (size_t i = 0; i < asking->papers.n; i++) {
        const Paper *paper = &asking->papers.items[i];
        ModelLine *found = paper->form == MODEL_VISIT ? model_window(windows, 2, paper) : NULL;
        if (found != NULL)
            model_meet(found, paper);
    }
    for (int w = 0; w < 2; w++)
        put_window(asking, stays, windows[w]);
}

/* ---- everything ---- */

/* What the newest of his records says that was asked it, else the register. */
static Date born(const Asking *asking)
{
    Date born = asking->history->people[asking->person].born;
    for (size_t i = 0; i < asking->papers.n; i++) {
        if (asking->papers.items[i].form == MODEL_CARD)
            born = asking->papers.items[i].answer;
    }
    return born;
}

/* Of whom nobody knows when he was born nothing is owed by age. */
static void ask_by_age(Asking *asking)
{
    Stays all = everybody_from(asking, asking->born);
    Stays adults = everybody_from(asking, date_add_months(asking->born, 12 * 18));
    ask_elderly(asking);
    if (all.n > 0)
        model_ask_shots(asking, &all);
    if (adults.n == 0)
        return;
    ask_firsts(asking, &adults);
    ask_rest(asking, &adults);
}

static void ask(Asking *asking)
{
    Stays chronic = chronic_stays(asking);
    ask_followups(asking, &chronic);
    if (asking->pack->has_check)
        ask_checks(asking, &chronic);
    ask_yearly(asking, &chronic);
    model_ask_reports(asking, &chronic);
    model_ask_sums(asking, &chronic);
    asking->born = born(asking);
    if (!none(asking->born))
        ask_by_age(asking);
}

void model_lines(const ModelHistory *history, const ModelPack *pack, Date horizon, Arena *arena,
                 ModelLines *ret_lines)
{
    *ret_lines = (ModelLines){0};
    for (int person = 0; person < MODEL_PEOPLE; person++) {
        if (is_merged(history, person))
            continue;
        Life life = life_of(history, person, NULL, MODEL_NOTHING);
        Asking asking = {.history = history,
                         .pack = pack,
                         .horizon = horizon,
                         .arena = arena,
                         .person = person,
                         .here_from = history->people[person].registered_on,
                         .gone_on = date_min(life.left_on, life.died_on),
                         .area = life.area,
                         .lines = ret_lines};
        read_papers(&asking);
        ask(&asking);
    }
}

ModelHistory model_evening(const ModelHistory *history, Date day)
{
    ModelHistory evening = *history;
    while (evening.n > 0 && earlier(day, evening.events[evening.n - 1].today))
        evening.n--;
    return evening;
}

const char *model_state(const ModelLine *line, Date day)
{
    if (!none(line->met_on) && !earlier(day, line->met_on))
        return "met";
    if (!none(line->waived_on) && !earlier(day, line->waived_on))
        return "waived";
    if (earlier(day, line->opens))
        return !none(line->spared_on) && !earlier(day, line->spared_on) ? "waived" : "closed";
    if (earlier(line->closes, day))
        return "missed";
    if (earlier(line->due, day))
        return "overdue";
    return line->due.days - day.days <= notice[line->rule] ? "due" : "open";
}

/* ---- what can happen ---- */

static bool allows_life(const ModelHistory *history, const ModelEvent *event)
{
    if (event->kind != HAPPENS_TAKE_BACK)
        return life_of(history, event->filed_for, event, MODEL_NOTHING).is_possible;
    /* whoever is kept under another has no life of his own */
    return !is_merged(history, event->filed_for)
           && (is_ended(history, (size_t)event->of)
               || life_of(history, event->filed_for, NULL, event->of).is_possible);
}

static bool allows_void(const ModelHistory *history, const ModelEvent *event)
{
    int end = ended_by(history, (size_t)event->of);
    return end == MODEL_NOTHING || history->events[end].kind == HAPPENS_VOID;
}

bool model_allows(const ModelHistory *history, const ModelPack *pack, const ModelEvent *event)
{
    int root = model_root(history, event->person);
    switch (event->kind) {
    case HAPPENS_AMEND: return !is_ended(history, (size_t)event->of);
    /* voids and merges that are sent twice change nothing */
    case HAPPENS_VOID: return allows_void(history, event);
    case HAPPENS_MERGE:
        return (root == event->person && event->other != root && !is_merged(history, event->other))
               || (root != event->person && event->other == root);
    case HAPPENS_UNMERGE: return root != event->person;
    case HAPPENS_SPARE: return event->rule != MODEL_CHECK || pack->has_check;
    case HAPPENS_SPARE_ONE: return none(event->until) || !earlier(event->until, event->from);
    case HAPPENS_PUT_OFF:
        return earlier(event->due, event->until) && !earlier(event->closes, event->until)
               && !earlier(event->until, event->from);
    case HAPPENS_MOVE:
    case HAPPENS_LEAVE:
    case HAPPENS_RETURN:
    case HAPPENS_DIE:
    case HAPPENS_TAKE_BACK: return allows_life(history, event);
    case HAPPENS_RECORD:
    case HAPPENS_SPARE_END:
    case HAPPENS_PACK:
    case HAPPENS_NIGHTS:
    case HAPPENS_N: break;
    }
    return true;
}
