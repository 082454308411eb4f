/* The fixture of the tests of records. */
#include "engine/records/records_fixture.h"

#include "access/access.h"
#include "base/os_file.h"
#include "core/keys.h"
#include "core/place.h"
#include "db/migrate.h"
#include "engine/subjects/subjects.h"
#include "support/pg_cluster.h"

static PgCluster cluster;
static Arena cluster_arena;
static Fixture fixture;

Uuid id_of(unsigned n)
{
    Uuid id = {{0x01, 0x90, 0, 0, 0, 0, 0x70, 0, 0x80}};
    id.bytes[14] = (uint8_t)(n >> 8);
    id.bytes[15] = (uint8_t)n;
    return id;
}

Date day_of(const char *text)
{
    Date day = DATE_NONE;
    assert_int_equal(date_parse(str_from_c(text), &day), OK);
    return day;
}

void set_day(Fixture *f, const char *text)
{
    f->cx.today = day_of(text);
    f->cx.now = instant_of_date(f->cx.today, 9, 0);
}

static const CodeOption modes_options[] = {
    {.code = {"1", 1}}, {.code = {"2", 1}}, {.code = {"03", 2}}};
static const CodeList modes = {.id = {"modes", 5}, .options = modes_options, .option_n = 3};
static const FormField drug_fields[] = {
    {.id = {"name", 4}, .type = FIELD_TEXT, .length_most = 50},
    {.id = {"times", 5}, .type = FIELD_INTEGER},
    {.id = {"dose", 4}, .type = FIELD_DECIMAL, .places = 2},
};

const Expr *compile(Fixture *f, size_t readable_n, const char *text, ExprType wanted)
{
    FormNames names = {.fields = f->fields, .field_n = FIELD_N, .readable_n = readable_n};
    ExprScope scope = form_scope(&names);
    Expr *expr = NULL;
    ExprProblem problem;
    assert_int_equal(expr_compile(&f->arena, str_from_c(text), &scope, wanted, &expr, &problem),
                     OK);
    return expr;
}

void make_form(Fixture *f)
{
    const FormField fields[FIELD_N] = {
        [NOTE] = {.id = STR("note"), .type = FIELD_TEXT, .length_most = 4000, .is_multiline = true},
        [SBP] = {.id = STR("sbp"),
                 .type = FIELD_INTEGER,
                 .unit = {STR("mmHg"), STR("mmHg")},
                 .has_range = true,
                 .range = {40, 300},
                 .has_usual = true,
                 .usual = {80, 200},
                 .is_in_lists = true},
        [WEIGHT] = {.id = STR("weight"), .type = FIELD_DECIMAL, .places = 1},
        [NEXT_ON] = {.id = STR("next_on"), .type = FIELD_DATE},
        [MODE] = {.id = STR("mode"), .type = FIELD_CODE, .codes = &modes},
        [SYMPTOMS] = {.id = STR("symptoms"), .type = FIELD_CODES, .codes = &modes},
        [DRUGS] = {.id = STR("drugs"),
                   .type = FIELD_ROWS,
                   .rows = drug_fields,
                   .row_field_n = 3,
                   .row_most = 5},
        [LAST_SBP] = {.id = STR("last_sbp"), .type = FIELD_INTEGER},
        [ORDER] = {.id = STR("order"), .type = FIELD_TEXT, .length_most = 10},
        [PHONE] = {.id = STR("phone"),
                   .type = FIELD_TEXT,
                   .length_most = 20,
                   .keeps = STR("phone"),
                   .is_sealed = true},
        [DETAILS] = {.id = STR("details"), .type = FIELD_TEXT, .length_most = 10},
    };
    for (size_t i = 0; i < FIELD_N; i++)
        f->fields[i] = fields[i];
    f->fields[LAST_SBP].computed = compile(f, LAST_SBP, "previous.sbp", EXPR_INTEGER);
    f->fields[DETAILS].shown_if = compile(f, DETAILS, "mode = '03'", EXPR_LOGIC);
    f->form = (Form){.id = STR("visit"),
                     .pack = STR("test"),
                     .version = STR("1.0.0"),
                     .subject = STR("resident"),
                     .fields = f->fields,
                     .field_n = FIELD_N,
                     .slot_n = 2 * FIELD_N + FORM_SLOT_CONTEXT_N};
}

/* A set with the form as it now stands. */
void use_set(Fixture *f)
{
    arena_done(&f->set.arena);
    f->set = (PackSet){0};
    arena_init(&f->set.arena, MIB(8));
    map_init(&f->set.forms, &f->set.arena);
    map_init(&f->set.roles, &f->set.arena);
    Form *form = arena_new(&f->set.arena, Form);
    *form = f->form;
    map_put(&f->set.forms, form->id, form);
    if (f->also != NULL)
        map_put(&f->set.forms, f->also->id, f->also);
    record_forms_prepare(&f->set);
    f->cx.packs = &f->set;
}

static Uuid add_resident(Fixture *f, unsigned n, const char *area)
{
    Resident resident = {.id = id_of(n),
                         .sex = STR("2"),
                         .birth_date = day_of("1950-03-01"),
                         .area = str_from_c(area),
                         .name = STR("测试甲"),
                         .phone = STR("13800000000"),
                         .registered_on = day_of("2020-01-01"),
                         .died_on = DATE_NONE,
                         .left_on = DATE_NONE};
    assert_int_equal(resident_add(&f->cx, &resident), OK);
    return resident.id;
}

