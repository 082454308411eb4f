/* ddl: the text of tables and views of forms. This file and answers_sql.c are where SQL is written
 * at run time; identifiers reach it checked by the pack loader ([a-z][a-z0-9_]*) and are quoted. */
#include "form/ddl.h"

enum { NAME_MOST = 63, NAME_HEAD = 54 };

static const char *const type_names[] = {
    [FIELD_TEXT] = "text",       [FIELD_INTEGER] = "integer",
    [FIELD_DECIMAL] = "decimal", [FIELD_DATE] = "date",
    [FIELD_CODE] = "code",       [FIELD_CODES] = "codes",
    [FIELD_ROWS] = "rows",       [FIELD_ATTACHMENT] = "attachment",
};

/* The columns of the header in v_<form>, and those of the keys. */
static const char *const reserved_names[] = {
    "place",       "record_id",   "rev",          "form",        "form_version",
    "subject_id",  "facility",    "performed_by", "recorded_by", "happened_on",
    "recorded_on", "recorded_at", "code",         "row_no",
};

Str ddl_type_name(FieldType type)
{
    return str_from_c(type_names[type]);
}

/* The views of engines: v_record, v_area ... */
static const char *const reserved_forms[] = {
    "record", "area", "facility", "catchment", "household", "resident", "obligation",
};

static bool is_among(Str name, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (str_equals_c(name, names[i]))
            return true;
    }
    return false;
}

bool ddl_name_is_reserved(Str name)
{
    return str_find(name, STR("__"), 0) != SIZE_MAX
           || is_among(name, reserved_names, sizeof reserved_names / sizeof *reserved_names);
}

bool ddl_form_is_reserved(Str id)
{
    return str_find(id, STR("__"), 0) != SIZE_MAX
           || is_among(id, reserved_forms, sizeof reserved_forms / sizeof *reserved_forms);
}

void ddl_put_name(Buf *out, Str name)
{
    DCHECK(str_find_char(name, '"', 0) == SIZE_MAX);
    buf_put_char(out, '"');
    buf_put(out, name);
    buf_put_char(out, '"');
}

static Str object_name(const char *prefix, const Form *form, const FormField *child, Arena *arena)
{
    Str name = child == NULL ? str_printf(arena, "%s%.*s", prefix, STR_ARG(form->id))
                             : str_printf(arena, "%s%.*s__%.*s", prefix, STR_ARG(form->id),
                                          STR_ARG(child->id));
    if (name.n <= NAME_MOST)
        return name;
    return str_printf(arena, "%.*s_%08x", (int)NAME_HEAD, name.p,
                      (unsigned)(str_hash(name) & 0xffffffffU));
}

Str ddl_table(const Form *form, const FormField *child, Arena *arena)
{
    return object_name("answer_", form, child, arena);
}

Str ddl_view(const Form *form, const FormField *child, Arena *arena)
{
    return object_name("v_", form, child, arena);
}

static bool has_child_table(const FormField *field)
{
    return !field->is_sealed && (form_type_is_set(field->type) || field->type == FIELD_ROWS);
}

static bool has_column(const FormField *field)
{
    return !field->is_sealed && !form_type_is_set(field->type) && field->type != FIELD_ROWS;
}

/* What a column is measured in; of a reference, what it refers to. Neither ever changes. */
static Str unit_of(const FormField *field)
{
    return field->refers_to.n > 0 ? field->refers_to : field->unit.zh;
}

void ddl_columns(const Form *form, Arena *arena, const DdlColumn **ret_columns, size_t *ret_n)
{
    VEC(DdlColumn) columns = {0};
    for (size_t i = 0; i < form->field_n; i++) {
        const FormField *field = &form->fields[i];
        if (field->is_sealed)
            continue;
        VEC_PUSH(arena, &columns,
                 (DdlColumn){field->id, ddl_type_name(field->type), unit_of(field), i, SIZE_MAX,
                             field->computed != NULL});
        if (field->type != FIELD_ROWS)
            continue;
        for (size_t j = 0; j < field->row_field_n; j++) {
            const FormField *row = &field->rows[j];
            Str name = str_printf(arena, "%.*s.%.*s", STR_ARG(field->id), STR_ARG(row->id));
            VEC_PUSH(arena, &columns,
                     (DdlColumn){name, ddl_type_name(row->type), unit_of(row), i, j, false});
        }
    }
    *ret_columns = columns.items;
    *ret_n = columns.n;
}

