/* The files of all packs, pack.yaml of each, and the order in which packs are loaded: what is
 * needed comes before what needs it, then by name. */
#include "pack/pack_int.h"

#include "base/encoding.h"
#include "base/os_crypto.h"
#include "base/os_file.h"
#include "base/utf8.h"

static const char *const folders[] = {"charts",   "codes", "forms",  "measures", "plans", "policy",
                                      "programs", "roles", "scores", "tables",   "tests", NULL};
static const YamlPlace top = {1, 1};

/* ---- files ---- */

static LoadPack *pack_of_folder(Loader *loader, Str folder)
{
    for (size_t i = 0; i < loader->packs.n; i++) {
        if (str_equals(loader->packs.items[i]->folder, folder))
            return loader->packs.items[i];
    }
    LoadPack *pack = arena_new(&loader->work, LoadPack);
    pack->folder = str_copy(loader->arena, folder);
    pack->pack = arena_new(loader->arena, Pack);
    pack->pack->id = pack->folder;
    map_init(&pack->pack->sources, loader->arena);
    pack->files = arena_array(&loader->work, LoadFile, loader->entry_n);
    VEC_PUSH(&loader->work, &loader->packs, pack);
    return pack;
}

static Str folder_of(Str in_pack)
{
    size_t slash = str_find_char(in_pack, '/', 0);
    return slash == SIZE_MAX ? (Str){0} : str_slice(in_pack, 0, slash);
}

/* Whether a file may stand where it does; notes the mistake. */
static bool is_in_place(Loader *loader, const LoadFile *file)
{
    Str folder = folder_of(file->in_pack);
    size_t name_from = folder.n == 0 ? 0 : folder.n + 1;
    Str name = str_slice(file->in_pack, name_from, file->in_pack.n);
    if (folder.n == 0) {
        if (str_equals_c(name, "pack.yaml"))
            return true;
        if (!str_has_suffix(name, STR(".md")))
            MISTAKE_AT(
                loader, file, top, MISTAKE_FILE_UNKNOWN, same(name),
                (Wording){
                    STR("放进 charts、codes、forms、measures、plans、policy、programs、roles、"
                        "scores、tables 或 tests"),
                    STR("move it to charts, codes, forms, measures, plans, policy, programs, roles, scores, tables "
                        "or tests")});
        return false;
    }
    bool is_known = false;
    for (size_t i = 0; folders[i] != NULL; i++)
        is_known = is_known || str_equals_c(folder, folders[i]);
    if (!is_known) {
        MISTAKE_AT(loader, file, top, MISTAKE_FOLDER_UNKNOWN, same(folder));
        return false;
    }
    bool is_table = (str_equals_c(folder, "codes") || str_equals_c(folder, "tables"))
                    && str_has_suffix(name, STR(".csv"));
    is_table = is_table || (str_equals_c(folder, "measures") && str_has_suffix(name, STR(".sql")));
    if (str_find_char(name, '/', 0) == SIZE_MAX && (is_table || str_has_suffix(name, STR(".yaml"))))
        return true;
    MISTAKE_AT(
        loader, file, top, MISTAKE_FILE_UNKNOWN, same(name),
        (Wording){STR("文件名以 .yaml 结尾（代码表、对照表也可用 .csv，指标的查询用 "
                      ".sql），不再分子文件夹"),
                  STR("end its name in .yaml (a table of codes or numbers in .csv, the SELECT of a "
                      "measure in .sql), in no deeper folder")});
    return false;
}

static void blind_for_folder(Loader *loader, LoadPack *pack, Str in_pack)
{
    static const struct {
        const char *folder;
        DeclaredKind kind;
    } kinds[] = {{"codes", DECLARED_CODES},      {"policy", DECLARED_PARAMETER},
                 {"tables", DECLARED_TABLE},     {"forms", DECLARED_FORM},
                 {"programs", DECLARED_PROGRAM}, {"roles", DECLARED_ROLE},
                 {"measures", DECLARED_MEASURE}, {"plans", DECLARED_PLAN},
                 {"scores", DECLARED_SCORE},     {"charts", DECLARED_CHART}};
    Str folder = folder_of(in_pack);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (str_equals_c(folder, kinds[i].folder))
            loader->is_blind[kinds[i].kind] = true;
    }
    if (str_equals_c(in_pack, "pack.yaml")) {
        pack->sources_blind = true;
        pack->needs_blind = true;
        pack->has_english = false;
    }
}

