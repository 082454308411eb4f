/* Errors: one list of codes, each with its HTTP status, exit code and wording.
 *
 * Every fallible function returns Err; OK is 0. Output parameters (ret_...) are written only on
 * success, reterr_... only on failure. The codes stand in errors.def and nowhere else; the text
 * that a user reads names the fault precisely and comes from core/texts.def. */
#pragma once

typedef enum {
    OK = 0,
#define ERR(name, http, exit, zh, en) name,
#include "base/errors.def"
#undef ERR
    ERR_COUNT
} Err;

#define MUST_CHECK                      __attribute__((warn_unused_result))
#define PRINTF_LIKE(format_at, args_at) __attribute__((format(printf, format_at, args_at)))
#define CLEANUP(function)               __attribute__((cleanup(function)))
#define UNUSED                          __attribute__((unused))

/* Returns from the calling function when expr is not OK. Cleanup is by attribute and arena. */
#define TRY(expr)                                                                                  \
 do {                                                                                              \
  Err try_err_ = (expr);                                                                           \
  if (try_err_ != OK)                                                                              \
   return try_err_;                                                                                \
 } while (0)

/* A fault of ours: prints the place and ends the process. Never used for input. */
#define ENSURE(condition)                                                                          \
 do {                                                                                              \
  if (!(condition))                                                                                \
   err_ensure_failed(__FILE__, __LINE__, #condition);                                              \
 } while (0)

#ifdef NDEBUG
# define DCHECK(condition) ((void)0)
#else
# define DCHECK(condition) ENSURE(condition)
#endif

__attribute__((noreturn)) void err_ensure_failed(const char *file, int line, const char *what);

/* "ERR_CONFLICT"; the stable name used in problem documents and logs. */
const char *err_name(Err err);
int err_http_status(Err err);
int err_exit_code(Err err);
/* The general wording of the code, for when nothing more precise was recorded. */
const char *err_title_zh(Err err);
const char *err_title_en(Err err);
