/* Typed pieces of a file's tree. Each reader notes its own mistake and gives a harmless value. */
#include "pack/pack_int.h"

#include "base/num.h"
#include "base/utf8.h"

enum {
    ID_LENGTH_MOST = 48,
    IDEOGRAPH_FIRST = 0x3400, /* of Unicode's CJK ideographs, with extension A */
    IDEOGRAPH_LAST = 0x9fff,
};

static Str *key_names(Loader *loader, const char *const *keys, size_t *ret_n)
{
    VEC(Str) names = {0};
    for (size_t i = 0; keys[i] != NULL; i++)
        VEC_PUSH(&loader->work, &names, str_from_c(keys[i]));
    *ret_n = names.n;
    return names.items;
}

static bool is_among(Str key, const Str *names, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (str_equals(key, names[i]))
            return true;
    }
    return false;
}

/* A key of the map that is unknown and most likely means `wanted`: reported as such already. */
static bool is_misspelled_here(Loader *loader, const Yaml *map, Str wanted, const Str *names,
                               size_t n)
{
    for (const Yaml *entry = map->first; entry != NULL; entry = entry->next) {
        if (!is_among(entry->key, names, n)
            && str_equals(nearest_name(&loader->work, entry->key, names, n), wanted))
            return true;
    }
    return false;
}

bool read_map(Reader *reader, const Yaml *yaml, const char *const *keys, size_t needed)
{
    Loader *loader = reader->loader;
    if (yaml->kind != YAML_MAP) {
        MISTAKE_PLAIN(loader, reader->file, yaml->at, MISTAKE_MAP_EXPECTED);
        return false;
    }
    size_t n = 0;
    const Str *names = key_names(loader, keys, &n);
    for (const Yaml *entry = yaml->first; entry != NULL; entry = entry->next) {
        if (!is_among(entry->key, names, n))
            MISTAKE_AT(loader, reader->file, entry->key_at, MISTAKE_KEY_UNKNOWN, same(entry->key),
                       choice_fix(loader, entry->key, names, n));
        else if (yaml_is_absent(entry))
            MISTAKE_AT(loader, reader->file, entry->key_at, MISTAKE_VALUE_MISSING,
                       same(entry->key));
    }
    for (size_t i = 0; i < needed; i++) {
        if (yaml_get(yaml, names[i]) == NULL
            && !is_misspelled_here(loader, yaml, names[i], names, n))
            MISTAKE_AT(loader, reader->file, yaml->at, MISTAKE_KEY_MISSING, same(names[i]));
    }
    return true;
}

bool read_is_misspelled(Reader *reader, const Yaml *map, const char *const *keys,
                        const char *wanted)
{
    size_t n = 0;
    const Str *names = key_names(reader->loader, keys, &n);
    return is_misspelled_here(reader->loader, map, str_from_c(wanted), names, n);
}

void read_either(Reader *reader, const Yaml *map, const char *const *keys, const char *one,
                 const char *other)
{
    Loader *loader = reader->loader;
    const Yaml *first = yaml_get(map, str_from_c(one));
    const Yaml *second = yaml_get(map, str_from_c(other));
    if ((first == NULL) != (second == NULL))
        return;
    if (first == NULL
        && (read_is_misspelled(reader, map, keys, one)
            || read_is_misspelled(reader, map, keys, other)))
        return;
    MISTAKE_AT(loader, reader->file, second == NULL ? map->at : second->key_at, MISTAKE_ONE_OF,
               same(str_from_c(one)), same(str_from_c(other)));
}

bool read_list(Reader *reader, const Yaml *yaml, const char *key, bool is_needed)
{
    if (yaml == NULL)
        return false;
    if (yaml->kind != YAML_LIST) {
        MISTAKE_PLAIN(reader->loader, reader->file, yaml->at, MISTAKE_LIST_EXPECTED);
        return false;
    }
    if (yaml->n == 0 && is_needed)
        MISTAKE_AT(reader->loader, reader->file, yaml->at, MISTAKE_LIST_EMPTY,
                   same(str_from_c(key)));
    return true;
}

const Yaml *read_key(const Yaml *map, const char *key)
{
    const Yaml *value = map->kind == YAML_MAP ? yaml_get(map, str_from_c(key)) : NULL;
    return value == NULL || yaml_is_absent(value) ? NULL : value;
}

