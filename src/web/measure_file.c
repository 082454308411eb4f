/* /api/measures/{id}/file, /api/measures/{id}/cases/file: the numbers of units, and the rows behind
 * a number, as a workbook or as pages. Persons go into a file only by who may take tables away. */
#include "access/limits.h"
#include "base/map.h"
#include "engine/policy/policy_values.h"
#include "engine/records/form_table.h"
#include "engine/subjects/places.h"
#include "engine/subjects/subjects.h"
#include "web/measure_ask.h"
#include "web/report_file.h"

enum { COLUMNS_MOST = 12 };

static void put_titled(Report *report, ReportColumn *columns, Str title, double wide, bool is_right)
{
    columns[report->column_n++] = (ReportColumn){title, wide, is_right, false};
    report->columns = columns;
}

static void put_column(Cx *cx, Report *report, ReportColumn *columns, TextId title, double wide,
                       bool is_right)
{
    put_titled(report, columns, report_word(cx, title), wide, is_right);
}

/* day: the first of the period, whose numbers the formula has. */
static Err begin(Cx *cx, const Measure *measure, TextId sheet, Str period, Date day,
                 ReportFile *file)
{
    MeasureFormula formula;
    TRY(measure_formula(cx, measure, day, &formula));
    TRY(report_file_begin(cx, wording_in(measure->title, cx->lang), sheet, file));
    report_file_fact(cx, file, TEXT_FILE_PERIOD, period);
    report_file_fact(cx, file, TEXT_FILE_DENOMINATOR, wording_in(measure->denominator, cx->lang));
    report_file_fact(cx, file, TEXT_FILE_NUMERATOR, wording_in(measure->numerator, cx->lang));
    report_file_fact(cx, file, TEXT_FILE_FORMULA, wording_in(formula.filled, cx->lang));
    report_file_source(cx, file, measure->pack, measure->source);
    return OK;
}

static Str period_text(Cx *cx, Period period)
{
    char name[PERIOD_NAME_SIZE];
    return str_copy(cx->arena, str_from_c(period_name(period, name)));
}

/* ---- units ---- */

static Str level_text(Cx *cx, int64_t level)
{
    static const TextId texts[] = {TEXT_FILE_LEVEL_COUNTY, TEXT_FILE_LEVEL_TOWNSHIP,
                                   TEXT_FILE_LEVEL_VILLAGE};
    return level >= 3 && level <= 5 ? report_word(cx, texts[level - 3]) : (Str){0};
}

static bool is_before(const Measure *measure, const MeasureValue *a, const MeasureValue *b)
{
    double of_a = 0, of_b = 0;
    if (!measure_ratio(a, &of_a) || !measure_ratio(b, &of_b))
        return false;
    return measure->direction == DIRECTION_DOWN ? of_a < of_b : of_a > of_b;
}

/* Among those told of its level in its period, for gaps would place those held back; equal ones
 * share it. Values stand by period and level, so those to look at stand around it. */
static int64_t rank_of(const Measure *measure, const MeasureValue *values, const MeasureFew *few,
                       size_t n, size_t at)
{
    int64_t rank = 1;
    size_t first = at;
    while (first > 0 && values[first - 1].level == values[at].level
           && date_compare(values[first - 1].period.first, values[at].period.first) == 0)
        first--;
    for (size_t i = first; i < n && values[i].level == values[at].level
                           && date_compare(values[i].period.first, values[at].period.first) == 0;
         i++)
        rank += few[i] == FEW_NONE && is_before(measure, &values[i], &values[at]);
    return rank;
}

/* The unit whose sum has each row: by area its code tells, by facility the tree, groups
 * stand beside each other. */
static Err read_parents(Cx *cx, const MeasureAsk *ask, const MeasureValue *values, size_t n,
                        Str *parents)
{
    enum { COUNTY_DIGITS = 6, TOWNSHIP_DIGITS = 9 };
    const Facility *facilities = NULL;
    size_t facility_n = 0;
    Map by_code;
    Cx then = *cx;
    map_init(&by_code, cx->arena);
    then.as_of = date_min(period_last(ask->last), date_is_none(cx->as_of) ? cx->today : cx->as_of);
    if (ask->units == MEASURE_BY_FACILITY)
        TRY(subject_facilities(&then, &facilities, &facility_n));
    for (size_t i = 0; i < facility_n; i++)
        map_put(&by_code, facilities[i].code, (void *)(uintptr_t)&facilities[i]);
    for (size_t i = 0; i < n; i++) {
        const Facility *facility = map_get(&by_code, values[i].unit);
        size_t digits = values[i].level > 4 ? TOWNSHIP_DIGITS : COUNTY_DIGITS;
        bool is_area = ask->units == MEASURE_BY_AREA;
        parents[i] = facility != NULL                       ? facility->parent
                     : is_area && values[i].unit.n > digits ? str_slice(values[i].unit, 0, digits)
                                                            : (Str){0};
    }
    return OK;
}

