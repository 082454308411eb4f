/* The care that people got: the health record of everybody over six, and the visits of those who
 * are managed with hypertension or diabetes; diabetes, exams and children stand in files of their
 * own. Written in bulk with their evidence. */
#include "base/num.h"
#include "demo/care_int.h"
#include "engine/subjects/registers.h"

enum {
    COPIED_SBP = 132, /* what a doctor writes down who does not measure */
    COPIED_DBP = 84,
    COPIED_RATE = 76,
    TYPED_LATE_LEAST = 16, /* days after the visit of what is typed in late */
    TYPED_LATE_MOST = 28,
    ODDITY_N = 7,      /* that somebody in a clinic that is shown has */
    PERSON_MEMORY = 4, /* MiB of one person's answers */
    WAIVER_MEMORY = 64,
    KNOWN_MOST = 900, /* days that somebody knew of it before he was managed */
};

/* Of all with hypertension, those who know and are managed; 90,000 of 211,000 in a county of 1.2
 * million. */
static const double managed_share = 0.43;
/* Of the visits of those managed with both diseases, how many are for one of them only: by a
 * punctual doctor, and what the latest one does more (convention; no survey is known). */
static const double apart_least = 0.08, apart_more = 0.35;
/* Of a doctor who never comes on time, the visits that are typed in weeks later; of all visits,
 * those that are typed in twice (convention; no survey is known). */
static const double typed_late_share = 0.08, twice_share = 0.003;

Err demo_care_begin(Demo *demo, DemoCare **ret_care)
{
    Cx *cx = demo->cx;
    DemoCare *care = arena_new(cx->arena, DemoCare);
    care->demo = demo;
    care->personal = pack_form(cx->packs, STR("personal_information"));
    care->registration = pack_form(cx->packs, STR("hypertension_registration"));
    care->followup = pack_form(cx->packs, STR("hypertension_followup"));
    if (care->personal == NULL || care->registration == NULL || care->followup == NULL)
        return cx_fail(cx, ERR_PACK, TEXT_DEMO_PACK_MISSING, (Str){0}, 0);
    care->diabetes_registration = pack_form(cx->packs, STR("diabetes_registration"));
    care->diabetes_followup = pack_form(cx->packs, STR("diabetes_followup"));
    care_exams_begin(care);
    care_children_begin(care);
    care_screening_begin(care);
    care_mothers_begin(care);
    care->hypertension_leave = pack_form(cx->packs, STR("hypertension_leave"));
    care->diabetes_leave = pack_form(cx->packs, STR("diabetes_leave"));
    arena_init(&care->arena, MIB(PERSON_MEMORY));
    arena_init(&care->kept, MIB(WAIVER_MEMORY));
    TRY(record_bulk_begin(cx, &care->records));
    TRY(evidence_bulk_begin(cx, &care->evidence));
    *ret_care = care;
    return OK;
}

Err demo_care_end(DemoCare *care)
{
    arena_done(&care->arena);
    TRY(record_bulk_end(care->records));
    TRY(evidence_bulk_end(care->evidence));
    TRY(care_spared_end(care));
    arena_done(&care->kept);
    return OK;
}

/* ---- writing one record ---- */

bool care_is_known(const DemoCare *care, Instant at)
{
    return date_compare(date_of_instant(at), care->demo->options->on) <= 0;
}

Instant care_evening(Rng *rng, Date day)
{
    return instant_of_date(day, 17, (int)rng_between(rng, 0, 59));
}

double care_timeliness(const History *history, Date on)
{
    const DemoClinic *clinic = demo_clinic_on(history->care->demo, history->person, on);
    return demo_is_away(clinic, on) ? clinic->timeliness * 0.5 : clinic->timeliness;
}

bool care_is_guided(const History *history)
{
    const Demo *demo = history->care->demo;
    return history->person->clinic == &demo->clinics[demo->shown[SHOWN_GUIDED]];
}

bool care_is_here(const History *history, Date on)
{
    Date served_on = demo_served_from(history->care->demo, history->person, on);
    return demo_is_here(history->person, on) && !date_is_none(served_on)
           && date_compare(served_on, on) == 0;
}

