/* Noting the rules of the pack set. What a rule reads is its signature: when that differs from the
 * one noted, the rule's evidence is made anew from the records and its subjects become stale. */
#include "engine/obligations/obligations_int.h"

#include "base/encoding.h"
#include "base/os_crypto.h"

static Str field_of(const Form *form, size_t field)
{
    return form == NULL || field == SIZE_MAX ? STR("") : form->fields[field].id;
}

static Str form_of(const Form *form)
{
    return form == NULL ? STR("") : form->id;
}

static void put_text(Buf *buf, Str text)
{
    buf_put(buf, text);
    buf_put(buf, STR(" | "));
}

/* A number of the packs with its days. */
static void put_parameter(Buf *buf, const FormParameter *parameter)
{
    for (size_t i = 0; i < parameter->step_n; i++) {
        const FormStep *step = &parameter->steps[i];
        buf_printf(buf, "$%.*s %d ", STR_ARG(parameter->id),
                   date_is_none(step->from) ? 0 : (int)step->from.days);
        put_text(buf, form_value_to_text(step->value, buf->arena));
    }
}

/* What the expression says of records of the form, and what it reads of the policy. */
static void put_expr(Buf *buf, const Form *form, const Expr *expr)
{
    size_t n = 0;
    put_text(buf, expr == NULL ? STR("") : expr_text(expr));
    const uint32_t *slots = expr == NULL ? NULL : expr_slots(expr, &n);
    for (size_t i = 0; i < n && form != NULL; i++) {
        uint32_t first = form_slot_parameter(form, 0);
        if (slots[i] >= first)
            put_parameter(buf, &form->parameters[slots[i] - first]);
    }
}

static void put_span(Buf *buf, Span span)
{
    buf_printf(buf, "%d.%d.%d ", (int)span.months, (int)span.days, (int)span.hours);
}

static void put_who(Buf *buf, const Program *program)
{
    put_text(buf, form_of(program->enrolled_by));
    put_expr(buf, program->enrolled_by, program->enrolled_where);
    put_text(buf, form_of(program->left_by));
    put_expr(buf, program->left_by, program->left_where);
    put_expr(buf, NULL, program->where);
    buf_printf(buf, "age %d%d%d ", (int)program->has_age_from, (int)program->has_age_before,
               (int)program->is_age_of_year);
    put_span(buf, program->age_from);
    put_span(buf, program->age_before);
}

static void put_period(Buf *buf, const Rule *rule)
{
    put_text(buf, form_of(rule->first_form));
    put_text(buf, field_of(rule->first_form, rule->first_field));
    put_text(buf, field_of(rule->evidence, rule->sooner_field));
    put_expr(buf, rule->evidence, rule->sooner_where);
    put_expr(buf, rule->evidence, rule->sooner_latest);
    put_expr(buf, rule->evidence, rule->tally_where);
    put_text(buf, field_of(rule->evidence, rule->tally_field));
    buf_printf(buf, "every %d tally %d of %g first %d notice %d ", (int)rule->every,
               (int)rule->tally, rule->needed, (int)rule->first_period, (int)rule->notice_days);
}

static void put_after(Buf *buf, const Rule *rule)
{
    put_expr(buf, rule->evidence, rule->next);
    put_span(buf, rule->first_after);
    put_span(buf, rule->opens_before);
    buf_printf(buf, "%d deadlines ", (int)rule->has_opens);
    for (size_t i = 0; i < rule->deadline_n; i++)
        buf_printf(buf, "%d ", (int)rule->deadlines[i]);
    put_span(buf, rule->late);
}

static void put_case(Buf *buf, const Rule *rule, const DoseCase *dose)
{
    for (size_t i = 0; dose->given != NULL && i < rule->kind_n; i++)
        buf_printf(buf, "given %d ", (int)dose->given[i]);
    buf_printf(buf, "case %d%d%d%d%d ", (int)dose->is_skipped, (int)dose->has_min_age,
               (int)dose->has_due_age, (int)dose->has_before_age, (int)dose->has_interval);
    put_span(buf, dose->min_age);
    put_span(buf, dose->due_age);
    put_span(buf, dose->before_age);
    for (size_t i = 0; i < dose->interval_n; i++) {
        buf_printf(buf, "since %d %zu ", (int)dose->intervals[i].since, dose->intervals[i].of);
        put_span(buf, dose->intervals[i].span);
    }
}

