/* The UI's files, which are inside the program: what the browser may keep, in which form it gets
 * them, and under which policy. */
#include <string.h>

#include "base/encoding.h"
#include "base/os_crypto.h"
#include "web/web_int.h"

enum { PACK_LEAST = 1024, ETAG_BYTES = 12 };

static Str content_type_of(Str name)
{
    static const struct {
        const char *suffix, *type;
    } known[] = {
        {".html", "text/html; charset=utf-8"},
        {".js", "text/javascript; charset=utf-8"},
        {".mjs", "text/javascript; charset=utf-8"},
        {".css", "text/css; charset=utf-8"},
        {".json", "application/json"},
        {".webmanifest", "application/manifest+json"},
        {".svg", "image/svg+xml"},
        {".png", "image/png"},
        {".ico", "image/x-icon"},
        {".woff2", "font/woff2"},
        {".wasm", "application/wasm"},
        {".txt", "text/plain; charset=utf-8"},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (str_has_suffix(name, str_from_c(known[i].suffix)))
            return str_from_c(known[i].type);
    return STR("application/octet-stream");
}

/* The bundler puts what it names by content into assets/. */
static bool name_has_hash(Str name)
{
    return str_has_prefix(name, STR("assets/"));
}

static UiPolicy policy_of(Str name)
{
    if (str_equals(name, STR("sw.js")))
        return UI_POLICY_WORKER;
    return str_has_suffix(name, STR(".html")) ? UI_POLICY_PAGE : UI_POLICY_NONE;
}

static bool pays_to_pack(Str name)
{
    return !str_has_suffix(name, STR(".png")) && !str_has_suffix(name, STR(".woff2"))
           && !str_has_suffix(name, STR(".ico"));
}

static Str find_packed(const WebOptions *options, Str name, Arena *arena)
{
    Str packed_name = str_printf(arena, "%.*s.gz", STR_ARG(name));
    for (size_t i = 0; i < options->file_n; i++)
        if (str_equals(options->files[i].name, packed_name))
            return options->files[i].content;
    return (Str){0};
}

void ui_load(Web *web, Arena *arena)
{
    map_init(&web->ui, arena);
    for (size_t i = 0; i < web->options.file_n; i++) {
        const EmbedFile *file = &web->options.files[i];
        if (str_has_suffix(file->name, STR(".gz")))
            continue;
        Sha256 hash = sha256_of(file->content);
        Str tag = hex_encode(arena, (Str){(const char *)hash.bytes, ETAG_BYTES});
        UiFile *ui = arena_new(arena, UiFile);
        *ui = (UiFile){
            .content = file->content,
            .packed = find_packed(&web->options, file->name, arena),
            .content_type = content_type_of(file->name),
            .etag = str_printf(arena, "\"%.*s\"", STR_ARG(tag)),
            .is_fixed = name_has_hash(file->name),
            .policy = policy_of(file->name),
        };
        if (ui->packed.n == 0 && file->content.n >= PACK_LEAST && pays_to_pack(file->name))
            (void)http_gzip(arena, file->content, &ui->packed);
        map_put(&web->ui, str_printf(arena, "/%.*s", STR_ARG(file->name)), ui);
    }
}

bool ui_answer(const Web *web, const HttpRequest *request, HttpResponse *response)
{
    Str path = str_equals_c(request->path, "/") ? STR("/index.html") : request->path;
    const UiFile *file = map_get(&web->ui, path);
    if (file == NULL)
        return false;
    web_security_headers(request, response, file->policy);
    http_set_header(response, "ETag", file->etag);
    http_set_header(response, "Cache-Control",
                    file->is_fixed ? STR("public, max-age=31536000, immutable") : STR("no-cache"));
    http_set_header(response, "Vary",
                    file->policy == UI_POLICY_PAGE ? STR("Accept-Encoding, User-Agent")
                                                   : STR("Accept-Encoding"));
    if (str_find(http_header(request, "if-none-match"), file->etag, 0) != SIZE_MAX) {
        response->status = 304;
        return true;
    }
    response->status = 200;
    response->content_type = file->content_type;
    response->constant = file->content;
    if (file->packed.n > 0 && http_accepts_gzip(http_header(request, "accept-encoding"))) {
        response->constant = file->packed;
        http_set_header(response, "Content-Encoding", STR("gzip"));
    }
    return true;
}
