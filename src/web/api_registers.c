/* /api/subjects/{kind}: what records are about besides residents: facilities, areas, staff and the
 * kinds that packs declare, all by one shape. */
#include "engine/obligations/obligations.h"
#include "engine/subjects/registers.h"
#include "web/records_json.h"
#include "web/schemas.h"

enum {
    LIST_MOST = 500,
    LIST_DEFAULT = 100,
    TIMELINE_MOST = 200,
};

void subject_brief_write(Cx *cx, JsonOut *out, const Subject *subject)
{
    const Form *form = map_get(&cx->packs->subjects, subject->kind);
    json_object_begin(out);
    json_key_c(out, "id");
    json_uuid(out, subject->id);
    web_json_text(out, "kind", subject->kind);
    if (form != NULL)
        web_json_wording(out, "kind_title", form->title);
    web_json_text(out, "code", subject->code);
    web_json_wording(out, "name", subject->name);
    json_object_end(out);
}

/* ---- facilities by name ---- */

Err facility_names_read(Cx *cx, FacilityNames *ret_names)
{
    return subject_facilities(cx, &ret_names->facilities, &ret_names->n);
}

void facility_named_write(JsonOut *out, const FacilityNames *names, Str desk)
{
    size_t slash = str_find_char(desk, '/', 0);
    Str code = slash == SIZE_MAX ? desk : str_slice(desk, slash + 1, desk.n);
    for (size_t i = 0; i < names->n; i++) {
        const Facility *facility = &names->facilities[i];
        if (!str_equals(facility->code, code))
            continue;
        json_object_begin(out);
        web_json_text(out, "code", code);
        web_json_text(out, "name", facility->name);
        web_json_text(out, "name_en", facility->name_en);
        json_object_end(out);
        return;
    }
    json_null(out);
}

/* The kinds that every county has, and those of the packs. */
static Err require_kind(Cx *cx, Str kind)
{
    bool is_known = map_has(&cx->packs->subjects, kind)
                    || (pack_kind_is_built_in(kind) && !str_equals_c(kind, "resident"));
    return is_known ? OK : cx_fail(cx, ERR_NOT_FOUND, TEXT_NOT_FOUND, STR("kind"), 1, kind);
}

/* "CODE~<uuid>": where the page before ended. */
static Err read_after(Cx *cx, const HttpRequest *request, SubjectQuery *query)
{
    Str rest = http_query(request, "after"), whole = rest;
    if (rest.n == 0)
        return OK;
    if (str_cut(&rest, '~', &query->after_code) && uuid_parse(rest, &query->after_id) == OK)
        return OK;
    return cx_fail(cx, ERR_INVALID, TEXT_PARAMETER_WRONG, STR("after"), 3, STR("after"), whole,
                   STR("next"));
}

static Str after_text(Cx *cx, const Subject *subject)
{
    char id[UUID_TEXT_SIZE];
    return str_printf(cx->arena, "%.*s~%s", STR_ARG(subject->code), uuid_format(subject->id, id));
}

static Err subjects_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    int64_t most = 0, any = 0;
    SubjectQuery query = {.kind = http_parameter(request, "kind"),
                          .text = str_trim(http_query(request, "q")),
                          .at = http_query(request, "at")};
    TRY(require_kind(cx, query.kind));
    TRY(web_query_limit(cx, request, LIST_MOST, LIST_DEFAULT, &most));
    TRY(web_query_integer(cx, request, "any", 0, 1, 0, &any));
    TRY(web_query_date(cx, request, "on", cx->today, &cx->as_of));
    TRY(read_after(cx, request, &query));
    query.most = (size_t)most + 1;
    query.is_any = any == 1;
    const Subject *subjects = NULL;
    size_t n = 0;
    TRY(subject_list(cx, &query, &subjects, &n));
    bool has_next = n == query.most;
    n -= has_next ? 1 : 0;
    JsonOut out = web_json(response);
    json_object_begin(&out);
    json_key_c(&out, "items");
    json_array_begin(&out);
    for (size_t i = 0; i < n; i++)
        subject_brief_write(cx, &out, &subjects[i]);
    json_array_end(&out);
    web_json_text(&out, "next", has_next ? after_text(cx, &subjects[n - 1]) : (Str){0});
    json_object_end(&out);
    return OK;
}

