/* What another pack set would change, said before and compared with what installing it changes, on
 * SQLite and PostgreSQL: packs with every kind of schedule, edited at random; records, waivers and
 * parameters of the place at random in between. Persons are invented; the days are the tests' own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "access/access.h"
#include "base/os_file.h"
#include "base/vec.h"
#include "core/keys.h"
#include "core/place.h"
#include "db/migrate.h"
#include "demo/rng.h"
#include "engine/obligations/diff.h"
#include "engine/obligations/waivers.h"
#include "engine/policy/policy_values.h"
#include "engine/subjects/subjects.h"
#include "pack/pack_diff.h"
#include "support/both_engines.h"

enum {
    PEOPLE = 24,
    ROUNDS = 10,
    STEPS = 60,
    SETS_MOST = 64,
};

typedef VEC(PackFile) Files;
typedef VEC(Str) Texts;
typedef VEC(Uuid) Ids;

typedef struct {
    Arena arena;
    Db *db;
    Cx cx;
    Rng rng;
    Files files; /* as written */
    PackSet *sets[SETS_MOST];
    size_t set_n;
    Uuid people[PEOPLE];
    Ids records;
    uint64_t made;
} Fixture;

#define LUCKY(f) rng_chance(&(f)->rng, 0.5)
static const RecordHook hooks[] = {obligation_record_hook, NULL};
static const PolicyHook policy_hooks[] = {obligation_policy_hook, NULL};

static void live_on(Fixture *f, Date on)
{
    f->cx.today = on;
    f->cx.now = instant_of_date(on, 8, 0);
    f->cx.now.ms += (int64_t)(f->made % 500) * 60000;
    f->cx.problem_n = 0;
    f->cx.policy = NULL;
}

/* ---- packs ---- */

#define SCHEDULES SOURCE_ROOT "/tests/packs/schedules"

static const char policy_text[] =
    "parameters:\n"
    "  - {id: elderly_from, title: {zh: 年龄, en: Age}, unit: 岁, value: \"65y\", source: case}\n"
    "  - {id: stable_months, title: {zh: 间隔, en: Interval}, unit: 月, value: 3, source: case}\n"
    "  - {id: notice, title: {zh: 提醒, en: Notice}, unit: 天, value: 7, source: case}\n";

/* What somebody may do to a file of the packs; the first `from` is replaced. */
typedef struct {
    const char *file, *from, *to;
    bool needs_last; /* goes with the edit before it */
} Edit;

static const Edit first_edits[] = {
    {"schedules/programs/elderly.yaml", "age: 65y", "age: $elderly_from", false},
    {"schedules/programs/mental.yaml", "happened_on, 3)", "happened_on, $stable_months)", false},
    {"schedules/programs/mental.yaml", "notice: 7d", "notice: $notice", false},
};

