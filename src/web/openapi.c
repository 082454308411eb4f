/* GET /api/openapi.json: the API's description, made from the route table. */
#include "pack/pack.h"
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

/* Bytes of one of several types. */
static void put_media(JsonOut *out, const char *types)
{
    Str rest = str_from_c(types), type;
    json_key_c(out, "content");
    json_object_begin(out);
    while (str_cut(&rest, ',', &type)) {
        json_key(out, str_trim(type));
        json_object_begin(out);
        json_key_c(out, "schema");
        schema_write(out, "text");
        json_object_end(out);
    }
    json_object_end(out);
}

static void put_answer(JsonOut *out, const char *status, const char *description,
                       const Route *route)
{
    json_key_c(out, status);
    json_object_begin(out);
    put_c(out, "description", description);
    if (route->out_media != NULL)
        put_media(out, route->out_media);
    else if (route->out != NULL)
        put_content(out, "application/json", route->out);
    json_object_end(out);
}

static void put_responses(JsonOut *out, const Route *route)
{
    json_key_c(out, "responses");
    json_object_begin(out);
    bool is_empty = route->out == NULL && route->out_media == NULL;
    put_answer(out, is_empty ? "204" : "200", "OK", route);
    if (route->may_create)
        put_answer(out, "201", "Created", route);
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
    if (route->in != NULL || route->in_media != NULL) {
        json_key_c(out, "requestBody");
        json_object_begin(out);
        json_key_c(out, "required");
        json_bool(out, true);
        if (route->in_media != NULL)
            put_media(out, route->in_media);
        else
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

static void put_type(JsonOut *out, const char *type)
{
    json_key_c(out, "type");
    json_array_begin(out);
    json_text_c(out, type);
    json_text_c(out, "null");
    json_array_end(out);
}

static void put_field_schema(JsonOut *out, const FormField *field);

static void put_properties(JsonOut *out, const FormField *fields, size_t n)
{
    put_c(out, "type", "object");
    json_key_c(out, "additionalProperties");
    json_bool(out, false);
    json_key_c(out, "properties");
    json_object_begin(out);
    for (size_t i = 0; i < n; i++) {
        json_key(out, fields[i].id);
        put_field_schema(out, &fields[i]);
    }
    json_object_end(out);
}

static void put_items(JsonOut *out, const FormField *field)
{
    json_key_c(out, "items");
    json_object_begin(out);
    if (field->type == FIELD_ROWS)
        put_properties(out, field->rows, field->row_field_n);
    else
        put_c(out, "type", "string");
    json_object_end(out);
}

/* Null and absent are the same: not answered. Ranges and codes are the form's to judge, for they
 * change while records of older versions stay. */
static void put_field_schema(JsonOut *out, const FormField *field)
{
    static const char *const types[] = {
        [FIELD_TEXT] = "string", [FIELD_INTEGER] = "integer",  [FIELD_DECIMAL] = "number",
        [FIELD_DATE] = "string", [FIELD_CODE] = "string",      [FIELD_CODES] = "array",
        [FIELD_ROWS] = "array",  [FIELD_ATTACHMENT] = "array",
    };
    json_object_begin(out);
    json_key_c(out, "title");
    json_text(out, wording_in(field->label, LANG_EN));
    json_key_c(out, "x-title-zh");
    json_text(out, field->label.zh);
    put_type(out, types[field->type]);
    if (field->type == FIELD_DATE)
        put_c(out, "format", "date");
    if (form_type_is_set(field->type) || field->type == FIELD_ROWS)
        put_items(out, field);
    json_object_end(out);
}

/* "answers": those of one of the forms, each of which is described as "answers_<form>". */
static void put_answers(JsonOut *out, const PackSet *packs, Arena *arena)
{
    size_t n = packs == NULL ? 0 : packs->forms.n;
    json_key_c(out, "answers");
    json_object_begin(out);
    json_key_c(out, n == 0 ? "enum" : "anyOf");
    json_array_begin(out);
    for (size_t i = 0; i < n; i++) {
        const Form *form = packs->forms.entries[i].value;
        json_object_begin(out);
        put_c(out, "$ref",
              str_to_c(arena,
                       str_printf(arena, "#/components/schemas/answers_%.*s", STR_ARG(form->id))));
        json_object_end(out);
    }
    json_array_end(out);
    json_object_end(out);
    for (size_t i = 0; i < n; i++) {
        const Form *form = packs->forms.entries[i].value;
        json_key(out, str_printf(arena, "answers_%.*s", STR_ARG(form->id)));
        json_object_begin(out);
        json_key_c(out, "title");
        json_text(out, wording_in(form->title, LANG_EN));
        json_key_c(out, "x-title-zh");
        json_text(out, form->title.zh);
        json_key_c(out, "x-form-version");
        json_text(out, form->version);
        put_properties(out, form->fields, form->field_n);
        json_object_end(out);
    }
}

static void put_components(JsonOut *out, const PackSet *packs, Arena *arena)
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
    put_answers(out, packs, arena);
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
    put_components(&out, cx->packs, cx->arena);
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
