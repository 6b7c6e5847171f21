//go:build e2e

package ethers

import (
	"context"
	"fmt"
	"math/big"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/ethclient"

	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/chain/dev"
	"github.com/mysteriumnetwork/myst/contracts"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/money"
)

// message is one signed message of package intent, as both sides see it.
type message struct {
	form   string
	value  map[string]any // as ethers takes it
	domain intent.Domain
	signer identity.Address
	digest func(intent.Domain) [32]byte
	// check is our verification of a signature, and call the transaction that carries the message out with it.
	check func(identity.Signature, intent.Domain) error
	call  func(identity.Signature) (to identity.Address, data []byte)
}

// deal is everything that a consumer and a provider sign for one another, with random figures.
type deal struct {
	at                 chain.Contracts
	chainID            uint64
	consumer, provider identity.Address
	key                identity.PublicKey // the consumer's
	relayer            identity.Address
	until              uint32

	fund        intent.Fund
	lock        intent.Lock
	promise     intent.Promise
	beneficiary identity.Address
	permitted   identity.Signature // of the permit, once it is signed
	reclaimed   identity.Signature // of the reclaim, likewise
	relayFee    money.Amount       // for relaying the reclaim
	paidOut     intent.WithdrawDeposit
	earnedFee   money.Amount // for relaying the withdrawal of what was cleared
}

func randomAddress() (a identity.Address) {
	for i := range a {
		a[i] = byte(1 + rand.IntN(255)) //nolint:gosec // no secret
	}
	return a
}

// upTo returns from 1 to most.
func upTo(most money.Amount) money.Amount {
	return 1 + money.Amount(rand.Uint64N(uint64(most))) //nolint:gosec // no secret
}

func newDeal(at chain.Contracts, chainID uint64, relayer, consumer, provider identity.Address, key identity.PublicKey, until uint32) *deal {
	d := &deal{at: at, chainID: chainID, consumer: consumer, provider: provider, key: key, relayer: relayer, until: until, beneficiary: randomAddress()}
	units := 1 + upTo(money.MaxLock-1)
	d.fund = intent.Fund{Owner: consumer, Identity: consumer, Units: units, Fee: upTo(1_000_000) - 1, Relayer: relayer, ValidUntil: until}
	d.lock = intent.Lock{Provider: provider, Channel: uint8(rand.IntN(intent.Channels)), Locked: 1 + upTo(units-1), ValidUntil: until} //nolint:gosec // no secret
	d.promise = intent.Promise{Provider: provider, Channel: d.lock.Channel, Amount: upTo(d.lock.Locked - 1)}
	d.relayFee = upTo(units-d.lock.Locked+1) - 1
	d.paidOut = intent.WithdrawDeposit{To: randomAddress(), Units: upTo(units - d.promise.Amount - d.relayFee), ValidUntil: until}
	d.earnedFee = upTo(d.promise.Amount/intent.EarningsPerFee+1) - 1
	return d
}

func (d *deal) in(contract identity.Address) intent.Domain {
	return intent.Domain{ChainID: d.chainID, Contract: contract}
}

func (d *deal) permit() intent.Permit {
	return intent.Permit{Owner: d.consumer, Spender: d.at.Payments, Value: d.fund.Units + d.fund.Fee, Deadline: uint64(d.until)}
}

// messages are all that are signed, in the order in which they get on chain.
func (d *deal) messages() []message {
	return append(append(d.deposit(), d.channel()...), d.back()...)
}

func (d *deal) deposit() []message {
	register, permit, fund := intent.NewRegister(d.key), d.permit(), d.fund
	return []message{{
		form: "Register", domain: d.in(d.at.Registry), signer: d.consumer, digest: register.Digest,
		value: map[string]any{"identity": d.consumer, "x": text(register.X[:]), "y": text(register.Y[:])},
		check: func(s identity.Signature, in intent.Domain) error {
			return intent.SignedRegister{Register: register, Signature: s}.Verify(in)
		},
		call: func(s identity.Signature) (identity.Address, []byte) {
			return d.at.Registry, intent.SignedRegister{Register: register, Signature: s}.Call()
		},
	}, {
		form: "Permit", domain: d.in(d.at.Coin), signer: d.consumer, digest: permit.Digest,
		value: map[string]any{
			"owner": permit.Owner, "spender": permit.Spender, "value": permit.Value.Wei().String(),
			"nonce": fmt.Sprint(permit.Nonce), "deadline": fmt.Sprint(permit.Deadline),
		},
		check: func(s identity.Signature, in intent.Domain) error {
			return intent.SignedPermit{Permit: permit, Signature: s}.Verify(in)
		},
		call: func(s identity.Signature) (identity.Address, []byte) {
			d.permitted = s
			return d.at.Coin, contracts.NewTestCoin().PackPermit(common.Address(permit.Owner), common.Address(permit.Spender),
				permit.Value.Wei(), new(big.Int).SetUint64(permit.Deadline), 27+s[64], [32]byte(s[:32]), [32]byte(s[32:64]))
		},
	}, {
		form: "Fund", domain: d.in(d.at.Payments), signer: d.consumer, digest: fund.Digest,
		value: map[string]any{
			"owner": fund.Owner, "identity": fund.Identity, "units": fmt.Sprint(uint64(fund.Units)), "fee": fmt.Sprint(uint64(fund.Fee)),
			"relayer": fund.Relayer, "permitNonce": fmt.Sprint(fund.PermitNonce), "validUntil": fund.ValidUntil,
		},
		check: func(s identity.Signature, in intent.Domain) error { return d.funded(s).Verify(in, d.in(d.at.Coin)) },
		call: func(s identity.Signature) (identity.Address, []byte) {
			return d.at.Payments, d.funded(s).Call()
		},
	}}
}

