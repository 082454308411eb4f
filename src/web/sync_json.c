/* See sync_json.h. Nothing in a bundle depends on the day: no states, no ages. */
#include "web/sync_json.h"

#include "engine/policy/policy_values.h"
#include "engine/records/answers_json.h"
#include "pack/pack.h"
#include "web/charts_json.h"
#include "web/resident_json.h"

Err sync_names_begin(Cx *cx, const SyncRun *run, SyncNames *ret_names)
{
    Str *codes = arena_array(cx->arena, Str, run->people_n + 1);
    for (size_t i = 0; i < run->people_n; i++)
        codes[i] = run->people[i].area;
    *ret_names = (SyncNames){.arena = cx->arena};
    return subject_area_names(cx, codes, run->people_n, &ret_names->areas);
}

static void put_text(JsonOut *out, const char *key, Str text)
{
    if (text.n > 0)
        web_json_text(out, key, text);
}

static void put_date(JsonOut *out, const char *key, Date date)
{
    if (!date_is_none(date))
        web_json_date(out, key, date);
}

static void put_uuid(JsonOut *out, const char *key, Uuid id)
{
    if (uuid_is_nil(id))
        return;
    json_key_c(out, key);
    json_uuid(out, id);
}

/* ---- the head ---- */

static Err put_facility(Cx *cx, JsonOut *out)
{
    const Facility *facilities = NULL;
    size_t n = 0;
    TRY(subject_facilities(cx, &facilities, &n));
    json_key_c(out, "facility");
    json_object_begin(out);
    put_text(out, "code", cx->actor->facility);
    for (size_t i = 0; i < n; i++) {
        if (!str_equals(facilities[i].code, cx->actor->facility))
            continue;
        put_text(out, "name", facilities[i].name);
        put_text(out, "name_en", facilities[i].name_en);
    }
    json_object_end(out);
    return OK;
}

/* The fields that lists show. */
static void put_summary(JsonOut *out, const Form *form)
{
    json_key_c(out, "summary");
    json_array_begin(out);
    for (size_t i = 0; i < form->field_n; i++) {
        if (form->fields[i].is_in_lists && !form_type_is_set(form->fields[i].type))
            json_text(out, form->fields[i].id);
    }
    json_array_end(out);
}

static void put_forms(const Cx *cx, JsonOut *out)
{
    json_key_c(out, "forms");
    json_array_begin(out);
    for (size_t i = 0; i < cx->packs->forms.n; i++) {
        const Form *form = cx->packs->forms.entries[i].value;
        if (!str_equals_c(form->subject, "resident") || !access_sees_class(cx, form->sensitivity))
            continue;
        json_object_begin(out);
        web_json_text(out, "id", form->id);
        web_json_text(out, "version", form->version);
        web_json_wording(out, "title", form->title);
        put_summary(out, form);
        json_object_end(out);
    }
    json_array_end(out);
}

static void put_programs(const Cx *cx, JsonOut *out)
{
    json_key_c(out, "programs");
    json_array_begin(out);
    for (size_t i = 0; i < cx->packs->programs.n; i++) {
        const Program *program = cx->packs->programs.entries[i].value;
        if (!str_equals_c(program->subject, "resident")
            || !access_sees_class(cx, program_sensitivity(program)))
            continue;
        json_object_begin(out);
        web_json_text(out, "id", program->id);
        web_json_wording(out, "title", program->title);
        web_json_wording(out, "tag", program->tag);
        json_object_end(out);
    }
    json_array_end(out);
}

static void put_items(JsonOut *out, const Rule *rule)
{
    if (rule->item_n == 0)
        return;
    json_key_c(out, "items");
    json_array_begin(out);
    for (size_t i = 0; i < rule->item_n; i++) {
        json_object_begin(out);
        web_json_text(out, "id", rule->items[i].id);
        web_json_wording(out, "title", rule->items[i].line);
        json_object_end(out);
    }
    json_array_end(out);
}

