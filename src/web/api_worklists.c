/* /api/worklist: what is owed, spared and done at a desk, filtered, sorted and paged; its numbers;
 * the same as a file; and filters kept under a name. */
#include "engine/obligations/worklists.h"

#include "base/num.h"
#include "base/utf8.h"
#include "codec/csv.h"
#include "engine/records/form_table.h"
#include "engine/subjects/registers.h"
#include "web/person.h"
#include "web/records_json.h"
#include "web/schemas.h"

enum {
    PAGE_MOST = 100,
    PAGE_USUAL = 50,
    SKIP_MOST = 100000,
    FILE_ROWS_MOST = 5000,
    FILE_ROWS_A_PIECE = 100,
    SINCE_DAYS = 30,
    VIEW_BODY_MOST = 8 * 1024,
};

#define FILTER_MEMBERS                                                                             \
 "state?: text, on?: date, since?: date, area?: text, program?: text, rule?: text, facility?: "    \
 "text, doctor?: text, team?: text"
static const char *const filter_keys[] = {"state",    "area",   "program", "rule",
                                          "facility", "doctor", "team",    "sort"};

/* ---- the question ---- */

static Err read_states(Cx *cx, const HttpRequest *request, WorklistFilter *filter)
{
    Str rest = http_query(request, "state"), name = {0};
    if (rest.n == 0)
        rest = STR("overdue,due,open");
    while (str_cut(&rest, ',', &name)) {
        ObligationState state;
        if (!worklist_state_parse(name, &state))
            return cx_fail(cx, ERR_INVALID, TEXT_PARAMETER_WRONG, STR("state"), 3, STR("state"),
                           name, STR("overdue, due, open, waived, done"));
        filter->states[state] = true;
    }
    return OK;
}

static Err read_day(Cx *cx, const HttpRequest *request, WorklistFilter *filter)
{
    char last[DATE_TEXT_SIZE];
    Date horizon = obligation_horizon(cx);
    TRY(web_query_date(cx, request, "on", cx->today, &filter->on));
    if (date_compare(filter->on, cx->today) < 0)
        return cx_fail(cx, ERR_INVALID, TEXT_LIST_IN_PAST, STR("on"), 0);
    if (date_compare(filter->on, horizon) > 0)
        return cx_fail(cx, ERR_INVALID, TEXT_LIST_TOO_FAR, STR("on"), 1,
                       str_copy(cx->arena, str_from_c(date_format(horizon, last))));
    return web_query_date(cx, request, "since", date_add_days(filter->on, -SINCE_DAYS),
                          &filter->since);
}

static Err read_filter(Cx *cx, const HttpRequest *request, WorklistFilter *filter)
{
    *filter = (WorklistFilter){.area = http_query(request, "area"),
                               .program = http_query(request, "program"),
                               .rule = http_query(request, "rule"),
                               .facility = http_query(request, "facility"),
                               .doctor = http_query(request, "doctor"),
                               .team = http_query(request, "team"),
                               .sort = http_query(request, "sort")};
    TRY(read_states(cx, request, filter));
    TRY(read_day(cx, request, filter));
    if (filter->sort.n > 0 && !worklist_sort_is_known(filter->sort))
        return cx_fail(cx, ERR_INVALID, TEXT_PARAMETER_WRONG, STR("sort"), 3, STR("sort"),
                       filter->sort, STR("[-]due, area, service, age, done"));
    return OK;
}

static Str states_text(Cx *cx, const WorklistFilter *filter)
{
    Str text = STR("");
    for (size_t i = 0; i < OBLIGATION_STATE_N; i++) {
        if (filter->states[i])
            text = str_printf(cx->arena, "%.*s%s%s", STR_ARG(text), text.n > 0 ? "," : "",
                              worklist_state_name((ObligationState)i));
    }
    return text;
}

