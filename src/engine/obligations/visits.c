/* Gathering what one visit can do, for the people of a page. */
#include "engine/obligations/visits.h"

#include "engine/obligations/obligations_int.h"

#include <stdlib.h>

enum { BATCH = 50 };

typedef VEC(ObligationVisit) Visits;
typedef VEC(Uuid) Subjects;

bool obligation_goes_together(const ObligationLine *line)
{
    const Rule *rule = line->obligation.rule;
    return !rule->is_alone && str_equals_c(rule->program->subject, "resident")
           && (line->state == OBLIGATION_OPEN || line->state == OBLIGATION_DUE
               || line->state == OBLIGATION_OVERDUE);
}

size_t obligation_together(const ObligationLine *lines, size_t n)
{
    size_t together = 0;
    for (size_t i = 0; i < n; i++)
        together += obligation_goes_together(&lines[i]);
    return together > 1 ? together : 0;
}

const ObligationVisit *obligation_visit_of(const ObligationVisit *visits, size_t n, Uuid subject)
{
    for (size_t i = 0; i < n; i++) {
        if (uuid_equals(visits[i].subject, subject))
            return &visits[i];
    }
    return NULL;
}

static ObligationOpenOfPeopleIn batch_in(Cx *cx, Date on, const Uuid *subjects, size_t n)
{
    Uuid padded[BATCH] = {0};
    for (size_t i = 0; i < n; i++)
        padded[i] = subjects[i];
    const Uuid *p = padded;
    return (ObligationOpenOfPeopleIn){
        cx->place, on,    p[0],  p[1],  p[2],  p[3],  p[4],  p[5],  p[6],  p[7],  p[8],
        p[9],      p[10], p[11], p[12], p[13], p[14], p[15], p[16], p[17], p[18], p[19],
        p[20],     p[21], p[22], p[23], p[24], p[25], p[26], p[27], p[28], p[29], p[30],
        p[31],     p[32], p[33], p[34], p[35], p[36], p[37], p[38], p[39], p[40], p[41],
        p[42],     p[43], p[44], p[45], p[46], p[47], p[48], p[49]};
}

static Err read_batch(Cx *cx, Date on, const Uuid *subjects, size_t n, ObligationLines *lines)
{
    CLEANUP(db_rows_close) DbRows rows = {0};
    ObligationOpenOfPeopleIn in = batch_in(cx, on, subjects, n);
    TRY(obligation_open_of_people_open(cx->db, list_scope(cx), &in, &rows));
    for (;;) {
        ObligationOpenOfPeopleRow row;
        bool has_row = false;
        TRY(obligation_open_of_people_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        const Rule *rule = rule_by_key(cx, row.rule_key);
        if (rule == NULL)
            continue;
        ObligationLine line = {.obligation = {.subject = row.subject_id,
                                              .rule = rule,
                                              .item = (uint32_t)row.item,
                                              .opens_on = row.opens_on,
                                              .due_on = row.due_on,
                                              .closes_on = row.closes_on,
                                              .due_minute = (int32_t)row.due_minute,
                                              .done = row.done,
                                              .needed = row.needed,
                                              .met_on = DATE_NONE,
                                              .waived_on = DATE_NONE,
                                              .spared_on = DATE_NONE},
                               .area = row.area_code};
        line.state = obligation_state(&line.obligation, on);
        if (obligation_goes_together(&line))
            VEC_PUSH(cx->arena, lines, line);
    }
}

/* Everybody of whom something on the page can be done with something else. */
static Subjects subjects_of(Cx *cx, const ObligationLine *lines, size_t n)
{
    Subjects subjects = {0};
    for (size_t i = 0; i < n; i++) {
        Uuid subject = lines[i].obligation.subject;
        bool is_new = obligation_goes_together(&lines[i]);
        for (size_t j = 0; j < subjects.n && is_new; j++)
            is_new = !uuid_equals(subjects.items[j], subject);
        if (is_new)
            VEC_PUSH(cx->arena, &subjects, subject);
    }
    return subjects;
}

static bool is_among(const Subjects *sorted, Uuid subject)
{
    size_t from = 0, to = sorted->n;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        int order = uuid_compare(sorted->items[middle], subject);
        if (order == 0)
            return true;
        if (order < 0)
            from = middle + 1;
        else
            to = middle;
    }
    return false;
}

static int uuid_order(const void *left, const void *right)
{
    return uuid_compare(*(const Uuid *)left, *(const Uuid *)right);
}

/* What the page has read anyway of its people. */
static ObligationLines known_of(Cx *cx, const ObligationPage *page, const Subjects *subjects)
{
    Subjects sorted = {0};
    ObligationLines known = {0};
    for (size_t i = 0; i < subjects->n; i++)
        VEC_PUSH(cx->arena, &sorted, subjects->items[i]);
    if (sorted.n > 1)
        qsort(sorted.items, sorted.n, sizeof *sorted.items, uuid_order);
    for (size_t i = 0; i < page->together_n; i++) {
        if (is_among(&sorted, page->together[i].obligation.subject))
            VEC_PUSH(cx->arena, &known, page->together[i]);
    }
    return known;
}

static int by_subject(const void *left, const void *right)
{
    const ObligationLine *a = left, *b = right;
    int order = uuid_compare(a->obligation.subject, b->obligation.subject);
    return order != 0 ? order : line_compare(a, b);
}

static void add_visit(Cx *cx, Uuid subject, const ObligationLines *lines, Visits *visits)
{
    size_t from = 0;
    while (from < lines->n && !uuid_equals(lines->items[from].obligation.subject, subject))
        from++;
    size_t after = from;
    while (after < lines->n && uuid_equals(lines->items[after].obligation.subject, subject))
        after++;
    if (after - from > 1)
        VEC_PUSH(cx->arena, visits,
                 ((ObligationVisit){subject, lines->items + from, after - from}));
}

static void add_visits(Cx *cx, const Uuid *subjects, size_t n, const ObligationLines *open,
                       Visits *visits)
{
    if (open->n > 1)
        qsort(open->items, open->n, sizeof *open->items, by_subject);
    for (size_t i = 0; i < n; i++)
        add_visit(cx, subjects[i], open, visits);
}

Err obligation_visits(Cx *cx, Date on, const ObligationPage *page, size_t n,
                      const ObligationVisit **ret_visits, size_t *ret_n)
{
    Visits visits = {0};
    Subjects subjects = subjects_of(cx, page->lines, n);
    if (page->together != NULL) {
        const ObligationLines known = known_of(cx, page, &subjects);
        add_visits(cx, subjects.items, subjects.n, &known, &visits);
        subjects.n = 0;
    }
    for (size_t from = 0; from < subjects.n; from += BATCH) {
        size_t batch = subjects.n - from < BATCH ? subjects.n - from : BATCH;
        ObligationLines open = {0};
        Err err = read_batch(cx, on, subjects.items + from, batch, &open);
        if (err != OK)
            return cx_fail_db(cx, err);
        add_visits(cx, subjects.items + from, batch, &open, &visits);
    }
    *ret_visits = visits.items;
    *ret_n = visits.n;
    return OK;
}
