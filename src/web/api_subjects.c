/* /api/areas, /api/facilities, /api/residents: where people belong, and finding them. */
#include "engine/subjects/subjects.h"
#include "web/route.h"

static Err areas_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    (void)request;
    const Area *areas = NULL;
    size_t n = 0;
    TRY(subject_areas(cx, &areas, &n));
    JsonOut out = web_json(response);
    json_object_begin(&out);
    json_key_c(&out, "areas");
    json_array_begin(&out);
    for (size_t i = 0; i < n; i++) {
        json_object_begin(&out);
        web_json_text(&out, "code", areas[i].code);
        web_json_text(&out, "parent", areas[i].parent);
        json_key_c(&out, "level");
        json_integer(&out, areas[i].level);
        web_json_text(&out, "name", areas[i].name);
        web_json_text(&out, "name_en", areas[i].name_en);
        json_object_end(&out);
    }
    json_array_end(&out);
    json_object_end(&out);
    return OK;
}

const Route route_areas = {
    .method = HTTP_GET,
    .path = "/api/areas",
    .handler = areas_get,
    .permit = "areas.read",
    .out = "{areas: [{code: text, parent?: text, level: integer, name: text, name_en?: text}]}",
    .title = {"行政区划", "The tree of areas"},
};

static void put_facility(JsonOut *out, const Facility *facility, const Catchment *catchments,
                         size_t catchment_n)
{
    json_object_begin(out);
    web_json_text(out, "code", facility->code);
    web_json_text(out, "name", facility->name);
    web_json_text(out, "name_en", facility->name_en);
    web_json_text(out, "kind", facility->kind);
    json_key_c(out, "level");
    json_integer(out, facility->level);
    web_json_text(out, "parent", facility->parent);
    json_key_c(out, "areas");
    json_array_begin(out);
    for (size_t i = 0; i < catchment_n; i++)
        if (str_equals(catchments[i].facility, facility->code))
            json_text(out, catchments[i].area);
    json_array_end(out);
    json_object_end(out);
}

static Err facilities_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    (void)request;
    const Facility *facilities = NULL;
    const Catchment *catchments = NULL;
    size_t n = 0, catchment_n = 0;
    TRY(subject_facilities(cx, &facilities, &n));
    TRY(subject_catchments(cx, &catchments, &catchment_n));
    JsonOut out = web_json(response);
    json_object_begin(&out);
    json_key_c(&out, "facilities");
    json_array_begin(&out);
    for (size_t i = 0; i < n; i++)
        put_facility(&out, &facilities[i], catchments, catchment_n);
    json_array_end(&out);
    json_object_end(&out);
    return OK;
}

const Route route_facilities = {
    .method = HTTP_GET,
    .path = "/api/facilities",
    .handler = facilities_get,
    .permit = "facilities.read",
    .out = "{facilities: [{code: text, name: text, name_en?: text, kind: text, level: integer, "
           "parent?: text, areas: [text]}]}",
    .title = {"机构及其服务片区", "Facilities and their catchments"},
};
