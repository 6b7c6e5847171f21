package payments

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/mysteriumnetwork/myst/store"
)

const (
	// keepSessions is for how long after its end the account of a session is kept at least; the newest keptSessions are
	// kept whatever their age.
	keepSessions = 90 * 24 * time.Hour
	keptSessions = 1000
	// tidyEvery is how often old accounts are looked for, tidyMost how many are removed then at most, and tidyBatch how many
	// in one transaction: others wait for it.
	tidyEvery = time.Hour
	tidyMost  = 100_000
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

// forgetSessions removes what nobody needs of the sessions that ended before a time, the oldest first. They are looked for
// while others can write.
func (l *Ledger) forgetSessions(ctx context.Context, before time.Time) error {
	var old []store.SessionKey
	err := l.cfg.DB.View(ctx, func(tx *store.Tx) (err error) {
		old, err = tx.OldSessions(l.separator, l.self, before.UnixMilli(), keptSessions, tidyMost)
		return err
	})
	if err != nil {
		return fmt.Errorf("look for old sessions: %w", err)
	}
	for batch := range slices.Chunk(old, tidyBatch) {
		err := l.cfg.DB.InTx(ctx, func(tx *store.Tx) error {
			for _, key := range batch {
				if err := tx.DeleteSession(key); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("remove old sessions: %w", err)
		}
	}
	return nil
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
