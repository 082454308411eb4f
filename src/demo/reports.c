/* What townships, institutions and village doctors report and keep books of, by data/reports.csv:
 * which form is filled in about whom, when, and between which values. Each row of the table is a
 * field; where a value lies between low and high follows how good the township is, so that the
 * forms themselves (ids, codes, what is required) stay in the packs.
 *
 * kind: number; times (of another field, or of the people); part (the same, at most the whole);
 * flow (times, by the part of the year that has gone); grows (a part that rises by a step a year);
 * is (the code named in `of`); code (the first of two with a chance of low to high); codes (all of
 * the list with that chance, else all but one); year; day, serial (with that chance), label, self;
 * hospital (one of the county's hospitals); members (rows of the centres of the hospital's part of
 * the county, each from that day on); before (so many days earlier, between low and high);
 * gone (a number that the form asks no more: it is drawn, so that what comes behind stays);
 * written and first: whether the record is there at all. */
#include "base/num.h"
#include "demo/care_int.h"
#include "engine/subjects/places.h"
#include "engine/subjects/registers.h"

enum { LAST_YEAR = 2026, CELLS = 10, MANNERS = 8, CODES_MOST = 8, MONTHS = 12 };
static const double YEARLY_RISE = 0.012, UNEVEN = 0.2;

typedef struct {
    Str field, kind, of;
    double low, high;
} ReportField;

typedef struct {
    Str name, whom, times;
    const Form *form;
    int from;
    VEC(ReportField) fields;
} Report;

typedef struct {
    Uuid subject;
    Str lead;
} Community;

typedef struct {
    DemoCare *care;
    VEC(Report) reports;
    VEC(Str) hospitals; /* codes */
    VEC(Community) communities;
} Reports;

/* Whom a form is filled in about, and by whom. */
typedef struct {
    Reports *reports;
    Rng rng;
    Uuid subject, writer;
    Str facility, name;
    size_t number;
    double people;
    double goodness; /* from 0 to 1 */
} Reporter;

/* ---- the table ---- */

static double number_of(Str cell)
{
    double number = 0;
    ENSURE(cell.n == 0 || num_parse_double(cell, &number) == OK);
    return number;
}

static void add_row(void *arg, const CsvRow *row)
{
    Reports *reports = arg;
    DemoCare *care = reports->care;
    const Str *cells = row->cells;
    Report *last = reports->reports.n == 0 ? NULL : &reports->reports.items[reports->reports.n - 1];
    ENSURE(row->n == CELLS);
    if (last == NULL || !str_equals(last->name, cells[0])) {
        const Report report = {.name = cells[0],
                               .form = pack_form(care->demo->cx->packs, cells[1]),
                               .whom = cells[2],
                               .from = (int)number_of(cells[3]),
                               .times = cells[4]};
        VEC_PUSH(care->demo->cx->arena, &reports->reports, report);
        last = &reports->reports.items[reports->reports.n - 1];
    }
    const ReportField field = {cells[5], cells[6], cells[7], number_of(cells[8]),
                               number_of(cells[9])};
    VEC_PUSH(care->demo->cx->arena, &last->fields, field);
}

/* ---- one form ---- */

static double between(Reporter *reporter, const ReportField *field)
{
    double at = reporter->goodness + UNEVEN * (rng_real(&reporter->rng) - 0.5);
    at = at < 0 ? 0 : at > 1 ? 1 : at;
    return field->low + (field->high - field->low) * at;
}

static double base_of(const Reporter *reporter, const Filling *filling, Str of)
{
    size_t at = form_find_field(filling->form, of);
    if (at == SIZE_MAX)
        return reporter->people;
    ExprValue value = filling->answers.values[at];
    return value.type == EXPR_INTEGER   ? (double)value.as.integer
           : value.type == EXPR_DECIMAL ? value.as.decimal
                                        : 0;
}

static void put_number(Filling *filling, Str name, double number)
{
    size_t at = form_find_field(filling->form, name);
    if (at == SIZE_MAX)
        return;
    bool is_whole = filling->form->fields[at].type == FIELD_INTEGER;
    double whole = num_round(number, 0);
    filling->answers.values[at] =
        is_whole ? (ExprValue){.type = EXPR_INTEGER, .as.integer = (int64_t)whole}
                 : (ExprValue){.type = EXPR_DECIMAL, .as.decimal = whole};
}

