/* The tables and views of the pack set's forms, kept up with it. What has been made is noted in
 * form_field; whether there is anything to do is told by a hash of every column, kept as a setting
 * of the database (of no place), so that an unchanged set costs one read. */
#include "base/encoding.h"
#include "core/place.h"
#include "db/plans.h"
#include "engine/records/records_int.h"
#include "engine/records/records_sql.h"

enum {
    DDL_MOST = MIB(4),
    FORMS_MOST = 4096,
    TABLES_FORMAT =
        3, /* raised when ddl writes other views, or more is noted, for the same forms */
};

static const Str setting_tables = {"record_tables", sizeof "record_tables" - 1};
static const Str setting_lock = {"record_tables_lock", sizeof "record_tables_lock" - 1};

static DdlEngine ddl_engine(const Cx *cx)
{
    return db_engine(cx->db) == DB_SQLITE ? DDL_SQLITE : DDL_POSTGRES;
}

typedef struct {
    const Form *form;
    const DdlColumn *columns;
    bool *is_new;
    size_t n;
    bool is_new_form;
} Plan;

typedef struct {
    Plan *plans;
    size_t n;
    Str hash;
} Update;

static void plan_forms(Cx *cx, Update *update)
{
    const struct RecordForms *forms = cx->packs->record_forms;
    update->plans = arena_array(cx->arena, Plan, forms->form_n);
    update->n = forms->form_n;
    Sha256Stream stream;
    sha256_begin(&stream);
    sha256_add(&stream, str_printf(cx->arena, "%d\n", (int)TABLES_FORMAT));
    for (size_t i = 0; i < forms->form_n; i++) {
        Plan *plan = &update->plans[i];
        plan->form = forms->forms[i];
        sha256_add(&stream, plan->form->id);
        if (plan->form->sensitivity.n > 0)
            sha256_add(&stream,
                       str_printf(cx->arena, "\tclass %.*s\n", STR_ARG(plan->form->sensitivity)));
        ddl_columns(plan->form, cx->arena, &plan->columns, &plan->n);
        plan->is_new = arena_array(cx->arena, bool, plan->n);
        for (size_t j = 0; j < plan->n; j++) {
            const DdlColumn *column = &plan->columns[j];
            sha256_add(&stream,
                       str_printf(cx->arena, "%.*s\t%.*s\t%.*s\t%.*s%s\n", STR_ARG(plan->form->id),
                                  STR_ARG(column->name), STR_ARG(column->type),
                                  STR_ARG(column->unit), column->is_computed ? "\tcomputed" : ""));
        }
    }
    Sha256 hash = sha256_end(&stream);
    update->hash = hex_encode(cx->arena, (Str){(const char *)hash.bytes, sizeof hash.bytes});
}

