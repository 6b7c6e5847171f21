//go:build !race

package payments

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/tunnel"
)

// idleMost is what an idle session may take, in bytes of heap and stacks.
const idleMost = 16 << 10

// idleEnd is a provider's end of a session in which nothing happens: its connection and its meter.
type idleEnd struct {
	receiving func()          // called when it waits for a message
	end       <-chan struct{} // closed when the session is over
}

// Send implements Conn.
func (e *idleEnd) Send(context.Context, uint32, []byte) error { return nil }

// Receive implements Conn.
func (e *idleEnd) Receive(context.Context) (uint32, []byte, error) {
	e.receiving()
	<-e.end
	return 0, nil, io.EOF
}

// Counters, SetLimit, SetAlarm and Crossed implement Meter.
func (e *idleEnd) Counters() tunnel.Counters { return tunnel.Counters{} }

// SetLimit implements Meter.
func (e *idleEnd) SetLimit(uint64) {}

// SetAlarm implements Meter.
func (e *idleEnd) SetAlarm(uint64) {}

// Crossed implements Meter.
func (e *idleEnd) Crossed() <-chan struct{} { return nil }

// inUse is what the process has in heap and stacks: the least of some looks, as what else runs leaves garbage.
func inUse() int64 {
	least := int64(math.MaxInt64)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for range 5 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		least = min(least, int64(m.HeapAlloc+m.StackInuse))
		<-tick.C
	}
	return least
}

// idleBytes is what one of some hundred idle sessions of a provider takes.
func idleBytes(t *testing.T) int64 {
	t.Helper()
	const sessions = 500
	provider, chain := newKey(t), &fakeChain{}
	ledger, err := Open(t.Context(), Config{
		DB: openDB(t, filepath.Join(t.TempDir(), "node.db")), Signer: provider, Domain: testDomain, Chain: chain,
	})
	if err != nil {
		t.Fatal(err)
	}
	var peers []identity.Address
	for range sessions {
		peers = append(peers, newKey(t).Address())
		chain.set(peers[len(peers)-1], 0, Channel{Provider: provider.Address(), Locked: money.UnitsPerCoin})
	}
	collectors := make([]*Collector, sessions)
	end := make(chan struct{})
	var running, opening sync.WaitGroup
	defer running.Wait()
	defer close(end)
	before := inUse()
	for i, peer := range peers {
		opening.Go(func() { // at once, so that they share commits
			terms := Terms{Peer: peer, ServiceType: "wireguard", Country: "DE", Price: money.Price{PerGiB: 1024}, Lock: money.UnitsPerCoin}
			binary.BigEndian.PutUint64(terms.Session[:], uint64(i+1))
			collector, err := ledger.Collect(t.Context(), terms)
			if err == nil {
				err = collector.AwaitLock(t.Context(), nil)
			}
			if err != nil {
				t.Error(err)
			}
			collectors[i] = collector
		})
	}
	if opening.Wait(); t.Failed() {
		t.FailNow()
	}
	opening.Add(sessions)
	for _, collector := range collectors {
		idle := &idleEnd{receiving: sync.OnceFunc(opening.Done), end: end}
		running.Go(func() {
			if err := collector.Run(t.Context(), idle, idle); err != nil && !errors.Is(err, ErrClosed) {
				t.Error(err)
			}
			idle.receiving() // also when it failed
		})
	}
	opening.Wait() // and once more, for what a session starts beside
	for n := 0; n != runtime.NumGoroutine(); {
		n = runtime.NumGoroutine()
		inUse()
	}
	return (inUse() - before) / sessions
}

// A provider with many sessions keeps all of them in memory. The race detector needs memory of its own.
func TestMemoryOfAnIdleSession(t *testing.T) {
	least := idleBytes(t)
	for range 2 { // other tests' stacks may be given back meanwhile, or not
		least = min(least, idleBytes(t))
	}
	t.Logf("%.1f KiB", float64(least)/1024)
	if least > idleMost {
		t.Errorf("an idle session takes %d bytes, at most %d are good", least, idleMost)
	}
}