Err care_write(History *history, Filling *filling, const Writing *writing)
{
    DemoCare *care = history->care;
    Cx *cx = care->demo->cx;
    Str issue = {0};
    if (filling_end(filling, &issue) != OK)
        return cx_fail(cx, ERR_PACK, TEXT_DEMO_FORM_REFUSED, issue, 1, issue);
    const DemoPerson *person = history->person;
    Date happened_on = filling->context.happened_on;
    const DemoClinic *clinic = demo_clinic_on(care->demo, person, happened_on);
    Uuid doctor = demo_who_works(clinic, person->number, happened_on);
    Record record = {
        .id = writing->id,
        .form = filling->form->id,
        .form_version = filling->form->version,
        .subject = person->id,
        .facility = clinic->facility.code,
        .performed_by = doctor,
        .recorded_by = doctor,
        .happened_on = happened_on,
        .recorded_at = writing->recorded_at,
        .amends = writing->amends,
        .answers = &filling->answers,
        .is_ended = writing->ends,
        .ended_at = writing->ended_at,
    };
    TRY(record_bulk_add(care->records, &record, writing->reason));
    return evidence_bulk_add(care->evidence, filling->form, &record);
}

Err care_about(DemoCare *care, Filling *filling, const CareAbout *about)
{
    Cx *cx = care->demo->cx;
    Str issue = {0};
    Instant at = care_evening(filling->rng, filling->context.happened_on);
    const Record record = {.id = rng_uuid(filling->rng, at),
                           .form = filling->form->id,
                           .form_version = filling->form->version,
                           .subject = about->subject,
                           .facility = about->facility,
                           .performed_by = about->writer,
                           .recorded_by = about->writer,
                           .happened_on = filling->context.happened_on,
                           .recorded_at = at,
                           .answers = &filling->answers};
    if (filling_end(filling, &issue) != OK)
        return cx_fail(cx, ERR_PACK, TEXT_DEMO_FORM_REFUSED, issue, 1, issue);
    if (!care_is_known(care, at))
        return OK;
    TRY(record_bulk_add(care->records, &record, STR("")));
    if (filling->form->registers != NULL)
        TRY(record_register_hook(cx, &(RecordChange){.added = &record, .form = filling->form}));
    return evidence_bulk_add(care->evidence, filling->form, &record);
}

bool care_is_managed(Date since, Date on)
{
    return !date_is_none(since) && date_compare(since, on) <= 0;
}

/* Those that forms ask for. */
static size_t programs_on(const History *history, Date on, Str *programs)
{
    size_t n = 0;
    if (care_is_managed(history->managed_since, on))
        programs[n++] = STR("hypertension");
    if (care_is_managed(history->diabetes_since, on))
        programs[n++] = STR("diabetes");
    return n;
}

void care_keep(History *history, const Filling *filling, Date on)
{
    Kept *kept = history->kept;
    while (kept->form != NULL && kept->form != filling->form
           && kept < &history->kept[CARE_KEPT_N - 1])
        kept++;
    FormAnswers *answers = arena_new(&history->care->arena, FormAnswers);
    *answers = filling->answers;
    *kept = (Kept){filling->form, answers, on};
}

Filling care_begin(History *history, const Form *form, Date happened_on, Date recorded_on)
{
    const DemoPerson *person = history->person;
    Str *programs = arena_array(&history->care->arena, Str, CARE_PROGRAM_N);
    FormContext context = {
        .happened_on = happened_on,
        .today = recorded_on,
        .subject_sex = person->resident.sex,
        .subject_birth_date = person->birth_date,
        .subject_programs = programs,
        .subject_program_n = programs_on(history, happened_on, programs),
        .previous_happened_on = DATE_NONE,
    };
    for (size_t i = 0; i < CARE_KEPT_N; i++) {
        if (history->kept[i].form != form)
            continue;
        context.previous_happened_on = history->kept[i].on;
        context.previous = history->kept[i].answers->values;
    }
    return filling_begin(form, context, &history->rng, &history->care->arena);
}

Err care_write_simple(History *history, Filling *filling)
{
    Instant at = care_evening(&history->rng, filling->context.today);
    const Writing writing = {.id = rng_uuid(&history->rng, at), .recorded_at = at};
    return care_write(history, filling, &writing);
}

/* ---- the health record ---- */

