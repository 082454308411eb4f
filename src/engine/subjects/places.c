/* What areas, facilities, catchments and staff have in common: days, codes, cells. */
#include "engine/subjects/places_int.h"

#include "base/vec.h"
#include "pack/pack.h"

enum { CODE_BYTES_MOST = 32, CODES_BYTES_MOST = 64 * 1024 };

Date place_day(const Cx *cx)
{
    return date_is_none(cx->as_of) ? cx->today : cx->as_of;
}

Str place_text(Str text)
{
    return text.p == NULL ? STR("") : text;
}

bool place_code_is_good(Str code)
{
    for (size_t i = 0; i < code.n; i++) {
        char c = code.p[i];
        if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')
              || (c == '-' && i > 0)))
            return false;
    }
    return code.n > 0 && code.n <= CODE_BYTES_MOST;
}

bool place_code_listed(const Cx *cx, const char *list, Str code)
{
    const CodeList *codes = cx->packs == NULL ? NULL : map_get(&cx->packs->codes, str_from_c(list));
    if (codes == NULL)
        return true;
    for (size_t i = 0; i < codes->option_n; i++) {
        if (str_equals(codes->options[i].code, code))
            return true;
    }
    return false;
}

Str place_codes(const Cx *cx, const char *list)
{
    const CodeList *codes = cx->packs == NULL ? NULL : map_get(&cx->packs->codes, str_from_c(list));
    Buf text;
    buf_init(&text, cx->arena, CODES_BYTES_MOST);
    for (size_t i = 0; codes != NULL && i < codes->option_n; i++)
        buf_printf(&text, "%s%.*s", i > 0 ? " " : "", STR_ARG(codes->options[i].code));
    return buf_str(&text);
}

void sheet_check_code(Cx *cx, const SheetTable *sheet, SheetRow *row, size_t column,
                      const char *list)
{
    Str code = row->texts[column];
    if (code.n > 0 && !place_code_listed(cx, list, code))
        sheet_fault(cx, sheet, row, column, TEXT_SHEET_CODE, 2, code, str_from_c(list));
}

void sheet_check_span(Cx *cx, const SheetTable *sheet, SheetRow *row, size_t from, size_t to)
{
    Date first = row->dates[from], last = row->dates[to];
    char first_text[DATE_TEXT_SIZE], last_text[DATE_TEXT_SIZE];
    if (!date_is_none(first) && !date_is_none(last) && date_compare(last, first) < 0)
        sheet_fault(cx, sheet, row, to, TEXT_SPAN_WRONG, 2,
                    str_from_c(date_format(first, first_text)),
                    str_from_c(date_format(last, last_text)));
}

size_t place_words(Arena *arena, Str text, const Str **ret_words)
{
    VEC(Str) words = {0};
    Str part;
    while (str_cut(&text, ' ', &part)) {
        if (part.n > 0)
            VEC_PUSH(arena, &words, part);
    }
    *ret_words = words.items;
    return words.n;
}
