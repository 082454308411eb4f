/* /api/scores/{id}/file, /api/scores/bulletins/{bulletin}/file: a ranking as a workbook or as
 * pages, as it is now or as it was frozen. */
#include "engine/scores/scores.h"
#include "web/report_file.h"

enum { RANK, UNIT, TOTAL, FIRST_PART };

/* By line. */
static const struct {
    TextId column, rule;
} STREAKS[] = {{TEXT_FILE_MET_YEARS, TEXT_FILE_MET_RULE},
               {TEXT_FILE_UNMET_YEARS, TEXT_FILE_UNMET_RULE},
               {TEXT_FILE_LAST_YEARS, TEXT_FILE_LAST_RULE}};

static Wording part_title(Cx *cx, const ScorePart *part)
{
    const Measure *measure = pack_measure(cx->packs, part->measure);
    return measure == NULL ? (Wording){part->measure, part->measure} : measure->title;
}

static Str titled(Cx *cx, TextId text, const ScorePart *part)
{
    const Str words[] = {wording_in(part_title(cx, part), cx->lang),
                         str_printf(cx->arena, "%g", part->weight)};
    return wording_in(text_fill(cx->arena, text, words, text == TEXT_FILE_POINTS ? 2 : 1),
                      cx->lang);
}

static Str ruled(Cx *cx, TextId text, Str rule)
{
    return wording_in(text_fill(cx->arena, text, &rule, 1), cx->lang);
}

/* Rank, unit, total, the points of each part; in the workbook also the number behind each and the
 * unit's code. */
static void put_columns(Cx *cx, const ScoreTable *table, Report *report)
{
    const ScoreUnit *first = table->unit_n > 0 ? &table->units[0] : NULL;
    size_t parts = first == NULL ? 0 : first->part_n, n = 0;
    ReportColumn *columns =
        arena_array(cx->arena, ReportColumn,
                    FIRST_PART + table->streak_n + 2 * parts + 2 * table->quality_n + 3);
    columns[n++] = (ReportColumn){report_word(cx, TEXT_FILE_RANK), 10, true, false};
    columns[n++] = (ReportColumn){report_word(cx, TEXT_FILE_UNIT), 30, false, false};
    columns[n++] = (ReportColumn){report_word(cx, TEXT_FILE_TOTAL), 9, true, false};
    if (table->has_spread)
        columns[n++] = (ReportColumn){report_word(cx, TEXT_FILE_QUARTER), 14, false, false};
    for (size_t i = 0; i < table->streak_n; i++)
        columns[n++] = (ReportColumn){
            report_word(cx, STREAKS[table->streaks[i].declared->line].column), 12, true, false};
    for (size_t i = 0; i < parts; i++)
        columns[n++] =
            (ReportColumn){titled(cx, TEXT_FILE_POINTS, &first->parts[i]), 14, true, false};
    for (size_t i = 0; i < parts; i++)
        columns[n++] =
            (ReportColumn){titled(cx, TEXT_FILE_NUMBERS, &first->parts[i]), 14, true, true};
    if (table->quality_n > 0)
        columns[n++] = (ReportColumn){report_word(cx, TEXT_FILE_QUALITY_OPEN), 12, true, false};
    for (size_t i = 0; i < table->quality_n; i++) {
        const Str rule = wording_in(table->quality[i].title, cx->lang);
        columns[n++] = (ReportColumn){ruled(cx, TEXT_FILE_QUALITY_OPEN_OF, rule), 14, true, true};
        columns[n++] =
            (ReportColumn){ruled(cx, TEXT_FILE_QUALITY_RECORDS_OF, rule), 14, true, true};
    }
    columns[n++] = (ReportColumn){report_word(cx, TEXT_FILE_CODE), 16, false, true};
    report->columns = columns;
    report->column_n = n;
}

static bool is_tied(const ScoreTable *table, int64_t rank)
{
    size_t n = 0;
    for (size_t i = 0; i < table->unit_n; i++)
        n += table->units[i].rank == rank;
    return n > 1;
}