static Err write_personal(History *history)
{
    const Resident *resident = &history->person->resident;
    Date on = resident->registered_on;
    if (date_age_years(resident->birth_date, on) < 7)
        return OK; /* children up to six have the newborn visit form instead */
    Filling filling = care_begin(history, history->care->personal, on, on);
    Arena *arena = &history->care->arena;
    filling_text(&filling, "name", resident->name);
    filling_text(&filling, "sex", resident->sex);
    filling_date(&filling, "birth_date", resident->birth_date);
    if (resident->id_number.n > 0) {
        filling_text(&filling, "id_type", resident->id_type);
        filling_text(&filling, "id_number", resident->id_number);
    }
    filling_text(&filling, "phone", resident->phone);
    filling_text(&filling, "contact_name", name_whole(history->person->name, arena));
    filling_text(&filling, "contact_phone", resident->phone);
    filling_text(&filling, "address", resident->address);
    filling_text(&filling, "residence_type", rng_chance(&history->rng, 0.8) ? STR("1") : STR("2"));
    filling_text(&filling, "ethnic_group", name_ethnic_group(resident->name));
    filling_codes(&filling, "payment_types", rng_chance(&history->rng, 0.3) ? STR("1") : STR("3"));
    filling_text(&filling, "operation", STR("1"));
    filling_text(&filling, "trauma", STR("1"));
    filling_text(&filling, "transfusion", STR("1"));
    filling_text(&filling, "hereditary_disease", STR("1"));
    Instant at = care_evening(&history->rng, on);
    const Writing writing = {.id = rng_uuid(&history->rng, at), .recorded_at = at};
    return care_write(history, &filling, &writing);
}

/* ---- hypertension ---- */

double care_prevalence(const NumberTable *table, const DemoPerson *person)
{
    int age = date_age_years(person->birth_date, date_from_ymd(2025, 1, 1));
    for (size_t i = 0; i < table->n; i++) {
        const double *row = table->rows[i].cells;
        if (age >= row[0] && age <= row[1])
            return row[2] / 100;
    }
    return 0;
}

static double hypertension_share(const Demo *demo, const DemoPerson *person)
{
    int age = date_age_years(person->birth_date, date_from_ymd(2025, 1, 1));
    double by_sex = age < 55 ? person->is_male ? 1.1 : 0.9 : person->is_male ? 0.95 : 1.05;
    return care_prevalence(&demo->hypertension, person) * by_sex;
}

static void draw_condition(History *history)
{
    Rng *rng = &history->rng;
    bool is_male = history->person->is_male;
    history->sbp = rng_normal(rng, 135, 10);
    history->dbp = rng_normal(rng, 83, 6);
    history->height = num_round(rng_normal(rng, is_male ? 165 : 155, 6), 1);
    history->weight = num_round(rng_normal(rng, is_male ? 67 : 58, 9), 1);
    history->cigarettes = is_male && rng_chance(rng, 0.4) ? rng_between(rng, 1, 4) * 5 : 0;
    history->alcohol = is_male && rng_chance(rng, 0.3) ? rng_between(rng, 1, 4) : 0;
}

static int64_t within(double value, int64_t low, int64_t high)
{
    int64_t whole = (int64_t)num_round(value, 0);
    return whole < low ? low : whole > high ? high : whole;
}

static const Str drug_names[] = {
    {"硝苯地平缓释片", 21}, {"氨氯地平片", 15}, {"缬沙坦胶囊", 15}, {"依那普利片", 15}};

static void fill_drugs(History *history, Filling *filling)
{
    size_t at = form_find_field(filling->form, STR("drugs"));
    if (at == SIZE_MAX || filling->form->fields[at].row_field_n < 4
        || rng_chance(&history->rng, 0.15))
        return;
    FormRows *rows = &filling->answers.rows[at];
    rows->rows = arena_new(filling->arena, FormRow);
    rows->n = 1;
    ExprValue *cells =
        arena_array(filling->arena, ExprValue, filling->form->fields[at].row_field_n);
    cells[0] =
        (ExprValue){.type = EXPR_TEXT, .as.text = drug_names[rng_between(&history->rng, 0, 3)]};
    cells[1] = (ExprValue){.type = EXPR_INTEGER, .as.integer = rng_between(&history->rng, 1, 2)};
    cells[2] = (ExprValue){.type = EXPR_DECIMAL, .as.decimal = 10};
    cells[3] = (ExprValue){.type = EXPR_TEXT, .as.text = STR("mg")};
    rows->rows[0].values = cells;
}

/* One visit before it is written. Whoever copies writes down what he wrote the last time. */
typedef struct Visit {
    Date on;
    Str mode;
    int64_t sbp, dbp;
    bool is_copied;
    Rng drawn; /* where the draws of its answers begin: typed in again, it says the same */
} Visit;

