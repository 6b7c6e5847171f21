package chain

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"sync"
	"time"

	"modernc.org/sqlite"

	"github.com/mysteriumnetwork/myst/chain/dev"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/internal/killtest"
	"github.com/mysteriumnetwork/myst/store"
)

// A victim is a process of its own, this test binary started again, with a real outbox over a real database. It does
// what it is told on its standard input, see errand, and is killed meanwhile: by itself at a step, see fuse, or by the
// test at any moment. The chain is the test's, and so outlives it.

// victimConfig makes the test binary a victim.
type victimConfig struct {
	URL string // of the chain
	DB  string
	Key []byte // secret of the account that sends
}

// errand is what a victim is told to do: to submit a transaction if there is one, or else to look at all once.
type errand struct {
	Phase string        // the first part of its steps' names
	Fuse  *fuse         // when not nil: counts anew, and replaces the one before
	Later time.Duration // what its clock is ahead of the real one
	Tx    *Tx
	IDs   []int64 // of transactions whose states it tells
}

// answer is what a victim says when it has done it.
type answer struct {
	Error  string
	ID     int64
	States []Status
	Steps  []string // that it came to
}

// fuse is the step at which a victim dies, when it comes to it for the Nth time, from 0.
type fuse struct {
	Step string
	Nth  int
}

type outboxVictim struct {
	outbox *Outbox

	mu    sync.Mutex
	later time.Duration
	phase string
	fuse  fuse
	steps []string
}

// step is come to before and after each request and each commit, and at the end of each errand.
func (v *outboxVictim) step(name string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	name = v.phase + ": " + name
	v.steps = append(v.steps, name)
	if v.fuse.Step != name {
		return
	}
	if v.fuse.Nth--; v.fuse.Nth < 0 {
		killtest.Perish()
	}
}

// stepped is the victim's way to the chain.
type stepped struct {
	http.RoundTripper
	v *outboxVictim
}

// RoundTrip implements [http.RoundTripper].
func (s stepped) RoundTrip(r *http.Request) (*http.Response, error) {
	var request struct{ Method string }
	body, err := r.GetBody()
	if err == nil {
		err = errors.Join(json.NewDecoder(body).Decode(&request), body.Close())
	}
	if err != nil {
		return nil, err
	}
	s.v.step("before " + request.Method)
	response, err := s.RoundTripper.RoundTrip(r)
	s.v.step("after " + request.Method)
	return response, err
}

// watchCommits makes every commit of this process a step, just before it happens.
func (v *outboxVictim) watchCommits() {
	sqlite.RegisterConnectionHook(func(conn sqlite.ExecQuerierContext, _ string) error {
		hooks, ok := conn.(sqlite.HookRegisterer)
		if !ok {
			return driver.ErrSkip
		}
		hooks.RegisterCommitHook(func() int32 {
			v.step("commit")
			return 0
		})
		return nil
	})
}

// beVictim is main for a victim. It ends when its input does.
func beVictim(config string) (err error) {
	var cfg victimConfig
	if err := json.Unmarshal([]byte(config), &cfg); err != nil {
		return err
	}
	key, err := identity.KeyFromBytes(cfg.Key)
	if err != nil {
		return err
	}
	v := &outboxVictim{phase: "starting"}
	v.watchCommits()
	ctx := context.Background()
	db, err := store.Open(ctx, cfg.DB)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	client, err := NewClient(ClientConfig{URLs: []string{cfg.URL}, ChainID: dev.DefaultChainID})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, client.Close()) }()
	client.http.Transport = stepped{client.http.Transport, v}
	v.outbox = NewOutbox(OutboxConfig{Client: client, DB: db, Key: key, Final: 3, Now: v.now})
	orders, answers := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	for {
		var e errand
		switch err := orders.Decode(&e); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		a, err := v.run(ctx, e)
		if err == nil {
			err = answers.Encode(a)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", e.Phase, err)
		}
	}
}

func (v *outboxVictim) now() time.Time {
	v.mu.Lock()
	defer v.mu.Unlock()
	return time.Now().Add(v.later)
}

// run does one errand. The outbox's own errors are part of the answer.
func (v *outboxVictim) run(ctx context.Context, e errand) (a answer, err error) {
	v.mu.Lock()
	v.phase, v.later, v.steps = e.Phase, e.Later, nil
	if e.Fuse != nil {
		v.fuse = *e.Fuse
	}
	v.mu.Unlock()
	var failure error
	if e.Tx != nil {
		a.ID, failure = v.outbox.Submit(ctx, *e.Tx)
	} else {
		failure = v.outbox.Work(ctx)
	}
	if failure != nil {
		a.Error = failure.Error()
	}
	for _, id := range e.IDs {
		status, err := v.outbox.Status(ctx, id)
		if err != nil {
			return a, err
		}
		a.States = append(a.States, status)
	}
	v.step("done")
	a.Steps = v.steps
	return a, nil
}
