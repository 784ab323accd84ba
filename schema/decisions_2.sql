-- What version 2 of decisions.sqlite added to the tables of decisions.sql.

-- Matches that the rules of the house do not let be seen. They stay among the matches, and leave this table when the
-- rules are others.
CREATE TABLE hidden (
    match           INTEGER PRIMARY KEY REFERENCES matches (number) ON DELETE CASCADE,
    reason          TEXT NOT NULL            -- outlet, or how the pair stands
) STRICT;

-- The rules by which all matches stand, as one hash. Empty until all were looked at.
CREATE TABLE ruled_by (
    rules           TEXT NOT NULL
) STRICT;
