-- +goose Up

-- The newest record of every slot, kept also after it has expired or been withdrawn until everything
-- that it beats has expired. raw is its exact encoding; it was verified before it was stored.
CREATE TABLE record (
    author  BLOB NOT NULL,
    kind    INTEGER NOT NULL,
    slot    INTEGER NOT NULL,
    network BLOB NOT NULL, -- what the signature is bound to: chain ID u64, registry
    raw     BLOB NOT NULL,
    PRIMARY KEY (author, kind, slot)
) STRICT, WITHOUT ROWID;

-- Authors that signed two different records for one slot at the same instant.
CREATE TABLE record_equivocator (
    author BLOB PRIMARY KEY,
    until  INTEGER NOT NULL -- unix ms, when the mark lapses
) STRICT, WITHOUT ROWID;
