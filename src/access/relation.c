/* Relations: why somebody may see a person who lives elsewhere. Owns access_relation.
 *
 * A relation is held by a facility or by one account, for a time. Which kinds count for a role, its
 * pack says; the predicate that asks for them is in scope.c. */
#include "access/access_int.h"
#include "access/access_sql.h"
#include "access/limits.h"
#include "base/vec.h"

static const struct {
    const char *name;
    RelationKind kind;
} kinds[] = {
    {"treating", RELATION_TREATING},   {"contract", RELATION_CONTRACT},
    {"referral", RELATION_REFERRAL},   {"worklist", RELATION_WORKLIST},
    {"sample", RELATION_SAMPLE},       {"card", RELATION_CARD},
    {"emergency", RELATION_EMERGENCY}, {"self", RELATION_SELF},
    {"guardian", RELATION_GUARDIAN},
};
enum { KIND_N = sizeof kinds / sizeof *kinds };

const char *relation_kind_name(RelationKind kind)
{
    for (size_t i = 0; i < KIND_N; i++) {
        if (kinds[i].kind == kind)
            return kinds[i].name;
    }
    return "";
}

bool relation_kind_parse(Str name, RelationKind *ret_kind)
{
    for (size_t i = 0; i < KIND_N; i++) {
        if (kinds[i].kind != RELATION_EMERGENCY && str_equals_c(name, kinds[i].name)) {
            *ret_kind = kinds[i].kind;
            return true;
        }
    }
    return false;
}

bool relation_holder_account(Str holder, Uuid *ret_account)
{
    return str_has_prefix(holder, STR("@"))
           && uuid_parse(str_slice(holder, 1, holder.n), ret_account) == OK;
}

Str relation_holder(Arena *arena, Uuid account)
{
    char text[UUID_TEXT_SIZE];
    return str_printf(arena, "@%s", uuid_format(account, text));
}

static Str holder_of(Cx *cx, const Relation *relation)
{
    return uuid_is_nil(relation->account) ? relation->facility
                                          : relation_holder(cx->arena, relation->account);
}

static Err write_relation(Cx *cx, const Relation *relation, Date renew_before)
{
    AccessRelationWriteIn in = {.place = cx->place,
                                .holder = holder_of(cx, relation),
                                .subject_id = relation->subject,
                                .kind = relation->kind,
                                .class = relation->class.p == NULL ? STR("") : relation->class,
                                .source = relation->source,
                                .valid_from = relation->from,
                                .valid_to = relation->until,
                                .renew_before = renew_before};
    return access_relation_write(cx->db, &in);
}

/* What the audit keeps of it. */
static Str said_of(Cx *cx, const Relation *relation)
{
    char until[DATE_TEXT_SIZE];
    return str_printf(cx->arena, "%s %.*s until %s", relation_kind_name(relation->kind),
                      STR_ARG(holder_of(cx, relation)), date_format(relation->until, until));
}

Err relation_grant(Cx *cx, const Relation *relation)
{
    DCHECK(cx->is_writing);
    bool is_of_account = relation->kind == RELATION_SELF || relation->kind == RELATION_GUARDIAN;
    if (is_of_account && uuid_is_nil(relation->account)) /* not of whoever works somewhere */
        return cx_fail(cx, ERR_INVALID, TEXT_RELATION_ACCOUNT, STR("/account"), 1,
                       str_from_c(relation_kind_name(relation->kind)));
    if (date_is_none(relation->from) || date_is_none(relation->until)
        || date_compare(relation->until, relation->from) < 0)
        return cx_fail(cx, ERR_INVALID, TEXT_RELATION_ENDS, STR("/until"), 0);
    TRY(write_relation(cx, relation, date_from_ymd(9999, 12, 31)));
    return audit_add(cx, &(AuditEntry){.action = STR("relation.grant"),
                                       .subject = relation->subject,
                                       .object = relation->source,
                                       .detail = said_of(cx, relation)});
}

