/* Lists: the stored rows for today and later, and the same list evaluated from evidence with its
 * reasons, which also answers for past days. */
#include "access/access.h"
#include "engine/obligations/obligations_int.h"

#include "base/map.h"

#include <stdlib.h>

typedef ObligationLines Lines;

const DbScope *list_scope(Cx *cx)
{
    DbScope *scope = arena_new(cx->arena, DbScope);
    *scope = access_scope_of_duties(cx);
    return scope;
}

/* Of persons alone. */
static const DbScope *scope_of(Cx *cx)
{
    return cx->actor->sees_rows ? access_rows(cx) : &cx->actor->scope;
}

/* ---- from the stored rows ---- */

static ObligationListRowsIn list_in(const Cx *cx, const ObligationFilter *filter)
{
    return (ObligationListRowsIn){
        .place = cx->place,
        .on_day = filter->on,
        .area = filter->area.p == NULL ? STR("") : filter->area,
        .program = filter->program.p == NULL ? STR("") : filter->program,
        .with_overdue = filter->states[OBLIGATION_OVERDUE],
        .with_due = filter->states[OBLIGATION_DUE],
        .with_open = filter->states[OBLIGATION_OPEN],
        .after_due = filter->after.due_on,
        .after_program = filter->after.program.p == NULL ? STR("") : filter->after.program,
        .after_rule = filter->after.rule.p == NULL ? STR("") : filter->after.rule,
        .after_id = filter->after.subject,
        .after_item = filter->after.item,
        .after_closes = filter->after.closes_on,
        .most = (int64_t)filter->most,
    };
}

