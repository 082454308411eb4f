/* Noting the rules of the pack set. What a rule reads is its signature: when that differs from the
 * one noted, the rule's evidence is made anew from the records and its subjects become stale. */
#include "engine/obligations/obligations_int.h"

static Str text_of(const Expr *expr)
{
    return expr == NULL ? STR("") : expr_text(expr);
}

static Str field_of(const Form *form, size_t field)
{
    return form == NULL || field == SIZE_MAX ? STR("") : form->fields[field].id;
}

static Str form_of(const Form *form)
{
    return form == NULL ? STR("") : form->id;
}

static Str signature_of(const Rule *rule, Arena *arena)
{
    const Program *program = rule->program;
    const Str parts[] = {
        form_of(program->enrolled_by),
        text_of(program->enrolled_where),
        form_of(program->left_by),
        text_of(program->left_where),
        form_of(rule->evidence),
        text_of(rule->evidence_where),
        form_of(rule->first_form),
        field_of(rule->first_form, rule->first_field),
        field_of(rule->evidence, rule->sooner_field),
        text_of(rule->sooner_where),
        text_of(rule->sooner_latest),
        str_printf(arena, "every %d notice %d", (int)rule->every, (int)rule->notice_days),
    };
    return str_join(arena, parts, sizeof parts / sizeof *parts, STR(" | "));
}

typedef struct {
    int64_t key;
    Str program, rule, signature;
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
        VEC_PUSH(cx->arena, noted, (NotedRule){row.rule_key, row.program, row.rule, row.signature});
    }
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

static bool is_read_by(const Form *form, const Rule *rule)
{
    return rule->evidence == form || rule->program->enrolled_by == form
           || rule->program->left_by == form;
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
        if (is_read_by(form, rule))
            TRY(record_each(cx, form, rebuild_record, &rebuild));
    }
    TRY(evidence_bulk_end(bulk));
    return obligation_stale_mark_rule(cx->db, &mark, NULL);
}

static Err note_rule(Cx *cx, int64_t key, Str program, Str rule, int32_t notice_days, Str signature)
{
    ObligationRuleWriteIn in = {cx->place, key, program, rule, notice_days, signature};
    return obligation_rule_write(cx->db, &in, NULL);
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
        Str signature = signature_of(rule, cx->arena);
        if (before != NULL && str_equals(before->signature, signature))
            continue;
        TRY(note_rule(cx, key, rule->program->id, rule->id, rule->notice_days, signature));
        TRY(rebuild_rule(cx, rule));
    }
    for (size_t i = 0; i < noted->n; i++) {
        const NotedRule *before = &noted->items[i];
        if (rule_by_key(cx, before->key) != NULL || before->signature.n == 0)
            continue;
        ObligationStaleMarkRuleIn mark = {cx->place, before->key};
        TRY(obligation_stale_mark_rule(cx->db, &mark, NULL));
        TRY(note_rule(cx, before->key, before->program, before->rule, 0, STR("")));
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
        if (before == NULL || !str_equals(before->signature, signature_of(rule, cx->arena)))
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
        if (is_known && str_equals(before->signature, signature_of(rule, cx->arena)))
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
