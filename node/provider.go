package node

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/market"
	"github.com/mysteriumnetwork/myst/messaging"
	"github.com/mysteriumnetwork/myst/payments"
	"github.com/mysteriumnetwork/myst/relay"
	"github.com/mysteriumnetwork/myst/session"
	"github.com/mysteriumnetwork/myst/tunnel"
)

// goodbye bounds what is done for a session after its context has ended.
const goodbye = 5 * time.Second

// provide accepts requests until the node closes.
func (n *Node) provide(self *Self) {
	for {
		in, err := self.Endpoint.Accept(n.ctx)
		if err != nil {
			if n.ctx.Err() == nil && !errors.Is(err, messaging.ErrClosed) {
				n.log.Error("no longer accepting sessions", "error", err)
			}
			return
		}
		n.group.Go(func() { n.serve(self, in) })
	}
}

// serving is one session from the provider's side.
type serving struct {
	n        *Node
	self     *Self
	service  *Service
	proposal market.Proposal
	request  session.Request
	session  *session.Session
	live     *live
	admitted bool // counted in Node.admitted; under its mu
}

// serve takes one request from its arrival to the session's end, or answers it.
func (n *Node) serve(self *Self, in *messaging.Incoming) {
	if asked := session.From(in); session.AsksRelease(asked) {
		n.answerRelease(self, asked)
		return
	}
	v := &serving{n: n, self: self}
	consumer := in.Peer()
	var err error
	v.session, v.request, err = session.Accept(n.ctx, session.From(in), n.cfg.Session, v.decide)
	defer v.giveBack()
	if err != nil {
		n.log.Info("request not served", "consumer", consumer, "correlation", hex.EncodeToString(v.request.Correlation[:]), "reason", err)
		return
	}
	log := n.log.With("session", v.session.ID(), "consumer", consumer)
	log.Info("session accepted", "correlation", hex.EncodeToString(v.request.Correlation[:]),
		"service", v.request.ServiceType, "lock", v.request.Lock, "channel", v.request.Channel)
	v.live = n.track(v.session.ID(), Session{
		Role: RoleProvider, Peer: consumer, ServiceType: v.request.ServiceType, Country: v.proposal.Country,
		Price: v.request.Price, State: stateLocking, Channel: v.request.Channel, Epoch: v.request.Epoch,
	})
	if v.live == nil {
		n.goodbye(v.session, session.ShuttingDown)
		return
	}
	defer n.untrack(v.live)
	v.giveBack()
	reason, err := v.run()
	n.goodbye(v.session, reason)
	v.live.finish(reason, err, n.cfg.Clock())
	self.Clearer.Notify()
	self.Handover.Notify()
	ended(log, v.live, reason, err)
}

// giveBack gives the place back that admit took; from tracked sessions on those are counted.
func (v *serving) giveBack() {
	v.n.mu.Lock()
	defer v.n.mu.Unlock()
	if v.admitted {
		v.admitted = false
		v.n.admitted--
	}
}

// goodbye ends a session with a peer that may be gone.
func (n *Node) goodbye(s *session.Session, reason session.Reason) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(n.ctx), goodbye)
	defer cancel()
	if err := s.End(ctx, reason); err != nil {
		n.log.Debug("the peer was not told of the end", "session", s.ID(), "error", err)
	}
}

// decide looks at a request. It spends nothing that is scarce.
func (v *serving) decide(ctx context.Context, _ session.ID, r session.Request) (session.Acceptance, error) {
	if err := v.admit(ctx, r.Peer); err != nil {
		return session.Acceptance{}, err
	}
	for i := range v.self.Services {
		if p, ok := v.self.Services[i].Announcer.Current(r.Proposal); ok {
			v.service, v.proposal = &v.self.Services[i], p
		}
	}
	switch {
	case v.service == nil || v.proposal.ServiceType != r.ServiceType:
		return session.Acceptance{}, session.Refuse(session.UnknownProposal, nil)
	case r.Price.PerGiB < v.proposal.Price.PerGiB || r.Price.PerHour < v.proposal.Price.PerHour || r.Setup < v.proposal.SetupCharge:
		return session.Acceptance{}, session.Refuse(session.PriceTooLow, nil)
	case r.Price != v.proposal.Price || r.Setup != v.proposal.SetupCharge:
		// Debts and windows are measured by the price, which the consumer must not choose, not even to its cost.
		return session.Acceptance{}, session.Refuse(session.UnknownProposal, nil)
	}
	if err := v.affordable(ctx, r); err != nil {
		return session.Acceptance{}, err
	}
	offer, err := v.service.Server.Offer(r.Data)
	switch {
	case errors.Is(err, tunnel.ErrCapacity):
		return session.Acceptance{}, session.Refuse(session.NoCapacity, err)
	case errors.Is(err, tunnel.ErrData):
		return session.Acceptance{}, session.Refuse(session.UnsupportedVersion, err)
	}
	return session.Acceptance{Data: offer}, err
}

