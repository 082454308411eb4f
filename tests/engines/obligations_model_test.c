/* Obligations against a second derivation (obligations_model.h) on SQLite and PostgreSQL: random
 * histories of records, amendments, voids, moves, leavings, returns, deaths, merges, un-merges,
 * waivers, other packs and nights. What is stored, listed, recomputed and told of past days is what
 * the plain model says; what the model says cannot be is refused. A history that differs is
 * shortened before it is shown. Persons are invented; the days are the tests' own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "access/access.h"
#include "base/buf.h"
#include "core/place.h"
#include "demo/rng.h"
#include "engine/obligations/obligations.h"
#include "engine/obligations/waivers.h"
#include "engine/subjects/residents.h"
#include "obligations_model.h"
#include "obligations_model_packs.h"
#include "obligations_model_test_sql.h"
#include "support/both_engines.h"

enum {
    HISTORIES = 4,
    EVENTS = 150,
    COMPARED_EACH = 3, /* events */
    PACKS_MOST = 64,
    LINES_MOST = 4000,
};

typedef struct {
    Arena arena;
    Db *db;
    Cx cx;
    Rng ids;
    ModelEvent events[EVENTS];
    ModelHistory history;
    ModelPack pack;
    PackSet *sets[PACKS_MOST];
    size_t set_n;
    Uuid people[MODEL_PEOPLE];
    const char *where; /* what differed first; NULL: nothing */
    Str said, derived;
    size_t failed_at;
} Run;

static const RecordHook record_hooks[] = {obligation_record_hook, NULL};
static const ResidentHook resident_hooks[] = {record_resident_hook, obligation_resident_hook, NULL};

/* ---- packs ---- */

static PackSet *open_set(Run *run)
{
    assert_true(run->set_n < PACKS_MOST);
    return run->sets[run->set_n++] = model_pack_open(&run->arena, &run->pack);
}

static Err install(Run *run)
{
    run->cx.packs = open_set(run);
    run->cx.policy = NULL;
    Err err = record_tables_update(&run->cx);
    return err == OK ? obligation_rules_update(&run->cx) : err;
}

/* ---- a history by chance ---- */

/* An event before, of some kinds; MODEL_NOTHING: there is none. */
static int some_before(Rng *rng, const ModelEvent *events, size_t n, ModelKind first,
                       ModelKind last)
{
    int found = MODEL_NOTHING;
    for (size_t i = 0, n_found = 0; i < n; i++) {
        if (events[i].kind >= first && events[i].kind <= last
            && rng_between(rng, 0, (int64_t)n_found++) == 0)
            found = (int)i;
    }
    return found;
}

