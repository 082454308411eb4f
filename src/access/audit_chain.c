/* The audit chain: what is hashed, and the appending of entries and checkpoints in a transaction.
 *
 * Canonical text: each field as "<bytes>:<content>,", numbers in decimal, ids and hashes in
 * hexadecimal, so that no two entries share a text. An entry's hash is the SHA-256 of place,
 * writer, seq, at, account, action, subject, object, detail and the hash before it (32 zero bytes
 * for the first). A checkpoint signs place, writer, number, at, the signature before it, and
 * writer, seq and hash of every head. */
#include "access/access_int.h"
#include "access/audit_sql.h"
#include "access/limits.h"
#include "base/buf.h"
#include "base/encoding.h"
#include "base/os_random.h"
#include "base/os_thread.h"
#include "base/utf8.h"
#include "base/vec.h"

#include <string.h>

enum { CANONICAL_MOST = 64 * 1024 };

static Mutex gate = {PTHREAD_MUTEX_INITIALIZER};
static Uuid process_writer; /* guarded by gate until it is set; then constant */

Uuid audit_writer(void)
{
    MUTEX_HOLD(&gate);
    if (uuid_is_nil(process_writer))
        process_writer = os_random_uuid();
    return process_writer;
}

enum { DECIMAL_SIZE = 20 }; /* of the largest number, with its sign */

/* Without printf: an entry has a dozen fields, and every record and request an entry. */
static Str decimal(int64_t value, char text[DECIMAL_SIZE])
{
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    size_t at = DECIMAL_SIZE;
    do
        text[--at] = (char)('0' + rest % 10);
    while ((rest /= 10) > 0);
    if (value < 0)
        text[--at] = '-';
    return (Str){text + at, DECIMAL_SIZE - at};
}

static void put_field(Buf *buf, Str content)
{
    char length[DECIMAL_SIZE];
    buf_put(buf, decimal((int64_t)content.n, length));
    buf_put_char(buf, ':');
    buf_put(buf, content);
    buf_put_char(buf, ',');
}

static void put_integer(Buf *buf, int64_t value)
{
    char text[DECIMAL_SIZE];
    put_field(buf, decimal(value, text));
}

static void put_id(Buf *buf, Uuid id)
{
    char text[UUID_TEXT_SIZE];
    put_field(buf, uuid_is_nil(id) ? STR("") : str_from_c(uuid_format(id, text)));
}

static void put_bytes(Buf *buf, Str bytes)
{
    put_field(buf, hex_encode(buf->arena, bytes));
}

Sha256 audit_link_hash(Arena *arena, Str place, const AuditLink *link)
{
    Buf buf;
    buf_init(&buf, arena, CANONICAL_MOST);
    put_field(&buf, place);
    put_id(&buf, link->writer);
    put_integer(&buf, link->seq);
    put_integer(&buf, link->row.at.ms);
    put_id(&buf, link->row.account);
    put_field(&buf, link->row.entry.action);
    put_id(&buf, link->row.entry.subject);
    put_id(&buf, link->row.entry.object);
    put_field(&buf, link->row.entry.detail);
    put_bytes(&buf, link->previous_hash);
    return sha256_of(buf_str(&buf));
}

Token audit_head_token(Cx *cx, Uuid writer, int64_t seq, Str hash)
{
    Buf buf;
    buf_init(&buf, cx->arena, CANONICAL_MOST);
    put_field(&buf, cx->place);
    put_id(&buf, writer);
    put_integer(&buf, seq);
    put_bytes(&buf, hash);
    return keys_audit_token(cx->keys, buf_str(&buf));
}

Str audit_checkpoint_text(Arena *arena, Str place, Uuid writer, int64_t number, Instant at,
                          Str previous_signature, const AuditHead *heads, size_t head_n)
{
    Buf buf;
    buf_init(&buf, arena, MIB(16));
    put_field(&buf, place);
    put_id(&buf, writer);
    put_integer(&buf, number);
    put_integer(&buf, at.ms);
    put_bytes(&buf, previous_signature);
    for (size_t i = 0; i < head_n; i++) {
        put_id(&buf, heads[i].writer);
        put_integer(&buf, heads[i].seq);
        put_bytes(&buf, heads[i].hash);
    }
    return buf_str(&buf);
}

/* The first hash of a chain continues this. */
static Str zero_hash(void)
{
    static const char zeros[SHA256_SIZE] = {0};
    return (Str){zeros, SHA256_SIZE};
}

static Err append_one(Cx *cx, Uuid writer, const AuditRow *row, int64_t *seq, Str *hash)
{
    AuditLink link = {.writer = writer, .seq = *seq + 1, .row = *row, .previous_hash = *hash};
    Str cut = str_slice(row->entry.detail, 0, AUDIT_DETAIL_MOST);
    link.row.entry.detail = str_slice(cut, 0, utf8_valid_prefix(cut));
    Sha256 link_hash = audit_link_hash(cx->arena, cx->place, &link);
    *hash = str_copy(cx->arena, (Str){(const char *)link_hash.bytes, SHA256_SIZE});
    *seq = link.seq;
    AuditEntryInsertIn in = {.place = cx->place,
                             .writer = writer,
                             .seq = link.seq,
                             .at = row->at,
                             .account = row->account,
                             .action = row->entry.action,
                             .subject_id = row->entry.subject,
                             .object_id = row->entry.object,
                             .detail =
                                 link.row.entry.detail.n > 0 ? link.row.entry.detail : STR(""),
                             .previous_hash = link.previous_hash,
                             .hash = *hash};
    return audit_entry_insert(cx->db, &in);
}

