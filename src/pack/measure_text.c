/* What the SELECT of a measure may say, looked at word by word before any database has seen it: one
 * SELECT, over the relations of engine/measures and the views of records, with the functions that
 * both engines have. So it cannot write, and cannot reach a table with sealed columns. Every form
 * that can move its numbers stands in measure->forms: read by its view, or named to `newest`.
 *
 * Whether its columns exist is said by the database (engine/measures, measure_check). */
#include "pack/pack_int.h"

#include "base/vec.h"

typedef enum { WORD_NAME, WORD_PARAMETER, WORD_GROUP, WORD_SIGN, WORD_OTHER } WordKind;

typedef struct Word {
    WordKind kind;
    Str text; /* of names: as written; of parameters: without the colon; of groups: without braces
               */
    size_t at;
} Word;
typedef VEC(Word) Words;

typedef struct SelectReader {
    Loader *loader;
    LoadFile *file;
    Measure *measure;
    Words words;
    VEC(const Form *) forms;
    bool *used;     /* by parameter of the measure */
    bool reads_own; /* the relation of whom it counts */
    bool parameters_blind;
} SelectReader;

enum { DEPTH_MOST = 64, SELECT_MOST = 1 << 20 };

/* ---- words ---- */

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static size_t word_end(Str text, size_t at)
{
    while (at < text.n && (is_letter(text.p[at]) || is_digit(text.p[at])))
        at++;
    return at;
}

static size_t behind(Str text, size_t from, Str closing)
{
    size_t end = str_find(text, closing, from);
    return end == SIZE_MAX ? text.n : end + closing.n;
}

static Word word_at(Str text, size_t *at)
{
    size_t from = *at;
    char c = text.p[from];
    if (is_letter(c)) {
        *at = word_end(text, from);
        return (Word){WORD_NAME, str_slice(text, from, *at), from};
    }
    if (c == ':') {
        *at = word_end(text, from + 1);
        return (Word){WORD_PARAMETER, str_slice(text, from + 1, *at), from};
    }
    if (c == '{' && str_find_char(text, '}', from) != SIZE_MAX) {
        *at = str_find_char(text, '}', from) + 1;
        return (Word){WORD_GROUP, str_slice(text, from + 1, *at - 1), from};
    }
    if (is_digit(c) || c == '\'') {
        *at = is_digit(c) ? word_end(text, from) : behind(text, from + 1, STR("'"));
        return (Word){WORD_OTHER, str_slice(text, from, *at), from};
    }
    *at = from + 1;
    return (Word){WORD_SIGN, str_slice(text, from, *at), from};
}

static void read_words(SelectReader *reader)
{
    Str text = reader->file->text;
    for (size_t at = 0; at < text.n;) {
        char c = text.p[at];
        if (c == ' ' || c == '\n' || c == '\r' || c == '\t')
            at++;
        else if (str_has_prefix(str_slice(text, at, text.n), STR("--")))
            at = behind(text, at, STR("\n"));
        else
            VEC_PUSH(&reader->loader->work, &reader->words, word_at(text, &at));
    }
}

static const Word *word(const SelectReader *reader, size_t at)
{
    static const Word none = {.kind = WORD_SIGN};
    return at < reader->words.n ? &reader->words.items[at] : &none;
}

static Str upper(SelectReader *reader, Str text)
{
    char *copy = arena_alloc(&reader->loader->work, text.n + 1);
    for (size_t i = 0; i < text.n; i++)
        copy[i] = text.p[i] >= 'a' && text.p[i] <= 'z' ? (char)(text.p[i] - 32) : text.p[i];
    return (Str){copy, text.n};
}

static bool is_word(SelectReader *reader, size_t at, const char *wanted)
{
    const Word *found = word(reader, at);
    return found->kind == WORD_NAME && str_equals_c(upper(reader, found->text), wanted);
}

static bool is_sign(const SelectReader *reader, size_t at, char sign)
{
    const Word *found = word(reader, at);
    return found->kind == WORD_SIGN && found->text.n == 1 && found->text.p[0] == sign;
}

static bool is_among(Str text, const char *const *names)
{
    for (; *names != NULL; names++) {
        if (str_equals_c(text, *names))
            return true;
    }
    return false;
}

static void note(SelectReader *reader, size_t at, MistakeKind kind, Str what, Wording fix)
{
    size_t byte = at < reader->words.n ? reader->words.items[at].at : reader->file->text.n;
    MISTAKE_AT(reader->loader, reader->file, byte_place(reader->file->text, byte), kind, same(what),
               fix);
}

