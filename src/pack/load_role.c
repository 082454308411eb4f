/* Roles (roles/NAME.yaml): what a kind of person sees and may do. */
#include "pack/pack_int.h"

#include <string.h>

static bool is_among(const Str *permissions, size_t n, Str permission)
{
    for (size_t i = 0; i < n; i++) {
        if (str_equals(permissions[i], permission))
            return true;
    }
    return false;
}

/* Who may void anybody's record may void his own: a county's roles may be older than the second. */
static void read_permissions(Reader *reader, const Yaml *map, Role *role)
{
    Loader *loader = reader->loader;
    const Yaml *list = read_key(map, "permissions");
    if (!read_list(reader, list, "permissions", true))
        return;
    Str *permissions = arena_array(loader->arena, Str, list->n + 1);
    size_t n = 0;
    for (const Yaml *item = list->first; item != NULL; item = item->next) {
        Str permission = read_scalar(reader, item);
        bool is_known = loader->permissions == NULL || permission.n == 0;
        for (size_t i = 0; !is_known && loader->permissions[i] != NULL; i++)
            is_known = str_equals_c(permission, loader->permissions[i]);
        if (!is_known)
            MISTAKE_AT(loader, reader->file, item->at, MISTAKE_PERMISSION_UNKNOWN, same(permission),
                       choice_fix_c(loader, permission, loader->permissions));
        for (size_t i = 0; i < n; i++) {
            if (str_equals(permissions[i], permission))
                MISTAKE_AT(loader, reader->file, item->at, MISTAKE_PERMISSION_TWICE,
                           same(permission));
        }
        permissions[n++] = permission;
    }
    if (is_among(permissions, n, STR("records.void"))
        && !is_among(permissions, n, STR("records.void_own")))
        permissions[n++] = STR("records.void_own");
    role->permissions = permissions;
    role->permission_n = n;
}

/* The kinds of relation, each once, as bits. Those of residents' own accounts stand last. */
static const char *const own_kinds[] = {"treating", "contract", "referral", "worklist", "sample",
                                        "card",     "self",     "guardian", NULL};
/* What a role may let others see by. */
static const char *const given_kinds[] = {"treating", "contract", "referral", "worklist",
                                          "sample",   "card",     NULL};
static const RelationKind kind_bits[] = {RELATION_TREATING, RELATION_CONTRACT, RELATION_REFERRAL,
                                         RELATION_WORKLIST, RELATION_SAMPLE,   RELATION_CARD,
                                         RELATION_SELF,     RELATION_GUARDIAN};

static int64_t read_relations(Reader *reader, const Yaml *map, const char *key,
                              const char *const *kinds)
{
    const Yaml *list = read_key(map, key);
    int64_t relations = 0;
    if (list == NULL || !read_list(reader, list, key, true))
        return 0;
    for (const Yaml *item = list->first; item != NULL; item = item->next) {
        Str name = read_scalar(reader, item);
        size_t at = 0;
        while (kinds[at] != NULL && !str_equals_c(name, kinds[at]))
            at++;
        if (kinds[at] != NULL)
            relations |= kind_bits[at];
        else if (name.n > 0)
            MISTAKE_AT(reader->loader, reader->file, item->at, MISTAKE_CHOICE_UNKNOWN, same(name),
                       same(str_from_c(key)), choice_fix_c(reader->loader, name, kinds));
    }
    return relations;
}

/* In the order of the file. Without the key: persons for who sees some, numbers for who does not.
 */
static void read_purposes(Reader *reader, const Yaml *map, Role *role)
{
    static const char *const names[] = {"care", "management", "inspection", "support", NULL};
    static const char *const opens[] = {"nothing", "numbers", "organisations",
                                        "rows",    "persons", NULL};
    const Yaml *purposes = read_key(map, "purposes");
    if (purposes == NULL || !read_map(reader, purposes, names, 0) || purposes->n == 0) {
        bool sees_some = role->sees_persons || role->relations != 0;
        role->purposes[0] = sees_some ? (RolePurpose){STR("care"), OPENS_PERSONS}
                                      : (RolePurpose){STR("management"), OPENS_NUMBERS};
        role->purpose_n = 1;
        return;
    }
    for (const Yaml *entry = purposes->first; entry != NULL; entry = entry->next) {
        char name[16];
        if (entry->key.n >= sizeof name || role->purpose_n == PURPOSES_MOST)
            continue; /* noted by read_map */
        memcpy(name, entry->key.p, entry->key.n);
        name[entry->key.n] = '\0';
        size_t at = read_choice(reader, purposes, name, opens);
        if (at != SIZE_MAX)
            role->purposes[role->purpose_n++] =
                (RolePurpose){str_copy(reader->loader->arena, entry->key), (PurposeOpens)at};
    }
}

