/* Packs: what differs between counties, declared in text. A PackSet is all packs of a directory,
 * loaded, checked and compiled; it is immutable and lives in its own arena.
 *
 * A mistake never stops the loader: every mistake of every file is reported once, at its own line
 * and column, with what to write instead. A set with mistakes is not usable. */
#pragma once

#include "base/date.h"
#include "base/map.h"
#include "base/period.h"
#include "base/span.h"
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
    bool is_unsure; /* confidence: check. What rests on it is to be confirmed by the county */
} PackSource;

enum { POLICY_DAYS_MOST = 3660 };

/* What stands behind a parameter beside expressions; each a bit. */
typedef enum {
    PARAMETER_OF_SPAN = 1,   /* a span, or a whole number of days */
    PARAMETER_OF_DAYS = 2,   /* a whole number of days */
    PARAMETER_OF_AMOUNT = 4, /* above 0 */
    PARAMETER_OF_COUNT = 8,  /* a whole number from 1 to 1000 */
    PARAMETER_OF_NOTICE = 16 /* days of notice */
} PolicyUse;

/* A number that a plan or a place may set: $id in expressions and rules. */
typedef struct PolicyParameter {
    Str id;
    Str pack;
    Wording title;
    Str unit;
    ExprValue value; /* from the beginning */
    Str source;
    FormParameter by_day;    /* `value`, then those that the pack dates */
    const Str *step_sources; /* of by_day.steps */
    bool has_range;
    double range[2]; /* what a place may set; the upper end of a count is INFINITY */
    unsigned uses;   /* PolicyUse */
} PolicyParameter;

/* A table of a pack (tables/NAME.yaml) that expressions of forms look numbers up in. */
typedef struct LookupTable {
    Wording title;
    Str pack;
    Str source;
    ExprTable table;
} LookupTable;

/* A number of a form that is drawn over time. */
typedef struct ChartField {
    const Form *form;
    size_t field;
} ChartField;

/* Of one record the first of the fields that has a value. */
typedef struct ChartLine {
    Wording title;
    const ChartField *fields;
    size_t field_n;
} ChartLine;

/* Drawn for who is so old. */
typedef struct ChartLimit {
    const PolicyParameter *parameter;
    int32_t age_from, age_before; /* completed years */
} ChartLimit;

/* Values of residents over time (charts/NAME.yaml). */
typedef struct Chart {
    Str id;
    Wording title;
    Wording unit;
    const ChartLine *lines;
    size_t line_n;
    const ChartLimit *limits;
    size_t limit_n;
    const LookupTable *band; /* by sex and month, from low to high; or NULL */
} Chart;

/* Where a rule has a number that is a parameter: `at` lies in the rule, its items or its program.
 * The rule as declared has the parameter's first value; pack/policy.h gives it the others. */
typedef struct RuleNumber {
    const PolicyParameter *parameter;
    PolicyUse use; /* of a span: Span; of days or notice: int32_t; of an amount or count: double */
    void *at;
} RuleNumber;

typedef struct Program Program;

/* Where a rule's windows are counted from. */
typedef enum {
    ANCHOR_BIRTH,
    ANCHOR_ENROLMENT,
    ANCHOR_RECORD, /* a date of a form: the newest such record */
} AnchorKind;

typedef struct RuleAnchor {
    AnchorKind kind;
    const Form *form;  /* of ANCHOR_RECORD */
    const Expr *where; /* which of its records; NULL: all */
    size_t field;      /* its date field */
    size_t time_field; /* text HH:MM, or SIZE_MAX */
    bool is_each;      /* every record owes the list, not only the newest */
    bool has_other;    /* while there is no record: */
    AnchorKind other;  /* ANCHOR_BIRTH or ANCHOR_ENROLMENT */
} RuleAnchor;

/* One window of `windows`, one dose of `doses`. Rule.items[i] is item i + 1 of obligations. */
typedef struct DoseCase {
    const int32_t *given; /* by kind: exactly so many so far; -1: any number */
    bool is_skipped;
    bool has_min_age, has_due_age, has_before_age, has_interval;
    Span min_age, due_age, before_age;
    const struct DoseInterval *intervals;
    size_t interval_n;
} DoseCase;

typedef enum {
    INTERVAL_LAST, /* the last dose of the series */
    INTERVAL_KIND, /* the last dose of a kind */
    INTERVAL_ITEM, /* the dose with an id */
} IntervalSince;

