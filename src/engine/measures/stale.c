/* Whose rows are to be made anew, and why: marked in the transaction of the change, taken page by
 * page by whoever makes rows (settle.c). The cause is the form of which somebody has another record
 * now, and then only the measures that read it are made anew; or STALE_WHOLLY, and all are. */
#include "engine/measures/measures_int.h"

#include "base/map.h"

#include <string.h>

enum { PEOPLE_MOST = 50, UNITS_MOST = 40 };

int64_t stale_cause(const Form *form)
{
    return (int64_t)(str_hash(form->id) >> 1 | 1); /* not STALE_WHOLLY */
}

static bool reads(const Measure *measure, const Form *form)
{
    bool is_read = false;
    for (size_t i = 0; i < measure->form_n && !is_read; i++)
        is_read = measure->forms[i] == form;
    return is_read;
}

bool stale_concerns(const Measure *measure, int64_t cause)
{
    bool is_read = cause == STALE_WHOLLY;
    for (size_t i = 0; i < measure->form_n && !is_read; i++)
        is_read = stale_cause(measure->forms[i]) == cause;
    return is_read;
}

Uuid stale_units_id(int64_t key)
{
    Uuid id = UUID_NIL;
    for (size_t i = 0; i < sizeof key; i++)
        id.bytes[sizeof id.bytes - 1 - i] = (uint8_t)((uint64_t)key >> (8 * i));
    return id;
}

/* Ids of measures begin with zeros, those of people with their time. */
static bool is_units_id(Uuid id)
{
    return memcmp(id.bytes, UUID_NIL.bytes, sizeof id.bytes / 2) == 0;
}

Err stale_mark(Cx *cx, int64_t cause, Uuid subject)
{
    const MeasureStaleMarkIn in = {cx->place, cause, subject};
    Err err = measure_stale_mark(cx->db, &in);
    return err == OK ? OK : cx_fail_db(cx, err);
}

Err stale_count(Cx *cx, int64_t *ret_n)
{
    const MeasureStaleCountIn in = {cx->place};
    MeasureStaleCountRow row;
    Err err = measure_stale_count(cx->db, cx->arena, &in, &row);
    if (err != OK)
        return cx_fail_db(cx, err);
    *ret_n = row.n;
    return OK;
}

/* ---- pages ---- */

/* The first of the next ones says of what kind all of them are; the mark of all organisations is
 * alone. */
static bool goes_along(const StalePage *page, const MeasureStalePageRow *row)
{
    size_t most = page->is_units ? UNITS_MOST : PEOPLE_MOST;
    return row->cause == page->cause && page->n < most && !uuid_equals(page->upto, STALE_UNITS)
           && is_units_id(row->subject_id) == page->is_units;
}

static Err find_page(Cx *cx, StalePage *page)
{
    CLEANUP(db_rows_close) DbRows found = {0};
    const MeasureStalePageIn in = {cx->place, PEOPLE_MOST};
    TRY(measure_stale_page_open(cx->db, &in, &found));
    for (;;) {
        MeasureStalePageRow row;
        bool has_row = false;
        TRY(measure_stale_page_next(&found, cx->arena, &row, &has_row));
        if (has_row && page->n == 0)
            *page = (StalePage){.cause = row.cause,
                                .from = row.subject_id,
                                .is_units = is_units_id(row.subject_id)};
        else if (!has_row || !goes_along(page, &row))
            return OK;
        page->upto = row.subject_id;
        page->n++;
    }
}

/* Another process may have marked one in between: what is taken is what is made. */
static Err read_taken(Cx *cx, StalePage *page)
{
    CLEANUP(db_rows_close) DbRows found = {0};
    const MeasureStaleTakenIn in = {cx->place, page->cause, page->from, page->upto};
    VEC(Uuid) taken = {0};
    TRY(measure_stale_taken_open(cx->db, &in, &found));
    for (;;) {
        MeasureStaleTakenRow row;
        bool has_row = false;
        TRY(measure_stale_taken_next(&found, cx->arena, &row, &has_row));
        if (!has_row)
            break;
        VEC_PUSH(cx->arena, &taken, row.subject_id);
    }
    page->taken = taken.items;
    page->n = taken.n;
    return OK;
}

Err stale_take(Cx *cx, StalePage *page)
{
    *page = (StalePage){0};
    Err err = find_page(cx, page);
    if (err == OK && page->n > 0) {
        const MeasureStaleTakeIn in = {cx->place, page->cause, page->from, page->upto};
        err = measure_stale_take(cx->db, &in, NULL);
    }
    if (err == OK && page->n > 0)
        err = read_taken(cx, page);
    return err == OK ? OK : cx_fail_db(cx, err);
}

Err stale_clear(Cx *cx, const StalePage *page)
{
    const MeasureStaleClearIn in = {cx->place, page->cause, page->from, page->upto};
    Err err = measure_stale_clear(cx->db, &in, NULL);
    return err == OK ? OK : cx_fail_db(cx, err);
}

/* ---- hooks ---- */

static Err mark_person(Cx *cx, int64_t cause, Uuid person)
{
    return uuid_is_nil(person) ? OK : stale_mark(cx, cause, person);
}

Err measure_record_hook(Cx *cx, const RecordChange *change)
{
    bool is_read = false;
    bool is_of_units =
        change->form->subject.n > 0 && !str_equals_c(change->form->subject, "resident");
    for (size_t i = 0; i < cx->packs->measures.n && !is_read; i++)
        is_read = reads(cx->packs->measures.entries[i].value, change->form);
    if (!is_read)
        return OK;
    int64_t cause = stale_cause(change->form);
    if (is_of_units)
        return stale_mark(cx, cause, STALE_UNITS);
    if (change->ended != NULL)
        TRY(mark_person(cx, cause, change->ended->subject));
    bool is_other =
        change->added != NULL
        && (change->ended == NULL || !uuid_equals(change->added->subject, change->ended->subject));
    return is_other ? mark_person(cx, cause, change->added->subject) : OK;
}

Err measure_resident_hook(Cx *cx, const ResidentChange *change)
{
    TRY(mark_person(cx, STALE_WHOLLY, change->resident));
    return mark_person(cx, STALE_WHOLLY, change->filed_from);
}

Err measure_subject_hook(Cx *cx, Uuid subject, Str kind)
{
    (void)subject;
    (void)kind;
    return states_have_units(cx) ? stale_mark(cx, STALE_WHOLLY, STALE_UNITS) : OK;
}
