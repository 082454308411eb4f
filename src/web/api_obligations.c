/* /api/obligations: the due list of whoever asks, and why a line is owed. */
#include "access/limits.h"
#include "base/encoding.h"
#include "base/num.h"
#include "web/records_json.h"

#include "core/keys.h"
#include "engine/obligations/visits.h"
#include "engine/subjects/registers.h"
#include "engine/subjects/subjects.h"
#include "web/person.h"
#include "web/schemas.h"

enum {
    LIST_MOST = 100,
    LIST_DEFAULT = 50,
};

/* Parts of an answer that are kept of a rule, beside those of its items. */
#define PART_SOURCE  UINT32_MAX
#define PART_REMARKS (UINT32_MAX - 1)

static Err wrong_state(Cx *cx, Str sent)
{
    return cx_fail(cx, ERR_INVALID, TEXT_PARAMETER_WRONG, STR("state"), 3, STR("state"), sent,
                   STR("open, due, overdue; waived"));
}

static Err read_states(Cx *cx, const HttpRequest *request, ObligationFilter *filter)
{
    Str rest = http_query(request, "state"), name = {0};
    if (rest.n == 0)
        rest = STR("overdue,due,open");
    while (str_cut(&rest, ',', &name)) {
        ObligationState state;
        /* others are not kept to be listed */
        if (!obligation_state_parse(name, &state)
            || (state != OBLIGATION_OPEN && state != OBLIGATION_DUE && state != OBLIGATION_OVERDUE
                && state != OBLIGATION_WAIVED))
            return wrong_state(cx, name);
        filter->states[state] = true;
    }
    bool is_alone = !filter->states[OBLIGATION_OPEN] && !filter->states[OBLIGATION_DUE]
                    && !filter->states[OBLIGATION_OVERDUE];
    return filter->states[OBLIGATION_WAIVED] && !is_alone
               ? wrong_state(cx, http_query(request, "state"))
               : OK;
}

/* "2025-06-30~child~exams~<uuid>~3~2025-07-29": where the page before ended. */
/* To who sees no persons the place in the list is sealed: it names one. */
static Str open_cursor(Cx *cx, Str text)
{
    Str bytes = {0}, plain = {0};
    if (!cx->actor->sees_rows || text.n == 0)
        return text;
    bool is_good =
        base64url_decode(cx->arena, text, &bytes) == OK
        && keys_unseal(cx->keys, cx->arena, STR("obligations.after"), bytes, &plain) == OK;
    return is_good ? plain : STR("~");
}

static Str close_cursor(Cx *cx, Str text)
{
    return cx->actor->sees_rows ? base64url_encode(
               cx->arena, keys_seal(cx->keys, cx->arena, STR("obligations.after"), text))
                                : text;
}

static Err read_cursor(Cx *cx, const HttpRequest *request, ObligationCursor *cursor)
{
    Str rest = open_cursor(cx, http_query(request, "after"));
    Str due_on = {0}, subject = {0}, item = {0};
    int64_t number = 0;
    *cursor = (ObligationCursor){.due_on = DATE_NONE};
    if (rest.n == 0)
        return OK;
    Str whole = rest;
    if (str_cut(&rest, '~', &due_on) && date_parse(due_on, &cursor->due_on) == OK
        && str_cut(&rest, '~', &cursor->program) && str_cut(&rest, '~', &cursor->rule)
        && str_cut(&rest, '~', &subject) && uuid_parse(subject, &cursor->subject) == OK
        && str_cut(&rest, '~', &item) && num_parse_i64(item, &number) == OK && number >= 0
        && number <= UINT32_MAX && date_parse(rest, &cursor->closes_on) == OK) {
        cursor->item = (uint32_t)number;
        return OK;
    }
    return cx_fail(cx, ERR_INVALID, TEXT_PARAMETER_WRONG, STR("after"), 3, STR("after"), whole,
                   STR("next"));
}

