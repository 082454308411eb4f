/* How SQLite would run a statement, and what of that would be slow in a large county. */
#include "db/plans.h"

#include "base/vec.h"
#include "db/sqlite_plans_sql.h"

#include <string.h>

static const char *const big_tables[] = {
    "resident",   "resident_token",      "record",      "record_end", "record_sealed",
    "obligation", "obligation_evidence", "audit_entry", "sync_held",  "measure_row",
};

/* Relations of a frame of measures: as many rows as there are periods. */
static const char *const small_relations[] = {"period", "period_start", "moment", "span"};

typedef struct {
    Str table, alias;
} Naming;
typedef VEC(Naming) Namings;

typedef struct {
    Db *db;
    Arena *arena;
    const DbPlanLook *look;
    Namings namings;
    VEC(int64_t) walks; /* the parents of those that are walked through */
    Buf *faults;
} Reading;

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

static Err view_text(Reading *reading, Str name, Str *ret_text)
{
    PlanViewTextRow row;
    bool is_found = false;
    TRY(plan_view_text(reading->db, reading->arena, &(PlanViewTextIn){name}, &row, &is_found));
    *ret_text = is_found ? row.sql : (Str){0};
    return OK;
}

/* Every table that the text names, with its alias; a view stands for its tables. */
static Err collect_namings(Reading *reading, Str sql)
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
        Str table = next_word(sql, &at), view = {0};
        if (at < sql.n && sql.p[at] == '"')
            at++;
        size_t behind = at;
        Str alias = next_word(sql, &behind);
        if (str_equals_c(alias, "AS"))
            alias = next_word(sql, &behind);
        if (alias.n == 0 || is_one_of(alias, no_alias))
            alias = table;
        VEC_PUSH(reading->arena, &reading->namings, (Naming){table, alias});
        TRY(view_text(reading, table, &view));
        if (view.n > 0)
            TRY(collect_namings(reading, view));
    }
    return OK;
}

static bool means_big(const Namings *namings, Str alias)
{
    for (size_t i = 0; i < namings->n; i++) {
        if (str_equals(namings->items[i].alias, alias) && is_big(namings->items[i].table))
            return true;
    }
    return false;
}

static bool is_small(Str table)
{
    for (size_t i = 0; i < sizeof small_relations / sizeof *small_relations; i++) {
        if (str_equals_c(table, small_relations[i]))
            return true;
    }
    return false;
}

static bool means_small(const Namings *namings, Str alias)
{
    bool is_named = false, is = true;
    for (size_t i = 0; i < namings->n; i++) {
        if (!str_equals(namings->items[i].alias, alias))
            continue;
        is_named = true;
        is = is && is_small(namings->items[i].table);
    }
    return is_named ? is : is_small(alias);
}

/* ---- the plan ---- */

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

static void say(Reading *reading, Str detail)
{
    buf_printf(reading->faults, "%s: %.*s\n", reading->look->statement->name, STR_ARG(detail));
}

/* Loops of one join stand under one parent, each inside the one before. */
static void note_walk(Reading *reading, int64_t parent, Str detail)
{
    size_t at = 0, n = 1;
    Str verb = next_word(detail, &at);
    Str alias = next_word(detail, &at);
    bool is_walk = str_equals_c(verb, "SCAN") && !str_equals_c(alias, "CONSTANT")
                   && !means_small(&reading->namings, alias);
    if (!is_walk || reading->look->walks == 0)
        return;
    for (size_t i = 0; i < reading->walks.n; i++)
        n += reading->walks.items[i] == parent;
    VEC_PUSH(reading->arena, &reading->walks, parent);
    if (n > reading->look->walks)
        say(reading,
            str_printf(reading->arena, "%.*s (%zu inside one another)", STR_ARG(detail), n));
}

static Err read_lines(Reading *reading, DbRows *rows)
{
    const DbPlanLook *look = reading->look;
    for (;;) {
        bool has_row = false;
        TRY(db_next(rows, &has_row));
        if (!has_row)
            return OK;
        Str detail = db_column(rows, 3).as.text;
        if (!look->may_walk
            && (is_fault(&reading->namings, detail)
                || (look->is_paged && is_filter_of_all(&reading->namings, detail))))
            say(reading, detail);
        note_walk(reading, db_column(rows, 1).as.integer, detail);
    }
}

Err db_plans_look(Db *db, Arena *arena, const DbPlanLook *look, Buf *faults)
{
    static const DbColumn out[] = {{"id", DB_INTEGER, false},
                                   {"parent", DB_INTEGER, false},
                                   {"notused", DB_INTEGER, false},
                                   {"detail", DB_TEXT, false}};
    const DbStatement *statement = look->statement;
    DbStatement explain = *statement;
    Reading reading = {.db = db, .arena = arena, .look = look, .faults = faults};
    if (db_engine(db) != DB_SQLITE)
        return OK;
    Str sql = str_printf(arena, "EXPLAIN QUERY PLAN %s", statement->sql);
    explain.name = str_to_c(arena, str_printf(arena, "plan of %s", statement->name));
    explain.sql = str_to_c(arena, sql);
    explain.text_hash = 0;
    explain.out = out;
    explain.out_n = sizeof out / sizeof *out;
    explain.is_streamed = false;
    DbValue *in = arena_array(arena, DbValue, statement->in_n);
    for (size_t i = 0; i < statement->in_n; i++)
        in[i] = db_null(statement->in[i].type);
    TRY(collect_namings(&reading, sql));
    CLEANUP(db_rows_close) DbRows rows = {0};
    TRY(db_query(db, &explain, look->scope, in, &rows));
    return read_lines(&reading, &rows);
}
