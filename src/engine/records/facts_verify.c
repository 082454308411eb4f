/* Proving the facts of residents: what stands with each is what his current records say. */
#include "engine/records/records_int.h"
#include "engine/records/records_sql.h"
#include "engine/subjects/subjects.h"

typedef VEC(Uuid) Subjects;

static Err read_subjects(Cx *cx, Subjects *subjects)
{
    CLEANUP(db_rows_close) DbRows rows = {0};
    TRY(record_sealed_subjects_open(cx->db, &(RecordSealedSubjectsIn){.place = cx->place}, &rows));
    for (;;) {
        RecordSealedSubjectsRow row;
        bool has_row = false;
        TRY(record_sealed_subjects_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        VEC_PUSH(cx->arena, subjects, row.subject_id);
    }
}

typedef struct {
    bool makes;
    RecordFactsReport report;
} Pass;

static Err look_at(Cx *cx, Uuid subject, Pass *pass)
{
    bool is_right = false;
    TRY(record_facts_are_right(cx, subject, &is_right));
    pass->report.people++;
    if (is_right)
        return OK;
    if (pass->report.wrong++ == 0)
        pass->report.first = subject;
    return pass->makes ? record_facts_derive(cx, subject) : OK;
}

static Err facts_work(Cx *cx, void *arg)
{
    Subjects subjects = {0};
    TRY(read_subjects(cx, &subjects));
    for (size_t i = 0; i < subjects.n; i++) {
        ArenaMark mark = arena_mark(cx->arena);
        TRY(look_at(cx, subjects.items[i], arg));
        arena_reset_to(cx->arena, mark);
    }
    return OK;
}

Err record_facts_verify(Cx *cx, RecordFactsReport *ret_report)
{
    Pass pass = {0};
    bool begins = !db_in_transaction(cx->db); /* one state of both tables */
    Err err = begins ? db_begin(cx->db) : OK;
    if (err == OK)
        err = facts_work(cx, &pass);
    if (begins)
        db_rollback(cx->db);
    if (err != OK)
        return cx_fail_db(cx, err);
    *ret_report = pass.report;
    return OK;
}

Err record_facts_remake(Cx *cx, RecordFactsReport *ret_report)
{
    Pass pass = {.makes = true};
    TRY(cx_write(cx, facts_work, &pass));
    *ret_report = pass.report;
    return OK;
}
