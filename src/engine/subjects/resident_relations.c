/* Who else sees a resident: relations that people give, for a time, to a facility or an account.
 * Only whoever has the resident in his own areas gives or ends one, so that what a relation opens
 * is not passed on. The rows are of access. */
#include "access/access.h"
#include "access/limits.h"
#include "engine/subjects/residents.h"
#include "engine/subjects/residents_sql.h"
#include "engine/subjects/subjects.h"
#include "engine/subjects/subjects_int.h"
#include "pack/pack.h"

static int64_t given_kinds(const Cx *cx)
{
    const Role *role = pack_role(cx->packs, cx->actor->role);
    return role == NULL ? 0 : role->grants;
}

/* Who makes accounts for residents ends what they open, too. */
static int64_t ended_kinds(const Cx *cx)
{
    bool gives_accounts = access_may(cx->actor, STR("residents.account"));
    return given_kinds(cx) | (gives_accounts ? RELATION_SELF | RELATION_GUARDIAN : 0);
}

Err resident_require_home(Cx *cx, Uuid *id)
{
    DbScope scope = *access_scope(cx);
    ResidentInSightRow ignored;
    bool is_found = false;
    scope.relations = 0;
    TRY(resident_person(cx, id));
    ResidentInSightIn in = {.place = cx->place, .id = *id};
    TRY(resident_in_sight(cx->db, &scope, cx->arena, &in, &ignored, &is_found));
    return is_found ? OK
                    : cx_fail(cx, ERR_NOT_FOUND, TEXT_NOT_FOUND, STR("/id"), 1, STR("resident"));
}

Err facility_require_known(Cx *cx, Str code)
{
    const Facility *facilities = NULL;
    size_t n = 0;
    TRY(subject_facilities(cx, &facilities, &n));
    for (size_t i = 0; i < n; i++) {
        if (str_equals(facilities[i].code, code))
            return OK;
    }
    return cx_fail(cx, ERR_INVALID, TEXT_FACILITY_UNKNOWN, STR("/facility"), 1, code);
}

static Err check_holder(Cx *cx, const Relation *relation)
{
    Account account;
    if ((relation->facility.n > 0) == !uuid_is_nil(relation->account))
        return cx_fail(cx, ERR_INVALID, TEXT_RELATION_HOLDER, STR("/facility"), 0);
    return relation->facility.n > 0 ? facility_require_known(cx, relation->facility)
                                    : account_open(cx, relation->account, &account);
}

static Err check_given(Cx *cx, const Relation *relation)
{
    if ((given_kinds(cx) & relation->kind) == 0)
        return cx_fail(cx, ERR_FORBIDDEN, TEXT_RELATION_GIVEN, STR("/kind"), 1,
                       str_from_c(relation_kind_name(relation->kind)));
    if (date_is_none(relation->from) || date_is_none(relation->until)
        || date_compare(relation->from, cx->today) < 0
        || date_days_between(relation->from, relation->until) >= RELATION_DAYS_MOST)
        return cx_fail(cx, ERR_INVALID, TEXT_RELATION_LONG, STR("/until"), 1,
                       str_printf(cx->arena, "%d", RELATION_DAYS_MOST));
    return OK;
}

static Err give_work(Cx *cx, void *arg)
{
    Relation relation = *(const Relation *)arg;
    TRY(resident_require_home(cx, &relation.subject));
    TRY(check_given(cx, &relation));
    TRY(check_holder(cx, &relation));
    if (!access_sees_class(cx, relation.class))
        return cx_fail(cx, ERR_FORBIDDEN, TEXT_RELATION_CLASS, STR("/class"), 1, relation.class);
    return relation_grant(cx, &relation);
}

Err resident_relation_give(Cx *cx, const Relation *relation)
{
    Relation copy = *relation;
    TRY(access_require(cx, STR("residents.grant")));
    return cx_write(cx, give_work, &copy);
}

typedef struct Ending {
    Uuid resident, source;
    Date last_day;
} Ending;

static Err end_work(Cx *cx, void *arg)
{
    Ending ending = *(const Ending *)arg;
    bool has_ended = false;
    TRY(resident_require_home(cx, &ending.resident));
    TRY(relation_end_of(cx, ending.resident, ending.source, ended_kinds(cx), ending.last_day,
                        &has_ended));
    return has_ended
               ? OK
               : cx_fail(cx, ERR_NOT_FOUND, TEXT_NOT_FOUND, STR("/source"), 1, STR("relation"));
}

Err resident_relation_end(Cx *cx, Uuid resident, Uuid source, Date last_day)
{
    Ending ending = {resident, source, last_day};
    TRY(access_require(cx, STR("residents.grant")));
    return cx_write(cx, end_work, &ending);
}

Err resident_relation_list(Cx *cx, Uuid resident, const RelationInfo **ret_relations, size_t *ret_n)
{
    const RelationInfo *all = NULL;
    size_t n = 0, kept = 0;
    TRY(access_require(cx, STR("residents.read")));
    TRY(resident_require(cx, &resident, STR("/id")));
    TRY(relation_list(cx, resident, &all, &n));
    RelationInfo *relations = arena_array(cx->arena, RelationInfo, n + 1);
    for (size_t i = 0; i < n; i++) {
        bool sees_class = false;
        TRY(access_sees_class_of(cx, resident, all[i].class, &sees_class));
        if (sees_class)
            relations[kept++] = all[i];
    }
    *ret_relations = relations;
    *ret_n = kept;
    return audit_add(cx, &(AuditEntry){.action = STR("relation.list"), .subject = resident});
}