static const Edit edits[] = {
    {"schedules/policy/numbers.yaml", "\"65y\"", "\"60y\"", false},
    {"schedules/policy/numbers.yaml", "value: 3,", "value: 2,", false},
    {"schedules/policy/numbers.yaml", "value: 7,", "value: 30,", false},
    {"schedules/programs/elderly.yaml", "every: {year: 1}", "every: {half: 1}", false},
    {"schedules/programs/elderly.yaml", "evidence: exam",
     "evidence: {form: exam, where: \"note IS NOT NULL\"}", false},
    {"schedules/programs/chronic.yaml", "every: {year: 4}", "every: {quarter: 1}", false},
    {"schedules/programs/chronic.yaml", "every: {year: 4}", "every: {year: 6}", false},
    {"schedules/programs/chronic.yaml", "2025-12-31", "2024-12-31", false},
    {"schedules/programs/chronic.yaml", "from: 2026-01-01", "from: 2025-01-01", true},
    {"schedules/programs/chronic.yaml", "stability IS NULL", "stability IS NULL OR stability = '3'",
     false},
    {"schedules/programs/chronic.yaml", "left_by: disease_leave",
     "left_by: {form: disease_leave, where: \"note IS NOT NULL\"}", false},
    {"schedules/programs/child.yaml", "opens: 3m, due: 3m+29d", "opens: 3m-5d, due: 4m", false},
    {"schedules/programs/child.yaml", "        - {id: m18,", "        - {id: m20,", false},
    {"schedules/programs/child.yaml", "opens: 18m, due: 18m+29d", "opens: 20m, due: 20m+29d",
     false},
    {"schedules/programs/child.yaml", "notice: 10d", "notice: 20d", false},
    {"schedules/programs/child.yaml", "else: birth", "else: enrolment", false},
    {"schedules/programs/mental.yaml", "opens: 14d", "opens: 7d", false},
    {"schedules/forms/visit.yaml", "      - {id: next_on,",
     "      - {id: place_of_visit, type: text, length: 20, label: {zh: 地点, en: Place}}\n"
     "      - {id: next_on,",
     false},
    {"schedules/programs/mental.yaml", "where: \"stability IS NOT NULL\"",
     "where: \"stability IN ('1', '3') AND place_of_visit IS NULL\"", true},
    {"schedules/programs/tb.yaml", "due: 72h", "due: 48h", false},
    {"schedules/programs/tb.yaml", "each: true", "each: false", false},
    {"schedules/programs/vaccines.yaml", "before: 18y", "before: 6y", false},
    {"schedules/programs/vaccines.yaml", "min_age: 1m, interval: 28d", "min_age: 2m, interval: 56d",
     false},
    {"schedules/programs/vaccines.yaml", "until: 2024-12-31", "until: 2024-06-30", false},
    {"schedules/programs/vaccines.yaml", "from: 2025-01-01", "from: 2024-07-01", true},
    {"schedules/programs/vaccines.yaml", "  - id: je\n", "  - id: encephalitis\n", false},
    {"schedules/programs/vaccines.yaml", "vaccine IN ('1601', '1701')", "vaccine = '1701'", false},
};

enum { EDIT_N = sizeof edits / sizeof *edits };

enum { EDIT_AGE = 0, EDIT_HALF = 3, EDIT_EDITION = 7, EDIT_FIELD = 17 };

static Str replaced(Arena *arena, Str text, Str from, Str to)
{
    size_t at = str_find(text, from, 0);
    if (at == SIZE_MAX)
        return text;
    return str_printf(arena, "%.*s%.*s%.*s", STR_ARG(str_slice(text, 0, at)), STR_ARG(to),
                      STR_ARG(str_slice(text, at + from.n, text.n)));
}

static void apply_edit(Arena *arena, Files *files, const Edit *edit)
{
    for (size_t i = 0; i < files->n; i++) {
        PackFile *file = &files->items[i];
        if (str_equals(file->path, str_from_c(edit->file)))
            file->text = replaced(arena, file->text, str_from_c(edit->from), str_from_c(edit->to));
    }
}

static int compare_files(const void *a, const void *b)
{
    return str_compare(((const PackFile *)a)->path, ((const PackFile *)b)->path);
}

static void read_files(Fixture *f)
{
    OsEntries entries = {0};
    assert_int_equal(os_folder_list_all(&f->arena, STR(SCHEDULES), &entries), OK);
    for (size_t i = 0; i < entries.n; i++) {
        PackFile file = {.path = entries.items[i].name};
        if (entries.items[i].is_folder || str_find(file.path, STR("/tests/"), 0) != SIZE_MAX)
            continue;
        Str path = os_path_join(&f->arena, STR(SCHEDULES), file.path);
        assert_int_equal(os_file_read(&f->arena, path, MIB(1), &file.text), OK);
        VEC_PUSH(&f->arena, &f->files, file);
    }
    VEC_PUSH(&f->arena, &f->files,
             ((PackFile){STR("schedules/policy/numbers.yaml"), str_from_c(policy_text)}));
    qsort(f->files.items, f->files.n, sizeof *f->files.items, compare_files);
    for (size_t i = 0; i < sizeof first_edits / sizeof *first_edits; i++)
        apply_edit(&f->arena, &f->files, &first_edits[i]);
}

static PackSet *open_set(Fixture *f, const bool *is_edited)
{
    Files files = {0};
    for (size_t i = 0; i < f->files.n; i++)
        VEC_PUSH(&f->arena, &files, f->files.items[i]);
    for (size_t i = 0; is_edited != NULL && i < EDIT_N; i++) {
        if (is_edited[i])
            apply_edit(&f->arena, &files, &edits[i]);
    }
    const PackMistake *mistakes = NULL;
    size_t n = 0;
    PackSet *set = NULL;
    Err err = pack_set_open_files(files.items, files.n, NULL, &f->arena, &set, &mistakes, &n);
    for (size_t i = 0; i < n; i++)
        print_message("%.*s:%u: %.*s\n", STR_ARG(mistakes[i].file), (unsigned)mistakes[i].line,
                      STR_ARG(mistakes[i].text.en));
    assert_int_equal(err, OK);
    record_forms_prepare(set);
    assert_true(f->set_n < SETS_MOST);
    return f->sets[f->set_n++] = set;
}

