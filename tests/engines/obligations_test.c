/* Obligations on SQLite and PostgreSQL with the national pack: the hook, recomputation, lists, past
 * days. Persons are invented; the days are the tests' own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "access/access.h"
#include "base/vec.h"
#include "core/keys.h"
#include "core/place.h"
#include "db/migrate.h"
#include "demo/answers.h"
#include "engine/obligations/obligations.h"
#include "engine/obligations/obligations_sql.h"
#include "engine/obligations/visits.h"
#include "engine/subjects/subjects.h"
#include "support/both_engines.h"

enum {
    PEOPLE = 12,
    STEPS = 160,
};

typedef struct {
    Arena arena;
    Db *db;
    PackSet *packs;
    Cx cx;
    Rng rng;
    Uuid people[PEOPLE];
    const Form *registration, *followup, *leave;
    uint64_t made;   /* ids and minutes given out */
    bool sets_first; /* registrations may set a first date */
} Fixture;

static const RecordHook hooks[] = {obligation_record_hook, NULL};

static void live_on(Fixture *f, Date on)
{
    f->cx.today = on;
    f->cx.now = instant_of_date(on, 8, 0);
    f->cx.now.ms += (int64_t)(f->made % 500) * 60000;
    f->cx.problem_n = 0;
}

static void open_packs(Fixture *f)
{
    f->cx.packs = f->packs = both_engines_packs(&f->arena);
    record_forms_prepare(f->packs);
    f->registration = pack_form(f->packs, STR("hypertension_registration"));
    f->followup = pack_form(f->packs, STR("hypertension_followup"));
    f->leave = pack_form(f->packs, STR("hypertension_leave"));
}

static Err make_place(Cx *cx, void *arg)
{
    Fixture *f = arg;
    TRY(place_put(cx, STR("测试县"), STR("Test county")));
    for (size_t i = 0; i < 2; i++) {
        const Area area = {.code = i == 0 ? STR("000000001201") : STR("000000001202"),
                           .parent = STR("000000001"),
                           .level = 5,
                           .name = STR("测试村")};
        const Facility clinic = {.code = i == 0 ? STR("V1") : STR("V2"),
                                 .name = STR("测试卫生站"),
                                 .kind = STR("village_clinic"),
                                 .level = 5,
                                 .valid_from = test_day("2020-01-01"),
                                 .valid_to = DATE_NONE};
        const Catchment catchment = {.facility = clinic.code,
                                     .area = area.code,
                                     .valid_from = test_day("2020-01-01"),
                                     .valid_to = DATE_NONE};
        TRY(subject_area_add(cx, &area));
        TRY(subject_facility_add(cx, &clinic));
        TRY(subject_catchment_add(cx, &catchment));
    }
    for (size_t i = 0; i < PEOPLE; i++) {
        f->people[i] = rng_uuid(&f->rng, cx->now);
        const Resident resident = {
            .id = f->people[i],
            .sex = i % 2 == 0 ? STR("1") : STR("2"),
            .birth_date = date_add_months(test_day("1970-03-01"), (int)i * 20),
            .area = i % 3 == 0 ? STR("000000001202") : STR("000000001201"),
            .name = STR("测试"),
            .registered_on = test_day("2020-01-01"),
            .died_on = DATE_NONE,
            .left_on = DATE_NONE,
        };
        TRY(resident_add(cx, &resident));
    }
    TRY(access_areas_rebuild(cx));
    return obligation_rules_update(cx);
}

static int set_up(void **state)
{
    static Fixture fixture;
    Fixture *f = &fixture;
    *f = (Fixture){.rng = rng_stream(3, 1, 4)};
    arena_init(&f->arena, MIB(256));
    both_engines_open("obligations", &f->arena, &f->db, &f->cx);
    open_packs(f);
    f->cx.packs = f->packs;
    record_set_hooks(hooks);
    live_on(f, test_day("2024-10-01"));
    assert_int_equal(record_tables_update(&f->cx), OK);
    assert_int_equal(cx_write(&f->cx, make_place, f), OK);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    Fixture *f = *state;
    db_close(f->db);
    pack_set_close(f->packs);
    arena_done(&f->arena);
    return 0;
}

/* ---- submitting ---- */

typedef struct {
    const char *mode, *next, *lost;
    int64_t sbp;
} Visit;

