package wire

import (
	"net/url"
	"strconv"
)

// Filter selects proposals. Zero fields do not filter. In a query it has the names that hubs use too.
type Filter struct {
	ServiceType     string `json:"service_type,omitempty" query:"service_type" maxLength:"32" example:"wireguard"`
	Country         string `json:"country,omitempty" query:"country" maxLength:"32" doc:"ISO 3166-1 alpha-2, in capitals" example:"DE"`
	MeteringUnit    string `json:"metering_unit,omitempty" query:"metering_unit" enum:"GiB,hour" doc:"only offers that charge by this unit, or are free"`
	MaxPricePerGiB  string `json:"max_price_per_gib,omitempty" query:"max_price_per_gib" maxLength:"32" doc:"coins" example:"0.05"`
	MaxPricePerHour string `json:"max_price_per_hour,omitempty" query:"max_price_per_hour" maxLength:"32" doc:"coins" example:"0.01"`
	MinBandwidth    uint64 `json:"min_bandwidth,omitempty" query:"min_bandwidth" doc:"least committed bandwidth, bit/s"`
	Provider        string `json:"provider,omitempty" query:"provider" maxLength:"42" doc:"address"`
}

// Query returns the filter as URL query parameters.
func (f Filter) Query() url.Values {
	q := url.Values{}
	for name, value := range map[string]string{
		"service_type": f.ServiceType, "country": f.Country, "metering_unit": f.MeteringUnit,
		"max_price_per_gib": f.MaxPricePerGiB, "max_price_per_hour": f.MaxPricePerHour, "provider": f.Provider,
	} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if f.MinBandwidth > 0 {
		q.Set("min_bandwidth", strconv.FormatUint(f.MinBandwidth, 10))
	}
	return q
}

// Connect asks for a session with the cheapest provider that matches.
type Connect struct {
	Filter    Filter `json:"filter"`
	Lock      string `json:"lock,omitempty" maxLength:"32" doc:"coins, more than zero, to reserve for the provider; empty takes the node's default" example:"1"`
	Cap       string `json:"cap,omitempty" maxLength:"32" doc:"coins, more than zero, that may be promised in the session at most, set-up charge and debts included; empty is all that is locked" example:"0.2"`
	ProxyAddr string `json:"proxy_addr,omitempty" maxLength:"64" doc:"where the SOCKS5 port listens; empty takes 127.0.0.1 and a free port" example:"127.0.0.1:1080"`

	Agreed *Agreed `json:"agreed,omitempty" doc:"what the session may take at most until it is open; what would take more ends with the problem not-agreed and its quote. Absent: what the node allows"`
}

// Agreed is what a user allows a session to take until it is open.
type Agreed struct {
	Lock string `json:"lock" minLength:"1" maxLength:"32" doc:"coins to lock for the provider, of the deposit and of a free payment channel" example:"1"`
	Fee  string `json:"fee" minLength:"1" maxLength:"32" doc:"coins for the relayer that puts the lock on chain" example:"0"`
}

// Limit bounds what relayers may take for registering, withdrawing or clearing.
type Limit struct {
	MaxFee string `query:"max_fee" maxLength:"32" doc:"coins that a relayer may take at most; empty is the node's own limit"`
}

// Query returns the request as URL query parameters.
func (r Limit) Query() url.Values {
	if r.MaxFee == "" {
		return nil
	}
	return url.Values{"max_fee": {r.MaxFee}}
}

// Deposit moves coins from the wallet into the deposit.
type Deposit struct {
	Amount string `json:"amount" minLength:"1" maxLength:"32" doc:"coins" example:"10"`
	MaxFee string `json:"max_fee,omitempty" maxLength:"32" doc:"coins that a relayer may take at most; empty is the node's own limit"`
}