static Err audit_worklist(Cx *cx, const char *action, const WorklistFilter *filter, size_t n)
{
    Str states = states_text(cx, filter);
    char on[DATE_TEXT_SIZE], since[DATE_TEXT_SIZE];
    return audit_add(
        cx, &(AuditEntry){.action = str_from_c(action),
                          .detail = str_printf(
                              cx->arena,
                              "state=%.*s area=%.*s program=%.*s rule=%.*s facility=%.*s "
                              "doctor=%.*s team=%.*s on=%s since=%s n=%zu",
                              STR_ARG(states), STR_ARG(filter->area), STR_ARG(filter->program),
                              STR_ARG(filter->rule), STR_ARG(filter->facility),
                              STR_ARG(filter->doctor), STR_ARG(filter->team),
                              date_format(filter->on, on), date_format(filter->since, since), n)});
}

/* ---- lines ---- */

/* What a page says of its lines besides the lines themselves. */
typedef struct {
    const ObligationLine *lines;
    size_t n;
    const ResidentBrief *people;
    const Subject *others; /* NULL: every line is a resident's */
    const Record *last;    /* NULL when the caller may not read records */
    WorklistAnswering answering;
} Page;

/* The newest record of each line's form: one query for each form among them. */
static Err read_last(Cx *cx, Page *page, const Uuid *ids)
{
    Record *last = arena_array(cx->arena, Record, page->n + 1);
    Uuid *some = arena_array(cx->arena, Uuid, page->n + 1);
    size_t *places = arena_array(cx->arena, size_t, page->n + 1);
    bool *is_read = arena_array(cx->arena, bool, page->n + 1);
    for (size_t first = 0; first < page->n; first++) {
        const Form *form = page->lines[first].obligation.rule->evidence;
        const Record *found = NULL;
        size_t n = 0;
        for (size_t i = first; i < page->n; i++) {
            if (is_read[i] || page->lines[i].obligation.rule->evidence != form)
                continue;
            is_read[i] = true;
            places[n] = i;
            some[n++] = ids[i];
        }
        if (n > 0)
            TRY(record_latest(cx, form, some, n, &found));
        for (size_t i = 0; i < n; i++)
            last[places[i]] = found[i];
    }
    page->last = last;
    return OK;
}

static Err read_page(Cx *cx, const ObligationLine *lines, size_t n, Page *ret_page)
{
    Uuid *ids = arena_array(cx->arena, Uuid, n + 1);
    bool has_others = false;
    ret_page->lines = lines;
    ret_page->n = n;
    for (size_t i = 0; i < n; i++)
        ids[i] = lines[i].obligation.subject;
    TRY(resident_briefs(cx, ids, n, &ret_page->people));
    for (size_t i = 0; i < n; i++)
        has_others = has_others || uuid_is_nil(ret_page->people[i].id);
    if (has_others)
        TRY(subject_briefs(cx, ids, n, &ret_page->others));
    TRY(worklist_answering_read(cx, &ret_page->answering));
    return access_may(cx->actor, STR("records.read")) ? read_last(cx, ret_page, ids) : OK;
}

static Err write_last(Cx *cx, JsonOut *out, PerformerNames *names, const Page *page, size_t at)
{
    if (page->last == NULL)
        return OK;
    const Record *last = &page->last[at];
    json_key_c(out, "last");
    if (uuid_is_nil(last->id)) {
        json_null(out);
        return OK;
    }
    json_object_begin(out);
    web_json_date(out, "happened_on", last->happened_on);
    TRY(record_write_summary(cx, out, names, "values", page->lines[at].obligation.rule->evidence,
                             last->answers));
    json_object_end(out);
    return OK;
}

static Err write_line(Cx *cx, JsonOut *out, PerformerNames *names, const Page *page, size_t at,
                      Date on)
{
    const ObligationLine *line = &page->lines[at];
    json_object_begin(out);
    if (page->others != NULL && !uuid_is_nil(page->others[at].id)) {
        json_key_c(out, "subject");
        subject_brief_write(cx, out, &page->others[at]);
    } else {
        json_key_c(out, "resident");
        json_object_begin(out);
        person_resident_write(out, &page->people[at], on);
        json_object_end(out);
    }
    web_json_wording(out, "tag", line->obligation.rule->program->tag);
    web_json_text(out, "answers", worklist_answers(&page->answering, line->area));
    web_json_obligation(out, names->parts, line, on);
    TRY(write_last(cx, out, names, page, at));
    json_object_end(out);
    return OK;
}

