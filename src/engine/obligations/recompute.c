/* Recomputing: one subject, or everybody in subject order, page by page. Only differences are
 * written. */
#include "engine/obligations/obligations_int.h"

enum { PAGE_ROWS = 20000 };

void subject_evaluate(Cx *cx, const SubjectFacts *facts, const EvidenceRow *rows, size_t n,
                      Date horizon, ObligationRows *out)
{
    size_t at = 0;
    while (at < n) {
        size_t first = at;
        int64_t key = rows[first].rule_key;
        while (at < n && rows[at].rule_key == key)
            at++;
        const Rule *rule = rule_by_key(cx, key);
        if (rule == NULL)
            continue; /* removed from the packs: nothing is owed under it any more */
        Evidence *evidence = arena_array(cx->arena, Evidence, at - first);
        for (size_t i = first; i < at; i++)
            evidence[i - first] = rows[i].evidence;
        ObligationOutcomes outcomes = {0};
        rule_evaluate(rule, facts->subject, evidence, at - first, facts->gone_on, horizon,
                      cx->arena, &outcomes);
        for (size_t i = 0; i < outcomes.n; i++)
            VEC_PUSH(cx->arena, out,
                     (ObligationRow){facts->subject, key, facts->area, outcomes.items[i]});
    }
}

static int row_compare(const ObligationRow *a, const ObligationRow *b)
{
    int order = uuid_compare(a->subject, b->subject);
    if (order != 0)
        return order;
    if (a->rule_key != b->rule_key)
        return a->rule_key < b->rule_key ? -1 : 1;
    return date_compare(a->outcome.obligation.closes_on, b->outcome.obligation.closes_on);
}

static bool row_equals(const ObligationRow *a, const ObligationRow *b)
{
    const Obligation *x = &a->outcome.obligation, *y = &b->outcome.obligation;
    return date_compare(x->opens_on, y->opens_on) == 0 && date_compare(x->due_on, y->due_on) == 0
           && date_compare(x->met_on, y->met_on) == 0 && uuid_equals(x->met_by, y->met_by)
           && str_equals(a->area, b->area);
}

static Err row_write(Cx *cx, const ObligationRow *row)
{
    const Obligation *obligation = &row->outcome.obligation;
    ObligationWriteIn in = {
        .place = cx->place,
        .subject_id = row->subject,
        .rule_key = row->rule_key,
        .closes_on = obligation->closes_on,
        .opens_on = obligation->opens_on,
        .due_on = obligation->due_on,
        .area_code = row->area.p == NULL ? STR("") : row->area,
        .met_by = obligation->met_by,
        .met_on = obligation->met_on,
    };
    return obligation_write(cx->db, &in, NULL);
}

static Err row_delete(Cx *cx, const ObligationRow *row)
{
    ObligationDeleteIn in = {cx->place, row->subject, row->rule_key,
                             row->outcome.obligation.closes_on};
    return obligation_delete(cx->db, &in, NULL);
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
    {"place", DB_TEXT, false},     {"subject_id", DB_UUID, false}, {"rule_key", DB_INTEGER, false},
    {"closes_on", DB_DATE, false}, {"opens_on", DB_DATE, false},   {"due_on", DB_DATE, false},
    {"area_code", DB_TEXT, false}, {"met_by", DB_UUID, true},      {"met_on", DB_DATE, true},
};

enum { COLUMN_N = sizeof columns / sizeof *columns };

