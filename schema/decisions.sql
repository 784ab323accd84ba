-- Tables of decisions.sqlite, which lies beside an archive's index (PRAGMA user_version tells the version). What
-- version 2 added stands in decisions_2.sql.
-- Written by `retold serve` alone; anyone may read it meanwhile (journal mode WAL: copy it with sqlite3's .backup).
-- All times are UTC, ISO 8601. A later version may add tables and columns; those here keep their names and meaning.

-- Matches of incoming articles with the archive, once the archive holds both articles.
CREATE TABLE matches (
    number          INTEGER PRIMARY KEY AUTOINCREMENT,  -- rises with arrival
    id              TEXT NOT NULL UNIQUE,    -- made of both articles' ids; /v1/matches/{id}
    source          TEXT NOT NULL,           -- ids of both articles, as in row
    derived         TEXT NOT NULL,
    incoming        TEXT NOT NULL,           -- which of the two came in when they were matched
    relation        TEXT NOT NULL,           -- as in row
    score           REAL NOT NULL,           -- as in row
    standing        TEXT,                    -- as in row; null without rules
    source_outlet   TEXT,
    derived_outlet  TEXT,
    source_title    TEXT,
    derived_title   TEXT,
    source_date     TEXT,                    -- as the articles give them
    derived_date    TEXT,
    derived_seconds INTEGER,                 -- the derived article's date, seconds since 1970
    source_sha256   TEXT NOT NULL,           -- of both texts as UTF-8
    derived_sha256  TEXT NOT NULL,
    found_at        TEXT NOT NULL,
    row             TEXT NOT NULL,           -- JSON, schema/pairs.json
    decision        TEXT,                    -- what stands: derived, not_derived, partial; null: undecided
    decided_by      INTEGER,                 -- the event that says so
    last_event      INTEGER                  -- the last event of this match, undoing included
) STRICT;
CREATE INDEX matches_by_source ON matches (source);
CREATE INDEX matches_by_derived ON matches (derived);
CREATE INDEX matches_by_decision ON matches (decision, number);
CREATE INDEX matches_by_score ON matches (score, number);

-- What people said, in the order they said it. Nothing is changed; an undo is an event of its own.
CREATE TABLE events (
    number          INTEGER PRIMARY KEY AUTOINCREMENT,
    match           INTEGER NOT NULL REFERENCES matches (number) ON DELETE CASCADE,
    decision        TEXT NOT NULL CHECK (decision IN ('derived', 'not_derived', 'partial', 'undo')),
    reason          TEXT CHECK (reason IN ('licensed', 'credited_quotation', 'own_copy', 'press_release', 'wrong')),
    who             TEXT NOT NULL,
    note            TEXT,
    at              TEXT NOT NULL,
    seen            INTEGER,                 -- the last event of the match that who decided had seen
    undoes          INTEGER,                 -- the event that an undo takes back
    source_sha256   TEXT NOT NULL,           -- of the texts that it was said of
    derived_sha256  TEXT NOT NULL
) STRICT;
CREATE INDEX events_by_match ON events (match, number);

-- Matches that wait for the index to commit their article. Empty but for moments, and after a crash until serve starts again.
CREATE TABLE noted (
    number          INTEGER PRIMARY KEY AUTOINCREMENT,
    found           TEXT NOT NULL            -- JSON: the columns of matches
) STRICT;
