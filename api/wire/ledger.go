package wire

import (
	"net/url"
	"strconv"
	"time"

	"github.com/mysteriumnetwork/myst/money"
)

// Change is an amount that may be negative, exactly.
type Change struct {
	Coins string `json:"coins" doc:"coins as a decimal number" example:"-1.5"`
	Units int64  `json:"units" doc:"the same in millionths of a coin" example:"-1500000"`
}

// FromUnits converts a change.
func FromUnits(units int64) Change {
	if units < 0 {
		return Change{Coins: "-" + money.Amount(-units).String(), Units: units}
	}
	return Change{Coins: money.Amount(units).String(), Units: units}
}

// Ledger is a list of rows, oldest first.
type Ledger struct {
	Entries []LedgerEntry `json:"entries"`
	More    bool          `json:"more,omitempty" doc:"there are more rows: older ones, or with from, newer ones"`
}

// MaxRows is how many rows of the ledger come at once at most.
const MaxRows = 1000

// LedgerEntry is one row of the append-only ledger.
type LedgerEntry struct {
	ID           int64     `json:"id"`
	Reverses     int64     `json:"reverses,omitempty" doc:"the row that this one takes back, because the chain was reorganised"`
	Reversed     bool      `json:"reversed,omitempty" doc:"a later row takes this one back"`
	Time         time.Time `json:"time" doc:"of the block, of the session's end, or of the taking back"`
	Kind         string    `json:"kind" doc:"deposit, deposit-withdrawal, lock, promise, clearing, unlock-request, release, reclaim, withdrawal, fee, relay-fee, earnings-relay-fee or beneficiary"`
	Role         string    `json:"role" enum:"consumer,provider" doc:"which side the identity is"`
	Identity     string    `json:"identity" doc:"whose row"`
	Counterparty string    `json:"counterparty,omitempty"`
	Channel      *uint8    `json:"channel,omitempty" doc:"payment channel, of rows about one"`
	Epoch        *uint16   `json:"epoch,omitempty" doc:"of the payment channel"`
	Session      string    `json:"session,omitempty" doc:"32 hexadecimal digits"`
	Amount       Change    `json:"amount" doc:"what moved; negative when it takes back"`
	Total        Amount    `json:"total" doc:"what the epoch's locks, clearings or promises are with it"`
	Block        uint64    `json:"block,omitempty" doc:"absent when it is not from the chain"`
	Transaction  string    `json:"transaction,omitempty" doc:"hash, 0x…"`
}

// LedgerCheck is what the ledger adds up to, and what the contract held as of the same block.
type LedgerCheck struct {
	Block  uint64   `json:"block"`
	Agrees bool     `json:"agrees" doc:"to the unit"`
	Ledger Sums     `json:"ledger" doc:"negative only when it is wrong"`
	Chain  Holdings `json:"chain"`
}

// Holdings are what the payments contract keeps for an identity.
type Holdings struct {
	Deposit  Amount `json:"deposit" doc:"not locked"`
	Locked   Amount `json:"locked" doc:"in its payment channels, not cleared"`
	Earnings Amount `json:"earnings" doc:"cleared for it, not withdrawn"`
}

// Sums are what the ledger's rows add up to.
type Sums struct {
	Deposit  Change `json:"deposit" doc:"not locked"`
	Locked   Change `json:"locked" doc:"in the identity's payment channels, not cleared"`
	Earnings Change `json:"earnings" doc:"cleared for it, not withdrawn"`
}

// EarningsList has one entry for each identity of the node's database that was a provider.
type EarningsList struct {
	Earnings []Earnings `json:"earnings"`
}

// Earnings are what an identity earned as a provider, by the ledger. Promised = cleared + uncleared + lapsed,
// and cleared plus what it earned by relaying = withdrawn + fees + held.
type Earnings struct {
	Identity  string `json:"identity"`
	Promised  Amount `json:"promised" doc:"in all, open sessions included"`
	Cleared   Amount `json:"cleared"`
	Uncleared Amount `json:"uncleared" doc:"promised and not cleared yet"`
	Lapsed    Amount `json:"lapsed" doc:"promised in epochs that ended before it was cleared"`
	Withdrawn Amount `json:"withdrawn" doc:"paid to the beneficiary"`
	Fees      Amount `json:"fees" doc:"taken by the network when withdrawing, and by relayers of clearings and withdrawals"`
	Held      Amount `json:"held" doc:"cleared or earned by relaying, and not withdrawn"`
}

// LedgerFilter selects rows. Zero fields do not filter.
type LedgerFilter struct {
	Since    string `query:"since" maxLength:"40" doc:"RFC 3339" example:"2026-01-02T15:04:05Z"`
	Until    string `query:"until" maxLength:"40" doc:"RFC 3339, exclusive"`
	Kind     string `query:"kind" maxLength:"32" example:"clearing"`
	Identity string `query:"identity" maxLength:"42" doc:"instead of the node's rows: those of this identity, and the node's with it"`
	Session  string `query:"session" maxLength:"32" doc:"32 hexadecimal digits"`
	Before   int64  `query:"before" minimum:"0" doc:"only rows before this one"`
	From     int64  `query:"from" minimum:"0" doc:"the oldest rows from this one on, instead of the newest; rows are numbered from 1"`
	Limit    int    `query:"limit" minimum:"0" maximum:"1000" doc:"how many rows; 0 is 1000"`
}