static Str cursor_text(Cx *cx, const ObligationLine *line)
{
    char due[DATE_TEXT_SIZE], closes[DATE_TEXT_SIZE], id[UUID_TEXT_SIZE];
    const Obligation *obligation = &line->obligation;
    return str_printf(cx->arena, "%s~%.*s~%.*s~%s~%u~%s", date_format(obligation->due_on, due),
                      STR_ARG(obligation->rule->program->id), STR_ARG(obligation->rule->id),
                      uuid_format(obligation->subject, id), (unsigned)obligation->item,
                      date_format(obligation->closes_on, closes));
}

static void write_rule(JsonOut *out, JsonParts *parts, const Obligation *obligation)
{
    const Rule *rule = obligation->rule;
    if (json_parts_again(parts, out, rule, obligation->item))
        return;
    JsonPart part = json_part_begin(out);
    web_json_text(out, "program", rule->program->id);
    web_json_wording(out, "program_title", rule->program->title);
    web_json_text(out, "obligation", rule->id);
    web_json_wording(out, "title", obligation_title(obligation));
    web_json_text(out, "item", obligation_item(obligation));
    web_json_text(out, "form", rule->evidence->id);
    json_parts_keep(parts, out, rule, obligation->item, part);
}

void web_json_obligation(JsonOut *out, JsonParts *parts, const ObligationLine *line, Date on)
{
    const Obligation *obligation = &line->obligation;
    char time[OBLIGATION_TIME_SIZE];
    write_rule(out, parts, obligation);
    web_json_date(out, "opens_on", obligation->opens_on);
    web_json_date(out, "due_on", obligation->due_on);
    web_json_date(out, "closes_on", obligation_last_day(obligation));
    web_json_text(out, "due_at", obligation_due_time(obligation, time));
    json_key_c(out, "done");
    json_decimal(out, obligation->done);
    json_key_c(out, "needed");
    json_decimal(out, obligation->needed);
    json_key_c(out, "state");
    json_text_c(out, obligation_state_name(line->state));
    json_key_c(out, "days_late");
    json_integer(out,
                 line->state == OBLIGATION_OVERDUE ? date_days_between(obligation->due_on, on) : 0);
    json_key_c(out, "met_by");
    json_uuid(out, obligation->met_by);
    web_json_date(out, "met_on", obligation->met_on);
    if (line->state != OBLIGATION_WAIVED)
        return;
    web_json_date(out, "waived_on", obligation->spared_on);
    web_json_date(out, "waived_until", obligation_spared_until(obligation));
}

bool obligation_is_shown(const ObligationLine *line, const Rule **answered)
{
    const Rule *rule = line->obligation.rule;
    if (line->state == OBLIGATION_MET || line->state == OBLIGATION_MISSED
        || line->state == OBLIGATION_WAIVED)
        return true;
    if (line->state == OBLIGATION_CLOSED && *answered == rule)
        return false;
    *answered = rule;
    return true;
}

static void write_source(Cx *cx, JsonOut *out, JsonParts *parts, const Rule *rule,
                         const ObligationReason *why)
{
    if (json_parts_again(parts, out, rule, PART_SOURCE))
        return;
    JsonPart part = json_part_begin(out);
    web_json_text(out, "rule", why->rule);
    web_json_text(out, "source", why->source);
    web_json_wording(out, "source_title",
                     pack_source_wording(cx->packs, rule->program->pack, why->source, cx->arena));
    json_parts_keep(parts, out, rule, PART_SOURCE, part);
}

/* What the packs say of a rule is the same in each of its lines. */
static void write_reason(JsonOut *out, JsonParts *parts, const Rule *rule, Wording text)
{
    bool is_of_rule = text.zh.p == rule->remarks.zh.p && text.zh.p != NULL;
    if (is_of_rule && json_parts_again(parts, out, rule, PART_REMARKS))
        return;
    JsonPart part = json_part_begin(out);
    web_json_wording(out, "text", text);
    if (is_of_rule)
        json_parts_keep(parts, out, rule, PART_REMARKS, part);
}

