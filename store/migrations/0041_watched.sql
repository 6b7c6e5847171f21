-- +goose Up

-- Promises that a watcher holds for their providers, and submits when their consumers ask for an unlock: the newest of each
-- epoch of each channel. domain is the EIP-712 domain separator: chain and contract.
CREATE TABLE watched_promise (
    domain   BLOB NOT NULL,
    consumer BLOB NOT NULL,
    channel  INTEGER NOT NULL,
    epoch    INTEGER NOT NULL,
    provider BLOB NOT NULL,
    amount   INTEGER NOT NULL, -- cumulative in the epoch, units
    due      INTEGER NOT NULL, -- what it would bring, when that was looked at last
    nonce    INTEGER NOT NULL, -- that its provider's consent to a fee names; 0 also without a fee
    intent   BLOB NOT NULL,    -- JSON: what is submitted
    asked    INTEGER NOT NULL DEFAULT 0, -- block in which the unlock was asked for; 0: in none
    look_at  INTEGER NOT NULL, -- unix ms
    tries    INTEGER NOT NULL DEFAULT 0, -- how often it was submitted since it was asked for
    PRIMARY KEY (domain, consumer, channel, epoch, provider)
) STRICT, WITHOUT ROWID;
CREATE INDEX watched_promise_look ON watched_promise (domain, look_at);
CREATE INDEX watched_promise_least ON watched_promise (domain, provider, due);
