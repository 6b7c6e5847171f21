package chain

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/rpc"
)

const (
	requestTimeout = 10 * time.Second
	// returnAfter is how long a client stays with a substitute before it tries the best endpoint again.
	returnAfter = time.Minute
	// headTTL is for how long Health believes the newest head without asking.
	headTTL = 2 * time.Second
)

// ClientConfig is what a client needs to know.
type ClientConfig struct {
	URLs    []string         // http, https, ws or wss, best first; at least one
	ChainID uint64           // every endpoint must serve this chain
	Timeout time.Duration    // per request to one endpoint; zero is 10 s
	Now     func() time.Time // nil is time.Now
	Logger  *slog.Logger     // nil discards
}

// Client talks JSON-RPC to the first endpoint that answers. It connects when it is first used and
// again whenever needed. Its methods are safe for concurrent use.
type Client struct {
	cfg  ClientConfig
	http *http.Client

	mu        sync.Mutex
	endpoints []*endpoint
	current   int       // the endpoint that answered last
	switched  time.Time // when current became so
	head      Head
	headSeen  time.Time
	problem   error // why the last request failed; nil when it did not
	closed    bool
}

type endpoint struct {
	url  string
	name string // scheme and host

	// connecting holds a token while a request connects. Unlike with a mutex, the others wait no longer
	// than their contexts, however long an endpoint takes that swallows packets.
	connecting chan struct{}

	mu       sync.Mutex
	rpc      *rpc.Client
	verified bool // the chain ID is ours; asked again after every failure
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
		c.endpoints = append(c.endpoints, &endpoint{url: raw, name: u.Scheme + "://" + u.Host, connecting: make(chan struct{}, 1)})
	}
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
		e.mu.Lock()
		if e.rpc != nil {
			e.rpc.Close()
			e.rpc, e.verified = nil, false
		}
		e.mu.Unlock()
	}
	c.http.CloseIdleConnections()
	return nil
}

// do runs a request on one endpoint after the other until one answers. An answer that is an error
// of the chain, such as a reverted call, ends it too.
func (c *Client) do(ctx context.Context, request func(context.Context, *rpc.Client) error) error {
	var failures []error
	for _, i := range c.order() {
		err := c.try(ctx, c.endpoints[i], request)
		var answer rpc.Error
		switch {
		case err == nil || errors.As(err, &answer) || errors.Is(err, ethereum.NotFound):
			c.answered(i)
			return translate(err)
		case ctx.Err() != nil:
			return fmt.Errorf("ask the chain: %w", ctx.Err())
		}
		failures = append(failures, fmt.Errorf("%s: %w", c.endpoints[i].name, clean(err)))
	}
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
func (c *Client) order() []int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil
	}
	first := c.current
	if c.cfg.Now().Sub(c.switched) > returnAfter {
		first, c.switched = 0, c.cfg.Now()
	}
	order := make([]int, len(c.endpoints))
	for i := range order {
		order[i] = (first + i) % len(order)
	}
	return order
}

func (c *Client) answered(i int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if i != c.current {
		c.cfg.Logger.Info("using another chain endpoint", "endpoint", c.endpoints[i].name)
		c.current, c.switched = i, c.cfg.Now()
	}
	if c.problem != nil {
		c.cfg.Logger.Info("chain is reachable again", "endpoint", c.endpoints[i].name)
		c.problem = nil
	}
}

func (c *Client) try(ctx context.Context, e *endpoint, request func(context.Context, *rpc.Client) error) error {
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	connection, err := c.connect(ctx, e)
	if err != nil {
		return err
	}
	err = request(ctx, connection)
	var answer rpc.Error
	if err != nil && !errors.As(err, &answer) && !errors.Is(err, ethereum.NotFound) {
		e.mu.Lock()
		e.verified = false
		e.mu.Unlock()
	}
	return err
}

// connect returns the endpoint's connection once its chain ID is known to be right.
func (c *Client) connect(ctx context.Context, e *endpoint) (*rpc.Client, error) {
	select {
	case e.connecting <- struct{}{}:
		defer func() { <-e.connecting }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	connection, verified, err := c.dial(ctx, e)
	if err != nil || verified {
		return connection, err
	}
	var id hexutil.Uint64
	if err := connection.CallContext(ctx, &id, "eth_chainId"); err != nil {
		return nil, unanswered{err}
	}
	if uint64(id) != c.cfg.ChainID {
		return nil, fmt.Errorf("%w: it serves %d, the network is %d", ErrWrongChain, uint64(id), c.cfg.ChainID)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.verified = e.rpc == connection // Close may have been faster
	return connection, nil
}

// dial returns the endpoint's connection, and whether its chain ID is known to be right. Only who
// holds the token of connecting may call it.
func (c *Client) dial(ctx context.Context, e *endpoint) (connection *rpc.Client, verified bool, err error) {
	e.mu.Lock()
	connection, verified = e.rpc, e.verified
	e.mu.Unlock()
	if connection == nil {
		if connection, err = rpc.DialOptions(ctx, e.url, rpc.WithHTTPClient(c.http)); err != nil {
			return nil, false, err
		}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	c.mu.Lock()
	closed := c.closed
	c.mu.Unlock()
	if closed {
		connection.Close()
		return nil, false, errors.New("client is closed")
	}
	e.rpc = connection
	return connection, verified, nil
}

// unanswered hides that an error is a JSON-RPC answer, when it answers another question than the
// caller's.
type unanswered struct{ err error }

func (u unanswered) Error() string { return "ask for the chain ID: " + clean(u.err).Error() }

// clean takes URLs and page contents out of an error: RPC URLs hold secrets.
func clean(err error) error {
	var failed *url.Error
	if errors.As(err, &failed) {
		return failed.Err
	}
	var status rpc.HTTPError
	if errors.As(err, &status) {
		return errors.New("HTTP status " + status.Status)
	}
	return err
}

// Head returns the newest block. When the endpoint's newest is older than MaxHeadAge, the others
// are asked too, and the newest of all is returned: compare its time. Errors: ErrUnavailable.
func (c *Client) Head(ctx context.Context) (Head, error) {
	b, err := c.block(ctx, "latest")
	if err != nil {
		return Head{}, fmt.Errorf("newest block: %w", err)
	}
	head := b.head()
	if len(c.endpoints) > 1 && c.cfg.Now().Sub(head.Time) > MaxHeadAge {
		head = c.freshest(ctx, head)
	}
	c.mu.Lock()
	c.head, c.headSeen = head, c.cfg.Now()
	c.mu.Unlock()
	return head, nil
}

func (c *Client) freshest(ctx context.Context, best Head) Head {
	for i, e := range c.endpoints {
		var b *block
		err := c.try(ctx, e, func(ctx context.Context, r *rpc.Client) error {
			return r.CallContext(ctx, &b, "eth_getBlockByNumber", "latest", false)
		})
		if err == nil && b != nil && b.head().Time.After(best.Time) {
			best = b.head()
			c.answered(i)
		}
	}
	return best
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
	h := Health{Head: head, Endpoint: c.endpoints[c.current].name}
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
