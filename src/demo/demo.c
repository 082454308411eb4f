/* Making the demo counties, each in one write, or finding them made. */
#include "demo/demo_int.h"

#include "core/place.h"
#include "db/load.h"
#include "db/plans.h"
#include "engine/obligations/obligations.h"

enum { DEMO_PLACES_MOST = 8 };

static Str options_text(Cx *cx, const DemoOptions *options)
{
    char day[DATE_TEXT_SIZE];
    return str_printf(cx->arena, "residents %lld seed %llu on %s%s%.*s",
                      (long long)options->residents, (unsigned long long)options->seed,
                      date_format(options->on, day), options->places.n > 0 ? " places " : "",
                      STR_ARG(options->places));
}

static Err add_residents(Demo *demo, const DemoPerson *people, size_t n, void *arg)
{
    Resident *residents = arena_array(demo->cx->arena, Resident, n);
    for (size_t i = 0; i < n; i++)
        residents[i] = people[i].resident;
    TRY(resident_bulk_add(arg, residents, n));
    for (size_t i = 0; i < n; i++)
        TRY(demo_life_events(demo, &people[i], arg));
    return OK;
}

static Err make_people(Demo *demo)
{
    CLEANUP(resident_bulk_close) ResidentBulk *bulk = NULL;
    TRY(resident_bulk_open(demo->cx, &bulk));
    TRY(demo_people(demo, add_residents, bulk));
    return resident_bulk_end(bulk);
}

static Err add_care(Demo *demo, const DemoPerson *people, size_t n, void *arg)
{
    (void)demo;
    for (size_t i = 0; i < n; i++)
        TRY(demo_care_person(arg, &people[i]));
    return OK;
}

static Err settle_place(Cx *cx, const DemoOptions *options, Str text)
{
    char day[DATE_TEXT_SIZE];
    TRY(setting_put(cx, STR("day"), str_from_c(date_format(options->on, day))));
    TRY(setting_put(cx, STR("is_demo"), STR("yes")));
    return setting_put(cx, STR("demo"), text);
}

/* Those that the people fill. */
static const char *const big_tables[] = {"resident", "record", "record_end", "obligation_evidence"};

static Err make_county(Demo *demo)
{
    Cx *cx = demo->cx;
    DbLoad load = {0};
    TRY(demo_county(demo));
    demo_people_apportion(demo);
    if (demo->is_first)
        TRY(db_load_begin(cx->db, cx->arena, big_tables, sizeof big_tables / sizeof *big_tables,
                          &load));
    TRY(make_people(demo));
    DemoCare *care = NULL;
    TRY(obligation_rules_update(cx));
    TRY(demo_care_begin(demo, &care));
    TRY(demo_people(demo, add_care, care));
    TRY(db_load_end(cx->db, &load));
    TRY(demo_assistance(care));
    TRY(demo_standards(care));
    TRY(demo_reports(care));
    TRY(demo_care_end(care));
    TRY(demo_resident_account(demo));
    TRY(db_plans_learn(cx->db));
    ObligationRecompute result;
    TRY(obligation_recompute(cx, &result));
    return settle_place(cx, demo->options, demo->settings);
}

typedef struct {
    const DemoOptions *options;
    const DemoPlace *place;
    bool is_compared, is_first;
} CountyWanted;

static Err make_work(Cx *cx, void *arg)
{
    const CountyWanted *wanted = arg;
    DemoOptions own = *wanted->options;
    if (wanted->place != demo_places) /* other people than those of the first county */
        own.seed ^= str_hash(wanted->place->code) * 2 + 1;
    Demo demo = {.cx = cx,
                 .options = &own,
                 .place = wanted->place,
                 .is_compared = wanted->is_compared,
                 .is_first = wanted->is_first,
                 .settings = options_text(cx, wanted->options)};
    demo.pyramid = table_numbers("pyramid.csv", cx->arena);
    demo.hypertension = table_numbers("hypertension.csv", cx->arena);
    demo.diabetes = table_numbers("diabetes.csv", cx->arena);
    return make_county(&demo);
}

typedef struct {
    const DemoOptions *options;
    const DemoPlace *counties[DEMO_PLACES_MOST];
    size_t n;
} CityWanted;

static Err make_city(Cx *cx, void *arg)
{
    const CityWanted *wanted = arg;
    TRY(demo_city(cx, wanted->options, wanted->counties, wanted->n));
    TRY(obligation_rules_update(cx));
    return settle_place(cx, wanted->options, options_text(cx, wanted->options));
}

