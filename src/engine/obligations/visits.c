/* Gathering what one visit can do, for the people of a page. */
#include "engine/obligations/visits.h"

#include "base/map.h"
#include "engine/obligations/obligations_int.h"

#include <stdlib.h>

enum { BATCH = 50 };

typedef VEC(ObligationVisit) Visits;

/* What is open of somebody on the page, in no order. */
typedef struct Open {
    const ObligationLine *line;
    struct Open *next;
} Open;

typedef struct {
    Uuid subject;
    Open *first;
    size_t n;
} Visited;

/* By subject, in the order of the page. */
typedef struct {
    Map by_subject;
    Visited *items;
    Uuid *subjects;
    size_t n;
} Visiteds;

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
        ObligationLine line = OPEN_LINE(rule, row, on);
        if (obligation_goes_together(&line))
            VEC_PUSH(cx->arena, lines, line);
    }
}

static Str key_of(const Uuid *subject)
{
    return (Str){(const char *)subject->bytes, sizeof subject->bytes};
}

/* Everybody of whom something on the page can be done with something else. */
static void visiteds_of(Cx *cx, const ObligationLine *lines, size_t n, Visiteds *visiteds)
{
    *visiteds = (Visiteds){.items = arena_array(cx->arena, Visited, n),
                           .subjects = arena_array(cx->arena, Uuid, n)};
    map_init(&visiteds->by_subject, cx->arena);
    for (size_t i = 0; i < n; i++) {
        const Uuid *subject = &lines[i].obligation.subject;
        if (!obligation_goes_together(&lines[i]) || map_has(&visiteds->by_subject, key_of(subject)))
            continue;
        Visited *visited = &visiteds->items[visiteds->n];
        visited->subject = visiteds->subjects[visiteds->n++] = *subject;
        map_put(&visiteds->by_subject, key_of(subject), visited);
    }
}

static void add_open(Cx *cx, Visiteds *visiteds, const ObligationLine *lines, size_t n)
{
    Open *open = arena_array(cx->arena, Open, n);
    for (size_t i = 0; i < n; i++) {
        Visited *visited = map_get(&visiteds->by_subject, key_of(&lines[i].obligation.subject));
        if (visited == NULL)
            continue;
        open[i] = (Open){&lines[i], visited->first};
        visited->first = &open[i];
        visited->n++;
    }
}

static void add_visit(Cx *cx, const Visited *visited, Visits *visits)
{
    ObligationLine *lines = arena_array(cx->arena, ObligationLine, visited->n);
    size_t n = 0;
    for (const Open *open = visited->first; open != NULL; open = open->next)
        lines[n++] = *open->line;
    qsort(lines, n, sizeof *lines, line_compare);
    VEC_PUSH(cx->arena, visits, ((ObligationVisit){visited->subject, lines, n}));
}

/* Of whom the page has not read everything. */
static Err read_open(Cx *cx, Date on, Visiteds *visiteds)
{
    ObligationLines open = {0};
    for (size_t from = 0; from < visiteds->n; from += BATCH) {
        size_t batch = visiteds->n - from < BATCH ? visiteds->n - from : BATCH;
        TRY(read_batch(cx, on, visiteds->subjects + from, batch, &open));
    }
    add_open(cx, visiteds, open.items, open.n);
    return OK;
}

Err obligation_visits(Cx *cx, Date on, const ObligationPage *page, size_t n,
                      const ObligationVisit **ret_visits, size_t *ret_n)
{
    Visits visits = {0};
    Visiteds visiteds;
    visiteds_of(cx, page->lines, n, &visiteds);
    if (page->together != NULL) {
        add_open(cx, &visiteds, page->together, page->together_n);
    } else {
        Err err = read_open(cx, on, &visiteds);
        if (err != OK)
            return cx_fail_db(cx, err);
    }
    for (size_t i = 0; i < visiteds.n; i++) {
        if (visiteds.items[i].n > 1)
            add_visit(cx, &visiteds.items[i], &visits);
    }
    *ret_visits = visits.items;
    *ret_n = visits.n;
    return OK;
}
