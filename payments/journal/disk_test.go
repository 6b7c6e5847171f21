package journal

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/internal/disktest"
	"github.com/mysteriumnetwork/myst/store"
)

// The database is full, or read-only, while events are booked and while a reorganisation takes them back. The ledger
// says so and stays what the chain was at its block, with no part of what did not fit; with room it catches up, and
// books nothing twice.
func TestDiskFails(t *testing.T) {
	const deposits = 60 // need more pages than a full database has
	for _, trouble := range disktest.Troubles {
		t.Run(trouble.Name, func(t *testing.T) {
			b := newBed(t)
			path := filepath.Join(t.TempDir(), "node.db")
			disk := disktest.Watch(path)
			var err error
			if b.db, err = store.Open(t.Context(), path); err != nil {
				t.Fatal(err)
			}
			defer func() { _ = b.db.Close() }()
			who := newKey(t).Address()
			j := b.journal(who, 0)
			b.deposit(t, who, 1000)
			b.agree(t, j)
			fails := func(when string) {
				t.Helper()
				before, err := j.Totals(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				rows := len(entries(t, j, Filter{}))
				disk.Spoil(t, trouble)
				for range 2 {
					if err := j.Sync(t.Context()); err == nil || !strings.Contains(err.Error(), trouble.Says) {
						t.Fatalf("%s: %v", when, err)
					}
				}
				if after, err := j.Totals(t.Context()); err != nil || after != before || len(entries(t, j, Filter{})) != rows {
					t.Fatalf("%s: %+v, %v; before %+v", when, after, err, before)
				}
				disk.Mend(t, trouble)
			}
			b.depositOften(t, who, deposits)
			fails("booking")
			if got := b.agree(t, j); got.Deposit != 1000+deposits || len(entries(t, j, Filter{})) != 1+deposits {
				t.Errorf("%+v in %d rows", got, len(entries(t, j, Filter{})))
			}
			if err := b.Reorg(1, true); err != nil {
				t.Fatal(err)
			}
			fails("taking back")
			j = b.journal(who, 0) // as after a restart
			if got := b.agree(t, j); got.Deposit != 1000 || len(entries(t, j, Filter{})) != 1+2*deposits {
				t.Errorf("%+v in %d rows", got, len(entries(t, j, Filter{})))
			}
		})
	}
}

// depositOften makes as many deposits of a unit, all in one block.
func (b *bed) depositOften(t fatal, who identity.Address, times int) {
	t.Helper()
	for range times {
		b.queue(t, b.Key(), b.at.Payments, b.payments.PackDeposit(common.Address(who), 1))
	}
	b.seal(t)
}
