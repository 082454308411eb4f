/* The only file that knows libsodium, and Nettle for SHA-256: it uses the processor's own
 * instructions for it and so takes a fifth of the time. */
#include "base/os_crypto.h"

#include <assert.h>
#include <nettle/sha2.h>
#include <pthread.h>
#include <sodium.h>
#include <string.h>

enum {
    SEAL_VERSION = 1,
    SEAL_NONCE_AT = 5,
    SEAL_TEXT_AT = 5 + crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
    PURPOSE_SIZE = crypto_kdf_CONTEXTBYTES,
};

static_assert((int)SHA256_SIZE == (int)SHA256_DIGEST_SIZE, "size of SHA-256");
static_assert(sizeof(Sha256Stream) >= sizeof(struct sha256_ctx), "room for the state");
static_assert((int)KEY_SIZE == (int)crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "size of a key");
static_assert((int)KEY_SIZE == (int)crypto_kdf_KEYBYTES, "size of a master key");
static_assert((int)KEY_SIZE == (int)crypto_sign_SEEDBYTES, "size of a seed");
static_assert((int)KEY_SIZE == (int)crypto_sign_PUBLICKEYBYTES, "size of a public key");
static_assert((int)SIGN_KEY_SIZE == (int)crypto_sign_SECRETKEYBYTES, "size of a signing key");
static_assert((int)SIGNATURE_SIZE == (int)crypto_sign_BYTES, "size of a signature");
static_assert((int)TOKEN_SIZE == (int)crypto_generichash_BYTES_MIN, "size of a token");
static_assert((int)SEAL_OVERHEAD
                  == (int)SEAL_TEXT_AT + (int)crypto_aead_xchacha20poly1305_ietf_ABYTES,
              "layout of a sealed value");

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void start_sodium(void)
{
    ENSURE(sodium_init() >= 0);
}

static void be_ready(void)
{
    ENSURE(pthread_once(&once, start_sodium) == 0);
}

/* libsodium wants pointers even for nothing. */
static const unsigned char *bytes_of(Str data)
{
    return (const unsigned char *)(data.p == NULL ? "" : data.p);
}

static struct sha256_ctx *state_of(Sha256Stream *stream)
{
    return (struct sha256_ctx *)(void *)stream->state;
}

void sha256_begin(Sha256Stream *stream)
{
    sha256_init(state_of(stream));
}

void sha256_add(Sha256Stream *stream, Str data)
{
    sha256_update(state_of(stream), data.n, bytes_of(data));
}

Sha256 sha256_end(Sha256Stream *stream)
{
    Sha256 hash;
    sha256_digest(state_of(stream), SHA256_SIZE, hash.bytes);
    return hash;
}

Sha256 sha256_of(Str data)
{
    Sha256Stream stream;
    sha256_begin(&stream);
    sha256_add(&stream, data);
    return sha256_end(&stream);
}

bool os_crypto_equals(Str a, Str b)
{
    be_ready();
    return a.n == b.n && sodium_memcmp(bytes_of(a), bytes_of(b), a.n) == 0;
}

void os_crypto_wipe(void *secret, size_t n)
{
    sodium_memzero(secret, n);
}

Key key_derive(const Key *master, const char *purpose)
{
    ENSURE(strlen(purpose) == PURPOSE_SIZE);
    be_ready();
    Key key = {.id = master->id};
    ENSURE(crypto_kdf_derive_from_key(key.bytes, KEY_SIZE, 1, purpose, master->bytes) == 0);
    return key;
}

Token token_of(const Key *key, Str data)
{
    Token token;
    be_ready();
    ENSURE(crypto_generichash(token.bytes, TOKEN_SIZE, bytes_of(data), data.n, key->bytes, KEY_SIZE)
           == 0);
    return token;
}

static void put_key_id(unsigned char *to, uint32_t id)
{
    for (int i = 0; i < 4; i++)
        to[i] = (unsigned char)(id >> (24 - 8 * i));
}

static uint32_t get_key_id(const unsigned char *from)
{
    return (uint32_t)from[0] << 24 | (uint32_t)from[1] << 16 | (uint32_t)from[2] << 8 | from[3];
}

/* What is authenticated besides the text: the head of the value, so that version and key id cannot
 * be changed, then the caller's data. */
static Str full_associated(Arena *arena, const unsigned char *head, Str associated)
{
    char *text = arena_array(arena, char, SEAL_NONCE_AT + associated.n);
    memcpy(text, head, SEAL_NONCE_AT);
    if (associated.n > 0)
        memcpy(text + SEAL_NONCE_AT, associated.p, associated.n);
    return (Str){text, SEAL_NONCE_AT + associated.n};
}

