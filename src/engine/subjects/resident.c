/* Residents: adding, opening, reading names, keeping facts. Sealed columns are opened here and
 * nowhere else; what is written and its tokens stand in one transaction. */
#include "access/access.h"
#include "access/limits.h"
#include "base/utf8.h"
#include "core/core_sql.h"
#include "core/keys.h"
#include "engine/subjects/subjects_int.h"
#include "engine/subjects/subjects_sql.h"

#include <string.h>

static Str associated(Cx *cx, Uuid id, const char *column)
{
    static const char prefix[] = "resident.";
    size_t n = strlen(column), before = sizeof prefix - 1 + n + 1;
    char *text = arena_alloc(cx->arena, before + UUID_TEXT_SIZE); /* for each name of a list */
    memcpy(text, prefix, sizeof prefix - 1);
    memcpy(text + sizeof prefix - 1, column, n);
    text[before - 1] = ' ';
    uuid_format(id, text + before);
    return (Str){text, before + UUID_TEXT_SIZE - 1};
}

Str resident_seal(Cx *cx, Uuid id, const char *column, Str plain)
{
    if (plain.n == 0)
        return (Str){0};
    return keys_seal(cx->keys, cx->arena, associated(cx, id, column), plain);
}

Err resident_unseal(Cx *cx, Uuid id, const char *column, Str sealed, Str *ret_plain)
{
    if (sealed.p == NULL) {
        *ret_plain = STR("");
        return OK;
    }
    return keys_unseal(cx->keys, cx->arena, associated(cx, id, column), sealed, ret_plain);
}

static Err unseal_row(Cx *cx, const ResidentByIdRow *row, Resident *ret_resident)
{
    Resident resident = {.id = row->id,
                         .record_number = row->record_number,
                         .sex = row->sex,
                         .birth_date = row->birth_date,
                         .area = row->area_code,
                         .household = row->household_id,
                         .registered_on = row->registered_on,
                         .died_on = row->died_on,
                         .left_on = row->left_on,
                         .birth_year = row->has_birth_year ? row->birth_year : 0,
                         .relation = row->relation.p == NULL ? STR("") : row->relation,
                         .merged_into = row->merged_into};
    if (resident.record_number.p == NULL)
        resident.record_number = STR("");
    TRY(resident_unseal(cx, row->id, "name", row->name, &resident.name));
    TRY(resident_unseal(cx, row->id, "id_type", row->id_type, &resident.id_type));
    TRY(resident_unseal(cx, row->id, "id_number", row->id_number, &resident.id_number));
    TRY(resident_unseal(cx, row->id, "phone", row->phone, &resident.phone));
    TRY(resident_unseal(cx, row->id, "address", row->address, &resident.address));
    *ret_resident = resident;
    return OK;
}

void resident_open_ahead(Cx *cx, Uuid id)
{
    const ResidentByIdIn in = {.place = cx->place, .id = id};
    resident_person_ahead(cx, id);
    resident_by_id_ahead(cx->db, access_scope(cx), &in);
}

static Err read_within(Cx *cx, const DbScope *scope, Uuid id, bool *ret_found,
                       Resident *ret_resident)
{
    ResidentByIdIn in = {.place = cx->place, .id = id};
    ResidentByIdRow row;
    bool is_found = false;
    TRY(resident_by_id(cx->db, scope, cx->arena, &in, &row, &is_found));
    if (is_found)
        TRY(unseal_row(cx, &row, ret_resident));
    *ret_found = is_found;
    return OK;
}

/* The same columns in both statements. */
static ResidentByIdRow row_of_batch(const ResidentByIdBatchRow *row)
{
    return (ResidentByIdRow){.id = row->id,
                             .area_code = row->area_code,
                             .household_id = row->household_id,
                             .sex = row->sex,
                             .birth_date = row->birth_date,
                             .record_number = row->record_number,
                             .registered_on = row->registered_on,
                             .died_on = row->died_on,
                             .left_on = row->left_on,
                             .name = row->name,
                             .id_type = row->id_type,
                             .id_number = row->id_number,
                             .phone = row->phone,
                             .address = row->address,
                             .has_birth_year = row->has_birth_year,
                             .birth_year = row->birth_year,
                             .relation = row->relation,
                             .merged_into = row->merged_into};
}

