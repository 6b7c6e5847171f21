-- +goose Up

-- A log can be several rows: of a batch that was cleared packed, one for each promise. part numbers them.
ALTER TABLE ledger ADD COLUMN part INTEGER NOT NULL DEFAULT 0;

-- What came from the chain is booked anew, by one follower for each domain and identity: fees of relayers were
-- booked as if from the wallet, and batches that were cleared packed not at all.
INSERT INTO ledger (reverses, domain, self, role, kind, at, block, block_hash, log, tx, counterparty, channel, epoch, session,
    amount, total, deposit, locked, earnings, part)
SELECT id, domain, self, role, kind, CAST(strftime('%s', 'now') AS INTEGER) * 1000, block, block_hash, log, tx, counterparty,
    channel, epoch, session, -amount, total, -deposit, -locked, -earnings, part
FROM ledger AS old
WHERE block > 0 AND reverses IS NULL AND NOT EXISTS (SELECT 1 FROM ledger AS later WHERE later.reverses = old.id)
ORDER BY id DESC;
DELETE FROM follower WHERE name LIKE 'ledger/%';

-- An identity's rows in their order, and its sums, of a channel or of all, without reading the rows.
CREATE INDEX ledger_self ON ledger (domain, self);
CREATE INDEX ledger_sums ON ledger (domain, self, channel, deposit, locked, earnings);
-- What a provider was promised and has cleared in each epoch, and by kind.
CREATE INDEX ledger_roles ON ledger (domain, self, role, kind, counterparty, channel, epoch, amount);
DROP INDEX ledger_epoch;
