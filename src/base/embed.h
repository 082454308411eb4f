/* A file inside the program, put there by tools/embed. Its bytes are followed by a NUL that n does
 * not count. */
#pragma once

#include "base/str.h"

typedef struct EmbedFile {
    Str name;
    Str content;
} EmbedFile;
