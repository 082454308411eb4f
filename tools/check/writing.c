/* How files are written: a comment at the top, no notes to self, no blanks at line ends, and no SQL
 * in C. */
#include "check.h"

/* The two places that build SQL at run time (tables and answers of forms, the predicate of access),
 * and the drivers, which speak to their database about itself: settings, transactions, bulk loads,
 * tables of a connection.
 */
static const char *const sql_builders[] = {
    "src/form/ddl",         "src/form/answers_sql", "src/access/scope",    "src/db/db_sqlite.c",
    "src/db/db_postgres.c", "src/db/scratch.c",     "src/db/plans_look.c",
};

static const char *const sql_beginnings[] = {
    "SELECT ",      "INSERT INTO ", "INSERT OR ", "UPDATE ", "DELETE FROM ", "CREATE ",
    "DROP ",        "ALTER ",       "PRAGMA ",    "BEGIN ",  "SAVEPOINT ",   "RELEASE ",
    "ROLLBACK TO ", "WITH ",        "VACUUM",     "ATTACH ", "TRUNCATE ",    "GRANT ",
    "REINDEX ",     "ANALYZE ",     "EXPLAIN ",   "COPY ",   "LISTEN ",      "NOTIFY ",
};

static bool begins_as_sql(Str text)
{
    text = str_trim(text);
    for (size_t i = 0; i < sizeof sql_beginnings / sizeof *sql_beginnings; i++)
        if (str_has_prefix(text, str_from_c(sql_beginnings[i])))
            return true;
    return false;
}

static bool may_build_sql(const CheckSource *source)
{
    for (size_t i = 0; i < sizeof sql_builders / sizeof *sql_builders; i++)
        if (str_has_prefix(source->path, str_from_c(sql_builders[i])))
            return true;
    return source->is_test || !str_has_prefix(source->path, STR("src/"));
}

static void check_literals(Check *check, const CheckSource *source)
{
    if (may_build_sql(source))
        return;
    for (size_t i = 0; i < source->literals.n; i++)
        if (begins_as_sql(source->literals.items[i].text))
            check_report(check, source->path, source->literals.items[i].line,
                         "SQL belongs in .sql files, not in C");
}

static void check_top(Check *check, const CheckSource *source)
{
    const char *wanted = NULL;
    if (source->is_c)
        wanted = "/*";
    else if (str_has_suffix(source->path, STR(".sql")))
        wanted = "--";
    if (wanted != NULL && !str_has_prefix(source->text, str_from_c(wanted)))
        check_report(check, source->path, 1,
                     "the file does not begin with a comment that says what it is for");
}

/* The checker has to name them, and its tests plant them. */
static bool is_about_checking(const CheckSource *source)
{
    return str_has_prefix(source->path, STR("tools/check/"));
}

static void check_lines(Check *check, const CheckSource *source)
{
    static const char *const notes[] = {"TODO", "FIXME", "XXX", "HACK"};
    Str rest = source->text, line = {0};
    for (size_t number = 1; check_next_line(&rest, &line); number++) {
        if (line.n > 0 && (line.p[line.n - 1] == ' ' || line.p[line.n - 1] == '\t'))
            check_report(check, source->path, number, "blanks at the end of the line");
        if (line.n > 0 && line.p[line.n - 1] == '\r')
            check_report(check, source->path, number, "the line ends with a carriage return");
        for (size_t i = 0; i < sizeof notes / sizeof *notes && !is_about_checking(source); i++) {
            size_t at = str_find(line, str_from_c(notes[i]), 0);
            bool is_word = at != SIZE_MAX && (at == 0 || !check_is_word_byte(line.p[at - 1]))
                           && str_equals_c(check_word_at(line, at), notes[i]);
            if (is_word)
                check_report(check, source->path, number, "%s: finish it or leave it out",
                             notes[i]);
        }
    }
    if (source->text.n > 0 && source->text.p[source->text.n - 1] != '\n')
        check_report(check, source->path, 0, "the last line has no end");
}

/* Test data may look as it likes. */
static bool is_data(const CheckSource *source)
{
    return source->is_test && !source->is_c;
}

void check_writing(Check *check)
{
    for (size_t i = 0; i < check->sources.n; i++) {
        const CheckSource *source = &check->sources.items[i];
        if (is_data(source))
            continue;
        check_top(check, source);
        check_lines(check, source);
        check_literals(check, source);
    }
}
