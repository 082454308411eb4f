/* Recomputing: one subject, or everybody in subject order, page by page. Only differences are
 * written. A record need not even read what is stored: that is what the evidence without it says,
 * and where it is not, the subject stands among the stale ones. */
#include "db/load.h"
#include "engine/obligations/obligations_int.h"

#include <stdlib.h>

enum { PAGE_PEOPLE = 8000 };

/* The rule's rows among those of the subject; NULL and 0 when it has none. */
static const EvidenceRow *rows_of(const EvidenceRow *rows, size_t n, int64_t key, size_t *ret_n)
{
    size_t first = 0;
    while (first < n && rows[first].rule_key != key)
        first++;
    size_t after = first;
    while (after < n && rows[after].rule_key == key)
        after++;
    *ret_n = after - first;
    return *ret_n == 0 ? NULL : rows + first;
}

static void evaluate_one(Cx *cx, const Policy *policy, const SubjectFacts *facts, const Rule *rule,
                         const EvidenceRow *rows, size_t n, Date horizon, ObligationRows *out)
{
    Evidence *evidence = n == 0 ? NULL : arena_array(cx->arena, Evidence, n);
    for (size_t i = 0; i < n; i++)
        evidence[i] = rows[i].evidence;
    ObligationOutcomes outcomes = {0};
    const PolicyEditions *editions = &policy->editions[rule->number];
    rule_evaluate_editions(editions->rules, editions->n, facts, evidence, n, horizon, cx->arena,
                           &outcomes);
    for (size_t i = 0; i < outcomes.n; i++) {
        outcomes.items[i].obligation.rule = rule;
        VEC_PUSH(cx->arena, out,
                 (ObligationRow){facts->subject, rule_key(rule), duty_area(rule, facts),
                                 outcomes.items[i]});
    }
}

static int row_compare(const ObligationRow *a, const ObligationRow *b);

static int row_order(const void *left, const void *right)
{
    return row_compare(left, right);
}

static void evaluate_keys(Cx *cx, const Policy *policy, const SubjectFacts *facts,
                          const EvidenceRow *rows, size_t n, RuleKeys keys, Date horizon,
                          ObligationRows *out)
{
    size_t before = out->n;
    bool is_resident = !date_is_none(facts->registered_on) && str_equals_c(facts->kind, "resident");
    for (size_t i = 0; i < cx->packs->rule_n; i++) {
        const Rule *rule = cx->packs->rules[i];
        bool is_of_facts = rule->program->enrolled_by == NULL;
        if (rule_key(rule) < keys.from || rule_key(rule) > keys.until)
            continue;
        if (n == 0 && !(is_of_facts && is_resident))
            continue;
        size_t rule_n = 0;
        const EvidenceRow *of_rule = rows_of(rows, n, rule_key(rule), &rule_n);
        if (rule_n > 0 || (is_of_facts && is_resident))
            evaluate_one(cx, policy, facts, rule, of_rule, rule_n, horizon, out);
    }
    if (out->n - before > 1)
        qsort(out->items + before, out->n - before, sizeof *out->items, row_order);
}

void subject_evaluate(Cx *cx, const Policy *policy, const SubjectFacts *facts,
                      const EvidenceRow *rows, size_t n, Date horizon, ObligationRows *out)
{
    evaluate_keys(cx, policy, facts, rows, n, EVERY_RULE, horizon, out);
}

static int row_compare(const ObligationRow *a, const ObligationRow *b)
{
    int order = uuid_compare(a->subject, b->subject);
    if (order != 0)
        return order;
    if (a->rule_key != b->rule_key)
        return a->rule_key < b->rule_key ? -1 : 1;
    const Obligation *x = &a->outcome.obligation, *y = &b->outcome.obligation;
    if (x->item != y->item)
        return x->item < y->item ? -1 : 1;
    return date_compare(x->closes_on, y->closes_on);
}

static bool is_amount(double a, double b)
{
    return !(a < b) && !(b < a);
}

