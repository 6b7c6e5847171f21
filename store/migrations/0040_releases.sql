-- +goose Up

-- Epochs of payment channels that this identity, as their provider, has released: it serves no more on them. A row is
-- written before the release is signed, and stays until the epoch is over for good.
CREATE TABLE payment_release (
    domain   BLOB NOT NULL, -- EIP-712 domain separator
    provider BLOB NOT NULL,
    consumer BLOB NOT NULL,
    channel  INTEGER NOT NULL,
    epoch    INTEGER NOT NULL,
    PRIMARY KEY (domain, provider, consumer, channel, epoch)
) STRICT, WITHOUT ROWID;
