/* catchment score show|freeze|bulletins|bulletin: how units stand by a score, and rankings frozen.
 */
#include "cli/commands.h"

#include "base/num.h"
#include "cli/json_lines.h"
#include "engine/scores/scores.h"

static void put_number(JsonOut *out, const char *key, bool is_there, double number)
{
    json_key_c(out, key);
    if (is_there)
        json_decimal(out, number);
    else
        json_null(out);
}

static void put_part(JsonOut *out, const ScoreUnit *unit, const ScorePart *part)
{
    json_object_begin(out);
    json_put_text(out, "measure", part->measure);
    put_number(out, "weight", true, part->weight);
    put_number(out, "floor", true, part->floor);
    put_number(out, "target", true, part->target);
    bool is_told = part->few == FEW_NONE; /* of a bulletin: not of few people */
    put_number(out, "denominator", is_told, (double)part->denominator);
    put_number(out, "numerator", is_told, (double)part->numerator);
    put_number(out, "points", is_told && part->has_points, part->points);
    put_number(out, "lost", is_told && part->has_points, score_lost(unit, part));
    put_number(out, "total_most", is_told && part->gate.is_shut, part->gate.total_most);
    json_object_end(out);
}

static void put_streaks(JsonOut *out, const ScoreTable *table, const ScoreUnit *unit, Lang lang)
{
    if (table->streak_n == 0 || unit->is_held)
        return;
    json_key_c(out, "in_a_row");
    json_array_begin(out);
    for (size_t i = 0; i < table->streak_n; i++) {
        const ScoreUnitStreak *row = &unit->streaks[i];
        const ScoreStreakNow *now = &table->streaks[i];
        json_object_begin(out);
        json_put_text(out, "line", score_line_name(now->declared->line));
        put_number(out, "years", true, (double)row->years);
        put_number(out, "of", true, (double)now->years);
        json_put_text(out, "gap", row->gap);
        json_put_text(out, "then",
                      row->is_reached ? wording_in(now->declared->then, lang) : (Str){0});
        json_object_end(out);
    }
    json_array_end(out);
}

static Err put_table(Cli *cli, const ScoreTable *table)
{
    for (size_t i = 0; i < table->unit_n; i++) {
        const ScoreUnit *unit = &table->units[i];
        JsonLine line;
        json_line_begin(&line, cli->arena);
        put_number(&line.json, "rank", unit->rank > 0, (double)unit->rank);
        put_number(&line.json, "quarter", unit->quarter > 0, (double)unit->quarter);
        json_put_text(&line.json, "unit", unit->unit);
        json_put_text(&line.json, "unit_name", wording_in(unit->name, cli->cx->lang));
        put_number(&line.json, "total", unit->has_total, unit->total);
        put_streaks(&line.json, table, unit, cli->cx->lang);
        json_key_c(&line.json, "parts");
        json_array_begin(&line.json);
        for (size_t p = 0; p < unit->part_n; p++)
            put_part(&line.json, unit, &unit->parts[p]);
        json_array_end(&line.json);
        TRY(json_line_end(&line));
    }
    return OK;
}

static void put_count(JsonOut *out, const char *key, bool is_told, int64_t number)
{
    put_number(out, key, is_told, (double)number);
}

static Err put_quality(Cli *cli, const ScoreTable *table)
{
    for (size_t i = 0; i < table->quality_n; i++) {
        const ScoreQuality *quality = &table->quality[i];
        for (size_t u = 0; u <= table->unit_n; u++) {
            const ScoreUnit *unit = u == 0 ? NULL : &table->units[u - 1];
            const ScoreQualityCount *count = unit == NULL ? &quality->whole : &unit->quality[i];
            bool is_told = count->few == FEW_NONE;
            JsonLine line;
            json_line_begin(&line, cli->arena);
            json_put_text(&line.json, "quality", quality->measure);
            json_put_text(&line.json, "unit", unit == NULL ? (Str){0} : unit->unit);
            put_count(&line.json, "records", is_told, count->records);
            put_count(&line.json, "hits", is_told, count->hits);
            put_count(&line.json, "checked", is_told, count->checked);
            json_key_c(&line.json, "is_complete");
            json_bool(&line.json, quality->is_complete);
            TRY(json_line_end(&line));
        }
    }
    return OK;
}