static ModelEvent random_event(Rng *rng, const ModelEvent *events, size_t n)
{
    static const double weights[HAPPENS_N] = {
        [HAPPENS_RECORD] = 40,   [HAPPENS_AMEND] = 5,     [HAPPENS_VOID] = 5,
        [HAPPENS_MOVE] = 4,      [HAPPENS_LEAVE] = 2,     [HAPPENS_RETURN] = 4,
        [HAPPENS_DIE] = 1.5,     [HAPPENS_TAKE_BACK] = 3, [HAPPENS_MERGE] = 5,
        [HAPPENS_UNMERGE] = 5,   [HAPPENS_SPARE] = 3,     [HAPPENS_SPARE_END] = 2,
        [HAPPENS_SPARE_ONE] = 4, [HAPPENS_PUT_OFF] = 4,   [HAPPENS_PACK] = 5,
        [HAPPENS_NIGHTS] = 25,
    };
    static const double forms[MODEL_FORM_N] = {16, 8, 42, 16, 18, 22, 6};
    ModelEvent event = {.kind = (ModelKind)rng_weighted(rng, weights, HAPPENS_N),
                        .person = (int)rng_between(rng, 0, MODEL_PEOPLE - 1),
                        .other = (int)rng_between(rng, 0, MODEL_PEOPLE - 1),
                        .form = (ModelForm)rng_weighted(rng, forms, MODEL_FORM_N),
                        .code = (int)rng_between(rng, 1, 2),
                        .days_ago = rng_chance(rng, 0.5) ? 0 : (int)rng_between(rng, 0, 30),
                        .answer_days =
                            rng_chance(rng, 0.4) ? MODEL_NOTHING : (int)rng_between(rng, 1, 100),
                        .amount = (int)rng_between(rng, 0, 5),
                        .pick = (int)rng_between(rng, 0, 1000),
                        .of = MODEL_NOTHING,
                        .area = (int)rng_between(rng, 1, 2),
                        .rule = (ModelRule)rng_between(rng, 0, MODEL_RULE_N - 1),
                        .days = (int)rng_between(rng, 1, 14),
                        .pack = model_pack_random(rng)};
    if (event.form == MODEL_DISCHARGE && event.answer_days > 0)
        event.answer_days %= 8;
    if (event.kind == HAPPENS_SPARE || event.kind == HAPPENS_SPARE_ONE)
        event.days = rng_chance(rng, 0.2) ? MODEL_NOTHING : event.days * 6;
    if (event.kind == HAPPENS_AMEND || event.kind == HAPPENS_VOID)
        event.of = some_before(rng, events, n, HAPPENS_RECORD, HAPPENS_AMEND);
    if (event.kind == HAPPENS_TAKE_BACK)
        event.of = some_before(rng, events, n, HAPPENS_MOVE, HAPPENS_DIE);
    if (event.kind == HAPPENS_SPARE_END)
        event.of = some_before(rng, events, n, HAPPENS_SPARE, HAPPENS_PUT_OFF);
    return event;
}

/* ---- letting it happen ---- */

static const Str areas[] = {{"", 0}, {"000000001201", 12}, {"000000001202", 12}};

static void set_day(Run *run, size_t at, Date today)
{
    run->cx.today = today;
    run->cx.now = instant_of_date(today, 8, 0);
    run->cx.now.ms += (int64_t)at * 1000;
    run->cx.problem_n = 0;
}

static Err put_record(Run *run, const ModelEvent *event)
{
    char day[DATE_TEXT_SIZE];
    const Form *form = pack_form(run->cx.packs, str_from_c(model_form_names[event->form]));
    FormAnswers answers;
    form_answers_init(&answers, form, &run->arena);
    FormPlace code = FORM_FIELD(form_find_field(form, STR("kind")));
    FormPlace answer = FORM_FIELD(form_find_field(form, STR("agreed_on")));
    FormPlace amount = FORM_FIELD(form_find_field(form, STR("amount")));
    assert_true(form_answers_put_text(&answers, form, &run->arena, amount,
                                      str_printf(&run->arena, "%d", event->amount)));
    assert_true(form_answers_put_text(&answers, form, &run->arena, code,
                                      event->code == 1 ? STR("1") : STR("2")));
    if (!date_is_none(event->answer))
        assert_true(form_answers_put_text(
            &answers, form, &run->arena, answer,
            str_copy(&run->arena, str_from_c(date_format(event->answer, day)))));
    bool is_amending = event->kind == HAPPENS_AMEND;
    RecordDraft draft = {.id = event->id,
                         .form = form->id,
                         .subject = run->people[event->person],
                         .happened_on = event->happened_on,
                         .facility = STR("V1"),
                         .answers = &answers,
                         .amends = is_amending ? run->events[event->of].id : UUID_NIL,
                         .reason = is_amending ? STR("录入有误") : (Str){0}};
    RecordReceipt receipt;
    return record_submit(&run->cx, &draft, &receipt);
}

static Err put_life(Run *run, const ModelEvent *event)
{
    static const ResidentEventKind kinds[HAPPENS_N] = {
        [HAPPENS_MOVE] = RESIDENT_MOVED,
        [HAPPENS_LEAVE] = RESIDENT_LEFT,
        [HAPPENS_RETURN] = RESIDENT_RETURNED,
        [HAPPENS_DIE] = RESIDENT_DIED,
    };
    const ResidentEvent life = {.id = event->id,
                                .resident = run->people[event->person],
                                .kind = kinds[event->kind],
                                .happened_on = event->happened_on,
                                .area = areas[event->area]};
    return resident_event_add(&run->cx, &life);
}

