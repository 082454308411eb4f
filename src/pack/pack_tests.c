/* Running what tests of packs say about forms: each record is judged as it would be when entered.
 */
#include "pack/pack_tests.h"

#include "base/vec.h"

typedef struct Run {
    Arena *arena;
    const PackSet *set;
    const PackTest *test;
    VEC(PackTestFailure) failures;
} Run;

static Str value_text(Run *run, ExprValue value)
{
    if (value.type == EXPR_NULL)
        return STR("-");
    return form_value_to_text(value, run->arena);
}

static void fail(Run *run, uint32_t line, Wording message)
{
    VEC_PUSH(run->arena, &run->failures, (PackTestFailure){run->test, line, message});
}

static void fail_value(Run *run, uint32_t line, const FormField *field, ExprValue wanted,
                       ExprValue got)
{
    Str a = value_text(run, wanted);
    Str b = value_text(run, got);
    fail(run, line,
         (Wording){str_printf(run->arena, "%.*s 应为 %.*s，实为 %.*s", STR_ARG(field->id),
                              STR_ARG(a), STR_ARG(b)),
                   str_printf(run->arena, "%.*s should be %.*s and is %.*s", STR_ARG(field->id),
                              STR_ARG(a), STR_ARG(b))});
}

static bool is_equal(ExprValue a, ExprValue b)
{
    if (a.type == EXPR_NULL || b.type == EXPR_NULL)
        return a.type == b.type;
    return expr_value_equals(a, b);
}

static void check_values(Run *run, const PackTestRecord *record, const PackTestValue *wanted,
                         size_t n, const ExprValue *values)
{
    for (size_t i = 0; i < n; i++) {
        if (!is_equal(wanted[i].value, values[wanted[i].field]))
            fail_value(run, wanted[i].line, &record->form->fields[wanted[i].field], wanted[i].value,
                       values[wanted[i].field]);
    }
}

static void check_shown(Run *run, const PackTestRecord *record, const size_t *fields, size_t n,
                        const bool *is_shown, bool wanted)
{
    for (size_t i = 0; i < n; i++) {
        Str id = record->form->fields[fields[i]].id;
        if (is_shown[fields[i]] != wanted)
            fail(run, record->line,
                 (Wording){
                     str_printf(run->arena, "%.*s 应%s", STR_ARG(id), wanted ? "显示" : "隐藏"),
                     str_printf(run->arena, "%.*s should be %s", STR_ARG(id),
                                wanted ? "shown" : "hidden")});
    }
}

static void fail_issue(Run *run, uint32_t line, Str key, bool is_hard, bool is_missing)
{
    const char *level = is_hard ? "hard" : "soft";
    fail(run, line,
         (Wording){str_printf(run->arena,
                              is_missing ? "应有问题 %.*s（%s）" : "不应有问题 %.*s（%s）",
                              STR_ARG(key), level),
                   str_printf(run->arena,
                              is_missing ? "the issue %.*s (%s) is missing"
                                         : "the issue %.*s (%s) is not expected",
                              STR_ARG(key), level)});
}

static void check_issues(Run *run, const PackTestRecord *record, const FormResult *result)
{
    if (!record->has_issues)
        return;
    for (size_t i = 0; i < record->issue_n; i++) {
        bool is_found = false;
        for (size_t j = 0; j < result->issue_n; j++)
            is_found = is_found
                       || (str_equals(result->issues[j].key, record->issues[i].key)
                           && result->issues[j].is_hard == record->issues[i].is_hard);
        if (!is_found)
            fail_issue(run, record->line, record->issues[i].key, record->issues[i].is_hard, true);
    }
    for (size_t j = 0; j < result->issue_n; j++) {
        bool is_expected = false;
        for (size_t i = 0; i < record->issue_n; i++)
            is_expected = is_expected || str_equals(result->issues[j].key, record->issues[i].key);
        if (!is_expected)
            fail_issue(run, record->line, result->issues[j].key, result->issues[j].is_hard, false);
    }
}

static void check_advice(Run *run, const PackTestRecord *record, const FormResult *result)
{
    if (!record->has_advice)
        return;
    Str *got = arena_array(run->arena, Str, result->advice_n + 1);
    bool is_same = result->advice_n == record->advice_n;
    for (size_t i = 0; i < result->advice_n; i++) {
        got[i] = result->advice[i]->id;
        is_same = is_same && str_equals(got[i], record->advice[i]);
    }
    if (is_same)
        return;
    Str wanted_text = str_join(run->arena, record->advice, record->advice_n, STR(", "));
    Str got_text = str_join(run->arena, got, result->advice_n, STR(", "));
    fail(run, record->line,
         (Wording){str_printf(run->arena, "建议应为 [%.*s]，实为 [%.*s]", STR_ARG(wanted_text),
                              STR_ARG(got_text)),
                   str_printf(run->arena, "the advice should be [%.*s] and is [%.*s]",
                              STR_ARG(wanted_text), STR_ARG(got_text))});
}

static FormAnswers copy_answers(const FormAnswers *from, const Form *form, Arena *arena)
{
    FormAnswers copy = *from;
    copy.values = arena_array(arena, ExprValue, form->field_n + 1);
    copy.rows = arena_array(arena, FormRows, form->field_n + 1);
    for (size_t i = 0; i < form->field_n; i++) {
        copy.values[i] = from->values[i];
        copy.rows[i] = from->rows[i];
    }
    return copy;
}

