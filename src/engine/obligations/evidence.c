/* Evidence: the narrow rows that rules read, made from records when they are written, and made anew
 * for many records at once.
 *
 * Invariant: the rows of a record depend on the record and the rule only, so writing them with the
 * record and rebuilding them later give the same table. */
#include "engine/obligations/obligations_int.h"
#include "engine/subjects/residents.h"

#include "base/num.h"

enum { BULK_ROWS = 4000 };

int64_t rule_key(const Rule *rule)
{
    return rule->key;
}

const Rule *rule_by_key(const Cx *cx, int64_t key)
{
    for (size_t i = 0; i < cx->packs->rule_n; i++) {
        if (rule_key(cx->packs->rules[i]) == key)
            return cx->packs->rules[i];
    }
    return NULL;
}

Str rule_name(const Rule *rule, Arena *arena)
{
    const Str parts[] = {rule->program->id, rule->id};
    return str_join(arena, parts, 2, STR("/"));
}

bool rule_reads(const Rule *rule, const Form *form)
{
    return rule->evidence == form || rule->program->enrolled_by == form
           || rule->program->left_by == form || rule->anchor.form == form;
}

const ExprValue *evidence_slots(Cx *cx, const Policy *policy, const Form *form,
                                const Record *record)
{
    const FormParameter *parameters = policy_of_form(policy, form);
    ExprValue *slots = arena_array(cx->arena, ExprValue, form->slot_n);
    for (size_t i = 0; i < form->field_n; i++)
        slots[i] = record->answers->values[i];
    slots[form_slot(form, FORM_SLOT_HAPPENED_ON)] =
        (ExprValue){.type = EXPR_DATE, .as.date = record->happened_on};
    for (size_t i = 0; i < form->parameter_n; i++)
        slots[form_slot_parameter(form, i)] =
            form_parameter_on(&parameters[i], record->happened_on);
    return slots;
}

static bool holds(const Expr *where, const ExprValue *slots, Arena *arena)
{
    return where == NULL || expr_holds(where, slots, arena);
}

static Date date_at(const ExprValue *slots, size_t slot)
{
    if (slot == SIZE_MAX || slots[slot].type != EXPR_DATE)
        return DATE_NONE;
    return slots[slot].as.date;
}

static void add(Cx *cx, EvidenceRows *rows, const Rule *rule, const Record *record,
                Evidence evidence)
{
    evidence.record = record->id;
    evidence.happened_on = record->happened_on;
    VEC_PUSH(cx->arena, rows, (EvidenceRow){rule_key(rule), evidence});
}

/* The kind of dose that the record says; false: none. */
static bool dose_kind(Cx *cx, const Rule *rule, const ExprValue *slots, int32_t *ret_kind)
{
    for (size_t i = 0; i < rule->kind_n; i++) {
        if (holds(rule->kind_where[i], slots, cx->arena)) {
            *ret_kind = (int32_t)i;
            return true;
        }
    }
    return false;
}

static double number_at(const ExprValue *slots, size_t slot)
{
    return slots[slot].type == EXPR_INTEGER   ? (double)slots[slot].as.integer
           : slots[slot].type == EXPR_DECIMAL ? slots[slot].as.decimal
                                              : 0;
}

/* What the record adds in its period; it does not count when it adds nothing. */
static void add_tally(const Rule *rule, const ExprValue *slots, Evidence *visit)
{
    if (rule->tally != TALLY_SUM)
        return;
    visit->amount = number_at(slots, rule->tally_field);
    visit->is_counted = visit->is_counted && visit->amount > 0;
}

/* What the record covers, and in which round; it does not count when it names nothing. */
static void add_unit(const Rule *rule, const ExprValue *slots, Evidence *visit)
{
    const ExprValue *unit = &slots[rule->unit_field];
    visit->unit = unit->type == EXPR_TEXT ? unit->as.text : STR("");
    visit->is_counted = visit->is_counted && visit->unit.n > 0;
    if (rule->round_field != SIZE_MAX)
        visit->detail = (int32_t)number_at(slots, rule->round_field);
}

static Date next_of(Cx *cx, const Expr *next, const ExprValue *slots)
{
    ExprValue value = expr_evaluate(next, slots, cx->arena);
    return value.type == EXPR_DATE ? value.as.date : DATE_NONE;
}