static Err put_spare(Run *run, const ModelEvent *event)
{
    bool was_known = false;
    bool is_whole = event->kind == HAPPENS_SPARE;
    const Waiver waiver = {.id = event->id,
                           .resident = run->people[event->person],
                           .kind = event->kind == HAPPENS_PUT_OFF ? WAIVER_POSTPONE : WAIVER_WAIVE,
                           .program = str_from_c(model_rule_programs[event->rule]),
                           .rule = str_from_c(model_rule_names[event->rule]),
                           .item = model_item_name(event->rule, is_whole ? 0 : event->item),
                           .is_whole = is_whole,
                           .closes_on = is_whole ? DATE_NONE : event->closes,
                           .until = event->until,
                           .reason = STR("refuses")};
    return waiver_give(&run->cx, &waiver, &was_known);
}

static Err let_happen(Run *run, const ModelEvent *event)
{
    Uuid person = run->people[event->person];
    Uuid of = event->of == MODEL_NOTHING ? UUID_NIL : run->events[event->of].id;
    switch (event->kind) {
    case HAPPENS_RECORD:
    case HAPPENS_AMEND: return put_record(run, event);
    case HAPPENS_VOID: return record_void(&run->cx, of, STR("误录"));
    case HAPPENS_MOVE:
    case HAPPENS_LEAVE:
    case HAPPENS_RETURN:
    case HAPPENS_DIE: return put_life(run, event);
    case HAPPENS_TAKE_BACK: return resident_event_void(&run->cx, person, of, STR("误登"));
    case HAPPENS_MERGE:
        return resident_merge(&run->cx, person, run->people[event->other], STR("重复建档"));
    case HAPPENS_UNMERGE: return resident_unmerge(&run->cx, person, STR("不是同一人"));
    case HAPPENS_SPARE:
    case HAPPENS_SPARE_ONE:
    case HAPPENS_PUT_OFF: return put_spare(run, event);
    case HAPPENS_SPARE_END: return waiver_end(&run->cx, person, of, STR("误录"));
    case HAPPENS_PACK: return install(run);
    case HAPPENS_NIGHTS:
    case HAPPENS_N: break;
    }
    return OK;
}

static Date horizon_of(Date day);

/* One of those that are owed to the person and are not over; false: there is none. */
static bool choose_line(Run *run, ModelEvent *event)
{
    VEC(const ModelLine *) open = {0};
    ModelLines lines;
    model_lines(&run->history, &run->pack, horizon_of(event->today), &run->arena, &lines);
    for (size_t i = 0; i < lines.n; i++) {
        const ModelLine *line = &lines.items[i];
        if (line->person == event->filed_for && date_is_none(line->met_on)
            && date_is_none(line->waived_on) && line->closes.days >= event->today.days)
            VEC_PUSH(&run->arena, &open, line);
    }
    if (open.n == 0)
        return false;
    const ModelLine *line = open.items[(size_t)event->pick % open.n];
    bool is_spared = !date_is_none(line->spared_on) && line->spared_on.days <= event->today.days;
    event->rule = line->rule;
    event->item = line->item;
    event->due = line->due;
    event->closes = line->closes;
    event->from = is_spared ? event->today : date_max(event->today, line->opens);
    if (event->kind == HAPPENS_PUT_OFF)
        event->until = date_add_days(line->due, event->days - 3);
    return true;
}

