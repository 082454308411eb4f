/* Giving, ending and reading waivers, and the evidence that they are. */
#include "engine/obligations/waivers.h"

#include "access/access.h"
#include "core/core_sql.h"
#include "core/keys.h"
#include "engine/obligations/evaluate_int.h"
#include "engine/obligations/obligations_int.h"
#include "engine/subjects/residents.h"

enum { NOTE_MOST = 500 };

#define LITERAL(text)                                                                              \
 {                                                                                                 \
  (text), sizeof(text) - 1                                                                         \
 }

const WaiverReason waiver_reasons[WAIVER_REASON_N] = {
    {LITERAL("refuses"), {LITERAL("本人拒绝"), LITERAL("refuses")}, false, true},
    {LITERAL("away"), {LITERAL("外出"), LITERAL("away")}, false, false},
    {LITERAL("unreachable"), {LITERAL("联系不上"), LITERAL("cannot be reached")}, false, false},
    {LITERAL("contraindicated"),
     {LITERAL("有禁忌或不宜"), LITERAL("contraindicated")},
     false,
     true},
    {LITERAL("other"), {LITERAL("其他原因"), LITERAL("another reason")}, true, false},
};

const WaiverReason *waiver_reason(Str id)
{
    for (size_t i = 0; i < WAIVER_REASON_N; i++) {
        if (str_equals(waiver_reasons[i].id, id))
            return &waiver_reasons[i];
    }
    return NULL;
}

static const char *const kinds[] = {[WAIVER_WAIVE] = "waive", [WAIVER_POSTPONE] = "postpone"};

static Str note_associated(Cx *cx, Uuid waiver)
{
    char text[UUID_TEXT_SIZE];
    return str_printf(cx->arena, "obligation_waiver.note %s", uuid_format(waiver, text));
}

/* A row of either statement that reads whole waivers. */
#define WAIVER_OF(waiver_id, row)                                                                  \
 ((Waiver){.id = (waiver_id),                                                                      \
           .resident = (row).subject_id,                                                           \
           .kind =                                                                                 \
               str_equals_c((row).kind, kinds[WAIVER_POSTPONE]) ? WAIVER_POSTPONE : WAIVER_WAIVE,  \
           .program = (row).program,                                                               \
           .rule = (row).rule,                                                                     \
           .item = (row).item,                                                                     \
           .is_whole = date_is_none((row).spares_on),                                              \
           .closes_on = (row).spares_on,                                                           \
           .from = (row).valid_from,                                                               \
           .until = (row).valid_until,                                                             \
           .reason = (row).reason,                                                                 \
           .given_at = (row).given_at,                                                             \
           .given_by = (row).given_by,                                                             \
           .is_ended = (row).has_ended_at,                                                         \
           .end_reason = (row).end_reason,                                                         \
           .ended_at = (row).ended_at,                                                             \
           .ended_by = (row).ended_by})

/* What SQL gives, as others know it: an obligation that stays open has no last day. */
static Err complete(Cx *cx, Waiver *waiver, Str sealed)
{
    waiver->note = STR("");
    if (!date_is_none(waiver->closes_on) && date_compare(waiver->closes_on, FAR_DAY) == 0)
        waiver->closes_on = DATE_NONE;
    return sealed.p == NULL ? OK
                            : keys_unseal(cx->keys, cx->arena, note_associated(cx, waiver->id),
                                          sealed, &waiver->note);
}

static Err find(Cx *cx, Uuid id, bool *ret_found, Waiver *ret_waiver)
{
    ObligationWaiverByIdIn in = {.place = cx->place, .id = id};
    ObligationWaiverByIdRow row;
    TRY(obligation_waiver_by_id(cx->db, cx->arena, &in, &row, ret_found));
    if (!*ret_found)
        return OK;
    *ret_waiver = WAIVER_OF(id, row);
    return complete(cx, ret_waiver, row.note);
}

/* ---- evidence ---- */

/* The item of an edition, from 1; 0: all; -1: this edition has none of that id. */
static int32_t item_of(const Rule *rule, Str item)
{
    if (item.n == 0)
        return 0;
    for (size_t i = 0; i < rule->item_n; i++) {
        if (str_equals(rule->items[i].id, item))
            return (int32_t)i + 1;
    }
    return -1;
}