static Err sign_heads(Cx *cx, void *arg);

enum { PLACE_MOST = 16 };

/* The head of this process's chain while a transaction appends to it: one write of its row. */
typedef struct {
    char place[PLACE_MOST];
    size_t place_n;
    int64_t seq;
    char hash[SHA256_SIZE];
    const Keys *keys;
} KeptHead;

static Str place_of(const KeptHead *head)
{
    return (Str){head->place, head->place_n};
}

static Err write_head(Db *db, const void *value)
{
    const KeptHead *head = value;
    Arena arena;
    arena_init(&arena, KIB(64));
    Cx cx = {.arena = &arena, .db = db, .keys = head->keys, .place = place_of(head)};
    Str hash = {head->hash, SHA256_SIZE};
    Token token = audit_head_token(&cx, audit_writer(), head->seq, hash);
    AuditHeadWriteIn in = {.place = cx.place,
                           .writer = audit_writer(),
                           .seq = head->seq,
                           .hash = hash,
                           .head_token = {(const char *)token.bytes, TOKEN_SIZE}};
    Err err = audit_head_write(db, &in);
    arena_done(&arena);
    return err;
}

static const DbKept kept_head = {write_head};

/* As the transaction has left it, or as it is stored. */
static Err find_head(Cx *cx, KeptHead *ret_head)
{
    const void *kept = db_kept(cx->db, &kept_head);
    if (kept != NULL)
        memcpy(ret_head, kept, sizeof *ret_head);
    if (kept != NULL && str_equals(place_of(ret_head), cx->place))
        return OK;
    TRY(db_kept_write(cx->db)); /* of another place */
    AuditHeadByWriterIn find = {.place = cx->place, .writer = audit_writer()};
    AuditHeadByWriterRow row = {0};
    bool is_found = false;
    TRY(audit_head_by_writer(cx->db, cx->arena, &find, &row, &is_found));
    Str hash = is_found ? row.hash : zero_hash();
    ENSURE(cx->place.n <= PLACE_MOST && hash.n == SHA256_SIZE);
    *ret_head = (KeptHead){.place_n = cx->place.n, .seq = is_found ? row.seq : 0, .keys = cx->keys};
    memcpy(ret_head->place, cx->place.p, cx->place.n);
    memcpy(ret_head->hash, hash.p, hash.n);
    return OK;
}

Err audit_append(Cx *cx, const AuditRow *rows, size_t n)
{
    DCHECK(cx->is_writing);
    KeptHead head;
    TRY(find_head(cx, &head));
    int64_t first_seq = head.seq;
    Str hash = {head.hash, SHA256_SIZE};
    for (size_t i = 0; i < n; i++)
        TRY(append_one(cx, audit_writer(), &rows[i], &head.seq, &hash));
    memmove(head.hash, hash.p, SHA256_SIZE);
    db_keep(cx->db, &kept_head, &head, sizeof head);
    return first_seq / AUDIT_CHECKPOINT_EVERY == head.seq / AUDIT_CHECKPOINT_EVERY
               ? OK
               : sign_heads(cx, NULL);
}

static Err read_heads(Cx *cx, const AuditHead **ret_heads, size_t *ret_n)
{
    VEC(AuditHead) heads = {0};
    CLEANUP(db_rows_close) DbRows rows = {0};
    AuditHeadAllIn in = {.place = cx->place};
    TRY(audit_head_all_open(cx->db, &in, &rows));
    for (;;) {
        AuditHeadAllRow row;
        bool has_row = false;
        TRY(audit_head_all_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            break;
        VEC_PUSH(cx->arena, &heads, (AuditHead){row.writer, row.seq, row.hash});
    }
    *ret_heads = heads.items;
    *ret_n = heads.n;
    return OK;
}

static Err sign_heads(Cx *cx, void *arg)
{
    (void)arg;
    Uuid writer = audit_writer();
    TRY(db_kept_write(cx->db));
    AuditCheckpointLastIn find = {.place = cx->place, .writer = writer};
    AuditCheckpointLastRow last = {0};
    bool is_found = false;
    TRY(audit_checkpoint_last(cx->db, cx->arena, &find, &last, &is_found));
    const AuditHead *heads = NULL;
    size_t head_n = 0;
    TRY(read_heads(cx, &heads, &head_n));
    int64_t number = is_found ? last.number + 1 : 1;
    Str text = audit_checkpoint_text(cx->arena, cx->place, writer, number, cx->now, last.signature,
                                     heads, head_n);
    Signature signature = keys_sign(cx->keys, text);
    AuditCheckpointInsertIn in = {.place = cx->place,
                                  .writer = writer,
                                  .number = number,
                                  .at = cx->now,
                                  .signature = {(const char *)signature.bytes, SIGNATURE_SIZE}};
    TRY(audit_checkpoint_insert(cx->db, &in, NULL));
    for (size_t i = 0; i < head_n; i++) {
        AuditCheckpointHeadInsertIn head = {.place = cx->place,
                                            .writer = writer,
                                            .number = number,
                                            .head_writer = heads[i].writer,
                                            .seq = heads[i].seq,
                                            .hash = heads[i].hash};
        TRY(audit_checkpoint_head_insert(cx->db, &head, NULL));
    }
    return OK;
}

Err audit_checkpoint(Cx *cx)
{
    return cx_write(cx, sign_heads, NULL);
}
