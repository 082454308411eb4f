/* Scope: the one predicate that decides which persons a caller sees, and the values put into it.
 *
 * The text is fixed; only its parameters differ. The area range narrows (division codes are
 * prefixes); membership of access_area decides when the sight is a facility's. An empty range sees
 * nobody. Beside the areas stand the persons whom a relation opens: asked person by person
 * ({scope:resident}), or as rows of their own ({scope:related}); lists are driven by areas alone
 * ({scope:area}, {scope:areas}), so that their indexes serve. */
#include "access/access_int.h"
#include "access/access_sql.h"
#include "core/place.h"
#include "pack/pack.h"

#include <string.h>

#define AREA_IN_SIGHT(alias)                                                                       \
 alias ".area_code >= :scope_from AND " alias ".area_code < :scope_after"                          \
       " AND (:scope_by_facility = 0 OR EXISTS (SELECT 1 FROM access_area in_sight"                \
       " WHERE in_sight.place = " alias ".place AND in_sight.facility = :scope_facility"           \
       " AND in_sight.area_code = " alias ".area_code))"

#define RELATION_COUNTS                                                                            \
 "rel.place = :place AND rel.holder IN (:scope_works_at, :scope_holder)"                           \
 " AND (rel.kind & :scope_relations) <> 0"                                                         \
 " AND rel.valid_from <= :scope_day AND rel.valid_to >= :scope_day"

/* A relation to an entry of the register is one to the person under whom it is kept: so relations
 * follow a merge, and come back when it is undone. */
#define ENTRIES_OF(person)                                                                         \
 "SELECT " person " UNION ALL SELECT kept.id FROM v_resident_merged kept"                          \
 " WHERE kept.place = :place AND kept.person_id = " person

#define PERSON_IN_SIGHT(alias)                                                                     \
 "(" AREA_IN_SIGHT(alias) ") OR (:scope_relations <> 0 AND EXISTS (SELECT 1"                       \
                          " FROM access_relation rel WHERE " RELATION_COUNTS                       \
                          " AND rel.subject_id IN (" ENTRIES_OF(alias ".id") ")))"

#define CLASS_SEEN(alias)                                                                          \
 "(:scope_classes = '*'"                                                                           \
 " OR replace(:scope_classes, ',' || " alias ".class || ',', '') <> :scope_classes)"

/* A record of an open form, of a sensitive one whose class is seen, or whose class a relation to
 * the person opens. Only sensitive forms stand in form_class: to ask it a row costs less than to
 * begin a list of those that are closed. */
#define FORM_SEEN(alias)                                                                           \
 "(NOT EXISTS (SELECT 1 FROM form_class closed WHERE closed.form = " alias                         \
 ".form AND NOT " CLASS_SEEN(                                                                      \
     "closed") ") OR (:scope_relations <> 0 AND EXISTS (SELECT 1 FROM form_class opened"           \
               " CROSS JOIN access_relation rel WHERE opened.form = " alias                        \
               ".form AND rel.class = opened.class"                                                \
               " AND " RELATION_COUNTS                                                             \
               " AND rel.subject_id IN (" ENTRIES_OF(alias ".subject_id") "))))"

/* Whoever has part in a subject (see subjects/registers.h). Desks of facilities lie in no range of
 * areas, so that membership alone decides where the sight is a facility's. */
#define SUBJECT_IN_SIGHT(alias, id)                                                                \
 "EXISTS (SELECT 1 FROM v_subject_party part WHERE part.place = " alias ".place"                   \
 " AND part.subject_id = " alias "." id " AND ((:scope_by_facility = 0"                            \
 " AND part.area_code >= :scope_from AND part.area_code < :scope_after)"                           \
 " OR (:scope_by_facility = 1 AND EXISTS (SELECT 1 FROM access_area in_sight"                      \
 " WHERE in_sight.place = part.place AND in_sight.facility = :scope_facility"                      \
 " AND in_sight.area_code = part.area_code))))"

/* The areas in sight, as rows: what a list is driven by, so that its index is asked area by area.
 * Where the sight is a range, the areas that occur in `$`, found by leaps over its index on
 * (place, area_code). */
