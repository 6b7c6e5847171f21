package payments

import (
	"fmt"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/internal/pb"
	"github.com/mysteriumnetwork/myst/money"
)

// Kinds of payment messages; session leaves the numbers from 64 to payments.
const (
	KindPayment uint32 = 64
	KindBill    uint32 = 65
)

// maxMessage bounds an encoded payment message, in bytes.
const maxMessage = 1024

// maxCount bounds byte counts and times that a peer names, so that sums of two cannot overflow.
const maxCount = 1 << 62

// Flags of a payment and of a bill.
const (
	flagHello  = 1 << iota // the payment names the base
	flagPaused             // the consumer's probes fail
	flagFinal              // nothing more is sent (payment) or served (bill)
	flagLast               // the consumer pays no more after this

	paymentFlags = flagHello | flagPaused | flagFinal | flagLast

	billFinal   = 1
	billStopped = 2
	billWhole   = 4
	billFlags   = billFinal | billStopped | billWhole
)

// payment goes from consumer to provider.
type payment struct {
	sequence, echo uint64
	received       uint64 // by the consumer
	peerReceived   uint64 // by the provider, as paid for
	elapsed        time.Duration
	flags          uint32
	maxWindow      uint64
	base, settles  money.Amount
	promise        *intent.SignedPromise // the consumer's address is the peer's, and does not travel
	arrears        *intent.SignedPromise // of an earlier session, on another payment channel
}

func (p payment) has(flag uint32) bool { return p.flags&flag != 0 }

// bill goes from provider to consumer.
type bill struct {
	ack, mark uint64
	received  uint64 // by the provider
	window    uint64
	debt      money.Amount
	newest    money.Amount
	promise   *intent.SignedPromise
	refusal   refusal
	final     bool
	stopped   bool // the traffic is: report, and pay
	whole     bool // debt is all that there is: no older session is open here
}

// refusal tells a consumer why its promise was not taken.
type refusal uint32

var refusals = []error{
	nil, ErrMessage, ErrWrongProvider, ErrWrongConsumer, ErrWrongChannel, ErrWrongEpoch, ErrNotGrowing, ErrAboveLock,
	ErrTooLittle, identity.ErrSignature, ErrDebt,
}

const refusedNotGrowing refusal = 6

func (p payment) encode() ([]byte, error) {
	return proto.Marshal(&pb.Payment{
		Sequence: p.sequence, Echo: p.echo, Received: p.received, PeerReceived: p.peerReceived,
		ElapsedMs: uint64(p.elapsed.Milliseconds()), Flags: p.flags, MaxWindow: p.maxWindow,
		Base: uint64(p.base), Settles: uint64(p.settles), Promise: encodePromise(p.promise),
		Arrears: encodePromise(p.arrears),
	})
}

// EncodePayment makes the message (KindPayment) with which a consumer pays for the bytes that it received in a session,
// by the first promises of an epoch, for programs that play a consumer. The sequence numbers of a session begin with 1.
func EncodePayment(sequence, received uint64, promise intent.SignedPromise) ([]byte, error) {
	body, err := payment{sequence: sequence, received: received, flags: flagHello, promise: &promise}.encode()
	if err != nil {
		return nil, fmt.Errorf("encode payment: %w", err)
	}
	return body, nil
}

func decodePayment(body []byte, consumer identity.Address) (payment, error) {
	var w pb.Payment
	if err := unmarshal(body, &w); err != nil {
		return payment{}, err
	}
	if w.Sequence == 0 || w.Flags&^paymentFlags != 0 || w.Received > maxCount || w.PeerReceived > maxCount ||
		w.ElapsedMs > maxCount/uint64(time.Millisecond) || w.Base > uint64(money.MaxLock) || w.Settles > uint64(money.MaxLock) {
		return payment{}, fmt.Errorf("%w: payment with figures out of range", ErrMessage)
	}
	promise, err := decodePromise(w.Promise, consumer)
	if err != nil {
		return payment{}, err
	}
	arrears, err := decodePromise(w.Arrears, consumer)
	return payment{
		sequence: w.Sequence, echo: w.Echo, received: w.Received, peerReceived: w.PeerReceived,
		elapsed: time.Duration(w.ElapsedMs) * time.Millisecond, flags: w.Flags, maxWindow: w.MaxWindow,
		base: money.Amount(w.Base), settles: money.Amount(w.Settles), promise: promise,
		arrears: arrears,
	}, err
}

func (b bill) encode() ([]byte, error) {
	w := &pb.PaymentBill{
		Ack: b.ack, Mark: b.mark, Received: b.received, Window: b.window,
		Debt: uint64(b.debt), Newest: uint64(b.newest), Promise: encodePromise(b.promise), Refusal: uint32(b.refusal),
	}
	if b.final {
		w.Flags |= billFinal
	}
	if b.stopped {
		w.Flags |= billStopped
	}
	if b.whole {
		w.Flags |= billWhole
	}
	return proto.Marshal(w)
}

func decodeBill(body []byte, consumer identity.Address) (bill, error) {
	var w pb.PaymentBill
	if err := unmarshal(body, &w); err != nil {
		return bill{}, err
	}
	if w.Flags&^billFlags != 0 || w.Received > maxCount || w.Debt > 1<<62 || w.Newest > uint64(money.MaxLock) || w.Refusal >= uint32(len(refusals)) {
		return bill{}, fmt.Errorf("%w: bill with figures out of range", ErrMessage)
	}
	promise, err := decodePromise(w.Promise, consumer)
	return bill{
		ack: w.Ack, mark: w.Mark, received: w.Received, window: w.Window, debt: money.Amount(w.Debt),
		newest: money.Amount(w.Newest), promise: promise, refusal: refusal(w.Refusal), final: w.Flags&billFinal != 0, stopped: w.Flags&billStopped != 0,
		whole: w.Flags&billWhole != 0,
	}, err
}

func encodePromise(p *intent.SignedPromise) *pb.PaymentPromise {
	if p == nil {
		return nil
	}
	return &pb.PaymentPromise{
		Provider: p.Provider[:], Channel: uint32(p.Channel), Epoch: uint32(p.Epoch), Amount: uint64(p.Amount), Signature: p.Signature[:],
	}
}

// decodePromise reads a promise that the consumer should have signed; nothing is verified yet.
func decodePromise(w *pb.PaymentPromise, consumer identity.Address) (*intent.SignedPromise, error) {
	if w == nil {
		return nil, nil
	}
	if len(w.Provider) != len(identity.Address{}) || len(w.Signature) != len(identity.Signature{}) ||
		w.Channel >= intent.Channels || w.Epoch > 1<<16-1 || w.Amount == 0 || w.Amount > uint64(money.MaxLock) {
		return nil, fmt.Errorf("%w: promise with fields out of range", ErrMessage)
	}
	return &intent.SignedPromise{
		Consumer: consumer,
		Promise: intent.Promise{
			Provider: identity.Address(w.Provider), Channel: uint8(w.Channel), Epoch: uint16(w.Epoch), Amount: money.Amount(w.Amount),
		},
		Signature: identity.Signature(w.Signature),
	}, nil
}

func unmarshal(body []byte, into proto.Message) error {
	if len(body) > maxMessage {
		return fmt.Errorf("%w: %d bytes", ErrMessage, len(body))
	}
	if err := proto.Unmarshal(body, into); err != nil {
		return fmt.Errorf("%w: %w", ErrMessage, err)
	}
	return nil
}
