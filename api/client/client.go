// Package client speaks to a node's local HTTP API.
//
// A [Client] finds the API by two files of the node's data directory: the address, and the token that proves
// that the caller is the node's user. Failures are of three kinds: [ErrNotRunning], when there is
// no node to speak to; [*wire.Problem], when the node says no, whose code tells why; and anything else,
// such as [ErrCut].
package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/mysteriumnetwork/myst/api/wire"
)

var (
	// ErrNotRunning says that no node answers. Its text says what to do.
	ErrNotRunning = errors.New("no running node")
	// ErrCut says that the node went away in the middle of an operation, whose outcome is unknown.
	ErrCut = errors.New("the node went away before it told the outcome")
)

const (
	tokenFile   = "api.token"
	addressFile = "api.address"

	maxAnswer     = 64 << 20 // bytes
	maxFile       = 4 << 10  // bytes
	headerTimeout = time.Minute
	dialTimeout   = 5 * time.Second
)

// Client speaks to one node. It may be used from several goroutines.
type Client struct {
	base  string
	token string
	http  *http.Client
}

// New reads the token in dataDir. An empty addr takes the running node's own, from the same directory; when no
// node runs there, the token is not sent anywhere, for another user may listen where one would.
// Errors: ErrNotRunning.
func New(dataDir, addr string) (*Client, error) {
	if addr == "" {
		var err error
		if addr, err = readFile(dataDir, addressFile); err != nil {
			return nil, err
		}
	}
	if err := loopback(addr); err != nil {
		return nil, err
	}
	token, err := readFile(dataDir, tokenFile)
	if err != nil {
		return nil, err
	}
	dialer := &net.Dialer{Timeout: dialTimeout}
	return &Client{
		base:  "http://" + addr,
		token: token,
		// No Proxy: the token must not leave the machine.
		http: &http.Client{
			Transport:     &http.Transport{DialContext: dialer.DialContext, ResponseHeaderTimeout: headerTimeout},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}, nil
}

// Close lets go of idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Addr returns the host:port of the API.
func (c *Client) Addr() string { return strings.TrimPrefix(c.base, "http://") }

// Status says what the node is and how its parts are.
func (c *Client) Status(ctx context.Context) (wire.Status, error) {
	return get[wire.Status](ctx, c, "/v1/status", nil)
}

// Proposals finds offers, cheapest first.
func (c *Client) Proposals(ctx context.Context, filter wire.Filter) (wire.Proposals, error) {
	return get[wire.Proposals](ctx, c, "/v1/proposals", filter.Query())
}

// Sessions lists sessions, newest first.
func (c *Client) Sessions(ctx context.Context) (wire.Sessions, error) {
	return get[wire.Sessions](ctx, c, "/v1/sessions", nil)
}

// Balance says what the node's identity owns.
func (c *Client) Balance(ctx context.Context) (wire.Balance, error) {
	return get[wire.Balance](ctx, c, "/v1/balance", nil)
}

// Connect opens a session with the cheapest provider that matches. The session outlives ctx once
// Connect has returned.
func (c *Client) Connect(ctx context.Context, req wire.Connect, progress func(wire.Progress)) (wire.Session, error) {
	return stream[wire.Session](ctx, c, call{http.MethodPost, "/v1/sessions", req}, progress)
}

// Disconnect ends a session.
func (c *Client) Disconnect(ctx context.Context, id string, progress func(wire.Progress)) (wire.Session, error) {
	return stream[wire.Session](ctx, c, call{http.MethodDelete, "/v1/sessions/" + url.PathEscape(id), nil}, progress)
}

// Register registers the node's identity on chain.
func (c *Client) Register(ctx context.Context, req wire.Limit, progress func(wire.Progress)) (wire.Payment, error) {
	return stream[wire.Payment](ctx, c, call{http.MethodPost, "/v1/register?" + req.Query().Encode(), nil}, progress)
}

// Deposit moves coins from the wallet into the deposit.
func (c *Client) Deposit(ctx context.Context, req wire.Deposit, progress func(wire.Progress)) (wire.Payment, error) {
	return stream[wire.Payment](ctx, c, call{http.MethodPost, "/v1/deposit", req}, progress)
}

// Withdraw pays the earnings out to the beneficiary.
func (c *Client) Withdraw(ctx context.Context, req wire.Limit, progress func(wire.Progress)) (wire.Payment, error) {
	return stream[wire.Payment](ctx, c, call{http.MethodPost, "/v1/withdraw?" + req.Query().Encode(), nil}, progress)
}

// Clear claims every promise that is not cleared yet.
func (c *Client) Clear(ctx context.Context, req wire.Limit, progress func(wire.Progress)) (wire.Payments, error) {
	return stream[wire.Payments](ctx, c, call{http.MethodPost, "/v1/clear?" + req.Query().Encode(), nil}, progress)
}

// Ledger lists what happened to the coins, oldest first.
func (c *Client) Ledger(ctx context.Context, f wire.LedgerFilter) (wire.Ledger, error) {
	return get[wire.Ledger](ctx, c, "/v1/ledger", f.Query())
}

// Earnings says what each identity earned as a provider.
func (c *Client) Earnings(ctx context.Context) (wire.EarningsList, error) {
	return get[wire.EarningsList](ctx, c, "/v1/earnings", nil)
}

// Quote says what an operation would cost.
func (c *Client) Quote(ctx context.Context, req wire.QuoteRequest) (wire.Quote, error) {
	return get[wire.Quote](ctx, c, "/v1/quote", req.Query())
}

// Unlock takes a payment channel from its provider: asks for it, or finishes it after the delay.
func (c *Client) Unlock(ctx context.Context, req wire.Unlock, progress func(wire.Progress)) (wire.Payment, error) {
	return stream[wire.Payment](ctx, c, call{http.MethodPost, "/v1/unlock", req}, progress)
}

// Reclaim moves what a free payment channel holds back to the deposit.
func (c *Client) Reclaim(ctx context.Context, req wire.Reclaim, progress func(wire.Progress)) (wire.Payment, error) {
	return stream[wire.Payment](ctx, c, call{http.MethodPost, "/v1/reclaim", req}, progress)
}

// WithdrawDeposit pays coins out of the deposit.
func (c *Client) WithdrawDeposit(ctx context.Context, req wire.WithdrawDeposit, progress func(wire.Progress)) (wire.Payment, error) {
	return stream[wire.Payment](ctx, c, call{http.MethodPost, "/v1/withdraw-deposit", req}, progress)
}

// TopUp locks more for an open session's provider.
func (c *Client) TopUp(ctx context.Context, session string, req wire.Deposit, progress func(wire.Progress)) (wire.Payment, error) {
	path := "/v1/sessions/" + url.PathEscape(session) + "/topup"
	return stream[wire.Payment](ctx, c, call{http.MethodPost, path, req}, progress)
}

// SetBeneficiary names who receives the earnings.
func (c *Client) SetBeneficiary(ctx context.Context, req wire.Beneficiary, progress func(wire.Progress)) (wire.Payment, error) {
	return stream[wire.Payment](ctx, c, call{http.MethodPost, "/v1/beneficiary", req}, progress)
}

// call is one request; a nil body sends none.
type call struct {
	method, path string
	body         any
}

// do sends a request and returns the answer if its status is 200. The caller closes its body.
func (c *Client) do(ctx context.Context, req call, accept string) (*http.Response, error) {
	var body io.Reader
	if req.body != nil {
		data, err := json.Marshal(req.body)
		if err != nil {
			return nil, fmt.Errorf("encode request: %w", err)
		}
		body = bytes.NewReader(data)
	}
	r, err := http.NewRequestWithContext(ctx, req.method, c.base+req.path, body)
	if err != nil {
		return nil, fmt.Errorf("make request: %w", err)
	}
	r.Header.Set("Authorization", "Bearer "+c.token)
	r.Header.Set("Accept", accept)
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	resp, err := c.http.Do(r)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "dial" {
			return nil, fmt.Errorf("%w: nothing answers at %s; start one with \"myst node\"", ErrNotRunning, c.Addr())
		}
		return nil, fmt.Errorf("ask the node: %w", err)
	}
	if resp.StatusCode == http.StatusOK {
		return resp, nil
	}
	return nil, errors.Join(readProblem(resp), resp.Body.Close())
}