/* Days, and whom it is about, from what happened before; false: what it is about never was. */
static bool complete(Run *run, ModelEvent *event, Date today)
{
    const ModelEvent *of = event->of == MODEL_NOTHING ? NULL : &run->events[event->of];
    bool needs_other = event->kind == HAPPENS_AMEND || event->kind == HAPPENS_VOID
                       || event->kind == HAPPENS_TAKE_BACK || event->kind == HAPPENS_SPARE_END;
    event->today = today;
    event->happened_on = date_add_days(today, -event->days_ago);
    event->answer = DATE_NONE;
    event->from = today;
    event->until = event->days == MODEL_NOTHING ? DATE_NONE : date_add_days(today, event->days);
    event->id = rng_uuid(&run->ids, run->cx.now);
    event->filed_for = event->person;
    if (needs_other && (of == NULL || of->is_left_out || of->was_refused))
        return false;
    if (needs_other) {
        event->person = event->filed_for = of->filed_for;
        event->form = of->form;
    }
    bool is_life = event->kind >= HAPPENS_MOVE && event->kind <= HAPPENS_DIE;
    bool is_of_one = event->kind == HAPPENS_SPARE_ONE || event->kind == HAPPENS_PUT_OFF;
    if (is_life || is_of_one
        || event->kind == HAPPENS_SPARE) /* of the person, not of the entry named */
        event->filed_for = model_root(&run->history, event->person);
    if (event->answer_days != MODEL_NOTHING)
        event->answer = date_add_days(event->happened_on, event->answer_days);
    bool is_record = event->kind == HAPPENS_RECORD || event->kind == HAPPENS_AMEND;
    if (is_record && event->form == MODEL_CARD && event->answer_days != MODEL_NOTHING)
        event->answer =
            date_add_days(run->history.people[event->filed_for].born, event->answer_days % 91 - 45);
    return !is_of_one || choose_line(run, event);
}

/* ---- saying it alike ---- */

typedef struct {
    Str lines[LINES_MOST];
    size_t n;
} Said;

static const char *day_text(Arena *arena, Date day)
{
    char text[DATE_TEXT_SIZE];
    return date_is_none(day) ? "-" : str_to_c(arena, str_from_c(date_format(day, text)));
}

/* What is spared to its last day never opens any more: its other days say nothing. */
static void say(Run *run, Said *said, const ModelLine *line, const char *state)
{
    Arena *arena = &run->arena;
    bool is_waived = !date_is_none(line->waived_on);
    assert_true(said->n < LINES_MOST);
    said->lines[said->n++] = str_printf(
        arena,
        "person %d %s/%d %s due %s closes %s area %d met %s by %d %d of %d waived %s spared %s %s",
        line->person, model_rule_names[line->rule], line->item,
        is_waived ? "-" : day_text(arena, line->opens),
        is_waived ? "-" : day_text(arena, line->due), day_text(arena, line->closes), line->area,
        day_text(arena, line->met_on), line->met_by, line->done, line->needed,
        day_text(arena, line->waived_on), day_text(arena, line->spared_on), state);
}

static int by_text(const void *left, const void *right)
{
    return str_compare(*(const Str *)left, *(const Str *)right);
}

static ModelRule rule_of(Str id)
{
    for (int i = 0; i < MODEL_RULE_N; i++) {
        if (str_equals_c(id, model_rule_names[i]))
            return (ModelRule)i;
    }
    fail_msg("no such rule");
    return MODEL_RULE_N;
}

static int person_of(const Run *run, Uuid id)
{
    for (int i = 0; i < MODEL_PEOPLE; i++) {
        if (uuid_equals(run->people[i], id))
            return i;
    }
    return MODEL_NOBODY;
}

static int event_of(const Run *run, Uuid id)
{
    for (size_t i = 0; i < run->history.n; i++) {
        if (!uuid_is_nil(id) && uuid_equals(run->events[i].id, id))
            return (int)i;
    }
    return MODEL_NOTHING;
}

static int area_of(Str code)
{
    return str_equals(code, areas[1]) ? 1 : 2;
}

static void say_owed(Run *run, Said *said, const Obligation *owed, Str area, const char *state)
{
    const ModelLine line = {.person = person_of(run, owed->subject),
                            .rule = rule_of(owed->rule->id),
                            .item = (int)owed->item,
                            .opens = owed->opens_on,
                            .due = owed->due_on,
                            .closes = owed->closes_on,
                            .met_by = event_of(run, owed->met_by),
                            .met_on = owed->met_on,
                            .waived_on = owed->waived_on,
                            .spared_on = owed->spared_on,
                            .done = (int)owed->done,
                            .needed = (int)owed->needed,
                            .area = area_of(area)};
    say(run, said, &line, state);
}

