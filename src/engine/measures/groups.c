/* Facilities grouped otherwise than by the tree: the members, with dates, that a register form
 * names (its `members`). What counts for a facility counts for the group that it, or the nearest
 * above it, was a member of on the period's last day; so whoever changes leaves his earlier periods
 * behind. Whoever answers for the group is a member of it as long as it is in force. */
#include "engine/measures/measures_int.h"

#include "engine/subjects/registers.h"

bool measure_is_group(const Form *form)
{
    return form->registers != NULL && form->registers->members != SIZE_MAX;
}

static const Form *group_form(const PackSet *packs, Str kind)
{
    const Form *form = map_get(&packs->subjects, kind);
    return form != NULL && measure_is_group(form) ? form : NULL;
}

Str measure_by_kinds(Cx *cx)
{
    Str kinds = STR("area, facility");
    for (size_t i = 0; i < cx->packs->subjects.n; i++)
        if (group_form(cx->packs, cx->packs->subjects.entries[i].key) != NULL)
            kinds = str_printf(cx->arena, "%.*s, %.*s", STR_ARG(kinds),
                               STR_ARG(cx->packs->subjects.entries[i].key));
    return kinds;
}

Err measure_by(Cx *cx, Str by, MeasureAsk *ask)
{
    ask->units = MEASURE_BY_AREA;
    ask->group = (Str){0};
    if (by.n == 0 || str_equals_c(by, "area"))
        return OK;
    ask->units = MEASURE_BY_FACILITY;
    if (str_equals_c(by, "facility"))
        return OK;
    ask->units = MEASURE_BY_GROUP;
    ask->group = by;
    return group_form(cx->packs, by) != NULL
               ? OK
               : cx_fail(cx, ERR_INVALID, TEXT_PARAMETER_WRONG, STR("by"), 3, STR("by"), by,
                         measure_by_kinds(cx));
}

/* ---- who is a member, and when ---- */

static Date date_in(const FormRow *row, size_t column)
{
    ExprValue value = row->values[column];
    return value.type == EXPR_DATE ? value.as.date : DATE_NONE;
}

static void add_member(Cx *cx, const UnitGroup *group, Str facility, Date from, Date until,
                       UnitGroups *groups)
{
    bool ends = !date_is_none(until) && !date_is_none(group->until);
    Date last = ends ? date_min(until, group->until) : date_is_none(until) ? group->until : until;
    VEC_PUSH(cx->arena, &groups->members,
             ((UnitMember){facility, date_max(from, group->from), last, group}));
}

static void add_group(Cx *cx, const FormRegister *registers, const SubjectEntry *entry,
                      const FormAnswers *answers, UnitGroups *groups)
{
    UnitGroup *group = arena_new(cx->arena, UnitGroup);
    char id[UUID_TEXT_SIZE];
    *group = (UnitGroup){
        .code = entry->code.n > 0
                    ? entry->code
                    : str_copy(cx->arena, str_from_c(uuid_format(entry->subject, id))),
        .name = {entry->name, entry->name},
        .from = entry->valid_from,
        .until = entry->valid_to,
    };
    VEC_PUSH(cx->arena, &groups->groups, group);
    add_member(cx, group, entry->parties[0].facility, group->from, group->until, groups);
    const FormRows *rows = &answers->rows[registers->members];
    for (size_t i = 0; i < rows->n; i++) {
        const FormRow *row = &rows->rows[i];
        ExprValue facility = row->values[registers->member];
        if (facility.type == EXPR_TEXT)
            add_member(cx, group, facility.as.text, date_in(row, registers->member_from),
                       date_in(row, registers->member_until), groups);
    }
}

Err unit_groups(Cx *cx, Str kind, UnitGroups *ret_groups)
{
    const Form *form = group_form(cx->packs, kind);
    const SubjectEntry *entries = NULL;
    const Record *records = NULL;
    size_t n = 0;
    *ret_groups = (UnitGroups){0};
    if (form == NULL)
        return OK;
    TRY(subject_entries_known(cx, kind, &entries, &n));
    Uuid *ids = arena_array(cx->arena, Uuid, n + 1);
    for (size_t i = 0; i < n; i++)
        ids[i] = entries[i].record;
    TRY(record_answers_of(cx, form->id, ids, n, &records));
    for (size_t i = 0; i < n; i++)
        add_group(cx, form->registers, &entries[i], records[i].answers, ret_groups);
    return OK;
}

static bool holds(Date from, Date until, Date day)
{
    return date_compare(from, day) <= 0 && (date_is_none(until) || date_compare(day, until) <= 0);
}

bool unit_group_is_there(const UnitGroup *group, Date day)
{
    return holds(group->from, group->until, day);
}

/* Of several, the one that it joined last. */
static const UnitGroup *group_at(const UnitGroups *groups, Str facility, Date day)
{
    const UnitMember *found = NULL;
    for (size_t i = 0; i < groups->members.n; i++) {
        const UnitMember *member = &groups->members.items[i];
        if (str_equals(member->facility, facility) && holds(member->from, member->until, day)
            && (found == NULL || date_compare(member->from, found->from) > 0))
            found = member;
    }
    return found == NULL ? NULL : found->group;
}

const UnitGroup *unit_group_of(const UnitGroups *groups, const UnitPlaces *places,
                               const Facility *facility, Date day)
{
    const UnitGroup *group = NULL;
    for (int steps = 0; facility != NULL && group == NULL && steps < UNIT_STEPS_MOST; steps++) {
        group = group_at(groups, facility->code, day);
        facility = unit_facility_above(places, facility);
    }
    return group;
}

/* Divisions have codes of 6, 9 and 12 digits, facilities the level of the division that they are
 * for. */
static bool is_for(const Facility *facility, Str area)
{
    return str_equals(facility->area, area) && (size_t)facility->level * 3 == area.n + 3;
}

/* An area that nobody answers for by name is that of the facilities of its level that stand in it,
 * where all that are members are of one group: a township's report counts for the group of its
 * centre, whatever hospital of the county stands there. */
const UnitGroup *unit_group_in(const UnitGroups *groups, const UnitPlaces *places, Str area,
                               Date day)
{
    const UnitGroup *only = NULL;
    for (size_t i = 0; i < groups->members.n; i++) {
        const UnitMember *member = &groups->members.items[i];
        const Facility *facility = map_get(&places->facility_by_code, member->facility);
        const UnitGroup *group = group_at(groups, member->facility, day);
        if (facility == NULL || group == NULL || !is_for(facility, area))
            continue;
        if (only != NULL && group != only)
            return NULL;
        only = group;
    }
    return only;
}

Err measure_groups(Cx *cx, Str kind, Date day, const MeasureValue **ret_groups, size_t *ret_n)
{
    UnitGroups groups;
    VEC(MeasureValue) found = {0};
    TRY(unit_groups(cx, kind, &groups));
    for (size_t i = 0; i < groups.groups.n; i++) {
        const UnitGroup *group = groups.groups.items[i];
        if (unit_group_is_there(group, day))
            VEC_PUSH(
                cx->arena, &found,
                ((MeasureValue){.unit = group->code, .name = group->name, .level = GROUP_LEVEL}));
    }
    *ret_groups = found.items;
    *ret_n = found.n;
    return OK;
}
