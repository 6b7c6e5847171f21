package chain

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/ethclient"
	"github.com/ethereum/go-ethereum/rpc"
)

// endpoint is one JSON-RPC server.
type endpoint struct {
	url    string
	name   string // scheme and host
	pushes bool   // it can send new heads by itself

	// connecting holds a token while a request connects. Unlike with a mutex, the others wait no longer
	// than their contexts, however long an endpoint takes that swallows packets.
	connecting chan struct{}

	mu       sync.Mutex
	rpc      *rpc.Client
	verified bool // the chain ID is ours; asked again after every failure

	// Under the client's mutex:
	fault       error     // why it failed last; nil when it works
	failedUntil time.Time // until when others come first
	newest      Head
	looked      time.Time // when newest was
	stalled     bool      // as of then
}

// behind is 1 for an endpoint that comes after the others, else 0.
func (e *endpoint) behind(now time.Time) int {
	if now.Before(e.failedUntil) {
		return 1
	}
	return 0
}

func (e *endpoint) close() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.rpc != nil {
		e.rpc.Close()
		e.rpc, e.verified = nil, false
	}
}

// try runs a request on an endpoint and notes whether it works.
func (c *Client) try(ctx context.Context, e *endpoint, ask request) error {
	limited, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	connection, err := c.connect(limited, e)
	if err == nil {
		err = ask(limited, connection)
	}
	switch {
	case err == nil || answered(err):
		c.works(e)
	case ctx.Err() == nil && !tooMuch(err):
		c.fails(e, err)
	}
	return err
}

func (c *Client) works(e *endpoint) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cfg.Now().Before(e.failedUntil) {
		return // its time apart is not over: what it failed at may have been another kind of request
	}
	if e.fault != nil {
		c.cfg.Logger.Info("chain endpoint works again", "endpoint", e.name)
	}
	e.fault = nil
}

// fails puts an endpoint behind the others for a while.
func (c *Client) fails(e *endpoint, err error) {
	e.mu.Lock()
	e.verified = false
	e.mu.Unlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	if e.fault == nil && !c.closed {
		c.cfg.Logger.Warn("chain endpoint is down", "endpoint", e.name, "error", clean(err))
	}
	e.fault, e.failedUntil = err, c.cfg.Now().Add(returnAfter)
}

// stalled tells whether an endpoint's newest header, of at most known ago, is older than MaxHeadAge.
func (c *Client) stalled(ctx context.Context, e *endpoint, known time.Duration) (bool, error) {
	if known > 0 && len(c.endpoints) == 1 {
		return false, nil // there is no other to turn to
	}
	c.mu.Lock()
	believed := !e.looked.IsZero() && c.cfg.Now().Sub(e.looked).Abs() < known
	stalled := e.stalled
	c.mu.Unlock()
	if believed {
		return stalled, nil
	}
	head, err := c.lookAt(ctx, e)
	return err == nil && c.old(head), err
}

// old tells whether a header is no word on the present: it may also be of the future.
func (c *Client) old(head Head) bool { return c.cfg.Now().Sub(head.Time).Abs() > MaxHeadAge }

// lookAt asks an endpoint for its newest header.
func (c *Client) lookAt(ctx context.Context, e *endpoint) (Head, error) {
	var b *block
	err := c.try(ctx, e, func(ctx context.Context, r *rpc.Client) (err error) {
		b, err = readBlock(ctx, r, "latest")
		return err
	})
	if err != nil {
		if answered(err) { // every chain has a newest block
			err = unanswered{"newest block", err}
			c.fails(e, err)
		}
		return Head{}, err
	}
	c.saw(e, b.head())
	return b.head(), nil
}