Err relation_end(Cx *cx, Uuid source, Date last_day)
{
    DCHECK(cx->is_writing);
    AccessRelationEndIn in = {.place = cx->place, .source = source, .last_day = last_day};
    TRY(access_relation_end(cx->db, &in, NULL));
    return audit_add(cx, &(AuditEntry){.action = STR("relation.end"), .object = source});
}

Err relation_end_of(Cx *cx, Uuid subject, Uuid source, int64_t of_kinds, Date last_day,
                    bool *ret_has_ended)
{
    DCHECK(cx->is_writing);
    AccessRelationEndOfIn in = {.place = cx->place,
                                .subject_id = subject,
                                .source = source,
                                .kinds = of_kinds,
                                .last_day = last_day};
    int64_t changed = 0;
    TRY(access_relation_end_of(cx->db, &in, &changed));
    *ret_has_ended = changed > 0;
    return changed == 0 ? OK
                        : audit_add(cx, &(AuditEntry){.action = STR("relation.end"),
                                                      .subject = subject,
                                                      .object = source});
}

/* Rewritten only when it has lost a month of its time, so that a record rarely writes one. */
static Err keep_treating(Cx *cx, Relation relation, int64_t days)
{
    relation.kind = RELATION_TREATING;
    relation.from = cx->today;
    relation.until = date_add_days(cx->today, (int)days);
    return write_relation(cx, &relation, date_add_days(relation.until, -TREATING_RENEW_DAYS));
}

Err relation_treat(Cx *cx, Uuid subject, int64_t days)
{
    DCHECK(cx->is_writing);
    if (cx->actor->is_system || cx->actor->facility.n == 0 || days <= 0)
        return OK;
    return keep_treating(cx, (Relation){.subject = subject, .facility = cx->actor->facility}, days);
}

static Err read_relations(Cx *cx, Uuid subject, const RelationInfo **ret_relations, size_t *ret_n)
{
    VEC(RelationInfo) relations = {0};
    CLEANUP(db_rows_close) DbRows rows = {0};
    AccessRelationOfIn in = {.place = cx->place, .subject = subject};
    TRY(access_relation_of_open(cx->db, &in, &rows));
    for (bool has_row = true; has_row;) {
        AccessRelationOfRow row;
        TRY(access_relation_of_next(&rows, cx->arena, &row, &has_row));
        if (has_row)
            VEC_PUSH(cx->arena, &relations,
                     (RelationInfo){row.holder, (RelationKind)row.kind, row.class, row.source,
                                    row.valid_from, row.valid_to});
    }
    *ret_relations = relations.items;
    *ret_n = relations.n;
    return OK;
}

Err relation_list(Cx *cx, Uuid subject, const RelationInfo **ret_relations, size_t *ret_n)
{
    Err err = read_relations(cx, subject, ret_relations, ret_n);
    return err == OK ? OK : cx_fail_db(cx, err);
}

static Err read_held(Cx *cx, int64_t of_kinds, const RelationHeld **ret_held, size_t *ret_n)
{
    VEC(RelationHeld) held = {0};
    CLEANUP(db_rows_close) DbRows rows = {0};
    AccessRelationHeldIn in = {.place = cx->place,
                               .holder = relation_holder(cx->arena, cx->actor->account),
                               .kinds = of_kinds,
                               .day = cx->today};
    TRY(access_relation_held_open(cx->db, &in, &rows));
    for (bool has_row = true; has_row;) {
        AccessRelationHeldRow row;
        TRY(access_relation_held_next(&rows, cx->arena, &row, &has_row));
        if (has_row)
            VEC_PUSH(cx->arena, &held,
                     (RelationHeld){row.subject_id, (RelationKind)row.kind, row.valid_to});
    }
    *ret_held = held.items;
    *ret_n = held.n;
    return OK;
}

Err relation_held(Cx *cx, int64_t of_kinds, const RelationHeld **ret_held, size_t *ret_n)
{
    Err err = read_held(cx, of_kinds & access_scope(cx)->relations, ret_held, ret_n);
    return err == OK ? OK : cx_fail_db(cx, err);
}