Str read_scalar(Reader *reader, const Yaml *yaml)
{
    if (yaml->kind != YAML_SCALAR) {
        MISTAKE_PLAIN(reader->loader, reader->file, yaml->at, MISTAKE_TEXT_EXPECTED);
        return (Str){0};
    }
    return str_copy(reader->loader->arena, str_trim(yaml->text));
}

Str read_text(Reader *reader, const Yaml *map, const char *key)
{
    const Yaml *value = read_key(map, key);
    return value == NULL ? (Str){0} : read_scalar(reader, value);
}

Wording read_wording(Reader *reader, const Yaml *map, const char *key)
{
    static const char *const keys[] = {"zh", "en", NULL};
    const Yaml *value = read_key(map, key);
    if (value == NULL)
        return (Wording){0};
    Loader *loader = reader->loader;
    if (value->kind != YAML_MAP) {
        MISTAKE_PLAIN(loader, reader->file, value->at, MISTAKE_WORDING_EXPECTED);
        return (Wording){0};
    }
    size_t n = 0;
    const Str *names = key_names(loader, keys, &n);
    for (const Yaml *entry = value->first; entry != NULL; entry = entry->next) {
        if (!is_among(entry->key, names, n) && yaml_is_absent(entry)) {
            MISTAKE_AT(loader, reader->file, entry->key_at, MISTAKE_WORDING_COMMA,
                       same(entry->key));
            return (Wording){0};
        }
    }
    (void)read_map(reader, value, keys, 0);
    if (yaml_get(value, STR("zh")) == NULL
        && !is_misspelled_here(loader, value, STR("zh"), names, n))
        MISTAKE_PLAIN(loader, reader->file, value->at, MISTAKE_WORDING_ZH_MISSING);
    if (yaml_get(value, STR("en")) == NULL && reader->file->pack->has_english
        && !is_misspelled_here(loader, value, STR("en"), names, n))
        MISTAKE_PLAIN(loader, reader->file, value->at, MISTAKE_WORDING_EN_MISSING);
    return (Wording){read_text(reader, value, "zh"), read_text(reader, value, "en")};
}

bool read_true(Reader *reader, const Yaml *map, const char *key)
{
    const Yaml *value = read_key(map, key);
    if (value == NULL)
        return false;
    if (value->kind == YAML_SCALAR && str_equals_c(value->text, "true"))
        return true;
    if (value->kind != YAML_SCALAR || !str_equals_c(value->text, "false"))
        MISTAKE_AT(reader->loader, reader->file, value->at, MISTAKE_TRUE_FALSE_EXPECTED,
                   same(str_from_c(key)));
    return false;
}

static Wording whole_words(Loader *loader, int64_t number)
{
    return same(str_printf(loader->mistake_arena, "%lld", (long long)number));
}

int64_t read_whole(Reader *reader, const Yaml *map, const char *key, int64_t least, int64_t most,
                   int64_t fallback)
{
    const Yaml *value = read_key(map, key);
    if (value == NULL)
        return fallback;
    Loader *loader = reader->loader;
    int64_t number = 0;
    if (value->kind != YAML_SCALAR || num_parse_i64(value->text, &number) != OK) {
        MISTAKE_AT(loader, reader->file, value->at, MISTAKE_WHOLE_NUMBER_EXPECTED,
                   same(str_from_c(key)), whole_words(loader, least), whole_words(loader, most));
        return fallback;
    }
    if (number < least || number > most) {
        MISTAKE_AT(loader, reader->file, value->at, MISTAKE_NUMBER_OUTSIDE, same(value->text),
                   whole_words(loader, least), whole_words(loader, most));
        return fallback;
    }
    return number;
}

bool read_number(Reader *reader, const Yaml *yaml, double *ret_number)
{
    if (yaml->kind == YAML_SCALAR && num_parse_double(yaml->text, ret_number) == OK)
        return true;
    Str what = yaml->kind == YAML_SCALAR ? yaml->text : STR("…");
    MISTAKE_AT(reader->loader, reader->file, yaml->at, MISTAKE_NUMBER_EXPECTED, same(what));
    return false;
}

Wording number_words(Loader *loader, double number)
{
    char text[NUM_TEXT_SIZE];
    return same(str_copy(loader->mistake_arena, str_from_c(num_format_double(number, text))));
}

