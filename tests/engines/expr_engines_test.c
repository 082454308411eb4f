/* Random well-typed expressions over random values: what we evaluate is what SQLite and PostgreSQL
 * answer to their translation. The seed is fixed; CATCHMENT_EXPR_SEED and CATCHMENT_EXPR_COUNT try
 * others. Decimals stay far from the ends of their range (see expr_sql.c). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/num.h"
#include "base/vec.h"
#include "db/db.h"
#include "db/migrate.h"
#include "expr/expr_case.h"
#include "support/pg_cluster.h"

#include <stdlib.h>
#include <string.h>

enum {
    SLOT_N = 10,
    BATCH = 25, /* expressions a statement */
    DEPTH_MOST = 4,
};

static Arena arena;   /* of a batch */
static Arena lasting; /* statements and connections */
static PgCluster cluster;
static uint64_t seed;

static uint32_t random_below(uint32_t n)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)(seed >> 33) % n;
}

#define PICK(list) (list)[random_below(sizeof(list) / sizeof(list)[0])]

/* The names of the scope: two or more of each type. `n` is bounded, `x` is not. */
static const struct {
    const char *name;
    ExprType type;
    uint64_t most;
} names[SLOT_N] = {
    {"x", EXPR_INTEGER, 0}, {"y", EXPR_INTEGER, 0}, {"n", EXPR_INTEGER, 1000},
    {"w", EXPR_DECIMAL, 0}, {"h", EXPR_DECIMAL, 0}, {"s", EXPR_TEXT, 0},
    {"t", EXPR_TEXT, 0},    {"d", EXPR_DATE, 0},    {"e", EXPR_DATE, 0},
    {"l", EXPR_LOGIC, 0},
};

static const char *const integers[] = {"0",
                                       "1",
                                       "2",
                                       "-1",
                                       "7",
                                       "140",
                                       "-3",
                                       "1000",
                                       "12",
                                       "9223372036854775807",
                                       "-9223372036854775807"};
static const char *const decimals[] = {"0.0",   "0.5",  "2.5",        "-2.5", "2.675", "61.5",
                                       "1.005", "-0.1", "1000000.25", "3.0",  "99.995"};
static const char *const texts[] = {"''",       "'a'",     "'B'",   "'b'",  "'ab'",
                                    "'高血压'", "'it''s'", "' x '", "'Ä1'", "'2'"};
static const char *const dates[] = {"2024-02-29", "2025-06-30", "1999-12-31", "0001-01-01",
                                    "9999-12-31", "2025-01-31", "1960-06-30"};

static bool find_name(void *context, Str name, ExprName *ret_name)
{
    (void)context;
    for (uint32_t i = 0; i < SLOT_N; i++) {
        if (str_equals_c(name, names[i].name)) {
            *ret_name = (ExprName){.type = names[i].type, .slot = i, .most = names[i].most};
            return true;
        }
    }
    return false;
}

static void put_random(Buf *out, ExprType type, int depth);

static void put_literal(Buf *out, ExprType type)
{
    switch (type) {
    case EXPR_LOGIC: buf_put_c(out, random_below(2) == 0 ? "TRUE" : "FALSE"); break;
    case EXPR_INTEGER: buf_put_c(out, PICK(integers)); break;
    case EXPR_DECIMAL: buf_put_c(out, PICK(decimals)); break;
    case EXPR_TEXT: buf_put_c(out, PICK(texts)); break;
    case EXPR_DATE: buf_printf(out, "DATE '%s'", PICK(dates)); break;
    case EXPR_NULL:
    case EXPR_CODES: break;
    }
}

static void put_leaf(Buf *out, ExprType type)
{
    uint32_t first = random_below(SLOT_N);
    for (uint32_t i = 0; random_below(3) != 0 && i < SLOT_N; i++) {
        uint32_t slot = (first + i) % SLOT_N;
        if (names[slot].type == type) {
            buf_put_c(out, names[slot].name);
            return;
        }
    }
    put_literal(out, type);
}

/* A template: # % ? " @ & stand for an integer, decimal, either, text, date, condition; $ for any
 * one type, the same within the template. Other characters stand for themselves. */
