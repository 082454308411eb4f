/* Who has a health record: how many of those in sight, and who has none. */
#include "engine/records/records.h"
#include "engine/subjects/subjects.h"
#include "web/person.h"
#include "web/schemas.h"

static void put_person(const Cx *cx, JsonOut *out, const ResidentBrief *brief)
{
    json_object_begin(out);
    person_resident_write(out, brief, cx->today);
    json_object_end(out);
}

static Err health_files_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    const Uuid *ids = NULL;
    const ResidentBrief *briefs = NULL;
    size_t n = 0;
    RecordFiles files;
    Str area = http_query(request, "area");
    TRY(record_files_count(cx, area, &files));
    TRY(record_files_missing(cx, area, &ids, &n));
    TRY(resident_briefs(cx, ids, n, &briefs));
    JsonOut out = web_json(response);
    json_object_begin(&out);
    json_key_c(&out, "residents");
    json_integer(&out, files.residents);
    json_key_c(&out, "files");
    json_integer(&out, files.files);
    json_key_c(&out, "percent");
    if (files.residents == 0)
        json_null(&out);
    else
        json_decimal(&out, record_files_percent(files));
    json_key_c(&out, "missing");
    json_array_begin(&out);
    for (size_t i = 0; i < n; i++)
        put_person(cx, &out, &briefs[i]);
    json_array_end(&out);
    json_object_end(&out);
    return OK;
}

const Route route_health_files = {
    .method = HTTP_GET,
    .path = "/api/health-files",
    .persons = ROUTE_PERSONS_LIST,
    .handler = health_files_get,
    .permit = "residents.search",
    .query = "{area?: text}",
    .out = "{residents: integer, files: integer, percent?: number, missing: "
           "[{" SCHEMA_PERSON_MEMBERS "}]}",
    .title = {"建档率与没有健康档案的居民", "How many have a health record, and who has none"},
};