void web_json_reasons(Cx *cx, JsonOut *out, JsonParts *parts, const ObligationLine *line)
{
    json_key_c(out, "why");
    json_array_begin(out);
    for (size_t i = 0; i < line->why_n; i++) {
        const ObligationReason *why = &line->why[i];
        json_object_begin(out);
        write_source(cx, out, parts, line->obligation.rule, why);
        json_key_c(out, "records");
        json_array_begin(out);
        for (size_t r = 0; r < why->record_n; r++)
            json_uuid(out, why->records[r]);
        json_array_end(out);
        write_reason(out, parts, line->obligation.rule, why->text);
        json_object_end(out);
    }
    json_array_end(out);
    if (uuid_is_nil(line->waiver))
        return;
    json_key_c(out, "waiver");
    json_uuid(out, line->waiver);
}

static void write_counts(JsonOut *out, const ObligationCount *counts, size_t n)
{
    int64_t overdue = 0, due = 0, open = 0;
    for (size_t i = 0; i < n; i++) {
        overdue += counts[i].overdue;
        due += counts[i].due;
        open += counts[i].open;
    }
    const struct {
        const char *name;
        int64_t value;
    } totals[] = {{"overdue", overdue}, {"due", due}, {"open", open}};
    json_key_c(out, "counts");
    json_object_begin(out);
    for (size_t i = 0; i < 3; i++) {
        json_key_c(out, totals[i].name);
        json_integer(out, totals[i].value);
    }
    json_object_end(out);
}

static void write_programs(JsonOut *out, const ObligationCount *counts, size_t n)
{
    json_key_c(out, "by_program");
    json_array_begin(out);
    for (size_t i = 0; i < n;) {
        const Program *program = counts[i].rule->program;
        int64_t overdue = 0, due = 0, open = 0;
        for (; i < n && counts[i].rule->program == program; i++) {
            overdue += counts[i].overdue;
            due += counts[i].due;
            open += counts[i].open;
        }
        json_object_begin(out);
        web_json_text(out, "program", program->id);
        web_json_wording(out, "title", program->title);
        web_json_wording(out, "tag", program->tag);
        json_key_c(out, "overdue");
        json_integer(out, overdue);
        json_key_c(out, "due");
        json_integer(out, due);
        json_key_c(out, "open");
        json_integer(out, open);
        json_object_end(out);
    }
    json_array_end(out);
}

void web_json_visit(JsonOut *out, size_t together)
{
    if (together < 2)
        return;
    json_key_c(out, "visit");
    json_integer(out, (int64_t)together);
}

/* What the list says of each line besides the line itself. */
typedef struct {
    const ObligationVisit *visits; /* none where the caller sees no persons */
    size_t visit_n;
    const ResidentBrief *people;
    const Subject *others;  /* NULL: every line is a resident's */
    const Record *last;     /* of the rule's form; NULL when the caller may not read records */
    const AreaNames *towns; /* of rows without identity */
    JsonParts parts;
    PerformerNames names;
} Details;

static Err write_last(Cx *cx, JsonOut *out, PerformerNames *names, const Form *form,
                      const Record *last)
{
    json_key_c(out, "last");
    if (uuid_is_nil(last->id)) {
        json_null(out);
        return OK;
    }
    json_object_begin(out);
    web_json_date(out, "happened_on", last->happened_on);
    TRY(record_write_summary(cx, out, names, "values", form, last->answers));
    json_object_end(out);
    return OK;
}

static Err write_rest(Cx *cx, JsonOut *out, const ObligationLine *line, Details *details, size_t at,
                      Date on)
{
    web_json_obligation(out, &details->parts, line, on);
    const ObligationVisit *visit =
        obligation_visit_of(details->visits, details->visit_n, line->obligation.subject);
    if (visit != NULL && obligation_goes_together(line))
        web_json_visit(out, visit->n);
    if (details->last != NULL)
        TRY(write_last(cx, out, &details->names, line->obligation.rule->evidence,
                       &details->last[at]));
    json_object_end(out);
    return OK;
}

static void write_program(JsonOut *out, JsonParts *parts, const Program *program)
{
    if (json_parts_again(parts, out, program, 0))
        return;
    JsonPart part = json_part_begin(out);
    json_key_c(out, "programs");
    json_array_begin(out);
    json_object_begin(out);
    web_json_text(out, "id", program->id);
    web_json_wording(out, "tag", program->tag);
    json_object_end(out);
    json_array_end(out);
    json_parts_keep(parts, out, program, 0, part);
}

