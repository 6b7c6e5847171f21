package discovery

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/market"
	"github.com/mysteriumnetwork/myst/record"
)

const (
	defaultLifetime   = 12 * time.Hour
	defaultRenewEvery = 8 * time.Hour
	// honourFor is how long after it was superseded a proposal is still honoured.
	honourFor = 10 * time.Minute
	// keyPoll is how often the announcer looks whether the messaging key has rotated.
	keyPoll = time.Minute
	// withdrawTimeout bounds the withdrawal while the node drains; an unreachable hub must not hold
	// it up, because the proposal expires anyhow.
	withdrawTimeout = 3 * time.Second
)

// Keys is the subset of messaging's Keyring that an announcer uses.
type Keys interface {
	// Current returns the body of the key record to publish now. It changes when the key rotates.
	Current() ([]byte, error)
}

// AnnouncerConfig is what an announcer needs.
type AnnouncerConfig struct {
	Signer  identity.Signer
	Domain  identity.Domain
	Keys    Keys
	Targets []Target
	// Proposals are the services to announce, at most [record.Slots]; each takes the slot of its index.
	// Version, Provider and KeyRecord are filled in.
	Proposals []market.Proposal
	// Lifetime is how long a proposal or a renewal stands; zero is 12 hours, at most record.MaxLifetime.
	Lifetime time.Duration
	// RenewEvery is how often the proposals' lives are prolonged; zero is 8 hours.
	RenewEvery time.Duration
	Clock      func() time.Time // nil is time.Now
	Logger     *slog.Logger     // nil discards
}

// Announcer keeps a provider's messaging key and proposals known to its targets. It has a list of
// statements that every target shall hold; one goroutine per target, inside [Announcer.Run], hands over
// what is missing there and tries again while the target is unreachable. It does not matter in what
// order hubs come, go or forget.
type Announcer struct {
	cfg      AnnouncerConfig
	log      *slog.Logger
	services []*Service
	targets  []*delivery
	resign   chan struct{} // capacity 1: some target wants newer statements

	mu         sync.Mutex
	statements []statement   // in the order in which targets need them
	keyBody    []byte        // of the statement about the key
	signed     time.Time     // when everything was last signed
	renewed    time.Time     // when lives were last prolonged, or everything signed
	sequence   uint64        // newest used, Unix milliseconds
	problem    string        // why nothing can be signed
	suspended  string        // why no service is offered, such as a missing bond; empty while they are
	changed    chan struct{} // closed and replaced when a target's state changes
}

// statement is a record that the targets shall hold.
type statement struct {
	id      slotID
	hash    [32]byte
	raw     []byte
	expires time.Time
	// withdrawal ends a service; that no target holds on to it is all it wants.
	withdrawal bool
}

// NewAnnouncer checks the proposals and makes an announcer, which does nothing until Run.
func NewAnnouncer(cfg AnnouncerConfig) (*Announcer, error) {
	if cfg.Signer == nil || cfg.Keys == nil {
		return nil, errors.New("announcer: a signer and keys are required")
	}
	if len(cfg.Proposals) > record.Slots {
		return nil, fmt.Errorf("announcer: %d proposals, an identity has %d slots", len(cfg.Proposals), record.Slots)
	}
	if cfg.Clock == nil {
		cfg.Clock = time.Now
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	cfg.Lifetime = min(cmp.Or(cfg.Lifetime, defaultLifetime), record.MaxLifetime)
	cfg.RenewEvery = cmp.Or(cfg.RenewEvery, defaultRenewEvery)
	a := &Announcer{cfg: cfg, log: cfg.Logger, resign: make(chan struct{}, 1), changed: make(chan struct{})}
	for i, p := range cfg.Proposals {
		p.Version, p.Provider = market.Version, cfg.Signer.Address()
		p.KeyRecord = [32]byte{1} // stands in for the key that is not known yet
		if err := p.Validate(); err != nil {
			return nil, fmt.Errorf("announcer: %w", err)
		}
		a.services = append(a.services, &Service{announcer: a, slot: uint8(i), proposal: p})
	}
	for _, target := range cfg.Targets {
		a.targets = append(a.targets, newDelivery(a, target))
	}
	return a, nil
}

// Service returns the handle of the proposal with an index in AnnouncerConfig.Proposals.
func (a *Announcer) Service(index int) *Service { return a.services[index] }

// Run announces until ctx ends, then withdraws the proposals, for which it takes three seconds at most.
// It returns nil.
func (a *Announcer) Run(ctx context.Context) error {
	// Deliveries outlive ctx, so that the withdrawals can still be delivered.
	after := context.WithoutCancel(ctx)
	delivering, stop := context.WithCancel(after)
	var deliveries sync.WaitGroup
	defer deliveries.Wait()
	defer stop()
	for _, t := range a.targets {
		deliveries.Go(func() { t.run(delivering) })
	}
	ticker := time.NewTicker(keyPoll)
	defer ticker.Stop()
	a.update(false)
	for {
		select {
		case <-ctx.Done():
			a.withdrawAll(after)
			return nil
		case <-ticker.C:
			a.update(false)
		case <-a.resign:
			a.update(true)
		}
	}
}

// update signs what is due: everything when the messaging key has rotated or a target asks for newer
// statements, renewals when the time has come.
func (a *Announcer) update(again bool) {
	body, err := a.cfg.Keys.Current()
	now := a.cfg.Clock()
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case a.suspended != "":
		return
	case err != nil:
	case !bytes.Equal(body, a.keyBody), again && now.Sub(a.signed) >= keyPoll:
		err = a.signAll(body, now)
	case now.Sub(a.renewed) >= a.cfg.RenewEvery:
		err = a.renewAll(now)
	default:
		return
	}
	if a.problem = ""; err != nil {
		a.problem = err.Error()
		a.log.Warn("proposals cannot be signed; trying again", "error", err)
	}
	a.wake()
}