static void parse_file(Loader *loader, LoadFile *file)
{
    size_t valid = utf8_valid_prefix(file->text);
    if (valid < file->text.n) {
        Str sound = str_slice(file->text, 0, valid);
        MISTAKE_PLAIN(loader, file, byte_place(sound, valid), MISTAKE_NOT_UTF8);
        blind_for_folder(loader, file->pack, file->in_pack);
        file->text = (Str){0};
        return;
    }
    if (str_has_suffix(file->in_pack, STR(".csv")) || str_has_suffix(file->in_pack, STR(".sql")))
        return;
    static const MistakeKind kinds[] = {[YAML_FAULT] = MISTAKE_YAML,
                                        [YAML_FAULT_KEY_TWICE] = MISTAKE_YAML_KEY_TWICE,
                                        [YAML_FAULT_TAB] = MISTAKE_YAML_TAB};
    Yaml *yaml = NULL;
    YamlFaults faults = {0};
    Err err = yaml_parse(&loader->work, file->text, YAML_LIMITS_DEFAULT, &yaml, &faults);
    if (err == OK && !yaml_is_absent(yaml)) {
        file->yaml = yaml;
        return;
    }
    blind_for_folder(loader, file->pack, file->in_pack);
    if (err == OK)
        MISTAKE_PLAIN(loader, file, top, MISTAKE_FILE_EMPTY);
    for (size_t i = 0; err != OK && i < faults.n; i++)
        MISTAKE_AT(loader, file, faults.items[i].at, kinds[faults.items[i].kind],
                   faults.items[i].message);
}

/* NULL where no file of a pack may stand; that is noted. */
static LoadFile *place_file(Loader *loader, Str path)
{
    size_t slash = str_find_char(path, '/', 0);
    if (slash == SIZE_MAX)
        return NULL; /* beside the packs: a README, say */
    LoadPack *pack = pack_of_folder(loader, str_slice(path, 0, slash));
    LoadFile *file = &pack->files[pack->file_n];
    *file = (LoadFile){.path = str_copy(loader->arena, path),
                       .in_pack = str_copy(loader->arena, str_slice(path, slash + 1, path.n)),
                       .pack = pack};
    return is_in_place(loader, file) ? file : NULL;
}

static Err load_file(Loader *loader, Str directory, Str path)
{
    LoadFile *file = place_file(loader, path);
    if (file == NULL)
        return OK;
    Str full = os_path_join(&loader->work, directory, path);
    Err err = os_file_read(loader->arena, full, PACK_FILE_MOST, &file->text);
    if (err == ERR_LIMIT) {
        MISTAKE_AT(loader, file, top, MISTAKE_FILE_TOO_LARGE,
                   same(str_printf(loader->mistake_arena, "%d", PACK_FILE_MOST / 1024)));
        blind_for_folder(loader, file->pack, file->in_pack);
        file->pack->file_n++; /* it is there, only not known */
        return OK;
    }
    TRY(err);
    file->pack->file_n++;
    parse_file(loader, file);
    return OK;
}

Err load_files(Loader *loader, Str directory)
{
    OsEntries entries = {0};
    TRY(os_folder_list_all(&loader->work, directory, &entries));
    loader->entry_n = entries.n;
    for (size_t i = 0; i < entries.n; i++) {
        if (!entries.items[i].is_folder)
            TRY(load_file(loader, directory, entries.items[i].name));
    }
    return OK;
}

void load_texts(Loader *loader, const PackFile *files, size_t n)
{
    loader->entry_n = n;
    for (size_t i = 0; i < n; i++) {
        LoadFile *file = place_file(loader, files[i].path);
        if (file == NULL)
            continue;
        file->text = str_copy(loader->arena, files[i].text);
        file->pack->file_n++;
        parse_file(loader, file);
    }
}

/* ---- pack.yaml ---- */

static LoadFile *pack_file(LoadPack *pack)
{
    for (size_t i = 0; i < pack->file_n; i++) {
        if (str_equals_c(pack->files[i].in_pack, "pack.yaml"))
            return &pack->files[i];
    }
    return NULL;
}

static bool is_version(Str text)
{
    size_t parts = 0;
    Str rest = text;
    Str part = {0};
    while (str_cut(&rest, '.', &part)) {
        parts++;
        if (part.n == 0 || part.n > 6 || (part.n > 1 && part.p[0] == '0'))
            return false;
        for (size_t i = 0; i < part.n; i++) {
            if (part.p[i] < '0' || part.p[i] > '9')
                return false;
        }
    }
    return parts == 3;
}