bool read_range(Reader *reader, const Yaml *map, const char *key, double ret_range[2])
{
    const Yaml *value = read_key(map, key);
    if (value == NULL)
        return false;
    Loader *loader = reader->loader;
    if (value->kind != YAML_LIST || value->n != 2) {
        MISTAKE_AT(loader, reader->file, value->at, MISTAKE_RANGE_SHAPE, same(str_from_c(key)));
        return false;
    }
    double low = 0;
    double high = 0;
    bool has_low = read_number(reader, value->first, &low);
    if (!read_number(reader, value->first->next, &high) || !has_low)
        return false;
    if (low > high) {
        MISTAKE_AT(loader, reader->file, value->at, MISTAKE_RANGE_REVERSED,
                   number_words(loader, low), number_words(loader, high));
        return false;
    }
    ret_range[0] = low;
    ret_range[1] = high;
    return true;
}

Date read_date(Reader *reader, const Yaml *map, const char *key)
{
    const Yaml *value = read_key(map, key);
    Date date = DATE_NONE;
    if (value == NULL)
        return date;
    if (value->kind != YAML_SCALAR || date_parse(value->text, &date) != OK)
        MISTAKE_AT(reader->loader, reader->file, value->at, MISTAKE_DATE_EXPECTED,
                   same(value->kind == YAML_SCALAR ? value->text : STR("…")));
    return date;
}

Str read_source(Reader *reader, const Yaml *map)
{
    const Yaml *value = read_key(map, "source");
    if (value == NULL)
        return (Str){0};
    Str source = read_scalar(reader, value);
    const LoadPack *pack = reader->file->pack;
    if (source.n == 0 || pack->sources_blind)
        return source;
    Str key = source;
    Str rest = source;
    if (!str_cut(&rest, ' ', &key))
        return source;
    if (!map_has(&pack->pack->sources, key)) {
        VEC(Str) names = {0};
        for (size_t i = 0; i < pack->pack->sources.n; i++)
            VEC_PUSH(&reader->loader->work, &names, pack->pack->sources.entries[i].key);
        MISTAKE_AT(reader->loader, reader->file, value->at, MISTAKE_SOURCE_UNKNOWN, same(key),
                   choice_fix(reader->loader, key, names.items, names.n));
    }
    return source;
}

Wording read_unit(Reader *reader, const Yaml *map, const char *key)
{
    const Yaml *value = read_key(map, key);
    if (value == NULL)
        return (Wording){0};
    if (value->kind == YAML_MAP)
        return read_wording(reader, map, key);
    Str unit = read_scalar(reader, value);
    Str rest = unit;
    uint32_t code = 0;
    bool is_chinese = false;
    while (rest.n > 0 && utf8_next(&rest, &code))
        is_chinese |= code >= IDEOGRAPH_FIRST && code <= IDEOGRAPH_LAST;
    if (!is_chinese || !reader->file->pack->has_english)
        return same(unit);
    MISTAKE_AT(reader->loader, reader->file, value->at, MISTAKE_UNIT_IN_CHINESE, same(unit));
    return (Wording){0};
}

const PolicyParameter *read_parameter(Reader *reader, const Yaml *scalar)
{
    Loader *loader = reader->loader;
    Str id = str_slice(scalar->text, 1, scalar->text.n);
    Declared *declared = declared_find(loader, DECLARED_PARAMETER, id);
    if (declared != NULL)
        return declared->compiled;
    if (!loader->is_blind[DECLARED_PARAMETER]) {
        size_t n = 0;
        const Str *names = declared_names(loader, DECLARED_PARAMETER, &n);
        MISTAKE_AT(loader, reader->file, scalar->at, MISTAKE_PARAMETER_UNKNOWN, same(scalar->text),
                   choice_fix(loader, id, names, n));
    }
    return NULL;
}

void note_number(Reader *reader, const PolicyParameter *parameter, PolicyUse use, void *at)
{
    Loader *loader = reader->loader;
    Declared *declared = declared_find(loader, DECLARED_PARAMETER, parameter->id);
    ((PolicyParameter *)declared->compiled)->uses |= (unsigned)use;
    if (loader->numbers != NULL)
        VEC_PUSH(loader->arena, loader->numbers, (RuleNumber){parameter, use, at});
}

static bool is_parameter(const Yaml *value)
{
    return value->kind == YAML_SCALAR && str_has_prefix(value->text, STR("$"));
}

