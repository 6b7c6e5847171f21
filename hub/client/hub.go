package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
	"unicode"

	"github.com/mysteriumnetwork/myst/discovery"
	"github.com/mysteriumnetwork/myst/hub"
	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/internal/backoff"
	"github.com/mysteriumnetwork/myst/market"
	"github.com/mysteriumnetwork/myst/record"
	"github.com/mysteriumnetwork/myst/relay"
)

// Bounds of answers, in bytes. A page of the largest proposals that there can be fits.
const (
	maxPage    = 2 << 20
	maxTicket  = 64 << 10
	maxInfo    = 64 << 10
	maxProblem = 16 << 10
)

// Hub is one hub. Safe for concurrent use.
type Hub struct {
	base     *url.URL
	http     *http.Client
	chainID  uint64
	payments identity.Address // zero checks no quote's
	identity identity.Address // zero is not known
}

// Name implements [discovery.Target]: the URL without credentials.
func (h *Hub) Name() string { return h.base.Redacted() }

// request is one call to a hub.
type request struct {
	method      string
	path        string
	query       url.Values
	contentType string // of the body
	body        []byte
	limit       int64 // of the answer, bytes
	accept      []int // statuses that are not problems
	// unavailable is the sentinel for hubs that do not answer as they should.
	unavailable error
	// unheard, unless it is nil, is a further one where the hub may have done what it was asked.
	unheard error
}

// noAnswer is the error of a call that got none.
func (r request) noAnswer(sent bool, err error) error {
	if sent && r.unheard != nil {
		return fmt.Errorf("%w: %w: %w", r.unheard, r.unavailable, err)
	}
	return fmt.Errorf("%w: %w", r.unavailable, err)
}

// do returns the status and the body of an answer. Errors are a sentinel or *relay.Refusal that the
// hub's problem names, else request.unavailable.
func (h *Hub) do(ctx context.Context, r request) (int, []byte, error) {
	u := h.base.JoinPath(r.path)
	u.RawQuery = r.query.Encode()
	var sent atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaders: func() { sent.Store(true) }})
	req, err := http.NewRequestWithContext(ctx, r.method, u.String(), bytes.NewReader(r.body))
	if err != nil {
		return 0, nil, fmt.Errorf("hub %s: %w", h.Name(), err)
	}
	req.Header.Set("User-Agent", "myst")
	if r.contentType != "" {
		req.Header.Set("Content-Type", r.contentType)
	}
	resp, err := h.http.Do(req)
	if err != nil {
		var inner *url.Error // names the whole URL again
		if errors.As(err, &inner) {
			err = inner.Err
		}
		return 0, nil, fmt.Errorf("hub %s: %w", h.Name(), r.noAnswer(sent.Load(), err))
	}
	defer func() { _ = resp.Body.Close() }() // read or given up by then
	for _, status := range r.accept {
		if resp.StatusCode == status {
			raw, err := readAll(resp.Body, r.limit)
			if err != nil {
				return 0, nil, fmt.Errorf("hub %s: %w", h.Name(), r.noAnswer(true, err))
			}
			return status, raw, nil
		}
	}
	err = problem(resp, r.unavailable)
	if r.unheard != nil && (resp.StatusCode == http.StatusBadGateway || resp.StatusCode == http.StatusGatewayTimeout) {
		err = fmt.Errorf("%w: %w", r.unheard, err) // a proxy says so of a hub that it has lost
	}
	return 0, nil, fmt.Errorf("hub %s: %w", h.Name(), err)
}

func readAll(body io.Reader, limit int64) ([]byte, error) {
	raw, err := io.ReadAll(io.LimitReader(body, limit+1))
	if err != nil {
		return nil, fmt.Errorf("answer broke off: %w", err)
	}
	if int64(len(raw)) > limit {
		return nil, fmt.Errorf("answer is larger than %d bytes", limit)
	}
	return raw, nil
}

