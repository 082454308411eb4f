/* Grid service: how far it covers, and the doctor of an address. */
#include "engine/subjects/grid.h"
#include "web/route.h"

static void put_level(JsonOut *out, const char *key, const GridLevel *level)
{
    json_key_c(out, key);
    json_object_begin(out);
    json_key_c(out, "covered");
    json_integer(out, (int64_t)level->covered);
    json_key_c(out, "units");
    json_integer(out, (int64_t)level->units);
    json_object_end(out);
}

static void put_missing(JsonOut *out, const GridCoverage *coverage)
{
    json_key_c(out, "missing");
    json_array_begin(out);
    for (size_t i = 0; i < coverage->missing_n; i++) {
        const Facility *facility = coverage->missing[i];
        json_object_begin(out);
        web_json_text(out, "code", facility->code);
        web_json_wording(out, "name", (Wording){facility->name, facility->name_en});
        json_key_c(out, "level");
        json_integer(out, facility->level);
        json_object_end(out);
    }
    json_array_end(out);
}

static void put_gaps(JsonOut *out, const GridCoverage *coverage)
{
    json_key_c(out, "gaps");
    json_array_begin(out);
    for (size_t i = 0; i < coverage->gap_n; i++) {
        const GridGap *gap = &coverage->gaps[i];
        json_object_begin(out);
        web_json_text(out, "area", gap->area->code);
        web_json_wording(out, "name", (Wording){gap->area->name, gap->area->name_en});
        json_key_c(out, "people");
        json_integer(out, gap->people);
        json_object_end(out);
    }
    json_array_end(out);
}

static Err grid_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    GridCoverage coverage;
    TRY(web_query_date(cx, request, "on", cx->today, &cx->as_of));
    TRY(grid_coverage(cx, &coverage));
    JsonOut out = web_json(response);
    json_object_begin(&out);
    put_level(&out, "centres", &coverage.levels[0]);
    put_level(&out, "clinics", &coverage.levels[1]);
    put_missing(&out, &coverage);
    put_gaps(&out, &coverage);
    json_object_end(&out);
    return OK;
}

const Route route_grid = {
    .method = HTTP_GET,
    .path = "/api/grid",
    .handler = grid_get,
    .permit = "catchments.read",
    .query = "{on?: date}",
    .out = "{centres: {covered: integer, units: integer}, clinics: {covered: integer, "
           "units: integer}, missing: [{code: text, name: wording, level: integer}], "
           "gaps: [{area: text, name: wording, people: integer}]}",
    .title = {"网格化服务覆盖", "Coverage of the grid service"},
};

static void put_match(JsonOut *out, const GridMatch *match)
{
    static const Wording none = {{0}, {0}};
    const Area *township = match->township;
    const Facility *facility = match->facility;
    json_object_begin(out);
    web_json_text(out, "area", match->area->code);
    web_json_wording(out, "name", (Wording){match->area->name, match->area->name_en});
    web_json_wording(out, "township",
                     township == NULL ? none : (Wording){township->name, township->name_en});
    web_json_text(out, "facility", facility == NULL ? (Str){0} : facility->code);
    web_json_wording(out, "facility_name",
                     facility == NULL ? none : (Wording){facility->name, facility->name_en});
    json_key_c(out, "doctors");
    json_array_begin(out);
    for (size_t i = 0; i < match->doctor_n; i++) {
        json_object_begin(out);
        web_json_text(out, "name", match->doctors[i].name);
        json_key_c(out, "is_away");
        json_bool(out, match->doctors[i].is_away);
        web_json_text(out, "substitute", match->doctors[i].substitute);
        json_object_end(out);
    }
    json_array_end(out);
    json_object_end(out);
}

/* Told to anybody: which doctor answers for which street is made public by the county. */
static Err grid_doctor_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    enum { ADDRESS_MOST = 400 };
    const GridMatch *matches = NULL;
    size_t n = 0;
    Str address = http_query(request, "address");
    if (str_trim(address).n == 0 || address.n > ADDRESS_MOST)
        return cx_fail(cx, ERR_INVALID, TEXT_FIELD_REQUIRED, STR("address"), 1, STR("address"));
    TRY(grid_find(cx, address, &matches, &n));
    JsonOut out = web_json(response);
    json_object_begin(&out);
    json_key_c(&out, "items");
    json_array_begin(&out);
    for (size_t i = 0; i < n; i++)
        put_match(&out, &matches[i]);
    json_array_end(&out);
    json_object_end(&out);
    return OK;
}

const Route route_grid_doctor = {
    .method = HTTP_GET,
    .path = "/api/grid-doctor",
    .handler = grid_doctor_get,
    .permit = ROUTE_PUBLIC,
    .query = "{address: text}",
    .out = "{items: [{area: text, name: wording, township: wording, facility?: text, "
           "facility_name: wording, doctors: [{name: text, is_away: bool, substitute?: text}]}]}",
    .title = {"按住址查网格医生", "The grid doctor of an address"},
};