static Err worklist_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    WorklistFilter filter;
    int64_t limit = 0, skip = 0;
    const ObligationLine *lines = NULL;
    size_t n = 0;
    TRY(read_filter(cx, request, &filter));
    TRY(web_query_limit(cx, request, PAGE_MOST, PAGE_USUAL, &limit));
    TRY(web_query_integer(cx, request, "skip", 0, SKIP_MOST, 0, &skip));
    filter.most = (size_t)limit;
    filter.skip = (size_t)skip;
    TRY(worklist_list(cx, &filter, &lines, &n));
    Page page = {0};
    TRY(read_page(cx, lines, n, &page));
    TRY(audit_worklist(cx, "worklist.list", &filter, n));
    JsonParts parts = {.arena = cx->arena};
    PerformerNames names = {.parts = &parts};
    JsonOut out = web_json(response);
    json_object_begin(&out);
    web_json_date(&out, "on", filter.on);
    web_json_date(&out, "since", filter.since);
    json_key_c(&out, "items");
    json_array_begin(&out);
    for (size_t i = 0; i < n; i++)
        TRY(write_line(cx, &out, &names, &page, i, filter.on));
    json_array_end(&out);
    json_object_end(&out);
    return OK;
}

const Route route_worklist = {
    .method = HTTP_GET,
    .path = "/api/worklist",
    .persons = ROUTE_PERSONS_LIST,
    .handler = worklist_get,
    .permit = "residents.search",
    .query = "{" FILTER_MEMBERS ", sort?: text, skip?: integer, limit?: integer}",
    .out = "{on: date, since: date, items: [{resident?: {" SCHEMA_PERSON_MEMBERS
           "}, subject?: {" SCHEMA_SUBJECT_MEMBERS
           "}, tag: wording, answers?: text, " SCHEMA_OBLIGATION_MEMBERS
           ", last?: {happened_on: date, values: " SCHEMA_SUMMARY "}}]}",
    .title = {"工作清单：按村、机构、医生、团队、项目、服务和状态筛选",
              "Worklist: by village, facility, doctor, team, program, service and state"},
};

/* ---- numbers ---- */

static void write_number(JsonOut *out, const char *key, int64_t n)
{
    json_key_c(out, key);
    json_integer(out, n);
}

static void write_states(JsonOut *out, const WorklistTotals *totals)
{
    static const ObligationState states[] = {OBLIGATION_OVERDUE, OBLIGATION_DUE, OBLIGATION_OPEN,
                                             OBLIGATION_WAIVED, OBLIGATION_MET};
    json_key_c(out, "states");
    json_object_begin(out);
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        write_number(out, worklist_state_name(states[i]), totals->states[states[i]]);
    json_object_end(out);
}

static void write_rules(JsonOut *out, const char *key, const WorklistFacet *facet, bool of_programs)
{
    json_key_c(out, key);
    json_array_begin(out);
    for (size_t i = 0; i < facet->n; i++) {
        const WorklistCount *count = &facet->items[i];
        json_object_begin(out);
        web_json_text(out, "program", count->rule->program->id);
        if (!of_programs)
            web_json_text(out, "rule", count->key);
        web_json_wording(out, "title",
                         of_programs ? count->rule->program->title : count->rule->title);
        write_number(out, "n", count->n);
        write_number(out, "overdue", count->overdue);
        json_object_end(out);
    }
    json_array_end(out);
}

