package payments

import (
	"context"
	"fmt"
	"time"

	"github.com/mysteriumnetwork/myst/store"
)

const (
	// keepSessions is for how long after its end the account of a session is kept at least; the newest keptSessions are
	// kept whatever their age.
	keepSessions = 90 * 24 * time.Hour
	keptSessions = 1000
	// tidyEvery is how often old accounts are looked for, and tidyBatch how many are removed in one transaction: others
	// wait for it.
	tidyEvery = time.Hour
	tidyBatch = 500
)

// Tidy removes the accounts of sessions that are long over, until ctx ends. Promises, debts and the rows of the
// append-only ledger stay.
func (l *Ledger) Tidy(ctx context.Context) error {
	ticker := time.NewTicker(tidyEvery)
	defer ticker.Stop()
	for {
		if err := l.forgetSessions(ctx, time.Now().Add(-keepSessions)); err != nil && ctx.Err() == nil {
			l.cfg.Logger.Warn("old sessions will be removed later", "error", err)
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// forgetSessions removes what nobody needs of the sessions that ended before a time.
func (l *Ledger) forgetSessions(ctx context.Context, before time.Time) error {
	for {
		var n int64
		err := l.cfg.DB.InTx(ctx, func(tx *store.Tx) (err error) {
			n, err = tx.ForgetSessions(l.self, before.UnixMilli(), keptSessions, tidyBatch)
			return err
		})
		if err != nil {
			return fmt.Errorf("remove old sessions: %w", err)
		}
		if n < tidyBatch {
			return nil
		}
	}
}

// lateEnds are the ends of sessions of each pair that could not be written. The next session of the two opens after
// they are: its promises would take the place of the last account of those, and its debt would lack theirs. If the
// node stops before, they are closed like sessions of a crash.
type lateEnds map[pair][]func(*store.Tx) error

// end writes a session's end, and keeps it for later if that fails.
func (l *Ledger) end(ctx context.Context, both pair, write func(*store.Tx) error) error {
	err := l.group.do(ctx, both.consumer, write)
	if err != nil {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.late[both] = append(l.late[both], write)
	}
	return err
}

// endLate writes the ends of a pair's sessions that could not be written before.
func (l *Ledger) endLate(ctx context.Context, both pair) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for len(l.late[both]) > 0 {
		// Seldom enough for everybody to wait: another session of the two must not open meanwhile.
		if err := l.group.do(ctx, both.consumer, l.late[both][0]); err != nil {
			return fmt.Errorf("end an earlier session: %w", err)
		}
		l.late[both] = l.late[both][1:]
	}
	delete(l.late, both)
	return nil
}