static Err read_list(Cx *cx, const ObligationFilter *filter, Lines *lines)
{
    CLEANUP(db_rows_close) DbRows found = {0};
    ObligationListRowsIn in = list_in(cx, filter);
    TRY(obligation_list_rows_open(cx->db, list_scope(cx), &in, &found));
    for (;;) {
        ObligationListRowsRow row;
        bool has_row = false;
        TRY(obligation_list_rows_next(&found, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        const Rule *rule = rule_by_key(cx, row.rule_key);
        if (rule != NULL)
            VEC_PUSH(cx->arena, lines, OPEN_LINE(rule, row, filter->on));
    }
}

static ObligationSparedRowsIn spared_in(const Cx *cx, const ObligationFilter *filter)
{
    const ObligationListRowsIn like = list_in(cx, filter);
    return (ObligationSparedRowsIn){.place = like.place,
                                    .on_day = like.on_day,
                                    .area = like.area,
                                    .program = like.program,
                                    .after_due = like.after_due,
                                    .after_program = like.after_program,
                                    .after_rule = like.after_rule,
                                    .after_id = like.after_id,
                                    .after_item = like.after_item,
                                    .after_closes = like.after_closes,
                                    .most = like.most};
}

static Err read_spared(Cx *cx, const ObligationFilter *filter, Lines *lines)
{
    CLEANUP(db_rows_close) DbRows found = {0};
    ObligationSparedRowsIn in = spared_in(cx, filter);
    TRY(obligation_spared_rows_open(cx->db, list_scope(cx), &in, &found));
    for (;;) {
        ObligationSparedRowsRow row;
        bool has_row = false;
        TRY(obligation_spared_rows_next(&found, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        const Rule *rule = rule_by_key(cx, row.rule_key);
        if (rule == NULL)
            continue;
        const Obligation obligation = {.subject = row.subject_id,
                                       .rule = rule,
                                       .item = (uint32_t)row.item,
                                       .opens_on = row.opens_on,
                                       .due_on = row.due_on,
                                       .closes_on = row.closes_on,
                                       .due_minute = (int32_t)row.due_minute,
                                       .done = row.done,
                                       .needed = row.needed,
                                       .met_on = DATE_NONE,
                                       .waived_on = row.waived_on,
                                       .spared_on = row.spared_on};
        VEC_PUSH(cx->arena, lines,
                 (ObligationLine){
                     .obligation = obligation, .state = OBLIGATION_WAIVED, .area = row.area_code});
    }
}

Err obligation_list(Cx *cx, const ObligationFilter *filter, const ObligationLine **ret_lines,
                    size_t *ret_n)
{
    Lines lines = {0};
    TRY(settle_sight(cx, filter->on, filter->area));
    Err err = filter->states[OBLIGATION_WAIVED] ? read_spared(cx, filter, &lines)
                                                : read_list(cx, filter, &lines);
    if (err != OK)
        return cx_fail_db(cx, err);
    *ret_lines = lines.items;
    *ret_n = lines.n;
    return OK;
}

typedef ObligationCounts Counts;

static Err read_counts(Cx *cx, Date on, Str area, Counts *counts)
{
    CLEANUP(db_rows_close) DbRows found = {0};
    ObligationCountRowsIn in = {cx->place, on, area.p == NULL ? STR("") : area};
    TRY(obligation_count_rows_open(cx->db, list_scope(cx), &in, &found));
    for (;;) {
        ObligationCountRowsRow row;
        bool has_row = false;
        TRY(obligation_count_rows_next(&found, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        const Rule *rule = rule_by_key(cx, row.rule_key);
        if (rule != NULL)
            VEC_PUSH(cx->arena, counts, (ObligationCount){rule, row.overdue, row.due, row.open});
    }
}

Date obligation_horizon(const Cx *cx)
{
    return rule_horizon(cx->today);
}

Err obligation_counts(Cx *cx, Date on, Str area, const ObligationCount **ret_counts, size_t *ret_n)
{
    Counts counts = {0};
    TRY(settle_sight(cx, on, area));
    Err err = read_counts(cx, on, area, &counts);
    if (err != OK)
        return cx_fail_db(cx, err);
    *ret_counts = counts.items;
    *ret_n = counts.n;
    return OK;
}

static ObligationSparedCountIn spared_count_in(const Cx *cx, const ObligationFilter *filter)
{
    return (ObligationSparedCountIn){cx->place, filter->on,
                                     filter->area.p == NULL ? STR("") : filter->area};
}

/* What a page reads when nobody in sight is stale. */
static void ask_page_ahead(Cx *cx, const ObligationFilter *filter)
{
    const ObligationSparedCountIn in = spared_count_in(cx, filter);
    settle_sight_ahead(cx, filter->area);
    if (!filter->states[OBLIGATION_WAIVED])
        page_read_ahead(cx, filter);
    obligation_spared_count_ahead(cx->db, list_scope(cx), &in);
}

static Err read_dues(Cx *cx, const ObligationDuesOfOthersIn *in, const ObligationDue **ret_dues,
                     size_t *ret_n)
{
    VEC(ObligationDue) dues = {0};
    CLEANUP(db_rows_close) DbRows found = {0};
    TRY(obligation_dues_of_others_open(cx->db, list_scope(cx), in, &found));
    for (;;) {
        ObligationDuesOfOthersRow row;
        bool has_row = false;
        TRY(obligation_dues_of_others_next(&found, cx->arena, &row, &has_row));
        if (!has_row)
            break;
        const Rule *rule = rule_by_key(cx, row.rule_key);
        if (rule != NULL)
            VEC_PUSH(cx->arena, &dues,
                     (ObligationDue){rule, row.due_on, row.owed, row.done, row.closed});
    }
    *ret_dues = dues.items;
    *ret_n = dues.n;
    return OK;
}

Err obligation_dues_of_others(Cx *cx, Date first, Date last, const ObligationDue **ret_dues,
                              size_t *ret_n)
{
    const ObligationDuesOfOthersIn in = {cx->place, first, last, cx->today};
    TRY(settle_sight(cx, cx->today, STR("")));
    Err err = read_dues(cx, &in, ret_dues, ret_n);
    return err == OK ? OK : cx_fail_db(cx, err);
}

static Err count_spared(Cx *cx, const ObligationFilter *filter, int64_t *ret_n)
{
    const ObligationSparedCountIn in = spared_count_in(cx, filter);
    ObligationSparedCountRow row;
    TRY(obligation_spared_count(cx->db, list_scope(cx), cx->arena, &in, &row));
    *ret_n = row.n;
    return OK;
}

static Err read_counted(Cx *cx, const ObligationFilter *filter, Lines *lines, Lines *together,
                        Counts *counts)
{
    bool is_spared = filter->states[OBLIGATION_WAIVED], is_read = false;
    if (!is_spared)
        TRY(page_read(cx, filter, &is_read, lines, together, counts));
    if (is_read)
        return OK;
    TRY((is_spared ? read_spared : read_list)(cx, filter, lines));
    return read_counts(cx, filter->on, filter->area, counts);
}

Err obligation_list_counted(Cx *cx, const ObligationFilter *filter, ObligationPage *ret_page)
{
    Lines lines = {0}, together = {0};
    Counts counts = {0};
    ask_page_ahead(cx, filter);
    TRY(settle_sight(cx, filter->on, filter->area));
    int64_t waived = 0;
    Err err = read_counted(cx, filter, &lines, &together, &counts);
    if (err == OK)
        err = count_spared(cx, filter, &waived);
    if (err != OK)
        return cx_fail_db(cx, err);
    *ret_page = (ObligationPage){lines.items, lines.n,        counts.items, counts.n,
                                 waived,      together.items, together.n};
    return OK;
}

/* ---- from evidence ---- */

static Date known_on(const Cx *cx, Date on)
{
    return date_compare(on, cx->today) < 0 ? on : KNOWN_NOW;
}

/* What is not yet met on the day, or was met on or before it. */
static ObligationOutcome as_of(const ObligationOutcome *outcome, Date on)
{
    ObligationOutcome seen = *outcome;
    if (!date_is_none(seen.obligation.met_on) && date_compare(seen.obligation.met_on, on) > 0) {
        seen.obligation.met_on = DATE_NONE;
        seen.obligation.met_by = UUID_NIL;
        seen.obligation.done = 0; /* reached later: how far it was is not kept */
    }
    return seen;
}

/* Who died or left after the day was still there on it. */
static Date gone_by(Date died_on, Date left_on, Date on)
{
    Date gone_on = date_min(died_on, left_on);
    return date_compare(gone_on, on) > 0 ? DATE_NONE : gone_on;
}

static bool is_in_areas(const ObligationFilter *filter, Str area)
{
    for (size_t i = 0; i < filter->area_n; i++) {
        if (str_equals(filter->areas[i], area))
            return true;
    }
    return filter->areas == NULL;
}

static Err add_lines(Cx *cx, const ObligationRows *rows, const ObligationFilter *filter,
                     Lines *lines)
{
    for (size_t i = 0; i < rows->n; i++) {
        ObligationOutcome outcome = as_of(&rows->items[i].outcome, filter->on);
        const Rule *rule = outcome.obligation.rule;
        ObligationState state = obligation_state(&outcome.obligation, filter->on);
        if (!filter->states[state] || !is_in_areas(filter, rows->items[i].area)
            || (filter->program.n > 0 && !str_equals(filter->program, rule->program->id))
            || !str_has_prefix(rows->items[i].area, filter->area))
            continue;
        bool sees_rule = false;
        TRY(access_sees_class_of(cx, outcome.obligation.subject, rule_sensitivity(rule),
                                 &sees_rule));
        if (!sees_rule)
            continue;
        ObligationLine line = {
            .obligation = outcome.obligation, .state = state, .area = rows->items[i].area};
        outcome_explain(cx, &outcome, &line);
        VEC_PUSH(cx->arena, lines, line);
    }
    return OK;
}

typedef struct {
    Cx *cx;
    const Policy *policy; /* as known on the day */
    const ObligationFilter *filter;
    Lines *lines;
} Explained;

static Err explain_subject(Explained *explained, const SubjectFacts *facts,
                           const EvidenceRows *rows)
{
    ObligationRows computed = {0};
    subject_evaluate(explained->cx, explained->policy, facts, rows->items, rows->n,
                     rule_horizon(explained->filter->on), &computed);
    return add_lines(explained->cx, &computed, explained->filter, explained->lines);
}

static Err read_people(Cx *cx, Date on, People *people)
{
    CLEANUP(db_rows_close) DbRows found = {0};
    ObligationPeopleInScopeIn in = {cx->place, known_on(cx, on)};
    TRY(obligation_people_in_scope_open(cx->db, scope_of(cx), &in, &found));
    for (;;) {
        ObligationPeopleInScopeRow row;
        bool has_row = false;
        TRY(obligation_people_in_scope_next(&found, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        SubjectFacts facts = FACTS_OF(row.id, row);
        facts.gone_on = gone_by(row.died_on, row.left_on, on);
        VEC_PUSH(cx->arena, people, facts);
    }
}

/* People and their evidence, both in subject order. */
static Err read_explained(Cx *cx, const ObligationFilter *filter, Lines *lines)
{
    People people = {0};
    Past past;
    TRY(read_people(cx, filter->on, &people));
    TRY(past_read(cx, filter->on, NULL, &people, &past));
    CLEANUP(db_rows_close) DbRows found = {0};
    ObligationEvidenceInScopeIn in = {cx->place, known_on(cx, filter->on)};
    TRY(obligation_evidence_in_scope_open(cx->db, scope_of(cx), &in, &found));
    Explained explained = {cx, NULL, filter, lines};
    TRY(policy_known_on(cx, filter->on, &explained.policy));
    EvidenceRows rows = {0};
    ObligationEvidenceInScopeRow row = {.subject_id = UUID_NIL};
    bool has_row = false;
    TRY(obligation_evidence_in_scope_next(&found, cx->arena, &row, &has_row));
    for (size_t i = 0; i < people.n; i++) {
        rows.n = 0;
        while (has_row && uuid_compare(row.subject_id, people.items[i].subject) <= 0) {
            if (uuid_equals(row.subject_id, people.items[i].subject)
                && !past_is_regrouped(&past, row.subject_id))
                VEC_PUSH(cx->arena, &rows, (EvidenceRow){row.rule_key, EVIDENCE_OF(row)});
            TRY(obligation_evidence_in_scope_next(&found, cx->arena, &row, &has_row));
        }
        past_evidence(cx, &past, people.items[i].subject, &rows);
        TRY(explain_subject(&explained, &people.items[i], &rows));
    }
    return OK;
}

/* ---- others than residents ---- */

typedef VEC(Uuid) Subjects;

static Err read_others(Cx *cx, const DbScope *scope, Subjects *others)
{
    CLEANUP(db_rows_close) DbRows found = {0};
    TRY(obligation_others_in_scope_open(cx->db, scope, &(ObligationOthersInScopeIn){cx->place},
                                        &found));
    for (;;) {
        ObligationOthersInScopeRow row;
        bool has_row = false;
        TRY(obligation_others_in_scope_next(&found, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        VEC_PUSH(cx->arena, others, row.id);
    }
}

static Err read_desks(Cx *cx, const DbScope *scope, Map *desks)
{
    CLEANUP(db_rows_close) DbRows found = {0};
    TRY(obligation_desks_in_scope_open(cx->db, scope, &(ObligationDesksInScopeIn){cx->place},
                                       &found));
    for (;;) {
        ObligationDesksInScopeRow row;
        bool has_row = false;
        TRY(obligation_desks_in_scope_next(&found, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        map_put(desks, row.area_code, cx);
    }
}

/* Whoever has part in a subject may see it; in the list stands what is owed at a desk in sight. */
static Err read_others_explained(Cx *cx, const ObligationFilter *filter, Lines *lines)
{
    /* the command line names areas and desks by itself */
    const Policy *policy = NULL;
    TRY(policy_of(cx, &policy));
    bool is_named = cx->actor->is_system && filter->areas != NULL;
    const DbScope scope = is_named ? *access_scope(cx) : access_scope_of_duties(cx);
    Subjects others = {0};
    Map desks;
    map_init(&desks, cx->arena);
    TRY(read_others(cx, &scope, &others));
    if (others.n > 0)
        TRY(read_desks(cx, &scope, &desks));
    for (size_t i = 0; i < others.n; i++) {
        SubjectFacts facts;
        EvidenceRows rows = {0};
        ObligationRows computed = {0}, seen = {0};
        TRY(subject_read(cx, others.items[i], known_on(cx, filter->on), &facts, &rows));
        if (str_equals_c(facts.kind, "resident"))
            continue;
        subject_evaluate(cx, policy, &facts, rows.items, rows.n, rule_horizon(filter->on),
                         &computed);
        for (size_t j = 0; j < computed.n; j++) {
            if (map_has(&desks, computed.items[j].area))
                VEC_PUSH(cx->arena, &seen, computed.items[j]);
        }
        TRY(add_lines(cx, &seen, filter, lines));
    }
    return OK;
}

Err obligation_list_explained(Cx *cx, const ObligationFilter *filter,
                              const ObligationLine **ret_lines, size_t *ret_n)
{
    Lines lines = {0};
    Err err = read_explained(cx, filter, &lines);
    if (err == OK)
        err = read_others_explained(cx, filter, &lines);
    if (err != OK)
        return cx_fail_db(cx, err);
    if (lines.n > 1)
        qsort(lines.items, lines.n, sizeof *lines.items, line_compare);
    *ret_lines = lines.items;
    *ret_n = lines.n;
    return OK;
}

/* The subject on the day; one who was kept under another then had nothing of his own. */
Err subject_read_on(Cx *cx, Uuid subject, Date on, SubjectFacts *ret_facts, EvidenceRows *rows)
{
    People people = {0};
    Past past;
    TRY(subject_read(cx, subject, known_on(cx, on), ret_facts, rows));
    if (!str_equals_c(ret_facts->kind, "resident"))
        return OK;
    ret_facts->gone_on = gone_by(ret_facts->gone_on, DATE_NONE, on);
    VEC_PUSH(cx->arena, &people, *ret_facts);
    TRY(past_read(cx, on, &subject, &people, &past));
    if (past_is_regrouped(&past, subject)) {
        rows->n = 0;
        past_evidence(cx, &past, subject, rows);
    }
    *ret_facts = FACTS_OF_NOBODY(subject);
    for (size_t i = 0; i < people.n; i++) {
        if (uuid_equals(people.items[i].subject, subject))
            *ret_facts = people.items[i];
    }
    return OK;
}

void obligation_of_ahead(Cx *cx, Uuid subject, Date on)
{
    policy_ahead(cx);
    subject_read_ahead(cx, subject, known_on(cx, on));
}

Err obligation_of(Cx *cx, Uuid subject, Date on, const ObligationLine **ret_lines, size_t *ret_n)
{
    SubjectFacts facts;
    EvidenceRows rows = {0};
    const Policy *policy = NULL;
    Err err = policy_known_on(cx, on, &policy);
    if (err == OK)
        err = subject_read_on(cx, subject, on, &facts, &rows);
    if (err != OK)
        return cx_fail_db(cx, err);
    ObligationRows computed = {0};
    subject_evaluate(cx, policy, &facts, rows.items, rows.n, rule_horizon(on), &computed);
    ObligationFilter every = {.on = on};
    for (size_t i = 0; i < sizeof every.states / sizeof *every.states; i++)
        every.states[i] = true;
    Lines lines = {0};
    TRY(add_lines(cx, &computed, &every, &lines));
    *ret_lines = lines.items;
    *ret_n = lines.n;
    return OK;
}
