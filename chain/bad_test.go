package chain

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/mysteriumnetwork/myst/chain/dev"
	"github.com/mysteriumnetwork/myst/store"
)

// What no honest endpoint answers is not stored, and another endpoint is asked.
func TestForgedLogsAreNotBelieved(t *testing.T) {
	for name, forge := range forgeries {
		t.Run(name, func(t *testing.T) {
			ctx, db := t.Context(), openStore(t)
			client, _, endpoints := fakeSetup(t, 200, 2)
			cfg := FollowerConfig{Name: "test", Client: client, DB: db, Handler: recorder{}, Topics: [][]common.Hash{nil}}
			endpoints[0].forge, endpoints[1].broken = forge, "dead"
			f := NewFollower(cfg)
			if err := f.Sync(ctx); err == nil {
				t.Fatal("forged logs were believed")
			}
			if n := len(recorded(t, db)); n != 0 {
				t.Fatalf("%d logs of a forged answer stored", n)
			}
			endpoints[1].broken = ""
			if err := f.Sync(ctx); err != nil {
				t.Fatal(err)
			}
			if got, want := recorded(t, db), endpoints[0].chain.want(0); !maps.Equal(got, want) {
				t.Fatalf("database holds %d logs, the chain %d", len(got), len(want))
			}
		})
	}
}

// However an endpoint answers, a follower says what is wrong and goes on when it is mended.
func TestFollowerOutlivesBadAnswers(t *testing.T) {
	for name, spoil := range map[string]func(*fakeEndpoint){
		"dead":     func(e *fakeEndpoint) { e.broken = "dead" },
		"status":   func(e *fakeEndpoint) { e.broken = "500" },
		"garbage":  func(e *fakeEndpoint) { e.broken = "garbage" },
		"null":     func(e *fakeEndpoint) { e.broken = "null" },
		"zero":     func(e *fakeEndpoint) { e.broken = "zero" },
		"foreign":  func(e *fakeEndpoint) { e.chainID = fakeChainID + 1 },
		"no logs":  func(e *fakeEndpoint) { e.maxSpan = 0 },
		"too long": func(e *fakeEndpoint) { e.maxSpan, e.manner = 0, "long" },
	} {
		t.Run(name, func(t *testing.T) {
			ctx, db := t.Context(), openStore(t)
			client, _, endpoints := fakeSetup(t, 140, 1)
			f := NewFollower(FollowerConfig{Name: "test", Client: client, DB: db, Handler: recorder{}})
			spoil(endpoints[0])
			if err := f.Sync(ctx); err == nil {
				t.Fatal("nothing is wrong")
			}
			*endpoints[0] = *healthy(endpoints[0].chain, time.Now)
			if err := f.Sync(ctx); err != nil {
				t.Fatal(err)
			}
			if got, want := recorded(t, db), endpoints[0].chain.want(0); !maps.Equal(got, want) {
				t.Fatalf("database holds %d logs, the chain %d", len(got), len(want))
			}
		})
	}
}

// Endpoints say in many ways that a range is too large.
func TestRangesShrinkHoweverTheyAreRefused(t *testing.T) {
	for _, manner := range []string{"answer", "status", "long"} {
		t.Run(manner, func(t *testing.T) {
			client, n, endpoints := fakeSetup(t, 600, 1)
			endpoints[0].maxSpan, endpoints[0].manner = 30, manner
			db := openStore(t)
			f := NewFollower(FollowerConfig{Name: "test", Client: client, DB: db, Handler: recorder{}, Keep: 10})
			if err := f.Sync(t.Context()); err != nil || len(recorded(t, db)) != 599 {
				t.Fatalf("%d logs, %v", len(recorded(t, db)), err)
			}
			if got := n.asked["endpoint1.test eth_getLogs"]; got > 100 {
				t.Errorf("%d requests for 600 blocks in ranges of up to 30", got)
			}
		})
	}
}

