/* /api/drafts: forms that the one who asks has begun and not yet sent. What a draft holds is the
 * screen's own; it goes in and out as one text. */
#include "engine/records/drafts.h"
#include "engine/subjects/subjects.h"
#include "pack/pack.h"
#include "web/person.h"
#include "web/route.h"
#include "web/schemas.h"

enum { DRAFT_BODY_MOST = 2 * DRAFT_BYTES_MOST + 4096 };

static void put_draft(Cx *cx, JsonOut *out, const KeptDraft *draft)
{
    const Form *form = pack_form(cx->packs, draft->form);
    json_key_c(out, "id");
    json_uuid(out, draft->record);
    web_json_text(out, "form", draft->form);
    web_json_wording(out, "form_title",
                     form == NULL ? (Wording){draft->form, draft->form} : form->title);
    json_key_c(out, "amends");
    json_uuid(out, draft->amends);
    json_key_c(out, "saved_at");
    json_instant(out, draft->saved_at);
}

static Err drafts_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    (void)request;
    const KeptDraft *drafts = NULL;
    const ResidentBrief *people = NULL;
    size_t n = 0;
    TRY(draft_list(cx, &drafts, &n));
    Uuid *ids = arena_array(cx->arena, Uuid, n + 1);
    for (size_t i = 0; i < n; i++)
        ids[i] = drafts[i].subject;
    TRY(resident_briefs(cx, ids, n, &people));
    JsonOut out = web_json(response);
    json_object_begin(&out);
    json_key_c(&out, "drafts");
    json_array_begin(&out);
    for (size_t i = 0; i < n; i++) {
        json_object_begin(&out);
        put_draft(cx, &out, &drafts[i]);
        json_key_c(&out, "resident");
        json_object_begin(&out);
        person_resident_write(&out, &people[i], cx->today);
        json_object_end(&out);
        json_object_end(&out);
    }
    json_array_end(&out);
    json_object_end(&out);
    return OK;
}

#define SCHEMA_DRAFT_MEMBERS                                                                       \
 "id: uuid, form: text, form_title: wording, amends?: uuid, saved_at: instant"

const Route route_drafts = {
    .method = HTTP_GET,
    .path = "/api/drafts",
    .handler = drafts_get,
    .permit = "records.write",
    .out = "{drafts: [{" SCHEMA_DRAFT_MEMBERS ", resident: {" SCHEMA_PERSON_MEMBERS "}}]}",
    .title = {"自己未提交的草稿", "One's own drafts"},
};

static Err read_key(Cx *cx, const HttpRequest *request, KeptDraft *key)
{
    key->form = http_parameter(request, "form");
    TRY(web_query_uuid(cx, request, "resident", &key->subject));
    if (http_query(request, "amends").n > 0)
        TRY(web_query_uuid(cx, request, "amends", &key->amends));
    return OK;
}

static Err draft_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    KeptDraft key = {0}, draft = {0};
    bool found = false;
    TRY(read_key(cx, request, &key));
    TRY(draft_find(cx, key.subject, key.form, key.amends, &found, &draft));
    JsonOut out = web_json(response);
    json_object_begin(&out);
    json_key_c(&out, "draft");
    if (found) {
        json_object_begin(&out);
        put_draft(cx, &out, &draft);
        web_json_text(&out, "content", draft.content);
        json_object_end(&out);
    } else {
        json_null(&out);
    }
    json_object_end(&out);
    return OK;
}

const Route route_draft = {
    .method = HTTP_GET,
    .path = "/api/drafts/{form}",
    .handler = draft_get,
    .permit = "records.write",
    .query = "{resident: uuid, amends?: uuid}",
    .out = "{draft?: {" SCHEMA_DRAFT_MEMBERS ", content?: text}}",
    .title = {"一份草稿", "One draft"},
};

static Err draft_put(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    KeptDraft draft = {0};
    const Json *body = NULL;
    Str id = {0};
    TRY(read_key(cx, request, &draft));
    TRY(web_body(cx, request, &body));
    TRY(web_body_text(cx, body, "id", &id));
    TRY(web_body_text(cx, body, "content", &draft.content));
    if (uuid_parse(id, &draft.record) != OK)
        return cx_fail(cx, ERR_INVALID, TEXT_FIELD_TYPE, STR("/id"), 2, STR("id"), STR("UUID"));
    TRY(draft_keep(cx, &draft));
    JsonOut out = web_json(response);
    json_object_begin(&out);
    json_key_c(&out, "saved_at");
    json_instant(&out, cx->now);
    json_object_end(&out);
    return OK;
}

const Route route_draft_put = {
    .method = HTTP_PUT,
    .path = "/api/drafts/{form}",
    .handler = draft_put,
    .permit = "records.write",
    .body_most = DRAFT_BODY_MOST,
    .query = "{resident: uuid, amends?: uuid}",
    .in = "{id: uuid, content: text}",
    .out = "{saved_at: instant}",
    .title = {"保存草稿", "Keep a draft"},
};

static Err draft_delete(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    KeptDraft key = {0};
    TRY(read_key(cx, request, &key));
    TRY(draft_drop(cx, key.subject, key.form, key.amends));
    response->status = 204;
    return OK;
}

const Route route_draft_delete = {
    .method = HTTP_DELETE,
    .path = "/api/drafts/{form}",
    .handler = draft_delete,
    .permit = "records.write",
    .query = "{resident: uuid, amends?: uuid}",
    .title = {"删除草稿", "Drop a draft"},
};
