// Package client speaks to hubs, for nodes that have no copy of the network's records and no gas coins.
//
// A [Hub] is one hub: a [discovery.Source], a [discovery.Target] and a [relay.Relayer]. A [Client] is
// several of them. Searches go to all, through [Client.Sources] and a discovery.Finder that unites and
// verifies the answers; announcements go to all, through [Client.Targets]; an intent goes to the
// first hub that takes it. What a hub answers is bounded here, and believed nowhere: records are
// verified by the finder, and what a relayer claims by looking at the chain.
package client

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/discovery"
	"github.com/mysteriumnetwork/myst/hub"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/relay"
)

const (
	defaultTimeout = 15 * time.Second
	healthTimeout  = 5 * time.Second
	// maxTickets bounds how many tickets are remembered with the hub that issued them.
	maxTickets = 4096
)

var (
	_ relay.Relayer    = (*Client)(nil)
	_ relay.Relayer    = (*Hub)(nil)
	_ discovery.Source = (*Hub)(nil)
	_ discovery.Target = (*Hub)(nil)
)

// Config is what a client needs.
type Config struct {
	// Hubs are URLs, http or https, best first. None makes a client whose calls fail.
	Hubs []string
	// Relayers put intents on chain, the hubs' own among them, best first; nil takes the hubs, whoever they are.
	Relayers []chain.Relayer
	// ChainID is that of the network: a hub of another counts as unhealthy. Zero checks nothing.
	ChainID uint64
	// Payments is the contract that relayers' quotes must be for. Zero checks nothing.
	Payments identity.Address
	// Transport replaces the client's own, for tests and special networks; nil makes one.
	Transport http.RoundTripper
	Timeout   time.Duration // for one request; zero is 15 s
	Logger    *slog.Logger  // nil discards
}

// Client is several hubs. Safe for concurrent use.
type Client struct {
	hubs     []*Hub
	relayers []*Hub
	http     *http.Client
	log      *slog.Logger

	mu      sync.Mutex
	tickets map[string]*Hub // which hub issued a ticket
	avoided map[*Hub]time.Time
}

// avoidFor is how long a relayer that did not keep its word is asked after all others.
const avoidFor = time.Hour

// New makes a client. It sends nothing.
func New(cfg Config) (*Client, error) {
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.Transport == nil {
		cfg.Transport = &http.Transport{
			Proxy:               http.ProxyFromEnvironment,
			DialContext:         (&net.Dialer{Timeout: 5 * time.Second}).DialContext,
			TLSHandshakeTimeout: 5 * time.Second, IdleConnTimeout: time.Minute,
			MaxResponseHeaderBytes: 16 << 10, MaxConnsPerHost: 8, ForceAttemptHTTP2: true,
		}
	}
	c := &Client{log: cfg.Logger, tickets: map[string]*Hub{}, avoided: map[*Hub]time.Time{}}
	c.http = &http.Client{
		Transport: cfg.Transport, Timeout: cmp.Or(cfg.Timeout, defaultTimeout),
		// A hub answers itself; where else it sends us is not for it to choose.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	for i, text := range cfg.Hubs {
		h, err := c.hub(cfg, text)
		if err != nil {
			return nil, fmt.Errorf("hub client: URL %d %w", i+1, err)
		}
		c.hubs = append(c.hubs, h)
	}
	for i, relayer := range cfg.Relayers {
		h, err := c.hub(cfg, relayer.URL)
		if err != nil {
			return nil, fmt.Errorf("hub client: relayer's URL %d %w", i+1, err)
		}
		h.identity = relayer.Identity
		c.relayers = append(c.relayers, h)
	}
	if cfg.Relayers == nil {
		c.relayers = c.hubs
	}
	return c, nil
}

func (c *Client) hub(cfg Config, text string) (*Hub, error) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return nil, errors.New("is not like https://hub.example:4060") // not quoted: it may hold credentials
	}
	return &Hub{base: u, http: c.http, chainID: cfg.ChainID, payments: cfg.Payments}, nil
}

// Close lets go of idle connections. Calls after it still work.
func (c *Client) Close() error {
	c.http.CloseIdleConnections()
	return nil
}

// Relayers returns those who relay, in the order configured.
func (c *Client) Relayers() []*Hub { return slices.Clone(c.relayers) }

// Hubs returns the hubs, in the order configured.
func (c *Client) Hubs() []*Hub { return slices.Clone(c.hubs) }

// Sources returns the hubs for a [discovery.Finder].
func (c *Client) Sources() []discovery.Source {
	sources := make([]discovery.Source, len(c.hubs))
	for i, h := range c.hubs {
		sources[i] = h
	}
	return sources
}

// Targets returns the hubs for a [discovery.Announcer].
func (c *Client) Targets() []discovery.Target {
	targets := make([]discovery.Target, len(c.hubs))
	for i, h := range c.hubs {
		targets[i] = h
	}
	return targets
}

// Submit implements [relay.Relayer]: the first relayer that takes the intent has it. One that cannot be
// reached, has too much to do or is not the one that a Fund names is passed over. Should a relayer have
// taken an intent that it seemed not to, no harm is done: an intent takes effect once.
func (c *Client) Submit(ctx context.Context, in relay.Intent) (relay.Ticket, error) {
	return c.each(ctx, func(h *Hub) (relay.Ticket, error) { return h.Submit(ctx, in) })
}

