/* What units write about clauses: progress, decisions, milestones. */
#include "engine/plans/plans_int.h"

#include "access/access.h"
#include "base/utf8.h"

enum { NOTE_MOST = 1000, EVIDENCE_MOST = 200, REASON_MOST = 200 };

const char *const plan_entry_kinds[] = {"progress", "decision", "milestone", NULL};

static PlanEntryKind kind_of(Str name)
{
    for (size_t i = 0; plan_entry_kinds[i] != NULL; i++)
        if (str_equals_c(name, plan_entry_kinds[i]))
            return (PlanEntryKind)i;
    return PLAN_ENTRY_PROGRESS;
}

/* What was written or ended later was not known then. */
static bool entry_known_on(PlanEntry *entry, Date on)
{
    if (date_is_none(entry->ended_on) || date_compare(entry->ended_on, on) <= 0)
        return date_compare(entry->written_on, on) <= 0;
    entry->ended_on = DATE_NONE;
    entry->end_reason = (Str){0};
    return date_compare(entry->written_on, on) <= 0;
}

Err plan_entries(Cx *cx, const Plan *plan, Str clause, Date on, const PlanEntry **ret_entries,
                 size_t *ret_n)
{
    VEC(PlanEntry) entries = {0};
    CLEANUP(db_rows_close) DbRows rows = {0};
    TRY(plan_entry_rows_open(cx->db, &(PlanEntryRowsIn){cx->place, plan->id, clause}, &rows));
    for (;;) {
        PlanEntryRowsRow row;
        bool has_row = false;
        TRY(plan_entry_rows_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            break;
        PlanEntry entry = {.id = row.id,
                           .plan = plan->id,
                           .clause = row.clause,
                           .kind = kind_of(row.kind),
                           .milestone = row.milestone,
                           .happened_on = row.happened_on,
                           .note = row.note,
                           .evidence = row.evidence,
                           .facility = row.facility,
                           .written_by = row.written_by,
                           .written_on = row.written_on,
                           .ended_on = row.ended_on,
                           .end_reason = row.reason};
        if (entry_known_on(&entry, on))
            VEC_PUSH(cx->arena, &entries, entry);
    }
    *ret_entries = entries.items;
    *ret_n = entries.n;
    return OK;
}

/* ---- writing ---- */

static const PlanAnswer *find_milestone(const PlanClause *clause, Str id)
{
    for (size_t i = 0; i < clause->answer_n; i++)
        if (clause->answers[i].kind == PLAN_ANSWER_MILESTONE
            && str_equals(clause->answers[i].id, id))
            return &clause->answers[i];
    return NULL;
}

static Err check_length(Cx *cx, Str text, const char *path, bool is_needed, int most)
{
    Str limit = str_printf(cx->arena, "%d", most);
    if ((is_needed && str_is_empty(str_trim(text))) || utf8_length(text) > (size_t)most)
        return cx_fail(cx, ERR_INVALID, TEXT_PLAN_ENTRY_TEXT, str_from_c(path), 1, limit);
    return OK;
}

/* Not tomorrow, and not so long ago that a slip of the hand is likelier (policy
 * plan_entry_days_back; where no pack has it, any day before). */
static Err check_day(Cx *cx, Date happened_on)
{
    char day[DATE_TEXT_SIZE];
    int64_t days = POLICY_UNSAID;
    if (date_is_none(happened_on) || date_compare(happened_on, cx->today) > 0)
        return cx_fail(cx, ERR_INVALID, TEXT_PLAN_ENTRY_DAY, STR("/happened_on"), 0);
    TRY(policy_days_before(cx, STR("plan_entry_days_back"), cx->today, &days));
    const Date earliest = date_add_days(cx->today, -(int32_t)days);
    return days == POLICY_UNSAID || date_compare(happened_on, earliest) >= 0
               ? OK
               : cx_fail(cx, ERR_INVALID, TEXT_PLAN_ENTRY_DAY_EARLY, STR("/happened_on"), 1,
                         str_copy(cx->arena, str_from_c(date_format(earliest, day))));
}

static Err check_entry(Cx *cx, const PlanEntry *entry)
{
    const Plan *plan = NULL;
    const PlanClause *clause = NULL;
    TRY(plan_find(cx, entry->plan, &plan));
    TRY(plan_clause_find(cx, plan, entry->clause, &clause));
    bool is_milestone = entry->kind == PLAN_ENTRY_MILESTONE;
    if (is_milestone && find_milestone(clause, entry->milestone) == NULL)
        return cx_fail(cx, ERR_INVALID, TEXT_PLAN_MILESTONE_UNKNOWN, STR("/milestone"), 2,
                       entry->clause, entry->milestone);
    TRY(check_day(cx, entry->happened_on));
    TRY(check_length(cx, entry->note, "/note", !is_milestone, NOTE_MOST));
    return check_length(cx, entry->evidence, "/evidence", is_milestone, EVIDENCE_MOST);
}

static bool is_same(const PlanEntry *entry, const PlanEntryByIdRow *row)
{
    return str_equals(entry->plan, row->plan) && str_equals(entry->clause, row->clause)
           && str_equals_c(row->kind, plan_entry_kinds[entry->kind])
           && str_equals(entry->milestone, row->milestone)
           && date_compare(entry->happened_on, row->happened_on) == 0
           && str_equals(str_trim(entry->note), row->note)
           && str_equals(str_trim(entry->evidence), row->evidence);
}

static Err audit(Cx *cx, const char *action, Str detail)
{
    const AuditEntry entry = {.action = str_from_c(action), .detail = detail};
    return audit_add(cx, &entry);
}

static Err add_work(Cx *cx, void *arg)
{
    const PlanEntry *entry = arg;
    PlanEntryByIdRow old;
    bool is_known = false;
    TRY(check_entry(cx, entry));
    TRY(plan_entry_by_id(cx->db, cx->arena, &(PlanEntryByIdIn){cx->place, entry->id}, &old,
                         &is_known));
    if (is_known)
        return is_same(entry, &old) ? OK
                                    : cx_fail(cx, ERR_CONFLICT, TEXT_PLAN_ENTRY_ID, (Str){0}, 0);
    const PlanEntryPutIn in = {.place = cx->place,
                               .id = entry->id,
                               .plan = entry->plan,
                               .clause = entry->clause,
                               .kind = str_from_c(plan_entry_kinds[entry->kind]),
                               .milestone = entry->milestone,
                               .happened_on = entry->happened_on,
                               .note = str_trim(entry->note),
                               .evidence = str_trim(entry->evidence),
                               .facility = cx->actor->facility,
                               .written_by = cx->actor->account,
                               .written_on = cx->today,
                               .written_at = cx->now};
    TRY(plan_entry_put(cx->db, &in, NULL));
    return audit(cx, "plans.write",
                 str_printf(cx->arena, "%.*s %.*s %s %.*s", STR_ARG(entry->plan),
                            STR_ARG(entry->clause), plan_entry_kinds[entry->kind],
                            STR_ARG(entry->milestone)));
}

Err plan_entry_add(Cx *cx, const PlanEntry *entry)
{
    PlanEntry copy = *entry;
    return cx_write(cx, add_work, &copy);
}

typedef struct {
    Uuid id;
    Str reason;
} Ending;

static Err end_work(Cx *cx, void *arg)
{
    const Ending *ending = arg;
    PlanEntryByIdRow row;
    bool is_known = false;
    TRY(check_length(cx, ending->reason, "/reason", true, REASON_MOST));
    TRY(plan_entry_by_id(cx->db, cx->arena, &(PlanEntryByIdIn){cx->place, ending->id}, &row,
                         &is_known));
    if (!is_known)
        return ERR_NOT_FOUND;
    if (!date_is_none(row.ended_on))
        return OK;
    const PlanEntryEndPutIn in = {.place = cx->place,
                                  .id = ending->id,
                                  .reason = str_trim(ending->reason),
                                  .ended_by = cx->actor->account,
                                  .ended_on = cx->today,
                                  .ended_at = cx->now};
    TRY(plan_entry_end_put(cx->db, &in, NULL));
    return audit(cx, "plans.end",
                 str_printf(cx->arena, "%.*s %.*s: %.*s", STR_ARG(row.plan), STR_ARG(row.clause),
                            STR_ARG(in.reason)));
}

Err plan_entry_end(Cx *cx, Uuid id, Str reason)
{
    Ending ending = {id, reason};
    return cx_write(cx, end_work, &ending);
}
