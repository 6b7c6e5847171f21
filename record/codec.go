package record

import (
	"bytes"
	"fmt"
	"math"

	"google.golang.org/protobuf/proto"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/internal/pb"
)

// Encode returns the record as it travels and is stored: the protocol buffer
// myst.record.v1.Record of internal/pb/record.proto, fields in order. The record must keep the
// format's bounds; its signature is not checked.
func (r Record) Encode() ([]byte, error) {
	if err := r.check(); err != nil {
		return nil, fmt.Errorf("encode record: %w", err)
	}
	return r.marshal()
}

func (r Record) marshal() ([]byte, error) {
	raw, err := proto.MarshalOptions{Deterministic: true}.Marshal(&pb.Record{
		Author: r.Author[:], Kind: uint32(r.Kind), Slot: uint32(r.Slot),
		Sequence: r.Sequence, Expires: r.Expires, Body: r.Body, Signature: r.Signature[:],
	})
	if err != nil {
		return nil, fmt.Errorf("encode record: %w", err)
	}
	return raw, nil
}

// Decode reads a record. It is strict: a record has one encoding, so unknown or repeated fields,
// another order and padded numbers are refused. Errors wrap ErrMalformed, ErrTooLarge or ErrKind; the
// signature and the times are left to [Record.Verify].
func Decode(raw []byte) (Record, error) {
	if len(raw) > MaxSize {
		return Record{}, fmt.Errorf("%w: %d bytes, at most %d", ErrTooLarge, len(raw), MaxSize)
	}
	var m pb.Record
	if err := proto.Unmarshal(raw, &m); err != nil {
		// The library varies its error texts on purpose, so they are not passed on.
		return Record{}, fmt.Errorf("%w: not a protocol buffer of a record", ErrMalformed)
	}
	if len(m.Author) != len(identity.Address{}) || m.Slot > math.MaxUint8 {
		return Record{}, fmt.Errorf("%w: author of %d bytes, slot %d", ErrMalformed, len(m.Author), m.Slot)
	}
	if m.Kind > math.MaxUint8 {
		return Record{}, fmt.Errorf("%w: %d", ErrKind, m.Kind)
	}
	signature, err := identity.ParseSignature(m.Signature)
	if err != nil {
		return Record{}, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	r := Record{
		Author: identity.Address(m.Author), Kind: Kind(m.Kind), Slot: uint8(m.Slot),
		Sequence: m.Sequence, Expires: m.Expires, Body: m.Body, Signature: signature,
	}
	if err := r.check(); err != nil {
		return Record{}, err
	}
	if r.Kind == KindRenewal && len(raw) > MaxRenewal {
		return Record{}, fmt.Errorf("%w: renewal of %d bytes, at most %d", ErrTooLarge, len(raw), MaxRenewal)
	}
	again, err := r.marshal()
	if err != nil {
		return Record{}, err
	}
	if !bytes.Equal(raw, again) {
		return Record{}, fmt.Errorf("%w: not in its one canonical encoding", ErrMalformed)
	}
	return r, nil
}