/* Without identity: whom the line is about under a name that serves for this caller and day only,
 * the group of ages by tens, sex and township. */
static void write_row_person(Cx *cx, JsonOut *out, const ObligationLine *line,
                             const ResidentBrief *brief, const AreaNames *names, Date on)
{
    char subject[UUID_TEXT_SIZE], account[UUID_TEXT_SIZE], day[DATE_TEXT_SIZE];
    Token token = keys_token(cx->keys, str_printf(cx->arena, "row:%s:%s:%s",
                                                  uuid_format(cx->actor->account, account),
                                                  date_format(cx->today, day),
                                                  uuid_format(line->obligation.subject, subject)));
    Uuid id = UUID_NIL;
    for (size_t i = 0; i < sizeof id.bytes; i++)
        id.bytes[i] = token.bytes[i];
    json_key_c(out, "id");
    json_uuid(out, id);
    web_json_text(out, "sex", brief->sex);
    Str group = {0};
    if (!date_is_none(brief->birth_date)) {
        int tens = date_age_years(brief->birth_date, on) / 10;
        group = tens >= 9 ? STR("90+") : str_printf(cx->arena, "%d-%d", 10 * tens, 10 * tens + 9);
    }
    web_json_text(out, "age_group", group);
    Str town = str_slice(line->area, 0, ROWS_AREA_DIGITS);
    web_json_text(out, "area", town);
    Wording name = area_name(names, town);
    web_json_text(out, "area_name", name.zh);
    web_json_text(out, "area_name_en", name.en);
}

static Err write_line(Cx *cx, JsonOut *out, const ObligationLine *line, Details *details, size_t at,
                      Date on)
{
    const Rule *rule = line->obligation.rule;
    json_object_begin(out);
    if (details->others != NULL && !uuid_is_nil(details->others[at].id)) {
        json_key_c(out, "subject");
        subject_brief_write(cx, out, &details->others[at]);
        return write_rest(cx, out, line, details, at, on);
    }
    json_key_c(out, "resident");
    json_object_begin(out);
    const ResidentBrief *brief = &details->people[at];
    const PersonBrief person = {line->obligation.subject, brief->name, brief->sex,
                                brief->birth_date,        line->area,  brief->area_name,
                                brief->area_name_en,      on};
    if (cx->actor->sees_rows)
        write_row_person(cx, out, line, brief, details->towns, on);
    else
        person_brief_write(out, &person);
    write_program(out, &details->parts, rule->program);
    json_object_end(out);
    return write_rest(cx, out, line, details, at, on);
}

/* What each visit can do, also what stands on other pages. */
static void write_visits(JsonOut *out, Details *details)
{
    json_key_c(out, "visits");
    json_array_begin(out);
    for (size_t i = 0; i < details->visit_n; i++) {
        const ObligationVisit *visit = &details->visits[i];
        json_object_begin(out);
        json_key_c(out, "resident");
        json_uuid(out, visit->subject);
        json_key_c(out, "items");
        json_array_begin(out);
        for (size_t j = 0; j < visit->n; j++) {
            json_object_begin(out);
            write_rule(out, &details->parts, &visit->lines[j].obligation);
            web_json_date(out, "due_on", visit->lines[j].obligation.due_on);
            json_key_c(out, "state");
            json_text_c(out, obligation_state_name(visit->lines[j].state));
            json_object_end(out);
        }
        json_array_end(out);
        json_object_end(out);
    }
    json_array_end(out);
}

/* Lines of one form. */
typedef struct {
    const Form *form;
    Uuid *ids;
    size_t *places;
    size_t n;
} OfForm;

typedef VEC(OfForm) OfForms;

static OfForms by_form(Cx *cx, const ObligationLine *lines, size_t n)
{
    OfForms forms = {0};
    for (size_t i = 0; i < n; i++) {
        const Form *form = lines[i].obligation.rule->evidence;
        size_t at = 0;
        while (at < forms.n && forms.items[at].form != form)
            at++;
        if (at == forms.n)
            VEC_PUSH(cx->arena, &forms,
                     (OfForm){form, arena_array(cx->arena, Uuid, n),
                              arena_array(cx->arena, size_t, n), 0});
        OfForm *of = &forms.items[at];
        of->ids[of->n] = lines[i].obligation.subject;
        of->places[of->n++] = i;
    }
    return forms;
}