const Route route_subjects = {
    .method = HTTP_GET,
    .path = "/api/subjects/{kind}",
    .handler = subjects_get,
    .permit = "facilities.read",
    .query = "{q?: text, at?: text, any?: integer, on?: date, after?: text, limit?: integer}",
    .out = "{items: [{" SCHEMA_SUBJECT_MEMBERS "}], next?: text}",
    .title = {"机构、区划、人员及规则包登记的对象",
              "Facilities, areas, staff and what packs register, within the caller's sight"},
};

static Err write_who(Cx *cx, JsonOut *out, const Subject *subject)
{
    json_key_c(out, "subject");
    subject_brief_write(cx, out, subject);
    web_json_date(out, "valid_from", subject->valid_from);
    web_json_date(out, "valid_to", subject->valid_to);
    json_key_c(out, "parties");
    json_array_begin(out);
    for (size_t i = 0; i < subject->party_n; i++) {
        const SubjectParty *party = &subject->parties[i];
        json_object_begin(out);
        web_json_text(out, "field", party->field);
        web_json_text(out, "facility", party->facility);
        web_json_text(out, "area", party->facility.n > 0 ? (Str){0} : party->area);
        json_object_end(out);
    }
    json_array_end(out);
    return OK;
}

static Err write_obligations(Cx *cx, JsonOut *out, Uuid subject)
{
    const ObligationLine *lines = NULL;
    FacilityNames names;
    size_t n = 0;
    TRY(obligation_of(cx, subject, cx->today, &lines, &n));
    TRY(facility_names_read(cx, &names));
    json_key_c(out, "obligations");
    json_array_begin(out);
    const Rule *answered = NULL;
    JsonParts parts = {.arena = cx->arena};
    for (size_t i = 0; i < n; i++) {
        if (!obligation_is_shown(&lines[i], &answered))
            continue;
        json_object_begin(out);
        web_json_obligation(out, &parts, &lines[i], cx->today);
        web_json_reasons(cx, out, &parts, &lines[i]);
        json_key_c(out, "owner");
        facility_named_write(out, &names, lines[i].area);
        json_object_end(out);
    }
    json_array_end(out);
    return OK;
}

static Err write_records(Cx *cx, JsonOut *out, Uuid subject)
{
    const Record *records = NULL;
    size_t n = 0;
    PerformerNames names = {0};
    TRY(record_timeline(cx, subject, TIMELINE_MOST, &records, &n));
    json_key_c(out, "records");
    json_array_begin(out);
    for (size_t i = 0; i < n; i++) {
        json_object_begin(out);
        TRY(record_write(cx, out, &records[i], &names, false));
        json_object_end(out);
    }
    json_array_end(out);
    return OK;
}

static Wording code_title(const PackSet *packs, const char *list, Str code)
{
    const CodeList *codes = map_get(&packs->codes, str_from_c(list));
    for (size_t i = 0; codes != NULL && i < codes->option_n; i++) {
        if (str_equals(codes->options[i].code, code))
            return codes->options[i].label;
    }
    return (Wording){code, code};
}

static const Facility *find_facility(const FacilityNames *names, Str code)
{
    for (size_t i = 0; i < names->n; i++) {
        if (str_equals(names->facilities[i].code, code))
            return &names->facilities[i];
    }
    return NULL;
}

/* Names are no secret; a page is opened by who sees the facility. */
static void put_neighbour(JsonOut *out, const Facility *facility, const Map *seen)
{
    if (facility == NULL) {
        json_null(out);
        return;
    }
    json_object_begin(out);
    web_json_text(out, "code", facility->code);
    web_json_text(out, "name", facility->name);
    web_json_text(out, "name_en", facility->name_en);
    json_key_c(out, "is_seen");
    json_bool(out, map_has(seen, facility->code));
    json_object_end(out);
}

static void put_facility(Cx *cx, JsonOut *out, const FacilityNames *names, const Map *seen,
                         const Facility *facility)
{
    json_key_c(out, "facility");
    json_object_begin(out);
    web_json_wording(out, "kind_title", code_title(cx->packs, "facility_kind", facility->kind));
    web_json_wording(out, "ownership_title",
                     code_title(cx->packs, "facility_ownership", facility->ownership));
    web_json_wording(out, "status_title",
                     code_title(cx->packs, "facility_status", facility->status));
    web_json_integer(out, "level", facility->level);
    web_json_text(out, "area", facility->area);
    web_json_text(out, "licence_no", facility->licence_no);
    web_json_date(out, "licence_to", facility->licence_to);
    json_key_c(out, "parent");
    put_neighbour(out, find_facility(names, facility->parent), seen);
    json_key_c(out, "below");
    json_array_begin(out);
    for (size_t i = 0; i < names->n; i++) {
        if (str_equals(names->facilities[i].parent, facility->code))
            put_neighbour(out, &names->facilities[i], seen);
    }
    json_array_end(out);
    json_object_end(out);
}

