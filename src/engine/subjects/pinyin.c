/* Pinyin initials of the 20,902 unified ideographs U+4E00 to U+9FA5, from pinyin_initials.txt:
 * lines of 64 letters ('-': not known), an empty line, then the characters that are read otherwise
 * as surnames, each with its letter. tools/pinyin makes the file. */
#include "base/utf8.h"
#include "engine/subjects/pinyin_embed.h"
#include "engine/subjects/subjects_int.h"

enum {
    FIRST = 0x4e00,
    LAST = 0x9fa5,
    LINE_LETTERS = 64,
};

static Str table(void)
{
    return embed_pinyin[0].content;
}

/* Where the surnames begin: after the letters and the empty line. */
static size_t surnames_at(void)
{
    size_t letters = LAST - FIRST + 1;
    return letters + (letters + LINE_LETTERS - 1) / LINE_LETTERS + 1;
}

static char surname_initial(uint32_t code)
{
    char text[5];
    size_t n = utf8_encode(code, text);
    Str rest = str_slice(table(), surnames_at(), table().n);
    Str line;
    while (rest.n > 0 && str_cut(&rest, '\n', &line)) {
        if (line.n == n + 1 && str_has_prefix(line, (Str){text, n}))
            return line.p[n];
    }
    return 0;
}

char pinyin_initial(uint32_t code, bool as_surname)
{
    if (code < FIRST || code > LAST)
        return 0;
    char as_read = as_surname ? surname_initial(code) : 0;
    size_t index = code - FIRST;
    size_t at = index + index / LINE_LETTERS;
    char common = at < table().n ? table().p[at] : '-';
    return as_read != 0 ? as_read : common == '-' ? 0 : common;
}