static void add_visit(Cx *cx, EvidenceRows *rows, const Rule *rule, const Record *record,
                      const ExprValue *slots)
{
    Evidence visit = {.kind = EVIDENCE_VISIT, .next_on = DATE_NONE};
    visit.is_counted =
        holds(rule->evidence_where, slots, cx->arena) && holds(rule->tally_where, slots, cx->arena);
    if (rule->schedule == SCHEDULE_EVERY)
        add_tally(rule, slots, &visit);
    if (rule->unit_field != SIZE_MAX)
        add_unit(rule, slots, &visit);
    if (rule->schedule == SCHEDULE_DOSES)
        visit.is_counted = visit.is_counted && dose_kind(cx, rule, slots, &visit.detail);
    if (rule->schedule == SCHEDULE_AFTER)
        visit.next_on = visit.is_counted ? next_of(cx, rule->next, slots) : DATE_NONE;
    if (rule->sooner_field != SIZE_MAX && holds(rule->sooner_where, slots, cx->arena)) {
        Date entered = date_at(slots, rule->sooner_field);
        Date latest =
            rule->sooner_latest == NULL ? DATE_NONE : next_of(cx, rule->sooner_latest, slots);
        visit.next_on = date_min(entered, latest);
        visit.is_capped = !date_is_none(visit.next_on) && date_compare(visit.next_on, entered) != 0;
    }
    if (visit.is_counted || !date_is_none(visit.next_on))
        add(cx, rows, rule, record, visit);
}

/* "09:30" -> 570; -1 when it is no time. */
static int32_t minute_of(const ExprValue *slots, size_t slot)
{
    Str text = slot != SIZE_MAX && slots[slot].type == EXPR_TEXT ? slots[slot].as.text : STR("");
    int64_t hours = 0, minutes = 0;
    if (text.n != 5 || text.p[2] != ':' || num_parse_i64(str_slice(text, 1, 2), &hours) != OK
        || num_parse_i64(str_slice(text, 4, 5), &minutes) != OK)
        return -1;
    for (size_t i = 0; i < 5; i++) {
        if (i != 2 && (text.p[i] < '0' || text.p[i] > '9'))
            return -1;
    }
    hours += (text.p[0] - '0') * 10;
    minutes += (text.p[3] - '0') * 10;
    return hours < 24 && minutes < 60 ? (int32_t)(hours * 60 + minutes) : -1;
}

static void add_anchor(Cx *cx, EvidenceRows *rows, const Rule *rule, const Record *record,
                       const ExprValue *slots)
{
    const RuleAnchor *anchor = &rule->anchor;
    Evidence event = {.kind = EVIDENCE_ANCHOR,
                      .next_on = date_at(slots, anchor->field),
                      .detail = minute_of(slots, anchor->time_field)};
    if (!date_is_none(event.next_on) && holds(anchor->where, slots, cx->arena))
        add(cx, rows, rule, record, event);
}

void evidence_of_record(Cx *cx, const Policy *policy, const Form *form, const Record *record,
                        EvidenceRows *rows)
{
    const ExprValue *slots = NULL;
    for (size_t i = 0; i < cx->packs->rule_n; i++) {
        const Rule *rule = cx->packs->rules[i];
        const Program *program = rule->program;
        bool enters = program->enrolled_by == form, leaves = program->left_by == form;
        bool anchors = rule->anchor.form == form;
        if (!enters && !leaves && !anchors && rule->evidence != form)
            continue;
        if (slots == NULL)
            slots = evidence_slots(cx, policy, form, record);
        if (enters && holds(program->enrolled_where, slots, cx->arena)) {
            Date first = rule->first_form == form ? date_at(slots, rule->first_field) : DATE_NONE;
            add(cx, rows, rule, record, (Evidence){.kind = EVIDENCE_ENTER, .next_on = first});
        }
        if (leaves && holds(program->left_where, slots, cx->arena))
            add(cx, rows, rule, record, (Evidence){.kind = EVIDENCE_LEAVE, .next_on = DATE_NONE});
        if (anchors)
            add_anchor(cx, rows, rule, record, slots);
        if (rule->evidence == form)
            add_visit(cx, rows, rule, record, slots);
    }
}

static Str unit_text(const Evidence *evidence)
{
    return evidence->unit.p == NULL ? STR("") : evidence->unit;
}

