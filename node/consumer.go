package node

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/market"
	"github.com/mysteriumnetwork/myst/messaging"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/payments"
	"github.com/mysteriumnetwork/myst/proxy"
	"github.com/mysteriumnetwork/myst/session"
	"github.com/mysteriumnetwork/myst/tunnel"
)

// consuming is one session from the consumer's side, until it is up.
type consuming struct {
	n        *Node
	self     *Self
	req      ConnectRequest
	port     *port
	progress func(Progress)

	proposal market.Signed
	client   tunnel.Client
	taken    []uint8 // payment channels that back other sessions, by the provider's word
	plan     payments.Plan
	relayer  identity.Address // who would put the plan's lock on chain; zero is not known
	fee      money.Amount     // what it takes for that
	payer    *payments.Payer
	session  *session.Session
	live     *live
	up       chan error
}

// Connect opens a session with the cheapest provider that matches and returns once traffic can pass.
// The session outlives ctx. Where a provider refuses for reasons of its own, the next one is tried.
func (n *Node) Connect(ctx context.Context, req ConnectRequest, progress func(Progress)) (Session, error) {
	self, err := n.identity(ctx)
	if err != nil {
		return Session{}, err
	}
	if req.Lock == 0 {
		req.Lock = n.cfg.Lock
	}
	registered, err := n.cfg.Registry.Registered(ctx, self.address())
	if err != nil {
		return Session{}, fmt.Errorf("connect: %w", err)
	}
	if !registered {
		return Session{}, fmt.Errorf("connect: %w; run 'myst identity register'", ErrNotRegistered)
	}
	// No provider hears a machine whose clock is wrong.
	if _, _, err := n.wallet(self, AnyFee).expiry(ctx); err != nil {
		return Session{}, fmt.Errorf("connect: %w", err)
	}
	// The port comes first: that it is taken must not be noticed when money is locked already.
	port, err := n.listen(req.ProxyAddr)
	if err != nil {
		return Session{}, fmt.Errorf("connect: %w", err)
	}
	up, err := n.connectAny(ctx, self, req, port, progress)
	if err != nil {
		_ = port.Close() // the first error says more
	}
	return up, err
}

// connectAny tries the providers that match, cheapest first.
func (n *Node) connectAny(ctx context.Context, self *Self, req ConnectRequest, port *port, progress func(Progress)) (Session, error) {
	progress(Progress{Step: "find", Detail: "asking for proposals"})
	found, err := n.Proposals(ctx, req.Filter)
	if err != nil {
		return Session{}, err
	}
	last := ErrNoProposal
	for _, proposal := range found {
		if proposal.Proposal.Provider == self.address() {
			continue
		}
		if service := proposal.Proposal.ServiceType; n.cfg.Clients[service] == nil {
			if errors.Is(last, ErrNoProposal) {
				last = fmt.Errorf("%w that this node can use: %s is offered, and 'myst doctor' tells what it lacks here", ErrNoProposal, service)
			}
			continue
		}
		if !errors.Is(last, ErrNoProposal) {
			progress(Progress{Step: "next", Detail: last.Error()})
		}
		up, err := n.connectOne(ctx, &consuming{n: n, self: self, req: req, port: port, progress: progress, proposal: proposal})
		if err == nil {
			return up, nil
		}
		last = fmt.Errorf("provider %s: %w", proposal.Proposal.Provider, err)
		if !tryNext(ctx, err) {
			break
		}
	}
	return Session{}, fmt.Errorf("connect: %w", last)
}

// busyRetries and busyPause bound the wait for a provider that is still closing the last session's books.
const (
	busyRetries = 8
	busyPause   = 400 * time.Millisecond
)

// connectOne takes one provider's session up. A payment channel that the provider still holds for a session
// that has just ended is waited for. One that it goes on to hold, for another device with this identity, say, is left alone, and
// another one taken.
func (n *Node) connectOne(ctx context.Context, c *consuming) (Session, error) {
	for retry := 0; ; retry++ {
		attempt := *c
		up, err := attempt.connect(ctx)
		var refusal *session.Refusal // that comes before anything is signed or paid
		switch {
		case !errors.As(err, &refusal) || refusal.Reason != session.ChannelBusy:
			return up, err
		case retry < busyRetries:
			if err := sleep(ctx, busyPause); err != nil {
				return up, err
			}
		default:
			c.taken = append(c.taken, attempt.plan.Channel)
			c.say("lock", "payment channel %d backs another session with this provider; looking for another channel", attempt.plan.Channel)
		}
	}
}

