/* Making the demo county in one write, or finding it made. */
#include "demo/demo_int.h"

#include "core/place.h"
#include "db/plans.h"
#include "db/wide.h"
#include "engine/obligations/obligations.h"

typedef struct {
    Demo *demo;
    DemoCare *care;
} Making;

static Str options_text(Cx *cx, const DemoOptions *options)
{
    char day[DATE_TEXT_SIZE];
    return str_printf(cx->arena, "residents %lld seed %llu on %s", (long long)options->residents,
                      (unsigned long long)options->seed, date_format(options->on, day));
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

static Err make_county(Demo *demo)
{
    Cx *cx = demo->cx;
    TRY(demo_county(demo));
    demo_people_apportion(demo);
    TRY(make_people(demo));
    DemoCare *care = NULL;
    TRY(obligation_rules_update(cx));
    TRY(demo_care_begin(demo, &care));
    TRY(demo_people(demo, add_care, care));
    TRY(demo_assistance(care));
    TRY(demo_standards(care));
    TRY(demo_reports(care));
    TRY(demo_care_end(care));
    TRY(demo_resident_account(demo));
    TRY(db_plans_learn(cx->db));
    ObligationRecompute result;
    TRY(obligation_recompute(cx, &result));
    char day[DATE_TEXT_SIZE];
    TRY(setting_put(cx, STR("day"), str_from_c(date_format(demo->options->on, day))));
    TRY(setting_put(cx, STR("is_demo"), STR("yes")));
    return setting_put(cx, STR("demo"), options_text(cx, demo->options));
}

static Err make_work(Cx *cx, void *arg)
{
    Demo demo = {.cx = cx, .options = arg};
    TRY(db_widen(cx->db));
    demo.pyramid = table_numbers("pyramid.csv", cx->arena);
    demo.hypertension = table_numbers("hypertension.csv", cx->arena);
    demo.diabetes = table_numbers("diabetes.csv", cx->arena);
    return make_county(&demo);
}

/* Whether the place is there, and made with these options. */
static Err find_made(Cx *cx, const DemoOptions *options, bool *ret_was_there)
{
    const Place *places = NULL;
    size_t n = 0;
    TRY(place_list(cx, &places, &n));
    *ret_was_there = n > 0;
    if (n == 0)
        return OK;
    Str made = {0};
    TRY(setting_get(cx, STR("demo"), &made));
    Str wanted = options_text(cx, options);
    if (str_equals(made, wanted))
        return OK;
    return cx_fail(cx, ERR_CONFLICT, TEXT_DEMO_OTHER, (Str){0}, 2, made.n == 0 ? STR("-") : made,
                   wanted);
}

Err demo_make(Cx *cx, const DemoOptions *options, bool *ret_was_there)
{
    Cx inner = *cx;
    inner.place = DEMO_PLACE;
    inner.today = options->on;
    inner.now = instant_of_date(options->on, 20, 0);
    Err err = find_made(&inner, options, ret_was_there);
    if (err == OK && !*ret_was_there) {
        DemoOptions copy = *options;
        err = cx_write(&inner, make_work, &copy);
    }
    cx->problems = inner.problems;
    cx->problem_n = inner.problem_n;
    cx->problem_capacity = inner.problem_capacity;
    return err;
}
