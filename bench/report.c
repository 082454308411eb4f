/* The table goes to standard output line by line, so that a long run can be watched. */
#include "bench/report.h"

#include <stdio.h>
#include <string.h>

#include "base/os_file.h"
#include "codec/json_out.h"

#define GROWTH_MOST 1.2

static double ratio_of(const BenchLine *line)
{
    return line->floor > 0 ? line->value / line->floor : 0;
}

static bool ratio_misses(const BenchLine *line)
{
    double ratio = ratio_of(line);
    return line->floor > 0
           && ((line->ratio_most > 0 && ratio > line->ratio_most)
               || (line->ratio_least > 0 && ratio < line->ratio_least));
}

static bool value_misses(const BenchLine *line)
{
    double value = line->wall > 0 ? line->wall : line->value;
    return (line->value_most > 0 && value > line->value_most)
           || (line->value_least > 0 && line->value < line->value_least);
}

static bool has_budget(const BenchLine *line)
{
    return line->ratio_most > 0 || line->ratio_least > 0 || line->value_most > 0
           || line->value_least > 0;
}

static const char *verdict_of(const BenchLine *line)
{
    if (!has_budget(line))
        return "";
    return ratio_misses(line) || value_misses(line) ? "MISSED" : "ok";
}

static Str budget_of(const BenchLine *line, Arena *arena)
{
    Str ratio = line->ratio_most > 0    ? str_printf(arena, "<= %.3gx ", line->ratio_most)
                : line->ratio_least > 0 ? str_printf(arena, ">= %.3gx ", line->ratio_least)
                                        : STR("");
    Str value = line->value_most > 0    ? str_printf(arena, "< %.4g", line->value_most)
                : line->value_least > 0 ? str_printf(arena, ">= %.4g", line->value_least)
                                        : STR("");
    return str_printf(arena, "%.*s%.*s", STR_ARG(ratio), STR_ARG(value));
}

void report_head(void)
{
    printf("%-44s %-10s %9s %11s %-9s %11s %7s %-15s %s\n", "work", "engine", "residents", "value",
           "unit", "floor", "ratio", "budget", "");
}

void report_add(Report *report, BenchLine line)
{
    VEC_PUSH(report->arena, &report->lines, line);
    char floor[32] = "", ratio[32] = "", residents[32] = "";
    if (line.floor > 0) {
        snprintf(floor, sizeof floor, "%.4g", line.floor);
        snprintf(ratio, sizeof ratio, "%.2fx", ratio_of(&line));
    }
    if (line.residents > 0)
        snprintf(residents, sizeof residents, "%lld", (long long)line.residents);
    Str budget = budget_of(&line, report->arena);
    printf("%-44s %-10s %9s %11.4g %-9s %11s %7s %-15.*s %s", line.work, line.engine, residents,
           line.value, line.unit, floor, ratio, STR_ARG(budget), verdict_of(&line));
    if (line.wall > 0)
        printf(" (%.3g s by the clock)", line.wall);
    if (line.note.n > 0)
        printf(" %.*s", STR_ARG(line.note));
    printf("\n");
    fflush(stdout);
}

/* ---- growth ---- */

/* The same line at the smallest size; NULL when this is it. */
static const BenchLine *smaller(const Report *report, const BenchLine *line)
{
    const BenchLine *found = NULL;
    for (size_t i = 0; i < report->lines.n; i++) {
        const BenchLine *other = &report->lines.items[i];
        bool is_same = strcmp(other->work, line->work) == 0
                       && strcmp(other->engine, line->engine) == 0
                       && other->residents < line->residents;
        if (is_same && (found == NULL || other->residents < found->residents))
            found = other;
    }
    return found;
}

typedef struct {
    double product, floor; /* how many times dearer; floor 0: none */
    int64_t from;
} Growth;

static Growth growth_of(const Report *report, const BenchLine *line)
{
    const BenchLine *first = line->residents == 0 ? NULL : smaller(report, line);
    if (first == NULL || first->value <= 0)
        return (Growth){0};
    double size = line->grows ? (double)line->residents / (double)first->residents : 1;
    Growth growth = {line->value / first->value / size, 0, first->residents};
    if (line->floor > 0 && first->floor > 0)
        growth.floor = line->floor / first->floor / size;
    return growth;
}

void report_growth(const Report *report)
{
    bool has_head = false;
    for (size_t i = 0; i < report->lines.n; i++) {
        const BenchLine *line = &report->lines.items[i];
        Growth growth = growth_of(report, line);
        if (growth.from == 0 || (!line->grows && line->ratio_most <= 0))
            continue;
        if (!has_head)
            printf("\n%-44s %-10s %19s %9s %9s\n", "growth of cost (1 = as the county)", "engine",
                   "residents", "product", "floor");
        has_head = true;
        printf("%-44s %-10s %9lld ->%8lld %8.2fx", line->work, line->engine, (long long)growth.from,
               (long long)line->residents, growth.product);
        if (growth.floor > 0)
            printf(" %8.2fx <= %.1fx %s", growth.floor, GROWTH_MOST,
                   growth.product > GROWTH_MOST * growth.floor ? "MISSED" : "ok");
        printf("\n");
    }
}

/* ---- JSON ---- */

static void put_number(JsonOut *out, const char *key, double value)
{
    json_key_c(out, key);
    if (value > 0)
        json_decimal(out, value);
    else
        json_null(out);
}

static void put_line(const Report *report, JsonOut *out, const BenchLine *line)
{
    json_object_begin(out);
    json_key_c(out, "work");
    json_text_c(out, line->work);
    json_key_c(out, "engine");
    json_text_c(out, line->engine);
    put_number(out, "residents", (double)line->residents);
    json_key_c(out, "unit");
    json_text_c(out, line->unit);
    json_key_c(out, "value");
    json_decimal(out, line->value);
    put_number(out, "seconds_by_the_clock", line->wall);
    put_number(out, "floor", line->floor);
    put_number(out, "ratio", ratio_of(line));
    put_number(out, "ratio_most", line->ratio_most);
    put_number(out, "ratio_least", line->ratio_least);
    put_number(out, "value_most", line->value_most);
    put_number(out, "value_least", line->value_least);
    json_key_c(out, "is_met");
    if (has_budget(line))
        json_bool(out, !ratio_misses(line) && !value_misses(line));
    else
        json_null(out);
    Growth growth = growth_of(report, line);
    put_number(out, "growth", growth.product);
    put_number(out, "growth_of_floor", growth.floor);
    json_key_c(out, "note");
    json_text(out, line->note);
    json_object_end(out);
}

Err report_write(const Report *report, Str path, Str machine)
{
    Buf text;
    buf_init(&text, report->arena, MIB(8));
    JsonOut out = json_out(&text);
    json_object_begin(&out);
    json_key_c(&out, "version");
    json_text_c(&out, CATCHMENT_VERSION);
    json_key_c(&out, "machine");
    json_text(&out, machine);
    json_key_c(&out, "lines");
    json_array_begin(&out);
    for (size_t i = 0; i < report->lines.n; i++)
        put_line(report, &out, &report->lines.items[i]);
    json_array_end(&out);
    json_object_end(&out);
    buf_put_char(&text, '\n');
    return os_file_write(path, buf_str(&text), 0644);
}
