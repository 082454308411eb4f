/* Keys: reading and making the key file, and what is done with each key. */
#include "core/keys.h"

#include "base/buf.h"
#include "base/encoding.h"
#include "base/num.h"
#include "base/os_file.h"
#include "base/os_random.h"
#include "base/vec.h"

enum {
    FILE_SIZE_MOST = 16 * 1024,
    FILE_MODE = 0600,
};

struct Keys {
    Key *seals; /* the newest last */
    size_t seal_n;
    Key token;
    Key audit;      /* seed of the signing key */
    Key audit_head; /* derived from audit */
    SignKey sign;
    VerifyKey verify;
};

static void finish(Keys *keys)
{
    keys->audit_head = key_derive(&keys->audit, "ct-audit");
    sign_keys_from_seed(keys->audit.bytes, &keys->sign, &keys->verify);
}

static Key new_key(uint32_t id)
{
    Key key = {.id = id};
    os_random_bytes(key.bytes, sizeof key.bytes);
    return key;
}

const Keys *keys_make(Arena *arena)
{
    Keys *keys = arena_new(arena, Keys);
    keys->seals = arena_new(arena, Key);
    keys->seals[0] = new_key(1);
    keys->seal_n = 1;
    keys->token = new_key(1);
    keys->audit = new_key(1);
    finish(keys);
    return keys;
}

static void put_key(Buf *text, Arena *arena, const char *kind, const Key *key)
{
    Str hex = hex_encode(arena, (Str){(const char *)key->bytes, KEY_SIZE});
    buf_printf(text, "%s %u %.*s\n", kind, (unsigned)key->id, STR_ARG(hex));
}

Err keys_create(Str path, Arena *arena, const Keys **ret_keys)
{
    const Keys *keys = keys_make(arena);
    Buf text;
    buf_init(&text, arena, FILE_SIZE_MOST);
    buf_put_c(&text, "catchment-keys 1\n");
    put_key(&text, arena, "seal", &keys->seals[0]);
    put_key(&text, arena, "token", &keys->token);
    put_key(&text, arena, "audit", &keys->audit);
    Err err = os_file_create(path, buf_str(&text), FILE_MODE);
    os_crypto_wipe(text.p, text.n);
    TRY(err);
    *ret_keys = keys;
    return OK;
}

static Err read_key(Str line, Arena *arena, Str *ret_kind, Key *ret_key)
{
    Str rest = line;
    Str kind;
    Str id_text;
    int64_t id = 0;
    Str bytes;
    if (!str_cut(&rest, ' ', &kind) || !str_cut(&rest, ' ', &id_text)
        || num_parse_i64(id_text, &id) != OK || id < 1 || id > UINT32_MAX)
        return ERR_MALFORMED;
    TRY(hex_decode(arena, rest, &bytes));
    if (bytes.n != KEY_SIZE)
        return ERR_MALFORMED;
    *ret_kind = kind;
    ret_key->id = (uint32_t)id;
    for (size_t i = 0; i < KEY_SIZE; i++)
        ret_key->bytes[i] = (uint8_t)bytes.p[i];
    return OK;
}

typedef struct {
    VEC(Key) seals;
    Key token;
    Key audit;
} KeyLines;

/* Each kind but seal stands once; seal ids rise. */
static Err take_line(KeyLines *lines, Str line, Arena *arena)
{
    Str kind;
    Key key = {0};
    TRY(read_key(line, arena, &kind, &key));
    if (str_equals_c(kind, "seal")) {
        if (lines->seals.n > 0 && lines->seals.items[lines->seals.n - 1].id >= key.id)
            return ERR_MALFORMED;
        VEC_PUSH(arena, &lines->seals, key);
        return OK;
    }
    Key *target = str_equals_c(kind, "token")   ? &lines->token
                  : str_equals_c(kind, "audit") ? &lines->audit
                                                : NULL;
    if (target == NULL || target->id != 0)
        return ERR_MALFORMED;
    *target = key;
    return OK;
}

Err keys_parse(Str text, Arena *arena, const Keys **ret_keys, uint32_t *reterr_line)
{
    KeyLines lines = {0};
    Str rest = text;
    Str line;
    uint32_t number = 0;
    while (rest.n > 0 && str_cut(&rest, '\n', &line)) {
        number++;
        Err err = number == 1 ? (str_equals_c(line, "catchment-keys 1") ? OK : ERR_MALFORMED)
                  : line.n == 0 && rest.n == 0 ? OK
                                               : take_line(&lines, line, arena);
        if (err != OK) {
            *reterr_line = number;
            return ERR_MALFORMED;
        }
    }
    if (lines.seals.n == 0 || lines.token.id == 0 || lines.audit.id == 0) {
        *reterr_line = number;
        return ERR_MALFORMED;
    }
    Keys *keys = arena_new(arena, Keys);
    *keys = (Keys){.seals = lines.seals.items,
                   .seal_n = lines.seals.n,
                   .token = lines.token,
                   .audit = lines.audit};
    finish(keys);
    *ret_keys = keys;
    return OK;
}

Err keys_open(Str path, Arena *arena, const Keys **ret_keys, uint32_t *reterr_line)
{
    Str text;
    Err err = os_file_read(arena, path, FILE_SIZE_MOST, &text);
    if (err != OK) {
        *reterr_line = 0;
        return err;
    }
    return keys_parse(text, arena, ret_keys, reterr_line);
}

Str keys_seal(const Keys *keys, Arena *arena, Str associated, Str plain)
{
    return seal_close(arena, &keys->seals[keys->seal_n - 1], associated, plain);
}

Err keys_unseal(const Keys *keys, Arena *arena, Str associated, Str sealed, Str *ret_plain)
{
    return seal_open(arena, keys->seals, keys->seal_n, associated, sealed, ret_plain);
}

Token keys_token(const Keys *keys, Str data)
{
    return token_of(&keys->token, data);
}

Signature keys_sign(const Keys *keys, Str data)
{
    return signature_of(&keys->sign, data);
}

const VerifyKey *keys_verify_key(const Keys *keys)
{
    return &keys->verify;
}

Token keys_audit_token(const Keys *keys, Str data)
{
    return token_of(&keys->audit_head, data);
}