/* "form field" -> what is known of it; "form " alone when the form has a table. */
static Err read_known(Cx *cx, Map *ret_known)
{
    map_init(ret_known, cx->arena);
    CLEANUP(db_rows_close) DbRows rows = {0};
    TRY(form_field_all_open(cx->db, &rows));
    for (;;) {
        FormFieldAllRow row;
        bool has_row;
        TRY(form_field_all_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        DdlKnown *known = arena_new(cx->arena, DdlKnown);
        bool is_noted = row.has_is_computed;
        *known = (DdlKnown){.name = row.field,
                            .type = row.type,
                            .unit = row.unit,
                            .was_entered = is_noted && row.is_computed == 0,
                            .was_computed = is_noted && row.is_computed != 0};
        map_put(ret_known,
                str_printf(cx->arena, "%.*s %.*s", STR_ARG(row.form), STR_ARG(row.field)), known);
    }
}

static void refuse_column(Cx *cx, const Form *form, const DdlColumn *column, const DdlKnown *known,
                          DdlFault fault)
{
    static const TextId texts[] = {
        [DDL_TYPE_CHANGED] = TEXT_FORM_FIELD_TYPE_CHANGED,
        [DDL_UNIT_CHANGED] = TEXT_FORM_FIELD_UNIT_CHANGED,
        [DDL_BECAME_COMPUTED] = TEXT_FORM_FIELD_COMPUTED,
        [DDL_BECAME_ENTERED] = TEXT_FORM_FIELD_ENTERED,
        [DDL_NAME_RESERVED] = TEXT_FORM_FIELD_RESERVED,
        [DDL_ROWS_NESTED] = TEXT_FORM_FIELD_NESTED,
    };
    bool is_type = fault == DDL_TYPE_CHANGED;
    Str before = known == NULL ? (Str){0} : is_type ? known->type : known->unit;
    Str after = is_type ? column->type : column->unit;
    Str where = str_printf(cx->arena, "%.*s/%.*s", STR_ARG(form->id), STR_ARG(column->name));
    Err err = cx_fail(cx, ERR_PACK, texts[fault], where, 4, form->id, column->name, before, after);
    (void)err; /* all faults are told; check_plans answers for them */
}

static Err check_plans(Cx *cx, Update *update)
{
    Map known;
    TRY(read_known(cx, &known));
    Err err = OK;
    for (size_t i = 0; i < update->n; i++) {
        Plan *plan = &update->plans[i];
        plan->is_new_form =
            !map_has(&known, str_printf(cx->arena, "%.*s ", STR_ARG(plan->form->id)));
        if (ddl_form_is_reserved(plan->form->id))
            err = cx_fail(cx, ERR_PACK, TEXT_FORM_RESERVED, plan->form->id, 1, plan->form->id);
        for (size_t j = 0; j < plan->n; j++) {
            const DdlColumn *column = &plan->columns[j];
            Str key =
                str_printf(cx->arena, "%.*s %.*s", STR_ARG(plan->form->id), STR_ARG(column->name));
            const DdlKnown *before = map_get(&known, key);
            plan->is_new[j] = before == NULL;
            DdlFault fault = ddl_fault(plan->form, column, before);
            if (fault == DDL_FITS)
                continue;
            refuse_column(cx, plan->form, column, before, fault);
            err = ERR_PACK;
        }
    }
    return err;
}

/* The row with no field says that the form has its table. */
static Err note_form(Cx *cx, const Form *form)
{
    const FormFieldInsertIn in = {.form = form->id,
                                  .field = STR(""),
                                  .type = STR("form"),
                                  .unit = STR(""),
                                  .first_version = form->version};
    return form_field_insert(cx->db, &in, NULL);
}

/* What was there before it was noted whether somebody enters it, is noted now. */
static Err note_column(Cx *cx, const Plan *plan, size_t at)
{
    const DdlColumn *column = &plan->columns[at];
    int64_t is_computed = column->is_computed ? 1 : 0;
    const FormFieldInsertIn in = {.form = plan->form->id,
                                  .field = column->name,
                                  .type = column->type,
                                  .unit = column->unit,
                                  .first_version = plan->form->version,
                                  .is_computed = is_computed};
    const FormFieldNoteIn note = {
        .form = plan->form->id, .field = column->name, .is_computed = is_computed};
    return plan->is_new[at] ? form_field_insert(cx->db, &in, NULL)
                            : form_field_note(cx->db, &note, NULL);
}

static Err apply_plan(Cx *cx, const Plan *plan)
{
    if (plan->is_new_form)
        TRY(note_form(cx, plan->form));
    for (size_t i = 0; i < plan->n; i++)
        TRY(note_column(cx, plan, i));
    Buf sql;
    buf_init(&sql, cx->arena, DDL_MOST);
    ddl_put_tables(plan->form, ddl_engine(cx), plan->columns, plan->n, plan->is_new,
                   plan->is_new_form, &sql);
    ddl_put_views(plan->form, ddl_engine(cx), plan->is_new_form, &sql);
    ENSURE(!sql.is_over);
    return db_script(cx->db, buf_str(&sql));
}

static Err note_class(Cx *cx, const Form *form, bool *has_changed)
{
    const FormClassWriteIn in = {.form = form->id, .class = form->sensitivity};
    const FormClassRemoveIn none = {.form = form->id};
    int64_t changed = 0;
    TRY(form->sensitivity.n > 0 ? form_class_write(cx->db, &in, &changed)
                                : form_class_remove(cx->db, &none, &changed));
    *has_changed = *has_changed || changed > 0;
    return OK;
}

/* The register takes no facts from sensitive forms: where one was opened or closed, what residents
 * are known by follows. */
static Err remake_facts(Cx *cx)
{
    const Place *places = NULL;
    size_t n = 0;
    TRY(place_list(cx, &places, &n));
    for (size_t i = 0; i < n; i++) {
        Cx of_place = *cx;
        RecordFactsReport ignored;
        of_place.place = places[i].code;
        TRY(record_facts_remake(&of_place, &ignored));
    }
    return OK;
}

static Err update_work(Cx *cx, void *arg)
{
    Update *update = arg;
    Cx database = cx_of_database(cx);
    Str applied;
    /* Whoever writes the row first goes on, others wait for it and find the work done. */
    TRY(setting_put(&database, setting_lock, STR("1")));
    TRY(setting_get(&database, setting_tables, &applied));
    if (str_equals(applied, update->hash))
        return OK;
    TRY(check_plans(cx, update));
    bool has_changed = false, is_new = false;
    for (size_t i = 0; i < update->n; i++) {
        const Plan *plan = &update->plans[i];
        TRY(apply_plan(cx, plan));
        TRY(note_class(cx, plan->form, plan->is_new_form ? &is_new : &has_changed));
    }
    if (has_changed)
        TRY(remake_facts(cx));
    TRY(db_plans_update(cx->db));
    return setting_put(&database, setting_tables, update->hash);
}

Err record_tables_update(Cx *cx)
{
    ENSURE(cx->packs != NULL && cx->packs->record_forms != NULL);
    Update update;
    plan_forms(cx, &update);
    Cx database = cx_of_database(cx);
    Str applied;
    Err err = setting_get(&database, setting_tables, &applied);
    if (err != OK)
        return cx_fail_db(cx, err);
    return str_equals(applied, update.hash) ? OK : cx_write(cx, update_work, &update);
}

/* What update_work would do to the forms, one line each. */
static void list_changes(Cx *cx, const Update *update, const RecordTableChange **ret_changes,
                         size_t *ret_n)
{
    VEC(RecordTableChange) changes = {0};
    for (size_t i = 0; i < update->n; i++) {
        const Plan *plan = &update->plans[i];
        if (plan->is_new_form)
            VEC_PUSH(cx->arena, &changes, (RecordTableChange){.form = plan->form->id});
        for (size_t j = 0; j < plan->n && !plan->is_new_form; j++) {
            if (plan->is_new[j])
                VEC_PUSH(cx->arena, &changes,
                         (RecordTableChange){plan->form->id, plan->columns[j].name});
        }
    }
    if (changes.n == 0) /* other views of the same columns */
        VEC_PUSH(cx->arena, &changes, (RecordTableChange){0});
    *ret_changes = changes.items;
    *ret_n = changes.n;
}

Err record_tables_pending(Cx *cx, const RecordTableChange **ret_changes, size_t *ret_n)
{
    Update update;
    plan_forms(cx, &update);
    Cx database = cx_of_database(cx);
    Str applied;
    *ret_n = 0;
    TRY(setting_get(&database, setting_tables, &applied));
    if (str_equals(applied, update.hash))
        return OK;
    Err err = check_plans(cx, &update);
    if (err != OK)
        return err == ERR_PACK ? err : cx_fail_db(cx, err);
    list_changes(cx, &update, ret_changes, ret_n);
    return OK;
}

static FieldType field_type(Str name)
{
    static const FieldType types[] = {FIELD_TEXT, FIELD_INTEGER, FIELD_DECIMAL,    FIELD_DATE,
                                      FIELD_CODE, FIELD_CODES,   FIELD_ATTACHMENT, FIELD_ROWS};
    size_t at = 0;
    while (at + 1 < sizeof types / sizeof *types && !str_equals(ddl_type_name(types[at]), name))
        at++;
    return types[at];
}

typedef struct {
    Str id;
    VEC(FormField) fields;
} KnownForm;

/* Rows come by form and field: a sub-field "drugs.name" behind its field "drugs". */
static void take_field(Cx *cx, KnownForm *known, Str name, Str type)
{
    size_t dot = str_find_char(name, '.', 0);
    FormField field = {.id = name, .type = field_type(type)};
    if (dot == SIZE_MAX) {
        VEC_PUSH(cx->arena, &known->fields, field);
        return;
    }
    field.id = str_slice(name, dot + 1, name.n);
    for (size_t i = 0; i < known->fields.n; i++) {
        FormField *parent = &known->fields.items[i];
        if (!str_equals(parent->id, str_slice(name, 0, dot)))
            continue;
        FormField *rows = arena_array(cx->arena, FormField, parent->row_field_n + 1);
        for (size_t j = 0; j < parent->row_field_n; j++)
            rows[j] = parent->rows[j];
        rows[parent->row_field_n++] = field;
        parent->rows = rows;
    }
}

static Err remake_form(Cx *cx, const KnownForm *known)
{
    Form form = {.id = known->id, .fields = known->fields.items, .field_n = known->fields.n};
    const DdlColumn *columns;
    size_t n;
    Buf sql;
    ddl_columns(&form, cx->arena, &columns, &n);
    bool *is_new = arena_array(cx->arena, bool, n);
    for (size_t i = 0; i < n; i++)
        is_new[i] = true;
    buf_init(&sql, cx->arena, DDL_MOST);
    ddl_put_tables(&form, ddl_engine(cx), columns, n, is_new, true, &sql);
    ENSURE(!sql.is_over);
    return db_script(cx->db, buf_str(&sql));
}

static Err read_forms(Cx *cx, KnownForm *forms, size_t most, size_t *ret_n)
{
    CLEANUP(db_rows_close) DbRows rows = {0};
    TRY(form_field_all_open(cx->db, &rows));
    size_t n = 0;
    for (;;) {
        FormFieldAllRow row;
        bool has_row;
        TRY(form_field_all_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            break;
        if (n == 0 || !str_equals(forms[n - 1].id, row.form)) {
            if (n == most)
                return ERR_LIMIT;
            forms[n++] = (KnownForm){.id = row.form};
        }
        if (row.field.n > 0)
            take_field(cx, &forms[n - 1], row.field, row.type);
    }
    *ret_n = n;
    return OK;
}

Err record_form_stored(Cx *cx, Str id, const Form **ret_form)
{
    KnownForm *forms = arena_array(cx->arena, KnownForm, FORMS_MOST);
    size_t n = 0;
    TRY(read_forms(cx, forms, FORMS_MOST, &n));
    *ret_form = NULL;
    for (size_t i = 0; i < n; i++) {
        if (!str_equals(forms[i].id, id))
            continue;
        Form *form = arena_new(cx->arena, Form);
        *form = (Form){.id = forms[i].id,
                       .subject = STR("resident"),
                       .fields = forms[i].fields.items,
                       .field_n = forms[i].fields.n};
        *ret_form = form;
    }
    return OK;
}

Err record_tables_remake(Cx *cx)
{
    KnownForm *forms = arena_array(cx->arena, KnownForm, FORMS_MOST);
    size_t n = 0;
    TRY(read_forms(cx, forms, FORMS_MOST, &n));
    for (size_t i = 0; i < n; i++)
        TRY(remake_form(cx, &forms[i]));
    return OK;
}

Err record_tables_forget(Cx *cx)
{
    Cx database = cx_of_database(cx);
    return setting_put(&database, setting_tables, STR(""));
}

static Err run_views(Cx *cx, Buf *sql)
{
    ENSURE(!sql->is_over);
    Err err = db_script(cx->db, buf_str(sql));
    return err == OK ? OK : cx_fail_db(cx, err);
}

Err record_views_as_of(Cx *cx, Date day)
{
    const struct RecordForms *forms = cx->packs->record_forms;
    Buf sql;
    buf_init(&sql, cx->arena, DDL_MOST);
    ddl_put_as_of(forms->forms, forms->form_n, ddl_engine(cx), day, &sql);
    return run_views(cx, &sql);
}

Err record_views_current(Cx *cx)
{
    const struct RecordForms *forms = cx->packs->record_forms;
    Buf sql;
    buf_init(&sql, cx->arena, DDL_MOST);
    ddl_put_current(forms->forms, forms->form_n, ddl_engine(cx), &sql);
    return run_views(cx, &sql);
}
