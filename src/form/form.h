/* Forms: what a pack declares once and the server, the browser and the printed page all run.
 *
 * Form is the compiled declaration; FormAnswers are what a person entered; form_evaluate says which
 * fields show, what is computed and suggested, which checks fail and what is advised. Pure: the
 * same code is compiled natively and to WebAssembly (wasm/), fed through form/wire.h.
 *
 * Invariants
 *  1. A field that is not shown has no value: form_evaluate clears it before anything reads it.
 *  2. Computed fields are never taken from the caller.
 *  3. A hard issue refuses the record; a soft issue asks for confirmation (`confirmed` lists the
 *     soft issue keys that the person confirmed).
 *  4. Evaluation order is the order of fields; an expression may read any field before it, and the
 *     context; checks and advice read everything.
 *  5. A field named by an option's details is required with that option, and, unless it has a
 *     shown_if of its own, shown only with such an option of a field before it.
 *  6. Sub-fields of FIELD_ROWS have no expressions. */
#pragma once

#include "base/wording.h"
#include "expr/expr.h"

typedef enum {
    FIELD_TEXT,
    FIELD_INTEGER,
    FIELD_DECIMAL,
    FIELD_DATE,
    FIELD_CODE,       /* one code; kept as text exactly as printed ("1", "01") */
    FIELD_CODES,      /* several codes */
    FIELD_ROWS,       /* a small table of sub-fields (drugs, operations) */
    FIELD_ATTACHMENT, /* files: the SHA-256 of each, as 64 hexadecimal digits; a set like codes */
} FieldType;
enum { FIELD_TYPE_N = FIELD_ATTACHMENT + 1 };

typedef struct {
    Str code;
    Wording label;
    bool is_exclusive; /* 无, 无症状: excludes all other codes */
    Str details;       /* id of the text field that becomes required with this code (其他) */
} CodeOption;

/* Codes of a list that are asked for together, by a name: hospitals among the kinds of facilities.
 */
typedef struct CodeGroup {
    Str id;
    Wording title;
    const Str *codes;
    size_t code_n;
} CodeGroup;

typedef struct CodeList {
    Str id;
    Wording title;
    Str source; /* standard */
    const CodeOption *options;
    size_t option_n;
    const CodeGroup *groups;
    size_t group_n;
} CodeList;

typedef struct FormField FormField;
struct FormField {
    Str id; /* unique in the form, [a-z][a-z0-9_]*, at most 48 characters */
    FieldType type;
    Wording label;
    Wording hint;
    Wording unit;       /* both empty: none. What is stored is judged by the Chinese one */
    int places;         /* decimals kept of FIELD_DECIMAL, 0 to 6 */
    size_t length_most; /* characters of FIELD_TEXT */
    bool has_range, has_usual;
    double range[2]; /* outside: refused */
    double usual[2]; /* outside: asks for confirmation */
    const CodeList *codes;
    Str refers_to;    /* of FIELD_TEXT: facility, area (their code), staff (its code), or a declared
                         kind of subject (its id); empty: free text */
    int area_level;   /* of an area: 3 county, 4 township, 5 village, 6 grid; 0: any */
    bool is_required; /* when shown */
    const Expr *required_if; /* instead of is_required */
    const Expr *shown_if;
    const Expr *computed;  /* the value; never entered */
    const Expr *suggested; /* offered as the value; the person may change it */
    Str target_of;         /* "now / target" pairs (C13): this field is the target of that one */
    Str keeps;             /* the subject's own fact that this field sets ("name", "id_number",
                              "birth_date" ...) */
    bool is_sealed;        /* keeps a sealed fact: stored sealed, no column in the answer table */
    bool is_retired;       /* no longer asked; the column stays */
    bool is_carried;       /* prefilled from the previous record */
    bool is_multiline;
    bool is_in_lists;  /* its last value is shown on cards and in lists */
    bool is_off_paper; /* not on the printed form: worked out for the screen or for rules. Not on
                          the wire */
    Str loinc;
    Str source;
    const FormField *rows; /* sub-fields of FIELD_ROWS */
    size_t row_field_n;
    size_t row_most;       /* lines of FIELD_ROWS, files of FIELD_ATTACHMENT */
    size_t kilobytes_most; /* of one file of FIELD_ATTACHMENT */
    uint32_t section;      /* index into Form.sections */
};

typedef struct {
    Str id;
    Wording title;
} FormSection;

typedef struct {
    Str id; /* unique in the form: the key that a person confirms */
    const Expr *fails_when;
    bool is_hard;
    Str field; /* where to show it; empty: the form */
    Wording message;
    Str source;
} FormCheck;

