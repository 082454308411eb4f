/* Which programs a subject is in on a day. */
#include "engine/obligations/obligations_int.h"

static bool is_in(const Spells *spells, Date day)
{
    for (size_t i = 0; i < spells->n; i++) {
        const Spell *spell = &spells->items[i];
        bool has_begun = date_compare(spell->from, day) <= 0;
        bool has_ended = (!date_is_none(spell->after) && date_compare(day, spell->after) >= 0)
                         || (!date_is_none(spell->until) && date_compare(day, spell->until) > 0);
        if (has_begun && !has_ended)
            return true;
    }
    return false;
}

/* Every rule of a program has the rows that enrol and end it: those of the first tell. */
static bool is_in_program(Cx *cx, const Policy *policy, const SubjectFacts *facts,
                          const EvidenceRows *rows, const Program *program, Date day)
{
    VEC(Evidence) evidence = {0};
    Spells spells = {0};
    if (program->rule_n == 0)
        return false;
    const Rule *rule = program->rules[0];
    for (size_t i = 0; i < rows->n; i++) {
        if (rows->items[i].rule_key == rule_key(rule))
            VEC_PUSH(cx->arena, &evidence, rows->items[i].evidence);
    }
    program_spells(policy_rule_on(policy, rule, day)->program, facts, evidence.items, evidence.n,
                   cx->arena, &spells);
    return is_in(&spells, day);
}

bool obligation_program_reads(const Program *program, const Form *form)
{
    bool is_read = str_equals(form->program, program->id) || program->enrolled_by == form
                   || program->left_by == form;
    for (size_t i = 0; !is_read && i < program->rule_n; i++)
        is_read = rule_reads(program->rules[i], form);
    return is_read;
}

Err obligation_programs_on(Cx *cx, Uuid subject, Date day, const Str **ret_ids, size_t *ret_n)
{
    SubjectFacts facts;
    EvidenceRows rows = {0};
    const Policy *policy = NULL;
    VEC(Str) ids = {0};
    Err err = policy_of(cx, &policy);
    if (err == OK)
        err = subject_read(cx, subject, KNOWN_NOW, &facts, &rows);
    if (err != OK)
        return cx_fail_db(cx, err);
    for (size_t i = 0; i < cx->packs->programs.n; i++) {
        const Program *program = cx->packs->programs.entries[i].value;
        if (is_in_program(cx, policy, &facts, &rows, program, day))
            VEC_PUSH(cx->arena, &ids, program->id);
    }
    *ret_ids = ids.items;
    *ret_n = ids.n;
    return OK;
}