static void put_template(Buf *out, const char *template, int depth)
{
    static const ExprType any[] = {EXPR_INTEGER, EXPR_DECIMAL, EXPR_TEXT, EXPR_DATE};
    ExprType same = PICK(any);
    for (const char *c = template; *c != '\0'; c++) {
        switch (*c) {
        case '#': put_random(out, EXPR_INTEGER, depth + 1); break;
        case '%': put_random(out, EXPR_DECIMAL, depth + 1); break;
        case '?':
            put_random(out, random_below(2) == 0 ? EXPR_INTEGER : EXPR_DECIMAL, depth + 1);
            break;
        case '"': put_random(out, EXPR_TEXT, depth + 1); break;
        case '@': put_random(out, EXPR_DATE, depth + 1); break;
        case '&': put_random(out, EXPR_LOGIC, depth + 1); break;
        case '$': put_random(out, same, depth + 1); break;
        default: buf_put_char(out, *c);
        }
    }
}

static const char *const logic_templates[] = {
    "(& AND &)",
    "(& OR &)",
    "(& AND & AND &)",
    "(NOT &)",
    "(? = ?)",
    "(? < ?)",
    "(? >= ?)",
    "(\" < \")",
    "(\" <> \")",
    "(@ > @)",
    "(& = &)",
    "(& <> &)",
    "($ IS NULL)",
    "($ IS NOT NULL)",
    "($ IN ($, $, NULL))",
    "($ NOT IN ($, $))",
    "(# IN (1, ?, 2))",
    "($ BETWEEN $ AND $)",
    "($ NOT BETWEEN $ AND $)",
    "(# BETWEEN ? AND ?)",
    "coalesce(&, &)",
    "nullif(&, &)",
    "CASE WHEN & THEN & ELSE & END",
};
static const char *const integer_templates[] = {
    "(# + #)",
    "(# - #)",
    "(# * #)",
    "(# / #)",
    "(- #)",
    "abs(#)",
    "floor(%)",
    "ceil(%)",
    "int_of(%)",
    "int_of(#)",
    "length(\")",
    "age_years(@, @)",
    "age_months(@, @)",
    "days_between(@, @)",
    "year(@)",
    "month(@)",
    "coalesce(#, #)",
    "nullif(#, #)",
    "least(#, #, #)",
    "greatest(#, #)",
    "CASE WHEN & THEN # WHEN & THEN # END",
    "CASE # WHEN 1 THEN # ELSE # END",
    "CASE \" WHEN 'a' THEN # WHEN \" THEN NULL END",
    "(n + n - n * 2)",
};
static const char *const decimal_templates[] = {
    "(% + %)",
    "(% - ?)",
    "(? * %)",
    "(% / ?)",
    "(# / %)",
    "(- %)",
    "abs(%)",
    "round(?)",
    "round(%, 2)",
    "round(%, 1)",
    "ratio(?, ?)",
    "coalesce(%, ?)",
    "nullif(%, ?)",
    "least(%, ?)",
    "greatest(?, %, ?)",
    "CASE WHEN & THEN % ELSE ? END",
    "CASE % WHEN ? THEN 1.5 ELSE # END",
    "lookup('growth', 'low', CASE WHEN & THEN '1' ELSE \" END, CASE WHEN & THEN 3 ELSE # END)",
    "lookup('by_length', 'high', CASE WHEN & THEN 45.5 ELSE % END)",
};
static const char *const text_templates[] = {
    "(\" || \")",
    "lower(\")",
    "upper(\")",
    "substr(\", 2)",
    "substr(\", 1, 2)",
    "substr(\", 2, 0)",
    "coalesce(\", \")",
    "nullif(\", \")",
    "least(\", \")",
    "greatest(\", \", \")",
    "CASE WHEN & THEN \" ELSE \" END",
    "(\" || '-' || \")",
};
static const char *const date_templates[] = {
    "add_days(@, #)",
    "add_months(@, #)",
    "period_start('quarter', @)",
    "period_start('week', @)",
    "period_start('half', @)",
    "period_start('month', @)",
    "period_start('year', @)",
    "coalesce(@, @)",
    "least(@, @)",
    "greatest(@, @)",
    "nullif(@, @)",
    "CASE WHEN & THEN @ ELSE @ END",
};