static void fill_visit(History *history, Filling *filling, const Visit *visit)
{
    Rng *rng = &history->rng;
    bool is_telephone = str_equals(visit->mode, STR("3"));
    filling_text(filling, "mode", visit->mode);
    bool has_symptom = rng_chance(rng, 0.12);
    filling_codes(filling, "symptoms", has_symptom ? STR("2") : STR("1"));
    filling_codes(filling, "critical_signs", STR("1"));
    if (!is_telephone || rng_chance(rng, 0.5)) {
        filling_integer(filling, "sbp", visit->sbp);
        filling_integer(filling, "dbp", visit->dbp);
    }
    filling_decimal(filling, "height", history->height);
    double change = rng_normal(rng, 0, 1);
    double weight = visit->is_copied ? history->weight : num_round(history->weight + change, 1);
    bool is_mistyped = rng_chance(rng, 0.003) || history->oddity == ODDITY_MISTYPED;
    filling_decimal(filling, "weight", is_mistyped ? weight + 100 : weight);
    int64_t rate = within(rng_normal(rng, 75, 8), 52, 110);
    filling_integer(filling, "heart_rate", visit->is_copied ? COPIED_RATE : rate);
    filling_integer(filling, "cigarettes", history->cigarettes);
    filling_integer(filling, "cigarettes_target", history->cigarettes / 2);
    filling_decimal(filling, "alcohol", (double)history->alcohol);
    filling_decimal(filling, "alcohol_target", (double)(history->alcohol / 2));
    filling_integer(filling, "exercise_times", rng_between(rng, 0, 7));
    filling_integer(filling, "exercise_times_target", 5);
    filling_integer(filling, "exercise_minutes", 30);
    filling_integer(filling, "exercise_minutes_target", 30);
    filling_text(filling, "salt", rng_chance(rng, 0.5) ? STR("1") : STR("2"));
    filling_text(filling, "salt_target", STR("1"));
    filling_text(filling, "mental_adjustment", rng_chance(rng, 0.8) ? STR("1") : STR("2"));
    filling_text(filling, "obedience", rng_chance(rng, 0.8) ? STR("1") : STR("2"));
    filling_text(filling, "compliance", rng_chance(rng, 0.8) ? STR("1") : STR("2"));
    bool has_reaction = rng_chance(rng, 0.03);
    filling_text(filling, "adverse_reaction", has_reaction ? STR("2") : STR("1"));
    filling_text(filling, "adverse_details", STR("干咳"));
    bool is_worse = rng_chance(rng, 0.01);
    filling_text(filling, "new_complication", is_worse ? STR("2") : STR("1"));
    filling_text(filling, "complication_details", STR("肾功能减退"));
    if (!has_reaction)
        filling_text(filling, "adverse_details", (Str){0});
    fill_drugs(history, filling);
}

Date care_next_date(const Filling *filling)
{
    size_t at = form_find_field(filling->form, STR("next_followup_on"));
    if (at == SIZE_MAX || filling->answers.values[at].type != EXPR_DATE)
        return DATE_NONE;
    return filling->answers.values[at].as.date;
}

/* What is odd about somebody happens before a county can be made. */
static bool is_odd_day(const History *history, CareOddity oddity, Date on)
{
    return history->oddity == oddity && date_compare(on, date_from_ymd(2024, 10, 1)) >= 0
           && date_compare(on, date_from_ymd(2024, 12, 20)) < 0;
}

static Visit draw_visit(History *history, Date on)
{
    Rng *rng = &history->rng;
    const double shares[] = {0.68, 0.22, 0.10};
    static const Str modes[] = {{"1", 1}, {"2", 1}, {"3", 1}};
    Visit visit = {.on = on, .mode = modes[rng_weighted(rng, shares, 3)]};
    visit.sbp = within(rng_normal(rng, history->sbp, 9), 92, 196);
    visit.dbp =
        within(rng_normal(rng, history->dbp, 6), 52, visit.sbp - 20 < 118 ? visit.sbp - 20 : 118);
    visit.is_copied =
        demo_clinic_on(history->care->demo, history->person, on)->copies && rng_chance(rng, 0.85);
    if (visit.is_copied) {
        visit.sbp = COPIED_SBP;
        visit.dbp = COPIED_DBP;
    }
    return visit;
}

