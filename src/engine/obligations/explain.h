/* Why something is owed by a rule, and why not: who is in, which edition holds, what each record
 * did, who was spared what. Computed when asked, by the same functions that say what is owed. */
#pragma once

#include "engine/obligations/waivers.h"

/* A record of a form that the rule reads. */
typedef struct ConsideredRecord {
    Uuid id;
    const Form *form;
    Date happened_on;
    bool counts; /* enters, leaves, sets a date or meets something */
    Wording text;
} ConsideredRecord;

/* Rules with one id differ by the days on which they hold. */
typedef struct ExplainedEdition {
    const Rule *rule;
    bool is_in_force;            /* on the day */
    const ObligationLine *lines; /* everything of it, with reasons */
    size_t line_n;
} ExplainedEdition;

typedef struct ObligationExplanation {
    const Program *program;
    const Rule *rule; /* the edition in force, or the last one */
    Date on;
    Str area;        /* where the subject lived on the day; empty: not in the register */
    Wording verdict; /* one sentence */
    bool is_member;
    const Wording *member; /* why in, or which condition fails */
    size_t member_n;
    const ExplainedEdition *editions; /* by their days */
    size_t edition_n;
    const ConsideredRecord *records; /* as they happened, the newest first */
    size_t record_n;
    const Waiver *waivers; /* in force on the day */
    const Wording *waiver_texts;
    size_t waiver_n;
} ObligationExplanation;

/* The caller has opened the person, and set cx->as_of for a past day. ERR_NOT_FOUND when no rule
 * has that name, or none that the caller may know of. */
Err obligation_explain(Cx *cx, Uuid subject, Str program, Str rule, Date on,
                       ObligationExplanation *ret_explanation) MUST_CHECK;
