/* The statements of every form of a pack set, made once. Their names carry a hash of their text, so
 * that a connection which still holds those of an older set never runs them for this one. */
#include "engine/records/records_int.h"

static const DbColumn header_columns[ANSWERS_HEADER_N] = {
    {"id", DB_UUID, false},
    {"subject_id", DB_UUID, false},
    {"happened_on", DB_DATE, false},
    {"rev", DB_INTEGER, false},
    {"form_version", DB_TEXT, false},
    {"facility", DB_TEXT, false},
    {"performed_by", DB_UUID, false},
    {"recorded_by", DB_UUID, false},
    {"recorded_at", DB_INSTANT, false},
    {"amends", DB_UUID, true},
};
static const DbColumn in_of_record[] = {{"place", DB_TEXT, false}, {"id", DB_UUID, false}};
static const DbColumn in_of_subject[] = {
    {"place", DB_TEXT, false}, {"subject", DB_UUID, false}, {"form", DB_TEXT, false}};
static const DbColumn in_previous[PREVIOUS_IN_N] = {
    {"place", DB_TEXT, false},   {"subject", DB_UUID, false},   {"form", DB_TEXT, false},
    {"day", DB_DATE, false},     {"before_id", DB_UUID, false}, {"not_id", DB_UUID, false},
    {"known_on", DB_DATE, false}};
static const DbColumn in_each[] = {
    {"place", DB_TEXT, false}, {"form", DB_TEXT, false}, {"known_on", DB_DATE, false}};

static const DbColumn in_page[PAGE_IN_N] = {
    {"place", DB_TEXT, false},       {"form", DB_TEXT, false},       {"from_day", DB_DATE, false},
    {"to_day", DB_DATE, false},      {"before_day", DB_DATE, false}, {"before_id", DB_UUID, false},
    {"last_day", DB_DATE, false},    {"last_id", DB_UUID, false},    {"facility", DB_TEXT, false},
    {"served_from", DB_UUID, false}, {"served_to", DB_UUID, false},  {"area_from", DB_TEXT, false},
    {"area_to", DB_TEXT, false},     {"most", DB_INTEGER, false}};

enum { LATEST_IN_N = 2 + ANSWERS_LATEST_MOST };

/* :place :form, then the subjects; NULL where there are fewer. */
static const DbColumn *in_latest(Arena *arena)
{
    DbColumn *in = arena_array(arena, DbColumn, LATEST_IN_N);
    for (size_t i = 0; i < 2; i++)
        in[i] = in_each[i];
    for (size_t i = 2; i < LATEST_IN_N; i++)
        in[i] = (DbColumn){str_to_c(arena, str_printf(arena, "s%zu", i - 2)), DB_UUID, true};
    return in;
}

/* :place, then the records; NULL where there are fewer. */
static const DbColumn *in_of_many(Arena *arena)
{
    DbColumn *in = arena_array(arena, DbColumn, 1 + ANSWERS_MANY_MOST);
    in[0] = in_each[0];
    for (size_t i = 0; i < ANSWERS_MANY_MOST; i++)
        in[1 + i] = (DbColumn){str_to_c(arena, str_printf(arena, "r%zu", i)), DB_UUID, true};
    return in;
}

DbType record_db_type(FieldType type)
{
    switch (type) {
    case FIELD_INTEGER: return DB_INTEGER;
    case FIELD_DECIMAL: return DB_DECIMAL;
    case FIELD_DATE: return DB_DATE;
    case FIELD_TEXT:
    case FIELD_CODE:
    case FIELD_CODES:
    case FIELD_ATTACHMENT:
    case FIELD_ROWS: break;
    }
    return DB_TEXT;
}

static DbStatement make_statement(Arena *arena, const char *kind, Str sql)
{
    uint64_t hash = str_hash(sql);
    Str name = str_printf(arena, "answers_%s_%016llx", kind, (unsigned long long)hash);
    return (DbStatement){
        .name = str_to_c(arena, name), .sql = str_to_c(arena, sql), .text_hash = hash};
}

/* The table's columns. Parameters of the insert have the same types, and names without words that
 * SQL knows: f0, f1 ... */
