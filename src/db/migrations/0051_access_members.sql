-- Places above others: a city and its counties.

-- Who sees the whole of place may look at member's numbers too, side by side with those of the others.
CREATE TABLE place_member (
    place {text} NOT NULL,
    member {text} NOT NULL,
    PRIMARY KEY (place, member)
) {clustered};