static ReportCell rank_cell(Cx *cx, const ScoreTable *table, const ScoreUnit *unit)
{
    if (unit->rank == 0)
        return (ReportCell){.kind = REPORT_EMPTY};
    ReportCell cell = report_whole(unit->rank);
    Str rank = str_printf(cx->arena, "%lld", (long long)unit->rank);
    if (is_tied(table, unit->rank))
        cell.text = wording_in(text_fill(cx->arena, TEXT_FILE_TIED, &rank, 1), cx->lang);
    return cell;
}

static ReportCell quarter_cell(Cx *cx, const ScoreUnit *unit)
{
    static const TextId words[] = {TEXT_FILE_QUARTER_1, TEXT_FILE_QUARTER_2, TEXT_FILE_QUARTER_3,
                                   TEXT_FILE_QUARTER_4};
    return unit->quarter == 0 ? (ReportCell){.kind = REPORT_EMPTY}
                              : report_text(report_word(cx, words[unit->quarter - 1]));
}

static ReportCell points_cell(bool has_points, double points)
{
    return (ReportCell){
        .kind = has_points ? REPORT_NUMBER : REPORT_EMPTY, .number = points, .decimals = 2};
}

/* The years, and which year ended them for it says nothing. */
static ReportCell streak_cell(Cx *cx, const ScoreTable *table, const ScoreUnitStreak *row)
{
    const Str words[] = {str_printf(cx->arena, "%lld", (long long)row->years), row->gap};
    if (!table->is_streak_complete)
        return (ReportCell){.kind = REPORT_EMPTY};
    if (row->gap.n == 0)
        return report_whole(row->years);
    return report_text(wording_in(text_fill(cx->arena, TEXT_FILE_YEARS_GAP, words, 2), cx->lang));
}

/* As the measure says it; of what other packs have frozen, the two numbers themselves. */
static ReportCell part_cell(Cx *cx, const ScoreTable *table, const ScorePart *part,
                            bool is_of_these_packs)
{
    if (part->few != FEW_NONE)
        return report_few(cx, part->few == FEW_ALL, table->few_below);
    const Measure *measure = pack_measure(cx->packs, part->measure);
    if (measure != NULL && is_of_these_packs)
        return report_measured(measure, part->denominator, part->numerator);
    return report_text(str_printf(cx->arena, "%lld/%lld", (long long)part->numerator,
                                  (long long)part->denominator));
}

/* The open doubts of all rules together, then of each, with the records that it looks at. */
static size_t put_quality_cells(Cx *cx, const ScoreTable *table, const ScoreUnit *unit,
                                ReportCell *cells)
{
    int64_t open = 0;
    bool is_few = false;
    size_t n = 1;
    if (table->quality_n == 0)
        return 0;
    for (size_t i = 0; i < table->quality_n; i++) {
        const ScoreQualityCount *count = &unit->quality[i];
        const ReportCell held = report_few(cx, count->few == FEW_ALL, table->few_below);
        bool is_held = count->few != FEW_NONE;
        is_few = is_few || is_held;
        open += count->hits - count->checked;
        cells[n++] = is_held ? held : report_whole(count->hits - count->checked);
        cells[n++] = is_held ? held : report_whole(count->records);
    }
    cells[0] = is_few ? report_few(cx, false, table->few_below) : report_whole(open);
    return n;
}

/* A gate that is shut is told where it is: of its item. */
static ReportCell part_points_cell(Cx *cx, const ScoreTable *table, const ScorePart *part)
{
    if (part->few != FEW_NONE)
        return report_few(cx, false, table->few_below);
    ReportCell cell = points_cell(part->has_points, part->points);
    const Str words[] = {part->has_points ? str_printf(cx->arena, "%.2f", part->points) : STR("—"),
                         str_printf(cx->arena, "%g", part->gate.total_most)};
    Str text = wording_in(text_fill(cx->arena, TEXT_FILE_GATE, words, 2), cx->lang);
    if (part->gate.is_shut && !part->has_points)
        return report_text(text);
    if (part->gate.is_shut)
        cell.text = text;
    return cell;
}

