/* What stands in which file under which id, before anything is compiled; and references to it. */
#include "pack/pack_int.h"

static Declared *declare(Loader *loader, LoadFile *file, const Yaml *map, DeclaredKind kind,
                         const char *id_key)
{
    Reader reader = {loader, file};
    Declared *declared = arena_new(&loader->work, Declared);
    *declared = (Declared){.kind = kind, .file = file, .yaml = map};
    VEC_PUSH(&loader->work, &loader->order[kind], declared);
    if (map->kind == YAML_MAP)
        declared->id = read_id(&reader, map, id_key);
    if (declared->id.n == 0) {
        loader->is_blind[kind] = true;
        return declared;
    }
    declared->at = read_key(map, id_key)->at;
    const Declared *old = map_get(&loader->declared[kind], declared->id);
    if (old == NULL) {
        map_put(&loader->declared[kind], declared->id, declared);
        return declared;
    }
    if (old->file->pack == file->pack)
        MISTAKE_AT(loader, file, declared->at, MISTAKE_ID_DUPLICATE, same(declared->id),
                   same(str_printf(loader->mistake_arena, "%.*s:%d", STR_ARG(old->file->path),
                                   old->at.line)));
    else
        MISTAKE_AT(loader, file, declared->at, MISTAKE_NOT_IN_TWO_PACKS, same(declared->id),
                   same(old->file->pack->folder));
    return declared;
}

/* A file that holds a list of declarations under one key. */
static void declare_list(Loader *loader, LoadFile *file, DeclaredKind kind, const char *list_key,
                         const char *id_key)
{
    const char *const keys[] = {list_key, NULL};
    Reader reader = {loader, file};
    const Yaml *list = NULL;
    if (read_map(&reader, file->yaml, keys, 1))
        list = read_key(file->yaml, list_key);
    if (!read_list(&reader, list, list_key, true)) {
        loader->is_blind[kind] = true;
        return;
    }
    for (const Yaml *item = list->first; item != NULL; item = item->next)
        (void)declare(loader, file, item, kind, id_key);
}

static void declare_file(Loader *loader, LoadFile *file)
{
    if (str_has_prefix(file->in_pack, STR("codes/")))
        declare_list(loader, file, DECLARED_CODES, "codes", "id");
    else if (str_has_prefix(file->in_pack, STR("policy/")))
        declare_list(loader, file, DECLARED_PARAMETER, "parameters", "id");
    else if (str_has_prefix(file->in_pack, STR("tables/")))
        declare_list(loader, file, DECLARED_TABLE, "tables", "id");
    else if (str_has_prefix(file->in_pack, STR("roles/")))
        declare_list(loader, file, DECLARED_ROLE, "roles", "role");
    else if (str_has_prefix(file->in_pack, STR("measures/")))
        (void)declare(loader, file, file->yaml, DECLARED_MEASURE, "measure");
    else if (str_has_prefix(file->in_pack, STR("charts/")))
        declare_list(loader, file, DECLARED_CHART, "charts", "id");
    else if (str_has_prefix(file->in_pack, STR("forms/")))
        declare_register(loader, declare(loader, file, file->yaml, DECLARED_FORM, "form"));
    else if (str_has_prefix(file->in_pack, STR("programs/")))
        (void)declare(loader, file, file->yaml, DECLARED_PROGRAM, "program");
    else if (str_has_prefix(file->in_pack, STR("plans/")))
        (void)declare(loader, file, file->yaml, DECLARED_PLAN, "plan");
    else if (str_has_prefix(file->in_pack, STR("scores/")))
        (void)declare(loader, file, file->yaml, DECLARED_SCORE, "score");
}

void declare_all(Loader *loader)
{
    for (size_t i = 0; i < loader->packs.n; i++) {
        LoadPack *pack = loader->packs.items[i];
        for (size_t j = 0; j < pack->file_n; j++) {
            if (pack->files[j].yaml != NULL)
                declare_file(loader, &pack->files[j]);
        }
    }
}

Declared *declared_find(Loader *loader, DeclaredKind kind, Str id)
{
    return map_get(&loader->declared[kind], id);
}

const Str *declared_names(Loader *loader, DeclaredKind kind, size_t *ret_n)
{
    const Map *map = &loader->declared[kind];
    Str *names = arena_array(&loader->work, Str, map->n + 1);
    for (size_t i = 0; i < map->n; i++)
        names[i] = map->entries[i].key;
    *ret_n = map->n;
    return names;
}

static bool reaches(const LoadPack *from, const LoadPack *to, size_t steps)
{
    if (from == to)
        return true;
    for (size_t i = 0; steps > 0 && i < from->needs.n; i++) {
        if (reaches(from->needs.items[i], to, steps - 1))
            return true;
    }
    return false;
}

bool pack_reaches(const LoadPack *from, const LoadPack *to)
{
    enum { STEPS_MOST = 8 }; /* also ends a cycle, which is a mistake of its own */
    return reaches(from, to, STEPS_MOST);
}

Declared *refer_to(Reader *reader, const Yaml *scalar, DeclaredKind kind, MistakeKind unknown)
{
    Loader *loader = reader->loader;
    Str id = read_scalar(reader, scalar);
    if (scalar->kind != YAML_SCALAR)
        return NULL;
    Declared *declared = declared_find(loader, kind, id);
    if (declared == NULL) {
        size_t n = 0;
        const Str *names = declared_names(loader, kind, &n);
        if (!loader->is_blind[kind])
            MISTAKE_AT(loader, reader->file, scalar->at, unknown, same(id),
                       choice_fix(loader, id, names, n));
        return NULL;
    }
    const LoadPack *from = reader->file->pack;
    if (!from->needs_blind && !pack_reaches(from, declared->file->pack))
        MISTAKE_AT(loader, reader->file, scalar->at, MISTAKE_NEED_MISSING, same(id),
                   same(declared->file->pack->folder));
    return declared;
}