static bool row_equals(const ObligationRow *a, const ObligationRow *b)
{
    const Obligation *x = &a->outcome.obligation, *y = &b->outcome.obligation;
    return date_compare(x->opens_on, y->opens_on) == 0 && date_compare(x->due_on, y->due_on) == 0
           && x->due_minute == y->due_minute && date_compare(x->met_on, y->met_on) == 0
           && date_compare(x->waived_on, y->waived_on) == 0
           && date_compare(x->spared_on, y->spared_on) == 0 && is_amount(x->done, y->done)
           && is_amount(x->needed, y->needed) && uuid_equals(x->met_by, y->met_by)
           && str_equals(a->area, b->area);
}

static Err row_write(Cx *cx, const ObligationRow *row)
{
    const Obligation *obligation = &row->outcome.obligation;
    ObligationWriteIn in = {
        .place = cx->place,
        .subject_id = row->subject,
        .rule_key = row->rule_key,
        .item = obligation->item,
        .closes_on = obligation->closes_on,
        .opens_on = obligation->opens_on,
        .due_on = obligation->due_on,
        .due_minute = obligation->due_minute,
        .area_code = row->area.p == NULL ? STR("") : row->area,
        .done = obligation->done,
        .needed = obligation->needed,
        .met_by = obligation->met_by,
        .met_on = obligation->met_on,
        .waived_on = obligation->waived_on,
        .spared_on = obligation->spared_on,
    };
    return obligation_write(cx->db, &in);
}

static Err row_delete(Cx *cx, const ObligationRow *row)
{
    const Obligation *obligation = &row->outcome.obligation;
    ObligationDeleteIn in = {cx->place, row->subject, row->rule_key, obligation->item,
                             obligation->closes_on};
    return obligation_delete(cx->db, &in);
}

Err rows_reconcile(Cx *cx, const ObligationRows *computed, const ObligationRows *stored,
                   bool only_counts, ObligationRecompute *totals)
{
    size_t i = 0, j = 0;
    while (i < computed->n || j < stored->n) {
        int order = i == computed->n ? 1
                    : j == stored->n ? -1
                                     : row_compare(&computed->items[i], &stored->items[j]);
        if (order > 0) {
            totals->deleted++;
            if (!only_counts)
                TRY(row_delete(cx, &stored->items[j]));
            j++;
            continue;
        }
        bool is_same = order == 0 && row_equals(&computed->items[i], &stored->items[j]);
        if (!is_same) {
            totals->written++;
            if (!only_counts)
                TRY(row_write(cx, &computed->items[i]));
        }
        j += order == 0;
        i++;
    }
    return OK;
}

static const DbColumn columns[] = {
    {"place", DB_TEXT, false},   {"subject_id", DB_UUID, false},    {"rule_key", DB_INTEGER, false},
    {"item", DB_INTEGER, false}, {"closes_on", DB_DATE, false},     {"opens_on", DB_DATE, false},
    {"due_on", DB_DATE, false},  {"due_minute", DB_INTEGER, false}, {"area_code", DB_TEXT, false},
    {"done", DB_DECIMAL, false}, {"needed", DB_DECIMAL, false},     {"met_by", DB_UUID, true},
    {"met_on", DB_DATE, true},   {"waived_on", DB_DATE, true},      {"spared_on", DB_DATE, true},
};

enum { COLUMN_N = sizeof columns / sizeof *columns };

static Err copy_row(DbBulk *bulk, Str place, const ObligationRow *row)
{
    const Obligation *obligation = &row->outcome.obligation;
    const DbValue values[COLUMN_N] = {
        db_text(place),
        db_uuid(row->subject),
        db_integer(row->rule_key),
        db_integer(obligation->item),
        db_date(obligation->closes_on),
        db_date(obligation->opens_on),
        db_date(obligation->due_on),
        db_integer(obligation->due_minute),
        db_text(row->area.p == NULL ? STR("") : row->area),
        db_decimal(obligation->done),
        db_decimal(obligation->needed),
        uuid_is_nil(obligation->met_by) ? db_null(DB_UUID) : db_uuid(obligation->met_by),
        db_date(obligation->met_on),
        db_date(obligation->waived_on),
        db_date(obligation->spared_on),
    };
    return db_bulk_row(bulk, values);
}

