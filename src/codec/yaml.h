/* YAML in: the subset that packs are written in, as a tree in an arena, every piece with its place.
 *
 * One document of block or flow lists and maps. Every scalar is text until a schema types it: `no`,
 * `01` and `~` are the texts that stand there. Refused: bytes that are not UTF-8, a second
 * document, directives, anchors, aliases, tags, merge keys, keys that are not scalars, equal keys
 * in one map, nesting past the limit. */
#pragma once

#include "base/vec.h"
#include "base/wording.h"

typedef enum { YAML_SCALAR, YAML_LIST, YAML_MAP } YamlKind;

typedef struct Yaml Yaml;

typedef struct YamlPlace {
    int line;   /* from 1 */
    int column; /* in characters, from 1 */
} YamlPlace;

struct Yaml {
    YamlKind kind;
    Str text;          /* of a scalar */
    bool is_quoted;    /* '...', "...", | or >; what is not quoted and has no text is absent */
    YamlPlace at;      /* the first character, of a quoted scalar the quote (or | or >) */
    YamlPlace text_at; /* of a scalar: where its text begins, after the quote or on the next line */
    /* Items or entries, in order. */
    Yaml *first;
    size_t n;
    /* In a map. */
    Str key;
    bool key_is_quoted;
    YamlPlace key_at;
    Yaml *parent;
    Yaml *next;
};

/* Those with a remedy of their own. */
typedef enum { YAML_FAULT, YAML_FAULT_KEY_TWICE, YAML_FAULT_TAB } YamlFaultKind;

typedef struct {
    YamlPlace at;
    Wording message;
    YamlFaultKind kind;
} YamlFault;

typedef VEC(YamlFault) YamlFaults;

typedef struct {
    size_t bytes;
    unsigned depth; /* of lists and maps, at most 64 */
} YamlLimits;

#define YAML_LIMITS_DEFAULT ((YamlLimits){MIB(2), 32})

/* ERR_MALFORMED or ERR_LIMIT, then at least one fault was pushed (into `arena`), in the order of
 * their places. An empty document is an empty scalar. */
Err yaml_parse(Arena *arena, Str text, YamlLimits limits, Yaml **ret_yaml,
               YamlFaults *reterr_faults) MUST_CHECK;

/* NULL when it is no map or has no such key. */
const Yaml *yaml_get(const Yaml *map, Str key);
/* Neither quoted nor any text: `key:` with nothing after it. */
bool yaml_is_absent(const Yaml *yaml); /* true for NULL */
/* "fields[2].range[0]", for messages. */
Str yaml_path(Arena *arena, const Yaml *yaml);
