/* Small numbers: what is published, or leaves the program as a file, does not tell of so few people
 * that somebody who lives there could recognise them.
 *
 * A row that is held back tells none of its numbers. It can still be given away by the sum of its
 * parent and the other rows, so others go with it until no told sum is about few. Invariants:
 *  1. A told sum has no single row held back below it.
 *  2. A sum that is held back has a row held back below it.
 *  3. What a told sum leaves over for the rows held back under it, and for those that are held back
 *     under these, is neither few together nor as little or as much as their marks allow at all.
 * Where rows do not suffice for that, their sum goes too. */
#include "engine/measures/measures.h"

#include <stdlib.h>

static bool is_few(int64_t n, int64_t few_below)
{
    return n > 0 && n < few_below;
}

static bool is_sensitive(const Measure *measure)
{
    return measure == NULL || measure_sensitivity(measure).n > 0;
}

MeasureFew measure_few(const Measure *measure, int64_t few_below, int64_t denominator,
                       int64_t numerator)
{
    if (measure != NULL && measure_is_of_units(measure))
        return FEW_NONE;
    if (is_few(denominator, few_below))
        return FEW_ALL;
    bool is_share = is_few(numerator, few_below) || is_few(denominator - numerator, few_below);
    return is_sensitive(measure) && is_share ? FEW_SHARE : FEW_NONE;
}

enum { NUMBERS = 3, DEPTH_MOST = 8 }; /* denominator, numerator, rest */
static const size_t NO_ROW = SIZE_MAX;

/* The rows of one sum and period, the smallest first: of `sorted` from first on. */
typedef struct Group {
    size_t first, n;
    size_t head; /* row of the sum; NO_ROW: it is not in the table, but may be told elsewhere */
} Group;

typedef struct Sorted {
    Date period;
    Str of;
    int64_t denominator;
    size_t row;
} Sorted;

typedef struct Rows {
    const MeasureValue *values;
    int64_t few_below;
    size_t number_n; /* 1: only denominators matter */
    MeasureFew *few;
    Sorted *sorted;
    Group *groups;
    size_t group_n;
    size_t *below; /* by row: the group whose head it is; NO_ROW */
} Rows;

static int compare_groups(const Sorted *a, const Sorted *b)
{
    int by_period = date_compare(a->period, b->period);
    return by_period != 0 ? by_period : str_compare(a->of, b->of);
}

static int compare_sorted(const void *left, const void *right)
{
    const Sorted *a = left, *b = right;
    int by_group = compare_groups(a, b);
    if (by_group != 0)
        return by_group;
    if (a->denominator != b->denominator)
        return a->denominator < b->denominator ? -1 : 1;
    return a->row < b->row ? -1 : a->row > b->row;
}

static int compare_heads(const void *left, const void *right)
{
    return compare_groups(left, right);
}

/* Unknowns of one sum. */
typedef struct Unknown {
    int64_t n;
    int64_t few[NUMBERS], more[NUMBERS], sum[NUMBERS];
} Unknown;

static void add_row(const Rows *rows, size_t row, Unknown *unknown)
{
    const MeasureValue *value = &rows->values[row];
    const int64_t numbers[NUMBERS] = {value->denominator, value->numerator,
                                      value->denominator - value->numerator};
    unknown->n++;
    for (size_t i = 0; i < rows->number_n; i++) {
        unknown->few[i] += is_few(numbers[i], rows->few_below);
        unknown->more[i] += numbers[i] >= rows->few_below;
        unknown->sum[i] += numbers[i];
    }
}

/* Whoever knows the sums, and that a few are 1 to few_below - 1 and all others more, finds no row's
 * number. */
static bool is_vague(const Rows *rows, const Unknown *unknown)
{
    for (size_t i = 0; i < rows->number_n; i++) {
        int64_t few = unknown->few[i], more = unknown->more[i], sum = unknown->sum[i];
        bool is_low = sum < rows->few_below || sum <= few + more * rows->few_below;
        bool is_high = more == 0 && sum >= few * (rows->few_below - 1);
        if (few > 0 && (is_low || is_high))
            return false;
    }
    return true;
}

static size_t hidden_of(const Rows *rows, const Group *group)
{
    size_t hidden = 0;
    for (size_t i = 0; i < group->n; i++)
        hidden += rows->few[rows->sorted[group->first + i].row] != FEW_NONE;
    return hidden;
}

