/* Reading requests: target, routes, headers, cookies. Pure. */
#include "base/utf8.h"
#include "http/http_int.h"

enum { QUERY_MOST = 64, PARAMETERS_MOST = 8 };

static Str pair_find(const HttpPair *pairs, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (str_equals_c(pairs[i].name, name))
            return pairs[i].value;
    return (Str){0};
}

Str http_header(const HttpRequest *request, const char *lower_name)
{
    return pair_find(request->headers, request->header_n, lower_name);
}

Str http_query(const HttpRequest *request, const char *name)
{
    return pair_find(request->query, request->query_n, name);
}

Str http_parameter(const HttpRequest *request, const char *name)
{
    return pair_find(request->parameters, request->parameter_n, name);
}

Str http_cookie(const HttpRequest *request, const char *name)
{
    for (size_t i = 0; i < request->header_n; i++) {
        if (!str_equals_c(request->headers[i].name, "cookie"))
            continue;
        Str rest = request->headers[i].value, part, key;
        while (str_cut(&rest, ';', &part)) {
            part = str_trim(part);
            if (str_cut(&part, '=', &key) && str_equals_c(key, name))
                return part;
        }
    }
    return (Str){0};
}

void http_set_header(HttpResponse *response, const char *name, Str value)
{
    ENSURE(response->header_n < sizeof response->headers / sizeof *response->headers);
    response->headers[response->header_n++] = (HttpPair){str_from_c(name), value};
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Percent decoding. The result is text: valid UTF-8, no control characters but tab and line ends.
 */
static Err decode(Arena *arena, Str coded, bool plus_is_space, Str *ret_text)
{
    char *text = arena_alloc(arena, coded.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < coded.n; i++) {
        char c = coded.p[i];
        if (c == '%') {
            int high = coded.n - i > 2 ? hex_digit(coded.p[i + 1]) : -1;
            int low = high >= 0 ? hex_digit(coded.p[i + 2]) : -1;
            if (low < 0)
                return ERR_MALFORMED;
            c = (char)(high * 16 + low);
            i += 2;
        } else if (c == '+' && plus_is_space) {
            c = ' ';
        }
        bool is_control =
            ((unsigned char)c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f;
        if (is_control)
            return ERR_MALFORMED;
        text[n++] = c;
    }
    *ret_text = (Str){text, n};
    return utf8_is_valid(*ret_text) ? OK : ERR_MALFORMED;
}

static bool has_dot_segment(Str path)
{
    Str part;
    while (str_cut(&path, '/', &part))
        if (str_equals_c(part, ".") || str_equals_c(part, ".."))
            return true;
    return false;
}

Err http_target_parse(Arena *arena, Str target, HttpRequest *request)
{
    size_t mark = str_find_char(target, '?', 0);
    Str path = mark == SIZE_MAX ? target : str_slice(target, 0, mark);
    Str query = mark == SIZE_MAX ? (Str){0} : str_slice(target, mark + 1, target.n);
    TRY(decode(arena, path, false, &request->path));
    if (request->path.n == 0 || request->path.p[0] != '/' || has_dot_segment(request->path))
        return ERR_MALFORMED;
    HttpPair *pairs = arena_array(arena, HttpPair, QUERY_MOST);
    size_t n = 0;
    Str part;
    while (query.n > 0 && str_cut(&query, '&', &part)) {
        if (part.n == 0)
            continue;
        if (n == QUERY_MOST)
            return ERR_MALFORMED;
        size_t equals = str_find_char(part, '=', 0);
        Str name = equals == SIZE_MAX ? part : str_slice(part, 0, equals);
        Str value = equals == SIZE_MAX ? (Str){0} : str_slice(part, equals + 1, part.n);
        TRY(decode(arena, name, true, &pairs[n].name));
        TRY(decode(arena, value, true, &pairs[n].value));
        n++;
    }
    request->query = pairs;
    request->query_n = n;
    return OK;
}

/* What stands before the first parameter must be the same: most patterns end here. */
static bool begins_alike(const char *pattern, Str path)
{
    size_t i = 0;
    while (i < path.n && pattern[i] == path.p[i] && pattern[i] != '{')
        i++;
    return pattern[i] == '{' || (pattern[i] == '\0' && i == path.n);
}

/* Fills parameters when the path is of the pattern. */
static bool pattern_matches(Str pattern, Str path, HttpPair *parameters, size_t *ret_n)
{
    Str want, have;
    size_t n = 0;
    while (str_cut(&pattern, '/', &want)) {
        bool is_parameter = want.n > 2 && want.p[0] == '{' && want.p[want.n - 1] == '}';
        Str name = is_parameter ? str_slice(want, 1, want.n - 1) : (Str){0};
        bool is_rest = str_has_suffix(name, STR("..."));
        if (is_rest && path.p == NULL)
            return false;
        if (is_rest) {
            parameters[n++] = (HttpPair){str_slice(name, 0, name.n - 3), path};
            *ret_n = n;
            return true;
        }
        if (!str_cut(&path, '/', &have))
            return false;
        if (is_parameter ? have.n == 0 : !str_equals(want, have))
            return false;
        if (is_parameter && n < PARAMETERS_MOST)
            parameters[n++] = (HttpPair){name, have};
    }
    *ret_n = n;
    return path.p == NULL || !str_cut(&path, '/', &have);
}

Err http_route_find(const HttpRoute *routes, size_t route_n, HttpRequest *request, bool has_method,
                    size_t *ret_route, Str *reterr_allow)
{
    static const char *const names[HTTP_METHOD_N] = {"GET", "POST", "PUT", "DELETE"};
    HttpPair *parameters = arena_array(request->arena, HttpPair, PARAMETERS_MOST);
    bool allowed[HTTP_METHOD_N] = {false};
    bool is_known = false;
    for (size_t i = 0; i < route_n; i++) {
        size_t n = 0;
        if (!begins_alike(routes[i].path, request->path))
            continue;
        if (!pattern_matches(str_from_c(routes[i].path), request->path, parameters, &n))
            continue;
        if (has_method && routes[i].method == request->method) {
            request->parameters = parameters;
            request->parameter_n = n;
            *ret_route = i;
            return OK;
        }
        is_known = allowed[routes[i].method] = true;
    }
    if (!is_known)
        return ERR_NOT_FOUND;
    Buf allow;
    buf_init(&allow, request->arena, 64);
    for (int i = 0; i < HTTP_METHOD_N; i++)
        if (allowed[i])
            buf_printf(&allow, "%s%s%s", allow.n > 0 ? ", " : "", names[i],
                       i == HTTP_GET ? ", HEAD" : "");
    *reterr_allow = buf_str(&allow);
    return ERR_METHOD;
}

bool http_accepts_gzip(Str accept_encoding)
{
    Str part;
    while (str_cut(&accept_encoding, ',', &part)) {
        Str coding;
        (void)str_cut(&part, ';', &coding);
        part = str_trim(part);
        bool is_refused = str_equals_c(part, "q=0") || str_has_prefix(part, STR("q=0.0"));
        if (str_equals_c(str_trim(coding), "gzip"))
            return !is_refused;
    }
    return false;
}