static void read_languages(Reader *reader, const Yaml *map)
{
    static const char *const known[] = {"zh", "en", NULL};
    LoadPack *pack = reader->file->pack;
    const Yaml *list = read_key(map, "languages");
    pack->has_english = list == NULL;
    if (!read_list(reader, list, "languages", true))
        return;
    for (const Yaml *item = list->first; item != NULL; item = item->next) {
        Str language = read_scalar(reader, item);
        if (str_equals_c(language, "en"))
            pack->has_english = true;
        else if (language.n > 0 && !str_equals_c(language, "zh"))
            MISTAKE_AT(reader->loader, reader->file, item->at, MISTAKE_CHOICE_UNKNOWN,
                       same(language), same(STR("languages")),
                       choice_fix_c(reader->loader, language, known));
    }
}

static void read_source_entry(Reader *reader, const Yaml *item)
{
    static const char *const keys[] = {"key", "title", "edition", "section", "confidence", NULL};
    static const char *const confidences[] = {"sure", "check", NULL};
    LoadPack *pack = reader->file->pack;
    Arena *arena = reader->loader->arena;
    if (!read_map(reader, item, keys, 3)) {
        pack->sources_blind = true;
        return;
    }
    PackSource *source = arena_new(arena, PackSource);
    *source = (PackSource){.key = read_text(reader, item, "key"),
                           .title = read_wording(reader, item, "title"),
                           .edition = read_text(reader, item, "edition"),
                           .section = read_text(reader, item, "section")};
    if (read_key(item, "confidence") != NULL)
        source->is_unsure = read_choice(reader, item, "confidence", confidences) == 1;
    const Yaml *key = read_key(item, "key");
    if (source->key.n == 0) {
        pack->sources_blind = true;
        return;
    }
    if (str_find_char(source->key, ' ', 0) != SIZE_MAX) {
        pack->sources_blind = true;
        MISTAKE_AT(reader->loader, reader->file, key->at, MISTAKE_CODE_BAD, same(source->key));
    } else if (map_has(&pack->pack->sources, source->key)) {
        pack->sources_blind = true;
        MISTAKE_AT(reader->loader, reader->file, key->at, MISTAKE_ID_DUPLICATE, same(source->key),
                   same(STR("sources")));
    } else {
        map_put(&pack->pack->sources, source->key, source);
    }
}

static void read_pack_file(Loader *loader, LoadPack *pack)
{
    static const char *const keys[] = {"pack",      "version", "title", "sources",
                                       "languages", "needs",   NULL};
    LoadFile *file = pack_file(pack);
    if (file == NULL || file->yaml == NULL || file->yaml->kind != YAML_MAP) {
        pack->sources_blind = true;
        pack->needs_blind = true;
    }
    if (file == NULL) {
        LoadFile missing = {.path =
                                str_printf(loader->arena, "%.*s/pack.yaml", STR_ARG(pack->folder))};
        MISTAKE_AT(loader, &missing, top, MISTAKE_PACK_FILE_MISSING, same(pack->folder));
        return;
    }
    if (file->yaml == NULL)
        return;
    Reader reader = {loader, file};
    const Yaml *map = file->yaml;
    read_languages(&reader, map);
    if (!read_map(&reader, map, keys, 4))
        return;
    Str id = read_text(&reader, map, "pack");
    if (id.n > 0 && !str_equals(id, pack->folder))
        MISTAKE_AT(loader, file, read_key(map, "pack")->at, MISTAKE_PACK_ID_DIFFERS, same(id),
                   same(pack->folder));
    pack->pack->version = read_text(&reader, map, "version");
    if (pack->pack->version.n > 0 && !is_version(pack->pack->version))
        MISTAKE_AT(loader, file, read_key(map, "version")->at, MISTAKE_VERSION_BAD,
                   same(pack->pack->version));
    pack->pack->title = read_wording(&reader, map, "title");
    const Yaml *sources = read_key(map, "sources");
    if (!read_list(&reader, sources, "sources", true) || sources->n == 0)
        pack->sources_blind = true;
    else
        for (const Yaml *item = sources->first; item != NULL; item = item->next)
            read_source_entry(&reader, item);
    const Yaml *needs = read_key(map, "needs");
    if (read_list(&reader, needs, "needs", false))
        pack->need_list = needs;
    else if (needs != NULL)
        pack->needs_blind = true;
}

