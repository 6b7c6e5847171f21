package chain

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mysteriumnetwork/myst/contracts"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/money"
)

// Payments reads the payments contract and the coin. What it returns is the chain as the client's
// endpoint tells it, at the newest block unless said otherwise. Methods return ErrUnavailable when no
// endpoint answers and ErrNoContract when the network file names no contract of this chain.
type Payments struct {
	client   *Client
	at       Contracts
	payments *contracts.Payments
	coin     *contracts.TestCoin // an ERC-20 with permit, whoever made it
}

// Channel is a payment channel's state on chain.
type Channel struct {
	Provider identity.Address // zero when the channel is free
	Locked   money.Amount     // in this epoch; of a free channel: what the next lock starts with
	Cleared  money.Amount
	Epoch    uint16
	UnlockAt time.Time // zero unless an unlock was requested
}

// Earnings is what was cleared for a provider and not withdrawn yet.
type Earnings struct {
	Gross       money.Amount
	Net, Fee    money.Amount     // how a withdrawal would split Gross now
	Beneficiary identity.Address // zero: the provider itself
}

// NewPayments returns the reader for a network's contracts.
func NewPayments(client *Client, at Contracts) *Payments {
	return &Payments{client: client, at: at, payments: contracts.NewPayments(), coin: contracts.NewTestCoin()}
}

// read calls a view of a contract and unpacks what it returns.
func read[T any](ctx context.Context, c *Client, at identity.Address, data []byte, block atBlock, unpack func([]byte) (T, error)) (T, error) {
	raw, err := c.call(ctx, identity.Address{}, at, data, block)
	if err != nil {
		var zero T
		return zero, err
	}
	value, err := unpack(raw)
	if err != nil {
		return value, fmt.Errorf("contract %s answered with something else: %w", at, err)
	}
	return value, nil
}

// Balance returns a consumer's deposit that is not locked.
func (p *Payments) Balance(ctx context.Context, who identity.Address) (money.Amount, error) {
	account, err := read(ctx, p.client, p.at.Payments, p.payments.PackAccount(common.Address(who)), atLatest, p.payments.UnpackAccount)
	if err != nil {
		return 0, fmt.Errorf("read deposit of %s: %w", who, err)
	}
	return money.Amount(account.Balance), nil
}

// Channel returns a payment channel as it was confirmations blocks below the newest.
func (p *Payments) Channel(ctx context.Context, consumer identity.Address, id uint8, confirmations uint64) (Channel, error) {
	fail := func(err error) (Channel, error) {
		return Channel{}, fmt.Errorf("read channel %d of %s: %w", id, consumer, err)
	}
	at := atLatest
	if confirmations > 0 {
		head, err := p.client.Head(ctx)
		if err != nil {
			return fail(err)
		}
		if head.Number < confirmations {
			return Channel{}, nil // before the first block nothing was locked
		}
		at = new(big.Int).SetUint64(head.Number - confirmations)
	}
	raw, err := read(ctx, p.client, p.at.Payments, p.payments.PackChannel(common.Address(consumer), id), at, p.payments.UnpackChannel)
	if errors.Is(err, errNoCodeThen) {
		return Channel{}, nil
	}
	if err != nil {
		return fail(err)
	}
	c := Channel{Provider: identity.Address(raw.Provider), Epoch: raw.Epoch}
	for to, from := range map[*money.Amount]*big.Int{&c.Locked: raw.Locked, &c.Cleared: raw.Cleared} {
		if *to, err = units(from); err == nil && *to > money.MaxLock { // the bindings do not look
			err = money.ErrOverflow
		}
		if err != nil {
			return fail(err)
		}
	}
	if raw.UnlockAt != 0 {
		c.UnlockAt = time.Unix(int64(raw.UnlockAt), 0)
	}
	return c, nil
}

// Earnings returns what was cleared for a provider and not withdrawn.
func (p *Payments) Earnings(ctx context.Context, who identity.Address) (Earnings, error) {
	fail := func(err error) (Earnings, error) {
		return Earnings{}, fmt.Errorf("read earnings of %s: %w", who, err)
	}
	raw, err := read(ctx, p.client, p.at.Payments, p.payments.PackEarnings(common.Address(who)), atLatest, p.payments.UnpackEarnings)
	if err != nil {
		return fail(err)
	}
	e := Earnings{Beneficiary: identity.Address(raw.Beneficiary)}
	for to, from := range map[*money.Amount]*big.Int{&e.Gross: raw.Gross, &e.Net: raw.Net, &e.Fee: raw.Fee} {
		if *to, err = units(from); err != nil {
			return fail(err)
		}
	}
	return e, nil
}

// Fees returns the network fees that are not collected yet.
func (p *Payments) Fees(ctx context.Context) (money.Amount, error) {
	raw, err := read(ctx, p.client, p.at.Payments, p.payments.PackFees(), atLatest, p.payments.UnpackFees)
	if err != nil {
		return 0, fmt.Errorf("read network fees: %w", err)
	}
	return units(raw)
}

// FeeRate returns the network fee in 1/10,000 of what is withdrawn. It never changes.
func (p *Payments) FeeRate(ctx context.Context) (uint16, error) {
	rate, err := read(ctx, p.client, p.at.Payments, p.payments.PackFeePerMyriad(), atLatest, p.payments.UnpackFeePerMyriad)
	if err != nil {
		return 0, fmt.Errorf("read network fee rate: %w", err)
	}
	return rate, nil
}

// Treasury returns who receives the network fees. It never changes.
func (p *Payments) Treasury(ctx context.Context) (identity.Address, error) {
	who, err := read(ctx, p.client, p.at.Payments, p.payments.PackTreasury(), atLatest, p.payments.UnpackTreasury)
	if err != nil {
		return identity.Address{}, fmt.Errorf("read treasury: %w", err)
	}
	return identity.Address(who), nil
}

// CoinBalance returns an account's coins outside the payments contract, in whole units.
func (p *Payments) CoinBalance(ctx context.Context, who identity.Address) (money.Amount, error) {
	wei, err := read(ctx, p.client, p.at.Coin, p.coin.PackBalanceOf(common.Address(who)), atLatest, p.coin.UnpackBalanceOf)
	if err != nil {
		return 0, fmt.Errorf("read coins of %s: %w", who, err)
	}
	return money.FromWei(wei)
}

// PermitNonce returns the nonce that an account's next permit at the coin must name.
func (p *Payments) PermitNonce(ctx context.Context, who identity.Address) (uint64, error) {
	nonce, err := read(ctx, p.client, p.at.Coin, p.coin.PackNonces(common.Address(who)), atLatest, p.coin.UnpackNonces)
	if err != nil {
		return 0, fmt.Errorf("read permit nonce of %s: %w", who, err)
	}
	if !nonce.IsUint64() {
		return 0, fmt.Errorf("read permit nonce of %s: %w", who, money.ErrOverflow)
	}
	return nonce.Uint64(), nil
}

func sum(to *money.Amount, n *big.Int) error {
	amount, err := units(n)
	if err == nil {
		*to, err = to.Add(amount)
	}
	return err
}

// units converts a number of units that the contract keeps in more than 64 bits.
func units(n *big.Int) (money.Amount, error) {
	if !n.IsUint64() {
		return 0, money.ErrOverflow
	}
	return money.Amount(n.Uint64()), nil
}
