/* Every sentence that the program itself says to a user, in both languages: texts.def. What packs
 * say stands in the packs. */
#pragma once

#include "base/wording.h"

typedef enum {
#define TEXT(name, zh, en) TEXT_##name,
#include "core/texts.def"
#undef TEXT
    TEXT_COUNT
} TextId;

const char *text_name(TextId id);
/* Puts the arguments in for {0}, {1} ... in both languages. */
Wording text_fill(Arena *arena, TextId id, const Str *arguments, size_t argument_n);
/* The language of what is said on the terminal: the environment's (LC_ALL, LC_MESSAGES, LANG),
 * unless one was set. To be set before the first thread starts. */
Lang text_lang(void);
void text_set_lang(Lang lang);
