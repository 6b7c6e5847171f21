-- +goose Up

-- The newest session of two identities is looked up inside transactions that many sessions share.
CREATE INDEX payment_session_pair ON payment_session (domain, self, role, peer, started);