/* The newest record of the same form before this one: on an earlier day, or earlier in the file. */
static const PackTestRecord *previous_record(const PackTest *test, size_t at, size_t *ret_index)
{
    const PackTestRecord *found = NULL;
    for (size_t i = 0; i < test->record_n; i++) {
        const PackTestRecord *record = &test->records[i];
        int order = date_compare(record->on, test->records[at].on);
        if (record->form != test->records[at].form || order > 0 || (order == 0 && i >= at))
            continue;
        if (found == NULL || date_compare(record->on, found->on) >= 0) {
            found = record;
            *ret_index = i;
        }
    }
    return found;
}

/* Whether the record is one of the form, and of those that the condition picks. */
static bool is_picked(Run *run, const PackTestRecord *record, const FormAnswers *judged,
                      const Form *form, const Expr *where)
{
    if (form == NULL || record->form != form || !date_is_none(record->voided_on))
        return false;
    if (where == NULL)
        return true;
    ExprValue *slots = arena_array(run->arena, ExprValue, form->slot_n);
    for (size_t i = 0; i < form->field_n; i++)
        slots[i] = judged->values[i];
    slots[form_slot(form, FORM_SLOT_HAPPENED_ON)] =
        (ExprValue){.type = EXPR_DATE, .as.date = record->on};
    for (size_t i = 0; i < form->parameter_n; i++)
        slots[form_slot_parameter(form, i)] = form_parameter_on(&form->parameters[i], record->on);
    return expr_holds(where, slots, run->arena);
}

/* Of the programs that forms enrol in: whether the records judged so far leave the person in. */
static bool is_in_program(Run *run, size_t at, const Program *program, const FormAnswers *judged)
{
    const PackTest *test = run->test;
    Date entered = DATE_NONE, left = DATE_NONE;
    for (size_t i = 0; i < test->record_n; i++) {
        const PackTestRecord *record = &test->records[i];
        if (i == at || judged[i].values == NULL
            || date_compare(record->on, test->records[at].on) > 0)
            continue;
        if (is_picked(run, record, &judged[i], program->enrolled_by, program->enrolled_where))
            entered = date_max(entered, record->on);
        if (is_picked(run, record, &judged[i], program->left_by, program->left_where))
            left = date_max(left, record->on);
    }
    return !date_is_none(entered) && (date_is_none(left) || date_compare(left, entered) < 0);
}

static void tell_programs(Run *run, size_t at, const FormAnswers *judged, FormContext *context)
{
    const Map *programs = &run->set->programs;
    Str *ids = arena_array(run->arena, Str, programs->n + 1);
    for (size_t i = 0; i < programs->n; i++) {
        const Program *program = programs->entries[i].value;
        if (is_in_program(run, at, program, judged))
            ids[context->subject_program_n++] = program->id;
    }
    context->subject_programs = ids;
}

static void run_record(Run *run, size_t at, FormAnswers *judged)
{
    const PackTest *test = run->test;
    const PackTestRecord *record = &test->records[at];
    size_t before = 0;
    const PackTestRecord *previous = previous_record(test, at, &before);
    FormContext context = {
        .happened_on = record->on,
        .today = test->on,
        .subject_sex = test->sex,
        .subject_birth_date = test->birth_date,
        .previous_happened_on = previous == NULL ? DATE_NONE : previous->on,
        .previous = previous == NULL ? NULL : judged[before].values,
    };
    tell_programs(run, at, judged, &context);
    judged[at] = copy_answers(&record->answers, record->form, run->arena);
    FormResult result = {0};
    form_evaluate(record->form, &context, &judged[at], run->arena, &result);
    check_values(run, record, record->computed, record->computed_n, judged[at].values);
    check_values(run, record, record->suggested, record->suggested_n, result.suggested);
    check_shown(run, record, record->shown, record->shown_n, result.is_shown, true);
    check_shown(run, record, record->hidden, record->hidden_n, result.is_shown, false);
    check_issues(run, record, &result);
    check_advice(run, record, &result);
}

/* Records in the order of their days, so that each finds its previous one judged. */
static void run_test(Run *run)
{
    const PackTest *test = run->test;
    FormAnswers *judged = arena_array(run->arena, FormAnswers, test->record_n + 1);
    bool *is_done = arena_array(run->arena, bool, test->record_n + 1);
    for (size_t done = 0; done < test->record_n; done++) {
        size_t next = SIZE_MAX;
        for (size_t i = 0; i < test->record_n; i++) {
            if (!is_done[i]
                && (next == SIZE_MAX
                    || date_compare(test->records[i].on, test->records[next].on) < 0))
                next = i;
        }
        is_done[next] = true;
        run_record(run, next, judged);
    }
}

void pack_tests_run_forms(const PackSet *set, Arena *arena, const PackTestFailure **ret_failures,
                          size_t *ret_n)
{
    Run run = {.arena = arena, .set = set};
    for (size_t i = 0; i < set->test_n; i++) {
        run.test = &set->tests[i];
        run_test(&run);
    }
    *ret_failures = run.failures.items;
    *ret_n = run.failures.n;
}
