/* What records said of people at the end of a past day. Records are unsealed only of entries of
 * which something else is said now: a record came or ended since, or entries were merged or taken
 * apart. */
#include "engine/records/records_int.h"
#include "engine/records/records_sql.h"

/* A row of either statement. */
typedef struct {
    Uuid entry, record;
    Str content;
    Date happened_on, recorded_on, ended_on;
} Said;

typedef VEC(Said) SaidList;
typedef VEC(RecordFactThen) FactList;

#define SAID_OF(row)                                                                               \
 ((Said){(row).entry_id, (row).record_id, (row).content, (row).happened_on, (row).recorded_on,     \
         (row).ended_on})

static Err read_one(Cx *cx, Uuid person, SaidList *said)
{
    const RecordSealedPastOfIn in = {.place = cx->place, .person = person};
    CLEANUP(db_rows_close) DbRows rows = {0};
    TRY(record_sealed_past_of_open(cx->db, &in, &rows));
    for (;;) {
        RecordSealedPastOfRow row;
        bool has_row;
        TRY(record_sealed_past_of_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        VEC_PUSH(cx->arena, said, SAID_OF(row));
    }
}

static Err read_in_scope(Cx *cx, Date day, const DbScope *scope, SaidList *said)
{
    const RecordSealedPastIn in = {.place = cx->place, .day = day};
    CLEANUP(db_rows_close) DbRows rows = {0};
    TRY(record_sealed_past_open(cx->db, scope, &in, &rows));
    for (;;) {
        RecordSealedPastRow row;
        bool has_row;
        TRY(record_sealed_past_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        VEC_PUSH(cx->arena, said, SAID_OF(row));
    }
}

static bool was_current(const Said *said, Date day)
{
    return date_compare(said->recorded_on, day) <= 0
           && (date_is_none(said->ended_on) || date_compare(said->ended_on, day) > 0);
}

static bool is_current(const Said *said)
{
    return date_is_none(said->ended_on);
}

static Err add_facts(Cx *cx, const Said *said, FactList *facts)
{
    Str content;
    TRY(record_sealed_open(cx, said->entry, said->record, said->content, &content));
    for (SealedPart part; record_sealed_part(&content, &part);) {
        if (str_equals_c(part.fact, "sex") || str_equals_c(part.fact, "birth_date"))
            VEC_PUSH(cx->arena, facts,
                     (RecordFactThen){
                         said->entry, said->record, said->happened_on, {part.fact, part.text}});
    }
    return OK;
}

/* The records of one entry. */
static Err take_entry(Cx *cx, Date day, const Said *said, size_t n, bool is_asked, FactList *facts)
{
    bool has_changed = is_asked;
    for (size_t i = 0; i < n; i++)
        has_changed = has_changed || was_current(&said[i], day) != is_current(&said[i]);
    if (!has_changed)
        return OK;
    VEC_PUSH(cx->arena, facts,
             (RecordFactThen){.entry = said->entry, .record = UUID_NIL, .happened_on = DATE_NONE});
    for (size_t i = 0; i < n; i++) {
        if (was_current(&said[i], day))
            TRY(add_facts(cx, &said[i], facts));
    }
    return OK;
}

Err record_facts_then(Cx *cx, Date day, const DbScope *scope, const Uuid *person,
                      const ResidentThen *then, size_t then_n, const RecordFactThen **ret_facts,
                      size_t *ret_n)
{
    SaidList said = {0};
    FactList facts = {0};
    TRY(person != NULL ? read_one(cx, *person, &said) : read_in_scope(cx, day, scope, &said));
    for (size_t i = 0, n = 0; i < said.n; i += n) {
        Uuid entry = said.items[i].entry;
        for (n = 1; i + n < said.n && uuid_equals(said.items[i + n].entry, entry);)
            n++;
        bool is_asked = resident_then_find(then, then_n, entry) != NULL;
        TRY(take_entry(cx, day, &said.items[i], n, is_asked, &facts));
    }
    *ret_facts = facts.items;
    *ret_n = facts.n;
    return OK;
}