static void put_rules(const Cx *cx, JsonOut *out)
{
    json_key_c(out, "rules");
    json_array_begin(out);
    for (size_t i = 0; i < cx->packs->rule_n; i++) {
        const Rule *rule = cx->packs->rules[i];
        if (!str_equals_c(rule->program->subject, "resident")
            || !access_sees_class(cx, rule_sensitivity(rule)))
            continue;
        json_object_begin(out);
        json_key_c(out, "key");
        json_integer(out, rule->key);
        web_json_text(out, "program", rule->program->id);
        web_json_text(out, "obligation", rule->id);
        web_json_wording(out, "title", rule->title);
        web_json_text(out, "form", rule->evidence->id);
        json_key_c(out, "notice_days");
        json_integer(out, rule->notice_days);
        json_key_c(out, "is_alone");
        json_bool(out, rule->is_alone);
        put_items(out, rule);
        json_object_end(out);
    }
    json_array_end(out);
}

/* {sex: [[month, low, high]]} */
static void put_band(JsonOut *out, const LookupTable *band)
{
    const ExprTable *table = &band->table;
    size_t month_n = table->keys[1].n;
    web_json_wording(out, "band_title", band->title);
    json_key_c(out, "band");
    json_object_begin(out);
    for (size_t i = 0; i < table->keys[0].n; i++) {
        json_key(out, table->keys[0].texts[i]);
        json_array_begin(out);
        for (size_t j = 0; j < month_n; j++) {
            const double *cells = &table->cells[(i * month_n + j) * table->column_n];
            json_array_begin(out);
            json_decimal(out, table->keys[1].numbers[j]);
            json_decimal(out, cells[0]);
            json_decimal(out, cells[1]);
            json_array_end(out);
        }
        json_array_end(out);
    }
    json_object_end(out);
}

static void put_chart_lines(const Cx *cx, JsonOut *out, const Chart *chart)
{
    json_key_c(out, "lines");
    json_array_begin(out);
    for (size_t i = 0; i < chart->line_n; i++) {
        json_object_begin(out);
        web_json_wording(out, "title", chart->lines[i].title);
        json_key_c(out, "fields");
        json_array_begin(out);
        for (size_t j = 0; j < chart->lines[i].field_n; j++) {
            const ChartField *field = &chart->lines[i].fields[j];
            if (!access_sees_class(cx, field->form->sensitivity))
                continue;
            json_array_begin(out);
            json_text(out, field->form->id);
            json_text(out, field->form->fields[field->field].id);
            json_array_end(out);
        }
        json_array_end(out);
        json_object_end(out);
    }
    json_array_end(out);
}

static Err put_charts(Cx *cx, JsonOut *out)
{
    const Policy *policy = NULL;
    TRY(policy_of(cx, &policy));
    json_key_c(out, "charts");
    json_array_begin(out);
    for (size_t i = 0; i < cx->packs->charts.n; i++) {
        const Chart *chart = cx->packs->charts.entries[i].value;
        json_object_begin(out);
        chart_write_head(out, chart);
        put_chart_lines(cx, out, chart);
        chart_write_limits(out, chart, policy, cx->today, -1);
        if (chart->band != NULL)
            put_band(out, chart->band);
        json_object_end(out);
    }
    json_array_end(out);
    return OK;
}

Err sync_write_head(Cx *cx, JsonOut *out, const SyncRun *run)
{
    json_object_begin(out);
    json_key_c(out, "kind");
    json_text_c(out, "head");
    json_key_c(out, "sequence");
    json_integer(out, run->sequence);
    json_key_c(out, "whole");
    json_bool(out, run->is_whole);
    web_json_date(out, "on", cx->today);
    json_key_c(out, "now");
    json_instant(out, cx->now);
    put_uuid(out, "account", cx->actor->account);
    json_key_c(out, "people");
    json_integer(out, (int64_t)run->people_n);
    TRY(put_facility(cx, out));
    put_forms(cx, out);
    put_programs(cx, out);
    put_rules(cx, out);
    TRY(put_charts(cx, out));
    json_object_end(out);
    return OK;
}

/* ---- a person ---- */

static void put_resident(Cx *cx, JsonOut *out, const Resident *resident, const SyncNames *names)
{
    Str initials[RESIDENT_INITIALS];
    size_t n = 0;
    Wording area = area_name(&names->areas, resident->area);
    resident_initials(cx->arena, resident->name, initials, &n);
    json_key_c(out, "resident");
    json_object_begin(out);
    put_uuid(out, "id", resident->id);
    put_text(out, "name", resident->name);
    put_text(out, "sex", resident->sex);
    put_date(out, "birth_date", resident->birth_date);
    put_text(out, "area", resident->area);
    put_text(out, "area_name", area.zh);
    put_text(out, "area_name_en", area.en);
    put_text(out, "record_number", resident->record_number);
    put_text(out, "id_number_masked", id_number_masked(cx->arena, resident->id_number));
    put_text(out, "phone_masked", phone_masked(cx->arena, resident->phone));
    put_text(out, "address", resident->address);
    put_uuid(out, "household", resident->household);
    put_date(out, "registered_on", resident->registered_on);
    json_key_c(out, "initials");
    json_array_begin(out);
    for (size_t i = 0; i < n; i++)
        json_text(out, initials[i]);
    json_array_end(out);
    json_object_end(out);
}

