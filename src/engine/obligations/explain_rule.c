/* Explaining one rule for one subject: who is in, which edition, what each record did. */
#include "access/access.h"
#include "engine/obligations/evaluate_int.h"
#include "engine/obligations/explain.h"
#include "engine/obligations/obligations_int.h"

#include <stdlib.h>

enum {
    RECORDS_MOST = 1000,
    ARGUMENTS_MOST = 4,
};

typedef VEC(Wording) Wordings;
typedef VEC(ConsideredRecord) ConsideredRecords;

typedef struct {
    Cx *cx;
    ObligationExplanation *out;
    const Policy *policy; /* as known on the day asked about */
    SubjectFacts facts;
    EvidenceRows rows; /* of every rule */
    Spells spells;     /* of the program */
    Wordings member;
} Explaining;

static Wording day_wording(Cx *cx, Date date)
{
    char text[DATE_TEXT_SIZE];
    if (date_is_none(date))
        return (Wording){STR("…"), STR("…")};
    Str day = str_copy(cx->arena, str_from_c(date_format(date, text)));
    return (Wording){day, day};
}

/* Each language with its own arguments. */
static Wording fill(Cx *cx, TextId text, const Wording *arguments, size_t n)
{
    Str zh[ARGUMENTS_MOST] = {{0}}, en[ARGUMENTS_MOST] = {{0}};
    for (size_t i = 0; i < n; i++) {
        zh[i] = arguments[i].zh;
        en[i] = wording_in(arguments[i], LANG_EN);
    }
    return (Wording){text_fill(cx->arena, text, zh, n).zh, text_fill(cx->arena, text, en, n).en};
}

/* ---- who is in ---- */

static void say(Explaining *e, TextId text, Wording first, Wording second, Wording third)
{
    const Wording arguments[] = {first, second, third};
    VEC_PUSH(e->cx->arena, &e->member, fill(e->cx, text, arguments, 3));
}

static void say_spell(Explaining *e, const Spell *spell)
{
    Wording title = e->out->program->title, from = day_wording(e->cx, spell->from);
    Date after = date_min(spell->after,
                          date_is_none(spell->until) ? DATE_NONE : date_add_days(spell->until, 1));
    if (date_is_none(after))
        say(e, TEXT_MEMBER_SINCE, from, title, (Wording){0});
    else
        say(e, TEXT_MEMBER_UNTIL, from, day_wording(e->cx, after), title);
}

static bool is_within(const Spell *spell, Date day)
{
    return !is_before(day, spell->from)
           && (date_is_none(spell->after) || is_before(day, spell->after))
           && (date_is_none(spell->until) || !is_before(spell->until, day));
}

static bool is_member_on(const Explaining *e, Date day)
{
    for (size_t i = 0; i < e->spells.n; i++) {
        if (is_within(&e->spells.items[i], day))
            return true;
    }
    return false;
}

/* The program without one of its conditions. */
static bool fails_alone(const Explaining *e, const Program *program, const EvidenceRows *rows)
{
    Spells spells = {0};
    Evidence *evidence = arena_array(e->cx->arena, Evidence, rows->n + 1);
    for (size_t i = 0; i < rows->n; i++)
        evidence[i] = rows->items[i].evidence;
    program_spells(program, &e->facts, evidence, rows->n, e->cx->arena, &spells);
    return spells.n == 0;
}

static void say_age(Explaining *e)
{
    const Program *program = e->out->program;
    Date birth = e->facts.birth_date, from = DATE_NONE, until = DATE_NONE;
    if (!program->has_age_from && !program->has_age_before)
        return;
    if (date_is_none(birth)) {
        say(e, TEXT_MEMBER_NO_BIRTH, (Wording){0}, (Wording){0}, (Wording){0});
        return;
    }
    if (program->has_age_from)
        from = date_add_span(birth, program->age_from);
    if (program->has_age_from && program->is_age_of_year)
        from = period_of(PERIOD_YEAR, from).first;
    if (program->has_age_before)
        until = date_add_days(date_add_span(birth, program->age_before), -1);
    bool is_right = (date_is_none(from) || !is_before(e->out->on, from))
                    && (date_is_none(until) || !is_before(until, e->out->on));
    if (!is_right)
        say(e, TEXT_MEMBER_AGE, day_wording(e->cx, from), day_wording(e->cx, until), (Wording){0});
}

