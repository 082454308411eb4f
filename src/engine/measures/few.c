/* Small numbers: what is published, or leaves the program as a file, does not tell of so few people
 * that somebody who lives there could recognise them.
 *
 * A row that is held back can be given away by the sum of its parent and the other rows. So no
 * group of rows under a parent that is told has one alone held back, nor some that are few
 * together: the next smallest go with them; and a parent that went with others has a row below it
 * that does too. */
#include "engine/measures/measures.h"

static bool is_few(int64_t n, int64_t few_below)
{
    return n > 0 && n < few_below;
}

MeasureFew measure_few(const Measure *measure, int64_t few_below, int64_t denominator,
                       int64_t numerator)
{
    if (measure == NULL || measure_is_of_units(measure))
        return FEW_NONE;
    if (is_few(denominator, few_below))
        return FEW_ALL;
    bool is_share = is_few(numerator, few_below) || is_few(denominator - numerator, few_below);
    return measure_sensitivity(measure).n > 0 && is_share ? FEW_SHARE : FEW_NONE;
}

enum { LEVEL_LAST = 5 };

typedef struct Rows {
    const MeasureValue *values;
    const Str *parents;
    size_t n;
    int64_t few_below;
    MeasureFew *few;
} Rows;

static bool is_of_group(const Rows *rows, size_t at, size_t other)
{
    return rows->values[at].level == rows->values[other].level
           && date_compare(rows->values[at].period.first, rows->values[other].period.first) == 0
           && str_equals(rows->parents[at], rows->parents[other]);
}

/* The smallest one of the group that still tells how many it counts; false when there is none. */
static bool hide_next(Rows *rows, size_t group)
{
    size_t best = SIZE_MAX;
    for (size_t i = 0; i < rows->n; i++) {
        bool is_shown = rows->few[i] == FEW_NONE && rows->values[i].denominator > 0;
        if (is_shown && is_of_group(rows, group, i)
            && (best == SIZE_MAX || rows->values[i].denominator < rows->values[best].denominator))
            best = i;
    }
    if (best != SIZE_MAX)
        rows->few[best] = FEW_WITH_OTHERS;
    return best != SIZE_MAX;
}

static MeasureFew few_of_parent(const Rows *rows, size_t group)
{
    for (size_t i = 0; i < rows->n; i++)
        if (str_equals(rows->values[i].unit, rows->parents[group])
            && date_compare(rows->values[i].period.first, rows->values[group].period.first) == 0)
            return rows->few[i];
    return FEW_NONE;
}

/* Whether what is held back of the group cannot be told from the rest. */
static bool is_covered(const Rows *rows, size_t group)
{
    size_t hidden = 0;
    int64_t sum = 0;
    for (size_t i = 0; i < rows->n; i++) {
        if (rows->few[i] == FEW_NONE || !is_of_group(rows, group, i))
            continue;
        hidden++;
        sum += rows->values[i].denominator;
    }
    MeasureFew parent = few_of_parent(rows, group);
    if (parent == FEW_WITH_OTHERS)
        return hidden > 0;
    return parent != FEW_NONE || hidden == 0 || (hidden > 1 && sum >= rows->few_below);
}

void measure_few_rows(const Measure *measure, int64_t few_below, const MeasureValue *values,
                      const Str *parents, size_t n, MeasureFew *few)
{
    Rows rows = {values, parents, n, few_below, few};
    bool is_any = false;
    for (size_t i = 0; i < n; i++) {
        few[i] = measure_few(measure, few_below, values[i].denominator, values[i].numerator);
        is_any = is_any || few[i] != FEW_NONE;
    }
    for (int64_t level = 0; is_any && level <= LEVEL_LAST; level++)
        for (size_t i = 0; i < n; i++) {
            bool is_first = values[i].level == level;
            for (size_t k = 0; k < i && is_first; k++)
                is_first = !is_of_group(&rows, i, k);
            while (is_first && !is_covered(&rows, i) && hide_next(&rows, i))
                continue;
        }
}