// What is read in one go comes from one endpoint: a second one that is behind, or on another fork, and
// to which requests fail over in between, does not make a mixture.
func TestOneLookIsAtOneEndpoint(t *testing.T) {
	ctx, db := t.Context(), openStore(t)
	client, n, endpoints := fakeSetup(t, 300, 2)
	other := &scripted{blocks: endpoints[0].chain.blocks[:100:100], salt: 1 << 40}
	for range 250 {
		other.mine(1)
	}
	endpoints[1].chain = other
	endpoints[0].hook = func(method string) { // dies when it is asked for logs for the third time
		if method == "eth_getLogs" && n.asked["endpoint1.test eth_getLogs"] == 3 {
			endpoints[0].broken = "dead"
		}
	}
	endpoints[0].maxSpan, endpoints[1].maxSpan = 60, 60
	f := NewFollower(FollowerConfig{Name: "test", Client: client, DB: db, Handler: recorder{}})
	if err := f.Sync(ctx); !errors.Is(err, ErrUnavailable) {
		t.Fatalf("the first endpoint died in the middle: %v", err)
	}
	if err := f.Sync(ctx); err != nil {
		t.Fatal(err)
	}
	if got, want := recorded(t, db), other.want(0); !maps.Equal(got, want) {
		t.Fatalf("database holds %d logs, the second endpoint's chain %d", len(got), len(want))
	}
}

// No request goes to an endpoint whose newest header is too old, as long as there is another.
func TestStalledEndpointCountsAsDown(t *testing.T) {
	ctx := t.Context()
	client, n, endpoints := fakeSetup(t, 10, 3)
	now := time.Unix(1_700_000_000, 0)
	client.cfg.Now = func() time.Time { return now }
	for _, e := range endpoints {
		e.now = client.cfg.Now
	}
	var log bytes.Buffer
	client.cfg.Logger = slog.New(slog.NewTextHandler(&log, nil))
	endpoints[0].age, endpoints[1].chainID = MaxHeadAge+time.Second, fakeChainID+1
	var b *block
	for range 3 { // not through Head, which looks at headers anyway
		var err error
		if b, err = client.latest(ctx); err != nil {
			t.Fatal(err)
		}
	}
	if age := now.Sub(b.head().Time); age > time.Minute {
		t.Errorf("a header %s old", age)
	}
	if got := n.asked["endpoint1.test eth_getBlockByNumber"]; got != 1 {
		t.Errorf("%d requests to the stalled endpoint, want 1 for its header", got)
	}
	if got := n.asked["endpoint2.test eth_getBlockByNumber"]; got != 0 {
		t.Errorf("%d requests to the endpoint of another chain", got)
	}
	for _, want := range []string{
		`"chain endpoint stands still" endpoint=http://endpoint1.test block=9 age=3m1s`,
		`"chain endpoint is down" endpoint=http://endpoint2.test error="endpoint is of another chain: it serves 78, the network is 77"`,
		`"using another chain endpoint" endpoint=http://endpoint3.test instead_of=http://endpoint1.test`,
	} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log does not say %s:\n%s", want, log.String())
		}
	}
	if strings.Count(log.String(), "\n") != 3 {
		t.Errorf("the log says more than that:\n%s", log.String())
	}

	// With all of them old, the newest answers, and counts as down all the same.
	endpoints[2].age = MaxHeadAge + time.Hour
	if head, err := client.Head(ctx); err != nil || now.Sub(head.Time) > MaxHeadAge+time.Minute {
		t.Errorf("head of %s, %v", head.Time, err)
	}
	if err := client.Fresh(ctx); !errors.Is(err, ErrUnavailable) {
		t.Errorf("old headers are fresh: %v", err)
	}
	if h := client.Health(ctx); h.Healthy || h.Endpoint != "http://endpoint1.test" {
		t.Errorf("health %+v", h)
	}
	endpoints[0].age, now = 0, now.Add(headTTL+time.Second)
	if h := client.Health(ctx); !h.Healthy || h.Detail != "block 9, 0s old" {
		t.Errorf("after the first moves again: health %+v", h)
	}
}

