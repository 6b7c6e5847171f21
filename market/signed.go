package market

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"fmt"
	"math"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/internal/pb"
	"github.com/mysteriumnetwork/myst/money"
	"github.com/mysteriumnetwork/myst/record"
)

// Signed is a proposal together with the record that carries it. Those made by [Sign] and
// [Parse] are verified; a Signed put together by hand is not.
type Signed struct {
	Proposal Proposal
	Record   record.Record
	// Renewal prolongs the proposal's life; nil when there is none.
	Renewal *record.Record
}

// KeyHash is what a proposal names a messaging key by: SHA-256 of the body of the key's record.
// The body names the key; the record's own dates may change while the key stays.
func KeyHash(body []byte) [32]byte { return sha256.Sum256(body) }

// Sign makes a record of the proposal. Its Provider must be the signer, or zero to be filled in.
func Sign(signer identity.Signer, domain identity.Domain, p Proposal, stamp record.Stamp) (Signed, error) {
	if p.Version == 0 {
		p.Version = Version
	}
	if p.Provider.IsZero() {
		p.Provider = signer.Address()
	}
	if p.Provider != signer.Address() {
		return Signed{}, fmt.Errorf("%w: %s cannot sign for provider %s", ErrProposal, signer.Address(), p.Provider)
	}
	body, err := p.encode()
	if err != nil {
		return Signed{}, err
	}
	r, err := record.Sign(signer, domain, record.KindProposal, stamp, body)
	if err != nil {
		return Signed{}, fmt.Errorf("sign proposal: %w", err)
	}
	return Signed{Proposal: p, Record: r}, nil
}

// Renew makes a record that prolongs the life of the proposal. The stamp's slot is ignored: it is
// the proposal's.
func Renew(signer identity.Signer, domain identity.Domain, s Signed, stamp record.Stamp) (record.Record, error) {
	hash := s.Hash()
	stamp.Slot = s.Record.Slot
	r, err := record.Sign(signer, domain, record.KindRenewal, stamp, hash[:])
	if err != nil {
		return record.Record{}, fmt.Errorf("renew proposal: %w", err)
	}
	return r, nil
}

// FromRecord reads the proposal in a record. It does not verify the record's signature and times: that is
// done before, or by [Signed.Verify].
func FromRecord(r record.Record) (Signed, error) {
	if r.Kind != record.KindProposal {
		return Signed{}, fmt.Errorf("%w: record of kind %s", ErrProposal, r.Kind)
	}
	if r.Withdrawn() {
		return Signed{}, ErrWithdrawn
	}
	p, err := DecodeProposal(r.Body)
	if err != nil {
		return Signed{}, err
	}
	if p.Provider != r.Author {
		return Signed{}, fmt.Errorf("%w: provider %s in a record by %s", ErrProposal, p.Provider, r.Author)
	}
	return Signed{Proposal: p, Record: r}, nil
}

// Parse reads and verifies a proposal from the bytes of its record, and those of its renewal or nil.
// A renewal that does not fit is an error: nobody who is honest passes one on.
func Parse(raw, renewal []byte, domain identity.Domain, now time.Time) (Signed, error) {
	r, err := record.Decode(raw)
	if err != nil {
		return Signed{}, err
	}
	s, err := FromRecord(r)
	if err != nil {
		return Signed{}, err
	}
	if len(renewal) > 0 {
		decoded, err := record.Decode(renewal)
		if err != nil {
			return Signed{}, fmt.Errorf("renewal: %w", err)
		}
		s.Renewal = &decoded
	}
	return s, s.Verify(domain, now)
}

// Verify checks the signatures of the record and its renewal, that the renewal is of this proposal,
// and that the proposal stands at now.
func (s Signed) Verify(domain identity.Domain, now time.Time) error {
	if err := s.Record.VerifySignature(domain); err != nil {
		return err
	}
	if s.Renewal == nil {
		return s.Record.CheckTime(now)
	}
	if !s.Renewal.Renews(s.Record) {
		return fmt.Errorf("%w: the renewal is of another proposal", ErrProposal)
	}
	if err := s.Renewal.VerifySignature(domain); err != nil {
		return fmt.Errorf("renewal: %w", err)
	}
	// Either may stand alone: the proposal by its own time, or by its renewal's.
	own := s.Record.CheckTime(now)
	if own == nil {
		return nil
	}
	if s.Record.Sequence > s.Renewal.Sequence {
		return own
	}
	return s.Renewal.CheckTime(now)
}

// Hash identifies the proposal; sessions name it. It is the record's hash.
func (s Signed) Hash() [32]byte { return s.Record.Hash() }

// ExpiresAt returns when the proposal ceases to stand, its renewal counted.
func (s Signed) ExpiresAt() time.Time {
	expires := s.Record.ExpiresAt()
	if s.Renewal != nil && s.Renewal.ExpiresAt().After(expires) {
		return s.Renewal.ExpiresAt()
	}
	return expires
}

