/* One stem a feature: stems.txt names each and the pieces that it must have; and no piece of a kind
 * that goes by stems may exist without its line there. */
#include "check.h"

#include "base/os_file.h"

enum { STEMS_FILE_MOST = 65536 };

/* %s stands for the stem. */
typedef struct {
    const char *name;
    const char *before;
    const char *after;
} Piece;

static const Piece pieces[] = {
    {"engine", "src/engine/", "/"},          {"folder", "src/", "/"},
    {"statements", "src/engine/", "/*.sql"}, {"test", "src/engine/", "/*_test.c"},
    {"web", "src/web/api_", ".c"},           {"cli", "src/cli/cmd_", ".c"},
};

typedef struct {
    Str stem;
    Str wanted;
    size_t line;
} Stem;

typedef VEC(Stem) Stems;

static bool has_word(Str words, Str word)
{
    Str part = {0};
    while (str_cut(&words, ' ', &part))
        if (str_equals(part, word))
            return true;
    return false;
}

/* `after` may hold one star. */
static bool matches(Str path, Str before, Str stem, Str after)
{
    if (!str_has_prefix(path, before))
        return false;
    path = str_slice(path, before.n, path.n);
    if (!str_has_prefix(path, stem))
        return false;
    path = str_slice(path, stem.n, path.n);
    size_t star = str_find_char(after, '*', 0);
    if (star == SIZE_MAX)
        return str_has_suffix(after, STR("/")) ? str_has_prefix(path, after)
                                               : str_equals(path, after);
    return str_has_prefix(path, str_slice(after, 0, star))
           && str_has_suffix(path, str_slice(after, star + 1, after.n));
}

static const Piece *find_piece(Str name)
{
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++)
        if (str_equals_c(name, pieces[i].name))
            return &pieces[i];
    return NULL;
}

static void check_piece(Check *check, const Stem *stem, Str name)
{
    const Piece *piece = find_piece(name);
    if (piece == NULL) {
        check_report(check, STR("stems.txt"), stem->line, "no such piece: %.*s", STR_ARG(name));
        return;
    }
    for (size_t i = 0; i < check->sources.n; i++)
        if (matches(check->sources.items[i].path, str_from_c(piece->before), stem->stem,
                    str_from_c(piece->after)))
            return;
    check_report(check, STR("stems.txt"), stem->line, "%.*s lacks its %s: %s%.*s%s",
                 STR_ARG(stem->stem), piece->name, piece->before, STR_ARG(stem->stem),
                 piece->after);
}

/* The other way round: what goes by stems has its line. */
static void check_listed(Check *check, const Stems *stems, const CheckSource *source,
                         const char *piece_name)
{
    const Piece *piece = find_piece(str_from_c(piece_name));
    Str before = str_from_c(piece->before);
    if (!str_has_prefix(source->path, before))
        return;
    Str stem = str_slice(source->path, before.n, source->path.n);
    size_t end = str_find(stem, str_from_c(piece->after), 0);
    if (end == SIZE_MAX)
        return;
    stem = str_slice(stem, 0, end);
    for (size_t i = 0; i < stems->n; i++)
        if (str_equals(stems->items[i].stem, stem)
            && has_word(stems->items[i].wanted, str_from_c(piece_name)))
            return;
    check_report(check, source->path, 0, "stems.txt does not name %.*s with its %s", STR_ARG(stem),
                 piece_name);
}

static void check_readme(Check *check, const Stem *stem)
{
    if (!has_word(stem->wanted, STR("engine")))
        return;
    Str path = str_printf(check->arena, "src/engine/%.*s/README.md", STR_ARG(stem->stem));
    if (check_find(check, path) == NULL)
        check_report(check, path, 0, "each engine has a README.md");
}

static Err read_stems(Check *check, Stems *stems)
{
    Str text = {0}, line = {0};
    TRY(os_file_read(check->arena, os_path_join(check->arena, check->root, STR("stems.txt")),
                     STEMS_FILE_MOST, &text));
    for (size_t number = 1; check_next_line(&text, &line); number++) {
        size_t colon = str_find_char(line, ':', 0);
        if (colon == SIZE_MAX || str_has_prefix(line, STR("#")))
            continue;
        Stem stem = {str_trim(str_slice(line, 0, colon)),
                     str_trim(str_slice(line, colon + 1, line.n)), number};
        VEC_PUSH(check->arena, stems, stem);
    }
    return OK;
}

void check_stems(Check *check)
{
    Stems stems = {0};
    if (read_stems(check, &stems) != OK) {
        check_report(check, STR("stems.txt"), 0, "cannot be read");
        return;
    }
    for (size_t i = 0; i < stems.n; i++) {
        Str rest = stems.items[i].wanted, name = {0};
        while (str_cut(&rest, ' ', &name))
            if (name.n > 0)
                check_piece(check, &stems.items[i], name);
        check_readme(check, &stems.items[i]);
    }
    for (size_t i = 0; i < check->sources.n; i++) {
        const CheckSource *source = &check->sources.items[i];
        check_listed(check, &stems, source, "web");
        check_listed(check, &stems, source, "cli");
        if (str_has_suffix(source->path, STR("/meson.build")))
            check_listed(check, &stems, source, "engine");
    }
}
