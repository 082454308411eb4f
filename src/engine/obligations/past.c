/* People at the end of a past day: where they lived, who they were, who was one person with whom.
 * An area, a death, a date of birth or a merge that was entered later was not known. */
#include "access/access.h"
#include "engine/obligations/obligations_int.h"

#include <stdlib.h>

typedef struct PastRow {
    Uuid person;
    EvidenceRow row;
} PastRow;
typedef VEC(PastRow) PastRows;

static int facts_order(const void *left, const void *right)
{
    const SubjectFacts *a = left, *b = right;
    return uuid_compare(a->subject, b->subject);
}

static SubjectFacts *find_person(const People *people, Uuid subject)
{
    const SubjectFacts wanted = {.subject = subject};
    return people->n == 0 ? NULL
                          : bsearch(&wanted, people->items, people->n, sizeof wanted, facts_order);
}

static Uuid person_then(const Past *past, Uuid entry)
{
    const ResidentThen *then = resident_then_find(past->then, past->then_n, entry);
    return then == NULL ? entry : then->person;
}

static SubjectFacts facts_then(const ResidentThen *then)
{
    return (SubjectFacts){.subject = then->entry,
                          .area = then->state.area,
                          .sex = then->sex,
                          .birth_date = then->birth_date,
                          .registered_on = then->registered_on,
                          .gone_on = date_min(then->state.died_on, then->state.left_on),
                          .kind = STR("resident")};
}

/* Those who were persons of their own then, of those whom the caller sees now. */
static void regroup_people(Cx *cx, const Past *past, People *people)
{
    People were = {0};
    for (size_t i = 0; i < people->n; i++) {
        if (resident_then_find(past->then, past->then_n, people->items[i].subject) == NULL)
            VEC_PUSH(cx->arena, &were, people->items[i]);
    }
    for (size_t i = 0; i < past->then_n; i++) {
        const ResidentThen *then = &past->then[i];
        if (uuid_equals(then->person, then->entry)
            && date_compare(then->registered_on, past->day) <= 0
            && find_person(people, then->person_now) != NULL)
            VEC_PUSH(cx->arena, &were, facts_then(then));
    }
    if (were.n > 1)
        qsort(were.items, were.n, sizeof *were.items, facts_order);
    *people = were;
}

/* ---- sex and date of birth ---- */

static Err put_fact(SubjectFacts *facts, const ResidentFact *fact)
{
    if (str_equals_c(fact->fact, "sex"))
        facts->sex = fact->text;
    else if (fact->text.n == 0)
        facts->birth_date = DATE_NONE;
    else
        return date_parse(fact->text, &facts->birth_date);
    return OK;
}

typedef struct Told {
    Uuid person;
    const RecordFactThen *fact;
} Told;

/* By person; what counts more comes later. */
static int told_order(const void *left, const void *right)
{
    const Told *a = left, *b = right;
    int order = uuid_compare(a->person, b->person);
    if (order == 0)
        order = date_compare(a->fact->happened_on, b->fact->happened_on);
    return order != 0 ? order : uuid_compare(a->fact->record, b->fact->record);
}

static int known_order(const void *left, const void *right)
{
    const ResidentRegistered *a = left, *b = right;
    return uuid_compare(a->entry, b->entry);
}

/* Before records said anything: known is ascending by entry. */
static Err put_registered(const ResidentRegistered *known, size_t n, SubjectFacts *facts)
{
    const ResidentRegistered wanted = {.entry = facts->subject};
    if (n == 0)
        return OK;
    const ResidentRegistered *end = known + n;
    const ResidentRegistered *at = bsearch(&wanted, known, n, sizeof wanted, known_order);
    while (at != NULL && at > known && uuid_equals(at[-1].entry, facts->subject))
        at--;
    for (; at != NULL && at < end && uuid_equals(at->entry, facts->subject); at++)
        TRY(put_fact(facts, &at->fact));
    return OK;
}

/* Whoever merges name may owe today's facts to records that were somebody else's then: he begins
 * with what he was registered as. */
static Told *who_told(Cx *cx, const Past *past, const Uuid *person, const RecordFactThen *facts,
                      size_t n, size_t *ret_n)
{
    RecordFactThen *nothing = arena_new(cx->arena, RecordFactThen);
    *nothing = (RecordFactThen){.record = UUID_NIL, .happened_on = DATE_NONE};
    Told *told = arena_array(cx->arena, Told, n + past->then_n + 1);
    *ret_n = 0;
    for (size_t i = 0; i < n; i++)
        told[(*ret_n)++] = (Told){person_then(past, facts[i].entry), &facts[i]};
    for (size_t i = 0; i < past->then_n; i++) {
        const ResidentThen *then = &past->then[i];
        if (person == NULL || uuid_equals(then->person_now, *person))
            told[(*ret_n)++] = (Told){then->person, nothing};
    }
    if (*ret_n > 1)
        qsort(told, *ret_n, sizeof *told, told_order);
    return told;
}

typedef VEC(RecordFactThen) FactsThen;

static Err take_facts(Cx *cx, const Past *past, const Uuid *person, FactsThen *facts)
{
    const RecordFactThen *found = NULL;
    size_t n = 0;
    TRY(record_facts_then(cx, past->day, list_scope(cx), person, past->then, past->then_n, &found,
                          &n));
    for (size_t i = 0; i < n; i++)
        VEC_PUSH(cx->arena, facts, found[i]);
    return OK;
}

