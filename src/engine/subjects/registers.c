/* The rows of subjects that are not residents: kept up with the registers of places and staff, and
 * with the records of register forms. */
#include "engine/subjects/registers.h"

#include <string.h>

#include "access/access.h"
#include "base/os_crypto.h"
#include "base/vec.h"
#include "engine/subjects/places.h"
#include "engine/subjects/registers_sql.h"

enum { VERSION_AT = 6, VARIANT_AT = 8 };

static const SubjectHook *installed_hooks;

void subject_set_hooks(const SubjectHook *hooks)
{
    installed_hooks = hooks;
}

Err subject_hooks_run(Cx *cx, Uuid subject, Str kind)
{
    for (const SubjectHook *hook = installed_hooks; hook != NULL && *hook != NULL; hook++)
        TRY((*hook)(cx, subject, kind));
    return OK;
}

Uuid subject_id_of(Str place, Str kind, Str code)
{
    const Str parts[] = {place, kind, code};
    Sha256Stream stream;
    sha256_begin(&stream);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        sha256_add(&stream, parts[i]);
        sha256_add(&stream, STR("\n"));
    }
    Sha256 hash = sha256_end(&stream);
    Uuid id;
    memcpy(id.bytes, hash.bytes, sizeof id.bytes);
    id.bytes[VERSION_AT] = (uint8_t)(0x80 | (id.bytes[VERSION_AT] & 0x0f)); /* version 8 */
    id.bytes[VARIANT_AT] = (uint8_t)(0x80 | (id.bytes[VARIANT_AT] & 0x3f));
    return id;
}

Str subject_desk(Arena *arena, Str place, Str facility)
{
    return str_printf(arena, "%.*s/%.*s", STR_ARG(place), STR_ARG(facility));
}

Err subject_desks(Cx *cx, Str facility, const Str **ret_desks, size_t *ret_n)
{
    const Facility *facilities = NULL;
    size_t n = 0;
    TRY(subject_facilities(cx, &facilities, &n));
    VEC(Str) desks = {0};
    for (size_t i = 0; i < n; i++) {
        if (facility_stands_below(facilities, n, facilities[i].code, facility))
            VEC_PUSH(cx->arena, &desks, subject_desk(cx->arena, cx->place, facilities[i].code));
    }
    *ret_desks = desks.items;
    *ret_n = desks.n;
    return OK;
}

/* ---- writing ---- */

static Err write_subject(Cx *cx, const Subject *subject)
{
    const RegisterWriteIn in = {.place = cx->place,
                                .id = subject->id,
                                .kind = subject->kind,
                                .code = subject->code,
                                .name = subject->name.zh,
                                .name_en = subject->name.en.p == NULL ? STR("") : subject->name.en,
                                .valid_from = subject->valid_from,
                                .valid_to = subject->valid_to};
    TRY(register_write(cx->db, &in, NULL));
    TRY(register_party_clear(cx->db, &(RegisterPartyClearIn){cx->place, subject->id}, NULL));
    for (size_t i = 0; i < subject->party_n; i++) {
        const SubjectParty *party = &subject->parties[i];
        const RegisterPartyWriteIn row = {
            cx->place, subject->id, party->field, party->facility,
            party->facility.n == 0 ? party->area
                                   : subject_desk(cx->arena, cx->place, party->facility)};
        TRY(register_party_write(cx->db, &row, NULL));
    }
    return subject_hooks_run(cx, subject->id, subject->kind);
}

typedef VEC(Subject) Subjects;

static Err write_all(Cx *cx, const Subjects *subjects)
{
    for (size_t i = 0; i < subjects->n; i++)
        TRY(write_subject(cx, &subjects->items[i]));
    return OK;
}

static Subject place_subject(Cx *cx, Str kind, const RegisterFacilityChangedRow *row)
{
    bool is_area = str_equals_c(kind, "area");
    SubjectParty *party = arena_new(cx->arena, SubjectParty);
    *party = (SubjectParty){STR(""), is_area ? STR("") : row->code, row->code};
    return (Subject){.id = subject_id_of(cx->place, kind, row->code),
                     .kind = kind,
                     .code = row->code,
                     .name = {row->name, row->name_en},
                     .valid_from = row->valid_from,
                     .valid_to = row->valid_to,
                     .parties = party,
                     .party_n = 1};
}

