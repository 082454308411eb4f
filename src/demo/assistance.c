/* What organisations did for each other: agreements of paired assistance between the hospital and
 * four centres, and the guidance that the hospital gave as the county's centre for chronic
 * diseases.
 *
 * Every part draws from a stream of its own up to the last day that a county can be made for, and
 * writes what was known by the county's day: a county made for an earlier day is the same, cut off.
 * One centre keeps everything, one nothing after its first year, so that each state is there. */
#include "demo/care_int.h"
#include "engine/subjects/places.h"
#include "engine/subjects/registers.h"

enum {
    PAIRS = 4,
    STAFF_PER_CENTRE = 3,
    FIRST_YEAR = 2024,
    LAST_YEAR = 2026, /* of DEMO_LAST_DAY */
    HOSPITAL_STREAM = 100,
    SHORT_ROUND = 7, /* townships: fewer than half of them */
    FULL_ROUND = 10, /* and more */
};

/* How much of what is owed each centre keeps, and until when. */
static const struct {
    double kept;
    int until_year;
} manners[PAIRS] = {{1.0, 9999}, {0.85, 9999}, {0.5, 9999}, {1.0, FIRST_YEAR}};

typedef struct {
    DemoCare *care;
    Rng rng;
    Uuid subject;
    Str hospital, centre;
    Uuid of_hospital, of_centre; /* who writes */
    Str staff[STAFF_PER_CENTRE];
    double kept;
    int until_year;
} Pair;

static Filling begin(Pair *pair, const char *form, Date on)
{
    const FormContext context = {.happened_on = on,
                                 .today = on,
                                 .subject_birth_date = DATE_NONE,
                                 .previous_happened_on = DATE_NONE};
    return filling_begin(pack_form(pair->care->demo->cx->packs, str_from_c(form)), context,
                         &pair->rng, &pair->care->arena);
}

/* Whether it was done: nothing is, when the manners say so. Draws either way. */
static bool is_kept(Pair *pair, int year)
{
    bool is_kept = rng_chance(&pair->rng, pair->kept);
    return is_kept && year <= pair->until_year;
}

static Err write(Pair *pair, Filling *filling, bool is_of_hospital, bool is_done)
{
    DemoCare *care = pair->care;
    Cx *cx = care->demo->cx;
    Str issue = {0};
    Instant at = care_evening(&pair->rng, filling->context.happened_on);
    Uuid id = rng_uuid(&pair->rng, at);
    if (filling_end(filling, &issue) != OK)
        return cx_fail(cx, ERR_PACK, TEXT_DEMO_FORM_REFUSED, issue, 1, issue);
    if (!is_done || !care_is_known(care, at))
        return OK;
    Uuid by = is_of_hospital ? pair->of_hospital : pair->of_centre;
    const Record record = {.id = id,
                           .form = filling->form->id,
                           .form_version = filling->form->version,
                           .subject = pair->subject,
                           .facility = is_of_hospital ? pair->hospital : pair->centre,
                           .performed_by = by,
                           .recorded_by = by,
                           .happened_on = filling->context.happened_on,
                           .recorded_at = at,
                           .answers = &filling->answers};
    TRY(record_bulk_add(care->records, &record, STR("")));
    TRY(record_register_hook(cx, &(RecordChange){.added = &record, .form = filling->form}));
    return evidence_bulk_add(care->evidence, filling->form, &record);
}

static Date day_of(Pair *pair, int year, int month, int months)
{
    return date_from_ymd(year, month + (int)rng_between(&pair->rng, 0, months - 1),
                         (int)rng_between(&pair->rng, 2, 27));
}