/* The system asks area by area, and an entry that stood under somebody here may live elsewhere
 * today. Whoever else asks is not told what he may not see. */
static Err take_facts_elsewhere(Cx *cx, const Past *past, const People *people,
                                const People *people_now, FactsThen *facts)
{
    for (size_t i = 0; cx->actor->is_system && i < past->then_n; i++) {
        const ResidentThen *then = &past->then[i];
        if (find_person(people, then->person) != NULL
            && find_person(people_now, then->person_now) == NULL)
            TRY(take_facts(cx, past, &then->person_now, facts));
    }
    return OK;
}

static Err recall_facts(Cx *cx, const Past *past, const Uuid *person, const People *people_now,
                        People *people)
{
    FactsThen facts = {0};
    const ResidentRegistered *known = NULL;
    size_t n = 0, known_n = 0;
    TRY(take_facts(cx, past, person, &facts));
    if (person == NULL)
        TRY(take_facts_elsewhere(cx, past, people, people_now, &facts));
    const Told *told = who_told(cx, past, person, facts.items, facts.n, &n);
    if (n == 0)
        return OK;
    TRY(residents_registered(cx, &known, &known_n));
    SubjectFacts *at = NULL;
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || !uuid_equals(told[i].person, told[i - 1].person)) {
            at = find_person(people, told[i].person);
            if (at != NULL)
                TRY(put_registered(known, known_n, at));
        }
        if (at != NULL && !uuid_is_nil(told[i].fact->record))
            TRY(put_fact(at, &told[i].fact->fact));
    }
    return OK;
}

/* ---- evidence of who was merged ---- */

static int uuid_order(const void *left, const void *right)
{
    return uuid_compare(*(const Uuid *)left, *(const Uuid *)right);
}

/* The people of today under whom such entries stand, and under whose people of then. */
static void note_regrouped(Cx *cx, Past *past)
{
    VEC(Uuid) people = {0};
    for (size_t i = 0; i < past->then_n; i++) {
        const ResidentThen *entry = &past->then[i];
        if (uuid_equals(entry->person, entry->person_now))
            continue;
        const ResidentThen *under = resident_then_find(past->then, past->then_n, entry->person);
        VEC_PUSH(cx->arena, &people, entry->person_now);
        VEC_PUSH(cx->arena, &people, under == NULL ? entry->person : under->person_now);
    }
    if (people.n > 1)
        qsort(people.items, people.n, sizeof *people.items, uuid_order);
    past->regrouped = people.items;
    past->regrouped_n = people.n;
}

bool past_is_regrouped(const Past *past, Uuid person_now)
{
    return past->regrouped_n > 0
           && bsearch(&person_now, past->regrouped, past->regrouped_n, sizeof person_now,
                      uuid_order)
                  != NULL;
}

static int past_row_order(const void *left, const void *right)
{
    const PastRow *a = left, *b = right;
    int order = uuid_compare(a->person, b->person);
    if (order != 0)
        return order;
    if (a->row.rule_key != b->row.rule_key)
        return a->row.rule_key < b->row.rule_key ? -1 : 1;
    const Evidence *x = &a->row.evidence, *y = &b->row.evidence;
    order = date_compare(x->happened_on, y->happened_on);
    if (order == 0)
        order = uuid_compare(x->record, y->record);
    return order != 0 ? order : (x->kind > y->kind) - (x->kind < y->kind);
}

static Err read_rows(Cx *cx, Past *past)
{
    PastRows rows = {0};
    CLEANUP(db_rows_close) DbRows found = {0};
    ObligationEvidenceByEntryIn in = {cx->place, past->day};
    /* the system asks area by area, and what stood under somebody here may lie elsewhere today */
    const DbScope *scope = cx->actor->is_system ? access_scope(cx) : list_scope(cx);
    TRY(obligation_evidence_by_entry_open(cx->db, scope, &in, &found));
    for (;;) {
        ObligationEvidenceByEntryRow row;
        bool has_row = false;
        TRY(obligation_evidence_by_entry_next(&found, cx->arena, &row, &has_row));
        if (!has_row)
            break;
        if (past_is_regrouped(past, row.subject_id))
            VEC_PUSH(cx->arena, &rows,
                     (PastRow){person_then(past, row.entry_id), {row.rule_key, EVIDENCE_OF(row)}});
    }
    if (rows.n > 1)
        qsort(rows.items, rows.n, sizeof *rows.items, past_row_order);
    past->rows = rows.items;
    past->row_n = rows.n;
    return OK;
}

void past_evidence(Cx *cx, const Past *past, Uuid person, EvidenceRows *rows)
{
    size_t low = 0, high = past->row_n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (uuid_compare(past->rows[middle].person, person) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < past->row_n && uuid_equals(past->rows[low].person, person); low++)
        VEC_PUSH(cx->arena, rows, past->rows[low].row);
}

Err past_read(Cx *cx, Date day, const Uuid *person, People *people, Past *ret_past)
{
    *ret_past = (Past){.day = day};
    if (date_compare(day, cx->today) >= 0)
        return OK;
    TRY(residents_then(cx, day, &ret_past->then, &ret_past->then_n));
    const People people_now = *people;
    regroup_people(cx, ret_past, people);
    note_regrouped(cx, ret_past);
    TRY(recall_facts(cx, ret_past, person, &people_now, people));
    return ret_past->regrouped_n == 0 ? OK : read_rows(cx, ret_past);
}