/* Whether cx->place is there, made with these options; n: places of the database. */
static Err find_made(Cx *cx, const DemoOptions *options, bool *ret_is_there)
{
    const Place *places = NULL;
    size_t n = 0;
    bool is_there = false;
    TRY(place_list(cx, &places, &n));
    for (size_t i = 0; i < n; i++)
        is_there = is_there || str_equals(places[i].code, cx->place);
    *ret_is_there = is_there;
    if (n == 0)
        return OK;
    /* whatever is there was made with the same options */
    Str made = {0}, wanted = options_text(cx, options);
    Cx first = *cx;
    first.place = is_there ? cx->place : places[0].code;
    TRY(setting_get(&first, STR("demo"), &made));
    if (str_equals(made, wanted))
        return OK;
    return cx_fail(cx, ERR_CONFLICT, TEXT_DEMO_OTHER, (Str){0}, 2, made.n == 0 ? STR("-") : made,
                   wanted);
}

static Err find_counties(Cx *cx, CityWanted *wanted)
{
    Str rest = wanted->options->places, code = {0}, all = STR("");
    if (rest.n == 0)
        wanted->counties[wanted->n++] = demo_places;
    for (size_t i = 0; i < demo_place_n; i++)
        all = str_printf(cx->arena, "%.*s%s%.*s", STR_ARG(all), i == 0 ? "" : " ",
                         STR_ARG(demo_places[i].code));
    while (rest.n > 0 && str_cut(&rest, ',', &code)) {
        const DemoPlace *found = NULL;
        for (size_t i = 0; i < demo_place_n; i++)
            if (str_equals(demo_places[i].code, code))
                found = &demo_places[i];
        for (size_t i = 0; i < wanted->n; i++)
            if (wanted->counties[i] == found)
                found = NULL; /* named twice */
        if (found == NULL)
            return cx_fail(cx, ERR_USAGE, TEXT_DEMO_PLACE_UNKNOWN, STR("--places"), 2, code, all);
        wanted->counties[wanted->n++] = found;
    }
    return OK;
}

/* Each place is made in one write; what an interrupted run has made stays. */
static Err make_place(Cx *cx, CxWork work, void *wanted, const DemoOptions *options, Str place,
                      bool *was_there)
{
    bool is_there = false;
    cx->place = place;
    TRY(find_made(cx, options, &is_there));
    *was_there = *was_there && is_there;
    return is_there ? OK : cx_write(cx, work, wanted);
}

static Err make_all(Cx *cx, const DemoOptions *options, bool is_new, bool *ret_was_there)
{
    CityWanted city = {.options = options};
    TRY(find_counties(cx, &city));
    *ret_was_there = true;
    for (size_t i = 0; i < city.n; i++) {
        CountyWanted county = {options, city.counties[i], options->places.n > 0, is_new && i == 0};
        TRY(make_place(cx, make_work, &county, options, county.place->code, ret_was_there));
    }
    if (options->places.n > 0)
        TRY(make_place(cx, make_city, &city, options, DEMO_CITY, ret_was_there));
    return OK;
}

/* A database without a place is nobody's yet. */
static Err make_in(Cx *cx, const DemoOptions *options, bool *ret_was_there)
{
    const Place *places = NULL;
    size_t n = 0;
    TRY(place_list(cx, &places, &n));
    if (n > 0 || cx->writer != NULL)
        return make_all(cx, options, false, ret_was_there);
    Err err = db_load_open(cx->db);
    if (err != OK)
        return cx_fail_db(cx, err);
    err = make_all(cx, options, true, ret_was_there);
    Err closed = db_load_close(cx->db);
    if (err == OK && closed != OK)
        return cx_fail_db(cx, closed);
    return err;
}

Err demo_make(Cx *cx, const DemoOptions *options, bool *ret_was_there)
{
    Cx inner = *cx;
    inner.today = options->on;
    inner.now = instant_of_date(options->on, 20, 0);
    Err err = make_in(&inner, options, ret_was_there);
    if (err != OK && inner.problem_n == 0) /* a constraint: whoever handles one says so himself */
        err = cx_fail(&inner, err, TEXT_DEMO_FAILED, (Str){0}, 2, inner.place,
                      db_last_message(inner.db));
    cx->problems = inner.problems;
    cx->problem_n = inner.problem_n;
    cx->problem_capacity = inner.problem_capacity;
    return err;
}
