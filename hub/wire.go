package hub

import (
	"errors"
	"net/http"

	"github.com/mysteriumnetwork/myst/chain"
	"github.com/mysteriumnetwork/myst/discovery"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/market"
	"github.com/mysteriumnetwork/myst/record"
	"github.com/mysteriumnetwork/myst/relay"
)

// Paths of the API.
const (
	PathRecords   = "/v1/records"
	PathProposals = "/v1/proposals"
	PathRelay     = "/v1/relay"
	PathQuote     = "/v1/relay/quote"
	PathWatch     = "/v1/watch"
	PathInfo      = "/v1/info"
)

// Parameters of a search besides those of [market.Filter].
const (
	QueryCursor = "cursor" // of the page to return; left out for the first
	QueryLimit  = "limit"  // offers on a page, 1 to discovery.MaxPage, which is the default
)

// Content types of the API.
const (
	TypeRecord  = "application/octet-stream" // the exact encoding of a record
	TypeJSON    = "application/json"
	TypeProblem = "application/problem+json" // RFC 9457
)

// Info tells who a hub is and what it serves. Nothing in it is signed: what matters of it is in the
// network file, or is checked where it is used.
type Info struct {
	Identity  identity.Address `json:"identity"`
	ChainID   uint64           `json:"chain_id"`
	Contracts chain.Contracts  `json:"contracts"`
	Broker    string           `json:"broker"`            // URL; empty when there is none
	Relayer   *relay.Info      `json:"relayer,omitempty"` // absent while the hub does not relay
	Watcher   bool             `json:"watcher,omitempty"` // it holds promises
	Version   string           `json:"version"`
}

// Offer is one proposal of a search; both fields are base64 in JSON.
type Offer struct {
	Record  []byte `json:"record"`
	Renewal []byte `json:"renewal,omitempty"`
}

// Offers is one page of a search.
type Offers struct {
	Proposals []Offer `json:"proposals"`
	Next      string  `json:"next,omitempty"` // cursor of the next page
}

// Announcement is the answer to a record: status 200 and "stored", or 202 and "parked"; and to a promise: 200 and "held".
type Announcement struct {
	State string `json:"state"`
}

// States of an announcement.
const (
	StateStored = "stored"
	StateParked = "parked"
	StateHeld   = "held"
)

// Problem is an answer that is not what was asked for, as RFC 9457 has it.
type Problem struct {
	Type   string `json:"type"` // problemPrefix and a code
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail,omitempty"`
	// Reason is the reason of a relay.Refusal.
	Reason relay.Reason `json:"reason,omitempty"`
}

const problemPrefix = "urn:myst:problem:"

// problems maps errors to codes and statuses, and codes back to errors. The first that fits is taken.
var problems = []struct {
	err    error
	code   string
	status int
}{
	{identity.ErrSignature, "signature", http.StatusForbidden},
	{record.ErrTooLarge, "too-large", http.StatusRequestEntityTooLarge},
	{record.ErrKind, "unknown-kind", http.StatusUnprocessableEntity},
	{record.ErrEarly, "early", http.StatusUnprocessableEntity},
	{record.ErrExpired, "expired", http.StatusUnprocessableEntity},
	{record.ErrMalformed, "malformed", http.StatusBadRequest},
	{market.ErrFilter, "filter", http.StatusBadRequest},
	{market.ErrVersion, "proposal-version", http.StatusUnprocessableEntity},
	{market.ErrCountry, "country", http.StatusUnprocessableEntity},
	{market.ErrProposal, "proposal", http.StatusUnprocessableEntity},
	{discovery.ErrCursor, "cursor", http.StatusBadRequest},
	{discovery.ErrStale, "stale", http.StatusConflict},
	{discovery.ErrBond, "bond", http.StatusForbidden},
	{discovery.ErrTooSoon, "too-soon", http.StatusTooManyRequests},
	{discovery.ErrUnknownProposal, "unknown-proposal", http.StatusConflict},
	{discovery.ErrFull, "full", http.StatusInsufficientStorage},
	{discovery.ErrNotFound, "record-not-found", http.StatusNotFound},
	{relay.ErrMalformed, "intent", http.StatusBadRequest},
	{relay.ErrNotFound, "ticket-not-found", http.StatusNotFound},
	{relay.ErrUnavailable, "relay-unavailable", http.StatusServiceUnavailable},
	{discovery.ErrUnavailable, "unavailable", http.StatusServiceUnavailable},
}

const codeRefused = "relay-refused"

// problemOf describes an error to a client. Texts of failures on the hub's side stay there: they may name
// endpoints.
func problemOf(err error) Problem {
	var refusal *relay.Refusal
	if errors.As(err, &refusal) {
		status := http.StatusUnprocessableEntity
		if refusal.Reason == relay.ReasonBusy {
			status = http.StatusConflict
		}
		return Problem{
			Type: problemPrefix + codeRefused, Title: "refused by the relayer",
			Status: status, Detail: refusal.Detail, Reason: refusal.Reason,
		}
	}
	for _, known := range problems {
		if !errors.Is(err, known.err) {
			continue
		}
		p := Problem{Type: problemPrefix + known.code, Title: known.err.Error(), Status: known.status}
		if known.status < http.StatusInternalServerError {
			p.Detail = err.Error()
		}
		return p
	}
	return Problem{Type: "about:blank", Title: "internal error", Status: http.StatusInternalServerError}
}

// Err returns the error that the problem stands for, or nil when the code is not one of this version. It
// is one of the sentinels that the hub's own packages return, or a *relay.Refusal.
func (p Problem) Err() error {
	if p.Type == problemPrefix+codeRefused {
		return &relay.Refusal{Reason: p.Reason, Detail: p.Detail}
	}
	for _, known := range problems {
		if p.Type == problemPrefix+known.code {
			return known.err
		}
	}
	return nil
}