Err evidence_write(Cx *cx, const Record *record, const EvidenceRows *rows)
{
    for (size_t i = 0; i < rows->n; i++) {
        const Evidence *evidence = &rows->items[i].evidence;
        ObligationEvidenceInsertIn in = {
            .place = cx->place,
            .subject_id = record->subject,
            .rule_key = rows->items[i].rule_key,
            .happened_on = evidence->happened_on,
            .record_id = evidence->record,
            .kind = (int64_t)evidence->kind,
            .is_counted = evidence->is_counted,
            .is_capped = evidence->is_capped,
            .next_on = evidence->next_on,
            .recorded_on = date_of_instant(record->recorded_at),
            .ended_on = record->is_ended ? date_of_instant(record->ended_at) : DATE_NONE,
            .detail = evidence->detail,
            .amount = evidence->amount,
            .unit = unit_text(evidence),
        };
        TRY(obligation_evidence_insert(cx->db, &in));
    }
    return OK;
}

static void take_key(RuleKeys *keys, int64_t key)
{
    keys->from = key < keys->from ? key : keys->from;
    keys->until = key > keys->until ? key : keys->until;
}

/* The rules that records of the form may tell something. */
static RuleKeys keys_of_form(const Cx *cx, const Form *form)
{
    RuleKeys keys = NO_RULE;
    for (size_t i = 0; i < cx->packs->rule_n; i++) {
        if (rule_reads(cx->packs->rules[i], form))
            take_key(&keys, rule_key(cx->packs->rules[i]));
    }
    return keys;
}

/* The rules that are told something by the change. */
static RuleKeys keys_of(const Cx *cx, const RecordChange *change, const EvidenceRows *added)
{
    RuleKeys keys = change->ended != NULL ? keys_of_form(cx, change->form) : NO_RULE;
    for (size_t i = 0; i < added->n; i++)
        take_key(&keys, added->items[i].rule_key);
    return keys;
}

static void read_ahead(Cx *cx, const Form *form, Uuid resident)
{
    const RuleKeys keys = keys_of_form(cx, form);
    if (keys.from <= keys.until)
        subject_evidence_ahead(cx, resident, keys);
}

static Err read_of(Cx *cx, const Form *form, Uuid resident, const void **ret_read)
{
    const RuleKeys keys = keys_of_form(cx, form);
    EvidenceRows *rows = arena_new(cx->arena, EvidenceRows);
    const Policy *policy = NULL;
    TRY(policy_of(cx, &policy)); /* which the submission asked ahead */
    if (keys.from <= keys.until)
        TRY(subject_evidence(cx, resident, keys, rows));
    *ret_read = rows;
    return OK;
}

const RecordReading obligation_record_reading = {read_ahead, read_of};

static Err write_change(Cx *cx, const RecordChange *change)
{
    EvidenceRows added = {0};
    const Record *ended = change->ended;
    const Policy *policy = NULL;
    TRY(policy_of(cx, &policy));
    if (change->added != NULL)
        evidence_of_record(cx, policy, change->form, change->added, &added);
    RuleKeys keys = keys_of(cx, change, &added);
    if (keys.from <= keys.until)
        TRY(subject_follow(cx, change, keys, &added));
    if (ended != NULL) {
        const ObligationEvidenceEndIn in = {cx->place, ended->subject, ended->id,
                                            date_of_instant(cx->now)};
        TRY(obligation_evidence_end(cx->db, &in));
    }
    return change->added == NULL ? OK : evidence_write(cx, change->added, &added);
}

/* Of others than residents the facts may have changed with the record: all is computed anew. */
static Err write_other_change(Cx *cx, const RecordChange *change)
{
    const Record *ended = change->ended, *added = change->added;
    EvidenceRows rows = {0};
    if (ended != NULL) {
        const ObligationEvidenceEndIn in = {cx->place, ended->subject, ended->id,
                                            date_of_instant(cx->now)};
        TRY(obligation_evidence_end(cx->db, &in));
    }
    if (added != NULL) {
        const Policy *policy = NULL;
        TRY(policy_of(cx, &policy));
        evidence_of_record(cx, policy, change->form, added, &rows);
        TRY(evidence_write(cx, added, &rows));
    }
    return subject_recompute(cx, added != NULL ? added->subject : ended->subject);
}

Err obligation_record_hook(Cx *cx, const RecordChange *change)
{
    bool is_resident = str_equals_c(change->form->subject, "resident");
    Err err = is_resident ? write_change(cx, change) : write_other_change(cx, change);
    return err == OK ? OK : cx_fail_db(cx, err);
}

Err obligation_policy_hook(Cx *cx, const PolicyParameter *parameter)
{
    for (size_t i = 0; i < cx->packs->rule_n; i++) {
        const Rule *rule = cx->packs->rules[i];
        if (!policy_is_of_rule(rule, parameter->id))
            continue;
        Err err = rule_mark_stale(cx, rule);
        if (err != OK)
            return cx_fail_db(cx, err);
    }
    return OK;
}

