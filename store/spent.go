package store

import "github.com/mysteriumnetwork/myst/money"

// AddSpent adds to what a consumer promised on a day of UTC, counted from 1970-01-01.
func (tx *Tx) AddSpent(domain [32]byte, consumer [20]byte, day int64, more money.Amount) error {
	amount, err := Int(more)
	if err != nil {
		return err
	}
	return tx.exec("add to what was spent", `INSERT INTO payment_spent (domain, consumer, day, amount) VALUES (?, ?, ?, ?)
		ON CONFLICT DO UPDATE SET amount = amount + excluded.amount`, domain[:], consumer[:], day, amount)
}

// Spent returns what a consumer promised on each day from one on.
func (tx *Tx) Spent(domain [32]byte, consumer [20]byte, since int64) (map[int64]money.Amount, error) {
	spent := map[int64]money.Amount{}
	err := tx.query("what was spent", `SELECT day, amount FROM payment_spent WHERE domain = ? AND consumer = ? AND day >= ?`,
		[]any{domain[:], consumer[:], since}, func(scan func(...any) error) error {
			var day int64
			var amount money.Amount
			if err := scan(&day, &amount); err != nil {
				return err
			}
			spent[day] = amount
			return nil
		})
	return spent, err
}
