/* /api/areas, /api/facilities, /api/catchments, /api/staff: places and the people who work there,
 * on any day; what is written comes as rows and is checked whole before a row is stored. */
#include "engine/subjects/residents.h"
#include "engine/subjects/subjects.h"
#include "web/route.h"

enum { ROWS_BODY_MOST = 1024 * 1024, LEAVE_BODY_MOST = 4 * 1024 };

/* Asks the day that the query names. */
static Err take_day(Cx *cx, const HttpRequest *request)
{
    return web_query_date(cx, request, "on", cx->today, &cx->as_of);
}

/* The rows of the body, as objects or as the text of a sheet, and whether they are to be looked at
 * only. */
#define SHEET_SCHEMA "dry_run?: bool, csv?: text, rows?: "
static Err take_rows(Cx *cx, const HttpRequest *request, SheetShape shape, SheetTable *ret_sheet,
                     bool *ret_is_dry_run)
{
    const Json *body = NULL;
    TRY(web_body(cx, request, &body));
    *ret_is_dry_run = false;
    Err err = json_get_bool(body, STR("dry_run"), ret_is_dry_run);
    if (err != OK && err != ERR_NOT_FOUND)
        return cx_fail(cx, ERR_INVALID, TEXT_FIELD_TYPE, STR("/dry_run"), 2, STR("dry_run"),
                       STR("true/false"));
    Str csv;
    err = json_get_text(body, STR("csv"), &csv);
    if (err == ERR_INVALID)
        return cx_fail(cx, ERR_INVALID, TEXT_FIELD_TYPE, STR("/csv"), 2, STR("csv"), STR("CSV"));
    return err == OK ? sheet_read(cx, csv, shape, ret_sheet)
                     : sheet_read_json(cx, json_get(body, STR("rows")), shape, ret_sheet);
}

static Err answer_rows(HttpResponse *response, size_t n)
{
    JsonOut out = web_json(response);
    json_object_begin(&out);
    json_key_c(&out, "rows");
    json_integer(&out, (int64_t)n);
    json_object_end(&out);
    return OK;
}

static Err areas_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    const Area *areas = NULL;
    size_t n = 0;
    TRY(take_day(cx, request));
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
        web_json_date(&out, "valid_from", areas[i].valid_from);
        web_json_date(&out, "valid_to", areas[i].valid_to);
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
    .query = "{on?: date}",
    .out = "{areas: [{code: text, parent?: text, level: integer, name: text, name_en?: text, "
           "valid_from: date, valid_to?: date}]}",
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
    web_json_text(out, "area", facility->area);
    web_json_text(out, "ownership", facility->ownership);
    web_json_text(out, "status", facility->status);
    web_json_text(out, "licence_no", facility->licence_no);
    web_json_date(out, "licence_to", facility->licence_to);
    web_json_date(out, "valid_from", facility->valid_from);
    web_json_date(out, "valid_to", facility->valid_to);
    web_json_text(out, "merged_into", facility->merged_into);
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
    TRY(take_day(cx, request));
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
    .query = "{on?: date}",
    .out = "{facilities: [{code: text, name: text, name_en?: text, kind: text, level: integer, "
           "parent?: text, area?: text, ownership?: text, status: text, licence_no?: text, "
           "licence_to?: date, valid_from: date, valid_to?: date, merged_into?: text, "
           "areas: [text]}]}",
    .title = {"机构及其服务片区", "Facilities and their catchments"},
};

static Err areas_post(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    SheetTable sheet;
    bool is_dry_run = false;
    TRY(take_rows(cx, request, subject_areas_shape, &sheet, &is_dry_run));
    TRY(subject_areas_put(cx, &sheet, is_dry_run));
    return answer_rows(response, sheet.n);
}

