-- +goose Up

-- What changes in a session's account with every promise stands in the promise's row while the session is open, so that
-- one row is stored for a promise. The session's row gets it when the session ends.
ALTER TABLE payment_promise ADD COLUMN session_id BLOB NOT NULL DEFAULT x'00000000000000000000000000000000';
ALTER TABLE payment_promise ADD COLUMN sent INTEGER NOT NULL DEFAULT 0;
ALTER TABLE payment_promise ADD COLUMN received INTEGER NOT NULL DEFAULT 0;
ALTER TABLE payment_promise ADD COLUMN billed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE payment_promise ADD COLUMN elapsed INTEGER NOT NULL DEFAULT 0; -- ms
ALTER TABLE payment_promise ADD COLUMN due INTEGER NOT NULL DEFAULT 0;
ALTER TABLE payment_promise ADD COLUMN promised INTEGER NOT NULL DEFAULT 0;
ALTER TABLE payment_promise ADD COLUMN promises INTEGER NOT NULL DEFAULT 0;
ALTER TABLE payment_promise ADD COLUMN traffic_window INTEGER NOT NULL DEFAULT 0; -- bytes

-- Nobody but providers has many promises, and all of theirs are to themselves: the index only made storing slower.
DROP INDEX payment_promise_provider;
