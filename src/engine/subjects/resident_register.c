/* Registering a resident: what the draft says is checked, a newborn without a name is named after
 * his mother, the next record number of the committee is given out. What an identity card says
 * otherwise is asked (resident_document.c), and what was confirmed is written down. */
#include "access/access.h"
#include "base/utf8.h"
#include "engine/subjects/places_int.h"
#include "engine/subjects/residents_sql.h"
#include "engine/subjects/subjects_int.h"

enum { NAME_MOST = 50, YEAR_LEAST = 1850, SERIAL_MOST = 99999, COMMITTEE_DIGITS = 12 };

typedef struct Registration {
    Resident resident;
    Str confirmed; /* keys of the questions that were asked and confirmed; empty: none was asked */
    bool was_known;
} Registration;

static Err check_name(Cx *cx, Resident *resident, Str mother)
{
    if (resident->name.n == 0 && mother.n > 0) {
        const char *child = str_equals_c(resident->sex, "1")   ? "之男"
                            : str_equals_c(resident->sex, "2") ? "之女"
                                                               : "之婴";
        resident->name = str_printf(cx->arena, "%.*s%s", STR_ARG(mother), child);
    }
    if (resident->name.n == 0)
        return cx_fail(cx, ERR_INVALID, TEXT_RESIDENT_NAME_MISSING, STR("/name"), 0);
    if (utf8_length(resident->name) > NAME_MOST)
        return cx_fail(cx, ERR_INVALID, TEXT_RESIDENT_NAME_LONG, STR("/name"), 1,
                       str_printf(cx->arena, "%d", NAME_MOST));
    Str rest = resident->name;
    for (uint32_t code = 0; utf8_next(&rest, &code);) {
        if (code < ' ' || code == 0x7f)
            return cx_fail(cx, ERR_INVALID, TEXT_RESIDENT_NAME_CHARACTERS, STR("/name"), 0);
    }
    return OK;
}

static Err check_birth(Cx *cx, Resident *resident)
{
    const Date first = date_from_ymd(YEAR_LEAST, 1, 1);
    char from[DATE_TEXT_SIZE], to[DATE_TEXT_SIZE];
    Str first_text = str_from_c(date_format(first, from));
    Str last_text = str_from_c(date_format(cx->today, to));
    if (!date_is_none(resident->birth_date)) {
        if (date_compare(resident->birth_date, cx->today) > 0
            || date_compare(resident->birth_date, first) < 0)
            return cx_fail(cx, ERR_INVALID, TEXT_RESIDENT_BIRTH_DATE, STR("/birth_date"), 2,
                           first_text, last_text);
        resident->birth_year = 0;
        return OK;
    }
    int64_t year = resident->birth_year;
    if (year == 0)
        return OK;
    bool is_past = year <= 9999 && date_compare(date_from_ymd((int)year, 1, 1), cx->today) <= 0;
    return year >= YEAR_LEAST && is_past
               ? OK
               : cx_fail(cx, ERR_INVALID, TEXT_RESIDENT_BIRTH_YEAR, STR("/birth_year"), 2,
                         str_slice(first_text, 0, 4), str_slice(last_text, 0, 4));
}

static Err check_sex(Cx *cx, const Resident *resident)
{
    static const char *const sexes[] = {"0", "1", "2", "9"}; /* GB/T 2261.1 */
    for (size_t i = 0; i < sizeof sexes / sizeof *sexes; i++) {
        if (str_equals_c(resident->sex, sexes[i]))
            return OK;
    }
    return cx_fail(cx, ERR_INVALID, TEXT_RESIDENT_SEX, STR("/sex"), 0);
}

Err resident_relation_check(Cx *cx, Str relation)
{
    return relation.n == 0 || place_code_listed(cx, "household_relation", relation)
               ? OK
               : cx_fail(cx, ERR_INVALID, TEXT_RESIDENT_RELATION, STR("/relation"), 2, relation,
                         place_codes(cx, "household_relation"));
}

static Err check_area(Cx *cx, const Resident *resident)
{
    bool is_found = false;
    TRY(resident_area_check(cx, resident->area));
    if (uuid_is_nil(resident->household))
        return OK;
    ResidentHouseholdOfIn household = {.place = cx->place, .id = resident->household};
    ResidentHouseholdOfRow row;
    TRY(resident_household_of(cx->db, cx->arena, &household, &row, &is_found));
    return is_found && str_equals(row.area_code, resident->area)
               ? OK
               : cx_fail(cx, ERR_INVALID, TEXT_HOUSEHOLD_ELSEWHERE, STR("/household"), 0);
}

