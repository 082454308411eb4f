/* What many measures of one transaction read alike is written down once, in tables of the
 * connection (db_scratch): the people who are asked, or the organisations with what each of them
 * recorded last. The frame reckons them; here its relations go into the tables of their names. */
#include "engine/measures/measures_int.h"

static const char relations_begin[] = "WITH ";
static const Measure of_people = {.subject = {"resident", sizeof "resident" - 1}};
static const Measure of_units = {.subject = {"facility", sizeof "facility" - 1}};

/* ---- the tables ---- */

typedef struct Scratch {
    const char *table;
    const DbStatement *write;
    DbColumn columns[16];
    size_t column_n, key_n;
} Scratch;

static const Scratch people = {
    "measure_person",
    &sql_measure_people_write,
    {
        {"subject_id", DB_UUID, false},
        {"period", DB_DATE, false},
        {"ends_on", DB_DATE, false},
        {"area_code", DB_TEXT, false},
        {"sex", DB_TEXT, false},
        {"birth_date", DB_DATE, true},
        {"registered_on", DB_DATE, true},
        {"is_here", DB_INTEGER, false},
        {"is_permanent", DB_INTEGER, false},
    },
    9,
    0,
};

static const Scratch units[] = {
    {
        "measure_facility",
        &sql_measure_facility_write,
        {
            {"subject_id", DB_UUID, false},
            {"period", DB_DATE, false},
            {"ends_on", DB_DATE, false},
            {"last_on", DB_DATE, false},
            {"code", DB_TEXT, false},
            {"kind", DB_TEXT, false},
            {"level", DB_INTEGER, false},
            {"parent", DB_TEXT, true},
            {"area_code", DB_TEXT, true},
            {"ownership", DB_TEXT, true},
            {"status", DB_TEXT, true},
            {"licence_no", DB_TEXT, true},
            {"licence_to", DB_DATE, true},
        },
        13,
        2,
    },
    {
        "measure_staff",
        &sql_measure_staff_write,
        {
            {"subject_id", DB_UUID, false},
            {"period", DB_DATE, false},
            {"ends_on", DB_DATE, false},
            {"last_on", DB_DATE, false},
            {"code", DB_TEXT, false},
            {"facility", DB_TEXT, true},
            {"post", DB_TEXT, true},
            {"employment", DB_TEXT, true},
            {"qualification", DB_TEXT, true},
            {"licence_to", DB_DATE, true},
            {"title", DB_TEXT, true},
            {"education", DB_TEXT, true},
        },
        12,
        2,
    },
    {
        "measure_area",
        &sql_measure_area_write,
        {
            {"subject_id", DB_UUID, false},
            {"period", DB_DATE, false},
            {"ends_on", DB_DATE, false},
            {"last_on", DB_DATE, false},
            {"code", DB_TEXT, false},
            {"level", DB_INTEGER, false},
        },
        6,
        2,
    },
    {
        "measure_catchment",
        &sql_measure_catchment_write,
        {
            {"period", DB_DATE, false},
            {"facility", DB_TEXT, false},
            {"area_code", DB_TEXT, false},
            {"has_doctor", DB_INTEGER, false},
        },
        4,
        2,
    },
    {
        "measure_newest",
        &sql_measure_newest_write,
        {
            {"subject_id", DB_UUID, false},
            {"period", DB_DATE, false},
            {"form", DB_TEXT, false},
            {"record_id", DB_UUID, false},
        },
        4,
        3,
    },
};
enum { UNIT_N = sizeof units / sizeof *units };

static Err make(Cx *cx, const Scratch *scratch)
{
    return db_scratch(cx->db, cx->arena, scratch->table, scratch->columns, scratch->column_n,
                      scratch->key_n);
}

Err run_scratch(Cx *cx)
{
    Err err = make(cx, &people);
    for (size_t i = 0; err == OK && i < UNIT_N; i++)
        err = make(cx, &units[i]);
    return err;
}

/* ---- writing ---- */

/* The write's own text names the relation that it takes out of the frame. */
static Err write_stretch(Cx *cx, const MeasureRun *run, const RunStretch *stretch,
                         const Scratch *scratch, const DbStatement *frame)
{
    DbStatement statement = *scratch->write;
    Str write = str_from_c(statement.sql);
    Buf sql;
    buf_init(&sql, cx->arena, RUN_SQL_MOST);
    size_t with = str_find(write, str_from_c(relations_begin), 0);
    ENSURE(with < write.n);
    buf_put(&sql, str_slice(write, 0, with));
    buf_put(&sql, run_before_text(frame));
    buf_put(&sql, str_slice(write, run_before_text(&statement).n, write.n));
    run_take_text(&statement, &sql, cx->arena);
    statement.in = frame->in;
    statement.in_n = frame->in_n;
    DbValue *in = arena_array(cx->arena, DbValue, statement.in_n);
    run_put_values(cx, run, stretch, in);
    return db_run(cx->db, &statement, NULL, in, NULL);
}

/* asked: of no measure, so there are no parameters but the frame's own. */
static Err write_down(Cx *cx, const MeasureRun *asked, const Scratch *scratch,
                      const DbStatement *frame)
{
    RunStretches stretches = {0};
    TRY(run_stretches(cx, asked, &stretches));
    Err err = make(cx, scratch);
    for (size_t i = 0; err == OK && i < stretches.n; i++)
        err = write_stretch(cx, asked, &stretches.items[i], scratch, frame);
    return err == OK ? OK : cx_fail_db(cx, err);
}

Err run_people(Cx *cx, const MeasureRun *asked)
{
    MeasureRun run = *asked;
    run.measure = &of_people;
    run.is_written = false;
    return write_down(cx, &run, &people, &sql_measure_frame);
}

Err run_units(Cx *cx, const MeasureRun *asked)
{
    MeasureRun run = *asked;
    run.measure = &of_units;
    run.is_written = false;
    for (size_t i = 0; i < UNIT_N; i++)
        TRY(write_down(cx, &run, &units[i], &sql_measure_unit_frame));
    return OK;
}
