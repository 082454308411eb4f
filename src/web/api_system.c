/* GET /api/system: the state of the system for whoever administers it. Nothing of a person. */
#include "core/place.h"
#include "engine/obligations/obligations.h"
#include "pack/pack.h"
#include "web/web_int.h"

static void put_instant(JsonOut *out, const char *key, Instant instant)
{
    json_key_c(out, key);
    json_instant(out, instant);
}

static Err put_place(Cx *cx, JsonOut *out)
{
    Place place;
    TRY(place_open(cx, &place));
    json_key_c(out, "place");
    json_object_begin(out);
    web_json_text(out, "code", place.code);
    web_json_text(out, "name", place.name);
    web_json_text(out, "name_en", place.name_en);
    web_json_integer(out, "rev", place.rev);
    json_object_end(out);
    return OK;
}

static Err put_packs(Cx *cx, JsonOut *out)
{
    json_key_c(out, "packs");
    json_array_begin(out);
    for (size_t i = 0; i < cx->packs->pack_n; i++) {
        const Pack *pack = &cx->packs->packs[i];
        Instant kept_at;
        TRY(pack_version_kept_at(cx, pack->id, pack->hash, &kept_at));
        json_object_begin(out);
        web_json_text(out, "pack", pack->id);
        web_json_wording(out, "title", pack->title);
        web_json_text(out, "version", pack->version);
        web_json_text(out, "hash", pack->hash);
        put_instant(out, "loaded_at", kept_at);
        json_object_end(out);
    }
    json_array_end(out);
    return OK;
}

static Err put_database(Cx *cx, JsonOut *out)
{
    DbDescription description;
    TRY(place_database(cx, &description));
    json_key_c(out, "database");
    json_object_begin(out);
    json_key_c(out, "engine");
    json_text_c(out, description.engine == DB_POSTGRES ? "PostgreSQL" : "SQLite");
    web_json_text(out, "version", description.version);
    web_json_integer(out, "bytes", description.bytes);
    web_json_integer(out, "migration", description.migration);
    json_object_end(out);
    return OK;
}

static Err put_accounts(Cx *cx, JsonOut *out)
{
    const AccountCount *counts = NULL;
    size_t n = 0;
    TRY(account_counts(cx, &counts, &n));
    json_key_c(out, "accounts");
    json_array_begin(out);
    for (size_t i = 0; i < n; i++) {
        const Role *role = pack_role(cx->packs, counts[i].role);
        json_object_begin(out);
        web_json_text(out, "role", counts[i].role);
        web_json_wording(out, "title", role == NULL ? (Wording){counts[i].role, {0}} : role->title);
        json_key_c(out, "is_known");
        json_bool(out, role != NULL);
        web_json_integer(out, "accounts", counts[i].accounts);
        web_json_integer(out, "disabled", counts[i].disabled);
        json_object_end(out);
    }
    json_array_end(out);
    return OK;
}

static Err put_work(Cx *cx, JsonOut *out, const AuditState *audit)
{
    int64_t sessions = 0, stale = 0;
    TRY(session_count(cx, &sessions));
    TRY(obligation_stale_subjects(cx, &stale));
    json_key_c(out, "work");
    json_object_begin(out);
    web_json_integer(out, "sessions", sessions);
    web_json_integer(out, "stale_subjects", stale);
    web_json_integer(out, "audit_queued", audit->queued);
    web_json_integer(out, "writes_queued",
                     cx->writer == NULL ? 0 : (int64_t)writer_stats(cx->writer).queued);
    json_object_end(out);
    return OK;
}

static void put_audit(JsonOut *out, const AuditState *audit)
{
    json_key_c(out, "audit");
    json_object_begin(out);
    web_json_integer(out, "entries", audit->entries);
    web_json_integer(out, "chains", audit->chains);
    json_key_c(out, "checkpoint");
    if (audit->checkpoint == 0) {
        json_null(out);
    } else {
        json_object_begin(out);
        web_json_integer(out, "number", audit->checkpoint);
        json_key_c(out, "writer");
        json_uuid(out, audit->writer);
        put_instant(out, "signed_at", audit->signed_at);
        json_object_end(out);
    }
    json_object_end(out);
}

static Err system_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    const Web *web = web_call(request)->web;
    AuditState audit;
    TRY(audit_state(cx, &audit));
    JsonOut out = web_json(response);
    json_object_begin(&out);
    web_json_text(&out, "version", STR(CATCHMENT_VERSION));
    put_instant(&out, "now", cx->now);
    put_instant(&out, "started_at", web->started_at);
    TRY(put_place(cx, &out));
    TRY(put_database(cx, &out));
    TRY(put_packs(cx, &out));
    TRY(put_accounts(cx, &out));
    TRY(put_work(cx, &out, &audit));
    put_audit(&out, &audit);
    json_object_end(&out);
    return OK;
}

const Route route_system = {
    .method = HTTP_GET,
    .path = "/api/system",
    .handler = system_get,
    .permit = "metrics.read",
    .out = "{version: text, now: instant, started_at: instant, "
           "place: {code: text, name: text, name_en?: text, rev: integer}, "
           "database: {engine: text, version: text, bytes: integer, migration: integer}, "
           "packs: [{pack: text, title: wording, version: text, hash: text, loaded_at: instant}], "
           "accounts: [{role: text, title: wording, is_known: bool, accounts: integer, "
           "disabled: integer}], "
           "work: {sessions: integer, stale_subjects: integer, audit_queued: integer, "
           "writes_queued: integer}, "
           "audit: {entries: integer, chains: integer, checkpoint?: {number: integer, "
           "writer: uuid, signed_at: instant}}}",
    .title = {"系统状态", "The state of the system"},
};
