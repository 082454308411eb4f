/* What runs in the transaction of every record, of every change of a resident, of another subject
 * and of a parameter, and of every revoking of phones, in this order. */
#include "app/app.h"

#include "engine/measures/measures.h"
#include "engine/obligations/obligations.h"
#include "engine/sync/sync.h"

const ResidentHook app_resident_hooks[] = {
    record_resident_hook,
    obligation_resident_hook,
    measure_resident_hook,
    NULL,
};

const PolicyHook app_policy_hooks[] = {
    obligation_policy_hook,
    NULL,
};

const SubjectHook app_subject_hooks[] = {
    obligation_subject_hook,
    measure_subject_hook,
    NULL,
};

const DeviceHook app_device_hooks[] = {
    sync_device_hook,
    NULL,
};

const RecordHook app_record_hooks[] = {
    record_register_hook, obligation_record_hook, measure_record_hook, record_treating_hook, NULL,
};
