// Package wire is the JSON of the local HTTP API: what package api serves and package api/client reads.
//
// Field names are snake_case and stable. Sizes are bytes of inner packets, speeds bit/s, times RFC 3339 in
// UTC, addresses EIP-55. An amount is shown twice, see [Amount]; in requests it is a text in coins, such
// as "1.5". Long operations answer with a stream of server-sent events:
//
//	event: progress   data: Progress    any number of times
//	event: result     data: Session, Payment or Payments, by operation; the last event
//	event: problem    data: Problem     instead of a result; the last event
//
// A stream that ends without result or problem was cut, and the outcome is unknown. Errors outside a
// stream are RFC 9457 documents, see [Problem].
package wire

import (
	"time"

	"github.com/mysteriumnetwork/myst/money"
)

// Amount is a number of coins, exactly.
type Amount struct {
	Coins string `json:"coins" doc:"coins as a decimal number" example:"1.5"`
	Units uint64 `json:"units" doc:"the same in millionths of a coin; where integers are kept as floating point, exact up to 2^53" example:"1500000"`
}

// FromMoney converts an amount.
func FromMoney(a money.Amount) Amount { return Amount{Coins: a.String(), Units: uint64(a)} }

// Money converts back. Units count.
func (a Amount) Money() money.Amount { return money.Amount(a.Units) }

// Price is what a provider asks.
type Price struct {
	PerGiB  Amount `json:"per_gib" doc:"for 2^30 bytes, both directions added"`
	PerHour Amount `json:"per_hour"`
}

// FromPrice converts a price.
func FromPrice(p money.Price) Price {
	return Price{PerGiB: FromMoney(p.PerGiB), PerHour: FromMoney(p.PerHour)}
}

// Status is what the node is and how its parts are.
type Status struct {
	Version    string    `json:"version"`
	Identity   string    `json:"identity" doc:"empty until unlocked"`
	Registered bool      `json:"registered"`
	Network    string    `json:"network" doc:"name in the network file"`
	ChainID    uint64    `json:"chain_id"`
	Started    time.Time `json:"started"`
	Providing  []Service `json:"providing"`
	Backends   []Backend `json:"backends"`
	Paths      []Path    `json:"paths" doc:"what carries the packets of each service that this node can use"`
	Sessions   []Session `json:"sessions" doc:"the open ones"`
	Spending   Spending  `json:"spending"`
}

// Spending is what the identity promised today as a consumer, and the node's caps on that.
type Spending struct {
	Today     Amount  `json:"today" doc:"promised since midnight UTC, to all providers"`
	Held      Amount  `json:"held" doc:"of what is left of the day: set aside for the open sessions"`
	PerDay    *Amount `json:"per_day,omitempty" doc:"the most that is promised in a day of UTC; absent: no cap"`
	Left      *Amount `json:"left,omitempty" doc:"of the day; absent: no cap"`
	PerMinute *Amount `json:"per_minute,omitempty" doc:"the most that is promised in any 60 seconds; absent: no cap"`
}

// Service is one service that this node provides.
type Service struct {
	ServiceType string `json:"service_type" example:"wireguard"`
	Country     string `json:"country" example:"DE"`
	Price       Price  `json:"price"`
	SetupCharge Amount `json:"setup_charge"`
	Announced   bool   `json:"announced"`
	Problem     string `json:"problem,omitempty" doc:"why it is not announced"`
}

// Path is what carries a service's packets on this host.
type Path struct {
	ServiceType string `json:"service_type" example:"wireguard"`
	TUN         bool   `json:"tun" doc:"a TUN device; else user space"`
	Detail      string `json:"detail,omitempty" doc:"why it is user space although a TUN device would be liked"`
}

// Backend is the health of something outside the node.
type Backend struct {
	Name    string `json:"name" example:"chain"`
	Address string `json:"address"`
	Healthy bool   `json:"healthy"`
	Detail  string `json:"detail"`
}

// Proposals is a list of offers, cheapest first.
type Proposals struct {
	Proposals []Proposal `json:"proposals"`
}

// Proposal is one signed offer of a service. The node has verified its signature.
type Proposal struct {
	Hash        string    `json:"hash" doc:"64 hexadecimal digits"`
	Provider    string    `json:"provider"`
	ServiceType string    `json:"service_type" example:"wireguard"`
	Country     string    `json:"country" doc:"ISO 3166-1 alpha-2, as the provider claims" example:"DE"`
	Price       Price     `json:"price"`
	SetupCharge Amount    `json:"setup_charge" doc:"once per session"`
	Bandwidth   uint64    `json:"bandwidth" doc:"what the provider commits to, bit/s"`
	Expires     time.Time `json:"expires"`
	Description string    `json:"description,omitempty" doc:"free text by the provider"`
}