static PackSet *random_set(Fixture *f)
{
    bool is_edited[EDIT_N];
    for (size_t i = 0; i < EDIT_N; i++)
        is_edited[i] = rng_chance(&f->rng, 0.25);
    for (size_t i = 1; i < EDIT_N; i++)
        is_edited[i - 1] = is_edited[i - 1] || (edits[i].needs_last && is_edited[i]);
    return open_set(f, is_edited);
}

/* ---- fixture ---- */

static Err make_place(Cx *cx, void *arg)
{
    Fixture *f = arg;
    const Area area = {
        .code = STR("000000001201"), .parent = STR("000000001"), .level = 5, .name = STR("测试村")};
    TRY(place_put(cx, STR("测试县"), STR("Test county")));
    TRY(subject_area_add(cx, &area));
    for (size_t i = 0; i < PEOPLE; i++) {
        f->people[i] = rng_uuid(&f->rng, cx->now);
        Date born = i % 3 == 0 ? date_add_days(test_day("2017-09-01"), (int)i * 100)
                               : date_add_months(test_day("1956-03-01"), (int)i * 7);
        const Resident resident = {
            .id = f->people[i],
            .sex = i % 2 == 0 ? STR("1") : STR("2"),
            .birth_date = born,
            .area = area.code,
            .name = STR("测试"),
            .registered_on = date_max(born, test_day("2020-01-01")),
            .died_on = i % 11 == 10 ? test_day("2025-03-03") : DATE_NONE,
            .left_on = DATE_NONE,
        };
        TRY(resident_add(cx, &resident));
    }
    TRY(access_areas_rebuild(cx));
    return OK;
}

static void install(Fixture *f, PackSet *set)
{
    f->cx.packs = set;
    f->cx.policy = NULL;
    assert_int_equal(record_tables_update(&f->cx), OK);
    assert_int_equal(obligation_rules_update(&f->cx), OK);
    assert_int_equal(obligation_settle(&f->cx), OK);
}

static int set_up(void **state)
{
    static Fixture fixture;
    Fixture *f = &fixture;
    *f = (Fixture){.rng = rng_stream(9, 2, 6)};
    arena_init(&f->arena, MIB(512));
    both_engines_open("duties_diff", &f->arena, &f->db, &f->cx);
    read_files(f);
    record_set_hooks(hooks);
    policy_set_hooks(policy_hooks);
    f->cx.packs = open_set(f, NULL);
    live_on(f, test_day("2024-01-02"));
    assert_int_equal(record_tables_update(&f->cx), OK);
    assert_int_equal(cx_write(&f->cx, make_place, f), OK);
    install(f, f->sets[0]);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    Fixture *f = *state;
    policy_set_hooks(NULL);
    db_close(f->db);
    for (size_t i = 0; i < f->set_n; i++)
        pack_set_close(f->sets[i]);
    arena_done(&f->arena);
    return 0;
}

/* ---- a history ---- */

static void answer(Fixture *f, const Form *form, FormAnswers *answers, const char *field, Str text)
{
    size_t at = form_find_field(form, str_from_c(field));
    if (at != SIZE_MAX)
        assert_true(form_answers_put_text(answers, form, &f->arena, FORM_FIELD(at), text));
}

static Str day_text(Fixture *f, Date date)
{
    char text[DATE_TEXT_SIZE];
    return str_copy(&f->arena, str_from_c(date_format(date, text)));
}

static Str one_of(Fixture *f, const char *const *texts, int64_t n)
{
    return str_from_c(texts[rng_between(&f->rng, 0, n - 1)]);
}

