/* Values of a resident over time, as the charts of the packs say (Chart in pack/pack.h).
 *
 * Of current records only, in sight and of classes that the asking one sees; from each record one
 * value a line. */
#pragma once

#include "engine/records/records.h"
#include "pack/pack.h"

enum { RECORD_CHART_MOST = 400 }; /* records: the newest */

typedef struct RecordChartValue {
    Date on;
    double value;
    Uuid record;
} RecordChartValue;

typedef struct RecordChartLine {
    const ChartLine *line;
    const RecordChartValue *values; /* by day, then as recorded */
    size_t value_n;
} RecordChartLine;

typedef struct RecordChart {
    const Chart *chart;
    const RecordChartLine *lines; /* of Chart.lines */
} RecordChart;

typedef struct RecordCharts {
    Str sex;
    Date birth_date;
    const RecordChart *charts; /* those that have a value, in the order of the packs */
    size_t chart_n;
} RecordCharts;

/* One statement for the headers, one for each form among them. One audit entry of the timeline.
 * ERR_NOT_FOUND: nobody in sight. */
Err record_charts(Cx *cx, Uuid subject, RecordCharts *ret_charts) MUST_CHECK;
