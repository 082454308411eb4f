/* Grid service: how far it covers, by township and by village or grid, what keeps addresses from
 * being in exactly one of them, and the doctor of an address. */
#include <string.h>

#include "base/map.h"
#include "engine/subjects/grid.h"
#include "web/report_file.h"
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

static void put_named(JsonOut *out, Str code, Str name, Str name_en)
{
    web_json_text(out, "code", code);
    web_json_text(out, "name", name);
    web_json_text(out, "name_en", name_en);
}

static void put_towns(JsonOut *out, const GridCoverage *coverage)
{
    json_key_c(out, "townships");
    json_array_begin(out);
    for (size_t i = 0; i < coverage->town_n; i++) {
        const GridTown *town = &coverage->towns[i];
        json_object_begin(out);
        put_named(out, town->area->code, town->area->name, town->area->name_en);
        web_json_integer(out, "areas", (int64_t)town->areas);
        web_json_integer(out, "areas_covered", (int64_t)town->areas_covered);
        web_json_integer(out, "clinics", (int64_t)town->clinics);
        web_json_integer(out, "clinics_covered", (int64_t)town->clinics_covered);
        web_json_integer(out, "people", town->people);
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
    put_towns(&out, &coverage);
    json_object_end(&out);
    return OK;
}

#define NAMED_SCHEMA "code: text, name: text, name_en?: text"

const Route route_grid = {
    .method = HTTP_GET,
    .path = "/api/grid",
    .handler = grid_get,
    .permit = "catchments.read",
    .query = "{on?: date}",
    .out = "{centres: {covered: integer, units: integer}, clinics: {covered: integer, "
           "units: integer}, missing: [{code: text, name: wording, level: integer}], "
           "gaps: [{area: text, name: wording, people: integer}], "
           "townships: [{" NAMED_SCHEMA ", areas: integer, areas_covered: integer, "
           "clinics: integer, clinics_covered: integer, people: integer}]}",
    .title = {"网格化服务覆盖", "Coverage of the grid service"},
};

static void put_place(JsonOut *out, const GridPlace *place)
{
    json_object_begin(out);
    put_named(out, place->area->code, place->area->name, place->area->name_en);
    json_key_c(out, "facility");
    if (place->facility == NULL) {
        json_null(out);
    } else {
        json_object_begin(out);
        put_named(out, place->facility->code, place->facility->name, place->facility->name_en);
        json_object_end(out);
    }
    json_key_c(out, "doctors");
    json_array_begin(out);
    for (size_t i = 0; i < place->doctor_n; i++)
        json_text(out, place->doctors[i]);
    json_array_end(out);
    web_json_text(out, "state", str_from_c(grid_state_name(place->state)));
    json_object_end(out);
}

static Err grid_areas_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    const GridPlace *places = NULL;
    size_t n = 0;
    TRY(web_query_date(cx, request, "on", cx->today, &cx->as_of));
    TRY(grid_areas(cx, http_query(request, "area"), &places, &n));
    JsonOut out = web_json(response);
    json_object_begin(&out);
    json_key_c(&out, "items");
    json_array_begin(&out);
    for (size_t i = 0; i < n; i++)
        put_place(&out, &places[i]);
    json_array_end(&out);
    json_object_end(&out);
    return OK;
}

const Route route_grid_areas = {
    .method = HTTP_GET,
    .path = "/api/grid/areas",
    .handler = grid_areas_get,
    .permit = "catchments.read",
    .query = "{area: text, on?: date}",
    .out = "{items: [{" NAMED_SCHEMA ", facility?: {" NAMED_SCHEMA "}, doctors: [text], "
           "state: covered|nameless|gap}]}",
    .title = {"一个乡镇各村（居）、网格的网格医生",
              "Who answers for each village and grid of a township"},
};

/* ---- what keeps an address from being in exactly one grid ---- */

