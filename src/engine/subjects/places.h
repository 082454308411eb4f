/* Places and the people who work there, over time.
 *
 * Invariants
 *  1. Rows are spells: in force from valid_from to valid_to, both inclusive; DATE_NONE: no end. The
 *     tree, the register and the catchments of any day can be asked (cx->as_of, else cx->today).
 *  2. Codes of areas are prefixes: county 6 digits, township 9, village 12, grid 15. What comes
 *     under another parent gets another code, and the old area the new one as its successor.
 *  3. Residents keep the area they were registered in. Whoever answers for an area answers for the
 *     areas in it and for ended areas that became it, unless somebody answers for those themselves.
 *  4. A facility, team and doctors answer for an area from a day on; whoever did before does no
 *     longer. What anybody sees follows in the same transaction; nothing else depends on it.
 *  5. Sheets of areas, facilities, catchments and staff are looked at row by row, each against
 *     what is stored and against the other rows, before one is stored. Whoever is not the system
 *     needs the permission, and touches only what is at or below his own facility. */
#pragma once

#include "base/map.h"
#include "core/sheet.h"

/* Older than every record: "from the beginning". */
#define PLACE_BEGINNING date_from_ymd(1900, 1, 1)

typedef struct Area {
    Str code;
    Str parent;    /* empty for the county */
    int64_t level; /* 3 county, 4 township, 5 village, 6 grid */
    Str name;
    Str name_en;
    Str kind; /* statistical urban-rural class or empty */
    Date valid_from, valid_to;
} Area;

typedef struct Facility {
    Str code;
    Str name;
    Str name_en;
    Str kind;                  /* code list facility_kind of the packs */
    int64_t level;             /* 3 county, 4 township, 5 village */
    Str parent;                /* code, or empty */
    Date valid_from, valid_to; /* of this spell */
    Str area;                  /* where it stands; or empty */
    Str ownership, status;     /* code lists facility_ownership, facility_status */
    Str licence_no;
    Date licence_to; /* only with a licence_no */
    Str merged_into; /* what answers for its areas after valid_to; or empty */
} Facility;

typedef struct Catchment {
    Str facility;
    Str area;
    Date valid_from, valid_to;
    Str team;
} Catchment;

/* A doctor by name, for an area of the facility's catchment. */
typedef struct CatchmentDoctor {
    Str facility, area;
    Uuid staff;
    Str code, name;
    Date valid_from, valid_to;
} CatchmentDoctor;

/* ---- areas ---- */

/* In force, by code. */
Err subject_areas(Cx *cx, const Area **ret_areas, size_t *ret_n) MUST_CHECK;
/* Also those that have ended, each as it was last: for names. */
Err subject_areas_known(Cx *cx, const Area **ret_areas, size_t *ret_n) MUST_CHECK;
/* The code itself when there is no such area; the English one may be empty. */
Err subject_area_name(Cx *cx, Str code, Wording *ret_name) MUST_CHECK;
/* The same for the areas of a list, which names few of them again and again. */
typedef struct AreaNames {
    Map names;
} AreaNames;
Err subject_area_names(Cx *cx, const Str *codes, size_t n, AreaNames *ret_names) MUST_CHECK;
Wording area_name(const AreaNames *names, Str code);
/* An area from the beginning without end, whatever its dates say; replaces what is there. */
Err subject_area_add(Cx *cx, const Area *area) MUST_CHECK;
/* Columns: code, parent, level, name, name_en, kind, valid_from, valid_to, succeeds (the codes that
 * it came from, parted by spaces). A new spell of a code ends the one before: so areas are renamed.
 * A dry run checks only. */
extern const SheetShape subject_areas_shape;
Err subject_areas_put(Cx *cx, const SheetTable *sheet, bool is_dry_run) MUST_CHECK;

typedef enum {
    AREA_GAP,       /* in force, without areas in it, and nobody answers for it */
    AREA_OVERLAP,   /* two facilities answer for it */
    AREA_ENDED,     /* people are registered in it, and it is not one area that it became */
    AREA_DIVIDED,   /* people are registered in it although it has grids */
    AREA_NOT_KNOWN, /* people are registered in it, and there is no such area */
    AREA_ORPHANED,  /* its catchment belongs to a facility that is not in force */
} AreaFault;

typedef struct AreaFinding {
    AreaFault fault;
    Str area;
    Str facility; /* of overlaps (the later by code) and orphans */
    int64_t people;
} AreaFinding;

/* What keeps addresses from being in exactly one area that one facility answers for; on the asked
 * day, by area. Counts the people of every area. */
Err subject_areas_check(Cx *cx, const AreaFinding **ret_findings, size_t *ret_n) MUST_CHECK;
const char *area_fault_name(AreaFault fault);

/* ---- facilities ---- */

/* In force, by code. */
Err subject_facilities(Cx *cx, const Facility **ret_facilities, size_t *ret_n) MUST_CHECK;
/* Adds a spell, or replaces the one of the same code and first day; ends the spell before it. With
 * merged_into and a last day, its areas pass to the successor on the day after. */