// signAll makes new statements about the key and all proposals. The caller holds mu.
func (a *Announcer) signAll(body []byte, now time.Time) error {
	key, err := a.sign(record.KindKey, body, now)
	if err != nil {
		return err
	}
	statements := []statement{key}
	for _, s := range a.services {
		if s.withdrawn {
			statements = append(statements, a.statementsOf(s.slot)...)
			continue
		}
		proposal := s.proposal
		proposal.KeyRecord = market.KeyHash(body)
		signed, err := market.Sign(a.cfg.Signer, a.cfg.Domain, proposal, a.stamp(s.slot, now, a.cfg.Lifetime))
		if err != nil {
			return err
		}
		st, err := newStatement(signed.Record)
		if err != nil {
			return err
		}
		s.supersede(signed, now)
		statements = append(statements, st)
	}
	a.statements, a.keyBody, a.signed, a.renewed = statements, bytes.Clone(body), now, now
	return nil
}

// renewAll prolongs the life of the key's record and of all proposals. The caller holds mu.
func (a *Announcer) renewAll(now time.Time) error {
	key, err := a.sign(record.KindKey, a.keyBody, now)
	if err != nil {
		return err
	}
	statements := []statement{key}
	for _, s := range a.services {
		for _, st := range a.statementsOf(s.slot) {
			if st.id.kind == record.KindProposal {
				statements = append(statements, st)
			}
		}
		if s.withdrawn {
			continue
		}
		renewal, err := market.Renew(a.cfg.Signer, a.cfg.Domain, *s.current, a.stamp(s.slot, now, a.cfg.Lifetime))
		if err != nil {
			return err
		}
		st, err := newStatement(renewal)
		if err != nil {
			return err
		}
		s.current.Renewal = &renewal
		statements = append(statements, st)
	}
	a.statements, a.renewed = statements, now
	return nil
}

// statementsOf returns the statements about a service. The caller holds mu.
func (a *Announcer) statementsOf(slot uint8) (of []statement) {
	for _, st := range a.statements {
		if st.id.slot == slot && st.id.kind != record.KindKey {
			of = append(of, st)
		}
	}
	return of
}

// sign makes a statement for slot 0 that stands as long as any may. The caller holds mu.
func (a *Announcer) sign(kind record.Kind, body []byte, now time.Time) (statement, error) {
	r, err := record.Sign(a.cfg.Signer, a.cfg.Domain, kind, a.stamp(0, now, record.MaxLifetime), body)
	if err != nil {
		return statement{}, err
	}
	return newStatement(r)
}

// stamp never uses a sequence twice, whatever the clock does. The caller holds mu.
func (a *Announcer) stamp(slot uint8, now time.Time, lifetime time.Duration) record.Stamp {
	stamp := record.NewStamp(slot, now, lifetime)
	if stamp.Sequence <= a.sequence {
		stamp = record.NewStamp(slot, time.UnixMilli(int64(a.sequence+1)), lifetime)
	}
	a.sequence = stamp.Sequence
	return stamp
}

func newStatement(r record.Record) (statement, error) {
	raw, err := r.Encode()
	return statement{id: idOf(r), hash: r.Hash(), raw: raw, expires: r.ExpiresAt(), withdrawal: r.Withdrawn()}, err
}

// Retry lets the targets that refused something be asked again at once: the provider has registered, say,
// or has put up its bond.
func (a *Announcer) Retry() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.wake()
}

// wake tells all targets that the statements have changed. The caller holds mu.
func (a *Announcer) wake() {
	for _, t := range a.targets {
		select {
		case t.wake <- struct{}{}:
		default: // is told already
		}
	}
	a.notify()
}

// notify wakes those who wait for a change. The caller holds mu.
func (a *Announcer) notify() {
	close(a.changed)
	a.changed = make(chan struct{})
}

