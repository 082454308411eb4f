/* Keys: the secrets of a place, in one file outside the database.
 *
 * Invariants
 *  1. The file is made once, readable by its owner only, and never written over.
 *  2. Sealed values name the seal key that closed them: the newest seals, the older ones still
 * open.
 *  3. Losing the file loses every sealed column; the database alone shows no name.
 *
 * Text file: "catchment-keys 1", then lines "seal <id> <hex>" (one or more, the last one is the
 * newest), "token <id> <hex>", "audit <id> <hex>". Keys are immutable and shared by all threads. */
#pragma once

#include "base/os_crypto.h"

typedef struct Keys Keys;

/* Makes new keys and their file with mode 0600. ERR_CONFLICT when the file exists. */
Err keys_create(Str path, Arena *arena, const Keys **ret_keys) MUST_CHECK;
/* ERR_NOT_FOUND when there is no file, ERR_MALFORMED when it is not a key file; *reterr_line is the
 * line that is wrong, 0 otherwise. */
Err keys_open(Str path, Arena *arena, const Keys **ret_keys, uint32_t *reterr_line) MUST_CHECK;
/* The same from and to text, for tests and for moving keys. */
Err keys_parse(Str text, Arena *arena, const Keys **ret_keys, uint32_t *reterr_line) MUST_CHECK;
/* New keys in memory only: a database that is gone with the process. */
const Keys *keys_make(Arena *arena);
/* associated binds the value to its place: "resident.name" and the id. */
Str keys_seal(const Keys *keys, Arena *arena, Str associated, Str plain);
/* Errors of seal_open. */
Err keys_unseal(const Keys *keys, Arena *arena, Str associated, Str sealed,
                Str *ret_plain) MUST_CHECK;
/* The searchable keyed hash of a sealed value. */
Token keys_token(const Keys *keys, Str data);

/* The audit chain: signing its checkpoints, and a keyed hash of its head. */
Signature keys_sign(const Keys *keys, Str data);
const VerifyKey *keys_verify_key(const Keys *keys);
Token keys_audit_token(const Keys *keys, Str data);
