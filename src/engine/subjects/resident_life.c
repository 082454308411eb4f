/* What happens to residents: dated events, of which the newest decide where one lives and whether
 * he is here. An event that was entered wrongly is ended, and what follows is made anew.
 *
 * Somebody to whom nothing happened yet has no events; the first one writes down what he was
 * registered with before it, so that the events alone say everything from then on. */
#include "access/access.h"
#include "core/keys.h"
#include "engine/subjects/residents_sql.h"
#include "engine/subjects/subjects_int.h"

enum { NOTE_MOST = 500 };

typedef VEC(ResidentEvent) Events;

static const char *const names[] = {
    [RESIDENT_REGISTERED] = "registered", [RESIDENT_MOVED] = "moved",
    [RESIDENT_JOINED] = "joined",         [RESIDENT_LEFT] = "left",
    [RESIDENT_RETURNED] = "returned",     [RESIDENT_DIED] = "died",
};

const char *resident_event_name(ResidentEventKind kind)
{
    return names[kind];
}

bool resident_event_parse(Str name, ResidentEventKind *ret_kind)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (str_equals_c(name, names[i])) {
            *ret_kind = (ResidentEventKind)i;
            return true;
        }
    }
    return false;
}

void resident_person_ahead(Cx *cx, Uuid id)
{
    resident_state_ahead(cx->db, &(ResidentStateIn){.place = cx->place, .id = id});
}

Err resident_person(Cx *cx, Uuid *id)
{
    ResidentStateIn in = {.place = cx->place, .id = *id};
    ResidentStateRow row;
    bool is_found = false;
    TRY(resident_state(cx->db, cx->arena, &in, &row, &is_found));
    if (is_found && !uuid_is_nil(row.merged_into))
        *id = row.merged_into;
    return OK;
}

Err resident_require(Cx *cx, Uuid *id, Str where)
{
    TRY(resident_person(cx, id));
    ResidentInSightIn in = {.place = cx->place, .id = *id};
    ResidentInSightRow ignored;
    bool is_found = false;
    TRY(resident_in_sight(cx->db, access_scope(cx), cx->arena, &in, &ignored, &is_found));
    return is_found ? OK : cx_fail(cx, ERR_NOT_FOUND, TEXT_NOT_FOUND, where, 1, STR("resident"));
}

static Str note_associated(Cx *cx, Uuid event)
{
    char text[UUID_TEXT_SIZE];
    return str_printf(cx->arena, "resident_event.note %s", uuid_format(event, text));
}

static Err read_note(Cx *cx, Uuid event, Str sealed, Str *ret_note)
{
    *ret_note = STR("");
    return sealed.p == NULL
               ? OK
               : keys_unseal(cx->keys, cx->arena, note_associated(cx, event), sealed, ret_note);
}