Err resident_read_batch(Cx *cx, const Uuid *ids, size_t n, Resident *residents)
{
    DCHECK(n <= RESIDENT_BATCH);
    DbValue in[1 + RESIDENT_BATCH] = {db_text(cx->place)};
    for (size_t i = 0; i < RESIDENT_BATCH; i++)
        in[1 + i] = db_uuid(i < n ? ids[i] : UUID_NIL);
    CLEANUP(db_rows_close) DbRows rows = {0};
    TRY(db_query(cx->db, &sql_resident_by_id_batch, access_scope(cx), in, &rows));
    for (;;) {
        ResidentByIdBatchRow row;
        bool has_row = false;
        TRY(resident_by_id_batch_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        const ResidentByIdRow same = row_of_batch(&row);
        for (size_t i = 0; i < n; i++) {
            if (uuid_equals(ids[i], row.id))
                TRY(unseal_row(cx, &same, &residents[i]));
        }
    }
}

Err resident_open(Cx *cx, Uuid id, Resident *ret_resident)
{
    bool is_found = false;
    Resident resident = {0};
    Err err = resident_person(cx, &id);
    if (err == OK)
        err = read_within(cx, access_scope(cx), id, &is_found, &resident);
    if (err != OK)
        return cx_fail_db(cx, err);
    if (!is_found)
        return cx_fail(cx, ERR_NOT_FOUND, TEXT_NOT_FOUND, STR("/id"), 1, STR("resident"));
    AuditEntry entry = {.action = STR("resident.open"), .subject = id};
    TRY(audit_add(cx, &entry));
    *ret_resident = resident;
    return OK;
}

typedef struct {
    Uuid id;
    Str reason;
    Resident resident;
} Reveal;

static Err reveal_work(Cx *cx, void *arg)
{
    Reveal *reveal = arg;
    bool is_found = false;
    TRY(read_within(cx, access_scope(cx), reveal->id, &is_found, &reveal->resident));
    if (!is_found)
        return cx_fail(cx, ERR_NOT_FOUND, TEXT_NOT_FOUND, STR("/id"), 1, STR("resident"));
    AuditEntry entry = {
        .action = STR("resident.reveal"), .subject = reveal->id, .detail = reveal->reason};
    return audit_add(cx, &entry);
}

Err resident_reveal(Cx *cx, Uuid id, Str reason, Resident *ret_resident)
{
    TRY(access_require(cx, STR("residents.reveal")));
    Reveal reveal = {.id = id, .reason = str_trim(reason)};
    if (utf8_length(reveal.reason) < REASON_CHARACTERS_LEAST)
        return cx_fail(cx, ERR_INVALID, TEXT_REASON_SHORT, STR("/reason"), 0);
    TRY(cx_write(cx, reveal_work, &reveal));
    *ret_resident = reveal.resident;
    return OK;
}

/* Only this kind of document has numbers by GB 11643 (WS 364, CV02.01.101). */
#define IDENTITY_CARD "01"

Str resident_id_number(Cx *cx, const Resident *resident)
{
    IdentityNumber identity;
    if (!str_equals_c(resident->id_type, IDENTITY_CARD)
        || identity_number_read(resident->id_number, cx->today, &identity) != IDENTITY_OK
        || str_equals_c(resident->id_number, identity.number))
        return resident->id_number;
    return str_copy(cx->arena, str_from_c(identity.number));
}

static bool is_same(const Resident *a, const Resident *b)
{
    return str_equals(a->record_number, b->record_number) && str_equals(a->sex, b->sex)
           && date_compare(a->birth_date, b->birth_date) == 0 && str_equals(a->area, b->area)
           && uuid_equals(a->household, b->household) && str_equals(a->name, b->name)
           && str_equals(a->id_type, b->id_type) && str_equals(a->id_number, b->id_number)
           && str_equals(a->phone, b->phone) && str_equals(a->address, b->address)
           && date_compare(a->registered_on, b->registered_on) == 0
           && date_compare(a->died_on, b->died_on) == 0 && date_compare(a->left_on, b->left_on) == 0
           && a->birth_year == b->birth_year && str_equals(a->relation, b->relation);
}

Str resident_seal_name(Cx *cx, Uuid id, Str name)
{
    return keys_seal(cx->keys, cx->arena, associated(cx, id, "name"), name);
}

static Str text_or_null(Str text)
{
    return text.n == 0 ? (Str){0} : text;
}

static ResidentInsertIn sealed_row(Cx *cx, const Resident *resident, int64_t rev)
{
    return (ResidentInsertIn){
        .place = cx->place,
        .id = resident->id,
        .area_code = resident->area,
        .household_id = resident->household,
        .sex = resident->sex,
        .birth_date = resident->birth_date,
        .record_number = text_or_null(resident->record_number),
        .registered_on = resident->registered_on,
        .died_on = resident->died_on,
        .left_on = resident->left_on,
        .rev = rev,
        .name = resident_seal_name(cx, resident->id, resident->name),
        .id_type = resident_seal(cx, resident->id, "id_type", resident->id_type),
        .id_number = resident_seal(cx, resident->id, "id_number", resident->id_number),
        .phone = resident_seal(cx, resident->id, "phone", resident->phone),
        .address = resident_seal(cx, resident->id, "address", resident->address),
        .has_birth_year = resident->birth_year != 0,
        .birth_year = resident->birth_year,
        .relation = text_or_null(resident->relation),
    };
}

static Err insert_tokens(Cx *cx, const Resident *resident, const TokenList *tokens)
{
    for (size_t i = 0; i < tokens->n; i++) {
        ResidentTokenInsertIn in = {.place = cx->place,
                                    .token = {(const char *)tokens->items[i].bytes, TOKEN_SIZE},
                                    .area_code = resident->area,
                                    .resident_id = resident->id};
        TRY(resident_token_insert(cx->db, &in, NULL));
    }
    return OK;
}

Err resident_rev_next(Cx *cx, int64_t *ret_rev)
{
    PlaceRevNextRow row;
    PlaceRevNextIn in = {.place = cx->place};
    TRY(place_rev_next(cx->db, cx->arena, &in, &row));
    *ret_rev = row.rev;
    return OK;
}

/* The same predicate that reads decides what may be written. */
static Err refuse_out_of_sight(Cx *cx, Uuid id)
{
    ResidentByIdIn in = {.place = cx->place, .id = id};
    ResidentByIdRow row;
    bool is_found = false;
    TRY(resident_by_id(cx->db, access_scope(cx), cx->arena, &in, &row, &is_found));
    return is_found ? OK : cx_fail(cx, ERR_FORBIDDEN, TEXT_RESIDENT_OUT_OF_SIGHT, STR("/area"), 0);
}

static Err add_resident(Cx *cx, void *arg)
{
    const Resident *resident = arg;
    Resident stored;
    bool is_known = false;
    TRY(read_within(cx, &access_system_actor()->scope, resident->id, &is_known, &stored));
    if (is_known)
        return is_same(&stored, resident)
                   ? refuse_out_of_sight(cx, resident->id)
                   : cx_fail(cx, ERR_CONFLICT, TEXT_RESIDENT_CONFLICT, STR("/id"), 0);
    int64_t rev = 0;
    TRY(resident_rev_next(cx, &rev));
    ResidentInsertIn in = sealed_row(cx, resident, rev);
    TokenList tokens;
    resident_tokens(cx->keys, cx->arena, resident, &tokens);
    TRY(resident_insert(cx->db, &in, NULL));
    TRY(insert_tokens(cx, resident, &tokens));
    TRY(refuse_out_of_sight(cx, resident->id));
    TRY(resident_hooks_run(cx, resident->id));
    AuditEntry entry = {.action = STR("resident.add"), .subject = resident->id};
    return audit_add(cx, &entry);
}

Err resident_add(Cx *cx, const Resident *resident)
{
    Resident copy = *resident;
    copy.id_number = resident_id_number(cx, resident);
    return cx_write(cx, add_resident, &copy);
}

/* A member of Resident by the name of its fact; NULL when only records say it. */
static Str *text_member(Resident *resident, Str fact)
{
    const struct {
        const char *name;
        Str *member;
    } members[] = {
        {"sex", &resident->sex},
        {"name", &resident->name},
        {"id_type", &resident->id_type},
        {"id_number", &resident->id_number},
        {"phone", &resident->phone},
        {"address", &resident->address},
        {"record_number", &resident->record_number},
    };
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        if (str_equals_c(fact, members[i].name))
            return members[i].member;
    }
    return NULL;
}

