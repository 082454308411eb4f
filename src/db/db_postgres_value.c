/* PostgreSQL's binary form: numbers are big-endian, numeric is groups of four decimal digits. */
#include "db/db_postgres_int.h"

#include <stdio.h>
#include <string.h>

#include "base/num.h"

enum {
    OID_BOOL = 16,
    OID_BYTEA = 17,
    OID_NAME = 19,
    OID_INT8 = 20,
    OID_INT2 = 21,
    OID_INT4 = 23,
    OID_TEXT = 25,
    OID_FLOAT4 = 700,
    OID_FLOAT8 = 701,
    OID_UNKNOWN = 705,
    OID_BPCHAR = 1042,
    OID_VARCHAR = 1043,
    OID_NUMERIC = 1700,
    OID_UUID = 2950,
};

enum {
    NUMERIC_HEADER = 8,
    NUMERIC_NEGATIVE = 0x4000,
    NUMERIC_GROUPS_MOST = 10,
    NUMERIC_TEXT_SIZE = 60,
};

uint32_t db_postgres_type(DbType type)
{
    static const uint32_t oids[] = {
        [DB_INTEGER] = OID_INT8, [DB_DECIMAL] = OID_FLOAT8, [DB_TEXT] = OID_TEXT,
        [DB_DATE] = OID_TEXT,    [DB_UUID] = OID_UUID,      [DB_INSTANT] = OID_INT8,
        [DB_BYTES] = OID_BYTEA,
    };
    return oids[type];
}

static void put_big_endian(char *out, uint64_t value, size_t n)
{
    for (size_t i = 0; i < n; i++)
        out[i] = (char)(unsigned char)(value >> (8 * (n - 1 - i)));
}

static uint64_t get_big_endian(const char *in, size_t n)
{
    uint64_t value = 0;
    for (size_t i = 0; i < n; i++)
        value = value << 8 | (unsigned char)in[i];
    return value;
}

void db_postgres_encode(const DbValue *value, char slot[DB_POSTGRES_SLOT], Str *ret_bytes)
{
    uint64_t bits = 0;
    switch (value->type) {
    case DB_INTEGER: bits = (uint64_t)value->as.integer; break;
    case DB_INSTANT: bits = (uint64_t)value->as.instant.ms; break;
    case DB_DECIMAL: memcpy(&bits, &value->as.decimal, sizeof bits); break;
    case DB_TEXT:
    case DB_BYTES: *ret_bytes = value->as.text.n == 0 ? (Str){"", 0} : value->as.text; return;
    case DB_UUID: *ret_bytes = (Str){(const char *)value->as.uuid.bytes, 16}; return;
    case DB_DATE:
        date_format(value->as.date, slot);
        *ret_bytes = (Str){slot, DATE_TEXT_SIZE - 1};
        return;
    }
    put_big_endian(slot, bits, sizeof bits);
    *ret_bytes = (Str){slot, sizeof bits};
}

static bool is_integer(uint32_t oid)
{
    return oid == OID_INT8 || oid == OID_INT4 || oid == OID_INT2 || oid == OID_BOOL
           || oid == OID_NUMERIC;
}

bool db_postgres_can_give(uint32_t oid, DbType type)
{
    switch (type) {
    case DB_INTEGER:
    case DB_INSTANT: return is_integer(oid);
    case DB_DECIMAL: return oid == OID_FLOAT8 || oid == OID_FLOAT4 || is_integer(oid);
    case DB_TEXT:
    case DB_DATE:
        return oid == OID_TEXT || oid == OID_VARCHAR || oid == OID_BPCHAR || oid == OID_NAME
               || oid == OID_UNKNOWN;
    case DB_UUID: return oid == OID_UUID;
    case DB_BYTES: return oid == OID_BYTEA;
    }
    return false;
}

/* Numeric: group count, weight, sign, scale, groups. Its first groups say more than a double keeps.
 */
static bool numeric_decimal(Str bytes, double *ret)
{
    if (bytes.n < NUMERIC_HEADER)
        return false;
    size_t group_n = get_big_endian(bytes.p, 2);
    int weight = (int16_t)get_big_endian(bytes.p + 2, 2);
    uint64_t sign = get_big_endian(bytes.p + 4, 2);
    if ((sign & ~(uint64_t)NUMERIC_NEGATIVE) != 0 || bytes.n != NUMERIC_HEADER + 2 * group_n)
        return false; /* not a number, or infinite */
    char text[NUMERIC_TEXT_SIZE];
    size_t n = 0, used = group_n < NUMERIC_GROUPS_MOST ? group_n : NUMERIC_GROUPS_MOST;
    if (sign == NUMERIC_NEGATIVE)
        text[n++] = '-';
    if (used == 0)
        text[n++] = '0';
    for (size_t i = 0; i < used; i++) {
        unsigned group = (unsigned)get_big_endian(bytes.p + NUMERIC_HEADER + 2 * i, 2) % 10000;
        n += (size_t)snprintf(text + n, sizeof text - n, i == 0 ? "%u" : "%04u", group);
    }
    n += (size_t)snprintf(text + n, sizeof text - n, "e%d", (weight + 1 - (int)used) * 4);
    return num_parse_double((Str){text, n}, ret) == OK;
}

