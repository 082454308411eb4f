/* Cryptography, over libsodium and Nettle (the only place that knows them).
 *
 * Sealed value: 1 byte version (1), 4 bytes key id (big-endian), 24 bytes nonce, ciphertext, 16
 * bytes tag. Associated data binds a value to its place (table, column, row), so that it cannot be
 * moved elsewhere. Keys in structs are plain memory: keep them in one place, wipe with
 * os_crypto_wipe. All functions are thread-safe. */
#pragma once

#include "base/str.h"

enum {
    SHA256_SIZE = 32,
    TOKEN_SIZE = 16,
    KEY_SIZE = 32,
    SIGN_KEY_SIZE = 64,
    SIGNATURE_SIZE = 64,
    SEAL_OVERHEAD = 1 + 4 + 24 + 16, /* sealed size - plain size */
};

typedef struct Sha256 {
    uint8_t bytes[SHA256_SIZE];
} Sha256;

typedef struct Sha256Stream {
    _Alignas(16) unsigned char state[128];
} Sha256Stream;

Sha256 sha256_of(Str data);
void sha256_begin(Sha256Stream *stream);
void sha256_add(Sha256Stream *stream, Str data);
Sha256 sha256_end(Sha256Stream *stream);

/* Takes as long whatever the bytes are; only the lengths show. */
bool os_crypto_equals(Str a, Str b);
void os_crypto_wipe(void *secret, size_t n);

/* A secret of 32 bytes and its number, 1 or more, by which sealed values name it. */
typedef struct Key {
    uint32_t id;
    uint8_t bytes[KEY_SIZE];
} Key;

/* A key for one purpose out of a master key. purpose: exactly 8 ASCII characters, such as
 * "ct-seals". Keeps the id. */
Key key_derive(const Key *master, const char *purpose);

typedef struct Token {
    uint8_t bytes[TOKEN_SIZE];
} Token;

/* Keyed hash (BLAKE2b, 16 bytes) by which a sealed value can be searched. */
Token token_of(const Key *key, Str data);

/* With a fresh random nonce. */
Str seal_close(Arena *arena, const Key *key, Str associated, Str plain);
/* keys: the one whose id the value names is used. ERR_MALFORMED: not a sealed value; ERR_NOT_FOUND:
 * its key is not among them; ERR_INVALID: changed, moved, or sealed under another key. */
Err seal_open(Arena *arena, const Key *keys, size_t key_count, Str associated, Str sealed,
              Str *ret_plain) MUST_CHECK;

typedef struct {
    size_t memory; /* bytes */
    unsigned passes;
} PasswordCost;

#define PASSWORD_COST_DEFAULT ((PasswordCost){MIB(19), 2})

/* argon2id; the text carries its parameters and salt. Takes `memory` bytes of its own while it
 * runs: callers bound how many run at once. ERR_FULL when it cannot have them. */
Err password_hash(Arena *arena, Str password, PasswordCost cost, Str *ret_hash) MUST_CHECK;
bool password_is_right(Str password, Str hash);
/* The hash was made at another cost and should be made again at the next log-in. */
bool password_is_dated(Str hash, PasswordCost cost);

/* Ed25519. */
typedef struct {
    uint8_t bytes[SIGN_KEY_SIZE];
} SignKey;

typedef struct {
    uint8_t bytes[KEY_SIZE];
} VerifyKey;

typedef struct {
    uint8_t bytes[SIGNATURE_SIZE];
} Signature;

void sign_keys_from_seed(const uint8_t seed[KEY_SIZE], SignKey *ret_sign, VerifyKey *ret_verify);
Signature signature_of(const SignKey *key, Str data);
bool signature_is_right(const VerifyKey *key, Str data, const Signature *signature);
