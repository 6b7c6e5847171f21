package client

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mysteriumnetwork/myst/relay"
)

// silent is a relayer that takes what it is sent, and does not answer before the given attempt.
type silent struct {
	answers int // zero: never
	away    int // until then it cannot be reached, after the first attempt
	status  int
	body    string
	sent    [][]byte
}

var errBroken = errors.New("connection broke")

// RoundTrip implements http.RoundTripper.
func (s *silent) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	s.sent = append(s.sent, body)
	if n := len(s.sent); n > 1 && n <= s.away {
		return nil, errors.New("connection refused")
	}
	httptrace.ContextClientTrace(req.Context()).WroteHeaders()
	if s.answers == 0 || len(s.sent) < s.answers {
		return nil, errBroken
	}
	return &http.Response{StatusCode: s.status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(s.body)), Request: req}, nil
}

func ask(t *testing.T, s *silent) (relay.Ticket, error) {
	t.Helper()
	c, err := New(Config{Hubs: []string{"http://hub.example"}, Transport: s})
	if err != nil {
		t.Fatal(err)
	}
	return c.Submit(t.Context(), relay.Withdraw(payments))
}

// A relayer that dies with an intent, and comes back, is asked for the same again, and its ticket is the outcome.
func TestRelayerThatDidNotAnswerIsAskedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &silent{answers: 4, away: 3, status: http.StatusAccepted, body: `{"id":"ab","state":"queued"}`}
		ticket, err := ask(t, s)
		if err != nil || ticket.ID != "ab" || len(s.sent) != 4 {
			t.Errorf("%+v, %v after %d attempts", ticket, err, len(s.sent))
		}
		for _, body := range s.sent[1:] {
			if !bytes.Equal(body, s.sent[0]) {
				t.Errorf("%s became %s", s.sent[0], body)
			}
		}
	})
}

// Nobody is told that nothing happens while it may.
func TestRelayerThatNeverAnswersMayHaveTakenIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		started := time.Now()
		_, err := ask(t, &silent{away: 1 << 30})
		if took := time.Since(started); !errors.Is(err, relay.ErrUnheard) || !errors.Is(err, relay.ErrUnavailable) || !errors.Is(err, errBroken) || took > askAgainFor {
			t.Errorf("%v after %s", err, took)
		}
		if _, err := ask(t, &silent{answers: 1, status: http.StatusInternalServerError}); errors.Is(err, relay.ErrUnheard) || !errors.Is(err, relay.ErrUnavailable) {
			t.Errorf("an answer, if a useless one: %v", err)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		if _, err := ask(t, &silent{answers: 2, status: http.StatusConflict}); !errors.Is(err, relay.ErrUnheard) {
			t.Errorf("refused when asked again: %v", err)
		}
		for status, body := range map[int]string{http.StatusBadGateway: "", http.StatusGatewayTimeout: "", http.StatusAccepted: "{"} {
			if _, err := ask(t, &silent{answers: 1, status: status, body: body}); !errors.Is(err, relay.ErrUnheard) {
				t.Errorf("status %d: %v", status, err)
			}
		}
	})
	refused := failure([]error{relay.ErrNotOffered, errors.Join(relay.ErrUnheard, relay.ErrUnavailable), &relay.Refusal{Reason: relay.ReasonBusy}})
	if !errors.Is(refused, relay.ErrUnheard) {
		t.Errorf("others' refusals hide it: %v", refused)
	}
}
