// Package market is what providers offer and consumers look for. It does no input or output.
//
// A [Proposal] is an offer of one service. Signed, it is the body of a record of kind
// [record.KindProposal]; [Signed] holds both, and the bytes that were signed are the bytes that
// travel. A renewal, a record of its own, prolongs its life. A [Filter] says which proposals a
// consumer wants, and reads from and writes to the query of a URL, which is how hubs are asked.
// [Cheapest] orders what matches.
package market

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/money"
)

// Bounds of a proposal.
const (
	// Version is the format version that this program writes and reads.
	Version = 1
	// MaxContacts is how many contacts a proposal may list.
	MaxContacts = 8
	// MaxContactAddress bounds a contact's address, in bytes.
	MaxContactAddress = 255
	// MaxDescription bounds the description, in bytes of UTF-8.
	MaxDescription = 256

	maxServiceType = 32
	maxPrice       = money.MaxLock
)

var (
	// ErrProposal says that a proposal breaks the format.
	ErrProposal = errors.New("invalid proposal")
	// ErrVersion says that a proposal is of a format version that this program does not know.
	ErrVersion = errors.New("unsupported version of proposal")
	// ErrCountry says that a text is not a country code of ISO 3166-1 alpha-2.
	ErrCountry = errors.New("unknown country")
	// ErrWithdrawn says that a record withdraws its slot instead of proposing something.
	ErrWithdrawn = errors.New("proposal is withdrawn")
)

// ContactNATS is the type of a contact through a NATS broker.
const ContactNATS = "nats"

// Contact is one way to reach a provider's node.
type Contact struct {
	// Type is ContactNATS, or one that a later version of the program knows. Readers leave types
	// that they do not know alone.
	Type string `json:"type"`
	// Address is, for ContactNATS, the broker's URL with the identity of its hub as user, which a login
	// names: nats://0x…@host:port, or tls://….
	Address string `json:"address"`
}

// Proposal is a provider's offer of one service.
type Proposal struct {
	Version     uint32           `json:"version"` // of the format; zero becomes Version when signed
	Provider    identity.Address `json:"provider"`
	ServiceType string           `json:"service_type"` // the tunnel driver's name, "wireguard"
	Country     string           `json:"country"`      // the provider's claim, ISO 3166-1 alpha-2
	Price       money.Price      `json:"price"`
	SetupCharge money.Amount     `json:"setup_charge"` // once per session
	Bandwidth   uint64           `json:"bandwidth"`    // committed, bit/s; zero commits to nothing
	Contacts    []Contact        `json:"contacts"`     // at least one, best first
	// KeyRecord is [KeyHash] of the messaging key that the provider is reached with.
	KeyRecord   [32]byte `json:"-"`
	Description string   `json:"description,omitempty"` // free text by the provider
}

// Validate checks the proposal against the format's bounds. Errors wrap ErrProposal, ErrVersion
// or ErrCountry.
func (p Proposal) Validate() error {
	if p.Version != Version {
		return fmt.Errorf("%w: %d, this program knows %d", ErrVersion, p.Version, Version)
	}
	if p.Provider.IsZero() {
		return fmt.Errorf("%w: no provider", ErrProposal)
	}
	if err := CheckServiceType(p.ServiceType); err != nil {
		return fmt.Errorf("%w: %w", ErrProposal, err)
	}
	if err := CheckCountry(p.Country); err != nil {
		return fmt.Errorf("%w: %w", ErrProposal, err)
	}
	for name, amount := range map[string]money.Amount{
		"price per GiB": p.Price.PerGiB, "price per hour": p.Price.PerHour, "set-up charge": p.SetupCharge,
	} {
		if amount > maxPrice {
			return fmt.Errorf("%w: %s of %s coins, more than any lock can hold", ErrProposal, name, amount)
		}
	}
	if len(p.Contacts) == 0 || len(p.Contacts) > MaxContacts {
		return fmt.Errorf("%w: %d contacts, want 1 to %d", ErrProposal, len(p.Contacts), MaxContacts)
	}
	for _, c := range p.Contacts {
		if err := c.validate(); err != nil {
			return err
		}
	}
	if p.KeyRecord == ([32]byte{}) {
		return fmt.Errorf("%w: no messaging key", ErrProposal)
	}
	return checkDescription(p.Description)
}

// Contact returns the first contact of the type.
func (p Proposal) Contact(kind string) (Contact, bool) {
	for _, c := range p.Contacts {
		if c.Type == kind {
			return c, true
		}
	}
	return Contact{}, false
}

func (c Contact) validate() error {
	if !isToken(c.Type) {
		return fmt.Errorf("%w: contact type %q", ErrProposal, clip(c.Type))
	}
	if c.Address == "" || len(c.Address) > MaxContactAddress || !printableASCII(c.Address) {
		return fmt.Errorf("%w: address of contact %q: %d bytes, want 1 to %d of printable ASCII",
			ErrProposal, c.Type, len(c.Address), MaxContactAddress)
	}
	if c.Type != ContactNATS {
		return nil
	}
	if !isBroker(c.Address) {
		return fmt.Errorf("%w: broker %q, want nats://0x…@host:port or tls://0x…@host:port", ErrProposal, clip(c.Address))
	}
	return nil
}

// isBroker wants nothing in a broker's URL but scheme, hub, host and port: a password, path or query would
// let a provider choose what consumers send to a host of its choice.
func isBroker(s string) bool {
	u, err := url.Parse(s)
	if err != nil || (u.Scheme != "nats" && u.Scheme != "tls") || u.Hostname() == "" || u.User == nil ||
		u.Path != "" || u.RawQuery != "" || u.ForceQuery || strings.Contains(s, "#") {
		return false
	}
	if _, hasPassword := u.User.Password(); hasPassword {
		return false
	}
	hub, err := identity.ParseAddress(u.User.Username())
	if err != nil || hub.IsZero() {
		return false
	}
	port, err := strconv.ParseUint(u.Port(), 10, 16)
	return err == nil && port != 0
}

// CheckServiceType returns an error unless s is 1 to 32 of a-z, 0-9 and '-'.
func CheckServiceType(s string) error {
	if !isToken(s) {
		return fmt.Errorf("service type %q: want 1 to %d of a-z, 0-9 and -", clip(s), maxServiceType)
	}
	return nil
}

func isToken(s string) bool {
	if s == "" || len(s) > maxServiceType {
		return false
	}
	for _, c := range []byte(s) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return true
}

func checkDescription(s string) error {
	if len(s) > MaxDescription || !utf8.ValidString(s) {
		return fmt.Errorf("%w: description of %d bytes, want at most %d of UTF-8", ErrProposal, len(s), MaxDescription)
	}
	// IsPrint leaves out control and formatting characters, which could dress up a terminal's output.
	for _, c := range s {
		if !unicode.IsPrint(c) {
			return fmt.Errorf("%w: description has the unprintable character %U", ErrProposal, c)
		}
	}
	return nil
}

func printableASCII(s string) bool {
	for _, c := range []byte(s) {
		if c <= ' ' || c > '~' {
			return false
		}
	}
	return true
}

func clip(s string) string {
	if len(s) > 60 {
		return strings.ToValidUTF8(s[:60], "") + "…"
	}
	return s
}
