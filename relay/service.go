package relay

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/internal/allowance"
	"github.com/mysteriumnetwork/myst/internal/backoff"
	"github.com/mysteriumnetwork/myst/store"
)

// Defaults of Config.
const (
	maxPerIdentity = 16
	maxOutstanding = 1000
	callsAtOnce    = 60
)

// callEvery is the time in which an identity's allowance grows by one call; maxIdentities is how many are told
// apart.
const (
	callEvery     = 10 * time.Second
	maxIdentities = 1 << 16
)

// Config is what a service needs to know.
type Config struct {
	Client  *chain.Client
	Outbox  *chain.Outbox // sends; its account pays the gas
	DB      *store.DB
	Network *chain.Network // for the contracts' addresses and the chain ID
	Pricing Pricing        // zero relays nothing
	// Signer signs quotes; it is the outbox's account.
	Signer identity.Signer
	// Known tells whether an identity may have several calls outstanding, such as a registered one.
	// Nil is nobody.
	Known func(ctx context.Context, who identity.Address) (bool, error)
	// PerIdentity is how many calls a known identity may have outstanding; zero is 16.
	PerIdentity uint64
	// Outstanding is how many calls may be outstanding in all; zero is 1000. The last quarter is for
	// calls of known identities alone, as strangers' identities cost nothing. What was agreed to may be
	// a quarter more, which nobody else can fill.
	Outstanding uint64
	// CallsAtOnce is how many calls an identity may make in a row, of which it gets back one every ten
	// seconds; zero is 60.
	CallsAtOnce int
	Now         func() time.Time // nil is time.Now
	Logger      *slog.Logger     // nil discards
}

// Service is a relayer over an outbox. Its methods are safe for concurrent use; it has no goroutines
// of its own, and tickets move only while the outbox runs.
type Service struct {
	cfg   Config
	coder coder
	empty atomic.Bool // the account that pays had nothing when it was looked at last

	payments *chain.Payments
	calls    *allowance.Table[identity.Address]

	quoting sync.Mutex
	quote   Quote
	quoted  time.Time // when quote was made
}

var _ Relayer = (*Service)(nil)

