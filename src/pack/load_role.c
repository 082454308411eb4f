/* Roles (roles/NAME.yaml): what a kind of person sees and may do. */
#include "pack/pack_int.h"

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
    role->permissions = permissions;
    role->permission_n = n;
}

void load_role(Loader *loader, Declared *declared)
{
    static const char *const keys[] = {"role",         "title",       "sight",
                                       "sees_persons", "permissions", NULL};
    static const char *const sights[] = {"catchment", "tree", "place", NULL};
    Reader reader = {loader, declared->file};
    const Yaml *map = declared->yaml;
    if (!read_map(&reader, map, keys, 5))
        return;
    Role *role = arena_new(loader->arena, Role);
    size_t sight = read_choice(&reader, map, "sight", sights);
    *role = (Role){.id = str_copy(loader->arena, declared->id),
                   .title = read_wording(&reader, map, "title"),
                   .sight = sight == SIZE_MAX ? SIGHT_CATCHMENT : (RoleSight)sight,
                   .sees_persons = read_true(&reader, map, "sees_persons")};
    read_permissions(&reader, map, role);
    declared->compiled = role;
}