static void make_insert(Arena *arena, const Form *form, RecordTable *table)
{
    bool is_codes = table->child != NULL && form_type_is_set(table->child->type);
    DbColumn *columns = arena_array(arena, DbColumn, 3 + table->field_n);
    size_t n = 0;
    columns[n++] = (DbColumn){"place", DB_TEXT, false};
    columns[n++] = (DbColumn){"record_id", DB_UUID, false};
    if (is_codes)
        columns[n++] = (DbColumn){"code", DB_TEXT, false};
    else if (table->child != NULL)
        columns[n++] = (DbColumn){"row_no", DB_INTEGER, false};
    for (size_t i = 0; i < table->field_n; i++) {
        const FormField *field = &table->parts[table->fields[i]];
        columns[n++] = (DbColumn){str_to_c(arena, field->id), record_db_type(field->type), true};
    }
    DbColumn *in = arena_array(arena, DbColumn, n);
    for (size_t i = 0; i < n; i++) {
        in[i] = columns[i];
        if (i >= 2)
            in[i].name = str_to_c(arena, str_printf(arena, "f%zu", i - 2));
    }
    table->columns = columns;
    table->insert = make_statement(arena, "insert", answers_sql_insert(form, table->child, arena));
    table->insert.in = in;
    table->insert.in_n = n;
}

static const DbColumn end_columns[ANSWERS_END_N] = {{"is_ended", DB_INTEGER, false},
                                                    {"amended_by", DB_UUID, true},
                                                    {"reason", DB_TEXT, true},
                                                    {"ended_at", DB_INSTANT, true}};

/* The columns that every read of the table gives, and behind them those of a record's end. */
static const DbColumn *out_columns(Arena *arena, const RecordTable *table, size_t *ret_n)
{
    size_t header_n = table->child == NULL ? ANSWERS_HEADER_N : ANSWERS_SHORT_HEADER_N;
    DbColumn *out = arena_array(arena, DbColumn, header_n + 1 + table->field_n + ANSWERS_END_N);
    size_t n = 0;
    for (; n < header_n; n++)
        out[n] = header_columns[n];
    if (table->child != NULL && form_type_is_set(table->child->type))
        out[n++] = (DbColumn){"code", DB_TEXT, false};
    else if (table->child != NULL)
        out[n++] = (DbColumn){"row_no", DB_INTEGER, false};
    for (size_t i = 0; i < table->field_n; i++) {
        const FormField *field = &table->parts[table->fields[i]];
        out[n++] = (DbColumn){str_to_c(arena, field->id), record_db_type(field->type), true};
    }
    for (size_t i = 0; i < ANSWERS_END_N; i++)
        out[n + i] = end_columns[i];
    *ret_n = n;
    return out;
}

static void make_reads(Arena *arena, const Form *form, RecordTable *table)
{
    struct {
        AnswersWhich which;
        const char *kind;
        const DbColumn *in;
        size_t in_n;
        DbStatement *statement;
    } reads[] = {
        {ANSWERS_OF_RECORD, "record", in_of_record, 2, &table->of_record},
        {ANSWERS_OF_SUBJECT, "subject", in_of_subject, 3, &table->of_subject},
        {ANSWERS_EACH, "each", in_each, 3, &table->each},
        {ANSWERS_PAGE, "page", in_page, PAGE_IN_N, &table->page},
        {ANSWERS_PREVIOUS, "previous", in_previous, PREVIOUS_IN_N, &table->previous},
    };
    size_t n = table->child == NULL ? 5 : 4;
    size_t out_n;
    const DbColumn *out = out_columns(arena, table, &out_n);
    for (size_t i = 0; i < n; i++) {
        Str sql = answers_sql_read(form, table->child, reads[i].which, arena);
        *reads[i].statement = make_statement(arena, reads[i].kind, sql);
        reads[i].statement->in = reads[i].in;
        reads[i].statement->in_n = reads[i].in_n;
        reads[i].statement->out = out;
        reads[i].statement->out_n = out_n;
    }
    if (table->child == NULL)
        table->each.out_n += ANSWERS_END_N;
    table->page.is_scoped = true;
    table->each.is_scoped = true;
    table->each.is_streamed = true;
    table->each.may_scan = true; /* it is there to read all of them */
}

