/* The county's areas, facilities and accounts. Who answers for which village: answering.c. */
#include "demo/demo_int.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "access/access.h"
#include "core/place.h"
#include "engine/policy/policy_values.h"

#define SAID_ON   date_from_ymd(2022, 12, 1)
#define SAID_FROM date_from_ymd(2023, 1, 1)

/* The table goes in like any county's. */
static Err add_areas(Demo *demo)
{
    SheetTable sheet;
    TRY(sheet_read(demo->cx, table_text(demo->place->divisions), subject_areas_shape, &sheet));
    TRY(subject_areas_put(demo->cx, &sheet, false));
    return subject_areas(demo->cx, &demo->areas, &demo->area_n);
}

static bool is_urban(const Area *area)
{
    return str_find(area->name, STR("社区"), 0) != SIZE_MAX
           || str_find(area->name, STR("居民委员会"), 0) != SIZE_MAX;
}

/* Village sizes are log-normal: a median of 1,300 in the country and 5,000 in town, 250 to 20,000.
 */
static void weigh_villages(Demo *demo)
{
    VEC(DemoVillage) villages = {0};
    for (size_t i = 0; i < demo->area_n; i++) {
        const Area *area = &demo->areas[i];
        if (area->level != 5)
            continue;
        double median = is_urban(area) ? 5000 : 1300;
        double people = exp(rng_normal(&demo->rng, log(median), 0.6));
        people = people < 250 ? 250 : people > 20000 ? 20000 : people;
        VEC_PUSH(demo->cx->arena, &villages, (DemoVillage){.area = area, .weight = people});
    }
    demo->villages = villages.items;
    demo->village_n = villages.n;
}

static int by_weight(const void *left, const void *right)
{
    const DemoVillage *a = *(DemoVillage *const *)left, *b = *(DemoVillage *const *)right;
    return (a->weight > b->weight) - (a->weight < b->weight);
}

/* Whether village i may go without a clinic of its own: a neighbour before it in the same town has
 * one. */
static bool has_neighbour(const Demo *demo, const bool *is_without, size_t i)
{
    return i > 0 && !is_without[i - 1]
           && str_equals(demo->villages[i - 1].area->parent, demo->villages[i].area->parent);
}

/* The smallest villages share the clinic of the village before them. */
static const bool *choose_without(Demo *demo)
{
    Arena *arena = demo->cx->arena;
    bool *is_without = arena_array(arena, bool, demo->village_n);
    DemoVillage **order = arena_array(arena, DemoVillage *, demo->village_n);
    for (size_t i = 0; i < demo->village_n; i++)
        order[i] = &demo->villages[i];
    qsort(order, demo->village_n, sizeof *order, by_weight);
    size_t missing = demo->village_n - demo->place->clinics;
    for (size_t i = 0; i < demo->village_n && missing > 0; i++) {
        size_t at = (size_t)(order[i] - demo->villages);
        bool next_without = at + 1 < demo->village_n && is_without[at + 1];
        if (!next_without && has_neighbour(demo, is_without, at)) {
            is_without[at] = true;
            missing--;
        }
    }
    ENSURE(missing == 0);
    return is_without;
}

static Str stem_en(Str name_en)
{
    size_t at = str_find_char(name_en, ' ', 0);
    return at == SIZE_MAX ? name_en : str_slice(name_en, 0, at);
}

static Err add_facility(Demo *demo, Facility facility)
{
    facility.valid_from = date_from_ymd(2010, 1, 1);
    facility.valid_to = DATE_NONE;
    return subject_facility_add(demo->cx, &facility);
}

/* Towns with the most villages have a second centre for their later villages. */
static bool has_two_centres(const Demo *demo, Str town)
{
    size_t own = 0, larger = 0, towns = 0;
    for (size_t i = 0; i < demo->village_n; i++)
        own += str_equals(demo->villages[i].area->parent, town);
    for (size_t t = 0; t < demo->area_n; t++) {
        towns += demo->areas[t].level == 4;
        if (demo->areas[t].level != 4 || str_equals(demo->areas[t].code, town))
            continue;
        size_t n = 0;
        for (size_t i = 0; i < demo->village_n; i++)
            n += str_equals(demo->villages[i].area->parent, demo->areas[t].code);
        larger += n > own || (n == own && str_compare(demo->areas[t].code, town) < 0);
    }
    return larger < demo->place->centres - towns;
}

