/* A set of packs: opening, closing, finding things in it. */
#include "pack/pack_int.h"
#include "pack/policy_cache.h"

/* Soft ceilings: the files of a set are bounded far below, see load.c. */
enum { SET_CEILING_MIB = 256, WORK_CEILING_MIB = 512 };

static void compile_all(Loader *loader)
{
    static void (*const compilers[DECLARED_KIND_N])(Loader *, Declared *) = {
        [DECLARED_CODES] = load_codes,     [DECLARED_PARAMETER] = load_parameter,
        [DECLARED_TABLE] = load_table,     [DECLARED_FORM] = load_form,
        [DECLARED_PROGRAM] = load_program, [DECLARED_ROLE] = load_role,
        [DECLARED_MEASURE] = load_measure, [DECLARED_PLAN] = load_plan,
        [DECLARED_CHART] = load_chart,     [DECLARED_SCORE] = load_score,
    };
    Map *maps[DECLARED_KIND_N] = {
        [DECLARED_CODES] = &loader->set->codes,      [DECLARED_PARAMETER] = &loader->set->policy,
        [DECLARED_TABLE] = &loader->set->tables,     [DECLARED_FORM] = &loader->set->forms,
        [DECLARED_PROGRAM] = &loader->set->programs, [DECLARED_ROLE] = &loader->set->roles,
        [DECLARED_MEASURE] = &loader->set->measures, [DECLARED_PLAN] = &loader->set->plans,
        [DECLARED_CHART] = &loader->set->charts,     [DECLARED_SCORE] = &loader->set->scores,
    };
    for (size_t kind = 0; kind < DECLARED_KIND_N; kind++) {
        map_init(maps[kind], loader->arena);
        for (size_t i = 0; i < loader->order[kind].n; i++) {
            Declared *declared = loader->order[kind].items[i];
            compilers[kind](loader, declared);
            if (declared->compiled != NULL && declared->id.n > 0)
                map_put(maps[kind], declared->id, declared->compiled);
        }
    }
}

static void note_unused_tables(Loader *loader)
{
    for (size_t i = 0; i < loader->packs.n; i++) {
        LoadPack *pack = loader->packs.items[i];
        for (size_t j = 0; j < pack->file_n; j++) {
            LoadFile *file = &pack->files[j];
            Str name = file->in_pack, folder = {0};
            if (file->is_used || !str_has_suffix(name, STR(".csv"))
                || !str_cut(&name, '/', &folder))
                continue;
            bool is_codes = str_equals_c(folder, "codes");
            if (!loader->is_blind[is_codes ? DECLARED_CODES : DECLARED_TABLE])
                MISTAKE_AT(loader, file, ((YamlPlace){1, 1}), MISTAKE_TABLE_UNUSED, same(name),
                           same(folder));
        }
    }
}

/* Where the files come from: a directory, or texts. */
typedef struct {
    Str directory;
    const PackFile *files; /* NULL: the directory */
    size_t file_n;
} LoadSource;

static Err load_all(Loader *loader, const LoadSource *source)
{
    for (size_t kind = 0; kind < DECLARED_KIND_N; kind++)
        map_init(&loader->declared[kind], &loader->work);
    map_init(&loader->kinds, &loader->work);
    map_init(&loader->set->subjects, loader->arena);
    if (source->files == NULL)
        TRY(load_files(loader, source->directory));
    else
        load_texts(loader, source->files, source->file_n);
    load_packs(loader);
    declare_all(loader);
    compile_all(loader);
    check_roles(loader);
    check_sensitivity(loader);
    check_parameters(loader);
    note_unused_tables(loader);
    note_unused_selects(loader);
    load_tests(loader);
    loader->set->rules = loader->rules.items;
    loader->set->rule_n = loader->rules.n;
    loader->set->tests = loader->tests.items;
    loader->set->test_n = loader->tests.n;
    return loader->mistakes.n == 0 ? OK : ERR_PACK;
}