static void put_random(Buf *out, ExprType type, int depth)
{
    if (depth >= DEPTH_MOST || random_below(5) == 0) {
        put_leaf(out, type);
        return;
    }
    switch (type) {
    case EXPR_LOGIC: put_template(out, PICK(logic_templates), depth); break;
    case EXPR_INTEGER: put_template(out, PICK(integer_templates), depth); break;
    case EXPR_DECIMAL: put_template(out, PICK(decimal_templates), depth); break;
    case EXPR_TEXT: put_template(out, PICK(text_templates), depth); break;
    case EXPR_DATE: put_template(out, PICK(date_templates), depth); break;
    case EXPR_NULL:
    case EXPR_CODES: break;
    }
}

typedef struct {
    ExprValue slots[SLOT_N];
    ExprDialect dialect;
} Values;

/* A random value of the slot's type: a literal of the language, evaluated. */
static ExprValue random_value(uint32_t slot)
{
    Buf text;
    Expr *expr = NULL;
    ExprProblem problem = {0};
    buf_init(&text, &arena, 1000);
    if (random_below(6) == 0)
        return EXPR_ABSENT;
    put_literal(&text, names[slot].type);
    assert_int_equal(expr_compile(&arena, buf_str(&text), NULL, names[slot].type, &expr, &problem),
                     OK);
    ExprValue value = expr_evaluate(expr, NULL, &arena);
    if (names[slot].most > 0 && value.as.integer > (int64_t)names[slot].most)
        value.as.integer = (int64_t)names[slot].most;
    if (names[slot].most > 0 && value.as.integer < -(int64_t)names[slot].most)
        value.as.integer = -(int64_t)names[slot].most;
    return value;
}

static void put_quoted(Buf *out, Str text)
{
    buf_put_char(out, '\'');
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '\'')
            buf_put_char(out, '\'');
        buf_put_char(out, text.p[i]);
    }
    buf_put_char(out, '\'');
}

/* The slot's value as a database would have it in a column: with its type. */
static void put_column(void *context, uint32_t slot, Buf *out)
{
    static const char *const sql_types[2][7] = {
        {"", "INTEGER", "INTEGER", "REAL", "TEXT", "TEXT", ""},
        {"", "bigint", "bigint", "double precision", "text", "iso_date", ""},
    };
    const Values *values = context;
    ExprValue value = values->slots[slot];
    char text[NUM_TEXT_SIZE];
    buf_put_c(out, "CAST(");
    switch (value.type) {
    case EXPR_LOGIC: buf_put_c(out, value.as.logic ? "1" : "0"); break;
    case EXPR_INTEGER: buf_printf(out, "%lld", (long long)value.as.integer); break;
    case EXPR_DECIMAL: buf_put_c(out, num_format_double(value.as.decimal, text)); break;
    case EXPR_TEXT: put_quoted(out, value.as.text); break;
    case EXPR_DATE: put_quoted(out, str_from_c(date_format(value.as.date, text))); break;
    case EXPR_NULL:
    case EXPR_CODES: buf_put_c(out, "NULL"); break;
    }
    buf_printf(out, " AS %s)", sql_types[values->dialect][names[slot].type]);
}

typedef struct {
    Str text;
    Str sql;
    ExprType type;
    ExprValue value;
} Case;

static void make_case(Case *one, ExprDialect dialect)
{
    static const ExprType types[] = {EXPR_LOGIC, EXPR_INTEGER, EXPR_DECIMAL, EXPR_TEXT, EXPR_DATE};
    const ExprScope scope = {NULL, find_name, expr_case_table};
    Err err = ERR_LIMIT;
    while (err == ERR_LIMIT) { /* nests deeper than SQL may: another one */
        Values values = {.dialect = dialect};
        Buf text, sql;
        Expr *expr = NULL;
        ExprProblem problem = {0};
        buf_init(&text, &arena, EXPR_TEXT_MOST);
        buf_init(&sql, &arena, KIB(64));
        for (uint32_t i = 0; i < SLOT_N; i++)
            values.slots[i] = random_value(i);
        one->type = PICK(types);
        put_random(&text, one->type, 0);
        if (text.is_over)
            continue;
        one->text = buf_str(&text);
        if (expr_compile(&arena, one->text, &scope, one->type, &expr, &problem) != OK)
            fail_msg("%.*s\ncolumn %u: %.*s", STR_ARG(one->text), problem.column,
                     STR_ARG(problem.message));
        one->value = expr_evaluate(expr, values.slots, &arena);
        err = expr_sql(expr, dialect, put_column, &values, &sql);
        one->sql = buf_str(&sql);
    }
    assert_int_equal(err, OK);
}

