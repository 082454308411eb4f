/* See offers.h. Conditions are put together as text, since a form's conditions travel as text, and
 * compiled like any other: what does not compile excludes nobody, and never leaves the server. */
#include "pack/offers.h"

#include "base/buf.h"
#include "base/vec.h"

enum { TEXT_MOST = 64 * 1024 };

typedef struct {
    const Policy *policy;
    Date today;
    bool (*sees)(const void *who, Str class);
    const void *who;
    Arena *arena;
    VEC(FormParameter) parameters;
    VEC(FormCheck) checks;
} Offers;

/* ---- pieces of text ---- */

static void put_or(Buf *out)
{
    if (out->n > 0)
        buf_put_c(out, " OR ");
}

static void put_age(Buf *out, Span age)
{
    buf_printf(out, "add_days(add_months(subject.birth_date, %d), %d)", (int)age.months,
               (int)age.days);
}

/* By age and facts; a program that enrols by a form says nothing here of who is enrolled. */
static void put_facts(Buf *out, const Program *program)
{
    if (program->has_age_from && program->is_age_of_year) {
        buf_put_c(out, " AND year(happened_on) >= year(");
        put_age(out, program->age_from);
        buf_put_c(out, ")");
    } else if (program->has_age_from) {
        buf_put_c(out, " AND happened_on >= ");
        put_age(out, program->age_from);
    }
    if (program->has_age_before) {
        buf_put_c(out, " AND happened_on < ");
        put_age(out, program->age_before);
    }
    if (program->where != NULL)
        buf_printf(out, " AND (%.*s)", STR_ARG(expr_text(program->where)));
}

static void put_in(Buf *out, const Program *program, bool is_in)
{
    put_or(out);
    if (program->enrolled_by == NULL)
        buf_put_c(out, "(1 = 1");
    else
        buf_printf(out, "(%shas(subject.programs, '%.*s')", is_in ? "" : "NOT ",
                   STR_ARG(program->id));
    put_facts(out, program);
}

/* From the first day of the first window to the last of the last, where they are of an age. */
static void put_windows(Buf *out, const Rule *rule)
{
    const RuleAnchor *anchor = &rule->anchor;
    bool is_of_age =
        anchor->kind == ANCHOR_BIRTH
        || (anchor->kind == ANCHOR_RECORD && anchor->has_other && anchor->other == ANCHOR_BIRTH);
    if (rule->schedule != SCHEDULE_WINDOWS || !is_of_age || rule->item_n == 0)
        return;
    Span first = rule->items[0].opens, last = rule->items[0].closes;
    for (size_t i = 1; i < rule->item_n; i++) {
        first = span_compare(rule->items[i].opens, first) < 0 ? rule->items[i].opens : first;
        last = span_compare(rule->items[i].closes, last) > 0 ? rule->items[i].closes : last;
    }
    buf_put_c(out, " AND happened_on >= ");
    put_age(out, first);
    buf_put_c(out, " AND happened_on <= ");
    put_age(out, last);
}

/* ---- the programs that know a form ---- */

static void put_rules(const Offers *offers, Buf *out, const Program *program, const Form *form)
{
    for (size_t i = 0; i < program->rule_n; i++) {
        const Rule *rule = policy_rule_on(offers->policy, program->rules[i], offers->today);
        if (rule->evidence != form && (rule->anchor.form != form || program->enrolled_by == form))
            continue;
        put_in(out, rule->program, true);
        put_windows(out, rule);
        buf_put_char(out, ')');
    }
}

static void put_programs(const Offers *offers, Buf *out, const Form *form)
{
    const PackSet *set = offers->policy->set;
    for (size_t i = 0; i < set->programs.n; i++) {
        const Program *program = set->programs.entries[i].value;
        if (!offers->sees(offers->who, program_sensitivity(program)))
            continue;
        if (program->enrolled_by == form) {
            put_in(out, program, false);
            buf_put_char(out, ')');
        }
        if (program->left_by == form) {
            put_in(out, program, true);
            buf_put_char(out, ')');
        }
        put_rules(offers, out, program, form);
    }
}

/* ---- checks that read nothing but the person ---- */

static bool is_parameter(const Form *form, uint32_t slot)
{
    uint32_t first = form_slot_parameter(form, 0);
    return slot >= first && slot < first + form->parameter_n;
}

