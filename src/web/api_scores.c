/* /api/scores: how units stand by the scores of the packs, and bulletins. */
#include "engine/scores/scores.h"
#include "web/route.h"

enum { BODY_MOST = 4096 };

#define SCHEMA_PART                                                                                                                        \
 "{measure: text, title?: wording, unit?: text, direction?: none|up|down, amounts?: bool, weight: number, floor: number, target: number, " \
 "few?: all|share|with_others, denominator?: integer, numerator?: integer, value?: number, "                                               \
 "points?: number, lost?: number, total_most?: number}"
#define SCHEMA_STREAKS                                                                             \
 "in_a_row?: {to: text, is_complete: bool, lines: [{line: at_least|below|last, at: number, years: integer, then: wording}]}, "
#define SCHEMA_COUNT                                                                               \
 "few?: all|share|with_others, records?: integer, hits?: integer, checked?: integer"
#define SCHEMA_QUALITY                                                                             \
 "quality?: [{measure: text, title: wording, is_complete: bool, " SCHEMA_COUNT "}], "
#define SCHEMA_TIES "ties?: [{measure: text, title: wording}], quartiles?: [number], "
#define SCHEMA_TABLE                                                                                                                                  \
 "period: text, is_complete: bool, is_ranked: bool, is_whole: bool, few_below?: integer, " SCHEMA_STREAKS                                             \
     SCHEMA_QUALITY SCHEMA_TIES "units: [{unit: text, name: wording, rank?: "                                                                         \
 "integer, quarter?: integer, total?: number, is_held?: bool, in_a_row?: [{years: integer, is_reached: bool, gap?: text}], quality?: [{" SCHEMA_COUNT \
 "}], parts: [" SCHEMA_PART "]}]"
#define SCHEMA_HEAD                                                                                \
 "id: text, title: wording, remarks?: wording, source: wording, level: integer, by: text, kind: "  \
 "text"
#define SCHEMA_BULLETIN                                                                            \
 "id: uuid, score: text, title: wording, period: text, note?: text, packs: text, frozen_by?: "     \
 "text, frozen_on: date, frozen_at: instant"

static const char *const fews[] = {"", "all", "share", "with_others"};

static void put_decimal(JsonOut *out, const char *key, double number)
{
    json_key_c(out, key);
    json_decimal(out, number);
}

static void put_part(Cx *cx, JsonOut *out, const ScoreUnit *unit, const ScorePart *part)
{
    static const char *const directions[] = {"none", "up", "down"};
    const Measure *measure = pack_measure(cx->packs, part->measure);
    double value = 0;
    json_object_begin(out);
    web_json_text(out, "measure", part->measure);
    if (measure != NULL) {
        web_json_wording(out, "title", measure->title);
        web_json_text(out, "unit", measure->unit);
        web_json_text(out, "direction", str_from_c(directions[measure->direction]));
        json_key_c(out, "amounts");
        json_bool(out, measure->has_amounts);
    }
    put_decimal(out, "weight", part->weight);
    put_decimal(out, "floor", part->floor);
    put_decimal(out, "target", part->target);
    if (part->few != FEW_NONE) {
        web_json_text(out, "few", str_from_c(fews[part->few]));
        json_object_end(out);
        return;
    }
    web_json_integer(out, "denominator", part->denominator);
    web_json_integer(out, "numerator", part->numerator);
    if (measure != NULL && measure_number(measure, part->denominator, part->numerator, &value))
        put_decimal(out, "value", value);
    if (part->has_points)
        put_decimal(out, "points", part->points);
    put_decimal(out, "lost", score_lost(unit, part));
    if (part->gate.is_shut)
        put_decimal(out, "total_most", part->gate.total_most);
    json_object_end(out);
}

