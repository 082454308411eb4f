/* Residents over time on SQLite and PostgreSQL with the national pack: registering, moving, dying,
 * merging and taking apart, in single steps and in random histories. Persons are invented. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "access/access.h"
#include "base/buf.h"
#include "core/keys.h"
#include "core/place.h"
#include "db/load.h"
#include "db/migrate.h"
#include "demo/answers.h"
#include "engine/obligations/obligations.h"
#include "engine/subjects/places.h"
#include "engine/subjects/residents.h"
#include "residents_test_sql.h"
#include "support/both_engines.h"
#include "support/random_waivers.h"

enum { PEOPLE = 7, STEPS = 120 };

typedef struct {
    Arena arena;
    Db *db;
    PackSet *packs;
    Cx cx;
    Rng rng;
    Uuid people[PEOPLE];
    uint64_t made;
    Date birth; /* what personal information says, unless DATE_NONE */
    const Form *registration, *followup, *personal;
} Fixture;

static const RecordHook record_hooks[] = {obligation_record_hook, NULL};
static const ResidentHook resident_hooks[] = {record_resident_hook, obligation_resident_hook, NULL};

static void live_on(Fixture *f, Date on)
{
    f->cx.today = on;
    f->cx.now = instant_of_date(on, 8, 0);
    f->cx.now.ms += (int64_t)(++f->made % 500) * 60000;
    f->cx.problem_n = 0;
}

static Resident invented(Fixture *f, size_t i)
{
    return (Resident){.id = rng_uuid(&f->rng, f->cx.now),
                      .sex = i % 2 == 0 ? STR("1") : STR("2"),
                      .birth_date = date_add_months(test_day("1950-03-01"), (int)i * 20),
                      .area = i % 3 == 0 ? STR("000000001202") : STR("000000001201"),
                      .name = str_printf(&f->arena, "测试%c", (char)('A' + i)),
                      .phone = str_printf(&f->arena, "1380000%04d", (int)i),
                      .registered_on = test_day("2020-01-01"),
                      .died_on = DATE_NONE,
                      .left_on = DATE_NONE};
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
        TRY(subject_area_add(cx, &area));
        TRY(subject_facility_add(cx, &clinic));
        TRY(subject_catchment_add(cx, &(Catchment){.facility = clinic.code,
                                                   .area = area.code,
                                                   .valid_from = test_day("2020-01-01"),
                                                   .valid_to = DATE_NONE}));
    }
    for (size_t i = 0; i < PEOPLE; i++) {
        const Resident resident = invented(f, i);
        f->people[i] = resident.id;
        TRY(resident_add(cx, &resident));
    }
    TRY(access_areas_rebuild(cx));
    return obligation_rules_update(cx);
}

