/* What the files of this folder share: the county while it is being made. */
#pragma once

#include "base/vec.h"
#include "demo/demo.h"
#include "demo/names.h"
#include "demo/rng.h"
#include "demo/table.h"
#include "engine/subjects/grid.h"
#include "engine/subjects/residents.h"
#include "engine/subjects/subjects.h"

/* Of the guided accounts of a county. */
typedef enum {
    DEMO_DOCTOR,
    DEMO_LATE,
    DEMO_CLINICIAN,
    DEMO_DIRECTOR,
    DEMO_TOWNSHIP,
    DEMO_COUNTY,
    DEMO_OFFICER,
    DEMO_ADMIN,
    DEMO_RESIDENT,
    DEMO_REPORTER,
    DEMO_GUIDED_N,
} DemoGuided;

/* Kinds of random streams: what is drawn in one never disturbs another. */
typedef enum {
    STREAM_COUNTY,
    STREAM_VILLAGE,
    STREAM_PERSON,
    STREAM_CARE,
    STREAM_EXAM,
    STREAM_CHILD,
    STREAM_DIABETES,
    STREAM_LIFE,
    STREAM_BIRTH,
    STREAM_SCREENING,
    STREAM_MOTHER,
    STREAM_WAIVER,
    STREAM_ASSISTANCE,
    STREAM_STANDARDS,
    STREAM_REPORTS,
    STREAM_CITY,
    STREAM_APART,
    STREAM_REFERRAL,
    STREAM_CONFIRMED,
    STREAM_TYPED,
} DemoStream;

/* Clinics that there is something to see in, all under one centre, and of real size in a small
 * county too. */
typedef enum {
    SHOWN_GUIDED, /* of the guided village doctor */
    SHOWN_LATE,   /* whose doctor is nearly always late */
    SHOWN_COPIER, /* whose doctor writes down the same values for everybody */
    SHOWN_LEAVE,  /* whose doctor is on leave */
    SHOWN_N,
} DemoShown;

/* Clinics with a village in a state that pages of catchments tell of. */
typedef enum {
    STATE_NOBODY,   /* the clinic gave its second village up, and nobody answers for it */
    STATE_NAMELESS, /* it answers for its second village, and names no doctor */
    STATE_SHARED,   /* two doctors share the village */
    STATE_AWAY,     /* the doctor is on leave, and nobody stands in */
    STATE_CLAIMED,  /* the clinic before it claims the village too */
    STATE_N,
} DemoState;

typedef struct DemoVillage {
    const Area *area;
    double weight;        /* relative population */
    size_t clinic;        /* index into clinics */
    int64_t people;       /* of this county */
    Date left_alone_from; /* nobody answers for it from this day on, or DATE_NONE */
} DemoVillage;

typedef struct DemoClinic {
    Facility facility;
    Uuid doctor;       /* account */
    double timeliness; /* share of visits made on time */
    double weight;
    int villages;
    bool is_shown, copies;
    size_t managed_n; /* so far: the first few of a clinic that is shown are made special */
    bool has_leave;   /* from leave_from to leave_to the substitute comes, or (nil) nobody */
    Date leave_from, leave_to;
    Uuid substitute;
    Uuid partner; /* the second doctor; nil: there is none */
} DemoClinic;

typedef enum {
    LIFE_STAYS,
    LIFE_MOVES, /* to another clinic's village */
    LIFE_LEAVES,
    LIFE_RETURNS, /* leaves, and comes back */
    LIFE_DIES,
} DemoLifeKind;

/* What happens to somebody up to DEMO_LAST_DAY; the register knows it some days later. */
typedef struct DemoLife {
    DemoLifeKind kind;
    Date on;
    Instant known_at;
    const DemoVillage *to;
    Date back_on;
    Instant back_known_at;
} DemoLife;

typedef struct DemoPerson {
    Uuid id, household;
    uint64_t number; /* of the person's random streams */
    bool is_male;
    Date birth_date;
    PersonName name;
    const DemoVillage *village;
    DemoClinic *clinic; /* where the person was registered */
    bool is_double;     /* a second entry of somebody */
    Date child_born_on; /* the child that is born in the county's time, or DATE_NONE */
    DemoLife life;
    Resident resident; /* as the register knows it on the county's day */
} DemoPerson;