static FormAnswers fill(Fixture *f, const Form *form, Uuid person, Date on, const Visit *visit)
{
    Resident resident;
    assert_int_equal(resident_open(&f->cx, person, &resident), OK);
    const FormContext context = {.happened_on = on,
                                 .today = f->cx.today,
                                 .subject_sex = resident.sex,
                                 .subject_birth_date = resident.birth_date,
                                 .previous_happened_on = DATE_NONE};
    Filling filling = filling_begin(form, context, &f->rng, &f->arena);
    filling_text(&filling, "hypertension_kind", STR("1"));
    filling_date(&filling, "diagnosed_on", date_add_days(on, -30));
    if (form == f->registration && f->sets_first && rng_chance(&f->rng, 0.5))
        filling_date(&filling, "first_followup_on",
                     date_add_days(on, (int)rng_between(&f->rng, 1, 40)));
    if (visit != NULL && visit->lost == NULL) {
        filling_text(&filling, "mode", str_from_c(visit->mode));
        filling_integer(&filling, "sbp", visit->sbp);
        filling_integer(&filling, "dbp", 80);
        filling_codes(&filling, "symptoms", STR("1"));
        filling_codes(&filling, "critical_signs", STR("1"));
        filling_text(&filling, "adverse_reaction", STR("1"));
        filling_text(&filling, "new_complication", STR("1"));
        if (visit->next != NULL)
            filling_date(&filling, "next_followup_on", test_day(visit->next));
    }
    Str issue = {0};
    Err err = filling_end(&filling, &issue);
    if (err != OK)
        print_message("%.*s\n", STR_ARG(issue));
    assert_int_equal(err, OK);
    return filling.answers;
}

static Uuid submit(Fixture *f, const Form *form, size_t person, Date on, const Visit *visit,
                   Uuid amends)
{
    f->made++;
    live_on(f, f->cx.today);
    FormAnswers answers = fill(f, form, f->people[person], on, visit);
    RecordDraft draft = {.id = rng_uuid(&f->rng, f->cx.now),
                         .form = form->id,
                         .subject = f->people[person],
                         .happened_on = on,
                         .facility = STR("V1"),
                         .answers = &answers,
                         .amends = amends,
                         .reason = uuid_is_nil(amends) ? (Str){0} : STR("录入有误")};
    RecordReceipt receipt;
    Err err = record_submit(&f->cx, &draft, &receipt);
    for (size_t i = 0; err != OK && i < f->cx.problem_n; i++)
        print_message("%.*s: %.*s\n", STR_ARG(f->cx.problems[i].where),
                      STR_ARG(f->cx.problems[i].text.en));
    assert_int_equal(err, OK);
    return draft.id;
}

/* ---- reading ---- */

static ObligationFilter listed_on(Date on)
{
    ObligationFilter filter = {.on = on, .after.due_on = DATE_NONE, .most = 1000};
    filter.states[OBLIGATION_OPEN] = true;
    filter.states[OBLIGATION_DUE] = true;
    filter.states[OBLIGATION_OVERDUE] = true;
    return filter;
}

static bool is_followup(const Rule *rule)
{
    return str_equals(rule->id, STR("followup"));
}

/* These tests follow one rule; the pack owes the same people other services too. */
static size_t followups(Fixture *f, const ObligationLine **lines, size_t n)
{
    VEC(ObligationLine) kept = {0};
    for (size_t i = 0; i < n; i++) {
        if (is_followup((*lines)[i].obligation.rule))
            VEC_PUSH(&f->arena, &kept, (*lines)[i]);
    }
    *lines = kept.items;
    return kept.n;
}

/* The list as text, a line a person: what two lists are compared by. */
static Str list_text(Fixture *f, const ObligationLine *lines, size_t n)
{
    Buf buf;
    buf_init(&buf, &f->arena, MIB(1));
    for (size_t i = 0; i < n; i++) {
        char id[UUID_TEXT_SIZE], opens[DATE_TEXT_SIZE], due[DATE_TEXT_SIZE], closes[DATE_TEXT_SIZE];
        const Obligation *line = &lines[i].obligation;
        buf_printf(&buf, "%s %s %s %s %s\n", date_format(line->due_on, due),
                   uuid_format(line->subject, id), date_format(line->opens_on, opens),
                   date_format(line->closes_on, closes), obligation_state_name(lines[i].state));
    }
    return buf_str(&buf);
}