/* ---- what may be named ---- */

/* Of residents, and of organisations, which may be read beside each other. */
static const char *const person_relations[] = {"person", "period", NULL};
static const char *const unit_relations[] = {"facility",  "staff",      "area",   "period",
                                             "catchment", "registered", "newest", NULL};

static const char *const *relations_of(const Measure *measure)
{
    return measure_is_of_units(measure) ? unit_relations : person_relations;
}

/* The relation that has a row for each of those whom the measure may count. */
static Str own_relation(const Measure *measure)
{
    if (!measure_is_of_units(measure))
        return str_from_c(person_relations[0]);
    return pack_kind_is_built_in(measure->subject) ? measure->subject : STR("registered");
}

/* Where the parenthesis of "AS (", "AS MATERIALIZED (" or "AS NOT MATERIALIZED (" stands. */
static size_t behind_as(SelectReader *reader, size_t at)
{
    if (is_word(reader, at + 1, "NOT") && is_word(reader, at + 2, "MATERIALIZED"))
        return at + 3;
    return is_word(reader, at + 1, "MATERIALIZED") ? at + 2 : at + 1;
}

/* A relation that the text itself makes: WITH name AS (...), other AS (...). */
static bool is_own(SelectReader *reader, Str name)
{
    for (size_t i = 1; i + 2 < reader->words.n; i++) {
        bool is_head = is_word(reader, i - 1, "WITH") || is_sign(reader, i - 1, ',');
        if (is_head && is_word(reader, i + 1, "AS")
            && is_sign(reader, behind_as(reader, i + 1), '(')
            && str_equals(word(reader, i)->text, name))
            return true;
    }
    return false;
}

/* "v_visit", "v_visit__drugs" -> visit. */
static Declared *form_of_view(SelectReader *reader, Str view)
{
    Str name = str_slice(view, 2, view.n);
    size_t child = str_find(name, STR("__"), 0);
    return declared_find(reader->loader, DECLARED_FORM,
                         str_slice(name, 0, child == SIZE_MAX ? name.n : child));
}

static void note_form(SelectReader *reader, const Form *form)
{
    for (size_t i = 0; i < reader->forms.n; i++) {
        if (reader->forms.items[i] == form)
            return;
    }
    VEC_PUSH(reader->loader->arena, &reader->forms, form);
}

static Wording source_fix(SelectReader *reader, Str name)
{
    Loader *loader = reader->loader;
    const char *const *relations = relations_of(reader->measure);
    size_t n = 0, known = 0;
    const Str *forms = declared_names(loader, DECLARED_FORM, &n);
    Str *names = arena_array(&loader->work, Str, n + sizeof unit_relations);
    for (; relations[known] != NULL; known++)
        names[known] = str_from_c(relations[known]);
    for (size_t i = 0; i < n; i++)
        names[known++] = str_printf(&loader->work, "v_%.*s", STR_ARG(forms[i]));
    return choice_fix(loader, name, names, known);
}

/* What a resident's record changes is made anew for him alone, so forms about residents and about
 * others do not meet. */
static void check_form(SelectReader *reader, size_t at, const Form *form)
{
    bool is_of_residents = str_equals_c(form->subject, "resident");
    if (form->subject.n == 0 || is_of_residents != measure_is_of_units(reader->measure))
        return;
    size_t byte = reader->words.items[at].at;
    MISTAKE_AT(reader->loader, reader->file, byte_place(reader->file->text, byte),
               MISTAKE_MEASURE_FORM_SUBJECT, same(reader->measure->subject), same(form->id),
               same(form->subject));
}

/* A form that is read, by its view or by the name that `newest` is asked for; false where there is
 * none such. */
static bool read_form(SelectReader *reader, size_t at, const Declared *form)
{
    LoadPack *from = reader->file->pack;
    if (form == NULL)
        return false;
    if (!from->needs_blind && !pack_reaches(from, form->file->pack)) {
        note(reader, at, MISTAKE_NEED_MISSING, form->id, same(form->file->pack->folder));
    } else if (form->compiled != NULL) {
        check_form(reader, at, form->compiled);
        note_form(reader, form->compiled);
    }
    return true;
}