func (d *deal) funded(s identity.Signature) intent.SignedFund {
	return intent.SignedFund{Fund: d.fund, Signature: s, Permit: intent.SignedPermit{Permit: d.permit(), Signature: d.permitted}}
}

// signed is a message to the payments contract.
func (d *deal) signed(form string, signer identity.Address, digest func(intent.Domain) [32]byte, value map[string]any,
	check func(identity.Signature, intent.Domain) error, call func(identity.Signature) []byte,
) message {
	return message{
		form: form, domain: d.in(d.at.Payments), signer: signer, digest: digest, value: value, check: check,
		call: func(s identity.Signature) (identity.Address, []byte) { return d.at.Payments, call(s) },
	}
}

// back is how the consumer gets its deposit back. The reclaim is relayed for a fee.
func (d *deal) back() []message {
	reclaim := intent.Reclaim{Channel: d.lock.Channel, Epoch: 1, ValidUntil: d.until}
	fee := intent.Relay{Relayer: d.relayer, Fee: d.relayFee, Operation: reclaim.Digest(d.in(d.at.Payments))}
	reclaimBy := func(s identity.Signature) intent.SignedReclaim {
		return intent.SignedReclaim{Consumer: d.consumer, Reclaim: reclaim, Signature: s}
	}
	feeBy := func(s identity.Signature) intent.SignedRelay {
		return intent.SignedRelay{Payer: d.consumer, Relay: fee, Signature: s}
	}
	// Nobody signs the withdrawal of earnings: the fee names the call itself, and the provider's nonce.
	withdraw := intent.CallWithdraw(d.provider)
	earned := intent.Relay{Relayer: d.relayer, Fee: d.earnedFee, Operation: intent.CallDigest(withdraw, 0)}
	earnedBy := func(s identity.Signature) intent.SignedRelay {
		return intent.SignedRelay{Payer: d.provider, Relay: earned, Signature: s}
	}
	paidOutBy := func(s identity.Signature) intent.SignedWithdrawDeposit {
		return intent.SignedWithdrawDeposit{Consumer: d.consumer, WithdrawDeposit: d.paidOut, Signature: s}
	}
	return []message{
		d.signed("Reclaim", d.consumer, reclaim.Digest, map[string]any{"channel": reclaim.Channel, "epoch": 1, "validUntil": d.until},
			func(s identity.Signature, in intent.Domain) error { return reclaimBy(s).Verify(in) },
			func(s identity.Signature) []byte {
				d.reclaimed = s
				return reclaimBy(s).Call()
			}),
		d.signed("Relay", d.consumer, fee.Digest,
			map[string]any{"relayer": d.relayer, "fee": fmt.Sprint(uint64(fee.Fee)), "opDigest": text(fee.Operation[:])},
			func(s identity.Signature, in intent.Domain) error { return feeBy(s).Verify(in) },
			func(s identity.Signature) []byte { return feeBy(s).Call(reclaimBy(d.reclaimed).Call()) }),
		d.signed("WithdrawDeposit", d.consumer, d.paidOut.Digest, map[string]any{
			"to": d.paidOut.To, "units": fmt.Sprint(uint64(d.paidOut.Units)), "nonce": "0", "validUntil": d.until,
		}, func(s identity.Signature, in intent.Domain) error { return paidOutBy(s).Verify(in) },
			func(s identity.Signature) []byte { return paidOutBy(s).Call() }),
		d.signed("Relay", d.provider, earned.Digest,
			map[string]any{"relayer": d.relayer, "fee": fmt.Sprint(uint64(earned.Fee)), "opDigest": text(earned.Operation[:])},
			func(s identity.Signature, in intent.Domain) error { return earnedBy(s).Verify(in) },
			func(s identity.Signature) []byte { return earnedBy(s).Call(withdraw) }),
	}
}

