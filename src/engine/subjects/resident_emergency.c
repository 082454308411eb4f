/* Opening a resident who is not in sight, in an emergency: by the exact number of a document, which
 * is looked for in the whole place. What is found, and what is not, is written down first. */
#include "access/access.h"
#include "engine/subjects/residents.h"
#include "engine/subjects/subjects_int.h"
#include "engine/subjects/subjects_sql.h"
#include "expr/identity.h"

enum { NUMBER_LEAST = 7, NUMBER_MOST = 40 }; /* of any document; the last four open nothing */

typedef struct {
    Str number, reason;
    Uuid id;
    Date until;
} Opening;

Err resident_find_number(Cx *cx, const DbScope *scope, Str number, Uuid *ret_id)
{
    IdentityNumber identity;
    /* The old form of 15 digits finds the number that it was upgraded to. */
    if (identity_number_read(number, cx->today, &identity) == IDENTITY_OK)
        number = str_copy(cx->arena, str_from_c(identity.number));
    const Token token = token_of_id_number(cx->keys, cx->arena, number);
    ResidentTokenFindIn in = {.place = cx->place,
                              .token1 = {(const char *)token.bytes, TOKEN_SIZE}};
    in.token2 = in.token3 = in.token4 = in.token5 = in.token6 = in.token1;
    CLEANUP(db_rows_close) DbRows rows = {0};
    ResidentTokenFindRow row;
    bool has_row = false;
    TRY(resident_token_find_open(cx->db, scope, &in, &rows));
    TRY(resident_token_find_next(&rows, cx->arena, &row, &has_row));
    *ret_id = has_row ? row.resident_id : UUID_NIL;
    return OK;
}

static Err open_work(Cx *cx, void *arg)
{
    Opening *opening = arg;
    const DbScope *anywhere = &access_system_actor()->scope;
    TRY(resident_find_number(cx, anywhere, opening->number, &opening->id));
    if (!uuid_is_nil(opening->id))
        TRY(resident_person(cx, &opening->id));
    return emergency_open(cx, opening->id, opening->reason, &opening->until);
}

Err resident_emergency(Cx *cx, Str number, Str reason, Uuid *ret_id, Date *ret_until)
{
    TRY(emergency_check(cx, reason));
    Opening opening = {.number = number_normalised(cx->arena, number), .reason = reason};
    if (opening.number.n < NUMBER_LEAST || opening.number.n > NUMBER_MOST)
        return cx_fail(cx, ERR_INVALID, TEXT_EMERGENCY_NUMBER, STR("/id_number"), 0);
    TRY(cx_write(cx, open_work, &opening));
    if (uuid_is_nil(opening.id))
        return cx_fail(cx, ERR_NOT_FOUND, TEXT_EMERGENCY_NOBODY, STR("/id_number"), 0);
    *ret_id = opening.id;
    *ret_until = opening.until;
    return OK;
}