static Err type_in(History *history, const Visit *visit, const Writing *writing,
                   Filling *ret_filling)
{
    static const CareReferral referral = {"bp_control", "last_bp_control", "心血管内科"};
    *ret_filling = care_begin(history, history->care->followup, visit->on,
                              date_of_instant(writing->recorded_at));
    fill_visit(history, ret_filling, visit);
    TRY(care_refer(history, ret_filling, &referral));
    return care_write(history, ret_filling, writing);
}

/* The same visit once more, under another id; the draws that follow do not depend on it. */
static Err type_again(History *history, const Visit *visit, const Writing *writing,
                      Filling *ret_filling)
{
    Rng after = history->rng;
    history->rng = visit->drawn;
    TRY(type_in(history, visit, writing, ret_filling));
    history->rng = after;
    return OK;
}

static bool is_typed_twice(const History *history, Date on, Rng *ret_rng)
{
    *ret_rng = rng_stream(history->care->demo->options->seed, STREAM_TYPED,
                          history->person->number * 80000 + (uint64_t)on.days * 2 + 1);
    bool is_odd =
        history->oddity == ODDITY_TWICE && date_compare(on, date_from_ymd(2024, 10, 1)) >= 0;
    return rng_chance(ret_rng, twice_share) || is_odd;
}

/* One visit: perhaps with a slip of the pen that is amended some days later, or typed in twice. */
static Err write_visit(History *history, Date on, Date recorded_on, Date *ret_next)
{
    Rng *rng = &history->rng, typist;
    Visit visit = draw_visit(history, on), slip;
    bool slips = rng_chance(rng, 0.015) || is_odd_day(history, ODDITY_AMENDED, on);
    bool is_void = !slips && (rng_chance(rng, 0.004) || is_odd_day(history, ODDITY_VOIDED, on));
    Instant at = care_evening(rng, recorded_on);
    Instant ended_at = care_evening(rng, date_add_days(recorded_on, (int)rng_between(rng, 1, 6)));
    bool ends = (slips || is_void) && care_is_known(history->care, ended_at);
    const Writing first = {
        .id = rng_uuid(rng, at), .recorded_at = at, .ends = ends, .ended_at = ended_at};
    visit.drawn = *rng;
    slip = visit; /* the amended record differs in the slip only */
    slip.sbp -= slips ? 20 : 0;
    slip.dbp -= slips ? 10 : 0;
    Filling filling;
    TRY(type_in(history, &slip, &first, &filling));
    if (slips && ends) {
        const Writing amendment = {.id = rng_uuid(rng, ended_at),
                                   .amends = first.id,
                                   .recorded_at = ended_at,
                                   .reason = STR("血压录入有误")};
        TRY(type_again(history, &visit, &amendment, &filling));
    } else if (is_void && ends) {
        TRY(record_bulk_void(history->care->records, first.id, history->person->clinic->doctor,
                             ended_at, STR("录到了别人名下")));
    } else if (!slips && !is_void && is_typed_twice(history, on, &typist)) {
        const Writing second = {.id = rng_uuid(&typist, at), .recorded_at = at};
        TRY(type_again(history, &visit, &second, &filling));
    }
    if (!is_void || !ends)
        care_keep(history, &filling, on);
    *ret_next = care_next_date(&filling);
    return OK;
}

/* When it is typed in: the same day, some days later, or weeks later. */
static Date typed_on(History *history, Date on)
{
    int days = rng_chance(&history->rng, 0.8) ? 0 : (int)rng_between(&history->rng, 1, 4);
    Rng rng = rng_stream(history->care->demo->options->seed, STREAM_TYPED,
                         history->person->number * 80000 + (uint64_t)on.days * 2);
    double share = typed_late_share * (1 - care_timeliness(history, on));
    if (rng_chance(&rng, share) || history->oddity == ODDITY_TYPED_LATE)
        days = (int)rng_between(&rng, TYPED_LATE_LEAST, TYPED_LATE_MOST);
    return date_add_days(on, days);
}

/* Who does everything on time is not two days late either. */
static int on_time_most(const History *history, Date on)
{
    return care_timeliness(history, on) >= 1 ? 0 : 2;
}

/* Days from the agreed date to the visit: punctual doctors come a little before it. */
static int lateness(History *history, Date on)
{
    Rng *rng = &history->rng;
    if (rng_chance(rng, care_timeliness(history, on)))
        return (int)rng_between(rng, -12, on_time_most(history, on));
    return rng_chance(rng, 0.7) ? (int)rng_between(rng, 5, 45) : (int)rng_between(rng, 60, 150);
}