// admit says whether the node serves this consumer, and takes another session at all.
func (v *serving) admit(ctx context.Context, consumer identity.Address) error {
	registered, err := v.n.cfg.Registry.Registered(ctx, consumer)
	switch {
	case err != nil:
		return session.Refuse(session.Internal, err)
	case !registered:
		return session.Refuse(session.NotRegistered, nil)
	case slices.Contains(v.n.cfg.Deny, consumer):
		return session.Refuse(session.Policy, nil)
	}
	v.n.mu.Lock()
	defer v.n.mu.Unlock()
	provided := v.n.admitted
	for _, l := range v.n.live {
		if l.info.Role == RoleProvider {
			provided++
		}
	}
	switch {
	case v.n.draining:
		return session.Refuse(session.ShuttingDown, nil)
	case provided >= v.n.cfg.MaxSessions:
		return session.Refuse(session.NoCapacity, nil)
	}
	v.admitted = true
	v.n.admitted++
	return nil
}

// affordable says whether the consumer can lock what it names, or has.
func (v *serving) affordable(ctx context.Context, r session.Request) error {
	if r.Channel >= intent.Channels || r.Lock == 0 || r.Setup > r.Lock/20 {
		return session.Refuse(session.CannotPay, fmt.Errorf("channel %d, lock %s, set-up charge %s", r.Channel, r.Lock, r.Setup))
	}
	if v.self.Ledger.Busy(r.Peer, r.Channel) {
		v.n.lost(r.Peer, r.Previous)
		return session.Refuse(session.ChannelBusy, nil)
	}
	released, err := v.self.Ledger.Released(ctx, r.Peer, r.Channel, r.Epoch)
	switch {
	case err != nil:
		return session.Refuse(session.Internal, err)
	case released:
		return session.Refuse(session.Released, nil)
	}
	if err := v.n.cfg.Fresh(ctx); err != nil {
		return session.Refuse(session.ChainLost, err)
	}
	state, err := v.n.cfg.Chain.Channel(ctx, r.Peer, r.Channel, 0)
	if err != nil {
		return session.Refuse(session.Internal, err)
	}
	if err := v.worthLocking(ctx, r, state); err != nil {
		return err
	}
	deposit, err := v.n.cfg.Chain.Balance(ctx, r.Peer)
	if err != nil {
		return session.Refuse(session.Internal, err)
	}
	inChannel := state.Locked.SaturatingSub(state.Cleared)
	if state.Provider == v.self.address() && state.Epoch == r.Epoch {
		inChannel = state.Locked
	}
	if have, err := deposit.Add(inChannel); err != nil || have < r.Lock {
		return session.Refuse(session.CannotPay, err)
	}
	return nil
}

// lost ends a session that its consumer knows to be over, because its node was killed, say. The consumer asks again in a
// moment.
func (n *Node) lost(consumer identity.Address, previous session.ID) {
	n.mu.Lock()
	l := n.live[previous]
	n.mu.Unlock()
	if l == nil {
		return
	}
	if s := l.snapshot(); s.Role == RoleProvider && s.Peer == consumer {
		l.end(session.PeerLost)
	}
}

// run serves an accepted session and says why it ended; the error is for the log.
func (v *serving) run() (session.Reason, error) {
	starting, cancel := v.n.during(v.live.wanted, v.session)
	defer cancel(nil)
	collector, err := v.self.Ledger.Collect(starting, v.terms())
	if err != nil {
		return endReason(starting, err, session.Internal), err
	}
	v.live.account(collector.Stats, nil)
	reason := session.Internal
	defer func() { v.n.closeAccount(collector, why(reason, err, RoleProvider)) }()
	if err = v.lock(starting, collector); err != nil {
		reason = endReason(starting, err, session.LockFailed)
		return reason, err
	}
	v.live.update(func(s *Session) { s.State = stateConnecting })
	tun, start, err := v.service.Server.Open(starting, tunnel.ServerSession{
		ID: tunnel.SessionID(v.session.ID()), Request: v.request.Data,
		Credential: v.session.Credential(v.request.ServiceType),
	})
	if err != nil {
		reason = endReason(starting, err, session.NoCapacity)
		return reason, err
	}
	defer func() { _ = tun.Close() }() // it has nothing to say that Err has not
	reason, err = v.collect(starting, collector, tun, start)
	return reason, err
}