const Route route_areas_post = {
    .method = HTTP_POST,
    .path = "/api/areas",
    .handler = areas_post,
    .permit = "areas.write",
    .body_most = ROWS_BODY_MOST,
    .in = "{" SHEET_SCHEMA "[{code: text, parent?: text, level: integer, name: text, "
          "name_en?: text, kind?: text, valid_from?: date, valid_to?: date, succeeds?: text}]}",
    .out = "{rows: integer}",
    .title = {"增改行政区划：拆分、合并、更名", "Add or change areas: splits, mergers, new names"},
};

static Err facilities_post(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    SheetTable sheet;
    bool is_dry_run = false;
    TRY(take_rows(cx, request, subject_facilities_shape, &sheet, &is_dry_run));
    TRY(subject_facilities_put(cx, &sheet, is_dry_run));
    return answer_rows(response, sheet.n);
}

const Route route_facilities_post = {
    .method = HTTP_POST,
    .path = "/api/facilities",
    .handler = facilities_post,
    .permit = "facilities.write",
    .body_most = ROWS_BODY_MOST,
    .in = "{" SHEET_SCHEMA "[{code: text, name: text, name_en?: text, kind: text, "
          "level: integer, parent?: text, area?: text, ownership?: text, status?: text, "
          "licence_no?: text, licence_to?: date, valid_from: date, valid_to?: date, "
          "merged_into?: text}]}",
    .out = "{rows: integer}",
    .title = {"增改机构", "Add or change facilities"},
};

/* ---- catchments ---- */

static void put_catchment(JsonOut *out, const Catchment *catchment, const CatchmentDoctor *doctors,
                          size_t n)
{
    json_object_begin(out);
    web_json_text(out, "area", catchment->area);
    web_json_text(out, "facility", catchment->facility);
    web_json_text(out, "team", catchment->team);
    web_json_date(out, "valid_from", catchment->valid_from);
    web_json_date(out, "valid_to", catchment->valid_to);
    json_key_c(out, "doctors");
    json_array_begin(out);
    for (size_t i = 0; i < n; i++) {
        if (!str_equals(doctors[i].area, catchment->area)
            || !str_equals(doctors[i].facility, catchment->facility))
            continue;
        json_object_begin(out);
        json_key_c(out, "id");
        json_uuid(out, doctors[i].staff);
        web_json_text(out, "code", doctors[i].code);
        web_json_text(out, "name", doctors[i].name);
        json_object_end(out);
    }
    json_array_end(out);
    json_object_end(out);
}

static Err catchments_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    const Catchment *catchments = NULL;
    const CatchmentDoctor *doctors = NULL;
    size_t n = 0, doctor_n = 0;
    Str area = http_query(request, "area");
    TRY(take_day(cx, request));
    TRY(subject_catchments(cx, &catchments, &n));
    TRY(subject_catchment_doctors(cx, &doctors, &doctor_n));
    JsonOut out = web_json(response);
    json_object_begin(&out);
    json_key_c(&out, "items");
    json_array_begin(&out);
    for (size_t i = 0; i < n; i++) {
        if (str_has_prefix(catchments[i].area, area))
            put_catchment(&out, &catchments[i], doctors, doctor_n);
    }
    json_array_end(&out);
    json_object_end(&out);
    return OK;
}

const Route route_catchments = {
    .method = HTTP_GET,
    .path = "/api/catchments",
    .handler = catchments_get,
    .permit = "catchments.read",
    .query = "{on?: date, area?: text}",
    .out = "{items: [{area: text, facility: text, team?: text, valid_from: date, valid_to?: date, "
           "doctors: [{id: uuid, code: text, name: text}]}]}",
    .title = {"哪家机构、哪位医生负责哪个区划", "Which facility and doctors answer for which area"},
};

static Err catchments_post(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    SheetTable sheet;
    bool is_dry_run = false;
    TRY(take_rows(cx, request, subject_catchments_shape, &sheet, &is_dry_run));
    TRY(subject_catchments_put(cx, &sheet, is_dry_run));
    return answer_rows(response, sheet.n);
}

