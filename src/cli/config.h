/* The settings file: what every command on this machine would otherwise be told by options.
 *
 *     db: /var/lib/catchment/county.db
 *     port: 443
 *
 * The YAML of the packs, one line a setting; a setting has the name of the option that it stands
 * for. Invariants
 *  1. What is typed wins over the file, the file over what is built in.
 *  2. keys and place belong to db: they come from the file only together with it, so that a command
 *     on another database never meets the county's keys.
 *  3. No secret stands in it: the address of a database may not hold a password. */
#pragma once

#include "codec/yaml.h"
#include "core/texts.h"

#define CONFIG_DEFAULT "/etc/catchment/catchment.yaml"

typedef enum {
    CONFIG_TEXT,
    CONFIG_DATABASE, /* an absolute path, or a postgresql:// address without a password */
    CONFIG_PATH,     /* absolute */
    CONFIG_INTEGER,
    CONFIG_CHOICE,
    CONFIG_DIGITS,
} ConfigKind;

typedef struct ConfigSetting {
    const char *name;
    ConfigKind kind;
    int64_t low, high; /* of an integer; low: how many digits */
    const char *words; /* of a choice: "info debug" */
    const char *like;  /* an example of a value */
} ConfigSetting;

/* Ends with a NULL name. */
extern const ConfigSetting config_settings[];

typedef struct ConfigValue {
    const ConfigSetting *setting;
    Str text;
    Str where; /* file:line:column of the value */
} ConfigValue;

typedef struct ConfigFault {
    Str where; /* file:line:column, or the file */
    Wording text;
} ConfigFault;

typedef struct Config {
    Str file; /* empty: there is none */
    VEC(ConfigValue) values;
    VEC(ConfigFault) faults;
} Config;

/* Every fault in one go. ERR_NOT_FOUND, ERR_FORBIDDEN or ERR_IO (no such file, not readable),
 * ERR_INVALID (its content); then there is at least one fault. */
Err config_read(Arena *arena, Str file, Config *ret_config) MUST_CHECK;
/* NULL when the file does not set it. */
const ConfigValue *config_get(const Config *config, Str name);
/* Whether an address tells a password, which whoever lists processes or reads a log would see. */
bool config_has_password(Str url);
