/* What the tests of records start from, on either database: a county with two residents, of whom
 * the actor sees one, and a form with a field of every type. Each test gets a new database. */
#pragma once

#include "db/db_fault.h"
#include "engine/records/records.h"
#include "engine/records/records_test_sql.h"
#include "pack/pack.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { FIELD_MOST = 12 };

typedef struct Fixture {
    Arena arena;
    Cx cx;
    PackSet set;
    FormField fields[FIELD_MOST];
    Form form;
    Actor actor;
    DbFault *fault;
    Str url, folder;
    Uuid resident, other;
    Form *also; /* a second form of the set, or NULL */
} Fixture;

/* The fields of the form. */
enum {
    NOTE,
    SBP,
    WEIGHT,
    NEXT_ON,
    MODE,
    SYMPTOMS,
    DRUGS,
    LAST_SBP,
    ORDER,
    PHONE,
    DETAILS,
    FIELD_N
};

Uuid id_of(unsigned n);
Date day_of(const char *text);
void set_day(Fixture *f, const char *text);
/* An expression of the form that may read its first fields. */
const Expr *compile(Fixture *f, size_t readable_n, const char *text, ExprType wanted);
void make_form(Fixture *f);
void use_set(Fixture *f);
int set_up(void **state);
int tear_down(void **state);
/* What is known of the resident now; whether a search by the text finds him. */
Str known_of(Fixture *f, Uuid resident, const char *fact);
bool is_found_by(Fixture *f, const char *query);
/* The sealed answer of a record as it is opened; empty when there is none. */
Str phone_of(Fixture *f, unsigned n);
ExprValue number(int64_t n);
ExprValue text(const char *s);
RecordDraft draft_of(Fixture *f, unsigned n, const char *day, int64_t sbp);
Err submit(Fixture *f, RecordDraft draft);
const char *problem_key(const Fixture *f);
TestRecordCountRow count(Fixture *f);
RecordDraft amendment_of(Fixture *f, unsigned n, unsigned amended, const char *day, int64_t sbp);
int start_cluster(void **state);
int stop_cluster(void **state);

extern DbEngine sqlite_engine, postgres_engine;

#define ON_BOTH(test)                                                                              \
 {#test " (SQLite)", test, set_up, tear_down, &sqlite_engine},                                     \
 {                                                                                                 \
#  test " (PostgreSQL)", test, set_up, tear_down, &postgres_engine                                 \
 }
