/* One run of a measure: the frame of measures.sql around the text of the pack. Parameters that
 * change between two periods part a run in stretches. */
#include "engine/measures/measures_int.h"

#include "base/encoding.h"
#include "base/os_crypto.h"
#include "engine/policy/policy_values.h"

#include <stdlib.h>
#include <string.h>

/* Raised when the frame gives other rows for the same text. */
enum { FRAME_VERSION = 1, SQL_MOST = 2 * 1024 * 1024 };

static const char text_begin[] = "measured AS (";
static const char text_end[] = ")\nSELECT m.subject_id";
static const Str residence_parameter = {"permanent_residence_months",
                                        sizeof "permanent_residence_months" - 1};

static DbType column_type(ExprType type)
{
    if (type == EXPR_INTEGER)
        return DB_INTEGER;
    if (type == EXPR_DECIMAL)
        return DB_DECIMAL;
    return type == EXPR_DATE ? DB_DATE : DB_TEXT;
}

DbStatement run_statement(const Measure *measure, Arena *arena)
{
    Str frame = str_from_c(sql_measure_frame.sql);
    size_t begin = str_find(frame, str_from_c(text_begin), 0) + sizeof text_begin - 1;
    size_t end = str_find(frame, str_from_c(text_end), begin);
    ENSURE(end != SIZE_MAX);
    Buf buf;
    buf_init(&buf, arena, SQL_MOST);
    buf_put(&buf, str_slice(frame, 0, begin));
    buf_printf(&buf, "\n%.*s\n", STR_ARG(measure->sql));
    buf_put(&buf, str_slice(frame, end, frame.n));
    ENSURE(!buf.is_over);
    size_t own_n = sql_measure_frame.in_n;
    DbColumn *in = arena_array(arena, DbColumn, own_n + measure->parameter_n);
    memcpy(in, sql_measure_frame.in, own_n * sizeof *in);
    for (size_t i = 0; i < measure->parameter_n; i++) {
        const PolicyParameter *parameter = measure->parameters[i];
        in[own_n + i] =
            (DbColumn){str_to_c(arena, parameter->id), column_type(parameter->value.type), false};
    }
    DbStatement statement = sql_measure_frame;
    statement.name = str_to_c(arena, str_printf(arena, "measure %.*s", STR_ARG(measure->id)));
    statement.sql = str_to_c(arena, buf_str(&buf));
    statement.text_hash = str_hash(buf_str(&buf));
    statement.in = in;
    statement.in_n = own_n + measure->parameter_n;
    return statement;
}

Str run_signature(Cx *cx, const Measure *measure)
{
    Buf buf;
    buf_init(&buf, cx->arena, SQL_MOST);
    buf_printf(&buf, "%d %.*s", FRAME_VERSION, STR_ARG(measure->sql));
    const PolicyParameter *residence = map_get(&cx->packs->policy, residence_parameter);
    for (size_t i = 0; i <= measure->parameter_n; i++) {
        const PolicyParameter *parameter =
            i < measure->parameter_n ? measure->parameters[i] : residence;
        for (size_t j = 0; parameter != NULL && j < parameter->by_day.step_n; j++) {
            const FormStep *step = &parameter->by_day.steps[j];
            buf_printf(&buf, " $%.*s %d %.*s", STR_ARG(parameter->id),
                       date_is_none(step->from) ? 0 : (int)step->from.days,
                       STR_ARG(form_value_to_text(step->value, cx->arena)));
        }
    }
    ENSURE(!buf.is_over);
    Sha256 hash = sha256_of(buf_str(&buf));
    return hex_encode(cx->arena, (Str){(const char *)hash.bytes, sizeof hash.bytes});
}

Err run_residence(Cx *cx, Date day, int64_t *ret_months)
{
    return policy_whole_on(cx, residence_parameter, day, ret_months);
}

/* ---- values of parameters ---- */

typedef struct Stretch {
    Date first, last;
    int64_t residence;
    ExprValue *values; /* of the measure's parameters */
    Str key;           /* equal where they all are */
} Stretch;
typedef VEC(Stretch) Stretches;

static Err read_stretch(Cx *cx, const Measure *measure, Date day, Stretch *stretch)
{
    *stretch = (Stretch){.first = day, .last = day};
    stretch->values = arena_array(cx->arena, ExprValue, measure->parameter_n + 1);
    TRY(run_residence(cx, day, &stretch->residence));
    Buf buf;
    buf_init(&buf, cx->arena, KIB(64));
    buf_printf(&buf, "%lld", (long long)stretch->residence);
    for (size_t i = 0; i < measure->parameter_n; i++) {
        TRY(policy_value_on(cx, measure->parameters[i]->id, day, &stretch->values[i]));
        buf_printf(&buf, " | %.*s", STR_ARG(form_value_to_text(stretch->values[i], cx->arena)));
    }
    stretch->key = buf_str(&buf);
    return OK;
}