/* The last town with two centres: its second one is the county's sub-centre. */
static bool is_sub_centre(const Demo *demo, Str town, int number)
{
    size_t last = SIZE_MAX;
    for (size_t t = 0; t < demo->area_n; t++)
        if (demo->areas[t].level == 4 && has_two_centres(demo, demo->areas[t].code))
            last = t;
    return number == 2 && last != SIZE_MAX && str_equals(demo->areas[last].code, town);
}

static Err add_centre(Demo *demo, const Area *town, int number)
{
    Arena *arena = demo->cx->arena;
    bool is_community = str_has_suffix(town->name, STR("街道"));
    bool is_sub = is_sub_centre(demo, town->code, number);
    const char *ordinal = number == 1 ? "" : "第二";
    Facility centre = {
        .code = str_printf(arena, "%.*sC%02d", STR_ARG(town->code), number),
        .name = str_printf(arena, "%.*s%s%s", STR_ARG(town->name), is_sub ? "" : ordinal,
                           is_sub         ? "医疗卫生次中心"
                           : is_community ? "社区卫生服务中心"
                                          : "卫生院"),
        .name_en = str_printf(arena, "%.*s %s%s", STR_ARG(stem_en(town->name_en)),
                              number == 1 || is_sub ? "" : "Second ",
                              is_sub         ? "County Sub-centre"
                              : is_community ? "Community Health Centre"
                                             : "Township Health Centre"),
        .kind = is_sub                                             ? STR("sub_centre")
                : is_community                                     ? STR("community_centre")
                : number == 1 && has_two_centres(demo, town->code) ? STR("central_centre")
                                                                   : STR("township_centre"),
        .area = town->code,
        .ownership = STR("government"),
        .level = 4,
        .parent = demo->commission,
    };
    demo->centres[demo->centre_n++] = centre;
    return add_facility(demo, centre);
}

static Err add_upper(Demo *demo)
{
    const DemoPlace *place = demo->place;
    Arena *arena = demo->cx->arena;
    const Facility commission = {.code = demo->commission,
                                 .name = place->commission.zh,
                                 .name_en = place->commission.en,
                                 .kind = STR("county_commission"),
                                 .level = 3};
    const Facility hospital = {.code = str_printf(arena, "%.*sH01", STR_ARG(place->code)),
                               .name = str_printf(arena, "%.*s示范医院", STR_ARG(place->name.zh)),
                               .name_en =
                                   str_printf(arena, "%.*s Demo Hospital", STR_ARG(place->name.en)),
                               .kind = STR("county_hospital"),
                               .level = 3,
                               .parent = demo->commission};
    TRY(add_facility(demo, commission));
    TRY(add_facility(demo, hospital));
    Facility supporter = hospital;
    supporter.code = demo->supporter;
    supporter.kind = STR("tcm_hospital");
    supporter.name = str_printf(arena, "%.*s示范中医医院", STR_ARG(place->name.zh));
    supporter.name_en =
        str_printf(arena, "%.*s Demo Hospital of Chinese Medicine", STR_ARG(place->name.en));
    TRY(add_facility(demo, supporter));
    demo->centres = arena_array(arena, Facility, place->centres);
    for (size_t i = 0; i < demo->area_n; i++) {
        const Area *town = &demo->areas[i];
        if (town->level != 4)
            continue;
        TRY(add_centre(demo, town, 1));
        if (has_two_centres(demo, town->code))
            TRY(add_centre(demo, town, 2));
    }
    return OK;
}

Str demo_centre_name(const Demo *demo, const DemoClinic *clinic)
{
    for (size_t i = 0; i < demo->centre_n; i++)
        if (str_equals(demo->centres[i].code, clinic->facility.parent))
            return demo->centres[i].name;
    return clinic->facility.parent;
}

