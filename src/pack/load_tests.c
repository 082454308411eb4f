/* Tests of packs: reading tests/NAME.yaml. */
#include "pack/pack_int.h"

#include "base/num.h"

/* One file while it is read. */
typedef struct TestFile {
    Reader reader;
    const Yaml *templates; /* `answers:` of the file: name -> answers */
} TestFile;

typedef VEC(PackTestValue) TestValues;

static uint32_t line_of(const Yaml *yaml)
{
    return (uint32_t)yaml->at.line;
}

/* ---- answers ---- */

static void note_answer(Reader *reader, YamlPlace at, Str text, const FormField *field, Wording why)
{
    MISTAKE_AT(reader->loader, reader->file, at, MISTAKE_TEST_ANSWER, same(text), same(field->id),
               why);
}

static ExprValue codes_value(Reader *reader, const Yaml *yaml)
{
    Str *codes = arena_array(reader->loader->arena, Str, yaml->n + 1);
    size_t n = 0;
    if (yaml->kind == YAML_SCALAR)
        codes[n++] = read_scalar(reader, yaml);
    for (const Yaml *item = yaml->first; yaml->kind == YAML_LIST && item != NULL; item = item->next)
        codes[n++] = read_scalar(reader, item);
    return (ExprValue){.type = EXPR_CODES, .as.codes = {codes, n}};
}

static ExprValue value_of(Reader *reader, const FormField *field, const Yaml *yaml)
{
    if (yaml_is_absent(yaml))
        return EXPR_ABSENT;
    if (form_type_is_set(field->type) && yaml->kind != YAML_MAP)
        return codes_value(reader, yaml);
    Str text = read_scalar(reader, yaml);
    ExprValue value = EXPR_ABSENT;
    Wording why = {0};
    if (yaml->kind == YAML_SCALAR
        && form_value_from_text(field, text, reader->loader->arena, &value, &why) != OK)
        note_answer(reader, yaml->at, text, field, why);
    return value;
}

static void read_answer_row(Reader *reader, const FormField *field, const Yaml *item, FormRow *row)
{
    Loader *loader = reader->loader;
    row->values = arena_array(loader->arena, ExprValue, field->row_field_n + 1);
    const char **keys = arena_array(&loader->work, const char *, field->row_field_n + 1);
    for (size_t i = 0; i < field->row_field_n; i++)
        keys[i] = str_to_c(&loader->work, field->rows[i].id);
    if (!read_map(reader, item, keys, 0))
        return;
    for (size_t i = 0; i < field->row_field_n; i++) {
        const Yaml *value = yaml_get(item, field->rows[i].id);
        if (value != NULL)
            row->values[i] = value_of(reader, &field->rows[i], value);
    }
}

static void read_answer_rows(Reader *reader, const FormField *field, const Yaml *list,
                             FormRows *rows)
{
    *rows = (FormRows){0};
    if (yaml_is_absent(list) || !read_list(reader, list, "rows", false))
        return;
    rows->rows = arena_array(reader->loader->arena, FormRow, list->n + 1);
    for (const Yaml *item = list->first; item != NULL; item = item->next)
        read_answer_row(reader, field, item, &rows->rows[rows->n++]);
}

/* The field that a key of a map names. */
static size_t field_of_key(Reader *reader, const Declared *declared, const Yaml *entry)
{
    Yaml name = {.kind = YAML_SCALAR, .text = entry->key, .at = entry->key_at};
    return refer_to_field(reader, &name, declared);
}

static void read_answers(Reader *reader, const Declared *declared, const Yaml *map,
                         FormAnswers *answers)
{
    const Form *form = declared->compiled;
    if (map == NULL)
        return;
    if (map->kind != YAML_MAP) {
        MISTAKE_PLAIN(reader->loader, reader->file, map->at, MISTAKE_MAP_EXPECTED);
        return;
    }
    for (const Yaml *entry = map->first; entry != NULL; entry = entry->next) {
        size_t field = field_of_key(reader, declared, entry);
        if (field == SIZE_MAX || !declared->fields[field].is_type_known
            || declared->fields[field].rows_blind)
            continue;
        if (form->fields[field].type == FIELD_ROWS)
            read_answer_rows(reader, &form->fields[field], entry, &answers->rows[field]);
        else
            answers->values[field] = value_of(reader, &form->fields[field], entry);
    }
}

/* ---- what the form must say ---- */

