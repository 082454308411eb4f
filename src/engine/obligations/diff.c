/* Comparing what two pack sets owe: pages of people in subject order, the records of each page read
 * once for both sides. */
#include "engine/obligations/diff.h"

#include "engine/obligations/obligations_int.h"

#include <stdlib.h>

enum {
    PAGE_PEOPLE = 1000,
    SIDE_N = 2, /* before, after */
    SCRATCH = MIB(64),
};

/* ---- which rules ---- */

typedef VEC(RuleDifference) RuleDifferences;

static bool is_named(const Rule *rule, Str program, Str id)
{
    return str_equals(rule->program->id, program) && str_equals(rule->id, id);
}

static const Rule *rule_with_key(const PackSet *set, int64_t key)
{
    for (size_t i = 0; i < set->rule_n; i++) {
        if (rule_key(set->rules[i]) == key)
            return set->rules[i];
    }
    return NULL;
}

static const Rule *rule_named(const PackSet *set, Str program, Str id)
{
    for (size_t i = 0; i < set->rule_n; i++) {
        if (is_named(set->rules[i], program, id))
            return set->rules[i];
    }
    return NULL;
}

static const RuleDifference *difference_of(const RuleDifference *rules, size_t n, const Rule *rule)
{
    for (size_t i = 0; i < n; i++) {
        if (is_named(rule, rules[i].program, rules[i].rule))
            return &rules[i];
    }
    return NULL;
}

static int compare_rules(const void *left, const void *right)
{
    const RuleDifference *a = left, *b = right;
    int order = str_compare(a->program, b->program);
    return order != 0 ? order : str_compare(a->rule, b->rule);
}

/* The rules of `of` that `other` has not, or has otherwise. */
static void add_rules(const PackSet *of, const PackSet *other, const ObligationSets *sets,
                      Arena *arena, RuleDifferences *rules)
{
    for (size_t i = 0; i < of->rule_n; i++) {
        const Rule *rule = of->rules[i], *same = rule_with_key(other, rule_key(rule));
        bool is_same =
            same != NULL && str_equals(rule_signature(rule, arena), rule_signature(same, arena));
        if (is_same || difference_of(rules->items, rules->n, rule) != NULL)
            continue;
        Str program = rule->program->id;
        VEC_PUSH(arena, rules,
                 (RuleDifference){program, rule->id, rule_named(sets->before, program, rule->id),
                                  rule_named(sets->after, program, rule->id)});
    }
}

void obligation_sets_compare(const PackSet *before, const PackSet *after, Arena *arena,
                             ObligationSets *ret_sets)
{
    RuleDifferences rules = {0};
    *ret_sets = (ObligationSets){.before = before, .after = after};
    add_rules(before, after, ret_sets, arena, &rules);
    add_rules(after, before, ret_sets, arena, &rules);
    if (rules.n > 1)
        qsort(rules.items, rules.n, sizeof *rules.items, compare_rules);
    ret_sets->rules = rules.items;
    ret_sets->rule_n = rules.n;
}

const char *obligation_change_name(ObligationChange change)
{
    static const char *const names[OBLIGATION_CHANGE_N] = {
        [OBLIGATION_GAINED] = "gained",
        [OBLIGATION_LOST] = "lost",
        [OBLIGATION_MOVED] = "moved",
        [OBLIGATION_RESTATED] = "state",
    };
    return names[change];
}

/* ---- sides ---- */

typedef struct {
    Cx cx; /* with `narrowed` */
    PackSet narrowed;
    const Policy *policy;    /* of the whole set */
    SubjectEvidence waivers; /* by subject */
    size_t waiver_at;
    SubjectEvidence rows; /* of the page */
    ObligationRows computed;
} Side;

/* A form of the database, and what it is to the rules of each side. */
typedef struct {
    RecordStream *stream;
    struct {
        const Form *form;   /* NULL: no rule reads it */
        const size_t *from; /* by its fields: the stored one, or SIZE_MAX */
    } as[SIDE_N];
} Source;
typedef VEC(Source) Sources;

typedef struct {
    Cx *cx;
    const ObligationSets *sets;
    const ObligationDiffOptions *options;
    ObligationDiffVisit visit;
    void *arg;
    Side sides[SIDE_N];
    Sources sources;
    Arena scratch;
} Diff;

static int compare_subject_rows(const void *left, const void *right)
{
    const SubjectRow *a = left, *b = right;
    return uuid_compare(a->subject, b->subject);
}

static void sort_subject_rows(SubjectEvidence *rows)
{
    if (rows->n > 1)
        qsort(rows->items, rows->n, sizeof *rows->items, compare_subject_rows);
}