/* The later half of the villages of a town with two centres belongs to the second one. */
static Str centre_of(Demo *demo, const DemoVillage *village)
{
    Str town = village->area->parent;
    size_t before = 0, all = 0;
    for (size_t i = 0; i < demo->village_n; i++) {
        bool is_same = str_equals(demo->villages[i].area->parent, town);
        all += is_same;
        before += is_same && &demo->villages[i] < village;
    }
    int number = has_two_centres(demo, town) && before * 2 >= all ? 2 : 1;
    return str_printf(demo->cx->arena, "%.*sC%02d", STR_ARG(town), number);
}

static Err add_clinic(Demo *demo, DemoVillage *village, DemoClinic *clinic)
{
    Arena *arena = demo->cx->arena;
    bool is_station = is_urban(village->area);
    Str stem = area_name_stem(village->area->name);
    size_t number = demo->clinic_n; /* counts this one */
    clinic->facility = (Facility){
        .code = str_printf(arena, "%.*sV01", STR_ARG(village->area->code)),
        .name =
            str_printf(arena, "%.*s%s", STR_ARG(stem), is_station ? "社区卫生服务站" : "村卫生站"),
        .name_en = str_printf(arena, "%.*s %s", STR_ARG(stem_en(village->area->name_en)),
                              is_station ? "Community Station" : "Village Clinic"),
        .kind = is_station ? STR("community_station") : STR("village_clinic"),
        .level = 5,
        .parent = centre_of(demo, village),
        .area = village->area->code,
        .ownership = number % 9 == 4 ? STR("village") : STR("government"),
        .licence_no =
            number % 40 == 7 ? STR("") : str_printf(arena, "PDY%.*s", STR_ARG(village->area->code)),
        .licence_to = date_from_ymd(number % 25 == 3 ? 2025 : 2028, 3, 31),
    };
    /* doctors who do everything on time, punctual, ordinary, late, and nearly always late ones */
    const double kinds[] = {0.06, 0.44, 0.33, 0.12, 0.05};
    const double timeliness[] = {1.0, 0.93, 0.82, 0.55, 0.15};
    clinic->timeliness = timeliness[rng_weighted(&demo->rng, kinds, 5)];
    clinic->copies = rng_chance(&demo->rng, 0.02);
    clinic->doctor = rng_uuid(&demo->rng, instant_of_date(date_from_ymd(2023, 1, 3), 9, 0));
    return add_facility(demo, clinic->facility);
}

static Err add_clinics(Demo *demo)
{
    const bool *is_without = choose_without(demo);
    demo->clinics = arena_array(demo->cx->arena, DemoClinic, demo->place->clinics);
    for (size_t i = 0; i < demo->village_n; i++) {
        DemoVillage *village = &demo->villages[i];
        if (!is_without[i])
            TRY(add_clinic(demo, village, &demo->clinics[demo->clinic_n++]));
        village->clinic = demo->clinic_n - 1;
        DemoClinic *clinic = &demo->clinics[village->clinic];
        clinic->weight += village->weight;
        clinic->villages++;
    }
    ENSURE(demo->clinic_n == demo->place->clinics);
    return OK;
}

static Err add_unguided(Demo *demo, Uuid id, Str login, Str name, Str facility)
{
    const Account account = {.id = id,
                             .login = login,
                             .name = name,
                             .role = STR("village_doctor"),
                             .facility = facility};
    return account_add(demo->cx, &account, STR(""));
}

/* The guided village doctor works in the largest village clinic that answers for two villages. */
static size_t choose_guided(const Demo *demo)
{
    size_t found = SIZE_MAX;
    for (size_t i = 0; i < demo->clinic_n; i++) {
        const DemoClinic *clinic = &demo->clinics[i];
        if (str_equals(clinic->facility.kind, STR("village_clinic")) && clinic->villages > 1
            && (found == SIZE_MAX || clinic->weight > demo->clinics[found].weight))
            found = i;
    }
    ENSURE(found != SIZE_MAX);
    return found;
}

/* The next village clinic of the same centre, or of any. */
static size_t choose_neighbour(const Demo *demo, const DemoClinic *guided)
{
    size_t any = SIZE_MAX;
    for (size_t i = 0; i < demo->clinic_n; i++) {
        const DemoClinic *clinic = &demo->clinics[i];
        if (clinic->is_shown || !str_equals(clinic->facility.kind, STR("village_clinic")))
            continue;
        if (str_equals(clinic->facility.parent, guided->facility.parent))
            return i;
        any = any == SIZE_MAX ? i : any;
    }
    ENSURE(any != SIZE_MAX);
    return any;
}

