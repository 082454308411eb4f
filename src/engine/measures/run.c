/* One run of a measure: the frame of measures.sql around the text of the pack. Parameters that
 * change between two periods part a run in stretches. */
#include "engine/measures/measures_int.h"

#include "base/encoding.h"
#include "base/os_crypto.h"
#include "engine/policy/policy_values.h"

#include "engine/subjects/registers.h"

#include <stdlib.h>
#include <string.h>

/* Raised when the frame gives other rows for the same text. */
enum { FRAME_VERSION = 2, SQL_MOST = RUN_SQL_MOST };

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

static const DbStatement *frame_of(const Measure *measure, bool is_written)
{
    if (measure_is_of_units(measure))
        return is_written ? &sql_measure_written_unit_frame : &sql_measure_unit_frame;
    return is_written ? &sql_measure_written_frame : &sql_measure_frame;
}

Str run_before_text(const DbStatement *frame)
{
    Str sql = str_from_c(frame->sql);
    size_t at = str_find(sql, str_from_c(text_begin), 0);
    ENSURE(at != SIZE_MAX);
    return str_slice(sql, 0, at + sizeof text_begin - 1);
}

static Str behind_text(const DbStatement *ending)
{
    Str sql = str_from_c(ending->sql);
    size_t at = str_find(sql, str_from_c(text_end), 0);
    ENSURE(at != SIZE_MAX);
    return str_slice(sql, at, sql.n);
}

void run_take_text(DbStatement *statement, const Buf *sql, Arena *arena)
{
    ENSURE(!sql->is_over);
    statement->sql = str_to_c(arena, buf_str(sql));
    statement->text_hash = str_hash(buf_str(sql));
}

DbStatement run_statement(const Measure *measure, bool is_written, Arena *arena)
{
    const DbStatement *frame = frame_of(measure, is_written);
    const DbStatement *ending = measure->has_amounts   ? &sql_measure_amount_frame
                                : measure->is_standard ? &sql_measure_standard_frame
                                                       : frame;
    size_t own_n = frame->in_n;
    DbColumn *in = arena_array(arena, DbColumn, own_n + measure->parameter_n);
    memcpy(in, frame->in, own_n * sizeof *in);
    for (size_t i = 0; i < measure->parameter_n; i++) {
        const PolicyParameter *parameter = measure->parameters[i];
        in[own_n + i] =
            (DbColumn){str_to_c(arena, parameter->id), column_type(parameter->value.type), false};
    }
    DbStatement statement = *ending;
    statement.name = str_to_c(arena, str_printf(arena, "measure %.*s%s", STR_ARG(measure->id),
                                                is_written ? " of what is written down" : ""));
    Buf sql;
    buf_init(&sql, arena, SQL_MOST);
    buf_put(&sql, run_before_text(frame));
    buf_printf(&sql, "\n%.*s\n", STR_ARG(measure->sql));
    buf_put(&sql, behind_text(ending));
    run_take_text(&statement, &sql, arena);
    statement.in = in;
    statement.in_n = own_n + measure->parameter_n;
    return statement;
}