static DbType db_type(ExprType type)
{
    if (type == EXPR_DECIMAL)
        return DB_DECIMAL;
    if (type == EXPR_TEXT)
        return DB_TEXT;
    return type == EXPR_DATE ? DB_DATE : DB_INTEGER;
}

static bool is_equal(const Case *one, DbValue got)
{
    if (got.is_null || one->value.type == EXPR_NULL)
        return got.is_null && one->value.type == EXPR_NULL;
    switch (one->type) {
    case EXPR_LOGIC: return one->value.as.logic == (got.as.integer != 0);
    case EXPR_INTEGER: return one->value.as.integer == got.as.integer;
    case EXPR_DECIMAL:
        return !(one->value.as.decimal < got.as.decimal)
               && !(one->value.as.decimal > got.as.decimal);
    case EXPR_TEXT: return str_equals(one->value.as.text, got.as.text);
    case EXPR_DATE: return date_compare(one->value.as.date, got.as.date) == 0;
    case EXPR_NULL:
    case EXPR_CODES: break;
    }
    return false;
}

static Str value_text(ExprType type, bool is_null, DbValue value)
{
    char text[NUM_TEXT_SIZE];
    if (is_null)
        return STR("NULL");
    if (type == EXPR_DECIMAL)
        return str_copy(&arena, str_from_c(num_format_double(value.as.decimal, text)));
    if (type == EXPR_TEXT)
        return value.as.text;
    if (type == EXPR_DATE)
        return str_copy(&arena, str_from_c(date_format(value.as.date, text)));
    return str_printf(&arena, "%lld", (long long)value.as.integer);
}

static DbValue as_db(const Case *one)
{
    if (one->type == EXPR_DECIMAL)
        return db_decimal(one->value.as.decimal);
    if (one->type == EXPR_TEXT)
        return db_text(one->value.as.text);
    if (one->type == EXPR_DATE)
        return db_date(one->value.as.date);
    return db_integer(one->type == EXPR_LOGIC ? one->value.as.logic : one->value.as.integer);
}

static void check_batch(Db *db, const Case *cases, int number)
{
    Buf sql;
    DbColumn columns[BATCH];
    buf_init(&sql, &arena, MIB(2));
    buf_put_c(&sql, "SELECT ");
    for (int i = 0; i < BATCH; i++) {
        columns[i] = (DbColumn){str_to_c(&arena, str_printf(&arena, "c%d", i)),
                                db_type(cases[i].type), true};
        bool is_logic = cases[i].type == EXPR_LOGIC;
        buf_printf(&sql, "%s%s%.*s%s%.*s%s AS c%d", i > 0 ? ",\n" : "",
                   is_logic ? "CASE WHEN " : "", STR_ARG(cases[i].sql),
                   is_logic ? " THEN 1 WHEN NOT " : "", is_logic ? (int)cases[i].sql.n : 0,
                   cases[i].sql.p, is_logic ? " THEN 0 END" : "", i);
    }
    buf_put_char(&sql, '\0');
    assert_false(sql.is_over);
    DbStatement statement = {.name =
                                 str_to_c(&lasting, str_printf(&lasting, "expr_batch_%d", number)),
                             .sql = str_to_c(&lasting, buf_str(&sql)),
                             .out = columns,
                             .out_n = BATCH};
    CLEANUP(db_rows_close) DbRows rows = {0};
    bool has_row = false;
    Err err = db_query(db, &statement, NULL, NULL, &rows);
    if (err == OK)
        err = db_next(&rows, &has_row);
    if (err != OK || !has_row)
        fail_msg("%.*s\n%s", STR_ARG(db_last_message(db)), statement.sql);
    for (size_t i = 0; i < BATCH; i++) {
        DbValue got = db_column(&rows, i);
        const Case *one = &cases[i];
        if (is_equal(one, got))
            continue;
        Str ours = value_text(one->type, one->value.type == EXPR_NULL, as_db(one));
        Str theirs = value_text(one->type, got.is_null, got);
        fail_msg("%.*s\n%.*s\nours: %.*s, the database's: %.*s", STR_ARG(one->text),
                 STR_ARG(one->sql), STR_ARG(ours), STR_ARG(theirs));
    }
}

