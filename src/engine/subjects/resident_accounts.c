/* Accounts of residents: who sees his own record, and the guardian who sees a minor's. An account
 * is tied to the person by a relation alone (access_relation), so that it sees that one person and
 * nobody else, follows a merge, and ends by its day. Nothing of the person stands in the account:
 * its name is its login, which is made here. */
#include <stdlib.h>

#include "access/access.h"
#include "base/map.h"
#include "engine/policy/policy_values.h"
#include "engine/subjects/places_int.h"
#include "engine/subjects/residents.h"
#include "engine/subjects/subjects_int.h"

enum {
    MONTHS_A_YEAR = 12,
    LOGIN_NUMBERS = 100000000,
    SHEET_ROWS_MOST = 500, /* each is a password to be hashed while the caller waits */
};

typedef struct {
    const Role *role;
    Resident resident;
    Account account;
    Str password_hash; /* empty: the account was there */
    Relation relation;
    FirstPassword first;
} Giving;

static const Role *role_of_residents(const Cx *cx)
{
    for (size_t i = 0; cx->packs != NULL && i < cx->packs->roles.n; i++) {
        const Role *role = cx->packs->roles.entries[i].value;
        if ((role->relations & RELATION_SELF) != 0)
            return role;
    }
    return NULL;
}

static Str number_text(Cx *cx, int64_t number)
{
    return str_printf(cx->arena, "%lld", (long long)number);
}

static Err open_resident(Cx *cx, Uuid id, Resident *ret_resident)
{
    TRY(resident_require_home(cx, &id));
    Err err = resident_read_batch(cx, &id, 1, ret_resident);
    if (err != OK)
        return cx_fail_db(cx, err);
    if (!date_is_none(ret_resident->died_on))
        return cx_fail(cx, ERR_INVALID, TEXT_RESIDENT_IS_DEAD, STR("/id"), 0);
    if (date_is_none(ret_resident->birth_date))
        return cx_fail(cx, ERR_INVALID, TEXT_RESIDENT_AGE_UNKNOWN, STR("/id"), 0);
    return OK;
}

/* Under which account a person sees himself today. */
static Err refuse_second(Cx *cx, Uuid resident)
{
    const RelationInfo *relations = NULL;
    size_t n = 0;
    TRY(relation_list(cx, resident, &relations, &n));
    for (size_t i = 0; i < n; i++) {
        Account account;
        Uuid id;
        if (relations[i].kind != RELATION_SELF || date_compare(relations[i].until, cx->today) < 0
            || !relation_holder_account(relations[i].holder, &id))
            continue;
        TRY(account_open(cx, id, &account));
        return cx_fail(cx, ERR_CONFLICT, TEXT_RESIDENT_HAS_ACCOUNT, STR("/id"), 1, account.login);
    }
    return OK;
}

/* The same answer for a login that nobody has. */
static Err open_guardian(Cx *cx, Str login, const Role *role, Account *ret_account)
{
    size_t problems = cx->problem_n;
    Err err = account_find(cx, login, ret_account);
    if (err != OK && err != ERR_NOT_FOUND)
        return err;
    if (err == OK && str_equals(ret_account->role, role->id))
        return OK;
    cx->problem_n = problems;
    return cx_fail(cx, ERR_INVALID, TEXT_GUARDIAN_LOGIN, STR("/guardian_login"), 1, login);
}

static Err check_age(Cx *cx, const ResidentAccount *ask, Giving *giving)
{
    int64_t years = 0;
    Date birth = giving->resident.birth_date;
    TRY(policy_whole_on(cx, STR("guardian_years"), cx->today, &years));
    bool has_guardian = ask->guardian.n > 0 || ask->guardian_login.n > 0;
    bool is_minor = date_age_years(birth, cx->today) < years;
    if (is_minor && !has_guardian)
        return cx_fail(cx, ERR_INVALID, TEXT_RESIDENT_IS_MINOR, STR("/guardian"), 1,
                       number_text(cx, years));
    if (!is_minor && has_guardian)
        return cx_fail(cx, ERR_INVALID, TEXT_RESIDENT_IS_ADULT, STR("/guardian"), 1,
                       number_text(cx, years));
    Date of_age = date_add_months(birth, (int)years * MONTHS_A_YEAR);
    giving->relation.kind = is_minor ? RELATION_GUARDIAN : RELATION_SELF;
    giving->relation.until = is_minor ? date_add_days(of_age, -1) : date_from_ymd(9999, 12, 31);
    return OK;
}

static Err check_facility(Cx *cx, Str facility)
{
    TRY(facility_require_known(cx, facility));
    return cx->actor->is_system
               ? OK
               : access_require_below(cx, STR("residents.account"), facility, STR("/facility"));
}

