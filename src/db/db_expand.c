/* From the portable text of a statement to what a driver prepares. */
#include <string.h>

#include "db/db_int.h"

enum {
    SCOPES_MOST = 16,
    SQL_MOST = 1 << 20,
};

static struct {
    const char *kind;
    const char *predicate;
} scopes[SCOPES_MOST];
static size_t scope_n;

static const char *const scope_names[DB_SCOPE_PARAMETERS] = {
    "scope_from",   "scope_after",     "scope_by_facility", "scope_facility", "scope_works_at",
    "scope_holder", "scope_relations", "scope_day",         "scope_classes",
};

void db_register_scope(const char *kind, const char *predicate)
{
    for (size_t i = 0; i < scope_n; i++) {
        if (strcmp(scopes[i].kind, kind) != 0)
            continue;
        ENSURE(strcmp(scopes[i].predicate, predicate) == 0);
        return;
    }
    ENSURE(scope_n < SCOPES_MOST);
    scopes[scope_n].kind = kind;
    scopes[scope_n].predicate = predicate;
    scope_n++;
}

void db_scope_values(const DbScope *scope, DbValue ret_values[DB_SCOPE_PARAMETERS])
{
    ret_values[0] = db_text(scope->area_from);
    ret_values[1] = db_text(scope->area_after);
    ret_values[2] = db_integer(scope->by_facility ? 1 : 0);
    ret_values[3] = db_text(scope->facility);
    ret_values[4] = db_text(scope->works_at);
    ret_values[5] = db_text(scope->holder);
    ret_values[6] = db_integer(scope->relations);
    ret_values[7] = db_date(scope->day);
    ret_values[8] = db_text(scope->classes.n > 0 ? scope->classes : STR(",,"));
}

bool db_is_name(const char *name)
{
    size_t n = strlen(name);
    return n > 0 && n <= 63 && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == n
           && (name[0] < '0' || name[0] > '9');
}

typedef struct {
    const DbStatement *statement;
    char mark;
    Buf out;
    const char *why; /* the first fault */
} Expansion;

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static size_t parameter_number(const DbStatement *statement, Str name)
{
    for (size_t i = 0; i < statement->in_n; i++) {
        if (str_equals_c(name, statement->in[i].name))
            return i + 1;
    }
    for (size_t i = 0; statement->is_scoped && i < DB_SCOPE_PARAMETERS; i++) {
        if (str_equals_c(name, scope_names[i]))
            return statement->in_n + i + 1;
    }
    return 0;
}

static size_t put_parameter(Expansion *expansion, Str sql, size_t at)
{
    size_t end = at + 1;
    while (end < sql.n && is_word(sql.p[end]))
        end++;
    if (end == at + 1) { /* a lone colon, or :: */
        buf_put(&expansion->out, str_slice(sql, at, at + 2));
        return at + 2;
    }
    size_t number = parameter_number(expansion->statement, str_slice(sql, at + 1, end));
    if (number == 0)
        expansion->why = "a parameter is not declared";
    buf_printf(&expansion->out, "%c%zu", expansion->mark, number);
    return end;
}

/* Quoted text and comments are passed on as they are. */
static size_t skip_to(Str sql, size_t at, const char *closing)
{
    size_t end = str_find(sql, str_from_c(closing), at);
    return end == SIZE_MAX ? sql.n : end + strlen(closing);
}

static const char *predicate_of(Str kind)
{
    for (size_t i = 0; i < scope_n; i++) {
        if (str_equals_c(kind, scopes[i].kind))
            return scopes[i].predicate;
    }
    return NULL;
}

static void put_sql(Expansion *expansion, Str sql, Str alias);

static size_t put_scope(Expansion *expansion, Str sql, size_t at)
{
    size_t end = skip_to(sql, at, "}");
    Str inside = str_slice(sql, at + 1, end - 1), kind = {NULL, 0};
    bool is_good = str_has_prefix(inside, STR("scope:")) && expansion->statement->is_scoped;
    inside = str_slice(inside, 6, inside.n);
    const char *predicate = is_good && str_cut(&inside, ' ', &kind) ? predicate_of(kind) : NULL;
    if (predicate == NULL) {
        expansion->why = "a scope is not registered, or the statement not marked as scoped";
        return end;
    }
    buf_put_char(&expansion->out, '(');
    put_sql(expansion, str_from_c(predicate), str_trim(inside));
    buf_put_char(&expansion->out, ')');
    return end;
}

/* alias: what `$` stands for; empty outside a scope. */
static void put_sql(Expansion *expansion, Str sql, Str alias)
{
    size_t at = 0;
    while (at < sql.n) {
        char c = sql.p[at];
        size_t start = at;
        if (c == '\'' || c == '"')
            at = skip_to(sql, at + 1, c == '"' ? "\"" : "'");
        else if (c == '-' && at + 1 < sql.n && sql.p[at + 1] == '-')
            at = skip_to(sql, at, "\n");
        else if (c == ':')
            start = at = put_parameter(expansion, sql, at);
        else if (c == '{' && alias.n == 0)
            start = at = put_scope(expansion, sql, at);
        else if (c == '$' && alias.n > 0) {
            buf_put(&expansion->out, alias);
            start = ++at;
        } else
            at++;
        buf_put(&expansion->out, str_slice(sql, start, at));
    }
}

Err db_expand(const DbStatement *statement, char mark, Arena *arena, const char **ret_sql,
              const char **reterr_why)
{
    Expansion expansion = {.statement = statement, .mark = mark};
    buf_init(&expansion.out, arena, SQL_MOST);
    put_sql(&expansion, str_from_c(statement->sql), (Str){NULL, 0});
    if (expansion.why == NULL && expansion.out.is_over)
        expansion.why = "the statement is too long";
    if (expansion.why != NULL) {
        *reterr_why = expansion.why;
        return ERR_INTERNAL;
    }
    *ret_sql = str_to_c(arena, buf_str(&expansion.out));
    return OK;
}

static void put_bulk_word(Buf *out, Str word, const char *table, const DbColumn *columns,
                          size_t column_n, char mark)
{
    if (str_equals(word, STR("table"))) {
        buf_printf(out, "\"%s\"", table);
        return;
    }
    for (size_t i = 0; i < column_n; i++) {
        buf_put_c(out, i == 0 ? "" : ", ");
        if (str_equals(word, STR("columns")))
            buf_printf(out, "\"%s\"", columns[i].name);
        else
            buf_printf(out, "%c%zu", mark, i + 1);
    }
}

void db_put_bulk(Buf *out, const char *text, const char *table, const DbColumn *columns,
                 size_t column_n, char mark)
{
    Str sql = str_from_c(text), prefix = STR("bulk_");
    size_t at = 0;
    for (size_t next = str_find(sql, prefix, 0); next != SIZE_MAX;
         next = str_find(sql, prefix, at)) {
        size_t end = next + prefix.n;
        while (end < sql.n && is_word(sql.p[end]))
            end++;
        buf_put(out, str_slice(sql, at, next));
        put_bulk_word(out, str_slice(sql, next + prefix.n, end), table, columns, column_n, mark);
        at = end;
    }
    buf_put(out, str_slice(sql, at, sql.n));
}