static void choose_shown(Demo *demo)
{
    static const double timeliness[SHOWN_N] = {
        [SHOWN_GUIDED] = 0.75, /* an ordinary doctor: some visits are late */
        [SHOWN_LATE] = 0.12,
        [SHOWN_COPIER] = 0.95,
        [SHOWN_LEAVE] = 0.9};
    size_t guided = choose_guided(demo);
    for (size_t k = 0; k < SHOWN_N; k++) {
        demo->shown[k] =
            k == SHOWN_GUIDED ? guided : choose_neighbour(demo, &demo->clinics[guided]);
        DemoClinic *clinic = &demo->clinics[demo->shown[k]];
        clinic->is_shown = true;
        clinic->timeliness = timeliness[k];
        clinic->copies = k == SHOWN_COPIER;
    }
}

/* A year of training in town; a colleague of the next clinic comes. */
static void plan_training(Demo *demo)
{
    DemoClinic *clinic = &demo->clinics[demo->shown[SHOWN_LEAVE]];
    clinic->has_leave = true;
    clinic->leave_from = date_from_ymd(2025, 3, 3);
    clinic->leave_to = date_from_ymd(2026, 2, 27);
    clinic->substitute = demo->clinics[demo->shown[SHOWN_COPIER]].doctor;
}

/* id: the clinic's doctor or partner. */
static Err add_doctor(Demo *demo, const DemoClinic *clinic, Uuid id, Str name, bool is_male)
{
    /* of five, two have a licence, and most of these the township has hired */
    size_t number = (size_t)(clinic - demo->clinics);
    bool is_licensed = number % 5 < 2, is_hired = is_licensed && number % 15 != 0;
    const Staff staff = {
        .id = id,
        .code = str_printf(demo->cx->arena, "%.*s-%d", STR_ARG(clinic->facility.code),
                           uuid_equals(id, clinic->doctor) ? 1 : 2),
        .name = name,
        .sex = is_male ? STR("1") : STR("2"),
        .birth_date = DATE_NONE,
        .qualification = is_licensed ? STR("rural_assistant") : STR("village_doctor"),
        .title = STR("none"),
        .facility = clinic->facility.code,
        .post = STR("village_doctor"),
        .employment = is_hired ? STR("township_hired") : STR("contract"),
        .valid_from = date_from_ymd(2023, 1, 3),
        .valid_to = DATE_NONE};
    return staff_add(demo->cx, &staff);
}

/* Behind the doctors, in the order of DemoGuided. */
typedef enum { AT_CENTRE, AT_COMMISSION, AT_SUPPORTER } PostAt;
static const struct {
    const char *role;
    PostAt at;
} posts[] = {
    {"township_clinician", AT_CENTRE},      {"township_director", AT_CENTRE},
    {"township_administrator", AT_CENTRE},  {"county_commission", AT_COMMISSION},
    {"organisation_officer", AT_SUPPORTER}, {"administrator", AT_COMMISSION},
};

/* Of streams of their own: they came later than the others. */
static Err add_late_comers(Demo *demo)
{
    Cx *cx = demo->cx;
    Rng rng = rng_stream(demo->options->seed, STREAM_COUNTY, 2);
    Str name = name_whole(name_draw(&rng, false, NULL, cx->arena), cx->arena);
    TRY(demo_account_add(demo, DEMO_REPORTER, rng_uuid(&rng, cx->now), name, STR("county_reporter"),
                         demo->commission));
    const DemoClinic *clinic = &demo->clinics[demo->states[STATE_SHARED]];
    rng = rng_stream(demo->options->seed, STREAM_COUNTY, 4);
    name = name_whole(name_draw(&rng, false, NULL, cx->arena), cx->arena);
    TRY(add_doctor(demo, clinic, clinic->partner, name, false));
    Str login = str_printf(cx->arena, "%.*s-2", STR_ARG(clinic->facility.code));
    return add_unguided(demo, clinic->partner, str_lower(cx->arena, login), name,
                        clinic->facility.code);
}

