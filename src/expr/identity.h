/* Resident identity numbers (GB 11643): 6 area, 8 birth date, 3 sequence (odd male, even female), 1
 * check. Pure: forms judge with the same code that engines store with. */
#pragma once

#include "base/date.h"
#include "base/str.h"

typedef struct IdentityNumber {
    char number[19]; /* 18 characters, upper-case X; a 15-digit number is upgraded */
    Date birth_date;
    Str sex;           /* "1" or "2" */
    bool area_unknown; /* no such province (GB/T 2260): a warning only, codes are abolished over
                          time */
} IdentityNumber;

/* The first fault is told, in this order. */
typedef enum {
    IDENTITY_OK,
    IDENTITY_LENGTH,
    IDENTITY_CHARACTERS,
    IDENTITY_DATE,
    IDENTITY_CHECK, /* wrong check character */
} IdentityFault;

/* today: no birth date lies after it. */
IdentityFault identity_number_read(Str text, Date today, IdentityNumber *ret_number);
/* "", "length", "characters", "date", "check". */
const char *identity_fault_name(IdentityFault fault);
