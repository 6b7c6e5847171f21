package client

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"
	"unicode"

	"github.com/mysteriumnetwork/myst/hub"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/market"
	"github.com/mysteriumnetwork/myst/record"
	"github.com/mysteriumnetwork/myst/relay"
)

// roundTrip answers requests from memory.
type roundTrip func(*http.Request) *http.Response

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r), nil }

// Whatever a hub answers, the client returns something bounded and printable, and does not panic.
func FuzzAnswers(f *testing.F) {
	f.Add(200, hub.TypeJSON, []byte(`{"proposals":[{"record":"AA=="}],"next":"x"}`))
	f.Add(202, hub.TypeJSON, []byte(`{"id":"a","state":"mined"}`))
	f.Add(409, hub.TypeProblem, []byte(`{"type":"urn:myst:problem:stale","title":"x","status":409,"detail":"y"}`))
	f.Add(200, hub.TypeJSON, []byte(`{"state":"held"}`))
	f.Add(422, hub.TypeProblem, []byte(`{"type":"urn:myst:problem:relay-refused","reason":"busy"}`))
	f.Fuzz(func(t *testing.T, status int, contentType string, body []byte) {
		if status < 200 || status > 599 {
			return // net/http does not pass others on
		}
		c, err := New(Config{Hubs: []string{"http://hub.example"}, Transport: roundTrip(func(r *http.Request) *http.Response {
			return &http.Response{
				StatusCode: status, Header: http.Header{"Content-Type": {contentType}},
				Body: io.NopCloser(bytes.NewReader(body)), Request: r,
			}
		})})
		if err != nil {
			t.Fatal(err)
		}
		h := c.Hubs()[0]
		_, offersErr := h.Offers(t.Context(), market.Filter{}, 5)
		ticket, submitErr := c.Submit(t.Context(), relay.Collect())
		_, statusErr := c.Status(t.Context(), "x")
		_, recordErr := h.Record(t.Context(), identity.Address{1}, record.KindKey, 0)
		for _, err := range []error{offersErr, submitErr, statusErr, recordErr, h.Announce(t.Context(), nil), h.Hold(t.Context(), relay.Collect())} {
			if err != nil && strings.ContainsFunc(err.Error(), func(c rune) bool { return !unicode.IsPrint(c) }) {
				t.Errorf("unprintable error %q", err)
			}
		}
		if printable(ticket.Reason) != ticket.Reason {
			t.Errorf("unprintable ticket %+v", ticket)
		}
	})
}