static void read_values(Reader *reader, const Declared *declared, const Yaml *map,
                        const PackTestValue **ret_values, size_t *ret_n)
{
    const Form *form = declared->compiled;
    TestValues values = {0};
    if (map == NULL)
        return;
    if (map->kind != YAML_MAP) {
        MISTAKE_PLAIN(reader->loader, reader->file, map->at, MISTAKE_MAP_EXPECTED);
        return;
    }
    for (const Yaml *entry = map->first; entry != NULL; entry = entry->next) {
        size_t field = field_of_key(reader, declared, entry);
        if (field == SIZE_MAX || !declared->fields[field].is_type_known)
            continue;
        PackTestValue value = {field, value_of(reader, &form->fields[field], entry),
                               line_of(entry)};
        VEC_PUSH(reader->loader->arena, &values, value);
    }
    *ret_values = values.items;
    *ret_n = values.n;
}

static void read_fields(Reader *reader, const Declared *declared, const Yaml *list,
                        const size_t **ret_fields, size_t *ret_n)
{
    VEC(size_t) fields = {0};
    if (!read_list(reader, list, "fields", false))
        return;
    for (const Yaml *item = list->first; item != NULL; item = item->next) {
        size_t field = refer_to_field(reader, item, declared);
        if (field != SIZE_MAX)
            VEC_PUSH(reader->loader->arena, &fields, field);
    }
    *ret_fields = fields.items;
    *ret_n = fields.n;
}

static void read_issues(Reader *reader, const Yaml *map, PackTestRecord *record)
{
    static const char *const levels[] = {"hard", "soft", NULL};
    Loader *loader = reader->loader;
    if (map == NULL)
        return;
    record->has_issues = true;
    if (map->kind != YAML_MAP) {
        MISTAKE_PLAIN(loader, reader->file, map->at, MISTAKE_MAP_EXPECTED);
        return;
    }
    PackTestIssue *issues = arena_array(loader->arena, PackTestIssue, map->n + 1);
    size_t n = 0;
    for (const Yaml *entry = map->first; entry != NULL; entry = entry->next) {
        size_t level = read_choice(reader, map, str_to_c(&loader->work, entry->key), levels);
        issues[n++] = (PackTestIssue){str_copy(loader->arena, entry->key), level == 0};
    }
    record->issues = issues;
    record->issue_n = n;
}

static void read_texts(Reader *reader, const Yaml *list, const char *key, const Str **ret_texts,
                       size_t *ret_n)
{
    if (!read_list(reader, list, key, false))
        return;
    Str *texts = arena_array(reader->loader->arena, Str, list->n + 1);
    size_t n = 0;
    for (const Yaml *item = list->first; item != NULL; item = item->next)
        texts[n++] = read_scalar(reader, item);
    *ret_texts = texts;
    *ret_n = n;
}

static void read_judgement(Reader *reader, const Declared *declared, const Yaml *map,
                           PackTestRecord *record)
{
    static const char *const keys[] = {"computed", "suggested", "shown", "hidden",
                                       "issues",   "advice",    NULL};
    if (map == NULL || !read_map(reader, map, keys, 0))
        return;
    read_values(reader, declared, read_key(map, "computed"), &record->computed,
                &record->computed_n);
    read_values(reader, declared, read_key(map, "suggested"), &record->suggested,
                &record->suggested_n);
    read_fields(reader, declared, read_key(map, "shown"), &record->shown, &record->shown_n);
    read_fields(reader, declared, read_key(map, "hidden"), &record->hidden, &record->hidden_n);
    read_issues(reader, read_key(map, "issues"), record);
    record->has_advice = read_key(map, "advice") != NULL;
    read_texts(reader, read_key(map, "advice"), "advice", &record->advice, &record->advice_n);
}

/* ---- records ---- */

static const Yaml *find_template(TestFile *file, const Yaml *map)
{
    const Yaml *like = read_key(map, "like");
    if (like == NULL || file->templates == NULL || like->kind != YAML_SCALAR)
        return NULL;
    const Yaml *found = yaml_get(file->templates, str_trim(like->text));
    if (found != NULL)
        return found;
    Loader *loader = file->reader.loader;
    VEC(Str) names = {0};
    for (const Yaml *entry = file->templates->first; entry != NULL; entry = entry->next)
        VEC_PUSH(&loader->work, &names, entry->key);
    MISTAKE_AT(loader, file->reader.file, like->at, MISTAKE_CHOICE_UNKNOWN, same(like->text),
               same(STR("like")), choice_fix(loader, like->text, names.items, names.n));
    return NULL;
}

