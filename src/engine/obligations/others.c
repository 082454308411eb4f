/* What rules read of subjects that are no residents: from when until when, who has part in them,
 * and the places that coverage is asked of. */
#include "engine/obligations/obligations_int.h"

#include "engine/subjects/registers.h"

typedef VEC(SubjectParty) Parties;

static Err read_entry_parties(Cx *cx, Uuid record, Parties *parties)
{
    CLEANUP(db_rows_close) DbRows rows = {0};
    const ObligationOtherEntryPartiesIn in = {cx->place, record};
    TRY(obligation_other_entry_parties_open(cx->db, &in, &rows));
    for (;;) {
        ObligationOtherEntryPartiesRow row;
        bool has_row = false;
        TRY(obligation_other_entry_parties_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        VEC_PUSH(cx->arena, parties,
                 (SubjectParty){row.field, row.facility,
                                subject_desk(cx->arena, cx->place, row.facility)});
    }
}

static Err read_parties(Cx *cx, Uuid subject, Parties *parties)
{
    CLEANUP(db_rows_close) DbRows rows = {0};
    const ObligationOtherPartiesIn in = {cx->place, subject};
    TRY(obligation_other_parties_open(cx->db, &in, &rows));
    for (;;) {
        ObligationOtherPartiesRow row;
        bool has_row = false;
        TRY(obligation_other_parties_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        VEC_PUSH(cx->arena, parties, (SubjectParty){row.field, row.facility, row.area_code});
    }
}

static Date day_after(Date last)
{
    return date_is_none(last) ? DATE_NONE : date_add_days(last, 1);
}

/* Whether it is of a kind that packs declare and was known by the day. */
static Err read_entry(Cx *cx, Uuid subject, Date known_on, SubjectFacts *facts, bool *ret_found,
                      Parties *parties)
{
    const ObligationOtherEntryIn in = {cx->place, subject, known_on};
    ObligationOtherEntryRow row;
    TRY(obligation_other_entry(cx->db, cx->arena, &in, &row, ret_found));
    if (!*ret_found)
        return OK;
    facts->kind = row.kind;
    facts->registered_on = row.valid_from;
    facts->gone_on = day_after(row.valid_to);
    return read_entry_parties(cx, row.record_id, parties);
}

static Err read_register(Cx *cx, Uuid subject, SubjectFacts *facts, Parties *parties)
{
    const ObligationOtherFactsIn in = {cx->place, subject};
    ObligationOtherFactsRow row;
    bool found = false;
    TRY(obligation_other_facts(cx->db, cx->arena, &in, &row, &found));
    TRY(read_parties(cx, subject, parties));
    if (!found || !pack_kind_is_built_in(row.kind))
        return OK;
    facts->kind = row.kind;
    facts->registered_on = row.valid_from;
    facts->gone_on = day_after(row.valid_to);
    return OK;
}

/* ---- the places of coverage ---- */

static Err read_units(Cx *cx, CoverageWorld *world)
{
    VEC(CoverageUnit) units = {0};
    CLEANUP(db_rows_close) DbRows rows = {0};
    TRY(obligation_units_open(cx->db, &(ObligationUnitsIn){cx->place}, &rows));
    for (;;) {
        ObligationUnitsRow row;
        bool has_row = false;
        TRY(obligation_units_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            break;
        VEC_PUSH(cx->arena, &units,
                 (CoverageUnit){row.code,
                                {row.name, row.name_en},
                                row.kind,
                                row.level,
                                row.valid_from,
                                row.valid_to});
    }
    world->units = units.items;
    world->unit_n = units.n;
    return OK;
}

static Err read_successors(Cx *cx, CoverageWorld *world)
{
    VEC(CoverageSuccessor) successors = {0};
    CLEANUP(db_rows_close) DbRows rows = {0};
    TRY(obligation_unit_successors_open(cx->db, &(ObligationUnitSuccessorsIn){cx->place}, &rows));
    for (;;) {
        ObligationUnitSuccessorsRow row;
        bool has_row = false;
        TRY(obligation_unit_successors_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            break;
        VEC_PUSH(cx->arena, &successors,
                 (CoverageSuccessor){row.code, row.successor, row.valid_from});
    }
    world->successors = successors.items;
    world->successor_n = successors.n;
    return OK;
}

static Err read_catchments(Cx *cx, Str facility, CoverageWorld *world)
{
    VEC(CoverageCatchment) catchments = {0};
    CLEANUP(db_rows_close) DbRows rows = {0};
    const ObligationCatchmentsBelowIn in = {cx->place, facility};
    TRY(obligation_catchments_below_open(cx->db, &in, &rows));
    for (;;) {
        ObligationCatchmentsBelowRow row;
        bool has_row = false;
        TRY(obligation_catchments_below_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            break;
        VEC_PUSH(cx->arena, &catchments,
                 (CoverageCatchment){row.facility, row.area_code, row.valid_from, row.valid_to});
    }
    world->catchments = catchments.items;
    world->catchment_n = catchments.n;
    return OK;
}

static bool asks_coverage(Cx *cx, const EvidenceRow *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const Rule *rule = rule_by_key(cx, rows[i].rule_key);
        if (rule != NULL && rule->schedule == SCHEDULE_COVERAGE)
            return true;
    }
    return false;
}

Err other_facts_read(Cx *cx, Uuid subject, Date known_on, const EvidenceRow *rows, size_t n,
                     SubjectFacts *ret_facts)
{
    SubjectFacts facts = {.subject = subject,
                          .area = STR(""),
                          .sex = STR(""),
                          .birth_date = DATE_NONE,
                          .registered_on = DATE_NONE,
                          .gone_on = DATE_NONE,
                          .kind = STR("")};
    Parties parties = {0};
    bool is_declared = false;
    TRY(read_entry(cx, subject, known_on, &facts, &is_declared, &parties));
    if (!is_declared)
        TRY(read_register(cx, subject, &facts, &parties));
    facts.parties = parties.items;
    facts.party_n = parties.n;
    for (size_t i = 0; i < parties.n; i++) {
        if (parties.items[i].field.n == 0)
            facts.area = parties.items[i].area;
    }
    if (asks_coverage(cx, rows, n)) {
        CoverageWorld *world = arena_new(cx->arena, CoverageWorld);
        *world = (CoverageWorld){0};
        TRY(read_units(cx, world));
        TRY(read_successors(cx, world));
        for (size_t i = 0; i < parties.n; i++) {
            if (parties.items[i].field.n == 0)
                TRY(read_catchments(cx, parties.items[i].facility, world));
        }
        facts.world = world;
    }
    *ret_facts = facts;
    return OK;
}

Str duty_area(const Rule *rule, const SubjectFacts *facts)
{
    for (size_t i = 0; rule->owner.n > 0 && i < facts->party_n; i++) {
        if (str_equals(facts->parties[i].field, rule->owner))
            return facts->parties[i].area;
    }
    return facts->area;
}

/* ---- when places change ---- */

/* Every coverage is computed anew. */
static Err mark_coverage(Cx *cx)
{
    for (size_t i = 0; cx->packs != NULL && i < cx->packs->rule_n; i++) {
        const Rule *rule = cx->packs->rules[i];
        const ObligationStaleMarkCoveredIn in = {cx->place, rule_key(rule)};
        if (rule->schedule == SCHEDULE_COVERAGE)
            TRY(obligation_stale_mark_covered(cx->db, &in, NULL));
    }
    return OK;
}

static Err mark_other(Cx *cx, Uuid subject, Str kind)
{
    const ObligationStaleMarkOtherIn in = {cx->place, subject};
    if (!uuid_is_nil(subject))
        TRY(obligation_stale_mark_other(cx->db, &in, NULL));
    bool is_place =
        uuid_is_nil(subject) || str_equals_c(kind, "area") || str_equals_c(kind, "facility");
    return is_place ? mark_coverage(cx) : OK;
}

Err obligation_subject_hook(Cx *cx, Uuid subject, Str kind)
{
    Err err = mark_other(cx, subject, kind);
    return err == OK ? OK : cx_fail_db(cx, err);
}
