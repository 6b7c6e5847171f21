package relay

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/ethclient"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/internal/disktest"
)

// The relayer's database is full, or read-only, while it takes a call on, sends it and learns what became of it. It
// says so, promises no ticket that it has not stored, and the same call is relayed once when there is room.
func TestDiskFails(t *testing.T) {
	for _, trouble := range disktest.Troubles {
		t.Run(trouble.Name, func(t *testing.T) {
			f := newFixture(t)
			f.path = filepath.Join(t.TempDir(), "node.db")
			disk := disktest.Watch(f.path)
			f.restart(t)
			consumer, provider := newKey(t), newKey(t).Address()
			f.relay(t, f.fund(t, consumer, 10*coin))
			f.relay(t, Lock(f.lock(t, consumer, provider, 0, 5*coin)))
			ethereum := must[*ethclient.Client](t)(ethclient.DialContext(t.Context(), f.URL()))
			defer ethereum.Close()
			used := func() uint64 {
				return must[uint64](t)(ethereum.PendingNonceAt(t.Context(), common.Address(f.outbox.Address())))
			}
			fails := func(when string, do func() error) {
				t.Helper()
				disk.Spoil(t, trouble)
				before := used()
				for range 2 {
					if err := do(); err == nil || !strings.Contains(err.Error(), trouble.Says) {
						t.Fatalf("%s: %v", when, err)
					}
				}
				if used() != before {
					t.Fatalf("%s: sent what is not stored", when)
				}
				disk.Mend(t, trouble)
			}
			work := func() error { return f.outbox.Work(t.Context()) }
			before, in := used(), f.clearing(t, consumer, provider)
			fails("taking it on", func() error {
				ticket, err := f.service.Submit(t.Context(), in)
				if ticket != (Ticket{}) {
					t.Errorf("a ticket that is not stored: %+v", ticket)
				}
				return err
			})
			ticket := f.submit(t, in)
			fails("sending it", work)
			if err := work(); err != nil {
				t.Fatal(err)
			}
			f.Commit()
			if trouble.Name == "read-only" { // in a full one there is room for a block's number
				fails("learning what became of it", work)
			}
			f.restart(t)
			if got := f.mine(t, ticket.ID); got.State != StateMined || used() != before+1 {
				t.Errorf("%+v; sent %d times", got, used()-before)
			}
			if earned, err := f.reader.Earnings(t.Context(), provider); err != nil || earned.Gross != coin {
				t.Errorf("%+v, %v; want %s", earned, err, coin)
			}
		})
	}
}

// clearing is a call for a coin that is larger than a page of the database. Promises of consumers without a lock change nothing.
func (f *fixture) clearing(t *testing.T, consumer *identity.Key, provider identity.Address) Intent {
	t.Helper()
	promises := []intent.SignedPromise{f.promise(t, consumer, provider, 0, coin)}
	for range 60 {
		promises = append(promises, f.promise(t, newKey(t), provider, 0, coin))
	}
	return Clear(promises...)
}
