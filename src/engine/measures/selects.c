/* What a database says of the packs' SELECTs before anybody is asked: whether it takes them, and
 * how it would run them. The text was looked at word by word when the packs were loaded
 * (pack/measure_text.c); which columns there are, and which types can be compared, only the
 * database knows. */
#include "engine/measures/measures_int.h"

#include "db/plans.h"

/* Relations that may be walked through inside one another, each for every row of the one before: a
 * page of people, or some thousand organisations, twice, but never three times. */
enum { WALKS_MOST = 2, FAULTS_MOST = 64 * 1024 };

static Err refuse(Cx *cx, const Measure *measure, TextId text, Str said)
{
    return cx_fail(cx, ERR_PACK, text, measure->file, 2, measure->id, str_trim(said));
}

static Err look_at_plan(Cx *cx, const Measure *measure, const DbStatement *statement)
{
    bool is_of_units = measure_is_of_units(measure);
    const DbPlanLook look = {.statement = statement,
                             .is_paged = !is_of_units,
                             .may_walk = is_of_units,
                             .walks = WALKS_MOST};
    Buf faults;
    buf_init(&faults, cx->arena, FAULTS_MOST);
    Err err = db_plans_look(cx->db, cx->arena, &look, &faults);
    if (err != OK)
        return cx_fail_db(cx, err);
    return faults.n == 0 ? OK : refuse(cx, measure, TEXT_MEASURE_SLOW, buf_str(&faults));
}

static Err check_one(Cx *cx, const Measure *measure)
{
    const DbStatement statement = run_statement(measure, true, cx->arena);
    const DbStatement *list[] = {&statement};
    Str faults = {0};
    if (db_check_statements(cx->db, list, 1, cx->arena, &faults) != OK)
        return refuse(cx, measure, TEXT_MEASURE_REFUSED, faults);
    return look_at_plan(cx, measure, &statement);
}

/* What is refused ends a transaction of PostgreSQL: nothing can be asked behind it. */
static Err check_work(Cx *cx, void *arg)
{
    (void)arg;
    Err first = OK;
    Err err = run_scratch(cx);
    if (err != OK)
        return cx_fail_db(cx, err);
    for (size_t i = 0; i < cx->packs->measures.n; i++) {
        err = check_one(cx, cx->packs->measures.entries[i].value);
        if (err != OK && (err != ERR_PACK || db_engine(cx->db) == DB_POSTGRES))
            return err;
        first = first == OK ? err : first;
    }
    return first;
}

Err measure_check(Cx *cx)
{
    return cx_write(cx, check_work, NULL);
}
