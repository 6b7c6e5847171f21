package discovery

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/mysteriumnetwork/myst/market"
	"github.com/mysteriumnetwork/myst/record"
)

// What is suspended is offered nowhere, is not renewed, and no request for it is honoured, until it is resumed.
func TestAnnouncerSuspends(t *testing.T) {
	announcing(t, 2, func(t *testing.T, a *Announcer, ring *keys, hubs []*fakeHub, stop func()) {
		before := live(t, hubs[0], 0)
		if err := a.Service(1).Withdraw(t.Context()); err != nil {
			t.Fatal(err)
		}
		hubs[1].set(func() { hubs[1].fail = ErrUnavailable })
		if err := a.Suspend("no bond"); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if got := a.Service(0).Problem(); got != "no bond" {
			t.Errorf("the problem is %q", got)
		}
		if _, ok := a.Service(0).Current(before.Hash()); ok {
			t.Error("a request for it would be honoured")
		}
		hubs[1].set(func() { hubs[1].fail = nil })
		ring.rotate("key 2")
		time.Sleep(20 * time.Hour) // beyond renewals
		for i, h := range hubs {
			if r, _ := h.get(record.KindProposal, 0); !r.Withdrawn() {
				t.Errorf("hub %d offers it still", i)
			}
			if published, _ := h.get(record.KindKey, 0); string(published.Body) != "key 1" {
				t.Errorf("hub %d: a key without an offer: %s", i, published.Body)
			}
		}
		a.Resume()
		synctest.Wait()
		for i, h := range hubs {
			if s := live(t, h, 0); s.Proposal.KeyRecord != market.KeyHash([]byte("key 2")) || s.Verify(domain, time.Now()) != nil {
				t.Errorf("hub %d: %+v", i, s.Proposal)
			}
		}
		if got := a.Service(0).Problem(); got != "" || a.Service(1).Problem() != "withdrawn" {
			t.Errorf("the problems are %q and %q", got, a.Service(1).Problem())
		}
		_, taken := hubs[0].counts()
		a.Resume() // of what is announced
		synctest.Wait()
		if _, now := hubs[0].counts(); now != taken {
			t.Error("what stands was announced again")
		}
		stop()
		if r, _ := hubs[0].get(record.KindProposal, 0); !r.Withdrawn() {
			t.Error("not withdrawn at the end")
		}
	})
}