static Err open_side(Diff *diff, const PackSet *set, Side *side)
{
    side->cx = *diff->cx;
    side->cx.packs = set;
    side->cx.policy = NULL;
    TRY(policy_of(&side->cx, &side->policy));
    const Rule **rules = arena_array(diff->cx->arena, const Rule *, set->rule_n + 1);
    side->narrowed = *set;
    side->narrowed.rules = rules;
    side->narrowed.rule_n = 0;
    for (size_t i = 0; i < set->rule_n; i++) {
        const Rule *rule = set->rules[i];
        if (difference_of(diff->sets->rules, diff->sets->rule_n, rule) == NULL)
            continue;
        rules[side->narrowed.rule_n++] = rule;
        TRY(waivers_in_force(&side->cx, rule, &side->waivers));
    }
    side->cx.packs = &side->narrowed;
    sort_subject_rows(&side->waivers);
    return OK;
}

static const Form *form_of_side(const Side *side, Str id)
{
    const Form *form = pack_form(&side->narrowed, id);
    for (size_t i = 0; form != NULL && i < side->narrowed.rule_n; i++) {
        if (rule_reads(side->narrowed.rules[i], form))
            return form;
    }
    return NULL;
}

/* What was stored under another type is not what the form asks: it is absent. */
static const size_t *map_fields(const Form *form, const Form *stored, Arena *arena)
{
    size_t *from = arena_array(arena, size_t, form->field_n + 1);
    for (size_t i = 0; i < form->field_n; i++) {
        from[i] = SIZE_MAX;
        for (size_t j = 0; j < stored->field_n; j++) {
            const FormField *field = &stored->fields[j];
            if (str_equals(field->id, form->fields[i].id) && field->type == form->fields[i].type
                && !form->fields[i].is_sealed)
                from[i] = j;
        }
    }
    return from;
}

static Err open_source(Diff *diff, Str id)
{
    Source source = {0};
    bool is_read = false;
    for (size_t i = 0; i < diff->sources.n; i++) {
        if (str_equals(record_stream_form(diff->sources.items[i].stream)->id, id))
            return OK; /* of the other side too */
    }
    for (size_t s = 0; s < SIDE_N; s++) {
        source.as[s].form = form_of_side(&diff->sides[s], id);
        is_read = is_read || source.as[s].form != NULL;
    }
    if (!is_read)
        return OK;
    TRY(record_stream_open(diff->cx, id, &source.stream));
    if (source.stream == NULL)
        return OK; /* nobody has recorded any */
    const Form *stored = record_stream_form(source.stream);
    for (size_t s = 0; s < SIDE_N; s++) {
        if (source.as[s].form != NULL)
            source.as[s].from = map_fields(source.as[s].form, stored, diff->cx->arena);
    }
    VEC_PUSH(diff->cx->arena, &diff->sources, source);
    return OK;
}

static Err open_sources(Diff *diff)
{
    for (size_t s = 0; s < SIDE_N; s++) {
        const Map *forms = &diff->sides[s].narrowed.forms;
        for (size_t i = 0; i < forms->n; i++)
            TRY(open_source(diff, ((const Form *)forms->entries[i].value)->id));
    }
    return OK;
}

/* ---- evidence of a page ---- */

static FormAnswers answers_as(const Form *form, const size_t *from, const FormAnswers *stored,
                              Arena *arena)
{
    FormAnswers answers;
    form_answers_init(&answers, form, arena);
    for (size_t i = 0; i < form->field_n; i++) {
        if (from[i] == SIZE_MAX)
            continue;
        answers.values[i] = stored->values[from[i]];
        answers.rows[i] = stored->rows[from[i]];
    }
    return answers;
}

static void take_record(Diff *diff, const Source *source, const Record *record)
{
    for (size_t s = 0; s < SIDE_N; s++) {
        Side *side = &diff->sides[s];
        const Form *form = source->as[s].form;
        if (form == NULL)
            continue;
        FormAnswers answers = answers_as(form, source->as[s].from, record->answers, &diff->scratch);
        Record of_side = *record;
        of_side.answers = &answers;
        EvidenceRows rows = {0};
        Cx cx = side->cx;
        cx.arena = &diff->scratch;
        evidence_of_record(&cx, side->policy, form, &of_side, &rows);
        for (size_t i = 0; i < rows.n; i++)
            VEC_PUSH(diff->cx->arena, &side->rows, ((SubjectRow){record->subject, rows.items[i]}));
    }
}

static Err take_records(Diff *diff, const Source *source, Uuid until)
{
    Uuid subject = UUID_NIL;
    while (record_stream_subject(source->stream, &subject) && uuid_compare(subject, until) <= 0) {
        ArenaMark mark = arena_mark(&diff->scratch);
        Record record;
        TRY(record_stream_take(source->stream, &diff->scratch, &record));
        if (!record.is_ended)
            take_record(diff, source, &record);
        arena_reset_to(&diff->scratch, mark);
    }
    return OK;
}

