/* Plans (plans/NAME.yaml): a document's sections and clauses, and what each names as its answer. */
#include "pack/pack_int.h"
#include "pack/plan.h"

const char *const plan_forces[] = {"must", "principle", "encouraged", "strive", "gradual", NULL};
const char *const plan_answers[] = {"measure", "measure_wanted", "obligation", "register",
                                    "policy",  "milestone",      "engine",     NULL};
const char *const plan_kinds[] = {"facility_standard",
                                  "siting_rule",
                                  "staffing_rule",
                                  "service_duty",
                                  "indicator",
                                  "workflow",
                                  "registry",
                                  "funding_rule",
                                  "hr_rule",
                                  "deadline",
                                  "governance",
                                  "information_system",
                                  "clinical_capability",
                                  NULL};
const char *const plan_engines[PLAN_ENGINE_N + 1] = {
    "measures",     "cases",     "pools",    "ledger",    "siting",
    "surveillance", "diagnosis", "exchange", "registers", NULL};
const char *const plan_compares[] = {"at_least", "at_most", "above", "below",
                                     "exactly",  "between", NULL};
static const char *const periods[] = {"month", "quarter", "half_year", "year", NULL};

static const PlanUnit *find_unit(const Plan *plan, Str id)
{
    for (size_t i = 0; i < plan->unit_n; i++)
        if (str_equals(plan->units[i].id, id))
            return &plan->units[i];
    return NULL;
}

static bool reads_plans(const Role *role)
{
    for (size_t i = 0; i < role->permission_n; i++)
        if (str_equals_c(role->permissions[i], "plans.read"))
            return true;
    return false;
}

/* Whoever is named here is reminded of what is due, so must be able to read plans. */
static void load_roles(Reader *reader, const Yaml *map, PlanUnit *unit)
{
    const Yaml *list = read_key(map, "roles");
    if (list == NULL || !read_list(reader, list, "roles", true))
        return;
    Str *roles = arena_array(reader->loader->arena, Str, list->n);
    for (const Yaml *item = list->first; item != NULL; item = item->next) {
        const Declared *role = refer_to(reader, item, DECLARED_ROLE, MISTAKE_ROLE_UNKNOWN);
        if (role != NULL)
            roles[unit->role_n++] = str_copy(reader->loader->arena, role->id);
        if (role != NULL && role->compiled != NULL && !reads_plans(role->compiled))
            MISTAKE_AT(reader->loader, reader->file, item->at, MISTAKE_PLAN_ROLE_BLIND,
                       same(role->id));
    }
    unit->roles = roles;
}

static void load_units(Reader *reader, const Yaml *map, Plan *plan)
{
    static const char *const keys[] = {"unit", "title", "roles", NULL};
    const Yaml *list = read_key(map, "units");
    Map seen;
    if (!read_list(reader, list, "units", true))
        return;
    map_init(&seen, &reader->loader->work);
    PlanUnit *units = arena_array(reader->loader->arena, PlanUnit, list->n);
    for (const Yaml *item = list->first; item != NULL; item = item->next) {
        if (!read_map(reader, item, keys, 2))
            continue;
        PlanUnit *unit = &units[plan->unit_n++];
        *unit = (PlanUnit){.id = read_id(reader, item, "unit"),
                           .title = read_wording(reader, item, "title")};
        load_roles(reader, item, unit);
        if (unit->id.n > 0)
            note_id_once(reader, read_key(item, "unit"), &seen, unit->id);
    }
    plan->units = units;
}

/* ---- targets ---- */

bool load_number(Reader *reader, const Yaml *value, PlanNumber *number)
{
    if (value->kind != YAML_SCALAR || !str_has_prefix(value->text, STR("$")))
        return read_number(reader, value, &number->value);
    number->parameter = read_parameter(reader, value);
    return number->parameter != NULL;
}

static void load_pair(Reader *reader, const Yaml *value, PlanTarget *target)
{
    if (value->kind != YAML_LIST || value->n != 2) {
        MISTAKE_AT(reader->loader, reader->file, value->at, MISTAKE_RANGE_SHAPE,
                   same(STR("between")));
        return;
    }
    (void)load_number(reader, value->first, &target->low);
    (void)load_number(reader, value->first->next, &target->high);
}