static void say_why_not(Explaining *e, const EvidenceRows *of_rule)
{
    const Program *program = e->out->program;
    Date gone = e->facts.gone_on;
    if (date_is_none(e->facts.registered_on) && program->enrolled_by == NULL)
        say(e, TEXT_MEMBER_NOT_HERE, (Wording){0}, (Wording){0}, (Wording){0});
    if (!date_is_none(gone) && !is_before(e->out->on, gone))
        say(e, TEXT_MEMBER_GONE, day_wording(e->cx, gone), (Wording){0}, (Wording){0});
    say_age(e);
    Program anybody = *program;
    anybody.has_age_from = anybody.has_age_before = false;
    bool fails = program->where != NULL && fails_alone(e, &anybody, of_rule);
    anybody.where = NULL;
    if (fails && !fails_alone(e, &anybody, of_rule)) {
        Str text = expr_text(program->where);
        say(e, TEXT_MEMBER_FACTS, (Wording){text, text}, (Wording){0}, (Wording){0});
    }
    bool has_entry = program->enrolled_by == NULL;
    for (size_t i = 0; i < of_rule->n; i++)
        has_entry = has_entry || of_rule->items[i].evidence.kind == EVIDENCE_ENTER;
    if (!has_entry)
        say(e, TEXT_MEMBER_NO_RECORD, program->title, program->enrolled_by->title, (Wording){0});
}

/* ---- what each record did ---- */

static bool is_asked(const ObligationExplanation *out, const Rule *rule)
{
    return rule->program == out->program && str_equals(rule->id, out->rule->id);
}

static const Obligation *met_by(const ObligationExplanation *out, Uuid record)
{
    for (size_t i = 0; i < out->edition_n; i++) {
        const ExplainedEdition *edition = &out->editions[i];
        for (size_t k = 0; k < edition->line_n; k++) {
            if (uuid_equals(edition->lines[k].obligation.met_by, record))
                return &edition->lines[k].obligation;
        }
    }
    return NULL;
}

/* The answers that the condition reads: "随访方式 3". */
static Wording answers_read(Cx *cx, const Form *form, const Record *record, const Expr *where)
{
    size_t n = 0;
    const uint32_t *slots = expr_slots(where, &n);
    Buf zh, en;
    buf_init(&zh, cx->arena, KIB(4));
    buf_init(&en, cx->arena, KIB(4));
    for (size_t i = 0; i < n; i++) {
        if (slots[i] >= form->field_n || form->fields[slots[i]].is_sealed)
            continue;
        const FormField *field = &form->fields[slots[i]];
        Str value = form_value_to_text(record->answers->values[slots[i]], cx->arena);
        const char *between = zh.n > 0 ? ", " : "";
        if (value.n == 0)
            value = STR("—");
        buf_printf(&zh, "%s%.*s %.*s", between, STR_ARG(field->label.zh), STR_ARG(value));
        buf_printf(&en, "%s%.*s %.*s", between, STR_ARG(wording_in(field->label, LANG_EN)),
                   STR_ARG(value));
    }
    return (Wording){buf_str(&zh), buf_str(&en)};
}

/* The condition of the rule that the record does not fulfil, or NULL. */
static const Expr *failing(const Explaining *e, const Form *form, const Record *record)
{
    Cx *cx = e->cx;
    const Rule *rule = e->out->rule;
    const ExprValue *slots = evidence_slots(cx, e->policy, form, record);
    const Program *program = rule->program;
    const Expr *const conditions[] = {
        rule->evidence == form ? rule->evidence_where : NULL,
        rule->evidence == form ? rule->tally_where : NULL,
        rule->anchor.form == form ? rule->anchor.where : NULL,
        program->enrolled_by == form ? program->enrolled_where : NULL,
        program->left_by == form ? program->left_where : NULL,
    };
    for (size_t i = 0; i < sizeof conditions / sizeof *conditions; i++) {
        if (conditions[i] != NULL && !expr_holds(conditions[i], slots, cx->arena))
            return conditions[i];
    }
    return NULL;
}

