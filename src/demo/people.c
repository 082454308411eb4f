/* The people: apportioned to villages by their weight, in households, with ages by the pyramid.
 * What happens to them stands in lives.c, who comes later in newcomers.c. */
#include "demo/demo_int.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    ADULT_AGE = 20,
    HOUSEHOLD_MOST = 6,
    SERIAL_DAYS = 45000, /* birth days from 1905 on */
};

/* Ages are as of this day, so that they do not depend on the day the county is made for. */
#define PYRAMID_DAY date_from_ymd(2025, 1, 1)

static const double household_shares[HOUSEHOLD_MOST] = {30, 26, 18, 14, 7, 5};

/* How many people clinics that are shown have at least, and at most so much of a small county. */
static const struct {
    double people, share;
} sizes[SHOWN_N] = {[SHOWN_GUIDED] = {1600, 0.12},
                    [SHOWN_LATE] = {1200, 0.07},
                    [SHOWN_COPIER] = {800, 0.05},
                    [SHOWN_LEAVE] = {600, 0.04}};

/* Clinics that are shown are of real size in a small county too, so that there is a day's work to
 * see; the others keep their shares of the rest. */
static void enlarge_shown(Demo *demo)
{
    double total = 0, rest, wanted[SHOWN_N], all_wanted = 0;
    for (size_t i = 0; i < demo->village_n; i++)
        total += demo->villages[i].weight;
    rest = total;
    for (size_t k = 0; k < SHOWN_N; k++) {
        double own = demo->clinics[demo->shown[k]].weight;
        wanted[k] = sizes[k].people / (double)demo->options->residents;
        wanted[k] = wanted[k] > sizes[k].share ? sizes[k].share : wanted[k];
        wanted[k] = own / total >= wanted[k] ? 0 : wanted[k];
        rest -= wanted[k] > 0 ? own : 0;
        all_wanted += wanted[k];
    }
    for (size_t i = 0; i < demo->village_n; i++) {
        for (size_t k = 0; k < SHOWN_N; k++) {
            if (demo->villages[i].clinic == demo->shown[k] && wanted[k] > 0)
                demo->villages[i].weight *=
                    wanted[k] * rest / ((1 - all_wanted) * demo->clinics[demo->shown[k]].weight);
        }
    }
}

/* Whole persons by weight; rounding errors pass on to the next village. */
static void apportion(Demo *demo)
{
    double total = 0, given = 0, carried = 0;
    for (size_t i = 0; i < demo->village_n; i++)
        total += demo->villages[i].weight;
    for (size_t i = 0; i < demo->village_n; i++) {
        given += demo->villages[i].weight / total * (double)demo->options->residents;
        int64_t upto = i + 1 == demo->village_n ? demo->options->residents : (int64_t)(given + 0.5);
        demo->villages[i].people = upto - (int64_t)carried;
        carried = (double)upto;
    }
}

static void draw_body(Demo *demo, Rng *rng, DemoPerson *person)
{
    double weights[32];
    for (size_t i = 0; i < demo->pyramid.n; i++)
        weights[i] = demo->pyramid.rows[i].cells[2];
    const double *band = demo->pyramid.rows[rng_weighted(rng, weights, demo->pyramid.n)].cells;
    person->is_male = rng_chance(rng, band[3] / 100);
    int64_t years = rng_between(rng, (int64_t)band[0], (int64_t)band[1]);
    if (years >= 85) /* the last band is long and thins out */
        years = 85 + (int64_t)(rng_real(rng) * rng_real(rng) * 15);
    Date birthday = date_add_months(PYRAMID_DAY, (int)(-12 * years));
    person->birth_date = date_add_days(birthday, (int)-rng_between(rng, 0, 364));
}

static char check_character(const char *digits)
{
    static const int weights[] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    int sum = 0;
    for (int i = 0; i < 17; i++)
        sum += (digits[i] - '0') * weights[i];
    return "10X98765432"[sum % 11];
}

/* 9966 is assigned to no place. The two digits after it and the serial number run on by birth day
 * and sex, so that no number comes twice. */
Str demo_identity_number(Demo *demo, const DemoPerson *person)
{
    int year = 0, month = 0, day = 0;
    date_to_ymd(person->birth_date, &year, &month, &day);
    int from_1905 = date_days_between(date_from_ymd(1905, 1, 1), person->birth_date);
    ENSURE(from_1905 >= 0 && from_1905 < SERIAL_DAYS);
    unsigned serial = demo->serials[from_1905 * 2 + (person->is_male ? 1 : 0)]++;
    unsigned sequence = serial % 500 * 2 + (person->is_male ? 1 : 0);
    char text[19];
    snprintf(text, sizeof text, "9966%02u%04u%02u%02u%03u", (1 + serial / 500) % 100,
             (unsigned)year % 10000, (unsigned)month % 100, (unsigned)day % 100, sequence % 1000);
    text[17] = check_character(text);
    return str_copy(demo->cx->arena, (Str){text, 18});
}

static void fill_resident(Demo *demo, Rng *rng, DemoPerson *person, int64_t group, int64_t door)
{
    Arena *arena = demo->cx->arena;
    const Area *village = person->village->area;
    Date registered_on = date_add_days(date_from_ymd(2019, 1, 1), (int)rng_between(rng, 0, 2100));
    registered_on = date_max(registered_on, date_add_days(person->birth_date, 3));
    person->resident = (Resident){
        .id = person->id,
        .sex = person->is_male ? STR("1") : STR("2"),
        .birth_date = person->birth_date,
        .area = village->code,
        .household = person->household,
        .name = name_whole(person->name, arena),
        .id_type = STR("01"),
        .id_number = demo_identity_number(demo, person),
        .phone = str_printf(arena, "12%09lld", (long long)rng_between(rng, 0, 999999999)),
        .address = str_printf(arena, "%.*s%lld组%lld号", STR_ARG(area_name_stem(village->name)),
                              (long long)group, (long long)door),
        .registered_on = registered_on,
        .died_on = DATE_NONE,
        .left_on = DATE_NONE,
    };
}