static void write_named(JsonOut *out, const char *key, const WorklistFacet *facet)
{
    json_key_c(out, key);
    json_array_begin(out);
    for (size_t i = 0; i < facet->n; i++) {
        const WorklistCount *count = &facet->items[i];
        json_object_begin(out);
        web_json_text(out, "code", count->key);
        web_json_text(out, "name", count->name);
        web_json_text(out, "name_en", count->name_en);
        web_json_text(out, "under", count->under);
        write_number(out, "n", count->n);
        write_number(out, "overdue", count->overdue);
        json_object_end(out);
    }
    json_array_end(out);
}

static Err worklist_totals_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    WorklistFilter filter;
    WorklistTotals totals;
    TRY(read_filter(cx, request, &filter));
    TRY(worklist_totals(cx, &filter, &totals));
    JsonOut out = web_json(response);
    json_object_begin(&out);
    write_number(&out, "n", totals.n);
    write_states(&out, &totals);
    write_rules(&out, "programs", &totals.programs, true);
    write_rules(&out, "rules", &totals.rules, false);
    write_named(&out, "areas", &totals.areas);
    write_named(&out, "facilities", &totals.facilities);
    write_named(&out, "doctors", &totals.doctors);
    write_named(&out, "teams", &totals.teams);
    json_object_end(&out);
    return OK;
}

#define NAMED_SCHEMA                                                                               \
 "[{code: text, name?: text, name_en?: text, under?: text, n: integer, overdue: integer}]"

const Route route_worklist_totals = {
    .method = HTTP_GET,
    .path = "/api/worklist/totals",
    .persons = ROUTE_PERSONS_COUNT,
    .handler = worklist_totals_get,
    .permit = "residents.search",
    .query = "{" FILTER_MEMBERS "}",
    .out = "{n: integer, states: {overdue: integer, due: integer, open: integer, waived: integer, "
           "done: integer}, programs: [{program: text, title: wording, n: integer, overdue: "
           "integer}], rules: [{program: text, rule: text, title: wording, n: integer, overdue: "
           "integer}], areas: " NAMED_SCHEMA ", facilities: " NAMED_SCHEMA
           ", doctors: " NAMED_SCHEMA ", teams: " NAMED_SCHEMA "}",
    .title = {"工作清单各条件下的行数", "How many rows a worklist has under each filter"},
};

/* ---- a file ---- */

typedef struct {
    WebStream stream;
    const HttpRequest *request;
    WorklistFilter filter;
    const ObligationLine *lines;
    size_t n, at;
    bool has_head;
} Export;

static void put_wording(const Cx *cx, CsvWriter *writer, TextId text)
{
    csv_put(writer, wording_in(text_fill(cx->arena, text, NULL, 0), cx->lang));
}

static void put_head(const Cx *cx, Buf *out)
{
    static const TextId columns[] = {
        TEXT_EXPORT_NAME,     TEXT_WORKLIST_SEX,     TEXT_WORKLIST_AGE, TEXT_WORKLIST_VILLAGE,
        TEXT_WORKLIST_DOCTOR, TEXT_WORKLIST_SERVICE, TEXT_WORKLIST_DUE, TEXT_WORKLIST_STATE,
        TEXT_WORKLIST_LATE,   TEXT_WORKLIST_MET,     TEXT_WORKLIST_LAST};
    buf_put_c(out, "\xef\xbb\xbf");
    CsvWriter writer = csv_write(out);
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        put_wording(cx, &writer, columns[i]);
    csv_end_row(&writer);
}

static void put_safely(const Cx *cx, CsvWriter *writer, Str text)
{
    static const char dangerous[] = "=+-@\t\r";
    bool is_formula = false;
    for (size_t i = 0; text.n > 0 && i < sizeof dangerous - 1; i++)
        is_formula = is_formula || text.p[0] == dangerous[i];
    csv_put(writer, is_formula ? str_printf(cx->arena, "'%.*s", STR_ARG(text)) : text);
}