static void fill(Fixture *f, const Form *form, FormAnswers *answers, Date on)
{
    static const char *const levels[] = {"1", "2", "3"};
    static const char *const vaccines[] = {"0101", "0201", "0303", "0402", "1801", "1601", "1701"};
    static const char *const times[] = {"09:30", "23:00"};
    form_answers_init(answers, form, &f->arena);
    answer(f, form, answers, "note", LUCKY(f) ? STR("好") : STR(""));
    answer(f, form, answers, "place_of_visit", LUCKY(f) ? STR("家中") : STR(""));
    answer(f, form, answers, "stability", LUCKY(f) ? one_of(f, levels, 3) : STR(""));
    answer(f, form, answers, "vaccine", one_of(f, vaccines, 7));
    answer(f, form, answers, "got_at", LUCKY(f) ? one_of(f, times, 2) : STR(""));
    answer(f, form, answers, "got_on", day_text(f, on));
    answer(f, form, answers, "discharged_on", LUCKY(f) ? day_text(f, on) : STR(""));
    answer(f, form, answers, "first_on",
           LUCKY(f) ? day_text(f, date_add_days(on, (int)rng_between(&f->rng, 1, 40))) : STR(""));
    answer(f, form, answers, "next_on",
           LUCKY(f) ? day_text(f, date_add_days(on, (int)rng_between(&f->rng, 1, 90))) : STR(""));
}

static void submit(Fixture *f, Uuid amends)
{
    static const char *const forms[] = {
        "birth_notice", "child_exam", "disease_entry", "disease_leave", "exam",  "exam",
        "home_visit",   "notice",     "vaccination",   "vaccination",   "visit", "visit"};
    const Form *form = pack_form(f->cx.packs, one_of(f, forms, 12));
    Uuid subject = f->people[rng_between(&f->rng, 0, PEOPLE - 1)];
    Date on = date_add_days(f->cx.today, (int)-rng_between(&f->rng, 0, 20));
    if (!uuid_is_nil(amends)) {
        Record record;
        assert_int_equal(record_open(&f->cx, amends, &record), OK);
        form = pack_form(f->cx.packs, record.form);
        subject = record.subject;
        on = record.happened_on;
    }
    FormAnswers answers;
    fill(f, form, &answers, on);
    RecordDraft draft = {.id = rng_uuid(&f->rng, f->cx.now),
                         .form = form->id,
                         .subject = subject,
                         .happened_on = on,
                         .facility = STR("V1"),
                         .answers = &answers,
                         .amends = amends,
                         .reason = uuid_is_nil(amends) ? (Str){0} : STR("录入有误")};
    RecordReceipt receipt;
    if (record_submit(&f->cx, &draft, &receipt) == OK) /* refused: born later, died before */
        VEC_PUSH(&f->arena, &f->records, draft.id);
}

static void spare(Fixture *f)
{
    const ObligationLine *lines = NULL;
    size_t n = 0, most = (size_t)rng_between(&f->rng, 0, 20);
    Uuid person = f->people[rng_between(&f->rng, 0, PEOPLE - 1)];
    assert_int_equal(obligation_of(&f->cx, person, f->cx.today, &lines, &n), OK);
    for (size_t i = 0; i < n && most > 0; i++) {
        const Obligation *one = &lines[i].obligation;
        if (lines[i].state != OBLIGATION_OPEN && lines[i].state != OBLIGATION_OVERDUE)
            continue;
        most--;
        bool is_put_off = LUCKY(f), was_known = false;
        const Waiver waiver = {
            .id = rng_uuid(&f->rng, f->cx.now),
            .resident = person,
            .kind = is_put_off ? WAIVER_POSTPONE : WAIVER_WAIVE,
            .program = one->rule->program->id,
            .rule = one->rule->id,
            .item = obligation_item(one),
            .is_whole = !is_put_off && LUCKY(f),
            .closes_on = obligation_last_day(one),
            .until = LUCKY(f) && !is_put_off
                         ? DATE_NONE
                         : date_add_days(f->cx.today, (int)rng_between(&f->rng, 1, 60)),
            .reason = STR("refuses"),
        };
        Err err = waiver_give(&f->cx, &waiver, &was_known); /* refused: behind its last day */
        assert_true(err == OK || err == ERR_INVALID);
        f->cx.problem_n = 0;
    }
}

