/* What is read of people beside lists of what is owed: the programs that they are in, and
 * everything stored of some of them at once. */
#include "access/access.h"
#include "engine/obligations/obligations_int.h"

typedef VEC(Enrolment) Enrolments;

static void note_enrolment(Cx *cx, Enrolments *enrolments, const Program *program, Date entered_on,
                           bool enters)
{
    size_t at = 0;
    while (at < enrolments->n && enrolments->items[at].program != program)
        at++;
    if (enters && at == enrolments->n)
        VEC_PUSH(cx->arena, enrolments, (Enrolment){program, entered_on});
    if (!enters && at < enrolments->n)
        enrolments->items[at] = enrolments->items[--enrolments->n];
}

static ObligationEnrolmentRowsIn enrolments_in(const Cx *cx, Uuid subject)
{
    return (ObligationEnrolmentRowsIn){cx->place, subject,
                                       date_is_none(cx->as_of) ? KNOWN_NOW : cx->as_of};
}

void obligation_enrolments_ahead(Cx *cx, Uuid subject)
{
    const ObligationEnrolmentRowsIn in = enrolments_in(cx, subject);
    obligation_enrolment_rows_ahead(cx->db, &in);
}

static Err read_enrolments(Cx *cx, Uuid subject, Enrolments *enrolments)
{
    CLEANUP(db_rows_close) DbRows found = {0};
    const ObligationEnrolmentRowsIn in = enrolments_in(cx, subject);
    TRY(obligation_enrolment_rows_open(cx->db, &in, &found));
    for (;;) {
        ObligationEnrolmentRowsRow row;
        bool has_row = false;
        TRY(obligation_enrolment_rows_next(&found, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        const Rule *rule = rule_by_key(cx, row.rule_key);
        bool sees_program = false;
        if (rule != NULL)
            TRY(access_sees_class_of(cx, subject, program_sensitivity(rule->program),
                                     &sees_program));
        if (sees_program)
            note_enrolment(cx, enrolments, rule->program, row.happened_on,
                           row.kind == EVIDENCE_ENTER);
    }
}

Err obligation_enrolments(Cx *cx, Uuid subject, const Enrolment **ret_enrolments, size_t *ret_n)
{
    Enrolments enrolments = {0};
    Err err = read_enrolments(cx, subject, &enrolments);
    if (err != OK)
        return cx_fail_db(cx, err);
    *ret_enrolments = enrolments.items;
    *ret_n = enrolments.n;
    return OK;
}

/* ---- of many ---- */

enum { PEOPLE_AT_ONCE = 50 };

static size_t at_once(size_t n)
{
    return n < PEOPLE_AT_ONCE ? n : PEOPLE_AT_ONCE;
}

static void pad(const Uuid *subjects, size_t n, Uuid ret_padded[PEOPLE_AT_ONCE])
{
    for (size_t i = 0; i < PEOPLE_AT_ONCE; i++)
        ret_padded[i] = i < n ? subjects[i] : UUID_NIL;
}

typedef VEC(PersonEnrolment) PersonEnrolments;

static void take_person(Cx *cx, Uuid subject, Enrolments *enrolments, PersonEnrolments *out)
{
    for (size_t i = 0; i < enrolments->n; i++)
        VEC_PUSH(cx->arena, out, ((PersonEnrolment){subject, enrolments->items[i]}));
    enrolments->n = 0;
}

static Err read_enrolments_of(Cx *cx, const Uuid *subjects, size_t n, PersonEnrolments *out)
{
    Uuid p[PEOPLE_AT_ONCE], subject = UUID_NIL;
    Enrolments enrolments = {0};
    pad(subjects, n, p);
    CLEANUP(db_rows_close) DbRows found = {0};
    const ObligationEnrolmentRowsOfPeopleIn in = {
        cx->place, p[0],  p[1],  p[2],  p[3],  p[4],  p[5],  p[6],  p[7],  p[8],  p[9],
        p[10],     p[11], p[12], p[13], p[14], p[15], p[16], p[17], p[18], p[19], p[20],
        p[21],     p[22], p[23], p[24], p[25], p[26], p[27], p[28], p[29], p[30], p[31],
        p[32],     p[33], p[34], p[35], p[36], p[37], p[38], p[39], p[40], p[41], p[42],
        p[43],     p[44], p[45], p[46], p[47], p[48], p[49]};
    TRY(obligation_enrolment_rows_of_people_open(cx->db, &in, &found));
    for (;;) {
        ObligationEnrolmentRowsOfPeopleRow row;
        bool has_row = false;
        TRY(obligation_enrolment_rows_of_people_next(&found, cx->arena, &row, &has_row));
        if (!has_row || !uuid_equals(row.subject_id, subject))
            take_person(cx, subject, &enrolments, out);
        if (!has_row)
            return OK;
        subject = row.subject_id;
        const Rule *rule = rule_by_key(cx, row.rule_key);
        if (rule != NULL && access_sees_class(cx, program_sensitivity(rule->program)))
            note_enrolment(cx, &enrolments, rule->program, row.happened_on,
                           row.kind == EVIDENCE_ENTER);
    }
}

Err obligation_enrolments_of_people(Cx *cx, const Uuid *subjects, size_t n,
                                    const PersonEnrolment **ret_enrolments, size_t *ret_n)
{
    PersonEnrolments enrolments = {0};
    Err err = OK;
    for (size_t from = 0; err == OK && from < n; from += PEOPLE_AT_ONCE)
        err = read_enrolments_of(cx, subjects + from, at_once(n - from), &enrolments);
    if (err != OK)
        return cx_fail_db(cx, err);
    *ret_enrolments = enrolments.items;
    *ret_n = enrolments.n;
    return OK;
}

typedef VEC(Obligation) Obligations;

static Err read_of_people(Cx *cx, const Uuid *subjects, size_t n, Date from, Obligations *out)
{
    Uuid p[PEOPLE_AT_ONCE];
    pad(subjects, n, p);
    CLEANUP(db_rows_close) DbRows found = {0};
    const ObligationRowsOfPeopleIn in = {
        cx->place, from,  p[0],  p[1],  p[2],  p[3],  p[4],  p[5],  p[6],  p[7],  p[8],
        p[9],      p[10], p[11], p[12], p[13], p[14], p[15], p[16], p[17], p[18], p[19],
        p[20],     p[21], p[22], p[23], p[24], p[25], p[26], p[27], p[28], p[29], p[30],
        p[31],     p[32], p[33], p[34], p[35], p[36], p[37], p[38], p[39], p[40], p[41],
        p[42],     p[43], p[44], p[45], p[46], p[47], p[48], p[49]};
    TRY(obligation_rows_of_people_open(cx->db, list_scope(cx), &in, &found));
    for (;;) {
        ObligationRowsOfPeopleRow row;
        bool has_row = false;
        TRY(obligation_rows_of_people_next(&found, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        const Rule *rule = rule_by_key(cx, row.rule_key);
        if (rule == NULL)
            continue;
        VEC_PUSH(cx->arena, out,
                 ((Obligation){.subject = row.subject_id,
                               .rule = rule,
                               .item = (uint32_t)row.item,
                               .opens_on = row.opens_on,
                               .due_on = row.due_on,
                               .closes_on = row.closes_on,
                               .due_minute = (int32_t)row.due_minute,
                               .done = row.done,
                               .needed = row.needed,
                               .met_by = row.met_by,
                               .met_on = row.met_on,
                               .waived_on = row.waived_on,
                               .spared_on = row.spared_on}));
    }
}

Err obligation_of_people(Cx *cx, const Uuid *subjects, size_t n, Date from,
                         const Obligation **ret_obligations, size_t *ret_n)
{
    Obligations obligations = {0};
    Err err = OK;
    for (size_t at = 0; err == OK && at < n; at += PEOPLE_AT_ONCE)
        err = read_of_people(cx, subjects + at, at_once(n - at), from, &obligations);
    if (err != OK)
        return cx_fail_db(cx, err);
    *ret_obligations = obligations.items;
    *ret_n = obligations.n;
    return OK;
}

Err obligation_settle_sight(Cx *cx)
{
    return settle_sight(cx, cx->today, (Str){0});
}