typedef struct DoseInterval {
    IntervalSince since;
    size_t of; /* index of the kind or of the item */
    Span span;
} DoseInterval;

typedef struct RuleItem {
    Str id;
    Wording title;
    Wording line;            /* the rule's title and this one */
    Span opens, due, closes; /* of a window, from its anchor */
    size_t kind;             /* of a dose: index into Rule.kinds */
    DoseCase dose;           /* of a dose, as declared: `given` NULL */
    const DoseCase *catch_up;
    size_t catch_up_n;
} RuleItem;

typedef enum {
    SCHEDULE_EVERY,     /* so much in each calendar period: every, count, sum */
    SCHEDULE_WINDOWS,   /* windows from an anchor */
    SCHEDULE_AFTER,     /* after_last: the next some time after the last */
    SCHEDULE_DOSES,     /* a series of doses */
    SCHEDULE_DEADLINES, /* days of every year */
    SCHEDULE_COVERAGE,  /* a share of units reached in one round of each period */
} ScheduleKind;

typedef enum {
    TALLY_COUNT, /* records */
    TALLY_SUM,   /* of a number field */
} TallyKind;

/* What a coverage is a share of. */
typedef enum {
    UNITS_TOWNSHIPS,
    UNITS_VILLAGES,
    UNITS_FACILITIES,
} UnitKind;

typedef enum {
    FIRST_NEXT_PERIOD, /* owed from the period after the enrolment */
    FIRST_THIS_PERIOD,
    FIRST_WHOLE_PERIOD, /* and what was done in it before the enrolment counts */
} FirstPeriod;

/* One line of what is owed: `obligations:` of a program. Rules with one id and different days of
 * `valid` are editions of one rule. */
typedef struct Rule {
    Str id; /* unique in the program, editions apart */
    const Program *program;
    Wording title;
    Wording remarks; /* the rule in words, for explanations */
    Str source;
    Date valid_from, valid_until; /* what begins on these days belongs to it; DATE_NONE: no end */
    const Form *evidence;
    const Expr *evidence_where; /* which records meet it; NULL: all */
    ScheduleKind schedule;
    int32_t notice_days; /* an obligation is `due` this many days before due_on */
    bool is_alone;       /* nothing else can be done at the visit that meets it */

    /* SCHEDULE_EVERY */
    PeriodKind every;
    TallyKind tally;
    double needed;           /* in each period */
    const Expr *tally_where; /* of those that meet it: which are counted; NULL: all */
    size_t tally_field;      /* TALLY_SUM: the number */
    size_t unit_field;       /* text of evidence: each unit counts once in a period, or SIZE_MAX */
    FirstPeriod first_period;
    size_t sooner_field;       /* date field of evidence: next date, or SIZE_MAX */
    const Expr *sooner_where;  /* which records' next date counts; NULL: all */
    const Expr *sooner_latest; /* DATE: the latest day that such a record may set; NULL: none */

    /* SCHEDULE_EVERY and SCHEDULE_AFTER */
    const Form *first_form; /* the form that enrols */
    size_t first_field;     /* date field of first_form that sets the first due day, or SIZE_MAX */

    /* SCHEDULE_AFTER */
    const Expr *next; /* DATE, of a record that counts */
    Span first_after; /* the first, after the enrolment */
    bool has_opens;
    Span opens_before; /* before the due day; without: the day after the last record */

    /* SCHEDULE_WINDOWS, SCHEDULE_DOSES */
    RuleAnchor anchor;
    const RuleItem *items;
    size_t item_n;
    const Str *kinds; /* of doses; a series without kinds has one */
    const Expr *const *kind_where;
    size_t kind_n;
    Span grace;

    /* SCHEDULE_DEADLINES: month * 100 + day, ascending */
    const int32_t *deadlines;
    size_t deadline_n;
    Span late;
    bool is_day_late; /* the day itself is late already: due on the day before it */

    /* SCHEDULE_COVERAGE: `needed` is the share, `unit_field` names the unit */
    UnitKind units;
    const Str *unit_kinds; /* of UNITS_FACILITIES: kinds of facility */
    size_t unit_kind_n;
    bool is_within_catchment; /* those of the subject's catchment only */
    size_t round_field;       /* whole number: which round a visit belongs to; or SIZE_MAX */

    Str owner; /* facility field of the register form: who owes it; empty: who answers for the
                  subject */

    const RuleNumber *numbers; /* of the rule and of its program */
    size_t number_n;

    uint32_t number; /* index into PackSet.rules */
    uint32_t key; /* of the names of program, rule and edition: the same in every set that has it */
} Rule;