static void put_date(const Cx *cx, CsvWriter *writer, Date date)
{
    char text[DATE_TEXT_SIZE];
    csv_put(writer, date_is_none(date) ? (Str){0}
                                       : str_copy(cx->arena, str_from_c(date_format(date, text))));
}

static Wording state_wording(const Cx *cx, ObligationState state)
{
    static const TextId texts[OBLIGATION_STATE_N] = {
        [OBLIGATION_OVERDUE] = TEXT_WORKLIST_IS_OVERDUE,
        [OBLIGATION_DUE] = TEXT_WORKLIST_IS_DUE,
        [OBLIGATION_OPEN] = TEXT_WORKLIST_IS_OPEN,
        [OBLIGATION_WAIVED] = TEXT_WORKLIST_IS_WAIVED,
        [OBLIGATION_MET] = TEXT_WORKLIST_IS_DONE,
    };
    return text_fill(cx->arena, texts[state], NULL, 0);
}

/* GB/T 2261.1; what is not known is left empty. */
static Str sex_text(const Cx *cx, Str code)
{
    bool is_male = str_equals_c(code, "1"), is_female = str_equals_c(code, "2");
    if (!is_male && !is_female)
        return (Str){0};
    TextId text = is_male ? TEXT_WORKLIST_MALE : TEXT_WORKLIST_FEMALE;
    return wording_in(text_fill(cx->arena, text, NULL, 0), cx->lang);
}

/* Who it is about: name, sex, age, village. */
static void put_party(const Cx *cx, CsvWriter *writer, const Page *page, size_t at, Date on)
{
    const ResidentBrief *who = &page->people[at];
    if (uuid_is_nil(who->id)) {
        bool is_named = page->others != NULL && !uuid_is_nil(page->others[at].id);
        put_safely(cx, writer, is_named ? wording_in(page->others[at].name, cx->lang) : (Str){0});
        for (size_t i = 0; i < 3; i++)
            csv_put(writer, (Str){0});
        return;
    }
    put_safely(cx, writer, who->name);
    csv_put(writer, sex_text(cx, who->sex));
    csv_put(writer, date_is_none(who->birth_date)
                        ? (Str){0}
                        : str_printf(cx->arena, "%d", date_age_years(who->birth_date, on)));
    put_safely(cx, writer,
               cx->lang == LANG_EN && who->area_name_en.n > 0 ? who->area_name_en : who->area_name);
}

/* "2025-05-30 SBP 128 mmHg; DBP 80 mmHg" */
static Str last_text(Cx *cx, const Form *form, const Record *last)
{
    if (last == NULL || uuid_is_nil(last->id))
        return (Str){0};
    char day[DATE_TEXT_SIZE];
    Str text = str_copy(cx->arena, str_from_c(date_format(last->happened_on, day)));
    for (size_t i = 0; i < form->field_n; i++) {
        const FormField *field = &form->fields[i];
        if (!field->is_in_lists || form_type_is_set(field->type))
            continue;
        Str value =
            wording_in(record_value_wording(cx->arena, field, last->answers->values[i]), cx->lang);
        Str label = wording_in(field->label, cx->lang);
        if (value.n > 0)
            text = str_printf(cx->arena, "%.*s; %.*s %.*s", STR_ARG(text), STR_ARG(label),
                              STR_ARG(value));
    }
    return text;
}

static void put_row(Cx *cx, CsvWriter *writer, const Page *page, size_t at, Date on)
{
    const ObligationLine *line = &page->lines[at];
    bool is_late = line->state == OBLIGATION_OVERDUE;
    put_party(cx, writer, page, at, on);
    put_safely(cx, writer, worklist_answers(&page->answering, line->area));
    put_safely(cx, writer, wording_in(obligation_title(&line->obligation), cx->lang));
    put_date(cx, writer, line->obligation.due_on);
    csv_put(writer, wording_in(state_wording(cx, line->state), cx->lang));
    csv_put(writer, is_late ? str_printf(cx->arena, "%d",
                                         (int)date_days_between(line->obligation.due_on, on))
                            : (Str){0});
    put_date(cx, writer, line->obligation.met_on);
    const Record *last = page->last == NULL ? NULL : &page->last[at];
    put_safely(cx, writer, last_text(cx, line->obligation.rule->evidence, last));
    csv_end_row(writer);
}

