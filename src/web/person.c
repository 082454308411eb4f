/* A person in few words. */
#include "web/person.h"

void person_brief_write(JsonOut *out, const PersonBrief *person)
{
    json_key_c(out, "id");
    json_uuid(out, person->id);
    web_json_text(out, "name", person->name);
    web_json_text(out, "sex", person->sex);
    web_json_date(out, "birth_date", person->birth_date);
    json_key_c(out, "age");
    if (date_is_none(person->birth_date))
        json_null(out);
    else
        json_integer(out, date_age_years(person->birth_date, person->on));
    web_json_text(out, "area", person->area);
    web_json_text(out, "area_name", person->area_name);
    web_json_text(out, "area_name_en", person->area_name_en);
}

void person_resident_write(JsonOut *out, const ResidentBrief *resident, Date on)
{
    const PersonBrief person = {.id = resident->id,
                                .name = resident->name,
                                .sex = resident->sex,
                                .birth_date = resident->birth_date,
                                .area = resident->area,
                                .area_name = resident->area_name,
                                .area_name_en = resident->area_name_en,
                                .on = on};
    person_brief_write(out, &person);
}
