/* Proving the audit chain: every writer's entries against their hashes and their head, then every
 * checkpoint's signature against the entries that it names.
 *
 * Writers may go on while this reads: entries and head are committed together and the head is read
 * after the entries, so a head that is ahead only means that there is more to read. */
#include "access/access_int.h"
#include "access/audit_sql.h"
#include "base/vec.h"

#include <string.h>

typedef struct {
    AuditReport report;
    Arena scratch; /* one page of entries */
} Prover;

static void blame(Prover *prover, AuditFault fault, Uuid writer, int64_t seq)
{
    prover->report.fault = fault;
    prover->report.broken_at = prover->report.entries > 0 ? prover->report.entries : 1;
    prover->report.writer = writer;
    prover->report.seq = seq;
}

static bool is_hash(Str stored, const Sha256 *hash)
{
    return str_equals(stored, (Str){(const char *)hash->bytes, SHA256_SIZE});
}

typedef struct {
    Uuid writer;
    int64_t seq;
    Sha256 hash; /* of entry seq; zero before the first */
} Chain;

/* Counts the entry and moves the chain on, or blames it. */
static void take_entry(Cx *cx, Prover *prover, Chain *chain, const AuditEntryPageRow *row)
{
    AuditLink link = {.writer = chain->writer,
                      .seq = row->seq,
                      .row = {.at = row->at,
                              .account = row->account,
                              .entry = {row->action, row->subject_id, row->object_id, row->detail}},
                      .previous_hash = row->previous_hash};
    Sha256 hash = audit_link_hash(&prover->scratch, cx->place, &link);
    prover->report.entries++;
    if (row->seq != chain->seq + 1)
        blame(prover, AUDIT_ENTRY_MISSING, chain->writer, chain->seq + 1);
    else if (!is_hash(row->hash, &hash))
        blame(prover, AUDIT_ENTRY_CHANGED, chain->writer, row->seq);
    else if (!is_hash(row->previous_hash, &chain->hash))
        blame(prover, AUDIT_ENTRY_CHANGED, chain->writer, row->seq);
    chain->seq = row->seq;
    chain->hash = hash;
}

static Err read_page(Cx *cx, Prover *prover, Chain *chain, bool *ret_has_more)
{
    CLEANUP(db_rows_close) DbRows rows = {0};
    AuditEntryPageIn in = {.place = cx->place, .writer = chain->writer, .after_seq = chain->seq};
    TRY(audit_entry_page_open(cx->db, &in, &rows));
    bool has_row = false;
    int64_t before = chain->seq;
    do {
        AuditEntryPageRow row;
        TRY(audit_entry_page_next(&rows, &prover->scratch, &row, &has_row));
        if (has_row)
            take_entry(cx, prover, chain, &row);
    } while (has_row && prover->report.fault == AUDIT_WHOLE);
    *ret_has_more = chain->seq > before;
    arena_reset(&prover->scratch);
    return OK;
}

/* true when the head was made with the keys and is not behind the entries that were read. */
static Err compare_head(Cx *cx, Prover *prover, const Chain *chain, bool *ret_is_at_head)
{
    AuditHeadByWriterIn in = {.place = cx->place, .writer = chain->writer};
    AuditHeadByWriterRow head;
    bool is_found = false;
    *ret_is_at_head = false;
    TRY(audit_head_by_writer(cx->db, cx->arena, &in, &head, &is_found));
    if (!is_found) {
        blame(prover, AUDIT_ENTRY_INSERTED, chain->writer, 1);
        return OK;
    }
    Token token = audit_head_token(cx, chain->writer, head.seq, head.hash);
    if (!os_crypto_equals(head.head_token, (Str){(const char *)token.bytes, TOKEN_SIZE}))
        blame(prover, AUDIT_HEAD_WRONG, chain->writer, head.seq);
    else if (head.seq < chain->seq)
        blame(prover, AUDIT_ENTRY_INSERTED, chain->writer, head.seq + 1);
    else if (head.seq == chain->seq && !is_hash(head.hash, &chain->hash))
        blame(prover, AUDIT_ENTRY_CHANGED, chain->writer, head.seq);
    else
        *ret_is_at_head = head.seq == chain->seq;
    return OK;
}