#define AREAS_IN_SIGHT                                                                             \
 "SELECT in_sight.area_code FROM access_area in_sight WHERE :scope_by_facility = 1"                \
 " AND in_sight.place = :place AND in_sight.facility = :scope_facility"                            \
 " AND in_sight.area_code >= :scope_from AND in_sight.area_code < :scope_after"                    \
 " UNION ALL SELECT found.area_code FROM (WITH RECURSIVE leap (area_code) AS ("                    \
 "SELECT min(a.area_code) FROM $ a WHERE :scope_by_facility = 0 AND a.place = :place"              \
 " AND a.area_code >= :scope_from"                                                                 \
 " UNION ALL SELECT (SELECT min(a.area_code) FROM $ a WHERE a.place = :place"                      \
 " AND a.area_code > l.area_code) FROM leap l WHERE l.area_code < :scope_after)"                   \
 " SELECT l.area_code FROM leap l WHERE l.area_code < :scope_after) found"

/* ':' follows '9' in byte order, so a code with it is after every code that begins with the code.
 */
#define AFTER_EVERY_CODE ":"

static const Str setting_day = {"access_areas_day", sizeof "access_areas_day" - 1};

static const DbScope scope_nobody = {
    .area_from = {"", 0}, .area_after = {"", 0}, .facility = {"", 0}};
static const DbScope scope_everybody = {.area_from = {"", 0},
                                        .area_after = {AFTER_EVERY_CODE, 1},
                                        .facility = {"", 0},
                                        .classes = {"*", 1}};
static const Actor system_actor = {
    .is_system = true,
    .login = {"system", 6},
    .role = {"system", 6},
    .sees_persons = true,
    .scope = {.area_from = {"", 0},
              .area_after = {AFTER_EVERY_CODE, 1},
              .facility = {"", 0},
              .classes = {"*", 1}},
};

void access_register_scopes(void)
{
    db_register_scope("resident", PERSON_IN_SIGHT("$"));
    db_register_scope("area", AREA_IN_SIGHT("$"));
    db_register_scope("related",
                      "SELECT coalesce((SELECT kept.person_id FROM v_resident_merged kept"
                      " WHERE kept.place = :place AND kept.id = rel.subject_id),"
                      " rel.subject_id) AS subject_id FROM access_relation rel"
                      " WHERE :scope_relations <> 0 AND " RELATION_COUNTS);
    db_register_scope("areas", AREAS_IN_SIGHT);
    db_register_scope("subject", SUBJECT_IN_SIGHT("$", "id"));
    db_register_scope("record",
                      "(EXISTS (SELECT 1 FROM resident sr WHERE sr.place = $.place"
                      " AND sr.id = $.subject_id AND (" PERSON_IN_SIGHT(
                          "sr") "))"
                                " OR " SUBJECT_IN_SIGHT("$", "subject_id") ")"
                                                                           " AND " FORM_SEEN("$"));
    db_register_scope("form", FORM_SEEN("$"));
    db_register_scope("class", CLASS_SEEN("$"));
}

const Actor *access_system_actor(void)
{
    return &system_actor;
}

const DbScope *access_scope(const Cx *cx)
{
    if (cx->actor == NULL)
        return &scope_nobody;
    return cx->actor->is_system ? &scope_everybody : &cx->actor->scope;
}

const DbScope *access_sight(const Cx *cx)
{
    if (cx->actor == NULL)
        return &scope_nobody;
    return cx->actor->is_system ? &scope_everybody : &cx->actor->sight;
}

const DbScope *access_rows(Cx *cx)
{
    if (cx->actor == NULL || !cx->actor->sees_rows)
        return access_scope(cx);
    DbScope *rows = arena_new(cx->arena, DbScope);
    *rows = cx->actor->sight;
    rows->classes = STR(",,");
    return rows;
}

/* '/' comes before every digit of a code, and '0' behind it. */
DbScope access_scope_of_duties(Cx *cx)
{
    const Actor *actor = cx->actor;
    if (actor == NULL)
        return scope_nobody;
    DbScope scope = actor->sees_rows ? *access_rows(cx) : actor->scope;
    bool is_of_persons = scope.by_facility || scope.area_after.n > 0;
    if (!is_of_persons)
        scope = actor->sight;
    bool is_empty = !scope.by_facility && scope.area_after.n == 0;
    if (is_empty || (is_of_persons && !scope.by_facility))
        return scope; /* a range of the whole place has the desks in it */
    scope.area_from = str_printf(cx->arena, "%.*s/", STR_ARG(cx->place));
    if (!is_of_persons || scope.area_after.n == 0)
        scope.area_after = str_printf(cx->arena, "%.*s0", STR_ARG(cx->place));
    return scope;
}

