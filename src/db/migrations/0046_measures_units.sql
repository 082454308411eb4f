-- Measures about organisations: a row may say what a standard asks of the unit and what it has, and
-- area_code is the desk of the facility where the unit is no area (see 0034).
ALTER TABLE measure_row ADD COLUMN required {decimal};
ALTER TABLE measure_row ADD COLUMN actual {decimal};

-- Licences of facilities: a row a spell, always asked with a day.
CREATE VIEW v_facility_licence AS
SELECT f.place, f.code, f.valid_from, f.licence_no, f.licence_to
FROM facility_spell f;
