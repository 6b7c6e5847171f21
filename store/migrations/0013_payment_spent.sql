-- +goose Up

-- What a consumer promised on each day of UTC, to all providers. A day without promises has no row.
CREATE TABLE payment_spent (
    domain   BLOB NOT NULL,
    consumer BLOB NOT NULL,
    day      INTEGER NOT NULL, -- since 1970-01-01
    amount   INTEGER NOT NULL, -- units
    PRIMARY KEY (domain, consumer, day)
) STRICT, WITHOUT ROWID;