static Err read_asked(Cli *cli, const Score **ret_score, Period *ret_period)
{
    Str period = cli_value(cli, "period");
    TRY(score_find(cli->cx, cli_value(cli, "score"), ret_score));
    *ret_period = period_of((*ret_score)->kind, cli->cx->today);
    if (period.n == 0 || period_parse(period, ret_period) == OK)
        return OK;
    cli_say("catchment score: --period is 2025, 2025H1, 2025Q1 or 2025-01");
    return ERR_USAGE;
}

static Err show_run(Cli *cli)
{
    const Score *score = NULL;
    Period period;
    ScoreTable table;
    TRY(read_asked(cli, &score, &period));
    TRY(score_read(cli->cx, score, period, true, &table));
    TRY(score_streaks(cli->cx, score, true, &table));
    return put_table(cli, &table);
}

const Command cmd_score_show = {
    .name = "score show",
    .summary = "how units stand by a score of the packs, with their rank",
    .needs = CLI_DATABASE,
    .options = (const CliOption[]){{"score", "ID", NULL, true, "of the packs"},
                                   {"period", "PERIOD", NULL, false, "the running one"},
                                   {0}},
    .run = show_run,
};

static Err freeze_run(Cli *cli)
{
    const Score *score = NULL;
    Period period;
    Uuid id = cx_new_id(cli->cx);
    JsonLine line;
    TRY(read_asked(cli, &score, &period));
    TRY(score_freeze(cli->cx, score, period, id, cli_value(cli, "note")));
    json_line_begin(&line, cli->arena);
    json_key_c(&line.json, "bulletin");
    json_uuid(&line.json, id);
    return json_line_end(&line);
}

const Command cmd_score_freeze = {
    .name = "score freeze",
    .summary = "freeze how units stand now as a bulletin",
    .needs = CLI_DATABASE,
    .options = (const CliOption[]){{"score", "ID", NULL, true, "of the packs"},
                                   {"period", "PERIOD", NULL, false, "the running one"},
                                   {"note", "TEXT", NULL, false, "what it is for"},
                                   {0}},
    .run = freeze_run,
};

static Err bulletins_run(Cli *cli)
{
    const ScoreBulletin *bulletins = NULL;
    size_t n = 0;
    TRY(score_bulletins(cli->cx, cli_value(cli, "score"), &bulletins, &n));
    for (size_t i = 0; i < n; i++) {
        JsonLine line;
        json_line_begin(&line, cli->arena);
        json_key_c(&line.json, "bulletin");
        json_uuid(&line.json, bulletins[i].id);
        json_put_text(&line.json, "score", bulletins[i].score);
        json_put_text(&line.json, "period", bulletins[i].period);
        json_put_text(&line.json, "note", bulletins[i].note);
        json_put_text(&line.json, "packs", bulletins[i].packs);
        json_key_c(&line.json, "frozen_on");
        json_date(&line.json, bulletins[i].frozen_on);
        TRY(json_line_end(&line));
    }
    return OK;
}

const Command cmd_score_bulletins = {
    .name = "score bulletins",
    .summary = "list the bulletins, the newest first",
    .needs = CLI_DATABASE,
    .options = (const CliOption[]){{"score", "ID", NULL, false, "of this score only"}, {0}},
    .run = bulletins_run,
};

static Err bulletin_run(Cli *cli)
{
    ScoreBulletin bulletin;
    ScoreTable table;
    Uuid id = UUID_NIL;
    Str text = cli_value(cli, "bulletin");
    if (uuid_parse(text, &id) != OK)
        return cx_fail(cli->cx, ERR_NOT_FOUND, TEXT_NOT_FOUND, STR("bulletin"), 1, text);
    TRY(score_bulletin_read(cli->cx, id, &bulletin, &table));
    TRY(put_table(cli, &table));
    return put_quality(cli, &table);
}

const Command cmd_score_bulletin = {
    .name = "score bulletin",
    .summary = "a bulletin as it was frozen",
    .needs = CLI_DATABASE,
    .options = (const CliOption[]){{"bulletin", "ID", NULL, true, "of score bulletins"}, {0}},
    .run = bulletin_run,
};
