package hub

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"

	"github.com/mysteriumnetwork/myst/discovery"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/market"
	"github.com/mysteriumnetwork/myst/record"
	"github.com/mysteriumnetwork/myst/relay"
)

// handler answers one kind of request, or returns an error and writes nothing.
type handler func(w http.ResponseWriter, r *http.Request) error

func (s *Server) routes() {
	if s.cfg.Directory != nil {
		s.mux.Handle("POST "+PathRecords, s.limited(s.writes, s.announce))
		s.mux.Handle("GET "+PathRecords+"/{author}/{kind}/{slot}", s.limited(s.reads, s.record))
		s.mux.Handle("GET "+PathProposals, s.limited(s.reads, s.proposals))
	}
	s.mux.Handle("POST "+PathRelay, s.limited(s.writes, s.submit))
	s.mux.Handle("GET "+PathQuote, s.limited(s.reads, s.quote))
	s.mux.Handle("GET "+PathRelay+"/{id}", s.limited(s.reads, s.ticket))
	s.mux.Handle("POST "+PathWatch, s.limited(s.writes, s.watch))
	s.mux.Handle("GET "+PathInfo, s.limited(s.reads, s.info))
	s.mux.Handle("/", s.limited(s.reads, func(http.ResponseWriter, *http.Request) error {
		return httpError(http.StatusNotFound, "no such path or method; the API is under /v1/")
	}))
}

// Handler returns the API, for a listener of the caller's.
func (s *Server) Handler() http.Handler { return s.mux }

// limited bounds the rate, time and errors of a handler.
func (s *Server) limited(limit *limiter, handle handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Cache-Control", "no-store")
		if !limit.allow(r.RemoteAddr) {
			w.Header().Set("Retry-After", "1")
			s.fail(w, r, httpError(http.StatusTooManyRequests, "too many requests from this address"))
			return
		}
		ctx, cancel := context.WithTimeout(r.Context(), requestTimeout)
		defer cancel()
		if err := handle(w, r.WithContext(ctx)); err != nil {
			s.fail(w, r, err)
		}
	})
}

// statusError is a problem that only HTTP has.
type statusError struct {
	status int
	detail string
}

// Error implements error.
func (e *statusError) Error() string { return e.detail }

func httpError(status int, detail string) error { return &statusError{status, detail} }

func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	var problem Problem
	var plain *statusError
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &plain):
		problem = Problem{Type: "about:blank", Title: http.StatusText(plain.status), Status: plain.status, Detail: plain.detail}
	case errors.As(err, &tooLarge):
		problem = problemOf(fmt.Errorf("%w: more than %d bytes", record.ErrTooLarge, tooLarge.Limit))
	default:
		problem = problemOf(err)
	}
	if problem.Status >= http.StatusInternalServerError && r.Context().Err() == nil {
		s.log.Warn("request failed", "method", r.Method, "path", r.URL.Path, "error", err)
	}
	if errors.Is(err, discovery.ErrTooSoon) {
		w.Header().Set("Retry-After", "60")
	}
	s.write(w, problem.Status, TypeProblem, problem)
}

func (s *Server) write(w http.ResponseWriter, status int, contentType string, value any) {
	body, err := json.Marshal(value)
	if err != nil {
		s.log.Error("answer cannot be encoded", "error", err)
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	s.writeBytes(w, status, contentType, body)
}

func (s *Server) writeBytes(w http.ResponseWriter, status int, contentType string, body []byte) {
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	if _, err := w.Write(body); err != nil { //nolint:gosec // JSON or octets, with nosniff: no browser runs them
		s.log.Debug("answer not delivered", "error", err)
	}
}

// body reads a request's body of the given type, bounded.
func body(w http.ResponseWriter, r *http.Request, contentType string, limit int64) ([]byte, error) {
	got, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || got != contentType {
		return nil, httpError(http.StatusUnsupportedMediaType, "want Content-Type: "+contentType)
	}
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	var tooLarge *http.MaxBytesError
	if err != nil && !errors.As(err, &tooLarge) {
		return nil, httpError(http.StatusBadRequest, "the request's body broke off")
	}
	return raw, err
}

func (s *Server) announce(w http.ResponseWriter, r *http.Request) error {
	raw, err := body(w, r, TypeRecord, record.MaxSize)
	if err != nil {
		return err
	}
	switch err := s.cfg.Directory.Announce(r.Context(), raw); {
	case errors.Is(err, discovery.ErrParked):
		s.write(w, http.StatusAccepted, TypeJSON, Announcement{State: StateParked})
	case err != nil:
		return err
	default:
		s.write(w, http.StatusOK, TypeJSON, Announcement{State: StateStored})
	}
	return nil
}

func (s *Server) record(w http.ResponseWriter, r *http.Request) error {
	author, err := identity.ParseAddress(r.PathValue("author"))
	if err != nil {
		return httpError(http.StatusBadRequest, "author: "+err.Error())
	}
	kind, err := record.ParseKind(r.PathValue("kind"))
	if err != nil {
		return httpError(http.StatusBadRequest, "kind: want proposal, key or renewal")
	}
	slot, err := strconv.ParseUint(r.PathValue("slot"), 10, 8)
	if err != nil || slot >= record.Slots {
		return httpError(http.StatusBadRequest, fmt.Sprintf("slot: want 0 to %d", record.Slots-1))
	}
	raw, err := s.cfg.Directory.Record(r.Context(), author, kind, uint8(slot))
	if err != nil {
		return err
	}
	s.writeBytes(w, http.StatusOK, TypeRecord, raw)
	return nil
}

func (s *Server) proposals(w http.ResponseWriter, r *http.Request) error {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return fmt.Errorf("%w: malformed query", market.ErrFilter)
	}
	cursor, err := single(query, QueryCursor)
	if err != nil {
		return err
	}
	limit := discovery.MaxPage
	if text, err := single(query, QueryLimit); err != nil {
		return err
	} else if text != "" {
		if limit, err = strconv.Atoi(text); err != nil || limit < 1 || limit > discovery.MaxPage {
			return fmt.Errorf("%w: %s: want 1 to %d", market.ErrFilter, QueryLimit, discovery.MaxPage)
		}
	}
	filter, err := market.ParseFilter(query)
	if err != nil {
		return err
	}
	page, err := s.cfg.Directory.Search(r.Context(), filter, cursor, limit)
	if err != nil {
		return err
	}
	offers := Offers{Proposals: make([]Offer, len(page.Offers)), Next: page.Next}
	for i, offer := range page.Offers {
		offers.Proposals[i] = Offer(offer)
	}
	s.write(w, http.StatusOK, TypeJSON, offers)
	return nil
}