static Str stored_list(Fixture *f, Date on)
{
    const ObligationFilter filter = listed_on(on);
    const ObligationLine *lines = NULL;
    size_t n = 0;
    assert_int_equal(obligation_list(&f->cx, &filter, &lines, &n), OK);
    n = followups(f, &lines, n);
    return list_text(f, lines, n);
}

static Str explained_list(Fixture *f, Date on)
{
    const ObligationFilter filter = listed_on(on);
    const ObligationLine *lines = NULL;
    size_t n = 0;
    assert_int_equal(obligation_list_explained(&f->cx, &filter, &lines, &n), OK);
    n = followups(f, &lines, n);
    return list_text(f, lines, n);
}

static void assert_texts_equal(Str a, Str b)
{
    if (!str_equals(a, b))
        print_message("one:\n%.*sother:\n%.*s", STR_ARG(a), STR_ARG(b));
    assert_true(str_equals(a, b));
}

static void assert_nothing_differs(Fixture *f)
{
    ObligationRecompute result = {0};
    assert_int_equal(obligation_settle(&f->cx), OK);
    assert_int_equal(obligation_verify(&f->cx, &result), OK);
    assert_int_equal(result.written, 0);
    assert_int_equal(result.deleted, 0);
}

/* ---- tests ---- */

static const Visit controlled = {"1", NULL, NULL, 128};
static const Visit uncontrolled = {"1", NULL, NULL, 166};
static const Visit telephone = {"3", NULL, NULL, 128};

static void a_visit_leaves_the_list_and_sets_the_next_date(void **state)
{
    Fixture *f = *state;
    live_on(f, test_day("2025-05-10"));
    submit(f, f->registration, 1, test_day("2024-11-10"), NULL, UUID_NIL);
    assert_true(str_has_prefix(stored_list(f, f->cx.today), STR("2025-03-31")));
    submit(f, f->followup, 1, test_day("2025-05-10"), &controlled, UUID_NIL);
    assert_true(str_is_empty(stored_list(f, f->cx.today)));
    assert_true(str_has_prefix(stored_list(f, test_day("2025-07-01")), STR("2025-08-10")));
    submit(f, f->followup, 1, test_day("2025-05-10"), &uncontrolled, UUID_NIL);
    assert_true(str_has_prefix(stored_list(f, test_day("2025-05-11")), STR("2025-05-24")));
    assert_nothing_differs(f);
}

static void a_telephone_visit_does_not_meet_the_quarter(void **state)
{
    Fixture *f = *state;
    live_on(f, test_day("2025-02-10"));
    submit(f, f->registration, 1, test_day("2024-11-10"), NULL, UUID_NIL);
    submit(f, f->followup, 1, test_day("2025-02-10"), &telephone, UUID_NIL);
    assert_true(str_has_prefix(stored_list(f, f->cx.today), STR("2025-03-31")));
}

static void amending_and_voiding_undo_what_the_record_did(void **state)
{
    Fixture *f = *state;
    live_on(f, test_day("2025-02-10"));
    submit(f, f->registration, 1, test_day("2024-11-10"), NULL, UUID_NIL);
    Str before = stored_list(f, f->cx.today);
    Uuid visit = submit(f, f->followup, 1, test_day("2025-02-09"), &uncontrolled, UUID_NIL);
    assert_true(str_has_prefix(stored_list(f, f->cx.today), STR("2025-02-23")));
    Uuid amended = submit(f, f->followup, 1, test_day("2025-02-09"), &controlled, visit);
    assert_true(str_is_empty(stored_list(f, f->cx.today)));
    assert_int_equal(record_void(&f->cx, amended, STR("录到了别人名下")), OK);
    assert_texts_equal(stored_list(f, f->cx.today), before);
    assert_nothing_differs(f);
}

static void leaving_ends_what_is_owed(void **state)
{
    Fixture *f = *state;
    live_on(f, test_day("2025-02-10"));
    submit(f, f->registration, 1, test_day("2024-11-10"), NULL, UUID_NIL);
    const Enrolment *enrolments = NULL;
    size_t n = 0;
    assert_int_equal(obligation_enrolments(&f->cx, f->people[1], &enrolments, &n), OK);
    assert_int_equal(n, 1);
    submit(f, f->leave, 1, test_day("2025-02-10"), NULL, UUID_NIL);
    assert_true(str_is_empty(stored_list(f, f->cx.today)));
    assert_int_equal(obligation_enrolments(&f->cx, f->people[1], &enrolments, &n), OK);
    assert_int_equal(n, 0);
}