static Err put_piece(Cx *cx, Export *export, Buf *out)
{
    size_t left = export->n - export->at;
    Page page = {0};
    TRY(read_page(cx, export->lines + export->at,
                  left < FILE_ROWS_A_PIECE ? left : FILE_ROWS_A_PIECE, &page));
    CsvWriter writer = csv_write(out);
    for (size_t i = 0; i < page.n; i++)
        put_row(cx, &writer, &page, i, export->filter.on);
    export->at += page.n;
    return out->is_over ? ERR_LIMIT : OK;
}

static Err export_piece(void *state, Buf *out)
{
    Export *export = state;
    Cx *cx = web_stream_begin(export->request, &export->stream);
    if (!export->has_head)
        put_head(cx, out);
    export->has_head = true;
    Err err = export->at < export->n ? put_piece(cx, export, out) : OK;
    web_stream_end(export->request, &export->stream);
    return err;
}

static Err worklist_csv_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    char day[DATE_TEXT_SIZE];
    Export *export = arena_new(cx->arena, Export);
    export->request = request;
    TRY(read_filter(cx, request, &export->filter));
    export->filter.most = FILE_ROWS_MOST + 1;
    TRY(worklist_list(cx, &export->filter, &export->lines, &export->n));
    if (export->n > FILE_ROWS_MOST) {
        WorklistTotals totals;
        TRY(worklist_totals(cx, &export->filter, &totals));
        return cx_fail(cx, ERR_LIMIT, TEXT_WORKLIST_LONG, (Str){0}, 2,
                       str_printf(cx->arena, "%lld", (long long)totals.n),
                       str_printf(cx->arena, "%d", FILE_ROWS_MOST));
    }
    TRY(audit_worklist(cx, "export.worklist", &export->filter, export->n));
    TRY(audit_flush(cx));
    web_stream_keep(cx, &export->stream);
    response->content_type = STR("text/csv; charset=utf-8");
    response->stream = export_piece;
    response->stream_state = export;
    http_set_header(response, "Content-Disposition",
                    str_printf(cx->arena, "attachment; filename=\"worklist-%s.csv\"",
                               date_format(cx->today, day)));
    return OK;
}

const Route route_worklist_csv = {
    .method = HTTP_GET,
    .path = "/api/worklist.csv",
    .persons = ROUTE_PERSONS_LIST,
    .handler = worklist_csv_get,
    .permit = "worklists.export",
    .query = "{" FILTER_MEMBERS ", sort?: text}",
    .out_media = "text/csv",
    .title = {"把工作清单导出为 CSV，与所示条件、次序相同",
              "The worklist as CSV, filtered and sorted as it is shown"},
};

/* ---- views ---- */

static void write_filter(JsonOut *out, Str filter)
{
    Str line = {0}, key = {0};
    json_key_c(out, "filter");
    json_object_begin(out);
    while (str_cut(&filter, '\n', &line)) {
        if (line.n == 0 || !str_cut(&line, '=', &key))
            continue;
        json_key(out, key);
        json_text(out, line);
    }
    json_object_end(out);
}

static Err worklist_views_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    (void)request;
    const WorklistView *views = NULL;
    size_t n = 0;
    TRY(worklist_view_list(cx, &views, &n));
    JsonOut out = web_json(response);
    json_object_begin(&out);
    json_key_c(&out, "items");
    json_array_begin(&out);
    for (size_t i = 0; i < n; i++) {
        json_object_begin(&out);
        json_key_c(&out, "id");
        json_uuid(&out, views[i].id);
        web_json_text(&out, "name", views[i].name);
        json_key_c(&out, "is_own");
        json_bool(&out, views[i].is_own);
        json_key_c(&out, "is_shared");
        json_bool(&out, views[i].is_shared);
        write_filter(&out, views[i].filter);
        json_object_end(&out);
    }
    json_array_end(&out);
    json_object_end(&out);
    return OK;
}