/* ---- comparing ---- */

static void note(Run *run, const char *where, Str said, Str derived)
{
    if (run->where == NULL) {
        run->where = where;
        run->said = said;
        run->derived = derived;
        run->failed_at = run->history.n;
    }
}

/* Only lines that the other has not. */
static Str only_in(Run *run, const Said *one, const Said *other)
{
    Buf buf;
    buf_init(&buf, &run->arena, MIB(1));
    for (size_t i = 0; i < one->n; i++) {
        bool has = other->n > 0
                   && bsearch(&one->lines[i], other->lines, other->n, sizeof *other->lines, by_text)
                          != NULL;
        if (!has)
            buf_printf(&buf, "  %.*s\n", STR_ARG(one->lines[i]));
    }
    return buf_str(&buf);
}

/* Over all histories: what agrees because nothing was there proves nothing. */
static size_t rows_compared, events_allowed;

static void compare(Run *run, const char *where, Said *said, Said *derived)
{
    if (said->n > 1)
        qsort(said->lines, said->n, sizeof *said->lines, by_text);
    if (derived->n > 1)
        qsort(derived->lines, derived->n, sizeof *derived->lines, by_text);
    bool is_same = said->n == derived->n;
    rows_compared += derived->n;
    for (size_t i = 0; is_same && i < said->n; i++)
        is_same = str_equals(said->lines[i], derived->lines[i]);
    if (!is_same)
        note(run, where, only_in(run, said, derived), only_in(run, derived, said));
    said->n = derived->n = 0;
}

/* 1 January of the year after the day's. */
static Date horizon_of(Date day)
{
    int year, month, of_month;
    date_to_ymd(day, &year, &month, &of_month);
    return date_from_ymd(year + 1, 1, 1);
}

static void derive(Run *run, const ModelHistory *history, Date horizon, Date day, bool only_owed,
                   bool with_state, Said *derived)
{
    ModelLines lines;
    model_lines(history, &run->pack, horizon, &run->arena, &lines);
    for (size_t i = 0; i < lines.n; i++) {
        const char *state = model_state(&lines.items[i], day);
        bool is_owed = state[0] == 'o' || state[0] == 'd'; /* open, due, overdue */
        if (only_owed) /* that list does not say what was spared before */
            lines.items[i].spared_on = DATE_NONE;
        if (is_owed || !only_owed)
            say(run, derived, &lines.items[i], with_state ? state : "");
    }
}

static void say_list(Run *run, Date on, bool only_owed, Said *said)
{
    const ObligationLine *lines = NULL;
    size_t n = 0;
    ObligationFilter filter = {.on = on, .after.due_on = DATE_NONE, .most = LINES_MOST};
    for (int i = 0; i < OBLIGATION_STATE_N; i++)
        filter.states[i] =
            !only_owed || i == OBLIGATION_OPEN || i == OBLIGATION_DUE || i == OBLIGATION_OVERDUE;
    Err err = only_owed ? obligation_list(&run->cx, &filter, &lines, &n)
                        : obligation_list_explained(&run->cx, &filter, &lines, &n);
    assert_int_equal(err, OK);
    for (size_t i = 0; i < n; i++)
        say_owed(run, said, &lines[i].obligation, lines[i].area,
                 obligation_state_name(lines[i].state));
}

static const Rule *rule_by(const Run *run, int64_t key)
{
    const Rule *found = NULL;
    for (size_t i = 0; i < run->cx.packs->rule_n; i++) {
        if (run->cx.packs->rules[i]->key == key)
            found = run->cx.packs->rules[i];
    }
    assert_non_null(found); /* a rule that is gone owes nothing */
    return found;
}

