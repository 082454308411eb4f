/* What a file is, told by its own bytes: photographs and documents that people attach. Pure.
 *
 * Invariants
 *  1. Only what is listed here is a kind; a name or a claim of the sender decides nothing.
 *  2. A file that is cut off is none: its frame (segments, chunks, trailer) is walked to its end.
 *  3. Pixels and pages are never decoded. */
#pragma once

#include "base/str.h"

typedef enum {
    MEDIA_NONE,
    MEDIA_JPEG,
    MEDIA_PNG,
    MEDIA_WEBP,
    MEDIA_PDF,
    MEDIA_N,
} MediaKind;

/* MEDIA_NONE: none of these, or not whole. */
MediaKind media_of(Str bytes);
/* "image/jpeg" ...; empty for MEDIA_NONE. */
Str media_type(MediaKind kind);
/* "jpg" ...: of a file's name. */
Str media_extension(MediaKind kind);
/* By the type, without parameters, in either case; MEDIA_NONE when unknown. */
MediaKind media_find(Str type);