func (d *deal) channel() []message {
	lock, promise := d.lock, d.promise
	release := intent.Release{Consumer: d.consumer, Channel: lock.Channel}
	unlock := intent.RequestUnlock{Channel: lock.Channel, ValidUntil: d.until}
	beneficiary := intent.SetBeneficiary{Provider: d.provider, Beneficiary: d.beneficiary}
	signed := d.signed
	lockBy := func(s identity.Signature) intent.SignedLock {
		return intent.SignedLock{Consumer: d.consumer, Lock: lock, Signature: s}
	}
	promiseBy := func(s identity.Signature) intent.SignedPromise {
		return intent.SignedPromise{Consumer: d.consumer, Promise: promise, Signature: s}
	}
	unlockBy := func(s identity.Signature) intent.SignedRequestUnlock {
		return intent.SignedRequestUnlock{Consumer: d.consumer, RequestUnlock: unlock, Signature: s}
	}
	releaseBy := func(s identity.Signature) intent.SignedRelease {
		return intent.SignedRelease{Provider: d.provider, Release: release, Signature: s}
	}
	beneficiaryBy := func(s identity.Signature) intent.SignedSetBeneficiary {
		return intent.SignedSetBeneficiary{SetBeneficiary: beneficiary, Signature: s}
	}
	return []message{
		signed("Lock", d.consumer, lock.Digest, map[string]any{
			"provider": d.provider, "channel": lock.Channel, "epoch": 0, "locked": fmt.Sprint(uint64(lock.Locked)), "validUntil": d.until,
		}, func(s identity.Signature, in intent.Domain) error { return lockBy(s).Verify(in) },
			func(s identity.Signature) []byte { return lockBy(s).Call() }),
		signed("Promise", d.consumer, promise.Digest, map[string]any{
			"provider": d.provider, "channel": promise.Channel, "epoch": 0, "amount": fmt.Sprint(uint64(promise.Amount)),
		}, func(s identity.Signature, in intent.Domain) error { return promiseBy(s).Verify(in) },
			func(s identity.Signature) []byte { return intent.CallClearBatch([]intent.SignedPromise{promiseBy(s)}) }),
		signed("SetBeneficiary", d.provider, beneficiary.Digest, map[string]any{"provider": d.provider, "beneficiary": d.beneficiary},
			func(s identity.Signature, in intent.Domain) error { return beneficiaryBy(s).Verify(in) },
			func(s identity.Signature) []byte { return beneficiaryBy(s).Call() }),
		signed("RequestUnlock", d.consumer, unlock.Digest, map[string]any{"channel": lock.Channel, "epoch": 0, "validUntil": d.until},
			func(s identity.Signature, in intent.Domain) error { return unlockBy(s).Verify(in) },
			func(s identity.Signature) []byte { return unlockBy(s).Call() }),
		signed("Release", d.provider, release.Digest, map[string]any{"consumer": d.consumer, "channel": lock.Channel, "epoch": 0},
			func(s identity.Signature, in intent.Domain) error { return releaseBy(s).Verify(in) },
			func(s identity.Signature) []byte { return releaseBy(s).Call() }),
	}
}

// ledger is the test chain with the contracts on it, and somebody who pays all gas.
type ledger struct {
	t     *testing.T
	chain *dev.Chain
	eth   *ethclient.Client
	at    chain.Contracts
}

func newLedger(t *testing.T) *ledger {
	t.Helper()
	c, err := dev.Start(t.Context(), dev.Config{Period: -1, ChainID: 1 + rand.Uint64N(1<<32)}) //nolint:gosec // no secret
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	at, err := c.Deploy(t.Context(), contracts.Config{})
	if err != nil {
		t.Fatal(err)
	}
	eth, err := ethclient.DialContext(t.Context(), c.URL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(eth.Close)
	return &ledger{t: t, chain: c, eth: eth, at: chain.Contracts{
		Coin: identity.Address(at.Coin), Registry: identity.Address(at.Registry), Payments: identity.Address(at.Payments),
	}}
}

// until is ten minutes after the newest block.
func (l *ledger) until() uint32 {
	l.t.Helper()
	head, err := l.eth.HeaderByNumber(l.t.Context(), nil)
	if err != nil {
		l.t.Fatal(err)
	}
	return uint32(head.Time + 600)
}

// refuses returns why the contract would refuse a call, or nil.
func (l *ledger) refuses(to identity.Address, data []byte) error {
	call := ethereum.CallMsg{From: common.Address(l.chain.Key().Address()), To: (*common.Address)(&to), Data: data}
	_, err := l.eth.CallContract(l.t.Context(), call, nil)
	return err
}

// send puts a call on chain.
func (l *ledger) send(to identity.Address, data []byte) {
	t := l.t
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	key := l.chain.Key()
	nonce, err := l.eth.PendingNonceAt(ctx, common.Address(key.Address()))
	if err != nil {
		t.Fatal(err)
	}
	id := new(big.Int).SetUint64(l.chain.ChainID())
	tx, err := types.SignNewTx(key.ECDSA(), types.LatestSignerForChainID(id), &types.DynamicFeeTx{
		ChainID: id, Nonce: nonce, GasTipCap: big.NewInt(1e9), GasFeeCap: big.NewInt(1e10), Gas: 1_000_000, To: (*common.Address)(&to), Data: data,
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := l.eth.SendTransaction(ctx, tx); err != nil {
		t.Fatal(err)
	}
	l.chain.Commit()
	receipt, err := l.eth.TransactionReceipt(ctx, tx.Hash())
	if err != nil || receipt.Status != types.ReceiptStatusSuccessful {
		t.Fatalf("transaction to %s failed: %v", to, err)
	}
}
