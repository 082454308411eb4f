/* Who answers for which village: clinics with their doctors, teams of family doctors in some
 * centres, and a village in each state that the pages of catchments tell of. Nothing here draws
 * from the county's own stream: people are the same whoever answers for them. */
#include "demo/demo_int.h"

#include "access/access.h"

enum {
    TEAM_CLINICS = 4,   /* of a centre that has teams */
    TEAMS_EVERY = 3,    /* one centre of so many has teams, and the shown clinics' own */
    PARTNER_STREAM = 3, /* of STREAM_COUNTY */
};

/* Before the first day that a county can be made for, so that each knows all of it. */
#define ANSWERING_FROM date_from_ymd(2023, 1, 1)
#define GIVEN_UP_ON    date_from_ymd(2024, 12, 1)

/* ---- which villages ---- */

/* What a state asks of a clinic: some let go of one village and keep another, so that every clinic
 * is in grid service. */
static bool suits(const Demo *demo, DemoState state, size_t at, Str centre)
{
    const DemoClinic *clinic = &demo->clinics[at];
    bool wants_two = state == STATE_NOBODY || state == STATE_NAMELESS;
    bool is_below = centre.n == 0 || str_equals(clinic->facility.parent, centre);
    if (clinic->is_shown || !is_below || !str_equals_c(clinic->facility.kind, "village_clinic")
        || (clinic->villages > 1) != wants_two)
        return false;
    for (size_t k = 0; k < state; k++)
        if (demo->states[k] == at)
            return false;
    return state != STATE_CLAIMED
           || (at > 0
               && str_equals(demo->clinics[at - 1].facility.parent, clinic->facility.parent));
}

static size_t find_clinic(const Demo *demo, DemoState state, Str centre)
{
    for (size_t at = 0; at < demo->clinic_n; at++)
        if (suits(demo, state, at, centre))
            return at;
    return SIZE_MAX;
}

/* Below the centre of the clinics that are shown, where it has such clinics. */
static void choose_states(Demo *demo)
{
    Rng rng = rng_stream(demo->options->seed, STREAM_COUNTY, PARTNER_STREAM);
    for (DemoState state = 0; state < STATE_N; state++) {
        size_t at =
            find_clinic(demo, state, demo->clinics[demo->shown[SHOWN_GUIDED]].facility.parent);
        demo->states[state] = at == SIZE_MAX ? find_clinic(demo, state, STR("")) : at;
        ENSURE(demo->states[state] != SIZE_MAX);
    }
    demo->clinics[demo->states[STATE_SHARED]].partner =
        rng_uuid(&rng, instant_of_date(date_from_ymd(2023, 1, 3), 9, 0));
    DemoClinic *away = &demo->clinics[demo->states[STATE_AWAY]];
    away->has_leave = true;
    away->leave_from = date_from_ymd(2025, 5, 12);
    away->leave_to = date_from_ymd(2026, 5, 8);
}

/* ---- catchments ---- */

/* The last village of the clinic. */
static bool is_village_of(const Demo *demo, DemoState state, size_t village)
{
    size_t clinic = demo->states[state];
    return demo->villages[village].clinic == clinic
           && (village + 1 == demo->village_n || demo->villages[village + 1].clinic != clinic);
}

static bool has_teams(const Demo *demo, const DemoClinic *clinic, size_t centre)
{
    const DemoClinic *guided = &demo->clinics[demo->shown[SHOWN_GUIDED]];
    return centre % TEAMS_EVERY == 0
           || str_equals(clinic->facility.parent, guided->facility.parent);
}

/* By clinic: the name of its team, or empty. */
static const Str *name_teams(Demo *demo)
{
    Cx *cx = demo->cx;
    Str *teams = arena_array(cx->arena, Str, demo->clinic_n);
    Str *centres = arena_array(cx->arena, Str, demo->clinic_n); /* in the order of their clinics */
    size_t *clinics = arena_array(cx->arena, size_t, demo->clinic_n);
    size_t centre_n = 0;
    for (size_t i = 0; i < demo->clinic_n; i++) {
        const DemoClinic *clinic = &demo->clinics[i];
        size_t centre = 0;
        while (centre < centre_n && !str_equals(centres[centre], clinic->facility.parent))
            centre++;
        if (centre == centre_n)
            centres[centre_n++] = clinic->facility.parent;
        size_t number = clinics[centre]++ / TEAM_CLINICS + 1;
        teams[i] = !has_teams(demo, clinic, centre)
                       ? STR("")
                       : str_printf(cx->arena, "%.*s家庭医生第%zu团队",
                                    STR_ARG(demo_centre_name(demo, clinic)), number);
    }
    return teams;
}