Err subject_facility_add(Cx *cx, const Facility *facility) MUST_CHECK;
/* Columns: code, name, name_en, kind, level, parent, area, ownership, status, licence_no,
 * licence_to, valid_from, valid_to, merged_into. */
extern const SheetShape subject_facilities_shape;
Err subject_facilities_put(Cx *cx, const SheetTable *sheet, bool is_dry_run) MUST_CHECK;
/* Whether code is top or stands below it, in a list of facilities. */
bool facility_stands_below(const Facility *facilities, size_t n, Str code, Str top);
/* The nearest facility of level 4 or above it: what first passwords are sorted by. */
const Facility *facility_township(const Facility *facilities, size_t n, Str code);

/* ---- catchments ---- */

Err subject_catchment_add(Cx *cx, const Catchment *catchment) MUST_CHECK;
/* In force, by facility and area. */
Err subject_catchments(Cx *cx, const Catchment **ret_catchments, size_t *ret_n) MUST_CHECK;
Err subject_catchment_doctors(Cx *cx, const CatchmentDoctor **ret_doctors,
                              size_t *ret_n) MUST_CHECK;
/* Area codes that the facility answers for on the day, own catchments or (below) with those of
 * every facility under it. */
Err subject_catchment_areas(Cx *cx, Str facility, bool below, Date day, const Str **ret_codes,
                            size_t *ret_n) MUST_CHECK;

/* The same of every facility, by area: areas in catchments, and ended ones that became them; with
 * the team of the catchment, if it has one. */
typedef struct CoveredArea {
    Str facility, area, team;
} CoveredArea;
Err subject_catchments_covered(Cx *cx, Date day, const CoveredArea **ret_areas,
                               size_t *ret_n) MUST_CHECK;

/* From the day on (to the last day, if there is one) the facility answers for the area, with these
 * doctors by name. */
typedef struct CatchmentChange {
    Catchment catchment;
    const Uuid *doctors;
    size_t doctor_n;
} CatchmentChange;

enum { CATCHMENT_BATCH = 8 }; /* changes in one transaction: the writer is free in between */

/* In order, each whole; at most CATCHMENT_BATCH in a transaction, so that changing a township holds
 * nobody up. Told again, it changes nothing. */
Err subject_catchments_change(Cx *cx, const CatchmentChange *changes, size_t n) MUST_CHECK;
/* Columns: area, facility, valid_from, valid_to, team, doctors (staff codes parted by spaces). Both
 * the facility that answers for the area on the first day, if any, and the new one must be below
 * the own one. */
extern const SheetShape subject_catchments_shape;
Err subject_catchments_put(Cx *cx, const SheetTable *sheet, bool is_dry_run) MUST_CHECK;

/* ---- staff ---- */

typedef struct Staff {
    Uuid id; /* that of the account, when there is one */
    Str code;
    Str name, sex;
    Date birth_date;
    Str qualification, licence_no, title, education; /* code lists staff_... */
    Date licence_to;
    Str phone, id_number; /* sealed; never read back by lists */
    /* the spell of work */
    Str facility, post, employment;
    Date valid_from, valid_to;
    /* on the asked day; DATE_NONE when at work */
    Date away_from, away_to;
    Uuid substitute;
} Staff;

/* At work on the asked day at the facility or below it (empty: everywhere), by facility and code.
 */
Err staff_list(Cx *cx, Str facility, const Staff **ret_staff, size_t *ret_n) MUST_CHECK;
/* In a post on the day and not on leave, at the asking one's facility or below it; the system:
 * everywhere. */
Err staff_present(Cx *cx, Date day, const Staff **ret_staff, size_t *ret_n) MUST_CHECK;
/* Whether one of them is, at the facility (empty: any). */
Err staff_is_present(Cx *cx, Uuid id, Date day, Str facility, bool *ret_is_present) MUST_CHECK;
/* Empty when nobody of staff has the id. */
Err staff_name(Cx *cx, Uuid id, Str *ret_name) MUST_CHECK;
/* Adds or changes a member of staff and a spell of work. */
Err staff_add(Cx *cx, const Staff *staff) MUST_CHECK;

typedef struct StaffLeave {
    Uuid staff;
    Date valid_from, valid_to;
    Uuid substitute; /* nil: nobody */
} StaffLeave;

/* Asked by a person with staff.write for staff below his own facility. The substitute sees what the
 * absent one answers for on those days, and not a day longer. */
Err staff_leave_put(Cx *cx, const StaffLeave *leave) MUST_CHECK;

/* A first password, to be printed once and handed over. */
typedef struct FirstPassword {
    Str township, facility; /* names */
    Str name, login, password;
} FirstPassword;

/* Columns: code, name, sex, birth_date, facility, post, employment, valid_from, valid_to,
 * qualification, licence_no, licence_to, title, education, phone, id_number, login, role. Rows with
 * a login get an account with a first password, unless the member has one; the role must be one
 * that the actor manages. Passwords by township, facility, login. */
extern const SheetShape staff_shape;
Err staff_put(Cx *cx, const SheetTable *sheet, bool is_dry_run, const FirstPassword **ret_passwords,
              size_t *ret_password_n) MUST_CHECK;