func (v *serving) terms() payments.Terms {
	return payments.Terms{
		Session: v.session.ID(), Peer: v.request.Peer, ServiceType: v.request.ServiceType, Country: v.proposal.Country,
		Price: v.request.Price, Setup: v.request.Setup,
		Channel: v.request.Channel, Epoch: v.request.Epoch, Lock: v.request.Lock,
	}
}

// collect serves and takes promises until the session ends. Until the consumer has confirmed, starting ends
// it too.
func (v *serving) collect(starting context.Context, collector *payments.Collector, tun tunnel.Tunnel, start []byte) (session.Reason, error) {
	ctx, cancel := v.n.during(context.WithoutCancel(v.n.ctx), v.session)
	// From Started on the consumer may pay; its tunnel comes up only once it has.
	collecting := v.n.begin(func() error { return collector.Run(ctx, v.session.Payments(), tun) })
	defer func() {
		cancel(nil)
		<-collecting.done
	}()
	if err := v.session.Started(starting, start); err != nil { // a consumer that was killed does not take it
		return endReason(starting, err, session.PeerLost), err
	}
	starting, confirmed := v.n.unless(starting, collecting, tun.Done())
	err := v.session.AwaitConfirmed(starting)
	reason := endReason(starting, err, session.TimedOut)
	confirmed()
	if err != nil {
		return reason, errors.Join(err, context.Cause(starting))
	}
	v.live.update(func(s *Session) { s.State = stateActive })
	v.n.log.Info("session active", "session", v.session.ID(), "consumer", v.request.Peer)
	return v.n.watch(ctx, v.live, tun.Done(), collector, collecting)
}

// lockTimeout bounds the wait for a lock that is in a block already, or that the consumer gave to a relayer.
const lockTimeout = 2 * time.Minute

// lock sees to it that the chain shows the lock, deep enough, by this node's own view.
func (v *serving) lock(ctx context.Context, collector *payments.Collector) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	if signed := v.session.Start().SignedLock; signed != nil {
		if err := v.submitLock(ctx, signed); err != nil {
			return err
		}
	}
	// From here on it is in a block; how long confirmations take is the chain's business.
	missing := time.AfterFunc(lockTimeout, func() { cancel(payments.ErrNotLocked) })
	defer missing.Stop()
	return collector.AwaitLock(ctx, func(confirmations, needed uint64) {
		missing.Stop()
		progress := session.Progress{Stage: session.StageConfirming, Confirmations: confirmations, Needed: needed}
		if err := v.session.Progress(ctx, progress); err != nil {
			v.n.log.Debug("progress not sent", "session", v.session.ID(), "error", err)
		}
	})
}

// submitLock checks the consumer's signed lock against its request and has it put on chain.
func (v *serving) submitLock(ctx context.Context, encoded []byte) error {
	signed, err := intent.DecodeSignedLock(encoded)
	if err != nil {
		return fmt.Errorf("lock: %w", err)
	}
	l, r := signed.Lock, v.request
	if signed.Consumer != r.Peer || l.Provider != v.self.address() || l.Channel != r.Channel || l.Epoch != r.Epoch || l.Locked != r.Lock {
		return errors.New("lock: it is not the one that the request names")
	}
	w := v.n.wallet(v.self, 0)
	if err := signed.Verify(w.domain(v.n.cfg.Network.Contracts.Payments)); err != nil {
		return fmt.Errorf("lock: %w", err)
	}
	if err := v.session.Progress(ctx, session.Progress{Stage: session.StageSubmitted, Needed: v.n.cfg.Confirmations}); err != nil {
		return fmt.Errorf("lock: %w", err)
	}
	took := func(ctx context.Context) (bool, error) {
		c, err := w.chain.Channel(ctx, signed.Consumer, l.Channel, 0)
		return c.Provider == l.Provider && c.Epoch == l.Epoch && c.Locked >= l.Locked, err
	}
	_, err = w.order(ctx, "lock", unpaid(relay.Lock(signed)), took, func(Progress) {})
	return err
}