/* Slots of Program.where. */
enum {
    FACT_SLOT_SEX,
    FACT_SLOT_BIRTH_DATE,
    FACT_SLOT_N,
};

/* Who is in: all of what is declared holds together. */
struct Program {
    Str id;
    Str pack;
    Wording title;
    Wording tag; /* one character, for the tag on cards: 高 */
    Str subject;
    bool is_by_register; /* enrolled_by registers the subject: in from its first to its last day */
    const Form *enrolled_by; /* NULL: everybody of whom age and facts hold */
    const Expr *enrolled_where;
    const Form *left_by; /* or NULL */
    const Expr *left_where;
    bool has_age_from, has_age_before;
    Span age_from, age_before;
    bool is_age_of_year; /* from 1 January of the year in which age_from is reached */
    const Expr *where;   /* over the resident's facts, see FACT_SLOT_SEX; NULL: all */
    const Rule *const *rules;
    size_t rule_n;
    Str source;
    const RuleNumber *numbers; /* ages */
    size_t number_n;
};

typedef enum {
    GRAIN_SUBJECT, /* subjects are counted */
    GRAIN_RECORD,  /* records about them are */
} MeasureGrain;

typedef enum { DIRECTION_NONE, DIRECTION_UP, DIRECTION_DOWN } MeasureDirection;

/* What a number of a running period says of the whole period. */
typedef enum {
    GROWTH_NONE, /* it is what it is on the day: a stock */
    GROWTH_EVEN, /* grows through the period in step with its days */
    GROWTH_LATE, /* says something on the period's last day only */
} MeasureGrowth;

/* What is counted (measures/ID.yaml) and how (the same stem, .sql): one SELECT over published views
 * whose rows are the denominator; see engine/measures for the relations that it reads. */
typedef struct Measure {
    Str id;
    Str pack;
    Str file; /* of the SELECT, relative to the packs directory */
    Wording title, numerator, denominator;
    Wording remarks; /* or empty */
    Str unit;
    Str source;
    MeasureDirection direction; /* what is better */
    MeasureGrowth growth;
    MeasureGrain grain;
    Str subject;      /* kind of subject that it counts: "resident", "facility" ... */
    bool is_count;    /* its value is the numerator itself, no share */
    bool is_standard; /* its rows say what is required and what is there */
    /* How that is reckoned, with each parameter as $id; of a standard always. */
    Wording formula;
    Wording required_unit; /* of what is required and there; of a standard alone */
    bool has_amounts;      /* its rows are whole amounts that are added up, none counts as one */
    unsigned periods;      /* 1 << PeriodKind */
    bool is_quality;       /* its numerator is what somebody should look at */
    Str sql;
    uint64_t sql_hash;
    const PolicyParameter *const *parameters; /* that it reads as :id */
    size_t parameter_n;
    const Form *const *forms; /* whose records it reads */
    size_t form_n;
} Measure;
/* The next $id of a formula from *at on, without the $; *at is behind it then. */
bool measure_formula_next(Str text, size_t *at, Str *ret_name);
/* About organisations: its subject is no resident. */
bool measure_is_of_units(const Measure *measure);
/* The sensitivity class of the forms that it reads. */
Str measure_sensitivity(const Measure *measure);

typedef enum {
    SIGHT_NONE,      /* no area: only whom a relation opens */
    SIGHT_CATCHMENT, /* the areas of the facility's own catchments */
    SIGHT_TREE,      /* those of the facility and everything below it */
    SIGHT_PLACE,     /* the whole county */
} RoleSight;

/* Why somebody may see a person who lives elsewhere; each a bit. */
typedef enum {
    RELATION_TREATING = 1, /* wrote a record for the person */
    RELATION_CONTRACT = 2,
    RELATION_REFERRAL = 4,
    RELATION_WORKLIST = 8,   /* an examination to report on */
    RELATION_SAMPLE = 16,    /* drawn for an inspection, for a time */
    RELATION_CARD = 32,      /* a card to review */
    RELATION_EMERGENCY = 64, /* opened by the exact number; never of a role, see access */
    RELATION_SELF = 128,     /* the resident himself; held by an account */
    RELATION_GUARDIAN = 256, /* of a minor; held by an account */
} RelationKind;

