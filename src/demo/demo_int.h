/* What the files of this folder share: the county while it is being made. */
#pragma once

#include "base/vec.h"
#include "demo/demo.h"
#include "demo/names.h"
#include "demo/rng.h"
#include "demo/table.h"
#include "engine/subjects/grid.h"
#include "engine/subjects/subjects.h"

/* Kinds of random streams: what is drawn in one never disturbs another. */
typedef enum {
    STREAM_COUNTY,
    STREAM_VILLAGE,
    STREAM_PERSON,
    STREAM_CARE,
    STREAM_EXAM,
    STREAM_CHILD,
    STREAM_DIABETES,
} DemoStream;

typedef struct DemoVillage {
    const Area *area;
    double weight;  /* relative population */
    size_t clinic;  /* index into clinics */
    int64_t people; /* of this county */
} DemoVillage;

typedef struct DemoClinic {
    Facility facility;
    Uuid doctor;       /* account */
    double timeliness; /* share of visits made on time */
    double weight;
    int villages;
} DemoClinic;

typedef struct DemoPerson {
    Uuid id, household;
    uint64_t number; /* of the person's random streams */
    bool is_male;
    Date birth_date;
    PersonName name;
    const DemoVillage *village;
    const DemoClinic *clinic;
    Resident resident;
} DemoPerson;

typedef struct Demo {
    Cx *cx;
    const DemoOptions *options;
    Rng rng;
    const Area *areas;
    size_t area_n;
    DemoVillage *villages;
    size_t village_n;
    DemoClinic *clinics;
    size_t clinic_n;
    size_t guided; /* the clinic of the guided village doctor */
    NumberTable pyramid, hypertension, diabetes;
    uint16_t *serials; /* of ID numbers: by birth day and sex */
} Demo;

/* Areas, facilities, catchments, accounts. */
Err demo_county(Demo *demo) MUST_CHECK;
/* How many people live in each village; once, because rounding would move some the second time. */
void demo_people_apportion(Demo *demo);
/* The people village by village, in order; the same each time. */
typedef Err (*DemoVisit)(Demo *demo, const DemoPerson *people, size_t n, void *arg);
Err demo_people(Demo *demo, DemoVisit visit, void *arg) MUST_CHECK;

/* Writes records in bulk, with their evidence. */
typedef struct DemoCare DemoCare;
Err demo_care_begin(Demo *demo, DemoCare **ret_care) MUST_CHECK;
/* The person's records up to the day. */
Err demo_care_person(DemoCare *care, const DemoPerson *person) MUST_CHECK;
Err demo_care_end(DemoCare *care) MUST_CHECK;