/* linear, {from: NUMBER} (also straight) or {a_year: [LEAST, MOST]}. */
static void load_path(Reader *reader, const Yaml *item, PlanTarget *target)
{
    static const char *const keys[] = {"a_year", "from", NULL};
    const Yaml *path = read_key(item, "path");
    if (path == NULL)
        return;
    target->is_linear = path->kind == YAML_SCALAR && str_equals_c(path->text, "linear");
    if (target->is_linear || !read_map(reader, path, keys, 0))
        return;
    const Yaml *from = read_key(path, "from");
    target->is_linear = from != NULL && read_number(reader, from, &target->path_from);
    if (from == NULL)
        target->has_yearly = read_range(reader, path, "a_year", target->yearly);
}

/* A straight path lies between two days. One that is written, if wrongly, is said elsewhere. */
static void check_path(Reader *reader, const Yaml *clause, const Yaml *item, const Plan *plan,
                       const PlanTarget *target)
{
    bool has_day = read_key(item, "by") != NULL || read_key(clause, "due") != NULL;
    if (target->is_linear && (date_is_none(plan->from) || !has_day))
        MISTAKE_PLAIN(reader->loader, reader->file, read_key(item, "path")->at,
                      MISTAKE_PLAN_PATH_DAYS);
}

static void load_target(Reader *reader, const Yaml *item, PlanTarget *target)
{
    target->unit = read_text(reader, item, "unit");
    target->by = read_date(reader, item, "by");
    for (size_t i = 0; plan_compares[i] != NULL; i++) {
        const Yaml *value = read_key(item, plan_compares[i]);
        if (value == NULL)
            continue;
        if (target->compare != PLAN_NO_TARGET) {
            MISTAKE_AT(reader->loader, reader->file, value->at, MISTAKE_PLAN_TARGET_TWICE,
                       same(str_from_c(plan_compares[i])),
                       same(str_from_c(plan_compares[target->compare - 1])));
            return;
        }
        target->compare = (PlanCompare)(i + 1);
        if (target->compare == PLAN_BETWEEN)
            load_pair(reader, value, target);
        else
            (void)load_number(reader, value, &target->low);
    }
    load_path(reader, item, target);
}

/* ---- answers ---- */

/* "program/rule". */
static const Rule *refer_to_rule(Reader *reader, const Yaml *scalar)
{
    Str rule_id = read_scalar(reader, scalar), program_id = {0};
    if (!str_cut(&rule_id, '/', &program_id))
        return NULL;
    Yaml named = *scalar;
    named.text = program_id;
    const Declared *declared = refer_to(reader, &named, DECLARED_PROGRAM, MISTAKE_PROGRAM_UNKNOWN);
    const Program *program = declared == NULL ? NULL : declared->compiled;
    VEC(Str) names = {0};
    for (size_t i = 0; program != NULL && i < program->rule_n; i++) {
        if (str_equals(program->rules[i]->id, rule_id))
            return program->rules[i];
        VEC_PUSH(&reader->loader->work, &names, program->rules[i]->id);
    }
    if (program != NULL)
        MISTAKE_AT(reader->loader, reader->file, scalar->at, MISTAKE_CHOICE_UNKNOWN, same(rule_id),
                   same(program_id), choice_fix(reader->loader, rule_id, names.items, names.n));
    return NULL;
}

static const PolicyParameter *refer_to_parameter(Reader *reader, const Yaml *scalar)
{
    const Declared *declared =
        refer_to(reader, scalar, DECLARED_PARAMETER, MISTAKE_PARAMETER_UNKNOWN);
    return declared == NULL ? NULL : declared->compiled;
}

static const Form *refer_to_register(Reader *reader, const Yaml *scalar)
{
    const Declared *declared = refer_to(reader, scalar, DECLARED_FORM, MISTAKE_FORM_UNKNOWN);
    const Form *form = declared == NULL ? NULL : declared->compiled;
    if (form != NULL && form->registers == NULL)
        MISTAKE_AT(reader->loader, reader->file, scalar->at, MISTAKE_PLAN_NO_REGISTER,
                   same(scalar->text));
    return form;
}

/* The target is said in the measure's unit. */
static const Measure *refer_to_measure(Reader *reader, const Yaml *item, const Yaml *scalar)
{
    const Declared *declared = refer_to(reader, scalar, DECLARED_MEASURE, MISTAKE_MEASURE_UNKNOWN);
    const Measure *measure = declared == NULL ? NULL : declared->compiled;
    const Yaml *unit = read_key(item, "unit");
    if (measure != NULL && unit != NULL && !str_equals(unit->text, measure->unit))
        MISTAKE_AT(reader->loader, reader->file, unit->at, MISTAKE_PLAN_TARGET_UNIT,
                   same(unit->text), same(measure->id), same(measure->unit));
    return measure;
}