/* What is held back under a group's told sum, down to rows that have nothing held back below. */
static void add_ends(const Rows *rows, const Group *group, int depth, Unknown *unknown)
{
    for (size_t i = 0; i < group->n; i++) {
        size_t row = rows->sorted[group->first + i].row;
        if (rows->few[row] == FEW_NONE)
            continue;
        const Group *below = rows->below[row] == NO_ROW ? NULL : &rows->groups[rows->below[row]];
        if (below != NULL && depth < DEPTH_MOST && hidden_of(rows, below) > 0)
            add_ends(rows, below, depth + 1, unknown);
        else
            add_row(rows, row, unknown);
    }
}

static bool is_covered(const Rows *rows, const Group *group)
{
    Unknown direct = {0}, ends = {0};
    if (group->head != NO_ROW && rows->few[group->head] != FEW_NONE)
        return hidden_of(rows, group) > 0;
    for (size_t i = 0; i < group->n; i++)
        if (rows->few[rows->sorted[group->first + i].row] != FEW_NONE)
            add_row(rows, rows->sorted[group->first + i].row, &direct);
    if (direct.n == 0)
        return true;
    add_ends(rows, group, 0, &ends);
    return direct.n > 1 && is_vague(rows, &direct) && is_vague(rows, &ends);
}

/* The smallest row that is told, or else the sum; false when nothing is left. */
static bool hide_next(const Rows *rows, const Group *group)
{
    for (size_t i = 0; i < group->n; i++) {
        const Sorted *next = &rows->sorted[group->first + i];
        if (rows->few[next->row] != FEW_NONE || next->denominator <= 0)
            continue;
        rows->few[next->row] = FEW_WITH_OTHERS;
        return true;
    }
    if (group->head == NO_ROW || rows->few[group->head] != FEW_NONE)
        return false;
    rows->few[group->head] = FEW_WITH_OTHERS;
    return true;
}

static void sort_rows(Arena *arena, const Str *parents, size_t n, Rows *rows)
{
    Sorted *heads = arena_array(arena, Sorted, n + 1);
    rows->sorted = arena_array(arena, Sorted, n + 1);
    rows->groups = arena_array(arena, Group, n + 1);
    rows->below = arena_array(arena, size_t, n + 1);
    for (size_t i = 0; i < n; i++) {
        const MeasureValue *value = &rows->values[i];
        rows->sorted[i] = (Sorted){value->period.first, parents[i], value->denominator, i};
        heads[i] = (Sorted){value->period.first, value->unit, 0, i};
        rows->below[i] = NO_ROW;
    }
    qsort(rows->sorted, n, sizeof *rows->sorted, compare_sorted);
    qsort(heads, n, sizeof *heads, compare_sorted);
    for (size_t i = 0; i < n; i++) {
        Group *last = rows->group_n > 0 ? &rows->groups[rows->group_n - 1] : NULL;
        if (last != NULL && compare_groups(&rows->sorted[last->first], &rows->sorted[i]) == 0) {
            last->n++;
            continue;
        }
        const Sorted *head = bsearch(&rows->sorted[i], heads, n, sizeof *heads, compare_heads);
        rows->groups[rows->group_n] = (Group){i, 1, head == NULL ? NO_ROW : head->row};
        if (head != NULL)
            rows->below[head->row] = rows->group_n;
        rows->group_n++;
    }
}

void measure_few_rows(Arena *arena, const Measure *measure, int64_t few_below,
                      const MeasureValue *values, const Str *parents, size_t n, MeasureFew *few)
{
    Rows rows = {.values = values,
                 .few_below = few_below,
                 .number_n = is_sensitive(measure) ? NUMBERS : 1,
                 .few = few};
    bool is_moved = false;
    for (size_t i = 0; i < n; i++) {
        if (few[i] == FEW_NONE)
            few[i] = measure_few(measure, few_below, values[i].denominator, values[i].numerator);
        is_moved = is_moved || few[i] != FEW_NONE;
    }
    if (is_moved)
        sort_rows(arena, parents, n, &rows);
    while (is_moved) {
        is_moved = false;
        for (size_t i = 0; i < rows.group_n; i++)
            while (!is_covered(&rows, &rows.groups[i]) && hide_next(&rows, &rows.groups[i]))
                is_moved = true;
    }
}