/* The last records that met the lines' rules: one query for each form among them. */
static Err read_last(Cx *cx, const OfForms *forms, Record *last)
{
    for (size_t i = 0; i < forms->n; i++) {
        const OfForm *of = &forms->items[i];
        const Record *found = NULL;
        TRY(record_latest(cx, of->form, of->ids, of->n, &found));
        for (size_t j = 0; j < of->n; j++)
            last[of->places[j]] = found[j];
    }
    return OK;
}

static Err read_details(Cx *cx, const ObligationFilter *filter, const ObligationPage *page,
                        size_t n, Details *ret_details)
{
    const ObligationLine *lines = page->lines;
    Uuid *ids = arena_array(cx->arena, Uuid, n);
    for (size_t i = 0; i < n; i++)
        ids[i] = lines[i].obligation.subject;
    bool shows_last = access_may(cx->actor, STR("records.read"));
    const OfForms forms = by_form(cx, lines, shows_last ? n : 0);
    for (size_t i = 0; i < forms.n; i++)
        record_latest_ahead(cx, forms.items[i].form, forms.items[i].ids, forms.items[i].n);
    TRY(resident_briefs(cx, ids, n, &ret_details->people));
    bool has_others = false;
    for (size_t i = 0; i < n; i++)
        has_others = has_others || uuid_is_nil(ret_details->people[i].id);
    if (has_others)
        TRY(subject_briefs(cx, ids, n, &ret_details->others));
    if (cx->actor->sees_rows) {
        AreaNames *names = arena_new(cx->arena, AreaNames);
        Str *towns = arena_array(cx->arena, Str, n + 1);
        for (size_t i = 0; i < n; i++)
            towns[i] = str_slice(lines[i].area, 0, ROWS_AREA_DIGITS);
        TRY(subject_area_names(cx, towns, n, names));
        ret_details->towns = names;
    } else if (!filter->states[OBLIGATION_WAIVED]) {
        TRY(obligation_visits(cx, filter->on, page, n, &ret_details->visits,
                              &ret_details->visit_n));
    }
    if (!shows_last)
        return OK;
    Record *last = arena_array(cx->arena, Record, n);
    TRY(read_last(cx, &forms, last));
    ret_details->last = last;
    return OK;
}

static Err read_filter(Cx *cx, const HttpRequest *request, ObligationFilter *filter)
{
    int64_t most = 0;
    TRY(web_query_limit(cx, request, LIST_MOST, LIST_DEFAULT, &most));
    TRY(web_query_date(cx, request, "on", cx->today, &filter->on));
    if (date_compare(filter->on, cx->today) < 0)
        return cx_fail(cx, ERR_INVALID, TEXT_LIST_IN_PAST, STR("on"), 0);
    Date horizon = obligation_horizon(cx);
    char last[DATE_TEXT_SIZE];
    if (date_compare(filter->on, horizon) > 0)
        return cx_fail(cx, ERR_INVALID, TEXT_LIST_TOO_FAR, STR("on"), 1,
                       str_copy(cx->arena, str_from_c(date_format(horizon, last))));
    TRY(read_states(cx, request, filter));
    TRY(read_cursor(cx, request, &filter->after));
    filter->program = http_query(request, "program");
    filter->area = http_query(request, "area");
    TRY(web_area_of_rows(cx, filter->area));
    filter->most = (size_t)most + 1; /* one more tells whether there is a next page */
    return OK;
}

static Err audit_list(Cx *cx, const ObligationFilter *filter, size_t n)
{
    char day[DATE_TEXT_SIZE];
    const AuditEntry entry = {
        .action = STR("obligations.list"),
        .detail = str_printf(cx->arena, "on %s program %.*s area %.*s rows %zu",
                             date_format(filter->on, day), STR_ARG(filter->program),
                             STR_ARG(filter->area), n),
    };
    return audit_add(cx, &entry);
}