int set_up(void **state)
{
    static const Str permissions[] = {
        {"records.read", 12}, {"records.write", 13}, {"records.void", 12}};
    Fixture *f = &fixture;
    bool is_postgres = *(const DbEngine *)*state == DB_POSTGRES;
    *f = (Fixture){0};
    arena_init(&f->arena, MIB(64));
    arena_init(&f->set.arena, MIB(1));
    Str message = {0};
    int applied = 0;
    Db *db = NULL;
    assert_int_equal(os_folder_make_temporary(&f->arena, STR("records-test"), &f->folder), OK);
    f->url = is_postgres ? pg_cluster_database(&cluster, &f->arena, "records")
                         : str_printf(&f->arena, "%.*s/records.db", STR_ARG(f->folder));
    DbOptions options = {.url = f->url};
    assert_int_equal(db_open(&options, &f->arena, &db, &message), OK);
    assert_int_equal(migrate_up(db, &f->arena, &applied, &message), OK);
    f->fault = db_fault_wrap(db, &f->arena);
    f->actor = (Actor){.account = id_of(900),
                       .login = STR("doctor"),
                       .facility = STR("C1"),
                       .scope = {.area_from = STR("996601001"),
                                 .area_after = STR("996601002"),
                                 .facility = STR("")},
                       .sees_persons = true,
                       .permissions = permissions,
                       .permission_n = 3};
    f->cx = (Cx){.arena = &f->arena,
                 .db = db,
                 .place = STR("996601"),
                 .as_of = DATE_NONE,
                 .keys = keys_make(&f->arena),
                 .actor = access_system_actor()};
    set_day(f, "2025-03-01");
    assert_int_equal(place_put(&f->cx, STR("测试县"), STR("Test")), OK);
    make_form(f);
    use_set(f);
    assert_int_equal(record_tables_update(&f->cx), OK);
    f->resident = add_resident(f, 1, "996601001001");
    f->other = add_resident(f, 2, "996601002001");
    f->cx.actor = &f->actor;
    record_set_hooks(NULL);
    *state = f;
    return 0;
}

int tear_down(void **state)
{
    Fixture *f = *state;
    db_close(f->cx.db);
    arena_done(&f->set.arena);
    assert_int_equal(os_folder_remove(&f->arena, f->folder), OK);
    arena_done(&f->arena);
    return 0;
}

Str known_of(Fixture *f, Uuid resident, const char *fact)
{
    ResidentFact known = {.fact = str_from_c(fact)};
    assert_int_equal(resident_facts(&f->cx, resident, &known, 1), OK);
    return known.text;
}

bool is_found_by(Fixture *f, const char *query)
{
    const Resident *residents = NULL;
    size_t n = 0;
    assert_int_equal(resident_search(&f->cx, str_from_c(query), &residents, &n), OK);
    for (size_t i = 0; i < n; i++) {
        if (uuid_equals(residents[i].id, f->resident))
            return true;
    }
    return false;
}

Str phone_of(Fixture *f, unsigned n)
{
    Record record;
    assert_int_equal(record_open(&f->cx, id_of(n), &record), OK);
    ExprValue value = record.answers->values[PHONE];
    return value.type == EXPR_NULL ? STR("") : value.as.text;
}

ExprValue number(int64_t n)
{
    return (ExprValue){.type = EXPR_INTEGER, .as.integer = n};
}

ExprValue text(const char *s)
{
    return (ExprValue){.type = EXPR_TEXT, .as.text = str_from_c(s)};
}

static const Str two_codes[] = {{"2", 1}, {"03", 2}};

RecordDraft draft_of(Fixture *f, unsigned n, const char *day, int64_t sbp)
{
    FormAnswers *answers = arena_new(&f->arena, FormAnswers);
    form_answers_init(answers, &f->form, &f->arena);
    answers->values[SBP] = number(sbp);
    answers->values[MODE] = text("1");
    answers->values[SYMPTOMS] = (ExprValue){.type = EXPR_CODES, .as.codes = {two_codes, 2}};
    return (RecordDraft){.id = id_of(n),
                         .form = STR("visit"),
                         .subject = f->resident,
                         .happened_on = day_of(day),
                         .answers = answers};
}

Err submit(Fixture *f, RecordDraft draft)
{
    RecordReceipt receipt;
    return record_submit(&f->cx, &draft, &receipt);
}

const char *problem_key(const Fixture *f)
{
    return f->cx.problem_n == 0 ? "" : f->cx.problems[f->cx.problem_n - 1].key;
}

TestRecordCountRow count(Fixture *f)
{
    TestRecordCountRow row = {0};
    const TestRecordCountIn in = {.place = f->cx.place};
    assert_int_equal(test_record_count(f->cx.db, &f->arena, &in, &row), OK);
    return row;
}

RecordDraft amendment_of(Fixture *f, unsigned n, unsigned amended, const char *day, int64_t sbp)
{
    RecordDraft draft = draft_of(f, n, day, sbp);
    draft.amends = id_of(amended);
    draft.reason = STR("写错了");
    return draft;
}

int start_cluster(void **state)
{
    (void)state;
    arena_init(&cluster_arena, MIB(4));
    access_register_scopes();
    cluster = pg_cluster_start(&cluster_arena);
    return 0;
}

int stop_cluster(void **state)
{
    (void)state;
    pg_cluster_stop(&cluster, &cluster_arena);
    arena_done(&cluster_arena);
    return 0;
}

DbEngine sqlite_engine = DB_SQLITE;
DbEngine postgres_engine = DB_POSTGRES;