DdlFault ddl_fault(const Form *form, const DdlColumn *column, const DdlKnown *known)
{
    const FormField *field = &form->fields[column->field];
    Str own_name = field->id;
    if (column->row_field != SIZE_MAX) {
        const FormField *row = &field->rows[column->row_field];
        if (form_type_is_set(row->type) || row->type == FIELD_ROWS)
            return DDL_ROWS_NESTED;
        own_name = row->id;
    }
    if (ddl_name_is_reserved(own_name))
        return DDL_NAME_RESERVED;
    if (known == NULL)
        return DDL_FITS;
    if (!str_equals(known->type, column->type))
        return DDL_TYPE_CHANGED;
    if (!str_equals(known->unit, column->unit))
        return DDL_UNIT_CHANGED;
    if (column->is_computed && known->was_entered)
        return DDL_BECAME_COMPUTED;
    return !column->is_computed && known->was_computed ? DDL_BECAME_ENTERED : DDL_FITS;
}

static const char *column_type(FieldType type, DdlEngine engine)
{
    switch (type) {
    case FIELD_INTEGER: return engine == DDL_SQLITE ? "INTEGER" : "bigint";
    case FIELD_DECIMAL: return engine == DDL_SQLITE ? "REAL" : "double precision";
    case FIELD_DATE: return engine == DDL_SQLITE ? "TEXT" : "iso_date";
    case FIELD_TEXT:
    case FIELD_CODE:
    case FIELD_CODES:
    case FIELD_ROWS:
    case FIELD_ATTACHMENT: break;
    }
    return engine == DDL_SQLITE ? "TEXT" : "text COLLATE \"C\"";
}

static void put_key_columns(DdlEngine engine, Buf *out)
{
    buf_put_c(out, engine == DDL_SQLITE
                       ? "(place TEXT NOT NULL, record_id BLOB NOT NULL"
                       : "(place text COLLATE \"C\" NOT NULL, record_id uuid NOT NULL");
}

static void put_append_only(Str table, DdlEngine engine, Buf *out)
{
    if (engine == DDL_SQLITE) {
        buf_printf(out,
                   "CREATE TRIGGER \"%.*s_no_update\" BEFORE UPDATE ON \"%.*s\" BEGIN "
                   "SELECT RAISE(ABORT, 'append only'); END;\n"
                   "CREATE TRIGGER \"%.*s_no_delete\" BEFORE DELETE ON \"%.*s\" BEGIN "
                   "SELECT RAISE(ABORT, 'append only'); END;\n",
                   STR_ARG(table), STR_ARG(table), STR_ARG(table), STR_ARG(table));
        return;
    }
    buf_printf(out,
               "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON \"%.*s\" "
               "FOR EACH STATEMENT EXECUTE FUNCTION record_refuse_change();\n",
               STR_ARG(table));
}

static void put_column(const FormField *field, DdlEngine engine, Buf *out)
{
    ddl_put_name(out, field->id);
    buf_put_char(out, ' ');
    buf_put_c(out, column_type(field->type, engine));
}

