package discovery

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/market"
	"github.com/mysteriumnetwork/myst/record"
	"github.com/mysteriumnetwork/myst/store"
)

const (
	defaultMaxRecords = 1 << 20
	defaultMaxParked  = 1024
	defaultEvery      = time.Minute
	// burst is how many updates of one slot may follow each other at once, so that a provider that is
	// restarted twice in a row (withdraw, announce, withdraw, announce) is not locked out.
	burst = 4
	// parkFor is how long a record waits for its author's registration.
	parkFor    = 10 * time.Minute
	sweepEvery = time.Minute
	parkEvery  = time.Second
	// Every bondEvery, the bonds of at most bondsAtOnce authors are looked at, in turn: a few small requests.
	bondEvery   = 5 * time.Second
	bondsAtOnce = 10
)

// DirectoryConfig is what a directory needs.
type DirectoryConfig struct {
	// DB keeps the records. Required.
	DB *store.DB
	// Domain is the network whose records are kept.
	Domain identity.Domain
	// Registered tells whether an author is registered. Required.
	Registered func(context.Context, identity.Address) (bool, error)
	// Bonded tells whether an author's deposit suffices for announcing; nil asks for none. What is offered is offered no
	// longer, once it does not.
	Bonded func(context.Context, identity.Address) (bool, error)
	// UpdateEvery is how often a slot may change in the long run; zero is one minute. Up to four
	// changes may come at once.
	UpdateEvery time.Duration
	// MaxRecords bounds how many slots are kept; zero is 2²⁰.
	MaxRecords int
	// MaxParked bounds how many records wait for their author's registration; zero is 1,024.
	MaxParked int
	Clock     func() time.Time // nil is time.Now
	Logger    *slog.Logger     // nil discards
}

// Directory is a full node's copy of the network's records. It accepts what is signed, in time, newer than
// what it has, and by a registered and bonded author; keeps it in the node database; and answers searches
// from an index in memory. [Directory.Run] does the housekeeping. Safe for concurrent use.
type Directory struct {
	cfg     DirectoryConfig
	network [28]byte
	log     *slog.Logger

	// writing serialises decisions on records with their storing; it is held while the database
	// writes, and taken before mu.
	writing sync.Mutex

	mu           sync.RWMutex
	slots        map[slotID]*slot
	shelves      map[shelfID]map[slotID]*slot // the proposals among slots
	parked       map[slotID]parked
	equivocators map[identity.Address]time.Time // until when the mark stays
	unbonded     map[identity.Address]bool      // at the last look
	looking      identity.Address               // whose bond Run looks at, unless a record of its has shown it since

	unlooked []identity.Address // whose bonds are looked at next; of Run
}

// slotID names one slot of one author.
type slotID struct {
	author identity.Address
	kind   record.Kind
	slot   uint8
}

func idOf(r record.Record) slotID { return slotID{r.Author, r.Kind, r.Slot} }

func (id slotID) key() store.RecordKey {
	return store.RecordKey{Author: id.author, Kind: uint8(id.kind), Slot: id.slot}
}

// shelfID groups proposals by what nearly every search asks for.
type shelfID struct{ serviceType, country string }

// slot is what memory holds of a slot's newest record; the bytes stay in the database.
type slot struct {
	record   record.Record // without body and signature
	hash     [32]byte
	renews   [32]byte        // a renewal's body
	proposal market.Proposal // a proposal's body, without contacts and description
	live     bool            // not withdrawn
	bucket   bucket
}

// bucket limits the updates of a slot.
type bucket struct {
	tokens float64
	filled time.Time
}

// take refills at the rate of one per every, and takes one token if there is one.
func (b *bucket) take(now time.Time, every time.Duration) bool {
	b.tokens = min(burst, b.tokens+max(0, now.Sub(b.filled).Seconds()/every.Seconds()))
	b.filled = now
	if b.tokens < 1 {
		return false
	}
	b.tokens--
	return true
}

