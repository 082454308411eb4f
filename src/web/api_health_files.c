/* Who has a health record: how many of those in sight, by township or village, and who has none. */
#include <string.h>

#include "engine/records/records.h"
#include "engine/subjects/subjects.h"
#include "web/person.h"
#include "web/report_file.h"
#include "web/schemas.h"

static void put_person(const Cx *cx, JsonOut *out, const ResidentBrief *brief)
{
    json_object_begin(out);
    person_resident_write(out, brief, cx->today);
    json_object_end(out);
}

static void put_files(JsonOut *out, RecordFiles files)
{
    web_json_integer(out, "residents", files.residents);
    web_json_integer(out, "files", files.files);
    json_key_c(out, "percent");
    if (files.residents == 0)
        json_null(out);
    else
        json_decimal(out, record_files_percent(files));
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
    put_files(&out, files);
    web_json_integer(&out, "most", RECORD_FILES_MISSING_MOST);
    json_key_c(&out, "missing");
    json_array_begin(&out);
    for (size_t i = 0; i < n; i++)
        put_person(cx, &out, &briefs[i]);
    json_array_end(&out);
    json_object_end(&out);
    return OK;
}

#define FILES_SCHEMA "residents: integer, files: integer, percent?: number"

const Route route_health_files = {
    .method = HTTP_GET,
    .path = "/api/health-files",
    .persons = ROUTE_PERSONS_LIST,
    .handler = health_files_get,
    .permit = "residents.search",
    .query = "{area?: text}",
    .out = "{" FILES_SCHEMA ", most: integer, missing: [{" SCHEMA_PERSON_MEMBERS "}]}",
    .title = {"建档率与没有健康档案的居民", "How many have a health record, and who has none"},
};

static RecordFiles sum_of(const RecordAreaFiles *areas, size_t n)
{
    RecordFiles sum = {0};
    for (size_t i = 0; i < n; i++) {
        sum.residents += areas[i].files.residents;
        sum.files += areas[i].files.files;
    }
    return sum;
}

static Err health_files_areas_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    const RecordAreaFiles *areas = NULL;
    size_t n = 0;
    Str asked = http_query(request, "area");
    Wording name = {0};
    TRY(record_files_by_area(cx, asked, &areas, &n));
    if (asked.n > 0)
        TRY(subject_area_name(cx, asked, &name));
    JsonOut out = web_json(response);
    json_object_begin(&out);
    web_json_date(&out, "on", cx->today);
    web_json_text(&out, "name", name.zh);
    web_json_text(&out, "name_en", name.en);
    put_files(&out, sum_of(areas, n));
    json_key_c(&out, "areas");
    json_array_begin(&out);
    for (size_t i = 0; i < n; i++) {
        json_object_begin(&out);
        web_json_text(&out, "code", areas[i].area);
        web_json_text(&out, "name", areas[i].name.zh);
        web_json_text(&out, "name_en", areas[i].name.en);
        put_files(&out, areas[i].files);
        json_object_end(&out);
    }
    json_array_end(&out);
    json_object_end(&out);
    return OK;
}

const Route route_health_files_areas = {
    .method = HTTP_GET,
    .path = "/api/health-files/areas",
    .persons = ROUTE_PERSONS_COUNT,
    .handler = health_files_areas_get,
    .permit = "measures.read",
    .query = "{area?: text}",
    .out = "{on: date, name?: text, name_en?: text, " FILES_SCHEMA
           ", areas: [{code: text, name: text, name_en?: text, " FILES_SCHEMA "}]}",
    .title = {"各乡镇、各村的建档率", "How many have a health record, by township or village"},
};

/* ---- as a file ---- */

static void fill(Cx *cx, const RecordAreaFiles *areas, size_t n, Report *report)
{
    enum { COLUMNS = 6 };
    const ReportColumn columns[COLUMNS] = {
        {report_word(cx, TEXT_FILE_UNIT), 26, false, false},
        {report_word(cx, TEXT_FILE_RESIDENTS), 12, true, false},
        {report_word(cx, TEXT_FILE_WITH_FILE), 12, true, false},
        {report_word(cx, TEXT_FILE_WITHOUT_FILE), 12, true, false},
        {report_word(cx, TEXT_FILE_SHARE), 10, true, false},
        {report_word(cx, TEXT_FILE_CODE), 16, false, true},
    };
    ReportRow *rows = arena_array(cx->arena, ReportRow, n + 1);
    for (size_t i = 0; i < n; i++) {
        RecordFiles files = areas[i].files;
        const ReportCell made[COLUMNS] = {
            report_text(wording_in(areas[i].name, cx->lang)),
            report_whole(files.residents),
            report_whole(files.files),
            report_whole(files.residents - files.files),
            {.kind = REPORT_NUMBER,
             .number = record_files_percent(files),
             .decimals = 2,
             .unit = STR("%")},
            report_text(areas[i].area),
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
    report->row_n = n;
}

static Err health_files_file_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    const RecordAreaFiles *areas = NULL;
    size_t n = 0;
    ReportFile file;
    Str asked = http_query(request, "area");
    TRY(record_files_by_area(cx, asked, &areas, &n));
    TRY(report_file_begin(cx, report_word(cx, TEXT_FILE_HEALTH_FILES), TEXT_FILE_HEALTH_FILES,
                          &file));
    fill(cx, areas, n, &file.report);
    file.action = "export.health_files";
    file.detail = str_printf(cx->arena, "area=%.*s", STR_ARG(asked));
    file.name = STR("health-records");
    return report_file_answer(cx, request, &file, response);
}

const Route route_health_files_file = {
    .method = HTTP_GET,
    .path = "/api/health-files/file",
    .persons = ROUTE_PERSONS_COUNT,
    .handler = health_files_file_get,
    .permit = "measures.read",
    .query = "{" REPORT_QUERY ", area?: text}",
    .out_media = REPORT_MEDIA,
    .title = {"各乡镇、各村的建档率，导出为 Excel 或 PDF",
              "How many have a health record by area, as a workbook or as pages"},
};