static void put_enrolments(JsonOut *out, const SyncBundle *bundle)
{
    json_key_c(out, "programs");
    json_array_begin(out);
    for (size_t i = 0; i < bundle->enrolment_n; i++) {
        json_object_begin(out);
        web_json_text(out, "id", bundle->enrolments[i].enrolment.program->id);
        put_date(out, "enrolled_on", bundle->enrolments[i].enrolment.entered_on);
        json_object_end(out);
    }
    json_array_end(out);
}

static void put_obligation(JsonOut *out, const Obligation *obligation)
{
    char time[OBLIGATION_TIME_SIZE];
    json_object_begin(out);
    json_key_c(out, "rule");
    json_integer(out, obligation->rule->key);
    put_text(out, "item", obligation_item(obligation));
    put_date(out, "opens_on", obligation->opens_on);
    put_date(out, "due_on", obligation->due_on);
    put_date(out, "closes_on", obligation_last_day(obligation));
    put_text(out, "due_at", obligation_due_time(obligation, time));
    json_key_c(out, "done");
    json_decimal(out, obligation->done);
    json_key_c(out, "needed");
    json_decimal(out, obligation->needed);
    put_uuid(out, "met_by", obligation->met_by);
    put_date(out, "met_on", obligation->met_on);
    put_date(out, "waived_on", obligation->waived_on);
    put_date(out, "spared_on", obligation->spared_on);
    json_object_end(out);
}

static Err performer_name(Cx *cx, SyncNames *names, Uuid id, Str *ret_name)
{
    for (size_t i = 0; i < names->performers.n; i++) {
        if (uuid_equals(names->performers.items[i].id, id)) {
            *ret_name = names->performers.items[i].name;
            return OK;
        }
    }
    Str name = {0};
    TRY(record_performer_name(cx, id, &name));
    const Account performer = {.id = id, .name = str_copy(names->arena, name)};
    VEC_PUSH(names->arena, &names->performers, performer);
    *ret_name = performer.name;
    return OK;
}

static Err put_record(Cx *cx, JsonOut *out, const Record *record, SyncNames *names)
{
    Str name = {0};
    if (!uuid_is_nil(record->performed_by))
        TRY(performer_name(cx, names, record->performed_by, &name));
    json_object_begin(out);
    put_uuid(out, "id", record->id);
    web_json_text(out, "form", record->form);
    web_json_text(out, "form_version", record->form_version);
    web_json_date(out, "happened_on", record->happened_on);
    json_key_c(out, "recorded_at");
    json_instant(out, record->recorded_at);
    put_text(out, "facility", record->facility);
    put_uuid(out, "performed_by", record->performed_by);
    put_text(out, "performed_by_name", name);
    put_uuid(out, "amends", record->amends);
    json_key_c(out, "answers");
    answers_to_json(pack_form(cx->packs, record->form), record->answers, out);
    json_object_end(out);
    return OK;
}

Err sync_write_bundle(Cx *cx, JsonOut *out, const SyncBundle *bundle, SyncNames *names)
{
    json_object_begin(out);
    json_key_c(out, "kind");
    json_text_c(out, "subject");
    put_uuid(out, "id", bundle->resident->id);
    put_resident(cx, out, bundle->resident, names);
    put_enrolments(out, bundle);
    json_key_c(out, "obligations");
    json_array_begin(out);
    for (size_t i = 0; i < bundle->obligation_n; i++)
        put_obligation(out, &bundle->obligations[i]);
    json_array_end(out);
    json_key_c(out, "records");
    json_array_begin(out);
    for (size_t i = 0; i < bundle->record_n; i++)
        TRY(put_record(cx, out, &bundle->records[i], names));
    json_array_end(out);
    json_object_end(out);
    return OK;
}
