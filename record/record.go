// Package record is the envelope in which identities publish statements about themselves: the
// proposals they offer, the messaging keys they can be reached with, and renewals of either's life.
//
// A [Record] certifies itself. Whoever holds its bytes can tell who said it, which earlier statement
// it replaces and how long it stands, wherever the bytes came from; so databases, hubs and peers
// may carry records without being trusted. An author has [Slots] slots for each [Kind]; of two
// records for one slot the one with the higher sequence wins ([Record.Compare]). A record with an
// empty body withdraws its slot.
//
// The signature is over fixed-width big-endian fields, never over the transport encoding, so
// nothing needs to be marshalled again before it can be verified:
//
//	keccak256("myst/record/v1\0" ‖ chainId u64 ‖ registry 20 ‖ author 20 ‖ kind u8 ‖ slot u8 ‖
//	          sequence u64 ‖ expires u64 ‖ SHA-256(body) 32)
//
// The format is that of docs/wire.md, "Records".
package record

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/mysteriumnetwork/myst/identity"
)

// Bounds of a record.
const (
	// MaxBody is the largest body, in bytes.
	MaxBody = 4096
	// MaxSize bounds the encoding of a record, in bytes: the body and what is around it.
	MaxSize = MaxBody + 256
	// MaxRenewal bounds the encoding of a renewal, in bytes.
	MaxRenewal = 200
	// Slots is how many slots an author has for each kind.
	Slots = 8
	// MaxLifetime is the longest time from a record's sequence to its expiry. It also bounds how
	// long anything that a record has beaten can still be valid.
	MaxLifetime = 24 * time.Hour
	// MaxSkew is how far a record's sequence may lie ahead of the reader's clock.
	MaxSkew = 5 * time.Minute
)

const domainString = "myst/record/v1\x00"

// Reasons to refuse a record. A record signed by somebody else is [identity.ErrSignature].
var (
	// ErrMalformed says that bytes are not the encoding of a record, or break its format.
	ErrMalformed = errors.New("malformed record")
	// ErrTooLarge says that a record is above its size bound.
	ErrTooLarge = errors.New("record too large")
	// ErrKind says that a record is of an unknown kind.
	ErrKind = errors.New("unknown kind of record")
	// ErrEarly says that a record's sequence is more than MaxSkew ahead; a wrong clock, here or there.
	ErrEarly = errors.New("record is dated in the future")
	// ErrExpired says that a record does not stand any more.
	ErrExpired = errors.New("record has expired")
)

// Kind says what the body of a record is.
type Kind uint8

// The kinds.
const (
	// KindProposal is an offer of one service; package market reads the body.
	KindProposal Kind = 1
	// KindKey is a messaging key; package messaging reads the body. Only slot 0 is used.
	KindKey Kind = 2
	// KindRenewal prolongs the life of the author's proposal in the same slot. The body is the 32
	// bytes of the proposal's [Record.Hash].
	KindRenewal Kind = 3
)

// String returns "proposal", "key" or "renewal", or a number in words for others.
func (k Kind) String() string {
	switch k {
	case KindProposal:
		return "proposal"
	case KindKey:
		return "key"
	case KindRenewal:
		return "renewal"
	default:
		return fmt.Sprintf("kind %d", uint8(k))
	}
}

// ParseKind reads what Kind.String writes, or returns ErrKind.
func ParseKind(s string) (Kind, error) {
	for _, k := range []Kind{KindProposal, KindKey, KindRenewal} {
		if k.String() == s {
			return k, nil
		}
	}
	return 0, ErrKind
}

// Stamp says which slot a record is for and when it stands.
type Stamp struct {
	Slot     uint8  // below Slots
	Sequence uint64 // Unix milliseconds at signing
	Expires  uint64 // Unix milliseconds; at most MaxLifetime after Sequence
}

// NewStamp dates a record at now, to stand for lifetime.
func NewStamp(slot uint8, now time.Time, lifetime time.Duration) Stamp {
	return Stamp{Slot: slot, Sequence: millis(now), Expires: millis(now.Add(lifetime))}
}

// Record is one signed statement.
type Record struct {
	Author    identity.Address
	Kind      Kind
	Slot      uint8  // below Slots
	Sequence  uint64 // Unix milliseconds
	Expires   uint64 // Unix milliseconds
	Body      []byte // empty withdraws the slot
	Signature identity.Signature
}

// Sign makes a record of the signer's.
func Sign(signer identity.Signer, domain identity.Domain, kind Kind, stamp Stamp, body []byte) (Record, error) {
	r := Record{
		Author: signer.Address(), Kind: kind, Slot: stamp.Slot,
		Sequence: stamp.Sequence, Expires: stamp.Expires, Body: bytes.Clone(body),
	}
	if err := r.Sign(signer, domain); err != nil {
		return Record{}, err
	}
	return r, nil
}

// Sign replaces the signature. The signer must be the record's author, and the record must keep
// the format's bounds.
func (r *Record) Sign(signer identity.Signer, domain identity.Domain) error {
	if signer.Address() != r.Author {
		return fmt.Errorf("sign record: %s cannot sign for %s", signer.Address(), r.Author)
	}
	if err := r.check(); err != nil {
		return fmt.Errorf("sign record: %w", err)
	}
	signature, err := signer.Sign(r.Digest(domain))
	if err != nil {
		return fmt.Errorf("sign record: %w", err)
	}
	r.Signature = signature
	return nil
}

