/* GET /api/work: what each who served did, day by day. Numbers, and nobody's name but that of who
 * served. */
#include "engine/obligations/work.h"
#include "web/route.h"

/* Without identity lists are by township, the finest that they tell. */
static Err read_filter(Cx *cx, const HttpRequest *request, WorkFilter *filter)
{
    *filter = (WorkFilter){.area = http_query(request, "area"),
                           .facility = http_query(request, "facility")};
    TRY(web_area_of_rows(cx, filter->area));
    TRY(web_query_date(cx, request, "from", cx->today, &filter->since));
    return web_query_date(cx, request, "until", filter->since, &filter->until);
}

static void put_counts(JsonOut *out, const char *key, const WorkCount *counts, size_t n,
                       const AreaNames *names)
{
    json_key_c(out, key);
    json_array_begin(out);
    for (size_t i = 0; i < n; i++) {
        json_object_begin(out);
        web_json_text(out, "id", counts[i].key);
        if (names != NULL)
            web_json_wording(out, "name", area_name(names, counts[i].key));
        web_json_integer(out, "n", counts[i].n);
        json_object_end(out);
    }
    json_array_end(out);
}

static Wording facility_name(const Facility *facilities, size_t n, Str code)
{
    for (size_t i = 0; i < n; i++) {
        if (str_equals(facilities[i].code, code))
            return (Wording){facilities[i].name, facilities[i].name_en};
    }
    return (Wording){code, code};
}

/* Of the villages that some day names. */
static Err read_areas(Cx *cx, const WorkDay *days, size_t n, AreaNames *names)
{
    size_t area_n = 0;
    for (size_t i = 0; i < n; i++)
        area_n += days[i].area_n;
    Str *codes = arena_array(cx->arena, Str, area_n + 1);
    area_n = 0;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < days[i].area_n; j++)
            codes[area_n++] = days[i].areas[j].key;
    }
    return subject_area_names(cx, codes, area_n, names);
}

static void put_day(Cx *cx, JsonOut *out, const WorkDay *day, Wording facility,
                    const AreaNames *names)
{
    json_object_begin(out);
    json_key_c(out, "performer");
    json_uuid(out, day->performer);
    web_json_text(out, "name", day->name);
    web_json_text(out, "facility", day->facility);
    web_json_wording(out, "facility_name", facility);
    web_json_date(out, "on", day->on);
    web_json_integer(out, "records", day->records);
    web_json_integer(out, "people", day->people);
    web_json_integer(out, "met", day->met);
    web_json_integer(out, "same_day", day->same_day);
    web_json_integer(out, "late", day->late);
    web_json_integer(out, "lag_most", day->lag_most);
    put_counts(out, "forms", day->forms, day->form_n, NULL);
    put_counts(out, "areas", day->areas, cx->actor->sees_rows ? 0 : day->area_n, names);
    json_object_end(out);
}

static Err work_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    WorkFilter filter;
    const WorkDay *days = NULL;
    const Facility *facilities = NULL;
    size_t n = 0, facility_n = 0;
    AreaNames names = {0};
    TRY(read_filter(cx, request, &filter));
    TRY(work_days(cx, &filter, &days, &n));
    TRY(read_areas(cx, days, n, &names));
    TRY(subject_facilities(cx, &facilities, &facility_n));
    JsonOut out = web_json(response);
    json_object_begin(&out);
    web_json_date(&out, "from", filter.since);
    web_json_date(&out, "until", filter.until);
    json_key_c(&out, "days");
    json_array_begin(&out);
    for (size_t i = 0; i < n; i++)
        put_day(cx, &out, &days[i], facility_name(facilities, facility_n, days[i].facility),
                &names);
    json_array_end(&out);
    json_object_end(&out);
    return OK;
}

const Route route_work = {
    .method = HTTP_GET,
    .path = "/api/work",
    .handler = work_get,
    .permit = "tables.read",
    .persons = ROUTE_PERSONS_COUNT,
    .query = "{from?: date, until?: date, area?: text, facility?: text}",
    .out = "{from: date, until: date, days: [{performer: uuid, name?: text, facility: text, "
           "facility_name: wording, on: date, records: integer, people: integer, met: integer, "
           "same_day: integer, late: integer, lag_most: integer, forms: [{id: text, n: integer}], "
           "areas: [{id: text, name: wording, n: integer}]}]}",
    .title = {"每位医生每天的工作：记录、人次、完成的应做服务、录入是否及时",
              "The work of each day of who served: records, people, what was met, and how late it "
              "was written down"},
};
