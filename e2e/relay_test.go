//go:build e2e

package e2e

import (
	"strings"
	"testing"
	"time"

	"github.com/mysteriumnetwork/myst/api/wire"
	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/internal/certtest"
	"github.com/mysteriumnetwork/myst/internal/testbed"
)

// The hub asks more than anybody pays, so that all goes through a node that relays for a fee over TLS, on a host of its
// own. It and its client are killed once they have agreed and before anything is in a block: what was agreed happens once,
// and the books of both say the same fees.
func TestARelayForAFee(t *testing.T) {
	t.Parallel()
	w := testbed.NewWorld(t, 2*time.Second)
	w.Hub.Stop(t)
	w.Hub.Args = append(w.Hub.Args, "--relay-rate", "1000000000")
	w.UpHub(t)
	relay, trust := upRelay(t, w)
	seller := w.Join(t, 20)
	m := &world{World: w, seller: newParty(t, seller, (&world{World: w}).selling(seller, "wireguard")...)}
	m.buyers[0] = newParty(t, w.Join(t, 31), m.buying()...)
	for _, p := range []*party{m.seller, m.buyers[0]} {
		p.Env = append(p.Env, trust)
		w.Mint(t, p.Address, "--amount", "50")
		p.Up(t)
	}
	m.seller.Run(t, nil, "deposit", "20", "--yes")
	m.seller.announced(t)

	buyer := m.buyers[0]
	relay.killedAfter(t, "kind=onboard", 2, relay, func() {
		buyer.Run(t, nil, "deposit", "20", "--yes")
	})
	if b := buyer.balance(t); b.Deposit.Units != 20_000_000 || b.Coin.Units+buyer.fees(t) != 30_000_000 {
		t.Errorf("a deposit of 20 of 50 coins left %+v", b)
	}
	relay.killedAfter(t, "kind=fund", 1, buyer, func() {
		_ = buyer.Try(t, nil, "deposit", "5", "--yes") // its node is killed
	})
	buyer.Await(t, "the second deposit is there", func() bool {
		var b wire.Balance
		return buyer.Try(t, &b, "balance") == nil && b.Deposit.Units == 25_000_000
	})
	m.connect(t, 0, "wireguard")
	buyer.Run(t, nil, "disconnect")
	if b := buyer.balance(t); len(b.Channels) != 1 || b.Ledger == nil || !b.Ledger.Agrees {
		t.Errorf("the consumer locked %+v; its ledger: %+v", b.Channels, b.Ledger)
	}
	// The lock's fee, and that of the clearing, which is under way, are in the ledgers once they are confirmed.
	m.seller.Await(t, "the provider has cleared", func() bool { return m.seller.balance(t).Uncleared.Units == 0 })
	relay.Await(t, "the relay has earned what its clients' ledgers say they paid", func() bool {
		paid, b := m.seller.fees(t)+buyer.fees(t), relay.balance(t)
		return paid > 0 && b.Earnings.Units == paid
	})
	for _, p := range []*party{buyer, m.seller, relay} {
		p.Stop(t)
	}
}

// upRelay starts a node that relays for a fee, names it in the network file, and returns what makes others trust its
// certificate.
func upRelay(t *testing.T, w *testbed.World) (relay *party, trust string) {
	t.Helper()
	on := w.Join(t, 40)
	cert, key := certtest.New(t, on.Addr).Files(t)
	at := on.Addr.String() + ":4061"
	relay = newParty(t, on, "node", "--network", w.File, "--log-level", "debug", "--relay", at, "--relay-rate", "300",
		"--relay-tls-cert", cert, "--relay-tls-key", key)
	w.Mint(t, relay.Address, "--gas", "10")
	w.Edit(t, func(info *chain.Network) {
		info.Relayers = []chain.Relayer{{Identity: relay.Identity(t), URL: "https://" + at}}
	})
	relay.Up(t)
	return relay, "SSL_CERT_FILE=" + cert
}

// killedAfter kills a victim, and starts it again, once the relay has taken so many operations of a kind, while do runs.
func (p *party) killedAfter(t *testing.T, kind string, times int, victim *party, do func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		do()
	}()
	p.Await(t, "the relay takes "+kind, func() bool {
		return strings.Count(p.Log.String(), "msg=relaying "+kind) >= times
	})
	victim.Kill()
	victim.Up(t)
	<-done
}

func (p *party) balance(t *testing.T) (b wire.Balance) {
	t.Helper()
	p.Run(t, &b, "balance")
	return b
}

// fees is what a party's ledger says that it paid to relayers.
func (p *party) fees(t *testing.T) (sum uint64) {
	t.Helper()
	for _, kind := range []string{"relay-fee", "earnings-relay-fee"} {
		var ledger wire.Ledger
		p.Run(t, &ledger, "ledger", "--kind", kind)
		for _, row := range ledger.Entries {
			sum += uint64(row.Amount.Units) //nolint:gosec // nothing was taken back
		}
	}
	return sum
}