/* By the ids of some records: of the header the id alone. */
static void make_of_many(Arena *arena, const Form *form, RecordTable *table)
{
    size_t header_n = table->child == NULL ? ANSWERS_HEADER_N : ANSWERS_SHORT_HEADER_N, n = 0;
    const DbColumn *all = out_columns(arena, table, &n);
    DbColumn *out = arena_array(arena, DbColumn, 1 + n - header_n);
    out[0] = header_columns[0];
    for (size_t i = header_n; i < n; i++)
        out[1 + i - header_n] = all[i];
    table->of_many =
        make_statement(arena, "many", answers_sql_read(form, table->child, ANSWERS_OF_MANY, arena));
    table->of_many.in = in_of_many(arena);
    table->of_many.in_n = 1 + ANSWERS_MANY_MOST;
    table->of_many.out = out;
    table->of_many.out_n = 1 + n - header_n;
}

/* The reads for lists: of the own table's columns only those that lists show. */
static void make_listed(Arena *arena, RecordForm *made)
{
    const Form *form = made->form;
    answers_listed(form, arena, &made->listed, &made->listed_n);
    DbColumn *out = arena_array(arena, DbColumn, ANSWERS_SHORT_HEADER_N + made->listed_n);
    for (size_t i = 0; i < ANSWERS_SHORT_HEADER_N; i++)
        out[i] = header_columns[i];
    DbColumn *short_out = arena_array(arena, DbColumn, 1 + made->listed_n);
    short_out[0] = header_columns[0];
    for (size_t i = 0; i < made->listed_n; i++) {
        const FormField *field = &form->fields[made->listed[i]];
        short_out[1 + i] =
            (DbColumn){str_to_c(arena, field->id), record_db_type(field->type), true};
        out[ANSWERS_SHORT_HEADER_N + i] = short_out[1 + i];
    }
    made->latest =
        make_statement(arena, "latest", answers_sql_read(form, NULL, ANSWERS_LATEST, arena));
    made->latest.in = in_latest(arena);
    made->latest.in_n = LATEST_IN_N;
    made->latest.out = out;
    made->latest.out_n = ANSWERS_SHORT_HEADER_N + made->listed_n;
    made->latest_few =
        make_statement(arena, "latest", answers_sql_read(form, NULL, ANSWERS_LATEST_FEW, arena));
    made->latest_few.in = made->latest.in;
    made->latest_few.in_n = LATEST_IN_N - ANSWERS_LATEST_MOST + ANSWERS_FEW_MOST;
    made->latest_few.out = out;
    made->latest_few.out_n = made->latest.out_n;
    made->listed_of_subject =
        make_statement(arena, "listed", answers_sql_read(form, NULL, ANSWERS_LISTED, arena));
    made->listed_of_subject.in = in_of_subject;
    made->listed_of_subject.in_n = sizeof in_of_subject / sizeof *in_of_subject;
    made->listed_of_subject.out = short_out;
    made->listed_of_subject.out_n = 1 + made->listed_n;
}

static void make_table(Arena *arena, const Form *form, size_t child_field, RecordTable *table)
{
    const FormField *child = child_field == SIZE_MAX ? NULL : &form->fields[child_field];
    table->child = child;
    table->child_field = child_field;
    table->parts = child == NULL ? form->fields : child->rows;
    if (child == NULL || child->type == FIELD_ROWS)
        answers_fields(form, child, arena, &table->fields, &table->field_n);
    table->name = str_to_c(arena, ddl_table(form, child, arena));
    make_insert(arena, form, table);
    make_reads(arena, form, table);
    make_of_many(arena, form, table);
}

/* Notes what of the previous record an expression reads; is_read has a place for each field. */
static void note_previous(RecordForm *made, const Expr *expr, bool *is_read)
{
    if (expr == NULL)
        return;
    size_t n;
    const uint32_t *slots = expr_slots(expr, &n);
    for (size_t i = 0; i < n; i++) {
        if (slots[i] == form_slot(made->form, FORM_SLOT_PREVIOUS_HAPPENED_ON)
            || (slots[i] >= form_slot_previous(made->form, 0)
                && slots[i] < form_slot_parameter(made->form, 0)))
            made->reads_previous = true;
        if (slots[i] == form_slot(made->form, FORM_SLOT_SUBJECT_PROGRAMS))
            made->reads_programs = true;
        for (size_t j = 0; j < made->form->field_n; j++)
            is_read[j] = is_read[j] || slots[i] == form_slot_previous(made->form, j);
    }
}

