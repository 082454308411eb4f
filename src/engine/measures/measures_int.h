/* What the files of this folder share: one run of a measure, and which periods of it are kept. */
#pragma once

#include "base/map.h"
#include "base/vec.h"
#include "engine/measures/measures.h"
#include "engine/measures/measures_sql.h"
#include "engine/subjects/places.h"

typedef struct MeasureRow {
    Uuid subject;
    Date period; /* its first day */
    Uuid counted;
    Str area;          /* of an organisation the desk of the facility, or the area that it is */
    bool in_numerator; /* of amounts: some of it is in it */
    int64_t denominator, numerator; /* what it adds to the sums */
    /* What a standard asks for and what is there; of amounts the denominator and the numerator. */
    bool has_required, has_actual;
    double required, actual;
} MeasureRow;
typedef VEC(MeasureRow) MeasureRows;

/* Of whom a measure is asked, for which periods: those from `from` to `upto`, both included. Of
 * organisations all are made, and what is not asked for is left out. */
typedef struct MeasureRun {
    const Measure *measure;
    PeriodKind kind;
    Date first, last; /* first days of the first and last period */
    Uuid from, upto;
    bool is_stale;   /* of these the stale ones only ... */
    int64_t cause;   /* ... for this cause */
    bool is_written; /* those that run_people or run_units has written down, whoever they are */
} MeasureRun;

#define EVERY_UUID_END                                                                             \
 ((Uuid){{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,      \
          0xff, 0xff}})

/* run.c. By subject, period, counted; each key once. */
Err run_measure(Cx *cx, const MeasureRun *run, MeasureRows *rows) MUST_CHECK;
int run_order(const MeasureRow *a, const MeasureRow *b);
/* The row with what it adds to the sums: 1 and whether it is in the numerator, or its amounts. */
MeasureRow run_weighed(const Measure *measure, MeasureRow row);
/* What the packs say of the measure, as a hash: equal where equal rows come of it. */
Str run_signature(Cx *cx, const Measure *measure);
/* Months after which a stay is a residence, on a day; 0 when no pack says. */
Err run_residence(Cx *cx, Date day, int64_t *ret_months) MUST_CHECK;
/* The statement of a measure: the frame with its text. */
DbStatement run_statement(const Measure *measure, bool is_written, Arena *arena);

/* The parts of a run for which its parameters have one value. */
typedef struct RunStretch {
    Date first, last;
    int64_t residence;
    ExprValue *values; /* of the measure's parameters */
    Str key;           /* equal where they all are */
} RunStretch;
typedef VEC(RunStretch) RunStretches;
Err run_stretches(Cx *cx, const MeasureRun *run, RunStretches *stretches) MUST_CHECK;
/* The frame's own parameters, as it declares them. */
void run_put_values(const Cx *cx, const MeasureRun *run, const RunStretch *stretch, DbValue *in);
enum { RUN_SQL_MOST = 2 * 1024 * 1024 };
/* A frame up to where the text of the pack begins. */
Str run_before_text(const DbStatement *frame);
void run_take_text(DbStatement *statement, const Buf *sql, Arena *arena);

/* written.c. Writes down what every measure of a transaction reads alike: the people of a run and
 * their periods, or the organisations of its periods with their newest records. Each measure that
 * is asked in the same periods may say is_written then. */
Err run_people(Cx *cx, const MeasureRun *run) MUST_CHECK;
Err run_units(Cx *cx, const MeasureRun *run) MUST_CHECK;
/* Where they are written: empty. In a transaction. */
Err run_scratch(Cx *cx) MUST_CHECK;

/* states.c. A measure's periods of one kind that are kept. */
typedef struct MeasureState {
    int64_t key;
    const Measure *measure; /* NULL: no pack has it any more */
    PeriodKind kind;
    Str signature;
    Date first, last;           /* wanted */
    Date done_first, done_last; /* complete but for who is stale; DATE_NONE */
    Uuid after;                 /* rows of everybody up to here are made */
    Instant retry_at;           /* not asked before: the database refused its SELECT */
    bool is_as_declared;
} MeasureState;
typedef VEC(MeasureState) MeasureStates;
Err states_read(Cx *cx, MeasureStates *states) MUST_CHECK;
Err state_write(Cx *cx, const MeasureState *state) MUST_CHECK;
bool state_is_done(const MeasureState *state);
bool state_is_put_off(const Cx *cx, const MeasureState *state);
/* Whether the rows of all periods from one to another (their first days) are made. */
bool state_covers(const MeasureState *state, Date first, Date last);
const MeasureState *state_of(const MeasureStates *states, const Measure *measure, PeriodKind kind);
/* Whether the states are those that the packs and the day ask for. */
bool states_follow_packs(const Cx *cx, const MeasureStates *states);
/* Makes them so. In a write. */
Err states_follow(Cx *cx) MUST_CHECK;
/* First day of the earliest period that is kept: none before anybody was registered, and at most 36
 * months, 20 quarters, 10 half years or 10 years before the running one. */
