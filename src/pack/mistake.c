/* Mistakes of packs: noting them, wording them, ordering them, and finding the name that was meant.
 */
#include "pack/pack_int.h"

#include "base/buf.h"
#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    const char *name;
    Wording text, fix;
} MistakeEntry;

static const MistakeEntry entries[MISTAKE_COUNT] = {
#define MISTAKE(name, zh, en, fix_zh, fix_en)                                                      \
 {#name,                                                                                           \
  {{zh, sizeof(zh) - 1}, {en, sizeof(en) - 1}},                                                    \
  {{fix_zh, sizeof(fix_zh) - 1}, {fix_en, sizeof(fix_en) - 1}}},
#include "pack/mistakes.def"
#undef MISTAKE
};

const char *mistake_name(MistakeKind kind)
{
    return entries[kind].name;
}

Wording same(Str text)
{
    return (Wording){text, text};
}

static bool is_place_holder(Str text, size_t at)
{
    return at + 2 < text.n && text.p[at] == '{' && text.p[at + 1] >= '0' && text.p[at + 1] <= '3'
           && text.p[at + 2] == '}';
}

/* Puts the arguments in for {0} to {3}. */
static Str fill_in(Arena *arena, Str text, const MistakeArguments *arguments, Lang lang)
{
    Buf buf;
    buf_init(&buf, arena, KIB(16));
    for (size_t i = 0; i < text.n; i++) {
        if (!is_place_holder(text, i)) {
            buf_put_char(&buf, text.p[i]);
            continue;
        }
        buf_put(&buf, wording_in(arguments->items[text.p[i + 1] - '0'], lang));
        i += 2;
    }
    return buf_str(&buf);
}

static Wording fill_in_both(Arena *arena, Wording text, const MistakeArguments *arguments)
{
    return (Wording){fill_in(arena, text.zh, arguments, LANG_ZH),
                     fill_in(arena, text.en, arguments, LANG_EN)};
}

void mistake_note(Loader *loader, const LoadFile *file, YamlPlace at, MistakeKind kind,
                  MistakeArguments arguments)
{
    if (loader->mistakes.n >= PACK_MISTAKES_MOST)
        return;
    Arena *arena = loader->mistake_arena;
    PackMistake mistake = {
        .file = str_copy(arena, file->path),
        .line = (uint32_t)at.line,
        .column = (uint32_t)at.column,
        .kind = entries[kind].name,
        .text = fill_in_both(arena, entries[kind].text, &arguments),
        .fix = fill_in_both(arena, entries[kind].fix, &arguments),
    };
    for (size_t i = 0; i < loader->mistakes.n; i++) {
        const PackMistake *old = &loader->mistakes.items[i];
        if (old->line == mistake.line && old->column == mistake.column && old->kind == mistake.kind
            && str_equals(old->file, mistake.file) && str_equals(old->text.en, mistake.text.en))
            return;
    }
    VEC_PUSH(arena, &loader->mistakes, mistake);
}

static int compare_mistakes(const void *a, const void *b)
{
    const PackMistake *left = a;
    const PackMistake *right = b;
    int by_file = str_compare(left->file, right->file);
    if (by_file != 0)
        return by_file;
    if (left->line != right->line)
        return left->line < right->line ? -1 : 1;
    if (left->column != right->column)
        return left->column < right->column ? -1 : 1;
    return strcmp(left->kind, right->kind);
}

void mistakes_sort(Loader *loader)
{
    if (loader->mistakes.n > 1)
        qsort(loader->mistakes.items, loader->mistakes.n, sizeof loader->mistakes.items[0],
              compare_mistakes);
}

/* Edits (insert, delete, replace, swap of neighbours) between two texts; more than `most` counts as
 * most + 1. Texts longer than 63 bytes are never near. */
static size_t edit_distance(Str a, Str b, size_t most)
{
    enum { LONGEST = 63 };
    if (a.n > LONGEST || b.n > LONGEST)
        return most + 1;
    size_t rows[3][LONGEST + 1] = {0};
    for (size_t j = 0; j <= b.n; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= a.n; i++) {
        size_t *now = rows[i % 3];
        const size_t *above = rows[(i + 2) % 3];
        const size_t *before = rows[(i + 1) % 3];
        now[0] = i;
        for (size_t j = 1; j <= b.n; j++) {
            size_t cost = a.p[i - 1] == b.p[j - 1] ? 0 : 1;
            size_t best = above[j - 1] + cost;
            if (above[j] + 1 < best)
                best = above[j] + 1;
            if (now[j - 1] + 1 < best)
                best = now[j - 1] + 1;
            if (i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] && a.p[i - 2] == b.p[j - 1]
                && before[j - 2] + 1 < best)
                best = before[j - 2] + 1;
            now[j] = best;
        }
    }
    return rows[a.n % 3][b.n];
}