/* What a role sees while it works for a purpose. */
typedef enum {
    OPENS_NOTHING, /* nothing that follows from persons */
    OPENS_NUMBERS,
    OPENS_ORGANISATIONS, /* and records of organisations, of no person */
    OPENS_ROWS,          /* and rows without identity */
    OPENS_PERSONS,       /* and persons: in sight if it sees persons, and by relation */
} PurposeOpens;

enum { PURPOSES_MOST = 4 };
typedef struct RolePurpose {
    Str name; /* care, management, inspection, support */
    PurposeOpens opens;
} RolePurpose;

typedef struct Role {
    Str id;
    Wording title;
    RoleSight sight;
    bool sees_persons;
    int64_t relations;                   /* the kinds that open persons to it, as bits */
    int64_t grants;                      /* the kinds that it may give others, as bits */
    RolePurpose purposes[PURPOSES_MOST]; /* the first is the one of who names none */
    size_t purpose_n;
    Str classes; /* the sensitivity classes that it sees, as DbScope has them */
    const Str *permissions;
    size_t permission_n;
    /* Roles of the accounts that this one may add and manage, below its own facility. */
    const Str *manages;
    size_t manage_n;
} Role;
/* The sensitivity class of the forms that a rule, or who is in a program, follows from. */
Str rule_sensitivity(const Rule *rule);
Str program_sensitivity(const Program *program);
/* Whether a role manages accounts of the other. No role manages one with wider sight or one that
 * manages what it does not manage itself. */
bool role_manages(const Role *role, Str other);

typedef struct PackSet {
    Arena arena;
    const Pack *packs; /* in load order: needs before needers, then by id */
    size_t pack_n;
    Map forms;                /* id -> const Form * */
    Map subjects;             /* declared kind of subject -> const Form * of its register */
    Map programs;             /* id -> const Program * */
    Map codes;                /* id -> const CodeList * */
    Map roles;                /* id -> const Role * */
    Map policy;               /* id -> const PolicyParameter * */
    Map tables;               /* id -> const LookupTable * */
    Map measures;             /* id -> const Measure * */
    Map plans;                /* id -> const Plan *, see plan.h */
    Map scores;               /* id -> const Score *, see score.h */
    Map charts;               /* id -> const Chart *, in the order of the packs and files */
    const Rule *const *rules; /* every rule of every program, in pack, program and file order */
    size_t rule_n;
    const struct PackTest *tests; /* see pack_tests.h */
    size_t test_n;
    struct RecordForms *record_forms; /* engine/records: set by record_forms_prepare */
    struct PolicyCache *policies;     /* pack/policy.h; NULL in sets that tests put together */
} PackSet;

/* Reads every pack folder below directory. On mistakes: ERR_PACK and the list, sorted by file,
 * line, column. permissions: the names that roles may use (the route table's), NULL-terminated;
 * NULL skips that check. The set is allocated by the function; pack_set_close ends it. */
Err pack_set_open(Str directory, const char *const *permissions, Arena *arena, PackSet **ret_set,
                  const PackMistake **reterr_mistakes, size_t *reterr_mistake_n) MUST_CHECK;
/* The same from files that were kept, sorted by path; a path begins with the pack's folder:
 * "county/pack.yaml". */
Err pack_set_open_files(const PackFile *files, size_t n, const char *const *permissions,
                        Arena *arena, PackSet **ret_set, const PackMistake **reterr_mistakes,
                        size_t *reterr_mistake_n) MUST_CHECK;
void pack_set_close(PackSet *set);

/* resident, household, facility, staff, area: what every county has. */
bool pack_kind_is_built_in(Str kind);
const Form *pack_form(const PackSet *set, Str id);       /* NULL when absent */
const Program *pack_program(const PackSet *set, Str id); /* NULL when absent */
const Role *pack_role(const PackSet *set, Str id);       /* NULL when absent */
const Measure *pack_measure(const PackSet *set, Str id); /* NULL when absent */
/* "national-2017 §2.7.1" -> title, edition and section of the document. */
Wording pack_source_wording(const PackSet *set, Str pack, Str source, Arena *arena);
/* "sure": the source says so; "check": a judgement of the pack, for the county to confirm. */
Str pack_source_confidence(const PackSet *set, Str pack, Str source);