/* The facilities whose pages the caller may open, as a set. */
static Err seen_facilities(Cx *cx, size_t most, Map *ret_seen)
{
    const SubjectQuery query = {.kind = STR("facility"), .most = most};
    const Subject *subjects = NULL;
    size_t n = 0;
    map_init(ret_seen, cx->arena);
    TRY(subject_list(cx, &query, &subjects, &n));
    for (size_t i = 0; i < n; i++)
        map_put(ret_seen, subjects[i].code, ret_seen);
    if (cx->actor->facility.n > 0 && cx->actor->home.n == 0)
        map_put(ret_seen, cx->actor->facility, ret_seen);
    return OK;
}

/* What the register of places says of a facility that is in force. */
static Err write_facility(Cx *cx, JsonOut *out, const Subject *subject)
{
    FacilityNames names;
    if (!str_equals_c(subject->kind, "facility"))
        return OK;
    TRY(facility_names_read(cx, &names));
    const Facility *facility = find_facility(&names, subject->code);
    if (facility == NULL)
        return OK;
    Map seen;
    TRY(seen_facilities(cx, names.n, &seen));
    put_facility(cx, out, &names, &seen, facility);
    return OK;
}

/* What packs register and a facility has part in: agreements, projects, disciplines. */
static Err write_registered(Cx *cx, JsonOut *out, const Subject *subject)
{
    const Subject *found = NULL;
    size_t n = 0;
    if (!str_equals_c(subject->kind, "facility") || !access_may(cx->actor, STR("forms.read")))
        return OK;
    TRY(subject_registered_at(cx, subject->code, LIST_MOST, &found, &n));
    json_key_c(out, "registered");
    json_array_begin(out);
    for (size_t i = 0; i < n; i++)
        subject_brief_write(cx, out, &found[i]);
    json_array_end(out);
    return OK;
}

static Err subject_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    Subject subject;
    Str kind = http_parameter(request, "kind");
    TRY(require_kind(cx, kind));
    TRY(subject_open(cx, kind, http_parameter(request, "id"), &subject));
    JsonOut out = web_json(response);
    json_object_begin(&out);
    TRY(write_who(cx, &out, &subject));
    TRY(write_facility(cx, &out, &subject));
    TRY(write_registered(cx, &out, &subject));
    if (access_may(cx->actor, STR("obligations.read")))
        TRY(write_obligations(cx, &out, subject.id));
    if (access_may(cx->actor, STR("records.read")))
        TRY(write_records(cx, &out, subject.id));
    json_object_end(&out);
    return OK;
}

#define SCHEMA_NEIGHBOUR "{code: text, name: text, name_en?: text, is_seen: bool}"

const Route route_subject = {
    .method = HTTP_GET,
    .path = "/api/subjects/{kind}/{id}",
    .handler = subject_get,
    .permit = "facilities.read",   /* what it owes and its records with their own permissions */
    .persons = ROUTE_PERSONS_NONE, /* a household is found only by who sees its persons */
    .out = "{subject: {" SCHEMA_SUBJECT_MEMBERS "}, valid_from: date, valid_to?: date, "
           "parties: [{field?: text, facility?: text, area?: text}], "
           "facility?: {kind_title: wording, ownership_title: wording, status_title: wording, "
           "level: integer, area?: text, licence_no?: text, licence_to?: date, "
           "parent?: " SCHEMA_NEIGHBOUR ", below: [" SCHEMA_NEIGHBOUR "]}, "
           "registered?: [{" SCHEMA_SUBJECT_MEMBERS "}], "
           "obligations?: [{" SCHEMA_OBLIGATION_MEMBERS SCHEMA_REASONS ", owner?: " SCHEMA_FACILITY
           "}], "
           "records?: [{" SCHEMA_RECORD_MEMBERS ", summary: " SCHEMA_SUMMARY "}]}",
    .title = {"一个机构、协议等的登记、应做事项和记录",
              "One of them: its register entry, what it owes, its records"},
};
