-- +goose Up

-- An identity's rows with another one, in their order, without reading those with all others.
CREATE INDEX ledger_with ON ledger (domain, self, counterparty);