static void one_step(Fixture *f)
{
    int64_t what = rng_between(&f->rng, 1, 100);
    f->made++;
    live_on(f, f->cx.today);
    if (what <= 4) {
        spare(f);
    } else if (what <= 10 && f->records.n > 0) {
        size_t at = (size_t)rng_between(&f->rng, 0, (int64_t)f->records.n - 1);
        Uuid record = f->records.items[at];
        f->records.items[at] = f->records.items[--f->records.n];
        if (LUCKY(f))
            assert_int_equal(record_void(&f->cx, record, STR("误录")), OK);
        else
            submit(f, record);
    } else {
        submit(f, UUID_NIL);
    }
    if (rng_chance(&f->rng, 0.3))
        live_on(f, date_add_days(f->cx.today, (int)rng_between(&f->rng, 1, 6)));
}

static void set_parameter(Fixture *f)
{
    static const char *const ages[] = {"58y", "63y", "67y"};
    const PolicyChange change = {.parameter = STR("elderly_from"),
                                 .value = one_of(f, ages, 3),
                                 .source = STR("测试县文件 第一条"),
                                 .from =
                                     date_add_days(f->cx.today, (int)rng_between(&f->rng, 1, 400))};
    assert_int_equal(policy_set(&f->cx, &change), OK);
    f->cx.policy = NULL;
}

/* ---- lines as text ---- */

static Str line_text(Fixture *f, const Obligation *one, Date on)
{
    char id[UUID_TEXT_SIZE], met_by[UUID_TEXT_SIZE], days[6][DATE_TEXT_SIZE];
    return str_printf(&f->arena, "%s %.*s/%.*s %.*s %s %s %d %s met %s %s spared %s %s %g of %g %s",
                      uuid_format(one->subject, id), STR_ARG(one->rule->program->id),
                      STR_ARG(one->rule->id), STR_ARG(obligation_item(one)),
                      date_format(one->opens_on, days[0]), date_format(one->due_on, days[1]),
                      (int)one->due_minute, date_format(one->closes_on, days[2]),
                      uuid_format(one->met_by, met_by), date_format(one->met_on, days[3]),
                      date_format(one->waived_on, days[4]), date_format(one->spared_on, days[5]),
                      one->done, one->needed, obligation_state_name(obligation_state(one, on)));
}

static const Rule *rule_of(Fixture *f, int64_t key)
{
    for (size_t i = 0; i < f->cx.packs->rule_n; i++) {
        if (f->cx.packs->rules[i]->key == key)
            return f->cx.packs->rules[i];
    }
    fail_msg("a row of no rule");
    return NULL;
}

static int compare_texts(const void *a, const void *b)
{
    return str_compare(*(const Str *)a, *(const Str *)b);
}

static void sort_texts(Texts *texts)
{
    if (texts->n > 1)
        qsort(texts->items, texts->n, sizeof *texts->items, compare_texts);
}

/* Every stored row. */
static Texts stored_lines(Fixture *f, Date on)
{
    static const DbColumn out[] = {
        {"subject_id", DB_UUID, false}, {"rule_key", DB_INTEGER, false},
        {"item", DB_INTEGER, false},    {"opens_on", DB_DATE, false},
        {"due_on", DB_DATE, false},     {"due_minute", DB_INTEGER, false},
        {"closes_on", DB_DATE, false},  {"met_by", DB_UUID, true},
        {"met_on", DB_DATE, true},      {"waived_on", DB_DATE, true},
        {"spared_on", DB_DATE, true},   {"done", DB_DECIMAL, false},
        {"needed", DB_DECIMAL, false}};
    static const DbStatement statement = {
        .name = "every_obligation",
        .sql = "SELECT subject_id, rule_key, item, opens_on, due_on, due_minute, closes_on, met_by,"
               " met_on, waived_on, spared_on, done, needed FROM obligation",
        .out = out,
        .out_n = sizeof out / sizeof *out};
    Texts texts = {0};
    CLEANUP(db_rows_close) DbRows rows = {0};
    assert_int_equal(db_query(f->db, &statement, NULL, NULL, &rows), OK);
    for (;;) {
        bool has_row = false;
        assert_int_equal(db_next(&rows, &has_row), OK);
        if (!has_row)
            break;
        DbValue met_by = db_column(&rows, 7);
        const Obligation one = {.subject = db_column(&rows, 0).as.uuid,
                                .rule = rule_of(f, db_column(&rows, 1).as.integer),
                                .item = (uint32_t)db_column(&rows, 2).as.integer,
                                .opens_on = db_column(&rows, 3).as.date,
                                .due_on = db_column(&rows, 4).as.date,
                                .due_minute = (int32_t)db_column(&rows, 5).as.integer,
                                .closes_on = db_column(&rows, 6).as.date,
                                .met_by = met_by.is_null ? UUID_NIL : met_by.as.uuid,
                                .met_on = db_column(&rows, 8).as.date,
                                .waived_on = db_column(&rows, 9).as.date,
                                .spared_on = db_column(&rows, 10).as.date,
                                .done = db_column(&rows, 11).as.decimal,
                                .needed = db_column(&rows, 12).as.decimal};
        VEC_PUSH(&f->arena, &texts, line_text(f, &one, on));
    }
    sort_texts(&texts);
    return texts;
}