// Encode returns the bytes of the record, and those of the renewal or nil: what Parse reads.
func (s Signed) Encode() (raw, renewal []byte, err error) {
	if raw, err = s.Record.Encode(); err != nil {
		return nil, nil, err
	}
	if s.Renewal != nil {
		if renewal, err = s.Renewal.Encode(); err != nil {
			return nil, nil, err
		}
	}
	return raw, renewal, nil
}

// encode returns the body of the proposal's record, the protocol buffer MarketProposal of
// internal/pb/market.proto.
func (p Proposal) encode() ([]byte, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	body, err := p.marshal()
	if err != nil {
		return nil, err
	}
	if len(body) > record.MaxBody {
		return nil, fmt.Errorf("%w: %d bytes encoded, at most %d", ErrProposal, len(body), record.MaxBody)
	}
	return body, nil
}

func (p Proposal) marshal() ([]byte, error) {
	m := &pb.MarketProposal{
		Version: p.Version, Provider: p.Provider[:], ServiceType: p.ServiceType, Country: p.Country,
		PricePerGib: uint64(p.Price.PerGiB), PricePerHour: uint64(p.Price.PerHour),
		SetupCharge: uint64(p.SetupCharge), Bandwidth: p.Bandwidth,
		KeyRecord: p.KeyRecord[:], Description: p.Description,
	}
	for _, c := range p.Contacts {
		m.Contacts = append(m.Contacts, &pb.MarketContact{Type: c.Type, Address: c.Address})
	}
	body, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("encode proposal: %w", err)
	}
	return body, nil
}

// DecodeProposal reads the body of a record of kind proposal. It is strict: one proposal has one
// encoding. A proposal of another format version is ErrVersion before anything else is looked at.
func DecodeProposal(body []byte) (Proposal, error) {
	if len(body) > record.MaxBody {
		return Proposal{}, fmt.Errorf("%w: %d bytes, at most %d", ErrProposal, len(body), record.MaxBody)
	}
	var m pb.MarketProposal
	if err := proto.Unmarshal(body, &m); err != nil {
		return Proposal{}, fmt.Errorf("%w: not a protocol buffer of a proposal", ErrProposal)
	}
	if m.Version != Version {
		return Proposal{}, fmt.Errorf("%w: %d, this program knows %d", ErrVersion, m.Version, Version)
	}
	if len(m.Provider) != 20 || len(m.KeyRecord) != sha256.Size {
		return Proposal{}, fmt.Errorf("%w: provider of %d bytes, key hash of %d", ErrProposal, len(m.Provider), len(m.KeyRecord))
	}
	p := Proposal{
		Version: m.Version, Provider: identity.Address(m.Provider), ServiceType: m.ServiceType, Country: m.Country,
		Price:       money.Price{PerGiB: money.Amount(m.PricePerGib), PerHour: money.Amount(m.PricePerHour)},
		SetupCharge: money.Amount(m.SetupCharge), Bandwidth: m.Bandwidth,
		KeyRecord: [32]byte(m.KeyRecord), Description: m.Description,
	}
	for _, c := range m.Contacts {
		p.Contacts = append(p.Contacts, Contact{Type: c.GetType(), Address: c.GetAddress()})
	}
	if err := p.Validate(); err != nil {
		return Proposal{}, err
	}
	again, err := p.marshal()
	if err != nil {
		return Proposal{}, err
	}
	if !bytes.Equal(body, again) {
		return Proposal{}, fmt.Errorf("%w: not in its one canonical encoding", ErrProposal)
	}
	return p, nil
}

// Rank is a proposal's place in the order of [Cheapest]. It is comparable, and total: two proposals never
// share one, so a search can go on after a rank without losing or repeating any.
type Rank struct {
	First, Second money.Amount // the price in the unit asked for, then in the other
	SetupCharge   money.Amount
	Slowness      uint64 // 2⁶⁴ − 1 − bandwidth
	Hash          [32]byte
}

// RankOf returns the proposal's rank among others when the consumer meters in unit: UnitGiB or
// UnitHour; "" is UnitGiB.
func RankOf(p Proposal, hash [32]byte, unit string) Rank {
	first, second := p.Price.PerGiB, p.Price.PerHour
	if unit == UnitHour {
		first, second = second, first
	}
	return Rank{First: first, Second: second, SetupCharge: p.SetupCharge, Slowness: math.MaxUint64 - p.Bandwidth, Hash: hash}
}

// Compare is negative when r comes before other.
func (r Rank) Compare(other Rank) int {
	return cmp.Or(
		cmp.Compare(r.First, other.First), cmp.Compare(r.Second, other.Second),
		cmp.Compare(r.SetupCharge, other.SetupCharge), cmp.Compare(r.Slowness, other.Slowness),
		bytes.Compare(r.Hash[:], other.Hash[:]),
	)
}

// Cheapest returns an order for slices.SortFunc: by the price in the unit asked for, the price in
// the other unit, the set-up charge, then more bandwidth first.
func Cheapest(unit string) func(a, b Signed) int {
	return func(a, b Signed) int {
		return RankOf(a.Proposal, a.Hash(), unit).Compare(RankOf(b.Proposal, b.Hash(), unit))
	}
}
