/* Inside of the loader: what one loading of a directory of packs carries along.
 *
 * Loading goes in steps over all packs together: read files, order packs, declare ids (so that any
 * file may name what stands in another), compile code lists, parameters, forms, programs and roles,
 * then look at the tests. A step that meets a mistake notes it and goes on.
 *
 * Invariants
 *  1. No follow-on noise: what a mistake makes unknowable is not judged. A file that cannot be read
 *     makes its kind of declaration `blind`; a declaration or field that is itself wrong is known
 * by its id and never reported where it is named.
 *  2. What goes into the set lives in its arena; file trees live in `work`, which ends with the
 *     loading. */
#pragma once

#include "base/vec.h"
#include "codec/yaml.h"
#include "pack/pack.h"
#include "pack/pack_tests.h"

enum {
    PACK_FILE_MOST = 1024 * 1024, /* bytes of one file */
    PACK_MISTAKES_MOST = 2000,
    PACK_SUGGESTION_MOST = 8, /* names listed in a fix */
};

typedef enum {
#define MISTAKE(name, zh, en, fix_zh, fix_en) MISTAKE_##name,
#include "pack/mistakes.def"
#undef MISTAKE
    MISTAKE_COUNT
} MistakeKind;

typedef enum {
    DECLARED_CODES,
    DECLARED_PARAMETER,
    DECLARED_TABLE,
    DECLARED_FORM,
    DECLARED_PROGRAM,
    DECLARED_ROLE,
    DECLARED_MEASURE,
    DECLARED_PLAN,
    DECLARED_SCORE,
    DECLARED_CHART,
    DECLARED_KIND_N,
} DeclaredKind;

typedef struct LoadPack LoadPack;

typedef struct LoadFile {
    Str path;    /* relative to the packs directory */
    Str in_pack; /* relative to the pack's folder */
    Str text;
    LoadPack *pack;
    const Yaml *yaml; /* NULL: no YAML, or it did not parse */
    bool is_used;     /* a CSV or SQL file that a declaration names */
} LoadFile;

struct LoadPack {
    Str folder;
    Pack *pack;
    LoadFile *files;
    size_t file_n;
    const Yaml *need_list; /* of pack.yaml */
    bool has_english;
    bool sources_blind; /* the list of sources is not known for sure */
    bool needs_blind;
    VEC(LoadPack *) needs;
    int visit; /* while ordering: 0 new, 1 open, 2 done */
};

/* What is known of a field although it may be wrong. */
typedef struct LoadField {
    const Yaml *yaml;
    bool is_type_known;
    bool is_column;  /* of rows: has no expressions */
    bool rows_blind; /* some column is not known for sure */
} LoadField;

typedef struct Declared {
    DeclaredKind kind;
    Str id;
    LoadFile *file;
    const Yaml *yaml;
    YamlPlace at;   /* of the id */
    void *compiled; /* CodeList, PolicyParameter, LookupTable, Form, Program, Role, Measure, Plan,
                       Chart; NULL before and when wrong */
    VEC(FormParameter) parameters; /* of a form: what has been named so far */
    VEC(const ExprTable *) tables; /* of a form: what has been looked up so far */
    /* Of a form. */
    LoadField *fields;
    bool fields_blind; /* some field's id (of a code list: some code or group) is not known */
} Declared;

typedef VEC(RuleNumber) RuleNumbers;

typedef struct Loader {
    PackSet *set;
    Arena *arena;         /* of the set */
    Arena work;           /* trees and notes of this loading */
    Arena *mistake_arena; /* of the caller */
    VEC(PackMistake) mistakes;
    size_t entry_n;        /* files and folders below the directory: a bound for each pack */
    VEC(LoadPack *) packs; /* by folder; in load order once ordered */
    Map declared[DECLARED_KIND_N];          /* by id; the first of equal ones */
    VEC(Declared *) order[DECLARED_KIND_N]; /* all, in pack and file order */
    bool is_blind[DECLARED_KIND_N];
    const char *const *permissions;
    VEC(const Rule *) rules;
    RuleNumbers *numbers; /* parameters of the rule or program that is being read, or NULL */
    VEC(PackTest) tests;
    FormField *fields; /* of the form that is being compiled */
    Map kinds;         /* of subjects that forms declare: kind -> Declared * of its form */
} Loader;

/* ---- mistakes (mistake.c) ---- */

typedef struct MistakeArguments {
    Wording items[4];
} MistakeArguments;

void mistake_note(Loader *loader, const LoadFile *file, YamlPlace at, MistakeKind kind,
                  MistakeArguments arguments);
#define MISTAKE_AT(loader, file, at, kind, ...)                                                    \
 mistake_note((loader), (file), (at), (kind), (MistakeArguments){{__VA_ARGS__}})
#define MISTAKE_PLAIN(loader, file, at, kind)                                                      \
 mistake_note((loader), (file), (at), (kind), (MistakeArguments){.items[0].zh.n = 0})