static Err read_stretches(Cx *cx, const MeasureRun *run, Stretches *stretches)
{
    Period period = period_of(run->kind, run->first);
    for (; date_compare(period.first, run->last) <= 0; period = period_next(period)) {
        Stretch next;
        TRY(read_stretch(cx, run->measure, period.first, &next));
        Stretch *before = stretches->n == 0 ? NULL : &stretches->items[stretches->n - 1];
        if (before != NULL && str_equals(before->key, next.key))
            before->last = next.last;
        else
            VEC_PUSH(cx->arena, stretches, next);
    }
    return OK;
}

static DbValue value_of(ExprValue value, DbType type)
{
    if (value.type == EXPR_INTEGER)
        return db_integer(value.as.integer);
    if (value.type == EXPR_DECIMAL)
        return db_decimal(value.as.decimal);
    if (value.type == EXPR_DATE)
        return db_date(value.as.date);
    return value.type == EXPR_TEXT ? db_text(value.as.text) : db_null(type);
}

/* ---- running ---- */

static int64_t months_of(PeriodKind kind)
{
    static const int64_t months[] = {
        [PERIOD_MONTH] = 1, [PERIOD_QUARTER] = 3, [PERIOD_HALF] = 6, [PERIOD_YEAR] = 12};
    return months[kind];
}

int run_order(const MeasureRow *a, const MeasureRow *b)
{
    int order = uuid_compare(a->subject, b->subject);
    if (order == 0)
        order = date_compare(a->period, b->period);
    return order == 0 ? uuid_compare(a->counted, b->counted) : order;
}

static int compare_rows(const void *left, const void *right)
{
    return run_order(left, right);
}

static Err read_rows(Cx *cx, const MeasureRun *run, const Stretch *stretch, MeasureRows *rows)
{
    const DbStatement statement = run_statement(run->measure, cx->arena);
    bool is_past = !date_is_none(cx->as_of);
    Date day = is_past ? cx->as_of : cx->today;
    Date known = is_past ? date_add_days(cx->as_of, 1) : date_from_ymd(9999, 12, 31);
    DbValue *in = arena_array(cx->arena, DbValue, statement.in_n);
    const DbValue own[] = {
        db_text(cx->place),
        db_date(stretch->first),
        db_date(stretch->last),
        db_integer(months_of(run->kind)),
        db_date(day),
        db_integer(stretch->residence),
        db_instant(instant_of_date(known, 0, 0)),
        db_uuid(run->from),
        db_uuid(run->upto),
        db_integer(run->is_stale),
    };
    size_t own_n = sizeof own / sizeof *own;
    ENSURE(own_n + run->measure->parameter_n == statement.in_n);
    memcpy(in, own, sizeof own);
    for (size_t i = 0; i < run->measure->parameter_n; i++)
        in[own_n + i] = value_of(stretch->values[i], statement.in[own_n + i].type);
    CLEANUP(db_rows_close) DbRows found = {0};
    TRY(db_query(cx->db, &statement, NULL, in, &found));
    for (;;) {
        bool has_row = false;
        TRY(db_next(&found, &has_row));
        if (!has_row)
            return OK;
        VEC_PUSH(cx->arena, rows,
                 ((MeasureRow){.subject = db_column(&found, 0).as.uuid,
                               .period = db_column(&found, 1).as.date,
                               .counted = db_column(&found, 2).as.uuid,
                               .area = str_copy(cx->arena, db_column(&found, 3).as.text),
                               .in_numerator = db_column(&found, 4).as.integer == 1}));
    }
}

/* What stands there twice counts once, and in the numerator when one of both does. */
static void fold(MeasureRows *rows)
{
    size_t kept = 0;
    for (size_t i = 0; i < rows->n; i++) {
        MeasureRow *last = kept == 0 ? NULL : &rows->items[kept - 1];
        if (last != NULL && run_order(last, &rows->items[i]) == 0)
            last->in_numerator |= rows->items[i].in_numerator;
        else
            rows->items[kept++] = rows->items[i];
    }
    rows->n = kept;
}

Err run_measure(Cx *cx, const MeasureRun *run, MeasureRows *rows)
{
    Stretches stretches = {0};
    TRY(read_stretches(cx, run, &stretches));
    for (size_t i = 0; i < stretches.n; i++) {
        Err err = read_rows(cx, run, &stretches.items[i], rows);
        if (err != OK)
            return cx_fail_db(cx, err);
    }
    if (rows->n > 1)
        qsort(rows->items, rows->n, sizeof *rows->items, compare_rows);
    fold(rows);
    return OK;
}

Err measure_check(Cx *cx, Str *ret_faults)
{
    size_t n = cx->packs->measures.n;
    DbStatement *statements = arena_array(cx->arena, DbStatement, n + 1);
    const DbStatement **list = arena_array(cx->arena, const DbStatement *, n + 1);
    for (size_t i = 0; i < n; i++) {
        statements[i] = run_statement(cx->packs->measures.entries[i].value, cx->arena);
        list[i] = &statements[i];
    }
    *ret_faults = STR("");
    Err err = db_check_statements(cx->db, list, n, cx->arena, ret_faults);
    return err == OK || ret_faults->n > 0 ? OK : cx_fail_db(cx, err);
}
