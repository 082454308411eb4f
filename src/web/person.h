/* A person in few words, as lists show one. */
#pragma once

#include "engine/subjects/subjects.h"
#include "web/route.h"

typedef struct PersonBrief {
    Uuid id;
    Str name;
    Str sex;
    Date birth_date; /* DATE_NONE: not known */
    Str area, area_name, area_name_en;
    Date on; /* the day of the age */
} PersonBrief;

/* Members of an object that has been begun: id, name, sex, birth_date, age, area, area_name,
 * area_name_en. */
void person_brief_write(JsonOut *out, const PersonBrief *person);
/* The same members of a resident as lists read one. on: the day of the age. */
void person_resident_write(JsonOut *out, const ResidentBrief *resident, Date on);
