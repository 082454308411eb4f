/* Search: what was typed becomes token questions, each answered inside the caller's scope.
 *
 * Digits (with X, spaces and hyphens) ask for an identity number, phone or record number, whole, or
 * the last four of either; letters ask for pinyin initials and names in letters; everything else
 * for a name or a part of it: its characters at consecutive positions, wherever they begin. The
 * last character asks first, because given names are rarer than surnames. */
#include "access/access.h"
#include "base/utf8.h"
#include "engine/subjects/subjects_int.h"
#include "engine/subjects/subjects_sql.h"

enum {
    FOUND_MOST = RESIDENT_BATCH,
    TOKENS_AT_ONCE = 6,
    QUERY_BYTES_MOST = 200,
    END_DIGITS = 4,
    RECORD_NUMBER_DIGITS = 17,
};

typedef struct {
    Cx *cx;
    Uuid ids[FOUND_MOST];
    size_t n;
} Search;

static void take(Search *search, Uuid id)
{
    for (size_t i = 0; i < search->n; i++) {
        if (uuid_equals(search->ids[i], id))
            return;
    }
    if (search->n < FOUND_MOST)
        search->ids[search->n++] = id;
}

static Err take_found(Search *search, const ResidentTokenFindIn *in)
{
    Cx *cx = search->cx;
    CLEANUP(db_rows_close) DbRows rows = {0};
    TRY(resident_token_find_open(cx->db, access_scope(cx), in, &rows));
    for (;;) {
        ResidentTokenFindRow row;
        bool has_row = false;
        TRY(resident_token_find_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        take(search, row.resident_id);
    }
}

static Err take_related(Search *search, const ResidentTokenFindRelatedIn *in)
{
    Cx *cx = search->cx;
    if (access_scope(cx)->relations == 0)
        return OK;
    CLEANUP(db_rows_close) DbRows rows = {0};
    TRY(resident_token_find_related_open(cx->db, access_scope(cx), in, &rows));
    for (;;) {
        ResidentTokenFindRelatedRow row;
        bool has_row = false;
        TRY(resident_token_find_related_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        take(search, row.resident_id);
    }
}

/* Residents that have every one of the tokens. */
static Err ask(Search *search, const Token *tokens, size_t n)
{
    DCHECK(n > 0 && n <= TOKENS_AT_ONCE);
    if (search->n == FOUND_MOST)
        return OK;
    Str t[TOKENS_AT_ONCE];
    for (size_t i = 0; i < TOKENS_AT_ONCE; i++)
        t[i] = (Str){(const char *)tokens[i < n ? i : 0].bytes, TOKEN_SIZE};
    const Str place = search->cx->place;
    ResidentTokenFindIn in = {place, t[0], t[1], t[2], t[3], t[4], t[5]};
    ResidentTokenFindRelatedIn related = {place, t[0], t[1], t[2], t[3], t[4], t[5]};
    TRY(take_found(search, &in));
    return take_related(search, &related);
}

static Err ask_one(Search *search, Token token)
{
    return ask(search, &token, 1);
}

static bool is_number(Str text)
{
    bool has_digit = false;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (!(c >= '0' && c <= '9') && !(c >= 'A' && c <= 'Z'))
            return false;
        has_digit = has_digit || (c >= '0' && c <= '9');
    }
    return has_digit;
}

static bool is_letters(Str text)
{
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] < 'a' || text.p[i] > 'z')
            return false;
    }
    return text.n > 0;
}

static Err ask_record_number(Search *search, Str number)
{
    Cx *cx = search->cx;
    ResidentByRecordNumberIn in = {.place = cx->place, .record_number = number};
    ResidentByRecordNumberRow row;
    bool is_found = false;
    TRY(resident_by_record_number(cx->db, access_scope(cx), cx->arena, &in, &row, &is_found));
    if (is_found)
        take(search, row.id);
    return OK;
}

static Err ask_number(Search *search, Str number)
{
    Cx *cx = search->cx;
    IdentityNumber identity;
    if (number.n == END_DIGITS) {
        TRY(ask_one(search, token_of_id_number_end(cx->keys, cx->arena, number)));
        return ask_one(search, token_of_phone_end(cx->keys, cx->arena, number));
    }
    if (number.n == RECORD_NUMBER_DIGITS)
        TRY(ask_record_number(search, number));
    TRY(ask_one(search, token_of_id_number(cx->keys, cx->arena, number)));
    /* The old form of 15 digits finds the number that it was upgraded to. */
    if (identity_number_read(number, cx->today, &identity) == IDENTITY_OK)
        TRY(ask_one(search, token_of_id_number(cx->keys, cx->arena, str_from_c(identity.number))));
    return ask_one(search, token_of_phone(cx->keys, cx->arena, number));
}

/* The characters of a name; those beyond the most that are asked at once are compared after
 * opening. */
static size_t characters_of(Str name, Str characters[TOKENS_AT_ONCE])
{
    size_t n = 0;
    uint32_t code = 0;
    while (n < TOKENS_AT_ONCE) {
        const char *start = name.p;
        if (!utf8_next(&name, &code))
            break;
        characters[n++] = (Str){start, (size_t)(name.p - start)};
    }
    return n;
}

/* Whether anybody has the character there: most names end before the later positions, and each
 * question costs a way to the database. */