// single takes a parameter that may be given once out of a query.
func single(query url.Values, name string) (string, error) {
	values := query[name]
	delete(query, name)
	if len(values) > 1 {
		return "", fmt.Errorf("%w: %q is given %d times", market.ErrFilter, name, len(values))
	}
	if len(values) == 0 {
		return "", nil
	}
	return values[0], nil
}

var errNoRelayer = fmt.Errorf("%w: this hub does not relay", relay.ErrUnavailable)

func (s *Server) submit(w http.ResponseWriter, r *http.Request) error {
	if s.cfg.Relayer == nil {
		return errNoRelayer
	}
	intent, err := readIntent(w, r, maxIntent)
	if err != nil {
		return err
	}
	ticket, err := s.cfg.Relayer.Submit(r.Context(), intent)
	if err != nil {
		return err
	}
	s.write(w, http.StatusAccepted, TypeJSON, ticket)
	return nil
}

// readIntent reads a request's body of at most so many bytes. Errors: relay.ErrMalformed, or for HTTP.
func readIntent(w http.ResponseWriter, r *http.Request, most int64) (intent relay.Intent, err error) {
	raw, err := body(w, r, TypeJSON, most)
	if err != nil {
		return intent, err
	}
	if err = json.Unmarshal(raw, &intent); err != nil && !errors.Is(err, relay.ErrMalformed) {
		err = fmt.Errorf("%w: %w", relay.ErrMalformed, err)
	}
	return intent, err
}

var errNoWatcher = fmt.Errorf("%w: this hub holds no promises", relay.ErrUnavailable)

func (s *Server) watch(w http.ResponseWriter, r *http.Request) error {
	if s.cfg.Watcher == nil {
		return errNoWatcher
	}
	intent, err := readIntent(w, r, maxWatched)
	if err != nil {
		return err
	}
	if err := s.cfg.Watcher.Hold(r.Context(), intent); err != nil {
		return err
	}
	s.write(w, http.StatusOK, TypeJSON, Announcement{State: StateHeld})
	return nil
}

func (s *Server) quote(w http.ResponseWriter, r *http.Request) error {
	if s.cfg.Relayer == nil {
		return errNoRelayer
	}
	quote, err := s.cfg.Relayer.Quote(r.Context())
	if err != nil {
		return err
	}
	s.write(w, http.StatusOK, TypeJSON, quote)
	return nil
}

func (s *Server) ticket(w http.ResponseWriter, r *http.Request) error {
	if s.cfg.Relayer == nil {
		return errNoRelayer
	}
	ticket, err := s.cfg.Relayer.Status(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	s.write(w, http.StatusOK, TypeJSON, ticket)
	return nil
}

func (s *Server) info(w http.ResponseWriter, r *http.Request) error {
	info := s.cfg.Info
	info.Watcher = s.cfg.Watcher != nil
	if s.cfg.Relayer != nil {
		switch relayer, err := s.cfg.Relayer.Info(r.Context()); {
		case err == nil:
			info.Relayer = &relayer
		case !errors.Is(err, relay.ErrUnavailable):
			return err
		}
	}
	s.write(w, http.StatusOK, TypeJSON, info)
	return nil
}