/* Counted from the rows on the way, and by the statement: the same. */
static void assert_counted(Fixture *f, ObligationFilter filter, const ObligationCount *counts,
                           size_t count_n)
{
    size_t most[] = {1, filter.most};
    for (size_t i = 0; i < 2; i++) {
        ObligationPage page;
        filter.most = most[i];
        assert_int_equal(obligation_list_counted(&f->cx, &filter, &page), OK);
        assert_int_equal(page.count_n, count_n);
        for (size_t c = 0; c < count_n; c++) {
            assert_ptr_equal(page.counts[c].rule, counts[c].rule);
            assert_int_equal(page.counts[c].overdue, counts[c].overdue);
            assert_int_equal(page.counts[c].due, counts[c].due);
            assert_int_equal(page.counts[c].open, counts[c].open);
        }
        const ObligationPage bare = {.lines = page.lines, .n = page.n};
        const ObligationVisit *known, *asked;
        size_t known_n, asked_n;
        assert_int_equal(obligation_visits(&f->cx, filter.on, &page, page.n, &known, &known_n), 0);
        assert_int_equal(obligation_visits(&f->cx, filter.on, &bare, page.n, &asked, &asked_n), 0);
        assert_int_equal(known_n, asked_n);
    }
}

static int64_t followups_counted(const ObligationCount *counts, size_t n)
{
    int64_t counted = 0;
    for (size_t i = 0; i < n; i++) {
        if (is_followup(counts[i].rule))
            counted += counts[i].overdue + counts[i].due + counts[i].open;
    }
    return counted;
}

static void a_doctor_sees_the_own_villages_only(void **state)
{
    Fixture *f = *state;
    live_on(f, test_day("2025-02-10"));
    for (size_t i = 0; i < PEOPLE; i++)
        submit(f, f->registration, i, test_day("2024-11-10"), NULL, UUID_NIL);
    Actor doctor = *access_system_actor();
    assert_int_equal(access_scope_facility(&f->cx, STR("V2"), false, &doctor.scope), OK);
    f->cx.actor = &doctor;
    const ObligationFilter filter = listed_on(f->cx.today);
    const ObligationLine *lines = NULL;
    size_t n = 0;
    assert_int_equal(obligation_list(&f->cx, &filter, &lines, &n), OK);
    assert_int_equal(followups(f, &lines, n), PEOPLE / 3);
    assert_int_equal(obligation_list_explained(&f->cx, &filter, &lines, &n), OK);
    assert_int_equal(followups(f, &lines, n), PEOPLE / 3);
    const ObligationCount *counts = NULL;
    assert_int_equal(obligation_counts(&f->cx, f->cx.today, STR(""), &counts, &n), OK);
    assert_int_equal(followups_counted(counts, n), PEOPLE / 3);
    assert_counted(f, filter, counts, n);
    f->cx.actor = access_system_actor();
}

/* Of three lines, each page with the cursor of the one before; sorted by the database, or gathered
 * with the counts. */
static Str paged_text(Fixture *f, ObligationFilter filter, bool counted)
{
    VEC(ObligationLine) all = {0};
    filter.most = 3;
    for (;;) {
        ObligationPage page = {0};
        Err err = counted ? obligation_list_counted(&f->cx, &filter, &page)
                          : obligation_list(&f->cx, &filter, &page.lines, &page.n);
        assert_int_equal(err, OK);
        for (size_t i = 0; i < page.n; i++)
            VEC_PUSH(&f->arena, &all, page.lines[i]);
        if (page.n == 0)
            return list_text(f, all.items, all.n);
        const Obligation *last = &page.lines[page.n - 1].obligation;
        filter.after =
            (ObligationCursor){last->due_on, last->rule->program->id, last->rule->id, last->subject,
                               last->item,   last->closes_on};
    }
}