typedef struct {
    DemoPerson *people;
    size_t n;
    size_t adult, minor; /* next of each kind */
} Village;

static bool is_adult(const DemoPerson *person)
{
    return date_age_years(person->birth_date, PYRAMID_DAY) >= ADULT_AGE;
}

/* The next person of the kind, or NULL. */
static DemoPerson *take(Village *village, bool adult)
{
    size_t *at = adult ? &village->adult : &village->minor;
    while (*at < village->n) {
        DemoPerson *person = &village->people[(*at)++];
        if (is_adult(person) == adult)
            return person;
    }
    return NULL;
}

static DemoPerson *take_member(Village *village, Rng *rng, bool is_head)
{
    bool wants_adult = is_head || rng_chance(rng, 0.55);
    DemoPerson *person = take(village, wants_adult);
    return person != NULL ? person : take(village, !wants_adult);
}

static void form_households(Demo *demo, Village *village, Rng *rng)
{
    Str surname = {0};
    for (int64_t door = 1;; door++) {
        size_t size = rng_weighted(rng, household_shares, HOUSEHOLD_MOST) + 1;
        Uuid household = rng_uuid(rng, instant_of_date(date_from_ymd(2019, 1, 1), 8, 0));
        int64_t group = rng_between(rng, 1, 12);
        for (size_t i = 0; i < size; i++) {
            DemoPerson *person = take_member(village, rng, i == 0);
            if (person == NULL)
                return;
            bool shares = i > 0 && (!is_adult(person) || rng_chance(rng, 0.4));
            person->household = household;
            person->name =
                name_draw(rng, person->is_male, shares ? &surname : NULL, demo->cx->arena);
            if (i == 0)
                surname = person->name.surname;
            fill_resident(demo, rng, person, group, door);
        }
    }
}

/* In a clinic that is shown something of each kind happens, and there is a long name. */
static void draw_lives(Demo *demo, DemoPerson *people, size_t n)
{
    static const DemoLifeKind kinds[] = {
        [1] = LIFE_MOVES, [3] = LIFE_LEAVES, [5] = LIFE_RETURNS, [7] = LIFE_DIES, [8] = LIFE_STAYS};
    enum { LONG_NAME = 9, CERTAIN_N = sizeof kinds / sizeof kinds[0] };
    size_t adults = 0;
    for (size_t i = 0; i < n; i++) {
        bool counts = people[i].clinic->is_shown && is_adult(&people[i]);
        DemoLifeKind certain = counts && adults < CERTAIN_N ? kinds[adults] : LIFE_STAYS;
        if (counts && adults == LONG_NAME) {
            people[i].name = (PersonName){STR(""), name_longest()};
            people[i].resident.name = name_longest();
        }
        adults += counts;
        demo_life_draw(demo, &people[i], certain);
    }
}

/* Those who are registered by the county's day, as the register knows them then. */
static size_t keep_known(Demo *demo, DemoPerson *people, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (date_compare(people[i].resident.registered_on, demo->options->on) > 0)
            continue;
        people[kept] = people[i];
        demo_life_apply(demo, &people[kept++]);
    }
    return kept;
}

static Err settle_village(Demo *demo, size_t at, uint64_t first_number, DemoVisit visit, void *arg)
{
    const DemoVillage *area = &demo->villages[at];
    Arena *arena = demo->cx->arena;
    Rng rng = rng_stream(demo->options->seed, STREAM_VILLAGE, at);
    Village village = {.n = (size_t)area->people};
    village.people = arena_array(arena, DemoPerson, village.n + demo_newcomers_most(village.n));
    for (size_t i = 0; i < village.n; i++) {
        DemoPerson *person = &village.people[i];
        person->number = first_number + i;
        person->village = area;
        person->clinic = &demo->clinics[area->clinic];
        person->child_born_on = DATE_NONE;
        Rng own = rng_stream(demo->options->seed, STREAM_PERSON, person->number);
        draw_body(demo, &own, person);
        Date entered = date_add_days(date_from_ymd(2019, 1, 1), (int)rng_between(&own, 0, 1800));
        person->id = rng_uuid(&own, instant_of_date(entered, 9, 0));
    }
    form_households(demo, &village, &rng);
    draw_lives(demo, village.people, village.n);
    size_t n = demo_newcomers(demo, at, village.people, village.n);
    n = keep_known(demo, village.people, n);
    return visit(demo, village.people, n, arg);
}

void demo_people_apportion(Demo *demo)
{
    enlarge_shown(demo);
    apportion(demo);
}

Err demo_people(Demo *demo, DemoVisit visit, void *arg)
{
    demo->serials = arena_array(demo->cx->arena, uint16_t, SERIAL_DAYS * 2);
    uint64_t number = 1;
    for (size_t i = 0; i < demo->village_n; i++) {
        ArenaMark mark = arena_mark(demo->cx->arena);
        TRY(settle_village(demo, i, number, visit, arg));
        number += (uint64_t)demo->villages[i].people;
        arena_reset_to(demo->cx->arena, mark);
    }
    return OK;
}
