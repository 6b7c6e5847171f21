-- +goose Up

-- How far each consumer of chain logs has come: one row per follower.
CREATE TABLE follower (
    name     TEXT PRIMARY KEY,
    chain_id INTEGER NOT NULL,
    contract BLOB NOT NULL,
    number   INTEGER NOT NULL -- newest block whose logs were applied
) STRICT;

-- Hashes of recently applied blocks, by which a reorganisation is noticed.
CREATE TABLE follower_block (
    follower TEXT NOT NULL REFERENCES follower (name) ON DELETE CASCADE,
    number   INTEGER NOT NULL,
    hash     BLOB NOT NULL,
    PRIMARY KEY (follower, number)
) STRICT, WITHOUT ROWID;

-- Registered identities, as the registry contract's events tell.
CREATE TABLE identity (
    address    BLOB PRIMARY KEY,
    public_key BLOB NOT NULL, -- x and y, 64 bytes
    block      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX identity_block ON identity (block);

-- Transactions to take effect once. A row exists before anything is sent.
CREATE TABLE outbox (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    chain_id   INTEGER NOT NULL,
    sender     BLOB NOT NULL,
    key        TEXT NOT NULL,    -- the caller's name for it
    recipient  BLOB NOT NULL,
    data       BLOB NOT NULL,
    state      TEXT NOT NULL CHECK (state IN ('queued', 'sent', 'mined', 'failed')),
    nonce      INTEGER,          -- once sent
    mined_hash BLOB,             -- while in a block, also when it failed there
    block      INTEGER NOT NULL DEFAULT 0,
    block_hash BLOB,
    reason     TEXT NOT NULL DEFAULT '', -- why it failed, or what holds it up
    final      INTEGER NOT NULL DEFAULT 0, -- 1: deep enough, or never sent; looked at no more
    created    INTEGER NOT NULL, -- unix ms
    UNIQUE (chain_id, sender, key)
) STRICT;
CREATE INDEX outbox_open ON outbox (chain_id, sender, final, id);
CREATE INDEX outbox_state ON outbox (state);

-- Every signed form of an outbox row; all forms of one nonce exclude each other on chain.
CREATE TABLE outbox_attempt (
    outbox  INTEGER NOT NULL REFERENCES outbox (id) ON DELETE CASCADE,
    number  INTEGER NOT NULL, -- from 1
    hash    BLOB NOT NULL,
    nonce   INTEGER NOT NULL,
    raw     BLOB NOT NULL,
    created INTEGER NOT NULL, -- unix ms
    PRIMARY KEY (outbox, number)
) STRICT, WITHOUT ROWID;

-- What a relayer took on for others.
CREATE TABLE relay_ticket (
    id      TEXT PRIMARY KEY,
    intent  BLOB NOT NULL,    -- hash of what was asked for
    attempt INTEGER NOT NULL, -- how often it was asked for, from 1
    outbox  INTEGER NOT NULL REFERENCES outbox (id),
    created INTEGER NOT NULL, -- unix ms
    UNIQUE (intent, attempt)
) STRICT;
CREATE INDEX relay_ticket_outbox ON relay_ticket (outbox);

-- Whom a ticket counts against.
CREATE TABLE relay_party (
    identity BLOB NOT NULL,
    ticket   TEXT NOT NULL REFERENCES relay_ticket (id) ON DELETE CASCADE,
    PRIMARY KEY (identity, ticket)
) STRICT, WITHOUT ROWID;