/* What is not told of so few people, or what would tell it. */
static Err read_few(Cx *cx, const MeasureAsk *ask, const MeasureValue *values, size_t n,
                    MeasureFew **ret_few, ReportFile *file)
{
    Str *parents = arena_array(cx->arena, Str, n + 1);
    MeasureFew *few = arena_array(cx->arena, MeasureFew, n + 1);
    TRY(read_parents(cx, ask, values, n, parents));
    measure_few_rows(cx->arena, ask->measure, file->few_below, values, parents, n, few);
    for (size_t i = 0; i < n; i++)
        file->has_few = file->has_few || few[i] != FEW_NONE;
    *ret_few = few;
    return OK;
}

/* Groups lie across the tree of facilities: a group less those of its members that are told would
 * tell of one that is not. So where the file by facility holds anything back, so does this one. */
static Err hold_groups_back(Cx *cx, const MeasureAsked *asked, MeasureFew *few, size_t n,
                            ReportFile *file)
{
    MeasureAsked by = *asked;
    MeasureFew *members = NULL;
    ReportFile other = {.few_below = file->few_below};
    if (asked->ask.units != MEASURE_BY_GROUP)
        return OK;
    by.ask.units = MEASURE_BY_FACILITY;
    by.ask.group = by.ask.unit = (Str){0};
    if (date_is_none(asked->past))
        TRY(measure_read(cx, &by.ask, &by.told.answer));
    else
        TRY(plan_day_measure(cx, asked->past, &by.ask, &by.told));
    const MeasureAnswer *answer = &by.told.answer;
    TRY(read_few(cx, &by.ask, answer->values, answer->n, &members, &other));
    for (size_t i = 0; i < n && other.has_few; i++)
        few[i] = few[i] == FEW_NONE ? FEW_WITH_OTHERS : few[i];
    file->has_few = file->has_few || other.has_few;
    return OK;
}

/* Denominator, numerator, rest and value. */
static size_t put_numbers(Cx *cx, const MeasureAsk *ask, const MeasureValue *value, MeasureFew few,
                          bool has_rest, int64_t few_below, ReportCell *cells)
{
    int64_t numbers[] = {value->denominator, value->numerator,
                         value->denominator - value->numerator};
    size_t c = 0;
    for (size_t i = 0; i < (has_rest ? 3 : 2); i++) {
        bool is_few = few != FEW_WITH_OTHERS && (few == FEW_SHARE || i == 0) && numbers[i] > 0
                      && numbers[i] < few_below;
        cells[c++] = few == FEW_NONE ? report_whole(numbers[i]) : report_few(cx, is_few, few_below);
    }
    cells[c++] = few == FEW_NONE
                     ? report_measured(ask->measure, value->denominator, value->numerator)
                     : report_few(cx, false, few_below);
    return c;
}

static void put_units(Cx *cx, const MeasureAsk *ask, const MeasureValue *values, size_t n,
                      const MeasureFew *few, ReportFile *file)
{
    Report *report = &file->report;
    const Measure *measure = ask->measure;
    ReportColumn *columns = arena_array(cx->arena, ReportColumn, COLUMNS_MOST);
    bool is_ranked = measure->direction != DIRECTION_NONE;
    bool has_rest = !(measure->is_count && measure->has_amounts); /* a sum is not a part */
    put_column(cx, report, columns, TEXT_FILE_PERIOD, 10, false);
    put_column(cx, report, columns, TEXT_FILE_LEVEL, 10, false);
    put_column(cx, report, columns, TEXT_FILE_UNIT, 34, false);
    put_column(cx, report, columns, TEXT_FILE_CODE, 18, false);
    put_column(cx, report, columns, TEXT_FILE_DENOMINATOR, 12, true);
    put_column(cx, report, columns, TEXT_FILE_NUMERATOR, 12, true);
    if (has_rest)
        put_column(cx, report, columns, TEXT_FILE_REST, 12, true);
    put_column(cx, report, columns, TEXT_FILE_VALUE, 12, true);
    if (is_ranked)
        put_column(cx, report, columns, TEXT_FILE_RANK_OF_LEVEL, 14, true);
    ReportRow *rows = arena_array(cx->arena, ReportRow, n + 1);
    for (size_t i = 0; i < n; i++) {
        const MeasureValue *value = &values[i];
        ReportCell *cells = arena_array(cx->arena, ReportCell, COLUMNS_MOST);
        size_t c = 0;
        cells[c++] = report_text(period_text(cx, value->period));
        cells[c++] =
            report_text(ask->units == MEASURE_BY_GROUP ? (Str){0} : level_text(cx, value->level));
        cells[c++] = report_text(wording_in(value->name, cx->lang));
        cells[c++] = report_text(value->unit);
        c += put_numbers(cx, ask, value, few[i], has_rest, file->few_below, cells + c);
        bool has_rank = value->denominator > 0 && few[i] == FEW_NONE;
        file->unranked_n += is_ranked && few[i] != FEW_NONE;
        if (is_ranked)
            cells[c++] = has_rank ? report_whole(rank_of(measure, values, few, n, i))
                                  : report_text((Str){0});
        rows[i] = (ReportRow){cells, 0};
    }
    report->rows = rows;
    report->row_n = n;
}

