-- +goose Up

-- The newest promise of every epoch of every channel, as consumer and as provider. domain is the
-- EIP-712 domain separator: chain and contract.
CREATE TABLE payment_promise (
    domain    BLOB NOT NULL,
    consumer  BLOB NOT NULL,
    provider  BLOB NOT NULL,
    channel   INTEGER NOT NULL,
    epoch     INTEGER NOT NULL,
    amount    INTEGER NOT NULL, -- cumulative in the epoch, units
    signature BLOB NOT NULL,    -- 65 bytes
    updated   INTEGER NOT NULL,
    PRIMARY KEY (domain, consumer, provider, channel, epoch)
) STRICT, WITHOUT ROWID;
CREATE INDEX payment_promise_provider ON payment_promise (domain, provider);

-- Sessions as this node accounts for them.
CREATE TABLE payment_session (
    id         BLOB NOT NULL,
    role       TEXT NOT NULL CHECK (role IN ('consumer', 'provider')),
    self       BLOB NOT NULL,
    peer       BLOB NOT NULL,
    service    TEXT NOT NULL,
    country    TEXT NOT NULL,
    per_gib    INTEGER NOT NULL,
    per_hour   INTEGER NOT NULL,
    setup      INTEGER NOT NULL,
    channel    INTEGER NOT NULL,
    epoch      INTEGER NOT NULL,
    locked     INTEGER NOT NULL,
    spend_cap  INTEGER NOT NULL,
    started    INTEGER NOT NULL,
    ended      INTEGER NOT NULL DEFAULT 0, -- 0 while open
    reason     TEXT NOT NULL DEFAULT '',
    sent       INTEGER NOT NULL DEFAULT 0,
    received   INTEGER NOT NULL DEFAULT 0,
    billed     INTEGER NOT NULL DEFAULT 0,
    elapsed    INTEGER NOT NULL DEFAULT 0, -- ms
    due        INTEGER NOT NULL DEFAULT 0,
    promised   INTEGER NOT NULL DEFAULT 0,
    promises   INTEGER NOT NULL DEFAULT 0,
    traffic_window INTEGER NOT NULL DEFAULT 0, -- bytes
    PRIMARY KEY (id, role)
) STRICT, WITHOUT ROWID;
CREATE INDEX payment_session_started ON payment_session (self, started);

-- What two identities' history is worth. For a provider: what the peer paid since it last owed
-- something, and what it owes. For a consumer: the most that it would pay if asked.
CREATE TABLE payment_account (
    domain BLOB NOT NULL,
    role   TEXT NOT NULL CHECK (role IN ('consumer', 'provider')),
    self   BLOB NOT NULL,
    peer   BLOB NOT NULL,
    credit INTEGER NOT NULL,
    debt   INTEGER NOT NULL,
    PRIMARY KEY (domain, role, self, peer)
) STRICT, WITHOUT ROWID;

-- Locks that were signed and may still be put on chain: the newest of each channel.
CREATE TABLE payment_lock (
    domain      BLOB NOT NULL,
    consumer    BLOB NOT NULL,
    channel     INTEGER NOT NULL,
    provider    BLOB NOT NULL,
    epoch       INTEGER NOT NULL,
    locked      INTEGER NOT NULL,
    valid_until INTEGER NOT NULL, -- unix seconds
    PRIMARY KEY (domain, consumer, channel)
) STRICT, WITHOUT ROWID;
