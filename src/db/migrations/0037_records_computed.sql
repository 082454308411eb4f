-- Whether a field was computed, or entered: it stays what it was, since records are proved by what was entered.

-- NULL: not noted yet; the next start or upgrade notes it.
ALTER TABLE form_field ADD COLUMN is_computed {integer};
