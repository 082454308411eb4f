/* Code lists (codes/NAME.yaml, large ones as CSV tables).
 */
#include "pack/pack_int.h"

#include "base/num.h"
#include "codec/csv.h"

typedef VEC(CodeOption) CodeOptions;

static bool is_code(Str code)
{
    if (code.n == 0 || code.n > 20)
        return false;
    for (size_t i = 0; i < code.n; i++) {
        char c = code.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.'
              || c == '-' || c == '_'))
            return false;
    }
    return true;
}

/* Notes a code that is no code or stands twice. seen: code -> its place. */
static bool note_code(Reader *reader, YamlPlace at, Str code, Map *seen)
{
    Loader *loader = reader->loader;
    if (!is_code(code)) {
        MISTAKE_AT(loader, reader->file, at, MISTAKE_CODE_BAD, same(code));
        return false;
    }
    const YamlPlace *before = map_get(seen, code);
    if (before != NULL) {
        MISTAKE_AT(loader, reader->file, at, MISTAKE_CODE_DUPLICATE, same(code),
                   same(str_printf(loader->mistake_arena, "%d", before->line)));
        return false;
    }
    YamlPlace *place = arena_new(&loader->work, YamlPlace);
    *place = at;
    map_put(seen, code, place);
    return true;
}

static void read_option(Reader *reader, const Yaml *item, CodeOptions *options, Map *seen)
{
    static const char *const keys[] = {"code", "zh", "en", "exclusive", "details", NULL};
    size_t needed = reader->file->pack->has_english ? 3 : 2;
    if (!read_map(reader, item, keys, needed))
        return;
    CodeOption option = {
        .code = read_text(reader, item, "code"),
        .label = {read_text(reader, item, "zh"), read_text(reader, item, "en")},
        .is_exclusive = read_true(reader, item, "exclusive"),
        .details = read_id(reader, item, "details"),
    };
    const Yaml *code = read_key(item, "code");
    if (code != NULL && note_code(reader, code->at, option.code, seen))
        VEC_PUSH(reader->loader->arena, options, option);
}

LoadFile *find_csv(Reader *reader, const Yaml *scalar)
{
    Loader *loader = reader->loader;
    LoadPack *pack = reader->file->pack;
    Str name = read_scalar(reader, scalar);
    Str rest = reader->file->in_pack, folder = {0};
    (void)str_cut(&rest, '/', &folder);
    VEC(Str) names = {0};
    for (size_t i = 0; i < pack->file_n; i++) {
        Str other = pack->files[i].in_pack, other_folder = {0};
        if (!str_has_suffix(other, STR(".csv")) || !str_cut(&other, '/', &other_folder)
            || !str_equals(folder, other_folder))
            continue;
        if (str_equals(other, name)) {
            pack->files[i].is_used = true;
            return &pack->files[i];
        }
        VEC_PUSH(&loader->work, &names, other);
    }
    if (name.n > 0)
        MISTAKE_AT(loader, reader->file, scalar->at, MISTAKE_TABLE_UNKNOWN, same(name),
                   choice_fix(loader, name, names.items, names.n), same(folder));
    return NULL;
}

static YamlPlace row_place(size_t line)
{
    return (YamlPlace){(int)line, 1};
}

static bool is_table_row_sound(Reader *reader, const CsvRow *row)
{
    Loader *loader = reader->loader;
    if (row->row == 1) {
        bool is_header = row->n == 3 && str_equals_c(row->cells[0], "code")
                         && str_equals_c(row->cells[1], "zh") && str_equals_c(row->cells[2], "en");
        if (!is_header)
            MISTAKE_PLAIN(loader, reader->file, row_place(row->line), MISTAKE_CSV_HEADER);
        return false;
    }
    if (row->n != 3) {
        MISTAKE_AT(loader, reader->file, row_place(row->line), MISTAKE_CSV_CELLS,
                   same(str_printf(loader->mistake_arena, "%zu", row->n)));
        return false;
    }
    if (str_trim(row->cells[1]).n == 0) {
        MISTAKE_PLAIN(loader, reader->file, row_place(row->line), MISTAKE_WORDING_ZH_MISSING);
        return false;
    }
    return true;
}

static void read_table(Reader *list_reader, LoadFile *table, CodeOptions *options, Map *seen)
{
    Loader *loader = list_reader->loader;
    Reader reader = {loader, table};
    CsvReader csv = csv_read(table->text, CSV_LIMITS_DEFAULT);
    for (;;) {
        bool has_row = false;
        CsvRow row = {0};
        CsvFault fault = {0};
        if (csv_next_row(&csv, loader->arena, &has_row, &row, &fault) != OK) {
            MISTAKE_AT(loader, table, row_place(fault.line), MISTAKE_CSV, fault.message);
            return;
        }
        if (!has_row)
            return;
        if (!is_table_row_sound(&reader, &row))
            continue;
        CodeOption option = {.code = row.cells[0], .label = {row.cells[1], row.cells[2]}};
        if (note_code(&reader, row_place(row.line), option.code, seen))
            VEC_PUSH(loader->arena, options, option);
    }
}

