package chain

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mysteriumnetwork/myst/chain/dev"
	"github.com/mysteriumnetwork/myst/contracts"
)

func unusedURL(t *testing.T) string {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	return "http://" + listener.Addr().String()
}

func TestFailsOverAndReturns(t *testing.T) {
	ctx, n := t.Context(), startNetwork(t, dev.Config{})
	first := newProxy(t, n.URL())
	now := time.Now()
	c := testClient(t, ClientConfig{URLs: []string{first.URL, n.WSURL()}, Now: func() time.Time { return now }})
	used := func() string { return c.Health(ctx).Endpoint }
	if _, err := c.Head(ctx); err != nil || used() != first.URL {
		t.Fatalf("uses %s, %v", used(), err)
	}
	first.set(func(string) error { return errTest }, nil)
	if _, err := c.Head(ctx); err != nil || used() != n.WSURL() {
		t.Fatalf("with the first one down, uses %s, %v", used(), err)
	}
	first.set(nil, nil)
	now = now.Add(2 * returnAfter)
	if _, err := c.Head(ctx); err != nil || used() != first.URL {
		t.Fatalf("with the first one back, uses %s, %v", used(), err)
	}
}

func TestUnreachableSaysWhatIsWrongAndRecovers(t *testing.T) {
	ctx, n := t.Context(), startNetwork(t, dev.Config{})
	p := newProxy(t, n.URL())
	p.set(func(string) error { return errTest }, nil)
	c := testClient(t, ClientConfig{URLs: []string{p.URL + "/secret-key?token=hidden"}})
	_, err := c.Head(ctx)
	if !errors.Is(err, ErrUnavailable) {
		t.Fatal(err)
	}
	h := c.Health(ctx)
	if h.Healthy || !strings.Contains(h.Detail, "127.0.0.1") {
		t.Errorf("health of an unreachable chain: %+v", h)
	}
	for _, text := range []string{err.Error(), h.Detail, h.Endpoint} {
		if strings.Contains(text, "secret") || strings.Contains(text, "hidden") {
			t.Errorf("shows the endpoint's secret: %s", text)
		}
	}
	p.set(nil, nil)
	if h := c.Health(ctx); !h.Healthy || !strings.HasPrefix(h.Detail, "block 3, ") {
		t.Errorf("health afterwards: %+v", h)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Head(ctx); !errors.Is(err, ErrUnavailable) {
		t.Errorf("closed: %v", err)
	}
}

func TestWrongChainIsNotUsed(t *testing.T) {
	ctx, n := t.Context(), startNetwork(t, dev.Config{})
	p := newProxy(t, n.URL())
	c := testClient(t, ClientConfig{URLs: []string{p.URL}, ChainID: 1})
	if _, err := c.Head(ctx); !errors.Is(err, ErrWrongChain) || !errors.Is(err, ErrUnavailable) {
		t.Fatal(err)
	}
	if !strings.Contains(c.Health(ctx).Detail, "serves 1337, the network is 1") {
		t.Errorf("health %+v", c.Health(ctx))
	}
	for _, method := range p.seen {
		if method != "eth_chainId" {
			t.Errorf("asked a foreign chain for %s", method)
		}
	}
}

func TestStalledChainIsUnhealthy(t *testing.T) {
	ctx, n := t.Context(), startNetwork(t, dev.Config{})
	now := time.Now()
	c := testClient(t, ClientConfig{URLs: []string{n.URL()}, Now: func() time.Time { return now }})
	if err := c.Fresh(ctx); err != nil || !c.Health(ctx).Healthy {
		t.Fatal(err)
	}
	now = now.Add(MaxHeadAge + 10*time.Second)
	if err := c.Fresh(ctx); !errors.Is(err, ErrUnavailable) {
		t.Errorf("an old header is fresh: %v", err)
	}
	if h := c.Health(ctx); h.Healthy || !strings.Contains(h.Detail, "stalled") {
		t.Errorf("health %+v", h)
	}
}

func TestStalledEndpointIsLeftForAFreshOne(t *testing.T) {
	ctx := t.Context()
	fresh, stalled := startNetwork(t, dev.Config{}), startNetwork(t, dev.Config{})
	p := newProxy(t, stalled.URL())
	p.answer("eth_getBlockByNumber", map[string]any{
		"number": "0x1", "hash": common.Hash{1}, "parentHash": common.Hash{}, "timestamp": "0x1",
	})
	c := testClient(t, ClientConfig{URLs: []string{p.URL, fresh.URL()}})
	if err := c.Fresh(ctx); err != nil {
		t.Fatal(err)
	}
	if h := c.Health(ctx); !h.Healthy || h.Endpoint != fresh.URL() {
		t.Errorf("health %+v", h)
	}
}

func TestSlowEndpointTimesOut(t *testing.T) {
	release := make(chan struct{})
	slow := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		<-release
	}))
	defer slow.Close()
	defer close(release)
	c := testClient(t, ClientConfig{URLs: []string{slow.URL}, Timeout: 20 * time.Millisecond})
	if _, err := c.Head(t.Context()); !errors.Is(err, ErrUnavailable) {
		t.Fatal(err)
	}
}

