package node

import (
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/market"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/payments"
	"github.com/mysteriumnetwork/myst/payments/journal"
)

// Errors that a caller branches on; the local API and the command line map each to a status
// and an exit code.
var (
	// ErrNoIdentity says that the node has no unlocked identity yet.
	ErrNoIdentity = errors.New("no unlocked identity")
	// ErrNotRegistered says that the node's identity is not registered on chain.
	ErrNotRegistered = errors.New("identity is not registered")
	// ErrProxyAddr says that the SOCKS5 port cannot be opened.
	ErrProxyAddr = errors.New("cannot open the SOCKS5 port")
	// ErrNoProposal says that no proposal matches.
	ErrNoProposal = errors.New("no proposal matches")
	// ErrNotFound says that there is no such session.
	ErrNotFound = errors.New("no such session")
	// ErrUnavailable says that a backend (chain, hub or broker) cannot be reached now.
	ErrUnavailable = errors.New("unavailable")
	// ErrFunds says that the wallet, the deposit or the earnings do not cover what was asked.
	ErrFunds = errors.New("not enough coins")
	// ErrNoAnswer says that a provider did not answer to a request for a session.
	ErrNoAnswer = errors.New("the provider does not answer")
	// ErrRefused says that the provider refused the session; the text has its typed reason.
	ErrRefused = errors.New("refused by the provider")
	// ErrNotNow says that an operation makes no sense as things are; the text says why, and what would help.
	ErrNotNow = errors.New("not possible now")
	// ErrNoOutcome says that nothing was seen of an operation in time; it may take effect later.
	ErrNoOutcome = errors.New("no outcome in time")
	// ErrShuttingDown says that the node is draining.
	ErrShuttingDown = errors.New("shutting down")
)

// Status is what the node is and how its parts are.
type Status struct {
	Version    string
	Identity   identity.Address // zero until unlocked
	Registered bool
	Network    string // name in the network file
	ChainID    uint64
	Started    time.Time
	Providing  []ServiceStatus
	Backends   []Backend // chain, hub, broker
	Paths      []Path    // of the services that this node can use
	Sessions   []Session // the open ones
	Spending   payments.Spending
}

// ServiceStatus is one service that this node provides.
type ServiceStatus struct {
	ServiceType string
	Country     string
	Price       money.Price
	SetupCharge money.Amount
	Announced   bool
	Problem     string // empty when announced
}

// Path is what carries a service's packets on this host, as its provider or its consumer.
type Path struct {
	ServiceType string
	TUN         bool   // a TUN device; else user space
	Detail      string // why it is user space although a TUN device would be liked; mostly empty
}

// Backend is the health of something outside the node.
type Backend struct {
	Name    string // "chain", "hub", "broker"
	Address string // URL, without credentials
	Healthy bool
	Detail  string // "block 123, 2 s old", or what is wrong and what the node does about it
}

// Role is which side of a session this node is.
type Role string

// The two sides of a session.
const (
	RoleConsumer Role = "consumer"
	RoleProvider Role = "provider"
)

// Session is one session, open or ended, as this node accounts for it.
type Session struct {
	ID          string // 32 hexadecimal digits
	Role        Role
	Peer        identity.Address
	ServiceType string
	Country     string // the proposal's
	Price       money.Price
	State       string // "negotiating", "locking", "connecting", "active", "paused", "ended"
	Reason      string // why it ended
	Started     time.Time
	Ended       time.Time // zero while open
	Sent        uint64    // inner bytes
	Received    uint64
	Promises    uint64       // how many were sent or taken
	Promised    money.Amount // cumulative in this session, set-up charge included
	Due         money.Amount
	Window      uint64 // bytes
	ProxyAddr   string // consumer: where the SOCKS5 port listens
	Channel     uint8
	Epoch       uint16
}

// ConnectRequest asks for a session with the cheapest provider that matches.
type ConnectRequest struct {
	Filter market.Filter
	// Lock is what to reserve for the provider; zero takes the default of the node.
	Lock money.Amount
	// Cap is the most that may be promised in the session, set-up charge and debts included; zero is all that is locked.
	Cap money.Amount
	// ProxyAddr is where the SOCKS5 port listens; empty takes 127.0.0.1 and a free port.
	ProxyAddr string
	// Agreed, when not nil, is what the session may take at most until it is open: what would take more ends with an
	// AgreementError before anything is signed.
	Agreed *Agreed
}

// Agreed is what a user allows a session to take until it is open.
type Agreed struct {
	Lock money.Amount // for the provider, from the deposit and from a free payment channel
	Fee  money.Amount // for the relayer that puts the lock on chain
}

// AgreementError says that a session would take more than was agreed to. Nothing was signed, nobody was asked.
type AgreementError struct {
	Quote Quote // what it would take
}

// Error tells the amounts.
func (e *AgreementError) Error() string {
	fee := ""
	if e.Quote.RelayFee > 0 {
		fee = fmt.Sprintf(" and pay a relayer %s coins", e.Quote.RelayFee)
	}
	return fmt.Sprintf("it would lock %s coins for the provider%s, which was not agreed to", e.Quote.Amount, fee)
}

// Progress is one step of a long operation, as it happens.
type Progress struct {
	Step   string // "find", "negotiate", "lock", "confirm", "tunnel", …
	Detail string
	// Sent says that something was signed and may have been sent: it goes on though nobody waits any more.
	Sent        bool
	Transaction string // its hash, 0x…, once a relayer has named it
}