typedef struct {
    Str id;
    const Expr *when;
    Wording message;
    Str proposes;           /* case kind, or empty */
    Str urgency;            /* of the case: "emergency", "normal" or empty */
    int32_t follow_up_days; /* 0: none */
    const Expr *follow_up;  /* instead of follow_up_days: a $number of the policy; or NULL */
    Str source;
} FormAdvice;

/* What a number of the policy is from a day on. */
typedef struct {
    Date from; /* DATE_NONE: from the beginning */
    ExprValue value;
} FormStep;

/* A number of the policy, $id in expressions. Steps ascend by day, the first holds from the
 * beginning; all are of one type. */
typedef struct {
    Str id;
    const FormStep *steps;
    size_t step_n;
} FormParameter;
/* DATE_NONE asks for the first. */
ExprValue form_parameter_on(const FormParameter *parameter, Date day);

/* Of a form whose records create, change and end the subjects of its kind: which fields say what;
 * SIZE_MAX: none. */
typedef struct FormRegister {
    size_t name, code;
    size_t owner;       /* the facility that answers for it */
    size_t from, until; /* without `from`: the day of the record */
    /* Of a kind that groups facilities: rows, and their columns; each a member from a day on, to a
     * last day where there is one. */
    size_t members, member, member_from, member_until;
} FormRegister;

typedef struct Form {
    Str id;
    Str pack;    /* pack id */
    Str version; /* pack version under which records are made */
    Wording title;
    Str subject;      /* kind of subject: "resident" ... */
    Str program;      /* or empty */
    Str paper;        /* name of the printed form, or empty */
    int paper_visits; /* visits side by side on it, 1 to 6. Not on the wire */
    Str sensitivity;  /* its class, of the code list of that name; empty: none */
    Str within; /* policy parameter: days after the service in which it may be recorded; or empty */
    bool opens_file;      /* who has such a record has a health record */
    int opens_file_below; /* ... offered to those below this age, in years; 0: to everybody */
    Str source;
    const FormRegister *registers; /* NULL: it registers nothing. Not on the wire */
    const FormSection *sections;
    size_t section_n;
    const FormField *fields;
    size_t field_n;
    const FormCheck *checks;
    size_t check_n;
    const FormAdvice *advice;
    size_t advice_n;
    const ExprTable *const *tables; /* that its expressions look numbers up in */
    size_t table_n;
    /* What its expressions read of the policy; behind own_parameter_n what only rules of programs
     * read of its records. */
    const FormParameter *parameters;
    size_t parameter_n, own_parameter_n;
    uint32_t slot_n; /* slots of its expressions, see FormSlot */
} Form;

/* Slots of a form's expressions: the fields in order, then these, then previous.<field> in order,
 * then the parameters. Names in expressions: a field's id, happened_on, today, subject.sex,
 * subject.birth_date, subject.programs, previous.happened_on, previous.<field id>, $parameter.
 * `previous` is the subject's newest current record of the same form that happened on an earlier
 * day (or the same day with a smaller id); a parameter is as on the day of the record. */
typedef enum {
    FORM_SLOT_HAPPENED_ON,
    FORM_SLOT_TODAY,
    FORM_SLOT_SUBJECT_SEX,
    FORM_SLOT_SUBJECT_BIRTH_DATE,
    FORM_SLOT_SUBJECT_PROGRAMS, /* a set of codes: ids of the programs that the subject is in */
    FORM_SLOT_PREVIOUS_HAPPENED_ON,
    FORM_SLOT_CONTEXT_N,
} FormSlot;

/* The slot of a context item, of a field of this record, of a field of the previous one. */
uint32_t form_slot(const Form *form, FormSlot slot);
uint32_t form_slot_previous(const Form *form, size_t field);
uint32_t form_slot_parameter(const Form *form, size_t parameter);
/* Whether its own expressions read the slot. */
bool form_reads_slot(const Form *form, uint32_t slot);
/* The names of a form under construction, for compiling its expressions. `fields` may still lack
 * its expressions; only id and type are read. FIELD_ROWS have no name. */
typedef struct {
    const FormField *fields;
    size_t field_n;
    size_t readable_n; /* fields before this index may be read; field_n for checks and advice */
    const FormParameter *parameters; /* resolves $names; may be NULL */
    size_t parameter_n;
    const ExprTable *const *tables; /* that may be looked up; may be NULL */
    size_t table_n;
} FormNames;
ExprScope form_scope(FormNames *names);
ExprType form_field_expr_type(FieldType type);

/* Its value is a set of texts (codes, or the names of files): a table of its own, a row each. */
static inline bool form_type_is_set(FieldType type)
{
    return type == FIELD_CODES || type == FIELD_ATTACHMENT;
}

enum { FORM_FILE_NAME_N = 64 }; /* SHA-256 in lower-case hexadecimal digits */
bool form_is_file_name(Str text);

/* SIZE_MAX when there is none. */
size_t form_find_field(const Form *form, Str id);