static void refer(Reader *reader, const Yaml *item, const Yaml *value, PlanAnswer *answer)
{
    switch (answer->kind) {
    case PLAN_ANSWER_MEASURE: answer->measure = refer_to_measure(reader, item, value); break;
    case PLAN_ANSWER_OBLIGATION: answer->rule = refer_to_rule(reader, value); break;
    case PLAN_ANSWER_REGISTER: answer->form = refer_to_register(reader, value); break;
    case PLAN_ANSWER_POLICY: answer->parameter = refer_to_parameter(reader, value); break;
    case PLAN_ANSWER_ENGINE: (void)read_choice(reader, item, "engine", plan_engines); break;
    case PLAN_ANSWER_MILESTONE: (void)read_id(reader, item, "milestone"); break;
    case PLAN_ANSWER_MEASURE_WANTED: (void)read_id(reader, item, "measure_wanted"); break;
    case PLAN_ANSWER_N: break;
    }
}

/* A milestone must say what proves it, an engine what it is to answer. */
static void check_needed(Reader *reader, const Yaml *item, const PlanAnswer *answer)
{
    const char *missing = NULL;
    if (answer->kind == PLAN_ANSWER_MILESTONE)
        missing = answer->title.zh.n == 0 ? "title" : answer->needed.zh.n == 0 ? "evidence" : NULL;
    else if (answer->kind == PLAN_ANSWER_ENGINE && answer->needed.zh.n == 0)
        missing = "needs";
    if (missing != NULL && read_key(item, missing) == NULL)
        MISTAKE_AT(reader->loader, reader->file, item->at, MISTAKE_KEY_MISSING,
                   same(str_from_c(missing)));
}

static void load_answer(Reader *reader, const Yaml *item, PlanAnswer *answer)
{
    static const char *const keys[] = {
        "measure", "measure_wanted", "obligation", "register", "policy",  "milestone", "engine",
        "title",   "evidence",       "needs",      "at_least", "at_most", "above",     "below",
        "exactly", "between",        "unit",       "by",       "path",    NULL};
    *answer = (PlanAnswer){.kind = PLAN_ANSWER_N, .target.by = DATE_NONE};
    if (!read_map(reader, item, keys, 0))
        return;
    for (size_t i = 0; i < PLAN_ANSWER_N; i++) {
        const Yaml *value = read_key(item, plan_answers[i]);
        if (value == NULL)
            continue;
        if (answer->kind != PLAN_ANSWER_N) {
            MISTAKE_AT(reader->loader, reader->file, value->at, MISTAKE_PLAN_ANSWER_TWICE,
                       same(str_from_c(plan_answers[i])),
                       same(str_from_c(plan_answers[answer->kind])));
            return;
        }
        answer->kind = (PlanAnswerKind)i;
        answer->id = read_text(reader, item, plan_answers[i]);
        refer(reader, item, value, answer);
    }
    if (answer->kind == PLAN_ANSWER_N) {
        MISTAKE_PLAIN(reader->loader, reader->file, item->at, MISTAKE_PLAN_ANSWER_NONE);
        return;
    }
    answer->title = read_wording(reader, item, "title");
    answer->needed =
        read_wording(reader, item, answer->kind == PLAN_ANSWER_MILESTONE ? "evidence" : "needs");
    check_needed(reader, item, answer);
    load_target(reader, item, &answer->target);
}

static void load_answers(Reader *reader, const Yaml *map, const Plan *plan, PlanClause *clause)
{
    const Yaml *list = read_key(map, "answers");
    if (!read_list(reader, list, "answers", true))
        return;
    PlanAnswer *answers = arena_array(reader->loader->arena, PlanAnswer, list->n);
    for (const Yaml *item = list->first; item != NULL; item = item->next) {
        PlanAnswer *answer = &answers[clause->answer_n++];
        load_answer(reader, item, answer);
        check_path(reader, map, item, plan, &answer->target);
    }
    clause->answers = answers;
}

/* ---- clauses ---- */

static void load_owners(Reader *reader, const Yaml *map, const Plan *plan, PlanClause *clause)
{
    const Yaml *list = read_key(map, "owners");
    if (!read_list(reader, list, "owners", true))
        return;
    const PlanUnit **owners = arena_array(reader->loader->arena, const PlanUnit *, list->n);
    for (const Yaml *item = list->first; item != NULL; item = item->next) {
        const PlanUnit *unit = find_unit(plan, read_scalar(reader, item));
        if (unit != NULL) {
            owners[clause->owner_n++] = unit;
            continue;
        }
        Str *names = arena_array(&reader->loader->work, Str, plan->unit_n + 1);
        for (size_t i = 0; i < plan->unit_n; i++)
            names[i] = plan->units[i].id;
        MISTAKE_AT(reader->loader, reader->file, item->at, MISTAKE_CHOICE_UNKNOWN, same(item->text),
                   same(STR("owners")),
                   choice_fix(reader->loader, item->text, names, plan->unit_n));
    }
    clause->owners = owners;
}