/* ---- groups ---- */

static bool has_code(const CodeList *list, Str code)
{
    for (size_t i = 0; i < list->option_n; i++) {
        if (str_equals(list->options[i].code, code))
            return true;
    }
    return false;
}

static void note_unknown_code(Reader *reader, YamlPlace at, const CodeList *list, Str code)
{
    Loader *loader = reader->loader;
    Str *names = arena_array(&loader->work, Str, list->option_n + 1);
    for (size_t i = 0; i < list->option_n; i++)
        names[i] = list->options[i].code;
    MISTAKE_AT(loader, reader->file, at, MISTAKE_CODE_UNKNOWN, same(list->id), same(code),
               choice_fix(loader, code, names, list->option_n));
}

/* is_blind: the list has mistakes, so a code that it lacks may be one of them. */
static void read_group_codes(Reader *reader, const Yaml *item, const CodeList *list, bool is_blind,
                             CodeGroup *group)
{
    const Yaml *codes = read_key(item, "codes");
    if (!read_list(reader, codes, "codes", true))
        return;
    Str *known = arena_array(reader->loader->arena, Str, codes->n);
    Map seen;
    map_init(&seen, &reader->loader->work);
    for (const Yaml *one = codes->first; one != NULL; one = one->next) {
        Str code = read_scalar(reader, one);
        if (code.n == 0 || !note_code(reader, one->at, code, &seen))
            continue;
        if (has_code(list, code))
            known[group->code_n++] = code;
        else if (!is_blind)
            note_unknown_code(reader, one->at, list, code);
    }
    group->codes = known;
}

static void read_groups(Reader *reader, const Yaml *map, bool is_blind, CodeList *list)
{
    static const char *const keys[] = {"group", "zh", "en", "codes", NULL};
    const Yaml *items = read_key(map, "groups");
    if (items == NULL || !read_list(reader, items, "groups", true))
        return;
    VEC(CodeGroup) groups = {0};
    Map seen;
    map_init(&seen, &reader->loader->work);
    for (const Yaml *item = items->first; item != NULL; item = item->next) {
        if (!read_map(reader, item, keys, 4))
            continue;
        CodeGroup group = {.id = read_id(reader, item, "group"),
                           .title = {read_text(reader, item, "zh"), read_text(reader, item, "en")}};
        read_group_codes(reader, item, list, is_blind, &group);
        if (group.id.n > 0 && note_code(reader, read_key(item, "group")->at, group.id, &seen))
            VEC_PUSH(reader->loader->arena, &groups, group);
    }
    list->groups = groups.items;
    list->group_n = groups.n;
}

void load_codes(Loader *loader, Declared *declared)
{
    static const char *const keys[] = {"id", "title", "source", "options", "table", "groups", NULL};
    Reader reader = {loader, declared->file};
    const Yaml *map = declared->yaml;
    size_t mistakes_before = loader->mistakes.n;
    if (!read_map(&reader, map, keys, 3))
        return;
    CodeList *list = arena_new(loader->arena, CodeList);
    *list = (CodeList){.id = str_copy(loader->arena, declared->id),
                       .title = read_wording(&reader, map, "title"),
                       .source = read_source(&reader, map)};
    const Yaml *items = read_key(map, "options");
    const Yaml *table = read_key(map, "table");
    read_either(&reader, map, keys, "options", "table");
    CodeOptions options = {0};
    Map seen;
    map_init(&seen, &loader->work);
    if (read_list(&reader, items, "options", true)) {
        for (const Yaml *item = items->first; item != NULL; item = item->next)
            read_option(&reader, item, &options, &seen);
    }
    LoadFile *file = table == NULL ? NULL : find_csv(&reader, table);
    if (file != NULL)
        read_table(&reader, file, &options, &seen);
    list->options = options.items;
    list->option_n = options.n;
    read_groups(&reader, map, loader->mistakes.n > mistakes_before, list);
    declared->fields_blind = loader->mistakes.n > mistakes_before;
    declared->compiled = list;
}

Str read_sensitivity(Reader *reader, const Yaml *scalar)
{
    Loader *loader = reader->loader;
    if (scalar == NULL)
        return (Str){0};
    Str class = read_scalar(reader, scalar);
    const Declared *declared = declared_find(loader, DECLARED_CODES, STR("sensitivity"));
    const CodeList *list = declared == NULL ? NULL : declared->compiled;
    if (class.n == 0 || loader->is_blind[DECLARED_CODES]
        || (declared != NULL && (list == NULL || declared->fields_blind)))
        return (Str){0};
    VEC(Str) names = {0};
    for (size_t i = 0; list != NULL && i < list->option_n; i++) {
        if (str_equals(list->options[i].code, class))
            return class;
        VEC_PUSH(&loader->work, &names, list->options[i].code);
    }
    MISTAKE_AT(loader, reader->file, scalar->at, MISTAKE_SENSITIVITY_UNKNOWN, same(class),
               choice_fix(loader, class, names.items, names.n));
    return (Str){0};
}
