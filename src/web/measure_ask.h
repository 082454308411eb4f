/* What requests about measures ask, for pages and files alike (api_measures.c). */
#pragma once

#include "engine/measures/measures.h"
#include "engine/plans/plans.h"
#include "web/route.h"

/* Query: from?, until?, by?, unit?; periods are those of a day where they are not said. */
Err measure_ask_read(Cx *cx, const HttpRequest *request, Date day, MeasureAsk *ask) MUST_CHECK;
/* The same with on?, and what is told: today's numbers, or those of a past day. */
typedef struct MeasureAsked {
    MeasureAsk ask;
    Date past; /* DATE_NONE: today */
    PlanDayMeasure told;
} MeasureAsked;
Err measure_asked_read(Cx *cx, const HttpRequest *request, MeasureAsked *ret) MUST_CHECK;
/* Who does not see the whole county is not told sums of areas of which he sees a part (of
 * facilities, and of areas where organisations are counted, measure_read leaves those out). */
bool measure_value_is_whole(const Cx *cx, const MeasureAsk *ask, const MeasureValue *value);
/* Query: period?, area?, facility?, in?, checked?, after?. Lists of residents need tables.read.
 * Without identity lists are by township, the finest that they tell; of records they tell the
 * facility too. */
Err measure_filter_read(Cx *cx, const HttpRequest *request, MeasureCaseFilter *filter) MUST_CHECK;

/* Members of an object that has been begun: the unit of what a standard requires, and its formula
 * with the numbers of a day. Nothing of a measure without a formula. */
Err measure_put_formula(Cx *cx, JsonOut *out, const Measure *measure, Date day) MUST_CHECK;
#define MEASURE_FORMULA_MEMBERS                                                                    \
 "required_unit?: wording, formula?: {text: wording, filled: wording, on: date, parameters: "      \
 "[{id: text, title: wording, unit?: text, value: text}]}"
