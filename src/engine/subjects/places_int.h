/* What the files of places and staff share. */
#pragma once

#include "core/sheet.h"
#include "engine/subjects/places.h"

/* The day that is asked: cx->as_of, else cx->today. */
Date place_day(const Cx *cx);
/* Columns that are never NULL take the empty text. */
Str place_text(Str text);
/* Letters, digits and hyphens, 1 to 32. */
bool place_code_is_good(Str code);
/* Whether the packs' code list has the code; true when the packs have no such list. */
bool place_code_listed(const Cx *cx, const char *list, Str code);
/* The codes of the list, parted by spaces; empty when the packs have no such list. */
Str place_codes(const Cx *cx, const char *list);
/* Notes a cell whose code is not in the list; empty cells are good. */
void sheet_check_code(Cx *cx, const SheetTable *sheet, SheetRow *row, size_t column,
                      const char *list);
/* Notes a last day before the first. */
void sheet_check_span(Cx *cx, const SheetTable *sheet, SheetRow *row, size_t from, size_t to);

/* Every spell of the register of facilities, by code and first day. */
Err facility_spells(Cx *cx, const Facility **ret_facilities, size_t *ret_n) MUST_CHECK;
/* Whether some spell of the code holds the day. */
bool facility_is_there(const Facility *spells, size_t n, Str code, Date day);
/* Every spell of the tree, by code and first day. */
Err area_spells(Cx *cx, const Area **ret_areas, size_t *ret_n) MUST_CHECK;
bool area_is_there(const Area *spells, size_t n, Str code, Date day);
/* Words of a cell, parted by spaces. */
size_t place_words(Arena *arena, Str text, const Str **ret_words);