Str resident_fact_associated(Cx *cx, Uuid id, Str fact)
{
    char text[UUID_TEXT_SIZE];
    return str_printf(cx->arena, "resident_fact.%.*s %s", STR_ARG(fact), uuid_format(id, text));
}

static bool has_token(const TokenList *list, const Token *token)
{
    for (size_t i = 0; i < list->n; i++) {
        if (str_equals((Str){(const char *)list->items[i].bytes, TOKEN_SIZE},
                       (Str){(const char *)token->bytes, TOKEN_SIZE}))
            return true;
    }
    return false;
}

static Err replace_tokens(Cx *cx, const Resident *before, const Resident *after)
{
    TokenList old;
    TokenList new;
    resident_tokens(cx->keys, cx->arena, before, &old);
    resident_tokens(cx->keys, cx->arena, after, &new);
    for (size_t i = 0; i < old.n; i++) {
        if (has_token(&new, &old.items[i]))
            continue;
        ResidentTokenRemoveIn in = {.place = cx->place,
                                    .token = {(const char *)old.items[i].bytes, TOKEN_SIZE},
                                    .area_code = before->area,
                                    .resident_id = before->id};
        TRY(resident_token_remove(cx->db, &in, NULL));
    }
    return insert_tokens(cx, after, &new);
}