// tryNext says whether another provider might do better: what failed before anything was locked was
// this provider's fault, not the consumer's.
func tryNext(ctx context.Context, err error) bool {
	var refusal *session.Refusal
	if errors.As(err, &refusal) {
		return refusal.Reason != session.NotRegistered && refusal.Reason != session.CannotPay
	}
	if reached, ok := errors.AsType[*payments.CapError](err); ok {
		return reached.Per != payments.CapDay
	}
	return ctx.Err() == nil && (errors.Is(err, ErrNoAnswer) || errors.Is(err, errUnbonded))
}

// errUnbonded says that a provider has taken back what it had to deposit for announcing.
var errUnbonded = errors.New("the provider's bond is gone")

// errAbandoned says that nobody waited any more when a session came up.
var errAbandoned = errors.New("the request for the session was withdrawn")

// connect takes one provider's session to the point where traffic passes.
func (c *consuming) connect(ctx context.Context) (Session, error) {
	p := c.proposal.Proposal
	c.say("find", "provider %s in %s, %s/GiB and %s/h", p.Provider, p.Country, p.Price.PerGiB, p.Price.PerHour)
	var err error
	if c.client, err = c.n.cfg.Clients[p.ServiceType](); err != nil {
		return Session{}, fmt.Errorf("%s client: %w", p.ServiceType, err)
	}
	if err := c.self.Ledger.Allows(c.terms(session.ID{})); err != nil {
		return Session{}, capError(err, c.proposal.Proposal.SetupCharge)
	}
	if err := c.bonded(ctx); err != nil {
		return Session{}, err
	}
	// One at a time from the choice of a payment channel until it is taken.
	select {
	case c.n.planning <- struct{}{}:
	case <-ctx.Done():
		return Session{}, ctx.Err()
	}
	planned := sync.OnceFunc(func() { <-c.n.planning })
	defer planned()
	if err := c.choose(ctx); err != nil {
		return Session{}, err
	}
	offer, err := c.negotiate(ctx)
	if err != nil {
		return Session{}, err
	}
	defer offer.Close()
	if c.payer, err = c.self.Ledger.Pay(ctx, c.terms(offer.ID)); err != nil {
		return Session{}, capError(err, c.proposal.Proposal.SetupCharge)
	}
	planned()
	return c.start(ctx, offer)
}

func (c *consuming) say(step, format string, args ...any) {
	c.progress(Progress{Step: step, Detail: fmt.Sprintf(format, args...)})
}

// negotiate sends the request and returns the provider's offer.
func (c *consuming) negotiate(ctx context.Context) (*session.Offer, error) {
	p := c.proposal.Proposal
	c.say("negotiate", "opening a dialogue")
	peer, err := c.n.peer(ctx, c.proposal)
	switch {
	case errors.Is(err, errNoContact):
		return nil, err
	case err != nil:
		return nil, c.unanswered(ctx, err)
	}
	var correlation [16]byte
	_, _ = rand.Read(correlation[:]) // never fails
	c.n.log.Info("requesting a session", "provider", p.Provider, "correlation", hex.EncodeToString(correlation[:]))
	offer, err := session.Open(ctx, session.To(c.self.Endpoint, peer), c.n.cfg.Session, session.Request{
		Proposal: c.proposal.Hash(), Correlation: correlation, ServiceType: p.ServiceType, Price: p.Price, Setup: p.SetupCharge,
		Data: c.client.Request(), Channel: c.plan.Channel, Epoch: c.plan.Epoch,
		Lock: c.plan.Lock, Locked: c.plan.OnChain(), Previous: c.self.Ledger.Previous(p.Provider, c.plan.Channel),
	})
	var refusal *session.Refusal
	switch {
	case errors.As(err, &refusal) && refusal.Reason == session.Released:
		return nil, fmt.Errorf("%w: %w: it serves no more on payment channel %d, which 'myst unlock %d' frees at once", ErrRefused, err, c.plan.Channel, c.plan.Channel)
	case errors.As(err, &refusal) && refusal.Reason == session.LockTooSmall:
		return nil, c.tooSmall(refusal)
	case errors.As(err, &refusal):
		return nil, fmt.Errorf("%w: %w", ErrRefused, err)
	case err != nil:
		return nil, c.unanswered(ctx, err)
	}
	c.say("negotiate", "accepted as session %s", offer.ID)
	return offer, nil
}

