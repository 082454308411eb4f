-- Who may see a person for another reason than where the person lives.

-- holder: a facility's code, or '@' and the id of an account. kind: one bit, see RelationKind. class: the
-- sensitivity class that the relation opens, or empty. source: the record or case that it comes from, or
-- the nil id. In force from valid_from to valid_to, both included.
CREATE TABLE access_relation (
    place {text} NOT NULL,
    holder {text} NOT NULL,
    subject_id {uuid} NOT NULL,
    kind {integer} NOT NULL,
    class {text} NOT NULL,
    source {uuid} NOT NULL,
    valid_from {date} NOT NULL,
    valid_to {date} NOT NULL,
    PRIMARY KEY (place, holder, subject_id, kind, class, source)
) {clustered};
CREATE INDEX access_relation_by_subject ON access_relation (place, subject_id);
CREATE INDEX access_relation_by_source ON access_relation (place, source);