static const Evidence *evidence_of(const Explaining *e, Uuid record, EvidenceKind kind)
{
    for (size_t i = 0; i < e->rows.n; i++) {
        const EvidenceRow *row = &e->rows.items[i];
        const Rule *rule = rule_by_key(e->cx, row->rule_key);
        if (uuid_equals(row->evidence.record, record) && row->evidence.kind == kind && rule != NULL
            && is_asked(e->out, rule))
            return &row->evidence;
    }
    return NULL;
}

static void tell(Explaining *e, ConsideredRecord *one, bool counts, TextId text, Wording argument)
{
    const Wording arguments[] = {argument};
    one->counts = counts;
    one->text = fill(e->cx, text, arguments, 1);
}

static void tell_visit(Explaining *e, const Record *record, ConsideredRecord *one)
{
    const Evidence *visit = evidence_of(e, record->id, EVIDENCE_VISIT);
    const Expr *fails = failing(e, one->form, record);
    if (!is_member_on(e, record->happened_on)) {
        tell(e, one, false, TEXT_CONSIDERED_OUTSIDE, (Wording){0});
    } else if (visit != NULL && !visit->is_counted && !date_is_none(visit->next_on)) {
        tell(e, one, true, TEXT_CONSIDERED_SETS_DATE, day_wording(e->cx, visit->next_on));
    } else if (fails != NULL) {
        Str text = expr_text(fails);
        const Wording arguments[] = {{text, text}, answers_read(e->cx, one->form, record, fails)};
        one->text = fill(e->cx, TEXT_CONSIDERED_FAILS, arguments, 2);
    } else {
        tell(e, one, false, TEXT_CONSIDERED_NOTHING_OPEN, (Wording){0});
    }
}

static void tell_record(Explaining *e, const Record *record, ConsideredRecord *one)
{
    const Obligation *met = met_by(e->out, record->id);
    const Evidence *anchor = evidence_of(e, record->id, EVIDENCE_ANCHOR);
    if (record->is_ended)
        tell(e, one, false, TEXT_CONSIDERED_ENDED,
             day_wording(e->cx, date_of_instant(record->ended_at)));
    else if (is_before(e->out->on, record->happened_on))
        tell(e, one, false, TEXT_CONSIDERED_LATER, (Wording){0});
    else if (met != NULL)
        tell(e, one, true, TEXT_CONSIDERED_MEETS, obligation_title(met));
    else if (evidence_of(e, record->id, EVIDENCE_ENTER) != NULL)
        tell(e, one, true, TEXT_CONSIDERED_ENTERS, (Wording){0});
    else if (evidence_of(e, record->id, EVIDENCE_LEAVE) != NULL)
        tell(e, one, true, TEXT_CONSIDERED_LEAVES, (Wording){0});
    else if (anchor != NULL)
        tell(e, one, true, TEXT_CONSIDERED_SETS_WINDOW, day_wording(e->cx, anchor->next_on));
    else
        tell_visit(e, record, one);
}

static Err tell_records(Explaining *e, Uuid subject)
{
    const Record *records = NULL;
    size_t n = 0;
    ConsideredRecords told = {0};
    TRY(record_timeline_whole(e->cx, subject, RECORDS_MOST, &records, &n));
    for (size_t i = 0; i < n; i++) {
        const Form *form = pack_form(e->cx->packs, records[i].form);
        if (form == NULL || records[i].answers == NULL || !rule_reads(e->out->rule, form))
            continue;
        ConsideredRecord one = {
            .id = records[i].id, .form = form, .happened_on = records[i].happened_on};
        tell_record(e, &records[i], &one);
        VEC_PUSH(e->cx->arena, &told, one);
    }
    e->out->records = told.items;
    e->out->record_n = told.n;
    return OK;
}

/* ---- who was spared what ---- */

