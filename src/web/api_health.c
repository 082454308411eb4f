/* GET /api/health: is the server able to work? For load balancers and scripts. */
#include "core/place.h"
#include "web/route.h"

static Err health_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    (void)request;
    Place place;
    Err err = place_open(cx, &place);
    if (err != OK)
        return err == ERR_NOT_FOUND ? ERR_BUSY : err; /* no place yet: not ready */
    JsonOut out = web_json(response);
    json_object_begin(&out);
    web_json_text(&out, "status", STR("ok"));
    web_json_text(&out, "version", STR(CATCHMENT_VERSION));
    web_json_text(&out, "place", place.code);
    web_json_date(&out, "today", cx->today);
    json_object_end(&out);
    return OK;
}

const Route route_health = {
    .method = HTTP_GET,
    .path = "/api/health",
    .handler = health_get,
    .permit = ROUTE_PUBLIC,
    .out = "{status: text, version: text, place: text, today: date}",
    .title = {"服务是否正常", "Whether the server can work"},
};