// NewService makes a relayer.
func NewService(cfg Config) *Service {
	if cfg.Known == nil {
		cfg.Known = func(context.Context, identity.Address) (bool, error) { return false, nil }
	}
	if cfg.PerIdentity == 0 {
		cfg.PerIdentity = maxPerIdentity
	}
	if cfg.Outstanding == 0 {
		cfg.Outstanding = maxOutstanding
	}
	if cfg.CallsAtOnce == 0 {
		cfg.CallsAtOnce = callsAtOnce
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	return &Service{
		cfg: cfg, coder: newCoder(cfg.Network, cfg.Outbox.Address()),
		payments: chain.NewPayments(cfg.Client, cfg.Network.Contracts),
		calls:    allowance.New[identity.Address](1/callEvery.Seconds(), cfg.CallsAtOnce, maxIdentities, cfg.Now),
	}
}

// Info implements [Relayer].
func (s *Service) Info(context.Context) (Info, error) {
	return Info{Address: s.cfg.Outbox.Address(), Empty: s.empty.Load()}, nil
}

// Watch looks after the account that pays the gas until ctx ends: its operator and others hear when it is empty.
func (s *Service) Watch(ctx context.Context) error {
	for {
		// While the chain is away nobody knows, and others say so.
		err := s.solvent(ctx)
		wait := gasInterval
		if errors.Is(err, errEmpty) {
			wait = gasIntervalEmpty
		}
		if err := backoff.Sleep(ctx, wait); err != nil {
			return err
		}
	}
}

// How often Watch looks.
const (
	gasInterval      = time.Minute
	gasIntervalEmpty = 5 * time.Second
)

// errEmpty says that the account has no coins.
var errEmpty = errors.New("no coins for gas")

// solvent refuses calls while the account that pays the gas is empty: they would wait for ever.
func (s *Service) solvent(ctx context.Context) error {
	account := s.cfg.Outbox.Address()
	wei, err := s.cfg.Client.Balance(ctx, account)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	switch empty := wei.Sign() == 0; {
	case empty && !s.empty.Swap(true):
		s.cfg.Logger.Warn("the account that pays for gas is empty; nothing is relayed until it gets some of the chain's own coins", "account", account)
	case !empty && s.empty.Swap(false):
		s.cfg.Logger.Info("the account that pays for gas has coins now", "account", account)
	}
	if wei.Sign() == 0 {
		return fmt.Errorf("%w: its account %s has %w", ErrUnavailable, account, errEmpty)
	}
	return nil
}

// affords refuses a call for a fee while the account has less than its gas costs: it would wait, and the fee
// with it.
func (s *Service) affords(ctx context.Context, in *Intent) error {
	w, charged := workOf(in)
	if s.cfg.Pricing.Rate == 0 || !charged {
		return nil
	}
	g, err := s.gasPrices(ctx)
	if err != nil {
		return err
	}
	wei, err := s.cfg.Client.Balance(ctx, s.cfg.Outbox.Address())
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	if wei.Cmp(w.cost(g)) < 0 {
		return fmt.Errorf("%w: its account %s has too few coins for gas", ErrUnavailable, s.cfg.Outbox.Address())
	}
	return nil
}

// Submit implements [Relayer].
func (s *Service) Submit(ctx context.Context, in Intent) (Ticket, error) {
	return s.submit(ctx, in, false)
}

// Accepts says whether Submit would take an intent on now, but for what is outstanding. It stores and sends nothing.
// Errors: those of Submit.
func (s *Service) Accepts(ctx context.Context, in Intent) error {
	c, err := s.coder.call(in, s.cfg.Now())
	if err != nil {
		return err
	}
	if err := s.pays(ctx, in, c); err != nil {
		return err
	}
	if err := s.simulate(ctx, c); err != nil {
		return err
	}
	return s.solvent(ctx)
}

// SubmitAgreed is Submit of what Accepts took when its fee was agreed to, whatever is asked now. It is held to no
// identity's allowance, as anybody can use that up, and without a fee counts against none.
func (s *Service) SubmitAgreed(ctx context.Context, in Intent) (Ticket, error) {
	return s.submit(ctx, in, true)
}

func (s *Service) submit(ctx context.Context, in Intent, agreed bool) (Ticket, error) {
	c, err := s.coder.call(in, s.cfg.Now())
	if err != nil {
		return Ticket{}, err
	}
	if ticket, known, err := s.existing(ctx, c); err != nil || known {
		return ticket, err
	}
	if !agreed {
		if err := s.pays(ctx, in, c); err != nil {
			return Ticket{}, err
		}
	}
	if err := s.simulate(ctx, c); err != nil {
		return Ticket{}, err
	}
	if err := s.solvent(ctx); err != nil {
		return Ticket{}, err
	}
	if err := s.affords(ctx, &in); err != nil {
		return Ticket{}, err
	}
	if agreed && c.fee == 0 {
		c.parties = nil
	}
	most, err := s.limits(ctx, c, agreed)
	if err != nil {
		return Ticket{}, err
	}
	var ticket Ticket
	err = s.cfg.DB.InTx(ctx, func(tx *store.Tx) error {
		ticket, err = s.take(tx, c, most)
		return err
	})
	if err != nil {
		return Ticket{}, err
	}
	s.cfg.Outbox.Wake()
	s.cfg.Logger.Info("relaying", "kind", in.Kind, "fee", c.fee, "ticket", ticket.ID)
	return ticket, nil
}

// existing returns the ticket of an intent that is under way, or that is done and can only be done
// once.
func (s *Service) existing(ctx context.Context, c call) (ticket Ticket, known bool, err error) {
	err = s.cfg.DB.View(ctx, func(tx *store.Tx) error {
		ticket, known, _, err = s.newest(tx, c)
		return err
	})
	return ticket, known, err
}

// newest is existing inside a transaction; attempts is how often the intent was taken on before.
func (s *Service) newest(tx *store.Tx, c call) (ticket Ticket, known bool, attempts uint64, err error) {
	row, found, err := tx.NewestRelayTicket(c.hash)
	if err != nil || !found {
		return Ticket{}, false, 0, err
	}
	ticket, err = s.ticket(tx, row)
	if err != nil {
		return Ticket{}, false, 0, err
	}
	again := ticket.State == StateFailed || ticket.State == StateMined && c.repeatable
	return ticket, !again, row.Attempt, nil
}

// simulate refuses what would change nothing.
func (s *Service) simulate(ctx context.Context, c call) error {
	err := s.cfg.Client.Simulate(ctx, s.cfg.Outbox.Address(), c.to, c.data)
	var revert *chain.RevertError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &revert):
		return refuse(ReasonReverts, "the contract would refuse: %s", revert.Reason)
	case ctx.Err() != nil:
		return ctx.Err()
	}
	return fmt.Errorf("%w: %w", ErrUnavailable, err)
}