static void pages_follow_each_other_without_gap_or_repetition(void **state)
{
    Fixture *f = *state;
    live_on(f, test_day("2025-02-10"));
    for (size_t i = 0; i < PEOPLE; i++)
        submit(f, f->registration, i, test_day("2024-11-10"), NULL, UUID_NIL);
    for (int round = 0; round < 3; round++) {
        ObligationFilter filter = listed_on(round < 2 ? f->cx.today : test_day("2025-04-20"));
        filter.program = round == 0 ? STR("") : STR("hypertension");
        filter.states[OBLIGATION_OPEN] = round < 2;
        const ObligationLine *whole = NULL;
        size_t n = 0;
        assert_int_equal(obligation_list(&f->cx, &filter, &whole, &n), OK);
        assert_true(n >= (round == 0 ? PEOPLE : 4));
        assert_texts_equal(paged_text(f, filter, false), list_text(f, whole, n));
        assert_texts_equal(paged_text(f, filter, true), list_text(f, whole, n));
    }
}

/* ---- random histories ---- */

typedef struct {
    Uuid visit;
    Date on;
    size_t person;
} Written;
typedef VEC(Written) WrittenVisits;

static void one_step(Fixture *f, WrittenVisits *visits)
{
    static const Visit *const kinds[] = {&controlled, &uncontrolled, &telephone, &controlled};
    size_t person = (size_t)rng_between(&f->rng, 0, PEOPLE - 1);
    int64_t what = rng_between(&f->rng, 1, 100);
    Date on = date_add_days(f->cx.today, (int)-rng_between(&f->rng, 0, 5));
    if (what <= 12) {
        submit(f, f->registration, person, on, NULL, UUID_NIL);
    } else if (what <= 16) {
        submit(f, f->leave, person, on, NULL, UUID_NIL);
    } else if (what <= 80 || visits->n == 0) {
        Uuid visit =
            submit(f, f->followup, person, on, kinds[rng_between(&f->rng, 0, 3)], UUID_NIL);
        VEC_PUSH(&f->arena, visits, (Written){visit, on, person});
    } else {
        size_t at = (size_t)rng_between(&f->rng, 0, (int64_t)visits->n - 1);
        Written *old = &visits->items[at];
        if (what <= 92) {
            old->visit = submit(f, f->followup, old->person, old->on,
                                kinds[rng_between(&f->rng, 0, 3)], old->visit);
        } else {
            assert_int_equal(record_void(&f->cx, old->visit, STR("误录")), OK);
            *old = visits->items[--visits->n];
        }
    }
}

/* Records, amendments, voids and the passing of days in any order: what is stored equals a full
 * recomputation, and each past day's list is later the same as it was on that day. */
static void random_histories_keep_every_promise(void **state)
{
    Fixture *f = *state;
    f->sets_first = true;
    WrittenVisits visits = {0};
    VEC(Date) days = {0};
    VEC(Str) lists = {0};
    Date today = test_day("2024-10-01");
    for (int step = 0; step < STEPS; step++) {
        live_on(f, today);
        if (step % 20 == 0)
            assert_int_equal(obligation_rules_update(&f->cx), OK);
        one_step(f, &visits);
        if (!rng_chance(&f->rng, 0.6))
            continue;
        VEC_PUSH(&f->arena, &days, today);
        VEC_PUSH(&f->arena, &lists, explained_list(f, today));
        assert_texts_equal(stored_list(f, today), lists.items[lists.n - 1]);
        today = date_add_days(today, (int)rng_between(&f->rng, 1, 9));
    }
    assert_int_equal(obligation_rules_update(&f->cx), OK);
    assert_nothing_differs(f);
    live_on(f, date_add_days(today, 30));
    for (size_t i = 0; i < days.n; i++)
        assert_texts_equal(explained_list(f, days.items[i]), lists.items[i]);
}

static void a_rule_that_changed_is_made_anew(void **state)
{
    Fixture *f = *state;
    WrittenVisits visits = {0};
    for (int step = 0; step < 40; step++) {
        live_on(f, date_add_days(test_day("2024-10-01"), step * 6));
        one_step(f, &visits);
    }
    assert_int_equal(obligation_rules_update(&f->cx), OK);
    Str before = stored_list(f, f->cx.today), past = explained_list(f, test_day("2025-01-20"));
    assert_int_equal(db_begin(f->db), OK);
    assert_int_equal(db_script(f->db, STR("UPDATE obligation_rule SET signature = 'another'")), OK);
    assert_int_equal(db_script(f->db, STR("DELETE FROM obligation_evidence")), OK);
    assert_int_equal(db_commit(f->db), OK);
    const ObligationRuleChange *changes = NULL;
    size_t n = 0;
    assert_int_equal(obligation_rules_pending(&f->cx, &changes, &n), OK);
    assert_int_equal(n, f->cx.packs->rule_n);
    int64_t subjects = 0;
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(changes[i].kind, OBLIGATION_RULE_CHANGED);
        subjects += changes[i].subjects;
    }
    assert_true(subjects > 0);
    assert_int_equal(obligation_rules_update(&f->cx), OK);
    assert_int_equal(obligation_rules_pending(&f->cx, &changes, &n), OK);
    assert_int_equal(n, 0);
    assert_texts_equal(stored_list(f, f->cx.today), before);
    assert_texts_equal(explained_list(f, test_day("2025-01-20")), past);
    assert_nothing_differs(f);
}