static void put_streaks(JsonOut *out, const ScoreTable *table)
{
    char name[PERIOD_NAME_SIZE];
    if (table->streak_n == 0)
        return;
    json_key_c(out, "in_a_row");
    json_object_begin(out);
    web_json_text(out, "to", str_from_c(period_name(table->streaks_to, name)));
    json_key_c(out, "is_complete");
    json_bool(out, table->is_streak_complete);
    json_key_c(out, "lines");
    json_array_begin(out);
    for (size_t i = 0; i < table->streak_n; i++) {
        const ScoreStreakNow *now = &table->streaks[i];
        json_object_begin(out);
        web_json_text(out, "line", score_line_name(now->declared->line));
        put_decimal(out, "at", now->at);
        web_json_integer(out, "years", now->years);
        web_json_wording(out, "then", now->declared->then);
        json_object_end(out);
    }
    json_array_end(out);
    json_object_end(out);
}

static void put_unit_streaks(JsonOut *out, const ScoreTable *table, const ScoreUnit *unit)
{
    if (table->streak_n == 0 || unit->is_held)
        return;
    json_key_c(out, "in_a_row");
    json_array_begin(out);
    for (size_t i = 0; i < table->streak_n; i++) {
        json_object_begin(out);
        web_json_integer(out, "years", unit->streaks[i].years);
        json_key_c(out, "is_reached");
        json_bool(out, unit->streaks[i].is_reached);
        if (unit->streaks[i].gap.n > 0)
            web_json_text(out, "gap", unit->streaks[i].gap);
        json_object_end(out);
    }
    json_array_end(out);
}

static void put_count(JsonOut *out, const ScoreQualityCount *count)
{
    if (count->few != FEW_NONE) {
        web_json_text(out, "few", str_from_c(fews[count->few]));
        return;
    }
    web_json_integer(out, "records", count->records);
    web_json_integer(out, "hits", count->hits);
    web_json_integer(out, "checked", count->checked);
}

static void put_quality(JsonOut *out, const ScoreTable *table)
{
    if (!table->has_quality)
        return;
    json_key_c(out, "quality");
    json_array_begin(out);
    for (size_t i = 0; i < table->quality_n; i++) {
        const ScoreQuality *quality = &table->quality[i];
        json_object_begin(out);
        web_json_text(out, "measure", quality->measure);
        web_json_wording(out, "title", quality->title);
        json_key_c(out, "is_complete");
        json_bool(out, quality->is_complete);
        put_count(out, &quality->whole);
        json_object_end(out);
    }
    json_array_end(out);
}

static void put_unit_quality(JsonOut *out, const ScoreTable *table, const ScoreUnit *unit)
{
    if (!table->has_quality)
        return;
    json_key_c(out, "quality");
    json_array_begin(out);
    for (size_t i = 0; i < table->quality_n; i++) {
        json_object_begin(out);
        put_count(out, &unit->quality[i]);
        json_object_end(out);
    }
    json_array_end(out);
}

/* What decides between equal totals, and how the totals of those ranked lie. */
static void put_ranking(Cx *cx, JsonOut *out, const ScoreTable *table)
{
    if (table->tie_n > 0) {
        json_key_c(out, "ties");
        json_array_begin(out);
        for (size_t i = 0; i < table->tie_n; i++) {
            const Measure *measure = pack_measure(cx->packs, table->ties[i]);
            json_object_begin(out);
            web_json_text(out, "measure", table->ties[i]);
            web_json_wording(out, "title",
                             measure == NULL ? (Wording){table->ties[i], table->ties[i]}
                                             : measure->title);
            json_object_end(out);
        }
        json_array_end(out);
    }
    if (table->has_spread) {
        json_key_c(out, "quartiles");
        json_array_begin(out);
        for (int i = 0; i < 3; i++)
            json_decimal(out, table->quartiles[i]);
        json_array_end(out);
    }
}

