/* Who may include whom: layers.txt for our own headers, the table below for those of others. */
#include <string.h>

#include "check.h"

#include "base/os_file.h"

enum { LAYERS_FILE_MOST = 65536 };

typedef struct {
    Str name;
    Str allowed; /* the words after the colon */
} Layer;

typedef VEC(Layer) Layers;

/* A header of a library, and a source that knows it. */
typedef struct {
    const char *header;
    const char *place;
} Library;

static const Library libraries[] = {
    {"libfyaml.h", "src/codec/yaml.c"},           {"sodium.h", "src/base/os_crypto.c"},
    {"nettle/sha2.h", "src/base/os_crypto.c"},    {"sqlite3.h", "src/db/db_sqlite.c"},
    {"libpq-fe.h", "src/db/db_postgres.c"},       {"libpq-fe.h", "src/db/db_postgres_pipeline.c"},
    {"microhttpd.h", "src/http/http_server.c"},   {"gnutls/gnutls.h", "src/http/http_tls.c"},
    {"zlib.h", "src/http/http_gzip.c"},           {"cairo-pdf.h", "src/print/canvas.c"},
    {"pango/pangocairo.h", "src/print/canvas.c"}, {"xlsxwriter.h", "src/print/workbook.c"},
};

static const char *const standard_headers[] = {
    "assert.h", "ctype.h",  "errno.h",    "float.h",  "inttypes.h",  "limits.h",
    "math.h",   "setjmp.h", "stdalign.h", "stdarg.h", "stdatomic.h", "stdbool.h",
    "stddef.h", "stdint.h", "stdio.h",    "stdlib.h", "string.h",
};

static bool is_standard(Str header)
{
    for (size_t i = 0; i < sizeof standard_headers / sizeof *standard_headers; i++)
        if (str_equals_c(header, standard_headers[i]))
            return true;
    return false;
}

static void check_library(Check *check, const CheckSource *source, size_t line, Str header)
{
    const Library *known = NULL;
    for (size_t i = 0; i < sizeof libraries / sizeof *libraries; i++) {
        if (!str_equals_c(header, libraries[i].header))
            continue;
        if (str_equals_c(source->path, libraries[i].place))
            return;
        known = known == NULL ? &libraries[i] : known;
    }
    if (known != NULL) {
        check_report(check, source->path, line, "<%s> belongs in %s only", known->header,
                     known->place);
        return;
    }
    bool may_touch_system = str_has_prefix(source->path, STR("src/base/os_"))
                            || str_has_prefix(source->path, STR("src/http/"));
    if (!is_standard(header) && !may_touch_system)
        check_report(check, source->path, line,
                     "<%.*s>: headers of the system belong in base/os_* and http, those of "
                     "libraries in one file named in tools/check/layers.c",
                     STR_ARG(header));
}

static Err read_layers(Check *check, Layers *layers)
{
    Str text = {0}, line = {0};
    TRY(os_file_read(check->arena, os_path_join(check->arena, check->root, STR("layers.txt")),
                     LAYERS_FILE_MOST, &text));
    while (check_next_line(&text, &line)) {
        size_t colon = str_find_char(line, ':', 0);
        if (colon == SIZE_MAX || str_has_prefix(line, STR("#")))
            continue;
        Layer layer = {str_trim(str_slice(line, 0, colon)),
                       str_trim(str_slice(line, colon + 1, line.n))};
        VEC_PUSH(check->arena, layers, layer);
    }
    return OK;
}

/* The layer of a path below src/: the longest name that the path lies in. */
static const Layer *layer_of(const Layers *layers, Str path)
{
    const Layer *found = NULL;
    if (str_has_prefix(path, STR("base/os_")))
        path = STR("os/");
    if (str_find_char(path, '/', 0) == SIZE_MAX) /* main.c */
        path = STR("app/");
    for (size_t i = 0; i < layers->n; i++) {
        const Layer *layer = &layers->items[i];
        bool is_inside = str_has_prefix(path, layer->name) && path.n > layer->name.n
                         && path.p[layer->name.n] == '/';
        if (is_inside && (found == NULL || layer->name.n > found->name.n))
            found = layer;
    }
    return found;
}

static bool allows(const Layer *from, const Layer *to)
{
    if (from == to)
        return true;
    Str rest = from->allowed, word = {0};
    while (str_cut(&rest, ' ', &word)) {
        if (str_equals_c(word, "*") || str_equals(word, to->name))
            return true;
        if (str_has_suffix(word, STR("/*"))
            && str_has_prefix(to->name, str_slice(word, 0, word.n - 1)))
            return true;
    }
    return false;
}

static Str folder_of(Str path)
{
    size_t end = path.n;
    while (end > 0 && path.p[end - 1] != '/')
        end--;
    return str_slice(path, 0, end);
}

/* Tests may use the system as well: temporary folders, files to read. */
static void check_own(Check *check, const Layers *layers, const CheckSource *source, size_t line,
                      Str header)
{
    Str inside = str_slice(source->path, 4, source->path.n); /* after "src/" */
    if (str_find_char(header, '/', 0) == SIZE_MAX) {
        check_report(check, source->path, line, "\"%.*s\": paths are from src/", STR_ARG(header));
        return;
    }
    const Layer *from = layer_of(layers, inside);
    const Layer *to = layer_of(layers, header);
    if (from == NULL || to == NULL) {
        if (!source->is_test)
            check_report(check, source->path, line, "\"%.*s\": no such layer in layers.txt",
                         STR_ARG(header));
        return;
    }
    bool may = allows(from, to) || (source->is_test && str_equals(to->name, STR("os")));
    if (!may)
        check_report(check, source->path, line, "%.*s may not include %.*s (layers.txt)",
                     STR_ARG(from->name), STR_ARG(to->name));
    if (str_has_suffix(header, STR("_int.h")) && !str_equals(folder_of(header), folder_of(inside)))
        check_report(check, source->path, line, "\"%.*s\" is private to its folder",
                     STR_ARG(header));
}

static void check_includes(Check *check, const Layers *layers, const CheckSource *source)
{
    Str rest = source->code, line = {0};
    for (size_t number = 1; check_next_line(&rest, &line); number++) {
        Str trimmed = str_trim(line);
        if (!str_has_prefix(trimmed, STR("#include")))
            continue;
        Str name = str_trim(str_slice(trimmed, 8, trimmed.n));
        if (name.n < 3)
            continue;
        Str header = str_slice(name, 1, name.n - 1);
        if (name.p[0] == '"')
            check_own(check, layers, source, number, header);
        else if (!source->is_test)
            check_library(check, source, number, header);
    }
}

void check_layers(Check *check)
{
    Layers layers = {0};
    if (read_layers(check, &layers) != OK) {
        check_report(check, STR("layers.txt"), 0, "cannot be read");
        return;
    }
    for (size_t i = 0; i < check->sources.n; i++) {
        const CheckSource *source = &check->sources.items[i];
        if (source->is_c && str_has_prefix(source->path, STR("src/")))
            check_includes(check, &layers, source);
    }
}