// errNoContact says that a proposal names no way to its provider that this node knows.
var errNoContact = fmt.Errorf("%w: it has no contact that this node can use", ErrNoAnswer)

// peer is the way to a proposal's provider.
func (n *Node) peer(ctx context.Context, offer market.Signed) (messaging.Peer, error) {
	key, err := n.cfg.Finder.KeyBody(ctx, offer)
	if err != nil {
		return messaging.Peer{}, fmt.Errorf("messaging key: %w", err)
	}
	contact, ok := offer.Proposal.Contact(market.ContactNATS)
	if !ok {
		return messaging.Peer{}, errNoContact
	}
	return messaging.Peer{Identity: offer.Proposal.Provider, Key: key, Contact: contact.Address}, nil
}

// unanswered is what a user is told of a provider that was not heard of. What went wrong on the way is for the log.
func (c *consuming) unanswered(ctx context.Context, err error) error {
	c.n.log.Info("no answer from a provider", "provider", c.proposal.Proposal.Provider, "error", err)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return fmt.Errorf("%w: it, or the broker between, may be down; take another one, or try again later", ErrNoAnswer)
}

// start sends the lock, waits for it and for the provider, and brings the tunnel up.
func (c *consuming) start(ctx context.Context, offer *session.Offer) (Session, error) {
	p := c.proposal.Proposal
	start, err := c.flight3(ctx)
	if err == nil {
		c.session, err = offer.Start(ctx, start)
	}
	if err != nil {
		c.n.closeAccount(c.payer, session.TimedOut.String())
		return Session{}, fmt.Errorf("start session: %w", err)
	}
	c.live = c.n.track(c.session.ID(), Session{
		Role: RoleConsumer, Peer: p.Provider, ServiceType: p.ServiceType, Country: p.Country, Price: p.Price,
		State: stateLocking, Channel: c.plan.Channel, Epoch: c.plan.Epoch,
	})
	if c.live == nil {
		c.n.closeAccount(c.payer, session.ShuttingDown.String())
		c.n.goodbye(c.session, session.ShuttingDown)
		return Session{}, ErrShuttingDown
	}
	c.live.account(c.payer.Stats, c.payer.Recheck)
	c.up = make(chan error, 1)
	c.n.begin(func() error { c.run(ctx, offer); return nil })
	if err := <-c.up; err != nil {
		return Session{}, fmt.Errorf("session %s: %w", c.session.ID(), err)
	}
	return c.live.snapshot(), nil
}

func (c *consuming) terms(id session.ID) payments.Terms {
	p := c.proposal.Proposal
	return payments.Terms{
		Session: id, Peer: p.Provider, ServiceType: p.ServiceType, Country: p.Country, Price: p.Price,
		Setup: p.SetupCharge, Channel: c.plan.Channel, Epoch: c.plan.Epoch, Lock: c.plan.Lock, Cap: c.req.Cap,
	}
}

// run takes a started session to its end. It tells c.up, once, that traffic can pass, or why not; until
// then the session also ends with waiting, the context of who waits for that.
func (c *consuming) run(waiting context.Context, offer *session.Offer) {
	defer c.n.untrack(c.live)
	starting, cancel := c.n.during(c.live.wanted, c.session)
	defer cancel(nil)
	stop := context.AfterFunc(waiting, func() { cancel(&session.EndError{Reason: session.Finished}) })
	defer stop()
	reason, err := c.prepare(starting, offer, stop)
	if err != nil && starting.Err() != nil {
		err = fmt.Errorf("%w: %w", context.Cause(starting), err)
	}
	select {
	case c.up <- err: // nobody was told yet, so err is why it did not come up
	default:
	}
	c.n.closeAccount(c.payer, why(reason, err, RoleConsumer))
	c.n.goodbye(c.session, reason)
	c.live.finish(reason, err, c.n.cfg.Clock())
	ended(c.n.log.With("session", c.session.ID(), "provider", c.session.Peer()), c.live, reason, err)
}