// problem reads why a hub did not do what it was asked.
func problem(resp *http.Response, unavailable error) error {
	kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")) // unreadable is not a problem
	raw, err := readAll(resp.Body, maxProblem)
	var p hub.Problem
	if kind != hub.TypeProblem || err != nil || json.Unmarshal(raw, &p) != nil {
		return fmt.Errorf("%w: status %d without explanation", unavailable, resp.StatusCode)
	}
	p.Detail = printable(p.Detail)
	known := p.Err()
	var refusal *relay.Refusal
	switch {
	case errors.As(known, &refusal):
		refusal.Reason = relay.Reason(printable(string(refusal.Reason)))
		return refusal
	case errors.Is(known, discovery.ErrUnavailable), errors.Is(known, relay.ErrUnavailable):
		return fmt.Errorf("%w: status %d", unavailable, resp.StatusCode)
	case known == nil:
		return fmt.Errorf("%w: status %d: %s", unavailable, resp.StatusCode, printable(p.Title+" "+p.Detail))
	default:
		return &told{known, p.Detail}
	}
}

// told is a sentinel with the words of the hub, which repeat the sentinel's.
type told struct {
	sentinel error
	detail   string
}

// Error implements error.
func (t *told) Error() string {
	if strings.Contains(t.detail, t.sentinel.Error()) {
		return t.detail
	}
	return strings.TrimSuffix(t.sentinel.Error()+": "+t.detail, ": ")
}

// Unwrap returns the sentinel.
func (t *told) Unwrap() error { return t.sentinel }

// printable makes a hub's text fit for a terminal and a log.
func printable(s string) string {
	s = strings.Map(func(c rune) rune {
		if !unicode.IsPrint(c) {
			return ' '
		}
		return c
	}, strings.ToValidUTF8(s, "?"))
	const most = 300
	if runes := []rune(s); len(runes) > most {
		s = string(runes[:most]) + "…"
	}
	return strings.TrimSpace(s)
}

// get reads a JSON answer into value.
func (h *Hub) get(ctx context.Context, r request, value any) error {
	r.method, r.accept = http.MethodGet, []int{http.StatusOK}
	_, raw, err := h.do(ctx, r)
	if err != nil {
		return err
	}
	return h.decode(raw, value, r.unavailable)
}

func (h *Hub) decode(raw []byte, value any, unavailable error) error {
	if err := json.Unmarshal(raw, value); err != nil {
		return fmt.Errorf("%w: hub %s: answer is not what the API promises", unavailable, h.Name())
	}
	return nil
}

// Announce implements [discovery.Target].
func (h *Hub) Announce(ctx context.Context, raw []byte) error {
	status, _, err := h.do(ctx, request{
		method: http.MethodPost, path: hub.PathRecords, contentType: hub.TypeRecord, body: raw,
		limit: maxTicket, accept: []int{http.StatusOK, http.StatusAccepted}, unavailable: discovery.ErrUnavailable,
	})
	if err == nil && status == http.StatusAccepted {
		return fmt.Errorf("hub %s: %w", h.Name(), discovery.ErrParked)
	}
	return err
}

// Offers implements [discovery.Source], page by page.
func (h *Hub) Offers(ctx context.Context, filter market.Filter, limit int) ([]discovery.Offer, error) {
	var offers []discovery.Offer
	for cursor := ""; len(offers) < limit; {
		query := filter.Query()
		query.Set(hub.QueryLimit, strconv.Itoa(min(limit-len(offers), discovery.MaxPage)))
		if cursor != "" {
			query.Set(hub.QueryCursor, cursor)
		}
		var page hub.Offers
		err := h.get(ctx, request{path: hub.PathProposals, query: query, limit: maxPage, unavailable: discovery.ErrUnavailable}, &page)
		if err != nil {
			return nil, err
		}
		for _, offer := range page.Proposals {
			offers = append(offers, discovery.Offer(offer))
		}
		// An empty page that promises another would let a hub keep us for ever.
		if cursor = page.Next; cursor == "" || len(page.Proposals) == 0 {
			break
		}
	}
	return offers, nil
}

