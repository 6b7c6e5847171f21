package payments

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mysteriumnetwork/myst/money"
)

// Time that nobody pays for ends an idle tunnel too, which no packet, no message and no look at the chain wakes up: after a minute it is no
// longer billed, and a minute later the session is over.
func TestUnpaidTimeEndsAnIdleTunnel(t *testing.T) {
	w := newWorld(t)
	w.terms.Price = money.Price{PerHour: 36_000}
	synctest.Test(t, func(t *testing.T) {
		var err error
		w.provider.ledger, err = Open(t.Context(), Config{
			DB: w.provider.db, Signer: w.provider.key, Domain: testDomain, Chain: w.chain, Recheck: time.Hour,
		})
		if err != nil {
			t.Fatal(err)
		}
		r := w.start(t.Context(), 20*time.Millisecond)
		r.link.down(packet, 1_000_000)
		time.Sleep(100 * time.Second)
		paid := r.collector.Stats().Elapsed
		drop := func(uint32, []byte) bool { return true }
		r.cc.out.dropping(drop)
		r.pc.out.dropping(drop)
		began := time.Now()
		if err := over(t, r.collected, 10*time.Minute); !errors.Is(err, ErrUnpaid) {
			t.Errorf("collector: %v", err)
		}
		if took := time.Since(began); took > TimeWindow+unpaidFor+10*time.Second {
			t.Errorf("it took %v", took)
		}
		if more := r.collector.Stats().Elapsed - paid; more > TimeWindow+10*time.Second {
			t.Errorf("%v were billed on", more)
		}
		r.abort("unpaid")
	})
}