typedef struct {
    Fixture *f;
    Date on;
    Texts lost, gained;
    size_t n, reaching; /* of which one side closes on the day or later */
    Uuid last;
    size_t changes[OBLIGATION_CHANGE_N];
} Told;

static Err take(Cx *cx, const ObligationDifference *difference, void *arg)
{
    (void)cx;
    Told *told = arg;
    Fixture *f = told->f;
    Str before = {0}, after = {0};
    Date closes_on = DATE_NONE;
    assert_true(uuid_compare(told->last, difference->subject) <= 0);
    told->last = difference->subject;
    if (difference->before != NULL) {
        closes_on = difference->before->obligation.closes_on;
        before = line_text(f, &difference->before->obligation, told->on);
        VEC_PUSH(&f->arena, &told->lost, before);
    }
    if (difference->after != NULL) {
        closes_on = date_max(closes_on, difference->after->obligation.closes_on);
        after = line_text(f, &difference->after->obligation, told->on);
        VEC_PUSH(&f->arena, &told->gained, after);
    }
    told->reaching += date_compare(closes_on, told->on) >= 0;
    assert_false(str_equals(before, after));
    assert_int_equal(difference->change == OBLIGATION_GAINED, difference->before == NULL);
    assert_int_equal(difference->change == OBLIGATION_LOST, difference->after == NULL);
    told->changes[difference->change]++;
    told->n++;
    return OK;
}

static Told diff(Fixture *f, const PackSet *before, const PackSet *after, bool with_past)
{
    const ObligationDiffOptions options = {.on = date_add_days(f->cx.today, -30),
                                           .with_past = with_past};
    ObligationSets sets;
    Told told = {.f = f, .on = options.on};
    obligation_sets_compare(before, after, &f->arena, &sets);
    Cx cx = f->cx; /* what is told outlives its pages */
    Arena arena = {0};
    arena_init(&arena, MIB(64));
    cx.arena = &arena;
    assert_int_equal(obligation_diff(&cx, &sets, &options, take, &told), OK);
    arena_done(&arena);
    sort_texts(&told.lost);
    sort_texts(&told.gained);
    return told;
}

/* texts without those of `gone`, each once. */
static Texts without(Fixture *f, const Texts *texts, const Texts *gone)
{
    Texts left = {0};
    size_t j = 0;
    for (size_t i = 0; i < texts->n; i++) {
        if (j < gone->n && str_equals(texts->items[i], gone->items[j]))
            j++;
        else
            VEC_PUSH(&f->arena, &left, texts->items[i]);
    }
    assert_int_equal(j, gone->n);
    return left;
}

static void assert_same(const Texts *a, const Texts *b)
{
    for (size_t i = 0; i < a->n && i < b->n; i++) {
        assert_true(str_equals(a->items[i], b->items[i]));
    }
    assert_int_equal(a->n, b->n);
}

/* ---- tests ---- */

