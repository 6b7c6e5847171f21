package market

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/money"
)

// The units in which service is metered.
const (
	UnitGiB  = "GiB"
	UnitHour = "hour"
)

// ErrFilter says that a query is not a filter.
var ErrFilter = errors.New("invalid filter")

// Filter says which proposals are wanted. The zero value matches all of them.
type Filter struct {
	ServiceType string // empty: any
	Country     string // ISO 3166-1 alpha-2; empty: any
	// MeteringUnit is UnitGiB or UnitHour: only proposals that charge by it, or are free. Empty: any.
	MeteringUnit    string
	MaxPricePerGiB  *money.Amount    // nil: any
	MaxPricePerHour *money.Amount    // nil: any
	MinBandwidth    uint64           // committed, bit/s; zero: any
	Provider        identity.Address // zero: any
}

// Match says whether the proposal is wanted.
func (f Filter) Match(p Proposal) bool {
	switch {
	case f.ServiceType != "" && f.ServiceType != p.ServiceType,
		f.Country != "" && f.Country != p.Country,
		f.MaxPricePerGiB != nil && p.Price.PerGiB > *f.MaxPricePerGiB,
		f.MaxPricePerHour != nil && p.Price.PerHour > *f.MaxPricePerHour,
		p.Bandwidth < f.MinBandwidth,
		!f.Provider.IsZero() && f.Provider != p.Provider:
		return false
	}
	switch f.MeteringUnit {
	case "":
		return true
	case UnitGiB:
		return p.Price.PerGiB > 0 || p.Price.Free()
	case UnitHour:
		return p.Price.PerHour > 0 || p.Price.Free()
	default:
		return false
	}
}

// Validate returns ErrFilter when no proposal could ever match because a field is mistyped.
func (f Filter) Validate() error {
	if f.ServiceType != "" {
		if err := CheckServiceType(f.ServiceType); err != nil {
			return fmt.Errorf("%w: %w", ErrFilter, err)
		}
	}
	if f.Country != "" {
		if err := CheckCountry(f.Country); err != nil {
			return fmt.Errorf("%w: %w", ErrFilter, err)
		}
	}
	if f.MeteringUnit != "" && f.MeteringUnit != UnitGiB && f.MeteringUnit != UnitHour {
		return fmt.Errorf("%w: metering unit %q, want %s or %s", ErrFilter, clip(f.MeteringUnit), UnitGiB, UnitHour)
	}
	return nil
}

// The names of the filter's parameters in a query. Prices are in coins, bandwidth in bit/s.
const (
	queryServiceType  = "service_type"
	queryCountry      = "country"
	queryMeteringUnit = "metering_unit"
	queryPerGiB       = "max_price_per_gib"
	queryPerHour      = "max_price_per_hour"
	queryBandwidth    = "min_bandwidth"
	queryProvider     = "provider"
)

// Query returns the filter as parameters of a URL; those that match anything are left out.
func (f Filter) Query() url.Values {
	q := url.Values{}
	set := func(name, value string, given bool) {
		if given {
			q.Set(name, value)
		}
	}
	set(queryServiceType, f.ServiceType, f.ServiceType != "")
	set(queryCountry, f.Country, f.Country != "")
	set(queryMeteringUnit, f.MeteringUnit, f.MeteringUnit != "")
	if f.MaxPricePerGiB != nil {
		q.Set(queryPerGiB, f.MaxPricePerGiB.String())
	}
	if f.MaxPricePerHour != nil {
		q.Set(queryPerHour, f.MaxPricePerHour.String())
	}
	set(queryBandwidth, strconv.FormatUint(f.MinBandwidth, 10), f.MinBandwidth > 0)
	set(queryProvider, f.Provider.String(), !f.Provider.IsZero())
	return q
}

// ParseFilter reads what Query writes. Unknown, repeated and malformed parameters are ErrFilter, so
// that a mistyped one is noticed and not taken for "any".
func ParseFilter(q url.Values) (Filter, error) {
	var f Filter
	for name, values := range q {
		if len(values) != 1 {
			return Filter{}, fmt.Errorf("%w: %q is given %d times", ErrFilter, clip(name), len(values))
		}
		if err := f.set(name, values[0]); err != nil {
			return Filter{}, fmt.Errorf("%w: %q: %w", ErrFilter, clip(name), err)
		}
	}
	if err := f.Validate(); err != nil {
		return Filter{}, err
	}
	return f, nil
}

func (f *Filter) set(name, value string) (err error) {
	switch name {
	case queryServiceType:
		f.ServiceType = value
	case queryCountry:
		f.Country = value
	case queryMeteringUnit:
		f.MeteringUnit = value
	case queryPerGiB:
		f.MaxPricePerGiB, err = parseAmount(value)
	case queryPerHour:
		f.MaxPricePerHour, err = parseAmount(value)
	case queryBandwidth:
		if f.MinBandwidth, err = strconv.ParseUint(value, 10, 64); err != nil {
			err = errors.New("want a number of bit/s")
		}
	case queryProvider:
		f.Provider, err = identity.ParseAddress(value)
	default:
		err = errors.New("unknown parameter")
	}
	return err
}

func parseAmount(s string) (*money.Amount, error) {
	amount, err := money.Parse(s)
	if err != nil {
		return nil, err
	}
	return &amount, nil
}