static void put_table(const Form *form, const FormField *child, DdlEngine engine, Buf *out)
{
    Str table = ddl_table(form, child, out->arena);
    buf_put_c(out, "CREATE TABLE ");
    ddl_put_name(out, table);
    put_key_columns(engine, out);
    const char *last_key = "";
    const FormField *fields = child == NULL ? form->fields : child->rows;
    size_t field_n = child == NULL ? form->field_n : child->row_field_n;
    if (child != NULL && form_type_is_set(child->type)) {
        buf_printf(out, ", code %s NOT NULL", column_type(FIELD_CODE, engine));
        last_key = ", code";
        field_n = 0;
    } else if (child != NULL) {
        buf_printf(out, ", row_no %s NOT NULL", column_type(FIELD_INTEGER, engine));
        last_key = ", row_no";
    }
    for (size_t i = 0; i < field_n; i++) {
        if (child == NULL && !has_column(&fields[i]))
            continue;
        buf_put_c(out, ", ");
        put_column(&fields[i], engine, out);
    }
    buf_printf(out, ", PRIMARY KEY (place, record_id%s))%s;\n", last_key,
               engine == DDL_SQLITE ? " STRICT, WITHOUT ROWID" : "");
    put_append_only(table, engine, out);
}

static void put_new_column(const Form *form, const FormField *child, const FormField *field,
                           DdlEngine engine, Buf *out)
{
    buf_put_c(out, "ALTER TABLE ");
    ddl_put_name(out, ddl_table(form, child, out->arena));
    buf_put_c(out, " ADD COLUMN ");
    put_column(field, engine, out);
    buf_put_c(out, ";\n");
}

void ddl_put_tables(const Form *form, DdlEngine engine, const DdlColumn *columns, size_t n,
                    const bool *is_new, bool is_new_form, Buf *out)
{
    if (is_new_form)
        put_table(form, NULL, engine, out);
    size_t made = SIZE_MAX; /* the field of rows whose table was made with all its columns */
    for (size_t i = 0; i < n; i++) {
        if (!is_new[i])
            continue;
        const FormField *field = &form->fields[columns[i].field];
        if (columns[i].row_field != SIZE_MAX) {
            if (columns[i].field != made)
                put_new_column(form, field, &field->rows[columns[i].row_field], engine, out);
        } else if (has_child_table(field)) {
            put_table(form, field, engine, out);
            made = columns[i].field;
        } else if (!is_new_form) {
            put_new_column(form, NULL, field, engine, out);
        }
    }
}

typedef enum { SHOW_CURRENT, SHOW_AS_OF } Show;

/* The day of an as-of view: a one-row table of the connection, or a setting of it. */
static const char *day_of(DdlEngine engine)
{
    return engine == DDL_SQLITE ? "(SELECT d.day FROM temp.as_of_day d)"
                                : "current_setting('catchment.as_of')";
}

/* In SQLite a view in temp names the tables of main, whose names its own ones would hide. */
static const char *schema_of(DdlEngine engine, Show show)
{
    return engine == DDL_SQLITE && show == SHOW_AS_OF ? "main." : "";
}

static void put_condition(DdlEngine engine, Show show, Buf *out)
{
    const char *schema = schema_of(engine, show);
    buf_printf(out,
               " WHERE NOT EXISTS (SELECT 1 FROM %srecord_end e"
               " WHERE e.place = r.place AND e.record_id = r.id",
               schema);
    if (show == SHOW_AS_OF)
        buf_printf(out, " AND e.ended_on <= %s) AND r.recorded_on <= %s", day_of(engine),
                   day_of(engine));
    else
        buf_put_char(out, ')');
}

static const char *view_schema(DdlEngine engine, Show show)
{
    if (engine == DDL_SQLITE)
        return show == SHOW_AS_OF ? "temp." : "main.";
    return show == SHOW_AS_OF ? "as_of." : "";
}

static void put_drop(Str view, DdlEngine engine, Show show, Buf *out)
{
    buf_printf(out, "DROP VIEW IF EXISTS %s", view_schema(engine, show));
    ddl_put_name(out, view);
    buf_put_c(out, ";\n");
}

static void put_drops(const Form *form, DdlEngine engine, Show show, Buf *out)
{
    put_drop(ddl_view(form, NULL, out->arena), engine, show, out);
    for (size_t i = 0; i < form->field_n; i++) {
        if (has_child_table(&form->fields[i]))
            put_drop(ddl_view(form, &form->fields[i], out->arena), engine, show, out);
    }
}