// notified is a handler that tells the block of every log.
type notified chan uint64

func (n notified) Apply(_ *store.Tx, log types.Log) error {
	n <- log.BlockNumber
	return nil
}

func (n notified) Rollback(*store.Tx, uint64) error { return errTest }

// A WebSocket endpoint tells of new heads: nothing waits for the next poll. Polling is what is left when
// the endpoint ends the subscription.
func TestFollowerIsToldOfNewHeads(t *testing.T) {
	net := startNetwork(t, dev.Config{})
	client := testClient(t, ClientConfig{URLs: []string{net.WSURL()}})
	handler := make(notified, 100)
	f := NewFollower(FollowerConfig{
		Name: "test", Client: client, DB: openStore(t), Handler: handler, Contract: net.at.Coin, Poll: time.Hour,
	})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- f.Run(ctx) }()
	s := newSender(t, net, openStore(t), net.funded(t))
	for i := range 3 {
		s.work(t, s.submit(t, net.mint(string(rune('a'+i)), newKey(t).Address(), 1)))
		want := net.Commit()
		select {
		case got := <-handler:
			if got != want {
				t.Fatalf("log of block %d, want %d", got, want)
			}
		case <-time.After(time.Minute):
			t.Fatal("not told of a new head within a minute")
		}
	}
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// Who gave forged logs comes last for its time apart, although it answers other requests well in between.
func TestRejectedEndpointStaysApart(t *testing.T) {
	ctx, db := t.Context(), openStore(t)
	client, _, endpoints := fakeSetup(t, 20, 2)
	endpoints[0].forge = func(logs []types.Log) []types.Log {
		for i := range logs {
			logs[i].Address[0]++
		}
		return logs
	}
	f := NewFollower(FollowerConfig{Name: "test", Client: client, DB: db, Handler: recorder{}})
	if err := f.Sync(ctx); !errors.Is(err, errNonsense) {
		t.Fatalf("forged logs: %v", err)
	}
	if err := client.each(ctx, func(v *pinned) error { _, err := v.blockAt(ctx, 1); return err }); err != nil {
		t.Fatal(err)
	}
	if err := f.Sync(ctx); err != nil {
		t.Fatal(err)
	}
	if got, want := recorded(t, db), endpoints[1].chain.want(0); !maps.Equal(got, want) {
		t.Fatalf("database holds %d logs, the second endpoint's chain %d", len(got), len(want))
	}
}

// An endpoint that forgets blocks while a reorganisation is taken back does not make the follower forget everything.
func TestRollbackByForgetfulEndpoint(t *testing.T) {
	ctx, db := t.Context(), openStore(t)
	client, _, endpoints := fakeSetup(t, 300, 1)
	f := NewFollower(FollowerConfig{Name: "test", Client: client, DB: db, Handler: recorder{}})
	if err := f.Sync(ctx); err != nil {
		t.Fatal(err)
	}
	before := len(recorded(t, db))
	chain := endpoints[0].chain
	chain.blocks, chain.salt = chain.blocks[:len(chain.blocks)-1], 1<<40
	chain.mine(1)
	asked := 0
	endpoints[0].hook = func(method string) {
		if method == "eth_getBlockByNumber" {
			asked++
		}
		if asked == 2 { // the newest block came, what follows does not
			endpoints[0].broken = "null"
		}
	}
	for range 3 {
		if err := f.Sync(ctx); err == nil {
			t.Error("no error from an endpoint that knows no blocks")
		}
		if n := len(recorded(t, db)); n < before-1 {
			t.Fatalf("%d of %d logs are left", n, before)
		}
	}
	endpoints[0].broken, endpoints[0].hook = "", nil
	client.endpoints[0].failedUntil = time.Time{}
	if err := f.Sync(ctx); err != nil {
		t.Fatal(err)
	}
	if got, want := recorded(t, db), chain.want(0); !maps.Equal(got, want) {
		t.Fatalf("database holds %d logs, the chain %d", len(got), len(want))
	}
}
