package hub

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mysteriumnetwork/myst/identity"
	"github.com/mysteriumnetwork/myst/intent"
	"github.com/mysteriumnetwork/myst/relay"
)

// fakeWatcher holds what it gets.
type fakeWatcher struct {
	held atomic.Int64
	fail error
}

func (f *fakeWatcher) Hold(_ context.Context, in relay.Intent) error {
	if _, err := json.Marshal(in); err != nil {
		return fmt.Errorf("what cannot be written down again: %w", err)
	}
	f.held.Add(1)
	return f.fail
}

func promise(t testing.TB) []byte {
	t.Helper()
	text, err := json.Marshal(relay.Clear(intent.SignedPromise{
		Consumer: identity.Address{1}, Promise: intent.Promise{Provider: identity.Address{2}, Amount: 3},
	}))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestWatch(t *testing.T) {
	watcher := &fakeWatcher{}
	h := start(t, func(cfg *Config) { cfg.Watcher = watcher })
	var answer Announcement
	if err := json.Unmarshal(h.do(http.MethodPost, PathWatch, TypeJSON, promise(t), http.StatusOK), &answer); err != nil || answer.State != StateHeld {
		t.Errorf("%+v, %v", answer, err)
	}
	var info Info
	if err := json.Unmarshal(h.do(http.MethodGet, PathInfo, "", nil, http.StatusOK), &info); err != nil || !info.Watcher {
		t.Errorf("%+v, %v", info, err)
	}
	h.do(http.MethodPost, PathWatch, TypeJSON, []byte("{"), http.StatusBadRequest)
	h.do(http.MethodPost, PathWatch, TypeJSON, make([]byte, maxWatched+1), http.StatusRequestEntityTooLarge)
	h.do(http.MethodPost, PathWatch, "text/plain", promise(t), http.StatusUnsupportedMediaType)
	if n := watcher.held.Load(); n != 1 {
		t.Errorf("%d are held", n)
	}
	for _, c := range []struct {
		fail   error
		status int
	}{
		{&relay.Refusal{Reason: relay.ReasonBond, Detail: "no bond"}, http.StatusUnprocessableEntity},
		{fmt.Errorf("%w: http://secret@rpc.example", relay.ErrUnavailable), http.StatusServiceUnavailable},
		{errors.New("disk at /var/lib/secret is full"), http.StatusInternalServerError},
	} {
		watcher.fail = c.fail
		if answer := h.do(http.MethodPost, PathWatch, TypeJSON, promise(t), c.status); bytes.Contains(answer, []byte("secret")) {
			t.Errorf("the hub tells its secrets: %s", answer)
		}
	}
	start(t).do(http.MethodPost, PathWatch, TypeJSON, promise(t), http.StatusServiceUnavailable)
}

// What is handed over counts as the writes of its address.
func TestWatchIsLimited(t *testing.T) {
	h := start(t, func(cfg *Config) {
		cfg.Watcher, cfg.Limits.WritesPerSecond, cfg.Clock = &fakeWatcher{}, 0.2, func() time.Time { return time.Time{} }
	})
	h.do(http.MethodPost, PathWatch, TypeJSON, promise(t), http.StatusOK)
	h.do(http.MethodPost, PathWatch, TypeJSON, promise(t), http.StatusOK)
	h.do(http.MethodPost, PathWatch, TypeJSON, promise(t), http.StatusTooManyRequests)
}

// Whatever a request says, a watcher gets only whole intents, and the answer is that of the API.
func FuzzWatch(f *testing.F) {
	f.Add(promise(f))
	f.Add([]byte(`{"kind":"collect"}`))
	f.Add([]byte(`{"kind":"clear","signed":[],"payment":"0x00","nonce":1,"quote":{}}`))
	watcher := &fakeWatcher{}
	s, err := New(Config{Relayer: &fakeRelayer{}, Watcher: watcher, Limits: Limits{WritesPerSecond: 1e9}})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		before := watcher.held.Load()
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, PathWatch, bytes.NewReader(body))
		r.Header.Set("Content-Type", TypeJSON)
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, r)
		held := watcher.held.Load() > before
		if ok := w.Code == http.StatusOK; ok != held || !ok && w.Code != http.StatusBadRequest && w.Code != http.StatusRequestEntityTooLarge {
			t.Errorf("status %d, held %t: %s", w.Code, held, w.Body)
		}
	})
}