static bool read_record(TestFile *file, const Yaml *item, PackTestRecord *ret_record)
{
    static const char *const keys[] = {"form",      "on",     "like",      "answers",
                                       "confirmed", "expect", "voided_on", NULL};
    Reader *reader = &file->reader;
    Loader *loader = reader->loader;
    if (!read_map(reader, item, keys, 2))
        return false;
    const Yaml *name = read_key(item, "form");
    Declared *declared =
        name == NULL ? NULL : refer_to(reader, name, DECLARED_FORM, MISTAKE_FORM_UNKNOWN);
    PackTestRecord record = {.on = read_date(reader, item, "on"),
                             .voided_on = read_date(reader, item, "voided_on"),
                             .line = line_of(item)};
    if (declared == NULL || declared->compiled == NULL)
        return false;
    record.form = declared->compiled;
    form_answers_init(&record.answers, record.form, loader->arena);
    read_answers(reader, declared, find_template(file, item), &record.answers);
    read_answers(reader, declared, read_key(item, "answers"), &record.answers);
    read_texts(reader, read_key(item, "confirmed"), "confirmed", &record.answers.confirmed,
               &record.answers.confirmed_n);
    read_judgement(reader, declared, read_key(item, "expect"), &record);
    *ret_record = record;
    return true;
}

static void read_records(TestFile *file, const Yaml *list, PackTest *test)
{
    if (!read_list(&file->reader, list, "records", false))
        return;
    PackTestRecord *records = arena_array(file->reader.loader->arena, PackTestRecord, list->n + 1);
    size_t n = 0;
    for (const Yaml *item = list->first; item != NULL; item = item->next)
        n += read_record(file, item, &records[n]) ? 1 : 0;
    test->records = records;
    test->record_n = n;
}

/* ---- what is owed, identity and record numbers ---- */

/* A rule by program and id, and perhaps one of its items. */
typedef struct RuleName {
    const Program *program;
    Str rule, item;
} RuleName;

static bool has_rule(const Program *program, Str id)
{
    for (size_t i = 0; i < program->rule_n; i++) {
        if (str_equals(program->rules[i]->id, id))
            return true;
    }
    return false;
}

static Str find_item(Reader *reader, const Yaml *map, const Program *program, Str rule)
{
    const Yaml *item = read_key(map, "item");
    if (item == NULL)
        return (Str){0};
    Str id = read_scalar(reader, item);
    VEC(Str) names = {0};
    for (size_t i = 0; i < program->rule_n; i++) {
        const Rule *edition = program->rules[i];
        for (size_t j = 0; str_equals(edition->id, rule) && j < edition->item_n; j++) {
            if (str_equals(edition->items[j].id, id))
                return id;
            VEC_PUSH(&reader->loader->work, &names, edition->items[j].id);
        }
    }
    MISTAKE_AT(reader->loader, reader->file, item->at, MISTAKE_TEST_ITEM, same(rule), same(id),
               choice_fix(reader->loader, id, names.items, names.n));
    return (Str){0};
}

static RuleName find_rule(Reader *reader, const Yaml *map)
{
    const Yaml *program = read_key(map, "program");
    const Yaml *obligation = read_key(map, "obligation");
    RuleName name = {0};
    if (program == NULL || obligation == NULL)
        return name;
    Loader *loader = reader->loader;
    Declared *declared = refer_to(reader, program, DECLARED_PROGRAM, MISTAKE_PROGRAM_UNKNOWN);
    name.program = declared == NULL ? NULL : declared->compiled;
    name.rule = read_scalar(reader, obligation);
    if (name.program == NULL || name.rule.n == 0)
        return name;
    if (has_rule(name.program, name.rule)) {
        name.item = find_item(reader, map, name.program, name.rule);
        return name;
    }
    VEC(Str) names = {0};
    for (size_t i = 0; i < name.program->rule_n; i++)
        VEC_PUSH(&loader->work, &names, name.program->rules[i]->id);
    MISTAKE_AT(loader, reader->file, obligation->at, MISTAKE_TEST_FORM_PROGRAM,
               same(name.program->id), same(name.rule),
               choice_fix(loader, name.rule, names.items, names.n));
    return name;
}

