/* Search tokens: keyed hashes of what a person may type. The kind stands in the hashed text, so
 * equal digits of a phone and of an ID number give different tokens.
 *
 *   n:<name>            the whole name          d:<number>  identity number     e:<4>  its last
 * four c<position>:<char>  a character at position  p:<phone>   phone               q:<4>  its last
 * four i:<letters>         pinyin initials, whole and every prefix */
#include "base/buf.h"
#include "base/utf8.h"
#include "core/keys.h"
#include "engine/subjects/subjects_int.h"

enum { NORMALISED_MOST = 1024, END_DIGITS = 4 };

/* The middle dots that input methods write between the parts of a name. */
static bool is_middle_dot(uint32_t code)
{
    return code == 0xb7 || code == 0x2022 || code == 0x2027 || code == 0x30fb || code == 0xff0e;
}

static bool is_space(uint32_t code)
{
    return code == ' ' || code == '\t' || code == 0xa0 || code == 0x3000;
}

static void put_code(Buf *buf, uint32_t code)
{
    char bytes[4];
    buf_put(buf, (Str){bytes, utf8_encode(code, bytes)});
}

Str name_normalised(Arena *arena, Str name)
{
    Buf buf;
    buf_init(&buf, arena, NORMALISED_MOST);
    uint32_t code = 0;
    while (utf8_next(&name, &code)) {
        if (code >= 'A' && code <= 'Z')
            code += 'a' - 'A';
        if (is_middle_dot(code))
            code = 0xb7;
        if (!is_space(code))
            put_code(&buf, code);
    }
    return buf_str(&buf);
}

Str number_normalised(Arena *arena, Str number)
{
    Buf buf;
    buf_init(&buf, arena, NORMALISED_MOST);
    uint32_t code = 0;
    while (utf8_next(&number, &code)) {
        if (code >= 0xff01 && code <= 0xff5e) /* full-width forms */
            code -= 0xff01 - '!';
        if (code >= 'a' && code <= 'z')
            code -= 'a' - 'A';
        if (!is_space(code) && code != '-' && code != 0x2013)
            put_code(&buf, code);
    }
    return buf_str(&buf);
}

static Token token_with(const struct Keys *keys, Arena *arena, const char *kind, Str text)
{
    return keys_token(keys, str_printf(arena, "%s:%.*s", kind, STR_ARG(text)));
}

Token token_of_name(const struct Keys *keys, Arena *arena, Str normalised)
{
    return token_with(keys, arena, "n", normalised);
}

Token token_of_name_character(const struct Keys *keys, Arena *arena, size_t position, Str character)
{
    return keys_token(keys, str_printf(arena, "c%zu:%.*s", position, STR_ARG(character)));
}

Token token_of_initials(const struct Keys *keys, Arena *arena, Str initials)
{
    return token_with(keys, arena, "i", initials);
}

Token token_of_id_number(const struct Keys *keys, Arena *arena, Str normalised)
{
    return token_with(keys, arena, "d", normalised);
}

Token token_of_id_number_end(const struct Keys *keys, Arena *arena, Str last_four)
{
    return token_with(keys, arena, "e", last_four);
}

Token token_of_phone(const struct Keys *keys, Arena *arena, Str normalised)
{
    return token_with(keys, arena, "p", normalised);
}

Token token_of_phone_end(const struct Keys *keys, Arena *arena, Str last_four)
{
    return token_with(keys, arena, "q", last_four);
}

static void add(TokenList *list, Token token)
{
    Str new = {(const char *)token.bytes, TOKEN_SIZE};
    for (size_t i = 0; i < list->n; i++) {
        if (str_equals((Str){(const char *)list->items[i].bytes, TOKEN_SIZE}, new))
            return;
    }
    ENSURE(list->n < TOKENS_MOST);
    list->items[list->n++] = token;
}

/* The initials of the name with the first character read as a surname or as usual. */
static size_t read_initials(Str name, bool as_surname, char letters[INITIALS_MOST])
{
    size_t n = 0;
    uint32_t code = 0;
    while (n < INITIALS_MOST && utf8_next(&name, &code)) {
        char letter = pinyin_initial(code, as_surname && n == 0);
        if (letter != 0)
            letters[n++] = letter;
    }
    return n;
}

static void add_initials(const struct Keys *keys, Arena *arena, Str name, bool as_surname,
                         TokenList *list)
{
    char letters[INITIALS_MOST];
    size_t n = read_initials(name, as_surname, letters);
    for (size_t i = 1; i <= n; i++)
        add(list, token_of_initials(keys, arena, (Str){letters, i}));
}

void resident_initials(Arena *arena, Str name, Str ret_initials[RESIDENT_INITIALS], size_t *ret_n)
{
    char letters[INITIALS_MOST];
    Str normalised = name_normalised(arena, name);
    *ret_n = 0;
    for (int as_surname = 1; as_surname >= 0; as_surname--) {
        Str read = {letters, read_initials(normalised, as_surname == 1, letters)};
        if (read.n > 0 && (*ret_n == 0 || !str_equals(read, ret_initials[0])))
            ret_initials[(*ret_n)++] = str_copy(arena, read);
    }
}

static void add_name(const struct Keys *keys, Arena *arena, Str name, TokenList *list)
{
    Str rest = name;
    uint32_t code = 0;
    add(list, token_of_name(keys, arena, name));
    for (size_t position = 1; position <= NAME_CHARACTERS_MOST; position++) {
        const char *start = rest.p;
        if (!utf8_next(&rest, &code))
            break;
        Str character = {start, (size_t)(rest.p - start)};
        add(list, token_of_name_character(keys, arena, position, character));
    }
    add_initials(keys, arena, name, true, list);
    add_initials(keys, arena, name, false, list);
}

static Str last_four(Str text)
{
    return str_slice(text, text.n < END_DIGITS ? 0 : text.n - END_DIGITS, text.n);
}

void resident_tokens(const struct Keys *keys, Arena *arena, const Resident *resident,
                     TokenList *ret_tokens)
{
    *ret_tokens = (TokenList){0};
    Str name = name_normalised(arena, resident->name);
    Str id_number = number_normalised(arena, resident->id_number);
    Str phone = number_normalised(arena, resident->phone);
    if (name.n > 0)
        add_name(keys, arena, name, ret_tokens);
    if (id_number.n > 0) {
        add(ret_tokens, token_of_id_number(keys, arena, id_number));
        add(ret_tokens, token_of_id_number_end(keys, arena, last_four(id_number)));
    }
    if (phone.n > 0) {
        add(ret_tokens, token_of_phone(keys, arena, phone));
        add(ret_tokens, token_of_phone_end(keys, arena, last_four(phone)));
    }
}