const char *mistake_name(MistakeKind kind);
void mistakes_sort(Loader *loader);
/* The same in both languages. */
Wording same(Str text);
/* The one among names that `wrong` most likely means, or the empty Str. */
Str nearest_name(Arena *work, Str wrong, const Str *names, size_t n);
/* "write label", or, when nothing is near, "use one of: a, b, c". */
Wording choice_fix(Loader *loader, Str wrong, const Str *names, size_t n);
Wording choice_fix_c(Loader *loader, Str wrong, const char *const *names);
/* The place of a byte of a text. */
YamlPlace byte_place(Str text, size_t byte);
/* The place of character `offset` (from 0) of a scalar's text in its file. */
YamlPlace scalar_place(const LoadFile *file, const Yaml *scalar, size_t offset);

/* ---- reading (read.c): typed pieces of a tree, each mistake noted once ---- */

typedef struct Reader {
    Loader *loader;
    LoadFile *file;
} Reader;

/* A map whose keys are all among `keys` (NULL-terminated, the first `needed` of them required).
 * False when it is no map. */
bool read_map(Reader *reader, const Yaml *yaml, const char *const *keys, size_t needed);
/* A list; its mistake is noted. `key` names it in messages; empty lists are a mistake when
 * is_needed. */
bool read_list(Reader *reader, const Yaml *yaml, const char *key, bool is_needed);
/* Whether an unknown key of the map most likely means `wanted`: that is noted already. */
bool read_is_misspelled(Reader *reader, const Yaml *map, const char *const *keys,
                        const char *wanted);
/* Notes when not exactly one of two keys is there. `keys` as given to read_map. */
void read_either(Reader *reader, const Yaml *map, const char *const *keys, const char *one,
                 const char *other);
/* The value of a key, or NULL when it is absent (a key without a value is noted by read_map). */
const Yaml *read_key(const Yaml *map, const char *key);
/* The value of a key as text of the set's arena; empty when absent or wrong. */
Str read_text(Reader *reader, const Yaml *map, const char *key);
Str read_scalar(Reader *reader, const Yaml *yaml);
Wording read_wording(Reader *reader, const Yaml *map, const char *key);
/* A unit; one that is the same in both languages (mmHg) is written once. */
Wording read_unit(Reader *reader, const Yaml *map, const char *key);
bool read_true(Reader *reader, const Yaml *map, const char *key); /* false when absent */
/* `fallback` when absent or wrong. */
int64_t read_whole(Reader *reader, const Yaml *map, const char *key, int64_t least, int64_t most,
                   int64_t fallback);
bool read_number(Reader *reader, const Yaml *yaml, double *ret_number);
Wording number_words(Loader *loader, double number);
/* [lowest, highest]; false when absent or wrong. */
bool read_range(Reader *reader, const Yaml *map, const char *key, double ret_range[2]);
Date read_date(Reader *reader, const Yaml *map, const char *key); /* DATE_NONE */
Str read_source(Reader *reader, const Yaml *map);
/* "14d" or $parameter. False when absent or wrong; *ret_days is 0 then. */
bool read_days(Reader *reader, const Yaml *map, const char *key, PolicyUse use, int32_t *ret_days);
/* A number of the rule that is being read is the parameter's: it changes with it. */
void note_number(Reader *reader, const PolicyParameter *parameter, PolicyUse use, void *at);
/* What a $parameter names; NULL when unknown (noted) or not knowable. */
const PolicyParameter *read_parameter(Reader *reader, const Yaml *scalar);
/* The same, for a number of days; noted when it is none. */
bool read_parameter_days(Reader *reader, const Yaml *scalar, int32_t *ret_days);
typedef enum { SPAN_WITHOUT_HOURS, SPAN_WITH_HOURS } SpanHours;
/* "12m+29d" or a $parameter; false when absent or wrong. */
bool read_span_of(Reader *reader, const Yaml *value, SpanHours hours, Span *ret_span);
bool read_span(Reader *reader, const Yaml *map, const char *key, Span *ret_span);
/* An id; empty when absent or wrong. */
Str read_id(Reader *reader, const Yaml *map, const char *key);
/* A class of the code list `sensitivity`, whatever pack has it; empty when absent or wrong. */
Str read_sensitivity(Reader *reader, const Yaml *scalar);
/* Position among `choices` (NULL-terminated), SIZE_MAX when absent or wrong. */
size_t read_choice(Reader *reader, const Yaml *map, const char *key, const char *const *choices);

/* ---- declarations and references (declare.c) ---- */

void declare_all(Loader *loader);
/* What `scalar` names; NULL when it is unknown (noted) or not knowable (not noted). */
Declared *refer_to(Reader *reader, const Yaml *scalar, DeclaredKind kind, MistakeKind unknown);
/* By id, without noting anything. */
Declared *declared_find(Loader *loader, DeclaredKind kind, Str id);
/* Whether `from` may use what `to` declares. */
bool pack_reaches(const LoadPack *from, const LoadPack *to);
/* Every id of one kind, for suggestions. */
const Str *declared_names(Loader *loader, DeclaredKind kind, size_t *ret_n);