/* What of it may be told to who asks. */
static Err read_told(Cx *cx, const MeasureAsked *asked, MeasureValue **ret_values, size_t *ret_n)
{
    const MeasureAnswer *answer = &asked->told.answer;
    *ret_values = arena_array(cx->arena, MeasureValue, answer->n + 1);
    *ret_n = 0;
    for (size_t i = 0; i < answer->n; i++)
        if (measure_value_is_whole(cx, &asked->ask, &answer->values[i]))
            (*ret_values)[(*ret_n)++] = answer->values[i];
    return *ret_n <= REPORT_ROWS_MOST ? OK
                                      : cx_fail(cx, ERR_LIMIT, TEXT_FILE_LONG, (Str){0}, 1,
                                                str_printf(cx->arena, "%d", REPORT_ROWS_MOST));
}

static Err measure_file_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    MeasureAsked asked;
    ReportFile file;
    MeasureValue *values = NULL;
    size_t n = 0;
    int64_t few_below = 0;
    TRY(measure_asked_read(cx, request, &asked));
    TRY(read_told(cx, &asked, &values, &n));
    TRY(policy_few_below(cx, cx->today, &few_below)); /* today's, whatever the day told */
    const MeasureAsk *ask = &asked.ask;
    ReportFile held = {.few_below = few_below};
    MeasureFew *few = NULL;
    TRY(read_few(cx, ask, values, n, &few, &held));
    TRY(hold_groups_back(cx, &asked, few, n, &held));
    cx->as_of = asked.past; /* what the file says of itself */
    cx->policy = NULL;
    Str period = period_text(cx, ask->first);
    if (date_compare(ask->first.first, ask->last.first) != 0)
        period = str_printf(cx->arena, "%.*s – %.*s", STR_ARG(period),
                            STR_ARG(period_text(cx, ask->last)));
    TRY(begin(cx, ask->measure, TEXT_FILE_UNITS, period, ask->last.first, &file));
    if (!date_is_none(asked.past))
        report_file_fact(cx, &file, TEXT_FILE_NOTE, report_word(cx, TEXT_FILE_PAST));
    if (!asked.told.answer.is_complete)
        report_file_fact(cx, &file, TEXT_FILE_NOTE, report_word(cx, TEXT_FILE_INCOMPLETE));
    file.few_below = few_below;
    file.has_few = held.has_few;
    put_units(cx, ask, values, n, few, &file);
    file.action = "export.measure";
    file.detail =
        str_printf(cx->arena, "measure=%.*s by=%.*s unit=%.*s on=%.*s period=%.*s",
                   STR_ARG(ask->measure->id), STR_ARG(http_query(request, "by")),
                   STR_ARG(ask->unit), STR_ARG(http_query(request, "on")), STR_ARG(period));
    file.name = ask->measure->id;
    return report_file_answer(cx, request, &file, response);
}

const Route route_measure_file = {
    .method = HTTP_GET,
    .path = "/api/measures/{id}/file",
    .persons = ROUTE_PERSONS_COUNT,
    .handler = measure_file_get,
    .permit = "measures.read",
    .query = "{" REPORT_QUERY ", from?: text, until?: text, by?: text, unit?: text, on?: date}",
    .out_media = REPORT_MEDIA,
    .title = {"一项指标的各单位、各期数值，导出为 Excel 或 PDF",
              "What a measure says of each unit, as a workbook or as pages"},
};