Str nearest_name(Arena *work, Str wrong, const Str *names, size_t n)
{
    Str low = str_lower(work, wrong);
    size_t most = low.n <= 4 ? 1 : low.n <= 8 ? 2 : 3;
    size_t best = most + 1;
    Str found = {0};
    for (size_t i = 0; i < n; i++) {
        size_t distance = edit_distance(low, str_lower(work, names[i]), most);
        if (distance < best && distance < names[i].n) {
            best = distance;
            found = names[i];
        }
    }
    return found;
}

static Wording list_fix(Loader *loader, const Str *names, size_t n)
{
    Arena *arena = loader->mistake_arena;
    if (n == 0)
        return (Wording){STR("删除这一处"), STR("delete it")};
    size_t shown = n < PACK_SUGGESTION_MOST ? n : PACK_SUGGESTION_MOST;
    const char *more_zh = shown < n ? " 等" : "";
    const char *more_en = shown < n ? " ..." : "";
    return (Wording){str_printf(arena, "可用：%.*s%s",
                                STR_ARG(str_join(arena, names, shown, STR("、"))), more_zh),
                     str_printf(arena, "use one of: %.*s%s",
                                STR_ARG(str_join(arena, names, shown, STR(", "))), more_en)};
}

Wording choice_fix(Loader *loader, Str wrong, const Str *names, size_t n)
{
    Arena *arena = loader->mistake_arena;
    Str near = nearest_name(&loader->work, wrong, names, n);
    if (near.n == 0)
        return list_fix(loader, names, n);
    return (Wording){str_printf(arena, "改为 %.*s", STR_ARG(near)),
                     str_printf(arena, "write %.*s", STR_ARG(near))};
}

Wording choice_fix_c(Loader *loader, Str wrong, const char *const *names)
{
    VEC(Str) list = {0};
    for (size_t i = 0; names[i] != NULL; i++)
        VEC_PUSH(&loader->work, &list, str_from_c(names[i]));
    return choice_fix(loader, wrong, list.items, list.n);
}

/* ---- the place of a character inside a scalar ---- */

static bool is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/* The byte at which a line and column (in characters) lie. */
static size_t byte_of_place(Str text, YamlPlace at)
{
    size_t from = 0;
    for (int line = 1; line < at.line; line++) {
        size_t end = str_find_char(text, '\n', from);
        if (end == SIZE_MAX)
            return text.n;
        from = end + 1;
    }
    Str rest = str_slice(text, from, text.n);
    uint32_t code = 0;
    for (int column = 1; column < at.column && rest.n > 0 && rest.p[0] != '\n'; column++) {
        if (!utf8_next(&rest, &code))
            break;
    }
    return text.n - rest.n;
}

YamlPlace byte_place(Str text, size_t byte)
{
    YamlPlace place = {1, 1};
    Str rest = str_slice(text, 0, byte);
    uint32_t code = 0;
    while (utf8_next(&rest, &code)) {
        place.column++;
        if (code == '\n') {
            place.line++;
            place.column = 1;
        }
    }
    return place;
}

static size_t skip_spaces(Str text, size_t at)
{
    while (at < text.n && is_space(text.p[at]))
        at++;
    return at;
}

YamlPlace scalar_place(const LoadFile *file, const Yaml *scalar, size_t offset)
{
    size_t at = byte_of_place(file->text, scalar->text_at);
    char quote = scalar->is_quoted && at > 0 ? file->text.p[at - 1] : ' ';
    Str rest = scalar->text;
    for (size_t i = 0; i < offset && rest.n > 0 && at < file->text.n; i++) {
        char c = rest.p[0];
        uint32_t code = 0;
        if (!utf8_next(&rest, &code))
            break;
        if (is_space(c) && is_space(file->text.p[at])) {
            /* One space of the text may stand for a line end and the indentation after it. */
            bool is_last_of_run = rest.n == 0 || !is_space(rest.p[0]);
            at = is_last_of_run ? skip_spaces(file->text, at) : at + 1;
            continue;
        }
        if (((quote == '"' && file->text.p[at] == '\\') || (quote == '\'' && c == '\'')))
            at++;
        Str raw = str_slice(file->text, at, file->text.n);
        if (!utf8_next(&raw, &code))
            break;
        at = file->text.n - raw.n;
    }
    return byte_place(file->text, at);
}