// Order implements [Relayer].
func (s *Service) Order(ctx context.Context, complete Complete) (Ticket, error) {
	return Order(ctx, s, complete)
}

// allowed bounds how often an identity can have something done. What would change nothing was refused before,
// so that nobody uses up another's allowance with what that one signed long ago.
func (s *Service) allowed(parties [][20]byte) error {
	counted := map[identity.Address]bool{}
	for _, party := range parties {
		who := identity.Address(party)
		if !counted[who] && !s.calls.Allow(who) {
			return refuse(ReasonBusy, "%s has had too much relayed lately; one more in %s", who, callEvery)
		}
		counted[who] = true
	}
	return nil
}

// limits are how many calls may be outstanding for one more to be taken on.
type limits struct {
	inAll   uint64
	parties []uint64 // of each party of the call
}

// limits looks up what a call is held to, and takes it out of its parties' allowances. One stranger makes it a
// stranger's call.
func (s *Service) limits(ctx context.Context, c call, agreed bool) (limits, error) {
	most := limits{inAll: s.cfg.Outstanding, parties: make([]uint64, len(c.parties))}
	if agreed {
		most.inAll += s.cfg.Outstanding / 4
	} else if err := s.allowed(c.parties); err != nil {
		return limits{}, err
	}
	for i, party := range c.parties {
		most.parties[i] = 1
		if agreed { // and for a fee
			continue
		}
		known, err := s.cfg.Known(ctx, party)
		switch {
		case err != nil:
			return limits{}, fmt.Errorf("%w: %w", ErrUnavailable, err)
		case !known:
			most.inAll = s.cfg.Outstanding - s.cfg.Outstanding/4
		case c.fee == 0: // of two for a fee that exclude one another, each brings it as long as the other is not in a block
			most.parties[i] = s.cfg.PerIdentity
		}
	}
	return most, nil
}

// take counts, and puts the call into the outbox together with its ticket.
func (s *Service) take(tx *store.Tx, c call, most limits) (Ticket, error) {
	ticket, known, attempts, err := s.newest(tx, c) // somebody may have been faster
	if err != nil || known {
		return ticket, err
	}
	if n, err := tx.RelayOutstandingInAll(); err != nil {
		return Ticket{}, err
	} else if n >= most.inAll {
		return Ticket{}, refuse(ReasonBusy, "%d calls are outstanding; try again later or elsewhere", n)
	}
	for i, party := range c.parties {
		if n, err := tx.RelayOutstanding(party); err != nil {
			return Ticket{}, err
		} else if n >= most.parties[i] {
			return Ticket{}, refuse(ReasonBusy, "%s has %d outstanding; wait for its ticket", identity.Address(party), n)
		}
	}
	row := store.RelayTicket{
		ID: ticketID(c.hash, attempts+1), Intent: c.hash, Attempt: attempts + 1, Created: s.cfg.Now().UnixMilli(),
	}
	if row.Outbox, err = s.cfg.Outbox.Enqueue(tx, chain.Tx{Key: "relay/" + row.ID, To: c.to, Data: c.data}); err != nil {
		return Ticket{}, err
	}
	if err := tx.AddRelayTicket(row, c.parties); err != nil {
		return Ticket{}, err
	}
	return s.ticket(tx, row)
}

func ticketID(hash [32]byte, attempt uint64) string {
	id := identity.Keccak256(hash[:], fmt.Appendf(nil, "/%d", attempt))
	return hex.EncodeToString(id[:])
}

// Status implements [Relayer].
func (s *Service) Status(ctx context.Context, id string) (ticket Ticket, err error) {
	err = s.cfg.DB.View(ctx, func(tx *store.Tx) error {
		row, found, err := tx.RelayTicket(id)
		if err != nil {
			return err
		}
		if !found {
			return ErrNotFound
		}
		ticket, err = s.ticket(tx, row)
		return err
	})
	return ticket, err
}

func (s *Service) ticket(tx *store.Tx, row store.RelayTicket) (Ticket, error) {
	status, err := s.cfg.Outbox.StatusIn(tx, row.Outbox)
	if err != nil {
		return Ticket{}, err
	}
	t := Ticket{ID: row.ID, State: State(status.State), Block: status.Block, Reason: status.Reason}
	if status.Transaction != ([32]byte{}) {
		t.Transaction = fmt.Sprintf("%#x", status.Transaction)
	}
	return t, nil
}
