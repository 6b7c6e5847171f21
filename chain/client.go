package chain

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/rpc"
)

const (
	requestTimeout = 10 * time.Second
	// returnAfter is how long an endpoint that failed comes after the others.
	returnAfter = time.Minute
	// headTTL is for how long Health believes the newest head without asking.
	headTTL = 2 * time.Second
	// lookAfter is for how long an endpoint's newest header is believed to be its newest. One of several
	// endpoints is not asked anything before its header was found to be fresh.
	lookAfter = 15 * time.Second
)

// ClientConfig is what a client needs to know.
type ClientConfig struct {
	URLs    []string         // http, https, ws or wss, best first; at least one
	ChainID uint64           // every endpoint must serve this chain
	Timeout time.Duration    // per request to one endpoint; zero is 10 s
	Now     func() time.Time // nil is time.Now
	Logger  *slog.Logger     // nil discards
}

// Client talks JSON-RPC to the first endpoint that works: that answers in time, serves the right chain
// and has a header of the last three minutes. It connects when it is first used and again whenever
// needed. When all headers are older, the newest of them is what it goes by, and Health and Fresh tell
// so. Its methods are safe for concurrent use.
type Client struct {
	cfg       ClientConfig
	http      *http.Client
	endpoints []*endpoint

	mu       sync.Mutex // also guards the state of the endpoints
	current  *endpoint  // that answered last
	head     Head
	headSeen time.Time
	problem  error // why the last request failed everywhere; nil when it did not
	closed   bool
}

// NewClient makes a client; it does not connect yet. Errors: a URL is malformed.
func NewClient(cfg ClientConfig) (*Client, error) {
	if len(cfg.URLs) == 0 {
		return nil, errors.New("chain client: no RPC URL")
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = requestTimeout
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	c := &Client{cfg: cfg, http: &http.Client{Transport: newLimited()}}
	for i, raw := range cfg.URLs {
		if err := checkURL(raw, "http", "https", "ws", "wss"); err != nil {
			return nil, fmt.Errorf("chain client: RPC URL %d: %w", i+1, err)
		}
		u, err := url.Parse(raw)
		if err != nil {
			return nil, fmt.Errorf("chain client: RPC URL %d is malformed", i+1)
		}
		c.endpoints = append(c.endpoints, &endpoint{
			url: raw, name: u.Scheme + "://" + u.Host, connecting: make(chan struct{}, 1),
			pushes: u.Scheme == "ws" || u.Scheme == "wss",
		})
	}
	c.current = c.endpoints[0]
	return c, nil
}

// ChainID returns the chain that the client is for.
func (c *Client) ChainID() uint64 { return c.cfg.ChainID }

// Close ends the connections. Later calls fail with ErrUnavailable.
func (c *Client) Close() error {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	for _, e := range c.endpoints {
		e.close()
	}
	c.http.CloseIdleConnections()
	return nil
}

// request is something to ask of one endpoint.
type request func(context.Context, *rpc.Client) error

// do runs a request on one endpoint after the other until one answers. An answer that is an error
// of the chain, such as a reverted call, ends it too.
func (c *Client) do(ctx context.Context, ask request) error {
	return c.first(ctx, lookAfter, func(e *endpoint) error { return c.try(ctx, e, ask) })
}

// first runs use on one endpoint after the other until one answers: those that failed lately after the
// others, and those whose newest header is old only when none is left. That header was looked up at
// most known ago.
func (c *Client) first(ctx context.Context, known time.Duration, use func(*endpoint) error) error {
	var failures []error
	var stalled []*endpoint
	end := func(e *endpoint, err error) bool {
		if err == nil || answered(err) {
			c.use(e)
			return true
		}
		failures = append(failures, fmt.Errorf("%s: %w", e.name, clean(err)))
		return ctx.Err() != nil
	}
	for _, e := range c.order() {
		switch old, err := c.stalled(ctx, e, known); {
		case err != nil:
			if end(e, err) {
				return outcome(ctx, err)
			}
		case old:
			stalled = append(stalled, e)
		default:
			if err := use(e); end(e, err) {
				return outcome(ctx, err)
			}
		}
	}
	slices.SortStableFunc(stalled, func(a, b *endpoint) int { return c.headOf(b).Time.Compare(c.headOf(a).Time) })
	for _, e := range stalled {
		if err := use(e); end(e, err) {
			return outcome(ctx, err)
		}
	}
	return c.unreachable(failures)
}

// outcome is what the caller of first learns from the last endpoint.
func outcome(ctx context.Context, err error) error {
	if err != nil && !answered(err) && ctx.Err() != nil {
		return fmt.Errorf("ask the chain: %w", ctx.Err())
	}
	return translate(err)
}

func (c *Client) unreachable(failures []error) error {
	err := fmt.Errorf("%w: %w", ErrUnavailable, errors.Join(failures...))
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.problem == nil {
		c.cfg.Logger.Warn("chain is not reachable; trying again", "error", err)
	}
	c.problem = err
	return err
}

// order lists the endpoints in the order in which to try them.
func (c *Client) order() []*endpoint {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil
	}
	now := c.cfg.Now()
	return slices.SortedStableFunc(slices.Values(c.endpoints), func(a, b *endpoint) int {
		return a.behind(now) - b.behind(now)
	})
}