#define VIEW_FILTER_SCHEMA                                                                          \
 "{state?: text, area?: text, program?: text, rule?: text, facility?: text, doctor?: text, team?: " \
 "text, sort?: text}"

const Route route_worklist_views = {
    .method = HTTP_GET,
    .path = "/api/worklist/views",
    .persons = ROUTE_PERSONS_NONE,
    .handler = worklist_views_get,
    .permit = "residents.search",
    .out =
        "{items: [{id: uuid, name: text, is_own: bool, is_shared: bool, filter: " VIEW_FILTER_SCHEMA
        "}]}",
    .title = {"自己保存的和本机构共享的视图", "Views kept by oneself or shared at the facility"},
};

static Err read_view_filter(Cx *cx, const Json *body, Str *ret_filter)
{
    const Json *filter = json_get(body, STR("filter"));
    *ret_filter = STR("");
    if (!json_is(filter, JSON_OBJECT))
        return cx_fail(cx, ERR_INVALID, TEXT_FIELD_REQUIRED, STR("/filter"), 1, STR("filter"));
    for (size_t i = 0; i < sizeof filter_keys / sizeof *filter_keys; i++) {
        Str value = {0};
        TRY(web_body_optional_text(cx, filter, filter_keys[i], &value));
        Str where = str_printf(cx->arena, "/filter/%s", filter_keys[i]);
        for (size_t j = 0; j < value.n; j++) {
            if ((unsigned char)value.p[j] < ' ')
                return cx_fail(cx, ERR_INVALID, TEXT_FIELD_TYPE, where, 2,
                               str_from_c(filter_keys[i]), STR("text"));
        }
        if (value.n > 0)
            *ret_filter = str_printf(cx->arena, "%.*s%s=%.*s\n", STR_ARG(*ret_filter),
                                     filter_keys[i], STR_ARG(value));
    }
    return ret_filter->n <= WORKLIST_FILTER_MOST ? OK : ERR_LIMIT;
}

static Err worklist_view_put(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    const Json *body = NULL;
    WorklistView view = {0};
    TRY(web_parameter_uuid(cx, request, "id", &view.id));
    TRY(web_body(cx, request, &body));
    TRY(web_body_text(cx, body, "name", &view.name));
    TRY(read_view_filter(cx, body, &view.filter));
    Err err = json_get_bool(body, STR("is_shared"), &view.is_shared);
    if (err != OK && err != ERR_NOT_FOUND)
        return cx_fail(cx, ERR_INVALID, TEXT_FIELD_TYPE, STR("/is_shared"), 2, STR("is_shared"),
                       STR("true/false"));
    view.name = str_trim(view.name);
    TRY(worklist_view_keep(cx, &view));
    response->status = 204;
    return OK;
}

const Route route_worklist_view_put = {
    .method = HTTP_PUT,
    .path = "/api/worklist/views/{id}",
    .persons = ROUTE_PERSONS_NONE,
    .handler = worklist_view_put,
    .permit = "residents.search",
    .body_most = VIEW_BODY_MOST,
    .in = "{name: text, is_shared?: bool, filter: " VIEW_FILTER_SCHEMA "}",
    .title = {"保存一个视图", "Keep a view"},
};

static Err worklist_view_delete(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    Uuid id = UUID_NIL;
    TRY(web_parameter_uuid(cx, request, "id", &id));
    TRY(worklist_view_drop_own(cx, id));
    response->status = 204;
    return OK;
}

const Route route_worklist_view_delete = {
    .method = HTTP_DELETE,
    .path = "/api/worklist/views/{id}",
    .persons = ROUTE_PERSONS_NONE,
    .handler = worklist_view_delete,
    .permit = "residents.search",
    .title = {"删除自己的视图", "Drop one's own view"},
};