static bool is_of_person(const Form *form, const Expr *expr)
{
    size_t n = 0;
    bool has_person = false;
    const uint32_t *slots = expr_slots(expr, &n);
    for (size_t i = 0; i < n; i++) {
        bool is_person = slots[i] == form_slot(form, FORM_SLOT_SUBJECT_SEX)
                         || slots[i] == form_slot(form, FORM_SLOT_SUBJECT_BIRTH_DATE)
                         || slots[i] == form_slot(form, FORM_SLOT_SUBJECT_PROGRAMS);
        bool is_day = slots[i] == form_slot(form, FORM_SLOT_HAPPENED_ON)
                      || slots[i] == form_slot(form, FORM_SLOT_TODAY);
        has_person = has_person || is_person;
        if (!is_person && !is_day && !is_parameter(form, slots[i]))
            return false;
    }
    return has_person;
}

/* The parameters that the expression reads, each once. */
static void keep_parameters(Offers *offers, const Form *form, const Expr *expr)
{
    size_t n = 0;
    const uint32_t *slots = expr_slots(expr, &n);
    const FormParameter *of_form = policy_of_form(offers->policy, form);
    for (size_t i = 0; i < n; i++) {
        if (!is_parameter(form, slots[i]))
            continue;
        const FormParameter *read = &of_form[slots[i] - form_slot_parameter(form, 0)];
        bool is_kept = false;
        for (size_t j = 0; j < offers->parameters.n && !is_kept; j++)
            is_kept = str_equals(offers->parameters.items[j].id, read->id);
        if (!is_kept)
            VEC_PUSH(offers->arena, &offers->parameters, *read);
    }
}

static void put_checks(Offers *offers, Buf *out, const Form *form)
{
    for (size_t i = 0; i < form->check_n; i++) {
        const Expr *fails = form->checks[i].fails_when;
        if (fails == NULL || !is_of_person(form, fails))
            continue;
        put_or(out);
        buf_printf(out, "(%.*s)", STR_ARG(expr_text(fails)));
        keep_parameters(offers, form, fails);
    }
}

/* ---- all forms ---- */

/* When the form is not for somebody; empty: it is for everybody. */
static Str excludes(Offers *offers, const Form *form)
{
    Buf text, programs;
    buf_init(&text, offers->arena, TEXT_MOST);
    buf_init(&programs, offers->arena, TEXT_MOST);
    put_checks(offers, &text, form);
    if (form->opens_file_below > 0) {
        put_or(&text);
        buf_printf(&text, "age_years(subject.birth_date, happened_on) >= %d",
                   form->opens_file_below);
    }
    if (!form->opens_file)
        put_programs(offers, &programs, form);
    if (programs.n > 0) {
        put_or(&text);
        buf_printf(&text, "NOT (%.*s)", STR_ARG(buf_str(&programs)));
    }
    return buf_str(&text);
}

void pack_offers(const Policy *policy, Date today, bool (*sees)(const void *who, Str class),
                 const void *who, Arena *arena, Form *ret_form)
{
    Offers offers = {.policy = policy, .today = today, .sees = sees, .who = who, .arena = arena};
    const PackSet *set = policy->set;
    for (size_t i = 0; i < set->forms.n; i++) {
        const Form *form = set->forms.entries[i].value;
        if (!str_equals_c(form->subject, "resident") || !sees(who, form->sensitivity))
            continue;
        Str text = excludes(&offers, form);
        FormNames names = {.parameters = offers.parameters.items,
                           .parameter_n = offers.parameters.n};
        ExprScope scope = form_scope(&names);
        ExprProblem problem = {0};
        Expr *expr = NULL;
        if (text.n == 0 || expr_compile(arena, text, &scope, EXPR_LOGIC, &expr, &problem) != OK)
            continue; /* a check that looks up a table has none here: the form is for everybody */
        VEC_PUSH(arena, &offers.checks,
                 ((FormCheck){.id = form->id, .fails_when = expr, .message = form->title}));
    }
    *ret_form = (Form){.id = STR("offers"),
                       .version = STR("1"),
                       .subject = STR("resident"),
                       .checks = offers.checks.items,
                       .check_n = offers.checks.n,
                       .parameters = offers.parameters.items,
                       .parameter_n = offers.parameters.n,
                       .own_parameter_n = offers.parameters.n,
                       .slot_n = FORM_SLOT_CONTEXT_N + (uint32_t)offers.parameters.n};
}