static bool is_clause_number(Str id)
{
    for (size_t i = 0; i < id.n; i++)
        if (id.p[i] < '0' || id.p[i] > '9')
            return false;
    return id.n == 2 || id.n == 3;
}

static Str load_number_of(Reader *reader, const Yaml *map, Map *seen)
{
    const Yaml *value = read_key(map, "clause");
    Str id = read_text(reader, map, "clause");
    if (value == NULL || id.n == 0)
        return id;
    if (is_clause_number(id))
        note_id_once(reader, value, seen, id);
    else
        MISTAKE_AT(reader->loader, reader->file, value->at, MISTAKE_PLAN_CLAUSE_NUMBER, same(id));
    return id;
}

static void load_clause(Reader *reader, const Yaml *map, const Plan *plan, Map *seen,
                        PlanClause *clause)
{
    static const char *const keys[] = {"clause", "title",      "text", "kind",  "owners", "answers",
                                       "force",  "is_reading", "due",  "every", "remark", NULL};
    *clause = (PlanClause){.due = DATE_NONE};
    if (!read_map(reader, map, keys, 6))
        return;
    clause->id = load_number_of(reader, map, seen);
    clause->title = read_wording(reader, map, "title");
    clause->text = read_wording(reader, map, "text");
    clause->remark = read_wording(reader, map, "remark");
    size_t kind = read_choice(reader, map, "kind", plan_kinds);
    clause->kind = kind == SIZE_MAX ? (Str){0} : str_from_c(plan_kinds[kind]);
    size_t force = read_choice(reader, map, "force", plan_forces);
    clause->force = force == SIZE_MAX ? PLAN_MUST : (PlanForce)force;
    clause->is_reading = read_true(reader, map, "is_reading");
    clause->due = read_date(reader, map, "due");
    size_t every = read_choice(reader, map, "every", periods);
    clause->every = every == SIZE_MAX ? (Str){0} : str_from_c(periods[every]);
    load_owners(reader, map, plan, clause);
    load_answers(reader, map, plan, clause);
}

static void load_section(Reader *reader, const Yaml *map, Plan *plan, Map *seen,
                         PlanSection *section)
{
    static const char *const keys[] = {"section", "title", "clauses", NULL};
    if (!read_map(reader, map, keys, 3))
        return;
    section->id = read_text(reader, map, "section");
    section->title = read_wording(reader, map, "title");
    const Yaml *list = read_key(map, "clauses");
    if (!read_list(reader, list, "clauses", true))
        return;
    PlanClause *clauses = arena_array(reader->loader->arena, PlanClause, list->n);
    for (const Yaml *item = list->first; item != NULL; item = item->next)
        load_clause(reader, item, plan, seen, &clauses[section->clause_n++]);
    section->clauses = clauses;
    plan->clause_n += section->clause_n;
}

static void load_sections(Reader *reader, const Yaml *map, Plan *plan)
{
    const Yaml *list = read_key(map, "sections");
    Map seen;
    if (!read_list(reader, list, "sections", true))
        return;
    map_init(&seen, &reader->loader->work);
    PlanSection *sections = arena_array(reader->loader->arena, PlanSection, list->n);
    for (const Yaml *item = list->first; item != NULL; item = item->next)
        load_section(reader, item, plan, &seen, &sections[plan->section_n++]);
    plan->sections = sections;
}

void load_plan(Loader *loader, Declared *declared)
{
    static const char *const keys[] = {"plan",  "title", "source", "units", "sections",
                                       "place", "from",  "until",  NULL};
    Reader reader = {loader, declared->file};
    const Yaml *map = declared->yaml;
    if (!read_map(&reader, map, keys, 5))
        return;
    Plan *plan = arena_new(loader->arena, Plan);
    *plan = (Plan){.id = str_copy(loader->arena, declared->id),
                   .pack = declared->file->pack->pack->id,
                   .place = read_text(&reader, map, "place"),
                   .title = read_wording(&reader, map, "title"),
                   .source = read_source(&reader, map),
                   .from = read_date(&reader, map, "from"),
                   .until = read_date(&reader, map, "until")};
    load_units(&reader, map, plan);
    load_sections(&reader, map, plan);
    declared->compiled = plan;
}

const Plan *pack_plan(const PackSet *set, Str id)
{
    return map_get(&set->plans, id);
}