/* Names of the areas and facilities that findings tell of. */
typedef struct {
    AreaNames areas;
    Map facilities; /* code -> Facility * */
} FaultNames;

static Err read_fault_names(Cx *cx, const AreaFinding *findings, size_t n, FaultNames *names)
{
    const Facility *facilities = NULL;
    size_t facility_n = 0;
    Str *codes = arena_array(cx->arena, Str, n + 1);
    for (size_t i = 0; i < n; i++)
        codes[i] = findings[i].area;
    TRY(subject_area_names(cx, codes, n, &names->areas));
    TRY(subject_facilities(cx, &facilities, &facility_n));
    map_init(&names->facilities, cx->arena);
    for (size_t i = 0; i < facility_n; i++)
        map_put(&names->facilities, facilities[i].code, (void *)(uintptr_t)&facilities[i]);
    return OK;
}

static void put_finding(JsonOut *out, const AreaFinding *finding, const FaultNames *names)
{
    const Facility *facility = map_get(&names->facilities, finding->facility);
    Wording name = area_name(&names->areas, finding->area);
    json_object_begin(out);
    web_json_text(out, "fault", str_from_c(area_fault_name(finding->fault)));
    put_named(out, finding->area, name.zh, name.en);
    web_json_text(out, "facility", finding->facility);
    web_json_text(out, "facility_name", facility == NULL ? (Str){0} : facility->name);
    web_json_text(out, "facility_name_en", facility == NULL ? (Str){0} : facility->name_en);
    web_json_integer(out, "people", finding->people);
    json_object_end(out);
}

static Err grid_faults_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    const AreaFinding *findings = NULL;
    size_t n = 0;
    FaultNames names;
    TRY(web_query_date(cx, request, "on", cx->today, &cx->as_of));
    TRY(subject_areas_check(cx, &findings, &n));
    TRY(read_fault_names(cx, findings, n, &names));
    JsonOut out = web_json(response);
    json_object_begin(&out);
    json_key_c(&out, "items");
    json_array_begin(&out);
    for (size_t i = 0; i < n; i++)
        put_finding(&out, &findings[i], &names);
    json_array_end(&out);
    json_object_end(&out);
    return OK;
}

const Route route_grid_faults = {
    .method = HTTP_GET,
    .path = "/api/grid/faults",
    .handler = grid_faults_get,
    .permit = "catchments.read",
    .query = "{on?: date}",
    .out = "{items: [{fault: gap|overlap|ended|divided|not_known|orphaned, " NAMED_SCHEMA
           ", facility?: text, facility_name?: text, facility_name_en?: text, people: integer}]}",
    .title = {"地址没有恰好归入一个网格的地方",
              "What keeps addresses from being in exactly one grid"},
};

/* ---- as a file ---- */

static ReportCell share_cell(size_t part, size_t of)
{
    return (ReportCell){.kind = of == 0 ? REPORT_EMPTY : REPORT_NUMBER,
                        .number = of == 0 ? 0 : 100.0 * (double)part / (double)of,
                        .decimals = 2,
                        .unit = STR("%")};
}