// use notes that an endpoint answered.
func (c *Client) use(e *endpoint) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e != c.current {
		c.cfg.Logger.Info("using another chain endpoint", "endpoint", e.name, "instead_of", c.current.name)
		c.current = e
	}
	if c.problem != nil {
		c.cfg.Logger.Info("chain is reachable again", "endpoint", e.name)
		c.problem = nil
	}
}

// answered tells whether an error is the chain's answer to a request, not a failure to get one.
func answered(err error) bool {
	var answer rpc.Error
	return errors.As(err, &answer) || errors.Is(err, ethereum.NotFound)
}

// look returns one endpoint's chain as it is now, for reading several things that must fit together.
func (c *Client) look(ctx context.Context) (view, error) {
	v, err := c.pinFor(ctx, 0)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	c.head, c.headSeen = v.newest, c.cfg.Now()
	c.mu.Unlock()
	return v, nil
}

// pin is look without a request, if the endpoint was looked at lately.
func (c *Client) pin(ctx context.Context) (*pinned, error) { return c.pinFor(ctx, lookAfter) }

func (c *Client) pinFor(ctx context.Context, known time.Duration) (*pinned, error) {
	v := &pinned{client: c}
	err := c.first(ctx, known, func(e *endpoint) error {
		v.endpoint, v.newest = e, c.headOf(e)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("newest block: %w", err)
	}
	return v, nil
}

// Head returns the newest block. When it is older than MaxHeadAge, no endpoint has a newer one:
// compare its time. Errors: ErrUnavailable.
func (c *Client) Head(ctx context.Context) (Head, error) {
	v, err := c.look(ctx)
	if err != nil {
		return Head{}, err
	}
	return v.head(), nil
}

// Fresh returns nil if the newest header is at most MaxHeadAge old. A provider grants no service
// otherwise. Errors: ErrUnavailable.
func (c *Client) Fresh(ctx context.Context) error {
	head, err := c.Head(ctx)
	if err != nil {
		return err
	}
	if age := c.cfg.Now().Sub(head.Time); age > MaxHeadAge {
		return fmt.Errorf("%w: block %d is %s old", ErrUnavailable, head.Number, age.Round(time.Second))
	}
	return nil
}

// Health tells how the chain is. It asks when nothing was heard for two seconds.
func (c *Client) Health(ctx context.Context) Health {
	c.mu.Lock()
	head, seen := c.head, c.headSeen
	c.mu.Unlock()
	var err error
	if c.cfg.Now().Sub(seen) > headTTL {
		var newer Head
		if newer, err = c.Head(ctx); err == nil {
			head = newer
		}
	}
	c.mu.Lock()
	h := Health{Head: head, Endpoint: c.current.name}
	c.mu.Unlock()
	age := max(0, c.cfg.Now().Sub(head.Time)).Round(time.Second)
	switch {
	case err != nil:
		h.Detail = strings.ReplaceAll(err.Error(), "\n", "; ") + "; trying again"
	case age > MaxHeadAge:
		h.Detail = fmt.Sprintf("stalled: newest block %d is %s old; waiting for blocks", head.Number, age)
	default:
		h.Healthy = true
		h.Detail = fmt.Sprintf("block %d, %s old", head.Number, age)
	}
	return h
}
