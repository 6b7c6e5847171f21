//go:build e2e

package ethers

import (
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/contracts"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
)

// elsewhere are domains in which a signature must not be worth anything here.
func elsewhere(d intent.Domain) map[string]intent.Domain {
	chain, contract := d, d
	chain.ChainID += 1 + rand.Uint64N(1000) //nolint:gosec // no secret
	contract.Contract = randomAddress()
	return map[string]intent.Domain{"another chain": chain, "another contract": contract}
}

// What ethers signs, myst and the contracts accept; what it signs for another chain or another contract, or for
// somebody else, and the high-s twin of a signature, they refuse.
func TestEthersSigns(t *testing.T) {
	w, l := newWallet(t), newLedger(t)
	consumer, key := w.key()
	provider, _ := w.key()
	stranger, _ := w.key()
	d := newDeal(l.at, l.chain.ChainID(), l.chain.Key().Address(), consumer, provider, key, l.until())
	l.send(l.at.Coin, contracts.NewTestCoin().PackMint(common.Address(consumer), (d.fund.Units+d.fund.Fee).Wei()))
	messages := d.messages()
	for _, m := range messages {
		good := w.sign(m.signer, m, m.domain)
		bad := map[string]identity.Signature{"high s": twin(good), "somebody else": w.sign(stranger, m, m.domain)}
		for name, other := range elsewhere(m.domain) {
			bad[name] = w.sign(m.signer, m, other)
		}
		for name, sig := range bad {
			if err := m.check(sig, m.domain); !errors.Is(err, identity.ErrSignature) {
				t.Errorf("%s, %s: myst says %v", m.form, name, err)
			}
			if err := l.refuses(m.call(sig)); err == nil {
				t.Errorf("%s, %s: the contract takes it", m.form, name)
			}
		}
		to, data := m.call(good)
		if err := errors.Join(m.check(good, m.domain), l.refuses(to, data)); err != nil {
			t.Fatalf("%s of %v: %v", m.form, m.value, err)
		}
		if m.form != "Permit" && m.form != "Reclaim" { // these come with the fund and the fee
			l.send(to, data)
		}
	}
	if len(messages) != 12 {
		t.Errorf("%d messages", len(messages))
	}
	tookEffect(t, l, d)
}

// tookEffect reads from the chain what the deal led to.
func tookEffect(t *testing.T, l *ledger, d *deal) {
	t.Helper()
	client, err := chain.NewClient(chain.ClientConfig{URLs: []string{l.chain.URL()}, ChainID: l.chain.ChainID()})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = client.Close() }()
	p := chain.NewPayments(client, l.at)
	if balance, err := p.Balance(t.Context(), d.consumer); err != nil || balance != d.fund.Units-d.promise.Amount-d.relayFee-d.paidOut.Units {
		t.Errorf("deposit %d, %v; want %d", balance, err, d.fund.Units-d.promise.Amount-d.relayFee-d.paidOut.Units)
	}
	if coins, err := p.CoinBalance(t.Context(), d.paidOut.To); err != nil || coins != d.paidOut.Units {
		t.Errorf("paid out %d, %v; want %d", coins, err, d.paidOut.Units)
	}
	earned, err := p.Earnings(t.Context(), d.provider)
	if err != nil || earned.Gross != 0 || earned.Beneficiary != d.beneficiary {
		t.Errorf("earnings %+v, %v; want none for %s", earned, err, d.beneficiary)
	}
	left := d.promise.Amount - d.earnedFee
	net := left - (left*contracts.DefaultFeePerMyriad+9_999)/10_000
	if coins, err := p.CoinBalance(t.Context(), d.beneficiary); err != nil || coins != net {
		t.Errorf("earnings paid out %d, %v; want %d", coins, err, net)
	}
	want := chain.Channel{Epoch: 2}
	if c, err := p.Channel(t.Context(), d.consumer, d.lock.Channel, 0); err != nil || c != want {
		t.Errorf("channel %+v, %v; want %+v", c, err, want)
	}
	if fee, err := p.Earnings(t.Context(), d.relayer); err != nil || fee.Gross != d.fund.Fee+d.relayFee+d.earnedFee {
		t.Errorf("relayer's fee %+v, %v; want %d", fee, err, d.fund.Fee+d.relayFee+d.earnedFee)
	}
}