static Err write_agreement(Pair *pair, const Area *town)
{
    Arena *arena = &pair->care->arena;
    Date on = date_from_ymd(FIRST_YEAR - 1, 12, 20);
    pair->subject = rng_uuid(&pair->rng, instant_of_date(on, 9, 0));
    Filling filling = begin(pair, "assistance_agreement", on);
    filling_text(&filling, "agreement_name",
                 str_printf(arena, "%.*s对口帮扶协议", STR_ARG(town->name)));
    filling_text(&filling, "agreement_no",
                 str_printf(arena, "%d-%.*s", FIRST_YEAR, STR_ARG(str_slice(town->code, 6, 9))));
    filling_text(&filling, "supporting_hospital", pair->hospital);
    filling_text(&filling, "receiving_hospital", pair->centre);
    filling_text(&filling, "county_bureau", pair->care->demo->commission);
    filling_date(&filling, "starts_on", date_from_ymd(FIRST_YEAR, 1, 1));
    return write(pair, &filling, false, true);
}

static Err write_activity(Pair *pair, Date on, const char *kind, double days, bool is_done)
{
    Filling filling = begin(pair, "assistance_activity", on);
    filling_text(&filling, "kind", str_from_c(kind));
    filling_decimal(&filling, "days", days);
    filling_integer(&filling, "experts", rng_between(&pair->rng, 1, 4));
    filling_integer(&filling, "patients", rng_between(&pair->rng, 8, 60));
    if (!str_equals_c(str_from_c(kind), "6"))
        filling_text(&filling, "logistics", pair->kept >= 0.85 ? STR("1") : STR("2"));
    return write(pair, &filling, true, is_done);
}

/* Two people a year, a month each; those of the careless are called back a day early. */
static Err write_trainee(Pair *pair, int year, int number, bool is_done)
{
    Date began = date_from_ymd(year, 3 + 5 * number, 1);
    Date finished = date_add_days(began, is_done ? 29 : 28);
    Filling filling = begin(pair, "assistance_trainee", finished);
    filling_text(&filling, "trainee", pair->staff[number]);
    filling_date(&filling, "began_on", began);
    filling_date(&filling, "finished_on", finished);
    if (is_done)
        filling_integer(&filling, "mark", 82 + 3 * number);
    return write(pair, &filling, false, year <= pair->until_year);
}

/* A member of the supporting hospital who stays at the centre: a whole half-year, or some weeks. */
static Err write_posting(Pair *pair, int year, bool is_whole)
{
    Date began = date_from_ymd(year, 1, 6);
    Date finished = is_whole ? date_from_ymd(year, 6, 20) : date_add_days(began, 40);
    Filling filling = begin(pair, "assistance_posting", finished);
    filling_text(&filling, "staff_name", str_printf(&pair->care->arena, "%d年驻点医师", year));
    filling_date(&filling, "began_on", began);
    filling_date(&filling, "finished_on", finished);
    return write(pair, &filling, true, year <= pair->until_year);
}

/* What the evaluation finds at a recipient: the better the pair is kept, the more. */
static void put_findings(const Pair *pair, Filling *filling, int year)
{
    int64_t kept = (int64_t)(pair->kept * 10), years = year - FIRST_YEAR;
    filling_code_set(filling, "improved", pair->kept >= 0.85 ? 7U : 3U);
    filling_code_set(filling, "rules", pair->kept >= 1 ? 15U : 7U);
    filling_integer(filling, "techniques", kept / 3);
    filling_integer(filling, "diseases", 40 + kept + 3 * years);
    filling_integer(filling, "recruited", kept / 5);
    filling_integer(filling, "trained", kept / 2);
    filling_integer(filling, "visits_before", 12000);
    filling_integer(filling, "visits", 12000 + kept * 120 + years * 200);
}

static Err write_report(Pair *pair, int year, int month, bool is_done)
{
    Filling filling = begin(pair, "assistance_report",
                            date_from_ymd(year, month, (int)rng_between(&pair->rng, 10, 20)));
    filling_text(&filling, "summary",
                 STR("本半年按方案开展门诊、查房、培训，受援科室能独立开展的项目有所增加。"));
    put_findings(pair, &filling, year);
    return write(pair, &filling, false, is_done);
}

