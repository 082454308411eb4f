/* Tests of packs (tests/NAME.yaml): a resident, records, what must come of them. Checked with
 * the pack; run by `catchment pack test`: what forms say here (pack_tests_run_forms), what is owed
 * by the engines. */
#pragma once

#include "base/period.h"
#include "pack/pack.h"

/* A field and the value that it must have; absent: no value. */
typedef struct PackTestValue {
    size_t field;
    ExprValue value;
    uint32_t line;
} PackTestValue;

typedef struct PackTestIssue {
    Str key; /* as FormIssue.key: field, "sbp:usual", check */
    bool is_hard;
} PackTestIssue;

typedef struct PackTestRecord {
    const Form *form;
    Date on;
    Date voided_on; /* or DATE_NONE */
    uint32_t line;
    FormAnswers answers; /* as entered: not evaluated; copy before evaluating */
    /* Of the form's judgement, where the test says something about it. */
    const PackTestValue *computed;
    size_t computed_n;
    const PackTestValue *suggested;
    size_t suggested_n;
    const size_t *shown;
    size_t shown_n;
    const size_t *hidden;
    size_t hidden_n;
    bool has_issues; /* then exactly these */
    const PackTestIssue *issues;
    size_t issue_n;
    bool has_advice; /* then exactly these, in order */
    const Str *advice;
    size_t advice_n;
} PackTestRecord;

/* One line of what is owed on the day of the test. What is open, due or overdue is given whole: a
 * line that is not expected fails the test. Lines that are met, missed or closed must exist. */
typedef struct PackTestObligation {
    uint32_t line;
    const Program *program;
    Str rule;  /* its id, of any edition */
    Str state; /* "open", "due", "overdue", "met", "missed", "closed", "waived" */
    Str item;  /* id of the window or dose; empty: not asked */
    Date opens_on, due_on, met_on, closes_on; /* DATE_NONE: not asked */
    int32_t due_minute;                       /* of due_on; -1: not asked */
    bool has_done;
    double done, needed;
    bool has_flags; /* then exactly these */
    uint32_t flags; /* bit 0 age_too_young, bit 1 interval_too_short */
} PackTestObligation;

/* Spares somebody an obligation from a day on, or puts it off; given behind the records up to that
 * day. */
typedef struct PackTestWaiver {
    uint32_t line;
    const Program *program;
    Str rule, item;   /* item: empty for whatever of the rule falls in its days */
    Date on, until;   /* until: DATE_NONE for good */
    Date put_off_to;  /* instead: the one obligation that waits longest; or DATE_NONE */
    Str reason, note; /* as in the program: away, refuses ... */
} PackTestWaiver;

/* How often a measure counts the subject of the test on its day, and what a standard asks of it. */
typedef struct PackTestMeasure {
    uint32_t line;
    const Measure *measure;
    Period period;
    int64_t denominator, numerator;
    bool has_required;
    double required;
} PackTestMeasure;

/* Who works at the facility of the test. */
typedef struct PackTestStaff {
    Str post, qualification, education;
} PackTestStaff;

typedef struct PackTestIdentity {
    uint32_t line;
    Str number;
    Str fault; /* "length", "characters", "date", "check", or empty: accepted */
    Str stored;
    Date birth_date;
    Str sex;
    bool is_area_unknown; /* a warning is expected */
} PackTestIdentity;

typedef struct PackTestRecordNumber {
    uint32_t line;
    Str county, township, committee;
    int64_t serial;
    Str number, printed;
    Str kind; /* "neighbourhood", "village", "other" */
} PackTestRecordNumber;

typedef struct PackTest {
    Str pack, file; /* file: relative to the packs directory */
    uint32_t line;
    Str name;
    Str number; /* "WC-29", or empty */
    Date on;
    Str subject;                /* kind, where it is not about a resident */
    Str kind;                   /* of the facility that it is about; empty: any */
    const PackTestStaff *staff; /* of that facility, from the day of the test on */
    size_t staff_n;
    Str sex;
    Date birth_date;
    Date registered_on; /* the birth date, when the test does not say */
    Date died_on, left_on;
    const PackTestRecord *records; /* in the order of the file */
    size_t record_n;
    bool has_obligations; /* an empty list: nothing is owed */
    const PackTestObligation *obligations;
    size_t obligation_n;
    const PackTestWaiver *waivers;
    size_t waiver_n;
    const PackTestMeasure *measures;
    size_t measure_n;
    const PackTestIdentity *identities;
    size_t identity_n;
    const PackTestRecordNumber *record_numbers;
    size_t record_number_n;
} PackTest;

typedef struct PackTestFailure {
    const PackTest *test;
    uint32_t line;
    Wording message;
} PackTestFailure;

/* Judges every record of every test by its form. A test passes when it has no failure; failures are
 * in the order of the tests. */
void pack_tests_run_forms(const PackSet *set, Arena *arena, const PackTestFailure **ret_failures,
                          size_t *ret_n);
