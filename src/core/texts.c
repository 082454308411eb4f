/* The sentences of texts.def, and the putting in of their arguments. */
#include "core/texts.h"

#include "base/buf.h"
#include "base/os_process.h"

typedef struct {
    const char *name;
    Str zh;
    Str en;
} TextEntry;

static const TextEntry entries[TEXT_COUNT] = {
#define TEXT(name, zh, en) {#name, {"" zh, sizeof(zh) - 1}, {"" en, sizeof(en) - 1}},
#include "core/texts.def"
#undef TEXT
};

enum { ARGUMENTS_MOST = 10 }; /* {0} to {9} */

const char *text_name(TextId id)
{
    DCHECK(id < TEXT_COUNT);
    return entries[id].name;
}

static Str fill(Arena *arena, Str pattern, const Str *arguments, size_t argument_n)
{
    size_t size = pattern.n;
    for (size_t i = 0; i < argument_n; i++)
        size += arguments[i].n * pattern.n / 3; /* {n} takes three characters each time */
    Buf buf;
    buf_init(&buf, arena, size + 1);
    size_t from = 0;
    for (size_t i = 0; i + 2 < pattern.n; i++) {
        const char *p = pattern.p + i;
        if (p[0] != '{' || p[1] < '0' || p[1] > '9' || p[2] != '}')
            continue;
        size_t argument = (size_t)(p[1] - '0');
        buf_put(&buf, str_slice(pattern, from, i));
        if (argument < argument_n)
            buf_put(&buf, arguments[argument]);
        from = i + 3;
        i += 2;
    }
    buf_put(&buf, str_slice(pattern, from, pattern.n));
    return buf_str(&buf);
}

Wording text_fill(Arena *arena, TextId id, const Str *arguments, size_t argument_n)
{
    DCHECK(id < TEXT_COUNT && argument_n <= ARGUMENTS_MOST);
    return (Wording){.zh = fill(arena, entries[id].zh, arguments, argument_n),
                     .en = fill(arena, entries[id].en, arguments, argument_n)};
}

static bool lang_is_set;
static Lang lang_set;

Lang text_lang(void)
{
    if (lang_is_set)
        return lang_set;
    Str lang = os_environment("LC_ALL");
    if (lang.n == 0)
        lang = os_environment("LC_MESSAGES");
    if (lang.n == 0)
        lang = os_environment("LANG");
    return str_has_prefix(lang, STR("zh")) ? LANG_ZH : LANG_EN;
}

void text_set_lang(Lang lang)
{
    lang_is_set = true;
    lang_set = lang;
}