Err resident_tokens_move(Cx *cx, Uuid id, Str from, Str to)
{
    Resident resident;
    bool is_known = false;
    TRY(read_within(cx, &access_system_actor()->scope, id, &is_known, &resident));
    ENSURE(is_known);
    TokenList tokens;
    resident_tokens(cx->keys, cx->arena, &resident, &tokens);
    for (size_t i = 0; i < tokens.n; i++) {
        ResidentTokenRemoveIn in = {.place = cx->place,
                                    .token = {(const char *)tokens.items[i].bytes, TOKEN_SIZE},
                                    .area_code = from,
                                    .resident_id = id};
        TRY(resident_token_remove(cx->db, &in, NULL));
    }
    resident.area = to;
    return insert_tokens(cx, &resident, &tokens);
}

Err resident_read_system(Cx *cx, Uuid id, bool *ret_found, Resident *ret_resident)
{
    return read_within(cx, &access_system_actor()->scope, id, ret_found, ret_resident);
}

static Err change_resident(Cx *cx, const Resident *before, const Resident *after)
{
    int64_t rev = 0;
    TRY(resident_rev_next(cx, &rev));
    ResidentInsertIn row = sealed_row(cx, after, rev);
    ResidentChangeIn in = {.place = row.place,
                           .id = row.id,
                           .sex = row.sex,
                           .birth_date = row.birth_date,
                           .record_number = row.record_number,
                           .rev = rev,
                           .name = row.name,
                           .id_type = row.id_type,
                           .id_number = row.id_number,
                           .phone = row.phone,
                           .address = row.address};
    TRY(resident_change(cx->db, &in, NULL));
    bool is_read_by_rules = !str_equals(before->sex, after->sex)
                            || date_compare(before->birth_date, after->birth_date) != 0;
    if (is_read_by_rules)
        TRY(resident_hooks_run(cx, after->id));
    return replace_tokens(cx, before, after);
}

static Err find_stored(Cx *cx, Uuid id, Resident *ret_resident)
{
    bool is_known = false;
    TRY(read_within(cx, &access_system_actor()->scope, id, &is_known, ret_resident));
    return is_known ? OK
                    : cx_fail(cx, ERR_NOT_FOUND, TEXT_NOT_FOUND, STR("/id"), 1, STR("resident"));
}

/* What the resident was registered with before a record said otherwise; and facts that only records
 * say, in databases made before records kept their own. */