// Balance is what the node's identity owns, read from the chain.
type Balance struct {
	Identity     identity.Address
	Coin         money.Amount // in the wallet, not deposited
	Deposit      money.Amount // deposited and not locked
	Channels     []ChannelBalance
	Earnings     money.Amount // cleared for this identity, not withdrawn, before the network fee
	Uncleared    money.Amount // promised to this identity and not cleared yet
	Beneficiary  identity.Address
	FeePerMyriad uint16 // network fee in 1/10,000 of what is withdrawn
	// Ledger holds the node's ledger against the chain; nil where there is none yet, or the chain has forgotten
	// the state of that block.
	Ledger *LedgerCheck
}

// LedgerCheck is what the ledger adds up to, and what the contract held as of the same block.
type LedgerCheck struct {
	Block  uint64
	Ledger journal.Sums
	Chain  chain.Holdings
}

// Agrees says whether both are the same to the unit.
func (c LedgerCheck) Agrees() bool { return c.Ledger.Are(c.Chain) }

// LedgerFilter chooses among the ledger's rows.
type LedgerFilter = journal.Filter

// LedgerEntry is a row of the ledger.
type LedgerEntry = journal.Entry

// Earnings are a provider's sums of the ledger.
type Earnings = journal.Earnings

// ChannelBalance is one of a consumer's payment channels that is in use, or free and not empty.
type ChannelBalance struct {
	Channel  uint8
	Provider identity.Address // zero: it is free, and Locked is left for its next lock
	Locked   money.Amount
	Cleared  money.Amount
	Promised money.Amount // by this node's own records
	Epoch    uint16
	UnlockAt time.Time // zero unless an unlock was requested
}

// Operations on chain, as Payment and Quote name them.
const (
	OpRegister    = "register"
	OpDeposit     = "deposit"
	OpClear       = "clear"
	OpWithdraw    = "withdraw"
	OpUnlock      = "unlock"
	OpBeneficiary = "beneficiary"
	OpTopUp       = "topup"

	OpConnect         = "connect"
	OpReclaim         = "reclaim"
	OpWithdrawDeposit = "withdraw-deposit"
)

// AnyFee leaves what a relayer may take for an operation to the node's own limit.
const AnyFee = ^money.Amount(0)

// QuoteRequest asks what an operation would cost.
type QuoteRequest struct {
	Operation   string
	Amount      money.Amount     // to deposit, lock, or withdraw from the deposit, of which zero is all
	Session     string           // to lock more for; empty is the only one consumed
	Channel     uint8            // to unlock or reclaim
	Timed       bool             // an unlock whose channel's provider is not asked
	Beneficiary identity.Address // to name
	To          identity.Address // who gets what is withdrawn from the deposit
}

// Quote is what an operation would cost. Gas is an estimate. Nothing is signed for it.
type Quote struct {
	Operation    string
	Amount       money.Amount // that would move, fees included
	NetworkFee   money.Amount
	Net          money.Amount // of what is paid out: what arrives
	RelayFee     money.Amount // asked by the relayer, who pays the gas
	Transactions int
	Gas          uint64
	GasPrice     *big.Int // wei
	Relayer      identity.Address
	OwnGas       bool // the relayer is this node, which pays the gas itself
	// Provider is who a lock is for, or whose payment channel it is; zero where there is none.
	Provider identity.Address
	// Offer is what a session would be of; nil for anything else.
	Offer *market.Signed
	// Held is, of a session's amount, what is in a free payment channel already and goes along.
	Held money.Amount
	// Elsewhere is what other providers' payment channels hold beside a session's lock.
	Elsewhere money.Amount
	// Left is, of a clearing, what is not cleared because no relayer takes those transactions, and LeftWhy why. Amount is the
	// rest.
	Left    money.Amount
	LeftWhy string
	// To is who is paid: by a withdrawal now, or by those that follow a beneficiary's naming.
	To identity.Address
	// Delay is how long the provider can clear after the unlock that is to be asked for; zero when it is freed now, or was
	// asked for already.
	Delay time.Duration
	// Release says that the provider is asked first to free the channel at once. RelayFee is then that of the dearer way.
	Release bool
}

// UnlockRequest asks for a payment channel back.
type UnlockRequest struct {
	Channel uint8
	Most    money.Amount // that a relayer may take for each call
	Timed   bool         // do not ask the provider for a release
}

// GasCost is the estimate in the chain's own coin, in wei.
func (q Quote) GasCost() *big.Int {
	if q.GasPrice == nil {
		return new(big.Int)
	}
	return new(big.Int).Mul(q.GasPrice, new(big.Int).SetUint64(q.Gas))
}

// Payment is the outcome of an operation on chain.
type Payment struct {
	Operation   string // one of the Op constants
	Transaction string // hash, 0x…
	Block       uint64
	Amount      money.Amount
	Fee         money.Amount // network fee taken
	UnlockAt    time.Time    // of an unlock that was only asked for: when it can be finished
	RelayFee    money.Amount // what the relayer took
	// Provider is who was locked for, or whose payment channel it was; To who was paid. Zero where there is none.
	Provider, To identity.Address

	onboarded bool // registered the identity by the way
}