static bool numeric_integer(Str bytes, int64_t *ret)
{
    if (bytes.n < NUMERIC_HEADER)
        return false;
    size_t group_n = get_big_endian(bytes.p, 2);
    int weight = (int16_t)get_big_endian(bytes.p + 2, 2);
    uint64_t sign = get_big_endian(bytes.p + 4, 2);
    if ((sign & ~(uint64_t)NUMERIC_NEGATIVE) != 0 || bytes.n != NUMERIC_HEADER + 2 * group_n
        || (group_n > 0 && (weight < 0 || weight > 4)))
        return false;
    int64_t value = 0;
    for (int i = 0; i <= weight; i++) {
        size_t at = NUMERIC_HEADER + 2 * (size_t)i;
        int64_t group = (size_t)i < group_n ? (int64_t)get_big_endian(bytes.p + at, 2) : 0;
        if (__builtin_mul_overflow(value, 10000, &value)
            || __builtin_sub_overflow(value, group, &value)) /* negative: INT64_MIN fits */
            return false;
    }
    for (size_t i = (size_t)weight + 1; group_n > 0 && i < group_n; i++) {
        if (get_big_endian(bytes.p + NUMERIC_HEADER + 2 * i, 2) != 0)
            return false;
    }
    if (sign == 0 && value == INT64_MIN)
        return false;
    *ret = sign == 0 ? -value : value;
    return true;
}

static bool decode_integer(uint32_t oid, Str bytes, int64_t *ret)
{
    if (oid == OID_NUMERIC)
        return numeric_integer(bytes, ret);
    size_t size = oid == OID_INT8 ? 8 : oid == OID_INT4 ? 4 : oid == OID_INT2 ? 2 : 1;
    if (bytes.n != size)
        return false;
    uint64_t bits = get_big_endian(bytes.p, size);
    if (oid == OID_INT4)
        *ret = (int32_t)(uint32_t)bits;
    else if (oid == OID_INT2)
        *ret = (int16_t)(uint16_t)bits;
    else
        *ret = (int64_t)bits;
    return true;
}

static bool decode_decimal(uint32_t oid, Str bytes, double *ret)
{
    int64_t integer = 0;
    if (oid == OID_FLOAT8 && bytes.n == 8) {
        uint64_t bits = get_big_endian(bytes.p, 8);
        memcpy(ret, &bits, sizeof bits);
        return true;
    }
    if (oid == OID_FLOAT4 && bytes.n == 4) {
        uint32_t bits = (uint32_t)get_big_endian(bytes.p, 4);
        float value = 0;
        memcpy(&value, &bits, sizeof bits);
        *ret = (double)value;
        return true;
    }
    if (oid == OID_NUMERIC)
        return numeric_decimal(bytes, ret);
    if (oid == OID_FLOAT8 || oid == OID_FLOAT4 || !decode_integer(oid, bytes, &integer))
        return false;
    *ret = (double)integer;
    return true;
}

bool db_postgres_decode(uint32_t oid, Str bytes, DbType type, DbValue *ret)
{
    *ret = (DbValue){.type = type};
    switch (type) {
    case DB_INTEGER: return decode_integer(oid, bytes, &ret->as.integer);
    case DB_INSTANT: return decode_integer(oid, bytes, &ret->as.instant.ms);
    case DB_DECIMAL: return decode_decimal(oid, bytes, &ret->as.decimal);
    case DB_TEXT:
    case DB_BYTES: ret->as.text = bytes.n == 0 ? (Str){"", 0} : bytes; return true;
    case DB_DATE: return date_parse(bytes, &ret->as.date) == OK;
    case DB_UUID:
        if (bytes.n != sizeof ret->as.uuid.bytes)
            return false;
        memcpy(ret->as.uuid.bytes, bytes.p, bytes.n);
        return true;
    }
    return false;
}

static void put_number(Buf *out, uint64_t value, size_t n)
{
    char bytes[8];
    put_big_endian(bytes, value, n);
    buf_put(out, (Str){bytes, n});
}

void db_postgres_copy_begin(Buf *out)
{
    static const char head[] = "PGCOPY\n\377\r\n";
    buf_put(out, (Str){head, sizeof head}); /* its NUL belongs to it */
    put_number(out, 0, 4);                  /* flags */
    put_number(out, 0, 4);                  /* header extension */
}

void db_postgres_copy_row(Buf *out, const DbValue *values, size_t n)
{
    put_number(out, n, 2);
    for (size_t i = 0; i < n; i++) {
        char slot[DB_POSTGRES_SLOT];
        Str bytes = {NULL, 0};
        if (values[i].is_null) {
            put_number(out, UINT32_MAX, 4);
            continue;
        }
        db_postgres_encode(&values[i], slot, &bytes);
        put_number(out, bytes.n, 4);
        buf_put(out, bytes);
    }
}

void db_postgres_copy_end(Buf *out)
{
    put_number(out, UINT16_MAX, 2);
}