// Record implements [discovery.Source].
func (h *Hub) Record(ctx context.Context, author identity.Address, kind record.Kind, slot uint8) ([]byte, error) {
	_, raw, err := h.do(ctx, request{
		method: http.MethodGet, path: fmt.Sprintf("%s/%s/%s/%d", hub.PathRecords, author, kind, slot),
		limit: record.MaxSize, accept: []int{http.StatusOK}, unavailable: discovery.ErrUnavailable,
	})
	return raw, err
}

// askAgainFor is how long a relayer that did not answer is asked what became of an intent: as long as one takes to restart.
const askAgainFor = 10 * time.Second

// Submit implements [relay.Relayer]. While the relayer may have taken the intent on and has not said so, it gets the
// same again, which gives the same ticket: a changed one would be another fee for the same thing.
func (h *Hub) Submit(ctx context.Context, in relay.Intent) (relay.Ticket, error) {
	body, err := json.Marshal(in)
	if err != nil {
		return relay.Ticket{}, fmt.Errorf("encode intent: %w", err)
	}
	call := request{
		method: http.MethodPost, path: hub.PathRelay, contentType: hub.TypeJSON, body: body,
		limit: maxTicket, accept: []int{http.StatusAccepted}, unavailable: relay.ErrUnavailable, unheard: relay.ErrUnheard,
	}
	_, raw, err := h.do(ctx, call)
	if errors.Is(err, relay.ErrUnheard) {
		raw, err = h.again(ctx, call, err)
	}
	if err != nil {
		return relay.Ticket{}, err
	}
	var ticket relay.Ticket
	if ticket, err = cleaned(&ticket, h.decode(raw, &ticket, relay.ErrUnavailable)); err != nil {
		return relay.Ticket{}, fmt.Errorf("%w: %w", relay.ErrUnheard, err) // it was taken
	}
	return ticket, nil
}

// again repeats a call that got no answer. A hub that cannot be reached at all may have died of it, and come back.
func (h *Hub) again(ctx context.Context, call request, unheard error) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, askAgainFor)
	defer cancel()
	pause := backoff.Backoff{Min: askAgainFor / 20, Max: askAgainFor / 5}
	for {
		select {
		case <-ctx.Done():
			return nil, unheard
		case <-time.After(pause.Next()):
		}
		_, raw, err := h.do(ctx, call)
		switch {
		case err == nil:
			return raw, nil
		case !errors.Is(err, call.unavailable): // a refusal may be of what is done by now
			return nil, fmt.Errorf("%w: %w", call.unheard, err)
		}
	}
}

// Status implements [relay.Relayer].
func (h *Hub) Status(ctx context.Context, id string) (relay.Ticket, error) {
	var ticket relay.Ticket
	err := h.get(ctx, request{path: hub.PathRelay + "/" + url.PathEscape(id), limit: maxTicket, unavailable: relay.ErrUnavailable}, &ticket)
	return cleaned(&ticket, err)
}

// Hold has the hub hold a promise, and clear it when its consumer asks for an unlock. Errors: *relay.Refusal, and
// relay.ErrUnavailable also where it holds none.
func (h *Hub) Hold(ctx context.Context, in relay.Intent) error {
	body, err := json.Marshal(in)
	if err != nil {
		return fmt.Errorf("encode promise: %w", err)
	}
	_, raw, err := h.do(ctx, request{
		method: http.MethodPost, path: hub.PathWatch, contentType: hub.TypeJSON, body: body,
		limit: maxTicket, accept: []int{http.StatusOK}, unavailable: relay.ErrUnavailable,
	})
	if err != nil {
		return err
	}
	var answer hub.Announcement
	if err := h.decode(raw, &answer, relay.ErrUnavailable); err != nil {
		return err
	}
	if answer.State != hub.StateHeld {
		return fmt.Errorf("%w: hub %s: it says that the promise is %q", relay.ErrUnavailable, h.Name(), printable(answer.State))
	}
	return nil
}

