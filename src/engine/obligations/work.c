/* See work.h. Rows of a day stand together, so that each day is counted in one go. */
#include "engine/obligations/work.h"

#include "access/access.h"
#include "base/vec.h"
#include "engine/obligations/work_sql.h"

typedef VEC(WorkDay) Days;
typedef VEC(WorkCount) Counts;

typedef struct {
    Cx *cx;
    Map late;     /* form -> const int *: the longest lag that it allows, or absent */
    WorkDay *day; /* that is being counted */
    Counts forms, areas;
} Counting;

static Err read_days(Cx *cx, const WorkFilter *filter, Days *days)
{
    const WorkPeopleIn in = {cx->place, filter->since, filter->until, filter->area,
                             filter->facility};
    CLEANUP(db_rows_close) DbRows rows = {0};
    TRY(work_people_open(cx->db, access_rows(cx), &in, &rows));
    for (;;) {
        WorkPeopleRow row;
        bool has_row = false;
        TRY(work_people_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        const WorkDay day = {.performer = row.performed_by,
                             .name = row.name,
                             .facility = row.facility,
                             .on = row.happened_on,
                             .people = row.people};
        VEC_PUSH(cx->arena, days, day);
    }
}

/* The longest lag that each form allows without a reason, asked once a form. */
static Err find_lag(Counting *counting, Str form, bool *ret_is_limited, int *ret_days)
{
    Cx *cx = counting->cx;
    const int *known = map_get(&counting->late, form);
    if (known == NULL) {
        const Form *found = pack_form(cx->packs, form);
        Date earliest = DATE_NONE;
        if (found != NULL)
            TRY(record_earliest(cx, found, &earliest));
        int *days = arena_new(cx->arena, int);
        *days = date_is_none(earliest) ? INT32_MAX : date_days_between(earliest, cx->today);
        map_put(&counting->late, form, days);
        known = days;
    }
    *ret_is_limited = *known != INT32_MAX;
    *ret_days = *known;
    return OK;
}

static void end_day(Counting *counting)
{
    if (counting->day == NULL)
        return;
    counting->day->forms = counting->forms.items;
    counting->day->form_n = counting->forms.n;
    counting->day->areas = counting->areas.items;
    counting->day->area_n = counting->areas.n;
}

static void begin_day(Counting *counting, WorkDay *day)
{
    end_day(counting);
    counting->day = day;
    counting->forms = counting->areas = (Counts){0};
}

static void add_count(Arena *arena, Counts *counts, Str key, int64_t n)
{
    for (size_t i = 0; i < counts->n; i++) {
        if (str_equals(counts->items[i].key, key)) {
            counts->items[i].n += n;
            return;
        }
    }
    VEC_PUSH(arena, counts, ((WorkCount){key, n}));
}

static Err count_row(Counting *counting, const WorkCountsRow *row)
{
    WorkDay *day = counting->day;
    int64_t lag = date_days_between(row->happened_on, row->recorded_on);
    bool is_limited = false;
    int most = 0;
    TRY(find_lag(counting, row->form, &is_limited, &most));
    day->records += row->n;
    day->met += row->met;
    day->same_day += lag <= 0 ? row->n : 0;
    day->late += is_limited && lag > most ? row->n : 0;
    day->lag_most = lag > day->lag_most ? lag : day->lag_most;
    add_count(counting->cx->arena, &counting->forms, row->form, row->n);
    add_count(counting->cx->arena, &counting->areas, row->area_code, row->n);
    return OK;
}

static Str day_key(Arena *arena, Uuid performer, Str facility, Date on)
{
    char id[UUID_TEXT_SIZE];
    return str_printf(arena, "%s %d %.*s", uuid_format(performer, id), on.days, STR_ARG(facility));
}

static bool is_of(const WorkDay *day, const WorkCountsRow *row)
{
    return uuid_equals(day->performer, row->performed_by)
           && str_equals(day->facility, row->facility)
           && date_compare(day->on, row->happened_on) == 0;
}

/* A day that began between the two statements waits for the next question. */
static Err count_days(Cx *cx, const WorkFilter *filter, const Map *days)
{
    const WorkCountsIn in = {cx->place, filter->since, filter->until, filter->area,
                             filter->facility};
    Counting counting = {.cx = cx};
    map_init(&counting.late, cx->arena);
    CLEANUP(db_rows_close) DbRows rows = {0};
    TRY(work_counts_open(cx->db, access_rows(cx), &in, &rows));
    for (;;) {
        WorkCountsRow row;
        bool has_row = false;
        TRY(work_counts_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            break;
        if (counting.day == NULL || !is_of(counting.day, &row))
            begin_day(&counting, map_get(days, day_key(cx->arena, row.performed_by, row.facility,
                                                       row.happened_on)));
        if (counting.day != NULL)
            TRY(count_row(&counting, &row));
    }
    end_day(&counting);
    return OK;
}

static Err read_work(Cx *cx, const WorkFilter *filter, Days *days)
{
    Map by_key;
    TRY(read_days(cx, filter, days));
    map_init(&by_key, cx->arena);
    for (size_t i = 0; i < days->n; i++) {
        const WorkDay *day = &days->items[i];
        map_put(&by_key, day_key(cx->arena, day->performer, day->facility, day->on),
                &days->items[i]);
    }
    return count_days(cx, filter, &by_key);
}

Err work_days(Cx *cx, const WorkFilter *filter, const WorkDay **ret_days, size_t *ret_n)
{
    Days days = {0};
    TRY(access_require(cx, STR("tables.read")));
    int length = date_days_between(filter->since, filter->until) + 1;
    if (length < 1 || length > WORK_DAYS_MOST)
        return cx_fail(cx, ERR_INVALID, TEXT_WORK_DAYS, STR("until"), 1,
                       str_printf(cx->arena, "%d", WORK_DAYS_MOST));
    Err err = read_work(cx, filter, &days);
    if (err != OK)
        return cx_fail_db(cx, err);
    *ret_days = days.items;
    *ret_n = days.n;
    return OK;
}