static Err open_set(const LoadSource *source, const char *const *permissions, Arena *arena,
                    PackSet **ret_set, const PackMistake **reterr_mistakes,
                    size_t *reterr_mistake_n)
{
    /* The set lives in its own arena, itself included. */
    Arena own;
    arena_init(&own, MIB(SET_CEILING_MIB));
    PackSet *set = arena_new(&own, PackSet);
    set->arena = own;
    Loader loader = {
        .set = set, .arena = &set->arena, .mistake_arena = arena, .permissions = permissions};
    arena_init(&loader.work, MIB(WORK_CEILING_MIB));
    *reterr_mistakes = NULL;
    *reterr_mistake_n = 0;
    Err err = load_all(&loader, source);
    if (err == ERR_PACK) {
        mistakes_sort(&loader);
        *reterr_mistakes = loader.mistakes.items;
        *reterr_mistake_n = loader.mistakes.n;
    }
    arena_done(&loader.work);
    if (err != OK) {
        pack_set_close(set);
        return err;
    }
    set->policies = policy_cache_open(&set->arena);
    *ret_set = set;
    return OK;
}

Err pack_set_open(Str directory, const char *const *permissions, Arena *arena, PackSet **ret_set,
                  const PackMistake **reterr_mistakes, size_t *reterr_mistake_n)
{
    const LoadSource source = {.directory = directory};
    return open_set(&source, permissions, arena, ret_set, reterr_mistakes, reterr_mistake_n);
}

Err pack_set_open_files(const PackFile *files, size_t n, const char *const *permissions,
                        Arena *arena, PackSet **ret_set, const PackMistake **reterr_mistakes,
                        size_t *reterr_mistake_n)
{
    static const PackFile none[1];
    const LoadSource source = {.files = n == 0 ? none : files, .file_n = n};
    return open_set(&source, permissions, arena, ret_set, reterr_mistakes, reterr_mistake_n);
}

void pack_set_close(PackSet *set)
{
    if (set == NULL)
        return;
    policy_cache_close(set->policies);
    Arena own = set->arena;
    arena_done(&own);
}

const Form *pack_form(const PackSet *set, Str id)
{
    return map_get(&set->forms, id);
}

const Program *pack_program(const PackSet *set, Str id)
{
    return map_get(&set->programs, id);
}

const Measure *pack_measure(const PackSet *set, Str id)
{
    return map_get(&set->measures, id);
}

const Role *pack_role(const PackSet *set, Str id)
{
    return map_get(&set->roles, id);
}

static Str source_words(Arena *arena, const PackSource *source, Str section, Lang lang)
{
    Str title = wording_in(source->title, lang);
    Str edition =
        source->edition.n == 0
            ? (Str){0}
            : str_printf(arena, lang == LANG_ZH ? "（%.*s）" : " (%.*s)", STR_ARG(source->edition));
    Str place = section.n > 0 ? section : source->section;
    return str_printf(arena, "%.*s%.*s%s%.*s", STR_ARG(title), STR_ARG(edition),
                      place.n > 0 ? " " : "", STR_ARG(place));
}

/* What a text such as "norm 4.2" begins with; section: the rest. */
static const PackSource *source_of(const PackSet *set, Str pack, Str source, Str *ret_section)
{
    Str key = {0};
    *ret_section = source;
    if (!str_cut(ret_section, ' ', &key))
        return NULL;
    for (size_t i = 0; i < set->pack_n; i++)
        if (str_equals(set->packs[i].id, pack))
            return map_get(&set->packs[i].sources, key);
    return NULL;
}

Wording pack_source_wording(const PackSet *set, Str pack, Str source, Arena *arena)
{
    Str section = {0};
    const PackSource *found = source_of(set, pack, source, &section);
    return found == NULL ? same(source)
                         : (Wording){source_words(arena, found, str_trim(section), LANG_ZH),
                                     source_words(arena, found, str_trim(section), LANG_EN)};
}

Str pack_source_confidence(const PackSet *set, Str pack, Str source)
{
    Str section = {0};
    const PackSource *found = source_of(set, pack, source, &section);
    return found != NULL && found->is_unsure ? STR("check") : STR("sure");
}