static bool put_amount(Reporter *reporter, Filling *filling, const ReportField *field)
{
    int year, month, day;
    date_to_ymd(filling->context.happened_on, &year, &month, &day);
    double base = base_of(reporter, filling, field->of), share = between(reporter, field);
    if (str_equals_c(field->kind, "number"))
        put_number(filling, field->field, share);
    else if (str_equals_c(field->kind, "times"))
        put_number(filling, field->field, base * share);
    else if (str_equals_c(field->kind, "part"))
        put_number(filling, field->field, (double)(int64_t)(base * (share > 1 ? 1 : share)));
    else if (str_equals_c(field->kind, "flow"))
        put_number(filling, field->field, base * share * month / MONTHS);
    else if (str_equals_c(field->kind, "grows"))
        put_number(filling, field->field,
                   base * (share + YEARLY_RISE * (year - LAST_YEAR + month / (double)MONTHS)));
    else if (str_equals_c(field->kind, "year"))
        put_number(filling, field->field, year);
    else if (!str_equals_c(field->kind, "gone"))
        return false;
    return true;
}

/* The towns in the order of their codes go to the hospitals in turn, as many to each. */
static bool is_in_part(const Reporter *reporter, const Facility *centre)
{
    const Demo *demo = reporter->reports->care->demo;
    size_t town = 0, towns = 0, hospitals = reporter->reports->hospitals.n;
    for (size_t i = 0; i < demo->area_n; i++) {
        bool is_before = str_compare(demo->areas[i].code, centre->area) < 0;
        towns += demo->areas[i].level == 4;
        town += demo->areas[i].level == 4 && is_before;
    }
    return hospitals > 0 && town * hospitals / towns == reporter->number;
}

static void put_members(Reporter *reporter, Filling *filling)
{
    const Demo *demo = reporter->reports->care->demo;
    const FormRegister *registers = filling->form->registers;
    const FormField *field = &filling->form->fields[registers->members];
    FormRows *rows = &filling->answers.rows[registers->members];
    rows->rows = arena_array(filling->arena, FormRow, demo->centre_n);
    for (size_t i = 0; i < demo->centre_n; i++) {
        if (!is_in_part(reporter, &demo->centres[i]))
            continue;
        FormRow *row = &rows->rows[rows->n++];
        row->values = arena_array(filling->arena, ExprValue, field->row_field_n);
        row->values[registers->member] =
            (ExprValue){.type = EXPR_TEXT, .as.text = demo->centres[i].code};
        row->values[registers->member_from] =
            (ExprValue){.type = EXPR_DATE, .as.date = filling->context.happened_on};
    }
}

static void put_word(Reporter *reporter, Filling *filling, const ReportField *field)
{
    Arena *arena = &reporter->reports->care->arena;
    const char *name = str_to_c(arena, field->field);
    bool is_so = rng_chance(&reporter->rng, between(reporter, field));
    size_t blank = str_find_char(field->of, ' ', 0);
    int missing = (int)rng_between(&reporter->rng, 0, CODES_MOST / 2 - 1);
    if (str_equals_c(field->kind, "is"))
        filling_text(filling, name, field->of);
    else if (str_equals_c(field->kind, "code"))
        filling_text(filling, name,
                     is_so ? str_slice(field->of, 0, blank)
                           : str_slice(field->of, blank + 1, field->of.n));
    else if (str_equals_c(field->kind, "codes"))
        filling_code_set(filling, name, is_so ? ~0U : ~(1U << missing));
    else if (str_equals_c(field->kind, "day") && is_so)
        filling_date(filling, name, filling->context.happened_on);
    else if (str_equals_c(field->kind, "serial") && is_so)
        filling_text(filling, name,
                     str_printf(arena, "%.*s%d-%zu", STR_ARG(field->of),
                                (int)filling->context.happened_on.days, reporter->number));
    else if (str_equals_c(field->kind, "label"))
        filling_text(filling, name,
                     str_printf(arena, "%.*s%.*s", STR_ARG(reporter->name), STR_ARG(field->of)));
    else if (str_equals_c(field->kind, "self"))
        filling_text(filling, name, reporter->facility);
    else if (str_equals_c(field->kind, "members"))
        put_members(reporter, filling);
    else if (str_equals_c(field->kind, "before"))
        filling_date(filling, name,
                     date_add_days(filling->context.happened_on, -(int)between(reporter, field)));
    else if (str_equals_c(field->kind, "hospital") && is_so && reporter->reports->hospitals.n > 0)
        filling_text(
            filling, name,
            reporter->reports->hospitals.items[reporter->number % reporter->reports->hospitals.n]);
}

