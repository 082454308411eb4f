/* What is owed, derived a second time: a history as a plain list of what happened, and from that
 * list alone what is owed to whom, by loops written from docs/guide/packs.md. It knows no database
 * and calls nothing of the engines; it takes calendar arithmetic from base. Slow on purpose: each
 * answer begins at the first event.
 *
 * Invariants
 *  1. What was known at the end of a day is what the events of that day and before say: nothing
 *     else is kept.
 *  2. Which packs are asked (ModelPack) is said by the caller: a past day is asked with the packs
 *     of now, as the product does. */
#pragma once

#include "base/date.h"
#include "base/uuid.h"
#include "base/vec.h"

enum {
    MODEL_PEOPLE = 6,
    MODEL_NOBODY = -1,
    MODEL_NOTHING = -1,
};

typedef enum {
    HAPPENS_RECORD,
    HAPPENS_AMEND,
    HAPPENS_VOID,
    HAPPENS_MOVE,
    HAPPENS_LEAVE,
    HAPPENS_RETURN,
    HAPPENS_DIE,
    HAPPENS_TAKE_BACK, /* a move, leaving, return or death that was entered wrongly */
    HAPPENS_MERGE,
    HAPPENS_UNMERGE,
    HAPPENS_SPARE, /* whatever of a rule falls in some days */
    HAPPENS_SPARE_ONE,
    HAPPENS_PUT_OFF,
    HAPPENS_SPARE_END,
    HAPPENS_PACK,   /* other packs are installed */
    HAPPENS_NIGHTS, /* the clock goes on */
    HAPPENS_N,
} ModelKind;

typedef enum {
    MODEL_ENTRY,
    MODEL_EXIT,
    MODEL_VISIT,
    MODEL_EXAM,
    MODEL_DISCHARGE,
    MODEL_SHOT,
    MODEL_CARD, /* its day is the date of birth */
    MODEL_FORM_N,
} ModelForm;

typedef enum {
    MODEL_FOLLOWUP, /* chronic: every quarter, with first and sooner */
    MODEL_CHECK,    /* chronic: after_last */
    MODEL_YEARLY,   /* chronic: every year, then every half (two editions) */
    MODEL_ELDERLY,  /* everybody from 1 January of an age: every year */
    MODEL_FIRST,    /* windows of each discharge */
    MODEL_REST,     /* overlapping windows of the newest discharge */
    MODEL_SHOTS,    /* everybody: a series of doses of two kinds */
    MODEL_REPORT,   /* chronic: two days of every year */
    MODEL_SUM,      /* chronic: so much in each half */
    MODEL_COUNT,    /* chronic: twice in each quarter, of visits with an amount */
    MODEL_RULE_N,
} ModelRule;

/* What differs between the packs of a history; the rest is in the text of the packs (the test). */
typedef struct ModelPack {
    bool needs_kind;  /* an entry enrols where its code is 1 */
    bool needs_why;   /* an exit leaves where its code is 1 */
    bool counts_call; /* a visit with code 2 is a call: whether that meets a quarter */
    bool has_check;
    int latest_months; /* a visit's next date, at most */
    int check_months;
    int elderly_from;
    int first_closes;           /* days */
    Date year_until;            /* last day of the yearly edition */
    int shot_from, shot_before; /* months of age, of the first kind */
    int shot_gap, shot_grace;   /* days */
    int report_late;            /* days */
    int report_opens;           /* days before; 0: after the day before it */
    int sum_needed;
    int count_least; /* amount of a visit that is counted */
} ModelPack;

typedef struct ModelEvent {
    ModelKind kind;
    int person, other; /* who is merged, and into whom */
    ModelForm form;
    int code;        /* kind of an entry, why of an exit, mode of a visit */
    int days_ago;    /* of happened_on, from today */
    int answer_days; /* of the form's date, from happened_on; MODEL_NOTHING: none */
    int amount;
    int pick;         /* which of what is owed is spared or put off */
    int of;           /* the event that is amended, voided, taken back, ended */
    int area;         /* 1 or 2 */
    ModelRule rule;   /* that is spared */
    int days;         /* of a spell spared (MODEL_NOTHING: for good), nights that pass */
    ModelPack pack;   /* that is installed */
    bool is_left_out; /* of a history that is being shortened */
    /* as it happened */
    Date today, happened_on, answer, until;
    Date from; /* first day that is spared */
    int item;  /* of the one that is spared or put off, with its days */
    Date due, closes;
    int filed_for;    /* the entry of the register that it is about */
    bool was_refused; /* or could not be asked for */
    Uuid id;          /* of record, event or waiver */
} ModelEvent;

typedef struct ModelPerson {
    Date born, registered_on;
    int area;
} ModelPerson;

typedef struct ModelHistory {
    ModelPerson people[MODEL_PEOPLE];
    const ModelEvent *events;
    size_t n;
} ModelHistory;

typedef struct ModelLine {
    int person;
    ModelRule rule;
    int item; /* from 1; 0: the rule has none */
    Date opens, due, closes;
    int met_by; /* event, or MODEL_NOTHING */
    Date met_on, waived_on, spared_on;
    int done, needed;
    int area;
} ModelLine;
typedef VEC(ModelLine) ModelLines;

/* The last day of what has none. */
Date model_far_day(void);

/* What everybody is owed by what is known from the events; nothing that begins after the horizon.
 */
void model_lines(const ModelHistory *history, const ModelPack *pack, Date horizon, Arena *arena,
                 ModelLines *ret_lines);
/* The history as it was known at the end of the day. */
ModelHistory model_evening(const ModelHistory *history, Date day);
/* "open", "due" ... on the day. */
const char *model_state(const ModelLine *line, Date day);
/* Under whom an entry of the register is kept. */
int model_root(const ModelHistory *history, int person);
/* Whether the event can follow the history. */
bool model_allows(const ModelHistory *history, const ModelPack *pack, const ModelEvent *event);