static Err check(Cx *cx, const ResidentAccount *ask, Giving *giving)
{
    *giving = (Giving){.role = role_of_residents(cx)};
    if (giving->role == NULL)
        return cx_fail(cx, ERR_INVALID, TEXT_RESIDENT_ROLE_NONE, (Str){0}, 0);
    TRY(open_resident(cx, ask->resident, &giving->resident));
    TRY(check_age(cx, ask, giving));
    giving->relation.subject = giving->resident.id;
    giving->relation.source = cx_new_id(cx);
    giving->relation.from = cx->today;
    if (ask->guardian_login.n > 0)
        return open_guardian(cx, ask->guardian_login, giving->role, &giving->account);
    if (giving->relation.kind == RELATION_SELF)
        TRY(refuse_second(cx, giving->resident.id));
    giving->account =
        (Account){.id = cx_new_id(cx),
                  .role = giving->role->id,
                  .facility = ask->facility.n > 0 ? ask->facility : cx->actor->facility,
                  .must_change = true};
    giving->first.name = ask->guardian.n > 0 ? ask->guardian : giving->resident.name;
    return check_facility(cx, giving->account.facility);
}

/* Letter and digits, of chance: says nothing of whose it is. made: logins of the same write. */
static Err make_login(Cx *cx, const Map *made, Str *ret_login)
{
    for (bool is_free = false; !is_free;) {
        const Uuid id = cx_new_id(cx);
        uint64_t number = 0;
        for (size_t i = sizeof id.bytes / 2 + 1; i < sizeof id.bytes; i++)
            number = number << 8 | id.bytes[i];
        *ret_login = str_printf(cx->arena, "j%08llu", (unsigned long long)(number % LOGIN_NUMBERS));
        TRY(account_login_is_free(cx, *ret_login, &is_free));
        is_free = is_free && map_get(made, *ret_login) == NULL;
    }
    return OK;
}

static Err name_facility(Cx *cx, Str code, FirstPassword *first)
{
    const Facility *facilities = NULL;
    size_t n = 0;
    TRY(subject_facilities(cx, &facilities, &n));
    const Facility *town = facility_township(facilities, n, code);
    first->facility = code;
    for (size_t i = 0; i < n; i++) {
        if (str_equals(facilities[i].code, code))
            first->facility = facilities[i].name;
    }
    first->township = town == NULL ? first->facility : town->name;
    return OK;
}

/* Before anything is written, so that the writer waits for no hash. */
static Err make_first(Cx *cx, Map *made, Giving *giving)
{
    bool is_there = giving->account.login.n > 0;
    if (!is_there) {
        TRY(make_login(cx, made, &giving->account.login));
        map_put(made, giving->account.login, giving);
        giving->account.name = giving->account.login;
        TRY(account_first_password(cx, &giving->first.password, &giving->password_hash));
    }
    giving->relation.account = giving->account.id;
    giving->first.login = giving->account.login;
    return name_facility(cx, giving->account.facility, &giving->first);
}

static Err store(Cx *cx, const Giving *giving)
{
    if (giving->password_hash.n > 0) {
        if (giving->relation.kind == RELATION_SELF)
            TRY(refuse_second(cx, giving->resident.id));
        TRY(account_add_hashed(cx, &giving->account, giving->password_hash));
    }
    return relation_grant(cx, &giving->relation);
}

static Err give_work(Cx *cx, void *arg)
{
    return store(cx, arg);
}

Err resident_account_give(Cx *cx, const ResidentAccount *account, FirstPassword *ret_first)
{
    Giving giving;
    Map made;
    map_init(&made, cx->arena);
    TRY(access_require(cx, STR("residents.account")));
    TRY(check(cx, account, &giving));
    TRY(make_first(cx, &made, &giving));
    TRY(cx_write(cx, give_work, &giving));
    *ret_first = giving.first;
    return OK;
}

/* ---- by sheet ---- */

enum { NAME, ID_NUMBER, FACILITY, GUARDIAN, GUARDIAN_LOGIN, COLUMNS };

static const SheetColumn columns[COLUMNS] = {
    {"name", "姓名", SHEET_TEXT, true},
    {"id_number", "证件号码", SHEET_TEXT, true},
    {"facility", "机构", SHEET_TEXT, true},
    {"guardian", "监护人", SHEET_TEXT, false},
    {"guardian_login", "监护人账号", SHEET_TEXT, false},
};

const SheetShape resident_accounts_shape = {columns, COLUMNS};

typedef struct {
    Giving *givings;
    size_t n;
    Map adults; /* number -> SheetRow * of those who get an account of their own */
    Map logins; /* login -> Giving * of the accounts that are made */
} Sheet;

/* Number and name together, so that a sheet cannot be used to ask who has a number. */
static Err find_person(Cx *cx, const SheetRow *row, Str number, Uuid *ret_id)
{
    Resident resident = {.id = UUID_NIL};
    Uuid id = UUID_NIL;
    Err err = resident_find_number(cx, access_scope(cx), number, &id);
    if (err == OK && !uuid_is_nil(id))
        err = resident_person(cx, &id);
    if (err == OK)
        err = resident_read_batch(cx, &id, 1, &resident);
    bool is_named = !uuid_is_nil(resident.id)
                    && str_equals(name_normalised(cx->arena, resident.name),
                                  name_normalised(cx->arena, row->texts[NAME]));
    *ret_id = is_named ? id : UUID_NIL;
    return err == OK ? OK : cx_fail_db(cx, err);
}

