/* What facilities have: premises, equipment, capability, management and staff, by the forms of the
 * packs. Uneven by the centre that a clinic stands below, so that standards are met, nearly met and
 * missed; some improve in the second year. Each facility draws from a stream of its own. */
#include "demo/care_int.h"
#include "engine/subjects/places.h"
#include "engine/subjects/registers.h"

enum {
    FIRST_YEAR = 2024,
    LAST_YEAR = 2026,
    BUILT_EVERY = 19,  /* one clinic of so many is new in a year */
    BUILT_BEFORE = 13, /* and one of so many was built the year before the first forms */
    ALL = 0xffff,
    PHYSICIANS = 3,
};

/* The three whom plans want at each centre; of some centres the practitioner studied beside work.
 */
static const struct {
    const char *post;
    double more;
} physicians[PHYSICIANS] = {
    {"general_practitioner", 0.1}, {"tcm_physician", 0.1}, {"public_health", 0}};

typedef struct {
    DemoCare *care;
    Rng rng;
    const Facility *facility;
    size_t number; /* of the facility */
    Uuid writer;
    int year;
    double quality; /* chance that something is as it should be */
    int64_t people;
    bool is_clinic, is_station;
    bool is_held[PHYSICIANS]; /* of a centre: by the order of physicians */
} Site;

static bool has(Site *site, double more)
{
    return rng_chance(&site->rng, site->quality + more);
}

static Filling begin(Site *site, const char *form)
{
    Date on = date_from_ymd(site->year, (int)rng_between(&site->rng, 1, 5),
                            (int)rng_between(&site->rng, 2, 27));
    const FormContext context = {.happened_on = on,
                                 .today = on,
                                 .subject_birth_date = DATE_NONE,
                                 .previous_happened_on = DATE_NONE};
    return filling_begin(pack_form(site->care->demo->cx->packs, str_from_c(form)), context,
                         &site->rng, &site->care->arena);
}

static Err write(Site *site, Filling *filling)
{
    const CareAbout about = {
        subject_id_of(site->care->demo->cx->place, STR("facility"), site->facility->code),
        site->facility->code, site->writer};
    return care_about(site->care, filling, &about);
}

/* All of the list but for one of them, where something is missing. */
static void put_codes(Site *site, Filling *filling, const char *field, unsigned codes, double more)
{
    unsigned missing = 1U << rng_between(&site->rng, 0, 7);
    filling_code_set(filling, field, has(site, more) ? codes : codes & ~missing);
}

static void put_building(Site *site, Filling *filling)
{
    bool is_new = site->number % BUILT_EVERY == (site->year == FIRST_YEAR ? 3U : 5U)
                  && (site->year == FIRST_YEAR || site->number % 2 == 0);
    filling_text(filling, "property", has(site, 0.08) ? STR("public") : STR("private"));
    filling_text(filling, "site", has(site, -0.3) ? STR("village_centre") : STR("own"));
    filling_integer(filling, "rent", has(site, 0.15) ? 0 : 1200);
    if (is_new)
        filling_date(filling, "built_on", date_add_days(filling->context.happened_on, -1));
    else if (site->year == FIRST_YEAR && site->number % BUILT_BEFORE == 2)
        filling_date(filling, "built_on", date_from_ymd(FIRST_YEAR - 1, 9, 15));
    put_codes(site, filling, "rooms", ALL, -0.05);
    put_codes(site, filling, "unities", ALL, 0.02);
}

static Err write_premises(Site *site)
{
    Filling filling = begin(site, "facility_premises");
    double area = site->is_clinic ? (double)rng_between(&site->rng, 100, 180)
                                  : (double)rng_between(&site->rng, 1300, 7000);
    filling_integer(&filling, "served_population", site->people);
    filling_integer(&filling, "beds",
                    site->is_clinic ? 0
                                    : site->people * rng_between(&site->rng, 10, 15) / 10000 + 1);
    filling_decimal(&filling, "building_area", area);
    filling_decimal(&filling, "business_area", (double)(int64_t)(area * 0.9));
    if (site->is_clinic && !site->is_station)
        put_building(site, &filling);
    filling_integer(&filling, "fever_rooms", !site->is_clinic && has(site, 0.1));
    put_codes(site, &filling, "equipment", site->is_clinic ? 1 : ALL, 0);
    if (!site->is_clinic)
        filling_text(&filling, "tcm_hall",
                     has(site, -0.5)  ? STR("model")
                     : has(site, 0.2) ? STR("hall")
                                      : STR("none"));
    return write(site, &filling);
}

static Err write_capability(Site *site)
{
    Filling filling = begin(site, "facility_capability");
    int64_t needed = site->is_clinic ? 20 : 75;
    filling_integer(&filling, "diseases",
                    has(site, 0) ? needed + rng_between(&site->rng, 0, 20)
                                 : needed - rng_between(&site->rng, 1, 15));
    filling_integer(&filling, "tcm_techniques", rng_between(&site->rng, has(site, 0) ? 6 : 2, 8));
    filling_text(&filling, "level",
                 !has(site, 0.15)  ? STR("none")
                 : has(site, -0.6) ? STR("recommended")
                                   : STR("basic"));
    if (has(site, 0.1))
        filling_date(&filling, "evaluated_on", date_add_days(filling.context.happened_on, -20));
    filling_integer(&filling, "personal_packages", !site->is_clinic && has(site, 0.05));
    /* the information system is everywhere; of the others one may be missing */
    unsigned missing = 2U << rng_between(&site->rng, 0, 5);
    filling_code_set(&filling, "services", has(site, -0.05) ? ALL : ALL & ~missing);
    if (!site->is_clinic && site->number % 5 == 1)
        filling_text(&filling, "model_theme", STR("care_prevention"));
    return write(site, &filling);
}

