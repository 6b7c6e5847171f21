package intent

import (
	"bytes"
	"errors"
	"testing"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"

	"github.com/mysteriumnetwork/myst/contracts"
	"github.com/mysteriumnetwork/myst/money"
)

// Packed promises clear on go-ethereum's own virtual machine as others do.
func TestClearPackedOnChain(t *testing.T) {
	c := newTestChain(t)
	e, at := c.example()
	payments, coin := contracts.NewPayments(), contracts.NewTestCoin()
	consumer := common.Address(e.consumer.Address())
	c.send(at.Coin, coin.PackMint(consumer, money.Amount(10_025_000).Wei()))
	c.send(at.Payments, e.fund.Call())
	c.send(at.Payments, e.lock.Call())

	promises := make([]SignedPromise, 3)
	for i := range promises {
		p := e.promise.Promise
		p.Amount = money.Amount(1000 * (i + 1))
		signed, err := SignPromise(e.consumer, p, e.payments)
		c.expect(err == nil, "sign: %v", err)
		promises[i] = signed
	}
	call, err := CallClearPacked(promises)
	c.expect(err == nil, "pack: %v", err)
	event, err := payments.UnpackClearedPackedEvent(c.send(at.Payments, call)[0])
	c.expect(err == nil && len(event.Records) == 3*28, "event %+v, %v", event, err)
	last := append(append([]byte{e.promise.Channel}, consumer[:]...), byte(e.promise.Epoch>>8), byte(e.promise.Epoch), 0, 0, 0, 3000>>8, 3000&0xff)
	c.expect(bytes.Equal(event.Records[56:], last), "last record %x, want %x", event.Records[56:], last)
	channel := view(c, at.Payments, payments.PackChannel(consumer, e.promise.Channel), payments.UnpackChannel)
	c.expect(channel.Cleared.Uint64() == 3000, "channel is %+v", channel)
}

func TestClearPackedNamesOneProvider(t *testing.T) {
	other := SignedPromise{Promise: Promise{Provider: testAddress(1)}}
	for _, promises := range [][]SignedPromise{nil, {other, {Promise: Promise{Provider: testAddress(2)}}}} {
		if _, err := CallClearPacked(promises); !errors.Is(err, ErrMalformed) {
			t.Errorf("%d promises: %v", len(promises), err)
		}
	}
}

// What is called to clear promises is the call that uses less gas, of one promise too.
func TestCallClearIsTheCheaper(t *testing.T) {
	c := newTestChain(t)
	e, at := c.example()
	coin := contracts.NewTestCoin()
	c.send(at.Coin, coin.PackMint(common.Address(e.consumer.Address()), money.Amount(10_025_000).Wei()))
	c.send(at.Payments, e.fund.Call())
	c.send(at.Payments, e.lock.Call())
	promises := []SignedPromise{e.promise}
	gas := func(data []byte) uint64 {
		used, err := c.backend.Client().EstimateGas(t.Context(), ethereum.CallMsg{To: &at.Payments, Data: data})
		c.expect(err == nil, "estimate: %v", err)
		return used
	}
	for range 3 {
		if packed, batch := gas(CallClear(promises)), gas(CallClearBatch(promises)); packed >= batch {
			t.Errorf("%d promises: %d gas, %d by clearBatch", len(promises), packed, batch)
		}
		promises = append(promises, promises...)
	}
	several := []SignedPromise{e.promise, {Promise: Promise{Provider: testAddress(2)}, Signature: e.promise.Signature}}
	if !bytes.Equal(CallClear(several), CallClearBatch(several)) {
		t.Error("promises to several providers are not cleared by clearBatch")
	}
}