/* Into an empty table, where there is nothing to compare with. */
static Err rows_copy(Cx *cx, const ObligationRows *computed, ObligationRecompute *totals)
{
    DbBulk *bulk = NULL;
    if (computed->n == 0)
        return OK;
    TRY(db_bulk_begin(cx->db, cx->arena, "obligation", columns, COLUMN_N, &bulk));
    for (size_t i = 0; i < computed->n; i++)
        TRY(copy_row(bulk, cx->place, &computed->items[i]));
    totals->written += (int64_t)computed->n;
    return db_bulk_end(bulk);
}

/* ---- one subject ---- */

void subject_read_ahead(Cx *cx, Uuid subject, Date known_on)
{
    const ObligationEvidenceOfSubjectIn in = {cx->place, subject, known_on, EVERY_RULE.from,
                                              EVERY_RULE.until};
    obligation_evidence_of_subject_ahead(cx->db, &in);
    obligation_subject_facts_ahead(cx->db, &(ObligationSubjectFactsIn){cx->place, subject});
}

void subject_evidence_ahead(Cx *cx, Uuid subject, RuleKeys keys)
{
    const ObligationEvidenceOfSubjectIn in = {cx->place, subject, KNOWN_NOW, keys.from, keys.until};
    obligation_evidence_of_subject_ahead(cx->db, &in);
}

