/* answers_sql: one insert and the reads of a table, written from the declaration. */
#include "form/answers_sql.h"

enum { SQL_MOST = KIB(64) };

void answers_fields(const Form *form, const FormField *child, Arena *arena,
                    const size_t **ret_fields, size_t *ret_n)
{
    VEC(size_t) fields = {0};
    size_t n = child == NULL ? form->field_n : child->row_field_n;
    for (size_t i = 0; i < n; i++) {
        if (child == NULL) {
            const FormField *field = &form->fields[i];
            if (field->is_sealed || form_type_is_set(field->type) || field->type == FIELD_ROWS)
                continue;
        }
        VEC_PUSH(arena, &fields, i);
    }
    *ret_fields = fields.items;
    *ret_n = fields.n;
}

void answers_listed(const Form *form, Arena *arena, const size_t **ret_fields, size_t *ret_n)
{
    VEC(size_t) listed = {0};
    const size_t *fields;
    size_t n;
    answers_fields(form, NULL, arena, &fields, &n);
    for (size_t i = 0; i < n; i++) {
        if (form->fields[fields[i]].is_in_lists)
            VEC_PUSH(arena, &listed, fields[i]);
    }
    *ret_fields = listed.items;
    *ret_n = listed.n;
}

void answers_children(const Form *form, Arena *arena, const size_t **ret_fields, size_t *ret_n)
{
    VEC(size_t) fields = {0};
    for (size_t i = 0; i < form->field_n; i++) {
        const FormField *field = &form->fields[i];
        if (!field->is_sealed && (form_type_is_set(field->type) || field->type == FIELD_ROWS))
            VEC_PUSH(arena, &fields, i);
    }
    *ret_fields = fields.items;
    *ret_n = fields.n;
}

/* What stands in a child table besides the key and its sub-fields. */
static const char *extra_column(const FormField *child)
{
    if (child == NULL)
        return NULL;
    return form_type_is_set(child->type) ? "code" : "row_no";
}

static void put_fields(const Form *form, const FormField *child, const char *before, Buf *out)
{
    const size_t *fields;
    size_t n;
    answers_fields(form, child, out->arena, &fields, &n);
    if (child != NULL && form_type_is_set(child->type))
        return;
    for (size_t i = 0; i < n; i++) {
        buf_put_c(out, before);
        ddl_put_name(out, (child == NULL ? form->fields : child->rows)[fields[i]].id);
    }
}

Str answers_sql_insert(const Form *form, const FormField *child, Arena *arena)
{
    Buf out;
    buf_init(&out, arena, SQL_MOST);
    buf_put_c(&out, "INSERT INTO ");
    ddl_put_name(&out, ddl_table(form, child, arena));
    buf_put_c(&out, " (place, record_id");
    size_t n = 0;
    if (extra_column(child) != NULL) {
        buf_printf(&out, ", %s", extra_column(child));
        n++;
    }
    put_fields(form, child, ", ", &out);
    if (child == NULL || child->type == FIELD_ROWS) {
        const size_t *fields;
        size_t field_n;
        answers_fields(form, child, arena, &fields, &field_n);
        n += field_n;
    }
    buf_put_c(&out, ") VALUES (:place, :record_id");
    for (size_t i = 0; i < n; i++)
        buf_printf(&out, ", :f%zu", i);
    buf_put_char(&out, ')');
    ENSURE(!out.is_over);
    return buf_str(&out);
}

/* Deliberately by dates that are stored, not by the published views: the day is a parameter here.
 */
static const char known_then[] =
    " AND r.recorded_on <= :known_on AND NOT EXISTS (SELECT 1 FROM record_end e"
    " WHERE e.place = r.place AND e.record_id = r.id AND e.ended_on <= :known_on)";

/* The newest current record of each subject, looked up one by one in the index of subjects alone: a
 * past day would have to read every header. LIMIT keeps it a list of its own: joined
 * into the rest, PostgreSQL would compare its ids with those of every answer of the form. */
static void put_newest(int most, Buf *out)
{
    buf_put_c(out, " FROM (SELECT (SELECT n.id FROM record n WHERE n.place = :place"
                   " AND n.subject_id = asked.column1 AND n.form = :form"
                   " AND NOT EXISTS (SELECT 1 FROM record_end e WHERE e.place = n.place"
                   " AND e.record_id = n.id)"
                   " ORDER BY n.happened_on DESC, n.id DESC LIMIT 1) AS id FROM (VALUES ");
    for (int i = 0; i < most; i++)
        buf_printf(out, "%s(:s%d)", i == 0 ? "" : ", ", i);
    buf_printf(out, ") asked WHERE asked.column1 IS NOT NULL LIMIT %d) newest CROSS JOIN record r",
               most);
}