static void take_waivers(Diff *diff, Side *side, Uuid until)
{
    for (; side->waiver_at < side->waivers.n; side->waiver_at++) {
        const SubjectRow *row = &side->waivers.items[side->waiver_at];
        if (uuid_compare(row->subject, until) > 0)
            return;
        VEC_PUSH(diff->cx->arena, &side->rows, *row);
    }
}

static Err evaluate_side(Diff *diff, Side *side, const People *people)
{
    Merge merge = {&side->cx, side->policy, people, 0, stored_horizon(diff->cx), &side->computed};
    sort_subject_rows(&side->rows);
    for (size_t i = 0; i < side->rows.n;) {
        Uuid subject = side->rows.items[i].subject;
        EvidenceRows rows = {0};
        for (; i < side->rows.n && uuid_equals(side->rows.items[i].subject, subject); i++)
            VEC_PUSH(side->cx.arena, &rows, side->rows.items[i].row);
        evidence_sort(&rows);
        TRY(merge_next(&merge, subject, &rows));
    }
    merge_rest(&merge);
    return OK;
}

/* ---- comparing ---- */

typedef struct {
    const ObligationRow *rows;
    size_t n;
    bool *is_taken;
} Lines;

static bool is_amount(double a, double b)
{
    return !(a < b) && !(b < a);
}

static bool is_same_day(Date a, Date b)
{
    return date_compare(a, b) == 0;
}

static bool has_same_dates(const Obligation *a, const Obligation *b)
{
    return is_same_day(a->closes_on, b->closes_on) && is_same_day(a->opens_on, b->opens_on)
           && is_same_day(a->due_on, b->due_on) && a->due_minute == b->due_minute;
}

static bool is_same_state(const Obligation *a, const Obligation *b, Date on)
{
    return obligation_state(a, on) == obligation_state(b, on) && uuid_equals(a->met_by, b->met_by)
           && is_same_day(a->met_on, b->met_on) && is_same_day(a->waived_on, b->waived_on)
           && is_same_day(a->spared_on, b->spared_on) && is_amount(a->done, b->done)
           && is_amount(a->needed, b->needed);
}

/* How far two lines of one name are the same line. */
typedef enum { LIKE_DATES, LIKE_END, LIKE_DAYS, LIKENESS_N } Likeness;

static bool is_like(const Obligation *a, const Obligation *b, Likeness likeness)
{
    if (!is_named(a->rule, b->rule->program->id, b->rule->id)
        || !str_equals(obligation_item(a), obligation_item(b)))
        return false;
    switch (likeness) {
    case LIKE_DATES: return has_same_dates(a, b);
    case LIKE_END: return is_same_day(a->closes_on, b->closes_on);
    case LIKE_DAYS:
    case LIKENESS_N: break;
    }
    return obligation_item(a).n > 0
           || (date_compare(a->opens_on, b->closes_on) <= 0
               && date_compare(b->opens_on, a->closes_on) <= 0);
}

static ObligationLine line_of(const ObligationRow *row, Date on)
{
    const Obligation *obligation = &row->outcome.obligation;
    return (ObligationLine){.obligation = *obligation,
                            .state = obligation_state(obligation, on),
                            .area = row->area,
                            .flags = row->outcome.flags};
}

/* Either may be NULL. */
static Err visit_pair(Diff *diff, const ObligationRow *before, const ObligationRow *after)
{
    const ObligationRow *one = before == NULL ? after : before;
    const Obligation *obligation = &one->outcome.obligation;
    Date on = diff->options->on;
    ObligationDifference difference = {
        .change = before == NULL  ? OBLIGATION_GAINED
                  : after == NULL ? OBLIGATION_LOST
                                  : OBLIGATION_MOVED,
        .rule = difference_of(diff->sets->rules, diff->sets->rule_n, obligation->rule),
        .subject = one->subject,
        .area = one->area,
        .item = obligation_item(obligation)};
    bool is_past = true;
    ObligationLine lines[SIDE_N];
    const ObligationRow *rows[SIDE_N] = {before, after};
    for (size_t s = 0; s < SIDE_N; s++) {
        if (rows[s] == NULL)
            continue;
        lines[s] = line_of(rows[s], on);
        is_past = is_past && date_compare(lines[s].obligation.closes_on, on) < 0;
    }
    if (is_past && !diff->options->with_past)
        return OK;
    if (before != NULL && after != NULL
        && has_same_dates(&lines[0].obligation, &lines[1].obligation)) {
        if (is_same_state(&lines[0].obligation, &lines[1].obligation, on))
            return OK;
        difference.change = OBLIGATION_RESTATED;
    }
    difference.before = before == NULL ? NULL : &lines[0];
    difference.after = after == NULL ? NULL : &lines[1];
    return diff->visit(diff->cx, &difference, diff->arg);
}