Err demo_catchments(Demo *demo)
{
    Cx *cx = demo->cx;
    choose_states(demo);
    const Str *teams = name_teams(demo);
    CatchmentChange *changes = arena_array(cx->arena, CatchmentChange, demo->village_n);
    for (size_t i = 0; i < demo->village_n; i++) {
        DemoVillage *village = &demo->villages[i];
        DemoClinic *clinic = &demo->clinics[village->clinic];
        bool has_partner = !uuid_is_nil(clinic->partner);
        bool is_given_up = is_village_of(demo, STATE_NOBODY, i);
        Uuid *doctors = arena_array(cx->arena, Uuid, 2);
        doctors[0] = clinic->doctor;
        doctors[1] = clinic->partner;
        village->left_alone_from = is_given_up ? date_add_days(GIVEN_UP_ON, 1) : DATE_NONE;
        changes[i] =
            (CatchmentChange){.catchment = {.facility = clinic->facility.code,
                                            .area = village->area->code,
                                            .valid_from = ANSWERING_FROM,
                                            .valid_to = is_given_up ? GIVEN_UP_ON : DATE_NONE,
                                            .team = teams[village->clinic]},
                              .doctors = doctors,
                              .doctor_n = is_village_of(demo, STATE_NAMELESS, i) ? 0
                                          : has_partner                          ? 2
                                                                                 : 1};
    }
    TRY(subject_catchments_change(cx, changes, demo->village_n));
    size_t claimed = demo->states[STATE_CLAIMED];
    for (size_t i = 0; i < demo->village_n; i++) {
        if (!is_village_of(demo, STATE_CLAIMED, i))
            continue;
        const Catchment also = {.facility = demo->clinics[claimed - 1].facility.code,
                                .area = demo->villages[i].area->code,
                                .valid_from = ANSWERING_FROM,
                                .valid_to = DATE_NONE,
                                .team = teams[claimed - 1]};
        TRY(subject_catchment_add(cx, &also));
    }
    return OK;
}

/* ---- who comes ---- */

bool demo_is_away(const DemoClinic *clinic, Date on)
{
    return clinic->has_leave && date_compare(on, clinic->leave_from) >= 0
           && date_compare(on, clinic->leave_to) <= 0;
}

Uuid demo_who_works(const DemoClinic *clinic, uint64_t person, Date on)
{
    if (demo_is_away(clinic, on) && !uuid_is_nil(clinic->substitute))
        return clinic->substitute;
    return person % 2 == 1 && !uuid_is_nil(clinic->partner) ? clinic->partner : clinic->doctor;
}

Date demo_served_from(const Demo *demo, const DemoPerson *person, Date on)
{
    const DemoVillage *village = demo_village_on(person, on);
    const DemoClinic *clinic = &demo->clinics[village->clinic];
    if (!date_is_none(village->left_alone_from) && date_compare(on, village->left_alone_from) >= 0)
        return DATE_NONE;
    bool nobody_comes = demo_is_away(clinic, on) && uuid_is_nil(clinic->substitute);
    return nobody_comes ? date_add_days(clinic->leave_to, 3) : on;
}

Err demo_leaves(Demo *demo)
{
    for (size_t i = 0; i < demo->clinic_n; i++) {
        const DemoClinic *clinic = &demo->clinics[i];
        const StaffLeave leave = {.staff = clinic->doctor,
                                  .valid_from = clinic->leave_from,
                                  .valid_to = clinic->leave_to,
                                  .substitute = clinic->substitute};
        if (clinic->has_leave)
            TRY(staff_leave_put(demo->cx, &leave));
    }
    return OK;
}