/* Whether the record is there: it is drawn either way, so that one does not move the next. */
static bool is_written(Reporter *reporter, const ReportField *field)
{
    if (str_equals_c(field->kind, "first"))
        return reporter->number < (size_t)field->low;
    return !str_equals_c(field->kind, "written")
           || rng_chance(&reporter->rng, between(reporter, field));
}

static Err report_once(Reporter *reporter, const Report *report, Date on)
{
    DemoCare *care = reporter->reports->care;
    const FormContext context = {.happened_on = on,
                                 .today = on,
                                 .subject_birth_date = DATE_NONE,
                                 .previous_happened_on = DATE_NONE};
    Filling filling = filling_begin(report->form, context, &reporter->rng, &care->arena);
    bool is_there = true;
    for (size_t i = 0; i < report->fields.n; i++) {
        const ReportField *field = &report->fields.items[i];
        is_there = is_written(reporter, field) && is_there;
        if (!put_amount(reporter, &filling, field))
            put_word(reporter, &filling, field);
    }
    const CareAbout about = {reporter->subject, reporter->facility, reporter->writer};
    return is_there ? care_about(care, &filling, &about) : OK;
}

/* A community that is founded is reported about, too. */
static void keep_community(Reporter *reporter, const Report *report)
{
    Reports *reports = reporter->reports;
    if (str_equals_c(report->name, "community") && reporter->number < reports->hospitals.n)
        VEC_PUSH(reports->care->demo->cx->arena, &reports->communities,
                 ((Community){reporter->subject, reporter->facility}));
}

/* Every day of the year that the table names, in every year. */
static Err report_years(Reporter *reporter, const Report *report)
{
    enum { DAY_N = 5 }; /* "MM-DD", parted by blanks */
    for (int year = report->from; year <= LAST_YEAR; year++) {
        for (size_t at = 0; at + DAY_N <= report->times.n; at += DAY_N + 1) {
            Date on = DATE_NONE;
            Str day = str_slice(report->times, at, at + DAY_N);
            Arena *arena = &reporter->reports->care->arena;
            ENSURE(date_parse(str_printf(arena, "%d-%.*s", year, STR_ARG(day)), &on) == OK);
            if (report->form->registers != NULL)
                reporter->subject = rng_uuid(&reporter->rng, instant_of_date(on, 9, 0));
            TRY(report_once(reporter, report, on));
            keep_community(reporter, report);
        }
        if (reporter->goodness < 1)
            reporter->goodness += UNEVEN / MANNERS;
        if (report->form->registers != NULL)
            break; /* it stands on register from then on */
    }
    return OK;
}

/* ---- about whom ---- */

static Err report_all(Reports *reports, const char *whom, const Reporter *of)
{
    for (size_t i = 0; i < reports->reports.n; i++) {
        const Report *report = &reports->reports.items[i];
        if (report->form == NULL || !str_equals_c(report->whom, whom))
            continue;
        Reporter reporter = *of;
        uint64_t stream = str_hash(str_printf(&reports->care->arena, "%.*s %s %zu",
                                              STR_ARG(report->name), whom, of->number));
        reporter.rng = rng_stream(reports->care->demo->options->seed, STREAM_REPORTS, stream);
        TRY(report_years(&reporter, report));
        arena_reset(&reports->care->arena);
    }
    return OK;
}

static double goodness_of(Str code)
{
    return (double)(str_hash(code) % MANNERS) / (MANNERS - 1);
}