static Err write_plan(Pair *pair, int year, bool is_done)
{
    Date on = day_of(pair, year, 5, 3);
    Filling filling = begin(pair, "assistance_plan", on);
    filling_date(&filling, "to_city_on", on);
    filling_date(&filling, "to_county_on", on);
    return write(pair, &filling, false, is_done);
}

static Err write_quarter(Pair *pair, int year, int quarter)
{
    static const char *const kinds[] = {"1", "2", "3", "4"};
    int month = 3 * quarter + 1;
    const char *kind = kinds[rng_between(&pair->rng, 0, 3)];
    TRY(write_activity(pair, day_of(pair, year, month, 3), kind, 2.0, is_kept(pair, year)));
    return write_activity(pair, day_of(pair, year, month, 3), "6", 1.0, is_kept(pair, year));
}

/* A free clinic that is not kept lasts half a day. */
static Err write_half(Pair *pair, int year, int half)
{
    bool is_whole = is_kept(pair, year);
    TRY(write_activity(pair, day_of(pair, year, 6 * half + 1, 6), "5", is_whole ? 1.0 : 0.5,
                       year <= pair->until_year));
    return write_report(pair, year, half == 0 ? 6 : 12, is_kept(pair, year));
}

static Err write_year(Pair *pair, int year)
{
    for (int quarter = 0; quarter < 4; quarter++)
        TRY(write_quarter(pair, year, quarter));
    for (int half = 0; half < 2; half++)
        TRY(write_half(pair, year, half));
    for (int number = 0; number < 2; number++)
        TRY(write_trainee(pair, year, number, is_kept(pair, year)));
    TRY(write_plan(pair, year, is_kept(pair, year)));
    return write_activity(pair, day_of(pair, year, 7, 6), "7", 1.0, is_kept(pair, year));
}

/* The centre's people: who writes, and who is sent to study. */
static Err add_staff(Pair *pair)
{
    Cx *cx = pair->care->demo->cx;
    for (int i = 0; i < STAFF_PER_CENTRE; i++) {
        bool is_male = rng_chance(&pair->rng, 0.5);
        Date from = date_from_ymd(2023, 1, 3);
        const Staff staff = {
            .id = rng_uuid(&pair->rng, instant_of_date(from, 9, 0)),
            .code = str_printf(cx->arena, "%.*s-%d", STR_ARG(pair->centre), i + 1),
            .name = name_whole(name_draw(&pair->rng, is_male, NULL, cx->arena), cx->arena),
            .sex = is_male ? STR("1") : STR("2"),
            .birth_date = DATE_NONE,
            .qualification = STR("physician"),
            .title = STR("none"),
            .facility = pair->centre,
            .post = STR("township_clinician"),
            .valid_from = from,
            .valid_to = DATE_NONE};
        TRY(staff_add(cx, &staff));
        pair->staff[i] = staff.code;
        pair->of_centre = staff.id;
    }
    return OK;
}

static Err write_pair(Pair *pair, const Area *town)
{
    TRY(add_staff(pair));
    TRY(write_agreement(pair, town));
    for (int year = FIRST_YEAR; year <= LAST_YEAR; year++)
        TRY(write_year(pair, year));
    for (int year = FIRST_YEAR; year <= LAST_YEAR; year++)
        TRY(write_posting(pair, year, pair->kept >= 0.85));
    arena_reset(&pair->care->arena);
    return OK;
}

/* The third quarter of each year falls short of half the townships. */
static Err write_round(Pair *pair, const Area *const *towns, size_t town_n, int year, int quarter)
{
    size_t most = quarter == 2 ? SHORT_ROUND : FULL_ROUND;
    size_t first = (size_t)rng_between(&pair->rng, 0, (int64_t)town_n - 1);
    for (size_t i = 0; i < most && i < town_n; i++) {
        Filling filling = begin(pair, "guidance_visit", day_of(pair, year, 3 * quarter + 1, 3));
        filling_text(&filling, "township", towns[(first + i) % town_n]->code);
        filling_integer(&filling, "round_no", 1);
        TRY(write(pair, &filling, true, true));
    }
    return OK;
}