static void put_rows(Cx *cx, const ScoreTable *table, bool is_of_these_packs, Report *report)
{
    ReportRow *rows = arena_array(cx->arena, ReportRow, table->unit_n + 1);
    for (size_t u = 0; u < table->unit_n; u++) {
        const ScoreUnit *unit = &table->units[u];
        ReportCell *cells = arena_array(cx->arena, ReportCell, report->column_n);
        size_t n = 0;
        cells[n++] =
            unit->is_held ? report_few(cx, false, table->few_below) : rank_cell(cx, table, unit);
        cells[n++] = report_text(wording_in(unit->name, cx->lang));
        cells[n++] = unit->is_held ? report_few(cx, false, table->few_below)
                                   : points_cell(unit->has_total, unit->total);
        if (table->has_spread)
            cells[n++] = quarter_cell(cx, unit);
        for (size_t i = 0; i < table->streak_n; i++)
            cells[n++] = unit->is_held ? report_few(cx, false, table->few_below)
                                       : streak_cell(cx, table, &unit->streaks[i]);
        for (size_t i = 0; i < unit->part_n; i++)
            cells[n++] = part_points_cell(cx, table, &unit->parts[i]);
        for (size_t i = 0; i < unit->part_n; i++)
            cells[n++] = part_cell(cx, table, &unit->parts[i], is_of_these_packs);
        n += put_quality_cells(cx, table, unit, &cells[n]);
        cells[n++] = report_text(unit->unit);
        rows[u] = (ReportRow){cells, 0};
    }
    report->rows = rows;
    report->row_n = table->unit_n;
}

/* What a row of years is, and what follows. */
static void put_streaks(Cx *cx, const ScoreTable *table, ReportFile *file)
{
    char name[PERIOD_NAME_SIZE];
    for (size_t i = 0; i < table->streak_n; i++) {
        const ScoreStreakNow *now = &table->streaks[i];
        const Str words[] = {str_printf(cx->arena, "%lld", (long long)now->years),
                             str_printf(cx->arena, "%g", now->at),
                             str_copy(cx->arena, str_from_c(period_name(table->streaks_to, name))),
                             wording_in(now->declared->then, cx->lang)};
        Wording rule = text_fill(cx->arena, STREAKS[now->declared->line].rule, words, 4);
        report_file_fact(cx, file, STREAKS[now->declared->line].column, wording_in(rule, cx->lang));
    }
}

/* With how good data it was made, rule by rule. */
static void put_quality(Cx *cx, const ScoreTable *table, ReportFile *file)
{
    if (table->has_quality && table->quality_n == 0)
        report_file_fact(cx, file, TEXT_FILE_QUALITY, report_word(cx, TEXT_FILE_QUALITY_NONE));
    for (size_t i = 0; i < table->quality_n; i++) {
        const ScoreQuality *quality = &table->quality[i];
        const ScoreQualityCount *whole = &quality->whole;
        bool is_held = whole->few != FEW_NONE;
        TextId text = is_held                ? TEXT_FILE_QUALITY_FEW
                      : quality->is_complete ? TEXT_FILE_QUALITY_RULE
                                             : TEXT_FILE_QUALITY_RULE_PART;
        const Str words[] = {wording_in(quality->title, cx->lang),
                             is_held ? report_few(cx, whole->few == FEW_ALL, table->few_below).text
                                     : str_printf(cx->arena, "%lld", (long long)whole->records),
                             str_printf(cx->arena, "%lld", (long long)whole->hits),
                             str_printf(cx->arena, "%lld", (long long)whole->checked)};
        report_file_fact(cx, file, TEXT_FILE_QUALITY,
                         wording_in(text_fill(cx->arena, text, words, is_held ? 2 : 4), cx->lang));
    }
}