static void say_stored(Run *run, Said *said)
{
    CLEANUP(db_rows_close) DbRows rows = {0};
    assert_int_equal(model_stored_open(run->db, &rows), OK);
    for (;;) {
        ModelStoredRow row;
        bool has_row = false;
        assert_int_equal(model_stored_next(&rows, &run->arena, &row, &has_row), OK);
        if (!has_row)
            return;
        const Obligation owed = {.subject = row.subject_id,
                                 .rule = rule_by(run, row.rule_key),
                                 .item = (uint32_t)row.item,
                                 .opens_on = row.opens_on,
                                 .due_on = row.due_on,
                                 .closes_on = row.closes_on,
                                 .met_by = row.met_by,
                                 .met_on = row.met_on,
                                 .waived_on = row.waived_on,
                                 .spared_on = row.spared_on,
                                 .done = row.done,
                                 .needed = row.needed};
        say_owed(run, said, &owed, row.area_code, "");
    }
}

typedef struct {
    int owed[MODEL_RULE_N][3], overdue[MODEL_RULE_N][3]; /* by area */
} Counts;

static void say_counts(Run *run, const Counts *counts, Said *said)
{
    for (int rule = 0; rule < MODEL_RULE_N; rule++) {
        for (int area = 1; area <= 2; area++) {
            if (counts->owed[rule][area] > 0)
                said->lines[said->n++] =
                    str_printf(&run->arena, "%s in %d: %d owed, %d overdue", model_rule_names[rule],
                               area, counts->owed[rule][area], counts->overdue[rule][area]);
        }
    }
}

/* How much was owed on a past day, as it is kept for plans: in steps of areas of today. */
static void compare_counts(Run *run, const ModelHistory *evening, Date past, Said *said,
                           Said *derived)
{
    Counts kept = {0}, model = {0};
    ModelLines lines;
    const Str steps[] = {STR(""), areas[2], STR("~")};
    for (size_t step = 0; step < 2; step++) {
        const ObligationKnown *known = NULL;
        size_t n = 0;
        assert_int_equal(obligation_known(&run->cx, past, steps[step], steps[step + 1], &known, &n),
                         OK);
        for (size_t i = 0; i < n; i++) {
            ModelRule rule = rule_of(known[i].rule->id);
            kept.owed[rule][area_of(known[i].area)] += (int)known[i].owed;
            kept.overdue[rule][area_of(known[i].area)] += (int)known[i].overdue;
        }
    }
    model_lines(evening, &run->pack, horizon_of(past), &run->arena, &lines);
    for (size_t i = 0; i < lines.n; i++) {
        const ModelLine *line = &lines.items[i];
        const char *state = model_state(line, past);
        bool is_owed = state[0] == 'o' || state[0] == 'd';
        model.owed[line->rule][line->area] += is_owed;
        model.overdue[line->rule][line->area] += is_owed && state[1] == 'v';
    }
    say_counts(run, &kept, said);
    say_counts(run, &model, derived);
    compare(run, "counts of a past day", said, derived);
}

/* The list of today, which settles what it reads; then every stored row, a full recomputation, and
 * some day that is past, with its counts. */
static void compare_all(Run *run, Date began)
{
    static Said said, derived;
    Date today = run->cx.today;
    ArenaMark mark = arena_mark(&run->arena);
    say_list(run, today, true, &said);
    derive(run, &run->history, horizon_of(today), today, true, true, &derived);
    compare(run, "the list of today", &said, &derived);
    ObligationRecompute result = {0};
    assert_int_equal(obligation_settle(&run->cx), OK);
    say_stored(run, &said);
    derive(run, &run->history, horizon_of(date_add_months(today, 1)), today, false, false,
           &derived);
    compare(run, "what is stored", &said, &derived);
    assert_int_equal(obligation_verify(&run->cx, &result), OK);
    if (result.written + result.deleted > 0)
        note(run, "a full recomputation", STR("  other rows\n"), STR(""));
    Rng rng = rng_stream(23, 7, run->history.n);
    Date past = date_add_days(began, (int)rng_between(&rng, 0, date_days_between(began, today)));
    ModelHistory evening = model_evening(&run->history, past);
    say_list(run, past, false, &said);
    derive(run, &evening, horizon_of(past), past, false, true, &derived);
    compare(run, "a past day", &said, &derived);
    if (date_compare(past, today) < 0)
        compare_counts(run, &evening, past, &said, &derived);
    if (run->where == NULL)
        arena_reset_to(&run->arena, mark);
}