static void fill_towns(Cx *cx, const GridCoverage *coverage, Report *report)
{
    enum { COLUMNS = 8 };
    const ReportColumn columns[COLUMNS] = {
        {report_word(cx, TEXT_FILE_LEVEL_TOWNSHIP), 24, false, false},
        {report_word(cx, TEXT_FILE_GRID_AREAS), 14, true, false},
        {report_word(cx, TEXT_FILE_GRID_COVERED), 14, true, false},
        {report_word(cx, TEXT_FILE_SHARE), 10, true, false},
        {report_word(cx, TEXT_FILE_GRID_CLINICS), 14, true, false},
        {report_word(cx, TEXT_FILE_GRID_CLINICS_COVERED), 14, true, false},
        {report_word(cx, TEXT_FILE_GRID_PEOPLE), 14, true, false},
        {report_word(cx, TEXT_FILE_CODE), 14, false, true},
    };
    ReportRow *rows = arena_array(cx->arena, ReportRow, coverage->town_n + 1);
    for (size_t i = 0; i < coverage->town_n; i++) {
        const GridTown *town = &coverage->towns[i];
        const ReportCell made[COLUMNS] = {
            report_text(wording_in((Wording){town->area->name, town->area->name_en}, cx->lang)),
            report_whole((int64_t)town->areas),
            report_whole((int64_t)town->areas_covered),
            share_cell(town->areas_covered, town->areas),
            report_whole((int64_t)town->clinics),
            report_whole((int64_t)town->clinics_covered),
            report_whole(town->people),
            report_text(town->area->code),
        };
        ReportCell *cells = arena_array(cx->arena, ReportCell, COLUMNS);
        memcpy(cells, made, sizeof made);
        rows[i] = (ReportRow){cells, 0};
    }
    ReportColumn *kept = arena_array(cx->arena, ReportColumn, COLUMNS);
    memcpy(kept, columns, sizeof columns);
    report->columns = kept;
    report->column_n = COLUMNS;
    report->rows = rows;
    report->row_n = coverage->town_n;
}

static Err grid_file_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    GridCoverage coverage;
    ReportFile file;
    TRY(web_query_date(cx, request, "on", cx->today, &cx->as_of));
    TRY(grid_coverage(cx, &coverage));
    TRY(report_file_begin(cx, report_word(cx, TEXT_FILE_GRID), TEXT_FILE_GRID, &file));
    fill_towns(cx, &coverage, &file.report);
    file.action = "export.grid";
    file.detail = STR("by=township");
    file.name = STR("grid");
    return report_file_answer(cx, request, &file, response);
}

const Route route_grid_file = {
    .method = HTTP_GET,
    .path = "/api/grid/file",
    .handler = grid_file_get,
    .permit = "catchments.read",
    .query = "{" REPORT_QUERY ", on?: date}",
    .out_media = REPORT_MEDIA,
    .title = {"各乡镇的网格化服务覆盖，导出为 Excel 或 PDF",
              "Coverage of the grid service by township, as a workbook or as pages"},
};

/* ---- the doctor of an address ---- */

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

/* Told to anybody: which doctor answers for which street is made public by the county. Where he who
 * asks lives is not: it stands in the body, for addresses of requests stand in logs of others. */
static Err grid_doctor_post(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    enum { ADDRESS_MOST = 400 };
    const GridMatch *matches = NULL;
    size_t n = 0;
    Str address = {0};
    const Json *body = NULL;
    TRY(web_body(cx, request, &body));
    TRY(web_body_text(cx, body, "address", &address));
    if (str_trim(address).n == 0 || address.n > ADDRESS_MOST)
        return cx_fail(cx, ERR_INVALID, TEXT_FIELD_REQUIRED, STR("/address"), 1, STR("address"));
    TRY(grid_find(cx, address, &matches, &n));
    JsonOut out = web_json(response);
    json_object_begin(&out);
    web_json_integer(&out, "most", GRID_MATCH_MOST);
    json_key_c(&out, "items");
    json_array_begin(&out);
    for (size_t i = 0; i < n; i++)
        put_match(&out, &matches[i]);
    json_array_end(&out);
    json_object_end(&out);
    return OK;
}

const Route route_grid_doctor = {
    .method = HTTP_POST,
    .path = "/api/grid-doctor",
    .handler = grid_doctor_post,
    .permit = ROUTE_PUBLIC,
    .body_most = KIB(2),
    .in = "{address: text}",
    .out =
        "{most: integer, items: [{area: text, name: wording, township: wording, facility?: text, "
        "facility_name: wording, doctors: [{name: text, is_away: bool, substitute?: text}]}]}",
    .title = {"按住址查网格医生", "The grid doctor of an address"},
};