/* The list within the caller's sight, by lateness, page by page. */
static Err obligations_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    ObligationFilter filter = {0};
    TRY(read_filter(cx, request, &filter));
    ObligationPage page;
    TRY(obligation_list_counted(cx, &filter, &page));
    bool has_next = page.n == filter.most;
    const ObligationLine *lines = page.lines;
    size_t n = page.n - (has_next ? 1 : 0);
    Details details = {.parts.arena = cx->arena};
    details.names.parts = &details.parts;
    TRY(read_details(cx, &filter, &page, n, &details));
    TRY(audit_list(cx, &filter, n));
    JsonOut out = web_json(response);
    json_object_begin(&out);
    web_json_date(&out, "on", filter.on);
    write_counts(&out, page.counts, page.count_n);
    json_key_c(&out, "waived");
    json_integer(&out, page.waived);
    write_programs(&out, page.counts, page.count_n);
    json_key_c(&out, "items");
    json_array_begin(&out);
    for (size_t i = 0; i < n; i++)
        TRY(write_line(cx, &out, &lines[i], &details, i, filter.on));
    json_array_end(&out);
    write_visits(&out, &details);
    web_json_text(&out, "next",
                  has_next ? close_cursor(cx, cursor_text(cx, &lines[n - 1])) : (Str){0});
    json_object_end(&out);
    return OK;
}

const Route route_obligations = {
    .method = HTTP_GET,
    .path = "/api/obligations",
    .handler = obligations_get,
    .permit = "obligations.read",
    .query =
        "{on?: date, state?: text, program?: text, area?: text, after?: text, limit?: integer}",
    .out =
        "{on: date, counts: {" SCHEMA_COUNTS_MEMBERS
        "}, waived: integer, by_program: [{program: text, title: wording, tag: wording, " SCHEMA_COUNTS_MEMBERS
        "}], items: [{resident?: {" SCHEMA_PERSON_MEMBERS
        ", age_group?: text, programs: [{id: text, tag: wording}]}, subject?: {" SCHEMA_SUBJECT_MEMBERS
        "}, " SCHEMA_OBLIGATION_MEMBERS
        ", visit?: integer, last?: {happened_on: date, values: " SCHEMA_SUMMARY
        "}}], visits: [{resident: uuid, items: [{program: text, program_title: wording, obligation: text, title: wording, item?: text, "
        "form: text, due_on: date, state: open|due|overdue}]}], next?: text}",
    .title = {"应做服务清单", "What is due, within the caller's sight"},
};

/* By a program or a rule of it, when the query names one. */
static bool is_asked(const HttpRequest *request, const Rule *rule)
{
    Str program = http_query(request, "program"), name = http_query(request, "obligation");
    return (program.n == 0 || str_equals(program, rule->program->id))
           && (name.n == 0 || str_equals(name, rule->id));
}

/* Everything owed to one resident, with its reasons. Opening the person checks the scope. */
static Err obligations_why_get(Cx *cx, const HttpRequest *request, HttpResponse *response)
{
    Uuid id = UUID_NIL;
    Resident resident;
    TRY(web_query_uuid(cx, request, "resident", &id));
    TRY(resident_open(cx, id, &resident));
    const ObligationLine *lines = NULL;
    size_t n = 0;
    TRY(obligation_of(cx, id, cx->today, &lines, &n));
    JsonParts parts = {.arena = cx->arena};
    JsonOut out = web_json(response);
    json_object_begin(&out);
    json_key_c(&out, "items");
    json_array_begin(&out);
    for (size_t i = 0; i < n; i++) {
        if (lines[i].state == OBLIGATION_CLOSED || !is_asked(request, lines[i].obligation.rule))
            continue;
        json_object_begin(&out);
        web_json_obligation(&out, &parts, &lines[i], cx->today);
        web_json_reasons(cx, &out, &parts, &lines[i]);
        json_object_end(&out);
    }
    json_array_end(&out);
    json_object_end(&out);
    return OK;
}

const Route route_obligations_why = {
    .method = HTTP_GET,
    .path = "/api/obligations/why",
    .handler = obligations_why_get,
    .permit = "residents.read",
    .query = "{resident: uuid, program?: text, obligation?: text}",
    .out = "{items: [" SCHEMA_EXPLAINED "]}",
    .title = {"为什么应做", "Why something is owed to a resident"},
};
