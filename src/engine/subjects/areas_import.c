/* Areas from a sheet: splits, merges and new names, checked against the tree that they would make.
 */
#include "engine/subjects/places_int.h"

#include "access/access.h"
#include "base/map.h"
#include "base/vec.h"
#include "engine/subjects/places_sql.h"
#include "engine/subjects/registers.h"

enum { CODE, PARENT, LEVEL, NAME, NAME_EN, KIND, FROM, TO, SUCCEEDS, COLUMNS };

static const SheetColumn columns[COLUMNS] = {
    /* in the order above */
    {"code", "编码", SHEET_TEXT, true},
    {"parent", "上级编码", SHEET_TEXT, false},
    {"level", "级别", SHEET_WHOLE, true},
    {"name", "名称", SHEET_TEXT, true},
    {"name_en", "英文名", SHEET_TEXT, false},
    {"kind", "城乡分类", SHEET_TEXT, false},
    {"valid_from", "开始日", SHEET_DATE, false},
    {"valid_to", "结束日", SHEET_DATE, false},
    {"succeeds", "由何区划变来", SHEET_TEXT, false},
};

enum { LEVEL_COUNTY = 3, LEVEL_GRID = 6 };

/* A spell of the tree as it would be. */
typedef struct Spell {
    Area area;
    SheetRow *row;      /* of the file; NULL: stored */
    struct Spell *next; /* of the same code, in order of first days */
} Spell;

typedef struct {
    Cx *cx;
    SheetTable sheet;
    Map spells; /* code -> Spell *, the first */
    Map bad;    /* codes of rows that are wrong by themselves: nothing is concluded from them */
    VEC(Spell *) of_rows;
} Import;

static Date first_day(const SheetRow *row)
{
    return date_is_none(row->dates[FROM]) ? PLACE_BEGINNING : row->dates[FROM];
}

static void fault(Import *import, SheetRow *row, size_t column, TextId text, Str argument)
{
    sheet_fault(import->cx, &import->sheet, row, column, text, 1, argument);
}

static bool is_digits(Str text)
{
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] < '0' || text.p[i] > '9')
            return false;
    }
    return true;
}

/* What a row says by itself. */
static void check_row(Import *import, SheetRow *row)
{
    Cx *cx = import->cx;
    int64_t level = row->wholes[LEVEL];
    Str code = row->texts[CODE], parent = row->texts[PARENT];
    if (level < LEVEL_COUNTY || level > LEVEL_GRID) {
        fault(import, row, LEVEL, TEXT_AREA_LEVEL, STR(""));
        return;
    }
    if (!is_digits(code) || code.n != (size_t)(6 + 3 * (level - LEVEL_COUNTY))
        || !str_has_prefix(code, cx->place)) {
        sheet_fault(cx, &import->sheet, row, CODE, TEXT_AREA_CODE, 2, code,
                    str_printf(cx->arena, "%d", (int)level));
        return;
    }
    if (parent.n + (level > LEVEL_COUNTY ? 3 : 6) != code.n || !str_has_prefix(code, parent))
        sheet_fault(cx, &import->sheet, row, PARENT, TEXT_AREA_PARENT, 2, code, parent);
    const Str *words = NULL;
    size_t n = place_words(cx->arena, row->texts[SUCCEEDS], &words);
    for (size_t i = 0; i < n; i++) {
        if (str_equals(words[i], code))
            fault(import, row, SUCCEEDS, TEXT_AREA_SUCCEEDS_ITSELF, code);
    }
    sheet_check_span(cx, &import->sheet, row, FROM, TO);
}

/* Puts a spell in its place; gives the one of the same first day instead, if there is one. */
static Spell *put_spell(Import *import, const Area *area, SheetRow *row)
{
    Spell *spell = arena_new(import->cx->arena, Spell);
    *spell = (Spell){.area = *area, .row = row};
    Spell *first = map_get(&import->spells, area->code);
    if (first == NULL || date_compare(area->valid_from, first->area.valid_from) < 0) {
        spell->next = first;
        map_put(&import->spells, area->code, spell);
        return spell;
    }
    while (first->next != NULL && date_compare(first->next->area.valid_from, area->valid_from) <= 0)
        first = first->next;
    if (date_compare(first->area.valid_from, area->valid_from) == 0)
        return first;
    spell->next = first->next;
    first->next = spell;
    return spell;
}

