/* Says of a file what every one of them says of itself, and sends it. */
#include "web/report_file.h"

#include "core/place.h"
#include "engine/measures/measures.h"
#include "engine/subjects/places.h"

enum { FILE_MOST = 16 << 20 };

Str report_word(Cx *cx, TextId text)
{
    return wording_in(text_fill(cx->arena, text, NULL, 0), cx->lang);
}

ReportCell report_text(Str text)
{
    return (ReportCell){.kind = text.n > 0 ? REPORT_TEXT : REPORT_EMPTY, .text = text};
}

ReportCell report_day(Date day)
{
    return (ReportCell){.kind = date_is_none(day) ? REPORT_EMPTY : REPORT_DATE, .date = day};
}

ReportCell report_whole(int64_t number)
{
    return (ReportCell){.kind = REPORT_NUMBER, .number = (double)number};
}

ReportCell report_few(Cx *cx, bool is_few, int64_t few_below)
{
    return report_text(is_few ? str_printf(cx->arena, "<%lld", (long long)few_below) : STR("*"));
}

ReportCell report_measured(const Measure *measure, int64_t denominator, int64_t numerator)
{
    ReportCell cell = {.kind = REPORT_EMPTY};
    if (measure == NULL || !measure_number(measure, denominator, numerator, &cell.number))
        return cell;
    cell.kind = REPORT_NUMBER;
    cell.decimals = measure->is_count ? 0 : 2;
    cell.unit = measure->unit;
    return cell;
}

/* The place, and of it what the asking one's facility sees. */
static Err read_place(Cx *cx, Str *ret_place)
{
    Place place;
    const Facility *facilities = NULL;
    size_t n = 0;
    TRY(place_open(cx, &place));
    *ret_place = wording_in((Wording){place.name, place.name_en}, cx->lang);
    if (!access_sight(cx)->by_facility)
        return OK;
    TRY(subject_facilities(cx, &facilities, &n));
    Str name = cx->actor->facility;
    for (size_t i = 0; i < n; i++)
        if (str_equals(facilities[i].code, cx->actor->facility))
            name = wording_in((Wording){facilities[i].name, facilities[i].name_en}, cx->lang);
    const Str words[] = {*ret_place, name};
    *ret_place = wording_in(text_fill(cx->arena, TEXT_FILE_IN_SIGHT, words, 2), cx->lang);
    return OK;
}

void report_file_fact(Cx *cx, ReportFile *file, TextId label, Str value)
{
    if (value.n == 0 || file->report.fact_n == REPORT_FACTS_MOST)
        return;
    file->facts[file->report.fact_n++] = (ReportFact){report_word(cx, label), value};
}

Err report_file_begin(Cx *cx, Str title, TextId sheet, ReportFile *ret_file)
{
    Str place = {0}, demo = {0};
    char day[DATE_TEXT_SIZE];
    Str today = str_copy(cx->arena, str_from_c(date_format(cx->today, day)));
    TRY(read_place(cx, &place));
    TRY(setting_get(cx, STR("is_demo"), &demo));
    const Str made[] = {cx->actor->login, today};
    *ret_file = (ReportFile){
        .report = {.lang = cx->lang,
                   .title = title,
                   .notice = demo.n > 0 ? report_word(cx, TEXT_FILE_DEMO) : (Str){0},
                   .sheet = report_word(cx, sheet),
                   .about = report_word(cx, TEXT_FILE_ABOUT),
                   .footer = wording_in(text_fill(cx->arena, TEXT_FILE_MADE, made, 2), cx->lang),
                   .made_at = cx->now}};
    char known[DATE_TEXT_SIZE]; /* a past day that the file tells of */
    report_file_fact(cx, ret_file, TEXT_FILE_AS_OF,
                     date_is_none(cx->as_of)
                         ? today
                         : str_copy(cx->arena, str_from_c(date_format(cx->as_of, known))));
    report_file_fact(cx, ret_file, TEXT_FILE_PLACE, place);
    return OK;
}

void report_file_source(Cx *cx, ReportFile *file, Str pack, Str source)
{
    report_file_fact(cx, file, TEXT_FILE_SOURCE,
                     wording_in(pack_source_wording(cx->packs, pack, source, cx->arena), cx->lang));
    for (size_t i = 0; i < cx->packs->pack_n; i++) {
        const Pack *of = &cx->packs->packs[i];
        if (str_equals(of->id, pack))
            report_file_fact(
                cx, file, TEXT_FILE_PACK,
                str_printf(cx->arena, "%.*s %.*s", STR_ARG(of->id), STR_ARG(of->version)));
    }
}

Err report_file_answer(Cx *cx, const HttpRequest *request, ReportFile *file, HttpResponse *response)
{
    Str as = http_query(request, "as");
    bool is_pages = str_equals_c(as, "pdf");
    const char *end = is_pages ? "pdf" : "xlsx";
    char day[DATE_TEXT_SIZE];
    if (as.n > 0 && !is_pages && !str_equals_c(as, "xlsx"))
        return cx_fail(cx, ERR_INVALID, TEXT_PARAMETER_WRONG, STR("as"), 3, STR("as"), as,
                       STR("xlsx, pdf"));
    Str few = str_printf(cx->arena, "%lld", (long long)file->few_below);
    if (file->has_few)
        report_file_fact(cx, file, TEXT_FILE_FEW,
                         wording_in(text_fill(cx->arena, TEXT_FILE_FEW_MEANS, &few, 1), cx->lang));
    Str unranked = str_printf(cx->arena, "%lld", (long long)file->unranked_n);
    if (file->unranked_n > 0)
        report_file_fact(
            cx, file, TEXT_FILE_RANK,
            wording_in(text_fill(cx->arena, TEXT_FILE_FEW_RANKS, &unranked, 1), cx->lang));
    file->report.facts = file->facts;
    TRY(audit_add(
        cx, &(AuditEntry){.action = str_from_c(file->action),
                          .detail = str_printf(cx->arena, "%.*s as=%s n=%zu", STR_ARG(file->detail),
                                               end, file->report.row_n)}));
    TRY(audit_flush(cx));
    buf_init(&response->body, cx->arena, FILE_MOST);
    Err err = is_pages ? report_pages(&file->report, cx->arena, &response->body)
                       : report_workbook(&file->report, cx->arena, &response->body);
    if (err == ERR_NOT_FOUND)
        return cx_fail(cx, ERR_IO, TEXT_PRINT_FONT_MISSING, (Str){0}, 0);
    TRY(err);
    response->content_type = is_pages ? STR("application/pdf") : STR(REPORT_WORKBOOK_MEDIA);
    http_set_header(
        response, "Content-Disposition",
        str_printf(cx->arena, "attachment; filename=\"%.*s-%s.%s\"", STR_ARG(file->name),
                   date_format(date_is_none(cx->as_of) ? cx->today : cx->as_of, day), end));
    return OK;
}
