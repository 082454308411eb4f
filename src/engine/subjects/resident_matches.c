/* Who may be one person: entries that share a keyed hash of what identifies somebody. The hashes
 * are derived from the register by rev, in steps, and compared set by set; no name or number is
 * read for the comparison. */
#include "access/access.h"
#include "base/vec.h"
#include "core/keys.h"
#include "core/place.h"
#include "engine/policy/policy_values.h"
#include "engine/subjects/residents_sql.h"
#include "engine/subjects/subjects_int.h"

#include <stdlib.h>

enum { STEP_RESIDENTS = 200, MATCHES_MOST = 200, SCORE_MOST = 100 };

/* "<rev> <resident>": keys are derived of every lower rev, and of this one up to the resident. */
static const Str reached_setting = {"residents.matches", sizeof "residents.matches" - 1};

/* What two entries can have in common. How much each says is the parameter weight_<name> of the
 * packs; they add up. */
static const struct {
    int64_t kind;
    const char *name;
} kinds[MATCH_KINDS] = {
    {MATCH_ID_NUMBER, "same_id_number"},
    {MATCH_NAME_BIRTH, "same_name_and_birth_date"},
    {MATCH_NAME_PHONE, "same_name_and_phone"},
    {MATCH_PHONE_BIRTH, "same_phone_and_birth_date"},
};

typedef struct Weights {
    int64_t of[MATCH_KINDS]; /* by index of kinds */
} Weights;

static Err read_weights(Cx *cx, Weights *weights)
{
    for (size_t i = 0; i < MATCH_KINDS; i++)
        TRY(policy_whole_on(cx, str_printf(cx->arena, "weight_%s", kinds[i].name), cx->today,
                            &weights->of[i]));
    return OK;
}

const char *resident_match_name(int64_t reason)
{
    for (size_t i = 0; i < MATCH_KINDS; i++) {
        if (kinds[i].kind == reason)
            return kinds[i].name;
    }
    return "";
}

static int64_t score_of(const Weights *weights, int64_t reasons)
{
    int64_t score = 0;
    for (size_t i = 0; i < MATCH_KINDS; i++)
        score += (reasons & kinds[i].kind) != 0 ? weights->of[i] : 0;
    return score > SCORE_MOST ? SCORE_MOST : score;
}

/* ---- deriving the keys ---- */

static Err put_key(Cx *cx, Uuid id, int64_t kind, Str first, Str second)
{
    if (first.n == 0 || second.n == 0)
        return OK;
    Token token = keys_token(cx->keys, str_printf(cx->arena, "m%d:%.*s|%.*s", (int)kind,
                                                  STR_ARG(first), STR_ARG(second)));
    ResidentMatchInsertIn in = {.place = cx->place,
                                .resident_id = id,
                                .kind = kind,
                                .token = {(const char *)token.bytes, TOKEN_SIZE}};
    return resident_match_insert(cx->db, &in);
}

/* Letters that are typed for digits: O for 0, I for 1. The kind of document is typed wrongly too.
 */
static Str comparable_number(Cx *cx, const Resident *resident)
{
    Str number = number_normalised(cx->arena, resident_id_number(cx, resident));
    IdentityNumber identity;
    if (identity_number_read(number, cx->today, &identity) == IDENTITY_OK)
        number = str_copy(cx->arena, str_from_c(identity.number));
    char *text = arena_array(cx->arena, char, number.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < number.n; i++) {
        char c = number.p[i];
        if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'))
            text[n++] = (char)(c == 'O' ? '0' : c == 'I' ? '1' : c);
    }
    return (Str){text, n};
}

static Err put_keys(Cx *cx, const Resident *resident)
{
    char day[DATE_TEXT_SIZE];
    Str birth = date_is_none(resident->birth_date)
                    ? STR("")
                    : str_copy(cx->arena, str_from_c(date_format(resident->birth_date, day)));
    Str name = name_normalised(cx->arena, resident->name);
    Str phone = number_normalised(cx->arena, resident->phone);
    ResidentMatchClearIn clear = {.place = cx->place, .resident_id = resident->id};
    TRY(resident_match_clear(cx->db, &clear));
    TRY(put_key(cx, resident->id, MATCH_ID_NUMBER, comparable_number(cx, resident), STR("#")));
    TRY(put_key(cx, resident->id, MATCH_NAME_BIRTH, name, birth));
    TRY(put_key(cx, resident->id, MATCH_NAME_PHONE, name, phone));
    return put_key(cx, resident->id, MATCH_PHONE_BIRTH, phone, birth);
}

typedef struct Due {
    Uuid ids[STEP_RESIDENTS];
    size_t n;
    int64_t rev; /* when they are done: reached, with `up_to` */
    Uuid up_to;
    bool is_moved, has_more;
} Due;

static Uuid behind_all(void)
{
    Uuid id = UUID_NIL;
    for (size_t i = 0; i < sizeof id.bytes; i++)
        id.bytes[i] = 0xff;
    return id;
}

/* A place without keys has none of rev 0, which nobody has. */
static Err read_reached(Cx *cx, Due *due)
{
    Str text = {0}, rev = {0};
    due->up_to = behind_all();
    TRY(setting_get(cx, reached_setting, &text));
    if (!str_cut(&text, ' ', &rev) || uuid_parse(text, &due->up_to) != OK)
        return OK;
    for (size_t i = 0; i < rev.n; i++)
        due->rev = due->rev * 10 + (rev.p[i] - '0');
    return OK;
}