static Err give_number(Cx *cx, Resident *resident)
{
    Str committee = str_slice(resident->area, 0, COMMITTEE_DIGITS);
    ResidentNumberLastIn in = {.place = cx->place,
                               .number_from = committee,
                               .number_after = str_printf(cx->arena, "%.*s:", STR_ARG(committee))};
    ResidentNumberLastRow row;
    TRY(resident_number_last(cx->db, cx->arena, &in, &row));
    int64_t serial = 0;
    for (size_t i = COMMITTEE_DIGITS; i < row.number.n; i++)
        serial = serial * 10 + (row.number.p[i] - '0');
    if (serial >= SERIAL_MOST)
        return OK; /* the id stands for him until numbers are free */
    return record_number_make(str_slice(committee, 0, 6), str_slice(committee, 6, 9),
                              str_slice(committee, 9, 12), serial + 1, cx->arena,
                              &resident->record_number);
}

/* In sight only: whoever else has the number is found as a duplicate by those who see both. */
static Err refuse_known_number(Cx *cx, const Resident *resident)
{
    if (resident->id_number.n == 0)
        return OK;
    Str number = resident_id_number(cx, resident);
    Token token = token_of_id_number(cx->keys, cx->arena, number_normalised(cx->arena, number));
    ResidentTokenFindOneIn in = {.place = cx->place,
                                 .token = {(const char *)token.bytes, TOKEN_SIZE}};
    ResidentTokenFindOneRow ignored;
    bool is_found = false;
    TRY(resident_token_find_one(cx->db, access_scope(cx), cx->arena, &in, &ignored, &is_found));
    return is_found ? cx_fail(cx, ERR_CONFLICT, TEXT_RESIDENT_NUMBER_KNOWN, STR("/id_number"), 0)
                    : OK;
}

static Err register_work(Cx *cx, void *arg)
{
    Registration *registration = arg;
    Resident *resident = &registration->resident;
    Resident stored;
    int64_t rev = 0;
    TRY(resident_rev_next(cx, &rev)); /* two at once do not get one number */
    TRY(resident_read_system(cx, resident->id, &registration->was_known, &stored));
    if (registration->was_known) {
        resident->record_number = stored.record_number;
        return resident_add(cx, resident);
    }
    TRY(check_area(cx, resident));
    TRY(refuse_known_number(cx, resident));
    TRY(give_number(cx, resident));
    TRY(resident_add(cx, resident));
    if (registration->confirmed.n == 0)
        return OK;
    const AuditEntry entry = {.action = STR("resident.confirm"),
                              .subject = resident->id,
                              .detail = registration->confirmed};
    return audit_add(cx, &entry);
}

Err resident_register(Cx *cx, const ResidentDraft *draft, Resident *ret_resident,
                      bool *ret_was_known)
{
    TRY(access_require(cx, STR("residents.write")));
    Registration registration = {.resident = draft->resident};
    Resident *resident = &registration.resident;
    if (uuid_is_nil(resident->id))
        return cx_fail(cx, ERR_INVALID, TEXT_FIELD_REQUIRED, STR("/id"), 1, STR("id"));
    resident->name = str_trim(resident->name);
    TRY(resident_document_check(cx, resident));
    TRY(check_sex(cx, resident));
    TRY(check_name(cx, resident, str_trim(draft->mother_name)));
    TRY(check_birth(cx, resident));
    if (date_is_none(resident->registered_on))
        resident->registered_on = cx->today;
    if (date_compare(resident->registered_on, cx->today) > 0)
        return cx_fail(cx, ERR_INVALID, TEXT_RESIDENT_REGISTERED_AHEAD, STR("/registered_on"), 0);
    TRY(resident_relation_check(cx, resident->relation));
    TRY(resident_card_ask(cx, draft, resident, &registration.confirmed));
    resident->died_on = resident->left_on = DATE_NONE;
    resident->merged_into = UUID_NIL;
    resident->id_number = resident_id_number(cx, resident);
    TRY(cx_write(cx, register_work, &registration));
    *ret_resident = *resident;
    *ret_was_known = registration.was_known;
    return OK;
}
