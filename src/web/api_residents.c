/* GET /api/residents: finding a person by name, initials, ID number or telephone, within sight. */
#include "web/person.h"
#include "web/resident_json.h"

/* Members of an object that has been begun. */
static void put_resident(const Cx *cx, JsonOut *out, const Resident *resident,
                         const AreaNames *names)
{
    PersonBrief person = {.id = resident->id,
                          .name = resident->name,
                          .sex = resident->sex,
                          .birth_date = resident->birth_date,
                          .area = resident->area,
                          .area_name = area_name(names, resident->area),
                          .on = cx->today};
    person_brief_write(out, &person);
    web_json_text(out, "id_number_masked", id_number_masked(cx->arena, resident->id_number));
    web_json_text(out, "phone_masked", phone_masked(cx->arena, resident->phone));
}

static Err residents_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    const Resident *residents = NULL;
    size_t n = 0;
    Str query = str_trim(http_query(request, "q"));
    if (query.n == 0)
        return cx_fail(cx, ERR_INVALID, TEXT_FIELD_REQUIRED, STR("q"), 1, STR("q"));
    TRY(resident_search(cx, query, &residents, &n));
    AreaNames names;
    TRY(area_names_read(cx, &names));
    JsonOut out = web_json(response);
    json_object_begin(&out);
    json_key_c(&out, "items");
    json_array_begin(&out);
    for (size_t i = 0; i < n; i++) {
        json_object_begin(&out);
        put_resident(cx, &out, &residents[i], &names);
        json_object_end(&out);
    }
    json_array_end(&out);
    json_object_end(&out);
    return OK;
}

const Route route_residents = {
    .method = HTTP_GET,
    .path = "/api/residents",
    .handler = residents_get,
    .permit = "residents.search",
    .query = "{q: text}",
    .out = "{items: [{id: uuid, name?: text, sex?: text, birth_date?: date, age?: integer, area: "
           "text, area_name: text, id_number_masked?: text, phone_masked?: text}]}",
    .title = {"查找居民", "Find residents"},
};