static Err prove_writer(Cx *cx, Prover *prover, Uuid writer)
{
    Chain chain = {.writer = writer};
    bool is_at_head = false;
    while (!is_at_head && prover->report.fault == AUDIT_WHOLE) {
        bool has_more = true;
        int64_t before = chain.seq;
        while (has_more && prover->report.fault == AUDIT_WHOLE)
            TRY(read_page(cx, prover, &chain, &has_more));
        if (prover->report.fault == AUDIT_WHOLE)
            TRY(compare_head(cx, prover, &chain, &is_at_head));
        bool is_stuck = !is_at_head && chain.seq == before && before > 0;
        bool is_empty = !is_at_head && chain.seq == 0;
        if (prover->report.fault == AUDIT_WHOLE && (is_stuck || is_empty)) {
            prover->report.entries++; /* the place where the missing one should stand */
            blame(prover, AUDIT_ENTRY_MISSING, writer, chain.seq + 1);
            prover->report.entries--;
        }
    }
    return OK;
}

static Err read_writers(Cx *cx, const Uuid **ret_writers, size_t *ret_n)
{
    VEC(Uuid) writers = {0};
    CLEANUP(db_rows_close) DbRows rows = {0};
    AuditWriterAllIn in = {.place = cx->place};
    TRY(audit_writer_all_open(cx->db, &in, &rows));
    for (;;) {
        AuditWriterAllRow row;
        bool has_row = false;
        TRY(audit_writer_all_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            break;
        VEC_PUSH(cx->arena, &writers, row.writer);
    }
    *ret_writers = writers.items;
    *ret_n = writers.n;
    return OK;
}

static Err read_checkpoint_heads(Cx *cx, const AuditCheckpointAllRow *checkpoint,
                                 const AuditHead **ret_heads, size_t *ret_n)
{
    VEC(AuditHead) heads = {0};
    CLEANUP(db_rows_close) DbRows rows = {0};
    AuditCheckpointHeadsIn in = {
        .place = cx->place, .writer = checkpoint->writer, .number = checkpoint->number};
    TRY(audit_checkpoint_heads_open(cx->db, &in, &rows));
    for (;;) {
        AuditCheckpointHeadsRow row;
        bool has_row = false;
        TRY(audit_checkpoint_heads_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            break;
        VEC_PUSH(cx->arena, &heads, (AuditHead){row.head_writer, row.seq, row.hash});
    }
    *ret_heads = heads.items;
    *ret_n = heads.n;
    return OK;
}

static bool is_signed(Cx *cx, const AuditCheckpointAllRow *checkpoint, Str previous_signature,
                      const AuditHead *heads, size_t head_n)
{
    if (checkpoint->signature.n != SIGNATURE_SIZE)
        return false;
    Signature signature;
    memcpy(signature.bytes, checkpoint->signature.p, SIGNATURE_SIZE);
    Str text = audit_checkpoint_text(cx->arena, cx->place, checkpoint->writer, checkpoint->number,
                                     checkpoint->at, previous_signature, heads, head_n);
    return signature_is_right(keys_verify_key(cx->keys), text, &signature);
}

/* previous: the checkpoint before it in the list, of this writer or another. */
static Err prove_checkpoint(Cx *cx, Prover *prover, const AuditCheckpointAllRow *checkpoint,
                            const AuditCheckpointAllRow *previous)
{
    bool is_first = previous == NULL || !uuid_equals(previous->writer, checkpoint->writer);
    const AuditHead *heads = NULL;
    size_t head_n = 0;
    TRY(read_checkpoint_heads(cx, checkpoint, &heads, &head_n));
    prover->report.checkpoints++;
    if (checkpoint->number != (is_first ? 1 : previous->number + 1)
        || !is_signed(cx, checkpoint, is_first ? (Str){0} : previous->signature, heads, head_n))
        blame(prover, AUDIT_CHECKPOINT_WRONG, checkpoint->writer, checkpoint->number);
    for (size_t i = 0; i < head_n && prover->report.fault == AUDIT_WHOLE; i++) {
        AuditEntryHashIn in = {.place = cx->place, .writer = heads[i].writer, .seq = heads[i].seq};
        AuditEntryHashRow row;
        bool is_found = false;
        TRY(audit_entry_hash(cx->db, cx->arena, &in, &row, &is_found));
        if (!is_found || !str_equals(row.hash, heads[i].hash))
            blame(prover, AUDIT_CHECKPOINT_WRONG, heads[i].writer, heads[i].seq);
    }
    return OK;
}

static Err read_checkpoints(Cx *cx, const AuditCheckpointAllRow **ret_rows, size_t *ret_n)
{
    VEC(AuditCheckpointAllRow) checkpoints = {0};
    CLEANUP(db_rows_close) DbRows rows = {0};
    AuditCheckpointAllIn in = {.place = cx->place};
    TRY(audit_checkpoint_all_open(cx->db, &in, &rows));
    for (;;) {
        AuditCheckpointAllRow row;
        bool has_row = false;
        TRY(audit_checkpoint_all_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            break;
        VEC_PUSH(cx->arena, &checkpoints, row);
    }
    *ret_rows = checkpoints.items;
    *ret_n = checkpoints.n;
    return OK;
}

static Err prove_all(Cx *cx, Prover *prover)
{
    const Uuid *writers = NULL;
    const AuditCheckpointAllRow *checkpoints = NULL;
    size_t writer_n = 0;
    size_t checkpoint_n = 0;
    TRY(read_writers(cx, &writers, &writer_n));
    for (size_t i = 0; i < writer_n && prover->report.fault == AUDIT_WHOLE; i++)
        TRY(prove_writer(cx, prover, writers[i]));
    TRY(read_checkpoints(cx, &checkpoints, &checkpoint_n));
    for (size_t i = 0; i < checkpoint_n && prover->report.fault == AUDIT_WHOLE; i++)
        TRY(prove_checkpoint(cx, prover, &checkpoints[i], i == 0 ? NULL : &checkpoints[i - 1]));
    return OK;
}

Err audit_prove(Cx *cx, AuditReport *ret_report)
{
    Prover prover = {0};
    arena_init(&prover.scratch, MIB(8));
    Err err = prove_all(cx, &prover);
    arena_done(&prover.scratch);
    if (err != OK)
        return cx_fail_db(cx, err);
    *ret_report = prover.report;
    return OK;
}

Err audit_verify(Cx *cx, int64_t *ret_entries, int64_t *ret_broken_at)
{
    AuditReport report;
    TRY(audit_prove(cx, &report));
    *ret_entries = report.entries;
    *ret_broken_at = report.broken_at;
    return OK;
}

static Err read_details(Cx *cx, const AuditEntryDetailsIn *in, Map *details)
{
    CLEANUP(db_rows_close) DbRows rows = {0};
    TRY(audit_entry_details_open(cx->db, in, &rows));
    for (;;) {
        AuditEntryDetailsRow row;
        bool has_row = false;
        TRY(audit_entry_details_next(&rows, cx->arena, &row, &has_row));
        if (!has_row)
            return OK;
        Str *detail = arena_new(cx->arena, Str);
        Str id = {(const char *)row.object_id.bytes, sizeof row.object_id.bytes};
        *detail = row.detail;
        map_put(details, str_copy(cx->arena, id), detail);
    }
}

Err audit_details(Cx *cx, Str action_prefix, Str part, Map *ret_details)
{
    const AuditEntryDetailsIn in = {cx->place, action_prefix, part};
    map_init(ret_details, cx->arena);
    Err err = read_details(cx, &in, ret_details);
    return err == OK ? OK : cx_fail_db(cx, err);
}
