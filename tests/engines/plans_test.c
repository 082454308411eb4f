/* How SQLite would run every statement of the program, on an empty database with the tables of the
 * national packs: no statement reads the whole of a big table, or all of a place's rows, unless it
 * says why (`-- scan: reason`). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "access/access.h"
#include "access/access_sql.h"
#include "access/audit_sql.h"
#include "base/vec.h"
#include "core/core_sql.h"
#include "db/migrate.h"
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

static const char *const big_tables[] = {
    "resident",   "resident_token",      "record",      "record_end", "record_sealed",
    "obligation", "obligation_evidence", "audit_entry", "sync_held",  "measure_row",
};

typedef struct {
    Str table, alias;
} Naming;
typedef VEC(Naming) Namings;

typedef struct {
    Arena arena;
    Db *db;
    PackSet *packs;
    Cx cx;
    Buf faults;
    size_t read;   /* plans */
    bool is_paged; /* statements that are asked page by page of everybody */
} Fixture;

static bool is_big(Str table)
{
    for (size_t i = 0; i < sizeof big_tables / sizeof *big_tables; i++) {
        if (str_equals_c(table, big_tables[i]))
            return true;
    }
    return str_has_prefix(table, STR("answer_"));
}

/* ---- which table an alias of a plan means ---- */

static bool is_word_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* The next word from *at on, without quotes; empty at the end or before any other sign. */
static Str next_word(Str sql, size_t *at)
{
    while (*at < sql.n && (sql.p[*at] == ' ' || sql.p[*at] == '\n' || sql.p[*at] == '"'))
        ++*at;
    size_t from = *at;
    while (*at < sql.n && is_word_byte(sql.p[*at]))
        ++*at;
    return str_slice(sql, from, *at);
}

static bool is_one_of(Str word, const char *const *words)
{
    for (; *words != NULL; words++) {
        if (str_equals_c(word, *words))
            return true;
    }
    return false;
}

static Str view_text(Fixture *f, Str name)
{
    static const DbColumn in[] = {{"name", DB_TEXT, false}}, out[] = {{"sql", DB_TEXT, false}};
    const DbStatement statement = {
        .name = "view_text",
        .sql = "SELECT v.sql FROM sqlite_schema v WHERE v.type = 'view' AND v.name = :name",
        .in = in,
        .in_n = 1,
        .out = out,
        .out_n = 1};
    CLEANUP(db_rows_close) DbRows rows = {0};
    const DbValue value = db_text(name);
    bool has_row = false;
    assert_int_equal(db_query(f->db, &statement, NULL, &value, &rows), OK);
    assert_int_equal(db_next(&rows, &has_row), OK);
    return has_row ? str_copy(&f->arena, db_column(&rows, 0).as.text) : (Str){0};
}

/* Every table that the text names, with its alias; a view stands for its tables. */
static void collect_namings(Fixture *f, Str sql, Namings *namings)
{
    static const char *const before[] = {"FROM", "JOIN", "UPDATE", "INTO", NULL};
    static const char *const no_alias[] = {"WHERE", "JOIN",  "LEFT",  "CROSS",  "ON",
                                           "ORDER", "SET",   "GROUP", "DO",     "VALUES",
                                           "LIMIT", "UNION", "INNER", "SELECT", NULL};
    for (size_t at = 0; at < sql.n;) {
        Str word = next_word(sql, &at);
        if (word.n == 0) {
            at++;
            continue;
        }
        if (!is_one_of(word, before))
            continue;
        Str table = next_word(sql, &at);
        if (at < sql.n && sql.p[at] == '"')
            at++;
        size_t behind = at;
        Str alias = next_word(sql, &behind);
        if (alias.n == 0 || is_one_of(alias, no_alias))
            alias = table;
        VEC_PUSH(&f->arena, namings, (Naming){table, alias});
        Str view = view_text(f, table);
        if (view.n > 0)
            collect_namings(f, view, namings);
    }
}

static bool means_big(const Namings *namings, Str alias)
{
    for (size_t i = 0; i < namings->n; i++) {
        if (str_equals(namings->items[i].alias, alias) && is_big(namings->items[i].table))
            return true;
    }
    return false;
}

/* ---- the plans ---- */

/* "SCAN r", "SEARCH r USING PRIMARY KEY (place=?)", "SEARCH r USING AUTOMATIC ... INDEX (x=?)". */
static bool is_fault(const Namings *namings, Str detail)
{
    size_t at = 0;
    Str verb = next_word(detail, &at);
    if (str_equals_c(verb, "SCAN"))
        return means_big(namings, next_word(detail, &at));
    if (!str_equals_c(verb, "SEARCH") || !means_big(namings, next_word(detail, &at)))
        return false;
    return str_has_suffix(detail, STR("(place=?)"))
           || str_has_suffix(detail, STR("(place=?) LEFT-JOIN"))
           || str_find(detail, STR("AUTOMATIC"), 0) != SIZE_MAX;
}

/* "BLOOM FILTER ON r (...)": it is made of the whole table. */
static bool is_filter_of_all(const Namings *namings, Str detail)
{
    size_t at = STR("BLOOM FILTER ON ").n;
    return str_has_prefix(detail, STR("BLOOM FILTER ON "))
           && means_big(namings, next_word(detail, &at));
}

static void read_plan(Fixture *f, const DbStatement *statement)
{
    static const DbColumn out[] = {{"id", DB_INTEGER, false},
                                   {"parent", DB_INTEGER, false},
                                   {"notused", DB_INTEGER, false},
                                   {"detail", DB_TEXT, false}};
    DbStatement explain = *statement;
    Str name = str_printf(&f->arena, "plan of %s", statement->name);
    Str sql = str_printf(&f->arena, "EXPLAIN QUERY PLAN %s", statement->sql);
    explain.name = str_to_c(&f->arena, name);
    explain.sql = str_to_c(&f->arena, sql);
    explain.text_hash = 0;
    explain.out = out;
    explain.out_n = 4;
    explain.is_streamed = false;
    DbValue *in = arena_array(&f->arena, DbValue, statement->in_n);
    for (size_t i = 0; i < statement->in_n; i++)
        in[i] = db_null(statement->in[i].type);
    Namings namings = {0};
    collect_namings(f, sql, &namings);
    CLEANUP(db_rows_close) DbRows rows = {0};
    const DbScope *scope = statement->is_scoped ? access_scope(&f->cx) : NULL;
    assert_int_equal(db_query(f->db, &explain, scope, in, &rows), OK);
    for (;;) {
        bool has_row = false;
        assert_int_equal(db_next(&rows, &has_row), OK);
        if (!has_row)
            break;
        Str detail = db_column(&rows, 3).as.text;
        if (!statement->may_scan
            && (is_fault(&namings, detail) || (f->is_paged && is_filter_of_all(&namings, detail))))
            buf_printf(&f->faults, "%s: %.*s\n", statement->name, STR_ARG(detail));
    }
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
static void measures_of_people_find_their_records_by_keys(void **state)
{
    Fixture *f = *state;
    size_t before = f->read;
    f->is_paged = true;
    for (size_t i = 0; i < f->packs->measures.n; i++) {
        const Measure *measure = f->packs->measures.entries[i].value;
        if (measure_is_of_units(measure))
            continue;
        const DbStatement statement = run_statement(measure, true, &f->arena);
        read_plan(f, &statement);
    }
    assert_true(f->read - before > 30);
    say_faults(f);
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
        TEST(measures_of_people_find_their_records_by_keys),
        TEST(a_search_by_place_alone_is_found),
    };
    return cmocka_run_group_tests_name("plans", tests, NULL, NULL);
}