static Err read_events(Cx *cx, Uuid resident, Events *events)
{
    CLEANUP(db_rows_close) DbRows rows = {0};
    ResidentEventOfIn in = {.place = cx->place, .resident_id = resident};
    TRY(resident_event_of_open(cx->db, &in, &rows));
    for (;;) {
        ResidentEventOfRow row;
        bool has_row = false;
        TRY(resident_event_of_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        ResidentEvent event = {.id = row.id,
                               .resident = resident,
                               .happened_on = row.happened_on,
                               .area = row.area_code,
                               .household = row.household_id,
                               .relation = row.relation.p == NULL ? STR("") : row.relation,
                               .recorded_at = row.recorded_at,
                               .recorded_by = row.recorded_by,
                               .is_ended = row.has_ended_at,
                               .end_reason = row.reason,
                               .ended_at = row.ended_at};
        if (!resident_event_parse(str_copy(cx->arena, row.kind), &event.kind))
            return ERR_INTERNAL;
        TRY(read_note(cx, row.id, row.note, &event.note));
        VEC_PUSH(cx->arena, events, event);
    }
}

bool resident_state_follow(ResidentState *state, const ResidentEvent *event)
{
    bool is_dead = !date_is_none(state->died_on), is_away = !date_is_none(state->left_on);
    bool is_here = !is_dead && !is_away;
    switch (event->kind) {
    case RESIDENT_REGISTERED: is_here = true; break;
    case RESIDENT_MOVED: break;
    case RESIDENT_JOINED: break;
    case RESIDENT_LEFT: state->left_on = event->happened_on; return is_here;
    case RESIDENT_DIED: state->died_on = event->happened_on; return !is_dead;
    case RESIDENT_RETURNED:
        state->left_on = DATE_NONE;
        is_here = is_away && !is_dead;
        break;
    }
    state->area = event->area;
    state->household = event->household;
    state->relation = event->relation;
    return is_here;
}

/* False where the events do not follow each other. */
static bool follow_all(const Events *events, ResidentState *ret_state)
{
    ResidentState state = {.died_on = DATE_NONE, .left_on = DATE_NONE};
    for (size_t i = 0; i < events->n; i++) {
        if (!events->items[i].is_ended && !resident_state_follow(&state, &events->items[i]))
            return false;
    }
    *ret_state = state;
    return true;
}

Err resident_state_by_events(Cx *cx, Uuid id, ResidentState *ret_state)
{
    Events events = {0};
    TRY(read_events(cx, id, &events));
    ENSURE(events.n > 0 && follow_all(&events, ret_state));
    return OK;
}

static Err insert_event(Cx *cx, const ResidentEvent *event)
{
    int64_t rev = 0;
    TRY(resident_rev_next(cx, &rev));
    ResidentEventInsertIn in = {
        .place = cx->place,
        .id = event->id,
        .resident_id = event->resident,
        .rev = rev,
        .kind = str_from_c(names[event->kind]),
        .happened_on = event->happened_on,
        .area_code = event->area,
        .household_id = event->household,
        .relation = event->relation.n == 0 ? (Str){0} : event->relation,
        .recorded_at = event->recorded_at,
        .recorded_by = cx->actor->account,
    };
    if (event->note.n > 0)
        in.note = keys_seal(cx->keys, cx->arena, note_associated(cx, event->id), event->note);
    return resident_event_insert(cx->db, &in, NULL);
}

static Err insert_begin(Cx *cx, ResidentEvent event, ResidentEventKind kind, Date day)
{
    if (date_is_none(day))
        return OK;
    event.id = cx_new_id(cx);
    event.kind = kind;
    event.happened_on = day;
    event.recorded_at = instant_of_date(day, 0, 0); /* the register has said so since */
    return insert_event(cx, &event);
}

Err resident_life_begin(Cx *cx, Uuid id)
{
    ResidentStateIn in = {.place = cx->place, .id = id};
    ResidentStateRow row;
    bool is_found = false;
    Events events = {0};
    TRY(read_events(cx, id, &events));
    TRY(resident_state(cx->db, cx->arena, &in, &row, &is_found));
    if (events.n > 0 || !is_found)
        return OK;
    const ResidentEvent begin = {.resident = id,
                                 .area = row.area_code,
                                 .household = row.household_id,
                                 .relation = row.relation};
    TRY(insert_begin(cx, begin, RESIDENT_REGISTERED, row.registered_on));
    TRY(insert_begin(cx, begin, RESIDENT_LEFT, row.left_on));
    return insert_begin(cx, begin, RESIDENT_DIED, row.died_on);
}

Err resident_state_apply(Cx *cx, Uuid id, const ResidentState *state, Uuid merged_into)
{
    ResidentStateIn read = {.place = cx->place, .id = id};
    ResidentStateRow row;
    bool is_found = false;
    int64_t rev = 0;
    TRY(resident_state(cx->db, cx->arena, &read, &row, &is_found));
    ENSURE(is_found);
    if (!str_equals(row.area_code, state->area))
        TRY(resident_tokens_move(cx, id, row.area_code, state->area));
    TRY(resident_rev_next(cx, &rev));
    ResidentStatePutIn in = {.place = cx->place,
                             .id = id,
                             .area_code = state->area,
                             .household_id = state->household,
                             .relation = state->relation.n == 0 ? (Str){0} : state->relation,
                             .died_on = state->died_on,
                             .left_on = state->left_on,
                             .merged_into = merged_into,
                             .rev = rev};
    return resident_state_put(cx->db, &in, NULL);
}

/* Entries kept under the person are found where the person is. */
static Err apply_to_merged(Cx *cx, Uuid person, Str area)
{
    const Uuid *ids = NULL;
    size_t n = 0;
    TRY(resident_merged(cx, person, &ids, &n));
    for (size_t i = 0; i < n; i++) {
        ResidentState state;
        TRY(resident_state_by_events(cx, ids[i], &state));
        state.area = area;
        TRY(resident_state_apply(cx, ids[i], &state, person));
    }
    return OK;
}

static Err apply(Cx *cx, Uuid id, const ResidentState *state)
{
    TRY(resident_state_apply(cx, id, state, UUID_NIL));
    TRY(apply_to_merged(cx, id, state->area));
    return resident_hooks_run(cx, id);
}

/* What the event leaves as it was. */
static void complete(ResidentEvent *event, const ResidentState *state)
{
    bool keeps_place = event->kind == RESIDENT_LEFT || event->kind == RESIDENT_DIED;
    if (event->area.n == 0 || keeps_place || event->kind == RESIDENT_JOINED)
        event->area = state->area;
    if (keeps_place) {
        event->household = state->household;
        event->relation = state->relation;
    }
}

Err resident_area_check(Cx *cx, Str area)
{
    ResidentAreaThereIn in = {.place = cx->place, .code = area, .day = cx->today};
    ResidentAreaThereRow ignored;
    bool is_found = false;
    TRY(resident_area_there(cx->db, cx->arena, &in, &ignored, &is_found));
    return is_found ? OK : cx_fail(cx, ERR_INVALID, TEXT_RESIDENT_AREA, STR("/area"), 1, area);
}

static Err check_household(Cx *cx, const ResidentEvent *event)
{
    ResidentHouseholdOfIn in = {.place = cx->place, .id = event->household};
    ResidentHouseholdOfRow row;
    bool is_found = false;
    if (uuid_is_nil(event->household))
        return OK;
    TRY(resident_household_of(cx->db, cx->arena, &in, &row, &is_found));
    return is_found && str_equals(row.area_code, event->area)
               ? OK
               : cx_fail(cx, ERR_INVALID, TEXT_HOUSEHOLD_ELSEWHERE, STR("/household"), 0);
}

static Err check_day(Cx *cx, const ResidentEvent *event, Date registered_on)
{
    char text[DATE_TEXT_SIZE];
    if (date_is_none(event->happened_on))
        return cx_fail(cx, ERR_INVALID, TEXT_FIELD_REQUIRED, STR("/happened_on"), 1,
                       STR("happened_on"));
    if (date_compare(event->happened_on, cx->today) > 0)
        return cx_fail(cx, ERR_INVALID, TEXT_DAY_AHEAD, STR("/happened_on"), 1,
                       str_copy(cx->arena, str_from_c(date_format(cx->today, text))));
    if (date_compare(event->happened_on, registered_on) < 0)
        return cx_fail(cx, ERR_INVALID, TEXT_RESIDENT_EVENT_EARLY, STR("/happened_on"), 1,
                       str_copy(cx->arena, str_from_c(date_format(registered_on, text))));
    return OK;
}

static bool is_same_event(const ResidentEvent *a, const ResidentEvent *b)
{
    return uuid_equals(a->resident, b->resident) && a->kind == b->kind
           && date_compare(a->happened_on, b->happened_on) == 0
           && (b->area.n == 0 || str_equals(a->area, b->area)) && str_equals(a->note, b->note);
}

/* Sent before? */
static Err find_known(Cx *cx, const ResidentEvent *event, bool *ret_is_known)
{
    ResidentEventKnownIn in = {.place = cx->place, .id = event->id};
    ResidentEventKnownRow row;
    TRY(resident_event_known(cx->db, cx->arena, &in, &row, ret_is_known));
    if (!*ret_is_known)
        return OK;
    ResidentEvent known = {
        .resident = row.resident_id, .happened_on = row.happened_on, .area = row.area_code};
    TRY(read_note(cx, event->id, row.note, &known.note));
    return resident_event_parse(row.kind, &known.kind) && is_same_event(&known, event)
               ? OK
               : cx_fail(cx, ERR_CONFLICT, TEXT_RESIDENT_EVENT_CONFLICT, STR("/id"), 0);
}

/* The state before the event: of those on its day or earlier. */
static bool state_before(const Events *events, const ResidentEvent *event, ResidentState *ret_state)
{
    Events before = *events;
    before.n = 0;
    while (before.n < events->n
           && date_compare(events->items[before.n].happened_on, event->happened_on) <= 0)
        before.n++;
    return follow_all(&before, ret_state);
}

static Err add_work(Cx *cx, void *arg)
{
    ResidentEvent event = *(const ResidentEvent *)arg;
    Events events = {0};
    ResidentState state;
    bool is_known = false;
    TRY(find_known(cx, &event, &is_known));
    if (is_known)
        return OK;
    TRY(resident_require(cx, &event.resident, STR("/id")));
    TRY(resident_life_begin(cx, event.resident));
    TRY(read_events(cx, event.resident, &events));
    TRY(check_day(cx, &event, events.items[0].happened_on));
    ENSURE(state_before(&events, &event, &state));
    complete(&event, &state);
    event.recorded_at = cx->now;
    if (event.kind != RESIDENT_LEFT && event.kind != RESIDENT_DIED)
        TRY(resident_area_check(cx, event.area));
    if (event.kind == RESIDENT_MOVED || event.kind == RESIDENT_JOINED
        || event.kind == RESIDENT_RETURNED)
        TRY(check_household(cx, &event));
    TRY(insert_event(cx, &event));
    events = (Events){0};
    TRY(read_events(cx, event.resident, &events));
    if (!follow_all(&events, &state))
        return cx_fail(cx, ERR_INVALID, TEXT_RESIDENT_EVENT_ORDER, STR("/kind"), 0);
    TRY(apply(cx, event.resident, &state));
    AuditEntry entry = {.action = str_printf(cx->arena, "resident.%s", names[event.kind]),
                        .subject = event.resident,
                        .object = event.id};
    return audit_add(cx, &entry);
}

Err resident_event_add(Cx *cx, const ResidentEvent *event)
{
    TRY(access_require(cx, STR("residents.write")));
    ResidentEvent copy = *event;
    copy.note = str_trim(copy.note);
    if (uuid_is_nil(copy.id))
        return cx_fail(cx, ERR_INVALID, TEXT_FIELD_REQUIRED, STR("/id"), 1, STR("id"));
    if (copy.kind == RESIDENT_REGISTERED || copy.note.n > NOTE_MOST)
        return cx_fail(cx, ERR_INVALID, TEXT_FIELD_TYPE, STR("/kind"), 2, STR("kind"),
                       STR("moved, joined, left, returned, died"));
    TRY(resident_relation_check(cx, copy.relation));
    return cx_write(cx, add_work, &copy);
}

typedef struct Ending {
    Uuid resident, event;
    Str reason;
} Ending;

static Err find_event(Cx *cx, const Events *events, Uuid id, const ResidentEvent **ret_event)
{
    for (size_t i = 0; i < events->n; i++) {
        if (uuid_equals(events->items[i].id, id) && events->items[i].kind != RESIDENT_REGISTERED) {
            *ret_event = &events->items[i];
            return OK;
        }
    }
    return cx_fail(cx, ERR_NOT_FOUND, TEXT_NOT_FOUND, STR("/event"), 1, STR("event"));
}

static Err void_work(Cx *cx, void *arg)
{
    Ending ending = *(const Ending *)arg;
    Events events = {0};
    const ResidentEvent *event = NULL;
    ResidentState state;
    TRY(resident_require(cx, &ending.resident, STR("/id")));
    TRY(read_events(cx, ending.resident, &events));
    TRY(find_event(cx, &events, ending.event, &event));
    if (event->is_ended)
        return str_equals(event->end_reason, ending.reason)
                   ? OK
                   : cx_fail(cx, ERR_CONFLICT, TEXT_RESIDENT_EVENT_ENDED, STR("/event"), 0);
    ResidentEventEndInsertIn in = {.place = cx->place,
                                   .event_id = event->id,
                                   .ended_at = cx->now,
                                   .ended_by = cx->actor->account,
                                   .reason = ending.reason};
    TRY(resident_event_end_insert(cx->db, &in, NULL));
    events = (Events){0};
    TRY(read_events(cx, ending.resident, &events));
    if (!follow_all(&events, &state))
        return cx_fail(cx, ERR_CONFLICT, TEXT_RESIDENT_EVENT_FOLLOWED, STR("/event"), 0);
    TRY(apply(cx, ending.resident, &state));
    AuditEntry entry = {
        .action = STR("resident.correct"), .subject = ending.resident, .object = ending.event};
    return audit_add(cx, &entry);
}

Err resident_event_void(Cx *cx, Uuid resident, Uuid event, Str reason)
{
    TRY(access_require(cx, STR("residents.write")));
    Ending ending = {resident, event, str_trim(reason)};
    if (ending.reason.n == 0)
        return cx_fail(cx, ERR_INVALID, TEXT_REASON_REQUIRED, STR("/reason"), 0);
    return cx_write(cx, void_work, &ending);
}

Err resident_history(Cx *cx, Uuid resident, const ResidentEvent **ret_events, size_t *ret_n)
{
    TRY(access_require(cx, STR("residents.read")));
    Events events = {0};
    TRY(resident_require(cx, &resident, STR("/id")));
    Err err = read_events(cx, resident, &events);
    if (err != OK)
        return cx_fail_db(cx, err);
    AuditEntry entry = {.action = STR("resident.history"), .subject = resident};
    TRY(audit_add(cx, &entry));
    *ret_events = events.items;
    *ret_n = events.n;
    return OK;
}