/* ---- expressions (expression.c) ---- */

typedef struct ExpressionPlace {
    Declared *form;    /* NULL: the facts of a resident, see FACT_SLOT_SEX */
    size_t readable_n; /* as in FormNames */
    bool is_rule;      /* of a program: the record alone may be read */
} ExpressionPlace;
/* Compiles the value of a key; NULL when absent or wrong. */
const Expr *read_expression(Reader *reader, const Yaml *map, const char *key,
                            const ExpressionPlace *place, ExprType wanted);
const Expr *compile_expression(Reader *reader, const Yaml *scalar, const ExpressionPlace *place,
                               ExprType wanted);
/* Notes codes that the lists of their fields do not have (literals.c). */
void check_literals(Reader *reader, const Yaml *scalar, const ExpressionPlace *place);
/* A field of a form named by a scalar; SIZE_MAX when unknown (noted) or not knowable. */
size_t refer_to_field(Reader *reader, const Yaml *scalar, const Declared *form);

/* ---- rules of programs (load_schedule.c, load_doses.c) ---- */

typedef struct RuleReader {
    Reader *reader;
    const Program *program;
    const Yaml *who;         /* of the program, or NULL */
    const Yaml *item;        /* the rule */
    const char *const *keys; /* that a rule may have */
    Declared *enrolment;     /* form that enrols; NULL when absent or not known */
    Declared *evidence;
    Rule *rule;
} RuleReader;

/* What a form's scalar names, checked against the program. */
Form *read_form_of_program(Reader *reader, const Program *program, const Yaml *scalar,
                           Declared **ret_declared);
/* A field of one of some types in a form, named under `key`; SIZE_MAX when absent or wrong. */
typedef enum { WANTS_DATE, WANTS_NUMBER, WANTS_TEXT } WantedField;
size_t read_field_name(Reader *reader, const Yaml *map, const char *key, Declared *declared,
                       WantedField wanted);
/* Exactly one schedule. */
void read_schedule(RuleReader *rules);
void read_doses(RuleReader *rules, const Yaml *doses);
/* id and title of a window or dose; a second use of an id is noted. */
void read_item_head(RuleReader *rules, const Yaml *entry, Map *seen, RuleItem *item);
void note_id_once(Reader *reader, const Yaml *scalar, Map *seen, Str id);

/* ---- kinds of subjects (load_register.c) ---- */

/* Notes the kind that a form with `register:` declares. */
void declare_register(Loader *loader, Declared *declared);
/* `subject:` of a form or program; empty when absent or wrong. */
Str read_subject(Reader *reader, const Yaml *map);
/* What a field's type refers to: facility, area, staff or a declared kind; empty: nothing. */
Str read_referred(Reader *reader, const Yaml *type);
/* `register:` of a form whose fields are known. */
void load_register(Reader *reader, const Yaml *map, Declared *declared, Form *form);

/* ---- the kinds of file ---- */

Err load_files(Loader *loader, Str directory) MUST_CHECK;
/* The same from texts that are sorted by path: "county/pack.yaml". */
void load_texts(Loader *loader, const PackFile *files, size_t n);
void load_packs(Loader *loader); /* pack.yaml of each, and their order */
void load_codes(Loader *loader, Declared *declared);
/* The CSV file of the reader's pack and folder that a scalar names, marked as used; NULL: noted. */
LoadFile *find_csv(Reader *reader, const Yaml *scalar);
void load_parameter(Loader *loader, Declared *declared);
void load_table(Loader *loader, Declared *declared);
void check_parameters(Loader *loader); /* dated values against the rules, when all are compiled */
void load_form(Loader *loader, Declared *declared);
void load_form_judgement(Reader *reader, Declared *declared, Form *form);
void load_program(Loader *loader, Declared *declared);
void load_role(Loader *loader, Declared *declared);
void load_plan(Loader *loader, Declared *declared);
void load_chart(Loader *loader, Declared *declared);
void load_score(Loader *loader, Declared *declared);
/* A number, or the $parameter that has it. */
struct PlanNumber;
bool load_number(Reader *reader, const Yaml *value, struct PlanNumber *number);
void check_roles(Loader *loader); /* what they manage, when all are compiled */
void load_measure(Loader *loader, Declared *declared);
void note_unused_selects(Loader *loader);
/* Reads the SELECT of a measure: what it names is noted in `measure`, what it may not say as a
 * mistake of `file` (measure_text.c). */
void check_measure_text(Loader *loader, LoadFile *file, Measure *measure, bool parameters_blind);
/* Notes rules whose forms are of two sensitivity classes. After all is compiled. */
void check_sensitivity(Loader *loader);
void load_tests(Loader *loader);
