package chain

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ethereum/go-ethereum/common/hexutil"

	"github.com/mysteriumnetwork/myst/internal/backoff"
)

// syncEvery is how often a follower looks at the chain at most, however many heads an endpoint tells of.
const syncEvery = 100 * time.Millisecond

// pushedHead is what is read of a head that an endpoint tells of: nothing but that there is one. It is
// looked up like any other.
type pushedHead struct {
	Number hexutil.Uint64 `json:"number"`
}

// feed tells that there are new heads.
type feed struct {
	heads <-chan pushedHead
	ended <-chan error // has an error, or is closed, when no more heads come
	// current tells whether the client still uses the endpoint that the feed is of.
	current func() bool
	stop    func()
}

// subscribe opens a feed of the endpoint that answered last; nil when that is no WebSocket.
func (c *Client) subscribe(ctx context.Context) (*feed, error) {
	c.mu.Lock()
	e := c.current
	c.mu.Unlock()
	if !e.pushes {
		return nil, nil //nolint:nilnil // none is an answer
	}
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	connection, err := c.connect(ctx, e)
	if err != nil {
		return nil, fmt.Errorf("subscribe to new heads: %w", clean(err))
	}
	heads := make(chan pushedHead)
	subscription, err := connection.EthSubscribe(ctx, heads, "newHeads")
	if err != nil {
		return nil, fmt.Errorf("subscribe to new heads: %w", clean(err))
	}
	return &feed{
		heads: heads, ended: subscription.Err(), stop: subscription.Unsubscribe,
		current: func() bool {
			c.mu.Lock()
			defer c.mu.Unlock()
			return c.current == e
		},
	}, nil
}

// Run follows the chain until ctx ends, and returns its error. Failures are retried for ever.
func (f *Follower) Run(ctx context.Context) error {
	defer f.endFeed()
	wait := backoff.Backoff{Min: f.cfg.Poll, Max: max(pollMax, f.cfg.Poll)}
	failing := false
	for {
		err := f.Sync(ctx)
		pause := backoff.Jitter(f.cfg.Poll)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			if !failing {
				f.cfg.Logger.Warn("cannot follow the chain; trying again", "error", err)
			}
			failing, pause = true, wait.Next()
		default:
			if failing {
				f.cfg.Logger.Info("following the chain again")
			}
			failing = false
			wait.Reset()
			switch {
			case f.feed != nil && f.feed.current():
				pause = max(pollMax, pause)
			case f.openFeed(ctx):
				pause = syncEvery // a head may have come before the feed
			}
		}
		if err := f.await(ctx, pause); err != nil {
			return err
		}
	}
}

// openFeed opens a feed of the endpoint in use, where that pushes heads.
func (f *Follower) openFeed(ctx context.Context) bool {
	f.endFeed()
	opened, err := f.source.subscribe(ctx)
	if err != nil && !f.deaf {
		f.cfg.Logger.Info("endpoint does not tell of new heads; asking instead", "error", err)
	}
	f.deaf, f.feed = err != nil, opened
	return opened != nil
}

func (f *Follower) endFeed() {
	if f.feed != nil {
		f.feed.stop()
		f.feed = nil
	}
}

var errNoFeed = errors.New("feed has ended")

// await waits for a new head, at least syncEvery and at most as long as given.
func (f *Follower) await(ctx context.Context, most time.Duration) error {
	if f.feed == nil {
		return backoff.Sleep(ctx, most)
	}
	soon := time.NewTimer(min(syncEvery, most))
	defer soon.Stop()
	late := time.NewTimer(most)
	defer late.Stop()
	var early <-chan time.Time // soon, once there is a reason to go on
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-late.C:
			return nil
		case <-early:
			return nil
		case <-f.feed.heads:
			early = soon.C
		case err := <-f.feed.ended:
			if err == nil {
				err = errNoFeed
			}
			f.cfg.Logger.Debug("endpoint tells of no more heads", "error", clean(err))
			f.endFeed()
			return backoff.Sleep(ctx, min(most, backoff.Jitter(f.cfg.Poll)))
		}
	}
}
