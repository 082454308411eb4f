/* Plans: a document of a county or city as it stands in a pack (plans/NAME.yaml): sections,
 * clauses, whose business each is, by when, and what answers it. Immutable, part of the PackSet.
 *
 * A clause says in our own words what the document asks. What answers it is named, never computed
 * here: engine/plans does that. Units are offices and posts, never persons. */
#pragma once

#include "pack/pack.h"

/* How binding the wording is. An encouraged clause is never a failure; a gradual one has no day. */
typedef enum {
    PLAN_MUST,
    PLAN_PRINCIPLE, /* exceptions with a reason */
    PLAN_ENCOURAGED,
    PLAN_STRIVE,
    PLAN_GRADUAL,
    PLAN_FORCE_N,
} PlanForce;

typedef enum {
    PLAN_ANSWER_MEASURE,        /* a measure of the packs, against the target */
    PLAN_ANSWER_MEASURE_WANTED, /* an indicator that no pack has yet, by name */
    PLAN_ANSWER_OBLIGATION,     /* a rule: "program/rule" */
    PLAN_ANSWER_REGISTER,       /* a form of a register */
    PLAN_ANSWER_POLICY,         /* the clause sets a number */
    PLAN_ANSWER_MILESTONE,      /* a document or an act, with evidence */
    PLAN_ANSWER_ENGINE,         /* an engine that is not there yet, and what it would answer */
    PLAN_ANSWER_N,
} PlanAnswerKind;

enum { PLAN_ENGINE_N = 9 };

typedef enum {
    PLAN_NO_TARGET,
    PLAN_AT_LEAST,
    PLAN_AT_MOST,
    PLAN_ABOVE,
    PLAN_BELOW,
    PLAN_EXACTLY,
    PLAN_BETWEEN, /* both included */
    PLAN_COMPARE_N,
} PlanCompare;

/* A number of the plan; a parameter's value is that of the place and day. */
typedef struct PlanNumber {
    double value;
    const PolicyParameter *parameter; /* NULL: value */
} PlanNumber;

typedef struct PlanTarget {
    PlanCompare compare;
    PlanNumber low, high; /* high of PLAN_BETWEEN alone; otherwise low is the number */
    Str unit;             /* "%", "m2", ...; empty: a count */
    Date by;              /* DATE_NONE: the clause's due */
    bool is_linear; /* a straight path from path_from on the plan's first day to the target's day */
    double path_from;
    bool has_yearly; /* grows by yearly[0] to yearly[1] a year */
    double yearly[2];
} PlanTarget;

typedef struct PlanAnswer {
    PlanAnswerKind kind;
    Str id;         /* as written: the measure, rule, form, parameter, milestone or engine */
    Wording title;  /* of a milestone */
    Wording needed; /* of a milestone: its evidence; of an engine: what it would answer */
    PlanTarget target;
    const Measure *measure;
    const Rule *rule;
    const Form *form;
    const PolicyParameter *parameter;
} PlanAnswer;

typedef struct PlanUnit {
    Str id;
    Wording title;
    const Str *roles; /* accounts of these roles work for it: what it owes is theirs */
    size_t role_n;
} PlanUnit;

typedef struct PlanClause {
    Str id; /* running number in the document: "01" */
    Wording title, text, remark;
    Str kind; /* of plan_kinds */
    PlanForce force;
    const PlanUnit *const *owners; /* the first leads */
    size_t owner_n;
    bool is_reading; /* the document names no unit: the owners are our reading */
    Date due;        /* DATE_NONE: none given */
    Str every;       /* month, quarter, half_year, year; empty: once */
    const PlanAnswer *answers;
    size_t answer_n;
} PlanClause;

typedef struct PlanSection {
    Str id;
    Wording title;
    const PlanClause *clauses;
    size_t clause_n;
} PlanSection;

typedef struct Plan {
    Str id, pack;
    Str place; /* 6 digits; empty: of no one county */
    Wording title;
    Str source;
    Date from, until; /* DATE_NONE: the document does not say */
    const PlanUnit *units;
    size_t unit_n;
    const PlanSection *sections;
    size_t section_n;
    size_t clause_n;
} Plan;

/* Names as written in packs, NULL-terminated, in the order of the enumerations. */
extern const char *const plan_forces[];
extern const char *const plan_answers[];
extern const char *const plan_compares[]; /* from PLAN_AT_LEAST on */
extern const char *const plan_kinds[];
extern const char *const plan_engines[PLAN_ENGINE_N + 1]; /* the first: measures */

const Plan *pack_plan(const PackSet *set, Str id); /* NULL when absent */