static void put_items(Buf *buf, const Rule *rule)
{
    const RuleAnchor *anchor = &rule->anchor;
    buf_printf(buf, "anchor %d%d%d%d ", (int)anchor->kind, (int)anchor->is_each,
               (int)anchor->has_other, (int)anchor->other);
    put_text(buf, form_of(anchor->form));
    put_expr(buf, anchor->form, anchor->where);
    put_text(buf, field_of(anchor->form, anchor->field));
    put_text(buf, field_of(anchor->form, anchor->time_field));
    for (size_t i = 0; i < rule->kind_n; i++)
        put_expr(buf, rule->evidence, rule->kind_where[i]);
    put_span(buf, rule->grace);
    for (size_t i = 0; i < rule->item_n; i++) {
        const RuleItem *item = &rule->items[i];
        put_text(buf, item->id); /* waivers name it */
        buf_printf(buf, "kind %zu ", item->kind);
        put_span(buf, item->opens);
        put_span(buf, item->due);
        put_span(buf, item->closes);
        put_case(buf, rule, &item->dose);
        for (size_t j = 0; j < item->catch_up_n; j++)
            put_case(buf, rule, &item->catch_up[j]);
    }
}

static void put_coverage(Buf *buf, const Rule *rule)
{
    if (rule->owner.n > 0 || rule->unit_field != SIZE_MAX || rule->program->is_by_register) {
        buf_printf(buf, "register %d ", (int)rule->program->is_by_register);
        put_text(buf, rule->owner);
        put_text(buf, field_of(rule->evidence, rule->unit_field));
    }
    if (rule->is_day_late)
        put_text(buf, STR("day late"));
    if (rule->schedule != SCHEDULE_COVERAGE)
        return;
    put_text(buf, field_of(rule->evidence, rule->round_field));
    buf_printf(buf, "units %d within %d ", (int)rule->units, (int)rule->is_within_catchment);
    for (size_t i = 0; i < rule->unit_kind_n; i++)
        put_text(buf, rule->unit_kinds[i]);
}

/* One more whenever evaluate_after.c gives something else of the same records: who is enrolled is
 * then evaluated anew. 2: nothing is owed of a stay that has ended. */
enum { AFTER_VERSION = 2 };

Str rule_signature(const Rule *rule, Arena *arena)
{
    Buf buf;
    buf_init(&buf, arena, KIB(64));
    if (rule->schedule == SCHEDULE_AFTER)
        buf_printf(&buf, "after %d ", (int)AFTER_VERSION);
    put_who(&buf, rule->program);
    put_text(&buf, form_of(rule->evidence));
    put_expr(&buf, rule->evidence, rule->evidence_where);
    buf_printf(&buf, "schedule %d valid %d %d ", (int)rule->schedule, (int)rule->valid_from.days,
               (int)rule->valid_until.days);
    put_period(&buf, rule);
    put_after(&buf, rule);
    put_items(&buf, rule);
    for (size_t i = 0; i < rule->number_n; i++)
        put_parameter(&buf, &rule->numbers[i].parameter->by_day);
    put_coverage(&buf, rule);
    Sha256 hash = sha256_of(buf_str(&buf));
    return hex_encode(arena, (Str){(const char *)hash.bytes, sizeof hash.bytes});
}

typedef struct {
    int64_t key;
    Str program, rule, signature, class;
} NotedRule;
typedef VEC(NotedRule) NotedRules;

