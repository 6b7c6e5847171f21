package messaging

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/internal/pb"
)

const (
	wireVersion = 1
	// minPadded is the smallest size of a sealed message, in bytes; others are powers of two.
	minPadded     = 512
	maxPadded     = 32 << 10
	sealOverhead  = 16 // Poly1305 tag
	encSize       = 1120
	publicKeySize = 1216
)

// errMalformed says that bytes are not a message in its canonical encoding.
var errMalformed = errors.New("malformed")

// dialogueID names a dialogue; the opener draws it at random.
type dialogueID [16]byte

// direction tells a dialogue's two streams apart.
type direction uint8

const (
	fromOpener direction = 1
	toOpener   direction = 2
)

// envelope is the outer message; pb.MessagingEnvelope documents the fields.
type envelope struct {
	dialogue   dialogueID
	direction  direction
	sequence   uint64
	keyID      uint32
	enc        []byte
	ciphertext []byte
}

func (v envelope) wire() *pb.MessagingEnvelope {
	return &pb.MessagingEnvelope{
		Version: wireVersion, Dialogue: v.dialogue[:], Direction: uint32(v.direction),
		Sequence: v.sequence, KeyId: v.keyID, Enc: v.enc, Ciphertext: v.ciphertext,
	}
}

func (v envelope) encode() []byte { return marshal(v.wire()) }

// additionalData is what the ciphertext is bound to: the encoding of fields 1 to 6.
func (v envelope) additionalData() []byte {
	v.ciphertext = nil
	return v.encode()
}

// decodeEnvelope reads an envelope and refuses everything that no honest end sends.
func decodeEnvelope(b []byte) (envelope, error) {
	if len(b) > MaxEnvelope {
		return envelope{}, fmt.Errorf("envelope of %d bytes, at most %d: %w", len(b), MaxEnvelope, errMalformed)
	}
	var w pb.MessagingEnvelope
	if err := unmarshal(b, &w); err != nil {
		return envelope{}, fmt.Errorf("envelope: %w", err)
	}
	v := envelope{
		direction: direction(w.Direction), sequence: w.Sequence, keyID: w.KeyId,
		enc: w.Enc, ciphertext: w.Ciphertext,
	}
	padded := len(w.Ciphertext) - sealOverhead
	switch {
	case w.Version != wireVersion:
		return envelope{}, fmt.Errorf("envelope version %d, want %d: %w", w.Version, wireVersion, errMalformed)
	case len(w.Dialogue) != len(v.dialogue):
		return envelope{}, fmt.Errorf("envelope: dialogue of %d bytes: %w", len(w.Dialogue), errMalformed)
	case w.Direction != uint32(fromOpener) && w.Direction != uint32(toOpener):
		return envelope{}, fmt.Errorf("envelope: direction %d: %w", w.Direction, errMalformed)
	case w.Sequence == 0 || w.Sequence == math.MaxUint64:
		return envelope{}, fmt.Errorf("envelope: sequence %d: %w", w.Sequence, errMalformed)
	case v.isFlight() != (len(w.Enc) == encSize) || !v.isFlight() && len(w.Enc) != 0:
		return envelope{}, fmt.Errorf("envelope: encapsulation of %d bytes: %w", len(w.Enc), errMalformed)
	case v.isFirst() != (w.KeyId != 0):
		return envelope{}, fmt.Errorf("envelope: key ID %d: %w", w.KeyId, errMalformed)
	case padded < minPadded || padded > maxPadded || padded&(padded-1) != 0:
		return envelope{}, fmt.Errorf("envelope: ciphertext of %d bytes: %w", len(w.Ciphertext), errMalformed)
	}
	v.dialogue = dialogueID(w.Dialogue)
	return v, nil
}

// isFirst says whether this is flight 1.
func (v envelope) isFirst() bool { return v.direction == fromOpener && v.sequence == 1 }

// isFlight says whether this is flight 1, 2 or 3.
func (v envelope) isFlight() bool {
	return v.direction == fromOpener && v.sequence <= 2 || v.direction == toOpener && v.sequence == 1
}

// sealed is the plaintext of an envelope.
type sealed struct {
	sender    identity.Address
	payload   []byte
	signature identity.Signature
}

// encode pads to a power of two. ErrTooLarge: it would be above maxPadded.
func (s sealed) encode() ([]byte, error) {
	w := &pb.MessagingSealed{Sender: s.sender[:], Payload: s.payload, Signature: s.signature[:]}
	plain := proto.Size(w)
	for size := minPadded; size <= maxPadded; size *= 2 {
		if n, ok := paddingFor(size - plain); ok {
			w.Padding = make([]byte, n)
			return marshal(w), nil
		}
	}
	return nil, fmt.Errorf("sealed message of %d bytes: %w", plain, ErrTooLarge)
}