static void check_source(SelectReader *reader, size_t at)
{
    const Word *source = word(reader, at);
    if (source->kind == WORD_NAME && is_among(source->text, relations_of(reader->measure))) {
        reader->reads_own |= str_equals(source->text, own_relation(reader->measure));
        return;
    }
    if (source->kind == WORD_NAME && !str_has_prefix(source->text, STR("v_"))
        && is_own(reader, source->text))
        return;
    Declared *form = source->kind == WORD_NAME && str_has_prefix(source->text, STR("v_"))
                         ? form_of_view(reader, source->text)
                         : NULL;
    if (read_form(reader, at, form))
        return;
    reader->reads_own = true; /* it may be the misspelt one */
    if (!reader->loader->is_blind[DECLARED_FORM] || !str_has_prefix(source->text, STR("v_")))
        note(reader, at, MISTAKE_MEASURE_SOURCE, source->text, source_fix(reader, source->text));
}

/* ---- forms by name: n.form = 'visit', 'visit' = n.form, n.form IN ('visit', 'deal') ---- */

static bool is_text(const SelectReader *reader, size_t at)
{
    const Word *found = word(reader, at);
    return found->kind == WORD_OTHER && found->text.n >= 2 && found->text.p[0] == '\'';
}

static void check_form_name(SelectReader *reader, size_t at)
{
    Str text = word(reader, at)->text, name = str_slice(text, 1, text.n - 1);
    Declared *form = declared_find(reader->loader, DECLARED_FORM, name);
    if (read_form(reader, at, form) || reader->loader->is_blind[DECLARED_FORM])
        return;
    Str view = str_printf(&reader->loader->work, "v_%.*s", STR_ARG(name));
    note(reader, at, MISTAKE_MEASURE_SOURCE, name, source_fix(reader, view));
}

static void check_form_names(SelectReader *reader)
{
    for (size_t i = 0; i < reader->words.n; i++) {
        if (!is_word(reader, i, "FORM"))
            continue;
        bool is_list = is_word(reader, i + 1, "IN") && is_sign(reader, i + 2, '(');
        if (is_sign(reader, i + 1, '=') && is_text(reader, i + 2))
            check_form_name(reader, i + 2);
        else if (i >= 4 && is_sign(reader, i - 1, '.') && is_sign(reader, i - 3, '=')
                 && is_text(reader, i - 4))
            check_form_name(reader, i - 4);
        for (size_t k = i + 3; is_list && is_text(reader, k); k += 2)
            check_form_name(reader, k);
    }
}

/* ---- codes by the name of their group: f.kind IN {facility_kind.hospital} ---- */

static const CodeGroup *find_group(const CodeList *list, Str id)
{
    for (size_t i = 0; i < list->group_n; i++) {
        if (str_equals(list->groups[i].id, id))
            return &list->groups[i];
    }
    return NULL;
}

static void note_unknown_group(SelectReader *reader, size_t at, const CodeList *list, Str id)
{
    Loader *loader = reader->loader;
    Str *names = arena_array(&loader->work, Str, list->group_n + 1);
    for (size_t i = 0; i < list->group_n; i++)
        names[i] = list->groups[i].id;
    MISTAKE_AT(loader, reader->file, byte_place(reader->file->text, reader->words.items[at].at),
               MISTAKE_CODE_GROUP_UNKNOWN, same(list->id), same(id),
               choice_fix(loader, id, names, list->group_n));
}

/* NULL when there is none such (noted) or it cannot be known. */
static const CodeGroup *group_at(SelectReader *reader, size_t at)
{
    Loader *loader = reader->loader;
    LoadPack *from = reader->file->pack;
    Str id = word(reader, at)->text, name = {0};
    (void)str_cut(&id, '.', &name);
    const Declared *declared = declared_find(loader, DECLARED_CODES, name);
    if (declared == NULL) {
        size_t n = 0;
        const Str *names = declared_names(loader, DECLARED_CODES, &n);
        if (!loader->is_blind[DECLARED_CODES])
            note(reader, at, MISTAKE_CODES_UNKNOWN, name, choice_fix(loader, name, names, n));
        return NULL;
    }
    if (!from->needs_blind && !pack_reaches(from, declared->file->pack))
        note(reader, at, MISTAKE_NEED_MISSING, name, same(declared->file->pack->folder));
    const CodeList *list = declared->compiled;
    const CodeGroup *group = list == NULL ? NULL : find_group(list, id);
    if (list != NULL && group == NULL && !declared->fields_blind)
        note_unknown_group(reader, at, list, id);
    return group;
}

