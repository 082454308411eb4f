-- What was owed to a share of organisations was stored as if somebody had spared it on the first day of the calendar's count.
UPDATE obligation SET spared_on = NULL WHERE spared_on = '1970-01-01' AND waived_on IS NULL;