static int set_up(void **state)
{
    static Fixture fixture;
    Fixture *f = &fixture;
    *f = (Fixture){.rng = rng_stream(5, 1, 4), .birth = DATE_NONE};
    arena_init(&f->arena, MIB(512));
    both_engines_open("residents", &f->arena, &f->db, &f->cx);
    f->cx.packs = f->packs = both_engines_packs(&f->arena);
    record_forms_prepare(f->packs);
    f->registration = pack_form(f->packs, STR("hypertension_registration"));
    f->followup = pack_form(f->packs, STR("hypertension_followup"));
    f->personal = pack_form(f->packs, STR("personal_information"));
    record_set_hooks(record_hooks);
    resident_set_hooks(resident_hooks);
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

/* ---- doing things ---- */

static void say_problems(const Fixture *f, Err err)
{
    for (size_t i = 0; err != OK && i < f->cx.problem_n; i++)
        print_message("%.*s: %.*s\n", STR_ARG(f->cx.problems[i].where),
                      STR_ARG(f->cx.problems[i].text.en));
}

static Uuid submit(Fixture *f, const Form *form, Uuid person, Date on, const char *name)
{
    live_on(f, f->cx.today);
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
    filling_text(&filling, "mode", STR("1"));
    filling_integer(&filling, "sbp", 128);
    filling_integer(&filling, "dbp", 80);
    if (form == f->followup) {
        filling_codes(&filling, "symptoms", STR("1"));
        filling_codes(&filling, "critical_signs", STR("1"));
    }
    if (form == f->personal && !date_is_none(f->birth))
        filling_date(&filling, "birth_date", f->birth);
    if (name != NULL)
        filling_text(&filling, "name", str_from_c(name));
    Str issue = {0};
    Err err = filling_end(&filling, &issue);
    if (err != OK)
        print_message("%.*s\n", STR_ARG(issue));
    assert_int_equal(err, OK);
    RecordDraft draft = {.id = rng_uuid(&f->rng, f->cx.now),
                         .form = form->id,
                         .subject = person,
                         .happened_on = on,
                         .facility = STR("V1"),
                         .answers = &filling.answers};
    RecordReceipt receipt;
    err = record_submit(&f->cx, &draft, &receipt);
    say_problems(f, err);
    assert_int_equal(err, OK);
    return draft.id;
}

static Err happen(Fixture *f, Uuid person, ResidentEventKind kind, const char *area, Date on,
                  Uuid *ret_id)
{
    live_on(f, f->cx.today);
    const ResidentEvent event = {.id = rng_uuid(&f->rng, f->cx.now),
                                 .resident = person,
                                 .kind = kind,
                                 .happened_on = on,
                                 .area = area == NULL ? (Str){0} : str_from_c(area),
                                 .note = STR("外地")};
    *ret_id = event.id;
    return resident_event_add(&f->cx, &event);
}

static Err merge(Fixture *f, size_t merged, size_t survivor)
{
    live_on(f, f->cx.today);
    return resident_merge(&f->cx, f->people[merged], f->people[survivor], STR("重复建档"));
}

static Err unmerge(Fixture *f, size_t merged)
{
    live_on(f, f->cx.today);
    return resident_unmerge(&f->cx, f->people[merged], STR("不是同一人"));
}

/* ---- looking ---- */

static size_t owed(Fixture *f, Uuid person, const char **ret_due)
{
    static char due[DATE_TEXT_SIZE];
    const ObligationLine *lines = NULL;
    size_t n = 0, open = 0;
    assert_int_equal(obligation_of(&f->cx, person, f->cx.today, &lines, &n), OK);
    for (size_t i = 0; i < n; i++) {
        if (lines[i].state == OBLIGATION_MET || lines[i].state == OBLIGATION_MISSED)
            continue;
        if (open++ == 0)
            date_format(lines[i].obligation.due_on, due);
    }
    *ret_due = due;
    return open;
}

static size_t timeline_length(Fixture *f, Uuid person)
{
    const Record *records = NULL;
    size_t n = 0;
    assert_int_equal(record_timeline(&f->cx, person, 500, &records, &n), OK);
    return n;
}

static void put_id(Buf *buf, Uuid id)
{
    char text[UUID_TEXT_SIZE];
    buf_printf(buf, "%s ", uuid_format(id, text));
}

static void put_day(Buf *buf, Date date)
{
    char text[DATE_TEXT_SIZE];
    buf_printf(buf, "%s ", date_is_none(date) ? "-" : date_format(date, text));
}

static void put_bytes(Buf *buf, Str bytes)
{
    for (size_t i = 0; i < bytes.n; i++)
        buf_printf(buf, "%02x", (unsigned char)bytes.p[i]);
    buf_put_char(buf, ' ');
}

/* Sealed columns as they open: sealing the same text again gives other bytes. */
static void put_facts(Fixture *f, Buf *buf, Uuid id)
{
    ResidentFact facts[] = {{STR("name"), STR("")},
                            {STR("id_number"), STR("")},
                            {STR("sex"), STR("")},
                            {STR("birth_date"), STR("")}};
    enum { FACTS = sizeof facts / sizeof *facts };
    assert_int_equal(resident_facts(&f->cx, id, facts, FACTS), OK);
    for (size_t i = 0; i < FACTS; i++)
        buf_printf(buf, "%.*s ", STR_ARG(facts[i].text));
}

#define EACH(name, body)                                                                           \
 do {                                                                                              \
  CLEANUP(db_rows_close) DbRows rows = {0};                                                        \
  assert_int_equal(raw_##name##_open(f->db, &rows), OK);                                           \
  for (;;) {                                                                                       \
   bool has_row = false;                                                                           \
   assert_int_equal(raw_##name##_next(&rows, &f->arena, &row, &has_row), OK);                      \
   if (!has_row)                                                                                   \
    break;                                                                                         \
   body;                                                                                           \
   buf_put_char(&buf, '\n');                                                                       \
  }                                                                                                \
 } while (0)

/* Everything that a merge touches, as text. */
static Str picture(Fixture *f)
{
    Buf buf;
    buf_init(&buf, &f->arena, MIB(8));
    assert_int_equal(obligation_settle(&f->cx), OK);
    {
        RawFiledRow row;
        EACH(filed,
             (put_id(&buf, row.id), put_id(&buf, row.subject_id), put_id(&buf, row.written_for)));
    }
    {
        RawRegisterRow row;
        EACH(register,
             (put_id(&buf, row.id), buf_put(&buf, row.area_code), put_id(&buf, row.household_id),
              put_day(&buf, row.died_on), put_day(&buf, row.left_on), put_id(&buf, row.merged_into),
              put_facts(f, &buf, row.id)));
    }
    {
        RawTokenRow row;
        EACH(token, (put_bytes(&buf, row.token), buf_put(&buf, row.area_code),
                     put_id(&buf, row.resident_id)));
    }
    {
        RawEvidenceRow row;
        EACH(evidence,
             (put_id(&buf, row.subject_id), put_id(&buf, row.record_id),
              buf_printf(&buf, "%lld %lld", (long long)row.rule_key, (long long)row.kind)));
    }
    {
        RawObligationRow row;
        EACH(obligation, (put_id(&buf, row.subject_id), put_day(&buf, row.closes_on),
                          put_day(&buf, row.opens_on), put_day(&buf, row.due_on),
                          put_id(&buf, row.met_by), buf_put(&buf, row.area_code)));
    }
    return buf_str(&buf);
}

/* What everybody is owed on the day, and was met, as text. */
static Str day_picture(Fixture *f, Date on)
{
    Buf buf;
    buf_init(&buf, &f->arena, MIB(1));
    ObligationFilter filter = {.on = on, .after.due_on = DATE_NONE};
    for (size_t i = 0; i < sizeof filter.states / sizeof *filter.states; i++)
        filter.states[i] = true;
    const ObligationLine *lines = NULL;
    size_t n = 0;
    assert_int_equal(obligation_list_explained(&f->cx, &filter, &lines, &n), OK);
    for (size_t i = 0; i < n; i++) {
        const Obligation *owed = &lines[i].obligation;
        put_id(&buf, owed->subject);
        buf_printf(&buf, "%.*s %u %.*s %s ", STR_ARG(owed->rule->id), owed->item,
                   STR_ARG(lines[i].area), obligation_state_name(lines[i].state));
        put_day(&buf, owed->opens_on);
        put_day(&buf, owed->due_on);
        put_day(&buf, owed->closes_on);
        put_id(&buf, owed->met_by);
        for (size_t w = 0; w < lines[i].why_n; w++)
            buf_put(&buf, lines[i].why[w].text.zh);
        buf_put_char(&buf, '\n');
    }
    assert_false(buf.is_over);
    return buf_str(&buf);
}

static void assert_same(Str a, Str b)
{
    if (!str_equals(a, b))
        print_message("before:\n%.*s\nafter:\n%.*s\n", STR_ARG(a), STR_ARG(b));
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

static size_t found(Fixture *f, const char *query, Uuid *ret_first)
{
    const Resident *residents = NULL;
    size_t n = 0;
    assert_int_equal(resident_search(&f->cx, str_from_c(query), &residents, &n), OK);
    if (n > 0)
        *ret_first = residents[0].id;
    return n;
}

/* ---- tests ---- */

static Err enter(Fixture *f, Resident resident, const char *mother, Resident *ret_resident)
{
    bool was_known = false;
    resident.id = rng_uuid(&f->rng, f->cx.now);
    resident.area = STR("000000001201");
    resident.registered_on = DATE_NONE;
    const ResidentDraft draft = {.resident = resident,
                                 .mother_name = mother == NULL ? (Str){0} : str_from_c(mother)};
    f->cx.problem_n = 0;
    return resident_register(&f->cx, &draft, ret_resident, &was_known);
}

static void assert_found_by(Fixture *f, const Resident *resident, const char *query)
{
    Uuid first = UUID_NIL;
    assert_int_equal(found(f, query, &first), 1);
    assert_true(uuid_equals(first, resident->id));
}

static void people_without_a_card_are_found_by_what_they_have(void **state)
{
    Fixture *f = *state;
    Resident in = {.sex = STR("1"), .birth_date = DATE_NONE}, out;
    in.name = STR("买买提·吐尔逊");
    in.id_type = STR("03");
    in.id_number = STR("e 1234-5678");
    assert_int_equal(enter(f, in, NULL, &out), OK);
    assert_found_by(f, &out, "E12345678");
    assert_found_by(f, &out, "买买提•吐尔逊");
    assert_int_equal(out.record_number.n, 17);
    in.name = STR("𠀀𠮷");
    in.id_type = STR("06");
    in.id_number = STR("h12345678");
    assert_int_equal(enter(f, in, NULL, &out), OK);
    assert_found_by(f, &out, "H12345678");
    assert_found_by(f, &out, "𠮷");
    in.name = STR("台胞");
    in.id_type = STR("07");
    in.id_number = STR("0123456789(B)");
    assert_int_equal(enter(f, in, NULL, &out), OK);
    assert_found_by(f, &out, "0123456789B");
    in.id_type = in.id_number = (Str){0};
    in.name = STR("");
    in.sex = STR("2");
    assert_int_equal(enter(f, in, "陈测试", &out), OK);
    assert_found_by(f, &out, "陈测试之女");
    in.name = STR("年份");
    in.birth_year = 1938;
    assert_int_equal(enter(f, in, NULL, &out), OK);
    assert_int_equal(resident_open(&f->cx, out.id, &out), OK);
    assert_int_equal(out.birth_year, 1938);
    Buf name;
    buf_init(&name, &f->arena, 400);
    for (int i = 0; i < 50; i++)
        buf_put_c(&name, "𠮷");
    in.name = buf_str(&name);
    assert_int_equal(enter(f, in, NULL, &out), OK);
    buf_put_char(&name, '\0');
    assert_found_by(f, &out, in.name.p);
}

static void wrong_numbers_are_refused_at_their_field(void **state)
{
    Fixture *f = *state;
    static const char *const wrong[][2] = {
        {"01", "996601195001010011"}, {"06", "X12345678"}, {"07", "123"}, {"03", "E1"}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        Resident in = {.sex = STR("1"),
                       .name = STR("测试"),
                       .birth_date = DATE_NONE,
                       .id_type = str_from_c(wrong[i][0]),
                       .id_number = str_from_c(wrong[i][1])},
                 out;
        assert_int_equal(enter(f, in, NULL, &out), ERR_INVALID);
        assert_true(str_equals_c(f->cx.problems[0].where, "/id_number"));
    }
}

static void a_move_in_mid_window_takes_what_is_owed_along(void **state)
{
    Fixture *f = *state;
    Uuid event, person = f->people[1];
    const char *due = NULL;
    live_on(f, test_day("2025-02-10"));
    submit(f, f->registration, person, test_day("2024-11-10"), NULL);
    size_t before = owed(f, person, &due);
    Str picture_before = picture(f);
    assert_int_equal(
        happen(f, person, RESIDENT_MOVED, "000000001202", test_day("2025-02-01"), &event), OK);
    Actor doctor = {.sees_persons = true};
    const Actor *system = f->cx.actor;
    assert_int_equal(access_scope_facility(&f->cx, STR("V1"), false, &doctor.scope), OK);
    Resident resident;
    f->cx.actor = &doctor;
    assert_int_equal(resident_open(&f->cx, person, &resident), ERR_NOT_FOUND);
    assert_int_equal(resident_event_void(&f->cx, person, event, STR("错")), ERR_FORBIDDEN);
    f->cx.actor = system;
    assert_int_equal(access_scope_facility(&f->cx, STR("V2"), false, &doctor.scope), OK);
    f->cx.actor = &doctor;
    assert_int_equal(resident_open(&f->cx, person, &resident), OK);
    Uuid first = UUID_NIL;
    assert_int_equal(found(f, "测试B", &first), 1);
    f->cx.actor = system;
    assert_int_equal(owed(f, person, &due), before);
    assert_int_equal(timeline_length(f, person), 1);
    assert_nothing_differs(f);
    assert_int_equal(resident_event_void(&f->cx, person, event, STR("登记错了人")), OK);
    assert_same(picture_before, picture(f));
}

static void death_and_leaving_close_and_return_opens_again(void **state)
{
    Fixture *f = *state;
    Uuid left, event, died, person = f->people[1];
    const char *due = NULL;
    live_on(f, test_day("2025-02-10"));
    submit(f, f->registration, person, test_day("2024-11-10"), NULL);
    size_t before = owed(f, person, &due);
    assert_true(before > 0);
    assert_int_equal(happen(f, person, RESIDENT_LEFT, NULL, test_day("2025-02-01"), &left), OK);
    assert_int_equal(owed(f, person, &due), 0);
    assert_int_equal(
        happen(f, person, RESIDENT_MOVED, "000000001202", test_day("2025-02-02"), &event),
        ERR_INVALID);
    assert_int_equal(happen(f, person, RESIDENT_RETURNED, NULL, test_day("2025-02-05"), &event),
                     OK);
    assert_int_equal(owed(f, person, &due), before);
    assert_int_equal(happen(f, person, RESIDENT_DIED, NULL, test_day("2025-02-06"), &died), OK);
    assert_int_equal(owed(f, person, &due), 0);
    assert_int_equal(resident_event_void(&f->cx, person, left, STR("错")), ERR_CONFLICT);
    assert_int_equal(resident_event_void(&f->cx, person, died, STR("误登")), OK);
    assert_int_equal(owed(f, person, &due), before);
    const ResidentEvent *events = NULL;
    size_t n = 0;
    assert_int_equal(resident_history(&f->cx, person, &events, &n), OK);
    assert_int_equal(n, 4);
    assert_true(events[3].is_ended && str_equals_c(events[3].note, "外地"));
    assert_nothing_differs(f);
}

static void a_merge_in_mid_schedule_is_undone_without_a_trace(void **state)
{
    Fixture *f = *state;
    const char *due = NULL;
    Uuid first = UUID_NIL;
    live_on(f, test_day("2025-02-10"));
    submit(f, f->registration, f->people[1], test_day("2024-11-10"), NULL);
    submit(f, f->followup, f->people[2], test_day("2025-02-01"), NULL);
    Str before = picture(f);
    size_t owed_before = owed(f, f->people[1], &due);
    assert_int_equal(merge(f, 2, 1), OK);
    assert_int_equal(timeline_length(f, f->people[1]), 2);
    assert_int_equal(owed(f, f->people[2], &due), 0);
    assert_int_equal(owed(f, f->people[1], &due), owed_before - 1); /* the quarter is met */
    assert_string_not_equal(due, "2025-03-31");
    assert_int_equal(found(f, "测试C", &first), 1);
    assert_true(uuid_equals(first, f->people[1]));
    assert_nothing_differs(f);
    assert_int_equal(merge(f, 2, 1), OK); /* sent twice */
    assert_int_equal(merge(f, 2, 3), ERR_CONFLICT);
    assert_int_equal(merge(f, 3, 3), ERR_INVALID);
    assert_int_equal(unmerge(f, 2), OK);
    assert_same(before, picture(f));
    assert_int_equal(unmerge(f, 2), ERR_CONFLICT);
    assert_nothing_differs(f);
}

static void records_stay_with_whom_they_were_written_for(void **state)
{
    Fixture *f = *state;
    live_on(f, test_day("2025-02-10"));
    submit(f, f->registration, f->people[1], test_day("2024-11-10"), NULL);
    assert_int_equal(merge(f, 2, 1), OK);
    assert_int_equal(merge(f, 1, 4), OK); /* a chain */
    submit(f, f->followup, f->people[2], test_day("2025-02-01"), NULL);
    submit(f, f->followup, f->people[4], test_day("2025-02-02"), NULL);
    assert_int_equal(timeline_length(f, f->people[4]), 3);
    assert_int_equal(unmerge(f, 1), OK); /* and what was merged into it */
    assert_int_equal(timeline_length(f, f->people[4]), 1);
    assert_int_equal(timeline_length(f, f->people[1]), 2);
    assert_int_equal(unmerge(f, 2), OK);
    assert_int_equal(timeline_length(f, f->people[1]), 1);
    assert_int_equal(timeline_length(f, f->people[2]), 1);
    assert_nothing_differs(f);
}

static Str name_of(Fixture *f, Uuid id)
{
    Resident resident;
    assert_int_equal(resident_open(&f->cx, id, &resident), OK);
    return resident.name;
}

static void the_newest_record_of_both_says_who_the_person_is(void **state)
{
    Fixture *f = *state;
    live_on(f, test_day("2025-02-10"));
    submit(f, f->personal, f->people[1], test_day("2025-01-01"), "旧名");
    submit(f, f->personal, f->people[2], test_day("2025-02-01"), "新名");
    Uuid first = UUID_NIL;
    assert_int_equal(merge(f, 2, 1), OK);
    assert_true(str_equals_c(name_of(f, f->people[1]), "新名"));
    assert_true(str_equals_c(name_of(f, f->people[2]), "新名")); /* opens the person */
    assert_int_equal(found(f, "新名", &first), 1);
    assert_int_equal(unmerge(f, 2), OK);
    assert_true(str_equals_c(name_of(f, f->people[1]), "旧名"));
    assert_true(str_equals_c(name_of(f, f->people[2]), "新名"));
    assert_int_equal(found(f, "旧名", &first), 1);
    assert_true(uuid_equals(first, f->people[1]));
}

static void what_was_filed_wrongly_is_filed_anew_in_one_step(void **state)
{
    Fixture *f = *state;
    const char *due = NULL;
    live_on(f, test_day("2025-02-10"));
    submit(f, f->registration, f->people[2], test_day("2024-11-10"), NULL);
    size_t before = owed(f, f->people[2], &due);
    Uuid wrong = submit(f, f->followup, f->people[1], test_day("2025-02-01"), NULL);
    Uuid again = rng_uuid(&f->rng, f->cx.now);
    RecordReceipt receipt;
    live_on(f, f->cx.today);
    Err err = record_refile(&f->cx, wrong, again, f->people[2], STR("录到了别人名下"), &receipt);
    say_problems(f, err);
    assert_int_equal(err, OK);
    assert_int_equal(owed(f, f->people[2], &due), before - 1);
    assert_string_not_equal(due, "2025-03-31");
    Record record;
    assert_int_equal(record_open(&f->cx, wrong, &record), OK);
    assert_true(record.is_ended && uuid_is_nil(record.amended_by));
    assert_int_equal(record_open(&f->cx, again, &record), OK);
    assert_true(uuid_equals(record.subject, f->people[2]) && !record.is_ended);
    assert_int_equal(
        record_refile(&f->cx, wrong, again, f->people[2], STR("录到了别人名下"), &receipt),
        OK); /* sent twice */
    assert_true(receipt.was_known);
    assert_int_equal(record_refile(&f->cx, again, rng_uuid(&f->rng, f->cx.now), f->people[2],
                                   STR("x"), &receipt),
                     ERR_INVALID);
    assert_nothing_differs(f);
}

static void pairs_that_share_what_identifies_are_listed(void **state)
{
    Fixture *f = *state;
    const ResidentMatch *matches = NULL;
    size_t n = 0;
    assert_int_equal(resident_matches(&f->cx, STR(""), &matches, &n), OK);
    assert_int_equal(n, 0);
    Resident copy = invented(f, 1); /* the same name, birth date and phone */
    assert_int_equal(resident_add(&f->cx, &copy), OK);
    assert_int_equal(resident_matches(&f->cx, STR(""), &matches, &n), OK);
    assert_int_equal(n, 1);
    assert_int_equal(matches[0].reasons, MATCH_NAME_BIRTH | MATCH_NAME_PHONE | MATCH_PHONE_BIRTH);
    assert_int_equal(matches[0].score, 100);
    assert_int_equal(resident_merge(&f->cx, copy.id, f->people[1], STR("重复建档")), OK);
    assert_int_equal(resident_matches(&f->cx, STR(""), &matches, &n), OK);
    assert_int_equal(n, 0);
}

static void a_household_moves_as_a_whole(void **state)
{
    Fixture *f = *state;
    Uuid household = rng_uuid(&f->rng, f->cx.now);
    live_on(f, test_day("2025-02-10"));
    assert_int_equal(household_add(&f->cx, household, STR("000000001201")), OK);
    for (size_t i = 1; i < 3; i++) {
        const ResidentEvent event = {.id = rng_uuid(&f->rng, f->cx.now),
                                     .resident = f->people[i],
                                     .kind = RESIDENT_JOINED,
                                     .happened_on = test_day("2025-01-01"),
                                     .household = household,
                                     .relation = i == 1 ? STR("0") : STR("1")};
        assert_int_equal(resident_event_add(&f->cx, &event), OK);
    }
    assert_int_equal(household_move(&f->cx, household, STR("000000001202"), test_day("2025-02-01")),
                     OK);
    Str area;
    const HouseholdMember *members = NULL;
    size_t n = 0;
    assert_int_equal(household_open(&f->cx, household, &area, &members, &n), OK);
    assert_true(str_equals_c(area, "000000001202"));
    assert_int_equal(n, 2);
    assert_true(uuid_equals(members[0].resident, f->people[1]));
    Resident resident;
    assert_int_equal(resident_open(&f->cx, f->people[2], &resident), OK);
    assert_true(str_equals_c(resident.area, "000000001202"));
}

/* Some event, merge, record or waiver; what cannot be is refused and changes nothing. */
static void random_step(Fixture *f)
{
    static const char *const areas[] = {"000000001201", "000000001202"};
    Uuid ignored;
    size_t a = (size_t)rng_between(&f->rng, 0, PEOPLE - 1);
    size_t b = (size_t)rng_between(&f->rng, 0, PEOPLE - 1);
    Date on = date_add_days(f->cx.today, -(int)rng_between(&f->rng, 0, 20));
    Err err = OK;
    switch (rng_between(&f->rng, 0, 13)) {
    case 11:
    case 12: err = random_waive(&f->cx, &f->rng, f->people[a]); break;
    case 13: err = random_unwaive(&f->cx, &f->rng, f->people[a]); break;
    case 10:
        f->birth = date_add_days(test_day("1950-03-01"), (int)rng_between(&f->rng, 0, 9000));
        submit(f, f->personal, f->people[a], on, "测试改");
        f->birth = DATE_NONE;
        break;
    case 0:
    case 1: submit(f, f->registration, f->people[a], on, NULL); break;
    case 2:
    case 3: submit(f, f->followup, f->people[a], on, NULL); break;
    case 4:
        err = happen(f, f->people[a], RESIDENT_MOVED, areas[rng_between(&f->rng, 0, 1)], on,
                     &ignored);
        break;
    case 5:
        err = happen(f, f->people[a], (ResidentEventKind)rng_between(&f->rng, 3, 5), NULL, on,
                     &ignored);
        break;
    case 6: {
        const ResidentEvent *events = NULL;
        size_t n = 0;
        assert_int_equal(resident_history(&f->cx, f->people[a], &events, &n), OK);
        if (n > 1)
            err = resident_event_void(&f->cx, f->people[a], events[n - 1].id, STR("错"));
        break;
    }
    case 7: err = unmerge(f, a); break;
    default: err = merge(f, a, b); break;
    }
    assert_true(err == OK || err == ERR_INVALID || err == ERR_CONFLICT);
}

/* With moves, deaths, merges and dates of birth that were entered or taken back later. */
static void a_past_day_is_answered_as_it_was_on_its_evening(void **state)
{
    Fixture *f = *state;
    Date days[STEPS];
    Str evenings[STEPS];
    size_t n = 0;
    live_on(f, test_day("2024-10-01"));
    for (size_t i = 0; i < STEPS; i++) {
        random_step(f);
        int later = (int)rng_between(&f->rng, 0, 9);
        if (later == 0)
            continue;
        days[n] = f->cx.today;
        evenings[n++] = day_picture(f, f->cx.today);
        live_on(f, date_add_days(f->cx.today, later));
    }
    for (size_t i = 0; i < n; i++) {
        Str looked_back = day_picture(f, days[i]);
        if (!str_equals(evenings[i], looked_back))
            print_message("evening %zu\n", i);
        assert_same(evenings[i], looked_back);
    }
}

static void random_histories_keep_every_promise(void **state)
{
    Fixture *f = *state;
    live_on(f, test_day("2024-10-01"));
    for (size_t i = 0; i < STEPS; i++) {
        live_on(f, date_add_days(f->cx.today, (int)rng_between(&f->rng, 0, 9)));
        ArenaMark mark = arena_mark(&f->arena);
        random_step(f);
        assert_nothing_differs(f);
        size_t a = (size_t)rng_between(&f->rng, 0, PEOPLE - 1);
        Str before = picture(f);
        if (merge(f, a, (a + 1) % PEOPLE) == OK) {
            assert_nothing_differs(f);
            /* merged by this step, or before it */
            if (!str_equals(before, picture(f))) {
                assert_int_equal(unmerge(f, a), OK);
                assert_same(before, picture(f));
            }
        }
        arena_reset_to(&f->arena, mark);
    }
}

/* Asked twice, what is dropped tells what was made. */
static void indexes_dropped_for_a_load_are_made_again_as_they_were(void **state)
{
    static const char *const tables[] = {"resident", "obligation"};
    Fixture *f = *state;
    DbLoad first = {0}, second = {0};
    assert_int_equal(db_begin(f->db), OK);
    assert_int_equal(db_load_begin(f->db, &f->arena, tables, 2, &first), OK);
    DbLoad made = first;
    assert_true(made.index_n >= 5);
    assert_int_equal(db_load_end(f->db, &first), OK);
    assert_int_equal(db_load_begin(f->db, &f->arena, tables, 2, &second), OK);
    assert_int_equal(second.index_n, made.index_n);
    for (size_t i = 0; i < made.index_n; i++)
        assert_same(made.indexes[i], second.indexes[i]);
    assert_int_equal(db_load_end(f->db, &second), OK);
    assert_int_equal(db_commit(f->db), OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
static const struct CMUnitTest tests[] = {
    TEST(people_without_a_card_are_found_by_what_they_have),
    TEST(wrong_numbers_are_refused_at_their_field),
    TEST(a_move_in_mid_window_takes_what_is_owed_along),
    TEST(death_and_leaving_close_and_return_opens_again),
    TEST(a_merge_in_mid_schedule_is_undone_without_a_trace),
    TEST(records_stay_with_whom_they_were_written_for),
    TEST(the_newest_record_of_both_says_who_the_person_is),
    TEST(what_was_filed_wrongly_is_filed_anew_in_one_step),
    TEST(pairs_that_share_what_identifies_are_listed),
    TEST(a_household_moves_as_a_whole),
    TEST(a_past_day_is_answered_as_it_was_on_its_evening),
    TEST(indexes_dropped_for_a_load_are_made_again_as_they_were),
    TEST(random_histories_keep_every_promise),
};

int main(void)
{
    return BOTH_ENGINES_RUN("residents", tests);
}