/* ---- one history ---- */

static Err make_place(Cx *cx, void *arg)
{
    static const char *const born[MODEL_PEOPLE] = {"1959-05-20", "1960-02-29", "1961-12-31",
                                                   "1963-01-01", "2024-01-15", "2023-08-31"};
    Run *run = arg;
    TRY(place_put(cx, STR("测试县"), STR("Test county")));
    for (int i = 1; i <= 2; i++)
        TRY(subject_area_add(cx, &(Area){.code = areas[i],
                                         .parent = STR("000000001"),
                                         .level = 5,
                                         .name = STR("测试村")}));
    for (int i = 0; i < MODEL_PEOPLE; i++) {
        ModelPerson *person = &run->history.people[i];
        *person = (ModelPerson){test_day(born[i]), test_day("2024-02-10"), i % 2 + 1};
        run->people[i] = rng_uuid(&run->ids, cx->now);
        TRY(resident_add(cx, &(Resident){.id = run->people[i],
                                         .sex = STR("2"),
                                         .birth_date = person->born,
                                         .area = areas[person->area],
                                         .name = STR("测试"),
                                         .registered_on = person->registered_on,
                                         .died_on = DATE_NONE,
                                         .left_on = DATE_NONE}));
    }
    return access_areas_rebuild(cx);
}

static void open_run(Run *run, uint64_t seed, Date began)
{
    arena_init(&run->arena, MIB(512));
    both_engines_open("obligations_model", &run->arena, &run->db, &run->cx);
    run->ids = rng_stream(seed, 1, 0);
    run->history = (ModelHistory){.events = run->events};
    Rng rng = rng_stream(seed, 2, 0);
    run->pack = model_pack_random(&rng);
    set_day(run, 0, began);
    run->set_n = 0;
    run->where = NULL;
    run->cx.packs = open_set(run);
    assert_int_equal(record_tables_update(&run->cx), OK);
    assert_int_equal(cx_write(&run->cx, make_place, run), OK);
    assert_int_equal(obligation_rules_update(&run->cx), OK);
}

static void close_run(Run *run)
{
    db_close(run->db);
    for (size_t i = 0; i < run->set_n; i++)
        pack_set_close(run->sets[i]);
}

/* Lets the events happen, and compares after some of them; ends at the first difference. */
static void live(Run *run, uint64_t seed, size_t n)
{
    const Date began = test_day("2024-06-03");
    Date today = began;
    open_run(run, seed, began);
    for (size_t i = 0; i < n && run->where == NULL; i++) {
        ModelEvent *event = &run->events[i];
        set_day(run, i + 1, today);
        event->was_refused = true;
        bool is_there = complete(run, event, today) && !event->is_left_out;
        if (is_there && event->kind == HAPPENS_NIGHTS)
            today = date_add_days(today, event->days);
        if (is_there && event->kind == HAPPENS_PACK)
            run->pack = event->pack;
        bool is_allowed = is_there && model_allows(&run->history, &run->pack, event);
        if (is_there && (let_happen(run, event) == OK) != is_allowed)
            note(run, "the last event", is_allowed ? STR("  it cannot be\n") : STR("  it can be\n"),
                 is_allowed ? STR("  it can be\n") : STR("  it cannot be\n"));
        event->was_refused = !is_allowed;
        events_allowed += is_allowed ? 1 : 0;
        run->history.n = i + 1;
        set_day(run, i + 1, today);
        if (run->where == NULL && (i % COMPARED_EACH == COMPARED_EACH - 1 || i + 1 == n))
            compare_all(run, began);
    }
    close_run(run);
}

/* ---- shortening and showing ---- */

static bool differs(Run *run, uint64_t seed, size_t n)
{
    live(run, seed, n);
    bool has_failed = run->where != NULL;
    arena_done(&run->arena);
    return has_failed;
}

