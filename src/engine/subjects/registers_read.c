/* Reading subjects that are not residents, within the caller's sight. */
#include "access/access.h"
#include "base/vec.h"
#include "engine/subjects/places_int.h"
#include "engine/subjects/registers.h"
#include "engine/subjects/registers_sql.h"

static Err read_parties(Cx *cx, Subject *subject)
{
    VEC(SubjectParty) parties = {0};
    CLEANUP(db_rows_close) DbRows rows = {0};
    const RegisterPartiesIn in = {cx->place, subject->id};
    TRY(register_parties_open(cx->db, &in, &rows));
    for (;;) {
        RegisterPartiesRow row;
        bool has_row = false;
        TRY(register_parties_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            break;
        VEC_PUSH(cx->arena, &parties, (SubjectParty){row.field, row.facility, row.area_code});
    }
    subject->parties = parties.items;
    subject->party_n = parties.n;
    return OK;
}

static Subject subject_of(Uuid id, const RegisterByIdRow *row)
{
    return (Subject){.id = id,
                     .kind = row->kind,
                     .code = row->code,
                     .name = {row->name, row->name_en},
                     .valid_from = row->valid_from,
                     .valid_to = row->valid_to};
}

/* A household is its members' affair: seen by whoever sees persons of its area. */
static Err find_household(Cx *cx, Uuid id, bool *ret_found, Subject *ret_subject)
{
    const RegisterHouseholdIn in = {cx->place, id};
    RegisterHouseholdRow row;
    TRY(register_household(cx->db, access_scope(cx), cx->arena, &in, &row, ret_found));
    if (!*ret_found)
        return OK;
    SubjectParty *party = arena_new(cx->arena, SubjectParty);
    *party = (SubjectParty){STR(""), STR(""), row.area_code};
    *ret_subject = (Subject){.id = id,
                             .kind = STR("household"),
                             .code = STR(""),
                             .name = {STR(""), STR("")},
                             .valid_from = PLACE_BEGINNING,
                             .valid_to = DATE_NONE,
                             .parties = party,
                             .party_n = 1};
    return OK;
}

static Err find(Cx *cx, Uuid id, bool *ret_found, Subject *ret_subject)
{
    const RegisterByIdIn in = {cx->place, id};
    RegisterByIdRow row;
    TRY(register_by_id(cx->db, access_sight(cx), cx->arena, &in, &row, ret_found));
    if (!*ret_found)
        return find_household(cx, id, ret_found, ret_subject);
    *ret_subject = subject_of(id, &row);
    return read_parties(cx, ret_subject);
}

Err subject_find(Cx *cx, Uuid id, bool *ret_found, Subject *ret_subject)
{
    Err err = find(cx, id, ret_found, ret_subject);
    return err == OK ? OK : cx_fail_db(cx, err);
}

static Err id_by_code(Cx *cx, Str kind, Str code, Uuid *ret_id)
{
    const RegisterByCodeIn in = {cx->place, kind, code};
    RegisterByCodeRow row;
    bool found = false;
    TRY(register_by_code(cx->db, cx->arena, &in, &row, &found));
    *ret_id = found ? row.id : UUID_NIL;
    return OK;
}

/* What the register of places says of the facility where one works is no secret to him, whatever
 * his sight is. */
static Err find_own(Cx *cx, Uuid id, bool *ret_found, Subject *ret_subject)
{
    const Actor *actor = cx->actor;
    if (actor->is_system || actor->home.n > 0
        || !uuid_equals(id, subject_id_of(cx->place, STR("facility"), actor->facility)))
        return OK;
    const RegisterOwnIn in = {cx->place, id};
    RegisterOwnRow row;
    TRY(register_own(cx->db, cx->arena, &in, &row, ret_found));
    if (!*ret_found)
        return OK;
    *ret_subject = (Subject){.id = id,
                             .kind = STR("facility"),
                             .code = actor->facility,
                             .name = {row.name, row.name_en},
                             .valid_from = row.valid_from,
                             .valid_to = row.valid_to};
    return read_parties(cx, ret_subject);
}

Err subject_open(Cx *cx, Str kind, Str name, Subject *ret_subject)
{
    Uuid id = UUID_NIL;
    Subject subject = {0};
    bool found = false;
    Err err = uuid_parse(name, &id) == OK ? OK : id_by_code(cx, kind, name, &id);
    if (err == OK && !uuid_is_nil(id))
        err = find(cx, id, &found, &subject);
    if (err == OK && !found && !uuid_is_nil(id))
        err = find_own(cx, id, &found, &subject);
    if (err != OK)
        return cx_fail_db(cx, err);
    if (!found || !str_equals(subject.kind, kind))
        return cx_fail(cx, ERR_NOT_FOUND, TEXT_NOT_FOUND, STR("/subject"), 1, name);
    *ret_subject = subject;
    return OK;
}

/* Names of facilities and areas are no secret; staff and agreements are seen by those concerned. */
static bool is_public(Str kind)
{
    return str_equals_c(kind, "facility") || str_equals_c(kind, "area");
}

static Err list_work(Cx *cx, const SubjectQuery *query, const Subject **ret_subjects, size_t *ret_n)
{
    VEC(Subject) subjects = {0};
    CLEANUP(db_rows_close) DbRows rows = {0};
    const RegisterListIn in = {.place = cx->place,
                               .kind = query->kind,
                               .day = place_day(cx),
                               .query = place_text(query->text),
                               .at = place_text(query->at),
                               .anywhere = query->is_any && is_public(query->kind),
                               .after_code = place_text(query->after_code),
                               .after_id = query->after_id,
                               .most = (int64_t)query->most};
    TRY(register_list_open(cx->db, access_sight(cx), &in, &rows));
    for (;;) {
        RegisterListRow row;
        bool has_row = false;
        TRY(register_list_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            break;
        VEC_PUSH(cx->arena, &subjects,
                 (Subject){.id = row.id,
                           .kind = query->kind,
                           .code = row.code,
                           .name = {row.name, row.name_en},
                           .valid_from = row.valid_from,
                           .valid_to = row.valid_to});
    }
    *ret_subjects = subjects.items;
    *ret_n = subjects.n;
    return OK;
}

Err subject_list(Cx *cx, const SubjectQuery *query, const Subject **ret_subjects, size_t *ret_n)
{
    Err err = list_work(cx, query, ret_subjects, ret_n);
    return err == OK ? OK : cx_fail_db(cx, err);
}

static Err parts_work(Cx *cx, Str facility, size_t most, const Subject **ret_subjects,
                      size_t *ret_n)
{
    VEC(Subject) subjects = {0};
    CLEANUP(db_rows_close) DbRows rows = {0};
    const RegisterPartsIn in = {cx->place, place_day(cx),
                                subject_desk(cx->arena, cx->place, facility), (int64_t)most};
    TRY(register_parts_open(cx->db, access_sight(cx), &in, &rows));
    for (;;) {
        RegisterPartsRow row;
        bool has_row = false;
        TRY(register_parts_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            break;
        if (map_has(&cx->packs->subjects, row.kind))
            VEC_PUSH(cx->arena, &subjects,
                     (Subject){.id = row.id,
                               .kind = row.kind,
                               .code = row.code,
                               .name = {row.name, row.name_en},
                               .valid_from = row.valid_from,
                               .valid_to = row.valid_to});
    }
    *ret_subjects = subjects.items;
    *ret_n = subjects.n;
    return OK;
}

Err subject_registered_at(Cx *cx, Str facility, size_t most, const Subject **ret_subjects,
                          size_t *ret_n)
{
    Err err = parts_work(cx, facility, most, ret_subjects, ret_n);
    return err == OK ? OK : cx_fail_db(cx, err);
}

enum { BATCH = 10 };

static Err read_batch(Cx *cx, const Uuid *ids, size_t n, Subject *subjects)
{
    Uuid p[BATCH] = {0};
    for (size_t i = 0; i < n; i++)
        p[i] = ids[i];
    const RegisterBriefsIn in = {cx->place, p[0], p[1], p[2], p[3], p[4],
                                 p[5],      p[6], p[7], p[8], p[9]};
    CLEANUP(db_rows_close) DbRows rows = {0};
    TRY(register_briefs_open(cx->db, &in, &rows));
    for (;;) {
        RegisterBriefsRow row;
        bool has_row = false;
        TRY(register_briefs_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        const Subject subject = {.id = row.id,
                                 .kind = row.kind,
                                 .code = row.code,
                                 .name = {row.name, row.name_en},
                                 .valid_from = row.valid_from,
                                 .valid_to = row.valid_to};
        for (size_t i = 0; i < n; i++) /* a list may name a subject twice */
            if (uuid_equals(ids[i], subject.id))
                subjects[i] = subject;
    }
}

Err subject_briefs(Cx *cx, const Uuid *ids, size_t n, const Subject **ret_subjects)
{
    Subject *subjects = arena_array(cx->arena, Subject, n + 1);
    for (size_t from = 0; from < n; from += BATCH) {
        size_t batch = n - from < BATCH ? n - from : BATCH;
        Err err = read_batch(cx, ids + from, batch, subjects + from);
        if (err != OK)
            return cx_fail_db(cx, err);
    }
    *ret_subjects = subjects;
    return OK;
}

static Err name_of(Cx *cx, Str kind, Str name, Wording *ret_name)
{
    Uuid id = UUID_NIL;
    *ret_name = (Wording){name, name};
    if (uuid_parse(name, &id) == OK) {
        Subject subject = {0};
        TRY(read_batch(cx, &id, 1, &subject));
        if (str_equals(subject.kind, kind))
            *ret_name = subject.name;
        return OK;
    }
    const RegisterNameIn in = {cx->place, kind, name};
    RegisterNameRow row;
    bool found = false;
    TRY(register_name(cx->db, cx->arena, &in, &row, &found));
    if (found)
        *ret_name = (Wording){row.name, row.name_en};
    return OK;
}

Err subject_name_of(Cx *cx, Str kind, Str name, Wording *ret_name)
{
    Err err = name_of(cx, kind, name, ret_name);
    return err == OK ? OK : cx_fail_db(cx, err);
}

Err subject_kind_of(Cx *cx, Uuid id, Str *ret_kind)
{
    const RegisterKindIn in = {cx->place, id};
    RegisterKindRow row;
    bool found = false;
    TRY(register_kind(cx->db, cx->arena, &in, &row, &found));
    *ret_kind = found ? row.kind : STR("");
    return OK;
}

static Err is_there(Cx *cx, Str kind, Str name, Date day, bool *ret_is_there)
{
    Uuid id = UUID_NIL;
    if (uuid_parse(name, &id) == OK) {
        Subject subject;
        TRY(find(cx, id, ret_is_there, &subject));
        *ret_is_there = *ret_is_there && str_equals(subject.kind, kind);
        return OK;
    }
    const RegisterInForceIn in = {cx->place, kind, name, day};
    RegisterInForceRow row;
    return register_in_force(cx->db, cx->arena, &in, &row, ret_is_there);
}

Err subject_is_there(Cx *cx, Str kind, Str name, Date day, bool *ret_is_there)
{
    Err err = is_there(cx, kind, name, day, ret_is_there);
    return err == OK ? OK : cx_fail_db(cx, err);
}

static Err entries_work(Cx *cx, Str kind, const SubjectEntry **ret_entries, size_t *ret_n)
{
    VEC(SubjectEntry) entries = {0};
    CLEANUP(db_rows_close) DbRows rows = {0};
    const RegisterEntriesKnownIn in = {cx->place, kind, place_day(cx)};
    TRY(register_entries_known_open(cx->db, &in, &rows));
    for (;;) {
        RegisterEntriesKnownRow row;
        bool has_row = false;
        TRY(register_entries_known_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            break;
        SubjectParty *owner = arena_new(cx->arena, SubjectParty);
        *owner = (SubjectParty){STR(""), row.owner, STR("")};
        VEC_PUSH(cx->arena, &entries,
                 ((SubjectEntry){.subject = row.subject_id,
                                 .record = row.record_id,
                                 .kind = kind,
                                 .code = row.code,
                                 .name = row.name,
                                 .valid_from = row.valid_from,
                                 .valid_to = row.valid_to,
                                 .parties = owner,
                                 .party_n = 1}));
    }
    *ret_entries = entries.items;
    *ret_n = entries.n;
    return OK;
}

Err subject_entries_known(Cx *cx, Str kind, const SubjectEntry **ret_entries, size_t *ret_n)
{
    Err err = entries_work(cx, kind, ret_entries, ret_n);
    return err == OK ? OK : cx_fail_db(cx, err);
}
