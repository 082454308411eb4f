/* Scores: how units stand by measures weighed together, their rank, and bulletins: rankings frozen
 * as they were said. pack/score.h is what packs declare.
 *
 * Invariants
 *  1. Everything is carried unrounded; ranks go by totals of two decimals, as they are shown, and
 *     equal ones share a rank (1, 2, 2, 4).
 *     Where the score names measures that decide between equal totals (ties), their points do, one
 *     after another; only who is equal in all of them shares a rank.
 *  2. What counts nobody of a unit, or says nothing of a period that is still running, weighs
 *     nothing for it: its weight goes to the others. In a running period what grows evenly is held
 *     against the share of its target that the days make up.
 *     Where an item with a gate falls short the total is no more than the gate lets through. What
 *     grows through its period is held against its gate when the period is over.
 *  3. Numbers of parameters are those of the period's first day.
 *  4. Units are ranked among those that the asking one sees, of the whole place or of what stands
 *     below his own facility, and only when enough of these can be scored (policy
 *     score_coverage_least). Who sees one alone has no rank but that of a bulletin.
 *  5. A bulletin is a copy: nothing that happens later changes it. It is published: whoever may
 * read measures reads all of it, but numbers of few people. So no score has a measure over forms of
 * a sensitivity class. */
#pragma once

#include "engine/measures/measures.h"
#include "pack/score.h"

/* The gate of an item, as it stands for a unit. */
typedef struct ScoreGateNow {
    bool is_there, is_shut;
    double total_most;
} ScoreGateNow;

typedef struct ScorePart {
    Str measure;
    double weight, floor, target; /* the target of a running period: for today */
    int64_t denominator, numerator;
    bool has_points;
    double points;  /* 0 to the item's cap */
    MeasureFew few; /* its numbers and points are not told (score_hold_back) */
    ScoreGateNow gate;
} ScorePart;

typedef struct ScoreUnit {
    Str unit; /* code of the facility */
    Wording name;
    int64_t rank;    /* 0: none */
    int64_t quarter; /* of those ranked, 1 the best; equal ranks share it; 0: none */
    bool has_total;
    double total;
    bool is_held;           /* total and rank are not told (score_hold_back) */
    const ScorePart *parts; /* in the order of the score's items */
    size_t part_n;
    const struct ScoreUnitStreak *streaks;   /* in the order of the score's; NULL: not asked */
    const struct ScoreQualityCount *quality; /* in the order of the table's; NULL: none */
} ScoreUnit;

/* What a rule of data quality said when the points were reckoned. */
typedef struct ScoreQualityCount {
    int64_t records, hits, checked; /* that it looks at, that it names, of these found right */
    MeasureFew few;
} ScoreQualityCount;
typedef struct ScoreQuality {
    Str measure; /* the rule, which the packs may have no more */
    Wording title;
    bool is_complete; /* else rows of some people were still being counted */
    ScoreQualityCount whole;
} ScoreQuality;

typedef struct ScoreTable {
    Period period;
    bool is_complete; /* else some rows are still being counted */
    bool is_ranked;
    bool is_whole;          /* of the whole place; else of the part in sight */
    const ScoreUnit *units; /* by rank, then unit; those without a rank last */
    size_t unit_n;
    int64_t few_below;                    /* 0: nothing is held back */
    Period streaks_to;                    /* the newest year that is over, up to the period */
    const struct ScoreStreakNow *streaks; /* score_streaks; else NULL */
    size_t streak_n;
    bool is_streak_complete; /* no measure of the years that they are told by is missing */
    const Str *ties;         /* measures whose points decide between equal totals */
    size_t tie_n;
    bool has_spread; /* of the totals of those ranked, when they are SCORE_SPREAD_LEAST and more */
    double quartiles[3];  /* the second is the median */
    bool has_quality;     /* of a bulletin: the note on its data was frozen with it */
    bool is_quality_made; /* each rule has been counted once in the period; else 0 says nothing */
    const ScoreQuality *quality;
    size_t quality_n;
} ScoreTable;
enum { SCORE_SPREAD_LEAST = 4 };

/* Points of a number: 0 at the floor, 100 at the target, straight between, no less than 0 and no
 * more than cap. 0 when floor and target are one. */
double score_points(double number, double floor, double target, double cap);
/* How many points of the total a part costs its unit: its share of the weights times what it lacks
 * of 100. */
double score_lost(const ScoreUnit *unit, const ScorePart *part);

/* The units in sight, today. is_patient: counts what is not counted yet, for the command line.
 * ERR_INVALID when the period is not of the score's kind. */
Err score_read(Cx *cx, const Score *score, Period period, bool is_patient,
               ScoreTable *ret_table) MUST_CHECK;
/* ERR_NOT_FOUND with a problem that names it. */
Err score_find(Cx *cx, Str id, const Score **ret_score) MUST_CHECK;

/* Marks what a table that is published, or leaves as a file, does not tell: parts that count so few
 * people (measure_few), and as much of the unit's other parts as hides their points in its total.
 * Where its parts do not suffice for that, its total is not told either: it stands last, and ranks
 * are made anew among those told, for a gap would place it. What a county says of so few on the day
 * holds. */
Err score_hold_back(Cx *cx, Date day, ScoreTable *table) MUST_CHECK;

/* ---- years in a row ---- */

/* A streak of the score in the newest year. */
typedef struct ScoreStreakNow {
    const ScoreStreak *declared;
    int64_t years; /* that have to be alike; 0: the parameter has no such number */
    double at;
} ScoreStreakNow;

typedef struct ScoreUnitStreak {
    int64_t years;   /* alike, the newest first; not counted further than asked */
    bool is_reached; /* as many as asked */
    Str gap;         /* the year that ended it for it says nothing of the unit; else empty */
} ScoreUnitStreak;

/* How many years in a row each unit of the table stood alike, up to the table's year, or the one
 * before while that still runs. A year is told by its newest bulletin that was frozen when it was
 * over; without one as it stands now. What says nothing of a unit, a year in which it has no total,
 * or for ranks one in which not the whole place is ranked, ends its row. */
Err score_streaks(Cx *cx, const Score *score, bool is_patient, ScoreTable *table) MUST_CHECK;

/* ---- bulletins ---- */

typedef struct ScoreBulletin {
    Uuid id;
    Str score; /* of the packs of then; they may have none of that name any more */
    Str period;
    Str note;
    Str packs; /* the pack of the score, with its version */
    bool is_ranked;
    Str frozen_by; /* name of the account; empty: the command line */
    Date frozen_on;
    Instant frozen_at; /* what was known then is in it */
} ScoreBulletin;

/* Freezes how units stand now, with what the rules of data quality say of the forms that its
 * measures read, counted at the same moment. Needs the whole place in sight (ERR_FORBIDDEN) and
 * complete numbers (ERR_BUSY: some are still being counted). The same id again is answered like the
 * first time, with another score, period or note ERR_CONFLICT. */
Err score_freeze(Cx *cx, const Score *score, Period period, Uuid id, Str note) MUST_CHECK;
/* Empty score: of all. The newest first. */
Err score_bulletins(Cx *cx, Str score, const ScoreBulletin **ret_bulletins,
                    size_t *ret_n) MUST_CHECK;
/* As it was said. ERR_NOT_FOUND. table->period is that of its text. */
/* The pack of a score with its version, as a bulletin keeps it. */
Str score_packs(Cx *cx, const Score *score);
Err score_bulletin_read(Cx *cx, Uuid id, ScoreBulletin *ret_bulletin,
                        ScoreTable *ret_table) MUST_CHECK;
