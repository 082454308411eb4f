-- What is sensitive: forms, and the rules that read them.

-- Of the database, whatever place. Kept when no pack has the form any more: its records stay closed.
CREATE TABLE form_class (
    form {text} NOT NULL,
    class {text} NOT NULL,
    PRIMARY KEY (form)
) {clustered};

-- The class of the forms that the rule follows from; empty: none.
ALTER TABLE obligation_rule ADD COLUMN class {text} NOT NULL DEFAULT '';
