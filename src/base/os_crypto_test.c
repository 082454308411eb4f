/* Cryptography: known answers of the standards, and what must not open. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/encoding.h"
#include "base/os_crypto.h"

static Arena arena;

/* The least that libsodium allows, so that tests are quick. */
static const PasswordCost cheap = {8192, 1};

static int set_up(void **state)
{
    (void)state;
    arena_init(&arena, MIB(4));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

static void assert_hex(const void *bytes, size_t n, const char *expected)
{
    assert_string_equal(str_to_c(&arena, hex_encode(&arena, (Str){bytes, n})), expected);
}

static Key key_of(uint32_t id, uint8_t fill)
{
    Key key = {.id = id};
    for (size_t i = 0; i < KEY_SIZE; i++)
        key.bytes[i] = (uint8_t)(fill + i);
    return key;
}

static void sha256_gives_the_standards_answers(void **state)
{
    (void)state;
    const char *of_abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    Sha256 hash = sha256_of(STR("abc"));
    assert_hex(hash.bytes, SHA256_SIZE, of_abc);
    hash = sha256_of((Str){0});
    assert_hex(hash.bytes, SHA256_SIZE,
               "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    Sha256Stream stream;
    sha256_begin(&stream);
    sha256_add(&stream, STR("a"));
    sha256_add(&stream, (Str){0});
    sha256_add(&stream, STR("bc"));
    hash = sha256_end(&stream);
    assert_hex(hash.bytes, SHA256_SIZE, of_abc);
}

static void equal_means_same_bytes_and_length(void **state)
{
    (void)state;
    assert_true(os_crypto_equals(STR("secret"), STR("secret")));
    assert_false(os_crypto_equals(STR("secret"), STR("secreT")));
    assert_false(os_crypto_equals(STR("secret"), STR("secrets")));
    assert_true(os_crypto_equals((Str){0}, STR("")));
}

static void a_sealed_value_opens_with_its_key_in_its_place(void **state)
{
    (void)state;
    const Key keys[] = {key_of(1, 7), key_of(2, 99)};
    for (size_t n = 0; n < 40; n++) {
        Str plain = str_slice(STR("示范 0123456789 0123456789 0123456789"), 0, n);
        Str sealed = seal_close(&arena, &keys[1], STR("resident.name"), plain);
        assert_int_equal(sealed.n, plain.n + SEAL_OVERHEAD);
        Str back = {0};
        assert_int_equal(seal_open(&arena, keys, 2, STR("resident.name"), sealed, &back), OK);
        assert_true(str_equals(back, plain));
        assert_int_equal(seal_open(&arena, keys, 2, STR("resident.phone"), sealed, &back),
                         ERR_INVALID);
        assert_int_equal(seal_open(&arena, keys, 1, STR("resident.name"), sealed, &back),
                         ERR_NOT_FOUND);
    }
}

static void a_change_of_any_byte_is_noticed(void **state)
{
    (void)state;
    const Key keys[] = {key_of(1, 7)};
    Str sealed = seal_close(&arena, &keys[0], STR("place"), STR("text"));
    char *bytes = arena_array(&arena, char, sealed.n);
    for (size_t i = 0; i < sealed.n; i++) {
        for (size_t j = 0; j < sealed.n; j++)
            bytes[j] = sealed.p[j];
        bytes[i] ^= 1;
        Str back = {0};
        assert_int_not_equal(
            seal_open(&arena, keys, 1, STR("place"), (Str){bytes, sealed.n}, &back), OK);
    }
    Str back = {0};
    for (size_t n = 0; n < SEAL_OVERHEAD; n++)
        assert_int_equal(seal_open(&arena, keys, 1, STR("place"), str_slice(sealed, 0, n), &back),
                         ERR_MALFORMED);
}

static void the_same_text_is_sealed_differently_each_time(void **state)
{
    (void)state;
    Key key = key_of(1, 7);
    Str a = seal_close(&arena, &key, STR("place"), STR("text"));
    Str b = seal_close(&arena, &key, STR("place"), STR("text"));
    assert_false(str_equals(a, b));
}

static void tokens_depend_on_key_and_text_only(void **state)
{
    (void)state;
    Key one = key_of(1, 1), other = key_of(1, 2);
    Token a = token_of(&one, STR("9966")), b = token_of(&one, STR("9966"));
    assert_memory_equal(a.bytes, b.bytes, TOKEN_SIZE);
    b = token_of(&other, STR("9966"));
    assert_memory_not_equal(a.bytes, b.bytes, TOKEN_SIZE);
    b = token_of(&one, STR("9967"));
    assert_memory_not_equal(a.bytes, b.bytes, TOKEN_SIZE);
}

static void derived_keys_differ_by_purpose(void **state)
{
    (void)state;
    Key master = key_of(3, 1);
    Key seals = key_derive(&master, "ct-seals"), again = key_derive(&master, "ct-seals");
    Key tokens = key_derive(&master, "ct-token");
    assert_int_equal(seals.id, 3);
    assert_memory_equal(seals.bytes, again.bytes, KEY_SIZE);
    assert_memory_not_equal(seals.bytes, tokens.bytes, KEY_SIZE);
    assert_memory_not_equal(seals.bytes, master.bytes, KEY_SIZE);
}

static void a_password_hash_knows_its_password_only(void **state)
{
    (void)state;
    Str hash = {0};
    assert_int_equal(password_hash(&arena, STR("正确 horse"), cheap, &hash), OK);
    assert_true(str_has_prefix(hash, STR("$argon2id$")));
    assert_true(password_is_right(STR("正确 horse"), hash));
    assert_false(password_is_right(STR("正确 Horse"), hash));
    assert_false(password_is_right(STR(""), hash));
    assert_false(password_is_right(STR("x"), STR("not a hash")));
    assert_false(password_is_right(STR("x"), (Str){0}));
}

static void a_hash_at_another_cost_is_dated(void **state)
{
    (void)state;
    Str hash = {0};
    assert_int_equal(password_hash(&arena, STR("word"), cheap, &hash), OK);
    assert_false(password_is_dated(hash, cheap));
    assert_true(password_is_dated(hash, PASSWORD_COST_DEFAULT));
    assert_true(password_is_dated(STR("plain"), cheap));
}

/* RFC 8032, section 7.1, test 1: the empty message. */
static void ed25519_gives_the_standards_answers(void **state)
{
    (void)state;
    Str seed = {0};
    assert_int_equal(
        hex_decode(&arena, STR("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"),
                   &seed),
        OK);
    SignKey sign;
    VerifyKey verify;
    sign_keys_from_seed((const uint8_t *)seed.p, &sign, &verify);
    assert_hex(verify.bytes, KEY_SIZE,
               "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
    Signature signature = signature_of(&sign, (Str){0});
    assert_hex(signature.bytes, SIGNATURE_SIZE,
               "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
               "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b");
    assert_true(signature_is_right(&verify, (Str){0}, &signature));
    assert_false(signature_is_right(&verify, STR("x"), &signature));
    signature.bytes[0] ^= 1;
    assert_false(signature_is_right(&verify, (Str){0}, &signature));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sha256_gives_the_standards_answers),
        cmocka_unit_test(equal_means_same_bytes_and_length),
        cmocka_unit_test(a_sealed_value_opens_with_its_key_in_its_place),
        cmocka_unit_test(a_change_of_any_byte_is_noticed),
        cmocka_unit_test(the_same_text_is_sealed_differently_each_time),
        cmocka_unit_test(tokens_depend_on_key_and_text_only),
        cmocka_unit_test(derived_keys_differ_by_purpose),
        cmocka_unit_test(a_password_hash_knows_its_password_only),
        cmocka_unit_test(a_hash_at_another_cost_is_dated),
        cmocka_unit_test(ed25519_gives_the_standards_answers),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
