/* /api/sync: the copy that a phone keeps, as a stream of lines: what it is of, each person whose
 * bundle is news, whom to drop, the end. Pieces are of some bundles each; a run that is broken off
 * is noted nowhere, and the phone keeps what it had. */
#include "base/num.h"
#include "web/sync_json.h"

enum {
    BODY_MOST = 4 * 1024,
    PIECE_ENOUGH = 192 * 1024,
    PIECE_MOST = 960 * 1024,  /* below what the transport keeps of a piece */
    BUNDLE_MOST = 700 * 1024, /* fits behind any piece that is not enough */
};

typedef enum { STAGE_HEAD, STAGE_BUNDLES, STAGE_DROPS, STAGE_END, STAGE_OVER } Stage;

typedef struct {
    WebStream stream;
    const HttpRequest *request;
    SyncRun run;
    SyncNames names;
    Stage stage;
    Buf bundle;
} Sync;

static Err put_head(Cx *cx, Sync *sync, Buf *out)
{
    JsonOut json = json_out(out);
    TRY(sync_write_head(cx, &json, &sync->run));
    buf_put_char(out, '\n');
    sync->stage = STAGE_BUNDLES;
    return OK;
}

/* Of one batch; those that do not fit into the piece any more come again with the next. */
static Err put_batch(Cx *cx, Sync *sync, Buf *out)
{
    const SyncBundle *bundles = NULL;
    size_t n = 0;
    TRY(sync_next(cx, &sync->run, &bundles, &n));
    if (n == 0)
        sync->stage = STAGE_DROPS;
    for (size_t i = 0; i < n; i++) {
        buf_clear(&sync->bundle);
        JsonOut json = json_out(&sync->bundle);
        TRY(sync_write_bundle(cx, &json, &bundles[i], &sync->names));
        if (sync->bundle.is_over)
            return ERR_LIMIT;
        if (out->n > 0 && out->n + sync->bundle.n > PIECE_MOST)
            return OK;
        if (!sync_take(cx, &sync->run, &bundles[i], buf_str(&sync->bundle)))
            continue;
        buf_put(out, buf_str(&sync->bundle));
        buf_put_char(out, '\n');
    }
    return OK;
}

static Err put_drops(Cx *cx, Sync *sync, Buf *out)
{
    const SyncDrop *drops = NULL;
    size_t n = 0;
    TRY(sync_drops(cx, &sync->run, &drops, &n));
    if (n == 0)
        sync->stage = STAGE_END;
    for (size_t i = 0; i < n; i++) {
        JsonOut json = json_out(out);
        json_object_begin(&json);
        json_key_c(&json, "kind");
        json_text_c(&json, "drop");
        json_key_c(&json, "id");
        json_uuid(&json, drops[i].id);
        json_key_c(&json, "why");
        json_text_c(&json, sync_why_name(drops[i].why));
        json_object_end(&json);
        buf_put_char(out, '\n');
    }
    return OK;
}

static Err put_end(Cx *cx, Sync *sync, Buf *out)
{
    TRY(sync_end(cx, &sync->run));
    JsonOut json = json_out(out);
    json_object_begin(&json);
    json_key_c(&json, "kind");
    json_text_c(&json, "end");
    json_key_c(&json, "sequence");
    json_integer(&json, sync->run.sequence);
    json_key_c(&json, "subjects");
    json_integer(&json, sync->run.sent);
    json_key_c(&json, "drops");
    json_integer(&json, sync->run.dropped);
    json_object_end(&json);
    buf_put_char(out, '\n');
    sync->stage = STAGE_OVER;
    return OK;
}

static Err put_some(Cx *cx, Sync *sync, Buf *out)
{
    switch (sync->stage) {
    case STAGE_HEAD: return put_head(cx, sync, out);
    case STAGE_BUNDLES: return put_batch(cx, sync, out);
    case STAGE_DROPS: return put_drops(cx, sync, out);
    case STAGE_END: return put_end(cx, sync, out);
    case STAGE_OVER: break;
    }
    return OK;
}

/* A piece that says nothing would end the stream: batches without news are passed over. */
static Err sync_piece(void *state, Buf *out)
{
    Sync *sync = state;
    Err err = OK;
    while (err == OK && out->n < PIECE_ENOUGH && sync->stage != STAGE_OVER) {
        Cx *cx = web_stream_begin(sync->request, &sync->stream);
        buf_init(&sync->bundle, cx->arena, BUNDLE_MOST);
        err = put_some(cx, sync, out);
        web_stream_end(sync->request, &sync->stream);
    }
    return err;
}

static Err read_body(Cx *cx, const HttpRequest *request, Uuid *ret_device, int64_t *ret_sequence)
{
    const Json *body = NULL;
    Str device = {0};
    TRY(web_body(cx, request, &body));
    TRY(web_body_text(cx, body, "device", &device));
    if (uuid_parse(device, ret_device) != OK)
        return cx_fail(cx, ERR_INVALID, TEXT_FIELD_TYPE, STR("/device"), 2, STR("device"),
                       STR("UUID"));
    Err err = json_get_integer(body, STR("sequence"), ret_sequence);
    if (err == ERR_NOT_FOUND)
        return cx_fail(cx, ERR_INVALID, TEXT_FIELD_REQUIRED, STR("/sequence"), 1, STR("sequence"));
    return err == OK ? OK
                     : cx_fail(cx, ERR_INVALID, TEXT_FIELD_TYPE, STR("/sequence"), 2,
                               STR("sequence"), STR("integer"));
}

static Err sync_post(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    Uuid device = UUID_NIL;
    int64_t sequence = 0;
    TRY(read_body(cx, request, &device, &sequence));
    Actor *actor = arena_new(cx->arena, Actor);
    *actor = sync_actor(cx->actor);
    cx->actor = actor;
    Sync *sync = arena_new(cx->arena, Sync);
    sync->request = request;
    TRY(sync_begin(cx, device, sequence, &sync->run));
    TRY(sync_names_begin(cx, &sync->run, &sync->names));
    web_stream_keep(cx, &sync->stream);
    response->content_type = STR("application/x-ndjson; charset=utf-8");
    response->stream = sync_piece;
    response->stream_state = sync;
    return OK;
}

const Route route_sync = {
    .method = HTTP_POST,
    .path = "/api/sync",
    .persons = ROUTE_PERSONS_LIST,
    .handler = sync_post,
    .permit = "residents.sync",
    .body_most = BODY_MOST,
    .in = "{device: uuid, sequence: integer}",
    .out_media = "application/x-ndjson",
    .title = {"手机离线使用的数据：与上次相比有变化的人，要删除的人",
              "What a phone keeps to work offline: who has changed since, whom to drop"},
};