static void note_expressions(RecordForm *made, bool *is_read)
{
    const Form *form = made->form;
    for (size_t i = 0; i < form->field_n; i++) {
        note_previous(made, form->fields[i].required_if, is_read);
        note_previous(made, form->fields[i].shown_if, is_read);
        note_previous(made, form->fields[i].computed, is_read);
        note_previous(made, form->fields[i].suggested, is_read);
    }
    for (size_t i = 0; i < form->check_n; i++)
        note_previous(made, form->checks[i].fails_when, is_read);
    for (size_t i = 0; i < form->advice_n; i++)
        note_previous(made, form->advice[i].when, is_read);
}

/* The read for expressions: of the own table only the columns that some of them names. */
static void make_earlier(Arena *arena, RecordForm *made)
{
    bool *is_read = arena_array(arena, bool, made->form->field_n);
    note_expressions(made, is_read);
    for (size_t i = 0; i < made->child_n; i++)
        made->children[i].is_read_later = is_read[made->children[i].child_field];
    size_t *fields = arena_array(arena, size_t, made->own.field_n);
    DbColumn *out = arena_array(arena, DbColumn, EARLIER_HEADER_N + made->own.field_n);
    size_t n = 0;
    out[0] = header_columns[0];
    out[1] = (DbColumn){"happened_on", DB_DATE, false};
    for (size_t i = 0; i < made->own.field_n; i++) {
        const FormField *field = &made->form->fields[made->own.fields[i]];
        if (!is_read[made->own.fields[i]])
            continue;
        fields[n] = made->own.fields[i];
        out[EARLIER_HEADER_N + n++] =
            (DbColumn){str_to_c(arena, field->id), record_db_type(field->type), true};
    }
    made->earlier_fields = fields;
    made->earlier_n = n;
    made->earlier =
        make_statement(arena, "earlier", answers_sql_earlier(made->form, fields, n, arena));
    made->earlier.in = in_previous;
    made->earlier.in_n = PREVIOUS_IN_N;
    made->earlier.out = out;
    made->earlier.out_n = EARLIER_HEADER_N + n;
}

static bool names_something(const FormField *field)
{
    bool names = field->refers_to.n > 0;
    for (size_t i = 0; i < field->row_field_n; i++)
        names = names || field->rows[i].refers_to.n > 0;
    return names;
}

static RecordForm *make_form(Arena *arena, const Form *form)
{
    RecordForm *made = arena_new(arena, RecordForm);
    made->form = form;
    make_table(arena, form, SIZE_MAX, &made->own);
    make_listed(arena, made);
    const size_t *children;
    answers_children(form, arena, &children, &made->child_n);
    made->children = arena_array(arena, RecordTable, made->child_n);
    for (size_t i = 0; i < made->child_n; i++)
        make_table(arena, form, children[i], &made->children[i]);
    make_earlier(arena, made);
    made->is_about_resident = str_equals_c(form->subject, "resident");
    made->has_references = form->registers != NULL;
    for (size_t i = 0; i < form->field_n; i++) {
        made->keeps_facts = made->keeps_facts || !str_is_empty(form->fields[i].keeps);
        made->has_references = made->has_references || names_something(&form->fields[i]);
        made->has_sealed = made->has_sealed || form->fields[i].is_sealed;
        made->has_attachments = made->has_attachments || form->fields[i].type == FIELD_ATTACHMENT;
        made->lists_sealed =
            made->lists_sealed || (form->fields[i].is_sealed && form->fields[i].is_in_lists);
    }
    return made;
}

const RecordForm *record_form_make(Arena *arena, const Form *form)
{
    return make_form(arena, form);
}

void record_forms_prepare(PackSet *set)
{
    ENSURE(set->record_forms == NULL);
    struct RecordForms *forms = arena_new(&set->arena, struct RecordForms);
    map_init(&forms->by_id, &set->arena);
    const Form **list = arena_array(&set->arena, const Form *, set->forms.n);
    for (size_t i = 0; i < set->forms.n; i++) {
        const Form *form = set->forms.entries[i].value;
        list[i] = form;
        map_put(&forms->by_id, form->id, make_form(&set->arena, form));
    }
    forms->forms = list;
    forms->form_n = set->forms.n;
    set->record_forms = forms;
}

const RecordForm *record_form_find(const Cx *cx, Str id)
{
    ENSURE(cx->packs != NULL && cx->packs->record_forms != NULL);
    return map_get(&cx->packs->record_forms->by_id, id);
}