static void put_codes(Buf *sql, const CodeGroup *group)
{
    buf_put(sql, STR("("));
    for (size_t i = 0; i < group->code_n; i++)
        buf_printf(sql, "%s'%.*s'", i == 0 ? "" : ", ", STR_ARG(group->codes[i]));
    buf_put(sql, STR(")"));
}

/* The text with its groups written out: what changes a group changes the text of its measures,
 * which are made anew for that. */
static void write_groups_out(SelectReader *reader)
{
    Str text = reader->file->text;
    Buf sql;
    size_t done = 0;
    buf_init(&sql, reader->loader->arena, SELECT_MOST);
    for (size_t i = 0; i < reader->words.n; i++) {
        const Word *found = word(reader, i);
        const CodeGroup *group = found->kind == WORD_GROUP ? group_at(reader, i) : NULL;
        if (group == NULL)
            continue;
        buf_put(&sql, str_slice(text, done, found->at));
        put_codes(&sql, group);
        done = found->at + found->text.n + 2;
    }
    buf_put(&sql, str_slice(text, done, text.n));
    reader->measure->sql = done == 0 ? text : buf_str(&sql);
}

/* ---- the text ---- */

/* Inside each parenthesis: no list of relations, one in which a relation is to come, or behind it.
 */
typedef enum { LIST_NONE, LIST_WANTS, LIST_HAS } SourceList;

static void follow_list(SelectReader *reader, size_t at, SourceList *list)
{
    static const char *const ends[] = {"SELECT", "WHERE", "GROUP",  "ORDER",     "HAVING", "LIMIT",
                                       "UNION",  "ALL",   "EXCEPT", "INTERSECT", "WINDOW", NULL};
    Str name =
        word(reader, at)->kind == WORD_NAME ? upper(reader, word(reader, at)->text) : (Str){0};
    if (*list == LIST_WANTS && !is_sign(reader, at, '(')) {
        check_source(reader, at);
        *list = LIST_HAS;
    } else if (str_equals_c(name, "FROM") || str_equals_c(name, "JOIN")) {
        *list = LIST_WANTS;
    } else if (*list == LIST_HAS && is_sign(reader, at, ',')) {
        *list = LIST_WANTS;
    } else if (is_among(name, ends)) {
        *list = LIST_NONE;
    }
}

static void check_sources(SelectReader *reader)
{
    SourceList lists[DEPTH_MOST] = {LIST_NONE};
    size_t depth = 0;
    for (size_t i = 0; i < reader->words.n; i++) {
        bool opens = is_sign(reader, i, '('), closes = is_sign(reader, i, ')');
        if ((opens && depth + 1 == DEPTH_MOST) || (closes && depth == 0)) {
            note(reader, i, MISTAKE_MEASURE_SELECT, word(reader, i)->text, (Wording){0});
            return;
        }
        if (opens) {
            lists[depth] = lists[depth] == LIST_WANTS ? LIST_HAS : lists[depth];
            lists[++depth] = LIST_NONE;
        } else if (closes) {
            depth--;
        } else {
            follow_list(reader, i, &lists[depth]);
        }
    }
    if (depth > 0)
        note(reader, reader->words.n, MISTAKE_MEASURE_SELECT, STR("("), (Wording){0});
}

static bool is_function(Str name)
{
    static const char *const functions[] = {
        "count",    "sum",        "min",          "max",
        "avg",      "coalesce",   "nullif",       "abs",
        "length",   "substr",     "lower",        "upper",
        "trim",     "replace",    "row_number",   "rank",
        "lag",      "lead",       "age_years",    "age_months",
        "add_days", "add_months", "days_between", "period_start",
        "round_to", "int_of",     "ratio",        "cast",
        NULL};
    return is_among(name, functions);
}

/* Words that a parenthesis may follow. */
static bool opens_group(Str name)
{
    static const char *const words[] = {
        "IN",     "AND",    "OR",     "NOT",       "EXISTS",       "AS",      "OVER",
        "WHEN",   "THEN",   "ELSE",   "ON",        "WHERE",        "FROM",    "SELECT",
        "ALL",    "UNION",  "EXCEPT", "JOIN",      "BY",           "BETWEEN", "DISTINCT",
        "HAVING", "FILTER", "CASE",   "INTERSECT", "MATERIALIZED", NULL};
    return is_among(name, words);
}