// prepare waits for the lock and for the provider's tunnel, then pays and connects.
func (c *consuming) prepare(starting context.Context, offer *session.Offer, stop func() bool) (session.Reason, error) {
	data, err := c.session.AwaitStarted(starting, func(p session.Progress) {
		switch p.Stage {
		case session.StageSubmitted:
			c.say("lock", "the provider has the lock put on chain")
		case session.StageConfirming:
			c.say("confirm", "the lock has %d of %d confirmations", p.Confirmations, p.Needed)
		}
	})
	if err != nil {
		return endReason(starting, err, session.PeerLost), err
	}
	// The provider says that the lock is there. Pay only when the own view of the chain says so too.
	if err := c.payer.AwaitLock(starting, nil); err != nil {
		return endReason(starting, err, session.LockFailed), err
	}
	c.live.update(func(s *Session) { s.State = stateConnecting })
	ctx, cancel := c.n.during(context.WithoutCancel(c.n.ctx), c.session)
	paying := c.n.begin(func() error { return c.payer.Run(ctx, c.session.Payments()) })
	defer func() {
		cancel(nil)
		<-paying.done
	}()
	connecting, connected := c.n.unless(starting, paying, nil)
	tun, err := c.open(connecting, offer, data)
	reason := endReason(connecting, err, session.TunnelFailed)
	connected()
	if err != nil {
		return reason, errors.Join(err, context.Cause(connecting))
	}
	defer func() { _ = tun.Close() }() // it has nothing to say that Err has not
	return c.use(ctx, tun, paying, stop)
}

// open brings the tunnel up and tells the provider whether that worked.
func (c *consuming) open(ctx context.Context, offer *session.Offer, start []byte) (tunnel.ClientTunnel, error) {
	c.say("tunnel", "connecting")
	tun, err := c.client.Connect(ctx, tunnel.ClientSession{
		ID: tunnel.SessionID(c.session.ID()), Offer: offer.Data, Start: start, Limit: c.payer.InitialLimit(),
		Credential: c.session.Credential(c.proposal.Proposal.ServiceType),
	})
	if err != nil {
		// What ended ctx may be why it failed; the provider is told all the same.
		telling, cancel := context.WithTimeout(context.WithoutCancel(ctx), goodbye)
		defer cancel()
		if untold := c.session.Confirm(telling, session.TunnelFailed); untold != nil {
			c.n.log.Debug("the provider was not told that the tunnel failed", "error", untold)
		}
		return nil, fmt.Errorf("tunnel: %w", err)
	}
	if err := c.session.Confirm(ctx, session.NoReason); err != nil {
		_ = tun.Close() // the first error says more
		return nil, fmt.Errorf("confirm session: %w", err)
	}
	return tun, nil
}

// use lets traffic pass and pays for it until the session ends.
func (c *consuming) use(ctx context.Context, tun tunnel.ClientTunnel, paying *task, stop func() bool) (session.Reason, error) {
	c.payer.Attach(tun, tun.Probe)
	if !stop() {
		return session.Finished, errAbandoned
	}
	c.port.open(tun)
	defer func() { _ = c.port.Close() }() // its connections go with the tunnel
	c.live.update(func(s *Session) { s.State, s.ProxyAddr = stateActive, c.port.Addr().String() })
	c.up <- nil // from here on the session outlives who asked for it
	return c.n.watch(ctx, c.live, tun.Done(), c.payer, paying)
}

// port is a SOCKS5 port whose connections fail until there is a tunnel for them.
type port struct {
	*proxy.Server
	tunnel atomic.Pointer[tunnel.ClientTunnel]
}

// errNoTunnel says that a port has no tunnel yet.
var errNoTunnel = errors.New("the tunnel is not up yet")

func (n *Node) listen(addr string) (*port, error) {
	p := &port{}
	var err error
	p.Server, err = proxy.ListenSOCKS5(n.ctx, proxy.Config{Addr: addr, Logger: n.log}, proxy.DialFunc(
		func(ctx context.Context, network, address string) (net.Conn, error) {
			t := p.tunnel.Load()
			if t == nil {
				return nil, errNoTunnel
			}
			return (*t).DialContext(ctx, network, address)
		}))
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("%w: %s is in use; name another port or end what uses it", ErrProxyAddr, addr)
	}
	return p, err
}

func (p *port) open(t tunnel.ClientTunnel) { p.tunnel.Store(&t) }
