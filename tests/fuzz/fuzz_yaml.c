/* YAML in: faults have their place inside the text, and a tree is what its links say. */
#include "codec/yaml.h"

static int line_count(Str text)
{
    int lines = 1;
    for (size_t i = 0; i < text.n; i++)
        lines += text.p[i] == '\n' || text.p[i] == '\r';
    return lines;
}

static void check_place(YamlPlace at, int lines)
{
    ENSURE(at.line >= 1 && at.line <= lines && at.column >= 1);
}

static void check_tree(Arena *arena, const Yaml *yaml, int lines)
{
    check_place(yaml->at, lines);
    size_t n = 0;
    for (const Yaml *each = yaml->first; each != NULL; each = each->next, n++) {
        ENSURE(each->parent == yaml);
        if (yaml->kind == YAML_MAP) {
            check_place(each->key_at, lines);
            ENSURE(yaml_get(yaml, each->key) == each);
        }
        check_tree(arena, each, lines);
    }
    ENSURE(n == yaml->n && (n == 0 || yaml->kind != YAML_SCALAR));
    ENSURE(yaml->parent == NULL || yaml_path(arena, yaml).n > 0 || yaml->parent->kind == YAML_MAP);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    Arena arena;
    arena_init(&arena, MIB(64));
    Str text = {(const char *)data, n};
    Yaml *yaml = NULL;
    YamlFaults faults = {0};
    int lines = line_count(text);
    if (yaml_parse(&arena, text, (YamlLimits){KIB(64), 32}, &yaml, &faults) == OK) {
        ENSURE(faults.n == 0);
        check_tree(&arena, yaml, lines);
    } else {
        ENSURE(faults.n > 0);
    }
    for (size_t i = 0; i < faults.n; i++) {
        check_place(faults.items[i].at, lines);
        ENSURE(faults.items[i].message.zh.n > 0 && faults.items[i].message.en.n > 0);
    }
    arena_done(&arena);
    return 0;
}