/* Whether the visit of somebody with both diseases is for one of them only. */
static bool is_apart(const History *history, Date on)
{
    Rng rng = rng_stream(history->care->demo->options->seed, STREAM_APART,
                         history->person->number * 40000 + (uint64_t)on.days);
    return rng_chance(&rng, apart_least + apart_more * (1 - care_timeliness(history, on)));
}

/* Who has both diseases mostly comes once for both. Who is seen for the one that was agreed earlier
 * keeps the date of the other; the earlier of both dates holds. */
static Err write_both(History *history, Date on, Date recorded_on, Date *ret_next)
{
    Date *pressure = &history->next[0], *glucose = &history->next[1];
    bool has_pressure = care_is_managed(history->managed_since, on);
    bool has_glucose = care_is_managed(history->diabetes_since, on);
    bool is_one = has_pressure && has_glucose && is_apart(history, on);
    bool is_glucose = !date_is_none(*glucose)
                      && (date_is_none(*pressure) || date_compare(*glucose, *pressure) < 0);
    if (has_pressure && !(is_one && is_glucose))
        TRY(write_visit(history, on, recorded_on, pressure));
    if (has_glucose && !(is_one && !is_glucose)) {
        const Rng rng = history->rng;
        TRY(care_diabetes_visit(history, on, recorded_on, glucose));
        history->rng = rng;
    }
    *ret_next = date_min(*pressure, *glucose);
    return OK;
}

/* The first day from this one on on which somebody comes; DATE_NONE: never. */
static Date next_there(const History *history, Date on)
{
    const DemoLife *life = &history->person->life;
    if (!date_is_none(history->spared_from) && date_compare(on, history->spared_from) >= 0) {
        if (date_is_none(history->spared_to))
            return DATE_NONE;
        if (date_compare(on, history->spared_to) <= 0)
            on = date_add_days(history->spared_to, 4);
    }
    if (!demo_is_here(history->person, on)) {
        if (life->kind != LIFE_RETURNS)
            return DATE_NONE;
        on = date_add_days(life->back_on, 10);
    }
    return demo_served_from(history->care->demo, history->person, on);
}

static Err write_visits(History *history, Date first)
{
    Date on = next_there(history, first);
    while (!date_is_none(on) && date_compare(on, history->care->demo->options->on) <= 0) {
        /* the draws below belong to this visit alone: a stream of its own keeps an early end of the
         * county from changing what came before */
        history->rng = rng_stream(history->care->demo->options->seed, STREAM_CARE,
                                  history->person->number * 40000 + (uint64_t)on.days);
        Date recorded_on = typed_on(history, on);
        if (!care_is_known(history->care, instant_of_date(recorded_on, 12, 0)))
            return OK;
        Date next = DATE_NONE, visited = on;
        TRY(write_both(history, on, recorded_on, &next));
        int late = lateness(history, visited);
        on = date_add_days(date_is_none(next) ? date_add_months(visited, 3) : next, late);
        if (date_compare(on, visited) <= 0)
            on = date_add_days(visited, 7);
        /* what is entered late is known before the next visit, whatever the county's day */
        on = next_there(history, date_max(on, date_add_days(recorded_on, 1)));
    }
    return OK;
}

static Err write_registration(History *history, Date on, int known_most, Date *ret_first)
{
    Rng *rng = &history->rng;
    Date recorded_on = date_add_days(on, (int)rng_between(rng, 0, 3));
    *ret_first = date_add_days(on, rng_chance(rng, 0.5) ? 0 : (int)rng_between(rng, 3, 40));
    bool agrees = rng_chance(rng, 0.4);
    Instant at = care_evening(rng, recorded_on);
    if (!care_is_known(history->care, at)) {
        *ret_first = DATE_NONE;
        return OK;
    }
    Filling filling = care_begin(history, history->care->registration, on, recorded_on);
    filling_text(&filling, "hypertension_kind", STR("1"));
    filling_date(&filling, "diagnosed_on",
                 date_add_days(on, (int)-rng_between(rng, 0, known_most)));
    filling_text(&filling, "diagnosed_at", care_hospital(history, ""));
    if (agrees && date_compare(*ret_first, on) > 0)
        filling_date(&filling, "first_followup_on", *ret_first);
    const Writing writing = {.id = rng_uuid(rng, at), .recorded_at = at};
    return care_write(history, &filling, &writing);
}