bool read_parameter_days(Reader *reader, const Yaml *value, int32_t *ret_days)
{
    const PolicyParameter *parameter = read_parameter(reader, value);
    if (parameter == NULL)
        return false;
    int64_t days = parameter->value.type == EXPR_INTEGER ? parameter->value.as.integer : -1;
    if (days < 0 || days > POLICY_DAYS_MOST) {
        MISTAKE_AT(reader->loader, reader->file, value->at, MISTAKE_PARAMETER_NOT_DAYS,
                   same(value->text));
        return false;
    }
    *ret_days = (int32_t)days;
    return true;
}

bool read_span_of(Reader *reader, const Yaml *value, SpanHours hours, Span *ret_span)
{
    Str text = value->kind == YAML_SCALAR ? value->text : STR("…");
    if (is_parameter(value)) {
        const PolicyParameter *parameter = read_parameter(reader, value);
        if (parameter == NULL)
            return false;
        if (parameter->value.type != EXPR_TEXT) {
            *ret_span = (Span){0};
            if (!read_parameter_days(reader, value, &ret_span->days))
                return false;
            note_number(reader, parameter, PARAMETER_OF_SPAN, ret_span);
            return true;
        }
        text = parameter->value.as.text;
        note_number(reader, parameter, PARAMETER_OF_SPAN, ret_span);
    }
    Span span = {0};
    if (value->kind != YAML_SCALAR || span_parse(text, &span) != OK) {
        MISTAKE_AT(reader->loader, reader->file, value->at, MISTAKE_SPAN_BAD, same(text));
        return false;
    }
    if (span.hours != 0 && hours == SPAN_WITHOUT_HOURS) {
        MISTAKE_AT(reader->loader, reader->file, value->at, MISTAKE_SPAN_HOURS, same(text));
        return false;
    }
    *ret_span = span;
    return true;
}

bool read_span(Reader *reader, const Yaml *map, const char *key, Span *ret_span)
{
    const Yaml *value = read_key(map, key);
    return value != NULL && read_span_of(reader, value, SPAN_WITHOUT_HOURS, ret_span);
}

bool read_days(Reader *reader, const Yaml *map, const char *key, PolicyUse use, int32_t *ret_days)
{
    const Yaml *value = read_key(map, key);
    *ret_days = 0;
    if (value == NULL)
        return false;
    if (is_parameter(value)) {
        if (!read_parameter_days(reader, value, ret_days))
            return false;
        note_number(reader, read_parameter(reader, value), use, ret_days);
        return true;
    }
    int64_t days = 0;
    if (value->kind == YAML_SCALAR && str_has_suffix(value->text, STR("d"))
        && num_parse_i64(str_slice(value->text, 0, value->text.n - 1), &days) == OK && days >= 0
        && days <= POLICY_DAYS_MOST) {
        *ret_days = (int32_t)days;
        return true;
    }
    MISTAKE_AT(reader->loader, reader->file, value->at, MISTAKE_DAYS_BAD,
               same(value->kind == YAML_SCALAR ? value->text : STR("…")));
    return false;
}

static bool is_id(Str text)
{
    if (text.n == 0 || text.n > ID_LENGTH_MOST || text.p[0] < 'a' || text.p[0] > 'z')
        return false;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'))
            return false;
    }
    return true;
}

Str read_id(Reader *reader, const Yaml *map, const char *key)
{
    const Yaml *value = read_key(map, key);
    if (value == NULL)
        return (Str){0};
    Str id = read_scalar(reader, value);
    if (value->kind != YAML_SCALAR)
        return (Str){0};
    if (is_id(id))
        return id;
    MISTAKE_AT(reader->loader, reader->file, value->at, MISTAKE_ID_BAD, same(value->text));
    return (Str){0};
}

size_t read_choice(Reader *reader, const Yaml *map, const char *key, const char *const *choices)
{
    const Yaml *value = read_key(map, key);
    if (value == NULL)
        return SIZE_MAX;
    Str text = read_scalar(reader, value);
    if (value->kind != YAML_SCALAR)
        return SIZE_MAX;
    for (size_t i = 0; choices[i] != NULL; i++) {
        if (str_equals_c(text, choices[i]))
            return i;
    }
    MISTAKE_AT(reader->loader, reader->file, value->at, MISTAKE_CHOICE_UNKNOWN, same(text),
               same(str_from_c(key)), choice_fix_c(reader->loader, text, choices));
    return SIZE_MAX;
}
