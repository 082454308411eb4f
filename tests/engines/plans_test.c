/* How SQLite would run every statement of the program, on an empty database with the tables of the
 * national packs: no statement reads the whole of a big table, or all of a place's rows, unless it
 * says why (`-- scan: reason`). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "access/access.h"
#include "access/access_sql.h"
#include "access/audit_sql.h"
#include "core/core_sql.h"
#include "db/migrate.h"
#include "db/plans.h"
#include "engine/measures/measures_int.h"
#include "engine/obligations/obligations_sql.h"
#include "engine/obligations/work_sql.h"
#include "engine/obligations/worklists_sql.h"
#include "engine/plans/plans_sql.h"
#include "engine/records/attachments_sql.h"
#include "engine/records/records_int.h"
#include "engine/records/records_sql.h"
#include "engine/subjects/places_sql.h"
#include "engine/subjects/subjects_sql.h"
#include "engine/sync/sync_sql.h"

typedef struct {
    Arena arena;
    Db *db;
    PackSet *packs;
    Cx cx;
    Buf faults;
    size_t read; /* plans */
} Fixture;

static void read_plan(Fixture *f, const DbStatement *statement)
{
    const DbPlanLook look = {.statement = statement,
                             .scope = statement->is_scoped ? access_scope(&f->cx) : NULL};
    Buf scans = f->faults;
    assert_int_equal(
        db_plans_look(f->db, &f->arena, &look, statement->may_scan ? &scans : &f->faults), OK);
    f->read++;
}

static void say_faults(Fixture *f)
{
    if (f->faults.n > 0)
        print_error("%.*s", (int)f->faults.n, f->faults.p);
    assert_int_equal(f->faults.n, 0);
}

static void statements_find_their_rows_by_keys(void **state)
{
    Fixture *f = *state;
    const struct {
        const DbStatement *const *statements;
        size_t n;
    } lists[] = {
        {core_statements, core_statements_n},
        {access_statements, access_statements_n},
        {audit_statements, audit_statements_n},
        {places_statements, places_statements_n},
        {subjects_statements, subjects_statements_n},
        {records_statements, records_statements_n},
        {attachments_statements, attachments_statements_n},
        {measures_statements, measures_statements_n},
        {obligations_statements, obligations_statements_n},
        {work_statements, work_statements_n},
        {worklists_statements, worklists_statements_n},
        {sync_statements, sync_statements_n},
        {plans_statements, plans_statements_n},
    };
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        for (size_t j = 0; j < lists[i].n; j++)
            read_plan(f, lists[i].statements[j]);
    }
    assert_true(f->read > 80);
    say_faults(f);
}

static void read_table_plans(Fixture *f, const RecordTable *table)
{
    const DbStatement *const statements[] = {&table->insert, &table->of_record, &table->of_many,
                                             &table->each};
    for (size_t i = 0; i < sizeof statements / sizeof *statements; i++)
        read_plan(f, statements[i]);
}

static void statements_of_forms_find_their_rows_by_keys(void **state)
{
    Fixture *f = *state;
    const struct RecordForms *forms = f->packs->record_forms;
    for (size_t i = 0; i < forms->form_n; i++) {
        const RecordForm *form = record_form_find(&f->cx, forms->forms[i]->id);
        read_table_plans(f, &form->own);
        read_plan(f, &form->own.previous);
        read_plan(f, &form->latest);
        read_plan(f, &form->listed_of_subject);
        for (size_t j = 0; j < form->child_n; j++)
            read_table_plans(f, &form->children[j]);
    }
    assert_true(f->read > 20);
    say_faults(f);
}

/* A page of people never costs a walk through the records of all. */
static void measures_find_their_records_by_keys(void **state)
{
    Fixture *f = *state;
    assert_int_equal(measure_check(&f->cx), OK);
}

/* The test can fail. */
static void a_search_by_place_alone_is_found(void **state)
{
    Fixture *f = *state;
    static const DbColumn in[] = {{"place", DB_TEXT, false}, {"sex", DB_TEXT, false}};
    static const char *const texts[] = {
        "SELECT r.id FROM resident r WHERE r.place = :place AND r.sex = :sex",
        "SELECT x.id FROM v_resident x WHERE x.place = :place AND x.sex = :sex",
        "SELECT t.token FROM resident_token t WHERE t.token <> :place AND t.area_code <> :sex",
    };
    static const char *const names[] = {"by_sex", "by_sex_in_view", "by_nothing"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        DbStatement statement = {.name = names[i], .sql = texts[i], .in = in, .in_n = 2};
        size_t before = f->faults.n;
        read_plan(f, &statement);
        assert_true(f->faults.n > before);
        statement.may_scan = true;
        before = f->faults.n;
        read_plan(f, &statement);
        assert_int_equal(f->faults.n, before);
    }
}

/* ---- fixture ---- */

static void open_fixture(Fixture *f)
{
    Str message = {0};
    int applied = 0;
    const PackMistake *mistakes = NULL;
    size_t n = 0;
    assert_int_equal(
        pack_set_open(STR(SOURCE_ROOT "/packs"), NULL, &f->arena, &f->packs, &mistakes, &n), OK);
    record_forms_prepare(f->packs);
    assert_int_equal(db_open(&(DbOptions){.url = STR(":memory:")}, &f->arena, &f->db, &message),
                     OK);
    assert_int_equal(migrate_up(f->db, &f->arena, &applied, &message), OK);
    f->cx = (Cx){.arena = &f->arena,
                 .db = f->db,
                 .packs = f->packs,
                 .actor = access_system_actor(),
                 .place = STR("000000"),
                 .today = date_from_ymd(2025, 6, 30),
                 .as_of = DATE_NONE};
    assert_int_equal(record_tables_update(&f->cx), OK);
    assert_int_equal(db_begin(f->db), OK);
    assert_int_equal(run_scratch(&f->cx), OK);
    assert_int_equal(db_commit(f->db), OK);
}

static int set_up(void **state)
{
    static Fixture fixture;
    fixture = (Fixture){0};
    arena_init(&fixture.arena, MIB(256));
    buf_init(&fixture.faults, &fixture.arena, KIB(256));
    open_fixture(&fixture);
    *state = &fixture;
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

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    access_register_scopes();
    const struct CMUnitTest tests[] = {
        TEST(statements_find_their_rows_by_keys),
        TEST(statements_of_forms_find_their_rows_by_keys),
        TEST(measures_find_their_records_by_keys),
        TEST(a_search_by_place_alone_is_found),
    };
    return cmocka_run_group_tests_name("plans", tests, NULL, NULL);
}