Err states_earliest(Cx *cx, PeriodKind kind, Date *ret_first) MUST_CHECK;
/* Periods from this one on, or from the earliest that is kept, are wanted too. */
Err states_want(Cx *cx, const Measure *measure, Period period) MUST_CHECK;

/* turn.c. A write of states or rows, when it is this process's turn; else nothing is done. Also
 * when the database was busy: the same is asked again later. */
Err turn_write(Cx *cx, CxWork work, void *arg, bool *ret_is_mine) MUST_CHECK;
void turn_pause(void); /* some milliseconds, outside of any write */

/* Whether a measure of the packs counts organisations. */
bool states_have_units(const Cx *cx);

/* units.c. Where organisations stand: their rows are kept by desk (subject_desk) or area. */
typedef struct UnitPlaces {
    const Facility *facilities;
    size_t facility_n;
    Map facility_by_code;
    const CoveredArea *covered;
    size_t covered_n;
} UnitPlaces;
/* The facilities and catchments of the period's last day, or of the asked day. */
Err unit_places(Cx *cx, Period period, UnitPlaces *ret_places) MUST_CHECK;
const Facility *unit_facility_above(const UnitPlaces *places, const Facility *facility);
/* Whether the facility or one above it, as far as `facility` stands below, has the code. */
bool unit_stands_below(const UnitPlaces *places, const Facility *facility, Str code);
enum {
    UNIT_STEPS_MOST = 8, /* from a facility up */
    GROUP_LEVEL = 3
};
/* Whoever answers for the area or for what it lies in. */
const Facility *unit_answers_for(const UnitPlaces *places, Str area);
/* The code behind "441322/HC01"; empty: the row is kept by area. */
Str unit_facility_of(Str desk);
/* Where it stands, as far as that is known: a village, a township, or the county alone. */
Str unit_area_of(Cx *cx, const UnitPlaces *places, Str desk);
/* The sight of numbers with the desks that lie in it. */
const DbScope *unit_sight(Cx *cx);
/* Stored rows of a measure about organisations, see measure_cases. */
Err unit_cases(Cx *cx, const MeasureCaseFilter *filter, int64_t key, MeasureCase **ret_cases,
               size_t *ret_n) MUST_CHECK;

/* groups.c. Groups of facilities, with who was a member of them when. */
typedef struct UnitGroup {
    Str code;
    Wording name;
    Date from, until; /* DATE_NONE: no end */
} UnitGroup;
typedef struct UnitMember {
    Str facility;
    Date from, until;
    const UnitGroup *group;
} UnitMember;
typedef struct UnitGroups {
    VEC(const UnitGroup *) groups;
    VEC(UnitMember) members;
} UnitGroups;
/* As known on the asked day. */
Err unit_groups(Cx *cx, Str kind, UnitGroups *ret_groups) MUST_CHECK;
bool unit_group_is_there(const UnitGroup *group, Date day);
/* The group of a facility, or of the nearest above it; NULL: none. */
const UnitGroup *unit_group_of(const UnitGroups *groups, const UnitPlaces *places,
                               const Facility *facility, Date day);
/* The group in whose members' care an area is by where they stand. */
const UnitGroup *unit_group_in(const UnitGroups *groups, const UnitPlaces *places, Str area,
                               Date day);

/* settle.c. Nothing here runs on a past day (cx->as_of): what is stored is of today.
 *
 * Some stale people first, in at most so many steps, then nothing more. What storage refuses does
 * not stop the reader: who is still stale makes his answer incomplete. */
enum { READER_STEPS = 20 };
void settle_for_reader(Cx *cx);
/* All of one measure; fails when the database refuses its SELECT. */
Err settle_measure(Cx *cx, const Measure *measure) MUST_CHECK;

/* stale.c. Who is to be made anew, and why. */
enum { STALE_WHOLLY = 0 }; /* a cause: not a form but his life, or the day */
/* All organisations that the cause concerns: no subject has the nil id. A measure about
 * organisations that is to be made anew stands among the stale ones under an id that no person has.
 */
#define STALE_UNITS UUID_NIL
Uuid stale_units_id(int64_t state_key);
int64_t stale_cause(const Form *form);
/* Whether the measure's rows may be others then. */
bool stale_concerns(const Measure *measure, int64_t cause);
Err stale_mark(Cx *cx, int64_t cause, Uuid subject) MUST_CHECK;
Err stale_count(Cx *cx, int64_t *ret_n) MUST_CHECK;
/* The next stale ones, of one cause and kind; none where n is 0. Whoever changes one of them from
 * now on waits for the end of the transaction, and he is marked again. */
typedef struct StalePage {
    int64_t cause;
    Uuid from, upto;
    bool is_units;
    const Uuid *taken;
    size_t n;
} StalePage;
Err stale_take(Cx *cx, StalePage *page) MUST_CHECK;
Err stale_clear(Cx *cx, const StalePage *page) MUST_CHECK;