static Err read_noted(Cx *cx, NotedRules *noted)
{
    CLEANUP(db_rows_close) DbRows found = {0};
    ObligationRuleAllIn in = {cx->place};
    TRY(obligation_rule_all_open(cx->db, &in, &found));
    for (;;) {
        ObligationRuleAllRow row;
        bool has_row = false;
        TRY(obligation_rule_all_next(&found, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        VEC_PUSH(cx->arena, noted,
                 (NotedRule){row.rule_key, row.program, row.rule, row.signature, row.class});
    }
}

static Str class_of(const Rule *rule)
{
    Str class = rule_sensitivity(rule);
    return class.n > 0 ? class : STR("");
}

static const NotedRule *find_noted(const NotedRules *noted, int64_t key)
{
    for (size_t i = 0; i < noted->n; i++) {
        if (noted->items[i].key == key)
            return &noted->items[i];
    }
    return NULL;
}

typedef struct {
    EvidenceBulk *bulk;
    const Form *form;
} Rebuild;

static Err rebuild_record(Cx *cx, const Record *record, void *arg)
{
    (void)cx;
    const Rebuild *rebuild = arg;
    return evidence_bulk_add(rebuild->bulk, rebuild->form, record);
}

Err rule_mark_stale(Cx *cx, const Rule *rule)
{
    if (rule->program->enrolled_by == NULL) {
        ObligationStaleMarkPeopleIn people = {cx->place};
        TRY(obligation_stale_mark_people(cx->db, &people, NULL));
    }
    ObligationStaleMarkRuleIn mark = {cx->place, rule_key(rule)};
    return obligation_stale_mark_rule(cx->db, &mark, NULL);
}

/* Makes the evidence of one rule anew: the set is narrowed to it, so that the forms' other rules
 * keep theirs. */
static Err rebuild_rule(Cx *cx, const Rule *rule)
{
    int64_t key = rule_key(rule);
    ObligationStaleMarkRuleIn mark = {cx->place, key};
    ObligationEvidenceClearRuleIn clear = {cx->place, key};
    TRY(obligation_stale_mark_rule(cx->db, &mark, NULL));
    TRY(obligation_evidence_clear_rule(cx->db, &clear, NULL));
    const Policy *policy = NULL;
    TRY(policy_of(cx, &policy)); /* of the whole set */
    const Rule *const only[] = {rule};
    PackSet narrowed = *cx->packs;
    narrowed.rules = only;
    narrowed.rule_n = 1;
    Cx inner = *cx;
    inner.packs = &narrowed;
    EvidenceBulk *bulk = NULL;
    TRY(evidence_bulk_begin(&inner, &bulk));
    for (size_t i = 0; i < cx->packs->forms.n; i++) {
        const Form *form = cx->packs->forms.entries[i].value;
        Rebuild rebuild = {bulk, form};
        if (rule_reads(rule, form))
            TRY(record_each(cx, form, rebuild_record, &rebuild));
    }
    TRY(evidence_bulk_end(bulk));
    TRY(waivers_remake(cx, rule));
    return rule_mark_stale(cx, rule);
}

static Err note_rule(Cx *cx, const Rule *rule, Str signature)
{
    ObligationRuleWriteIn in = {.place = cx->place,
                                .rule_key = rule_key(rule),
                                .program = rule->program->id,
                                .rule = rule->id,
                                .notice_days = rule->notice_days,
                                .signature = signature,
                                .class = class_of(rule)};
    return obligation_rule_write(cx->db, &in, NULL);
}

/* Its class stays: what is kept of it is as sensitive as before. */
static Err note_gone(Cx *cx, const NotedRule *gone)
{
    ObligationRuleWriteIn in = {.place = cx->place,
                                .rule_key = gone->key,
                                .program = gone->program,
                                .rule = gone->rule,
                                .signature = STR(""),
                                .class = gone->class};
    return obligation_rule_write(cx->db, &in, NULL);
}

static bool is_same(const NotedRule *before, const Rule *rule, Str signature)
{
    return str_equals(before->signature, signature) && str_equals(before->class, class_of(rule));
}

static Err update_rules(Cx *cx, const NotedRules *noted)
{
    for (size_t i = 0; i < cx->packs->rule_n; i++) {
        const Rule *rule = cx->packs->rules[i];
        int64_t key = rule_key(rule);
        const NotedRule *before = find_noted(noted, key);
        ENSURE(before == NULL
               || (str_equals(before->program, rule->program->id)
                   && str_equals(before->rule, rule->id))); /* two names with one 32-bit hash */
        Str signature = rule_signature(rule, cx->arena);
        if (before != NULL && is_same(before, rule, signature))
            continue;
        TRY(note_rule(cx, rule, signature));
        if (before == NULL || !str_equals(before->signature, signature))
            TRY(rebuild_rule(cx, rule));
    }
    for (size_t i = 0; i < noted->n; i++) {
        const NotedRule *before = &noted->items[i];
        if (rule_by_key(cx, before->key) != NULL || before->signature.n == 0)
            continue;
        ObligationStaleMarkRuleIn mark = {cx->place, before->key};
        TRY(obligation_stale_mark_rule(cx->db, &mark, NULL));
        TRY(note_gone(cx, before));
    }
    return OK;
}

static bool rules_are_noted(const Cx *cx, const NotedRules *noted)
{
    size_t in_force = 0;
    for (size_t i = 0; i < noted->n; i++)
        in_force += noted->items[i].signature.n > 0;
    if (in_force != cx->packs->rule_n)
        return false;
    for (size_t i = 0; i < cx->packs->rule_n; i++) {
        const Rule *rule = cx->packs->rules[i];
        const NotedRule *before = find_noted(noted, rule_key(rule));
        if (before == NULL || !is_same(before, rule, rule_signature(rule, cx->arena)))
            return false;
    }
    return true;
}

static Err update_work(Cx *cx, void *arg)
{
    (void)arg;
    NotedRules noted = {0};
    Err err = read_noted(cx, &noted);
    if (err == OK && !rules_are_noted(cx, &noted))
        err = update_rules(cx, &noted);
    return err == OK ? OK : cx_fail_db(cx, err);
}

static Err remake_work(Cx *cx, void *arg)
{
    (void)arg;
    for (size_t i = 0; i < cx->packs->rule_n; i++)
        TRY(rebuild_rule(cx, cx->packs->rules[i]));
    return OK;
}

Err obligation_evidence_remake(Cx *cx)
{
    return cx_write(cx, remake_work, NULL);
}

Err obligation_rules_update(Cx *cx)
{
    NotedRules noted = {0};
    Err err = read_noted(cx, &noted);
    if (err != OK)
        return cx_fail_db(cx, err);
    if (!rules_are_noted(cx, &noted))
        TRY(cx_write(cx, update_work, NULL));
    return horizon_begin(cx);
}

typedef VEC(ObligationRuleChange) RuleChanges;

static Err note_change(Cx *cx, RuleChanges *changes, int64_t key, const Rule *rule,
                       ObligationRuleChange change)
{
    ObligationRuleSubjectsIn in = {.place = cx->place, .rule_key = key};
    if (rule != NULL) {
        in.entry_form = form_of(rule->program->enrolled_by);
        in.leave_form = form_of(rule->program->left_by);
        in.evidence_form = form_of(rule->evidence);
        in.anchor_form = form_of(rule->anchor.form);
        in.with_people = rule->program->enrolled_by == NULL;
    }
    ObligationRuleSubjectsRow row;
    TRY(obligation_rule_subjects(cx->db, cx->arena, &in, &row));
    change.subjects = row.n;
    VEC_PUSH(cx->arena, changes, change);
    return OK;
}

static Err list_changes(Cx *cx, RuleChanges *changes)
{
    NotedRules noted = {0};
    TRY(read_noted(cx, &noted));
    for (size_t i = 0; i < cx->packs->rule_n; i++) {
        const Rule *rule = cx->packs->rules[i];
        const NotedRule *before = find_noted(&noted, rule_key(rule));
        bool is_known = before != NULL && before->signature.n > 0;
        if (is_known && str_equals(before->signature, rule_signature(rule, cx->arena)))
            continue;
        TRY(note_change(
            cx, changes, rule_key(rule), rule,
            (ObligationRuleChange){rule->program->id, rule->id,
                                   is_known ? OBLIGATION_RULE_CHANGED : OBLIGATION_RULE_NEW, 0}));
    }
    for (size_t i = 0; i < noted.n; i++) {
        const NotedRule *before = &noted.items[i];
        if (before->signature.n == 0 || rule_by_key(cx, before->key) != NULL)
            continue;
        TRY(note_change(
            cx, changes, before->key, NULL,
            (ObligationRuleChange){before->program, before->rule, OBLIGATION_RULE_GONE, 0}));
    }
    return OK;
}

Err obligation_rules_pending(Cx *cx, const ObligationRuleChange **ret_changes, size_t *ret_n)
{
    RuleChanges changes = {0};
    Err err = list_changes(cx, &changes);
    if (err != OK)
        return cx_fail_db(cx, err);
    *ret_changes = changes.items;
    *ret_n = changes.n;
    return OK;
}