static bool is_of_residents(const Form *form)
{
    return str_equals_c(form->subject, "resident");
}

/* A child table has those of the page: its first and last record are known. */
static void put_page(const Form *form, const FormField *child, Buf *out)
{
    buf_put_c(out, is_of_residents(form)
                       ? " WHERE person.place = r.place AND person.id = r.subject_id AND"
                       : " WHERE");
    buf_put_c(
        out,
        " r.place = :place AND r.form = :form AND r.happened_on >= :from_day AND r.happened_on <= :to_day"
        " AND r.happened_on <= :before_day"
        " AND (r.happened_on < :before_day OR r.id < :before_id)"
        " AND r.happened_on >= :last_day AND (r.happened_on > :last_day OR r.id >= :last_id)"
        " AND (:facility = '' OR r.facility = :facility)"
        " AND r.performed_by >= :served_from AND r.performed_by <= :served_to"
        " AND NOT EXISTS (SELECT 1 FROM record_end e"
        " WHERE e.place = r.place AND e.record_id = r.id)");
    buf_put_c(out, is_of_residents(form)
                       ? " AND person.area_code >= :area_from AND person.area_code < :area_to"
                         " AND {scope:area person} AND {scope:form r}"
                       : " AND (:area_from = '' OR EXISTS (SELECT 1 FROM v_subject_party stands"
                         " WHERE stands.place = r.place AND stands.subject_id = r.subject_id"
                         " AND stands.area_code >= :area_from AND stands.area_code < :area_to))"
                         " AND {scope:record r}");
    if (child != NULL) /* so that every read of a page has the same parameters */
        buf_put_c(out, " AND :most > 0");
}

/* Some records by their ids, whoever they are about. */
static Str read_many(const Form *form, const FormField *child, Buf *out)
{
    buf_put_c(out, "SELECT a.record_id AS id");
    if (child != NULL)
        buf_printf(out, ", a.%s", extra_column(child));
    put_fields(form, child, ", a.", out);
    buf_put_c(out, " FROM (VALUES ");
    for (int i = 0; i < ANSWERS_MANY_MOST; i++)
        buf_printf(out, "%s(:r%d)", i == 0 ? "" : ", ", i);
    buf_put_c(out, ") asked CROSS JOIN ");
    ddl_put_name(out, ddl_table(form, child, out->arena));
    buf_put_c(out, " a WHERE a.place = :place AND a.record_id = asked.column1");
    if (child != NULL)
        buf_printf(out, " ORDER BY a.record_id, a.%s", extra_column(child));
    ENSURE(!out->is_over);
    return buf_str(out);
}

/* Records about residents go through the person's row, whose index leads; others by their parties.
 */
static void put_each(const Form *form, Buf *out)
{
    bool is_resident = str_equals_c(form->subject, "resident");
    if (is_resident)
        buf_put_c(out,
                  " JOIN resident person ON person.place = r.place AND person.id = r.subject_id");
    buf_put_c(out, " WHERE r.place = :place AND r.form = :form AND r.recorded_on <= :known_on");
    buf_put_c(out, is_resident ? " AND {scope:resident person}" : " AND {scope:record r}");
}

static bool is_latest(AnswersWhich which)
{
    return which == ANSWERS_LATEST || which == ANSWERS_LATEST_FEW;
}

static void put_where(const Form *form, const FormField *child, AnswersWhich which, Buf *out)
{
    switch (which) {
    case ANSWERS_OF_RECORD: buf_put_c(out, " WHERE r.place = :place AND r.id = :id"); break;
    case ANSWERS_OF_SUBJECT:
    case ANSWERS_LISTED:
        buf_put_c(out, " WHERE r.place = :place AND r.subject_id = :subject AND r.form = :form");
        break;
    case ANSWERS_PREVIOUS:
        buf_put_c(out, " WHERE r.place = :place AND r.subject_id = :subject AND r.form = :form"
                       " AND r.happened_on <= :day"
                       " AND (r.happened_on < :day OR r.id < :before_id) AND r.id <> :not_id");
        buf_put_c(out, known_then);
        break;
    case ANSWERS_LATEST:
    case ANSWERS_LATEST_FEW: buf_put_c(out, " WHERE r.place = :place AND r.id = newest.id"); break;
    case ANSWERS_OF_MANY: break; /* read_many */
    case ANSWERS_PAGE: put_page(form, child, out); break;
    case ANSWERS_EACH: put_each(form, out); break;
    }
}

static const char join_answers[] = " AND a.place = r.place AND a.record_id = r.id";