const Route route_catchments_post = {
    .method = HTTP_POST,
    .path = "/api/catchments",
    .handler = catchments_post,
    .permit = "catchments.write",
    .body_most = ROWS_BODY_MOST,
    .in = "{" SHEET_SCHEMA "[{area: text, facility: text, valid_from: date, valid_to?: date, "
          "team?: text, doctors?: text}]}",
    .out = "{rows: integer}",
    .title = {"自某日起由某机构负责", "Who answers from a day on"},
};

/* ---- staff ---- */

/* The words of a post, in the code list that postings are checked against. */
static Wording post_title(const PackSet *packs, Str post)
{
    const CodeList *posts = map_get(&packs->codes, STR("staff_post"));
    for (size_t i = 0; posts != NULL && i < posts->option_n; i++)
        if (str_equals(posts->options[i].code, post))
            return posts->options[i].label;
    return (Wording){post, post};
}

static void put_staff(const Cx *cx, JsonOut *out, const Staff *staff)
{
    json_object_begin(out);
    json_key_c(out, "id");
    json_uuid(out, staff->id);
    web_json_text(out, "code", staff->code);
    web_json_text(out, "name", staff->name);
    web_json_text(out, "facility", staff->facility);
    web_json_text(out, "post", staff->post);
    web_json_wording(out, "post_title", post_title(cx->packs, staff->post));
    web_json_text(out, "employment", staff->employment);
    web_json_text(out, "qualification", staff->qualification);
    web_json_text(out, "title", staff->title);
    web_json_date(out, "licence_to", staff->licence_to);
    web_json_date(out, "valid_from", staff->valid_from);
    web_json_date(out, "valid_to", staff->valid_to);
    web_json_date(out, "away_from", staff->away_from);
    web_json_date(out, "away_to", staff->away_to);
    json_key_c(out, "substitute");
    if (uuid_is_nil(staff->substitute))
        json_null(out);
    else
        json_uuid(out, staff->substitute);
    json_object_end(out);
}

/* Colleagues at the own facility and below it; of the whole place for who sees it. */
static Err staff_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    const Staff *staff = NULL;
    size_t n = 0;
    bool sees_place = false;
    Str facility = http_query(request, "facility");
    TRY(take_day(cx, request));
    TRY(access_is_below(cx, STR(""), &sees_place));
    if (facility.n > 0)
        TRY(access_require_below(cx, STR("staff.read"), facility, STR("facility")));
    TRY(staff_list(cx, facility.n > 0 || sees_place ? facility : cx->actor->facility, &staff, &n));
    JsonOut out = web_json(response);
    json_object_begin(&out);
    json_key_c(&out, "items");
    json_array_begin(&out);
    for (size_t i = 0; i < n; i++)
        put_staff(cx, &out, &staff[i]);
    json_array_end(&out);
    json_object_end(&out);
    return OK;
}

const Route route_staff = {
    .method = HTTP_GET,
    .path = "/api/staff",
    .handler = staff_get,
    .permit = "staff.read",
    .query = "{on?: date, facility?: text}",
    .out =
        "{items: [{id: uuid, code: text, name: text, facility: text, post?: text, "
        "post_title: wording, employment?: text, qualification?: text, title?: text, licence_to?: date, "
        "valid_from: date, valid_to?: date, away_from?: date, away_to?: date, "
        "substitute?: uuid}]}",
    .title = {"本机构及下级机构的人员", "Staff at the own facility and below"},
};

typedef Err (*PutWithPasswords)(Cx *cx, const SheetTable *sheet, bool is_dry_run,
                                const FirstPassword **ret_passwords, size_t *ret_password_n);