Str run_signature(Cx *cx, const Measure *measure)
{
    Buf buf;
    buf_init(&buf, cx->arena, SQL_MOST);
    /* asked of every measure in every step */
    buf_printf(&buf, "%d %016llx %zu", FRAME_VERSION, (unsigned long long)measure->sql_hash,
               measure->sql.n);
    if (measure_is_of_units(measure))
        buf_printf(&buf, " about %.*s", STR_ARG(measure->subject));
    if (measure->has_amounts)
        buf_put(&buf, STR(" amounts"));
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

static Err read_stretch(Cx *cx, const Measure *measure, Date day, RunStretch *stretch)
{
    *stretch = (RunStretch){.first = day, .last = day};
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

Err run_stretches(Cx *cx, const MeasureRun *run, RunStretches *stretches)
{
    Period period = period_of(run->kind, run->first);
    for (; date_compare(period.first, run->last) <= 0; period = period_next(period)) {
        RunStretch next;
        TRY(read_stretch(cx, run->measure, period.first, &next));
        RunStretch *before = stretches->n == 0 ? NULL : &stretches->items[stretches->n - 1];
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

/* Of what is there twice (somebody in two posts) the first by unit stands. */
static int compare_rows(const void *left, const void *right)
{
    const MeasureRow *a = left, *b = right;
    int order = run_order(a, b);
    return order == 0 ? str_compare(a->area, b->area) : order;
}

/* The parameters of the frame, as it declares them. */
void run_put_values(const Cx *cx, const MeasureRun *run, const RunStretch *stretch, DbValue *in)
{
    bool is_past = !date_is_none(cx->as_of);
    Date day = is_past ? cx->as_of : cx->today;
    Date known = is_past ? cx->as_of : date_from_ymd(9999, 12, 31);
    Instant known_at = instant_of_date(is_past ? date_add_days(known, 1) : known, 0, 0);
    const DbValue common[] = {
        db_text(cx->place),
        db_date(stretch->first),
        db_date(stretch->last),
        db_integer(months_of(run->kind)),
    };
    const DbValue of_people[] = {
        db_date(day),           db_integer(stretch->residence),
        db_instant(known_at),   db_uuid(run->from),
        db_uuid(run->upto),     db_integer(run->is_stale),
        db_integer(run->cause), db_date(known),
    };
    const DbValue of_units[] = {db_date(day), db_date(known), db_text(run->measure->subject)};
    size_t common_n = sizeof common / sizeof *common;
    memcpy(in, common, sizeof common);
    if (measure_is_of_units(run->measure))
        memcpy(in + common_n, of_units, sizeof of_units);
    else if (!run->is_written)
        memcpy(in + common_n, of_people, sizeof of_people);
}

MeasureRow run_weighed(const Measure *measure, MeasureRow row)
{
    row.denominator = measure->has_amounts ? (int64_t)row.required : 1;
    row.numerator = measure->has_amounts ? (int64_t)row.actual : row.in_numerator;
    return row;
}

static MeasureRow row_of(Cx *cx, const MeasureRun *run, const DbRows *found)
{
    const Measure *measure = run->measure;
    Str area = db_column(found, 3).as.text;
    MeasureRow row = {.subject = db_column(found, 0).as.uuid,
                      .period = db_column(found, 1).as.date,
                      .counted = db_column(found, 2).as.uuid,
                      .area = str_copy(cx->arena, area),
                      .in_numerator = db_column(found, 4).as.integer == 1};
    if (measure_is_of_units(measure) && !str_equals_c(measure->subject, "area"))
        row.area = subject_desk(cx->arena, cx->place, area);
    if (measure->is_standard || measure->has_amounts) {
        DbValue required = db_column(found, 5), actual = db_column(found, 6);
        row.has_required = !required.is_null;
        row.has_actual = !actual.is_null;
        row.required = required.is_null ? 0 : required.as.decimal;
        row.actual = actual.is_null ? 0 : actual.as.decimal;
    }
    return run_weighed(measure, row);
}

static bool is_asked_for(const MeasureRun *run, const RunStretch *stretch, const DbRows *found)
{
    Uuid subject = db_column(found, 0).as.uuid;
    Date period = db_column(found, 1).as.date;
    return uuid_compare(subject, run->from) >= 0 && uuid_compare(subject, run->upto) <= 0
           && date_compare(period, stretch->first) >= 0 && date_compare(period, stretch->last) <= 0;
}

static Err read_rows(Cx *cx, const MeasureRun *run, const RunStretch *stretch, MeasureRows *rows)
{
    const DbStatement statement = run_statement(run->measure, run->is_written, cx->arena);
    DbValue *in = arena_array(cx->arena, DbValue, statement.in_n);
    size_t own_n = frame_of(run->measure, run->is_written)->in_n;
    run_put_values(cx, run, stretch, in);
    for (size_t i = 0; i < run->measure->parameter_n; i++)
        in[own_n + i] = value_of(stretch->values[i], statement.in[own_n + i].type);
    CLEANUP(db_rows_close) DbRows found = {0};
    TRY(db_query(cx->db, &statement, NULL, in, &found));
    for (;;) {
        bool has_row = false;
        TRY(db_next(&found, &has_row));
        if (!has_row)
            return OK;
        if (is_asked_for(run, stretch, &found))
            VEC_PUSH(cx->arena, rows, row_of(cx, run, &found));
    }
}

/* What stands there twice counts once, and in the numerator when one of both does; of amounts the
 * first stands. */
static void fold(const Measure *measure, MeasureRows *rows)
{
    size_t kept = 0;
    for (size_t i = 0; i < rows->n; i++) {
        MeasureRow *last = kept == 0 ? NULL : &rows->items[kept - 1];
        if (last == NULL || run_order(last, &rows->items[i]) != 0) {
            rows->items[kept++] = rows->items[i];
        } else if (!measure->has_amounts) {
            last->in_numerator |= rows->items[i].in_numerator;
            *last = run_weighed(measure, *last);
        }
    }
    rows->n = kept;
}

Err run_measure(Cx *cx, const MeasureRun *run, MeasureRows *rows)
{
    RunStretches stretches = {0};
    TRY(run_stretches(cx, run, &stretches));
    for (size_t i = 0; i < stretches.n; i++) {
        Err err = read_rows(cx, run, &stretches.items[i], rows);
        if (err != OK)
            return cx_fail_db(cx, err);
    }
    if (rows->n > 1)
        qsort(rows->items, rows->n, sizeof *rows->items, compare_rows);
    fold(run->measure, rows);
    return OK;
}
