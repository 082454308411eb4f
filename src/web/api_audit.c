/* /api/audit: reading the audit; /api/residents/{id}/audit: who looked at a person's record. */
#include "base/num.h"
#include "engine/subjects/subjects.h"
#include "pack/pack.h"
#include "web/route.h"

enum { PAGE_MOST = 200, PAGE_DEFAULT = 50, PERSON_MOST = 100 };

static void put_who(Cx *cx, JsonOut *out, const AuditLine *line)
{
    const Role *role = pack_role(cx->packs, line->role);
    web_json_text(out, "login", line->login);
    web_json_text(out, "name", line->name);
    json_key_c(out, "role_title");
    if (role == NULL) {
        json_null(out);
    } else {
        json_object_begin(out);
        web_json_text(out, "zh", role->title.zh);
        web_json_text(out, "en", wording_in(role->title, LANG_EN));
        json_object_end(out);
    }
    web_json_text(out, "facility_name", line->facility_name);
    web_json_text(out, "facility_name_en", line->facility_name_en);
}

static void put_line(Cx *cx, JsonOut *out, const AuditLine *line, bool is_whole)
{
    json_object_begin(out);
    json_key_c(out, "at");
    json_instant(out, line->at);
    web_json_text(out, "action", line->entry.action);
    put_who(cx, out, line);
    if (is_whole) {
        json_key_c(out, "account");
        json_uuid(out, line->account);
        json_key_c(out, "subject");
        json_uuid(out, line->entry.subject);
        json_key_c(out, "object");
        json_uuid(out, line->entry.object);
        web_json_text(out, "detail", line->entry.detail);
    }
    json_object_end(out);
}

/* "<ms>~<writer>~<seq>" */
static Err read_cursor(Cx *cx, const HttpRequest *request, AuditFilter *filter)
{
    Str rest = http_query(request, "after"), at = {0}, writer = {0}, seq = {0};
    filter->before_at = (Instant){INT64_MAX};
    if (rest.n == 0)
        return OK;
    bool is_good = str_cut(&rest, '~', &at) && str_cut(&rest, '~', &writer)
                   && str_cut(&rest, '~', &seq) && num_parse_i64(at, &filter->before_at.ms) == OK
                   && uuid_parse(writer, &filter->before_writer) == OK
                   && num_parse_i64(seq, &filter->before_seq) == OK;
    return is_good ? OK
                   : cx_fail(cx, ERR_INVALID, TEXT_PARAMETER_WRONG, STR("after"), 3, STR("after"),
                             http_query(request, "after"), STR("next"));
}

static Str cursor_text(Cx *cx, const AuditLine *line)
{
    char writer[UUID_TEXT_SIZE];
    return str_printf(cx->arena, "%lld~%s~%lld", (long long)line->at.ms,
                      uuid_format(line->writer, writer), (long long)line->seq);
}

static Err read_filter(Cx *cx, const HttpRequest *request, AuditFilter *filter)
{
    if (http_query(request, "person").n > 0)
        TRY(web_query_uuid(cx, request, "person", &filter->person));
    if (http_query(request, "account").n > 0)
        TRY(web_query_uuid(cx, request, "account", &filter->account));
    Date first = uuid_is_nil(filter->person) ? cx->today : date_from_ymd(2000, 1, 1);
    TRY(web_query_date(cx, request, "until", cx->today, &filter->until));
    if (uuid_is_nil(filter->person))
        first = filter->until;
    TRY(web_query_date(cx, request, "from", first, &filter->from));
    TRY(web_query_limit(cx, request, PAGE_MOST, PAGE_DEFAULT, &filter->most));
    TRY(read_cursor(cx, request, filter));
    filter->most++; /* one more tells whether there is a next page */
    return OK;
}

static Err audit_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    AuditFilter filter = {0};
    const AuditLine *lines = NULL;
    size_t n = 0;
    TRY(read_filter(cx, request, &filter));
    TRY(audit_lines(cx, &filter, &lines, &n));
    bool has_next = (int64_t)n == filter.most;
    n -= has_next ? 1 : 0;
    JsonOut out = web_json(response);
    json_object_begin(&out);
    web_json_date(&out, "from", filter.from);
    web_json_date(&out, "until", filter.until);
    json_key_c(&out, "items");
    json_array_begin(&out);
    for (size_t i = 0; i < n; i++)
        put_line(cx, &out, &lines[i], true);
    json_array_end(&out);
    web_json_text(&out, "next", has_next ? cursor_text(cx, &lines[n - 1]) : (Str){0});
    json_object_end(&out);
    return OK;
}

#define WHO_SCHEMA                                                                                 \
 "at: instant, action: text, login?: text, name?: text, role_title?: wording, "                    \
 "facility_name?: text, facility_name_en?: text"

const Route route_audit = {
    .method = HTTP_GET,
    .path = "/api/audit",
    .handler = audit_get,
    .permit = "audit.read",
    .query = "{person?: uuid, account?: uuid, from?: date, until?: date, after?: text, limit?: "
             "integer}",
    .out = "{from: date, until: date, items: [{" WHO_SCHEMA
           ", account?: uuid, subject?: uuid, object?: uuid, detail?: text}], next?: text}",
    .title = {"操作日志", "The audit, newest first"},
};

/* Who sees the person sees who looked. */
static Err resident_audit_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    Uuid id = UUID_NIL;
    Resident resident;
    const AuditLine *lines = NULL;
    size_t n = 0;
    TRY(web_parameter_uuid(cx, request, "id", &id));
    TRY(resident_open(cx, id, &resident));
    TRY(audit_of_person(cx, resident.id, PERSON_MOST, &lines, &n));
    JsonOut out = web_json(response);
    json_object_begin(&out);
    json_key_c(&out, "items");
    json_array_begin(&out);
    for (size_t i = 0; i < n; i++)
        put_line(cx, &out, &lines[i], false);
    json_array_end(&out);
    json_object_end(&out);
    return OK;
}

const Route route_resident_audit = {
    .method = HTTP_GET,
    .path = "/api/residents/{id}/audit",
    .handler = resident_audit_get,
    .permit = "residents.read",
    .out = "{items: [{" WHO_SCHEMA "}]}",
    .title = {"谁看过这份档案", "Who looked at a person's record"},
};