static void put_table(Cx *cx, JsonOut *out, const ScoreTable *table)
{
    char name[PERIOD_NAME_SIZE];
    web_json_text(out, "period", str_from_c(period_name(table->period, name)));
    json_key_c(out, "is_complete");
    json_bool(out, table->is_complete);
    json_key_c(out, "is_ranked");
    json_bool(out, table->is_ranked);
    json_key_c(out, "is_whole");
    json_bool(out, table->is_whole);
    if (table->few_below > 0)
        web_json_integer(out, "few_below", table->few_below);
    put_streaks(out, table);
    put_quality(out, table);
    put_ranking(cx, out, table);
    json_key_c(out, "units");
    json_array_begin(out);
    for (size_t i = 0; i < table->unit_n; i++) {
        const ScoreUnit *unit = &table->units[i];
        json_object_begin(out);
        web_json_text(out, "unit", unit->unit);
        web_json_wording(out, "name", unit->name);
        if (unit->rank > 0)
            web_json_integer(out, "rank", unit->rank);
        if (unit->quarter > 0)
            web_json_integer(out, "quarter", unit->quarter);
        if (unit->has_total)
            put_decimal(out, "total", unit->total);
        if (unit->is_held) {
            json_key_c(out, "is_held");
            json_bool(out, true);
        }
        put_unit_streaks(out, table, unit);
        put_unit_quality(out, table, unit);
        json_key_c(out, "parts");
        json_array_begin(out);
        for (size_t p = 0; p < unit->part_n; p++)
            put_part(cx, out, unit, &unit->parts[p]);
        json_array_end(out);
        json_object_end(out);
    }
    json_array_end(out);
}

static void put_head(Cx *cx, JsonOut *out, const Score *score)
{
    web_json_text(out, "id", score->id);
    web_json_wording(out, "title", score->title);
    if (score->remarks.zh.n > 0)
        web_json_wording(out, "remarks", score->remarks);
    web_json_wording(out, "source",
                     pack_source_wording(cx->packs, score->pack, score->source, cx->arena));
    web_json_integer(out, "level", score->level);
    web_json_text(out, "by", score->group.n > 0 ? score->group : STR("facility"));
    web_json_text(out, "kind", period_kind_name(score->kind));
}

static Err scores_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    (void)request;
    JsonOut out = web_json(response);
    json_object_begin(&out);
    json_key_c(&out, "items");
    json_array_begin(&out);
    for (size_t i = 0; i < cx->packs->scores.n; i++) {
        json_object_begin(&out);
        put_head(cx, &out, cx->packs->scores.entries[i].value);
        json_object_end(&out);
    }
    json_array_end(&out);
    json_object_end(&out);
    return OK;
}

const Route route_scores = {
    .method = HTTP_GET,
    .path = "/api/scores",
    .persons = ROUTE_PERSONS_COUNT,
    .handler = scores_get,
    .permit = "measures.read",
    .out = "{items: [{" SCHEMA_HEAD "}]}",
    .title = {"有哪些评分", "The scores of the packs"},
};

static Err read_period(Cx *cx, Str text, const Score *score, Period *ret_period)
{
    *ret_period = period_of(score->kind, cx->today);
    if (text.n == 0 || period_parse(text, ret_period) == OK)
        return OK;
    return cx_fail(cx, ERR_INVALID, TEXT_PARAMETER_WRONG, STR("period"), 3, STR("period"), text,
                   STR("2025, 2025H1, 2025Q1, 2025-01"));
}

static Err score_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    const Score *score = NULL;
    Period period;
    ScoreTable table;
    TRY(score_find(cx, http_parameter(request, "id"), &score));
    TRY(read_period(cx, http_query(request, "period"), score, &period));
    TRY(score_read(cx, score, period, false, &table));
    TRY(score_streaks(cx, score, false, &table));
    JsonOut out = web_json(response);
    json_object_begin(&out);
    put_head(cx, &out, score);
    put_table(cx, &out, &table);
    json_object_end(&out);
    return OK;
}

const Route route_score = {
    .method = HTTP_GET,
    .path = "/api/scores/{id}",
    .persons = ROUTE_PERSONS_COUNT,
    .handler = score_get,
    .permit = "measures.read",
    .query = "{period?: text}",
    .out = "{" SCHEMA_HEAD ", " SCHEMA_TABLE "}",
    .title = {"一种评分的各单位得分和名次", "How units in sight stand by a score, and their rank"},
};

/* ---- bulletins ---- */

