/* What the files of subjects share. */
#pragma once

#include "base/os_crypto.h"
#include "base/vec.h"
#include "engine/subjects/residents.h"

/* The initial of a Chinese character's pinyin, 'a' to 'z'; 0 when there is none. as_surname takes
 * the reading that the character has at the head of a name. */
char pinyin_initial(uint32_t code, bool as_surname);

enum {
    NAME_CHARACTERS_MOST = 12, /* of a name that can be searched */
    INITIALS_MOST = 6,
    TOKENS_MOST = 48,
};

typedef struct TokenList {
    Token items[TOKENS_MOST]; /* each once */
    size_t n;
} TokenList;

/* A name as it is searched: lower-case ASCII, no spaces, one kind of middle dot. */
Str name_normalised(Arena *arena, Str name);
/* Without spaces and hyphens, upper case: identity numbers, other documents and phones. */
Str number_normalised(Arena *arena, Str number);

/* What is hashed; place by place the same in writing and searching. */
Token token_of_name(const struct Keys *keys, Arena *arena, Str normalised);
Token token_of_name_character(const struct Keys *keys, Arena *arena, size_t position,
                              Str character);
Token token_of_initials(const struct Keys *keys, Arena *arena, Str initials);
Token token_of_id_number(const struct Keys *keys, Arena *arena, Str normalised);
Token token_of_id_number_end(const struct Keys *keys, Arena *arena, Str last_four);
Token token_of_phone(const struct Keys *keys, Arena *arena, Str normalised);
Token token_of_phone_end(const struct Keys *keys, Arena *arena, Str last_four);

/* Every token by which the resident is found. */
void resident_tokens(const struct Keys *keys, Arena *arena, const Resident *resident,
                     TokenList *ret_tokens);

/* The identity number as it is stored: that of an identity card in its form of 18 characters when
 * it is acceptable, anything else as it was given. */
Str resident_id_number(Cx *cx, const Resident *resident);
/* Kind and number of the document, a problem at each; the number as it is written without what is
 * only printed, sex and date of birth from the card where they were left out. */
Err resident_document_check(Cx *cx, Resident *resident) MUST_CHECK;
/* Asks about what contradicts the card: soft problems (ERR_INVALID) unless the draft confirms them.
 * ret_confirmed: the keys of those, for the audit. */
Err resident_card_ask(Cx *cx, const ResidentDraft *draft, const Resident *resident,
                      Str *ret_confirmed) MUST_CHECK;
/* ERR_INVALID at /relation when the packs' list household_relation lacks the code. */
Err resident_relation_check(Cx *cx, Str relation) MUST_CHECK;
/* Sealed columns; associated data is "resident.<column> <id>". An empty text is NULL. */
Str resident_seal(Cx *cx, Uuid id, const char *column, Str plain);
/* The empty name is sealed too: its column is never NULL. */
Str resident_seal_name(Cx *cx, Uuid id, Str name);
Err resident_unseal(Cx *cx, Uuid id, const char *column, Str sealed, Str *ret_plain) MUST_CHECK;
/* Whatever the caller sees: for work inside a write, about somebody found in scope. */
Err resident_read_system(Cx *cx, Uuid id, bool *ret_found, Resident *ret_resident) MUST_CHECK;
/* To what a sealed fact of the resident is bound. */
Str resident_fact_associated(Cx *cx, Uuid id, Str fact);
Err resident_rev_next(Cx *cx, int64_t *ret_rev) MUST_CHECK;
/* The resident's tokens stand under another area. */
Err resident_tokens_move(Cx *cx, Uuid id, Str from, Str to) MUST_CHECK;
/* Sets the columns that follow from events; tokens follow the area. No hooks. */
Err resident_state_apply(Cx *cx, Uuid id, const ResidentState *state, Uuid merged_into) MUST_CHECK;
/* What the event makes of the state; false where it cannot follow. */
bool resident_state_follow(ResidentState *state, const ResidentEvent *event);
/* Where and whether the resident lives, by his own events alone. */
Err resident_state_by_events(Cx *cx, Uuid id, ResidentState *ret_state) MUST_CHECK;
/* Writes down what the resident was registered with, unless events say it. */
Err resident_life_begin(Cx *cx, Uuid id) MUST_CHECK;
Err resident_changed(Cx *cx, Uuid resident, Uuid filed_from) MUST_CHECK;
/* ERR_NOT_FOUND unless in sight; an entry kept under another counts as that person. */
Err resident_require(Cx *cx, Uuid *id, Str where) MUST_CHECK;
/* The same for who lives in one's own areas: by relation nobody is there. */
Err resident_require_home(Cx *cx, Uuid *id) MUST_CHECK;
/* ERR_INVALID at /facility unless the register has the code. */
Err facility_require_known(Cx *cx, Str code) MUST_CHECK;
/* Whose entry in scope has exactly this number (number_normalised); nil when nobody's. */
Err resident_find_number(Cx *cx, const DbScope *scope, Str number, Uuid *ret_id) MUST_CHECK;
/* ERR_INVALID at /area unless it is a village or grid in force. */
Err resident_area_check(Cx *cx, Str area) MUST_CHECK;