static Err find_known(Search *search, Str character, bool ret_known[NAME_CHARACTERS_MOST + 1])
{
    Cx *cx = search->cx;
    Token tokens[NAME_CHARACTERS_MOST];
    DbValue in[1 + NAME_CHARACTERS_MOST] = {db_text(cx->place)};
    for (size_t i = 0; i < NAME_CHARACTERS_MOST; i++) {
        ret_known[i + 1] = false;
        tokens[i] = token_of_name_character(cx->keys, cx->arena, i + 1, character);
        in[1 + i] = db_bytes((Str){(const char *)tokens[i].bytes, TOKEN_SIZE});
    }
    CLEANUP(db_rows_close) DbRows rows = {0};
    TRY(db_query(cx->db, &sql_resident_token_known, NULL, in, &rows));
    for (;;) {
        ResidentTokenKnownRow row;
        bool has_row = false;
        TRY(resident_token_known_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        for (size_t i = 0; i < NAME_CHARACTERS_MOST; i++) {
            if (str_equals(row.token, in[1 + i].as.text))
                ret_known[i + 1] = true;
        }
    }
}

static Err ask_name(Search *search, Str name)
{
    Cx *cx = search->cx;
    Str characters[TOKENS_AT_ONCE];
    size_t n = characters_of(name, characters);
    bool is_known[NAME_CHARACTERS_MOST + 1] = {false};
    TRY(ask_one(search, token_of_name(cx->keys, cx->arena, name)));
    if (n > 0)
        TRY(find_known(search, characters[n - 1], is_known));
    for (size_t first = 1; first + n - 1 <= NAME_CHARACTERS_MOST; first++) {
        Token tokens[TOKENS_AT_ONCE];
        if (!is_known[first + n - 1])
            continue;
        for (size_t i = 0; i < n; i++)
            tokens[n - 1 - i] =
                token_of_name_character(cx->keys, cx->arena, first + i, characters[i]);
        TRY(ask(search, tokens, n));
    }
    return OK;
}

static Err find_ids(Search *search, Str query, const char **ret_kind)
{
    Cx *cx = search->cx;
    Str number = number_normalised(cx->arena, query);
    Str name = name_normalised(cx->arena, query);
    if (name.n == 0) {
        *ret_kind = "empty";
        return OK;
    }
    if (is_number(number)) {
        *ret_kind = "number";
        return ask_number(search, number);
    }
    *ret_kind = "name";
    if (is_letters(name)) {
        *ret_kind = "letters";
        if (name.n <= INITIALS_MOST)
            TRY(ask_one(search, token_of_initials(cx->keys, cx->arena, name)));
    }
    return ask_name(search, name);
}

/* Longer names than can be asked at once have found too much. */
static bool is_meant(Arena *arena, const Resident *resident, Str name)
{
    if (utf8_length(name) <= TOKENS_AT_ONCE || is_number(number_normalised(arena, name)))
        return true;
    return str_find(name_normalised(arena, resident->name), name, 0) != SIZE_MAX;
}

static bool is_listed(const Resident *residents, size_t n, Uuid id)
{
    for (size_t i = 0; i < n; i++) {
        if (uuid_equals(residents[i].id, id))
            return true;
    }
    return false;
}

/* An entry kept under a person is that person, found by what stood in the entry. */
static Err persons_instead(Cx *cx, Resident *residents, size_t *n)
{
    Uuid persons[FOUND_MOST];
    Resident found[FOUND_MOST] = {0};
    size_t person_n = 0, kept = 0;
    for (size_t i = 0; i < *n; i++) {
        if (uuid_is_nil(residents[i].merged_into))
            residents[kept++] = residents[i];
        else
            persons[person_n++] = residents[i].merged_into;
    }
    if (person_n > 0)
        TRY(resident_read_batch(cx, persons, person_n, found));
    for (size_t i = 0; i < person_n; i++) {
        if (!uuid_is_nil(found[i].id) && !is_listed(residents, kept, found[i].id))
            residents[kept++] = found[i];
    }
    *n = kept;
    return OK;
}

static Err open_found(Search *search, Str query, Resident *residents, size_t *ret_n)
{
    Cx *cx = search->cx;
    Str name = name_normalised(cx->arena, query);
    size_t n = 0;
    TRY(resident_read_batch(cx, search->ids, search->n, residents));
    for (size_t i = 0; i < search->n; i++) {
        if (!uuid_is_nil(residents[i].id) && is_meant(cx->arena, &residents[i], name))
            residents[n++] = residents[i];
    }
    *ret_n = n;
    return persons_instead(cx, residents, ret_n);
}

Err resident_search(Cx *cx, Str query, const Resident **ret_residents, size_t *ret_n)
{
    Search search = {.cx = cx};
    const char *kind = "empty";
    size_t n = 0;
    Resident *residents = arena_array(cx->arena, Resident, FOUND_MOST);
    Err err = query.n > QUERY_BYTES_MOST ? OK : find_ids(&search, query, &kind);
    if (err == OK)
        err = open_found(&search, query, residents, &n);
    if (err != OK)
        return cx_fail_db(cx, err);
    AuditEntry entry = {.action = STR("resident.search"),
                        .detail = str_printf(cx->arena, "by=%s found=%zu", kind, n)};
    TRY(audit_add(cx, &entry));
    *ret_residents = residents;
    *ret_n = n;
    return OK;
}
