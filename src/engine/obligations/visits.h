/* What one visit can do: everything that is open for a resident on a day, whatever the program,
 * goes together, since the facility that answers for where he lives does it face to face. A rule
 * that the packs call `alone` stands by itself. One record may meet several of them (an exam that
 * three programs ask for), or each has a form of its own. */
#pragma once

#include "engine/obligations/obligations.h"

/* Whether the line is something that can be done with others on its list's day. */
bool obligation_goes_together(const ObligationLine *line);
/* How many of the lines, all of one subject, go together; 0 unless there are two. */
size_t obligation_together(const ObligationLine *lines, size_t n);

typedef struct ObligationVisit {
    Uuid subject;
    const ObligationLine *lines; /* in the order of lists, without reasons; two at least */
    size_t n;
} ObligationVisit;
/* The subjects of a page of the list of today or later, each of whom has a visit that does several
 * things, also such as stand on other pages; in the order of the page, of its first n lines. Asks
 * nothing where the page knows them, else one statement for fifty people. */
Err obligation_visits(Cx *cx, Date on, const ObligationPage *page, size_t n,
                      const ObligationVisit **ret_visits, size_t *ret_n) MUST_CHECK;
/* NULL: none of them is the subject's. */
const ObligationVisit *obligation_visit_of(const ObligationVisit *visits, size_t n, Uuid subject);
