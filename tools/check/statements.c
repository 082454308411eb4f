/* Named statements that read persons' rows say which of them the caller may see: {scope:...}, or a
 * line `-- unscoped: reason`. */
#include "check.h"

static const char *const guarded[] = {"resident", "record", "record_sealed", "v_resident",
                                      "v_record"};

typedef struct {
    size_t line;
    Str table;
} Reading;

typedef struct {
    Str name;
    bool is_scoped;
    VEC(Reading) readings;
} Statement;

static bool is_guarded(Str table)
{
    for (size_t i = 0; i < sizeof guarded / sizeof *guarded; i++)
        if (str_equals_c(table, guarded[i]))
            return true;
    return false;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == ',' || c == '(';
}

/* Collects the tables after FROM and JOIN. `is_open` carries a keyword at the end of a line to the
 * next. */
static void read_line(Check *check, Statement *statement, Str line, size_t number, bool *is_open)
{
    for (size_t i = 0; i < line.n;) {
        if (!check_is_word_byte(line.p[i])) {
            *is_open = *is_open && is_space(line.p[i]);
            i++;
            continue;
        }
        Str word = check_word_at(line, i);
        if (*is_open && is_guarded(word))
            VEC_PUSH(check->arena, &statement->readings, (Reading){number, word});
        *is_open = str_equals(word, STR("FROM")) || str_equals(word, STR("JOIN"));
        i += word.n;
    }
}

static void end_statement(Check *check, const CheckSource *source, const Statement *statement)
{
    for (size_t i = 0; i < statement->readings.n && !statement->is_scoped; i++)
        check_report(check, source->path, statement->readings.items[i].line,
                     "%.*s reads %.*s without {scope:...}; write it, or `-- unscoped: reason`",
                     STR_ARG(statement->name), STR_ARG(statement->readings.items[i].table));
}

static void check_file(Check *check, const CheckSource *source)
{
    Statement statement = {.name = STR("the statement")};
    Str rest = source->text, line = {0};
    bool is_open = false;
    for (size_t number = 1; check_next_line(&rest, &line); number++) {
        Str trimmed = str_trim(line);
        if (str_has_prefix(trimmed, STR("-- name:"))) {
            end_statement(check, source, &statement);
            Str name = str_trim(str_slice(trimmed, 8, trimmed.n));
            statement = (Statement){.name = str_slice(name, 0, str_find_char(name, ' ', 0))};
            is_open = false;
        } else if (str_has_prefix(trimmed, STR("-- unscoped:"))) {
            statement.is_scoped = str_trim(str_slice(trimmed, 12, trimmed.n)).n > 0;
        } else if (!str_has_prefix(trimmed, STR("--"))) {
            if (str_find(line, STR("{scope:"), 0) != SIZE_MAX)
                statement.is_scoped = true;
            read_line(check, &statement, line, number, &is_open);
        }
    }
    end_statement(check, source, &statement);
}

/* Migrations make the tables and views; tests read what they wrote. */
void check_statements(Check *check)
{
    for (size_t i = 0; i < check->sources.n; i++) {
        const CheckSource *source = &check->sources.items[i];
        bool is_statements = str_has_prefix(source->path, STR("src/"))
                             && str_has_suffix(source->path, STR(".sql"))
                             && str_find(source->path, STR("/migrations/"), 0) == SIZE_MAX
                             && !str_has_suffix(source->path, STR("_test.sql"));
        if (is_statements)
            check_file(check, source);
    }
}
