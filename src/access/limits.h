/* The numbers of access, in one place. They are security defaults of the program, not of a domain.
 */
#pragma once

#define ACCESS_MINUTE_MS ((int64_t)60 * 1000)

enum {
    LOGIN_FAILURES_ACCOUNT = 5, /* wrong passwords for one login before it is locked */
    LOGIN_FAILURES_PEER = 20,   /* from one address: a health centre's people share one */
    LOGIN_LOCK_MINUTES = 15,    /* also how long failures are remembered */
    SESSION_LIFE_MINUTES = 12 * 60,
    SESSION_RENEW_MINUTES =
        10, /* a session in use is prolonged at most this often: each is a write */
    SESSION_TOKEN_BYTES = 32,
    PASSWORD_BYTES_LEAST = 8,
    PASSWORD_BYTES_MOST = 256,
    FIRST_PASSWORD_LETTERS = 10, /* some 49 bits */
    ACCOUNT_PAGE_MOST = 500,
    PASSWORD_HASHES_AT_ONCE = 2, /* each takes its memory and a core */
    PASSWORD_HASHES_WAITING = 64,
    REASON_CHARACTERS_LEAST = 10, /* of a reason to see what is masked */
    TREATING_RENEW_DAYS = 30,     /* a relation by treating is prolonged at most this often */
    RELATION_DAYS_MOST = 366,     /* of one that a person gives */
    EMERGENCY_DAYS = 1,           /* after the day itself: a night is one emergency */
    EMERGENCIES_MOST = 5,         /* of one account, found or not, within: */
    EMERGENCY_WINDOW_MINUTES = 24 * 60,
    DEVICES_MOST = 10,       /* phones in use of one account */
    DEVICE_NAME_MOST = 60,   /* characters */
    SMALL_COUNT = 5,         /* fewer of a sensitive kind are not told to who may not see persons */
    ROWS_AREA_DIGITS = 9,    /* of a township: the finest area that rows without identity tell */
    AUDIT_LIST_DAYS = 31,    /* read at once, when no person is named */
    AUDIT_QUEUE_MOST = 4096, /* entries of reads that wait for a write */
    AUDIT_FLUSH_AT = 512,    /* so many are written at once, before their second is over */
    AUDIT_CHECKPOINT_EVERY = 1000,
};