static Err tell_waivers(Explaining *e, Uuid subject)
{
    const Waiver *waivers = NULL;
    size_t n = 0;
    VEC(Waiver) kept = {0};
    Wordings texts = {0};
    Cx *cx = e->cx;
    TRY(waivers_of(cx, subject, &waivers, &n));
    for (size_t i = 0; i < n; i++) {
        const Waiver *waiver = &waivers[i];
        bool is_over = !date_is_none(waiver->until) && is_before(waiver->until, e->out->on);
        if (!str_equals(waiver->program, e->out->program->id)
            || !str_equals(waiver->rule, e->out->rule->id) || waiver->is_ended
            || (is_over && waiver->kind == WAIVER_WAIVE))
            continue;
        const WaiverReason *reason = waiver_reason(waiver->reason);
        Wording arguments[4] = {{{0}, {0}}};
        TRY(waiver_account_name(cx, waiver->given_by, &arguments[0]));
        arguments[1] = day_wording(cx, date_of_instant(waiver->given_at));
        arguments[2] = reason != NULL ? reason->title : (Wording){waiver->reason, waiver->reason};
        arguments[3] = date_is_none(waiver->until) ? fill(cx, TEXT_FOR_GOOD, NULL, 0)
                                                   : day_wording(cx, waiver->until);
        VEC_PUSH(cx->arena, &kept, *waiver);
        VEC_PUSH(cx->arena, &texts,
                 fill(cx, waiver->kind == WAIVER_WAIVE ? TEXT_WAIVED_BY : TEXT_POSTPONED_BY,
                      arguments, 4));
    }
    e->out->waivers = kept.items;
    e->out->waiver_texts = texts.items;
    e->out->waiver_n = kept.n;
    return OK;
}

/* ---- one sentence ---- */

/* What waits comes first, then what was spared, met lately, is ahead, went by. */
static int rank_of(ObligationState state)
{
    static const int ranks[OBLIGATION_STATE_N] = {
        [OBLIGATION_OVERDUE] = 0, [OBLIGATION_DUE] = 1, [OBLIGATION_OPEN] = 2,
        [OBLIGATION_WAIVED] = 3,  [OBLIGATION_MET] = 4, [OBLIGATION_CLOSED] = 5,
        [OBLIGATION_MISSED] = 6,
    };
    return ranks[state];
}

/* Of what was met or went by, only what the day lies in or what comes last says something. */
static const ObligationLine *telling_line(const ObligationExplanation *out)
{
    const ObligationLine *best = NULL;
    for (size_t i = 0; i < out->edition_n; i++) {
        for (size_t k = 0; k < out->editions[i].line_n; k++) {
            const ObligationLine *line = &out->editions[i].lines[k];
            int rank = rank_of(line->state), best_rank = best == NULL ? 9 : rank_of(best->state);
            bool is_later = rank == best_rank
                            && (line->state == OBLIGATION_MET || line->state == OBLIGATION_MISSED);
            if (line->state == OBLIGATION_MET && is_before(line->obligation.closes_on, out->on))
                continue;
            if (rank < best_rank || is_later)
                best = line;
        }
    }
    return best;
}

static Wording verdict(Explaining *e)
{
    static const TextId texts[OBLIGATION_STATE_N] = {
        [OBLIGATION_CLOSED] = TEXT_VERDICT_CLOSED, [OBLIGATION_OPEN] = TEXT_VERDICT_OWED,
        [OBLIGATION_DUE] = TEXT_VERDICT_OWED,      [OBLIGATION_OVERDUE] = TEXT_VERDICT_OVERDUE,
        [OBLIGATION_MET] = TEXT_VERDICT_MET,       [OBLIGATION_MISSED] = TEXT_VERDICT_MISSED,
        [OBLIGATION_WAIVED] = TEXT_VERDICT_WAIVED,
    };
    const ObligationLine *line = telling_line(e->out);
    const Wording program[] = {e->out->program->title};
    bool is_ahead =
        line == NULL || line->state == OBLIGATION_MISSED || line->state == OBLIGATION_CLOSED;
    if (!e->out->is_member && is_ahead)
        return fill(e->cx, TEXT_VERDICT_NOT_IN, program, 1);
    if (line == NULL)
        return fill(e->cx, TEXT_VERDICT_NOTHING, NULL, 0);
    const Obligation *one = &line->obligation;
    Date day = line->state == OBLIGATION_MET      ? one->met_on
               : line->state == OBLIGATION_CLOSED ? one->opens_on
               : line->state == OBLIGATION_MISSED ? one->closes_on
                                                  : one->due_on;
    const Wording arguments[] = {obligation_title(one), day_wording(e->cx, day)};
    return fill(e->cx, texts[line->state], arguments, 2);
}

/* ---- together ---- */