// saw notes an endpoint's newest header.
func (c *Client) saw(e *endpoint, head Head) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.cfg.Now()
	age, old := now.Sub(head.Time).Round(time.Second), c.old(head)
	switch {
	case old && !e.stalled:
		c.cfg.Logger.Warn("chain endpoint stands still", "endpoint", e.name, "block", head.Number, "age", age)
	case !old && e.stalled:
		c.cfg.Logger.Info("chain endpoint moves again", "endpoint", e.name, "block", head.Number)
	}
	e.newest, e.looked, e.stalled = head, now, old
}

func (c *Client) headOf(e *endpoint) Head {
	c.mu.Lock()
	defer c.mu.Unlock()
	return e.newest
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
		return nil, unanswered{"ask for the chain ID", err}
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
		if connection, err = rpc.DialOptions(ctx, e.url,
			rpc.WithHTTPClient(c.http), rpc.WithWebsocketMessageSizeLimit(maxResponse)); err != nil {
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
type unanswered struct {
	what string
	err  error
}

func (u unanswered) Error() string { return u.what + ": " + clean(u.err).Error() }

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

// tooMuch tells whether an error says that a request asks for too much at once. Endpoints say so in
// many ways: as an answer, by an HTTP status, or by an answer that is longer than we take.
func tooMuch(err error) bool {
	var status rpc.HTTPError
	if errors.As(err, &status) {
		switch status.StatusCode {
		case http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity:
			return true
		}
	}
	return errors.Is(err, errTooMuch)
}

// pinned is the chain of one endpoint, as a view.
type pinned struct {
	client   *Client
	endpoint *endpoint
	newest   Head
}

var _ view = (*pinned)(nil)

func (v *pinned) head() Head { return v.newest }

func (v *pinned) do(ctx context.Context, ask request) error {
	err := v.client.try(ctx, v.endpoint, ask)
	switch {
	case err == nil || answered(err):
		return translate(err)
	case tooMuch(err):
		return fmt.Errorf("%w: %w", errTooMuch, clean(err))
	case ctx.Err() != nil:
		return fmt.Errorf("ask the chain: %w", ctx.Err())
	}
	return fmt.Errorf("%w: %s: %w", ErrUnavailable, v.endpoint.name, clean(err))
}

func (v *pinned) blockAt(ctx context.Context, number uint64) (*block, error) {
	var b *block
	err := v.do(ctx, func(ctx context.Context, r *rpc.Client) (err error) {
		b, err = readBlock(ctx, r, hexutil.EncodeUint64(number))
		return err
	})
	if err == nil && uint64(b.Number) != number {
		err = fmt.Errorf("endpoint answered with block %d", uint64(b.Number))
		v.reject(err)
	}
	if err != nil {
		return nil, fmt.Errorf("block %d: %w", number, err)
	}
	return b, nil
}

func (v *pinned) logs(ctx context.Context, query ethereum.FilterQuery) (logs []types.Log, err error) {
	err = v.do(ctx, func(ctx context.Context, r *rpc.Client) (err error) {
		logs, err = ethclient.NewClient(r).FilterLogs(ctx, query)
		return err
	})
	return logs, err
}

func (v *pinned) reject(err error) { v.client.fails(v.endpoint, err) }

// each asks every endpoint that works. It fails when ask fails for one of them, or when none works.
func (c *Client) each(ctx context.Context, ask func(*pinned) error) error {
	asked := 0
	var failures []error
	for _, e := range c.order() {
		old, err := c.stalled(ctx, e, lookAfter)
		switch {
		case err != nil:
		case old:
			err = errors.New("newest header is too old")
		default:
			err = ask(&pinned{client: c, endpoint: e, newest: c.headOf(e)})
			if err != nil && ctx.Err() == nil && !errors.Is(err, ErrUnavailable) {
				return err
			}
		}
		if err == nil {
			asked++
		} else {
			failures = append(failures, fmt.Errorf("%s: %w", e.name, clean(err)))
		}
	}
	if asked == 0 {
		return fmt.Errorf("%w: %w", ErrUnavailable, errors.Join(failures...))
	}
	return nil
}