// wait returns when done, which is called under mu, returns true, or with ctx's error.
func (a *Announcer) wait(ctx context.Context, done func() bool) error {
	for {
		a.mu.Lock()
		reached, changed := done(), a.changed
		a.mu.Unlock()
		if reached {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-changed:
		}
	}
}

// withdrawAll withdraws the services that still stand.
func (a *Announcer) withdrawAll(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, withdrawTimeout)
	defer cancel()
	var all sync.WaitGroup
	defer all.Wait()
	for _, s := range a.services {
		all.Go(func() {
			if err := s.Withdraw(ctx); err != nil {
				a.log.Warn("proposal could not be withdrawn everywhere; it will expire", "slot", s.slot, "error", err)
			}
		})
	}
}

// Service is one service that an [Announcer] announces.
type Service struct {
	announcer *Announcer
	slot      uint8

	// Under the announcer's mu:
	proposal   market.Proposal // as configured
	current    *market.Signed  // nil before the first was signed
	superseded []superseded
	withdrawn  bool
}

// superseded is a proposal that a newer one has replaced.
type superseded struct {
	signed market.Signed
	until  time.Time // honoured
}

// supersede makes signed the current proposal. The caller holds mu.
func (s *Service) supersede(signed market.Signed, now time.Time) {
	s.superseded = slices.DeleteFunc(s.superseded, func(old superseded) bool { return !old.until.After(now) })
	if s.current != nil {
		s.superseded = append(s.superseded, superseded{signed: *s.current, until: now.Add(honourFor)})
	}
	s.current = &signed
}

// Current returns the proposal with this hash if it stands, or was superseded less than ten minutes ago.
func (s *Service) Current(hash [32]byte) (market.Proposal, bool) {
	now := s.announcer.cfg.Clock()
	s.announcer.mu.Lock()
	defer s.announcer.mu.Unlock()
	if s.current != nil && s.current.Hash() == hash && s.current.ExpiresAt().After(now) {
		return s.current.Proposal, true
	}
	for _, old := range s.superseded {
		if old.signed.Hash() == hash && old.until.After(now) {
			return old.signed.Proposal, true
		}
	}
	return market.Proposal{}, false
}

// Signed returns the proposal that is announced now, and false before the first was signed.
func (s *Service) Signed() (market.Signed, bool) {
	s.announcer.mu.Lock()
	defer s.announcer.mu.Unlock()
	if s.current == nil {
		return market.Signed{}, false
	}
	return *s.current, true
}

// Problem says why no target offers the proposal now; it is empty when one does.
func (s *Service) Problem() string {
	a := s.announcer
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case s.withdrawn:
		return "withdrawn"
	case a.suspended != "":
		return a.suspended
	case a.problem != "":
		return a.problem
	case len(a.targets) == 0:
		return "no hub is configured"
	}
	var problems []string
	for _, t := range a.targets {
		if t.holds(s.slot) {
			return ""
		}
		problems = append(problems, t.target.Name()+": "+cmp.Or(t.problem, "announcing"))
	}
	return strings.Join(problems, "; ")
}

// Announced waits until a target offers the proposal, or returns ctx's error.
func (s *Service) Announced(ctx context.Context) error {
	return s.announcer.wait(ctx, func() bool {
		return slices.ContainsFunc(s.announcer.targets, func(t *delivery) bool { return t.holds(s.slot) })
	})
}

// Withdraw ends the offer for good, and waits until every target that may have it knows. It takes three
// seconds at most; what is left then expires by itself. Withdrawing twice is harmless.
func (s *Service) Withdraw(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, withdrawTimeout)
	defer cancel()
	if err := s.retract(); err != nil {
		return fmt.Errorf("withdraw proposal: %w", err)
	}
	err := s.announcer.wait(ctx, func() bool {
		return !slices.ContainsFunc(s.announcer.targets, func(t *delivery) bool { return t.owes(s.slot) })
	})
	if err != nil {
		return fmt.Errorf("withdraw proposal: %w", err)
	}
	return nil
}

// retract replaces the statements about the service by its withdrawal.
func (s *Service) retract() error {
	a := s.announcer
	now := a.cfg.Clock()
	a.mu.Lock()
	defer a.mu.Unlock()
	if s.withdrawn {
		return nil
	}
	s.withdrawn = true
	return s.takeBack(now)
}

// takeBack replaces the statements about the service, if there are any that stand. The caller holds mu.
func (s *Service) takeBack(now time.Time) error {
	a := s.announcer
	if s.current == nil {
		return nil // nothing was said
	}
	r, err := record.Sign(a.cfg.Signer, a.cfg.Domain, record.KindProposal, a.stamp(s.slot, now, record.MaxLifetime), nil)
	if err != nil {
		return err
	}
	withdrawal, err := newStatement(r)
	if err != nil {
		return err
	}
	a.statements = slices.DeleteFunc(a.statements, func(st statement) bool {
		return st.id.slot == s.slot && st.id.kind != record.KindKey
	})
	a.statements = append(a.statements, withdrawal)
	a.wake()
	return nil
}