func TestContractsThatAreNotThere(t *testing.T) {
	ctx, n := t.Context(), startNetwork(t, dev.Config{})
	c := testClient(t, ClientConfig{URLs: []string{n.URL()}})
	if err := c.CheckContracts(ctx, n.at); err != nil {
		t.Fatal(err)
	}
	missing, swapped := n.at, n.at
	missing.Payments = newKey(t).Address()
	swapped.Registry = n.at.Payments
	for _, at := range []Contracts{missing, swapped} {
		if err := c.CheckContracts(ctx, at); !errors.Is(err, ErrNoContract) {
			t.Errorf("%v: %v", at, err)
		}
	}
	if _, err := NewPayments(c, missing).Balance(ctx, newKey(t).Address()); !errors.Is(err, ErrNoContract) {
		t.Errorf("read of a missing contract: %v", err)
	}
	down := testClient(t, ClientConfig{URLs: []string{unusedURL(t)}})
	if err := down.CheckContracts(ctx, n.at); errors.Is(err, ErrNoContract) || !errors.Is(err, ErrUnavailable) {
		t.Errorf("without a chain: %v", err)
	}
}

func TestRevertsTellWhy(t *testing.T) {
	ctx, n := t.Context(), startNetwork(t, dev.Config{})
	c, who := testClient(t, ClientConfig{URLs: []string{n.URL()}}), newKey(t).Address()
	p := contracts.NewPayments()
	for want, data := range map[string][]byte{
		"NothingChanged": p.PackCollect(),
		"Expired":        p.PackRequestUnlock(0, 1, 1, [32]byte{1}, [32]byte{1}),
		"lock refused: it has expired or is valid for too long": p.PackLock(contracts.LockIntent{
			Provider: common.Address(who), Locked: common.Big1,
		}),
	} {
		err := c.Simulate(ctx, who, n.at.Payments, data)
		var revert *RevertError
		if !errors.As(err, &revert) || !errors.Is(err, ErrReverted) || revert.Reason != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestPaymentsReadsNewContract(t *testing.T) {
	ctx, n := t.Context(), startNetwork(t, dev.Config{})
	p, who := NewPayments(testClient(t, ClientConfig{URLs: []string{n.URL()}}), n.at), newKey(t).Address()
	if rate, err := p.FeeRate(ctx); err != nil || rate != contracts.DefaultFeePerMyriad {
		t.Errorf("fee rate %d, %v", rate, err)
	}
	if got, err := p.Treasury(ctx); err != nil || got != n.Key().Address() {
		t.Errorf("treasury %v, %v", got, err)
	}
	if e, err := p.Earnings(ctx, who); err != nil || e != (Earnings{}) {
		t.Errorf("earnings %+v, %v", e, err)
	}
	// As of before the contract was there, too.
	for _, confirmations := range []uint64{0, 1, 2, 3, 1000} {
		if c, err := p.Channel(ctx, who, 0, confirmations); err != nil || c != (Channel{}) {
			t.Errorf("channel %d blocks ago %+v, %v", confirmations, c, err)
		}
	}
	if _, err := p.Effects(ctx, [32]byte{1}); !errors.Is(err, ErrUnknown) {
		t.Errorf("effects of nothing: %v", err)
	}
}

func TestClientConfigRefused(t *testing.T) {
	for _, urls := range [][]string{nil, {""}, {"127.0.0.1:8545"}, {"ftp://host"}, {"http://"}, {"http://a b/secret"}} {
		_, err := NewClient(ClientConfig{URLs: urls, ChainID: 1})
		if err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %v", urls, err)
		}
	}
}

var _ contracts.Caller = (*Client)(nil)

func TestNobodyWaitsForAnotherToConnect(t *testing.T) {
	release, asked := make(chan struct{}), make(chan struct{}, 2)
	hole := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		asked <- struct{}{}
		<-release
	}))
	defer hole.Close()
	c := testClient(t, ClientConfig{URLs: []string{hole.URL}, Timeout: time.Minute})
	first := make(chan error, 1)
	go func() {
		_, err := c.Head(t.Context())
		first <- err
	}()
	<-asked // the first holds the endpoint, and will not let go of it
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := c.Head(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the second: %v", err)
	}
	select {
	case err := <-first:
		t.Errorf("the second waited until the first had ended: %v", err)
	default:
	}
	close(release)
	if err := <-first; !errors.Is(err, ErrUnavailable) {
		t.Errorf("the first: %v", err)
	}
}