static Err take_row(Cx *cx, const SheetTable *table, SheetRow *row, Sheet *sheet)
{
    Str number = number_normalised(cx->arena, row->texts[ID_NUMBER]);
    ResidentAccount ask = {.facility = row->texts[FACILITY],
                           .guardian = row->texts[GUARDIAN],
                           .guardian_login = row->texts[GUARDIAN_LOGIN]};
    const SheetRow *twin = map_get(&sheet->adults, number);
    TRY(find_person(cx, row, number, &ask.resident));
    if (twin != NULL && ask.guardian.n == 0 && ask.guardian_login.n == 0)
        sheet_fault(cx, table, row, ID_NUMBER, TEXT_SHEET_TWICE, 1,
                    number_text(cx, (int64_t)twin->line));
    else if (uuid_is_nil(ask.resident))
        sheet_fault(cx, table, row, ID_NUMBER, TEXT_RESIDENT_NAME_DIFFERS, 0);
    if (row->is_bad)
        return OK;
    size_t problems = cx->problem_n;
    Giving *giving = &sheet->givings[sheet->n];
    Err err = check(cx, &ask, giving);
    if (err != OK && cx->problem_n == problems)
        return err;
    if (err != OK) {
        sheet_retell(cx, table, row, problems);
        return OK;
    }
    if (giving->relation.kind == RELATION_SELF)
        map_put(&sheet->adults, number, row);
    sheet->n++;
    return OK;
}

static Err store_work(Cx *cx, void *arg)
{
    const Sheet *sheet = arg;
    for (size_t i = 0; i < sheet->n; i++)
        TRY(store(cx, &sheet->givings[i]));
    return OK;
}

static int by_township(const void *left, const void *right)
{
    const FirstPassword *a = left, *b = right;
    int order = str_compare(a->township, b->township);
    if (order == 0)
        order = str_compare(a->facility, b->facility);
    return order != 0 ? order : str_compare(a->login, b->login);
}

Err resident_accounts_put(Cx *cx, const SheetTable *table, bool is_dry_run,
                          const FirstPassword **ret_passwords, size_t *ret_password_n)
{
    TRY(access_require(cx, STR("residents.account")));
    if (table->n > SHEET_ROWS_MOST)
        return cx_fail(cx, ERR_INVALID, TEXT_SHEET_ROWS, STR("/rows"), 2,
                       number_text(cx, (int64_t)table->n), number_text(cx, SHEET_ROWS_MOST));
    Sheet sheet = {.givings = arena_array(cx->arena, Giving, table->n + 1)};
    FirstPassword *passwords = arena_array(cx->arena, FirstPassword, table->n + 1);
    size_t n = 0;
    map_init(&sheet.adults, cx->arena);
    map_init(&sheet.logins, cx->arena);
    for (size_t i = 0; i < table->n; i++) {
        if (!table->rows[i].is_bad)
            TRY(take_row(cx, table, &table->rows[i], &sheet));
    }
    TRY(sheet_verdict(table));
    if (!is_dry_run) {
        for (size_t i = 0; i < sheet.n; i++) {
            TRY(make_first(cx, &sheet.logins, &sheet.givings[i]));
            if (sheet.givings[i].first.password.n > 0)
                passwords[n++] = sheet.givings[i].first;
        }
        TRY(cx_write(cx, store_work, &sheet));
    }
    if (n > 0)
        qsort(passwords, n, sizeof *passwords, by_township);
    *ret_passwords = passwords;
    *ret_password_n = n;
    return OK;
}

/* ---- whom an account is for ---- */

Err resident_own(Cx *cx, const OwnResident **ret_residents, size_t *ret_n)
{
    const RelationHeld *held = NULL;
    const ResidentBrief *briefs = NULL;
    size_t n = 0, kept = 0;
    TRY(access_require(cx, STR("residents.own")));
    TRY(relation_held(cx, RELATION_SELF | RELATION_GUARDIAN, &held, &n));
    OwnResident *own = arena_array(cx->arena, OwnResident, n + 1);
    Uuid *ids = arena_array(cx->arena, Uuid, n + 1);
    for (size_t i = 0; i < n; i++) {
        Uuid person = held[i].subject;
        TRY(resident_person(cx, &person));
        size_t at = 0;
        while (at < kept && !uuid_equals(ids[at], person))
            at++;
        if (at < kept)
            continue; /* two entries that are one person by now */
        ids[kept] = person;
        own[kept++] = (OwnResident){.kind = held[i].kind, .until = held[i].until};
    }
    TRY(resident_briefs(cx, ids, kept, &briefs));
    for (size_t i = 0; i < kept; i++)
        own[i].who = briefs[i];
    *ret_residents = own;
    *ret_n = kept;
    return audit_add(cx, &(AuditEntry){.action = STR("resident.own"),
                                       .detail = str_printf(cx->arena, "rows %zu", kept)});
}