static Err read_registered(Cx *cx, Uuid id, ResidentFact **ret_facts, size_t *ret_n)
{
    VEC(ResidentFact) facts = {0};
    const ResidentFactAllIn in = {.place = cx->place, .resident_id = id};
    CLEANUP(db_rows_close) DbRows rows = {0};
    TRY(resident_fact_all_open(cx->db, &in, &rows));
    for (;;) {
        ResidentFactAllRow row;
        bool has_row = false;
        TRY(resident_fact_all_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            break;
        ResidentFact fact = {.fact = row.fact};
        TRY(keys_unseal(cx->keys, cx->arena, resident_fact_associated(cx, id, row.fact),
                        row.content, &fact.text));
        VEC_PUSH(cx->arena, &facts, fact);
    }
    *ret_facts = facts.items;
    *ret_n = facts.n;
    return OK;
}

/* False where the fact is no member of Resident. */
static bool take_fact(Cx *cx, const Resident *resident, ResidentFact *fact)
{
    Resident copy = *resident;
    const Str *member = text_member(&copy, fact->fact);
    if (member != NULL) {
        fact->text = *member;
        return true;
    }
    if (!str_equals_c(fact->fact, "birth_date"))
        return false;
    char day[DATE_TEXT_SIZE];
    fact->text = date_is_none(resident->birth_date)
                     ? STR("")
                     : str_copy(cx->arena, str_from_c(date_format(resident->birth_date, day)));
    return true;
}

/* Nothing where the fact is no member: it stands in the records that say it. */
static Err put_facts(Resident *resident, const ResidentFact *facts, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        Str text = facts[i].text.n > 0 ? facts[i].text : STR("");
        Str *member = text_member(resident, facts[i].fact);
        if (member != NULL)
            *member = text;
        else if (!str_equals_c(facts[i].fact, "birth_date"))
            continue;
        else if (text.n == 0)
            resident->birth_date = DATE_NONE;
        else if (date_parse(text, &resident->birth_date) != OK)
            return ERR_INVALID;
    }
    return OK;
}

/* Before a fact changes for the first time, what it was is put aside. */
static Err keep_registered(Cx *cx, const Resident *before, const Resident *after)
{
    static const char *const names[] = {"name",      "sex",   "birth_date", "id_type",
                                        "id_number", "phone", "address"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        Str name = str_from_c(names[i]);
        ResidentFact old = {.fact = name}, new = {.fact = name};
        if (!take_fact(cx, before, &old) || !take_fact(cx, after, &new)
            || str_equals(old.text, new.text))
            continue;
        const ResidentFactInsertIn in = {
            .place = cx->place,
            .resident_id = before->id,
            .fact = name,
            .content = keys_seal(cx->keys, cx->arena,
                                 resident_fact_associated(cx, before->id, name), old.text)};
        TRY(resident_fact_insert(cx->db, &in, NULL));
    }
    return OK;
}

/* The resident as stored, and as the facts make him. */
static Err apply_facts(Cx *cx, Uuid id, const ResidentFact *facts, size_t n, Resident *ret_before,
                       Resident *ret_after)
{
    ResidentFact *registered;
    size_t registered_n;
    TRY(find_stored(cx, id, ret_before));
    TRY(read_registered(cx, id, &registered, &registered_n));
    *ret_after = *ret_before;
    TRY(put_facts(ret_after, registered, registered_n));
    TRY(put_facts(ret_after, facts, n));
    ret_after->id_number = resident_id_number(cx, ret_after);
    return OK;
}

Err resident_is_kept(Cx *cx, Uuid id, const ResidentFact *facts, size_t n, bool *ret_is_kept)
{
    Resident before, after;
    TRY(apply_facts(cx, id, facts, n, &before, &after));
    *ret_is_kept = is_same(&before, &after);
    return OK;
}

Err resident_keep(Cx *cx, Uuid id, const ResidentFact *facts, size_t n)
{
    DCHECK(cx->is_writing);
    Resident before, after;
    TRY(apply_facts(cx, id, facts, n, &before, &after));
    if (is_same(&before, &after))
        return OK;
    TRY(keep_registered(cx, &before, &after));
    return change_resident(cx, &before, &after);
}

Err resident_facts(Cx *cx, Uuid id, ResidentFact *facts, size_t n)
{
    Resident resident;
    ResidentFact *registered;
    size_t registered_n;
    TRY(find_stored(cx, id, &resident));
    TRY(read_registered(cx, id, &registered, &registered_n));
    for (size_t i = 0; i < n; i++) {
        if (take_fact(cx, &resident, &facts[i]))
            continue;
        facts[i].text = STR("");
        for (size_t j = 0; j < registered_n; j++) {
            if (str_equals(registered[j].fact, facts[i].fact))
                facts[i].text = registered[j].text;
        }
    }
    return OK;
}
