/* Waivers: somebody is spared what is owed for a time or for good, or it is put off to a day; who
 * said so, when, why, until when.
 *
 * Invariants
 *  1. A waiver is never changed: it ends by a row of its own, with who, when and why.
 *  2. It is evidence (EVIDENCE_WAIVER) of every edition of its rule, from the day on which it was
 *     given; a past day knows it from then on and until it was taken back.
 *  3. Nothing closes unnoticed: what closes while it is spared is `waived`, never met or missed,
 *     and is counted apart; what is put off stays due before it closes. */
#pragma once

#include "engine/obligations/obligations.h"

typedef enum {
    WAIVER_WAIVE,
    WAIVER_POSTPONE,
} WaiverKind;

typedef struct Waiver {
    Uuid id;
    Uuid resident;
    WaiverKind kind;
    Str program, rule, item; /* item: the window or dose; empty: the rule has none, or all */
    bool is_whole;           /* whatever of the rule falls in its days; else one obligation */
    Date closes_on; /* which one; DATE_NONE: it stays open until it is met, or, when giving, the one
                       that waits longest */
    Date from;      /* set by waiver_give */
    Date until; /* the last day spared, or the day it is put off to; DATE_NONE: spared for good */
    Str reason; /* see waiver_reasons */
    Str note;   /* in the words of who gave it; sealed */
    Instant given_at;
    Uuid given_by;
    bool is_ended;
    Str end_reason;
    Instant ended_at;
    Uuid ended_by;
} Waiver;

typedef struct WaiverReason {
    Str id;
    Wording title;
    bool needs_note;
    bool may_be_for_good; /* without a last day */
} WaiverReason;
enum { WAIVER_REASON_N = 5 };
extern const WaiverReason waiver_reasons[WAIVER_REASON_N];
/* NULL: there is none of that id. */
const WaiverReason *waiver_reason(Str id);

/* obligations.waive; the resident in sight. Idempotent by id. ERR_INVALID where nothing of that
 * kind is owed, or where it would be put off behind its last day. */
Err waiver_give(Cx *cx, const Waiver *waiver, bool *ret_was_known) MUST_CHECK;
/* One that was given somewhere else, as it is, given_at and given_by too: nothing is asked, and the
 * caller recomputes. Of one obligation, closes_on says which. */
Err waiver_put(Cx *cx, const Waiver *waiver) MUST_CHECK;
/* Takes one back, with a reason: what it spared is owed again. ERR_CONFLICT when it has ended for
 * another reason. */
Err waiver_end(Cx *cx, Uuid resident, Uuid id, Str reason) MUST_CHECK;
/* Those of the person and of whoever is kept under it, oldest first, ended ones too, as known on
 * cx->as_of. The caller has checked that the actor may see the person. */
Err waivers_of(Cx *cx, Uuid resident, const Waiver **ret_waivers, size_t *ret_n) MUST_CHECK;
/* The name of who gave or ended one. */
Err waiver_account_name(Cx *cx, Uuid account, Wording *ret_name) MUST_CHECK;