/* "2025-03-04 09:30": the day and the minute of it. */
static void read_due_at(Reader *reader, const Yaml *item, PackTestObligation *line)
{
    const Yaml *value = read_key(item, "due_at");
    line->due_minute = -1;
    if (value == NULL)
        return;
    Str text = read_scalar(reader, value);
    int64_t hours = 0, minutes = 0;
    bool is_time = text.n == 16 && text.p[10] == ' ' && text.p[13] == ':'
                   && date_parse(str_slice(text, 0, 10), &line->due_on) == OK
                   && num_parse_i64(str_slice(text, 12, 13), &hours) == OK
                   && num_parse_i64(str_slice(text, 15, 16), &minutes) == OK && text.p[11] >= '0'
                   && text.p[11] <= '2' && text.p[14] >= '0' && text.p[14] <= '5';
    hours += is_time ? (text.p[11] - '0') * 10 : 0;
    minutes += is_time ? (text.p[14] - '0') * 10 : 0;
    if (!is_time || hours > 23)
        MISTAKE_AT(reader->loader, reader->file, value->at, MISTAKE_TEST_TIME, same(text));
    else
        line->due_minute = (int32_t)(hours * 60 + minutes);
}

static void read_flags(Reader *reader, const Yaml *item, PackTestObligation *line)
{
    static const char *const flags[] = {"age_too_young", "interval_too_short", NULL};
    const Yaml *list = read_key(item, "flags");
    if (list == NULL || !read_list(reader, list, "flags", false))
        return;
    line->has_flags = true;
    for (const Yaml *entry = list->first; entry != NULL; entry = entry->next) {
        Str flag = read_scalar(reader, entry);
        if (str_equals_c(flag, flags[0]))
            line->flags |= 1;
        else if (str_equals_c(flag, flags[1]))
            line->flags |= 2;
        else
            MISTAKE_AT(reader->loader, reader->file, entry->at, MISTAKE_CHOICE_UNKNOWN, same(flag),
                       same(STR("flags")), choice_fix_c(reader->loader, flag, flags));
    }
}

static void read_done(Reader *reader, const Yaml *item, PackTestObligation *line)
{
    const Yaml *done = read_key(item, "done"), *needed = read_key(item, "needed");
    line->has_done = done != NULL && needed != NULL && read_number(reader, done, &line->done)
                     && read_number(reader, needed, &line->needed);
}

static void read_obligations(Reader *reader, const Yaml *list, PackTest *test)
{
    static const char *const keys[] = {"program", "obligation", "state",     "opens_on", "due_on",
                                       "met_on",  "item",       "closes_on", "due_at",   "done",
                                       "needed",  "flags",      NULL};
    static const char *const states[] = {"open",   "due",    "overdue", "met",
                                         "missed", "closed", "waived",  NULL};
    if (!read_list(reader, list, "expect", false))
        return;
    test->has_obligations = true;
    PackTestObligation *lines = arena_array(reader->loader->arena, PackTestObligation, list->n + 1);
    for (const Yaml *item = list->first; item != NULL; item = item->next) {
        if (!read_map(reader, item, keys, 3))
            continue;
        size_t state = read_choice(reader, item, "state", states);
        RuleName name = find_rule(reader, item);
        PackTestObligation *line = &lines[test->obligation_n++];
        *line =
            (PackTestObligation){.line = line_of(item),
                                 .program = name.program,
                                 .rule = name.rule,
                                 .item = name.item,
                                 .state = state == SIZE_MAX ? (Str){0} : str_from_c(states[state]),
                                 .opens_on = read_date(reader, item, "opens_on"),
                                 .due_on = read_date(reader, item, "due_on"),
                                 .met_on = read_date(reader, item, "met_on"),
                                 .closes_on = read_date(reader, item, "closes_on")};
        read_due_at(reader, item, line);
        read_done(reader, item, line);
        read_flags(reader, item, line);
    }
    test->obligations = lines;
}

static void read_waivers(Reader *reader, const Yaml *list, PackTest *test)
{
    static const char *const keys[] = {"program", "obligation", "on",   "reason", "item",
                                       "until",   "put_off_to", "note", NULL};
    if (!read_list(reader, list, "waivers", false))
        return;
    PackTestWaiver *waivers = arena_array(reader->loader->arena, PackTestWaiver, list->n + 1);
    for (const Yaml *item = list->first; item != NULL; item = item->next) {
        if (!read_map(reader, item, keys, 4))
            continue;
        RuleName name = find_rule(reader, item);
        waivers[test->waiver_n++] =
            (PackTestWaiver){.line = line_of(item),
                             .program = name.program,
                             .rule = name.rule,
                             .item = name.item,
                             .on = read_date(reader, item, "on"),
                             .until = read_date(reader, item, "until"),
                             .put_off_to = read_date(reader, item, "put_off_to"),
                             .reason = read_text(reader, item, "reason"),
                             .note = read_text(reader, item, "note")};
    }
    test->waivers = waivers;
}