// Order implements [relay.Relayer], likewise: the intent is completed anew for each relayer that is tried. Of
// several forms of an intent, each with its relayer's fee, the contract takes one.
func (c *Client) Order(ctx context.Context, complete relay.Complete) (relay.Ticket, error) {
	return c.each(ctx, func(h *Hub) (relay.Ticket, error) { return h.Order(ctx, complete) })
}

func (c *Client) each(ctx context.Context, ask func(*Hub) (relay.Ticket, error)) (relay.Ticket, error) {
	var errs []error
	for _, h := range c.inOrder() {
		ticket, err := ask(h)
		if err == nil {
			c.remember(ticket.ID, h)
			return ticket, nil
		}
		if !passOver(err) { // the caller's own
			return relay.Ticket{}, err
		}
		if errs = append(errs, err); ctx.Err() != nil {
			break
		}
		c.log.Debug("hub does not relay; trying the next", "hub", h.Name(), "error", err)
	}
	return relay.Ticket{}, failure(errs)
}

// Quote implements [relay.Relayer]: that of the first relayer that answers.
func (c *Client) Quote(ctx context.Context) (relay.Quote, error) {
	var errs []error
	for _, h := range c.relayers {
		q, err := h.Quote(ctx)
		if err == nil {
			return q, nil
		}
		if errs = append(errs, err); ctx.Err() != nil {
			break
		}
	}
	return relay.Quote{}, failure(errs)
}

// Avoid says that what a ticket stands for did not happen, whatever was said of it: its relayer comes last for an hour.
func (c *Client) Avoid(ticket string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if h := c.tickets[ticket]; h != nil {
		c.avoided[h] = time.Now()
		c.log.Warn("relayer did not do what it took on; asking others first", "relayer", h.Name(), "ticket", ticket)
	}
}

// inOrder is the relayers, with those last that are avoided.
func (c *Client) inOrder() (all []*Hub) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var last []*Hub
	for _, h := range c.relayers {
		if since, avoided := c.avoided[h]; avoided && time.Since(since) < avoidFor {
			last = append(last, h)
		} else {
			all = append(all, h)
		}
	}
	return append(all, last...)
}

// passOver tells whether another relayer may take what this one did not. None is believed about what is wrong with
// an intent: a single one that lies would stop all.
func passOver(err error) bool {
	var refusal *relay.Refusal
	return errors.As(err, &refusal) || errors.Is(err, relay.ErrUnavailable) || errors.Is(err, relay.ErrNotOffered)
}

// failure is what hubs' errors come to: that one may have taken an intent says most, then a refusal that may not last,
// and any refusal more than hubs that cannot be reached.
func failure(errs []error) error {
	if len(errs) == 0 {
		return fmt.Errorf("%w: no hub is configured", relay.ErrUnavailable)
	}
	for _, err := range errs {
		if errors.Is(err, relay.ErrUnheard) {
			return err
		}
	}
	for _, err := range errs {
		var refusal *relay.Refusal
		if errors.As(err, &refusal) && refusal.Reason == relay.ReasonBusy {
			return err
		}
	}
	var said error
	for _, err := range errs {
		switch {
		case errors.Is(err, relay.ErrUnavailable):
		case said == nil:
			said = err
		default: // one may be too dear, and another want something that can be done
			said = fmt.Errorf("%w; %w", said, err)
		}
	}
	return cmp.Or(said, errors.Join(errs...))
}

func (c *Client) remember(id string, h *Hub) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.tickets) >= maxTickets {
		clear(c.tickets) // Status then asks all hubs
	}
	c.tickets[id] = h
}

// Status implements [relay.Relayer]. It asks the hub that issued the ticket or, when that is not known
// or not reachable, all of them.
func (c *Client) Status(ctx context.Context, id string) (relay.Ticket, error) {
	hubs := slices.Clone(c.relayers)
	c.mu.Lock()
	issuer := c.tickets[id]
	c.mu.Unlock()
	slices.SortStableFunc(hubs, func(a, b *Hub) int {
		switch {
		case a == issuer && b != issuer:
			return -1
		case b == issuer && a != issuer:
			return 1
		}
		return 0
	})
	var errs []error
	for _, h := range hubs {
		ticket, err := h.Status(ctx, id)
		if err == nil {
			return ticket, nil
		}
		if errs = append(errs, err); ctx.Err() != nil {
			break
		}
	}
	// Any hub that did not answer may be the one that has it.
	for _, err := range errs {
		if !errors.Is(err, relay.ErrNotFound) {
			return relay.Ticket{}, err
		}
	}
	return relay.Ticket{}, failure(errs)
}

// Info implements [relay.Relayer]: the relayer of the first hub that has one.
func (c *Client) Info(ctx context.Context) (relay.Info, error) {
	var errs []error
	for _, h := range c.relayers {
		info, err := h.Info(ctx)
		if err == nil {
			return info, nil
		}
		if errs = append(errs, err); ctx.Err() != nil {
			break
		}
	}
	return relay.Info{}, failure(errs)
}

// Health is how a hub is, in words for a human.
type Health struct {
	Hub     string // URL
	Healthy bool
	Detail  string   // "answers in 3 ms", or what is wrong
	Info    hub.Info // when healthy
}

// Health asks all hubs at once how they are, and waits for five seconds at most.
func (c *Client) Health(ctx context.Context) []Health {
	ctx, cancel := context.WithTimeout(ctx, healthTimeout)
	defer cancel()
	healths := make([]Health, len(c.hubs))
	var asking sync.WaitGroup
	for i, h := range c.hubs {
		asking.Go(func() { healths[i] = h.health(ctx) })
	}
	asking.Wait()
	return healths
}
