/* What runs in the transaction of every record, in this order. */
#include "app/app.h"

#include "engine/obligations/obligations.h"

const RecordHook app_record_hooks[] = {
    obligation_record_hook,
    NULL,
};