// paddingFor returns how long the padding must be for its field, with tag and length, to take room
// bytes. A few sizes cannot be made, because the length's own size jumps.
func paddingFor(room int) (n int, ok bool) {
	if room == 0 {
		return 0, true
	}
	for lengthSize := 1; lengthSize <= 3; lengthSize++ {
		n = room - 1 - lengthSize
		low, high := 1<<(7*(lengthSize-1)), 1<<(7*lengthSize)
		if n >= low && n < high {
			return n, true
		}
	}
	return 0, false
}

func decodeSealed(b []byte) (sealed, error) {
	var w pb.MessagingSealed
	if err := unmarshal(b, &w); err != nil {
		return sealed{}, fmt.Errorf("sealed message: %w", err)
	}
	var s sealed
	if len(w.Sender) != len(s.sender) {
		return sealed{}, fmt.Errorf("sealed message: sender of %d bytes: %w", len(w.Sender), errMalformed)
	}
	for _, c := range w.Padding {
		if c != 0 {
			return sealed{}, fmt.Errorf("sealed message: padding is not zero: %w", errMalformed)
		}
	}
	signature, err := identity.ParseSignature(w.Signature)
	if err != nil {
		return sealed{}, fmt.Errorf("sealed message: %w", err)
	}
	return sealed{sender: identity.Address(w.Sender), payload: w.Payload, signature: signature}, nil
}

// payload is what a sender signs.
type payload struct {
	sent, expires time.Time // whole milliseconds
	nextKey       []byte
	replyTo       []byte
	message       Message
}

func (p payload) encode() []byte {
	return marshal(&pb.MessagingPayload{
		SentMs: uint64(p.sent.UnixMilli()), ExpiresMs: uint64(p.expires.UnixMilli()),
		NextKey: p.nextKey, ReplyTo: p.replyTo, Kind: p.message.Kind, Body: p.message.Body,
	})
}

func decodePayload(b []byte) (payload, error) {
	var w pb.MessagingPayload
	if err := unmarshal(b, &w); err != nil {
		return payload{}, fmt.Errorf("payload: %w", err)
	}
	switch {
	case w.SentMs > maxMillis || w.ExpiresMs > maxMillis:
		return payload{}, fmt.Errorf("payload: time out of range: %w", errMalformed)
	case len(w.NextKey) != 0 && len(w.NextKey) != publicKeySize:
		return payload{}, fmt.Errorf("payload: next key of %d bytes: %w", len(w.NextKey), errMalformed)
	case len(w.ReplyTo) > MaxReplyTo:
		return payload{}, fmt.Errorf("payload: reply inbox of %d bytes: %w", len(w.ReplyTo), errMalformed)
	case len(w.Body) > MaxBody:
		return payload{}, fmt.Errorf("payload: body of %d bytes: %w", len(w.Body), errMalformed)
	}
	return payload{
		sent: time.UnixMilli(int64(w.SentMs)), expires: time.UnixMilli(int64(w.ExpiresMs)),
		nextKey: w.NextKey, replyTo: w.ReplyTo, message: Message{Kind: w.Kind, Body: w.Body},
	}, nil
}

// checkFields refuses a payload without what its place needs, or with what has no place there: flights
// 1 and 2 bring the key for the next flight and may name a reply inbox, and nothing else does.
func (p payload) checkFields(v envelope) error {
	bringsKey := v.isFirst() || v.direction == toOpener && v.isFlight()
	if bringsKey != (len(p.nextKey) != 0) || !bringsKey && len(p.replyTo) != 0 {
		return fmt.Errorf("payload: next key or reply inbox in the wrong place: %w", errMalformed)
	}
	return nil
}

// checkTimes refuses what was sent in the future, has expired or would live too long.
func (p payload) checkTimes(now time.Time) error {
	switch {
	case p.expires.Before(p.sent) || p.expires.Sub(p.sent) > MaxLifetime:
		return fmt.Errorf("lives for %v, at most %v", p.expires.Sub(p.sent), MaxLifetime)
	case p.sent.After(now.Add(MaxSkew)):
		return fmt.Errorf("sent %v in the future", p.sent.Sub(now))
	case p.expires.Before(now.Add(-MaxSkew)):
		return fmt.Errorf("expired %v ago", now.Sub(p.expires))
	}
	return nil
}

// maxMillis keeps times where arithmetic cannot overflow: the year 10,000 or so.
const maxMillis = 253_402_300_799_999

// marshal returns the canonical encoding.
func marshal(m proto.Message) []byte {
	b, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
	if err != nil {
		panic("messaging: " + err.Error()) // only invalid UTF-8 in strings fails, and there are none
	}
	return b
}

// unmarshal reads the canonical encoding and refuses every other.
func unmarshal(b []byte, m proto.Message) error {
	// Unknown fields must not survive: they would come back out of marshal.
	if err := (proto.UnmarshalOptions{DiscardUnknown: true}).Unmarshal(b, m); err != nil {
		return fmt.Errorf("%w: %w", errMalformed, err)
	}
	if !bytes.Equal(marshal(m), b) {
		return fmt.Errorf("%w: not in the canonical encoding", errMalformed)
	}
	return nil
}