static Err write_management(Site *site)
{
    Filling filling = begin(site, "facility_management");
    filling_text(&filling, "managed_by_centre", has(site, 0.1) ? STR("1") : STR("2"));
    if (!site->is_clinic) {
        filling_integer(&filling, "posted_leaders", has(site, 0) ? 3 : 2);
        put_codes(site, &filling, "unified", ALL, 0);
    }
    return write(site, &filling);
}

static Err employ(Site *site, int which, Date from)
{
    DemoCare *care = site->care;
    Cx *cx = care->demo->cx;
    Instant at = instant_of_date(from, 9, 0);
    Rng rng = rng_stream(care->demo->options->seed, STREAM_STANDARDS,
                         str_hash(site->facility->code) + (uint64_t)which);
    bool is_male = rng_chance(&rng, 0.5);
    bool is_full_time = which > 0 || rng_chance(&rng, site->quality);
    site->is_held[which] = true;
    const Staff staff = {
        .id = rng_uuid(&rng, at),
        .code = str_printf(cx->arena, "%.*s-P%d", STR_ARG(site->facility->code), which + 1),
        .name = name_whole(name_draw(&rng, is_male, NULL, cx->arena), cx->arena),
        .sex = is_male ? STR("1") : STR("2"),
        .birth_date = DATE_NONE,
        .qualification = STR("physician"),
        .title = STR("primary"),
        .education = is_full_time ? STR("bachelor_full_time") : STR("bachelor_part_time"),
        .facility = site->facility->code,
        .post = str_from_c(physicians[which].post),
        .employment = STR("established"),
        .valid_from = from,
        .valid_to = DATE_NONE};
    return care_is_known(care, at) ? staff_add(cx, &staff) : OK;
}

static Err write_staffing(Site *site)
{
    Filling filling = begin(site, "facility_staffing");
    int64_t thousands = (site->people + 999) / 1000;
    int64_t workers = site->is_clinic ? thousands - (has(site, 0) ? 0 : 1) : 20 + thousands / 2;
    filling_integer(&filling, "workers", workers < 1 ? 1 : workers);
    for (int i = 0; i < PHYSICIANS && !site->is_clinic; i++) {
        if (has(site, physicians[i].more) && !site->is_held[i])
            TRY(employ(site, i, filling.context.happened_on));
    }
    return write(site, &filling);
}

/* A third is written again in later years, a little better. */
static Err write_site(Site *site)
{
    for (site->year = FIRST_YEAR; site->year <= LAST_YEAR; site->year++) {
        bool is_written = site->year == FIRST_YEAR || site->number % 3 == 2;
        bool is_new = site->is_clinic && site->year > FIRST_YEAR && site->number % BUILT_EVERY == 5
                      && site->number % 2 == 0;
        site->quality += 0.04;
        if (!is_written && !is_new)
            continue;
        TRY(write_premises(site));
        TRY(write_capability(site));
        TRY(write_management(site));
        TRY(write_staffing(site));
    }
    arena_reset(&site->care->arena);
    return OK;
}

/* Clinics of one centre are alike: each centre has its own manner. */
static double quality_of(Str centre)
{
    return 0.62 + (double)(str_hash(centre) % 8) * 0.045;
}

static Site site_of(DemoCare *care, const Facility *facility, size_t number)
{
    const Demo *demo = care->demo;
    return (Site){.care = care,
                  .rng = rng_stream(demo->options->seed, STREAM_STANDARDS, number),
                  .facility = facility,
                  .number = number};
}

static Err write_clinics(DemoCare *care)
{
    const Demo *demo = care->demo;
    for (size_t i = 0; i < demo->clinic_n; i++) {
        const DemoClinic *clinic = &demo->clinics[i];
        Site site = site_of(care, &clinic->facility, i);
        site.is_clinic = true;
        site.is_station = str_equals_c(clinic->facility.kind, "community_station");
        site.writer = clinic->doctor;
        site.people = (int64_t)clinic->weight;
        site.quality = quality_of(clinic->facility.parent);
        TRY(write_site(&site));
    }
    return OK;
}

static int64_t people_below(const Demo *demo, Str centre)
{
    double people = 0;
    for (size_t i = 0; i < demo->clinic_n; i++) {
        if (str_equals(demo->clinics[i].facility.parent, centre))
            people += demo->clinics[i].weight;
    }
    return (int64_t)people;
}

static Err write_centres(DemoCare *care)
{
    const Demo *demo = care->demo;
    const Facility *facilities = NULL;
    size_t n = 0;
    TRY(subject_facilities(demo->cx, &facilities, &n));
    for (size_t i = 0; i < n; i++) {
        if (facilities[i].level != 4)
            continue;
        Site site = site_of(care, &facilities[i], demo->clinic_n + i);
        site.writer = demo->officer;
        site.people = people_below(demo, facilities[i].code);
        site.quality = quality_of(facilities[i].code);
        TRY(write_site(&site));
    }
    return OK;
}

Err demo_standards(DemoCare *care)
{
    static const char *const forms[] = {"facility_premises", "facility_capability",
                                        "facility_management", "facility_staffing"};
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        if (pack_form(care->demo->cx->packs, str_from_c(forms[i])) == NULL)
            return OK; /* the packs have no standards */
    }
    TRY(write_clinics(care));
    return write_centres(care);
}
