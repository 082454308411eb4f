/* GET /api/openapi.json: the API's description, made from the route table. */
#include "web/web_int.h"

static void put_c(JsonOut *out, const char *key, const char *value)
{
    json_key_c(out, key);
    json_text_c(out, value);
}

typedef struct {
    JsonOut *out;
    Arena *arena;
} QueryWriter;

static void put_parameter(JsonOut *out, Str name, const char *where, bool is_required,
                          const char *schema)
{
    json_object_begin(out);
    json_key_c(out, "name");
    json_text(out, name);
    put_c(out, "in", where);
    json_key_c(out, "required");
    json_bool(out, is_required);
    json_key_c(out, "schema");
    schema_write(out, schema);
    json_object_end(out);
}

static void put_query(void *context, Str name, bool is_optional, Str type)
{
    QueryWriter *writer = context;
    put_parameter(writer->out, name, "query", !is_optional, str_to_c(writer->arena, type));
}

static void put_parameters(JsonOut *out, const Route *route, Arena *arena)
{
    json_key_c(out, "parameters");
    json_array_begin(out);
    Str rest = str_from_c(route->path), part;
    while (str_cut(&rest, '/', &part))
        if (part.n > 2 && part.p[0] == '{')
            put_parameter(out, str_slice(part, 1, part.n - 1), "path", true, "text");
    QueryWriter writer = {out, arena};
    if (route->query != NULL)
        schema_members(route->query, put_query, &writer);
    json_array_end(out);
}

static void put_content(JsonOut *out, const char *type, const char *schema)
{
    json_key_c(out, "content");
    json_object_begin(out);
    json_key_c(out, type);
    json_object_begin(out);
    json_key_c(out, "schema");
    schema_write(out, schema);
    json_object_end(out);
    json_object_end(out);
}

static void put_responses(JsonOut *out, const Route *route)
{
    json_key_c(out, "responses");
    json_object_begin(out);
    json_key_c(out, route->out == NULL ? "204" : "200");
    json_object_begin(out);
    put_c(out, "description", "OK");
    if (route->out != NULL)
        put_content(out, "application/json", route->out);
    json_object_end(out);
    json_key_c(out, "default");
    json_object_begin(out);
    put_c(out, "description", "Problem (RFC 9457)");
    put_content(out, "application/problem+json",
                "{type: text, title: text, titles: wording, status: integer, code: text, problems: "
                "[{code: text, where: text, text: wording, soft: bool, confirm?: text}], "
                "request_id: text}");
    json_object_end(out);
    json_object_end(out);
}

static void put_operation(JsonOut *out, const Route *route, Arena *arena)
{
    static const char *const methods[HTTP_METHOD_N] = {"get", "post", "put", "delete"};
    json_key_c(out, methods[route->method]);
    json_object_begin(out);
    put_c(out, "summary", route->title.en);
    put_c(out, "x-summary-zh", route->title.zh);
    put_c(out, "x-permission", route->permit);
    bool is_public = str_equals_c(str_from_c(route->permit), ROUTE_PUBLIC);
    json_key_c(out, "security");
    json_array_begin(out);
    if (!is_public) {
        json_object_begin(out);
        json_key_c(out, "session");
        json_array_begin(out);
        json_array_end(out);
        if (route->method != HTTP_GET) {
            json_key_c(out, "csrf");
            json_array_begin(out);
            json_array_end(out);
        }
        json_object_end(out);
    }
    json_array_end(out);
    put_parameters(out, route, arena);
    if (route->in != NULL) {
        json_key_c(out, "requestBody");
        json_object_begin(out);
        json_key_c(out, "required");
        json_bool(out, true);
        put_content(out, "application/json", route->in);
        json_object_end(out);
    }
    put_responses(out, route);
    json_object_end(out);
}

static bool is_first_of_path(const WebOptions *options, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (str_equals_c(str_from_c(options->routes[i]->path), options->routes[at]->path))
            return false;
    return true;
}

static void put_paths(JsonOut *out, const WebOptions *options, Arena *arena)
{
    json_key_c(out, "paths");
    json_object_begin(out);
    for (size_t i = 0; i < options->route_n; i++) {
        if (!is_first_of_path(options, i))
            continue;
        const char *path = options->routes[i]->path;
        json_key_c(out, path);
        json_object_begin(out);
        for (size_t j = i; j < options->route_n; j++)
            if (str_equals_c(str_from_c(options->routes[j]->path), path))
                put_operation(out, options->routes[j], arena);
        json_object_end(out);
    }
    json_object_end(out);
}

static void put_scheme(JsonOut *out, const char *name, const char *where, const char *field)
{
    json_key_c(out, name);
    json_object_begin(out);
    put_c(out, "type", "apiKey");
    put_c(out, "in", where);
    put_c(out, "name", field);
    json_object_end(out);
}

static void put_components(JsonOut *out)
{
    json_key_c(out, "components");
    json_object_begin(out);
    json_key_c(out, "securitySchemes");
    json_object_begin(out);
    put_scheme(out, "session", "cookie", "session");
    put_scheme(out, "csrf", "header", "X-CSRF");
    json_object_end(out);
    json_key_c(out, "schemas");
    json_object_begin(out);
    json_key_c(out, "wording");
    schema_write(out, "{zh: text, en: text}");
    json_object_end(out);
    json_object_end(out);
}

static Err openapi_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    JsonOut out = web_json(response);
    json_object_begin(&out);
    put_c(&out, "openapi", "3.1.0");
    json_key_c(&out, "info");
    json_object_begin(&out);
    put_c(&out, "title", "Catchment");
    put_c(&out, "version", CATCHMENT_VERSION);
    json_object_end(&out);
    put_paths(&out, &web_call(request)->web->options, cx->arena);
    put_components(&out);
    json_object_end(&out);
    return OK;
}

const Route route_openapi = {
    .method = HTTP_GET,
    .path = "/api/openapi.json",
    .handler = openapi_get,
    .permit = ROUTE_PUBLIC,
    .out = "any",
    .title = {"接口说明（OpenAPI）", "The API's description (OpenAPI)"},
};
