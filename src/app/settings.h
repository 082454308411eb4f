/* Looking whether this machine can work with the settings: before the server starts, and by
 * `catchment config check`. Nothing is changed. */
#pragma once

#include "cli/cli.h"

enum { SETTINGS_WORKERS_MOST = 64 };

/* The options of serve; the config commands take the same. */
#define SETTINGS_SERVE_OPTIONS(db_is_required)                                                     \
 {"db", "URL", NULL, (db_is_required), "SQLite file or postgresql:// address"},                    \
     {"packs", "FOLDER", NULL, false, "the packs"}, {"keys", "FILE", NULL, false, "the key file"}, \
     {"place", "CODE", NULL, false, "6-digit county code"},                                        \
     {"address", "ADDRESS", "127.0.0.1", false, "where to listen"},                                \
     {"port", "N", "8080", false, "0 takes any free port"},                                        \
     {"trusted-proxy", "ADDRESS", NULL, false,                                                     \
      "proxy whose last X-Forwarded-For entry is the caller's address"},                           \
     {"tls-cert", "FILE", NULL, false, "certificate (PEM); with --tls-key"},                       \
     {"tls-key", "FILE", NULL, false, "its private key (PEM)"},                                    \
     {"workers", "N", NULL, false, "threads that answer (default: by the processors)"},            \
 {                                                                                                 \
  "log-level", "LEVEL", "info", false, "error, warn, info or debug"                                \
 }
#define SETTINGS_BACKUP_OPTIONS                                                                    \
 {"backup-folder", "FOLDER", NULL, false, "where a backup goes that names no file"},               \
 {                                                                                                 \
  "backup-keep", "N", NULL, false, "keep the newest N of the folder, remove older ones"            \
 }

typedef enum { FINDING_OK, FINDING_WARN, FINDING_FAIL } FindingState;

typedef struct Finding {
    const char *setting;
    FindingState state;
    Err err;   /* of a failure */
    Str where; /* "--port" or file:line:column; empty: built in */
    Wording text;
} Finding;

typedef VEC(Finding) Findings;

/* What must be right before a server opens its database: certificate, mode of the key file, the
 * address and port. */
void settings_check_start(const Cli *cli, Findings *findings);
/* All of it: also packs, database, place, folders. Mistakes in packs are said on standard error. */
void settings_check_all(const Cli *cli, Findings *findings);