/* How it is ranked, what decides between equal totals, and how the totals lie. */
static void put_ranking(Cx *cx, const ScoreTable *table, ReportFile *file)
{
    Str *titles = arena_array(cx->arena, Str, table->tie_n + 1);
    for (size_t i = 0; i < table->tie_n; i++)
        titles[i] = wording_in(part_title(cx, &(ScorePart){.measure = table->ties[i]}), cx->lang);
    const Str ties =
        str_join(cx->arena, titles, table->tie_n, cx->lang == LANG_ZH ? STR("、") : STR(", "));
    Str how = report_word(cx, table->is_ranked ? TEXT_FILE_HOW_TEXT : TEXT_FILE_UNRANKED);
    if (table->is_ranked && table->tie_n > 0)
        how = wording_in(text_fill(cx->arena, TEXT_FILE_HOW_TIES, &ties, 1), cx->lang);
    report_file_fact(cx, file, TEXT_FILE_HOW, how);
    int64_t ranked = 0;
    for (size_t u = 0; u < table->unit_n; u++)
        ranked += table->units[u].rank > 0;
    const Str words[] = {str_printf(cx->arena, "%lld", (long long)ranked),
                         str_printf(cx->arena, "%.2f", table->quartiles[1]),
                         str_printf(cx->arena, "%.2f", table->quartiles[0]),
                         str_printf(cx->arena, "%.2f", table->quartiles[2])};
    if (table->has_spread)
        report_file_fact(
            cx, file, TEXT_FILE_SPREAD,
            wording_in(text_fill(cx->arena, TEXT_FILE_SPREAD_TEXT, words, 4), cx->lang));
}

static void fill(Cx *cx, const ScoreTable *table, bool is_of_these_packs, ReportFile *file)
{
    put_columns(cx, table, &file->report);
    put_rows(cx, table, is_of_these_packs, &file->report);
    put_ranking(cx, table, file);
    if (table->is_ranked && !table->is_whole)
        report_file_fact(cx, file, TEXT_FILE_NOTE, report_word(cx, TEXT_FILE_RANKED_PART));
    put_streaks(cx, table, file);
    put_quality(cx, table, file);
    file->few_below = table->few_below;
    for (size_t u = 0; u < table->unit_n; u++) {
        file->unranked_n += table->is_ranked && table->units[u].is_held;
        for (size_t i = 0; i < table->units[u].part_n; i++)
            file->has_few = file->has_few || table->units[u].parts[i].few != FEW_NONE;
    }
    for (size_t i = 0; i < table->quality_n; i++) {
        file->has_few = file->has_few || table->quality[i].whole.few != FEW_NONE;
        for (size_t u = 0; u < table->unit_n; u++)
            file->has_few = file->has_few || table->units[u].quality[i].few != FEW_NONE;
    }
}

static Err score_file_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    const Score *score = NULL;
    Str text = http_query(request, "period");
    char name[PERIOD_NAME_SIZE];
    ScoreTable table;
    ReportFile file;
    TRY(score_find(cx, http_parameter(request, "id"), &score));
    Period period = period_of(score->kind, cx->today);
    if (text.n > 0 && period_parse(text, &period) != OK)
        return cx_fail(cx, ERR_INVALID, TEXT_PARAMETER_WRONG, STR("period"), 3, STR("period"), text,
                       STR("2025, 2025H1, 2025Q1, 2025-01"));
    TRY(score_read(cx, score, period, false, &table));
    TRY(score_streaks(cx, score, false, &table));
    TRY(score_hold_back(cx, cx->today, &table));
    TRY(report_file_begin(cx, wording_in(score->title, cx->lang), TEXT_FILE_RANKING, &file));
    Str of = str_copy(cx->arena, str_from_c(period_name(table.period, name)));
    report_file_fact(cx, &file, TEXT_FILE_PERIOD, of);
    report_file_source(cx, &file, score->pack, score->source);
    if (!table.is_complete)
        report_file_fact(cx, &file, TEXT_FILE_NOTE, report_word(cx, TEXT_FILE_INCOMPLETE));
    fill(cx, &table, true, &file);
    file.action = "export.score";
    file.detail = str_printf(cx->arena, "score=%.*s period=%.*s", STR_ARG(score->id), STR_ARG(of));
    file.name = str_printf(cx->arena, "%.*s-%.*s", STR_ARG(score->id), STR_ARG(of));
    return report_file_answer(cx, request, &file, response);
}