typedef struct {
    ExprValue *values; /* row_field_n values */
} FormRow;

typedef struct {
    FormRow *rows;
    size_t n;
} FormRows;

/* What was sent for a field and is no value of its type: form_evaluate makes it an ISSUE_TYPE. */
typedef struct FormFault {
    size_t field;
    size_t row, row_field; /* SIZE_MAX outside FIELD_ROWS */
    struct FormFault *older;
} FormFault;

typedef struct FormAnswers {
    ExprValue *values; /* one a field; absent for FIELD_ROWS */
    FormRows *rows;    /* one a field; empty but for FIELD_ROWS */
    const Str *confirmed;
    size_t confirmed_n;
    FormFault *fault; /* newest first */
} FormAnswers;

void form_answers_init(FormAnswers *answers, const Form *form, Arena *arena);

/* Where in the answers: row and row_field are SIZE_MAX for a field that is not FIELD_ROWS. */
typedef struct {
    size_t field;
    size_t row, row_field;
} FormPlace;
#define FORM_FIELD(field_index) ((FormPlace){(field_index), SIZE_MAX, SIZE_MAX})

/* Puts text (from a file, a browser, JSON) in as a value of the field's type; what is not of that
 * type is kept as a fault. An empty text is no answer. Rows are added up to the one named; false
 * when it lies beyond every limit (FORM_ROW_MOST). Texts are borrowed. */
enum { FORM_ROW_MOST = 200 };
bool form_answers_put_text(FormAnswers *answers, const Form *form, Arena *arena, FormPlace place,
                           Str text) MUST_CHECK;
bool form_answers_put_codes(FormAnswers *answers, const Form *form, Arena *arena, FormPlace place,
                            const Str *codes, size_t code_n) MUST_CHECK;
/* The value at a place; absent outside the rows that exist. */
ExprValue form_answers_get(const FormAnswers *answers, FormPlace place);
/* For callers that know by themselves that a value has the wrong type (JSON true for a number). */
void form_answers_refuse(FormAnswers *answers, Arena *arena, FormPlace place);

/* One value of a field (no set, not FIELD_ROWS) from text: whole numbers, decimals with at
 * most `places` decimals, ISO dates, text without control characters. ERR_INVALID with the complete
 * message otherwise. Ranges, codes and length are judged by form_evaluate. */
Err form_value_from_text(const FormField *field, Str text, Arena *arena, ExprValue *ret_value,
                         Wording *reterr_message) MUST_CHECK;
/* The text of a value as the wire, files and SQL literals of it are read; absent gives the empty
 * text. Codes are joined by commas. */
Str form_value_to_text(ExprValue value, Arena *arena);

typedef struct FormContext {
    Date happened_on;
    Date today;
    Str subject_sex; /* GB/T 2261.1 code, or empty */
    Date subject_birth_date;
    const Str *subject_programs; /* ids of programs, on the day of the record */
    size_t subject_program_n;
    const FormParameter *parameters; /* of the place, in the form's order; NULL: the form's own */
    Date previous_happened_on;       /* DATE_NONE when there is no previous record */
    const ExprValue *previous;       /* field_n values, or NULL */
} FormContext;

typedef enum {
    ISSUE_REQUIRED,
    ISSUE_TYPE, /* also more decimals than the field keeps, and control characters in text */
    ISSUE_RANGE,
    ISSUE_USUAL, /* soft */
    ISSUE_CODE,
    ISSUE_EXCLUSIVE,
    ISSUE_LENGTH,
    ISSUE_ROWS,
    ISSUE_CHECK, /* hard or soft, as the check says */
} FormIssueKind;

typedef struct {
    FormIssueKind kind;
    bool is_hard;
    bool is_confirmed;     /* soft and confirmed by the person */
    Str key;               /* field id, "field:usual", or check id: what `confirmed` names */
    size_t field;          /* SIZE_MAX: the form as a whole */
    size_t row, row_field; /* SIZE_MAX outside FIELD_ROWS */
    Wording message;       /* complete, with the limits in it */
} FormIssue;

typedef struct FormResult {
    bool *is_shown;       /* one a field */
    bool *is_required;    /* one a field */
    ExprValue *suggested; /* one a field; absent when none */
    const FormIssue *issues;
    size_t issue_n;
    const FormAdvice **advice;
    size_t advice_n;
    bool has_hard;
    bool has_unconfirmed;
    bool has_changed; /* some answer that is not computed was cleared, or taken as another type */
} FormResult;

/* Clears hidden answers, fills in computed ones (both in *answers), and judges the rest. Results
 * live in arena. Never fails: any answers give a result. */
void form_evaluate(const Form *form, const FormContext *context, FormAnswers *answers, Arena *arena,
                   FormResult *ret_result);
