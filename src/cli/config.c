/* Reading the settings file and saying everything that is wrong in it. */
#include "cli/config.h"

#include "base/buf.h"
#include "base/num.h"
#include "base/os_file.h"

enum { CONFIG_BYTES_MOST = 64 * 1024 };

const ConfigSetting config_settings[] = {
    {"db", CONFIG_DATABASE, 0, 0, NULL, "/var/lib/catchment/county.db"},
    {"keys", CONFIG_PATH, 0, 0, NULL, "/etc/catchment/county.keys"},
    {"place", CONFIG_DIGITS, 6, 0, NULL, "441322"},
    {"packs", CONFIG_PATH, 0, 0, NULL, "/usr/local/share/catchment/packs"},
    {"address", CONFIG_TEXT, 0, 0, NULL, "127.0.0.1"},
    {"port", CONFIG_INTEGER, 0, 65535, NULL, "8080"},
    {"trusted-proxy", CONFIG_TEXT, 0, 0, NULL, "127.0.0.1"},
    {"tls-cert", CONFIG_PATH, 0, 0, NULL, "/etc/catchment/tls/cert.pem"},
    {"tls-key", CONFIG_PATH, 0, 0, NULL, "/etc/catchment/tls/key.pem"},
    {"workers", CONFIG_INTEGER, 1, 64, NULL, "8"},
    {"log-level", CONFIG_CHOICE, 0, 0, "error warn info debug", "info"},
    {"backup-folder", CONFIG_PATH, 0, 0, NULL, "/var/backups/catchment"},
    {"backup-keep", CONFIG_INTEGER, 1, 3650, NULL, "14"},
    {"lang", CONFIG_CHOICE, 0, 0, "zh en", "zh"},
    {0},
};

typedef struct {
    Arena *arena;
    Config *config;
} Reading;

static Str where_of(const Reading *reading, YamlPlace at)
{
    return str_printf(reading->arena, "%.*s:%d:%d", STR_ARG(reading->config->file), at.line,
                      at.column);
}

static void note(const Reading *reading, Str where, TextId text, Str a, Str b, Str c)
{
    const Str arguments[] = {a, b, c};
    VEC_PUSH(reading->arena, &reading->config->faults,
             (ConfigFault){where, text_fill(reading->arena, text, arguments, 3)});
}

static const ConfigSetting *find_setting(Str name)
{
    for (const ConfigSetting *s = config_settings; s->name != NULL; s++) {
        if (str_equals_c(name, s->name))
            return s;
    }
    return NULL;
}

static Str all_names(Arena *arena)
{
    Str names = {0};
    for (const ConfigSetting *s = config_settings; s->name != NULL; s++)
        names = str_printf(arena, "%.*s%s%s", STR_ARG(names), names.n > 0 ? ", " : "", s->name);
    return names;
}

bool config_has_password(Str url)
{
    size_t start = str_find(url, STR("://"), 0);
    if (start == SIZE_MAX)
        return false;
    Str rest = str_slice(url, start + 3, url.n);
    size_t query = str_find_char(rest, '?', 0);
    Str options = query == SIZE_MAX ? (Str){0} : str_slice(rest, query, rest.n);
    Str authority = query == SIZE_MAX ? rest : str_slice(rest, 0, query);
    size_t at = str_find_char(authority, '@', 0);
    size_t colon = str_find_char(authority, ':', 0);
    return (at != SIZE_MAX && colon != SIZE_MAX && colon < at)
           || str_find(options, STR("?password="), 0) != SIZE_MAX
           || str_find(options, STR("&password="), 0) != SIZE_MAX;
}

static bool is_word_of(Str text, const char *words)
{
    Str rest = str_from_c(words), word = {0};
    while (str_cut(&rest, ' ', &word)) {
        if (str_equals(word, text))
            return true;
    }
    return false;
}

static bool is_digits(Str text, int64_t n)
{
    bool fits = text.n == (size_t)n;
    for (size_t i = 0; i < text.n; i++)
        fits = fits && text.p[i] >= '0' && text.p[i] <= '9';
    return fits;
}

