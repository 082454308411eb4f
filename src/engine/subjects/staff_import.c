/* Staff from a sheet, and the accounts of those who log in, with first passwords. Hashes are made
 * before anything is written, so that the writer waits for none. */
#include "engine/subjects/staff_int.h"

#include <stdlib.h>

#include "access/access.h"
#include "base/map.h"
#include "base/vec.h"
#include "engine/subjects/places_int.h"
#include "engine/subjects/places_sql.h"
#include "expr/identity.h"
#include "pack/pack.h"

enum {
    CODE,
    NAME,
    SEX,
    BIRTH,
    FACILITY,
    POST,
    EMPLOYMENT,
    FROM,
    TO,
    QUALIFICATION,
    LICENCE_NO,
    LICENCE_TO,
    TITLE,
    EDUCATION,
    PHONE,
    ID_NUMBER,
    LOGIN,
    ROLE,
    COLUMNS
};

static const SheetColumn columns[COLUMNS] = {
    {"code", "人员编号", SHEET_TEXT, true},
    {"name", "姓名", SHEET_TEXT, true},
    {"sex", "性别", SHEET_TEXT, false},
    {"birth_date", "出生日期", SHEET_DATE, false},
    {"facility", "机构", SHEET_TEXT, true},
    {"post", "岗位类别", SHEET_TEXT, true},
    {"employment", "用工形式", SHEET_TEXT, false},
    {"valid_from", "到岗日", SHEET_DATE, true},
    {"valid_to", "离岗日", SHEET_DATE, false},
    {"qualification", "执业资格", SHEET_TEXT, false},
    {"licence_no", "执业证号", SHEET_TEXT, false},
    {"licence_to", "执业证有效期至", SHEET_DATE, false},
    {"title", "职称", SHEET_TEXT, false},
    {"education", "学历", SHEET_TEXT, false},
    {"phone", "电话", SHEET_TEXT, false},
    {"id_number", "身份证号", SHEET_TEXT, false},
    {"login", "账号", SHEET_TEXT, false},
    {"role", "权限岗位", SHEET_TEXT, false},
};

const SheetShape staff_shape = {columns, COLUMNS};

enum { LOGIN_BYTES_LEAST = 3, LOGIN_BYTES_MOST = 32 };

/* A row as it will be stored. */
typedef struct {
    Staff staff;
    Str login, role;
    bool has_account; /* already */
    Str password_hash;
} Member;

typedef struct {
    Cx *cx;
    SheetTable sheet;
    const Facility *facilities; /* every spell */
    size_t facility_n;
    Map staff;         /* code -> Uuid * of what is stored */
    Map accounts;      /* login -> Account * of what is stored */
    Map logins, codes; /* of the rows before: -> SheetRow * */
    VEC(Member) members;
} Import;

static void fault(Import *import, SheetRow *row, size_t column, TextId text, Str argument)
{
    sheet_fault(import->cx, &import->sheet, row, column, text, 1, argument);
}

