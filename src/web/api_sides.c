/* /api/obligations/others, /api/obligations/standings: what the other side of an agreement owes,
 * and how each agreement stands, side by side. */
#include "base/vec.h"
#include "web/records_json.h"
#include "web/schemas.h"

/* The subjects and facilities that an answer names; ids in the order of its items. */
typedef struct Named {
    const Subject *subjects;
    FacilityNames facilities;
} Named;

static Err named_read(Cx *cx, const Uuid *ids, size_t n, Named *ret_named)
{
    TRY(facility_names_read(cx, &ret_named->facilities));
    return subject_briefs(cx, ids, n, &ret_named->subjects);
}

/* {"on": ..., "items": [ */
static JsonOut items_begin(Cx *cx, HttpResponse *response)
{
    JsonOut out = web_json(response);
    json_object_begin(&out);
    web_json_date(&out, "on", cx->today);
    json_key_c(&out, "items");
    json_array_begin(&out);
    return out;
}

static void item_begin(Cx *cx, JsonOut *out, const Subject *subject)
{
    json_object_begin(out);
    json_key_c(out, "subject");
    subject_brief_write(cx, out, subject);
}

static void items_end(JsonOut *out)
{
    json_array_end(out);
    json_object_end(out);
}

static Err others_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    (void)request;
    const ObligationLine *lines = NULL;
    Named named;
    size_t n = 0;
    TRY(obligation_of_other_sides(cx, cx->today, &lines, &n));
    Uuid *ids = arena_array(cx->arena, Uuid, n + 1);
    for (size_t i = 0; i < n; i++)
        ids[i] = lines[i].obligation.subject;
    TRY(named_read(cx, ids, n, &named));
    JsonParts parts = {.arena = cx->arena};
    JsonOut out = items_begin(cx, response);
    for (size_t i = 0; i < n; i++) {
        item_begin(cx, &out, &named.subjects[i]);
        json_key_c(&out, "owner");
        facility_named_write(&out, &named.facilities, lines[i].area);
        web_json_obligation(&out, &parts, &lines[i], cx->today);
        json_object_end(&out);
    }
    items_end(&out);
    return OK;
}

const Route route_obligations_others = {
    .method = HTTP_GET,
    .path = "/api/obligations/others",
    .handler = others_get,
    .permit = "obligations.read",
    .persons = ROUTE_PERSONS_NONE, /* organisations alone */
    .out = "{on: date, items: [{subject: {" SCHEMA_SUBJECT_MEMBERS "}, owner?: " SCHEMA_FACILITY
           ", " SCHEMA_OBLIGATION_MEMBERS "}]}",
    .title = {"本机构参与的协议中，对方应做的事项",
              "What other parties owe of the agreements that one has part in"},
};

static void put_side(JsonOut *out, const FacilityNames *names, const ObligationSide *side)
{
    json_object_begin(out);
    json_key_c(out, "owner");
    facility_named_write(out, names, side->facility);
    json_key_c(out, "is_own");
    json_bool(out, side->is_own);
    web_json_integer(out, "overdue", side->overdue);
    web_json_integer(out, "open", side->open);
    web_json_integer(out, "ended", side->ended);
    web_json_integer(out, "done", side->done);
    json_object_end(out);
}

static Err standings_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    const ObligationStanding *standings = NULL;
    Named named;
    size_t n = 0;
    Str kind = http_query(request, "kind");
    if (!map_has(&cx->packs->subjects, kind))
        return cx_fail(cx, ERR_NOT_FOUND, TEXT_NOT_FOUND, STR("kind"), 1, kind);
    TRY(obligation_standings(cx, kind, cx->today, &standings, &n));
    Uuid *ids = arena_array(cx->arena, Uuid, n + 1);
    for (size_t i = 0; i < n; i++)
        ids[i] = standings[i].subject;
    TRY(named_read(cx, ids, n, &named));
    JsonOut out = items_begin(cx, response);
    for (size_t i = 0; i < n; i++) {
        item_begin(cx, &out, &named.subjects[i]);
        web_json_date(&out, "last_on", standings[i].last_on);
        json_key_c(&out, "is_stalled");
        json_bool(&out, standings[i].is_stalled);
        json_key_c(&out, "sides");
        json_array_begin(&out);
        for (size_t j = 0; j < standings[i].side_n; j++)
            put_side(&out, &named.facilities, &standings[i].sides[j]);
        json_array_end(&out);
        json_object_end(&out);
    }
    items_end(&out);
    return OK;
}

const Route route_obligations_standings = {
    .method = HTTP_GET,
    .path = "/api/obligations/standings",
    .handler = standings_get,
    .permit = "obligations.read",
    .persons = ROUTE_PERSONS_NONE,
    .query = "{kind: text}",
    .out = "{on: date, items: [{subject: {" SCHEMA_SUBJECT_MEMBERS
           "}, last_on?: date, is_stalled: bool, sides: [{owner?: " SCHEMA_FACILITY
           ", is_own: bool, overdue: integer, open: integer, ended: integer, done: integer}]}]}",
    .title = {"每份协议各方的应做、逾期和近一年完成数，以及是否停摆",
              "How each agreement stands, side by side, and which have stalled"},
};