Str seal_close(Arena *arena, const Key *key, Str associated, Str plain)
{
    be_ready();
    unsigned char *sealed = arena_alloc(arena, plain.n + SEAL_OVERHEAD);
    sealed[0] = SEAL_VERSION;
    put_key_id(sealed + 1, key->id);
    randombytes_buf(sealed + SEAL_NONCE_AT, SEAL_TEXT_AT - SEAL_NONCE_AT);
    ArenaMark mark = arena_mark(arena);
    Str full = full_associated(arena, sealed, associated);
    unsigned long long n = 0;
    ENSURE(crypto_aead_xchacha20poly1305_ietf_encrypt(sealed + SEAL_TEXT_AT, &n, bytes_of(plain),
                                                      plain.n, bytes_of(full), full.n, NULL,
                                                      sealed + SEAL_NONCE_AT, key->bytes)
           == 0);
    arena_reset_to(arena, mark);
    return (Str){(const char *)sealed, SEAL_TEXT_AT + (size_t)n};
}

static const Key *find_key(const Key *keys, size_t key_count, uint32_t id)
{
    for (size_t i = 0; i < key_count; i++)
        if (keys[i].id == id)
            return &keys[i];
    return NULL;
}

Err seal_open(Arena *arena, const Key *keys, size_t key_count, Str associated, Str sealed,
              Str *ret_plain)
{
    be_ready();
    const unsigned char *bytes = bytes_of(sealed);
    if (sealed.n < SEAL_OVERHEAD || bytes[0] != SEAL_VERSION)
        return ERR_MALFORMED;
    const Key *key = find_key(keys, key_count, get_key_id(bytes + 1));
    if (key == NULL)
        return ERR_NOT_FOUND;
    unsigned char *plain = arena_alloc(arena, sealed.n - SEAL_OVERHEAD);
    ArenaMark mark = arena_mark(arena);
    Str full = full_associated(arena, bytes, associated);
    unsigned long long n = 0;
    int code = crypto_aead_xchacha20poly1305_ietf_decrypt(
        plain, &n, NULL, bytes + SEAL_TEXT_AT, sealed.n - SEAL_TEXT_AT, bytes_of(full), full.n,
        bytes + SEAL_NONCE_AT, key->bytes);
    arena_reset_to(arena, mark);
    if (code != 0)
        return ERR_INVALID;
    *ret_plain = (Str){(const char *)plain, (size_t)n};
    return OK;
}

Err password_hash(Arena *arena, Str password, PasswordCost cost, Str *ret_hash)
{
    be_ready();
    char text[crypto_pwhash_STRBYTES];
    if (crypto_pwhash_str(text, password.p == NULL ? "" : password.p, password.n, cost.passes,
                          cost.memory)
        != 0)
        return ERR_FULL;
    *ret_hash = str_copy(arena, str_from_c(text));
    return OK;
}

/* false when it is too long to be one of ours. */
static bool hash_text(Str hash, char out[crypto_pwhash_STRBYTES])
{
    if (hash.n == 0 || hash.n >= crypto_pwhash_STRBYTES)
        return false;
    memset(out, 0, crypto_pwhash_STRBYTES);
    memcpy(out, hash.p, hash.n);
    return true;
}

bool password_is_right(Str password, Str hash)
{
    be_ready();
    char text[crypto_pwhash_STRBYTES];
    return hash_text(hash, text)
           && crypto_pwhash_str_verify(text, password.p == NULL ? "" : password.p, password.n) == 0;
}

bool password_is_dated(Str hash, PasswordCost cost)
{
    be_ready();
    char text[crypto_pwhash_STRBYTES];
    return !hash_text(hash, text)
           || crypto_pwhash_str_needs_rehash(text, cost.passes, cost.memory) != 0;
}

void sign_keys_from_seed(const uint8_t seed[KEY_SIZE], SignKey *ret_sign, VerifyKey *ret_verify)
{
    be_ready();
    ENSURE(crypto_sign_seed_keypair(ret_verify->bytes, ret_sign->bytes, seed) == 0);
}

Signature signature_of(const SignKey *key, Str data)
{
    Signature signature;
    be_ready();
    ENSURE(crypto_sign_detached(signature.bytes, NULL, bytes_of(data), data.n, key->bytes) == 0);
    return signature;
}

bool signature_is_right(const VerifyKey *key, Str data, const Signature *signature)
{
    be_ready();
    return crypto_sign_verify_detached(signature->bytes, bytes_of(data), data.n, key->bytes) == 0;
}