func newKey(t *testing.T) *identity.Key {
	t.Helper()
	key, err := identity.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// What myst signs, ethers verifies, and it refuses what myst refuses.
func TestEthersVerifies(t *testing.T) {
	w := newWallet(t)
	for range 10 {
		consumer, provider, stranger := newKey(t), newKey(t), newKey(t)
		at := chain.Contracts{Coin: randomAddress(), Registry: randomAddress(), Payments: randomAddress()}
		d := newDeal(at, 1+rand.Uint64N(1<<50), randomAddress(), consumer.Address(), provider.Address(), consumer.PublicKey(), rand.Uint32()) //nolint:gosec // no secret
		for _, m := range d.messages() {
			signer := consumer
			if m.signer == provider.Address() {
				signer = provider
			}
			sign := func(k *identity.Key, in intent.Domain) identity.Signature {
				sig, err := k.Sign(m.digest(in))
				if err != nil {
					t.Fatal(err)
				}
				return sig
			}
			good := sign(signer, m.domain)
			if !w.verifies(m.signer, m, m.domain, good) {
				t.Errorf("%s of %v: ethers refuses it", m.form, m.value)
			}
			bad := map[string]identity.Signature{"high s": twin(good), "somebody else": sign(stranger, m.domain)}
			for name, other := range elsewhere(m.domain) {
				bad[name] = sign(signer, other)
			}
			for name, sig := range bad {
				if w.verifies(m.signer, m, m.domain, sig) {
					t.Errorf("%s, %s: ethers takes it", m.form, name)
				}
			}
		}
	}
}

// The functions that a node signs with make what ethers verifies.
func TestEthersVerifiesOurOwnFunctions(t *testing.T) {
	w, consumer, provider := newWallet(t), newKey(t), newKey(t)
	at := chain.Contracts{Coin: randomAddress(), Registry: randomAddress(), Payments: randomAddress()}
	d := newDeal(at, 1+rand.Uint64N(1<<50), randomAddress(), consumer.Address(), provider.Address(), consumer.PublicKey(), rand.Uint32()) //nolint:gosec // no secret
	payments, coin := d.in(at.Payments), d.in(at.Coin)
	register, err1 := intent.SignRegister(consumer, d.key, d.in(at.Registry))
	fund, err2 := intent.SignFund(consumer, d.fund, payments, coin)
	lock, err3 := intent.SignLock(consumer, d.lock, payments)
	promise, err4 := intent.SignPromise(consumer, d.promise, payments)
	beneficiary, err5 := intent.SignSetBeneficiary(provider, intent.SetBeneficiary{Provider: d.provider, Beneficiary: d.beneficiary}, payments)
	unlock, err6 := intent.SignRequestUnlock(consumer, intent.RequestUnlock{Channel: d.lock.Channel, ValidUntil: d.until}, payments)
	release, err7 := intent.SignRelease(provider, intent.Release{Consumer: d.consumer, Channel: d.lock.Channel}, payments)
	reclaimed := intent.Reclaim{Channel: d.lock.Channel, Epoch: 1, ValidUntil: d.until}
	reclaim, err8 := intent.SignReclaim(consumer, reclaimed, payments)
	paidOut, err9 := intent.SignWithdrawDeposit(consumer, d.paidOut, payments)
	fee, err10 := intent.SignRelay(consumer, intent.Relay{Relayer: d.relayer, Fee: d.relayFee, Operation: reclaimed.Digest(payments)}, payments)
	earned, err11 := intent.SignRelay(provider, intent.Relay{
		Relayer: d.relayer, Fee: d.earnedFee, Operation: intent.CallDigest(intent.CallWithdraw(d.provider), 0),
	}, payments)
	if err := errors.Join(err1, err2, err3, err4, err5, err6, err7, err8, err9, err10, err11); err != nil {
		t.Fatal(err)
	}
	signatures := map[string]identity.Signature{
		"Register": register.Signature, "Fund": fund.Signature, "Permit": fund.Permit.Signature, "Lock": lock.Signature, "Promise": promise.Signature,
		"SetBeneficiary": beneficiary.Signature, "RequestUnlock": unlock.Signature, "Release": release.Signature,
		"Reclaim": reclaim.Signature, "WithdrawDeposit": paidOut.Signature, "Relay": fee.Signature,
		"Relay of earnings": earned.Signature,
	}
	for _, m := range d.messages() {
		signed := m.form
		if signed == "Relay" && m.signer == d.provider {
			signed = "Relay of earnings"
		}
		if !w.verifies(m.signer, m, m.domain, signatures[signed]) {
			t.Errorf("%s of %v: ethers refuses it", m.form, m.value)
		}
	}
}

// Everything else that an identity signs is the hash of a text of ours: the signature over a digest is the same
// thing in both.
func TestDigests(t *testing.T) {
	w := newWallet(t)
	theirs, _ := w.key()
	ours := newKey(t)
	for range 10 {
		secret := randomAddress()
		digest := identity.Keccak256(secret[:])
		sig := w.signature(w.do("signDigest", map[string]any{"who": theirs, "digest": text(digest[:])}).Signature)
		if err := identity.Verify(theirs, digest, sig); err != nil {
			t.Error(err)
		}
		if err := identity.Verify(theirs, digest, twin(sig)); !errors.Is(err, identity.ErrSignature) {
			t.Errorf("high s: %v", err)
		}
		sig, err := ours.Sign(digest)
		if err != nil {
			t.Fatal(err)
		}
		recovered := func(s identity.Signature) answer {
			return w.try("recoverDigest", map[string]any{"digest": text(digest[:]), "signature": show(s)})
		}
		if a := recovered(sig); a.Address != ours.Address() {
			t.Errorf("ethers recovers %+v, not %s", a, ours.Address())
		}
		if a := recovered(twin(sig)); a.Error == "" {
			t.Errorf("high s: ethers recovers %+v", a)
		}
	}
}