static bool is_edition(const Rule *rule, Str program, Str id)
{
    return str_equals(rule->program->id, program) && str_equals(rule->id, id);
}

/* spares_on: as stored. */
static Evidence evidence_of(const Waiver *waiver, int32_t item, Date spares_on)
{
    return (Evidence){.record = waiver->id,
                      .happened_on = waiver->from,
                      .kind = EVIDENCE_WAIVER,
                      .is_counted =
                          !date_is_none(spares_on) && waiver->kind == WAIVER_WAIVE
                          && date_compare(date_of_instant(waiver->given_at), waiver->from) < 0,
                      .is_capped = waiver->kind == WAIVER_POSTPONE,
                      .next_on = waiver->until,
                      .detail = item,
                      .spares_on = spares_on};
}

static Err evidence_add(Cx *cx, const Rule *rule, const Waiver *waiver, Date spares_on)
{
    int32_t item = item_of(rule, waiver->item);
    if (item < 0)
        return OK;
    const Evidence evidence = evidence_of(waiver, item, spares_on);
    ObligationEvidenceInsertWaiverIn in = {
        .place = cx->place,
        .subject_id = waiver->resident,
        .rule_key = rule_key(rule),
        .happened_on = evidence.happened_on,
        .record_id = evidence.record,
        .is_counted = evidence.is_counted,
        .is_capped = evidence.is_capped,
        .next_on = evidence.next_on,
        .recorded_on = date_of_instant(waiver->given_at),
        .ended_on = waiver->is_ended ? date_of_instant(waiver->ended_at) : DATE_NONE,
        .detail = evidence.detail,
        .spares_on = evidence.spares_on,
    };
    return obligation_evidence_insert_waiver(cx->db, &in, NULL);
}

typedef VEC(Waiver) Waivers;

