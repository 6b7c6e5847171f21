//go:build e2e

package e2e

import (
	"bytes"
	"encoding/json"
	"io"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/mysteriumnetwork/myst/api/wire"
	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/internal/testbed"
)

// get fetches a page and returns it.
func get(t *testing.T, on *testbed.Host, proxy, url string) string {
	t.Helper()
	resp, err := testbed.Client(on, proxy).Get(url)
	if err != nil {
		t.Fatalf("get %s: %v", url, err)
	}
	defer resp.Body.Close() //nolint:errcheck // it was read
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatalf("get %s: %v", url, err)
	}
	return string(body)
}

// Both drivers at once, one session of each, with separate bills; nothing readable on the wire; the provider's
// own network out of reach.
func TestBothDriversAtOnce(t *testing.T) {
	m := newWorld(t)
	page := m.Page
	private := testbed.Serve(t, m.internal)
	url := "http://" + page.Addr.String() + "/"

	control := listen(t, m.consumers[0])
	get(t, m.consumers[0], "", url)
	if content := control.end(); !bytes.Contains(content, []byte(testbed.Secret)) {
		t.Fatal("the capture does not see a page that was fetched in the open")
	}
	if seen := page.Visitors(); len(seen) != 1 || seen[0] != m.consumers[0].Addr {
		t.Fatalf("fetched directly, but seen: %v", seen)
	}

	wires := []*capture{listen(t, m.consumers[0]), listen(t, m.consumers[1])}
	sessions := []wire.Session{m.connect(t, 0, "openvpn"), m.connect(t, 1, "wireguard")}
	for i, s := range sessions {
		if got := get(t, m.consumers[i], s.ProxyAddr, url); got != testbed.Secret+"; you are "+m.provider.Addr.String() {
			t.Errorf("%s: the page says %q", s.ServiceType, got)
		}
		if got := get(t, m.consumers[i], s.ProxyAddr, url+"bytes/33554432"); len(got) != 32<<20 {
			t.Errorf("%s: %d bytes came", s.ServiceType, len(got))
		}
		resp, err := testbed.Client(m.consumers[i], s.ProxyAddr).Get("http://" + private.Addr.String() + "/")
		if err == nil {
			_ = resp.Body.Close()
			t.Errorf("%s: the provider's internal network was reached", s.ServiceType)
		}
	}
	for i, c := range wires {
		content := c.end()
		if len(content) < 32<<20 {
			t.Errorf("consumer %d: only %d bytes were captured", i, len(content))
		}
		if bytes.Contains(content, []byte(testbed.Secret)) || bytes.Contains(content, []byte("0123456789abcdef0123456789abcdef")) {
			t.Errorf("consumer %d: a page can be read on the wire", i)
		}
	}
	for _, from := range page.Visitors() {
		if from != m.provider.Addr {
			t.Errorf("the web server saw %s", from)
		}
	}
	if seen := private.Visitors(); len(seen) > 0 {
		t.Errorf("the internal server was reached by %v", seen)
	}
	for i := range sessions {
		m.buyers[i].Run(t, nil, "disconnect")
	}
	m.settled(t, 2)
	for i, s := range sessions { // the provider releases what is cleared: nobody waits for the contract's delay
		var back wire.Payment
		m.buyers[i].Run(t, &back, "unlock", strconv.Itoa(int(s.Channel)), "--yes")
		if back.UnlockAt != nil || back.Amount.Units == 0 || back.Provider != m.seller.Address {
			t.Errorf("%s: the payment channel came back as %+v", s.ServiceType, back)
		}
	}
}

// settled waits until everything is cleared, and holds the books against each other.
func (m *world) settled(t *testing.T, sessions int) {
	t.Helper()
	var sold wire.Sessions
	m.seller.Await(t, "every session has ended", func() bool {
		if err := m.seller.Try(t, &sold, "sessions"); err != nil || len(sold.Sessions) != sessions {
			return false
		}
		for _, s := range sold.Sessions {
			if s.Open() {
				return false
			}
		}
		return true
	})
	var balance wire.Balance
	m.seller.Await(t, "everything is cleared", func() bool {
		return m.seller.Try(t, &balance, "balance") == nil && balance.Uncleared.Units == 0
	})
	m.seller.Run(t, &balance, "balance") // the earnings in it were read before the uncleared were
	var earned, spent uint64
	for _, s := range sold.Sessions {
		earned += s.Promised.Units
	}
	for _, buyer := range m.buyers {
		var bought wire.Sessions
		buyer.Run(t, &bought, "sessions")
		for _, s := range bought.Sessions {
			spent += s.Promised.Units
		}
	}
	m.audit(t, earned)
	if earned != spent || balance.Earnings.Units != earned || earned == 0 {
		t.Errorf("consumers promised %d units, the provider got %d and cleared %d", spent, earned, balance.Earnings.Units)
	}
}

// audit holds every bill against what a script that shares no code with this program reads from the chain.
func (m *world) audit(t *testing.T, earned uint64) {
	t.Helper()
	info, err := chain.LoadNetwork(m.File)
	if err != nil {
		t.Fatal(err)
	}
	script, err := filepath.Abs("bill/bill.mjs")
	if err != nil {
		t.Fatal(err)
	}
	var read struct {
		Paid   map[string]map[string]uint64
		Earned map[string]uint64
	}
	if err := json.Unmarshal([]byte(m.ChainHost.Run("node", script, m.RPC(), info.Contracts.Payments.String())), &read); err != nil {
		t.Fatal(err)
	}
	for i, buyer := range m.buyers {
		var bought wire.Sessions
		buyer.Run(t, &bought, "sessions")
		var promised uint64
		for _, s := range bought.Sessions {
			promised += s.Promised.Units
		}
		if paid := read.Paid[buyer.Address][m.seller.Address]; paid != promised || len(read.Paid[buyer.Address]) > 1 {
			t.Errorf("consumer %d promised %d units, the chain's logs say %v", i, promised, read.Paid[buyer.Address])
		}
	}
	if read.Earned[m.seller.Address] != earned {
		t.Errorf("the provider was promised %d units, the chain's logs say %v", earned, read.Earned)
	}
}
