package session

import (
	"fmt"

	"google.golang.org/protobuf/proto"

	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/internal/pb"
	"github.com/mysteriumnetwork/myst/messaging"
	"github.com/mysteriumnetwork/myst/money"
)

// Kinds of messages in a dialogue. Payment messages take PaymentKinds and above; session passes
// them on unread.
const (
	kindRequest uint32 = iota + 1
	kindReply
	kindStart
	kindProgress
	kindStarted
	kindConfirm
	kindEnd
	kindHeartbeat
	kindRelease
	kindReleased
	// PaymentKinds is the first kind that belongs to payments.
	PaymentKinds uint32 = 64
)

const (
	maxServiceType = 32
	maxSignedLock  = 512
	// maxBody bounds every message but payments': driver data and some.
	maxBody = MaxData + 1024
)

func (r Request) encode() messaging.Message {
	w := &pb.SessionRequest{
		Version: Version, Proposal: r.Proposal[:], Correlation: r.Correlation[:], ServiceType: r.ServiceType,
		PerGib: uint64(r.Price.PerGiB), PerHour: uint64(r.Price.PerHour), Setup: uint64(r.Setup), Data: r.Data,
		Channel: uint32(r.Channel), Epoch: uint32(r.Epoch), Lock: uint64(r.Lock), Locked: r.Locked,
	}
	if r.Previous != (ID{}) {
		w.Previous = r.Previous[:]
	}
	return encode(kindRequest, w)
}

// decodeRequest reads flight 1. Another version is a *Refusal, anything else wrong is ErrMessage.
func decodeRequest(m messaging.Message) (Request, error) {
	var w pb.SessionRequest
	if err := decode(m, kindRequest, &w); err != nil {
		return Request{}, err
	}
	if w.Version != Version {
		var correlation [16]byte // so that the consumer knows which request the refusal is for
		fixed(correlation[:], w.Correlation)
		return Request{Correlation: correlation}, Refuse(UnsupportedVersion, fmt.Errorf("session version %d, this node speaks %d", w.Version, Version))
	}
	r := Request{
		ServiceType: w.ServiceType, Price: money.Price{PerGiB: money.Amount(w.PerGib), PerHour: money.Amount(w.PerHour)},
		Setup: money.Amount(w.Setup), Data: w.Data, Channel: uint8(w.Channel), Epoch: uint16(w.Epoch),
		Lock: money.Amount(w.Lock), Locked: w.Locked,
	}
	switch {
	case !fixed(r.Proposal[:], w.Proposal) || !fixed(r.Correlation[:], w.Correlation):
		return Request{}, fmt.Errorf("%w: proposal hash or correlation ID of wrong length", ErrMessage)
	case len(w.Previous) > 0 && !fixed(r.Previous[:], w.Previous):
		return Request{}, fmt.Errorf("%w: a previous session's ID of wrong length", ErrMessage)
	case w.Channel >= intent.Channels || uint32(r.Epoch) != w.Epoch:
		return Request{}, fmt.Errorf("%w: channel %d, epoch %d", ErrMessage, w.Channel, w.Epoch)
	}
	return r, r.validate()
}

func (r Request) validate() error {
	switch {
	case !validServiceType(r.ServiceType):
		return fmt.Errorf("%w: service type %.40q", ErrMessage, r.ServiceType)
	case len(r.Data) > MaxData:
		return fmt.Errorf("%w: %d bytes of driver data", ErrMessage, len(r.Data))
	case r.Lock == 0 || r.Lock > money.MaxLock:
		return fmt.Errorf("%w: a lock of %s coins", ErrMessage, r.Lock)
	case r.Channel >= intent.Channels:
		return fmt.Errorf("%w: channel %d", ErrMessage, r.Channel)
	}
	return nil
}

func validServiceType(s string) bool {
	for _, c := range []byte(s) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return s != "" && len(s) <= maxServiceType
}

// reply is flight 2.
type reply struct {
	refusal     Reason
	correlation [16]byte
	leastLock   money.Amount // of a lock that is too small
	session     ID
	data        []byte
}

func (r reply) encode() messaging.Message {
	w := &pb.SessionReply{Refusal: uint32(r.refusal), Correlation: r.correlation[:]}
	if r.refusal == NoReason {
		w.Session, w.Data = r.session[:], r.data
	}
	if r.refusal == LockTooSmall {
		w.LeastLock = uint64(r.leastLock)
	}
	return encode(kindReply, w)
}

