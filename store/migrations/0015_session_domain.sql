-- +goose Up

-- Which network a session was paid on: the EIP-712 domain separator, as in payment_promise. A session from before belongs
-- to the domain of the promise that was made in it, or else of its channel's epoch. Where there is none it has no
-- domain, and is the next one's that the identity's book is opened for, as all sessions were.
ALTER TABLE payment_session ADD COLUMN domain BLOB NOT NULL DEFAULT x'0000000000000000000000000000000000000000000000000000000000000000';
UPDATE payment_session AS s SET domain = coalesce((SELECT p.domain FROM payment_promise AS p
    WHERE p.domain IN (SELECT DISTINCT domain FROM payment_promise)
        AND p.consumer = iif(s.role = 'consumer', s.self, s.peer) AND p.provider = iif(s.role = 'consumer', s.peer, s.self)
        AND p.channel = s.channel AND p.epoch = s.epoch
    ORDER BY p.session_id = s.id DESC, p.updated DESC LIMIT 1), domain);

DROP INDEX payment_session_started;
CREATE INDEX payment_session_started ON payment_session (domain, self, started);
