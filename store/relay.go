package store

// RelayTicket is what a relayer took on for others.
type RelayTicket struct {
	ID      string
	Intent  [32]byte // hash of what was asked for
	Attempt uint64   // how often it was asked for, from 1
	Outbox  int64    // the transaction
	Created int64    // unix ms
}

// AddRelayTicket adds a ticket that counts against parties.
func (tx *Tx) AddRelayTicket(t RelayTicket, parties [][20]byte) error {
	attempt, err := Int(t.Attempt)
	if err != nil {
		return err
	}
	err = tx.exec("add relay ticket", `INSERT INTO relay_ticket (id, intent, attempt, outbox, created)
		VALUES (?, ?, ?, ?, ?)`, t.ID, t.Intent[:], attempt, t.Outbox, t.Created)
	for _, party := range parties {
		if err != nil {
			return err
		}
		err = tx.exec("add relay party", `INSERT INTO relay_party (identity, ticket) VALUES (?, ?)
			ON CONFLICT DO NOTHING`, party[:], t.ID)
	}
	return err
}

const ticketColumns = `SELECT id, intent, attempt, outbox, created FROM relay_ticket `

func (t *RelayTicket) columns() []any {
	return []any{&t.ID, Fixed(t.Intent[:]), &t.Attempt, &t.Outbox, &t.Created}
}

// RelayTicket returns a ticket by its ID.
func (tx *Tx) RelayTicket(id string) (t RelayTicket, found bool, err error) {
	found, err = tx.row("relay ticket", ticketColumns+`WHERE id = ?`, []any{id}, t.columns()...)
	return t, found, err
}

// NewestRelayTicket returns the newest ticket for an intent.
func (tx *Tx) NewestRelayTicket(intent [32]byte) (t RelayTicket, found bool, err error) {
	found, err = tx.row("newest relay ticket", ticketColumns+`WHERE intent = ? ORDER BY attempt DESC LIMIT 1`,
		[]any{intent[:]}, t.columns()...)
	return t, found, err
}

// RelayOutstanding returns how many of a party's tickets are neither mined nor failed.
func (tx *Tx) RelayOutstanding(party [20]byte) (n uint64, err error) {
	_, err = tx.row("outstanding relay tickets", `SELECT count(*) FROM relay_party
		JOIN relay_ticket ON relay_ticket.id = relay_party.ticket
		JOIN outbox ON outbox.id = relay_ticket.outbox
		WHERE relay_party.identity = ? AND outbox.state IN ('queued', 'sent')`, []any{party[:]}, &n)
	return n, err
}

// RelayOutstandingInAll returns how many tickets are neither mined nor failed.
func (tx *Tx) RelayOutstandingInAll() (n uint64, err error) {
	_, err = tx.row("outstanding relay tickets", `SELECT count(*) FROM outbox
		JOIN relay_ticket ON relay_ticket.outbox = outbox.id
		WHERE outbox.final = 0 AND outbox.state IN ('queued', 'sent')`, nil, &n)
	return n, err
}