/* One guided account of each kind; every clinic has its doctor's account, without a password. */
static Err add_accounts(Demo *demo)
{
    Cx *cx = demo->cx;
    const DemoClinic *guided = &demo->clinics[demo->shown[SHOWN_GUIDED]];
    for (size_t i = 0; i < demo->clinic_n; i++) {
        const DemoClinic *clinic = &demo->clinics[i];
        bool is_guided = clinic == guided, is_late = i == demo->shown[SHOWN_LATE];
        bool is_male = rng_chance(&demo->rng, 0.58);
        Str name = name_whole(name_draw(&demo->rng, is_male, NULL, cx->arena), cx->arena);
        TRY(add_doctor(demo, clinic, clinic->doctor, name, is_male));
        if (is_guided || is_late)
            TRY(demo_account_add(demo, is_late ? DEMO_LATE : DEMO_DOCTOR, clinic->doctor, name,
                                 STR("village_doctor"), clinic->facility.code));
        else
            TRY(add_unguided(demo, clinic->doctor, str_lower(cx->arena, clinic->facility.code),
                             name, clinic->facility.code));
    }
    for (size_t i = 0; i < sizeof posts / sizeof posts[0]; i++) {
        const size_t guide = DEMO_CLINICIAN + i;
        Str facility = posts[i].at == AT_CENTRE       ? guided->facility.parent
                       : posts[i].at == AT_COMMISSION ? demo->commission
                                                      : demo->supporter;
        PersonName name = name_draw(&demo->rng, i % 2 == 0, NULL, cx->arena);
        Uuid id = rng_uuid(&demo->rng, cx->now);
        demo->officer = guide == DEMO_OFFICER ? id : demo->officer;
        TRY(demo_account_add(demo, guide, id, name_whole(name, cx->arena),
                             str_from_c(posts[i].role), facility));
    }
    TRY(add_late_comers(demo));
    return demo_leaves(demo);
}

/* What the county said before the first day that one can be made for. */
static Err say_policy(Demo *demo)
{
    Cx then = *demo->cx;
    then.today = SAID_ON;
    then.now = instant_of_date(SAID_ON, 9, 0);
    for (const struct DemoSaid *said = demo->place->said; said->parameter != NULL; said++) {
        const PolicyChange change = {.parameter = str_from_c(said->parameter),
                                     .value = str_from_c(said->value),
                                     .from = SAID_FROM,
                                     .source = str_printf(then.arena, "%.*s：本县规定值（示范）",
                                                          STR_ARG(demo->place->commission.zh))};
        if (map_get(&then.packs->policy, change.parameter) != NULL)
            TRY(policy_set(&then, &change));
    }
    return OK;
}

Err demo_county(Demo *demo)
{
    demo->rng = rng_stream(demo->options->seed, STREAM_COUNTY, 0);
    demo->commission = str_printf(demo->cx->arena, "%.*sG01", STR_ARG(demo->place->code));
    demo->supporter = str_printf(demo->cx->arena, "%.*sH02", STR_ARG(demo->place->code));
    TRY(place_put(demo->cx, demo->place->name.zh, demo->place->name.en));
    if (demo->is_compared)
        TRY(say_policy(demo));
    TRY(add_areas(demo));
    weigh_villages(demo);
    TRY(add_upper(demo));
    TRY(add_clinics(demo));
    choose_shown(demo);
    plan_training(demo);
    TRY(demo_catchments(demo));
    TRY(access_areas_rebuild(demo->cx));
    return add_accounts(demo);
}

/* Whoever it is sees himself and nobody else. */
Err demo_resident_account(Demo *demo)
{
    Cx *cx = demo->cx;
    if (uuid_is_nil(demo->patient))
        return OK;
    Rng rng = rng_stream(demo->options->seed, STREAM_COUNTY, 1);
    const Relation relation = {.kind = RELATION_SELF,
                               .subject = demo->patient,
                               .account = rng_uuid(&rng, cx->now),
                               .source = rng_uuid(&rng, cx->now),
                               .from = DEMO_FIRST_DAY,
                               .until = date_from_ymd(9999, 12, 31)};
    TRY(demo_account_add(demo, DEMO_RESIDENT, relation.account, STR("resident"), STR("resident"),
                         demo->clinics[demo->shown[SHOWN_GUIDED]].facility.parent));
    return relation_grant(cx, &relation);
}
