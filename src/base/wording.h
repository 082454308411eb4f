/* Wording: one text in the two languages of the product. Chinese first; English falls back to it.
 */
#pragma once

#include "base/str.h"

typedef enum { LANG_ZH, LANG_EN } Lang;

typedef struct Wording {
    Str zh;
    Str en;
} Wording;

static inline Str wording_in(Wording wording, Lang lang)
{
    return lang == LANG_EN && wording.en.n > 0 ? wording.en : wording.zh;
}