static void a_new_year_opens_its_quarters_without_a_restart(void **state)
{
    Fixture *f = *state;
    live_on(f, test_day("2025-02-10"));
    assert_int_equal(obligation_rules_update(&f->cx), OK);
    submit(f, f->registration, 1, test_day("2024-11-10"), NULL, UUID_NIL);
    live_on(f, test_day("2026-05-10"));
    assert_true(str_has_prefix(stored_list(f, f->cx.today), STR("2025-03-31")));
    assert_texts_equal(stored_list(f, f->cx.today), explained_list(f, f->cx.today));
    assert_nothing_differs(f);
}

static void the_next_year_is_stored_before_it_begins(void **state)
{
    Fixture *f = *state;
    bool has_more = true;
    live_on(f, test_day("2024-11-30"));
    submit(f, f->registration, 1, test_day("2024-11-10"), NULL, UUID_NIL);
    assert_int_equal(obligation_settle(&f->cx), OK); /* who was added to the register */
    assert_int_equal(obligation_settle_step(&f->cx, &has_more), OK);
    assert_false(has_more);
    live_on(f, test_day("2024-12-01"));
    assert_int_equal(obligation_settle_step(&f->cx, &has_more), OK);
    assert_true(has_more);
    assert_nothing_differs(f);
    live_on(f, test_day("2025-11-30"));
    assert_int_equal(obligation_settle_step(&f->cx, &has_more), OK);
    assert_false(has_more);
    assert_texts_equal(stored_list(f, f->cx.today), explained_list(f, f->cx.today));
}

/* ---- stale subjects ---- */

static void run_script(Fixture *f, const char *sql)
{
    assert_int_equal(db_begin(f->db), OK);
    assert_int_equal(db_script(f->db, str_from_c(sql)), OK);
    assert_int_equal(db_commit(f->db), OK);
}

static Actor doctor_of(Fixture *f, const char *clinic)
{
    Actor doctor = *access_system_actor();
    assert_int_equal(access_scope_facility(&f->cx, str_from_c(clinic), false, &doctor.scope), OK);
    return doctor;
}

static size_t list_length(Fixture *f, const Actor *actor)
{
    f->cx.actor = actor;
    const ObligationFilter filter = listed_on(f->cx.today);
    const ObligationLine *lines = NULL;
    const ObligationCount *counts = NULL;
    size_t n = 0, count_n = 0;
    assert_int_equal(obligation_list(&f->cx, &filter, &lines, &n), OK);
    assert_int_equal(obligation_counts(&f->cx, filter.on, STR(""), &counts, &count_n), OK);
    n = followups(f, &lines, n);
    assert_int_equal(followups_counted(counts, count_n), n);
    assert_counted(f, filter, counts, count_n);
    f->cx.actor = access_system_actor();
    return n;
}

static int64_t row_count(Fixture *f, const char *table)
{
    static const DbColumn out[] = {{"n", DB_INTEGER, false}};
    Str name = str_printf(&f->arena, "count of %s", table);
    Str sql = str_printf(&f->arena, "SELECT count(*) AS n FROM %s", table);
    const DbStatement statement = {
        .name = str_to_c(&f->arena, name), .sql = str_to_c(&f->arena, sql), .out = out, .out_n = 1};
    CLEANUP(db_rows_close) DbRows rows = {0};
    bool has_row = false;
    assert_int_equal(db_query(f->db, &statement, NULL, NULL, &rows), OK);
    assert_int_equal(db_next(&rows, &has_row), OK);
    assert_true(has_row);
    return db_column(&rows, 0).as.integer;
}