// Query returns the filter as URL query parameters.
func (f LedgerFilter) Query() url.Values {
	q := url.Values{}
	for name, value := range map[string]string{
		"since": f.Since, "until": f.Until, "kind": f.Kind, "identity": f.Identity, "session": f.Session,
	} {
		if value != "" {
			q.Set(name, value)
		}
	}
	for name, number := range map[string]int64{"before": f.Before, "from": f.From, "limit": int64(f.Limit)} {
		if number > 0 {
			q.Set(name, strconv.FormatInt(number, 10))
		}
	}
	return q
}

// QuoteRequest asks what an operation would cost.
type QuoteRequest struct {
	Operation   string `query:"operation" required:"true" enum:"register,deposit,topup,clear,withdraw,unlock,beneficiary,reclaim,withdraw-deposit"`
	Amount      string `query:"amount" maxLength:"32" doc:"coins to deposit, lock or withdraw from the deposit, of which \"all\" is everything"`
	Session     string `query:"session" maxLength:"32" doc:"to lock more for, 32 hexadecimal digits"`
	Channel     uint8  `query:"channel" doc:"payment channel to unlock or reclaim"`
	Timed       bool   `query:"timed" doc:"of an unlock: the provider is not asked for a release"`
	Beneficiary string `query:"beneficiary" maxLength:"42" doc:"address to name"`
	To          string `query:"to" maxLength:"42" doc:"address to pay the deposit out to"`
}

// Query returns the request as URL query parameters.
func (r QuoteRequest) Query() url.Values {
	q := url.Values{"operation": {r.Operation}}
	if r.Amount != "" {
		q.Set("amount", r.Amount)
	}
	if r.Session != "" {
		q.Set("session", r.Session)
	}
	if r.Channel > 0 {
		q.Set("channel", strconv.Itoa(int(r.Channel)))
	}
	if r.Timed {
		q.Set("timed", "true")
	}
	if r.Beneficiary != "" {
		q.Set("beneficiary", r.Beneficiary)
	}
	if r.To != "" {
		q.Set("to", r.To)
	}
	return q
}

// Quote is what an operation would cost. The gas is an estimate, and paid by the relayer.
type Quote struct {
	Operation    string  `json:"operation"`
	Amount       Amount  `json:"amount" doc:"that would move, fees included"`
	NetworkFee   Amount  `json:"network_fee"`
	RelayFee     Amount  `json:"relay_fee" doc:"asked by the relayer beside the amount"`
	Net          *Amount `json:"net,omitempty" doc:"of what is paid out: what arrives"`
	Transactions int     `json:"transactions"`
	Gas          uint64  `json:"gas"`
	GasPrice     string  `json:"gas_price" doc:"wei"`
	GasCost      string  `json:"gas_cost" doc:"in the chain's own coin, decimal"`
	Relayer      string  `json:"relayer,omitempty" doc:"who sends it and pays the gas"`
	OwnGas       bool    `json:"own_gas,omitempty" doc:"that is this node itself"`
	Provider     string  `json:"provider,omitempty" doc:"who a lock is for, or whose payment channel it is"`
	To           string  `json:"to,omitempty" doc:"who is paid, now or from now on"`
	Delay        int64   `json:"delay,omitempty" doc:"seconds in which the provider can clear after the unlock that would be asked for"`
	Release      bool    `json:"release,omitempty" doc:"of an unlock: the provider is asked first to free the channel at once; the relay fee is then that of the dearer way"`

	Offer     *Proposal `json:"offer,omitempty" doc:"what a session would be of"`
	Left      *Amount   `json:"left,omitempty" doc:"of a clearing: what no relayer clears for what it may take of it, beside the amount"`
	LeftWhy   string    `json:"left_why,omitempty" doc:"why"`
	Held      *Amount   `json:"held,omitempty" doc:"of a session's amount: what is in a free payment channel already"`
	Elsewhere *Amount   `json:"elsewhere,omitempty" doc:"of a session: what other providers' payment channels hold beside its lock"`
}

// Unlock takes a payment channel from its provider.
type Unlock struct {
	Channel uint8  `json:"channel" maximum:"5"`
	MaxFee  string `json:"max_fee,omitempty" maxLength:"32" doc:"coins that a relayer may take at most; empty is the node's own limit"`
	Timed   bool   `json:"timed,omitempty" doc:"do not ask the provider for a release, which would free it at once"`
}

// Reclaim moves what a free payment channel holds back to the deposit.
type Reclaim struct {
	Channel uint8  `json:"channel" maximum:"5"`
	MaxFee  string `json:"max_fee,omitempty" maxLength:"32" doc:"coins that a relayer may take at most; empty is the node's own limit"`
}

// All is the amount of a withdrawal of everything.
const All = "all"

// WithdrawDeposit pays coins out of the deposit.
type WithdrawDeposit struct {
	Amount string `json:"amount" minLength:"1" maxLength:"32" doc:"coins, or \"all\" that is not locked, less the relayer's fee" example:"2.5"`
	To     string `json:"to" minLength:"42" maxLength:"42" doc:"address"`
	MaxFee string `json:"max_fee,omitempty" maxLength:"32" doc:"coins that a relayer may take at most; empty is the node's own limit"`
}

// Beneficiary names who receives the earnings.
type Beneficiary struct {
	Beneficiary string `json:"beneficiary" minLength:"42" maxLength:"42" doc:"address"`
	MaxFee      string `json:"max_fee,omitempty" maxLength:"32" doc:"coins that a relayer may take at most; empty is the node's own limit"`
}