static void check_name(SelectReader *reader, size_t at)
{
    static const char *const refused[] = {
        "insert", "update", "delete", "create",   "drop",  "alter",   "attach",  "detach",
        "pragma", "vacuum", "copy",   "into",     "grant", "revoke",  "set",     "call",
        "do",     "begin",  "commit", "rollback", "load",  "explain", "lateral", "recursive",
        "ilike",  "glob",   "regexp", "interval", "using", "natural", NULL};
    Str name = word(reader, at)->text, in_capitals = upper(reader, name);
    Str lower = str_lower(&reader->loader->work, name);
    if (is_among(lower, refused)) {
        note(reader, at, MISTAKE_MEASURE_WORD, name, (Wording){0});
        return;
    }
    if (is_sign(reader, at + 1, '(') && !opens_group(in_capitals) && !is_function(lower))
        note(reader, at, MISTAKE_MEASURE_FUNCTION, name, (Wording){0});
}

static void check_parameter(SelectReader *reader, size_t at)
{
    Str name = word(reader, at)->text;
    bool is_known = str_equals_c(name, "place");
    for (size_t i = 0; i < reader->measure->parameter_n; i++) {
        bool is_it = str_equals(reader->measure->parameters[i]->id, name);
        reader->used[i] |= is_it;
        is_known |= is_it;
    }
    if (!is_known && !reader->parameters_blind)
        note(reader, at, MISTAKE_MEASURE_PARAMETER, name, (Wording){0});
}

static void check_sign(SelectReader *reader, size_t at)
{
    char sign = word(reader, at)->text.p[0];
    bool is_all = sign == '*'
                  && (is_word(reader, at - 1, "SELECT") || is_sign(reader, at - 1, '.')
                      || is_word(reader, at - 1, "DISTINCT"));
    if (is_all || str_find_char(STR(";\"`[]{}$@#?\\!&~"), sign, 0) != SIZE_MAX)
        note(reader, at, MISTAKE_MEASURE_WORD, word(reader, at)->text, (Wording){0});
}

/* The columns of a standard: both or none, of organisations. */
static void check_standard(SelectReader *reader)
{
    static const char *const columns[] = {"REQUIRED", "ACTUAL"};
    size_t found[2] = {SIZE_MAX, SIZE_MAX};
    for (size_t i = 1; i < reader->words.n; i++) {
        for (size_t k = 0; k < 2; k++) {
            if (is_word(reader, i - 1, "AS") && is_word(reader, i, columns[k]))
                found[k] = i;
        }
    }
    size_t any = found[0] == SIZE_MAX ? found[1] : found[0];
    bool is_pair = found[0] != SIZE_MAX && found[1] != SIZE_MAX;
    reader->measure->is_standard =
        is_pair && measure_is_of_units(reader->measure) && !reader->measure->has_amounts;
    if (any != SIZE_MAX && !reader->measure->is_standard)
        note(reader, any, MISTAKE_MEASURE_STANDARD, word(reader, any)->text, (Wording){0});
}

void check_measure_text(Loader *loader, LoadFile *file, Measure *measure, bool parameters_blind)
{
    SelectReader reader = {
        .loader = loader, .file = file, .measure = measure, .parameters_blind = parameters_blind};
    reader.used = arena_array(&loader->work, bool, measure->parameter_n + 1);
    read_words(&reader);
    if (!is_word(&reader, 0, "SELECT") && !is_word(&reader, 0, "WITH")) {
        note(&reader, 0, MISTAKE_MEASURE_SELECT, word(&reader, 0)->text, (Wording){0});
        return;
    }
    for (size_t i = 0; i < reader.words.n; i++) {
        WordKind kind = word(&reader, i)->kind;
        if (kind == WORD_NAME)
            check_name(&reader, i);
        else if (kind == WORD_PARAMETER)
            check_parameter(&reader, i);
        else if (kind == WORD_SIGN)
            check_sign(&reader, i);
    }
    write_groups_out(&reader);
    check_sources(&reader);
    check_form_names(&reader);
    check_standard(&reader);
    if (!reader.reads_own)
        note(&reader, 0, MISTAKE_MEASURE_UNREAD, own_relation(measure), (Wording){0});
    for (size_t i = 0; i < measure->parameter_n; i++) {
        if (!reader.used[i])
            note(&reader, 0, MISTAKE_MEASURE_PARAMETER_UNUSED, measure->parameters[i]->id,
                 (Wording){0});
    }
    measure->forms = reader.forms.items;
    measure->form_n = reader.forms.n;
}