/* The next of those who came with one rev, in the order of the register. */
static Err read_together(Cx *cx, Due *due)
{
    ResidentMatchDueTogetherIn in = {
        .place = cx->place, .rev = due->rev, .after_id = due->up_to, .most = STEP_RESIDENTS};
    CLEANUP(db_rows_close) DbRows rows = {0};
    TRY(resident_match_due_together_open(cx->db, &in, &rows));
    for (due->n = 0; due->n < STEP_RESIDENTS; due->n++) {
        ResidentMatchDueTogetherRow row;
        bool has_row = false;
        TRY(resident_match_due_together_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            break;
        due->ids[due->n] = row.id;
    }
    due->up_to = due->n < STEP_RESIDENTS ? behind_all() : due->ids[due->n - 1];
    due->is_moved = due->has_more = true;
    return OK;
}

/* All of the next revs; one with more residents than a step is gone through by itself. */
static Err read_next(Cx *cx, Due *due)
{
    int64_t revs[STEP_RESIDENTS + 1] = {0};
    size_t n = 0;
    ResidentMatchDueIn in = {.place = cx->place, .rev = due->rev, .most = STEP_RESIDENTS + 1};
    CLEANUP(db_rows_close) DbRows rows = {0};
    TRY(resident_match_due_open(cx->db, &in, &rows));
    for (; n < STEP_RESIDENTS + 1; n++) {
        ResidentMatchDueRow row;
        bool has_row = false;
        TRY(resident_match_due_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            break;
        revs[n] = row.rev;
        if (n < STEP_RESIDENTS)
            due->ids[n] = row.id;
    }
    due->has_more = n > STEP_RESIDENTS;
    due->is_moved = n > 0;
    while (due->has_more && n > 0 && revs[n - 1] == revs[STEP_RESIDENTS])
        n--; /* perhaps not all of this rev */
    due->n = n;
    if (due->is_moved)
        due->rev = n > 0 ? revs[n - 1] : revs[STEP_RESIDENTS];
    due->up_to = due->is_moved && n == 0 ? UUID_NIL : behind_all();
    return OK;
}

static Err read_due(Cx *cx, Due *due)
{
    TRY(read_reached(cx, due));
    return uuid_equals(due->up_to, behind_all()) ? read_next(cx, due) : read_together(cx, due);
}

/* Who has changed since they were read has a higher rev, and another turn. */
static Err derive_work(Cx *cx, void *arg)
{
    const Due *due = arg;
    char id[UUID_TEXT_SIZE];
    for (size_t i = 0; i < due->n; i++) {
        ArenaMark mark = arena_mark(cx->arena);
        Resident resident;
        bool is_found = false;
        TRY(resident_read_system(cx, due->ids[i], &is_found, &resident));
        ENSURE(is_found);
        TRY(put_keys(cx, &resident));
        arena_reset_to(cx->arena, mark);
    }
    return setting_put(
        cx, reached_setting,
        str_printf(cx->arena, "%lld %s", (long long)due->rev, uuid_format(due->up_to, id)));
}

Err resident_matches_step(Cx *cx, bool *ret_has_more)
{
    Due due = {0};
    TRY(read_due(cx, &due)); /* no write where nothing changed */
    if (due.is_moved)
        TRY(cx_write(cx, derive_work, &due));
    *ret_has_more = due.has_more;
    return OK;
}

/* ---- asking ---- */

static int by_score(const void *a, const void *b)
{
    const ResidentMatch *x = a, *y = b;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    int order = uuid_compare(x->first, y->first);
    return order != 0 ? order : uuid_compare(x->second, y->second);
}

static Err read_pairs(Cx *cx, Str area, ResidentMatch *matches, size_t *n)
{
    Weights weights;
    TRY(read_weights(cx, &weights));
    ResidentMatchPairIn in = {.place = cx->place, .area = area, .most = MATCHES_MOST};
    CLEANUP(db_rows_close) DbRows rows = {0};
    TRY(resident_match_pair_open(cx->db, access_scope(cx), &in, &rows));
    for (*n = 0; *n < MATCHES_MOST; (*n)++) {
        ResidentMatchPairRow row;
        bool has_row = false;
        TRY(resident_match_pair_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        matches[*n] =
            (ResidentMatch){row.first_id, row.second_id, row.kinds, score_of(&weights, row.kinds)};
    }
    return OK;
}

Err resident_matches(Cx *cx, Str area, const ResidentMatch **ret_matches, size_t *ret_n)
{
    TRY(access_require(cx, STR("residents.merge")));
    size_t n = 0;
    for (bool has_more = true; has_more;) {
        ArenaMark mark = arena_mark(cx->arena);
        TRY(resident_matches_step(cx, &has_more));
        arena_reset_to(cx->arena, mark);
    }
    ResidentMatch *matches = arena_array(cx->arena, ResidentMatch, MATCHES_MOST);
    Err err = read_pairs(cx, area.p == NULL ? STR("") : area, matches, &n);
    if (err != OK)
        return cx_fail_db(cx, err);
    qsort(matches, n, sizeof *matches, by_score);
    AuditEntry entry = {.action = STR("resident.matches"),
                        .detail = str_printf(cx->arena, "found=%zu", n)};
    TRY(audit_add(cx, &entry));
    *ret_matches = matches;
    *ret_n = n;
    return OK;
}