static void read_measures(Reader *reader, const Yaml *list, PackTest *test)
{
    static const char *const keys[] = {"measure",   "period",   "denominator",
                                       "numerator", "required", NULL};
    enum { COUNT_MOST = 1000 };
    if (list == NULL || !read_list(reader, list, "measures", false))
        return;
    PackTestMeasure *lines = arena_array(reader->loader->arena, PackTestMeasure, list->n + 1);
    for (const Yaml *item = list->first; item != NULL; item = item->next) {
        if (!read_map(reader, item, keys, 4))
            continue;
        const Yaml *name = read_key(item, "measure"), *period = read_key(item, "period");
        if (name == NULL || period == NULL)
            continue;
        Declared *found = refer_to(reader, name, DECLARED_MEASURE, MISTAKE_MEASURE_UNKNOWN);
        PackTestMeasure line = {
            .line = line_of(item),
            .denominator = read_whole(reader, item, "denominator", 0, COUNT_MOST, 0),
            .numerator = read_whole(reader, item, "numerator", 0, COUNT_MOST, 0)};
        if (found == NULL || found->compiled == NULL)
            continue;
        line.measure = found->compiled;
        const Yaml *required = read_key(item, "required");
        line.has_required = required != NULL && read_number(reader, required, &line.required);
        if (period_parse(read_scalar(reader, period), &line.period) == OK
            && (line.measure->periods & (1U << line.period.kind)) != 0)
            lines[test->measure_n++] = line;
        else
            MISTAKE_AT(reader->loader, reader->file, period->at, MISTAKE_MEASURE_TEST_PERIOD,
                       same(period->text), same(line.measure->id));
    }
    test->measures = lines;
}

static void read_staff(Reader *reader, const Yaml *list, PackTest *test)
{
    static const char *const keys[] = {"post", "qualification", "education", NULL};
    if (list == NULL || !read_list(reader, list, "staff", false))
        return;
    PackTestStaff *staff = arena_array(reader->loader->arena, PackTestStaff, list->n + 1);
    for (const Yaml *item = list->first; item != NULL; item = item->next) {
        if (read_map(reader, item, keys, 1))
            staff[test->staff_n++] = (PackTestStaff){read_text(reader, item, "post"),
                                                     read_text(reader, item, "qualification"),
                                                     read_text(reader, item, "education")};
    }
    test->staff = staff;
}

static void read_identities(Reader *reader, const Yaml *list, PackTest *test)
{
    static const char *const keys[] = {"number", "fault",        "stored", "birth_date",
                                       "sex",    "area_unknown", NULL};
    static const char *const faults[] = {"length", "characters", "date", "check", NULL};
    if (!read_list(reader, list, "identity", false))
        return;
    PackTestIdentity *lines = arena_array(reader->loader->arena, PackTestIdentity, list->n + 1);
    for (const Yaml *item = list->first; item != NULL; item = item->next) {
        if (!read_map(reader, item, keys, 1))
            continue;
        size_t fault = read_choice(reader, item, "fault", faults);
        lines[test->identity_n++] =
            (PackTestIdentity){.line = line_of(item),
                               .number = read_text(reader, item, "number"),
                               .fault = fault == SIZE_MAX ? (Str){0} : str_from_c(faults[fault]),
                               .stored = read_text(reader, item, "stored"),
                               .birth_date = read_date(reader, item, "birth_date"),
                               .sex = read_text(reader, item, "sex"),
                               .is_area_unknown = read_true(reader, item, "area_unknown")};
    }
    test->identities = lines;
}

static void read_record_numbers(Reader *reader, const Yaml *list, PackTest *test)
{
    static const char *const keys[] = {"committee", "county",  "township", "serial",
                                       "number",    "printed", "kind",     NULL};
    static const char *const kinds[] = {"neighbourhood", "village", "other", NULL};
    if (!read_list(reader, list, "record_number", false))
        return;
    PackTestRecordNumber *lines =
        arena_array(reader->loader->arena, PackTestRecordNumber, list->n + 1);
    for (const Yaml *item = list->first; item != NULL; item = item->next) {
        if (!read_map(reader, item, keys, 1))
            continue;
        size_t kind = read_choice(reader, item, "kind", kinds);
        lines[test->record_number_n++] =
            (PackTestRecordNumber){.line = line_of(item),
                                   .county = read_text(reader, item, "county"),
                                   .township = read_text(reader, item, "township"),
                                   .committee = read_text(reader, item, "committee"),
                                   .serial = read_whole(reader, item, "serial", 1, 99999, 0),
                                   .number = read_text(reader, item, "number"),
                                   .printed = read_text(reader, item, "printed"),
                                   .kind = kind == SIZE_MAX ? (Str){0} : str_from_c(kinds[kind])};
    }
    test->record_numbers = lines;
}

