package intent

import (
	"context"
	"crypto/ecdsa"
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/accounts/abi/bind/v2"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/ethclient/simulated"

	"github.com/mysteriumnetwork/myst/contracts"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/money"
)

// testChain is go-ethereum's simulated chain, with a relayer who pays all gas.
type testChain struct {
	*testing.T
	backend *simulated.Backend
	relayer *identity.Key
	id      *big.Int
}

func newTestChain(t *testing.T) *testChain {
	relayer := testKey(t, 3)
	backend := simulated.NewBackend(types.GenesisAlloc{
		common.Address(relayer.Address()): {Balance: new(big.Int).Lsh(big.NewInt(1), 80)},
	})
	t.Cleanup(func() {
		if err := backend.Close(); err != nil {
			t.Error(err)
		}
	})
	id, err := backend.Client().ChainID(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return &testChain{T: t, backend: backend, relayer: relayer, id: id}
}

// sealing mines a block for every transaction, so that waiting for a receipt ends.
type sealing struct {
	simulated.Client
	backend *simulated.Backend
}

func (s sealing) SendTransaction(ctx context.Context, tx *types.Transaction) error {
	err := s.Client.SendTransaction(ctx, tx)
	s.backend.Commit()
	return err
}

func (c *testChain) deploy(key *ecdsa.PrivateKey, cfg contracts.Config) contracts.Addresses {
	c.Helper()
	at, err := contracts.Deploy(c.Context(), sealing{c.backend.Client(), c.backend}, bind.NewKeyedTransactor(key, c.id), cfg)
	if err != nil {
		c.Fatal(err)
	}
	return at
}

// send has the relayer carry a call out and returns its logs.
func (c *testChain) send(to common.Address, data []byte) []*types.Log {
	c.Helper()
	client := c.backend.Client()
	nonce, err := client.PendingNonceAt(c.Context(), common.Address(c.relayer.Address()))
	if err != nil {
		c.Fatal(err)
	}
	tx, err := types.SignNewTx(c.relayer.ECDSA(), types.LatestSignerForChainID(c.id), &types.DynamicFeeTx{
		ChainID: c.id, Nonce: nonce, GasTipCap: big.NewInt(1e9), GasFeeCap: big.NewInt(4e9), Gas: 2_000_000, To: &to, Data: data,
	})
	if err != nil {
		c.Fatal(err)
	}
	if err := client.SendTransaction(c.Context(), tx); err != nil {
		c.Fatal(err)
	}
	c.backend.Commit()
	receipt, err := client.TransactionReceipt(c.Context(), tx.Hash())
	if err != nil {
		c.Fatal(err)
	}
	if receipt.Status != types.ReceiptStatusSuccessful {
		_, err := c.call(to, data)
		c.Fatalf("transaction failed: %v", err)
	}
	return receipt.Logs
}

// call has the relayer try a call.
func (c *testChain) call(to common.Address, data []byte) ([]byte, error) {
	msg := ethereum.CallMsg{From: common.Address(c.relayer.Address()), To: &to, Data: data}
	return c.backend.Client().CallContract(c.Context(), msg, nil)
}

func view[T any](c *testChain, to common.Address, data []byte, unpack func([]byte) (T, error)) T {
	c.Helper()
	out, err := c.backend.Client().CallContract(c.Context(), ethereum.CallMsg{To: &to, Data: data}, nil)
	if err != nil {
		c.Fatal(err)
	}
	value, err := unpack(out)
	if err != nil {
		c.Fatal(err)
	}
	return value
}

// expect fails the test unless what was read is as wanted.
func (c *testChain) expect(ok bool, format string, args ...any) {
	c.Helper()
	if !ok {
		c.Fatalf(format, args...)
	}
}

// example deploys the contracts and signs one of every intent for them.
func (c *testChain) example() (signedExample, contracts.Addresses) {
	c.Helper()
	at := c.deploy(c.relayer.ECDSA(), contracts.Config{Treasury: common.Address(testAddress(0x77))})
	header, err := c.backend.Client().HeaderByNumber(c.Context(), nil)
	c.expect(err == nil, "newest header: %v", err)
	return newExample(c, c.id.Uint64(), identity.Address(at.Registry), identity.Address(at.Payments),
		identity.Address(at.Coin), uint32(header.Time)+600), at
}

// TestWholePathOnChain carries every call of a paid session out on go-ethereum's own virtual
// machine, from registration to the collected fee, with signatures made here and nothing else.
func TestWholePathOnChain(t *testing.T) {
	c := newTestChain(t)
	e, at := c.example()
	consumer, provider := common.Address(e.consumer.Address()), common.Address(e.provider.Address())
	registry, payments, coin := contracts.NewRegistry(), contracts.NewPayments(), contracts.NewTestCoin()
	readChannel := func() contracts.ChannelOutput {
		return view(c, at.Payments, payments.PackChannel(consumer, 4), payments.UnpackChannel)
	}

	// Register: the chain knows the key, and computes both coordinates.
	c.send(at.Registry, e.register.Call())
	key := view(c, at.Registry, registry.PackPublicKey(consumer), registry.UnpackPublicKey)
	c.expect(key.X == e.register.X && key.Y == e.register.Y, "public key on chain is %x %x", key.X, key.Y)

	// Deposit: the consumer has coins, but no gas.
	c.send(at.Coin, coin.PackMint(consumer, money.Amount(10_025_000).Wei()))
	c.send(at.Payments, e.fund.Call())
	account := view(c, at.Payments, payments.PackAccount(consumer), payments.UnpackAccount)
	c.expect(account.Balance == 10_000_000, "deposit is %d", account.Balance)

	// Lock, in both ways.
	c.send(at.Payments, e.lock.Call())
	more := e.lock.Lock
	more.Locked += 1_000_000
	topUp, err := SignLock(e.consumer, more, e.payments)
	c.expect(err == nil, "sign: %v", err)
	c.send(at.Payments, CallLockMany([]SignedLock{e.lock, topUp}))
	channel := readChannel()
	c.expect(channel.Provider == provider && channel.Locked.Uint64() == 6_000_000 && channel.Epoch == 0, "channel is %+v", channel)

	// Check, clear and withdraw.
	check := view(c, at.Payments, e.promise.CallCheck(), payments.UnpackCheck)
	c.expect(check.Consumer == consumer && check.Due.Uint64() == uint64(e.promise.Amount), "check says %+v", check)
	c.send(at.Payments, e.setBeneficiary.Call())
	logs := c.send(at.Payments, CallClearBatch([]SignedPromise{e.promise}))
	cleared, err := payments.UnpackClearedEvent(logs[0])
	c.expect(err == nil && cleared.Consumer == consumer && cleared.Paid.Uint64() == uint64(e.promise.Amount), "event is %+v, %v", cleared, err)
	logs = c.send(at.Payments, e.clearingFee.Call(e.clearing))
	charged, err := payments.UnpackRelayedFromEarningsEvent(logs[1])
	c.expect(err == nil && charged.Provider == provider && charged.Fee == 20_000, "event is %+v, %v", charged, err)
	logs = c.send(at.Payments, e.withdrawingFee.Call(CallWithdraw(e.provider.Address())))
	withdrawn, err := payments.UnpackWithdrawnEvent(logs[1])
	c.expect(err == nil, "event: %v", err)
	// 5 % of 2,000,000 less both fees.
	c.expect(withdrawn.Net.Uint64() == 1_866_750 && withdrawn.Fee.Uint64() == 98_250 &&
		withdrawn.To == common.Address(e.setBeneficiary.Beneficiary), "withdrawn %+v", withdrawn)
	c.send(at.Payments, CallCollect())
	fees := view(c, at.Coin, coin.PackBalanceOf(common.Address(testAddress(0x77))), coin.UnpackBalanceOf)
	c.expect(fees.Cmp(money.Amount(98_250).Wei()) == 0, "the treasury has %s", fees)

	// Free the channel: asked for by the consumer, agreed to by the provider.
	c.send(at.Payments, e.requestUnlock.Call())
	c.send(at.Payments, e.release.Call())
	channel = readChannel()
	c.expect(channel.Provider == common.Address{} && channel.Epoch == 1 &&
		channel.Locked.Uint64() == 6_000_000-2_000_000, "channel is %+v", channel)
}

// The EIP-712 domain of the deployed contracts is the one that is signed for.
func TestSeparatorsEqualTheContracts(t *testing.T) {
	c := newTestChain(t)
	_, at := c.example()
	coin := contracts.NewTestCoin()
	got := view(c, at.Coin, coin.PackDOMAINSEPARATOR(), coin.UnpackDOMAINSEPARATOR)
	want := Domain{ChainID: c.id.Uint64(), Contract: identity.Address(at.Coin)}.Separator()
	if got != want {
		t.Fatalf("the coin's domain separator is %x, not %x", got, want)
	}
}
