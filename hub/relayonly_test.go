package hub

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/mysteriumnetwork/myst/relay"
)

// A node that only relays serves what belongs to that, and nothing else.
func TestRelayWithoutRecords(t *testing.T) {
	h := start(t, func(c *Config) { c.Directory = nil })
	var q relay.Quote
	if err := json.Unmarshal(h.do(http.MethodGet, PathQuote, "", nil, http.StatusOK), &q); err != nil {
		t.Fatal(err)
	}
	if q.Fees[relay.KindLock] != 7 || q.ValidUntil != 8 {
		t.Errorf("%+v", q)
	}
	h.do(http.MethodGet, PathInfo, "", nil, http.StatusOK)
	h.do(http.MethodGet, PathProposals, "", nil, http.StatusNotFound)
	h.do(http.MethodPost, PathRecords, TypeRecord, []byte("x"), http.StatusNotFound)

	h.relayer.fail = relay.ErrUnavailable
	h.do(http.MethodGet, PathQuote, "", nil, http.StatusServiceUnavailable)
	if _, err := New(Config{}); err == nil {
		t.Error("a server of nothing was made")
	}
}

func TestNoQuoteWithoutRelayer(t *testing.T) {
	h := start(t, func(c *Config) { c.Relayer = nil })
	h.do(http.MethodGet, PathQuote, "", nil, http.StatusServiceUnavailable)
}