/* Leaves out what is not needed for it to differ. */
static void shorten(Run *run, uint64_t seed, size_t n)
{
    for (size_t width = n / 2 + 1; width > 0; width /= 2) {
        for (size_t end = n; end > 0; end = end > width ? end - width : 0) {
            bool was_left_out[EVENTS];
            size_t first = end > width ? end - width : 0;
            for (size_t i = first; i < end; i++) {
                was_left_out[i] = run->events[i].is_left_out;
                run->events[i].is_left_out = true;
            }
            bool is_needed = !differs(run, seed, n);
            for (size_t i = first; is_needed && i < end; i++)
                run->events[i].is_left_out = was_left_out[i];
        }
    }
}

static void show(Run *run, size_t n)
{
    static const char *const kinds[HAPPENS_N] = {
        "record", "amend",   "void",  "move",      "leave",   "return",    "die",  "take back",
        "merge",  "unmerge", "spare", "spare one", "put off", "end spare", "pack", "nights"};
    Arena *arena = &run->arena;
    for (size_t i = 0; i < n; i++) {
        const ModelEvent *event = &run->events[i];
        const ModelPack *pack = &event->pack;
        if (event->is_left_out || (event->was_refused && i + 1 < run->history.n))
            continue;
        print_message(
            "%zu: on %s %s: person %d other %d %s code %d happened %s day %s of %d area %d "
            "%s until %s item %d from %s closes %s amount %d\n",
            i, day_text(arena, event->today), kinds[event->kind], event->person, event->other,
            model_form_names[event->form], event->code, day_text(arena, event->happened_on),
            day_text(arena, event->answer), event->of, event->area, model_rule_names[event->rule],
            day_text(arena, event->until), event->item, day_text(arena, event->from),
            day_text(arena, event->closes), event->amount);
        if (event->kind == HAPPENS_PACK)
            print_message(
                "    kind %d why %d call %d check %d latest %d months %d from %d closes %d "
                "year until %s shots %d %d %d %d report %d %d sum %d count %d\n",
                pack->needs_kind, pack->needs_why, pack->counts_call, pack->has_check,
                pack->latest_months, pack->check_months, pack->elderly_from, pack->first_closes,
                day_text(arena, pack->year_until), pack->shot_from, pack->shot_before,
                pack->shot_gap, pack->shot_grace, pack->report_late, pack->report_opens,
                pack->sum_needed, pack->count_least);
    }
}

/* The second engine shows a history only when the first has not: shortening takes minutes there. */
static void show_shortest(Run *run, uint64_t seed)
{
    static uint64_t shown;
    size_t n = run->failed_at + 1 < EVENTS ? run->failed_at + 1 : EVENTS;
    if (shown == seed)
        return;
    shown = seed;
    arena_done(&run->arena);
    shorten(run, seed, n);
    live(run, seed, n);
    show(run, n);
}

static void random_histories_owe_what_a_plain_model_says(void **state)
{
    static Run run;
    (void)state;
    record_set_hooks(record_hooks);
    resident_set_hooks(resident_hooks);
    rows_compared = events_allowed = 0;
    for (uint64_t seed = 1; seed <= HISTORIES; seed++) {
        Rng rng = rng_stream(seed, 3, 0);
        for (size_t i = 0; i < EVENTS; i++)
            run.events[i] = random_event(&rng, run.events, i);
        live(&run, seed, EVENTS);
        if (run.where != NULL) {
            show_shortest(&run, seed);
            fail_msg("history %d, %s: the program alone says\n%.*sthe model alone says\n%.*s",
                     (int)seed, run.where, STR_ARG(run.said), STR_ARG(run.derived));
        }
        arena_done(&run.arena);
    }
    print_message("%zu rows, %zu events\n", rows_compared, events_allowed);
    assert_true(events_allowed > HISTORIES * EVENTS / 4);
    assert_true(rows_compared > HISTORIES * EVENTS);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(random_histories_owe_what_a_plain_model_says),
};

int main(void)
{
    return BOTH_ENGINES_RUN("what is owed, derived twice", tests);
}
