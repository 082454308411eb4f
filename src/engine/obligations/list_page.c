/* A page of the list and its counts from one pass over the stored rows in sight: the rows are
 * counted as they come, and only the first of the page are kept. Where the sight holds too many
 * (a county), the database sorts and counts them (list.c). */
#include "access/access.h"
#include "engine/obligations/obligations_int.h"
#include "engine/obligations/visits.h"

#include <stdlib.h>
#include <string.h>

enum { PASS_MOST = 4000 }; /* a village doctor's sight holds some hundreds */

ObligationLine open_line(Obligation obligation, Str area, Date on)
{
    return (ObligationLine){
        .obligation = obligation, .area = area, .state = obligation_state(&obligation, on)};
}

int line_compare(const void *left, const void *right)
{
    const ObligationLine *a = left, *b = right;
    int order = date_compare(a->obligation.due_on, b->obligation.due_on);
    if (order == 0)
        order = str_compare(a->obligation.rule->program->id, b->obligation.rule->program->id);
    if (order == 0)
        order = str_compare(a->obligation.rule->id, b->obligation.rule->id);
    if (order == 0)
        order = uuid_compare(a->obligation.subject, b->obligation.subject);
    if (order == 0 && a->obligation.item != b->obligation.item)
        order = a->obligation.item < b->obligation.item ? -1 : 1;
    return order != 0 ? order : date_compare(a->obligation.closes_on, b->obligation.closes_on);
}

/* In the order of read_counts: by program, then by key. */
static int count_compare(const void *left, const void *right)
{
    const Rule *a = ((const ObligationCount *)left)->rule;
    const Rule *b = ((const ObligationCount *)right)->rule;
    int order = str_compare(a->program->id, b->program->id);
    int64_t a_key = rule_key(a), b_key = rule_key(b);
    return order != 0 ? order : (a_key > b_key) - (a_key < b_key);
}

typedef struct {
    Cx *cx;
    const ObligationFilter *filter;
    ObligationLine *best; /* ascending; filter->most at most */
    size_t best_n;
    ObligationCounts *counts;
    ObligationLines *together; /* of all rows */
} Gathering;

static ObligationCount *count_of(Gathering *gathering, const Rule *rule)
{
    ObligationCounts *counts = gathering->counts;
    for (size_t i = 0; i < counts->n; i++) {
        if (counts->items[i].rule == rule)
            return &counts->items[i];
    }
    VEC_PUSH(gathering->cx->arena, counts, (ObligationCount){.rule = rule});
    return &counts->items[counts->n - 1];
}

static bool is_behind(const ObligationCursor *after, const ObligationLine *line)
{
    if (date_is_none(after->due_on))
        return true;
    const Obligation *obligation = &line->obligation;
    int order = date_compare(obligation->due_on, after->due_on);
    if (order == 0)
        order = str_compare(obligation->rule->program->id, after->program);
    if (order == 0)
        order = str_compare(obligation->rule->id, after->rule);
    if (order == 0)
        order = uuid_compare(obligation->subject, after->subject);
    if (order == 0 && obligation->item != after->item)
        order = obligation->item < after->item ? -1 : 1;
    return (order != 0 ? order : date_compare(obligation->closes_on, after->closes_on)) > 0;
}

static bool is_asked(const ObligationFilter *filter, const ObligationLine *line)
{
    Str program = line->obligation.rule->program->id;
    return filter->states[line->state]
           && (filter->program.n == 0 || str_equals(filter->program, program))
           && is_behind(&filter->after, line);
}

/* Where the line belongs among the best; behind them all when it is none of them. */
static void keep(Gathering *gathering, const ObligationLine *line)
{
    size_t from = 0, to = gathering->best_n;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (line_compare(&gathering->best[middle], line) < 0)
            from = middle + 1;
        else
            to = middle;
    }
    if (from == gathering->filter->most)
        return;
    if (gathering->best_n < gathering->filter->most)
        gathering->best_n++;
    memmove(&gathering->best[from + 1], &gathering->best[from],
            (gathering->best_n - 1 - from) * sizeof *gathering->best);
    gathering->best[from] = *line;
}

static void take(Gathering *gathering, const Rule *rule, const ObligationOpenRowsRow *row)
{
    ObligationLine line = OPEN_LINE(rule, *row, gathering->filter->on);
    ObligationCount *count = count_of(gathering, rule);
    count->overdue += line.state == OBLIGATION_OVERDUE;
    count->due += line.state == OBLIGATION_DUE;
    count->open += line.state == OBLIGATION_OPEN;
    if (is_asked(gathering->filter, &line))
        keep(gathering, &line);
    if (obligation_goes_together(&line))
        VEC_PUSH(gathering->cx->arena, gathering->together, line);
}

static ObligationOpenRowsIn open_rows_in(const Cx *cx, const ObligationFilter *filter)
{
    return (ObligationOpenRowsIn){cx->place, filter->on,
                                  filter->area.p == NULL ? STR("") : filter->area, PASS_MOST};
}

void page_read_ahead(Cx *cx, const ObligationFilter *filter)
{
    const ObligationOpenRowsIn in = open_rows_in(cx, filter);
    obligation_open_rows_ahead(cx->db, list_scope(cx), &in);
}

static Err read_rows(Gathering *gathering, size_t *ret_n)
{
    Cx *cx = gathering->cx;
    const ObligationFilter *filter = gathering->filter;
    CLEANUP(db_rows_close) DbRows found = {0};
    const ObligationOpenRowsIn in = open_rows_in(cx, filter);
    TRY(obligation_open_rows_open(cx->db, list_scope(cx), &in, &found));
    for (*ret_n = 0;; (*ret_n)++) {
        ObligationOpenRowsRow row;
        bool has_row = false;
        TRY(obligation_open_rows_next(&found, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        const Rule *rule = rule_by_key(cx, row.rule_key);
        if (rule != NULL)
            take(gathering, rule, &row);
    }
}

Err page_read(Cx *cx, const ObligationFilter *filter, bool *ret_is_read, ObligationLines *lines,
              ObligationLines *together, ObligationCounts *counts)
{
    Gathering gathering = {.cx = cx, .filter = filter, .counts = counts, .together = together};
    gathering.best = arena_array(cx->arena, ObligationLine, filter->most);
    size_t n = 0;
    TRY(read_rows(&gathering, &n));
    *ret_is_read = n < PASS_MOST;
    if (!*ret_is_read) {
        counts->n = 0;
        *together = (ObligationLines){0};
        return OK;
    }
    lines->items = gathering.best;
    lines->n = lines->capacity = gathering.best_n;
    if (counts->n > 1)
        qsort(counts->items, counts->n, sizeof *counts->items, count_compare);
    return OK;
}
