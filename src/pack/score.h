/* Scores: measures weighed together (scores/ID.yaml), for units that are held against each other.
 * Immutable, part of the PackSet; engine/scores computes them. */
#pragma once

#include "base/period.h"
#include "pack/plan.h"

/* Points are 0 at the floor, 100 at the target, straight between; the floor is above the target
 * where less is better. */
/* What one item alone may do to the total: where its number falls short the total is no more than
 * total_most, whatever the others say. */
typedef struct ScoreGate {
    bool is_there;
    bool is_most;  /* the number must be at most `at`; else at least */
    PlanNumber at; /* in the measure's unit */
    PlanNumber total_most;
} ScoreGate;

typedef struct ScoreItem {
    const Measure *measure;
    PlanNumber weight;        /* of the period's first day; what weighs nothing adds nothing */
    PlanNumber floor, target; /* in the measure's unit */
    double cap;               /* most points: 100, or more as a bonus */
    ScoreGate gate;
} ScoreItem;

/* What follows for a unit that stood alike for years in a row (in_a_row). */
typedef enum {
    SCORE_AT_LEAST, /* a total of the number, as it is shown, or more */
    SCORE_BELOW,    /* a total below it */
    SCORE_LAST      /* among so many last ranks; whoever ties with the first of them is too */
} ScoreLine;
typedef struct ScoreStreak {
    PlanNumber years; /* of the newest year's first day; 1 to SCORE_YEARS_MOST */
    ScoreLine line;
    PlanNumber at; /* the number; each year has its own first day's */
    Wording then;
} ScoreStreak;
enum { SCORE_YEARS_MOST = 10 };

typedef struct Score {
    Str id, pack;
    Wording title;
    Wording remarks; /* or empty */
    Str source;
    int64_t level;   /* of the facilities that are ranked: 3 county, 4 township, 5 village */
    Str group;       /* or, at level 3, the kind of groups of facilities (register members) */
    PeriodKind kind; /* every measure has it */
    const ScoreItem *items;
    size_t item_n;
    const Str
        *ties; /* measures of items: the points of the first decide between equal totals ... */
    size_t tie_n;
    const ScoreStreak *streaks; /* of yearly scores only */
    size_t streak_n;
} Score;

Str score_line_name(ScoreLine line); /* as it is written: at_least, below, last */
bool score_line_parse(Str name, ScoreLine *ret_line);
const Score *pack_score(const PackSet *set, Str id); /* NULL when absent */