static void what_is_said_before_is_what_installing_changes(void **state)
{
    Fixture *f = *state;
    size_t changes[OBLIGATION_CHANGE_N] = {0};
    PackSet *installed = f->sets[0];
    for (int round = 0; round < ROUNDS; round++) {
        for (int step = 0; step < STEPS; step++)
            one_step(f);
        if (round % 3 == 1)
            set_parameter(f);
        if (date_add_months(f->cx.today, 1).days >= test_day("2025-12-01").days)
            live_on(f, test_day("2025-10-20"));
        assert_int_equal(obligation_settle(&f->cx), OK);
        PackSet *next = round == ROUNDS - 1 ? f->sets[0] : random_set(f);
        Date on = date_add_days(f->cx.today, -30);
        Texts before = stored_lines(f, on);
        Told told = diff(f, installed, next, true);
        Told back = diff(f, next, installed, true);
        Texts unchanged = stored_lines(f, on);
        assert_same(&before, &unchanged);
        assert_same(&told.lost, &back.gained);
        assert_same(&told.gained, &back.lost);
        install(f, next);
        Texts after = stored_lines(f, on);
        Texts left_before = without(f, &before, &told.lost);
        Texts left_after = without(f, &after, &told.gained);
        assert_same(&left_before, &left_after);
        Told again = diff(f, installed, next, true); /* whatever is installed */
        assert_same(&told.lost, &again.lost);
        assert_same(&told.gained, &again.gained);
        for (size_t i = 0; i < OBLIGATION_CHANGE_N; i++)
            changes[i] += told.changes[i];
        ObligationRecompute result = {0};
        assert_int_equal(obligation_verify(&f->cx, &result), OK);
        assert_int_equal(result.written + result.deleted, 0);
        installed = next;
    }
    for (size_t i = 0; i < OBLIGATION_CHANGE_N; i++)
        assert_true(changes[i] > 0);
}

static void what_was_over_is_left_out_unless_asked_for(void **state)
{
    Fixture *f = *state;
    for (int step = 0; step < STEPS * 3; step++)
        one_step(f);
    bool is_edited[EDIT_N] = {0};
    is_edited[EDIT_HALF] = true; /* the exam of the elderly: each half-year */
    PackSet *next = open_set(f, is_edited);
    Told whole = diff(f, f->sets[0], next, true), open = diff(f, f->sets[0], next, false);
    assert_true(open.n > 0 && open.n < whole.n);
    assert_int_equal(open.n, whole.reaching);
    assert_int_equal(open.n, open.reaching);
}

/* What is open, due or overdue on a day, from evidence: a past day with what was known then. */
static Str list_on(Fixture *f, Date on)
{
    ObligationFilter filter = {.on = on, .after.due_on = DATE_NONE};
    const ObligationLine *lines = NULL;
    size_t n = 0;
    filter.states[OBLIGATION_OPEN] = filter.states[OBLIGATION_DUE] = true;
    filter.states[OBLIGATION_OVERDUE] = true;
    assert_int_equal(obligation_list_explained(&f->cx, &filter, &lines, &n), OK);
    Buf buf;
    buf_init(&buf, &f->arena, MIB(1));
    for (size_t i = 0; i < n; i++)
        buf_printf(&buf, "%.*s\n", STR_ARG(line_text(f, &lines[i].obligation, on)));
    return buf_str(&buf);
}

typedef struct {
    Date day;
    Str list;
} Evening;
typedef VEC(Evening) Evenings;

static void assert_evenings(Fixture *f, const Evenings *evenings)
{
    for (size_t i = 0; i < evenings->n; i++)
        assert_true(str_equals(list_on(f, evenings->items[i].day), evenings->items[i].list));
}

/* A history in which the place sets parameters and new editions of rules are installed, each from a
 * day on: evenings before that day stay what they were, and stored rows follow. */
static void editions_and_parameters_leave_the_days_before_them_alone(void **state)
{
    static const Edit until = {"schedules/programs/elderly.yaml", "    every: {year: 1}\n",
                               "    valid: {until: 2024-12-31}\n    every: {year: 1}\n", false};
    static const Edit from = {"schedules/programs/elderly.yaml",
                              "    remarks: {zh: 每年一次。, en: Once a year.}\n",
                              "    remarks: {zh: 每年一次。, en: Once a year.}\n"
                              "  - id: exam\n"
                              "    title: {zh: 半年体检, en: Exam each half-year}\n"
                              "    evidence: exam\n"
                              "    valid: {from: 2025-01-01}\n"
                              "    every: {half: 1}\n"
                              "    source: case\n"
                              "    remarks: {zh: 每半年一次。, en: Once in half a year.}\n",
                              false};
    Fixture *f = *state;
    Evenings evenings = {0};
    for (int step = 0; step < STEPS * 4; step++) {
        one_step(f);
        if (step % 12 != 0)
            continue;
        if (step == 120)
            set_parameter(f);
        live_on(f, date_add_days(f->cx.today, 1));
        assert_int_equal(obligation_settle(&f->cx), OK);
        Date evening = date_add_days(f->cx.today, -1);
        VEC_PUSH(&f->arena, &evenings, ((Evening){evening, list_on(f, evening)}));
    }
    assert_true(date_compare(f->cx.today, test_day("2024-12-31")) <= 0);
    apply_edit(&f->arena, &f->files, &until);
    apply_edit(&f->arena, &f->files, &from);
    PackSet *next = open_set(f, NULL);
    Told told = diff(f, f->sets[0], next, true);
    assert_true(told.n > 0);
    install(f, next);
    assert_evenings(f, &evenings);
    ObligationRecompute result = {0};
    assert_int_equal(obligation_verify(&f->cx, &result), OK);
    assert_int_equal(result.written + result.deleted, 0);
    set_parameter(f);
    assert_int_equal(obligation_settle(&f->cx), OK);
    assert_evenings(f, &evenings);
}