/* Something of each kind in a clinic that is shown. */
static void draw_oddity(History *history, bool is_old)
{
    static const CareOddity guided[ODDITY_N] = {ODDITY_MISTYPED, ODDITY_AMENDED, ODDITY_VOIDED,
                                                ODDITY_TWICE, ODDITY_TYPED_LATE};
    static const CareOddity others[ODDITY_N] = {ODDITY_REFUSES,   ODDITY_AWAY,   ODDITY_MISTYPED,
                                                ODDITY_AMENDED,   ODDITY_VOIDED, ODDITY_TWICE,
                                                ODDITY_TYPED_LATE};
    Demo *demo = history->care->demo;
    DemoClinic *clinic = history->person->clinic;
    bool is_guided = care_is_guided(history);
    bool is_early = date_compare(history->registers_on, date_from_ymd(2024, 9, 1)) < 0;
    if (clinic->is_shown && is_old && is_early && history->person->life.kind == LIFE_STAYS
        && clinic->managed_n < ODDITY_N)
        history->oddity = (is_guided ? guided : others)[clinic->managed_n++];
    if (clinic == &demo->clinics[demo->shown[SHOWN_COPIER]] && history->oddity == ODDITY_AMENDED)
        demo->patient = history->person->id;
}

static Err write_hypertension(History *history, Date *ret_first)
{
    Rng *rng = &history->rng;
    const Demo *demo = history->care->demo;
    bool has = rng_chance(rng, hypertension_share(demo, history->person));
    bool is_managed = rng_chance(rng, managed_share);
    /* three in four were registered before 2025, the others month by month after it */
    bool is_old = rng_chance(rng, 0.75);
    Date on = is_old ? date_add_days(date_from_ymd(2023, 7, 1), (int)rng_between(rng, 0, 540))
                     : date_add_days(date_from_ymd(2025, 1, 1), (int)rng_between(rng, 0, 700));
    draw_condition(history);
    history->has_hypertension = has;
    *ret_first = DATE_NONE;
    on = date_max(on, history->person->resident.registered_on);
    if (!has || !is_managed || date_age_years(history->person->birth_date, on) < 35
        || !care_is_here(history, on))
        return OK;
    history->registers_on = on;
    draw_oddity(history, is_old);
    TRY(write_registration(history, on, KNOWN_MOST, ret_first));
    if (!date_is_none(*ret_first))
        history->managed_since = on;
    return OK;
}

Err care_hypertension_found(History *history, Date on)
{
    Date first = DATE_NONE;
    history->rng = rng_stream(history->care->demo->options->seed, STREAM_CONFIRMED,
                              history->person->number * 2 + 1);
    history->registers_on = on;
    TRY(write_registration(history, on, 0, &first));
    if (date_is_none(first))
        return OK;
    history->managed_since = on;
    TRY(write_visits(history, first));
    return care_leave(history);
}

static Err write_chronic(History *history)
{
    uint64_t seed = history->care->demo->options->seed, number = history->person->number;
    Date first = DATE_NONE, other = DATE_NONE;
    history->rng = rng_stream(seed, STREAM_CARE, number * 40000 + 1);
    TRY(write_hypertension(history, &first));
    history->rng = rng_stream(seed, STREAM_DIABETES, number * 40000);
    TRY(care_diabetes_register(history, &other));
    first = date_min(first, other);
    if (date_is_none(first))
        return OK;
    TRY(care_spare(history));
    TRY(write_visits(history, first));
    return care_leave(history);
}

Err demo_care_person(DemoCare *care, const DemoPerson *person)
{
    arena_reset(&care->arena);
    History history = {.care = care,
                       .person = person,
                       .managed_since = DATE_NONE,
                       .diabetes_since = DATE_NONE,
                       .registers_on = DATE_NONE,
                       .next = {DATE_NONE, DATE_NONE},
                       .spared_from = DATE_NONE,
                       .spared_to = DATE_NONE};
    history.rng = rng_stream(care->demo->options->seed, STREAM_CARE, person->number * 40000);
    TRY(write_personal(&history));
    if (person->is_double)
        return OK;
    TRY(write_chronic(&history));
    TRY(care_screening(&history)); /* finds some who are managed, and examined, from then on */
    TRY(care_exams(&history));
    TRY(care_mother(&history));
    history.rng = rng_stream(care->demo->options->seed, STREAM_CHILD, person->number);
    return care_child(&history);
}