static Err scope_of_sight(Cx *cx, Str sight, DbScope *ret_scope)
{
    AccessAreaBoundsIn in = {.place = cx->place, .facility = sight};
    AccessAreaBoundsRow row;
    Err err = access_area_bounds(cx->db, cx->arena, &in, &row);
    if (err != OK)
        return cx_fail_db(cx, err);
    if (row.areas == 0) {
        *ret_scope = scope_nobody;
        return OK;
    }
    bool has_areas = row.first_code.p != NULL; /* else it has its desk only */
    *ret_scope = (DbScope){
        .area_from = has_areas ? row.first_code : STR(""),
        .area_after = has_areas
                          ? str_printf(cx->arena, "%.*s" AFTER_EVERY_CODE, STR_ARG(row.last_code))
                          : STR(""),
        .by_facility = true,
        .facility = sight,
    };
    return OK;
}

static Str sight_of(Cx *cx, Str who, bool below)
{
    return below ? who : str_printf(cx->arena, "%.*s/own", STR_ARG(who));
}

Err access_scope_facility(Cx *cx, Str facility, bool below, DbScope *ret_scope)
{
    TRY(access_areas_refresh(cx));
    TRY(scope_of_sight(cx, sight_of(cx, facility, below), ret_scope));
    ret_scope->classes = access_scope(cx)->classes;
    return OK;
}

/* Who answers for something by name, or substitutes, has a sight of its own. */
static Err scope_of_account(Cx *cx, const Account *account, bool below, DbScope *ret_scope)
{
    TRY(access_areas_refresh(cx));
    AccessStaffSightIn in = {.place = cx->place, .account = account->id};
    AccessStaffSightRow row;
    bool is_found = false;
    Err err = access_staff_sight(cx->db, cx->arena, &in, &row, &is_found);
    if (err != OK)
        return cx_fail_db(cx, err);
    Str who = is_found ? str_printf(cx->arena, "@%.*s", STR_ARG(row.code)) : account->facility;
    return scope_of_sight(cx, sight_of(cx, who, below), ret_scope);
}

static Err sight_of_role(Cx *cx, const Role *role, const Account *account, DbScope *ret_scope)
{
    switch (role->sight) {
    case SIGHT_NONE: *ret_scope = scope_nobody; return OK;
    case SIGHT_CATCHMENT: return scope_of_account(cx, account, false, ret_scope);
    case SIGHT_TREE: return scope_of_account(cx, account, true, ret_scope);
    case SIGHT_PLACE: break;
    }
    *ret_scope = (DbScope){
        .area_from = cx->place,
        .area_after = str_printf(cx->arena, "%.*s" AFTER_EVERY_CODE, STR_ARG(cx->place)),
        .facility = STR(""),
    };
    return OK;
}

/* A role that was made without purposes cares. */
static RolePurpose purpose_of(const Role *role, Str name)
{
    static const RolePurpose care = {{"care", 4}, OPENS_PERSONS};
    for (size_t i = 0; i < role->purpose_n; i++) {
        if (str_equals(role->purposes[i].name, name))
            return role->purposes[i];
    }
    return role->purpose_n > 0 ? role->purposes[0] : care;
}

/* What is only for who sees persons is not there while the purpose does not open them. */
static bool purpose_permits(const RolePurpose *purpose, Str permission)
{
    bool is_of_persons = str_has_prefix(permission, STR("residents."));
    bool is_of_records = str_has_prefix(permission, STR("records."))
                         || str_equals_c(permission, "measures.check"); /* of one record */
    bool is_of_numbers = str_has_prefix(permission, STR("obligations."))
                         || str_has_prefix(permission, STR("measures."))
                         || str_equals_c(permission, "plans.read");
    bool is_of_rows = str_has_prefix(permission, STR("tables."));
    return (!is_of_persons || purpose->opens == OPENS_PERSONS)
           && (!is_of_records || purpose->opens == OPENS_PERSONS
               || purpose->opens == OPENS_ORGANISATIONS)
           && (!is_of_rows || purpose->opens == OPENS_PERSONS || purpose->opens == OPENS_ROWS)
           && (!is_of_numbers || purpose->opens != OPENS_NOTHING);
}

bool role_permits(const Role *role, const RolePurpose *purpose, Str permission)
{
    if (!purpose_permits(purpose, permission))
        return false;
    for (size_t i = 0; i < role->permission_n; i++) {
        if (str_equals(role->permissions[i], permission))
            return true;
    }
    return false;
}

static void take_permissions(Cx *cx, const Role *role, const RolePurpose *purpose, Actor *actor)
{
    Str *permissions = arena_array(cx->arena, Str, role->permission_n + 1);
    for (size_t i = 0; i < role->permission_n; i++) {
        if (purpose_permits(purpose, role->permissions[i]))
            permissions[actor->permission_n++] = role->permissions[i];
    }
    actor->permissions = permissions;
}