static void check_engine(Str url, ExprDialect dialect)
{
    const char *count_text = getenv("CATCHMENT_EXPR_COUNT");
    const char *seed_text = getenv("CATCHMENT_EXPR_SEED");
    int64_t count = 2000, seeded = 20250630;
    if (count_text != NULL)
        assert_int_equal(num_parse_i64(str_from_c(count_text), &count), OK);
    if (seed_text != NULL)
        assert_int_equal(num_parse_i64(str_from_c(seed_text), &seeded), OK);
    seed = (uint64_t)seeded * 2654435761u + 1;
    Db *db = NULL;
    Str message = {0};
    int applied = 0;
    assert_int_equal(db_open(&(DbOptions){.url = url}, &lasting, &db, &message), OK);
    assert_int_equal(migrate_up(db, &lasting, &applied, &message), OK);
    for (int number = 0; (int64_t)number * BATCH < count; number++) {
        Case cases[BATCH];
        for (int i = 0; i < BATCH; i++)
            make_case(&cases[i], dialect);
        check_batch(db, cases, number);
        arena_reset(&arena);
    }
    db_close(db);
}

static void sqlite_answers_as_we_evaluate(void **state)
{
    (void)state;
    check_engine(STR(":memory:"), EXPR_SQLITE);
}

static void postgres_answers_as_we_evaluate(void **state)
{
    (void)state;
    check_engine(pg_cluster_database(&cluster, &lasting, "expr"), EXPR_POSTGRES);
}

static void put_one(void *context, uint32_t slot, Buf *out)
{
    (void)context;
    (void)slot;
    buf_put_c(out, "1");
}

/* The deepest texts that expr_sql writes, in the shape that fills SQLite's parser most. */
static void sqlite_parses_the_deepest_text_that_is_written(void **state)
{
    (void)state;
    static const char *const shapes[][3] = {
        {"CASE WHEN n = 1 THEN n WHEN n > 0 THEN n + ", "n", " END"},
        {"(n + (n * ", "n", "))"},
        {"least(n, n, n, n + ", "n", ")"},
        {"(1 + floor(1.5 + ", "n", "))"},
        {"(x + ", "x", ")"},
        {"coalesce(n, n, CASE n WHEN 1 THEN 2 ELSE ", "n", " END)"},
    };
    const ExprScope scope = {NULL, find_name, expr_case_table};
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        Db *db = NULL;
        Str message = {0};
        assert_int_equal(db_open(&(DbOptions){.url = STR(":memory:")}, &lasting, &db, &message),
                         OK);
        int reached = 0;
        for (int depth = 1; depth < 30; depth++) {
            Buf text, sql;
            Expr *expr = NULL;
            ExprProblem problem = {0};
            buf_init(&text, &arena, EXPR_TEXT_MOST);
            buf_init(&sql, &arena, MIB(1));
            for (int k = 0; k < depth; k++)
                buf_put_c(&text, shapes[i][0]);
            buf_put_c(&text, shapes[i][1]);
            for (int k = 0; k < depth; k++)
                buf_put_c(&text, shapes[i][2]);
            assert_int_equal(
                expr_compile(&arena, buf_str(&text), &scope, EXPR_NULL, &expr, &problem), OK);
            buf_put_c(&sql, "SELECT 1 AS c WHERE EXISTS (SELECT 1 WHERE 1 = 1 AND (1 = 2 OR 0 < ");
            if (expr_sql(expr, EXPR_SQLITE, put_one, NULL, &sql) != OK)
                break;
            buf_put_c(&sql, "))");
            reached = depth;
            if (db_script(db, buf_str(&sql)) != OK)
                fail_msg("depth %d: %.*s: %.*s", depth, STR_ARG(db_last_message(db)),
                         STR_ARG(buf_str(&sql)));
        }
        assert_true(reached >= 1 && reached < 29);
        db_close(db);
    }
}

int main(void)
{
    arena_init(&arena, MIB(64));
    arena_init(&lasting, MIB(256));
    cluster = pg_cluster_start(&lasting);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sqlite_answers_as_we_evaluate),
        cmocka_unit_test(postgres_answers_as_we_evaluate),
        cmocka_unit_test(sqlite_parses_the_deepest_text_that_is_written),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    pg_cluster_stop(&cluster, &lasting);
    arena_done(&lasting);
    arena_done(&arena);
    return failed;
}