static Err read_of_rule(Cx *cx, const Rule *rule, Waivers *waivers)
{
    CLEANUP(db_rows_close) DbRows rows = {0};
    ObligationWaiverOfRuleIn in = {cx->place, rule->program->id, rule->id};
    TRY(obligation_waiver_of_rule_open(cx->db, &in, &rows));
    for (;;) {
        ObligationWaiverOfRuleRow row;
        bool has_row = false;
        TRY(obligation_waiver_of_rule_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        Waiver waiver = {.id = row.id,
                         .resident = row.subject_id,
                         .kind = str_equals_c(row.kind, kinds[WAIVER_POSTPONE]) ? WAIVER_POSTPONE
                                                                                : WAIVER_WAIVE,
                         .item = row.item,
                         .closes_on = row.spares_on,
                         .from = row.valid_from,
                         .until = row.valid_until,
                         .given_at = row.given_at,
                         .is_ended = row.has_ended_at,
                         .ended_at = row.ended_at};
        VEC_PUSH(cx->arena, waivers, waiver);
    }
}

Err waivers_remake(Cx *cx, const Rule *rule)
{
    Waivers waivers = {0};
    TRY(read_of_rule(cx, rule, &waivers));
    for (size_t i = 0; i < waivers.n; i++)
        TRY(evidence_add(cx, rule, &waivers.items[i], waivers.items[i].closes_on));
    return OK;
}

Err waivers_in_force(Cx *cx, const Rule *rule, SubjectEvidence *rows)
{
    Waivers waivers = {0};
    TRY(read_of_rule(cx, rule, &waivers));
    for (size_t i = 0; i < waivers.n; i++) {
        const Waiver *waiver = &waivers.items[i];
        int32_t item = item_of(rule, waiver->item);
        if (item < 0 || waiver->is_ended)
            continue;
        const Evidence evidence = evidence_of(waiver, item, waiver->closes_on);
        VEC_PUSH(cx->arena, rows, ((SubjectRow){waiver->resident, {rule_key(rule), evidence}}));
    }
    return OK;
}

/* ---- giving ---- */

typedef struct Giving {
    Waiver waiver;
    Date spares_on;
    bool was_known;
} Giving;

static Str day_text(Cx *cx, Date date)
{
    char text[DATE_TEXT_SIZE];
    return str_copy(cx->arena, str_from_c(date_format(date, text)));
}

static Err require_in_sight(Cx *cx, Uuid *id)
{
    TRY(resident_person(cx, id));
    ObligationSubjectInSightIn in = {cx->place, *id};
    ObligationSubjectInSightRow ignored;
    bool is_found = false;
    TRY(obligation_subject_in_sight(cx->db, access_scope(cx), cx->arena, &in, &ignored, &is_found));
    return is_found ? OK
                    : cx_fail(cx, ERR_NOT_FOUND, TEXT_NOT_FOUND, STR("/id"), 1, STR("resident"));
}

static bool is_same_date(Date a, Date b)
{
    return date_compare(a, b) == 0;
}

static bool is_same(const Waiver *known, const Waiver *sent, const Actor *actor)
{
    return known->kind == sent->kind && str_equals(known->program, sent->program)
           && str_equals(known->rule, sent->rule)
           && (sent->item.n == 0 || str_equals(known->item, sent->item))
           && known->is_whole == sent->is_whole
           && (date_is_none(sent->closes_on) || is_same_date(known->closes_on, sent->closes_on))
           && is_same_date(known->until, sent->until) && str_equals(known->reason, sent->reason)
           && str_equals(known->note, sent->note) && uuid_equals(known->given_by, actor->account);
}

/* Sent before? */
static Err find_known(Cx *cx, Giving *giving)
{
    Waiver known;
    TRY(find(cx, giving->waiver.id, &giving->was_known, &known));
    if (!giving->was_known)
        return OK;
    Uuid person = known.resident;
    TRY(resident_person(cx, &person));
    return uuid_equals(person, giving->waiver.resident)
                   && is_same(&known, &giving->waiver, cx->actor)
               ? OK
               : cx_fail(cx, ERR_CONFLICT, TEXT_WAIVER_CONFLICT, STR("/id"), 0);
}

/* Open before not yet open, then by due day. */
static bool waits_longer(const Obligation *a, const Obligation *b, Date today)
{
    bool a_is_open = date_compare(a->opens_on, today) <= 0;
    bool b_is_open = date_compare(b->opens_on, today) <= 0;
    if (a_is_open != b_is_open)
        return a_is_open;
    return date_compare(a->due_on, b->due_on) < 0;
}

static bool is_wanted(Cx *cx, const Obligation *one, const Waiver *waiver)
{
    return is_edition(one->rule, waiver->program, waiver->rule) && date_is_none(one->met_on)
           && date_is_none(one->waived_on) && date_compare(one->closes_on, cx->today) >= 0
           && (waiver->item.n == 0 || str_equals(obligation_item(one), waiver->item))
           && (date_is_none(waiver->closes_on) || is_same_date(one->closes_on, waiver->closes_on));
}

/* The one obligation that is meant. */
static Err find_obligation(Cx *cx, const Waiver *waiver, Obligation *ret_obligation)
{
    SubjectFacts facts;
    EvidenceRows evidence = {0};
    ObligationRows computed = {0};
    const Obligation *found = NULL;
    const Policy *policy = NULL;
    TRY(policy_of(cx, &policy));
    TRY(subject_read(cx, waiver->resident, KNOWN_NOW, &facts, &evidence));
    subject_evaluate(cx, policy, &facts, evidence.items, evidence.n, rule_horizon(cx->today),
                     &computed);
    for (size_t i = 0; i < computed.n; i++) {
        const Obligation *one = &computed.items[i].outcome.obligation;
        if (is_wanted(cx, one, waiver) && (found == NULL || waits_longer(one, found, cx->today)))
            found = one;
    }
    if (found == NULL)
        return cx_fail(cx, ERR_INVALID, TEXT_WAIVER_NOTHING, STR("/obligation"), 0);
    *ret_obligation = *found;
    return OK;
}

/* The days of a waiver of one obligation. */
static Err take_one(Cx *cx, Giving *giving)
{
    Waiver *waiver = &giving->waiver;
    Obligation one;
    TRY(find_obligation(cx, waiver, &one));
    bool is_spared = !date_is_none(one.spared_on) && date_compare(one.spared_on, cx->today) <= 0;
    giving->spares_on = one.closes_on;
    waiver->item = obligation_item(&one);
    waiver->from = is_spared ? cx->today : date_max(cx->today, one.opens_on);
    if (waiver->kind == WAIVER_WAIVE)
        return OK;
    if (date_compare(waiver->until, one.closes_on) > 0)
        return cx_fail(cx, ERR_INVALID, TEXT_WAIVER_CLOSES, STR("/until"), 1,
                       day_text(cx, one.closes_on));
    if (date_compare(waiver->until, one.due_on) <= 0)
        return cx_fail(cx, ERR_INVALID, TEXT_WAIVER_NO_LATER, STR("/until"), 1,
                       day_text(cx, one.due_on));
    return OK;
}

/* A rule of the packs, one edition at least with the item, that the caller may know of. What no
 * pack has any more is known to the system alone: how sensitive it was, nobody says. */
static Err sees_rule(Cx *cx, const Waiver *waiver, bool *ret_sees)
{
    bool is_known = false;
    for (size_t i = 0; i < cx->packs->rule_n; i++) {
        const Rule *rule = cx->packs->rules[i];
        bool sees_class = false;
        if (!is_edition(rule, waiver->program, waiver->rule) || item_of(rule, waiver->item) < 0)
            continue;
        TRY(access_sees_class_of(cx, waiver->resident, rule_sensitivity(rule), &sees_class));
        is_known = is_known || sees_class;
    }
    *ret_sees = is_known || cx->actor->is_system;
    return OK;
}

static Err check_rule(Cx *cx, const Waiver *waiver)
{
    const Program *program = pack_program(cx->packs, waiver->program);
    bool has_item = false, is_seen = false;
    for (size_t i = 0; program != NULL && i < program->rule_n; i++)
        has_item = has_item
                   || (is_edition(program->rules[i], waiver->program, waiver->rule)
                       && item_of(program->rules[i], waiver->item) >= 0);
    TRY(sees_rule(cx, waiver, &is_seen));
    return has_item && is_seen
               ? OK
               : cx_fail(cx, ERR_INVALID, TEXT_WAIVER_NOTHING, STR("/obligation"), 0);
}

static Err insert(Cx *cx, const Giving *giving)
{
    const Waiver *waiver = &giving->waiver;
    PlaceRevNextRow rev;
    TRY(place_rev_next(cx->db, cx->arena, &(PlaceRevNextIn){.place = cx->place}, &rev));
    ObligationWaiverInsertIn in = {
        .place = cx->place,
        .id = waiver->id,
        .rev = rev.rev,
        .subject_id = waiver->resident,
        .kind = str_from_c(kinds[waiver->kind]),
        .program = waiver->program,
        .rule = waiver->rule,
        .item = waiver->item.n == 0 ? STR("") : waiver->item,
        .spares_on = giving->spares_on,
        .valid_from = waiver->from,
        .valid_until = waiver->until,
        .reason = waiver->reason,
        .given_at = waiver->given_at,
        .given_by = waiver->given_by,
    };
    if (waiver->note.n > 0)
        in.note = keys_seal(cx->keys, cx->arena, note_associated(cx, waiver->id), waiver->note);
    return obligation_waiver_insert(cx->db, &in, NULL);
}

static Err audit_waiver(Cx *cx, const char *action, const Waiver *waiver)
{
    bool is_for_good = date_is_none(waiver->until);
    const AuditEntry entry = {
        .action = str_printf(cx->arena, "obligation.%s", action),
        .subject = waiver->resident,
        .object = waiver->id,
        .detail = str_printf(cx->arena, "%.*s/%.*s %.*s until %.*s", STR_ARG(waiver->program),
                             STR_ARG(waiver->rule), STR_ARG(waiver->reason),
                             STR_ARG(is_for_good ? STR("ever") : day_text(cx, waiver->until))),
    };
    return audit_add(cx, &entry);
}

static Err store(Cx *cx, const Giving *giving)
{
    const Waiver *waiver = &giving->waiver;
    TRY(insert(cx, giving));
    for (size_t i = 0; i < cx->packs->rule_n; i++) {
        if (is_edition(cx->packs->rules[i], waiver->program, waiver->rule))
            TRY(evidence_add(cx, cx->packs->rules[i], waiver, giving->spares_on));
    }
    return audit_waiver(cx, kinds[waiver->kind], waiver);
}

static Err give_work(Cx *cx, void *arg)
{
    Giving *giving = arg;
    Waiver *waiver = &giving->waiver;
    TRY(require_in_sight(cx, &waiver->resident));
    TRY(find_known(cx, giving));
    if (giving->was_known)
        return OK;
    TRY(check_rule(cx, waiver));
    waiver->from = cx->today;
    waiver->given_at = cx->now;
    waiver->given_by = cx->actor->account;
    giving->spares_on = DATE_NONE;
    if (!waiver->is_whole)
        TRY(take_one(cx, giving));
    if (!date_is_none(waiver->until) && date_compare(waiver->until, waiver->from) < 0)
        return cx_fail(cx, ERR_INVALID, TEXT_WAIVER_UNTIL_EARLY, STR("/until"), 1,
                       day_text(cx, waiver->from));
    TRY(store(cx, giving));
    return subject_recompute(cx, waiver->resident);
}

static Str reasons_text(Cx *cx)
{
    Buf buf;
    buf_init(&buf, cx->arena, KIB(1));
    for (size_t i = 0; i < WAIVER_REASON_N; i++)
        buf_printf(&buf, "%s%.*s", i == 0 ? "" : ", ", STR_ARG(waiver_reasons[i].id));
    return buf_str(&buf);
}

static Err check_sent(Cx *cx, Waiver *waiver)
{
    const WaiverReason *reason = waiver_reason(waiver->reason);
    waiver->note = str_trim(waiver->note);
    if (uuid_is_nil(waiver->id))
        return cx_fail(cx, ERR_INVALID, TEXT_FIELD_REQUIRED, STR("/id"), 1, STR("id"));
    if (reason == NULL)
        return cx_fail(cx, ERR_INVALID, TEXT_FIELD_TYPE, STR("/reason"), 2, STR("reason"),
                       reasons_text(cx));
    if (reason->needs_note && waiver->note.n == 0)
        return cx_fail(cx, ERR_INVALID, TEXT_REASON_REQUIRED, STR("/note"), 0);
    if (waiver->note.n > NOTE_MOST)
        return cx_fail(cx, ERR_INVALID, TEXT_WAIVER_NOTE_LONG, STR("/note"), 0);
    if (date_is_none(waiver->until)
        && (waiver->kind == WAIVER_POSTPONE || !reason->may_be_for_good))
        return cx_fail(cx, ERR_INVALID, TEXT_WAIVER_UNTIL_NEEDED, STR("/until"), 0);
    return OK;
}

/* What the database itself says has no problem in cx yet. */
static Err told(Cx *cx, Err err)
{
    return err == OK || cx->problem_n > 0 ? err : cx_fail_db(cx, err);
}

static Err give_told(Cx *cx, void *arg)
{
    return told(cx, give_work(cx, arg));
}

Err waiver_give(Cx *cx, const Waiver *waiver, bool *ret_was_known)
{
    TRY(access_require(cx, STR("obligations.waive")));
    Giving giving = {.waiver = *waiver};
    TRY(check_sent(cx, &giving.waiver));
    TRY(cx_write(cx, give_told, &giving));
    *ret_was_known = giving.was_known;
    return OK;
}

static Err put_told(Cx *cx, void *arg)
{
    return told(cx, store(cx, arg));
}

Err waiver_put(Cx *cx, const Waiver *waiver)
{
    Giving giving = {.waiver = *waiver,
                     .spares_on = waiver->is_whole ? DATE_NONE : waiver->closes_on};
    return cx_write(cx, put_told, &giving);
}

/* ---- ending ---- */

typedef struct Ending {
    Uuid resident, waiver;
    Str reason;
} Ending;

static Err end_work(Cx *cx, void *arg)
{
    Ending ending = *(const Ending *)arg;
    Waiver waiver;
    bool is_found = false;
    TRY(require_in_sight(cx, &ending.resident));
    TRY(find(cx, ending.waiver, &is_found, &waiver));
    if (is_found) {
        TRY(resident_person(cx, &waiver.resident));
        TRY(sees_rule(cx, &waiver, &is_found));
    }
    if (!is_found || !uuid_equals(waiver.resident, ending.resident))
        return cx_fail(cx, ERR_NOT_FOUND, TEXT_NOT_FOUND, STR("/waiver"), 1, STR("waiver"));
    if (waiver.is_ended)
        return str_equals(waiver.end_reason, ending.reason)
                   ? OK
                   : cx_fail(cx, ERR_CONFLICT, TEXT_WAIVER_ENDED, STR("/waiver"), 0);
    ObligationWaiverEndInsertIn in = {cx->place, ending.waiver, cx->now, cx->actor->account,
                                      ending.reason};
    ObligationEvidenceEndIn end = {cx->place, ending.resident, ending.waiver,
                                   date_of_instant(cx->now)};
    TRY(obligation_waiver_end_insert(cx->db, &in, NULL));
    TRY(obligation_evidence_end(cx->db, &end));
    TRY(subject_recompute(cx, ending.resident));
    return audit_waiver(cx, "unwaive", &waiver);
}

static Err end_told(Cx *cx, void *arg)
{
    return told(cx, end_work(cx, arg));
}

Err waiver_end(Cx *cx, Uuid resident, Uuid id, Str reason)
{
    Ending ending = {resident, id, str_trim(reason)};
    TRY(access_require(cx, STR("obligations.waive")));
    if (ending.reason.n == 0)
        return cx_fail(cx, ERR_INVALID, TEXT_REASON_REQUIRED, STR("/reason"), 0);
    return cx_write(cx, end_told, &ending);
}

/* ---- reading ---- */

/* As it was known at the end of the day; false: not yet. */
static bool known_on(Waiver *waiver, Date day)
{
    if (date_is_none(day))
        return true;
    if (waiver->is_ended && date_compare(date_of_instant(waiver->ended_at), day) > 0) {
        waiver->is_ended = false;
        waiver->end_reason = (Str){0};
        waiver->ended_by = UUID_NIL;
    }
    return date_compare(date_of_instant(waiver->given_at), day) <= 0;
}

static Err read_of(Cx *cx, Uuid resident, Waivers *waivers)
{
    CLEANUP(db_rows_close) DbRows rows = {0};
    ObligationWaiverOfSubjectIn in = {cx->place, resident};
    TRY(obligation_waiver_of_subject_open(cx->db, &in, &rows));
    for (;;) {
        ObligationWaiverOfSubjectRow row;
        bool has_row = false;
        TRY(obligation_waiver_of_subject_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        Waiver waiver = WAIVER_OF(row.id, row);
        TRY(complete(cx, &waiver, row.note));
        if (known_on(&waiver, cx->as_of))
            VEC_PUSH(cx->arena, waivers, waiver);
    }
}

static Err keep_seen(Cx *cx, Uuid person, Waivers *waivers)
{
    size_t kept = 0;
    for (size_t i = 0; i < waivers->n; i++) {
        Waiver asked = waivers->items[i];
        bool is_seen = false;
        asked.resident = person;
        TRY(sees_rule(cx, &asked, &is_seen));
        if (is_seen)
            waivers->items[kept++] = waivers->items[i];
    }
    waivers->n = kept;
    return OK;
}

Err waivers_of(Cx *cx, Uuid resident, const Waiver **ret_waivers, size_t *ret_n)
{
    Waivers waivers = {0};
    Uuid person = resident;
    Err err = resident_person(cx, &person);
    if (err == OK)
        err = read_of(cx, person, &waivers);
    if (err == OK)
        err = keep_seen(cx, person, &waivers);
    if (err != OK)
        return told(cx, err);
    *ret_waivers = waivers.items;
    *ret_n = waivers.n;
    return OK;
}

Err waiver_account_name(Cx *cx, Uuid account, Wording *ret_name)
{
    Account found;
    *ret_name = (Wording){STR("系统"), STR("the system")};
    if (uuid_is_nil(account))
        return OK;
    TRY(account_open(cx, account, &found));
    *ret_name = (Wording){found.name, found.name};
    return OK;
}