static void put_view_head(Str view, DdlEngine engine, Show show, Buf *out)
{
    buf_printf(out, "CREATE VIEW %s", view_schema(engine, show));
    ddl_put_name(out, view);
    buf_put_c(out, " AS SELECT r.place, r.id AS record_id, r.rev, r.form_version, r.subject_id,"
                   " r.facility, r.performed_by, r.recorded_by, r.happened_on, r.recorded_on,"
                   " r.recorded_at");
}

static void put_view(const Form *form, const FormField *child, DdlEngine engine, Show show,
                     Buf *out)
{
    put_view_head(ddl_view(form, child, out->arena), engine, show, out);
    const FormField *fields = child == NULL ? form->fields : child->rows;
    size_t field_n = child == NULL ? form->field_n : child->row_field_n;
    if (child != NULL && form_type_is_set(child->type)) {
        buf_put_c(out, ", a.code");
        field_n = 0;
    } else if (child != NULL) {
        buf_put_c(out, ", a.row_no");
    }
    for (size_t i = 0; i < field_n; i++) {
        if (child == NULL && !has_column(&fields[i]))
            continue;
        buf_put_c(out, ", a.");
        ddl_put_name(out, fields[i].id);
    }
    const char *schema = schema_of(engine, show);
    buf_printf(out, " FROM %srecord r JOIN %s", schema, schema);
    ddl_put_name(out, ddl_table(form, child, out->arena));
    buf_put_c(out, " a ON a.place = r.place AND a.record_id = r.id");
    put_condition(engine, show, out);
    /* the table says so too, once somebody's records of every form were looked up in it */
    buf_printf(out, " AND r.form = '%.*s';\n", STR_ARG(form->id));
}

static void put_views(const Form *form, DdlEngine engine, Show show, Buf *out)
{
    put_view(form, NULL, engine, show, out);
    for (size_t i = 0; i < form->field_n; i++) {
        if (has_child_table(&form->fields[i]))
            put_view(form, &form->fields[i], engine, show, out);
    }
}

void ddl_put_views(const Form *form, DdlEngine engine, bool is_new_form, Buf *out)
{
    if (!is_new_form)
        put_drops(form, engine, SHOW_CURRENT, out);
    put_views(form, engine, SHOW_CURRENT, out);
    if (engine != DDL_POSTGRES)
        return;
    if (!is_new_form)
        put_drops(form, engine, SHOW_AS_OF, out);
    put_views(form, engine, SHOW_AS_OF, out);
}

void ddl_put_as_of(const Form *const *forms, size_t n, DdlEngine engine, Date day, Buf *out)
{
    char text[DATE_TEXT_SIZE];
    date_format(day, text);
    if (engine == DDL_POSTGRES) {
        buf_printf(out, "SET catchment.as_of = '%s'; SET search_path = as_of, public;\n", text);
        return;
    }
    buf_printf(out,
               "CREATE TEMP TABLE IF NOT EXISTS as_of_day (day TEXT NOT NULL) STRICT;\n"
               "DELETE FROM temp.as_of_day;\nINSERT INTO temp.as_of_day (day) VALUES ('%s');\n",
               text);
    put_drop(STR("v_record"), engine, SHOW_AS_OF, out);
    put_view_head(STR("v_record"), engine, SHOW_AS_OF, out);
    buf_put_c(out, ", r.form, r.amends FROM main.record r");
    put_condition(engine, SHOW_AS_OF, out);
    buf_put_c(out, ";\n");
    for (size_t i = 0; i < n; i++) {
        put_drops(forms[i], engine, SHOW_AS_OF, out);
        put_views(forms[i], engine, SHOW_AS_OF, out);
    }
}

void ddl_put_current(const Form *const *forms, size_t n, DdlEngine engine, Buf *out)
{
    if (engine == DDL_POSTGRES) {
        buf_put_c(out, "RESET search_path; RESET catchment.as_of;\n");
        return;
    }
    put_drop(STR("v_record"), engine, SHOW_AS_OF, out);
    for (size_t i = 0; i < n; i++)
        put_drops(forms[i], engine, SHOW_AS_OF, out);
    buf_put_c(out, "DROP TABLE IF EXISTS temp.as_of_day;\n");
}