static Err put_stored(Import *import)
{
    const Area *areas = NULL;
    size_t n = 0;
    TRY(area_spells(import->cx, &areas, &n));
    for (size_t i = 0; i < n; i++)
        put_spell(import, &areas[i], NULL);
    return OK;
}

static void put_row(Import *import, SheetRow *row)
{
    Area area = {.code = row->texts[CODE],
                 .parent = row->texts[PARENT],
                 .level = row->wholes[LEVEL],
                 .name = row->texts[NAME],
                 .name_en = row->texts[NAME_EN],
                 .kind = row->texts[KIND],
                 .valid_from = first_day(row),
                 .valid_to = row->dates[TO]};
    Spell *spell = put_spell(import, &area, row);
    if (spell->row != NULL && spell->row != row) {
        fault(import, row, CODE, TEXT_SHEET_TWICE,
              str_printf(import->cx->arena, "%zu", spell->row->line));
        return;
    }
    spell->area = area;
    spell->row = row;
    VEC_PUSH(import->cx->arena, &import->of_rows, spell);
}

/* A new spell ends the stored one before it; two of the file must not meet. */
static void check_meeting(Import *import, Spell *spell)
{
    char day[DATE_TEXT_SIZE];
    Spell *next = spell->next;
    bool meets = next != NULL
                 && (date_is_none(spell->area.valid_to)
                     || date_compare(spell->area.valid_to, next->area.valid_from) >= 0);
    if (!meets)
        return;
    bool is_told = spell->row != NULL && !date_is_none(spell->row->dates[TO]);
    if (is_told && !spell->row->is_bad)
        fault(import, spell->row, TO, TEXT_SPAN_OVERLAPS,
              str_copy(import->cx->arena, str_from_c(date_format(next->area.valid_from, day))));
    spell->area.valid_to = date_add_days(next->area.valid_from, -1);
}

static const Spell *spell_on(const Import *import, Str code, Date day)
{
    for (const Spell *spell = map_get(&import->spells, code); spell != NULL; spell = spell->next) {
        if (date_compare(spell->area.valid_from, day) <= 0
            && (date_is_none(spell->area.valid_to) || date_compare(spell->area.valid_to, day) >= 0))
            return spell;
    }
    return NULL;
}

/* Whether the code has a spell from the day without a hole to the last day (or without end). */
static bool lasts(const Import *import, Str code, Date from, Date to)
{
    for (;;) {
        const Spell *spell = spell_on(import, code, from);
        if (spell == NULL)
            return false;
        if (date_is_none(spell->area.valid_to))
            return true;
        if (!date_is_none(to) && date_compare(spell->area.valid_to, to) >= 0)
            return true;
        from = date_add_days(spell->area.valid_to, 1);
    }
}

static Str day_text(Import *import, Date day)
{
    char text[DATE_TEXT_SIZE];
    return str_copy(import->cx->arena, str_from_c(date_format(day, text)));
}

/* The row that ended the parent is the one that is wrong when a stored area outlives it. */
static void check_parent(Import *import, const Spell *spell)
{
    const Area *area = &spell->area;
    if (area->parent.n == 0 || map_has(&import->bad, area->parent)
        || lasts(import, area->parent, area->valid_from, area->valid_to))
        return;
    const Spell *parent = spell_on(import, area->parent, area->valid_from);
    SheetRow *row = spell->row;
    if (row != NULL && !row->is_bad) {
        sheet_fault(import->cx, &import->sheet, row, PARENT, TEXT_AREA_NO_PARENT, 2, area->parent,
                    day_text(import, parent == NULL ? area->valid_from
                                                    : date_add_days(parent->area.valid_to, 1)));
        return;
    }
    row = parent == NULL ? NULL : parent->row;
    if (row != NULL && !row->is_bad)
        sheet_fault(import->cx, &import->sheet, row, TO, TEXT_AREA_OUTLIVED, 2, area->code,
                    day_text(import, parent->area.valid_to));
}