static void a_list_settles_what_it_reads_and_steps_do_the_rest(void **state)
{
    Fixture *f = *state;
    live_on(f, test_day("2025-02-10"));
    for (size_t i = 0; i < PEOPLE; i++)
        submit(f, f->registration, i, test_day("2024-11-10"), NULL, UUID_NIL);
    run_script(f, "DELETE FROM obligation");
    for (size_t i = 0; i < PEOPLE; i++)
        assert_int_equal(obligation_mark_stale(&f->cx, f->people[i]), OK);
    Actor doctor = doctor_of(f, "V2");
    assert_int_equal(list_length(f, &doctor), PEOPLE / 3);
    assert_int_equal(row_count(f, "obligation_stale"), PEOPLE - PEOPLE / 3);
    bool has_more = false;
    assert_int_equal(obligation_settle_step(&f->cx, &has_more), OK);
    assert_true(has_more);
    assert_int_equal(row_count(f, "obligation_stale"), 0);
    assert_int_equal(obligation_settle_step(&f->cx, &has_more), OK);
    assert_false(has_more);
    assert_int_equal(list_length(f, access_system_actor()), PEOPLE);
    assert_nothing_differs(f);
}

static void who_has_moved_leaves_one_list_for_the_other(void **state)
{
    Fixture *f = *state;
    live_on(f, test_day("2025-02-10"));
    for (size_t i = 0; i < PEOPLE; i++)
        submit(f, f->registration, i, test_day("2024-11-10"), NULL, UUID_NIL);
    Actor from = doctor_of(f, "V2"), to = doctor_of(f, "V1");
    for (int round = 0; round < 2; round++) { /* whoever of the two reads first */
        run_script(f, round == 0
                          ? "UPDATE resident SET area_code = '000000001201' WHERE sex = '2'"
                          : "UPDATE resident SET area_code = '000000001202' WHERE sex = '2'");
        for (size_t i = 0; i < PEOPLE; i++)
            assert_int_equal(obligation_mark_stale(&f->cx, f->people[i]), OK);
        size_t here = list_length(f, round == 0 ? &from : &to);
        size_t there = list_length(f, round == 0 ? &to : &from);
        assert_int_equal(here + there, PEOPLE);
        assert_int_equal(here, round == 0 ? PEOPLE / 6 : PEOPLE / 3);
    }
    assert_nothing_differs(f);
}

static void a_full_recomputation_leaves_nothing_stale(void **state)
{
    Fixture *f = *state;
    live_on(f, test_day("2025-02-10"));
    submit(f, f->registration, 1, test_day("2024-11-10"), NULL, UUID_NIL);
    assert_int_equal(obligation_mark_stale(&f->cx, f->people[1]), OK);
    ObligationRecompute result = {0};
    assert_int_equal(obligation_recompute(&f->cx, &result), OK);
    assert_int_equal(row_count(f, "obligation_stale"), 0);
}

/* ---- missed history ---- */

/* The lines of the plan that speak of the index of unmet rows. */
static Str plan_of(Fixture *f, const DbStatement *statement, const DbValue *in)
{
    static const DbColumn sqlite_out[] = {{"id", DB_INTEGER, false},
                                          {"parent", DB_INTEGER, false},
                                          {"notused", DB_INTEGER, false},
                                          {"detail", DB_TEXT, false}};
    static const DbColumn postgres_out[] = {{"QUERY PLAN", DB_TEXT, false}};
    DbStatement explain = *statement;
    Str name = str_printf(&f->arena, "plan of %s", statement->name);
    Str sql = str_printf(&f->arena, "EXPLAIN %s %s", both_engines_is_postgres() ? "" : "QUERY PLAN",
                         statement->sql);
    explain.name = str_to_c(&f->arena, name);
    explain.sql = str_to_c(&f->arena, sql);
    explain.out = both_engines_is_postgres() ? postgres_out : sqlite_out;
    explain.out_n = both_engines_is_postgres() ? 1 : 4;
    Buf buf;
    buf_init(&buf, &f->arena, KIB(64));
    CLEANUP(db_rows_close) DbRows rows = {0};
    assert_int_equal(db_query(f->db, &explain, &f->cx.actor->scope, in, &rows), OK);
    for (;;) {
        bool has_row = false;
        assert_int_equal(db_next(&rows, &has_row), OK);
        if (!has_row)
            return buf_str(&buf);
        Str line = db_column(&rows, explain.out_n - 1).as.text;
        buf_printf(&buf, "%.*s\n", STR_ARG(line));
    }
}