// Quote implements [relay.Relayer]. A quote that is not signed by who the network file says, or is for another
// network, is one that cannot be used: ErrUnavailable.
func (h *Hub) Quote(ctx context.Context) (relay.Quote, error) {
	var q relay.Quote
	if err := h.get(ctx, request{path: hub.PathQuote, limit: maxInfo, unavailable: relay.ErrUnavailable}, &q); err != nil {
		return relay.Quote{}, err
	}
	domain, relayer := intent.Domain{ChainID: h.chainID, Contract: h.payments}, h.identity
	if domain.Contract.IsZero() {
		domain.ChainID, domain.Contract = q.ChainID, q.Payments
	}
	if relayer.IsZero() {
		relayer = q.Relayer
	}
	if err := q.Verify(domain, relayer); err != nil {
		return relay.Quote{}, fmt.Errorf("%w: hub %s: %w", relay.ErrUnavailable, h.Name(), err)
	}
	return q, nil
}

// Order implements [relay.Relayer].
func (h *Hub) Order(ctx context.Context, complete relay.Complete) (relay.Ticket, error) {
	return relay.Order(ctx, h, complete)
}

// cleaned makes a ticket's texts printable; its ID names it in a path, so it has to look like one.
func cleaned(ticket *relay.Ticket, err error) (relay.Ticket, error) {
	if err != nil {
		return relay.Ticket{}, err
	}
	if ticket.ID == "" || len(ticket.ID) > 128 || printable(ticket.ID) != ticket.ID {
		return relay.Ticket{}, fmt.Errorf("%w: malformed ticket", relay.ErrUnavailable)
	}
	ticket.Transaction, ticket.Reason = printable(ticket.Transaction), printable(ticket.Reason)
	ticket.State = relay.State(printable(string(ticket.State)))
	return *ticket, nil
}

// Info implements [relay.Relayer].
func (h *Hub) Info(ctx context.Context) (relay.Info, error) {
	info, err := h.About(ctx)
	if err != nil {
		return relay.Info{}, fmt.Errorf("%w: %w", relay.ErrUnavailable, err)
	}
	if info.Relayer == nil {
		return relay.Info{}, fmt.Errorf("%w: hub %s does not relay now", relay.ErrUnavailable, h.Name())
	}
	return *info.Relayer, nil
}

// About returns what the hub says of itself. A hub of another chain than this node's is an error.
func (h *Hub) About(ctx context.Context) (hub.Info, error) {
	var info hub.Info
	err := h.get(ctx, request{path: hub.PathInfo, limit: maxInfo, unavailable: discovery.ErrUnavailable}, &info)
	if err != nil {
		return hub.Info{}, err
	}
	if h.chainID != 0 && info.ChainID != h.chainID {
		return hub.Info{}, fmt.Errorf("%w: hub %s serves chain %d, this node is on chain %d",
			discovery.ErrUnavailable, h.Name(), info.ChainID, h.chainID)
	}
	info.Broker, info.Version = printable(info.Broker), printable(info.Version)
	return info, nil
}

func (h *Hub) health(ctx context.Context) Health {
	started := time.Now()
	info, err := h.About(ctx)
	if err != nil {
		return Health{Hub: h.Name(), Detail: err.Error()}
	}
	detail := fmt.Sprintf("answers in %v", time.Since(started).Round(time.Millisecond))
	if info.Relayer != nil && info.Relayer.Empty {
		detail += fmt.Sprintf("; relays nothing: its account %s has no coins for gas", info.Relayer.Address)
	}
	return Health{Hub: h.Name(), Healthy: true, Detail: detail, Info: info}
}