/* What stands at the same place of both lists, as nearly always, is found at once. */
static size_t find_like(const Lines *lines, const Obligation *wanted, Likeness likeness,
                        size_t likely)
{
    size_t first = likeness == LIKE_DATES ? likely : 0;
    for (size_t i = 0; i < lines->n; i++) {
        size_t at = (first + i) % lines->n;
        if (!lines->is_taken[at] && is_like(wanted, &lines->rows[at].outcome.obligation, likeness))
            return at;
    }
    return SIZE_MAX;
}

static Err compare_subject(Diff *diff, Lines before, Lines after)
{
    Arena *arena = diff->cx->arena;
    before.is_taken = arena_array(arena, bool, before.n + 1);
    after.is_taken = arena_array(arena, bool, after.n + 1);
    for (Likeness likeness = LIKE_DATES; likeness < LIKENESS_N; likeness++) {
        for (size_t i = 0; i < before.n; i++) {
            if (before.is_taken[i])
                continue;
            size_t at = find_like(&after, &before.rows[i].outcome.obligation, likeness, i);
            if (at == SIZE_MAX)
                continue;
            before.is_taken[i] = after.is_taken[at] = true;
            TRY(visit_pair(diff, &before.rows[i], &after.rows[at]));
        }
    }
    for (size_t i = 0; i < before.n; i++) {
        if (!before.is_taken[i])
            TRY(visit_pair(diff, &before.rows[i], NULL));
    }
    for (size_t i = 0; i < after.n; i++) {
        if (!after.is_taken[i])
            TRY(visit_pair(diff, NULL, &after.rows[i]));
    }
    return OK;
}

static size_t take_subject(const ObligationRows *rows, size_t *at, Uuid subject)
{
    size_t first = *at;
    while (*at < rows->n && uuid_equals(rows->items[*at].subject, subject))
        ++*at;
    return first;
}

static Err compare_page(Diff *diff)
{
    const ObligationRows *before = &diff->sides[0].computed, *after = &diff->sides[1].computed;
    size_t i = 0, j = 0;
    while (i < before->n || j < after->n) {
        Uuid subject = i == before->n  ? after->items[j].subject
                       : j == after->n ? before->items[i].subject
                       : uuid_compare(before->items[i].subject, after->items[j].subject) <= 0
                           ? before->items[i].subject
                           : after->items[j].subject;
        size_t a = take_subject(before, &i, subject), b = take_subject(after, &j, subject);
        const Lines of_before = {before->n == 0 ? NULL : before->items + a, i - a, NULL};
        const Lines of_after = {after->n == 0 ? NULL : after->items + b, j - b, NULL};
        TRY(compare_subject(diff, of_before, of_after));
    }
    return OK;
}

/* ---- all of it ---- */

static Err diff_page(Diff *diff, Pass *pass)
{
    People people = {0};
    Uuid until = UUID_NIL;
    TRY(pass_people(diff->cx, pass, &people, &until));
    for (size_t i = 0; i < diff->sources.n; i++)
        TRY(take_records(diff, &diff->sources.items[i], until));
    for (size_t s = 0; s < SIDE_N; s++) {
        take_waivers(diff, &diff->sides[s], until);
        TRY(evaluate_side(diff, &diff->sides[s], &people));
    }
    pass->after = until;
    return compare_page(diff);
}

static Err diff_pages(Diff *diff)
{
    Pass pass = {.after = UUID_NIL, .people = PAGE_PEOPLE};
    TRY(open_side(diff, diff->sets->before, &diff->sides[0]));
    TRY(open_side(diff, diff->sets->after, &diff->sides[1]));
    TRY(open_sources(diff));
    while (!pass.is_last) {
        ArenaMark mark = arena_mark(diff->cx->arena);
        TRY(diff_page(diff, &pass));
        for (size_t s = 0; s < SIDE_N; s++) {
            diff->sides[s].rows = (SubjectEvidence){0};
            diff->sides[s].computed = (ObligationRows){0};
        }
        arena_reset_to(diff->cx->arena, mark);
    }
    return OK;
}

Err obligation_diff(Cx *cx, const ObligationSets *sets, const ObligationDiffOptions *options,
                    ObligationDiffVisit visit, void *arg)
{
    Diff diff = {.cx = cx, .sets = sets, .options = options, .visit = visit, .arg = arg};
    if (sets->rule_n == 0)
        return OK;
    bool begins = !db_in_transaction(cx->db);
    Err err = begins ? db_begin(cx->db) : OK;
    arena_init(&diff.scratch, SCRATCH);
    if (err == OK)
        err = diff_pages(&diff);
    for (size_t i = 0; i < diff.sources.n; i++)
        record_stream_close(diff.sources.items[i].stream);
    arena_done(&diff.scratch);
    if (begins)
        db_rollback(cx->db);
    return err == OK ? OK : cx_fail_db(cx, err);
}