static void put_order(const FormField *child, AnswersWhich which, Buf *out)
{
    if (which == ANSWERS_PREVIOUS) {
        buf_put_c(out, " ORDER BY r.happened_on DESC, r.id DESC LIMIT 1");
        return;
    }
    if (which == ANSWERS_PAGE && child == NULL) {
        buf_put_c(out, " ORDER BY r.happened_on DESC, r.id DESC LIMIT :most");
        return;
    }
    if (is_latest(which) || (which != ANSWERS_EACH && child == NULL))
        return;
    buf_put_c(out, which == ANSWERS_EACH ? " ORDER BY r.subject_id, r.happened_on, r.id"
                                         : " ORDER BY r.id");
    if (child != NULL)
        buf_printf(out, ", a.%s", extra_column(child));
}

static void put_listed(const Form *form, Buf *out)
{
    const size_t *fields;
    size_t n;
    answers_listed(form, out->arena, &fields, &n);
    for (size_t i = 0; i < n; i++) {
        buf_put_c(out, ", a.");
        ddl_put_name(out, form->fields[fields[i]].id);
    }
}

static void put_columns(const Form *form, const FormField *child, AnswersWhich which, Buf *out)
{
    if (which == ANSWERS_LISTED)
        buf_put_c(out, "SELECT r.id");
    else if (is_latest(which))
        buf_put_c(out, "SELECT r.id, r.subject_id, r.happened_on");
    else if (child == NULL)
        buf_put_c(out, "SELECT r.id, r.subject_id, r.happened_on, r.rev, r.form_version,"
                       " r.facility, r.performed_by, r.recorded_by, r.recorded_at, r.amends");
    else
        buf_printf(out, "SELECT r.id, r.subject_id, r.happened_on, a.%s", extra_column(child));
    if (which == ANSWERS_LISTED || is_latest(which))
        put_listed(form, out);
    else
        put_fields(form, child, ", a.", out);
}

Str answers_sql_read(const Form *form, const FormField *child, AnswersWhich which, Arena *arena)
{
    DCHECK(child == NULL || which == ANSWERS_OF_RECORD || which == ANSWERS_OF_SUBJECT
           || which == ANSWERS_EACH || which == ANSWERS_PAGE || which == ANSWERS_OF_MANY);
    Buf out;
    buf_init(&out, arena, SQL_MOST);
    if (which == ANSWERS_OF_MANY)
        return read_many(form, child, &out);
    put_columns(form, child, which, &out);
    bool tells_end = which == ANSWERS_EACH && child == NULL;
    if (tells_end)
        buf_put_c(&out, ", CASE WHEN e.record_id IS NULL THEN 0 ELSE 1 END AS is_ended,"
                        " e.amended_by, e.reason, e.ended_at");
    /* CROSS JOIN: SQLite without statistics would else go through the whole table of answers to
     * find a subject's. To PostgreSQL it is a join like any other. */
    if (is_latest(which))
        put_newest(which == ANSWERS_LATEST ? ANSWERS_LATEST_MOST : ANSWERS_FEW_MOST, &out);
    else
        buf_put_c(&out, " FROM record r");
    if (which == ANSWERS_PAGE
        && is_of_residents(form)) /* the person before the answers: most may be out of sight */
        buf_put_c(&out, " CROSS JOIN resident person");
    buf_put_c(&out, " CROSS JOIN ");
    ddl_put_name(&out, ddl_table(form, child, arena));
    buf_put_c(&out, " a");
    if (tells_end)
        buf_put_c(&out, " LEFT JOIN record_end e ON e.place = r.place AND e.record_id = r.id"
                        " AND e.ended_on <= :known_on");
    put_where(form, child, which, &out);
    buf_put_c(&out, join_answers);
    put_order(child, which, &out);
    ENSURE(!out.is_over);
    return buf_str(&out);
}

Str answers_sql_earlier(const Form *form, const size_t *fields, size_t n, Arena *arena)
{
    Buf out;
    buf_init(&out, arena, SQL_MOST);
    buf_put_c(&out, "SELECT r.id, r.happened_on");
    for (size_t i = 0; i < n; i++) {
        buf_put_c(&out, ", a.");
        ddl_put_name(&out, form->fields[fields[i]].id);
    }
    buf_put_c(&out, " FROM record r");
    if (n > 0) {
        buf_put_c(&out, " CROSS JOIN ");
        ddl_put_name(&out, ddl_table(form, NULL, arena));
        buf_put_c(&out, " a");
    }
    put_where(form, NULL, ANSWERS_PREVIOUS, &out);
    if (n > 0)
        buf_put_c(&out, join_answers);
    put_order(NULL, ANSWERS_PREVIOUS, &out);
    ENSURE(!out.is_over);
    return buf_str(&out);
}
