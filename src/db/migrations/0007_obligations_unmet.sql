-- The list of an area on a day reads this index alone: met_by is in it because SQLite would else look
-- up every row to find that it is NULL, as the index itself says.
DROP INDEX obligation_unmet;
CREATE INDEX obligation_unmet ON obligation (place, area_code, closes_on, opens_on, due_on, met_by)
    WHERE met_by IS NULL;