static void check_succeeds(Import *import, SheetRow *row)
{
    const Str *words = NULL;
    size_t n = place_words(import->cx->arena, row->texts[SUCCEEDS], &words);
    for (size_t i = 0; i < n && !row->is_bad; i++) {
        if (!map_has(&import->spells, words[i]) && !map_has(&import->bad, words[i]))
            fault(import, row, SUCCEEDS, TEXT_AREA_UNKNOWN, words[i]);
    }
}

static Err check_all(Import *import)
{
    SheetTable *sheet = &import->sheet;
    for (size_t i = 0; i < sheet->n; i++) {
        if (!sheet->rows[i].is_bad)
            check_row(import, &sheet->rows[i]);
    }
    TRY(put_stored(import));
    for (size_t i = 0; i < sheet->n; i++) {
        if (!sheet->rows[i].is_bad)
            put_row(import, &sheet->rows[i]);
        if (sheet->rows[i].is_bad)
            map_put(&import->bad, sheet->rows[i].texts[CODE], import);
    }
    for (size_t i = 0; i < import->spells.n; i++)
        for (Spell *s = import->spells.entries[i].value; s != NULL; s = s->next)
            check_meeting(import, s);
    for (size_t i = 0; i < import->spells.n; i++)
        for (Spell *s = import->spells.entries[i].value; s != NULL; s = s->next)
            check_parent(import, s);
    for (size_t i = 0; i < sheet->n; i++) {
        if (!sheet->rows[i].is_bad)
            check_succeeds(import, &sheet->rows[i]);
    }
    return sheet_verdict(sheet);
}

static Err store_row(Cx *cx, const Spell *spell)
{
    const Area *area = &spell->area;
    AreaCloseBeforeIn close = {
        .place = cx->place, .code = area->code, .valid_from = area->valid_from};
    TRY(area_close_before(cx->db, &close, NULL));
    AreaWriteIn in = {.place = cx->place,
                      .code = area->code,
                      .parent = area->parent,
                      .level = area->level,
                      .name = area->name,
                      .name_en = area->name_en,
                      .kind = area->kind,
                      .valid_from = area->valid_from,
                      .valid_to = area->valid_to};
    TRY(area_write(cx->db, &in, NULL));
    const Str *words = NULL;
    size_t n = place_words(cx->arena, spell->row->texts[SUCCEEDS], &words);
    for (size_t i = 0; i < n; i++) {
        AreaSuccessorWriteIn successor = {.place = cx->place,
                                          .code = words[i],
                                          .successor = area->code,
                                          .valid_from = area->valid_from};
        TRY(area_successor_write(cx->db, &successor, NULL));
    }
    return OK;
}

static Err store_work(Cx *cx, void *arg)
{
    const Import *import = arg;
    for (size_t i = 0; i < import->of_rows.n; i++)
        TRY(store_row(cx, import->of_rows.items[i]));
    TRY(subject_areas_follow(cx, STR("")));
    TRY(subject_hooks_run(cx, UUID_NIL, STR("area"))); /* also for levels and parents */
    TRY(access_areas_forget(cx));
    AuditEntry entry = {.action = STR("areas.import"),
                        .detail = str_printf(cx->arena, "%zu rows", import->of_rows.n)};
    return audit_add(cx, &entry);
}

const SheetShape subject_areas_shape = {columns, COLUMNS};

Err subject_areas_put(Cx *cx, const SheetTable *sheet, bool is_dry_run)
{
    TRY(access_require(cx, STR("areas.write")));
    Import import = {.cx = cx, .sheet = *sheet};
    map_init(&import.spells, cx->arena);
    map_init(&import.bad, cx->arena);
    Err err = check_all(&import);
    if (err != OK)
        return cx_fail_db(cx, err);
    return is_dry_run ? OK : cx_write(cx, store_work, &import);
}