static int edition_order(const void *left, const void *right)
{
    const Rule *a = ((const ExplainedEdition *)left)->rule;
    const Rule *b = ((const ExplainedEdition *)right)->rule;
    return date_compare(a->valid_from, b->valid_from); /* none sorts first */
}

static Err find_editions(Cx *cx, Uuid subject, Str program, Str rule, Date on,
                         ObligationExplanation *out)
{
    VEC(ExplainedEdition) editions = {0};
    const Program *found = pack_program(cx->packs, program);
    for (size_t i = 0; found != NULL && i < found->rule_n; i++) {
        const Rule *one = found->rules[i];
        bool sees_rule = false;
        if (!str_equals(one->id, rule))
            continue;
        TRY(access_sees_class_of(cx, subject, rule_sensitivity(one), &sees_rule));
        if (sees_rule)
            VEC_PUSH(cx->arena, &editions,
                     (ExplainedEdition){one, rule_is_valid_on(one, on), NULL, 0});
    }
    if (editions.n == 0)
        return cx_fail(cx, ERR_NOT_FOUND, TEXT_NOT_FOUND, STR("rule"), 1, rule);
    qsort(editions.items, editions.n, sizeof *editions.items, edition_order);
    out->program = found;
    out->editions = editions.items;
    out->edition_n = editions.n;
    out->rule = editions.items[editions.n - 1].rule;
    for (size_t i = 0; i < editions.n; i++) {
        if (editions.items[i].is_in_force)
            out->rule = editions.items[i].rule;
    }
    return OK;
}

static void take_lines(Cx *cx, const ObligationLine *lines, size_t n, ObligationExplanation *out)
{
    ExplainedEdition *editions = arena_array(cx->arena, ExplainedEdition, out->edition_n);
    for (size_t i = 0; i < out->edition_n; i++) {
        VEC(ObligationLine) own = {0};
        for (size_t k = 0; k < n; k++) {
            if (lines[k].obligation.rule == out->editions[i].rule)
                VEC_PUSH(cx->arena, &own, lines[k]);
        }
        editions[i] = out->editions[i];
        editions[i].lines = own.items;
        editions[i].line_n = own.n;
    }
    out->editions = editions;
}

static void tell_member(Explaining *e)
{
    EvidenceRows of_rule = {0};
    for (size_t i = 0; i < e->rows.n; i++) {
        if (e->rows.items[i].rule_key == rule_key(e->out->rule))
            VEC_PUSH(e->cx->arena, &of_rule, e->rows.items[i]);
    }
    Evidence *evidence = arena_array(e->cx->arena, Evidence, of_rule.n + 1);
    for (size_t i = 0; i < of_rule.n; i++)
        evidence[i] = of_rule.items[i].evidence;
    program_spells(e->out->program, &e->facts, evidence, of_rule.n, e->cx->arena, &e->spells);
    e->out->is_member = is_member_on(e, e->out->on);
    for (size_t i = 0; i < e->spells.n; i++)
        say_spell(e, &e->spells.items[i]);
    if (!e->out->is_member)
        say_why_not(e, &of_rule);
    e->out->member = e->member.items;
    e->out->member_n = e->member.n;
}

Err obligation_explain(Cx *cx, Uuid subject, Str program, Str rule, Date on,
                       ObligationExplanation *ret_explanation)
{
    const ObligationLine *lines = NULL;
    size_t n = 0;
    ObligationExplanation out = {.on = on};
    Explaining e = {.cx = cx, .out = &out};
    const Policy *policy = NULL;
    TRY(find_editions(cx, subject, program, rule, on, &out));
    TRY(policy_known_on(cx, on, &policy));
    e.policy = policy;
    out.program = policy_rule_on(policy, out.rule, on)->program; /* with the place's ages */
    TRY(obligation_of(cx, subject, on, &lines, &n));
    take_lines(cx, lines, n, &out);
    Err err = subject_read_on(cx, subject, on, &e.facts, &e.rows);
    if (err != OK)
        return cx_fail_db(cx, err);
    out.area = e.facts.area;
    tell_member(&e);
    TRY(tell_records(&e, subject));
    TRY(tell_waivers(&e, subject));
    out.verdict = verdict(&e);
    *ret_explanation = out;
    return OK;
}
