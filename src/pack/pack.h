/* Packs: what differs between counties, declared in text. A PackSet is all packs of a directory,
 * loaded, checked and compiled; it is immutable and lives in its own arena.
 *
 * A mistake never stops the loader: every mistake of every file is reported once, at its own line
 * and column, with what to write instead. A set with mistakes is not usable. */
#pragma once

#include "base/date.h"
#include "base/map.h"
#include "base/period.h"
#include "base/wording.h"
#include "form/form.h"

/* `catchment pack check` prints file:line:column: what is wrong (fix). */
typedef struct PackMistake {
    Str file; /* relative to the packs directory */
    uint32_t line, column;
    const char *kind; /* stable name of the kind of mistake, see mistakes.def */
    Wording text;
    Wording fix;
} PackMistake;

typedef struct PackFile {
    Str path; /* relative to the pack's folder */
    Str text;
} PackFile;

typedef struct Pack {
    Str id;
    Str version; /* "1.0.0" */
    Wording title;
    const Str *needs;
    size_t need_n;
    Map sources;           /* key -> const PackSource * */
    const PackFile *files; /* every file, in path order: what pack_version keeps */
    size_t file_n;
    Str hash; /* SHA-256 of all files, hexadecimal */
} Pack;

typedef struct PackSource {
    Str key;
    Wording title; /* document */
    Str edition;
    Str section;
} PackSource;

/* A number that a plan or a place may set: $id in expressions and rules. */
typedef struct PolicyParameter {
    Str id;
    Wording title;
    Str unit;
    ExprValue value; /* the default */
    Str source;
} PolicyParameter;

typedef struct Program Program;

/* One line of what is owed: `obligations:` of a program. */
typedef struct Rule {
    Str id; /* unique in the program */
    const Program *program;
    Wording title;
    Wording remarks; /* the rule in words, for explanations */
    Str source;
    const Form *evidence;
    const Expr *evidence_where; /* which records meet it; NULL: all */
    PeriodKind every;           /* one in each calendar period */
    const Form *first_form;     /* the form that enrols */
    size_t first_field;  /* date field of first_form that sets the first due day, or SIZE_MAX */
    size_t sooner_field; /* date field of evidence: next date, or SIZE_MAX */
    const Expr *sooner_where;  /* which records' next date counts; NULL: all */
    const Expr *sooner_latest; /* DATE: the latest day that such a record may set; NULL: none */
    int32_t notice_days;       /* an obligation is `due` this many days before due_on */
    uint32_t number;           /* index into PackSet.rules */
    uint32_t key; /* of the names of program and rule: the same in every set that has it */
} Rule;

struct Program {
    Str id;
    Str pack;
    Wording title;
    Wording tag; /* one character, for the tag on cards: 高 */
    Str subject;
    const Form *enrolled_by;
    const Expr *enrolled_where;
    const Form *left_by; /* or NULL */
    const Expr *left_where;
    const Rule *const *rules;
    size_t rule_n;
    Str source;
};

typedef enum {
    SIGHT_CATCHMENT, /* the areas of the facility's own catchments */
    SIGHT_TREE,      /* those of the facility and everything below it */
    SIGHT_PLACE,     /* the whole county */
} RoleSight;

typedef struct Role {
    Str id;
    Wording title;
    RoleSight sight;
    bool sees_persons;
    const Str *permissions;
    size_t permission_n;
} Role;

typedef struct PackSet {
    Arena arena;
    const Pack *packs; /* in load order: needs before needers, then by id */
    size_t pack_n;
    Map forms;                /* id -> const Form * */
    Map programs;             /* id -> const Program * */
    Map codes;                /* id -> const CodeList * */
    Map roles;                /* id -> const Role * */
    Map policy;               /* id -> const PolicyParameter * */
    const Rule *const *rules; /* every rule of every program, in pack, program and file order */
    size_t rule_n;
    const struct PackTest *tests; /* see pack_tests.h */
    size_t test_n;
    struct RecordForms *record_forms; /* engine/records: set by record_forms_prepare */
} PackSet;

/* Reads every pack folder below directory. On mistakes: ERR_PACK and the list, sorted by file,
 * line, column. permissions: the names that roles may use (the route table's), NULL-terminated;
 * NULL skips that check. The set is allocated by the function; pack_set_close ends it. */
Err pack_set_open(Str directory, const char *const *permissions, Arena *arena, PackSet **ret_set,
                  const PackMistake **reterr_mistakes, size_t *reterr_mistake_n) MUST_CHECK;
void pack_set_close(PackSet *set);

const Form *pack_form(const PackSet *set, Str id);       /* NULL when absent */
const Program *pack_program(const PackSet *set, Str id); /* NULL when absent */
const Role *pack_role(const PackSet *set, Str id);       /* NULL when absent */
/* "national-2017 §2.7.1" -> title, edition and section of the document. */
Wording pack_source_wording(const PackSet *set, Str pack, Str source, Arena *arena);