// fields returns the signed fields after the domain: author ‖ kind ‖ slot ‖ sequence ‖ expires ‖
// SHA-256(body).
func (r Record) fields() []byte {
	body := sha256.Sum256(r.Body)
	out := make([]byte, 0, 20+1+1+8+8+32)
	out = append(out, r.Author[:]...)
	out = append(out, byte(r.Kind), r.Slot)
	out = binary.BigEndian.AppendUint64(out, r.Sequence)
	out = binary.BigEndian.AppendUint64(out, r.Expires)
	return append(out, body[:]...)
}

// Digest is what the author signs.
func (r Record) Digest(domain identity.Domain) [32]byte {
	prefix := binary.BigEndian.AppendUint64([]byte(domainString), domain.ChainID)
	return identity.Keccak256(prefix, domain.Registry[:], r.fields())
}

// Hash identifies the statement: SHA-256(author ‖ kind ‖ slot ‖ sequence ‖ expires ‖ SHA-256(body)).
// It leaves the signature out, so that signing the same statement twice is no contradiction.
func (r Record) Hash() [32]byte { return sha256.Sum256(r.fields()) }

// Withdrawn says whether the record withdraws its slot.
func (r Record) Withdrawn() bool { return len(r.Body) == 0 }

// ExpiresAt returns when the record ceases to stand.
func (r Record) ExpiresAt() time.Time { return fromMillis(r.Expires) }

// KeepUntil returns when the record may be forgotten: before that, something that it has beaten might
// still be valid, and could be replayed. Everything beaten has a lower sequence, and none stands
// longer than MaxLifetime.
func (r Record) KeepUntil() time.Time { return fromMillis(r.Sequence).Add(MaxLifetime) }

// Verify checks everything that can be checked without a database: the format's bounds, the times
// and the author's signature. Errors wrap one of the package's sentinels or
// [identity.ErrSignature].
func (r Record) Verify(domain identity.Domain, now time.Time) error {
	if err := r.VerifySignature(domain); err != nil {
		return err
	}
	return r.CheckTime(now)
}

// VerifySignature is Verify without the clock. It is for a proposal whose own time may have run out
// while a renewal prolongs it.
func (r Record) VerifySignature(domain identity.Domain) error {
	if err := r.check(); err != nil {
		return err
	}
	if err := identity.Verify(r.Author, r.Digest(domain), r.Signature); err != nil {
		return fmt.Errorf("record: %w", err)
	}
	return nil
}

// CheckTime returns ErrEarly or ErrExpired when the record does not stand at now.
func (r Record) CheckTime(now time.Time) error {
	if r.Sequence > millis(now.Add(MaxSkew)) {
		return fmt.Errorf("%w: dated %v ahead", ErrEarly, fromMillis(r.Sequence).Sub(now).Round(time.Second))
	}
	if r.Expires <= millis(now) {
		return fmt.Errorf("%w: at %s", ErrExpired, r.ExpiresAt().UTC().Format(time.RFC3339))
	}
	return nil
}

// check returns an error when the record breaks a bound of the format.
func (r Record) check() error {
	switch {
	case r.Author.IsZero():
		return fmt.Errorf("%w: no author", ErrMalformed)
	case len(r.Body) > MaxBody:
		return fmt.Errorf("%w: body of %d bytes, at most %d", ErrTooLarge, len(r.Body), MaxBody)
	case r.Slot >= Slots:
		return fmt.Errorf("%w: slot %d of %d", ErrMalformed, r.Slot, Slots)
	case r.Sequence == 0 || r.Sequence > maxMillis || r.Expires <= r.Sequence:
		return fmt.Errorf("%w: expires %d ms at sequence %d ms", ErrMalformed, r.Expires, r.Sequence)
	case r.Expires-r.Sequence > uint64(MaxLifetime.Milliseconds()):
		return fmt.Errorf("%w: stands longer than %v", ErrMalformed, MaxLifetime)
	}
	switch r.Kind {
	case KindProposal:
	case KindKey:
		if r.Slot != 0 {
			return fmt.Errorf("%w: key in slot %d, want 0", ErrMalformed, r.Slot)
		}
	case KindRenewal:
		if len(r.Body) != sha256.Size {
			return fmt.Errorf("%w: renewal of %d bytes, want the proposal's hash", ErrMalformed, len(r.Body))
		}
	default:
		return fmt.Errorf("%w: %d", ErrKind, uint8(r.Kind))
	}
	return nil
}

// Compare orders the records of one slot: positive when r beats other, negative when other beats r,
// zero when both say the same. The higher sequence wins, then the larger hash.
func (r Record) Compare(other Record) int {
	switch {
	case r.Sequence > other.Sequence:
		return 1
	case r.Sequence < other.Sequence:
		return -1
	}
	a, b := r.Hash(), other.Hash()
	return bytes.Compare(a[:], b[:])
}

// Contradicts says whether the two show that their author equivocates: different statements for one
// slot at the same instant.
func (r Record) Contradicts(other Record) bool {
	return r.Author == other.Author && r.Kind == other.Kind && r.Slot == other.Slot &&
		r.Sequence == other.Sequence && r.Hash() != other.Hash()
}

// Renews says whether r prolongs the life of the proposal.
func (r Record) Renews(proposal Record) bool {
	hash := proposal.Hash()
	return r.Kind == KindRenewal && proposal.Kind == KindProposal && r.Author == proposal.Author &&
		r.Slot == proposal.Slot && bytes.Equal(r.Body, hash[:])
}

// maxMillis keeps times within what time.Time prints and adds without surprises: the year 9999.
const maxMillis = 253_402_300_799_999

func millis(t time.Time) uint64 {
	if ms := t.UnixMilli(); ms > 0 {
		return uint64(ms)
	}
	return 0
}

func fromMillis(ms uint64) time.Time {
	return time.UnixMilli(int64(min(ms, maxMillis+uint64(MaxLifetime.Milliseconds()))))
}
