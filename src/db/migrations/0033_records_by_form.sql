-- The records of a form by day: its table and its export read them newest first, a page at a time.
CREATE INDEX record_by_form ON record (place, form, happened_on, id);