/* ",," and each class with a comma behind it. */
static Str read_classes(Reader *reader, const Yaml *map)
{
    Arena *arena = reader->loader->arena;
    const Yaml *list = read_key(map, "classes");
    Str classes = STR(",,");
    if (list == NULL || !read_list(reader, list, "classes", true))
        return classes;
    for (const Yaml *item = list->first; item != NULL; item = item->next) {
        Str class = read_sensitivity(reader, item);
        if (class.n > 0)
            classes = str_printf(arena, "%.*s%.*s,", STR_ARG(classes), STR_ARG(class));
    }
    return classes;
}

static void read_manages(Reader *reader, const Yaml *map, Role *role)
{
    Loader *loader = reader->loader;
    const Yaml *list = read_key(map, "manages");
    if (list == NULL || !read_list(reader, list, "manages", true))
        return;
    Str *roles = arena_array(loader->arena, Str, list->n + 1);
    size_t n = 0;
    for (const Yaml *item = list->first; item != NULL; item = item->next) {
        const Declared *other = refer_to(reader, item, DECLARED_ROLE, MISTAKE_ROLE_UNKNOWN);
        if (other != NULL)
            roles[n++] = str_copy(loader->arena, other->id);
    }
    role->manages = roles;
    role->manage_n = n;
}

bool role_manages(const Role *role, Str other)
{
    for (size_t i = 0; i < role->manage_n; i++) {
        if (str_equals(role->manages[i], other))
            return true;
    }
    return false;
}

static bool is_stronger(const Role *other, const Role *role)
{
    if (other->sight > role->sight)
        return true;
    for (size_t i = 0; i < other->manage_n; i++) {
        if (!role_manages(role, other->manages[i]))
            return true;
    }
    return false;
}

void check_roles(Loader *loader)
{
    for (size_t i = 0; i < loader->order[DECLARED_ROLE].n; i++) {
        Declared *declared = loader->order[DECLARED_ROLE].items[i];
        const Role *role = declared->compiled;
        const Yaml *list =
            role == NULL || role->manage_n == 0 ? NULL : read_key(declared->yaml, "manages");
        for (const Yaml *item = list == NULL ? NULL : list->first; item != NULL;
             item = item->next) {
            const Role *other = map_get(&loader->set->roles, item->text);
            if (other != NULL && is_stronger(other, role))
                MISTAKE_AT(loader, declared->file, item->at, MISTAKE_ROLE_STRONGER, same(other->id),
                           same(role->id));
        }
    }
}

void load_role(Loader *loader, Declared *declared)
{
    static const char *const keys[] = {"role",        "title",   "sight",     "sees_persons",
                                       "permissions", "manages", "relations", "classes",
                                       "purposes",    "grants",  NULL};
    static const char *const sights[] = {"none", "catchment", "tree", "place", NULL};
    Reader reader = {loader, declared->file};
    const Yaml *map = declared->yaml;
    if (!read_map(&reader, map, keys, 5))
        return;
    Role *role = arena_new(loader->arena, Role);
    size_t sight = read_choice(&reader, map, "sight", sights);
    *role = (Role){.id = str_copy(loader->arena, declared->id),
                   .title = read_wording(&reader, map, "title"),
                   .sight = sight == SIZE_MAX ? SIGHT_NONE : (RoleSight)sight,
                   .sees_persons = read_true(&reader, map, "sees_persons"),
                   .relations = read_relations(&reader, map, "relations", own_kinds),
                   .grants = read_relations(&reader, map, "grants", given_kinds),
                   .classes = read_classes(&reader, map)};
    read_purposes(&reader, map, role);
    read_permissions(&reader, map, role);
    read_manages(&reader, map, role);
    declared->compiled = role;
}