static Err post_with_passwords(Cx *cx, const HttpRequest *request, HttpResponse *response,
                               SheetShape shape, PutWithPasswords put)
{
    SheetTable sheet;
    bool is_dry_run = false;
    const FirstPassword *passwords = NULL;
    size_t n = 0;
    TRY(take_rows(cx, request, shape, &sheet, &is_dry_run));
    TRY(put(cx, &sheet, is_dry_run, &passwords, &n));
    JsonOut out = web_json(response);
    json_object_begin(&out);
    json_key_c(&out, "rows");
    json_integer(&out, (int64_t)sheet.n);
    json_key_c(&out, "passwords");
    json_array_begin(&out);
    for (size_t i = 0; i < n; i++) {
        json_object_begin(&out);
        web_json_text(&out, "township", passwords[i].township);
        web_json_text(&out, "facility", passwords[i].facility);
        web_json_text(&out, "name", passwords[i].name);
        web_json_text(&out, "login", passwords[i].login);
        web_json_text(&out, "password", passwords[i].password);
        json_object_end(&out);
    }
    json_array_end(&out);
    json_object_end(&out);
    return OK;
}

#define PASSWORDS_SCHEMA                                                                           \
 "{rows: integer, passwords: [{township: text, facility: text, name: text, login: text, "          \
 "password: text}]}"

static Err staff_post_rows(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    return post_with_passwords(cx, request, response, staff_shape, staff_put);
}

const Route route_staff_post = {
    .method = HTTP_POST,
    .path = "/api/staff",
    .handler = staff_post_rows,
    .permit = "staff.write",
    .body_most = ROWS_BODY_MOST,
    .in = "{" SHEET_SCHEMA "[{code: text, name: text, sex?: text, birth_date?: date, "
          "facility: text, post: text, employment?: text, valid_from: date, valid_to?: date, "
          "qualification?: text, licence_no?: text, licence_to?: date, title?: text, "
          "education?: text, phone?: text, id_number?: text, login?: text, role?: text}]}",
    .out = PASSWORDS_SCHEMA,
    .title = {"增改人员；初始密码只显示这一次",
              "Add or change staff; first passwords are told once"},
};

static Err resident_accounts_post(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    return post_with_passwords(cx, request, response, resident_accounts_shape,
                               resident_accounts_put);
}

/* Who is out of sight, or of another name, is one mistake of a row like nobody. */
const Route route_resident_accounts = {
    .method = HTTP_POST,
    .path = "/api/resident-accounts",
    .persons = ROUTE_PERSONS_NONE,
    .handler = resident_accounts_post,
    .permit = "residents.account",
    .body_most = ROWS_BODY_MOST,
    .in = "{" SHEET_SCHEMA "[{name: text, id_number: text, facility: text, guardian?: text, "
          "guardian_login?: text}]}",
    .out = PASSWORDS_SCHEMA,
    .title = {"按表开设居民账号；初始密码只显示这一次",
              "Accounts for residents from a sheet; first passwords are told once"},
};

static Err staff_leave_post(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    (void)response;
    const Json *body = NULL;
    StaffLeave leave = {.substitute = UUID_NIL};
    TRY(web_parameter_uuid(cx, request, "id", &leave.staff));
    TRY(web_body(cx, request, &body));
    if (json_get_date(body, STR("valid_from"), &leave.valid_from) != OK)
        return cx_fail(cx, ERR_INVALID, TEXT_FIELD_REQUIRED, STR("/valid_from"), 1,
                       STR("valid_from"));
    if (json_get_date(body, STR("valid_to"), &leave.valid_to) != OK)
        return cx_fail(cx, ERR_INVALID, TEXT_FIELD_REQUIRED, STR("/valid_to"), 1, STR("valid_to"));
    Err err = json_get_uuid(body, STR("substitute"), &leave.substitute);
    if (err != OK && err != ERR_NOT_FOUND)
        return cx_fail(cx, ERR_INVALID, TEXT_FIELD_TYPE, STR("/substitute"), 2, STR("substitute"),
                       STR("UUID"));
    return staff_leave_put(cx, &leave);
}

const Route route_staff_leave = {
    .method = HTTP_POST,
    .path = "/api/staff/{id}/leave",
    .handler = staff_leave_post,
    .permit = "staff.write",
    .body_most = LEAVE_BODY_MOST,
    .in = "{valid_from: date, valid_to: date, substitute?: uuid}",
    .title = {"休假与替班", "Leave, and who stands in"},
};