/* ---- the rows behind ---- */

typedef struct {
    Cx *cx;
    const Measure *measure;
    const MeasureCase *rows;
    size_t n;
    const ResidentBrief *people; /* of residents whose names the asking one sees */
    AreaNames areas;
    const Facility *facilities;
    size_t facility_n;
    bool is_of_units, is_of_records, has_required;
} Cases;

static Str row_area(const Cases *cases, const MeasureCase *row)
{
    bool is_coarse = cases->cx->actor->sees_rows && !cases->is_of_units;
    return is_coarse ? str_slice(row->area, 0, ROWS_AREA_DIGITS) : row->area;
}

static Err read_names(Cases *cases)
{
    Cx *cx = cases->cx;
    Str *codes = arena_array(cx->arena, Str, cases->n + 1);
    Uuid *ids = arena_array(cx->arena, Uuid, cases->n + 1);
    for (size_t i = 0; i < cases->n; i++) {
        codes[i] = row_area(cases, &cases->rows[i]);
        ids[i] = cases->rows[i].subject;
        cases->has_required = cases->has_required || cases->rows[i].has_required;
    }
    TRY(subject_area_names(cx, codes, cases->n, &cases->areas));
    if (cases->is_of_records)
        TRY(subject_facilities(cx, &cases->facilities, &cases->facility_n));
    return cases->is_of_units || cx->actor->sees_rows
               ? OK
               : resident_briefs(cx, ids, cases->n, &cases->people);
}

static Str facility_text(const Cases *cases, Str code)
{
    for (size_t i = 0; i < cases->facility_n; i++)
        if (str_equals(cases->facilities[i].code, code))
            return wording_in((Wording){cases->facilities[i].name, cases->facilities[i].name_en},
                              cases->cx->lang);
    return code;
}

static Str form_text(const Cases *cases, Str id)
{
    const Form *form = pack_form(cases->cx->packs, id);
    return form == NULL ? id : wording_in(form->title, cases->cx->lang);
}

/* "Required (beds)" */
static Str in_unit(const Cases *cases, TextId title)
{
    Cx *cx = cases->cx;
    const Str words[] = {report_word(cx, title),
                         wording_in(cases->measure->required_unit, cx->lang)};
    return words[1].n == 0
               ? words[0]
               : wording_in(text_fill(cx->arena, TEXT_FILE_IN_UNIT, words, 2), cx->lang);
}

static void put_case_columns(const Cases *cases, Report *report)
{
    Cx *cx = cases->cx;
    ReportColumn *columns = arena_array(cx->arena, ReportColumn, COLUMNS_MOST);
    if (cases->is_of_units) {
        put_column(cx, report, columns, TEXT_FILE_UNIT, 34, false);
        put_column(cx, report, columns, TEXT_FILE_CODE, 18, false);
    } else if (cases->people != NULL) {
        put_column(cx, report, columns, TEXT_EXPORT_NAME, 16, false);
        put_column(cx, report, columns, TEXT_WORKLIST_SEX, 8, false);
        put_column(cx, report, columns, TEXT_EXPORT_BIRTH_DATE, 12, false);
    } else {
        put_column(cx, report, columns, TEXT_WORKLIST_SEX, 8, false);
        put_column(cx, report, columns, TEXT_EXPORT_AGE_GROUP, 12, false);
    }
    put_column(cx, report, columns, TEXT_FILE_AREA, 26, false);
    if (cases->has_required) {
        put_titled(report, columns, in_unit(cases, TEXT_FILE_REQUIRED), 10, true);
        put_titled(report, columns, in_unit(cases, TEXT_FILE_ACTUAL), 10, true);
    }
    if (cases->is_of_records) {
        put_column(cx, report, columns, TEXT_FILE_RECORD, 26, false);
        put_column(cx, report, columns, TEXT_EXPORT_DAY, 12, false);
        put_column(cx, report, columns, TEXT_EXPORT_FACILITY, 30, false);
    }
    put_column(cx, report, columns, TEXT_FILE_IN, 10, false);
}

/* GB/T 2261.1; what is not known is left empty. */
static ReportCell sex_cell(Cx *cx, Str code)
{
    bool is_male = str_equals_c(code, "1"), is_female = str_equals_c(code, "2");
    return report_text(is_male     ? report_word(cx, TEXT_WORKLIST_MALE)
                       : is_female ? report_word(cx, TEXT_WORKLIST_FEMALE)
                                   : (Str){0});
}