Err access_actor(Cx *cx, const Account *account, Actor *ret_actor)
{
    const Role *role = pack_role(cx->packs, account->role);
    if (role == NULL)
        return cx_fail(cx, ERR_FORBIDDEN, TEXT_ROLE_UNKNOWN, (Str){0}, 1, account->role);
    const RolePurpose purpose = purpose_of(role, account->purpose);
    bool opens_persons = purpose.opens == OPENS_PERSONS;
    DbScope sight = scope_nobody, scope = scope_nobody;
    if (purpose.opens > OPENS_NOTHING)
        TRY(sight_of_role(cx, role, account, &sight));
    if (role->sees_persons && opens_persons)
        scope = sight;
    Actor actor = {.account = account->id,
                   .login = account->login,
                   .role = account->role,
                   .facility = account->facility,
                   .purpose = purpose.name,
                   .sees_persons = role->sees_persons && opens_persons,
                   .sees_rows = purpose.opens == OPENS_ROWS};
    take_permissions(cx, role, &purpose, &actor);
    scope.works_at = account->facility;
    scope.holder = relation_holder(cx->arena, account->id);
    scope.relations = opens_persons ? role->relations : 0;
    if (access_may(&actor, STR("residents.emergency")))
        scope.relations |= RELATION_EMERGENCY;
    scope.day = cx->today;
    scope.classes = sight.classes = role->classes;
    actor.scope = scope;
    actor.sight = sight;
    *ret_actor = actor;
    return OK;
}

bool access_sees_class(const Cx *cx, Str class)
{
    Str seen = access_scope(cx)->classes;
    if (class.n == 0 || str_equals_c(seen, "*"))
        return true;
    Str rest = seen, one = {0};
    while (str_cut(&rest, ',', &one)) {
        if (str_equals(one, class))
            return true;
    }
    return false;
}

Err access_sees_class_of(Cx *cx, Uuid subject, Str class, bool *ret_sees)
{
    const DbScope *scope = access_scope(cx);
    *ret_sees = access_sees_class(cx, class);
    if (*ret_sees || scope->relations == 0)
        return OK;
    AccessRelationClassIn in = {.place = cx->place,
                                .subject = subject,
                                .class = class,
                                .works_at = scope->works_at,
                                .holder = scope->holder,
                                .relations = scope->relations,
                                .day = scope->day};
    AccessRelationClassRow row;
    Err err = access_relation_class(cx->db, cx->arena, &in, &row);
    *ret_sees = err == OK && row.n > 0;
    return err == OK ? OK : cx_fail_db(cx, err);
}

bool access_may(const Actor *actor, Str permission)
{
    if (actor == NULL)
        return false;
    for (size_t i = 0; i < actor->permission_n; i++) {
        if (str_equals(actor->permissions[i], permission))
            return true;
    }
    return actor->is_system;
}

/* The role is named in the language of each wording. */
static Err refuse_permission(Cx *cx, Str permission)
{
    const Role *role = cx->packs == NULL ? NULL : pack_role(cx->packs, cx->actor->role);
    Str arguments[2] = {role == NULL ? cx->actor->role : role->title.zh, permission};
    Problem problem = {.err = ERR_FORBIDDEN,
                       .key = text_name(TEXT_NOT_PERMITTED),
                       .text = text_fill(cx->arena, TEXT_NOT_PERMITTED, arguments, 2)};
    if (role != NULL)
        arguments[0] = wording_in(role->title, LANG_EN);
    problem.text.en = text_fill(cx->arena, TEXT_NOT_PERMITTED, arguments, 2).en;
    problem_add(cx, problem);
    return ERR_FORBIDDEN;
}

Err access_require(Cx *cx, Str permission)
{
    if (access_may(cx->actor, permission))
        return OK;
    if (cx->actor == NULL)
        return cx_fail(cx, ERR_UNAUTHENTICATED, TEXT_LOGIN_REQUIRED, (Str){0}, 0);
    return refuse_permission(cx, permission);
}

Err access_is_below(Cx *cx, Str facility, bool *ret_is_below)
{
    const Role *role = cx->packs == NULL ? NULL : pack_role(cx->packs, cx->actor->role);
    if (cx->actor->is_system || (role != NULL && role->sight == SIGHT_PLACE)) {
        *ret_is_below = true;
        return OK;
    }
    if (cx->actor->facility.n == 0 || facility.n == 0) {
        *ret_is_below = false;
        return OK;
    }
    AccessFacilityBelowIn in = {
        .place = cx->place, .facility = facility, .top = cx->actor->facility, .day = cx->today};
    AccessFacilityBelowRow row;
    Err err = access_facility_below(cx->db, cx->arena, &in, &row);
    if (err != OK)
        return cx_fail_db(cx, err);
    *ret_is_below = row.n > 0;
    return OK;
}

