/* What happens to people: some move to another clinic's village, some leave and a few of them come
 * back, some die. Drawn from each person's own stream up to the last day that a county can be made
 * for; a county knows what was entered by its day. */
#include "demo/demo_int.h"

#define FIRST_DAY date_from_ymd(2024, 3, 1)

enum {
    DAYS = 1030,        /* from FIRST_DAY to DEMO_LAST_DAY */
    CERTAIN_DAYS = 280, /* what is certain happens before a county can be made */
    LATE_MOST = 9,      /* days until it is entered */
};

/* Who of a thousand in DAYS. */
static const struct {
    int age;
    double moves, leaves, dies;
} shares[] = {
    {18, 8, 8, 1}, {45, 20, 30, 4}, {60, 9, 9, 14}, {75, 6, 5, 50}, {200, 5, 4, 190},
};

static DemoLifeKind draw_kind(const DemoPerson *person, Rng *rng)
{
    size_t band = 0;
    int age = date_age_years(person->birth_date, date_from_ymd(2025, 1, 1));
    while (age >= shares[band].age)
        band++;
    double at = rng_real(rng) * 1000;
    if ((at -= shares[band].moves) < 0)
        return LIFE_MOVES;
    if ((at -= shares[band].leaves) < 0)
        return rng_chance(rng, 0.25) ? LIFE_RETURNS : LIFE_LEAVES;
    return at < shares[band].dies ? LIFE_DIES : LIFE_STAYS;
}

/* A village of another clinic; somebody of a clinic that is shown stays with its centre. */
static const DemoVillage *draw_village(const Demo *demo, const DemoPerson *person, Rng *rng)
{
    if (person->clinic->is_shown) {
        size_t other =
            person->clinic == &demo->clinics[demo->shown[SHOWN_LATE]] ? SHOWN_GUIDED : SHOWN_LATE;
        for (size_t i = 0; i < demo->village_n; i++)
            if (demo->villages[i].clinic == demo->shown[other])
                return &demo->villages[i];
    }
    size_t at = (size_t)rng_between(rng, 0, (int64_t)demo->village_n - 1);
    while (&demo->clinics[demo->villages[at].clinic] == person->clinic)
        at = (at + 1) % demo->village_n;
    return &demo->villages[at];
}

static Instant known_at(Rng *rng, Date day)
{
    Date known_on = date_add_days(day, (int)rng_between(rng, 0, LATE_MOST));
    return instant_of_date(known_on, 16, (int)rng_between(rng, 0, 59));
}

void demo_life_draw(Demo *demo, DemoPerson *person, DemoLifeKind certain)
{
    Rng rng = rng_stream(demo->options->seed, STREAM_LIFE, person->number);
    DemoLife life = {.kind = draw_kind(person, &rng)};
    life.kind = certain != LIFE_STAYS ? certain : life.kind;
    life.on = date_add_days(FIRST_DAY,
                            (int)rng_between(&rng, 0, certain != LIFE_STAYS ? CERTAIN_DAYS : DAYS));
    life.on = date_max(life.on, date_add_days(person->resident.registered_on, 1));
    life.known_at = known_at(&rng, life.on);
    life.to = draw_village(demo, person, &rng);
    life.back_on = date_add_days(life.on, (int)rng_between(&rng, 20, 200));
    life.back_known_at = known_at(&rng, life.back_on);
    person->life = life;
}

static bool is_known(const Demo *demo, Instant at)
{
    return date_compare(date_of_instant(at), demo->options->on) <= 0;
}

static bool is_back(const Demo *demo, const DemoLife *life)
{
    return life->kind == LIFE_RETURNS && is_known(demo, life->back_known_at);
}

void demo_life_apply(Demo *demo, DemoPerson *person)
{
    const DemoLife *life = &person->life;
    Resident *resident = &person->resident;
    if (life->kind == LIFE_STAYS || !is_known(demo, life->known_at))
        return;
    if (life->kind == LIFE_MOVES) {
        resident->area = life->to->area->code;
        resident->household = UUID_NIL;
    } else if (life->kind == LIFE_DIES) {
        resident->died_on = life->on;
    } else if (!is_back(demo, life)) {
        resident->left_on = life->on;
    }
}

Err demo_life_events(Demo *demo, const DemoPerson *person, ResidentBulk *bulk)
{
    static const ResidentEventKind kinds[] = {[LIFE_MOVES] = RESIDENT_MOVED,
                                              [LIFE_LEAVES] = RESIDENT_LEFT,
                                              [LIFE_RETURNS] = RESIDENT_LEFT,
                                              [LIFE_DIES] = RESIDENT_DIED};
    const DemoLife *life = &person->life;
    if (life->kind == LIFE_STAYS || !is_known(demo, life->known_at))
        return OK;
    Rng rng = rng_stream(demo->options->seed, STREAM_LIFE, person->number * 2 + 1);
    Date registered_on = person->resident.registered_on;
    ResidentEvent event = {.id = rng_uuid(&rng, instant_of_date(registered_on, 0, 0)),
                           .resident = person->id,
                           .kind = RESIDENT_REGISTERED,
                           .happened_on = registered_on,
                           .area = person->village->area->code,
                           .household = person->household,
                           .recorded_at = instant_of_date(registered_on, 0, 0),
                           .recorded_by = person->clinic->doctor};
    TRY(resident_bulk_event(bulk, &event));
    event.id = rng_uuid(&rng, life->known_at);
    event.kind = kinds[life->kind];
    event.happened_on = life->on;
    event.recorded_at = life->known_at;
    event.area = person->resident.area;
    event.household = person->resident.household;
    TRY(resident_bulk_event(bulk, &event));
    if (!is_back(demo, life))
        return OK;
    event.id = rng_uuid(&rng, life->back_known_at);
    event.kind = RESIDENT_RETURNED;
    event.happened_on = life->back_on;
    event.recorded_at = life->back_known_at;
    return resident_bulk_event(bulk, &event);
}

const DemoVillage *demo_village_on(const DemoPerson *person, Date on)
{
    const DemoLife *life = &person->life;
    return life->kind == LIFE_MOVES && date_compare(life->on, on) <= 0 ? life->to : person->village;
}

const DemoClinic *demo_clinic_on(const Demo *demo, const DemoPerson *person, Date on)
{
    return &demo->clinics[demo_village_on(person, on)->clinic];
}

bool demo_is_here(const DemoPerson *person, Date on)
{
    const DemoLife *life = &person->life;
    switch (life->kind) {
    case LIFE_STAYS:
    case LIFE_MOVES: return true;
    case LIFE_RETURNS:
        return date_compare(on, life->on) < 0 || date_compare(on, life->back_on) >= 0;
    case LIFE_LEAVES:
    case LIFE_DIES: break;
    }
    return date_compare(on, life->on) < 0;
}