// Sessions is a list of sessions, newest first.
type Sessions struct {
	Sessions []Session `json:"sessions"`
}

// Session is one session, open or ended, as this node accounts for it.
type Session struct {
	ID          string     `json:"id" doc:"32 hexadecimal digits"`
	Role        string     `json:"role" enum:"consumer,provider" doc:"which side this node is"`
	Peer        string     `json:"peer"`
	ServiceType string     `json:"service_type"`
	Country     string     `json:"country"`
	Price       Price      `json:"price"`
	State       string     `json:"state" doc:"negotiating, locking, connecting, active, paused or ended"`
	Reason      string     `json:"reason,omitempty" doc:"why it ended"`
	Started     time.Time  `json:"started"`
	Ended       *time.Time `json:"ended,omitempty" doc:"absent while open"`
	Sent        uint64     `json:"sent" doc:"bytes"`
	Received    uint64     `json:"received" doc:"bytes"`
	Promises    uint64     `json:"promises" doc:"how many were sent or taken"`
	Promised    Amount     `json:"promised" doc:"cumulative in this session, set-up charge included"`
	Due         Amount     `json:"due" doc:"owed for what was metered so far"`
	Window      uint64     `json:"window" doc:"most bytes ever unpaid"`
	ProxyAddr   string     `json:"proxy_addr,omitempty" doc:"where the SOCKS5 port listens, for the consumer"`
	Channel     uint8      `json:"channel" doc:"payment channel, 0 to 5"`
	Epoch       uint16     `json:"epoch" doc:"epoch of the payment channel"`
}

// Open says whether the session has not ended.
func (s Session) Open() bool { return s.Ended == nil }

// Balance is what the node's identity owns, read from the chain.
type Balance struct {
	Identity     string    `json:"identity"`
	Coin         Amount    `json:"coin" doc:"in the wallet, not deposited"`
	Deposit      Amount    `json:"deposit" doc:"deposited and not locked"`
	Channels     []Channel `json:"channels"`
	Earnings     Amount    `json:"earnings" doc:"cleared, not withdrawn, before the network fee"`
	Uncleared    Amount    `json:"uncleared" doc:"promised to this identity and not cleared yet"`
	Beneficiary  string    `json:"beneficiary,omitempty" doc:"who was named to receive the earnings; absent: nobody, and this identity does"`
	FeePerMyriad uint16    `json:"fee_per_myriad" doc:"network fee in 1/10,000 of what is withdrawn"`

	Ledger *LedgerCheck `json:"ledger,omitempty" doc:"the ledger held against the chain; absent where the chain has forgotten that block's state"`
}

// Channel is one of a consumer's payment channels that is in use, or free and not empty.
type Channel struct {
	Channel  uint8  `json:"channel"`
	Provider string `json:"provider" doc:"empty: it is free, and what is locked is left for its next lock"`
	Locked   Amount `json:"locked"`
	Cleared  Amount `json:"cleared"`
	Promised Amount `json:"promised" doc:"by this node's own records"`
	Epoch    uint16 `json:"epoch"`

	UnlockAt *time.Time `json:"unlock_at,omitempty" doc:"from when on the channel can be taken from its provider; absent unless that was asked for"`
}

// Payment is the outcome of an operation on chain.
type Payment struct {
	Operation   string `json:"operation" doc:"register, deposit, topup, clear, withdraw, unlock or beneficiary"`
	Transaction string `json:"transaction,omitempty" doc:"hash, 0x…"`
	Block       uint64 `json:"block"`
	Amount      Amount `json:"amount"`
	Fee         Amount `json:"fee" doc:"network fee taken"`
	RelayFee    Amount `json:"relay_fee" doc:"what the relayer took for sending it"`
	Provider    string `json:"provider,omitempty" doc:"who was locked for, or whose payment channel it was"`
	To          string `json:"to,omitempty" doc:"who was paid"`

	UnlockAt *time.Time `json:"unlock_at,omitempty" doc:"of an unlock that was asked for: from when on it can be finished"`
}

// Payments is the outcome of clearing.
type Payments struct {
	Payments []Payment `json:"payments"`
}

// Progress is one step of a long operation, as it happens.
type Progress struct {
	Step   string `json:"step"`
	Detail string `json:"detail"`

	Sent        bool   `json:"sent,omitempty" doc:"something was signed and may have been sent: it goes on though nobody waits any more"`
	Transaction string `json:"transaction,omitempty" doc:"its hash, 0x…, once a relayer has named it"`
}