/* ---- order ---- */

static LoadPack *find_pack(Loader *loader, Str folder)
{
    for (size_t i = 0; i < loader->packs.n; i++) {
        if (str_equals(loader->packs.items[i]->folder, folder))
            return loader->packs.items[i];
    }
    return NULL;
}

static void read_needs(Loader *loader, LoadPack *pack)
{
    if (pack->need_list == NULL)
        return;
    Reader reader = {loader, pack_file(pack)};
    Str *ids = arena_array(loader->arena, Str, pack->need_list->n + 1);
    size_t n = 0;
    for (const Yaml *item = pack->need_list->first; item != NULL; item = item->next) {
        Str id = read_scalar(&reader, item);
        LoadPack *needed = id.n == 0 ? NULL : find_pack(loader, id);
        if (needed != NULL) {
            ids[n++] = needed->folder;
            VEC_PUSH(&loader->work, &pack->needs, needed);
            continue;
        }
        pack->needs_blind = true;
        VEC(Str) names = {0};
        for (size_t i = 0; i < loader->packs.n; i++) {
            if (loader->packs.items[i] != pack)
                VEC_PUSH(&loader->work, &names, loader->packs.items[i]->folder);
        }
        if (id.n > 0)
            MISTAKE_AT(loader, reader.file, item->at, MISTAKE_NEED_UNKNOWN, same(id),
                       choice_fix(loader, id, names.items, names.n));
    }
    pack->pack->needs = ids;
    pack->pack->need_n = n;
}

typedef VEC(LoadPack *) LoadPacks;

static const Yaml *need_entry(const LoadPack *pack, Str id)
{
    for (const Yaml *item = pack->need_list->first; item != NULL; item = item->next) {
        if (item->kind == YAML_SCALAR && str_equals(str_trim(item->text), id))
            return item;
    }
    return pack->need_list;
}

/* Depth is bounded by the number of packs: an open pack is not entered again. */
static void visit_pack(Loader *loader, LoadPack *pack, LoadPacks *order)
{
    pack->visit = 1;
    for (size_t i = 0; i < pack->needs.n; i++) {
        LoadPack *needed = pack->needs.items[i];
        if (needed->visit == 1) {
            Str names[] = {pack->folder, needed->folder};
            MISTAKE_AT(loader, pack_file(pack), need_entry(pack, needed->folder)->at,
                       MISTAKE_NEED_CYCLE,
                       same(str_join(loader->mistake_arena, names, 2, STR(" → "))));
        } else if (needed->visit == 0) {
            visit_pack(loader, needed, order);
        }
    }
    pack->visit = 2;
    VEC_PUSH(&loader->work, order, pack);
}

static void put_hash(Loader *loader, LoadPack *pack)
{
    PackFile *files = arena_array(loader->arena, PackFile, pack->file_n + 1);
    Sha256Stream stream;
    sha256_begin(&stream);
    for (size_t i = 0; i < pack->file_n; i++) {
        files[i] = (PackFile){pack->files[i].in_pack, pack->files[i].text};
        sha256_add(&stream, str_printf(&loader->work, "%.*s\n%zu\n", STR_ARG(files[i].path),
                                       files[i].text.n));
        sha256_add(&stream, files[i].text);
    }
    Sha256 hash = sha256_end(&stream);
    pack->pack->files = files;
    pack->pack->file_n = pack->file_n;
    pack->pack->hash = hex_encode(loader->arena, (Str){(const char *)hash.bytes, SHA256_SIZE});
}

void load_packs(Loader *loader)
{
    for (size_t i = 0; i < loader->packs.n; i++) {
        read_pack_file(loader, loader->packs.items[i]);
        put_hash(loader, loader->packs.items[i]);
    }
    for (size_t i = 0; i < loader->packs.n; i++)
        read_needs(loader, loader->packs.items[i]);
    LoadPacks order = {0};
    for (size_t i = 0; i < loader->packs.n; i++) {
        if (loader->packs.items[i]->visit == 0)
            visit_pack(loader, loader->packs.items[i], &order);
    }
    Pack *packs = arena_array(loader->arena, Pack, order.n + 1);
    for (size_t i = 0; i < order.n; i++) {
        loader->packs.items[i] = order.items[i];
        packs[i] = *order.items[i]->pack;
    }
    loader->set->packs = packs;
    loader->set->pack_n = order.n;
}