static Err write_guidance(Pair *pair, const Area *const *towns, size_t town_n)
{
    Filling centre = begin(pair, "guidance_centre", date_from_ymd(FIRST_YEAR, 1, 1));
    pair->subject = subject_id_of(pair->care->demo->cx->place, STR("facility"), pair->hospital);
    filling_text(&centre, "field_of_work", STR("1"));
    TRY(write(pair, &centre, true, true));
    for (int year = FIRST_YEAR; year <= LAST_YEAR; year++) {
        for (int quarter = 0; quarter < 4; quarter++)
            TRY(write_round(pair, towns, town_n, year, quarter));
        Filling training = begin(pair, "guidance_training", day_of(pair, year, 9, 3));
        filling_text(&training, "topic", STR("高血压患者随访与分类干预"));
        filling_integer(&training, "attendees", rng_between(&pair->rng, 30, 90));
        TRY(write(pair, &training, true, true));
    }
    arena_reset(&pair->care->arena);
    return OK;
}

static Pair pair_of(DemoCare *care, uint64_t number)
{
    const Demo *demo = care->demo;
    return (Pair){.care = care,
                  .rng = rng_stream(demo->options->seed, STREAM_ASSISTANCE, number),
                  .hospital = care->demo->supporter,
                  .of_hospital = demo->officer,
                  .kept = 1.0,
                  .until_year = LAST_YEAR};
}

/* The guided accounts' own centre has none: their lists are about people. */
static Err write_pairs(DemoCare *care, const Area *const *towns, size_t town_n)
{
    Demo *demo = care->demo;
    Str guided = demo->clinics[demo->shown[SHOWN_GUIDED]].facility.parent;
    size_t n = 0;
    for (size_t i = town_n; i-- > 0 && n < PAIRS;) {
        Pair pair = pair_of(care, n);
        pair.centre = str_printf(demo->cx->arena, "%.*sC01", STR_ARG(towns[i]->code));
        if (str_equals(pair.centre, guided))
            continue;
        pair.kept = manners[n].kept;
        pair.until_year = manners[n++].until_year;
        TRY(write_pair(&pair, towns[i]));
    }
    return OK;
}

Err demo_assistance(DemoCare *care)
{
    static const char *const forms[] = {
        "assistance_agreement", "assistance_activity", "assistance_plan",
        "assistance_report",    "assistance_trainee",  "assistance_posting",
        "guidance_centre",      "guidance_training",   "guidance_visit"};
    enum { FORM_N = sizeof forms / sizeof *forms };
    Demo *demo = care->demo;
    size_t found = 0;
    const char *missing = "";
    for (size_t i = 0; i < FORM_N; i++) {
        bool is_there = pack_form(demo->cx->packs, str_from_c(forms[i])) != NULL;
        found += is_there;
        missing = is_there ? missing : forms[i];
    }
    if (found == 0)
        return OK; /* the packs have no assistance */
    if (found < FORM_N)
        return cx_fail(demo->cx, ERR_PACK, TEXT_DEMO_FORM_MISSING, STR("assistance"), 2,
                       STR("assistance"), str_from_c(missing));
    const Area **towns = arena_array(demo->cx->arena, const Area *, demo->area_n);
    size_t town_n = 0;
    for (size_t i = 0; i < demo->area_n; i++)
        if (demo->areas[i].level == 4)
            towns[town_n++] = &demo->areas[i];
    TRY(write_pairs(care, towns, town_n));
    Pair guidance = pair_of(care, HOSPITAL_STREAM);
    return write_guidance(&guidance, towns, town_n);
}