// NewDirectory loads what the database has of the network's records, and forgets those of others.
func NewDirectory(ctx context.Context, cfg DirectoryConfig) (*Directory, error) {
	if cfg.DB == nil || cfg.Registered == nil {
		return nil, errors.New("directory: a database and a registry are required")
	}
	if cfg.Clock == nil {
		cfg.Clock = time.Now
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	cfg.UpdateEvery = cmp.Or(cfg.UpdateEvery, defaultEvery)
	cfg.MaxRecords = cmp.Or(cfg.MaxRecords, defaultMaxRecords)
	cfg.MaxParked = cmp.Or(cfg.MaxParked, defaultMaxParked)
	d := &Directory{
		cfg: cfg, log: cfg.Logger, network: networkOf(cfg.Domain),
		slots: map[slotID]*slot{}, shelves: map[shelfID]map[slotID]*slot{},
		parked: map[slotID]parked{}, equivocators: map[identity.Address]time.Time{}, unbonded: map[identity.Address]bool{},
	}
	if err := d.load(ctx); err != nil {
		return nil, fmt.Errorf("directory: %w", err)
	}
	return d, nil
}

func networkOf(domain identity.Domain) (network [28]byte) {
	binary.BigEndian.PutUint64(network[:], domain.ChainID)
	copy(network[8:], domain.Registry[:])
	return network
}

func (d *Directory) load(ctx context.Context) error {
	return d.cfg.DB.InTx(ctx, func(tx *store.Tx) error {
		if err := tx.DeleteOtherRecords(d.network); err != nil {
			return err
		}
		marked, err := tx.Equivocators()
		if err != nil {
			return err
		}
		for author, until := range marked {
			d.equivocators[author] = time.UnixMilli(int64(until))
		}
		return tx.Records(d.network, func(key store.RecordKey, raw []byte) error {
			r, err := record.Decode(raw)
			if err == nil && idOf(r).key() != key {
				err = errors.New("record is of another slot")
			}
			var s *slot
			if err == nil {
				s, err = newSlot(r)
			}
			if err != nil {
				// One damaged row must not keep the node from starting; it is replaced when its author
				// announces again.
				d.log.Warn("record in the database is unreadable", "author", identity.Address(key.Author), "error", err)
				return nil
			}
			d.put(idOf(r), s)
			return nil
		})
	})
}

// newSlot reads the body as far as searching needs it.
func newSlot(r record.Record) (*slot, error) {
	s := &slot{record: r, hash: r.Hash(), live: !r.Withdrawn(), bucket: bucket{tokens: burst}}
	s.record.Body, s.record.Signature = nil, identity.Signature{}
	if !s.live {
		return s, nil
	}
	switch r.Kind {
	case record.KindProposal:
		signed, err := market.FromRecord(r)
		if err != nil {
			return nil, err
		}
		s.proposal = signed.Proposal
		s.proposal.Contacts, s.proposal.Description = nil, ""
	case record.KindRenewal:
		s.renews = [32]byte(r.Body) // record.Decode checked its length
	case record.KindKey: // opaque here
	}
	return s, nil
}

// put replaces a slot in memory and on its shelf. The caller holds mu, or is alone.
func (d *Directory) put(id slotID, s *slot) {
	d.remove(id)
	d.slots[id] = s
	if id.kind != record.KindProposal || !s.live {
		return
	}
	shelf := shelfID{s.proposal.ServiceType, s.proposal.Country}
	if d.shelves[shelf] == nil {
		d.shelves[shelf] = map[slotID]*slot{}
	}
	d.shelves[shelf][id] = s
}

// remove forgets a slot in memory. The caller holds mu, or is alone.
func (d *Directory) remove(id slotID) {
	old := d.slots[id]
	if old == nil {
		return
	}
	delete(d.slots, id)
	shelf := shelfID{old.proposal.ServiceType, old.proposal.Country}
	delete(d.shelves[shelf], id)
	if len(d.shelves[shelf]) == 0 {
		delete(d.shelves, shelf)
	}
}

// expiry returns until when what a slot holds stands; a proposal's renewal is counted. The caller holds
// mu.
func (d *Directory) expiry(id slotID, s *slot) time.Time {
	expires := s.record.ExpiresAt()
	if id.kind != record.KindProposal || !s.live {
		return expires
	}
	if renewal := d.renewal(id, s); renewal != nil && renewal.record.ExpiresAt().After(expires) {
		return renewal.record.ExpiresAt()
	}
	return expires
}

// renewal returns the slot that renews a proposal, or nil. The caller holds mu.
func (d *Directory) renewal(id slotID, s *slot) *slot {
	renewal := d.slots[slotID{id.author, record.KindRenewal, id.slot}]
	if renewal == nil || renewal.renews != s.hash || renewal.record.Sequence < s.record.Sequence {
		return nil
	}
	return renewal
}

// Name implements [Target].
func (d *Directory) Name() string { return "own directory" }

// Equivocating tells whether an author has lately contradicted itself. Its proposals are not offered while
// the mark stays: 24 hours from the contradiction.
func (d *Directory) Equivocating(author identity.Address) bool {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.equivocators[author].After(d.cfg.Clock())
}

// DirectoryStats counts what a directory holds.
type DirectoryStats struct {
	Records      int // slots, withdrawn and expired ones included
	Proposals    int // not withdrawn; may have expired
	Parked       int
	Equivocators int
}

// Stats counts what the directory holds now.
func (d *Directory) Stats() DirectoryStats {
	d.mu.RLock()
	defer d.mu.RUnlock()
	stats := DirectoryStats{Records: len(d.slots), Parked: len(d.parked), Equivocators: len(d.equivocators)}
	for _, shelf := range d.shelves {
		stats.Proposals += len(shelf)
	}
	return stats
}