func decodeReply(m messaging.Message) (reply, error) {
	var w pb.SessionReply
	if err := decode(m, kindReply, &w); err != nil {
		return reply{}, err
	}
	r := reply{refusal: Reason(w.Refusal), data: w.Data}
	if !fixed(r.correlation[:], w.Correlation) {
		return reply{}, fmt.Errorf("%w: correlation ID of wrong length", ErrMessage)
	}
	if r.refusal != NoReason {
		refused := reply{refusal: r.refusal.known(), correlation: r.correlation}
		if r.refusal == LockTooSmall {
			refused.leastLock = min(money.Amount(w.LeastLock), money.MaxLock)
		}
		return refused, nil
	}
	if !fixed(r.session[:], w.Session) || r.session == (ID{}) || len(r.data) > MaxData {
		return reply{}, fmt.Errorf("%w: session ID or driver data of wrong length", ErrMessage)
	}
	return r, nil
}

func encodeStart(id ID, s Start) messaging.Message {
	return encode(kindStart, &pb.SessionStart{Session: id[:], SignedLock: s.SignedLock})
}

func decodeStart(m messaging.Message, id ID) (Start, error) {
	var w pb.SessionStart
	if err := decode(m, kindStart, &w); err != nil {
		return Start{}, err
	}
	var got ID
	if !fixed(got[:], w.Session) || got != id {
		return Start{}, fmt.Errorf("%w: start of another session", ErrMessage)
	}
	if len(w.SignedLock) > maxSignedLock {
		return Start{}, fmt.Errorf("%w: a signed lock of %d bytes", ErrMessage, len(w.SignedLock))
	}
	return Start{SignedLock: w.SignedLock}, nil
}

func (p Progress) encode() messaging.Message {
	return encode(kindProgress, &pb.SessionProgress{Stage: uint32(p.Stage), Confirmations: p.Confirmations, Needed: p.Needed})
}

func decodeProgress(m messaging.Message) (Progress, error) {
	var w pb.SessionProgress
	if err := decode(m, kindProgress, &w); err != nil {
		return Progress{}, err
	}
	if w.Stage != uint32(StageSubmitted) && w.Stage != uint32(StageConfirming) {
		return Progress{}, fmt.Errorf("%w: stage %d", ErrMessage, w.Stage)
	}
	return Progress{Stage: Stage(w.Stage), Confirmations: w.Confirmations, Needed: w.Needed}, nil
}

func encodeStarted(data []byte) messaging.Message {
	return encode(kindStarted, &pb.SessionStarted{Data: data})
}

func decodeStarted(m messaging.Message) ([]byte, error) {
	var w pb.SessionStarted
	if err := decode(m, kindStarted, &w); err != nil {
		return nil, err
	}
	if len(w.Data) > MaxData {
		return nil, fmt.Errorf("%w: %d bytes of driver data", ErrMessage, len(w.Data))
	}
	return w.Data, nil
}

func encodeConfirm(r Reason) messaging.Message {
	return encode(kindConfirm, &pb.SessionConfirm{Reason: uint32(r)})
}

func decodeConfirm(m messaging.Message) (Reason, error) {
	var w pb.SessionConfirm
	if err := decode(m, kindConfirm, &w); err != nil {
		return NoReason, err
	}
	return Reason(w.Reason).known(), nil
}

func encodeEnd(r Reason) messaging.Message {
	return encode(kindEnd, &pb.SessionEnd{Reason: uint32(r)})
}

func decodeEnd(m messaging.Message) (Reason, error) {
	var w pb.SessionEnd
	if err := decode(m, kindEnd, &w); err != nil {
		return NoReason, err
	}
	if w.Reason == uint32(NoReason) {
		return Finished, nil
	}
	return Reason(w.Reason).known(), nil
}

// known maps codes of a later version to Internal; zero stays.
func (r Reason) known() Reason {
	if _, ok := reasonNames[r]; ok {
		return r
	}
	return Internal
}

func encode(kind uint32, m proto.Message) messaging.Message {
	body, err := proto.Marshal(m)
	if err != nil { // only for invalid UTF-8, and service types are checked
		body = nil
	}
	return messaging.Message{Kind: kind, Body: body}
}

func decode(m messaging.Message, kind uint32, into proto.Message) error {
	if m.Kind != kind {
		return fmt.Errorf("%w: kind %d, want %d", ErrMessage, m.Kind, kind)
	}
	if len(m.Body) > maxBody {
		return fmt.Errorf("%w: %d bytes", ErrMessage, len(m.Body))
	}
	if err := proto.Unmarshal(m.Body, into); err != nil {
		return fmt.Errorf("%w: %w", ErrMessage, err)
	}
	return nil
}

// fixed copies a field of fixed size and tells whether it has that size.
func fixed(into, from []byte) bool { return copy(into, from) == len(into) && len(from) == len(into) }