Err access_require_below(Cx *cx, Str permission, Str facility, Str where)
{
    TRY(access_require(cx, permission));
    bool is_below = false;
    TRY(access_is_below(cx, facility, &is_below));
    return is_below ? OK : cx_fail(cx, ERR_FORBIDDEN, TEXT_NOT_BELOW, where, 1, facility);
}

static Err rebuild(Cx *cx, void *arg)
{
    (void)arg;
    char day[DATE_TEXT_SIZE];
    AccessAreaClearIn clear = {.place = cx->place};
    AccessAreaFillOwnIn own = {.place = cx->place, .day = cx->today};
    AccessAreaFillDeskIn desk = {.place = cx->place, .day = cx->today};
    AccessAreaFillIn fill = {.place = cx->place, .day = cx->today};
    AccessAreaFillNamedIn named = {.place = cx->place, .day = cx->today};
    AccessAreaFillSubstituteIn substitute = {.place = cx->place, .day = cx->today};
    AccessAreaFillStaffIn staff = {.place = cx->place, .suffix = STR("")};
    AccessAreaFillStaffIn staff_own = {.place = cx->place, .suffix = STR("/own")};
    TRY(access_area_clear(cx->db, &clear, NULL));
    TRY(access_area_fill_own(cx->db, &own, NULL));
    TRY(access_area_fill_desk(cx->db, &desk, NULL));
    TRY(access_area_fill(cx->db, &fill, NULL));
    TRY(access_area_fill_named(cx->db, &named, NULL));
    TRY(access_area_fill_substitute(cx->db, &substitute, NULL));
    TRY(access_area_fill_staff(cx->db, &staff, NULL));
    TRY(access_area_fill_staff(cx->db, &staff_own, NULL));
    return setting_put(cx, setting_day, str_from_c(date_format(cx->today, day)));
}

Err access_areas_rebuild(Cx *cx)
{
    return cx_write(cx, rebuild, NULL);
}

Err access_areas_refresh(Cx *cx)
{
    char day[DATE_TEXT_SIZE];
    Str made_for;
    TRY(setting_get(cx, setting_day, &made_for));
    bool is_fresh = str_equals(made_for, str_from_c(date_format(cx->today, day)));
    return is_fresh ? OK : access_areas_rebuild(cx);
}

static Err hash_areas(Cx *cx, Sha256 *ret_hash)
{
    Sha256Stream stream;
    sha256_begin(&stream);
    CLEANUP(db_rows_close) DbRows rows = {0};
    TRY(access_area_all_open(cx->db, &(AccessAreaAllIn){.place = cx->place}, &rows));
    for (bool has_row = true; has_row;) {
        AccessAreaAllRow row;
        ArenaMark mark = arena_mark(cx->arena);
        TRY(access_area_all_next(&rows, cx->arena, &row, &has_row));
        if (has_row)
            sha256_add(&stream, str_printf(cx->arena, "%.*s %.*s\n", STR_ARG(row.facility),
                                           STR_ARG(row.area_code)));
        arena_reset_to(cx->arena, mark);
    }
    *ret_hash = sha256_end(&stream);
    return OK;
}

static Err compare_areas(Cx *cx, bool *ret_is_right)
{
    Sha256 before, after;
    TRY(hash_areas(cx, &before));
    TRY(rebuild(cx, NULL));
    TRY(hash_areas(cx, &after));
    *ret_is_right = memcmp(before.bytes, after.bytes, sizeof after.bytes) == 0;
    return OK;
}

Err access_areas_verify(Cx *cx, bool *ret_is_right)
{
    char day[DATE_TEXT_SIZE];
    Str made_for;
    *ret_is_right = true;
    TRY(setting_get(cx, setting_day, &made_for));
    if (!str_equals(made_for, str_from_c(date_format(cx->today, day))))
        return OK;
    Cx inner = *cx;
    inner.writer = NULL;
    inner.is_writing = true;
    Err err = db_begin(cx->db);
    if (err == OK)
        err = compare_areas(&inner, ret_is_right);
    db_rollback(cx->db);
    return err == OK ? OK : cx_fail_db(cx, err);
}

Err access_areas_forget(Cx *cx)
{
    return setting_put(cx, setting_day, STR(""));
}