static Err copy_row(DbBulk *bulk, Str place, const ObligationRow *row)
{
    const Obligation *obligation = &row->outcome.obligation;
    const DbValue values[COLUMN_N] = {
        db_text(place),
        db_uuid(row->subject),
        db_integer(row->rule_key),
        db_date(obligation->closes_on),
        db_date(obligation->opens_on),
        db_date(obligation->due_on),
        db_text(row->area.p == NULL ? STR("") : row->area),
        uuid_is_nil(obligation->met_by) ? db_null(DB_UUID) : db_uuid(obligation->met_by),
        db_date(obligation->met_on),
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

static Date gone_on(Date died_on, Date left_on)
{
    return date_min(died_on, left_on);
}

static Err read_subject(Cx *cx, Uuid subject, Date known_on, EvidenceRows *rows)
{
    CLEANUP(db_rows_close) DbRows found = {0};
    ObligationEvidenceOfSubjectIn in = {cx->place, subject, known_on};
    TRY(obligation_evidence_of_subject_open(cx->db, &in, &found));
    for (;;) {
        ObligationEvidenceOfSubjectRow row;
        bool has_row = false;
        TRY(obligation_evidence_of_subject_next(&found, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        Evidence evidence = {row.record_id,       row.happened_on,    (EvidenceKind)row.kind,
                             row.is_counted != 0, row.is_capped != 0, row.next_on};
        VEC_PUSH(cx->arena, rows, (EvidenceRow){row.rule_key, evidence});
    }
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
        Obligation obligation = {subject,       NULL,       row.opens_on, row.due_on,
                                 row.closes_on, row.met_by, row.met_on};
        VEC_PUSH(cx->arena, rows,
                 (ObligationRow){subject, row.rule_key, row.area_code, {.obligation = obligation}});
    }
}

Err subject_read(Cx *cx, Uuid subject, Date known_on, SubjectFacts *ret_facts, EvidenceRows *rows)
{
    ObligationSubjectFactsIn in = {cx->place, subject};
    ObligationSubjectFactsRow facts;
    bool found = false;
    TRY(obligation_subject_facts(cx->db, cx->arena, &in, &facts, &found));
    *ret_facts = (SubjectFacts){subject, found ? facts.area_code : STR(""),
                                found ? gone_on(facts.died_on, facts.left_on) : DATE_NONE};
    return read_subject(cx, subject, known_on, rows);
}

static Err recompute_subject(Cx *cx, Uuid subject)
{
    SubjectFacts facts;
    EvidenceRows evidence = {0};
    TRY(subject_read(cx, subject, KNOWN_NOW, &facts, &evidence));
    ObligationRows computed = {0}, stored = {0};
    subject_evaluate(cx, &facts, evidence.items, evidence.n, stored_horizon(cx), &computed);
    TRY(read_stored(cx, subject, &stored));
    ObligationRecompute totals = {0};
    return rows_reconcile(cx, &computed, &stored, false, &totals);
}

Err subject_recompute(Cx *cx, Uuid subject)
{
    Err err = recompute_subject(cx, subject);
    return err == OK ? OK : cx_fail_db(cx, err);
}

/* ---- everybody ---- */

/* The evidence of the next subjects: whole subjects, one behind the other. */
typedef struct {
    EvidenceRows rows;
    VEC(Uuid) subjects; /* of each row */
} EvidencePage;

/* Reads one page of evidence and moves pass->after behind its last complete subject, whose rows are
 * the last ones of the page then. */
static Err read_evidence_page(Cx *cx, Pass *pass, EvidencePage *page)
{
    CLEANUP(db_rows_close) DbRows found = {0};
    ObligationEvidencePageIn in = {cx->place, pass->after, pass->page_rows};
    TRY(obligation_evidence_page_open(cx->db, &in, &found));
    for (;;) {
        ObligationEvidencePageRow row;
        bool has_row = false;
        TRY(obligation_evidence_page_next(&found, cx->arena, &row, &has_row));
        if (!has_row)
            break;
        Evidence evidence = {row.record_id,       row.happened_on,    (EvidenceKind)row.kind,
                             row.is_counted != 0, row.is_capped != 0, row.next_on};
        VEC_PUSH(cx->arena, &page->rows, (EvidenceRow){row.rule_key, evidence});
        VEC_PUSH(cx->arena, &page->subjects, row.subject_id);
    }
    size_t n = page->rows.n;
    pass->is_last = (int64_t)n < pass->page_rows;
    if (pass->is_last) {
        for (size_t i = 0; i < sizeof pass->after.bytes; i++)
            pass->after.bytes[i] = 0xff;
        return OK;
    }
    /* a full page may have cut its last subject: that one comes again */
    Uuid cut = page->subjects.items[n - 1];
    while (n > 0 && uuid_equals(page->subjects.items[n - 1], cut))
        n--;
    page->rows.n = page->subjects.n = n;
    if (n == 0)
        pass->page_rows *= 2; /* one subject fills the page: it comes again, whole */
    else
        pass->after = page->subjects.items[n - 1];
    return OK;
}

/* The facts of the next subject in order; of one who is no resident nothing is known. */
static Err next_facts(Cx *cx, DbRows *found, ObligationFactsPageRow *next, bool *has_next,
                      Uuid subject, SubjectFacts *ret_facts)
{
    while (*has_next && uuid_compare(next->subject_id, subject) < 0)
        TRY(obligation_facts_page_next(found, cx->arena, next, has_next));
    bool is_known = *has_next && uuid_equals(next->subject_id, subject);
    *ret_facts = (SubjectFacts){subject, is_known ? next->area_code : STR(""),
                                is_known ? gone_on(next->died_on, next->left_on) : DATE_NONE};
    return OK;
}

/* Evaluates the subjects of the next page. */
static Err read_page(Cx *cx, Pass *pass, ObligationRows *computed)
{
    EvidencePage page = {0};
    Uuid after = pass->after;
    TRY(read_evidence_page(cx, pass, &page));
    CLEANUP(db_rows_close) DbRows found = {0};
    ObligationFactsPageIn in = {cx->place, after, pass->after};
    TRY(obligation_facts_page_open(cx->db, &in, &found));
    ObligationFactsPageRow next;
    bool has_next = false;
    TRY(obligation_facts_page_next(&found, cx->arena, &next, &has_next));
    Date horizon = stored_horizon(cx);
    for (size_t at = 0; at < page.rows.n;) {
        size_t first = at;
        Uuid subject = page.subjects.items[first];
        while (at < page.rows.n && uuid_equals(page.subjects.items[at], subject))
            at++;
        SubjectFacts facts;
        TRY(next_facts(cx, &found, &next, &has_next, subject, &facts));
        subject_evaluate(cx, &facts, &page.rows.items[first], at - first, horizon, computed);
    }
    pass->totals.evidence += (int64_t)page.rows.n;
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
        Obligation obligation = {row.subject_id, NULL,       row.opens_on, row.due_on,
                                 row.closes_on,  row.met_by, row.met_on};
        VEC_PUSH(cx->arena, rows,
                 (ObligationRow){
                     row.subject_id, row.rule_key, row.area_code, {.obligation = obligation}});
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

static Err recompute_work(Cx *cx, void *arg)
{
    Pass *pass = arg;
    ObligationAnyIn in = {cx->place};
    ObligationAnyRow any;
    bool found = false;
    Err err = obligation_any(cx->db, cx->arena, &in, &any, &found);
    pass->is_empty = !found && !pass->is_verifying;
    if (err == OK)
        err = recompute_pages(cx, pass);
    ObligationStaleClearAllIn clear = {cx->place};
    if (err == OK && !pass->is_verifying)
        err = obligation_stale_clear_all(cx->db, &clear, NULL);
    if (err != OK)
        return cx_fail_db(cx, err);
    return pass->is_verifying ? OK : horizon_reach(cx);
}

Err obligation_recompute(Cx *cx, ObligationRecompute *ret_result)
{
    Pass pass = {.after = UUID_NIL, .page_rows = PAGE_ROWS};
    TRY(cx_write(cx, recompute_work, &pass));
    *ret_result = pass.totals;
    return OK;
}

Err obligation_verify(Cx *cx, ObligationRecompute *ret_result)
{
    Pass pass = {.after = UUID_NIL, .page_rows = PAGE_ROWS, .is_verifying = true};
    TRY(recompute_work(cx, &pass));
    *ret_result = pass.totals;
    return OK;
}
