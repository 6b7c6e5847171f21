package node

import (
	"context"
	"testing"
	"time"

	"github.com/mysteriumnetwork/myst/money"
)

// connected takes a member's session up.
func connected(ctx context.Context, t *testing.T, m *member) Session {
	t.Helper()
	s, err := m.Connect(ctx, ConnectRequest{}, quiet)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// promisedIn ends a member's session and returns what it promised.
func promisedIn(ctx context.Context, t *testing.T, m *member, s Session) money.Amount {
	t.Helper()
	s, err := m.Disconnect(ctx, s.ID, quiet)
	if err != nil || s.Promised == 0 {
		t.Fatal(s, err)
	}
	return s.Promised
}

// Two devices with one key: while one has a session on the identity's payment channel, the other is refused it and takes
// another. Later each uses a lock of which the other promised a part, and nothing is paid twice.
func TestTwoDevicesOfOneIdentity(t *testing.T) {
	w := newWorld()
	provider := w.member(t, memberConfig{provider: true})
	first := w.member(t, memberConfig{})
	second := w.member(t, memberConfig{key: first.key})
	w.deposits[first.key.Address()] = 10 * money.UnitsPerCoin
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	one, two := connected(ctx, t, first), connected(ctx, t, second)
	if one.Channel == two.Channel || len(provider.open()) != 2 {
		t.Errorf("channels %d and %d, %+v", one.Channel, two.Channel, provider.open())
	}
	if left, err := w.Balance(ctx, first.key.Address()); err != nil || left != 8*money.UnitsPerCoin {
		t.Errorf("%s coins are left of the deposit, %v", left, err)
	}
	w.mu.Lock()
	w.refuse = true // nothing is cleared, so that the chain does not tell a device what the other one promised
	w.mu.Unlock()
	total := promisedIn(ctx, t, first, one) + promisedIn(ctx, t, second, two)
	for _, device := range []*member{first, second, first} {
		waitFor(t, func() bool { return len(provider.open()) == 0 }) // the provider's books of the last ones are closed
		// The lock of which this device promised less.
		total += promisedIn(ctx, t, device, connected(ctx, t, device))
	}
	self, err := provider.identity(ctx)
	if err != nil {
		t.Fatal(err)
	}
	promised, err := self.Ledger.PromisedTo(ctx)
	if err != nil {
		t.Fatal(err)
	}
	var taken money.Amount
	for _, p := range promised {
		taken += p.Amount
	}
	if len(promised) != 2 || taken != total {
		t.Errorf("the provider has %+v, %s coins, and the sessions promised %s", promised, taken, total)
	}
}