static Err report_clinics(Reports *reports)
{
    const Demo *demo = reports->care->demo;
    for (size_t i = 0; i < demo->clinic_n; i++) {
        const DemoClinic *clinic = &demo->clinics[i];
        Reporter reporter = {
            .reports = reports,
            .subject = subject_id_of(demo->cx->place, STR("facility"), clinic->facility.code),
            .writer = clinic->doctor,
            .facility = clinic->facility.code,
            .name = clinic->facility.name,
            .number = i,
            .people = clinic->weight,
            .goodness = goodness_of(clinic->facility.parent)};
        if (!str_equals_c(clinic->facility.kind, "community_station"))
            TRY(report_all(reports, "clinic", &reporter));
        reporter.subject = clinic->doctor;
        TRY(report_all(reports, "doctor", &reporter));
        reporter.subject = reporter.writer = clinic->partner;
        reporter.number = demo->clinic_n + i;
        if (!uuid_is_nil(clinic->partner))
            TRY(report_all(reports, "doctor", &reporter));
    }
    return OK;
}

static double people_below(const Demo *demo, Str centre)
{
    double people = 0;
    for (size_t i = 0; i < demo->clinic_n; i++)
        people +=
            str_equals(demo->clinics[i].facility.parent, centre) ? demo->clinics[i].weight : 0;
    return people;
}

static bool is_county_hospital(const Facility *facility)
{
    return str_equals_c(facility->kind, "county_hospital")
           || str_equals_c(facility->kind, "tcm_hospital");
}

static Err report_institutions(Reports *reports)
{
    const Demo *demo = reports->care->demo;
    const Facility *facilities = NULL;
    size_t n = 0, hospital_n = 0;
    TRY(subject_facilities(demo->cx, &facilities, &n));
    for (size_t i = 0; i < n; i++) {
        const Facility *facility = &facilities[i];
        bool is_hospital = is_county_hospital(facility);
        Reporter reporter = {.reports = reports,
                             .subject =
                                 subject_id_of(demo->cx->place, STR("facility"), facility->code),
                             .writer = demo->officer,
                             .facility = facility->code,
                             .name = facility->name,
                             .number = is_hospital ? hospital_n : i,
                             .people = people_below(demo, facility->code),
                             .goodness = goodness_of(facility->code)};
        hospital_n += is_hospital;
        if (facility->level == 4)
            TRY(report_all(reports, "centre", &reporter));
        else if (is_hospital)
            TRY(report_all(reports, "hospital", &reporter));
    }
    return OK;
}

static Err find_hospitals(Reports *reports)
{
    const Facility *facilities = NULL;
    size_t n = 0;
    TRY(subject_facilities(reports->care->demo->cx, &facilities, &n));
    for (size_t i = 0; i < n; i++)
        if (is_county_hospital(&facilities[i]))
            VEC_PUSH(reports->care->demo->cx->arena, &reports->hospitals, facilities[i].code);
    return OK;
}

/* Each by its lead hospital. */
static Err report_communities(Reports *reports)
{
    for (size_t i = 0; i < reports->communities.n; i++) {
        const Community *community = &reports->communities.items[i];
        const Reporter reporter = {.reports = reports,
                                   .subject = community->subject,
                                   .writer = reports->care->demo->officer,
                                   .facility = community->lead,
                                   .number = i,
                                   .goodness = goodness_of(community->lead)};
        TRY(report_all(reports, "community", &reporter));
    }
    return OK;
}

static Err report_areas(Reports *reports)
{
    const Demo *demo = reports->care->demo;
    for (size_t i = 0; i < demo->area_n; i++) {
        const Area *area = &demo->areas[i];
        bool is_township = area->level == 4;
        if (!is_township && area->level != 3)
            continue;
        Reporter reporter = {.reports = reports,
                             .subject = subject_id_of(demo->cx->place, STR("area"), area->code),
                             .writer = demo->officer,
                             .facility = demo->commission,
                             .name = area->name,
                             .number = i,
                             .goodness = goodness_of(area->code)};
        for (size_t k = 0; k < demo->village_n; k++)
            if (str_equals(demo->villages[k].area->parent, area->code))
                reporter.people += demo->villages[k].weight;
        TRY(report_all(reports, is_township ? "township" : "county", &reporter));
    }
    return OK;
}

Err demo_reports(DemoCare *care)
{
    Reports reports = {.care = care};
    table_each("reports.csv", care->demo->cx->arena, add_row, &reports);
    TRY(find_hospitals(&reports));
    TRY(report_areas(&reports));
    TRY(report_institutions(&reports));
    TRY(report_communities(&reports));
    return report_clinics(&reports);
}
