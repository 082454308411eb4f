/* Who comes into the register in the time that counties are made for: a second entry of somebody
 * who is there already, with the same name, day of birth and telephone but without a number; and
 * children, whose mothers are women of the village. Streams of their own: the others stay as they
 * are. */
#include "demo/demo_int.h"

enum {
    DOUBLE_OF = 400,  /* one of so many has a second entry */
    BIRTHS_OF = 40,   /* a child for so many people in BIRTH_DAYS */
    BIRTH_DAYS = 900, /* from 2 January 2025: women are with child on DEMO_LAST_DAY too */
    MOTHER_AGE_FROM = 20,
    MOTHER_AGE_TO = 40,
    VILLAGE_NUMBERS = 100000, /* numbers of a village's newcomers */
    CERTAIN_ADULT = 10,       /* of a clinic that is shown, who has a second entry */
};
#define NEWCOMER_NUMBER ((uint64_t)1 << 32) /* behind the numbers of all others */

size_t demo_newcomers_most(size_t n)
{
    return n / DOUBLE_OF * 4 + n / BIRTHS_OF * 2 + 16;
}

static bool is_adult(const DemoPerson *person)
{
    return date_age_years(person->birth_date, date_from_ymd(2025, 1, 1)) >= 20;
}

static void enter(Demo *demo, DemoPerson *person, Date on)
{
    person->resident.id = person->id;
    person->resident.registered_on = on;
    person->resident.birth_date = person->birth_date;
    person->resident.household = person->household;
    person->life = (DemoLife){.kind = LIFE_STAYS};
    person->child_born_on = DATE_NONE;
    (void)demo;
}

/* Entered from a list with a telephone number and no document, at another door. */
static DemoPerson second_entry(Demo *demo, const DemoPerson *of, uint64_t number, Rng *rng)
{
    DemoPerson person = *of;
    Date on = date_add_days(date_from_ymd(2024, 6, 1), (int)rng_between(rng, 0, 200));
    on = date_max(on, date_add_days(of->resident.registered_on, 30));
    person.number = number;
    person.id = rng_uuid(rng, instant_of_date(on, 9, 0));
    person.household = UUID_NIL;
    person.is_double = true;
    person.resident.id_type = person.resident.id_number = (Str){0};
    person.resident.address = str_printf(demo->cx->arena, "%.*s卫生站旁",
                                         STR_ARG(area_name_stem(of->village->area->name)));
    enter(demo, &person, on);
    return person;
}

static bool is_mother(const DemoPerson *person, Date birth)
{
    int age = date_age_years(person->birth_date, birth);
    return !person->is_male && !person->is_double && person->life.kind == LIFE_STAYS
           && date_is_none(person->child_born_on) && age >= MOTHER_AGE_FROM && age <= MOTHER_AGE_TO;
}

/* The next woman behind a place that chance says. */
static DemoPerson *find_mother(DemoPerson *people, size_t n, Date birth, Rng *rng)
{
    size_t first = (size_t)rng_between(rng, 0, (int64_t)n - 1);
    for (size_t i = 0; i < n; i++) {
        DemoPerson *person = &people[(first + i) % n];
        if (is_mother(person, birth))
            return person;
    }
    return NULL;
}

static bool add_child(Demo *demo, DemoPerson *people, size_t n, uint64_t number, DemoPerson *child)
{
    Rng rng = rng_stream(demo->options->seed, STREAM_BIRTH, number);
    Date birth = date_add_days(date_from_ymd(2025, 1, 2), (int)rng_between(&rng, 0, BIRTH_DAYS));
    DemoPerson *mother = find_mother(people, n, birth, &rng);
    if (mother == NULL)
        return false;
    mother->child_born_on = birth;
    *child = *mother;
    child->number = number;
    child->is_male = rng_chance(&rng, 0.52);
    child->birth_date = birth;
    child->id = rng_uuid(&rng, instant_of_date(date_add_days(birth, 3), 9, 0));
    const Str *surname = rng_chance(&rng, 0.3) ? &mother->name.surname : NULL;
    child->name = name_draw(&rng, child->is_male, surname, demo->cx->arena);
    child->resident.sex = child->is_male ? STR("1") : STR("2");
    child->resident.name = name_whole(child->name, demo->cx->arena);
    enter(demo, child, date_add_days(birth, 3));
    child->resident.id_number = demo_identity_number(demo, child);
    return true;
}

size_t demo_newcomers(Demo *demo, size_t village, DemoPerson *people, size_t n)
{
    uint64_t number = NEWCOMER_NUMBER + (uint64_t)village * VILLAGE_NUMBERS;
    Rng rng = rng_stream(demo->options->seed, STREAM_BIRTH, number);
    size_t all = n, adults = 0, most = n == 0 ? 0 : n / BIRTHS_OF + (rng_chance(&rng, 0.5) ? 1 : 0);
    for (size_t i = 0; i < n; i++) {
        bool is_chosen = rng_between(&rng, 1, DOUBLE_OF) == 1;
        adults += is_adult(&people[i]);
        bool is_certain = people[i].clinic->is_shown && adults == CERTAIN_ADULT;
        if (is_certain)
            adults++;
        bool stays = people[i].life.kind == LIFE_STAYS && is_adult(&people[i]);
        if ((is_chosen || is_certain) && stays && all < n + demo_newcomers_most(n) / 2)
            people[all++] = second_entry(demo, &people[i], ++number, &rng);
    }
    for (size_t i = 0; i < most && all < n + demo_newcomers_most(n); i++)
        all += add_child(demo, people, n, ++number, &people[all]);
    return all;
}