static Err read_evidence(Cx *cx, Uuid subject, Date known_on, RuleKeys keys, EvidenceRows *rows)
{
    CLEANUP(db_rows_close) DbRows found = {0};
    ObligationEvidenceOfSubjectIn in = {cx->place, subject, known_on, keys.from, keys.until};
    TRY(obligation_evidence_of_subject_open(cx->db, &in, &found));
    for (;;) {
        ObligationEvidenceOfSubjectRow row;
        bool has_row = false;
        TRY(obligation_evidence_of_subject_next(&found, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        VEC_PUSH(cx->arena, rows, (EvidenceRow){row.rule_key, EVIDENCE_OF(row)});
    }
}

/* A stored row of either statement. */
#define STORED_ROW(id, row)                                                                        \
 ((ObligationRow){(id),                                                                            \
                  (row).rule_key,                                                                  \
                  (row).area_code,                                                                 \
                  {.obligation = {.subject = (id),                                                 \
                                  .item = (uint32_t)(row).item,                                    \
                                  .opens_on = (row).opens_on,                                      \
                                  .due_on = (row).due_on,                                          \
                                  .closes_on = (row).closes_on,                                    \
                                  .due_minute = (int32_t)(row).due_minute,                         \
                                  .done = (row).done,                                              \
                                  .needed = (row).needed,                                          \
                                  .met_by = (row).met_by,                                          \
                                  .met_on = (row).met_on,                                          \
                                  .waived_on = (row).waived_on,                                    \
                                  .spared_on = (row).spared_on}}})

Err subject_evidence(Cx *cx, Uuid subject, RuleKeys keys, EvidenceRows *rows)
{
    return read_evidence(cx, subject, KNOWN_NOW, keys, rows);
}

static Err read_stored(Cx *cx, Uuid subject, ObligationRows *rows)
{
    CLEANUP(db_rows_close) DbRows found = {0};
    ObligationOfSubjectIn in = {cx->place, subject};
    TRY(obligation_of_subject_open(cx->db, &in, &found));
    for (;;) {
        ObligationOfSubjectRow row;
        bool has_row = false;
        TRY(obligation_of_subject_next(&found, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        VEC_PUSH(cx->arena, rows, STORED_ROW(subject, row));
    }
}

/* rows: the evidence of whoever is no resident, as known on the day. */
static Err read_facts(Cx *cx, Uuid subject, Date known_on, const EvidenceRows *rows,
                      SubjectFacts *ret_facts)
{
    ObligationSubjectFactsIn in = {cx->place, subject};
    ObligationSubjectFactsRow facts;
    bool found = false;
    TRY(obligation_subject_facts(cx->db, cx->arena, &in, &facts, &found));
    if (!found)
        return other_facts_read(cx, subject, known_on, rows->items, rows->n, ret_facts);
    *ret_facts = FACTS_OF(subject, facts);
    return OK;
}

Err subject_read(Cx *cx, Uuid subject, Date known_on, SubjectFacts *ret_facts, EvidenceRows *rows)
{
    TRY(read_evidence(cx, subject, known_on, EVERY_RULE, rows));
    return read_facts(cx, subject, known_on, rows, ret_facts);
}

static Err recompute_subject(Cx *cx, Uuid subject)
{
    SubjectFacts facts;
    EvidenceRows evidence = {0};
    const Policy *policy = NULL;
    TRY(policy_of(cx, &policy));
    TRY(subject_read(cx, subject, KNOWN_NOW, &facts, &evidence));
    ObligationRows computed = {0}, stored = {0};
    subject_evaluate(cx, policy, &facts, evidence.items, evidence.n, stored_horizon(cx), &computed);
    TRY(read_stored(cx, subject, &stored));
    ObligationRecompute totals = {0};
    return rows_reconcile(cx, &computed, &stored, false, &totals);
}

Err subject_recompute(Cx *cx, Uuid subject)
{
    Err err = recompute_subject(cx, subject);
    return err == OK ? OK : cx_fail_db(cx, err);
}

static int evidence_order(const void *left, const void *right)
{
    const EvidenceRow *a = left, *b = right;
    if (a->rule_key != b->rule_key)
        return a->rule_key < b->rule_key ? -1 : 1;
    int order = date_compare(a->evidence.happened_on, b->evidence.happened_on);
    if (order == 0)
        order = uuid_compare(a->evidence.record, b->evidence.record);
    return order != 0 ? order : (int)a->evidence.kind - (int)b->evidence.kind;
}

void evidence_sort(EvidenceRows *rows)
{
    if (rows->n > 1)
        qsort(rows->items, rows->n, sizeof *rows->items, evidence_order);
}

/* The evidence when what one record said is gone and what another says has come. */
static EvidenceRows evidence_after(Cx *cx, const EvidenceRows *before, Uuid ended,
                                   const EvidenceRows *added)
{
    EvidenceRows after = {0};
    for (size_t i = 0; i < before->n; i++) {
        if (uuid_is_nil(ended) || !uuid_equals(before->items[i].evidence.record, ended))
            VEC_PUSH(cx->arena, &after, before->items[i]);
    }
    for (size_t i = 0; i < added->n; i++)
        VEC_PUSH(cx->arena, &after, added->items[i]);
    evidence_sort(&after);
    return after;
}

static Err facts_of_change(Cx *cx, const RecordChange *change, Uuid subject,
                           const EvidenceRows *known, SubjectFacts *ret_facts)
{
    if (change->person == NULL)
        return read_facts(cx, subject, KNOWN_NOW, known, ret_facts);
    *ret_facts = FACTS_OF(subject, *change->person);
    return OK;
}

Err subject_follow(Cx *cx, const RecordChange *change, RuleKeys keys, const EvidenceRows *added)
{
    Uuid ended = change->ended == NULL ? UUID_NIL : change->ended->id;
    Uuid subject = change->added != NULL ? change->added->subject : change->ended->subject;
    SubjectFacts facts;
    EvidenceRows known = {0};
    ObligationRows before = {0}, after = {0};
    ObligationRecompute totals = {0};
    const Policy *policy = NULL;
    TRY(policy_of(cx, &policy));
    if (change->read != NULL)
        known = *(const EvidenceRows *)change->read;
    else
        TRY(read_evidence(cx, subject, KNOWN_NOW, keys, &known));
    TRY(facts_of_change(cx, change, subject, &known, &facts));
    const EvidenceRows next = evidence_after(cx, &known, ended, added);
    Date horizon = stored_horizon(cx);
    evaluate_keys(cx, policy, &facts, known.items, known.n, keys, horizon, &before);
    evaluate_keys(cx, policy, &facts, next.items, next.n, keys, horizon, &after);
    return rows_reconcile(cx, &after, &before, false, &totals);
}

/* ---- everybody ---- */

Err pass_people(Cx *cx, Pass *pass, People *people, Uuid *ret_until)
{
    CLEANUP(db_rows_close) DbRows found = {0};
    ObligationPeoplePageIn in = {cx->place, pass->after, pass->people};
    TRY(obligation_people_page_open(cx->db, &in, &found));
    for (;;) {
        ObligationPeoplePageRow row;
        bool has_row = false;
        TRY(obligation_people_page_next(&found, cx->arena, &row, &has_row));
        if (!has_row)
            break;
        VEC_PUSH(cx->arena, people, FACTS_OF(row.id, row));
    }
    pass->is_last = (int64_t)people->n < pass->people;
    *ret_until = people->n == 0 ? UUID_NIL : people->items[people->n - 1].subject;
    for (size_t i = 0; pass->is_last && i < sizeof ret_until->bytes; i++)
        ret_until->bytes[i] = 0xff;
    return OK;
}

/* Evaluates everybody before the subject, who have no evidence. */
static void evaluate_until(Merge *merge, Uuid subject)
{
    for (; merge->at < merge->people->n; merge->at++) {
        const SubjectFacts *facts = &merge->people->items[merge->at];
        if (uuid_compare(facts->subject, subject) >= 0)
            return;
        subject_evaluate(merge->cx, merge->policy, facts, NULL, 0, merge->horizon, merge->computed);
    }
}

Err merge_next(Merge *merge, Uuid subject, const EvidenceRows *rows)
{
    evaluate_until(merge, subject);
    bool is_resident = merge->at < merge->people->n
                       && uuid_equals(merge->people->items[merge->at].subject, subject);
    SubjectFacts facts;
    if (is_resident)
        facts = merge->people->items[merge->at++];
    else
        TRY(other_facts_read(merge->cx, subject, KNOWN_NOW, rows->items, rows->n, &facts));
    subject_evaluate(merge->cx, merge->policy, &facts, rows->items, rows->n, merge->horizon,
                     merge->computed);
    return OK;
}

void merge_rest(Merge *merge)
{
    while (merge->at < merge->people->n) {
        const SubjectFacts *facts = &merge->people->items[merge->at++];
        subject_evaluate(merge->cx, merge->policy, facts, NULL, 0, merge->horizon, merge->computed);
    }
}

/* Reads the evidence of a page, evaluates its subjects, and moves pass->after behind them. */
static Err read_page(Cx *cx, Pass *pass, ObligationRows *computed)
{
    People people = {0};
    Uuid until = UUID_NIL, subject = UUID_NIL;
    TRY(pass_people(cx, pass, &people, &until));
    const Policy *policy = NULL;
    TRY(policy_of(cx, &policy));
    Merge merge = {cx, policy, &people, 0, stored_horizon(cx), computed};
    CLEANUP(db_rows_close) DbRows found = {0};
    ObligationEvidencePageIn in = {cx->place, pass->after, until};
    TRY(obligation_evidence_page_open(cx->db, &in, &found));
    EvidenceRows rows = {0};
    for (;;) {
        ObligationEvidencePageRow row;
        bool has_row = false;
        TRY(obligation_evidence_page_next(&found, cx->arena, &row, &has_row));
        if (rows.n > 0 && (!has_row || !uuid_equals(row.subject_id, subject))) {
            TRY(merge_next(&merge, subject, &rows));
            rows.n = 0;
        }
        if (!has_row)
            break;
        pass->totals.evidence++;
        subject = row.subject_id;
        VEC_PUSH(cx->arena, &rows, (EvidenceRow){row.rule_key, EVIDENCE_OF(row)});
    }
    merge_rest(&merge);
    pass->after = until;
    return OK;
}

static Err read_stored_page(Cx *cx, Uuid after, Uuid until, ObligationRows *rows)
{
    CLEANUP(db_rows_close) DbRows found = {0};
    ObligationPageIn in = {cx->place, after, until};
    TRY(obligation_page_open(cx->db, &in, &found));
    for (;;) {
        ObligationPageRow row;
        bool has_row = false;
        TRY(obligation_page_next(&found, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        VEC_PUSH(cx->arena, rows, STORED_ROW(row.subject_id, row));
    }
}

Err pass_page(Cx *cx, Pass *pass)
{
    Uuid after = pass->after;
    ObligationRows computed = {0}, stored = {0};
    TRY(read_page(cx, pass, &computed));
    if (pass->is_empty) {
        TRY(rows_copy(cx, &computed, &pass->totals));
    } else {
        TRY(read_stored_page(cx, after, pass->after, &stored));
        TRY(rows_reconcile(cx, &computed, &stored, pass->is_verifying, &pass->totals));
    }
    pass->totals.obligations += (int64_t)computed.n;
    return OK;
}

static Err recompute_pages(Cx *cx, Pass *pass)
{
    while (!pass->is_last) {
        ArenaMark mark = arena_mark(cx->arena);
        TRY(pass_page(cx, pass));
        arena_reset_to(cx->arena, mark);
    }
    return OK;
}

/* Into a table without a row, whose indexes are made when the rows are in. On PostgreSQL that would
 * keep readers waiting and spares nothing. */
static Err recompute_into_nothing(Cx *cx, Pass *pass)
{
    static const char *const tables[] = {"obligation"};
    DbLoad load = {0};
    TRY(db_load_begin(cx->db, cx->arena, tables, sizeof tables / sizeof *tables, &load));
    TRY(recompute_pages(cx, pass));
    return db_load_end(cx->db, &load);
}

static Err recompute_everybody(Cx *cx, Pass *pass)
{
    ObligationAnyIn in = {cx->place};
    ObligationAnyRow any;
    ObligationAnyPlaceRow any_place;
    bool found = false, found_place = false;
    TRY(obligation_any(cx->db, cx->arena, &in, &any, &found));
    TRY(obligation_any_place(cx->db, cx->arena, &any_place, &found_place));
    pass->is_empty = !found && !pass->is_verifying;
    return pass->is_empty && !found_place && db_engine(cx->db) == DB_SQLITE
               ? recompute_into_nothing(cx, pass)
               : recompute_pages(cx, pass);
}

static Err recompute_work(Cx *cx, void *arg)
{
    Pass *pass = arg;
    Err err = recompute_everybody(cx, pass);
    ObligationStaleClearAllIn clear = {cx->place};
    if (err == OK && !pass->is_verifying)
        err = obligation_stale_clear_all(cx->db, &clear, NULL);
    if (err != OK)
        return cx_fail_db(cx, err);
    return pass->is_verifying ? OK : horizon_reach(cx);
}

Err obligation_recompute(Cx *cx, ObligationRecompute *ret_result)
{
    Pass pass = {.after = UUID_NIL, .people = PAGE_PEOPLE};
    TRY(cx_write(cx, recompute_work, &pass));
    *ret_result = pass.totals;
    return OK;
}

Err obligation_verify(Cx *cx, ObligationRecompute *ret_result)
{
    Pass pass = {.after = UUID_NIL, .people = PAGE_PEOPLE, .is_verifying = true};
    TRY(recompute_work(cx, &pass));
    *ret_result = pass.totals;
    return OK;
}