static void equal_rules_are_not_computed(void **state)
{
    Fixture *f = *state;
    bool is_edited[EDIT_N] = {0};
    is_edited[EDIT_FIELD] = true;
    PackSet *next = open_set(f, is_edited);
    ObligationSets sets;
    obligation_sets_compare(f->sets[0], next, &f->arena, &sets);
    assert_int_equal(sets.rule_n, 0);
    is_edited[EDIT_EDITION] =
        true; /* one edition of a rule: all of its editions, and no other rule */
    obligation_sets_compare(f->sets[0], open_set(f, is_edited), &f->arena, &sets);
    assert_int_equal(sets.rule_n, 1);
    assert_true(str_equals_c(sets.rules[0].rule, "annual_exam"));
}

static bool is_told(const PackDifference *found, size_t n, const char *what, const char *id,
                    const char *field)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(found[i].what, what) == 0 && str_equals_c(found[i].id, id)
            && str_equals_c(found[i].field.p == NULL ? STR("") : found[i].field, field))
            return true;
    }
    return false;
}

static void fields_and_parameters_are_told_by_name(void **state)
{
    Fixture *f = *state;
    Files files = f->files;
    const PackDifference *found = NULL;
    size_t n = 0;
    bool is_edited[EDIT_N] = {0};
    is_edited[EDIT_AGE] = is_edited[EDIT_FIELD] = true;
    PackSet *next = open_set(f, is_edited);
    pack_sets_compare(f->sets[0], next, &f->arena, &found, &n);
    assert_int_equal(n, 3);
    assert_true(is_told(found, n, "text", "schedules", "")); /* the version stayed */
    assert_true(is_told(found, n, "new", "visit", "place_of_visit"));
    assert_true(is_told(found, n, "value", "elderly_from", ""));
    assert_true(str_equals_c(found[2].before, "65y 岁") && str_equals_c(found[2].after, "60y 岁"));
    pack_sets_compare(next, f->sets[0], &f->arena, &found, &n);
    assert_true(is_told(found, n, "gone", "visit", "place_of_visit"));
    static const Edit retype = {"schedules/forms/exam.yaml", "type: text, length: 20", "type: date",
                                false};
    Files changed = {0};
    for (size_t i = 0; i < files.n; i++)
        VEC_PUSH(&f->arena, &changed, files.items[i]);
    apply_edit(&f->arena, &changed, &retype);
    f->files = changed;
    pack_sets_compare(f->sets[0], open_set(f, NULL), &f->arena, &found, &n);
    f->files = files;
    assert_int_equal(n, 2);
    assert_true(is_told(found, n, "type", "exam", "note") && found[1].is_refused);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(what_is_said_before_is_what_installing_changes, set_up,
                                    tear_down),
    cmocka_unit_test_setup_teardown(what_was_over_is_left_out_unless_asked_for, set_up, tear_down),
    cmocka_unit_test_setup_teardown(editions_and_parameters_leave_the_days_before_them_alone,
                                    set_up, tear_down),
    cmocka_unit_test_setup_teardown(equal_rules_are_not_computed, set_up, tear_down),
    cmocka_unit_test_setup_teardown(fields_and_parameters_are_told_by_name, set_up, tear_down),
};

int main(void)
{
    return BOTH_ENGINES_RUN("pack diff", tests);
}
