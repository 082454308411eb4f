/* Proving the evidence: its rows are those that the records give, and making it anew. Both sides
 * are summed up, for they lie in different orders: equal sets give equal sums. Evidence of waivers
 * is not of records and is left out. */
#include "base/os_crypto.h"
#include "engine/obligations/obligations_int.h"
#include "engine/obligations/obligations_sql.h"

#include <string.h>

typedef struct {
    uint64_t parts[4];
    int64_t n;
} Sum;

typedef struct {
    Uuid subject, record;
    int64_t rule_key, kind, is_counted, is_capped, detail;
    Date happened_on, next_on, recorded_on, ended_on;
    double amount;
} Line;

static void add_line(Cx *cx, Sum *sum, const Line *line)
{
    char subject[UUID_TEXT_SIZE], record[UUID_TEXT_SIZE], days[4][DATE_TEXT_SIZE];
    ArenaMark mark = arena_mark(cx->arena);
    Str text =
        str_printf(cx->arena, "%s %s %lld %lld %lld %lld %lld %s %s %s %s %.17g",
                   uuid_format(line->subject, subject), uuid_format(line->record, record),
                   (long long)line->rule_key, (long long)line->kind, (long long)line->is_counted,
                   (long long)line->is_capped, (long long)line->detail,
                   date_format(line->happened_on, days[0]), date_format(line->next_on, days[1]),
                   date_format(line->recorded_on, days[2]), date_format(line->ended_on, days[3]),
                   line->amount);
    Sha256 hash = sha256_of(text);
    arena_reset_to(cx->arena, mark);
    for (size_t i = 0; i < sizeof sum->parts / sizeof *sum->parts; i++) {
        uint64_t part;
        memcpy(&part, hash.bytes + i * sizeof part, sizeof part);
        sum->parts[i] += part;
    }
    sum->n++;
}

typedef struct {
    const Policy *policy;
    const Form *form;
    Sum *sum;
} Wanted;

static Err add_record(Cx *cx, const Record *record, void *arg)
{
    const Wanted *wanted = arg;
    EvidenceRows rows = {0};
    evidence_of_record(cx, wanted->policy, wanted->form, record, &rows);
    for (size_t i = 0; i < rows.n; i++) {
        const Evidence *evidence = &rows.items[i].evidence;
        const Line line = {.subject = record->subject,
                           .record = evidence->record,
                           .rule_key = rows.items[i].rule_key,
                           .kind = (int64_t)evidence->kind,
                           .is_counted = evidence->is_counted,
                           .is_capped = evidence->is_capped,
                           .detail = evidence->detail,
                           .happened_on = evidence->happened_on,
                           .next_on = evidence->next_on,
                           .recorded_on = date_of_instant(record->recorded_at),
                           .ended_on =
                               record->is_ended ? date_of_instant(record->ended_at) : DATE_NONE,
                           .amount = evidence->amount};
        add_line(cx, wanted->sum, &line);
    }
    return OK;
}

static Err sum_stored(Cx *cx, Sum *sum)
{
    CLEANUP(db_rows_close) DbRows rows = {0};
    const ObligationEvidenceAllIn in = {.place = cx->place};
    TRY(obligation_evidence_all_open(cx->db, &in, &rows));
    for (;;) {
        ObligationEvidenceAllRow row;
        bool has_row = false;
        TRY(obligation_evidence_all_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        if (row.kind == EVIDENCE_WAIVER || rule_by_key(cx, row.rule_key) == NULL)
            continue;
        const Line line = {row.subject_id, row.record_id,   row.rule_key, row.kind,
                           row.is_counted, row.is_capped,   row.detail,   row.happened_on,
                           row.next_on,    row.recorded_on, row.ended_on, row.amount};
        add_line(cx, sum, &line);
    }
}

static Err compare(Cx *cx, ObligationEvidenceReport *report)
{
    Sum wanted = {0}, stored = {0};
    const Policy *policy = NULL;
    TRY(policy_of(cx, &policy));
    for (size_t i = 0; i < cx->packs->forms.n; i++) {
        const Form *form = cx->packs->forms.entries[i].value;
        Wanted of_form = {policy, form, &wanted};
        TRY(record_each(cx, form, add_record, &of_form));
    }
    TRY(sum_stored(cx, &stored));
    *report = (ObligationEvidenceReport){.rows = stored.n,
                                         .wanted = wanted.n,
                                         .is_right = memcmp(&wanted, &stored, sizeof wanted) == 0};
    return OK;
}

Err obligation_evidence_verify(Cx *cx, ObligationEvidenceReport *ret_report)
{
    bool begins = !db_in_transaction(cx->db); /* one state of both tables */
    Err err = begins ? db_begin(cx->db) : OK;
    if (err == OK)
        err = compare(cx, ret_report);
    if (begins)
        db_rollback(cx->db);
    return err == OK ? OK : cx_fail_db(cx, err);
}