typedef struct Demo {
    Cx *cx;
    const DemoPlace *place;
    Str settings;     /* how the options are written */
    bool is_compared; /* with other counties */
    bool is_first;    /* nobody was in the database before */
    Str supporter;    /* code of the hospital that supports centres */
    Str commission;   /* code */
    const DemoOptions *options;
    Rng rng;
    const Area *areas;
    size_t area_n;
    DemoVillage *villages;
    size_t village_n;
    DemoClinic *clinics;
    size_t clinic_n;
    Facility *centres;
    size_t centre_n;
    size_t shown[SHOWN_N]; /* clinics */
    size_t states[STATE_N];
    Uuid officer; /* account at the hospital */
    Uuid patient; /* who has an account; nil: not met yet */
    NumberTable pyramid, hypertension, diabetes;
    uint16_t *serials; /* of ID numbers: by birth day and sex */
} Demo;

/* A guided account of the place, with the login and password of demo_accounts. */
Err demo_account_add(Demo *demo, size_t guided, Uuid id, Str name, Str role,
                     Str facility) MUST_CHECK;
Str demo_login(const DemoPlace *place, size_t guided, Arena *arena);
/* The city and its account; its counties are there. */
Err demo_city(Cx *cx, const DemoOptions *options, const DemoPlace *const *counties,
              size_t n) MUST_CHECK;
/* Areas, facilities, catchments, accounts. */
Err demo_county(Demo *demo) MUST_CHECK;
/* Of demo->patient, whom the care of people has set. */
Err demo_resident_account(Demo *demo) MUST_CHECK;
/* The clinics and their doctors answer for the villages; some are left alone, shared or claimed
 * twice. The clinics that are shown are chosen. */
Err demo_catchments(Demo *demo) MUST_CHECK;
/* Of the doctors who have one, once they are staff. */
Err demo_leaves(Demo *demo) MUST_CHECK;
/* The name of the centre above a clinic. */
Str demo_centre_name(const Demo *demo, const DemoClinic *clinic);
bool demo_is_away(const DemoClinic *clinic, Date on);
/* Who of the clinic sees a person on the day. */
Uuid demo_who_works(const DemoClinic *clinic, uint64_t person, Date on);
/* The first day from this one on on which somebody comes to the person's village; DATE_NONE: nobody
 * will. */
Date demo_served_from(const Demo *demo, const DemoPerson *person, Date on);
/* How many people live in each village; once, because rounding would move some the second time. */
void demo_people_apportion(Demo *demo);
/* The people village by village, in order; the same each time. */
typedef Err (*DemoVisit)(Demo *demo, const DemoPerson *people, size_t n, void *arg);
Err demo_people(Demo *demo, DemoVisit visit, void *arg) MUST_CHECK;

/* Draws what happens to somebody; is_certain: something of the kind does. */
void demo_life_draw(Demo *demo, DemoPerson *person, DemoLifeKind certain);
/* What the register knows of it on the county's day: the resident, and events. */
void demo_life_apply(Demo *demo, DemoPerson *person);
Err demo_life_events(Demo *demo, const DemoPerson *person, ResidentBulk *bulk) MUST_CHECK;
/* Where somebody lives on a day, whose clinic it is, and whether he is there. */
const DemoVillage *demo_village_on(const DemoPerson *person, Date on);
const DemoClinic *demo_clinic_on(const Demo *demo, const DemoPerson *person, Date on);
bool demo_is_here(const DemoPerson *person, Date on);
/* Who comes after the first day that a county can be made for: entries that somebody has already,
 * and children of women of the village. There is room for `most` behind the n people. Returns how
 * many there are then. */
size_t demo_newcomers_most(size_t n);
size_t demo_newcomers(Demo *demo, size_t village, DemoPerson *people, size_t n);
/* The number of a document; each comes once. */
Str demo_identity_number(Demo *demo, const DemoPerson *person);

/* Writes records in bulk, with their evidence. */
typedef struct DemoCare DemoCare;
Err demo_care_begin(Demo *demo, DemoCare **ret_care) MUST_CHECK;
/* The person's records up to the day. */
Err demo_care_person(DemoCare *care, const DemoPerson *person) MUST_CHECK;
/* What organisations owed each other and did. */
Err demo_assistance(DemoCare *care) MUST_CHECK;
/* What facilities have and lack. */
Err demo_standards(DemoCare *care) MUST_CHECK;
/* What townships, institutions and doctors report. */
Err demo_reports(DemoCare *care) MUST_CHECK;
Err demo_care_end(DemoCare *care) MUST_CHECK;