static Err read_facilities(Cx *cx, Str code, Subjects *subjects)
{
    CLEANUP(db_rows_close) DbRows rows = {0};
    const RegisterFacilityChangedIn in = {cx->place, code};
    TRY(register_facility_changed_open(cx->db, &in, &rows));
    for (;;) {
        RegisterFacilityChangedRow row;
        bool has_row = false;
        TRY(register_facility_changed_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        VEC_PUSH(cx->arena, subjects, place_subject(cx, STR("facility"), &row));
    }
}

static Err read_areas(Cx *cx, Str code, Subjects *subjects)
{
    CLEANUP(db_rows_close) DbRows rows = {0};
    const RegisterAreaChangedIn in = {cx->place, code};
    TRY(register_area_changed_open(cx->db, &in, &rows));
    for (;;) {
        RegisterAreaChangedRow row;
        bool has_row = false;
        TRY(register_area_changed_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        const RegisterFacilityChangedRow same = {row.code, row.name, row.name_en, row.valid_from,
                                                 row.valid_to};
        VEC_PUSH(cx->arena, subjects, place_subject(cx, STR("area"), &same));
    }
}

static Err read_staff(Cx *cx, Str code, Subjects *subjects)
{
    CLEANUP(db_rows_close) DbRows rows = {0};
    const RegisterStaffChangedIn in = {cx->place, code};
    TRY(register_staff_changed_open(cx->db, &in, &rows));
    for (;;) {
        RegisterStaffChangedRow row;
        bool has_row = false;
        TRY(register_staff_changed_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        SubjectParty *party = arena_new(cx->arena, SubjectParty);
        *party = (SubjectParty){STR(""), row.facility, STR("")};
        VEC_PUSH(cx->arena, subjects,
                 (Subject){.id = row.id,
                           .kind = STR("staff"),
                           .code = row.code,
                           .name = {row.name, {0}},
                           .valid_from = row.valid_from,
                           .valid_to = row.valid_to,
                           .parties = party,
                           .party_n = 1});
    }
}

/* What the row of a subject does not say may have changed too: kind, licence, level. */
static Err tell(Cx *cx, Str kind, Str code)
{
    return code.n == 0 ? OK : subject_hooks_run(cx, subject_id_of(cx->place, kind, code), kind);
}

Err subject_facilities_follow(Cx *cx, Str code)
{
    Subjects subjects = {0};
    TRY(read_facilities(cx, code, &subjects));
    TRY(write_all(cx, &subjects));
    return subjects.n > 0 ? OK : tell(cx, STR("facility"), code);
}

Err subject_areas_follow(Cx *cx, Str code)
{
    Subjects subjects = {0};
    TRY(read_areas(cx, code, &subjects));
    TRY(write_all(cx, &subjects));
    return subjects.n > 0 ? OK : tell(cx, STR("area"), code);
}

Err subject_staff_follow(Cx *cx, Str code)
{
    Subjects subjects = {0};
    TRY(read_staff(cx, code, &subjects));
    return write_all(cx, &subjects);
}

static Err follow_work(Cx *cx, void *arg)
{
    (void)arg;
    TRY(subject_facilities_follow(cx, STR("")));
    TRY(subject_areas_follow(cx, STR("")));
    return subject_staff_follow(cx, STR(""));
}

Err subject_registers_follow(Cx *cx)
{
    Err err = cx_write(cx, follow_work, NULL);
    return err == OK ? OK : cx_fail_db(cx, err);
}

/* ---- entries of register forms ---- */

static Err read_entry_parties(Cx *cx, Uuid record, const SubjectParty **ret_parties, size_t *ret_n)
{
    VEC(SubjectParty) parties = {0};
    CLEANUP(db_rows_close) DbRows rows = {0};
    const RegisterEntryPartiesIn in = {cx->place, record};
    TRY(register_entry_parties_open(cx->db, &in, &rows));
    for (;;) {
        RegisterEntryPartiesRow row;
        bool has_row = false;
        TRY(register_entry_parties_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            break;
        VEC_PUSH(cx->arena, &parties, (SubjectParty){row.field, row.facility, STR("")});
    }
    *ret_parties = parties.items;
    *ret_n = parties.n;
    return OK;
}

/* Makes the row what the newest current entry says. */
static Err derive(Cx *cx, Uuid id, Str kind)
{
    const RegisterEntryNewestIn in = {cx->place, id};
    RegisterEntryNewestRow row;
    bool found = false;
    TRY(register_entry_newest(cx->db, cx->arena, &in, &row, &found));
    if (!found) {
        TRY(register_close(cx->db, &(RegisterCloseIn){cx->place, id}, NULL));
        return subject_hooks_run(cx, id, kind);
    }
    Subject subject = {.id = id,
                       .kind = row.kind,
                       .code = row.code,
                       .name = {row.name, {0}},
                       .valid_from = row.valid_from,
                       .valid_to = row.valid_to};
    TRY(read_entry_parties(cx, row.record_id, &subject.parties, &subject.party_n));
    return write_subject(cx, &subject);
}

static Err check_code(Cx *cx, const SubjectEntry *entry)
{
    if (entry->code.n == 0)
        return OK;
    const RegisterCodeTakenIn in = {cx->place, entry->kind, entry->code, entry->subject};
    RegisterCodeTakenRow row;
    bool found = false;
    TRY(register_code_taken(cx->db, cx->arena, &in, &row, &found));
    return found
               ? cx_fail(cx, ERR_CONFLICT, TEXT_SUBJECT_CODE_TAKEN, STR("/answers"), 1, entry->code)
               : OK;
}

Err subject_entry_put(Cx *cx, const SubjectEntry *entry)
{
    TRY(check_code(cx, entry));
    const RegisterEntryWriteIn in = {.place = cx->place,
                                     .subject_id = entry->subject,
                                     .happened_on = entry->happened_on,
                                     .record_id = entry->record,
                                     .kind = entry->kind,
                                     .code = entry->code,
                                     .name = entry->name,
                                     .valid_from = entry->valid_from,
                                     .valid_to = entry->valid_to,
                                     .recorded_on = entry->recorded_on};
    TRY(register_entry_write(cx->db, &in, NULL));
    for (size_t i = 0; i < entry->party_n; i++) {
        const RegisterEntryPartyWriteIn party = {cx->place, entry->record, entry->parties[i].field,
                                                 entry->parties[i].facility};
        TRY(register_entry_party_write(cx->db, &party, NULL));
    }
    return derive(cx, entry->subject, entry->kind);
}

Err subject_entry_end(Cx *cx, Uuid subject, Uuid record, Date ended_on)
{
    const RegisterEntryEndIn in = {cx->place, subject, record, ended_on};
    Str kind = {0};
    TRY(register_entry_end(cx->db, &in, NULL));
    TRY(subject_kind_of(cx, subject, &kind));
    return derive(cx, subject, kind);
}