static void put_bulletin(Cx *cx, JsonOut *out, const ScoreBulletin *bulletin)
{
    const Score *score = pack_score(cx->packs, bulletin->score);
    json_key_c(out, "id");
    json_uuid(out, bulletin->id);
    web_json_text(out, "score", bulletin->score);
    web_json_wording(out, "title",
                     score == NULL ? (Wording){bulletin->score, bulletin->score} : score->title);
    web_json_text(out, "period", bulletin->period);
    web_json_text(out, "note", bulletin->note);
    web_json_text(out, "packs", bulletin->packs);
    web_json_text(out, "frozen_by", bulletin->frozen_by);
    web_json_date(out, "frozen_on", bulletin->frozen_on);
    json_key_c(out, "frozen_at");
    json_instant(out, bulletin->frozen_at);
}

static Err score_bulletins_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    const ScoreBulletin *bulletins = NULL;
    size_t n = 0;
    TRY(score_bulletins(cx, http_query(request, "score"), &bulletins, &n));
    JsonOut out = web_json(response);
    json_object_begin(&out);
    json_key_c(&out, "items");
    json_array_begin(&out);
    for (size_t i = 0; i < n; i++) {
        json_object_begin(&out);
        put_bulletin(cx, &out, &bulletins[i]);
        json_object_end(&out);
    }
    json_array_end(&out);
    json_object_end(&out);
    return OK;
}

const Route route_score_bulletins = {
    .method = HTTP_GET,
    .path = "/api/scores/bulletins",
    .persons = ROUTE_PERSONS_COUNT,
    .handler = score_bulletins_get,
    .permit = "measures.read",
    .query = "{score?: text}",
    .out = "{items: [{" SCHEMA_BULLETIN "}]}",
    .title = {"已发布的通报", "The bulletins, the newest first"},
};

static Err score_bulletin_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    ScoreBulletin bulletin;
    ScoreTable table;
    Uuid id = UUID_NIL;
    TRY(web_parameter_uuid(cx, request, "bulletin", &id));
    TRY(score_bulletin_read(cx, id, &bulletin, &table));
    JsonOut out = web_json(response);
    json_object_begin(&out);
    put_bulletin(cx, &out, &bulletin);
    put_table(cx, &out, &table);
    json_object_end(&out);
    return OK;
}

const Route route_score_bulletin = {
    .method = HTTP_GET,
    .path = "/api/scores/bulletins/{bulletin}",
    .persons = ROUTE_PERSONS_COUNT,
    .handler = score_bulletin_get,
    .permit = "measures.read",
    .out = "{" SCHEMA_BULLETIN ", " SCHEMA_TABLE "}",
    .title = {"一期通报，发布时的样子", "A bulletin as it was frozen"},
};

static Err score_freeze_post(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    const Json *body = NULL;
    const Score *score = NULL;
    Str id_text = {0}, period_text = {0}, note = {0};
    Uuid id = UUID_NIL;
    Period period;
    TRY(web_body(cx, request, &body));
    TRY(web_body_text(cx, body, "id", &id_text));
    TRY(web_body_text(cx, body, "period", &period_text));
    TRY(web_body_optional_text(cx, body, "note", &note));
    if (uuid_parse(id_text, &id) != OK)
        return cx_fail(cx, ERR_INVALID, TEXT_FIELD_TYPE, STR("/id"), 2, STR("id"), STR("UUID"));
    TRY(score_find(cx, http_parameter(request, "id"), &score));
    TRY(read_period(cx, period_text, score, &period));
    TRY(score_freeze(cx, score, period, id, note));
    JsonOut out = web_json(response);
    json_object_begin(&out);
    json_key_c(&out, "id");
    json_uuid(&out, id);
    json_object_end(&out);
    return OK;
}

const Route route_score_freeze = {
    .method = HTTP_POST,
    .path = "/api/scores/{id}/bulletins",
    .handler = score_freeze_post,
    .permit = "scores.freeze",
    .body_most = BODY_MOST,
    .in = "{id: uuid, period: text, note?: text}",
    .out = "{id: uuid}",
    .title = {"把现在的名次发布为通报", "Freeze how units stand now as a bulletin"},
};
