package chain

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"go.uber.org/goleak"

	"github.com/mysteriumnetwork/myst/chain/dev"
	"github.com/mysteriumnetwork/myst/contracts"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/internal/killtest"
	"github.com/mysteriumnetwork/myst/store"
)

func TestMain(m *testing.M) {
	if config, ok := killtest.Victim(); ok {
		if err := beVictim(config); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	// A default that the command line overrides: these checks run on a real chain and a real disk.
	if err := flag.Set("rapid.checks", "30"); err != nil {
		panic(err)
	}
	goleak.VerifyTestMain(m,
		// Of go-ethereum's full node, which the test chain is: neither ends with it.
		goleak.IgnoreAnyFunction("github.com/ethereum/go-ethereum/core.(*txSenderCacher).cache"),
		goleak.IgnoreAnyFunction("github.com/syndtr/goleveldb/leveldb.(*DB).mpoolDrain"),
	)
}

// proxy stands between a client and an endpoint, as the network does. before and after may fail a
// request: what before fails never arrives, what after fails has arrived but nobody learns it.
type proxy struct {
	*httptest.Server
	upstream string

	mu            sync.Mutex
	before, after func(method string) error
	answers       map[string]any // instead of the endpoint's
	failures      map[string]failure
	seen          []string // methods
}

// failure is an error that an endpoint answers with: an HTTP status, or else a JSON-RPC error.
type failure struct {
	status, code int
	message      string
}

func newProxy(t *testing.T, upstream string) *proxy {
	p := &proxy{upstream: upstream, answers: make(map[string]any), failures: make(map[string]failure)}
	p.Server = httptest.NewServer(http.HandlerFunc(p.serve))
	t.Cleanup(p.Close)
	return p
}

func (p *proxy) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	var request struct {
		ID     json.RawMessage `json:"id"`
		Method string          `json:"method"`
	}
	if err != nil || json.Unmarshal(body, &request) != nil {
		panic(http.ErrAbortHandler)
	}
	p.mu.Lock()
	before, after, answer := p.before, p.after, p.answers[request.Method]
	failed, fails := p.failures[request.Method]
	p.seen = append(p.seen, request.Method)
	p.mu.Unlock()
	if before != nil && before(request.Method) != nil {
		panic(http.ErrAbortHandler) // closes the connection
	}
	var reply []byte
	if fails && failed.status != 0 {
		http.Error(w, failed.message, failed.status)
		return
	}
	if fails {
		reply, err = json.Marshal(map[string]any{
			"jsonrpc": "2.0", "id": request.ID, "error": map[string]any{"code": failed.code, "message": failed.message},
		})
	} else if answer != nil {
		reply, err = json.Marshal(map[string]any{"jsonrpc": "2.0", "id": request.ID, "result": answer})
	} else {
		reply, err = forward(r.Context(), p.upstream, body)
	}
	if err != nil || after != nil && after(request.Method) != nil {
		panic(http.ErrAbortHandler)
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(reply) // the client may be gone
}

func forward(ctx context.Context, to string, body []byte) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Close = true
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	reply, err := io.ReadAll(response.Body)
	return reply, errors.Join(err, response.Body.Close())
}

func (p *proxy) set(before, after func(method string) error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.before, p.after = before, after
}

func (p *proxy) answer(method string, with any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answers[method] = with
}

// requests are those that came so far, of a method or, without one, of all.
func (p *proxy) requests(method string) (some []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, one := range p.seen {
		if method == "" || one == method {
			some = append(some, one)
		}
	}
	return some
}

// refuse makes the endpoint answer some requests with an error; with none it answers them again.
func (p *proxy) refuse(with failure, methods ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, method := range methods {
		if with == (failure{}) {
			delete(p.failures, method)
		} else {
			p.failures[method] = with
		}
	}
}

// network is a test chain with the contracts on it.
type network struct {
	*dev.Chain
	at Contracts
}

func startNetwork(t *testing.T, cfg dev.Config) network {
	t.Helper()
	if cfg.Period == 0 {
		cfg.Period = -1
	}
	c, err := dev.Start(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	at, err := c.Deploy(t.Context(), contracts.Config{})
	if err != nil {
		t.Fatal(err)
	}
	return network{c, Contracts{
		Coin: identity.Address(at.Coin), Registry: identity.Address(at.Registry), Payments: identity.Address(at.Payments),
	}}
}

func testClient(t *testing.T, cfg ClientConfig) *Client {
	t.Helper()
	if cfg.ChainID == 0 {
		cfg.ChainID = dev.DefaultChainID
	}
	c, err := NewClient(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func openStore(t *testing.T) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "node.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func newKey(t *testing.T) *identity.Key {
	t.Helper()
	key, err := identity.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// funded makes a key that can pay for gas.
func (n network) funded(t *testing.T) *identity.Key {
	t.Helper()
	key := newKey(t)
	if err := n.Fund(t.Context(), key.Address(), big.NewInt(1e18)); err != nil {
		t.Fatal(err)
	}
	return key
}

// mint is a call whose every effect can be counted: it makes units of coins for who.
func (n network) mint(key string, who identity.Address, units int64) Tx {
	wei := new(big.Int).Mul(big.NewInt(units), big.NewInt(1e12))
	return Tx{Key: key, To: n.at.Coin, Data: contracts.NewTestCoin().PackMint(common.Address(who), wei)}
}

func (n network) coins(t *testing.T, who identity.Address) uint64 {
	t.Helper()
	got, err := NewPayments(testClient(t, ClientConfig{URLs: []string{n.URL()}}), n.at).CoinBalance(t.Context(), who)
	if err != nil {
		t.Fatal(err)
	}
	return uint64(got)
}

var errTest = errors.New("test says no")
