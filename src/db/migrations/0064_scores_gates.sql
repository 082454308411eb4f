-- What an item of a bulletin alone did to the total of a unit: total_most where the item had a gate; is_shut: it fell short of it.
ALTER TABLE score_bulletin_item ADD COLUMN total_most {decimal};
ALTER TABLE score_bulletin_item ADD COLUMN is_shut {integer} NOT NULL DEFAULT 0;