Err obligation_resident_hook(Cx *cx, const ResidentChange *change)
{
    if (!uuid_is_nil(change->filed_from)) {
        const ObligationEvidenceFileIn in = {cx->place, change->filed_from, change->resident};
        const ObligationEvidenceFileWaiversIn waivers = {in.place, in.filed_from, in.person};
        Err err = obligation_evidence_file(cx->db, &in, NULL);
        if (err == OK)
            err = obligation_evidence_file_waivers(cx->db, &waivers, NULL);
        if (err != OK)
            return cx_fail_db(cx, err);
        TRY(obligation_mark_stale(cx, change->filed_from));
    }
    return obligation_mark_stale(cx, change->resident);
}

/* ---- many at once ---- */

struct EvidenceBulk {
    Cx *cx;
    const Policy *policy;
    DbValue *values; /* BULK_ROWS rows of COLUMN_N */
    size_t n;
};

static const DbColumn columns[] = {
    {"place", DB_TEXT, false},         {"subject_id", DB_UUID, false},
    {"rule_key", DB_INTEGER, false},   {"happened_on", DB_DATE, false},
    {"record_id", DB_UUID, false},     {"kind", DB_INTEGER, false},
    {"is_counted", DB_INTEGER, false}, {"is_capped", DB_INTEGER, false},
    {"next_on", DB_DATE, true},        {"recorded_on", DB_DATE, false},
    {"ended_on", DB_DATE, true},       {"detail", DB_INTEGER, false},
    {"amount", DB_DECIMAL, false},     {"unit", DB_TEXT, false},
};

enum { COLUMN_N = sizeof columns / sizeof *columns };

Err evidence_bulk_begin(Cx *cx, EvidenceBulk **ret_bulk)
{
    EvidenceBulk *bulk = arena_new(cx->arena, EvidenceBulk);
    bulk->cx = cx;
    TRY(policy_of(cx, &bulk->policy));
    bulk->values = arena_array(cx->arena, DbValue, (size_t)BULK_ROWS * COLUMN_N);
    *ret_bulk = bulk;
    return OK;
}

static Err flush(EvidenceBulk *bulk)
{
    if (bulk->n == 0)
        return OK;
    Cx *cx = bulk->cx;
    ArenaMark mark = arena_mark(cx->arena);
    DbBulk *rows = NULL;
    Err err = db_bulk_begin(cx->db, cx->arena, "obligation_evidence", columns, COLUMN_N, &rows);
    for (size_t i = 0; err == OK && i < bulk->n; i++)
        err = db_bulk_row(rows, bulk->values + i * COLUMN_N);
    if (err == OK)
        err = db_bulk_end(rows);
    if (err != OK)
        return cx_fail_db(cx, err);
    arena_reset_to(cx->arena, mark);
    bulk->n = 0;
    return OK;
}

Err evidence_bulk_add(EvidenceBulk *bulk, const Form *form, const Record *record)
{
    Cx *cx = bulk->cx;
    ArenaMark mark = arena_mark(cx->arena);
    EvidenceRows rows = {0};
    evidence_of_record(cx, bulk->policy, form, record, &rows);
    for (size_t i = 0; i < rows.n; i++) {
        const Evidence *evidence = &rows.items[i].evidence;
        DbValue *value = bulk->values + bulk->n++ * COLUMN_N;
        *value++ = db_text(cx->place);
        *value++ = db_uuid(record->subject);
        *value++ = db_integer(rows.items[i].rule_key);
        *value++ = db_date(evidence->happened_on);
        *value++ = db_uuid(evidence->record);
        *value++ = db_integer((int64_t)evidence->kind);
        *value++ = db_integer(evidence->is_counted);
        *value++ = db_integer(evidence->is_capped);
        *value++ = db_date(evidence->next_on);
        *value++ = db_date(date_of_instant(record->recorded_at));
        *value++ = db_date(record->is_ended ? date_of_instant(record->ended_at) : DATE_NONE);
        *value++ = db_integer(evidence->detail);
        *value++ = db_decimal(evidence->amount);
        *value++ = db_text(unit_text(evidence));
        if (bulk->n == BULK_ROWS)
            TRY(flush(bulk));
    }
    arena_reset_to(cx->arena, mark);
    return OK;
}

Err evidence_bulk_end(EvidenceBulk *bulk)
{
    return flush(bulk);
}
