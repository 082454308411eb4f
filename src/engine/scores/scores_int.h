/* Inside of engine/scores. */
#pragma once

#include "base/vec.h"
#include "engine/scores/scores.h"
#include "engine/scores/scores_sql.h"
#include "pack/policy.h"

/* The total from the parts: their points by weight, and no more than a gate that is shut allows. */
void score_add_up(ScoreUnit *unit);
/* As it is compared: with the decimals that are shown; -1 without a total. */
double score_shown(const ScoreUnit *unit);
/* A number of a score as it is on a day; false when its parameter has none. */
bool score_number(const Policy *policy, PlanNumber number, Date day, double *ret_value);

/* Sorts the units of a table by how they stand, and ranks them where the table is ranked. */
void score_rank(ScoreTable *table);
/* streaks.c. Years in a row, kept with a bulletin and read again. */
Err score_streaks_put(Cx *cx, Uuid bulletin, const ScoreTable *table) MUST_CHECK;
Err score_streaks_read(Cx *cx, Uuid bulletin, ScoreTable *table) MUST_CHECK;

/* Reads the rules of data quality with it, for a bulletin. */
Err score_read_noted(Cx *cx, const Score *score, Period period, bool is_patient,
                     ScoreTable *ret_table) MUST_CHECK;

/* quality.c. The rules that look at a form that a measure of the score reads. */
typedef VEC(const Measure *) ScoreRules;
void score_quality_rules(Cx *cx, const Score *score, ScoreRules *rules);
/* answers: for each rule of the whole place, then by facility. */
void score_quality_take(Cx *cx, const ScoreRules *rules, const MeasureAnswer *answers,
                        ScoreTable *table);
Err score_quality_put(Cx *cx, Uuid bulletin, const ScoreTable *table) MUST_CHECK;
Err score_quality_read(Cx *cx, Uuid bulletin, ScoreTable *table) MUST_CHECK;
/* Once the parts are marked: a rule that is an item too is not told where its part is not. */
void score_quality_hold_back(Cx *cx, ScoreTable *table);