/* What is wrong with a value is told with an example; the address of a database is not repeated. */
static bool is_good(const Reading *reading, const ConfigSetting *setting, Str text, Str where)
{
    Str name = str_from_c(setting->name), like = str_from_c(setting->like);
    int64_t n = 0;
    switch (setting->kind) {
    case CONFIG_TEXT: return true;
    case CONFIG_DATABASE:
        if (config_has_password(text)) {
            note(reading, where, TEXT_DB_PASSWORD, name, (Str){0}, (Str){0});
            return false;
        }
        if (str_has_prefix(text, STR("/")) || str_has_prefix(text, STR("postgresql://")))
            return true;
        note(reading, where, TEXT_CONFIG_DATABASE, name, like, (Str){0});
        return false;
    case CONFIG_PATH:
        if (str_has_prefix(text, STR("/")))
            return true;
        note(reading, where, TEXT_CONFIG_PATH, name, like, text);
        return false;
    case CONFIG_INTEGER:
        if (num_parse_i64(text, &n) == OK && n >= setting->low && n <= setting->high)
            return true;
        note(reading, where, TEXT_CONFIG_INTEGER, name,
             str_printf(reading->arena, "%lld - %lld", (long long)setting->low,
                        (long long)setting->high),
             text);
        return false;
    case CONFIG_CHOICE:
        if (is_word_of(text, setting->words))
            return true;
        note(reading, where, TEXT_CONFIG_CHOICE, name, str_from_c(setting->words), text);
        return false;
    case CONFIG_DIGITS:
        if (is_digits(text, setting->low))
            return true;
        note(reading, where, TEXT_CONFIG_DIGITS, name, like, text);
        return false;
    }
    return false;
}

static void take_entry(const Reading *reading, const Yaml *entry)
{
    const ConfigSetting *setting = find_setting(entry->key);
    if (setting == NULL) {
        note(reading, where_of(reading, entry->key_at), TEXT_CONFIG_UNKNOWN, entry->key,
             all_names(reading->arena), (Str){0});
        return;
    }
    Str where = where_of(reading, entry->at);
    if (entry->kind != YAML_SCALAR || entry->text.n == 0) {
        note(reading, entry->kind == YAML_SCALAR ? where_of(reading, entry->key_at) : where,
             TEXT_CONFIG_ONE_VALUE, entry->key, str_from_c(setting->like), (Str){0});
        return;
    }
    if (is_good(reading, setting, entry->text, where))
        VEC_PUSH(reading->arena, &reading->config->values,
                 (ConfigValue){setting, entry->text, where});
}

static void take_all(const Reading *reading, Str text)
{
    Yaml *yaml = NULL;
    YamlFaults faults = {0};
    Err err = yaml_parse(reading->arena, text, YAML_LIMITS_DEFAULT, &yaml, &faults);
    for (size_t i = 0; err != OK && i < faults.n; i++)
        VEC_PUSH(reading->arena, &reading->config->faults,
                 (ConfigFault){where_of(reading, faults.items[i].at), faults.items[i].message});
    if (err != OK || yaml_is_absent(yaml)) /* an empty file sets nothing */
        return;
    if (yaml->kind != YAML_MAP) {
        note(reading, where_of(reading, yaml->at), TEXT_CONFIG_SHAPE, (Str){0}, (Str){0}, (Str){0});
        return;
    }
    for (const Yaml *entry = yaml->first; entry != NULL; entry = entry->next)
        take_entry(reading, entry);
}

Err config_read(Arena *arena, Str file, Config *ret_config)
{
    *ret_config = (Config){.file = file};
    const Reading reading = {arena, ret_config};
    Str text = {0};
    Err err = os_file_read(arena, file, CONFIG_BYTES_MOST, &text);
    if (err != OK) {
        Wording why = {str_from_c(err_title_zh(err)), str_from_c(err_title_en(err))};
        const Str zh[] = {file, why.zh}, en[] = {file, why.en};
        Wording said = {text_fill(arena, TEXT_CONFIG_UNREADABLE, zh, 2).zh,
                        text_fill(arena, TEXT_CONFIG_UNREADABLE, en, 2).en};
        VEC_PUSH(arena, &ret_config->faults, (ConfigFault){file, said});
        return err;
    }
    take_all(&reading, text);
    return ret_config->faults.n == 0 ? OK : ERR_INVALID;
}

const ConfigValue *config_get(const Config *config, Str name)
{
    for (size_t i = 0; i < config->values.n; i++) {
        if (str_equals_c(name, config->values.items[i].setting->name))
            return &config->values.items[i];
    }
    return NULL;
}