/* ---- tests ---- */

static void read_test(TestFile *file, const Yaml *item)
{
    static const char *const keys[] = {"name",          "case",    "on",     "resident", "subject",
                                       "records",       "waivers", "expect", "measures", "identity",
                                       "record_number", "kind",    "staff",  NULL};
    static const char *const resident_keys[] = {"sex",     "birth_date", "registered_on",
                                                "died_on", "left_on",    NULL};
    Reader *reader = &file->reader;
    if (!read_map(reader, item, keys, 1))
        return;
    const Yaml *resident = read_key(item, "resident");
    PackTest test = {.pack = reader->file->pack->pack->id,
                     .file = reader->file->path,
                     .line = line_of(item),
                     .name = read_text(reader, item, "name"),
                     .number = read_text(reader, item, "case"),
                     .on = read_date(reader, item, "on"),
                     .subject = read_subject(reader, item),
                     .kind = read_text(reader, item, "kind"),
                     .birth_date = DATE_NONE,
                     .registered_on = DATE_NONE,
                     .died_on = DATE_NONE,
                     .left_on = DATE_NONE};
    if (resident != NULL && read_map(reader, resident, resident_keys, 2)) {
        test.sex = read_text(reader, resident, "sex");
        test.birth_date = read_date(reader, resident, "birth_date");
        test.registered_on =
            date_max(read_date(reader, resident, "registered_on"), test.birth_date);
        test.died_on = read_date(reader, resident, "died_on");
        test.left_on = read_date(reader, resident, "left_on");
    }
    const Yaml *records = read_key(item, "records");
    if (records != NULL || read_key(item, "expect") != NULL || read_key(item, "measures") != NULL) {
        Str needed[] = {STR("on"), STR("resident")};
        bool is_other = read_key(item, "subject") != NULL;
        for (size_t i = 0; i < (is_other ? 1 : 2); i++) {
            const char *key = i == 0 ? "on" : "resident";
            if (yaml_get(item, needed[i]) == NULL && !read_is_misspelled(reader, item, keys, key))
                MISTAKE_AT(reader->loader, reader->file, item->at, MISTAKE_KEY_MISSING,
                           same(needed[i]));
        }
    }
    read_records(file, records, &test);
    read_waivers(reader, read_key(item, "waivers"), &test);
    read_obligations(reader, read_key(item, "expect"), &test);
    read_measures(reader, read_key(item, "measures"), &test);
    read_staff(reader, read_key(item, "staff"), &test);
    read_identities(reader, read_key(item, "identity"), &test);
    read_record_numbers(reader, read_key(item, "record_number"), &test);
    VEC_PUSH(reader->loader->arena, &reader->loader->tests, test);
}

static void load_test_file(Loader *loader, LoadFile *source)
{
    static const char *const keys[] = {"tests", "answers", NULL};
    TestFile file = {.reader = {loader, source}};
    if (!read_map(&file.reader, source->yaml, keys, 1))
        return;
    const Yaml *templates = read_key(source->yaml, "answers");
    if (templates != NULL && templates->kind == YAML_MAP)
        file.templates = templates;
    else if (templates != NULL)
        MISTAKE_PLAIN(loader, source, templates->at, MISTAKE_MAP_EXPECTED);
    const Yaml *list = read_key(source->yaml, "tests");
    if (!read_list(&file.reader, list, "tests", true))
        return;
    for (const Yaml *item = list->first; item != NULL; item = item->next)
        read_test(&file, item);
}

void load_tests(Loader *loader)
{
    for (size_t i = 0; i < loader->packs.n; i++) {
        LoadPack *pack = loader->packs.items[i];
        for (size_t j = 0; j < pack->file_n; j++) {
            if (str_has_prefix(pack->files[j].in_pack, STR("tests/"))
                && pack->files[j].yaml != NULL)
                load_test_file(loader, &pack->files[j]);
        }
    }
}
