-- +goose Up

-- The append-only ledger. A row that turned out not to have happened, because the chain was reorganised, is
-- taken back by a further row with the opposite numbers.
CREATE TABLE ledger (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    reverses     INTEGER UNIQUE REFERENCES ledger (id), -- the row that this one takes back
    domain       BLOB NOT NULL,    -- EIP-712 domain separator: chain and contract
    self         BLOB NOT NULL,    -- whose row it is
    role         TEXT NOT NULL CHECK (role IN ('consumer', 'provider')),
    kind         TEXT NOT NULL,
    at           INTEGER NOT NULL, -- unix ms: of the block, of the session's end, or of the taking back
    block        INTEGER NOT NULL DEFAULT 0, -- 0: not from the chain
    block_hash   BLOB NOT NULL,    -- 32 bytes
    log          INTEGER NOT NULL DEFAULT 0, -- index in its block
    tx           BLOB NOT NULL,    -- 32 bytes
    counterparty BLOB NOT NULL,    -- 20 bytes, zero for nobody
    channel      INTEGER NOT NULL DEFAULT 0,
    epoch        INTEGER NOT NULL DEFAULT 0,
    session      BLOB NOT NULL,    -- 16 bytes, zero for none
    amount       INTEGER NOT NULL, -- units; negative when it takes back
    total        INTEGER NOT NULL, -- what the epoch's locks, clearings or promises add up to with it
    deposit      INTEGER NOT NULL DEFAULT 0, -- change of self's deposit, units
    locked       INTEGER NOT NULL DEFAULT 0, -- change of what self's channels hold
    earnings     INTEGER NOT NULL DEFAULT 0  -- change of what self has cleared and not withdrawn
) STRICT;
CREATE INDEX ledger_epoch ON ledger (domain, self, kind, role, counterparty, channel, epoch);
CREATE INDEX ledger_block ON ledger (domain, self, block);
CREATE INDEX ledger_tx ON ledger (domain, self, tx);

-- +goose StatementBegin
CREATE TRIGGER ledger_keeps_rows BEFORE DELETE ON ledger
BEGIN SELECT raise(ABORT, 'the ledger is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER ledger_keeps_words BEFORE UPDATE ON ledger
BEGIN SELECT raise(ABORT, 'the ledger is append-only'); END;
-- +goose StatementEnd