const Route route_score_file = {
    .method = HTTP_GET,
    .path = "/api/scores/{id}/file",
    .persons = ROUTE_PERSONS_COUNT,
    .handler = score_file_get,
    .permit = "measures.read",
    .query = "{" REPORT_QUERY ", period?: text}",
    .out_media = REPORT_MEDIA,
    .title = {"一种评分的得分和名次，导出为 Excel 或 PDF",
              "How units stand by a score, as a workbook or as pages"},
};

/* When and by whom, and to which minute by the clock in China its data go. */
static Str frozen_text(Cx *cx, const ScoreBulletin *bulletin)
{
    enum { MS_A_MINUTE = 60 * 1000, MINUTES_AN_HOUR = 60 };
    char day[DATE_TEXT_SIZE], known[DATE_TEXT_SIZE];
    Date known_on = date_of_instant(bulletin->frozen_at);
    int64_t minutes = (bulletin->frozen_at.ms - instant_of_date(known_on, 0, 0).ms) / MS_A_MINUTE;
    Str frozen = str_printf(cx->arena, "%s %.*s", date_format(bulletin->frozen_on, day),
                            STR_ARG(bulletin->frozen_by));
    const Str words[] = {str_trim(frozen),
                         str_printf(cx->arena, "%s %02lld:%02lld", date_format(known_on, known),
                                    (long long)(minutes / MINUTES_AN_HOUR),
                                    (long long)(minutes % MINUTES_AN_HOUR))};
    return wording_in(text_fill(cx->arena, TEXT_FILE_FROZEN_AT, words, 2), cx->lang);
}

static Err score_bulletin_file_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    ScoreBulletin bulletin;
    ScoreTable table;
    ReportFile file;
    Uuid id = UUID_NIL;
    TRY(web_parameter_uuid(cx, request, "bulletin", &id));
    TRY(score_bulletin_read(cx, id, &bulletin, &table));
    const Score *score = pack_score(cx->packs, bulletin.score);
    Str title = score == NULL ? bulletin.score : wording_in(score->title, cx->lang);
    Str head = bulletin.note.n > 0 ? bulletin.note : report_word(cx, TEXT_FILE_BULLETIN);
    TRY(report_file_begin(cx,
                          str_printf(cx->arena, "%.*s %.*s %.*s", STR_ARG(title),
                                     STR_ARG(bulletin.period), STR_ARG(head)),
                          TEXT_FILE_BULLETIN, &file));
    file.facts[0] = (ReportFact){report_word(cx, TEXT_FILE_FROZEN), frozen_text(cx, &bulletin)};
    report_file_fact(cx, &file, TEXT_FILE_PERIOD, bulletin.period);
    if (score != NULL)
        report_file_fact(
            cx, &file, TEXT_FILE_SOURCE,
            wording_in(pack_source_wording(cx->packs, score->pack, score->source, cx->arena),
                       cx->lang));
    report_file_fact(cx, &file, TEXT_FILE_PACK, bulletin.packs);
    bool is_of_these_packs = score != NULL && str_equals(score_packs(cx, score), bulletin.packs);
    fill(cx, &table, is_of_these_packs, &file);
    file.action = "export.bulletin";
    file.detail = str_printf(cx->arena, "score=%.*s period=%.*s", STR_ARG(bulletin.score),
                             STR_ARG(bulletin.period));
    file.name =
        str_printf(cx->arena, "%.*s-%.*s", STR_ARG(bulletin.score), STR_ARG(bulletin.period));
    return report_file_answer(cx, request, &file, response);
}

const Route route_score_bulletin_file = {
    .method = HTTP_GET,
    .path = "/api/scores/bulletins/{bulletin}/file",
    .persons = ROUTE_PERSONS_COUNT,
    .handler = score_bulletin_file_get,
    .permit = "measures.read",
    .query = "{" REPORT_QUERY "}",
    .out_media = REPORT_MEDIA,
    .title = {"一期通报，导出为 Excel 或 PDF", "A bulletin as a workbook or as pages"},
};