static bool has_line_with(Str text, const char *one, const char *other)
{
    Str line = {0};
    while (str_cut(&text, '\n', &line)) {
        if (str_find(line, str_from_c(one), 0) != SIZE_MAX
            && str_find(line, str_from_c(other), 0) != SIZE_MAX)
            return true;
    }
    return false;
}

static void assert_skips_missed(Fixture *f, const DbStatement *statement, const DbValue *in)
{
    Str plan = plan_of(f, statement, in);
    bool is_good = both_engines_is_postgres()
                       ? has_line_with(plan, "Index Cond", "closes_on)::text >=")
                       : has_line_with(plan, "SEARCH o USING COVERING INDEX",
                                       "(place=? AND area_code=? AND closes_on>?)");
    if (!is_good)
        print_message("%.*s", STR_ARG(plan));
    assert_true(is_good);
}

/* Twenty thousand missed rows in the doctor's village: the list asks its index behind them. */
static void missed_history_is_not_read(void **state)
{
    Fixture *f = *state;
    live_on(f, test_day("2025-02-10"));
    for (size_t i = 0; i < PEOPLE; i++)
        submit(f, f->registration, i, test_day("2024-11-10"), NULL, UUID_NIL);
    run_script(
        f,
        "INSERT INTO obligation (place, subject_id, rule_key, item, closes_on, opens_on,"
        " due_on, due_minute, area_code, done, needed) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
        " WHERE i < 2000) SELECT o.place, o.subject_id, n.i, 0, '2020-03-31',"
        " '2020-01-01', '2020-03-31', -1, o.area_code, 0, 1 FROM obligation o, n"
        " WHERE o.closes_on = '2025-03-31'");
    run_script(f, "ANALYZE");
    Actor doctor = doctor_of(f, "V1");
    f->cx.actor = &doctor;
    const DbValue list[] = {db_text(f->cx.place), db_date(f->cx.today), db_text(STR("")),
                            db_text(STR("")),     db_integer(1),        db_integer(1),
                            db_integer(1),        db_null(DB_DATE),     db_text(STR("")),
                            db_text(STR("")),     db_uuid(UUID_NIL),    db_integer(0),
                            db_null(DB_DATE),     db_integer(50)};
    const DbValue count[] = {db_text(f->cx.place), db_date(f->cx.today), db_text(STR(""))};
    assert_skips_missed(f, &sql_obligation_list_rows, list);
    assert_skips_missed(f, &sql_obligation_count_rows, count);
    const DbValue open[] = {count[0], count[1], count[2], db_integer(4000)};
    assert_skips_missed(f, &sql_obligation_open_rows, open);
    assert_int_equal(list_length(f, &doctor), PEOPLE - PEOPLE / 3);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(the_next_year_is_stored_before_it_begins, set_up, tear_down),
    cmocka_unit_test_setup_teardown(a_list_settles_what_it_reads_and_steps_do_the_rest, set_up,
                                    tear_down),
    cmocka_unit_test_setup_teardown(who_has_moved_leaves_one_list_for_the_other, set_up, tear_down),
    cmocka_unit_test_setup_teardown(a_full_recomputation_leaves_nothing_stale, set_up, tear_down),
    cmocka_unit_test_setup_teardown(missed_history_is_not_read, set_up, tear_down),
    cmocka_unit_test_setup_teardown(a_new_year_opens_its_quarters_without_a_restart, set_up,
                                    tear_down),
    cmocka_unit_test_setup_teardown(a_visit_leaves_the_list_and_sets_the_next_date, set_up,
                                    tear_down),
    cmocka_unit_test_setup_teardown(a_telephone_visit_does_not_meet_the_quarter, set_up, tear_down),
    cmocka_unit_test_setup_teardown(amending_and_voiding_undo_what_the_record_did, set_up,
                                    tear_down),
    cmocka_unit_test_setup_teardown(leaving_ends_what_is_owed, set_up, tear_down),
    cmocka_unit_test_setup_teardown(a_doctor_sees_the_own_villages_only, set_up, tear_down),
    cmocka_unit_test_setup_teardown(pages_follow_each_other_without_gap_or_repetition, set_up,
                                    tear_down),
    cmocka_unit_test_setup_teardown(random_histories_keep_every_promise, set_up, tear_down),
    cmocka_unit_test_setup_teardown(a_rule_that_changed_is_made_anew, set_up, tear_down),
};

int main(void)
{
    return BOTH_ENGINES_RUN("obligations", tests);
}
