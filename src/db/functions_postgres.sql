-- What PostgreSQL needs to speak as SQLite does with our functions: the type of dates, and the helper
-- functions of db/README.md. db_functions.c is the same for SQLite; a test compares the two.
-- Functions are SQL so that the planner can put them into the query that calls
-- them; therefore they are not STRICT, but written so that NULL gives NULL.

-- The check costs less than a regular expression would; a day that does not exist fails in make_date.
DO $$
BEGIN
    IF pg_catalog.to_regtype('iso_date') IS NULL THEN
        CREATE DOMAIN iso_date AS text COLLATE "C"
            CHECK (VALUE IS NULL OR VALUE LIKE '____-__-__' AND VALUE >= '0001'
                AND strpos(VALUE, ' ') = 0 AND strpos(VALUE, '+') = 0
                AND make_date(CAST(substr(VALUE, 1, 4) AS integer), CAST(substr(VALUE, 6, 2) AS integer),
                    CAST(substr(VALUE, 9, 2) AS integer)) IS NOT NULL);
    END IF;
END
$$;

-- Days since 1970-01-01 of a text that must be a date; the parts of a date as numbers.
CREATE OR REPLACE FUNCTION date_day_number(day text) RETURNS integer
LANGUAGE SQL IMMUTABLE PARALLEL SAFE
RETURN make_date(CAST(substr(day, 1, 4) AS integer), CAST(substr(day, 6, 2) AS integer),
    CAST(substr(day, 9) AS integer)) - DATE '1970-01-01';

CREATE OR REPLACE FUNCTION date_month_length(year integer, month integer) RETURNS integer
LANGUAGE SQL IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN month IN (4, 6, 9, 11) THEN 30
    WHEN month <> 2 THEN 31
    WHEN year % 4 = 0 AND (year % 100 <> 0 OR year % 400 = 0) THEN 29
    ELSE 28
END;

CREATE OR REPLACE FUNCTION date_text(year integer, month integer, day integer) RETURNS text
LANGUAGE SQL IMMUTABLE PARALLEL SAFE
RETURN lpad(CAST(year AS text), 4, '0') || '-' || lpad(CAST(month AS text), 2, '0') || '-'
    || lpad(CAST(day AS text), 2, '0');

CREATE OR REPLACE FUNCTION date_of_number(number bigint) RETURNS text
LANGUAGE SQL IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN number BETWEEN -719162 AND 2932896 THEN
    date_text(CAST(extract(year FROM DATE '1970-01-01' + CAST(number AS integer)) AS integer),
        CAST(extract(month FROM DATE '1970-01-01' + CAST(number AS integer)) AS integer),
        CAST(extract(day FROM DATE '1970-01-01' + CAST(number AS integer)) AS integer))
END;

CREATE OR REPLACE FUNCTION days_between(from_day text, to_day text) RETURNS bigint
LANGUAGE SQL IMMUTABLE PARALLEL SAFE
RETURN CAST(date_day_number(to_day) - date_day_number(from_day) AS bigint);

CREATE OR REPLACE FUNCTION add_days(day text, days bigint) RETURNS text
LANGUAGE SQL IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN days BETWEEN -4000000 AND 4000000 THEN date_of_number(date_day_number(day) + days) END;

-- The month is counted from year 0; a day that the month has not becomes its last.
CREATE OR REPLACE FUNCTION date_at_month(index integer, day integer) RETURNS text
LANGUAGE SQL IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN index BETWEEN 12 AND 119999 THEN
    date_text(index / 12, index % 12 + 1, least(day, date_month_length(index / 12, index % 12 + 1)))
END;

CREATE OR REPLACE FUNCTION add_months(day text, months bigint) RETURNS text
LANGUAGE SQL IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN date_day_number(day) IS NOT NULL AND months BETWEEN -4000000 AND 4000000 THEN
    date_at_month(CAST(substr(day, 1, 4) AS integer) * 12 + CAST(substr(day, 6, 2) AS integer) - 1
        + CAST(months AS integer), CAST(substr(day, 9) AS integer))
END;

-- One month less while the day of birth is ahead and the month still has it.
CREATE OR REPLACE FUNCTION age_months(birth text, on_day text) RETURNS bigint
LANGUAGE SQL IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN date_day_number(birth) IS NOT NULL AND date_day_number(on_day) IS NOT NULL THEN
    CAST((CAST(substr(on_day, 1, 4) AS integer) - CAST(substr(birth, 1, 4) AS integer)) * 12
        + CAST(substr(on_day, 6, 2) AS integer) - CAST(substr(birth, 6, 2) AS integer)
        - CASE WHEN CAST(substr(on_day, 9) AS integer) < least(CAST(substr(birth, 9) AS integer),
                date_month_length(CAST(substr(on_day, 1, 4) AS integer),
                    CAST(substr(on_day, 6, 2) AS integer))) THEN 1 ELSE 0 END AS bigint)
END;

CREATE OR REPLACE FUNCTION age_years(birth text, on_day text) RETURNS bigint
LANGUAGE SQL IMMUTABLE PARALLEL SAFE
RETURN CAST(floor(CAST(age_months(birth, on_day) AS numeric) / 12) AS bigint);

CREATE OR REPLACE FUNCTION period_start(kind text, day text) RETURNS text
LANGUAGE SQL IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN date_day_number(day) IS NULL THEN NULL ELSE CASE kind
    WHEN 'week' THEN date_of_number(date_day_number(day)
        - (date_day_number(day) + 3 + 7000000) % 7)
    WHEN 'month' THEN substr(day, 1, 8) || '01'
    WHEN 'quarter' THEN date_text(CAST(substr(day, 1, 4) AS integer),
        (CAST(substr(day, 6, 2) AS integer) - 1) / 3 * 3 + 1, 1)
    WHEN 'half' THEN date_text(CAST(substr(day, 1, 4) AS integer),
        (CAST(substr(day, 6, 2) AS integer) - 1) / 6 * 6 + 1, 1)
    WHEN 'year' THEN substr(day, 1, 5) || '01-01'
END END;

-- The cast to numeric keeps 15 significant digits, as base/num.h does; numeric rounds half away from 0.
CREATE OR REPLACE FUNCTION round_to(value double precision, places bigint) RETURNS double precision
LANGUAGE SQL IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN places BETWEEN 0 AND 10
    THEN CAST(round(CAST(value AS numeric), CAST(places AS integer)) AS double precision)
    WHEN places IS NOT NULL THEN value
END;

CREATE OR REPLACE FUNCTION int_of(value boolean) RETURNS bigint
LANGUAGE SQL IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN value THEN CAST(1 AS bigint) WHEN NOT value THEN CAST(0 AS bigint) END;

CREATE OR REPLACE FUNCTION int_of(value bigint) RETURNS bigint
LANGUAGE SQL IMMUTABLE PARALLEL SAFE
RETURN value;

CREATE OR REPLACE FUNCTION int_of(value double precision) RETURNS bigint
LANGUAGE SQL IMMUTABLE PARALLEL SAFE
RETURN CAST(trunc(value) AS bigint);

CREATE OR REPLACE FUNCTION ratio(a double precision, b double precision) RETURNS double precision
LANGUAGE SQL IMMUTABLE PARALLEL SAFE
RETURN a / nullif(b, 0);