static ReportCell decimal_cell(bool is_there, double number)
{
    return (ReportCell){
        .kind = is_there ? REPORT_NUMBER : REPORT_EMPTY, .number = number, .decimals = 2};
}

/* Whom it is about. */
static size_t put_party(const Cases *cases, size_t at, ReportCell *cells)
{
    Cx *cx = cases->cx;
    const MeasureCase *row = &cases->rows[at];
    size_t n = 0;
    if (cases->is_of_units) {
        cells[n++] = report_text(wording_in(row->name, cx->lang));
        cells[n++] = report_text(row->code);
    } else if (cases->people != NULL) {
        const ResidentBrief *who = &cases->people[at];
        cells[n++] = report_text(who->name);
        cells[n++] = sex_cell(cx, who->sex);
        cells[n++] = report_day(who->birth_date);
    } else {
        cells[n++] = sex_cell(cx, row->sex);
        cells[n++] = report_text(record_age_group(cx->arena, row->birth_date, cx->today));
    }
    return n;
}

static void put_cases(const Cases *cases, Report *report)
{
    Cx *cx = cases->cx;
    ReportRow *rows = arena_array(cx->arena, ReportRow, cases->n + 1);
    put_case_columns(cases, report);
    for (size_t i = 0; i < cases->n; i++) {
        const MeasureCase *row = &cases->rows[i];
        ReportCell *cells = arena_array(cx->arena, ReportCell, COLUMNS_MOST);
        size_t n = put_party(cases, i, cells);
        cells[n++] =
            report_text(wording_in(area_name(&cases->areas, row_area(cases, row)), cx->lang));
        if (cases->has_required) {
            cells[n++] = decimal_cell(row->has_required, row->required);
            cells[n++] = decimal_cell(row->has_required, row->actual);
        }
        if (cases->is_of_records) {
            cells[n++] = report_text(form_text(cases, row->form));
            cells[n++] = report_day(row->happened_on);
            cells[n++] = report_text(facility_text(cases, row->facility));
        }
        cells[n++] = report_text(report_word(cx, row->in_numerator ? TEXT_FILE_YES : TEXT_FILE_NO));
        rows[i] = (ReportRow){cells, 0};
    }
    report->rows = rows;
    report->row_n = cases->n;
}

static Err measure_cases_file_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    MeasureCaseFilter filter = {0};
    ReportFile file;
    TRY(measure_filter_read(cx, request, &filter));
    Cases cases = {.cx = cx,
                   .measure = filter.measure,
                   .is_of_units = measure_is_of_units(filter.measure),
                   .is_of_records = filter.measure->grain == GRAIN_RECORD};
    if (!cases.is_of_units || str_equals_c(filter.measure->subject, "staff"))
        TRY(access_require(cx, STR("tables.export")));
    filter.most = REPORT_ROWS_MOST + 1;
    TRY(measure_cases(cx, &filter, &cases.rows, &cases.n));
    if (cases.n > REPORT_ROWS_MOST)
        return cx_fail(cx, ERR_LIMIT, TEXT_FILE_LONG, (Str){0}, 1,
                       str_printf(cx->arena, "%d", REPORT_ROWS_MOST));
    TRY(read_names(&cases));
    Str period = period_text(cx, filter.period);
    TRY(begin(cx, filter.measure, TEXT_FILE_ROWS, period, filter.period.first, &file));
    put_cases(&cases, &file.report);
    file.action = "export.measure.cases";
    file.detail =
        str_printf(cx->arena, "measure=%.*s period=%.*s in=%.*s area=%.*s facility=%.*s",
                   STR_ARG(filter.measure->id), STR_ARG(period), STR_ARG(http_query(request, "in")),
                   STR_ARG(filter.area), STR_ARG(filter.facility));
    file.name = str_printf(cx->arena, "%.*s-%.*s", STR_ARG(filter.measure->id), STR_ARG(period));
    return report_file_answer(cx, request, &file, response);
}

const Route route_measure_cases_file = {
    .method = HTTP_GET,
    .path = "/api/measures/{id}/cases/file",
    .persons = ROUTE_PERSONS_LIST,
    .handler = measure_cases_file_get,
    .permit = "measures.read",
    .query = "{" REPORT_QUERY ", period?: text, area?: text, facility?: text, in?: numerator|rest, "
             "checked?: yes|no}",
    .out_media = REPORT_MEDIA,
    .title = {"一项指标背后的名单，导出为 Excel 或 PDF；居民和人员的名单另需查看和导出名单的权限",
              "The rows behind a measure as a file; those of persons also need tables.read and "
              "tables.export"},
};