static Err read_stored(Import *import)
{
    Cx *cx = import->cx;
    const Account *accounts = NULL;
    size_t n = 0;
    TRY(account_list(cx, &accounts, &n));
    for (size_t i = 0; i < n; i++) {
        Account *account = arena_new(cx->arena, Account);
        *account = accounts[i];
        map_put(&import->accounts, account->login, account);
    }
    CLEANUP(db_rows_close) DbRows rows = {0};
    StaffCodeAllIn in = {.place = cx->place};
    TRY(staff_code_all_open(cx->db, &in, &rows));
    for (;;) {
        StaffCodeAllRow row;
        bool has_row = false;
        TRY(staff_code_all_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        Uuid *id = arena_new(cx->arena, Uuid);
        *id = row.id;
        map_put(&import->staff, row.code, id);
    }
}

static bool login_is_good(Str login)
{
    for (size_t i = 0; i < login.n; i++) {
        char c = login.p[i];
        bool is_plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (!is_plain && c != '.' && c != '_' && c != '-')
            return false;
    }
    return login.n >= LOGIN_BYTES_LEAST && login.n <= LOGIN_BYTES_MOST;
}

static void check_codes(Import *import, SheetRow *row)
{
    static const struct {
        size_t column;
        const char *list;
    } lists[] = {{SEX, "sex"},
                 {POST, "staff_post"},
                 {EMPLOYMENT, "staff_employment"},
                 {QUALIFICATION, "staff_qualification"},
                 {TITLE, "staff_title"},
                 {EDUCATION, "staff_education"}};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        sheet_check_code(import->cx, &import->sheet, row, lists[i].column, lists[i].list);
}

/* An account may be asked for by who manages it, under a login that is free or this member's. */
static Err check_account(Import *import, SheetRow *row, const Uuid *id)
{
    Cx *cx = import->cx;
    Str login = row->texts[LOGIN], role = row->texts[ROLE];
    if (login.n == 0)
        return OK;
    const Account *account = map_get(&import->accounts, login);
    const SheetRow *twin = map_get(&import->logins, login);
    if (!login_is_good(login))
        fault(import, row, LOGIN, TEXT_LOGIN_SHAPE, login);
    else if (twin != NULL && !str_equals(twin->texts[CODE], row->texts[CODE]))
        fault(import, row, LOGIN, TEXT_SHEET_TWICE, str_printf(cx->arena, "%zu", twin->line));
    else if (account != NULL && (id == NULL || !uuid_equals(account->id, *id)))
        fault(import, row, LOGIN, TEXT_LOGIN_TAKEN, login);
    else if (role.n == 0)
        fault(import, row, ROLE, TEXT_ROLE_NEEDED, STR(""));
    else if (cx->packs != NULL && pack_role(cx->packs, role) == NULL)
        fault(import, row, ROLE, TEXT_ROLE_UNKNOWN, role);
    else if (account == NULL && !row->is_bad) {
        size_t problems = cx->problem_n;
        if (account_require_managed(cx, role, row->texts[FACILITY]) != OK) {
            cx->problem_n = problems; /* said at the cell */
            fault(import, row, ROLE, TEXT_ROLE_NOT_MANAGED, role);
        }
    }
    return OK;
}

static Staff staff_of_row(const SheetRow *row, Uuid id)
{
    return (Staff){.id = id,
                   .code = row->texts[CODE],
                   .name = row->texts[NAME],
                   .sex = row->texts[SEX],
                   .birth_date = row->dates[BIRTH],
                   .qualification = row->texts[QUALIFICATION],
                   .licence_no = row->texts[LICENCE_NO],
                   .licence_to = row->dates[LICENCE_TO],
                   .title = row->texts[TITLE],
                   .education = row->texts[EDUCATION],
                   .phone = row->texts[PHONE],
                   .id_number = row->texts[ID_NUMBER],
                   .facility = row->texts[FACILITY],
                   .post = row->texts[POST],
                   .employment = row->texts[EMPLOYMENT],
                   .valid_from = row->dates[FROM],
                   .valid_to = row->dates[TO]};
}

/* Whoever is there already must work below the own facility, and so must the new post be. */
static Err check_reach(Import *import, SheetRow *row, const Uuid *id)
{
    Cx *cx = import->cx;
    bool is_below = false;
    if (cx->actor->is_system || row->is_bad)
        return OK;
    TRY(access_is_below(cx, row->texts[FACILITY], &is_below));
    if (is_below && id != NULL) {
        CLEANUP(db_rows_close) DbRows rows = {0};
        StaffFacilityOfIn in = {.place = cx->place, .staff_id = *id, .day = cx->today};
        TRY(staff_facility_of_open(cx->db, &in, &rows));
        for (;;) {
            StaffFacilityOfRow post;
            bool has_row = false;
            TRY(staff_facility_of_next(&rows, cx->arena, &post, &has_row));
            if (!has_row || !is_below)
                break;
            TRY(access_is_below(cx, post.facility, &is_below));
        }
    }
    if (!is_below)
        fault(import, row, FACILITY, TEXT_NOT_BELOW, row->texts[FACILITY]);
    return OK;
}

/* A member may stand in several rows, each a spell of work. */
static Uuid id_of(Import *import, const SheetRow *row, const Uuid *stored)
{
    if (stored != NULL)
        return *stored;
    for (size_t i = 0; i < import->members.n; i++) {
        if (str_equals(import->members.items[i].staff.code, row->texts[CODE]))
            return import->members.items[i].staff.id;
    }
    return cx_new_id(import->cx);
}

static Err take_row(Import *import, SheetRow *row)
{
    Cx *cx = import->cx;
    const Uuid *stored = map_get(&import->staff, row->texts[CODE]);
    const SheetRow *twin = map_get(&import->codes, row->texts[CODE]);
    IdentityNumber identity;
    if (!place_code_is_good(row->texts[CODE]))
        fault(import, row, CODE, TEXT_STAFF_CODE, row->texts[CODE]);
    if (twin != NULL && date_compare(twin->dates[FROM], row->dates[FROM]) == 0
        && str_equals(twin->texts[FACILITY], row->texts[FACILITY]))
        fault(import, row, CODE, TEXT_SHEET_TWICE, str_printf(cx->arena, "%zu", twin->line));
    if (row->texts[ID_NUMBER].n > 0
        && identity_number_read(row->texts[ID_NUMBER], cx->today, &identity) != IDENTITY_OK)
        fault(import, row, ID_NUMBER, TEXT_STAFF_ID_NUMBER, STR(""));
    if (!facility_is_there(import->facilities, import->facility_n, row->texts[FACILITY],
                           row->dates[FROM]))
        fault(import, row, FACILITY, TEXT_FACILITY_UNKNOWN, row->texts[FACILITY]);
    check_codes(import, row);
    sheet_check_span(cx, &import->sheet, row, FROM, TO);
    TRY(check_reach(import, row, stored));
    TRY(check_account(import, row, stored));
    if (row->is_bad)
        return OK;
    Member member = {.staff = staff_of_row(row, id_of(import, row, stored)),
                     .login = row->texts[LOGIN],
                     .role = row->texts[ROLE]};
    member.has_account = member.login.n == 0 || map_has(&import->accounts, member.login)
                         || map_has(&import->logins, member.login);
    map_put(&import->codes, row->texts[CODE], row);
    if (member.login.n > 0)
        map_put(&import->logins, member.login, row);
    VEC_PUSH(cx->arena, &import->members, member);
    return OK;
}

static Err check_all(Import *import)
{
    TRY(facility_spells(import->cx, &import->facilities, &import->facility_n));
    TRY(read_stored(import));
    for (size_t i = 0; i < import->sheet.n; i++) {
        if (!import->sheet.rows[i].is_bad)
            TRY(take_row(import, &import->sheet.rows[i]));
    }
    return sheet_verdict(&import->sheet);
}

static int by_township(const void *left, const void *right)
{
    const FirstPassword *a = left, *b = right;
    int order = str_compare(a->township, b->township);
    if (order == 0)
        order = str_compare(a->facility, b->facility);
    return order != 0 ? order : str_compare(a->login, b->login);
}

static Err make_passwords(Import *import, FirstPassword *passwords, size_t *ret_n)
{
    Cx *cx = import->cx;
    const Facility *facilities = NULL;
    size_t facility_n = 0, n = 0;
    TRY(subject_facilities(cx, &facilities, &facility_n));
    for (size_t i = 0; i < import->members.n; i++) {
        Member *member = &import->members.items[i];
        if (member->has_account)
            continue;
        FirstPassword *first = &passwords[n++];
        const Facility *town = facility_township(facilities, facility_n, member->staff.facility);
        *first = (FirstPassword){.township = town == NULL ? member->staff.facility : town->name,
                                 .facility = member->staff.facility,
                                 .name = member->staff.name,
                                 .login = member->login};
        for (size_t f = 0; f < facility_n; f++) {
            if (str_equals(facilities[f].code, member->staff.facility))
                first->facility = facilities[f].name;
        }
        TRY(account_first_password(cx, &first->password, &member->password_hash));
    }
    if (n > 0)
        qsort(passwords, n, sizeof *passwords, by_township);
    *ret_n = n;
    return OK;
}

static Err store_work(Cx *cx, void *arg)
{
    const Import *import = arg;
    for (size_t i = 0; i < import->members.n; i++) {
        const Member *member = &import->members.items[i];
        TRY(staff_store(cx, &member->staff));
        if (member->has_account)
            continue;
        const Account account = {.id = member->staff.id,
                                 .login = member->login,
                                 .name = member->staff.name,
                                 .role = member->role,
                                 .facility = member->staff.facility,
                                 .must_change = true};
        TRY(account_add_hashed(cx, &account, member->password_hash));
    }
    AuditEntry entry = {.action = STR("staff.put"),
                        .detail = str_printf(cx->arena, "%zu rows", import->members.n)};
    return audit_add(cx, &entry);
}

Err staff_put(Cx *cx, const SheetTable *sheet, bool is_dry_run, const FirstPassword **ret_passwords,
              size_t *ret_password_n)
{
    TRY(access_require(cx, STR("staff.write")));
    Import import = {.cx = cx, .sheet = *sheet};
    map_init(&import.staff, cx->arena);
    map_init(&import.accounts, cx->arena);
    map_init(&import.logins, cx->arena);
    map_init(&import.codes, cx->arena);
    Err err = check_all(&import);
    if (err != OK)
        return cx_fail_db(cx, err);
    FirstPassword *passwords = arena_array(cx->arena, FirstPassword, sheet->n + 1);
    size_t n = 0;
    if (!is_dry_run) {
        TRY(make_passwords(&import, passwords, &n));
        TRY(cx_write(cx, store_work, &import));
    }
    *ret_passwords = passwords;
    *ret_password_n = n;
    return OK;
}