// readProblem makes an error of an answer that is not 200.
func readProblem(resp *http.Response) error {
	problem := &wire.Problem{Title: resp.Status, Status: resp.StatusCode}
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxFile))
	if err == nil && strings.HasPrefix(resp.Header.Get("Content-Type"), "application/problem+json") {
		// What does not parse leaves the status line, which is all that is known then.
		_ = json.Unmarshal(data, problem)
	}
	return problem
}

func get[T any](ctx context.Context, c *Client, path string, query url.Values) (out T, err error) {
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	resp, err := c.do(ctx, call{method: http.MethodGet, path: path}, "application/json")
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, resp.Body.Close()) }()
	if err := json.NewDecoder(io.LimitReader(resp.Body, maxAnswer)).Decode(&out); err != nil {
		return out, fmt.Errorf("read the node's answer: %w", err)
	}
	return out, nil
}

// readFile reads one of the files that a node leaves in its data directory.
func readFile(dir, name string) (text string, err error) {
	f, err := os.Open(filepath.Join(dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("%w in %s; start one with \"myst node\", or name its data directory with --data-dir", ErrNotRunning, dir)
	}
	if err != nil {
		return "", fmt.Errorf("find the node: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	data, err := io.ReadAll(io.LimitReader(f, maxFile))
	if err != nil {
		return "", fmt.Errorf("find the node: %w", err)
	}
	return strings.TrimSpace(string(data)), nil
}

// loopback refuses to send the token to another machine.
func loopback(addr string) error {
	host, port, err := net.SplitHostPort(addr)
	if err == nil && host == "localhost" {
		addr = net.JoinHostPort("127.0.0.1", port)
	}
	parsed, err := netip.ParseAddrPort(addr)
	if err != nil {
		return fmt.Errorf("API address %q: want host:port such as 127.0.0.1:4050", addr)
	}
	if !parsed.Addr().Unmap().IsLoopback() {
		return fmt.Errorf("API address %s is not on this machine; forward the port through ssh to use it", addr)
	}
	return nil
}
